"""The life of the money, told as a payments team would: what is said, and what is owed, held and paid after it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from flask.testing import FlaskClient

import app as service
from db.pool import Pool
from tests.sessions import AS_OF, NOW, Event, Row, Sessions, new_id

FOUR_DAYS_AGO = NOW - timedelta(days=4)


class Story:
    """One restaurant and one currency, told about in the order of the hours."""

    def __init__(self, sessions: Sessions, currency: str) -> None:
        self.sessions = sessions
        self.processor = sessions.open()
        self.people = sessions.open(role="cuenta_operator")
        self.restaurant = new_id("res")
        self.currency = currency
        self.hours = 0
        self.processor.rows("select * from api.set_restaurant(%s)", self.restaurant)

    def event(self, kind: str, amount: int, **other: Any) -> Event:
        """An hour later than the one before, and four days ago."""
        self.hours += 1
        event = {
            "event_id": new_id(),
            "event_type": kind,
            "occurred_at": (FOUR_DAYS_AGO + timedelta(hours=self.hours)).isoformat(),
            "restaurant_id": self.restaurant,
            "currency": self.currency,
            "amount": amount,
        }
        return event | other

    def tell(self, kind: str, amount: int, **other: Any) -> Row:
        return self.processor.ingest(self.event(kind, amount, **other))

    def told(self, kind: str, amount: int, **other: Any) -> Row:
        answer = self.tell(kind, amount, **other)
        assert (answer["status"], answer["code"]) == ("processed", None), answer
        return answer

    def refused(self, kind: str, amount: int, **other: Any) -> Row:
        """Why, with the details."""
        answer = self.tell(kind, amount, **other)
        assert answer["status"] == "rejected", answer
        assert answer["entries"] == 0
        return {"code": answer["code"], **(answer["details"] or {})}

    def pay(self, days_ago: int = 2) -> Row:
        """The restaurant's payout of a run."""
        today = datetime.now(ZoneInfo("America/Lima")).date()  # the platform's zone; before UTC's for some hours
        as_of = min(AS_OF + timedelta(days=2 - days_ago), today)
        self.processor.pay(self.currency, as_of)
        return self.processor.row(
            "select p.* from api.list_payouts(%s, %s, p_as_of => %s) as l cross join api.get_payout(l.payout_id) as p",
            self.restaurant,
            self.currency,
            as_of,
        )

    def outcome(self, payout: Row, kind: str, **other: Any) -> Row:
        return self.told(kind, payout["amount"], payout_id=payout["payout_id"], **other)

    def person(self, call: str, *args: Any) -> Row:
        """A function for people, with a reason, a reference and an actor."""
        return self.people.row(f"select * from api.{call}", *args)

    def hold(self, amount: int, reference: str | None = None) -> Row:
        arguments = (self.restaurant, self.currency, amount, "a doubt", reference or new_id("hold"), "ana")
        return self.person("hold_funds(%s, %s, %s, %s, %s, %s)", *arguments)

    def release(self, hold_id: str, amount: int, reference: str | None = None) -> Row:
        arguments = (hold_id, amount, "all is well", reference or new_id("release"), "ana")
        return self.person("release_hold(%s, %s, %s, %s, %s)", *arguments)

    def adjust(self, amount: int, reference: str | None = None, reason: str = "a correction") -> Row:
        arguments = (self.restaurant, self.currency, amount, reason, reference or new_id("adjustment"), "ana")
        return self.person("post_adjustment(%s, %s, %s, %s, %s, %s)", *arguments)

    def write_off(self, amount: int, reference: str | None = None) -> Row:
        arguments = (self.restaurant, self.currency, amount, "it has closed", reference or new_id("off"), "ana")
        return self.person("write_off_debt(%s, %s, %s, %s, %s, %s)", *arguments)

    def reverse(self, event_id: str, reference: str | None = None, provider: str = "default") -> Row:
        arguments = (event_id, "a mistake", reference or new_id("reversal"), provider, "ana")
        return self.person("reverse_event(%s, %s, %s, %s, %s)", *arguments)

    def money(self) -> tuple[int, int, int]:
        """Available, reserved and held."""
        balance = self.processor.balance(self.restaurant, self.currency)
        assert balance["total"] == sum(balance[name] for name in ("available", "pending", "reserved", "held"))
        return balance["available"], balance["reserved"], balance["held"]

    def entry_types(self) -> list[str]:
        return [entry["entry_type"] for entry in self.sessions.entries(self.restaurant)]

    def waiting(self) -> int:
        count = self.sessions.admin.value(
            "select count(*) from ledger.deferred_events where restaurant_id = %s", self.restaurant
        )
        return int(count)


@pytest.fixture
def story(sessions: Sessions, currency: str) -> Story:
    return Story(sessions, currency)


def items(payout: Row) -> dict[str, int]:
    assert payout["amount"] == sum(item["amount"] for item in payout["items"])
    return {item["item_type"]: item["amount"] for item in payout["items"]}


# The cases that must hold


def test_a_full_refund_leaves_the_fee_as_a_debt_that_the_next_run_takes(story: Story) -> None:
    story.told("charge_succeeded", 10000, fee=300, payment_id="p1")
    story.told("refund_succeeded", 10000, payment_id="p1", refund_id="r1")
    assert story.money() == (-300, 0, 0)
    story.told("charge_succeeded", 5000, fee=150, payment_id="p2")
    payout = story.pay()
    assert payout["amount"] == 4550
    assert items(payout) == {"gross_sales": 15000, "fees": -450, "refunds": -10000}


