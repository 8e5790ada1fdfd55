"""What the files below db/ say, what stands in a database, and where the two differ."""

from __future__ import annotations

import graphlib
import hashlib
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from yoyo import read_migrations

DB = Path(__file__).resolve().parent
RUN = "run python db/deploy.py"

OWNER = "cuenta_owner"

# db/catalog.sql as it is seen in the database: by api.list_drift.
CATALOG_VIEW = """create or replace view ledger.catalog_objects as
{}
;
comment on view ledger.catalog_objects is
'What db/deploy.py answers for, as it stands in the catalog: db/catalog.sql. To be read with the '
'search_path of api.list_drift, so that names come out qualified.';
comment on column ledger.catalog_objects.kind is 'What it is.';
comment on column ledger.catalog_objects.name is 'Its name.';
comment on column ledger.catalog_objects.owner is 'Whose it is.';
comment on column ledger.catalog_objects.right_owner is 'Whose it has to be.';
comment on column ledger.catalog_objects.is_new is 'Whether this transaction made it.';
comment on column ledger.catalog_objects.fingerprint is 'Of what it is, to be compared with deployment.records.';
"""

Connection = psycopg.Connection[tuple[Any, ...]]
Key = tuple[str, str]  # kind and name of a thing
Facts = dict[Key, str]  # things and their fingerprints

PARTS = ("migrations", "functions", "views", "reference", "privileges.sql", "triggers.sql")  # of every checkout
SCHEMAS = ("ledger", "access", "inbound", "outbound", "api", "reporting")  # of what is replayed
REPLAYED = ("trigger", "view", "function")  # in an order in which they can be dropped
GRANTED = ("privilege", "default")
# What only migrations make: a deploy tells of a difference and leaves it alone, rows hang on it.
STRUCTURE = (
    *("schema", "table", "column", "constraint", "index", "sequence", "type"),
    *("policy", "rule", "property", "setting", "row"),  # and what none of ours has, or only reference data
)

# What --check says of a thing that is gone, of one that was not there, of a changed one.
MESSAGES = {
    "migration": (
        "is applied but has no file: the database is newer, deploy from the newer checkout",
        f"is not applied yet: {RUN}",
        "was edited after it was applied: take the edit back and write a new migration",
    ),
    "file": (f"is gone: {RUN}", f"is not deployed yet: {RUN}", f"has changed since the last deploy: {RUN}"),
    **dict.fromkeys(
        STRUCTURE,
        (
            "was removed by hand: a deploy does not bring it back, restore it",
            "was made by hand: no migration makes it, and a deploy does not remove it",
            "was changed by hand: change it back, a deploy does not",
        ),
    ),
}
OTHER_MESSAGES = (
    f"is missing: {RUN} to restore it",
    f"is defined by no file: {RUN} to remove it",
    f"was changed by hand: {RUN} to restore it",
)


class DeployError(Exception):
    """A deploy that cannot go on. The text says why, and what to do."""


class Object(NamedTuple):
    """A row of db/catalog.sql."""

    kind: str
    name: str
    owner: str
    right_owner: str
    is_new: bool
    fingerprint: str


class Unit(NamedTuple):
    """What is replayed as one: a function, a trigger or a view, and the text that makes it."""

    kind: str
    name: str
    source: str  # the file, and for a trigger its name besides
    text: str


