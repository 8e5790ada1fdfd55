"""Signed webhooks: each scheme as its processor documents it, and everything that is not quite that."""

from __future__ import annotations

import base64
import itertools
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from standardwebhooks import Webhook

from tests import webhooks_in as sign
from tests.sessions import charge, new_id
from tests.webhooks_in import HEX, PASSWORD, TEXT, WHSEC, Headers, seconds

Row = dict[str, Any]
Connection = psycopg.Connection[Row]
Connect = Callable[..., Any]

NUMBERS = itertools.count(1)
SCHEMES = {"standard": WHSEC, "stripe": TEXT, "adyen": HEX, "mercadopago": TEXT, "hmac": TEXT, "basic": PASSWORD}
RECEIVE = "select * from api.receive_webhook(%s, %s::jsonb, %s::jsonb, %s)"
KEPT = "select k.* from api.list_kept_webhooks(%s) as k"


@pytest.fixture(scope="module")
def admin(connect: Connect) -> Connection:
    """A superuser's session in which there is a source of each scheme, named after it, that sends our events."""
    connection: Connection = connect(row_factory=dict_row)
    for scheme, secret in SCHEMES.items():
        source(connection, scheme, scheme, secret, adapter="none")
    return connection


@pytest.fixture(scope="module")
def door(connect: Connect, admin: Connection) -> Connection:
    """A session of the role that the service has before it knows who calls."""
    connection: Connection = connect(role="cuenta_door", row_factory=dict_row)
    return connection


KEEPS_CONNECTIONS = True


def source(admin: Connection, name: str, scheme: str, *secrets: str, **options: Any) -> str:
    admin.execute("select api.set_webhook_source(%s, %s, %s)", (name, scheme, Jsonb(options)))
    for secret in secrets:
        admin.execute("select api.add_webhook_secret(%s, %s)", (name, secret))
    return name


def receive(
    door: Connection, name: str, headers: Any, body: bytes = b"{}", query: Any = None, *, is_json: bool = False
) -> Row:
    values = (headers, query) if is_json else (Jsonb(headers), Jsonb(query or {}))
    (row,) = door.execute(RECEIVE, (name, *values, body)).fetchall()
    return row


def refused(admin: Connection) -> int:
    row = admin.execute("select last_value, is_called from inbound.refused_webhooks_seq").fetchone()
    assert row is not None
    return int(row["last_value"]) if row["is_called"] else 0


def assert_refused(door: Connection, admin: Connection, *args: Any, **more: Any) -> None:
    """The one answer to everything that is not signed, and one more in the count; no row anywhere."""
    before = refused(admin)
    with pytest.raises(psycopg.Error) as error:
        receive(door, *args, **more)
    diag = error.value.diag
    assert (diag.sqlstate, diag.constraint_name, diag.message_primary, diag.message_detail, diag.message_hint) == (
        "LAKEY",
        "UNAUTHENTICATED",
        "this is not signed as it must be",
        None,
        None,
    )
    assert refused(admin) == before + 1


def event(**other: Any) -> bytes:
    return json.dumps(charge(f"res_{next(NUMBERS)}", "PEN", **other)).encode()


def signed(scheme: str, body: bytes, **more: Any) -> tuple[Headers, Any]:
    """Headers and query of a webhook that is signed rightly; Adyen's signature is in its body."""
    if scheme == "mercadopago":
        return sign.mercadopago("123", **more), {"data.id": "123"}
    if scheme == "adyen":
        return {}, {}
    by: dict[str, Callable[..., Headers]] = {"standard": sign.standard, "stripe": sign.stripe, "hmac": sign.plain}
    return by[scheme](body, **more), {}


# Each scheme, rightly


@pytest.mark.parametrize("scheme", ["standard", "stripe", "hmac"])
def test_a_signed_event_is_posted(door: Connection, scheme: str) -> None:
    body = event()
    row = receive(door, scheme, *signed(scheme, body)[:1], body)
    assert row["status"] == "accepted"
    assert row["content_type"] == "application/json"
    assert [(r["outcome"], r["status"]) for r in row["results"]] == [("event", "processed")]
    assert json.loads(row["answer"]) == {"status": "accepted", "results": row["results"]}


