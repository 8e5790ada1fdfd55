"""Nobody but the functions writes the book: every role, every table, every verb; and what a superuser meets."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row

from db.deploy import deploy

Row = dict[str, Any]
Connection = psycopg.Connection[Row]
Connect = Callable[..., Connection]

ROLES = ["cuenta_owner", "cuenta_app", "cuenta_operator", "cuenta_reader", "cuenta_processor"]
ROLES += ["cuenta_door", "cuenta_restaurant", "cuenta_worker"]
BOOK = ["processor_events", "ledger_entries", "account_balances", "payouts", "payout_items"]
# The one column that a foreign key of another table looks at as the owner.
KEYS = {
    "account_balances": "restaurant_id",
    "processor_events": "restaurant_id",
    "payouts": "restaurant_id",
    "restaurants": "restaurant_id",
    "currencies": "currency",
    "payout_runs": "run_id",
    "entry_types": "entry_type",
    "event_types": "event_type",
    "accounts": "account",
    "posting_rules": "event_type",
    "payout_schedules": "schedule_id",
    "inbound.sources": "source",
    "outbound.endpoints": "endpoint_id",
}


@pytest.fixture(scope="module")
def admin(connect: Connect) -> Connection:
    """A superuser's session in a book with a charge, a refund, a paid and an open payout."""
    connection: Connection = connect(row_factory=dict_row)
    event: Row = {
        "event_id": "evt_1",
        "event_type": "charge_succeeded",
        "occurred_at": "2025-12-29T10:00:00Z",
        "restaurant_id": "res_001",
        "currency": "PEN",
        "amount": 12000,
        "fee": 600,
    }
    refund = event | {"event_id": "evt_2", "event_type": "refund_succeeded", "amount": 1000}
    del refund["fee"]
    for one in (event, refund, event | {"event_id": "evt_3", "amount": 0}):
        connection.execute("select api.ingest_event(%s::jsonb)", (json.dumps(one),))
    connection.execute("select * from api.run_payouts('PEN', '2025-12-29')")
    (payout,) = connection.execute("select * from api.list_payouts()").fetchall()
    paid = refund | {"event_id": "evt_4", "event_type": "payout_paid", "amount": payout["amount"]}
    paid |= {"payout_id": payout["payout_id"], "occurred_at": "2025-12-30T10:00:00Z"}
    connection.execute("select api.ingest_event(%s::jsonb)", (json.dumps(paid),))
    later = event | {"event_id": "evt_5", "occurred_at": "2025-12-30T20:00:00Z"}
    connection.execute("select api.ingest_event(%s::jsonb)", (json.dumps(later),))
    connection.execute("select * from api.run_payouts('PEN', '2025-12-30')")
    return connection


@pytest.fixture
def undone(admin: Connection) -> Iterator[Connection]:
    """The superuser's session; what the test does is rolled back."""
    admin.execute("begin")
    yield admin
    admin.execute("rollback")


def book(connection: Connection) -> list[Row]:
    query = " union all ".join(f"select '{name}' as name, to_jsonb(t) as row from ledger.{name} as t" for name in BOOK)
    return connection.execute(f"select * from ({query}) as b order by b.name, b.row").fetchall()


def sqlstate(connection: Connection, statement: str) -> str | None:
    """What the statement fails with, None if it does not; in any case nothing of it stays."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
    except psycopg.Error as error:
        return error.sqlstate
    return None


# Everybody tries everything: real logins, each object of the catalog. What privileges.sql does not give is 42501,
# and nothing of any attempt stays.

OURS = ("ledger", "access", "inbound", "outbound", "api", "reporting", "deployment", "public")
PRIVATE = ("ledger", "access", "inbound", "outbound")
CALLERS = [role for role in ROLES if role != "cuenta_owner"]
PAGE = (Path(__file__).resolve().parent.parent / "db" / "privileges.sql").read_text()
GRANTS = re.findall(r"grant execute on (?:function|procedure) ([\w.]+)\s+to ([\w,\s]+);", PAGE)


def meant_for(function: str) -> set[str]:
    """Who may execute it, as the page says; what is internal only as a part of a view."""
    return {role for name, roles in GRANTS if name == function and "api." in name for role in re.findall(r"\w+", roles)}


ATTEMPT = """
    create schema probe;
    create function probe.attempt(p_statements text[]) returns text[] language plpgsql as $$
    declare
        v_statement text;
        v_states text[] := '{}';
    begin
        foreach v_statement in array p_statements loop
            begin
                execute v_statement;
                raise exception using errcode = 'OK000';
            exception when others then
                v_states := v_states || sqlstate::text;
            end;
        end loop;
        return v_states;
    end;
    $$;
    grant usage on schema probe to public;
    grant execute on function probe.attempt to public;
