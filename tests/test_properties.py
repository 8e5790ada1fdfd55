"""Random histories: the database and the reference model (model.py) must tell the same story."""

from __future__ import annotations

import itertools
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, TypeVar

import psycopg
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from tests.model import MAX_AMOUNT, Answer, Cuenta, Event, Run

Row = dict[str, Any]
Operation = tuple[Any, ...]
T = TypeVar("T")

settings.register_profile(
    "cuenta",
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
PROFILE = settings.get_profile("cuenta")

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
    ("EVENT_TYPE_UNKNOWN", "event_type", ["charge_imagined"]),
    ("EVENT_TYPE_INVALID", "event_type", [5]),
    ("EVENT_ID_INVALID", "event_id", ["a b", "e" * 129, "evt_\u00e9", 7]),
    ("RESTAURANT_ID_INVALID", "restaurant_id", ["no good", "-x", "r" * 65, 3]),
    ("OCCURRED_AT_INVALID", "occurred_at", ["2025-12-30T10:00:00", "2025-02-30T10:00:00Z", "yesterday", "infinity"]),
    ("OCCURRED_AT_INVALID", "occurred_at", [1735552800]),
    ("OCCURRED_AT_IN_FUTURE", "occurred_at", ["future"]),
    ("METADATA_INVALID", "metadata", [[1], "x", 5]),
    ("FIELD_MISSING", "event_type", ["payout_paid"]),  # of its payout_id
    *(
        ("FIELD_MISSING", name, [...])
        for name in ("event_id", "event_type", "restaurant_id", "currency", "amount", "occurred_at")
    ),
]
INVALID: list[tuple[Row, str]] = [
    *(({name: value}, code) for code, name, values in FAULTS for value in values),
    ({"event_type": "refund_succeeded", "fee": 5}, "FEE_NOT_ALLOWED"),
    ({"event_type": "payout_paid", "payout_id": "po_" + "0" * 32}, "PAYOUT_NOT_FOUND"),
]
REFUSED = [
    ("api.run_payouts('PEN', current_date + 3, 1)", "AS_OF_IN_FUTURE"),
    ("api.run_payouts('PEN', 'infinity', 1)", "AS_OF_INVALID"),
    ("api.run_payouts('PEN', '2025-01-01', -1)", "MIN_AMOUNT_INVALID"),
    ("api.run_payouts('PEN', '2025-01-01', 9007199254740992)", "MIN_AMOUNT_INVALID"),
    ("api.run_payouts('XQZ', '2025-01-01', 1)", "CURRENCY_UNKNOWN"),
    ("api.run_payouts(null, '2025-01-01', 1)", "ARGUMENT_MISSING"),
    ("api.set_restaurant('{restaurant}', 'Mars/Olympus')", "TIMEZONE_UNKNOWN"),
    ("api.set_restaurant('{restaurant}', null, 8)", "DAY_CLOSE_HOUR_INVALID"),
    ("api.set_restaurant('{restaurant}', null, null, 61)", "SETTLEMENT_DELAY_INVALID"),
    ("api.set_restaurant('not good', 'UTC')", "RESTAURANT_ID_INVALID"),
    ("api.get_balance('nobody', 'PEN')", "RESTAURANT_NOT_FOUND"),
    ("api.get_payout('po_none')", "PAYOUT_NOT_FOUND"),
]


