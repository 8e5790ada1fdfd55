"""What a proxy and its cells cost against a single database, in CPU time of the servers, on PostgreSQL 15.

One server has the single database, one the proxy, and each cell one of its own, so that what each of them works can be
read from the system. Wall time says little here: all of them share this machine's cores.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from db.deploy import deploy
from db.proxy.cluster import cluster_file, deploy_cluster
from dev import embedded

TICK = os.sysconf("SC_CLK_TCK")
PG_BIN15 = Path(os.environ.get("PG_BIN15") or "/usr/lib/postgresql/15/bin")
ITEMS = 500  # events an array
DAY = "2025-12-30"


def cpu_seconds(server: embedded.Server) -> float:
    """CPU time of a server's processes, those that have ended included."""
    postmaster = int((server.cluster / "postmaster.pid").read_text().split("\n")[0])
    ticks = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            fields = entry.joinpath("stat").read_text().rpartition(")")[2].split()
            if int(entry.name) == postmaster:
                ticks += sum(map(int, fields[11:15]))  # its own, and its children's that have ended
            elif int(fields[1]) == postmaster:
                ticks += sum(map(int, fields[11:13]))
    return ticks / TICK


@dataclass
class Side:
    """Where calls go, and the servers that work for them."""

    url: str
    servers: list[embedded.Server]

    def __post_init__(self) -> None:
        self.conn = self.connect()
        self.drawn = 0

    def connect(self) -> psycopg.Connection[Any]:
        conn = psycopg.connect(self.url, autocommit=True, prepare_threshold=0, options="-c role=cuenta_app")
        return conn

    def charges(self, count: int, restaurants: int, day: str = DAY) -> list[dict[str, Any]]:
        self.drawn += count
        return [
            {
                "event_id": f"evt_{n}", "event_type": "charge_succeeded", "occurred_at": f"{day}T10:00:00Z",
                "restaurant_id": f"res_{n % restaurants}", "currency": "PEN", "amount": 12000, "fee": 600,
                "payment_id": f"pay_{n}",
            }
            for n in range(self.drawn - count, self.drawn)
        ]  # fmt: skip

    def send(self, events: list[dict[str, Any]]) -> None:
        for start in range(0, len(events), ITEMS):
            self.conn.execute(
                "select count(*) from api.ingest_events(%s::jsonb)", [json.dumps(events[start : start + ITEMS])]
            )

    def worked(self, work: Callable[[], None]) -> list[float]:
        """CPU seconds of each server for some work."""
        before = [cpu_seconds(server) for server in self.servers]
        work()
        return [cpu_seconds(server) - then for server, then in zip(self.servers, before, strict=True)]


def singles(side: Side, count: int, restaurants: int) -> Callable[[], None]:
    documents = [json.dumps(event) for event in side.charges(count, restaurants)]

    def work() -> None:
        for document in documents:
            side.conn.execute("select * from api.ingest_event(%s::jsonb)", [document])

    return work


def arrays(side: Side, count: int, restaurants: int) -> Callable[[], None]:
    events = side.charges(count, restaurants)
    return lambda: side.send(events)


def balances(side: Side, count: int, restaurants: int) -> Callable[[], None]:
    def work() -> None:
        for n in range(count):
            side.conn.execute("select * from api.get_balance(%s, 'PEN')", [f"res_{n % restaurants}"])

    return work


def run(side: Side, count: int, restaurants: int) -> Callable[[], None]:
    """A day of a charge for each restaurant, and the run that pays it; the run is what counts."""
    day = f"2026-01-{count:02}"
    side.send(side.charges(restaurants, restaurants, day))

    def work() -> None:
        side.conn.execute("select * from api.run_payouts('PEN', %s)", [f"2026-02-{count:02}"])

    return work


@contextlib.contextmanager
def places(settings: dict[str, str], cells: int) -> Iterator[list[embedded.Server]]:
    """Servers: of the single database, of the proxy, and of each cell."""
    if not (PG_BIN15 / "pg_ctl").exists():
        raise OSError(f"{PG_BIN15} has no PostgreSQL 15: cells are measured on it, with PL/Proxy")
    with contextlib.ExitStack() as stack:
        small = settings | {"shared_buffers": "256MB", "max_wal_size": "2GB"}
        yield [
            stack.enter_context(embedded.Server(throw_away=True, settings=small, bin_dir=PG_BIN15))
            for _ in range(cells + 2)
        ]


def new_side(servers: list[embedded.Server], stack: contextlib.ExitStack) -> Side:
    """A single database on one server; or a proxy on the first of several, and a cell on each other."""
    urls = [stack.enter_context(embedded.throw_away_database(server.url("postgres"))) for server in servers]
    if len(urls) == 1:
        deploy(urls[0], quiet=True)
    else:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        path = Path(folder, "cells.toml")
        path.write_text(cluster_file(urls[:1], urls[1:]), encoding="utf-8")
        deploy_cluster(path, quiet=True)
    side = Side(urls[0], servers)
    stack.callback(side.conn.close)
    return side


def compare(
    plain: Side,
    proxied: Side,
    make: Callable[[Side, int, int], Callable[[], None]],
    counts: list[int],
    restaurants: int,
) -> list[tuple[float, float, float]]:
    """CPU seconds of rounds in turn: of the single database, of the proxy, of its cells."""
    rounds = []
    for side in (plain, proxied):  # sessions in all cells have their plans
        make(side, 1 if make is run else 200, restaurants)()
    for count in counts:
        work = make(plain, count, restaurants), make(proxied, count, restaurants)
        alone = sum(plain.worked(work[0]))
        proxy, *cells = proxied.worked(work[1])
        rounds.append((alone, proxy, sum(cells)))
    return rounds


def spread(side: Side, count: int, restaurants: int, sessions: int = 4) -> tuple[float, list[float], float]:
    """Single events of several sessions: CPU seconds an event of the proxy and of each cell, and events a second."""
    documents = [json.dumps(event) for event in side.charges(count, restaurants)]

    def send(part: int) -> None:
        with side.connect() as conn:
            for document in documents[part::sessions]:
                conn.execute("select * from api.ingest_event(%s::jsonb)", [document])

    def work() -> None:
        with ThreadPoolExecutor(sessions) as pool:
            list(pool.map(send, range(sessions)))

    began = time.monotonic()
    proxy, *cells = side.worked(work)
    seconds = time.monotonic() - began
    return proxy / count, [cell / count for cell in cells], count / seconds


def ratio(rounds: list[tuple[float, float, float]]) -> float:
    return statistics.median((proxy + cells) / alone for alone, proxy, cells in rounds)


def in_figures(rounds: list[tuple[float, float, float]], pieces: int) -> str:
    """What a piece costs, in microseconds."""
    alone, proxy, cells = (statistics.median(part) * 1e6 / pieces for part in zip(*rounds, strict=True))
    ratios = sorted((b + c) / a for a, b, c in rounds)
    return (
        f"{proxy + cells:,.0f} us of CPU (proxy {proxy:,.0f}, cells {cells:,.0f}) against {alone:,.0f}; "
        f"rounds {ratios[0]:.2f} to {ratios[-1]:.2f}"
    )
