"""Random lives of payments, refunds, disputes, holds and corrections: the database and the model tell the same story.

A payment's, refund's or dispute's number decides what it is about, so that its reports fit each other in any order:
before what they wait for, twice, under two ids, in arrays, between payouts. Some are made not to fit.
"""

from __future__ import annotations

import itertools
import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from tests.model import EFFECTS, OPERATOR, Answer, Event, NotFound
from tests.test_properties import PROFILE, TURNS, Dice, History, Operation, Places, Row, avoid_the_turn_of_an_hour

KEEPS_CONNECTIONS = True  # the places of one test are the next one's
PAYMENTS = 5  # a restaurant
REFUNDS = 8
DISPUTES = 5
EXAMPLES = int(os.environ.get("CUENTA_LIFE_EXAMPLES", "60"))  # more than these are new ones each time
LIVES = int(os.environ.get("CUENTA_LIVES", "5"))
LENGTH = int(os.environ.get("CUENTA_LIFE_LENGTH", "250"))  # operations
SEED = int(os.environ.get("CUENTA_LIFE_SEED", "1"))

WAITING = "select event_id, code from ledger.deferred_events where restaurant_id = any(%s) order by deferred_no"
REFUSED = "select event_id, status, code from ledger.event_rejections where rejection_no > %s order by rejection_no"


SEEN: Counter[tuple[str, str, str]] = Counter()  # type, status and code of what was answered


class LifeDice(Dice):
    """Operations of all kinds."""

    def operation(self) -> Operation:
        kinds = {
            self.told: 30,
            self.operator: 9,
            self.run: 6,
            self.payout_event: 8,
            self.life_array: 5,
            self.charge: 2,
            self.refund: 2,
            self.replay: 4,
            self.reuse: 2,
            self.close: 1,
            self.settings: 1,
        }
        return self.random.choices(list(kinds), list(kinds.values()))[0]()

    def told(self) -> Operation:
        kinds = {
            "charge_succeeded": 12,
            "refund_succeeded": 5,
            "refund_failed": 4,
            "dispute_opened": 6,
            "dispute_won": 5,
            "dispute_lost": 5,
            "fee_charged": 1,
            "fee_refunded": 1,
        }
        kind = self.random.choices(list(kinds), list(kinds.values()))[0]
        twist = self.pick([""] * 16 + ["amount", "currency", "nameless", "available_on", "test", "metadata"])
        return ("told", kind, self.who(), self.which(), self.moment(), twist)

    def payout_event(self) -> Operation:
        made = super().payout_event()
        kind = self.pick([*["payout_paid", "payout_failed"] * 3, "payout_canceled", "payout_fee_charged"])
        return (made[0], made[1], kind, *made[3:])

    def operator(self) -> Operation:
        kind = self.pick(
            ["adjust", "adjust", "hold", "hold", "release", "release", "write off", "reverse", "reverse", "reverse"]
        )
        reference = self.pick([None] * 8 + [self.number(0, 5)])
        amount = self.number(1, 3000 if kind == "adjust" else 200)
        return ("operator", kind, self.who(), self.money(), amount, self.which(), reference)

    def life_array(self) -> Operation:
        kinds = [self.told] * 5 + [self.charge, self.payout_event, self.replay, self.reuse]
        members = [self.pick(kinds)() for _ in range(self.number(2, 12))]
        return ("array", members)

    def close(self) -> Operation:
        return ("close", self.who(), self.pick([True, False, False]))


