"""Move cells to other servers, or split them, while they are used.

    python db/proxy/move.py NOW.toml NEXT.toml           from the cells of one file to those of the other
    python db/proxy/move.py NOW.toml NEXT.toml --undo    give up what was begun

Both are files of db/deploy.py --proxy, with the same proxies. A cell of NEXT.toml that is not in NOW.toml is
filled from the one that has its restaurants now: all of them, and it is moved, or those whose hash is its own, and
that one is split. Its database is there, and empty. docs/scaling.md has the steps.

1. The new databases are deployed, and follow the old ones by logical replication, however long the copy takes.
2. When they are near: writing to the old ones is refused (503, for those cells alone), the last of it is waited for,
   sums are compared, numberings go on, the proxies are told. Seconds.
3. The old databases stay as they are, read only.

Until the new ones are opened in step 2 whatever fails is undone; only a kill -9 leaves the copy going, and the same
call goes on with it. From there on it is never undone, and the same call ends it.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))  # as `python db/proxy/move.py` does not

from db import deploy as single
from db.facts import DeployError
from db.proxy import cluster as cells
from db.proxy.cluster import Cell, Cluster, Connection

CLOSED = 1.5  # seconds of closed doors for the last of it to arrive; then they are opened, and it is tried again
ATTEMPTS = 10
PATIENCE = 60.0  # seconds in which nothing comes, until it is given up
LOCK = 0x6D6F7665  # of the call that moves cells of a cluster, in its first proxy
NEAR = 1 << 20  # bytes of log that may be missing before doors are closed

# Everything but which cell it is. Of a cell that is split its halves get their restaurants' rows, and all of what
# has no restaurant, except:
TABLES = """
select format('%I.%I', n.nspname, c.relname) as name,
    exists (
        select 1 from pg_attribute as a
        where a.attrelid = c.oid and a.attname = 'restaurant_id' and not a.attisdropped
    ) as is_filtered
from pg_class as c inner join pg_namespace as n on c.relnamespace = n.oid
where n.nspname in ('ledger', 'access', 'inbound', 'outbound') and c.relkind in ('r', 'p')
    and c.relname <> 'cell'
order by 1
"""
OF_THE_FIRST = {"outbound.deliveries"}  # once: by the half that keeps the number
OF_NO_HALF = {"ledger.seals", "ledger.journal_seals", "ledger.account_seals"}  # they seal the whole

SEQUENCES = """
select format('%I.%I', s.schemaname, s.sequencename), s.last_value from pg_sequences as s
where s.schemaname in ('ledger', 'access', 'inbound', 'outbound') and s.last_value is not null
"""
# What both sides must agree on before the new one is opened: each entry has moved one of these.
SUMS = """
select a.currency, count(*), sum(a.balance), sum(a.reserved), sum(a.held), sum(a.last_entry_seq)
from ledger.account_balances as a where {} group by a.currency order by a.currency
"""
# Sessions that began before the doors were closed, and may still write.
WRITERS = """
select a.pid from pg_stat_activity as a
where a.datname = current_database() and a.pid <> pg_backend_pid() and a.backend_start <= %s
    and a.backend_type not in ('walsender', 'autovacuum worker')
