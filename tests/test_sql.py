"""The views and the scripts under sql/, on the sample events, against figures computed here."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from dev import embedded
from events.generate import STORY_OF
from tests.tampers import TAMPERS

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = sorted((ROOT / "sql").glob("*.sql"))
CHECKS = sorted((ROOT / "db" / "views" / "checks").glob("check_*.sql"))
VIEWS = sorted(
    (path for path in (ROOT / "db" / "views").glob("**/*.sql") if path.parent.name != "ledger"),
    key=lambda path: path.stem,
)

LIMA = timedelta(hours=-5)
AS_OF = date(2025, 12, 20)
MIN_AMOUNT = 5000
LATE_CLOSER = "res_005"  # its day ends at 3 a.m., and its money takes 3 days
PAUSED = "res_004"
DEBTOR = "res_006"

Connect = Callable[..., psycopg.Connection[Any]]
Row = dict[str, str]


class Model:
    """What the sample events and one payout run amount to, computed without the database."""

    def __init__(self) -> None:
        lines = (ROOT / "events" / "events.jsonl").read_text(encoding="utf-8").splitlines()
        told: list[dict[str, Any]] = [json.loads(line) for line in lines]
        self.events = [event for event in told if event["restaurant_id"] != STORY_OF[0]]  # charges and refunds
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.events += [
            charge("evt_pending", now, LATE_CLOSER, 10_000, 500),
            charge("evt_debt", "2025-12-10T20:00:00Z", DEBTOR, 10_000, 500),
            refund("evt_debt_2", "2025-12-11T20:00:00Z", DEBTOR, 10_000),
        ]

    @staticmethod
    def day(event: dict[str, Any]) -> date:
        """The business day."""
        close = timedelta(hours=3 if event["restaurant_id"] == LATE_CLOSER else 0)
        return (datetime.fromisoformat(event["occurred_at"]) + LIMA - close).date()

    def available_on(self, event: dict[str, Any]) -> date:
        is_delayed = event["event_type"] == "charge_succeeded" and event["restaurant_id"] == LATE_CLOSER
        return self.day(event) + timedelta(days=3 if is_delayed else 0)

    @staticmethod
    def net(event: dict[str, Any]) -> int:
        if event["event_type"] == "charge_succeeded":
            return int(event["amount"] - event.get("fee", 0))
        return -int(event["amount"])

    def sums(self, take: Callable[[dict[str, Any]], bool]) -> dict[tuple[str, str], int]:
        """Net amounts by restaurant and currency, of the events that are taken."""
        found: dict[tuple[str, str], int] = defaultdict(int)
        for event in self.events:
            found[event["restaurant_id"], event["currency"]] += self.net(event) if take(event) else 0
        return dict(found)

    def today(self) -> date:
        return (datetime.now(UTC) + LIMA).date()

    def payouts(self) -> dict[str, int]:
        """What the run for AS_OF pays, by restaurant."""
        settled = self.sums(lambda event: self.available_on(event) <= AS_OF)
        available = self.sums(lambda event: event["event_id"] != "evt_pending")
        payable = {
            restaurant: min(settled[restaurant, currency], available[restaurant, currency])
            for restaurant, currency in settled
            if currency == "PEN" and restaurant != PAUSED
        }
        return {restaurant: amount for restaurant, amount in payable.items() if amount >= MIN_AMOUNT}


def charge(event_id: str, at: str, restaurant: str, amount: int, fee: int) -> dict[str, Any]:
    event = refund(event_id, at, restaurant, amount)
    return event | {"event_type": "charge_succeeded", "fee": fee}


def refund(event_id: str, at: str, restaurant: str, amount: int) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "event_type": "refund_succeeded",
        "occurred_at": at,
        "restaurant_id": restaurant,
        "currency": "PEN",
        "amount": amount,
    }


@pytest.fixture(scope="module")
def model() -> Model:
    return Model()


@pytest.fixture(scope="module")
def loaded(database: str, model: Model) -> str:
    """The sample events, a payout run, one payout that was paid and one that failed."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("select 1 from api.set_restaurant(%s, null, 3, 3)", (LATE_CLOSER,))
        connection.execute("select 1 from api.set_restaurant(%s, p_payouts_paused => true)", (PAUSED,))
        answers = connection.execute(
            "select status from api.ingest_events(%s::jsonb)", (json.dumps(model.events),)
        ).fetchall()
        assert {answer[0] for answer in answers} == {"processed"}
        run = connection.execute(
            "select payouts_created, payouts_amount from api.run_payouts('PEN', %s, %s)",
            (AS_OF, MIN_AMOUNT),
        ).fetchone()
        expected = model.payouts()
        assert run == (len(expected), sum(expected.values()))
        for restaurant, event_type in (("res_001", "payout_paid"), ("res_002", "payout_failed")):
            answer = connection.execute(
                """
                select i.status
                from reporting.payouts as p
                cross join lateral api.ingest_event(
                    jsonb_build_object(
                        'event_id', 'evt_' || p.payout_id,
                        'event_type', %s::text,
                        'occurred_at', '2025-12-22T15:00:00Z',
                        'restaurant_id', p.restaurant_id,
                        'currency', p.currency,
                        'amount', p.amount,
                        'payout_id', p.payout_id
                    )
                ) as i
                where p.restaurant_id = %s
                """,
                (event_type, restaurant),
            ).fetchone()
            assert answer == ("processed",)
    return database