"""
RELATIONS = """
    select format('%%I.%%I', n.nspname, c.relname) as name, c.relkind::text as kind, array(
        select a.attname::text from pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity = ''
    ) as columns
    from pg_class as c
    inner join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = any(%s) and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
    order by 1
"""
ROUTINES = """
    select format('%%I.%%I', n.nspname, p.proname) as name, format(
        case p.prokind when 'p' then 'call %%s' else 'select * from %%s' end,
        format('%%I.%%I(%%s)', n.nspname, p.proname, (
            select string_agg('null::' || format_type(t.type, null), ', ' order by t.place)
            from unnest(p.proargtypes) with ordinality as t (type, place)
        ))
    ) as call, p.prorettype = 'trigger'::regtype as is_trigger
    from pg_proc as p
    inner join pg_namespace as n on n.oid = p.pronamespace
    where n.nspname = any(%s)
    order by 1
"""
LOCKS = ("access share", "row share", "row exclusive", "share", "exclusive", "access exclusive")
# What is of no table: of the database, of roles, of the server.
ELSEWHERE = (
    "create temporary table t (a int)", "create temporary view v as select 1 as a", "create schema evil",
    "create function public.evil() returns int language sql as 'select 1'", "create extension dblink",
    "create function api.evil() returns int language sql as 'select 1'", "create table pg_catalog.evil (a int)",
    "create event trigger evil on ddl_command_start execute function pg_catalog.suppress_redundant_updates_trigger()",
    "create publication evil for all tables", "create foreign data wrapper evil", "create trusted language evil",
    "create cast (text as date) with inout", "create role evil", "create collation public.evil (locale = 'C')",
    "create operator public.=== (leftarg = text, rightarg = text, function = texteq)",
    "alter role cuenta_app set search_path = evil", "alter role cuenta_owner login password 'x'",
    "alter role postgres password 'x'", "drop role cuenta_reader", "grant cuenta_owner to current_user",
    "alter database {database} set search_path = evil", "comment on database {database} is 'x'",
    "alter default privileges for role cuenta_owner grant select on tables to public",
    "comment on role cuenta_app is 'x'", "set session authorization postgres",
    "set local session authorization cuenta_owner", "set session_replication_role = replica",
    "set log_parameter_max_length = -1", "set log_statement = 'none'", "set log_min_duration_statement = 0",
    "select set_config('session_replication_role', 'replica', false)",
    "select set_config('allow_system_table_mods', 'on', false)", "select set_config('log_statement', 'none', true)",
    "set deadlock_timeout = 1", "set zero_damaged_pages = on", "load 'auto_explain'", "set max_stack_depth = '7MB'",
    "select pg_read_file('postgresql.conf')", "select pg_ls_dir('.')", "select pg_reload_conf()",
    "select pg_stat_reset()", "select pg_switch_wal()", "select pg_create_restore_point('x')",
    "select pg_promote()", "select pg_rotate_logfile()", "select lo_import('/etc/passwd')",
    "select lo_export(1, '/x')", "select * from pg_authid", "select * from pg_shadow",
    "select * from pg_statistic", "select * from pg_largeobject", "select * from pg_subscription",
    "copy (select 1) to program 'true'", "copy (select 1) to '/x'", "copy pg_class from '/x'",
    "update pg_class set relname = relname", "delete from pg_proc", "update pg_trigger set tgenabled = 'D'",
    "select pg_terminate_backend({superuser})", "select pg_cancel_backend({superuser})",
    "select pg_get_shmem_allocations()",
    "create subscription evil connection '' publication p with (connect = false)", "checkpoint",
    "select pg_create_physical_replication_slot('x')", "select pg_create_logical_replication_slot('x', 'pgoutput')",
    "select pg_replication_origin_create('x')", "alter extension plpgsql set schema public",
    "drop extension plpgsql", "security label on schema ledger is 'x'",
    "create statistics public.evil on a, b from ledger.payouts",
)  # fmt: skip
# A grant without the right to grant is only a warning: whether it gave anything.
HAS_NOW = """do $do$ begin
    grant {0} to current_user;
    if not {1} then raise insufficient_privilege; end if;
