"""An array gives exactly what its items give one after the other."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.cluster import cell_of_event, neighbor

Row = dict[str, Any]
Connection = psycopg.Connection[Row]
Connect = Callable[..., Connection]

NOW = datetime.now(UTC).replace(microsecond=0)
RESTAURANTS = ["res_1", "RES_2", "a.1", "A-1", "z:9", "b_3"]
CURRENCIES = ["PEN", "USD", "JPY"]
NUMBERS = itertools.count()
TWIN_STATE = """
select
    (
        select jsonb_agg(to_jsonb(r) - 'created_at' order by r.restaurant_id collate "C")
        from ledger.restaurants as r
    ) as restaurants,
    (
        select jsonb_agg(to_jsonb(b) - 'last_entry_at' order by b.restaurant_id collate "C", b.currency)
        from ledger.account_balances as b
    ) as balances,
    (
        select jsonb_agg(
            to_jsonb(e) - '{recorded_at,event_no,business_day}'::text[] || jsonb_build_object('event_id', v.event_id)
            || case when e.event_no is null then '{"occurred_at": null}' else '{}'::jsonb end
            order by e.restaurant_id collate "C", e.currency, e.entry_seq
        )
        from ledger.ledger_entries as e
        left join ledger.processor_events as v on e.restaurant_id = v.restaurant_id and e.event_no = v.event_no
    ) as entries,
    (
        select jsonb_agg(
            to_jsonb(v) - '{received_at,event_no}'::text[]
            order by v.provider, v.event_id collate "C", v.restaurant_id collate "C"
        )
        from ledger.processor_events as v
    ) as events,
    (
        select jsonb_agg(to_jsonb(j) - '{received_at,rejection_no}'::text[] order by j.rejection_no)
        from ledger.event_rejections as j
    ) as rejections,
    (
        select jsonb_agg(
            to_jsonb(p) - '{created_at,run_id}'::text[]
            order by p.restaurant_id collate "C", p.currency, p.as_of
        )
        from ledger.payouts as p
    ) as payouts
"""


class Book:
    """One database, in which payouts have names that are the same in every other one."""

    def __init__(self, connect: Connect, url: str) -> None:
        self.connection = connect(url, role="cuenta_app", row_factory=dict_row)
        self.admin = connect(url, row_factory=dict_row)
        self.names: dict[str, str] = {}  # payout_id -> name

    def rows(self, query: str, *args: Any) -> list[Row]:
        return self.connection.execute(query, args).fetchall()

    def ingest(self, document: Any) -> Row:
        (row,) = self.rows("select * from api.ingest_event(%s::jsonb)", self.text(document))
        return row

    def ingest_all(self, documents: Sequence[Any]) -> list[Row]:
        rows = self.rows("select * from api.ingest_events(%s::jsonb)", self.text(list(documents)))
        assert [row.pop("item") for row in rows] == list(range(1, len(documents) + 1))
        return rows

    def pay(self, currency: str, as_of: date) -> Row:
        (row,) = self.rows("select * from api.run_payouts(%s, %s, 1)", currency, as_of)
        for payout in self.rows("select * from api.list_payouts(null, null, null, 500)"):
            name = f"payout {payout['restaurant_id']} {payout['currency']} {payout['as_of']}"
            self.names[payout["payout_id"]] = name
        del row["run_id"], row["message"]
        return row

    def text(self, document: Any) -> str:
        """As JSON, with this database's ids of payouts."""
        text = json.dumps(document)
        for payout_id, name in self.names.items():
            text = text.replace(name, payout_id)
        return text

    def named(self, value: Any) -> Any:
        """Without times, and with names for the ids of payouts."""
        text = json.dumps(value, default=str)
        for payout_id, name in self.names.items():
            text = text.replace(payout_id, name)
        return json.loads(text)

    def state(self) -> Row:
        (row,) = self.admin.execute(TWIN_STATE).fetchall()
        state: Row = self.named(row)
        # Each cell numbers its own.
        state["rejections"] = sorted(state["rejections"] or [], key=lambda one: cell_of_event(one["payload"]))
        return state


