"""What is told outside: which message each fact makes, by every path, and how it reaches a receiver.

The receivers are the tests' own; signatures are looked at with the package standardwebhooks.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from standardwebhooks import Webhook

from tests.services import Received, Receiver, Row, call, receiving, working
from tests.test_serve import eventually

pytestmark = pytest.mark.long

NEAR: dict[str, Any] = {"allow_http": True, "allowed_hosts": ["127.0.0.1"]}
AS_OF = "2025-12-31"


def new_endpoint(url: str, where: str, types: list[str] | None = None, settings: Any = NEAR) -> Row:
    """An endpoint's row, with its secret, as set_webhook_endpoint answers it."""
    (row,) = call(
        url,
        "select * from api.set_webhook_endpoint(%s, %s::text[], %s::jsonb)",
        where,
        types or ["*"],
        json.dumps(settings),
        role="cuenta_operator",
    )
    return row


def deliveries(url: str, endpoint_id: str | None = None) -> list[Row]:
    """All deliveries, oldest first, as list_deliveries tells them."""
    query = "select * from api.list_deliveries(p_endpoint_id => %s, p_limit => 500, p_cursor => %s)"
    found: list[Row] = []
    cursor = None
    while page := call(url, query, endpoint_id, cursor, role="cuenta_operator"):
        found += page
        cursor = page[-1]["cursor"]
        if cursor is None:
            break
    return found[::-1]


def ingest(url: str, *events: dict[str, Any], as_array: bool = False) -> list[Row]:
    if as_array:
        return call(url, "select * from api.ingest_events(%s::jsonb)", json.dumps(events), role="cuenta_app")
    return [
        row
        for event in events
        for row in call(url, "select * from api.ingest_event(%s::jsonb)", json.dumps(event), role="cuenta_app")
    ]


def event(kind: str, restaurant_id: str, **more: Any) -> dict[str, Any]:
    base = {
        "event_id": f"evt_{secrets.token_hex(6)}",
        "event_type": kind,
        "occurred_at": "2025-12-30T10:00:00Z",
        "restaurant_id": restaurant_id,
        "currency": "PEN",
        "amount": 1000,
    }
    return base | more


def pay(url: str, restaurant_id: str, minimum: int = 1, as_of: str = AS_OF) -> Row:
    query = "select * from api.run_payouts('PEN', %s, %s, p_restaurant_ids => %s)"
    (row,) = call(url, query, as_of, minimum, [restaurant_id], role="cuenta_app")
    return row


def payout(url: str, restaurant_id: str) -> Row:
    """A restaurant with one payout, and the payout."""
    ingest(url, event("charge_succeeded", restaurant_id))
    pay(url, restaurant_id)
    return call(url, "select * from api.list_payouts(p_restaurant_id => %s)", restaurant_id)[0]


@pytest.fixture(scope="module")
def told(create_database: Callable[..., str]) -> Iterator[tuple[str, str]]:
    """A database with an endpoint that wants to hear everything, and to which nothing is sent."""
    url = create_database()
    yield url, new_endpoint(url, "https://receiver.example/hook")["endpoint_id"]


class Listening:
    """What was told since it began to listen: the messages in the outbox about one restaurant."""

    def __init__(self, told: tuple[str, str]) -> None:
        self.url, self.endpoint_id = told
        self.restaurant_id = f"res_{secrets.token_hex(5)}"
        self.before = {row["delivery_id"] for row in deliveries(self.url, self.endpoint_id)}

    def messages(self) -> list[Row]:
        rows = [row for row in deliveries(self.url, self.endpoint_id) if row["delivery_id"] not in self.before]
        return [row["payload"] for row in rows]

    def types(self) -> Counter[str]:
        return Counter(message["type"] for message in self.messages())


@pytest.fixture
def listening(told: tuple[str, str]) -> Listening:
    return Listening(told)


# What is told


def test_a_payout_is_told_with_its_run(listening: Listening) -> None:
    made = payout(listening.url, listening.restaurant_id)
    assert listening.types() == Counter({"payout.created": 1, "payout_run.completed": 1})
    (message,) = [m for m in listening.messages() if m["type"] == "payout.created"]
    assert set(message) == {"type", "timestamp", "data"}
    data = message["data"]
    assert (data["payout_id"], data["restaurant_id"]) == (made["payout_id"], listening.restaurant_id)
    assert (data["amount"], data["currency"], data["as_of"]) == (1000, "PEN", AS_OF)
    moment = datetime.fromisoformat(message["timestamp"].replace("Z", "+00:00"))
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 60


