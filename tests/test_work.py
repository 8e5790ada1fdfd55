"""Work in the background: runs that are queued, workers that are killed, schedules over the turns of the clock.

Every test works in a currency of its own, or in a database of its own where it starts workers.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from db.deploy import deploy
from dev import embedded
from tests.services import ROOT, Row, Worker, call, send, working
from tests.test_serve import Service, eventually, serving

JSON = {"Content-Type": "application/json"}
AS_OF = "2025-12-31"
SECONDS = 20


def charges(url: str, currency: str, count: int, word: str = "res", amount: int = 1000) -> list[str]:
    """Restaurants with some money each; their names."""
    names = [f"{word}_{currency}_{number:04}" for number in range(count)]
    events = [
        {
            "event_id": f"evt_{name}_{secrets.token_hex(4)}",
            "event_type": "charge_succeeded",
            "occurred_at": "2025-12-30T10:00:00Z",
            "restaurant_id": name,
            "currency": currency,
            "amount": amount,
        }
        for name in names
    ]
    call(url, "select * from api.ingest_events(%s::jsonb)", json.dumps(events), role="cuenta_app")
    return names


def queue(url: str, currency: str, as_of: str = AS_OF, restaurant_ids: list[str] | None = None) -> Row:
    query = "select * from api.queue_payout_run(%s, %s, p_restaurant_ids => %s)"
    (row,) = call(url, query, currency, as_of, restaurant_ids, role="cuenta_app")
    return row


def run(url: str, run_id: str) -> Row:
    (row,) = call(url, "select * from api.get_payout_run(%s)", run_id, role="cuenta_reader")
    return row


def is_finished(url: str, run_id: str) -> bool:
    return bool(run(url, run_id)["is_finished"])


def tried(url: str, run_id: str, attempts: int) -> Row | None:
    """The run, once it has been tried so often."""
    row = run(url, run_id)
    return row if row["attempts"] >= attempts else None


def has_paid(url: str, count: int) -> bool:
    return len(paid(url, "PEN")) > count


def paid(url: str, currency: str) -> Counter[tuple[str, str]]:
    """How often each restaurant has a payout that is reserved, by day."""
    rows = call(
        url,
        """
        select p.restaurant_id, p.as_of::text as as_of from ledger.payouts as p
        inner join ledger.ledger_entries as e
            on p.restaurant_id = e.restaurant_id and p.payout_id = e.payout_id and e.entry_type = 'PAYOUT_RESERVE'
        where p.currency = %s
        """,
        currency,
    )
    return Counter((row["restaurant_id"], row["as_of"]) for row in rows)


def is_sound(url: str) -> bool:
    names = call(
        url,
        "select c.oid::regclass::text as name from pg_class as c where c.relnamespace = 'reporting'::regnamespace"
        " and c.relkind = 'v' and c.relname ~ '^check_'",
    )
    return not any(call(url, f"select * from {row['name']} limit 1") for row in names)


@pytest.fixture(scope="module")
def work(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The module's database, with two workers."""
    folder = tmp_path_factory.mktemp("work")
    with working(database, folder / "one"), working(database, folder / "two"):
        yield database