def test_a_refund_while_a_payout_is_under_way_is_a_debt(story: Story) -> None:
    story.told("charge_succeeded", 10000, fee=300, payment_id="p1")
    payout = story.pay()
    assert (payout["amount"], payout["status"]) == (9700, "CREATED")
    story.told("refund_succeeded", 2000, payment_id="p1")
    assert story.money() == (-2000, 9700, 0)
    story.outcome(payout, "payout_paid")
    assert story.money() == (-2000, 0, 0)


def test_a_payout_that_the_bank_sends_back_is_an_item_of_the_next_one(story: Story) -> None:
    story.told("charge_succeeded", 10000, fee=300)
    payout = story.pay()
    story.outcome(payout, "payout_paid")
    assert story.money() == (0, 0, 0)
    story.outcome(payout, "payout_failed")
    assert story.money() == (9700, 0, 0)
    again = story.pay(days_ago=1)
    assert (again["amount"], items(again)) == (9700, {"payout_returns": 9700})


@pytest.mark.parametrize(
    ("reports", "money", "entries"),
    [
        ([], (-1800, 0, 10000), []),
        (["dispute_won"], (8200, 0, 0), ["DISPUTE_WON"]),
        (["dispute_lost"], (-1800, 0, 0), ["DISPUTE_LOST"]),
        (["dispute_lost", "dispute_won"], (8200, 0, 0), ["DISPUTE_LOST", "DISPUTE_REINSTATED"]),
    ],
)
def test_a_dispute_holds_its_money_until_it_is_decided(
    story: Story, reports: list[str], money: tuple[int, int, int], entries: list[str]
) -> None:
    story.told("charge_succeeded", 10000, fee=300, payment_id="p1")
    story.told("dispute_opened", 10000, fee=1500, payment_id="p1", dispute_id="d1")
    assert story.money() == (-1800, 0, 10000)
    for report in reports:
        story.told(report, 10000, dispute_id="d1")
    assert story.money() == money
    assert story.entry_types() == ["CHARGE", "FEE", "DISPUTE", "DISPUTE_FEE", *entries]


def test_refunds_never_exceed_their_payment(story: Story) -> None:
    story.told("charge_succeeded", 10000, payment_id="p1")
    story.told("refund_succeeded", 6000, payment_id="p1")
    story.told("refund_succeeded", 4000, payment_id="p1")
    refusal = story.refused("refund_succeeded", 1, payment_id="p1")
    assert (refusal["code"], refusal["left"]) == ("AMOUNT_EXCEEDS_PAYMENT", 0)
    assert story.money() == (0, 0, 0)


def test_a_refund_before_its_charge_waits_and_is_posted_with_it(story: Story) -> None:
    refund = story.event("refund_succeeded", 4000, payment_id="p1", refund_id="r1")
    answer = story.processor.ingest(refund)
    assert (answer["status"], answer["code"], answer["entries"]) == ("deferred", "WAITS_FOR_PAYMENT", 0)
    assert story.money() == (0, 0, 0)
    assert story.processor.ingest(refund)["status"] == "deferred"
    assert story.waiting() == 1
    story.told("charge_succeeded", 10000, payment_id="p1")
    assert story.money() == (6000, 0, 0)
    assert story.entry_types() == ["CHARGE", "REFUND"]
    assert story.waiting() == 0
    assert story.processor.ingest(refund)["status"] == "already_processed"


def test_a_hold_is_not_paid_and_can_be_released_in_parts(story: Story) -> None:
    story.told("charge_succeeded", 10000, fee=300)
    hold = story.hold(4000, "hold_1:" + story.restaurant)
    assert hold["status"] == "processed"
    assert story.money() == (5700, 0, 4000)
    payout = story.pay()
    assert payout["amount"] == 5700
    assert story.money() == (0, 5700, 4000)
    assert story.release(hold["event_id"], 1500)["status"] == "processed"
    assert story.money() == (1500, 5700, 2500)
    more = story.release(hold["event_id"], 2501)
    assert (more["status"], more["code"], more["details"]["left"]) == ("rejected", "AMOUNT_EXCEEDS_HOLD", 2500)


@pytest.fixture
def client(database: str, sessions: Sessions) -> Iterator[FlaskClient]:
    application = service.create_app(Pool(database))
    yield application.test_client()
    application.extensions["pool"].close()


def test_over_http_what_waits_is_answered_202_also_when_it_is_sent_again(story: Story, client: FlaskClient) -> None:
    refund = story.event("refund_succeeded", 4000, metadata={"payment_id": "p1"}, refund_id="r1")
    balance = f"/v1/restaurants/{story.restaurant}/balance?currency={story.currency}"
    for _ in range(2):
        response = client.post("/v1/processor/events", json=refund)
        assert response.status_code == 202
        assert (response.json or {})["status"] == "deferred"
        answer = client.get(balance)
        assert (answer.status_code, (answer.json or {})["total"]) == (200, 0)
    charge = story.event("charge_succeeded", 10000, metadata={"payment_id": "p1"})
    assert client.post("/v1/processor/events", json=charge).status_code == 201
    assert (client.get(balance).json or {})["total"] == 6000
    assert client.post("/v1/processor/events", json=refund).status_code == 200


# Payments