class Dice:
    """Makes one operation of a history out of one number, so that hypothesis can leave out any of them.

    An operation names others by a number that is taken modulo what there is when it is done.
    """

    def __init__(self, number: int) -> None:
        self.random = random.Random(number)
        self.number = self.random.randint

    def operation(self) -> Operation:
        kinds = {
            self.charge: 10,
            self.refund: 4,
            self.run: 11,
            self.payout_event: 9,
            self.settings: 4,
            self.array: 3,
            self.replay: 2,
            self.reuse: 2,
            self.invalid: 2,
            self.refused: 1,
        }
        return self.random.choices(list(kinds), list(kinds.values()))[0]()

    def pick(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def who(self) -> int:
        return self.pick([0, 0, 0, 1, 2])

    def money(self) -> int:
        return self.pick([0, 0, 0, 0, 1])

    def which(self) -> int:
        return self.number(0, 10_000)

    def moment(self) -> tuple[str, int]:
        """Minutes back from now, or around a moment in the past that each history has."""
        return self.pick(
            [
                ("ago", self.number(0, 5 * 24 * 60)),
                ("ago", self.number(0, 40 * 60)),
                ("turn", self.number(-30 * 60, 30 * 60)),
            ]
        )

    def day(self) -> tuple[str, int]:
        """Days back from today, around that moment, or after the last payout."""
        return self.pick([("ago", self.number(0, 6)), ("turn", self.number(-2, 3)), *[("next", self.number(1, 2))] * 3])

    def charge(self) -> Operation:
        amount = self.pick([self.number(1, 500)] * 19 + [MAX_AMOUNT])
        return ("charge", self.who(), self.money(), self.moment(), amount, self.number(0, 50))

    def refund(self) -> Operation:
        return ("refund", self.who(), self.money(), self.moment(), self.number(1, 300))

    def run(self) -> Operation:
        minimum = self.pick([0, 1, 1, 1, 200, MAX_AMOUNT])
        return ("run", self.money(), self.day(), minimum, self.pick([False, False, False, True]))

    def payout_event(self) -> Operation:
        wrong: list[tuple[str, ...]] = [("amount",), ("currency",), ("restaurant_id",), ("amount", "currency")]
        faults = self.pick([(), (), (), (), (), (), self.pick(wrong)])
        kind = self.pick(["payout_paid", "payout_failed"])
        return ("payout event", self.which(), kind, self.moment(), faults)

    def settings(self) -> Operation:
        zone = self.pick([None, self.pick(ZONES)])
        hour = self.pick([None, self.number(0, 7)])
        return (
            "set",
            self.who(),
            zone,
            hour,
            self.pick([None, 0, 0, 1, 2, 60]),
            self.pick([None, None, None, False, False, False, True]),
        )

    def array(self) -> Operation:
        kinds = [self.charge, self.refund, self.payout_event, self.replay, self.reuse, self.invalid]
        return ("array", [self.pick(kinds)() for _ in range(self.number(1, 8))])

    def replay(self) -> Operation:
        return ("replay", self.which(), self.pick(["same", "zone", "lower case", "unknown field", "order"]))

    def reuse(self) -> Operation:
        fields = ["amount", "fee", "restaurant_id", "currency", "occurred_at", "metadata"]
        return ("reuse", self.which(), set(self.random.sample(fields, self.number(1, 3))))

    def invalid(self) -> Operation:
        which = self.number(0, len(INVALID) - 1)
        return ("invalid", self.who(), self.money(), self.moment(), which, self.pick([True, False]))

    def refused(self) -> Operation:
        return ("refused", *self.pick(REFUSED))


class Place:
    """Where an example happens: a connection, two currencies and three restaurants of its own."""

    def __init__(self, connection: psycopg.Connection[Row], currencies: tuple[str, str], number: int) -> None:
        self.connection = connection
        self.currencies = currencies
        self.restaurants = [f"p{number}.{letter}" for letter in "aBc"]
        self.prefix = f"e{number}"

    def rows(self, query: str, *args: Any) -> list[Row]:
        return self.connection.execute(query, args).fetchall()


class Places:
    """Unused places, without end. Payout runs take all of a currency, so each place has its own."""

    def __init__(self, open_database: Callable[[], psycopg.Connection[Row]]) -> None:
        self.open_database = open_database
        self.databases: list[psycopg.Connection[Row]] = []
        self.unused = self.make()

    def make(self) -> Iterator[Place]:
        numbers = itertools.count()
        while True:
            connection = self.open_database()
            self.databases.append(connection)
            found = connection.execute(
                "select currency from ledger.currencies where payable_unit = 1 order by currency"
            ).fetchall()
            names = [row["currency"] for row in found if row["currency"] != "PEN"]
            for pair in zip(names[::2], names[1::2], strict=False):
                yield Place(connection, pair, next(numbers))


KEEPS_CONNECTIONS = True  # the places of one test are the next one's


@pytest.fixture(scope="module")
def places(create_database: Callable[..., str], connect: Callable[..., psycopg.Connection[Any]]) -> Places:
    # Compiling the one big query that looks at everything would take longer than all the rest.
    return Places(lambda: connect(create_database(), row_factory=dict_row, options="-c jit=off"))


STATE = """
select
    (
        select coalesce(jsonb_agg(to_jsonb(b) order by b.restaurant_id, b.currency), '[]')
        from unnest(%(restaurants)s::text[]) as r (restaurant_id)
        cross join unnest(%(currencies)s::text[]) as c (currency)
        cross join lateral api.get_balance(r.restaurant_id, c.currency) as b
    ) as balances,
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
    (select count(*) from ledger.event_rejections) as rejections,
    (select count(*) from ledger.payout_runs) as runs
"""


class History:
    """Does one example's operations to the database and to the model, and compares."""

    def __init__(self, place: Place, turn: datetime) -> None:
        self.place = place
        self.turn = turn
        self.model = Cuenta()
        self.sent: list[tuple[Row, Event]] = []
        self.first_answers: dict[str, Row] = {}
        self.payout_ids: dict[str, str] = {}  # the model's -> the database's
        self.numbers = itertools.count(1)
        self.now: datetime = place.rows("select date_trunc('second', now()) as now")[0]["now"]
        self.kept = self.state()
        self.runs = 0

    # -- from an operation to a document -------------------------------------------------------

    def moment(self, spec: tuple[Any, ...]) -> datetime:
        if spec[0] == "ago":
            return self.now - timedelta(minutes=spec[1])
        return self.turn + timedelta(minutes=spec[1])

    def day(self, spec: tuple[Any, ...], currency: str) -> date:
        today = self.now.date()
        if spec[0] == "ago":
            return today - timedelta(days=spec[1])
        if spec[0] == "turn":
            return self.turn.date() + timedelta(days=spec[1])
        closed: list[date] = [
            payout.as_of for _, its_currency, payout in self.model.payouts() if its_currency == currency
        ]
        return min(max([*closed, today - timedelta(days=5)]) + timedelta(days=spec[1]), today)

    def event(self, operation: Operation) -> tuple[Row, Event | str] | None:
        """The document to send, and what the model gets: an event, or the code it is refused with."""
        kind, *rest = operation
        return getattr(self, "_" + kind.replace(" ", "_"))(*rest)  # type: ignore[no-any-return]

    def _charge(self, who: int, money: int, when: Any, amount: int, fee: int) -> tuple[Row, Event]:
        account = self.model.accounts.get((self.place.restaurants[who], self.place.currencies[money]))
        if amount == MAX_AMOUNT:
            fee = 0
            if account is None or account.balance <= 0:
                amount = 500  # only where it is too much
        return self.new(
            "charge_succeeded", self.place.restaurants[who], money, self.moment(when), amount, min(fee, amount)
        )

    def _refund(self, who: int, money: int, when: Any, amount: int) -> tuple[Row, Event]:
        return self.new("refund_succeeded", self.place.restaurants[who], money, self.moment(when), amount, 0)

    def new(
        self, kind: str, restaurant: str, money: int | str, when: datetime, amount: int, fee: int
    ) -> tuple[Row, Event]:
        number = next(self.numbers)
        currency = money if isinstance(money, str) else self.place.currencies[money]
        metadata: Row = {"n": number} if number % 3 else {}
        event = Event(
            f"{self.place.prefix}_{number}", kind, restaurant, currency, amount, fee, when, None, json.dumps(metadata)
        )
        return self.remember(self.document(event), event)

    def remember(self, document: Row, event: Event) -> tuple[Row, Event]:
        self.sent.append((document, event))
        return document, event

    @staticmethod
    def document(event: Event) -> Row:
        document: Row = {
            "event_id": event.event_id,
            "event_type": event.event_type,
            "occurred_at": event.occurred_at.isoformat().replace("+00:00", "Z"),
            "restaurant_id": event.restaurant_id,
            "currency": event.currency,
            "amount": event.amount,
            "fee": event.fee,
            "metadata": json.loads(event.metadata),
            "payout_id": event.payout_id,
        }
        if not event.fee:
            del document["fee"]
        if not document["metadata"]:
            del document["metadata"]
        if event.payout_id is None:
            del document["payout_id"]
        return document

    def _replay(self, index: int, how: str) -> tuple[Row, Event] | None:
        """The same content, written in another way."""
        if not self.sent:
            return None
        document, event = self.sent[index % len(self.sent)]
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

    def _reuse(self, index: int, fields: set[str]) -> tuple[Row, Event] | None:
        """Another content under an id that has become effective."""
        effective = [event for _, event in self.sent if event.key in self.model.events]
        if not effective:
            return None
        event = effective[index % len(effective)]
        other: Row = {}
        if "amount" in fields:
            other["amount"] = event.amount - 1 if event.amount > 1 else 2
        if "fee" in fields:
            if event.event_type != "charge_succeeded":
                return None
            other["fee"] = event.fee + 1
        if "restaurant_id" in fields:
            names = self.place.restaurants
            other["restaurant_id"] = names[(names.index(event.restaurant_id) + 1) % len(names)]
        if "currency" in fields:
            other["currency"] = next(money for money in self.place.currencies if money != event.currency)
        if "occurred_at" in fields:
            other["occurred_at"] = event.occurred_at - timedelta(microseconds=1 + index % 2_000_000)
        if "metadata" in fields:
            other["metadata"] = json.dumps({"n": -1})
        changed = replace(event, **other)
        return self.document(self.for_database(changed)), changed

    def _payout_event(self, index: int, kind: str, when: Any, wrong: tuple[str, ...]) -> tuple[Row, Event] | None:
        payouts = list(self.model.payouts())
        if not payouts:
            return None
        restaurant_id, currency, payout = payouts[index % len(payouts)]
        _, event = self.new(kind, restaurant_id, currency, self.moment(when), payout.amount, 0)
        self.sent.pop()
        event = replace(event, payout_id=payout.payout_id)
        if "amount" in wrong:
            event = replace(event, amount=payout.amount % MAX_AMOUNT + 1)
        if "currency" in wrong:
            event = replace(event, currency=next(money for money in self.place.currencies if money != currency))
        if "restaurant_id" in wrong:
            names = self.place.restaurants
            event = replace(event, restaurant_id=names[(names.index(restaurant_id) + 1) % len(names)])
        return self.remember(self.document(self.for_database(event)), event)

    def for_database(self, event: Event) -> Event:
        return replace(event, payout_id=self.payout_ids[event.payout_id]) if event.payout_id else event

    def _invalid(self, who: int, money: int, when: Any, number: int, is_mended: bool) -> tuple[Row, str]:
        """A charge with one fault. A mended one may come later, as a replay."""
        change, code = INVALID[number]
        document, _ = self.new("charge_succeeded", self.place.restaurants[who], money, self.moment(when), 120, 0)
        if not is_mended:
            self.sent.pop()
        document = {name: value for name, value in (document | change).items() if value is not ...}
        if change.get("occurred_at") == "future":
            document["occurred_at"] = (self.now + timedelta(minutes=20)).isoformat()
        return document, code

    # -- doing and comparing -------------------------------------------------------------------

    def do(self, operation: Operation) -> None:
        kind = operation[0]
        if kind == "array":
            self.array(operation[1])
        elif kind == "run":
            self.run(*operation[1:])
        elif kind == "set":
            self.set(*operation[1:])
        elif kind == "refused":
            self.refused(*operation[1:])
        else:
            self.single(operation)
        self.compare()

    def told(self, event: Event | str) -> Answer:
        return self.model.refuse(event) if isinstance(event, str) else self.model.ingest(event)

    def single(self, operation: Operation) -> None:
        made = self.event(operation)
        if made is None:
            return
        document, event = made
        (row,) = self.place.rows("select * from api.ingest_event(%s::jsonb)", json.dumps(document))
        self.compare_answer(row, self.told(event), document)

    def array(self, members: list[Operation]) -> None:
        # An item may refer to one before it, so the model goes first.
        made = []
        for operation in members:
            item = self.event(operation)
            if item is not None:
                made.append((item[0], self.told(item[1])))
        documents = [document for document, _ in made]
        rows = self.place.rows("select * from api.ingest_events(%s::jsonb)", json.dumps(documents))
        assert [row.pop("item") for row in rows] == list(range(1, len(made) + 1))
        for row, (document, answer) in zip(rows, made, strict=True):
            self.compare_answer(row, answer, document)

    def compare_answer(self, row: Row, answer: Answer, document: Row) -> None:
        got = (row["status"], row["code"], row["entries"])
        assert got == (answer.status, answer.code, answer.entries), (row, document)
        assert (row["message"] is None) == (answer.code is None), row
        if answer.fields:
            assert set(row["details"]["fields"]) == answer.fields, row
        if answer.status in ("processed", "already_processed"):
            first = self.first_answers.setdefault(row["event_id"], row)
            assert row | {"status": ""} == first | {"status": ""}
            assert row["currency"] == document["currency"].upper()

    def run(self, money: int, as_of: Any, minimum: int, is_dry: bool) -> None:
        currency = self.place.currencies[money]
        day = self.day(as_of, currency)
        (row,) = self.place.rows("select * from api.run_payouts(%s, %s, %s, %s)", currency, day, minimum, is_dry)
        expected = self.model.run_payouts(currency, day, minimum, self.now, is_dry=is_dry)
        assert Run(row["payouts_created"], row["payouts_amount"], row["skipped"]) == expected, row
        assert row["restaurants_skipped"] == sum(expected.skipped.values())
        assert (row["currency"], row["as_of"], row["min_amount"]) == (currency, day, minimum)
        assert (row["is_dry_run"], row["run_id"] is None) == (is_dry, is_dry)
        self.runs += not is_dry

    def set(self, who: int, zone: str | None, hour: int | None, delay: int | None, is_paused: bool | None) -> None:
        name = self.place.restaurants[who]
        (row,) = self.place.rows(
            "select * from api.set_restaurant(%s, %s, %s, %s, %s)", name, zone, hour, delay, is_paused
        )
        expected = self.model.set_restaurant(
            name, timezone=zone, day_close_hour=hour, settlement_delay_days=delay, is_paused=is_paused
        )
        assert row["timezone"] == expected.timezone
        assert row["day_close_hour"] == expected.day_close_hour
        assert row["settlement_delay_days"] == expected.settlement_delay_days
        assert row["payouts_paused"] == expected.is_paused

    def refused(self, call: str, code: str) -> None:
        with pytest.raises(psycopg.Error) as raised:
            self.place.rows("select * from " + call.replace("{restaurant}", self.place.restaurants[0]))
        assert raised.value.diag.constraint_name == code

    def state(self) -> Row:
        (row,) = self.place.connection.execute(
            STATE,
            {"restaurants": sorted(self.model.restaurants), "currencies": sorted(self.place.currencies)},
        ).fetchall()
        return row

    def compare(self) -> None:
        state = self.state()
        assert state["rejections"] - self.kept["rejections"] == self.model.rejections
        assert state["runs"] - self.kept["runs"] == self.runs
        self.compare_payouts(state["payouts"])
        self.compare_entries(state["entries"])
        for row in state["balances"]:
            expected = self.model.balance(row["restaurant_id"], row["currency"], self.now)
            row["last_event_at"] = row["last_event_at"] and datetime.fromisoformat(row["last_event_at"])
            assert {name: row[name] for name in expected} == expected, row
        assert len(state["balances"]) == 2 * len(self.model.restaurants)

    def compare_payouts(self, rows: list[Row]) -> None:
        expected = {(r, c, p.as_of.isoformat()): p for r, c, p in self.model.payouts()}
        assert len(rows) == len(expected)
        for row in rows:
            payout = expected[row["restaurant_id"], row["currency"], row["as_of"]]
            assert self.payout_ids.setdefault(payout.payout_id, row["payout_id"]) == row["payout_id"]
            assert (row["amount"], row["status"]) == (payout.amount, payout.status)
            items = {item["item_type"]: item["amount"] for item in row["items"]}
            assert items == payout.items and len(row["items"]) == len(items)
            for name in ("paid_at", "failed_at", "canceled_at"):
                assert (row[name] and datetime.fromisoformat(row[name])) == getattr(payout, name)

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
                    "payout_id": self.payout_ids[entry.payout_id] if entry.payout_id else None,
                    "available_on": entry.available_on.isoformat(),
                    "settlement_day": entry.settlement_day.isoformat(),
                }
                assert {name: row[name] for name in expected} == expected
        assert found == {}


