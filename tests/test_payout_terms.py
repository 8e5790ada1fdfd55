"""Payout terms and pauses: with two sessions at once, and over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import app as service
from db.pool import Pool
from tests.sessions import AS_OF, PATIENCE, Session, Sessions, charge, make_payout, new_id, payout_event

TERMS = "/v1/restaurants/{}/payout-terms"


def terms_of(session: Session, restaurant_id: str, currency: str) -> dict[str, Any]:
    return session.row("select * from api.get_payout_terms(%s, %s)", restaurant_id, currency)


def skipped(session: Session, currency: str) -> Any:
    return session.pay(currency)["skipped"]


# Two sessions


def test_a_resume_waits_for_the_run_that_passes_over_and_the_next_run_pays(sessions: Sessions, currency: str) -> None:
    run, person = sessions.open(), sessions.open(role="cuenta_operator")
    restaurant = new_id("res")
    run.ingest(charge(restaurant, currency))
    person.row("select * from api.pause_payouts(%s, %s, 'look at it')", restaurant, currency)
    run.begin()
    assert skipped(run, currency) == {"payouts_paused": 1}
    waiting = person.start(lambda: person.row("select * from api.resume_payouts(%s, %s)", restaurant, currency))
    sessions.wait_until_blocked_by(person, run)
    run.commit()
    assert waiting.result(PATIENCE)["is_paused"] is False
    assert run.pay(currency)["payouts_amount"] == 950


def test_a_run_that_waits_for_a_resume_pays(sessions: Sessions, currency: str) -> None:
    run, person = sessions.open(), sessions.open(role="cuenta_operator")
    restaurant = new_id("res")
    run.ingest(charge(restaurant, currency))
    person.row("select * from api.pause_payouts(%s, %s, 'look at it')", restaurant, currency)
    person.begin()
    person.row("select * from api.resume_payouts(%s, %s)", restaurant, currency)
    waiting = run.start(lambda: run.pay(currency))
    sessions.wait_until_blocked_by(run, person)
    person.commit()
    assert waiting.result(PATIENCE)["payouts_amount"] == 950


def test_a_resume_between_two_chunks_of_a_run_counts_for_the_rest(sessions: Sessions, currency: str) -> None:
    run, person = sessions.open(), sessions.open(role="cuenta_operator")
    restaurants = sorted(new_id("res") for _ in range(4))
    run.ingest_all([charge(r, currency) for r in restaurants])
    for restaurant in restaurants:
        person.row("select * from api.pause_payouts(%s, %s, 'look at it')", restaurant, currency)
    run_id = run.row("select * from api.start_payout_run(%s, %s)", currency, AS_OF)["run_id"]
    run.row("select * from api.continue_payout_run(%s, 2)", run_id)
    for restaurant in restaurants:
        person.row("select * from api.resume_payouts(%s, %s)", restaurant, currency)
    answer = run.row("select * from api.continue_payout_run(%s, 3)", run_id)
    assert (answer["payouts_created"], answer["skipped"]) == (2, {"payouts_paused": 2})
    assert run.pay(currency)["payouts_created"] == 2


def test_a_run_that_waits_for_a_permanent_failure_passes_over(sessions: Sessions, currency: str) -> None:
    run, reporter = sessions.several(2)
    restaurant = new_id("res")
    payout = make_payout(sessions, restaurant, currency)
    run.ingest(charge(restaurant, currency, amount=700, fee=0))
    reporter.begin()
    reporter.ingest(payout_event(payout, "payout_failed", failure_code="account_closed"))
    waiting = run.start(lambda: run.pay(currency, AS_OF + timedelta(days=1)))
    sessions.wait_until_blocked_by(run, reporter)
    reporter.commit()
    assert waiting.result(PATIENCE)["skipped"] == {"payouts_paused": 1}
    assert "account_closed" in terms_of(run, restaurant, currency)["paused_reason"]


def test_who_sets_terms_waits_for_another_who_does(sessions: Sessions, currency: str) -> None:
    first, second = (sessions.open(role="cuenta_operator") for _ in range(2))
    restaurant = new_id("res")
    assert first.ingest(charge(restaurant, currency))["status"] == "processed"
    first.row("select * from api.set_payout_terms(%s, %s, p_payable_unit => 10)", restaurant, currency)
    first.begin()
    first.row("select * from api.set_payout_terms(%s, %s, p_min_amount => 100)", restaurant, currency)
    query = "select * from api.set_payout_terms(%s, %s, p_max_amount => 900)"
    waiting = second.start(lambda: second.row(query, restaurant, currency))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    terms = waiting.result(PATIENCE)
    assert (terms["min_amount"], terms["max_amount"], terms["payable_unit"]) == (100, 900, 10)


def test_terms_set_at_once_are_all_kept(sessions: Sessions, currency: str) -> None:
    """Also where there is no account yet whose lock would order them."""
    people = [sessions.open(role="cuenta_operator") for _ in range(6)]
    restaurant = new_id("res")
    sessions.admin.row("select * from api.set_restaurant(%s)", restaurant)

    def change(number: int) -> Any:
        return people[number].row(
            "select * from api.set_payout_terms(%s, %s, p_min_amount => %s, p_actor => %s)",
            restaurant,
            currency,
            number + 1,
            f"person {number}",
        )

    sessions.at_once([partial(change, number) for number in range(6)])
    history = sessions.admin.rows(
        "select * from reporting.payout_term_changes where restaurant_id = %s order by change_no", restaurant
    )
    assert len(history) == 6
    minimum = None
    for row in history:
        assert (row["term"], row["old_value"]) == ("min_amount", minimum and str(minimum))
        minimum = int(row["new_value"])
        assert row["changed_by"] == f"person {minimum - 1}"
    assert terms_of(people[0], restaurant, currency)["min_amount"] == minimum


# HTTP


@pytest.fixture(scope="module")
def url(create_database: Callable[..., str]) -> str:
    """A database of its own: the tests with sessions wait until nobody else is in theirs."""
    return create_database()


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[FlaskClient]:
    """A client of a service with an operator's rights, on a database with a restaurant that has 11400."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUENTA_ROLE", "cuenta_operator")
        application = service.create_app(Pool(url))
    client = application.test_client()
    event = charge("res_001", "PEN", amount=12000, fee=600)
    assert client.post("/v1/processor/events", json=event).status_code == 201
    yield client
    application.extensions["pool"].close()


