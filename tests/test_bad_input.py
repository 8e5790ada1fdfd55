"""Bad input: each has its status and its code, and leaves the ledger as it was."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import app as service
from db.pool import Pool

Connect = Callable[..., psycopg.Connection[Any]]
EVENTS, BATCH, RUN = "/v1/processor/events", "/v1/processor/events/batch", "/v1/payouts/run"

CHARGE: dict[str, Any] = {
    "event_id": "evt_bad",
    "event_type": "charge_succeeded",
    "occurred_at": "2025-12-30T10:00:00Z",
    "restaurant_id": "res_001",
    "currency": "PEN",
    "amount": 12000,
    "fee": 600,
}
ABSENT = object()


def hours_ahead(hours: float) -> str:
    """A moment from now, with an offset. Not for the id of a test: pytest's workers must have the same."""
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=hours)
    return moment.replace(second=0, microsecond=0).isoformat()


@pytest.fixture(scope="module")
def client(database: str) -> Iterator[FlaskClient]:
    """A client of the service on a database with a charge, a payout of it and a paid payout."""
    application = service.create_app(Pool(database))
    client = application.test_client()
    for number, day in enumerate((27, 28, 29)):
        event = CHARGE | {"event_id": f"evt_{number}", "occurred_at": f"2025-12-{day}T17:00:00Z"}
        assert client.post(EVENTS, json=event).status_code == 201
        if day < 29:
            run = {"currency": "PEN", "as_of": f"2025-12-{day}"}
            assert client.post(RUN, json=run).json["payouts_created"] == 1  # type: ignore[index]
    yield client
    application.extensions["pool"].close()


@pytest.fixture(scope="module")
def session(connect: Connect) -> psycopg.Connection[Any]:
    """A superuser's session beside the service."""
    return connect()


@pytest.fixture(scope="module")
def sound(session: psycopg.Connection[Any]) -> Iterator[None]:
    """In the end no check finds anything."""
    yield
    assert session.execute("select check_name from api.check_integrity() where findings > 0").fetchall() == []


@pytest.fixture
def unchanged(client: FlaskClient, session: psycopg.Connection[Any], sound: None) -> Iterator[None]:
    """Fails the test if it changed what the ledger holds."""

    def ledger() -> list[Any]:
        return [
            session.execute(query.encode()).fetchall()
            for query in (
                "select count(*), sum(amount), sum(balance_after) from ledger.ledger_entries",
                "select b::text from ledger.account_balances as b order by b::text",
                "select r::text from ledger.restaurants as r order by r::text",
                "select p::text from ledger.payouts as p order by p::text",
                "select count(*), sum(amount) from ledger.payout_items",
                "select count(*) from ledger.processor_events",
                "select count(*) from ledger.payout_runs",
            )
        ]

    before = ledger()
    yield
    assert ledger() == before


def code_of(response: TestResponse, status: int) -> str:
    """The code in the envelope of an answer that has this status."""
    assert response.status_code == status, response.text
    assert response.json is not None
    return str(response.json["error"]["code"])


# Bodies that are no JSON, or not the JSON that is due

MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n",
    "cut off": b'{"event_id": "evt_bad", "amount": 12',
    "trailing comma": b'{"event_id": "evt_bad",}',
    "two values": b"{} {}",
    "single quotes": b"{'event_id': 'evt_bad'}",
    "bare word": b"event",
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"event_id": "evt_bad"}'.encode("utf-16"),
    "invalid UTF-8": b'{"event_id": "evt_\xff"}',
    "overlong UTF-8": b'{"event_id": "evt_\xc0\xaf"}',
    "UTF-8 of a surrogate": b'{"event_id": "evt_\xed\xa0\x80"}',
    "NUL between": b'{"event_id":\x00"evt_bad"}',
    "NUL in a string": b'{"event_id": "evt\x00bad"}',
    "line break in a string": b'{"event_id": "evt\nbad"}',
    "endless object": b'{"a":' * 50_000,
    "endless array": b"[" * 100_000,
    "leading zero": b'{"amount": 012000}',
    "plus sign": b'{"amount": +12000}',
    "hexadecimal": b'{"amount": 0xff}',
}
DOCUMENT_ONLY: dict[str, bytes] = {
    "escaped NUL": b'{"event_id": "evt\\u0000bad"}',
    "NUL beside the word function": b'{"function": "\\u0000"}',
    "NUL below a name of a function": b'{"PL/pgSQL function x": "\\u0000"}',
    "lone surrogate": b'{"event_id": "evt\\ud800bad"}',
    "number past all bounds": b'{"amount": 1e1000000}',
    "NaN": b'{"amount": NaN}',
    "Infinity": b'{"amount": -Infinity}',
}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("path", [EVENTS, BATCH])
@pytest.mark.parametrize("body", [pytest.param(v, id=k) for k, v in (MALFORMED | DOCUMENT_ONLY).items()])
def test_a_malformed_document_answers_400(client: FlaskClient, path: str, body: bytes) -> None:
    if path == BATCH and body.startswith(b"{"):
        body = b"[" + body + b"]"
    response = client.post(path, data=body, content_type="application/json")
    assert code_of(response, 400) == "MALFORMED_JSON"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("method", "path"), [("POST", RUN), ("PUT", "/v1/restaurants/res_001")])
@pytest.mark.parametrize("body", [pytest.param(v, id=k) for k, v in MALFORMED.items()])
def test_malformed_members_answer_400(client: FlaskClient, method: str, path: str, body: bytes) -> None:
    response = client.open(path, method=method, data=body, content_type="application/json")
    assert code_of(response, 400) == "MALFORMED_JSON"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", [name for name, line in (MALFORMED | DOCUMENT_ONLY).items() if line.strip()])
def test_a_malformed_line_refuses_the_batch_and_is_named(client: FlaskClient, name: str) -> None:
    good = json.dumps(CHARGE).encode()
    body = b"\n".join([good, b"", (MALFORMED | DOCUMENT_ONLY)[name], good])
    response = client.post(BATCH, data=body, content_type="application/x-ndjson")
    assert code_of(response, 400) == "MALFORMED_JSON"
    assert response.json is not None
    is_of_the_whole = "UTF" in name or name == "number past all bounds"
    assert response.json["error"]["details"] == ({} if is_of_the_whole else {"line": 3})


@pytest.mark.usefixtures("unchanged")
def test_a_message_does_not_repeat_a_whole_body(client: FlaskClient) -> None:
    response = client.post(EVENTS, data=b'{"event_id": ' + b"x" * 100_000, content_type="application/json")
    assert code_of(response, 400) == "MALFORMED_JSON"
    assert len(response.data) < 1000


@pytest.mark.usefixtures("unchanged")
def test_a_line_holds_one_event(client: FlaskClient) -> None:
    good = json.dumps(CHARGE)
    for body in (f"{good},{good}", f"[{good}\n{good}]", f'{good[:-1]},"metadata":\n{{}}}}'):
        response = client.post(BATCH, data=body, content_type="application/x-ndjson")
        assert code_of(response, 400) == "MALFORMED_JSON"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("body", ["[]", '"text"', "12000", "1.5", "true", "null", json.dumps([CHARGE])])
def test_where_an_object_is_due_nothing_else_is_taken(client: FlaskClient, body: str) -> None:
    asked = {"content_type": "application/json", "data": body}
    assert code_of(client.post(EVENTS, **asked), 400) == "EVENT_NOT_OBJECT"
    assert code_of(client.post(RUN, **asked), 400) == "INVALID_INPUT"
    assert code_of(client.put("/v1/restaurants/res_001", **asked), 400) == "INVALID_INPUT"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("body", [json.dumps(CHARGE), "{}", '"text"', "12000", "true", "null"])
def test_where_an_array_is_due_nothing_else_is_taken(client: FlaskClient, body: str) -> None:
    response = client.post(BATCH, data=body, content_type="application/json")
    assert code_of(response, 400) == "EVENTS_NOT_ARRAY"


