"""Which day an event belongs to: fractions of a second, closing hours, closed days, zones that nobody knows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from psycopg import errors

from tests.sessions import AS_OF, NOW, Row, Sessions, charge, make_payout, new_id, payout_event, statuses

VIEWS = "select format('%%I.%%I', v.schemaname, v.viewname) as name from pg_views as v where v.schemaname = 'reporting'"


def days_of(sessions: Sessions, restaurant_id: str) -> list[date]:
    return [entry["business_day"] for entry in sessions.entries(restaurant_id)]


def write_zone(sessions: Sessions, restaurant_ids: Sequence[str], zone: str) -> None:
    """Past every guard, and wherever it is kept: as if the server's tzdata had lost it, or found it again."""
    tables = sessions.admin.rows(
        "select z.table_name from information_schema.columns as z"
        " inner join information_schema.columns as r using (table_schema, table_name)"
        " inner join information_schema.tables as t using (table_schema, table_name)"
        " where z.table_schema = 'ledger' and z.column_name = 'timezone' and r.column_name = 'restaurant_id'"
        " and t.table_type = 'BASE TABLE'"
    )
    assert tables
    admin = sessions.open(role=None)
    admin.begin()
    admin.run("set local session_replication_role = replica")
    for table in tables:
        admin.connection.execute(
            f"update ledger.{table['table_name']} set timezone = %s where restaurant_id = any(%s)",
            (zone, list(restaurant_ids)),
        )
    admin.commit()


# Fractions of a second


@pytest.mark.parametrize("how", ["single", "array"])
@pytest.mark.parametrize("digits", [0, 1, 3, 6, 7, 8, 9, 15, 40])
def test_the_last_moment_of_a_day_is_of_that_day_however_many_digits_it_has(
    sessions: Sessions, currency: str, digits: int, how: str
) -> None:
    session = sessions.open()
    restaurant = new_id("res")
    moment = "2025-12-31T23:59:59" + ("." + "9" * digits if digits else "") + "-05:00"
    ingest = session.ingest if how == "single" else session.ingest_as_array
    assert ingest(charge(restaurant, currency, occurred_at=moment))["status"] == "processed"
    assert days_of(sessions, restaurant) == [date(2025, 12, 31)] * 2
    told = session.row("select * from api.list_entries(%s, %s) limit 1", restaurant, currency)
    assert told["settlement_day"] == told["available_on"] == date(2025, 12, 31)
    kept = datetime(2026, 1, 1, 4, 59, 59, int(("9" * digits).ljust(6, "0")[:6] or 0), UTC)
    assert told["occurred_at"] == kept
    assert session.balance(restaurant, currency)["last_event_at"] == kept


@pytest.mark.parametrize(
    ("fraction", "microsecond"),
    [
        ("0000005", 0),
        ("0000009999", 0),
        ("4999999", 499_999),
        ("49999950", 499_999),
        ("123456789", 123_456),
        ("1234565", 123_456),
        ("1", 100_000),
        ("000000000000000000000000000001", 0),
    ],
)
def test_fractions_are_cut_and_never_rounded(
    sessions: Sessions, currency: str, fraction: str, microsecond: int
) -> None:
    session = sessions.open()
    restaurant = new_id("res")
    for ingest in (session.ingest, session.ingest_as_array):
        event = charge(restaurant, currency, occurred_at=f"2026-03-01T12:00:00.{fraction}+03:00")
        assert ingest(event)["status"] == "processed"
        (told,) = session.rows("select e.occurred_at from api.get_event(%s) as e", event["event_id"])
        assert told["occurred_at"] == datetime(2026, 3, 1, 9, 0, 0, microsecond, UTC)


def test_what_is_cut_is_no_other_content(sessions: Sessions, currency: str) -> None:
    session = sessions.open()
    event = charge(new_id("res"), currency, occurred_at="2026-03-01T12:00:00.999999Z")
    assert session.ingest(event)["status"] == "processed"
    for moment in ("2026-03-01T12:00:00.9999999Z", "2026-03-01T07:00:00.99999949999-05:00"):
        for ingest in (session.ingest, session.ingest_as_array):
            assert ingest(event | {"occurred_at": moment})["status"] == "already_processed"
    for moment in ("2026-03-01T12:00:01Z", "2026-03-01T12:00:00.999998Z"):
        answer = session.ingest(event | {"occurred_at": moment})
        assert (answer["status"], answer["details"]["fields"]) == ("conflict", ["occurred_at"])


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-01T12:00:00.Z",
        "2026-03-01T12:00:00,5Z",
        "2026-03-01T12:00:00.5",
        "2026-03-01T12:00:00x5Z",
        "2026-03-01T12:00:00.5 Z",
        "2026-03-01T12:00:00.-5Z",
        "2026-02-29T12:00:00.5Z",
        "2026-03-01T24:00:00.5Z",
        "2026-03-01T12:60:00.5Z",
        "2026-03-01T12:00:00.5+25:00",
        "2026-03-01T12:00:00.5+5",
    ],
)
def test_what_is_no_moment_is_rejected(sessions: Sessions, currency: str, moment: str) -> None:
    session = sessions.open()
    for ingest in (session.ingest, session.ingest_as_array):
        answer = ingest(charge(new_id("res"), currency, occurred_at=moment))
        assert (answer["status"], answer["code"]) == ("rejected", "OCCURRED_AT_INVALID")


