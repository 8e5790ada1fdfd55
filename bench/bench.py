"""Measures what docs promise about speed, as ratios, and writes bench/RESULTS.md.

    python bench/bench.py [--quick] [--only NAME ...] [--list] [--output FILE]

Works in a throw-away server with durable settings, or in a throw-away database of the server that
DATABASE_URL names. The two sides of a ratio take turns in short rounds and the median of the rounds'
ratios counts, because a machine has other things to do, too. The floor of a benchmark is the least
that PostgreSQL takes to insert the same rows: one statement, into tables without triggers that are
frozen as the ledger's were on 2026-11-22 (sql/floor_schema.sql), with their indexes, checks and
foreign keys. Single events and their floor are sent by the same role.

Only a full run writes RESULTS.md; --output writes whatever was run to another file. The exit code is
1 if a benchmark fails or single ingestion is under half of its floor.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import random
import re
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import time
import traceback
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

BENCH = Path(__file__).resolve().parent
sys.path.insert(0, str(BENCH.parent))

from db.deploy import deploy  # noqa: E402
from dev import embedded  # noqa: E402

CLIENTS = 8
LEAST_SINGLE_RATIO = 0.5  # below this the run fails

console = Console(highlight=False)


class BenchError(Exception):
    """A benchmark cannot be run or has no figure; the message says why."""


@dataclass(frozen=True)
class Sizes:
    """How much is done: rounds of both sides, seconds a side and round, and the amounts of data."""

    rounds: int = 7
    seconds: int = 4
    restaurants: int = 1_000
    items: int = 1_000  # events an array
    arrays: int = 6  # arrays a side and round
    known_events: int = 20_000  # that duplicates are drawn from
    balance_entries: int = 5_000_000
    payout_restaurants: tuple[int, int] = (10_000, 100_000)
    payout_rounds: int = 2
    requests: int = 3_000  # HTTP requests a side and round
    mix_seconds: int = 15


QUICK = Sizes(
    rounds=3,
    seconds=2,
    arrays=3,
    known_events=5_000,
    balance_entries=100_000,
    payout_restaurants=(500, 5_000),
    payout_rounds=1,
    requests=600,
    mix_seconds=6,
)


@dataclass
class Row:
    """A line of the results. met is None where there is no goal."""

    what: str
    goal: str
    figure: str
    met: bool | None
    detail: str = ""


@dataclass
class Turns:
    """The figures of two sides that took turns."""

    first: list[float] = field(default_factory=list)
    second: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """The median of the rounds' first / second."""
        return statistics.median(a / b for a, b in zip(self.first, self.second, strict=True))

    @property
    def spread(self) -> str:
        ratios = sorted(a / b for a, b in zip(self.first, self.second, strict=True))
        return f"rounds {ratios[0]:.2f} to {ratios[-1]:.2f}"

    def medians(self, unit: str, scale: float = 1) -> str:
        """Both sides' medians, as text."""
        first, second = (statistics.median(side) * scale for side in (self.first, self.second))
        return f"{first:,.0f} against {second:,.0f} {unit}"