TWICE: dict[str, tuple[str, str]] = {
    "at the top": ('{"amount": 100, "event_id": "evt_bad", "amount": 999999}', "amount"),
    "the same value": ('{"event_id": "evt_bad", "event_id": "evt_bad"}', "event_id"),
    "written in another way": ('{"amount": 100, "\\u0061mount": 100}', "amount"),
    "in metadata": ('{"event_id": "evt_bad", "metadata": {"payment_id": "a", "payment_id": "b"}}', "payment_id"),
    "deep in arrays": ('{"metadata": [1, [{"a": {"b": [{"x": 1, "y": 2, "x": 3}]}}]]}', "x"),
}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("document", "name"), TWICE.values(), ids=TWICE.keys())
def test_a_member_that_is_there_twice_answers_400_with_its_name(client: FlaskClient, document: str, name: str) -> None:
    good = json.dumps(CHARGE | {"event_id": "evt_good"})
    for path, kind, body, place in (
        (EVENTS, "json", document, {}),
        (BATCH, "json", f"[{good}, {document}]", {"item": 2}),
        (BATCH, "x-ndjson", f"{good}\n\n{document}\n{good}\n", {"line": 3}),
    ):
        response = client.post(path, data=body, content_type=f"application/{kind}")
        assert code_of(response, 400) == "INVALID_INPUT"
        assert response.json is not None
        assert response.json["error"]["details"] == {"field": name} | place
        assert f'"{name}"' in response.json["error"]["message"]


@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ("[", "]"), ('[{"a":', "}]")])
def test_a_document_that_is_nested_too_deep_answers_400(client: FlaskClient, opening: str, closing: str) -> None:
    for depth, is_taken in ((45, True), (120, False), (900, False), (4_000, False), (20_000, False)):
        body = f'{{"metadata": {opening * depth}1{closing * depth}}}'
        for path, kind, whole in (
            (EVENTS, "json", body),
            (BATCH, "json", f"[{body}]"),
            (BATCH, "x-ndjson", body),
        ):
            response = client.post(path, data=whole, content_type=f"application/{kind}")
            if is_taken:
                assert response.status_code in (200, 422), response.text
            else:
                assert code_of(response, 400) == "MALFORMED_JSON"


# Events that are JSON objects: an answer with a code, and the document is kept

