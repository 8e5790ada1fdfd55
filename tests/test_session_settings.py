"""No setting of a caller's session changes what a function does: every function, every odd setting.

The same calls are made in a new session for each setting, because functions are read and planned by a session's
settings, and are rolled back afterwards. The answers must be those of a session that set nothing.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

pytestmark = pytest.mark.long

Row = dict[str, Any]
Connection = psycopg.Connection[Row]
Connect = Callable[..., Connection]

START = datetime.now(UTC) - timedelta(minutes=5)
DATE_STYLES = ["ISO, DMY", "SQL, DMY", "SQL, MDY", "Postgres, MDY", "German, DMY"]
ODD: dict[str, list[str]] = {
    "standard_conforming_strings": ["off"],
    "escape_string_warning": ["off"],
    "backslash_quote": ["on", "off"],
    "DateStyle": DATE_STYLES,
    "IntervalStyle": ["postgres_verbose", "sql_standard", "iso_8601"],
    "TimeZone": ["America/Lima", "Pacific/Kiritimati", "Europe/London", "<+0530>-05:30", "FOO+3BAR", "-11"],
    "timezone_abbreviations": ["Australia", "India"],
    "extra_float_digits": ["-15", "3"],
    "bytea_output": ["escape"],
    "transform_null_equals": ["on"],
    "array_nulls": ["off"],
    "quote_all_identifiers": ["on"],
    "xmloption": ["document"],
    "default_transaction_isolation": ["read uncommitted", "repeatable read", "serializable"],
    "plan_cache_mode": ["force_generic_plan", "force_custom_plan"],
    "jit": ["on"],
    "client_encoding": ["LATIN1", "UTF8"],
    "lc_monetary": ["C"],
    "lc_numeric": ["C"],
    "lc_time": ["C"],
    "constraint_exclusion": ["on", "off"],
    "row_security": ["off"],
    "check_function_bodies": ["off"],
    "plpgsql.extra_errors": ["all"],
    "plpgsql.extra_warnings": ["all"],
    "search_path": ["", "pg_temp", "ledger", "hostile, pg_catalog", "pg_temp, hostile, api, ledger"],
    "work_mem": ["64"],
    "default_text_search_config": ["pg_catalog.spanish"],
    "enable_seqscan": ["off"],
    "enable_indexscan": ["off"],
    "enable_nestloop": ["off"],
    "cuenta.is_posting": ["on"],
    "session_replication_role": ["local"],
}
SINGLE = [(name, value) for name, values in ODD.items() for value in values]
# What does not let a session write, or does nothing but talk.
SMALL = re.compile("collapse_limit|geqo|cost$|cursor_tuple|parallel_workers_per")
LEFT_OUT = re.compile("^(transaction_|default_transaction_|debug_print|debug_pretty|trace_|exit_on_error)")

EVENT: Row = {
    "event_id": "evt_1",
    "event_type": "charge_succeeded",
    "occurred_at": "2025-12-30T10:00:00Z",
    "restaurant_id": "res_001",
    "currency": "PEN",
    "amount": 12000,
    "fee": 600,
}


def event(event_id: str, **other: Any) -> Row:
    return EVENT | {"event_id": event_id} | other


NO_FEE = {"event_type": "refund_succeeded", "fee": 0}
EVENTS = [
    event("evt_1"),  # known
    event("evt_1", amount=7),  # used again
    event("n_1", occurred_at="2025-12-31T23:59:59.9999999-05:00"),
    event("n_2", occurred_at="2026-03-01T00:00:00x5Z"),
    event("n_3", occurred_at="2026-02-03T04:05:06Z", restaurant_id="new.1", currency="usd"),
    event("n_4", occurred_at="30.12.2025 10:00:00 UTC"),
    event("n_5", occurred_at="2025-12-30 10:00:00+00"),
    event("n_6", occurred_at="2025-12-30T10:00:00 EST"),
    event("n\\_7", metadata={"note": "a\\b'c\"d", "reservation_id": "rsv_1"}),
    event("n_8", metadata={"note": "a\\b'c\"d", "n": None, "at": "2025-12-30"}, provider="other"),
    event("n_9", **NO_FEE, amount=5),
    event("n_10", amount=0),
    event("n_11", restaurant_id="res\\_001"),
    event("n_12", currency="P\\N"),
    event("n_13", event_type="charge\\succeeded"),
    event("n_14", **NO_FEE, amount=2**53 - 1, restaurant_id="new.2"),
    event("n_15", amount=2**53 - 1, restaurant_id="new.2", fee=0),
    event("n_16", event_type="payout_paid", payout_id="po_1", amount=1, fee=0),
    event("n_17", event_type="payout_paid", payout_id="{payout}", amount="{amount}", fee=0),
    event("n_19", payment_id="pay\\_1"),
    event("n_22", payment_id="pay_1", restaurant_id="new.4", available_on="2026-01-02"),
    event("n_23", **NO_FEE, amount=20, restaurant_id="new.4", metadata={"payment_id": "pay_1", "refund_id": "rf_1"}),
    event("n_24", event_type="refund_failed", amount=20, fee=0, refund_id="rf_1", restaurant_id="new.4"),
    event("n_25", event_type="dispute_opened", amount=30, fee=5, dispute_id="d_1", restaurant_id="new.4"),
    event("n_26", **NO_FEE, amount=99999999, restaurant_id="new.4", payment_id="pay_1"),
    event("n_27", **NO_FEE, amount=9, restaurant_id="new.4", payment_id="pay_2"),
    event("n_28", event_type="payout_canceled", payout_id="po_1", amount=1, fee=0),
    event("n_18", event_type="payout_failed", metadata={"payout_id": "{payout}"}, amount="{amount}", fee=0),
]
MORE = [event(f"m_{number}", restaurant_id=f"new.{number % 3}") for number in range(15)]
SIGNED = json.dumps(event("w_1", restaurant_id="new.4", metadata={"note": "a\\b"})).encode()


def signature(body: bytes) -> str:
    return "a\\b" + base64.b64encode(hmac.digest(b'a\\secret"', body, "sha256")).decode()


SIGNATURE, UNREADABLE = signature(SIGNED), signature(b"\xff\\")
ONE, MANY = "ingest_event(%s::pg_catalog.jsonb)", "ingest_events(%s::pg_catalog.jsonb)"
RATE = {"rate_date": "2025-12-30", "base": "USD", "quote": "PEN", "rate": 3.75}
IN_BASE = ("daily_sales_in_base", "PEN")
# Each function of the schema api, in an order in which they tell something.
CALLS: list[tuple[str, tuple[Any, ...]]] = [
    # First, so that all that follows is told.
    ("set_webhook_source(%s, %s, %s::pg_catalog.jsonb)", ("psp", "hmac", {"prefix": "a\\b", "encoding": "base64"})),
    ("set_webhook_source(%s, %s, %s::pg_catalog.jsonb)", ("p\\sp", "hmac", {})),
    ("add_webhook_secret(%s, %s, %s)", ("psp", 'a\\secret"', START)),
    ("add_webhook_secret(%s, %s, %s, %s)", ("psp", 'a\\secret"', START, date(2099, 2, 3))),
    ("add_webhook_secret(%s, %s)", ("psp", "a\nb")),
    ("receive_webhook(%s, %s::pg_catalog.jsonb, '{}', %s)", ("psp", {"X-Signature": SIGNATURE}, SIGNED)),
    ("receive_webhook(%s, %s::pg_catalog.jsonb, '{}', %s)", ("psp", {"X-Signature": SIGNATURE}, SIGNED + b" ")),
    ("receive_webhook(%s, %s::pg_catalog.jsonb, '{}', %s)", ("psp", {"X-Signature": UNREADABLE}, b"\xff\\")),
    ("list_kept_webhooks(%s)", ("psp",)),
    ("list_kept_webhooks(p_cursor => %s)", ("no\\cursor",)),
    ("replay_webhook((select min(k.webhook_no) from api.list_kept_webhooks() as k), %s)", ("a\\b",)),
    ("dismiss_webhook((select min(k.webhook_no) from api.list_kept_webhooks() as k), %s)", ("a\\b",)),
    ("list_webhook_sources()", ()),
    ("set_webhook_endpoint(%s, %s, %s)", ("https://a.example/x", ["*"], '{"max_in_flight": 32}')),
    ("set_webhook_endpoint(%s)", ("https://a.example/\\",)),
    ("set_webhook_endpoint(%s, %s, %s)", ("https://a.example/x", ["n\\o"], '{"allowed_hosts": ["a\\\\b"]}')),
    *((ONE, (one,)) for one in EVENTS),
    (MANY, (EVENTS,)),
    (
        MANY,
        (MORE + EVENTS,),
    ),
    (ONE, ("no event",)),
    ("set_restaurant(%s, %s, %s, %s)", ("new.9", "Europe/Madrid", 5, 3)),
    ("set_restaurant(%s, %s)", ("new.9", "Mars\\Olympus")),
    ("set_restaurant(%s, %s)", ("new\\9", "UTC")),
    (
        ONE,
        (event("n_20", restaurant_id="new.9", occurred_at="2025-12-30T03:59:59.99999999Z"),),
    ),
    ("set_platform_settings(%s, %s)", ("hold_payouts", "Asia/Tokyo")),
    (
        ONE,
        (event("n_21", restaurant_id="new.10", occurred_at="2025-12-30T20:00:00Z"),),
    ),
    ("set_platform_settings(%s)", ("no\\ne",)),
    ("preview_payouts(%s, %s)", ("PEN", date(2025, 12, 31))),
    ("run_payouts(%s, %s, 1, true)", ("PEN", date(2025, 12, 31))),
    ("run_payouts(%s, %s, 5)", ("PEN", date(2025, 12, 31))),
    ("run_payouts(%s, %s)", ("PEN", date(9999, 12, 31))),
    ("start_payout_run(%s, %s, 1, %s)", ("USD", date(2026, 2, 3), ["new.1", "new.2"])),
    ("continue_payout_run({run})", ()),
    ("get_payout_run({run})", ()),
    ("list_payout_runs(%s)", ("PEN",)),
    ("list_payout_skips({skipping})", ()),
    ("set_payout_schedule(%s, %s, %s, %s, %s, 31)", ("sched\\1", "PEN", "monthly", "02:30", "UTC")),
    ("set_payout_schedule(%s, %s, %s, %s, %s, 31)", ("sched_1", "pen", "monthly", "02:30", "America/Lima")),
    ("list_payout_schedules()", ()),
    ("run_due_payouts()", ()),
    ("queue_payout_run(%s, %s, 1, %s)", ("MXN", date(2026, 2, 3), ["res_001"])),
    ("claim_payout_run()", ()),
    ("fail_payout_run(p_error => %s, p_run_id => {run})", ("a\\b",)),
    ("retry_payout_run({run})", ()),
    ("list_payouts(null, %s)", ("PEN",)),
    ("list_payouts(null, %s, %s, 1)", ("PEN", "CREATED")),
    ("get_payout({payout})", ()),
    ("list_payout_entries({payout}, 2)", ()),
    ("set_payout_terms(%s, %s, 5, 9)", ("res_001", "PEN")),
    ("set_payout_terms(%s, %s, 9, 5)", ("res_001", "PEN")),
    ("pause_payouts(%s, %s, %s)", ("res_001", "PEN", "a\\b")),
    ("get_payout_terms(%s, %s)", ("res_001", "pen")),
    ("resume_payouts(%s, %s)", ("res_001", "PEN")),
    ("list_payout_term_changes(%s)", ("res_001",)),
    ("pay_by_hand(%s, %s, %s, %s, p_dry_run => true)", ("PEN", date(2025, 12, 31), ["res_001"], "a\\b")),
    ("confirm_payout(p_external_id => %s, p_payout_id => {payout})", ("a\\b",)),
    ("confirm_payout(p_external_id => %s, p_payout_id => {payout})", ("bank.1",)),
    ("claim_payouts(%s, 3)", ("PEN",)),
    ("cancel_payout(p_reason => %s, p_reference => %s, p_payout_id => {payout})", ("a\\b", "ref_1")),
    (
        "cancel_payout(p_reason => %s, p_reference => %s, p_bank_told => true, p_payout_id => {payout})",
        ("a\\b", "ref_1"),
    ),
    ("get_payout(%s)", ("po\\1",)),
    ("get_balance(%s, %s)", ("res_001", "pen")),
    ("get_balance(%s, %s)", ("new.9", "PEN")),
    ("get_balance(%s, %s)", ("no\\one", "PEN")),
    ("get_balance(%s, %s, %s)", ("res_001", "PEN", START)),
    ("get_balance(%s, %s, %s)", ("res_003", "PEN", START + timedelta(minutes=4, seconds=59))),
    ("get_balance(%s, %s, 'infinity')", ("res_001", "PEN")),
    ("list_balances(%s)", ("res_001",)),
    ("list_balances(p_currency => %s, p_limit => 2)", ("pen",)),
    ("list_balances(p_cursor => %s)", ("no\\cursor",)),
    ("get_statement(%s, %s, %s, %s)", ("res_001", "PEN", date(2025, 12, 1), date(2026, 1, 31))),
    ("get_statement(%s, %s, %s, %s)", ("res_001", "PEN", date(2025, 12, 2), date(2025, 12, 1))),
    ("set_restaurant(%s, p_closed => true, p_actor => %s)", ("new.9", "a\\b")),
    ("get_restaurant(%s)", ("new.9",)),
    ("list_restaurants(p_limit => 3)", ()),
    ("list_restaurants(p_closed => true, p_payouts_paused => false)", ()),
    ("list_setting_changes(%s)", ("new.9",)),
    ("list_setting_changes()", ()),
    ("find_events(%s, %s)", ("reservation_id", "rsv_1")),
    ("get_event(%s)", ("evt_1",)),
    ("get_event(%s)", ("n_2",)),
    ("get_event(%s, %s)", ("n_8", "other")),
    ("get_event(%s)", ("n\\_7",)),
    ("list_entries(%s, %s)", ("res_001", "PEN")),
    ("list_entries(%s, %s, %s, %s, 2)", ("res_001", "PEN", date(2025, 1, 2), date(2026, 2, 3))),
    ("list_entries(%s, %s, p_limit => 2, p_cursor => {cursor})", ("res_001", "PEN")),
    ("list_entries(%s, %s, p_cursor => %s)", ("res_001", "PEN", "no\\cursor")),
    (
        "load_fx_rates(%s::pg_catalog.jsonb, %s)",
        ([{**RATE, "rate": "3.750"}, {**RATE, "rate_date": "2026-01-02"}], "sbs"),
    ),
    ("load_fx_rates(%s::pg_catalog.jsonb, %s)", ([{**RATE, "rate": 4}], "SBS")),
    ("load_fx_rates(%s::pg_catalog.jsonb, %s)", ([{**RATE, "rate_date": "30.12.2025"}], "s\\bs")),
    ("load_fx_rates(%s::pg_catalog.jsonb, %s)", ([{**RATE, "rate_date": "30.12.2025"}], "sbs")),
    ("list_reports()", ()),
    ("get_report(%s, %s)", ("payout_reconciliation", "res_001")),
    ("get_report(%s, p_currency => %s, p_from => %s, p_limit => 2)", ("daily_sales", "PEN", date(2025, 2, 3))),
    ("get_report(%s)", ("no\\report",)),
    ("get_report_csv(%s, p_currency => %s, p_base_currency => %s, p_source => %s)", (*IN_BASE, "USD", "sbs")),
    ("get_report_csv(%s, p_currency => %s, p_base_currency => %s, p_source => %s)", (*IN_BASE, "USD", "s\\bs")),
    ("get_payment(%s)", ("pay_1",)),
    ("get_payment(%s)", ("pay\\2",)),
    ("list_payments(%s, %s)", ("new.4", "PEN")),
    ("list_disputes(%s, p_state => %s)", ("new.4", "OPEN")),
    ("post_adjustment(%s, %s, -25, %s, %s, %s)", ("res_001", "pen", "a\\b", "adj\\_1", "ana")),
    ("post_adjustment(%s, %s, -25, %s, %s, %s)", ("res_001", "pen", "a\\b", "adj_1", "ana")),
    ("hold_funds(%s, %s, 40, %s, %s, %s)", ("res_001", "PEN", "a\\b", "hold_1", "ana")),
    ("release_hold(%s, 15, %s, %s)", ("hold_1", "a\\b", "release_1")),
    ("release_hold(%s, 15, %s, %s)", ("hold\\1", "a\\b", "release_2")),
    ("list_holds(%s, p_is_open => true)", ("res_001",)),
    ("write_off_debt(%s, %s, 1, %s, %s)", ("new.2", "PEN", "a\\b", "write_1")),
    ("reverse_event(%s, %s, %s)", ("n_5", "a\\b", "reverse_1")),
    ("list_inbox(p_restaurant_id => %s)", ("new.4",)),
    ("accept_event(%s, %s)", ("n_26", "a\\b")),
    ("accept_event(%s, %s)", ("n_10", "a\\b")),
    ("replay_event(%s)", ("n_27",)),
    ("replay_events(%s, 1)", ("CURRENCY_INVALID",)),
    ("dismiss_event(%s, %s)", ("n_27", "a\\b")),
    ("dismiss_rejection((select min(i.rejection_no) from api.list_inbox() as i where i.event_id is null), %s)", ("x",)),
    ("list_webhook_endpoints()", ()),
    ("rotate_webhook_secret({endpoint}, 1)", ()),
    ("tell_overdue_events()", ()),
    ("claim_deliveries(500)", ()),
    ("record_delivery(p_error => %s, p_status => 500, p_delivery_id => {delivery}, p_lease_id => {lease})", ("x",)),
    ("list_deliveries(p_limit => 500)", ()),
    ("list_deliveries(p_state => %s)", ("a\\b",)),
    ("resend_delivery({delivery}::bigint)", ()),
    ("recover_endpoint({endpoint}, 'epoch')", ()),
    ("disable_webhook_endpoint({endpoint})", ()),
    ("enable_webhook_endpoint({endpoint})", ()),
    ("create_api_key(%s, %s, %s, %s)", ("a\\b", "reader", "res_001", date(2999, 1, 2))),
    ("create_api_key(%s, %s)", ("a", "app\\")),
    ("list_api_keys(1)", ()),
    ("revoke_api_key(%s, %s)", ("own", "a\\b")),
    ("use_api_key(pg_catalog.sha256('other'))", ()),
    ("get_own(pg_catalog.sha256('other'), %s, %s::pg_catalog.jsonb)", ("get_balance", {"p_currency": "PEN"})),
    ("get_own(pg_catalog.sha256('other'), %s, %s::pg_catalog.jsonb)", ("list_payouts", {"p_limit": "2"})),
    ("get_service_status()", ()),
    ("list_drift()", ()),
    ("list_drift(%s)", ("no\\kind",)),
    ("check_integrity(p_everything => true)", ()),
    ("check_integrity(%s)", ("no\\check",)),
    ("audit_integrity(%s)", ("entry_seq_gap",)),
    ("audit_integrity(%s)", ("no\\check",)),
    ("seal_ledger(%s)", ("a\\b",)),
    ("seal_due_ledger()", ()),
    ("verify_seals()", ()),
    ("verify_seals(9)", ()),
    ("get_seal_lines(1)", ()),
    ("list_drift()", ()),
    ("get_metrics()", ()),
]
WORK = ["claim_payout_run", "fail_payout_run", "claim_deliveries", "record_delivery", "tell_overdue_events"]
WORK += ["seal_due_ledger"]
AS = dict.fromkeys(WORK, "cuenta_worker") | {"receive_webhook": "cuenta_door"}  # who calls what only the service does
AS |= {"use_api_key": "cuenta_door", "get_own": "cuenta_restaurant"}
HOSTILE = """
    create schema hostile;
    grant usage on schema hostile to public;
    do $do$
    declare
        r record;
        v_body constant text := $$begin raise exception 'a hostile function was called'; end$$;
    begin
        for r in
            select p.proname, pg_get_function_identity_arguments(p.oid) as arguments, p.prorettype::regtype as result
            from pg_proc as p
            where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind = 'f' and not p.proretset
                and p.prorettype not in (select t.oid from pg_type as t where t.typtype = 'p')
                and not exists (
                    select from unnest(p.proargtypes) as a (oid)
                    inner join pg_type as t on t.oid = a.oid where t.typtype = 'p'
                )
                and p.proargmodes is null and p.pronargs <= 4
                and p.proname = any('<functions>'::text[])
        loop
            execute format(
                'create function hostile.%I(%s) returns %s language plpgsql as %L',
                r.proname, r.arguments, r.result, v_body
            );
        end loop;
        for r in
            select o.oprname, o.oprleft::regtype as l, o.oprright::regtype as r, o.oprresult::regtype as result,
                'op_' || o.oid as name
            from pg_operator as o
            where o.oprnamespace = 'pg_catalog'::regnamespace and o.oprkind = 'b'
                and o.oprleft = any('{text,bigint,integer,smallint,numeric,jsonb,timestamptz,date,boolean}'::regtype[])
                and o.oprright = any('{text,bigint,integer,smallint,numeric,jsonb,timestamptz,date,boolean,interval}'
                    ::regtype[])
        loop
            execute format(
                'create function hostile.%I(%s, %s) returns %s language plpgsql as %L',
                r.name, r.l, r.r, r.result, v_body
            );
            execute format(
                'create operator hostile.%s (leftarg = %s, rightarg = %s, function = hostile.%I)',
                r.oprname, r.l, r.r, r.name
            );
        end loop;
    end
    $do$;
    create table hostile.restaurants (restaurant_id text);
    create table hostile.processor_events (event_id text);
    create table hostile.currencies (currency text);
    create domain hostile.jsonb as text check (value is null);
    create domain hostile.text as pg_catalog.text check (value is null);