def avoid_the_turn_of_an_hour() -> None:
    """A day can begin there, in some zone: not between the database's clock and ours."""
    left = 900 - time.time() % 900
    if left < 5:
        time.sleep(left + 0.1)


@settings(PROFILE, max_examples=70)
@given(st.sampled_from(TURNS), st.lists(st.integers(0, 2**32), min_size=30, max_size=55))
def test_random_histories_agree_with_the_model(places: Places, turn: datetime, numbers: list[int]) -> None:
    avoid_the_turn_of_an_hour()
    history = History(next(places.unused), turn)
    for number in filter(None, numbers):  # 0, to which hypothesis shrinks, is no operation
        operation = Dice(number).operation()
        note(f"{operation}")
        history.do(operation)


def test_every_fault_and_every_refused_call_has_its_code(places: Places) -> None:
    history = History(next(places.unused), TURNS[0])
    history.do(("charge", 0, 0, ("ago", 60), 100, 5))
    for number in range(len(INVALID)):
        history.do(("invalid", 0, 0, ("ago", 60), number, False))
    history.do(("array", [("invalid", 0, 0, ("ago", 60), number, False) for number in range(len(INVALID))]))
    for call, code in REFUSED:
        history.do(("refused", call, code))


# Documents that are nearly good, for the quick look at them and the long one