BAD_FIELDS: list[Any] = [
    *((field, ABSENT, "FIELD_MISSING") for field in CHARGE if field != "fee"),
    *((field, None, "FIELD_MISSING") for field in CHARGE if field != "fee"),
    ("event_id", "", "EVENT_ID_INVALID"),
    ("event_id", " evt", "EVENT_ID_INVALID"),
    ("event_id", "evt\n", "EVENT_ID_INVALID"),
    ("event_id", "caf\u00e9", "EVENT_ID_INVALID"),
    ("event_id", "e" * 129, "EVENT_ID_INVALID"),
    ("event_id", 12, "EVENT_ID_INVALID"),
    ("event_id", True, "EVENT_ID_INVALID"),
    ("event_id", ["evt"], "EVENT_ID_INVALID"),
    ("provider", "", "PROVIDER_INVALID"),
    ("provider", None, "PROVIDER_INVALID"),
    ("provider", 1, "PROVIDER_INVALID"),
    ("provider", "p" * 65, "PROVIDER_INVALID"),
    ("event_type", "", "EVENT_TYPE_UNKNOWN"),
    ("event_type", "charge_failed", "EVENT_TYPE_UNKNOWN"),
    ("event_type", "CHARGE_SUCCEEDED", "EVENT_TYPE_UNKNOWN"),
    ("event_type", 1, "EVENT_TYPE_INVALID"),
    ("event_type", {"name": "charge_succeeded"}, "EVENT_TYPE_INVALID"),
    ("restaurant_id", "", "RESTAURANT_ID_INVALID"),
    ("restaurant_id", "-res", "RESTAURANT_ID_INVALID"),
    ("restaurant_id", "res 001", "RESTAURANT_ID_INVALID"),
    ("restaurant_id", "res_001\n", "RESTAURANT_ID_INVALID"),
    ("restaurant_id", "r" * 65, "RESTAURANT_ID_INVALID"),
    ("restaurant_id", 1, "RESTAURANT_ID_INVALID"),
    ("currency", "", "CURRENCY_INVALID"),
    ("currency", "PE", "CURRENCY_INVALID"),
    ("currency", "PENN", "CURRENCY_INVALID"),
    ("currency", "PEN\n", "CURRENCY_INVALID"),
    ("currency", "P\u00c9N", "CURRENCY_INVALID"),
    ("currency", 604, "CURRENCY_INVALID"),
    ("currency", "XXP", "CURRENCY_UNKNOWN"),
    ("amount", 0, "AMOUNT_INVALID"),
    ("amount", -12000, "AMOUNT_INVALID"),
    ("amount", 12000.0, "AMOUNT_INVALID"),
    ("amount", 120.5, "AMOUNT_INVALID"),
    ("amount", 1e300, "AMOUNT_INVALID"),
    ("amount", "12000", "AMOUNT_INVALID"),
    ("amount", "", "AMOUNT_INVALID"),
    ("amount", "NaN", "AMOUNT_INVALID"),
    ("amount", True, "AMOUNT_INVALID"),
    ("amount", [12000], "AMOUNT_INVALID"),
    ("amount", {"value": 12000}, "AMOUNT_INVALID"),
    ("amount", 2**53, "AMOUNT_INVALID"),
    ("amount", 2**63, "AMOUNT_INVALID"),
    ("amount", -(2**63), "AMOUNT_INVALID"),
    ("amount", 10**400, "AMOUNT_INVALID"),
    ("fee", -1, "FEE_INVALID"),
    ("fee", 0.5, "FEE_INVALID"),
    ("fee", 600.0, "FEE_INVALID"),
    ("fee", "600", "FEE_INVALID"),
    ("fee", None, "FEE_INVALID"),
    ("fee", False, "FEE_INVALID"),
    ("fee", [], "FEE_INVALID"),
    ("fee", 2**53, "FEE_INVALID"),
    ("fee", 2**63, "FEE_INVALID"),
    ("occurred_at", "", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-12-30T10:00:00", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-12-30", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-12-30T10:00:00 America/Lima", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-02-29T10:00:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-02-30T10:00:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-13-01T10:00:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-12-32T10:00:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-12-30T25:00:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-12-30T10:60:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-12-30T10:00:00+99:00", "OCCURRED_AT_INVALID"),
    ("occurred_at", "30/12/2025 10:00:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-00-30T10:00:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-12-00T10:00:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-1-30T10:00:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-12-3T10:00:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-012-30T10:00:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-12-30T1:00:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-12-30T10:00:0Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-12-30T-0:00:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2025-12-30T24:00:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "25-12-30T10:00:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "2-1-1T1:1:1Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "22025-12-30T10:00:00Z", "OCCURRED_AT_INVALID"),
    ("occurred_at", "now", "OCCURRED_AT_INVALID"),
    ("occurred_at", "yesterday", "OCCURRED_AT_INVALID"),
    ("occurred_at", "-infinity", "OCCURRED_AT_INVALID"),
    ("occurred_at", 1767088800, "OCCURRED_AT_INVALID"),
    ("occurred_at", True, "OCCURRED_AT_INVALID"),
    pytest.param("occurred_at", hours_ahead(24), "OCCURRED_AT_IN_FUTURE", id="occurred_at-tomorrow"),
    ("occurred_at", "2999-12-30T10:00:00Z", "OCCURRED_AT_IN_FUTURE"),
    ("metadata", "text", "METADATA_INVALID"),
    ("metadata", [], "METADATA_INVALID"),
    ("metadata", 1, "METADATA_INVALID"),
]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("field", "value", "code"), BAD_FIELDS)
def test_a_bad_field_is_rejected_and_kept(
    client: FlaskClient, session: psycopg.Connection[Any], field: str, value: Any, code: str
) -> None:
    event = {name: old for name, old in (CHARGE | {field: value}).items() if old is not ABSENT}
    kept = "select count(*) from ledger.event_rejections"
    before = session.execute(kept).fetchone()
    response = client.post(EVENTS, json=event)
    assert response.status_code == 422, response.text
    assert response.json is not None
    assert (response.json["status"], response.json["code"], response.json["entries"]) == ("rejected", code, 0)
    assert response.json["details"]["field"] == field
    assert response.json["message"]

    batch = client.post(BATCH, json=[event])
    assert batch.status_code == 200
    assert batch.json is not None
    ours = ("item", "received_at")
    assert {k: v for k, v in batch.json[0].items() if k not in ours} == {
        k: v for k, v in response.json.items() if k not in ours
    }
    after = session.execute(kept).fetchone()
    assert before is not None
    assert after == (before[0] + 2,)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("item", [[], "text", 12000, True, None])