"""
FUNCTIONS = """{
    now,clock_timestamp,transaction_timestamp,statement_timestamp,upper,lower,left,right,length,char_length,
    octet_length,replace,translate,substr,substring,split_part,strpos,md5,sha256,encode,decode,convert_to,
    convert_from,jsonb_typeof,jsonb_array_length,timezone,date_trunc,date_part,extract,make_interval,make_date,age,
    abs,sign,floor,ceil,round,trunc,mod,power,starts_with,regexp_replace,regexp_match,textlike,texteq,int8eq,int4eq,
    int8pl,int8mi,timestamptz,date,text,numeric,int8,int4,bool,interval,gen_random_uuid,current_setting,set_config,
    quote_literal,btrim,rtrim,ltrim,repeat,lpad,jsonb_object_field,jsonb_object_field_text,hashtext
}"""


@pytest.fixture(scope="module")
def url(database: str) -> str:
    """A book with a payout under way and one that is open to the next run."""
    with psycopg.connect(database, autocommit=True) as admin:
        for one in (event("evt_1"), event("evt_2", **NO_FEE, amount=40), event("evt_3", restaurant_id="res_002")):
            admin.execute("select api.ingest_event(%s::pg_catalog.jsonb)", (json.dumps(one),))
        admin.execute("select * from api.set_restaurant('res_003', 'America/Lima', 4, 20)")
        late = event("evt_4", restaurant_id="res_003", occurred_at=datetime.now(UTC).isoformat())
        admin.execute("select api.ingest_event(%s::pg_catalog.jsonb)", (json.dumps(late),))
        admin.execute("select * from api.run_payouts('PEN', '2025-12-30', 1)")
        admin.execute("select api.ingest_event(%s::pg_catalog.jsonb)", (json.dumps(event("evt_5")),))
        for name in ("own", "other"):
            admin.execute(
                "insert into access.api_keys (key_id, key_digest, name, role, bound_to, created_at, created_by)"
                " values (%s, sha256(%s::bytea), %s, 'reader', 'res_001', '2025-12-30', 'x')",
                [name, name, name],
            )
        admin.execute(HOSTILE.replace("<functions>", FUNCTIONS))
    return database


def plain(value: Any) -> Any:
    """Without what differs between two calls: moments of now, and ids that are random."""
    if isinstance(value, dict):
        return {
            name: plain(inner)
            for name, inner in value.items()
            if name not in ("cursor", "rejection_no", "age", "age_seconds", "delivery_id", "lease_id", "duration_ms")
            and name not in ("secret_no", "webhook_no", "key", "key_id")
        }
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, str) and re.match(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d", value):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return value.isoformat()
        return "now" if value > START else value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value.startswith("# HELP"):  # its values are of now
        return re.sub(r"^(.*[{]currency=.*\n)|(?<!\d) [\d.]+$", "", value, flags=re.M)
    if isinstance(value, str):
        if value.startswith('{"data": '):  # a message's body
            return plain(json.loads(value))
        return re.sub(r"((run|we|msg)_[0-9a-f]{32}|whsec_[A-Za-z0-9+/=]{44})", "id", value)
    return value


def story(connect: Connect, url: str, options: str = "", role: str | None = "cuenta_operator") -> list[Any]:
    """The answers to all calls in a new session with these settings; undone afterwards."""
    session = connect(url, role=role, options=options, row_factory=dict_row)
    told: list[Any] = []
    known: Row = {}
    with session.cursor(binary=True) as cursor:
        cursor.execute("select payout_id, amount from api.list_payouts(%s)", ("res_001",))
        payout = cursor.fetchall()[0]
        known["payout"] = payout["payout_id"]
        cursor.execute("select entry_seq, cursor from api.list_entries(%s, %s)", ("res_001", "PEN"))
        known["cursor"] = cursor.fetchall()[0]["cursor"]
        cursor.execute("begin")
        for call, arguments in CALLS:
            texts = [json.dumps(a) if isinstance(a, dict | list) and "jsonb" in call else a for a in arguments]
            if "no event" in arguments:
                texts = ['"no event"']
            texts = [
                a.replace('"{amount}"', str(payout["amount"])).replace("{payout}", payout["payout_id"])
                if isinstance(a, str)
                else a
                for a in texts
            ]
            for name in re.findall(r"[{](\w+)[}]", call):
                texts.append(known[name])
            query = "select * from api." + re.sub(r"[{]\w+[}]", "%s", call)
            cursor.execute("savepoint before")
            try:
                if caller := AS.get(call.split("(")[0]):
                    cursor.execute(f"set local role {caller}")
                cursor.execute(query, texts)
                rows = cursor.fetchall()
                if caller:
                    cursor.execute(f"set local role {role or 'none'}")
            except psycopg.Error as error:
                cursor.execute("rollback to savepoint before")
                told.append(
                    (call, plain([error.sqlstate, error.diag.constraint_name, str(error.diag.message_primary)]))
                )
                continue
            if rows and rows[0].get("run_id") and not call.startswith(("list", "get")):
                known["run"] = rows[0]["run_id"]
                known.setdefault("skipping", rows[0]["run_id"])
            if rows and call.startswith("set_webhook_endpoint"):
                known["endpoint"] = rows[0]["endpoint_id"]
            if rows and call.startswith("claim_deliveries"):
                known |= {"delivery": rows[0]["delivery_id"], "lease": rows[0]["lease_id"]}
            if call.startswith(
                ("list_payout_runs", "list_payout_skips", "list_payout_term_changes", "list_setting_changes")
            ):
                rows = [{name: value for name, value in row.items() if name != "cursor"} for row in rows]
            if call.startswith(("list_deliveries", "claim_deliveries")):  # of one moment, in no order that is promised
                rows = sorted(plain(rows), key=json.dumps)
            if call.startswith("seal_ledger"):  # how much there is differs; tests/test_seals.py compares the roots
                rows = [{name: row[name] for name in ("seal_no", "sealed_by", "previous_root")} for row in rows]
            if call.startswith("get_seal_lines"):
                rows = [{"line": json.loads(rows[-1]["line"])[0]}]
            told.append((call, plain(rows)))
        cursor.execute("rollback")
        restaurant = f"paid.{uuid.uuid4().hex[:8]}"
        paid = event(restaurant, restaurant_id=restaurant, currency="EUR")
        cursor.execute("select * from api.ingest_event(%s::pg_catalog.jsonb)", (json.dumps(paid),))
        cursor.execute("call api.pay_restaurants(%s, %s, 1, %s)", ("EUR", date(2025, 12, 31), [restaurant]))
        cursor.execute("select amount, status, as_of from api.list_payouts(%s)", (restaurant,))
        told.append(("pay_restaurants", plain(cursor.fetchall())))
        queued = event(f"{restaurant}.q", restaurant_id=restaurant, currency="BOB")
        cursor.execute("select * from api.ingest_event(%s::pg_catalog.jsonb)", (json.dumps(queued),))
        cursor.execute("select * from api.queue_payout_run(%s, %s, 1, %s)", ("BOB", date(2025, 12, 31), [restaurant]))
        cursor.execute("set role cuenta_worker")
        cursor.execute("call api.pay_due_restaurants()")
        cursor.execute(f"set role {role or 'none'}")
        cursor.execute("select amount, status, as_of from api.list_payouts(%s, %s)", (restaurant, "BOB"))
        told.append(("pay_due_restaurants", plain(cursor.fetchall())))
    session.close()
    return told


def option(name: str, value: str) -> str:
    escaped = value.replace(chr(92), chr(92) * 2).replace(" ", chr(92) + " ")
    return f"-c {name}={escaped}"


@pytest.fixture(scope="module")
def usual(connect: Connect, url: str) -> list[Any]:
    """The answers of a session that sets nothing."""
    told = story(connect, url)
    assert told[:-2] == story(connect, url)[:-2]
    return told


def compare(told: list[Any], usual: list[Any]) -> None:
    for one, other in zip(told, usual, strict=True):
        assert one == other


def test_the_calls_are_of_every_function(connect: Connect, url: str, usual: list[Any]) -> None:
    admin = connect(url, row_factory=dict_row)
    rows = admin.execute("select proname from pg_proc where pronamespace = 'api'::regnamespace").fetchall()
    called = {call.split("(")[0] for call, _ in usual}
    assert {row["proname"] for row in rows} == called, "a function of schema api is not called here"
    answered = {call.split("(")[0] for call, rows in usual if rows and isinstance(rows[0], dict)}
    assert answered | {"find_events", "list_drift", "run_due_payouts", "seal_due_ledger", "verify_seals"} == called, (
        "a function is refused, or answers nothing"
    )


@pytest.mark.parametrize(("name", "value"), SINGLE)
def test_a_setting_changes_no_answer(connect: Connect, url: str, usual: list[Any], name: str, value: str) -> None:
    role = None if name in ("session_replication_role",) or "hostile" in value else "cuenta_operator"
    compare(story(connect, url, option(name, value), role), usual)


@pytest.mark.parametrize("kind", ["booleans", "enumerations", "smallest numbers"])
def test_all_other_settings_change_no_answer(connect: Connect, url: str, usual: list[Any], kind: str) -> None:
    """Those that a caller may set, several at once."""
    admin = connect(url, row_factory=dict_row)
    rows = admin.execute(
        "select name, setting, vartype, enumvals, min_val from pg_settings where context = 'user' order by name"
    ).fetchall()
    changes: list[tuple[str, str]] = []
    for row in rows:
        if LEFT_OUT.match(row["name"]) or row["name"] in ODD:
            continue
        if kind == "booleans" and row["vartype"] == "bool":
            changes.append((row["name"], "off" if row["setting"] == "on" else "on"))
        elif kind == "enumerations" and row["vartype"] == "enum":
            changes += [
                (row["name"], value) for value in row["enumvals"] if value != row["setting"] and "debug" not in value
            ]
        elif kind == "smallest numbers" and row["min_val"] and SMALL.search(row["name"]):
            changes.append((row["name"], row["min_val"]))
    assert changes
    while changes:
        # One value of each setting at a time, at most ten settings together.
        group: dict[str, str] = {}
        for name, value in changes[:]:
            if name not in group and len(group) < 10:
                group[name] = value
                changes.remove((name, value))
        compare(story(connect, url, " ".join(option(name, value) for name, value in group.items())), usual)


def test_literals_of_a_caller_with_backslashes_are_read_by_the_callers_setting(connect: Connect, url: str) -> None:
    """What a caller writes is the caller's: the function gets what the parser made of it, and works."""
    session = connect(url, role="cuenta_app", options="-c standard_conforming_strings=off", row_factory=dict_row)
    with session.transaction(force_rollback=True):
        text = json.dumps(event("literal", metadata={"note": 'a"b'})).replace("\\", "\\\\")
        (row,) = session.execute(f"select * from api.ingest_event('{text}')").fetchall()
        assert row["status"] == "processed"