def test_a_payout_of_a_chunk_is_told(listening: Listening) -> None:
    restaurants = sorted(f"{listening.restaurant_id}_{n}" for n in range(5))
    ingest(listening.url, *(event("charge_succeeded", r) for r in restaurants), as_array=True)
    (run,) = call(
        listening.url, "select * from api.start_payout_run('PEN', %s, 1, %s)", AS_OF, restaurants, role="cuenta_app"
    )
    seen = []
    for _ in range(4):
        call(listening.url, "select * from api.continue_payout_run(%s, 2)", run["run_id"], role="cuenta_app")
        seen.append((listening.types()["payout.created"], listening.types()["payout_run.completed"]))
    assert seen[-1] == (5, 1), seen
    assert seen[0][1] == 0
    told = {m["data"]["restaurant_id"] for m in listening.messages() if m["type"] == "payout.created"}
    assert told == set(restaurants)


def test_a_payout_by_hand_is_told(listening: Listening) -> None:
    ingest(listening.url, event("charge_succeeded", listening.restaurant_id))
    call(
        listening.url,
        "select * from api.pay_by_hand(p_currency => 'PEN', p_as_of => %s, p_restaurant_ids => %s, p_reason => 'now')",
        AS_OF,
        [listening.restaurant_id],
        role="cuenta_operator",
    )
    assert listening.types()["payout.created"] == 1


def test_a_dry_run_tells_nothing(listening: Listening) -> None:
    ingest(listening.url, event("charge_succeeded", listening.restaurant_id))
    call(listening.url, "select * from api.run_payouts('PEN', %s, 1, true)", AS_OF)
    assert listening.types() == Counter()


def test_running_again_tells_no_payout_again(listening: Listening) -> None:
    payout(listening.url, listening.restaurant_id)
    pay(listening.url, listening.restaurant_id)
    assert listening.types()["payout.created"] == 1


def test_whoever_is_skipped_is_told(listening: Listening) -> None:
    ingest(listening.url, event("charge_succeeded", listening.restaurant_id))
    pay(listening.url, listening.restaurant_id, minimum=5000)
    assert listening.types()["payout.skipped"] == 1
    (message,) = [m for m in listening.messages() if m["type"] == "payout.skipped"]
    assert message["data"]["reason"] == "below_minimum"
    assert message["data"]["restaurant_id"] == listening.restaurant_id


OUTCOMES = {
    "payout_paid": "payout.paid",
    "payout_failed": "payout.failed",
    "payout_canceled": "payout.canceled",
}
AS_ARRAY = pytest.mark.parametrize("as_array", [False, True], ids=["single", "array"])


@AS_ARRAY
@pytest.mark.parametrize("kind", OUTCOMES)
def test_what_becomes_of_a_payout_is_told_once(told: tuple[str, str], kind: str, as_array: bool) -> None:
    url, restaurant_id = told[0], f"res_{secrets.token_hex(5)}"
    made = payout(url, restaurant_id)
    listening = Listening(told)
    outcome = event(kind, restaurant_id, payout_id=made["payout_id"], occurred_at="2026-01-02T10:00:00Z")
    for _ in range(2):
        ingest(url, outcome, as_array=as_array)
    assert listening.types() == Counter({OUTCOMES[kind]: 1})
    data = listening.messages()[0]["data"]
    assert data["payout_id"] == made["payout_id"]


@AS_ARRAY
def test_a_payout_that_comes_back_is_told_as_returned(told: tuple[str, str], as_array: bool) -> None:
    url, restaurant_id = told[0], f"res_{secrets.token_hex(5)}"
    made = payout(url, restaurant_id)
    more = {"payout_id": made["payout_id"]}
    ingest(url, event("payout_paid", restaurant_id, **more, occurred_at="2026-01-02T10:00:00Z"))
    listening = Listening(told)
    ingest(url, event("payout_failed", restaurant_id, **more, occurred_at="2026-01-03T10:00:00Z"), as_array=as_array)
    assert listening.types() == Counter({"payout.returned": 1})


def test_a_payout_canceled_by_a_person_is_told(told: tuple[str, str]) -> None:
    url, restaurant_id = told[0], f"res_{secrets.token_hex(5)}"
    made = payout(url, restaurant_id)
    listening = Listening(told)
    call(
        url,
        "select * from api.cancel_payout(p_reference => %s, p_payout_id => %s, p_reason => 'a test')",
        f"cancel_{restaurant_id}",
        made["payout_id"],
        role="cuenta_operator",
    )
    assert listening.types() == Counter({"payout.canceled": 1})