def test_an_item_that_is_no_object_is_rejected(client: FlaskClient, item: Any) -> None:
    response = client.post(BATCH, json=[item])
    assert response.status_code == 200
    assert response.json is not None
    assert (response.json[0]["status"], response.json[0]["code"]) == ("rejected", "EVENT_NOT_OBJECT")


@pytest.mark.usefixtures("unchanged")
def test_an_empty_object_is_rejected(client: FlaskClient) -> None:
    response = client.post(EVENTS, json={})
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["code"] == "FIELD_MISSING"


@pytest.mark.usefixtures("unchanged")
def test_a_fee_that_would_post_nothing_is_rejected(client: FlaskClient) -> None:
    response = client.post(EVENTS, json=CHARGE | {"event_type": "refund_succeeded", "fee": 1})
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["code"] == "FEE_NOT_ALLOWED"


@pytest.mark.usefixtures("unchanged")
def test_a_balance_cannot_pass_what_integers_hold(client: FlaskClient) -> None:
    response = client.post(EVENTS, json=CHARGE | {"amount": 2**53 - 1, "fee": 0})
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["code"] == "BALANCE_OUT_OF_RANGE"


def test_a_minute_ahead_is_not_the_future(client: FlaskClient) -> None:
    event = CHARGE | {"event_id": "evt_soon", "restaurant_id": "res_soon", "occurred_at": hours_ahead(1 / 60)}
    assert client.post(EVENTS, json=event).status_code == 201


# Events about payouts


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("event_type", ["payout_paid", "payout_failed"])
@pytest.mark.parametrize(
    ("fields", "code", "details"),
    [
        ({"payout_id": ABSENT}, "FIELD_MISSING", {"field": "payout_id"}),
        ({"payout_id": None}, "FIELD_MISSING", {"field": "payout_id"}),
        ({"payout_id": ""}, "PAYOUT_NOT_FOUND", {"field": "payout_id"}),
        ({"payout_id": "po_unknown"}, "PAYOUT_NOT_FOUND", {"field": "payout_id"}),
        ({"amount": 11399}, "PAYOUT_MISMATCH", {"fields": ["amount"]}),
        ({"currency": "USD"}, "PAYOUT_MISMATCH", {"fields": ["currency"]}),
        ({"currency": "USD", "amount": 1}, "PAYOUT_MISMATCH", {"fields": ["currency", "amount"]}),
        ({"restaurant_id": "res_other"}, "PAYOUT_MISMATCH", {"fields": ["restaurant_id"]}),
        ({"amount": 0}, "AMOUNT_INVALID", {"field": "amount"}),
        ({"fee": 1}, "FEE_NOT_ALLOWED", {"field": "fee"}),
    ],
)
def test_an_event_that_is_not_about_a_payout_of_ours_is_rejected(
    client: FlaskClient, event_type: str, fields: dict[str, Any], code: str, details: dict[str, Any]
) -> None:
    page = client.get("/v1/payouts?restaurant_id=res_001&status=CREATED&limit=1").json
    assert page is not None
    event = {
        "event_id": "evt_payout",
        "event_type": event_type,
        "occurred_at": "2025-12-30T10:00:00Z",
        "restaurant_id": "res_001",
        "currency": "PEN",
        "amount": page["data"][0]["amount"],
        "payout_id": page["data"][0]["payout_id"],
    }
    event = {name: value for name, value in (event | fields).items() if value is not ABSENT}
    response = client.post(EVENTS, json=event)
    assert response.status_code == 422, response.text
    assert response.json is not None
    assert (response.json["status"], response.json["code"]) == ("rejected", code)
    assert response.json["details"].items() >= details.items()


