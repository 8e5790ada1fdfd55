"""Payments, disputes, holds and corrections at the same time: sessions that really overlap.

Each race is run twice: with one session that waits for another's open transaction, so that they overlap for sure, and
many times with a barrier, so that the order is chance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.sessions import (
    AS_OF,
    NOW,
    PATIENCE,
    Event,
    Row,
    Session,
    Sessions,
    charge,
    check_exact,
    make_payout,
    near_each_other,
    new_id,
    payout_event,
    statuses,
)

Call = Callable[[], Row]
ONE_MORE_HOUR = timedelta(hours=1)


def payment(restaurant: str, currency: str, **other: object) -> Event:
    """A charge of 10,000 with a fee of 300, of the payment p1."""
    return charge(restaurant, currency, **{"amount": 10000, "fee": 300, "payment_id": "p1"} | other)


def report(restaurant: str, currency: str, kind: str, amount: int, **other: object) -> Event:
    """Three days ago."""
    event = {
        "event_id": new_id(),
        "event_type": kind,
        "occurred_at": (NOW - timedelta(days=3)).isoformat(),
        "restaurant_id": restaurant,
        "currency": currency,
        "amount": amount,
    }
    return event | other


def refund(restaurant: str, currency: str, amount: int, **other: object) -> Event:
    return report(restaurant, currency, "refund_succeeded", amount, **{"payment_id": "p1"} | other)


def told(session: Session, event: Event) -> Row:
    answer = session.ingest(event)
    assert answer["status"] == "processed", answer
    return answer


def sender(session: Session, event: Event, *, is_array: bool = False) -> Call:
    return partial(session.ingest_as_array if is_array else session.ingest, event)


def one_waits_for_the_other(sessions: Sessions, calls: Sequence[Callable[[Session], Row]]) -> list[Row]:
    """The second call begins while the first one's transaction is open; it must wait for it, and answers after it."""
    first, second = sessions.several(2)
    first.begin()
    answer = calls[0](first)
    waiting = second.start(lambda: calls[1](second))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    return [answer, waiting.result(PATIENCE)]


def codes(answers: Sequence[Row]) -> list[tuple[str, str | None]]:
    return sorted((answer["status"], answer["code"] or "") for answer in answers)


def money(sessions: Sessions, restaurant: str, currency: str) -> tuple[int, int, int]:
    """Available, reserved and held."""
    balance = sessions.admin.balance(restaurant, currency)
    return balance["available"], balance["reserved"], balance["held"]


def entry_types(sessions: Sessions, restaurant: str) -> list[str]:
    return [entry["entry_type"] for entry in sessions.entries(restaurant)]


def waiting_events(sessions: Sessions, restaurant: str) -> list[Row]:
    return sessions.admin.rows(
        "select d.event_id, d.code from ledger.deferred_events as d where d.restaurant_id = %s", restaurant
    )


# One payment under two ids


@pytest.mark.parametrize("how", ["single", "array", "both"])
def test_a_payment_by_webhook_and_by_poller_at_once_is_charged_once_50_times(
    sessions: Sessions, currency: str, how: str
) -> None:
    webhook, poller = sessions.several(2)
    kept = new_id("res")
    for number in range(50):
        restaurant = new_id("res") if number % 2 else kept
        events = [payment(restaurant, currency, payment_id=f"p{number}") for _ in range(2)]
        arrays = {"single": (False, False), "array": (True, True), "both": (True, False)}[how]
        answers = sessions.at_once(
            [
                sender(session, event, is_array=is_array)
                for session, event, is_array in zip((webhook, poller), events, arrays, strict=True)
            ]
        )
        assert statuses(answers) == {"processed": 1, "already_processed": 1}
        first = next(answer["event_id"] for answer in answers if answer["status"] == "processed")
        again = next(answer for answer in answers if answer["status"] == "already_processed")
        assert again["details"]["event_id"] == first
        for event in events:  # and told once more each is what it was
            assert webhook.ingest(event)["status"] == "already_processed"
        if restaurant != kept:
            assert entry_types(sessions, restaurant) == ["CHARGE", "FEE"]
            assert money(sessions, restaurant, currency) == (9700, 0, 0)
    assert money(sessions, kept, currency) == (25 * 9700, 0, 0)
    check_exact(sessions, kept)


