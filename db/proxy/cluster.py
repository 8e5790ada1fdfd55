"""Deploy several cuenta databases (cells) and the proxies in front of them: python db/deploy.py --proxy cells.toml.

cells.toml names them all, with logins that may deploy; a password is better in ~/.pgpass or PGPASSWORD:

    proxies = ["postgresql://postgres@proxy.example/cuenta"]

    [[cells]]   # the first is number 0; as many as a power of two
    url = "postgresql://postgres@a.example/cell0"
    # address = "host=10.0.0.1 port=5432 dbname=cell0"   how proxies reach it, if not so
    # number = 0                                         where cells are of different sizes (db/proxy/move.py):
    # of = 4                                             every fourth hash, 0 of 0 to 3

First the cells, each by db/deploy.py and then db/proxy/cell.sql; then the proxies. A proxy holds no data: what differs
is made anew in one transaction. All of it may be run twice, by two at once, and again after a kill.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from db import deploy as single
from db.facts import DB, DeployError

FOLDER = Path(__file__).resolve().parent
FUNCTIONS = ("api", "proxy")  # of a proxy; made anew by themselves when cells are only elsewhere
VIEWS = ("reporting",)
LOCK = 0x63656C6C  # of those who deploy the same database
MAX_CELLS = 4096

Connection = psycopg.Connection[tuple[Any, ...]]

# What stands in the schemas of a proxy, or in schema cell: to be compared with what the last deploy left.
STANDING = """
select md5(coalesce(string_agg(x.text, chr(10) order by x.text collate "C"), ''))
from (
    select pg_get_functiondef(p.oid) || coalesce(p.proacl::text, '') || p.proowner::regrole::text as text
    from pg_proc as p
    where p.pronamespace::regnamespace::text = any(%(schemas)s) and p.oid is distinct from to_regproc('proxy.owners')
    union all
    select c.relname || pg_get_viewdef(c.oid) || coalesce(c.relacl::text, '')
    from pg_class as c where c.relkind = 'v' and c.relnamespace::regnamespace::text = any(%(schemas)s)
    union all
    select s.srvname || (select string_agg(o::text, ',' order by o) from unnest(s.srvoptions) as o)
    from pg_foreign_server as s
    where 'reporting' = any(%(schemas)s) and (s.srvname = 'cuenta' or s.srvname ~ '^cell_[0-9]+$')
    union all
    select p.prosrc from pg_proc as p where 'reporting' = any(%(schemas)s) and p.oid = to_regproc('proxy.owners')
) as x
"""

OWNERS = sql.SQL(
    "create or replace function proxy.owners() returns integer[] language sql stable parallel safe"
    " set search_path = pg_catalog, pg_temp as $function$ select {}::integer[] $function$;"
    " comment on function proxy.owners() is 'The cell of each partition, from partition 0.'"
)


@dataclass(frozen=True)
class Cell:
    """One of the databases."""

    number: int
    of: int  # it has the restaurants whose hash, masked by this less one, is its number
    url: str
    address: dict[str, str] = field(hash=False)

    @property
    def name(self) -> str:
        return (
            f"cell {self.number} ({self.address.get('host', '')}:{self.address.get('port', '5432')}/"
            f"{self.address['dbname']})"
        )


@dataclass(frozen=True)
class Cluster:
    """What cells.toml says."""

    cells: tuple[Cell, ...]
    proxies: tuple[str, ...]

    @property
    def owners(self) -> list[int]:
        """The cell of each partition."""
        partitions = range(max(cell.of for cell in self.cells))
        return [next(c.number for c in self.cells if p & (c.of - 1) == c.number) for p in partitions]


def read_cluster(path: Path) -> Cluster:
    """Read cells.toml. Raises DeployError."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DeployError(f"{path}: {error}") from None
    cells, proxies = given.pop("cells", []), given.pop("proxies", [])
    if given:
        raise DeployError(f"{path}: {', '.join(given)} is nothing that it may say; there are proxies and cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) and "url" in cell for cell in cells):
        raise DeployError(f"{path}: each of [[cells]] needs a url")
    if not cells:
        raise DeployError(f"{path}: 0 cells")
    if not isinstance(proxies, list) or not all(isinstance(proxy, str) for proxy in proxies):
        raise DeployError(f"{path}: proxies is a list of urls")
    read = tuple(_read_cell(path, number, len(cells), cell) for number, cell in enumerate(cells))
    partitions = max(cell.of for cell in read)
    shares = sorted(p for cell in read for p in range(cell.number, partitions, cell.of))
    if shares != list(range(partitions)):
        raise DeployError(f"{path}: the cells' numbers do not share {partitions} partitions among them, each to one")
    if len({json.dumps(cell.address, sort_keys=True) for cell in read}) < len(read):
        raise DeployError(f"{path}: two cells are the same database")
    return Cluster(read, tuple(proxies))


def cluster_file(proxies: Sequence[str], cells: Sequence[str], shares: Sequence[tuple[int, int]] = ()) -> str:
    """The text of a cells.toml; shares, where cells are of different sizes, are their numbers, and of how many."""
    listed = ", ".join(json.dumps(url) for url in proxies)
    text = f"proxies = [{listed}]\n"
    for place, url in enumerate(cells):
        text += f"\n[[cells]]\nurl = {json.dumps(url)}\n"
        if shares:
            text += "number = {}\nof = {}\n".format(*shares[place])
    return text


def _read_cell(path: Path, place: int, count: int, given: dict[str, Any]) -> Cell:
    unknown = given.keys() - {"url", "address", "number", "of"}
    number, of = given.get("number", place), given.get("of", count)
    if type(number) is not int or type(of) is not int or not 0 <= number < of <= MAX_CELLS or of & (of - 1):
        raise DeployError(f"{path}: cell {number} of {of}: as many as a power of two are needed, at most {MAX_CELLS}")
    if unknown:
        raise DeployError(f"{path}: cell {number}: {', '.join(sorted(unknown))} is nothing that it may say")
    try:
        url = conninfo_to_dict(given["url"])
        address = conninfo_to_dict(given.get("address", given["url"]))
    except (psycopg.ProgrammingError, TypeError) as error:
        raise DeployError(f"{path}: cell {number}: {error}") from None
    kept = {name: str(address[name]) for name in ("host", "port", "dbname", "sslmode") if address.get(name)}
    if "dbname" not in url or "dbname" not in kept:
        raise DeployError(f"{path}: cell {number}: the url names no database")
    return Cell(number, of, given["url"], {"host": "127.0.0.1", "port": "5432"} | kept)


@contextmanager
def connected(url: str, what: str) -> Iterator[Connection]:
    try:
        with psycopg.connect(make_conninfo(url, application_name="cuenta deploy", connect_timeout=5)) as conn:
            yield conn
    except psycopg.Error as error:
        raise DeployError(f"{what}: {str(error).strip()}") from error


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Generated:
    """What a cell's catalog and the routes give."""

    on_cell: str
    types: str
    functions: str
    views: str


def generate(cell: Cell, owners: Sequence[int]) -> Generated:
    """The functions and views of cells and proxies. Raises DeployError if one has no route."""
    with connected(cell.url, cell.name) as conn:
        conn.execute("set search_path = pg_catalog, pg_temp")
        conn.execute(_text("routes.sql"))
        lost = conn.execute(
            "select string_agg(distinct x.name, ', ') from ("
            " (select 'function api.' || p.proname from pg_proc as p where p.pronamespace = 'api'::regnamespace"
            "  except select 'function api.' || r.name from routes as r)"
            " union all (select 'function api.' || r.name from routes as r"
            "  except select 'function api.' || p.proname from pg_proc as p where p.pronamespace = 'api'::regnamespace)"
            " union all (select 'view reporting.' || c.relname from pg_class as c"
            "  where c.relnamespace = 'reporting'::regnamespace except select 'view reporting.' || v.name"
            "  from view_routes as v)"
            " union all (select 'view reporting.' || v.name from view_routes as v except"
            "  select 'view reporting.' || c.relname from pg_class as c"
            "  where c.relnamespace = 'reporting'::regnamespace)) as x (name)"
        ).fetchone()
        if lost and lost[0]:
            raise DeployError(f"db/proxy/routes.sql and {cell.name} do not go together: {lost[0]}")
        script = _text("generate.sql")
        views, _, last = script.rpartition("-- Composite types first.")
        conn.execute(views)
        rows = sorted(conn.execute(last).fetchall())  # whatever the catalog's order
        conn.execute("select set_config('cuenta.cells', %s, true)", [",".join(map(str, sorted(set(owners))))])
        shown = conn.execute(_text("views.sql")).fetchall()
        conn.rollback()
    return Generated(
        "".join(on_cell for _, on_cell, _ in rows if on_cell),
        "".join(on_proxy for name, _, on_proxy in rows if "." in name),
        "".join(on_proxy for name, _, on_proxy in rows if "." not in name),
        "".join(on_proxy for _, on_proxy in shown),
    )


# -- deploying -------------------------------------------------------------------------------------


def deploy_cluster(path: Path, *, quiet: bool = False, wait: float = 30.0) -> None:
    """Bring all cells, then all proxies, to today's version. Raises DeployError."""
    cluster = read_cluster(path)
    say: Callable[[str], None] = (lambda text: None) if quiet else (lambda text: single._print(text))
    for cell in cluster.cells:
        try:
            single.deploy(cell.url, wait=wait, quiet=True)
        except DeployError as error:
            raise DeployError(f"{cell.name}: {error}") from error
        number_cell(cell)
        say(f"{cell.name}: deployed")
    made = generate(cluster.cells[0], cluster.owners)
    password = cells_password(cluster)
    for cell in cluster.cells:
        make_cell(cell, made, password)
    for proxy in cluster.proxies:
        changed = make_proxy(proxy, cluster, made, password)
        say(f"proxy {place_of(proxy)}: {'made' if changed else 'nothing differs'}")


def place_of(url: str) -> str:
    given = conninfo_to_dict(url)
    return f"{given.get('host', '')}:{given.get('port', '5432')}/{given.get('dbname', '')}"


def number_cell(cell: Cell) -> None:
    """Say to a cell which one it is, unless it holds a restaurant of another one."""
    with connected(cell.url, cell.name) as conn:
        strange = conn.execute(
            "select r.restaurant_id from ledger.restaurants as r"
            " where ledger.hash_restaurant(r.restaurant_id) & (%s - 1) <> %s limit 1",
            [cell.of, cell.number],
        ).fetchone()
        if strange:
            raise DeployError(
                f"{cell.name}: restaurant {strange[0]} lives in another one of {cell.of} cells: "
                "python db/proxy/move.py splits a cell"
            )
        conn.execute(
            "insert into ledger.cell (number, cells) values (%s, %s) on conflict (is_singleton) do update"
            " set number = excluded.number, cells = excluded.cells"
            " where (cell.number, cell.cells) <> (excluded.number, excluded.cells)",
            [cell.number, cell.of],
        )


def cells_password(cluster: Cluster) -> str:
    """The password of the proxies in the cells: the one that a proxy has, or a new one."""
    for proxy in cluster.proxies:
        with connected(proxy, f"proxy {place_of(proxy)}") as conn:
            row = conn.execute(
                "select o.option_value from pg_user_mappings as m, pg_options_to_table(m.umoptions) as o"
                " where m.srvname = 'cuenta' and o.option_name = 'password'"
            ).fetchone()
        if row:
            return str(row[0])
    return secrets.token_urlsafe(32)


def _fingerprint(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _standing(conn: Connection, schemas: tuple[str, ...]) -> str:
    row = conn.execute(STANDING, {"schemas": list(schemas)}).fetchone()
    return str(row[0]) if row else ""


def _noted(conn: Connection, schema: str) -> dict[str, str]:
    """What the last deploy noted at a schema."""
    row = conn.execute("select obj_description(to_regnamespace(%s), 'pg_namespace')", [schema]).fetchone()
    try:
        return dict(json.loads(row[0].split("\n")[-1])) if row and row[0] else {}
    except (ValueError, AttributeError):
        return {}


def _note(conn: Connection, schema: str, what: str, files: str, schemas: tuple[str, ...]) -> None:
    note = json.dumps({"files": files, "standing": _standing(conn, schemas)})
    conn.execute(sql.SQL("comment on schema {} is {}").format(sql.Identifier(schema), sql.Literal(f"{what}\n{note}")))


def _is_same(conn: Connection, schema: str, files: str, schemas: tuple[str, ...]) -> bool:
    noted = _noted(conn, schema)
    return noted.get("files") == files and noted.get("standing") == _standing(conn, schemas)


def make_cell(cell: Cell, made: Generated, password: str) -> None:
    """Schema cell, made anew where it differs, and the login of the proxies."""
    script = _text("cell.sql")
    files = _fingerprint(script, made.on_cell)
    with connected(cell.url, cell.name) as conn:
        conn.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        if conn.execute("select to_regnamespace('cell')").fetchone() == (None,) or not _is_same(
            conn, "cell", files, ("cell",)
        ):
            conn.execute("set local search_path = pg_catalog, pg_temp")
            conn.execute("set local check_function_bodies = off")
            conn.execute(script)
            conn.execute(made.on_cell)
            conn.execute("revoke all on all functions in schema cell from public")
            conn.execute("grant execute on all functions in schema cell to cuenta_cell, cuenta_owner, cuenta_writer")
            _note(conn, "cell", "What proxies call: db/proxy.", files, ("cell",))
    if not _can_log_in(cell, password):
        with connected(cell.url, cell.name) as conn:
            conn.execute(sql.SQL("alter role cuenta_cell password {}").format(sql.Literal(_scram(conn, password))))


def _scram(conn: Connection, password: str) -> str:
    """The password as the server keeps it, so that no log has it."""
    return conn.pgconn.encrypt_password(password.encode(), b"cuenta_cell", b"scram-sha-256").decode()


def _can_log_in(cell: Cell, password: str) -> bool:
    address = cell.address | {"user": "cuenta_cell", "password": password, "connect_timeout": "5"}
    try:
        with psycopg.connect(make_conninfo("", **address)):
            return True
    except psycopg.OperationalError:
        return False


def point_proxy(url: str, cluster: Cluster) -> None:
    """Tell a proxy where the cells are now, for its functions, without a lock on anything. Its views follow with the
    next deploy, which finds that they differ."""
    with connected(url, f"proxy {place_of(url)}") as conn:
        _point(conn, cluster)


def _point(conn: Connection, cluster: Cluster) -> None:
    """The cluster of PL/Proxy: for each partition the address of its cell, and its number."""
    addresses = {
        cell.number: make_conninfo("connect_timeout=3 application_name=cuenta_proxy", **cell.address)
        for cell in cluster.cells
    }
    wanted = {f"p{partition}": addresses[owner] for partition, owner in enumerate(cluster.owners)}
    wanted["connection_lifetime"] = "1800"
    known = {
        str(name)
        for (name,) in conn.execute(
            "select o.option_name from pg_foreign_server as s, pg_options_to_table(s.srvoptions) as o"
            " where s.srvname = 'cuenta'"
        )
    }
    does = sql.SQL("alter server cuenta" if known else "create server cuenta foreign data wrapper plproxy")
    changes = [sql.SQL("drop {}").format(sql.Identifier(name)) for name in sorted(known - wanted.keys())]
    for name, text in wanted.items():
        how = sql.SQL("" if not known else "set" if name in known else "add")
        changes.append(sql.SQL("{} {} {}").format(how, sql.Identifier(name), sql.Literal(text)))
    conn.execute(sql.SQL("{} options ({})").format(does, sql.SQL(", ").join(changes)))
    conn.execute(OWNERS.format(sql.Literal(cluster.owners)))


def _proxy_files(cluster: Cluster, made: Generated) -> tuple[str, str]:
    """What the functions of a proxy are made of, and what its views are."""
    cells = json.dumps([(cell.number, cell.of, cell.address) for cell in cluster.cells])
    privileges = _text("privileges.sql")
    return (
        _fingerprint(_text("fixed.sql"), made.types, made.functions, privileges),
        _fingerprint(made.views, cells, privileges),
    )


def make_proxy(url: str, cluster: Cluster, made: Generated, password: str) -> bool:
    """What differs of a proxy, in one transaction: the views and the addresses, or the functions, too."""
    limit = time.monotonic() + 120
    while True:
        try:
            return _make_proxy(url, cluster, made, password)
        except DeployError as error:  # somebody reads a long report: others are not to wait behind us
            if not isinstance(error.__cause__, errors.LockNotAvailable) or time.monotonic() > limit:
                raise
        time.sleep(0.5)


def _make_proxy(url: str, cluster: Cluster, made: Generated, password: str) -> bool:
    place = f"proxy {place_of(url)}"
    of_functions, of_views = _proxy_files(cluster, made)
    with connected(url, place) as conn:
        conn.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        if conn.execute("select to_regnamespace('deployment')").fetchone() != (None,):
            raise DeployError(f"{place} is a cell: it holds a ledger of its own")
        are_functions_due = not _is_same(conn, "proxy", of_functions, FUNCTIONS)
        if not are_functions_due and _is_same(conn, "reporting", of_views, VIEWS):
            return False
        conn.execute((DB / "roles.sql").read_text(encoding="utf-8"))
        conn.execute("set local lock_timeout = '1s'")
        conn.execute("set local search_path = pg_catalog, pg_temp")
        conn.execute("set local check_function_bodies = off")
        _drop(conn, VIEWS)
        if are_functions_due:
            _drop(conn, (*FUNCTIONS, "ledger", "outbound"))
            _make_extensions(conn, place)
        _make_servers(conn, cluster, password)
        for schema in (*FUNCTIONS, *VIEWS):
            conn.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
        _point(conn, cluster)
        _map(conn, "cuenta", password)
        if are_functions_due:
            conn.execute(made.types)
            conn.execute(_text("fixed.sql"))
            conn.execute(made.functions)
        conn.execute(made.views)
        conn.execute(_text("privileges.sql"))
        _note(conn, "proxy", "Calls to the cells: db/proxy.", of_functions, FUNCTIONS)
        _note(conn, "reporting", "The rows of all cells: db/proxy.", of_views, VIEWS)
    return True


def _drop(conn: Connection, schemas: Sequence[str]) -> None:
    """Drop schemas with what is in them, and the servers of the views."""
    rows = conn.execute(
        "select format('schema %%I', n.nspname) from pg_namespace as n where n.nspname = any(%(schemas)s)"
        " or ('reporting' = any(%(schemas)s) and n.nspname ~ '^cell_[0-9]+$')"
        " union all select format('server %%I', s.srvname) from pg_foreign_server as s"
        " where 'reporting' = any(%(schemas)s) and s.srvname ~ '^cell_[0-9]+$' order by 1",
        {"schemas": list(schemas)},
    ).fetchall()
    for (what,) in rows:
        conn.execute(f"drop {what} cascade")


def _make_extensions(conn: Connection, place: str) -> None:
    for name in ("plproxy", "postgres_fdw"):
        try:
            conn.execute(sql.SQL("create extension if not exists {}").format(sql.Identifier(name)))
        except (errors.UndefinedFile, errors.FeatureNotSupported) as error:
            raise DeployError(
                f"{place}: the extension {name} is not installed (Debian: postgresql-15-plproxy): {error}"
            ) from error


def _map(conn: Connection, server: str, password: str) -> None:
    """Let the owner of the functions and views use a server; secrets are in user mappings only."""
    name = sql.Identifier(server)
    if conn.execute("select from pg_user_mappings as m where m.srvname = %s", [server]).fetchone() is None:
        mapping = "create user mapping for cuenta_owner server {} options (user 'cuenta_cell', password {})"
        conn.execute(sql.SQL(mapping).format(name, sql.Literal(password)))
    conn.execute(sql.SQL("grant usage on foreign server {} to cuenta_owner").format(name))


def _make_servers(conn: Connection, cluster: Cluster, password: str) -> None:
    """A server a cell, for the views."""
    for cell in cluster.cells:
        name = f"cell_{cell.number}"
        parts = cell.address | {"fetch_size": "1000", "connect_timeout": "3", "application_name": "cuenta_proxy"}
        listed = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(key), sql.Literal(text)) for key, text in parts.items()
        )
        conn.execute(
            sql.SQL("create server {} foreign data wrapper postgres_fdw options ({})").format(
                sql.Identifier(name), listed
            )
        )
        _map(conn, name, password)
        conn.execute(sql.SQL("create schema {}").format(sql.Identifier(name)))


