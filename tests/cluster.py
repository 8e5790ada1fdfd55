"""Several cells and a proxy in place of the one database that the tests otherwise get: CUENTA_TEST_CELLS=4.

The proxy is made once, by db/deploy.py --proxy, and copied for each module with its cells.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from dev import embedded

CELLS = int(os.environ.get("CUENTA_TEST_CELLS", "0"))  # none: the tests are those of a single database
SETTINGS = {"max_connections": "600"} if CELLS else {}  # each session of a proxy has one in each of its cells

# What cannot run over a proxy, and why.
CANNOT: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("cells").joinpath("cannot.toml").read_text(encoding="utf-8")
)["cannot"]

# A look at the cells' tables as one, for tests that ask what is in the book; nothing of a proxy's own. What numbers a
# cell's rows carries the cell's number, as it does in what the functions answer.
LOOK = """
do $look$
declare
    v_schema text;
    v_cell text;
    r_table record;
begin
    execute format('create user mapping for current_user server cuenta options (user %L, password %L)',
        current_user, current_setting('cuenta.password'));
    for v_cell in select s.srvname from pg_foreign_server as s where s.srvname like 'cell!_%' escape '!' loop
        execute format('create user mapping for current_user server %I options (user %L, password %L)',
            v_cell, current_user, current_setting('cuenta.password'));
        foreach v_schema in array array['ledger', 'access', 'inbound', 'outbound'] loop
            execute format('create schema look_%s_%s', v_cell, v_schema);
            execute format('import foreign schema %s from server %I into look_%s_%s options (import_default %L)',
                v_schema, v_cell, v_cell, v_schema, 'false');
        end loop;
    end loop;
    foreach v_schema in array array['ledger', 'access', 'inbound', 'outbound'] loop
        execute format('create schema if not exists %s', v_schema);
        for r_table in
            select c.relname as name,
                string_agg(
                    format(
                        'select %s from %s.%I',
                        (
                            select string_agg(
                                case
                                    when a.attname in ('rejection_no', 'webhook_no', 'delivery_id', 'seal_no')
                                    then format('%1$I * 4096 + %2$s as %1$I', a.attname, split_part(n.nspname, '_', 3))
                                    else quote_ident(a.attname)
                                end,
                                ', ' order by a.attnum
                            )
                            from pg_attribute as a
                            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                        ),
                        n.nspname, c.relname
                    ),
                    -- What all cells have alike is there once.
                    case when r.has_restaurants then ' union all ' else ' union ' end order by n.nspname
                ) as body
            from pg_class as c
            join pg_namespace as n on n.oid = c.relnamespace
            cross join lateral (
                select exists (
                    select from pg_attribute as a where a.attrelid = c.oid and a.attname = 'restaurant_id'
                ) as has_restaurants
            ) as r
            where n.nspname like 'look!_cell!_%!_' || v_schema escape '!' and c.relkind = 'f'
            group by c.relname
        loop
            execute format('create view %I.%I as %s', v_schema, r_table.name, r_table.body);
        end loop;
    end loop;
end;
$look$;

create schema look;
grant usage on schema look to public;

-- The server processes that work for the session that asks, one in each cell.
create function look.processes_each() returns setof integer language plproxy as $look$
    cluster 'cuenta';
    run on all;
    select pg_backend_pid();
$look$;
create function look.processes() returns integer[] language plpgsql security definer as $look$
begin
    return array(select * from look.processes_each());
end;
$look$;
grant usage on schema look to cuenta_owner;

create function ledger.without_wild_numbers(p_document jsonb) returns jsonb language plproxy as $look$
    cluster 'cuenta';
    run on 0;
    select ledger.without_wild_numbers(p_document);
