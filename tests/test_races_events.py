"""Single events at the same time: one id, one account, one new restaurant.

Every test works in a currency of its own, so that payout runs do not meet the other tests' money.
"""

from __future__ import annotations

import json
import random
import threading
from datetime import datetime, timedelta
from functools import partial

import pytest
from psycopg import errors

from tests.sessions import (
    EXACT,
    LATER,
    NOW,
    PATIENCE,
    Event,
    Row,
    Sessions,
    charge,
    check_exact,
    make_payout,
    near_each_other,
    new_id,
    payout_event,
    statuses,
    unnumbered,
)

# The same event at the same time


def test_the_same_event_50_times_at_once_is_processed_once(sessions: Sessions, currency: str) -> None:
    restaurant = new_id("res")
    event = charge(restaurant, currency)
    answers = sessions.at_once([partial(session.ingest, event) for session in sessions.several(50)])
    assert statuses(answers) == {"processed": 1, "already_processed": 49}
    assert len({json.dumps(unnumbered(answer), default=str) for answer in answers}) == 1
    assert [(e["entry_type"], e["amount"]) for e in sessions.entries(restaurant)] == [
        ("CHARGE", 1000),
        ("FEE", 50),
    ]
    assert sessions.rejections(event["event_id"]) == []
    assert sessions.admin.balance(restaurant, currency)["total"] == 950


def test_49_redeliveries_wait_for_the_first_one_and_repeat_its_answer(sessions: Sessions, currency: str) -> None:
    restaurant = new_id("res")
    event = charge(restaurant, currency)
    first, *others = sessions.several(50)
    first.begin()
    answer = first.ingest(event)
    waiting = [other.start(partial(other.ingest, event)) for other in others]
    sessions.wait_until_blocked(*others)
    first.commit()
    again = [future.result(PATIENCE) for future in waiting]
    assert answer["status"] == "processed"
    assert statuses(again) == {"already_processed": 49}
    assert all(unnumbered(row) == unnumbered(answer) for row in again)
    assert len(sessions.entries(restaurant)) == 2


def test_when_the_first_one_rolls_back_exactly_one_of_the_waiting_posts(sessions: Sessions, currency: str) -> None:
    restaurant = new_id("res")
    event = charge(restaurant, currency)
    first, *others = sessions.several(8)
    first.begin()
    assert first.ingest(event)["status"] == "processed"
    waiting = [other.start(partial(other.ingest, event)) for other in others]
    sessions.wait_until_blocked(*others)
    first.rollback()
    assert statuses([future.result(PATIENCE) for future in waiting]) == {
        "processed": 1,
        "already_processed": 6,
    }
    assert [e["entry_seq"] for e in sessions.entries(restaurant)] == [1, 2]


@pytest.mark.parametrize("how", ["single", "array"])
def test_a_claimant_that_rolls_back_leaves_the_id_to_the_one_that_waited(
    sessions: Sessions, currency: str, how: str
) -> None:
    first, second = sessions.several(2)
    lost = new_id("res")
    kept = new_id("res", near=lost)
    event = charge(lost, currency)
    other = event | {"restaurant_id": kept, "amount": 7}
    first.begin()
    first.ingest(event)
    waiting = second.start(partial(second.ingest if how == "single" else second.ingest_as_array, other))
    sessions.wait_until_blocked_by(second, first)
    first.rollback()
    assert waiting.result(PATIENCE)["status"] == "processed"
    assert sessions.entries(lost) == []
    assert [e["amount"] for e in sessions.entries(kept)] == [7, 50]
    assert sessions.rejections(event["event_id"]) == []
    with pytest.raises(errors.Error) as raised:
        second.balance(lost, currency)
    assert raised.value.diag.constraint_name == "RESTAURANT_NOT_FOUND"


