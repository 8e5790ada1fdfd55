"""Background work over HTTP: runs that are queued (Prefer: respond-async) and retried, schedules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

import app as service
from db.pool import Pool

RUN = {"currency": "PEN", "as_of": "2025-12-30"}
SCHEDULE = {
    "schedule_id": "pen-daily",
    "currency": "PEN",
    "cadence": "daily",
    "local_time": "02:30",
    "timezone": "America/Lima",
}


@pytest.fixture(scope="module")
def client(database: str) -> Iterator[FlaskClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUENTA_ROLE", "cuenta_operator")
        application = service.create_app(Pool(database))
    client = application.test_client()
    event = {"event_id": "evt_1", "event_type": "charge_succeeded", "restaurant_id": "res_1"}
    event |= {"occurred_at": "2025-12-30T10:00:00Z", "currency": "PEN"}
    assert client.post("/v1/processor/events", json=event | {"amount": 1000}).status_code == 201
    yield client
    application.extensions["pool"].close()


def answer(response: Any) -> Any:
    return response.json


@pytest.mark.parametrize(
    "prefer", ["respond-async", "Respond-Async", "wait=10, respond-async", "respond-async; foo=bar, wait=1"]
)
def test_a_run_is_queued_if_the_caller_prefers_that(client: FlaskClient, database: str, prefer: str) -> None:
    response = client.post("/v1/payouts/run", json=RUN | {"min_amount": 5}, headers={"Prefer": prefer})
    told = answer(response)
    assert (response.status_code, told["status"], told["payouts_created"]) == (202, "accepted", 0)
    assert re.fullmatch("run_[0-9a-f]{32}", told["run_id"])
    assert response.headers["Location"] == f"/v1/payouts/runs/{told['run_id']}"
    assert response.headers["Preference-Applied"] == "respond-async"
    run = answer(client.get(response.headers["Location"]))
    assert (run["state"], run["is_queued"], run["is_finished"], run["min_amount"]) == ("queued", True, False, 5)
    with psycopg.connect(database, autocommit=True) as worker:
        worker.execute("set role cuenta_worker")
        worker.execute("call api.pay_due_restaurants()")
    run = answer(client.get(response.headers["Location"]))
    assert (run["state"], run["is_finished"]) == ("finished", True)


@pytest.mark.parametrize("prefer", ["", "wait=10", "respond-asynchronously", "respond-async=no", "return=minimal"])
def test_else_it_is_answered_when_it_is_done(client: FlaskClient, prefer: str) -> None:
    response = client.post("/v1/payouts/run", json=RUN, headers={"Prefer": prefer})
    assert (response.status_code, answer(response)["is_finished"]) == (202, True)
    assert {"Location", "Preference-Applied"}.isdisjoint(response.headers)


def test_a_dry_run_is_answered_at_once(client: FlaskClient) -> None:
    response = client.post("/v1/payouts/run", json=RUN | {"dry_run": True}, headers={"Prefer": "respond-async"})
    assert (response.status_code, answer(response)["is_dry_run"]) == (202, True)
    assert {"Location", "Preference-Applied"}.isdisjoint(response.headers)
    response = client.post("/v1/payouts/run", json=RUN | {"dry_run": False}, headers={"Prefer": "respond-async"})
    assert response.headers["Location"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"currency": "PEN"}, 400, "ARGUMENT_MISSING"),
        ({"currency": "ZZZ", "as_of": "2025-12-30"}, 422, "CURRENCY_UNKNOWN"),
        ({"currency": "PEN", "as_of": "2999-12-30"}, 422, "AS_OF_IN_FUTURE"),
        ({"currency": "PEN", "as_of": "2025-12-30", "dry_run": None}, 400, "ARGUMENT_MISSING"),
        ({"currency": "PEN", "as_of": "2025-12-30", "restaurant_ids": ["nobody"]}, 404, "RESTAURANT_NOT_FOUND"),
    ],
)
def test_what_cannot_be_queued_is_refused_at_once(
    client: FlaskClient, body: dict[str, Any], status: int, code: str
) -> None:
    response = client.post("/v1/payouts/run", json=body, headers={"Prefer": "respond-async"})
    assert (response.status_code, answer(response)["error"]["code"]) == (status, code)


def test_a_dead_run_is_shown_and_brought_back(client: FlaskClient, database: str) -> None:
    queued = client.post("/v1/payouts/run", json=RUN, headers={"Prefer": "respond-async"})
    path = queued.headers["Location"]
    with psycopg.connect(database, autocommit=True) as worker:
        for _ in range(10):
            worker.execute("select from api.fail_payout_run(%s, 'P0001: boom')", [path.rpartition("/")[2]])
    run = answer(client.get(path))
    assert (run["state"], run["attempts"], run["error"], run["next_attempt_at"]) == ("dead", 10, "P0001: boom", None)
    listed = answer(client.get("/v1/payouts/runs?is_finished=false"))["data"]
    assert [row["state"] for row in listed if row["run_id"] == run["run_id"]] == ["dead"]
    bodies: list[dict[str, Any]] = [{"data": b"", "content_type": None}, {"json": {}}]
    for body in bodies:
        response = client.post(f"{path}/retry", **body)
        assert (response.status_code, answer(response)["state"]) == (202, "queued")
    assert client.post(f"{path}/retry", json={"actor": "ana"}).status_code == 400
    assert client.post(f"{path}/retry", data=b"[]", content_type="application/json").status_code == 400
    assert client.post(f"{path}/retry", data=b"{}", content_type="text/plain").status_code == 415
    unknown = client.post("/v1/payouts/runs/run_x/retry", json={})
    assert (unknown.status_code, answer(unknown)["error"]["code"]) == (404, "PAYOUT_RUN_NOT_FOUND")


def test_a_schedule_is_made_changed_and_listed(client: FlaskClient) -> None:
    made = client.put("/v1/payouts/schedules", json=SCHEDULE | {"actor": "ana"})
    assert made.status_code == 200
    told = answer(made)
    assert (told["local_time"], told["day"], told["as_of_days"], told["updated_by"]) == ("02:30:00", None, 1, "ana")
    monthly = {"cadence": "monthly", "day": 31, "as_of_days": 0, "min_amount": 500, "is_active": False}
    assert client.put("/v1/payouts/schedules", json=SCHEDULE | monthly).status_code == 200
    [told] = answer(client.get("/v1/payouts/schedules"))["data"]
    assert {name: told[name] for name in monthly} == monthly
    assert told["next_due_at"] is None


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"cadence": "hourly"}, 422, "PAYOUT_SCHEDULE_INVALID", "cadence"),
        ({"cadence": "weekly", "day": 0}, 422, "PAYOUT_SCHEDULE_INVALID", "day"),
        ({"local_time": "25:00"}, 422, "PAYOUT_SCHEDULE_INVALID", "local_time"),
        ({"local_time": "02:30\n"}, 422, "PAYOUT_SCHEDULE_INVALID", "local_time"),
        ({"schedule_id": "é"}, 422, "PAYOUT_SCHEDULE_INVALID", "schedule_id"),
        ({"as_of_days": 367}, 422, "PAYOUT_SCHEDULE_INVALID", "as_of_days"),
        ({"timezone": "Mars/Olympus"}, 422, "TIMEZONE_UNKNOWN", None),
        ({"timezone": "PST8PDT\n"}, 422, "TIMEZONE_UNKNOWN", None),
        ({"currency": "ZZZ"}, 422, "CURRENCY_UNKNOWN", None),
        ({"timezone": None}, 400, "ARGUMENT_MISSING", None),
        ({"day": 2**40}, 400, "INVALID_INPUT", None),
        ({"day": "1"}, 400, "INVALID_INPUT", "day"),
        ({"is_active": "yes"}, 400, "INVALID_INPUT", "is_active"),
        ({"weekday": 1}, 400, "INVALID_INPUT", "weekday"),
    ],
)
def test_what_is_no_schedule_is_refused(
    client: FlaskClient, change: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    response = client.put("/v1/payouts/schedules", json=SCHEDULE | change)
    error = answer(response)["error"]
    assert (response.status_code, error["code"]) == (status, code)
    assert field is None or error["details"]["field"] == field


def test_schedules_are_for_people(database: str) -> None:
    application = service.create_app(Pool(database))
    try:
        client = application.test_client()
        assert client.get("/v1/payouts/schedules").status_code == 200
        assert client.put("/v1/payouts/schedules", json=SCHEDULE).status_code == 403
    finally:
        application.extensions["pool"].close()
