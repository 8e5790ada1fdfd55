"""Arrays at the same time: with each other, with single events and with payout runs.

Every test works in a currency of its own, so that payout runs do not meet the other tests' money.
"""

from __future__ import annotations

import contextlib
import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial

import pytest
from psycopg import errors

from app import create_app
from db.pool import Pool
from tests.cluster import CELLS, live_together
from tests.sessions import (
    AS_OF,
    AWKWARD_IDS,
    NOW,
    PATIENCE,
    Event,
    Row,
    Session,
    Sessions,
    T,
    charge,
    check_exact,
    near_each_other,
    new_id,
    payout_event,
    statuses,
)


def together(*names: str, near: str | None = None) -> list[str]:
    """New restaurants whose names begin so, and which live in one database: an id that two of them share is seen."""
    made: list[str] = []
    for name in names:
        while True:
            one = f"{name}.{uuid.uuid4().hex[:6]}"
            if live_together(one, near or one, *made):
                break
        made.append(one)
    return made


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
    ours = together(*AWKWARD_IDS * 2)
    theirs = ours if accounts == "shared" else together(*AWKWARD_IDS * 2, near=ours[0])
    sessions.admin.ingest_all([charge(r, currency) for r in {*ours, *theirs}])
    for number in range(25):
        ids = [new_id() for _ in ours]
        forward = [charge(r, currency, event_id=i) for r, i in zip(ours, ids, strict=True)]
        backward = [charge(r, currency, event_id=i) for r, i in zip(theirs, ids[::-1], strict=True)]
        if accounts == "shared" and number % 2:
            backward = backward[::-1]
        answers = sessions.at_once(
            [
                partial(session.ingest_until_answered, events)
                for session, events in zip(pair, [forward, backward], strict=True)
            ]
        )
        won = Counter(row["event_id"] for rows in answers for row in rows if row["status"] == "processed")
        assert won == dict.fromkeys(ids, 1)
        assert statuses(answers[0] + answers[1]) == {"processed": len(ids), "conflict": len(ids)}


def test_an_array_and_single_calls_with_the_same_ids_do_not_deadlock(sessions: Sessions, currency: str) -> None:
    holder, single, array = sessions.several(3)
    for number in range(8):
        first, second = near_each_other(2)
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
    low, high = together(*"az")
    sessions.admin.ingest_all([charge(low, currency), charge(high, currency)])
    claimed = charge(new_id("res", near=high), currency)
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
    low, high = together(*"bm")
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
                    neighbors = [name for name in restaurants if live_together(name, event["restaurant_id"])]
                    return event | {"restaurant_id": chance.choice(neighbors)}
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
    processed = {row["event_id"] for row in every if row["status"] == "processed"}
    assert found["processed"] == len(processed)
    booked = "select array_agg(event_id) from ledger.processor_events where event_id = any(%s)"
    assert set(sessions.admin.value(booked, list(ids))) == ids - rejected
    recorded = sessions.admin.rows(
        "select status, count(*)::int from ledger.event_rejections where event_id = any(%s) group by 1",
        list(ids),
    )
    kept = {row["status"]: row["count"] for row in recorded}
    told = {status: count for status, count in found.items() if status in ("conflict", "rejected")}
    if CELLS and retried:  # of an array that was sent again some cells may have kept their part, and nobody was told
        assert processed <= ids - rejected and all(kept[status] >= count for status, count in told.items())
    else:
        assert (processed, kept) == (ids - rejected, told)


# Arrays that contradict each other


@pytest.fixture
def sessions_that_contradict(database: str) -> Iterator[Sessions]:
    """Sessions among which PostgreSQL may have to end one; the book is sound afterwards all the same."""
    opened = Sessions(database)
    try:
        yield opened
        opened.check()
    finally:
        opened.close()


def until_answered(session: Session, events: Sequence[Event]) -> tuple[list[Row], int]:
    """The answers, and how often the array had to be sent again: 40001 and 40P01 are all that may come."""
    for retries in range(20):
        try:
            return session.ingest_all(events), retries
        except (errors.SerializationFailure, errors.DeadlockDetected):
            continue
    raise AssertionError("never answered")


@pytest.mark.parametrize("restaurants", ["crossed", "apart", "crossed and new"])
def test_arrays_that_contradict_each_other_about_two_ids_are_answered_when_sent_again(
    sessions_that_contradict: Sessions, currency: str, restaurants: str
) -> None:
    sessions = sessions_that_contradict
    pair = sessions.several(2, settings="-c deadlock_timeout=1")
    for number in range(20):
        low, high = together(*"az")
        others = (low, high)
        if restaurants == "apart":
            others = (new_id("res", near=low), new_id("res", near=low))
        if restaurants != "crossed and new":
            sessions.admin.ingest_all([charge(r, currency) for r in {low, high, *others}])
        first, second = sorted((new_id(), new_id()))
        one = [charge(low, currency, event_id=first), charge(high, currency, event_id=second)]
        other = [charge(others[1], currency, event_id=first), charge(others[0], currency, event_id=second)]
        if number % 2:
            other.reverse()
        answers = sessions.at_once(
            [partial(until_answered, session, events) for session, events in zip(pair, [one, other], strict=True)]
        )
        rows = [row for found, _ in answers for row in found]
        won = Counter(row["event_id"] for row in rows if row["status"] == "processed")
        assert won == {first: 1, second: 1}
        assert statuses(rows) == {"processed": 2, "conflict": 2}
        for event_id in (first, second):
            assert len(sessions.rejections(event_id)) == 1
        check_exact(sessions, *{low, high, *others})