@pytest.mark.parametrize(("sqlstate", "status"), [("54001", 500), ("22003", 500), ("22012", 500), ("22023", 503)])
def test_a_fault_of_ours_is_never_malformed_json(
    create_database: Callable[..., str], sqlstate: str, status: int
) -> None:
    url = create_database()
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(
            f"""create function public.fail() returns trigger language plpgsql as
            $$ begin raise exception 'ours' using errcode = '{sqlstate}'; end $$;
            create trigger fail before insert on ledger.processor_events
            for each row execute function public.fail()""".encode()
        )
    application = service.create_app(Pool(url))
    client = application.test_client()
    code = "INTERNAL" if status == 500 else "UNAVAILABLE"
    assert code_of(client.post(EVENTS, json=CHARGE), status) == code
    assert code_of(client.post(BATCH, json=[CHARGE]), status) == code
    application.extensions["pool"].close()


# Payout runs


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("field", "value", "status", "code"),
    [
        ("currency", ABSENT, 400, "ARGUMENT_MISSING"),
        ("currency", None, 400, "ARGUMENT_MISSING"),
        ("currency", "", 422, "CURRENCY_UNKNOWN"),
        ("currency", "XXP", 422, "CURRENCY_UNKNOWN"),
        ("currency", 604, 400, "INVALID_INPUT"),
        ("currency", True, 400, "INVALID_INPUT"),
        ("currency", ["PEN"], 400, "INVALID_INPUT"),
        ("currency", "P\x00N", 400, "INVALID_INPUT"),
        ("currency", "\ud800", 400, "INVALID_INPUT"),
        ("as_of", ABSENT, 400, "ARGUMENT_MISSING"),
        ("as_of", None, 400, "ARGUMENT_MISSING"),
        ("as_of", "", 400, "INVALID_INPUT"),
        ("as_of", "2025-02-30", 400, "INVALID_INPUT"),
        ("as_of", "2025-13-01", 400, "INVALID_INPUT"),
        ("as_of", "0000-01-01", 400, "INVALID_INPUT"),
        ("as_of", "12/30/2025", 400, "INVALID_INPUT"),
        ("as_of", "2025-12-30T10:00:00Z", 400, "INVALID_INPUT"),
        ("as_of", "\u0662\u0660\u0662\u0665-12-30", 400, "INVALID_INPUT"),
        ("as_of", "yesterday", 400, "INVALID_INPUT"),
        ("as_of", "infinity", 400, "INVALID_INPUT"),
        ("as_of", 20251230, 400, "INVALID_INPUT"),
        ("as_of", True, 400, "INVALID_INPUT"),
        ("as_of", "9999-12-31", 422, "AS_OF_IN_FUTURE"),
        pytest.param("as_of", hours_ahead(72)[:10], 422, "AS_OF_IN_FUTURE", id="as_of-in-three-days"),
        ("min_amount", None, 400, "ARGUMENT_MISSING"),
        ("min_amount", "5000", 400, "INVALID_INPUT"),
        ("min_amount", 5000.5, 400, "INVALID_INPUT"),
        ("min_amount", 5000.0, 400, "INVALID_INPUT"),
        ("min_amount", 1e300, 400, "INVALID_INPUT"),
        ("min_amount", float("nan"), 400, "INVALID_INPUT"),
        ("min_amount", True, 400, "INVALID_INPUT"),
        ("min_amount", [], 400, "INVALID_INPUT"),
        ("min_amount", {}, 400, "INVALID_INPUT"),
        ("min_amount", 2**63, 400, "INVALID_INPUT"),
        ("min_amount", 10**400, 400, "INVALID_INPUT"),
        ("min_amount", 2**53, 422, "MIN_AMOUNT_INVALID"),
        ("min_amount", -1, 422, "MIN_AMOUNT_INVALID"),
        ("dry_run", None, 400, "ARGUMENT_MISSING"),
        ("dry_run", "true", 400, "INVALID_INPUT"),
        ("dry_run", 1, 400, "INVALID_INPUT"),
        ("minimum", 5000, 400, "INVALID_INPUT"),
    ],
)
def test_a_bad_member_refuses_the_run(client: FlaskClient, field: str, value: Any, status: int, code: str) -> None:
    run = {"currency": "PEN", "as_of": "2025-12-30", "min_amount": 1, field: value}
    body = {name: old for name, old in run.items() if old is not ABSENT}
    response = client.post(RUN, json=body)
    assert code_of(response, status) == code
    assert response.json is not None
    details = response.json["error"]["details"]
    if code == "ARGUMENT_MISSING":
        assert details == {"argument": field}
    elif code == "INVALID_INPUT" and details:
        assert details == {"field": field}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "body",
    ['{"currency": "PEN", "as_of": "2025-12-30", "currency": "PEN"}', '{"as_of": "2025-12-30", "as_of": "2025-12-29"}'],
)
def test_a_member_that_is_there_twice_refuses_the_run(client: FlaskClient, body: str) -> None:
    assert code_of(client.post(RUN, data=body, content_type="application/json"), 400) == "INVALID_INPUT"


