"""A small reference model of cuenta in plain Python, written from the design and not from the SQL.

It has no locks, no indexes, no running totals: every answer is computed from the list of entries, the slow and obvious
way. Amounts are minor units. The clock is `now`, which whoever asks sets before. What it does not know stands in
docs/reliability.md.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MAX_AMOUNT = 2**53 - 1
OPERATOR = "operator"
Key = tuple[str, str]  # provider and event_id

PAYOUT_ITEMS = {
    "CHARGE": "gross_sales",
    "FEE": "fees",
    "FEE_REFUND": "fees_returned",
    "REFUND": "refunds",
    "REFUND_FAILURE": "refunds_failed",
    "DISPUTE": "disputes",
    "DISPUTE_FEE": "dispute_fees",
    "DISPUTE_WON": "disputes_won",
    "DISPUTE_REINSTATED": "disputes_won",
    "HOLD": "holds",
    "HOLD_RELEASE": "holds_released",
    "ADJUSTMENT_CREDIT": "adjustments",
    "ADJUSTMENT_DEBIT": "adjustments",
    "WRITE_OFF": "write_offs",
    "PAYOUT_FAILURE": "payout_failures",
    "PAYOUT_RETURN": "payout_returns",
    "PAYOUT_CANCELLATION": "payout_cancellations",
    "PAYOUT_FEE": "payout_fees",
}
# What an entry does to the restaurant's available, reserved and held money.
EFFECTS = {
    "CHARGE": (1, 0, 0),
    "FEE": (-1, 0, 0),
    "FEE_REFUND": (1, 0, 0),
    "REFUND": (-1, 0, 0),
    "REFUND_FAILURE": (1, 0, 0),
    "DISPUTE": (-1, 0, 1),
    "DISPUTE_FEE": (-1, 0, 0),
    "DISPUTE_WON": (1, 0, -1),
    "DISPUTE_LOST": (0, 0, -1),
    "DISPUTE_REINSTATED": (1, 0, 0),
    "HOLD": (-1, 0, 1),
    "HOLD_RELEASE": (1, 0, -1),
    "ADJUSTMENT_CREDIT": (1, 0, 0),
    "ADJUSTMENT_DEBIT": (-1, 0, 0),
    "WRITE_OFF": (1, 0, 0),
    "PAYOUT_RESERVE": (-1, 1, 0),
    "PAYOUT_RELEASE": (0, -1, 0),
    "PAYOUT_FAILURE": (1, -1, 0),
    "PAYOUT_RETURN": (1, 0, 0),
    "PAYOUT_CANCELLATION": (1, -1, 0),
    "PAYOUT_FEE": (-1, 0, 0),
}
# What an entry does to what can still be refunded or disputed of its payment.
PAYMENT_EFFECTS = {
    "CHARGE": 1,
    "REFUND": -1,
    "REFUND_FAILURE": 1,
    "DISPUTE": -1,
    "DISPUTE_WON": 1,
    "DISPUTE_REINSTATED": 1,
    "CHARGE_REVERSAL": -1,
    "REFUND_REVERSAL": 1,
}
REVERSIBLE = (
    "CHARGE",
    "FEE",
    "FEE_REFUND",
    "REFUND",
    "ADJUSTMENT_CREDIT",
    "ADJUSTMENT_DEBIT",
    "WRITE_OFF",
    "PAYOUT_FEE",
)
for _name in REVERSIBLE:  # the other way round, and in a payout the same item
    EFFECTS[f"{_name}_REVERSAL"] = (-EFFECTS[_name][0], 0, 0)
    PAYOUT_ITEMS[f"{_name}_REVERSAL"] = PAYOUT_ITEMS[_name]

# What events post that need look at nothing but their payment: from their amount, and from their fee.
SIMPLE = {
    "charge_succeeded": ("CHARGE", "FEE"),
    "refund_succeeded": ("REFUND", None),
    "dispute_opened": ("DISPUTE", "DISPUTE_FEE"),
    "fee_charged": ("FEE", None),
    "fee_refunded": ("FEE_REFUND", None),
    "adjustment_credited": ("ADJUSTMENT_CREDIT", None),
    "adjustment_debited": ("ADJUSTMENT_DEBIT", None),
    "funds_held": ("HOLD", None),
}
# The types that first tell of something, and the field that names it.
FIRST = {"charge_succeeded": "payment_id", "refund_succeeded": "refund_id", "dispute_opened": "dispute_id"}
# The types that tell more of something: the type that first told of it, and what they wait for.
LATER = {
    "refund_failed": ("refund_succeeded", "WAITS_FOR_REFUND"),
    "dispute_won": ("dispute_opened", "WAITS_FOR_DISPUTE"),
    "dispute_lost": ("dispute_opened", "WAITS_FOR_DISPUTE"),
}
# Of two reports of one instant about one dispute the higher counts.
RANKS = {"dispute_lost": 1, "dispute_won": 2}


# Where the money of an entry comes from and goes to.
LEGS = {
    "CHARGE": ("processor_clearing", "restaurant_available"),
    "FEE": ("restaurant_available", "processor_fees"),
    "FEE_REFUND": ("processor_fees", "restaurant_available"),
    "REFUND": ("restaurant_available", "processor_clearing"),
    "REFUND_FAILURE": ("processor_clearing", "restaurant_available"),
    "DISPUTE": ("restaurant_available", "restaurant_held"),
    "DISPUTE_FEE": ("restaurant_available", "processor_fees"),
    "DISPUTE_WON": ("restaurant_held", "restaurant_available"),
    "DISPUTE_LOST": ("restaurant_held", "processor_clearing"),
    "DISPUTE_REINSTATED": ("processor_clearing", "restaurant_available"),
    "HOLD": ("restaurant_available", "restaurant_held"),
    "HOLD_RELEASE": ("restaurant_held", "restaurant_available"),
    "ADJUSTMENT_CREDIT": ("platform_adjustments", "restaurant_available"),
    "ADJUSTMENT_DEBIT": ("restaurant_available", "platform_adjustments"),
    "WRITE_OFF": ("platform_losses", "restaurant_available"),
    "PAYOUT_RESERVE": ("restaurant_available", "restaurant_reserved"),
    "PAYOUT_RELEASE": ("restaurant_reserved", "processor_clearing"),
    "PAYOUT_FAILURE": ("restaurant_reserved", "restaurant_available"),
    "PAYOUT_RETURN": ("processor_clearing", "restaurant_available"),
    "PAYOUT_CANCELLATION": ("restaurant_reserved", "restaurant_available"),
    "PAYOUT_FEE": ("restaurant_available", "processor_fees"),
}
for _name in REVERSIBLE:
    LEGS[f"{_name}_REVERSAL"] = (LEGS[_name][1], LEGS[_name][0])

# What a person may have posted all the same.
ACCEPTABLE = ("AMOUNT_EXCEEDS_PAYMENT", "RESTAURANT_CLOSED")
# Some of the codes that say that a payout would fail again.
PERMANENT = {"account_closed": "The account is closed", "ac04": "ISO 20022: the account is closed"}


@dataclass(frozen=True)
class Event:
    """A valid event's business content, and the id it claims."""

    event_id: str
    event_type: str
    restaurant_id: str
    currency: str
    amount: int
    fee: int
    occurred_at: datetime
    payout_id: str | None = None
    metadata: str = "{}"
    payment_id: str | None = None
    refund_id: str | None = None
    dispute_id: str | None = None
    available_on: date | None = None
    provider: str = "default"
    is_test: bool = False
    # of what people do
    reason: str | None = None
    actor: str | None = None
    hold_id: str | None = None
    reverses: Key | None = None
    bank_told: bool = False
    failure_code: str | None = None

    @property
    def key(self) -> Key:
        return self.provider, self.event_id

    @property
    def account(self) -> tuple[str, str]:
        return self.restaurant_id, self.currency

    def differs_in(self, other: Event) -> set[str]:
        """The fields of the business content that are not equal; of what people do the clock is none."""
        names = [
            *("event_type", "restaurant_id", "currency", "amount", "fee", "payout_id", "metadata", "payment_id"),
            *("refund_id", "dispute_id", "available_on", "reason", "actor", "hold_id", "reverses"),
        ]
        if self.provider != OPERATOR:
            names.append("occurred_at")
        fields = {name for name in names if getattr(self, name) != getattr(other, name)}
        if "reverses" in fields:
            fields.remove("reverses")
            pairs = zip(self.reverses or (None, None), other.reverses or (None, None), strict=True)
            names = ["reversed_provider", "reversed_event_id"]
            fields |= {name for name, (mine, its) in zip(names, pairs, strict=True) if mine != its}
        return fields

    def retells_in(self, other: Event) -> set[str]:
        """The fields in which two tellings of one subject differ: neither the clock nor the metadata counts."""
        names = ("event_type", "currency", "amount", "fee", "payment_id")
        return {name for name in names if getattr(self, name) != getattr(other, name)}