# The closing hour and the delay


@pytest.mark.parametrize("how", ["single", "array"])
@pytest.mark.parametrize(
    ("hour", "local", "day"),
    [
        (0, "2025-12-31T00:00:00", 31),
        (0, "2025-12-30T23:59:59.9999999", 30),
        (3, "2025-12-31T02:59:59.9999999", 30),
        (3, "2025-12-31T03:00:00", 31),
        (3, "2025-12-31T00:00:00", 30),
        (7, "2025-12-31T06:59:59.999999999", 30),
        (7, "2025-12-31T07:00:00.0000001", 31),
    ],
)
def test_a_night_is_booked_to_the_evening(
    sessions: Sessions, currency: str, hour: int, local: str, day: int, how: str
) -> None:
    session = sessions.open()
    restaurant = new_id("res")
    session.row("select * from api.set_restaurant(%s, 'America/Lima', %s, 2)", restaurant, hour)
    ingest = session.ingest if how == "single" else session.ingest_as_array
    for event in (
        charge(restaurant, currency, occurred_at=f"{local}-05:00"),
        charge(restaurant, currency, occurred_at=f"{local}-05:00", event_type="refund_succeeded", amount=1),
    ):
        assert ingest(event)["status"] == "processed"
    entries = sessions.entries(restaurant)
    business_day = date(2025, 12, day)
    assert [entry["business_day"] for entry in entries] == [business_day] * 3
    # The delay is for the charge and its fee; a refund counts at once.
    expected = [business_day + timedelta(days=2)] * 2 + [business_day]
    assert [entry["available_on"] for entry in entries] == expected
    assert [entry["settlement_day"] for entry in entries] == expected


def test_delayed_money_is_pending_until_its_day(sessions: Sessions, currency: str) -> None:
    session = sessions.open()
    restaurant = new_id("res")
    session.row("select * from api.set_restaurant(%s, 'UTC', 0, 5)", restaurant)
    for days_back, ingest in zip(range(9), [session.ingest, session.ingest_as_array] * 5, strict=False):
        moment = (NOW - timedelta(days=days_back)).replace(hour=0, minute=0, second=0)
        assert ingest(charge(restaurant, currency, occurred_at=moment.isoformat()))["status"] == "processed"
        assert (
            ingest(
                charge(restaurant, currency, occurred_at=moment.isoformat(), event_type="refund_succeeded", amount=10)
            )["entries"]
            == 1
        )
    balance = session.balance(restaurant, currency)
    assert balance["total"] == 9 * 940
    # What is of the last five days, today included, waits; refunds do not.
    assert (balance["pending"], balance["available"]) == (5 * 950, 4 * 950 - 9 * 10)
    view = sessions.admin.row(
        "select * from reporting.restaurant_balances where restaurant_id = %s and currency = %s", restaurant, currency
    )
    assert {name: view[name] for name in ("available", "pending", "total")} == {
        name: balance[name] for name in ("available", "pending", "total")
    }


# Closed days


@pytest.mark.parametrize("how", ["single", "array", "one array"])
def test_a_closed_day_takes_no_entry(sessions: Sessions, currency: str, how: str) -> None:
    session = sessions.open()
    restaurant = new_id("res")
    make_payout(sessions, restaurant, currency)
    closed = [AS_OF - timedelta(days=back) for back in (9, 1, 0)]
    opened = [AS_OF + timedelta(days=1), AS_OF + timedelta(days=2)]
    events = [charge(restaurant, currency, occurred_at=f"{day}T17:00:00Z", fee=0) for day in [*closed, opened[0]]]
    if how == "one array":
        assert statuses(session.ingest_all(events)) == {"processed": 4}
    else:
        for event in events:
            assert (session.ingest if how == "single" else session.ingest_as_array)(event)["status"] == "processed"
    late = sessions.entries(restaurant)[3:]
    assert [entry["business_day"] for entry in late] == [*closed, opened[0]]
    assert [entry["available_on"] for entry in late] == [*closed, opened[0]]
    assert [entry["settlement_day"] for entry in late] == [opened[0]] * 4
    first = session.row("select * from api.list_payouts(%s, %s)", restaurant, currency)
    assert (first["as_of"], first["amount"]) == (AS_OF, 950)
    # The first open day may not be over yet in Lima at this hour: its payout closes it then, too.
    assert session.pay(currency, opened[0])["payouts_amount"] == 4_000
    assert session.row("select * from api.get_payout(%s)", first["payout_id"])["amount"] == 950


# A time zone that the server does not know


