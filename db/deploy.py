"""Bring a cuenta database of any earlier version to today's, or say where it differs.

    python db/deploy.py                  deploy to the database in DATABASE_URL
    python db/deploy.py --check          report drift, change nothing; exit code 1 if there is any,
                                         3 if it could not be looked for
    python db/deploy.py --rollback 2     take the last two migrations back
    python db/deploy.py --dump-schema    write db/schema.sql from the deployed database
    python db/deploy.py --proxy FILE     several databases, and proxies in front of them (docs/scaling.md)

Where nothing differs, nothing is touched. Else, in one transaction, so that no session ever meets half
of a deploy and a kill leaves nothing half done:

1. db/roles.sql, if anything of it is missing (before the transaction; it does only what is missing).
2. A lock on deployment.records, which only the owner can take: several deploys may be started at once.
3. db/migrations, as yoyo orders them, with yoyo's marks and our checksums.
4. db/functions, db/triggers.sql, db/views, db/privileges.sql: what differs (db/replay.py).
5. db/reference/*.csv: rows that differ (db/reference_data.py).
6. What then stands in the catalog (db/catalog.sql) is recorded in schema deployment, for --check.

All as cuenta_owner, which is a member of cuenta_writer until just before the commit. A migration that
cannot run inside a transaction (`create index concurrently`) begins with `-- transactional: false`; it
runs after the commit, and counts only if no index is left invalid.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg import errors, pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from yoyo import internalmigrations
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import parse_uri
from yoyo.migrations import Migration, default_migration_table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # as `python db/deploy.py` does not

from db import facts, reference_data, replay
from db.facts import DB, RUN, STRUCTURE, Connection, DeployError, Facts, Files, Key, Object
from db.schema import dump_schema

__all__ = ["RUN", "DeployError", "check", "configure_database", "deploy", "dump_schema", "main", "rollback"]

LOCK_WAIT = 600.0  # seconds for another deploy
RETRY_FOR = 120.0  # seconds for traffic that holds locks
OLDEST = 15  # major version of PostgreSQL

MOVED: Key = ("database", "moved")  # no drift, but a reason to deploy

T = TypeVar("T")

# Somebody else was in the way: the same transaction may succeed the next time.
IN_THE_WAY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)
# Roles are shared by databases: the deploy of another one may write the same rows, or be the first here.
AT_ONCE = (errors.DuplicateObject, errors.DuplicateSchema, errors.DuplicateTable, errors.UniqueViolation)

BOOKKEEPING = """
create schema if not exists deployment;
comment on schema deployment is 'What db/deploy.py keeps: yoyo''s tables, and what was deployed.';
create table if not exists deployment.records (
    kind text collate "C" not null,
    name text collate "C" not null,
    fingerprint text not null,
    recorded_at timestamptz not null default now(),
    constraint records_pkey primary key (kind, name)
);
comment on table deployment.records is
'Checksums of migrations and files, and what stood in the catalog after the last deploy.';
"""
# A key of ours, or of yoyo's, in the order of a library: an upgrade of the operating system would break its index.
BY_LIBRARY = """
select format('alter table %s alter column %I type %s collate "C"', c.oid::regclass, a.attname,
    format_type(a.atttypid, a.atttypmod))
from pg_catalog.pg_index as i
inner join pg_catalog.pg_class as c on c.oid = i.indrelid
inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum = any(i.indkey::smallint[])
where c.relnamespace = 'deployment'::regnamespace and a.attcollation not in (0, '"C"'::regcollation)
"""
HOLDERS = """
select
    string_agg(
        format('process %%s (%%s, %%s, %%s)', a.pid, a.usename, nullif(a.application_name, ''), a.state),
        ', ' order by a.xact_start
    )
