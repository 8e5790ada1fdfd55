"""Sessions, clients and server processes that end in the middle.

Every test works in a currency of its own, so that payout runs do not meet the other tests' money.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial

import pytest
from psycopg import errors

from db.deploy import deploy
from dev import embedded
from tests.sessions import (
    PATIENCE,
    Event,
    Row,
    Session,
    Sessions,
    charge,
    new_id,
    statuses,
)


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


def wait_until_noticed(doomed: Sessions) -> None:
    """Until the server has noticed that it lost a process, and ends every session: a new one would be ended, too."""
    deadline = time.monotonic() + PATIENCE
    with contextlib.suppress(errors.OperationalError):
        while doomed.admin.value("select true"):
            assert time.monotonic() < deadline
            time.sleep(0.002)


def risen_server(server: embedded.Server) -> Sessions:
    """Sessions in the server that lost a process, once it has recovered."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return Sessions(server.url())
        except errors.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.02)


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
            wait_until_noticed(doomed)
        finally:
            doomed.close()
        risen = risen_server(server)
        try:
            assert whats_left(risen.admin, currency, restaurants) == before
            risen.check()
            writer = risen.open()
            assert writer.ingest(known)["status"] == "already_processed"
            assert statuses(writer.ingest_all(events)) == {"processed": 2_000}
            risen.check()
        finally:
            risen.close()


def test_a_server_process_killed_while_it_posts_what_waited_leaves_it_waiting(database: str, currency: str) -> None:
    """The charge and the 200 refunds that waited for it are one transaction: all of it, or none."""
    with embedded.Server(throw_away=True, settings={"synchronous_commit": "on"}) as server:
        embedded.create_database(server)
        deploy(server.url(), quiet=True)
        payment, restaurant = new_id("pay"), new_id("res")
        event = charge(restaurant, currency, payment_id=payment, amount=10_000)
        refunds = [
            charge(restaurant, currency, payment_id=payment, event_type="refund_succeeded", amount=1)
            for _ in range(200)
        ]
        waiting = "select count(*) from ledger.deferred_events"
        doomed = Sessions(server.url())
        try:
            assert statuses(doomed.open().ingest_all(refunds)) == {"deferred": 200}
            victim = doomed.open()
            working = victim.start(partial(victim.ingest, event))
            # Its snapshot is older than its first row: it is at work when its transaction has a number.
            doomed.wait_until("select backend_xid is not null from pg_stat_activity where pid = %s", victim.pid)
            os.kill(victim.pid, signal.SIGKILL)
            with pytest.raises(errors.OperationalError):
                working.result(PATIENCE)
            wait_until_noticed(doomed)
        finally:
            doomed.close()
        risen = risen_server(server)
        try:
            assert risen.admin.value(waiting) == 200
            assert len(risen.entries(restaurant)) == 0
            assert risen.open().ingest(event)["status"] == "processed"
            assert risen.admin.value(waiting) == 0
            assert len(risen.entries(restaurant)) == 202
            risen.check()
        finally:
            risen.close()
