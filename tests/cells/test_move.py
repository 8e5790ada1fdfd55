"""Cells moved and split while they are used: nothing lost or doubled, resumed after a kill, undone after a failure."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from rich.console import Console

from db import deploy as single
from db.facts import DeployError
from db.proxy import move
from db.proxy.cluster import Cell, check_cluster, cluster_file, deploy_cluster
from dev import embedded
from dev.rehearsals import book
from dev.rehearsals.clients import Clients

SETTINGS = {
    "wal_level": "logical",
    "max_connections": "200",
    "max_logical_replication_workers": "8",
    "wal_retrieve_retry_interval": "100ms",
}
Make = Callable[[embedded.Server, str | None], str]
# What restaurants' rows are in, and is never changed afterwards: each of them is in one cell at last.
KEPT = ("processor_events", "ledger_entries", "payout_items", "event_links", "event_rejections", "setting_changes",
        "payout_skips", "event_dismissals")  # fmt: skip


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[embedded.Server, embedded.Server]]:
    """Two servers that tell others what is written."""
    with (
        embedded.Server(throw_away=True, settings=SETTINGS) as here,
        embedded.Server(throw_away=True, settings=SETTINGS) as there,
    ):
        yield here, there


@pytest.fixture(scope="module")
def template(servers: tuple[embedded.Server, embedded.Server]) -> str:
    """A plain cuenta with some of everything in it."""
    url = new_database(servers[0])
    single.deploy(url, quiet=True)
    book.write_book(url)
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("select api.create_api_key('of all', 'reader', p_actor => 'ana')")
        conn.execute(
            "select api.create_api_key('of ' || r.restaurant_id, 'reader', r.restaurant_id, p_actor => 'ana')"
            " from (select distinct restaurant_id from ledger.restaurants) as r"
        )
        conn.execute("select api.set_webhook_source('partner', 'standard', p_actor => 'ana')")
        conn.execute(
            "insert into inbound.kept_webhooks"
            " (received_at, last_received_at, item_no, source, outcome, code, message, body_digest, body)"
            " select now(), now(), 1, 'partner', 'unknown', 'UNKNOWN', 'of ' || g, sha256(b.body), b.body"
            " from generate_series(1, 20) as g, convert_to('body' || g, 'UTF8') as b (body)"
        )
        conn.execute(
            "select api.run_payouts('PEN', current_date, 1, false,"
            " array(select distinct restaurant_id from ledger.restaurants order by 1 limit 3))"
        )
    return url


def new_database(server: embedded.Server, template: str | None = None) -> str:
    name = f"cell_{os.urandom(5).hex()}"
    copied = sql.Identifier(embedded.database_name(template)) if template else sql.SQL("template0")
    with psycopg.connect(server.url("postgres"), autocommit=True) as conn:
        conn.execute(
            sql.SQL("create database {} encoding 'UTF8' locale 'C' template {}").format(sql.Identifier(name), copied)
        )
    return server.url(name)


class Place:
    """A plain cuenta with a proxy in front of it, as the first of docs/scaling.md's steps leaves it."""

    def __init__(self, servers: tuple[embedded.Server, embedded.Server], template: str, folder: Path) -> None:
        self.here, self.there = servers
        self.folder = folder
        self.plain, self.proxy = new_database(self.here, template), new_database(self.here)
        self.now = self.file("now", [self.plain])
        deploy_cluster(self.now, quiet=True)

    def file(self, name: str, urls: list[str], shares: list[tuple[int, int]] | None = None) -> Path:
        path = self.folder / f"{name}.toml"
        path.write_text(cluster_file([self.proxy], urls, shares or []), encoding="utf-8")
        return path

    def move(self, after: Path, *more: str, now: Path | None = None) -> int:
        return move.main([str(now or self.now), str(after), *more])

    def killed_in(self, what: str, after: Path) -> None:
        """The same in a process that kills itself with -9 when it gets to a function of move.py."""
        script = (
            f"import os; from db.proxy import move; move.{what} = lambda *a, **k: os.kill(os.getpid(), 9);"
            f" move.main([{str(self.now)!r}, {str(after)!r}])"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
        assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.fixture
def place(servers: tuple[embedded.Server, embedded.Server], template: str, tmp_path: Path) -> Place:
    return Place(servers, template, tmp_path)


def ask(url: str, query: str, *args: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as conn:
        return conn.execute(query, args or None).fetchall()


def told(prefix: str, number: int = 12) -> str:
    """An array of charges, of as many restaurants."""
    return (
        "["
        + ", ".join(
            f'{{"event_id": "{prefix}_{n}", "event_type": "charge_succeeded", "occurred_at": "2025-12-30T10:00:00Z",'
            f' "restaurant_id": "later_{n}", "currency": "PEN", "amount": 500}}'
            for n in range(number)
        )
        + "]"
    )


def prove_whole(old: str, urls: list[str], clients: Clients | None = None) -> None:
    """What was in the old database is in one of the new ones, once; so is what was answered since; all are sound."""
    for table in KEPT:
        before = Counter(ask(old, f"select t::text from ledger.{table} as t"))
        after = Counter(row for url in urls for row in ask(url, f"select t::text from ledger.{table} as t"))
        assert before or table == "event_dismissals", table
        assert set(after.values()) <= {1} and before.keys() <= after.keys(), table
    if clients:
        due = {one.document["event_id"] for one in clients.acknowledged}
        found = Counter(row[0] for url in urls for row in ask(url, "select event_id from ledger.processor_events"))
        assert {name: found[name] for name in due} == dict.fromkeys(due, 1)
    with ThreadPoolExecutor(len(urls)) as pool:
        assert list(pool.map(book.findings, urls)) == [[]] * len(urls)


def leftovers(*urls: str) -> list[tuple[Any, ...]]:
    """Publications, subscriptions and slots of moves."""
    query = (
        "select 'publication', pubname::text from pg_publication union all select 'slot', slot_name::text from"
        " pg_replication_slots where database = current_database() union all select 'subscription', s.subname::text"
        " from pg_subscription as s inner join pg_database as d on s.subdbid = d.oid"
        " where d.datname = current_database()"
    )
    return [row for url in urls for row in ask(url, query)]


LISTS = (
    "select restaurant_id, currency, total, reserved from api.list_balances(p_limit => 500) order by 1, 2",
    "select payout_id, status, amount from api.list_payouts(p_limit => 500) order by 1",
    "select name, role, restaurant_id from api.list_api_keys(p_limit => 500) order by 1",
    "select code, message, deliveries from api.list_kept_webhooks(p_limit => 500) order by 1, 2, 3",
    "select type, state from api.list_deliveries(p_limit => 500) order by 1, 2",
    "select r.run_id, r.restaurant_ids, r.payouts_created, r.payouts_amount, r.restaurants_skipped, r.skipped"
    " from api.list_payout_runs(p_limit => 500) as r order by 1",
    "select * from reporting.trial_balance order by 1, 2",
    "select event_id, restaurant_id from api.list_inbox(p_limit => 500) order by 1",
    "select schedule_id, next_due_at from api.list_payout_schedules() order by 1",
    "select endpoint_id from api.list_webhook_endpoints() order by 1",
)  # fmt: skip


def test_a_plain_cuenta_becomes_four_cells_on_two_machines_while_it_is_used(place: Place) -> None:
    before = [ask(place.proxy, query) for query in LISTS]
    urls = [new_database(server) for server in (place.here, place.there, place.here, place.there)]
    after = place.file("four", urls)
    assert place.move(after) == 0
    assert check_cluster(after) == []
    for query, rows in zip(LISTS, before, strict=True):
        assert rows and ask(place.proxy, query) == rows, query
    prove_whole(place.plain, urls)
    assert leftovers(place.plain, *urls) == []
    with pytest.raises(errors.ReadOnlySqlTransaction):
        ask(place.plain, "select api.ingest_events(%s::jsonb)", told("too_late"))
    assert {row[0] for row in ask(place.proxy, "select status from api.ingest_events(%s::jsonb)", told("new"))} == {
        "processed"
    }
    for number, url in enumerate(urls):  # of what has no restaurant each has what it is asked for
        bound = ask(url, "select bound_to from access.api_keys where bound_to is not null")
        assert all(ask(url, "select ledger.hash_restaurant(%s) & 3", name)[0] == (number,) for (name,) in bound)
    assert place.move(after) == 0  # once more is harmless


def test_one_of_two_cells_is_split_and_the_other_is_moved_under_load(place: Place) -> None:
    two = [new_database(place.here), new_database(place.here)]
    middle = place.file("two", two)
    three = [new_database(place.there), new_database(place.there), new_database(place.here)]
    after = place.file("three", three, [(1, 2), (0, 4), (2, 4)])
    with Clients(place.proxy) as clients:
        clients.wait_for(60)
        assert place.move(middle) == 0
        clients.wait_for(90)
        assert place.move(after, now=middle) == 0
        clients.wait_for(60)
    assert check_cluster(after) == []
    prove_whole(place.plain, two)
    for url in two:
        prove_whole(url, three, clients)
    assert leftovers(place.plain, *two, *three) == []
    balances = "select restaurant_id, currency, total - reserved - held from api.list_balances(p_limit => 500)"
    kept = "select a.restaurant_id, a.currency, a.balance from ledger.account_balances as a"
    assert sorted(ask(place.proxy, balances)) == sorted(row for url in three for row in ask(url, kept))


def test_killed_while_it_copies_it_goes_on_and_may_be_given_up(place: Place) -> None:
    new = new_database(place.there)
    after = place.file("moved", [new])
    place.killed_in("switch", after)
    with psycopg.connect(new, autocommit=True) as conn, pytest.raises(errors.ReadOnlySqlTransaction):
        conn.execute("select api.ingest_events(%s::jsonb)", [told("half")])  # it is a copy still
    ask(place.proxy, "select api.ingest_events(%s::jsonb)", told("meanwhile"))
    assert place.move(after, "--undo") == 0
    assert leftovers(place.plain, new) == []
    place.killed_in("switch", after)
    ask(place.proxy, "select api.ingest_events(%s::jsonb)", told("again"))
    assert place.move(after) == 0
    prove_whole(place.plain, [new])
    assert len(ask(new, "select 1 from ledger.processor_events where event_id ~ '^(meanwhile|again)_'")) == 24
    assert check_cluster(after) == [] and leftovers(place.plain, new) == []


@pytest.mark.parametrize("which", ["old", "new"])
def test_a_server_that_dies_while_it_copies_costs_nothing(
    place: Place, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = new_database(place.there)
    after = place.file("moved", [new])
    server = place.here if which == "old" else place.there
    real = move.copy

    def start() -> None:
        time.sleep(1.5)
        server.start()

    def die(*args: Any) -> None:
        postmaster = int((server.cluster / "postmaster.pid").read_text().split("\n")[0])
        os.kill(postmaster, signal.SIGQUIT)  # at once, without a word: as after a crash
        while (server.cluster / "postmaster.pid").exists():
            time.sleep(0.05)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(start)
            real(*args)

    monkeypatch.setattr(move, "copy", die)
    assert place.move(after) == 0
    prove_whole(place.plain, [new])
    assert check_cluster(after) == [] and leftovers(place.plain, new) == []


def test_killed_while_doors_are_closed_it_goes_on(place: Place) -> None:
    new = new_database(place.there)
    after = place.file("moved", [new])
    place.killed_in("drain", after)
    with pytest.raises(errors.ReadOnlySqlTransaction):
        ask(place.proxy, "select api.ingest_events(%s::jsonb)", told("refused"))
    assert ask(place.proxy, "select count(*) from api.list_balances()")[0][0] > 0  # it is read all the while
    place.killed_in("fill_in", after)
    assert place.move(after) == 0
    prove_whole(place.plain, [new])
    assert ask(place.proxy, "select count(*) from api.ingest_events(%s::jsonb)", told("after")) == [(12,)]


def test_killed_before_the_proxies_know_it_is_ended_and_not_undone(place: Place) -> None:
    urls = [new_database(place.here), new_database(place.there)]
    after = place.file("two", urls)
    place.killed_in("tell", after)
    with pytest.raises(errors.ReadOnlySqlTransaction):
        ask(place.proxy, "select api.ingest_events(%s::jsonb)", told("refused"))
    assert place.move(after, "--undo") == 1
    with psycopg.connect(urls[0], autocommit=True) as conn:  # killed between the two: the second is to be opened yet
        conn.execute("select 1")
    assert place.move(after) == 0
    prove_whole(place.plain, urls)
    assert check_cluster(after) == [] and leftovers(place.plain, *urls) == []
    assert ask(place.proxy, "select count(*) from api.ingest_events(%s::jsonb)", told("after")) == [(12,)]


@pytest.mark.parametrize("how", ["sums", "stopped", "slow"])
def test_what_fails_before_the_switch_is_undone(place: Place, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    urls = [new_database(place.here), new_database(place.there)]
    after = place.file("two", urls)
    if how == "sums":
        real = move.stop_copy

        def lose(conn: Any, one: move.Move) -> None:
            real(conn, one)
            with conn.transaction():
                conn.execute("set local session_replication_role = replica")
                conn.execute("update ledger.account_balances set balance = balance + 1")

        monkeypatch.setattr(move, "stop_copy", lose)
        with pytest.raises(DeployError, match="the sums differ"):
            move.move_cells(place.now, after, console=Console(quiet=True))
    elif how == "slow":
        monkeypatch.setattr(move, "drain", lambda *_: False)
        monkeypatch.setattr(move, "ATTEMPTS", 2)
        with pytest.raises(DeployError, match="2 times more came"):
            move.move_cells(place.now, after, console=Console(quiet=True))
    else:
        script = (
            "import sys, time; from db.proxy import move; move.copy = lambda *a: (print('copying', flush=True),"
            f" time.sleep(60)); sys.exit(move.main([{str(place.now)!r}, {str(after)!r}]))"
        )
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout and process.stdout.readline() == "copying\n"
            process.terminate()
            assert process.wait(60) == 130
    monkeypatch.undo()
    assert ask(place.proxy, "select count(*) from api.ingest_events(%s::jsonb)", told("as_before")) == [(12,)]
    assert leftovers(place.plain, *urls) == [] and check_cluster(place.now) == []
    if how == "sums":
        assert place.move(after) == 0
        prove_whole(place.plain, urls)


def test_who_began_to_write_before_doors_were_closed_is_sent_away(place: Place) -> None:
    """A session that writes all the while, by hand: what it has committed is moved, and it commits nothing later."""
    new = new_database(place.there)
    after = place.file("moved", [new])
    committed = 0
    with ThreadPoolExecutor(1) as pool:
        moving = pool.submit(place.move, after)
        with psycopg.connect(place.plain, autocommit=True) as conn, contextlib.suppress(psycopg.Error):
            while not moving.done():
                conn.execute("select api.ingest_events(%s::jsonb)", [told(f"by_hand_{committed}", 2)])
                committed += 1
        assert moving.result() == 0
    found = ask(new, "select count(*) from ledger.processor_events where event_id like 'by!_hand!_%' escape '!'")
    old = ask(place.plain, "select count(*) from ledger.processor_events where event_id like 'by!_hand!_%' escape '!'")
    assert committed > 0 and found == old == [(2 * committed,)]


def test_two_calls_at_once_do_not_take_each_other_for_what_was_left(place: Place) -> None:
    new = new_database(place.there)
    after = place.file("moved", [new])
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lambda _: place.move(after), range(2))) == [0, 1]
    prove_whole(place.plain, [new])
    assert check_cluster(after) == [] and leftovers(place.plain, new) == []


def test_what_cannot_be_moved_is_refused_with_the_reason(place: Place, server_url: str, tmp_path: Path) -> None:
    urls = [new_database(place.here) for _ in range(2)]
    halves = place.file("two", urls)
    cases = [
        (halves, place.file("joined", [new_database(place.here)]), "not joined"),
        (place.now, place.file("same", [place.plain, urls[0]]), "a database of its own"),
    ]
    used = new_database(place.here)
    single.deploy(used, quiet=True)
    ask(used, "select api.ingest_events(%s::jsonb)", told("used"))
    cases.append((place.now, place.file("used", [used]), "needs an empty database"))
    other = tmp_path / "other.toml"
    other.write_text(cluster_file([], urls), encoding="utf-8")
    cases.append((place.now, other, "the same proxies"))
    for now, after, why in cases:
        with pytest.raises(DeployError, match=why):
            move.move_cells(now, after)
    with contextlib.ExitStack() as stack:
        old, proxy = [stack.enter_context(embedded.throw_away_database(server_url)) for _ in range(2)]
        now = tmp_path / "deaf.toml"
        now.write_text(cluster_file([proxy], [old]), encoding="utf-8")
        deploy_cluster(now, quiet=True)
        after = tmp_path / "deaf_next.toml"
        after.write_text(cluster_file([proxy], urls), encoding="utf-8")
        with pytest.raises(DeployError, match="wal_level = logical"):
            move.move_cells(now, after, console=Console(quiet=True))
        assert ask(proxy, "select count(*) from api.ingest_events(%s::jsonb)", told("as_before")) == [(12,)]


def test_every_table_without_a_restaurant_is_known(template: str) -> None:
    """A new one wants a decision: whether halves have all of it, the first, or what db/proxy/split.sql leaves."""
    whole = {name for name, is_filtered in ask(template, move.TABLES) if not is_filtered}
    assert whole - move.OF_THE_FIRST - move.OF_NO_HALF == {
        "access.api_keys", "inbound.kept_webhooks", "inbound.source_secrets", "inbound.sources", "ledger.accounts",
        "ledger.currencies", "ledger.entry_types", "ledger.event_types", "ledger.fx_rates", "ledger.integrity_audits",
        "ledger.metrics", "ledger.payout_failure_codes", "ledger.payout_runs", "ledger.payout_schedules",
        "ledger.platform_settings", "ledger.posting_rule_history", "ledger.posting_rules", "ledger.rejection_reasons",
        "ledger.reports", "outbound.endpoint_secrets", "outbound.endpoints",
    }  # fmt: skip


@pytest.mark.parametrize("of", [2, 16, 32, 512, 4096])
def test_halves_share_the_restaurants_as_the_hash_does(template: str, of: int) -> None:
    """The row filter, in the digits that it may look at, against the hash itself."""
    urls = [f"postgresql:///c{n}" for n in range(3)]
    shares = [(of - 1, of), (of // 2 - 1, of)] if of > 2 else [(1, 2), (0, 2)]
    whole = Cell(0, 1, template, {"dbname": "plain"})
    halves = [Cell(number, of, url, {"dbname": url}) for (number, of), url in zip(shares, urls, strict=False)]
    for half in halves:
        one = move.Move(whole, half, tuple(other for other in halves if other != half))
        rows = ask(
            template,
            "select r.restaurant_id, ledger.hash_restaurant(r.restaurant_id) & %s"
            f" from (select 'r' || g as restaurant_id from generate_series(1, 20000) as g) as r where {one.filter}",
            of - 1,
        )
        if one.is_first:
            others = {other.number for other in one.siblings}
            assert rows and not {number for _, number in rows} & others
        else:
            assert rows and {number for _, number in rows} == {half.number}
