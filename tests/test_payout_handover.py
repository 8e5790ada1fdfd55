"""The hand-over of payouts: claims by several at once, disbursers that die, confirmations, cancellations."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg import errors
from werkzeug.test import TestResponse

import app as service
from db.pool import Pool
from tests.sessions import AS_OF, PATIENCE, Row, Session, Sessions, charge, make_payout, new_id, payout_event


def make_payouts(sessions: Sessions, currency: str, count: int) -> set[str]:
    """So many payouts that nobody has."""
    sessions.admin.ingest_all([charge(new_id("res"), currency) for _ in range(count)])
    assert sessions.admin.pay(currency)["payouts_created"] == count
    rows = sessions.admin.rows("select payout_id from ledger.payouts where currency = %s", currency)
    return {row["payout_id"] for row in rows}


def claim(session: Session, currency: str, limit: int = 100, actor: str = "job") -> list[Row]:
    return session.rows("select * from api.claim_payouts(%s, %s, %s)", currency, limit, actor)


def cancel(session: Session, payout_id: str, reference: str | None = None) -> Row:
    return session.row("select * from api.cancel_payout(%s, 'a mistake', %s)", payout_id, reference or new_id("ref"))


# Claims


def test_disbursers_at_once_get_each_payout_once(sessions: Sessions, currency: str) -> None:
    payouts = make_payouts(sessions, currency, 60)
    disbursers = sessions.several(4)

    def work(number: int) -> list[str]:
        mine: list[str] = []
        while rows := claim(disbursers[number], currency, 7, f"job {number}"):
            assert {row["submitted_by"] for row in rows} == {f"job {number}"}
            mine += [row["payout_id"] for row in rows]
        return mine

    given = sessions.at_once([partial(work, number) for number in range(4)])
    everything = [payout_id for mine in given for payout_id in mine]
    assert len(everything) == len(set(everything)) == 60
    assert set(everything) == payouts
    for number, mine in enumerate(given):
        kept = sessions.admin.rows("select payout_id from ledger.payouts where submitted_by = %s", f"job {number}")
        assert {row["payout_id"] for row in kept} >= set(mine)


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_claim_waits_for_none_and_takes_what_is_left(sessions: Sessions, currency: str, end: str) -> None:
    payouts = make_payouts(sessions, currency, 5)
    first, second = sessions.several(2)
    first.begin()
    mine = {row["payout_id"] for row in claim(first, currency, 3, "first")}
    others = {row["payout_id"] for row in claim(second, currency, 100, "second")}
    assert (len(mine), mine | others, mine & others) == (3, payouts, set())
    first.run(end)
    left = {row["payout_id"] for row in claim(second, currency, 100, "second")}
    assert left == (mine if end == "rollback" else set())


DISBURSER = """
import sys, time
import psycopg
connection = psycopg.connect(sys.argv[1], options="-c role=cuenta_app", autocommit=sys.argv[3] == "committed")
rows = connection.execute("select payout_id from api.claim_payouts(%s, 2, 'doomed')", (sys.argv[2],)).fetchall()
print(len(rows), flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("moment", ["committed", "open"])
def test_a_disburser_that_is_killed_leaves_an_aged_claim_or_none(
    sessions: Sessions, currency: str, moment: str
) -> None:
    payouts = make_payouts(sessions, currency, 3)
    arguments = [sys.executable, "-c", DISBURSER, sessions.url, currency, moment]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as disburser:
        assert disburser.stdout is not None
        assert disburser.stdout.readline() == "2\n"
        disburser.send_signal(signal.SIGKILL)
    claims = "select * from reporting.payout_claims where currency = %s"
    if moment == "committed":
        left = sessions.admin.rows(claims, currency)
        assert len(left) == 2
        for row in left:
            assert row["submitted_by"] == "doomed"
            assert row["age"].total_seconds() > 0
        # Nobody else gets them; the heir of the name finds them.
        assert len(claim(sessions.open(), currency)) == 1
        heir = sessions.admin.rows(
            "select * from api.list_payouts(p_currency => %s, p_submitted_by => 'doomed', p_is_confirmed => false)",
            currency,
        )
        assert {row["payout_id"] for row in heir} == {row["payout_id"] for row in left}
    else:
        sessions.wait_until(
            "select count(*) = 0 from pg_locks as l where l.relation = 'ledger.payouts'::regclass"
            " and l.mode = 'RowExclusiveLock'"
        )
        assert sessions.admin.rows(claims, currency) == []
        assert {row["payout_id"] for row in claim(sessions.open(), currency)} == payouts


# Confirmations


def test_one_external_id_said_of_two_payouts_at_once_is_given_to_one(sessions: Sessions, currency: str) -> None:
    pair = sessions.several(2)
    for _ in range(10):
        payouts = [make_payout(sessions, new_id("res"), currency)["payout_id"] for _ in range(2)]
        external_id = new_id("bank")

        def confirm(number: int, payouts: list[str] = payouts, external_id: str = external_id) -> str:
            try:
                row = pair[number].row("select * from api.confirm_payout(%s, %s)", payouts[number], external_id)
            except psycopg.Error as error:
                assert error.sqlstate == "LCEXT"
                return "refused"
            return str(row["external_id"])

        assert sorted(sessions.at_once([partial(confirm, number) for number in range(2)])) == [external_id, "refused"]


def test_a_confirmation_that_waits_for_a_report_keeps_both(sessions: Sessions, currency: str) -> None:
    reporter, disburser = sessions.several(2)
    payout = make_payout(sessions, new_id("res"), currency)
    claim(disburser, currency)
    reporter.begin()
    reporter.ingest(payout_event(payout, "payout_paid"))
    waiting = disburser.start(
        lambda: disburser.row("select * from api.confirm_payout(%s, %s)", payout["payout_id"], new_id("bank"))
    )
    sessions.wait_until_blocked_by(disburser, reporter)
    reporter.commit()
    row = waiting.result(PATIENCE)
    assert (row["status"], row["submitted_by"]) == ("PAID", "job")


# Cancellations


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_cancellation_waits_for_a_claim_and_is_refused_if_it_stands(
    sessions: Sessions, currency: str, end: str
) -> None:
    disburser, person = sessions.open(), sessions.open(role="cuenta_operator")
    payout = make_payout(sessions, new_id("res"), currency)
    disburser.begin()
    assert len(claim(disburser, currency)) == 1
    waiting = person.start(lambda: cancel(person, payout["payout_id"]))
    sessions.wait_until_blocked_by(person, disburser)
    disburser.run(end)
    answer = waiting.result(PATIENCE)
    expected = ("rejected", "PAYOUT_HANDED_OVER") if end == "commit" else ("processed", None)
    assert (answer["status"], answer["code"]) == expected


def test_a_claim_passes_over_what_is_being_canceled(sessions: Sessions, currency: str) -> None:
    disburser, person = sessions.open(), sessions.open(role="cuenta_operator")
    payouts = make_payouts(sessions, currency, 2)
    gone = min(payouts)
    person.begin()
    assert cancel(person, gone)["status"] == "processed"
    assert {row["payout_id"] for row in claim(disburser, currency)} == payouts - {gone}
    person.commit()
    assert claim(disburser, currency) == []


def test_two_people_cancel_a_payout_once(sessions: Sessions, currency: str) -> None:
    people = [sessions.open(role="cuenta_operator") for _ in range(2)]
    for reference in (None, "the same"):
        restaurant = new_id("res")
        payout = make_payout(sessions, restaurant, currency)
        name = reference and f"{reference} {restaurant}".replace(" ", "_")
        answers = sessions.at_once([partial(cancel, person, payout["payout_id"], name) for person in people])
        told = sorted((a["status"], a["code"] or "") for a in answers)
        if name:
            assert told == [("already_processed", ""), ("processed", "")]
        else:
            assert told == [("processed", ""), ("processed", "NO_EFFECT")]
        moved = [e["entry_type"] for e in sessions.entries(restaurant)]
        assert moved == ["CHARGE", "FEE", "PAYOUT_RESERVE", "PAYOUT_CANCELLATION"]
        assert sessions.admin.balance(restaurant, currency)["available"] == 950


def test_a_canceled_payout_is_canceled_and_its_report_of_failure_changes_no_money(
    sessions: Sessions, currency: str
) -> None:
    person, reporter = sessions.open(role="cuenta_operator"), sessions.open()
    restaurant = new_id("res")
    payout = make_payout(sessions, restaurant, currency)
    assert cancel(person, payout["payout_id"])["entries"] == 1
    for kind in ("payout_canceled", "payout_failed"):
        assert reporter.ingest(payout_event(payout, kind))["entries"] == 0
    assert sessions.admin.balance(restaurant, currency)["available"] == 950


# HTTP


@pytest.fixture(scope="module")
def client(create_database: Callable[..., str]) -> Iterator[FlaskClient]:
    """A client with an operator's rights of a service on a database with three payouts of 950 in PEN."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUENTA_ROLE", "cuenta_operator")
        application = service.create_app(Pool(create_database()))
    client = application.test_client()
    for number in range(3):
        assert client.post("/v1/processor/events", json=charge(f"res_{number}", "PEN")).status_code == 201
    run = {"currency": "PEN", "as_of": AS_OF.isoformat()}
    assert told(client.post("/v1/payouts/run", json=run), 202)["payouts_created"] == 3
    yield client
    application.extensions["pool"].close()


def told(response: TestResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return json.loads(response.text)


def test_payouts_are_claimed_confirmed_and_found_over_http(client: FlaskClient) -> None:
    [first, second] = told(client.post("/v1/payouts/claim", json={"currency": "pen", "limit": 2, "actor": "bank-job"}))[
        "data"
    ]
    assert (first["amount"], first["submitted_by"]) == (950, "bank-job")
    mine = told(client.get("/v1/payouts?submitted_by=bank-job&is_confirmed=false"))["data"]
    assert {row["payout_id"] for row in mine} == {first["payout_id"], second["payout_id"]}
    path = f"/v1/payouts/{first['payout_id']}/confirm"
    confirmed = told(client.post(path, json={"external_id": "trx-1", "actor": "bank-job"}))
    assert (confirmed["external_id"], confirmed["confirmed_by"]) == ("trx-1", "bank-job")
    assert told(client.post(path, json={"external_id": "trx-1", "actor": "another"})) == confirmed
    found = told(client.get("/v1/payouts?external_id=trx-1"))["data"]
    assert [row["payout_id"] for row in found] == [first["payout_id"]]
    for refused, body, status, code in (
        (path, {"external_id": "trx-2"}, 409, "EXTERNAL_ID_IN_USE"),
        (f"/v1/payouts/{second['payout_id']}/confirm", {"external_id": "trx-1"}, 409, "EXTERNAL_ID_IN_USE"),
        (path, {"external_id": "a b"}, 422, "EXTERNAL_ID_INVALID"),
        (path, {"external_id": "x" * 129}, 422, "EXTERNAL_ID_INVALID"),
        (path, {"external_id": ""}, 422, "EXTERNAL_ID_INVALID"),
        (path, {}, 400, "ARGUMENT_MISSING"),
        (path, {"external_id": 5}, 400, "INVALID_INPUT"),
        ("/v1/payouts/po_1/confirm", {"external_id": "trx-1"}, 404, "PAYOUT_NOT_FOUND"),
        ("/v1/payouts/claim", {}, 400, "ARGUMENT_MISSING"),
        ("/v1/payouts/claim", {"currency": "PEN", "limit": 0}, 400, "LIMIT_INVALID"),
        ("/v1/payouts/claim", {"currency": "PEN", "actor": " "}, 422, "ACTOR_INVALID"),
        ("/v1/payouts/claim", {"currency": "ZZZ"}, 422, "CURRENCY_UNKNOWN"),
    ):
        assert told(client.post(refused, json=body), status)["error"]["code"] == code, body
    assert [row["payout_id"] for row in told(client.post("/v1/payouts/claim", json={"currency": "PEN"}))["data"]]
    assert told(client.post("/v1/payouts/claim", json={"currency": "PEN"})) == {"data": []}


def test_the_entries_of_a_payout_are_read_page_by_page(client: FlaskClient) -> None:
    [payout] = told(client.get("/v1/payouts?restaurant_id=res_0"))["data"]
    path = f"/v1/payouts/{payout['payout_id']}/entries"
    rows, page = [], told(client.get(f"{path}?limit=1"))
    while page["data"]:
        rows += page["data"]
        if page["next_cursor"] is None:
            break
        page = told(client.get(f"{path}?limit=1&cursor={page['next_cursor']}"))
    assert [(row["item_type"], row["entry_type"], row["amount"]) for row in rows] == [
        ("gross_sales", "CHARGE", 1000),
        ("fees", "FEE", -50),
    ]
    assert told(client.get(path))["data"] == rows
    assert told(client.get("/v1/payouts/po_1/entries"), 404)["error"]["code"] == "PAYOUT_NOT_FOUND"
    assert told(client.get(f"{path}?cursor=31"), 400)["error"]["code"] == "CURSOR_INVALID"


def test_a_payout_tells_its_failure_code_and_message(client: FlaskClient) -> None:
    [payout] = told(client.get("/v1/payouts?restaurant_id=res_2"))["data"]
    event = payout_event(payout, "payout_failed", failure_code="bank_unavailable", failure_message="try again")
    assert client.post("/v1/processor/events", json=event).status_code == 201
    found = told(client.get(f"/v1/payouts/{payout['payout_id']}"))
    assert (found["status"], found["failure_code"], found["failure_reason"]) == (
        "FAILED",
        "bank_unavailable",
        "try again",
    )


def test_a_payout_is_canceled_over_http_once_and_not_after_the_hand_over(client: FlaskClient) -> None:
    event = charge("res_9", "PEN")
    assert client.post("/v1/processor/events", json=event).status_code == 201
    run = {"currency": "PEN", "as_of": AS_OF.isoformat(), "restaurant_ids": ["res_9"]}
    told(client.post("/v1/payouts/run", json=run), 202)
    [payout] = told(client.get("/v1/payouts?restaurant_id=res_9"))["data"]
    assert len(told(client.post("/v1/payouts/claim", json={"currency": "PEN"}))["data"]) == 1
    path, body, headers = f"/v1/payouts/{payout['payout_id']}/cancel", {"reason": "wrong"}, {"Idempotency-Key": "can-1"}
    refused = told(client.post(path, json=body, headers=headers), 422)
    assert (refused["status"], refused["code"]) == ("rejected", "PAYOUT_HANDED_OVER")
    canceled = told(client.post(path, json=body | {"bank_told": True, "actor": "ana"}, headers=headers), 201)
    assert (canceled["event_type"], canceled["entries"]) == ("payout_withdrawn", 1)
    told(client.post(path, json=body | {"bank_told": True, "actor": "ana"}, headers=headers), 200)
    assert told(client.get(f"/v1/payouts/{payout['payout_id']}"))["status"] == "CANCELED"
    for code, status, more, keys in (
        ("ARGUMENT_MISSING", 400, {"reason": None}, headers),
        ("IDEMPOTENCY_KEY_MISSING", 400, {}, {}),
        ("INVALID_INPUT", 400, {"bank_told": "yes"}, headers),
        ("REASON_INVALID", 422, {"reason": ""}, headers),
    ):
        assert told(client.post(path, json=body | more, headers=keys), status)["error"]["code"] == code
    gone = client.post("/v1/payouts/po_1/cancel", json=body, headers=headers)
    assert told(gone, 404)["error"]["code"] == "PAYOUT_NOT_FOUND"


def test_a_run_with_an_older_snapshot_fails_instead_of_paying_what_was_paused(
    sessions: Sessions, currency: str
) -> None:
    run, person = sessions.open(), sessions.open(role="cuenta_operator")
    restaurant = new_id("res")
    run.ingest(charge(restaurant, currency))
    run.run("begin isolation level repeatable read")
    run.balance(restaurant, currency)
    person.row("select * from api.pause_payouts(%s, %s, 'stop it now')", restaurant, currency)
    with pytest.raises(errors.SerializationFailure):
        run.pay(currency)
    run.rollback()
    assert run.pay(currency)["skipped"] == {"payouts_paused": 1}
