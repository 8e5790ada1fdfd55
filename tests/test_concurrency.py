"""Several sessions at once: real connections, and waits that are looked up instead of timed.

Every test works in a currency of its own, so that payout runs do not meet the other tests' money.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import psycopg
import pytest
from psycopg import errors
from psycopg.rows import dict_row

from db import embedded
from db.deploy import deploy

NOW = datetime.now(UTC).replace(microsecond=0)
AS_OF = (NOW - timedelta(days=2)).date()
PATIENCE = 30.0  # seconds until a wait that does not come, or does not end, fails the test
# Ids that sort differently by bytes, by case and by dictionary.
AWKWARD_IDS = ("a-1", "A-2", "a.10", "B:1", "b_1", "a1", "Z", "z", "A1", "b-2", "B2", "a_2")

DEADLOCKS = "select d.deadlocks from pg_stat_database as d where d.datname = current_database()"

Row = dict[str, Any]
Event = dict[str, Any]
T = TypeVar("T")


@pytest.fixture(scope="module")
def currencies(database: str) -> Iterator[str]:
    """Currencies, each once."""
    with psycopg.connect(database) as connection:
        return iter([row[0] for row in connection.execute("select currency from ledger.currencies").fetchall()])


@pytest.fixture
def currency(currencies: Iterator[str]) -> str:
    """A currency that no other test uses."""
    return next(currencies)


@pytest.fixture(scope="module")
def two_currencies(currencies: Iterator[str]) -> tuple[str, str]:
    """Two currencies for tests that run no payouts."""
    return next(currencies), next(currencies)


@pytest.fixture
def other_currency(currencies: Iterator[str]) -> str:
    return next(currencies)


class Session:
    """A connection whose calls can run in the background."""

    def __init__(self, connection: psycopg.Connection[Row], pool: ThreadPoolExecutor) -> None:
        self.connection = connection
        self.pid = connection.info.backend_pid
        self.pool = pool

    def rows(self, query: str, *args: Any) -> list[Row]:
        return self.connection.execute(query, args).fetchall()

    def row(self, query: str, *args: Any) -> Row:
        (row,) = self.rows(query, *args)
        return row

    def value(self, query: str, *args: Any) -> Any:
        (value,) = self.row(query, *args).values()
        return value

    def run(self, query: str) -> None:
        self.connection.execute(query)

    def ingest(self, event: Event) -> Row:
        return self.row("select * from api.ingest_event(%s::jsonb)", json.dumps(event))

    def ingest_all(self, events: Sequence[Event]) -> list[Row]:
        rows = self.rows("select * from api.ingest_events(%s::jsonb)", json.dumps(list(events)))
        assert [row["item"] for row in rows] == list(range(1, len(events) + 1))
        return rows

    def ingest_as_array(self, event: Event) -> Row:
        row = self.ingest_all([event])[0]
        del row["item"]
        return row

    def pay(self, currency: str, as_of: date = AS_OF, minimum: int = 1, *, dry: bool = False) -> Row:
        return self.row("select * from api.run_payouts(%s, %s, %s, %s)", currency, as_of, minimum, dry)

    def balance(self, restaurant_id: str, currency: str) -> Row:
        return self.row("select * from api.get_balance(%s, %s)", restaurant_id, currency)

    def start(self, call: Callable[[], T]) -> Future[T]:
        return self.pool.submit(call)

    def begin(self) -> None:
        self.run("begin")

    def commit(self) -> None:
        self.run("commit")

    def rollback(self) -> None:
        self.run("rollback")


class Sessions:
    """Opens sessions of the service's role, and watches them as a superuser."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pool = ThreadPoolExecutor(max_workers=60)
        self.opened: list[psycopg.Connection[Row]] = []
        self.admin = self.open(role=None, settings="-c jit=off")

    def open(self, *, role: str | None = "cuenta_app", settings: str = "") -> Session:
        options = f"-c role={role} {settings}" if role else settings
        connection = psycopg.connect(self.url, autocommit=True, row_factory=dict_row, options=options)
        self.opened.append(connection)
        return Session(connection, self.pool)

    def several(self, count: int, *, settings: str = "") -> list[Session]:
        return [self.open(settings=settings) for _ in range(count)]

    def close(self) -> None:
        for connection in self.opened:
            connection.close()
        self.pool.shutdown()

    def wait_until(self, query: str, *args: Any) -> None:
        """Until the query answers true."""
        deadline = time.monotonic() + PATIENCE
        while not self.admin.value(query, *args):
            assert time.monotonic() < deadline, f"never became true: {query} {args}"
            time.sleep(0.002)

    def wait_until_blocked(self, *waiting: Session) -> None:
        """Until each of the sessions waits for a lock that another one holds."""
        self.wait_until(
            "select count(*) = %s from pg_stat_activity"
            " where pid = any(%s) and wait_event_type = 'Lock' and cardinality(pg_blocking_pids(pid)) > 0",
            len(waiting),
            [session.pid for session in waiting],
        )

    def wait_until_blocked_by(self, waiting: Session, holder: Session) -> None:
        """Until the session waits for a lock of this holder, and of nobody else."""
        self.wait_until("select pg_blocking_pids(%s) = array[%s]::integer[]", waiting.pid, holder.pid)
        waits = self.admin.value("select count(*) from pg_locks where pid = %s and not granted", waiting.pid)
        assert waits == 1

    def at_once(self, calls: Sequence[Callable[[], T]]) -> list[T]:
        """Start all calls at the same moment, each in a thread; answers in their order."""
        barrier = threading.Barrier(len(calls))

        def one(call: Callable[[], T]) -> T:
            barrier.wait(PATIENCE)
            return call()

        futures = [self.pool.submit(one, call) for call in calls]
        return [future.result(PATIENCE * 4) for future in futures]

    def entries(self, restaurant_id: str) -> list[Row]:
        return self.admin.rows(
            "select * from ledger.ledger_entries where restaurant_id = %s order by currency, entry_seq",
            restaurant_id,
        )

    def rejections(self, event_id: str) -> list[Row]:
        return self.admin.rows(
            "select * from ledger.event_rejections where event_id = %s order by rejection_no", event_id
        )

    def check(self) -> None:
        """No integrity check of severity error finds anything."""
        checks = self.admin.rows("select * from api.check_integrity() where severity = 'error'")
        assert checks
        assert [check for check in checks if check["findings"]] == []


@pytest.fixture
def sessions(database: str) -> Iterator[Sessions]:
    """Sessions in the module's database. Afterwards the book is sound and no deadlock was counted."""
    opened = Sessions(database)
    deadlocks = opened.admin.value(DEADLOCKS)
    try:
        yield opened
        opened.check()
    finally:
        opened.close()
    # A session hands its counters in when it ends, which may be a moment after close() answers.
    with psycopg.connect(database, autocommit=True) as watcher:
        deadline = time.monotonic() + PATIENCE
        while True:
            row = watcher.execute(
                f"select count(*) filter (where a.pid <> pg_backend_pid()), ({DEADLOCKS})"
                " from pg_stat_activity as a"
                " where a.datname = current_database() and a.backend_type = 'client backend'"
            ).fetchone()
            assert row is not None
            if row[0] == 0:
                break
            assert time.monotonic() < deadline, "sessions do not end"
            time.sleep(0.002)
        assert row[1] == deadlocks, "PostgreSQL counted a deadlock"


def new_id(kind: str = "evt") -> str:
    return f"{kind}_{uuid.uuid4().hex[:16]}"


def charge(restaurant_id: str, currency: str, **other: Any) -> Event:
    """A charge of 1,000 with a fee of 50, four days ago."""
    event = {
        "event_id": new_id(),
        "event_type": "charge_succeeded",
        "occurred_at": (NOW - timedelta(days=4)).isoformat(),
        "restaurant_id": restaurant_id,
        "currency": currency,
        "amount": 1000,
        "fee": 50,
    }
    event.update(other)
    if event["event_type"] != "charge_succeeded" and "fee" not in other:
        del event["fee"]
    return event


def payout_event(payout: Row, kind: str, **other: Any) -> Event:
    event = {
        "event_id": new_id(),
        "event_type": kind,
        "occurred_at": NOW.isoformat(),
        "restaurant_id": payout["restaurant_id"],
        "currency": payout["currency"],
        "amount": payout["amount"],
        "payout_id": payout["payout_id"],
    }
    event.update(other)
    return event


def make_payout(sessions: Sessions, restaurant_id: str, currency: str, as_of: date = AS_OF) -> Row:
    """A charge and a payout of it: CREATED, 950."""
    session = sessions.open()
    assert session.ingest(charge(restaurant_id, currency))["status"] == "processed"
    session.pay(currency, as_of)
    return session.row("select * from api.list_payouts(%s, %s) where as_of = %s", restaurant_id, currency, as_of)


def statuses(rows: Sequence[Row]) -> Counter[str]:
    return Counter(row["status"] for row in rows)


def unnumbered(row: Row) -> Row:
    return {key: value for key, value in row.items() if key not in ("item", "status")}


# The same event at the same time


