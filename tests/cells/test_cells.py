"""Four cells behind a proxy: what is alike with a single database, what is split, and what happens if one is away."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.rows import dict_row

import app as service
from db.pool import Pool
from dev import embedded
from tests import cluster
from tests import webhooks_in as sign
from tests.cluster import cell_of
from tests.services import standard_headers

Row = dict[str, Any]
Connection = psycopg.Connection[Row]
RESTAURANTS = [f"res_{number:03}" for number in range(24)]


def of_cell(number: int, prefix: str = "r", cells: int = 4) -> Iterator[str]:
    """Names of restaurants that live in a cell."""
    return (name for name in (f"{prefix}{n}" for n in range(10**6)) if cell_of(name, cells) == number)


def charge(restaurant_id: str, event_id: str, **fields: Any) -> Row:
    return {
        "event_id": event_id, "event_type": "charge_succeeded", "occurred_at": "2025-12-30T10:00:00Z",
        "restaurant_id": restaurant_id, "currency": "PEN", "amount": 12000, "fee": 600,
    } | fields  # fmt: skip


def call(conn: Connection, text: str, *args: Any) -> list[Row]:
    return conn.execute(text, args).fetchall()


def ingest(conn: Connection, event: Row) -> Row:
    return call(conn, "select * from api.ingest_event(%s::jsonb)", json.dumps(event))[0]


def ingest_all(conn: Connection, events: list[Any]) -> list[Row]:
    return call(conn, "select * from api.ingest_events(%s::jsonb)", json.dumps(events))


def sessions_of(url: str, login: str = "cuenta_cell") -> list[int]:
    """The server processes that proxies have in a database."""
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            "select a.pid from pg_stat_activity as a where a.datname = current_database() and a.usename = %s", [login]
        )
        return [pid for (pid,) in rows]


@pytest.fixture(scope="module")
def cells(database: str) -> list[str]:
    """The cells of the module's proxy, as superuser."""
    return cluster.cell_urls(database)


@pytest.fixture
def proxy(database: str) -> Iterator[Connection]:
    with psycopg.connect(database, autocommit=True, row_factory=dict_row) as conn:
        yield conn


@pytest.fixture(scope="module")
def book(database: str) -> None:
    """Charges of all restaurants, in two currencies."""
    with psycopg.connect(database, autocommit=True, row_factory=dict_row) as conn:
        events = [
            charge(name, f"evt_{name}_{currency}", currency=currency, payment_id=f"pay_{name}_{currency}")
            for name in RESTAURANTS
            for currency in ("PEN", "USD")
        ]
        assert Counter(row["status"] for row in ingest_all(conn, events)) == {"processed": 48}


@contextlib.contextmanager
def away(url: str) -> Iterator[None]:
    """A cell that does not answer: its database takes no connection, and has none."""
    name = embedded.database_name(url)
    with psycopg.connect(embedded.url_with_database(url, "postgres"), autocommit=True) as conn:
        alter = sql.SQL("alter database {} allow_connections {}")
        conn.execute(alter.format(sql.Identifier(name), sql.SQL("false")))
        conn.execute("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s", [name])
        try:
            yield
        finally:
            conn.execute(alter.format(sql.Identifier(name), sql.SQL("true")))


# Where a restaurant lives


def test_a_restaurant_is_in_the_cell_that_its_hash_gives_and_in_no_other(book: None, cells: list[str]) -> None:
    found: dict[str, list[int]] = {}
    for number, url in enumerate(cells):
        with psycopg.connect(url) as conn:
            for (name,) in conn.execute("select restaurant_id from ledger.restaurants"):
                found.setdefault(name, []).append(number)
    assert found.keys() >= set(RESTAURANTS)
    assert {name: [cell_of(name)] for name in found} == found
    assert len({cell_of(name) for name in RESTAURANTS}) == 4


@pytest.mark.parametrize("how", ["event", "array", "setting"])
def test_a_cell_refuses_anothers_restaurant(cells: list[str], how: str) -> None:
    name = next(of_cell(1, f"wrong_{how}"))
    with psycopg.connect(cells[0], autocommit=True, row_factory=dict_row) as conn:
        with pytest.raises(psycopg.Error) as caught:
            if how == "event":
                ingest(conn, charge(name, f"wrong_{how}"))
            elif how == "array":
                ingest_all(conn, [charge(name, f"wrong_{how}")])
            else:
                call(conn, "select * from api.set_restaurant(%s)", name)
        assert (caught.value.sqlstate, caught.value.diag.constraint_name) == ("LXCEL", "WRONG_CELL")
        assert call(conn, "select from ledger.restaurants where restaurant_id = %s", name) == []


# Errors

BAD = [
    "api.get_balance('nobody', 'PEN')",
    "api.get_balance('res_001', 'XXX')",
    "api.get_balance(null, 'PEN')",
    "api.ingest_event('5')",
    "api.ingest_events('5')",
    "api.ingest_events(null)",
    "api.get_event('nothing')",
    "api.get_payment('nothing')",
    "api.get_payout('nothing')",
    "api.get_payout(null)",
    "api.get_payout_run('nothing')",
    "api.continue_payout_run('nothing')",
    "api.list_payouts(p_limit => 501)",
    "api.list_payouts(p_cursor => 'x')",
    "api.list_payouts(p_status => 'LOST')",
    "api.list_entries('nobody', 'PEN')",
    "api.run_payouts('PEN', 'infinity')",
    "api.run_payouts('NON', '2025-12-31')",
    "api.run_payouts('PEN', '2025-12-31', p_restaurant_ids => array['res_001', 'nobody'])",
    "api.run_payouts('PEN', '2025-12-31', p_restaurant_ids => array[null])",
    "api.set_restaurant('not good')",
    "api.set_restaurant('res_001', 'Mars/Olympus')",
    "api.replay_event('nothing')",
    "api.confirm_payout('nothing', 'x')",
    "api.dismiss_rejection(null, 'why')",
    "api.dismiss_rejection(4096000, 'why')",
    "api.release_hold('nothing', 1, 'why', 'ref')",
    "api.create_api_key('', 'app')",
    "api.create_api_key('x', 'reader', 'nobody')",
    "api.revoke_api_key('nothing')",
    "api.set_webhook_source('src', 'none')",
    "api.receive_webhook('nothing', '{}', '{}', '')",
    "api.check_integrity('nothing')",
    "api.get_report('nothing')",
    "api.verify_seals(4096000, 4096000)",
]