@pytest.mark.parametrize("how", ["single", "array"])
@pytest.mark.parametrize("where", ["an account", "no account", "two currencies"])
@pytest.mark.parametrize("content", ["same", "other"])
def test_the_second_telling_of_a_payment_waits_for_the_first(
    sessions: Sessions, currency: str, other_currency: str, content: str, where: str, how: str
) -> None:
    restaurant = new_id("res")
    if where != "no account":
        told(sessions.admin, charge(restaurant, currency, fee=0))
        told(sessions.admin, charge(restaurant, other_currency, fee=0))
    money_too = other_currency if where == "two currencies" else currency
    first = payment(restaurant, currency)
    second = payment(restaurant, money_too, amount=10000 if content == "same" else 9999)
    answers = one_waits_for_the_other(
        sessions,
        [
            lambda session: session.ingest(first),
            lambda session: session.ingest(second) if how == "single" else session.ingest_as_array(second),
        ],
    )
    fields = {"currency"} if where == "two currencies" else set()
    fields |= {"amount"} if content == "other" else set()
    assert answers[0]["status"] == "processed"
    assert answers[1]["status"] == ("conflict" if fields else "already_processed")
    assert answers[1]["details"]["event_id"] == first["event_id"]
    if fields:
        assert answers[1]["code"] == "SUBJECT_REUSED"
        assert set(answers[1]["details"]["fields"]) == fields
    assert entry_types(sessions, restaurant).count("FEE") == 1
    check_exact(sessions, restaurant)


def test_when_the_first_telling_rolls_back_the_second_is_posted(sessions: Sessions, currency: str) -> None:
    restaurant = new_id("res")
    first, second = sessions.several(2)
    first.begin()
    first.ingest(payment(restaurant, currency))
    waiting = second.start(partial(second.ingest, payment(restaurant, currency)))
    sessions.wait_until_blocked_by(second, first)
    first.rollback()
    assert waiting.result(PATIENCE)["status"] == "processed"
    assert entry_types(sessions, restaurant) == ["CHARGE", "FEE"]


@pytest.mark.parametrize("kind", ["refund_succeeded", "dispute_opened"])
def test_a_refund_or_dispute_under_two_ids_at_once_is_made_once(sessions: Sessions, currency: str, kind: str) -> None:
    pair = sessions.several(2)
    named = {"refund_id": "x1"} if kind == "refund_succeeded" else {"dispute_id": "x1"}
    for number in range(20):
        restaurant = new_id("res")
        told(sessions.admin, payment(restaurant, currency))
        events = [report(restaurant, currency, kind, 4000, payment_id="p1", **named) for _ in range(2)]
        answers = sessions.at_once(
            [sender(session, event, is_array=bool(number % 2)) for session, event in zip(pair, events, strict=True)]
        )
        assert statuses(answers) == {"processed": 1, "already_processed": 1}
        assert money(sessions, restaurant, currency)[0] == 5700


# What is left of a payment

TAKERS = {
    "two refunds": ("refund_succeeded", "refund_succeeded"),
    "two disputes": ("dispute_opened", "dispute_opened"),
    "a refund and a dispute": ("refund_succeeded", "dispute_opened"),
    "a dispute and a refund": ("dispute_opened", "refund_succeeded"),
}


def takers(restaurant: str, currency: str, what: str) -> list[Event]:
    """Two reports of 6,000 each."""
    return [
        report(
            restaurant,
            currency,
            kind,
            6000,
            payment_id="p1",
            **({"dispute_id": new_id("d")} if "d" in kind[:1] else {}),
        )
        for kind in TAKERS[what]
    ]


