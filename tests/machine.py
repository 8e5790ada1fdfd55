"""A machine that does everything to the database and to the reference model, and compares (hypothesis, stateful).

    python tests/machine.py [--steps 20000] [--seed N] [--output docs/reliability.md]

A step is one call, as a processor, a bank, a person or the back office makes it. Its answer is compared with the
model's (status, code, details), then every balance; now and then everything that can be read. An example has
restaurants and currencies of its own; what it leaves in the inbox it dismisses at its end. The short form is
tests/test_model.py.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from psycopg.rows import dict_row

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from db.deploy import deploy  # noqa: E402
from dev import embedded, figures  # noqa: E402
from tests.model import (  # noqa: E402
    EFFECTS,
    LATER,
    MAX_AMOUNT,
    OPERATOR,
    PAYOUT_ITEMS,
    Account,
    Answer,
    Bad,
    Cuenta,
    Event,
    Key,
    Refused,
    Run,
)

Row = dict[str, Any]
Spec = tuple[Any, ...]

LENGTH = 100  # steps of an example
EVERYTHING = 12  # steps after which everything is compared
PAYMENTS, REFUNDS, DISPUTES = 2, 3, 3  # of a restaurant, before there are new ones
UNITS = {"HUF": 100}  # paid in multiples; others' examples have it, too, so runs name whom they pay

ZONES = [
    "America/Lima",
    "UTC",
    "Europe/Madrid",
    "America/New_York",
    "America/Santiago",  # puts the clock forward at midnight
    "Africa/Cairo",  # the same
    "Australia/Lord_Howe",  # by half an hour
    "Asia/Kolkata",
    "Pacific/Kiritimati",  # the first to have a new day
    "Pacific/Pago_Pago",  # the last
]
# Moments around which one of the zones changes its clock, or begins a day.
TURNS = [
    datetime(2025, 3, 30, 1, 0, tzinfo=UTC),  # Madrid, forward
    datetime(2025, 10, 26, 1, 0, tzinfo=UTC),  # Madrid, back
    datetime(2025, 11, 2, 6, 0, tzinfo=UTC),  # New York, back
    datetime(2025, 9, 7, 4, 0, tzinfo=UTC),  # Santiago, forward
    datetime(2025, 4, 24, 22, 0, tzinfo=UTC),  # Cairo, forward
    datetime(2025, 4, 5, 15, 0, tzinfo=UTC),  # Lord Howe, back
    datetime(2025, 12, 31, 5, 0, tzinfo=UTC),  # midnight in Lima
    datetime(2024, 2, 29, 10, 0, tzinfo=UTC),  # midnight on Kiritimati
]

FAULTS: list[tuple[str, str, list[Any]]] = [
    ("AMOUNT_INVALID", "amount", [0, -5, "12", 1.5, 120.0, True, [], 2**53, 2**63, 10**30]),
    ("FEE_INVALID", "fee", [-1, "3", 0.5, False, {}, 2**53]),
    ("CURRENCY_INVALID", "currency", ["PE", "PENN", 604, "P3N"]),
    ("CURRENCY_UNKNOWN", "currency", ["XQZ"]),
    ("EVENT_TYPE_UNKNOWN", "event_type", ["charge_imagined", "adjustment_credited"]),
    ("EVENT_TYPE_INVALID", "event_type", [5]),
    ("EVENT_ID_INVALID", "event_id", ["a b", "e" * 129, "evt_\u00e9", 7]),
    ("RESTAURANT_ID_INVALID", "restaurant_id", ["no good", "-x", "r" * 65, 3]),
    ("OCCURRED_AT_INVALID", "occurred_at", ["2025-12-30T10:00:00", "2025-02-30T10:00:00Z", "yesterday", "infinity"]),
    ("OCCURRED_AT_INVALID", "occurred_at", [1735552800]),
    ("OCCURRED_AT_IN_FUTURE", "occurred_at", ["future"]),
    ("METADATA_INVALID", "metadata", [[1], "x", 5]),
    ("PROVIDER_INVALID", "provider", ["a b", 7]),
    ("PROVIDER_RESERVED", "provider", [OPERATOR]),
    ("LIVEMODE_INVALID", "livemode", ["no", 1]),
    ("AVAILABLE_ON_INVALID", "available_on", ["2025-02-30", "tomorrow", "2999-01-01", 7]),
    ("PAYMENT_ID_INVALID", "payment_id", ["a b", 7, "p" * 129]),
    ("FIELD_MISSING", "event_type", ["payout_paid", "dispute_won", "refund_failed"]),  # of what they are about
    *(
        ("FIELD_MISSING", name, [...])
        for name in ("event_id", "event_type", "restaurant_id", "currency", "amount", "occurred_at")
    ),
]
INVALID: list[tuple[Row, str]] = [
    *(({name: value}, code) for code, name, values in FAULTS for value in values),
    ({"event_type": "refund_succeeded", "fee": 5}, "FEE_NOT_ALLOWED"),
    ({"event_type": "refund_succeeded", "refund_id": ""}, "REFUND_ID_INVALID"),
    ({"event_type": "dispute_opened", "dispute_id": 5}, "DISPUTE_ID_INVALID"),
]
REFUSED_CALLS = [
    ("run_payouts('PEN', current_date + 3, 1)", "AS_OF_IN_FUTURE"),
    ("run_payouts('PEN', 'infinity', 1)", "AS_OF_INVALID"),
    ("run_payouts('PEN', '2025-01-01', -1)", "MIN_AMOUNT_INVALID"),
    ("run_payouts('PEN', '2025-01-01', 9007199254740992)", "MIN_AMOUNT_INVALID"),
    ("run_payouts('XQZ', '2025-01-01', 1)", "CURRENCY_UNKNOWN"),
    ("run_payouts(null, '2025-01-01', 1)", "ARGUMENT_MISSING"),
    ("run_payouts('PEN', '2025-01-01', 1, false, array['nobody'])", "RESTAURANT_NOT_FOUND"),
    ("pay_by_hand('PEN', '2025-01-01', null, 'so')", "RESTAURANT_IDS_INVALID"),
    ("set_restaurant('{0}', 'Mars/Olympus')", "TIMEZONE_UNKNOWN"),
    ("set_restaurant('{0}', null, 8)", "DAY_CLOSE_HOUR_INVALID"),
    ("set_restaurant('{0}', null, null, 61)", "SETTLEMENT_DELAY_INVALID"),
    ("set_restaurant('{0}', p_actor => ' ')", "ACTOR_INVALID"),
    ("set_restaurant('not good', 'UTC')", "RESTAURANT_ID_INVALID"),
    ("set_platform_settings('ask')", "UNKNOWN_RESTAURANTS_INVALID"),
    ("set_payout_terms('{0}', 'PEN', 2, 1)", "PAYOUT_TERMS_INVALID"),
    ("pause_payouts('{0}', 'PEN', ' ')", "REASON_INVALID"),
    ("hold_funds('{0}', 'PEN', 1, null, 'ref')", "ARGUMENT_MISSING"),
    ("get_balance('nobody', 'PEN')", "RESTAURANT_NOT_FOUND"),
    ("get_balance('{0}', 'PEN', now() + interval '1 hour')", "AT_IN_FUTURE"),
    ("get_statement('{0}', 'PEN', '2025-02-01', '2025-01-01')", "PERIOD_INVALID"),
    ("get_payout('po_none')", "PAYOUT_NOT_FOUND"),
    ("get_payment('pay_none')", "PAYMENT_NOT_FOUND"),
    ("get_payout_run('run_none')", "PAYOUT_RUN_NOT_FOUND"),
    ("get_event('evt_none')", "EVENT_NOT_FOUND"),
    ("replay_event('evt_none')", "EVENT_NOT_FOUND"),
    ("accept_event('evt_none', 'so')", "EVENT_NOT_FOUND"),
    ("dismiss_event('evt_none', 'so')", "EVENT_NOT_FOUND"),
    ("dismiss_rejection(-1, 'so')", "REJECTION_NOT_FOUND"),
    ("list_inbox('NO_CODE')", "REASON_CODE_UNKNOWN"),
    ("list_entries('{0}', 'PEN', p_limit => 0)", "LIMIT_INVALID"),
    ("list_payments(p_state => 'ODD')", "STATE_UNKNOWN"),
    ("confirm_payout('po_none', 'x')", "PAYOUT_NOT_FOUND"),
    ("cancel_payout('po_none', 'so', 'ref')", "PAYOUT_NOT_FOUND"),
]

STEPS = (
    "acceptance",
    "adjustment",
    "again",
    "an event",
    "array",
    "badly",
    "balance of an earlier moment",
    "call in vain",
    "cancellation",
    "claim",
    "confirmation",
    "dismissal",
    "dismissal of what cannot be read",
    "end of a pause",
    "entries of a payout",
    "hold",
    "of a payment, refund or dispute",
    "otherwise",
    "outcome of a payout",
    "pause",
    "payout run",
    "release",
    "replay",
    "replay of all with a code",
    "reversal",
    "settings of a restaurant",
    "settings of the platform",
    "statement",
    "terms",
    "under another id",
    "without a payment",
    "write-off",
)
# Why an event that can be read is refused, as far as histories come to it.
REFUSALS = (
    "AMOUNT_EXCEEDS_DEBT",
    "AMOUNT_EXCEEDS_HOLD",
    "AMOUNT_EXCEEDS_PAYMENT",
    "EVENT_IN_USE",
    "EVENT_NOT_REVERSIBLE",
    "PAYMENT_MISMATCH",
    "PAYOUT_MISMATCH",
    "PAYOUT_NOT_FOUND",
    "PAYOUT_STATE_CONFLICT",
    "RESTAURANT_CLOSED",
    "RESTAURANT_UNKNOWN",
    "REVERSED_BEFORE",
    "TEST_EVENT",
)
SEEN: Counter[str] = Counter()  # what happened, over all examples


class Places:
    """Databases, and in each of them currencies that no example has had. A failed example's is not used again."""

    def __init__(self, create_database: Callable[[], str], prepare: str = "") -> None:
        self.create_database = create_database
        self.prepare = prepare  # SQL that each database gets first: a fault to be found
        self.numbers = itertools.count()
        self.connection: psycopg.Connection[Row] | None = None
        self.pairs: Iterator[tuple[str, str]] = iter(())

    def next(self) -> tuple[psycopg.Connection[Row], tuple[str, str, str], int]:
        pair = next(self.pairs, None)
        if pair is None or self.connection is None:
            self.drop()
            options = "-c jit=off -c timezone=UTC"
            self.connection = psycopg.connect(
                self.create_database(), autocommit=True, row_factory=dict_row, options=options
            )
            if self.prepare:
                self.connection.execute(self.prepare)
            found = self.connection.execute(
                "select currency from ledger.currencies where payable_unit = 1 and currency <> 'PEN' order by currency"
            ).fetchall()
            names = [row["currency"] for row in found]
            self.pairs = iter(zip(names[::2], names[1::2], strict=False))
            pair = next(self.pairs)
        return self.connection, (*pair, "HUF"), next(self.numbers)

    def drop(self) -> None:
        """Go on in another database."""
        if self.connection:
            self.connection.close()
        self.connection, self.pairs = None, iter(())


