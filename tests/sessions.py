"""What tests with several sessions share: real connections, and waits that are looked up instead of timed.

The fixtures are known everywhere: conftest.py imports them.
"""

from __future__ import annotations

import json
import os
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import psycopg
import pytest
from psycopg import errors
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

from dev import embedded
from tests import cluster

NOW = datetime.now(UTC).replace(microsecond=0)
AS_OF = (NOW - timedelta(days=2)).date()
PATIENCE = float(os.environ.get("CUENTA_TEST_PATIENCE", "30"))  # seconds until a wait that does not come fails the test
# Ids that sort differently by bytes, by case and by dictionary.
AWKWARD_IDS = ("a-1", "A-2", "a.10", "B:1", "b_1", "a1", "Z", "z", "A1", "b-2", "B2", "a_2")

LATER = {"occurred_at": (NOW - timedelta(hours=1)).isoformat()}

DEADLOCKS = "select sum(d.deadlocks)::bigint from pg_stat_database as d where d.datname = any(%(databases)s)"

Row = dict[str, Any]
Event = dict[str, Any]
T = TypeVar("T")


@pytest.fixture(scope="module")
def currencies(database: str) -> Iterator[str]:
    """Currencies, each once."""
    with psycopg.connect(database) as connection:
        query = "select currency from ledger.currencies where payable_unit = 1"  # in which any amount can be paid
        return iter([row[0] for row in connection.execute(query).fetchall()])


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
        self.pids = [self.pid]  # of the server processes that work for it
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

    def ingest_until_answered(self, events: Sequence[Event]) -> list[Row]:
        """An array that contradicts another one at the same moment may have to be sent again (40001, 40P01)."""
        for _ in range(20):
            try:
                return self.ingest_all(events)
            except (errors.SerializationFailure, errors.DeadlockDetected):
                if self.connection.info.transaction_status is not TransactionStatus.IDLE:
                    raise  # that is for whoever began the transaction
        raise AssertionError("never answered")

    def ingest_as_array(self, event: Event) -> Row:
        row = self.ingest_until_answered([event])[0]
        del row["item"]
        return row

    def pay(self, currency: str, as_of: date = AS_OF, minimum: int = 1, *, dry: bool = False) -> Row:
        return self.row("select * from api.run_payouts(%s, %s, %s, %s)", currency, as_of, minimum, dry)

    def balance(self, restaurant_id: str, currency: str) -> Row:
        return self.row("select * from api.get_balance(%s, %s)", restaurant_id, currency)

    def start(self, call: Callable[[], T]) -> Future[T]:
        return self.pool.submit(call)

    def begin(self, at: str | None = None) -> None:
        """Begin a transaction. Where there are several cells, `at` is a restaurant: rows() asks in its cell."""
        self.run("begin")

    def commit(self) -> None:
        self.run("commit")

    def rollback(self) -> None:
        self.run("rollback")


class CellSession(Session):
    """A session of a proxy, which keeps at once what it is told. What it begins it does in the cells, as another one.

    So it holds there what a session of a single database holds, and those who wait for it wait at the proxy.
    """

    def __init__(
        self, connection: psycopg.Connection[Row], pool: ThreadPoolExecutor, cells: Sequence[str], options: str
    ) -> None:
        super().__init__(connection, pool)
        self.cells = cells
        self.options = options
        self.at: int | None = None
        self.begun: dict[int, psycopg.Connection[Row]] | None = None
        self.pids += self.value("select look.processes() as processes")

    def begin(self, at: str | None = None) -> None:
        assert self.begun is None
        self.begun = {}
        self.at = cluster.cell_of(at) if at else None

    def run(self, query: str) -> None:
        if self.begun is None:
            return super().run(query)
        for connection in self.begun.values():
            connection.execute(query)
        if query in ("commit", "rollback"):
            self.close()

    def close(self) -> None:
        """End what was begun."""
        for connection in (self.begun or {}).values():
            connection.close()
        self.begun = None

    def rows(self, query: str, *args: Any) -> list[Row]:
        if self.begun is None:
            return super().rows(query, *args)
        assert self.at is not None, "where is this to be done? begin(restaurant) says it"
        return self.in_cell(self.at, query, *args)

    def in_cell(self, cell: int, query: str, *args: Any) -> list[Row]:
        assert self.begun is not None
        if cell not in self.begun:
            self.begun[cell] = psycopg.connect(self.cells[cell], row_factory=dict_row, options=self.options)
            self.pids.append(self.begun[cell].info.backend_pid)
        return self.begun[cell].execute(query, args).fetchall()

    def ingest(self, event: Event) -> Row:
        if self.begun is None:
            return super().ingest(event)
        cell = cluster.cell_of(event["restaurant_id"])
        return self.in_cell(cell, "select * from api.ingest_event(%s::jsonb)", json.dumps(event))[0]

    def ingest_all(self, events: Sequence[Event]) -> list[Row]:
        if self.begun is None:
            return super().ingest_all(events)
        answers: dict[int, Row] = {}
        for cell in range(len(self.cells)):
            items = [n for n, event in enumerate(events) if cluster.cell_of(event["restaurant_id"]) == cell]
            text = json.dumps([events[n] for n in items])
            if items:
                rows = self.in_cell(cell, "select * from api.ingest_events(%s::jsonb)", text)
                answers.update((n, row | {"item": n + 1}) for n, row in zip(items, rows, strict=True))
        return [answers[n] for n in range(len(events))]

    def pay(self, currency: str, as_of: date = AS_OF, minimum: int = 1, *, dry: bool = False) -> Row:
        if self.begun is None:
            return super().pay(currency, as_of, minimum, dry=dry)
        query = "select * from api.run_payouts(%s, %s, %s, %s)"
        runs = [self.in_cell(cell, query, currency, as_of, minimum, dry)[0] for cell in range(len(self.cells))]
        return {name: sum(run[name] for run in runs) for name in ("payouts_created", "payouts_amount")}

    def balance(self, restaurant_id: str, currency: str) -> Row:
        if self.begun is None:
            return super().balance(restaurant_id, currency)
        query = "select * from api.get_balance(%s, %s)"
        return self.in_cell(cluster.cell_of(restaurant_id), query, restaurant_id, currency)[0]