def test_a_password_is_enough_for_the_scheme_basic(door: Connection, admin: Connection) -> None:
    body = event()
    assert receive(door, "basic", sign.basic(), body)["results"][0]["status"] == "processed"
    for credentials in ("cuenta:open sesam", "cuenta:open sesame ", "cuenta:", "Cuenta:open sesame", ":", ""):
        assert_refused(door, admin, "basic", sign.basic(credentials), body)
    for header in ("Basic", "Basic ", "Bearer x", "basic ????", "Basic Y3VlbnRh=", "Basic é", ""):
        assert_refused(door, admin, "basic", {"authorization": header}, body)


def test_the_library_of_standard_webhooks_signs_what_is_taken(door: Connection) -> None:
    body = event()
    now = datetime.now(UTC)
    signature = Webhook(WHSEC).sign("msg_2", now, body.decode())
    headers = {
        "Webhook-Id": "msg_2",
        "Webhook-Timestamp": str(int(now.timestamp())),
        "Webhook-Signature": f"v1a,AAAA v1,{'A' * 43}= {signature} v2,x",
    }
    assert receive(door, "standard", headers, body)["results"][0]["status"] == "processed"


def test_the_vectors_of_the_specifications(door: Connection, admin: Connection) -> None:
    """RFC 4231, test cases 1, 2, 6 (a key longer than a block) and their SHA-512."""
    cases = [
        (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ]
    for number, (key, content, digest) in enumerate(cases):
        name = source(admin, f"rfc{number}", "hmac", key.hex(), key_encoding="hex")
        assert receive(door, name, {"x-signature": digest}, content)["status"] == "accepted"
        assert_refused(door, admin, name, {"x-signature": digest}, content + b" ")
        for algorithm in ("sha384", "sha512"):
            source(admin, name, "hmac", key.hex(), key_encoding="hex", algorithm=algorithm)
            headers = {"x-signature": sign.digest(key, content, algorithm).hex()}
            assert receive(door, name, headers, content)["status"] == "accepted"
            assert_refused(door, admin, name, {"x-signature": digest}, content)


def test_a_plain_header_may_be_called_and_written_otherwise(door: Connection, admin: Connection) -> None:
    options = {"header": "X-Hub-Signature-256", "prefix": "sha256=", "encoding": "base64"}
    name = source(admin, "hub", "hmac", TEXT, **options)
    body = event()
    signature = base64.b64encode(sign.digest(TEXT.encode(), body)).decode()
    for wrong in (signature, f"sha1={signature}", f"sha256={signature[:-1]}", f"sha256={signature}=", "sha256="):
        assert_refused(door, admin, name, {"X-Hub-Signature-256": wrong}, body)
    assert receive(door, name, {"X-HUB-Signature-256": f"sha256={signature}"}, body)["status"] == "accepted"


def test_a_plain_header_may_have_a_time_beside_it(door: Connection, admin: Connection) -> None:
    name = source(admin, "timed", "hmac", TEXT, timestamp_header="X-Time")
    for at, is_taken in ((0, True), (-290, True), (290, True), (-302, False), (302, False)):
        body, made_at = event(), str(seconds() + at)
        headers = sign.plain(made_at.encode() + b"." + body) | {"x-time": made_at}
        if is_taken:
            assert receive(door, name, headers, body)["results"][0]["status"] == "processed"
        else:
            assert_refused(door, admin, name, headers, body)
        assert_refused(door, admin, name, sign.plain(body) | {"x-time": made_at}, body)
    assert_refused(door, admin, name, sign.plain(body), body)


# Time


@pytest.mark.parametrize("scheme", ["standard", "stripe", "mercadopago"])
def test_the_window_is_300_seconds_either_way(door: Connection, admin: Connection, scheme: str) -> None:
    body = event()
    for apart in (-295, 0, 295):
        headers, query = signed(scheme, body, at=seconds() + apart)
        assert receive(door, scheme, headers, body, query)["status"] == "accepted"
    for apart in (-302, 302, -86400, 10**9):
        headers, query = signed(scheme, body, at=seconds() + apart)
        assert_refused(door, admin, scheme, headers, body, query)


@pytest.mark.parametrize("scheme", ["standard", "stripe", "mercadopago"])
@pytest.mark.parametrize(
    "at",
    ["nan", "NaN", "inf", "-1", "", " ", "0", "1e9", "{now}.5", "{now}.0", "+{now}", " {now}", "{now} ", "{now}\n",
     "0x5", "9" * 13, "9" * 400, "٣٣٣٣٣٣٣٣٣٣", "{now}_0", "null", "{now},{now}"],
)  # fmt: skip
def test_what_is_no_whole_number_is_no_time(door: Connection, admin: Connection, scheme: str, at: str) -> None:
    """Signed with the right key over that very text."""
    body = event()
    headers, query = signed(scheme, body, at=at.format(now=seconds()))
    assert_refused(door, admin, scheme, headers, body, query)


def test_mercado_pago_may_count_in_milliseconds(door: Connection, admin: Connection) -> None:
    for apart, is_taken in ((0, True), (-299_000, True), (-302_000, False), (302_000, False)):
        headers = sign.mercadopago("123", at=seconds() * 1000 + apart)
        if is_taken:
            assert receive(door, "mercadopago", headers, b"{}", {"data.id": "123"})["status"] == "accepted"
        else:
            assert_refused(door, admin, "mercadopago", headers, b"{}", {"data.id": "123"})


# Signatures


@pytest.mark.parametrize("scheme", ["standard", "stripe", "hmac"])
def test_one_bit_of_the_body_is_seen(door: Connection, admin: Connection, scheme: str) -> None:
    body = event()
    headers, query = signed(scheme, body)
    for place in (0, len(body) // 2, len(body) - 1):
        other = bytearray(body)
        other[place] ^= 1
        assert_refused(door, admin, scheme, headers, bytes(other), query)
    assert_refused(door, admin, scheme, headers, body + b"\n", query)
    assert_refused(door, admin, scheme, headers, b"", query)
    assert receive(door, scheme, headers, body, query)["status"] == "accepted"


@pytest.mark.parametrize("scheme", ["standard", "stripe", "mercadopago", "hmac"])
def test_another_secret_signs_nothing(door: Connection, admin: Connection, scheme: str) -> None:
    body = event()
    other = "whsec_" + base64.b64encode(b"another secret, as long").decode()
    headers, query = signed(scheme, body, secret=other)
    assert_refused(door, admin, scheme, headers, body, query)


@pytest.mark.parametrize(
    "header",
    ["v1={v1}", "t={t}", "t={t} v1={v1}", "t={t},,v1={v1}", "t={t},v1={v1},", ",t={t},v1={v1}", "t={t};v1={v1}",
     "t={t},v1=", "t={t},v1={v1}0", "t={t},v1={v1}=", "t={t},v1 ={v1}", "t={t},t={t},v1={v1}", "t={t},t=1,v1={v1}",
     "T={t},v1={v1}", "t={t},V1={v1}", "t={t},v0={v1}", "t={t},v1=é{v1}", "t={t},x,v1={v1}", "t=,v1={v1}", "", ",",
     ",,", "=", "t", "v1", "t={t},v1=" + "0" * 9000],
)  # fmt: skip
def test_stripes_header_is_read_strictly(door: Connection, admin: Connection, header: str) -> None:
    body, now = event(), seconds()
    v1 = sign.digest(TEXT.encode(), f"{now}.".encode() + body).hex()
    assert_refused(door, admin, "stripe", {"stripe-signature": header.format(t=now, v1=v1)}, body)


def test_stripe_may_sign_with_several_secrets(door: Connection) -> None:
    body, now = event(), seconds()
    v1 = sign.digest(TEXT.encode(), f"{now}.".encode() + body).hex()
    wrong = "0" * 64
    for header in (f"v1={wrong},t={now},v1={v1}", f"t={now}, v1={v1}, v1={wrong}", f"t={now},v1=x,v1={v1},v9=1"):
        assert receive(door, "stripe", {"Stripe-Signature": header}, body)["status"] == "accepted"


@pytest.mark.parametrize(
    "header",
    ["{v1}", "v1{v1}", "v1,", "v1,,{v1}", "v1,{v1},", "v1, {v1}", "v1.{v1}", "v2,{v1}", "v1a,{v1}", "V1,{v1}",
     "v1,{v1}=", "v1,?{v1}", "v1,é{v1}", "v1={v1}", "", " ", ",", "v1,é", "v1,====", "v1\t{v1}", "v1,{v1}v1,{v1}"],
)  # fmt: skip
def test_the_header_of_standard_webhooks_is_read_strictly(door: Connection, admin: Connection, header: str) -> None:
    body = event()
    headers = sign.standard(body)
    v1 = headers["webhook-signature"].removeprefix("v1,")
    assert_refused(door, admin, "standard", headers | {"webhook-signature": header.format(v1=v1)}, body)


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_all_headers_of_standard_webhooks_are_needed(door: Connection, admin: Connection, missing: str) -> None:
    body = event()
    headers = sign.standard(body)
    values: list[Any] = [None, "", 5, ["x"], {}]
    for value in values:
        assert_refused(door, admin, "standard", headers | {missing: value}, body)
    del headers[missing]
    assert_refused(door, admin, "standard", headers, body)


def test_a_header_that_is_there_twice_is_none(door: Connection, admin: Connection) -> None:
    body = event()
    headers = sign.standard(body)
    assert_refused(door, admin, "standard", headers | {"Webhook-Id": "msg_1"}, body)


def test_the_id_of_a_webhook_cannot_be_taken_for_a_body(door: Connection, admin: Connection) -> None:
    """What was signed as one id and body is no other id with another body."""
    inner = event().decode()
    body = f'{{"note": "1.{seconds()}.{inner}'.encode()
    headers = sign.standard(body)
    shifted = headers | {"webhook-id": f'msg_1.{headers["webhook-timestamp"]}.{{"note": "1'}
    assert_refused(door, admin, "standard", shifted, inner.encode())


@pytest.mark.parametrize("headers", [None, [], "x", 5, {}, {"": ""}, {"x" * 9000: "y" * 9000}])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_without_a_signature_nothing_is_taken(door: Connection, admin: Connection, scheme: str, headers: Any) -> None:
    queries: list[Any] = [None, {}, [], "data.id", {"data.id": "123"}]
    for query in queries:
        for body in (b"{}", b"", b"\xff"):
            assert_refused(door, admin, scheme, json.dumps(headers), body, query=json.dumps(query), is_json=True)


def test_without_arguments_nothing_is_taken(door: Connection, admin: Connection) -> None:
    body = event()
    headers = json.dumps(sign.standard(body))
    assert_refused(door, admin, None, headers, body, query="{}", is_json=True)
    assert_refused(door, admin, "standard", None, body, query="{}", is_json=True)
    assert_refused(door, admin, "standard", headers, None, query="{}", is_json=True)
    assert receive(door, "standard", headers, body, query=None, is_json=True)["status"] == "accepted"


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60)
PIECES = st.lists(
    st.sampled_from(["t=", "ts=", "v1=", "v1,", "v0=", ",", " ", "=", ".", ";", "nan", "1.5", "-1", "1764180000",
                     "0" * 64, "a" * 43 + "=", "é", "Basic ", "%00", "\\", "'", '"', "\x7f", "whsec_"]),
    max_size=12,
).map("".join)  # fmt: skip
NAMES = st.sampled_from(
    ["webhook-id", "webhook-timestamp", "webhook-signature", "stripe-signature", "x-signature", "x-request-id",
     "authorization", "Stripe-Signature", "X-SIGNATURE", "data.id"]
)  # fmt: skip
VALUES = st.one_of(PIECES, TEXTS, st.integers(), st.none(), st.booleans(), st.lists(TEXTS, max_size=2))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    scheme=st.sampled_from(sorted(SCHEMES)),
    headers=st.dictionaries(NAMES, VALUES, max_size=6),
    query=st.dictionaries(NAMES, VALUES, max_size=2),
    body=st.one_of(st.binary(max_size=80), st.just(b"{}"), st.just(b'{"notificationItems": [{}]}')),
)
@example(scheme="stripe", headers={"stripe-signature": "t=1,v1=" + "0" * 64}, query={}, body=b"")
def test_garbage_is_refused_like_everything_else(
    door: Connection, admin: Connection, scheme: str, headers: Any, query: Any, body: bytes
) -> None:
    assert_refused(door, admin, scheme, headers, body, query)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(scheme=st.sampled_from(["standard", "stripe", "mercadopago", "hmac"]), data=st.data())