GOOD: Row = {
    "event_id": "evt_1",
    "event_type": "charge_succeeded",
    "occurred_at": "2025-12-30T10:00:00Z",
    "restaurant_id": "res_001",
    "currency": "PEN",
    "amount": 12_000,
    "fee": 600,
    "provider": "default",
    "metadata": {},
}
CHARACTERS = '0123456789TZtz:-+. /,\n\t"\\]^!~Aa\u00e9\u0130\u017f\u212a\uff10\u0663\x7f\x01'
NUMBERS = [
    *("0", "1", "-1", "-0", "0.0", "1.0", "1.00", "1e3", "1.5e1", "1e-1", "10e-1", "0.5", "1e400", "1e-400"),
    *("120.0", "0e5", "9007199254740991", "9007199254740992", "9007199254740991.0", "9007199254740990.5"),
    *("9.007199254740991e15", "99999999999999999999"),
]
ODD = ["null", "true", "false", "[]", "{}", '""', "0", "[null]", '"12000"', '{"a": 1}']


MOMENT_PARTS = [
    ["2025", "2024", "1999", "2", "25", "205", "02025", "20250", "2900"],
    ["12", "01", "02", "1", "00", "13", "012", "-1", " 2"],
    ["30", "28", "01", "29", "3", "00", "31", "32", "030", "+1"],
    ["T", "T", "T", "t", " ", ":", ""],
    ["10", "23", "00", "1", "24", "010", "-0"],
    ["00", "59", "60", "0", "000", "-0"],
    ["00", "59", "60", "0", "000", "-0", "00.5"],
    ["Z", "Z", "Z", "z", "", "+00", "-05:00", "ZZ"],
]


