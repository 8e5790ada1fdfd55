"""The clients: each is a thread that calls until it is answered, and keeps each attempt with its times.

What they know of each other's doings is the World: payments that can be refunded, events that can be told again,
payouts that can be reported on. A client gives up now and then: what it has sent then may be in the book once, or not.
"""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from tests.torture.doors import Door, Lost, Refused, several
from tests.torture.history import POSTED, Attempt, Call, Row
from tests.torture.house import CURRENCIES, SCHEDULED, Calendar, House

HOT = 2  # restaurants that everybody is about
ZONES = ("America/Lima", "Europe/Madrid", "Asia/Tokyo", "UTC", "America/Mexico_City")
ACTOR = "the operator"  # as the key is named, so that a call may go through another door when it is sent again
FAR_AHEAD = 366


class World:
    """What everybody knows; lists only grow, and are read without a lock."""

    def __init__(self, restaurants: int) -> None:
        self.calendar = Calendar()
        self.restaurants = [f"hot{n}" for n in range(HOT)] + [f"res{n}" for n in range(restaurants - HOT)]
        self.payments: deque[Row] = deque(maxlen=400)
        self.refunds: deque[Row] = deque(maxlen=200)
        self.disputes: deque[Row] = deque(maxlen=200)
        self.posted: deque[Row] = deque(maxlen=2000)  # documents that were answered
        self.alone: deque[Row] = deque(maxlen=50)  # events that nothing else is about, which can be reversed
        self.open: deque[Row] = deque(maxlen=100)  # answers that posted nothing
        self.holds: deque[tuple[str, int]] = deque(maxlen=50)
        self.payouts: deque[Row] = deque(maxlen=200)
        self.claimed: list[tuple[str, str]] = []  # payout, by whom, as it was answered
        self.confirmed: list[tuple[str, str]] = []  # payout, external id
        self.moments: deque[tuple[Row, str]] = deque(maxlen=200)  # a place, and when something was received there
        self.seals: list[tuple[int, str]] = []  # number and root, as they were answered
        self.as_of_days = FAR_AHEAD


class Client(threading.Thread):
    """Somebody who calls. `step` is what it does next."""

    ROLE = "app"
    PAUSE = 0.01

    def __init__(self, house: House, world: World, number: int) -> None:
        super().__init__(name=f"{type(self).__name__.lower()}{number}", daemon=True)
        self.house, self.world = house, world
        self.dice = random.Random(f"{house.seed}/{self.name}")
        self.doors: Sequence[Door] = several(house, self.ROLE)
        self.count = 0

    def new_id(self, kind: str) -> str:
        self.count += 1
        return f"{kind}.{self.name}.{self.count}"

    def run(self) -> None:
        while not self.house.quiet.is_set():
            try:
                self.step()
            except Exception as error:  # a mistake of this program's, or an answer that nobody expects
                where = traceback.extract_tb(error.__traceback__)[-1]
                self.house.fault(f"{self.name}: {type(error).__name__}: {error} in {where.name}, line {where.lineno}")
                time.sleep(0.2)
            time.sleep(self.dice.expovariate(1 / self.PAUSE))
        for door in self.doors:
            door.close()

    def step(self) -> None:
        raise NotImplementedError

    def call(self, function: str, arguments: Row, doors: Sequence[Door] | None = None) -> list[Row] | None:
        """Send until it is answered; None if it is refused, or given up."""
        call = Call(self.name, function, arguments)
        self.house.calls.append(call)
        gives_up = self.dice.random() < 0.02
        while True:
            attempt = Attempt(time.monotonic())
            call.attempts.append(attempt)
            door = self.dice.choice(doors or self.doors)
            self.limit(door)
            try:
                rows = door.ask(function, arguments)
                attempt.ended, attempt.rows = time.monotonic(), rows
                return rows
            except Refused as refused:
                attempt.ended, attempt.refusal = time.monotonic(), str(refused)
                self.house.seen[f"{function}: {refused}"] += 1
                if str(refused) in ("INVALID_INPUT", "MALFORMED_JSON"):
                    self.house.fault(f"{function} was refused: {refused}: {arguments}")
                return None
            except Lost as lost:
                self.house.seen[str(lost)] += 1
                if gives_up:
                    return None
                time.sleep(self.dice.uniform(0.02, 0.3))

    def limit(self, door: Door) -> None:
        """Sessions have now and then a statement_timeout or a lock_timeout that is far too short."""
        if hasattr(door, "limits"):
            door.limits = dict(self.house.limits) if self.dice.random() < 0.5 else {}


