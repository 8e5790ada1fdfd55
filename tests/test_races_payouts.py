"""Payout runs and payout events at the same time.

Every test works in a currency of its own, so that payout runs do not meet the other tests' money.
"""

from __future__ import annotations

import random
import threading
import uuid
from datetime import timedelta
from functools import partial

import pytest

from tests.sessions import (
    AS_OF,
    AWKWARD_IDS,
    NOW,
    PATIENCE,
    Event,
    Row,
    Session,
    Sessions,
    charge,
    make_payout,
    new_id,
    payout_event,
    statuses,
)

# Payout runs


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_second_run_waits_and_creates_what_is_left(sessions: Sessions, currency: str, end: str) -> None:
    first, second = sessions.several(2)
    restaurants = [f"{name}.{uuid.uuid4().hex[:8]}" for name in AWKWARD_IDS]
    count = len(restaurants)
    first.ingest_all([charge(r, currency) for r in restaurants])
    first.begin()
    assert first.pay(currency)["payouts_created"] == count
    waiting = second.start(lambda: second.pay(currency))
    sessions.wait_until_blocked_by(second, first)
    first.run(end)
    answer = waiting.result(PATIENCE)
    if end == "commit":
        assert (answer["payouts_created"], answer["skipped"]) == (0, {"already_paid": count})
    else:
        assert (answer["payouts_created"], answer["payouts_amount"]) == (count, 950 * count)
    payouts = first.rows("select * from api.list_payouts(null, %s)", currency)
    assert {p["restaurant_id"] for p in payouts} == set(restaurants)
    assert [p["amount"] for p in payouts] == [950] * count


def test_runs_at_once_create_what_one_would(sessions: Sessions, currency: str) -> None:
    four = sessions.several(4)
    restaurants = [new_id("res") for _ in range(60)]
    sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
    sessions.admin.ingest_all([charge(restaurants[0], currency, event_type="refund_succeeded", amount=5000)])
    dry = sessions.admin.pay(currency, dry=True)
    answers = sessions.at_once([partial(session.pay, currency) for session in four])
    assert sum(a["payouts_created"] for a in answers) == dry["payouts_created"] == 59
    assert sum(a["payouts_amount"] for a in answers) == dry["payouts_amount"] == 59 * 950
    rows = sessions.admin.rows(
        "select restaurant_id, count(*) from ledger.payouts where currency = %s group by 1", currency
    )
    assert len(rows) == 59 and all(row["count"] == 1 for row in rows)


def test_runs_for_different_days_at_once_close_days_in_one_order(sessions: Sessions, currency: str) -> None:
    pair = sessions.several(2)
    days = [AS_OF - timedelta(days=1), AS_OF]
    for _ in range(6):
        restaurants = [new_id("res") for _ in range(8)]
        sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
        sessions.admin.ingest_all(
            [charge(r, currency, occurred_at=f"{AS_OF.isoformat()}T17:00:00Z") for r in restaurants]
        )
        sessions.at_once([partial(session.pay, currency, day) for session, day in zip(pair, days, strict=True)])
        for restaurant in restaurants:
            payouts = sessions.admin.rows("select * from api.list_payouts(%s, %s)", restaurant, currency)
            assert [(p["as_of"], p["amount"]) for p in payouts] in (
                [(days[1], 1900)],
                [(days[1], 950), (days[0], 950)],
            )
            assert sessions.admin.balance(restaurant, currency)["available"] == 0


def test_an_event_that_waits_for_a_run_falls_into_the_next_payout(sessions: Sessions, currency: str) -> None:
    run, late = sessions.several(2)
    restaurant = new_id("res")
    run.ingest(charge(restaurant, currency))
    run.begin()
    assert run.pay(currency)["payouts_amount"] == 950
    waiting = late.start(lambda: late.ingest(charge(restaurant, currency, amount=700, fee=0)))
    sessions.wait_until_blocked_by(late, run)
    run.commit()
    assert waiting.result(PATIENCE)["status"] == "processed"
    entry = sessions.entries(restaurant)[-1]
    assert (entry["amount"], entry["settlement_day"]) == (700, AS_OF + timedelta(days=1))
    assert run.pay(currency, AS_OF + timedelta(days=1))["payouts_amount"] == 700