def nearly_good(number: int) -> str:
    """The text of an event with one to three things changed: characters, digits, numbers, types, nesting."""
    chance = random.Random(number)
    document = {name: json.dumps(value) for name, value in GOOD.items()}
    for name in chance.choice([[], [], ["payment_id"], ["refund_id", "dispute_id"], ["available_on"], ["livemode"]]):
        named = chance.choice(['"x_1"', '"x_1"', '"2026-01-02"', "true", "false", '"x 1"', "7", f'"{"x" * 129}"', *ODD])
        if chance.random() < 0.5:
            document[name] = named
        else:
            document["metadata"] = f'{{"{name}": {named}}}'
    for _ in range(chance.randint(1, 3)):
        name = chance.choice(["occurred_at"] * 6 + list(GOOD))
        old = document.get(name, "1")
        change = chance.choice(["text"] * 4 + ["digits"] * 3 + ["odd", "wrap", "drop"])
        if change in ("text", "digits") and name in ("amount", "fee"):
            document[name] = chance.choice(NUMBERS)
        elif change == "digits" and name == "occurred_at":
            document[name] = json.dumps("{}-{}-{}{}{}:{}:{}{}".format(*map(chance.choice, MOMENT_PARTS)))
        elif change == "digits" and old.startswith('"'):
            document[name] = json.dumps("e" * chance.choice([1, 63, 64, 65, 128, 129]))
        elif change == "text" and old.startswith('"'):
            text = json.loads(old)
            start = chance.randint(0, len(text))
            put = "".join(chance.choices(CHARACTERS, k=chance.randint(0, 2)))
            document[name] = json.dumps(text[:start] + put + text[start + chance.randint(0, 2) :])
        elif change == "wrap":
            document[name] = chance.choice(["[%s]", "[[%s]]", '{"a": %s}', "[%s, 1]"]) % old
        elif change == "drop":
            document.pop(name, None)
        else:
            document[name] = chance.choice(ODD)
    text = "{" + ", ".join(f'"{name}": {value}' for name, value in document.items()) + "}"
    return chance.choice([text] * 20 + [f"[{text}]"])


