"""Documents that are nearly good, and accounts at their limits.

That histories of everything agree with the reference model is held by test_model.py.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from tests.model import MAX_AMOUNT

Row = dict[str, Any]

settings.register_profile(
    "cuenta",
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
PROFILE = settings.get_profile("cuenta")
RESTAURANTS = ("aa", "B", "c")


@pytest.fixture(scope="module")
def connection(connect: Callable[..., psycopg.Connection[Any]]) -> psycopg.Connection[Any]:
    return connect(row_factory=dict_row)


KEEPS_CONNECTIONS = True  # one for all


# Documents that are nearly good, for the quick look at them and the long one

GOOD: Row = {
    "event_id": "evt_1",
    "event_type": "charge_succeeded",
    "occurred_at": "2025-12-30T10:00:00Z",
    "restaurant_id": "res_001",
    "currency": "PEN",
    "amount": 12_000,
    "fee": 600,
    "provider": "default",
    "metadata": {},
}
CHARACTERS = '0123456789TZtz:-+. /,\n\t"\\]^!~Aa\u00e9\u0130\u017f\u212a\uff10\u0663\x7f\x01'
NUMBERS = [
    *("0", "1", "-1", "-0", "0.0", "1.0", "1.00", "1e3", "1.5e1", "1e-1", "10e-1", "0.5", "1e400", "1e-400"),
    *("120.0", "0e5", "9007199254740991", "9007199254740992", "9007199254740991.0", "9007199254740990.5"),
    *("9.007199254740991e15", "99999999999999999999"),
]
ODD = ["null", "true", "false", "[]", "{}", '""', "0", "[null]", '"12000"', '{"a": 1}']


MOMENT_PARTS = [
    ["2025", "2024", "1999", "2", "25", "205", "02025", "20250", "2900"],
    ["12", "01", "02", "1", "00", "13", "012", "-1", " 2"],
    ["30", "28", "01", "29", "3", "00", "31", "32", "030", "+1"],
    ["T", "T", "T", "t", " ", ":", ""],
    ["10", "23", "00", "1", "24", "010", "-0"],
    ["00", "59", "60", "0", "000", "-0"],
    ["00", "59", "60", "0", "000", "-0", "00.5"],
    ["Z", "Z", "Z", "z", "", "+00", "-05:00", "ZZ"],
]


def nearly_good(number: int) -> str:
    """The text of an event with one to three things changed: characters, digits, numbers, types, nesting."""
    chance = random.Random(number)
    document = {name: json.dumps(value) for name, value in GOOD.items()}
    for name in chance.choice([[], [], ["payment_id"], ["refund_id", "dispute_id"], ["available_on"], ["livemode"]]):
        named = chance.choice(['"x_1"', '"x_1"', '"2026-01-02"', "true", "false", '"x 1"', "7", f'"{"x" * 129}"', *ODD])
        if chance.random() < 0.5:
            document[name] = named
        else:
            document["metadata"] = f'{{"{name}": {named}}}'
    for _ in range(chance.randint(1, 3)):
        name = chance.choice(["occurred_at"] * 6 + list(GOOD))
        old = document.get(name, "1")
        change = chance.choice(["text"] * 4 + ["digits"] * 3 + ["odd", "wrap", "drop"])
        if change in ("text", "digits") and name in ("amount", "fee"):
            document[name] = chance.choice(NUMBERS)
        elif change == "digits" and name == "occurred_at":
            document[name] = json.dumps("{}-{}-{}{}{}:{}:{}{}".format(*map(chance.choice, MOMENT_PARTS)))
        elif change == "digits" and old.startswith('"'):
            document[name] = json.dumps("e" * chance.choice([1, 63, 64, 65, 128, 129]))
        elif change == "text" and old.startswith('"'):
            text = json.loads(old)
            start = chance.randint(0, len(text))
            put = "".join(chance.choices(CHARACTERS, k=chance.randint(0, 2)))
            document[name] = json.dumps(text[:start] + put + text[start + chance.randint(0, 2) :])
        elif change == "wrap":
            document[name] = chance.choice(["[%s]", "[[%s]]", '{"a": %s}', "[%s, 1]"]) % old
        elif change == "drop":
            document.pop(name, None)
        else:
            document[name] = chance.choice(ODD)
    text = "{" + ", ".join(f'"{name}": {value}' for name, value in document.items()) + "}"
    return chance.choice([text] * 20 + [f"[{text}]"])


LOOKS = """
select
    e.document::text as document,
    ledger.is_plain_event(e.document)
    and greatest(
        octet_length(e.document ->> 'event_id'), octet_length(e.document ->> 'provider'),
        octet_length(e.document ->> 'restaurant_id'), octet_length(e.document ->> 'payment_id'),
        octet_length(e.document #>> '{metadata,payment_id}')
    ) <= 64 as is_plain,
    ledger.find_event_fault(e.document, 'infinity') as fault,
    (ledger.read_event(e.document, '2200-01-01Z')).*
from unnest(%s::text[]::jsonb[]) as e (document)
"""


@settings(PROFILE, max_examples=40)
@given(st.lists(st.integers(0, 2**32), min_size=100, max_size=200))
def test_the_quick_look_lets_nothing_through_that_the_long_one_refuses(
    connection: psycopg.Connection[Any], numbers: list[int]
) -> None:
    documents = [nearly_good(number) for number in numbers]
    for row in connection.execute(LOOKS, (documents,)).fetchall():
        if row["is_plain"]:
            assert row["fault"] is None, row["document"]
        if row["fault"] is not None:
            assert row["event_id"] is None, row["document"]
        elif row["event_id"] is not None:  # else it lies after the year 2200
            assert None not in [row[name] for name in GOOD if name != "metadata"], row["document"]


def boundary_charge(currency: str, restaurant: int, number: int, amount: int) -> Row:
    return {
        "event_id": f"{currency}_{number}",
        "event_type": "charge_succeeded",
        "occurred_at": "2025-12-30T10:00:00Z",
        "restaurant_id": RESTAURANTS[restaurant],
        "currency": currency,
        "amount": amount,
    }


def ingest(connection: psycopg.Connection[Any], document: Row) -> Row:
    row = connection.execute("select * from api.ingest_event(%s::jsonb)", (json.dumps(document),)).fetchone()
    assert row is not None
    return dict(row)


def pay(connection: psycopg.Connection[Any], currency: str, day: str) -> Row:
    row = connection.execute("select * from api.run_payouts(%s, %s::date)", (currency, day)).fetchone()
    assert row is not None
    return dict(row)


def test_a_payout_can_be_reported_whatever_the_balance_has_become(connection: psycopg.Connection[Any]) -> None:
    ingest(connection, boundary_charge("USD", 0, 1, 1_000))
    pay(connection, "USD", "2025-12-30")
    ingest(connection, boundary_charge("USD", 0, 2, MAX_AMOUNT))
    (payout,) = connection.execute("select * from api.list_payouts(%s, 'USD')", (RESTAURANTS[0],)).fetchall()
    paid = boundary_charge("USD", 0, 3, 1_000) | {"event_type": "payout_paid", "payout_id": payout["payout_id"]}
    answer = ingest(connection, paid | {"occurred_at": "2025-12-31T10:00:00Z"})
    assert (answer["status"], answer["entries"]) == ("processed", 1)


def test_one_account_at_its_limit_does_not_stop_a_run(connection: psycopg.Connection[Any]) -> None:
    for day, number in (("2025-12-30", 1), ("2025-12-31", 4)):
        for restaurant, amount in enumerate((MAX_AMOUNT, 100, 200)):
            ingest(connection, boundary_charge("EUR", restaurant, number + restaurant, amount))
        run = pay(connection, "EUR", day)
    assert run["payouts_created"] >= 2
    balances = connection.execute(
        "select b.available + b.reserved = b.total and b.reserved <= %s as is_sound"
        " from unnest(%s::text[]) as r cross join lateral api.get_balance(r, 'EUR') as b",
        (MAX_AMOUNT, list(RESTAURANTS)),
    ).fetchall()
    assert all(balance["is_sound"] for balance in balances)


def test_no_integrity_check_finds_an_error_afterwards(connection: psycopg.Connection[Any]) -> None:
    checks = connection.execute("select * from api.check_integrity() where severity = 'error'").fetchall()
    assert checks and [check for check in checks if check["findings"]] == []
