"""POST /v1/webhooks/{source}: raw bytes in, what the processor wants to hear out, one 401 for everything else."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg.types.json import Jsonb
from werkzeug.test import TestResponse

import app as service
from db.pool import Pool
from tests import webhooks_in as sign
from tests.sessions import charge, new_id
from tests.webhooks_in import HEX, PASSWORD, TEXT, WHSEC

DOCUMENTS = Path(__file__).resolve().parent / "webhooks"
SOURCES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("bank", "standard", WHSEC, {}),
    ("stripe", "stripe", TEXT, {"restaurant_path": ["metadata", "restaurant_id"]}),
    ("adyen", "adyen", HEX, {"accounts": {"TestMerchant": "res_adyen"}}),
    ("mercadopago", "mercadopago", TEXT, {}),
    ("relay", "hmac", TEXT, {"adapter": "mercadopago", "restaurant_path": ["metadata", "restaurant_id"]}),
    ("shop", "basic", PASSWORD, {}),
]


@pytest.fixture(scope="module")
def client(database: str) -> Iterator[FlaskClient]:
    """A client of the service, with sources made over HTTP by an operator's service."""
    application = service.create_app(Pool(database, "cuenta_operator"))
    client = application.test_client()
    for name, scheme, secret, settings in SOURCES:
        body: dict[str, Any] = {"source": name, "scheme": scheme, "settings": settings, "actor": "ana"}
        answer = client.put("/v1/webhook-sources", json=body)
        assert (answer.status_code, answer.json and answer.json["settings"]) == (200, settings), answer.text
        answer = client.post(f"/v1/webhook-sources/{name}/secrets", json={"secret": secret, "actor": "ana"})
        assert answer.status_code == 200, answer.text
        assert secret not in answer.text
    yield client
    application.extensions["pool"].close()


def post(
    client: FlaskClient, name: str, body: bytes, headers: dict[str, str], query: str = "", **more: Any
) -> TestResponse:
    return client.post(f"/v1/webhooks/{name}{query}", data=body, headers=headers, **more)


def event(**other: Any) -> bytes:
    return json.dumps(charge(new_id("res"), "PEN", **other)).encode()


def test_a_signed_webhook_is_posted_whatever_its_content_type(client: FlaskClient) -> None:
    for content_type in ("application/json", "text/plain", "application/octet-stream", None):
        body = event()
        answer = post(client, "bank", body, sign.standard(body), content_type=content_type)
        assert (answer.status_code, answer.mimetype) == (200, "application/json"), answer.text
        assert answer.json is not None
        assert [r["status"] for r in answer.json["results"]] == ["processed"]


def test_a_replayed_webhook_is_a_success_and_posts_once(client: FlaskClient) -> None:
    body = event()
    headers = sign.standard(body)
    told = [post(client, "bank", body, headers) for _ in range(3)]
    assert [answer.status_code for answer in told] == [200] * 3
    assert [a.json["results"][0]["status"] for a in told if a.json] == ["processed", *["already_processed"] * 2]
    restaurant = json.loads(body)["restaurant_id"]
    balance = client.get(f"/v1/restaurants/{restaurant}/balance?currency=PEN").json
    assert balance is not None
    assert balance["available"] == 950


def test_conflicts_and_refusals_are_successes_and_in_the_inbox(client: FlaskClient) -> None:
    body = event()
    post(client, "bank", body, sign.standard(body))
    for change, status in (({"amount": 7, "fee": 0}, "conflict"), ({"event_id": new_id(), "amount": 0}, "rejected")):
        other = json.dumps(json.loads(body) | change).encode()
        answer = post(client, "bank", other, sign.standard(other))
        assert (answer.status_code, answer.json and answer.json["results"][0]["status"]) == (200, status)
        inbox = client.get("/v1/inbox?limit=500").json
        assert inbox is not None
        assert json.loads(other)["event_id"] in [i["event_id"] for i in inbox["data"] if i["status"] == status]