@pytest.mark.parametrize("how", ["single", "array"])
@pytest.mark.parametrize("what", TAKERS)
def test_two_of_6000_on_10000_at_once_one_is_posted_and_the_other_refused(
    sessions: Sessions, currency: str, what: str, how: str
) -> None:
    pair = sessions.several(2)
    for number in range(16):
        restaurant = new_id("res")
        told(sessions.admin, payment(restaurant, currency))
        events = takers(restaurant, currency, what)
        if number == 0:
            answers = one_waits_for_the_other(
                sessions,
                [
                    lambda session, event=event: (  # type: ignore[misc]
                        session.ingest(event) if how == "single" else session.ingest_as_array(event)
                    )
                    for event in events
                ],
            )
        else:
            answers = sessions.at_once(
                [sender(session, event, is_array=how == "array") for session, event in zip(pair, events, strict=True)]
            )
        assert codes(answers) == [("processed", ""), ("rejected", "AMOUNT_EXCEEDS_PAYMENT")]
        refusal = next(answer for answer in answers if answer["status"] == "rejected")
        assert refusal["details"]["left"] == 4000
        available, _, held = money(sessions, restaurant, currency)
        assert (available, held) in ((3700, 0), (3700, 6000))
        check_exact(sessions, restaurant)


def test_of_ten_refunds_of_3000_at_once_three_are_posted(sessions: Sessions, currency: str) -> None:
    ten = sessions.several(10)
    for number in range(5):
        restaurant = new_id("res")
        told(sessions.admin, payment(restaurant, currency))
        answers = sessions.at_once(
            [sender(s, refund(restaurant, currency, 3000), is_array=(n + number) % 3 == 0) for n, s in enumerate(ten)]
        )
        assert statuses(answers) == {"processed": 3, "rejected": 7}
        assert money(sessions, restaurant, currency) == (700, 0, 0)


def test_a_refund_that_fails_and_one_more_at_once(sessions: Sessions, currency: str) -> None:
    pair = sessions.several(2)
    for _ in range(15):
        restaurant = new_id("res")
        told(sessions.admin, payment(restaurant, currency))
        told(sessions.admin, refund(restaurant, currency, 6000, refund_id="r1"))
        failed = report(restaurant, currency, "refund_failed", 6000, refund_id="r1")
        more = refund(restaurant, currency, 6000, refund_id="r2")
        answers = sessions.at_once([sender(pair[0], failed), sender(pair[1], more)])
        assert answers[0]["status"] == "processed"
        left = 3700 if answers[1]["status"] == "processed" else 9700
        assert money(sessions, restaurant, currency) == (left, 0, 0)


# What comes before what it is about


@pytest.mark.parametrize("how", ["single", "array"])
@pytest.mark.parametrize("what", ["refund_succeeded", "dispute_opened", "fee_charged"])
@pytest.mark.parametrize("first", ["charge", "report"])
@pytest.mark.parametrize("where", ["an account", "no account"])
def test_a_report_and_its_charge_overlap(
    sessions: Sessions, currency: str, where: str, first: str, what: str, how: str
) -> None:
    restaurant = new_id("res")
    if where == "an account":
        told(sessions.admin, charge(restaurant, currency, amount=1, fee=0))
    named = {"dispute_id": "d1"} if what == "dispute_opened" else {}
    both = [payment(restaurant, currency), report(restaurant, currency, what, 4000, payment_id="p1", **named)]
    if first == "report":
        both.reverse()
    answers = one_waits_for_the_other(
        sessions,
        [
            lambda session, event=event: (  # type: ignore[misc]
                session.ingest(event) if how == "single" else session.ingest_as_array(event)
            )
            for event in both
        ],
    )
    assert [a["status"] for a in answers] == ["processed" if first == "charge" else "deferred", "processed"]
    assert waiting_events(sessions, restaurant) == []
    assert entry_types(sessions, restaurant)[-3:-1] == ["CHARGE", "FEE"]
    assert money(sessions, restaurant, currency)[0] == 5700 + (where == "an account")
    check_exact(sessions, restaurant)


