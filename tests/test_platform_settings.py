"""What becomes of events of a restaurant that nobody has registered: the platform says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.sessions import AS_OF, PATIENCE, Row, Session, Sessions, charge, new_id, statuses

Set = Callable[..., Row]


@pytest.fixture
def platform(sessions: Sessions) -> Iterator[Set]:
    """Sets the platform's settings; afterwards they are the default again."""
    operator = sessions.open(role="cuenta_operator")

    def change(unknown: str | None = None, zone: str | None = None) -> Row:
        return operator.row(
            "select * from api.set_platform_settings(p_unknown_restaurants => %s, p_default_timezone => %s)",
            unknown,
            zone,
        )

    yield change
    change("register", "America/Lima")


def restaurant_of(sessions: Sessions, restaurant_id: str) -> Row | None:
    rows = sessions.admin.rows("select * from ledger.restaurants where restaurant_id = %s", restaurant_id)
    return rows[0] if rows else None


def ways(session: Session) -> list[Callable[[Row], Row]]:
    return [session.ingest, session.ingest_as_array]


def test_by_default_an_unknown_restaurant_is_registered_and_paid(sessions: Sessions, currency: str) -> None:
    session = sessions.open()
    settings = sessions.admin.row("select * from reporting.platform_settings")
    assert (settings["unknown_restaurants"], settings["default_timezone"]) == ("register", "America/Lima")
    for ingest in ways(session):
        restaurant = new_id("res")
        assert ingest(charge(restaurant, currency))["status"] == "processed"
        row = restaurant_of(sessions, restaurant)
        assert row is not None
        assert (row["timezone"], row["is_payouts_paused"]) == ("America/Lima", False)
    assert session.pay(currency)["payouts_created"] == 2


def test_its_payouts_are_held_until_someone_has_looked(sessions: Sessions, currency: str, platform: Set) -> None:
    session = sessions.open()
    known = new_id("res")
    session.ingest(charge(known, currency))
    assert platform("hold_payouts")["unknown_restaurants"] == "hold_payouts"
    names = [new_id("res") for _ in range(2)]
    for ingest, restaurant in zip(ways(session), names, strict=True):
        assert ingest(charge(restaurant, currency))["status"] == "processed"
        assert ingest(charge(known, currency))["status"] == "processed"
        row = restaurant_of(sessions, restaurant)
        assert row is not None and row["is_payouts_paused"]
        assert session.balance(restaurant, currency)["available"] == 950
    run = session.pay(currency)
    assert (run["payouts_created"], run["skipped"]) == (1, {"payouts_paused": 2})
    session.row("select * from api.set_restaurant(%s, p_payouts_paused => false)", names[0])
    assert session.pay(currency)["payouts_created"] == 1


def test_or_it_is_refused_and_the_evidence_kept(sessions: Sessions, currency: str, platform: Set) -> None:
    session = sessions.open()
    known = new_id("res")
    session.ingest(charge(known, currency))
    platform("refuse")
    for ingest in ways(session):
        event = charge(new_id("resto"), currency)
        answer = ingest(event)
        assert (answer["status"], answer["entries"]) == ("rejected", 0)
        assert answer["code"] and "restaurant_id" in f"{answer['details']}"
        assert [row["code"] for row in sessions.rejections(event["event_id"])] == [answer["code"]]
        assert restaurant_of(sessions, event["restaurant_id"]) is None
        # Registered by someone, the event is taken when it is sent again.
        session.row("select * from api.set_restaurant(%s)", event["restaurant_id"])
        assert ingest(event)["status"] == "processed"
    mixed = [charge(name, currency) for name in (known, new_id("typo"), known, new_id("typo"))]
    assert [row["status"] for row in session.ingest_all(mixed)] == ["processed", "rejected"] * 2
    assert session.pay(currency)["payouts_created"] == 3


def test_a_refused_restaurant_of_a_known_name_in_another_case_is_unknown(
    sessions: Sessions, currency: str, platform: Set
) -> None:
    session = sessions.open()
    known = new_id("res")
    session.ingest(charge(known, currency))
    platform("refuse")
    assert session.ingest(charge(known.upper(), currency))["status"] == "rejected"
    assert session.ingest(charge(known, currency))["status"] == "processed"