def test_a_run_that_waits_for_an_event_pays_it(sessions: Sessions, currency: str) -> None:
    run, early = sessions.several(2)
    restaurant = new_id("res")
    run.ingest(charge(restaurant, currency))
    early.begin()
    early.ingest(charge(restaurant, currency, amount=700, fee=0))
    early.ingest(charge(restaurant, currency, amount=200, event_type="refund_succeeded"))
    waiting = run.start(lambda: run.pay(currency))
    sessions.wait_until_blocked_by(run, early)
    early.commit()
    assert waiting.result(PATIENCE)["payouts_amount"] == 950 + 700 - 200
    assert sessions.admin.balance(restaurant, currency)["available"] == 0


def test_a_run_against_1000_incoming_events_loses_nothing(sessions: Sessions, currency: str) -> None:
    *writers, runner = sessions.several(5)
    restaurants = [new_id("res") for _ in range(25)]
    chance = random.Random(11)
    events = [
        charge(
            chance.choice(restaurants),
            currency,
            amount=chance.randint(100, 9_000),
            occurred_at=(NOW - timedelta(hours=chance.randint(24, 240))).isoformat(),
            event_type=chance.choice(["charge_succeeded"] * 4 + ["refund_succeeded"]),
        )
        for _ in range(1000)
    ]
    a_third_is_in = threading.Barrier(len(writers) + 1)
    the_runs_are_over = threading.Event()

    def write(session: Session, mine: list[Event]) -> list[Row]:
        answers = []
        for number, event in enumerate(mine):
            if number == 80:
                a_third_is_in.wait(PATIENCE)
            if number == 240:  # the last events come after the runs, as late ones
                the_runs_are_over.wait(PATIENCE)
            answers.append(session.ingest(event))
        return answers

    futures = [writer.start(partial(write, writer, events[number::4])) for number, writer in enumerate(writers)]
    a_third_is_in.wait(PATIENCE)
    runs = [runner.pay(currency, AS_OF - timedelta(days=back)) for back in (5, 4, 2, 1, 0)]
    the_runs_are_over.set()
    answers = [answer for future in futures for answer in future.result(PATIENCE)]
    assert statuses(answers) == {"processed": 1000}
    assert sum(run["payouts_created"] for run in runs) > 25
    runs.append(runner.pay(currency, AS_OF + timedelta(days=1)))
    for restaurant in restaurants:
        net = sum(
            event["amount"] - event["fee"] if event["event_type"] == "charge_succeeded" else -event["amount"]
            for event in events
            if event["restaurant_id"] == restaurant
        )
        balance = sessions.admin.balance(restaurant, currency)
        payouts = sessions.admin.rows("select * from api.list_payouts(%s, %s)", restaurant, currency)
        assert balance["total"] == net
        assert balance["reserved"] == sum(p["amount"] for p in payouts)
        assert len({p["as_of"] for p in payouts}) == len(payouts)
    assert sum(run["payouts_amount"] for run in runs) == sessions.admin.value(
        "select sum(amount)::bigint from ledger.payouts where currency = %s", currency
    )


# Payout events