def test_a_proxy_that_asks_the_wrong_cell_is_no_fault_of_the_sender(
    database: str, proxy: Connection, cells: list[str]
) -> None:
    """As in the moment in which a cell is moved: to be sent again, and nothing is kept."""
    events = [charge(next(of_cell(0, "astray_")), "astray_1"), charge(next(of_cell(1, "astray_")), "astray_2")]
    names = [embedded.database_name(url) for url in cells]

    def point(number: int) -> None:
        with psycopg.connect(database, autocommit=True) as conn:
            cluster.point(conn, 0, names[number])

    point(1)
    try:
        for send in (lambda: ingest(proxy, events[0]), lambda: ingest_all(proxy, events)):
            with pytest.raises(errors.ConnectionFailure) as caught:
                send()
            assert caught.value.diag.constraint_name == "CELL_UNAVAILABLE"
        assert "not_kept=1" in str(caught.value)
    finally:
        point(0)
    assert [row["status"] for row in ingest_all(proxy, events)] == ["processed", "already_processed"]


@pytest.fixture(scope="module")
def plain(server_url: str, cells: list[str]) -> Iterator[Connection]:
    """A single database with the same book, to compare with."""
    from db.deploy import deploy

    with embedded.throw_away_database(server_url) as url:
        deploy(url, quiet=True)
        with psycopg.connect(url, autocommit=True, row_factory=dict_row) as conn:
            ingest(conn, charge("res_001", "evt_res_001_PEN", payment_id="pay_res_001_PEN"))
            yield conn


@pytest.mark.parametrize("bad", BAD)
def test_an_error_is_a_single_databases_and_costs_no_connection(
    book: None, proxy: Connection, plain: Connection, cells: list[str], bad: str
) -> None:
    def told(conn: Connection) -> tuple[Any, ...]:
        with pytest.raises(psycopg.Error) as caught:
            call(conn, f"select * from {bad}")
        diag = caught.value.diag
        return diag.sqlstate, diag.constraint_name, diag.message_primary, diag.message_detail, diag.message_hint

    call(proxy, "select * from api.list_balances()")  # which opens a connection to each
    before = [sorted(sessions_of(url)) for url in cells]
    expected, got = told(plain), told(proxy)
    if "4096000" in bad:  # the same number, of cell 0
        expected = tuple(text.replace("4096000", "1000") if text else text for text in expected)
    assert got == expected
    assert [sorted(sessions_of(url)) for url in cells] == before


def test_one_that_is_not_raised_as_a_value_keeps_its_sqlstate(book: None, proxy: Connection) -> None:
    proxy.execute("set statement_timeout = '300ms'")
    with pytest.raises(errors.QueryCanceled):
        proxy.execute("select pg_sleep(5)")
    proxy.execute("reset statement_timeout")


# Reading


@pytest.mark.parametrize("limit", [1, 3, 7, 500])
@pytest.mark.parametrize(
    ("function", "key"),
    [
        ("list_balances", "restaurant_id, currency"),
        ("list_restaurants", "restaurant_id"),
        ("list_payments", "payment_id"),
        ("list_payouts", "payout_id"),
        ("list_inbox", "rejection_no"),
    ],
)
def test_a_joined_list_is_read_page_by_page_each_row_once_in_order(
    book: None, proxy: Connection, function: str, key: str, limit: int
) -> None:
    if function == "list_payouts":
        call(proxy, "select * from api.run_payouts('USD', '2025-12-31')")
    if function == "list_inbox" and not call(proxy, "select * from api.list_inbox()"):
        ingest_all(proxy, [charge(name, f"bad_{name}", amount=-1) for name in RESTAURANTS[:10]])
    whole = call(proxy, f"select {key}, cursor from api.{function}(p_limit => 500)")
    rows: list[Row] = []
    cursor = None
    for _ in range(len(whole) + 1):
        page = call(proxy, f"select {key}, cursor from api.{function}(p_limit => %s, p_cursor => %s)", limit, cursor)
        rows += page
        if len(page) < limit:
            break
        cursor = page[-1]["cursor"]
    assert len(whole) >= 8
    assert [[row[name] for name in key.split(", ")] for row in rows] == [
        [row[name] for name in key.split(", ")] for row in whole
    ]
    assert len({json.dumps([row[name] for name in key.split(", ")]) for row in rows}) == len(whole)
    if function in ("list_balances", "list_restaurants"):
        assert [row["restaurant_id"] for row in whole] == sorted(row["restaurant_id"] for row in whole)


def test_ids_are_found_wherever_they_are(book: None, proxy: Connection) -> None:
    for name in RESTAURANTS[:8]:
        assert call(proxy, "select * from api.get_event(%s)", f"evt_{name}_PEN")[0]["restaurant_id"] == name
        assert call(proxy, "select * from api.get_payment(%s)", f"pay_{name}_PEN")[0]["restaurant_id"] == name


