"""What becomes of a payout: every order in which its reports may come in, alone and in arrays."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.sessions import AS_OF, NOW, Event, Row, Sessions, charge, make_payout, new_id, payout_event

Told = tuple[str, int]  # what is reported, and at which minute

# The reports in the order of their arrival; the answers, the last state, the entries after the reserve.
STORIES: dict[str, tuple[Sequence[Told], Sequence[str | int], str, Sequence[str]]] = {
    "paid": ([("paid", 5)], [1], "PAID", ["PAYOUT_RELEASE"]),
    "failed": ([("failed", 5)], [1], "FAILED", ["PAYOUT_FAILURE"]),
    "paid twice": ([("paid", 5), ("paid", 6)], [1, "NO_EFFECT"], "PAID", ["PAYOUT_RELEASE"]),
    "paid, then an earlier paid": ([("paid", 5), ("paid", 4)], [1, "NO_EFFECT"], "PAID", ["PAYOUT_RELEASE"]),
    "failed twice": ([("failed", 5), ("failed", 6)], [1, "NO_EFFECT"], "FAILED", ["PAYOUT_FAILURE"]),
    "failed, then an earlier failed": ([("failed", 5), ("failed", 4)], [1, "NO_EFFECT"], "FAILED", ["PAYOUT_FAILURE"]),
    "sent back": ([("paid", 5), ("failed", 6)], [1, 1], "FAILED", ["PAYOUT_RELEASE", "PAYOUT_RETURN"]),
    "an overtaken failure": ([("paid", 5), ("failed", 4)], [1, "NO_EFFECT"], "PAID", ["PAYOUT_RELEASE"]),
    "an overtaken payment": ([("failed", 6), ("paid", 5)], [1, "NO_EFFECT"], "FAILED", ["PAYOUT_FAILURE"]),
    "paid after it had failed": (
        [("failed", 5), ("paid", 6)],
        [1, "PAYOUT_STATE_CONFLICT"],
        "FAILED",
        ["PAYOUT_FAILURE"],
    ),
    "one instant, paid first": ([("paid", 5), ("failed", 5)], [1, 1], "FAILED", ["PAYOUT_RELEASE", "PAYOUT_RETURN"]),
    "one instant, failed first": ([("failed", 5), ("paid", 5)], [1, "NO_EFFECT"], "FAILED", ["PAYOUT_FAILURE"]),
    "sent back, then paid again": (
        [("paid", 5), ("failed", 6), ("paid", 7)],
        [1, 1, "PAYOUT_STATE_CONFLICT"],
        "FAILED",
        ["PAYOUT_RELEASE", "PAYOUT_RETURN"],
    ),
    "sent back, then the old payment once more": (
        [("paid", 5), ("failed", 6), ("paid", 5)],
        [1, 1, "NO_EFFECT"],
        "FAILED",
        ["PAYOUT_RELEASE", "PAYOUT_RETURN"],
    ),
    "sent back, then a payment of that instant": (
        [("paid", 5), ("failed", 6), ("paid", 6)],
        [1, 1, "NO_EFFECT"],
        "FAILED",
        ["PAYOUT_RELEASE", "PAYOUT_RETURN"],
    ),
}


def reports(payout: Row, told: Sequence[Told]) -> list[Event]:
    return [
        payout_event(
            payout, f"payout_{kind}", occurred_at=(NOW - timedelta(hours=2) + timedelta(minutes=at)).isoformat()
        )
        for kind, at in told
    ]


def outcome(sessions: Sessions, payout: Row) -> tuple[str, list[str]]:
    """The payout's state, and its entries after the one that reserved it."""
    status = sessions.admin.row("select * from api.get_payout(%s)", payout["payout_id"])["status"]
    entries = [e["entry_type"] for e in sessions.entries(payout["restaurant_id"]) if e["payout_id"]]
    assert entries[0] == "PAYOUT_RESERVE"
    return status, entries[1:]


@pytest.mark.parametrize("how", ["single", "array", "one array"])
@pytest.mark.parametrize("story", STORIES)
def test_reports_in_this_order(sessions: Sessions, currency: str, story: str, how: str) -> None:
    told, expected, status, entries = STORIES[story]
    restaurant = new_id("res")
    payout = make_payout(sessions, restaurant, currency)
    session = sessions.open()
    events = reports(payout, told)
    if how == "one array":
        answers = session.ingest_all(events)
    else:
        ingest = session.ingest if how == "single" else session.ingest_as_array
        answers = [ingest(event) for event in events]
    assert [answer["code"] or answer["entries"] for answer in answers] == expected
    for answer in answers:
        is_refused = answer["code"] == "PAYOUT_STATE_CONFLICT"
        assert answer["status"] == ("rejected" if is_refused else "processed")
        assert answer["entries"] == (answer["code"] is None)
    assert outcome(sessions, payout) == (status, entries)
    balance = sessions.admin.balance(restaurant, currency)
    left = {"PAID": 0, "FAILED": 950}[status]
    assert (balance["available"], balance["reserved"], balance["total"]) == (left, 0, left)
    # Told again, each gets its first answer, and nothing moves; what was refused is evaluated once more.
    again = [session.ingest(event) for event in events]
    for first, second in zip(answers, again, strict=True):
        assert second["status"] == ("rejected" if first["status"] == "rejected" else "already_processed")
        assert (second["code"], second["entries"]) == (first["code"], first["entries"])
    assert outcome(sessions, payout) == (status, entries)