def test_the_same_event_50_times_at_once_is_processed_once(sessions: Sessions, currency: str) -> None:
    restaurant = new_id("res")
    event = charge(restaurant, currency)
    answers = sessions.at_once([partial(session.ingest, event) for session in sessions.several(50)])
    assert statuses(answers) == {"processed": 1, "already_processed": 49}
    assert len({json.dumps(unnumbered(answer), default=str) for answer in answers}) == 1
    assert [(e["entry_type"], e["amount"]) for e in sessions.entries(restaurant)] == [
        ("CHARGE", 1000),
        ("FEE", 50),
    ]
    assert sessions.rejections(event["event_id"]) == []
    assert sessions.admin.balance(restaurant, currency)["total"] == 950


def test_49_redeliveries_wait_for_the_first_one_and_repeat_its_answer(sessions: Sessions, currency: str) -> None:
    restaurant = new_id("res")
    event = charge(restaurant, currency)
    first, *others = sessions.several(50)
    first.begin()
    answer = first.ingest(event)
    waiting = [other.start(partial(other.ingest, event)) for other in others]
    sessions.wait_until_blocked(*others)
    first.commit()
    again = [future.result(PATIENCE) for future in waiting]
    assert answer["status"] == "processed"
    assert statuses(again) == {"already_processed": 49}
    assert all(unnumbered(row) == unnumbered(answer) for row in again)
    assert len(sessions.entries(restaurant)) == 2


def test_when_the_first_one_rolls_back_exactly_one_of_the_waiting_posts(sessions: Sessions, currency: str) -> None:
    restaurant = new_id("res")
    event = charge(restaurant, currency)
    first, *others = sessions.several(8)
    first.begin()
    assert first.ingest(event)["status"] == "processed"
    waiting = [other.start(partial(other.ingest, event)) for other in others]
    sessions.wait_until_blocked(*others)
    first.rollback()
    assert statuses([future.result(PATIENCE) for future in waiting]) == {
        "processed": 1,
        "already_processed": 6,
    }
    assert [e["entry_seq"] for e in sessions.entries(restaurant)] == [1, 2]


@pytest.mark.parametrize("how", ["single", "array"])
def test_a_claimant_that_rolls_back_leaves_the_id_to_the_one_that_waited(
    sessions: Sessions, currency: str, how: str
) -> None:
    first, second = sessions.several(2)
    lost, kept = new_id("res"), new_id("res")
    event = charge(lost, currency)
    other = event | {"restaurant_id": kept, "amount": 7}
    first.begin()
    first.ingest(event)
    waiting = second.start(partial(second.ingest if how == "single" else second.ingest_as_array, other))
    sessions.wait_until_blocked_by(second, first)
    first.rollback()
    assert waiting.result(PATIENCE)["status"] == "processed"
    assert sessions.entries(lost) == []
    assert [e["amount"] for e in sessions.entries(kept)] == [7, 50]
    assert sessions.rejections(event["event_id"]) == []
    with pytest.raises(errors.Error) as raised:
        second.balance(lost, currency)
    assert raised.value.diag.constraint_name == "RESTAURANT_NOT_FOUND"


@pytest.mark.parametrize("where", ["same restaurant", "other restaurant"])
@pytest.mark.parametrize("how", ["single", "array"])
def test_an_id_that_is_reused_while_its_first_use_is_open_waits_and_conflicts(
    sessions: Sessions, currency: str, where: str, how: str
) -> None:
    first, second = sessions.several(2)
    restaurant = new_id("res")
    other_restaurant = restaurant if where == "same restaurant" else new_id("res")
    sessions.admin.ingest(charge(other_restaurant, currency))
    before = sessions.entries(other_restaurant)
    event = charge(restaurant, currency)
    reused = event | {"amount": 999, "restaurant_id": other_restaurant}
    first.begin()
    assert first.ingest(event)["status"] == "processed"
    waiting = second.start(partial(second.ingest if how == "single" else second.ingest_as_array, reused))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    answer = waiting.result(PATIENCE)
    assert (answer["status"], answer["code"], answer["entries"]) == ("conflict", "EVENT_ID_REUSED", 0)
    expected = {"amount"} if where == "same restaurant" else {"amount", "restaurant_id"}
    assert set(answer["details"]["fields"]) == expected
    assert [r["status"] for r in sessions.rejections(event["event_id"])] == ["conflict"]
    mine = [e for e in sessions.entries(other_restaurant) if e not in before]
    assert [e["amount"] for e in mine] == ([1000, 50] if where == "same restaurant" else [])


@pytest.mark.parametrize("where", ["same restaurant", "other restaurant"])
def test_two_contents_under_one_id_at_once_are_one_processed_and_one_conflict(
    sessions: Sessions, currency: str, where: str
) -> None:
    pair = sessions.several(2)
    for number in range(15):
        restaurants = [new_id("res")] * 2 if where == "same restaurant" else [new_id("res"), new_id("res")]
        event = charge(restaurants[0], currency)
        reused = event | {"amount": 2000, "restaurant_id": restaurants[1]}
        both = [event, reused]
        answers = sessions.at_once(
            [
                partial(session.ingest if number % 2 else session.ingest_as_array, sent)
                for session, sent in zip(pair, both, strict=True)
            ]
        )
        assert statuses(answers) == {"processed": 1, "conflict": 1}
        winner = next(i for i, answer in enumerate(answers) if answer["status"] == "processed")
        entries = sessions.entries(restaurants[winner])
        assert [e["amount"] for e in entries] == [both[winner]["amount"], 50]
        if where == "other restaurant":
            assert sessions.entries(restaurants[1 - winner]) == []
        assert len(sessions.rejections(event["event_id"])) == 1


# Lost races: an account is moved before it turns out that another session has taken the event's id


EXACT = """
    select
        b.balance,
        b.reserved,
        b.held,
        b.last_entry_seq,
        b.last_entry_at,
        b.last_event_at,
        coalesce(sum(t.balance_effect * e.amount), 0)::bigint as entries_balance,
        coalesce(sum(t.reserved_effect * e.amount), 0)::bigint as entries_reserved,
        coalesce(sum(t.held_effect * e.amount), 0)::bigint as entries_held,
        count(e.entry_seq) as entries,
        coalesce(max(e.entry_seq), 0) as newest_entry,
        max(e.recorded_at) as newest_recorded_at,
        (
            select max(v.occurred_at)
            from ledger.processor_events as v
            where v.restaurant_id = b.restaurant_id and v.currency = b.currency and v.entry_count > 0
        ) as newest_event_at
    from ledger.account_balances as b
    left join ledger.ledger_entries as e using (restaurant_id, currency)
    left join ledger.entry_types as t using (entry_type)
    where b.restaurant_id = any(%s)
    group by b.restaurant_id, b.currency
"""


def check_exact(sessions: Sessions, *restaurants: str) -> None:
    """Every column of the restaurants' accounts is what the book says, the times included."""
    accounts = sessions.admin.rows(EXACT, list(restaurants))
    assert accounts
    for account in accounts:
        kept = ("balance", "reserved", "held", "last_entry_seq", "last_entry_seq", "last_entry_at", "last_event_at")
        booked = (
            *("entries_balance", "entries_reserved", "entries_held", "entries", "newest_entry"),
            *("newest_recorded_at", "newest_event_at"),
        )
        assert [account[name] for name in kept] == [account[name] for name in booked]


LATER = {"occurred_at": (NOW - timedelta(hours=1)).isoformat()}
EARLIER = {"occurred_at": (NOW - timedelta(days=9)).isoformat()}
REUSES: dict[str, Event] = {
    "the same content": {},
    "another amount": {"amount": 77, "fee": 7},
    "a later moment": LATER,
    "an earlier moment": EARLIER,
    "another type": {"event_type": "refund_succeeded", "fee": 0},
    "another restaurant": {"restaurant_id": "other"},
    "another restaurant, later": {"restaurant_id": "other", "amount": 77, **LATER},
    "a new restaurant, later": {"restaurant_id": "new", **LATER},
    "another currency": {"currency": "other"},
    "another currency, later": {"currency": "other", **LATER},
}


@pytest.mark.parametrize("end", ["commit", "rollback"])
@pytest.mark.parametrize("how", ["single", "array"])
@pytest.mark.parametrize("reuse", REUSES)
def test_the_loser_of_a_race_for_an_id_leaves_its_account_as_the_book_says(
    sessions: Sessions, two_currencies: tuple[str, str], reuse: str, how: str, end: str
) -> None:
    first, second = sessions.several(2)
    currency, other_currency = two_currencies
    named = {"own": new_id("res"), "other": new_id("res"), "new": new_id("res")}
    for restaurant in (named["own"], named["other"]):
        for money in (currency, other_currency):
            sessions.admin.ingest(charge(restaurant, money))
    before = sessions.admin.rows(EXACT, list(named.values()))
    event = charge(named["own"], currency, occurred_at=(NOW - timedelta(days=3)).isoformat())
    reused = event | REUSES[reuse]
    reused["restaurant_id"] = named.get(reused["restaurant_id"], reused["restaurant_id"])
    reused["currency"] = other_currency if reused["currency"] == "other" else currency
    first.begin()
    assert first.ingest(event)["status"] == "processed"
    waiting = second.start(partial(second.ingest if how == "single" else second.ingest_as_array, reused))
    sessions.wait_until_blocked_by(second, first)
    assert sessions.admin.rows(EXACT, list(named.values())) == before
    first.run(end)
    answer = waiting.result(PATIENCE)
    check_exact(sessions, *named.values())
    if end == "rollback":
        assert (answer["status"], answer["code"]) == ("processed", None)
        assert sessions.rejections(event["event_id"]) == []
        return
    differs = [name for name in event if reused[name] != event[name]]
    assert answer["status"] == ("conflict" if differs else "already_processed")
    if differs:
        assert set(answer["details"]["fields"]) == set(differs)
    assert len(sessions.rejections(event["event_id"])) == bool(differs)
    # Nothing is left behind for the next event either.
    for restaurant in named.values():
        assert second.ingest(charge(restaurant, currency))["status"] == "processed"
    check_exact(sessions, *named.values())