def read(path: Path) -> str:
    """A file's text, whatever the encoding of the machine. Raises DeployError."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        place = f"{path}, line {line}" if isinstance(error.object, bytes) else str(path)
        raise DeployError(f"{place} is not UTF-8: {error.reason}") from None


def unit_key(kind: str, name: str) -> Key:
    """The unit that makes an object: functions are known there without their arguments."""
    return kind, name.partition("(")[0] if kind == "function" else name


class Files:
    """What the files below `root` say. Each is read once, so that one deploy sees one state of them."""

    def __init__(self, root: Path) -> None:
        """Half a checkout is not taken for one in which what is missing was removed."""
        self.root = root
        missing = [f"db/{name}" for name in PARTS if not (root / name).exists()]
        if missing:
            raise DeployError(f"the checkout is not whole, nothing was looked at: {', '.join(missing)} is not there")

    @cached_property
    def migrations(self) -> Any:
        """The migrations, as yoyo reads them."""
        return read_migrations(str(self.root / "migrations"))

    @cached_property
    def units(self) -> list[Unit]:
        """What is replayed, in the order of replay: a view after those it reads."""
        units = [*_functions(self.root), *_triggers(self.root), *_views(self.root)]
        missing = _missing(units)
        if missing:
            raise DeployError(f"the checkout is not whole, nothing was looked at: {', '.join(missing)}")
        return units

    @cached_property
    def privileges(self) -> str:
        """Who may do what."""
        return read(self.root / "privileges.sql")

    @cached_property
    def checksums(self) -> Facts:
        """What the files are, less the reference data, which is compared row by row."""
        texts = {("migration", str(m.id)): read(Path(m.path)) for m in self.migrations}
        texts |= {("file", unit.source): unit.text for unit in self.units}
        texts["file", "db/privileges.sql"] = self.privileges
        return {key: hashlib.sha256(text.encode()).hexdigest() for key, text in texts.items()}


def _missing(units: list[Unit]) -> list[str]:
    """What the files name and none of them makes. PostgreSQL would find that out when a function is called.

    That a view of schema ledger is missing it finds out at once: each is read by another view.
    """
    schema = f"(?:{'|'.join(SCHEMAS)})"
    texts = {unit.name: re.sub(r"/\*.*?\*/|--[^\n]*", "", unit.text, flags=re.S) for unit in units}
    made = {kind: {unit.name for unit in units if unit.kind == kind} for kind in REPLAYED}
    missing = {}
    for name, text in texts.items():
        for called in re.findall(rf"(?<!\binto )(?<![\w.])({schema}[.]\w+)\s*[(]", text, re.I):
            if called not in made["function"]:
                missing[called] = f"no file makes function {called}, which {name} calls"
        for view in re.findall(r"\b(?:from|join)\s+(reporting[.]\w+)", text, re.I):
            if view not in made["view"]:
                missing[view] = f"no file makes view {view}, which {name} reads"
    run = {name for unit in units if unit.kind == "trigger" for name in re.findall(r"\bfunction\s+([\w.]+)", unit.text)}
    for name in made["function"] - run:
        if ".tg_" in name:
            missing[name] = f"no trigger of db/triggers.sql runs {name}"
    return [missing[name] for name in sorted(missing)]


def _functions(root: Path) -> list[Unit]:
    schemas = sorted(path.name for path in root.glob("functions/*"))
    schemas.sort(key=lambda name: (name == "api", name != "ledger"))
    paths = [path for schema in schemas for path in sorted(root.glob(f"functions/{schema}/**/*.sql"))]
    return [
        Unit(
            "function",
            f"{path.relative_to(root).parts[1]}.{path.stem}",
            f"db/{path.relative_to(root).as_posix()}",
            read(path),
        )
        for path in paths
    ]


def _triggers(root: Path) -> list[Unit]:
    """The statements of db/triggers.sql, apart: one that is left alone locks no table."""
    text = re.sub(r"^\s*--.*$", "", read(root / "triggers.sql"), flags=re.M)
    pattern = r"create or replace trigger (\w+)\s[^;]*?\bon\s+(\w+\.\w+)[^;]*;"
    left_over = re.sub(pattern, "", text).strip()
    if left_over:
        raise DeployError(f"db/triggers.sql holds something else than `create or replace trigger`: {left_over[:60]}")
    found = re.finditer(pattern, text)
    return [Unit("trigger", name := f"{m[1]} on {m[2]}", f"db/triggers.sql ({name})", m[0]) for m in found]


def _views(root: Path) -> list[Unit]:
    """The views: of schema ledger those in views/ledger, of schema reporting all others."""
    paths = {
        f"{'ledger' if path.parent.name == 'ledger' else 'reporting'}.{path.stem}": path
        for path in sorted(root.glob("views/**/*.sql"))
    }
    texts = {name: read(path) for name, path in paths.items()}
    reads = {
        name: set(re.findall(r"\b(?:from|join)\s+((?:ledger|reporting)\.\w+)", text, re.I)) & texts.keys() - {name}
        for name, text in texts.items()
    }
    order = graphlib.TopologicalSorter(reads).static_order()
    text = CATALOG_VIEW.format(read(DB / "catalog.sql"))
    catalog = Unit("view", "ledger.catalog_objects", "db/catalog.sql", text)
    return [
        catalog,
        *(Unit("view", name, f"db/{paths[name].relative_to(root).as_posix()}", texts[name]) for name in order),
    ]


def catalog(conn: Connection, kind: str | None = None) -> list[Object]:
    """What stands in the catalog now; of one kind, where others are not asked for."""
    conn.execute("set local search_path = ''")
    text = read(DB / "catalog.sql")
    if kind is not None:
        query = sql.SQL("select * from ({}) as o where o.kind = {}").format(sql.SQL(text), kind)
        return [Object(*row) for row in conn.execute(query)]
    objects = [Object(*row) for row in conn.execute(text)]
    # Not before the first deploy, nor after a restore without owners, where cuenta_owner cannot look.
    may_look = """
        select
        from pg_catalog.pg_class as c
        inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
        where
            n.nspname = 'ledger' and c.relname = 'reference_rows'
            and pg_catalog.has_schema_privilege(n.oid, 'usage')
            and pg_catalog.has_table_privilege(c.oid, 'select')
    """
    if conn.execute(may_look).fetchone() is not None:
        rows = conn.execute("select r.name, r.fingerprint from ledger.reference_rows as r")
        objects += [Object("row", name, OWNER, OWNER, False, text) for name, text in rows]
    return objects


def fingerprints(objects: Iterable[Object]) -> Facts:
    """Objects as facts; the tables of the deploy and of yoyo are not for the files to say."""
    return {
        (row.kind, row.name): row.fingerprint
        for row in objects
        if row.kind != "table" or not row.name.startswith("deployment.")
    }


def recorded(conn: Connection) -> Facts:
    """What was deployed. Whether a migration is applied is for yoyo's mark to say."""
    if conn.execute("select to_regclass('deployment._yoyo_migration')").fetchone() == (None,):
        return {}
    applied = {name for (name,) in conn.execute("select m.migration_id from deployment._yoyo_migration as m")}
    rows = conn.execute("select r.kind, r.name, r.fingerprint from deployment.records as r")
    return {(kind, name): text for kind, name, text in rows if kind != "migration" or name in applied}


