"""Webhook endpoints and deliveries over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg.rows import dict_row
from werkzeug.test import TestResponse

import app as service
from db.pool import Pool

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


def answer_of(response: TestResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json


def error_of(response: TestResponse, status: int) -> tuple[str, dict[str, Any]]:
    error = answer_of(response, status)["error"]
    return error["code"], error["details"]


def test_the_life_of_an_endpoint_and_a_delivery_over_http(client: FlaskClient, database: str) -> None:
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
    with psycopg.connect(database, row_factory=dict_row, options="-c role=cuenta_worker") as worker:
        [claimed] = worker.execute(CLAIM).fetchall()
        [recorded] = worker.execute(RECORD, [claimed["delivery_id"], claimed["lease_id"], 200]).fetchall()
    assert recorded["state"] == "delivered"
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
    endpoint = answer_of(client.put(HOOKS, json=ONE | {"url": "https://pages.example/"}))["endpoint_id"]
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