def test_a_right_header_with_something_changed_is_refused(
    door: Connection, admin: Connection, scheme: str, data: st.DataObject
) -> None:
    """A character of a right header is replaced, added or removed; blanks around parts mean nothing."""
    body = event()
    headers, query = signed(scheme, body)
    if scheme == "stripe":  # whose v0 means nothing
        headers["stripe-signature"] = headers["stripe-signature"].split(",v0")[0]
    name = data.draw(st.sampled_from(sorted(headers)))
    value = headers[name]
    place = data.draw(st.integers(0, len(value) - 1))
    character = data.draw(st.sampled_from("0aZ=,.;é\t\x01") | st.just(""))
    changed = value[:place] + character + value[place + data.draw(st.integers(0, 1)) :]
    if changed != value and not (scheme == "hmac" and changed.lower() == value):
        assert_refused(door, admin, scheme, headers | {name: changed}, body, query)


# Adyen


def test_every_item_of_adyen_is_verified(door: Connection, admin: Connection) -> None:
    good, other = sign.adyen_item(), sign.adyen_item(pspReference="P2", merchantReference="", originalReference=None)
    forged = good | {"amount": {"currency": "EUR", "value": 999999}}
    unsigned = {k: v for k, v in other.items() if k != "additionalData"}
    assert receive(door, "adyen", {}, sign.adyen(good))["status"] == "accepted"
    assert receive(door, "adyen", {}, sign.adyen(good, other))["status"] == "accepted"
    for items in ([], [forged], [good, forged], [forged, good], [good, unsigned], [good, {}], [good, other, forged]):
        assert_refused(door, admin, "adyen", {}, sign.adyen(*items))