@AS_ARRAY
@pytest.mark.parametrize("end", ["won", "lost"])
def test_a_dispute_is_told_from_its_opening_to_its_end(told: tuple[str, str], end: str, as_array: bool) -> None:
    url, restaurant_id = told[0], f"res_{secrets.token_hex(5)}"
    payment_id, dispute_id = f"pay_{secrets.token_hex(4)}", f"dsp_{secrets.token_hex(4)}"
    ingest(url, event("charge_succeeded", restaurant_id, payment_id=payment_id, amount=9000))
    listening = Listening(told)
    about = {"payment_id": payment_id, "dispute_id": dispute_id}
    opened = event("dispute_opened", restaurant_id, **about)
    ended = event(f"dispute_{end}", restaurant_id, **about, occurred_at="2025-12-30T12:00:00Z")
    ingest(url, opened, ended, as_array=as_array)
    ingest(url, opened, ended, as_array=as_array)
    assert listening.types() == Counter({"dispute.opened": 1, f"dispute.{end}": 1})
    for message in listening.messages():
        assert message["data"]["dispute_id"] == dispute_id
        assert message["data"]["restaurant_id"] == restaurant_id


@AS_ARRAY
def test_what_waited_is_told_when_it_is_posted(told: tuple[str, str], as_array: bool) -> None:
    url, restaurant_id = told[0], f"res_{secrets.token_hex(5)}"
    payment_id, dispute_id = f"pay_{secrets.token_hex(4)}", f"dsp_{secrets.token_hex(4)}"
    listening = Listening(told)
    about = {"payment_id": payment_id, "dispute_id": dispute_id}
    ingest(url, event("dispute_opened", restaurant_id, **about), as_array=as_array)
    ingest(
        url,
        event("dispute_lost", restaurant_id, **about, occurred_at="2025-12-30T12:00:00Z"),
        as_array=as_array,
    )
    assert listening.types() == Counter()
    ingest(url, event("charge_succeeded", restaurant_id, payment_id=payment_id, amount=9000), as_array=as_array)
    assert listening.types() == Counter({"dispute.opened": 1, "dispute.lost": 1})


@AS_ARRAY
def test_a_balance_that_becomes_negative_is_told_each_time_it_does(told: tuple[str, str], as_array: bool) -> None:
    url, restaurant_id = told[0], f"res_{secrets.token_hex(5)}"
    listening = Listening(told)

    def move(kind: str, amount: int) -> int:
        ingest(url, event(kind, restaurant_id, amount=amount), as_array=as_array)
        return listening.types()["balance.negative"]

    told_after = [
        move("charge_succeeded", 1000),
        move("refund_succeeded", 1000),  # nothing left is no debt
        move("refund_succeeded", 1),
        move("refund_succeeded", 1),  # it is one already
        move("charge_succeeded", 1000),
        move("refund_succeeded", 5000),
    ]
    assert told_after == [0, 0, 1, 1, 1, 2]
    message = next(m for m in listening.messages() if m["type"] == "balance.negative")
    assert (message["data"]["restaurant_id"], message["data"]["currency"]) == (restaurant_id, "PEN")


def test_a_balance_made_negative_by_a_person_is_told(listening: Listening) -> None:
    ingest(listening.url, event("charge_succeeded", listening.restaurant_id))
    call(
        listening.url,
        "select * from api.post_adjustment(p_reference => %s, p_restaurant_id => %s, p_currency => 'PEN',"
        " p_amount => -1500, p_reason => 'a test')",
        f"adj_{listening.restaurant_id}",
        listening.restaurant_id,
        role="cuenta_operator",
    )
    assert listening.types()["balance.negative"] == 1


@AS_ARRAY
def test_an_event_that_is_rejected_is_told(listening: Listening, as_array: bool) -> None:
    bad = event("charge_succeeded", listening.restaurant_id, amount=-1)
    ingest(listening.url, bad, as_array=as_array)
    assert listening.types() == Counter({"event.rejected": 1})
    data = listening.messages()[0]["data"]
    assert data["event_id"] == bad["event_id"]
    assert data["code"]


@AS_ARRAY
def test_a_transaction_that_is_taken_back_tells_nothing(listening: Listening, as_array: bool) -> None:
    function = "ingest_events" if as_array else "ingest_event"
    bad: Any = event("charge_succeeded", listening.restaurant_id, amount=-1)
    with psycopg.connect(listening.url) as session:
        session.execute(f"select * from api.{function}(%s::jsonb)", [json.dumps([bad] if as_array else bad)])
        session.rollback()
    assert listening.types() == Counter()