def test_one_id_in_two_cells_is_two_events_an_error_that_names_both_and_a_finding(proxy: Connection) -> None:
    names = [next(of_cell(0, "twin")), next(of_cell(2, "twin"))]
    assert [ingest(proxy, charge(name, "twin"))["status"] for name in names] == ["processed", "processed"]
    for text in ("select * from api.get_event('twin')", "select * from api.reverse_event('twin', 'why', 'ref_twin')"):
        with pytest.raises(psycopg.Error) as caught:
            call(proxy, text)
        assert caught.value.diag.constraint_name == "ID_IN_TWO_CELLS"
        assert caught.value.diag.message_detail == f"restaurant_ids={' '.join(sorted(names))}"
    found = call(proxy, "select event_id, restaurant_ids from api.find_ids_in_two_cells()")
    assert [row for row in found if row["event_id"] == "twin"] == [{"event_id": "twin", "restaurant_ids": names}]


def test_views_have_the_rows_of_all_cells_and_ask_for_no_more_than_is_asked(
    book: None, proxy: Connection, cells: list[str]
) -> None:
    rows = call(proxy, "select restaurant_id, cell from reporting.restaurant_balances where currency = 'PEN'")
    assert {(row["restaurant_id"], row["cell"]) for row in rows} >= {(name, cell_of(name)) for name in RESTAURANTS}
    assert call(proxy, "select currency from reporting.trial_balance group by 1 having sum(debit) <> sum(credit)") == []
    plan = call(proxy, "explain verbose select * from reporting.ledger_entries where restaurant_id = 'res_001'")
    asked = [row["QUERY PLAN"] for row in plan if "Remote SQL" in row["QUERY PLAN"]]
    assert len(asked) == 4 and all("WHERE ((restaurant_id = 'res_001'" in text for text in asked)
    found = call(proxy, "select check_name from reporting.integrity_findings where severity = 'error'")
    assert found == []


def test_the_metrics_are_of_all_cells_and_one_document(book: None, proxy: Connection) -> None:
    text = call(proxy, "select metrics from api.get_metrics()")[0]["metrics"]
    lines = text.splitlines()
    helps = [line.split()[2] for line in lines if line.startswith("# HELP")]
    assert len(helps) == len(set(helps)) > 10
    samples = [line for line in lines if not line.startswith("#")]
    assert all('cell="' in line for line in samples)
    assert {line.split('cell="')[1][0] for line in samples} == set("0123")
    family = ""
    for line in lines:
        if line.startswith("# HELP"):
            family = line.split()[2]
        elif not line.startswith("#"):
            assert line.startswith(family)


# Arrays


def test_an_array_is_split_and_answered_in_its_order(proxy: Connection, cells: list[str]) -> None:
    names = [f"array_{number}" for number in range(40)]
    events: list[Any] = [charge(name, f"array_{name}", amount=100 + n) for n, name in enumerate(names)]
    events[7:7] = [5, {}, charge("not good", "x"), charge(names[0], f"array_{names[0]}", amount=100)]
    rows = ingest_all(proxy, events)
    assert [row["item"] for row in rows] == list(range(1, 45))
    assert Counter(row["status"] for row in rows) == {"processed": 40, "rejected": 3, "already_processed": 1}
    assert [row["restaurant_id"] for row in rows[11:]] == names[7:]
    again = ingest_all(proxy, events)
    assert Counter(row["status"] for row in again) == {"already_processed": 41, "rejected": 3}


@pytest.mark.parametrize("value", ["1e131071", "5", "true", "null", "[]", "{}"])
def test_a_restaurant_that_is_no_text_is_never_made_one(proxy: Connection, value: str) -> None:
    """1e131071 is eight bytes of JSON and 130 kB of text: an array of those was hashed as gigabytes."""
    event = f'{{"event_id": "bomb", "restaurant_id": {value}}}'
    assert call(proxy, "select proxy.name_restaurant(%s::jsonb) as name", event) == [{"name": None}]
    assert call(proxy, "select status from api.ingest_event(%s::jsonb)", event) == [{"status": "rejected"}]
    rows = call(proxy, "select status from api.ingest_events(%s::jsonb)", f"[{event}, {event}]")
    assert rows == [{"status": "rejected"}] * 2


def test_a_csv_is_the_rows_of_all_cells_or_an_error(book: None, proxy: Connection) -> None:
    text = "select csv from api.get_report_csv('daily_sales', p_limit => %s)"
    whole = call(proxy, text, 100_000)[0]["csv"]
    count = call(proxy, "select count(*) as count from reporting.daily_sales")[0]["count"]
    header, *lines = whole.split("\r\n")[:-1]
    assert header.startswith("restaurant_id,") and header not in lines
    assert len(lines) == count >= 48 and {cell_of(line.split(",")[0]) for line in lines} == {0, 1, 2, 3}
    assert call(proxy, text, count)[0]["csv"] == whole
    with pytest.raises(psycopg.Error) as caught:
        call(proxy, text, count - 1)
    diag = caught.value.diag
    assert (diag.constraint_name, diag.message_detail) == (
        "REPORT_TOO_LARGE", f"name=daily_sales, limit={count - 1}"
    )  # fmt: skip
    page = call(proxy, "select data, next_cursor from api.get_report('daily_sales', p_limit => 3)")[0]
    rest = call(proxy, "select csv from api.get_report_csv('daily_sales', p_cursor => %s)", page["next_cursor"])
    assert rest[0]["csv"].split("\r\n")[1:-1] == lines[3:]