def test_the_end_depends_on_what_was_told_and_not_on_the_order_of_arrival(sessions: Sessions, currency: str) -> None:
    """But for a payment that is said to have come after a failure: that one is a person's to decide."""
    told = [("paid", 5), ("failed", 5), ("paid", 4), ("failed", 6), ("paid", 6), ("failed", 3)]
    for number, length in enumerate((2, 3)):
        for some in itertools.combinations(told, length):
            ends = set()
            orders = list(itertools.permutations(some))
            restaurants = [new_id("res") for _ in orders]
            sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
            as_of = AS_OF - timedelta(days=number)
            sessions.admin.pay(currency, as_of)
            for order, restaurant in zip(orders, restaurants, strict=True):
                payout = sessions.admin.row("select * from api.list_payouts(%s, %s)", restaurant, currency)
                answers = sessions.admin.ingest_all(reports(payout, order))
                assert {a["code"] for a in answers} <= {None, "NO_EFFECT", "PAYOUT_STATE_CONFLICT"}
                ends.add(outcome(sessions, payout)[0])
            last_failed = max((at for kind, at in some if kind == "failed"), default=-1)
            last_paid = max((at for kind, at in some if kind == "paid"), default=-1)
            if last_paid <= last_failed:
                assert ends == {"FAILED"}, some
            elif last_failed < 0:
                assert ends == {"PAID"}, some


@pytest.mark.parametrize("fault", ["amount", "currency", "restaurant_id", "payout_id"])
def test_a_report_that_does_not_fit_its_payout_is_rejected(
    sessions: Sessions, currency: str, other_currency: str, fault: str
) -> None:
    payout = make_payout(sessions, new_id("res"), currency)
    stranger = new_id("res")
    sessions.admin.ingest(charge(stranger, currency))
    wrong = {
        "amount": payout["amount"] - 1,
        "currency": other_currency,
        "restaurant_id": stranger,
        "payout_id": "po_" + "0" * 32,
    }[fault]
    session = sessions.open()
    before = sessions.entries(payout["restaurant_id"])
    for kind in ("payout_paid", "payout_failed"):
        event = payout_event(payout, kind, **{fault: wrong})
        for answer in (session.ingest(event), session.ingest_as_array(event)):
            assert answer["status"] == "rejected"
            assert answer["code"] == ("PAYOUT_NOT_FOUND" if fault == "payout_id" else "PAYOUT_MISMATCH")
        # The same id, mended, is not taken.
    assert sessions.entries(payout["restaurant_id"]) == before
    mended = payout_event(payout, "payout_paid", event_id=event["event_id"])
    assert session.ingest(mended)["entries"] == 1


def test_a_report_of_no_effect_takes_its_id(sessions: Sessions, currency: str) -> None:
    payout = make_payout(sessions, new_id("res"), currency)
    session = sessions.open()
    paid, late = reports(payout, [("paid", 5), ("paid", 6)])
    session.ingest(paid)
    assert session.ingest(late)["code"] == "NO_EFFECT"
    reused = charge(payout["restaurant_id"], currency, event_id=late["event_id"])
    for ingest in (session.ingest, session.ingest_as_array):
        answer = ingest(reused)
        assert (answer["status"], answer["code"]) == ("conflict", "EVENT_ID_REUSED")
    told = session.row("select * from api.get_event(%s)", late["event_id"])
    assert (told["status"], told["entries"]) == ("processed", [])


def test_money_that_came_back_is_an_item_of_the_next_payout(sessions: Sessions, currency: str) -> None:
    session = sessions.open()
    for kinds, item in ((("failed",), "payout_failures"), (("paid", "failed"), "payout_returns")):
        restaurant = new_id("res")
        payout = make_payout(sessions, restaurant, currency)
        yesterday = (NOW - timedelta(days=1)).isoformat()
        for kind in kinds:
            session.ingest(payout_event(payout, f"payout_{kind}", occurred_at=yesterday))
        assert session.balance(restaurant, currency)["available"] == 950
        session.pay(currency, NOW.date() - timedelta(days=1))
        again = session.row("select * from api.list_payouts(%s, %s) limit 1", restaurant, currency)
        found = session.row("select * from api.get_payout(%s)", again["payout_id"])
        assert (found["amount"], found["status"]) == (950, "CREATED")
        assert {i["item_type"]: i["amount"] for i in found["items"]} == {item: 950}


def test_a_payout_has_the_id_that_its_restaurant_currency_and_day_give(
    connect: Callable[..., psycopg.Connection[Any]], create_database: Callable[..., str]
) -> None:
    """So that a database restored to before the run makes the same payouts again."""
    event = {
        "event_id": "evt_1",
        "event_type": "charge_succeeded",
        "occurred_at": "2025-12-30T10:00:00Z",
        "restaurant_id": "res_001",
        "currency": "PEN",
        "amount": 1000,
    }
    ids = []
    for _ in range(2):
        with connect(create_database(), row_factory=dict_row, role="cuenta_app") as connection:
            connection.execute("select api.ingest_event(%s::jsonb)", (json.dumps(event),))
            connection.execute("select * from api.run_payouts('PEN', '2025-12-30')")
            ids += [row["payout_id"] for row in connection.execute("select * from api.list_payouts()")]
    assert len(ids) == 2 and ids[0] == ids[1]