class Bench:
    """A server with databases to measure in, and the tools to do it."""

    def __init__(self, server_url: str, sizes: Sizes, progress: Progress) -> None:
        self.server_url = server_url
        self.sizes = sizes
        self.progress = progress
        self.databases = contextlib.ExitStack()
        self._main: str | None = None

    # -- databases --------------------------------------------------------------------------

    def deployed(self) -> str:
        """The URL of a new, deployed database with the floor's tables."""
        url = self.databases.enter_context(embedded.throw_away_database(self.server_url))
        deploy(url, quiet=True)
        with psycopg.connect(url) as connection:
            run_file(connection, "floor_schema")
        return url

    @property
    def main(self) -> str:
        """The database that the benchmarks of ingestion share."""
        if self._main is None:
            self.note("preparing restaurants and arrays of events")
            url = self.deployed()
            arrays = self.sizes.arrays * (self.sizes.rounds + 1) * 2
            with psycopg.connect(url) as connection:
                run_file(
                    connection,
                    "prepare",
                    restaurants=self.sizes.restaurants,
                    items=self.sizes.items,
                    arrays=arrays,
                )
                connection.execute("grant usage on schema bench to cuenta_app")
                connection.execute("grant select on all tables in schema bench to cuenta_app")
                connection.execute("grant usage on all sequences in schema bench to cuenta_app")
            with psycopg.connect(url, autocommit=True) as connection:
                for first in range(1, self.sizes.known_events, self.sizes.items):
                    run_file(
                        connection,
                        "known_events",
                        first=first,
                        last=min(first + self.sizes.items - 1, self.sizes.known_events),
                        restaurants=self.sizes.restaurants,
                    )
                run_file(
                    connection,
                    "copy_to_floor",
                    restaurants=self.sizes.restaurants,
                    events=self.sizes.known_events,
                )
            tidy(url)
            self._main = url
        return self._main

    # -- measuring --------------------------------------------------------------------------

    def note(self, text: str) -> None:
        self.progress.update(self.progress.task_ids[-1], note=text)

    def take_turns(
        self, first: Callable[[], float], second: Callable[[], float], *, rounds: int | None = None
    ) -> Turns:
        """Both sides once for warming up, then in turns; which one begins alternates."""
        rounds = rounds or self.sizes.rounds
        turns = Turns()
        for number in range(rounds + 1):
            self.note(f"round {number} of {rounds}" if number else "warming up")
            if number % 2:
                a, b = first(), second()
            else:
                b, a = second(), first()
            if number:
                turns.first.append(a)
                turns.second.append(b)
                self.note(f"round {number} of {rounds}: {turns.ratio:.2f}")
        return turns

    def pgbench(
        self,
        script: str,
        *,
        clients: int = 1,
        transactions: int | None = None,
        is_service: bool = True,
        url: str | None = None,
        settings: str = "",
        variables: Mapping[str, int] | None = None,
    ) -> float:
        """Transactions a second of a script in sql/. As the service's role, or as superuser."""
        words = ["-f", str(BENCH / "sql" / f"{script}.sql")]
        for name, value in (variables or {}).items():
            words += ["-D", f"{name}={value}"]
        words += ["-t", str(transactions)] if transactions else ["-T", str(self.sizes.seconds)]
        output = run_pgbench(url or self.main, clients, words, is_service=is_service, settings=settings)
        return float(find(r"^tps = ([\d.]+)", output))


def find(pattern: str, text: str) -> str:
    """The pattern's group where it matches first."""
    found = re.search(pattern, text, re.M)
    if not found:
        raise BenchError(f"no {pattern!r} in:\n{text}")
    return found[1]


def run_file(connection: psycopg.Connection[tuple[object, ...]], name: str, **values: object) -> None:
    """Run a file of sql/; values stand in for %(name)s, if there are any."""
    text = (BENCH / "sql" / f"{name}.sql").read_text()
    connection.execute((text % values if values else text).encode())


