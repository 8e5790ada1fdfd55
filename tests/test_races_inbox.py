"""Replays, acceptances and dismissals that meet each other, and the event told again meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sessions import Event, Row, Session, Sessions, charge, check_exact, new_id, statuses

REPLAY = "select * from api.replay_event(%s)"
MANY = "select * from api.replay_events(%s)"
ACCEPT = "select * from api.accept_event(%s, 'it happened')"
DISMISS = "select * from api.dismiss_event(%s, 'a test')"
KEPT = "select count(*) from ledger.deferred_events where restaurant_id = %s"
COUNTED = "select coalesce(sum(deferred_count), 0)::integer from ledger.account_balances where restaurant_id = %s"
CLOSED = "select * from api.set_restaurant(%s, p_closed => %s)"
FINDINGS = "select c.check_name, f.value ->> 'restaurant_id' as restaurant_id, f.value ->> 'reference' as reference"
FINDINGS += " from api.check_integrity() as c, jsonb_array_elements(c.sample) as f where c.severity = 'error'"


def people(sessions: Sessions) -> Session:
    return sessions.open(role="cuenta_operator")


def refused(sessions: Sessions, currency: str) -> Event:
    """A charge at a restaurant that was closed when it came."""
    event = charge(new_id("res"), currency)
    people(sessions).rows(CLOSED, event["restaurant_id"], True)
    assert sessions.open().ingest(event)["code"] == "RESTAURANT_CLOSED"
    return event


def waiting(sessions: Sessions, currency: str) -> tuple[Event, Event]:
    """A charge that was not told yet, and its refund, which waits for it."""
    event = charge(new_id("res"), currency, payment_id=new_id("pay"))
    refund = event | {"event_id": new_id(), "event_type": "refund_succeeded", "amount": 400}
    del refund["fee"]
    assert sessions.open().ingest(refund)["status"] == "deferred"
    return event, refund


def opened(sessions: Sessions, event: Event) -> list[Row]:
    query = "select i.status, i.deliveries from reporting.inbox as i where i.event_id = %s and i.is_open"
    return sessions.admin.rows(query, event["event_id"])


def test_an_event_replayed_by_several_at_once_posts_once(sessions: Sessions, currency: str) -> None:
    event = refused(sessions, currency)
    people(sessions).rows(CLOSED, event["restaurant_id"], False)
    several = [people(sessions) for _ in range(8)]
    calls: list[Any] = [lambda s=s: s.row(REPLAY, event["event_id"]) for s in several]
    told = sessions.at_once(calls)
    assert statuses(told) == {"processed": 1, "already_processed": 7}
    assert len(sessions.entries(event["restaurant_id"])) == 2
    assert opened(sessions, event) == []
    check_exact(sessions, event["restaurant_id"])


@pytest.mark.parametrize("way", ["accept", "replay"])
def test_the_second_of_two_waits_and_posts_nothing(sessions: Sessions, currency: str, way: str) -> None:
    event = refused(sessions, currency)
    if way == "replay":
        people(sessions).rows(CLOSED, event["restaurant_id"], False)
    query = {"accept": ACCEPT, "replay": REPLAY}[way]
    first, second = people(sessions), people(sessions)
    first.begin(at=event["restaurant_id"])
    assert first.row(query, event["event_id"])["status"] == "processed"
    call = second.start(lambda: second.row(query, event["event_id"]))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    assert call.result()["status"] == "already_processed"
    assert len(sessions.entries(event["restaurant_id"])) == 2
    kept = "select count(*) from ledger.event_acceptances where restaurant_id = %s"
    assert sessions.admin.value(kept, event["restaurant_id"]) == (way == "accept")
    check_exact(sessions, event["restaurant_id"])


def test_an_acceptance_that_is_rolled_back_leaves_the_next_one_to_post(sessions: Sessions, currency: str) -> None:
    event = refused(sessions, currency)
    first, second = people(sessions), people(sessions)
    first.begin(at=event["restaurant_id"])
    first.row(ACCEPT, event["event_id"])
    call = second.start(lambda: second.row(ACCEPT, event["event_id"]))
    sessions.wait_until_blocked_by(second, first)
    first.rollback()
    assert call.result()["status"] == "processed"
    assert len(sessions.entries(event["restaurant_id"])) == 2


@pytest.mark.parametrize("first_is_told", [True, False])
def test_a_replay_while_the_event_is_told_again_posts_it_once(
    sessions: Sessions, currency: str, first_is_told: bool
) -> None:
    event = refused(sessions, currency)
    people(sessions).rows(CLOSED, event["restaurant_id"], False)
    operator, processor = people(sessions), sessions.open()
    calls: list[tuple[Session, Any]] = [
        (operator, lambda: operator.row(REPLAY, event["event_id"])),
        (processor, lambda: processor.ingest(event)),
    ]
    (first, one), (second, other) = reversed(calls) if first_is_told else calls
    first.begin(at=event["restaurant_id"])
    assert one()["status"] == "processed"
    call = second.start(other)
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    assert call.result()["status"] == "already_processed"
    assert opened(sessions, event) == []
    assert len(sessions.entries(event["restaurant_id"])) == 2


def test_what_waits_is_replayed_while_its_charge_comes(sessions: Sessions, currency: str) -> None:
    event, refund = waiting(sessions, currency)
    operator, processor = people(sessions), sessions.open()
    processor.begin()
    assert processor.ingest(event)["status"] == "processed"
    call = operator.start(lambda: operator.row(REPLAY, refund["event_id"]))
    sessions.wait_until_blocked_by(operator, processor)
    processor.commit()
    assert call.result()["status"] == "already_processed"
    restaurant = event["restaurant_id"]
    assert [entry["entry_type"] for entry in sessions.entries(restaurant)] == ["CHARGE", "FEE", "REFUND"]
    assert (sessions.admin.value(KEPT, restaurant), sessions.admin.value(COUNTED, restaurant)) == (0, 0)
    check_exact(sessions, restaurant)


@pytest.mark.parametrize("dismissed_first", [True, False])
def test_what_waits_is_dismissed_while_its_charge_comes(
    sessions: Sessions, currency: str, dismissed_first: bool
) -> None:
    """One of the two wins: it is dismissed and not posted, or posted and cannot be dismissed."""
    event, refund = waiting(sessions, currency)
    operator, processor = people(sessions), sessions.open()
    restaurant = event["restaurant_id"]
    if dismissed_first:
        operator.begin(at=restaurant)
        assert operator.row(DISMISS, refund["event_id"])["status"] == "dismissed"
        call = processor.start(lambda: processor.ingest(event))
        sessions.wait_until_blocked_by(processor, operator)
        operator.commit()
        assert call.result()["status"] == "processed"
    else:
        processor.begin()
        assert processor.ingest(event)["status"] == "processed"
        call = operator.start(lambda: operator.row(DISMISS, refund["event_id"]))
        sessions.wait_until_blocked_by(operator, processor)
        processor.commit()
        with pytest.raises(Exception, match="is not open"):
            call.result()
    assert len(sessions.entries(restaurant)) == (2 if dismissed_first else 3)
    assert (sessions.admin.value(KEPT, restaurant), sessions.admin.value(COUNTED, restaurant)) == (0, 0)


def test_what_waits_is_replayed_and_told_by_many_and_waits_once(sessions: Sessions, currency: str) -> None:
    event, refund = waiting(sessions, currency)
    operators, processors = [people(sessions) for _ in range(6)], sessions.several(6)
    calls: list[Any] = [lambda s=s: s.row(REPLAY, refund["event_id"]) for s in operators]
    calls += [lambda s=s: s.ingest(refund) for s in processors]
    assert statuses(sessions.at_once(calls)) == {"deferred": 12}
    restaurant = event["restaurant_id"]
    assert (sessions.admin.value(KEPT, restaurant), sessions.admin.value(COUNTED, restaurant)) == (1, 1)
    assert opened(sessions, refund) == [{"status": "deferred", "deliveries": 13}]
    assert sessions.open().ingest(event)["status"] == "processed"
    assert (sessions.admin.value(KEPT, restaurant), sessions.admin.value(COUNTED, restaurant)) == (0, 0)
    assert len(sessions.entries(restaurant)) == 3


def test_an_event_dismissed_by_two_at_once_has_one_dismissal(sessions: Sessions, currency: str) -> None:
    event = refused(sessions, currency)
    several = [people(sessions) for _ in range(6)]
    calls: list[Any] = [lambda s=s: s.row(DISMISS, event["event_id"]) for s in several]
    told = sessions.at_once(calls)
    assert len({row["dismissed_at"] for row in told}) == 1
    kept = "select count(*) from ledger.event_dismissals where event_id = %s"
    assert sessions.admin.value(kept, event["event_id"]) == 1


def test_two_replays_of_many_share_the_work_and_post_each_once(sessions: Sessions, currency: str) -> None:
    events = [refused(sessions, currency) for _ in range(12)]
    for event in events:
        people(sessions).rows(CLOSED, event["restaurant_id"], False)
    several, processor = [people(sessions) for _ in range(3)], sessions.open()
    calls: list[Any] = [lambda s=s: s.rows(MANY, "RESTAURANT_CLOSED") for s in several]
    calls.append(lambda: processor.ingest_until_answered(events))
    told = [
        row for rows in sessions.at_once(calls) for row in rows if row["event_id"] in {e["event_id"] for e in events}
    ]
    counted = statuses(told)
    assert counted["processed"] == len(events)
    assert set(counted) <= {"processed", "already_processed"}
    for event in events:
        assert len(sessions.entries(event["restaurant_id"])) == 2


def test_one_whose_account_is_held_does_not_stop_the_others(sessions: Sessions, currency: str) -> None:
    events = [refused(sessions, currency) for _ in range(3)]
    for event in events:
        people(sessions).rows(CLOSED, event["restaurant_id"], False)
    holder, operator = sessions.open(role=None), people(sessions)
    held = min(events, key=lambda event: str(event["restaurant_id"]))
    assert sessions.open().ingest(charge(held["restaurant_id"], currency))["status"] == "processed"
    holder.begin(at=held["restaurant_id"])
    lock = "select 1 as n from ledger.account_balances where restaurant_id = %s for update"
    assert len(holder.rows(lock, held["restaurant_id"])) == 1
    operator.run("set lock_timeout = '100ms'")
    told = {row["event_id"]: row for row in operator.rows(MANY, "RESTAURANT_CLOSED")}
    assert (told[held["event_id"]]["status"], told[held["event_id"]]["code"]) == ("failed", "55P03")
    assert [told[e["event_id"]]["status"] for e in events if e is not held] == ["processed"] * 2
    holder.rollback()
    assert operator.row(REPLAY, held["event_id"])["status"] == "processed"


@pytest.mark.parametrize("waits_first", [True, False])
def test_an_id_that_begins_to_wait_while_another_account_posts_it_takes_effect_once(
    sessions: Sessions, currency: str, waits_first: bool
) -> None:
    """Neither sees the other nor waits for it: it is posted and waits, which the check event_kept_twice finds."""
    event = charge(new_id("res"), currency, payment_id=new_id("pay"))
    refund = event | {"event_id": new_id(), "event_type": "refund_succeeded", "amount": 400}
    del refund["fee"]
    other = charge(new_id("res", near=event["restaurant_id"]), currency, event_id=refund["event_id"])
    told = [(refund, "deferred"), (other, "processed")]
    both = sessions.several(2)
    for session in both:
        session.begin()
    for session, (document, status) in zip(both, told if waits_first else reversed(told), strict=True):
        assert session.ingest(document)["status"] == status
    for session in both:
        session.commit()
    restaurant = event["restaurant_id"]
    assert (sessions.entries(restaurant), len(sessions.entries(other["restaurant_id"]))) == ([], 2)
    found = {"check_name": "event_kept_twice", "restaurant_id": restaurant, "reference": refund["event_id"]}
    assert sessions.admin.rows(FINDINGS) == [found]

    # Told again, each account answers by what was posted; and what waits is refused once it need not wait.
    assert sessions.open().ingest(refund)["status"] == "conflict"
    assert sessions.open().ingest(other)["status"] == "already_processed"
    assert sessions.open().ingest(event)["status"] == "processed"
    assert [entry["entry_type"] for entry in sessions.entries(restaurant)] == ["CHARGE", "FEE"]
    assert len(sessions.entries(other["restaurant_id"])) == 2
    assert (sessions.admin.value(KEPT, restaurant), sessions.admin.value(COUNTED, restaurant)) == (0, 0)
    assert opened(sessions, refund) == [{"status": "conflict", "deliveries": 2}]
    assert sessions.admin.rows(FINDINGS) == []
    for account in (event, other):
        check_exact(sessions, account["restaurant_id"])
