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
PAYOUT_ITEMS = {
    "CHARGE": "gross_sales",
    "FEE": "fees",
    "REFUND": "refunds",
    "PAYOUT_FAILURE": "payout_failures",
    "PAYOUT_RETURN": "payout_returns",
}
# What an entry does to the restaurant's available and reserved money.
EFFECTS = {
    "CHARGE": (1, 0),
    "FEE": (-1, 0),
    "REFUND": (-1, 0),
    "PAYOUT_RESERVE": (-1, 1),
    "PAYOUT_RELEASE": (0, -1),
    "PAYOUT_FAILURE": (1, -1),
    "PAYOUT_RETURN": (1, 0),
}


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

    def differs_in(self, other: Event) -> set[str]:
        """The fields of the business content that are not equal."""
        names = ("event_type", "restaurant_id", "currency", "amount", "fee", "occurred_at", "payout_id", "metadata")
        return {name for name in names if getattr(self, name) != getattr(other, name)}


@dataclass(frozen=True)
class Answer:
    """What an event is answered with; `fields` are those that a conflict or a mismatch names."""

    status: str
    entries: int = 0
    code: str | None = None
    fields: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Entry:
    entry_type: str
    amount: int
    event_id: str | None
    payout_id: str | None
    available_on: date
    settlement_day: date
    may_wait: bool = False  # money that came with a delay, or ahead of the clock

    @property
    def change(self) -> int:
        return EFFECTS[self.entry_type][0] * self.amount

    @property
    def reserved_change(self) -> int:
        return EFFECTS[self.entry_type][1] * self.amount


@dataclass
class Payout:
    payout_id: str
    as_of: date
    amount: int
    items: dict[str, int]
    status: str = "CREATED"
    paid_at: datetime | None = None
    failed_at: datetime | None = None


@dataclass
class Restaurant:
    timezone: str = "America/Lima"
    day_close_hour: int = 0
    settlement_delay_days: int = 0
    is_paused: bool = False

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