@pytest.fixture(scope="module")
def service(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(database, tmp_path_factory.mktemp("serve") / "log") as running:
        yield running


# Queued


def test_a_run_is_queued_over_http_and_done_by_a_worker(work: str, service: Service, currency: str) -> None:
    names = charges(work, currency, 5)
    body = json.dumps({"currency": currency, "as_of": AS_OF}).encode()
    for prefer in ("respond-async", "respond-async, wait=1", "RESPOND-ASYNC"):
        headers = JSON | {"Prefer": prefer}
        status, answered, text = send(service.port, "POST", "/v1/payouts/run", body, headers)
        assert status == 202, text
        answer = json.loads(text)
        assert answered["location"].endswith(f"/v1/payouts/runs/{answer['run_id']}")
        assert answered.get("preference-applied") == "respond-async", "RFC 7240, 3"
        path = "/v1" + answered["location"].split("/v1", 1)[1]

        def done(path: str = path) -> Any:
            told = json.loads(send(service.port, "GET", path)[2])
            return told if told["is_finished"] else None

        told = eventually(done, SECONDS)
        assert told["is_finished"]
    assert paid(work, currency) == Counter({(name, AS_OF): 1 for name in names})


def test_without_the_header_it_is_done_when_it_answers(work: str, service: Service, currency: str) -> None:
    charges(work, currency, 3)
    body = json.dumps({"currency": currency, "as_of": AS_OF}).encode()
    for headers in ({}, {"Prefer": "return=minimal"}):
        status, answered, text = send(service.port, "POST", "/v1/payouts/run", body, JSON | headers)
        assert status == 202
        assert json.loads(text)["is_finished"]
        assert "location" not in answered or answered["location"]
    assert len(paid(work, currency)) == 3


def test_a_dry_run_is_not_queued(work: str, service: Service, currency: str) -> None:
    charges(work, currency, 3)
    body = json.dumps({"currency": currency, "as_of": AS_OF, "dry_run": True}).encode()
    status, _, text = send(service.port, "POST", "/v1/payouts/run", body, JSON | {"Prefer": "respond-async"})
    assert status in (202, 400), text
    if status == 202:
        assert json.loads(text)["payouts_created"] == 3
    time.sleep(3)
    assert not paid(work, currency)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"currency": "XXX"}, (400, 422)),
        ({"as_of": "2999-01-01"}, (400, 422)),
        ({"as_of": "tomorrow"}, (400,)),
        ({"min_amount": -1}, (400, 422)),
        ({"restaurant_ids": ["nobody"]}, (404,)),
    ],
)
def test_what_would_be_refused_is_refused_before_it_is_queued(
    work: str, service: Service, more: dict[str, Any], status: tuple[int, ...]
) -> None:
    before = call(work, "select count(*) as n from ledger.payout_runs")
    body = json.dumps({"currency": "PEN", "as_of": AS_OF} | more).encode()
    answered = send(service.port, "POST", "/v1/payouts/run", body, JSON | {"Prefer": "respond-async"})
    assert answered[0] in status, answered[2]
    assert call(work, "select count(*) as n from ledger.payout_runs") == before


def test_many_workers_pay_each_restaurant_once(create_database: Callable[..., str], tmp_path: Path) -> None:
    url = create_database()
    names = charges(url, "PEN", 900)
    with contextlib.ExitStack() as stack:
        for number in range(4):
            stack.enter_context(working(url, tmp_path / str(number)))
        runs = [queue(url, "PEN", as_of)["run_id"] for as_of in (AS_OF, AS_OF, "2025-12-30")]
        for run_id in runs:
            assert eventually(partial(is_finished, url, run_id), 60)
    seen = paid(url, "PEN")
    assert max(seen.values()) == 1
    assert {name for name, _ in seen} == set(names)
    assert sum(run(url, run_id)["payouts_created"] for run_id in set(runs)) == len(seen)
    assert is_sound(url)


def test_a_run_that_nobody_goes_on_with_is_carried_on(work: str, currency: str) -> None:
    """Begun by a caller who went away: a worker does the rest, after a minute."""
    names = charges(work, currency, 5)
    (row,) = call(work, "select * from api.start_payout_run(%s, %s)", currency, AS_OF, role="cuenta_app")
    call(work, "select * from api.continue_payout_run(%s, 2)", row["run_id"], role="cuenta_app")
    assert len(paid(work, currency)) == 2
    time.sleep(4)
    assert len(paid(work, currency)) == 2, "somebody may be going on with it"
    # A minute later: the test turns the clock.
    call(work, "update ledger.payout_runs as r set next_attempt_at = now() where r.run_id = %s", row["run_id"])
    assert eventually(lambda: is_finished(work, row["run_id"]), SECONDS)
    assert paid(work, currency) == Counter({(name, AS_OF): 1 for name in names})


