"""The service's process: `python serve.py` starts worker processes with the application of app.py."""

import argparse
import atexit
import contextlib
import ipaddress
import multiprocessing
import os
import resource
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import psycopg
from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

import tracing
from app import create_app
from db.pool import BODIES, REQUESTS, THREADS, find_login_fault, service_role
from log import CONFIG, log
from tokens import Issuer

CONNECTIONS = 4096  # that a worker process takes, idle ones too: some 25 kB each, and as much as a header may have
FILES = 256  # for everything else that it opens
# For a whole header, and for the next one on a connection that is kept.
HEADER_SECONDS = int(os.environ.get("CUENTA_HEADER_SECONDS", "15"))
HEADER_BYTES = 64 << 10  # of a header
PROBES = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}  # seconds, seconds, how often


def check_login(database_url: str) -> None:
    """Ends with a clear message if the database answers but the login may not act as the service."""
    try:
        role = service_role()
    except ValueError as error:
        sys.exit(str(error))
    try:
        fault = find_login_fault(database_url, role, "cuenta_door")  # the second one looks keys up
    except psycopg.OperationalError as error:
        log.warning("the database does not answer yet; /ready tells when it does", reason=str(error))
        return
    if fault:
        sys.exit(fault)


def check_address(host: str, port: int, option: str = "--port") -> None:
    """Ends with a clear message if somebody listens there: Granian would share the port, and requests would go now to
    this database and now to the other service's."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        sys.exit(f"cannot listen on {host}, port {port}: {reason}. Choose another one with {option}.")


def default_workers() -> int:
    """A worker a processor, but no more than a database with 100 connections has room for: six roles, a pool each."""
    return min(os.cpu_count() or 1, 96 // (6 * THREADS) or 1)


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


def most_connections() -> int:
    """How many connections a worker process takes; the system's limit on open files is raised as far as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS if soft == resource.RLIM_INFINITY else max(64, min(CONNECTIONS, soft - FILES))


def probe_silent_peers() -> None:
    """Have the system ask peers that say nothing whether they are there: one that is gone without a word would keep the
    thread that waits for its body. What is set where a worker listens holds for what it accepts."""
    names: list[str] = []
    for _ in range(300):  # until Granian listens
        with contextlib.suppress(OSError):  # no file may be open to look with
            names = os.listdir("/dev/fd")
        for name in names:
            with contextlib.suppress(OSError), socket.socket(fileno=os.dup(int(name))) as found:
                if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                    for option, seconds in PROBES.items():
                        found.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), seconds)
                    return
        time.sleep(0.2)


def create_worker() -> Flask:
    """The application of a worker process, which did not become one if it was spawned instead of forked."""
    if parent := multiprocessing.parent_process():
        become_worker()
        threading.Thread(target=follow_parent, args=[parent.pid], daemon=True).start()
    threading.Thread(target=probe_silent_peers, daemon=True).start()
    app = create_app()
    tracing.start(app)
    atexit.register(app.extensions["pool"].close)  # Python 3.13 and later would wait for ever for the pool's threads
    return app


def main() -> None:
    """Serve with Granian's worker processes; SIGTERM and SIGINT let running requests finish."""
    parser = argparse.ArgumentParser(description="Serve HTTP from the database that DATABASE_URL names.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--workers", type=int, default=default_workers())
    parser.add_argument(
        "--allow-remote",
        action="store_true",
        default=os.environ.get("CUENTA_ALLOW_REMOTE") == "1",
        help="listen on an address that other machines can reach",
    )
    parser.add_argument("--with-parent", action="store_true", help="end when the process that started this is gone")
    parser.add_argument(
        "--metrics-port",
        type=int,
        default=int(os.environ.get("CUENTA_METRICS_PORT") or 0),
        help="answer /metrics of the server itself there, for Prometheus, on 127.0.0.1",
    )
    options = parser.parse_args()
    try:
        address = ipaddress.ip_address("127.0.0.1" if options.host == "localhost" else options.host)
    except ValueError:
        sys.exit(f"--host takes an IP address or localhost, not {options.host}.")
    if not (options.allow_remote or address.is_loopback):
        sys.exit(
            f"cuenta does not listen on {options.host}, only on this machine, unless it is told so.\n"
            "With --allow-remote or CUENTA_ALLOW_REMOTE=1 it does, and wants a key of every caller: db/keys.py."
        )
    if options.allow_remote:
        os.environ["CUENTA_ALLOW_REMOTE"] = "1"  # the workers read it: everybody shows a key
    try:
        Issuer.from_environment()
    except ValueError as error:
        sys.exit(str(error))
    if not os.environ.get("DATABASE_URL"):
        sys.exit("DATABASE_URL is not set. `make run` starts a database of its own.")
    check_address(str(address), options.port)
    if options.metrics_port:
        check_address("127.0.0.1", options.metrics_port, "--metrics-port")
    check_login(os.environ["DATABASE_URL"])
    if options.with_parent:
        threading.Thread(target=follow_parent, args=[os.getppid()], daemon=True).start()
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
        backlog=1024,
        backpressure=most_connections(),
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=HEADER_BYTES),
        # Beyond requests that wait for the database, and bodies that are waited for: for /health and /ready.
        blocking_threads=REQUESTS + BODIES + 4,
        workers_kill_timeout=75,  # longer than a statement may take
        respawn_failed_workers=True,
        log_dictconfig=CONFIG,
        working_dir=Path(__file__).parent,
        metrics_enabled=bool(options.metrics_port),
        metrics_port=options.metrics_port or 9090,
    ).serve()


if __name__ == "__main__":
    main()
