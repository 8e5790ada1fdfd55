"""The rows that are rules: db/reference/<table>.csv, the header naming the columns, merged by each deploy.

A column that a file does not name is the table's own affair (a trigger fills it). An empty field is
null. Only rows that differ are written, as cuenta_writer: the tables' guards let nobody else.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from db.facts import RUN, Connection, DeployError, read

# Each after those it refers to.
TABLES = (
    "currencies",
    "accounts",
    "entry_types",
    "event_types",
    "posting_rules",
    "rejection_reasons",
    "payout_failure_codes",
    "reports",
    "metrics",
)


class _Reference(NamedTuple):
    """A file against its table: pieces of SQL, and the rows."""

    table: str
    names: dict[str, sql.Composable]
    rows: str  # a JSON array of objects, every value a string or null
    columns: list[str]


def _read(root: Path, conn: Connection, table: str) -> _Reference:
    reader = csv.DictReader(io.StringIO(read(root / "reference" / f"{table}.csv"), newline=""), strict=True)
    try:
        rows = [{name: value or None for name, value in row.items()} for row in reader]
    except csv.Error as error:
        raise DeployError(f"db/reference/{table}.csv, line {reader.line_num}: {error}") from None
    columns = list(reader.fieldnames or ())
    if any(None in row for row in rows):
        raise DeployError(f"db/reference/{table}.csv has a row with more fields than columns")
    key = [name for (name,) in conn.execute(KEY, [f"ledger.{table}"])]
    if not key:
        raise DeployError(f"db/reference/{table}.csv: there is no table ledger.{table} with a primary key")
    rest = [name for name in columns if name not in key]

    def listed(alias: str, names: list[str]) -> sql.Composable:
        return sql.SQL(", ").join(sql.Identifier(alias, name) for name in names)

    names = {
        "table": sql.Identifier("ledger", table),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
        "first": sql.Identifier("t", key[0]),
        "t_key": listed("t", key),
        "w_key": listed("w", key),
        "t_all": listed("t", columns),
        "w_all": listed("w", columns),
        "both": sql.SQL(" and ").join(
            sql.SQL("{} = {}").format(sql.Identifier("t", name), sql.Identifier("w", name)) for name in key
        ),
        "set": sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Identifier("w", name)) for name in rest or key
        ),
        "wanted": sql.SQL("jsonb_populate_recordset(null::ledger.{}, %(rows)s::jsonb)").format(sql.Identifier(table)),
    }
    return _Reference(table, names, json.dumps(rows), columns)


KEY = """
select a.attname
from pg_catalog.pg_index as i
cross join lateral unnest(i.indkey::smallint[]) with ordinality as k (attnum, place)
inner join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
where i.indisprimary and i.indrelid = to_regclass(%s)
order by k.place
"""
MISSING = """
select c.name
from unnest(%s::text[]) as c (name)
where not exists (
    select from pg_catalog.pg_attribute as a
    where a.attrelid = to_regclass(%s) and a.attname = c.name and not a.attisdropped
)
"""
DIFFERENT = """
select concat_ws(' ', {t_key}), 'is in no file'
from {table} as t
where not exists (select from {wanted} as w where {both})
union all
select concat_ws(' ', {w_key}), case when {first} is null then 'is missing' else 'differs' end
from {wanted} as w
left join {table} as t on {both}
where {first} is null or ({t_all}) is distinct from ({w_all})
order by 1
"""
UPDATE = "update {table} as t set {set} from {wanted} as w where {both} and ({t_all}) is distinct from ({w_all})"
INSERT = """
insert into {table} ({columns})
select {w_all} from {wanted} as w
where not exists (select from {table} as t where {both})
"""
DELETE = "delete from {table} as t where not exists (select from {wanted} as w where {both})"


def _run(conn: Connection, reference: _Reference, statement: str) -> Any:
    query = sql.SQL(statement).format(**reference.names)
    try:
        return conn.execute(query, {"rows": reference.rows})
    except psycopg.Error as error:
        error.add_note(f"db/reference/{reference.table}.csv cannot be taken over")
        raise


def _files(root: Path, conn: Connection) -> list[_Reference]:
    """The files whose tables are there; that a migration is missing is told elsewhere."""
    there = "select to_regclass(%s) is not null"
    tables = [table for table in TABLES if conn.execute(there, [f"ledger.{table}"]).fetchone() == (True,)]
    missing = [f"db/reference/{table}.csv" for table in tables if not (root / "reference" / f"{table}.csv").exists()]
    if missing:
        raise DeployError(f"the checkout is not whole: {', '.join(missing)} is not there")
    return [_read(root, conn, table) for table in tables]


def differences(conn: Connection, root: Path) -> dict[tuple[str, str], str]:
    """A message for each row that is not as in its file, and for each column that a migration has yet to bring."""
    found = {}
    for file in _files(root, conn):
        missing = conn.execute(MISSING, [file.columns, f"ledger.{file.table}"]).fetchall()
        rows = [(name, "is a column that is missing") for (name,) in missing] or _run(conn, file, DIFFERENT)
        for name, what in rows:
            found["reference", f"{file.table} {name}"] = (
                f"reference data: {file.table} {name} {what}, see db/reference/{file.table}.csv: {RUN}"
            )
    return found


def merge(conn: Connection, root: Path) -> int:
    """Make the tables what the files say; answer the number of rows written."""
    files = _files(root, conn)
    steps = [(file, statement) for file in files for statement in (INSERT, UPDATE)]
    steps += [(file, DELETE) for file in reversed(files)]
    return sum(_run(conn, file, statement).rowcount for file, statement in steps)