def test_of_an_array_is_kept_what_is_of_cells_that_answer_and_the_error_says_what_is_not(
    database: str, proxy: Connection, cells: list[str]
) -> None:
    names = [next(of_cell(number, "half")) for number in range(4)]
    events = [charge(name, f"half_{name}") for name in names]
    ingest_all(proxy, [charge(name, f"open_{name}") for name in names])
    with away(cells[2]):
        with pytest.raises(psycopg.Error) as caught:
            ingest_all(proxy, events)
        assert (caught.value.sqlstate, caught.value.diag.constraint_name) == ("08006", "CELL_UNAVAILABLE")
        assert caught.value.diag.message_detail == "not_kept=3"
        assert "password" not in str(caught.value)
        for name in names[:2] + names[3:]:
            assert call(proxy, "select total from api.get_balance(%s, 'PEN')", name) == [{"total": 22800}]
        client = service.create_app(Pool(database)).test_client()
        answer = client.post("/v1/processor/events/batch", json=events)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        error = json.loads(answer.text)["error"]
        assert (error["code"], error["details"]) == ("CELL_UNAVAILABLE", {"not_kept": "3"})
        client.application.extensions["pool"].close()
        with pytest.raises(psycopg.Error) as caught:
            call(proxy, "select total from api.get_balance(%s, 'PEN')", names[2])
        assert caught.value.sqlstate == "08006"
    rows = ingest_all(proxy, events)
    assert [row["status"] for row in rows] == ["already_processed"] * 2 + ["processed", "already_processed"]
    assert call(proxy, "select total from api.get_balance(%s, 'PEN')", names[2]) == [{"total": 22800}]


# Runs


def test_a_run_has_one_id_and_one_answer(proxy: Connection, cells: list[str]) -> None:
    names = [f"run_{number}" for number in range(30)]
    ingest_all(proxy, [charge(name, f"run_{name}", currency="CLP", amount=1000, fee=0) for name in names])
    dry = call(proxy, "select * from api.run_payouts('CLP', '2025-12-31', p_dry_run => true)")[0]
    assert (dry["payouts_created"], dry["payouts_amount"], dry["run_id"]) == (30, 30000, None)
    run = call(proxy, "select * from api.run_payouts('CLP', '2025-12-31', 2000)")[0]
    assert (run["payouts_created"], run["restaurants_skipped"], run["skipped"]) == (0, 30, {"below_minimum": 30})
    run = call(proxy, "select * from api.run_payouts('CLP', '2025-12-31')")[0]
    assert (run["message"], run["payouts_amount"]) == ("payouts created: 30", 30000)
    for url in cells:
        with psycopg.connect(url) as conn:
            told = conn.execute("select payouts_created > 0 from ledger.payout_runs where run_id = %s", [run["run_id"]])
            assert told.fetchall() == [(True,)]
    assert call(proxy, "select payouts_created from api.get_payout_run(%s)", run["run_id"]) == [{"payouts_created": 30}]
    listed = call(proxy, "select run_id, payouts_created from api.list_payout_runs('CLP') limit 2")
    assert listed[0] == {"run_id": run["run_id"], "payouts_created": 30}
    assert len({row["run_id"] for row in listed}) == len(listed) == 2
    paid = call(proxy, "select restaurant_id from api.list_payouts(p_run_id => %s)", run["run_id"])
    assert {row["restaurant_id"] for row in paid} == set(names)


def test_a_run_of_some_restaurants_asks_their_cells_and_an_unknown_one_stops_it_before_it_begins(
    proxy: Connection, cells: list[str]
) -> None:
    names = [next(of_cell(number, "some")) for number in range(3)]
    ingest_all(proxy, [charge(name, f"some_{name}", currency="MXN") for name in names])
    text = "select * from api.run_payouts('MXN', '2025-12-31', p_restaurant_ids => %s)"
    with pytest.raises(psycopg.Error) as caught:
        call(proxy, text, [*names, next(of_cell(3, "nobody"))])
    assert caught.value.sqlstate == "LNRES"
    assert call(proxy, "select * from api.list_payouts(p_currency => 'MXN')") == []
    assert call(proxy, text, names[:2])[0]["payouts_created"] == 2
    assert call(proxy, text, names)[0]["payouts_created"] == 1


def test_a_cell_that_is_away_is_told_and_paid_by_the_next_run(proxy: Connection, cells: list[str]) -> None:
    names = [next(of_cell(number, "late")) for number in range(4)]
    ingest_all(proxy, [charge(name, f"late_{name}", currency="COP") for name in names])
    with away(cells[1]):
        run = call(proxy, "select * from api.run_payouts('COP', '2025-12-31')")[0]
        assert run["payouts_created"] == 3
        assert run["message"] == (
            "payouts created: 3; cells that do not answer, whose restaurants wait for another run: 1"
        )
    run = call(proxy, "select * from api.run_payouts('COP', '2025-12-31')")[0]
    assert (run["message"], run["payouts_created"]) == ("payouts created: 1", 1)


@pytest.mark.parametrize(
    "text",
    [
        "api.use_api_key('x')",
        "api.run_payouts('COP', '2025-12-31')",
        "api.list_reports()",
        "api.claim_payouts('COP', 5)",
        "api.get_payout('x')",
        "api.list_payouts()",
        "api.confirm_payout('x', 'y')",
        "api.get_balance('res_001', 'PEN')",
        "api.receive_webhook('x', '{}', '{}', '')",
        "api.replay_webhook(4096)",
        "api.verify_seals()",
    ],
)
def test_with_all_cells_away_every_call_says_that_they_do_not_answer(
    proxy: Connection, cells: list[str], text: str
) -> None:
    with contextlib.ExitStack() as stack:
        for url in cells:
            stack.enter_context(away(url))
        with pytest.raises(psycopg.Error) as caught:
            call(proxy, f"select * from {text}")
    assert (caught.value.sqlstate, caught.value.diag.constraint_name) == ("08006", "CELL_UNAVAILABLE")


def test_a_run_is_carried_out_in_steps(proxy: Connection) -> None:
    names = [f"step_{number}" for number in range(20)]
    ingest_all(proxy, [charge(name, f"step_{name}", currency="BRL") for name in names])
    run_id = call(proxy, "select run_id from api.start_payout_run('BRL', '2025-12-31')")[0]["run_id"]
    steps: list[Row] = []
    while not steps or not steps[-1]["is_finished"]:
        steps += call(proxy, "select * from api.continue_payout_run(%s, 2)", run_id)
        assert len(steps) < 20
    assert steps[-1]["payouts_created"] == 20
    assert call(proxy, "select is_finished from api.get_payout_run(%s)", run_id) == [{"is_finished": True}]


