"""Callers that want more isolation than they need get the right answer or 40001.

Every test works in a currency of its own, so that payout runs do not meet the other tests' money.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from psycopg import errors

from tests.sessions import (
    AS_OF,
    LATER,
    PATIENCE,
    Row,
    Session,
    Sessions,
    T,
    charge,
    check_exact,
    make_payout,
    new_id,
    payout_event,
    statuses,
)

LEVELS = ["repeatable read", "serializable"]


class OldSnapshot:
    """A session inside a transaction that sees the database as it was before `changes`."""

    def __init__(self, session: Session, level: str, changes: Callable[[], object]) -> None:
        self.session = session
        session.run(f"begin isolation level {level}")
        session.value("select count(*) from api.list_payouts(null, null)")
        changes()

    def answer(self, call: Callable[[], T]) -> T | None:
        """What the call answers, committed; None when it has to be tried again (40001)."""
        try:
            result = call()
            self.session.commit()
        except errors.SerializationFailure:
            self.session.rollback()
            return None
        return result


@pytest.mark.parametrize("level", LEVELS)
def test_isolated_callers_get_the_usual_answers_when_they_are_alone(
    sessions: Sessions, currency: str, level: str
) -> None:
    session = sessions.open(settings=f"-c default_transaction_isolation={level.replace(' ', chr(92) + ' ')}")
    assert session.value("show transaction_isolation") == level
    restaurant = new_id("res")
    event = charge(restaurant, currency)
    session.begin()
    assert session.ingest(event)["status"] == "processed"
    assert session.ingest(event)["status"] == "already_processed"
    assert session.ingest(event | {"amount": 3})["status"] == "conflict"
    assert session.balance(restaurant, currency)["available"] == 950
    session.commit()
    assert statuses(session.ingest_all([event, charge(restaurant, currency), event | {"fee": 0}])) == {
        "already_processed": 1,
        "processed": 1,
        "conflict": 1,
    }
    assert session.pay(currency)["payouts_amount"] == 1900
    assert session.pay(currency)["skipped"] == {"already_paid": 1}
    payout = session.row("select * from api.list_payouts(%s)", restaurant)
    assert session.ingest(payout_event(payout, "payout_paid"))["entries"] == 1
    assert session.row("select * from api.get_payout(%s)", payout["payout_id"])["status"] == "PAID"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("how", ["single", "array"])
@pytest.mark.parametrize("seen", ["same content", "other content", "other restaurant", "only the account", "nothing"])
def test_an_old_snapshot_gets_a_right_answer_or_is_to_be_retried(
    sessions: Sessions, currency: str, level: str, how: str, seen: str
) -> None:
    session, other = sessions.several(2)
    restaurant = new_id("res")
    if seen != "nothing":
        sessions.admin.ingest(charge(restaurant, currency, amount=10, fee=0))
    event = charge(restaurant, currency)
    meanwhile = {
        "same content": event,
        "other content": event | {"amount": 77},
        "other restaurant": event | {"restaurant_id": new_id("res")},
        "only the account": charge(restaurant, currency),
        "nothing": charge(restaurant, currency),
    }[seen]
    expected = {
        "same content": "already_processed",
        "other content": "conflict",
        "other restaurant": "conflict",
        "only the account": "processed",
        "nothing": "processed",
    }[seen]
    ingest = partial(session.ingest if how == "single" else session.ingest_as_array, event)
    answer = OldSnapshot(session, level, partial(other.ingest, meanwhile)).answer(ingest)
    if answer is None:
        assert len(sessions.rejections(event["event_id"])) == 0
        answer = ingest()
    assert answer["status"] == expected
    assert len(sessions.rejections(event["event_id"])) == (expected == "conflict")
    held = sessions.admin.balance(restaurant, currency)["total"]
    assert held == {"same content": 960, "other content": 37, "other restaurant": 10}.get(
        seen, 1910 if seen == "only the account" else 1900
    )


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("where", ["same account", "other restaurant"])
def test_an_isolated_loser_of_a_race_is_told_to_retry_or_answered(
    sessions: Sessions, currency: str, level: str, where: str
) -> None:
    session, other = sessions.several(2)
    restaurants = [new_id("res") for _ in range(2)]
    sessions.admin.ingest_all([charge(restaurant, currency) for restaurant in restaurants])
    event = charge(restaurants[0], currency, **LATER)
    reused = event if where == "same account" else event | {"restaurant_id": restaurants[1]}
    isolated = OldSnapshot(session, level, other.begin)
    other.ingest(event)
    waiting = session.start(lambda: isolated.answer(partial(session.ingest, reused)))
    sessions.wait_until_blocked_by(session, other)
    other.commit()
    answer = waiting.result(PATIENCE)
    check_exact(sessions, *restaurants)
    if answer is None:
        assert sessions.rejections(event["event_id"]) == []
        answer = session.ingest(reused)
    assert answer["status"] == ("already_processed" if where == "same account" else "conflict")
    check_exact(sessions, *restaurants)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("first_kind", ["payout_paid", "payout_failed"])
def test_an_old_snapshot_does_not_decide_about_a_payout(
    sessions: Sessions, currency: str, level: str, first_kind: str
) -> None:
    session, other = sessions.several(2)
    payout = make_payout(sessions, new_id("res"), currency)
    second_kind = {"payout_paid": "payout_failed", "payout_failed": "payout_paid"}[first_kind]
    ingest = partial(session.ingest, payout_event(payout, second_kind))
    answer = OldSnapshot(session, level, partial(other.ingest, payout_event(payout, first_kind))).answer(ingest)
    if answer is None:
        answer = ingest()
    # Of one instant, so that both orders end in the same state: FAILED.
    assert answer["code"] == {"payout_paid": None, "payout_failed": "NO_EFFECT"}[first_kind]
    status = session.row("select * from api.get_payout(%s)", payout["payout_id"])["status"]
    assert status == "FAILED"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("change", ["a run", "a later run", "a charge", "a refund", "a pause"])
def test_a_run_with_an_old_snapshot_pays_right_or_is_to_be_retried(
    sessions: Sessions, currency: str, level: str, change: str
) -> None:
    session, other = sessions.several(2)
    restaurant = new_id("res")
    other.ingest(charge(restaurant, currency))
    changes: dict[str, Callable[[], object]] = {
        "a run": partial(other.pay, currency),
        "a later run": partial(other.pay, currency, AS_OF + timedelta(days=1)),
        "a charge": partial(other.ingest, charge(restaurant, currency)),
        "a refund": partial(other.ingest, charge(restaurant, currency, event_type="refund_succeeded", amount=900)),
        "a pause": partial(other.row, "select * from api.set_restaurant(%s, p_payouts_paused => true)", restaurant),
    }
    answer = OldSnapshot(session, level, changes[change]).answer(partial(session.pay, currency))
    retried = answer is None
    if answer is None:
        answer = session.pay(currency)
    expected = {
        "a run": (0, {"already_paid": 1}),
        "a later run": (0, {"closed_by_later_payout": 1}),
        "a charge": (1900, {}),
        "a refund": (50, {}),
        "a pause": (0, {"payouts_paused": 1}),
    }[change]
    allowed = [expected]
    if change == "a pause" and not retried:
        allowed.append((950, {}))  # as if it had run before the pause: nothing of the restaurant's money moved
    assert (answer["payouts_amount"], answer["skipped"]) in allowed
    payouts = session.rows("select * from api.list_payouts(%s)", restaurant)
    assert len(payouts) == (0 if change == "a pause" and answer["payouts_amount"] == 0 else 1)


@pytest.mark.parametrize("level", LEVELS)
def test_isolated_sessions_that_retry_end_like_any_other(sessions: Sessions, currency: str, level: str) -> None:
    workers = sessions.several(4)
    restaurants = [new_id("res") for _ in range(3)]
    events = [charge(restaurants[number % 3], currency, amount=100 + number, fee=0) for number in range(40)]

    def isolated(session: Session, call: Callable[[], Row]) -> Row:
        while True:
            try:
                session.run(f"begin isolation level {level}")
                answer = call()
                session.commit()
                return answer
            except errors.SerializationFailure:
                session.rollback()

    def work(number: int) -> list[Row]:
        session, chance = workers[number], random.Random(number)
        answers = []
        for step, event in enumerate(chance.sample(events, len(events))):
            answers.append(isolated(session, partial(session.ingest, event)))
            if step % 10 == number:
                isolated(session, partial(session.pay, currency, AS_OF - timedelta(days=number)))
        return answers

    answers = [row for rows in sessions.at_once([partial(work, number) for number in range(4)]) for row in rows]
    assert statuses(answers) == {"processed": 40, "already_processed": 120}
    for restaurant in restaurants:
        net = sum(event["amount"] for event in events if event["restaurant_id"] == restaurant)
        assert sessions.admin.balance(restaurant, currency)["total"] == net