@pytest.mark.parametrize("where", ["same restaurant", "other restaurant"])
@pytest.mark.parametrize("how", ["single", "array"])
def test_an_id_that_is_reused_while_its_first_use_is_open_waits_and_conflicts(
    sessions: Sessions, currency: str, where: str, how: str
) -> None:
    first, second = sessions.several(2)
    restaurant = new_id("res")
    other_restaurant = restaurant if where == "same restaurant" else new_id("res", near=restaurant)
    sessions.admin.ingest(charge(other_restaurant, currency))
    before = sessions.entries(other_restaurant)
    event = charge(restaurant, currency)
    reused = event | {"amount": 999, "restaurant_id": other_restaurant}
    first.begin()
    assert first.ingest(event)["status"] == "processed"
    waiting = second.start(partial(second.ingest if how == "single" else second.ingest_as_array, reused))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    answer = waiting.result(PATIENCE)
    assert (answer["status"], answer["code"], answer["entries"]) == ("conflict", "EVENT_ID_REUSED", 0)
    expected = {"amount"} if where == "same restaurant" else {"amount", "restaurant_id"}
    assert set(answer["details"]["fields"]) == expected
    assert [r["status"] for r in sessions.rejections(event["event_id"])] == ["conflict"]
    mine = [e for e in sessions.entries(other_restaurant) if e not in before]
    assert [e["amount"] for e in mine] == ([1000, 50] if where == "same restaurant" else [])


@pytest.mark.parametrize("where", ["same restaurant", "other restaurant"])
def test_two_contents_under_one_id_at_once_are_one_processed_and_one_conflict(
    sessions: Sessions, currency: str, where: str
) -> None:
    pair = sessions.several(2)
    for number in range(15):
        restaurants = [new_id("res")] * 2
        if where != "same restaurant":
            restaurants[1] = new_id("res", near=restaurants[0])
        event = charge(restaurants[0], currency)
        reused = event | {"amount": 2000, "restaurant_id": restaurants[1]}
        both = [event, reused]
        answers = sessions.at_once(
            [
                partial(session.ingest if number % 2 else session.ingest_as_array, sent)
                for session, sent in zip(pair, both, strict=True)
            ]
        )
        assert statuses(answers) == {"processed": 1, "conflict": 1}
        winner = next(i for i, answer in enumerate(answers) if answer["status"] == "processed")
        entries = sessions.entries(restaurants[winner])
        assert [e["amount"] for e in entries] == [both[winner]["amount"], 50]
        if where == "other restaurant":
            assert sessions.entries(restaurants[1 - winner]) == []
        assert len(sessions.rejections(event["event_id"])) == 1


# Lost races: an account is moved before it turns out that another session has taken the event's id


EARLIER = {"occurred_at": (NOW - timedelta(days=9)).isoformat()}
REUSES: dict[str, Event] = {
    "the same content": {},
    "another amount": {"amount": 77, "fee": 7},
    "a later moment": LATER,
    "an earlier moment": EARLIER,
    "another type": {"event_type": "refund_succeeded", "fee": 0},
    "another restaurant": {"restaurant_id": "other"},
    "another restaurant, later": {"restaurant_id": "other", "amount": 77, **LATER},
    "a new restaurant, later": {"restaurant_id": "new", **LATER},
    "another currency": {"currency": "other"},
    "another currency, later": {"currency": "other", **LATER},
}


