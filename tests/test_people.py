"""What people do over HTTP: their own id in the header Idempotency-Key, the statuses of an event, and who may."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import app as service
import routes
from db.login import make_login
from db.pool import Pool, service_role

RESTAURANT = "res_people"
MONEY: dict[str, Any] = {"restaurant_id": RESTAURANT, "currency": "PEN", "amount": 4000, "reason": "a reason"}
CHARGE: dict[str, Any] = {
    "event_type": "charge_succeeded",
    "occurred_at": "2026-01-02T10:00:00Z",
    "restaurant_id": RESTAURANT,
    "currency": "PEN",
    "amount": 10000,
    "fee": 300,
}
KEYED = [route for route in routes.ROUTES if route.key]


@pytest.fixture(scope="module")
def client(database: str) -> Iterator[FlaskClient]:
    """A client of the service that may do what people may, on a database with a restaurant that was paid 9,700."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUENTA_ROLE", "cuenta_operator")
        application = service.create_app(Pool(database))
    client = application.test_client()
    assert client.post("/v1/processor/events", json=CHARGE | {"event_id": "people_1"}).status_code == 201
    yield client
    application.extensions["pool"].close()


def send(client: FlaskClient, path: str, key: str | None, body: dict[str, Any]) -> TestResponse:
    return client.post(path, json=body, headers={"Idempotency-Key": key} if key is not None else {})


def balance(client: FlaskClient, restaurant_id: str = RESTAURANT) -> tuple[int, int]:
    answer: Any = client.get(f"/v1/restaurants/{restaurant_id}/balance?currency=PEN").json
    return answer["available"], answer["held"]


def error_of(response: TestResponse, status: int) -> tuple[str, dict[str, Any]]:
    assert response.status_code == status, response.text
    answer: Any = response.json
    return answer["error"]["code"], answer["error"]["details"]


def test_the_key_is_the_events_id_and_the_statuses_are_those_of_an_event(client: FlaskClient) -> None:
    before = balance(client)
    first = send(client, "/v1/adjustments", "adj-1", MONEY | {"actor": "ana"})
    assert first.status_code == 201, first.text
    answer: Any = first.json
    assert (answer["event_id"], answer["provider"]) == ("adj-1", "operator")
    assert send(client, "/v1/adjustments", "adj-1", MONEY | {"actor": "ana"}).status_code == 200
    for other in ({"amount": 4001}, {"reason": "another"}, {"actor": "bea"}, {"currency": "USD"}):
        conflict = send(client, "/v1/adjustments", "adj-1", MONEY | {"actor": "ana"} | other)
        told: Any = conflict.json
        assert (conflict.status_code, told["code"]) == (409, "EVENT_ID_REUSED")
        assert told["details"]["fields"] == list(other)
    hold = send(client, "/v1/holds", "adj-1", MONEY | {"actor": "ana"})
    assert hold.status_code == 409, "one id, one thing, whatever the path"
    assert balance(client) == (before[0] + 4000, before[1])


def test_money_is_held_and_released_under_the_holds_key(client: FlaskClient) -> None:
    available, held = balance(client)
    assert send(client, "/v1/holds", "case/7", MONEY).status_code == 201
    assert balance(client) == (available - 4000, held + 4000)
    part = {"amount": 1500, "reason": "settled"}
    assert send(client, "/v1/holds/case/7/release", "rel-1", part).status_code == 201
    assert send(client, "/v1/holds/case%2F7/release", "rel-1", part).status_code == 200
    assert balance(client) == (available - 2500, held + 2500)
    more = send(client, "/v1/holds/case/7/release", "rel-2", part | {"amount": 2501})
    told: Any = more.json
    assert (more.status_code, told["code"], told["details"]["left"]) == (422, "AMOUNT_EXCEEDS_HOLD", 2500)
    assert error_of(send(client, "/v1/holds/no_such/release", "rel-3", part), 404)[0] == "HOLD_NOT_FOUND"


def test_an_event_is_taken_back_once_and_a_debt_given_up(client: FlaskClient) -> None:
    restaurant = "res_reversed"
    event = CHARGE | {"restaurant_id": restaurant, "event_id": "taken_back"}
    assert client.post("/v1/processor/events", json=event).status_code == 201
    body = {"event_id": "taken_back", "reason": "never made"}
    assert send(client, "/v1/reversals", "rev-1", body).status_code == 201
    again = send(client, "/v1/reversals", "rev-2", body)
    told: Any = again.json
    assert (again.status_code, told["code"], told["details"]["event_id"]) == (422, "REVERSED_BEFORE", "rev-1")
    assert balance(client, restaurant) == (0, 0)
    assert error_of(send(client, "/v1/reversals", "rev-3", body | {"event_id": "none"}), 404)[0] == "EVENT_NOT_FOUND"

    debt = MONEY | {"restaurant_id": restaurant, "amount": -700}
    assert send(client, "/v1/adjustments", "adj-2", debt).status_code == 201
    given_up = send(client, "/v1/write-offs", "wo-1", debt | {"amount": 701})
    told = given_up.json
    assert (given_up.status_code, told["code"]) == (422, "AMOUNT_EXCEEDS_DEBT")
    assert send(client, "/v1/write-offs", "wo-1", debt | {"amount": 700}).status_code == 201
    assert balance(client, restaurant) == (0, 0)