def test_the_procedure_pays_everybody_across_the_cells(proxy: Connection) -> None:
    names = [f"proc_{number}" for number in range(9)]
    ingest_all(proxy, [charge(name, f"proc_{name}", currency="UYU") for name in names])
    row = call(proxy, "call api.pay_restaurants('UYU', '2025-12-31')")[0]
    told = call(proxy, "select payouts_created, is_finished from api.get_payout_run(%s)", row["p_run_id"])
    assert told == [{"payouts_created": 9, "is_finished": True}]


def test_payouts_are_claimed_from_all_cells_and_no_more_than_asked(proxy: Connection) -> None:
    names = [f"claim_{number}" for number in range(12)]
    ingest_all(proxy, [charge(name, f"claim_{name}", currency="ARS") for name in names])
    call(proxy, "select * from api.run_payouts('ARS', '2025-12-31')")
    claimed = [call(proxy, "select * from api.claim_payouts('ARS', 5)") for _ in range(4)]
    assert [len(rows) for rows in claimed] == [5, 5, 2, 0]
    assert {row["restaurant_id"] for rows in claimed for row in rows} == set(names)
    payout = claimed[0][0]["payout_id"]
    assert call(proxy, "select status from api.cancel_payout(%s, 'why', 'cancel_1', p_bank_told => true)", payout)


# What people decide


def test_what_is_refused_is_numbered_with_its_cell_and_dismissed_there(proxy: Connection) -> None:
    names = [next(of_cell(number, "bad")) for number in range(4)]
    ingest_all(proxy, [{"restaurant_id": name, "event_id": None, "amount": 1} for name in names])
    rows = call(proxy, "select rejection_no, restaurant_id from api.list_inbox() where event_id is null")
    mine = {row["restaurant_id"]: row["rejection_no"] for row in rows if row["restaurant_id"] in names}
    assert {name: number & 4095 for name, number in mine.items()} == {name: cell_of(name) for name in names}
    for number in mine.values():
        row = call(proxy, "select rejection_no from api.dismiss_rejection(%s, 'seen')", number)
        assert row == [{"rejection_no": number}]
    assert not {row["rejection_no"] for row in call(proxy, "select rejection_no from api.list_inbox()")} & {
        *mine.values()
    }


def test_an_operators_call_goes_to_where_the_event_is(book: None, proxy: Connection) -> None:
    name = next(of_cell(3, "op"))
    ingest(proxy, charge(name, "op_1"))
    assert call(proxy, "select status from api.reverse_event('op_1', 'why', 'op_ref')") == [{"status": "processed"}]
    assert call(proxy, "select total from api.get_balance(%s, 'PEN')", name) == [{"total": 0}]
    ingest(proxy, charge(name, "op_2"))
    assert call(proxy, "select status from api.hold_funds(%s, 'PEN', 100, 'why', 'op_hold')", name)
    assert call(proxy, "select status from api.release_hold('op_hold', 40, 'why', 'op_free')") == [
        {"status": "processed"}
    ]
    assert call(proxy, "select held from api.get_balance(%s, 'PEN')", name) == [{"held": 60}]


# Transactions


def test_inside_a_transaction_block_a_call_that_changes_something_is_refused_and_reading_is_not(
    book: None, proxy: Connection
) -> None:
    event = json.dumps(charge("res_001", "block_1"))
    write = f"select * from api.ingest_event('{event}'::jsonb)"
    proxy.execute("begin")
    assert call(proxy, "select total from api.get_balance('res_001', 'PEN')")
    with pytest.raises(errors.ActiveSqlTransaction):
        proxy.execute(write)  # as text, like psql: told exactly
    proxy.execute("rollback")
    for _ in range(2):  # prepared: told exactly, however soon after BEGIN
        proxy.execute("select status from api.ingest_event(%s::jsonb)", [event], prepare=True)
    proxy.execute("begin")
    with pytest.raises(errors.ActiveSqlTransaction):
        proxy.execute("select status from api.ingest_event(%s::jsonb)", [event], prepare=True)
    proxy.execute("rollback")


def test_what_cannot_be_told_at_the_first_call_is_at_the_second(book: None, proxy: Connection) -> None:
    text = "select status from api.ingest_event(%s::jsonb)"
    proxy.execute("begin")
    with pytest.raises(errors.ActiveSqlTransaction):
        for number in range(2):
            proxy.execute(text, [json.dumps(charge("res_001", f"second_{number}"))], prepare=False)
    proxy.execute("rollback")
    proxy.execute("begin")
    time.sleep(1.05)
    with pytest.raises(errors.ActiveSqlTransaction):
        proxy.execute(text, [json.dumps(charge("res_001", "second_2"))], prepare=False)
    proxy.execute("rollback")


def test_a_call_outside_of_a_block_is_taken_however_long_its_text_is_parsed(proxy: Connection) -> None:
    """Fifty calls at once on two cores were refused as if they were in a block."""
    text = f"select status from api.ingest_event(%s::jsonb) where 1 in ({', '.join(['1'] * 200_000)})"
    event = json.dumps(charge("res_001", "long_text"))
    assert call(proxy, text, event) == [{"status": "processed"}]


def test_many_calls_of_one_statement_and_calls_one_after_the_other_are_no_block(proxy: Connection) -> None:
    events = json.dumps([charge(f"many_{number}", f"many_{number}") for number in range(20)])
    rows = call(proxy, "select (api.ingest_event(e)).status from jsonb_array_elements(%s::jsonb) as e", events)
    assert Counter(row["status"] for row in rows) == {"processed": 20}
    for number in range(30):
        ingest(proxy, charge("many_1", f"one_{number}"))