def test_a_crowd_that_contradicts_itself_about_a_few_ids_ends_right(
    sessions_that_contradict: Sessions, currency: str
) -> None:
    sessions = sessions_that_contradict
    workers = sessions.several(5, settings="-c deadlock_timeout=1")
    restaurants = together(*AWKWARD_IDS[:6])
    sessions.admin.ingest_all([charge(r, currency) for r in restaurants[:3]])
    retries = 0
    for step in range(12):
        ids = [new_id() for _ in range(6)]

        def work(number: int, step: int = step, ids: Sequence[str] = tuple(ids)) -> tuple[list[Row], int]:
            chance = random.Random(number * 1000 + step)
            events = [charge(chance.choice(restaurants), currency, event_id=i) for i in chance.sample(ids, len(ids))]
            return until_answered(workers[number], events)

        answers = sessions.at_once([partial(work, number) for number in range(len(workers))])
        rows = [row for found, _ in answers for row in found]
        retries += sum(count for _, count in answers)
        assert Counter(row["event_id"] for row in rows if row["status"] == "processed") == dict.fromkeys(ids, 1)
        assert statuses(rows).keys() <= {"processed", "conflict", "already_processed"}
    assert retries < 60
    check_exact(sessions, *restaurants)


@pytest.mark.parametrize("how", ["single", "array"])
@pytest.mark.parametrize("content", ["same", "another restaurant", "another amount"])
def test_an_array_that_waits_for_an_account_answers_an_id_that_was_posted_meanwhile(
    sessions: Sessions, currency: str, content: str, how: str
) -> None:
    holder, array, other = sessions.several(3)
    low, high = together(*"az")
    sessions.admin.ingest_all([charge(low, currency), charge(high, currency)])
    shared = charge(low, currency)
    events = [shared, charge(high, currency), charge(low, currency)]
    holder.begin()
    holder.ingest(charge(low, currency))  # the first account that the array wants
    waiting = array.start(partial(array.ingest_all, events))
    sessions.wait_until_blocked_by(array, holder)
    other_content: dict[str, Event] = {"another restaurant": {"restaurant_id": high}, "another amount": {"amount": 9}}
    posted = shared | other_content.get(content, {})
    if posted["restaurant_id"] == low:  # by the one that holds the account
        assert (holder.ingest if how == "single" else holder.ingest_as_array)(posted)["status"] == "processed"
    else:
        assert (other.ingest if how == "single" else other.ingest_as_array)(posted)["status"] == "processed"
    holder.commit()
    answers = waiting.result(PATIENCE)
    expected = "already_processed" if content == "same" else "conflict"
    assert [row["status"] for row in answers] == [expected, "processed", "processed"]
    assert len(sessions.rejections(shared["event_id"])) == (content != "same")
    check_exact(sessions, low, high)


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_an_array_that_waits_for_an_id_has_moved_no_account(sessions: Sessions, currency: str, end: str) -> None:
    holder, array = sessions.several(2)
    impatient = sessions.open(settings="-c lock_timeout=1")
    restaurants = sorted(near_each_other(3))
    sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
    event = charge(restaurants[0], currency)
    holder.begin()
    holder.ingest(event)
    reused = event | {"restaurant_id": restaurants[2]}
    events = [charge(restaurants[1], currency), reused, charge(restaurants[2], currency)]
    before = [sessions.entries(r) for r in restaurants]
    waiting = array.start(partial(array.ingest_until_answered, events))
    sessions.wait_until_blocked_by(array, holder)
    assert [sessions.entries(r) for r in restaurants] == before
    assert impatient.balance(restaurants[1], currency)["total"] == 950
    assert impatient.ingest(charge(new_id("res"), currency))["status"] == "processed"
    holder.run(end)
    statuses_of = [row["status"] for row in waiting.result(PATIENCE)]
    assert statuses_of == ["processed", "conflict" if end == "commit" else "processed", "processed"]
    check_exact(sessions, *restaurants)


def test_over_http_a_deadlock_is_to_be_sent_again_and_then_answered(
    sessions_that_contradict: Sessions, database: str, currency: str
) -> None:
    """A caller who posts twice in one transaction, in the other order than an array, can make one."""
    sessions = sessions_that_contradict
    low, high = together(*"az")
    sessions.admin.ingest_all([charge(low, currency), charge(high, currency)])
    events = [charge(low, currency), charge(high, currency)]
    caller = sessions.open(role=None, settings="-c deadlock_timeout=1h")
    with contextlib.closing(Pool(database)) as pool:
        client = create_app(pool).test_client()
        caller.begin()
        caller.ingest(charge(high, currency))
        posting = sessions.pool.submit(partial(client.post, "/v1/processor/events/batch", json=events))
        sessions.wait_until(
            "select count(*) = 1 from pg_stat_activity where pg_blocking_pids(pid) && %s::integer[]", caller.pids
        )
        crossing = caller.start(lambda: caller.ingest(charge(low, currency)))
        response = posting.result(PATIENCE)
        assert response.status_code == 503, response.text
        assert int(response.headers["Retry-After"]) > 0
        assert response.json is not None and response.json["error"]["code"] == "UNAVAILABLE"
        assert crossing.result(PATIENCE)["status"] == "processed"
        caller.commit()
        again = client.post("/v1/processor/events/batch", json=events)
        assert again.status_code == 200 and again.json is not None
        assert [row["status"] for row in again.json] == ["processed", "processed"]
        once_more = client.post("/v1/processor/events/batch", json=events)
        assert once_more.json is not None
        assert [row["status"] for row in once_more.json] == ["already_processed", "already_processed"]
    check_exact(sessions, low, high)