@pytest.mark.parametrize("how", ["single", "array"])
@pytest.mark.parametrize("where", ["an account", "no account"])
def test_a_refund_and_its_charge_at_once_are_both_posted_50_times(
    sessions: Sessions, currency: str, other_currency: str, where: str, how: str
) -> None:
    pair = sessions.several(2)
    seen = set()
    for number in range(50):
        restaurant, of = new_id("res"), (currency, other_currency)[number % 2]
        if where == "an account":
            told(sessions.admin, charge(restaurant, of, amount=1, fee=0))
        events = [payment(restaurant, of), refund(restaurant, of, 4000)]
        calls = [sender(s, e, is_array=how == "array") for s, e in zip(pair, events, strict=True)]
        answers = sessions.at_once(calls if number % 4 < 2 else calls[::-1])
        seen.add(tuple(answer["status"] for answer in answers))
        assert statuses(answers)["rejected"] == 0
        assert waiting_events(sessions, restaurant) == []
        assert money(sessions, restaurant, of)[0] == 5700 + (where == "an account")
        assert [pair[0].ingest(event)["status"] for event in events] == ["already_processed"] * 2
        check_exact(sessions, restaurant)
    assert seen


def test_a_whole_life_told_by_six_at_once_is_posted_whole(sessions: Sessions, currency: str) -> None:
    six = sessions.several(6)
    for number in range(15):
        restaurant = new_id("res")

        def at(hours: int) -> dict[str, str]:
            return {"occurred_at": (NOW - timedelta(days=2) + hours * ONE_MORE_HOUR).isoformat()}

        events = [
            payment(restaurant, currency, **at(0)),
            refund(restaurant, currency, 4000, refund_id="r1", **at(1)),
            report(restaurant, currency, "refund_failed", 4000, refund_id="r1", **at(2)),
            report(restaurant, currency, "dispute_opened", 5000, payment_id="p1", dispute_id="d1", fee=100, **at(3)),
            report(restaurant, currency, "dispute_lost", 5000, dispute_id="d1", **at(4)),
            report(restaurant, currency, "dispute_won", 5000, dispute_id="d1", **at(5)),
        ]
        calls = [sender(s, e, is_array=(n + number) % 2 == 0) for n, (s, e) in enumerate(zip(six, events, strict=True))]
        answers = sessions.at_once(calls)
        assert set(statuses(answers)) <= {"processed", "deferred"}
        assert waiting_events(sessions, restaurant) == []
        assert money(sessions, restaurant, currency) == (9600, 0, 0)
        assert [six[0].ingest(event)["status"] for event in events] == ["already_processed"] * 6
        check_exact(sessions, restaurant)


# Disputes


@pytest.mark.parametrize("order", [("dispute_won", "dispute_lost"), ("dispute_lost", "dispute_won")])
def test_won_and_lost_of_one_instant_at_once_end_won(sessions: Sessions, currency: str, order: tuple[str, str]) -> None:
    pair = sessions.several(2)
    for number in range(15):
        restaurant = new_id("res")
        told(sessions.admin, payment(restaurant, currency))
        told(sessions.admin, report(restaurant, currency, "dispute_opened", 10000, payment_id="p1", dispute_id="d1"))
        events = [report(restaurant, currency, kind, 10000, dispute_id="d1") for kind in order]
        if number == 0:
            answers = one_waits_for_the_other(
                sessions,
                [lambda session, event=event: session.ingest(event) for event in events],  # type: ignore[misc]
            )
        else:
            calls = [sender(s, e, is_array=number % 2 == 0) for s, e in zip(pair, events, strict=True)]
            answers = sessions.at_once(calls)
        assert statuses(answers) == {"processed": 2}
        assert money(sessions, restaurant, currency) == (9700, 0, 0)
        assert entry_types(sessions, restaurant)[3:] in (["DISPUTE_WON"], ["DISPUTE_LOST", "DISPUTE_REINSTATED"])