class Sender(Client):
    """A processor: singles and arrays of every type of event, told again, refused, in conflict, too early."""

    def __init__(self, house: House, world: World, number: int) -> None:
        super().__init__(house, world, number)
        self.later: list[Row] = []

    def step(self) -> None:
        if self.dice.random() < 0.15:
            self.tell([event for _ in range(self.dice.randint(2, 12)) for event in self.events()], is_array=True)
        elif self.later and self.dice.random() < 0.3:
            self.tell([self.later.pop(0)])
        else:
            self.tell(self.events())
        if self.dice.random() < 0.1 and self.world.posted:
            known = self.dice.choice(self.world.posted)
            self.call("get_event", {"event_id": known["event_id"], "provider": known.get("provider", "default")})

    def tell(self, events: list[Row], *, is_array: bool = False) -> None:
        if is_array:
            rows = self.call("ingest_events", {"events": events})
        else:
            rows = []
            for event in events:
                rows += self.call("ingest_event", {"event": event}) or [{"status": "unknown"}]
        for event, row in zip(events, rows or [], strict=False):
            self.learn(event, row)

    def learn(self, event: Row, row: Row) -> None:
        if row["status"] in POSTED and not row.get("details"):
            self.world.posted.append(event)
            place = {name: row[name] for name in ("restaurant_id", "currency")}
            self.world.moments.append((place, row["received_at"]))
        elif row["status"] in ("rejected", "conflict", "deferred"):
            self.world.open.append(row)

    def base(self, kind: str, **more: Any) -> Row:
        day, dice = self.world.calendar.day, self.dice
        restaurant = dice.choice(self.world.restaurants[:HOT] if dice.random() < 0.4 else self.world.restaurants)
        at = f"{day}T{dice.randrange(24):02}:{dice.randrange(60):02}:{dice.randrange(60):02}Z"
        return {
            "event_id": self.new_id("e"),
            "event_type": kind,
            "occurred_at": at,
            "restaurant_id": restaurant,
            "currency": dice.choice((*CURRENCIES, SCHEDULED)),
            "amount": dice.randint(1, 50000),
        } | more

    def events(self) -> list[Row]:
        kinds: dict[Callable[[], list[Row]], int] = {
            self.payment: 10,
            self.nameless: 4,
            self.refund: 5,
            self.refund_fails: 2,
            self.dispute: 3,
            self.dispute_ends: 3,
            self.fees: 2,
            self.too_early: 2,
            self.again: 5,
            self.other_content: 1,
            self.under_another_id: 1,
            self.bad: 1,
        }
        (kind,) = self.dice.choices(list(kinds), list(kinds.values()))
        return kind() or self.payment()

    def payment(self) -> list[Row]:
        event = self.base("charge_succeeded", payment_id=self.new_id("pay"))
        event["fee"] = event["amount"] // 30
        if self.dice.random() < 0.1:
            event["available_on"] = str(self.world.calendar.day + timedelta(days=self.dice.randint(0, 5)))
        if self.dice.random() < 0.3:
            event["provider"] = "adyen"
        self.world.payments.append(event)
        return [event]

    def nameless(self) -> list[Row]:
        event = self.base(self.dice.choice(("charge_succeeded", "charge_succeeded", "refund_succeeded")))
        self.world.alone.append(event)
        return [event]

    def about(self, others: deque[Row], kind: str, names: Sequence[str], **more: Any) -> Row | None:
        """An event about an earlier one, of the same restaurant, currency and processor."""
        if not others:
            return None
        other = self.dice.choice(others)
        names = [name for name in ("restaurant_id", "currency", "provider", *names) if name in other]
        return self.base(kind) | {name: other[name] for name in names} | more | {"amount": other["amount"]}

    def refund(self) -> list[Row]:
        event = self.about(self.world.payments, "refund_succeeded", ["payment_id"], refund_id=self.new_id("re"))
        if event is None:
            return []
        event["amount"] = self.dice.randint(1, max(1, event["amount"] // 3))
        self.world.refunds.append(event)
        return [event]

    def refund_fails(self) -> list[Row]:
        event = self.about(self.world.refunds, "refund_failed", ["refund_id"])
        return [event] if event else []

    def dispute(self) -> list[Row]:
        event = self.about(self.world.payments, "dispute_opened", ["payment_id"], dispute_id=self.new_id("dsp"))
        if event is None:
            return []
        event |= {"amount": self.dice.randint(1, max(1, event["amount"] // 2)), "fee": self.dice.choice((0, 15))}
        self.world.disputes.append(event)
        return [event]

    def dispute_ends(self) -> list[Row]:
        event = self.about(self.world.disputes, self.dice.choice(("dispute_won", "dispute_lost")), ["dispute_id"])
        return [event] if event else []

    def fees(self) -> list[Row]:
        event = self.base(self.dice.choice(("fee_charged", "fee_refunded")))
        return [event | {"amount": self.dice.randint(1, 200)}]

    def too_early(self) -> list[Row]:
        """A refund of a payment, or the end of a dispute, whose beginning is told later."""
        (payment,) = self.payment()
        self.world.payments.remove(payment)
        names = {name: payment[name] for name in ("restaurant_id", "currency", "provider", "amount") if name in payment}
        named = {"payment_id": payment["payment_id"]}
        if self.dice.random() < 0.5:
            early = [self.base("refund_succeeded", refund_id=self.new_id("re")) | names | named]
        else:
            dispute = {"dispute_id": self.new_id("dsp")}
            early = [self.base("dispute_lost") | names | dispute]
            self.later.append(self.base("dispute_opened") | names | named | dispute)
        self.later.append(payment)
        return early

    def again(self) -> list[Row]:
        return [self.dice.choice(self.world.posted)] if self.world.posted else []

    def other_content(self) -> list[Row]:
        return [event | {"amount": event["amount"] + 1} for event in self.again()]

    def under_another_id(self) -> list[Row]:
        if not self.world.payments:
            return []
        return [self.dice.choice(self.world.payments) | {"event_id": self.new_id("e")}]

    def bad(self) -> list[Row]:
        return [self.base("charge_succeeded", amount=-1)]


class Operator(Client):
    """People: what they post under their own keys, what they decide in the inbox, settings and terms."""

    ROLE = "operator"
    PAUSE = 0.04

    def step(self) -> None:
        kinds = {
            self.adjust: 4,
            self.hold: 3,
            self.release: 3,
            self.write_off: 1,
            self.reverse: 2,
            self.cancel: 2,
            self.decide: 5,
            self.replay_all: 1,
            self.settings: 2,
            self.terms: 1,
            self.pause: 1,
        }
        (kind,) = self.dice.choices(list(kinds), list(kinds.values()))
        kind()

    def place(self) -> Row:
        currency = self.dice.choice((*CURRENCIES, SCHEDULED))
        return {"restaurant_id": self.dice.choice(self.world.restaurants), "currency": currency}

    def do(self, function: str, arguments: Row) -> list[Row] | None:
        """Once, and now and then once more with the same key."""
        arguments = arguments | {"reason": "a torture", "reference": self.new_id("op"), "actor": ACTOR}
        rows = self.call(function, arguments)
        if self.dice.random() < 0.2:
            self.call(function, arguments)
        return rows

    def adjust(self) -> None:
        amount = self.dice.choice((1, -1)) * self.dice.randint(1, 3000)
        self.do("post_adjustment", self.place() | {"amount": amount})

    def hold(self) -> None:
        amount = self.dice.randint(1, 3000)
        rows = self.do("hold_funds", self.place() | {"amount": amount})
        if rows and rows[0]["status"] in POSTED:
            self.world.holds.append((rows[0]["event_id"], amount))

    def release(self) -> None:
        if self.world.holds:
            hold_id, amount = self.dice.choice(self.world.holds)
            self.do("release_hold", {"hold_id": hold_id, "amount": self.dice.randint(1, max(1, amount // 2))})

    def write_off(self) -> None:
        self.do("write_off_debt", self.place() | {"amount": self.dice.randint(1, 500)})

    def reverse(self) -> None:
        if self.world.alone:
            event = self.dice.choice(self.world.alone)
            self.do("reverse_event", {"event_id": event["event_id"], "provider": event.get("provider", "default")})

    def cancel(self) -> None:
        if self.world.payouts:
            payout = self.dice.choice(self.world.payouts)
            told = {"bank_told": self.dice.random() < 0.5}
            self.do("cancel_payout", {"payout_id": payout["payout_id"]} | told)

    def decide(self) -> None:
        if not self.world.open:
            return
        row = self.world.open.popleft()
        named = {"event_id": row["event_id"], "provider": row["provider"]}
        if row["event_id"] is None or row["provider"] is None or row["provider"] == "operator":
            return
        why = {"reason": "a torture", "actor": ACTOR}
        if row["code"] in ("AMOUNT_EXCEEDS_PAYMENT", "RESTAURANT_CLOSED"):
            self.call("accept_event", named | why)
        elif self.dice.random() < 0.5:
            self.call("replay_event", named)
        else:
            self.call("dismiss_event", named | why)

    def replay_all(self) -> None:
        code = self.dice.choice(("RESTAURANT_CLOSED", "AMOUNT_EXCEEDS_PAYMENT", "WAITS_FOR_PAYMENT"))
        self.call("replay_events", {"code": code, "limit": 20})

    def settings(self) -> None:
        restaurant = self.dice.choice(self.world.restaurants)
        changes: list[Row] = [
            {"timezone": self.dice.choice(ZONES)},
            {"settlement_delay_days": self.dice.randint(0, 3)},
            {"day_close_hour": self.dice.randint(0, 5)},
            {"closed": self.dice.random() < 0.1},
            {"payouts_paused": self.dice.random() < 0.1},
        ]
        self.call("set_restaurant", {"restaurant_id": restaurant, "actor": ACTOR} | self.dice.choice(changes))

    def terms(self) -> None:
        limits: list[Row] = [{"min_amount": self.dice.randint(0, 500)}, {"payable_unit": self.dice.choice((0, 5))}]
        self.call("set_payout_terms", self.place() | self.dice.choice(limits) | {"reason": "so", "actor": ACTOR})

    def pause(self) -> None:
        place = self.place()
        self.call("pause_payouts", place | {"reason": "a torture", "actor": ACTOR})
        self.call("resume_payouts", place | {"actor": ACTOR})


class Paymaster(Client):
    """Runs of each kind for each day, the hand-over to the bank, and what the bank reports."""

    ROLE = "operator"
    PAUSE = 1.0

    def step(self) -> None:
        for currency in CURRENCIES:
            self.pay(currency)
            self.hand_over(currency)
        self.schedule()
        if self.name.endswith("0"):
            self.world.calendar.day += timedelta(days=1)

    def pay(self, currency: str) -> None:
        run = {"currency": currency, "as_of": str(self.world.calendar.day), "min_amount": 10}
        kind = self.dice.randrange(5)
        if kind < 2:
            self.call("run_payouts", run)
        elif kind == 2:
            some = self.dice.sample(self.world.restaurants, 3)
            self.call("pay_by_hand", run | {"restaurant_ids": some, "reason": "a torture", "actor": ACTOR})
        else:
            self.call("queue_payout_run", run)
        if self.dice.random() < 0.2:
            self.call("run_payouts", run | {"dry_run": True})

    def hand_over(self, currency: str) -> None:
        who = f"{self.name}.{self.count}" if self.dice.random() < 0.5 else ACTOR
        doors = [door for door in self.doors if hasattr(door, "limits")] if who != ACTOR else self.doors
        claimed = self.call("claim_payouts", {"currency": currency, "limit": 20, "actor": who}, doors) or []
        self.count += 1
        for row in claimed:
            self.world.claimed.append((row["payout_id"], who))
            self.world.payouts.append(row)
            if self.dice.random() < 0.7:
                told = {"payout_id": row["payout_id"], "external_id": f"bank-{row['payout_id']}", "actor": ACTOR}
                if self.call("confirm_payout", told):
                    self.world.confirmed.append((row["payout_id"], told["external_id"]))
        reports = [event for row in claimed for event in self.reports(row)]
        if reports:
            self.call("ingest_events", {"events": reports}, self.reporters())

    def reporters(self) -> Sequence[Door]:
        if not hasattr(self, "_reporters"):
            self._reporters = several(self.house, "processor")
        return self._reporters

    def reports(self, row: Row) -> list[Row]:
        """What becomes of a payout, maybe twice over, maybe nothing yet."""
        kinds: Sequence[Sequence[str]] = (
            ("payout_paid",),
            ("payout_paid",),
            ("payout_failed",),
            ("payout_canceled",),
            ("payout_paid", "payout_failed"),
            ("payout_paid", "payout_fee_charged"),
            (),
        )
        events = []
        for number, kind in enumerate(self.dice.choice(kinds)):
            event = {name: row[name] for name in ("payout_id", "restaurant_id", "currency", "amount")}
            event |= {"event_id": self.new_id("o"), "event_type": kind}
            event["occurred_at"] = f"{self.world.calendar.day}T23:{30 + number}:00Z"
            events.append(event | ({"amount": 7} if kind == "payout_fee_charged" else {}))
        return events

    def schedule(self) -> None:
        """A schedule that is due at once, for a later day each time."""
        if self.dice.random() > 0.2 or not self.name.endswith("0"):
            return
        self.world.as_of_days = max(0, self.world.as_of_days - 1)
        schedule = {"schedule_id": "nightly", "currency": SCHEDULED, "cadence": "daily", "local_time": "02:30"}
        more = {"timezone": "America/Lima", "as_of_days": self.world.as_of_days, "actor": ACTOR}
        if self.call("set_payout_schedule", schedule | more):
            self.house.ask(
                "update ledger.payout_schedules as s set next_due_at = now() - interval '1 second'"
                " where s.schedule_id = 'nightly' and s.next_due_at > now()"
            )


class Reader(Client):
    """Balances, in transactions of all levels, and twice in one snapshot."""

    ROLE = "operator"

    def step(self) -> None:
        restaurants = self.world.restaurants
        restaurant = self.dice.choice(restaurants[:HOT] if self.dice.random() < 0.5 else restaurants)
        place = {"restaurant_id": restaurant, "currency": self.dice.choice((*CURRENCIES, SCHEDULED))}
        kind = self.dice.random()
        if kind < 0.15:
            self.call("read_twice", place, self.doors[-2:])  # repeatable read and serializable
        elif kind < 0.25:
            self.call("list_balances", {"currency": place["currency"], "limit": 200}, self.doors[-3:])
        elif kind < 0.4 and self.world.moments:
            place, at = self.dice.choice(self.world.moments)
            self.call("get_balance", place | {"at": at})
        else:
            self.call("get_balance", place)


class Sealer(Client):
    """Seals what is committed, as often as it can, and asks whether the seals of before still hold."""

    ROLE = "operator"
    PAUSE = 0.5

    def step(self) -> None:
        for row in self.call("seal_ledger", {"actor": ACTOR}, self.doors[-3:]) or []:
            self.world.seals.append((row["seal_no"], row["root"]))
        if self.world.seals:
            last, root = self.world.seals[-1]
            least = {} if self.dice.random() < 0.05 else {"from": max(1, last - self.dice.randint(0, 20))}
            for row in self.call("verify_seals", {**least, "to": last, "root": root}, self.doors[-3:]) or []:
                self.house.fault(f"the seals to {last} do not verify: {row}")


class Auditor(Client):
    """Audits the book while it is written, as workers do: nothing that is half done may look like an error."""

    ROLE = "operator"
    PAUSE = 2.0

    def step(self) -> None:
        audit = self.dice.choice(("check_integrity", "audit_integrity"))
        scope = {"everything": self.dice.random() < 0.3}
        for row in self.call(audit, scope, self.doors[-3:]) or []:
            if row["severity"] == "error" and row["findings"]:
                self.house.fault(f"{audit}({scope}) under load finds {row['check_name']}: {row['sample']}")