def tidy(url: str) -> None:
    """Statistics on what was loaded, and a checkpoint, so that none is due in the middle.

    Empty tables are left alone: their statistics would promise the planner that they stay empty.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        filled = connection.execute(
            "select string_agg(c.oid::regclass::text, ', ') from pg_class as c"
            " where c.relkind = 'r' and c.relnamespace::regnamespace::text in ('ledger', 'floor', 'bench')"
            " and pg_relation_size(c.oid) > 0"
        ).fetchone()
        assert filled
        connection.execute(f"vacuum (analyze) {filled[0]}".encode())
        connection.execute("checkpoint")


def run_pgbench(url: str, clients: int, words: Sequence[str], *, is_service: bool, settings: str = "") -> str:
    """Run pgbench; returns its output, or raises BenchError if a client gave up."""
    program = embedded.find_bin_dir() / "pgbench"
    environment = embedded.libpq_environment(url)
    options = ["-c role=cuenta_app"] * is_service + [settings]
    environment["PGOPTIONS"] = " ".join(options)
    threads = min(clients, os.cpu_count() or 1)
    base = [str(program), "--no-vacuum", "-M", "prepared", "-c", str(clients), "-j", str(threads)]
    done = subprocess.run([*base, *words], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"pgbench: {done.stderr.strip()}")
    return done.stdout


# -- the benchmarks ---------------------------------------------------------------------------


def new_ids() -> dict[str, int]:
    """Ids that no other run draws from, as good as certainly."""
    first = random.randrange(1_000_000, 8 * 10**18)
    return {"first_id": first, "last_id": first + 10**17}


def single(bench: Bench, restaurants: int, settings: str = "") -> Turns:
    """First postings by 8 clients against the floor."""

    def run(script: str) -> float:
        return bench.pgbench(
            script,
            clients=CLIENTS,
            settings=settings,
            variables={"restaurants": restaurants, **new_ids()},
        )

    return bench.take_turns(lambda: run("ingest_event"), lambda: run("floor_event"))


def bench_single(bench: Bench) -> list[Row]:
    """ingest_event, many restaurants"""
    what = f"`ingest_event`, {CLIENTS} clients, {bench.sizes.restaurants:,} restaurants"
    turns = single(bench, bench.sizes.restaurants)
    rows = [ratio_row(what, turns, 0.7, "of the floor", turns.medians("events/s"))]
    if turns.ratio < LEAST_SINGLE_RATIO:
        raise Failed(rows, f"single ingestion is {turns.ratio:.2f} of its floor, under half")
    return rows


def bench_async(bench: Bench) -> list[Row]:
    """the same without waiting for the disk"""
    turns = single(bench, bench.sizes.restaurants, "-c synchronous_commit=off")
    what = "the same, both sides without waiting for the disk (`synchronous_commit = off`)"
    return [Row(what, "", f"{turns.ratio:.2f} of the floor", None, detail(turns, "events/s"))]


def bench_one(bench: Bench) -> list[Row]:
    """ingest_event, one restaurant"""
    turns = single(bench, 1)
    what = "the same, all clients on one restaurant"
    return [ratio_row(what, turns, 0.25, "of the floor", turns.medians("events/s"))]


def bench_array(bench: Bench) -> list[Row]:
    """ingest_events against INSERT ... SELECT"""
    arrays = bench.sizes.arrays
    turns = bench.take_turns(
        lambda: bench.pgbench("ingest_events", transactions=arrays, variables={"first_lane": 0}),
        lambda: bench.pgbench("floor_events", transactions=arrays, is_service=False),
    )
    what = f"`ingest_events`, {bench.sizes.items:,} an array, 1 connection"
    rates = turns.medians("events/s", bench.sizes.items)
    return [ratio_row(what, turns, 0.6, "of INSERT ... SELECT of the same rows", rates)]


def bench_apart(bench: Bench) -> list[Row]:
    """ingest_events, 2 connections against 1"""

    def run(clients: int) -> float:
        return bench.pgbench(
            "ingest_events", clients=clients, transactions=bench.sizes.arrays, variables={"first_lane": 1}
        )

    turns = bench.take_turns(lambda: run(2), lambda: run(1))
    rates = turns.medians("events/s", bench.sizes.items)
    what = "the same, 2 connections with restaurants apart"
    return [ratio_row(what, turns, 1.6, "times one connection", rates)]


def bench_duplicate(bench: Bench) -> list[Row]:
    """a duplicate against a first posting"""

    def run(ids: dict[str, int]) -> float:
        variables = {"restaurants": bench.sizes.restaurants, **ids}
        return bench.pgbench("ingest_event", clients=CLIENTS, variables=variables)

    known = {"first_id": 1, "last_id": bench.sizes.known_events}
    turns = bench.take_turns(lambda: run(known), lambda: run(new_ids()))
    with psycopg.connect(bench.main) as connection:
        wrong = connection.execute("select count(*) from ledger.event_rejections").fetchone()
    if wrong != (0,):
        raise BenchError(f"{wrong} deliveries were not taken for duplicates")
    return [ratio_row("a duplicate", turns, 2, "times the rate of a first posting", turns.medians("events/s"))]


def bench_storage(bench: Bench) -> list[Row]:
    """bytes of a charge with its fee"""
    query = """
        select
            count(*),
            coalesce(sum(pg_column_size(e.payload)), 0),
            pg_total_relation_size('ledger.processor_events') + pg_total_relation_size('ledger.ledger_entries')
        from ledger.processor_events as e
    """
    with psycopg.connect(bench.main, autocommit=True) as connection:
        sizes = connection.execute(query).fetchone()
        if sizes and not sizes[0]:
            bench.note("posting some arrays")
            bench.pgbench("ingest_events", transactions=bench.sizes.arrays * 4, variables={"first_lane": 0})
            sizes = connection.execute(query).fetchone()
    assert sizes
    events, documents, total = (int(size) for size in sizes)
    stored = (total - documents) / events
    return [
        Row(
            "storage of a charge with its fee, indexes included, document apart",
            "at most 600 bytes",
            f"{stored:,.0f} bytes",
            stored <= 600,
            f"{events:,} events; the document {documents / events:,.0f} bytes more",
        )
    ]


def load(url: str, currency: str, prefix: str, restaurants: int, events: int, days: int, until: str) -> None:
    """Many charges at once; see sql/load_entries.sql."""
    with psycopg.connect(url) as connection:
        run_file(
            connection,
            "load_entries",
            currency=currency,
            prefix=prefix,
            restaurants=restaurants,
            events=events,
            days=days,
            until=until,
        )


def bench_balance(bench: Bench) -> list[Row]:
    """get_balance after few and after many entries"""
    few, many = 1_000, bench.sizes.balance_entries
    bench.note(f"loading {many:,} entries")
    url = bench.deployed()
    today = datetime.now(UTC).date().isoformat()
    load(url, "PEN", "few_", 1, few // 2, 365, today)
    load(url, "PEN", "many_", 1, many // 2, 365, today)
    tidy(url)

    def read(is_many: int) -> float:
        return 1e6 / bench.pgbench("get_balance", url=url, variables={"is_many": is_many})

    turns = bench.take_turns(lambda: read(1), lambda: read(0))
    what = f"`get_balance` after {many:,} entries of the restaurant"
    rows = [ratio_row(what, turns, -1.2, f"times the time after {few:,}", turns.medians("us"))]

    # Two days of the year as money that is not available yet, in both restaurants.
    with psycopg.connect(url) as connection:
        connection.execute("set local session_replication_role = replica")
        connection.execute(
            "update ledger.ledger_entries as e"
            " set available_on = e.available_on + 3, settlement_day = e.settlement_day + 3"
            " where e.business_day > %s::date - 2",
            [today],
        )
    tidy(url)
    turns = bench.take_turns(lambda: read(1), lambda: read(0))
    what = f"the same with two days pending, {many * 2 // 365:,} entries against {few * 2 // 365:,}"
    rows.append(Row(what, "", f"{turns.ratio:.1f} times", None, detail(turns, "us")))
    return rows


def bench_payouts(bench: Bench) -> list[Row]:
    """run_payouts against INSERT ... SELECT"""
    few, many = bench.sizes.payout_restaurants
    bench.note(f"loading {many:,} restaurants with 10 entries each")
    template = bench.deployed()
    load(template, "USD", "res_", few, 5, 5, "2025-01-15")
    load(template, "PEN", "res_", many, 5, 5, "2025-01-15")
    with psycopg.connect(template) as connection:
        connection.execute(
            "insert into floor.restaurants (restaurant_id, created_at)"
            " select r.restaurant_id, r.created_at from ledger.restaurants as r"
        )
        connection.execute(
            "insert into floor.account_balances (restaurant_id, currency)"
            " select b.restaurant_id, b.currency from ledger.account_balances as b"
        )
    tidy(template)

    against, linear = Turns(), Turns()
    for number in range(1, bench.sizes.payout_rounds + 1):
        bench.note(f"round {number} of {bench.sizes.payout_rounds}")
        name = embedded.database_name(template)
        with (
            embedded.throw_away_database(bench.server_url, name) as url,
            psycopg.connect(url, autocommit=True) as connection,
        ):
            connection.execute("checkpoint")
            times, runs = [], []
            for currency, restaurants in (("USD", few), ("PEN", many)):
                started = time.perf_counter()
                run = connection.execute(
                    "select r.run_id, r.payouts_created from api.run_payouts(%s, '2025-01-15') as r",
                    [currency],
                ).fetchone()
                times.append(time.perf_counter() - started)
                if run is None or run[1] != restaurants:
                    raise BenchError(f"{restaurants:,} payouts were due, the run answers {run}")
                runs.append(run[0])
            connection.execute("checkpoint")
            started = time.perf_counter()
            with connection.transaction():
                run_file(connection, "floor_payouts", run_id=runs[1])
            against.first.append(times[1])
            against.second.append(time.perf_counter() - started)
            linear.first.append(times[1] / many)
            linear.second.append(times[0] / few)
    goal = "times INSERT ... SELECT of the rows it writes"
    rates = f"{statistics.median(against.first):,.1f} s against {statistics.median(against.second):,.1f} s"
    what = f"`run_payouts`, {many:,} restaurants with 10 entries each"
    return [
        ratio_row(what, against, -3, goal, rates),
        ratio_row(
            f"the same, the time of a restaurant against that of {few:,} restaurants",
            linear,
            -1.2,
            "times: linear",
            linear.medians("us", 1e6),
        ),
    ]


@contextlib.contextmanager
def service(url: str) -> Iterator[int]:
    """The service with the floor's route; yields its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = subprocess.Popen(
        [sys.executable, str(BENCH / "floor_app.py"), "--port", str(port)],
        env=os.environ | {"DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for _ in range(100):
            time.sleep(0.2)
            if server.poll() is not None:
                raise BenchError(f"the service ended: {server.stderr.read() if server.stderr else ''}")
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/ready"):
                break
        else:
            raise BenchError("the service does not get ready")
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def http_rate(port: int, requests: Iterator[bytes], count: int, status: bytes) -> float:
    """Requests a second over CLIENTS kept-alive connections; every answer must have the status."""
    selector = selectors.DefaultSelector()
    for _ in range(CLIENTS):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ, bytearray())
    started = time.perf_counter()
    sent = done = 0
    for key in list(selector.get_map().values()):
        key.fileobj.sendall(next(requests))  # type: ignore[union-attr]
        sent += 1
    while done < count:
        ready = selector.select(30)
        if not ready:
            raise BenchError("the service does not answer any more")
        for key, _ in ready:
            answer: bytearray = key.data
            peer: socket.socket = key.fileobj  # type: ignore[assignment]
            received = peer.recv(65536)
            if not received:
                raise BenchError("the service has closed a connection")
            answer += received
            head, blank, body = answer.partition(b"\r\n\r\n")
            if not blank:
                continue
            length = re.search(rb"content-length: *(\d+)", head, re.I)
            if length is None or len(body) < int(length[1]):
                continue
            if not head.startswith(b"HTTP/1.1 " + status):
                raise BenchError(f"unexpected answer: {bytes(answer)!r}")
            answer.clear()
            done += 1
            if sent < count:
                peer.sendall(next(requests))
                sent += 1
    elapsed = time.perf_counter() - started
    for key in list(selector.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]
    return count / elapsed


