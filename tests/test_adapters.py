"""What processors send, read by the adapters: documents of tests/webhooks, pages of docs, and whatever JSON comes."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from tests import webhooks_in
from tests.test_mapping import examples

ROOT = Path(__file__).resolve().parent
ADAPTERS = ("stripe", "adyen", "mercadopago")
DOCUMENTS = sorted(path for path in (ROOT / "webhooks").glob("*/*.json") if not path.name.endswith(".expected.json"))
PAGE = (ROOT.parent / "docs" / "webhooks-in.md").read_text(encoding="utf-8")
TABLE = re.compile(r"<!-- table: (\w+)_kinds -->\n\n(.*?)\n\n<!-- end -->", re.DOTALL)
OUTCOMES = {"event", "ignored", "unknown", "refused"}

Reading = dict[str, Any]
Read = Callable[..., list[Reading]]


@pytest.fixture(scope="module")
def read(database: str) -> Any:
    """Read a document, as object or as the text that came."""
    with psycopg.connect(database, autocommit=True) as connection:

        def read_one(adapter: str, document: Any, source_settings: Any = None) -> list[Reading]:
            text = document if isinstance(document, str) else json.dumps(document)
            rows = connection.execute(
                f"select to_jsonb(r) from inbound.read_{adapter}(%s::jsonb, %s) as r",
                (text, Jsonb(source_settings or {})),
            )
            return [row for (row,) in rows]

        yield read_one


def expectation(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    return found


def said(reading: Reading) -> Reading:
    """A reading without its words, and without what is null."""
    return {name: value for name, value in reading.items() if name != "message" and value is not None}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_document_is_read_as_its_sibling_says(read: Read, path: Path) -> None:
    expected = expectation(path)
    found = read(path.parent.name, path.read_text(encoding="utf-8"), expected.get("settings"))
    assert [said(reading) for reading in found] == expected["readings"]
    for reading in found:
        assert (reading["code"] is None) == (reading["message"] is None) == (reading["outcome"] == "event")


def test_every_source_has_a_dozen_documents_and_no_sibling_is_alone() -> None:
    for adapter in ADAPTERS:
        assert len([path for path in DOCUMENTS if path.parent.name == adapter]) >= 12
    siblings = {path.name.removesuffix(".expected.json") for path in (ROOT / "webhooks").glob("*/*.expected.json")}
    assert siblings == {path.stem for path in DOCUMENTS}


def kinds(connection: psycopg.Connection[Any], adapter: str) -> list[tuple[str, str, str | None, str]]:
    return connection.execute(f"select * from inbound.list_{adapter}_kinds()").fetchall()


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_the_page_has_the_kinds_that_the_adapter_knows(connect: Any, adapter: str) -> None:
    rows = ["| kind | outcome | becomes | when, or why not |", "| --- | --- | --- | --- |"]
    for kind, outcome, becomes, says in kinds(connect(), adapter):
        events = ", ".join(f"`{name}`" for name in (becomes or "").split(",") if name)
        rows.append(f"| `{kind}` | {outcome} | {events} | {says} |".replace("|  |", "| |"))
    assert dict(TABLE.findall(PAGE))[adapter] == "\n".join(rows)


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_kind_becomes_what_its_row_says(connect: Any, read: Read, adapter: str) -> None:
    """Every kind that is mapped has a document that becomes each of its events, and none becomes another."""
    shown: dict[str, set[str]] = {}
    for path in DOCUMENTS:
        if path.parent.name == adapter:
            for reading in expectation(path)["readings"]:
                if reading["outcome"] == "event":
                    shown.setdefault(reading["kind"], set()).add(reading["event"]["event_type"])
    rows = kinds(connect(), adapter)
    assert len({row[0] for row in rows}) == len(rows)
    for kind, outcome, becomes, _ in rows:
        wanted = set(becomes.split(",")) if becomes else set()
        assert (outcome == "event") == bool(wanted), kind
        assert shown.get(kind, set()) <= wanted, kind
        assert (kind in shown) == bool(wanted), kind


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_kind_without_events_is_answered_with_its_reason(connect: Any, read: Read, adapter: str) -> None:
    for kind, outcome, _, says in kinds(connect(), adapter):
        if outcome == "event":
            continue
        document: Any = {"type": kind, "data": {"id": "1", "object": {}}}
        if adapter == "adyen":
            document = {"live": "true", "notificationItems": [{"NotificationRequestItem": {"eventCode": kind}}]}
        elif adapter == "mercadopago" and kind.startswith("payment."):
            document = {"status": kind.partition(".")[2], "transaction_amount": 1}
        elif adapter == "mercadopago" and kind.startswith("payout."):
            document = {"status": kind.partition(".")[2], "external_reference": "po_" + 32 * "0"}
        [reading] = read(adapter, document)
        assert (reading["outcome"], reading["kind"], reading["message"]) == (outcome, kind, says)


def test_a_kind_that_is_in_no_table_is_unknown(read: Read) -> None:
    for adapter in ADAPTERS:
        [reading] = read(adapter, {"type": "charge.never_heard_of", "data": {"id": "1", "object": {}}})
        assert said(reading) == {"outcome": "unknown", "kind": "charge.never_heard_of", "code": "KIND_UNKNOWN"}
    [reading] = read("adyen", {"notificationItems": [{"NotificationRequestItem": {"eventCode": "PAYMENT_X"}}]})
    assert said(reading) == {"outcome": "unknown", "kind": "PAYMENT_X", "code": "KIND_UNKNOWN"}
    [reading] = read("mercadopago", {"status": "melted", "transaction_amount": 1})
    assert said(reading) == {"outcome": "unknown", "kind": "payment.melted", "code": "KIND_UNKNOWN"}


def test_what_the_page_of_the_mapping_shows_is_what_the_adapters_make(read: Read) -> None:
    compared = 0
    for theirs, document, ours in examples():
        adapter = ours[0]["provider"]
        if document.get("object") == "balance_transaction" or "report" in document:
            continue  # listed or loaded, not told by a webhook
        chosen: dict[str, Any] = {"accounts": {"PlatformCL": "res_102"}} if "merchantAccountCode" in theirs else {}
        chosen |= {"charge_on": "AUTHORISATION"} if '"AUTHORISATION"' in theirs else {}
        found = [reading["event"] for reading in read(adapter, theirs, chosen) if reading["outcome"] == "event"]
        for event in ours:
            wanted = {name: value for name, value in event.items() if name not in ("provider", "restaurant_id")}
            [made] = [one for one in found if one["event_id"] == event["event_id"]]
            assert wanted | {"currency": event["currency"].upper()} == {
                name: value for name, value in made.items() if name in wanted
            }
            assert made.get("restaurant_id", event["restaurant_id"]) == event["restaurant_id"]
            compared += 1
    assert compared > 20


# Amounts


def charge(currency: str, amount: str) -> str:
    return (
        '{"id": "evt_1", "type": "charge.succeeded", "created": 1767139200, "livemode": true, "data": {"object": '
        f'{{"id": "ch_1", "captured": true, "currency": "{currency}", "amount_captured": {amount}}}}}}}'
    )


def capture(currency: str, amount: str) -> str:
    return (
        '{"live": "true", "notificationItems": [{"NotificationRequestItem": {"eventCode": "CAPTURE", '
        '"success": "true", "pspReference": "A", "originalReference": "B", "eventDate": "2026-01-05T21:10:00-03:00", '
        f'"amount": {{"currency": "{currency}", "value": {amount}}}}}}}]}}'
    )


def payment(currency: str, amount: str) -> str:
    return (
        '{"id": 1, "status": "approved", "live_mode": true, "date_approved": "2026-01-10T20:05:11.000-05:00", '
        f'"currency_id": "{currency}", "transaction_amount": {amount}}}'
    )


WRITERS = {"stripe": charge, "adyen": capture, "mercadopago": payment}
# How many decimals theirs have, where ISO 4217 says otherwise: from the processors' pages.
DECIMALS = {
    ("stripe", "ISK"): 2,
    ("stripe", "UGX"): 2,
    ("stripe", "MGA"): 0,
    ("adyen", "CLP"): 2,
    ("adyen", "ISK"): 2,
    ("adyen", "CVE"): 0,
    ("adyen", "IDR"): 0,
}


@given(data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_amount_becomes_minor_units_exactly_or_is_refused(read: Read, exponents: Any, data: Any) -> None:
    adapter = data.draw(st.sampled_from(ADAPTERS))
    currency = data.draw(st.sampled_from(sorted(exponents)) | st.sampled_from([name for _, name in DECIMALS]))
    amount = data.draw(
        st.decimals(min_value=-(10**6), max_value=10**16, places=data.draw(st.integers(0, 5)))
        | st.integers(0, 10**8).map(lambda units: Decimal(units * 10 ** data.draw(st.integers(0, 3))))
    )
    theirs = 0 if adapter == "mercadopago" else DECIMALS.get((adapter, currency), exponents[currency])
    ours = amount.scaleb(exponents[currency] - theirs)
    [reading] = read(adapter, WRITERS[adapter](currency.lower(), format(amount, "f")))
    if ours != ours.to_integral_value():
        assert (reading["outcome"], reading["code"]) == ("refused", "AMOUNT_NOT_EXACT")
    elif not 1 <= ours < 2**53:
        assert (reading["outcome"], reading["code"]) == ("refused", "AMOUNT_INVALID")
    else:
        assert (reading["outcome"], reading["event"]["amount"]) == ("event", int(ours))
        assert reading["event"]["currency"] == currency


@pytest.fixture(scope="module")
def exponents(database: str) -> dict[str, int]:
    with psycopg.connect(database) as connection:
        return dict(connection.execute("select currency, exponent from ledger.currencies").fetchall())


@pytest.mark.parametrize("number", ["1e400", "1e131071", "-1e131071", "1e-16383", "0", "-1", "9007199254740992"])
@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_number_of_no_usual_size_is_refused(read: Read, adapter: str, number: str) -> None:
    [reading] = read(adapter, WRITERS[adapter]("PEN", number))
    assert (reading["outcome"], reading["field"]) == ("refused", "amount")


# Whatever comes

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40),
    st.sampled_from(["", "true", "2026-01-05", "po_" + 32 * "a", "x" * 300, "approved", "failed", "lost", [], {}]),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.sampled_from(["id", "amount", "fee", "value", "x"]), st.integers() | st.none(), max_size=3),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, member in inner for place in places(member, (*path, name)))]


def change(document: Any, place: tuple[Any, ...], value: Any, *, gone: bool) -> Any:
    if not place:
        return copy.deepcopy(value)
    step, *rest = place
    try:
        if rest:
            document[step] = change(document[step], tuple(rest), value, gone=gone)
        elif gone:
            del document[step]
        else:
            document[step] = copy.deepcopy(value)  # a drawn list is one object: it could be put into itself
    except (KeyError, IndexError, TypeError):
        pass  # an earlier change has taken the place away
    return document


def check(readings: list[Reading]) -> None:
    assert readings
    for reading in readings:
        assert reading["outcome"] in OUTCOMES
        assert (reading["outcome"] == "event") == (reading["event"] is not None) == (reading["code"] is None)
        if reading["event"]:
            event = reading["event"]
            assert isinstance(event["event_id"], str)
            assert 1 <= event["amount"] < 2**53
            assert event.get("fee", 0) >= 0
            assert {"event_type", "occurred_at", "currency"} <= event.keys()


@given(data=st.data())
@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_change_of_a_document_raises(read: Read, connect: Any, data: Any) -> None:
    path = data.draw(st.sampled_from(DOCUMENTS))
    document = json.loads(path.read_text(encoding="utf-8"))
    found = places(document)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(found))
        document = change(document, place, data.draw(ODD), gone=data.draw(st.booleans()))
    chosen = data.draw(st.sampled_from([expectation(path).get("settings"), *SETTINGS]))
    check(read(path.parent.name, json.dumps(document), chosen))


SETTINGS: list[Any] = [
    {"accounts": {"acct_1": None}, "restaurant_path": []},
    {"accounts": [], "restaurant_path": "x", "metadata_fields": {}},
    {"accounts": {"PlatformCL": 5}, "charge_on": 1, "several_captures": "x", "metadata_fields": [None, 1]},
    {"restaurant_path": ["a", None, 1, "id"], "charge_on": "AUTHORISATION", "several_captures": True},
]
ANY = st.recursive(ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abx"), inner, max_size=3))


@given(adapter=st.sampled_from(ADAPTERS), document=ANY)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_json_raises(read: Read, adapter: str, document: Any) -> None:
    check(read(adapter, json.dumps(document)))


@pytest.mark.parametrize("value", ["false", "null", '"5"', "[]", "{}", "1e30"])
def test_an_amount_that_is_no_number_of_a_usual_size_is_none_also_where_it_is_known_to_the_planner(
    connect: Any, value: str
) -> None:
    query = f"select inbound.read_amount('adyen', 'EUR', '{value}'::jsonb)"
    assert connect().execute(query).fetchall() == [(None,)]


# All the way into the book

STORIES: dict[str, list[tuple[str, list[tuple[str, str | None]]]]] = {
    "stripe": [
        ("20_refund_created", [("refused", "RESTAURANT_NOT_NAMED")]),  # its charge is not here yet
        ("01_charge_succeeded", [("processed", None)]),
        ("16_payment_intent_succeeded", []),
        ("20_refund_created", [("processed", None)]),
        ("15_charge_refunded", []),
        ("23_refund_updated", [("already_processed", None)]),
        ("24_refund_failed", [("processed", None)]),
        ("25_charge_refund_updated_canceled", [("processed", "NO_EFFECT")]),
        ("30_dispute_created", []),
        ("31_dispute_funds_withdrawn", [("processed", None)]),
        ("33_dispute_closed_lost", [("processed", None)]),
        ("37_dispute_funds_and_fee_reinstated", [("processed", None), ("processed", None)]),
        ("37_dispute_funds_and_fee_reinstated", [("already_processed", None), ("already_processed", None)]),
        ("40_payout_paid", [("rejected", "PAYOUT_NOT_FOUND")]),
    ],
    "adyen": [
        ("04_authorisation", []),
        ("01_capture", [("processed", None)]),
        ("01_capture", [("already_processed", None)]),
        ("03_capture_that_was_refused", []),
        ("30_notification_of_chargeback", []),
        ("31_chargeback", [("refused", "RESTAURANT_NOT_NAMED")]),  # of another payment
        ("08_capture_failed", [("refused", "NEEDS_A_PERSON")]),
    ],
    "mercadopago": [
        ("20_chargeback", [("refused", "RESTAURANT_NOT_NAMED")]),
        ("03_payment_refunded", [("processed", None)] * 3),
        ("02_payment_refunded_in_part", [("already_processed", None)] * 2),
        ("01_payment_approved", [("already_processed", None)]),
        ("20_chargeback", [("rejected", "AMOUNT_EXCEEDS_PAYMENT")]),
        ("30_notification", [("refused", "DOCUMENT_NOT_FETCHED")]),
    ],
}


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_story_is_posted_once(database: str, adapter: str) -> None:
    """Each reading is completed and posted by itself: what the next one looks up may have come with the last."""
    with psycopg.connect(database, autocommit=True) as connection:
        for name, answers in STORIES[adapter]:
            text = (ROOT / "webhooks" / adapter / f"{name}.json").read_text(encoding="utf-8")
            query = f"select r.* from inbound.read_{adapter}(%s::jsonb, '{{}}') as r"
            found: list[tuple[str, str | None]] = []
            for reading in connection.execute(query, (text,)).fetchall():
                [whole] = (
                    connection.execute(
                        "select to_jsonb(inbound.complete_reading(%s, row(%s, %s, %s, %s, %s, %s)::inbound.reading))",
                        (f"{adapter}_story", *reading[:2], Jsonb(reading[2]) if reading[2] else None, *reading[3:]),
                    ).fetchone()
                    or ()
                )
                if whole["outcome"] == "event":
                    query_ = "select i.status, i.code from api.ingest_event(%s) as i"
                    found += connection.execute(query_, (Jsonb(whole["event"]),)).fetchall()
                elif whole["outcome"] == "refused":
                    found.append((whole["outcome"], whole["code"]))
            assert found == answers, name
        rows = connection.execute(
            "select e.entry_type, sum(e.amount)::bigint from ledger.ledger_entries as e "
            "inner join ledger.processor_events as p on e.event_no = p.event_no "
            "where p.provider = %s group by 1",
            (f"{adapter}_story",),
        ).fetchall()
        assert dict(rows) == MONEY[adapter]


MONEY = {
    "stripe": {
        "CHARGE": 12000,
        "REFUND": 5000,
        "REFUND_FAILURE": 5000,
        "DISPUTE": 12000,
        "DISPUTE_FEE": 5000,
        "DISPUTE_LOST": 12000,
        "DISPUTE_REINSTATED": 12000,
        "FEE_REFUND": 5000,
    },
    "adyen": {"CHARGE": 25000},
    "mercadopago": {"CHARGE": 35050, "FEE": 1399, "REFUND": 35050},
}


def complete(connection: psycopg.Connection[Any], event: dict[str, Any]) -> Reading:
    reading = "row('event', 'k', %s, null, null, null)::inbound.reading"
    query = f"select to_jsonb(inbound.complete_reading('who', {reading}))"
    rows: list[tuple[Reading]] = connection.execute(query.encode(), (Jsonb(event),)).fetchall()
    return rows[0][0]


def test_a_restaurant_that_is_not_named_is_that_of_the_payment_or_payout(connect: Any) -> None:
    connection = connect()
    charged = {
        "provider": "who", "event_type": "charge_succeeded", "occurred_at": "2025-12-30T10:00:00Z",
        "currency": "PEN", "amount": 9000,
    }  # fmt: skip
    for number, restaurant, payment in ((1, "res_a", "pay_1"), (2, "res_a", "pay_2"), (3, "res_b", "pay_2")):
        event = {**charged, "event_id": f"c{number}", "restaurant_id": restaurant, "payment_id": payment}
        connection.execute("select * from api.ingest_event(%s)", (Jsonb(event),))
    refund = {"event_type": "refund_succeeded", "payment_id": "pay_1"}
    assert complete(connection, refund)["event"] == {**refund, "provider": "who", "restaurant_id": "res_a"}
    named = {**refund, "restaurant_id": "res_z"}
    assert complete(connection, named)["event"] == {**named, "provider": "who"}
    for lost in (
        {**refund, "payment_id": "pay_2"},  # of two restaurants
        {**refund, "payment_id": "pay_3"},
        {"event_type": "charge_succeeded", "payment_id": "pay_1"},  # a charge says itself whose it is
        {"event_type": "payout_paid", "payout_id": "po_" + 32 * "0"},
    ):
        reading = complete(connection, lost)
        assert said(reading) == {
            "outcome": "refused", "kind": "k", "code": "RESTAURANT_NOT_NAMED", "field": "restaurant_id"
        }  # fmt: skip
    connection.execute("select * from api.run_payouts('PEN', '2025-12-31', 1)")
    for payout_id, restaurant in connection.execute("select payout_id, restaurant_id from ledger.payouts").fetchall():
        paid = {"event_type": "payout_paid", "payout_id": payout_id}
        assert complete(connection, paid)["event"]["restaurant_id"] == restaurant


@pytest.mark.parametrize(
    ("adapter", "given_settings", "word"),
    [
        ("stripe", {}, None),
        ("stripe", {"accounts": {"acct_1": "res_1"}, "restaurant_path": ["metadata", "r"]}, None),
        ("adyen", {"charge_on": "AUTHORISATION", "several_captures": True, "metadata_fields": ["table"]}, None),
        ("stripe", [], "settings"),
        ("stripe", {"accounts": []}, "accounts"),
        ("stripe", {"accounts": {"acct_1": 1}}, "accounts"),
        ("stripe", {"accounts": {"acct_1": "not an id"}}, "accounts"),
        ("stripe", {"restaurant_path": "metadata.r"}, "restaurant_path"),
        ("stripe", {"restaurant_path": []}, "restaurant_path"),
        ("stripe", {"restaurant_path": ["a", 1]}, "restaurant_path"),
        ("stripe", {"metadata_fields": {}}, "metadata_fields"),
        ("stripe", {"metadata_fields": [1]}, "metadata_fields"),
        ("adyen", {"charge_on": "SOMETIMES"}, "charge_on"),
        ("stripe", {"charge_on": "CAPTURE"}, "charge_on"),
        ("adyen", {"several_captures": "yes"}, "several_captures"),
        ("stripe", {"several_captures": True}, "several_captures"),
    ],
)
def test_settings_that_an_adapter_could_not_read_are_told(
    connect: Any, adapter: str, given_settings: Any, word: str | None
) -> None:
    query = "select inbound.find_adapter_settings_fault(%s, %s)"
    [fault] = connect().execute(query, (adapter, Jsonb(given_settings))).fetchone()
    assert (fault or "").partition(" ")[0] == (word or "")


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_document_that_is_sent_is_what_the_adapter_reads(create_database: Any, adapter: str) -> None:
    """Through the whole door: each document from a source of its own, with its settings, posted or kept."""
    outcomes: set[str] = set()
    with psycopg.connect(create_database(), autocommit=True) as connection:
        for path in (path for path in DOCUMENTS if path.parent.name == adapter):
            expected = expectation(path)
            chosen = {"adapter": adapter, **expected.get("settings", {})}
            if chosen.pop("scheme", None):
                continue  # what another scheme makes of it
            source = f"{adapter}-{path.stem[:2]}"
            connection.execute("select * from api.set_webhook_source(%s, 'basic', %s)", (source, Jsonb(chosen)))
            connection.execute("select * from api.add_webhook_secret(%s, %s)", (source, webhooks_in.PASSWORD))
            [(status, results)] = connection.execute(
                "select w.status, w.results from api.receive_webhook(%s, %s, '{}', %s) as w",
                (source, Jsonb(webhooks_in.basic()), path.read_bytes()),
            ).fetchall()
            assert status == "accepted"
            for result, reading in zip(results, expected["readings"], strict=True):
                if reading["outcome"] != "event" or result["outcome"] == "event":
                    assert result["outcome"] == reading["outcome"], path.stem
                else:
                    assert result["code"] == "RESTAURANT_NOT_NAMED", path.stem
                assert (result["outcome"] == "event") == ("status" in result), path.stem
                outcomes.add(result["outcome"])
        kept = {outcome for (outcome,) in connection.execute("select outcome from inbound.kept_webhooks")}
    assert outcomes == OUTCOMES
    assert kept == {"unknown", "refused"}