# Failures

FAIL = """
create function public.fail() returns trigger language plpgsql as $$
begin
    if new.currency = tg_argv[0] then
        raise exception 'the disk is made of cheese';
    end if;
    return new;
end $$;
"""


@contextlib.contextmanager
def failing(url: str, currency: str) -> Iterator[None]:
    """No payout of the currency can be written."""
    call(url, FAIL.replace("create function", "create or replace function"))
    call(
        url,
        f"create trigger fail before insert on ledger.payouts for each row execute function public.fail('{currency}')",
    )
    try:
        yield
    finally:
        call(url, "drop trigger fail on ledger.payouts")


def test_a_run_that_fails_is_tried_again_and_dies_with_its_error(work: str, currency: str, service: Service) -> None:
    names = charges(work, currency, 2)
    with failing(work, currency):
        run_id = queue(work, currency)["run_id"]
        waits = []
        for attempt in range(1, 50):
            row = eventually(partial(tried, work, run_id, attempt), SECONDS)
            assert row, run(work, run_id)
            assert "cheese" in row["error"]
            assert not row["is_finished"]
            if row["died_at"]:
                break
            waits.append((row["next_attempt_at"] - row["failed_at"]).total_seconds())
            call(work, "update ledger.payout_runs as r set next_attempt_at = now() where r.run_id = %s", run_id)
        assert row["state"] == "dead"
        assert 2 <= len(waits) <= 25
        assert waits[-1] > 2 * waits[0], f"back-off: {waits}"
        assert len({round(wait, 3) for wait in waits}) == len(waits), f"jitter: {waits}"
        time.sleep(3)
        assert run(work, run_id)["attempts"] == row["attempts"], "dead ones are left alone"
        assert not paid(work, currency)
    status, _, text = send(service.port, "POST", f"/v1/payouts/runs/{run_id}/retry", b"{}", JSON)
    assert status in (200, 202), text
    assert eventually(lambda: is_finished(work, run_id), SECONDS)
    assert paid(work, currency) == Counter({(name, AS_OF): 1 for name in names})
    assert run(work, run_id)["died_at"] is None


def test_one_run_that_fails_delays_no_other(work: str, two_currencies: tuple[str, str], other_currency: str) -> None:
    bad, good = two_currencies[0], other_currency
    charges(work, bad, 2)
    charges(work, good, 2)
    with failing(work, bad):
        broken = queue(work, bad)["run_id"]
        assert eventually(lambda: run(work, broken)["attempts"] >= 1, SECONDS)
        began = time.monotonic()
        sound = queue(work, good)["run_id"]
        assert eventually(lambda: is_finished(work, sound), SECONDS)
        assert time.monotonic() - began < 10
    call(work, "select * from api.retry_payout_run(%s)", broken, role="cuenta_operator")
    assert eventually(lambda: is_finished(work, broken), SECONDS)


def test_retrying_what_is_unknown_or_done_changes_nothing(work: str, service: Service, currency: str) -> None:
    assert send(service.port, "POST", "/v1/payouts/runs/run_nothing/retry", b"{}", JSON)[0] == 404
    names = charges(work, currency, 2)
    run_id = queue(work, currency)["run_id"]
    assert eventually(lambda: is_finished(work, run_id), SECONDS)
    before = run(work, run_id)
    status = send(service.port, "POST", f"/v1/payouts/runs/{run_id}/retry", b"{}", JSON)[0]
    assert status in (200, 202, 409, 422)
    time.sleep(2)
    assert run(work, run_id) == before
    assert paid(work, currency) == Counter({(name, AS_OF): 1 for name in names})


# Killed