@pytest.fixture(scope="module")
def app_client(url: str) -> Iterator[FlaskClient]:
    """The same with the service's own rights."""
    application = service.create_app(Pool(url))
    yield application.test_client()
    application.extensions["pool"].close()


def told(response: TestResponse, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return json.loads(response.text)


def test_terms_are_set_and_read_and_have_the_same_names(client: FlaskClient) -> None:
    path = TERMS.format("res_001")
    assert told(client.get(path, query_string={"currency": "pen"})) == {
        "restaurant_id": "res_001",
        "currency": "PEN",
        **dict.fromkeys(("min_amount", "max_amount", "paused_at", "paused_by", "paused_reason")),
        "payable_unit": 1,
        "is_paused": False,
    }
    body = {"currency": "PEN", "min_amount": 20000, "max_amount": 90000, "payable_unit": 50}
    answer = told(client.put(path, json=body | {"reason": "agreed", "actor": "ana"}))
    assert {name: answer[name] for name in body} == body
    assert told(client.get(path, query_string={"currency": "PEN"})) == answer
    assert told(client.put(path, json={"currency": "PEN", "payable_unit": 0}))["payable_unit"] == 1
    last, first = told(client.get(f"{path}/changes?currency=pen"))["data"]
    assert (first["changed_by"], first["reason"]) == ("ana", "agreed")
    assert first["old_terms"] == {"min_amount": None, "max_amount": None, "payable_unit": None}
    assert first["new_terms"] == {"min_amount": 20000, "max_amount": 90000, "payable_unit": 50}
    assert (last["old_terms"], last["new_terms"]) == ({"payable_unit": 50}, {"payable_unit": None})
    page = told(client.get(f"{path}/changes?limit=1"))
    assert (page["data"], told(client.get(f"{path}/changes?cursor={page['next_cursor']}"))["data"]) == ([last], [first])
    assert told(client.get(f"{path}/changes?currency=USD"))["data"] == []
    for url, status in ((f"{path}/changes?currency=ZZZ", 422), (f"{path}/changes?cursor=x", 400)):
        assert client.get(url).status_code == status
    assert client.get(TERMS.format("nobody") + "/changes").status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({}, 400, "ARGUMENT_MISSING", None),
        ({"currency": "PEN", "min_amount": "5"}, 400, "INVALID_INPUT", "min_amount"),
        ({"currency": "PEN", "min_amount": 1.5}, 400, "INVALID_INPUT", "min_amount"),
        ({"currency": "PEN", "minimum": 5}, 400, "INVALID_INPUT", "minimum"),
        ({"currency": "PEN", "max_amount": -1}, 422, "PAYOUT_TERMS_INVALID", "max_amount"),
        ({"currency": "PEN", "payable_unit": 10**18}, 422, "PAYOUT_TERMS_INVALID", "payable_unit"),
        ({"currency": "PEN", "min_amount": 9, "max_amount": 8}, 422, "PAYOUT_TERMS_INVALID", "min_amount"),
        ({"currency": "PEN", "actor": ""}, 422, "ACTOR_INVALID", None),
        ({"currency": "PEN", "reason": " "}, 422, "REASON_INVALID", None),
        ({"currency": "ZZZ"}, 422, "CURRENCY_UNKNOWN", None),
    ],
)
def test_wrong_terms_are_refused_by_name(
    client: FlaskClient, body: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    error = told(client.put(TERMS.format("res_001"), json=body), status)["error"]
    assert error["code"] == code
    assert field is None or error["details"]["field"] == field


def test_a_restaurant_is_paused_passed_over_resumed_and_paid_by_hand(client: FlaskClient) -> None:
    path, run = TERMS.format("res_001"), {"currency": "PEN", "as_of": AS_OF.isoformat()}
    client.put(path, json={"currency": "PEN", "min_amount": 20000, "max_amount": 0})
    answer = told(client.post(f"{path}/pause", json={"currency": "PEN", "reason": "a new account", "actor": "ana"}))
    assert (answer["is_paused"], answer["paused_by"], answer["paused_reason"]) == (True, "ana", "a new account")
    by_hand = run | {"restaurant_ids": ["res_001"], "reason": "it asked for it", "actor": "ana"}
    assert told(client.post("/v1/payouts/run", json=run), 202)["skipped"] == {"payouts_paused": 1}
    assert told(client.post("/v1/payouts/by-hand", json=by_hand), 202)["skipped"] == {"payouts_paused": 1}
    assert told(client.post(f"{path}/resume", json={"currency": "PEN"}))["is_paused"] is False
    assert told(client.post("/v1/payouts/run", json=run), 202)["skipped"] == {"below_minimum": 1}
    dry = told(client.post("/v1/payouts/by-hand", json=by_hand | {"dry_run": True}), 202)
    assert (dry["run_id"], dry["payouts_amount"]) == (None, 11400)
    paid = told(client.post("/v1/payouts/by-hand", json=by_hand), 202)
    assert (paid["payouts_created"], paid["payouts_amount"]) == (1, 11400)
    told_run = told(client.get(f"/v1/payouts/runs/{paid['run_id']}"))
    assert (told_run["overrides_terms"], told_run["started_by"], told_run["reason"]) == (True, "ana", "it asked for it")
    [listed] = [r for r in told(client.get("/v1/payouts/runs"))["data"] if r["run_id"] == paid["run_id"]]
    assert listed["overrides_terms"] is True


def test_a_pause_has_a_reason(client: FlaskClient) -> None:
    error = told(client.post(TERMS.format("res_001") + "/pause", json={"currency": "PEN"}), 400)["error"]
    assert (error["code"], error["details"]) == ("ARGUMENT_MISSING", {"argument": "reason"})


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", TERMS.format("res_001"), {"currency": "PEN", "min_amount": 0}),
        ("POST", TERMS.format("res_001") + "/resume", {"currency": "PEN"}),
        (
            "POST",
            "/v1/payouts/by-hand",
            {"currency": "PEN", "as_of": "2025-12-30", "restaurant_ids": [], "reason": "x"},
        ),
    ],
)
def test_what_is_for_operators_the_service_cannot_do(
    app_client: FlaskClient, client: FlaskClient, method: str, path: str, body: dict[str, Any]
) -> None:
    """Decided by the login's rights, and by no argument or setting."""
    assert told(app_client.open(path, method=method, json=body), 403)["error"]["code"] == "FORBIDDEN"
    assert client.open(path, method=method, json=body).status_code in (200, 202)