from (
    select distinct k.pid
    from pg_catalog.pg_locks as k
    inner join pg_catalog.pg_class as c on c.oid = k.relation
    inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where
        k.granted
        and k.pid <> pg_backend_pid()
        and k.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
        and (n.nspname || '.' || c.relname = %(table)s or (%(table)s = '' and n.nspname not like 'pg!_%%' escape '!'))
) as h
inner join pg_catalog.pg_stat_activity as a on a.pid = h.pid
"""


class _OtherDeploy(psycopg.OperationalError):
    """Another deploy holds the lock."""


@dataclass
class _Stage:
    """One deploy under way: its connection, its files, and whether it reports what it does."""

    conn: Connection
    files: Files
    quiet: bool
    refused: set[Key] = field(default_factory=set)  # units that PostgreSQL does not replace

    def say(self, text: str) -> None:
        """Print one line, at once."""
        if not self.quiet:
            _print(text)

    def insist(self, work: Callable[[], None]) -> None:
        """Do a transaction, again and again as long as others are in its way."""

        def once() -> None:
            while True:
                try:
                    return work()
                except replay.Refused as refusal:  # everything is as before: once more, dropping that first
                    self.refused.add(refusal.key)

        def patiently() -> None:
            _patiently(once, "locks that other sessions hold", RETRY_FOR, self.quiet, holders=self._holders)

        other = partial(self._holders, "deployment.records")
        what = "another deploy of this database to end"
        _patiently(patiently, what, LOCK_WAIT, self.quiet, (_OtherDeploy,), holders=other)

    def _holders(self, table: str = "") -> str:
        row = self.conn.execute(HOLDERS, {"table": table}).fetchone()
        return str(row[0]) if row and row[0] else ""


def _print(text: str, level: str = "info", file: Any = None) -> None:
    """One line; with CUENTA_LOG=json as the service writes its own."""
    if os.environ.get("CUENTA_LOG") == "json":
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        text = json.dumps({"event": text, "logger": "deploy", "level": level, "timestamp": now})
    print(text, flush=True, file=file)


class _Backend(PostgresqlPsycopgBackend):  # type: ignore[misc]
    """yoyo on our connection and in our transactions, with its tables in schema deployment."""

    _internal_schema_updated = True  # by us
    _is_locked = True  # by us; yoyo's own lock is a row, which would survive a kill

    def __init__(self, conn: Connection) -> None:
        self._given = conn
        super().__init__(parse_uri("postgresql+psycopg://"), default_migration_table)

    def connect(self, dburi: object) -> Connection:
        """Use the connection that is there."""
        return self._given

    def transaction(self, rollback_on_exit: bool = False) -> Any:
        """The deploy's own is around it."""
        return contextlib.nullcontext()

    disable_transactions = transaction


def _patiently(
    work: Callable[[], T],
    what: str,
    seconds: float,
    quiet: bool,
    passing: tuple[type[Exception], ...] = IN_THE_WAY,
    holders: Callable[[], str] | None = None,
) -> T:
    """Do something again, as long as what fails it may pass and less than `seconds` have gone by since it first did."""
    limit: float | None = None
    is_told = quiet
    while True:
        try:
            return work()
        except passing as error:
            limit = time.monotonic() + seconds if limit is None else limit
            is_late = time.monotonic() >= limit
            who = holders() if holders and (is_late or not is_told) else ""
            by = f", held by {who}" if who else ""
            if is_late:
                text = _text(error) if isinstance(error, psycopg.Error) else str(error)
                raise DeployError(f"gave up after {seconds:g} s of waiting for {what}{by}: {text}") from error
        if not is_told:
            _print(f"waiting up to {seconds:g} s for {what}{by} ...")
            is_told = True
        time.sleep(0.2)


def _text(error: psycopg.Error) -> str:
    """What PostgreSQL said, and where it happened; its hint to use CASCADE is not ours."""
    text = ": ".join([*getattr(error, "__notes__", ()), str(error).strip()])
    return text.split("\nHINT:  Use DROP")[0]


def _connect(url: str, wait: float, quiet: bool) -> Connection:
    """Wait for a server that is starting; one that answers and refuses is told at once."""
    try:
        conninfo = make_conninfo(url, application_name="cuenta deploy", connect_timeout=5, client_encoding="UTF8")
    except psycopg.ProgrammingError as error:
        raise DeployError(f"DATABASE_URL is no connection string: {_text(error)}") from None
    given = conninfo_to_dict(conninfo)
    place = f"database {given.get('dbname', '')} on {given.get('host', 'this machine')}:{given.get('port', 5432)}"

    def attempt() -> Connection:
        has_answered = pq.PGconn.ping(conninfo.encode()) == pq.Ping.OK
        try:
            return psycopg.connect(conninfo, autocommit=True)
        except psycopg.OperationalError as error:
            if has_answered:
                raise DeployError(f"cannot connect to {place}: {_text(error)}") from None
            raise

    return _patiently(attempt, place, wait, quiet, (psycopg.OperationalError,))