@pytest.mark.parametrize("route", KEYED, ids=lambda route: route.function)
def test_without_a_good_key_nothing_is_done(client: FlaskClient, route: routes.Route) -> None:
    path = route.path.replace("<any_text:hold_id>", "case-8")
    body = {name: {"integer": 1}.get(kind, "x") for name, kind in route.required.items()}
    for missing in (None, ""):
        assert error_of(send(client, path, missing, body), 400)[0] == "IDEMPOTENCY_KEY_MISSING"
    for bad in ('"quoted"', "a blank", "back\\slash", "k" * 129):
        assert error_of(send(client, path, bad, body), 400) == ("INVALID_INPUT", {"field": "reference"})
    in_body = send(client, path, "key-1", body | {"reference": "key-2"})
    assert error_of(in_body, 400) == ("INVALID_INPUT", {"field": "reference"})


def test_the_members_that_are_missing_are_named(client: FlaskClient) -> None:
    for name in ("restaurant_id", "currency", "amount"):
        answer = send(client, "/v1/holds", f"lacks-{name}", {k: v for k, v in MONEY.items() if k != name})
        told: Any = answer.json
        assert (answer.status_code, told["code"], told["details"]["field"]) == (422, "FIELD_MISSING", name)
    reasonless = {k: v for k, v in MONEY.items() if k != "reason"}
    assert error_of(send(client, "/v1/holds", "lacks-reason", reasonless), 400)[0] == "ARGUMENT_MISSING"
    assert error_of(send(client, "/v1/holds", "bad-reason", MONEY | {"reason": " "}), 422)[0] == "REASON_INVALID"
    assert error_of(send(client, "/v1/holds", "bad-actor", MONEY | {"actor": ""}), 422)[0] == "ACTOR_INVALID"


# The inbox


def refused(client: FlaskClient, event_id: str, **other: Any) -> dict[str, Any]:
    """An event that is sent and not posted."""
    event = CHARGE | {"event_id": event_id, "restaurant_id": "res_inbox"} | other
    assert client.post("/v1/processor/events", json=event).status_code in (202, 409, 422)
    return event


def open_rows(client: FlaskClient, **query: Any) -> list[dict[str, Any]]:
    page: Any = client.get("/v1/inbox", query_string={"restaurant_id": "res_inbox"} | query).json
    return list(page["data"])


def test_the_inbox_lists_replays_accepts_and_dismisses(client: FlaskClient) -> None:
    refused(client, "in/1", amount=0)
    refused(client, "in/2", event_type="refund_succeeded", payment_id="pay_in", fee=0)
    assert [(row["event_id"], row["status"]) for row in open_rows(client)] == [
        ("in/2", "deferred"),
        ("in/1", "rejected"),
    ]
    assert [row["event_id"] for row in open_rows(client, code="AMOUNT_INVALID")] == ["in/1"]
    assert [row["event_id"] for row in open_rows(client, status="deferred")] == ["in/2"]
    assert open_rows(client, status="conflict") == []

    again = client.post("/v1/inbox/in/1/replay", json={})
    assert (again.status_code, again.json and again.json["code"]) == (422, "AMOUNT_INVALID")
    assert client.post("/v1/inbox/in%2F2/replay", json={"provider": "default"}).status_code == 202
    many: Any = client.post("/v1/inbox/replay", json={"code": "AMOUNT_INVALID"})
    assert many.status_code == 200 and [row["status"] for row in many.json["data"]] == ["rejected"]
    assert open_rows(client, code="AMOUNT_INVALID")[0]["deliveries"] == 3

    why = {"reason": "a test", "actor": "ana"}
    accepted = client.post("/v1/inbox/in/1/accept", json=why)
    assert error_of(accepted, 422) == ("ACCEPTANCE_NOT_ALLOWED", {"event_id": "in/1", "code": "AMOUNT_INVALID"})
    for name in ("in/1", "in/2"):
        for _ in range(2):
            dismissed: Any = client.post(f"/v1/inbox/{name}/dismiss", json=why)
            assert dismissed.status_code == 200 and dismissed.json["actor"] == "ana"
    assert open_rows(client) == []
    assert {row["event_id"] for row in open_rows(client, status="dismissed")} == {"in/1", "in/2"}

    assert client.put("/v1/restaurants/res_inbox", json={"closed": True}).status_code == 200
    refused(client, "in/3")
    assert [client.post("/v1/inbox/in/3/accept", json=why).status_code for _ in range(2)] == [201, 200]
    [row] = open_rows(client, status="accepted")
    assert (row["event_id"], row["code"], row["actor"], row["reason"]) == ("in/3", "RESTAURANT_CLOSED", "ana", "a test")
    event: Any = client.get("/v1/processor/events/in/3").json
    assert (event["status"], event["acceptance"]["actor"]) == ("processed", "ana")


