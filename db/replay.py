"""Functions, triggers, views and privileges: what differs is made anew, within the deploy's transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Set

import psycopg
from psycopg import errors

from db.facts import (
    GRANTED,
    REPLAYED,
    RUN,
    SCHEMAS,
    Connection,
    DeployError,
    Files,
    Key,
    Object,
    catalog,
    recorded,
    unit_key,
)

OURS = ("cuenta_owner", "cuenta_writer")

# What `create or replace` says of an object that it cannot replace.
REFUSALS = (errors.InvalidFunctionDefinition, errors.InvalidTableDefinition, errors.WrongObjectType)

# Everything that hangs on an object, what hangs on others first. A view hangs by its rule.
DEPENDENTS = """
with recursive needing as (
    select %(class)s::regclass::oid as classid, %(oid)s::oid as objid, 0 as depth
    union
    select
        case when r.oid is null then d.classid else 'pg_class'::regclass::oid end,
        coalesce(r.ev_class, d.objid),
        n.depth + 1
    from needing as n
    inner join pg_catalog.pg_depend as d on d.refclassid = n.classid and d.refobjid = n.objid
    left join pg_catalog.pg_rewrite as r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
    where
        d.deptype in ('n', 'a', 'i')
        and n.depth < 50
        and (coalesce(r.ev_class, d.objid), case when r.oid is null then d.classid else 'pg_class'::regclass::oid end)
        <> (n.objid, n.classid)
)

