"""The service's connections to the database: a pool, the role they act as and the limits they have."""

import os
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

ROLE = "cuenta_app"
THREADS = int(os.environ.get("CUENTA_THREADS", "4"))  # of a process, each with a connection of its own


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