def test_the_same_end_of_a_dispute_under_many_ids_at_once_is_posted_once(sessions: Sessions, currency: str) -> None:
    eight = sessions.several(8)
    for kind, left in (("dispute_won", 9700), ("dispute_lost", -300)):
        restaurant = new_id("res")
        told(sessions.admin, payment(restaurant, currency))
        told(sessions.admin, report(restaurant, currency, "dispute_opened", 10000, payment_id="p1", dispute_id="d1"))
        answers = sessions.at_once(
            [sender(s, report(restaurant, currency, kind, 10000, dispute_id="d1")) for s in eight]
        )
        assert sorted(answer["entries"] for answer in answers) == [0] * 7 + [1]
        assert money(sessions, restaurant, currency) == (left, 0, 0)


# What people do


def adjust(session: Session, restaurant: str, currency: str, amount: int, reference: str) -> Row:
    return session.row(
        "select * from api.post_adjustment(%s, %s, %s, 'a race', %s, 'ana')", restaurant, currency, amount, reference
    )


def hold(session: Session, restaurant: str, currency: str, amount: int) -> Row:
    return session.row(
        "select * from api.hold_funds(%s, %s, %s, 'a race', %s, 'ana')", restaurant, currency, amount, new_id("hold")
    )


def release(session: Session, hold_id: str, amount: int, reference: str | None = None) -> Row:
    return session.row(
        "select * from api.release_hold(%s, %s, 'a race', %s, 'ana')", hold_id, amount, reference or new_id("free")
    )


def reverse(session: Session, event_id: str, reference: str | None = None) -> Row:
    return session.row(
        "select * from api.reverse_event(%s, 'a race', %s, 'default', 'ana')", event_id, reference or new_id("back")
    )


def write_off(session: Session, restaurant: str, currency: str, amount: int) -> Row:
    return session.row(
        "select * from api.write_off_debt(%s, %s, %s, 'a race', %s, 'ana')", restaurant, currency, amount, new_id("off")
    )


def people(sessions: Sessions, count: int) -> list[Session]:
    return [sessions.open(role="cuenta_operator") for _ in range(count)]


def either_way(
    sessions: Sessions, restaurant: str, calls: Sequence[Callable[[Session], Row]], *, is_ordered: bool
) -> list[Row]:
    """Overlapping for sure, the first one first; or at the same moment."""
    pair = people(sessions, 2)
    if not is_ordered:
        return sessions.at_once([partial(call, session) for call, session in zip(calls, pair, strict=True)])
    pair[0].begin(at=restaurant)
    answer = calls[0](pair[0])
    waiting = pair[1].start(partial(calls[1], pair[1]))
    sessions.wait_until_blocked_by(pair[1], pair[0])
    pair[0].commit()
    answers = [answer, waiting.result(PATIENCE)]
    return answers


def test_two_reversals_at_once_take_back_once(sessions: Sessions, currency: str) -> None:
    for number in range(12):
        restaurant = new_id("res")
        event_id = told(sessions.admin, payment(restaurant, currency))["event_id"]
        answers = either_way(sessions, restaurant, [lambda s, e=event_id: reverse(s, e)] * 2, is_ordered=number == 0)  # type: ignore[misc]
        assert codes(answers) == [("processed", ""), ("rejected", "REVERSED_BEFORE")]
        assert money(sessions, restaurant, currency) == (0, 0, 0)


def test_the_same_reversal_at_once_is_one(sessions: Sessions, currency: str) -> None:
    for number in range(6):
        restaurant, reference = new_id("res"), new_id("back")
        event_id = told(sessions.admin, payment(restaurant, currency))["event_id"]
        calls = [lambda s, e=event_id, r=reference: reverse(s, e, r)] * 2
        answers = either_way(sessions, restaurant, calls, is_ordered=number == 0)
        assert statuses(answers) == {"processed": 1, "already_processed": 1}
        assert money(sessions, restaurant, currency) == (0, 0, 0)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("what", ["refund_succeeded", "dispute_opened"])