def _require_support(conn: Connection) -> None:
    """Refuse a server or a database that cannot hold cuenta."""
    version = conn.info.server_version // 10000
    encoding = conn.info.parameter_status("server_encoding")
    if version < OLDEST:
        raise DeployError(f"the server is PostgreSQL {version}, and cuenta needs {OLDEST} or later: upgrade it")
    if encoding != "UTF8":
        raise DeployError(
            f"database {conn.info.dbname} has the encoding {encoding}, and cuenta needs UTF8: make another one with "
            "create database NAME encoding 'UTF8' locale 'C' template template0"
        )


@contextlib.contextmanager
def _session(url: str, *, wait: float, quiet: bool, files: Files) -> Iterator[_Stage]:
    """A connection to work on; whatever PostgreSQL says becomes a DeployError."""
    conn = _connect(url, wait, quiet)
    try:
        _require_support(conn)
        conn.execute("set statement_timeout = 0")
        conn.execute("set lock_timeout = '300ms'")  # well below deadlock_timeout: we are to give way
        yield _Stage(conn, files, quiet)
    except psycopg.Error as error:
        lost = f"the connection was lost, {RUN} again: " if conn.broken else ""
        raise DeployError(lost + _text(error)) from error
    finally:
        conn.close()


# -- looking ---------------------------------------------------------------------------------------


@dataclass
class _Look:
    """What was deployed, what stands, and a message for each difference."""

    recorded: Facts
    objects: list[Object]
    standing: Facts
    found: dict[Key, str]

    @property
    def is_due(self) -> bool:
        """Whether a deploy has anything to do: what only migrations make it leaves alone."""
        return self.has_moved or any(kind not in STRUCTURE for kind, _ in self.found)

    @property
    def has_moved(self) -> bool:
        """Whether this is another server or database than the last deploy's: all is made anew, to be known."""
        return facts.has_moved(self.recorded, self.standing)


def _look(conn: Connection, files: Files) -> _Look:
    """Compare, within a transaction of cuenta_owner."""
    recorded, standing, objects = facts.recorded(conn), files.checksums, facts.catalog(conn)
    is_deployed = any(kind == "file" for kind, _ in recorded)  # else no deploy got that far
    if is_deployed:
        standing = standing | facts.fingerprints(objects)
    found = facts.differences(recorded, standing)
    if is_deployed:
        found |= facts.wrong_owners(objects)
        deployed = [unit for unit in files.units if ("file", unit.source) not in found]
        found = facts.other_bodies(conn, deployed) | found
        rows = reference_data.differences(conn, files.root)
        for _, name in rows:  # what a file says is told once
            found.pop(("row", name), None)
        found |= rows
    return _Look(recorded, objects, standing, found)


def _look_only(stage: _Stage) -> dict[Key, str]:
    """What differs, without a lock and without a write."""
    conn = stage.conn
    with conn.transaction():
        conn.execute("set transaction isolation level repeatable read, read only")
        try:
            conn.execute(facts.read(DB / "roles.sql"))
            conn.execute("set local role cuenta_owner")
        except errors.InsufficientPrivilege:
            raise
        except (errors.InvalidParameterValue, errors.ReadOnlySqlTransaction):
            text = f"the roles or the database's settings and rights are not what db/roles.sql makes them: {RUN}"
            return {("roles", ""): text}
        strange = facts.wrong_owners(facts.catalog(conn))
        if any(name in ("schema deployment", "table deployment.records") for _, name in strange):
            return strange  # as after a restore without owners: the owner cannot look
        if conn.execute("select to_regclass('deployment.records')").fetchone() == (None,):
            return {("database", ""): f"this database was never deployed: {RUN}"}
        look = _look(conn, stage.files)
        return look.found | ({MOVED: ""} if look.has_moved else {})