def test_a_payment_told_under_two_ids_is_charged_once(story: Story) -> None:
    first = story.told("charge_succeeded", 10000, fee=300, payment_id="p1")
    again = story.tell("charge_succeeded", 10000, fee=300, payment_id="p1", metadata={"from": "the poller"})
    assert (again["status"], again["details"]["event_id"]) == ("already_processed", first["event_id"])
    assert story.entry_types() == ["CHARGE", "FEE"]
    assert story.sessions.rejections(again["event_id"]) == []


@pytest.mark.parametrize(
    ("other", "fields"),
    [({"amount": 9999}, {"amount"}), ({"fee": 0}, {"fee"}), ({"amount": 9999, "fee": 1}, {"amount", "fee"})],
)
def test_a_payment_told_again_with_other_content_is_a_conflict(story: Story, other: Row, fields: set[str]) -> None:
    first = story.told("charge_succeeded", 10000, fee=300, payment_id="p1")
    event = story.event("charge_succeeded", 10000, fee=300, payment_id="p1") | other
    answer = story.processor.ingest(event)
    assert (answer["status"], answer["code"]) == ("conflict", "SUBJECT_REUSED")
    assert (answer["details"]["event_id"], set(answer["details"]["fields"])) == (first["event_id"], fields)
    assert [r["status"] for r in story.sessions.rejections(event["event_id"])] == ["conflict"]
    assert story.money() == (9700, 0, 0)


def test_a_payment_told_again_in_another_currency_is_a_conflict(story: Story, other_currency: str) -> None:
    story.told("charge_succeeded", 10000, payment_id="p1")
    answer = story.tell("charge_succeeded", 10000, payment_id="p1", currency=other_currency)
    assert (answer["status"], answer["details"]["fields"]) == ("conflict", ["currency"])


def test_the_same_payment_id_of_another_provider_or_restaurant_is_another_payment(
    story: Story, sessions: Sessions
) -> None:
    story.told("charge_succeeded", 10000, payment_id="p1")
    story.told("charge_succeeded", 500, payment_id="p1", provider="adyen")
    other = Story(sessions, story.currency)
    other.told("charge_succeeded", 700, payment_id="p1")
    assert (story.money(), other.money()) == ((10500, 0, 0), (700, 0, 0))
    assert story.refused("refund_succeeded", 501, payment_id="p1", provider="adyen")["left"] == 500


def test_refunds_and_disputes_share_what_is_left_of_a_payment(story: Story) -> None:
    story.told("charge_succeeded", 10000, payment_id="p1")
    story.told("dispute_opened", 7000, payment_id="p1", dispute_id="d1")
    assert story.refused("refund_succeeded", 3001, payment_id="p1")["left"] == 3000
    story.told("refund_succeeded", 3000, payment_id="p1", refund_id="r1")
    assert story.refused("dispute_opened", 1, payment_id="p1", dispute_id="d2")["left"] == 0
    story.told("dispute_lost", 7000, dispute_id="d1")
    assert story.refused("refund_succeeded", 1, payment_id="p1")["left"] == 0
    story.told("refund_failed", 3000, refund_id="r1")
    story.told("refund_succeeded", 2000, payment_id="p1")
    story.told("dispute_won", 7000, dispute_id="d1")
    assert story.refused("refund_succeeded", 8001, payment_id="p1")["left"] == 8000
    assert story.money() == (8000, 0, 0)


def test_a_dispute_of_a_payment_that_was_refunded_is_refused(story: Story) -> None:
    story.told("charge_succeeded", 10000, payment_id="p1")
    story.told("refund_succeeded", 10000, payment_id="p1")
    assert story.refused("dispute_opened", 10000, fee=1500, payment_id="p1", dispute_id="d1")["left"] == 0
    assert story.money() == (0, 0, 0)


def test_a_refund_in_another_currency_is_refused_by_name(story: Story, other_currency: str) -> None:
    story.told("charge_succeeded", 10000, payment_id="p1")
    refusal = story.refused("refund_succeeded", 100, payment_id="p1", currency=other_currency)
    assert (refusal["code"], refusal["payment_currency"]) == ("PAYMENT_MISMATCH", story.currency)


def test_a_refund_in_another_currency_that_came_first_is_refused_when_it_is_told_again(
    story: Story, other_currency: str
) -> None:
    refund = story.event("refund_succeeded", 100, payment_id="p1", currency=other_currency)
    assert story.processor.ingest(refund)["status"] == "deferred"
    story.told("charge_succeeded", 10000, payment_id="p1")
    assert story.money() == (10000, 0, 0)
    again = story.processor.ingest(refund)
    assert (again["status"], again["code"], story.waiting()) == ("rejected", "PAYMENT_MISMATCH", 0)


def test_a_refund_told_under_two_ids_is_made_once(story: Story) -> None:
    story.told("charge_succeeded", 10000, payment_id="p1")
    first = story.told("refund_succeeded", 4000, payment_id="p1", refund_id="r1")
    again = story.tell("refund_succeeded", 4000, payment_id="p1", refund_id="r1")
    assert (again["status"], again["details"]["event_id"]) == ("already_processed", first["event_id"])
    other = story.tell("refund_succeeded", 3999, payment_id="p1", refund_id="r1")
    assert (other["status"], other["details"]["fields"]) == ("conflict", ["amount"])
    assert story.money() == (6000, 0, 0)