def test_a_read_only_transaction_changes_nothing(book: None, proxy: Connection) -> None:
    proxy.execute("begin read only")
    assert call(proxy, "select * from api.list_balances()")
    with pytest.raises(errors.ReadOnlySqlTransaction):
        ingest(proxy, charge("res_001", "read_only"))
    proxy.execute("rollback")


def test_a_time_out_reaches_the_cell(book: None, proxy: Connection, cells: list[str]) -> None:
    url = cells[cell_of("res_001")]
    with psycopg.connect(url) as holder:
        holder.execute("select from ledger.account_balances where restaurant_id = 'res_001' for update")
        proxy.execute("set statement_timeout = '500ms'")
        with pytest.raises(errors.QueryCanceled):
            ingest(proxy, charge("res_001", "time_out"))
        proxy.execute("reset statement_timeout")
        deadline = time.monotonic() + 10
        waiting = [(1,)]
        while waiting and time.monotonic() < deadline:
            with psycopg.connect(url) as conn:
                waiting = conn.execute(
                    "select pid from pg_stat_activity where datname = current_database() and usename = 'cuenta_cell'"
                    " and state = 'active'"
                ).fetchall()
        assert waiting == []
    assert call(proxy, "select * from api.get_balance('res_001', 'PEN')")
    with psycopg.connect(url) as conn:
        assert conn.execute("select from ledger.processor_events where event_id = 'time_out'").fetchall() == []


# Keys, webhooks


def test_a_key_is_one_key_in_all_cells(book: None, proxy: Connection, cells: list[str]) -> None:
    key = call(proxy, "select * from api.create_api_key('ana', 'app')")[0]
    digest = hashlib.sha256(key["key"].encode()).digest()
    for url in cells:
        with psycopg.connect(url) as conn:
            rows = conn.execute("select key_digest from access.api_keys where key_id = %s", [key["key_id"]]).fetchall()
            assert rows == [(digest,)]
    with away(cells[0]):
        told = call(proxy, "select has_keys, key_id from api.use_api_key(%s)", digest)
        assert told == [{"has_keys": True, "key_id": key["key_id"]}]
    another = call(proxy, "select * from api.create_api_key('ben', 'app')")[0]
    assert another["key"] != key["key"] and another["key_id"] != key["key_id"]
    call(proxy, "select * from api.revoke_api_key(%s)", key["key_id"])
    assert call(proxy, "select key_id from api.use_api_key(%s)", digest) == [{"key_id": None}]


def test_a_restaurants_own_key_reads_its_own(book: None, proxy: Connection) -> None:
    key = call(proxy, "select * from api.create_api_key('own', 'reader', 'res_005')")[0]
    digest = hashlib.sha256(key["key"].encode()).digest()
    assert call(proxy, "select restaurant_id from api.use_api_key(%s)", digest) == [{"restaurant_id": "res_005"}]
    own = call(proxy, "select answer from api.get_own(%s, 'get_balance', '{\"p_currency\": \"PEN\"}')", digest)
    assert own[0]["answer"]["restaurant_id"] == "res_005"


def test_a_key_is_listed_once_page_by_page_wherever_it_is(book: None, proxy: Connection) -> None:
    made = [
        call(proxy, "select key_id from api.create_api_key(%s, 'reader', %s)", f"listed {n}", name)[0]["key_id"]
        for n, name in enumerate([None, "res_001", None, None, "res_002", None, "res_003", None])
    ]
    call(proxy, "select from api.revoke_api_key(%s)", made[2])
    listed: list[Row] = []
    while True:
        cursor = listed[-1]["cursor"] if listed else None
        page = call(proxy, "select * from api.list_api_keys(3, %s)", cursor)
        listed += page
        if len(page) < 3:
            break
    found = [row["key_id"] for row in listed]
    assert len(found) == len(set(found))
    assert [key_id for key_id in found if key_id in made] == made[::-1]
    assert [row["key_id"] for row in listed if row["revoked_at"] and row["key_id"] in made] == [made[2]]


def test_only_a_proxy_draws_for_others(cells: list[str]) -> None:
    with psycopg.connect(cells[0], autocommit=True) as conn:
        conn.execute("set cuenta.seed = 'guessed'")
        drawn = [conn.execute("select ledger.draw_uuid()").fetchone() for _ in range(2)]
        conn.execute("set cuenta.seed = 'guessed'")
        assert conn.execute("select ledger.draw_uuid()").fetchone() not in drawn


def test_a_signed_webhook_posts_each_event_in_its_cell_and_keeps_the_rest_once(
    proxy: Connection, cells: list[str]
) -> None:
    secret = "whsec_" + "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"
    call(proxy, "select * from api.set_webhook_source('shop', 'standard')")
    call(proxy, "select * from api.add_webhook_secret('shop', %s)", secret)
    names = [next(of_cell(number, "hook")) for number in range(4)]
    body = json.dumps([charge(name, f"hook_{name}", provider="shop") for name in names]).encode()
    headers = standard_headers(secret, body, message_id="msg_1")
    text = "select * from api.receive_webhook('shop', %s::jsonb, '{}', %s)"
    row = call(proxy, text, json.dumps(headers), body)[0]
    assert [result["status"] for result in row["results"]] == ["processed"] * 4
    assert [result["event_id"] for result in row["results"]] == [f"hook_{name}" for name in names]
    again = call(proxy, text, json.dumps(headers), body)[0]
    assert [result["status"] for result in again["results"]] == ["already_processed"] * 4
    with pytest.raises(psycopg.Error) as caught:
        call(proxy, text, json.dumps(headers), body + b" ")
    assert caught.value.sqlstate == "LAKEY"
    odd = b"{"
    call(proxy, text, json.dumps(standard_headers(secret, odd, message_id="msg_2")), odd)
    call(proxy, text, json.dumps(standard_headers(secret, odd, message_id="msg_2")), odd)
    kept = call(proxy, "select webhook_no, deliveries from api.list_kept_webhooks()")
    assert [row["deliveries"] for row in kept] == [2]
    assert call(proxy, "select webhook_no from api.dismiss_webhook(%s, 'odd')", kept[0]["webhook_no"])