$look$;
revoke execute on function ledger.without_wild_numbers(jsonb) from public;
alter function look.processes() owner to cuenta_owner;
"""


def cannot_run(nodeid: str) -> bool:
    """Whether a test is one of those that a proxy cannot take."""
    name = nodeid.removeprefix("tests/")
    return any({name, name.split("[")[0]} & {*group["tests"]} for group in CANNOT)


def cell_of(restaurant_id: str, cells: int = CELLS) -> int:
    """Where a restaurant lives, as the design says: the first 32 bits of the MD5 of its id, masked."""
    return int(hashlib.md5(restaurant_id.encode()).hexdigest()[:8], 16) & (cells - 1) if cells else 0


def cell_of_event(event: Any) -> int:
    """The cell that is told an event, whatever it is."""
    name = event.get("restaurant_id") if isinstance(event, dict) else None
    return cell_of(name if isinstance(name, str) else "")


def live_together(*restaurant_ids: str) -> bool:
    """Whether restaurants live in one database: always so, if there is only one."""
    return not CELLS or len({cell_of(restaurant_id) for restaurant_id in restaurant_ids}) <= 1


def neighbor(name: str, *others: str) -> str:
    """A restaurant of this name, which has a number behind it where else it would not live where the others do."""
    names = itertools.chain([name], (f"{name}.{number}" for number in itertools.count()))
    return next(name for name in names if live_together(name, *others))


@contextlib.contextmanager
def template(server_url: str, cells: int = CELLS) -> Iterator[str]:
    """A deployed proxy, with its cells; yields its URL."""
    from db.proxy.cluster import cluster_file, deploy_cluster

    with contextlib.ExitStack() as stack:
        make = [stack.enter_context(embedded.throw_away_database(server_url)) for _ in range(cells + 1)]
        proxy, *urls = make
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        file = Path(folder, "cells.toml")
        file.write_text(cluster_file([proxy], urls), encoding="utf-8")
        deploy_cluster(file, quiet=True)
        with psycopg.connect(proxy) as conn:
            conn.execute("select set_config('cuenta.password', %s, true)", [conn.info.password])
            conn.execute(LOOK)
        yield proxy


def cell_urls(proxy_url: str) -> list[str]:
    """The URLs of a proxy's cells, as the login that asks; none of a database that is no proxy."""
    with psycopg.connect(proxy_url) as conn:
        rows = conn.execute(
            "select o.option_value from pg_foreign_server as s, pg_options_to_table(s.srvoptions) as o"
            " where s.srvname = 'cuenta' and o.option_name ~ '^p[0-9]+$' order by substr(o.option_name, 2)::integer"
        ).fetchall()
    return [embedded.url_with_database(proxy_url, str(conninfo_to_dict(row[0])["dbname"])) for row in rows]


@contextlib.contextmanager
def undone(proxy_url: str) -> Iterator[None]:
    """Take back what is written meanwhile, as no rollback does: what was empty is empty again."""
    with contextlib.ExitStack() as stack:
        cells = [stack.enter_context(psycopg.connect(url, autocommit=True)) for url in cell_urls(proxy_url)]
        tables = [
            sql.Identifier(*row)
            for row in cells[0].execute(
                "select n.nspname, c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
                " where c.relkind in ('r', 'p') and n.nspname in ('ledger', 'access', 'inbound', 'outbound')"
            )
        ]
        is_empty = sql.SQL("select not exists (select from {})")
        empty = [table for table in tables if cells[0].execute(is_empty.format(table)).fetchone() == (True,)]
        yield
        for cell in cells:
            cell.execute("set session_replication_role = replica")
            cell.execute(sql.SQL("truncate {} cascade").format(sql.SQL(", ").join(empty)))


@contextlib.contextmanager
def copy(server_url: str, template_url: str) -> Iterator[str]:
    """A copy of a proxy with copies of its cells; yields its URL."""
    with contextlib.ExitStack() as stack:

        def copied(url: str) -> str:
            name = embedded.database_name(url)
            return stack.enter_context(embedded.throw_away_database(server_url, name))

        cells = [copied(url) for url in cell_urls(template_url)]
        proxy = copied(template_url)
        with psycopg.connect(proxy, autocommit=True) as conn:
            for number, url in enumerate(cells):
                point(conn, number, embedded.database_name(url))
        yield proxy


def point(conn: psycopg.Connection[tuple[object, ...]], number: int, dbname: str) -> None:
    """Have a proxy find a cell in another database of the same server."""
    row = conn.execute(
        "select o.option_value from pg_foreign_server as s, pg_options_to_table(s.srvoptions) as o"
        " where s.srvname = 'cuenta' and o.option_name = %s",
        [f"p{number}"],
    ).fetchone()
    assert row
    address = make_conninfo(str(row[0]), dbname=dbname)
    conn.execute(
        sql.SQL("alter server cuenta options (set {} {})").format(sql.Identifier(f"p{number}"), sql.Literal(address))
    )
    conn.execute(
        sql.SQL("alter server {} options (set dbname {})").format(sql.Identifier(f"cell_{number}"), sql.Literal(dbname))
    )