end $do$"""
# Where it is refused otherwise, too: there is no such thing (for this role), or it is for no one.
OTHERWISE = (
    "create extension", "create trusted", "security label", "set max_stack", "create foreign", "checkpoint",
             "select pg_get_shmem", "create operator", "select pg_promote", "create cast", "load ", "alter role pg_",
)  # fmt: skip


def attempts_at(relation: Row) -> Iterator[str]:
    """Everything that may be done with a table, view or sequence, and each of its columns."""
    name, kind = relation["name"], relation["kind"]
    if kind == "S":
        yield from (f"select nextval('{name}')", f"select setval('{name}', 1)", f"select currval('{name}')")
        yield from (f"select * from {name}", f"alter sequence {name} restart", f"drop sequence {name}")
        return
    word = "view" if kind == "v" else "table"
    yield from (f"select * from {name}", f"insert into {name} default values", f"delete from {name}")
    for column in relation["columns"]:
        yield f"select {column} from {name}"
        yield f"update {name} set {column} = null"
        yield f"comment on column {name}.{column} is 'x'"
    yield from (f"lock table {name} in {mode} mode" for mode in LOCKS)
    yield from (
        f"comment on {word} {name} is 'x'",
        f"drop {word} {name} cascade",
        HAS_NOW.format(f"all on {name}", f"has_table_privilege('{name}', 'update')"),
    )
    yield f"alter {word} {name} owner to current_user"
    yield f"create rule evil as on insert to {name} do instead nothing"
    yield f"select 1 from {name} for update"
    if kind != "v":
        yield from (f"truncate {name}", f"truncate {name} cascade", f"create index on {name} ((1))")
        yield from (f"alter table {name} add column evil int", f"alter table {name} disable trigger all")
        yield f"create trigger evil before insert on {name} execute function suppress_redundant_updates_trigger()"
        yield from (f"alter table {name} enable row level security", f"create policy evil on {name}")
        yield from (f"alter table {name} alter {column} drop not null" for column in relation["columns"][:1])


@pytest.fixture(scope="module")
def logins(admin: Connection) -> Iterator[dict[str, str]]:
    """A login for each role, by the role, and one with none: as they come in through the network."""
    password = secrets.token_hex(8)
    deploy(make_conninfo(admin.info.dsn, password=admin.info.password), quiet=True)  # rights on it are not copied
    admin.execute(ATTEMPT)
    made: dict[str, str] = {}
    for role in (*CALLERS, "cuenta_owner", None):
        login = f"probe_{(role or 'nobody').removeprefix('cuenta_')}_{secrets.token_hex(3)}"
        member = f" in role {role}" if role else ""
        admin.execute(f"create role {login} login password '{password}'{member}".encode())
        made[role or "nobody"] = make_conninfo(admin.info.dsn, user=login, password=password)
    admin.execute(f"grant connect on database {admin.info.dbname} to {user_of(made['nobody'])}".encode())
    yield made
    admin.execute("drop schema probe cascade")
    admin.execute(f"revoke connect on database {admin.info.dbname} from {user_of(made['nobody'])}".encode())
    for dsn in made.values():
        admin.execute(f"drop role {user_of(dsn)}".encode())


def user_of(dsn: str) -> str:
    return str(conninfo_to_dict(dsn)["user"])


def attempt(dsn: str, statements: list[str], settings: str = "-c lock_timeout=5s") -> dict[str, str]:
    """What each statement fails with, or OK000; nothing of any of them stays."""
    password = conninfo_to_dict(dsn)["password"]
    with psycopg.connect(dsn, autocommit=True, options=settings, password=password) as session:
        row = session.execute("select probe.attempt(%s)", (statements,)).fetchone()
    return dict(zip(statements, row[0] if row else [], strict=True))


def book_and_catalog(admin: Connection) -> list[Any]:
    """What must be as it was: the book, and how many objects, grants and settings there are."""
    query = """
        select (select count(*) from pg_class) as c, (select count(*) from pg_proc) as p,
            (select count(*) from pg_roles) as r, (select count(*) from pg_auth_members) as m,
            (select count(*) from pg_trigger where tgenabled = 'O') as t,
            (select md5(string_agg(relname || relacl::text || relowner::text, ',' order by oid)) from pg_class) as a,
            (select md5(string_agg(proacl::text || proowner::text, ',' order by oid)) from pg_proc) as f,
            (select md5(string_agg(nspacl::text || nspowner::text, ',' order by oid)) from pg_namespace) as n,
            (select md5(string_agg(setconfig::text, ',' order by setdatabase, setrole)) from pg_db_role_setting) as s
    """
    return [book(admin), admin.execute(query).fetchall()]


@pytest.mark.parametrize("role", [*CALLERS, "nobody"])
def test_a_login_may_do_nothing_with_any_table_view_or_sequence_but_read_its_views(
    admin: Connection, logins: dict[str, str], role: str
) -> None:
    before = book_and_catalog(admin)
    relations = admin.execute(RELATIONS, [list(OURS)]).fetchall()
    assert len(relations) > 100
    allowed: set[str] = set()
    statements: list[str] = []
    for relation in relations:
        statements += attempts_at(relation)
        if role == "cuenta_reader" and relation["name"].startswith("reporting."):
            columns = [f"select {column} from {relation['name']}" for column in relation["columns"]]
            allowed |= {f"select * from {relation['name']}", *columns}
            allowed.add(f"lock table {relation['name']} in access share mode")
    told = attempt(logins[role], statements)
    # The others: a view, or a column of one, that nobody can write through.
    views = {what for what, state in told.items() if state in ("55000", "0A000", "428C9") and " reporting." in what}
    refused = views | {what for what, state in told.items() if state == "42501"}
    assert {what: state for what, state in told.items() if what not in allowed | refused} == {}
    assert {what: state for what, state in told.items() if what in allowed and state != "OK000"} == {}
    assert book_and_catalog(admin) == before


@pytest.mark.parametrize("role", [*CALLERS, "nobody"])
def test_a_login_calls_the_functions_that_are_meant_for_it_and_no_other(
    admin: Connection, logins: dict[str, str], role: str
) -> None:
    before = book_and_catalog(admin)
    routines = admin.execute(ROUTINES, [list(OURS)]).fetchall()
    assert len(routines) > 300 and len(GRANTS) > 80
    told = attempt(logins[role], [row["call"] for row in routines], "-c default_transaction_read_only=on")
    for row in routines:
        is_meant = role in meant_for(row["name"])
        assert (told[row["call"]] != "42501") == is_meant, (row["call"], told[row["call"]])
    assert book_and_catalog(admin) == before


@pytest.mark.parametrize("role", [*CALLERS, "nobody"])
def test_a_login_makes_nothing_becomes_nobody_and_reaches_nothing_of_the_server(
    admin: Connection, logins: dict[str, str], role: str
) -> None:
    before = book_and_catalog(admin)
    (row,) = admin.execute("select pg_backend_pid() as pid").fetchall()
    statements = [what.format(database=admin.info.dbname, superuser=row["pid"]) for what in ELSEWHERE]
    for schema in OURS:
        statements += [f"create table {schema}.evil (a int)", f"drop schema {schema} cascade"]
        statements += [f"create view {schema}.evil as select 1 as a", f"alter schema {schema} owner to current_user"]
        statements += [f"comment on schema {schema} is 'x'", f"create type {schema}.evil as (a int)"]
        statements += [
            f"create sequence {schema}.evil",
            HAS_NOW.format("create on schema " + schema, f"has_schema_privilege('{schema}', 'create')"),
        ]
    for other in (
        *ROLES,
        "cuenta_writer",
        "postgres",
        "pg_read_all_data",
        "pg_write_all_data",
        "pg_execute_server_program",
    ):
        if other != role:
            statements += [
                f"set role {other}",
                f"grant {other} to current_user",
                f"select set_config('role', '{other}', true)",
            ]
            statements += [f"set local role {other}", f"alter role {other} set work_mem = '1MB'"]
            statements += [f"drop owned by {other}", f"reassign owned by {other} to current_user"]
    what, question = "create on database " + admin.info.dbname, "has_database_privilege(current_database(), 'create')"
    statements.append(HAS_NOW.format(what, question))
    told = attempt(logins[role], statements)
    otherwise = {what for what, state in told.items() if what.startswith(OTHERWISE) and state not in ("OK000", "42601")}
    assert {what: state for what, state in told.items() if state != "42501" and what not in otherwise} == {}
    assert book_and_catalog(admin) == before


def test_the_owner_reads_and_does_not_write_the_book(admin: Connection, logins: dict[str, str]) -> None:
    before = book_and_catalog(admin)
    relations = admin.execute(RELATIONS, [list(PRIVATE)]).fetchall()
    tables = [row for row in relations if row["kind"] == "r"]
    keys = {f"update {t['name']} set {KEYS.get(t['name'].removeprefix('ledger.'))} = null" for t in tables}
    statements: list[str] = []
    for table in tables:
        statements += [f"insert into {table['name']} default values", f"delete from {table['name']}"]
        statements += [f"truncate {table['name']}", f"truncate {table['name']} cascade"]
        statements += [f"update {table['name']} set {column} = null" for column in table["columns"]]
    statements += [f"select setval('{row['name']}', 1)" for row in relations if row["kind"] == "S"]
    statements += [f"select nextval('{row['name']}')" for row in relations if row["kind"] == "S"]
    told = attempt(logins["cuenta_owner"], statements)
    assert {what: state for what, state in told.items() if what not in keys and state != "42501"} == {}
    # Allowed for foreign keys; triggers see to it that no row is changed by it.
    empty = {
        table["name"]
        for table in tables
        if admin.execute(f"select from {table['name']} limit 1".encode()).fetchone() is None
    }
    done = [what for what, state in told.items() if what in keys and state == "OK000"]
    assert {what.split(" ")[1] for what in done} <= empty
    assert book_and_catalog(admin) == before


def test_a_login_cannot_take_its_own_roles_rights_away(admin: Connection, logins: dict[str, str]) -> None:
    """`drop owned` of one's own role is done without an error, and takes nothing that somebody else has granted."""
    before = book_and_catalog(admin)
    for role in CALLERS:
        password = conninfo_to_dict(logins[role])["password"]
        with psycopg.connect(logins[role], password=password) as session:
            session.execute(f"drop owned by {role}".encode())
            session.execute(f"reassign owned by {role} to current_user".encode())
    assert book_and_catalog(admin) == before


