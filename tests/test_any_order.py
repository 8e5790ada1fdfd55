"""The end does not depend on the order: events, calls of people, runs and outcomes, shuffled, doubled and at once.

Two books get the same story. One hears it as it happened, each event once. The other one hears every phase of it in
random order, with random duplicates (the same event again, and the same payment, refund or dispute under another id),
as single events and as arrays, from several sessions at once. A phase is the events of a day and the outcomes of the
last day's payouts; after it both books run the payouts of that day, and must be equal in all that does not depend on
the order by its nature: which of two ids came first, and by which way a dispute or a payout came to its end.

CUENTA_STORY_EVENTS=10000 makes it long (make test-order), CUENTA_STORY_SEED another one.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.sessions import Event, Row, Session, Sessions

pytestmark = pytest.mark.long

EVENTS = int(os.environ.get("CUENTA_STORY_EVENTS", "250"))
SEEDS = [int(seed) for seed in os.environ.get("CUENTA_STORY_SEED", "1 2").split()]
CURRENCIES = ("PEN", "USD")
PROVIDERS = ("default", "adyen")
PHASES = 5
SENDERS = 3
# What waits for a call of a person until it is there.
NOT_HERE_YET = ("LNHLD", "LNEVT")


@dataclass
class Act:
    """An event of a processor, or a call of a person: how it is told, and told again under another id."""

    at: datetime
    event: Event | None = None
    others: list[Event] = field(default_factory=list)  # the same subject under other ids
    call: tuple[Any, ...] = ()


class Story:
    """What happens in a few days, made of one number."""

    def __init__(self, seed: int, size: int) -> None:
        self.random = random.Random(seed)
        now = datetime.now(UTC)
        # Its local time is about noon: no day begins or ends there while the test runs.
        offset = now.hour - 12
        self.timezone = f"Etc/GMT{offset:+d}"
        noon = now.replace(minute=0, second=0, microsecond=0)
        self.noons = [noon - timedelta(days=PHASES + 1 - phase) for phase in range(PHASES)]
        local = (noon - timedelta(hours=offset)).date()
        self.days = [local - timedelta(days=PHASES + 1 - phase) for phase in range(PHASES)]
        self.restaurants = [f"r{number}" for number in range(max(3, size // 150))]
        self.phases: list[list[Act]] = [[] for _ in range(PHASES)]
        self.numbers = iter(range(10**9))
        self.size = 0
        while self.size < size:
            self.tell_a_life()

    def pick(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def new_id(self, kind: str) -> str:
        return f"{kind}{next(self.numbers)}"

    def later(self, phase: int, after: datetime | None = None) -> tuple[int, datetime]:
        """A phase and a moment of it: not before that one, and later than what came before."""
        phase = min(PHASES - 1, phase + self.pick(0, 0, 0, 1, 2))
        moment = self.noons[phase] + timedelta(seconds=self.random.randint(-9000, 9000))
        if after and moment <= after:
            moment = after + timedelta(seconds=self.random.randint(1, 60))
        return phase, moment

    def add(self, phase: int, at: datetime, kind: str, amount: int, *, is_named: bool = False, **other: Any) -> Event:
        event: Event = {
            "event_id": self.new_id("e"),
            "event_type": kind,
            "occurred_at": at.isoformat(),
            "amount": amount,
            **other,
        }
        act = Act(at, event)
        if is_named and self.chance(0.3):
            act.others.append(event | {"event_id": self.new_id("e"), "metadata": {"from": "the poller"}})
        self.phases[phase].append(act)
        self.size += 1
        return event

    def do(self, phase: int, at: datetime, call: str, *args: Any) -> None:
        self.phases[phase].append(Act(at, call=(call, *args)))
        self.size += 1

    def tell_a_life(self) -> None:
        kinds: dict[Callable[[Row, int, datetime], None], int] = {
            self.payment: 10,
            self.nameless: 3,
            self.fees: 2,
            self.hold: 2,
            self.adjustment: 2,
        }
        where = {
            "restaurant_id": self.random.choice(self.restaurants),
            "currency": self.pick(*CURRENCIES, CURRENCIES[0]),
            "provider": self.pick(*PROVIDERS),
        }
        phase, at = self.later(self.random.randint(0, PHASES - 1))
        self.random.choices(list(kinds), list(kinds.values()))[0](where, phase, at)

    def payment(self, where: Row, phase: int, at: datetime) -> None:
        amount = self.random.randint(100, 10000)
        payment_id = self.new_id("p")
        named = {**where, "payment_id": payment_id}
        own_day = {}
        if self.chance(0.1):
            own_day = {"available_on": (self.days[phase] + timedelta(days=self.random.randint(0, 9))).isoformat()}
        is_mistake = self.chance(0.08)
        charge = self.add(
            phase, at, "charge_succeeded", amount, is_named=not is_mistake, fee=amount // 30, **named, **own_day
        )
        if is_mistake:
            back = self.later(phase, at)
            self.do(
                *back,
                "reverse_event(%s, 'a mistake', %s, %s, 'ana')",
                charge["event_id"],
                self.new_id("b"),
                where["provider"],
            )
            return
        left = amount
        for _ in range(self.pick(0, 0, 1, 1, 2, 3)):
            share = min(left, self.random.randint(1, amount))
            if share == 0:
                break
            left -= share  # what comes back of it is not counted, so that any order will do
            self.pick(self.refund, self.refund, self.dispute)(named, share, *self.later(phase, at))
        for _ in range(self.pick(0, 0, 0, 1)):
            self.add(
                *self.later(phase, at), self.pick("fee_charged", "fee_refunded"), self.random.randint(1, 50), **named
            )

    def refund(self, named: Row, amount: int, phase: int, at: datetime) -> None:
        refund_id = self.new_id("re")
        end = self.pick("", "", "failed", "mistake")
        event = self.add(phase, at, "refund_succeeded", amount, is_named=end != "mistake", refund_id=refund_id, **named)
        if end == "failed":
            where = {name: named[name] for name in ("restaurant_id", "currency", "provider")}
            self.add(*self.later(phase, at), "refund_failed", amount, is_named=True, refund_id=refund_id, **where)
        elif end == "mistake":
            back = self.later(phase, at)
            self.do(
                *back,
                "reverse_event(%s, 'a mistake', %s, %s, 'ana')",
                event["event_id"],
                self.new_id("b"),
                named["provider"],
            )

    def dispute(self, named: Row, amount: int, phase: int, at: datetime) -> None:
        dispute_id = self.new_id("d")
        where = {name: named[name] for name in ("restaurant_id", "currency", "provider")} | {"dispute_id": dispute_id}
        self.add(
            phase, at, "dispute_opened", amount, is_named=True, fee=self.pick(0, 15), **named, dispute_id=dispute_id
        )
        for end in self.pick([], ["dispute_won"], ["dispute_lost"], ["dispute_lost", "dispute_won"]):
            phase, at = self.later(phase, at)
            self.add(phase, at, end, amount, is_named=True, **where)

    def nameless(self, where: Row, phase: int, at: datetime) -> None:
        self.add(phase, at, "charge_succeeded", self.random.randint(1, 5000), **where)
        if self.chance(0.3):
            self.add(*self.later(phase, at), "refund_succeeded", self.random.randint(1, 5000), **where)

    def fees(self, where: Row, phase: int, at: datetime) -> None:
        self.add(phase, at, self.pick("fee_charged", "fee_refunded"), self.random.randint(1, 200), **where)

    def hold(self, where: Row, phase: int, at: datetime) -> None:
        amount, reference = self.random.randint(1, 3000), self.new_id("h")
        place = (where["restaurant_id"], where["currency"])
        self.do(phase, at, "hold_funds(%s, %s, %s, 'a doubt', %s, 'ana')", *place, amount, reference)
        for _ in range(self.pick(0, 1, 2)):
            part = self.random.randint(1, max(1, amount // 2))
            self.do(
                *self.later(phase, at), "release_hold(%s, %s, 'well', %s, 'ana')", reference, part, self.new_id("f")
            )
            if amount == 1:
                break

    def adjustment(self, where: Row, phase: int, at: datetime) -> None:
        amount, reference = self.pick(1, -1) * self.random.randint(1, 900), self.new_id("a")
        place = (where["restaurant_id"], where["currency"])
        self.do(phase, at, "post_adjustment(%s, %s, %s, 'so', %s, 'ana')", *place, amount, reference)
        if self.chance(0.3):
            back = self.later(phase, at)
            self.do(*back, "reverse_event(%s, 'a mistake', %s, 'operator', 'ana')", reference, self.new_id("b"))

    def outcomes(self, payouts: Sequence[Row], phase: int) -> list[Act]:
        """What becomes of the payouts of a run, told in the next phase. Both books give them the same ids."""
        acts: list[Act] = []
        for payout in sorted(payouts, key=lambda row: str(row["payout_id"])):
            chance = random.Random(f"{payout['payout_id']} {payout['amount']}")
            about = {name: payout[name] for name in ("payout_id", "restaurant_id", "currency", "amount")}
            kinds = chance.choice(
                [
                    [],
                    ["payout_paid"],
                    ["payout_paid"],
                    ["payout_failed"],
                    ["payout_canceled"],
                    ["payout_paid", "payout_failed"],
                ]
            )
            kinds = [*kinds, *chance.choice([[], [], ["payout_fee_charged"]])]
            for number, kind in enumerate(kinds):
                at = self.noons[phase] + timedelta(days=1, minutes=number)
                event = about | {"event_id": f"{payout['payout_id']}.{number}", "event_type": kind}
                event |= {"occurred_at": at.isoformat()} | ({"amount": 7} if kind == "payout_fee_charged" else {})
                acts.append(Act(at, event))
        return acts


class Book:
    """One of the two databases, and how it is told."""

    def __init__(self, url: str, story: Story) -> None:
        self.sessions = Sessions(url)
        self.senders = self.sessions.several(SENDERS)
        self.people = [self.sessions.open(role="cuenta_operator") for _ in range(SENDERS)]
        self.answers: Counter[tuple[str, str]] = Counter()
        for number, restaurant in enumerate(story.restaurants):
            delay = number % 3
            self.sessions.admin.rows(
                "select * from api.set_restaurant(%s, %s, 0, %s)", restaurant, story.timezone, delay
            )

    def count(self, answers: Sequence[Row]) -> None:
        self.answers.update((answer["status"], answer["code"] or "") for answer in answers)

    def call(self, session: Session, act: Act) -> bool:
        """Whether what the person names was there."""
        try:
            self.count([session.row(f"select * from api.{act.call[0]}", *act.call[1:])])
        except psycopg.Error as error:
            if error.sqlstate in NOT_HERE_YET:
                return False
            raise
        return True

    def hear_in_order(self, acts: Sequence[Act]) -> None:
        for act in sorted(acts, key=lambda act: act.at):
            if act.event:
                self.count([self.senders[0].ingest(act.event)])
            else:
                assert self.call(self.people[0], act), act

    def hear_in_disorder(self, acts: Sequence[Act], chance: random.Random) -> list[Act]:
        """The calls of people that name what has not come yet."""
        told: list[Event | Act] = []
        for act in acts:
            ways: list[Event | Act] = [act.event, *act.others] if act.event else [act]
            told += ways + [again for again in ways if chance.random() < 0.2]
        chance.shuffle(told)
        parts: list[list[list[Event] | Act]] = [[] for _ in range(SENDERS)]
        events: list[Event] = []
        for item in told:
            if isinstance(item, Act):
                parts[chance.randrange(SENDERS)].append(item)
                continue
            events.append(item)
            if chance.random() < 0.15:  # so many before it are an array, if they are more than one
                parts[chance.randrange(SENDERS)].append(events)
                events = []
        parts[0].append(events)

        def send(number: int) -> list[Act]:
            left: list[Act] = []
            for item in parts[number]:
                if isinstance(item, Act):
                    left += [] if self.call(self.people[number], item) else [item]
                elif len(item) % 2:
                    self.count(self.senders[number].ingest_until_answered(item))
                else:
                    self.count([self.senders[number].ingest(event) for event in item])
            return left

        left = self.sessions.at_once([lambda number=number: send(number) for number in range(SENDERS)])  # type: ignore[misc]
        waiting = [act for some in left for act in some]
        while waiting:  # people try again when what they name has come
            still = [act for act in waiting if not self.call(self.people[0], act)]
            if len(still) == len(waiting):
                break
            waiting = still
        return waiting

    def write_off(self, phase: int) -> None:
        """Give up half of each debt."""
        balances = self.sessions.admin.rows(BALANCES)
        for row in balances:
            if row["available"] < -1:
                arguments = (row["restaurant_id"], row["currency"], int(-row["available"]) // 2)
                reference = f"w{phase}.{row['restaurant_id']}.{row['currency']}"
                call = "select * from api.write_off_debt(%s, %s, %s, 'gone', %s, 'ana')"
                assert self.people[0].row(call, *arguments, reference)["status"] == "processed"

    def pay(self, as_of: date) -> list[Row]:
        names = ("payouts_created", "payouts_amount", "restaurants_skipped", "skipped", "currency")
        runs = [self.senders[0].pay(currency, as_of) for currency in CURRENCIES]
        return [{name: run[name] for name in names} for run in runs]

    def payouts(self, as_of: date) -> list[Row]:
        return self.sessions.admin.rows("select * from ledger.payouts where as_of = %s", as_of)

    def state(self) -> Row:
        rows = self.sessions.admin.rows
        return {
            "balances": rows(BALANCES),
            "payouts": rows(PAYOUTS),
            "payments": rows(PAYMENTS),
            "disputes": rows(DISPUTES),
            "holds": rows(HOLDS),
            "moves": rows(MOVES),
            "waiting": rows("select event_id from ledger.deferred_events"),
            "refused": rows(REFUSED),
            "errors": rows("select * from reporting.integrity_findings where severity = 'error'"),
        }


# Of two ids under which one thing waited the second is kept, and no more than that.
REFUSED = "select event_id, status, code from ledger.event_rejections where code <> 'TOLD_BEFORE'"
BALANCES = """
select b.restaurant_id, b.currency, g.available, g.pending, g.reserved, g.held, g.total
from ledger.account_balances as b
cross join lateral api.get_balance(b.restaurant_id, b.currency) as g
order by b.restaurant_id, b.currency
"""
# A payout that fails after it was paid is returned; where the failure came first it is not, and the money is the same.
PAYOUTS = """
select
    p.payout_id, p.amount, p.status,
    (
        select jsonb_object_agg(s.item_type, s.amount)
        from (
            select replace(i.item_type, 'payout_returns', 'payout_failures') as item_type, sum(i.amount) as amount
            from ledger.payout_items as i
            where i.restaurant_id = p.restaurant_id and i.payout_id = p.payout_id
            group by 1
        ) as s
    ) as items
