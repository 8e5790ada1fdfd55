"""Webhooks that are sent, by several sessions at once: nothing twice, nobody waits for a receiver, nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.sessions import AS_OF, PATIENCE, Sessions, charge, make_payout, new_id, payout_event

CLAIM = "select c.* from api.claim_deliveries() as c"
RECORD = "select r.* from api.record_delivery(%s, %s, %s) as r"


@pytest.fixture(autouse=True)
def nobody_listens(database: str) -> Iterator[None]:
    """No endpoint of another test wants anything, and nothing is due for one."""
    yield
    with psycopg.connect(database) as connection:
        connection.execute("update outbound.endpoints set event_types = '{}'")
        connection.execute("update outbound.deliveries set state = 'failed', next_attempt_at = null, lease_id = null")


def an_endpoint(sessions: Sessions, *types: str, **settings: Any) -> dict[str, Any]:
    query = "select * from api.set_webhook_endpoint(%s, %s, %s)"
    url = f"https://{new_id('host').replace('_', '-')}.example/"
    return sessions.admin.row(query, url, list(types), json.dumps(settings))


def test_what_is_rolled_back_was_never_told(sessions: Sessions) -> None:
    an_endpoint(sessions, "event.rejected")
    session = sessions.open()
    session.begin()
    assert session.row("select * from api.ingest_event('{}')")["status"] == "rejected"
    session.rollback()
    assert sessions.admin.rows(CLAIM) == []


def test_two_senders_never_have_the_same_and_neither_waits(sessions: Sessions) -> None:
    an_endpoint(sessions, "event.rejected", max_in_flight=3)
    other = an_endpoint(sessions, "event.rejected")
    sessions.admin.rows("select api.ingest_event('{}') from generate_series(1, 5)")
    first, second = (sessions.open(role="cuenta_worker", settings="-c lock_timeout=5s") for _ in range(2))
    first.begin()
    taken = first.rows(CLAIM)
    assert len(taken) == 8
    assert second.rows(CLAIM) == [], "the first one has the endpoints until it commits"
    first.commit()
    assert second.rows(CLAIM) == [], "and what it took, then"
    first.begin()
    for row in taken:
        if row["endpoint_id"] != other["endpoint_id"]:
            first.row(RECORD, row["delivery_id"], row["lease_id"], 200)
    first.rollback()
    assert second.rows(CLAIM) == []


def test_a_claim_does_not_wait_for_who_holds_a_delivery(sessions: Sessions) -> None:
    an_endpoint(sessions, "event.rejected")
    sessions.admin.rows("select api.ingest_event('{}') from generate_series(1, 2)")
    holder, sender = sessions.open(role=None), sessions.open(role="cuenta_worker", settings="-c lock_timeout=5s")
    holder.begin()
    [held] = holder.rows(
        "select d.delivery_no from outbound.deliveries as d where d.state = 'pending'"
        " order by d.delivery_no limit 1 for no key update"
    )
    [taken] = sender.rows(CLAIM)
    assert taken["delivery_id"] != held["delivery_no"]
    holder.rollback()
    assert [row["delivery_id"] for row in sender.rows(CLAIM)] == [held["delivery_no"]]


def test_a_claim_and_a_late_report_do_not_wait_in_a_circle(sessions: Sessions) -> None:
    endpoint = an_endpoint(sessions, "event.rejected")
    sessions.admin.rows("select api.ingest_event('{}') from generate_series(1, 2)")
    first, second = sessions.open(role="cuenta_worker"), sessions.open(role="cuenta_worker")
    late, other = first.rows(CLAIM)
    sessions.admin.rows("update outbound.deliveries set next_attempt_at = now() where lease_id is not null returning 1")
    holder = sessions.open(role=None)
    holder.begin()
    holder.rows("select 1 from outbound.endpoints where endpoint_id = %s for no key update", endpoint["endpoint_id"])
    reporting = first.start(lambda: first.row(RECORD, late["delivery_id"], late["lease_id"], 500))
    sessions.wait_until_blocked_by(first, holder)  # it has the delivery, and wants the endpoint
    assert second.rows(CLAIM) == []
    holder.commit()
    assert reporting.result(PATIENCE)["state"] == "pending"
    [again] = second.rows(CLAIM)
    assert again["delivery_id"] == other["delivery_id"]
    assert first.row(RECORD, other["delivery_id"], other["lease_id"], 200)["is_recorded"] is False
    assert second.row(RECORD, again["delivery_id"], again["lease_id"], 200)["state"] == "delivered"


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_an_endpoint_that_two_make_at_once_has_one_secret(sessions: Sessions, end: str) -> None:
    first, second = sessions.open(role="cuenta_operator"), sessions.open(role="cuenta_operator")
    query, url = "select * from api.set_webhook_endpoint(%s)", f"https://{new_id('at')[3:]}.example/"
    first.begin()
    made = first.row(query, url)
    waiting = second.start(lambda: second.row(query, url))
    sessions.wait_until_blocked_by(second, first)
    first.run(end)
    answer = waiting.result(PATIENCE)
    assert (answer["secret"] is None) == (end == "commit")
    assert (answer["endpoint_id"] == made["endpoint_id"]) == (end == "commit")


def test_an_event_does_not_wait_for_who_changes_an_endpoint(sessions: Sessions) -> None:
    an_endpoint(sessions, "*")
    holder, session = sessions.open(role=None), sessions.open()
    session.run("set statement_timeout = '2s'")
    holder.begin()
    holder.rows("select 1 from outbound.endpoints for update")
    assert session.row("select * from api.ingest_event('{}')")["status"] == "rejected"
    holder.rollback()


def test_a_report_of_a_payout_that_two_tell_at_once_is_told_once(sessions: Sessions, currency: str) -> None:
    endpoint = an_endpoint(sessions, "payout.paid", "payout.created")
    payout = make_payout(sessions, new_id("res"), currency)
    two = sessions.several(2)
    reports = [payout_event(payout, "payout_paid") for _ in two]
    sessions.at_once([lambda s=s, e=e: s.ingest(e) for s, e in zip(two, reports, strict=True)])  # type: ignore[misc]
    told = sessions.admin.rows("select d.type from api.list_deliveries(%s) as d", endpoint["endpoint_id"])
    assert [row["type"] for row in told] == ["payout.paid", "payout.created"]


def test_a_run_of_thousands_tells_each_of_them_once(sessions: Sessions, currency: str) -> None:
    endpoint = an_endpoint(sessions, "payout.created", "payout.skipped", "payout_run.completed")
    restaurants = [new_id("res") for _ in range(1200)]
    sessions.admin.ingest_all([charge(r, currency) for r in restaurants[:1100]])
    sessions.admin.ingest_all([charge(r, currency, amount=1, fee=1) for r in restaurants[1100:]])
    sessions.admin.run(f"call api.pay_restaurants('{currency}', '{AS_OF}', 1)")
    query = (
        "select type, count(*), count(distinct payload -> 'data' ->> 'restaurant_id') as restaurants"
        " from outbound.deliveries where endpoint_id = %s group by type order by type"
    )
    told = {r["type"]: (r["count"], r["restaurants"]) for r in sessions.admin.rows(query, endpoint["endpoint_id"])}
    assert told == {"payout.created": (1100, 1100), "payout.skipped": (100, 100), "payout_run.completed": (1, 0)}


# Secrets


def test_no_role_but_the_worker_gets_a_secret(sessions: Sessions) -> None:
    made = an_endpoint(sessions, "event.rejected")
    sessions.admin.rows("select api.ingest_event('{}')")
    for role in ("cuenta_app", "cuenta_operator", "cuenta_reader", "cuenta_processor"):
        session = sessions.open(role=role)
        for statement in ("select * from outbound.endpoint_secrets", CLAIM):
            with pytest.raises(errors.InsufficientPrivilege):
                session.rows(statement)
    session = sessions.open(role="cuenta_reader")
    for function in ("list_webhook_endpoints", "list_deliveries"):
        assert made["secret"] not in str(session.rows(f"select * from api.{function}()"))