@pytest.mark.parametrize("name", BOOK)
def test_the_owners_one_column_changes_nothing(connect: Connect, admin: Connection, name: str) -> None:
    session = connect(role="cuenta_owner", row_factory=dict_row)
    before = book(admin)
    column = KEYS.get(name, "restaurant_id")
    for value in ("'res_evil'", f"{column} || '.evil'"):
        assert sqlstate(session, f"update ledger.{name} set {column} = {value}") is not None
    assert book(admin) == before


@pytest.mark.parametrize("role", [*ROLES, "pg_read_all_data", "pg_write_all_data"])
def test_nobody_becomes_the_role_that_writes(connect: Connect, admin: Connection, role: str) -> None:
    (row,) = admin.execute(
        """
        select
            exists (select from pg_auth_members as m where m.roleid = r.oid) as has_members,
            r.rolcanlogin, r.rolsuper, r.rolcreaterole
        from pg_roles as r
        where r.rolname = 'cuenta_writer'
        """
    ).fetchall()
    assert not any(row.values())
    session = connect(row_factory=dict_row)
    session.execute(sql.SQL("set session authorization {}").format(sql.Identifier(role)))
    assert sqlstate(session, "set role cuenta_writer") == "42501"
    assert sqlstate(session, "grant cuenta_writer to current_user") is not None