def test_an_endpoint_hears_what_it_asked_for_and_nothing_else(create_database: Callable[..., str]) -> None:
    url = create_database()
    some = new_endpoint(url, "https://receiver.example/some", ["payout.created"])["endpoint_id"]
    every = new_endpoint(url, "https://receiver.example/every")["endpoint_id"]
    payout(url, "res_1")
    ingest(url, event("charge_succeeded", "res_1", amount=-1))
    assert [row["type"] for row in deliveries(url, some)] == ["payout.created"]
    assert Counter(row["type"] for row in deliveries(url, every)) == Counter(
        {"payout.created": 1, "payout_run.completed": 1, "event.rejected": 1}
    )
    ids = {row["message_id"] for row in deliveries(url, every) if row["type"] == "payout.created"}
    assert ids == {row["message_id"] for row in deliveries(url, some)}, "one fact has one webhook-id"


@pytest.mark.parametrize(
    ("where", "types", "settings"),
    [
        (None, ["*"], {}),
        ("", ["*"], {}),
        ("https://", ["*"], {}),
        ("receiver.example/hook", ["*"], {}),
        ("http://receiver.example/hook", ["*"], {}),
        ("ftp://receiver.example/hook", ["*"], {}),
        ("file:///etc/passwd", ["*"], {"allow_http": True}),
        ("gopher://receiver.example", ["*"], {"allow_http": True}),
        ("javascript:alert(1)", ["*"], {"allow_http": True}),
        ("https://user:secret@receiver.example/hook", ["*"], {}),
        ("https://receiver.example/a b", ["*"], {}),
        ("https://receiver.example/\r\nX-Evil: 1", ["*"], {}),
        ("https://receiver.example:99999/", ["*"], {}),
        ("https://receiver.example/" + "x" * 10000, ["*"], {}),
        ("https://ok.example/2", ["payout.exploded"], {}),
        ("https://ok.example/3", [None], {}),
        ("https://ok.example/4", ["*"], []),
        ("https://ok.example/5", ["*"], {"allow_htp": True}),
        ("https://ok.example/6", ["*"], {"allow_http": "yes"}),
    ],
)
def test_an_endpoint_that_makes_no_sense_is_refused(
    told: tuple[str, str], where: str | None, types: list[Any], settings: Any
) -> None:
    with pytest.raises(psycopg.Error) as failure:
        call(
            told[0],
            "select * from api.set_webhook_endpoint(%s, %s::text[], %s::jsonb)",
            where,
            types,
            json.dumps(settings),
        )
    assert str(failure.value.sqlstate)[:2] in ("LB", "LU", "22"), failure.value


def test_an_endpoint_set_again_is_the_same_and_keeps_its_secret_to_itself(told: tuple[str, str]) -> None:
    first = new_endpoint(told[0], "https://again.example/hook", ["payout.created"])
    second = new_endpoint(told[0], "https://again.example/hook", ["payout.paid"])
    assert first["endpoint_id"] == second["endpoint_id"]
    assert first["secret"].startswith("whsec_")
    assert second["secret"] is None, "answers its secret once"
    listed = json.dumps(call(told[0], "select * from api.list_webhook_endpoints()"), default=str)
    assert first["secret"].removeprefix("whsec_") not in listed
    assert "payout.paid" in listed


# How it is sent


class House:
    """A database, a worker and receivers."""

    def __init__(self, url: str) -> None:
        self.url = url

    def tell(self, count: int = 1) -> list[str]:
        """Make facts: events that are rejected; their ids."""
        events = [event("charge_succeeded", "res_tell", amount=-1) for _ in range(count)]
        ingest(self.url, *events, as_array=count > 1)
        return [e["event_id"] for e in events]

    def state(self, endpoint_id: str) -> Counter[str]:
        return Counter(row["state"] for row in deliveries(self.url, endpoint_id))

    def endpoint(self, endpoint_id: str) -> Row:
        rows = call(self.url, "select * from api.list_webhook_endpoints()")
        (row,) = [row for row in rows if row["endpoint_id"] == endpoint_id]
        return row

    def wait_for_attempts(self, endpoint_id: str, count: int) -> Row:
        """Wait until the endpoint's only delivery has had so many attempts; the delivery."""

        def has() -> bool:
            return bool(deliveries(self.url, endpoint_id)[0]["attempts"] >= count)

        assert eventually(has, 15), deliveries(self.url, endpoint_id)
        (row,) = deliveries(self.url, endpoint_id)
        assert row["attempts"] == count
        return row

    def make_due(self, endpoint_id: str) -> None:
        """Turn the clock on: what waits for its next attempt is due now."""
        call(
            self.url,
            "update outbound.deliveries as d set next_attempt_at = now()"
            " where d.endpoint_id = %s and d.state = 'pending' and d.lease_id is null",
            endpoint_id,
        )