def record(conn: Connection, facts: Facts) -> None:
    """Keep facts of a deploy."""
    conn.execute(
        """
        insert into deployment.records as r (kind, name, fingerprint)
        select * from unnest(%s::text[], %s::text[], %s::text[])
        on conflict (kind, name) do update set fingerprint = excluded.fingerprint, recorded_at = now()
        where r.fingerprint <> excluded.fingerprint
        """,
        [[kind for kind, _ in facts], [name for _, name in facts], list(facts.values())],
    )


def _place(fingerprint: str) -> list[str]:
    return fingerprint.split(" ")[1:2]


def is_same(then: str | None, now: str | None) -> bool:
    """Whether two fingerprints agree: what the server writes out is compared within one database only.

    A fingerprint is that of the plain facts, and for some things where the server wrote them out and
    the fingerprint of that text: 16 writes views otherwise than 15, a restored one is written otherwise
    than the one that was dumped, and neither is a change.
    """
    if then is None or now is None or not _place(then) or not _place(now):
        return then == now
    return then == now if _place(then) == _place(now) else then.split(" ")[0] == now.split(" ")[0]


def has_moved(then: Facts, now: Facts) -> bool:
    """Whether the last deploy was before a restore, an upgrade or a copy of the database."""
    return any(_place(now[key]) != _place(then[key]) for key in then.keys() & now.keys() if _place(then[key]))


def differences(then: Facts, now: Facts) -> dict[Key, str]:
    """A message for each thing that is not as recorded, with what to do about it."""
    found = {}
    for kind, name in sorted(then.keys() | now.keys()):
        old, new = then.get((kind, name)), now.get((kind, name))
        if not is_same(old, new):
            gone, added, changed = MESSAGES.get(kind, OTHER_MESSAGES)
            found[kind, name] = f"{kind} {name} {gone if new is None else added if old is None else changed}"
    return found


def other_bodies(conn: Connection, units: Iterable[Unit]) -> dict[Key, str]:
    """A message for each function whose body or right is not its file's, whatever is recorded of it."""
    said = {}
    for unit in units:
        if unit.kind == "function" and (parts := re.split(r"\$(?:function|procedure)\$", unit.text))[2:]:
            said[unit.name] = (parts[1], re.search(r"^security definer\b", parts[0], re.M) is not None)
    rows = conn.execute(
        "select n.nspname || '.' || p.proname, p.oid::regprocedure::text, p.prosrc, p.prosecdef"
        " from pg_catalog.pg_proc as p inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace"
        " where n.nspname = any(%s)",
        [list(SCHEMAS)],
    )
    return {
        (
            "function",
            name,
        ): f"function {name} is not what its file says, although it is recorded so: {RUN} to restore it"
        for unit, name, *is_so in sorted(rows)
        if unit in said and said[unit] != tuple(is_so)
    }


def wrong_owners(objects: Iterable[Object]) -> dict[Key, str]:
    """A message for each thing that belongs to somebody else than it should."""
    return {
        ("owner", f"{row.kind} {row.name}"): (
            f"{row.kind} {row.name} belongs to {row.owner} and not to {row.right_owner}: "
            f"{RUN} as a superuser to give it back"
        )
        for row in objects
        if row.owner != row.right_owner
    }
