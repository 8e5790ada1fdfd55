"""Settings that change while events and payout runs are under way.

Every test works in a currency of its own, so that payout runs do not meet the other tests' money.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import psycopg
import pytest

from tests.sessions import (
    AS_OF,
    PATIENCE,
    Row,
    Session,
    Sessions,
    charge,
    new_id,
    statuses,
)


def test_settings_that_change_during_ingestion_apply_to_an_event_as_a_whole(sessions: Sessions, currency: str) -> None:
    *writers, changer = sessions.several(4)
    restaurant = new_id("res")
    occurred = datetime.combine(AS_OF, datetime.min.time(), UTC) + timedelta(hours=3)
    # At 03:00 UTC it is the evening before in Lima, the same day in Tokyo.
    changer.row("select * from api.set_restaurant(%s, 'America/Lima', 0, 0)", restaurant)
    allowed = {AS_OF - timedelta(days=1), AS_OF + timedelta(days=9)}
    done = threading.Event()

    def change() -> int:
        changes = 0
        while not done.is_set() or changes < 2:
            zone, delay = [("Asia/Tokyo", 9), ("America/Lima", 0)][changes % 2]
            changer.row("select * from api.set_restaurant(%s, %s, null, %s)", restaurant, zone, delay)
            changes += 1
        return changes

    def write(session: Session) -> list[Row]:
        when = occurred.isoformat()
        return [session.ingest(charge(restaurant, currency, occurred_at=when)) for _ in range(60)]

    changing = changer.start(change)
    answers = sessions.at_once([partial(write, writer) for writer in writers])
    done.set()
    assert changing.result(PATIENCE) >= 2
    assert statuses([row for rows in answers for row in rows]) == {"processed": 180}
    entries = sessions.entries(restaurant)
    assert {e["available_on"] for e in entries} <= allowed
    for charged, fee in zip(entries[::2], entries[1::2], strict=True):
        assert (charged["event_no"], charged["available_on"]) == (fee["event_no"], fee["available_on"])


def test_open_settings_are_not_seen_by_an_event_of_another_session(sessions: Sessions, currency: str) -> None:
    changer, writer = sessions.several(2)
    restaurant = new_id("res")
    writer.ingest(charge(restaurant, currency))
    changer.begin(at=restaurant)
    changer.row("select * from api.set_restaurant(%s, null, null, 30)", restaurant)
    posted = writer.start(lambda: writer.ingest(charge(restaurant, currency)))
    sessions.wait_until(
        "select bool_and(state = 'idle') or bool_or(wait_event_type = 'Lock')"
        " from pg_stat_activity where pid = any(%s)",
        writer.pids,
    )
    changer.rollback()
    assert posted.result(PATIENCE)["status"] == "processed"
    assert len({e["available_on"] for e in sessions.entries(restaurant)}) == 1


def test_pausing_during_a_run_pays_or_skips_each_restaurant_as_a_whole(sessions: Sessions, currency: str) -> None:
    runner, changer = sessions.several(2)
    restaurants = [new_id("res") for _ in range(30)]
    sessions.admin.ingest_all([charge(r, currency) for r in restaurants])

    def pause() -> Row:
        for restaurant in reversed(restaurants):
            answer = changer.row("select * from api.set_restaurant(%s, p_payouts_paused => true)", restaurant)
        return answer

    calls: list[Callable[[], Row]] = [partial(runner.pay, currency), pause]
    run, _ = sessions.at_once(calls)
    paused = run["skipped"].get("payouts_paused", 0)
    assert run["payouts_created"] + paused == 30
    again = runner.pay(currency)
    assert (again["payouts_created"], again["skipped"]["payouts_paused"]) == (0, 30)


def test_a_run_that_waited_for_an_account_sees_that_it_was_paused_meanwhile(sessions: Sessions, currency: str) -> None:
    writer, runner, changer = sessions.several(3)
    restaurant = new_id("res")
    writer.ingest(charge(restaurant, currency))
    writer.begin()
    writer.ingest(charge(restaurant, currency))
    run = runner.start(lambda: runner.pay(currency))
    sessions.wait_until_blocked_by(runner, writer)
    # Settings change under the locks of the restaurant's accounts.
    pause = "select * from api.set_restaurant(%s, p_payouts_paused => true)"
    pausing = changer.start(lambda: changer.row(pause, restaurant))
    sessions.wait_until_blocked(runner, changer)
    writer.commit()
    assert pausing.result(PATIENCE)["payouts_paused"]
    answer = run.result(PATIENCE)
    assert (answer["payouts_created"], answer["skipped"]) in ((0, {"payouts_paused": 1}), (1, {}))
    assert runner.pay(currency, AS_OF + timedelta(days=1))["skipped"] == {"payouts_paused": 1}


def test_an_event_that_waited_for_an_account_is_settled_by_one_state_of_the_settings(
    sessions: Sessions, currency: str
) -> None:
    first, second, changer = sessions.several(3)
    restaurant = new_id("res")
    first.ingest(charge(restaurant, currency))
    first.begin()
    first.ingest(charge(restaurant, currency))
    waiting = second.start(lambda: second.ingest(charge(restaurant, currency)))
    sessions.wait_until_blocked_by(second, first)
    delay = "select * from api.set_restaurant(%s, p_settlement_delay_days => 30)"
    changing = changer.start(lambda: changer.row(delay, restaurant))
    sessions.wait_until_blocked(second, changer)
    first.commit()
    assert changing.result(PATIENCE)["settlement_delay_days"] == 30
    assert waiting.result(PATIENCE)["status"] == "processed"
    days = [entry["available_on"] for entry in sessions.entries(restaurant)]
    assert days[4] == days[5] and days[4] - days[0] in (timedelta(0), timedelta(days=30))


def test_an_account_opened_while_its_settings_change_gets_the_new_ones(sessions: Sessions, currency: str) -> None:
    changer, opener = sessions.several(2)
    restaurant = new_id("res")
    changer.row("select * from api.set_restaurant(%s)", restaurant)
    opener.begin()
    assert opener.ingest(charge(restaurant, currency))["status"] == "processed"
    changing = changer.start(
        lambda: changer.row("select * from api.set_restaurant(%s, 'Asia/Tokyo', 5, 10)", restaurant)
    )
    sessions.wait_until_blocked_by(changer, opener)
    opener.commit()
    changing.result(PATIENCE)
    query = "select timezone, settlement_delay_days from ledger.account_balances where restaurant_id = %s"
    assert sessions.admin.rows(query, restaurant) == [{"timezone": "Asia/Tokyo", "settlement_delay_days": 10}]


def test_an_account_that_waits_for_its_settings_is_opened_with_them(sessions: Sessions, currency: str) -> None:
    changer, *openers = sessions.several(3)
    restaurant = new_id("res")
    changer.row("select * from api.set_restaurant(%s)", restaurant)
    changer.begin(at=restaurant)
    changer.row("select * from api.set_restaurant(%s, 'Asia/Tokyo', 5, 10)", restaurant)
    single = openers[0].start(lambda: openers[0].ingest(charge(restaurant, currency)))
    array = openers[1].start(lambda: openers[1].ingest_all([charge(restaurant, currency)]))
    sessions.wait_until_blocked(*openers)
    changer.commit()
    assert single.result(PATIENCE)["status"] == "processed"
    array.result(PATIENCE)
    query = "select timezone, settlement_delay_days from ledger.account_balances where restaurant_id = %s"
    assert sessions.admin.rows(query, restaurant) == [{"timezone": "Asia/Tokyo", "settlement_delay_days": 10}]


@pytest.mark.parametrize("how", ["single", "array"])
@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
@pytest.mark.parametrize(
    "change",
    [
        "api.set_restaurant('{restaurant}', 'Asia/Tokyo', 5, 10)",
        "api.pause_payouts('{restaurant}', '{currency}', 'asked for')",
    ],
    ids=lambda change: change[4 : change.index("(")],
)
def test_a_change_whose_snapshot_does_not_see_an_account_fails_instead_of_passing_it_by(
    sessions: Sessions, currency: str, change: str, level: str, how: str
) -> None:
    changer, opener = sessions.several(2)
    restaurant = new_id("res")
    changer.row("select * from api.set_restaurant(%s)", restaurant)
    changer.run(f"begin isolation level {level}")
    assert changer.row("select * from api.get_restaurant(%s)", restaurant)["restaurant_id"] == restaurant
    send = opener.ingest if how == "single" else opener.ingest_as_array
    assert send(charge(restaurant, currency))["status"] == "processed"
    made = f"select * from {change}".format(restaurant=restaurant, currency=currency)
    with pytest.raises(psycopg.errors.SerializationFailure):
        changer.row(made)
    changer.rollback()
    changer.row(made)
    query = "select timezone, settlement_delay_days from ledger.account_balances where restaurant_id = %s"
    account = sessions.admin.row(query, restaurant)
    told = sessions.admin.row("select * from api.get_restaurant(%s)", restaurant)
    assert account == {name: told[name] for name in account}


def test_a_run_of_an_older_snapshot_does_not_pay_what_was_paused_meanwhile(sessions: Sessions, currency: str) -> None:
    runner, changer = sessions.several(2)
    restaurant = new_id("res")
    changer.ingest(charge(restaurant, currency))
    runner.run("begin isolation level repeatable read")
    runner.row("select * from api.get_balance(%s, %s)", restaurant, currency)
    changer.row("select * from api.set_restaurant(%s, p_payouts_paused => true)", restaurant)
    with pytest.raises(psycopg.errors.SerializationFailure):
        runner.row("select * from api.run_payouts(%s, %s, p_restaurant_ids => array[%s])", currency, AS_OF, restaurant)
    runner.rollback()


@pytest.mark.parametrize("how", ["single", "array"])
def test_a_charge_that_waits_while_its_restaurant_closes_is_refused(
    sessions: Sessions, currency: str, how: str
) -> None:
    changer, writer = sessions.several(2)
    restaurant = new_id("res")
    writer.ingest(charge(restaurant, currency))
    send = writer.ingest if how == "single" else writer.ingest_as_array
    changer.begin(at=restaurant)
    changer.row("select * from api.set_restaurant(%s, p_closed => true)", restaurant)
    event = charge(restaurant, currency)
    waiting = writer.start(lambda: send(event))
    sessions.wait_until_blocked_by(writer, changer)
    changer.commit()
    answer = waiting.result(PATIENCE)
    assert (answer["status"], answer["code"]) == ("rejected", "RESTAURANT_CLOSED")
    assert len(sessions.entries(restaurant)) == 2
    changer.row("select * from api.set_restaurant(%s, p_closed => false)", restaurant)
    assert send(event)["status"] == "processed"


def test_two_who_change_a_restaurant_at_once_are_told_of_one_after_the_other(sessions: Sessions, currency: str) -> None:
    first, second = sessions.several(2)
    restaurant = new_id("res")
    change = "select * from api.set_restaurant(%s, p_settlement_delay_days => %s, p_actor => %s)"
    first.row(change, restaurant, 1, "ana")
    first.begin(at=restaurant)
    first.row(change, restaurant, 2, "bob")
    waiting = second.start(lambda: second.row(change, restaurant, 3, "eve"))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    assert waiting.result(PATIENCE)["settlement_delay_days"] == 3
    rows = first.rows("select * from api.list_setting_changes(%s)", restaurant)
    assert [row["changed_by"] for row in rows] == ["eve", "bob", "ana"]
    assert [row["old_settings"].get("settlement_delay_days") for row in rows] == [2, 1, None]
    moments = [row["changed_at"] for row in rows]
    assert moments == sorted(moments, reverse=True)
