"""The HTTP contract: every route, every status, and what all answers have in common."""

from __future__ import annotations

import io
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import app as service
import routes
from db.pool import Gate, Pool

Connect = Callable[..., psycopg.Connection[Any]]
CreateDatabase = Callable[..., str]

REGISTRY = (Path(service.__file__).parent / "db" / "ERRORS.md").read_text(encoding="utf-8")
CODES = {*re.findall(r"^\| `\w+` \| `(\w+)` \|", REGISTRY, re.M), "SOME_CODE"}
CHARGE: dict[str, Any] = {
    "event_id": "evt_1",
    "event_type": "charge_succeeded",
    "occurred_at": "2025-12-30T10:00:00Z",
    "restaurant_id": "res_001",
    "currency": "PEN",
    "amount": 12000,
    "fee": 600,
}


@pytest.fixture(scope="module")
def client(database: str) -> Iterator[FlaskClient]:
    """A client of the service on the module's database."""
    application = service.create_app(Pool(database))
    yield application.test_client()
    application.extensions["pool"].close()


@pytest.fixture
def own(create_database: CreateDatabase) -> Iterator[tuple[FlaskClient, psycopg.Connection[Any]]]:
    """A client and a superuser's session on a database that the test may damage."""
    url = create_database()
    application = service.create_app(Pool(url))
    with psycopg.connect(url, autocommit=True) as connection:
        yield application.test_client(), connection
    application.extensions["pool"].close()


def charge(client: FlaskClient, restaurant_id: str, event_id: str, **fields: Any) -> TestResponse:
    """Send a charge of 12000 with a fee of 600, or other fields."""
    event = CHARGE | {"restaurant_id": restaurant_id, "event_id": event_id} | fields
    return client.post("/v1/processor/events", json=event)


