"""Webhook endpoints and deliveries over HTTP; what several sessions at once make of them; what a run tells."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg import errors
from werkzeug.test import TestResponse

import app as service
from db.pool import Pool
from tests.sessions import AS_OF, PATIENCE, Sessions, charge, make_payout, new_id, payout_event

HOOKS = "/v1/webhook-endpoints"
ONE = {"url": "https://one.example/hook", "event_types": ["event.rejected"], "actor": "ana"}
CLAIM = "select c.* from api.claim_deliveries() as c"
RECORD = "select r.* from api.record_delivery(%s, %s, %s) as r"


@pytest.fixture(scope="module")
def client(database: str) -> Iterator[FlaskClient]:
    """A client of the service that may do what people may."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUENTA_ROLE", "cuenta_operator")
        application = service.create_app(Pool(database))
    yield application.test_client()
    application.extensions["pool"].close()


@pytest.fixture(autouse=True)
def nobody_listens(database: str) -> Iterator[None]:
    """No endpoint of another test wants anything, and nothing is due for one."""
    yield
    with psycopg.connect(database) as connection:
        connection.execute("update outbound.endpoints set event_types = '{}'")
        connection.execute("update outbound.deliveries set state = 'failed', next_attempt_at = null, lease_id = null")


def answer_of(response: TestResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json


def error_of(response: TestResponse, status: int) -> tuple[str, dict[str, Any]]:
    error = answer_of(response, status)["error"]
    return error["code"], error["details"]


def test_the_life_of_an_endpoint_and_a_delivery_over_http(client: FlaskClient, sessions: Sessions) -> None:
    made = answer_of(client.put(HOOKS, json=ONE | {"settings": {"max_in_flight": 2, "description": "ñ"}}))
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", made["secret"])
    assert made["settings"] == {"max_in_flight": 2, "description": "ñ"}
    again = answer_of(client.put(HOOKS, json={"url": ONE["url"]}))
    assert again["secret"] is None and again["endpoint_id"] == made["endpoint_id"]
    assert again["event_types"] == ["event.rejected"] and again["settings"] == made["settings"]
    listed = client.get(HOOKS)
    assert made["endpoint_id"] in listed.text and "whsec_" not in listed.text

    assert client.post("/v1/processor/events", json={}).status_code == 422
    page = answer_of(client.get(f"/v1/deliveries?endpoint_id={made['endpoint_id']}"))
    [delivery] = page["data"]
    assert (delivery["type"], delivery["state"], page["next_cursor"]) == ("event.rejected", "pending", None)
    worker = sessions.open(role="cuenta_worker")
    [claimed] = worker.rows(CLAIM)
    assert worker.row(RECORD, claimed["delivery_id"], claimed["lease_id"], 200)["state"] == "delivered"
    sent = answer_of(client.post(f"/v1/deliveries/{delivery['delivery_id']}/resend", json={"actor": "ana"}), 202)
    assert (sent["state"], sent["message_id"]) == ("pending", delivery["message_id"])
    [pending] = answer_of(client.get(f"/v1/deliveries?message_id={delivery['message_id']}&state=pending"))["data"]
    assert pending["renewed_by"] == "ana"

    path = f"{HOOKS}/{made['endpoint_id']}"
    rotated = answer_of(client.post(f"{path}/rotate", json={}))
    assert rotated["secret"] != made["secret"] and rotated["old_secret_until"]
    assert answer_of(client.post(f"{path}/disable", json={"actor": "ana"}))["disabled_by"] == "ana"
    resend = client.post(f"/v1/deliveries/{delivery['delivery_id']}/resend", json={})
    assert error_of(resend, 409)[0] == "ENDPOINT_DISABLED"
    since = {"since": "2026-01-01T00:00:00Z"}
    assert error_of(client.post(f"{path}/recover", json=since), 409)[0] == "ENDPOINT_DISABLED"
    assert answer_of(client.post(f"{path}/enable", json={}))["is_enabled"] is True
    assert answer_of(client.post(f"{path}/recover", json=since), 202)["deliveries"] == 1


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({}, 400, "ARGUMENT_MISSING", None),
        (ONE | {"url": "http://one.example"}, 422, "ENDPOINT_URL_INVALID", "url"),
        (ONE | {"url": 1}, 400, "INVALID_INPUT", "url"),
        (ONE | {"event_types": "*"}, 400, "INVALID_INPUT", "event_types"),
        (ONE | {"event_types": ["payout.lost"]}, 422, "MESSAGE_TYPE_UNKNOWN", "event_types"),
        (ONE | {"event_types": [None]}, 400, "INVALID_INPUT", "event_types"),
        (ONE | {"settings": "x"}, 400, "INVALID_INPUT", "settings"),
        (ONE | {"settings": [1]}, 400, "INVALID_INPUT", "settings"),
        (ONE | {"settings": {"colour": 1}}, 422, "ENDPOINT_SETTINGS_INVALID", "colour"),
        (ONE | {"settings": {"max_in_flight": 99}}, 422, "ENDPOINT_SETTINGS_INVALID", "max_in_flight"),
        (ONE | {"settings": {"description": "\0"}}, 400, "INVALID_INPUT", None),
        (ONE | {"actor": " "}, 422, "ACTOR_INVALID", None),
        (ONE | {"colour": 1}, 400, "INVALID_INPUT", "colour"),
    ],
)
def test_bad_input_is_told_by_its_field(
    client: FlaskClient, body: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    told, details = error_of(client.put(HOOKS, json=body), status)
    assert told == code
    if field:
        assert details["field"] == field


@pytest.mark.parametrize("settings", ['{"max_in_flight": NaN}', '{"max_in_flight": 1e999999}', '{"a": 1, "a": 2}'])
def test_settings_that_are_no_json_are_refused(client: FlaskClient, settings: str) -> None:
    body = f'{{"url": "https://one.example/hook", "settings": {settings}}}'
    response = client.put(HOOKS, data=body, content_type="application/json")
    assert error_of(response, response.status_code)[0] == "INVALID_INPUT" and response.status_code == 400


def test_what_is_not_there_is_not_found(client: FlaskClient) -> None:
    for verb in ("rotate", "disable", "enable"):
        assert error_of(client.post(f"{HOOKS}/we_x/{verb}", json={}), 404)[0] == "ENDPOINT_NOT_FOUND"
    since = {"since": "2026-01-01T00:00:00Z"}
    assert error_of(client.post(f"{HOOKS}/we_x/recover", json=since), 404)[0] == "ENDPOINT_NOT_FOUND"
    assert error_of(client.post("/v1/deliveries/0/resend", json={}), 404)[0] == "DELIVERY_NOT_FOUND"
    assert error_of(client.post("/v1/deliveries/x/resend", json={}), 400)[0] == "INVALID_INPUT"
    assert error_of(client.post(f"{HOOKS}/we_x/recover", json={}), 404)[0] == "ENDPOINT_NOT_FOUND"
    assert error_of(client.post(f"{HOOKS}/we_x/recover", json={"since": "soon"}), 400)[0] == "INVALID_INPUT"
    assert error_of(client.get("/v1/deliveries?state=lost"), 422)[0] == "DELIVERY_STATE_UNKNOWN"
    assert error_of(client.get("/v1/deliveries?type=lost"), 422)[0] == "MESSAGE_TYPE_UNKNOWN"
    assert error_of(client.get("/v1/deliveries?limit=0"), 400)[0] == "LIMIT_INVALID"
    assert error_of(client.get("/v1/deliveries?cursor=x"), 400)[0] == "CURSOR_INVALID"


def test_a_service_of_machines_may_list_and_nothing_else(database: str) -> None:
    application = service.create_app(Pool(database))
    client = application.test_client()
    try:
        assert client.get(HOOKS).status_code == client.get("/v1/deliveries").status_code == 200
        assert error_of(client.put(HOOKS, json=ONE), 403)[0] == "FORBIDDEN"
        assert error_of(client.post("/v1/deliveries/1/resend", json={}), 403)[0] == "FORBIDDEN"
    finally:
        application.extensions["pool"].close()


def test_pages_repeat_and_skip_nothing_while_others_are_written(client: FlaskClient) -> None:
    endpoint = answer_of(client.put(HOOKS, json=ONE))["endpoint_id"]
    for _ in range(7):
        client.post("/v1/processor/events", json={})
    seen, cursor = list[int](), ""
    while True:
        page = answer_of(client.get(f"/v1/deliveries?endpoint_id={endpoint}&state=pending&limit=3{cursor}"))
        seen += [row["delivery_id"] for row in page["data"]]
        client.post("/v1/processor/events", json={})
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == 7 and seen == sorted(set(seen), reverse=True)


# Several sessions


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
    first, second = sessions.open(role="cuenta_worker"), sessions.open(role="cuenta_worker")
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
    an_endpoint(sessions, "payout.paid", "payout.created")
    payout = make_payout(sessions, new_id("res"), currency)
    two = sessions.several(2)
    reports = [payout_event(payout, "payout_paid") for _ in two]
    sessions.at_once([lambda s=s, e=e: s.ingest(e) for s, e in zip(two, reports, strict=True)])  # type: ignore[misc]
    told = [row["type"] for row in sessions.admin.rows(CLAIM)]
    assert told == ["payout.created", "payout.paid"]


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


def test_no_role_but_the_worker_gets_a_secret(sessions: Sessions, connect: Callable[..., Any]) -> None:
    made = an_endpoint(sessions, "event.rejected")
    sessions.admin.rows("select api.ingest_event('{}')")
    for role in ("cuenta_app", "cuenta_operator", "cuenta_reader", "cuenta_processor"):
        session = connect(role=role)
        for statement in ("select * from outbound.endpoint_secrets", CLAIM):
            with pytest.raises(errors.InsufficientPrivilege):
                session.execute(statement)
    session = connect(role="cuenta_reader")
    for function in ("list_webhook_endpoints", "list_deliveries"):
        assert made["secret"] not in str(session.execute(f"select * from api.{function}()").fetchall())