def test_the_service_may_pause(app_client: FlaskClient) -> None:
    body = {"currency": "USD", "reason": "a report of fraud"}
    assert told(app_client.post(TERMS.format("res_001") + "/pause", json=body))["is_paused"] is True


@pytest.mark.parametrize("hours", [0, -1, 8761])
def test_the_hours_that_a_payout_may_wait_have_limits(sessions: Sessions, hours: int) -> None:
    operator = sessions.open(role="cuenta_operator")
    with pytest.raises(psycopg.Error) as failure:
        operator.row("select * from api.set_platform_settings(p_payouts_waiting_hours => %s)", hours)
    assert (failure.value.sqlstate, failure.value.diag.constraint_name) == ("LUHRW", "PAYOUTS_WAITING_HOURS_INVALID")


def test_a_payout_that_waits_too_long_is_a_finding(sessions: Sessions, currency: str) -> None:
    operator = sessions.open(role="cuenta_operator")
    payout = make_payout(sessions, new_id("res"), currency)
    late = "select * from reporting.payouts_waiting where currency = %s"
    assert sessions.admin.rows(late, currency) == []
    with sessions.admin.connection.transaction(force_rollback=True):
        sessions.admin.run("set local session_replication_role = replica")
        sessions.admin.rows(
            "update ledger.payouts set created_at = now() - interval '25 hours' where currency = %s returning 1",
            currency,
        )
        assert sessions.admin.rows(late, currency) == []
        sessions.admin.row("select * from api.set_platform_settings(p_payouts_waiting_hours => 24)")
        row = sessions.admin.row(late, currency)
        assert (row["payout_id"], row["waits_for"], row["age"].days) == (payout["payout_id"], "nobody", 1)
        finding = sessions.admin.row(
            "select * from reporting.integrity_findings where check_name = 'payout_waiting' and currency = %s", currency
        )
        assert (finding["check_name"], finding["severity"]) == ("payout_waiting", "warning")
    assert operator.row("select * from api.set_platform_settings()")["payouts_waiting_hours"] == 72
