"""Signed webhooks that come in: each scheme with signatures of the test's own making, and every way to get one wrong.

A source without an adapter sends our events, so that what is verified can be told from the book.
"""

from __future__ import annotations

import base64
import concurrent.futures
import hashlib
import hmac
import http.client
import json
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from tests.services import call, create_key, new_secret, send, standard_headers
from tests.test_serve import Service, serving

WINDOW = 300
JSON = {"Content-Type": "application/json"}
Headers = dict[str, str]
Sign = Callable[[str, bytes, float], Headers]


def new_event(**more: Any) -> dict[str, Any]:
    event = {
        "event_id": f"evt_{secrets.token_hex(8)}",
        "event_type": "charge_succeeded",
        "occurred_at": "2025-12-30T10:00:00Z",
        "restaurant_id": "res_in",
        "currency": "PEN",
        "amount": 12000,
        "fee": 600,
    }
    return event | more


def in_bytes(event: Any) -> bytes:
    return json.dumps(event).encode()


def standard(secret: str, body: bytes, at: float) -> Headers:
    return standard_headers(secret, body, message_id=f"msg_{secrets.token_hex(8)}", at=at)


def stripe(secret: str, body: bytes, at: float) -> Headers:
    digest = hmac.new(secret.encode(), b"%d.%b" % (int(at), body), hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={int(at)},v1={digest}"}


def plain(secret: str, body: bytes, _at: float) -> Headers:
    return {"X-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def basic(secret: str, _body: bytes, _at: float) -> Headers:
    return {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()}


# Scheme, its settings, a secret, how it is signed.
SCHEMES: dict[str, tuple[dict[str, Any], Callable[[], str], Sign]] = {
    "standard": ({}, new_secret, standard),
    "stripe": ({"adapter": "none"}, lambda: "whsec_" + secrets.token_hex(16), stripe),
    "hmac": ({"header": "X-Signature"}, lambda: secrets.token_hex(24), plain),
    "basic": ({}, lambda: f"cuenta:{secrets.token_hex(16)}", basic),
}
TIMED = ("standard", "stripe")


class Source:
    """A source of a scheme, with one secret."""

    def __init__(self, url: str, service: Service, scheme: str, **settings: Any) -> None:
        self.url, self.service, self.scheme = url, service, scheme
        self.name = f"{scheme}_{secrets.token_hex(4)}"
        given, make, self.sign = SCHEMES[scheme]
        self.secret = make()
        call(
            url,
            "select * from api.set_webhook_source(%s, %s, %s::jsonb)",
            self.name,
            scheme,
            json.dumps(given | settings),
            role="cuenta_operator",
        )
        self.add(self.secret)

    def add(self, secret: str, valid_from: Any = None, valid_until: Any = None) -> None:
        call(
            self.url,
            "select * from api.add_webhook_secret(%s, %s, coalesce(%s::timestamptz, now() - interval '1 hour'), %s)",
            self.name,
            secret,
            valid_from,
            valid_until,
            role="cuenta_operator",
        )

    def new(self) -> str:
        return SCHEMES[self.scheme][1]()

    def post(self, body: bytes, headers: Headers, query: str = "") -> tuple[int, Any]:
        path = f"/v1/webhooks/{self.name}{query}"
        status, _, text = send(self.service.port, "POST", path, body, JSON | headers)
        assert status < 500, text
        return status, text

    def signed(self, body: bytes, *, secret: str | None = None, at: float | None = None) -> Headers:
        return self.sign(secret or self.secret, body, time.time() if at is None else at)

    def told(self, event: dict[str, Any]) -> int:
        """How often the event stands in the book."""
        query = "select count(*) as n from ledger.processor_events as e where e.event_id = %s"
        return int(call(self.url, query, event["event_id"])[0]["n"])

    def balance(self, restaurant_id: str) -> int:
        return int(call(self.url, "select total from api.get_balance(%s, 'PEN')", restaurant_id)[0]["total"])


@pytest.fixture(scope="module")
def service(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(database, tmp_path_factory.mktemp("inbound") / "log") as running:
        yield running


@pytest.fixture(scope="module")
def sources(database: str, service: Service) -> dict[str, Source]:
    """A source for each scheme that can carry our events."""
    return {scheme: Source(database, service, scheme) for scheme in SCHEMES}


EACH = pytest.mark.parametrize("scheme", SCHEMES)


def is_refused(answer: tuple[int, bytes]) -> bool:
    status, text = answer
    error = json.loads(text)["error"]
    return (status, error["code"]) == (401, "UNAUTHENTICATED")


@EACH
def test_what_is_rightly_signed_is_posted_once(sources: dict[str, Source], scheme: str) -> None:
    source, event = sources[scheme], new_event(restaurant_id=f"res_{scheme}")
    body = in_bytes(event)
    headers = source.signed(body)
    assert 200 <= source.post(body, headers)[0] < 300
    assert source.told(event) == 1
    before = source.balance(f"res_{scheme}")
    for _ in range(3):  # the same request again, word for word
        assert 200 <= source.post(body, headers)[0] < 300
    assert 200 <= source.post(body, source.signed(body))[0] < 300
    assert source.told(event) == 1
    assert source.balance(f"res_{scheme}") == before


@EACH
def test_replayed_by_many_at_once_it_takes_effect_once(sources: dict[str, Source], scheme: str) -> None:
    source, event = sources[scheme], new_event(restaurant_id=f"res_many_{scheme}")
    body = in_bytes(event)
    headers = source.signed(body)
    with concurrent.futures.ThreadPoolExecutor(12) as threads:
        statuses = {status for status, _ in threads.map(lambda _: source.post(body, headers), range(24))}
    assert statuses <= {200, 201, 202}
    assert source.told(event) == 1
    assert source.balance(f"res_many_{scheme}") == 11400


@pytest.mark.parametrize("scheme", ["standard", "stripe", "hmac"])
def test_one_byte_more_or_less_is_refused(sources: dict[str, Source], scheme: str) -> None:
    source, event = sources[scheme], new_event()
    body = in_bytes(event)
    headers = source.signed(body)
    for other in (
        body + b" ",
        body + b"\n",
        b" " + body,
        body[:-1],
        body.replace(b"12000", b"12001"),
        body.replace(b": ", b":"),
        body.replace(b"PEN", b"\\u0050EN"),
        b"",
        b"\xff" + body,
    ):
        assert is_refused(source.post(other, headers)), other
    assert source.told(event) == 0


@EACH
def test_nobody_elses_secret_opens_it(sources: dict[str, Source], scheme: str) -> None:
    source, body = sources[scheme], in_bytes(new_event())
    for secret in (source.new(), source.new()):
        assert is_refused(source.post(body, source.signed(body, secret=secret)))
    # Another source's, of the same scheme: whoever may tell for one may not for the other.
    other = Source(source.url, source.service, scheme)
    assert is_refused(source.post(body, other.signed(body)))
    assert 200 <= other.post(body, other.signed(body))[0] < 300


@pytest.mark.parametrize("scheme", TIMED)
@pytest.mark.parametrize(
    ("seconds", "is_taken"), [(-290, True), (290, True), (-310, False), (310, False), (-1e9, False)]
)
def test_the_window_is_300_seconds_either_way(
    sources: dict[str, Source], scheme: str, seconds: float, is_taken: bool
) -> None:
    source, event = sources[scheme], new_event()
    body = in_bytes(event)
    answer = source.post(body, source.signed(body, at=max(0, time.time() + seconds)))
    assert (200 <= answer[0] < 300) if is_taken else is_refused(answer)
    assert source.told(event) == int(is_taken)


def without_ids(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, Any, Any]:
    status, headers, text = answer
    error = json.loads(text)["error"]
    error.pop("request_id")
    kept = {k: v for k, v in headers.items() if k not in ("date", "x-request-id", "content-length")}
    return status, error, kept


def test_every_failure_is_the_same_401(sources: dict[str, Source], service: Service) -> None:
    """An unknown source, no header, a wrong one, too old a one, a secret that ended: nobody learns which."""
    body = in_bytes(new_event())
    source = sources["standard"]
    ended = Source(source.url, service, "standard")
    old = ended.new()
    ended.add(old, datetime.now(UTC) - timedelta(hours=2), datetime.now(UTC) - timedelta(hours=1))
    bare = Source(source.url, service, "standard")
    answers = [
        send(service.port, "POST", f"/v1/webhooks/{name}", body, JSON | headers)
        for name, headers in (
            ("nobody", {}),
            ("nobody", source.signed(body)),
            (source.name, {}),
            (source.name, source.signed(body, secret=source.new())),
            (source.name, source.signed(body, at=time.time() - 1000)),
            (ended.name, ended.signed(body, secret=old)),
            (bare.name, {"webhook-id": "a", "webhook-timestamp": "x", "webhook-signature": "v1,x"}),
            (sources["basic"].name, {}),
            (sources["hmac"].name, {"X-Signature": "00"}),
            (sources["stripe"].name, {"Stripe-Signature": "t=1"}),
        )
    ]
    first, *others = [without_ids(answer) for answer in answers]
    assert first[0] == 401
    assert first[1]["code"] == "UNAUTHENTICATED"
    for other in others:
        assert other == first


GARBAGE = (
    "",
    " ",
    ",",
    ",,",
    "v1",
    "v1,",
    "v1,,",
    "v1,a,b",
    "v1,YQ==,",
    "v1 YQ==",
    "v1,====",
    "v1,not base64 at all!",
    "v1,YQ",
    "v1a,YQ==",
    "v2,YQ==",
    "v1," + "A" * 44,
    "v1," + "A" * 6000,
    "v1,YQ== " * 200,
    "t=",
    "t=,v1=",
    "t=nan,v1=00",
    "t=1.5,v1=00",
    "t=-1,v1=00",
    "t=1e9,v1=00",
    "t=99999999999999999999999,v1=00",
    "t=1,t=2,v1=00",
    "v1=zz",
    "v1=0",
    "=,=,=",
    "\xe9\xff\xa0",
    "\x01\x02",
    "\t",
    "nan",
    "inf",
    "-0",
    "1_000",
    "0x10",
    "%00",
    "'; drop table x; --",
    "Basic",
    "Basic ",
    "Basic :",
    "Basic ====",
    "Basic " + base64.b64encode(b"a:b").decode(),
    "Basic " + base64.b64encode(b"\xff\x00:\xfe").decode(),
    "sha256=",
    "sha256=zz",
)


@EACH
def test_garbage_in_a_signature_is_401(sources: dict[str, Source], scheme: str) -> None:
    source, body = sources[scheme], in_bytes(new_event())
    (name, *_), good = (
        [
            k
            for k in source.signed(body)
            if k in ("webhook-signature", "Stripe-Signature", "X-Signature", "Authorization")
        ],
        source.signed(body),
    )
    for text in GARBAGE:
        try:
            assert is_refused(source.post(body, good | {name: text})), text
        except http.client.RemoteDisconnected:
            pass  # the server refuses control characters in headers by itself
        except ValueError:
            pass  # the test's client does not send them


TIMES = ("", " ", "nan", "NaN", "inf", "-inf", "1.5", "-1", "1e9", "1_0", "0x1", "9" * 30, "\xb2\xb3", "now", ",", "+1")


@pytest.mark.parametrize("text", TIMES)
def test_garbage_in_a_time_is_401(sources: dict[str, Source], text: str) -> None:
    """Also where the digest is right over that very garbage: only whole seconds are a time."""
    source, body = sources["standard"], in_bytes(new_event())
    headers = source.signed(body)
    signed = b".".join([headers["webhook-id"].encode(), text.encode("latin-1"), body])
    key = base64.b64decode(source.secret.removeprefix("whsec_"))
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    more = {"webhook-timestamp": text, "webhook-signature": f"v1,{digest}"}
    assert is_refused(source.post(body, headers | more))
    source = sources["stripe"]
    hexadecimal = hmac.new(source.secret.encode(), text.encode("latin-1") + b"." + body, hashlib.sha256).hexdigest()
    assert is_refused(source.post(body, {"Stripe-Signature": f"t={text},v1={hexadecimal}"}))


def test_a_time_with_a_fraction_is_refused_although_it_is_near(sources: dict[str, Source]) -> None:
    source, body = sources["standard"], in_bytes(new_event())
    for text in (f"{time.time():.3f}", f"{int(time.time())}.0", f" {int(time.time())}", f"{int(time.time())} "):
        headers = source.signed(body)
        signed = b".".join([headers["webhook-id"].encode(), text.encode(), body])
        key = base64.b64decode(source.secret.removeprefix("whsec_"))
        digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        answer = source.post(body, headers | {"webhook-timestamp": text, "webhook-signature": f"v1,{digest}"})
        # Blanks around a header's value are no part of it: what was signed is then something else.
        assert is_refused(answer), text


def test_a_header_that_is_missing_is_401(sources: dict[str, Source]) -> None:
    source, body = sources["standard"], in_bytes(new_event())
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        headers = source.signed(body)
        del headers[name]
        assert is_refused(source.post(body, headers)), name
        assert is_refused(source.post(body, headers | {name: ""})), name


@pytest.mark.parametrize("names", ["svix", "webhook"])
def test_one_of_several_signatures_is_enough(sources: dict[str, Source], names: str) -> None:
    """A sender that rotates signs with both: unknown versions and others' signatures are passed over."""
    source, event = sources["standard"], new_event()
    body = in_bytes(event)
    headers = source.signed(body)
    wrong = source.sign(source.new(), body, time.time())["webhook-signature"]
    more = {"webhook-signature": f"v1a,AAAA {wrong} {headers['webhook-signature']}"}
    if names == "webhook":
        assert 200 <= source.post(body, headers | more)[0] < 300
        assert source.told(event) == 1
    stripes, event = sources["stripe"], new_event()
    body = in_bytes(event)
    header = stripes.signed(body)["Stripe-Signature"]
    moment, digest = header.split(",v1=")
    assert 200 <= stripes.post(body, {"Stripe-Signature": f"{moment},v1={'0' * 64},v1={digest},v0=abc"})[0] < 300
    assert stripes.told(event) == 1
    # Of another version alone it is none.
    assert is_refused(stripes.post(body, {"Stripe-Signature": f"{moment},v0={digest}"}))


def test_names_of_headers_are_of_any_case(sources: dict[str, Source]) -> None:
    source, event = sources["standard"], new_event()
    body = in_bytes(event)
    assert 200 <= source.post(body, {k.upper(): v for k, v in source.signed(body).items()})[0] < 300
    assert source.told(event) == 1


@EACH
def test_rotation_is_two_rows(database: str, service: Service, scheme: str) -> None:
    source = Source(database, service, scheme)
    now = datetime.now(UTC)
    following, ending, future = source.new(), source.new(), source.new()
    source.add(following, now - timedelta(minutes=1), None)
    source.add(ending, now - timedelta(days=1), now + timedelta(seconds=2))
    source.add(future, now + timedelta(hours=1), None)
    for secret, is_taken in ((source.secret, True), (following, True), (ending, True), (future, False)):
        body = in_bytes(new_event())
        answer = source.post(body, source.signed(body, secret=secret))
        assert (200 <= answer[0] < 300) if is_taken else is_refused(answer)
    time.sleep(2.5)
    body = in_bytes(new_event())
    assert is_refused(source.post(body, source.signed(body, secret=ending)))
    assert 200 <= source.post(body, source.signed(body, secret=following))[0] < 300


@EACH
def test_a_source_without_a_secret_is_closed(database: str, service: Service, scheme: str) -> None:
    name = f"bare_{scheme}"
    settings, make, sign = SCHEMES[scheme]
    call(database, "select * from api.set_webhook_source(%s, %s, %s::jsonb)", name, scheme, json.dumps(settings))
    body = in_bytes(new_event())
    for secret in (make(), "whsec_" if scheme == "standard" else ":"):
        for headers in (sign(secret, body, time.time()), {}):
            assert send(service.port, "POST", f"/v1/webhooks/{name}", body, JSON | headers)[0] == 401


@pytest.mark.parametrize("name", ["", "%00", "a/b", "..", "A" * 3000, "%ff", "ñ", "'", "a b", "%2e%2e", "null"])
def test_any_name_of_a_source_is_an_unknown_one(service: Service, name: str) -> None:
    status, _, _ = send(service.port, "POST", f"/v1/webhooks/{quote(name, safe='%/')}", b"{}", JSON)
    assert status in (401, 404, 414)
    assert name in ("", "a/b", "..", "%2e%2e", "A" * 3000) or status == 401


# What a body may be


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/json; charset=utf-8", "application/x-www-form-urlencoded"]
)
def test_the_kind_of_content_is_the_processors_own(sources: dict[str, Source], kind: str | None) -> None:
    """The signature says who it is; a processor's content type is not ours to judge."""
    source, event = sources["standard"], new_event()
    body = in_bytes(event)
    headers = source.signed(body) | ({"Content-Type": kind} if kind else {})
    status, _, text = send(source.service.port, "POST", f"/v1/webhooks/{source.name}", body, headers)
    assert 200 <= status < 300, text
    assert source.told(event) == 1


UNREADABLE = {
    "empty": b"",
    "blank": b"   ",
    "cut off": b'{"event_id": "x"',
    "text": b"hello",
    "not utf-8": b'{"event_id": "\xff\xfe"}',
    "nul": b'{"event_id": "a\\u0000b"}',
    "a nul byte": b'{"event_id": "a\x00b"}',
    "a surrogate": b'{"event_id": "a\\ud800b"}',
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "deep": b"[" * 20000 + b"]" * 20000,
    "a large number": b'{"amount": 1' + b"0" * 5000 + b"}",
    "an exponent": b'{"event_id": "x", "amount": 1e131071}',
    "a small number": b'{"event_id": "x", "amount": 1e-16000}',
    "twice": b'{"event_id": "twice_1", "event_id": "twice_2"}',
    "a mark": b'\xef\xbb\xbf{"event_id": "x"}',
    "an empty object": b"{}",
    "many members": b"{" + b",".join(b'"k%d":1' % n for n in range(20000)) + b"}",
}


@pytest.mark.parametrize("kind", UNREADABLE)
@pytest.mark.parametrize("scheme", ["standard", "hmac", "stripe"])
def test_what_is_signed_but_cannot_be_read_is_kept(sources: dict[str, Source], scheme: str, kind: str) -> None:
    """A processor that gets errors stops sending: it hears success, and a person sees the thing."""
    source, body = sources[scheme], UNREADABLE[kind]
    assert is_refused(source.post(body, source.signed(body, secret=source.new())))
    status, text = source.post(body, source.signed(body))
    assert 200 <= status < 300, text
    assert source.told({"event_id": "twice_1"}) == source.told({"event_id": "twice_2"}) == 0


def test_our_409_and_422_are_success_there_and_stand_in_the_inbox(sources: dict[str, Source], service: Service) -> None:
    source, event = sources["standard"], new_event()
    for sent in (event, event | {"amount": 13000}, new_event(amount=-5, event_id="evt_in_422")):
        body = in_bytes(sent)
        status, text = source.post(body, source.signed(body))
        assert 200 <= status < 300, text
    status, _, text = send(service.port, "GET", "/v1/inbox?limit=500")
    inbox = {(row["event_id"], row["code"]) for row in json.loads(text)["data"]}
    assert (event["event_id"], "EVENT_ID_REUSED") in inbox
    assert "evt_in_422" in {name for name, _ in inbox}


@pytest.mark.parametrize(
    "kind", ["adjustment_credited", "adjustment_debited", "funds_held", "debt_written_off", "event_reversed"]
)
def test_a_source_speaks_for_itself_and_not_for_people(sources: dict[str, Source], kind: str) -> None:
    """What people do stays with people; and nobody speaks in another provider's name."""
    source = sources["standard"]
    for more in ({}, {"provider": "operator"}, {"provider": "default"}, {"provider": "platform"}):
        event = new_event(event_type=kind, **more)
        body = in_bytes(event)
        assert 200 <= source.post(body, source.signed(body))[0] < 300
        assert source.told(event) == 0


def test_a_failure_stores_nothing(database: str, sources: dict[str, Source]) -> None:
    source, body = sources["standard"], in_bytes(new_event())

    def rows() -> int:
        tables = call(
            database,
            "select c.oid::regclass::text as name from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
            " where c.relkind = 'r' and n.nspname in ('ledger', 'access', 'inbound', 'outbound')",
        )
        counts = (call(database, f"select count(*) as n from {table['name']}") for table in tables)
        return sum(int(count[0]["n"]) for count in counts)

    before = rows()
    for _ in range(20):
        assert is_refused(source.post(body, source.signed(body, secret=source.new())))
        assert send(source.service.port, "POST", f"/v1/webhooks/no_{secrets.token_hex(3)}", body, JSON)[0] == 401
    assert rows() == before


def test_a_source_with_a_key_in_the_database_is_opened_by_its_signature_alone(
    create_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    url = create_database()
    create_key(url, "a key", "operator")
    with serving(url, tmp_path_factory.mktemp("closed") / "log") as service:
        source, event = Source(url, service, "standard"), new_event()
        body = in_bytes(event)
        assert send(service.port, "GET", "/v1/payouts")[0] == 401
        assert 200 <= source.post(body, source.signed(body))[0] < 300
        assert source.told(event) == 1
        assert send(service.port, "POST", "/v1/webhooks/nobody", body, JSON)[0] == 401
        assert send(service.port, "GET", f"/v1/webhooks/{source.name}")[0] in (401, 405)
        # A sender's Basic or Bearer header is the scheme's, not a key.
        other = Source(url, service, "basic")
        assert 200 <= other.post(body, other.signed(body))[0] < 300


# Sources, in SQL and over HTTP


@pytest.mark.parametrize(
    ("source", "scheme", "settings"),
    [
        (None, "standard", "{}"),
        ("", "standard", "{}"),
        ("a b/c", "standard", "{}"),
        ("ok", "nothing", "{}"),
        ("ok", None, "{}"),
        ("ok", "standard", "[]"),
        ("ok", "standard", '{"no_such_setting": 1}'),
        ("ok", "hmac", '{"header": 1}'),
        ("ok", "hmac", '{"header": "a b"}'),
    ],
)
def test_a_source_that_makes_no_sense_is_refused(
    database: str, source: str | None, scheme: str | None, settings: str
) -> None:
    with pytest.raises(psycopg.Error) as failure:
        call(database, "select * from api.set_webhook_source(%s, %s, %s::jsonb)", source, scheme, settings)
    assert str(failure.value.sqlstate)[:2] in ("LB", "LU", "22"), failure.value


@pytest.mark.parametrize("secret", [None, "", "whsec_", "whsec_***", "abc", "whsec_YQ==", "whsec_ñ"])
def test_a_secret_that_cannot_sign_is_refused_and_not_repeated(
    database: str, sources: dict[str, Source], secret: str | None
) -> None:
    with pytest.raises(psycopg.Error) as failure:
        sources["standard"].add(secret)  # type: ignore[arg-type]
    assert str(failure.value.sqlstate)[:2] in ("LB", "LU", "22"), failure.value
    if secret and len(secret) > 6:
        assert secret not in str(failure.value)


def test_a_secret_that_ends_before_it_begins_is_refused(sources: dict[str, Source]) -> None:
    now = datetime.now(UTC)
    with pytest.raises(psycopg.Error) as failure:
        sources["standard"].add(new_secret(), now, now - timedelta(seconds=1))
    assert str(failure.value.sqlstate)[:2] in ("LB", "LU", "22")
    with pytest.raises(psycopg.Error) as failure:
        call(
            sources["standard"].url,
            "select * from api.add_webhook_secret('nobody', %s, now(), null)",
            new_secret(),
        )
    assert str(failure.value.sqlstate)[:2] == "LN"


def test_validity_is_optional(database: str, service: Service) -> None:
    source = Source(database, service, "standard")
    secret = source.new()
    call(database, "select * from api.add_webhook_secret(%s, %s)", source.name, secret)
    body = in_bytes(new_event())
    assert 200 <= source.post(body, source.signed(body, secret=secret))[0] < 300


def test_sources_are_listed_without_their_secrets(database: str, sources: dict[str, Source], service: Service) -> None:
    listed = json.dumps(call(database, "select * from api.list_webhook_sources()"), default=str)
    status, _, text = send(service.port, "GET", "/v1/webhook-sources")
    assert status == 200
    for source in sources.values():
        for where in (listed, text.decode()):
            assert source.name in where
            assert source.secret not in where
            assert source.secret.removeprefix("whsec_") not in where


def test_a_source_is_changed_by_setting_it_again(database: str, service: Service) -> None:
    source = Source(database, service, "hmac")
    body = in_bytes(new_event())
    assert 200 <= source.post(body, source.signed(body))[0] < 300
    call(database, "select * from api.set_webhook_source(%s, 'hmac', %s::jsonb)", source.name, '{"header": "X-Other"}')
    body = in_bytes(new_event())
    (digest,) = source.signed(body).values()
    assert is_refused(source.post(body, {"X-Signature": digest}))
    assert 200 <= source.post(body, {"X-Other": digest})[0] < 300


# The processors' own schemes


def adyen_item(key: str, **more: Any) -> dict[str, Any]:
    """An item of a notification, signed as Adyen's documentation says."""
    item: dict[str, Any] = {
        "pspReference": secrets.token_hex(8).upper(),
        "originalReference": "",
        "merchantAccountCode": "CuentaMerchant",
        "merchantReference": "order:1",
        "amount": {"value": 12000, "currency": "PEN"},
        "eventCode": "CAPTURE",
        "success": "true",
        "eventDate": "2025-12-30T10:00:00+00:00",
        "additionalData": {},
    } | more
    names = ("pspReference", "originalReference", "merchantAccountCode", "merchantReference")
    fields = [str(item[name]) for name in names]
    fields += [str(item["amount"]["value"]), item["amount"]["currency"], item["eventCode"], item["success"]]
    signed = ":".join(fields).encode()
    digest = base64.b64encode(hmac.new(bytes.fromhex(key), signed, hashlib.sha256).digest()).decode()
    item["additionalData"] = item["additionalData"] | {"hmacSignature": digest}
    return item


def notification(*items: dict[str, Any]) -> bytes:
    wrapped = [{"NotificationRequestItem": item} for item in items]
    return in_bytes({"live": "true", "notificationItems": wrapped})


@pytest.fixture(scope="module")
def adyen(database: str, service: Service) -> tuple[str, str]:
    """The path and the key of a source of scheme adyen."""
    key = secrets.token_hex(32).upper()
    call(database, "select * from api.set_webhook_source('adyen', 'adyen', %s::jsonb)", json.dumps(ADYEN))
    call(database, "select * from api.add_webhook_secret('adyen', %s, now(), null)", key)
    return "/v1/webhooks/adyen", key


ADYEN: dict[str, Any] = {"restaurant_path": ["additionalData", "metadata.restaurant_id"]}


def test_adyen_signs_each_item_and_hears_accepted(service: Service, adyen: tuple[str, str]) -> None:
    path, key = adyen
    more = {"additionalData": {"metadata.restaurant_id": "res_adyen"}}
    status, _, text = send(service.port, "POST", path, notification(adyen_item(key, **more)), JSON)
    assert status == 200
    assert b"[accepted]" in text


def test_one_item_of_adyens_that_is_wrongly_signed_refuses_them_all(
    database: str, service: Service, adyen: tuple[str, str]
) -> None:
    path, key = adyen
    more = {"additionalData": {"metadata.restaurant_id": "res_adyen"}}
    good, bad = adyen_item(key, **more), adyen_item(secrets.token_hex(32), **more)
    none = adyen_item(key, **more)
    del none["additionalData"]["hmacSignature"]
    changed = adyen_item(key, **more)
    changed["amount"] = {"value": 1, "currency": "PEN"}
    for items in ((bad,), (good, bad), (bad, good), (good, none), (none,), (good, changed)):
        status, _, text = send(service.port, "POST", path, notification(*items), JSON)
        assert status == 401, text
    for body in (
        notification(),
        b"{}",
        b"[]",
        b"",
        b"x",
        b'{"notificationItems": null}',
        b'{"notificationItems": [1]}',
    ):
        assert send(service.port, "POST", path, body, JSON)[0] == 401
    found = call(
        database, "select from ledger.processor_events as e where e.event_id like %s", f"%{good['pspReference']}%"
    )
    assert not found


@pytest.mark.parametrize(
    "odd",
    [
        {"hmacSignature": None},
        {"hmacSignature": 1},
        {"hmacSignature": []},
        {"hmacSignature": ""},
        {"hmacSignature": "===="},
        {"hmacSignature": "ñ"},
        {"hmacSignature": "A" * 5000},
    ],
)
def test_garbage_for_adyens_signature_is_401(service: Service, adyen: tuple[str, str], odd: dict[str, Any]) -> None:
    path, key = adyen
    item = adyen_item(key)
    item["additionalData"] |= odd
    assert send(service.port, "POST", path, notification(item), JSON)[0] == 401
    for name in ("amount", "additionalData", "pspReference", "success"):
        values: tuple[Any, ...] = (None, 1, [], "x", {"value": "NaN", "currency": 1})
        for value in values:
            item = adyen_item(key) | {name: value}
            assert send(service.port, "POST", path, notification(item), JSON)[0] == 401, (name, value)


def mercadopago_headers(secret: str, data_id: str, at: float) -> Headers:
    request_id = secrets.token_hex(8)
    manifest = f"id:{data_id.lower()};request-id:{request_id};ts:{int(at * 1000)};"
    digest = hmac.new(secret.encode(), manifest.encode(), hashlib.sha256).hexdigest()
    return {"x-request-id": request_id, "x-signature": f"ts={int(at * 1000)},v1={digest}"}


def test_mercado_pago_signs_the_id_in_the_query(database: str, service: Service) -> None:
    secret = secrets.token_hex(32)
    call(database, "select * from api.set_webhook_source('mercadopago', 'mercadopago', '{}')")
    call(database, "select * from api.add_webhook_secret('mercadopago', %s, now(), null)", secret)
    body = in_bytes({"type": "payment", "action": "payment.updated", "data": {"id": "ABC123"}})

    def post(query: str, headers: Headers, sent: bytes = body) -> int:
        return send(service.port, "POST", f"/v1/webhooks/mercadopago{query}", sent, JSON | headers)[0]

    now = time.time()
    assert post("?data.id=ABC123&type=payment", mercadopago_headers(secret, "ABC123", now)) in (200, 201, 202)
    assert post("?data.id=ABC124&type=payment", mercadopago_headers(secret, "ABC123", now)) == 401
    assert post("", mercadopago_headers(secret, "ABC123", now)) == 401
    assert post("?data.id=ABC123", mercadopago_headers(secret + "x", "ABC123", now)) == 401
    assert post("?data.id=ABC123", mercadopago_headers(secret, "ABC123", now - 1000)) == 401
    assert post("?data.id=ABC123&data.id=XYZ", mercadopago_headers(secret, "ABC123", now)) in (200, 201, 202, 401)
    for text in ("ts=,v1=", "ts=nan,v1=00", "ts=1.5,v1=00", "v1=00", ",", "", "\xff"):
        assert post("?data.id=ABC123", mercadopago_headers(secret, "ABC123", now) | {"x-signature": text}) == 401
    # The body is not signed: one that speaks of something else than the query is not believed.
    other = in_bytes({"type": "payment", "action": "payment.updated", "data": {"id": "OTHER"}})
    before = call(database, "select count(*) as n from ledger.processor_events")
    post("?data.id=ABC123", mercadopago_headers(secret, "ABC123", now), other)
    assert call(database, "select count(*) as n from ledger.processor_events") == before