def test_a_reversal_of_a_charge_against_a_refund_or_dispute_at_once(
    sessions: Sessions, currency: str, what: str, order: int
) -> None:
    for number in range(10):
        restaurant = new_id("res")
        event_id = told(sessions.admin, payment(restaurant, currency))["event_id"]
        named = {"dispute_id": "d1"} if what == "dispute_opened" else {}
        event = report(restaurant, currency, what, 10000, payment_id="p1", **named)
        processor = sessions.open()
        calls: list[Callable[[Session], Row]] = [
            lambda s, e=event_id: reverse(s, e),  # type: ignore[misc]
            lambda s, e=event, p=processor: s.ingest(e) if s.pid == p.pid else p.ingest(e),  # type: ignore[misc]
        ]
        if number == 0 and order == 1:
            pair = [people(sessions, 1)[0], processor]
            pair[0].begin(at=restaurant)
            answer = calls[0](pair[0])
            waiting = processor.start(partial(processor.ingest, event))
            sessions.wait_until_blocked_by(processor, pair[0])
            pair[0].commit()
            answers = [answer, waiting.result(PATIENCE)]
            assert [a["status"] for a in answers] == ["processed", "rejected"]
        else:
            answers = either_way(sessions, restaurant, calls[::order], is_ordered=False)
        assert sorted(statuses(answers).items()) == [("processed", 1), ("rejected", 1)]
        assert {answer["code"] for answer in answers} < {None, "EVENT_IN_USE", "AMOUNT_EXCEEDS_PAYMENT"}
        assert money(sessions, restaurant, currency)[0] in (0, -300)


def test_a_reversal_of_a_refund_against_its_failure_at_once_gives_the_money_back_once(
    sessions: Sessions, currency: str
) -> None:
    for _ in range(12):
        restaurant = new_id("res")
        told(sessions.admin, payment(restaurant, currency))
        event_id = told(sessions.admin, refund(restaurant, currency, 4000, refund_id="r1"))["event_id"]
        failed = report(restaurant, currency, "refund_failed", 4000, refund_id="r1")
        person, processor = people(sessions, 1)[0], sessions.open()
        sessions.at_once([partial(reverse, person, event_id), partial(processor.ingest, failed)])
        assert money(sessions, restaurant, currency) == (9700, 0, 0)


@pytest.mark.parametrize("amount", [3000, 4000])
def test_two_releases_of_one_hold_at_once_never_free_more_than_was_held(
    sessions: Sessions, currency: str, amount: int
) -> None:
    for number in range(12):
        restaurant = new_id("res")
        told(sessions.admin, payment(restaurant, currency))
        hold_id = hold(people(sessions, 1)[0], restaurant, currency, 4000)["event_id"]
        calls = [lambda s, h=hold_id: release(s, h, amount)] * 2
        answers = either_way(sessions, restaurant, calls, is_ordered=number == 0)
        assert codes(answers) == [("processed", ""), ("rejected", "AMOUNT_EXCEEDS_HOLD")]
        assert money(sessions, restaurant, currency) == (5700 + amount, 0, 4000 - amount)


def test_two_write_offs_of_a_whole_debt_at_once_give_up_one(sessions: Sessions, currency: str) -> None:
    for number in range(8):
        restaurant = new_id("res")
        told(sessions.admin, report(restaurant, currency, "refund_succeeded", 700))
        calls = [lambda s, r=restaurant: write_off(s, r, currency, 700)] * 2
        answers = either_way(sessions, restaurant, calls, is_ordered=number == 0)
        assert codes(answers) == [("processed", ""), ("rejected", "AMOUNT_EXCEEDS_DEBT")]
        assert money(sessions, restaurant, currency) == (0, 0, 0)