def avoid_the_turn_of_an_hour() -> bool:
    """A day can begin there, in some zone: not between the database's clock and ours. Whether it did."""
    left = 900 - time.time() % 900
    if left < 3:
        time.sleep(left + 0.1)
    return left < 3


BALANCES = """
select
    clock_timestamp() as moment,
    (
        select coalesce(jsonb_agg(jsonb_build_array(r.restaurant_id, b.currency)), '[]')
        from ledger.restaurants as r
        left join ledger.account_balances as b using (restaurant_id)
        where r.restaurant_id = any(%(mine)s)
    ) as opened,
    (
        select coalesce(jsonb_agg(to_jsonb(b)), '[]')
        from unnest(%(restaurants)s::text[]) as r (restaurant_id)
        cross join unnest(%(currencies)s::text[]) as c (currency)
        cross join lateral api.get_balance(r.restaurant_id, c.currency) as b
    ) as balances
"""
EVERYTHING_THERE = """
select
    (
        select coalesce(jsonb_agg(to_jsonb(e) || jsonb_build_object('of', r.restaurant_id || ' ' || c.currency)), '[]')
        from unnest(%(restaurants)s::text[]) as r (restaurant_id)
        cross join unnest(%(currencies)s::text[]) as c (currency)
        cross join lateral api.list_entries(r.restaurant_id, c.currency, null, null, 500) as e
    ) as entries,
    (
        select coalesce(jsonb_agg(to_jsonb(p)), '[]')
        from unnest(%(restaurants)s::text[]) as r (restaurant_id)
        cross join lateral api.list_payouts(r.restaurant_id, null, null, 500) as l
        cross join lateral api.get_payout(l.payout_id) as p
    ) as payouts,
    (
        select coalesce(jsonb_agg(to_jsonb(p)), '[]')
        from unnest(%(restaurants)s::text[]) as r (restaurant_id)
        cross join lateral api.list_payments(r.restaurant_id, p_limit => 500) as p
    ) as payments,
    (
        select coalesce(jsonb_agg(to_jsonb(d)), '[]')
        from unnest(%(restaurants)s::text[]) as r (restaurant_id)
        cross join lateral api.list_disputes(r.restaurant_id, p_limit => 500) as d
    ) as disputes,
    (
        select coalesce(jsonb_agg(to_jsonb(h)), '[]')
        from unnest(%(restaurants)s::text[]) as r (restaurant_id)
        cross join lateral api.list_holds(r.restaurant_id, p_limit => 500) as h
    ) as holds,
    (
        select coalesce(jsonb_agg(to_jsonb(g)), '[]')
        from unnest(%(restaurants)s::text[]) as r (restaurant_id)
        cross join lateral api.get_restaurant(r.restaurant_id) as g
    ) as restaurants,
    (
        select coalesce(jsonb_agg(to_jsonb(l) || jsonb_build_object('of', r.restaurant_id)), '[]')
        from unnest(%(restaurants)s::text[]) as r (restaurant_id)
        cross join lateral api.list_setting_changes(r.restaurant_id, 500) as l
    ) as changes,
    (
        select coalesce(jsonb_agg(to_jsonb(t)), '[]')
        from unnest(%(restaurants)s::text[]) as r (restaurant_id)
        cross join unnest(%(currencies)s::text[]) as c (currency)
        cross join lateral api.get_payout_terms(r.restaurant_id, c.currency) as t
    ) as terms,
    (select coalesce(jsonb_agg(to_jsonb(i)), '[]') from api.list_inbox(p_limit => 500) as i) as inbox
"""
# A setting's name where it is read, and as the model has it.
SETTINGS = ("timezone", "day_close_hour", "settlement_delay_days", "payouts_paused", "closed")


