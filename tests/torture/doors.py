"""The two doors to the functions of schema `api`: HTTP with a key, and SQL at an isolation level; one answer a try.

Both answer rows as the database's own JSON has them. Refused is an answer, too: nothing was done. Everything else is
Lost: nobody knows whether it was done, and it is to be sent again.
"""

from __future__ import annotations

import http.client
import json
import logging
import socket
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import psycopg
from psycopg import IsolationLevel, sql

from routes import ROUTES, Route
from tests.torture.history import Row
from tests.torture.house import House

# What a database says that cannot do it now: sending it again is right.
AGAIN = ("08", "25", "40", "53", "55P03", "57")
LEVELS = {
    "read committed": IsolationLevel.READ_COMMITTED,
    "repeatable read": IsolationLevel.REPEATABLE_READ,
    "serializable": IsolationLevel.SERIALIZABLE,
}
DOCUMENTS = ("event", "events")
BY_FUNCTION: dict[str, Route] = {}
for _route in ROUTES:
    BY_FUNCTION.setdefault(_route.function, _route)
    if _route.queue:
        BY_FUNCTION[_route.queue[0]] = _route
logging.getLogger("psycopg").setLevel(logging.CRITICAL)  # a server that is killed in a transaction is nothing to tell
ROLE_OF_KEY = {"processor": "cuenta_processor", "app": "cuenta_app", "operator": "cuenta_operator"}


class Refused(Exception):
    """It was answered that it is not done: the code."""


class Lost(Exception):
    """No answer: why."""


class Door(Protocol):
    def ask(self, function: str, arguments: Row) -> list[Row]: ...

    def close(self) -> None: ...


class HttpDoor:
    """Calls the service through the proxy, with a key of a role."""

    def __init__(self, house: House, role: str) -> None:
        self.house, self.role = house, role
        self.connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None

    def request(self, function: str, arguments: Row) -> tuple[str, str, str | None, dict[str, str]]:
        """Method, path, body and headers of a call."""
        route = BY_FUNCTION[function]
        headers = {"Authorization": f"Bearer {self.house.keys[self.role]}"}
        rest, path = dict(arguments), route.path
        for name in arguments:
            for marker in (f"<{name}>", f"<any_text:{name}>"):
                if marker in path:
                    path = path.replace(marker, quote(str(rest.pop(name)), safe=""))
        if route.key:
            headers["Idempotency-Key"] = rest.pop(route.key)
        if route.queue and function == route.queue[0]:
            headers["Prefer"] = "respond-async"
        if route.method == "GET":
            return "GET", f"{path}?{urlencode(rest)}" if rest else path, None, headers
        headers["Content-Type"] = "application/json"
        document: Any = rest[route.document] if route.document else rest
        return route.method, path, json.dumps(document), headers

    def ask(self, function: str, arguments: Row) -> list[Row]:
        method, path, body, headers = self.request(function, arguments)
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.house.http_proxy.port, timeout=15)
                self.connection.connect()
                assert self.connection.sock
                self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            status, text = response.status, response.read()
            answer = json.loads(text)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise Lost(type(error).__name__) from None
        if status == 503:
            raise Lost("HTTP 503")
        if status >= 500 or status in (401, 403):
            self.house.fault(f"HTTP {status} of {method} {BY_FUNCTION[function].path}: {text[:300]!r}")
            raise Lost(f"HTTP {status}")
        if status >= 400 and isinstance(answer, dict) and isinstance(answer.get("error"), dict):
            raise Refused(answer["error"]["code"])
        rows: list[Row] = answer["data"] if isinstance(answer, dict) and "data" in answer else answer
        return rows if isinstance(rows, list) else [rows]


class SqlDoor:
    """Calls the functions in sessions of a role, each call a transaction at an isolation level."""

    def __init__(self, house: House, role: str, level: str) -> None:
        self.house, self.role, self.level = house, ROLE_OF_KEY[role], level
        self.connection: psycopg.Connection[Any] | None = None
        self.limits: dict[str, str] = {}

    def close(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None

    def open(self) -> psycopg.Connection[Any]:
        if self.connection is None or self.connection.closed:
            options = f"-c role={self.role} -c statement_timeout=20s -c synchronous_commit=on"
            self.connection = psycopg.connect(self.house.sql_url, autocommit=True, connect_timeout=5, options=options)
            self.connection.isolation_level = LEVELS[self.level]
        return self.connection

    def ask(self, function: str, arguments: Row) -> list[Row]:
        names = [sql.SQL("p_{} => {}").format(sql.SQL(name), cast(name)) for name in arguments]
        call = sql.SQL("select row_to_json(r)::text from api.{}({}) as r").format(
            sql.Identifier(function.replace("read_twice", "get_balance")), sql.SQL(", ").join(names)
        )
        values = [json.dumps(value) if name in DOCUMENTS else value for name, value in arguments.items()]
        try:
            connection = self.open()
            with connection.transaction():
                for name, value in self.limits.items():
                    connection.execute("select set_config(%s, %s, true)", [name, value])
                rows = connection.execute(call, values).fetchall()
                if function == "read_twice":
                    connection.execute("select pg_sleep(0.01)")
                    rows += connection.execute(call, values).fetchall()
        except psycopg.Error as error:
            raise self.read(error, function) from None
        return [json.loads(text) for (text,) in rows]

    def read(self, error: psycopg.Error, function: str) -> Exception:
        """What an error means to the caller."""
        state = error.sqlstate
        if state and state.startswith("L") and not state.startswith("LX"):
            return Refused(error.diag.constraint_name or state)
        if state is None or state.startswith(("08", "25", "57P")):  # 25: a ROLLBACK that was cancelled, too
            self.close()
        if state is not None and not state.startswith(AGAIN):
            self.house.fault(f"SQL {state} of {function}: {str(error)[:300]}")
        return Lost(state or type(error).__name__)


def cast(name: str) -> sql.SQL:
    return sql.SQL("%s::jsonb") if name in DOCUMENTS else sql.SQL("%s")


def several(house: House, role: str) -> Sequence[Door]:
    """Every door for a role."""
    return [HttpDoor(house, role), HttpDoor(house, role), *(SqlDoor(house, role, level) for level in LEVELS)]