def test_an_account_is_moved_back_although_the_taken_id_posted_nothing(sessions: Sessions, currency: str) -> None:
    first, second = sessions.several(2)
    restaurant = new_id("res")
    payout = make_payout(sessions, restaurant, currency)
    paid_at = (NOW - timedelta(days=1)).isoformat()
    assert first.ingest(payout_event(payout, "payout_paid", occurred_at=paid_at))["entries"] == 1
    again = payout_event(payout, "payout_paid")
    reused = charge(restaurant, currency, event_id=again["event_id"], occurred_at=again["occurred_at"])
    first.begin()
    assert first.ingest(again)["code"] == "NO_EFFECT"
    waiting = second.start(partial(second.ingest, reused))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    assert waiting.result(PATIENCE)["status"] == "conflict"
    check_exact(sessions, restaurant)
    assert second.balance(restaurant, currency)["last_event_at"] == datetime.fromisoformat(paid_at)


def test_a_charge_with_the_id_of_an_open_payout_event_is_undone(sessions: Sessions, currency: str) -> None:
    first, second = sessions.several(2)
    restaurants = [new_id("res") for _ in range(2)]
    payout = make_payout(sessions, restaurants[0], currency)
    sessions.admin.ingest(charge(restaurants[1], currency))
    for number, kind in enumerate(("payout_paid", "payout_failed")):
        restaurant = restaurants[number]
        event = payout_event(payout, kind, occurred_at=(NOW + timedelta(seconds=number)).isoformat())
        first.begin()
        assert first.ingest(event)["entries"] == 1
        waiting = second.start(partial(second.ingest, charge(restaurant, currency, event_id=event["event_id"])))
        sessions.wait_until_blocked_by(second, first)
        first.commit()
        answer = waiting.result(PATIENCE)
        assert (answer["status"], answer["code"]) == ("conflict", "EVENT_ID_REUSED")
        check_exact(sessions, *restaurants)


def test_a_payout_event_with_the_id_of_an_open_charge_does_not_move_the_payout(
    sessions: Sessions, currency: str
) -> None:
    first, second = sessions.several(2)
    restaurants = [new_id("res") for _ in range(2)]
    payout = make_payout(sessions, restaurants[0], currency)
    event = charge(restaurants[1], currency)
    first.begin()
    first.ingest(event)
    paid = payout_event(payout, "payout_paid", event_id=event["event_id"])
    waiting = second.start(partial(second.ingest, paid))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    assert waiting.result(PATIENCE)["status"] == "conflict"
    assert second.row("select * from api.get_payout(%s)", payout["payout_id"])["status"] == "CREATED"
    check_exact(sessions, *restaurants)
    assert second.ingest(paid | {"event_id": new_id()})["entries"] == 1


def test_the_last_of_three_gets_the_first_answer_whatever_the_second_did(sessions: Sessions, currency: str) -> None:
    first, second, third = sessions.several(3)
    restaurant = new_id("res")
    payout = make_payout(sessions, restaurant, currency)
    paid = payout_event(payout, "payout_paid")
    failed = payout_event(payout, "payout_failed", occurred_at=(NOW + timedelta(seconds=60)).isoformat())
    first.begin()
    answer = first.ingest(paid)
    returned = second.start(partial(second.ingest, failed))
    sessions.wait_until_blocked_by(second, first)
    repeated = third.start(partial(third.ingest, paid))
    sessions.wait_until_blocked(second, third)
    first.commit()
    assert returned.result(PATIENCE)["entries"] == 1
    again = repeated.result(PATIENCE)
    assert again["status"] == "already_processed"
    assert unnumbered(again) == unnumbered(answer)
    assert sessions.rejections(paid["event_id"]) == []
    assert [e["entry_type"] for e in sessions.entries(restaurant)][3:] == ["PAYOUT_RELEASE", "PAYOUT_RETURN"]
    check_exact(sessions, restaurant)


@pytest.mark.parametrize("account", ["known", "new"])
def test_a_redelivery_is_not_refused_because_the_first_one_filled_the_account(
    sessions: Sessions, currency: str, account: str
) -> None:
    first, second = sessions.several(2)
    restaurant = new_id("res")
    if account == "known":
        first.ingest(charge(restaurant, currency, amount=1, fee=0))
    event = charge(restaurant, currency, amount=2**53 - 10, fee=0)
    first.begin()
    answer = first.ingest(event)
    waiting = second.start(partial(second.ingest, event))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    again = waiting.result(PATIENCE)
    assert again["status"] == "already_processed"
    assert unnumbered(again) == unnumbered(answer)
    assert sessions.rejections(event["event_id"]) == []
    check_exact(sessions, restaurant)
    # A refund, so that the book's sums stay far from what a bigint holds.
    assert first.ingest(charge(restaurant, currency, event_type="refund_succeeded", amount=2**53 - 10))["entries"] == 1


def test_a_run_and_a_reader_do_not_see_a_move_that_is_undone(sessions: Sessions, currency: str) -> None:
    first, second, runner = sessions.several(3)
    restaurants = sorted(new_id("res") for _ in range(2))
    sessions.admin.ingest_all([charge(restaurant, currency) for restaurant in restaurants])
    event = charge(restaurants[1], currency, amount=100, fee=0)
    first.begin()
    first.ingest(event)
    loser = second.start(partial(second.ingest, event | {"restaurant_id": restaurants[0], "amount": 10_000}))
    sessions.wait_until_blocked_by(second, first)
    run = runner.start(lambda: runner.pay(currency))
    sessions.wait_until_blocked_by(runner, second)
    assert sessions.admin.balance(restaurants[0], currency)["total"] == 950
    first.commit()
    assert loser.result(PATIENCE)["status"] == "conflict"
    assert run.result(PATIENCE)["payouts_amount"] == 950 + 1050
    check_exact(sessions, *restaurants)


@pytest.mark.parametrize("limit", ["lock_timeout", "statement_timeout"])
def test_a_time_out_between_the_move_and_the_id_leaves_nothing(sessions: Sessions, currency: str, limit: str) -> None:
    first, second = sessions.several(2)
    impatient = sessions.open(role=None)
    restaurants = [new_id("res") for _ in range(2)]
    sessions.admin.ingest_all([charge(restaurant, currency) for restaurant in restaurants])
    event = charge(restaurants[0], currency)
    reused = event | {"restaurant_id": restaurants[1]}
    first.begin()
    first.ingest(event)
    impatient.begin()
    kept = charge(restaurants[1], currency, amount=5, fee=0)
    impatient.ingest(kept)
    impatient.run("savepoint before")
    impatient.run(f"set local {limit} = '100ms'")
    with pytest.raises((errors.LockNotAvailable, errors.QueryCanceled)):
        impatient.ingest(reused)
    impatient.run("rollback to savepoint before")
    assert impatient.value("select current_setting('cuenta.is_posting', true)") != "on"
    assert impatient.balance(restaurants[1], currency)["total"] == 955
    assert impatient.ingest(charge(restaurants[1], currency, amount=6, fee=0))["entries"] == 1
    with pytest.raises(errors.Error) as refused:
        impatient.run("update ledger.account_balances set balance = balance + 1")
    assert refused.value.sqlstate == "LXBAL"
    impatient.run("rollback to savepoint before")
    impatient.commit()
    first.rollback()
    assert second.ingest(reused)["status"] == "processed"
    check_exact(sessions, restaurants[1])
    assert [e["amount"] for e in sessions.entries(restaurants[1])] == [1000, 50, 5, 1000, 50]


def test_a_few_ids_fought_over_by_singles_and_arrays_leave_every_account_exact(
    sessions: Sessions, two_currencies: tuple[str, str]
) -> None:
    currency, other_currency = two_currencies
    workers = sessions.several(6)
    restaurants = [new_id("res") for _ in range(4)]
    sessions.admin.ingest_all([charge(restaurant, currency) for restaurant in restaurants[:2]])
    ids = [[new_id() for _ in range(3)] for _ in range(25)]

    def event(chance: random.Random, event_id: str) -> Event:
        kind = chance.choice(["charge_succeeded", "charge_succeeded", "refund_succeeded"])
        moment = NOW - timedelta(hours=chance.choice([1, 30, 60, 90]))
        return charge(
            chance.choice(restaurants),
            chance.choice([currency, currency, other_currency]),
            event_id=event_id,
            event_type=kind,
            amount=chance.choice([100, 200]),
            fee=chance.choice([0, 5]) if kind == "charge_succeeded" else 0,
            occurred_at=moment.isoformat(),
        )

    def work(number: int, step: int) -> list[Row]:
        session, chance = workers[number], random.Random(number * 1000 + step)
        events = [event(chance, event_id) for event_id in chance.sample(ids[step], 3)]
        gives_up = chance.random() < 0.2
        if number % 2:
            session.begin()
            answers = session.ingest_all(events)
            session.run("rollback" if gives_up else "commit")
            return [] if gives_up else answers
        return [session.ingest(one) for one in events]

    answers = []
    for step in range(len(ids)):
        rows = sessions.at_once([partial(work, number, step) for number in range(6)])
        answers += [answer for some in rows for answer in some]
    assert statuses(answers).keys() <= {"processed", "already_processed", "conflict"}
    assert statuses(answers)["processed"] == 75
    check_exact(sessions, *restaurants)