def test_one_adjustment_sent_by_many_at_once_is_made_once(sessions: Sessions, currency: str) -> None:
    many = people(sessions, 12)
    for is_other in (False, True):
        restaurant, reference = new_id("res"), new_id("adj")
        told(sessions.admin, charge(restaurant, currency, amount=1, fee=0))
        amounts = [500 + (n % 2 if is_other else 0) for n in range(len(many))]
        answers = sessions.at_once(
            [partial(adjust, s, restaurant, currency, a, reference) for s, a in zip(many, amounts, strict=True)]
        )
        counted = statuses(answers)
        assert counted["processed"] == 1
        assert counted["conflict"] == (6 if is_other else 0)
        assert money(sessions, restaurant, currency)[0] in (501, 502)


def test_one_reference_for_two_restaurants_at_once_is_one_adjustment(sessions: Sessions, currency: str) -> None:
    """A reference is an id once for ever: of two that use it at once for different restaurants one is told so."""
    first, second = people(sessions, 2)
    restaurants = near_each_other(2)
    for restaurant in restaurants:
        told(sessions.admin, charge(restaurant, currency, amount=1, fee=0))
    reference = new_id("adj")
    first.begin(at=restaurants[0])
    assert adjust(first, restaurants[0], currency, 500, reference)["status"] == "processed"
    call = second.start(lambda: adjust(second, restaurants[1], currency, 500, reference))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    assert call.result(PATIENCE)["status"] == "conflict"
    assert [money(sessions, restaurant, currency)[0] for restaurant in restaurants] == [501, 1]


# Arrays, and runs


def test_an_array_against_singles_about_the_same_payments(sessions: Sessions, currency: str) -> None:
    array, *singles = sessions.several(5)
    for number in range(8):
        restaurants = [new_id("res") for _ in range(4)]
        lives: list[list[Event]] = []
        for n in range(16):
            of, name = restaurants[n % 4], f"p{n}"
            lives.append(
                [
                    payment(of, currency, payment_id=name),
                    refund(of, currency, 6000, payment_id=name, refund_id=f"r{n}"),
                    report(of, currency, "dispute_opened", 4000, payment_id=name, dispute_id=f"d{n}"),
                    report(of, currency, "dispute_won", 4000, dispute_id=f"d{n}"),
                ]
            )
        told_twice = [event for life in lives for event in life]
        in_array = [event | {"event_id": new_id()} for event in told_twice]
        if number % 2:
            in_array.reverse()

        def one_by_one(session: Session, events: Sequence[Event]) -> list[Row]:
            return [session.ingest(event) for event in events]

        calls: list[Callable[[], list[Row]]] = [partial(array.ingest_until_answered, in_array)]
        calls += [partial(one_by_one, s, told_twice[n::4]) for n, s in enumerate(singles)]
        answers = [answer for some in sessions.at_once(calls) for answer in some]
        assert set(statuses(answers)) <= {"processed", "already_processed", "deferred"}
        for restaurant in restaurants:
            assert waiting_events(sessions, restaurant) == []
            assert money(sessions, restaurant, currency) == (4 * (9700 - 6000), 0, 0)
        check_exact(sessions, *restaurants)


@pytest.mark.parametrize("first", ["the run", "the hold"])
def test_a_run_against_a_hold(sessions: Sessions, currency: str, first: str) -> None:
    restaurant = new_id("res")
    told(sessions.admin, payment(restaurant, currency))
    runner, person = sessions.open(), people(sessions, 1)[0]
    calls: list[tuple[Session, Call]] = [
        (runner, partial(runner.pay, currency, AS_OF)),
        (person, partial(hold, person, restaurant, currency, 4000)),
    ]
    if first == "the hold":
        calls.reverse()
    calls[0][0].begin(at=restaurant)
    calls[0][1]()
    waiting = calls[1][0].start(calls[1][1])
    sessions.wait_until_blocked_by(calls[1][0], calls[0][0])
    calls[0][0].commit()
    waiting.result(PATIENCE)
    expected = (-4000, 9700, 4000) if first == "the run" else (0, 5700, 4000)
    assert money(sessions, restaurant, currency) == expected
    check_exact(sessions, restaurant)


