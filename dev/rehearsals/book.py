"""A small book with everything in it, what it is in figures, and whether it is sound."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from db.deploy import check, deploy
from dev.rehearsals.ground import ROOT, Ground, Row, ask, value
from events.load import load

SAMPLE = ROOT / "events" / "events.jsonl"
DAY = date(2025, 12, 20)
ZONES = {"r_lima": "America/Lima", "r_tokyo": "Asia/Tokyo", "r_york": "America/New_York", "r_madrid": "Europe/Madrid"}
SCHEMAS = ("ledger", "access", "inbound", "outbound")

TABLES = """
    select c.oid::regclass::text as name
    from pg_class as c
    where
        c.relkind in ('r', 'p')
        and not c.relispartition
        and c.relnamespace::regnamespace::text = any(%s)
    order by name
"""
ROWS = """
    select
        count(*) as rows,
        coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text) collate "C")), '') as digest
    from {} as t
"""
BALANCES = """
    select b.restaurant_id || ' ' || b.currency as account, b.balance, b.reserved, b.held
    from ledger.account_balances as b
"""
PAYOUTS = """
    select p.payout_id, p.restaurant_id, p.currency, p.as_of::text as as_of, p.amount, p.status
    from reporting.payouts as p
"""


def write_book(url: str) -> None:
    """Deploy, and write what every kind of thing leaves behind: events, people's calls, runs, outcomes, settings."""
    deploy(url, quiet=True)
    load(SAMPLE, database=url)
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as session:

        def call(query: str, *args: Any) -> Row:
            (row,) = session.execute(query, args).fetchall()
            return row

        session.execute("set role cuenta_operator")
        for number, (restaurant, zone) in enumerate(ZONES.items()):
            query = "select * from api.set_restaurant(%s, %s, %s, %s, p_actor => 'ana')"
            call(query, restaurant, zone, 4 if number == 1 else None, 2 if number == 3 else None)
        events = [event for restaurant in ZONES for event in life(restaurant)]
        for row in session.execute("select * from api.ingest_events(%s::jsonb)", [json.dumps(events)]).fetchall():
            assert row["status"] in ("processed", "deferred", "rejected", "conflict"), row
        call("select * from api.post_adjustment('r_lima', 'PEN', 700, 'a gift', 'adj-1', 'ana')")
        call("select * from api.hold_funds('r_lima', 'PEN', 900, 'a doubt', 'hold-1', 'ana')")
        call("select * from api.release_hold('hold-1', 400, 'less of a doubt', 'hold-1-release', 'ana')")
        call("select * from api.reverse_event('r_tokyo-c2', 'a mistake', 'rev-1', p_actor => 'ana')")
        call("select * from api.dismiss_event('r_york-x1', 'not ours', p_actor => 'ana')")
        call("select * from api.set_payout_terms('r_york', 'PEN', p_min_amount => 5, p_actor => 'ana')")
        schedule = "select * from api.set_payout_schedule(%s, 'PEN', 'daily', '06:00', %s, p_actor => 'ana')"
        call(schedule, "nightly", "America/Lima")
        call("select * from api.set_webhook_endpoint('https://hooks.example.com/cuenta', array['*'], p_actor => 'ana')")
        call("select * from api.create_api_key('reporting', 'reader', p_actor => 'ana')")
        for currency, as_of in (("PEN", DAY), ("PEN", DAY + timedelta(days=1)), ("USD", DAY + timedelta(days=1))):
            call("select * from api.run_payouts(%s, %s)", currency, as_of)
        report_outcomes(session, "PEN", DAY)
    ask(url, "select * from api.seal_ledger()")