# New restaurants


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_second_first_event_of_a_new_restaurant_waits_and_posts(sessions: Sessions, currency: str, end: str) -> None:
    first, second = sessions.several(2)
    restaurant = new_id("res")
    first.begin()
    first.ingest(charge(restaurant, currency))
    waiting = second.start(lambda: second.ingest(charge(restaurant, currency, amount=500, fee=0)))
    sessions.wait_until_blocked_by(second, first)
    first.run(end)
    assert waiting.result(PATIENCE)["status"] == "processed"
    expected = [1000, 50, 500] if end == "commit" else [500]
    entries = sessions.entries(restaurant)
    assert [e["amount"] for e in entries] == expected
    assert [e["entry_seq"] for e in entries] == list(range(1, len(expected) + 1))


def test_first_events_of_a_new_restaurant_in_several_currencies_at_once(
    sessions: Sessions, currency: str, other_currency: str
) -> None:
    four = sessions.several(4)
    for _ in range(15):
        restaurant = new_id("res")
        answers = sessions.at_once(
            [
                partial(session.ingest, charge(restaurant, money))
                for session, money in zip(four, [currency, other_currency] * 2, strict=True)
            ]
        )
        assert statuses(answers) == {"processed": 4}
        assert [e["entry_seq"] for e in sessions.entries(restaurant)] == [1, 2, 3, 4] * 2
        assert sessions.admin.balance(restaurant, currency)["total"] == 1900


def test_registering_a_restaurant_while_its_first_event_is_open(sessions: Sessions, currency: str) -> None:
    first, second = sessions.several(2)
    restaurant = new_id("res")
    first.begin()
    first.ingest(charge(restaurant, currency))
    waiting = second.start(lambda: second.row("select * from api.set_restaurant(%s, 'Europe/Madrid', 3)", restaurant))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    answer = waiting.result(PATIENCE)
    assert (answer["timezone"], answer["day_close_hour"]) == ("Europe/Madrid", 3)
    assert len(sessions.entries(restaurant)) == 2


# Who must not wait


def test_a_duplicate_does_not_wait_for_the_account(sessions: Sessions, currency: str) -> None:
    holder, first = sessions.several(2)
    impatient = sessions.open(settings="-c lock_timeout=1")
    restaurant = new_id("res")
    event = charge(restaurant, currency)
    answer = first.ingest(event)
    holder.begin()
    holder.ingest(charge(restaurant, currency))
    again = impatient.ingest(event)
    assert again["status"] == "already_processed"
    assert unnumbered(again) == unnumbered(answer)
    assert [row["status"] for row in impatient.ingest_all([event, event])] == ["already_processed"] * 2
    assert impatient.ingest(event | {"amount": 3})["status"] == "conflict"
    assert impatient.ingest(event | {"event_id": new_id(), "amount": -3})["status"] == "rejected"
    assert impatient.balance(restaurant, currency)["total"] == 950
    with pytest.raises(errors.LockNotAvailable):  # the lock that the duplicate did not need is really held
        impatient.ingest(charge(restaurant, currency))
    holder.commit()
    assert impatient.balance(restaurant, currency)["total"] == 1900


def test_restaurants_do_not_wait_for_each_other(sessions: Sessions, currency: str, other_currency: str) -> None:
    holder = sessions.open()
    impatient = sessions.open(settings="-c lock_timeout=1")
    known = [new_id("res") for _ in range(3)]
    sessions.admin.ingest_all([charge(restaurant, currency) for restaurant in known])
    holder.begin()
    holder.ingest_all([charge(known[0], currency), charge(new_id("res"), currency)])
    assert impatient.ingest(charge(known[1], currency))["status"] == "processed"
    assert impatient.ingest(charge(new_id("res"), currency))["status"] == "processed"
    assert impatient.ingest(charge(known[0], other_currency))["status"] == "processed"
    assert statuses(impatient.ingest_all([charge(known[2], currency), charge(known[1], currency)])) == {"processed": 2}
    holder.commit()


# Arrays in opposite order


def test_an_array_waits_for_an_open_one_over_the_same_accounts(sessions: Sessions, currency: str) -> None:
    first, second = sessions.several(2)
    restaurants = [f"{name}.{uuid.uuid4().hex[:8]}" for name in AWKWARD_IDS]
    first.begin()
    first.ingest_all([charge(r, currency) for r in restaurants])
    waiting = second.start(lambda: second.ingest_all([charge(r, currency) for r in reversed(restaurants)]))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    assert statuses(waiting.result(PATIENCE)) == {"processed": len(restaurants)}
    for restaurant in restaurants:
        assert [e["entry_seq"] for e in sessions.entries(restaurant)] == [1, 2, 3, 4]


@pytest.mark.parametrize("known", [True, False])
def test_arrays_over_the_same_accounts_in_opposite_order_do_not_deadlock(
    sessions: Sessions, currency: str, known: bool
) -> None:
    four = sessions.several(4)
    chance = random.Random(5)
    for number in range(12):
        restaurants = [f"{name}.{number}.{uuid.uuid4().hex[:6]}" for name in AWKWARD_IDS]
        if known:
            sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
        orders = [restaurants, restaurants[::-1]]
        orders += [chance.sample(restaurants, len(restaurants)) for _ in range(2)]
        answers = sessions.at_once(
            [
                partial(session.ingest_all, [charge(r, currency) for r in order])
                for session, order in zip(four, orders, strict=True)
            ]
        )
        assert all(statuses(answer) == {"processed": len(restaurants)} for answer in answers)


@pytest.mark.parametrize("accounts", ["shared", "apart"])
def test_arrays_that_give_the_same_ids_to_different_restaurants_do_not_deadlock(
    sessions: Sessions, currency: str, accounts: str
) -> None:
    pair = sessions.several(2)
    ours = [f"{name}.{uuid.uuid4().hex[:6]}" for name in AWKWARD_IDS * 2]
    theirs = ours if accounts == "shared" else [f"{name}.{uuid.uuid4().hex[:6]}" for name in AWKWARD_IDS * 2]
    sessions.admin.ingest_all([charge(r, currency) for r in {*ours, *theirs}])
    for number in range(25):
        ids = [new_id() for _ in ours]
        forward = [charge(r, currency, event_id=i) for r, i in zip(ours, ids, strict=True)]
        backward = [charge(r, currency, event_id=i) for r, i in zip(theirs, ids[::-1], strict=True)]
        if accounts == "shared" and number % 2:
            backward = backward[::-1]
        answers = sessions.at_once(
            [partial(session.ingest_all, events) for session, events in zip(pair, [forward, backward], strict=True)]
        )
        won = Counter(row["event_id"] for rows in answers for row in rows if row["status"] == "processed")
        assert won == dict.fromkeys(ids, 1)
        assert statuses(answers[0] + answers[1]) == {"processed": len(ids), "conflict": len(ids)}


def test_an_array_does_not_claim_ids_while_another_one_claims_them_in_another_order(
    sessions: Sessions, currency: str
) -> None:
    holder, first, second = sessions.several(3)
    gate = charge(new_id("res"), currency)
    ours, theirs = new_id("res"), new_id("res")
    ids = [new_id(), new_id()]
    holder.begin()
    holder.ingest(gate)
    forward = [charge(ours, currency, event_id=i) for i in ids]
    backward = [charge(theirs, currency, event_id=i) for i in reversed(ids)]
    one = first.start(partial(first.ingest_all, [forward[0], gate | {"restaurant_id": ours}, forward[1]]))
    sessions.wait_until_blocked_by(first, holder)
    other = second.start(partial(second.ingest_all, backward))
    sessions.wait_until_blocked(first, second)
    holder.commit()
    answers = [*one.result(PATIENCE), *other.result(PATIENCE)]
    assert statuses(answers) == {"processed": 2, "conflict": 3}


def test_an_array_and_single_calls_with_the_same_ids_do_not_deadlock(sessions: Sessions, currency: str) -> None:
    holder, single, array = sessions.several(3)
    for number in range(8):
        first, second = new_id("res"), new_id("res")
        shared = [charge(first, currency), charge(second, currency)]
        sessions.admin.ingest_all([charge(first, currency), charge(second, currency)])
        holder.begin()
        holder.ingest(charge(shared[number % 2]["restaurant_id"], currency))
        alone = single.start(partial(single.ingest, shared[number % 2]))
        sessions.wait_until_blocked(single)
        together = array.start(partial(array.ingest_all, shared[::-1]))
        sessions.wait_until_blocked(array, single)
        holder.commit()
        answers = [alone.result(PATIENCE), *together.result(PATIENCE)]
        assert statuses(answers) == {"processed": 2, "already_processed": 1}
        assert len(sessions.entries(first)) + len(sessions.entries(second)) == 10