def _warnings(conn: Connection) -> list[str]:
    """What is no drift, and still worth a person's attention."""
    row = conn.execute(
        "select d.datcollversion, pg_database_collation_actual_version(d.oid)"
        " from pg_database as d where d.datname = current_database()"
    ).fetchone()
    then, now = row or (None, None)
    if not then or not now or then == now:
        return []
    return [
        f"warning: the database sorts by version {then} of its collation library, the server has {now}: ids and keys "
        f"compare by bytes and are safe; reindex what else holds text, then `alter database {conn.info.dbname} refresh "
        "collation version`"
    ]


# -- deploying -------------------------------------------------------------------------------------


def configure_database(conn: Connection) -> None:
    """Run db/roles.sql, which does what is missing. Needed again in a copy of a database."""
    work = partial(conn.execute, facts.read(DB / "roles.sql"))
    passing = (*IN_THE_WAY, *AT_ONCE, errors.InternalError_)
    try:
        _patiently(work, "another deploy that makes the roles", 30.0, quiet=True, passing=passing)
    except errors.InsufficientPrivilege as error:
        raise _for_a_dba(conn, error) from error


def _for_a_dba(conn: Connection, error: psycopg.Error) -> DeployError:
    return DeployError(
        f"login {conn.info.user} may not make the roles and set up the database ({_text(error)}). "
        "Let a DBA run once:\n"
        f"    psql -d {conn.info.dbname} -c \"set cuenta.deploy_login = '{conn.info.user}'\" -f db/roles.sql"
    )


def _prepare(stage: _Stage) -> None:
    """Roles, and the table that is locked."""
    configure_database(stage.conn)

    def make() -> None:
        with stage.conn.transaction():
            replay.take_back(stage.conn)
            stage.conn.execute("set local role cuenta_owner")
            if stage.conn.execute("select to_regclass('deployment.records')").fetchone() == (None,):
                stage.conn.execute(BOOKKEEPING)

    _patiently(make, "another deploy that begins", 30.0, quiet=True, passing=(*IN_THE_WAY, *AT_ONCE))


@contextlib.contextmanager
def _as_owner(stage: _Stage) -> Iterator[_Backend]:
    """A transaction of cuenta_owner that holds the deploy's lock, with yoyo's tables in place."""
    conn = stage.conn
    with conn.transaction():
        conn.execute("set local role cuenta_owner")
        try:
            conn.execute("lock table deployment.records in share row exclusive mode")
        except errors.LockNotAvailable as error:
            raise _OtherDeploy(_text(error)) from error
        conn.execute("set local check_function_bodies = off")
        backend = _Backend(conn)
        with _yoyo_tables(conn):
            if internalmigrations.needs_upgrading(backend):
                internalmigrations.upgrade(backend)
        for (statement,) in conn.execute(BY_LIBRARY).fetchall():
            conn.execute(statement)
        yield backend


@contextlib.contextmanager
def _yoyo_tables(conn: Connection) -> Iterator[None]:
    """Where yoyo looks for its tables."""
    before = conn.execute("show search_path").fetchone()
    conn.execute("set local search_path = deployment")
    yield
    conn.execute("select set_config('search_path', %s, true)", before)


@contextlib.contextmanager
def _as_writer(stage: _Stage) -> Iterator[None]:
    """Make cuenta_owner a member of cuenta_writer, until just before the commit."""
    conn = stage.conn
    options = " with inherit true, set true" if conn.info.server_version >= 160000 else ""
    conn.execute("set local role none")
    try:
        conn.execute(f"grant cuenta_writer to cuenta_owner{options}")
    except errors.InsufficientPrivilege as error:
        raise _for_a_dba(conn, error) from error
    conn.execute("set local role cuenta_owner")
    yield
    conn.execute("set local role none")
    replay.end_memberships(conn)
    conn.execute("set local role cuenta_owner")