def test_without_a_payment_id_everything_is_as_it_was(story: Story) -> None:
    story.told("charge_succeeded", 1000, fee=50)
    story.told("charge_succeeded", 1000, fee=50)
    story.told("refund_succeeded", 5000)
    assert story.money() == (-3100, 0, 0)


def test_a_payment_of_another_restaurant_is_unknown_here(story: Story, sessions: Sessions) -> None:
    other = Story(sessions, story.currency)
    other.told("charge_succeeded", 10000, payment_id="p1")
    assert story.tell("refund_succeeded", 100, payment_id="p1")["status"] == "deferred"
    assert (story.money(), other.money()) == ((0, 0, 0), (10000, 0, 0))


# What waits


def test_what_waits_is_posted_in_the_order_in_which_it_happened(story: Story) -> None:
    first, second, third = (story.event("refund_succeeded", 6000, payment_id="p1") for _ in range(3))
    fee = story.event("fee_charged", 10, payment_id="p1")
    for event in (fee, third, second, first):
        assert story.processor.ingest(event)["status"] == "deferred"
    charge = story.event("charge_succeeded", 12000, payment_id="p1", occurred_at=FOUR_DAYS_AGO.isoformat())
    assert story.processor.ingest(charge)["status"] == "processed"
    assert story.entry_types() == ["CHARGE", "REFUND", "REFUND", "FEE"]
    assert [r["code"] for r in story.sessions.rejections(third["event_id"])] == ["AMOUNT_EXCEEDS_PAYMENT"]
    assert story.processor.ingest(first)["status"] == "already_processed"
    assert (story.waiting(), story.money()) == (0, (-10, 0, 0))


def test_what_waits_for_what_waits_is_posted_too(story: Story) -> None:
    charge = story.event("charge_succeeded", 10000, payment_id="p1")
    refund = story.event("refund_succeeded", 4000, payment_id="p1", refund_id="r1")
    failed = story.event("refund_failed", 4000, refund_id="r1")
    dispute = story.event("dispute_opened", 10000, fee=1500, payment_id="p1", dispute_id="d1")
    lost = story.event("dispute_lost", 10000, dispute_id="d1")
    won = story.event("dispute_won", 10000, dispute_id="d1")
    waits = [story.processor.ingest(event)["code"] for event in (won, lost, failed, dispute, refund)]
    assert waits == [*["WAITS_FOR_DISPUTE"] * 2, "WAITS_FOR_REFUND", *["WAITS_FOR_PAYMENT"] * 2]
    assert story.processor.ingest(charge)["status"] == "processed"
    assert story.entry_types() == [
        *("CHARGE", "REFUND", "REFUND_FAILURE", "DISPUTE", "DISPUTE_FEE", "DISPUTE_LOST", "DISPUTE_REINSTATED"),
    ]
    assert (story.waiting(), story.money()) == (0, (8500, 0, 0))


def test_an_id_that_waits_cannot_be_used_for_something_else(story: Story) -> None:
    refund = story.event("refund_succeeded", 4000, payment_id="p1")
    story.processor.ingest(refund)
    answer = story.processor.ingest(refund | {"amount": 4001})
    assert (answer["status"], answer["code"], answer["details"]["fields"]) == (
        "conflict",
        "EVENT_ID_REUSED",
        ["amount"],
    )
    other = new_id("res", near=story.restaurant)
    story.processor.rows("select * from api.set_restaurant(%s)", other)
    answer = story.processor.ingest(refund | {"restaurant_id": other})
    assert (answer["status"], answer["code"]) == ("conflict", "EVENT_ID_REUSED")
    answer = story.processor.ingest(story.event("charge_succeeded", 70, event_id=refund["event_id"]))
    assert (answer["status"], answer["code"]) == ("conflict", "EVENT_ID_REUSED")  # though it could be posted
    story.told("charge_succeeded", 10000, payment_id="p1")
    assert story.money() == (6000, 0, 0)


def test_a_refund_that_waits_under_two_ids_is_made_once(story: Story) -> None:
    events = [story.event("refund_succeeded", 4000, payment_id="p1", refund_id="r1") for _ in range(2)]
    for event in events:
        assert story.processor.ingest(event)["status"] == "deferred"
    story.told("charge_succeeded", 10000, payment_id="p1")
    assert (story.entry_types(), story.waiting()) == (["CHARGE", "REFUND"], 0)
    assert [story.processor.ingest(event)["status"] for event in events] == ["already_processed"] * 2


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_whole_life_in_one_array_in_both_orders(story: Story, is_reversed: bool) -> None:
    events = [
        story.event("charge_succeeded", 10000, fee=300, payment_id="p1"),
        story.event("refund_succeeded", 1000, payment_id="p1", refund_id="r1"),
        story.event("refund_failed", 1000, refund_id="r1"),
        story.event("dispute_opened", 10000, fee=1500, payment_id="p1", dispute_id="d1"),
        story.event("dispute_lost", 10000, dispute_id="d1"),
        story.event("dispute_won", 10000, dispute_id="d1"),
        story.event("fee_charged", 20, payment_id="p1"),
        story.event("fee_refunded", 300, payment_id="p1"),
    ]
    sent = events[::-1] if is_reversed else events
    answers = story.processor.ingest_all(sent)
    assert (
        [answer["status"] for answer in answers] == (["deferred"] * 7 + ["processed"])
        if is_reversed
        else ["processed"] * 8
    )
    assert story.entry_types() == [
        *("CHARGE", "FEE", "REFUND", "REFUND_FAILURE", "DISPUTE", "DISPUTE_FEE", "DISPUTE_LOST", "DISPUTE_REINSTATED"),
        *("FEE", "FEE_REFUND"),
    ]
    assert (story.waiting(), story.money()) == (0, (8480, 0, 0))