def psql(url: str, script: Path, **variables: object) -> list[list[Row]]:
    """What a script prints as cuenta_reader, one list of rows a query."""
    program = shutil.which("psql") or str(embedded.find_bin_dir() / "psql")
    command = [program, "-X", "-q", "--csv", "-v", "ON_ERROR_STOP=1", "-f", str(script)]
    for name, value in variables.items():
        command += ["-v", f"{name}={value}"]
    environment = os.environ | {"PGOPTIONS": "-c role=cuenta_reader -c timezone=UTC", "LC_ALL": "C"}
    done = subprocess.run(
        [*command, "-d", url], capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    results: list[list[Row]] = []
    header: list[str] = []
    for record in csv.reader(io.StringIO(done.stdout)):
        if not results or (len(results) == 1 and record[:2] == ["check_name", "severity"]):
            header = record
            results.append([])
        else:
            results[-1].append(dict(zip(header, record, strict=True)))
    return results


def script(name: str) -> Path:
    return ROOT / "sql" / f"{name}.sql"


# The scripts


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_runs_for_a_reader_and_says_what_it_answers(loaded: str, path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("-- ")
    assert psql(loaded, path)


def test_a_scripts_defaults_do_not_stay_in_the_session(loaded: str, tmp_path: Path) -> None:
    """Whoever reads one script after the other (`\\i`) gets the defaults of each, not of the one before."""
    names = {name for path in SCRIPTS for name in re.findall(r"\\if :\{\?(\w+)\}", path.read_text(encoding="utf-8"))}
    assert {"currency", "as_of", "limit"} <= names
    session = tmp_path / "session.sql"
    lines = [rf"\o {os.devnull}", *(rf"\i {path}" for path in SCRIPTS), r"\o"]
    lines += [rf"\if :{{?{name}}} \echo {name} \endif" for name in sorted(names)]
    session.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert psql(loaded, session) == []


def test_q1_gives_the_balances_of_the_events(loaded: str, model: Model) -> None:
    paid = model.payouts()
    pending = model.sums(lambda event: event["event_id"] == "evt_pending")
    expected = {}
    for (restaurant, currency), balance in model.sums(lambda event: True).items():
        payout = paid.get(restaurant, 0) if currency == "PEN" else 0
        spent = 0 if restaurant == "res_002" else payout
        reserved = 0 if restaurant in ("res_001", "res_002") else payout
        waits = pending[restaurant, currency]
        expected[restaurant, currency] = (balance - spent - waits, waits, reserved)
    (rows,) = psql(loaded, script("q1_balances"))
    found = {
        (row["restaurant_id"], row["currency"]): tuple(int(row[name]) for name in ("available", "pending", "reserved"))
        for row in rows
        if row["restaurant_id"]
    }
    assert found == expected
    assert pending[LATE_CLOSER, "PEN"] == 9500
    for row in rows:
        parts = [int(row[name]) for name in ("available", "pending", "reserved", "held")]
        assert int(row["total"]) == sum(parts)
    sums = {row["currency"]: int(row["available"]) for row in rows if not row["restaurant_id"]}
    for currency, available in sums.items():
        assert available == sum(v[0] for k, v in expected.items() if k[1] == currency)
    (one,) = psql(loaded, script("q1_balances"), currency="MXN")
    assert {row["currency"] for row in one} == {"MXN"}


def test_restaurant_balances_are_those_of_get_balance(loaded: str, connect: Connect) -> None:
    rows = (
        connect(url=loaded)
        .execute(
            """
            select to_jsonb(b) - 'business_day', to_jsonb(g)
            from reporting.restaurant_balances as b
            cross join lateral api.get_balance(b.restaurant_id, b.currency) as g
            """
        )
        .fetchall()
    )
    assert len(rows) > 10
    for view, function in rows:
        assert view == function


@pytest.mark.parametrize("currency", ["PEN", "USD", "MXN"])
def test_q2_ranks_by_net_revenue(loaded: str, model: Model, currency: str) -> None:
    as_of = date(2025, 12, 31)
    gross: dict[str, int] = defaultdict(int)
    net: dict[str, int] = defaultdict(int)
    for event in model.events:
        if event["currency"] == currency and as_of - timedelta(days=7) <= model.day(event) < as_of:
            net[event["restaurant_id"]] += model.net(event)
            if event["event_type"] == "charge_succeeded":
                gross[event["restaurant_id"]] += event["amount"]
    (rows,) = psql(loaded, script("q2_top_restaurants"), as_of=as_of, currency=currency)
    assert rows
    assert {row["restaurant_id"]: int(row["net"]) for row in rows} == dict(net)
    order = sorted(net, key=lambda restaurant: (-net[restaurant], restaurant))
    assert [row["restaurant_id"] for row in rows] == order
    assert [int(row["rank"]) for row in rows] == list(range(1, len(order) + 1))
    assert Fraction(rows[-1]["running_share"]) == 100
    for row in rows:
        name = row["restaurant_id"]
        assert int(row["gross"]) == gross[name]
        assert abs(Fraction(row["net_share"]) - Fraction(100 * net[name], sum(net.values()))) < 0.01
        if gross[name]:
            assert abs(Fraction(row["net_margin"]) - Fraction(100 * net[name], gross[name])) < 0.01


def test_q2_shows_no_more_than_asked(loaded: str) -> None:
    (rows,) = psql(loaded, script("q2_top_restaurants"), as_of="2025-12-31", currency="PEN", top=2)
    assert [row["rank"] for row in rows] == ["1", "2"]


@pytest.mark.parametrize("as_of", ["2025-12-15", "2025-12-20", "2025-12-21", "2025-12-30", "today"])
@pytest.mark.parametrize("min_amount", [1, 60_000])
def test_q3_decides_like_a_dry_run(loaded: str, model: Model, connect: Connect, as_of: str, min_amount: int) -> None:
    # res_005 is a day behind for three hours after midnight: a day that has come for all
    behind = (datetime.now(UTC) + LIMA - timedelta(hours=3)).date()
    day = behind.isoformat() if as_of == "today" else as_of
    (rows,) = psql(loaded, script("q3_payout_eligibility"), currency="PEN", as_of=day, min_amount=min_amount)
    run = (
        connect(url=loaded)
        .execute(
            "select payouts_created, payouts_amount, skipped from api.run_payouts('PEN', %s, %s, true)",
            (day, min_amount),
        )
        .fetchone()
    )
    assert run is not None
    eligible = [row for row in rows if not row["why_not"]]
    skipped: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["why_not"]:
            skipped[row["why_not"]] += 1
    assert (len(eligible), sum(int(row["payable_amount"]) for row in eligible)) == run[:2]
    assert dict(skipped) == run[2]
    assert {row["restaurant_id"]: row["why_not"] for row in rows}[PAUSED] == "payouts_paused"


def test_q3_says_why_not(loaded: str, model: Model) -> None:
    def reasons(as_of: object) -> dict[str, str]:
        (rows,) = psql(loaded, script("q3_payout_eligibility"), as_of=as_of)
        return {row["restaurant_id"]: row["why_not"] for row in rows}

    assert reasons(AS_OF)["res_001"] == "already_paid"
    assert reasons("2025-12-19")["res_001"] == "closed_by_later_payout"
    assert reasons(AS_OF)[DEBTOR] == "nothing_to_pay"
    assert reasons(model.today() + timedelta(days=3))["res_001"] == "as_of_in_future"
    (rows,) = psql(loaded, script("q3_payout_eligibility"), as_of="2025-12-30")
    balances = model.sums(lambda event: model.available_on(event) <= date(2025, 12, 30))
    amounts = {row["restaurant_id"]: int(row["payable_amount"]) for row in rows}
    assert amounts["res_001"] == balances["res_001", "PEN"] - model.payouts()["res_001"]


def test_payout_eligibility_is_q3_for_today(loaded: str, connect: Connect) -> None:
    found = connect(url=loaded, role="cuenta_reader").execute(
        "select restaurant_id, payable_amount::text, coalesce(why_not, '')"
        " from reporting.payout_eligibility where currency = 'PEN'"
    )
    (rows,) = psql(loaded, script("q3_payout_eligibility"), currency="PEN")
    assert set(found.fetchall()) == {(row["restaurant_id"], row["payable_amount"], row["why_not"]) for row in rows}


def test_q4_finds_nothing_but_the_debt(loaded: str) -> None:
    summary, findings = psql(loaded, script("q4_integrity"))
    counts = {row["check_name"]: int(row["findings"]) for row in summary}
    assert {name: count for name, count in counts.items() if count} == {"negative_available": 1}
    assert [(row["check_name"], row["restaurant_id"]) for row in findings] == [("negative_available", DEBTOR)]
    (summary, findings) = psql(loaded, script("q4_integrity"), check="entry_seq_gap")
    assert (len(summary), findings) == (1, [])


def test_payout_history_explains_every_payout(loaded: str, model: Model) -> None:
    (rows,) = psql(loaded, script("payout_history"))
    assert {row["restaurant_id"]: int(row["amount"]) for row in rows} == model.payouts()
    for row in rows:
        items = json.loads(row["items"])
        assert sum(items.values()) == int(row["amount"])
        taken = [
            event
            for event in model.events
            if event["restaurant_id"] == row["restaurant_id"]
            and event["currency"] == "PEN"
            and model.available_on(event) <= AS_OF
        ]
        charges = [event for event in taken if event["event_type"] == "charge_succeeded"]
        refunds = [event for event in taken if event["event_type"] == "refund_succeeded"]
        assert items["gross_sales"] == sum(event["amount"] for event in charges)
        assert items["fees"] == -sum(event["fee"] for event in charges)
        assert items.get("refunds", 0) == -sum(event["amount"] for event in refunds)
    (one,) = psql(loaded, script("payout_history"), restaurant_id="res_001", status="PAID")
    assert [row["status"] for row in one] == ["PAID"]


def test_a_statement_runs_up_to_the_balance(loaded: str, model: Model) -> None:
    (rows,) = psql(loaded, script("statement"), restaurant_id="res_001", currency="PEN")
    assert [int(row["entry_seq"]) for row in rows] == list(range(1, len(rows) + 1))
    balance = 0
    for row in rows:
        balance += int(row["change"])
        assert int(row["balance"]) == balance
    assert rows[-1]["entry_type"] == "PAYOUT_RELEASE"
    paid = model.payouts()["res_001"]
    assert balance == model.sums(lambda event: True)["res_001", "PEN"] - paid
    (part,) = psql(loaded, script("statement"), **{"from": "2025-12-05", "to": "2025-12-10"})
    assert {row["settlement_day"] for row in part} <= {f"2025-12-{day:02d}" for day in range(5, 11)}
    known = [row | {"cursor": ""} for row in rows]  # a cursor belongs to its list's order
    assert part and all(row | {"cursor": ""} in known for row in part)


# The views


def test_daily_sales_are_those_of_the_events(loaded: str, model: Model, connect: Connect) -> None:
    expected: dict[tuple[str, str, date], list[int]] = defaultdict(lambda: [0] * 6)
    for event in model.events:
        row = expected[event["restaurant_id"], event["currency"], model.day(event)]
        is_charge = event["event_type"] == "charge_succeeded"
        row[0] += event["amount"] if is_charge else 0
        row[1] += event.get("fee", 0)
        row[2] += 0 if is_charge else event["amount"]
        row[3] += model.net(event)
        row[4] += is_charge
        row[5] += not is_charge
    found = connect(url=loaded, role="cuenta_reader").execute(
        "select restaurant_id, currency, business_day, gross, fees, refunds, net, charge_count,"
        " refund_count from reporting.daily_sales"
    )
    assert {row[:3]: list(row[3:]) for row in found} == dict(expected)


def test_the_book_balances_on_both_sides(loaded: str, model: Model, connect: Connect) -> None:
    reader = connect(url=loaded, role="cuenta_reader")
    for row in reader.execute(
        "select currency, sum(debit), sum(credit) from reporting.trial_balance group by currency"
    ):
        assert row[1] == row[2], row[0]
    balances = {
        row[:2]: row[2] for row in reader.execute("select currency, account, balance from reporting.trial_balance")
    }
    legs = {
        row[:2]: row[2]
        for row in reader.execute(
            """
            select
                l.currency,
                l.account,
                abs(sum(case l.side when 'debit' then l.amount else -l.amount end))
            from reporting.ledger_postings as l
            group by l.currency, l.account
            """
        )
    }
    assert legs == {key: abs(balance) for key, balance in balances.items()}
    for currency in ("PEN", "USD", "MXN"):
        fees = sum(event.get("fee", 0) for event in model.events if event["currency"] == currency)
        assert balances[currency, "processor_fees"] == fees
        received = sum(model.net(event) for event in model.events if event["currency"] == currency)
        paid = model.payouts()["res_001"] if currency == "PEN" else 0
        assert balances[currency, "processor_clearing"] == received + fees - paid


def test_every_view_has_its_file_and_its_comment(loaded: str, connect: Connect) -> None:
    views = connect(url=loaded).execute(
        "select c.relname, obj_description(c.oid, 'pg_class') from pg_class as c"
        " where c.relnamespace = 'reporting'::regnamespace and c.relkind = 'v'"
    )
    comments = dict(views.fetchall())
    assert sorted(comments) == [path.stem for path in VIEWS]
    assert all(comments.values())


def test_no_view_shows_a_document(loaded: str, connect: Connect) -> None:
    columns = connect(url=loaded).execute(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'reporting' and data_type in ('json', 'jsonb', 'bytea')"
        " order by table_name"
    )
    # Which fields differ and what is left; what an audit found; reasons and how many; how a source is read.
    shown = {("inbox", "details"), ("integrity_audits", "sample"), ("payout_runs", "skipped")}
    assert set(columns.fetchall()) == shown | {("webhook_sources", "settings")}


# The checks: each break is undone after the test

WAITING = {  # a refund that waits for its payment
    "event_id": "evt_waits",
    "event_type": "refund_succeeded",
    "occurred_at": "2025-12-20T10:00:00Z",
    "restaurant_id": "res_003",
    "currency": "PEN",
    "amount": 5,
    "payment_id": "pay_unknown",
}
BREAKS: dict[str, tuple[str, set[str]]] = {
    # check: what is done to a sound database, which other checks find it too
    "payout_amount_not_positive": (
        """
        alter table ledger.payouts drop constraint payouts_amount_positive_check;
        update ledger.payouts set amount = -amount where status = 'PAID';
        update ledger.payout_items set amount = -amount
        where payout_id = (select payout_id from ledger.payouts where status = 'PAID');
        """,
        {"reserve_differs_from_payout", "payout_unequal_to_entries"},
    ),
    "payout_items_do_not_add_up": (
        "update ledger.payout_items set amount = amount + 1"
        " where item_type = 'gross_sales' and restaurant_id = 'res_001'",
        set(),
    ),
    "payout_without_reserve": (
        "update ledger.payouts set reserve_entry_seq = 1 where restaurant_id = 'res_001'",
        set(),
    ),
    "reserve_differs_from_payout": (
        """
        update ledger.payouts set amount = amount + 1 where restaurant_id = 'res_001';
        update ledger.payout_items set amount = amount + 1
        where item_type = 'gross_sales' and restaurant_id = 'res_001';
        """,
        {"payout_unequal_to_entries"},
    ),
    "payout_unequal_to_entries": (
        """
        update ledger.ledger_entries set settlement_day = settlement_day + 400
        where restaurant_id = 'res_001' and currency = 'PEN' and entry_seq = 1;
        """,
        set(),
    ),
    "payout_run_dead": (
        "insert into ledger.payout_runs (run_id, currency, as_of, min_amount, started_at, attempts, died_at, error)"
        " values ('run_dead', 'PEN', '2025-12-30', 1, now(), 10, now(), 'boom')",
        set(),
    ),
    "payout_schedule_stuck": (
        "insert into ledger.payout_schedules (schedule_id, currency, cadence, local_time, timezone, as_of_days,"
        " min_amount, is_active, next_due_at, updated_at, updated_by)"
        " values ('late', 'PEN', 'daily', '02:30', 'UTC', 1, 1, true, now() - interval '1 hour', now(), 'ana')",
        set(),
    ),
    "payout_waiting": (
        "update ledger.payouts set created_at = now() - interval '100 hours' where status = 'CREATED'",
        set(),
    ),
    "payout_status_differs_from_entries": (
        "update ledger.payouts set status = 'FAILED', failed_at = now() where status = 'PAID'",
        set(),
    ),
    "reserved_balance_unequal_to_open_payouts": (
        "update ledger.payouts set status = 'PAID', paid_at = now() where status = 'CREATED'",
        {"payout_status_differs_from_entries"},
    ),
    "negative_reserved_or_held": (
        """
        update ledger.account_balances set held = -1
        where restaurant_id = 'res_001' and currency = 'PEN';
        """,
        {"balance_unequal_to_entries", "clearing_unequal_to_owed", "held_unequal_to_open_holds"},
    ),
    "entry_without_event_or_payout": (
        "delete from ledger.processor_events where event_id = 'evt_000001'",
        set(),
    ),
    "event_without_its_entries": (
        "update ledger.processor_events set entry_count = entry_count + 1 where event_id = 'evt_000001'",
        {"event_differs_from_rule"},
    ),
    "entry_differs_from_event": (
        "update ledger.processor_events set amount = amount + 1 where event_id = 'evt_000001'",
        set(),
    ),
    "balance_unequal_to_entries": (
        "update ledger.account_balances set balance = balance - 1 where restaurant_id = 'res_001' and currency = 'PEN'",
        {"clearing_unequal_to_owed"},
    ),
    "account_differs_from_last_entry": (
        "update ledger.account_balances set last_event_at = now() where restaurant_id = 'res_001' and currency = 'PEN'",
        set(),
    ),
    "entry_seq_gap": (
        """
        create temporary table moved on commit drop as
        select e.restaurant_id, e.currency, e.entry_seq
        from ledger.ledger_entries as e
        inner join ledger.account_balances as b
            on e.restaurant_id = b.restaurant_id
            and e.currency = b.currency
            and e.entry_seq = b.last_entry_seq
        where e.entry_type = 'FEE'
        limit 1;
        update ledger.ledger_entries as e set entry_seq = e.entry_seq + 1
        from moved as m
        where (e.restaurant_id, e.currency, e.entry_seq) = (m.restaurant_id, m.currency, m.entry_seq);
        update ledger.account_balances as b set last_entry_seq = b.last_entry_seq + 1
        from moved as m
        where (b.restaurant_id, b.currency) = (m.restaurant_id, m.currency);
        """,
        set(),
    ),
    "running_balance_broken": (
        """
        update ledger.ledger_entries as e set balance_after = e.balance_after + 1
        from ledger.account_balances as b
        where (e.restaurant_id, e.currency, e.entry_seq)
            = (b.restaurant_id, b.currency, b.last_entry_seq)
            and b.restaurant_id = 'res_003' and b.currency = 'PEN';
        """,
        set(),
    ),
    "entry_after_closed_day": (
        """
        update ledger.ledger_entries as e set available_on = p.as_of, settlement_day = p.as_of
        from ledger.payouts as p
        where e.restaurant_id = p.restaurant_id and e.payout_id = p.payout_id
            and e.entry_type = 'PAYOUT_RELEASE';
        """,
        set(),
    ),
    "closed_day_unequal_to_payouts": (
        "update ledger.account_balances set closed_through = closed_through + 1"
        " where restaurant_id = 'res_001' and currency = 'PEN'",
        set(),
    ),
    "clearing_unequal_to_owed": (
        "update ledger.account_balances set held = held + 1 where restaurant_id = 'res_002' and currency = 'USD'",
        {"balance_unequal_to_entries", "held_unequal_to_open_holds"},
    ),
    "duplicate_business_content": (
        """
        insert into ledger.processor_events (
            amount, fee, occurred_at, received_at, entry_count, restaurant_id, currency, provider,
            event_id, event_type, payload
        )
        select
            amount, fee, occurred_at, received_at, 0, restaurant_id, currency, provider,
            'evt_twin', event_type, payload
        from ledger.processor_events
        where event_id = 'evt_000001';
        """,
        {"charge_without_its_payment", "event_differs_from_rule"},
    ),
    "negative_available": (
        """
        insert into ledger.pending_days (amount, available_on, restaurant_id, currency)
        values (1000000000, 'infinity', 'res_003', 'PEN');
        """,
        {"pending_day_unequal_to_entries"},
    ),
    "pending_day_unequal_to_entries": (
        "update ledger.pending_days set amount = amount - 1 where restaurant_id = 'res_005'",
        set(),
    ),
    "event_differs_from_rule": (
        """
        insert into ledger.processor_events (
            amount, fee, occurred_at, received_at, entry_count, restaurant_id, currency, provider,
            event_id, event_type, payload
        )
        values (7, 0, '2025-12-01Z', now(), 0, 'res_001', 'PEN', 'default', 'evt_swallowed', 'charge_succeeded', '{}');
        """,
        set(),
    ),
    "event_without_rule": (
        "update ledger.processor_events set subject_state = 'NEVER' where event_id = 'evt_000001'",
        {"entry_differs_from_event"},
    ),
    "event_type_unknown": (
        "update ledger.processor_events set event_type = 'never' where event_id = 'evt_000001'",
        {"event_without_rule", "entry_differs_from_event"},
    ),
    "entry_type_unknown": (
        """
        update ledger.ledger_entries set entry_type = 'NEVER'
        where restaurant_id = 'res_003' and currency = 'PEN' and entry_seq = 1;
        """,
        {
            "balance_unequal_to_entries",
            "clearing_unequal_to_owed",
            "entry_differs_from_event",
            "payout_unequal_to_entries",
        },
    ),
    "amount_out_of_range": (
        "update ledger.processor_events set fee = -1 where entry_count = 1 and event_id = ("
        "select min(event_id) from ledger.processor_events where event_type = 'refund_succeeded')",
        {"event_differs_from_rule"},
    ),
    "account_out_of_range": (
        """
        update ledger.account_balances set balance = 9007199254740992
        where restaurant_id = 'res_003' and currency = 'PEN';
        """,
        {"balance_unequal_to_entries", "clearing_unequal_to_owed"},
    ),
    "account_differs_from_restaurant": (
        "update ledger.account_balances set settlement_delay_days = 9 where restaurant_id = 'res_003'",
        set(),
    ),
    "recorded_at_decreases": (
        """
        update ledger.ledger_entries set recorded_at = recorded_at - interval '1 microsecond'
        where restaurant_id = 'res_004' and currency = 'PEN' and entry_seq = 2;
        """,
        set(),
    ),
    "settlement_before_available": (
        """
        update ledger.ledger_entries set settlement_day = available_on - 1
        where restaurant_id = 'res_004' and currency = 'PEN' and entry_seq = 1;
        """,
        set(),
    ),
    "timezone_unknown": (
        """
        update ledger.restaurants set timezone = 'Mars/Olympus' where restaurant_id = 'res_003';
        update ledger.account_balances set timezone = 'Mars/Olympus' where restaurant_id = 'res_003';
        """,
        set(),
    ),
    "payment_overdrawn": (
        "update ledger.processor_events set amount = 1 where subject_id = 'pay_000016'",
        {"entry_differs_from_event"},
    ),
    "hold_overdrawn": (
        """
        select api.hold_funds('res_003', 'PEN', 5, 'why', 'ho_1');
        select api.release_hold('ho_1', 5, 'why', 'rl_1');
        update ledger.processor_events set amount = 4 where event_id = 'ho_1';
        """,
        {"entry_differs_from_event", "held_unequal_to_open_holds"},
    ),
    "payment_of_another_restaurant": (
        f"select api.ingest_event('{json.dumps(WAITING | {'payment_id': 'pay_000016'})}')",
        set(),
    ),
    "event_deferred_long": (
        f"""
        select api.ingest_event('{json.dumps(WAITING)}');
        update ledger.deferred_events set received_at = now() - interval '25 hours';
        """,
        {"deferred_event_differs"},
    ),
    "deferred_count_differs": (
        "update ledger.account_balances set deferred_count = 1 where restaurant_id = 'res_003' and currency = 'PEN'",
        set(),
    ),
    "event_waits_in_vain": (
        f"""
        select api.ingest_event('{json.dumps(WAITING)}');
        update ledger.deferred_events set subject_id = 'pay_000003', restaurant_id = 'res_005';
        update ledger.account_balances set deferred_count = 0 where restaurant_id = 'res_003';
        update ledger.account_balances set deferred_count = 1 where restaurant_id = 'res_005' and currency = 'PEN';
        """,
        {"deferred_event_differs"},
    ),
    "link_to_another_kind": (
        "update ledger.event_links set payment_event_no = event_no"
        " where event_no = (select min(event_no) from ledger.event_links)",
        set(),
    ),
    "reversal_not_mirror": (
        """
        select api.reverse_event('evt_000001', 'why', 'rv_1');
        update ledger.event_links as l
        set about_event_no = e.event_no, payment_event_no = e.event_no
        from (
            select min(e.event_no) as event_no
            from ledger.processor_events as e
            where e.restaurant_id = 'res_003' and e.currency = 'PEN' and e.event_id > 'evt_000001'
                and e.event_type = 'charge_succeeded'
        ) as e
        where l.is_reversal;
        """,
        set(),
    ),
    "event_reversed_twice": (
        """
        select api.reverse_event('evt_000001', 'why', 'rv_1');
        drop index ledger.event_links_reversed_once_key;
        insert into ledger.event_links (event_no, about_event_no, restaurant_id, is_reversal)
        select 0, l.about_event_no, l.restaurant_id, true from ledger.event_links as l where l.is_reversal;
        """,
        {"link_to_another_kind"},
    ),
    "acceptance_without_refusal": (
        """
        insert into ledger.event_acceptances (event_no, accepted_at, restaurant_id, code, actor, reason)
        select e.event_no, now(), e.restaurant_id, 'RESTAURANT_CLOSED', 'ana', 'it happened'
        from ledger.processor_events as e where e.event_id = 'evt_000001';
        """,
        set(),
    ),
    "charge_without_its_payment": (
        "update ledger.processor_events set subject_id = null where event_id = 'evt_000001'",
        set(),
    ),
    "held_unequal_to_open_holds": (
        """
        select api.hold_funds('res_003', 'PEN', 5, 'why', 'ho_1');
        select api.release_hold('ho_1', 2, 'why', 'rl_1');
        delete from ledger.event_links as l using ledger.processor_events as e
        where e.event_id = 'rl_1' and l.restaurant_id = e.restaurant_id and l.event_no = e.event_no;
        """,
        set(),
    ),
    "holding_differs_from_event": (
        "select api.hold_funds('res_003', 'PEN', 5, 'why', 'ho_1'); delete from ledger.holdings",
        {"held_unequal_to_open_holds"},
    ),
}


@pytest.fixture
def broken(loaded: str) -> Iterator[psycopg.Connection[Any]]:
    """A superuser who walks around the triggers, and whose work is undone."""
    with psycopg.connect(loaded) as connection:
        connection.execute("set local session_replication_role = replica")
        yield connection
        connection.rollback()


@pytest.mark.parametrize("check", BREAKS)
def test_a_check_finds_what_it_is_for(broken: psycopg.Connection[Any], check: str) -> None:
    statement, others = BREAKS[check]
    # What computes everything again finds most of these, too: these are those that must.
    views = [sql.SQL("reporting.{}").format(sql.Identifier(f"check_{name}")) for name in {check} | others]
    counts = sql.SQL("select {}").format(
        sql.SQL(", ").join(sql.SQL("(select count(*) from {})").format(view) for view in views)
    )
    before = broken.execute(counts).fetchone() or ()
    # One restaurant of the sample owes money.
    assert sum(before) == (check == "negative_available")
    for part in statement.split(";"):
        if part.strip():
            broken.execute(part.encode())
    assert all(count > was for was, count in zip(before, broken.execute(counts).fetchone() or (), strict=True))
    query = "select findings, sample -> 0 ->> 'finding' from api.check_integrity(%s, true)"
    row = broken.execute(query, (check,)).fetchone()
    assert row is not None and row[0] > 0 and row[1]


def test_no_check_finds_anything_on_a_sound_database(loaded: str) -> None:
    (rows,) = psql(loaded, script("checks"))
    assert [row for row in rows if row["check_name"] != "check_name"] == []  # a header a check


def test_every_check_is_listed_explained_and_tested(loaded: str, connect: Connect) -> None:
    listed = (
        connect(url=loaded, role="cuenta_reader")
        .execute("select check_name, severity, title, reason, remedy from reporting.integrity_checks")
        .fetchall()
    )
    names = {row[0] for row in listed}
    assert {path.stem for path in CHECKS} == {f"check_{name}" for name in names}
    assert {row[1] for row in listed} == {"error", "warning"}
    assert all(all(row) for row in listed)
    text = (ROOT / "db" / "views" / "integrity_findings.sql").read_text(encoding="utf-8")
    branches = re.findall(r"'(\w+)'::text as check_name,.*?from reporting\.check_(\w+) as", text, re.DOTALL)
    assert all(name == view for name, view in branches)
    assert sorted(name for name, _ in branches) == sorted(names)
    assert set(BREAKS) | {tamper.check for tamper in TAMPERS} >= names


def test_a_filter_on_the_name_runs_one_check(loaded: str, connect: Connect) -> None:
    plan = connect(url=loaded, role="cuenta_reader").execute(
        "explain select * from reporting.integrity_findings where check_name = 'negative_reserved_or_held'"
    )
    text = "\n".join(line for (line,) in plan)
    assert "account_balances" in text
    assert "ledger_entries" not in text
    assert "payouts" not in text


def test_the_balances_in_the_readme_are_those_of_the_sample(create_database: Callable[[], str]) -> None:
    rows = re.findall(r"^\| (res_\d+) \|(.*)\|$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M)
    written = {
        (restaurant, currency): int(cell)
        for restaurant, cells in rows
        for currency, cell in zip(("PEN", "USD", "MXN", "CLP"), cells.split("|"), strict=True)
        if cell.strip()
    }
    lines = (ROOT / "events" / "events.jsonl").read_text(encoding="utf-8").splitlines()
    with psycopg.connect(create_database(), autocommit=True) as connection:
        connection.execute("select api.ingest_events(%s::jsonb)", (f"[{','.join(lines)}]",))
        balances = connection.execute(
            "select restaurant_id, currency, available from reporting.restaurant_balances"
        ).fetchall()
    assert written == {(restaurant, currency): available for restaurant, currency, available in balances}
    assert len(written) == 14