def _deploy_once(stage: _Stage) -> None:
    conn, files = stage.conn, stage.files
    with _as_owner(stage) as backend:
        look = _look(conn, files)
        if not look.is_due:  # another deploy was faster
            return
        before = facts.fingerprints(look.objects)
        with _as_writer(stage):
            if _migrate(stage, backend):
                look = _look(conn, files)
            has_moved = replay.settle_owners(conn, look.objects)
            _replay(stage, look)
            objects = facts.catalog(conn)
            has_moved |= replay.settle_owners(conn, objects)
            standing = {key for key in facts.fingerprints(objects) if key[0] not in facts.GRANTED}
            known = {key for key in look.recorded if key[0] not in (*facts.GRANTED, "file", "migration")}
            if has_moved or stage.refused or replay.are_privileges_due(look.found.keys(), known, standing):
                replay.replay_privileges(conn, files)
            conn.execute("set local role cuenta_writer")
            written = reference_data.merge(conn, files.root)
            conn.execute("set local role cuenta_owner")
            if written:
                stage.say(f"reference data: {written} rows")
        _keep(stage, before)


def _replay(stage: _Stage, look: _Look) -> None:
    """Replay what has changed, in its file or by hand."""
    sources = {unit.source: (unit.kind, unit.name) for unit in stage.files.units}
    todo = {facts.unit_key(*key) for key in look.found if key[0] in facts.REPLAYED} & set(sources.values())
    todo |= {sources[name] for kind, name in look.found if kind == "file" and name in sources}
    if look.has_moved:
        todo |= set(sources.values())
    replay.replay(stage.conn, stage.files, todo, stage.refused, stage.say)


def _keep(stage: _Stage, before: Facts) -> None:
    """Record what was deployed. What only migrations make is recorded as they left it, not as a hand did."""
    conn = stage.conn
    recorded = facts.recorded(conn)
    standing = facts.fingerprints(facts.catalog(conn))
    known = recorded.keys() | before.keys() | standing.keys()
    for key in known if any(kind == "file" for kind, _ in recorded) else ():
        if key[0] in STRUCTURE and before.get(key) == standing.get(key):
            if key not in recorded:
                standing.pop(key, None)
            elif not facts.is_same(recorded[key], standing.get(key)):
                standing[key] = recorded[key]
    now = standing | {key: text for key, text in stage.files.checksums.items() if key[0] == "file"}
    for kind, name in recorded.keys() - now.keys():
        if kind != "migration":
            conn.execute("delete from deployment.records as r where r.kind = %s and r.name = %s", [kind, name])
    facts.record(conn, now)


# -- migrations ------------------------------------------------------------------------------------


def _pending(stage: _Stage, backend: _Backend) -> list[Migration]:
    """The migrations to come; refused if those before are not the ones that were applied."""
    checksums = stage.files.checksums
    applied = {key: text for key, text in facts.recorded(stage.conn).items() if key[0] == "migration"}
    problems = facts.differences(applied, {key: checksums[key] for key in applied.keys() & checksums.keys()})
    if problems:
        raise DeployError("nothing was deployed:\n    " + "\n    ".join(problems.values()))
    with _yoyo_tables(stage.conn):
        pending = list(backend.to_apply(stage.files.migrations))
    for migration in pending:
        migration.load()
    return pending


def _migrate(stage: _Stage, backend: _Backend) -> bool:
    """Run what can be in a transaction; answer whether there was anything."""
    due = [migration for migration in _pending(stage, backend) if migration.use_transactions]
    for migration in due:
        stage.say(f"migration {migration.id}")
        with replay.noted(f"migration {migration.id} failed, nothing was deployed"):
            migration.process_steps(backend, "apply")
        _mark(stage, backend, migration)
    return bool(due)


def _mark(stage: _Stage, backend: _Backend, migration: Migration) -> None:
    with _yoyo_tables(stage.conn):
        backend.mark_one(migration, log=False)
    key = ("migration", str(migration.id))
    facts.record(stage.conn, {key: stage.files.checksums[key]})