# Disputes


def test_a_dispute_told_under_two_ids_is_opened_once(story: Story) -> None:
    first = story.told("dispute_opened", 5000, fee=1500, dispute_id="d1")
    again = story.tell("dispute_opened", 5000, fee=1500, dispute_id="d1")
    assert (again["status"], again["details"]["event_id"]) == ("already_processed", first["event_id"])
    other = story.tell("dispute_opened", 5000, fee=1400, dispute_id="d1")
    assert (other["status"], other["details"]["fields"]) == ("conflict", ["fee"])
    assert story.money() == (-6500, 0, 5000)


@pytest.mark.parametrize("order", [("dispute_won", "dispute_lost"), ("dispute_lost", "dispute_won")])
def test_of_two_reports_of_one_instant_the_win_counts(story: Story, order: tuple[str, str]) -> None:
    story.told("dispute_opened", 5000, fee=1500, dispute_id="d1")
    moment = {"occurred_at": (NOW - timedelta(hours=5)).isoformat()}
    for kind in order:
        assert story.tell(kind, 5000, dispute_id="d1", **moment)["status"] == "processed"
    assert story.money() == (-1500, 0, 0)


def test_a_report_that_a_later_one_has_overtaken_does_nothing(story: Story) -> None:
    story.told("dispute_opened", 5000, dispute_id="d1")
    lost = story.event("dispute_lost", 5000, dispute_id="d1")
    story.told("dispute_won", 5000, dispute_id="d1")
    answer = story.processor.ingest(lost)
    assert (answer["status"], answer["code"], answer["entries"]) == ("processed", "NO_EFFECT", 0)
    assert story.money() == (0, 0, 0)


def test_lost_after_won_is_for_a_person(story: Story) -> None:
    story.told("dispute_opened", 5000, dispute_id="d1")
    story.told("dispute_won", 5000, dispute_id="d1")
    refusal = story.refused("dispute_lost", 5000, dispute_id="d1")
    assert (refusal["code"], refusal["state"]) == ("SUBJECT_STATE_CONFLICT", "WON")


def test_a_report_that_differs_from_what_it_is_about_is_refused_by_name(story: Story, other_currency: str) -> None:
    story.told("dispute_opened", 5000, dispute_id="d1")
    story.told("refund_succeeded", 700, refund_id="r1")
    for kind, amount, named in (
        ("dispute_won", 5000, {"dispute_id": "d1"}),
        ("refund_failed", 700, {"refund_id": "r1"}),
    ):
        refusal = story.refused(kind, amount - 1, **named)
        assert (refusal["code"], refusal["fields"]) == ("SUBJECT_MISMATCH", ["amount"])
        refusal = story.refused(kind, amount, currency=other_currency, **named)
        assert (refusal["code"], refusal["fields"]) == ("SUBJECT_MISMATCH", ["currency"])


# Refunds that fail, fees


def test_a_refund_that_fails_gives_the_money_back_once(story: Story) -> None:
    story.told("charge_succeeded", 10000, payment_id="p1")
    story.told("refund_succeeded", 4000, payment_id="p1", refund_id="r1")
    story.told("refund_failed", 4000, refund_id="r1")
    answer = story.tell("refund_failed", 4000, refund_id="r1")
    assert (answer["status"], answer["code"]) == ("processed", "NO_EFFECT")
    assert story.money() == (10000, 0, 0)
    story.told("refund_succeeded", 10000, payment_id="p1", refund_id="r2")


def test_fees_move_alone_and_for_a_payment(story: Story, other_currency: str) -> None:
    story.told("fee_charged", 100)
    story.told("fee_refunded", 30)
    assert story.tell("fee_charged", 20, payment_id="p1")["code"] == "WAITS_FOR_PAYMENT"
    story.told("charge_succeeded", 1000, payment_id="p1")
    story.told("fee_refunded", 5, payment_id="p1")
    assert story.money() == (1000 - 100 + 30 - 20 + 5, 0, 0)
    assert story.refused("fee_charged", 1, payment_id="p1", currency=other_currency)["code"] == "PAYMENT_MISMATCH"
    assert items(story.pay()) == {"gross_sales": 1000, "fees": -120, "fees_returned": 35}


# Payouts


def test_a_canceled_payout_is_available_again_and_an_item_of_the_next_one(story: Story) -> None:
    story.told("charge_succeeded", 10000)
    payout = story.pay()
    story.outcome(payout, "payout_canceled")
    assert story.money() == (10000, 0, 0)
    assert story.sessions.admin.row("select * from api.get_payout(%s)", payout["payout_id"])["status"] == "CANCELED"
    answer = story.tell("payout_canceled", 10000, payout_id=payout["payout_id"])
    assert (answer["status"], answer["code"]) == ("processed", "NO_EFFECT")
    assert story.refused("payout_paid", 10000, payout_id=payout["payout_id"])["code"] == "PAYOUT_STATE_CONFLICT"
    assert items(story.pay(days_ago=1)) == {"payout_cancellations": 10000}


