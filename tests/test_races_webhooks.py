"""The same webhook in several sessions at once: it takes effect once, and what is refused waits for nobody."""

from __future__ import annotations

import hashlib
import json
from functools import partial

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests import webhooks_in as sign
from tests.cluster import live_together
from tests.sessions import Row, Sessions, charge, near_each_other, new_id

RECEIVE = "select * from api.receive_webhook(%s, %s, '{}', %s)"


@pytest.fixture
def source(sessions: Sessions) -> str:
    """A source that signs as Stripe does and sends our events."""
    name = new_id("source")
    sessions.admin.row("select api.set_webhook_source(%s, 'stripe', %s)", name, Jsonb({"adapter": "none"}))
    sessions.admin.row("select api.add_webhook_secret(%s, %s)", name, sign.TEXT)
    return name


def pair(sessions: Sessions, source: str, body: bytes, at: str) -> tuple[Row, Row]:
    """The same webhook in two sessions, of which the second waits until the first has committed.

    The first one works where `at` is, if there are several cells: a restaurant, or else the digest of the body.
    """
    headers = Jsonb(sign.stripe(body))
    first, second = (sessions.open(role="cuenta_door") for _ in range(2))
    first.begin(at=at)
    before = first.row(RECEIVE, source, headers, body)
    waiting = second.start(lambda: second.row(RECEIVE, source, headers, body))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    return before, waiting.result(30)


def test_the_same_webhook_in_two_sessions_posts_once(sessions: Sessions, source: str) -> None:
    event = charge(new_id("res"), "PEN")
    answers = pair(sessions, source, json.dumps(event).encode(), event["restaurant_id"])
    assert [a["results"][0]["status"] for a in answers] == ["processed", "already_processed"]
    assert len(sessions.entries(event["restaurant_id"])) == 2


def test_the_same_array_in_two_sessions_posts_once(sessions: Sessions, source: str) -> None:
    events = [charge(restaurant, "PEN") for restaurant in near_each_other(3)]
    answers = pair(sessions, source, json.dumps(events).encode(), events[0]["restaurant_id"])
    assert [[r["status"] for r in a["results"]] for a in answers] == [["processed"] * 3, ["already_processed"] * 3]
    assert [len(sessions.entries(e["restaurant_id"])) for e in events] == [2, 2, 2]


def test_the_same_unreadable_webhook_in_two_sessions_is_kept_once(sessions: Sessions, source: str) -> None:
    body = f"no JSON {new_id()}".encode()
    pair(sessions, source, body, hashlib.md5(body).hexdigest())
    rows = sessions.admin.rows("select k.deliveries from inbound.kept_webhooks as k where k.source = %s", source)
    assert rows == [{"deliveries": 2}]


def test_many_sessions_with_the_same_webhooks_post_each_once(sessions: Sessions, source: str) -> None:
    bodies = [json.dumps(charge(new_id("res"), "PEN")).encode() for _ in range(20)]
    several = [sessions.open(role="cuenta_door") for _ in range(4)]

    def send_all(number: int) -> list[str]:
        session, mine = several[number], bodies[number * 5 :] + bodies[: number * 5]
        rows = [session.row(RECEIVE, source, Jsonb(sign.stripe(body)), body) for body in mine]
        return [row["results"][0]["status"] for row in rows]

    told = sessions.at_once([partial(send_all, number) for number in range(4)])
    statuses = [status for one in told for status in one]
    assert statuses.count("processed") == 20
    assert statuses.count("already_processed") == 60


def test_what_is_refused_leaves_a_count_and_waits_for_nobody(sessions: Sessions, source: str) -> None:
    """No row, no lock that anybody waits for: a flood of forgeries stops nothing, not even other forgeries."""
    first, second = (sessions.open(role="cuenta_door") for _ in range(2))
    count = "select last_value from inbound.refused_webhooks_seq"
    with pytest.raises(psycopg.Error, match="signed as it must be"):
        first.row(RECEIVE, source, Jsonb({}), b"")
    before = sessions.admin.value(count)
    first.begin()
    for number in range(10):
        with pytest.raises(psycopg.Error, match="signed as it must be"):
            first.row(RECEIVE, source, Jsonb({}), b"x")
        first.rollback()
        first.begin()
        with pytest.raises(psycopg.Error, match="signed as it must be"):
            second.row(RECEIVE, source, Jsonb({}), b"x")
        assert sessions.admin.value(count) == before + 2 * number + 2
    first.rollback()
    assert sessions.admin.value("select count(*) from inbound.kept_webhooks as k where k.source = %s", source) == 0


def test_a_replay_by_two_sessions_at_once_posts_once(sessions: Sessions, source: str) -> None:
    while True:  # of a restaurant that lives where its webhook is kept
        event = charge(new_id("res"), "PEN", provider="other")
        body = json.dumps(event).encode()
        if live_together(event["restaurant_id"], hashlib.md5(body).hexdigest()):
            break
    door = sessions.open(role="cuenta_door")
    assert door.row(RECEIVE, source, Jsonb(sign.stripe(body)), body)["results"][0]["code"] == "PROVIDER_NOT_OF_SOURCE"
    options = Jsonb({"adapter": "none", "provider": "other"})
    sessions.admin.row("select api.set_webhook_source(%s, 'stripe', %s)", source, options)
    kept = "select k.webhook_no from inbound.kept_webhooks as k where k.source = %s and k.dismissed_at is null"
    number = sessions.admin.value(kept, source)
    first, second = (sessions.open(role="cuenta_operator") for _ in range(2))
    replay = "select * from api.replay_webhook(%s)"
    first.begin(at=event["restaurant_id"])
    before = first.row(replay, number >> 12 if sessions.cells else number)  # in a cell it has the cell's own number
    waiting = second.start(lambda: second.row(replay, number))
    sessions.wait_until_blocked_by(second, first)
    again = door.start(lambda: door.row(RECEIVE, source, Jsonb(sign.stripe(body)), body))
    sessions.wait_until_blocked_by(door, first)
    first.commit()
    answers = [before, waiting.result(30), again.result(30)]
    assert [a["results"][0]["status"] for a in answers] == ["processed", "already_processed", "already_processed"]
    assert [a["is_open"] for a in answers[:2]] == [False, False]
    assert len(sessions.entries(event["restaurant_id"])) == 2
    assert sessions.admin.rows(kept, source) == []