"""


class Opened(DeployError):
    """It has failed where it cannot be undone."""


@dataclass(frozen=True)
class Move:
    """What is to be: a cell filled from another one."""

    source: Cell
    target: Cell
    siblings: tuple[Cell, ...]  # those that the same source is split into, without this one

    @property
    def name(self) -> str:
        """Of its publication, subscription and slot."""
        return f"cuenta_move_{self.target.number}_of_{self.target.of}"

    @property
    def is_first(self) -> bool:
        return self.target.number == self.source.number

    @property
    def filter(self) -> str:
        """Which rows it gets, in what a row filter may say: by the last digits of the 32 bits. Rows without a
        restaurant of the cell (as of one that is none) go to the first."""
        if not self.siblings:
            return "true"
        digits = next(n for n in (1, 2, 3) if 16**n >= max(c.of for c in (self.target, *self.siblings)))
        chosen = self.siblings if self.is_first else (self.target,)
        values = [f"'{v:0{digits}x}'" for v in range(16**digits) if any(v & (c.of - 1) == c.number for c in chosen)]
        does = "not in" if self.is_first else "in"
        return f"substr(md5(restaurant_id), {9 - digits}, {digits}) {does} ({', '.join(values)})"

    def __str__(self) -> str:
        return f"{self.source.name} to {self.target.name}"


def plan(now: Cluster, after: Cluster) -> list[Move]:
    """What has to be moved. Raises DeployError where it cannot be."""
    if not now.proxies or set(now.proxies) != set(after.proxies):
        raise DeployError(
            "both files must name the same proxies, at least one: those that are not told go on as before"
        )
    here = {(cell.number, cell.of, place(cell)): cell for cell in now.cells}
    new = [cell for cell in after.cells if (cell.number, cell.of, place(cell)) not in here]
    of: dict[Cell, Cell] = {}
    for cell in new:
        sources = [old for old in now.cells if old.of <= cell.of and cell.number & (old.of - 1) == old.number]
        if not sources:
            raise DeployError(
                f"{cell.name}: its restaurants are in several cells: cells are moved or split, not joined"
            )
        if place(cell) in {place(old) for old in now.cells}:
            raise DeployError(f"{cell.name} is a cell that is used now: a new one needs a database of its own")
        of[cell] = sources[0]
    return [Move(of[c], c, tuple(o for o in new if o != c and of[o] == of[c])) for c in new]


def place(cell: Cell) -> tuple[str, ...]:
    """Where a cell is."""
    return tuple(cell.address.get(key, "") for key in ("host", "port", "dbname"))


@contextmanager
def session(cell: Cell) -> Iterator[Connection]:
    """A session that commits each statement, for good, and writes where doors are closed to others."""
    given = conninfo_to_dict(cell.url).get("options", "")
    options = f"{given} -c default_transaction_read_only=off -c synchronous_commit=on"
    with cells.connected(make_conninfo(cell.url, options=options), cell.name) as conn:
        conn.autocommit = True
        yield conn


@contextmanager
def alone(now: Cluster) -> Iterator[None]:
    """One call at a time moves cells of a cluster: another one would take its copies for left ones."""
    with cells.connected(now.proxies[0], "the first proxy") as conn:
        conn.autocommit = True
        if not one(conn, "select pg_try_advisory_lock(%s)", LOCK):
            raise DeployError("another call is moving cells of this cluster: wait for it, or end it")
        yield


def one(conn: Connection, query: str, *args: Any) -> Any:
    """The value of a statement that has one."""
    row = conn.execute(query, args or None).fetchone()
    return row[0] if row else None


# -- how far it is ---------------------------------------------------------------------------------


def is_closed(conn: Connection) -> bool:
    """Whether new sessions of the database write nothing unless they say so."""
    return bool(
        one(
            conn,
            "select exists (select from pg_db_role_setting as s"
            " inner join pg_database as d on s.setdatabase = d.oid where d.datname = current_database()"
            " and s.setrole = 0 and 'default_transaction_read_only=on' = any(s.setconfig))",
        )
    )


def state_of(move: Move) -> str:
    """Of the new database: empty, copying, or open."""
    with session(move.target) as conn:
        closed = is_closed(conn)
        if closed and one(conn, "select exists (select from pg_subscription as s where s.subname = %s)", move.name):
            return "copying"
        used = "select exists (select from {}) or exists (select from {}) or exists (select from {})"
        if one(conn, "select to_regclass('ledger.restaurants')") is None or not one(
            conn, used.format("ledger.restaurants", "ledger.processor_events", "ledger.event_rejections")
        ):
            return "empty"
        if closed:
            raise DeployError(f"{move.target.name}: half filled by what was given up: make this database anew")
    return "open"


def require_room(moves: Sequence[Move]) -> None:
    """Refuse servers that cannot do it, with the setting that is to be changed."""
    for source in {m.source for m in moves}:
        count = sum(m.source == source for m in moves)
        with session(source) as conn:
            if one(conn, "show wal_level") != "logical":
                raise DeployError(
                    f"{source.name}: its server needs wal_level = logical: alter system set it, and restart it"
                )
            for name, used in (
                ("max_replication_slots", "pg_replication_slots"),
                ("max_wal_senders", "pg_stat_replication"),
            ):
                free = one(conn, f"select current_setting('{name}')::integer - (select count(*) from {used})")
                if free < count + 1:
                    raise DeployError(f"{source.name}: {free} of {name} are free, and {count + 1} are needed: raise it")
            if one(conn, "select count(*) from pg_prepared_xacts as p where p.database = current_database()"):
                raise DeployError(f"{source.name} has prepared transactions: commit or roll them back")
    for target in {m.target.address["host"] + m.target.address["port"]: m.target for m in moves}.values():
        count = sum(place(m.target)[:2] == place(target)[:2] for m in moves)
        with session(target) as conn:
            free = one(
                conn,
                "select current_setting('max_logical_replication_workers')::integer"
                " - (select count(*) from pg_subscription as s where s.subenabled and s.subname <> all(%s))",
                [m.name for m in moves],
            )
            if free < count + 1:
                raise DeployError(
                    f"{target.name}: {free} of max_logical_replication_workers are free, {count + 1} needed: raise it"
                )


# -- copying ---------------------------------------------------------------------------------------


def begin(move: Move, made: cells.Generated, password: str) -> None:
    """Deploy the new database, empty it of what comes with the copy, and let it follow."""
    with session(move.target) as conn:  # a call before this one may have been killed here
        conn.execute(set_doors(conn, "reset default_transaction_read_only"))
    single.deploy(move.target.url, quiet=True)
    cells.number_cell(move.target)
    cells.make_cell(move.target, made, password)
    name = sql.Identifier(move.name)
    with session(move.source) as conn:
        listed = conn.execute(TABLES).fetchall()
        drop_source(conn, move)
        published = []
        for table, is_filtered in listed:
            if move.siblings and (table in OF_NO_HALF or (table in OF_THE_FIRST and not move.is_first)):
                continue
            where = f" where ({move.filter})" if move.siblings and is_filtered else ""
            published.append(f"{table}{where}")
        conn.execute(sql.SQL("create publication {} for table {}").format(name, sql.SQL(", ".join(published))))
        # By itself: a subscription that made it would wait for its own transaction where both are on one server.
        with held_up(conn, move):
            conn.execute("select pg_create_logical_replication_slot(%s, 'pgoutput')", [move.name])
        rows = conn.execute("select r.name, r.fingerprint from deployment.records as r where r.kind = 'row'").fetchall()
        login = {"user": conn.info.user, "password": conn.info.password}
    where_from = make_conninfo(**move.source.address, **{key: text for key, text in login.items() if text})
    with session(move.target) as conn:
        for quiet in ("log_statement = 'none'", "log_min_duration_statement = -1", "log_min_error_statement = 'panic'"):
            conn.execute(f"set {quiet}")  # the next but one has a password
        with conn.transaction():
            conn.execute("set local session_replication_role = replica")
            conn.execute(f"truncate {', '.join(table for table, _ in listed)}")
            conn.execute(set_doors(conn, "set default_transaction_read_only = on"))
            for row in rows:  # reference data comes with the copy, and with it what the old one's deploy noted of it
                conn.execute(
                    "update deployment.records set fingerprint = %s where kind = 'row' and name = %s", row[::-1]
                )
        as_owner = ", run_as_owner = true" if conn.info.server_version >= 160000 else ""
        conn.execute(
            sql.SQL(
                "create subscription {} connection {} publication {}"
                " with (synchronous_commit = 'on', create_slot = false{})"
            ).format(name, sql.Literal(where_from), name, sql.SQL(as_owner))
        )


def go_on(move: Move) -> None:
    """Let the new one follow again, where a call was killed that had stopped it."""
    with session(move.target) as conn:
        conn.execute(sql.SQL("alter subscription {} enable").format(sql.Identifier(move.name)))


@contextmanager
def held_up(conn: Connection, move: Move) -> Iterator[None]:
    """What waits for all transactions that write anything on the server."""
    conn.execute(f"set statement_timeout = {int(PATIENCE * 1000)}")
    try:
        yield
    except errors.QueryCanceled as error:
        raise DeployError(f"{move.source.name}: transactions that are open for {PATIENCE:g} s hold it up") from error
    conn.execute("set statement_timeout = 0")


def set_doors(conn: Connection, what: str) -> sql.Composed:
    return sql.SQL("alter database {} {}").format(sql.Identifier(conn.info.dbname), sql.SQL(what))


def copy(moves: Sequence[Move], console: Console) -> None:
    """Wait until all tables are copied, and what has been written meanwhile has nearly come."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TextColumn("{task.fields[tables]}"))
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        tasks = {move: progress.add_task(str(move), total=None, tables="") for move in moves}
        seen: Any = None
        heard = time.monotonic()
        while True:
            try:
                how_far = [_how_far(move) for move in moves]
            except DeployError as error:  # a server that is starting again goes on with it
                if not isinstance(error.__cause__, psycopg.OperationalError) or time.monotonic() - heard > PATIENCE:
                    raise
                time.sleep(0.5)
                continue
            for move, (ready, tables, size, total, _) in zip(moves, how_far, strict=True):
                done = total if ready == tables > 0 else min(size, int(total * 0.99))
                progress.update(tasks[move], total=total, completed=done, tables=f"{ready} of {tables} tables")
            if all(ready == tables > 0 and missing < NEAR for ready, tables, _, _, missing in how_far):
                return
            if how_far != seen:
                seen, heard = how_far, time.monotonic()
            if time.monotonic() - heard > PATIENCE:
                raise DeployError(
                    f"nothing has come for {PATIENCE:g} s: the log of the new server says why"
                    " (tables that differ, no route to the old one, a full disk)"
                )
            time.sleep(0.3)


