"""Background work: `python worker.py`, as many of them as wanted, beside the service or elsewhere.

Each second it starts the payout runs that are due by their schedules, and carries out what is queued, a chunk at a
time: who is paid and how far the run has come are one transaction, so that a worker that is killed has paid nobody
twice, and another one goes on. What is to be done, and what becomes of a failure, the database decides. Once in so many
hours (platform_settings.seal_hours) one of the workers seals the book and has it audited.
"""

import argparse
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from logging.config import dictConfig
from types import FrameType
from typing import Any

import psycopg
from psycopg import errors
from psycopg.rows import dict_row

from db.pool import find_login_fault, with_role
from log import CONFIG, log
from sender import deliver

ROLE = "cuenta_worker"
PAUSE = 1.0  # seconds between two looks
PATIENCE = 5.0  # seconds that the work in hand has to end in, once the worker is told to
CHUNK = 200  # restaurants in a transaction
LOOK = 60.0  # seconds between two looks whether a seal is due
# The server notices within seconds that this process is gone, even in mid-statement, or frozen; it rolls back.
NOTICE = {
    "client_connection_check_interval": "1s",
    "idle_in_transaction_session_timeout": "10s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
}

# What a database says that has not the functions of this version, or has not granted them.
DEPLOY = (errors.InvalidSchemaName, errors.UndefinedFunction, errors.InsufficientPrivilege)

# What it says, or does not, that is away, or has given this process up because it was frozen.
AWAY = (psycopg.OperationalError, errors.IdleInTransactionSessionTimeout)

Task = Callable[[str, threading.Event], None]
Connection = psycopg.Connection[dict[str, Any]]


def connect(database_url: str) -> Connection:
    """A connection that acts as the worker's role, and is missed soon."""
    url = with_role(database_url, ROLE)
    connection: Connection = psycopg.connect(url, autocommit=True, row_factory=dict_row, connect_timeout=5)
    for name, value in NOTICE.items():
        try:
            connection.execute("select set_config(%s, %s, false)", [name, value])
        except errors.InvalidParameterValue:  # a server's system may not have it
            log.warning("the server cannot notice soon that a worker is gone", setting=name)
    return connection


def start_due_runs(connection: Connection, told: dict[str, str | None]) -> None:
    """Start what is due by its schedule; what stands in the way is told once."""
    for row in connection.execute("select * from api.run_due_payouts()").fetchall():
        schedule_id, error = row["schedule_id"], row["error"]
        facts = {"schedule_id": schedule_id, "due_at": str(row["due_at"])}
        if error is None and row["run_id"] is not None:
            log.info("run started by its schedule", run_id=row["run_id"], as_of=str(row["as_of"]), **facts)
        elif error != told.get(schedule_id):
            log.error("a schedule is due and cannot start its run", reason=error, **facts)
        told[schedule_id] = error


def go_on_with_a_run(connection: Connection) -> bool:
    """Pay the next restaurants of the run whose turn it is; False if there is none."""
    run_id = None
    try:
        with connection.transaction():
            claimed = connection.execute("select c.run_id from api.claim_payout_run() as c").fetchone()
            if claimed is None:
                return False
            run_id = claimed["run_id"]
            query = "select c.* from api.continue_payout_run(%s, %s) as c"
            run = connection.execute(query, [run_id, CHUNK]).fetchone()
    except psycopg.Error as error:
        if run_id is None or connection.broken or connection.closed:
            raise
        reason = f"{error.sqlstate}: {error.diag.message_primary or error}"
        query = "select f.* from api.fail_payout_run(%s, %s) as f"
        failed = connection.execute(query, [run_id, reason]).fetchone() or {}
        more = {"attempts": failed.get("attempts"), "next_attempt_at": str(failed.get("next_attempt_at"))}
        log.error("a run cannot go on", run_id=run_id, state=failed.get("state"), reason=reason, **more)
        return True
    if run and run["is_finished"]:
        totals = {name: run[name] for name in ("payouts_created", "restaurants_skipped")}
        log.info("run finished", run_id=run_id, payouts_amount=str(run["payouts_amount"]), **totals)
    return True