def test_only_the_writer_may_write_the_book(admin: Connection) -> None:
    found = admin.execute(
        """
        select t.table_name, r.rolname, p.privilege
        from unnest(%s::text[]) as t (table_name)
        cross join pg_roles as r
        cross join unnest('{insert,update,delete,truncate}'::text[]) as p (privilege)
        where has_table_privilege(r.rolname, 'ledger.' || t.table_name, p.privilege)
            and not r.rolsuper and r.rolname <> 'pg_write_all_data'
            and not (r.rolname = 'cuenta_writer' and p.privilege in ('insert', 'update'))
        """,
        (BOOK,),
    ).fetchall()
    assert found == []


def test_no_role_calls_what_is_internal(connect: Connect, admin: Connection) -> None:
    found = admin.execute(
        """
        select r.rolname, p.oid::regprocedure::text
        from pg_proc as p
        cross join (select rolname from pg_roles where rolname ~ '^cuenta_' and rolname !~ '_(owner|writer)$') as r
        where p.pronamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound')
            and has_function_privilege(r.rolname, p.oid, 'execute')
        """
    ).fetchall()
    # views call them with the rights of who reads them
    assert sorted(row["oid"] for row in found) == [
        "ledger.audits_everything()",
        "ledger.business_day(timestamp with time zone,text,smallint)",
        "ledger.convert_amount(numeric,numeric,numeric)",
        "ledger.derive_payout_id(text,text,date)",
        "ledger.known_timezones(text[])",
        "ledger.read_audit_scope(text)",
        "ledger.read_note(jsonb,text,integer)",
        "ledger.read_time(text)",
    ]