def test_a_killed_worker_leaves_nothing_undone_and_nothing_done_twice(
    create_database: Callable[..., str], tmp_path: Path
) -> None:
    url = create_database()
    names = charges(url, "PEN", 1000, "a") + charges(url, "PEN", 1000, "b")
    run_id = queue(url, "PEN")["run_id"]
    for number in range(4):
        worker = Worker(url, tmp_path / str(number))
        eventually(partial(has_paid, url, number * 200), 20)
        worker.kill()
    with working(url, tmp_path / "last"):
        assert eventually(lambda: is_finished(url, run_id), 100)
    assert paid(url, "PEN") == Counter({(name, AS_OF): 1 for name in names})
    row = run(url, run_id)
    assert (row["payouts_created"], row["payouts_amount"]) == (2000, 2000 * 1000)
    assert is_sound(url)


def sessions(url: str) -> int:
    """Sessions in the database besides this one."""
    return int(
        call(
            url,
            "select count(*) as n from pg_stat_activity as a where a.datname = current_database()"
            " and a.pid <> pg_backend_pid() and a.backend_type = 'client backend'",
        )[0]["n"]
    )


def test_a_killed_workers_statement_ends(create_database: Callable[..., str], tmp_path: Path) -> None:
    """A chunk that waits for a lock when its worker dies does not commit minutes later."""
    url = create_database()
    names = charges(url, "PEN", 3)
    with psycopg.connect(url) as holder:
        holder.execute("select from ledger.account_balances as b where b.restaurant_id = %s for update", [names[1]])
        run_id = queue(url, "PEN")["run_id"]
        with working(url, tmp_path / "log") as worker:
            waiting = "select count(*) as n from pg_stat_activity as a where a.wait_event_type = 'Lock'"
            is_waiting = eventually(lambda: call(url, waiting)[0]["n"], 10)
            worker.kill()
        if is_waiting:  # a chunk may pass over what is locked instead of waiting for it
            assert eventually(lambda: sessions(url) == 1, 20), "only the holder's session is left"
    with working(url, tmp_path / "log"):
        assert eventually(lambda: is_finished(url, run_id), 100)
    assert paid(url, "PEN") == Counter({(name, AS_OF): 1 for name in names})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_ends_within_seconds_and_without_complaint(
    create_database: Callable[..., str], tmp_path: Path, number: int
) -> None:
    url = create_database()
    charges(url, "PEN", 300)
    run_id = queue(url, "PEN")["run_id"]
    with working(url, tmp_path / "log") as worker:
        assert eventually(lambda: is_finished(url, run_id), SECONDS)
        began = time.monotonic()
        assert worker.stop(number) == 0
        assert time.monotonic() - began < 10
    assert "Traceback" not in worker.log.read_text()
    assert eventually(lambda: sessions(url) == 0, 5)


def test_a_worker_ends_within_seconds_while_it_works(create_database: Callable[..., str], tmp_path: Path) -> None:
    url = create_database()
    names = charges(url, "PEN", 2000)
    run_id = queue(url, "PEN")["run_id"]
    with working(url, tmp_path / "log") as worker:
        assert eventually(lambda: len(paid(url, "PEN")) > 0, SECONDS)
        assert worker.stop(seconds=15) == 0
    with working(url, tmp_path / "log"):
        assert eventually(lambda: is_finished(url, run_id), 100)
    assert paid(url, "PEN") == Counter({(name, AS_OF): 1 for name in names})


def test_a_worker_starts_before_its_database_and_survives_it(tmp_path: Path) -> None:
    server = embedded.Server(Path(tempfile.gettempdir()) / f"cuenta-work-{secrets.token_hex(4)}")
    try:
        server.start()
        url = server.url("postgres")
        deploy(url, quiet=True)
        server.stop()
        with working(url, tmp_path / "log") as worker:
            time.sleep(3)
            assert worker.process.poll() is None, "it waits for its database"
            server.start()
            charges(url, "PEN", 3)
            first = queue(url, "PEN")["run_id"]
            assert eventually(lambda: is_finished(url, first), 30)
            server.stop()
            time.sleep(3)
            assert worker.process.poll() is None
            server.start()
            charges(url, "USD", 3)
            second = queue(url, "USD")["run_id"]
            assert eventually(lambda: is_finished(url, second), 30)
            assert worker.stop() == 0
        assert len(worker.log.read_text()) < 100_000, "it does not fill the disk while it waits"
    finally:
        server.stop()
        shutil.rmtree(server.data_dir, ignore_errors=True)