def _how_far(move: Move) -> tuple[int, int, int, int, int]:
    """Tables that are copied, and all; bytes of them here, and what is expected; bytes of log that are missing."""
    with session(move.target) as conn:
        row = conn.execute(
            "select count(*) filter (where r.srsubstate = 'r'), count(*), coalesce(sum(pg_table_size(r.srrelid)), 0)"
            " from pg_subscription_rel as r inner join pg_subscription as s on r.srsubid = s.oid where s.subname = %s",
            [move.name],
        ).fetchone()
    with session(move.source) as conn:
        size = one(conn, f"select sum(pg_table_size(t.name::regclass)) from ({TABLES}) as t")
        missing = one(
            conn,
            "select pg_current_wal_lsn() - s.confirmed_flush_lsn from pg_replication_slots as s where s.slot_name = %s",
            move.name,
        )
    if row is None or not row[1] or missing is None:
        raise DeployError(f"{move}: the copy is gone: begin anew with --undo")
    return int(row[0]), int(row[1]), int(row[2]), int(size) * move.source.of // move.target.of, int(missing)


# -- the switch ------------------------------------------------------------------------------------


def close(conn: Connection) -> Any:
    """Refuse writing from now on, to whoever it is; who is connected is sent away. Answers when."""
    conn.execute(set_doors(conn, "set default_transaction_read_only = on"))
    closed_at = one(conn, "select clock_timestamp()")
    end_writers(conn, closed_at)
    return closed_at


