"""Restaurants, their history, balances and statements over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import app as service
from db.pool import Pool

AT = "/v1/restaurants/res_1/balance?currency=PEN&at="


@pytest.fixture(scope="module")
def client(database: str) -> Iterator[FlaskClient]:
    """A client of the service on a database with three restaurants, and money of one."""
    application = service.create_app(Pool(database))
    client = application.test_client()
    for name, settings in (("res_1", {}), ("res_2", {"closed": True}), ("res_3", {"payouts_paused": True})):
        assert client.put(f"/v1/restaurants/{name}", json=settings | {"actor": "ana"}).status_code == 200
    for number, currency in enumerate(("PEN", "USD")):
        event: dict[str, Any] = {
            "event_id": f"evt_{number}",
            "event_type": "charge_succeeded",
            "restaurant_id": "res_1",
        }
        event |= {"occurred_at": "2025-12-10T12:00:00Z", "currency": currency, "amount": 1000, "fee": 50}
        assert client.post("/v1/processor/events", json=event).status_code == 201
    yield client
    application.extensions["pool"].close()


def json_of(response: TestResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json


def error_of(response: TestResponse, status: int) -> tuple[str, dict[str, str]]:
    error = json_of(response, status)["error"]
    return error["code"], error["details"]


def test_a_restaurant_is_read_as_it_was_set(client: FlaskClient) -> None:
    path = "/v1/restaurants/res_1"
    assert json_of(client.get(path)) == json_of(client.put(path, json={}))
    assert error_of(client.get("/v1/restaurants/nobody"), 404) == (
        "RESTAURANT_NOT_FOUND",
        {"restaurant_id": "nobody"},
    )


@pytest.mark.parametrize("member", ["is_payouts_paused", "closed_at", "created_at", "is_closed", "p_closed", ""])
def test_an_unknown_member_of_settings_is_refused_by_name(client: FlaskClient, member: str) -> None:
    response = client.put("/v1/restaurants/res_1", json={"timezone": "UTC", member: True})
    assert error_of(response, 400) == ("INVALID_INPUT", {"field": member})
    assert json_of(client.get("/v1/restaurants/res_1"))["timezone"] == "America/Lima"


@pytest.mark.parametrize("member", ["closed", "payouts_paused"])
@pytest.mark.parametrize("value", [1, "true", [True], {}])
def test_a_setting_that_is_no_boolean_is_refused_by_name(client: FlaskClient, member: str, value: Any) -> None:
    response = client.put("/v1/restaurants/res_1", json={member: value})
    assert error_of(response, 400) == ("INVALID_INPUT", {"field": member})


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["res_1", "res_2", "res_3"]),
        ("?closed=true", ["res_2"]),
        ("?closed=false&payouts_paused=false", ["res_1"]),
        ("?payouts_paused=true", ["res_3"]),
        ("?limit=2", ["res_1", "res_2"]),
    ],
)
def test_restaurants_are_listed(client: FlaskClient, query: str, names: list[str]) -> None:
    page = json_of(client.get(f"/v1/restaurants{query}"))
    assert [row["restaurant_id"] for row in page["data"]] == names
    assert (page["next_cursor"] is not None) == ("limit" in query)


def test_restaurants_come_page_by_page(client: FlaskClient) -> None:
    names, cursor = [], ""
    while cursor is not None:
        page = json_of(client.get(f"/v1/restaurants?limit=1{cursor and f'&cursor={cursor}'}"))
        names += [row["restaurant_id"] for row in page["data"]]
        cursor = page["next_cursor"]
    assert names == ["res_1", "res_2", "res_3"]


def test_who_changed_a_setting_is_told(client: FlaskClient) -> None:
    client.put("/v1/restaurants/res_4", json={"day_close_hour": 2, "actor": "ana"})
    client.put("/v1/restaurants/res_4", json={"day_close_hour": 3, "actor": "bob"})
    client.put("/v1/restaurants/res_4", json={"closed": True})
    rows = json_of(client.get("/v1/restaurants/res_4/changes"))["data"]
    assert [row["changed_by"] for row in rows[1:]] == ["bob", "ana"]
    assert rows[0]["changed_by"], "the service's login"
    assert (rows[1]["old_settings"], rows[1]["new_settings"]) == ({"day_close_hour": 2}, {"day_close_hour": 3})
    assert rows[2]["old_settings"] == {} and rows[2]["new_settings"]["day_close_hour"] == 2
    assert rows[0]["changed_at"] >= rows[1]["changed_at"] >= rows[2]["changed_at"]
    assert error_of(client.get("/v1/restaurants/nobody/changes"), 404)[0] == "RESTAURANT_NOT_FOUND"


def test_balances_of_one_restaurant_and_of_one_currency(client: FlaskClient) -> None:
    one = json_of(client.get("/v1/restaurants/res_1/balances"))["data"]
    assert [(row["currency"], row["available"], row["total"]) for row in one] == [("PEN", 950, 950), ("USD", 950, 950)]
    balance = json_of(client.get("/v1/restaurants/res_1/balance?currency=PEN"))
    assert {name: one[0][name] for name in balance} == balance
    assert json_of(client.get("/v1/balances?currency=usd"))["data"] == one[1:]
    assert json_of(client.get("/v1/balances"))["data"] == one
    assert json_of(client.get("/v1/restaurants/res_2/balances"))["data"] == []
    assert error_of(client.get("/v1/balances?currency=ZZZ"), 422)[0] == "CURRENCY_UNKNOWN"
    assert error_of(client.get("/v1/restaurants/nobody/balances"), 404)[0] == "RESTAURANT_NOT_FOUND"


def test_a_balance_at_a_moment(client: FlaskClient) -> None:
    now = datetime.now(UTC) - timedelta(milliseconds=1)
    current = json_of(client.get("/v1/restaurants/res_1/balance?currency=PEN"))
    before = json_of(client.get(f"{AT}2020-01-01T00:00:00Z"))
    assert (before["total"], before["last_event_at"]) == (0, None)
    lima = now.astimezone(tz=None).isoformat()
    for moment in (quote(now.isoformat()), now.isoformat(), f"{now:%Y-%m-%dT%H:%M:%S.%fZ}", quote(lima)):
        assert json_of(client.get(AT + moment)) == current, moment
    assert error_of(client.get(AT + quote((now + timedelta(hours=1)).isoformat())), 422)[0] == "AT_IN_FUTURE"


@pytest.mark.parametrize(
    "at",
    [
        *("", "now", "yesterday", "infinity", "-infinity", "2025-12-30", "1767052800", "12:00:00Z", "null"),
        *("2025-12-30T10:00:00", "2025-12-30 10:00:00Z", "2025-02-30T10:00:00Z", "2025-12-30T25:00:00Z"),
        *("2025-12-30T10:00:00Z ", "2025-13-01T10:00:00Z", "0000-01-01T00:00:00Z", "2025-12-30T10:00:00+16:00"),
        *("2025-12-30T10:00:00.1234567Z", "2025-12-30T10:00:61Z", "2025-12-30T10:00:00Lima"),
        "\u0662025-12-30T10:00:00Z",
        *("20025-12-30T10:00:00Z", "2025-12-30T10:00:00Z\x00", "2025-12-30T10:00:00+05:60", "2025-W01-1T10:00:00Z"),
    ],
)
def test_a_moment_that_is_none_is_refused_by_name(client: FlaskClient, at: str) -> None:
    assert error_of(client.get(AT + quote(at)), 400) == ("INVALID_INPUT", {"field": "at"})


@pytest.mark.parametrize(("name", "day"), [("from", "2025-02-30"), ("to", "2025-13-01"), ("from", "0000-01-01")])
def test_a_day_that_is_none_is_refused_by_name(client: FlaskClient, name: str, day: str) -> None:
    days = {"from": "2025-01-01", "to": "2025-01-31"} | {name: day}
    path = "/v1/restaurants/res_1/statement"
    response = client.get(path, query_string={"currency": "PEN", **days})
    assert error_of(response, 400) == ("INVALID_INPUT", {"field": name})


def test_a_statement(client: FlaskClient) -> None:
    days = {"currency": "PEN", "from": "2025-12-09", "to": "2025-12-11"}
    answer = json_of(client.get("/v1/restaurants/res_1/statement", query_string=days))
    assert {name: answer[name] for name in days} == days, "what goes in comes out under the same name"
    assert (answer["opening"], answer["closing"], answer["payouts"], answer["is_final"]) == (0, 950, [], False)
    assert [row["balance_change"] for row in answer["activity"]] == [1000, -50]
    openings, closings = zip(*((day["opening"], day["closing"]) for day in answer["days"]), strict=True)
    assert (openings, closings) == ((0, 0, 950), (0, 950, 950))
    assert answer["days"][1]["activity"] == answer["activity"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("currency=PEN&from=2025-01-01", 400, "ARGUMENT_MISSING"),
        ("currency=PEN&to=2025-01-01", 400, "ARGUMENT_MISSING"),
        ("from=2025-01-01&to=2025-01-01", 400, "ARGUMENT_MISSING"),
        ("currency=PEN&from=2025-01-02&to=2025-01-01", 400, "PERIOD_INVALID"),
        ("currency=PEN&from=2024-01-01&to=2025-01-01", 400, "PERIOD_INVALID"),
        ("currency=PEN&from=9999-12-31&to=9999-12-31", 200, ""),
        ("currency=ZZZ&from=2025-01-01&to=2025-01-01", 422, "CURRENCY_UNKNOWN"),
    ],
)
def test_the_errors_of_a_statement(client: FlaskClient, query: str, status: int, code: str) -> None:
    response = client.get(f"/v1/restaurants/res_1/statement?{query}")
    assert response.status_code == status, response.text
    assert status == 200 or error_of(response, status)[0] == code


def test_figures_are_integers_as_the_database_wrote_them(client: FlaskClient) -> None:
    for path in ("balances", "statement?currency=PEN&from=2025-12-01&to=2025-12-31"):
        text = client.get(f"/v1/restaurants/res_1/{path}").text
        floats: list[str] = []
        json.loads(text, parse_float=floats.append)
        assert floats == []


def test_a_document_that_talks_of_a_function_is_still_the_senders(client: FlaskClient) -> None:
    """What PostgreSQL quotes of a document it cannot read is not the place where a function of ours failed."""
    body = '[{"function": "SQL function \\u0000"}]'
    response = client.post("/v1/processor/events/batch", data=body, content_type="application/json")
    assert error_of(response, 400)[0] == "MALFORMED_JSON"


# Ten charges with their fees a day, each available three days later, as posting leaves them.
BOOK = """
set session_replication_role = replica;
insert into ledger.restaurants (restaurant_id, timezone, settlement_delay_days, created_at)
values ('{name}', 'America/Lima', 3, now());
insert into ledger.ledger_entries (
    entry_seq, amount, balance_after, reserved_after, event_no, recorded_at, business_day, available_on,
    settlement_day, restaurant_id, currency, entry_type
)
select
    2 * n - 1 + k.is_fee, 1000 - 950 * k.is_fee, n * 950 + 50 * (1 - k.is_fee), 0, n, t.at, t.at::date,
    t.at::date + 3, t.at::date + 3, '{name}', 'PEN', k.entry_type