def moment_of(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def document_of(event: Event) -> Row:
    """An event as a processor writes it."""
    document: Row = {
        "event_id": event.event_id,
        "event_type": event.event_type,
        "occurred_at": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "restaurant_id": event.restaurant_id,
        "currency": event.currency,
        "amount": event.amount,
    }
    metadata = json.loads(event.metadata)
    if event.fee:
        document["fee"] = event.fee
    if metadata:
        document["metadata"] = metadata
    if event.provider != "default":
        document["provider"] = event.provider
    if event.is_test:
        document["livemode"] = False
    if event.available_on:
        document["available_on"] = event.available_on.isoformat()
    for name in ("payout_id", "payment_id", "refund_id", "dispute_id", "failure_code"):
        value = getattr(event, name)
        if value is not None and name not in metadata:
            document[name] = value
    return document


# -- what is drawn ------------------------------------------------------------------------------------------
#
# Hypothesis draws numbers and leaves out those that are not needed for a difference. A number decides on what is done,
# with what, and drawn a second time on something else: its own choice of rules would leave out most of them in most
# examples, and repeat values, so that few histories would come to a payout or the end of a dispute.

Draw = Callable[[random.Random], Any]
T = TypeVar("T", bound=Callable[..., None])
ACTIONS: dict[str, dict[str, Draw]] = {}
WEIGHTED: list[str] = []


def action(weight: int = 1, **drawn: Draw) -> Callable[[T], T]:
    """A method that is a step: how often it comes, and with what."""

    def register(method: T) -> T:
        ACTIONS[method.__name__] = drawn
        WEIGHTED.extend([method.__name__] * weight)
        return method

    return register


def of(part: Any, dice: random.Random) -> Any:
    return part(dice) if callable(part) else part


def among(choices: Sequence[Any]) -> Draw:
    return lambda dice: of(dice.choice(choices), dice)


def one(*choices: Any) -> Draw:
    return among(choices)


def whole(least: int, most: int) -> Draw:
    return lambda dice: dice.randint(least, most)


def several(part: Draw, least: int, most: int) -> Draw:
    return lambda dice: [part(dice) for _ in range(dice.randint(least, most))]


def some(choices: Sequence[Any], least: int, most: int) -> Draw:
    return lambda dice: dice.sample(choices, dice.randint(least, most))


def pack(*parts: Any) -> Draw:
    return lambda dice: tuple(of(part, dice) for part in parts)


who = among([0] * 6 + [1] * 3 + [2, 3])
money = among([0, 0, 0, 0, 1, 2])
which = whole(0, 9_999)
moments = one(
    pack("ago", whole(0, 5 * 24 * 60)),
    pack("ago", whole(-4, 40 * 60)),
    pack("turn", whole(-30 * 60, 30 * 60)),
)
days = one(
    pack("ago", whole(0, 6)),
    pack("ago", whole(0, 1)),
    pack("turn", whole(-2, 3)),
    pack("next", whole(1, 2)),
    pack("next", whole(1, 2)),
)
providers = among(["default"] * 11 + ["adyen"])
life_kinds = among(
    ["charge_succeeded"] * 14
    + ["refund_succeeded"] * 4
    + ["refund_failed"] * 3
    + ["dispute_opened"] * 5
    + ["dispute_won"] * 4
    + ["dispute_lost"] * 4
    + ["fee_charged", "fee_refunded"]
)
twists = among(
    [""] * 12 + ["amount", "currency", "nameless", "available_on", "available_on", "test", "metadata", "full", "full"]
)
lives = pack("life", life_kinds, who, which, moments, twists, providers)
charges = pack(
    "charge",
    who,
    money,
    moments,
    one(*[whole(1, 500)] * 9, MAX_AMOUNT),
    whole(0, 50),
)
refunds = pack("refund", who, money, moments, whole(1, 300))
payout_kinds = among(["payout_paid"] * 3 + ["payout_failed"] * 3 + ["payout_canceled", "payout_fee_charged"])
wrongs = among([()] * 12 + [("amount",), ("currency",), ("restaurant_id",), ("amount", "currency"), ("payout_id",)])
codes = among([None, None, "bank_unavailable", "no_such_code", "account_closed", "AC04"])
outcomes = pack("outcome", which, payout_kinds, moments, wrongs, codes)
again = pack("again", which, among(["same", "zone", "lower case", "unknown field", "order"]))
content = ["amount", "fee", "restaurant_id", "currency", "occurred_at", "metadata"]
otherwise = pack("otherwise", which, some(content, 1, 3), among([False, True]))
retold = pack("retold", which, among(["", "", "amount", "fee"]))
bad = pack("bad", who, money, moments, whole(0, len(INVALID) - 1), among([False, True]))
anything = one(lives, lives, lives, charges, refunds, outcomes, again, otherwise, retold, bad)


class Machine(RuleBasedStateMachine):
    """One example: what is done to the database and to the model."""

    places: Places
    now: datetime
    salt = 0  # so that the simplest example is not always the same one
    steps = 0  # over all examples
    examples = 0

    def __init__(self) -> None:
        super().__init__()
        self.is_over = False
        self.connection, self.currencies, number = self.places.next()
        self.restaurants = [f"m{number}.{letter}" for letter in "aBcd"]
        self.prefix = f"e{number}"
        self.model = Cuenta(UNITS)
        self.turn = TURNS[0]
        self.sent: list[tuple[Row, Event]] = []
        self.numbers = itertools.count(1)
        self.own_steps = 0
        self.story = 0
        self.drawn: Counter[int] = Counter()
        self.run_ids: list[tuple[str, Run]] = []
        self.past: list[tuple[datetime, dict[tuple[str, str], tuple[Row, int]]]] = []
        self.rows("select * from api.set_platform_settings('register', p_takes_test_events => false)")
        self.look_at_the_clock()
        Machine.examples += 1

    # -- the frame --------------------------------------------------------------------------------------

    def rows(self, query: str, *args: Any) -> list[Row]:
        return self.connection.execute(query, args or None).fetchall()

    def row(self, query: str, *args: Any) -> Row:
        (row,) = self.rows(query, *args)
        return row

    def look_at_the_clock(self) -> None:
        avoid_the_turn_of_an_hour()
        self.now = self.row("select clock_timestamp() as now")["now"]
        self.model.now = self.now

    def check_invariants(self, *args: Any, **kwargs: Any) -> None:
        """Hypothesis calls this after each step; here each step compares at its own end."""

    def done(self, what: str) -> None:
        """A step was really taken: count it, and compare."""
        Machine.steps += 1
        self.own_steps += 1
        SEEN["step: " + what] += 1
        self.compare_balances()
        if self.own_steps % EVERYTHING == 0:
            self.compare_everything()
        if avoid_the_turn_of_an_hour():
            self.look_at_the_clock()

    def refused(self, call: Callable[[], Any], query: str, *args: Any) -> list[Row] | None:
        """What the database answers; None if the model and the database refuse the call alike."""
        try:
            expected = None
            call()
        except Refused as error:
            expected = str(error)
        try:
            rows = self.rows(query, *args)
        except psycopg.Error as error:
            found = error.diag.constraint_name
            assert found == expected, (error, error.diag.message_detail, query, args, expected)
            SEEN[f"error: {found}"] += 1
            return None
        assert expected is None, f"{query} {args} is refused by the model alone: {expected}; {rows}"
        return rows

    @initialize(story=st.integers(0, 2**64))
    def open(self, story: int) -> None:
        self.story = story
        dice = random.Random(f"{self.salt} {story}")
        self.turn = dice.choice(TURNS)
        for number, hour, delay in ((0, 0, dice.randint(0, 3)), (1, 3, 0)):
            self.set(number, dice.choice(ZONES), hour, delay, None, None, "ana")

    @rule(number=st.integers(0, 2**32))
    def step(self, number: int) -> None:
        self.drawn[number] += 1
        dice = random.Random(f"{self.salt} {self.story} {number} {self.drawn[number]}")
        what = dice.choice(WEIGHTED)
        drawn = {name: draw(dice) for name, draw in ACTIONS[what].items()}
        note(f"# {what}({', '.join(f'{name}={value!r}' for name, value in drawn.items())})")
        getattr(self, what)(**drawn)

    def teardown(self) -> None:
        """Everything once more; then what is open in the inbox is dismissed, and nothing is open any more."""
        if self.is_over or sys.exc_info()[0] is not None:
            self.places.drop()
            return
        try:
            self.compare_everything()
            self.empty_the_inbox()
            found = self.rows("select * from api.check_integrity() where severity = 'error' and findings > 0")
            assert found == [], found
        except BaseException:
            self.places.drop()
            raise

    def empty_the_inbox(self) -> None:
        for _ in range(2):  # behind what contradicts it, an event may wait
            for row in self.rows("select * from api.list_inbox(p_limit => 500)"):
                if row["event_id"] and row["provider"]:
                    args = (row["event_id"], row["provider"])
                    self.rows("select * from api.dismiss_event(%s, 'the end', %s, 'ana')", *args)
                else:
                    self.rows("select * from api.dismiss_rejection(%s, 'the end', 'ana')", row["rejection_no"])
        left = self.rows("select * from api.list_inbox(p_limit => 500)")
        assert left == [], (left, [self.model.cases.get((row["provider"], row["event_id"])) for row in left])

    # -- from what was drawn to a document --------------------------------------------------------------

    def moment(self, spec: Spec) -> datetime:
        base = self.now if spec[0] == "ago" else self.turn
        return base - timedelta(minutes=spec[1]) if spec[0] == "ago" else base + timedelta(minutes=spec[1])

    def day(self, spec: Spec, currency: str) -> date:
        today = self.now.date()
        if spec[0] == "ago":
            return today - timedelta(days=spec[1])
        if spec[0] == "turn":
            return self.turn.date() + timedelta(days=spec[1])
        closed = [payout.as_of for payout in self.model.payouts() if payout.currency == currency]
        return min(max([*closed, today - timedelta(days=5)]) + timedelta(days=spec[1]), today)

    def make(self, spec: Spec) -> tuple[Row, Event | Bad] | None:
        """The document to send, and what the model gets."""
        kind, *rest = spec
        return getattr(self, "_" + kind)(*rest)  # type: ignore[no-any-return]

    def new(self, kind: str, restaurant: str, currency: str, when: datetime, amount: int, fee: int) -> Event:
        number = next(self.numbers)
        metadata = json.dumps({"n": number} if number % 3 else {})
        return Event(f"{self.prefix}_{number}", kind, restaurant, currency, amount, fee, when, None, metadata)

    def remember(self, event: Event) -> tuple[Row, Event]:
        self.sent.append((document_of(event), event))
        return self.sent[-1]

    def _charge(self, who: int, money: int, when: Spec, amount: int, fee: int) -> tuple[Row, Event]:
        place = (self.restaurants[who], self.currencies[money])
        if amount == MAX_AMOUNT:
            fee = 0
            if self.model.accounts.get(place, Account()).balance <= 0:
                amount = 500  # only where it is too much
        return self.remember(self.new("charge_succeeded", *place, self.moment(when), amount, min(fee, amount)))

    def _refund(self, who: int, money: int, when: Spec, amount: int) -> tuple[Row, Event]:
        place = (self.restaurants[who], self.currencies[money])
        return self.remember(self.new("refund_succeeded", *place, self.moment(when), amount, 0))

    def _life(self, kind: str, who: int, which: int, when: Spec, twist: str, provider: str) -> tuple[Row, Event]:
        """Of a payment, refund or dispute whose number decides what it is about, so that its reports fit each other."""
        age = len(self.sent) // 50  # so that there are new ones when the first have come to their end
        fee = 0
        refund_id = dispute_id = None
        if kind in ("refund_succeeded", "refund_failed"):
            number = which % REFUNDS
            payment: int | None = number % PAYMENTS
            amount, refund_id = 40 + 30 * number, f"re_{age}.{number}"
        elif kind.startswith("dispute_"):
            number = which % DISPUTES
            payment, amount, dispute_id = number % PAYMENTS, 100 + 20 * number, f"dp_{age}.{number}"
            fee = 15 if kind == "dispute_opened" else 0
        else:
            payment = which % PAYMENTS
            amount, fee = (300 + 20 * payment, 3 * payment) if kind == "charge_succeeded" else (1 + which % 30, 0)
        money = 1 if payment == PAYMENTS - 1 else 0
        is_later = kind in LATER
        if twist == "full" and kind in ("refund_succeeded", "dispute_opened"):
            amount = 300 + 20 * (payment or 0)
            refund_id, dispute_id = (f"{name}f" if name else None for name in (refund_id, dispute_id))
        amount += twist == "amount"
        money = 1 - money if twist == "currency" else money
        if twist == "nameless" and not is_later:
            payment = refund_id = None
            dispute_id = f"dp_n{age}.{which % 4}" if kind == "dispute_opened" else None
        if is_later and twist != "metadata":  # these name what they are about, and mostly nothing else
            payment = None
        event = self.new(kind, self.restaurants[who], self.currencies[money], self.moment(when), amount, fee)
        event = replace(event, refund_id=refund_id, dispute_id=dispute_id, provider=provider, is_test=twist == "test")
        if payment is not None:
            event = replace(event, payment_id=f"pay_{age}.{payment}")
        if twist == "available_on" and kind == "charge_succeeded":
            event = replace(event, available_on=event.occurred_at.date() + timedelta(days=which % 40 - 3))
        if twist == "metadata" and event.payment_id:
            event = replace(event, metadata=json.dumps({**json.loads(event.metadata), "payment_id": event.payment_id}))
        return self.remember(event)

    def _outcome(
        self, index: int, kind: str, when: Spec, wrong: tuple[str, ...], code: str | None
    ) -> tuple[Row, Event] | None:
        payouts = list(self.model.payouts())
        if not payouts:
            return None
        payout = payouts[-1 - index % len(payouts)]
        amount = 5 if kind == "payout_fee_charged" else payout.amount
        event = self.new(kind, payout.restaurant_id, payout.currency, self.moment(when), amount, 0)
        event = replace(event, payout_id=payout.payout_id)
        if index % 4 == 0:  # of the same instant as its last report
            known = [at for at in (payout.paid_at, payout.failed_at, payout.canceled_at) if at]
            event = replace(event, occurred_at=max([*known, event.occurred_at]) if known else event.occurred_at)
        if "amount" in wrong:
            event = replace(event, amount=event.amount % MAX_AMOUNT + 1)
        if "currency" in wrong:
            event = replace(event, currency=next(name for name in self.currencies if name != payout.currency))
        if "restaurant_id" in wrong:
            event = replace(event, restaurant_id=self.another(payout.restaurant_id))
        if "payout_id" in wrong:
            event = replace(event, payout_id="po_" + "0" * 32)
        if kind == "payout_failed":
            event = replace(event, failure_code=code)
        return self.remember(event)

    def another(self, restaurant_id: str) -> str:
        return self.restaurants[(self.restaurants.index(restaurant_id) + 1) % 3]

    def _again(self, index: int, how: str) -> tuple[Row, Event] | None:
        """The same content, written in another way."""
        if not self.sent:
            return None
        document, event = self.sent[-1 - index % len(self.sent)]
        document = dict(document)
        if how == "zone":
            elsewhere = timezone(timedelta(hours=5, minutes=30))
            document["occurred_at"] = event.occurred_at.astimezone(elsewhere).isoformat(" ")
        elif how == "lower case":
            document["currency"] = document["currency"].lower()
        elif how == "unknown field":
            document["delivery"] = {"attempt": 2}
        elif how == "order":
            document = dict(reversed(document.items())) | ({} if event.fee else {"fee": 0})
        return document, event

    def _otherwise(self, index: int, fields: list[str], is_waiting: bool) -> tuple[Row, Event] | None:
        """Another content under an id that is in the book, or waits."""
        known = [event for event, _, _ in self.model.waiting] if is_waiting else []
        known = known or [event for _, event in self.sent if event.key in self.model.events]
        if not known:
            return None
        event = known[-1 - index % len(known)]
        other: Row = {}
        if "amount" in fields:
            other["amount"] = event.amount - 1 if event.amount > 1 else 2
        if "fee" in fields and event.event_type in ("charge_succeeded", "dispute_opened"):
            other["fee"] = event.fee + 1
        if "restaurant_id" in fields:
            other["restaurant_id"] = self.another(event.restaurant_id)
        if "currency" in fields:
            other["currency"] = next(name for name in self.currencies if name != event.currency)
        if "occurred_at" in fields:
            other["occurred_at"] = event.occurred_at - timedelta(microseconds=1 + index * 200)
        if "metadata" in fields and "payment_id" not in event.metadata:
            other["metadata"] = json.dumps({"n": -1})
        changed = replace(event, **other)
        return (document_of(changed), changed) if other else None

    def _retold(self, index: int, fault: str) -> tuple[Row, Event] | None:
        """What is known or waits, under another id: as a poller tells it beside a webhook."""
        named = [event for _, event in self.sent if event.payment_id or event.refund_id or event.dispute_id]
        if not named:
            return None
        event = named[-1 - index % len(named)]
        event = replace(event, event_id=f"{self.prefix}_{next(self.numbers)}")
        if "payment_id" not in event.metadata:
            event = replace(event, metadata='{"from": "the poller"}')
        event = replace(event, occurred_at=event.occurred_at - timedelta(minutes=index % 3))
        if fault == "amount":
            event = replace(event, amount=event.amount + 1)
        if fault == "fee" and event.event_type in ("charge_succeeded", "dispute_opened"):
            event = replace(event, fee=event.fee + 1)
        return self.remember(event)

    def _bad(self, who: int, money: int, when: Spec, number: int, is_mended: bool) -> tuple[Row, Bad]:
        """A charge with one fault. A mended one may come later, as one told again."""
        change, code = INVALID[number]
        event = self.new("charge_succeeded", self.restaurants[who], self.currencies[money], self.moment(when), 120, 0)
        if is_mended:
            self.remember(event)
        document = {name: value for name, value in (document_of(event) | change).items() if value is not ...}
        if change.get("occurred_at") == "future":
            document["occurred_at"] = (self.now + timedelta(minutes=20)).isoformat()
        event_id = None if "event_id" in change or code == "PROVIDER_INVALID" else event.event_id
        is_whole = 10**30 not in change.values()
        return document, Bad(code, event_id, event.restaurant_id, change.get("provider", "default"), is_whole)

    # -- doing and comparing ----------------------------------------------------------------------------

    def told(self, event: Event | Bad) -> Answer:
        if isinstance(event, Bad):
            return self.model.refuse(event, event.code)
        return self.model.ingest(event)

    def tell(self, spec: Spec, what: str) -> None:
        made = self.make(spec)
        if made is None:
            return
        document, event = made
        row = self.row("select * from api.ingest_event(%s::jsonb)", json.dumps(document))
        self.compare_answer(row, self.told(event), document)
        self.done(what)

    def compare_answer(self, row: Row, answer: Answer, told: Any) -> None:
        got = (row["status"], row["code"], row["entries"])
        assert got == (answer.status, answer.code, answer.entries), (row, told, answer)
        assert (row["message"] is None) == (answer.code is None), row
        details = row["details"] or {}
        for name, value in answer.details.items():
            if name == "fields":
                assert set(details["fields"]) == value, (row, told, value)
            else:
                assert details.get(name) == value, (row, told, answer)
        SEEN[f"answer: {row['event_type']} {row['status']} {row['code'] or ''}".rstrip()] += 1
        SEEN[f"code: {row['status']} {row['code'] or ''}".rstrip()] += 1

    @action(16, spec=lives)
    def tell_of_a_payment(self, spec: Spec) -> None:
        self.tell(spec, "of a payment, refund or dispute")

    @action(2, spec=one(charges, charges, refunds))
    def tell_without_a_name(self, spec: Spec) -> None:
        self.tell(spec, "without a payment")

    @action(8, spec=outcomes)
    def report_a_payout(self, spec: Spec) -> None:
        self.tell(spec, "outcome of a payout")

    @action(2, spec=again)
    def tell_again(self, spec: Spec) -> None:
        self.tell(spec, "again")

    @action(2, spec=otherwise)
    def tell_otherwise(self, spec: Spec) -> None:
        self.tell(spec, "otherwise")

    @action(2, spec=retold)
    def tell_under_another_id(self, spec: Spec) -> None:
        self.tell(spec, "under another id")

    @action(spec=bad)
    def tell_badly(self, spec: Spec) -> None:
        self.tell(spec, "badly")

    @action(4, specs=several(anything, 1, 10))
    def send_an_array(self, specs: list[Spec]) -> None:
        """Each item is answered as it would be alone: the model gets them one by one."""
        made = []
        for spec in specs:  # an item may refer to one before it, so the model goes first
            item = self.make(spec)
            if item is not None:
                made.append((item[0], self.told(item[1])))
        rows = self.rows("select * from api.ingest_events(%s::jsonb)", json.dumps([document for document, _ in made]))
        assert [row.pop("item") for row in rows] == list(range(1, len(made) + 1))
        for row, (document, answer) in zip(rows, made, strict=True):
            self.compare_answer(row, answer, document)
        if made:
            SEEN["items of arrays"] += len(made)
            self.done("array")

    # -- what people do ---------------------------------------------------------------------------------

    def person(self, event: Event, query: str, *args: Any) -> None:
        """A call of a person; the event is what it becomes, but for its moment."""
        try:
            row = self.row(f"select * from api.{query}", *args)
        except psycopg.Error as error:
            try:
                self.model.ingest(event)
            except Refused as expected:
                assert error.diag.constraint_name == str(expected), (error, query, args)
                SEEN[f"error: {expected}"] += 1
                return
            raise
        answer = self.model.ingest(replace(event, occurred_at=row["received_at"]))
        self.compare_answer(row, answer, (query, args))

    def reference(self, number: int | None) -> str:
        """Mostly a new one."""
        return f"{self.prefix}_o{next(self.numbers) + 10 if number is None else number}"

    def of_person(self, reference: str, kind: str, restaurant: str, currency: str, amount: int, **more: Any) -> Event:
        return Event(
            reference,
            kind,
            restaurant,
            currency,
            amount,
            0,
            self.now,
            provider=OPERATOR,
            reason="so",
            actor="ana",
            **more,
        )

    references = among([None] * 8 + [0, 1, 2])

    @action(2, who=who, money=money, amount=one(whole(-900, -1), whole(1, 3000), whole(1, 3000)), number=references)
    def adjust(self, who: int, money: int, amount: int, number: int | None) -> None:
        place, reference = (self.restaurants[who], self.currencies[money]), self.reference(number)
        kind = "adjustment_credited" if amount > 0 else "adjustment_debited"
        event = self.of_person(reference, kind, *place, abs(amount))
        self.person(event, "post_adjustment(%s, %s, %s, 'so', %s, 'ana')", *place, amount, reference)
        self.done("adjustment")

    @action(2, who=who, money=money, amount=whole(1, 300), number=references)
    def hold(self, who: int, money: int, amount: int, number: int | None) -> None:
        place, reference = (self.restaurants[who], self.currencies[money]), self.reference(number)
        event = self.of_person(reference, "funds_held", *place, amount)
        self.person(event, "hold_funds(%s, %s, %s, 'so', %s, 'ana')", *place, amount, reference)
        self.done("hold")

    @action(2, which=which, amount=whole(1, 200), number=references)
    def release(self, which: int, amount: int, number: int | None) -> None:
        holds = [event for event, _ in self.model.events.values() if event.event_type == "funds_held"]
        hold_id, place = "no_hold", (self.restaurants[0], self.currencies[0])
        if holds and which % 20:
            hold = holds[which % len(holds)]
            hold_id, place = hold.event_id, (hold.restaurant_id, hold.currency)
        reference = self.reference(number)
        event = self.of_person(reference, "funds_released", *place, amount, hold_id=hold_id)
        self.person(event, "release_hold(%s, %s, 'so', %s, 'ana')", hold_id, amount, reference)
        self.done("release")

    @action(2, who=who, money=money, share=whole(1, 5), number=references)
    def write_off(self, who: int, money: int, share: int, number: int | None) -> None:
        place, reference = (self.restaurants[who], self.currencies[money]), self.reference(number)
        available = self.model.balance(*place)["available"] if place[0] in self.model.restaurants else 0
        amount = max(1, -available * share // 4)
        event = self.of_person(reference, "debt_written_off", *place, amount)
        self.person(event, "write_off_debt(%s, %s, %s, 'so', %s, 'ana')", *place, amount, reference)
        self.done("write-off")

    @action(4, which=which, number=references)
    def reverse(self, which: int, number: int | None) -> None:
        """Of all kinds alike: most events are charges."""
        kinds = sorted({event.event_type for event, _ in self.model.events.values()})
        if not kinds:
            return
        kind = kinds[which % len(kinds)]
        events = [event for event, _ in self.model.events.values() if event.event_type == kind]
        wrong = events[which // 7 % len(events)]
        reference = self.reference(number)
        event = self.of_person(reference, "event_reversed", wrong.restaurant_id, wrong.currency, wrong.amount)
        event = replace(event, fee=wrong.fee, reverses=wrong.key)
        self.person(event, "reverse_event(%s, 'so', %s, %s, 'ana')", wrong.event_id, reference, wrong.provider)
        self.done("reversal")

    @action(2, which=which, bank_told=among([False, True]), number=references)
    def cancel(self, which: int, bank_told: bool, number: int | None) -> None:
        payouts = list(self.model.payouts())
        if not payouts:
            return
        payout, reference = payouts[-1 - which % len(payouts)], self.reference(number)
        place = (payout.restaurant_id, payout.currency, payout.amount)
        event = self.of_person(reference, "payout_withdrawn", *place, payout_id=payout.payout_id, bank_told=bank_told)
        self.person(event, "cancel_payout(%s, 'so', %s, 'ana', %s)", payout.payout_id, reference, bank_told)
        self.done("cancellation")

    # -- the inbox --------------------------------------------------------------------------------------

    def some_case(self, which: int, *statuses: str) -> Key | None:
        """An id of the inbox, of all of its codes alike; or of the book, or of nobody."""
        if which % 15 == 0:
            return next(iter(self.model.events), ("default", "evt_none"))
        rows = {key: self.model.inbox_row(key) for key in self.model.cases}
        found = {key: row[1] for key, row in rows.items() if row and (not statuses or row[0] in statuses)}
        names = sorted(set(found.values()))
        if not names:
            return None
        keys = [key for key, code in found.items() if code == names[which % len(names)]]
        return keys[which // 7 % len(keys)]

    @action(2, which=which)
    def replay(self, which: int) -> None:
        key = self.some_case(which)
        if key is None:
            return
        answers: list[Answer] = []
        rows = self.refused(
            lambda: answers.append(self.model.replay(key)), "select * from api.replay_event(%s, %s)", key[1], key[0]
        )
        if rows:
            self.compare_answer(rows[0], answers[0], ("replay", key, self.model.cases.get(key)))
        self.done("replay")

    @action(which=which)
    def replay_all(self, which: int) -> None:
        codes = sorted({code for _, _, code, _ in self.model.inbox()})
        if not codes:
            return
        code = codes[which % len(codes)]
        rows = self.rows("select * from api.replay_events(%s, 500)", code)
        keys = [(row["provider"], row["event_id"]) for row in rows]
        assert sorted(keys) == sorted(self.model.open_with(code)), (code, rows)
        for key, row in zip(keys, rows, strict=True):
            try:
                answer = self.model.replay(key)
            except Refused as error:
                assert str(error) == "DOCUMENT_INCOMPLETE", error
                assert (row["status"], row["code"]) == ("failed", "LUDOC"), row
                SEEN["code: failed LUDOC"] += 1
                continue
            self.compare_answer(row, answer, ("replay all", key, self.model.cases.get(key), self.model.events.get(key)))
        SEEN["replayed in one call"] += len(rows)
        self.done("replay of all with a code")

    @action(2, which=which)
    def accept(self, which: int) -> None:
        key = self.some_case(which)
        open_codes = [row[0] for row in self.model.inbox() if row[2] in ("AMOUNT_EXCEEDS_PAYMENT", "RESTAURANT_CLOSED")]
        if open_codes and which % 3:
            key = open_codes[which % len(open_codes)]
        if key is None:
            return
        answers: list[Answer] = []
        rows = self.refused(
            lambda: answers.append(self.model.accept(key)),
            "select * from api.accept_event(%s, 'it happened', %s, 'ana')",
            key[1],
            key[0],
        )
        if rows:
            self.compare_answer(rows[0], answers[0], ("accept", key))
            SEEN["accepted: " + rows[0]["status"]] += 1
        self.done("acceptance")

    @action(which=which, actor=among(["ana", "bea"]))
    def dismiss(self, which: int, actor: str) -> None:
        key = self.some_case(which)
        if key is None:
            return
        answers: list[tuple[str, str]] = []
        query = "select * from api.dismiss_event(%s, 'so', %s, %s)"
        rows = self.refused(lambda: answers.append(self.model.dismiss(key, actor)), query, key[1], key[0], actor)
        if rows:
            assert (rows[0]["status"], rows[0]["code"], rows[0]["actor"]) == ("dismissed", *answers[0]), (rows, answers)
            SEEN["dismissed: " + rows[0]["code"]] += 1
        self.done("dismissal")

    @action(which=which)
    def dismiss_what_cannot_be_read(self, which: int) -> None:
        if not self.model.unreadable:
            return
        rows = self.rows("select * from api.list_inbox(p_limit => 500)")
        found = [row for row in rows if not row["event_id"] or not row["provider"]]
        row = found[which % len(found)]
        answer = self.row("select * from api.dismiss_rejection(%s, 'so', 'ana')", row["rejection_no"])
        assert (answer["status"], answer["code"]) == ("dismissed", row["code"])
        self.model.unreadable.remove(next(bad for bad in self.model.unreadable if bad.code == row["code"]))
        self.done("dismissal of what cannot be read")

    # -- settings ---------------------------------------------------------------------------------------

    def set(
        self,
        who: int,
        zone: str | None,
        hour: int | None,
        delay: int | None,
        paused: bool | None,
        closed: bool | None,
        actor: str,
    ) -> None:
        name, given = self.restaurants[who], (zone, hour, delay, paused, closed)
        row = self.row("select * from api.set_restaurant(%s, %s, %s, %s, %s, %s, %s)", name, *given, actor)
        expected = self.model.set_restaurant(name, actor, **dict(zip(SETTINGS, given, strict=True)))
        assert {setting: row[setting] for setting in SETTINGS} == vars(expected), row

    @action(
        2,
        who=who,
        zone=among([None, None, *ZONES]),
        hour=one(None, whole(0, 7)),
        delay=among([None, 0, 0, 1, 2, 60]),
        paused=among([None, None, False, False, False, True]),
        closed=among([None, None, None, False, False, False, True]),
        actor=among(["ana", "bea"]),
    )
    def set_restaurant(self, **given: Any) -> None:
        self.set(**given)
        self.done("settings of a restaurant")

    @action(
        unknown=among([None, "register", "register", "hold_payouts", "refuse"]),
        test=among([None, False, True]),
    )
    def set_platform(self, unknown: str | None, test: bool | None) -> None:
        row = self.row("select * from api.set_platform_settings(%s, p_takes_test_events => %s)", unknown, test)
        self.model.unknown_restaurants = unknown or self.model.unknown_restaurants
        self.model.takes_test_events = self.model.takes_test_events if test is None else test
        assert row["unknown_restaurants"] == self.model.unknown_restaurants
        assert row["takes_test_events"] == self.model.takes_test_events
        self.done("settings of the platform")

    @action(
        who=who,
        money=money,
        least=among([None, None, 0, 100, 600]),
        most=among([None, None, 0, 400, 2000]),
        unit=among([None, None, 0, 1, 7, 100]),
    )
    def set_terms(self, who: int, money: int, least: int | None, most: int | None, unit: int | None) -> None:
        place = (self.restaurants[who], self.currencies[money])
        rows = self.refused(
            lambda: self.model.set_terms(*place, min_amount=least, max_amount=most, payable_unit=unit),
            "select * from api.set_payout_terms(%s, %s, %s, %s, %s, 'so', 'ana')",
            *place,
            least,
            most,
            unit,
        )
        if rows:
            self.compare_terms(rows[0])
        self.done("terms")

    @action(
        who=who,
        money=money,
        is_on=among([True, False, False]),
        actor=among(["ana", "bea"]),
        reason=among(["so", "ask first"]),
    )
    def pause(self, who: int, money: int, is_on: bool, actor: str, reason: str) -> None:
        place = (self.restaurants[who], self.currencies[money])
        if is_on:
            query = "select * from api.pause_payouts(%s, %s, %s, %s)"
            rows = self.refused(lambda: self.model.pause(*place, actor, reason), query, *place, reason, actor)
        else:
            query = "select * from api.resume_payouts(%s, %s, %s)"
            rows = self.refused(lambda: self.model.resume(*place), query, *place, actor)
        if rows:
            self.compare_terms(rows[0])
        self.done("pause" if is_on else "end of a pause")

    def compare_terms(self, row: Row) -> None:
        terms = self.model.terms_of(row["restaurant_id"], row["currency"])
        expected = vars(terms) | {"payable_unit": terms.payable_unit or UNITS.get(row["currency"], 1)}
        assert {name: row[name] for name in expected} == expected, (row, expected)

    # -- payouts ----------------------------------------------------------------------------------------

    @action(
        3,
        money=money,
        as_of=days,
        minimum=among([0, 1, 1, 1, 200, MAX_AMOUNT]),
        names=one(None, None, some([0, 1, 2, 3], 0, 3)),
        way=among(["run", "run", "run", "dry", "chunks", "by hand", "by hand, dry"]),
    )
    def pay(self, money: int, as_of: Spec, minimum: int, names: list[int] | None, way: str) -> None:
        self.run(money, as_of, minimum, names, way)

    @action(5, money=money, as_of=days, way=among(["run", "chunks"]))
    def pay_all(self, money: int, as_of: Spec, way: str) -> None:
        self.run(money, as_of, 1, None, way)

    def run(self, money: int, as_of: Spec, minimum: int, names: list[int] | None, way: str) -> None:
        currency, by_hand = self.currencies[money], way.startswith("by hand")
        day = self.day(as_of, currency)
        if names is None and (by_hand or currency in UNITS):
            names = [0, 1, 2, 3]
        ids = None if names is None else [self.restaurants[name] for name in names]
        if ids and any(name not in self.model.restaurants for name in ids) and minimum != 200:
            ids = [name for name in ids if name in self.model.restaurants]
        if by_hand and not ids:
            return
        is_dry = way.endswith("dry")
        if not by_hand and not set(ids or ()) - set(self.model.restaurants):
            self.preview(currency, day, minimum, ids)
        runs: list[Run] = []

        def in_the_model() -> None:
            runs.append(self.model.run_payouts(currency, day, minimum, ids, is_dry=is_dry, by_hand=by_hand))

        if by_hand:
            query = "select * from api.pay_by_hand(%s, %s, %s, 'asked for it', 'ana', %s, %s)"
            rows = self.refused(in_the_model, query, currency, day, ids, minimum, is_dry)
        elif way == "chunks":
            query = "select * from api.start_payout_run(%s, %s, %s, %s)"
            rows = self.refused(in_the_model, query, currency, day, minimum, ids)
            if rows:
                run_id, rows = rows[0]["run_id"], []
                while not rows or not rows[0]["is_finished"]:
                    rows = self.rows("select * from api.continue_payout_run(%s, 1)", run_id)
        else:
            query = "select * from api.run_payouts(%s, %s, %s, %s, %s)"
            rows = self.refused(in_the_model, query, currency, day, minimum, is_dry, ids)
        if rows:
            self.compare_run(rows[0], runs[0], is_dry)
            assert (rows[0]["currency"], rows[0]["as_of"], rows[0]["min_amount"]) == (currency, day, minimum)
        SEEN[f"run: {way}{'' if ids is None else ', named'}"] += 1
        self.done("payout run")

    def preview(self, currency: str, day: date, minimum: int, ids: list[str] | None) -> None:
        expected = {}
        for restaurant_id, its_currency in self.model.accounts:
            if its_currency == currency and (ids is None or restaurant_id in ids):
                expected[restaurant_id] = self.model.due(restaurant_id, currency, day, minimum)
        rows = self.rows("select * from api.preview_payouts(%s, %s, %s, %s)", currency, day, minimum, ids)
        assert {row["restaurant_id"] for row in rows} == set(expected), (rows, expected)
        for row in rows:
            due = expected[row["restaurant_id"]]
            assert row["reason"] == due.reason and due.amount in (None, row["amount"]), (row, due)
            items = {item["item_type"]: item["amount"] for item in row["items"] or []}
            assert due.reason or items == due.items, (row, due)

    def compare_run(self, row: Row, run: Run, is_dry: bool) -> None:
        found = (row["payouts_created"], row["payouts_amount"], row["skipped"], row["restaurants_skipped"])
        assert found == (run.created, run.amount, run.skipped, len(run.skips)), (row, run)
        assert row["is_dry_run"] == is_dry
        SEEN["payouts made"] += 0 if is_dry else run.created
        for due in run.skips.values():
            SEEN[f"skip: {due.reason}"] += 1
        if is_dry:
            assert row["run_id"] is None
            return
        self.run_ids.append((row["run_id"], run))
        told = self.row("select * from api.get_payout_run(%s)", row["run_id"])
        found = (told["payouts_created"], told["payouts_amount"], told["skipped"], told["is_finished"])
        assert found == (run.created, run.amount, run.skipped, True), (told, run)
        skips = self.rows("select * from api.list_payout_skips(%s, p_limit => 500)", row["run_id"])
        assert {skip["restaurant_id"]: skip["reason"] for skip in skips} == {
            name: due.reason for name, due in run.skips.items()
        }
        for skip in skips:
            due = run.skips[skip["restaurant_id"]]
            assert due.amount in (None, skip["amount"]), (skip, due)

    @action(money=among([0, 0, 1]), limit=among([1, 2, 100]), actor=among(["bank", "job"]))
    def claim(self, money: int, limit: int, actor: str) -> None:
        """Those of the oldest day first."""
        currency = self.currencies[money]
        rows = self.rows("select * from api.claim_payouts(%s, %s, %s)", currency, limit, actor)
        waiting = sorted(self.model.claimable(currency), key=lambda payout: (payout.as_of, payout.payout_id))
        claimed = waiting[:limit]
        assert [row["payout_id"] for row in rows] == [payout.payout_id for payout in claimed], (rows, waiting)
        self.model.claim(claimed, actor)
        SEEN["claimed"] += len(claimed)
        self.done("claim")

    @action(2, which=which, external=among(["", "", "", "other", "taken"]), actor=among(["bank", "job"]))
    def confirm(self, which: int, external: str, actor: str) -> None:
        payouts = list(self.model.payouts())
        if not payouts:
            return
        payout = payouts[-1 - which % len(payouts)]
        external_id = f"{external}{payout.payout_id}"
        taken = [other.external_id for other in payouts if other.external_id and other is not payout]
        if external == "taken" and taken:
            external_id = taken[0]
        query = "select * from api.confirm_payout(%s, %s, %s)"
        args = (payout.payout_id, external_id, actor)
        rows = self.refused(lambda: self.model.confirm(payout, external_id, actor), query, *args)
        if rows:
            for name in ("status", "submitted_by", "external_id", "confirmed_by"):
                assert rows[0][name] == getattr(payout, name), (rows, payout)
        self.done("confirmation")

    # -- what people ask --------------------------------------------------------------------------------

    @action(which=which)
    def balance_of_an_earlier_moment(self, which: int) -> None:
        if not self.past:
            return
        moment, balances = self.past[which % len(self.past)]
        for (restaurant_id, currency), (expected, entries) in balances.items():
            row = self.row("select * from api.get_balance(%s, %s, %s)", restaurant_id, currency, moment)
            account = self.model.accounts.get((restaurant_id, currency), Account())
            if len(account.entries) != entries:
                expected = expected | {"last_event_at": None}
            assert {name: row[name] for name in expected} == expected, (moment, row, expected)
        self.done("balance of an earlier moment")

    @action(who=who, money=money, first=days, length=among([0, 1, 5, 40, 365]))
    def ask_for_a_statement(self, who: int, money: int, first: Spec, length: int) -> None:
        restaurant_id, currency = self.restaurants[who], self.currencies[money]
        if restaurant_id not in self.model.restaurants:
            return
        begin = self.day(first, currency)
        end = begin + timedelta(days=length)
        row = self.row("select * from api.get_statement(%s, %s, %s, %s)", restaurant_id, currency, begin, end)
        expected = self.model.statement(restaurant_id, currency, begin, end)

        def moves(rows: list[Row]) -> dict[str, tuple[int, int, int]]:
            return {move["entry_type"]: (move["entry_count"], move["amount"], move["balance_change"]) for move in rows}

        found = (row["is_final"], row["opening"], moves(row["activity"]), row["closing"])
        names = ("is_final", "opening", "activity", "closing")
        assert found == tuple(expected[name] for name in names), (row, expected)
        days_found = [
            (date.fromisoformat(day["day"]), day["opening"], moves(day["activity"]), day["closing"])
            for day in row["days"]
        ]
        assert days_found == expected["days"], (row, expected)
        reserved = {payout["payout_id"] for payout in row["payouts"]}
        paid = {
            payout.payout_id
            for payout in self.model.payouts()
            if (payout.restaurant_id, payout.currency) == (restaurant_id, currency) and begin <= payout.as_of <= end
        }
        assert paid <= reserved, (row["payouts"], paid)
        self.done("statement")

    @action(which=which)
    def ask_for_an_event(self, which: int) -> None:
        keys = [*self.model.events, *self.model.cases]
        if not keys:
            return
        provider, event_id = key = keys[which % len(keys)]
        row = self.row("select * from api.get_event(%s, %s)", event_id, provider)
        case = self.model.cases.get(key)
        if key in self.model.events:
            status, entries = "processed", self.model.events[key][1].entries
            assert len(row["entries"]) == entries, row
        elif self.model.is_waiting(key):
            status = "deferred"
        elif case and case.refusals and case.refusals[-1].number > (case.deferred.number if case.deferred else 0):
            status = case.refusals[-1].status
        else:
            status = "dismissed"
        assert row["status"] == status, (row, case)
        assert len(row["rejections"] or []) == len(case.refusals if case else []), (row, case)
        self.done("an event")

    @action(which=which)
    def ask_for_the_entries_of_a_payout(self, which: int) -> None:
        payouts = list(self.model.payouts())
        if not payouts:
            return
        payout = payouts[-1 - which % len(payouts)]
        rows = self.rows("select * from api.list_payout_entries(%s, 500)", payout.payout_id)
        expected: list[tuple[str, int, str | None]] = [
            (PAYOUT_ITEMS[entry.entry_type], entry.change, entry.event_id) for entry in payout.paid
        ]
        expected += [(name, payout.items[name], None) for name in ("carried_in", "carried_out") if name in payout.items]
        found = [(row["item_type"], row["amount"], row["event_id"]) for row in rows]
        assert sorted(map(str, found)) == sorted(map(str, expected)), (rows, payout)
        assert sum(row["amount"] for row in rows) == payout.amount
        self.done("entries of a payout")

    @action(number=whole(0, len(REFUSED_CALLS) - 1))
    def call_in_vain(self, number: int) -> None:
        call, code = REFUSED_CALLS[number]
        try:
            self.rows("select * from api." + call.format(self.restaurants[0]))
        except psycopg.Error as error:
            assert error.diag.constraint_name == code, (call, error)
            SEEN[f"error: {code}"] += 1
        else:
            raise AssertionError(f"{call} is not refused")
        self.done("call in vain")

    # -- comparing --------------------------------------------------------------------------------------

    def compare_balances(self) -> None:
        restaurants = sorted(self.model.restaurants)
        args = {"mine": self.restaurants, "restaurants": restaurants, "currencies": list(self.currencies)}
        (row,) = self.connection.execute(BALANCES, args).fetchall()
        assert {name for name, _ in row["opened"]} == set(restaurants)
        # A well-formed event may open an account, also one that is refused: the design leaves that open.
        for name, currency in row["opened"]:
            if currency and (name, currency) not in self.model.accounts:
                self.model.accounts[name, currency] = Account()
                SEEN["accounts opened by what was refused"] += 1
        assert len(row["balances"]) == 3 * len(restaurants)
        balances = {}
        for balance in row["balances"]:
            place = (balance["restaurant_id"], balance["currency"])
            expected = self.model.balance(*place)
            balance["last_event_at"] = moment_of(balance["last_event_at"])
            assert {name: balance[name] for name in expected} == expected, (balance, expected)
            balances[place] = (expected, len(self.model.accounts.get(place, Account()).entries))
        self.past.append((row["moment"], balances))
        self.now = self.model.now = row["moment"]

    def compare_everything(self) -> None:
        args = {"restaurants": sorted(self.model.restaurants), "currencies": list(self.currencies)}
        (state,) = self.connection.execute(EVERYTHING_THERE, args).fetchall()
        self.compare_entries(state["entries"])
        self.compare_payouts(state["payouts"])
        self.compare_lives(state)
        self.compare_settings(state)
        self.compare_inbox(state["inbox"])
        for currency in self.currencies[:2]:  # the third one is others', too
            rows = self.rows("select data from api.get_report('trial_balance', p_currency => %s)", currency)
            found = {row["account"]: (row["debit"], row["credit"]) for row in rows[0]["data"] or []}
            moved = {name: sums for name, sums in found.items() if sums != (0, 0)}
            assert moved == self.model.trial_balance(currency), (rows, self.model.trial_balance(currency))
        SEEN["everything compared"] += 1

    def compare_entries(self, rows: list[Row]) -> None:
        found: dict[str, list[Row]] = {}
        for row in rows:
            found.setdefault(row["of"], []).append(row)
        for (restaurant_id, currency), account in self.model.accounts.items():
            statement = found.pop(f"{restaurant_id} {currency}", [])
            assert len(statement) == len(account.entries)
            balance = reserved = held = 0
            for seq, (row, entry) in enumerate(zip(statement, account.entries, strict=True), 1):
                balance, reserved = balance + entry.change, reserved + entry.reserved_change
                held += entry.held_change
                expected: Row = {
                    "entry_seq": seq,
                    "entry_type": entry.entry_type,
                    "amount": entry.amount,
                    "balance_change": entry.change,
                    "balance_after": balance,
                    "reserved_after": reserved,
                    "held_after": held,
                    "event_id": entry.event_id,
                    "payout_id": entry.payout_id,
                    "available_on": entry.available_on.isoformat(),
                    "settlement_day": entry.settlement_day.isoformat(),
                }
                assert {name: row[name] for name in expected} == expected, (row, expected)
                SEEN[f"entry: {entry.entry_type}"] += 1
        assert found == {}

    def compare_payouts(self, rows: list[Row]) -> None:
        expected = {payout.payout_id: payout for payout in self.model.payouts()}
        assert {row["payout_id"] for row in rows} == set(expected)
        for row in rows:
            payout = expected[row["payout_id"]]
            items = {item["item_type"]: item["amount"] for item in row["items"]}
            assert items == payout.items and len(row["items"]) == len(items), (row, payout)
            assert row["as_of"] == payout.as_of.isoformat()
            names = ("amount", "status", "failure_code", "submitted_by", "external_id", "confirmed_by")
            assert {name: row[name] for name in names} == {name: getattr(payout, name) for name in names}, (row, payout)
            for name in ("paid_at", "failed_at", "canceled_at"):
                assert moment_of(row[name]) == getattr(payout, name), (name, row, payout)
            SEEN[f"payout: {payout.status}"] += 1

    def compare_lives(self, state: Row) -> None:
        """Payments, disputes and holds."""
        events = [event for event, _ in self.model.events.values()]
        charges = [event for event in events if event.event_type == "charge_succeeded" and event.payment_id]
        payments = {(row["restaurant_id"], row["provider"], row["payment_id"]): row for row in state["payments"]}
        assert len(payments) == len(state["payments"]) == len(charges)
        for charge in charges:
            row = payments[charge.restaurant_id, charge.provider, charge.payment_id]
            row = row | {"occurred_at": moment_of(row["occurred_at"])}
            for name in ("available_on", "settlement_day"):
                row[name] = date.fromisoformat(row[name])
            expected = self.model.payment(charge)
            assert {name: row[name] for name in expected} == expected, (row, expected)
            SEEN[f"payment: {expected['state']}"] += 1
        opened = {event.event_id: event for event in events if event.event_type == "dispute_opened"}
        assert {row["event_id"] for row in state["disputes"]} == set(opened)
        for row in state["disputes"]:
            dispute = opened[row["event_id"]]
            dispute_state, decided_at, _ = self.model.dispute_state(dispute)
            expected_row = (dispute_state, dispute.amount, dispute.fee, dispute.payment_id)
            assert (row["state"], row["amount"], row["fee"], row["payment_id"]) == expected_row, (row, dispute)
            assert row["held"] == (dispute.amount if dispute_state == "OPEN" else 0), row
            assert moment_of(row["decided_at"]) == (None if dispute_state == "OPEN" else decided_at), (row, decided_at)
        holds = {event.event_id: event for event in events if event.event_type == "funds_held"}
        assert {row["hold_id"] for row in state["holds"]} == set(holds)
        for row in state["holds"]:
            left = self.model.left_of_hold(holds[row["hold_id"]])
            assert (row["remaining"], row["is_open"], row["amount"]) == (
                left,
                left > 0,
                holds[row["hold_id"]].amount,
            ), row

    def compare_settings(self, state: Row) -> None:
        assert len(state["restaurants"]) == len(self.model.restaurants)
        for row in state["restaurants"]:
            restaurant = self.model.restaurants[row["restaurant_id"]]
            assert {name: row[name] for name in SETTINGS} == vars(restaurant), row
        found: dict[str, list[tuple[str, Row, Row]]] = {}
        for row in reversed(state["changes"]):
            old, new = (
                {n: v for n, v in row[name].items() if n in SETTINGS} for name in ("old_settings", "new_settings")
            )
            found.setdefault(row["of"], []).append((row["changed_by"], old, new))
        assert found == self.model.changes
        for row in state["terms"]:
            self.compare_terms(row)

    def compare_inbox(self, rows: list[Row]) -> None:
        found = sorted(
            (row["provider"], row["event_id"], row["status"], row["code"], row["deliveries"])
            for row in rows
            if row["event_id"] and row["provider"]
        )
        expected = sorted((*key, status, code, told) for key, status, code, told in self.model.inbox())
        assert found == expected, (
            [row for row in found if row not in expected],
            [r for r in expected if r not in found],
        )
        for row in rows:
            SEEN[f"inbox: {row['status']} {row['code']}"] += 1
        unreadable = sorted(row["code"] for row in rows if not row["event_id"] or not row["provider"])
        assert unreadable == sorted(bad.code for bad in self.model.unreadable)


# What a run of 2,000 steps comes to see, and what a longer one does besides.
RARE = {f"entry: {name}" for name in ("FEE_REFUND_REVERSAL", "PAYOUT_FEE_REVERSAL", "WRITE_OFF_REVERSAL")}
RARE |= {"entry: DISPUTE_REINSTATED", "skip: above_maximum", "skip: below_payable_unit", "skip: below_minimum"}
RARE |= {
    "claimed",
    "code: rejected PAYOUT_HANDED_OVER",
    "code: rejected SUBJECT_STATE_CONFLICT",
    "inbox: rejected TOLD_BEFORE",  # of what waited, which nobody is answered
}
EXPECTED = (
    {f"step: {name}" for name in STEPS}
    | {f"entry: {name}" for name in EFFECTS}
    | {f"payout: {name}" for name in ("CREATED", "PAID", "FAILED", "CANCELED")}
    | {f"payment: {name}" for name in ("CHARGED", "PARTLY_REFUNDED", "REFUNDED", "DISPUTED", "LOST", "REVERSED")}
    | {f"skip: {name}" for name in ("nothing_to_pay", "payouts_paused", "already_paid", "closed_by_later_payout")}
    | {f"code: {name}" for name in ("processed", "processed NO_EFFECT", "already_processed")}
    | {f"code: conflict {name}" for name in ("EVENT_ID_REUSED", "SUBJECT_REUSED")}
    | {f"code: deferred WAITS_FOR_{name}" for name in ("PAYMENT", "REFUND", "DISPUTE")}
    | {f"code: rejected {name}" for name in REFUSALS}
    | {"replayed in one call", "items of arrays"}
) - RARE


def run(places: Places, *, steps: int, number: int, shrink: bool = True) -> None:
    """Take at least so many steps; the number decides which."""
    Machine.places = places
    began = Machine.steps
    for part in itertools.count():
        left = steps - (Machine.steps - began)
        if left <= 0:
            return

        class OfThisPart(Machine):
            """Of which hypothesis keeps the seed."""

            salt = number * 1_000 + part

        run_state_machine_as_test(
            seed(OfThisPart.salt)(OfThisPart),
            settings=settings(
                max_examples=min(10, left // LENGTH + 1),  # of more than ten it makes some by repeating parts of others
                stateful_step_count=LENGTH,
                deadline=None,
                database=None,
                print_blob=False,
                phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
                suppress_health_check=list(HealthCheck),
            ),
        )


def missing(expected: set[str]) -> list[str]:
    """What should have been seen, and was not."""
    return sorted(name for name in expected if not SEEN[name])


def told(number: int, seconds: float, version: str) -> str:
    """The result in a few lines of Markdown."""

    def total(prefix: str) -> int:
        return sum(count for name, count in SEEN.items() if name.startswith(prefix))

    def kinds(prefix: str) -> int:
        return sum(1 for name, count in SEEN.items() if count and name.startswith(prefix))

    return "\n".join(
        [
            f"- {figures.today()}, commit {figures.commit()}, PostgreSQL {version}",
            f"- {Machine.steps:,} steps in {Machine.examples:,} histories, {SEEN['step: array']:,} of them arrays of"
            f" {SEEN['items of arrays']:,} items; {SEEN['payouts made']:,} payouts",
            f"- {total('answer: '):,} answers of {kinds('answer: ')} kinds, {total('error: '):,} calls refused with"
            f" {kinds('error: ')} codes, {total('skip: '):,} skips for {kinds('skip: ')} reasons, entries of"
            f" {kinds('entry: ')} of {len(EFFECTS)} types; everything compared {SEEN['everything compared']:,} times",
            f"- 0 differences, {seconds:.0f} s, seed {number}",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Hold the database against the reference model.")
    parser.add_argument("--steps", type=int, default=20_000, help="default 20000")
    parser.add_argument("--seed", type=int, default=None, help="by default another one each time")
    parser.add_argument(
        "--output", type=figures.page("model"), metavar="PAGE", help="the page whose last result is replaced"
    )
    parser.add_argument(
        "--no-shrink", action="store_true", help="show the first difference, not the shortest way to it"
    )
    chosen = parser.parse_args()
    number = random.SystemRandom().randrange(1_000_000) if chosen.seed is None else chosen.seed
    print(f"seed {number}: repeat with --seed {number}", flush=True)
    began = time.monotonic()
    with embedded.Server(throw_away=True) as server, contextlib.ExitStack() as stack:
        url = server.url("postgres")
        template = stack.enter_context(embedded.throw_away_database(url))
        deploy(template, quiet=True)

        def create_database() -> str:
            return stack.enter_context(embedded.throw_away_database(url, embedded.database_name(template)))

        places = Places(create_database)
        with psycopg.connect(template) as connection:
            version = str(connection.info.server_version // 10_000)
        try:
            while Machine.steps < chosen.steps:
                run(
                    places,
                    steps=min(2_000, chosen.steps - Machine.steps),
                    number=number + Machine.steps,
                    shrink=not chosen.no_shrink,
                )
                print(
                    f"{Machine.steps:>7,} steps, {Machine.examples:,} histories, {time.monotonic() - began:.0f} s",
                    flush=True,
                )
        finally:
            places.drop()
    for name, count in sorted(SEEN.items()):
        print(f"{count:>8,}  {name}")
    # A few steps do not see everything, and need not.
    expected = EXPECTED | RARE if chosen.steps >= 20_000 else EXPECTED if chosen.steps >= 2_000 else set()
    if never := missing(EXPECTED | RARE):
        print(f"never seen: {', '.join(never)}")
        if missing(expected):
            return 1
    result = told(number, time.monotonic() - began, version)
    print(result)
    if chosen.output:
        much = f"{Machine.steps:,} steps, {Machine.examples:,} histories"

        def renewed(text: str) -> str:
            text = figures.with_block(text, "model", f"{result}\n")
            return figures.with_row(text, "make model", much, "0 differences")

        figures.renew(chosen.output, renewed)
    return 0


if __name__ == "__main__":
    embedded.end_on_signals()
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