@pytest.mark.parametrize("first_kind", ["payout_paid", "payout_failed"])
@pytest.mark.parametrize("is_later", [True, False])
def test_the_second_of_two_payout_events_waits_and_sees_the_first(
    sessions: Sessions, currency: str, first_kind: str, is_later: bool
) -> None:
    first, second = sessions.several(2)
    restaurant = new_id("res")
    payout = make_payout(sessions, restaurant, currency)
    other_kind = {"payout_paid": "payout_failed", "payout_failed": "payout_paid"}[first_kind]
    other_time = NOW + timedelta(seconds=60 if is_later else -60)
    first.begin()
    assert first.ingest(payout_event(payout, first_kind))["status"] == "processed"
    waiting = second.start(lambda: second.ingest(payout_event(payout, other_kind, occurred_at=other_time.isoformat())))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    answer = waiting.result(PATIENCE)
    moved = [e["entry_type"] for e in sessions.entries(restaurant)][3:]
    if first_kind == "payout_failed" and is_later:
        assert (answer["status"], answer["code"]) == ("rejected", "PAYOUT_STATE_CONFLICT")
        expected = (["PAYOUT_FAILURE"], "FAILED")
    elif is_later:
        assert (answer["status"], answer["code"], answer["entries"]) == ("processed", None, 1)
        expected = (["PAYOUT_RELEASE", "PAYOUT_RETURN"], "FAILED")
    else:  # overtaken
        assert (answer["status"], answer["code"], answer["entries"]) == ("processed", "NO_EFFECT", 0)
        expected = (["PAYOUT_FAILURE"], "FAILED") if first_kind == "payout_failed" else (["PAYOUT_RELEASE"], "PAID")
    payout_now = second.row("select * from api.get_payout(%s)", payout["payout_id"])
    assert (moved, payout_now["status"]) == expected


def test_paid_and_failed_at_once_release_or_give_back_but_never_both(sessions: Sessions, currency: str) -> None:
    pair = sessions.several(2)
    restaurants = [new_id("res") for _ in range(20)]
    sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
    sessions.admin.pay(currency)
    for payout in sessions.admin.rows("select * from api.list_payouts(null, %s, null, 100)", currency):
        events = [payout_event(payout, kind) for kind in ("payout_paid", "payout_failed")]
        paid, failed = sessions.at_once(
            [partial(session.ingest, event) for session, event in zip(pair, events, strict=True)]
        )
        status = sessions.admin.row("select * from api.get_payout(%s)", payout["payout_id"])["status"]
        moved = [e["entry_type"] for e in sessions.entries(payout["restaurant_id"])][3:]
        # Both report the same moment: the failure counts, whichever comes first.
        assert (paid["status"], failed["status"], status) == ("processed", "processed", "FAILED")
        assert (failed["code"], failed["entries"]) == (None, 1)
        if paid["code"] is None:
            assert moved == ["PAYOUT_RELEASE", "PAYOUT_RETURN"]
        else:
            assert (paid["code"], paid["entries"], moved) == ("NO_EFFECT", 0, ["PAYOUT_FAILURE"])
        assert sessions.admin.balance(payout["restaurant_id"], currency)["available"] == payout["amount"]


@pytest.mark.parametrize("kind", ["payout_paid", "payout_failed"])
def test_two_reports_of_the_same_outcome_at_once_post_once(sessions: Sessions, currency: str, kind: str) -> None:
    pair = sessions.several(2)
    restaurants = [new_id("res") for _ in range(8)]
    sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
    sessions.admin.pay(currency)
    for payout in sessions.admin.rows("select * from api.list_payouts(null, %s)", currency):
        answers = sessions.at_once([partial(session.ingest, payout_event(payout, kind)) for session in pair])
        assert sorted((a["status"], a["entries"], a["code"] or "") for a in answers) == [
            ("processed", 0, "NO_EFFECT"),
            ("processed", 1, ""),
        ]
        assert len(sessions.entries(payout["restaurant_id"])) == 4


def test_two_workers_never_have_the_same_run_and_neither_waits(sessions: Sessions, currency: str) -> None:
    sessions.admin.ingest(charge(new_id("res"), currency))
    queue = "select run_id from api.queue_payout_run(%s, current_date - %s, 1)"
    older, newer = (sessions.admin.value(queue, currency, days) for days in (2, 1))
    claim = "select c.run_id from api.claim_payout_run() as c"
    workers = [sessions.open(role="cuenta_worker", settings="-c lock_timeout=5s") for _ in range(3)]
    for worker in workers:
        worker.begin()
    assert [[row["run_id"] for row in worker.rows(claim)] for worker in workers] == [[older], [newer], []]
    for worker in workers:
        worker.rollback()
    for worker in workers[:2]:
        assert worker.value("select c.is_finished from api.continue_payout_run(%s) as c", worker.value(claim))