@pytest.mark.parametrize("end", ["commit", "rollback"])
@pytest.mark.parametrize("how", ["single", "array"])
@pytest.mark.parametrize("reuse", REUSES)
def test_the_loser_of_a_race_for_an_id_leaves_its_account_as_the_book_says(
    sessions: Sessions, two_currencies: tuple[str, str], reuse: str, how: str, end: str
) -> None:
    first, second = sessions.several(2)
    currency, other_currency = two_currencies
    own = new_id("res")
    named = {"own": own, "other": new_id("res", near=own), "new": new_id("res", near=own)}
    for restaurant in (named["own"], named["other"]):
        for money in (currency, other_currency):
            sessions.admin.ingest(charge(restaurant, money))
    before = sessions.admin.rows(EXACT, list(named.values()))
    event = charge(named["own"], currency, occurred_at=(NOW - timedelta(days=3)).isoformat())
    reused = event | REUSES[reuse]
    reused["restaurant_id"] = named.get(reused["restaurant_id"], reused["restaurant_id"])
    reused["currency"] = other_currency if reused["currency"] == "other" else currency
    first.begin()
    assert first.ingest(event)["status"] == "processed"
    waiting = second.start(partial(second.ingest if how == "single" else second.ingest_as_array, reused))
    sessions.wait_until_blocked_by(second, first)
    assert sessions.admin.rows(EXACT, list(named.values())) == before
    first.run(end)
    answer = waiting.result(PATIENCE)
    check_exact(sessions, *named.values())
    if end == "rollback":
        assert (answer["status"], answer["code"]) == ("processed", None)
        assert sessions.rejections(event["event_id"]) == []
        return
    differs = [name for name in event if reused[name] != event[name]]
    assert answer["status"] == ("conflict" if differs else "already_processed")
    if differs:
        assert set(answer["details"]["fields"]) == set(differs)
    assert len(sessions.rejections(event["event_id"])) == bool(differs)
    # Nothing is left behind for the next event either.
    for restaurant in named.values():
        assert second.ingest(charge(restaurant, currency))["status"] == "processed"
    check_exact(sessions, *named.values())


def test_an_account_is_moved_back_although_the_taken_id_posted_nothing(sessions: Sessions, currency: str) -> None:
    first, second = sessions.several(2)
    restaurant = new_id("res")
    payout = make_payout(sessions, restaurant, currency)
    paid_at = (NOW - timedelta(days=1)).isoformat()
    assert first.ingest(payout_event(payout, "payout_paid", occurred_at=paid_at))["entries"] == 1
    again = payout_event(payout, "payout_paid")
    reused = charge(restaurant, currency, event_id=again["event_id"], occurred_at=again["occurred_at"])
    first.begin()
    assert first.ingest(again)["code"] == "NO_EFFECT"
    waiting = second.start(partial(second.ingest, reused))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    assert waiting.result(PATIENCE)["status"] == "conflict"
    check_exact(sessions, restaurant)
    assert second.balance(restaurant, currency)["last_event_at"] == datetime.fromisoformat(paid_at)


def test_a_charge_with_the_id_of_an_open_payout_event_is_undone(sessions: Sessions, currency: str) -> None:
    first, second = sessions.several(2)
    restaurants = near_each_other(2)
    payout = make_payout(sessions, restaurants[0], currency)
    sessions.admin.ingest(charge(restaurants[1], currency))
    for number, kind in enumerate(("payout_paid", "payout_failed")):
        restaurant = restaurants[number]
        event = payout_event(payout, kind, occurred_at=(NOW + timedelta(seconds=number)).isoformat())
        first.begin()
        assert first.ingest(event)["entries"] == 1
        waiting = second.start(partial(second.ingest, charge(restaurant, currency, event_id=event["event_id"])))
        sessions.wait_until_blocked_by(second, first)
        first.commit()
        answer = waiting.result(PATIENCE)
        assert (answer["status"], answer["code"]) == ("conflict", "EVENT_ID_REUSED")
        check_exact(sessions, *restaurants)


def test_a_payout_event_with_the_id_of_an_open_charge_does_not_move_the_payout(
    sessions: Sessions, currency: str
) -> None:
    first, second = sessions.several(2)
    restaurants = near_each_other(2)
    payout = make_payout(sessions, restaurants[0], currency)
    event = charge(restaurants[1], currency)
    first.begin()
    first.ingest(event)
    paid = payout_event(payout, "payout_paid", event_id=event["event_id"])
    waiting = second.start(partial(second.ingest, paid))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    assert waiting.result(PATIENCE)["status"] == "conflict"
    assert second.row("select * from api.get_payout(%s)", payout["payout_id"])["status"] == "CREATED"
    check_exact(sessions, *restaurants)
    assert second.ingest(paid | {"event_id": new_id()})["entries"] == 1