def test_runs_against_holds_at_once_never_pay_what_is_held(sessions: Sessions, currency: str) -> None:
    runner, person = sessions.open(), people(sessions, 1)[0]
    for number in range(12):
        restaurant = new_id("res")
        told(sessions.admin, payment(restaurant, currency))
        sessions.at_once(
            [
                partial(runner.pay, currency, AS_OF - timedelta(days=0)),
                partial(hold, person, restaurant, currency, 4000),
            ]
        )
        assert money(sessions, restaurant, currency) in ((-4000, 9700, 4000), (0, 5700, 4000)), number
        check_exact(sessions, restaurant)


# Payouts that people cancel, and facts that they accept


def cancel(session: Session, payout_id: str) -> Row:
    return session.row("select * from api.cancel_payout(%s, 'a race', %s, 'ana')", payout_id, new_id("cancel"))


@pytest.mark.parametrize("against", ["paid", "cancel", "claim"])
def test_a_cancellation_against_what_else_becomes_of_the_payout(
    sessions: Sessions, currency: str, against: str
) -> None:
    person, other = people(sessions, 2)
    for _ in range(10):
        restaurant = new_id("res")
        payout = make_payout(sessions, restaurant, currency)
        paid = payout_event(payout, "payout_paid")
        calls: dict[str, Callable[[], Any]] = {
            "paid": partial(sessions.open().ingest, paid),
            "cancel": partial(cancel, other, payout["payout_id"]),
            "claim": partial(other.rows, "select * from api.claim_payouts(%s)", currency),
        }
        answers: list[Any] = sessions.at_once([partial(cancel, person, payout["payout_id"]), calls[against]])
        found = sessions.admin.row("select * from api.get_payout(%s)", payout["payout_id"])
        types = entry_types(sessions, restaurant)[3:]
        if against == "paid":
            assert (found["status"], types) in (("PAID", ["PAYOUT_RELEASE"]), ("CANCELED", ["PAYOUT_CANCELLATION"]))
            assert money(sessions, restaurant, currency) == (950 if found["status"] == "CANCELED" else 0, 0, 0)
        elif against == "cancel":
            assert (found["status"], types) == ("CANCELED", ["PAYOUT_CANCELLATION"])
        else:
            claimed = [row for row in answers[1] if row["payout_id"] == payout["payout_id"]]
            assert (found["status"] == "CANCELED") != bool(claimed)
        check_exact(sessions, restaurant)


@pytest.mark.parametrize("against", ["another acceptance", "a redelivery", "a replay"])
def test_an_acceptance_against_another_way_to_post_the_event_posts_it_once(
    sessions: Sessions, currency: str, against: str
) -> None:
    person, other = people(sessions, 2)
    for _ in range(10):
        restaurant = new_id("res")
        told(sessions.admin, payment(restaurant, currency))
        told(sessions.admin, refund(restaurant, currency, 10000, refund_id="r1"))
        more = refund(restaurant, currency, 4000, refund_id="r2")
        assert sessions.admin.ingest(more)["code"] == "AMOUNT_EXCEEDS_PAYMENT"
        accept = "select * from api.accept_event(%s, 'it happened', 'default', 'ana')"
        calls: dict[str, Call] = {
            "another acceptance": partial(other.row, accept, more["event_id"]),
            "a redelivery": partial(sessions.open().ingest, more),
            "a replay": partial(other.row, "select * from api.replay_event(%s)", more["event_id"]),
        }
        answers: list[Row] = sessions.at_once([partial(person.row, accept, more["event_id"]), calls[against]])
        assert answers[0]["status"] in ("processed", "already_processed")
        assert entry_types(sessions, restaurant) == ["CHARGE", "FEE", "REFUND", "REFUND"]
        assert money(sessions, restaurant, currency) == (-4300, 0, 0)
        check_exact(sessions, restaurant)
