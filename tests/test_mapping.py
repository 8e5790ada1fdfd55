"""docs/mapping.md: what processors send, ours beside it, and the calls between are posted in the page's order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dev import events_doc

PAGE = Path(__file__).resolve().parent.parent / "docs" / "mapping.md"
BLOCK = re.compile(r"^```(json|sql)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS: list[tuple[str, str]] = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
IDS = ("event_id", "payment_id", "refund_id", "dispute_id", "payout_id")


def read(text: str) -> list[dict[str, Any]]:
    """One document, or an array of them; numbers as they stand."""
    found = json.loads(text, parse_float=Decimal)
    return found if isinstance(found, list) else [found]


def examples() -> Iterator[tuple[str, dict[str, Any], list[dict[str, Any]]]]:
    """What a processor sends, as text and read, with the events that it becomes."""
    texts = [text for kind, text in BLOCKS if kind == "json"]
    for theirs, ours in zip(texts[::2], texts[1::2], strict=True):
        [document] = read(theirs)
        yield theirs, document, read(ours)


def members(value: Any) -> Iterator[tuple[str, Any]]:
    """Every member of a document, at any depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name, inner
            yield from members(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from members(inner)


def exponent(currency: str) -> int:
    [row] = [row for row in events_doc.read("currencies") if row["currency"] == currency]
    return int(row["exponent"])


@pytest.fixture(scope="module")
def answers(database: str) -> list[tuple[Any, ...]]:
    """Every event of the page, and what it was answered; the calls in their places."""
    said: list[tuple[Any, ...]] = []
    ours = [text for _, text in BLOCKS if '"event_type"' in text]
    with psycopg.connect(database, autocommit=True) as connection:
        for kind, text in BLOCKS:
            if kind == "sql":
                for statement in filter(str.strip, text.split(";")):
                    assert connection.execute(statement.encode()).fetchall(), statement
            elif text in ours:
                query = "select i.status, i.code, i.event_id from api.ingest_events(%s::jsonb) as i order by i.item"
                array = text if text.lstrip().startswith("[") else f"[{text}]"
                said += connection.execute(query, (array,)).fetchall()
    return said


def test_every_event_of_the_page_is_processed(answers: list[tuple[Any, ...]]) -> None:
    assert len(answers) > 20
    assert [answer for answer in answers if answer[:2] != ("processed", None)] == []


def test_every_processor_has_an_example_of_each_thing_it_tells() -> None:
    shown = {(event["provider"], event["event_type"]) for _, _, ours in examples() for event in ours}
    money = {"charge_succeeded", "refund_succeeded", "dispute_opened", "dispute_won", "payout_paid"}
    for provider in ("stripe", "adyen", "mercadopago"):
        assert money <= {kind for name, kind in shown if name == provider}, provider
    rest = {"refund_failed", "dispute_lost", "fee_charged", "payout_failed"}
    assert {(name, kind) for name in ("stripe", "adyen") for kind in rest} - shown == {("adyen", "payout_failed")}


def test_every_id_of_ours_is_in_what_they_sent() -> None:
    words = {"payment", "refund", "chargeback", "won", "lost", "2", "accredited", "payout"}
    for theirs, _, ours in examples():
        for event in ours:
            for name in IDS:
                parts = event.get(name, "").split(":")
                assert [part for part in parts if part not in theirs and part not in words] == [], event


def test_amounts_are_theirs_in_minor_units_of_iso_4217() -> None:
    for _, document, ours in examples():
        found = list(members(document))
        named = [value for name, value in found if name in ("amount", "transaction_amount")]
        numbers = {abs(Decimal(value)) for value in named if not isinstance(value, dict)}
        values = {Decimal(value) for name, value in found if name == "value"}
        lines = {Decimal(value) for name, value in found if name == "Net Debit (NC)"}
        for event in ours:
            places = exponent(event["currency"].upper())
            allowed = {
                "stripe": numbers,
                "adyen": {value.scaleb(places - 2) for value in values} | {line.scaleb(places) for line in lines},
                "mercadopago": {number.scaleb(places) for number in numbers},
            }[event["provider"]]
            assert event["amount"] in allowed, event


def test_moments_are_theirs() -> None:
    for theirs, document, ours in examples():
        seconds = [value for name, value in members(document) if name in ("created", "available_on")]
        moments = {datetime.fromtimestamp(second, UTC) for second in seconds}
        for event in ours:
            moment = datetime.fromisoformat(event["occurred_at"])
            text = event["occurred_at"].replace("T", " ").removesuffix("Z")
            assert moment in moments or event["occurred_at"] in theirs or text in theirs, event
            if "available_on" in event:
                assert event["available_on"] in theirs or event["available_on"] in {
                    moment.date().isoformat() for moment in moments
                }


def test_the_books_end_where_the_page_says(database: str, answers: list[tuple[Any, ...]]) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        rows = connection.execute(
            "select restaurant_id, available, pending, reserved, held from reporting.restaurant_balances order by 1"
        ).fetchall()
        payouts = connection.execute(
            "select restaurant_id, status, external_id from reporting.payouts order by 1"
        ).fetchall()
        findings = connection.execute(
            "select check_name from check_integrity() where findings > 0 and severity = 'error'"
        ).fetchall()
    assert rows == [("res_101", 84328, 0, 0, 0), ("res_102", 0, 0, 0, 0), ("res_103", 0, 0, 0, 0)]
    assert payouts == [
        ("res_101", "FAILED", "po_1SgB01"),
        ("res_102", "PAID", "48POO45ZKG11IXQL"),
        ("res_103", "PAID", "26722"),
    ]
    assert findings == []
