"""Payout runs that commit as they go: chunks, restaurants that cannot be paid, crashes, restores.

Every test works in a currency of its own, so that payout runs do not meet the other tests' money.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import psycopg
import pytest
from psycopg import errors

from db.deploy import deploy
from dev import embedded
from tests.sessions import AS_OF, PATIENCE, Row, Session, Sessions, charge, new_id, payout_event

MOST = 2**53 - 1


def names(count: int) -> list[str]:
    """New restaurants, in the order in which a run goes through them."""
    return sorted(new_id("res") for _ in range(count))


def start(session: Session, currency: str, restaurant_ids: Sequence[str] | None = None) -> str:
    row = session.row(
        "select * from api.start_payout_run(%s, %s, 1, %s)",
        currency,
        AS_OF,
        None if restaurant_ids is None else list(restaurant_ids),
    )
    assert (row["currency"], row["as_of"], row["is_finished"]) == (currency, AS_OF, False)
    return str(row["run_id"])


def go_on(session: Session, run_id: str, limit: int = 200) -> Row:
    return session.row("select * from api.continue_payout_run(%s, %s)", run_id, limit)


def finish(session: Session, run_id: str, limit: int = 3) -> Row:
    while not (row := go_on(session, run_id, limit))["is_finished"]:
        pass
    return row


def paid(watcher: Session, currency: str) -> list[Row]:
    """All payouts of the currency, with their items and the entries that reserve them."""
    return watcher.rows(
        """
        select
            p.restaurant_id, p.payout_id, p.as_of, p.amount, p.status, e.amount as reserved,
            (
                select jsonb_object_agg(i.item_type, i.amount) from ledger.payout_items as i
                where i.restaurant_id = p.restaurant_id and i.payout_id = p.payout_id
            ) as items
        from ledger.payouts as p
        left join ledger.ledger_entries as e
            on p.restaurant_id = e.restaurant_id and p.currency = e.currency
                and p.reserve_entry_seq = e.entry_seq
        where p.currency = %s
        order by p.restaurant_id
        """,
        currency,
    )


def skips(watcher: Session, run_id: str) -> dict[str, str]:
    rows = watcher.rows("select * from api.list_payout_skips(%s, p_limit => 500)", run_id)
    return {row["restaurant_id"]: row["reason"] for row in rows}


# Chunks


def test_a_run_pays_some_at_each_call_and_says_when_it_is_finished(sessions: Sessions, currency: str) -> None:
    session, other = sessions.several(2)
    restaurants = names(7)
    session.ingest_all([charge(r, currency) for r in restaurants])
    session.ingest_all([charge(restaurants[1], currency, event_type="refund_succeeded", amount=5000)])
    dry = session.pay(currency, dry=True)
    run_id = start(session, currency)
    seen = []
    for _ in range(3):
        row = go_on(session, run_id, 3)
        seen.append((row["payouts_created"], row["restaurants_skipped"], row["is_finished"]))
        # Another session sees what is done: it is committed.
        assert len(paid(sessions.admin, currency)) == row["payouts_created"]
    assert seen == [(2, 1, False), (5, 1, False), (6, 1, True)]
    assert [row[key] for key in ("payouts_amount", "skipped")] == [dry["payouts_amount"], dry["skipped"]]
    assert {p["amount"] for p in paid(sessions.admin, currency)} == {950}
    assert go_on(other, run_id) == row
    assert len(paid(sessions.admin, currency)) == 6
    told = other.row("select * from api.get_payout_run(%s)", run_id)
    assert (told["is_finished"], told["last_restaurant_id"]) == (True, restaurants[-1])
    assert (told["payouts_created"], told["skipped"]) == (6, {"nothing_to_pay": 1})
    assert skips(other, run_id) == {restaurants[1]: "nothing_to_pay"}


def test_a_run_for_some_restaurants_pays_these(sessions: Sessions, currency: str) -> None:
    session = sessions.open()
    restaurants = names(6)
    session.ingest_all([charge(r, currency) for r in restaurants])
    some = [restaurants[4], restaurants[1], restaurants[4]]
    assert finish(session, start(session, currency, some), 1)["payouts_created"] == 2
    assert [p["restaurant_id"] for p in paid(sessions.admin, currency)] == [restaurants[1], restaurants[4]]
    row = session.row(
        "select * from api.run_payouts(%s, %s, p_restaurant_ids => %s)", currency, AS_OF, [restaurants[0]]
    )
    assert row["payouts_created"] == 1
    assert finish(session, start(session, currency, []), 1)["payouts_created"] == 0
    with pytest.raises(psycopg.Error) as failure:
        start(session, currency, [restaurants[2], "nobody"])
    assert failure.value.sqlstate == "LNRES"
    assert finish(session, start(session, currency))["skipped"] == {"already_paid": 3}
    assert len(paid(sessions.admin, currency)) == 6


def test_the_procedure_pays_everybody_and_tells_its_progress(sessions: Sessions, currency: str) -> None:
    session = sessions.open()
    restaurants = names(12)
    session.ingest_all([charge(r, currency) for r in restaurants])
    notices: list[str] = []
    session.connection.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
    run_id = session.value("call api.pay_restaurants(%s, %s)", currency, AS_OF)
    assert len(paid(sessions.admin, currency)) == 12
    assert run_id in notices[0] and notices[-1].startswith("payouts created: 12,")
    assert session.value("call api.pay_restaurants(p_run_id => %s)", run_id) == run_id


def test_the_procedure_refuses_to_run_inside_a_transaction(sessions: Sessions, currency: str) -> None:
    session = sessions.open()
    session.ingest(charge(new_id("res"), currency))
    session.begin()
    with pytest.raises(errors.InvalidTransactionTermination):
        session.run(f"call api.pay_restaurants('{currency}', '{AS_OF}')")
    session.rollback()
    assert paid(sessions.admin, currency) == []
    assert sessions.admin.value("select count(*) from ledger.payout_runs where currency = %s", currency) == 0


def test_a_preview_is_what_the_run_then_pays(sessions: Sessions, currency: str) -> None:
    session = sessions.open()
    reader = sessions.open(role="cuenta_reader", settings="-c default_transaction_read_only=on")
    restaurants = names(9)
    session.ingest_all([charge(r, currency, amount=1000 + 100 * n) for n, r in enumerate(restaurants)])
    session.ingest(charge(restaurants[2], currency, event_type="refund_succeeded", amount=5000))
    session.row("select * from api.set_restaurant(%s, p_payouts_paused => true)", restaurants[5])
    preview: list[Row] = []
    while len(preview) % 4 == 0:
        preview += reader.rows(
            "select * from api.preview_payouts(%s, %s, 1000, p_limit => 4, p_cursor => %s)",
            currency,
            AS_OF,
            preview[-1]["cursor"] if preview else None,
        )
    assert [row["restaurant_id"] for row in preview] == restaurants
    reasons = {row["restaurant_id"]: row["reason"] for row in preview if row["reason"]}
    assert reasons == {
        restaurants[0]: "below_minimum",
        restaurants[2]: "nothing_to_pay",
        restaurants[5]: "payouts_paused",
    }
    assert paid(sessions.admin, currency) == []
    run = session.pay(currency, minimum=1000)
    assert skips(session, run["run_id"]) == reasons
    expected = [
        (row["restaurant_id"], row["payout_id"], row["amount"], {i["item_type"]: i["amount"] for i in row["items"]})
        for row in preview
        if not row["reason"]
    ]
    assert expected == [
        (p["restaurant_id"], p["payout_id"], p["amount"], p["items"]) for p in paid(sessions.admin, currency)
    ]


# Several at once


def test_two_callers_of_one_run_take_turns(sessions: Sessions, currency: str) -> None:
    pair = sessions.several(2)
    restaurants = names(40)
    sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
    run_id = start(pair[0], currency)
    answers = sessions.at_once([partial(finish, session, run_id, 3) for session in pair])
    assert {(a["payouts_created"], a["is_finished"]) for a in answers} == {(40, True)}
    pair[0].begin()
    other = start(pair[0], currency)
    pair[0].commit()
    pair[0].begin()
    assert go_on(pair[0], other, 10)["skipped"] == {"already_paid": 10}
    waiting = pair[1].start(lambda: go_on(pair[1], other, 10))
    sessions.wait_until_blocked_by(pair[1], pair[0])
    pair[0].commit()
    assert waiting.result(PATIENCE)["skipped"] == {"already_paid": 20}
    assert len(paid(sessions.admin, currency)) == 40


def test_runs_of_both_kinds_at_once_create_what_one_would(sessions: Sessions, currency: str) -> None:
    four = sessions.several(4)
    restaurants = names(60)
    sessions.admin.ingest_all([charge(r, currency) for r in restaurants])
    calls: list[Callable[[], Any]] = [
        partial(four[0].pay, currency),
        lambda: finish(four[1], start(four[1], currency), 7),
        lambda: finish(four[2], start(four[2], currency), 11),
        partial(four[3].value, "call api.pay_restaurants(%s, %s)", currency, AS_OF),
    ]
    sessions.at_once(calls)
    payouts = paid(sessions.admin, currency)
    assert [(p["restaurant_id"], p["amount"], p["reserved"]) for p in payouts] == [(r, 950, 950) for r in restaurants]
    told = sessions.admin.row(
        "select sum(payouts_created) as created, sum(payouts_amount) as amount, count(*) as runs"
        " from reporting.payout_runs where currency = %s and finished_at is not null",
        currency,
    )
    assert told == {"created": 60, "amount": 60 * 950, "runs": 4}


def test_a_chunk_waits_for_a_run_in_one_transaction_and_sees_its_payouts(sessions: Sessions, currency: str) -> None:
    first, second = sessions.several(2)
    restaurants = names(5)
    first.ingest_all([charge(r, currency) for r in restaurants])
    run_id = start(second, currency)
    first.begin()
    assert first.pay(currency)["payouts_created"] == 5
    waiting = second.start(lambda: finish(second, run_id, 2))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    answer = waiting.result(PATIENCE)
    assert (answer["payouts_created"], answer["skipped"]) == (0, {"already_paid": 5})


def test_an_event_waits_for_a_chunk_of_its_restaurant_and_for_no_other(sessions: Sessions, currency: str) -> None:
    run, inside = sessions.several(2)
    outside = sessions.open(settings="-c lock_timeout=5s")
    restaurants = names(4)
    run.ingest_all([charge(r, currency) for r in restaurants])
    run_id = start(run, currency)
    run.begin()
    assert go_on(run, run_id, 2)["payouts_created"] == 2
    waiting = inside.start(lambda: inside.ingest(charge(restaurants[1], currency)))
    sessions.wait_until_blocked_by(inside, run)
    assert outside.ingest(charge(restaurants[2], currency))["status"] == "processed"
    run.commit()
    assert waiting.result(PATIENCE)["status"] == "processed"
    assert sessions.entries(restaurants[1])[-1]["settlement_day"] > AS_OF
    finish(run, run_id)
    assert [p["amount"] for p in paid(sessions.admin, currency)] == [950, 950, 1900, 950]


def test_a_run_that_waits_for_an_account_holds_no_other(sessions: Sessions, currency: str) -> None:
    holder, run = sessions.several(2)
    writer = sessions.open(settings="-c lock_timeout=5s")
    restaurants = names(6)
    run.ingest_all([charge(r, currency) for r in restaurants])
    holder.begin()
    holder.ingest(charge(restaurants[3], currency))
    run_id = start(run, currency)
    # Up to the account that is busy it does not wait at all.
    assert run.start(lambda: go_on(run, run_id)).result(PATIENCE)["payouts_created"] == 3
    waiting = run.start(lambda: finish(run, run_id))
    sessions.wait_until_blocked_by(run, holder)
    for restaurant in restaurants[:3] + restaurants[4:]:
        assert writer.ingest(charge(restaurant, currency))["status"] == "processed"
    holder.commit()
    assert waiting.result(PATIENCE)["payouts_created"] == 6
    assert [p["amount"] for p in paid(sessions.admin, currency)] == [950] * 3 + [1900] * 3


def test_a_run_in_one_transaction_waits_in_the_order_of_all_writers(sessions: Sessions, currency: str) -> None:
    run = sessions.open()
    holder = sessions.open(settings="-c lock_timeout=5s")
    restaurants = names(4)
    run.ingest_all([charge(r, currency) for r in restaurants])
    holder.begin()
    holder.ingest(charge(restaurants[1], currency))
    waiting = run.start(lambda: run.pay(currency))
    sessions.wait_until_blocked_by(run, holder)
    # It has locked nothing behind the account that it waits for: no deadlock.
    assert holder.ingest(charge(restaurants[3], currency))["status"] == "processed"
    holder.commit()
    assert waiting.result(PATIENCE)["payouts_created"] == 4
    assert [p["amount"] for p in paid(sessions.admin, currency)] == [950, 1900, 950, 1900]


def test_an_account_that_stays_locked_is_skipped_after_the_lock_timeout(sessions: Sessions, currency: str) -> None:
    holder = sessions.open()
    run = sessions.open(settings="-c lock_timeout=100")
    restaurants = names(5)
    run.ingest_all([charge(r, currency) for r in restaurants])
    holder.begin()
    holder.ingest(charge(restaurants[0], currency))
    holder.ingest(charge(restaurants[2], currency))
    run_id = start(run, currency)
    answer = finish(run, run_id)
    assert (answer["payouts_created"], answer["skipped"]) == (3, {"account_locked": 2})
    assert skips(run, run_id) == {restaurants[0]: "account_locked", restaurants[2]: "account_locked"}
    holder.commit()
    assert finish(run, start(run, currency))["payouts_created"] == 2
    assert [p["amount"] for p in paid(sessions.admin, currency)] == [1900, 950, 1900, 950, 950]


# Restaurants that cannot be paid


def tamper(sessions: Sessions, statement: str, *args: Any) -> None:
    """As somebody who may switch the triggers off."""
    sessions.admin.run("set session_replication_role = replica")
    sessions.admin.connection.execute(statement, args)
    sessions.admin.run("set session_replication_role = origin")


def test_who_cannot_be_paid_is_skipped_with_the_reason_and_stops_nobody(sessions: Sessions, currency: str) -> None:
    session = sessions.open()
    restaurants = names(6)
    differs, huge, lost, paused, *good = restaurants
    session.ingest_all([charge(r, currency) for r in restaurants])
    session.row("select * from api.set_restaurant(%s, p_payouts_paused => true)", paused)
    pair = [("charge_succeeded", MOST - 1000), ("refund_succeeded", MOST - 1000)]
    answers = session.ingest_all(
        [charge(huge, currency, event_type=kind, amount=amount, fee=0) for kind, amount in pair * 1050]
    )
    assert {answer["status"] for answer in answers} == {"processed"}
    zone = sessions.admin.value("select timezone from ledger.restaurants where restaurant_id = %s", lost)
    change = "update ledger.restaurants set timezone = %s where restaurant_id = %s"
    tamper(sessions, change, "America/Atlantis", lost)
    move = "update ledger.account_balances set balance = balance + %s where restaurant_id = %s"
    tamper(sessions, move, 1, differs)
    expected = {
        differs: "account_differs",
        huge: "sums_out_of_range",
        lost: "timezone_unknown",
        paused: "payouts_paused",
    }
    try:
        counted = dict.fromkeys(expected.values(), 1)
        assert session.pay(currency, dry=True)["skipped"] == counted
        preview = session.rows("select * from api.preview_payouts(%s, %s)", currency, AS_OF)
        assert {row["restaurant_id"]: row["reason"] for row in preview if row["reason"]} == expected
        run_id = start(session, currency, [*expected, good[0]])
        answer = finish(session, run_id)
        assert (answer["payouts_created"], answer["skipped"]) == (1, counted)
        assert skips(session, run_id) == expected
        answer = session.pay(currency)
        assert (answer["payouts_created"], answer["skipped"]) == (1, counted | {"already_paid": 1})
        # A day that has not come everywhere needs everybody's time zone.
        with pytest.raises(psycopg.Error) as failure:
            session.row("select * from api.run_payouts(%s, '2999-12-31')", currency)
        assert failure.value.sqlstate == "LUFUT"
    finally:
        tamper(sessions, change, zone, lost)
        tamper(sessions, move, -1, differs)
    assert [p["restaurant_id"] for p in paid(sessions.admin, currency)] == good
    session.row("select * from api.set_restaurant(%s, p_payouts_paused => false)", paused)
    answer = session.pay(currency)
    assert (answer["payouts_created"], answer["skipped"]) == (3, {"already_paid": 2, "sums_out_of_range": 1})


def test_money_that_waits_may_come_to_more_than_a_balance(create_database: Callable[..., str], currency: str) -> None:
    sessions = Sessions(create_database())
    try:
        session = sessions.open()
        waiting, good = names(2)
        session.row("select * from api.set_restaurant(%s, p_settlement_delay_days => 30)", waiting)
        kinds = ["charge_succeeded", "refund_succeeded"] * 1050
        events = [charge(waiting, currency, event_type=kind, amount=MOST, fee=0) for kind in kinds]
        answers = session.ingest_all(events[:2000]) + [session.ingest(event) for event in events[2000:]]
        assert {answer["status"] for answer in answers} == {"processed"}
        session.ingest(charge(good, currency))
        answer = session.pay(currency)
        assert (answer["payouts_created"], answer["skipped"]) == (1, {"sums_out_of_range": 1})
        pending = sessions.admin.value("select sum(amount) from ledger.pending_days where restaurant_id = %s", waiting)
        assert pending == 1050 * MOST
    finally:
        sessions.close()


def test_a_row_that_differs_in_anything_is_not_paid(sessions: Sessions, currency: str) -> None:
    session = sessions.open()
    (restaurant,) = names(1)
    session.ingest(charge(restaurant, currency))
    changes = {
        "balance = balance + 1": "balance = balance - 1",
        "reserved = reserved + 1": "reserved = reserved - 1",
        "held = held + 1": "held = held - 1",
        "last_entry_seq = last_entry_seq - 1": "last_entry_seq = last_entry_seq + 1",
        "last_entry_seq = last_entry_seq + 1": "last_entry_seq = last_entry_seq - 1",
        "last_entry_at = last_entry_at - interval '1 s'": "last_entry_at = last_entry_at + interval '1 s'",
    }
    for there, back in changes.items():
        tamper(sessions, f"update ledger.account_balances set {there} where restaurant_id = %s", restaurant)
        try:
            answer = session.pay(currency)
        finally:
            tamper(sessions, f"update ledger.account_balances set {back} where restaurant_id = %s", restaurant)
        assert (answer["payouts_created"], answer["skipped"]) == (0, {"account_differs": 1}), there
    assert session.pay(currency)["payouts_created"] == 1


def test_amounts_of_a_run_may_come_to_more_than_a_bigint(sessions: Sessions, currency: str) -> None:
    session = sessions.open()
    restaurants = names(1100)
    session.ingest_all([charge(r, currency, amount=MOST, fee=0) for r in restaurants])
    assert session.pay(currency, dry=True)["payouts_amount"] == 1100 * MOST
    assert finish(session, start(session, currency), 300)["payouts_amount"] == 1100 * MOST
    assert session.row("select * from api.list_payout_runs(%s)", currency)["payouts_amount"] == 1100 * MOST


# Crashes


def test_a_session_that_is_terminated_between_chunks_has_kept_them(sessions: Sessions, currency: str) -> None:
    victim, holder, heir = sessions.several(3)
    restaurants = names(8)
    victim.ingest_all([charge(r, currency) for r in restaurants])
    holder.begin()
    holder.ingest(charge(restaurants[5], currency, event_type="refund_succeeded"))
    working = victim.start(lambda: victim.value("call api.pay_restaurants(%s, %s)", currency, AS_OF))
    sessions.wait_until_blocked_by(victim, holder)
    assert len(paid(sessions.admin, currency)) == 5
    assert sessions.admin.value("select pg_terminate_backend(%s, 10000)", victim.pid)
    with pytest.raises(errors.AdminShutdown):
        working.result(PATIENCE)
    holder.rollback()
    (run,) = heir.rows("select * from api.list_payout_runs(%s, p_is_finished => false)", currency)
    assert (run["payouts_created"], run["last_restaurant_id"]) == (5, restaurants[4])
    assert heir.value("call api.pay_restaurants(p_run_id => %s)", run["run_id"]) == run["run_id"]
    assert heir.rows("select * from api.list_payout_runs(%s, p_is_finished => false)", currency) == []
    assert [p["restaurant_id"] for p in paid(sessions.admin, currency)] == restaurants
    assert heir.row("select * from api.get_payout_run(%s)", run["run_id"])["payouts_created"] == 8


@pytest.mark.parametrize("moment", ["between two chunks", "inside a chunk"])
def test_a_server_that_is_killed_goes_on_where_the_run_was(currency: str, moment: str) -> None:
    restaurants = names(30)
    with embedded.Server(throw_away=True, settings={"synchronous_commit": "on"}) as server:
        embedded.create_database(server)
        deploy(server.url(), quiet=True)
        doomed = Sessions(server.url())
        try:
            victim = doomed.open()
            victim.ingest_all([charge(r, currency) for r in restaurants])
            run_id = start(victim, currency)
            for _ in range(3):
                go_on(victim, run_id, 4)
            if moment == "inside a chunk":
                victim.begin()
                assert go_on(victim, run_id, 4)["payouts_created"] == 16
            os.kill(victim.pid, signal.SIGKILL)
            with pytest.raises(errors.OperationalError):  # a busy machine's server may take a moment to notice
                doomed.wait_until("select false")
        finally:
            doomed.close()
        risen = rise(server)
        try:
            heir = risen.open()
            told = heir.row("select * from api.get_payout_run(%s)", run_id)
            assert (told["payouts_created"], told["is_finished"]) == (12, False)
            assert len(paid(risen.admin, currency)) == 12
            risen.check()
            assert finish(heir, run_id, 4)["payouts_created"] == 30
            payouts = paid(risen.admin, currency)
            assert [(p["restaurant_id"], p["amount"], p["reserved"]) for p in payouts] == [
                (r, 950, 950) for r in restaurants
            ]
            risen.check()
        finally:
            risen.close()


def rise(server: embedded.Server) -> Sessions:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return Sessions(server.url())
        except errors.OperationalError:  # the server is recovering
            assert time.monotonic() < deadline
            time.sleep(0.02)


# Restores


def test_a_database_restored_to_before_a_run_makes_the_same_payouts(sessions: Sessions, currency: str) -> None:
    session = sessions.open()
    restaurants = names(5)
    session.ingest_all([charge(r, currency) for r in restaurants])
    session.begin()
    session.pay(currency)
    lost = session.rows("select * from api.list_payouts(null, %s)", currency)
    session.rollback()  # what a restore does to the run
    assert all(re.fullmatch("po_[0-9a-f]{32}", p["payout_id"]) for p in lost)

    told = payout_event(lost[0], "payout_paid")
    assert session.ingest(told)["code"] == "PAYOUT_NOT_FOUND"
    assert finish(session, start(session, currency))["payouts_created"] == 5
    made = session.rows("select * from api.list_payouts(null, %s)", currency)
    assert {(p["restaurant_id"], p["payout_id"], p["amount"]) for p in made} == {
        (p["restaurant_id"], p["payout_id"], p["amount"]) for p in lost
    }
    assert session.ingest(told)["status"] == "processed"
    assert session.balance(lost[0]["restaurant_id"], currency)["reserved"] == 0


def test_a_payout_id_depends_on_restaurant_currency_and_day_alone(sessions: Sessions, currency: str) -> None:
    ids = "select ledger.derive_payout_id(%s, %s, %s::date)"
    before = sessions.admin.value(ids, "res_001", "PEN", "2025-12-30")
    # What `printf 'res_001|PEN|2025-12-30' | sha256sum` says.
    assert before == "po_dc6bbe1fbd9496a5e19ea18c5b2d7f04"
    for setting in ("datestyle = 'SQL, DMY'", "timezone = 'Asia/Kolkata'", "bytea_output = escape"):
        sessions.admin.run(f"set {setting}")
        assert sessions.admin.value(ids, "res_001", "PEN", "2025-12-30") == before
        sessions.admin.run(f"reset {setting.split()[0]}")
    others = [("res_002", "PEN", "2025-12-30"), ("res_001", "USD", "2025-12-30"), ("res_001", "PEN", "2025-12-31")]
    assert before not in {sessions.admin.value(ids, *other) for other in others}