def test_a_delivery_without_an_event_id_is_dismissed_by_its_number(client: FlaskClient) -> None:
    refused(client, "", restaurant_id="res_unreadable")
    [row] = open_rows(client, restaurant_id="res_unreadable")
    assert (row["event_id"], row["payload"]["event_id"]) == (None, "")
    path, why = f"/v1/rejections/{row['rejection_no']}/dismiss", {"reason": "nonsense"}
    assert client.post(path, json=why).status_code == 200
    assert open_rows(client, restaurant_id="res_unreadable") == []
    assert error_of(client.post("/v1/rejections/0/dismiss", json=why), 404)[0] == "REJECTION_NOT_FOUND"
    for number in ("x", "9" * 30):
        assert error_of(client.post(f"/v1/rejections/{number}/dismiss", json=why), 400)[0] == "INVALID_INPUT"


def test_what_the_inbox_does_not_have_is_said_so(client: FlaskClient) -> None:
    assert error_of(client.get("/v1/inbox?status=open"), 422)[0] == "INBOX_STATUS_UNKNOWN"
    assert error_of(client.get("/v1/inbox?code=X"), 422)[0] == "REASON_CODE_UNKNOWN"
    assert error_of(client.get("/v1/inbox?cursor=31"), 400)[0] == "CURSOR_INVALID"
    assert error_of(client.post("/v1/inbox/people_1/dismiss", json={"reason": "x"}), 409)[0] == "EVENT_NOT_OPEN"
    for call in ("replay", "accept", "dismiss"):
        body = {} if call == "replay" else {"reason": "x"}
        assert error_of(client.post(f"/v1/inbox/nobody/{call}", json=body), 404)[0] == "EVENT_NOT_FOUND"


# Who may


@pytest.mark.parametrize("route", KEYED, ids=lambda route: route.function)
def test_the_service_of_machines_may_not(database: str, route: routes.Route) -> None:
    application = service.create_app(Pool(database))
    try:
        client = application.test_client()
        path = route.path.replace("<any_text:hold_id>", "case-9")
        body = {name: {"integer": 1}.get(kind, "x") for name, kind in route.required.items()}
        assert error_of(send(client, path, "key-9", body), 403)[0] == "FORBIDDEN"
    finally:
        application.extensions["pool"].close()


@pytest.mark.parametrize("path", ["inbox/x/replay", "inbox/replay", "inbox/x/accept", "inbox/x/dismiss"])
def test_the_service_of_machines_reads_the_inbox_and_decides_nothing(database: str, path: str) -> None:
    application = service.create_app(Pool(database))
    try:
        client = application.test_client()
        assert client.get("/v1/inbox").status_code == 200
        body = {"code": "X"} if path == "inbox/replay" else {} if path.endswith("replay") else {"reason": "x"}
        assert error_of(client.post(f"/v1/{path}", json=body), 403)[0] == "FORBIDDEN"
    finally:
        application.extensions["pool"].close()


def test_the_service_acts_as_one_of_two_roles_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUENTA_ROLE", raising=False)
    assert service_role() == "cuenta_app"
    monkeypatch.setenv("CUENTA_ROLE", "cuenta_operator")
    assert service_role() == "cuenta_operator"
    for role in ("cuenta_owner", "cuenta_writer", "postgres", "cuenta_app -c x=y"):
        monkeypatch.setenv("CUENTA_ROLE", role)
        with pytest.raises(ValueError, match="CUENTA_ROLE"):
            service_role()


def test_the_services_login_may_act_for_people_only_while_it_is_told_so(
    database: str, monkeypatch: pytest.MonkeyPatch, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    name = f"service_{secrets.token_hex(4)}"
    query = "select pg_has_role(%s, 'cuenta_operator', 'member'), pg_has_role(%s, 'cuenta_app', 'member')"
    session = connect()
    try:
        for is_operator in (False, True, True, False):
            make_login(database, name, "a password", is_operator=is_operator)
            assert session.execute(query, [name, name]).fetchone() == (is_operator, True)
    finally:
        session.execute(f"drop role if exists {name}".encode())