from ledger.payouts as p
order by p.payout_id
"""
PAYMENTS = """
select
    p.provider, p.payment_id, p.restaurant_id, p.currency, p.state, p.charged, p.refunded, p.disputed, p.reversed,
    p.refundable, p.held, p.fee, p.business_day, p.available_on, p.settlement_day, p.payout_id
from reporting.payments as p
where p.payment_id is not null
order by p.provider, p.payment_id
"""
DISPUTES = """
select d.provider, d.dispute_id, d.restaurant_id, d.currency, d.state, d.amount, d.fee, d.held, d.payment_id
from reporting.disputes as d
order by d.provider, d.dispute_id
"""
HOLDS = """
select h.hold_id, h.restaurant_id, h.currency, h.amount, h.released, h.remaining, h.is_open
from reporting.holds as h
order by h.hold_id
"""
# All entries but those that end a dispute or a payout, by the day on which they count and settle.
MOVES = """
select
    e.restaurant_id, e.currency, e.entry_type, e.available_on, e.settlement_day, e.payout_id,
    count(*) as entries, sum(e.amount) as amount
from ledger.ledger_entries as e
where e.entry_type not in (
    'DISPUTE_WON', 'DISPUTE_LOST', 'DISPUTE_REINSTATED', 'PAYOUT_RELEASE', 'PAYOUT_RETURN', 'PAYOUT_FAILURE'
)
group by 1, 2, 3, 4, 5, 6
order by 1, 2, 3, 4, 5, 6
"""


# What is owed in the end, and has been paid: whenever the runs came, and whatever they had to pay.
OWED = """
select
    b.restaurant_id, b.currency, b.held,
    b.balance + b.reserved + b.held + sum(
        case e.entry_type
            when 'PAYOUT_RELEASE' then e.amount when 'PAYOUT_RETURN' then -e.amount
            when 'PAYOUT_FEE' then e.amount else 0
        end
    ) as owed