def test_a_kept_webhook_is_replayed_each_event_in_its_cell(proxy: Connection, cells: list[str]) -> None:
    """What one cell has kept may tell of restaurants of others."""
    secret = "whsec_" + "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"
    call(proxy, "select * from api.set_webhook_source('late', 'standard')")
    call(proxy, "select * from api.add_webhook_secret('late', %s)", secret)
    names = [next(of_cell(number, "late")) for number in range(4)]
    body = json.dumps([charge(name, f"late_{name}", provider="lateshop") for name in names]).encode()
    headers = json.dumps(standard_headers(secret, body, message_id="msg_1"))
    row = call(proxy, "select * from api.receive_webhook('late', %s::jsonb, '{}', %s)", headers, body)[0]
    assert [result["code"] for result in row["results"]] == ["PROVIDER_NOT_OF_SOURCE"] * 4
    call(proxy, "select * from api.set_webhook_source('late', 'standard', %s)", '{"provider": "lateshop"}')
    kept = "select webhook_no, is_open from api.list_kept_webhooks('late', null)"
    numbers = [row["webhook_no"] for row in call(proxy, kept)]
    assert len(numbers) == 4
    for status in ("processed", "already_processed"):
        row = call(proxy, "select * from api.replay_webhook(%s, 'ana')", numbers[0])[0]
        assert (row["webhook_no"], row["source"], row["is_open"]) == (numbers[0], "late", False)
        assert [(r["event_id"], r["status"]) for r in row["results"]] == [(f"late_{name}", status) for name in names]
    assert {row["is_open"] for row in call(proxy, kept)} == {False}


def test_a_refund_of_a_payment_that_two_cells_know_is_kept_and_posted_in_neither(proxy: Connection) -> None:
    settings = {"restaurant_path": ["additionalData", "metadata.restaurant_id"]}
    call(proxy, "select * from api.set_webhook_source('adyen', 'adyen', %s)", json.dumps(settings))
    call(proxy, "select * from api.add_webhook_secret('adyen', %s)", sign.HEX)
    receive = "select * from api.receive_webhook('adyen', '{}', '{}', %s)"
    names = [next(of_cell(number, "same_payment")) for number in (1, 3)]
    for number, name in enumerate(names):
        capture = sign.adyen_item(originalReference="P1", pspReference=f"C{number}")
        capture["additionalData"]["metadata.restaurant_id"] = name
        assert call(proxy, receive, sign.adyen(capture))[0]["results"][0]["status"] == "processed"
    refund = sign.adyen_item(originalReference="P1", pspReference="R1", eventCode="REFUND")
    assert call(proxy, receive, sign.adyen(refund))[0]["results"][0]["code"] == "RESTAURANT_NOT_NAMED"
    assert [row["code"] for row in call(proxy, "select code from api.list_kept_webhooks('adyen')")] == [
        "RESTAURANT_NOT_NAMED"
    ]
    for name in names:
        assert call(proxy, "select total from api.get_balance(%s, 'EUR')", name) == [{"total": 1130}]


def test_an_endpoint_is_told_what_happens_in_every_cell(proxy: Connection) -> None:
    made = call(proxy, "select endpoint_id, secret from api.set_webhook_endpoint('https://shop.example/')")[0]
    names = [next(of_cell(number, "told")) for number in range(4)]
    ingest_all(proxy, [charge(name, f"told_{name}", amount=-1) for name in names])
    claimed: list[Row] = []
    for _ in range(10):
        claimed += call(
            proxy, "select delivery_id, lease_id, endpoint_id, secrets, payload from api.claim_deliveries(3)"
        )
    assert {row["endpoint_id"] for row in claimed} == {made["endpoint_id"]}
    assert {json.dumps(row["secrets"]) for row in claimed} == {json.dumps([made["secret"]])}
    assert {row["delivery_id"] & 4095 for row in claimed} == {0, 1, 2, 3}
    for row in claimed:
        told = call(
            proxy, "select is_recorded, delivery_id from api.record_delivery(%s, %s, 200)",
            row["delivery_id"], row["lease_id"],
        )  # fmt: skip
        assert told == [{"is_recorded": True, "delivery_id": row["delivery_id"]}]


