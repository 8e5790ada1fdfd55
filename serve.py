"""The service's process: `python app.py serve`, its log lines and the role its connections have."""

import argparse
import atexit
import ipaddress
import multiprocessing
import os
import re
import signal
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import psycopg
import structlog
from flask import Flask, Response, g, request
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

ROLE = "cuenta_app"
THREADS = int(os.environ.get("CUENTA_THREADS", "4"))  # of a worker process
LOG_STEPS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
JSON_LINE = structlog.processors.JSONRenderer()
LOGGING: dict[str, Any] = {  # the same JSON lines for what the server and the pool have to say
    "version": 1, "disable_existing_loggers": False, "loggers": {}, "root": {"handlers": ["out"], "level": "INFO"},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}},
    "formatters": {"json": {"()": structlog.stdlib.ProcessorFormatter, "processor": JSON_LINE,
                            "foreign_pre_chain": LOG_STEPS}},
}  # fmt: skip
structlog.configure([*LOG_STEPS, JSON_LINE], logger_factory=structlog.WriteLoggerFactory())
log = structlog.get_logger()


def with_service_role(database_url: str) -> str:
    """The URL with the service's role, so that not even a superuser has more rights, and its limits."""
    limits = {"statement_timeout": "60s", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s"}
    settings = {name: os.environ.get(f"CUENTA_{name.upper()}", value) for name, value in limits.items()}
    options = [f"-c {k}={v}" for k, v in (settings | {"role": ROLE, "timezone": "UTC"}).items()]
    options.insert(0, str(conninfo_to_dict(database_url).get("options") or ""))
    more = {"application_name": "cuenta", "client_encoding": "UTF8"}
    return make_conninfo(database_url, options=" ".join(options), **more)


def open_pool(database_url: str) -> ConnectionPool:
    """A pool with a connection for every thread, which heals after the database was away."""

    def check(connection: psycopg.Connection[Any]) -> None:
        """Without a round trip: one read takes the server's parting words if any, the next finds it gone."""
        try:
            connection.pgconn.consume_input()
            connection.pgconn.consume_input()
        except psycopg.OperationalError:
            pool.drain()  # the others will be gone, too; one by one the pool would pause ever longer
            raise

    pool = ConnectionPool(
        with_service_role(database_url),
        kwargs={"prepare_threshold": None} if os.environ.get("CUENTA_PREPARE") == "no" else {},
        min_size=THREADS,
        check=check,
        timeout=float(os.environ.get("CUENTA_POOL_TIMEOUT", "5")),
        reconnect_timeout=5,  # then a new request starts afresh, instead of ever longer pauses
        open=True,
    )
    return pool


def log_requests(app: Flask) -> None:
    """Give every request an id and every answer a log line, without bodies and query strings."""
    app.before_request(begin_request)
    app.after_request(end_request)


def begin_request() -> None:
    """Take the caller's X-Request-ID if it is a sane one."""
    asked = request.headers.get("X-Request-ID", "")
    g.request_id = asked if re.fullmatch(r"[A-Za-z0-9._:/+=@-]{1,128}", asked) else uuid.uuid4().hex
    g.started = time.perf_counter()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def end_request(response: Response) -> Response:
    """Write the access log; the documentation may fetch nothing from elsewhere."""
    response.headers["X-Request-ID"] = g.request_id
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if response.status_code == 503:
        response.headers["Retry-After"] = "1"
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = "default-src 'self' 'unsafe-inline' data: blob:"
    taken = round((time.perf_counter() - g.started) * 1000, 1)
    log.info("request", method=request.method, path=request.path, status=response.status_code, ms=taken)
    structlog.contextvars.clear_contextvars()
    return response


def check_login(database_url: str) -> None:
    """Ends with a clear message if the database answers but the login may not act as the service."""
    try:
        psycopg.connect(with_service_role(database_url), connect_timeout=5).close()
    except psycopg.OperationalError as refused:
        try:
            with psycopg.connect(database_url, connect_timeout=5) as connection:
                login = connection.info.user
        except psycopg.OperationalError as error:
            log.warning("the database does not answer yet; /ready tells when it does", reason=str(error))
            return
        sys.exit(
            f"{login} may not act as {ROLE}: {refused}\n"
            f"Deploy first (python db/deploy.py); then, as an administrator: grant {ROLE} to {login};"
        )


def default_workers() -> int:
    """A worker a processor, but no more than a database with 100 connections has room for."""
    return min(os.cpu_count() or 1, 32 // THREADS or 1)


def become_worker() -> None:
    """In a worker process, before it listens to signals: its parent's handlers would lose a SIGTERM.

    A worker has a process group of its own, so that a terminal's Ctrl-C reaches it through its parent only: told
    twice it would not end before it is killed.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.setpgrp()


def follow_parent(parent: int) -> None:
    """End as on SIGTERM once the parent is gone: after a kill -9 nobody else would tell its workers."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def create_worker() -> Flask:
    """The application of a worker process, which did not become one if it was spawned instead of forked."""
    from app import create_app

    if parent := multiprocessing.parent_process():
        become_worker()
        threading.Thread(target=follow_parent, args=[parent.pid], daemon=True).start()
    app = create_app()
    atexit.register(app.extensions["pool"].close)  # Python 3.13 and later would wait for ever for the pool's threads
    return app


def main() -> None:
    """Serve with Granian's worker processes; SIGTERM and SIGINT let running requests finish."""
    parser = argparse.ArgumentParser(prog="app.py", description="cuenta's HTTP service")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("serve", help="serve HTTP from the database that DATABASE_URL names")
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--port", type=int, default=8080)
    command.add_argument("--workers", type=int, default=default_workers())
    command.add_argument(
        "--allow-remote",
        action="store_true",
        default=os.environ.get("CUENTA_ALLOW_REMOTE") == "1",
        help="listen on an address that other machines can reach",
    )
    options = parser.parse_args()
    try:
        address = ipaddress.ip_address("127.0.0.1" if options.host == "localhost" else options.host)
    except ValueError:
        sys.exit(f"--host takes an IP address or localhost, not {options.host}.")
    if not (options.allow_remote or address.is_loopback):
        sys.exit(
            f"cuenta has no log-in of its own, so it does not listen on {options.host}, only on this machine.\n"
            "Behind something that authenticates callers, say --allow-remote or CUENTA_ALLOW_REMOTE=1."
        )
    if not os.environ.get("DATABASE_URL"):
        sys.exit("DATABASE_URL is not set. `make run` starts a database of its own.")
    check_login(os.environ["DATABASE_URL"])
    os.register_at_fork(after_in_child=become_worker)
    Granian(
        "serve:create_worker",
        factory=True,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        address=str(address),
        port=options.port,
        workers=options.workers,
        blocking_threads=THREADS,
        workers_kill_timeout=75,  # longer than a statement may take
        respawn_failed_workers=True,
        log_dictconfig=LOGGING,
        working_dir=Path(__file__).parent,
    ).serve()