LOOKS = """
select
    e.document::text as document,
    ledger.is_plain_event(e.document)
    and greatest(
        octet_length(e.document ->> 'event_id'), octet_length(e.document ->> 'provider'),
        octet_length(e.document ->> 'restaurant_id'), octet_length(e.document ->> 'payment_id'),
        octet_length(e.document #>> '{metadata,payment_id}')
    ) <= 64 as is_plain,
    ledger.find_event_fault(e.document, 'infinity') as fault,
    (ledger.read_event(e.document, '2200-01-01Z')).*
from unnest(%s::text[]::jsonb[]) as e (document)
"""


@settings(PROFILE, max_examples=40)
@given(st.lists(st.integers(0, 2**32), min_size=100, max_size=200))
def test_the_quick_look_lets_nothing_through_that_the_long_one_refuses(places: Places, numbers: list[int]) -> None:
    connection = places.databases[0] if places.databases else next(places.unused).connection
    documents = [nearly_good(number) for number in numbers]
    for row in connection.execute(LOOKS, (documents,)).fetchall():
        if row["is_plain"]:
            assert row["fault"] is None, row["document"]
        if row["fault"] is not None:
            assert row["event_id"] is None, row["document"]
        elif row["event_id"] is not None:  # else it lies after the year 2200
            assert None not in [row[name] for name in GOOD if name != "metadata"], row["document"]