def test_two_who_set_what_is_the_platforms_leave_the_same_in_all_cells(database: str, cells: list[str]) -> None:
    def change(first: int) -> None:
        with psycopg.connect(database, autocommit=True, row_factory=dict_row) as conn:
            for hours in range(first, first + 40):
                call(conn, "select * from api.set_platform_settings(p_seal_hours => %s)", hours)

    threads = [threading.Thread(target=change, args=(first,)) for first in (100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    orders = []
    for url in cells:
        with psycopg.connect(url) as conn:
            query = "select new_settings ->> 'seal_hours' from ledger.setting_changes order by change_no desc limit 60"
            orders.append(conn.execute(query).fetchall())
    assert orders == [orders[0]] * 4


# Seals


def test_each_cell_is_sealed_and_verified(book: None, proxy: Connection, cells: list[str]) -> None:
    seals = call(proxy, "select seal_no, root from api.seal_ledger()")
    assert [row["seal_no"] & 4095 for row in seals] == [0, 1, 2, 3]
    assert call(proxy, "select * from api.verify_seals()") == []
    for row in seals:
        assert (
            call(proxy, "select * from api.verify_seals(%s, %s, %s)", row["seal_no"], row["seal_no"], row["root"]) == []
        )
        assert call(proxy, "select * from api.get_seal_lines(%s)", row["seal_no"])
    with pytest.raises(psycopg.Error) as caught:
        call(proxy, "select * from api.verify_seals(%s, %s)", seals[0]["seal_no"], seals[1]["seal_no"])
    assert caught.value.sqlstate == "LNSEA"
    found = call(proxy, "select * from api.verify_seals(p_from => %s, p_root => %s)", seals[0]["seal_no"], "0" * 64)
    assert found != []


# At once


def test_many_at_once_in_all_cells_lose_and_double_nothing_while_backends_are_killed(
    database: str, cells: list[str]
) -> None:
    """Singles and arrays from six sessions; meanwhile the cells' backends of the proxies are ended, again and again."""
    done = threading.Event()
    names = [f"kill_{number}" for number in range(16)]
    answers: list[tuple[str, str]] = []
    failures: Counter[str] = Counter()

    def send(number: int) -> None:
        conn = psycopg.connect(database, autocommit=True, row_factory=dict_row)
        for step in range(40):
            events = [
                charge(names[(number + step + n) % 16], f"kill_{number}_{step}_{n}", currency="BOB", amount=100, fee=0)
                for n in range(1 if step % 2 else 5)
            ]
            while True:
                try:
                    rows = ingest_all(conn, events) if len(events) > 1 else [ingest(conn, events[0])]
                    break
                except psycopg.Error as error:
                    failures[str(error.sqlstate)] += 1
                    assert str(error.sqlstate)[:2] in ("08", "57"), error
                    if conn.closed:
                        conn = psycopg.connect(database, autocommit=True, row_factory=dict_row)
            answers.extend((row["event_id"], row["status"]) for row in rows)
        conn.close()

    def kill() -> None:
        turn = 0
        before = 0
        while not done.is_set():
            if len(answers) == before:  # a kill for each step forward: a slow machine comes to the end, too
                time.sleep(0.005)
                continue
            turn, before = turn + 1, len(answers)
            for pid in sessions_of(cells[turn % 4])[:2]:
                with psycopg.connect(cells[turn % 4], autocommit=True) as conn:
                    conn.execute("select pg_terminate_backend(%s)", [pid])
            time.sleep(0.02)

    killer = threading.Thread(target=kill)
    senders = [threading.Thread(target=send, args=(number,)) for number in range(6)]
    killer.start()
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(120)
    done.set()
    killer.join(30)
    assert sum(failures.values()) > 0, "the kills met nobody"
    assert len(answers) == 6 * (20 * 5 + 20)
    assert {status for _, status in answers} <= {"processed", "already_processed"}
    with psycopg.connect(database, autocommit=True, row_factory=dict_row) as conn:
        found = call(conn, "select event_id from reporting.ledger_entries where currency = 'BOB'")
        assert Counter(row["event_id"] for row in found) == Counter({event_id: 1 for event_id, _ in answers})
        total = call(conn, "select sum(total) as total from reporting.restaurant_balances where currency = 'BOB'")
        assert total == [{"total": 100 * len(answers)}]
        assert call(conn, "select * from reporting.integrity_findings where severity = 'error'") == []


# Rights

GRANTS = """
select p.proname, case x.grantee when 0 then 'PUBLIC' else x.grantee::regrole::text end as grantee
from pg_proc as p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as x
where p.pronamespace = 'api'::regnamespace and x.grantee not in (p.proowner, 'cuenta_writer'::regrole)
union all
select c.relname, case x.grantee when 0 then 'PUBLIC' else x.grantee::regrole::text end || ' ' || x.privilege_type
from pg_class as c, aclexplode(c.relacl) as x
where c.relnamespace = 'reporting'::regnamespace and x.grantee not in (c.relowner, 'cuenta_writer'::regrole)
"""


def test_who_may_do_what_is_as_in_a_cell(database: str, cells: list[str]) -> None:
    def granted(url: str) -> set[tuple[str, str]]:
        with psycopg.connect(url) as conn:
            return {(name, to) for name, to in conn.execute(GRANTS) if name != "find_ids_in_two_cells"}

    assert granted(database) == granted(cells[0])
    assert len(granted(database)) > 300


def test_nothing_is_for_everybody_and_what_runs_as_the_owner_has_its_search_path_pinned(
    database: str, cells: list[str]
) -> None:
    for url, schemas in ((database, ["api", "proxy", "reporting", "ledger", "outbound"]), (cells[0], ["cell"])):
        with psycopg.connect(url) as conn:
            open_ones = conn.execute(
                "select p.oid::regprocedure::text from pg_proc as p,"
                " aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as x"
                " where p.pronamespace::regnamespace::text = any(%(schemas)s) and x.grantee = 0"
                " union all select n.nspname from pg_namespace as n, aclexplode(n.nspacl) as x"
                " where n.nspname = any(%(schemas)s) and x.grantee = 0",
                {"schemas": schemas},
            ).fetchall()
            assert open_ones == []
            loose = conn.execute(
                "select p.oid::regprocedure::text from pg_proc as p"
                " where p.pronamespace::regnamespace::text = any(%s) and p.prosecdef"
                " and ('search_path=pg_catalog, pg_temp' = any(p.proconfig)) is not true",
                [schemas],
            ).fetchall()
            assert loose == []


@pytest.mark.parametrize(
    "text",
    [
        "select * from proxy.get_balance(0, 'res_001', 'PEN', null)",
        "select * from proxy.find_cell('event', 'x', 'default')",
        "select * from cell_0.restaurants",
        "select umoptions from pg_user_mapping",
        "select * from api.post_adjustment('res_001', 'PEN', 1, 'why', 'ref')",
        "create foreign table mine (a text) server cell_0 options (schema_name 'access', table_name 'api_keys')",
    ],
)
def test_the_service_gets_at_no_cell_but_through_the_functions(book: None, database: str, text: str) -> None:
    with psycopg.connect(database, autocommit=True, options="-c role=cuenta_app") as conn:
        assert conn.execute("select total from api.get_balance('res_001', 'PEN')").fetchall()
        with pytest.raises(errors.InsufficientPrivilege):
            conn.execute(text)