def test_an_array_whose_first_use_of_an_id_is_refused_has_locked_what_the_second_needs(
    sessions: Sessions, currency: str
) -> None:
    holder, first, second = sessions.several(3)
    low, high = (f"{letter}.{uuid.uuid4().hex[:8]}" for letter in "az")
    sessions.admin.ingest_all([charge(low, currency), charge(high, currency)])
    claimed = charge(new_id("res"), currency)
    refused = charge(high, currency, event_type="payout_paid", payout_id="po_" + "0" * 32)
    mended = charge(low, currency, event_id=refused["event_id"])
    holder.begin()
    holder.ingest(claimed)
    one = first.start(partial(first.ingest_all, [claimed | {"restaurant_id": high}, refused, mended]))
    sessions.wait_until_blocked_by(first, holder)
    other = second.start(partial(second.ingest_all, [charge(low, currency), charge(high, currency)]))
    sessions.wait_until_blocked(first, second)
    holder.commit()
    assert [row["status"] for row in one.result(PATIENCE)] == ["conflict", "rejected", "processed"]
    assert statuses(other.result(PATIENCE)) == {"processed": 2}


def test_an_array_locks_no_account_that_was_missing_and_that_another_has_opened_since(
    sessions: Sessions, currency: str
) -> None:
    holder, first, second, opener = sessions.several(4)
    low, high = (f"{letter}.{uuid.uuid4().hex[:8]}" for letter in "bm")
    sessions.admin.ingest(charge(high, currency))
    refused = charge(low, currency, event_type="payout_paid", payout_id="po_" + "0" * 32)
    holder.begin()
    holder.ingest(charge(high, currency))
    one = first.start(partial(first.ingest_all, [charge(high, currency), refused]))
    sessions.wait_until_blocked_by(first, holder)
    opener.ingest(charge(low, currency))
    other = second.start(partial(second.ingest_all, [charge(low, currency), charge(high, currency)]))
    sessions.wait_until_blocked(first, second)
    holder.commit()
    assert [row["status"] for row in one.result(PATIENCE)] == ["processed", "rejected"]
    assert statuses(other.result(PATIENCE)) == {"processed": 2}


def test_runs_and_arrays_in_opposite_order_do_not_deadlock(sessions: Sessions, currency: str) -> None:
    runner, *writers = sessions.several(3)
    restaurants = [f"{name}.{uuid.uuid4().hex[:6]}" for name in AWKWARD_IDS]
    for day in range(10, -1, -1):
        sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
        events = [charge(r, currency) for r in reversed(restaurants)]
        work: list[Callable[[], object]] = [partial(runner.pay, currency, AS_OF - timedelta(days=day))]
        work += [partial(writer.ingest_all, events[number::2]) for number, writer in enumerate(writers)]
        sessions.at_once(work)
    total = sessions.admin.value(
        "select sum(b.total)::bigint from unnest(%s::text[]) as r cross join lateral api.get_balance(r, %s) as b",
        restaurants,
        currency,
    )
    assert total == 11 * 2 * 950 * len(restaurants)


def test_a_balance_is_read_as_of_one_moment(sessions: Sessions, currency: str) -> None:
    writer, reader = sessions.several(2)
    restaurant = new_id("res")
    writer.row("select * from api.set_restaurant(%s, p_settlement_delay_days => 30)", restaurant)
    writer.ingest(charge(restaurant, currency))
    done = threading.Event()

    def write() -> None:
        for _ in range(150):
            writer.ingest(charge(restaurant, currency))
        done.set()

    writing = writer.start(write)
    seen = []
    while not done.is_set():
        seen.append(reader.balance(restaurant, currency))
    writing.result(PATIENCE)
    assert len({row["pending"] for row in seen}) > 5
    assert {row["available"] for row in seen} == {0}
    assert {row["pending"] - row["total"] for row in seen} == {0}


# Payout runs


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_second_run_waits_and_creates_what_is_left(sessions: Sessions, currency: str, end: str) -> None:
    first, second = sessions.several(2)
    restaurants = [f"{name}.{uuid.uuid4().hex[:8]}" for name in AWKWARD_IDS]
    count = len(restaurants)
    first.ingest_all([charge(r, currency) for r in restaurants])
    first.begin()
    assert first.pay(currency)["payouts_created"] == count
    waiting = second.start(lambda: second.pay(currency))
    sessions.wait_until_blocked_by(second, first)
    first.run(end)
    answer = waiting.result(PATIENCE)
    if end == "commit":
        assert (answer["payouts_created"], answer["skipped"]) == (0, {"already_paid": count})
    else:
        assert (answer["payouts_created"], answer["payouts_amount"]) == (count, 950 * count)
    payouts = first.rows("select * from api.list_payouts(null, %s)", currency)
    assert {p["restaurant_id"] for p in payouts} == set(restaurants)
    assert [p["amount"] for p in payouts] == [950] * count


def test_runs_at_once_create_what_one_would(sessions: Sessions, currency: str) -> None:
    four = sessions.several(4)
    restaurants = [new_id("res") for _ in range(60)]
    sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
    sessions.admin.ingest_all([charge(restaurants[0], currency, event_type="refund_succeeded", amount=5000)])
    dry = sessions.admin.pay(currency, dry=True)
    answers = sessions.at_once([partial(session.pay, currency) for session in four])
    assert sum(a["payouts_created"] for a in answers) == dry["payouts_created"] == 59
    assert sum(a["payouts_amount"] for a in answers) == dry["payouts_amount"] == 59 * 950
    rows = sessions.admin.rows(
        "select restaurant_id, count(*) from ledger.payouts where currency = %s group by 1", currency
    )
    assert len(rows) == 59 and all(row["count"] == 1 for row in rows)


def test_runs_for_different_days_at_once_close_days_in_one_order(sessions: Sessions, currency: str) -> None:
    pair = sessions.several(2)
    days = [AS_OF - timedelta(days=1), AS_OF]
    for _ in range(6):
        restaurants = [new_id("res") for _ in range(8)]
        sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
        sessions.admin.ingest_all(
            [charge(r, currency, occurred_at=f"{AS_OF.isoformat()}T17:00:00Z") for r in restaurants]
        )
        sessions.at_once([partial(session.pay, currency, day) for session, day in zip(pair, days, strict=True)])
        for restaurant in restaurants:
            payouts = sessions.admin.rows("select * from api.list_payouts(%s, %s)", restaurant, currency)
            assert [(p["as_of"], p["amount"]) for p in payouts] in (
                [(days[1], 1900)],
                [(days[1], 950), (days[0], 950)],
            )
            assert sessions.admin.balance(restaurant, currency)["available"] == 0


def test_an_event_that_waits_for_a_run_falls_into_the_next_payout(sessions: Sessions, currency: str) -> None:
    run, late = sessions.several(2)
    restaurant = new_id("res")
    run.ingest(charge(restaurant, currency))
    run.begin()
    assert run.pay(currency)["payouts_amount"] == 950
    waiting = late.start(lambda: late.ingest(charge(restaurant, currency, amount=700, fee=0)))
    sessions.wait_until_blocked_by(late, run)
    run.commit()
    assert waiting.result(PATIENCE)["status"] == "processed"
    entry = sessions.entries(restaurant)[-1]
    assert (entry["amount"], entry["settlement_day"]) == (700, AS_OF + timedelta(days=1))
    assert run.pay(currency, AS_OF + timedelta(days=1))["payouts_amount"] == 700


def test_a_run_that_waits_for_an_event_pays_it(sessions: Sessions, currency: str) -> None:
    run, early = sessions.several(2)
    restaurant = new_id("res")
    run.ingest(charge(restaurant, currency))
    early.begin()
    early.ingest(charge(restaurant, currency, amount=700, fee=0))
    early.ingest(charge(restaurant, currency, amount=200, event_type="refund_succeeded"))
    waiting = run.start(lambda: run.pay(currency))
    sessions.wait_until_blocked_by(run, early)
    early.commit()
    assert waiting.result(PATIENCE)["payouts_amount"] == 950 + 700 - 200
    assert sessions.admin.balance(restaurant, currency)["available"] == 0


def test_a_run_against_1000_incoming_events_loses_nothing(sessions: Sessions, currency: str) -> None:
    *writers, runner = sessions.several(5)
    restaurants = [new_id("res") for _ in range(25)]
    chance = random.Random(11)
    events = [
        charge(
            chance.choice(restaurants),
            currency,
            amount=chance.randint(100, 9_000),
            occurred_at=(NOW - timedelta(hours=chance.randint(24, 240))).isoformat(),
            event_type=chance.choice(["charge_succeeded"] * 4 + ["refund_succeeded"]),
        )
        for _ in range(1000)
    ]
    a_third_is_in = threading.Barrier(len(writers) + 1)
    the_runs_are_over = threading.Event()

    def write(session: Session, mine: list[Event]) -> list[Row]:
        answers = []
        for number, event in enumerate(mine):
            if number == 80:
                a_third_is_in.wait(PATIENCE)
            if number == 240:  # the last events come after the runs, as late ones
                the_runs_are_over.wait(PATIENCE)
            answers.append(session.ingest(event))
        return answers

    futures = [writer.start(partial(write, writer, events[number::4])) for number, writer in enumerate(writers)]
    a_third_is_in.wait(PATIENCE)
    runs = [runner.pay(currency, AS_OF - timedelta(days=back)) for back in (5, 4, 2, 1, 0)]
    the_runs_are_over.set()
    answers = [answer for future in futures for answer in future.result(PATIENCE)]
    assert statuses(answers) == {"processed": 1000}
    assert sum(run["payouts_created"] for run in runs) > 25
    runs.append(runner.pay(currency, AS_OF + timedelta(days=1)))
    for restaurant in restaurants:
        net = sum(
            event["amount"] - event["fee"] if event["event_type"] == "charge_succeeded" else -event["amount"]
            for event in events
            if event["restaurant_id"] == restaurant
        )
        balance = sessions.admin.balance(restaurant, currency)
        payouts = sessions.admin.rows("select * from api.list_payouts(%s, %s)", restaurant, currency)
        assert balance["total"] == net
        assert balance["reserved"] == sum(p["amount"] for p in payouts)
        assert len({p["as_of"] for p in payouts}) == len(payouts)
    assert sum(run["payouts_amount"] for run in runs) == sessions.admin.value(
        "select sum(amount)::bigint from ledger.payouts where currency = %s", currency
    )