@pytest.mark.parametrize(
    ("field", "value"),
    [("pspReference", "x"), ("originalReference", "x"), ("merchantAccountCode", "x"), ("merchantReference", "x"),
     ("amount", {"currency": "EUR", "value": 1131}), ("amount", {"currency": "USD", "value": 1130}),
     ("amount", {"currency": "EUR", "value": 1e130}), ("amount", None), ("amount", []), ("eventCode", "REFUND"),
     ("success", "false"), ("success", None), ("success", "TRUE")],
)  # fmt: skip
def test_each_field_that_adyen_signs_counts(door: Connection, admin: Connection, field: str, value: Any) -> None:
    assert_refused(door, admin, "adyen", {}, sign.adyen(sign.adyen_item() | {field: value}))


def test_what_would_take_long_to_read_is_refused_before_it_is(door: Connection, admin: Connection) -> None:
    def body(count: int) -> bytes:
        return sign.adyen(sign.adyen_item(reason=[[]] * count))

    assert receive(door, "adyen", {}, body(4900))["status"] == "accepted"
    assert_refused(door, admin, "adyen", {}, body(5000))
    begun = time.monotonic()
    assert_refused(door, admin, "adyen", {}, b"[" * 99 + b"{}," * 80000 + b"{}" + b"]" * 99)
    assert time.monotonic() - begun < 0.3  # else 0.7 s