def test_a_fee_for_a_payout_may_be_any_amount_in_any_state(story: Story, other_currency: str) -> None:
    story.told("charge_succeeded", 10000)
    payout = story.pay()
    story.told("payout_fee_charged", 25, payout_id=payout["payout_id"])
    story.outcome(payout, "payout_paid")
    story.told("payout_fee_charged", 30, payout_id=payout["payout_id"])
    assert story.money() == (-55, 0, 0)
    refusal = story.refused("payout_fee_charged", 1, payout_id=payout["payout_id"], currency=other_currency)
    assert (refusal["code"], refusal["fields"]) == ("PAYOUT_MISMATCH", ["currency"])


# Availability, test mode, closed restaurants


def test_an_event_may_say_when_its_money_is_available(story: Story) -> None:
    later = (NOW + timedelta(days=5)).date().isoformat()
    story.told("charge_succeeded", 10000, fee=300, available_on=later)
    balance = story.processor.balance(story.restaurant, story.currency)
    assert (balance["available"], balance["pending"]) == (0, 9700)
    story.told("charge_succeeded", 1000, fee=50)
    payout = story.pay()
    assert (payout["amount"], items(payout)) == (950, {"gross_sales": 1000, "fees": -50})


def test_an_event_may_say_that_its_money_is_available_sooner_than_the_delay(story: Story) -> None:
    story.sessions.admin.rows("select * from api.set_restaurant(%s, p_settlement_delay_days => 30)", story.restaurant)
    story.told("charge_succeeded", 1000, available_on=FOUR_DAYS_AGO.date().isoformat())
    story.told("charge_succeeded", 500)
    balance = story.processor.balance(story.restaurant, story.currency)
    assert (balance["available"], balance["pending"]) == (1000, 500)


def test_events_of_a_test_mode_are_refused(story: Story) -> None:
    assert story.refused("charge_succeeded", 10000, livemode=False)["code"] == "TEST_EVENT"
    story.told("charge_succeeded", 10000, livemode=True)


def test_a_closed_restaurant_takes_no_new_charge_but_all_the_rest_and_is_paid(story: Story) -> None:
    story.told("charge_succeeded", 10000, payment_id="p1")
    story.sessions.admin.rows("select * from api.set_restaurant(%s, p_closed => true)", story.restaurant)
    assert story.refused("charge_succeeded", 100, payment_id="p2")["code"] == "RESTAURANT_CLOSED"
    assert story.refused("charge_succeeded", 100)["code"] == "RESTAURANT_CLOSED"
    assert story.tell("charge_succeeded", 10000, payment_id="p1")["status"] == "already_processed"
    story.told("refund_succeeded", 1000, payment_id="p1", refund_id="r1")
    story.told("refund_failed", 1000, refund_id="r1")
    story.told("dispute_opened", 2000, payment_id="p1", dispute_id="d1")
    story.told("dispute_won", 2000, dispute_id="d1")
    story.told("fee_charged", 10, payment_id="p1")
    assert story.adjust(-90)["status"] == "processed"
    assert story.pay(0)["amount"] == 9900


# What people do


def test_what_people_do_is_done_once_by_its_reference(story: Story) -> None:
    for call in (story.adjust, story.hold):
        reference = new_id("once")
        first = call(500, reference)
        again = call(500, reference)
        assert (first["status"], again["status"]) == ("processed", "already_processed")
        assert (first["event_id"], first["provider"]) == (reference, "operator")
        other = call(501, reference)
        assert (other["status"], other["code"]) == ("conflict", "EVENT_ID_REUSED")
        assert other["details"]["fields"] == ["amount"]
    assert story.money() == (0, 0, 500)


def test_who_did_it_and_why_is_kept(story: Story) -> None:
    reference = new_id("why")
    story.adjust(500, reference, "the till was wrong")
    event = story.people.row("select * from api.get_event(%s, 'operator')", reference)
    assert (event["payload"]["actor"], event["payload"]["reason"]) == ("ana", "the till was wrong")
    assert story.adjust(500, reference, "another reason")["status"] == "conflict"


def test_an_adjustment_is_signed_and_not_nothing(story: Story) -> None:
    assert story.adjust(500)["status"] == "processed"
    assert story.adjust(-800)["status"] == "processed"
    answer = story.adjust(0)
    assert (answer["status"], answer["code"]) == ("rejected", "AMOUNT_INVALID")
    assert (story.money(), story.entry_types()) == ((-300, 0, 0), ["ADJUSTMENT_CREDIT", "ADJUSTMENT_DEBIT"])


def test_a_debt_is_written_off_up_to_what_is_owed(story: Story) -> None:
    story.told("refund_succeeded", 700)
    answer = story.write_off(701)
    assert (answer["code"], answer["details"]["debt"]) == ("AMOUNT_EXCEEDS_DEBT", 700)
    off = story.write_off(200)
    assert story.write_off(501)["details"]["debt"] == 500
    assert story.write_off(500)["status"] == "processed"
    assert story.write_off(1)["details"]["debt"] == 0
    assert story.money() == (0, 0, 0)
    assert story.reverse(off["event_id"], provider="operator")["status"] == "processed"
    assert story.money() == (-200, 0, 0)


def test_a_hold_that_is_not_there_cannot_be_released(story: Story) -> None:
    with pytest.raises(psycopg.Error) as raised:
        story.release(new_id("none"), 1)
    assert raised.value.sqlstate == "LNHLD"
    with pytest.raises(psycopg.Error) as raised:
        story.reverse(new_id("none"))
    assert raised.value.sqlstate == "LNEVT"