from ledger.account_balances as b
inner join ledger.ledger_entries as e using (restaurant_id, currency)
group by b.restaurant_id, b.currency
order by b.restaurant_id, b.currency
"""
TURNOVER = """
select e.restaurant_id, e.currency, e.entry_type, count(*) as entries, sum(e.amount) as amount
from ledger.ledger_entries as e
where e.entry_type not like 'PAYOUT_%%' and e.entry_type not in ('DISPUTE_WON', 'DISPUTE_LOST', 'DISPUTE_REINSTATED')
group by 1, 2, 3
order by 1, 2, 3
"""


@pytest.fixture
def books(create_database: Callable[..., str]) -> Iterator[Callable[[Story], tuple[Book, Book]]]:
    opened: list[Book] = []

    def open_both(story: Story) -> tuple[Book, Book]:
        opened.extend(Book(create_database(), story) for _ in range(2))
        return opened[-2], opened[-1]

    yield open_both
    for book in opened:
        book.sessions.close()


def assert_equal(in_order: Row, in_disorder: Row, told: str) -> None:
    """The first of the differences, and how to see them again."""
    for name, rows in in_order.items():
        if rows != in_disorder[name]:
            known = [json.dumps(row, default=str) for row in rows]
            found = [json.dumps(row, default=str) for row in in_disorder[name]]
            only = [row for row in known if row not in found][:3], [row for row in found if row not in known][:3]
            raise AssertionError(f"{name} differ after {told}: only in order {only[0]}, only in disorder {only[1]}")


def assert_taken(book: Book, told: str) -> None:
    """Nothing was refused, and nothing is unsound."""
    assert {status for status, _ in book.answers} <= {"processed", "already_processed", "deferred"}, (
        told,
        book.answers,
    )
    assert book.sessions.admin.rows("select * from reporting.integrity_findings where severity = 'error'") == [], told


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_end_does_not_depend_on_the_order(books: Callable[[Story], tuple[Book, Book]], seed: int) -> None:
    story = Story(seed, EVENTS)
    in_order, in_disorder = books(story)
    outcomes: list[Act] = []
    for phase in range(PHASES + 1):
        told = f"phase {phase}; CUENTA_STORY_SEED={seed} CUENTA_STORY_EVENTS={EVENTS}"
        acts = [*(story.phases[phase] if phase < PHASES else []), *outcomes]
        in_order.hear_in_order(acts)
        assert in_disorder.hear_in_disorder(acts, random.Random(f"{seed} {phase}")) == [], told
        for book in (in_order, in_disorder):
            book.write_off(phase)
            assert_taken(book, told)
        if phase < PHASES:
            day = story.days[phase]
            assert in_order.pay(day) == in_disorder.pay(day), told
            outcomes = story.outcomes(in_order.payouts(day), phase)
        expected = in_order.state()
        assert (expected["waiting"], expected["refused"], expected["errors"]) == ([], [], []), told
        assert_equal(expected, in_disorder.state(), told)
    assert expected["payments"] and expected["payouts"] and expected["disputes"] and expected["holds"]
    assert in_order.answers["deferred", "WAITS_FOR_PAYMENT"] == 0
    if EVENTS >= 200:
        for kind in ("PAYMENT", "REFUND", "DISPUTE"):
            assert in_disorder.answers["deferred", f"WAITS_FOR_{kind}"], "nothing was told too early"
        assert in_disorder.answers["already_processed", ""]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_owed_does_not_depend_on_when_it_is_told(
    books: Callable[[Story], tuple[Book, Book]], seed: int
) -> None:
    """As above, but everything may come days late: after other payouts than it was before, and so in other ones."""
    story = Story(seed, EVENTS)
    told = f"CUENTA_STORY_SEED={seed} CUENTA_STORY_EVENTS={EVENTS}"
    in_order, in_disorder = books(story)
    chance = random.Random(seed)
    late: list[list[Act]] = [[] for _ in range(PHASES)]
    for phase in story.phases:
        for act in phase:
            late[chance.randrange(PHASES)].append(act)
    for book, phases in ((in_order, story.phases), (in_disorder, late)):
        left: list[Act] = []  # for the next phase
        for number, phase in enumerate([*phases, []]):
            acts = [*phase, *left]
            if book is in_order:
                book.hear_in_order(acts)
                left = []
            else:
                left = book.hear_in_disorder(acts, random.Random(f"{seed} {number}"))
            if number < PHASES:
                book.pay(story.days[number])
                left += story.outcomes(book.payouts(story.days[number]), number)
        assert left == [], told
        assert_taken(book, told)

    def end(book: Book) -> Row:
        rows = book.sessions.admin.rows
        payments = [row | dict.fromkeys(("settlement_day", "payout_id")) for row in rows(PAYMENTS)]
        return {
            "accounts": rows(OWED),
            "payments": payments,
            "disputes": rows(DISPUTES),
            "holds": rows(HOLDS),
            "turnover": rows(TURNOVER),
            "waiting": rows("select event_id from ledger.deferred_events"),
            "refused": rows(REFUSED),
        }

    assert_equal(end(in_order), end(in_disorder), told)
