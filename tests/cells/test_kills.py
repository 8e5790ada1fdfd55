"""Servers of cells and proxies, killed while they are called: nothing lost, nothing doubled, others not held up."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from db.proxy.cluster import cluster_file, deploy_cluster
from dev import embedded
from dev.rehearsals import book
from dev.rehearsals.clients import DONE, Clients
from tests.cells.test_cells import charge, of_cell
from tests.cluster import cell_of

FIELDS = ("restaurant_id", "currency", "event_type", "amount")
SETTINGS = {"synchronous_commit": "on", "max_connections": "100"}


@pytest.fixture(scope="module")
def servers() -> Iterator[list[embedded.Server]]:
    """A server of the proxy, and one of each of two cells."""
    with ExitStack() as stack:
        yield [stack.enter_context(embedded.Server(throw_away=True, settings=SETTINGS)) for _ in range(3)]


@pytest.fixture(scope="module")
def urls(servers: list[embedded.Server], tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The URLs of the proxy and its cells."""
    with ExitStack() as stack:
        made = [stack.enter_context(embedded.throw_away_database(server.url("postgres"))) for server in servers]
        path = tmp_path_factory.mktemp("cluster") / "cells.toml"
        path.write_text(cluster_file(made[:1], made[1:]), encoding="utf-8")
        deploy_cluster(path, quiet=True)
        yield made


def kill(server: embedded.Server) -> None:
    """kill -9 for all processes of a server, and wait until they are gone."""
    postmaster = int((server.cluster / "postmaster.pid").read_text().split("\n")[0])
    family = [postmaster]
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if int(entry.joinpath("stat").read_text().rpartition(")")[2].split()[1]) == postmaster:
                family.append(int(entry.name))
    for pid in family:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    limit = time.monotonic() + 30
    while any(is_alive(pid) for pid in family):
        assert time.monotonic() < limit
        time.sleep(0.02)
    # Else pg_ctl takes a process that nobody has waited for yet for one that runs.
    server.cluster.joinpath("postmaster.pid").unlink(missing_ok=True)


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def ask(url: str, query: str, *args: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as conn:
        return conn.execute(query, args or None).fetchall()


def test_servers_killed_under_calls_lose_and_double_nothing(servers: list[embedded.Server], urls: list[str]) -> None:
    proxy, *cells = urls
    with Clients(proxy) as clients:
        clients.wait_for(30)
        for turn, victim in enumerate((1, 0, 2)):
            retries = sum(client.retries for client in clients.all)
            kill(servers[victim])
            if victim:
                mine, others = (
                    charge(next(of_cell(n - 1, f"kill{turn}_", 2)), f"kill_{turn}") for n in (victim, 3 - victim)
                )
                with psycopg.connect(proxy, autocommit=True) as conn:
                    call = "select status from api.ingest_event(%s::jsonb)"
                    with pytest.raises(errors.ConnectionFailure) as caught:
                        conn.execute(call, [json.dumps(mine)])
                    assert caught.value.diag.constraint_name == "CELL_UNAVAILABLE"
                    assert conn.execute(call, [json.dumps(others)]).fetchall() == [("processed",)]
            limit = time.monotonic() + 60
            while sum(client.retries for client in clients.all) == retries and time.monotonic() < limit:
                time.sleep(0.05)  # somebody has met it
            servers[victim].start()
            clients.wait_for(18)
    assert sum(client.retries for client in clients.all) >= 3
    prove(clients, cells)


def prove(clients: Clients, cells: list[str]) -> None:
    """The book is what the clients have sent, each once."""
    sent = {told.document["event_id"]: told.document for told in clients.sent}
    assert {told.status for told in clients.sent} <= set(DONE)
    query = "select e.event_id, e.restaurant_id, e.currency, e.event_type, e.amount from ledger.processor_events as e"
    rows = [row for url in cells for row in ask(url, query) if not row[0].startswith("kill_")]
    assert Counter(row[0] for row in rows) == Counter(dict.fromkeys(sent, 1))
    assert {row[1:] for row in rows if tuple(sent[row[0]][name] for name in FIELDS) != row[1:]} == set()
    for number, url in enumerate(cells):
        names = {name for (name,) in ask(url, "select restaurant_id from ledger.restaurants")}
        assert names and {cell_of(name, 2) for name in names} == {number}
        assert book.findings(url) == []
        twice = (
            "select p.restaurant_id, p.currency, p.as_of from ledger.payouts as p where p.status in ('CREATED', 'PAID')"
            " group by p.restaurant_id, p.currency, p.as_of having count(*) > 1"
        )
        assert ask(url, twice) == []
        assert ask(url, "select count(*) from ledger.payouts")[0][0] > 0