def _migrate_alone(stage: _Stage, url: str) -> None:
    """Run what refuses a transaction, while another connection holds the lock: each may be run again."""
    with stage.conn.transaction():
        stage.conn.execute("set local role cuenta_owner")
        waiting = _pending(stage, _Backend(stage.conn))
    if not waiting:
        return
    for migration in waiting:
        with _session(url, wait=0, quiet=stage.quiet, files=stage.files) as other:
            other.insist(partial(_alone_once, stage, other, migration))


def _alone_once(stage: _Stage, other: _Stage, migration: Migration) -> None:
    with _as_owner(other) as backend:
        if migration.id not in {found.id for found in _pending(other, backend)}:  # another deploy was faster
            return
        # A query with arguments keeps its snapshot until the next one, and the index would wait for that.
        other.conn.execute("set local statement_timeout = 0")
        before = _run_alone(stage, migration)
        _mark(other, backend, migration)
        _keep(other, before)


def _run_alone(stage: _Stage, migration: Migration) -> Facts:
    """Run it without a transaction, which would wait for whoever looks; answer what stood before.

    What it names is its own, also where a deploy that was killed had come so far.
    """
    text = facts.read(Path(migration.path))
    with stage.conn.transaction():
        stage.conn.execute("set local role cuenta_owner")
        before = facts.fingerprints(facts.catalog(stage.conn))
        known = facts.recorded(stage.conn).keys() | before.keys()
    before |= {(kind, name): "its own" for kind, name in known if name.split(".")[-1] in text}
    stage.say(f"migration {migration.id}, alone")
    stage.conn.execute("set role cuenta_owner")
    with replay.noted(f"migration {migration.id} failed, {RUN} again"):
        stage.conn.execute("set lock_timeout = 0")  # it waits without holding anybody up
        _drop_invalid(stage)
        migration.process_steps(_Backend(stage.conn), "apply")
    invalid = _invalid_indexes(stage.conn)
    if invalid:
        raise DeployError(f"migration {migration.id} left an index that is not valid: {', '.join(invalid)}")
    return before


def _invalid_indexes(conn: Connection) -> list[str]:
    rows = conn.execute(
        "select i.indexrelid::regclass::text from pg_index as i join pg_class as c on c.oid = i.indexrelid"
        " join pg_namespace as n on n.oid = c.relnamespace"
        " where not i.indisvalid and n.nspowner = 'cuenta_owner'::regrole"
    )
    return [name for (name,) in rows]


def _drop_invalid(stage: _Stage) -> None:
    for name in _invalid_indexes(stage.conn):
        stage.say(f"index {name} was left half made, dropped")
        stage.conn.execute(f"drop index concurrently {name}")


# -- commands --------------------------------------------------------------------------------------


def deploy(url: str, *, wait: float = 30.0, quiet: bool = False, root: Path = DB) -> None:
    """Bring the database to what the files below `root` say. Raises DeployError."""
    with _session(url, wait=wait, quiet=quiet, files=Files(root)) as stage:
        for text in _warnings(stage.conn):
            stage.say(text)
        found = _found(stage)
        left = [text for (kind, _), text in found.items() if kind in STRUCTURE]
        if len(found) == len(left):
            stage.say(f"nothing differs: database {stage.conn.info.dbname}")
        else:
            _prepare(stage)
            stage.insist(partial(_deploy_once, stage))
            _migrate_alone(stage, url)
            stage.say(f"deployed: database {stage.conn.info.dbname}")
        for text in left:
            stage.say(f"warning: {text}")


def _found(stage: _Stage) -> dict[Key, str]:
    try:
        return _patiently(partial(_look_only, stage), "locks that other sessions hold", RETRY_FOR, stage.quiet)
    except errors.InsufficientPrivilege:  # no member of cuenta_owner yet
        return {("roles", ""): ""}


def check(url: str, *, wait: float = 30.0, quiet: bool = True, root: Path = DB) -> list[str]:
    """Where the database differs from the files: one message each. Changes nothing. Raises DeployError."""
    with _session(url, wait=wait, quiet=quiet, files=Files(root)) as stage:
        for text in _warnings(stage.conn):
            stage.say(text)
        try:
            return [text for key, text in _look_only(stage).items() if key != MOVED]
        except errors.InsufficientPrivilege:
            login = stage.conn.info.user
            raise DeployError(
                f"login {login} may not look, as it is no member of cuenta_owner, which sees everything and may change "
                f"it: check with the login that deploys, or grant cuenta_owner to {login}"
            ) from None


