"""What an event may cost, in statements executed and pages touched, counted by pg_stat_statements.

Both repeat on every machine, where seconds do not. A budget has two ends: more is a statement or a
scan that somebody has added, fewer pages an index that is lost, or an improvement that the budget
should keep. bench/instructions.py --stages shows the same work in processor instructions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from dev import embedded

RESTAURANTS = 200
ITEMS = 1_000
SINGLES = 200


@dataclass(frozen=True)
class Budget:
    """Statements a call, checks of rows an event, the least and most pages an event."""

    statements: float
    checks: float
    pages: tuple[float, float]


SINGLE = Budget(5, 4, (48.5, 58))  # two of them look whether its id waits at some account
PAYMENT = Budget(5, 4, (50, 63))  # and a row in the index over payments
REFUND = Budget(17, 5, (85, 100))
DUPLICATE = Budget(2, 0, (5.5, 7.5))
SAME_PAYMENT = Budget(6, 0, (23, 29))
ARRAY = Budget(10, 3.2, (52, 61))
PAYMENTS = Budget(10, 3.2, (58, 69))
BALANCE = Budget(2, 0, (3, 5))


@dataclass(frozen=True)
class Counted:
    """What a call executed inside the public function, and each statement's calls."""

    statements: float
    checks: float
    pages: float
    texts: str


def event(number: int, restaurant: int, **fields: Any) -> dict[str, Any]:
    """A charge with its fee."""
    return {
        "event_id": f"evt_{number}",
        "event_type": "charge_succeeded",
        "occurred_at": "2025-01-15T18:30:00Z",
        "restaurant_id": f"res_{restaurant}",
        "currency": "PEN",
        "amount": 1000 + number,
        "fee": 95,
        "metadata": {"reservation_id": "rsv_987"},
    } | fields


