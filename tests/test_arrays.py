"""An array answers and books exactly what its items, sent one after the other, would: of anything, of any size.

Two equal databases get the same histories: one as arrays, the other item by item.
"""

from __future__ import annotations

import itertools
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from tests.cluster import SETTINGS, cell_of_event
from tests.sessions import PATIENCE, Session, Sessions

Row = dict[str, Any]
Connect = Callable[..., psycopg.Connection[Any]]

settings.register_profile(
    "arrays",
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
PROFILE = settings.get_profile("arrays")

NOW = datetime.now(UTC).replace(microsecond=0)
MOST = 2**53 - 1
RESTAURANTS = ("a", "B", "a.1", "z:9")  # of these the second has settings of its own
MONEY = ("PEN", "USD")
NO_PAYOUT = "po_" + "0" * 32

# What makes a good document a bad one.
BAD_VALUES: dict[str, tuple[Any, ...]] = {
    "amount": (None, 0, -1, "12", 1.5, 120.0, True, [], {}, 2**53, 2**63, 10**30),
    "fee": (-1, "3", 0.5, False, {}, 2**53, 10**40),
    "currency": (None, "XQZ", "PE", "PENN", 604, [], "P3N", ""),
    "event_type": (None, "unheard_of", 5, "", "payout_paid", "adjustment_credited", []),
    "event_id": (None, "a b", "e" * 129, "evt_\u00e9", 7, "", {}),
    "restaurant_id": (None, "no good", "-x", "r" * 65, 3, "", [1]),
    "provider": ("", "p" * 65, 1, []),
    "occurred_at": (None, "2025-12-30", "2025-02-30T10:00:00Z", "infinity", 5, "", "now", []),
    "metadata": ([1], "x", 5, True),
}
FAULTS: tuple[Row, ...] = (
    *({name: value} for name, values in BAD_VALUES.items() for value in values),
    {"occurred_at": (NOW + timedelta(hours=2)).isoformat()},
    {"event_type": "refund_succeeded", "fee": 5},
    {"event_type": "payout_paid", "payout_id": NO_PAYOUT},
    {"event_type": "payout_failed", "metadata": {"payout_id": NO_PAYOUT}},
    {"event_type": "payout_paid", "payout_id": 7},
    {"event_type": "payout_failed", "payout_id": ""},
)

# Columns that hold a moment of the clock, or a number that a sequence gives.
VOLATILE = "'{created_at,received_at,recorded_at,last_entry_at,event_no,rejection_no,run_id,started_at,finished_at}'"
STATE = f"""
with mine as (select r.* from ledger.restaurants as r where r.restaurant_id = any(%(restaurants)s))
select
    (
        select jsonb_agg(to_jsonb(r) - {VOLATILE}::text[] order by r.restaurant_id collate "C")
        from mine as r
    ) as restaurants,
    (
        select jsonb_agg(to_jsonb(b) - {VOLATILE}::text[] order by b.restaurant_id collate "C", b.currency)
        from ledger.account_balances as b
        where b.restaurant_id = any(%(restaurants)s)
    ) as accounts,
    (
        select jsonb_agg(
            (to_jsonb(e) - {VOLATILE}::text[] || jsonb_build_object('event_id', v.event_id))
            - case when e.event_no is null then '{{occurred_at,business_day}}' else '{{}}' end::text[]
            order by e.restaurant_id collate "C", e.currency, e.entry_seq
        )
        from ledger.ledger_entries as e
        left join ledger.processor_events as v on e.restaurant_id = v.restaurant_id and e.event_no = v.event_no
        where e.restaurant_id = any(%(restaurants)s)
    ) as entries,
    (
        select jsonb_agg(
            to_jsonb(v) - {VOLATILE}::text[] || jsonb_build_object('subject_state', coalesce(v.subject_state, 'NEW'))
            order by v.provider collate "C", v.event_id collate "C", v.restaurant_id collate "C"
        )
        from ledger.processor_events as v
        where v.restaurant_id = any(%(restaurants)s)
    ) as events,
    (
        select jsonb_agg(to_jsonb(d) - {VOLATILE}::text[] order by d.restaurant_id, d.currency, d.available_on)
        from ledger.pending_days as d
        where d.restaurant_id = any(%(restaurants)s)
    ) as pending_days,
    (
        select jsonb_agg(
            to_jsonb(p) - {VOLATILE}::text[]
            || jsonb_build_object(
                'items',
                (select jsonb_agg(to_jsonb(i) order by i.item_type) from ledger.payout_items as i
                 where i.restaurant_id = p.restaurant_id and i.payout_id = p.payout_id)
            )
            order by p.restaurant_id collate "C", p.currency, p.as_of
        )
        from ledger.payouts as p
        where p.restaurant_id = any(%(restaurants)s)
    ) as payouts,
    (
        select jsonb_agg(to_jsonb(j) - {VOLATILE}::text[] order by j.rejection_no)
        from ledger.event_rejections as j
        where j.received_at > %(mark)s::timestamptz
    ) as rejections,
    (
        select jsonb_agg(to_jsonb(w) - '{{deferred_no,received_at,last_received_at}}'::text[] order by w.deferred_no)
        from ledger.deferred_events as w
        where w.restaurant_id = any(%(restaurants)s)
    ) as waiting,
    (
        select jsonb_agg(
            jsonb_build_object('event', v.event_id, 'about', a.event_id, 'payment', c.event_id, 'back', k.is_reversal)
            order by v.provider collate "C", v.event_id collate "C", v.restaurant_id collate "C"
        )
        from ledger.event_links as k
        inner join ledger.processor_events as v using (restaurant_id, event_no)
        left join ledger.processor_events as a
            on k.restaurant_id = a.restaurant_id and k.about_event_no = a.event_no
        left join ledger.processor_events as c
            on k.restaurant_id = c.restaurant_id and k.payment_event_no = c.event_no
        where k.restaurant_id = any(%(restaurants)s)
    ) as links,
    (
        select jsonb_agg(to_jsonb(b) order by b.restaurant_id collate "C", b.currency)
        from mine as r
        cross join unnest(%(currencies)s::text[]) as c
        cross join lateral api.get_balance(r.restaurant_id, c) as b
    ) as balances
"""


class Book:
    """One of the two databases, in which payouts have names that are the same in the other one."""

    def __init__(self, connect: Connect, url: str) -> None:
        self.app = connect(url, role="cuenta_app", row_factory=dict_row)
        self.admin = connect(url, row_factory=dict_row)
        self.names: dict[str, str] = {}  # payout_id -> name
        self.marks: Row = {}

    def single(self, document: Any) -> Row:
        (row,) = self.app.execute("select * from api.ingest_event(%s::jsonb)", (self.text(document),)).fetchall()
        return self.bare(row)

    def array(self, documents: Sequence[Any]) -> list[Row]:
        text = self.text(list(documents))
        rows = self.app.execute("select * from api.ingest_events(%s::jsonb)", (text,)).fetchall()
        assert [row.pop("item") for row in rows] == list(range(1, len(documents) + 1))
        return [self.bare(row) for row in rows]

    def bare(self, row: Row) -> Row:
        assert row["received_at"] is not None
        answer: Row = self.named({name: value for name, value in row.items() if name != "received_at"})
        return answer

    def pay(self, currency: str, as_of: date) -> Row:
        (row,) = self.app.execute("select * from api.run_payouts(%s, %s, 1)", (currency, as_of)).fetchall()
        for payout in self.admin.execute("select * from ledger.payouts where currency = %s", (currency,)).fetchall():
            self.names[payout["payout_id"]] = "payout.{restaurant_id}.{currency}.{as_of}".format_map(payout)
        return {name: row[name] for name in ("payouts_created", "payouts_amount", "restaurants_skipped", "skipped")}

    def text(self, document: Any) -> str:
        """As JSON, with this database's ids of payouts."""
        text = json.dumps(document)
        if "payout." in text:
            for payout_id, name in self.names.items():
                text = text.replace(f'"{name}"', f'"{payout_id}"')
        return text

    def named(self, value: Any) -> Any:
        text = json.dumps(value, default=str)
        if "po_" in text:
            for payout_id, name in self.names.items():
                text = text.replace(payout_id, name)
        return json.loads(text)

    def mark(self) -> str:
        """When the last rejection was made."""
        query = "select coalesce(max(received_at), 'epoch')::text as at from ledger.event_rejections"
        (row,) = self.admin.execute(query)
        return str(row["at"])

    def state(self, restaurants: Sequence[str], currencies: Sequence[str], mark: str) -> Row:
        arguments = {"restaurants": list(restaurants), "currencies": list(currencies), "mark": mark}
        (row,) = self.admin.execute(STATE, arguments).fetchall()
        state: Row = self.named(row)
        for name in ("rejections", "waiting"):  # each cell numbers its own
            state[name] = sorted(state[name] or [], key=lambda one: cell_of_event(one["payload"]))
        return state


class Twins:
    """The two databases, and currencies that no test has used yet."""

    def __init__(self, connect: Connect, create_database: Callable[..., str]) -> None:
        self.together = Book(connect, create_database())
        self.apart = Book(connect, create_database())
        self.numbers = itertools.count(1)

    @property
    def both(self) -> tuple[Book, Book]:
        return self.together, self.apart


@pytest.fixture(scope="module")
def twins(connect: Connect, create_database: Callable[..., str]) -> Twins:
    return Twins(connect, create_database)


class History:
    """What one example sends: documents are made from what was sent before, and are the same for both."""

    def __init__(self, twins: Twins, seed: int) -> None:
        self.twins = twins
        self.number = next(twins.numbers)
        self.random = random.Random(seed)
        self.restaurants = [f"{name}.{self.number}" for name in RESTAURANTS]
        self.named = {*self.restaurants, *(f"new.{self.number}.{n}" for n in range(4))}
        self.marks = [book.mark() for book in twins.both]
        self.sent: list[Row] = []
        self.statuses: set[str] = set()
        for book in twins.both:
            book.app.execute("select api.set_restaurant(%s, 'Europe/Madrid', 4, 3)", (self.restaurants[1],))

    # -- documents --------------------------------------------------------------------------

    def documents(self, kinds: Sequence[str]) -> list[Row]:
        return [getattr(self, kind)() for kind in kinds]

    def moment(self) -> str:
        back = self.random.choice([self.random.randint(-4, 60), self.random.randint(0, 9 * 24 * 60)])
        moment = NOW - timedelta(minutes=back)
        if back < 0:  # a little ahead is allowed
            moment = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)
        return moment.isoformat()

    def charge(self, **other: Any) -> Row:
        document: Row = {
            "event_id": f"e{self.number}.{len(self.sent)}",
            "event_type": "charge_succeeded",
            "occurred_at": self.moment(),
            "restaurant_id": self.random.choice(self.restaurants),
            "currency": self.random.choice(MONEY),
            "amount": self.random.randint(1, 900),
        }
        if self.random.random() < 0.7:
            document["fee"] = self.random.randint(0, 40)
        if self.random.random() < 0.2:
            document["metadata"] = {"reservation_id": f"r{len(self.sent)}", "n": 1.50}
        if self.random.random() < 0.1:
            document["provider"] = "other"
        document |= other
        self.sent.append(document)
        return document

    def refund(self) -> Row:
        document = self.charge(event_type="refund_succeeded")
        document.pop("fee", None)
        return document

    def life(self) -> Row:
        """About one of a few payments, refunds and disputes, in any order; seldom it does not fit the others."""
        kinds = {
            **{"charge_succeeded": 4, "refund_succeeded": 4, "refund_failed": 2, "dispute_opened": 3},
            **{"dispute_won": 2, "dispute_lost": 2, "fee_charged": 1, "fee_refunded": 1},
        }
        kind = self.random.choices(list(kinds), list(kinds.values()))[0]
        number = self.random.randint(0, 11)
        named: Row = {"payment_id": f"p{self.number}.{number % 6}"}
        amount, fee = 500 + number % 6, 0
        if kind.startswith("refund_"):
            amount = 60 + 20 * number
            named |= {"refund_id": f"re{self.number}.{number}"}
        elif kind.startswith("dispute_"):
            amount, fee = 80 + 30 * number, 15
            named |= {"dispute_id": f"d{self.number}.{number}"}
        elif kind.startswith("fee_"):
            amount = number + 1
        else:
            fee = 25
        if kind in ("refund_failed", "dispute_won", "dispute_lost"):
            del named["payment_id"]
        where = self.restaurants[number % 3] if self.random.random() < 0.9 else f"new.{self.number}.{number % 4}"
        document = self.charge(event_type=kind, amount=amount, restaurant_id=where, currency=MONEY[number % 6 == 5])
        document.pop("fee", None)
        document.pop("metadata", None)
        if fee and kind in ("charge_succeeded", "dispute_opened"):
            document["fee"] = fee
        document |= named if self.random.random() < 0.7 else {"metadata": named}
        twist = self.random.choice([""] * 12 + ["amount", "currency", "livemode", "available_on", "bad id"])
        if twist == "amount":
            document["amount"] += 1
        elif twist == "currency":
            document["currency"] = MONEY[number % 6 != 5]
        elif twist == "livemode":
            document["livemode"] = self.random.choice([False, True, "no"])
        elif twist == "available_on":
            document["available_on"] = (NOW + timedelta(days=self.random.randint(-20, 20))).date().isoformat()
        elif twist == "bad id":
            document["payment_id"] = self.random.choice(["", 7, "a b", "p" * 129])
        return document

    def newcomer(self) -> Row:
        return self.charge(restaurant_id=f"new.{self.number}.{self.random.randint(0, 3)}")

    def huge(self) -> Row:
        """An amount with which the account may or may not stay within its range."""
        amount = self.random.choice([MOST, MOST - 1, MOST - 900, MOST // 2, MOST // 2 + 1])
        kind = self.random.choice(["charge_succeeded", "charge_succeeded", "refund_succeeded"])
        document = self.charge(restaurant_id=self.restaurants[0], amount=amount, event_type=kind)
        if kind != "charge_succeeded":
            document.pop("fee", None)
        return document

    def dear(self) -> Row:
        """A fee that is larger than the amount."""
        return self.charge(amount=self.random.randint(1, 9), fee=self.random.choice([10, 500, MOST]))

    def again(self) -> Row:
        """The same event, perhaps in another notation."""
        document = dict(self.random.choice(self.sent)) if self.sent else self.charge()
        how = self.random.choice(["as it was", "lower", "unknown", "zone", "fee", "order"])
        if how == "lower" and isinstance(document.get("currency"), str):
            document["currency"] = document["currency"].lower()
        elif how == "unknown":
            document["attempt"] = self.random.randint(1, 9)
        elif how == "zone" and str(document.get("occurred_at")).endswith("+00:00"):
            moment = datetime.fromisoformat(document["occurred_at"]) - timedelta(hours=5)
            document["occurred_at"] = moment.replace(tzinfo=None).isoformat() + "-05:00"
        elif how == "fee" and not document.get("fee") and document.get("event_type") == "charge_succeeded":
            document["fee"] = 0
        elif how == "order":
            document = dict(reversed(document.items()))
        return document

    def reuse(self) -> Row:
        """The id of an event with other content."""
        document = self.again()
        for field in self.random.sample(["amount", "restaurant_id", "currency", "occurred_at", "metadata", "type"], 1):
            if field == "type":
                document["event_type"] = "refund_succeeded"
                document.pop("fee", None)
            else:
                document[field] = {
                    "amount": 1000,
                    "restaurant_id": self.random.choice(sorted(self.named)),
                    "currency": self.random.choice(MONEY),
                    "occurred_at": (NOW - timedelta(days=30)).isoformat(),
                    "metadata": {"other": True},
                }[field]
        return document

    def invalid(self) -> Row:
        """Not valid: under an id of its own, that of another event, or one that is mended later."""
        fault = self.random.choice(FAULTS)
        document = self.charge()
        if self.random.random() < 0.5 or "event_id" in fault:
            self.sent.pop()  # else `again` sends the good one later
        elif self.random.random() < 0.3:
            document["event_id"] = self.again().get("event_id")
        if self.random.random() < 0.2:
            document["restaurant_id"] = f"new.{self.number}.{self.random.randint(0, 3)}"
        document = document | fault
        return {name: value for name, value in document.items() if value is not None or self.random.random() < 0.5}

    def payout(self) -> Row:
        """A report about a payout, right or wrong; a charge while there is none."""
        found = self.twins.together.admin.execute(
            "select * from ledger.payouts where restaurant_id = any(%s) order by restaurant_id, currency, as_of",
            (self.restaurants,),
        ).fetchall()
        if not found:
            return self.charge()
        payout = self.random.choice(found[-6:])
        document: Row = {
            "event_id": f"e{self.number}.{len(self.sent)}",
            "event_type": self.random.choice(
                [*["payout_paid"] * 3, *["payout_failed"] * 2, "payout_canceled", "payout_fee_charged"]
            ),
            "occurred_at": (NOW - timedelta(hours=self.random.choice([0, 1, 1, 2, 30]))).isoformat(),
            "restaurant_id": payout["restaurant_id"],
            "currency": payout["currency"],
            "amount": payout["amount"],
        }
        name = self.twins.together.names[payout["payout_id"]]
        document |= self.random.choice([{"payout_id": name}, {"metadata": {"payout_id": name}}])
        fault = self.random.choice(["", "", "", "", "amount", "currency", "restaurant_id"])
        if fault:
            wrong = {"amount": payout["amount"] + 1, "currency": "EUR", "restaurant_id": self.restaurants[3]}
            document[fault] = wrong[fault]
        self.sent.append(document)
        return document

    # -- sending and comparing --------------------------------------------------------------

    def send(self, documents: Sequence[Row]) -> list[Row]:
        answers = self.twins.together.array(documents)
        for document, answer in zip(documents, answers, strict=True):
            single = self.twins.apart.single(document)
            assert (document, answer) == (document, single)
        self.statuses |= {str(answer["status"]) for answer in answers}
        return answers

    def pay(self, days_back: int) -> None:
        day = (NOW - timedelta(days=days_back)).date()
        for currency in MONEY:
            together, apart = (book.pay(currency, day) for book in self.twins.both)
            assert together == apart

    def compare(self) -> Row:
        together, apart = (
            book.state(sorted(self.named), MONEY, mark) for book, mark in zip(self.twins.both, self.marks, strict=True)
        )
        for name in together:
            for one, other in zip(together[name] or [], apart[name] or [], strict=False):
                assert one == other, name
            assert together[name] == apart[name], name
        return together


KINDS = ["charge"] * 6 + ["refund"] * 3 + ["newcomer"] * 2 + ["again", "again", "reuse", "invalid", "invalid"]
KINDS += ["huge", "dear", "payout", "payout", *["life"] * 14]
LIVES = ["life"] * 9 + ["again", "payout"]
ORDINARY = ["charge"] * 9 + ["refund"] * 3 + ["newcomer"]


@settings(PROFILE, max_examples=40)
@given(
    st.integers(0, 2**32),
    st.lists(st.lists(st.sampled_from(KINDS), min_size=1, max_size=14), min_size=1, max_size=4),
)
def test_an_array_answers_and_books_what_its_items_one_by_one_would(
    twins: Twins, seed: int, arrays: list[list[str]]
) -> None:
    history = History(twins, seed)
    for step, kinds in enumerate(arrays):
        documents = history.documents(kinds)
        note(json.dumps(documents))
        history.send(documents)
        history.compare()
        if history.random.random() < 0.5:
            history.pay(5 - step)
            history.compare()


@pytest.mark.parametrize("mix", ["ordinary", "lives", "anything"])
def test_long_arrays_answer_and_book_what_their_items_one_by_one_would(twins: Twins, mix: str) -> None:
    history = History(twins, 7)
    for days_back in (4, 2, 1):
        kinds = {"ordinary": ORDINARY, "lives": LIVES, "anything": KINDS}[mix]
        history.send(history.documents(history.random.choices(kinds, k=300)))
        history.pay(days_back)
    state = history.compare()
    assert state["payouts"] and state["entries"] and state["pending_days"] and state["accounts"]
    if mix == "anything":
        assert history.statuses == {"processed", "already_processed", "conflict", "rejected", "deferred"}
        assert state["rejections"]
    elif mix == "lives":
        assert history.statuses >= {"processed", "already_processed", "rejected", "deferred"}
        assert state["links"] and state["waiting"]
    else:
        assert history.statuses <= {"processed", "rejected"}


@pytest.mark.parametrize("fault", range(len(FAULTS)))
def test_an_item_of_each_fault_is_answered_alike_and_stops_no_other(twins: Twins, fault: int) -> None:
    history = History(twins, fault)
    before, bad, after = (history.charge() for _ in range(3))
    answers = history.send([before, bad | FAULTS[fault], after, bad])
    assert [answer["status"] for answer in answers[::2]] == ["processed", "processed"]
    assert (answers[1]["status"], answers[1]["entries"]) == ("rejected", 0)
    assert answers[1]["code"] and answers[1]["message"]
    assert answers[3]["status"] == "processed"
    history.compare()


def test_what_is_no_object_is_refused_in_its_place(twins: Twins) -> None:
    history = History(twins, 1)
    good = [history.charge() for _ in range(3)]
    odd = [None, 5, "text", [], [good[0]], True]
    mixed = [good[0], *odd[:3], good[1], *odd[3:], good[2]]
    answers = twins.together.array(mixed)
    for document, answer in zip(mixed, answers, strict=True):
        expected = ("processed", None) if isinstance(document, dict) else ("rejected", "EVENT_NOT_OBJECT")
        assert (answer["status"], answer["code"]) == expected
    for document in good:
        assert twins.apart.single(document)["status"] == "processed"
    state = [book.state(history.restaurants, MONEY, "infinity") for book in twins.both]
    assert state[0] == state[1]


def test_an_empty_array_has_no_answers(twins: Twins) -> None:
    assert twins.together.array([]) == []


def test_an_account_at_its_limit_takes_what_fits_in_the_order_of_the_array(twins: Twins) -> None:
    history = History(twins, 2)
    shared = {"restaurant_id": history.restaurants[0], "currency": "PEN", "occurred_at": NOW.isoformat(), "fee": 0}
    amounts = [MOST - 10, 11, 10, 1, -5, 6, 5, -MOST, -MOST, -1, 1]
    documents = []
    for amount in amounts:
        document = history.charge(**shared, amount=abs(amount))
        document.pop("metadata", None)
        if amount < 0:
            document["event_type"] = "refund_succeeded"
        documents.append(document)
    answers = history.send(documents)
    balance, expected = 0, []
    for amount in amounts:
        fits = abs(balance + amount) <= MOST
        balance += amount if fits else 0
        expected.append("processed" if fits else "rejected")
    assert [answer["status"] for answer in answers] == expected
    assert {answer["code"] for answer in answers} == {None, "BALANCE_OUT_OF_RANGE"}
    state = history.compare()
    assert state["accounts"][0]["balance"] == balance


def test_one_transaction_of_singles_and_arrays_books_what_one_array_would(twins: Twins) -> None:
    history = History(twins, 3)
    documents = history.documents(history.random.choices(KINDS, k=80))
    answers = twins.together.array(documents)
    with twins.apart.app.transaction():
        others = [twins.apart.single(document) for document in documents[:30]]
        others += twins.apart.array(documents[30:60])
        others += [answer for document in documents[60:] for answer in twins.apart.array([document])]
    assert answers == others
    history.compare()


def test_an_array_that_is_rolled_back_leaves_nothing(twins: Twins) -> None:
    history = History(twins, 4)
    documents = history.documents(history.random.choices(KINDS, k=80))
    before = history.compare()
    with pytest.raises(ZeroDivisionError), twins.together.app.transaction():
        first = twins.together.array(documents)
        raise ZeroDivisionError
    assert twins.together.state(sorted(history.named), MONEY, history.marks[0]) == before
    assert history.send(documents) == first
    history.compare()


def test_no_integrity_check_finds_an_error_afterwards(twins: Twins) -> None:
    for book in twins.both:
        checks = book.admin.execute("select * from api.check_integrity() where severity = 'error'").fetchall()
        assert checks and [check for check in checks if check["findings"]] == []


# Many

MANY = """
    select jsonb_agg(jsonb_build_object(
        'event_id', format('%%s.%%s', %(prefix)s::text, n),
        'event_type', 'charge_succeeded',
        'occurred_at', %(moment)s::text,
        'restaurant_id', format('%%s.%%s', %(prefix)s::text, n %% %(restaurants)s),
        'currency', 'PEN', 'amount', 100
    ))::text as events
    from generate_series(%(start)s::integer, %(start)s::integer + %(count)s::integer - 1) as n
"""
COUNTED = """
    select
        count(*) as items,
        count(*) filter (where a.status = 'processed') as processed,
        sum(a.entries)::bigint as entries
    from api.ingest_events(%s::jsonb) as a
"""
BOOKED = """
    select
        (select count(*) from ledger.processor_events where restaurant_id like %(like)s) as events,
        (select count(*) from ledger.ledger_entries where restaurant_id like %(like)s) as entries,
        (select sum(balance)::bigint from ledger.account_balances where restaurant_id like %(like)s) as balance,
        (
            select count(*)
            from ledger.account_balances as b
            where b.restaurant_id like %(like)s
            and b.last_entry_seq <> (
                select count(*)
                from ledger.ledger_entries as e
                where e.restaurant_id = b.restaurant_id and e.currency = b.currency
            )
        ) as accounts_with_gaps
"""


@pytest.fixture
def crowd(create_database: Callable[..., str]) -> Iterator[Sessions]:
    """Sessions in a database of its own, on a server with PostgreSQL's own limits."""
    crowd = Sessions(create_database())
    changed = crowd.admin.rows(
        "select name, setting from pg_settings where setting <> boot_val and name = any(%s) and name <> all(%s)",
        ["max_connections", "max_locks_per_transaction", "max_pred_locks_per_transaction", "work_mem"],
        list(SETTINGS),
    )
    assert changed == []
    yield crowd
    crowd.close()


def many(crowd: Sessions, prefix: str, start: int, count: int, restaurants: int) -> str:
    moment = (NOW - timedelta(days=3)).isoformat()
    arguments = {"prefix": prefix, "start": start, "count": count, "restaurants": restaurants, "moment": moment}
    row = crowd.admin.connection.execute(MANY, arguments).fetchone()
    assert row is not None
    return str(row["events"])


def booked(crowd: Sessions, like: str) -> tuple[Any, ...]:
    row = crowd.admin.connection.execute(BOOKED, {"like": like}).fetchone()
    assert row is not None
    return tuple(row.values())


def counted(session: Session, events: str) -> tuple[Any, ...]:
    return tuple(session.row(COUNTED, events).values())


def test_one_transaction_posts_100_000_events(crowd: Sessions) -> None:
    writer = crowd.open()
    writer.begin()
    for start in range(0, 100_000, 10_000):
        assert counted(writer, many(crowd, "many", start, 10_000, 1_000)) == (10_000, 10_000, 10_000)
    writer.commit()
    assert booked(crowd, "many.%") == (100_000, 100_000, 10_000_000, 0)


@pytest.mark.parametrize("accounts", ["of their own", "shared"])
def test_three_arrays_of_10_000_at_once(crowd: Sessions, accounts: str) -> None:
    name = f"three.{accounts[0]}"
    prefixes = [f"{name}.{number}" for number in range(3)]
    texts = [many(crowd, prefix, 0, 10_000, 500) for prefix in prefixes]
    if accounts == "shared":
        field = '"restaurant_id": "'
        texts = [text.replace(field + own, field + name) for text, own in zip(texts, prefixes, strict=True)]
    all_posted = threading.Barrier(3)

    def post(session: Session, text: str) -> tuple[Any, ...]:
        session.begin()
        row = counted(session, text)
        if accounts == "of their own":  # the three hold what they hold at the same moment
            all_posted.wait(PATIENCE)
        session.commit()
        return row

    answers = crowd.at_once(
        [partial(post, session, text) for session, text in zip(crowd.several(3), texts, strict=True)]
    )
    assert answers == [(10_000, 10_000, 10_000)] * 3
    assert booked(crowd, f"{name}.%") == (30_000, 30_000, 3_000_000, 0)


def test_an_array_of_one_restaurant_is_not_quadratic(crowd: Sessions) -> None:
    """How much it costs beside one of many restaurants is for the benchmark."""
    writer = crowd.open()
    took: dict[int, float] = {}
    for number, restaurants in enumerate((1_000, 1, 1_000, 1)):
        events = many(crowd, f"cost{number}", 0, 4_000, restaurants)
        started = time.monotonic()
        assert counted(writer, events) == (4_000, 4_000, 4_000)
        took[restaurants] = min(took.get(restaurants, 1e9), time.monotonic() - started)
    assert took[1] < 3 * took[1_000], took
