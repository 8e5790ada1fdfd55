"""The service's connections to the database: a pool, the role they act as, the limits they have, and who may wait."""

import os
import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors, pq, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import error_from_result
from psycopg_pool import ConnectionPool, PoolTimeout

ROLES = ("cuenta_app", "cuenta_operator")  # that the service may act as: of machines, or of people, too
THREADS = int(os.environ.get("CUENTA_THREADS", "4"))  # of a process that can be busy in the database, a connection each
REQUESTS = 16 * THREADS  # of a process that are with the database or wait for it; more are told to come again
BODIES = 8 * THREADS  # that a process reads at once; whoever sends one slowly keeps a thread waiting
SHARE = max(1, THREADS // 2)  # of the connections, for writes that concern one restaurant: the rest is for others
PATIENCE = 1.5  # seconds that a write waits for those before it that concern the same restaurant


class Connection(psycopg.Connection[Any]):
    """A connection that knows the statements that are prepared on it, with their names."""

    prepared: dict[bytes, bytes] | None  # None: nothing is, as a pooler may hand each transaction another session


class Pool(ConnectionPool[Connection]):
    """A pool with a connection for every thread, which heals after the database was away."""

    def __init__(self, database_url: str, role: str | None = None, size: int = THREADS) -> None:
        self.gate = Gate(REQUESTS, SHARE, PATIENCE)
        self._url, self.role, self._lock_of_others = database_url, role or service_role(), threading.Lock()
        self._others: dict[str, Pool] = {}  # by role
        super().__init__(
            with_role(database_url, self.role),
            connection_class=Connection,
            kwargs={"autocommit": True, "prepare_threshold": None},
            min_size=size,
            max_size=THREADS,
            configure=self._prepare_nothing_yet,
            check=self._look,
            timeout=float(os.environ.get("CUENTA_POOL_TIMEOUT", "5")),
            reconnect_timeout=5,  # then a new request starts afresh, instead of ever longer pauses
            open=True,
        )

    def _prepare_nothing_yet(self, connection: Connection) -> None:
        connection.prepared = None if os.environ.get("CUENTA_PREPARE") == "no" else {}

    def _look(self, connection: Connection) -> None:
        """Without a round trip: one read takes the server's parting words if any, the next finds it gone."""
        try:
            connection.pgconn.consume_input()
            connection.pgconn.consume_input()
        except psycopg.OperationalError:
            self.drain()  # the others will be gone, too; one by one the pool would pause ever longer
            raise

    def acting_as(self, role: str) -> "Pool":
        """The pool whose connections act as this role: opened when it is first needed, then kept."""
        if role == self.role:
            return self
        if not (pool := self._others.get(role)):
            with self._lock_of_others:
                pool = self._others.get(role) or Pool(self._url, role, size=1)
                pool.gate = self.gate
                self._others[role] = pool
        return pool

    def close(self, timeout: float = 5) -> None:
        """Close this pool and those of the other roles."""
        for pool in self._others.values():
            pool.close(timeout)
        super().close(timeout)

    def look(self, statements: Iterable[bytes]) -> tuple[str | None, str | None]:
        """What keeps the service from working, if anything, and what somebody should look at, if anything."""
        with self.connection(timeout=2) as connection:
            try:
                for statement in statements:
                    _finish(connection, connection.pgconn.prepare(b"", statement))
                status = connection.execute(
                    "select s.is_writable, s.collation_warning from api.get_service_status() as s"
                )
            except psycopg.ProgrammingError as error:
                return f"this version of the service does not fit the database: {error}", None
            is_writable, warning = status.fetchone() or (False, None)
        return None if is_writable else "the database is read-only", warning

    def call(self, statement: bytes, values: Sequence[Any], *, is_read: bool = False) -> tuple[bytes, ...]:
        """The one row of a statement, in a transaction of its own that is over when this returns."""
        texts: Any = [_literal(value) for value in values]
        connection = self.getconn()
        try:
            if not is_read:
                return _execute(connection, statement, texts)
            _finish(connection, connection.pgconn.exec_(b"begin read only"))
            try:
                return _execute(connection, statement, texts)
            finally:  # nothing was written, so there is nothing to roll back
                if connection.pgconn.status == pq.ConnStatus.OK:
                    connection.pgconn.exec_(b"commit")
        finally:
            self.putconn(connection)


def _literal(value: Any) -> bytes | None:
    """An argument (a text, a number as text, a boolean, a list of texts, None) as PostgreSQL reads it."""
    if isinstance(value, list):
        value = "{" + ",".join('"' + re.sub(r'(["\\])', r"\\\1", v) + '"' for v in value) + "}"
    return None if value is None else str(value).encode()


def _execute(connection: Connection, statement: bytes, values: list[bytes]) -> tuple[bytes, ...]:
    """Straight through libpq: what psycopg does around a statement costs as much as the request's other parts."""
    pgconn, prepared = connection.pgconn, connection.prepared
    if prepared is None:
        result = pgconn.exec_params(statement, values)
    else:
        if not (name := prepared.get(statement)):
            name = b"cuenta_%d" % len(prepared)
            _finish(connection, pgconn.prepare(name, statement))
            prepared[statement] = name
        result = pgconn.exec_prepared(name, values)
    _finish(connection, result)
    if result.ntuples != 1:
        raise psycopg.InterfaceError(f"{result.ntuples} rows where one is due")
    return tuple(result.get_value(0, column) or b"" for column in range(result.nfields))


def _finish(connection: Connection, result: pq.abc.PGresult) -> None:
    """Raise what went wrong, as psycopg does."""
    if result.status in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
        return
    if connection.pgconn.status != pq.ConnStatus.OK:
        raise psycopg.OperationalError(f"the connection was lost: {result.get_error_message()}")
    raise error_from_result(result)


class Gate:
    """Who may wait for the database: a bounded number, and few of them for the same name (a restaurant).

    Who waits here holds no connection, so that one locked account leaves some to everybody else; and what is not
    let in at all leaves the server a thread for /health.
    """

    def __init__(self, room: int, share: int, patience: float) -> None:
        self._room, self._share, self._patience = room, share, patience
        self._lock = threading.Lock()
        self._inside = 0
        self._queues: dict[str, tuple[threading.Semaphore, list[None]]] = {}  # and one None for each that uses it

    def _queue(self) -> tuple[threading.Semaphore, list[None]]:
        return threading.Semaphore(self._share), []

    @contextmanager
    def enter(self, names: Iterable[str]) -> Iterator[None]:
        """Be inside with these names; PoolTimeout if there is no room, or others with the names stay too long."""
        names, passed = sorted(names), list[threading.Semaphore]()  # in one order, so that nobody waits in a circle
        with self._lock:
            if self._inside >= self._room:
                raise PoolTimeout(f"{self._room} requests are waiting already")
            self._inside += 1
            queues = [self._queues.get(n) or self._queues.setdefault(n, self._queue()) for n in names]
            for _, users in queues:
                users.append(None)
        try:
            end = time.monotonic() + self._patience
            for semaphore, _ in queues:
                if not semaphore.acquire(timeout=max(0.0, end - time.monotonic())):
                    raise PoolTimeout("others wait for the same restaurant")
                passed.append(semaphore)
            yield
        finally:
            for semaphore in passed:
                semaphore.release()
            with self._lock:
                self._inside -= 1
                for name, (_, users) in zip(names, queues, strict=True):
                    users.pop()
                    if not users:
                        del self._queues[name]


def service_role() -> str:
    """The role that the service acts as: CUENTA_ROLE, unless that is one it must not have."""
    role = os.environ.get("CUENTA_ROLE") or ROLES[0]
    if role not in ROLES:
        raise ValueError(f"CUENTA_ROLE is {role}, but the service acts as {' or '.join(ROLES)}")
    return role


def find_login_fault(database_url: str, *roles: str) -> str | None:
    """Why the login may not act as one of the roles, and what to do; None if it may. Raises OperationalError if the
    database does not answer, which a server that was just starting does not, either."""
    for role in roles:
        try:
            psycopg.connect(with_role(database_url, role), connect_timeout=5).close()
        except psycopg.OperationalError as refused:
            with psycopg.connect(database_url, connect_timeout=5) as connection:
                try:
                    connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
                except (errors.InsufficientPrivilege, errors.InvalidParameterValue):
                    login = connection.info.user
                    return (
                        f"{login} may not act as {role}: {refused}\n"
                        f"Deploy first (python db/deploy.py); then, as an administrator: grant {role} to {login};"
                    )
            raise
    return None


def with_role(database_url: str, role: str) -> str:
    """The URL with a role of ours, so that not even a superuser has more rights, and the service's limits."""
    limits = {"statement_timeout": "60s", "lock_timeout": "1500ms", "idle_in_transaction_session_timeout": "60s"}
    settings = {name: os.environ.get(f"CUENTA_{name.upper()}", value) for name, value in limits.items()}
    # What is answered is on the disk, whatever the server's or the login's default is.
    settings |= {"synchronous_commit": os.environ.get("CUENTA_SYNCHRONOUS_COMMIT", "on")}
    options = [f"-c {k}={v}" for k, v in (settings | {"role": role, "timezone": "UTC"}).items()]
    options.insert(0, str(conninfo_to_dict(database_url).get("options") or ""))
    more = {"application_name": "cuenta", "client_encoding": "UTF8"}
    return make_conninfo(database_url, options=" ".join(options), **more)