def test_a_charge_is_taken_back_once_and_is_not_refundable_any_more(story: Story) -> None:
    charge = story.told("charge_succeeded", 10000, fee=300, payment_id="p1")
    reversal = story.reverse(charge["event_id"], "first:" + charge["event_id"])
    assert (reversal["status"], reversal["entries"]) == ("processed", 2)
    assert story.entry_types()[-2:] == ["CHARGE_REVERSAL", "FEE_REVERSAL"]
    assert story.money() == (0, 0, 0)
    assert story.reverse(charge["event_id"], reversal["event_id"])["status"] == "already_processed"
    again = story.reverse(charge["event_id"])
    assert (again["code"], again["details"]["event_id"]) == ("REVERSED_BEFORE", reversal["event_id"])
    assert story.refused("refund_succeeded", 1, payment_id="p1")["left"] == 0
    assert story.tell("charge_succeeded", 10000, fee=300, payment_id="p1")["status"] == "already_processed"


def test_a_charge_is_not_taken_back_while_refunds_or_disputes_stand_on_it(story: Story) -> None:
    charge = story.told("charge_succeeded", 10000, fee=300, payment_id="p1")
    refund = story.told("refund_succeeded", 4000, payment_id="p1", refund_id="r1")
    assert story.reverse(charge["event_id"])["code"] == "EVENT_IN_USE"
    assert story.reverse(refund["event_id"])["status"] == "processed"
    assert story.money() == (9700, 0, 0)
    story.told("refund_succeeded", 10000, payment_id="p1", refund_id="r2")
    story.told("refund_failed", 10000, refund_id="r2")
    story.told("dispute_opened", 10000, payment_id="p1", dispute_id="d1")
    assert story.reverse(charge["event_id"])["code"] == "EVENT_IN_USE"
    story.told("dispute_lost", 10000, dispute_id="d1")
    assert story.reverse(charge["event_id"])["code"] == "EVENT_IN_USE"
    story.told("dispute_won", 10000, dispute_id="d1")
    assert story.reverse(charge["event_id"])["status"] == "processed"
    assert story.money() == (0, 0, 0)


def test_a_refund_that_failed_is_not_taken_back_as_well_nor_fails_one_that_was(story: Story) -> None:
    story.told("charge_succeeded", 10000, payment_id="p1")
    failed = story.told("refund_succeeded", 4000, payment_id="p1", refund_id="r1")
    story.told("refund_failed", 4000, refund_id="r1")
    assert story.reverse(failed["event_id"])["code"] == "EVENT_IN_USE"
    wrong = story.told("refund_succeeded", 4000, payment_id="p1", refund_id="r2")
    assert story.reverse(wrong["event_id"])["status"] == "processed"
    assert story.tell("refund_failed", 4000, refund_id="r2")["code"] == "NO_EFFECT"
    assert story.money() == (10000, 0, 0)


def test_what_people_did_is_taken_back_where_it_can_be(story: Story) -> None:
    credit, debit = story.adjust(500), story.adjust(-200)
    for event in (credit, debit):
        assert story.reverse(event["event_id"], provider="operator")["status"] == "processed"
    assert story.money() == (0, 0, 0)
    hold = story.hold(50)
    assert story.reverse(hold["event_id"], provider="operator")["code"] == "EVENT_NOT_REVERSIBLE"
    release = story.release(hold["event_id"], 50)
    reversal = story.reverse(story.adjust(10)["event_id"], provider="operator")
    for event in (release, reversal):
        assert story.reverse(event["event_id"], provider="operator")["code"] == "EVENT_NOT_REVERSIBLE"


def test_a_reversal_of_money_that_is_pending_is_pending(story: Story) -> None:
    later = (NOW + timedelta(days=5)).date().isoformat()
    charge = story.told("charge_succeeded", 10000, fee=300, available_on=later)
    story.reverse(charge["event_id"])
    balance = story.processor.balance(story.restaurant, story.currency)
    assert (balance["available"], balance["pending"], balance["total"]) == (0, 0, 0)


OPERATORS_TYPES = [
    *("adjustment_credited", "adjustment_debited", "funds_held", "funds_released", "debt_written_off"),
    *("event_reversed", "payout_withdrawn"),
]


@pytest.mark.parametrize("provider", ["default", "operator"])
@pytest.mark.parametrize("kind", OPERATORS_TYPES)
def test_no_processor_does_what_people_do(story: Story, kind: str, provider: str) -> None:
    charge = story.told("charge_succeeded", 1000)
    event = story.event(kind, 100, provider=provider, hold_id="h", reversed_event_id=charge["event_id"], payout_id="p")
    event |= {"reason": "because", "actor": "ana"}
    for answer in (story.processor.ingest(event), story.processor.ingest_all([event])[0]):
        assert answer["status"] == "rejected"
    assert story.money() == (1000, 0, 0)


@pytest.mark.parametrize("role", ["cuenta_processor", "cuenta_app", "cuenta_reader"])
def test_only_people_call_the_functions_for_people(story: Story, role: str) -> None:
    story.people = story.sessions.open(role=role)
    calls: list[Callable[[], Row]] = [
        lambda: story.adjust(1),
        lambda: story.hold(1),
        lambda: story.release("h", 1),
        lambda: story.write_off(1),
        lambda: story.reverse("e"),
    ]
    for call in calls:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            call()