class Twins:
    """Two equal databases: one gets arrays, the other the items of each array one by one."""

    def __init__(self, connect: Connect, create_database: Callable[..., str]) -> None:
        self.together = Book(connect, create_database())
        self.apart = Book(connect, create_database())

    def send(self, documents: Sequence[Any]) -> list[Row]:
        together = self.together.ingest_all(documents)
        apart = [self.apart.ingest(document) for document in documents]
        for rows in (together, apart):
            times = [row["received_at"] for row in rows]
            assert None not in times
        answers = [self.bare(self.together, row) for row in together]
        for answer, single, document in zip(answers, apart, documents, strict=True):
            assert answer == self.bare(self.apart, single), document
        return answers

    @staticmethod
    def bare(book: Book, row: Row) -> Row:
        answer: Row = book.named({name: value for name, value in row.items() if name != "received_at"})
        return answer

    def pay(self, currency: str, as_of: date) -> int:
        together, apart = self.together.pay(currency, as_of), self.apart.pay(currency, as_of)
        assert together == apart
        return int(together["payouts_created"])

    def compare(self) -> Row:
        together, apart = self.together.state(), self.apart.state()
        for name in together:
            assert together[name] == apart[name], name
        return together


@pytest.fixture(scope="module")
def twins(connect: Connect, create_database: Callable[..., str]) -> Twins:
    return Twins(connect, create_database)


@pytest.fixture(scope="module")
def book(connect: Connect, create_database: Callable[..., str]) -> Book:
    return Book(connect, create_database())


@pytest.fixture
def name() -> str:
    """What the ids of a test begin with: the tests share their databases."""
    return f"t{next(NUMBERS)}"


class Sender:
    """Makes random documents, of which many are not new."""

    def __init__(self, seed: int, twins: Twins) -> None:
        self.random = random.Random(seed)
        self.twins = twins
        self.prefix = f"evt_{seed}"
        self.restaurants = [f"{name}.{seed}" for name in RESTAURANTS]
        self.sent: list[Row] = []

    def documents(self, count: int) -> list[Row]:
        makers = [self.money] * 5 + [self.again] * 2 + [self.reused, self.invalid] + [self.payout] * 3
        return [self.random.choice(makers)() for _ in range(count)]

    def money(self) -> Row:
        back = timedelta(minutes=self.random.randint(0, 7 * 24 * 60))
        document: Row = {
            "event_id": f"{self.prefix}_{len(self.sent)}",
            "event_type": self.random.choice(["charge_succeeded"] * 3 + ["refund_succeeded"]),
            "occurred_at": (NOW - back).isoformat(),
            "restaurant_id": self.random.choice(self.restaurants),
            "currency": self.random.choice(CURRENCIES),
            "amount": self.random.randint(1, 900),
        }
        if document["event_type"] == "charge_succeeded" and self.random.random() < 0.7:
            document["fee"] = self.random.randint(0, 40)
        if self.random.random() < 0.3:
            document["metadata"] = {"payment_id": f"pay_{len(self.sent)}"}
        if self.random.random() < 0.1:
            document["provider"] = "other"
        self.sent.append(document)
        return document

    def again(self) -> Row:
        return dict(self.random.choice(self.sent or [self.money()]), attempt=2)

    def reused(self) -> Row:
        document = self.again()
        field = self.random.choice(["amount", "restaurant_id", "currency", "occurred_at", "metadata"])
        document[field] = {
            "amount": 1000,
            "restaurant_id": self.random.choice([*self.restaurants, "never_seen"]),
            "currency": self.random.choice(CURRENCIES),
            "occurred_at": (NOW - timedelta(days=8)).isoformat(),
            "metadata": {"other": True},
        }[field]
        return document

    def invalid(self) -> Row:
        document = self.money()
        self.sent.pop()
        document["event_id"] += f"_bad_{self.random.randint(0, 10**9)}"
        field, value = self.random.choice(
            [
                ("amount", 0),
                ("amount", "12"),
                ("fee", -1),
                ("currency", "XQZ"),
                ("event_type", "unheard_of"),
                ("restaurant_id", "not good"),
                ("restaurant_id", None),
                ("event_id", None),
                ("occurred_at", "2025-12-30"),
                ("metadata", []),
            ]
        )
        document[field] = value
        if self.random.random() < 0.5:
            document["restaurant_id"] = f"{self.prefix}_only_refused_{len(self.sent)}"
        return document

    def payout(self) -> Row:
        book = self.twins.together
        found = book.rows(
            "select * from api.list_payouts(null, null, null, 500) as p order by p.as_of, p.restaurant_id, p.currency"
        )
        if not found:
            return self.money()
        payout = self.random.choice(found)
        document = {
            "event_id": f"{self.prefix}_{len(self.sent)}",
            "event_type": self.random.choice(["payout_paid", "payout_failed"]),
            "occurred_at": (NOW - timedelta(minutes=self.random.randint(0, 24 * 60))).isoformat(),
            "restaurant_id": payout["restaurant_id"],
            "currency": payout["currency"],
            "amount": payout["amount"] + self.random.choice([0, 0, 0, 0, 1]),
        }
        name = book.names[payout["payout_id"]]
        document |= self.random.choice([{"payout_id": name}, {"metadata": {"payout_id": name}}])
        self.sent.append(document)
        return document