@pytest.fixture
def house(create_database: Callable[..., str]) -> House:
    return House(create_database())


def heard(receiver: Receiver) -> list[str]:
    """The events that a receiver was told of."""
    return [got.document["data"]["event_id"] for got in list(receiver.got)]


def wait_for(receiver: Receiver, count: int, seconds: float = 15) -> None:
    """Wait until it has got so many messages."""
    assert eventually(lambda: len(receiver.got) >= count, seconds), f"{len(receiver.got)} of {count} messages came"


def test_a_message_is_signed_and_arrives_once(house: House, tmp_path: Path) -> None:
    with receiving() as receiver, working(house.url, tmp_path / "log"):
        endpoint = new_endpoint(house.url, receiver.url)
        names = house.tell(20)
        assert eventually(lambda: len(receiver.got) >= 20, 20)
        assert eventually(lambda: house.state(endpoint["endpoint_id"]) == Counter({"delivered": 20}), 10)
        time.sleep(2)
        assert Counter(heard(receiver)) == Counter(names)
        for got in receiver.got:
            assert got.method == "POST"
            assert got.headers["content-type"].startswith("application/json")
            assert Webhook(endpoint["secret"]).verify(got.body, got.headers) == got.document
            assert set(got.document) == {"type", "timestamp", "data"}
            with pytest.raises(Exception, match=r"(?i)signature"):
                Webhook(endpoint["secret"]).verify(got.body + b" ", got.headers)
        assert len({got.webhook_id for got in receiver.got}) == 20


def test_several_workers_send_each_message_once(house: House, tmp_path: Path) -> None:
    with receiving() as receiver, contextlib.ExitStack() as stack:
        endpoint = new_endpoint(house.url, receiver.url)
        names = house.tell(300)
        for number in range(3):
            stack.enter_context(working(house.url, tmp_path / f"log{number}"))
        assert eventually(lambda: house.state(endpoint["endpoint_id"]) == Counter({"delivered": 300}), 60)
        assert Counter(heard(receiver)) == Counter(names)


def test_a_message_that_failed_is_sent_again_with_the_same_id(house: House, tmp_path: Path) -> None:
    answers = iter([(500, {}, b"no"), (404, {}, b""), (301, {"Location": "/other"}, b""), (204, {}, b"")])

    def answer(_received: Received) -> Any:
        return next(answers)

    with receiving(answer) as receiver, working(house.url, tmp_path / "log"):
        endpoint = new_endpoint(house.url, receiver.url)
        house.tell()
        assert eventually(lambda: len(receiver.got) == 2, 20), "the second attempt follows after 5 s"
        gap = receiver.got[1].at - receiver.got[0].at
        assert 2 <= gap <= 12, gap
        for count in (3, 4):
            house.wait_for_attempts(endpoint["endpoint_id"], count - 1)
            house.make_due(endpoint["endpoint_id"])
            wait_for(receiver, count)
        assert len({got.webhook_id for got in receiver.got}) == 1
        assert len({got.body for got in receiver.got}) == 1
        for got in receiver.got:
            Webhook(endpoint["secret"]).verify(got.body, got.headers)
        assert {got.path for got in receiver.got} == {"/hook"}
        assert eventually(lambda: house.state(endpoint["endpoint_id"]) == Counter({"delivered": 1}), 10)