def boundary_charge(place: Place, restaurant: int, number: int, amount: int) -> Row:
    return {
        "event_id": f"{place.prefix}_{number}",
        "event_type": "charge_succeeded",
        "occurred_at": "2025-12-30T10:00:00Z",
        "restaurant_id": place.restaurants[restaurant],
        "currency": place.currencies[0],
        "amount": amount,
    }


def test_a_payout_can_be_reported_whatever_the_balance_has_become(places: Places) -> None:
    place = next(places.unused)
    ingest = "select * from api.ingest_event(%s::jsonb)"
    place.rows(ingest, json.dumps(boundary_charge(place, 0, 1, 1_000)))
    place.rows("select * from api.run_payouts(%s, '2025-12-30')", place.currencies[0])
    place.rows(ingest, json.dumps(boundary_charge(place, 0, 2, MAX_AMOUNT)))
    (payout,) = place.rows("select * from api.list_payouts(%s)", place.restaurants[0])
    paid = boundary_charge(place, 0, 3, 1_000) | {"event_type": "payout_paid", "payout_id": payout["payout_id"]}
    (answer,) = place.rows(ingest, json.dumps(paid | {"occurred_at": "2025-12-31T10:00:00Z"}))
    assert (answer["status"], answer["entries"]) == ("processed", 1)


def test_one_account_at_its_limit_does_not_stop_a_run(places: Places) -> None:
    place = next(places.unused)
    for day, number in (("2025-12-30", 1), ("2025-12-31", 4)):
        for restaurant, amount in enumerate((MAX_AMOUNT, 100, 200)):
            document = boundary_charge(place, restaurant, number + restaurant, amount)
            place.rows("select * from api.ingest_event(%s::jsonb)", json.dumps(document))
        (run,) = place.rows("select * from api.run_payouts(%s, %s)", place.currencies[0], day)
    assert run["payouts_created"] >= 2
    balances = place.rows(
        "select b.available + b.reserved = b.total and b.reserved <= %s as is_sound"
        " from unnest(%s::text[]) as r cross join lateral api.get_balance(r, %s) as b",
        MAX_AMOUNT,
        place.restaurants,
        place.currencies[0],
    )
    assert all(balance["is_sound"] for balance in balances)


def test_no_integrity_check_finds_an_error_afterwards(places: Places) -> None:
    assert places.databases
    for connection in places.databases:
        checks = connection.execute("select * from api.check_integrity() where severity = 'error'").fetchall()
        assert checks and [check for check in checks if check["findings"]] == []