@pytest.mark.usefixtures("unchanged")
def test_what_stands_in_the_query_of_a_run_is_not_ignored(client: FlaskClient) -> None:
    run = {"currency": "PEN", "as_of": "2025-12-30"}
    assert code_of(client.post(f"{RUN}?dry_run=true", json=run), 400) == "INVALID_INPUT"


# Restaurants


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timezone", 5),
        ("timezone", True),
        ("timezone", "America/\x00"),
        ("day_close_hour", "3"),
        ("day_close_hour", 3.0),
        ("day_close_hour", True),
        ("day_close_hour", 2**31),
        ("day_close_hour", 2**63),
        ("settlement_delay_days", "1"),
        ("settlement_delay_days", 0.5),
        ("payouts_paused", "true"),
        ("payouts_paused", 0),
        ("restaurant_id", "res_002"),
        ("is_payouts_paused", True),
    ],
)
def test_a_setting_of_a_wrong_type_answers_400(client: FlaskClient, field: str, value: Any) -> None:
    assert code_of(client.put("/v1/restaurants/res_001", json={field: value}), 400) == "INVALID_INPUT"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("restaurant_id", ["%00", "res%0A", "%FF", "%20", "caf%C3%A9", "-", "r" * 65])
def test_a_bad_restaurant_id_in_the_path_is_refused(client: FlaskClient, restaurant_id: str) -> None:
    response = client.put(f"/v1/restaurants/{restaurant_id}", json={})
    assert response.status_code in (400, 422), response.text
    assert client.get(f"/v1/restaurants/{restaurant_id}/balance?currency=PEN").status_code in (400, 404)


# Queries


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("currency=", 422, "CURRENCY_UNKNOWN"),
        ("currency=PEN&currency=USD", 400, "INVALID_INPUT"),
        ("currency=PEN&curency=USD", 400, "INVALID_INPUT"),
        ("currency=P%00N", 400, "INVALID_INPUT"),
        ("currency=%FF%FE", 422, "CURRENCY_UNKNOWN"),
        ("currency=' or 1 = 1 --", 422, "CURRENCY_UNKNOWN"),
    ],
)
def test_a_bad_query_is_refused(client: FlaskClient, query: str, status: int, code: str) -> None:
    assert code_of(client.get(f"/v1/restaurants/res_001/balance?{query}"), status) == code


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("field", ["from", "to"])
@pytest.mark.parametrize("value", ["", "today", "2025-02-30", "2025-2-3", "infinity", "2025-12-30T10:00:00Z", "%00"])
def test_a_bad_day_in_a_query_answers_400(client: FlaskClient, field: str, value: str) -> None:
    path = "/v1/restaurants/res_001/entries?currency=PEN"
    assert code_of(client.get(f"{path}&{field}={value}"), 400) == "INVALID_INPUT"