def test_a_worker_that_is_started_before_the_deploy_works_after_it_or_says_why_not(
    create_database: Callable[..., str], tmp_path: Path
) -> None:
    url = create_database(deployed=False)
    with working(url, tmp_path / "log") as worker:
        time.sleep(3)
        deploy(url, quiet=True)
        if worker.process.poll() is None:
            charges(url, "PEN", 3)
            run_id = queue(url, "PEN")["run_id"]
            assert eventually(lambda: is_finished(url, run_id), 30)
    said = worker.log.read_text()
    # On a server that has never seen a deploy there is no role to act as: it ends, and says what to do.
    assert worker.process.returncode != 1 or "db/deploy.py" in said
    assert "Traceback" not in said
    assert len(said) < 20_000


@contextlib.contextmanager
def refusing_once(database_url: str) -> Iterator[str]:
    """The URL of a gate to the server that closes the first connection at once, as a server does that is starting."""
    target = conninfo_to_dict(database_url)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def pump(source: socket.socket, sink: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    sink.sendall(data)
                sink.shutdown(socket.SHUT_WR)

        def serve() -> None:
            with contextlib.suppress(OSError):
                listener.accept()[0].close()
                while True:
                    peer, _ = listener.accept()
                    server = socket.create_connection((str(target["host"]), int(target["port"] or 5432)))
                    for ends in ((peer, server), (server, peer)):
                        threading.Thread(target=pump, args=ends, daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        port = listener.getsockname()[1]
        yield make_conninfo(database_url, host="127.0.0.1", port=port, sslmode="disable", gssencmode="disable")


def test_a_database_that_is_just_starting_is_no_reason_to_end(
    create_database: Callable[..., str], tmp_path: Path
) -> None:
    """The first connection fails, the next one does not: that is no login without rights."""
    url = create_database()
    charges(url, "PEN", 2)
    with refusing_once(url) as gate, working(gate, tmp_path / "log") as worker:
        run_id = queue(url, "PEN")["run_id"]
        assert eventually(lambda: worker.process.poll() is not None or is_finished(url, run_id), 20)
        assert worker.process.poll() is None, worker.log.read_text()
    with refusing_once(url) as gate, serving(gate, tmp_path / "served") as service:
        assert eventually(lambda: send(service.port, "GET", "/ready")[0] == 200, 20)


def test_a_worker_without_a_database_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "worker.py"],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != "DATABASE_URL"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode not in (0, None)
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


# Schedules


def schedule(url: str, currency: str, cadence: str, at: str, zone: str, **more: Any) -> Row:
    words = {"day": None, "as_of_days": 1, "min_amount": 1} | more
    (row,) = call(
        url,
        "select * from api.set_payout_schedule(p_schedule_id => %s, p_currency => %s, p_cadence => %s,"
        " p_local_time => %s, p_timezone => %s, p_day => %s, p_as_of_days => %s, p_min_amount => %s)",
        words.pop("schedule_id", f"sch_{secrets.token_hex(4)}"),
        currency,
        cadence,
        at,
        zone,
        words["day"],
        words["as_of_days"],
        words["min_amount"],
        role="cuenta_operator",
    )
    return row


def listed(url: str, schedule_id: str) -> Row:
    rows = call(url, "select * from api.list_payout_schedules()", role="cuenta_reader")
    (row,) = [row for row in rows if row["schedule_id"] == schedule_id]
    return row


def turn_back(url: str, schedule_id: str, days: int) -> None:
    """As if it had been made, and due, so many days ago, and nobody had looked since."""
    call(
        url,
        "update ledger.payout_schedules as s set next_due_at = s.next_due_at - make_interval(days => %s)"
        " where s.schedule_id = %s",
        days,
        schedule_id,
    )


def local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def localized(url: str, moments: list[datetime], zone: str) -> list[datetime]:
    """The local times of moments, as the server's own table of zones has them: zones change each year."""
    rows = call(url, "select m at time zone %s as local from unnest(%s::timestamptz[]) as m", zone, moments)
    return [row["local"] for row in rows]


def test_a_schedule_that_is_due_starts_one_run_however_many_look(
    create_database: Callable[..., str], tmp_path: Path
) -> None:
    url = create_database()
    zone = "America/Lima"
    names = charges(url, "PEN", 5)
    made = schedule(url, "PEN", "daily", "06:00", zone)
    turn_back(url, made["schedule_id"], 1)
    with contextlib.ExitStack() as stack:
        for number in range(4):
            stack.enter_context(working(url, tmp_path / str(number)))

        def look() -> None:
            for _ in range(20):
                call(url, "select * from run_due_payouts()", role="cuenta_operator")

        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert eventually(lambda: len(paid(url, "PEN")) == 5, SECONDS)
        time.sleep(2)
    runs = call(url, "select * from api.list_payout_runs()")
    assert len(runs) == 1
    due = made["next_due_at"] - timedelta(days=1)
    assert runs[0]["as_of"] == local(due, zone).date() - timedelta(days=1), "yesterday, by the schedule's own day"
    assert {name for name, _ in paid(url, "PEN")} == set(names)
    row = listed(url, made["schedule_id"])
    assert row["next_due_at"] > datetime.now(UTC)
    assert row["last_run_id"] == runs[0]["run_id"]


@pytest.mark.parametrize("days", [2, 30, 400])
def test_what_was_missed_is_started_once(create_database: Callable[..., str], days: int) -> None:
    """A worker that was down for days starts one run, for the last day, and not one a day."""
    url, zone = create_database(), "Europe/Madrid"
    charges(url, "EUR", 2)
    made = schedule(url, "EUR", "daily", "00:30", zone)
    turn_back(url, made["schedule_id"], days)
    started = call(url, "select * from run_due_payouts()", role="cuenta_operator")
    assert len(started) == 1
    assert started[0]["as_of"] == datetime.now(ZoneInfo(zone)).date() - timedelta(
        days=1 + (datetime.now(ZoneInfo(zone)).time().strftime("%H:%M") < "00:30")
    )
    for _ in range(3):
        assert call(url, "select * from run_due_payouts()", role="cuenta_operator") == []
    assert len(call(url, "select * from api.list_payout_runs()")) == 1


def look_into(session: psycopg.Connection[Any], seen: list[Any]) -> None:
    seen.append(session.execute("select run_id from api.run_due_payouts()").fetchall())


def test_two_look_at_one_moment(create_database: Callable[..., str]) -> None:
    """Really overlapping: one holds its transaction open while the other looks."""
    url = create_database()
    charges(url, "PEN", 2)
    made = schedule(url, "PEN", "daily", "06:00", "America/Lima")
    turn_back(url, made["schedule_id"], 1)
    for outcome in ("rollback", "commit"):
        with psycopg.connect(url) as one, psycopg.connect(url) as other:
            first = one.execute("select run_id from api.run_due_payouts()").fetchall()
            assert len(first) == 1
            seen: list[Any] = []
            thread = threading.Thread(target=look_into, args=[other, seen])
            thread.start()
            thread.join(1)
            getattr(one, outcome)()
            thread.join(20)
            if outcome == "commit":
                assert seen == [[]]
            other.rollback()
    assert len(call(url, "select * from api.list_payout_runs()")) == 1


ZONES = (
    "UTC",
    "America/Lima",
    "America/Santiago",  # goes over midnight
    "America/Asuncion",
    "America/New_York",
    "America/St_Johns",
    "Europe/Madrid",
    "Europe/London",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Gaza",
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Chatham",
    "Pacific/Apia",
    "Antarctica/Troll",  # two hours
)
TIMES = ("00:00", "00:30", "01:30", "02:00", "02:30", "03:00", "06:00", "23:30", "23:59")


def due_moments(url: str, cadence: str, day: int | None, at: str, zone: str, since: str, count: int) -> list[datetime]:
    """When a schedule is due, time after time: what next_due answers, with the clock turned by the test."""
    rows = call(
        url,
        """
        with recursive given as (
            select %s::text as cadence, %s::integer as day, %s::time as at, %s::text as zone, %s::timestamptz as since
        ),
        moments as (
            select ledger.next_due(g.cadence, g.day, g.at, g.zone, g.since) as due, 1 as n from given as g
            union all
            select ledger.next_due(g.cadence, g.day, g.at, g.zone, m.due), m.n + 1
            from moments as m
            cross join given as g
            where m.n < %s
        )
        select m.due from moments as m order by m.n
        """,
        *(cadence, day, at, zone, since, count),
    )
    return [row["due"] for row in rows]


@pytest.mark.parametrize("zone", ZONES)
def test_a_daily_schedule_is_due_once_each_local_day(database: str, zone: str) -> None:
    for at in TIMES:
        moments = due_moments(database, "daily", None, at, zone, "2026-01-10T12:00:00Z", 400)
        assert moments == sorted(set(moments))
        times = localized(database, moments, zone)
        days = [moment.date() for moment in times]
        expected = [days[0] + timedelta(days=number) for number in range(400)]
        # In a gap that begins at midnight the moment after the gap is still of that day.
        assert days == expected, (zone, at, [d for d, e in zip(days, expected, strict=True) if d != e][:1])
        late = [m for m in times if m.strftime("%H:%M") != at]
        assert len(late) <= 2, "only in a gap it is another time"
        for moment in late:
            assert 0 < moment.hour * 60 + moment.minute - minutes(at) <= 120


def minutes(text: str) -> int:
    hours, _, rest = text.partition(":")
    return int(hours) * 60 + int(rest)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("weekday", range(1, 8))
def test_a_weekly_schedule_is_due_on_its_day(database: str, zone: str, weekday: int) -> None:
    moments = due_moments(database, "weekly", weekday, "02:30", zone, "2026-01-10T12:00:00Z", 60)
    days = [moment.date() for moment in localized(database, moments, zone)]
    assert {day.isoweekday() for day in days} == {weekday}
    assert {(b - a).days for a, b in itertools.pairwise(days)} == {7}


@pytest.mark.parametrize("zone", ["America/Lima", "Europe/Madrid", "America/Santiago"])
@pytest.mark.parametrize("day", [1, 15, 28, 29, 30, 31])
def test_a_monthly_schedule_is_due_each_month(database: str, zone: str, day: int) -> None:
    moments = due_moments(database, "monthly", day, "02:30", zone, "2026-01-01T12:00:00Z", 40)
    days = [moment.date() for moment in localized(database, moments, zone)]
    months = [(d.year, d.month) for d in days]
    assert months == sorted(set(months))
    assert len(months) == 40
    assert (months[-1][0] * 12 + months[-1][1]) - (months[0][0] * 12 + months[0][1]) == 39, "no month is skipped"
    for on in days:
        last = (date(on.year + on.month // 12, on.month % 12 + 1, 1) - timedelta(days=1)).day
        # Day 29 to 31: the last, where the month has no such day.
        assert on.day == min(day, last), f"day {day}: {on}"


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"cadence": "hourly"}, "cadence"),
        ({"cadence": None}, "cadence"),
        ({"at": "25:00"}, "time"),
        ({"at": "24:00"}, "time"),
        ({"at": "noon"}, "time"),
        ({"at": None}, "time"),
        ({"zone": "Lima"}, "zone"),
        ({"zone": "+05"}, "zone"),
        ({"zone": "EST5EDT4"}, "zone"),
        ({"zone": None}, "zone"),
        ({"currency": "XXX"}, "currency"),
        ({"currency": None}, "currency"),
        ({"cadence": "weekly"}, "day"),
        ({"cadence": "weekly", "day": 0}, "day"),
        ({"cadence": "weekly", "day": 8}, "day"),
        ({"cadence": "monthly"}, "day"),
        ({"cadence": "monthly", "day": 32}, "day"),
        ({"cadence": "monthly", "day": 0}, "day"),
        ({"as_of_days": -1}, "as_of"),
        ({"as_of_days": 10**6}, "as_of"),
        ({"min_amount": -5}, "min"),
        ({"schedule_id": ""}, "id"),
        ({"schedule_id": None}, "id"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(database: str, more: dict[str, Any], what: str) -> None:
    words = {"currency": "PEN", "cadence": "daily", "at": "06:00", "zone": "America/Lima"} | more
    with pytest.raises(psycopg.Error) as failure:
        schedule(database, **words)
    assert str(failure.value.sqlstate)[:2] in ("LB", "LU", "LN", "22"), failure.value
    assert what in str(failure.value).lower().replace("cadence", "cadence")


def test_a_schedule_says_when_it_is_due_and_can_be_set_again(database: str) -> None:
    zone = "America/Lima"
    made = schedule(database, "PEN", "daily", "06:00", zone)
    now = datetime.now(ZoneInfo(zone))
    expected = now.replace(hour=6, minute=0, second=0, microsecond=0)
    assert made["next_due_at"] == (expected if expected > now else expected + timedelta(days=1))
    again = schedule(database, "PEN", "daily", "07:00", zone, schedule_id=made["schedule_id"])
    assert again["schedule_id"] == made["schedule_id"]
    assert local(again["next_due_at"], zone).hour == 7
    # One that was made after today's time is not due for today.
    assert made["schedule_id"] not in {row["schedule_id"] for row in call(database, "select * from run_due_payouts()")}


def test_one_schedule_that_cannot_start_stops_no_other(create_database: Callable[..., str]) -> None:
    url = create_database()
    charges(url, "PEN", 1)
    bad = schedule(url, "USD", "daily", "06:00", "Europe/Madrid")
    good = schedule(url, "PEN", "daily", "06:00", "America/Lima")
    for made in (bad, good):
        turn_back(url, made["schedule_id"], 1)
    # The zone was known when the schedule was made; a server's upgrade may take one away.
    call(url, "alter table ledger.payout_schedules disable trigger user")
    call(
        url,
        "update ledger.payout_schedules as s set timezone = 'Mars/Olympus' where s.schedule_id = %s",
        bad["schedule_id"],
    )
    call(url, "alter table ledger.payout_schedules enable trigger user")
    started = call(url, "select * from run_due_payouts()", role="cuenta_operator")
    assert [row["currency"] for row in started if row["run_id"]] == ["PEN"]


def test_schedules_over_http(database: str, service: Service) -> None:
    body = {
        "schedule_id": "http_daily",
        "currency": "PEN",
        "cadence": "daily",
        "local_time": "06:00",
        "timezone": "America/Lima",
    }
    status, _, text = send(service.port, "PUT", "/v1/payouts/schedules", json.dumps(body).encode(), JSON)
    if status in (404, 405):
        path = f"/v1/payouts/schedules/{body.pop('schedule_id')}"
        status, _, text = send(service.port, "PUT", path, json.dumps(body).encode(), JSON)
    # People set schedules; the service without a key acts as the app, which may not.
    assert status in (200, 201, 403), text
    status, _, text = send(service.port, "GET", "/v1/payouts/schedules")
    assert status == 200
    assert "data" in json.loads(text)