def end_writers(conn: Connection, closed_at: Any) -> bool:
    """Send those away who began before doors were closed; whether there was one."""
    found = False
    while rows := conn.execute(WRITERS, [closed_at]).fetchall():
        found = True
        conn.execute(
            "select pg_terminate_backend(p.pid, 1000) from unnest(%s::integer[]) as p (pid)", [[p for (p,) in rows]]
        )
    return found


def drain(sources: dict[Cell, Connection], moves: Sequence[Move], closed: dict[Cell, Any], seconds: float) -> bool:
    """Wait until the new ones have all that the closed old ones wrote."""
    limit = time.monotonic() + seconds
    reached = (
        "select count(*) from pg_replication_slots as s where s.slot_name = any(%s) and s.confirmed_flush_lsn >= %s"
    )
    for source, conn in sources.items():
        names = [m.name for m in moves if m.source == source]
        while True:
            # A commit that nobody waited for is in no log that is sent: this one takes it along.
            conn.execute("select pg_logical_emit_message(true, 'cuenta', '')")
            lsn = one(conn, "select pg_current_wal_flush_lsn()")
            while one(conn, reached, names, lsn) < len(names):
                if time.monotonic() > limit:
                    return False
                time.sleep(0.02)
            if not end_writers(conn, closed[source]):  # one that was starting just then is seen by now
                break
    return True


def stop_copy(conn: Connection, move: Move) -> None:
    """All has come: the new one follows no more."""
    conn.execute(sql.SQL("alter subscription {} disable").format(sql.Identifier(move.name)))
    while one(
        conn, "select count(*) from pg_stat_subscription as s where s.subname = %s and s.pid is not null", move.name
    ):
        time.sleep(0.01)