def test_the_waits_grow_as_promised_and_end(house: House, tmp_path: Path) -> None:
    """5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h, with jitter; then it is failed."""
    promised = [5, 300, 1800, 7200, 18000, 36000, 36000]
    waits: list[float] = []
    with receiving(lambda _received: (500, {}, b"")) as receiver, working(house.url, tmp_path / "log"):
        endpoint = new_endpoint(house.url, receiver.url)["endpoint_id"]
        house.tell()
        for count in range(1, len(promised) + 2):
            row = house.wait_for_attempts(endpoint, count)
            if row["next_attempt_at"] is None:
                break
            waits.append((row["next_attempt_at"] - row["last_attempt_at"]).total_seconds())
            house.make_due(endpoint)
        assert len(waits) == len(promised), waits
        for wait, expected in zip(waits, promised, strict=True):
            assert 0.5 * expected <= wait <= 1.5 * expected, waits
        assert any(wait != expected for wait, expected in zip(waits, promised, strict=True)), "with jitter"
        assert house.state(endpoint) == Counter({"failed": 1})
        assert len(receiver.got) == 8


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_honoured(house: House, tmp_path: Path, as_date: bool) -> None:
    moment = (datetime.now(UTC) + timedelta(seconds=120)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    answer = (429, {"Retry-After": moment if as_date else "120"}, b"")
    with receiving(lambda _received: answer) as receiver, working(house.url, tmp_path / "log"):
        endpoint = new_endpoint(house.url, receiver.url)["endpoint_id"]
        house.tell()
        row = house.wait_for_attempts(endpoint, 1)
        assert 100 <= (row["next_attempt_at"] - row["last_attempt_at"]).total_seconds() <= 200


@pytest.mark.parametrize("text", ["nan", "-5", "1e99", "9" * 40, "", "soon", "Wed, 99 Foo 2026", "1.5", "\xff"])
def test_a_retry_after_that_is_nonsense_harms_nobody(house: House, tmp_path: Path, text: str) -> None:
    with receiving(lambda _received: (503, {"Retry-After": text}, b"")) as receiver:
        endpoint = new_endpoint(house.url, receiver.url)["endpoint_id"]
        house.tell()
        with working(house.url, tmp_path / "log"):
            row = house.wait_for_attempts(endpoint, 1)
            assert row["next_attempt_at"] - row["last_attempt_at"] < timedelta(days=2)


def test_410_disables_the_endpoint_and_keeps_what_it_would_be_told(house: House, tmp_path: Path) -> None:
    gone = [True]
    with (
        receiving(lambda _received: (410, {}, b"") if gone[0] else (204, {}, b"")) as receiver,
        working(house.url, tmp_path / "log"),
    ):
        endpoint = new_endpoint(house.url, receiver.url)["endpoint_id"]
        first = house.tell()
        assert eventually(lambda: house.endpoint(endpoint)["disabled_at"], 15)
        later = house.tell(3)
        time.sleep(4)
        assert heard(receiver) == first, "nothing is sent to what is disabled"
        gone[0] = False
        call(house.url, "select * from api.enable_webhook_endpoint(%s)", endpoint, role="cuenta_operator")
        house.make_due(endpoint)
        assert eventually(lambda: set(heard(receiver)) == {*first, *later}, 20)
        assert house.endpoint(endpoint)["disabled_at"] is None
        assert eventually(lambda: house.state(endpoint) == Counter({"delivered": 4}), 10)


def test_what_was_given_up_is_sent_again_since_a_moment(house: House, tmp_path: Path) -> None:
    """Only what has not arrived, and nothing of before the moment."""
    is_well: list[bool] = []
    with (
        receiving(lambda _received: (204, {}, b"") if is_well else (500, {}, b"")) as receiver,
        working(house.url, tmp_path / "log"),
    ):
        endpoint = new_endpoint(house.url, receiver.url)["endpoint_id"]
        early = house.tell()
        house.wait_for_attempts(endpoint, 1)
        call(house.url, "update outbound.deliveries as d set next_attempt_at = now() + interval '9 hours'")
        since = call(house.url, "select clock_timestamp() as now")[0]["now"]
        time.sleep(0.1)
        late = house.tell(2)
        assert eventually(lambda: len(receiver.got) >= 3, 15)
        is_well.append(True)
        receiver.got.clear()
        call(house.url, "select * from api.recover_endpoint(%s, %s)", endpoint, since, role="cuenta_operator")
        assert eventually(lambda: house.state(endpoint)["delivered"] == 2, 15)
        time.sleep(1)
        assert Counter(heard(receiver)) == Counter(late)
        call(house.url, "select * from api.recover_endpoint(%s, %s)", endpoint, since, role="cuenta_operator")
        time.sleep(2)
        assert Counter(heard(receiver)) == Counter(late), "what arrived is not sent again"
        assert early[0] not in heard(receiver)


def test_one_is_sent_again_when_asked_for(house: House, tmp_path: Path) -> None:
    with receiving() as receiver, working(house.url, tmp_path / "log"):
        endpoint = new_endpoint(house.url, receiver.url)["endpoint_id"]
        house.tell(2)
        assert eventually(lambda: house.state(endpoint) == Counter({"delivered": 2}), 15)
        one, _ = deliveries(house.url, endpoint)
        call(house.url, "select * from api.resend_delivery(%s)", one["delivery_id"], role="cuenta_operator")
        assert eventually(lambda: len(receiver.got) == 3, 15)
        time.sleep(2)
        assert Counter(got.webhook_id for got in receiver.got)[one["message_id"]] == 2
        assert len(receiver.got) == 3
        with pytest.raises(psycopg.Error) as failure:
            call(house.url, "select * from api.resend_delivery(%s)", 10**12, role="cuenta_operator")
        assert str(failure.value.sqlstate)[:2] == "LN"


def test_both_secrets_sign_while_one_takes_over(house: House, tmp_path: Path) -> None:
    with receiving() as receiver, working(house.url, tmp_path / "log"):
        endpoint = new_endpoint(house.url, receiver.url)
        (turned,) = call(
            house.url,
            "select * from api.rotate_webhook_secret(%s)",
            endpoint["endpoint_id"],
            role="cuenta_operator",
        )
        assert turned["secret"] != endpoint["secret"]
        house.tell()
        assert eventually(lambda: receiver.got, 15)
        (got,) = receiver.got
        for secret in (endpoint["secret"], turned["secret"]):
            Webhook(secret).verify(got.body, got.headers)
        assert len(got.headers["webhook-signature"].split(" ")) == 2


def worker_sessions(url: str) -> list[Row]:
    """The sessions in the database that are not this one's."""
    return call(
        url,
        "select a.pid, a.state, a.wait_event, a.query, a.xact_start from pg_stat_activity as a"
        " where a.datname = current_database() and a.pid <> pg_backend_pid() and a.backend_type = 'client backend'",
    )


def test_a_slow_receiver_holds_no_connection_and_delays_nobody(house: House, tmp_path: Path) -> None:
    def slow(_received: Received) -> Any:
        time.sleep(8)
        return 204, {}, b""

    with receiving(slow) as snail, receiving() as quick, working(house.url, tmp_path / "log"):
        slow_one = new_endpoint(house.url, snail.url)["endpoint_id"]
        new_endpoint(house.url, quick.url)
        house.tell()
        assert eventually(lambda: snail.got and quick.got, 20)
        seen: list[int] = []
        end = time.monotonic() + 6
        count = len(quick.got)
        while time.monotonic() < end:
            sessions = worker_sessions(house.url)
            seen.append(len(sessions))
            long = [
                s
                for s in sessions
                if s["xact_start"]
                and (datetime.now(UTC) - s["xact_start"]).total_seconds() > 2
                and "audit_integrity" not in s["query"]
            ]
            assert not long, "no transaction is open while a receiver takes its time"
            house.tell()
            count += 1
            wait_for(quick, count, 5)
        # Each of those messages is being sent to the slow one meanwhile; that takes no session each.
        assert len(snail.got) >= 2
        assert max(seen) <= 6, seen
        assert eventually(lambda: house.state(slow_one)["pending"] == 0, 90)
        assert max(Counter(got.webhook_id for got in snail.got).values()) == 1


def test_a_receiver_that_never_ends_is_given_up_after_15_seconds(house: House, tmp_path: Path) -> None:
    """A byte a second is no answer: the time is that of the whole attempt. An endless answer is read to 64 kB."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed: dict[str, float] = {}
        sent: dict[str, int] = {}
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    peer, _ = listener.accept()
                    threading.Thread(target=talk, args=[peer], daemon=True).start()

        def talk(peer: socket.socket) -> None:
            began = time.monotonic()
            with peer, contextlib.suppress(OSError):
                head = peer.recv(65536).split(b"\r\n")[0].decode()
                path = head.split(" ")[1]
                sent[path] = 0
                if path != "/mute":
                    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
                try:
                    while not stop.is_set():
                        if path == "/trickle":
                            time.sleep(1)
                            peer.sendall(b"x")
                        elif path == "/head":
                            time.sleep(1)
                        elif path == "/flood":
                            peer.sendall(b"x" * 65536)
                            sent[path] += 65536
                        else:
                            peer.settimeout(60)
                            if not peer.recv(1024):
                                break
                finally:
                    closed[path] = time.monotonic() - began

        threading.Thread(target=serve, daemon=True).start()
        port = listener.getsockname()[1]
        try:
            with working(house.url, tmp_path / "log"):
                for path in ("/trickle", "/flood", "/mute"):
                    new_endpoint(house.url, f"http://127.0.0.1:{port}{path}")
                house.tell()
                assert eventually(lambda: set(closed) >= {"/trickle", "/flood", "/mute"}, 40), closed
                assert closed["/trickle"] < 25
                assert 10 < closed["/mute"] < 25
                assert closed["/flood"] < 20
                assert sent["/flood"] < 20 << 20, "what was sent into buffers, not what was read"
                rows = eventually(lambda: [row for row in deliveries(house.url) if row["attempts"]], 10)
                assert len(rows) == 3
        finally:
            stop.set()
            listener.close()


# Where it is never sent

METADATA = "http://169.254.169.254/latest/meta-data/"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(house: House, tmp_path: Path, status: int) -> None:
    """Neither to the metadata address nor to a neighbour, which would tell us here."""
    with receiving() as neighbour:
        targets = iter([METADATA, neighbour.url, neighbour.url.replace("127.0.0.1", "localhost")])

        def answer(_received: Received) -> Any:
            return status, {"Location": next(targets, METADATA)}, b""

        with receiving(answer) as receiver, working(house.url, tmp_path / "log"):
            endpoint = new_endpoint(house.url, receiver.url)["endpoint_id"]
            for count in (1, 2, 3):
                house.tell()
                wait_for(receiver, count)
            time.sleep(1)
            assert neighbour.got == []
            assert house.state(endpoint)["delivered"] == 0
            assert all(row["last_status"] == status for row in deliveries(house.url, endpoint) if row["attempts"])


def forbidden(port: int) -> list[str]:
    """Addresses of this machine, and others that nobody outside should be able to point to."""
    here = [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "127.8.9.10",
        "0.0.0.0",
        "0",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "169.254.169.254",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "\uff11\uff12\uff17.0.0.1",
        "\u2460\u2461\u2466.0.0.1",
        "127\u30020\u30020\u30021",
        "receiver.example@127.0.0.1",
        "127.0.0.1%2f.receiver.example",
        "metadata.google.internal",
    ]
    return [f"http://{name}:{port}/hook" for name in here]


@pytest.mark.parametrize("mine", [[], ["localhost"], ["10.0.0.1"]], ids=["none", "localhost", "another"])
def test_no_address_inside_is_reached_unless_it_is_allowed_by_name(
    house: House, tmp_path: Path, mine: list[str]
) -> None:
    with receiving() as receiver:
        refused, set_up = 0, []
        for where in forbidden(receiver.port):
            if mine and mine[0] in where.lower():
                continue
            try:
                settings = {"allow_http": True, "allowed_hosts": mine}
                set_up.append((where, new_endpoint(house.url, where, settings=settings)["endpoint_id"]))
            except psycopg.Error as failure:
                assert str(failure.sqlstate)[:2] in ("LB", "LU", "22"), failure
                refused += 1
        house.tell()
        with working(house.url, tmp_path / "log"):
            allowed = [row["endpoint_id"] for row in call(house.url, "select * from api.list_webhook_endpoints()")]
            assert set(allowed) == {name for _, name in set_up}
            assert eventually(lambda: all(row["attempts"] >= 1 for row in deliveries(house.url)), 60), [
                (row["endpoint_id"], row["last_error"]) for row in deliveries(house.url) if not row["attempts"]
            ]
            assert receiver.got == []
            assert not any(row["state"] == "delivered" for row in deliveries(house.url))


def test_http_is_spoken_only_when_told_so(house: House) -> None:
    with pytest.raises(psycopg.Error):
        new_endpoint(house.url, "http://receiver.example/hook", settings={})
    with pytest.raises(psycopg.Error):
        new_endpoint(house.url, "http://127.0.0.1/hook", settings={"allowed_hosts": ["127.0.0.1"]})


def test_a_certificate_that_nobody_vouches_for_is_refused(house: House, tmp_path: Path) -> None:
    """https means that it is the receiver: one that signed its own certificate is not told anything."""
    made = subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-keyout", "key.pem", "-out", "cert.pem", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        ],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with contextlib.suppress(OSError), context.wrap_socket(peer, server_side=True) as secure:
                    got.append(secure.recv(65536))

        threading.Thread(target=serve, daemon=True).start()
        where = f"https://127.0.0.1:{listener.getsockname()[1]}/hook"
        with working(house.url, tmp_path / "log"):
            endpoint = new_endpoint(house.url, where, settings={"allowed_hosts": ["127.0.0.1"]})["endpoint_id"]
            house.tell()
            assert eventually(lambda: deliveries(house.url, endpoint)[0]["attempts"] >= 1, 15)
            assert got == [] or not any(got)
            assert house.state(endpoint)["delivered"] == 0
            assert "certificate" in deliveries(house.url, endpoint)[0]["last_error"].lower()
