"""Measures what docs promise about speed, as ratios, and writes bench/RESULTS.md.

    python bench/bench.py [--quick] [--only NAME ...] [--list] [--output FILE] [--update] [--peers DIR]

Works in a throw-away server with durable settings, or in a throw-away database of the server that
DATABASE_URL names. The two sides of a ratio take turns in short rounds and the median of the rounds'
ratios counts, because a machine has other things to do, too. The floor of a benchmark is the least
that PostgreSQL takes to insert the same rows: one statement, into tables without triggers that are
frozen as the ledger's were on 2026-11-22 (sql/floor_schema.sql), with their indexes, checks and
foreign keys. Single events and their floor are sent by the same role.

--peers names a checkout of pgledger, whose SQL does the same work on the same server; without it that
benchmark is left out. Only a full run writes RESULTS.md; --output writes whatever was run to another
file, --update puts it in the place of its rows in RESULTS.md. The exit code is 1 if a benchmark fails
or single ingestion is under half of its floor.
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
import tempfile
import time
import traceback
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

BENCH = Path(__file__).resolve().parent
sys.path.insert(0, str(BENCH.parent))

from bench import cells  # noqa: E402
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

    rounds: int = 5
    seconds: int = 3
    restaurants: int = 1_000
    items: int = 1_000  # events an array
    arrays: int = 6  # arrays a side and round
    known_events: int = 20_000  # that duplicates are drawn from
    balance_entries: int = 5_000_000
    payout_restaurants: tuple[int, int] = (10_000, 100_000)
    payout_rounds: int = 5
    latency_rounds: int = 3  # each pays all restaurants once
    pending_entries: int = 100_000
    list_entries: int = 10_000_000  # a fifth of them of one restaurant
    audit_entries: tuple[int, int] = (100_000, 1_000_000)  # sealed, of 200 restaurants
    audit_events: int = 30_000  # since the seal
    transaction_events: int = 100_000
    counted: tuple[str, ...] = ("event", "floor")  # in instructions
    requests: int = 3_000  # HTTP requests a side and round
    mix_seconds: int = 15


QUICK = Sizes(
    rounds=3,
    seconds=2,
    arrays=3,
    known_events=5_000,
    balance_entries=100_000,
    payout_restaurants=(500, 5_000),
    payout_rounds=2,
    latency_rounds=1,
    pending_entries=20_000,
    list_entries=200_000,
    audit_entries=(20_000, 100_000),
    audit_events=5_000,
    transaction_events=20_000,
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
    name: str = ""  # of the benchmark
    measured_on: str = ""


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

    def __init__(self, server_url: str, sizes: Sizes, progress: Progress, peers: Path | None = None) -> None:
        self.server_url = server_url
        self.sizes = sizes
        self.progress = progress
        self.peers = peers
        self.databases = contextlib.ExitStack()
        self._main: str | None = None
        self._payouts: str | None = None

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
            arrays = self.sizes.arrays * ((self.sizes.rounds + 1) * 2 + 4)
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

    @property
    def payouts(self) -> str:
        """A database in which many restaurants in PEN and few in USD have 10 entries each to be paid."""
        if self._payouts is None:
            few, many = self.sizes.payout_restaurants
            self.note(f"loading {many:,} restaurants with 10 entries each")
            url = self.deployed()
            load(url, "USD", "res_", few, 5, 5, "2025-01-15")
            load(url, "PEN", "res_", many, 5, 5, "2025-01-15")
            with psycopg.connect(url) as connection:
                connection.execute(
                    "insert into floor.restaurants (restaurant_id, created_at)"
                    " select r.restaurant_id, r.created_at from ledger.restaurants as r"
                )
                connection.execute(
                    "insert into floor.account_balances (restaurant_id, currency)"
                    " select b.restaurant_id, b.currency from ledger.account_balances as b"
                )
            tidy(url)
            self._payouts = url
        return self._payouts

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
    return [ratio_row(what, turns, 0.3, "of the floor", turns.medians("events/s"))]


def bench_array(bench: Bench) -> list[Row]:
    """ingest_events against INSERT ... SELECT"""
    arrays = bench.sizes.arrays
    turns = bench.take_turns(
        lambda: bench.pgbench("ingest_events", transactions=arrays, variables={"first_lane": 0}),
        lambda: bench.pgbench("floor_events", transactions=arrays, is_service=False),
    )
    what = f"`ingest_events`, {bench.sizes.items:,} an array, 1 connection"
    rates = turns.medians("events/s", bench.sizes.items)
    return [ratio_row(what, turns, 0.65, "of INSERT ... SELECT of the same rows", rates)]


def bench_array_one(bench: Bench) -> list[Row]:
    """arrays of one restaurant against arrays of many"""
    arrays = bench.sizes.arrays

    def each(lane: int) -> float:
        rate = bench.pgbench("ingest_events", transactions=arrays, variables={"first_lane": lane})
        return 1e6 / (rate * bench.sizes.items)

    turns = bench.take_turns(lambda: each(3), lambda: each(0))
    what = f"events of one restaurant in arrays of {bench.sizes.items:,}, {arrays * (bench.sizes.rounds + 1):,} arrays"
    rates = turns.medians("us an event")
    goal = f"times the cost per event of {bench.sizes.restaurants:,} restaurants"
    return [ratio_row(what, turns, -1.2, goal, rates)]


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


def load(
    url: str, currency: str, prefix: str, restaurants: int, events: int, days: int, until: str, delay: int = 0
) -> None:
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
            delay=delay,
        )


def bench_balance(bench: Bench) -> list[Row]:
    """get_balance after few and after many entries"""
    few, many = 1_000, bench.sizes.balance_entries
    bench.note(f"loading {many:,} entries")
    url = bench.deployed()
    today = datetime.now(UTC).date().isoformat()
    load(url, "PEN", "few_", 1, few // 2, 365, today)
    load(url, "PEN", "many_", 1, many // 2, 365, today)
    load(url, "PEN", "pending_", 1, bench.sizes.pending_entries // 2, 30, today, delay=30)
    tidy(url)

    def read(which: int) -> float:
        return 1e6 / bench.pgbench("get_balance", url=url, variables={"which": which})

    turns = bench.take_turns(lambda: read(1), lambda: read(0))
    what = f"`get_balance` after {many:,} entries of the restaurant"
    rows = [ratio_row(what, turns, -1.2, f"times the time after {few:,}", turns.medians("us"))]

    pending = bench.sizes.pending_entries
    turns = bench.take_turns(lambda: read(2), lambda: read(0))
    what = f"`get_balance` with {pending:,} entries pending, on 30 days"
    rows.append(ratio_row(what, turns, -1.5, "times the time with none", turns.medians("us")))
    return rows


def bench_payouts(bench: Bench) -> list[Row]:
    """run_payouts against INSERT ... SELECT"""
    few, many = bench.sizes.payout_restaurants
    template = bench.payouts

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
            f'{{"reservation_id": "rsv_987", "payment_id": "pay_{number}"}}}}'
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
    return [ratio_row(what, turns, 0.42, "of the same server answering `select 1`", rates)]


def bench_instructions(bench: Bench) -> list[Row]:
    """instructions an event"""
    bench.note("counting under valgrind")
    words = [sys.executable, str(BENCH / "instructions.py")]
    words += [word for name in bench.sizes.counted for word in ("--only", name)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(done.stderr.strip())
    each, floor = (int(find(rf"^{name} +([\d,]+)", done.stdout).replace(",", "")) for name in bench.sizes.counted)
    return [
        Row(
            "the same in instructions, protocol and commit included",
            "at most 850,000",
            f"{each:,}",
            each <= 850_000,
            f"the floor {floor:,}: {floor / each:.2f} of it; by callgrind, see INSTRUCTIONS.md",
        )
    ]


def bench_transaction(bench: Bench) -> list[Row]:
    """many arrays in one transaction"""
    events, items = bench.sizes.transaction_events, bench.sizes.items
    posted = 0
    what = f"{events:,} events in arrays of {items:,} in one transaction, default settings"
    with psycopg.connect(bench.main) as connection:
        for first in range(1, events, items):
            bench.note(f"{first - 1:,} of {events:,}")
            text = (BENCH / "sql" / "events_of.sql").read_text()
            values = {"prefix": "tx", "first": first, "last": first + items - 1}
            try:
                found = connection.execute((text % (values | {"restaurants": bench.sizes.restaurants})).encode())
            except psycopg.Error as error:
                return [Row(what, "works", f"fails after {posted:,}", False, str(error).split("\n")[0])]
            posted += int((found.fetchone() or (0,))[0])
        shown = [
            f"{name} = {connection.execute('select current_setting(%s)', [name]).fetchone()[0]}"  # type: ignore[index]
            for name in ("max_connections", "max_locks_per_transaction")
        ]
    return [Row(what, "works", f"{posted:,} posted", posted == events, ", ".join(shown))]


def bench_latency(bench: Bench) -> list[Row]:
    """single events while a payout run is on"""
    many = bench.sizes.payout_restaurants[1]
    name = embedded.database_name(bench.payouts)
    alone, beside = [], []
    for number in range(1, bench.sizes.latency_rounds + 1):
        bench.note(f"round {number} of {bench.sizes.latency_rounds}")
        with embedded.throw_away_database(bench.server_url, name) as url:
            alone.append(percentile(latencies(url, many, bench.sizes.seconds + 4, None)))
            beside.append(percentile(latencies(url, many, 600, pay_all)))
    without, during = statistics.median(alone), statistics.median(beside)
    return [
        Row(
            f"single events while a run pays {many:,} restaurants, p99 (200 events/s sent by {CLIENTS} clients)",
            "at most 50 ms longer than without",
            f"{during - without:,.0f} ms longer",
            during - without <= 50,
            f"{during:,.1f} against {without:,.1f} ms; rounds {min(beside):,.1f} to {max(beside):,.1f} ms",
        )
    ]


def percentile(latencies: Sequence[float]) -> float:
    """The latency that 99 % stay under."""
    if len(latencies) < 100:
        raise BenchError(f"only {len(latencies)} events were sent")
    return sorted(latencies)[len(latencies) * 99 // 100]


def pay_all(url: str) -> None:
    """A run as the service makes it: one chunk a transaction."""
    with psycopg.connect(url, autocommit=True) as connection:
        [(run_id,)] = connection.execute("select r.run_id from api.start_payout_run('PEN', '2025-01-15') as r")
        is_finished = False
        while not is_finished:
            [(is_finished,)] = connection.execute(
                "select r.is_finished from api.continue_payout_run(%s) as r", [run_id]
            )


def latencies(url: str, restaurants: int, seconds: int, work: Callable[[str], None] | None) -> list[float]:
    """Milliseconds from when an event was due to its answer, for seconds, or while the work is done."""
    with tempfile.TemporaryDirectory() as folder:
        words = [str(embedded.find_bin_dir() / "pgbench"), "--no-vacuum", "-M", "prepared", "-c", str(CLIENTS)]
        words += ["-j", "1", "-T", str(seconds), "--rate=200", "-l", f"--log-prefix={folder}/log"]
        words += ["-f", str(BENCH / "sql" / "ingest_event.sql")]
        for name, value in ({"restaurants": restaurants} | new_ids()).items():
            words += ["-D", f"{name}={value}"]
        environment = embedded.libpq_environment(url) | {"PGOPTIONS": "-c role=cuenta_app"}
        with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as pgbench:
            if work:
                try:
                    time.sleep(1)
                    begins = time.time()
                    work(url)
                    ends = time.time()
                finally:
                    time.sleep(1)
                    pgbench.terminate()
            else:
                pgbench.wait()
                begins, ends = 0.0, time.time()
        found = []
        for path in Path(folder).iterdir():
            for line in path.read_text().splitlines():
                fields = line.split()
                if len(fields) >= 6 and fields[2].isdigit() and begins <= int(fields[4]) <= ends:
                    found.append(int(fields[2]) / 1000)
        return found


# Every list, first page and one far inside, for the restaurant with a fifth of all entries.
LISTS = {
    "list_entries": "select r.* from api.list_entries('big_1', 'PEN') as r",
    "list_entries since yesterday": (
        "select r.* from api.list_entries('big_1', 'PEN', p_from => current_date - 1) as r"
    ),
    "list_entries newest first": ("select r.* from api.list_entries('big_1', 'PEN', p_newest_first => true) as r"),
    "list_entries of a payout": "select r.* from api.list_entries('big_1', 'PEN', p_payout_id => '{payout_id}') as r",
    "list_entries recorded since yesterday": (
        "select r.* from api.list_entries('big_1', 'PEN', p_recorded_from => now() - interval '1 day') as r"
    ),
    "list_payouts": "select r.* from api.list_payouts() as r",
    "list_payouts of a day": "select r.* from api.list_payouts(p_as_of => current_date - 100) as r",
    "list_payouts of a restaurant": "select r.* from api.list_payouts('big_1') as r",
    "list_payouts CREATED": "select r.* from api.list_payouts(p_status => 'CREATED') as r",
    "list_payout_entries": "select r.* from api.list_payout_entries('{payout_id}') as r",
    "list_payout_runs": "select r.* from api.list_payout_runs() as r",
    "find_events": "select r.* from api.find_events('reservation_id', 'rsv_12345') as r",
    "get_event": "select r.* from api.get_event('12345', 'load') as r",
    "get_balance": "select r.* from api.get_balance('big_1', 'PEN') as r",
    "get_balance of 100 days ago": (
        "select r.* from api.get_balance('big_1', 'PEN', now() - interval '100 days') as r"
    ),
    "get_statement of a day": (
        "select r.* from api.get_statement('big_1', 'PEN', current_date - 99, current_date - 99) as r"
    ),
    "list_balances of a currency": "select r.* from api.list_balances(p_currency => 'PEN') as r",
    "list_restaurants": "select r.* from api.list_restaurants() as r",
}
PAGES = {
    "statement": {"restaurant_id": "big_1", "currency": "PEN"},
    "payout_history": {"restaurant_id": "big_1"},
    "q1_balances": {},
    "q2_top_restaurants": {},
    "q3_payout_eligibility": {"currency": "PEN"},
}


def bench_lists(bench: Bench) -> list[Row]:
    """lists and statements of a large ledger"""
    entries = bench.sizes.list_entries
    url = bench.deployed()
    today = datetime.now(UTC).date()
    bench.note(f"loading {entries:,} entries")
    load(url, "PEN", "big_", 1, entries // 10, 365, today.isoformat())
    for part in range(4):  # a part at a time: each is one transaction with a temporary table
        load(url, "PEN", f"few_{part}_", 200, entries // 2 // 1000, 365, today.isoformat())
    tidy(url)
    bench.note("paying 20 days")
    with psycopg.connect(url, autocommit=True) as connection:
        for days in range(200, 0, -10):
            as_of = today - timedelta(days=days)
            connection.execute("select count(*) from api.run_payouts('PEN', %s) as r", [as_of]).fetchone()
    tidy(url)
    times: dict[str, float] = {}
    with psycopg.connect(url, autocommit=True, options="-c role=cuenta_operator") as connection:
        payout = connection.execute("select r.payout_id from api.list_payouts('big_1', p_limit => 1) as r")
        payout_id = (payout.fetchone() or ("",))[0]
        for name, template in LISTS.items():
            bench.note(name)
            text = template.format(payout_id=payout_id)
            times[name] = statistics.median(timed(connection, text) for _ in range(5))
            if "list_" in name:
                columns = [c.name for c in connection.execute(text.encode()).description or ()]
                cursors = [row[columns.index("cursor")] for row in connection.execute(text.encode())]
                if len(cursors) >= 20:
                    after = text.replace(") as r", f", p_cursor => '{cursors[-1]}') as r").replace("(, ", "(")
                    times[f"{name}, page 2"] = statistics.median(timed(connection, after) for _ in range(5))
    for name, variables in PAGES.items():
        bench.note(name)
        times[name] = statistics.median(timed_file(url, name, variables) for _ in range(5))
    slowest = max(times, key=lambda name: times[name])
    return [
        Row(
            f"lists and statements at {entries:,} entries, {entries // 5:,} of them of the restaurant asked for",
            "under 20 ms a page",
            f"{times[slowest]:,.1f} ms ({slowest})",
            times[slowest] < 20,
            ", ".join(f"{name} {ms:,.1f}" for name, ms in times.items()),
        )
    ]


def bench_audits(bench: Bench) -> list[Row]:
    """an audit of a day after little and after much history"""
    restaurants = 200
    databases = []
    for entries in bench.sizes.audit_entries:
        bench.note(f"loading and sealing {entries:,} entries")
        url = bench.deployed()
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        load(url, "PEN", "res_", restaurants, entries // 2 // restaurants, 360, yesterday.isoformat())
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("select from api.seal_ledger()")
            connection.execute("update ledger.seals set audited_at = now()")
            tidy(url)
            for first in range(1, bench.sizes.audit_events, bench.sizes.items):
                last = min(first + bench.sizes.items - 1, bench.sizes.audit_events)
                run_file(connection, "audited_day", first=first, last=last, restaurants=restaurants)
        databases.append(bench.databases.enter_context(psycopg.connect(url, autocommit=True)))
    few, many = databases
    for connection in databases:
        found = connection.execute("select check_name, sample from api.check_integrity() where findings > 0").fetchall()
        if found:
            raise BenchError(f"the ledger is not sound: {found}")
    text = "select count(*) from api.check_integrity()"
    turns = bench.take_turns(lambda: timed(many, text), lambda: timed(few, text), rounds=3)
    bench.note("auditing everything")
    everything = timed(few, "select count(*) from api.check_integrity(p_everything => true)")
    small, large = (f"{entries:,}" for entries in bench.sizes.audit_entries)
    what = f"an audit of {bench.sizes.audit_events:,} events since the seal, {large} sealed entries"
    seconds = statistics.median(turns.first) / 1000
    return [
        ratio_row(what, turns, -1.25, f"times that at {small}", turns.medians("ms")),
        Row(
            "the same in seconds",
            "under 2 s",
            f"{seconds:.1f} s",
            seconds < 2,
            f"everything at {small} sealed entries {everything / 1000:.1f} s",
        ),
    ]


def timed(connection: psycopg.Connection[tuple[object, ...]], text: str) -> float:
    """Milliseconds of a query, its rows fetched."""
    started = time.perf_counter()
    connection.execute(text.encode()).fetchall()
    return (time.perf_counter() - started) * 1000


def timed_file(url: str, name: str, variables: Mapping[str, str]) -> float:
    """Milliseconds of the statements of a file of the folder sql, by psql's clock."""
    words = [str(embedded.find_bin_dir() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1"]
    words += [word for key, value in variables.items() for word in ("-v", f"{key}={value}")]
    words += ["-c", "\\timing on", "-f", str(BENCH.parent / "sql" / f"{name}.sql")]
    done = subprocess.run(words, env=embedded.libpq_environment(url), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"{name}: {done.stderr.strip()}")
    return sum(float(ms) for ms in re.findall(r"^Time: ([\d.]+) ms", done.stdout, re.M))


PEER_ITEMS = 500


def install_peer(url: str, checkout: Path, restaurants: int) -> None:
    """Install pgledger's SQL from a checkout and open accounts."""
    files = [*sorted((checkout / "vendor").rglob("*.sql")), checkout / "pgledger.sql"]
    if not files[-1].is_file():
        raise BenchError(f"{checkout} is not a checkout of pgledger: it has no pgledger.sql")
    with psycopg.connect(url) as connection:
        for file in files:
            connection.execute(file.read_text().encode())
        run_file(connection, "peers_prepare", restaurants=restaurants)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")


def bench_peers(bench: Bench) -> list[Row]:
    """the same work through pgledger (--peers)"""
    if bench.peers is None:
        return []
    url = bench.databases.enter_context(embedded.throw_away_database(bench.server_url))
    install_peer(url, bench.peers, bench.sizes.restaurants)
    restaurants = {"restaurants": bench.sizes.restaurants}
    arrays = restaurants | {"items": PEER_ITEMS}

    def ours() -> float:
        return bench.pgbench("ingest_event", clients=CLIENTS, variables=restaurants | new_ids())

    def theirs(is_shared: int) -> float:
        variables = restaurants | {"is_shared": is_shared}
        return bench.pgbench("peers_transfers", clients=CLIENTS, variables=variables, url=url, is_service=False)

    what = f"pgledger beside it, {CLIENTS} clients, a charge with its fee"
    rows = []
    for title, is_shared, goal in (
        ("its clearing and fee accounts shared by all", 1, 5.0),
        ("clearing and fee accounts for each restaurant", 0, 2.5),
    ):
        turns = bench.take_turns(ours, lambda is_shared=is_shared: theirs(is_shared))  # type: ignore[misc]
        rows.append(ratio_row(f"{what}, {title}", turns, goal, "times its rate", turns.medians("charges/s")))
    turns = bench.take_turns(
        lambda: bench.pgbench("ingest_array", variables=arrays),
        lambda: bench.pgbench("peers_transfers_array", variables=arrays, url=url, is_service=False),
    )
    rates = turns.medians("charges/s", PEER_ITEMS)
    what = f"pgledger beside it, arrays of {PEER_ITEMS}, 1 connection"
    return [*rows, ratio_row(what, turns, 4, "times its rate", rates)]


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


def bench_cells(bench: Bench) -> list[Row]:
    """a proxy with four cells against a single database, in CPU time, on PostgreSQL 15"""
    sizes, number = bench.sizes, 1_000
    rounds = [sizes.requests] * sizes.rounds
    rows = []
    with cells.places(durable_settings(), 4) as servers, contextlib.ExitStack() as stack:
        plain, proxied = cells.new_side(servers[:1], stack), cells.new_side(servers[1:], stack)
        for side in (plain, proxied):
            side.send(side.charges(4 * number, number))
        cost = {}
        for what, make, counts, pieces, goal in (
            ("`ingest_event`", cells.singles, rounds, sizes.requests, 2),
            (f"an item of `ingest_events`, {cells.ITEMS} an array", cells.arrays, rounds, sizes.requests, 1.2),
            ("`get_balance`", cells.balances, rounds, sizes.requests, 3),
            (
                f"`run_payouts` of {number:,} restaurants, a payout",
                cells.run,
                list(range(2, 2 + sizes.rounds)),
                number,
                2,
            ),
        ):
            turns = cells.compare(plain, proxied, make, counts, number)
            cost[make] = [statistics.median(part) / pieces for part in zip(*turns, strict=True)]
            found = cells.ratio(turns)
            rows.append(
                Row(
                    f"{what} through a proxy with four cells, in CPU time",
                    f"at most {goal:g} times a single database",
                    f"{found:.2f}",
                    found <= goal,
                    cells.in_figures(turns, pieces),
                )
            )
        seen = []
        for count in (1, 2, 4):
            with contextlib.ExitStack() as inner:
                side = cells.new_side(servers[1 : 2 + count], inner)
                side.send(side.charges(4 * number, number))
                seen.append((count, *cells.spread(side, sizes.requests, number)))
        rows.append(
            Row(
                "the same, 4 sessions: the busiest cell's CPU time an event, of 1, 2 and 4 cells",
                "",
                " / ".join(f"{max(each) * 1e6:,.0f}" for _, _, each, _ in seen) + " us",
                None,
                "; ".join(
                    f"{count}: proxy {proxy * 1e6:,.0f} us, {rate:,.0f} events/s on {os.cpu_count()} cores"
                    for count, proxy, _, rate in seen
                ),
            )
        )
    rows += plans(cost[cells.singles], cost[cells.arrays])
    return rows


def plans(single: Sequence[float], item: Sequence[float]) -> list[Row]:
    """What that means for a plan: 100 charges a restaurant and day, a fifth of a day's in its busiest hour."""
    rows = []
    for restaurants in (10_000, 10_000_000):
        rate = restaurants * 100 / 5 / 3600
        alone, proxy, of_cells = (rate * seconds for seconds in single)
        in_arrays = [rate * seconds for seconds in item]
        rows.append(
            Row(
                f"cores that {restaurants:,} restaurants with 100 charges a day keep busy in their busiest hour",
                "",
                f"{alone:,.2f} of a single database"
                if restaurants < 100_000
                else f"{of_cells:,.0f} of cells, {proxy:,.0f} of proxies",
                None,
                f"{rate:,.0f} events/s, a fifth of the day's in that hour; in arrays"
                f" {in_arrays[0]:,.2f} of a single database, or"
                f" {in_arrays[2]:,.2f} of cells and {in_arrays[1]:,.2f} of proxies; plan for twice that",
            )
        )
    return rows


BENCHMARKS: dict[str, Callable[[Bench], list[Row]]] = {
    "single": bench_single,
    "instructions": bench_instructions,
    "async": bench_async,
    "one": bench_one,
    "array": bench_array,
    "array-one": bench_array_one,
    "apart": bench_apart,
    "duplicate": bench_duplicate,
    "balance": bench_balance,
    "payouts": bench_payouts,
    "latency": bench_latency,
    "http": bench_http,
    "storage": bench_storage,
    "lists": bench_lists,
    "audits": bench_audits,
    "mix": bench_mix,
    "transaction": bench_transaction,
    "cells": bench_cells,
    "peers": bench_peers,
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
        "max_connections": "100",
        "max_locks_per_transaction": "64",
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
    names = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size", "max_connections")
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
        "Single events and their floor are sent by the same role. `--only` and a row's name measure it again; "
        "instructions an event, which repeat where seconds do not, are in [INSTRUCTIONS.md](INSTRUCTIONS.md).",
        "",
        *(line + "  " for line in machine),
        "",
        "| name | what | goal | measured | met | in figures | on |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {r.name} | {r.what} | {r.goal} | {r.figure} | {MET[r.met]} | {r.detail} | {r.measured_on} |"
            for r in rows
        ),
        "",
    ]
    path.write_text("\n".join(lines))


def read_results(path: Path) -> list[Row]:
    """The rows of a page that write_results wrote."""
    is_met = {shown: met for met, shown in MET.items()}
    rows = []
    for line in path.read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 7 and cells[0] in BENCHMARKS:
            name, what, goal, figure, met, figures, measured_on = cells
            rows.append(Row(what, goal, figure, is_met[met], figures, name, measured_on))
    return rows


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
    parser.add_argument("--peers", type=Path, metavar="DIR", help="a checkout of pgledger")
    parser.add_argument("--output", type=Path, help="write the results to this file")
    parser.add_argument("--update", action="store_true", help="put the results into RESULTS.md")
    options = parser.parse_args(words)
    embedded.end_on_signals()
    if options.list:
        for name, benchmark in BENCHMARKS.items():
            console.print(f"{name:12} {benchmark.__doc__}")
        return 0
    names = [name for name in BENCHMARKS if not options.only or name in options.only]
    is_full = not options.quick and not options.only
    output = options.output or (BENCH / "RESULTS.md" if is_full or options.update else None)
    command = "python bench/bench.py" + " --quick" * options.quick
    command += "".join(f" --only {name}" for name in options.only or ())
    command += " --peers PATH" * bool(options.peers)

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
        bench = Bench(server_url, QUICK if options.quick else Sizes(), progress, options.peers)
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
                for row in found:
                    row.name, row.measured_on = name, f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
                rows += found
                for row in found:
                    progress.console.print(f"{row.what}: {row.figure} ({row.goal or 'no goal'}); {row.detail}")
                progress.advance(task)
    console.print(show(rows))
    if output:
        if options.update and output.exists():
            rows += [row for row in read_results(output) if row.name not in names]
            rows.sort(key=lambda row: list(BENCHMARKS).index(row.name))
            command = "python bench/bench.py --only NAME --update` and `python bench/bench.py"
        write_results(output, machine, rows, command)
        console.print(f"written to {output}")
    for failure in failures:
        console.print(f"failed: {failure}", style="red", markup=False)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
