"""A physical standby, and fail-over under load."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import signal
import threading
import time
from typing import Any

import psycopg

from dev import embedded
from dev.rehearsals import book
from dev.rehearsals.clients import DONE, Clients
from dev.rehearsals.ground import Ground, NotProved, ask, value, wait_until
from dev.rehearsals.logical import what_was_lost
from dev.rehearsals.pitr import send_all_again

IN_STEP = "select count(*) = 1 from pg_stat_replication where state = 'streaming' and sync_state = %s"
CHARGE = {
    "event_type": "charge_succeeded",
    "occurred_at": "2025-12-20T12:00:00Z",
    "restaurant_id": "r_lima",
    "currency": "PEN",
    "amount": 1000,
}


def rehearse(ground: Ground) -> None:
    """A standby follows and reads; the primary is killed under load and the standby takes over: what was acknowledged
    under synchronous replication is there, without it what was lost is sent again; the service answers 503 where it may
    only read, and goes on by itself; the old primary comes back as a standby."""
    fail_over(ground, is_synchronous=True)
    fail_over(ground, is_synchronous=False)


def fail_over(ground: Ground, *, is_synchronous: bool) -> None:
    words = "a standby that is waited for" if is_synchronous else "a standby that is not waited for"
    ground.say(words)
    password = secrets.token_urlsafe(12)
    # What checksums are for pg_rewind on a server that has none.
    primary = ground.server(wal_log_hints="on")
    book.write_book(primary.url())
    ground.steps("a login for standbys", primary, REPLICATION_PASSWORD=password)
    standby = ground.place(like=primary, settings={"wal_log_hints": "on"})
    ports = [primary.port]
    with Clients(lambda: both(primary, ports)) as clients:
        clients.wait_for(100)
        where = f"host=127.0.0.1 port={primary.port} user=replicator"
        variables = {"PRIMARY": where, "STANDBY": "standby_1", "REPLICATION_PASSWORD": password}
        ground.steps("make a standby", standby, NEW=standby.cluster, **variables)
        standby.start()
        ports.append(standby.port)
        if is_synchronous:
            ground.steps("wait for the standby", primary, **variables)
        state = "sync" if is_synchronous else "async"
        wait_until(lambda: value(primary.url(), IN_STEP, state), "the standby is in step")
        if is_synchronous:
            prove_waits(ground, primary, standby)
            query = "select key from api.create_api_key('rehearsal', 'app', p_actor => 'ana')"
            key = value(primary.url(), query, role="cuenta_operator")
            service = Service(ground, both(primary, ports), key)
            prove_read_only(ground, standby, key)
        clients.wait_for(1500)
        killed_at = time.monotonic()
        ground.kill(primary)
        ground.steps("fail over", standby)
        took = time.monotonic() - killed_at
        wait_until(lambda: not value(standby.url(), "select pg_is_in_recovery()"), "the standby takes writes")
        if is_synchronous:
            due = {told.document["event_id"] for told in clients.acknowledged if told.ended < killed_at}
            lost = what_was_lost(clients, standby)
            ground.prove_equal(
                lost, set(), f"all {len(due):,} events acknowledged before the primary was killed are there"
            )
            status = wait_until(lambda: service.post("after") in (200, 201), "the service posts again", 120)
            ground.prove(
                status, f"the service posts again by itself, {time.monotonic() - killed_at:.0f} s after the kill"
            )
        clients.wait_for(600)
    ground.steps("after each", standby)
    ground.prove(
        took, f"clients went on: promoted {took:.1f} s after the kill, none waited longer than {clients.longest:.1f} s"
    )
    if not is_synchronous:
        ground.say(f"{len(what_was_lost(clients, standby))} acknowledged events were lost with the primary")
        answers = send_all_again(clients, standby)
        ground.prove(set(answers) <= {*DONE, "rejected"}, f"the processors send all of it again: {answers}")
    ground.prove_equal(what_was_lost(clients, standby), set(), f"every event ever acknowledged is there, {words}")
    book.prove_sound(ground, standby.url(), f"after the fail-over to {words}")
    if is_synchronous:
        prove_return(ground, primary, standby)
    ground.say(f"the book: {book.size(standby.url())}")


def both(server: embedded.Server, ports: list[int]) -> str:
    """The address of whichever of the servers takes writes."""
    password = server.password_file.read_text().strip()
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    return f"postgresql://{embedded.SUPERUSER}:{password}@{hosts}/cuenta?target_session_attrs=read-write"


class Service:
    """`python serve.py` on a free port."""

    def __init__(self, ground: Ground, url: str, key: str) -> None:
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        self.port = embedded._free_port()
        self.process = ground.process(["serve.py", "--port", str(self.port), "--workers", "1"], DATABASE_URL=url)
        wait_until(lambda: self.ask("GET", "/health")[0] == 200, "the service listens")

    def ask(self, method: str, path: str, document: Any = None) -> tuple[int, Any]:
        """The status and the JSON of an answer; 0 if there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            body = None if document is None else json.dumps(document)
            connection.request(method, path, body, self.headers)
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text.startswith((b"{", b"[")) else text
        return 0, None

    def post(self, event_id: str) -> int:
        return self.ask("POST", "/v1/processor/events", CHARGE | {"event_id": event_id})[0]