def carry_out_runs(database_url: str, stop: threading.Event) -> None:
    """Look each second for runs that are due or queued, until told to stop."""
    told: dict[str, str | None] = {}
    with connect(database_url) as connection:
        log.info("worker ready", task="runs")
        while not stop.is_set():
            start_due_runs(connection, told)
            end = time.monotonic() + PAUSE
            while not stop.is_set() and time.monotonic() < end:
                if not go_on_with_a_run(connection):
                    stop.wait(max(0.0, end - time.monotonic()) * random.uniform(0.8, 1.0))
                    break


def seal_and_audit(connection: Connection) -> bool:
    """Seal the book if that is due, then audit what came since the last audited seal; False if it is not.

    Of several workers one seals. One that is killed in mid-seal has sealed nothing; one that is killed in mid-audit
    leaves a seal that is not audited: the next audit begins before it.
    """
    seal = connection.execute("select * from api.seal_due_ledger()").fetchone()
    if seal is None:
        return False
    log.info("book sealed", **{name: seal[name] for name in ("seal_no", "entry_count", "event_count", "root")})
    audits = connection.execute("select * from api.audit_integrity()").fetchall()
    found = {audit["check_name"]: audit["findings"] for audit in audits if audit["findings"]}
    errors_found = [audit["check_name"] for audit in audits if audit["findings"] and audit["severity"] == "error"]
    if errors_found:
        log.error("the audit found errors", checks=errors_found, findings=found)
    else:
        log.info("book audited", checks=len(audits), findings=found)
    return True


def keep_sealed(database_url: str, stop: threading.Event) -> None:
    """Look each minute whether the book is to be sealed and audited, until told to stop."""
    with connect(database_url) as connection:
        log.info("worker ready", task="seals")
        while not stop.is_set():
            seal_and_audit(connection)
            stop.wait(LOOK * random.uniform(0.8, 1.0))


TASKS: Sequence[tuple[str, Task]] = (("runs", carry_out_runs), ("webhooks", deliver), ("seals", keep_sealed))


def keep(name: str, task: Task, database_url: str, stop: threading.Event) -> None:
    """Do a task until told to stop, whatever happens to the database or to it."""
    pause = PAUSE
    while not stop.is_set():
        begun = time.monotonic()
        try:
            task(database_url, stop)
        except AWAY as error:
            log.warning("the database does not answer; trying again", task=name, reason=str(error))
        except DEPLOY as error:
            log.error(
                "the database is not deployed: run python db/deploy.py; trying again", task=name, reason=str(error)
            )
        except Exception as error:
            log.error("unexpected error; trying again", task=name, exc_info=error)
        pause = PAUSE if time.monotonic() - begun > 30 else min(pause * 2, 10.0)
        stop.wait(pause * random.uniform(0.5, 1.0))


def check_login(database_url: str) -> None:
    """Ends with a clear message if the database answers but the login may not act as the worker."""
    try:
        fault = find_login_fault(database_url, ROLE)
    except psycopg.OperationalError as error:
        log.warning("the database does not answer yet; trying again", reason=str(error))
        return
    if fault:
        sys.exit(fault)


def main() -> None:
    """Work until SIGTERM or SIGINT, which ends it within seconds: what is not committed by then is not done."""
    parser = argparse.ArgumentParser(description="Do the background work of the database that DATABASE_URL names.")
    parser.add_argument("--with-parent", action="store_true", help="end when the process that started this is gone")
    options = parser.parse_args()
    parent, stop = os.getppid(), threading.Event()
    if not (database_url := os.environ.get("DATABASE_URL")):
        sys.exit("DATABASE_URL is not set. `make run` starts a database of its own, and a worker.")

    def end(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)  # told twice, it ends at once
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    dictConfig(CONFIG)
    check_login(database_url)
    threads = [threading.Thread(target=keep, args=(*task, database_url, stop), daemon=True) for task in TASKS]
    for thread in threads:
        thread.start()
    while not stop.wait(0.5):
        if options.with_parent and os.getppid() != parent:
            stop.set()
    log.info("worker ends")
    deadline = time.monotonic() + PATIENCE
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    log.info("worker ended", in_time=not any(thread.is_alive() for thread in threads))
    sys.stdout.flush()
    os._exit(0)  # without waiting for a statement: the server sees that nobody is there and rolls back


if __name__ == "__main__":
    main()