@dataclass(frozen=True)
class Answer:
    """What an event is answered with; `details` are those that the documents promise."""

    status: str
    entries: int = 0
    code: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    entry_type: str
    amount: int
    event: Event | None
    payout_id: str | None
    available_on: date
    settlement_day: date
    may_wait: bool = False  # money that came with a delay, or ahead of the clock
    payment: Key | None = None  # the event that charged the payment it belongs to
    hold: Key | None = None

    @property
    def event_id(self) -> str | None:
        return self.event.event_id if self.event else None

    @property
    def change(self) -> int:
        return EFFECTS[self.entry_type][0] * self.amount

    @property
    def reserved_change(self) -> int:
        return EFFECTS[self.entry_type][1] * self.amount

    @property
    def held_change(self) -> int:
        return EFFECTS[self.entry_type][2] * self.amount


@dataclass
class Payout:
    restaurant_id: str
    currency: str
    as_of: date
    amount: int
    items: dict[str, int]
    paid: list[Entry]  # what it pays, without what is carried
    status: str = "CREATED"
    paid_at: datetime | None = None
    failed_at: datetime | None = None
    canceled_at: datetime | None = None
    failure_code: str | None = None
    failure_reason: str | None = None
    submitted_by: str | None = None
    external_id: str | None = None
    confirmed_by: str | None = None

    @property
    def payout_id(self) -> str:
        """As docs/payouts.md says: the same after a restore."""
        name = f"{self.restaurant_id}|{self.currency}|{self.as_of}"
        return "po_" + hashlib.sha256(name.encode()).hexdigest()[:32]


@dataclass
class Restaurant:
    timezone: str = "America/Lima"
    day_close_hour: int = 0
    settlement_delay_days: int = 0
    payouts_paused: bool = False
    closed: bool = False

    def business_day(self, moment: datetime) -> date:
        """The local date, less the closing hour: by the clock on the wall, also when that is put forward."""
        wall = moment.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None)
        return (wall - timedelta(hours=self.day_close_hour)).date()


@dataclass
class Account:
    """What a restaurant owns in one currency."""

    entries: list[Entry] = field(default_factory=list)
    payouts: list[Payout] = field(default_factory=list)
    last_event_at: datetime | None = None

    @property
    def balance(self) -> int:
        return sum(entry.change for entry in self.entries)

    @property
    def reserved(self) -> int:
        return sum(entry.reserved_change for entry in self.entries)

    @property
    def held(self) -> int:
        return sum(entry.held_change for entry in self.entries)

    @property
    def closed_through(self) -> date:
        return max((payout.as_of for payout in self.payouts), default=date.min)

    def pending(self, today: date) -> int:
        """Of delayed money only: the rest counts at once, whatever the day is called later."""
        return sum(e.change for e in self.entries if e.available_on > today and e.may_wait)

    def settles_on(self, available_on: date) -> date:
        """That day, or the first open one if a payout has closed it."""
        if self.closed_through == date.min:
            return available_on
        return max(available_on, self.closed_through + timedelta(days=1))


@dataclass
class Terms:
    min_amount: int | None = None
    max_amount: int | None = None
    payable_unit: int | None = None
    is_paused: bool = False
    paused_by: str | None = None
    paused_reason: str | None = None


@dataclass(frozen=True)
class Due:
    """What a restaurant would be paid, or why not; with what could have been paid, if that can be told."""

    reason: str | None
    amount: int | None = None
    items: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """The answer of a payout run, and whom it passed over."""

    created: int
    amount: int
    skipped: dict[str, int]
    skips: dict[str, Due]


class Refused(Exception):
    """A call is an error, and keeps nothing; its name is the code of db/ERRORS.md."""


