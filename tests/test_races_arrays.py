"""Arrays at the same time: with each other, with single events and with payout runs.

Every test works in a currency of its own, so that payout runs do not meet the other tests' money.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from psycopg import errors

from tests.sessions import (
    AS_OF,
    AWKWARD_IDS,
    NOW,
    PATIENCE,
    Event,
    Row,
    Sessions,
    T,
    charge,
    new_id,
    payout_event,
    statuses,
)

# Arrays in opposite order


def test_an_array_waits_for_an_open_one_over_the_same_accounts(sessions: Sessions, currency: str) -> None:
    first, second = sessions.several(2)
    restaurants = [f"{name}.{uuid.uuid4().hex[:8]}" for name in AWKWARD_IDS]
    first.begin()
    first.ingest_all([charge(r, currency) for r in restaurants])
    waiting = second.start(lambda: second.ingest_all([charge(r, currency) for r in reversed(restaurants)]))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    assert statuses(waiting.result(PATIENCE)) == {"processed": len(restaurants)}
    for restaurant in restaurants:
        assert [e["entry_seq"] for e in sessions.entries(restaurant)] == [1, 2, 3, 4]


@pytest.mark.parametrize("known", [True, False])
def test_arrays_over_the_same_accounts_in_opposite_order_do_not_deadlock(
    sessions: Sessions, currency: str, known: bool
) -> None:
    four = sessions.several(4)
    chance = random.Random(5)
    for number in range(12):
        restaurants = [f"{name}.{number}.{uuid.uuid4().hex[:6]}" for name in AWKWARD_IDS]
        if known:
            sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
        orders = [restaurants, restaurants[::-1]]
        orders += [chance.sample(restaurants, len(restaurants)) for _ in range(2)]
        answers = sessions.at_once(
            [
                partial(session.ingest_all, [charge(r, currency) for r in order])
                for session, order in zip(four, orders, strict=True)
            ]
        )
        assert all(statuses(answer) == {"processed": len(restaurants)} for answer in answers)


@pytest.mark.parametrize("accounts", ["shared", "apart"])
def test_arrays_that_give_the_same_ids_to_different_restaurants_do_not_deadlock(
    sessions: Sessions, currency: str, accounts: str
) -> None:
    pair = sessions.several(2)
    ours = [f"{name}.{uuid.uuid4().hex[:6]}" for name in AWKWARD_IDS * 2]
    theirs = ours if accounts == "shared" else [f"{name}.{uuid.uuid4().hex[:6]}" for name in AWKWARD_IDS * 2]
    sessions.admin.ingest_all([charge(r, currency) for r in {*ours, *theirs}])
    for number in range(25):
        ids = [new_id() for _ in ours]
        forward = [charge(r, currency, event_id=i) for r, i in zip(ours, ids, strict=True)]
        backward = [charge(r, currency, event_id=i) for r, i in zip(theirs, ids[::-1], strict=True)]
        if accounts == "shared" and number % 2:
            backward = backward[::-1]
        answers = sessions.at_once(
            [partial(session.ingest_all, events) for session, events in zip(pair, [forward, backward], strict=True)]
        )
        won = Counter(row["event_id"] for rows in answers for row in rows if row["status"] == "processed")
        assert won == dict.fromkeys(ids, 1)
        assert statuses(answers[0] + answers[1]) == {"processed": len(ids), "conflict": len(ids)}


def test_an_array_does_not_claim_ids_while_another_one_claims_them_in_another_order(
    sessions: Sessions, currency: str
) -> None:
    holder, first, second = sessions.several(3)
    gate = charge(new_id("res"), currency)
    ours, theirs = new_id("res"), new_id("res")
    ids = [new_id(), new_id()]
    holder.begin()
    holder.ingest(gate)
    forward = [charge(ours, currency, event_id=i) for i in ids]
    backward = [charge(theirs, currency, event_id=i) for i in reversed(ids)]
    one = first.start(partial(first.ingest_all, [forward[0], gate | {"restaurant_id": ours}, forward[1]]))
    sessions.wait_until_blocked_by(first, holder)
    other = second.start(partial(second.ingest_all, backward))
    sessions.wait_until_blocked(first, second)
    holder.commit()
    answers = [*one.result(PATIENCE), *other.result(PATIENCE)]
    assert statuses(answers) == {"processed": 2, "conflict": 3}


def test_an_array_and_single_calls_with_the_same_ids_do_not_deadlock(sessions: Sessions, currency: str) -> None:
    holder, single, array = sessions.several(3)
    for number in range(8):
        first, second = new_id("res"), new_id("res")
        shared = [charge(first, currency), charge(second, currency)]
        sessions.admin.ingest_all([charge(first, currency), charge(second, currency)])
        holder.begin()
        holder.ingest(charge(shared[number % 2]["restaurant_id"], currency))
        alone = single.start(partial(single.ingest, shared[number % 2]))
        sessions.wait_until_blocked(single)
        together = array.start(partial(array.ingest_all, shared[::-1]))
        sessions.wait_until_blocked(array, single)
        holder.commit()
        answers = [alone.result(PATIENCE), *together.result(PATIENCE)]
        assert statuses(answers) == {"processed": 2, "already_processed": 1}
        assert len(sessions.entries(first)) + len(sessions.entries(second)) == 10


def test_an_array_whose_first_use_of_an_id_is_refused_has_locked_what_the_second_needs(
    sessions: Sessions, currency: str
) -> None:
    holder, first, second = sessions.several(3)
    low, high = (f"{letter}.{uuid.uuid4().hex[:8]}" for letter in "az")
    sessions.admin.ingest_all([charge(low, currency), charge(high, currency)])
    claimed = charge(new_id("res"), currency)
    refused = charge(high, currency, event_type="payout_paid", payout_id="po_" + "0" * 32)
    mended = charge(low, currency, event_id=refused["event_id"])
    holder.begin()
    holder.ingest(claimed)
    one = first.start(partial(first.ingest_all, [claimed | {"restaurant_id": high}, refused, mended]))
    sessions.wait_until_blocked_by(first, holder)
    other = second.start(partial(second.ingest_all, [charge(low, currency), charge(high, currency)]))
    sessions.wait_until_blocked(first, second)
    holder.commit()
    assert [row["status"] for row in one.result(PATIENCE)] == ["conflict", "rejected", "processed"]
    assert statuses(other.result(PATIENCE)) == {"processed": 2}


def test_an_array_locks_no_account_that_was_missing_and_that_another_has_opened_since(
    sessions: Sessions, currency: str
) -> None:
    holder, first, second, opener = sessions.several(4)
    low, high = (f"{letter}.{uuid.uuid4().hex[:8]}" for letter in "bm")
    sessions.admin.ingest(charge(high, currency))
    refused = charge(low, currency, event_type="payout_paid", payout_id="po_" + "0" * 32)
    holder.begin()
    holder.ingest(charge(high, currency))
    one = first.start(partial(first.ingest_all, [charge(high, currency), refused]))
    sessions.wait_until_blocked_by(first, holder)
    opener.ingest(charge(low, currency))
    other = second.start(partial(second.ingest_all, [charge(low, currency), charge(high, currency)]))
    sessions.wait_until_blocked(first, second)
    holder.commit()
    assert [row["status"] for row in one.result(PATIENCE)] == ["processed", "rejected"]
    assert statuses(other.result(PATIENCE)) == {"processed": 2}


def test_runs_and_arrays_in_opposite_order_do_not_deadlock(sessions: Sessions, currency: str) -> None:
    runner, *writers = sessions.several(3)
    restaurants = [f"{name}.{uuid.uuid4().hex[:6]}" for name in AWKWARD_IDS]
    for day in range(10, -1, -1):
        sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
        events = [charge(r, currency) for r in reversed(restaurants)]
        work: list[Callable[[], object]] = [partial(runner.pay, currency, AS_OF - timedelta(days=day))]
        work += [partial(writer.ingest_all, events[number::2]) for number, writer in enumerate(writers)]
        sessions.at_once(work)
    total = sessions.admin.value(
        "select sum(b.total)::bigint from unnest(%s::text[]) as r cross join lateral api.get_balance(r, %s) as b",
        restaurants,
        currency,
    )
    assert total == 11 * 2 * 950 * len(restaurants)


# A mix of everything


def test_a_torture_of_mixed_writers_ends_sound_and_without_deadlock(sessions: Sessions, currency: str) -> None:
    restaurants = [f"{name}.{uuid.uuid4().hex[:6]}" for name in AWKWARD_IDS]
    workers = sessions.several(8)
    sent: list[list[Event]] = [[] for _ in workers]
    shared: list[Event] = []
    answers: list[list[Row]] = [[] for _ in workers]
    retried = Counter[str]()

    def retry(call: Callable[[], T]) -> T:
        while True:
            try:
                return call()
            except errors.SerializationFailure:  # the only error that may come, and it may be retried
                retried["40001"] += 1
                assert retried["40001"] < 2000

    def work(number: int) -> None:
        session, chance = workers[number], random.Random(number)
        mine, got = sent[number], answers[number]

        def fresh() -> Event:
            if shared and chance.random() < 0.3:
                event = chance.choice(shared)  # a redelivery, sometimes to another restaurant
                if chance.random() < 0.3:
                    return event | {"restaurant_id": chance.choice(restaurants)}
                return event
            event = charge(
                chance.choice(restaurants),
                currency,
                amount=chance.randint(100, 5000),
                occurred_at=(NOW - timedelta(hours=chance.randint(24, 300))).isoformat(),
                event_type=chance.choice(["charge_succeeded"] * 3 + ["refund_succeeded"]),
            )
            shared.append(event)
            return event

        def about_payouts() -> list[Event]:
            open_ones = session.rows(
                "select * from api.list_payouts(null, %s, %s, 20)",
                currency,
                chance.choice(["CREATED", "PAID"]),
            )
            return [
                payout_event(p, chance.choice(["payout_paid", "payout_failed"]))
                for p in chance.sample(open_ones, min(len(open_ones), 4))
            ]

        for step in range(45):
            kind = chance.random()
            if kind < 0.4:
                events = [fresh()]
                got.append(retry(partial(session.ingest, events[0])))
            elif kind < 0.75:
                events = [fresh() for _ in range(chance.randint(2, 25))] + about_payouts()
                chance.shuffle(events)
                got.extend(retry(partial(session.ingest_all, events)))
            elif kind < 0.9:
                events = about_payouts()
                got.extend(retry(partial(session.ingest, event)) for event in events)
            else:
                events = []
                day = AS_OF - timedelta(days=chance.randint(0, 12 - step // 4))
                retry(partial(session.pay, currency, day, chance.choice([0, 1, 3000])))
            mine.extend(events)

    sessions.at_once([partial(work, number) for number in range(8)])
    every = [row for rows in answers for row in rows]
    assert len(every) == sum(len(events) for events in sent) > 1000
    found = statuses(every)
    assert set(found) <= {"processed", "already_processed", "conflict", "rejected"}
    assert found["processed"] > 200 and found["already_processed"] > 50 and found["conflict"] > 10
    assert {row["code"] for row in every if row["status"] == "rejected"} <= {"PAYOUT_STATE_CONFLICT"}
    # One effective event an id, and the ledger is what the effective events say.
    ids = {event["event_id"] for events in sent for event in events}
    rejected = {row["event_id"] for row in every if row["status"] == "rejected"}
    assert {row["event_id"] for row in every if row["status"] == "processed"} == ids - rejected
    assert found["processed"] == len(ids - rejected)
    recorded = sessions.admin.rows(
        "select status, count(*)::int from ledger.event_rejections where event_id = any(%s) group by 1",
        list(ids),
    )
    assert {row["status"]: row["count"] for row in recorded} == {
        status: count for status, count in found.items() if status in ("conflict", "rejected")
    }