def json_of(response: TestResponse, status: int = 200) -> Any:
    """The JSON of an answer that has this status."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/json"
    return response.json


def error_of(response: TestResponse, status: int) -> dict[str, Any]:
    """The error of an answer that has this status, the envelope and nothing but it, and a registered code."""
    answer = json_of(response, status)
    assert list(answer) == ["error"]
    error: dict[str, Any] = answer["error"]
    assert set(error) == {"code", "message", "details", "request_id"}
    assert error["request_id"] == response.headers["X-Request-ID"]
    assert error["code"] in CODES
    return error


# Events


def test_an_event_is_posted_and_answers_201(client: FlaskClient) -> None:
    answer = json_of(charge(client, "res_event", "posted_1"), 201)
    assert answer.pop("received_at")
    assert answer == {
        "status": "processed",
        "event_id": "posted_1",
        "provider": "default",
        "restaurant_id": "res_event",
        "currency": "PEN",
        "event_type": "charge_succeeded",
        "entries": 2,
        "code": None,
        "message": None,
        "details": None,
    }


def test_the_same_event_again_answers_200_as_the_first_time(client: FlaskClient) -> None:
    first = json_of(charge(client, "res_event", "again_1"), 201)
    second = json_of(charge(client, "res_event", "again_1"), 200)
    assert second == first | {"status": "already_processed"}


def test_an_id_used_again_with_other_content_answers_409_and_names_the_fields(client: FlaskClient) -> None:
    charge(client, "res_event", "reused_1")
    answer = json_of(charge(client, "res_event", "reused_1", amount=12001), 409)
    assert (answer["status"], answer["code"]) == ("conflict", "EVENT_ID_REUSED")
    assert answer["details"]["fields"] == ["amount"]
    assert answer["entries"] == 0


def test_a_refused_event_answers_422_with_its_reason(client: FlaskClient) -> None:
    answer = json_of(charge(client, "res_event", "refused_1", amount=0), 422)
    assert (answer["status"], answer["code"]) == ("rejected", "AMOUNT_INVALID")
    assert answer["details"]["field"] == "amount"


def test_providers_have_event_ids_of_their_own(client: FlaskClient) -> None:
    assert charge(client, "res_event", "shared_1").status_code == 201
    assert charge(client, "res_event", "shared_1", provider="other").status_code == 201


def test_a_batch_answers_every_item_in_order(client: FlaskClient) -> None:
    events = [
        CHARGE | {"event_id": "batch_1", "restaurant_id": "res_batch"},
        CHARGE | {"event_id": "batch_1", "restaurant_id": "res_batch"},
        CHARGE | {"event_id": "batch_1", "restaurant_id": "res_batch", "fee": 601},
        CHARGE | {"event_id": "batch_2", "restaurant_id": "res_batch", "amount": -1},
        "no event",
    ]
    answer = json_of(client.post("/v1/processor/events/batch", json=events), 200)
    assert [row["item"] for row in answer] == [1, 2, 3, 4, 5]
    statuses = [row["status"] for row in answer]
    assert statuses == ["processed", "already_processed", "conflict", "rejected", "rejected"]
    assert answer[4]["code"] == "EVENT_NOT_OBJECT"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_a_batch_may_be_ndjson(client: FlaskClient, end: str) -> None:
    names = [f"ndjson_{len(end)}_{ord(end[0])}_{number}" for number in range(3)]
    events = (CHARGE | {"event_id": name, "restaurant_id": "res_batch"} for name in names)
    body = "".join(json.dumps(event) + end for event in events)
    answer = json_of(
        client.post("/v1/processor/events/batch", data=body, content_type="application/x-ndjson; charset=utf-8"), 200
    )
    assert [row["event_id"] for row in answer] == names
    assert {row["status"] for row in answer} == {"processed"}


@pytest.mark.parametrize(("body", "content_type"), [("[]", "application/json"), ("", "application/x-ndjson")])
def test_an_empty_batch_answers_an_empty_array(client: FlaskClient, body: str, content_type: str) -> None:
    response = client.post("/v1/processor/events/batch", data=body, content_type=content_type)
    assert (response.status_code, response.json) == (200, [])


def test_a_batch_has_at_most_10000_items(client: FlaskClient) -> None:
    response = client.post("/v1/processor/events/batch", json=[0] * 10001)
    error = error_of(response, 400)
    assert error["code"] == "EVENTS_TOO_MANY"
    assert error["details"] == {"limit": "10000"}
    assert client.post("/v1/processor/events/batch", json=[0] * 10000).status_code == 200


def test_a_batch_of_very_many_items_is_refused_while_it_is_read(client: FlaskClient) -> None:
    for body, kind in (
        (b"{}\n" * 3_000_000, "x-ndjson"),
        (b"[0" + b",0" * 3_000_000 + b"]", "json"),
        (b"\n" * 9_000_000, "x-ndjson"),
    ):
        started = time.perf_counter()
        response = client.post("/v1/processor/events/batch", data=body, content_type=f"application/{kind}")
        assert error_of(response, 400)["code"] == "EVENTS_TOO_MANY"
        assert time.perf_counter() - started < 1


def test_an_event_can_be_read_back(client: FlaskClient) -> None:
    charge(client, "res_event", "read_1", note="kept")
    answer = json_of(client.get("/v1/processor/events/read_1"), 200)
    assert answer["status"] == "processed"
    assert answer["payload"]["note"] == "kept"
    assert [entry["entry_type"] for entry in answer["entries"]] == ["CHARGE", "FEE"]


def test_an_event_is_read_by_provider_and_with_any_visible_id(client: FlaskClient) -> None:
    charge(client, "res_event", "a/b?c=d%20&#", provider="p:1", amount=77)
    answer = json_of(client.get("/v1/processor/events/a%2Fb%3Fc=d%2520&%23?provider=p:1"), 200)
    assert (answer["event_id"], answer["amount"]) == ("a/b?c=d%20&#", 77)
    assert error_of(client.get("/v1/processor/events/a%2Fb%3Fc=d%2520&%23"), 404)["code"] == "EVENT_NOT_FOUND"


@pytest.mark.parametrize("event_id", ["/a", "//a", "a//b", "a/", "/", ".", "..", "../a", "a/../b", "batch", "batch/"])
def test_an_event_id_may_look_like_a_path(client: FlaskClient, event_id: str) -> None:
    assert charge(client, "res_slash", event_id).status_code == 201
    for path in (event_id, quote(event_id, safe="")):
        assert json_of(client.get(f"/v1/processor/events/{path}"))["event_id"] == event_id
    assert error_of(client.get("/v1/processor/events/"), 404)["code"] == "NOT_FOUND"


def test_a_refused_event_can_be_read_back_with_its_refusals(client: FlaskClient) -> None:
    charge(client, "res_event", "read_2", amount=0)
    charge(client, "res_event", "read_2", currency="XXP")
    answer = json_of(client.get("/v1/processor/events/read_2"), 200)
    assert answer["status"] == "rejected"
    assert [row["code"] for row in answer["rejections"]] == ["AMOUNT_INVALID", "CURRENCY_UNKNOWN"]


def test_an_event_that_was_never_received_answers_404(client: FlaskClient) -> None:
    error = error_of(client.get("/v1/processor/events/never"), 404)
    assert error["code"] == "EVENT_NOT_FOUND"
    assert error["details"] == {"event_id": "never", "provider": "default"}


# Restaurants


def test_a_restaurant_is_registered_and_changed(client: FlaskClient) -> None:
    path = "/v1/restaurants/res_set"
    answer = json_of(client.put(path, json={}), 200)
    assert answer.pop("created_at")
    defaults = {
        "restaurant_id": "res_set",
        "timezone": "America/Lima",
        "day_close_hour": 0,
        "settlement_delay_days": 0,
        "payouts_paused": False,
        "closed": False,
        "closed_at": None,
    }
    assert answer == defaults

    changes = {"timezone": "Europe/Madrid", "day_close_hour": 4, "settlement_delay_days": 2, "payouts_paused": True}
    changed = json_of(client.put(path, json=changes))
    assert (changed["timezone"], changed["day_close_hour"]) == ("Europe/Madrid", 4)
    assert (changed["settlement_delay_days"], changed["payouts_paused"]) == (2, True)

    kept = client.put(path, json={"timezone": None, "payouts_paused": False}).json
    assert kept == changed | {"payouts_paused": False}

    closed = json_of(client.put(path, json={"closed": True, "actor": "ana@example.com"}))
    assert closed.pop("closed_at")
    assert closed | {"closed_at": None} == kept | {"closed": True}
    names = set(changes) | {"closed"}
    assert names <= set(closed), "what goes in comes out under the same name"
    assert client.put(path, json={name: closed[name] for name in names} | {"closed": False}).json == kept
    error = error_of(client.put(path, json={"actor": " "}), 422)
    assert (error["code"], error["details"]) == ("ACTOR_INVALID", {"characters": "1"})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"timezone": "America/Nowhere"}, "TIMEZONE_UNKNOWN"),
        ({"timezone": ""}, "TIMEZONE_UNKNOWN"),
        ({"day_close_hour": 8}, "DAY_CLOSE_HOUR_INVALID"),
        ({"day_close_hour": -1}, "DAY_CLOSE_HOUR_INVALID"),
        ({"settlement_delay_days": 61}, "SETTLEMENT_DELAY_INVALID"),
        ({"settlement_delay_days": -1}, "SETTLEMENT_DELAY_INVALID"),
    ],
)
def test_settings_out_of_range_answer_422(client: FlaskClient, body: dict[str, Any], code: str) -> None:
    assert error_of(client.put("/v1/restaurants/res_rules", json=body), 422)["code"] == code
    assert client.get("/v1/restaurants/res_rules/balance?currency=PEN").status_code == 404


def test_an_invalid_restaurant_id_answers_422(client: FlaskClient) -> None:
    error = error_of(client.put("/v1/restaurants/-res", json={}), 422)
    assert (error["code"], error["details"]) == ("RESTAURANT_ID_INVALID", {"restaurant_id": "-res"})


def test_a_balance_has_its_parts(client: FlaskClient) -> None:
    charge(client, "res_balance", "balance_1")
    response = client.get("/v1/restaurants/res_balance/balance?currency=pen")
    assert response.status_code == 200
    assert response.json == {
        "restaurant_id": "res_balance",
        "currency": "PEN",
        "available": 11400,
        "pending": 0,
        "reserved": 0,
        "held": 0,
        "total": 11400,
        "last_event_at": "2025-12-30T10:00:00+00:00",
    }


def test_a_known_restaurant_has_zeros_in_another_currency(client: FlaskClient) -> None:
    client.put("/v1/restaurants/res_zero", json={})
    answer = json_of(client.get("/v1/restaurants/res_zero/balance?currency=USD"), 200)
    assert (answer["total"], answer["last_event_at"]) == (0, None)


@pytest.mark.parametrize("tail", ["balance", "entries"])
def test_the_errors_of_a_restaurants_reads(client: FlaskClient, tail: str) -> None:
    client.put("/v1/restaurants/res_known", json={})
    error = error_of(client.get(f"/v1/restaurants/res_unknown/{tail}?currency=PEN"), 404)
    assert error["code"] == "RESTAURANT_NOT_FOUND"
    assert error["details"] == {"restaurant_id": "res_unknown"}
    error = error_of(client.get(f"/v1/restaurants/res_known/{tail}"), 400)
    assert (error["code"], error["details"]) == ("ARGUMENT_MISSING", {"argument": "currency"})
    error = error_of(client.get(f"/v1/restaurants/res_known/{tail}?currency=XXP"), 422)
    assert (error["code"], error["details"]) == ("CURRENCY_UNKNOWN", {"currency": "XXP"})


def test_a_statement_comes_in_pages(client: FlaskClient) -> None:
    for number in range(3):
        charge(client, "res_pages", f"page_{number}", occurred_at=f"2025-12-1{number}T17:00:00Z")
    path = "/v1/restaurants/res_pages/entries?currency=PEN"
    everything = json_of(client.get(path))
    assert everything["next_cursor"] is None
    assert [row["entry_seq"] for row in everything["data"]] == [1, 2, 3, 4, 5, 6]
    assert [row["balance_change"] for row in everything["data"]] == [12000, -600] * 3
    assert everything["data"][-1]["balance_after"] == 3 * 11400

    rows: list[Any] = []
    cursor, pages = "", 0
    while cursor is not None:
        page = json_of(client.get(f"{path}&limit=4" + (f"&cursor={cursor}" if cursor else "")))
        rows, cursor, pages = rows + page["data"], page["next_cursor"], pages + 1
    assert (rows, pages) == (everything["data"], 2)


def test_a_statement_may_begin_with_the_newest_and_be_of_one_payout(client: FlaskClient) -> None:
    charge(client, "res_newest", "newest_1", fee=0)
    run(client, currency="PEN", as_of="2025-12-30", restaurant_ids=["res_newest"])
    (payout,) = json_of(client.get("/v1/payouts?restaurant_id=res_newest"))["data"]
    path = "/v1/restaurants/res_newest/entries?currency=PEN"
    newest = json_of(client.get(f"{path}&newest_first=true"))["data"]
    assert [row["entry_type"] for row in newest] == ["PAYOUT_RESERVE", "CHARGE"]
    (reserve,) = json_of(client.get(f"{path}&payout_id={payout['payout_id']}"))["data"]
    assert reserve == newest[0]
    assert error_of(client.get(f"{path}&newest_first=1"), 400)["details"] == {"field": "newest_first"}


def test_a_full_last_page_is_followed_by_an_empty_one(client: FlaskClient) -> None:
    charge(client, "res_full", "full_1")
    path = "/v1/restaurants/res_full/entries?currency=PEN&limit=2"
    first = json_of(client.get(path))
    assert len(first["data"]) == 2
    assert first["next_cursor"] == first["data"][1]["cursor"]
    assert client.get(f"{path}&cursor={first['next_cursor']}").json == {"data": [], "next_cursor": None}


def test_a_statement_is_limited_to_settlement_days(client: FlaskClient) -> None:
    for day in (10, 11, 12):
        charge(client, "res_days", f"days_{day}", occurred_at=f"2025-12-{day}T17:00:00Z", fee=0)
    page = json_of(client.get("/v1/restaurants/res_days/entries?currency=PEN&from=2025-12-11&to=2025-12-11"))
    assert [row["settlement_day"] for row in page["data"]] == ["2025-12-11"]


@pytest.mark.parametrize("path", ["/v1/restaurants/res_lists/entries?currency=PEN", "/v1/payouts?currency=PEN"])
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "LIMIT_INVALID"),
        ("limit=501", "LIMIT_INVALID"),
        ("limit=-1", "LIMIT_INVALID"),
        ("limit=ten", "INVALID_INPUT"),
        ("limit=2.0", "INVALID_INPUT"),
        ("limit=", "INVALID_INPUT"),
        ("limit=9223372036854775808", "INVALID_INPUT"),
        ("limit=1&limit=2", "INVALID_INPUT"),
        ("cursor=zz", "CURSOR_INVALID"),
        ("cursor=", "CURSOR_INVALID"),
        ("cursor=%00", "INVALID_INPUT"),
        ("page=2", "INVALID_INPUT"),
    ],
)
def test_wrong_paging_answers_400(client: FlaskClient, path: str, query: str, code: str) -> None:
    client.put("/v1/restaurants/res_lists", json={})
    assert error_of(client.get(f"{path}&{query}"), 400)["code"] == code


# Payouts


def run(client: FlaskClient, **body: Any) -> dict[str, Any]:
    """Run payouts and expect 202."""
    answer: dict[str, Any] = json_of(client.post("/v1/payouts/run", json=body), 202)
    return answer


def test_a_payout_from_run_to_paid(own: tuple[FlaskClient, psycopg.Connection[Any]]) -> None:
    client = own[0]
    charge(client, "res_a", "a_1")
    charge(client, "res_b", "b_1", amount=5600)
    charge(client, "res_c", "c_1", amount=5599)
    asked = {"currency": "PEN", "as_of": "2025-12-30", "min_amount": 5000}

    dry = run(client, **asked, dry_run=True)
    assert (dry["status"], dry["run_id"], dry["is_dry_run"]) == ("accepted", None, True)
    assert (dry["payouts_created"], dry["payouts_amount"]) == (2, 16400)
    assert client.get("/v1/payouts").json == {"data": [], "next_cursor": None}

    answer = run(client, **asked)
    assert re.fullmatch(r"run_[0-9a-f]{32}", answer["run_id"])
    assert (answer["status"], answer["payouts_created"], answer["payouts_amount"]) == ("accepted", 2, 16400)
    assert (answer["restaurants_skipped"], answer["skipped"]) == (1, {"below_minimum": 1})
    again = run(client, **asked)
    assert again["payouts_created"] == 0
    assert again["skipped"] == {"already_paid": 2, "below_minimum": 1}

    page = json_of(client.get("/v1/payouts?restaurant_id=res_a&currency=PEN&status=CREATED"))
    (row,) = page["data"]
    payout = json_of(client.get(f"/v1/payouts/{row['payout_id']}"))
    assert row == {name: payout[name] for name in payout if name != "items"} | {"cursor": row["cursor"]}
    assert (payout["amount"], payout["status"], payout["as_of"]) == (11400, "CREATED", "2025-12-30")
    assert {item["item_type"]: item["amount"] for item in payout["items"]} == {"gross_sales": 12000, "fees": -600}

    paid = {
        "event_id": "paid_1",
        "event_type": "payout_paid",
        "payout_id": row["payout_id"],
        "amount": 11400,
        "fee": 0,
        "occurred_at": "2025-12-31T10:00:00Z",
    }
    assert client.post("/v1/processor/events", json=CHARGE | paid | {"restaurant_id": "res_a"}).status_code == 201
    payout = json_of(client.get(f"/v1/payouts/{row['payout_id']}"))
    assert (payout["status"], payout["paid_at"]) == ("PAID", "2025-12-31T10:00:00+00:00")
    balance = json_of(client.get("/v1/restaurants/res_a/balance?currency=PEN"))
    assert (balance["available"], balance["reserved"], balance["total"]) == (0, 0, 0)


def test_a_run_can_be_looked_at_and_says_whom_it_skipped(own: tuple[FlaskClient, psycopg.Connection[Any]]) -> None:
    client = own[0]
    for number in range(450):  # more than a chunk
        charge(client, f"res_{number:03}", f"evt_{number}", amount=700 if number % 3 else 1000, fee=0)
    asked = {"currency": "PEN", "as_of": "2025-12-30", "min_amount": 800}
    preview = json_of(client.get("/v1/payouts/preview?currency=PEN&as_of=2025-12-30&min_amount=800&limit=2"))
    first, second = preview["data"]
    assert (first["restaurant_id"], first["amount"], first["reason"]) == ("res_000", 1000, None)
    assert (second["restaurant_id"], second["reason"]) == ("res_001", "below_minimum")
    assert preview["next_cursor"]
    some = json_of(client.get("/v1/payouts/preview?currency=PEN&as_of=2025-12-30&restaurant_ids=res_007,res_002"))
    assert [row["restaurant_id"] for row in some["data"]] == ["res_002", "res_007"]

    answer = run(client, **asked)
    assert (answer["payouts_created"], answer["restaurants_skipped"]) == (150, 300)
    path = f"/v1/payouts/runs/{answer['run_id']}"
    found = json_of(client.get(path))
    assert (found["run_id"], found["is_finished"], found["payouts_created"]) == (answer["run_id"], True, 150)
    paid = json_of(client.get(f"/v1/payouts?run_id={answer['run_id']}&as_of=2025-12-30&limit=500"))
    assert (len(paid["data"]), {row["run_id"] for row in paid["data"]}) == (150, {answer["run_id"]})
    assert json_of(client.get(f"/v1/payouts?run_id={answer['run_id']}&as_of=2025-12-29"))["data"] == []
    page = json_of(client.get(f"{path}/skips?limit=299"))
    assert (len(page["data"]), {row["reason"] for row in page["data"]}) == (299, {"below_minimum"})
    last = json_of(client.get(f"{path}/skips?limit=299&cursor={page['next_cursor']}"))
    assert (len(last["data"]), last["next_cursor"]) == (1, None)
    assert json_of(client.get(f"{path}/skips?reason=already_paid"))["data"] == []
    run(client, **asked | {"as_of": "2025-12-31"})
    runs = json_of(client.get("/v1/payouts/runs?as_of=2025-12-30"))
    assert [row["run_id"] for row in runs["data"]] == [answer["run_id"]]
    assert json_of(client.get("/v1/payouts/runs?is_finished=false"))["data"] == []
    assert len(json_of(client.get("/v1/payouts/runs?is_finished=true&currency=pen"))["data"]) == 2


def test_an_unknown_run_answers_404(client: FlaskClient) -> None:
    for tail in ("", "/skips"):
        error = error_of(client.get(f"/v1/payouts/runs/run_unknown{tail}"), 404)
        assert error["details"] == {"run_id": "run_unknown"}


def test_a_run_may_be_for_some_restaurants(own: tuple[FlaskClient, psycopg.Connection[Any]]) -> None:
    client = own[0]
    for name in "abc":
        charge(client, f"res_{name}", f"evt_{name}")
    asked = {"currency": "PEN", "as_of": "2025-12-30", "restaurant_ids": ["res_c", "res_a"]}
    assert run(client, **asked, dry_run=True)["payouts_created"] == 2
    assert run(client, **asked, dry_run=False)["payouts_created"] == 2
    page = json_of(client.get("/v1/payouts"))
    assert sorted(row["restaurant_id"] for row in page["data"]) == ["res_a", "res_c"]
    for wrong in ("res_b", [1], [None], ["a", ["b"]], {"a": 1}, ["\x00"]):
        body = {"currency": "PEN", "as_of": "2025-12-30", "restaurant_ids": wrong}
        error = error_of(client.post("/v1/payouts/run", json=body), 400)
        assert (error["code"], error["details"]) == ("INVALID_INPUT", {"field": "restaurant_ids"})
    odd = {"currency": "PEN", "as_of": "2025-12-30", "restaurant_ids": ['a"b', "c\\d", "{}", ",", "NULL", ""]}
    assert client.post("/v1/payouts/run", json=odd).status_code in (202, 400, 404, 422)


def test_payouts_come_newest_first_and_in_pages(own: tuple[FlaskClient, psycopg.Connection[Any]]) -> None:
    client = own[0]
    for day in (28, 29, 30):
        charge(client, "res_a", f"a_{day}", occurred_at=f"2025-12-{day}T17:00:00Z")
        charge(client, "res_b", f"b_{day}", occurred_at=f"2025-12-{day}T17:00:00Z")
        run(client, currency="PEN", as_of=f"2025-12-{day}")
    rows: list[Any] = []
    cursor = ""
    while cursor is not None:
        page = json_of(client.get("/v1/payouts?limit=4" + (f"&cursor={cursor}" if cursor else "")))
        rows, cursor = rows + page["data"], page["next_cursor"]
    assert [row["as_of"] for row in rows] == [f"2025-12-{day}" for day in (30, 30, 29, 29, 28, 28)]
    assert len({row["payout_id"] for row in rows}) == 6


def test_an_unknown_payout_answers_404(client: FlaskClient) -> None:
    error = error_of(client.get("/v1/payouts/po_unknown"), 404)
    assert (error["code"], error["details"]) == ("PAYOUT_NOT_FOUND", {"payout_id": "po_unknown"})


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("restaurant_id=res_unknown", 404, "RESTAURANT_NOT_FOUND"),
        ("currency=XXP", 422, "CURRENCY_UNKNOWN"),
        ("status=paid", 422, "PAYOUT_STATUS_UNKNOWN"),
    ],
)
def test_the_errors_of_the_payouts_list(client: FlaskClient, query: str, status: int, code: str) -> None:
    assert error_of(client.get(f"/v1/payouts?{query}"), status)["code"] == code


# What all answers have in common


def test_the_body_is_the_databases_own_json(client: FlaskClient, connect: Connect) -> None:
    charge(client, "res_text", "text_1", metadata={"note": "caf\u00e9 \u2603"})
    session = connect(options="-c timezone=UTC")
    for path, call in (
        ("/v1/restaurants/res_text/balance?currency=PEN", "api.get_balance('res_text', 'PEN')"),
        ("/v1/processor/events/text_1", "api.get_event('text_1')"),
    ):
        row = session.execute(f"select row_to_json(r)::text from {call} as r".encode()).fetchone()
        assert row is not None
        assert client.get(path).text == row[0]


def test_a_sane_request_id_is_echoed_and_any_other_replaced(client: FlaskClient) -> None:
    for asked in ("a", "req-1.2_3:4/5+6=7@8", "x" * 128):
        assert client.get("/health", headers={"X-Request-ID": asked}).headers["X-Request-ID"] == asked
    for asked in ("", "x" * 129, "a b", "a\tb", 'a"b', "caf\u00e9"):
        given = client.get("/health", headers={"X-Request-ID": asked}).headers["X-Request-ID"]
        assert re.fullmatch(r"[0-9a-f]{32}", given)


def test_an_unknown_path_answers_404(client: FlaskClient) -> None:
    for path in ("/", "/v1", "/v1/payouts/", "//v1/payouts", "/v1/restaurants/a/b/balance", "/docs/../app.py"):
        assert error_of(client.get(path), 404)["code"] == "NOT_FOUND", path


def test_a_path_has_one_slash_at_its_start(client: FlaskClient) -> None:
    for path in ("//v1/payouts", "///v1/payouts", "//health"):
        assert error_of(client.get("/", environ_overrides={"PATH_INFO": path}), 404)["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/processor/events", {"POST"}),
        ("DELETE", "/v1/processor/events/evt_1", {"GET", "HEAD"}),
        ("POST", "/v1/restaurants/res_001", {"GET", "HEAD", "PUT"}),
        ("PUT", "/v1/restaurants/res_001/balance", {"GET", "HEAD"}),
        ("PATCH", "/v1/payouts", {"GET", "HEAD"}),
        ("POST", "/health", {"GET", "HEAD"}),
    ],
)
def test_another_method_answers_405_with_those_allowed(
    client: FlaskClient, method: str, path: str, allowed: set[str]
) -> None:
    response = client.open(path, method=method, json={})
    assert error_of(response, 405)["code"] == "METHOD_NOT_ALLOWED"
    assert set(response.headers["Allow"].split(", ")) == allowed | {"OPTIONS"}


def test_head_answers_as_get_without_a_body(client: FlaskClient) -> None:
    response = client.head("/v1/payouts")
    assert (response.status_code, response.data) == (200, b"")


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/x-ndjson"]
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/processor/events"), ("PUT", "/v1/restaurants/res_001"), ("POST", "/v1/payouts/run")],
)
def test_another_content_type_answers_415(
    client: FlaskClient, method: str, path: str, content_type: str | None
) -> None:
    response = client.open(path, method=method, data=b"{}", content_type=content_type)
    assert error_of(response, 415)["code"] == "UNSUPPORTED_MEDIA_TYPE"


def test_a_compressed_body_answers_415(client: FlaskClient) -> None:
    response = client.post("/v1/processor/events", json=CHARGE, headers={"Content-Encoding": "gzip"})
    assert error_of(response, 415)["code"] == "UNSUPPORTED_MEDIA_TYPE"


def test_a_body_that_is_too_large_answers_413(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    large = CHARGE | {"event_id": "large_1", "metadata": {"note": "x" * (256 << 10)}}
    response = client.post("/v1/processor/events", json=large)
    assert error_of(response, 413)["code"] == "REQUEST_ENTITY_TOO_LARGE"
    assert client.post("/v1/processor/events/batch", json=[large]).status_code == 200
    monkeypatch.setenv("CUENTA_MAX_BATCH_BYTES", "1000")
    assert error_of(client.post("/v1/processor/events/batch", json=[large]), 413)
    monkeypatch.setenv("CUENTA_MAX_BODY_BYTES", "10")
    assert error_of(client.put("/v1/restaurants/res_001", json={"day_close_hour": 1}), 413)


def test_exactly_the_limit_is_not_past_it(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps(CHARGE | {"event_id": "limit_1"}).encode()
    for limit, status in ((len(body) - 1, 413), (len(body), 201)):
        monkeypatch.setenv("CUENTA_MAX_BODY_BYTES", str(limit))
        for chunked in (True, False):
            how: dict[str, Any] = {"headers": {"Transfer-Encoding": "chunked"}} if chunked else {}
            more = {"input_stream": io.BytesIO(body)} if chunked else {"data": body}
            response = client.post("/v1/processor/events", content_type="application/json", **how, **more)
            assert response.status_code == (200 if status == 201 and not chunked else status)


@pytest.mark.parametrize("lost", [1, 5, 150, 400])
@pytest.mark.parametrize("kind", ["json", "x-ndjson"])
def test_a_body_that_was_cut_short_answers_400_and_posts_nothing(client: FlaskClient, kind: str, lost: int) -> None:
    events = [CHARGE | {"event_id": f"short_{lost}_{kind}_{n}", "restaurant_id": "res_short"} for n in range(3)]
    body = "\n".join(map(json.dumps, events)) + "\n" if kind == "x-ndjson" else json.dumps(events)
    response = client.post(
        "/v1/processor/events/batch",
        input_stream=io.BytesIO(body.encode()[:-lost]),
        environ_overrides={"CONTENT_LENGTH": str(len(body))},
        content_type=f"application/{kind}",
    )
    assert error_of(response, 400)["code"] == "MALFORMED_JSON"
    assert client.get("/v1/restaurants/res_short/balance?currency=PEN").status_code == 404


def test_lines_without_a_length_answer_411(client: FlaskClient) -> None:
    response = client.post(
        "/v1/processor/events/batch",
        input_stream=io.BytesIO(json.dumps(CHARGE).encode() + b"\n"),
        headers={"Transfer-Encoding": "chunked"},
        content_type="application/x-ndjson",
    )
    assert error_of(response, 411)["code"] == "LENGTH_REQUIRED"


def test_no_answer_is_cached(client: FlaskClient) -> None:
    assert client.get("/v1/payouts").headers["Cache-Control"] == "no-store"


def test_every_request_has_a_log_line_without_its_body(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    event = CHARGE | {"event_id": "logged_1", "metadata": {"card": "secret-number"}}
    client.post("/v1/processor/events", json=event, headers={"X-Request-ID": "req-logged"})
    (line,) = capsys.readouterr().out.splitlines()
    entry = json.loads(line)
    assert entry.pop("ms") > 0
    assert entry.pop("timestamp")
    assert entry == {
        "event": "request",
        "event_id": "logged_1",
        "level": "info",
        "method": "POST",
        "path": "/v1/processor/events",
        "role": "cuenta_app",
        "request_id": "req-logged",
        "status": 201,
    }


# The database's part


def test_connections_have_the_services_rights_only(client: FlaskClient) -> None:
    pool = client.application.extensions["pool"]
    with pool.connection() as connection:
        assert connection.execute("select current_user").fetchone() == ("cuenta_app",)
        assert connection.execute("show statement_timeout").fetchone() == ("1min",)
        assert connection.execute("show lock_timeout").fetchone() == ("1500ms",)
        assert connection.execute("show synchronous_commit").fetchone() == ("on",), "what is answered is on the disk"
    with pytest.raises(psycopg.errors.InsufficientPrivilege), pool.connection() as connection:
        connection.execute("select from ledger.ledger_entries")


@pytest.mark.parametrize(("setting", "prepared"), [("no", False), ("yes", True)])
def test_statements_are_not_prepared_for_a_pooler_that_loses_them(
    database: str, monkeypatch: pytest.MonkeyPatch, setting: str, prepared: bool
) -> None:
    monkeypatch.setenv("CUENTA_PREPARE", setting)
    application = service.create_app(Pool(database))
    pool = application.extensions["pool"]
    for _ in range(10 * pool.max_size):
        application.test_client().get("/v1/payouts")
    with pool.connection() as connection:
        found = connection.execute("select count(*) > 0 from pg_prepared_statements where statement ~ 'list_payouts'")
        assert found.fetchone() == (prepared,)
    pool.close()


def test_text_is_sent_as_utf8_whatever_the_client_is_set_to(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    application = service.create_app(Pool(database))
    client = application.test_client()
    assert charge(client, "res_text", "snow_1", metadata={"note": "\u2603"}).status_code == 201
    assert json_of(client.get("/v1/processor/events/snow_1"))["payload"]["metadata"] == {"note": "\u2603"}
    application.extensions["pool"].close()


def test_a_read_cannot_write(
    own: tuple[FlaskClient, psycopg.Connection[Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    client, session = own
    session.execute("alter function api.get_event volatile")
    session.execute(
        """create or replace function api.get_payout(p_payout_id text) returns table (
            payout_id text, restaurant_id text, currency text, as_of date, amount bigint, status text, run_id text,
            created_at timestamptz, paid_at timestamptz, failed_at timestamptz, canceled_at timestamptz,
            failure_code text, failure_reason text, submitted_at timestamptz, submitted_by text, external_id text,
            confirmed_at timestamptz, confirmed_by text, items jsonb)
        language plpgsql volatile security definer as
        'begin insert into ledger.restaurants (restaurant_id, created_at) values (''res_x'', now()); end'"""
    )
    error = error_of(client.get("/v1/payouts/po_1"), 503)
    assert (error["code"], error["details"]) == ("UNAVAILABLE", {})
    assert '"sqlstate": "25006"' in capsys.readouterr().out


def test_an_answer_comes_only_after_the_commit(own: tuple[FlaskClient, psycopg.Connection[Any]]) -> None:
    client, session = own
    session.execute(
        """create function public.fail_at_commit() returns trigger language plpgsql as
        $$ begin raise exception 'secret reason'; end $$"""
    )
    session.execute(
        """create constraint trigger fail_at_commit after insert on ledger.processor_events
        deferrable initially deferred for each row execute function public.fail_at_commit()"""
    )
    response = charge(client, "res_001", "evt_1")
    error = error_of(response, 500)
    assert error["code"] == "INTERNAL"
    assert "secret reason" not in response.text
    assert session.execute("select count(*) from ledger.processor_events").fetchone() == (0,)


@pytest.mark.parametrize(
    ("sqlstate", "status", "code"),
    [
        ("LBARG", 400, "SOME_CODE"),
        ("LNPAY", 404, "SOME_CODE"),
        ("LCTRN", 409, "SOME_CODE"),
        ("LUCUR", 422, "SOME_CODE"),
        ("LXBAL", 500, "SOME_CODE"),
        ("22003", 400, "INVALID_INPUT"),
        ("22023", 503, "UNAVAILABLE"),
        ("25006", 503, "UNAVAILABLE"),
        ("42501", 403, "FORBIDDEN"),
        ("40001", 503, "UNAVAILABLE"),
        ("40P01", 503, "UNAVAILABLE"),
        ("55P03", 503, "UNAVAILABLE"),
        ("57014", 503, "UNAVAILABLE"),
        ("53300", 503, "UNAVAILABLE"),
        ("08006", 503, "UNAVAILABLE"),
        ("54001", 500, "INTERNAL"),
        ("23505", 500, "INTERNAL"),
        ("P0001", 500, "INTERNAL"),
        ("XX000", 500, "INTERNAL"),
    ],
)
def test_the_class_of_the_sqlstate_is_the_status(
    own_raising: Callable[[str], TestResponse], sqlstate: str, status: int, code: str
) -> None:
    response = own_raising(sqlstate)
    error = error_of(response, status)
    assert error["code"] == code
    assert ("Retry-After" in response.headers) == (status == 503)
    assert ("a reason" in error["message"]) == (code in ("SOME_CODE", "INVALID_INPUT"))
    assert error["details"] == ({"key": "a, b", "other": "c=d"} if code == "SOME_CODE" else {})


@pytest.fixture(scope="module")
def own_raising(create_database: CreateDatabase) -> Iterator[Callable[[str], TestResponse]]:
    """Calls a function that raises the SQLSTATE that is asked for."""
    url = create_database()
    with psycopg.connect(url) as session:
        session.execute(
            """create or replace function api.get_payout(p_payout_id text) returns table (
            payout_id text, restaurant_id text, currency text, as_of date, amount bigint, status text, run_id text,
            created_at timestamptz, paid_at timestamptz, failed_at timestamptz, canceled_at timestamptz,
            failure_code text, failure_reason text, submitted_at timestamptz, submitted_by text, external_id text,
            confirmed_at timestamptz, confirmed_by text, items jsonb)
            language plpgsql as $$ begin raise exception 'a reason' using errcode = p_payout_id,
            constraint = 'SOME_CODE', detail = 'key=a, b, other=c=d'; end $$"""
        )
    application = service.create_app(Pool(url))
    yield lambda sqlstate: application.test_client().get(f"/v1/payouts/{sqlstate}")
    application.extensions["pool"].close()


def test_a_missing_right_answers_403(own: tuple[FlaskClient, psycopg.Connection[Any]]) -> None:
    client, session = own
    session.execute("revoke execute on function api.get_payout from cuenta_app, public")
    error = error_of(client.get("/v1/payouts/po_1"), 403)
    assert error == {"code": "FORBIDDEN", "message": error["message"], "details": {}, "request_id": error["request_id"]}


def test_a_held_lock_answers_503_and_keeps_nothing(
    create_database: CreateDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUENTA_LOCK_TIMEOUT", "200ms")
    url = create_database()
    application = service.create_app(Pool(url))
    client = application.test_client()
    charge(client, "res_001", "lock_1")
    with psycopg.connect(url) as holder:
        holder.execute("select from ledger.account_balances for update")
        response = charge(client, "res_001", "lock_2")
    assert error_of(response, 503)["code"] == "UNAVAILABLE"
    assert response.headers["Retry-After"] == "1"
    assert charge(client, "res_001", "lock_2").status_code == 201
    application.extensions["pool"].close()


def test_one_locked_account_leaves_connections_and_answers_to_others(create_database: CreateDatabase) -> None:
    url = create_database()
    application = service.create_app(Pool(url))
    charge(application.test_client(), "res_locked", "first")

    def send(number: int) -> None:
        response = charge(application.test_client(), "res_locked", f"locked_{number}")
        statuses.append((response.status_code, time.perf_counter() - started))

    statuses: list[tuple[int, float]] = []
    with psycopg.connect(url) as holder:
        holder.execute("select from ledger.account_balances where restaurant_id = 'res_locked' for update")
        started = time.perf_counter()
        threads = [threading.Thread(target=send, args=[number]) for number in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        for number in range(20):
            before = time.perf_counter()
            assert charge(application.test_client(), "res_free", f"free_{number}").status_code == 201
            batch = [CHARGE | {"event_id": f"batch_{number}", "restaurant_id": "res_free"}]
            assert application.test_client().post("/v1/processor/events/batch", json=batch).status_code == 200
            assert time.perf_counter() - before < 1
        for thread in threads:
            thread.join()
    assert {status for status, _ in statuses} == {503}
    assert max(seconds for _, seconds in statuses) < 6
    application.extensions["pool"].close()


def test_who_finds_too_many_waiting_is_told_at_once() -> None:
    gate = Gate(room=3, share=1, patience=0.2)
    with gate.enter(["a"]), gate.enter(["b", "c"]):
        started = time.perf_counter()
        with pytest.raises(psycopg.OperationalError), gate.enter(["c"]):
            pass
        assert time.perf_counter() - started >= 0.2
        with gate.enter([]), pytest.raises(psycopg.OperationalError), gate.enter([]):
            pass
    with gate.enter(["a", "b", "c"]), gate.enter([]):
        pass
    assert gate._queues == {}


def test_a_statement_that_takes_too_long_answers_503(
    create_database: CreateDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUENTA_STATEMENT_TIMEOUT", "200ms")
    url = create_database()
    application = service.create_app(Pool(url))
    client = application.test_client()
    charge(client, "res_001", "slow_1")
    with psycopg.connect(url) as holder:
        holder.execute("select from ledger.account_balances for update")
        assert error_of(charge(client, "res_001", "slow_2"), 503)["code"] == "UNAVAILABLE"
    application.extensions["pool"].close()


def test_without_a_free_connection_it_answers_503(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUENTA_POOL_TIMEOUT", "0.1")
    application = service.create_app(Pool(database))
    pool = application.extensions["pool"]
    held = [pool.getconn(timeout=5) for _ in range(pool.max_size)]
    response = application.test_client().get("/v1/payouts")
    assert error_of(response, 503)["code"] == "UNAVAILABLE"
    for connection in held:
        pool.putconn(connection)
    assert application.test_client().get("/v1/payouts").status_code == 200
    pool.close()


def test_without_a_database_only_health_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUENTA_POOL_TIMEOUT", "0.1")
    application = service.create_app(Pool("postgresql://nobody@127.0.0.1:1/none"))
    client = application.test_client()
    assert (client.get("/health").status_code, client.get("/health").json) == (200, {"status": "ok"})
    assert error_of(client.get("/v1/payouts"), 503)["code"] == "UNAVAILABLE"
    response = client.get("/ready")
    assert error_of(response, 503)["code"] == "NOT_READY"
    assert response.headers["Retry-After"] == "1"
    application.extensions["pool"].close()


def test_it_is_ready_once_deployed(client: FlaskClient, create_database: CreateDatabase) -> None:
    assert (client.get("/ready").status_code, client.get("/ready").json) == (200, {"status": "ready"})
    empty = service.create_app(Pool(create_database(deployed=False)))
    assert error_of(empty.test_client().get("/ready"), 503)["code"] == "NOT_READY"
    empty.extensions["pool"].close()


def test_it_is_not_ready_if_it_cannot_write(own: tuple[FlaskClient, psycopg.Connection[Any]]) -> None:
    client, session = own
    client.application.extensions["pool"].wait()  # one that is being opened now would not be drained
    session.execute(f"alter database {session.info.dbname} set default_transaction_read_only = on".encode())
    client.application.extensions["pool"].drain()
    response = client.get("/ready")
    error = error_of(response, 503)
    assert (error["code"], response.headers["Retry-After"]) == ("NOT_READY", "1")
    assert "read-only" in error["message"]
    refused = charge(client, "res_001", "evt_1")
    assert (error_of(refused, 503)["code"], refused.headers["Retry-After"]) == ("UNAVAILABLE", "1")
    assert client.get("/v1/payouts").status_code == 200


def test_it_tells_of_another_collation_library(own: tuple[FlaskClient, psycopg.Connection[Any]]) -> None:
    client, session = own
    session.execute(
        """create or replace function api.get_service_status() returns table (is_writable boolean,
        collation_warning text, last_migration text, deployed_at timestamptz) language sql stable
        as $$ select true, 'another version', null::text, null::timestamptz $$"""
    )
    assert json_of(client.get("/ready")) == {"status": "ready", "warning": "another version"}


@pytest.mark.parametrize(
    "change",
    [
        "alter function api.get_payout(text) rename to fetch_payout",
        "alter function api.get_payout(text) set schema reporting",
        "drop function api.get_payout(text); create function api.get_payout(p_id text) returns table (a text)"
        " language sql stable as 'select 1'",
        "drop function api.get_payout(text); create function api.get_payout(p_payout_id text, p_more text)"
        " returns table (a text) language sql stable as 'select 1'",
    ],
)
def test_it_is_not_ready_if_the_database_is_of_another_version(
    own: tuple[FlaskClient, psycopg.Connection[Any]], change: str
) -> None:
    client, session = own
    assert client.get("/ready").status_code == 200
    session.execute(change.encode())
    error = error_of(client.get("/ready"), 503)
    assert error["code"] == "NOT_READY"
    assert "get_payout" in error["message"]


def test_the_table_names_functions_and_arguments_of_the_database(connect: Connect) -> None:
    rows = connect().execute(
        """select p.proname, coalesce((p.proargnames)[1:p.pronargs], '{}'), p.pronargdefaults, p.provolatile,
            pg_get_expr(p.proargdefaults, 0)
        from pg_proc as p where p.pronamespace = 'api'::regnamespace"""
    )
    found = {name: (names, defaults, volatile, text) for name, names, defaults, volatile, text in rows}
    for route in routes.ROUTES:
        names, default_count, volatile, defaults = found[route.function]
        path = set(re.findall(r"<(?:\w+:)?(\w+)>", route.path))
        needed = {f"p_{name}" for name in path | set(route.required)}
        needed |= {f"p_{route.document}", f"p_{route.key}"} - {"p_None"}
        assert set(names[: len(names) - default_count]) <= needed <= set(names), route.function
        assert {f"p_{name}" for name in route.optional} <= set(names) - needed, route.function
        assert (route.method == "GET") == (volatile == "s"), route.function
        if route.answer == "page":
            assert str(route.page) in re.findall(r"\b\d+\b", defaults), route.function
        assert set(route.steps or ()) <= set(found)


# Documentation


@pytest.mark.parametrize("name", ["docs", "redoc"])
def test_the_documentation_needs_nothing_from_elsewhere(client: FlaskClient, name: str) -> None:
    page = client.get(f"/{name}")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert not re.search(r"""\w+://|["'(]//""", page.text)
    files = re.findall(r'(?:src|href)="(?!data:)([^"]+)"', page.text)
    assert files
    for file in files:
        asset = client.get(f"/{file}")
        assert asset.status_code == 200, file
        assert len(asset.data) > 10_000, file
        asset.close()
    page.close()


def test_the_openapi_document_is_served(client: FlaskClient) -> None:
    response = client.get("/openapi.json")
    assert (response.status_code, response.mimetype) == (200, "application/json")
    assert response.json is not None
    assert response.json["openapi"].startswith("3.1")
    response.close()
    beyond = client.get("/openapi.json", headers={"Range": "bytes=999999999-"})
    assert error_of(beyond, 416)["code"] == "REQUESTED_RANGE_NOT_SATISFIABLE"


@pytest.mark.parametrize(
    "path", ["docs/__init__.py", "redoc/__init__.py", "docs/swagger", "docs/swagger/", "docs/../app.py"]
)
def test_nothing_but_the_documentations_files_is_served(client: FlaskClient, path: str) -> None:
    assert error_of(client.get(f"/{path}"), 404)["code"] == "NOT_FOUND"


def test_a_method_in_small_letters_is_none(client: FlaskClient) -> None:
    answer = client.get("/ready", environ_overrides={"REQUEST_METHOD": "get"})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")


def test_only_chunks_are_a_transfer_encoding(client: FlaskClient) -> None:
    answer = client.post("/v1/processor/events", json={}, headers={"Transfer-Encoding": "gzip, chunked"})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