def prove_read_only(ground: Ground, standby: embedded.Server, key: str) -> None:
    """What a service answers that is pointed at a standby."""
    service = Service(ground, standby.url(), key)
    wait_until(lambda: service.ask("GET", "/ready")[0], "the service has looked")
    status, answer = service.ask("POST", "/v1/processor/events", CHARGE | {"event_id": "nowhere"})
    ready = service.ask("GET", "/ready")
    read = service.ask("GET", "/v1/restaurants/r_lima/balance?currency=PEN")
    text = f"a service on the standby: a write is 503 ({answer['error']['code']}), /ready 503, a balance 200"
    ground.prove_equal((status, ready[0], read[0]), (503, 503, 200), text)
    rows = ask(standby.url(), "select * from reporting.trial_balance", role="cuenta_reader")
    ground.prove(rows, "reporting views read on the standby")
    ground.prove_equal(book.findings(standby.url()), [], "no check finds an error, asked on the standby")


def prove_waits(ground: Ground, primary: embedded.Server, standby: embedded.Server) -> None:
    """While the standby is away, no call is answered, whatever its statement_timeout; then it is."""
    receiver = value(standby.url(), "select pid from pg_stat_wal_receiver")
    answered: list[tuple[Any, ...]] = []

    def post() -> None:
        with psycopg.connect(primary.url(), autocommit=True, options="-c statement_timeout=300ms") as session:
            query = "select status from api.ingest_event(%s::jsonb)"
            answered.extend(session.execute(query, [json.dumps(CHARGE | {"event_id": "waits"})]).fetchall())

    os.kill(receiver, signal.SIGSTOP)
    thread = threading.Thread(target=post, daemon=True)
    try:
        thread.start()
        waits = (
            "select count(*) > 0 from pg_stat_activity where wait_event = 'SyncRep' and query like '%%ingest_event(%%'"
        )
        wait_until(lambda: value(primary.url(), waits), "a call waits for the standby")
        thread.join(1.5)  # five times its statement_timeout
        if answered or not thread.is_alive():
            raise NotProved(f"a call was answered while the standby was away: {answered}")
    finally:
        os.kill(receiver, signal.SIGCONT)
    thread.join(30)
    ground.prove_equal(
        answered, [("processed",)], "nobody is answered before the standby has it, whatever the time-out"
    )


def prove_return(ground: Ground, primary: embedded.Server, standby: embedded.Server) -> None:
    """The old primary becomes the standby of the new one, waited for, with the same rows."""
    password = standby.password_file.read_text().strip()
    where = f"host=127.0.0.1 port={standby.port} user={embedded.SUPERUSER} password={password}"
    ground.steps("the old primary follows", primary, OLD=primary.cluster, PRIMARY=where, STANDBY="standby_2")
    primary._start()
    ground.steps("wait for the standby", standby, STANDBY="standby_2")
    wait_until(lambda: value(standby.url(), IN_STEP, "sync"), "the old primary is in step")
    ask(standby.url(), "select * from api.ingest_event(%s::jsonb)", json.dumps(CHARGE | {"event_id": "both"}))
    lsn = value(standby.url(), "select pg_current_wal_flush_lsn()::text")
    wait_until(lambda: value(primary.url(), "select pg_last_wal_replay_lsn() >= %s::pg_lsn", lsn), "it has all")
    expected = book.contents(standby.url())
    text = f"the old primary follows the new one: all rows of {len(expected)} tables are equal"
    ground.prove_equal(book.contents(primary.url()), expected, text)