def life(restaurant: str) -> list[Row]:
    """Events of one restaurant: three days of charges and what may become of them, and some that are refused."""

    def event(name: str, kind: str, amount: int, day: int = 0, **more: Any) -> Row:
        return {
            "event_id": f"{restaurant}-{name}",
            "event_type": kind,
            "occurred_at": f"{DAY + timedelta(days=day)}T{10 + day}:30:00.25Z",
            "restaurant_id": restaurant,
            "currency": more.pop("currency", "PEN"),
            "amount": amount,
            **more,
        }

    pay = {number: f"{restaurant}-pay{number}" for number in range(6)}
    return [
        event("c1", "charge_succeeded", 10_000, fee=300, payment_id=pay[1]),
        event("c2", "charge_succeeded", 4_000, fee=100, payment_id=pay[2]),
        event("c3", "charge_succeeded", 7_500, 1, payment_id=pay[3]),
        event("c4", "charge_succeeded", 8_000, 1, currency="USD", fee=200, payment_id=pay[4]),
        event("c5", "charge_succeeded", 1_000, 2, available_on=str(DAY + timedelta(days=30))),
        event("r1", "refund_succeeded", 2_500, 1, payment_id=pay[1], refund_id=f"{restaurant}-ref1"),
        event("f1", "refund_failed", 2_500, 2, refund_id=f"{restaurant}-ref1"),
        event("r2", "refund_succeeded", 900, 1, payment_id=f"{restaurant}-unseen", refund_id=f"{restaurant}-ref2"),
        event("d1", "dispute_opened", 3_000, 1, payment_id=pay[3], dispute_id=f"{restaurant}-dsp1", fee=150),
        event("d2", "dispute_lost", 3_000, 2, dispute_id=f"{restaurant}-dsp1"),
        event("d3", "dispute_opened", 1_000, 1, currency="USD", payment_id=pay[4], dispute_id=f"{restaurant}-dsp2"),
        event("x1", "charge_succeeded", -5),
        event("c1", "charge_succeeded", 10_001, fee=300, payment_id=pay[1]),
    ]


def report_outcomes(session: psycopg.Connection[Row], currency: str, as_of: date) -> None:
    """What the bank says of the payouts of a run: one fails, the others are paid."""
    query = "select payout_id, restaurant_id, amount from api.list_payouts(p_currency => %s, p_as_of => %s)"
    rows = sorted(session.execute(query, [currency, as_of]).fetchall(), key=lambda row: str(row["restaurant_id"]))
    for number, row in enumerate(rows):
        kind = "payout_failed" if number == 0 else "payout_paid"
        event = {
            "event_id": f"{kind}_{row['payout_id']}",
            "event_type": kind,
            "occurred_at": f"{as_of + timedelta(days=1)}T09:00:00Z",
            "restaurant_id": row["restaurant_id"],
            "currency": currency,
            "amount": row["amount"],
            "payout_id": row["payout_id"],
        }
        session.execute("select * from api.ingest_event(%s::jsonb)", [json.dumps(event)])


# -- what is in it ---------------------------------------------------------------------------------


def contents(url: str) -> Row:
    """Every table's rows: how many, and a digest that no setting of the server changes."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as session:
        session.execute("set timezone = 'UTC'")
        session.execute("set extra_float_digits = 1")
        session.execute("begin isolation level repeatable read, read only")
        names = [row["name"] for row in session.execute(TABLES, [list(SCHEMAS)]).fetchall()]
        found = {}
        for name in names:
            row = session.execute(ROWS.format(name)).fetchone()
            assert row
            found[str(name)] = (row["rows"], row["digest"])
        return found


def balances(url: str) -> Row:
    """What every account owns."""
    return {row.pop("account"): tuple(row.values()) for row in ask(url, BALANCES)}


def payouts(url: str) -> Row:
    """Every payout: whose, of which day, how much, and what became of it."""
    return {row.pop("payout_id"): tuple(row.values()) for row in ask(url, PAYOUTS)}


def size(url: str) -> str:
    """A book in figures."""
    (row,) = ask(
        url,
        "select (select count(*) from ledger.processor_events) as events,"
        " (select count(*) from ledger.ledger_entries) as entries,"
        " (select count(*) from ledger.payouts) as payouts",
    )
    return f"{row['events']:,} events, {row['entries']:,} entries, {row['payouts']:,} payouts"


# -- whether it is sound ---------------------------------------------------------------------------


def findings(url: str) -> list[Row]:
    """What the checks find that is wrong, in the whole book."""
    query = "select c.check_name, c.findings, c.sample from api.check_integrity(p_everything => true) as c"
    return ask(url, f"{query} where c.severity = 'error' and c.findings > 0")


def prove_sound(ground: Ground, url: str, where: str, *, drift: bool = True) -> None:
    """No drift, no finding of severity error in the whole book, every seal holds."""
    ground.prove_equal(findings(url), [], f"no check finds an error {where}, all of the book read")
    prove_kept(ground, url, where, drift=drift)


def prove_kept(ground: Ground, url: str, where: str, *, drift: bool = True) -> None:
    """No drift, and every seal holds."""
    if drift:
        ground.prove_equal(check(url), [], f"no drift {where}")
    seals = value(url, "select count(*) from ledger.seals")
    broken = ask(url, "select * from api.verify_seals()")
    ground.prove_equal(broken, [], f"all {seals} seals hold {where}")