@dataclass(frozen=True)
class Part:
    """An entry to be written."""

    entry_type: str
    amount: int
    available_on: date
    may_wait: bool = False


@dataclass(frozen=True)
class Bad:
    """A document that is no event, and why."""

    code: str
    event_id: str | None  # none that can be read
    restaurant_id: str | None = None
    provider: str = "default"
    is_whole: bool = True  # no number of it had too many digits to be kept

    @property
    def key(self) -> Key:
        return self.provider, self.event_id or ""


@dataclass(frozen=True)
class Told:
    """A delivery that posted nothing."""

    number: int
    status: str
    code: str
    document: Event | Bad


@dataclass
class Case:
    """Everything under one id that posted nothing, and what people have decided."""

    refusals: list[Told] = field(default_factory=list)
    waits_since: int = 0
    deferrals: int = 0  # how often it was told since, for as long as it waits
    deferred: Told | None = None  # the last time that it was told and waited
    posted: int = 0  # when what was posted was told first: what was refused later stays open
    dismissed: int = 0
    dismissed_code: str = ""
    dismissed_by: str = ""
    accepted: int = 0
    accepted_code: str = ""

    @property
    def open_refusal(self) -> Told | None:
        last = self.refusals[-1] if self.refusals else None
        return last if last and last.number > max(self.posted, self.dismissed) else None