class Life(History):
    """A history of all that a processor, a bank and people say."""

    def __init__(self, places: Places, turn: datetime) -> None:
        super().__init__(next(places.unused), turn)
        (row,) = self.place.rows("select coalesce(max(rejection_no), 0) as no from ledger.event_rejections")
        self.last_rejection = row["no"]
        self.references = itertools.count(1)
        self.refused_so_far = 0

    def _told(self, kind: str, who: int, which: int, when: Any, twist: str) -> tuple[Row, Event] | None:
        restaurant = self.place.restaurants[who]
        age = len(self.sent) // 80  # so that there are new ones when the first have come to their end
        fee = 0
        payment: int | None
        refund_id = dispute_id = None
        if "refund_" in kind and "fee" not in kind:
            number = which % REFUNDS
            payment, amount, refund_id = number % PAYMENTS, 40 + 30 * number, f"re_{age}.{number}"
        elif kind.startswith("dispute_"):
            number = which % DISPUTES
            payment, amount, dispute_id = number % PAYMENTS, 100 + 20 * number, f"dp_{age}.{number}"
            fee = 15 if kind == "dispute_opened" else 0
        else:
            payment = which % PAYMENTS
            amount = 300 + 20 * payment
            if kind == "charge_succeeded":
                fee = 3 * payment
            else:
                amount = 1 + which % 30
        money = 1 if payment == PAYMENTS - 1 else 0
        is_later = kind in ("refund_failed", "dispute_won", "dispute_lost")
        if twist == "amount":
            amount += 1
        if twist == "currency":
            money = 1 - money
        if twist == "nameless" and not is_later:
            payment = None
            if kind == "refund_succeeded":
                refund_id = None
            if kind == "dispute_opened":
                dispute_id = f"dp_n{age}.{which % 4}"
        if is_later:  # these name what they are about, and mostly nothing else
            payment = payment if twist == "metadata" else None
        payment_id = None if payment is None else f"pay_{age}.{payment}"
        _, event = self.new(kind, restaurant, money, self.moment(when), amount, fee)
        self.sent.pop()
        event = replace(event, payment_id=payment_id, refund_id=refund_id, dispute_id=dispute_id)
        if twist == "available_on" and kind == "charge_succeeded":
            event = replace(event, available_on=event.occurred_at.date() + timedelta(days=which % 40))
        if twist == "test":
            event = replace(event, is_test=True)
        if twist == "metadata" and payment_id:
            event = replace(event, metadata=json.dumps({**json.loads(event.metadata), "payment_id": payment_id}))
        return self.remember(self.document(event), event)

    def _reuse(self, index: int, fields: set[str]) -> tuple[Row, Event] | None:
        made = super()._reuse(index, fields)
        # One that names its payment in metadata would name it elsewhere, or not at all.
        was_named = made and "payment_id" in self.model.events[made[1].key][0].metadata
        return None if was_named else made

    @staticmethod
    def document(event: Event) -> Row:
        document = History.document(event)
        for name in ("payment_id", "refund_id", "dispute_id"):
            value = getattr(event, name)
            if value is not None and name not in json.loads(event.metadata):
                document[name] = value
        if event.available_on:
            document["available_on"] = event.available_on.isoformat()
        if event.is_test:
            document["livemode"] = False
        return document

    def do(self, operation: Operation) -> None:
        if operation[0] == "operator":
            self.person(*operation[1:])
            self.compare()
        elif operation[0] == "close":
            restaurant = self.place.restaurants[operation[1]]
            self.place.rows("select * from api.set_restaurant(%s, p_closed => %s)", restaurant, operation[2])
            self.model.set_restaurant(restaurant, is_closed=operation[2])
            self.compare()
        else:
            super().do(operation)

    def person(self, kind: str, who: int, money: int, amount: int, which: int, number: int | None) -> None:
        restaurant, currency = self.place.restaurants[who], self.place.currencies[money]
        reference = f"{self.place.prefix}_o{next(self.references) + 10 if number is None else number}"
        event = Event(
            reference, "", restaurant, currency, amount, 0, self.now, provider=OPERATOR, reason="so", actor="ana"
        )
        call: tuple[Any, ...]
        if kind in ("adjust", "hold", "write off"):
            if kind == "adjust":
                amount = amount if which % 2 else -amount
            name = {"adjust": "post_adjustment", "hold": "hold_funds", "write off": "write_off_debt"}[kind]
            signed = "adjustment_credited" if amount > 0 else "adjustment_debited"
            event_type = {"adjust": signed, "hold": "funds_held", "write off": "debt_written_off"}[kind]
            call = (f"api.{name}(%s, %s, %s, 'so', %s, 'ana')", restaurant, currency, amount, reference)
            event = replace(event, event_type=event_type)
        elif kind == "release":
            holds = [e for e, _ in self.model.events.values() if e.event_type == "funds_held"]
            hold = holds[which % len(holds)] if holds else None
            hold_id = hold.event_id if hold else "no_hold"
            call = ("api.release_hold(%s, %s, 'so', %s, 'ana')", hold_id, amount, reference)
            event = replace(event, event_type="funds_released", hold_id=hold_id)
            if hold:
                event = replace(event, restaurant_id=hold.restaurant_id, currency=hold.currency)
            else:
                self.model.set_restaurant(restaurant)
                self.place.rows("select * from api.set_restaurant(%s)", restaurant)
        else:
            all_events = [e for e, _ in self.model.events.values()]
            if which % 3:  # those that are few
                few = ("adjustment", "debt", "payout_fee", "fee_", "refund_s")
                all_events = [e for e in all_events if e.event_type.startswith(few)]
            if not all_events:
                return
            wrong = all_events[which % len(all_events)]
            call = ("api.reverse_event(%s, 'so', %s, %s, 'ana')", wrong.event_id, reference, wrong.provider)
            event = replace(
                event,
                event_type="event_reversed",
                restaurant_id=wrong.restaurant_id,
                currency=wrong.currency,
                amount=wrong.amount,
                fee=wrong.fee,
                reverses=wrong.key,
            )
        try:
            (row,) = self.place.rows("select * from " + call[0], *call[1:])
        except psycopg.Error as raised:
            with pytest.raises(NotFound) as missing:
                self.model.ingest(event)
            assert raised.diag.constraint_name == str(missing.value)
            return
        answer = self.model.ingest(replace(event, occurred_at=row["received_at"]))
        self.compare_answer(row, answer, {"currency": event.currency})

    def compare_answer(self, row: Row, answer: Answer, document: Row) -> None:
        SEEN[row["event_type"], row["status"], row["code"] or ""] += 1
        got = (row["status"], row["code"], row["entries"])
        assert got == (answer.status, answer.code, answer.entries), (row, document)
        details = row["details"] or {}
        if answer.fields and answer.status != "already_processed" and row["provider"] != OPERATOR:
            assert set(details["fields"]) == answer.fields, row
        if answer.event_id is not None:
            assert details["event_id"] == answer.event_id, row
        if answer.left is not None:
            assert details.get("left", details.get("debt")) == answer.left, row

    def compare(self) -> None:
        super().compare()
        waiting = self.place.rows(WAITING, self.place.restaurants)
        assert [(row["event_id"], row["code"]) for row in waiting] == [
            (e.event_id, c) for e, c, _ in self.model.waiting
        ]
        refused = self.place.rows(REFUSED, self.last_rejection)
        assert sorted((r["event_id"], r["status"], r["code"]) for r in refused) == sorted(self.model.refused)