def test_the_default_zone_is_that_of_restaurants_registered_from_now_on(
    sessions: Sessions, currency: str, platform: Set
) -> None:
    session = sessions.open()
    before = new_id("res")
    session.ingest(charge(before, currency))
    assert platform(zone="Asia/Tokyo")["default_timezone"] == "Asia/Tokyo"
    occurred = {"occurred_at": f"{AS_OF}T20:00:00Z"}
    for ingest in ways(session):
        restaurant = new_id("res")
        assert ingest(charge(restaurant, currency, **occurred))["status"] == "processed"
        row = restaurant_of(sessions, restaurant)
        assert row is not None and row["timezone"] == "Asia/Tokyo"
        days = {(entry["business_day"] - AS_OF).days for entry in sessions.entries(restaurant)}
        assert days == {1}
    session.ingest(charge(before, currency, **occurred))
    assert (sessions.entries(before)[-1]["business_day"] - AS_OF).days == 0
    registered = session.row("select * from api.set_restaurant(%s)", new_id("res"))
    assert registered["timezone"] == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("unknown", "zone"), [("ignore", None), ("", None), ("REGISTER", None), (None, "Mars/Olympus"), (None, "")]
)
def test_a_setting_that_does_not_exist_is_refused(
    sessions: Sessions, platform: Set, unknown: str | None, zone: str | None
) -> None:
    before = sessions.admin.row("select * from reporting.platform_settings")
    with pytest.raises(psycopg.Error) as raised:
        platform(unknown, zone)
    assert raised.value.sqlstate is not None and raised.value.sqlstate[:2] in ("LB", "LU")
    assert raised.value.diag.constraint_name
    assert sessions.admin.row("select * from reporting.platform_settings") == before


def test_what_is_not_given_stays(sessions: Sessions, platform: Set) -> None:
    platform("hold_payouts", "Europe/Madrid")
    for answer in (platform(), platform(zone="UTC"), platform("refuse")):
        assert answer["unknown_restaurants"] and answer["default_timezone"]
    settings = sessions.admin.row("select * from reporting.platform_settings")
    assert (settings["unknown_restaurants"], settings["default_timezone"]) == ("refuse", "UTC")


@pytest.mark.parametrize("role", ["cuenta_app", "cuenta_processor", "cuenta_reader"])
def test_only_an_operator_decides(sessions: Sessions, role: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        sessions.open(role=role).row("select * from api.set_platform_settings('refuse')")


@pytest.mark.parametrize("how", ["single", "array"])
def test_an_event_that_waits_while_the_setting_changes_is_posted_or_refused_as_a_whole(
    sessions: Sessions, currency: str, platform: Set, how: str
) -> None:
    first, second = sessions.several(2)
    restaurant = new_id("res")
    first.begin()
    first.ingest(charge(restaurant, currency))
    event = charge(restaurant, currency)
    waiting = second.start(lambda: (second.ingest if how == "single" else second.ingest_as_array)(event))
    sessions.wait_until_blocked_by(second, first)
    platform("refuse")
    first.rollback()
    answer = waiting.result(PATIENCE)
    row = restaurant_of(sessions, restaurant)
    if answer["status"] == "processed":
        assert row is not None and len(sessions.entries(restaurant)) == 2
    else:
        assert answer["status"] == "rejected" and sessions.entries(restaurant) == []
    assert statuses([second.ingest(event)]).keys() <= {"already_processed", "rejected"}


def test_two_who_decide_at_once_are_told_of_one_after_the_other(sessions: Sessions) -> None:
    first, second = (sessions.open(role="cuenta_operator") for _ in range(2))
    change = "select * from api.set_platform_settings(p_payouts_waiting_hours => %s, p_actor => %s)"
    first.begin()
    first.row(change, 48, "ana")
    waiting = second.start(lambda: second.row(change, 24, "bob"))
    sessions.wait_until_blocked_by(waiting=second, holder=first)
    first.commit()
    assert waiting.result(PATIENCE)["payouts_waiting_hours"] == 24
    rows = sessions.admin.rows(
        "select changed_by, old_settings, new_settings from ledger.setting_changes"
        " where restaurant_id = '' order by change_no desc limit 2"
    )
    assert [row["changed_by"] for row in rows] == ["bob", "ana"]
    assert [row["old_settings"] for row in rows] == [{"payouts_waiting_hours": hours} for hours in (48, 72)]
    first.row(change, 72, "ana")