class Cuenta:
    """The whole of cuenta, for as long as nobody looks at the clock: that is an argument."""

    def __init__(self) -> None:
        self.restaurants: dict[str, Restaurant] = {}
        self.accounts: dict[tuple[str, str], Account] = {}
        self.events: dict[str, tuple[Event, Answer]] = {}
        self.rejections = 0

    # -- what is asked ----------------------------------------------------------------------

    def balance(self, restaurant_id: str, currency: str, now: datetime) -> dict[str, Any]:
        account = self.accounts.get((restaurant_id, currency), Account())
        pending = account.pending(self.restaurants[restaurant_id].business_day(now))
        return {
            "available": account.balance - pending,
            "pending": pending,
            "reserved": account.reserved,
            "held": 0,
            "total": account.balance + account.reserved,
            "last_event_at": account.last_event_at,
        }

    def payouts(self) -> Iterable[tuple[str, str, Payout]]:
        for (restaurant_id, currency), account in self.accounts.items():
            for payout in account.payouts:
                yield restaurant_id, currency, payout

    def find_payout(self, payout_id: str | None) -> tuple[str, str, Payout] | None:
        return next((found for found in self.payouts() if found[2].payout_id == payout_id), None)

    # -- what is told -----------------------------------------------------------------------

    def set_restaurant(self, restaurant_id: str, **settings: Any) -> Restaurant:
        restaurant = self.restaurants.setdefault(restaurant_id, Restaurant())
        for name, value in settings.items():
            if value is not None:
                setattr(restaurant, name, value)
        return restaurant

    def refuse(self, code: str, fields: Iterable[str] = (), status: str = "rejected") -> Answer:
        """Keep the evidence, post nothing."""
        self.rejections += 1
        return Answer(status, 0, code, frozenset(fields))

    def ingest(self, event: Event) -> Answer:
        if event.event_id in self.events:
            first, answer = self.events[event.event_id]
            if fields := event.differs_in(first):
                return self.refuse("EVENT_ID_REUSED", fields, "conflict")
            return Answer("already_processed", answer.entries, answer.code)
        if event.event_type in ("charge_succeeded", "refund_succeeded"):
            answer = self._ingest_money(event)
        else:
            answer = self._ingest_payout_event(event)
        if answer.status == "processed":
            self.events[event.event_id] = (event, answer)
        return answer

    def _ingest_money(self, event: Event) -> Answer:
        is_charge = event.event_type == "charge_succeeded"
        account = self.accounts.get((event.restaurant_id, event.currency), Account())
        change = event.amount - event.fee if is_charge else -event.amount
        if abs(account.balance + change) > MAX_AMOUNT:
            return self.refuse("BALANCE_OUT_OF_RANGE")
        restaurant = self.restaurants.setdefault(event.restaurant_id, Restaurant())
        self.accounts[event.restaurant_id, event.currency] = account
        available_on = restaurant.business_day(event.occurred_at)
        if is_charge:
            available_on += timedelta(days=restaurant.settlement_delay_days)
            posted = [("CHARGE", event.amount)] + [("FEE", event.fee)] * (event.fee > 0)
        else:
            posted = [("REFUND", event.amount)]
        may_wait = is_charge and (restaurant.settlement_delay_days > 0 or event.occurred_at > datetime.now(UTC))
        for entry_type, amount in posted:
            self._post(account, event, entry_type, amount, available_on, may_wait=may_wait)
        return Answer("processed", len(posted))

    def _ingest_payout_event(self, event: Event) -> Answer:
        found = self.find_payout(event.payout_id)
        if found is None:
            return self.refuse("PAYOUT_NOT_FOUND")
        restaurant_id, currency, payout = found
        mine = (event.restaurant_id, event.currency, event.amount)
        wrong = {
            name
            for name, said, is_so in zip(
                ("restaurant_id", "currency", "amount"), mine, (restaurant_id, currency, payout.amount), strict=True
            )
            if said != is_so
        }
        if wrong:
            return self.refuse("PAYOUT_MISMATCH", wrong)
        if event.event_type == "payout_paid":
            if payout.status == "CREATED":
                entry_type, payout.status, payout.paid_at = "PAYOUT_RELEASE", "PAID", event.occurred_at
            elif payout.status == "PAID":  # told again: the later moment counts
                payout.paid_at = max(payout.paid_at or event.occurred_at, event.occurred_at)
                return Answer("processed", 0, "NO_EFFECT")
            elif payout.failed_at and event.occurred_at <= payout.failed_at:
                return Answer("processed", 0, "NO_EFFECT")
            else:
                return self.refuse("PAYOUT_STATE_CONFLICT")
        else:
            if payout.status == "FAILED":
                payout.failed_at = max(payout.failed_at or event.occurred_at, event.occurred_at)
                return Answer("processed", 0, "NO_EFFECT")
            if payout.paid_at and event.occurred_at < payout.paid_at:
                return Answer("processed", 0, "NO_EFFECT")
            entry_type = "PAYOUT_FAILURE" if payout.status == "CREATED" else "PAYOUT_RETURN"
            payout.status, payout.failed_at = "FAILED", event.occurred_at
        account = self.accounts[restaurant_id, currency]
        day = self.restaurants[restaurant_id].business_day(event.occurred_at)
        self._post(account, event, entry_type, event.amount, day, payout.payout_id)
        return Answer("processed", 1)

    @staticmethod
    def _post(
        account: Account,
        event: Event,
        entry_type: str,
        amount: int,
        available_on: date,
        payout_id: str | None = None,
        *,
        may_wait: bool = False,
    ) -> None:
        settles_on = account.settles_on(available_on)
        account.entries.append(Entry(entry_type, amount, event.event_id, payout_id, available_on, settles_on, may_wait))
        account.last_event_at = max(account.last_event_at or event.occurred_at, event.occurred_at)

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