def test_every_failure_is_the_same_401(client: FlaskClient) -> None:
    body = event()
    good = sign.standard(body)
    bad: list[tuple[str, bytes, dict[str, str]]] = [
        ("bank", body, {}),
        ("bank", body + b" ", good),
        ("bank", body, good | {"webhook-timestamp": "nan"}),
        ("bank", body, good | {"webhook-signature": "v1,é"}),
        ("nobody", body, good),
        ("n\u00e9%00%ff", body, good),
        ("stripe", b"\xff\xfe", {"stripe-signature": "t=,,"}),
        ("adyen", b"[" * 100_000, {}),
        ("adyen", sign.adyen(), {}),
        ("shop", body, {"authorization": "Basic ????"}),
        ("mercadopago", b"", {"x-signature": "ts=1.5,v1=x"}),
    ]
    answers = []
    for name, content, headers in bad:
        answer = post(client, name, content, headers, "?data.id=%00%ff")
        assert answer.status_code == 401
        assert answer.json is not None
        answers.append({k: v for k, v in answer.json["error"].items() if k != "request_id"})
    error = {"code": "UNAUTHENTICATED", "message": "this is not signed as it must be", "details": {}}
    assert answers == [error] * len(bad)


def test_a_body_past_the_limit_is_413_and_none_is_401(client: FlaskClient) -> None:
    body = b"x" * ((256 << 10) + 1)
    assert post(client, "bank", body, sign.standard(body)).status_code == 413
    assert post(client, "nobody", body, {}).status_code == 413
    assert post(client, "bank", b"", {}).status_code == 401
    assert client.post("/v1/webhooks/bank", headers={"Transfer-Encoding": "gzip"}).status_code == 415
    assert client.get("/v1/webhooks/bank").status_code == 405


def test_adyen_hears_accepted(client: FlaskClient) -> None:
    body = sign.adyen(sign.adyen_item(), sign.adyen_item(pspReference="P2", eventCode="NO_SUCH_CODE"))
    answer = post(client, "adyen", body, {})
    assert (answer.status_code, answer.mimetype, answer.text) == (200, "text/plain", "[accepted]")
    kept = client.get("/v1/kept-webhooks?source=adyen").json
    assert kept is not None
    assert ("unknown", "NO_SUCH_CODE", 2) in [(k["outcome"], k["kind"], k["item_no"]) for k in kept["data"]]


def test_stripes_documents_are_posted_and_what_is_not_mapped_is_kept(client: FlaskClient) -> None:
    for path in sorted((DOCUMENTS / "stripe").glob("*.json")):
        if path.name.endswith(".expected.json"):
            continue
        body = path.read_bytes()
        answer = post(client, "stripe", body, sign.stripe(body))
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        assert all(r["outcome"] in ("event", "ignored", "unknown", "refused") for r in answer.json["results"])
    body = b'{"id": "evt_x", "object": "event", "type": "no.such.kind", "data": {"object": {}}}'
    answer = post(client, "stripe", body, sign.stripe(body))
    assert answer.json is not None
    assert answer.json["results"][0]["code"] == "KIND_UNKNOWN"


def test_what_mercado_pago_says_is_posted_by_a_source_that_signs_bodies(client: FlaskClient) -> None:
    body = (DOCUMENTS / "mercadopago" / "01_payment_approved.json").read_bytes()
    data_id = str(json.loads(body)["id"])
    answer = post(client, "mercadopago", body, sign.mercadopago(data_id), f"?data.id={data_id}&type=payment")
    assert answer.json is not None
    assert (answer.status_code, answer.json["results"][0]["code"]) == (200, "BODY_NOT_SIGNED")
    answer = post(client, "relay", body, sign.plain(body))
    assert answer.json is not None
    assert answer.json["results"][0]["status"] == "processed"


def test_a_person_sees_what_is_kept_and_dismisses_it(client: FlaskClient) -> None:
    body = b"not JSON at all"
    assert post(client, "bank", body, sign.standard(body)).status_code == 200
    kept = client.get("/v1/kept-webhooks?source=bank").json
    assert kept is not None
    (row,) = [k for k in kept["data"] if k["body"] == body.decode()]
    assert (row["code"], row["is_open"]) == ("BODY_UNREADABLE", True)
    answer = client.post(f"/v1/kept-webhooks/{row['webhook_no']}/dismiss", json={"reason": "a test", "actor": "ana"})
    assert (answer.status_code, answer.json and answer.json["dismissed_by"]) == (200, "ana")
    kept = client.get("/v1/kept-webhooks?source=bank").json
    assert kept is not None
    assert body.decode() not in [k["body"] for k in kept["data"]]
    assert post(client, "bank", body, sign.standard(body)).status_code == 200  # it is open again
    kept = client.get("/v1/kept-webhooks?source=bank&is_open=true").json
    assert kept is not None
    assert [k["deliveries"] for k in kept["data"] if k["body"] == body.decode()] == [2]