class Sessions:
    """Opens sessions of the service's role, and watches them as a superuser."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cells = cluster.cell_urls(url) if cluster.CELLS else []
        self.databases = [embedded.database_name(one) for one in (url, *self.cells)]
        self.pool = ThreadPoolExecutor(max_workers=60)
        self.opened: list[psycopg.Connection[Row]] = []
        self.begun: list[CellSession] = []
        self.admin = self.open(role=None, settings="-c jit=off")

    def open(self, *, role: str | None = "cuenta_app", settings: str = "") -> Session:
        options = f"-c role={role} {settings}" if role else settings
        connection = psycopg.connect(self.url, autocommit=True, row_factory=dict_row, options=options)
        self.opened.append(connection)
        if not self.cells:
            return Session(connection, self.pool)
        self.begun.append(CellSession(connection, self.pool, self.cells, options))
        return self.begun[-1]

    def several(self, count: int, *, settings: str = "") -> list[Session]:
        return [self.open(settings=settings) for _ in range(count)]

    def close(self) -> None:
        for session in self.begun:
            session.close()
        for connection in self.opened:
            connection.close()
        self.pool.shutdown()

    def deadlocks(self) -> int:
        """How many PostgreSQL has counted so far."""
        row = self.admin.connection.execute(DEADLOCKS, {"databases": self.databases}).fetchone()
        assert row
        return int(row["sum"])

    def wait_until(self, query: str, *args: Any) -> None:
        """Until the query answers true."""
        deadline = time.monotonic() + PATIENCE
        while not self.admin.value(query, *args):
            assert time.monotonic() < deadline, f"never became true: {query} {args}"
            time.sleep(0.002)

    def wait_until_blocked(self, *waiting: Session) -> None:
        """Until each of the sessions waits for a lock that another one holds."""
        for session in waiting:
            self.wait_until(
                "select count(*) > 0 from pg_stat_activity"
                " where pid = any(%s) and wait_event_type = 'Lock' and cardinality(pg_blocking_pids(pid)) > 0",
                session.pids,
            )

    def wait_until_blocked_by(self, waiting: Session, holder: Session) -> None:
        """Until the session waits for a lock of this holder, and of nobody else."""
        self.wait_until(
            "select coalesce(array_agg(b.pid) <@ %s::integer[], false)"
            " from unnest(%s::integer[]) as w (pid), unnest(pg_blocking_pids(w.pid)) as b (pid)",
            holder.pids,
            waiting.pids,
        )
        waits = self.admin.rows(
            "select pid, count(*) from pg_locks where pid = any(%s) and not granted group by pid", waiting.pids
        )
        assert waits and {wait["count"] for wait in waits} == {1}

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
def sessions(database: str, sound_book: None) -> Iterator[Sessions]:
    """Sessions in the module's database. Afterwards no deadlock was counted; at the module's end the book is sound."""
    opened = Sessions(database)
    deadlocks = opened.deadlocks()
    try:
        yield opened
    finally:
        opened.close()
    # A session hands its counters in when it ends, which may be a moment after close() answers.
    with psycopg.connect(database, autocommit=True) as watcher:
        deadline = time.monotonic() + PATIENCE
        while True:
            row = watcher.execute(
                f"select count(*) filter (where a.pid <> pg_backend_pid()), ({DEADLOCKS})"
                " from pg_stat_activity as a"
                " where a.datname = any(%(databases)s) and a.backend_type = 'client backend'",
                {"databases": opened.databases},
            ).fetchone()
            assert row is not None
            if row[0] == 0:
                break
            assert time.monotonic() < deadline, "sessions do not end"
            time.sleep(0.002)
        assert row[1] == deadlocks, "PostgreSQL counted a deadlock"


def new_id(kind: str = "evt", near: str | None = None) -> str:
    """A new id; that of a restaurant which lives in the same database as another one, if there are several."""
    while True:
        made = f"{kind}_{uuid.uuid4().hex[:16]}"
        if near is None or cluster.live_together(made, near):
            return made


def near_each_other(count: int) -> list[str]:
    """Restaurants that live in one database, even if there are several: an id that two of them share is seen."""
    first = new_id("res")
    return [first, *(new_id("res", near=first) for _ in range(count - 1))]


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
    group by
        b.restaurant_id, b.currency, b.balance, b.reserved, b.held, b.last_entry_seq, b.last_entry_at, b.last_event_at
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