def test_an_answer_to_a_person_is_that_of_an_event(story: Story) -> None:
    names = list(story.told("charge_succeeded", 1000))
    assert list(story.adjust(1)) == names
    assert json.dumps(story.adjust(1), default=str)


# Payouts that people cancel, and facts that they accept


def cancel(story: Story, payout: Row, reference: str | None = None, *, bank_told: bool = False) -> Row:
    arguments = (payout["payout_id"], "a slip", reference or new_id("cancel"), "ana", bank_told)
    return story.person("cancel_payout(%s, %s, %s, %s, %s)", *arguments)


def test_a_person_cancels_a_payout_once(story: Story) -> None:
    story.told("charge_succeeded", 10000, fee=300)
    payout = story.pay()
    first = cancel(story, payout, "c:" + payout["payout_id"])
    assert (first["status"], first["entries"]) == ("processed", 1)
    assert story.money() == (9700, 0, 0)
    assert cancel(story, payout, first["event_id"])["status"] == "already_processed"
    again = cancel(story, payout)
    assert (again["status"], again["code"]) == ("processed", "NO_EFFECT")
    refusal = story.refused("payout_paid", 9700, payout_id=payout["payout_id"], occurred_at=story_now())
    assert refusal["code"] == "PAYOUT_STATE_CONFLICT"
    assert items(story.pay(days_ago=0)) == {"payout_cancellations": 9700}


def story_now() -> str:
    """Later than what a person did a moment ago."""
    return (datetime.now(UTC) + timedelta(minutes=1)).isoformat()


def test_a_payout_that_was_paid_cannot_be_canceled(story: Story) -> None:
    story.told("charge_succeeded", 10000)
    payout = story.pay()
    story.outcome(payout, "payout_paid")
    assert cancel(story, payout)["status"] == "rejected"
    assert story.money() == (0, 0, 0)


def test_a_payout_that_was_handed_over_is_canceled_only_if_the_bank_was_told(story: Story) -> None:
    story.told("charge_succeeded", 10000)
    payout = story.pay()
    assert story.people.rows("select * from api.claim_payouts(%s)", story.currency)
    assert cancel(story, payout)["status"] == "rejected"
    assert story.money() == (0, 10000, 0)
    assert cancel(story, payout, bank_told=True)["status"] == "processed"
    assert story.money() == (10000, 0, 0)


def accept(story: Story, event_id: str) -> Row:
    return story.person("accept_event(%s, %s, 'default', 'ana')", event_id, "it happened")


def test_a_dispute_after_a_full_refund_can_be_accepted(story: Story) -> None:
    story.told("charge_succeeded", 10000, payment_id="p1")
    story.told("refund_succeeded", 10000, payment_id="p1")
    dispute = story.event("dispute_opened", 10000, fee=1500, payment_id="p1", dispute_id="d1")
    lost = story.event("dispute_lost", 10000, dispute_id="d1")
    assert story.processor.ingest(dispute)["code"] == "AMOUNT_EXCEEDS_PAYMENT"
    assert story.processor.ingest(lost)["status"] == "deferred"
    assert accept(story, dispute["event_id"])["status"] == "processed"
    assert story.money() == (-11500, 0, 0)  # what waited for it is posted with it
    assert story.entry_types()[-3:] == ["DISPUTE", "DISPUTE_FEE", "DISPUTE_LOST"]
    assert story.processor.ingest(dispute)["status"] == "already_processed"
    assert accept(story, dispute["event_id"])["status"] == "already_processed"
    assert story.refused("refund_succeeded", 1, payment_id="p1")["code"] == "AMOUNT_EXCEEDS_PAYMENT"


def test_a_charge_of_a_closed_restaurant_can_be_accepted(story: Story) -> None:
    story.sessions.admin.rows("select * from api.set_restaurant(%s, p_closed => true)", story.restaurant)
    charge = story.event("charge_succeeded", 10000, payment_id="p1")
    refund = story.event("refund_succeeded", 4000, payment_id="p1")
    assert story.processor.ingest(charge)["code"] == "RESTAURANT_CLOSED"
    assert story.processor.ingest(refund)["status"] == "deferred"
    assert accept(story, charge["event_id"])["status"] == "processed"
    assert (story.money(), story.waiting()) == ((6000, 0, 0), 0)


def test_only_what_a_cap_refused_can_be_accepted(story: Story, other_currency: str) -> None:
    story.told("charge_succeeded", 10000, payment_id="p1")
    refund = story.event("refund_succeeded", 100, payment_id="p1", currency=other_currency)
    assert story.processor.ingest(refund)["code"] == "PAYMENT_MISMATCH"
    before = story.entry_types()
    with contextlib.suppress(psycopg.Error):
        assert accept(story, refund["event_id"])["status"] == "rejected"
    assert story.entry_types() == before


def test_a_refused_event_that_is_valid_by_now_is_posted_by_a_replay(story: Story) -> None:
    story.told("charge_succeeded", 10000, payment_id="p1")
    story.told("refund_succeeded", 10000, payment_id="p1", refund_id="r1")
    more = story.event("refund_succeeded", 4000, payment_id="p1", refund_id="r2")
    assert story.processor.ingest(more)["status"] == "rejected"
    story.told("refund_failed", 10000, refund_id="r1")
    assert story.people.row("select * from api.replay_event(%s)", more["event_id"])["status"] == "processed"
    assert story.money() == (6000, 0, 0)
