"""A small reference model of cuenta in plain Python, written from the design and not from the SQL.

It knows one thing more than it has to: nothing. No locks, no indexes, no running totals: every
answer is computed from the list of entries, the slow and obvious way. Amounts are minor units.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
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

    @property
    def key(self) -> Key:
        return self.provider, self.event_id

    def differs_in(self, other: Event) -> set[str]:
        """The fields of the business content that are not equal; of what people do the clock is none."""
        names = [
            *("event_type", "restaurant_id", "currency", "amount", "fee", "payout_id", "metadata", "payment_id"),
            *("refund_id", "dispute_id", "available_on", "reason", "actor", "hold_id", "reverses"),
        ]
        if self.provider != OPERATOR:
            names.append("occurred_at")
        return {name for name in names if getattr(self, name) != getattr(other, name)}

    def retells_in(self, other: Event) -> set[str]:
        """The fields in which two tellings of one subject differ: neither the clock nor the metadata counts."""
        names = ("event_type", "currency", "amount", "fee", "payment_id")
        return {name for name in names if getattr(self, name) != getattr(other, name)}


@dataclass(frozen=True)
class Answer:
    """What an event is answered with; `fields` are those that a conflict or a mismatch names."""

    status: str
    entries: int = 0
    code: str | None = None
    fields: frozenset[str] = frozenset()
    event_id: str | None = None  # the one that told of it before
    left: int | None = None  # of what the amount exceeds


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
    payout_id: str
    as_of: date
    amount: int
    items: dict[str, int]
    status: str = "CREATED"
    paid_at: datetime | None = None
    failed_at: datetime | None = None
    canceled_at: datetime | None = None


@dataclass
class Restaurant:
    timezone: str = "America/Lima"
    day_close_hour: int = 0
    settlement_delay_days: int = 0
    is_paused: bool = False
    is_closed: bool = False

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


@dataclass(frozen=True)
class Run:
    """The answer of a payout run."""

    created: int
    amount: int
    skipped: dict[str, int]


class NotFound(Exception):
    """What a person names is not there: the call is an error, and keeps nothing."""


@dataclass(frozen=True)
class Part:
    """An entry to be written."""

    entry_type: str
    amount: int
    available_on: date
    may_wait: bool = False


class Cuenta:
    """The whole of cuenta, for as long as nobody looks at the clock: that is an argument."""

    def __init__(self) -> None:
        self.restaurants: dict[str, Restaurant] = {}
        self.accounts: dict[tuple[str, str], Account] = {}
        self.events: dict[Key, tuple[Event, Answer]] = {}
        self.waiting: list[tuple[Event, str, Key]] = []  # the event, why, and what it waits for: type and id
        self.refused: list[tuple[str, str, str]] = []  # event_id, status, code
        self.takes_test_events = False

    @property
    def rejections(self) -> int:
        return len(self.refused)

    # -- what is asked ----------------------------------------------------------------------

    def balance(self, restaurant_id: str, currency: str, now: datetime) -> dict[str, Any]:
        account = self.accounts.get((restaurant_id, currency), Account())
        pending = account.pending(self.restaurants[restaurant_id].business_day(now))
        return {
            "available": account.balance - pending,
            "pending": pending,
            "reserved": account.reserved,
            "held": account.held,
            "total": account.balance + account.reserved + account.held,
            "last_event_at": account.last_event_at,
        }

    def payouts(self) -> Iterable[tuple[str, str, Payout]]:
        for (restaurant_id, currency), account in self.accounts.items():
            for payout in account.payouts:
                yield restaurant_id, currency, payout

    def find_payout(self, payout_id: str | None) -> tuple[str, str, Payout] | None:
        return next((found for found in self.payouts() if found[2].payout_id == payout_id), None)

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

    def left_of_payment(self, charge: Event) -> int:
        """What of a payment can still be refunded or disputed."""
        entries = [e for e in self.all_entries(charge.restaurant_id) if e.payment == charge.key]
        return sum(PAYMENT_EFFECTS.get(entry.entry_type, 0) * entry.amount for entry in entries)

    def left_of_hold(self, hold: Event) -> int:
        return sum(entry.held_change for entry in self.all_entries(hold.restaurant_id) if entry.hold == hold.key)

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

    def is_followed(self, first: Event) -> bool:
        """Whether other events tell more of the refund, dispute or hold that this one first told of."""
        field_name = FIRST.get(first.event_type, "")
        for event, _ in self.events.values():
            mine = (event.restaurant_id, event.provider) == (first.restaurant_id, first.provider)
            tells_more = LATER.get(event.event_type, ("",))[0] == first.event_type
            if mine and tells_more and getattr(event, field_name) == getattr(first, field_name):
                return True
            if mine and first.event_type == "funds_held" and event.hold_id == first.event_id:
                return True
        return False

    # -- what is told -----------------------------------------------------------------------

    def set_restaurant(self, restaurant_id: str, **settings: Any) -> Restaurant:
        restaurant = self.restaurants.setdefault(restaurant_id, Restaurant())
        for name, value in settings.items():
            if value is not None:
                setattr(restaurant, name, value)
        return restaurant

    def refuse(
        self,
        code: str,
        fields: Iterable[str] = (),
        status: str = "rejected",
        *,
        event: Event | None = None,
        told_by: Event | None = None,
        left: int | None = None,
    ) -> Answer:
        """Keep the evidence, post nothing."""
        self.refused.append((event.event_id if event else "", status, code))
        return Answer(status, 0, code, frozenset(fields), told_by.event_id if told_by else None, left)

    def ingest(self, event: Event) -> Answer:
        """An event, of a processor or of a person. Raises NotFound where a person names what is not there."""
        if event.event_type == "event_reversed" and event.reverses not in self.events:
            raise NotFound("EVENT_NOT_FOUND")
        if event.event_type == "funds_released" and (OPERATOR, event.hold_id) not in self.events:
            raise NotFound("HOLD_NOT_FOUND")
        if event.provider == OPERATOR and event.restaurant_id not in self.restaurants:
            return self.refuse("RESTAURANT_UNKNOWN", event=event)  # a person's slip opens no account
        if event.is_test and not self.takes_test_events:
            return self.refuse("TEST_EVENT", event=event)
        answer = self._answer_known(event) or self._take(event)
        if answer.status != "deferred":  # told again after what it waited for had come in another currency
            self.waiting = [item for item in self.waiting if item[0] != event]
        if answer.status == "processed":
            self._post_waiting(event)
        return answer

    def _answer_known(self, event: Event) -> Answer | None:
        """What is in the book, or waits, is answered from there."""
        if event.key in self.events:
            first, answer = self.events[event.key]
            if fields := event.differs_in(first):
                return self.refuse("EVENT_ID_REUSED", fields, "conflict", event=event)
            return Answer("already_processed", answer.entries, answer.code)
        for waiting, _, _ in self.waiting:
            if waiting.key == event.key and (fields := event.differs_in(waiting)):
                return self.refuse("EVENT_ID_REUSED", fields, "conflict", event=event)
        if event.event_type in FIRST:
            subject_id = getattr(event, FIRST[event.event_type])
            told = self.first_of(event.restaurant_id, event.provider, event.event_type, subject_id)
            if told:
                if fields := event.retells_in(told):
                    return self.refuse("SUBJECT_REUSED", fields, "conflict", event=event, told_by=told)
                return Answer("already_processed", self.events[told.key][1].entries, None, frozenset(), told.event_id)
        return None

    def _take(self, event: Event) -> Answer:
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
            answer = self._take_money(event)
        if answer.status == "processed":
            self.events[event.key] = (event, answer)
        return answer

    def _wait(self, event: Event, code: str, waits_for: Key) -> Answer:
        self.restaurants.setdefault(event.restaurant_id, Restaurant())
        self.accounts.setdefault((event.restaurant_id, event.currency), Account())
        if event.key not in {waiting.key for waiting, _, _ in self.waiting}:
            self.waiting.append((event, code, waits_for))
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
            answer = self._answer_known(first[0])
            if answer is None:
                self._take(first[0])
            elif answer.status == "already_processed":  # meanwhile, under another id: the evidence is kept
                self.refuse("TOLD_BEFORE", event=first[0])

    def _business_day(self, event: Event) -> date:
        return self.restaurants.setdefault(event.restaurant_id, Restaurant()).business_day(event.occurred_at)

    def _take_money(self, event: Event) -> Answer:
        payment: Event | None = None
        if event.payment_id is not None and event.event_type != "charge_succeeded":
            payment = self.first_of(event.restaurant_id, event.provider, "charge_succeeded", event.payment_id)
            if payment is None:
                return self._wait(event, "WAITS_FOR_PAYMENT", ("charge_succeeded", event.payment_id))
            if payment.currency != event.currency:
                return self.refuse("PAYMENT_MISMATCH", event=event)
            left = self.left_of_payment(payment)
            if event.event_type in ("refund_succeeded", "dispute_opened") and event.amount > left:
                return self.refuse("AMOUNT_EXCEEDS_PAYMENT", event=event, left=left)
        restaurant = self.restaurants.get(event.restaurant_id, Restaurant())
        is_charge = event.event_type == "charge_succeeded"
        if is_charge and restaurant.is_closed:
            return self.refuse("RESTAURANT_CLOSED", event=event)
        available_on, may_wait = restaurant.business_day(event.occurred_at), False
        if is_charge:
            available_on += timedelta(days=restaurant.settlement_delay_days)
            may_wait = restaurant.settlement_delay_days > 0 or event.occurred_at > datetime.now(UTC)
            if event.available_on:
                available_on, may_wait = event.available_on, True
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
            return self.refuse("SUBJECT_MISMATCH", wrong, event=event)
        entry_type: str | None
        if event.event_type == "refund_failed":
            entry_type = "REFUND_FAILURE" if self.refund_state(first) == "SUCCEEDED" else None
        else:
            state, moment, rank = self.dispute_state(first)
            is_overtaken = (event.occurred_at, RANKS[event.event_type]) < (moment, rank)
            if event.event_type == "dispute_won":
                entry_type = {"OPEN": "DISPUTE_WON", "LOST": "DISPUTE_REINSTATED", "WON": None}[state]
            elif state == "WON" and not is_overtaken:
                return self.refuse("SUBJECT_STATE_CONFLICT", event=event)
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
        found = self.find_payout(event.payout_id)
        if found is None:
            return self.refuse("PAYOUT_NOT_FOUND", event=event)
        restaurant_id, currency, payout = found
        is_fee = event.event_type == "payout_fee_charged"
        mine = (event.restaurant_id, event.currency, payout.amount if is_fee else event.amount)
        wrong = {
            name
            for name, said, is_so in zip(
                ("restaurant_id", "currency", "amount"), mine, (restaurant_id, currency, payout.amount), strict=True
            )
            if said != is_so
        }
        if wrong:
            return self.refuse("PAYOUT_MISMATCH", wrong, event=event)
        part: str | None = None
        ended_at = {"FAILED": payout.failed_at, "CANCELED": payout.canceled_at}.get(payout.status)
        if is_fee:
            part = "PAYOUT_FEE"
        elif event.event_type == "payout_paid":
            if payout.status == "CREATED":
                part, payout.status, payout.paid_at = "PAYOUT_RELEASE", "PAID", event.occurred_at
            elif payout.status == "PAID":  # told again: the later moment counts
                payout.paid_at = max(payout.paid_at or event.occurred_at, event.occurred_at)
            elif not ended_at or event.occurred_at > ended_at:
                return self.refuse("PAYOUT_STATE_CONFLICT", event=event)
        else:
            state = "FAILED" if event.event_type == "payout_failed" else "CANCELED"
            if payout.status == "CREATED":
                part = "PAYOUT_FAILURE" if state == "FAILED" else "PAYOUT_CANCELLATION"
            elif payout.status == "PAID" and payout.paid_at and event.occurred_at >= payout.paid_at:
                part = "PAYOUT_RETURN"
            # It is back already: of two ends the later counts, of one instant the failure.
            is_later = ended_at and (event.occurred_at, state) >= (ended_at, payout.status)
            if part or is_later:
                payout.status = state
                setattr(payout, "failed_at" if state == "FAILED" else "canceled_at", event.occurred_at)
        parts = [Part(part, event.amount, self._business_day(event))] if part else []
        return self._post(event, parts, payout_id=payout.payout_id, is_bounded=is_fee)

    # -- what people do ---------------------------------------------------------------------

    def _take_release(self, event: Event) -> Answer:
        hold = self.first_of(event.restaurant_id, OPERATOR, "funds_held", event.hold_id)
        if hold is None:  # the reference is of something else that a person did
            raise NotFound("HOLD_NOT_FOUND")
        left = self.left_of_hold(hold)
        if event.amount > left:
            return self.refuse("AMOUNT_EXCEEDS_HOLD", event=event, left=left)
        return self._post(event, [Part("HOLD_RELEASE", event.amount, self._business_day(event))], hold=hold)

    def _take_write_off(self, event: Event) -> Answer:
        if event.restaurant_id in self.restaurants:
            available = self.balance(event.restaurant_id, event.currency, event.occurred_at)["available"]
        else:
            available = 0
        if event.amount > -available:
            return self.refuse("AMOUNT_EXCEEDS_DEBT", event=event, left=max(0, -available))
        return self._post(event, [Part("WRITE_OFF", event.amount, self._business_day(event))])

    def _take_reversal(self, event: Event) -> Answer:
        assert event.reverses is not None
        wrong = self.events[event.reverses][0]
        before = next((e for e, _ in self.events.values() if e.reverses == event.reverses), None)
        if before:
            return self.refuse("REVERSED_BEFORE", event=event, told_by=before)
        entries = [entry for entry in self.all_entries(wrong.restaurant_id) if entry.event == wrong]
        payment = self.events[entries[0].payment][0] if entries and entries[0].payment else None
        if self.is_followed(wrong) or (payment == wrong and self.left_of_payment(wrong) != wrong.amount):
            return self.refuse("EVENT_IN_USE", event=event)
        if not entries or entries[0].entry_type not in REVERSIBLE:
            return self.refuse("EVENT_NOT_REVERSIBLE", event=event)
        parts = [Part(f"{e.entry_type}_REVERSAL", e.amount, e.available_on, e.may_wait) for e in entries]
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
        is_bounded: bool = True,
    ) -> Answer:
        account = self.accounts.get((event.restaurant_id, event.currency), Account())
        change = sum(EFFECTS[part.entry_type][0] * part.amount for part in parts)
        held = sum(EFFECTS[part.entry_type][2] * part.amount for part in parts)
        if is_bounded and (abs(account.balance + change) > MAX_AMOUNT or account.held + held > MAX_AMOUNT):
            return self.refuse("BALANCE_OUT_OF_RANGE", event=event)
        self.restaurants.setdefault(event.restaurant_id, Restaurant())
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

    def run_payouts(self, currency: str, as_of: date, minimum: int, now: datetime, *, is_dry: bool = False) -> Run:
        skipped: dict[str, int] = {}
        amounts: list[int] = []
        for (restaurant_id, its_currency), account in sorted(self.accounts.items()):
            if its_currency != currency:
                continue
            outcome = self._pay(self.restaurants[restaurant_id], account, as_of, minimum, now)
            if isinstance(outcome, str):
                skipped[outcome] = skipped.get(outcome, 0) + 1
                continue
            amounts.append(outcome.amount)
            if not is_dry:
                outcome.payout_id = f"{restaurant_id}/{currency}/{as_of}"
                account.payouts.append(outcome)
                # The design leaves the reserve's day open: it belongs to the days that it closes.
                account.entries.append(Entry("PAYOUT_RESERVE", outcome.amount, None, outcome.payout_id, as_of, as_of))
        return Run(len(amounts), sum(amounts), skipped)

    @staticmethod
    def _pay(restaurant: Restaurant, account: Account, as_of: date, minimum: int, now: datetime) -> Payout | str:
        """The payout that is due, or why there is none."""
        today = restaurant.business_day(now)
        if restaurant.is_paused:
            return "payouts_paused"
        if as_of > today:
            return "as_of_in_future"
        if as_of in {payout.as_of for payout in account.payouts}:
            return "already_paid"
        if as_of <= account.closed_through:
            return "closed_by_later_payout"
        settled = [entry for entry in account.entries if entry.settlement_day <= as_of]
        earned = sum(entry.change for entry in settled)
        amount = min(earned, account.balance - account.pending(today))
        if amount <= 0:
            return "nothing_to_pay"
        if amount < minimum:
            return "below_minimum"
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
        return Payout("", as_of, amount, {name: value for name, value in items.items() if value})