def test_the_last_of_three_gets_the_first_answer_whatever_the_second_did(sessions: Sessions, currency: str) -> None:
    first, second, third = sessions.several(3)
    restaurant = new_id("res")
    payout = make_payout(sessions, restaurant, currency)
    paid = payout_event(payout, "payout_paid")
    failed = payout_event(payout, "payout_failed", occurred_at=(NOW + timedelta(seconds=60)).isoformat())
    first.begin()
    answer = first.ingest(paid)
    returned = second.start(partial(second.ingest, failed))
    sessions.wait_until_blocked_by(second, first)
    repeated = third.start(partial(third.ingest, paid))
    sessions.wait_until_blocked(second, third)
    first.commit()
    assert returned.result(PATIENCE)["entries"] == 1
    again = repeated.result(PATIENCE)
    assert again["status"] == "already_processed"
    assert unnumbered(again) == unnumbered(answer)
    assert sessions.rejections(paid["event_id"]) == []
    assert [e["entry_type"] for e in sessions.entries(restaurant)][3:] == ["PAYOUT_RELEASE", "PAYOUT_RETURN"]
    check_exact(sessions, restaurant)


@pytest.mark.parametrize("account", ["known", "new"])
def test_a_redelivery_is_not_refused_because_the_first_one_filled_the_account(
    sessions: Sessions, currency: str, account: str
) -> None:
    first, second = sessions.several(2)
    restaurant = new_id("res")
    if account == "known":
        first.ingest(charge(restaurant, currency, amount=1, fee=0))
    event = charge(restaurant, currency, amount=2**53 - 10, fee=0)
    first.begin()
    answer = first.ingest(event)
    waiting = second.start(partial(second.ingest, event))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    again = waiting.result(PATIENCE)
    assert again["status"] == "already_processed"
    assert unnumbered(again) == unnumbered(answer)
    assert sessions.rejections(event["event_id"]) == []
    check_exact(sessions, restaurant)
    # A refund, so that the book's sums stay far from what a bigint holds.
    assert first.ingest(charge(restaurant, currency, event_type="refund_succeeded", amount=2**53 - 10))["entries"] == 1


def test_a_run_and_a_reader_do_not_see_a_move_that_is_undone(sessions: Sessions, currency: str) -> None:
    first, second, runner = sessions.several(3)
    restaurants = sorted(near_each_other(2))
    sessions.admin.ingest_all([charge(restaurant, currency) for restaurant in restaurants])
    event = charge(restaurants[1], currency, amount=100, fee=0)
    first.begin()
    first.ingest(event)
    loser = second.start(partial(second.ingest, event | {"restaurant_id": restaurants[0], "amount": 10_000}))
    sessions.wait_until_blocked_by(second, first)
    run = runner.start(lambda: runner.pay(currency))
    sessions.wait_until_blocked_by(runner, second)
    assert sessions.admin.balance(restaurants[0], currency)["total"] == 950
    first.commit()
    assert loser.result(PATIENCE)["status"] == "conflict"
    assert run.result(PATIENCE)["payouts_amount"] == 950 + 1050
    check_exact(sessions, *restaurants)