from generate_series(1, {days} * 10) as n
cross join lateral (select timestamptz '2020-01-01T13:00:00Z' + n * interval '2.4 hours' as at) as t
cross join (values (0, 'CHARGE'), (1, 'FEE')) as k (is_fee, entry_type);
insert into ledger.account_balances (
    restaurant_id, currency, balance, last_entry_seq, last_entry_at, timezone, day_close_hour, settlement_delay_days
)
select '{name}', 'PEN', max(e.balance_after), max(e.entry_seq), max(e.recorded_at), 'America/Lima', 0, 3
from ledger.ledger_entries as e where e.restaurant_id = '{name}';
insert into ledger.pending_days (amount, available_on, restaurant_id, currency, first_entry_seq, last_entry_seq)
select sum(e.amount * t.balance_effect), e.available_on, '{name}', 'PEN', min(e.entry_seq), max(e.entry_seq)
from ledger.ledger_entries as e inner join ledger.entry_types as t using (entry_type)
where e.restaurant_id = '{name}' group by e.available_on;
reset session_replication_role;
"""


def test_an_earlier_balance_and_a_statement_cost_the_same_in_a_book_of_any_length(
    create_database: Callable[..., str],
) -> None:
    """Counted in pages, which repeat on every machine: a day of 20 entries of 2,000, and of 40,000."""
    calls = {
        "balance": ("select * from api.get_balance('{}', 'PEN', '2020-01-21T20:00:00Z')", 190),
        "last balance": ("select * from api.get_balance('{}', 'PEN', now())", 190),
        "statement": ("select * from api.get_statement('{}', 'PEN', '2020-01-21', '2020-01-22')", 140),
    }
    with psycopg.connect(create_database(), autocommit=True) as connection:
        for name, days in (("short", 100), ("long", 2000)):
            connection.execute(BOOK.format(name=name, days=days).encode())
        connection.execute("vacuum analyze")

        def pages(query: str) -> int:
            for _ in range(2):  # the first call reads catalogs, too
                row = connection.execute(f"explain (analyze, buffers, format json) {query}".encode()).fetchone()
            return int(row[0][0]["Plan"]["Shared Hit Blocks"]) if row else 0

        for what, (query, most) in calls.items():
            short, long = (pages(query.format(name)) for name in ("short", "long"))
            assert long <= short + 40, f"{what}: {short} pages of a short book, {long} of a long one"
            assert long <= most, f"{what}: {long} pages"
        figures = [
            connection.execute(calls["balance"][0].format(name).encode()).fetchone() for name in ("short", "long")
        ]
        assert figures[0] and figures[1] and figures[0][1:7] == figures[1][1:7]
        assert figures[0][3] == 950 * 28, "the charges of three days, of the last until the moment asked for"


def test_a_closed_restaurant_takes_no_charge_and_is_paid_out(create_database: Callable[..., str]) -> None:
    application = service.create_app(Pool(create_database()))
    client = application.test_client()
    path = "/v1/restaurants/res_9"
    numbers = iter(range(100))

    def send(kind: str, **fields: Any) -> tuple[int, str | None]:
        event = {"event_id": f"c_{next(numbers)}", "event_type": kind, "occurred_at": "2025-12-10T12:00:00Z"}
        response = client.post(
            "/v1/processor/events", json=event | {"restaurant_id": "res_9", "currency": "PEN"} | fields
        )
        return response.status_code, response.json["code"] if response.json else None

    try:
        assert send("charge_succeeded", amount=1000) == (201, None)
        assert json_of(client.put(path, json={"closed": True}))["closed"] is True
        assert send("charge_succeeded", amount=1000) == (422, "RESTAURANT_CLOSED")
        assert send("charge_succeeded", amount=1000, currency="USD") == (422, "RESTAURANT_CLOSED")
        batch = [
            {"event_id": f"b_{number}", "event_type": "charge_succeeded", "occurred_at": "2025-12-10T12:00:00Z"}
            | {"restaurant_id": "res_9", "currency": "PEN", "amount": 5}
            for number in range(2)
        ]
        answers = json_of(client.post("/v1/processor/events/batch", json=batch))
        assert [answer["code"] for answer in answers] == ["RESTAURANT_CLOSED"] * 2
        assert send("refund_succeeded", amount=400) == (201, None)
        run = json_of(client.post("/v1/payouts/run", json={"currency": "PEN", "as_of": "2025-12-31"}), 202)
        assert (run["payouts_created"], run["payouts_amount"]) == (1, 600)
        assert json_of(client.put(path, json={"closed": False}))["closed"] is False
        assert send("charge_succeeded", amount=70) == (201, None)
    finally:
        application.extensions["pool"].close()