# What a superuser meets


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger.ledger_entries set amount = amount + 1 where entry_seq = 1",
        "update ledger.ledger_entries set recorded_at = now()",
        "delete from ledger.ledger_entries where entry_seq = 1",
        "truncate ledger.ledger_entries cascade",
        "update ledger.processor_events set amount = 1",
        "update ledger.processor_events set payload = '{}'",
        "update ledger.processor_events set event_id = event_id || 'x'",
        "delete from ledger.processor_events",
        "truncate ledger.processor_events cascade",
        "update ledger.payout_items set amount = amount + 1",
        "delete from ledger.payout_items",
        "truncate ledger.payout_items",
        "update ledger.account_balances set balance = balance + 1",
        "update ledger.account_balances set reserved = reserved + 1",
        "update ledger.account_balances set held = held + 1",
        "update ledger.account_balances set balance = balance + 1, reserved = reserved - 1",
        "update ledger.account_balances set last_entry_seq = last_entry_seq + 1",
        "update ledger.account_balances set last_entry_seq = last_entry_seq - 1",
        "update ledger.account_balances set restaurant_id = 'res_evil'",
        "delete from ledger.account_balances",
        "truncate ledger.account_balances cascade",
        "insert into ledger.account_balances (restaurant_id, currency, balance) values ('res_001', 'USD', 5)",
        "update ledger.payouts set amount = amount + 1",
        "update ledger.payouts set status = 'CREATED' where status = 'PAID'",
        "update ledger.payouts set restaurant_id = 'res_evil'",
        "delete from ledger.payouts",
        "truncate ledger.payouts cascade",
        "update ledger.event_rejections set code = 'X'",
        "delete from ledger.event_rejections",
        "truncate ledger.event_rejections",
        "update ledger.currencies set exponent = 0 where currency = 'PEN'",
        "update ledger.entry_types set debit_account = 'processor_fees' where entry_type = 'CHARGE'",
        "delete from ledger.posting_rules",
    ],
)
def test_a_superuser_is_refused(undone: Connection, statement: str) -> None:
    got = sqlstate(undone, statement)
    assert got is not None and got not in ("42601", "42P01", "42703"), got


@pytest.mark.parametrize("setting", ["cuenta.is_posting=on", "cuenta.is_posting=true", "search_path=pg_temp"])
def test_no_setting_lets_a_balance_differ_from_its_entries(connect: Connect, admin: Connection, setting: str) -> None:
    for role in ("cuenta_owner", None):
        session = connect(role=role, options=f"-c {setting}")
        assert sqlstate(session, "update ledger.account_balances set balance = balance + 1") in ("42501", "LXBAL")


HAND_WRITTEN = {
    "an event without its entries": """
        insert into ledger.processor_events overriding system value
        select (jsonb_populate_record(
            v, '{"event_id": "evt_hand", "event_no": 999999, "entry_count": 0, "first_entry_seq": null}'
        )).*
        from ledger.processor_events as v where v.event_id = 'evt_1'
    """,
    "an entry that moves no account": """
        insert into ledger.ledger_entries overriding system value
        select (jsonb_populate_record(
            e, jsonb_build_object('entry_seq', 999, 'balance_after', e.balance_after + e.amount)
        )).*
        from ledger.ledger_entries as e where e.entry_seq = 1
    """,
    "a payout marked as paid": "update ledger.payouts set status = 'PAID', paid_at = now() where status = 'CREATED'",
}


@pytest.mark.parametrize("what", HAND_WRITTEN)
def test_what_a_superuser_writes_by_hand_is_refused_or_found(undone: Connection, what: str) -> None:
    try:
        with undone.transaction():
            undone.execute(HAND_WRITTEN[what])
    except psycopg.Error as error:
        assert error.sqlstate is not None and error.sqlstate[:2] in ("LX", "23"), error
        return
    found = undone.execute("select * from api.check_integrity() where severity = 'error' and findings > 0").fetchall()
    assert found


def test_without_the_tampering_nothing_is_found(admin: Connection) -> None:
    checks = admin.execute("select * from api.check_integrity() where severity = 'error'").fetchall()
    assert checks and [check for check in checks if check["findings"]] == []
    assert errors.InsufficientPrivilege.sqlstate == "42501"
