"""The real worker process: what is queued is done once, whoever is killed, whatever fails."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from db.deploy import deploy
from dev import embedded
from tests.sessions import AS_OF, Row, Sessions, charge, new_id
from tests.test_serve import serving
from tests.work import ROOT, Worker, break_payouts, eventually, working

PAID = """
    select p.restaurant_id, p.amount, e.amount as reserved
    from ledger.payouts as p
    left join ledger.ledger_entries as e
        on p.restaurant_id = e.restaurant_id and p.currency = e.currency and p.reserve_entry_seq = e.entry_seq
    where p.currency = %s
    order by p.restaurant_id
"""
BUSY = """
    select coalesce(array_agg(a.pid), '{}') as pids from pg_stat_activity as a
    where a.datname = current_database() and a.state = 'active' and a.wait_event = 'PgSleep'
"""


def sell(sessions: Sessions, currency: str, count: int) -> list[str]:
    """Restaurants with 950 each to be paid."""
    restaurants = sorted(new_id("res") for _ in range(count))
    answers = sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
    assert {answer["status"] for answer in answers} == {"processed"}
    return restaurants


def queue(sessions: Sessions, currency: str, restaurants: Sequence[str] | None = None) -> str:
    query = "select * from api.queue_payout_run(%s, current_date - 1, 1, %s)"
    some = None if restaurants is None else list(restaurants)
    return str(sessions.open().row(query, currency, some)["run_id"])


def run(sessions: Sessions, run_id: str) -> Row:
    return sessions.admin.row("select * from api.get_payout_run(%s)", run_id)


def finished(sessions: Sessions, run_id: str, seconds: float = 30) -> Row:
    assert eventually(lambda: run(sessions, run_id)["is_finished"], seconds), run(sessions, run_id)
    return run(sessions, run_id)


def check_paid_once(sessions: Sessions, currency: str, restaurants: Sequence[str]) -> None:
    paid = sessions.admin.rows(PAID, currency)
    assert [(p["restaurant_id"], p["amount"], p["reserved"]) for p in paid] == [(r, 950, 950) for r in restaurants]


@contextlib.contextmanager
def slow_payouts(sessions: Sessions, currency: str, seconds: float) -> Iterator[None]:
    """Each payout of the currency takes so long, or as public.slow says later."""
    sessions.admin.run(
        f"create table public.slow as select {seconds}::float8 as seconds; grant select on public.slow to public;"
        "create function public.take_long() returns trigger language plpgsql as $$begin"
        f" if new.currency = '{currency}' then perform pg_sleep((select s.seconds from public.slow as s)); end if;"
        " return new; end$$; grant execute on function public.take_long() to public;"
        "create trigger take_long before insert on ledger.payouts for each row execute function public.take_long()"
    )
    try:
        yield
    finally:
        sessions.admin.run("update public.slow set seconds = 0")
        sessions.admin.run("drop trigger take_long on ledger.payouts; drop function public.take_long()")
        sessions.admin.run("drop table public.slow")


def move(sessions: Sessions, restaurant_id: str, timezone: str) -> None:
    """To a time zone that the server may not know, as somebody who may switch the triggers off."""
    sessions.admin.run("set session_replication_role = replica")
    change = "update ledger.restaurants set timezone = %s where restaurant_id = %s"
    sessions.admin.connection.execute(change, [timezone, restaurant_id])
    sessions.admin.run("set session_replication_role = origin")


def test_it_carries_out_what_is_queued_and_says_so(sessions: Sessions, currency: str, tmp_path: Path) -> None:
    restaurants = sell(sessions, currency, 450)
    home = sessions.admin.value("select timezone from ledger.restaurants where restaurant_id = %s", restaurants[7])
    move(sessions, restaurants[7], "Mars/Olympus")
    with working(sessions.url, tmp_path / "log") as worker:
        begun = time.monotonic()
        run_id = queue(sessions, currency)
        told = finished(sessions, run_id)
        assert time.monotonic() - begun < 10
        [line] = eventually(lambda: worker.said("run finished"))
    move(sessions, restaurants[7], home)
    assert (told["payouts_created"], told["skipped"]) == (449, {"timezone_unknown": 1})
    check_paid_once(sessions, currency, restaurants[:7] + restaurants[8:])
    assert (line["run_id"], line["payouts_created"], line["restaurants_skipped"]) == (run_id, 449, 1)
    assert all({"event", "level", "timestamp"} <= set(line) for line in worker.lines())


def test_two_workers_at_once_pay_everybody_once(
    sessions: Sessions, currency: str, other_currency: str, tmp_path: Path
) -> None:
    sold = {c: sell(sessions, c, 700) for c in (currency, other_currency)}
    with working(sessions.url, tmp_path / "a") as one, working(sessions.url, tmp_path / "b") as other:
        ids = [queue(sessions, c) for c in (currency, other_currency, currency, other_currency)]
        told = [finished(sessions, run_id, 60) for run_id in ids]
        lines = eventually(lambda: (found := one.said("run finished") + other.said("run finished"))[3:] and found)
        assert sorted(line["run_id"] for line in lines) == sorted(ids)
        for worker in (one, other):
            assert worker.stop()[0] == 0
            assert [line for line in worker.lines() if line["level"] != "info"] == []
    assert sum(row["payouts_created"] for row in told) == 1400
    for c, restaurants in sold.items():
        check_paid_once(sessions, c, restaurants)


def test_killed_in_the_middle_of_a_chunk_another_goes_on_within_seconds(
    sessions: Sessions, currency: str, tmp_path: Path
) -> None:
    restaurants = sell(sessions, currency, 300)
    with (
        slow_payouts(sessions, currency, 0.1),
        working(sessions.url, tmp_path / "a") as one,
    ):
        run_id = queue(sessions, currency)
        [pid] = eventually(lambda: sessions.admin.value(BUSY))
        with working(sessions.url, tmp_path / "b") as other:
            time.sleep(1)
            one.kill()
            begun = time.monotonic()
            sessions.wait_until("select not exists (select from pg_stat_activity where pid = %s)", pid)
            assert time.monotonic() - begun < 5  # the chunk would have taken 20 seconds, and committed
            assert sessions.admin.value("select count(*) from ledger.payouts where currency = %s", currency) == 0
            assert eventually(lambda: sessions.admin.value(BUSY), 5)
            assert time.monotonic() - begun < 8
            sessions.admin.run("update public.slow set seconds = 0")
            told = finished(sessions, run_id)
            assert (told["payouts_created"], told["attempts"], other.process.poll()) == (300, 0, None)
    check_paid_once(sessions, currency, restaurants)


def test_killed_again_and_again_everybody_is_paid_once(sessions: Sessions, currency: str, tmp_path: Path) -> None:
    restaurants = sell(sessions, currency, 1500)
    run_id = queue(sessions, currency)
    with slow_payouts(sessions, currency, 0.0005):
        for number in range(6):
            with working(sessions.url, tmp_path / f"{number}") as worker:
                time.sleep(0.2 + 0.05 * number)
                worker.kill()
    with working(sessions.url, tmp_path / "last"):
        assert finished(sessions, run_id)["payouts_created"] == 1500
    check_paid_once(sessions, currency, restaurants)


def test_a_run_that_always_fails_dies_with_its_error_and_stops_no_other(
    sessions: Sessions, currency: str, other_currency: str, tmp_path: Path
) -> None:
    bad_ones, good_ones = sell(sessions, currency, 3), sell(sessions, other_currency, 3)
    with working(sessions.url, tmp_path / "log") as worker:
        with break_payouts(sessions, currency):
            bad = queue(sessions, currency)
            assert eventually(lambda: run(sessions, bad)["state"] == "retrying")
            assert finished(sessions, queue(sessions, other_currency), 5)["payouts_created"] == 3
            assert run(sessions, bad)["error"] == "P0001: boom"
            for attempts in range(1, 10):
                assert eventually(lambda n=attempts: run(sessions, bad)["attempts"] >= n)  # type: ignore[misc]
                sessions.admin.connection.execute(
                    "update ledger.payout_runs set next_attempt_at = now()"
                    " where run_id = %s and next_attempt_at is not null",
                    [bad],
                )
            assert eventually(lambda: run(sessions, bad)["state"] == "dead")
            told = run(sessions, bad)
            assert (told["attempts"], told["error"], told["next_attempt_at"]) == (10, "P0001: boom", None)
            time.sleep(1.5)
            assert run(sessions, bad)["failed_at"] == told["failed_at"]  # nobody tries any more
        lines = worker.said("a run cannot go on")
        assert [(line["attempts"], line["run_id"], line["level"]) for line in lines] == [
            (n, bad, "error") for n in range(1, 11)
        ]
        assert sessions.open().row("select * from api.retry_payout_run(%s)", bad)["state"] == "queued"
        assert finished(sessions, bad)["payouts_created"] == 3
    check_paid_once(sessions, currency, bad_ones)
    check_paid_once(sessions, other_currency, good_ones)


def test_it_starts_and_carries_out_what_is_due_by_a_schedule(sessions: Sessions, currency: str, tmp_path: Path) -> None:
    restaurants = sell(sessions, currency, 3)
    good, bad = new_id("sched"), new_id("sched")
    for name in (bad, good):
        query = "select * from api.set_payout_schedule(%s, %s, 'daily', '02:30', 'America/Lima')"
        sessions.open(role="cuenta_operator").row(query, name, currency)
    broken = "update ledger.payout_schedules set next_due_at = next_due_at - interval '3 days',"
    broken += " timezone = case schedule_id when %s then 'Mars/Olympus' else timezone end where currency = %s"
    sessions.admin.connection.execute(broken, [bad, currency])
    with working(sessions.url, tmp_path / "a") as one, working(sessions.url, tmp_path / "b") as other:
        query = "select * from api.list_payout_runs(%s)"
        assert eventually(lambda: [r for r in sessions.admin.rows(query, currency) if r["is_finished"]])
        time.sleep(2)
        [told] = sessions.admin.rows(query, currency)
        assert (told["schedule_id"], told["payouts_created"], told["state"]) == (good, 3, "finished")
        lines = [line for worker in (one, other) for line in worker.said("run started by its schedule")]
        assert [line["schedule_id"] for line in lines] == [good]
        for worker in (one, other):  # which tell it once, and not each second
            [line] = worker.said("a schedule is due and cannot start its run")
            assert (line["schedule_id"], line["level"]) == (bad, "error")
            assert line["reason"] == "time zone 'Mars/Olympus' is not known to this server"
    check_paid_once(sessions, currency, restaurants)
    sessions.admin.connection.execute("update ledger.payout_schedules set is_active = false, next_due_at = null")


def test_it_goes_on_with_a_run_that_nobody_goes_on_with(sessions: Sessions, currency: str, tmp_path: Path) -> None:
    restaurants = sell(sessions, currency, 5)
    session = sessions.open()
    begun = session.row("select * from api.start_payout_run(%s, current_date - 1)", currency)
    session.row("select * from api.continue_payout_run(%s, 2)", begun["run_id"])
    with working(sessions.url, tmp_path / "log"):
        time.sleep(2)
        assert run(sessions, begun["run_id"])["payouts_created"] == 2
        move = "update ledger.payout_runs set next_attempt_at = next_attempt_at - interval '1 minute' where run_id = %s"
        sessions.admin.connection.execute(move, [begun["run_id"]])
        assert finished(sessions, begun["run_id"])["is_queued"]
    check_paid_once(sessions, currency, restaurants)


def test_a_run_that_somebody_goes_on_with_is_theirs(sessions: Sessions, currency: str, tmp_path: Path) -> None:
    """Both take turns, should a worker and a caller be at one run: nobody is paid twice, and nobody fails."""
    restaurants = sell(sessions, currency, 400)
    session = sessions.open()
    run_id = queue(sessions, currency)
    with working(sessions.url, tmp_path / "log") as worker:
        while not session.row("select * from api.continue_payout_run(%s, 3)", run_id)["is_finished"]:
            pass
        assert worker.said("a run cannot go on") == []
    assert run(sessions, run_id)["payouts_created"] == 400
    check_paid_once(sessions, currency, restaurants)


# The end


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_within_seconds(sessions: Sessions, tmp_path: Path, number: signal.Signals) -> None:
    with working(sessions.url, tmp_path / "log") as worker:
        status, seconds = worker.stop(number)
        assert (status, seconds < 3) == (0, True)
        assert worker.said("worker ended")[0]["in_time"] is True


def test_a_signal_in_the_middle_of_a_long_chunk_ends_it_and_rolls_back(
    sessions: Sessions, currency: str, tmp_path: Path
) -> None:
    restaurants = sell(sessions, currency, 200)
    with slow_payouts(sessions, currency, 0.2), working(sessions.url, tmp_path / "log") as worker:
        run_id = queue(sessions, currency)
        [pid] = eventually(lambda: sessions.admin.value(BUSY))
        status, seconds = worker.stop()
        assert (status, seconds < 7) == (0, True)
        assert worker.said("worker ended")[0]["in_time"] is False
        sessions.wait_until("select not exists (select from pg_stat_activity where pid = %s)", pid)
        assert run(sessions, run_id)["payouts_created"] == 0
    with working(sessions.url, tmp_path / "next"):
        finished(sessions, run_id)
    check_paid_once(sessions, currency, restaurants)


def test_it_finishes_the_chunk_in_hand_if_that_takes_no_longer(
    sessions: Sessions, currency: str, tmp_path: Path
) -> None:
    restaurants = sell(sessions, currency, 200)
    with slow_payouts(sessions, currency, 0.01), working(sessions.url, tmp_path / "log") as worker:
        run_id = queue(sessions, currency)
        assert eventually(lambda: sessions.admin.value(BUSY))
        assert worker.stop()[0] == 0
        assert run(sessions, run_id)["payouts_created"] == 200
    check_paid_once(sessions, currency, restaurants)


def is_alive(pid: int) -> bool:
    try:
        return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_it_ends_when_its_parent_was_killed(sessions: Sessions, tmp_path: Path) -> None:
    start = "import subprocess, sys; subprocess.run([sys.executable, 'worker.py', '--with-parent'])"
    with (tmp_path / "log").open("wb") as log:
        parent = subprocess.Popen(
            [sys.executable, "-c", start],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=os.environ | {"DATABASE_URL": sessions.url},
        )
    try:
        assert eventually(lambda: "worker ready" in (tmp_path / "log").read_text())
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        [child] = [int(word) for word in children]
    finally:
        parent.kill()
        parent.wait()
    assert eventually(lambda: not is_alive(child), 5)
    assert "worker ended" in (tmp_path / "log").read_text()


# The database


def test_it_survives_a_database_that_stops_and_starts(tmp_path: Path) -> None:
    folder = Path(tempfile.gettempdir()) / f"cuenta-worker-{secrets.token_hex(4)}"  # where the server's user comes in
    server = embedded.Server(folder, settings={"fsync": "off"})
    try:
        with server:
            embedded.create_database(server)
            deploy(server.url(), quiet=True)
            with working(server.url(), tmp_path / "log") as worker:
                server.stop()
                assert eventually(lambda: worker.said("the database does not answer; trying again"))
                server.start()
                with psycopg.connect(server.url(), autocommit=True) as session:
                    query = "select run_id from api.queue_payout_run('PEN', current_date - 1)"
                    [(run_id,)] = session.execute(query).fetchall()
                    query = "select is_finished from api.get_payout_run(%s)"
                    assert eventually(lambda: session.execute(query, [run_id]).fetchone() == (True,))
                assert worker.stop()[0] == 0
                assert all({"event", "level", "timestamp"} <= set(line) for line in worker.lines())
    finally:
        if server.is_running():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def test_it_starts_before_its_database(tmp_path: Path) -> None:
    worker = Worker("postgresql://postgres:x@127.0.0.1:9/cuenta", tmp_path / "log")
    try:
        assert eventually(lambda: worker.said("the database does not answer yet; trying again"))
        assert worker.process.poll() is None
        assert worker.stop()[0] == 0
    finally:
        if worker.process.poll() is None:
            worker.kill()


def test_it_starts_before_the_deploy_and_says_so_in_a_line(
    create_database: Callable[..., str], database: str, tmp_path: Path
) -> None:
    url = create_database(deployed=False)  # where the roles are, because another database of the server has them
    worker = Worker(url, tmp_path / "log")
    try:
        [line, *_] = eventually(lambda: [line for line in worker.lines() if "db/deploy.py" in line["event"]])
        assert (line["level"], "exception" in line) == ("error", False)
        deploy(url, quiet=True)
        with psycopg.connect(url, autocommit=True) as session:
            [(run_id,)] = session.execute("select run_id from api.queue_payout_run('PEN', current_date - 1)").fetchall()
            query = "select is_finished from api.get_payout_run(%s)"
            assert eventually(lambda: session.execute(query, [run_id]).fetchone() == (True,))
    finally:
        worker.kill()


def test_it_says_what_it_needs(database: str) -> None:
    def said(**environment: str) -> str:
        more = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | environment
        done = subprocess.run([sys.executable, "worker.py"], cwd=ROOT, capture_output=True, text=True, env=more)
        assert (done.returncode, done.stdout) == (1, "")
        return done.stderr

    assert said().startswith("DATABASE_URL is not set.")
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute("create role cuenta_test_worker login password 'x'")
        try:
            admin.execute("grant cuenta_app to cuenta_test_worker")
            other = make_conninfo(database, user="cuenta_test_worker", password="x")
            assert "grant cuenta_worker to cuenta_test_worker" in said(DATABASE_URL=other)
        finally:
            admin.execute("drop role cuenta_test_worker")


def test_what_a_frozen_worker_has_begun_is_rolled_back(sessions: Sessions, currency: str, tmp_path: Path) -> None:
    restaurants = sell(sessions, currency, 3)
    with slow_payouts(sessions, currency, 0.5), working(sessions.url, tmp_path / "a") as frozen:
        run_id = queue(sessions, currency)
        [pid] = eventually(lambda: sessions.admin.value(BUSY))
        frozen.process.send_signal(signal.SIGSTOP)
        sessions.admin.run("update public.slow set seconds = 0")
        with working(sessions.url, tmp_path / "b"):
            assert finished(sessions, run_id, 20)["attempts"] == 0
        sessions.wait_until("select not exists (select from pg_stat_activity where pid = %s)", pid)
        frozen.process.send_signal(signal.SIGCONT)
        tasks = eventually(lambda: [line["task"] for line in frozen.said("worker ready")][3:], 10)
        assert tasks == ["runs"], frozen.lines()  # runs, webhooks and seals; runs again
        assert not frozen.said("unexpected error; trying again")
    check_paid_once(sessions, currency, restaurants)


def test_a_run_whose_service_was_killed_is_finished_by_a_worker(
    sessions: Sessions, currency: str, database: str, tmp_path: Path
) -> None:
    """Its caller hears nothing; what is committed stays, and the rest is paid later."""
    restaurants = sell(sessions, currency, 1000)
    asked = {"currency": currency, "as_of": str(AS_OF)}
    paid = "select count(*) from ledger.payouts where currency = %s"
    with slow_payouts(sessions, currency, 0.002), serving(database, tmp_path / "service") as service:
        caller = sessions.pool.submit(service.ask, "POST", "/v1/payouts/run", asked)
        sessions.wait_until(f"select ({paid}) >= 200", currency)
        pid = service.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for process in [pid, *map(int, children)]:
            os.kill(process, signal.SIGKILL)
        assert caller.result(30) == (0, None)
        gone = "select count(*) = 0 from pg_stat_activity where application_name = 'cuenta' and datname = %s"
        sessions.wait_until(gone, sessions.admin.connection.info.dbname)
    [left] = sessions.admin.rows("select * from api.list_payout_runs(p_currency => %s)", currency)
    assert left["state"] == "running" and 200 <= sessions.admin.value(paid, currency) < 1000
    # A minute later, by the clock of the database.
    sessions.admin.run(f"update ledger.payout_runs set next_attempt_at = now() where run_id = '{left['run_id']}'")
    with working(database, tmp_path / "worker"):
        done = finished(sessions, left["run_id"])
    assert (done["payouts_created"], done["payouts_amount"]) == (1000, 950_000)
    check_paid_once(sessions, currency, restaurants)
