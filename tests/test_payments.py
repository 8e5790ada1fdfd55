"""Payments, disputes and holds over HTTP: what a back office reads of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

import app as service
from db.pool import Pool
from tests.sessions import Row, Session, Sessions, charge, new_id

Client = FlaskClient


@pytest.fixture
def client(sessions: Sessions, database: str) -> Iterator[Client]:
    """A client of the service, which ends before the sessions look whether somebody is left."""
    assert sessions
    application = service.create_app(Pool(database))
    yield application.test_client()
    application.extensions["pool"].close()


def get(client: Client, path: str, status: int = 200, **query: Any) -> Any:
    answer = client.get(path, query_string=query)
    assert answer.status_code == status, answer.text
    return answer.json


def pay(session: Session, restaurant: str, currency: str, amount: int = 1000, **changes: Any) -> Row:
    event = charge(restaurant, currency, amount=amount, payment_id=new_id("pay")) | changes
    assert session.ingest(event)["status"] == "processed"
    return event


def refund(paid: Row, amount: int) -> Row:
    """A refund of a payment."""
    return charge(
        paid["restaurant_id"],
        paid["currency"],
        event_type="refund_succeeded",
        amount=amount,
        payment_id=paid["payment_id"],
        refund_id=new_id("re"),
    )


def test_a_payment_says_what_became_of_it(sessions: Sessions, currency: str, client: Client) -> None:
    session, restaurant = sessions.open(), new_id("res")
    event = pay(session, restaurant, currency, metadata={"reservation_id": "rsv_1"})
    session.ingest(refund(event, 400))
    payment = get(client, f"/v1/payments/{event['payment_id']}")
    assert {k: payment[k] for k in ("state", "charged", "refunded", "refundable", "reservation_id", "event_id")} == {
        "state": "PARTLY_REFUNDED",
        "charged": 1000,
        "refunded": 400,
        "refundable": 600,
        "reservation_id": "rsv_1",
        "event_id": event["event_id"],
    }
    assert [told["event_type"] for told in payment["events"]] == ["charge_succeeded", "refund_succeeded"]
    assert payment["events"][1]["entries"] == [{"entry_type": "REFUND", "amount": 400}]


def test_an_id_with_slashes_is_found(sessions: Sessions, currency: str, client: Client) -> None:
    event = pay(sessions.open(), new_id("res"), currency, payment_id=new_id("/a/b?c%"))
    path = "/v1/payments/" + event["payment_id"].replace("%", "%25").replace("?", "%3F")
    assert get(client, path)["event_id"] == event["event_id"]


def test_one_that_is_not_there_and_one_that_is_there_twice_are_told_apart(
    sessions: Sessions, currency: str, client: Client
) -> None:
    session, names = sessions.open(), [new_id("res"), new_id("res")]
    assert get(client, f"/v1/payments/{new_id('pay')}", 404)["error"]["code"] == "PAYMENT_NOT_FOUND"
    payment_id = new_id("pay")
    events = [pay(session, name, currency, payment_id=payment_id) for name in names]
    error = get(client, f"/v1/payments/{payment_id}", 400)["error"]
    assert error["code"] == "PAYMENT_AMBIGUOUS"
    assert error["details"]["restaurant_ids"].split() == sorted(names)
    for name, event in zip(names, events, strict=True):
        assert get(client, f"/v1/payments/{payment_id}", restaurant_id=name)["event_id"] == event["event_id"]
    assert get(client, f"/v1/payments/{payment_id}", 404, restaurant_id=names[0], provider="none")


def test_a_list_is_read_page_by_page_while_others_are_charged(
    sessions: Sessions, currency: str, client: Client
) -> None:
    session, restaurant = sessions.open(), new_id("res")
    told = [pay(session, restaurant, currency)["payment_id"] for _ in range(5)]
    seen: list[str] = []
    query: dict[str, Any] = {"restaurant_id": restaurant, "limit": 2}
    while True:
        page = get(client, "/v1/payments", **query)
        seen += [row["payment_id"] for row in page["data"]]
        pay(session, restaurant, currency)
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == told[::-1]
    newest = get(client, "/v1/payments", limit=1)["data"][0]
    assert newest["restaurant_id"] == restaurant and newest["payment_id"] not in told


def test_a_list_is_filtered_by_state_and_moment(sessions: Sessions, currency: str, client: Client) -> None:
    session, restaurant = sessions.open(), new_id("res")
    first = pay(session, restaurant, currency)
    moment = session.row("select to_json(clock_timestamp()) as now")["now"]
    second = pay(session, restaurant, currency)
    session.ingest(refund(first, 1000))
    of: dict[str, Any] = {"restaurant_id": restaurant, "currency": currency}

    def ids(**query: Any) -> list[str]:
        return [row["payment_id"] for row in get(client, "/v1/payments", **of, **query)["data"]]

    assert ids(state="REFUNDED") == [first["payment_id"]]
    assert ids(state="CHARGED") == [second["payment_id"]]
    assert ids(recorded_from=moment) == [second["payment_id"]]
    assert ids(recorded_to=moment) == [first["payment_id"]]
    assert ids(recorded_to=moment, state="REFUNDED") == [first["payment_id"]]
    assert ids(recorded_from=moment, state="REFUNDED") == []
    error = get(client, "/v1/payments", 400, restaurant_id=restaurant, recorded_to=moment)["error"]
    assert (error["code"], error["details"]) == ("ARGUMENT_MISSING", {"argument": "currency"})
    assert get(client, "/v1/payments", 422, state="LATE")["error"]["code"] == "STATE_UNKNOWN"


def test_disputes_and_holds_are_listed(sessions: Sessions, currency: str, client: Client) -> None:
    session, restaurant, dispute_id, hold_id = sessions.open(), new_id("res"), new_id("dp"), new_id("ho")
    event = pay(session, restaurant, currency, amount=5000)
    opened = refund(event, 3000) | {"event_type": "dispute_opened", "dispute_id": dispute_id}
    assert session.ingest(opened)["status"] == "processed"
    operator = sessions.open(role="cuenta_operator")
    operator.row("select * from api.hold_funds(%s, %s, 700, 'looked at', %s, 'ana')", restaurant, currency, hold_id)
    [dispute] = get(client, "/v1/disputes", restaurant_id=restaurant, state="OPEN")["data"]
    assert (dispute["dispute_id"], dispute["held"], dispute["payment_id"]) == (dispute_id, 3000, event["payment_id"])
    [hold] = get(client, "/v1/holds", restaurant_id=restaurant, is_open="true")["data"]
    assert (hold["hold_id"], hold["remaining"], hold["actor"]) == (hold_id, 700, "ana")
    assert get(client, f"/v1/payments/{event['payment_id']}")["state"] == "DISPUTED"
    assert get(client, "/v1/holds", restaurant_id=restaurant, is_open="false")["data"] == []
    assert session.balance(restaurant, currency)["held"] == 3700