@pytest.mark.parametrize("limit", ["lock_timeout", "statement_timeout"])
def test_a_time_out_between_the_move_and_the_id_leaves_nothing(sessions: Sessions, currency: str, limit: str) -> None:
    first, second = sessions.several(2)
    impatient = sessions.open(role=None)
    restaurants = near_each_other(2)
    sessions.admin.ingest_all([charge(restaurant, currency) for restaurant in restaurants])
    event = charge(restaurants[0], currency)
    reused = event | {"restaurant_id": restaurants[1]}
    first.begin()
    first.ingest(event)
    impatient.begin(at=restaurants[1])
    kept = charge(restaurants[1], currency, amount=5, fee=0)
    impatient.ingest(kept)
    impatient.run("savepoint before")
    impatient.run(f"set local {limit} = '100ms'")
    with pytest.raises((errors.LockNotAvailable, errors.QueryCanceled)):
        impatient.ingest(reused)
    impatient.run("rollback to savepoint before")
    assert impatient.value("select current_setting('cuenta.is_posting', true)") != "on"
    assert impatient.balance(restaurants[1], currency)["total"] == 955
    assert impatient.ingest(charge(restaurants[1], currency, amount=6, fee=0))["entries"] == 1
    with pytest.raises(errors.Error) as refused:
        impatient.run("update ledger.account_balances set balance = balance + 1")
    assert refused.value.sqlstate == "LXBAL"
    impatient.run("rollback to savepoint before")
    impatient.commit()
    first.rollback()
    assert second.ingest(reused)["status"] == "processed"
    check_exact(sessions, restaurants[1])
    assert [e["amount"] for e in sessions.entries(restaurants[1])] == [1000, 50, 5, 1000, 50]


def test_a_few_ids_fought_over_by_singles_and_arrays_leave_every_account_exact(
    sessions: Sessions, two_currencies: tuple[str, str]
) -> None:
    currency, other_currency = two_currencies
    workers = sessions.several(6)
    restaurants = near_each_other(4)
    sessions.admin.ingest_all([charge(restaurant, currency) for restaurant in restaurants[:2]])
    ids = [[new_id() for _ in range(3)] for _ in range(25)]

    def event(chance: random.Random, event_id: str) -> Event:
        kind = chance.choice(["charge_succeeded", "charge_succeeded", "refund_succeeded"])
        moment = NOW - timedelta(hours=chance.choice([1, 30, 60, 90]))
        return charge(
            chance.choice(restaurants),
            chance.choice([currency, currency, other_currency]),
            event_id=event_id,
            event_type=kind,
            amount=chance.choice([100, 200]),
            fee=chance.choice([0, 5]) if kind == "charge_succeeded" else 0,
            occurred_at=moment.isoformat(),
        )

    def work(number: int, step: int) -> list[Row]:
        session, chance = workers[number], random.Random(number * 1000 + step)
        events = [event(chance, event_id) for event_id in chance.sample(ids[step], 3)]
        gives_up = chance.random() < 0.2
        if number % 2:
            while True:
                session.begin()
                try:
                    answers = session.ingest_all(events)
                except (errors.SerializationFailure, errors.DeadlockDetected):
                    session.rollback()
                    continue
                session.run("rollback" if gives_up else "commit")
                return [] if gives_up else answers
        return [session.ingest(one) for one in events]

    answers = []
    for step in range(len(ids)):
        rows = sessions.at_once([partial(work, number, step) for number in range(6)])
        answers += [answer for some in rows for answer in some]
    assert statuses(answers).keys() <= {"processed", "already_processed", "conflict"}
    assert statuses(answers)["processed"] == 75
    check_exact(sessions, *restaurants)


# New restaurants


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_second_first_event_of_a_new_restaurant_waits_and_posts(sessions: Sessions, currency: str, end: str) -> None:
    first, second = sessions.several(2)
    restaurant = new_id("res")
    first.begin()
    first.ingest(charge(restaurant, currency))
    waiting = second.start(lambda: second.ingest(charge(restaurant, currency, amount=500, fee=0)))
    sessions.wait_until_blocked_by(second, first)
    first.run(end)
    assert waiting.result(PATIENCE)["status"] == "processed"
    expected = [1000, 50, 500] if end == "commit" else [500]
    entries = sessions.entries(restaurant)
    assert [e["amount"] for e in entries] == expected
    assert [e["entry_seq"] for e in entries] == list(range(1, len(expected) + 1))