# -- looking ---------------------------------------------------------------------------------------


def check_cluster(path: Path, *, wait: float = 30.0) -> list[str]:
    """Where cells and proxies differ from the files: one message each. Changes nothing. Raises DeployError."""
    cluster = read_cluster(path)
    found: list[str] = []
    for cell in cluster.cells:
        found += [f"{cell.name}: {text}" for text in single.check(cell.url, wait=wait)]
        with connected(cell.url, cell.name) as conn:
            if conn.execute("select to_regclass('ledger.cell')").fetchone() == (None,):
                continue
            row = conn.execute("select number, cells from ledger.cell").fetchone()
        if row != (cell.number, cell.of):
            found.append(f"{cell.name}: takes itself for {row}, and is {(cell.number, cell.of)}")
    if found:
        return found
    made = generate(cluster.cells[0], cluster.owners)
    files = _fingerprint(_text("cell.sql"), made.on_cell)
    for cell in cluster.cells:
        with connected(cell.url, cell.name) as conn:
            if not _is_same(conn, "cell", files, ("cell",)):
                found.append(f"{cell.name}: schema cell is not what the files say: deploy with --proxy")
    of_functions, of_views = _proxy_files(cluster, made)
    for proxy in cluster.proxies:
        with connected(proxy, f"proxy {place_of(proxy)}") as conn:
            if not (_is_same(conn, "proxy", of_functions, FUNCTIONS) and _is_same(conn, "reporting", of_views, VIEWS)):
                found.append(f"proxy {place_of(proxy)}: is not what the files say: deploy with --proxy")
    return found