def test_a_field_of_adyen_cannot_be_moved_over_into_another(door: Connection, admin: Connection) -> None:
    item = sign.adyen_item(merchantReference="a:b\\c")
    assert receive(door, "adyen", {}, sign.adyen(item))["status"] == "accepted"
    moved = item | {"merchantAccountCode": "TestMerchant:a", "merchantReference": "b\\c"}
    assert_refused(door, admin, "adyen", {}, sign.adyen(moved))
    escaped = sign.adyen_item(merchantReference="a:b\\c", escaped=True)
    assert receive(door, "adyen", {}, sign.adyen(escaped))["status"] == "accepted"


def test_adyens_example_is_taken(door: Connection, admin: Connection) -> None:
    """The example of Adyen's documentation, whose signature is known."""
    item = sign.adyen_item(
        pspReference="7914073381342284",
        originalReference="",
        merchantReference="TestPayment-1407325143704",
        eventCode="AUTHORISATION",
    )
    assert item["additionalData"]["hmacSignature"] == "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="
    assert receive(door, "adyen", {}, sign.adyen(item))["status"] == "accepted"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"5", b"null", b'"x"', b"\xff\xfe", b"{}", b'{"notificationItems": 5}',
     b'{"notificationItems": [5]}', b'{"notificationItems": [null]}', b'{"notificationItems": {}}',
     b'{"notificationItems": [{"NotificationRequestItem": 5}]}', b'{"a": 1, "a": 2}', b"[" * 200000, b"\x00"],
)  # fmt: skip
def test_what_is_no_document_of_adyen_is_refused(door: Connection, admin: Connection, body: bytes) -> None:
    assert_refused(door, admin, "adyen", {}, body)


def test_adyen_may_want_a_password_beside_its_signature(door: Connection, admin: Connection) -> None:
    body = sign.adyen(sign.adyen_item())
    name = source(admin, "adyen_too", "adyen", HEX, adapter="none", basic=True)
    assert_refused(door, admin, name, sign.basic(), body)  # nobody has said which password
    admin.execute("select api.add_webhook_secret(%s, %s)", (name, PASSWORD))
    assert receive(door, name, sign.basic(), body)["status"] == "accepted"
    assert_refused(door, admin, name, {}, body)
    assert_refused(door, admin, name, sign.basic("cuenta:open sesami"), body)
    assert_refused(door, admin, name, sign.basic(), sign.adyen(sign.adyen_item() | {"success": "false"}))


# Mercado Pago