# Payout events


@pytest.mark.parametrize("first_kind", ["payout_paid", "payout_failed"])
@pytest.mark.parametrize("is_later", [True, False])
def test_the_second_of_two_payout_events_waits_and_sees_the_first(
    sessions: Sessions, currency: str, first_kind: str, is_later: bool
) -> None:
    first, second = sessions.several(2)
    restaurant = new_id("res")
    payout = make_payout(sessions, restaurant, currency)
    other_kind = {"payout_paid": "payout_failed", "payout_failed": "payout_paid"}[first_kind]
    other_time = NOW + timedelta(seconds=60 if is_later else -60)
    first.begin()
    assert first.ingest(payout_event(payout, first_kind))["status"] == "processed"
    waiting = second.start(lambda: second.ingest(payout_event(payout, other_kind, occurred_at=other_time.isoformat())))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    answer = waiting.result(PATIENCE)
    moved = [e["entry_type"] for e in sessions.entries(restaurant)][3:]
    if first_kind == "payout_failed":
        assert (answer["status"], answer["code"]) == ("rejected", "PAYOUT_STATE_CONFLICT")
        expected = (["PAYOUT_FAILURE"], "FAILED")
    elif is_later:
        assert (answer["status"], answer["code"], answer["entries"]) == ("processed", None, 1)
        expected = (["PAYOUT_RELEASE", "PAYOUT_RETURN"], "FAILED")
    else:
        assert (answer["status"], answer["code"], answer["entries"]) == ("processed", "NO_EFFECT", 0)
        expected = (["PAYOUT_RELEASE"], "PAID")
    payout_now = second.row("select * from api.get_payout(%s)", payout["payout_id"])
    assert (moved, payout_now["status"]) == expected


def test_paid_and_failed_at_once_release_or_give_back_but_never_both(sessions: Sessions, currency: str) -> None:
    pair = sessions.several(2)
    restaurants = [new_id("res") for _ in range(20)]
    sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
    sessions.admin.pay(currency)
    for payout in sessions.admin.rows("select * from api.list_payouts(null, %s, null, 100)", currency):
        events = [payout_event(payout, kind) for kind in ("payout_paid", "payout_failed")]
        paid, failed = sessions.at_once(
            [partial(session.ingest, event) for session, event in zip(pair, events, strict=True)]
        )
        status = sessions.admin.row("select * from api.get_payout(%s)", payout["payout_id"])["status"]
        moved = [e["entry_type"] for e in sessions.entries(payout["restaurant_id"])][3:]
        if paid["status"] == "processed":  # the failure reports the same moment, so it is stale
            assert (failed["status"], failed["code"]) == ("processed", "NO_EFFECT")
            assert (status, moved) == ("PAID", ["PAYOUT_RELEASE"])
        else:
            assert (paid["code"], failed["status"]) == ("PAYOUT_STATE_CONFLICT", "processed")
            assert (status, moved) == ("FAILED", ["PAYOUT_FAILURE"])


@pytest.mark.parametrize("kind", ["payout_paid", "payout_failed"])
def test_two_reports_of_the_same_outcome_at_once_post_once(sessions: Sessions, currency: str, kind: str) -> None:
    pair = sessions.several(2)
    restaurants = [new_id("res") for _ in range(8)]
    sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
    sessions.admin.pay(currency)
    for payout in sessions.admin.rows("select * from api.list_payouts(null, %s)", currency):
        answers = sessions.at_once([partial(session.ingest, payout_event(payout, kind)) for session in pair])
        assert sorted((a["status"], a["entries"], a["code"] or "") for a in answers) == [
            ("processed", 0, "NO_EFFECT"),
            ("processed", 1, ""),
        ]
        assert len(sessions.entries(payout["restaurant_id"])) == 4


# Settings


def test_settings_that_change_during_ingestion_apply_to_an_event_as_a_whole(sessions: Sessions, currency: str) -> None:
    *writers, changer = sessions.several(4)
    restaurant = new_id("res")
    occurred = datetime.combine(AS_OF, datetime.min.time(), UTC) + timedelta(hours=3)
    # At 03:00 UTC it is the evening before in Lima, the same day in Tokyo.
    changer.row("select * from api.set_restaurant(%s, 'America/Lima', 0, 0)", restaurant)
    allowed = {AS_OF - timedelta(days=1), AS_OF + timedelta(days=9)}
    done = threading.Event()

    def change() -> int:
        changes = 0
        while not done.is_set() or changes < 2:
            zone, delay = [("Asia/Tokyo", 9), ("America/Lima", 0)][changes % 2]
            changer.row("select * from api.set_restaurant(%s, %s, null, %s)", restaurant, zone, delay)
            changes += 1
        return changes

    def write(session: Session) -> list[Row]:
        when = occurred.isoformat()
        return [session.ingest(charge(restaurant, currency, occurred_at=when)) for _ in range(60)]

    changing = changer.start(change)
    answers = sessions.at_once([partial(write, writer) for writer in writers])
    done.set()
    assert changing.result(PATIENCE) >= 2
    assert statuses([row for rows in answers for row in rows]) == {"processed": 180}
    entries = sessions.entries(restaurant)
    assert {e["available_on"] for e in entries} <= allowed
    for charged, fee in zip(entries[::2], entries[1::2], strict=True):
        assert (charged["event_no"], charged["available_on"]) == (fee["event_no"], fee["available_on"])


def test_open_settings_are_not_seen_by_an_event_of_another_session(sessions: Sessions, currency: str) -> None:
    changer, writer = sessions.several(2)
    restaurant = new_id("res")
    writer.ingest(charge(restaurant, currency))
    changer.begin()
    changer.row("select * from api.set_restaurant(%s, null, null, 30)", restaurant)
    posted = writer.start(lambda: writer.ingest(charge(restaurant, currency)))
    sessions.wait_until(
        "select state = 'idle' or wait_event_type = 'Lock' from pg_stat_activity where pid = %s", writer.pid
    )
    changer.rollback()
    assert posted.result(PATIENCE)["status"] == "processed"
    assert len({e["available_on"] for e in sessions.entries(restaurant)}) == 1


def test_pausing_during_a_run_pays_or_skips_each_restaurant_as_a_whole(sessions: Sessions, currency: str) -> None:
    runner, changer = sessions.several(2)
    restaurants = [new_id("res") for _ in range(30)]
    sessions.admin.ingest_all([charge(r, currency) for r in restaurants])

    def pause() -> Row:
        for restaurant in reversed(restaurants):
            answer = changer.row("select * from api.set_restaurant(%s, p_payouts_paused => true)", restaurant)
        return answer

    calls: list[Callable[[], Row]] = [partial(runner.pay, currency), pause]
    run, _ = sessions.at_once(calls)
    paused = run["skipped"].get("payouts_paused", 0)
    assert run["payouts_created"] + paused == 30
    again = runner.pay(currency)
    assert (again["payouts_created"], again["skipped"]["payouts_paused"]) == (0, 30)


def test_a_run_that_waited_for_an_account_sees_that_it_was_paused_meanwhile(sessions: Sessions, currency: str) -> None:
    writer, runner, changer = sessions.several(3)
    restaurant = new_id("res")
    writer.ingest(charge(restaurant, currency))
    writer.begin()
    writer.ingest(charge(restaurant, currency))
    run = runner.start(lambda: runner.pay(currency))
    sessions.wait_until_blocked_by(runner, writer)
    changer.row("select * from api.set_restaurant(%s, p_payouts_paused => true)", restaurant)
    writer.commit()
    answer = run.result(PATIENCE)
    assert (answer["payouts_created"], answer["skipped"]) == (0, {"payouts_paused": 1})


def test_an_event_that_waited_for_an_account_is_settled_by_one_state_of_the_settings(
    sessions: Sessions, currency: str
) -> None:
    first, second, changer = sessions.several(3)
    restaurant = new_id("res")
    first.ingest(charge(restaurant, currency))
    first.begin()
    first.ingest(charge(restaurant, currency))
    waiting = second.start(lambda: second.ingest(charge(restaurant, currency)))
    sessions.wait_until_blocked_by(second, first)
    changer.row("select * from api.set_restaurant(%s, p_settlement_delay_days => 30)", restaurant)
    first.commit()
    assert waiting.result(PATIENCE)["status"] == "processed"
    days = [entry["available_on"] for entry in sessions.entries(restaurant)]
    assert days[4] == days[5] and days[4] - days[0] in (timedelta(0), timedelta(days=30))