def charge(name: str, number: int, **other: Any) -> Row:
    return {
        "event_id": f"{name}_evt_{number}",
        "event_type": "charge_succeeded",
        "occurred_at": (NOW - timedelta(days=3)).isoformat(),
        "restaurant_id": f"{name}_res_{number % 7}",
        "currency": "PEN",
        "amount": 100 + number,
        "fee": 5,
    } | other


def entries_of(state: Row, name: str) -> list[Row]:
    return [entry for entry in state["entries"] or [] if entry["restaurant_id"].startswith(f"{name}_")]


@pytest.mark.parametrize("seed", range(3))
def test_random_arrays_answer_and_post_what_their_items_would(twins: Twins, seed: int) -> None:
    sender = Sender(seed, twins)
    chance = random.Random(seed)
    answers: list[Row] = []
    paid = 0
    for days_back in range(6, 0, -1):
        for _ in range(3):
            answers += twins.send(sender.documents(chance.randint(1, 40)))
        for currency in CURRENCIES:
            paid += twins.pay(currency, (NOW - timedelta(days=days_back)).date())
        twins.compare()
    state = twins.compare()
    statuses = {"processed", "already_processed", "conflict", "rejected", "deferred"}
    assert {row["status"] for row in answers} == statuses
    mine = [entry for entry in state["entries"] if entry["restaurant_id"] in sender.restaurants]
    # Which payouts the days of today give, the hour of the day has a say in.
    assert paid >= 3 and any(entry["payout_id"] for entry in mine)
    for book in (twins.together, twins.apart):
        assert book.rows("select * from api.check_integrity() where severity = 'error' and findings > 0") == []


@pytest.mark.parametrize("order", ["forward", "backward", "shuffled"])
def test_the_order_of_an_array_is_the_order_of_its_effects(twins: Twins, name: str, order: str) -> None:
    documents = [charge(name, number) for number in range(20)]
    other = neighbor(f"{name}_res_0", f"{name}_res_5")
    documents += [charge(name, 3, amount=1), charge(name, 4), charge(name, 5, restaurant_id=other)]
    if order == "backward":
        documents.reverse()
    elif order == "shuffled":
        random.Random(1).shuffle(documents)
    answers = twins.send(documents)
    first: dict[str, Row] = {}
    for document, answer in zip(documents, answers, strict=True):
        known = first.setdefault(document["event_id"], document)
        expected = "processed" if known is document else "already_processed" if known == document else "conflict"
        assert (document, answer["status"]) == (document, expected)
    entries = entries_of(twins.compare(), name)
    posted = [entry["event_id"] for entry in entries if entry["restaurant_id"] == f"{name}_res_0"]
    effective = [key for key, document in first.items() if document["restaurant_id"] == f"{name}_res_0"]
    assert posted[::2] == posted[1::2] == effective


def test_a_replayed_array_repeats_its_answers_and_posts_nothing(twins: Twins, name: str) -> None:
    documents = [charge(name, number) for number in range(30)]
    first = twins.send(documents)
    before = twins.compare()
    again = twins.send(documents)
    assert {row["status"] for row in again} == {"already_processed"}
    assert [row | {"status": "processed"} for row in again] == first
    assert twins.compare() == before


def test_a_partly_known_array_posts_the_rest(twins: Twins, name: str) -> None:
    documents = [charge(name, number) for number in range(30)]
    twins.send(documents[::3])
    answers = twins.send(documents)
    assert [row["status"] for row in answers] == [
        "processed" if number % 3 else "already_processed" for number in range(30)
    ]
    assert len(entries_of(twins.compare(), name)) == 60


