"""Balances at a moment, and statements, while others post: always a state that the account was in, and for ever."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from tests.sessions import (
    AS_OF,
    PATIENCE,
    Row,
    Session,
    Sessions,
    charge,
    near_each_other,
    new_id,
    payout_event,
    statuses,
)

FIGURES = ("available", "pending", "reserved", "held", "total")
CLOCK = "select clock_timestamp()"


def at(session: Session, restaurant_id: str, currency: str, moment: datetime) -> Row:
    return session.row("select * from api.get_balance(%s, %s, %s)", restaurant_id, currency, moment)


def figures(row: Row) -> dict[str, Any]:
    return {name: int(row[name]) for name in FIGURES}


def test_an_event_that_began_earlier_and_came_later_is_not_in_the_balance_of_in_between(
    sessions: Sessions, currency: str
) -> None:
    """Who orders by the clock of the transaction tells of a balance that the account never had."""
    holder, slow, fast, reader = sessions.several(4)
    first, second = sorted(near_each_other(2))
    for restaurant in (first, second):
        holder.ingest(charge(restaurant, currency, amount=100, fee=0))
    holder.begin()
    holder.ingest(charge(first, currency))
    # An array of both restaurants takes the clock, and waits for the first one's account.
    array = [charge(name, currency, amount=7, fee=0) for name in (first, second)]
    waiting = slow.start(lambda: slow.ingest_all(array))
    sessions.wait_until_blocked_by(slow, holder)
    began = reader.value(CLOCK)
    fast.ingest(charge(second, currency, amount=1000, fee=0))
    told = reader.value(CLOCK)
    assert at(reader, second, currency, began)["available"] == 100
    assert at(reader, second, currency, told)["available"] == 1100
    holder.commit()
    assert statuses(waiting.result(PATIENCE)) == {"processed": 2}
    times = [entry["recorded_at"] for entry in sessions.entries(second)]
    assert times == sorted(times)
    assert at(reader, second, currency, began)["available"] == 100, "it is still what it was told to be"
    assert at(reader, second, currency, reader.value(CLOCK))["available"] == 1107
    seen = {int(at(reader, second, currency, moment)["available"]) for moment in times}
    assert seen <= {100, 1100, 1107}, "and never 107, which it was not for a moment"


def test_every_moment_of_a_busy_account_has_the_balance_that_its_entries_give(
    sessions: Sessions, currency: str
) -> None:
    """Charges that wait, refunds, arrays, payouts and settings at once; readers ask for moments meanwhile."""
    *writers, payer, changer, reader = sessions.several(7)
    restaurant = new_id("res")
    changer.row("select * from api.set_restaurant(%s, p_settlement_delay_days => 2)", restaurant)
    writers[0].ingest(charge(restaurant, currency, amount=5000, fee=0))
    done = threading.Event()

    def write(session: Session, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(30):
            when = (datetime.now(UTC) - timedelta(days=chance.choice((0, 0, 1, 2, 3, 5)))).isoformat()
            kind = chance.choice(("charge_succeeded", "charge_succeeded", "refund_succeeded"))
            events = [
                charge(restaurant, currency, occurred_at=when, event_type=kind, amount=chance.randint(60, 900))
                for _ in range(chance.choice((1, 1, 3)))
            ]
            session.ingest_until_answered(events) if len(events) > 1 else session.ingest(events[0])

    def pay() -> None:
        day = AS_OF - timedelta(days=6)
        while not done.is_set():
            payer.pay(currency, day)
            for payout in payer.rows("select * from api.list_payouts(%s, %s, 'CREATED')", restaurant, currency):
                payer.ingest(payout_event(payout, "payout_paid"))
            day = min(day + timedelta(days=1), AS_OF)

    def change() -> None:
        for delay in (3, 0, 1, 2, 3) * 4:
            changer.row("select * from api.set_restaurant(%s, p_settlement_delay_days => %s)", restaurant, delay)

    def read() -> list[tuple[datetime, dict[str, Any]]]:
        told = []
        while not done.is_set():
            moment = reader.value(CLOCK) - timedelta(milliseconds=random.randint(0, 300))
            told.append((moment, figures(at(reader, restaurant, currency, moment))))
        return told

    paying, reading = payer.start(pay), reader.start(read)
    calls: list[Callable[[], None]] = [partial(write, writer, seed) for seed, writer in enumerate(writers)]
    sessions.at_once([*calls, change])
    done.set()
    paying.result(PATIENCE)
    entries = sessions.admin.rows(
        """
        select
            e.recorded_at, e.available_on, t.may_be_pending and e.available_on > e.business_day as waits,
            t.balance_effect * e.amount as balance, t.reserved_effect * e.amount as reserved
        from ledger.ledger_entries as e
        inner join ledger.entry_types as t using (entry_type)
        where e.restaurant_id = %s order by e.entry_seq
        """,
        restaurant,
    )
    assert len(entries) > 150
    times = [entry["recorded_at"] for entry in entries]
    assert times == sorted(times)

    def expected(told: list[Row], moment: datetime) -> dict[str, Any]:
        today: date = (moment.astimezone(UTC) - timedelta(hours=5)).date()  # in Lima
        balance, reserved = (sum(entry[name] for entry in told) for name in ("balance", "reserved"))
        pending = sum(entry["balance"] for entry in told if entry["waits"] and entry["available_on"] > today)
        parts = {"available": balance - pending, "pending": pending, "reserved": reserved, "held": 0}
        return parts | {"total": balance + reserved}

    for moment in [moment + timedelta(microseconds=step) for moment in {*times} for step in (-1, 0, 1)]:
        told = [entry for entry in entries if entry["recorded_at"] <= moment]
        assert figures(at(reader, restaurant, currency, moment)) == expected(told, moment)
    # What was told meanwhile was a state of the account, even where a transaction of then was still under way.
    answers = reading.result(PATIENCE)
    assert answers
    for moment, answer in answers:
        assert answer in [expected(entries[:count], moment) for count in range(len(entries) + 1)]


def test_a_statement_closes_with_what_the_next_one_opens_with_while_others_post(
    sessions: Sessions, currency: str
) -> None:
    *writers, payer, reader = sessions.several(5)
    restaurant = new_id("res")
    writers[0].ingest(charge(restaurant, currency))
    done = threading.Event()

    def write(session: Session, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(40):
            when = datetime.now(UTC) - timedelta(days=chance.randint(2, 9))
            kind = chance.choice(("charge_succeeded", "charge_succeeded", "refund_succeeded"))
            session.ingest(charge(restaurant, currency, occurred_at=when.isoformat(), event_type=kind))

    def pay() -> None:
        for days in range(8, -1, -1):
            payer.pay(currency, AS_OF - timedelta(days=days))

    def read() -> int:
        count = 0
        statement = "select * from api.get_statement(%s, %s, %s, %s)"
        while not done.is_set() or not count:
            # In one transaction with one snapshot: several statements that belong together.
            reader.run("begin isolation level repeatable read read only")
            first = AS_OF - timedelta(days=12)
            whole = reader.row(statement, restaurant, currency, first, AS_OF + timedelta(days=3))
            opening = 0
            for day in whole["days"]:
                only = reader.row(statement, restaurant, currency, day["day"], day["day"])
                assert only["days"] == [day]
                assert day["opening"] == opening
                opening = day["closing"]
            assert whole["closing"] == opening
            balance = reader.balance(restaurant, currency)
            assert whole["closing"] == balance["available"] + balance["pending"]
            reader.commit()
            count += 1
        return count

    reading = reader.start(read)
    calls: list[Callable[[], None]] = [partial(write, writer, seed) for seed, writer in enumerate(writers)]
    sessions.at_once([*calls, pay])
    done.set()
    assert reading.result(PATIENCE * 4) > 0