# A mix of everything


def test_a_torture_of_mixed_writers_ends_sound_and_without_deadlock(sessions: Sessions, currency: str) -> None:
    restaurants = [f"{name}.{uuid.uuid4().hex[:6]}" for name in AWKWARD_IDS]
    workers = sessions.several(8)
    sent: list[list[Event]] = [[] for _ in workers]
    shared: list[Event] = []
    answers: list[list[Row]] = [[] for _ in workers]
    retried = Counter[str]()

    def retry(call: Callable[[], T]) -> T:
        while True:
            try:
                return call()
            except errors.SerializationFailure:  # the only error that may come, and it may be retried
                retried["40001"] += 1
                assert retried["40001"] < 2000

    def work(number: int) -> None:
        session, chance = workers[number], random.Random(number)
        mine, got = sent[number], answers[number]

        def fresh() -> Event:
            if shared and chance.random() < 0.3:
                event = chance.choice(shared)  # a redelivery, sometimes to another restaurant
                if chance.random() < 0.3:
                    return event | {"restaurant_id": chance.choice(restaurants)}
                return event
            event = charge(
                chance.choice(restaurants),
                currency,
                amount=chance.randint(100, 5000),
                occurred_at=(NOW - timedelta(hours=chance.randint(24, 300))).isoformat(),
                event_type=chance.choice(["charge_succeeded"] * 3 + ["refund_succeeded"]),
            )
            shared.append(event)
            return event

        def about_payouts() -> list[Event]:
            open_ones = session.rows(
                "select * from api.list_payouts(null, %s, %s, 20)",
                currency,
                chance.choice(["CREATED", "PAID"]),
            )
            return [
                payout_event(p, chance.choice(["payout_paid", "payout_failed"]))
                for p in chance.sample(open_ones, min(len(open_ones), 4))
            ]

        for step in range(45):
            kind = chance.random()
            if kind < 0.4:
                events = [fresh()]
                got.append(retry(partial(session.ingest, events[0])))
            elif kind < 0.75:
                events = [fresh() for _ in range(chance.randint(2, 25))] + about_payouts()
                chance.shuffle(events)
                got.extend(retry(partial(session.ingest_all, events)))
            elif kind < 0.9:
                events = about_payouts()
                got.extend(retry(partial(session.ingest, event)) for event in events)
            else:
                events = []
                day = AS_OF - timedelta(days=chance.randint(0, 12 - step // 4))
                retry(partial(session.pay, currency, day, chance.choice([0, 1, 3000])))
            mine.extend(events)

    sessions.at_once([partial(work, number) for number in range(8)])
    every = [row for rows in answers for row in rows]
    assert len(every) == sum(len(events) for events in sent) > 1000
    found = statuses(every)
    assert set(found) <= {"processed", "already_processed", "conflict", "rejected"}
    assert found["processed"] > 200 and found["already_processed"] > 50 and found["conflict"] > 10
    assert {row["code"] for row in every if row["status"] == "rejected"} <= {"PAYOUT_STATE_CONFLICT"}
    # One effective event an id, and the ledger is what the effective events say.
    ids = {event["event_id"] for events in sent for event in events}
    rejected = {row["event_id"] for row in every if row["status"] == "rejected"}
    assert {row["event_id"] for row in every if row["status"] == "processed"} == ids - rejected
    assert found["processed"] == len(ids - rejected)
    recorded = sessions.admin.rows(
        "select status, count(*)::int from ledger.event_rejections where event_id = any(%s) group by 1",
        list(ids),
    )
    assert {row["status"]: row["count"] for row in recorded} == {
        status: count for status, count in found.items() if status in ("conflict", "rejected")
    }


# Callers that want more isolation than they need

LEVELS = ["repeatable read", "serializable"]


class OldSnapshot:
    """A session inside a transaction that sees the database as it was before `changes`."""

    def __init__(self, session: Session, level: str, changes: Callable[[], object]) -> None:
        self.session = session
        session.run(f"begin isolation level {level}")
        session.value("select count(*) from api.list_payouts(null, null)")
        changes()

    def answer(self, call: Callable[[], T]) -> T | None:
        """What the call answers, committed; None when it has to be tried again (40001)."""
        try:
            result = call()
            self.session.commit()
        except errors.SerializationFailure:
            self.session.rollback()
            return None
        return result


@pytest.mark.parametrize("level", LEVELS)
def test_isolated_callers_get_the_usual_answers_when_they_are_alone(
    sessions: Sessions, currency: str, level: str
) -> None:
    session = sessions.open(settings=f"-c default_transaction_isolation={level.replace(' ', chr(92) + ' ')}")
    assert session.value("show transaction_isolation") == level
    restaurant = new_id("res")
    event = charge(restaurant, currency)
    session.begin()
    assert session.ingest(event)["status"] == "processed"
    assert session.ingest(event)["status"] == "already_processed"
    assert session.ingest(event | {"amount": 3})["status"] == "conflict"
    assert session.balance(restaurant, currency)["available"] == 950
    session.commit()
    assert statuses(session.ingest_all([event, charge(restaurant, currency), event | {"fee": 0}])) == {
        "already_processed": 1,
        "processed": 1,
        "conflict": 1,
    }
    assert session.pay(currency)["payouts_amount"] == 1900
    assert session.pay(currency)["skipped"] == {"already_paid": 1}
    payout = session.row("select * from api.list_payouts(%s)", restaurant)
    assert session.ingest(payout_event(payout, "payout_paid"))["entries"] == 1
    assert session.row("select * from api.get_payout(%s)", payout["payout_id"])["status"] == "PAID"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("how", ["single", "array"])
@pytest.mark.parametrize("seen", ["same content", "other content", "other restaurant", "only the account", "nothing"])
def test_an_old_snapshot_gets_a_right_answer_or_is_to_be_retried(
    sessions: Sessions, currency: str, level: str, how: str, seen: str
) -> None:
    session, other = sessions.several(2)
    restaurant = new_id("res")
    if seen != "nothing":
        sessions.admin.ingest(charge(restaurant, currency, amount=10, fee=0))
    event = charge(restaurant, currency)
    meanwhile = {
        "same content": event,
        "other content": event | {"amount": 77},
        "other restaurant": event | {"restaurant_id": new_id("res")},
        "only the account": charge(restaurant, currency),
        "nothing": charge(restaurant, currency),
    }[seen]
    expected = {
        "same content": "already_processed",
        "other content": "conflict",
        "other restaurant": "conflict",
        "only the account": "processed",
        "nothing": "processed",
    }[seen]
    ingest = partial(session.ingest if how == "single" else session.ingest_as_array, event)
    answer = OldSnapshot(session, level, partial(other.ingest, meanwhile)).answer(ingest)
    if answer is None:
        assert len(sessions.rejections(event["event_id"])) == 0
        answer = ingest()
    assert answer["status"] == expected
    assert len(sessions.rejections(event["event_id"])) == (expected == "conflict")
    held = sessions.admin.balance(restaurant, currency)["total"]
    assert held == {"same content": 960, "other content": 37, "other restaurant": 10}.get(
        seen, 1910 if seen == "only the account" else 1900
    )


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("where", ["same account", "other restaurant"])
def test_an_isolated_loser_of_a_race_is_told_to_retry_or_answered(
    sessions: Sessions, currency: str, level: str, where: str
) -> None:
    session, other = sessions.several(2)
    restaurants = [new_id("res") for _ in range(2)]
    sessions.admin.ingest_all([charge(restaurant, currency) for restaurant in restaurants])
    event = charge(restaurants[0], currency, **LATER)
    reused = event if where == "same account" else event | {"restaurant_id": restaurants[1]}
    isolated = OldSnapshot(session, level, other.begin)
    other.ingest(event)
    waiting = session.start(lambda: isolated.answer(partial(session.ingest, reused)))
    sessions.wait_until_blocked_by(session, other)
    other.commit()
    answer = waiting.result(PATIENCE)
    check_exact(sessions, *restaurants)
    if answer is None:
        assert sessions.rejections(event["event_id"]) == []
        answer = session.ingest(reused)
    assert answer["status"] == ("already_processed" if where == "same account" else "conflict")
    check_exact(sessions, *restaurants)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("first_kind", ["payout_paid", "payout_failed"])
def test_an_old_snapshot_does_not_decide_about_a_payout(
    sessions: Sessions, currency: str, level: str, first_kind: str
) -> None:
    session, other = sessions.several(2)
    payout = make_payout(sessions, new_id("res"), currency)
    second_kind = {"payout_paid": "payout_failed", "payout_failed": "payout_paid"}[first_kind]
    ingest = partial(session.ingest, payout_event(payout, second_kind))
    answer = OldSnapshot(session, level, partial(other.ingest, payout_event(payout, first_kind))).answer(ingest)
    if answer is None:
        answer = ingest()
    assert answer["code"] == {"payout_paid": "NO_EFFECT", "payout_failed": "PAYOUT_STATE_CONFLICT"}[first_kind]
    status = session.row("select * from api.get_payout(%s)", payout["payout_id"])["status"]
    assert status == {"payout_paid": "PAID", "payout_failed": "FAILED"}[first_kind]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("change", ["a run", "a later run", "a charge", "a refund", "a pause"])
def test_a_run_with_an_old_snapshot_pays_right_or_is_to_be_retried(
    sessions: Sessions, currency: str, level: str, change: str
) -> None:
    session, other = sessions.several(2)
    restaurant = new_id("res")
    other.ingest(charge(restaurant, currency))
    changes: dict[str, Callable[[], object]] = {
        "a run": partial(other.pay, currency),
        "a later run": partial(other.pay, currency, AS_OF + timedelta(days=1)),
        "a charge": partial(other.ingest, charge(restaurant, currency)),
        "a refund": partial(other.ingest, charge(restaurant, currency, event_type="refund_succeeded", amount=900)),
        "a pause": partial(other.row, "select * from api.set_restaurant(%s, p_payouts_paused => true)", restaurant),
    }
    answer = OldSnapshot(session, level, changes[change]).answer(partial(session.pay, currency))
    retried = answer is None
    if answer is None:
        answer = session.pay(currency)
    expected = {
        "a run": (0, {"already_paid": 1}),
        "a later run": (0, {"closed_by_later_payout": 1}),
        "a charge": (1900, {}),
        "a refund": (50, {}),
        "a pause": (0, {"payouts_paused": 1}),
    }[change]
    allowed = [expected]
    if change == "a pause" and not retried:
        allowed.append((950, {}))  # as if it had run before the pause: nothing of the restaurant's money moved
    assert (answer["payouts_amount"], answer["skipped"]) in allowed
    payouts = session.rows("select * from api.list_payouts(%s)", restaurant)
    assert len(payouts) == (0 if change == "a pause" and answer["payouts_amount"] == 0 else 1)


@pytest.mark.parametrize("level", LEVELS)
def test_isolated_sessions_that_retry_end_like_any_other(sessions: Sessions, currency: str, level: str) -> None:
    workers = sessions.several(4)
    restaurants = [new_id("res") for _ in range(3)]
    events = [charge(restaurants[number % 3], currency, amount=100 + number, fee=0) for number in range(40)]

    def isolated(session: Session, call: Callable[[], Row]) -> Row:
        while True:
            try:
                session.run(f"begin isolation level {level}")
                answer = call()
                session.commit()
                return answer
            except errors.SerializationFailure:
                session.rollback()

    def work(number: int) -> list[Row]:
        session, chance = workers[number], random.Random(number)
        answers = []
        for step, event in enumerate(chance.sample(events, len(events))):
            answers.append(isolated(session, partial(session.ingest, event)))
            if step % 10 == number:
                isolated(session, partial(session.pay, currency, AS_OF - timedelta(days=number)))
        return answers

    answers = [row for rows in sessions.at_once([partial(work, number) for number in range(4)]) for row in rows]
    assert statuses(answers) == {"processed": 40, "already_processed": 120}
    for restaurant in restaurants:
        net = sum(event["amount"] for event in events if event["restaurant_id"] == restaurant)
        assert sessions.admin.balance(restaurant, currency)["total"] == net


# Ends in the middle


def long_array(currency: str, restaurants: Sequence[str]) -> list[Event]:
    """2,000 charges: long enough to be met in the middle."""
    return [charge(restaurants[number % len(restaurants)], currency) for number in range(2_000)]


def wait_until_posting(watcher: Session, pid: int) -> None:
    """Until the session has written entries in the transaction that it is in."""
    deadline = time.monotonic() + PATIENCE
    query = """
        select count(*) > 0 from pg_locks as l
        where
            l.pid = %s and l.granted and l.mode = 'RowExclusiveLock'
            and l.relation = 'ledger.ledger_entries'::regclass
    """
    while not watcher.value(query, pid):
        assert time.monotonic() < deadline, "never wrote an entry"
        time.sleep(0.002)


def whats_left(watcher: Session, currency: str, restaurants: Sequence[str]) -> Row:
    return watcher.row(
        """
        select
            (select count(*) from ledger.processor_events where currency = %s) as events,
            (select count(*) from ledger.ledger_entries where currency = %s) as entries,
            (select count(*) from ledger.account_balances where currency = %s) as accounts,
            (select count(*) from ledger.restaurants where restaurant_id = any(%s)) as restaurants
        """,
        currency,
        currency,
        currency,
        list(restaurants),
    )


NOTHING = {"events": 0, "entries": 0, "accounts": 0, "restaurants": 0}
EVERYTHING = {"events": 2_000, "entries": 4_000, "accounts": 20, "restaurants": 20}
CLIENT = """
import os, sys, psycopg
with psycopg.connect(os.environ["CLIENT_URL"], autocommit=sys.argv[1] == "statement") as connection:
    print(connection.info.backend_pid, flush=True)
    connection.execute("select api.ingest_events(%s::jsonb)", (sys.stdin.read(),))
    print("answered", flush=True)
    sys.stdin.close()
    import time; time.sleep(60)
"""


def test_a_session_that_is_terminated_inside_an_array_leaves_nothing(sessions: Sessions, currency: str) -> None:
    victim = sessions.open()
    restaurants = [new_id("res") for _ in range(20)]
    events = long_array(currency, restaurants)
    working = victim.start(partial(victim.ingest_all, events))
    wait_until_posting(sessions.admin, victim.pid)
    assert sessions.admin.value("select pg_terminate_backend(%s, 10000)", victim.pid)
    with pytest.raises(errors.AdminShutdown):
        working.result(PATIENCE)
    assert whats_left(sessions.admin, currency, restaurants) == NOTHING
    assert statuses(sessions.open().ingest_all(events)) == {"processed": 2_000}


def test_a_session_that_is_terminated_inside_a_run_leaves_nothing(sessions: Sessions, currency: str) -> None:
    victim, holder = sessions.several(2)
    restaurants = sorted(new_id("res") for _ in range(20))
    sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
    holder.begin()
    holder.ingest(charge(restaurants[-1], currency, event_type="refund_succeeded"))
    working = victim.start(lambda: victim.pay(currency))
    sessions.wait_until_blocked_by(victim, holder)
    assert sessions.admin.value("select pg_terminate_backend(%s, 10000)", victim.pid)
    with pytest.raises(errors.AdminShutdown):
        working.result(PATIENCE)
    holder.rollback()
    left = "select count(*) from {} where currency = %s"
    assert sessions.admin.value(left.format("ledger.payouts"), currency) == 0
    assert sessions.admin.value(left.format("ledger.payout_runs"), currency) == 0
    assert sessions.open().pay(currency)["payouts_created"] == 20


@pytest.mark.parametrize("scope", ["statement", "transaction"])
def test_a_client_killed_inside_an_array_leaves_all_or_nothing(
    sessions: Sessions, database: str, currency: str, scope: str
) -> None:
    restaurants = [new_id("res") for _ in range(20)]
    events = long_array(currency, restaurants)
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, scope],
        env=os.environ | {"CLIENT_URL": database},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert client.stdin is not None and client.stdout is not None
        pid = int(client.stdout.readline())
        client.stdin.write(json.dumps(events))
        client.stdin.close()
        if scope == "statement":
            wait_until_posting(sessions.admin, pid)
        else:  # answered, but not committed
            assert client.stdout.readline().strip() == "answered"
    finally:
        client.kill()
        client.wait()
        if client.stdout is not None:
            client.stdout.close()
    sessions.wait_until("select count(*) = 0 from pg_stat_activity where pid = %s", pid)
    left = whats_left(sessions.admin, currency, restaurants)
    assert left in ((NOTHING, EVERYTHING) if scope == "statement" else (NOTHING,))
    again = sessions.open().ingest_all(events)
    assert statuses(again) == {"already_processed" if left == EVERYTHING else "processed": 2_000}
    assert whats_left(sessions.admin, currency, restaurants) == EVERYTHING


def test_a_server_process_killed_inside_an_array_leaves_nothing(database: str, currency: str) -> None:
    with embedded.Server(throw_away=True, settings={"synchronous_commit": "on"}) as server:
        embedded.create_database(server)
        deploy(server.url(), quiet=True)
        restaurants = [new_id("res") for _ in range(20)]
        events = long_array(currency, restaurants)
        doomed = Sessions(server.url())
        try:
            kept = doomed.open()
            known = charge(new_id("res"), currency)
            assert kept.ingest(known)["status"] == "processed"
            before = whats_left(doomed.admin, currency, restaurants)
            victim = doomed.open()
            working = victim.start(partial(victim.ingest_all, events))
            wait_until_posting(doomed.admin, victim.pid)
            os.kill(victim.pid, signal.SIGKILL)
            with pytest.raises(errors.OperationalError):
                working.result(PATIENCE)
        finally:
            doomed.close()
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                risen = Sessions(server.url())
                break
            except errors.OperationalError:  # the server is recovering
                assert time.monotonic() < deadline
                time.sleep(0.02)
        try:
            assert whats_left(risen.admin, currency, restaurants) == before
            risen.check()
            writer = risen.open()
            assert writer.ingest(known)["status"] == "already_processed"
            assert statuses(writer.ingest_all(events)) == {"processed": 2_000}
            risen.check()
        finally:
            risen.close()