class Cuenta:
    """The whole of cuenta, as one who has read its documents expects it."""

    def __init__(self, units: dict[str, int] | None = None) -> None:
        self.now = datetime.now(UTC)
        self.restaurants: dict[str, Restaurant] = {}
        self.accounts: dict[tuple[str, str], Account] = {}
        self.events: dict[Key, tuple[Event, Answer]] = {}
        self.waiting: list[tuple[Event, str, Key]] = []  # the event, why, and what it waits for: type and id
        self.cases: dict[Key, Case] = {}
        self.unreadable: list[Bad] = []
        self.terms: dict[tuple[str, str], Terms] = {}
        self.units = units or {}  # of currencies that are not paid in any amount
        self.changes: dict[str, list[tuple[str, dict[str, Any], dict[str, Any]]]] = {}  # who, from, to
        self.unknown_restaurants = "register"
        self.takes_test_events = False
        self.number = 0  # of what is told

    # -- what is asked ----------------------------------------------------------------------

    def balance(self, restaurant_id: str, currency: str) -> dict[str, Any]:
        account = self.accounts.get((restaurant_id, currency), Account())
        pending = account.pending(self.restaurants[restaurant_id].business_day(self.now))
        return {
            "available": account.balance - pending,
            "pending": pending,
            "reserved": account.reserved,
            "held": account.held,
            "total": account.balance + account.reserved + account.held,
            "last_event_at": account.last_event_at,
        }

    def payouts(self) -> Iterable[Payout]:
        for account in self.accounts.values():
            yield from account.payouts

    def find_payout(self, payout_id: str | None) -> Payout | None:
        return next((payout for payout in self.payouts() if payout.payout_id == payout_id), None)

    def all_entries(self, restaurant_id: str) -> Iterable[Entry]:
        for (its_restaurant, _), account in self.accounts.items():
            if its_restaurant == restaurant_id:
                yield from account.entries

    def first_of(self, restaurant_id: str, provider: str, event_type: str, subject_id: str | None) -> Event | None:
        """The event in the book that first told of this payment, refund, dispute or hold."""
        for event, _ in self.events.values():
            if (event.restaurant_id, event.provider, event.event_type) == (restaurant_id, provider, event_type):
                its_id = getattr(event, FIRST[event_type]) if event_type in FIRST else event.event_id
                if its_id is not None and its_id == subject_id:
                    return event
        return None

    def entries_of(self, event: Event) -> list[Entry]:
        return [entry for entry in self.all_entries(event.restaurant_id) if entry.event == event]

    def left_of_payment(self, charge: Event) -> int:
        """What of a payment can still be refunded or disputed."""
        entries = [e for e in self.all_entries(charge.restaurant_id) if e.payment == charge.key]
        return sum(PAYMENT_EFFECTS.get(entry.entry_type, 0) * entry.amount for entry in entries)

    def left_of_hold(self, hold: Event) -> int:
        return sum(entry.held_change for entry in self.all_entries(hold.restaurant_id) if entry.hold == hold.key)

    def payment(self, charge: Event) -> dict[str, Any]:
        """What became of a payment."""
        sums: Counter[str] = Counter()
        for entry in self.all_entries(charge.restaurant_id):
            if entry.payment == charge.key:
                sums[entry.entry_type] += entry.amount
        refunded = sums["REFUND"] - sums["REFUND_FAILURE"] - sums["REFUND_REVERSAL"]
        disputed = sums["DISPUTE"] - sums["DISPUTE_WON"] - sums["DISPUTE_REINSTATED"]
        held = sums["DISPUTE"] - sums["DISPUTE_WON"] - sums["DISPUTE_LOST"]
        lost = sums["DISPUTE_LOST"] - sums["DISPUTE_REINSTATED"]
        if sums["CHARGE_REVERSAL"]:
            state = "REVERSED"
        elif held:
            state = "DISPUTED"
        elif lost:
            state = "LOST"
        elif refunded:
            state = "REFUNDED" if refunded >= charge.amount else "PARTLY_REFUNDED"
        else:
            state = "CHARGED"
        first = self.entries_of(charge)[0]
        account = self.accounts[charge.restaurant_id, charge.currency]
        paid_by = [payout for payout in account.payouts if payout.as_of >= first.settlement_day]
        return {
            "currency": charge.currency,
            "state": state,
            "charged": charge.amount,
            "refunded": refunded,
            "disputed": disputed,
            "reversed": sums["CHARGE_REVERSAL"],
            "refundable": max(0, self.left_of_payment(charge)),
            "held": held,
            "fee": sums["FEE"]
            + sums["DISPUTE_FEE"]
            + sums["FEE_REFUND_REVERSAL"]
            - sums["FEE_REFUND"]
            - sums["FEE_REVERSAL"],
            "event_id": charge.event_id,
            "occurred_at": charge.occurred_at,
            "available_on": first.available_on,
            "settlement_day": first.settlement_day,
            "payout_id": min(paid_by, key=lambda payout: payout.as_of).payout_id if paid_by else None,
        }

    def refund_state(self, refund: Event) -> str:
        for event, _ in self.events.values():
            if event.reverses == refund.key:
                return "REVERSED"
            mine = (event.event_type, event.restaurant_id, event.provider, event.refund_id)
            if mine == ("refund_failed", refund.restaurant_id, refund.provider, refund.refund_id) and refund.refund_id:
                return "FAILED"
        return "SUCCEEDED"

    def dispute_state(self, dispute: Event) -> tuple[str, datetime, int]:
        """By the latest report, and of two reports of one instant by the higher: state, moment and rank."""
        reports = [
            (event.occurred_at, RANKS[event.event_type], event.event_type)
            for event, _ in self.events.values()
            if event.event_type in RANKS
            and (event.restaurant_id, event.provider) == (dispute.restaurant_id, dispute.provider)
            and event.dispute_id == dispute.dispute_id
        ]
        if not reports:
            return "OPEN", datetime.min.replace(tzinfo=UTC), 0
        moment, rank, event_type = max(reports)
        return ("WON" if event_type == "dispute_won" else "LOST"), moment, rank

    def follower_of(self, first: Event) -> Event | None:
        """An event that tells more of the refund, dispute or hold that this one first told of."""
        field_name = FIRST.get(first.event_type, "")
        for event, _ in self.events.values():
            mine = (event.restaurant_id, event.provider) == (first.restaurant_id, first.provider)
            tells_more = LATER.get(event.event_type, ("",))[0] == first.event_type
            if mine and tells_more and getattr(event, field_name) == getattr(first, field_name):
                return event
            if mine and first.event_type == "funds_held" and event.hold_id == first.event_id:
                return event
        return None

    def statement(self, restaurant_id: str, currency: str, first: date, last: date) -> dict[str, Any]:
        """By settlement days: what they open with, what moved the balance, what they close with."""
        account = self.accounts.get((restaurant_id, currency), Account())

        def until(day: date) -> int:
            return sum(entry.change for entry in account.entries if entry.settlement_day < day)

        def activity(days: Iterable[date]) -> dict[str, tuple[int, int, int]]:
            within = set(days)
            moves: dict[str, tuple[int, int, int]] = {}
            for entry in account.entries:
                if entry.settlement_day in within and entry.change:
                    count, amount, change = moves.get(entry.entry_type, (0, 0, 0))
                    moves[entry.entry_type] = (count + 1, amount + entry.amount, change + entry.change)
            return moves

        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return {
            "is_final": account.closed_through >= last,
            "opening": until(first),
            "activity": activity(days),
            "closing": until(last + timedelta(days=1)),
            "days": [(day, until(day), activity([day]), until(day + timedelta(days=1))) for day in days],
        }

    def trial_balance(self, currency: str) -> dict[str, tuple[int, int]]:
        """Debits and credits of each account of the chart that was moved."""
        sums: dict[str, tuple[int, int]] = {}
        for (_, its_currency), account in self.accounts.items():
            for entry in account.entries if its_currency == currency else []:
                debit, credit = LEGS[entry.entry_type]
                sums[debit] = (sums.get(debit, (0, 0))[0] + entry.amount, sums.get(debit, (0, 0))[1])
                sums[credit] = (sums.get(credit, (0, 0))[0], sums.get(credit, (0, 0))[1] + entry.amount)
        return sums

    # -- settings ---------------------------------------------------------------------------

    def register(self, restaurant_id: str) -> Restaurant:
        """By an event that names it first."""
        if restaurant_id not in self.restaurants:
            self.restaurants[restaurant_id] = Restaurant(payouts_paused=self.unknown_restaurants == "hold_payouts")
        return self.restaurants[restaurant_id]

    def set_restaurant(self, restaurant_id: str, actor: str, **settings: Any) -> Restaurant:
        is_new = restaurant_id not in self.restaurants
        restaurant = self.restaurants.setdefault(restaurant_id, Restaurant())
        before = {} if is_new else dict(vars(restaurant))
        for name, value in settings.items():
            if value is not None:
                setattr(restaurant, name, value)
        changed = {name: value for name, value in vars(restaurant).items() if is_new or before[name] != value}
        if changed:
            old = {name: before[name] for name in changed if not is_new}
            self.changes.setdefault(restaurant_id, []).append((actor, old, changed))
        return restaurant

    def terms_of(self, restaurant_id: str, currency: str) -> Terms:
        if restaurant_id not in self.restaurants:
            raise Refused("RESTAURANT_NOT_FOUND")
        return self.terms.setdefault((restaurant_id, currency), Terms())

    def set_terms(self, restaurant_id: str, currency: str, **given: Any) -> Terms:
        terms = self.terms_of(restaurant_id, currency)
        changed: dict[str, Any] = {name: value or None for name, value in given.items() if value is not None}
        new = replace(terms, **changed)
        if new.min_amount and new.max_amount and new.min_amount > new.max_amount:
            raise Refused("PAYOUT_TERMS_INVALID")
        self.terms[restaurant_id, currency] = new
        return new

    def pause(self, restaurant_id: str, currency: str, actor: str, reason: str, *, is_person: bool = True) -> Terms:
        """Of two persons' reasons the later stands; what a failure pauses that is paused stays who did, for both."""
        terms = self.terms_of(restaurant_id, currency)
        if not terms.is_paused or (is_person and terms.paused_reason != reason):
            terms.is_paused, terms.paused_by, terms.paused_reason = True, actor, reason
        elif not is_person:
            terms.paused_reason = f"{terms.paused_reason}; {reason}"
        return terms

    def resume(self, restaurant_id: str, currency: str) -> Terms:
        terms = self.terms_of(restaurant_id, currency)
        terms.is_paused, terms.paused_by, terms.paused_reason = False, None, None
        return terms

    # -- what is refused, and the inbox -----------------------------------------------------

    def refuse(self, document: Event | Bad, code: str, status: str = "rejected", **details: Any) -> Answer:
        """Keep the evidence, post nothing."""
        self.number += 1
        if isinstance(document, Bad) and document.event_id is None:
            self.unreadable.append(document)
        else:
            case = self.cases.setdefault(document.key, Case())
            case.refusals.append(Told(self.number, status, code, document))
        return Answer(status, 0, code, details)

    def is_waiting(self, key: Key) -> bool:
        return any(event.key == key for event, _, _ in self.waiting)

    def inbox_row(self, key: Key) -> tuple[str, str] | None:
        """The status and code under which the inbox shows an id, if it does."""
        case = self.cases.get(key, Case())
        waits_since = case.waits_since if self.is_waiting(key) else 0
        if case.open_refusal and case.open_refusal.number > waits_since:
            return case.open_refusal.status, case.open_refusal.code
        for event, code, _ in self.waiting:
            if event.key == key:
                return "deferred", code
        if case.dismissed > case.posted:
            return "dismissed", case.dismissed_code
        return ("accepted", case.accepted_code) if case.accepted else None

    def inbox(self) -> list[tuple[Key, str, str, int]]:
        """What is open: id, status, code, and how often it was told without being posted."""
        rows = []
        for key, case in self.cases.items():
            row = self.inbox_row(key)
            if row and row[0] in ("rejected", "conflict", "deferred"):
                rows.append((key, *row, len(case.refusals) + (case.deferrals if self.is_waiting(key) else 0)))
        return rows

    def kept(self, key: Key) -> tuple[Event | Bad, str]:
        """What was told last under an id, and why it was not posted: of what waits, unless something was told since."""
        case = self.cases.get(key, Case())
        for event, code, _ in self.waiting:
            if event.key == key:
                since = case.open_refusal
                return (since.document, since.code) if since and since.number > case.waits_since else (event, code)
        kept: list[tuple[int, Event | Bad, str]] = []
        if key in self.events:
            kept.append((case.posted, self.events[key][0], ""))
        waited = None if key in self.events else case.deferred  # what was posted is kept as it was told first
        kept += [(told.number, told.document, told.code) for told in (*case.refusals[-1:], waited) if told]
        if not kept:
            raise Refused("EVENT_NOT_FOUND")
        return max(kept, key=lambda item: item[0])[1:]

    def replay(self, key: Key) -> Answer:
        document, code = self.kept(key)
        if key[0] == OPERATOR:
            raise Refused("EVENT_OF_OPERATOR")
        if isinstance(document, Bad) and not document.is_whole:
            raise Refused("DOCUMENT_INCOMPLETE")
        answer = self.refuse(document, document.code) if isinstance(document, Bad) else self.ingest(document)
        if code.startswith("WAITS_FOR_") and answer.status != "deferred":  # it was decided on what waits itself
            self.waiting = [item for item in self.waiting if item[0].key != key]
        return answer

    def open_with(self, code: str) -> set[Key]:
        """What replay_events takes: in whatever order, since accounts are locked in that of their keys."""
        return {key for key in self.cases if key[0] != OPERATOR and self.is_open_with(key, code)}

    def is_open_with(self, key: Key, code: str) -> bool:
        row = self.inbox_row(key)
        return row is not None and row[1] == code and row[0] in ("rejected", "conflict", "deferred")

    def accept(self, key: Key) -> Answer:
        document, code = self.kept(key)
        if not code:
            first = self.events[key][1]
            return Answer("already_processed", first.entries, first.code)
        if code not in ACCEPTABLE:
            raise Refused("ACCEPTANCE_NOT_ALLOWED")
        assert isinstance(document, Event)
        answer = self.ingest(document, overrule=True)
        if answer.status == "processed":
            case = self.cases[key]
            case.accepted, case.accepted_code = self.number, code
        return answer

    def dismiss(self, key: Key, actor: str) -> tuple[str, str]:
        """The code that is dismissed, and by whom: the first time counts."""
        row = self.inbox_row(key)
        if row is None or row[0] == "accepted":
            raise Refused("EVENT_NOT_OPEN" if key in self.events else "EVENT_NOT_FOUND")
        case = self.cases[key]
        if row[0] != "dismissed":
            self.number += 1
            case.dismissed, case.dismissed_code, case.dismissed_by = self.number, row[1], actor
            if row[0] == "deferred":
                self.waiting = [item for item in self.waiting if item[0].key != key]
                assert case.deferred is not None
                case.deferred = replace(case.deferred, number=self.number)  # not what contradicted it
        return case.dismissed_code, case.dismissed_by

    # -- what is told -----------------------------------------------------------------------

    def ingest(self, event: Event, *, overrule: bool = False) -> Answer:
        """An event, of a processor or of a person. Raises Refused where a person names what is not there."""
        self.number += 1
        if event.event_type == "event_reversed" and event.reverses not in self.events:
            raise Refused("EVENT_NOT_FOUND")
        if event.event_type == "funds_released" and (OPERATOR, event.hold_id) not in self.events:
            raise Refused("HOLD_NOT_FOUND")
        if event.is_test and not self.takes_test_events:
            return self.refuse(event, "TEST_EVENT", field="livemode")
        answer = self._answer_known(event)
        if answer is None:
            is_unknown = event.restaurant_id not in self.restaurants
            is_refused = self.unknown_restaurants == "refuse" and event.payout_id is None  # a payout says whose it is
            if is_unknown and (event.provider == OPERATOR or is_refused):
                answer = self.refuse(event, "RESTAURANT_UNKNOWN", field="restaurant_id")  # a slip opens no account
            elif event.payout_id is None and (fields := self._waits_otherwise(event)):  # at another account
                self.register(event.restaurant_id)
                answer = self.refuse(event, "EVENT_ID_REUSED", "conflict", fields=fields)
            else:
                answer = self._take(event, overrule=overrule)
            # Whatever else is wrong with it, an id that waits with other content is a conflict.
            if answer.status == "rejected" and (fields := self._waits_otherwise(event)):
                self.cases[event.key].refusals.pop()
                answer = self.refuse(event, "EVENT_ID_REUSED", "conflict", fields=fields)
        if answer.status not in ("deferred", "conflict"):  # what it waited for has come in another currency
            self.waiting = [item for item in self.waiting if item[0] != event]
        if answer.status == "processed":
            self._post_waiting(event)
        return answer

    def _answer_known(self, event: Event) -> Answer | None:
        """What is in the book, or waits, is answered from there."""
        if event.key in self.events:
            first, answer = self.events[event.key]
            if fields := event.differs_in(first):
                return self.refuse(event, "EVENT_ID_REUSED", "conflict", fields=fields)
            return Answer("already_processed", answer.entries, answer.code)
        if event.event_type in FIRST:
            subject_id = getattr(event, FIRST[event.event_type])
            told = self.first_of(event.restaurant_id, event.provider, event.event_type, subject_id)
            if told:
                if fields := event.retells_in(told):
                    return self.refuse(event, "SUBJECT_REUSED", "conflict", fields=fields, event_id=told.event_id)
                return Answer("already_processed", self.events[told.key][1].entries, None, {"event_id": told.event_id})
        fields = self._waits_otherwise(event)
        if fields and any((w.restaurant_id, w.currency) == event.account for w, _, _ in self.waiting):
            return self.refuse(event, "EVENT_ID_REUSED", "conflict", fields=fields)
        return None

    def _waits_otherwise(self, event: Event) -> set[str]:
        """In which fields the event that waits under this id differs."""
        return next((event.differs_in(waiting) for waiting, _, _ in self.waiting if waiting.key == event.key), set())

    def _take(self, event: Event, *, overrule: bool = False, since_it_waited: bool = False) -> Answer:
        """Decide about an event that is new, and post it, keep it waiting or refuse it."""
        if event.event_type.startswith("payout_"):
            answer = self._take_payout_event(event)
        elif event.event_type in LATER:
            answer = self._take_later_report(event)
        elif event.event_type == "event_reversed":
            answer = self._take_reversal(event)
        elif event.event_type == "funds_released":
            answer = self._take_release(event)
        elif event.event_type == "debt_written_off":
            answer = self._take_write_off(event)
        else:
            answer = self._take_money(event, overrule=overrule)
        if answer.status == "processed":
            self.events[event.key] = (event, answer)
            self.number += 1
            case = self.cases.setdefault(event.key, Case())
            case.posted = case.waits_since if since_it_waited else self.number
        return answer

    def _wait(self, event: Event, code: str, waits_for: Key) -> Answer:
        self.register(event.restaurant_id)
        self.accounts.setdefault((event.restaurant_id, event.currency), Account())
        if fields := self._waits_otherwise(event):  # elsewhere
            return self.refuse(event, "EVENT_ID_REUSED", "conflict", fields=fields)
        case = self.cases.setdefault(event.key, Case())
        self.number += 1
        if event not in [waiting for waiting, _, _ in self.waiting]:
            self.waiting.append((event, code, waits_for))
            case.waits_since, case.deferrals = self.number, 0
        case.deferrals += 1
        case.deferred = Told(self.number, "deferred", code, event)
        return Answer("deferred", 0, code)

    def _post_waiting(self, event: Event) -> None:
        """What waited for this in its account, the earliest first; and what waits for what is posted then."""
        account, names = (event.restaurant_id, event.currency), {event.payment_id, event.refund_id, event.dispute_id}
        while True:
            ready = [
                item
                for item in self.waiting
                if (item[0].restaurant_id, item[0].currency) == account
                and item[2][1] in names
                and self.first_of(event.restaurant_id, item[0].provider, *item[2]) is not None
            ]
            if not ready:
                return
            first = min(ready, key=lambda item: item[0].occurred_at)
            self.waiting.remove(first)
            names |= {first[0].payment_id, first[0].refund_id, first[0].dispute_id}
            if first[0].is_test and not self.takes_test_events:
                self.refuse(first[0], "TEST_EVENT")
                continue
            answer = self._answer_known(first[0])
            if answer is None:
                self._take(first[0], since_it_waited=True)
            elif answer.status == "already_processed":  # meanwhile, under another id: the evidence is kept
                self.refuse(first[0], "TOLD_BEFORE")

    def _business_day(self, event: Event) -> date:
        return self.restaurants.get(event.restaurant_id, Restaurant()).business_day(event.occurred_at)

    def _take_money(self, event: Event, *, overrule: bool = False) -> Answer:
        payment: Event | None = None
        if event.payment_id is not None and event.event_type != "charge_succeeded":
            payment = self.first_of(event.restaurant_id, event.provider, "charge_succeeded", event.payment_id)
            if payment is None:
                return self._wait(event, "WAITS_FOR_PAYMENT", ("charge_succeeded", event.payment_id))
            if payment.currency != event.currency:
                return self.refuse(event, "PAYMENT_MISMATCH", payment_currency=payment.currency)
            left = self.left_of_payment(payment)
            is_capped = event.event_type in ("refund_succeeded", "dispute_opened") and not overrule
            if is_capped and event.amount > left:
                return self.refuse(event, "AMOUNT_EXCEEDS_PAYMENT", left=left)
        restaurant = self.restaurants.get(event.restaurant_id, Restaurant())
        is_charge = event.event_type == "charge_succeeded"
        if is_charge and restaurant.closed and not overrule:
            return self.refuse(event, "RESTAURANT_CLOSED", field="restaurant_id")
        available_on, may_wait = restaurant.business_day(event.occurred_at), False
        if is_charge:
            own_day, business_day = event.available_on, available_on
            available_on += timedelta(days=restaurant.settlement_delay_days)
            may_wait = restaurant.settlement_delay_days > 0 or event.occurred_at > self.now
            if own_day:
                available_on = max(own_day, business_day)
                may_wait = available_on > business_day or event.occurred_at > self.now
            payment = event if event.payment_id else None
        amount_entry, fee_entry = SIMPLE[event.event_type]
        parts = [Part(amount_entry, event.amount, available_on, may_wait)]
        if fee_entry and event.fee:
            parts.append(Part(fee_entry, event.fee, available_on, may_wait))
        return self._post(event, parts, payment=payment, hold=event if amount_entry == "HOLD" else None)

    def _take_later_report(self, event: Event) -> Answer:
        first_type, waits = LATER[event.event_type]
        subject_id = getattr(event, FIRST[first_type])
        first = self.first_of(event.restaurant_id, event.provider, first_type, subject_id)
        if first is None:
            return self._wait(event, waits, (first_type, subject_id))
        wrong = {name for name in ("currency", "amount") if getattr(event, name) != getattr(first, name)}
        if first.payment_id and event.payment_id not in (None, first.payment_id):
            wrong.add("payment_id")
        if wrong:
            return self.refuse(event, "SUBJECT_MISMATCH", fields=wrong)
        entry_type: str | None
        if event.event_type == "refund_failed":
            entry_type = "REFUND_FAILURE" if self.refund_state(first) == "SUCCEEDED" else None
        else:
            state, moment, rank = self.dispute_state(first)
            is_overtaken = (event.occurred_at, RANKS[event.event_type]) < (moment, rank)
            if event.event_type == "dispute_won":
                entry_type = {"OPEN": "DISPUTE_WON", "LOST": "DISPUTE_REINSTATED", "WON": None}[state]
            elif state == "WON" and not is_overtaken:
                return self.refuse(event, "SUBJECT_STATE_CONFLICT", state=state)
            else:
                entry_type = "DISPUTE_LOST" if state == "OPEN" else None
            if is_overtaken:
                entry_type = None
        payment = None
        if first.payment_id is not None:
            payment = self.first_of(event.restaurant_id, event.provider, "charge_succeeded", first.payment_id)
        parts = [Part(entry_type, event.amount, self._business_day(event))] if entry_type else []
        return self._post(event, parts, payment=payment)

    def _take_payout_event(self, event: Event) -> Answer:
        payout = self.find_payout(event.payout_id)
        if payout is None:
            return self.refuse(event, "PAYOUT_NOT_FOUND", field="payout_id")
        is_fee = event.event_type == "payout_fee_charged"
        wrong = {name for name in ("restaurant_id", "currency") if getattr(event, name) != getattr(payout, name)}
        if not is_fee and event.amount != payout.amount:
            wrong.add("amount")
        if wrong:
            return self.refuse(event, "PAYOUT_MISMATCH", fields=wrong)
        part = self._part_of_payout(event, payout)
        ended_at = {"FAILED": payout.failed_at, "CANCELED": payout.canceled_at}.get(payout.status)
        if event.event_type == "payout_withdrawn":
            if payout.status in ("PAID", "FAILED"):
                return self.refuse(event, "PAYOUT_STATE_CONFLICT")
            if payout.status == "CREATED" and payout.submitted_by and not event.bank_told:
                return self.refuse(event, "PAYOUT_HANDED_OVER")
        is_back = event.event_type == "payout_paid" and payout.status in ("FAILED", "CANCELED")
        if is_back and (not ended_at or event.occurred_at > ended_at):
            return self.refuse(event, "PAYOUT_STATE_CONFLICT")
        parts = [Part(part, event.amount, self._business_day(event))] if part else []
        answer = self._post(event, parts, payout_id=payout.payout_id)
        if answer.status != "processed":  # it is as it was, though its money may have come back
            return answer
        if event.event_type == "payout_withdrawn":
            payout.status, payout.canceled_at = "CANCELED", event.occurred_at
        elif event.event_type == "payout_paid" and payout.status in ("CREATED", "PAID"):  # again: the later counts
            payout.status, payout.paid_at = "PAID", max(payout.paid_at or event.occurred_at, event.occurred_at)
        elif event.event_type in ("payout_failed", "payout_canceled"):
            self._end_payout(event, payout, ended_at, has_moved=part is not None)
        return answer

    def _part_of_payout(self, event: Event, payout: Payout) -> str | None:
        """What a report about a payout moves."""
        if event.event_type == "payout_fee_charged":
            return "PAYOUT_FEE"
        if payout.status == "CREATED":
            return {"payout_paid": "PAYOUT_RELEASE", "payout_failed": "PAYOUT_FAILURE"}.get(
                event.event_type, "PAYOUT_CANCELLATION"
            )
        is_end = event.event_type in ("payout_failed", "payout_canceled")
        if is_end and payout.status == "PAID" and payout.paid_at and event.occurred_at >= payout.paid_at:
            return "PAYOUT_RETURN"
        return None

    def _end_payout(self, event: Event, payout: Payout, ended_at: datetime | None, *, has_moved: bool) -> None:
        """A report that a payout failed or was canceled."""
        was = payout.status
        state = "FAILED" if event.event_type == "payout_failed" else "CANCELED"
        # It is back already: of two ends the later counts, of one instant the failure.
        counts = has_moved or (ended_at and (event.occurred_at, state) >= (ended_at, was))
        if counts:
            payout.status = state
            setattr(payout, "failed_at" if state == "FAILED" else "canceled_at", event.occurred_at)
        code = event.failure_code
        says_more = not payout.failure_code or was != "FAILED" or (ended_at and event.occurred_at > ended_at)
        if code and payout.status == state and says_more:
            is_new = payout.failure_code != code  # the same failure told once more is none, though canceled in between
            payout.failure_code = code
            if is_new and code.lower() in PERMANENT:
                why = f"payout {payout.payout_id} failed: {code} ({PERMANENT[code.lower()]})"
                self.pause(payout.restaurant_id, payout.currency, event.provider, why, is_person=False)

    # -- what people do ---------------------------------------------------------------------

    def _take_release(self, event: Event) -> Answer:
        hold = self.first_of(event.restaurant_id, OPERATOR, "funds_held", event.hold_id)
        if hold is None:  # the reference is of something else that a person did
            raise Refused("HOLD_NOT_FOUND")
        left = self.left_of_hold(hold)
        if event.amount > left:
            return self.refuse(event, "AMOUNT_EXCEEDS_HOLD", left=left)
        return self._post(event, [Part("HOLD_RELEASE", event.amount, self._business_day(event))], hold=hold)

    def _take_write_off(self, event: Event) -> Answer:
        debt = max(0, -self.balance(event.restaurant_id, event.currency)["available"])
        if event.amount > debt:
            return self.refuse(event, "AMOUNT_EXCEEDS_DEBT", debt=debt)
        return self._post(event, [Part("WRITE_OFF", event.amount, self._business_day(event))])

    def _take_reversal(self, event: Event) -> Answer:
        assert event.reverses is not None
        wrong = self.events[event.reverses][0]
        before = next((e for e, _ in self.events.values() if e.reverses == event.reverses), None)
        if before:
            return self.refuse(event, "REVERSED_BEFORE", event_id=before.event_id)
        entries = self.entries_of(wrong)
        payment = self.events[entries[0].payment][0] if entries and entries[0].payment else None
        if (follower := self.follower_of(wrong)) is not None:
            return self.refuse(event, "EVENT_IN_USE", event_id=follower.event_id)
        if payment == wrong and (left := self.left_of_payment(wrong)) != wrong.amount:
            return self.refuse(event, "EVENT_IN_USE", left=left)
        if not entries or entries[0].entry_type not in REVERSIBLE:
            return self.refuse(event, "EVENT_NOT_REVERSIBLE", event_type=wrong.event_type)
        today = self._business_day(event)  # it waits where what it takes back does: where the day has gone back, too
        parts = [
            Part(f"{e.entry_type}_REVERSAL", e.amount, e.available_on, e.may_wait and e.available_on > today)
            for e in entries
        ]
        return self._post(event, parts, payment=payment, payout_id=entries[0].payout_id)

    # -- entries ----------------------------------------------------------------------------

    def _post(
        self,
        event: Event,
        parts: list[Part],
        *,
        payment: Event | None = None,
        hold: Event | None = None,
        payout_id: str | None = None,
    ) -> Answer:
        account = self.accounts.get((event.restaurant_id, event.currency), Account())
        balance, held = account.balance, account.held
        for part in parts:  # each entry says what the balance is after it
            balance += EFFECTS[part.entry_type][0] * part.amount
            held += EFFECTS[part.entry_type][2] * part.amount
            if abs(balance) > MAX_AMOUNT or held > MAX_AMOUNT:
                return self.refuse(event, "BALANCE_OUT_OF_RANGE", field="amount")
        self.register(event.restaurant_id)
        self.accounts[event.restaurant_id, event.currency] = account
        for part in parts:
            entry = Entry(
                part.entry_type,
                part.amount,
                event,
                payout_id,
                part.available_on,
                account.settles_on(part.available_on),
                part.may_wait,
                payment.key if payment else None,
                hold.key if hold else None,
            )
            account.entries.append(entry)
        if parts:
            account.last_event_at = max(account.last_event_at or event.occurred_at, event.occurred_at)
        return Answer("processed", len(parts), None if parts else "NO_EFFECT")

    # -- payouts ----------------------------------------------------------------------------

    def run_payouts(
        self,
        currency: str,
        as_of: date,
        minimum: int,
        restaurant_ids: Iterable[str] | None = None,
        *,
        is_dry: bool = False,
        by_hand: bool = False,
    ) -> Run:
        if restaurant_ids is not None and set(restaurant_ids) - set(self.restaurants):
            raise Refused("RESTAURANT_NOT_FOUND")
        skips: dict[str, Due] = {}
        amounts: list[int] = []
        for (restaurant_id, its_currency), account in sorted(self.accounts.items()):
            if its_currency != currency or (restaurant_ids is not None and restaurant_id not in restaurant_ids):
                continue
            due = self.due(restaurant_id, currency, as_of, minimum, by_hand=by_hand)
            if due.reason:
                skips[restaurant_id] = due
                continue
            assert due.amount is not None
            amounts.append(due.amount)
            if not is_dry:
                days = (account.closed_through, as_of)
                paid = [
                    e for e in account.entries if days[0] < e.settlement_day <= days[1] and e.entry_type in PAYOUT_ITEMS
                ]
                payout = Payout(restaurant_id, currency, as_of, due.amount, due.items, paid)
                account.payouts.append(payout)
                # The design leaves the reserve's day open: it belongs to the days that it closes.
                account.entries.append(Entry("PAYOUT_RESERVE", due.amount, None, payout.payout_id, as_of, as_of))
        reasons = Counter(due.reason or "" for due in skips.values())
        return Run(len(amounts), sum(amounts), dict(reasons), skips)

    def due(self, restaurant_id: str, currency: str, as_of: date, minimum: int, *, by_hand: bool = False) -> Due:
        """The payout that is due, or why there is none."""
        restaurant, account = self.restaurants[restaurant_id], self.accounts[restaurant_id, currency]
        terms = self.terms.get((restaurant_id, currency), Terms())
        today = restaurant.business_day(self.now)
        settled = [entry for entry in account.entries if entry.settlement_day <= as_of]
        earned = sum(entry.change for entry in settled)
        most = min(earned, account.balance - account.pending(today), MAX_AMOUNT - account.reserved)
        unit = terms.payable_unit or self.units.get(currency, 1)
        amount: int | None = most - most % unit if most > 0 else most
        if as_of <= account.closed_through:
            amount = None  # the documents do not say what is due of days that are closed
        if restaurant.payouts_paused or terms.is_paused:
            return Due("payouts_paused", amount)
        if as_of > today:
            return Due("as_of_in_future", amount)
        if as_of in {payout.as_of for payout in account.payouts}:
            return Due("already_paid", amount)
        if as_of <= account.closed_through:
            return Due("closed_by_later_payout", amount)
        assert amount is not None
        if most > 0 and amount == 0:
            return Due("below_payable_unit", amount)
        if amount <= 0:
            return Due("nothing_to_pay", amount)
        if amount < max(minimum, 0 if by_hand else terms.min_amount or 0):
            return Due("below_minimum", amount)
        if not by_hand and terms.max_amount and amount > terms.max_amount:
            return Due("above_maximum", amount)
        items: dict[str, int] = {}
        for entry in settled:
            if entry.settlement_day <= account.closed_through:
                name = "carried_in"  # what the earlier payouts did not pay
            elif entry.entry_type in PAYOUT_ITEMS:
                name = PAYOUT_ITEMS[entry.entry_type]
            else:
                continue
            items[name] = items.get(name, 0) + entry.change
        items["carried_out"] = amount - earned
        return Due(None, amount, {name: value for name, value in items.items() if value})

    def claim(self, payouts: Iterable[Payout], actor: str) -> None:
        for payout in payouts:
            payout.submitted_by = actor

    def claimable(self, currency: str) -> list[Payout]:
        return [
            payout
            for payout in self.payouts()
            if payout.currency == currency
            and payout.status == "CREATED"
            and payout.submitted_by is None
            and not self.restaurants[payout.restaurant_id].payouts_paused
            and not self.terms.get((payout.restaurant_id, currency), Terms()).is_paused
        ]

    def confirm(self, payout: Payout, external_id: str, actor: str) -> None:
        if payout.status == "CANCELED" or payout.canceled_at:  # also one that was told as failed since
            raise Refused("PAYOUT_CANCELED")
        others = {other.external_id for other in self.payouts() if other is not payout}
        if payout.external_id not in (None, external_id) or external_id in others:
            raise Refused("EXTERNAL_ID_IN_USE")
        if payout.external_id is None:
            payout.external_id, payout.confirmed_by = external_id, actor
            payout.submitted_by = payout.submitted_by or actor