@pytest.fixture
def lost(sessions: Sessions, currency: str) -> Row:
    """A restaurant with money whose zone is not known any more, and one with a payout under way."""
    names = {name: new_id("res") for name in ("lost", "other", "late")}
    payout = make_payout(sessions, names["lost"], currency)
    sessions.admin.ingest_all([charge(r, currency) for r in names.values()])
    write_zone(sessions, [names["lost"], names["late"]], "Mars/Olympus")
    return names | {"payout": payout}


def test_its_events_are_to_be_sent_again_and_leave_nothing(sessions: Sessions, currency: str, lost: Row) -> None:
    session = sessions.open()
    before = sessions.entries(lost["lost"])
    event = charge(lost["lost"], currency)
    report = payout_event(lost["payout"], "payout_paid")
    for one in (event, report):
        with pytest.raises(errors.InvalidParameterValue):  # 22023
            session.ingest(one)
        assert sessions.rejections(one["event_id"]) == []
    assert sessions.entries(lost["lost"]) == before
    assert session.ingest(charge(lost["other"], currency))["status"] == "processed"
    # What is wrong anyway is told so, and what is known is answered.
    assert session.ingest(event | {"amount": -1})["status"] == "rejected"
    session.row("select * from api.set_restaurant(%s, 'America/Lima')", lost["lost"])
    assert session.ingest(event)["status"] == "processed"
    assert session.ingest(report)["status"] == "processed"


def test_in_an_array_its_events_are_kept_and_the_others_post(sessions: Sessions, currency: str, lost: Row) -> None:
    session = sessions.open()
    before = sessions.entries(lost["lost"])
    mine = [charge(lost["lost"], currency) for _ in range(3)]
    others = [charge(lost["other"], currency) for _ in range(3)]
    mixed = [event for pair in zip(mine, others, strict=True) for event in pair]
    for events in (mixed, mixed[:1]):
        answers = session.ingest_all(events)
        for event, answer in zip(events, answers, strict=True):
            if event in mine:
                assert (answer["status"], answer["entries"]) == ("rejected", 0)
                assert answer["code"] and answer["message"]
            else:
                assert answer["status"] == "processed"
    assert sessions.entries(lost["lost"]) == before
    for event in mine:
        assert sessions.rejections(event["event_id"])[0]["payload"] == event
    session.row("select * from api.set_restaurant(%s, 'America/Lima')", lost["lost"])
    assert statuses(session.ingest_all(mixed)) == {"processed": 3, "already_processed": 3}


def test_it_is_not_paid_and_the_others_are(sessions: Sessions, currency: str, lost: Row) -> None:
    session = sessions.open()
    as_of = AS_OF + timedelta(days=1)
    sessions.admin.ingest(charge(lost["other"], currency))
    dry = session.pay(currency, as_of, dry=True)
    answer = session.pay(currency, as_of)
    for run in (dry, answer):
        assert (run["payouts_created"], run["payouts_amount"]) == (1, 1900)
        assert run["restaurants_skipped"] == 2
        (reason,) = run["skipped"]
        assert "zone" in reason
    for name in ("lost", "late"):
        session.row("select * from api.set_restaurant(%s, 'America/Lima')", lost[name])
    assert session.pay(currency, as_of)["payouts_created"] == 2


def test_audits_and_views_go_on_and_tell(sessions: Sessions, currency: str, lost: Row) -> None:
    checks = sessions.admin.rows("select * from api.check_integrity()")
    findings = [check for check in checks if check["findings"] and "zone" in f"{check['check_name']} {check['title']}"]
    assert len(findings) == 1
    assert lost["lost"] in json.dumps(findings[0]["sample"]) or lost["late"] in json.dumps(findings[0]["sample"])
    views = [row["name"] for row in sessions.admin.rows(VIEWS)]
    assert len(views) >= 9
    for view in views:
        sessions.admin.rows(f"select * from {view} as v where to_jsonb(v) ->> 'restaurant_id' = %s", lost["other"])
        sessions.admin.rows(f"select count(*) from {view}")
    session = sessions.open()
    assert session.balance(lost["other"], currency)["total"] == 950
    session.rows("select * from api.list_payouts()")
    session.rows("select * from api.list_entries(%s, %s)", lost["lost"], currency)


def test_a_restaurant_gets_no_zone_that_is_not_known(sessions: Sessions) -> None:
    session = sessions.open()
    restaurant = new_id("res")
    for zone in ("Mars/Olympus", "", "America/Nowhere", "UTC; drop table x"):
        with pytest.raises(psycopg.Error) as raised:
            session.row("select * from api.set_restaurant(%s, %s)", restaurant, zone)
        assert raised.value.diag.constraint_name == "TIMEZONE_UNKNOWN"


@pytest.fixture(autouse=True)
def zones_are_known_again(sessions: Sessions) -> Iterator[None]:
    """Afterwards, so that the checks of the next test find nothing."""
    yield
    rows = sessions.admin.rows("select restaurant_id from ledger.restaurants where timezone like 'Mars/%%'")
    write_zone(sessions, [row["restaurant_id"] for row in rows], "America/Lima")