def test_mercado_pago_signs_an_id_and_no_more(door: Connection, admin: Connection) -> None:
    """Whatever the body says, it is kept for a person and posts nothing."""
    body = event()
    query = {"data.id": "PAY-77", "type": "payment"}
    row = receive(door, "mercadopago", sign.mercadopago("PAY-77"), body, query)
    assert [(r["outcome"], r["code"]) for r in row["results"]] == [("refused", "BODY_NOT_SIGNED")]
    (kept,) = [k for k in admin.execute(KEPT, ("mercadopago",)).fetchall() if "PAY-77" in k["message"]]
    assert (kept["kind"], kept["body"], kept["deliveries"]) == (None, body.decode(), 1)
    restaurant = json.loads(body)["restaurant_id"]
    rows = admin.execute("select from ledger.processor_events where restaurant_id = %s", (restaurant,)).fetchall()
    assert rows == []


def test_a_notice_of_mercado_pago_that_moves_no_money_is_not_kept(door: Connection, admin: Connection) -> None:
    name = source(admin, "mp", "mercadopago", TEXT)
    query = {"data.id": "123"}
    for number, (document, code) in enumerate(
        (
            ({"type": "payment", "action": "payment.updated", "data": {"id": "123"}}, "BODY_NOT_SIGNED"),
            ({"type": "merchant_order", "data": {"id": "123"}}, "KIND_IGNORED"),
            ({"type": "no such type"}, "BODY_NOT_SIGNED"),
            ({"id": 123, "transaction_amount": 5, "status": "approved", "currency_id": "PEN"}, "BODY_NOT_SIGNED"),
            ([], "BODY_NOT_SIGNED"),
            (5, "BODY_NOT_SIGNED"),
        )
    ):
        body = json.dumps(document).encode() + b" " * number
        row = receive(door, name, sign.mercadopago("123"), body, query)
        assert [r["code"] for r in row["results"]] == [code]
        kept = admin.execute("select k.code from inbound.kept_webhooks as k where k.body = %s", (body,)).fetchall()
        assert kept == ([] if code == "KIND_IGNORED" else [{"code": code}])


def test_what_mercado_pago_signs_is_all_compared(door: Connection, admin: Connection) -> None:
    headers, query = sign.mercadopago("abc1"), {"data.id": "ABC1"}
    assert receive(door, "mercadopago", headers, b"{}", query)["status"] == "accepted"
    assert_refused(door, admin, "mercadopago", headers, b"{}", {"data.id": "abc2"})
    assert_refused(door, admin, "mercadopago", headers, b"{}", {})
    assert_refused(door, admin, "mercadopago", headers, b"{}", {"data.id": ["abc1"]})
    assert_refused(door, admin, "mercadopago", headers | {"x-request-id": "req-2"}, b"{}", query)
    assert_refused(door, admin, "mercadopago", {"x-signature": headers["x-signature"]}, b"{}", query)
    assert_refused(door, admin, "mercadopago", headers | {"x-request-id": "req-1;x"}, b"{}", query)
    without = sign.mercadopago("abc1", request_id=None)
    assert receive(door, "mercadopago", without, b"{}", query)["status"] == "accepted"
    shifted = {"data.id": "abc1;request-id:req-1"}  # the same manifest, if it were an id
    assert_refused(door, admin, "mercadopago", {"x-signature": headers["x-signature"]}, b"{}", shifted)


# Secrets


def test_secrets_have_periods_and_overlap(door: Connection, admin: Connection) -> None:
    now = datetime.now(UTC)
    body = event()
    old, new, later = ("whsec_" + base64.b64encode(bytes([n]) * 24).decode() for n in (1, 2, 3))
    name = source(admin, "rotating", "standard")
    assert_refused(door, admin, name, sign.standard(body, old), body)  # no secret at all
    add = "select api.add_webhook_secret(%s, %s, %s, %s)"
    admin.execute(add, (name, old, now - timedelta(days=9), now + timedelta(seconds=60)))
    admin.execute(add, (name, new, None, None))
    admin.execute(add, (name, later, now + timedelta(seconds=60), None))
    for secret, is_valid in ((old, True), (new, True), (later, False)):
        if is_valid:
            assert receive(door, name, sign.standard(body, secret), body)["status"] == "accepted"
        else:
            assert_refused(door, admin, name, sign.standard(body, secret), body)
    admin.execute(add, (name, old, None, now - timedelta(seconds=1)))  # the same secret: it ends
    assert_refused(door, admin, name, sign.standard(body, old), body)
    rows = admin.execute(
        "select s.secrets from api.list_webhook_sources() as s where s.source = %s", (name,)
    ).fetchall()
    assert [s["is_valid"] for s in rows[0]["secrets"]] == [False, True, False]