def fill_in(move: Move, source: Connection, conn: Connection) -> None:
    """In an open transaction of the new database: compare, go on with the numbers, open the doors."""
    conn.execute("set local session_replication_role = replica")
    query = sql.SQL(SUMS).format(sql.SQL(move.filter))
    expected, found = source.execute(query).fetchall(), conn.execute(query).fetchall()
    if expected != found:
        raise DeployError(f"{move}: the sums differ: {expected} became {found}")
    for sequence, last in source.execute(SEQUENCES).fetchall():
        conn.execute("select setval(%s, %s)", [sequence, last])
    if move.siblings:
        conn.execute(cells._text("split.sql"))
    conn.execute(set_doors(conn, "reset default_transaction_read_only"))


def switch(moves: Sequence[Move], after: Cluster, password: str, console: Console) -> None:
    """Close the old ones, open the new ones, tell the proxies."""
    with ExitStack() as stack:
        sources = {source: stack.enter_context(session(source)) for source in {m.source for m in moves}}
        targets = {move: stack.enter_context(session(move.target)) for move in moves}
        for attempt in range(1, ATTEMPTS + 1):
            began = time.monotonic()
            closed = {source: close(conn) for source, conn in sources.items()}
            if drain(sources, moves, closed, CLOSED):
                break
            for conn in sources.values():
                conn.execute(set_doors(conn, "reset default_transaction_read_only"))
            if attempt == ATTEMPTS:
                raise DeployError(
                    f"{attempt} times more came than arrives within {CLOSED:g} s: try it at a quieter time"
                )
            console.print("more came than arrives in time; opened again, and waiting until it is near")
            copy(moves, console)
        with ThreadPoolExecutor(len(moves)) as pool:
            list(pool.map(lambda move: stop_copy(targets[move], move), moves))
            for conn in targets.values():
                conn.execute("begin")
            list(pool.map(lambda move: fill_in(move, sources[move.source], targets[move]), moves))
        try:  # from here on there is no way back: the new ones may be written to
            for conn in targets.values():
                conn.execute("commit")
            tell(after, password)
        except BaseException as error:
            raise Opened(
                f"the new cells are open, and not all proxies know: call it again, at once ({error})"
            ) from error
    console.print(f"switched: writing was refused for {time.monotonic() - began:.2f} s")


def tell(after: Cluster, password: str) -> None:
    """Point the proxies at the new cells, all at once, as long as it takes up to 30 s."""
    limit = time.monotonic() + 30

    def point(url: str) -> None:
        while True:
            try:
                return cells.point_proxy(url, after)
            except DeployError:
                if time.monotonic() > limit:
                    raise
                time.sleep(0.2)

    with ThreadPoolExecutor(len(after.proxies)) as pool:
        list(pool.map(point, after.proxies))


# -- afterwards ------------------------------------------------------------------------------------


def drop_source(conn: Connection, move: Move, subscription: int | None = None) -> None:
    """Remove the publication and the slots of a move from the old one."""
    conn.execute(sql.SQL("drop publication if exists {}").format(sql.Identifier(move.name)))
    slots = "from pg_replication_slots as s where s.slot_name = %s or starts_with(s.slot_name::text, %s)"
    names = [move.name, f"pg_{subscription}_sync_"]
    conn.execute(f"select pg_terminate_backend(s.active_pid, 5000) {slots}", names)
    conn.execute(f"select pg_drop_replication_slot(s.slot_name) {slots}", names)


def drop_copy(move: Move, *, is_emptied: bool) -> None:
    """Remove the subscription from the new database, and what it has brought, if that is not to stay."""
    name = sql.Identifier(move.name)
    number = None
    with session(move.target) as conn, conn.transaction():
        number = one(conn, "select s.oid::bigint from pg_subscription as s where s.subname = %s", move.name)
        if number is not None:
            conn.execute(sql.SQL("alter subscription {} disable").format(name))
            conn.execute(sql.SQL("alter subscription {} set (slot_name = none)").format(name))
            conn.execute(sql.SQL("drop subscription {}").format(name))
            if is_emptied:
                conn.execute("set local session_replication_role = replica")
                conn.execute(f"truncate {', '.join(table for table, _ in conn.execute(TABLES).fetchall())}")
        if is_emptied:
            conn.execute(set_doors(conn, "reset default_transaction_read_only"))
    with session(move.source) as conn:
        drop_source(conn, move, number)