def array(first: int, items: int = ITEMS, restaurants: int = RESTAURANTS) -> list[dict[str, Any]]:
    return [event(number, number % restaurants) for number in range(first, first + items)]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A database that counts statements, on a server of its own: one must be told when it starts."""
    from db.deploy import deploy

    settings = {"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track": "all"}
    # Nothing that comes by the clock may touch a page in between.
    settings |= {"autovacuum": "off", "jit": "off"}
    with (
        embedded.Server(throw_away=True, settings=settings) as server,
        embedded.throw_away_database(server.url("postgres")) as url,
    ):
        deploy(url, quiet=True)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("create extension pg_stat_statements")
            for number in range(10):
                ingest_array(connection, array(1_000_000 + number * ITEMS))
            connection.execute("vacuum analyze")
        yield url


def ingest(connection: psycopg.Connection[Any], document: dict[str, Any]) -> str:
    """Ingest one event; returns its status."""
    query = "select r.status from api.ingest_event(%s::jsonb) as r"
    [(status,)] = connection.execute(query, [json.dumps(document)], prepare=True).fetchall()
    return str(status)


def ingest_array(connection: psycopg.Connection[Any], documents: list[dict[str, Any]]) -> set[str]:
    """Ingest an array; returns the statuses there were."""
    query = "select r.status from api.ingest_events(%s::jsonb) as r"
    return {str(status) for (status,) in connection.execute(query, [json.dumps(documents)], prepare=True)}


@pytest.fixture
def count(url: str) -> Iterator[Callable[..., Counted]]:
    """Count what a function executes that is called `times` times; called some times before, too."""
    with (
        psycopg.connect(url, autocommit=True) as watcher,
        psycopg.connect(url, autocommit=True, options="-c role=cuenta_app") as connection,
    ):

        def run(work: Callable[[psycopg.Connection[Any], int], None], times: int, warm: int = 10) -> Counted:
            for number in range(warm):
                work(connection, -1 - number)
            watcher.execute("select pg_stat_statements_reset()")
            for number in range(times):
                work(connection, number)
            rows = watcher.execute(
                "select s.toplevel, s.calls, s.shared_blks_hit + s.shared_blks_read, s.query"
                " from pg_stat_statements as s"
                " inner join pg_database as d on s.dbid = d.oid and d.datname = current_database()"
                " where s.query !~ 'pg_stat_statements'"
                " order by s.toplevel desc, s.calls desc, s.query"
            ).fetchall()
            texts = "\n".join(f"{calls / times:8.2f} {' '.join(text.split())[:150]}" for _, calls, _, text in rows)
            return Counted(
                sum(calls for is_top, calls, _, text in rows if not is_top and not is_check(text)) / times,
                sum(calls for is_top, calls, _, text in rows if not is_top and is_check(text)) / times,
                sum(pages for is_top, _, pages, _ in rows if is_top) / times,
                texts,
            )

        yield run


def is_check(text: str) -> bool:
    """Whether this is executed for each row: for a foreign key, or by the trigger that guards an account."""
    return text.startswith("SELECT 1 FROM ONLY") or "e.balance_after = new.balance" in text


def assert_within(budget: Budget, counted: Counted, events: int = 1) -> None:
    """Fail with what was executed."""
    low, high = budget.pages
    pages = counted.pages / events
    assert counted.statements == budget.statements, f"statements a call:\n{counted.texts}"
    assert counted.checks / events == budget.checks, f"checks an event:\n{counted.texts}"
    assert low <= pages <= high, f"{pages:.2f} pages an event, not {low} to {high}:\n{counted.texts}"


def test_a_single_event_keeps_its_budget(count: Callable[..., Counted]) -> None:
    def work(connection: psycopg.Connection[Any], number: int) -> None:
        assert ingest(connection, event(2_000_000 + number, number % RESTAURANTS)) == "processed"

    assert_within(SINGLE, count(work, SINGLES))


def test_an_event_of_a_payment_keeps_its_budget(count: Callable[..., Counted]) -> None:
    def work(connection: psycopg.Connection[Any], number: int) -> None:
        known = event(2_100_000 + number, number % RESTAURANTS, payment_id=f"pay_{number}")
        assert ingest(connection, known) == "processed"

    assert_within(PAYMENT, count(work, SINGLES))


def test_a_refund_of_a_payment_keeps_its_budget(count: Callable[..., Counted], url: str) -> None:
    def refund(number: int) -> dict[str, Any]:
        document = event(number, number % RESTAURANTS, payment_id=f"pay_{number}")
        del document["fee"]
        return document

    with psycopg.connect(url, autocommit=True) as connection:
        ingest_array(connection, [refund(2_200_000 + number) for number in range(-10, SINGLES)])

    def work(connection: psycopg.Connection[Any], number: int) -> None:
        known = refund(2_200_000 + number)
        known |= {"event_id": f"re_{number}", "event_type": "refund_succeeded"}
        assert ingest(connection, known) == "processed"

    assert_within(REFUND, count(work, SINGLES))


def test_a_payment_told_under_another_id_keeps_its_budget(count: Callable[..., Counted]) -> None:
    def work(connection: psycopg.Connection[Any], number: int) -> None:
        known = event(2_300_000, 0, payment_id="pay_told")
        assert ingest(connection, known | {"event_id": f"told_{number}"}) == (
            "processed" if number == -1 else "already_processed"
        )

    assert_within(SAME_PAYMENT, count(work, SINGLES))


def test_a_duplicate_keeps_its_budget(count: Callable[..., Counted]) -> None:
    def work(connection: psycopg.Connection[Any], number: int) -> None:
        known = 1_005_000 + number
        assert ingest(connection, event(known, known % RESTAURANTS)) == "already_processed"

    assert_within(DUPLICATE, count(work, SINGLES))


def test_an_array_of_a_thousand_keeps_its_budget(count: Callable[..., Counted]) -> None:
    def work(connection: psycopg.Connection[Any], number: int) -> None:
        assert ingest_array(connection, array(3_010_000 + number * ITEMS)) == {"processed"}

    assert_within(ARRAY, count(work, 3, warm=6), ITEMS)


def test_an_array_of_payments_keeps_its_budget(count: Callable[..., Counted]) -> None:
    def work(connection: psycopg.Connection[Any], number: int) -> None:
        documents = array(7_010_000 + number * ITEMS)
        for document in documents:
            document["metadata"] = {"payment_id": f"pay_{document['event_id']}"}
        assert ingest_array(connection, documents) == {"processed"}

    assert_within(PAYMENTS, count(work, 3, warm=6), ITEMS)


def test_an_array_executes_as_many_statements_whatever_its_size(count: Callable[..., Counted]) -> None:
    def work_of(first: int, items: int, restaurants: int) -> Callable[[psycopg.Connection[Any], int], None]:
        def work(connection: psycopg.Connection[Any], number: int) -> None:
            assert ingest_array(connection, array(first + number * items, items, restaurants)) == {"processed"}

        return work

    few = count(work_of(4_010_000, 20, 20), 3, warm=6)
    many = count(work_of(5_010_000, 500, RESTAURANTS), 3, warm=6)
    of_one = count(work_of(6_010_000, 500, 1), 3, warm=6)
    assert few.statements == many.statements == of_one.statements, f"{few.texts}\n\n{many.texts}\n\n{of_one.texts}"


def test_a_balance_keeps_its_budget(count: Callable[..., Counted]) -> None:
    def work(connection: psycopg.Connection[Any], number: int) -> None:
        query = "select r.available from api.get_balance('res_' || %s::text, 'PEN') as r"
        assert connection.execute(query, [number % RESTAURANTS], prepare=True).fetchone()

    assert_within(BALANCE, count(work, SINGLES))