def test_a_source_that_is_disabled_or_unknown_is_refused(door: Connection, admin: Connection) -> None:
    body = event()
    name = source(admin, "off", "stripe", TEXT, adapter="none")
    assert receive(door, name, sign.stripe(body), body)["status"] == "accepted"
    source(admin, name, "stripe", adapter="none", enabled=False)
    assert_refused(door, admin, name, sign.stripe(body), body)
    for unknown in ("nobody", "", "STRIPE", "stripe ", "stripe/", "é", "x" * 9000, "'"):
        assert_refused(door, admin, unknown, sign.stripe(body), body)


def test_a_secret_is_of_the_scheme_that_it_was_given_for(door: Connection, admin: Connection) -> None:
    body = event()
    name = source(admin, "moved", "stripe", TEXT, adapter="none")
    source(admin, name, "hmac", adapter="none")
    assert_refused(door, admin, name, sign.plain(body), body)
    admin.execute("select api.add_webhook_secret(%s, %s)", (name, TEXT))
    assert receive(door, name, sign.plain(body), body)["status"] == "accepted"
    assert_refused(door, admin, name, sign.stripe(body), body)
    source(admin, name, "basic", adapter="none")
    for headers in (sign.plain(body), {"authorization": "Basic"}, sign.basic("")):
        assert_refused(door, admin, name, headers, body)