def rollback(url: str, number: int, *, wait: float = 30.0, quiet: bool = False, root: Path = DB) -> list[str]:
    """Take the last `number` migrations back, in one transaction; answer their names.

    Functions, triggers and views go as well: deploy from the older checkout afterwards.
    """
    with _session(url, wait=wait, quiet=quiet, files=Files(root)) as stage:
        _prepare(stage)
        done: list[str] = []
        stage.insist(partial(_roll_back, stage, number, done))
        return done


def _roll_back(stage: _Stage, number: int, done: list[str]) -> None:
    with _as_owner(stage) as backend:
        with _yoyo_tables(stage.conn):
            chosen = list(backend.to_rollback(stage.files.migrations))[: max(number, 0)]
        missing = [f"{m.id}.rollback.sql" for m in chosen if not Path(m.path).with_suffix(".rollback.sql").exists()]
        unknown = facts.recorded(stage.conn).keys() - stage.files.checksums.keys()
        missing += [f"{name}.sql" for kind, name in unknown if kind == "migration"]
        if missing:
            raise DeployError(f"nothing was rolled back, these files are missing: {', '.join(missing)}")
        with replay.noted("rollback failed, nothing was rolled back"):
            stage.conn.execute("delete from deployment.records where kind <> 'migration'")
            replay.drop_all(stage.conn)
            for migration in chosen:
                stage.say(f"migration {migration.id}: rolling back")
                migration.process_steps(backend, "rollback")
                with _yoyo_tables(stage.conn):
                    backend.unmark_one(migration, log=False)
    done[:] = [str(migration.id) for migration in chosen]


def _main_of_cluster(options: argparse.Namespace) -> int:
    from db.proxy import cluster

    try:
        if options.check:
            found = cluster.check_cluster(options.proxy, wait=options.wait)
            for text in found or ["no drift: cells and proxies are what the files say"]:
                _print(text, "warning" if found else "info")
            return int(found != [])
        cluster.deploy_cluster(options.proxy, quiet=options.quiet, wait=options.wait)
    except (DeployError, OSError, UnicodeError, csv.Error) as error:
        _print(f"error: {error}", "error", sys.stderr)
        return 3 if options.check else 1
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; answer the exit code."""
    parser = argparse.ArgumentParser(prog="python db/deploy.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--database", metavar="URL", help="instead of DATABASE_URL")
    parser.add_argument("--proxy", metavar="FILE", type=Path, help="several databases and proxies: docs/scaling.md")
    parser.add_argument("--wait", type=float, default=30.0, metavar="S", help="for a starting database (30)")
    parser.add_argument("--quiet", action="store_true", help="say nothing unless it fails")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="report drift, change nothing")
    what.add_argument("--rollback", type=int, metavar="N", help="take the last N migrations back")
    what.add_argument("--dump-schema", nargs="?", const=str(DB / "schema.sql"), metavar="FILE", help="- is stdout")
    options = parser.parse_args(arguments)
    if options.proxy:
        return _main_of_cluster(options)
    url = options.database or os.environ.get("DATABASE_URL")
    if not url:
        parser.error("set DATABASE_URL, for example postgresql://user@localhost/cuenta, or give --database")
    try:
        if options.check:
            found = check(url, wait=options.wait, quiet=options.quiet)
            for text in found or ["no drift: the database is what the files say"]:
                _print(text, "warning" if found else "info")
            return 1 if found else 0
        if options.dump_schema == "-":
            print(dump_schema(url), end="")
        elif options.dump_schema:
            Path(options.dump_schema).write_text(dump_schema(url))
        elif options.rollback is not None:
            rollback(url, options.rollback, wait=options.wait, quiet=options.quiet)
        else:
            deploy(url, wait=options.wait, quiet=options.quiet)
    except (DeployError, OSError, UnicodeError, csv.Error) as error:  # the last three: a file that cannot be read
        _print(f"error: {error}", "error", sys.stderr)
        return 3 if options.check else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