def undo(moves: Sequence[Move], say: Callable[[str], None]) -> None:
    """Open the old ones again; remove what was begun, as far as servers answer."""
    for source in {m.source for m in moves}:
        with session(source) as conn:
            conn.execute(set_doors(conn, "reset default_transaction_read_only"))
    for move in moves:
        try:
            drop_copy(move, is_emptied=True)
        except DeployError as error:
            say(f"{move.target.name}: make this database anew before the next attempt ({error})")
            say(f"{move.source.name}: drop what pg_replication_slots shows of it (pg_..._sync_...)")
            with session(move.source) as conn:
                drop_source(conn, move)
    say("undone: everything is as before")


def move_cells(now_file: Path, after_file: Path, *, is_undo: bool = False, console: Console | None = None) -> None:
    """Bring the cells from where one file says to where the other says. Raises DeployError."""
    console = console or Console(highlight=False, soft_wrap=True, stderr=True)
    now, after = cells.read_cluster(now_file), cells.read_cluster(after_file)
    moves = plan(now, after)
    with alone(now):
        _move(now, after, now_file, after_file, moves, is_undo, console)


def _move(
    now: Cluster,
    after: Cluster,
    now_file: Path,
    after_file: Path,
    moves: Sequence[Move],
    is_undo: bool,
    console: Console,
) -> None:
    states = {move: state_of(move) for move in moves}
    if is_undo:
        if "open" in states.values():
            raise DeployError("it cannot be undone any more: new cells are open; call it without --undo, and it ends")
        return undo(moves, console.print)
    password = cells.cells_password(now)
    closed = {}
    for source in {m.source for m in moves}:
        with session(source) as conn:
            closed[source] = is_closed(conn)
    for move, state in states.items():
        if state == "open" and not closed[move.source]:
            raise DeployError(
                f"{move.target.name}: a new cell needs an empty database, and there are restaurants in it"
            )
    if "open" in states.values():
        finish(moves, states, after, password)
    elif moves:
        try:
            for source in closed:  # a call before this one was killed just then
                with session(source) as conn:
                    conn.execute(set_doors(conn, "reset default_transaction_read_only"))
            if "copying" not in states.values() and (found := cells.check_cluster(now_file)):
                raise DeployError(f"{now_file} is not what there is: {found[0]}")
            require_room([move for move in moves if states[move] == "empty"])
            made = cells.generate(now.cells[0], now.owners)
            for move in moves:
                if states[move] == "empty":
                    begin(move, made, password)
                else:
                    go_on(move)
            copy(moves, console)
            switch(moves, after, password, console)
        except Opened:
            raise
        except BaseException as error:
            console.print(f"it fails: {error or type(error).__name__}")
            undo(moves, console.print)
            raise
    for move in moves:
        drop_copy(move, is_emptied=False)
    cells.deploy_cluster(after_file, quiet=True)
    console.print(
        f"done: the cells are what {after_file} says; the old databases are read only, and have no worker now"
    )


def finish(moves: Sequence[Move], states: dict[Move, str], after: Cluster, password: str) -> None:
    """Go on where a call was killed after a new cell had been opened."""
    left = [move for move in moves if states[move] != "open"]
    with ExitStack() as stack:
        sources = {source: stack.enter_context(session(source)) for source in {m.source for m in left}}
        for move in left:
            go_on(move)
        closed = {source: close(conn) for source, conn in sources.items()}
        if not drain(sources, left, closed, PATIENCE):
            raise DeployError("the rest does not arrive: the log of the new server says why")
        for move in left:
            with session(move.target) as conn:
                stop_copy(conn, move)
                with conn.transaction():
                    fill_in(move, sources[move.source], conn)
    tell(after, password)


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; answer the exit code."""
    parser = argparse.ArgumentParser(prog="python db/proxy/move.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("now", metavar="NOW.toml", type=Path, help="the cells as they are")
    parser.add_argument("after", metavar="NEXT.toml", type=Path, help="the cells as they are to be")
    parser.add_argument("--undo", action="store_true", help="give up what a call before this one began")
    options = parser.parse_args(arguments)
    before = signal.getsignal(signal.SIGTERM)
    with suppress(ValueError):  # not in a thread
        signal.signal(signal.SIGTERM, _stop)
    try:
        move_cells(options.now, options.after, is_undo=options.undo)
    except (DeployError, psycopg.Error, OSError) as error:
        print(f"error: {str(error).strip()}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        with suppress(ValueError):
            signal.signal(signal.SIGTERM, before)
    return 0


if __name__ == "__main__":
    sys.exit(main())