def test_no_answer_tells_a_secret(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    told = client.get("/v1/webhook-sources").text + client.get("/v1/restaurants/x/changes").text
    for name, _, secret, _ in SOURCES:
        for wrong in ({"secret": secret, "x": 1}, {"secret": secret, "valid_until": "x"}, {"secret": [secret]},
                      {"secret": secret + "\x00"}, {"secret": secret, "valid_until": "1970-01-01T00:00:00Z",
                      "valid_from": "1980-01-01T00:00:00Z"}):  # fmt: skip
            answer = client.post(f"/v1/webhook-sources/{name}/secrets", json=wrong)
            assert answer.status_code in (400, 422), answer.text
            told += answer.text
        told += client.post("/v1/webhook-sources/nobody/secrets", json={"secret": secret}).text
    told += caplog.text
    for _, _, secret, _ in SOURCES:
        assert secret not in told


@pytest.fixture
def logged(create_database: Callable[..., str]) -> Iterator[tuple[FlaskClient, psycopg.Connection[Any]]]:
    url = create_database()
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("select api.set_webhook_source('bank', 'standard', %s)", (Jsonb({}),))
        application = service.create_app(Pool(url, "cuenta_operator"))
        yield application.test_client(), admin
        application.extensions["pool"].close()


def test_a_secret_is_an_argument_and_never_part_of_a_statement(
    logged: tuple[FlaskClient, psycopg.Connection[Any]],
) -> None:
    client, admin = logged
    assert client.post("/v1/webhook-sources/bank/secrets", json={"secret": WHSEC}).status_code == 200
    queries = admin.execute("select a.query from pg_stat_activity as a where a.datname = current_database()").fetchall()
    assert WHSEC not in str(queries)


def test_a_webhook_needs_no_key_where_everything_else_does(
    logged: tuple[FlaskClient, psycopg.Connection[Any]],
) -> None:
    client, admin = logged
    admin.execute("select api.add_webhook_secret('bank', %s)", (WHSEC,))
    admin.execute("select api.create_api_key('x', 'operator')")
    assert client.get("/v1/webhook-sources").status_code == 401
    body = event()
    assert post(client, "bank", body, sign.standard(body)).status_code == 200
    for name, headers in (("bank", {}), ("nobody", {}), ("bank", {"authorization": "Bearer x"})):
        assert post(client, name, body, headers).status_code == 401


def kept_of(client: FlaskClient, source: str, body: bytes) -> dict[str, Any]:
    """What is kept of a body, open or not."""
    listed = [client.get(f"/v1/kept-webhooks?source={source}&is_open={i}&limit=500").json for i in ("true", "false")]
    (row,) = [k for page in listed if page for k in page["data"] if k["body"] == body.decode()]
    found: dict[str, Any] = row
    return found


def capture_and_refund(psp: str, restaurant: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A charge that names its restaurant, and its refund, which does not."""
    capture = sign.adyen_item(originalReference=psp, pspReference=f"{psp}C")
    capture["additionalData"]["metadata.restaurant_id"] = restaurant
    return capture, sign.adyen_item(
        originalReference=psp, pspReference=f"{psp}R", eventCode="REFUND", amount={"currency": "EUR", "value": 130}
    )


def has_in_euros(client: FlaskClient, restaurant: str) -> int:
    balance = client.get(f"/v1/restaurants/{restaurant}/balance?currency=EUR").json
    assert balance is not None
    return int(balance["available"] + balance["pending"])


@pytest.fixture
def by_metadata(client: FlaskClient) -> str:
    name = new_id("adyen")
    settings = {"restaurant_path": ["additionalData", "metadata.restaurant_id"]}
    client.put("/v1/webhook-sources", json={"source": name, "scheme": "adyen", "settings": settings})
    client.post(f"/v1/webhook-sources/{name}/secrets", json={"secret": HEX})
    return name


@pytest.mark.parametrize("order", [1, -1], ids=["charge first", "refund first"])
def test_a_refund_finds_its_restaurant_by_the_charge_of_the_same_body(
    client: FlaskClient, by_metadata: str, order: int
) -> None:
    restaurant = new_id("res")
    body = sign.adyen(*capture_and_refund(new_id("P"), restaurant)[::order])
    assert post(client, by_metadata, body, {}).text == "[accepted]"
    assert has_in_euros(client, restaurant) == 1000
    kept = client.get(f"/v1/kept-webhooks?source={by_metadata}").json
    assert kept is not None
    assert kept["data"] == []
    assert post(client, by_metadata, body, {}).text == "[accepted]"
    assert has_in_euros(client, restaurant) == 1000


def test_a_refund_that_came_before_its_charge_is_replayed(client: FlaskClient, by_metadata: str) -> None:
    restaurant = new_id("res")
    charged, refunded = (sign.adyen(item) for item in capture_and_refund(new_id("P"), restaurant))
    post(client, by_metadata, refunded, {})
    row = kept_of(client, by_metadata, refunded)
    assert (row["code"], row["is_open"]) == ("RESTAURANT_NOT_NAMED", True)
    path = f"/v1/kept-webhooks/{row['webhook_no']}/replay"
    answer = client.post(path, json={}).json
    assert answer is not None
    assert (answer["is_open"], [r.get("code") for r in answer["results"]]) == (True, ["RESTAURANT_NOT_NAMED"])
    post(client, by_metadata, charged, {})
    told = [client.post(path, json={"actor": "ana"}).json for _ in range(2)]
    assert [t and (t["is_open"], t["results"][0]["status"]) for t in told] == [
        (False, "processed"),
        (False, "already_processed"),
    ]
    assert has_in_euros(client, restaurant) == 1000
    row = kept_of(client, by_metadata, refunded)
    assert (row["is_open"], row["dismissed_by"], row["reason"], row["deliveries"]) == (False, "ana", "replayed", 1)


def test_what_mercado_pago_did_not_sign_is_never_replayed(client: FlaskClient) -> None:
    name, number = new_id("mp"), str(secrets.randbelow(10**12))
    payment = json.loads((DOCUMENTS / "mercadopago" / "01_payment_approved.json").read_bytes())
    body = json.dumps(payment | {"id": int(number)}).encode()
    settings = {"adapter": "mercadopago", "restaurant_path": ["metadata", "restaurant_id"]}
    client.put("/v1/webhook-sources", json={"source": name, "scheme": "mercadopago", "settings": settings})
    client.post(f"/v1/webhook-sources/{name}/secrets", json={"secret": TEXT})
    assert post(client, name, body, sign.mercadopago(number), f"?data.id={number}").status_code == 200
    path = f"/v1/kept-webhooks/{kept_of(client, name, body)['webhook_no']}/replay"
    for scheme in ("mercadopago", "hmac", "basic"):
        client.put("/v1/webhook-sources", json={"source": name, "scheme": scheme, "settings": settings})
        answer = client.post(path, json={}).json
        assert answer is not None
        assert (answer["is_open"], [r["code"] for r in answer["results"]]) == (True, ["BODY_NOT_SIGNED"])
    client.put("/v1/webhook-sources", json={"source": name, "scheme": "hmac", "settings": settings})
    client.post(f"/v1/webhook-sources/{name}/secrets", json={"secret": TEXT})
    answer = post(client, name, body, sign.plain(body)).json  # what would have been posted
    assert answer is not None
    assert [r["status"] for r in answer["results"]] == ["processed"]


def test_the_log_says_which_role_acts_and_which_event_it_was(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    one, several = event(), b"[" + event() + b"," + event() + b"]"
    sent = [(one, sign.standard(one)), (several, sign.standard(several)), (one, {})]
    assert [post(client, "bank", body, headers).status_code for body, headers in sent] == [200, 200, 401]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [(line["status"], line["role"], line.get("event_id")) for line in lines if line["event"] == "request"]
    assert told == [
        (200, "cuenta_door", json.loads(one)["event_id"]),
        (200, "cuenta_door", None),
        (401, "cuenta_door", None),
    ]