def test_first_events_of_a_new_restaurant_in_several_currencies_at_once(
    sessions: Sessions, currency: str, other_currency: str
) -> None:
    four = sessions.several(4)
    for _ in range(15):
        restaurant = new_id("res")
        answers = sessions.at_once(
            [
                partial(session.ingest, charge(restaurant, money))
                for session, money in zip(four, [currency, other_currency] * 2, strict=True)
            ]
        )
        assert statuses(answers) == {"processed": 4}
        assert [e["entry_seq"] for e in sessions.entries(restaurant)] == [1, 2, 3, 4] * 2
        assert sessions.admin.balance(restaurant, currency)["total"] == 1900


def test_registering_a_restaurant_while_its_first_event_is_open(sessions: Sessions, currency: str) -> None:
    first, second = sessions.several(2)
    restaurant = new_id("res")
    first.begin()
    first.ingest(charge(restaurant, currency))
    waiting = second.start(lambda: second.row("select * from api.set_restaurant(%s, 'Europe/Madrid', 3)", restaurant))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    answer = waiting.result(PATIENCE)
    assert (answer["timezone"], answer["day_close_hour"]) == ("Europe/Madrid", 3)
    assert len(sessions.entries(restaurant)) == 2


# Who must not wait


def test_a_duplicate_does_not_wait_for_the_account(sessions: Sessions, currency: str) -> None:
    holder, first = sessions.several(2)
    impatient = sessions.open(settings="-c lock_timeout=1")
    restaurant = new_id("res")
    event = charge(restaurant, currency)
    answer = first.ingest(event)
    holder.begin()
    holder.ingest(charge(restaurant, currency))
    again = impatient.ingest(event)
    assert again["status"] == "already_processed"
    assert unnumbered(again) == unnumbered(answer)
    assert [row["status"] for row in impatient.ingest_all([event, event])] == ["already_processed"] * 2
    assert impatient.ingest(event | {"amount": 3})["status"] == "conflict"
    assert impatient.ingest(event | {"event_id": new_id(), "amount": -3})["status"] == "rejected"
    assert impatient.balance(restaurant, currency)["total"] == 950
    with pytest.raises(errors.LockNotAvailable):  # the lock that the duplicate did not need is really held
        impatient.ingest(charge(restaurant, currency))
    holder.commit()
    assert impatient.balance(restaurant, currency)["total"] == 1900


def test_restaurants_do_not_wait_for_each_other(sessions: Sessions, currency: str, other_currency: str) -> None:
    holder = sessions.open()
    impatient = sessions.open(settings="-c lock_timeout=1")
    known = [new_id("res") for _ in range(3)]
    sessions.admin.ingest_all([charge(restaurant, currency) for restaurant in known])
    holder.begin()
    holder.ingest_all([charge(known[0], currency), charge(new_id("res"), currency)])
    assert impatient.ingest(charge(known[1], currency))["status"] == "processed"
    assert impatient.ingest(charge(new_id("res"), currency))["status"] == "processed"
    assert impatient.ingest(charge(known[0], other_currency))["status"] == "processed"
    assert statuses(impatient.ingest_all([charge(known[2], currency), charge(known[1], currency)])) == {"processed": 2}
    holder.commit()


def test_a_balance_is_read_as_of_one_moment(sessions: Sessions, currency: str) -> None:
    writer, reader = sessions.several(2)
    restaurant = new_id("res")
    writer.row("select * from api.set_restaurant(%s, p_settlement_delay_days => 30)", restaurant)
    writer.ingest(charge(restaurant, currency))
    done = threading.Event()

    def write() -> None:
        for _ in range(150):
            writer.ingest(charge(restaurant, currency))
        done.set()

    writing = writer.start(write)
    seen = []
    while not done.is_set():
        seen.append(reader.balance(restaurant, currency))
    writing.result(PATIENCE)
    assert len({row["pending"] for row in seen}) > 5
    assert {row["available"] for row in seen} == {0}
    assert {row["pending"] - row["total"] for row in seen} == {0}