@pytest.fixture(scope="module")
def places(create_database: Callable[..., str], connect: Callable[..., psycopg.Connection[Any]]) -> Places:
    return Places(lambda: connect(create_database(), row_factory=dict_row, options="-c jit=off"))


@settings(PROFILE, max_examples=EXAMPLES, derandomize=EXAMPLES == 60)
@given(st.sampled_from(TURNS), st.lists(st.integers(0, 2**32), min_size=30, max_size=60))
def test_random_lives_agree_with_the_model(places: Places, turn: datetime, numbers: list[int]) -> None:
    avoid_the_turn_of_an_hour()
    life = Life(places, turn)
    for number in filter(None, numbers):  # 0, to which hypothesis shrinks, is no operation
        operation = LifeDice(number).operation()
        note(f"{operation}")
        life.do(operation)


@pytest.mark.parametrize("seed", range(SEED, SEED + LIVES))
def test_long_lives_agree_with_the_model(places: Places, seed: int) -> None:
    dice = LifeDice(seed)
    life = Life(places, dice.pick(TURNS))
    for step in range(LENGTH):
        avoid_the_turn_of_an_hour()
        operation = dice.operation()
        try:
            life.do(operation)
        except AssertionError as error:
            error.add_note(f"CUENTA_LIFE_SEED={seed} CUENTA_LIVES=1, step {step}: {operation}")
            raise


def test_these_lives_have_seen_all_there_is(places: Places) -> None:
    entries: set[str] = set()
    for connection in places.databases:
        rows = connection.execute("select distinct e.entry_type from ledger.ledger_entries as e").fetchall()
        entries |= {row["entry_type"] for row in rows}
    unseen = set(EFFECTS) - entries
    assert len(unseen) <= 3 and all(name.endswith("_REVERSAL") for name in unseen)  # these are few, and chance decides


def test_no_integrity_check_finds_an_error_after_these_lives(places: Places) -> None:
    assert places.databases
    for connection in places.databases:
        checks = connection.execute("select * from api.check_integrity() where severity = 'error'").fetchall()
        assert checks and [check for check in checks if check["findings"]] == []