def test_an_array_mends_what_an_earlier_item_got_wrong(twins: Twins, name: str) -> None:
    wrong, right = charge(name, 1, amount=-1), charge(name, 1)
    answers = twins.send([wrong, right, wrong, right])
    assert [row["status"] for row in answers] == ["rejected", "processed", answers[2]["status"], "already_processed"]
    assert answers[2]["status"] in ("conflict", "rejected")
    assert len(entries_of(twins.compare(), name)) == 2


def test_a_payout_is_paid_and_returned_inside_one_array(twins: Twins, name: str) -> None:
    day = (NOW - timedelta(days=1)).date()
    twins.send([charge(name, 1, currency="CLP")])
    assert twins.pay("CLP", day) == 1
    payout_id = f"payout {name}_res_1 CLP {day}"
    paid = charge(name, 8, event_type="payout_paid", currency="CLP", amount=96, payout_id=payout_id)
    del paid["fee"]
    failed = paid | {"event_id": f"{name}_3", "event_type": "payout_failed", "occurred_at": NOW.isoformat()}
    stale = failed | {"event_id": f"{name}_4", "occurred_at": (NOW - timedelta(days=9)).isoformat()}
    late = paid | {"event_id": f"{name}_5"}
    answers = twins.send([paid, stale, failed, late, paid])
    assert [(row["status"], row["code"], row["entries"]) for row in answers] == [
        ("processed", None, 1),
        ("processed", "NO_EFFECT", 0),
        ("processed", None, 1),
        ("processed", "NO_EFFECT", 0),
        ("already_processed", None, 1),
    ]
    kinds = [entry["entry_type"] for entry in entries_of(twins.compare(), name)]
    assert kinds == ["CHARGE", "FEE", "PAYOUT_RESERVE", "PAYOUT_RELEASE", "PAYOUT_RETURN"]


def test_items_that_are_no_objects_are_rejected_and_the_others_posted(book: Book) -> None:
    strange: list[Any] = [None, 7, "event", [], [charge("strange", 1)], True]
    rows = book.ingest_all([*strange, charge("strange", 2)])
    assert [(row["status"], row["code"]) for row in rows] == [
        *[("rejected", "EVENT_NOT_OBJECT")] * len(strange),
        ("processed", None),
    ]
    kept = book.admin.execute(
        "select payload from ledger.event_rejections where code = 'EVENT_NOT_OBJECT' order by rejection_no"
    ).fetchall()
    assert [row["payload"] for row in kept] == strange


def test_an_empty_array_answers_no_row(book: Book) -> None:
    before = book.state()
    assert book.ingest_all([]) == []
    assert book.state() == before


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ([charge("surplus", number) for number in range(10_001)], "EVENTS_TOO_MANY"),
        (charge("single", 1), "EVENTS_NOT_ARRAY"),
        ("text", "EVENTS_NOT_ARRAY"),
        (None, "EVENTS_NOT_ARRAY"),
    ],
    ids=["10001 items", "object", "text", "JSON null"],
)
def test_what_is_no_array_or_too_long_is_refused_and_changes_nothing(book: Book, document: Any, code: str) -> None:
    before = book.state()
    with pytest.raises(psycopg.Error) as raised:
        book.rows("select * from api.ingest_events(%s::jsonb)", json.dumps(document))
    assert raised.value.diag.constraint_name == code
    assert (raised.value.diag.sqlstate or "")[:2] == "LB"
    assert book.state() == before


def test_10000_items_are_taken(book: Book, name: str) -> None:
    documents = [charge(name, number, restaurant_id=f"many_{number % 400}") for number in range(10_000)]
    rows = book.ingest_all(documents)
    assert [row["event_id"] for row in rows] == [document["event_id"] for document in documents]
    assert {(row["status"], row["entries"]) for row in rows} == {("processed", 2)}
    assert {row["status"] for row in book.ingest_all(documents)} == {"already_processed"}
    (sums,) = book.rows(
        "select sum(b.total)::bigint as total from generate_series(0, 399) as n"
        " cross join lateral api.get_balance('many_' || n, 'PEN') as b"
    )
    assert sums["total"] == sum(document["amount"] - 5 for document in documents)
    assert book.rows("select * from api.check_integrity() where severity = 'error' and findings > 0") == []