@pytest.mark.parametrize(
    ("scheme", "secret"),
    [("standard", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), ("standard", "whsec_"), ("standard", "whsec_é"),
     ("standard", "whsec_AAAA"), ("standard", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwA"), ("standard", "whsec_====="),
     ("adyen", "xyz"), ("adyen", HEX + "0"), ("adyen", "00"), ("adyen", " " + HEX), ("stripe", "short"),
     ("stripe", "with\na new line"), ("mercadopago", ""), ("hmac", "x" * 1025), ("basic", "no colon at all"),
     ("basic", ":password"), ("basic", "user:")],
)  # fmt: skip
def test_what_is_no_secret_is_refused_and_not_repeated(admin: Connection, scheme: str, secret: str) -> None:
    with pytest.raises(psycopg.Error) as error:
        admin.execute("select api.add_webhook_secret(%s, %s)", (scheme, secret))
    assert error.value.diag.sqlstate == "LUWSE"
    told = str(error.value) + str(error.value.diag.message_detail)
    assert len(secret) < 10 or secret not in told


def test_no_list_view_or_change_tells_a_secret(admin: Connection) -> None:
    everything = ""
    for query in (
        "select * from api.list_webhook_sources()",
        "select * from reporting.webhook_sources",
        "select * from api.list_setting_changes()",
        "select * from inbound.source_secrets",
    ):
        everything += str(admin.execute(query).fetchall())
    for secret in (WHSEC, TEXT, HEX, HEX.lower(), PASSWORD, WHSEC.removeprefix("whsec_"), "open sesame"):
        assert secret not in everything


# What is signed, and what becomes of it


def test_a_replayed_webhook_posts_once(door: Connection, admin: Connection) -> None:
    body = event()
    headers = sign.standard(body)
    statuses = [receive(door, "standard", headers, body)["results"][0]["status"] for _ in range(3)]
    assert statuses == ["processed", "already_processed", "already_processed"]


def test_conflicts_and_refusals_are_successes_and_in_the_inbox(door: Connection, admin: Connection) -> None:
    first = json.loads(event())
    for document, status in (
        (first, "processed"),
        (first | {"amount": 7}, "conflict"),
        (first | {"event_id": new_id(), "amount": 0}, "rejected"),
        (first | {"event_id": new_id(), "event_type": "refund_succeeded", "payment_id": new_id()}, "deferred"),
    ):
        document.pop("fee", None) if status == "deferred" else None
        body = json.dumps(document).encode()
        row = receive(door, "stripe", sign.stripe(body), body)
        assert (row["status"], row["results"][0]["status"]) == ("accepted", status)
        if status != "processed":
            inbox = admin.execute(
                "select i.provider from api.list_inbox() as i where i.event_id = %s and i.status = %s",
                (document["event_id"], status),
            ).fetchall()
            assert inbox == [{"provider": "stripe"}]


def test_a_webhook_may_have_several_events(door: Connection) -> None:
    events = [charge(f"res_{next(NUMBERS)}", "PEN") for _ in range(5)]
    events[3]["amount"] = 0
    body = json.dumps([*events, 5, events[0]]).encode()
    row = receive(door, "hmac", sign.plain(body), body)
    told = [(r["outcome"], r.get("status") or r["code"]) for r in row["results"]]
    processed = ("event", "processed")
    assert told == [
        *([processed] * 3),
        ("event", "rejected"),
        processed,
        ("refused", "EVENT_NOT_OBJECT"),
        ("event", "already_processed"),
    ]
    assert [r.get("event_id") for r in row["results"]] == [
        *[e["event_id"] for e in events],
        None,
        events[0]["event_id"],
    ]


def test_a_source_speaks_for_one_provider(door: Connection, admin: Connection) -> None:
    for provider, outcome in (("stripe", "event"), (None, "event"), ("adyen", "refused"), ("operator", "refused")):
        body = event(provider=provider)
        row = receive(door, "stripe", sign.stripe(body), body)
        assert row["results"][0]["outcome"] == outcome
        assert row["results"][0].get("code") == (None if outcome == "event" else "PROVIDER_NOT_OF_SOURCE")
        found = admin.execute(
            "select e.provider from ledger.processor_events as e where e.event_id = %s", (json.loads(body)["event_id"],)
        ).fetchall()
        assert found == ([{"provider": "stripe"}] if outcome == "event" else [])
    name = source(admin, "other", "stripe", TEXT, adapter="none", provider="default")
    body = event()
    assert receive(door, name, sign.stripe(body), body)["results"][0]["status"] == "processed"


UNREADABLE = {
    "not UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "no JSON": b"payload=%7B%7D",
    "nothing": b"",
    "cut off": b'{"event_id": "x"',
    "a zero byte": b'{"a": "\x00"}',
    "an escaped zero": b'{"a": "\\u0000"}',
    "half a character": b'{"a": "\\ud800"}',
    "a member twice": b'{"event_id": "a", "event_id": "b"}',
    "a member twice below": b'{"a": [{"b": 1, "\\u0062": 1}]}',
    "NaN": b'{"amount": NaN}',
    "one large number": b'{"amount": 1e131071}',
    "many large numbers": b'{"amount": [' + b",".join([b"1e131071"] * 25_000) + b"]}",
    "a number past all bounds": b'{"amount": 1e999999999}',
    "long numbers": b'{"amount": [' + b",".join([b"9" * 19_000] * 13) + b"]}",
    "tiny numbers": b'{"amount": [' + b",".join([b"1e-16383"] * 25_000) + b"]}",
    "deep arrays": b"[" * 120_000 + b"]" * 120_000,
    "deep objects": b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
    "rather deep": b"[" * 102 + b"]" * 102,
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_signed_and_cannot_be_read_is_kept(connect: Connect, admin: Connection, name: str) -> None:
    """In moments, in little memory, and once however often it is sent."""
    body = UNREADABLE[name]
    with connect(role="cuenta_door", row_factory=dict_row) as door:
        receive(door, "stripe", sign.stripe(b"{}"), b"{}")
        before = peak(door)
        started = datetime.now(UTC)
        for _ in range(2):
            row = receive(door, "stripe", sign.stripe(body), body)
        assert (datetime.now(UTC) - started).total_seconds() < 6
        assert row["results"] == [
            {"outcome": "refused", "code": "BODY_UNREADABLE", "message": row["results"][0]["message"]}
        ]
        assert peak(door) - before < 64 << 20
    kept = admin.execute(
        "select k.deliveries, length(k.body) as length from inbound.kept_webhooks as k where k.body = %s", (body,)
    ).fetchall()
    assert kept == [{"deliveries": 2, "length": len(body)}]
    assert admin.execute(KEPT, ("stripe",)).fetchall()


def peak(connection: Connection) -> int:
    """The most memory that the session's process has needed, in bytes."""
    with open(f"/proc/{connection.info.backend_pid}/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM"))


def test_what_is_readable_is_not_kept(door: Connection, admin: Connection) -> None:
    body = json.dumps(json.loads(event()) | {"metadata": {"deep": [[[[1.5, -2e3, "1e131071", "\u00e9"]]]]}}).encode()
    assert receive(door, "stripe", sign.stripe(body), body)["results"][0]["status"] == "processed"
    rows = admin.execute("select from inbound.kept_webhooks as k where k.body = %s", (body,)).fetchall()
    assert rows == []