def event_requests(restaurants: int) -> Iterator[bytes]:
    """New events, as a processor would send them."""
    first = random.randrange(1_000_000, 8 * 10**18)
    for number in range(first, first + 10**9):
        body = (
            f'{{"event_id": "evt_{number}", "event_type": "charge_succeeded", "occurred_at": '
            f'"2025-01-15T18:30:{10 + number % 50}Z", "restaurant_id": "res_{1 + number % restaurants}", '
            f'"currency": "PEN", "amount": {1000 + number % 89000}, "fee": 95, "metadata": '
            '{"reservation_id": "rsv_987", "payment_id": "pay_456"}}'
        )
        yield (
            "POST /v1/processor/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


def floor_requests() -> Iterator[bytes]:
    while True:
        yield b"GET /select-1 HTTP/1.1\r\nHost: localhost\r\n\r\n"


def bench_http(bench: Bench) -> list[Row]:
    """HTTP, one event a request"""
    count = bench.sizes.requests
    bench.note("starting the service")
    with service(bench.main) as port:
        events = event_requests(bench.sizes.restaurants)
        turns = bench.take_turns(
            lambda: http_rate(port, events, count, b"201"),
            lambda: http_rate(port, floor_requests(), count, b"200"),
        )
    rates = turns.medians("requests/s")
    what = f"HTTP, one event a request, {CLIENTS} connections"
    return [ratio_row(what, turns, 0.5, "of the same server answering `select 1`", rates)]


def bench_mix(bench: Bench) -> list[Row]:
    """deadlocks in a mix of everything"""
    url = bench.deployed()
    bench.note(f"{bench.sizes.mix_seconds} seconds of events, arrays, payout runs and their ends")
    words = ["-T", str(bench.sizes.mix_seconds), "--failures-detailed"]
    for script, weight in (("mix_event", 60), ("mix_events", 25), ("mix_payouts", 5), ("mix_paid", 10)):
        words += ["-f", f"{BENCH / 'sql' / script}.sql@{weight}"]
    output = run_pgbench(url, CLIENTS, words, is_service=True)
    done = int(find(r"^number of transactions actually processed: (\d+)", output))
    retried = int(find(r"^number of serialization failures: (\d+)", output))
    with psycopg.connect(url) as connection:
        counted = connection.execute(
            "select d.deadlocks from pg_stat_database as d where d.datname = current_database()"
        ).fetchone()
        unsound = connection.execute(
            "select c.check_name from api.check_integrity() as c where c.findings > 0 and c.severity = 'error'"
        ).fetchall()
    deadlocks = max(int(find(r"^number of deadlock failures: (\d+)", output)), counted[0] if counted else 0)
    broken = [str(name) for (name,) in unsound]
    if broken:
        raise BenchError(f"the ledger is not sound afterwards: {', '.join(broken)}")
    return [
        Row(
            f"deadlocks in a mix of single events, arrays, payout runs and their ends, {CLIENTS} clients",
            "0",
            str(deadlocks),
            deadlocks == 0,
            f"{done:,} transactions, {retried} to be sent again (40001); the checks found the ledger sound",
        )
    ]


BENCHMARKS: dict[str, Callable[[Bench], list[Row]]] = {
    "single": bench_single,
    "async": bench_async,
    "one": bench_one,
    "array": bench_array,
    "apart": bench_apart,
    "duplicate": bench_duplicate,
    "balance": bench_balance,
    "payouts": bench_payouts,
    "http": bench_http,
    "storage": bench_storage,
    "mix": bench_mix,
}


class Failed(Exception):
    """A benchmark that has figures, but such that the run fails."""

    def __init__(self, rows: list[Row], why: str) -> None:
        super().__init__(why)
        self.rows = rows


def detail(turns: Turns, unit: str) -> str:
    return f"{turns.medians(unit)}; {turns.spread}"


def ratio_row(what: str, turns: Turns, goal: float, of_what: str, rates: str) -> Row:
    """A row whose ratio is to be at least the goal, or at most, if the goal is negative."""
    is_met = turns.ratio >= goal if goal > 0 else turns.ratio <= -goal
    bound = "at least" if goal > 0 else "at most"
    return Row(what, f"{bound} {abs(goal):g} {of_what}", f"{turns.ratio:.2f}", is_met, f"{rates}; {turns.spread}")


# -- running and reporting --------------------------------------------------------------------


def durable_settings() -> dict[str, str]:
    """What a server keeps that must not lose anything, with room not to checkpoint all the time."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "shared_buffers": f"{min(2048, memory // 2**20 // 4)}MB",
        "max_wal_size": "8GB",
        "checkpoint_timeout": "30min",
        "autovacuum_naptime": "1min",
    }


@contextlib.contextmanager
def server_to_measure() -> Iterator[str]:
    """The URL of a server: that of DATABASE_URL, or a throw-away one with durable settings."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with embedded.Server(throw_away=True, settings=durable_settings()) as server:
        yield server.url("postgres")


def describe_machine(server_url: str) -> list[str]:
    """What the figures were measured on, without names."""
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        model = find(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text())
    system = platform.system()
    with contextlib.suppress(OSError, AttributeError):
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    names = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size")
    with psycopg.connect(server_url) as connection:
        version = connection.execute("select current_setting('server_version')").fetchone()
        shown = connection.execute(
            "select string_agg(n.name || ' = ' || current_setting(n.name), ', ' order by n.no)"
            " from unnest(%s::text[]) with ordinality as n (name, no)",
            [list(names)],
        ).fetchone()
    assert version and shown
    return [
        f"Machine: {os.cpu_count()} cores of {model}, {memory:.0f} GB of memory, {system}, "
        f"load {os.getloadavg()[0]:.1f} by other work when it began.",
        f"Software: PostgreSQL {version[0]} ({shown[0]}), Python {platform.python_version()}; clients on the "
        "same machine.",
        f"Date: {datetime.now(UTC):%Y-%m-%d}.",
    ]


MET = {True: "yes", False: "**no**", None: ""}


def write_results(path: Path, machine: list[str], rows: Sequence[Row], command: str) -> None:
    """The results as a page of Markdown."""
    lines = [
        "# Results",
        "",
        f"Written by `{command}`. What counts are the ratios: both sides of one took turns in the same run, on "
        "a machine that had other work, too, and the median of the rounds is given. The floor is the least "
        "that PostgreSQL takes for the same rows: one prepared statement that inserts them into tables without "
        "triggers, frozen as the ledger's were on 2026-11-22 with their indexes, checks and foreign keys. "
        "Single events and their floor are sent by the same role.",
        "",
        *(line + "  " for line in machine),
        "",
        "| what | goal | measured | met | in figures |",
        "|---|---|---|---|---|",
        *(f"| {r.what} | {r.goal} | {r.figure} | {MET[r.met]} | {r.detail} |" for r in rows),
        "",
    ]
    path.write_text("\n".join(lines))


def show(rows: Sequence[Row]) -> Table:
    table = Table("what", "goal", "measured", "met", "in figures", title="cuenta: benchmarks")
    for row in rows:
        colour = {True: "green", False: "red", None: "default"}[row.met]
        met = {True: "yes", False: "no", None: ""}[row.met]
        table.add_row(row.what, row.goal, row.figure, f"[{colour}]{met}[/]", row.detail)
    return table


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, short rounds")
    parser.add_argument("--only", action="append", metavar="NAME", choices=BENCHMARKS, help="may be repeated")
    parser.add_argument("--list", action="store_true", help="the names for --only")
    parser.add_argument("--output", type=Path, help="write the results to this file")
    options = parser.parse_args(words)
    embedded.end_on_signals()
    if options.list:
        for name, benchmark in BENCHMARKS.items():
            console.print(f"{name:10} {benchmark.__doc__}")
        return 0
    names = [name for name in BENCHMARKS if not options.only or name in options.only]
    is_full = not options.quick and not options.only
    output = options.output or (BENCH / "RESULTS.md" if is_full else None)
    command = "python bench/bench.py" + " --quick" * options.quick
    command += "".join(f" --only {name}" for name in options.only or ())

    rows: list[Row] = []
    failures: list[str] = []
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with (
        server_to_measure() as server_url,
        Progress(*columns, console=console, transient=True) as progress,
    ):
        machine = describe_machine(server_url)
        bench = Bench(server_url, QUICK if options.quick else Sizes(), progress)
        task = progress.add_task("", total=len(names), note="")
        with bench.databases:
            for name in names:
                progress.update(task, description=f"{name}: {BENCHMARKS[name].__doc__}", note="")
                try:
                    found = BENCHMARKS[name](bench)
                except Failed as failed:
                    found = failed.rows
                    failures.append(str(failed))
                except (BenchError, psycopg.Error, OSError) as error:
                    found = [Row(f"{BENCHMARKS[name].__doc__}", "", "failed", False)]
                    failures.append(f"{name}: {error}")
                    console.print(traceback.format_exc(), style="dim", markup=False)
                rows += found
                for row in found:
                    progress.console.print(f"{row.what}: {row.figure} ({row.goal or 'no goal'}); {row.detail}")
                progress.advance(task)
    console.print(show(rows))
    if output:
        write_results(output, machine, rows, command)
        console.print(f"written to {output}")
    for failure in failures:
        console.print(f"failed: {failure}", style="red", markup=False)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