select i.type, i.identity, pg_describe_object(n.classid, n.objid, 0)
from needing as n
cross join lateral pg_identify_object(n.classid, n.objid, 0) as i
where n.classid <> 'pg_type'::regclass
group by i.type, i.identity, n.classid, n.objid
order by max(n.depth) desc, i.identity
"""
OIDS = {
    "function": ("pg_proc", "select to_regprocedure(%s)::oid"),
    "view": ("pg_class", "select to_regclass(%s)::oid"),
}


class Refused(Exception):
    """PostgreSQL does not replace this unit: in the next attempt it is dropped before."""

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self.key = key


@contextlib.contextmanager
def noted(text: str) -> Iterator[None]:
    """Say of an error where it happened."""
    try:
        yield
    except psycopg.Error as error:
        error.add_note(text)
        raise


def _as_unit(kind: str, name: str) -> Key | None:
    """The unit that makes an object again after it was dropped; None: it is none of ours."""
    kind = {"procedure": "function"}.get(kind, kind)
    schema = name.rpartition(" on ")[2].split(".")[0]
    is_ours = kind in REPLAYED and schema in SCHEMAS
    return unit_key(kind, name) if is_ours else None


def drop(conn: Connection, row: Object) -> set[Key]:
    """Drop a function, view or trigger with what of ours needs it; answer the units that are gone.

    What others have built on it stops the deploy, by name, before anything is lost.
    """
    if row.kind == "trigger":
        conn.execute(f"drop trigger if exists {row.name}")
        return {unit_key(row.kind, row.name)}
    class_name, query = OIDS[row.kind]
    oid = conn.execute(query, [row.name]).fetchone()
    if oid == (None,):  # dropped together with another
        return set()
    found = conn.execute(DEPENDENTS, {"class": class_name, "oid": (oid or (0,))[0]}).fetchall()
    others = [told for kind, name, told in found if _as_unit(kind, name) is None]
    if others:
        raise DeployError(
            f"nothing was deployed: {row.kind} {row.name} has to be dropped, and this needs it: {', '.join(others)}. "
            f"Drop that, {RUN} and make it again"
        )
    for kind, name, _ in found:
        conn.execute(f"drop {kind} {name}")
    return {key for kind, name, _ in found if (key := _as_unit(kind, name))}


def drop_all(conn: Connection) -> None:
    """Drop every trigger, view and function."""
    found = catalog(conn)
    for kind in REPLAYED:
        for row in found:
            if row.kind == kind:
                with noted(f"{row.kind} {row.name} cannot be dropped"):
                    drop(conn, row)


def replay(conn: Connection, files: Files, todo: set[Key], refused: set[Key], say: Callable[[str], None]) -> None:
    """Make the units in `todo` anew, and drop what no file makes."""
    known = {(unit.kind, unit.name) for unit in files.units}
    for row in catalog(conn) if refused else ():
        if unit_key(row.kind, row.name) in refused & known:
            todo |= drop(conn, row)
    replayed: set[Key] = set()
    while True:
        _make(conn, files, todo, refused)
        replayed |= todo
        todo = _drop_orphans(conn, known, replayed, say)
        if not todo:
            return


def _make(conn: Connection, files: Files, todo: set[Key], refused: set[Key]) -> None:
    conn.execute("set local search_path = ''")
    for unit in files.units:
        key = (unit.kind, unit.name)
        if key not in todo:
            continue
        try:
            with noted(f"{unit.source} failed, nothing was deployed"):
                conn.execute(unit.text)
        except REFUSALS as error:
            if key in refused:
                raise
            raise Refused(key) from error


def _drop_orphans(conn: Connection, known: set[Key], replayed: set[Key], say: Callable[[str], None]) -> set[Key]:
    """Drop what no file makes, a function with arguments of before included; answer what went with it."""
    gone: set[Key] = set()
    found = catalog(conn)
    for kind in REPLAYED:
        for row in found:
            key = unit_key(row.kind, row.name)
            is_replaced = row.kind == "function" and key in replayed and not row.is_new
            if row.kind == kind and (key not in known or is_replaced):
                say(f"{row.kind} {row.name}: no file defines it any more, dropped")
                gone |= drop(conn, row) - ({key} if is_replaced else set())
    return gone & known


def settle_owners(conn: Connection, objects: Iterable[Object]) -> bool:
    """Give functions to whom they have to belong; answer whether any had to move.

    Works as cuenta_owner, which is a member of cuenta_writer for now.
    """
    moves = [_move(row) for row in objects if row.owner != row.right_owner and row.owner in OURS]
    if moves:
        conn.execute("grant create on schema api to cuenta_writer")  # which a new owner needs
        for statement in moves:
            conn.execute(statement)
        conn.execute("revoke create on schema api from cuenta_writer")
    return bool(moves)


def take_back(conn: Connection) -> None:
    """Give the owners what belongs to others, as after a restore without owners. Works as the login."""
    strange = [row for row in catalog(conn) if row.owner not in OURS and _move(row)]
    if not strange:
        return
    moves = [_move(row) for row in strange]
    try:
        known = recorded(conn)
        for row in strange:
            if row.kind not in REPLAYED or (row.kind, row.name) in known:  # others are no file's, and dropped
                conn.execute(_move(row))
    except errors.InsufficientPrivilege as error:
        owners = ", ".join(sorted({row.owner for row in strange}))
        raise DeployError(
            f"nothing was deployed: things of cuenta belong to {owners}, as after a restore without owners. "
            f"{RUN} once as a superuser, or let one run:\n    " + ";\n    ".join(moves) + ";"
        ) from error


def _move(row: Object) -> str:
    kinds = ("schema", "table", "view", "type", "function")
    word = "routine" if row.kind == "function" else row.kind
    return f"alter {word} {row.name} owner to {row.right_owner}" if row.kind in kinds else ""


def replay_privileges(conn: Connection, files: Files) -> None:
    """Take everything from everybody and replay the page, so that nothing given by hand is left."""
    for row in catalog(conn, "privilege"):
        grantee, _, right = row.name.partition(": ")
        if grantee != row.owner:
            conn.execute(f"revoke {right} from {grantee} cascade")
    with noted("db/privileges.sql failed, nothing was deployed"):
        conn.execute(files.privileges)


def are_privileges_due(found: Set[Key], before: Set[Key], after: Set[Key]) -> bool:
    """Whether rights differ, the page has changed, or there are things whose rights nobody has settled."""
    kinds = {kind for kind, _ in found}
    return bool(kinds & set(GRANTED)) or ("file", "db/privileges.sql") in found or before != after


def end_memberships(conn: Connection) -> None:
    """Nobody stays a member of cuenta_writer. Works as the login."""
    has_options = conn.info.server_version >= 160000
    for row in catalog(conn, "membership"):
        member, _, role = row.name.partition(" of ")
        granted_by = f" granted by {row.owner}" if has_options else ""
        conn.execute(f"revoke {role} from {member}{granted_by}")
