"""Nobody but the functions writes the book: every role, every table, every verb; and what a superuser meets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.rows import dict_row

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
TABLES = """
    select n.nspname || '.' || c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_class as c
    inner join pg_namespace as n on n.oid = c.relnamespace
    inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        and a.attgenerated = '' and a.attidentity = ''
    where n.nspname in ('ledger', 'access', 'inbound', 'outbound') and c.relkind = 'r'
    group by n.nspname, c.relname
    order by n.nspname, c.relname
"""


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


@pytest.fixture(scope="module")
def tables(admin: Connection) -> dict[str, list[str]]:
    return {row["name"]: row["columns"] for row in admin.execute(TABLES).fetchall()}


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


def writes(table: str, columns: list[str]) -> Iterator[str]:
    yield f"insert into {table} default values"
    yield f"delete from {table}"
    yield f"truncate {table}"
    yield f"truncate {table} cascade"
    for column in columns:
        yield f"update {table} set {column} = {column}"
    yield f"lock table {table} in access exclusive mode"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_writes_no_table_but_through_the_functions(
    connect: Connect, admin: Connection, tables: dict[str, list[str]], role: str
) -> None:
    session = connect(role=role, row_factory=dict_row)
    before = book(admin)
    assert {f"ledger.{name}" for name in BOOK} <= set(tables)
    for name, columns in tables.items():
        for statement in writes(name, columns):
            got = sqlstate(session, statement)
            key = KEYS.get(name.removeprefix("ledger."))
            if role == "cuenta_owner" and statement == f"update {name} set {key} = {key}":
                # Allowed for foreign keys; a trigger sees to it that nothing is changed by it.
                continue
            if role == "cuenta_owner" and statement.startswith("lock"):
                continue
            assert got == "42501", (statement, got)
    assert book(admin) == before


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


CALLS = {
    "api.ingest_event('{}')": {"cuenta_app", "cuenta_operator", "cuenta_processor"},
    "api.ingest_events('[]')": {"cuenta_app", "cuenta_operator", "cuenta_processor"},
    "api.run_payouts('PEN', '2025-12-01')": {"cuenta_app", "cuenta_operator"},
    "api.set_restaurant('res_001')": {"cuenta_app", "cuenta_operator"},
    "api.get_balance('res_001', 'PEN')": {"cuenta_app", "cuenta_operator", "cuenta_reader"},
    "api.list_entries('res_001', 'PEN')": {"cuenta_app", "cuenta_operator", "cuenta_reader"},
    "api.list_payouts()": {"cuenta_app", "cuenta_operator", "cuenta_reader"},
}


@pytest.mark.parametrize("role", [role for role in ROLES if role != "cuenta_owner"])
@pytest.mark.parametrize("call", CALLS)
def test_a_role_calls_what_it_needs_and_no_more(connect: Connect, admin: Connection, role: str, call: str) -> None:
    got = sqlstate(connect(role=role), f"select * from {call}")
    assert got == (None if role in CALLS[call] else "42501")


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
