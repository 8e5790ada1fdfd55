"""Who gets in: keys and their roles over HTTP, revocation, restaurants' own keys, secrets that stay secret.

Everything is tried from outside: a real service, `python db/keys.py`, and SQL as a role.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import http.client
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from db.deploy import deploy
from dev import embedded
from tests.services import KEY, ROOT, bearer, call, create_key, new_secret, receiving, send, working
from tests.test_serve import Service, eventually, serving

pytestmark = pytest.mark.long

Connect = Callable[..., psycopg.Connection[Any]]
DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text())
OPEN = ("/health", "/ready", "/docs", "/redoc", "/openapi.json")  # and the console's files, and signed webhooks
ROLES = ("processor", "app", "operator", "reader")
REVOKED_WITHIN = 10

# What a role may do, by the design's section 7: whoever may report, may do these and nothing else.
REPORTS = {"ingest_event", "ingest_events"}
# The service's back office, which runs payouts and hands them over, but moves nobody's money by hand.
RUNS = {
    "run_payouts",
    "claim_payouts",
    "confirm_payout",
    "pause_payouts",
    "set_restaurant",
    "retry_payout_run",
}
# Whether these lists are for operators only the page does not say.
EITHER = {
    "list_api_keys",
    "list_webhook_sources",
    "list_webhook_endpoints",
    "list_deliveries",
    "list_payout_schedules",
    "get_metrics",
    "metrics",
}


def operations() -> list[tuple[str, str, str]]:
    """Method, path and name of each operation that wants a key."""
    return [
        (method.upper(), path, operation["operationId"])
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        if method in ("get", "put", "post", "delete", "patch") and path not in OPEN and "/v1/webhooks/" not in path
    ]


def resolved(node: Any) -> Any:
    """What a reference of the document stands for."""
    while isinstance(node, dict) and "$ref" in node:
        found: Any = DOCUMENT
        for word in node["$ref"].removeprefix("#/").split("/"):
            found = found[word.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


def request(method: str, path: str, values: dict[str, str] | None = None) -> tuple[str, bytes | None, dict[str, str]]:
    """Path, body and headers of a request as the document says it, with its first example or with the values given."""
    operation = DOCUMENT["paths"][path][method.lower()]
    values, headers, query = values or {}, {}, []
    for reference in operation.get("parameters", []):
        parameter = resolved(reference)
        name, schema = parameter["name"], resolved(parameter.get("schema", {}))
        examples = [resolved(e)["value"] for e in parameter.get("examples", {}).values()] or [
            parameter.get("example", schema.get("example", "1" if schema.get("type") == "integer" else "x"))
        ]
        value = values.get(name, examples[0])
        if parameter["in"] == "path":
            path = path.replace("{" + name + "}", quote(str(value), safe=""))
        elif parameter["in"] == "query" and (parameter.get("required") or name in values):
            query.append(f"{name}={quote(str(value), safe='')}")
        elif parameter["in"] == "header" and parameter.get("required"):
            headers[name] = f"{value}-{secrets.token_hex(4)}"
    body = None
    if content := resolved(operation.get("requestBody", {})).get("content"):
        kind = "application/json" if "application/json" in content else next(iter(content))
        media = content[kind]
        examples = [resolved(example)["value"] for example in media.get("examples", {}).values()]
        chosen = examples[0] if examples else media.get("example", {})
        if isinstance(chosen, dict):
            chosen = {name: value for name, value in chosen.items() if name != "actor"}  # that is the key's name
        body = json.dumps(chosen).encode() if not isinstance(chosen, str) else chosen.encode()
        headers["Content-Type"] = kind
    return path + ("?" + "&".join(query) if query else ""), body, headers


@pytest.fixture(scope="module")
def keys(database: str) -> dict[str, str]:
    """A key for each role."""
    return {role: create_key(database, f"{role} of the tests", role)["key"] for role in ROLES}


@pytest.fixture(scope="module")
def door(database: str, keys: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service on the module's database, in which there are keys."""
    with serving(database, tmp_path_factory.mktemp("door") / "log") as service:
        yield service


def code(body: bytes) -> str:
    """An error's code."""
    return str(json.loads(body)["error"]["code"])


CHARGE: dict[str, Any] = {
    "event_type": "charge_succeeded",
    "occurred_at": "2025-12-30T10:00:00Z",
    "currency": "PEN",
    "amount": 12000,
    "fee": 600,
}


def charge(restaurant_id: str, **more: Any) -> dict[str, Any]:
    return CHARGE | {"event_id": f"evt_{secrets.token_hex(6)}", "restaurant_id": restaurant_id} | more


# Making keys


@pytest.mark.parametrize("role", ROLES)
def test_a_key_is_shown_once_and_stored_as_a_digest(database: str, role: str) -> None:
    made = create_key(database, f"shown once {role}", role)
    found = KEY.match(made["key"])
    assert found, "cuenta_live_<id>_<secret>"
    (listed,) = [row for row in call(database, "select * from api.list_api_keys()") if row["key_id"] == made["key_id"]]
    assert (listed["name"], listed["role"]) == (f"shown once {role}", role)
    assert found[2] not in json.dumps(listed, default=str)
    assert found[1] in (made["key_id"], str(made["key_id"]).removeprefix("key_"))
    assert found[2] not in dump(database)


def dump(database: str) -> str:
    """All rows of all tables, as text."""
    found = []
    with psycopg.connect(database) as session:
        tables = session.execute(
            "select format('%I.%I', n.nspname, c.relname) from pg_class as c"
            " join pg_namespace as n on n.oid = c.relnamespace"
            " where c.relkind = 'r' and n.nspname in ('ledger', 'access', 'inbound', 'outbound', 'deployment')"
        ).fetchall()
        for (table,) in tables:
            found += [text for (text,) in session.execute(f"select t::text from {table} as t").fetchall()]
    return "\n".join(found)


def test_two_keys_may_not_be_mistaken_for_one_another(database: str, door: Service) -> None:
    one, other = (create_key(database, name, "reader")["key"] for name in ("one", "other"))
    (id_one, secret_one), (id_other, secret_other) = (KEY.match(k).groups() for k in (one, other))  # type: ignore[union-attr]
    assert (id_one, secret_one) != (id_other, secret_other)
    for mixed in (f"cuenta_live_{id_one}_{secret_other}", f"cuenta_live_{id_other}_{secret_one}"):
        assert send(door.port, "GET", "/v1/payouts", headers=bearer(mixed))[0] == 401


@pytest.mark.parametrize(
    ("name", "role", "restaurant_id", "expires_at"),
    [
        (None, "reader", None, None),
        ("", "reader", None, None),
        ("a", None, None, None),
        ("a", "", None, None),
        ("a", "owner", None, None),
        ("a", "cuenta_owner", None, None),
        ("a", "superuser", None, None),
        ("a", "Reader", None, None),
        ("a\nb", "reader", None, None),
        ("x" * 2000, "reader", None, None),
        ("a", "operator", "res_bound", None),
        ("a", "app", "res_bound", None),
        ("a", "processor", "res_bound", None),
        ("a", "reader", None, datetime(2020, 1, 1, tzinfo=UTC)),
        ("a", "reader", None, "infinity"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(
    database: str, name: str | None, role: str | None, restaurant_id: str | None, expires_at: Any
) -> None:
    call(database, "select * from api.ingest_event(%s::jsonb)", json.dumps(charge("res_bound")))
    if expires_at == "infinity":
        with contextlib.suppress(psycopg.Error):  # for ever is what null says: either answer will do, but no crash
            create_key(database, "for ever", "reader", None, "infinity")
        return
    with pytest.raises(psycopg.Error) as failure:
        create_key(database, name, role, restaurant_id, expires_at)  # type: ignore[arg-type]
    assert str(failure.value.sqlstate)[:2] in ("LB", "LU", "22"), failure.value


def test_a_key_of_an_unknown_restaurant_is_refused(database: str) -> None:
    with pytest.raises(psycopg.Error) as failure:
        create_key(database, "a", "reader", "res_nobody_knows")
    assert str(failure.value.sqlstate)[:2] in ("LN", "LU", "LB")


def test_revoking_is_an_answer_each_time_and_unknown_ones_are_404(database: str) -> None:
    made = create_key(database, "revoked twice", "reader")
    for _ in range(2):
        call(database, "select * from api.revoke_api_key(%s)", made["key_id"])
    (row,) = [row for row in call(database, "select * from api.list_api_keys()") if row["key_id"] == made["key_id"]]
    assert row["revoked_at"]
    with pytest.raises(psycopg.Error) as failure:
        call(database, "select * from api.revoke_api_key(%s)", "nothing")
    assert str(failure.value.sqlstate)[:2] == "LN"


# Getting in


@pytest.mark.parametrize("path", OPEN)
def test_what_is_open_wants_no_key(door: Service, path: str) -> None:
    assert send(door.port, "GET", path)[0] == 200


@pytest.mark.parametrize(("method", "path", "name"), operations(), ids=lambda value: str(value))
def test_nothing_else_is_open(door: Service, method: str, path: str, name: str) -> None:
    where, body, headers = request(method, path)
    status, answered, text = send(door.port, method, where, body, headers)
    assert (status, code(text)) == (401, "UNAUTHENTICATED")
    assert answered["www-authenticate"].lower().startswith("bearer"), "RFC 9110: a 401 says how to get in"
    assert "request_id" in json.loads(text)["error"]


def test_what_is_not_there_tells_strangers_nothing(door: Service, keys: dict[str, str]) -> None:
    """A stranger learns neither which paths there are nor which ids."""
    for path in ("/v1/payouts/po_1", "/v1/nothing"):
        assert send(door.port, "GET", path)[0] in (401, 404)
    assert send(door.port, "GET", "/v1/nothing", headers=bearer(keys["reader"]))[0] == 404
    for method in ("HEAD", "OPTIONS", "PATCH", "TRACE", "GET"):
        assert send(door.port, method, "/v1/payouts")[0] in (401, 405), method
    assert send(door.port, "GET", "/v1/payouts/")[0] in (401, 404, 308)
    assert send(door.port, "GET", "//v1/payouts")[0] in (401, 404)
    assert send(door.port, "GET", "/%76%31/payouts")[0] == 401
    assert send(door.port, "GET", "/health/../v1/payouts")[0] in (401, 404)
    assert send(door.port, "GET", "/docs/../v1/payouts")[0] in (401, 404)
    assert send(door.port, "GET", "/console/../v1/payouts")[0] in (401, 404)


def wrong_headers(key: str) -> list[dict[str, str]]:
    head, secret = key.rsplit("_", 1)
    return [
        {"Authorization": header}
        for header in (
            "",
            "Bearer",
            "Bearer ",
            f"Basic {key}",
            f"{key}",
            f"Token {key}",
            f"Bearer {key}x",
            f"Bearer {key[:-1]}",
            f"Bearer {key} {key}",
            f"Bearer {key},{key}",
            f"Bearer {head}_{secret.swapcase()}",
            f"Bearer {head}_",
            f"Bearer {head}",
            "Bearer cuenta_live__",
            "Bearer cuenta_live_",
            f"Bearer {key.replace('live', 'test')}",
            f"Bearer {key.upper()}",
            "Bearer " + "x" * 7000,
            "Bearer cuenta_live_" + "a" * 6000 + "_" + "b" * 1000,
            "Bearer ' or true --",
            "Bearer \xe9\xff",
            "Bearer %00",
            "Bearer null",
            "Bearer a.b.c",
            "Bearer eyJhbGciOiJub25lIn0.eyJyb2xlIjoib3BlcmF0b3IifQ.",
        )
    ] + [{"X-Api-Key": key}, {"Cookie": f"key={key}"}, {"Proxy-Authorization": f"Bearer {key}"}]


def test_a_header_that_is_no_key_is_401(door: Service, keys: dict[str, str]) -> None:
    for headers in wrong_headers(keys["operator"]):
        status, _, text = send(door.port, "GET", "/v1/payouts", headers=headers)
        assert (status, code(text)) == (401, "UNAUTHENTICATED"), headers
    assert send(door.port, "GET", f"/v1/payouts?key={keys['operator']}&access_token={keys['operator']}")[0] == 401
    status = send(door.port, "GET", "/v1/payouts", headers={"authorization": f"bearer {keys['reader']}"})[0]
    assert status == 200, "RFC 9110: the scheme's case does not matter"


def test_two_authorization_headers_are_not_both_believed(door: Service, keys: dict[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=30)
    connection.putrequest("POST", "/v1/adjustments")
    connection.putheader("Authorization", f"Bearer {keys['reader']}")
    connection.putheader("Authorization", f"Bearer {keys['operator']}")
    connection.putheader("Content-Length", "0")
    connection.endheaders()
    assert connection.getresponse().status in (400, 401, 403)
    connection.close()


def may(role: str, method: str, name: str) -> bool | None:
    """Whether a role may do it; None: the page does not say."""
    if role == "processor":
        return name in REPORTS
    if name in EITHER:
        return True if role == "operator" else None
    if role == "operator":
        return True
    if method == "GET":
        return True
    return name in REPORTS | RUNS if role == "app" else False


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path", "name"), operations(), ids=lambda value: str(value))
def test_a_key_does_what_its_role_may_and_nothing_else(
    door: Service, keys: dict[str, str], method: str, path: str, name: str, role: str
) -> None:
    where, body, headers = request(method, path)
    status, _, text = send(door.port, method, where, body, headers | bearer(keys[role]))
    allowed = may(role, method, name)
    if allowed:
        assert status not in (401, 403) and status < 500, text
    elif allowed is not None:
        assert (status, code(text)) == (403, "FORBIDDEN"), f"{role} {method} {path}"


def test_a_body_that_cannot_be_read_gives_nothing_away_to_the_wrong_role(door: Service, keys: dict[str, str]) -> None:
    for body, kind in ((b"{", "application/json"), (b"x", "text/plain"), (b"", ""), (b"[" * 2000, "application/json")):
        headers = bearer(keys["reader"]) | ({"Content-Type": kind} if kind else {})
        status = send(door.port, "POST", "/v1/adjustments", body, headers)[0]
        assert status in (400, 403, 415), (body[:10], status)


def test_a_reader_in_sql_sees_no_digest(database: str) -> None:
    """Not even a hash is readable: it would be what a stolen backup of the reporting tool gives."""
    tables = call(
        database,
        "select format('%%I.%%I', n.nspname, c.relname) as name from pg_class as c"
        " join pg_namespace as n on n.oid = c.relnamespace where c.relkind in ('r', 'v') and n.nspname = 'access'",
    )
    assert tables
    for role in ("processor", "app", "operator", "reader", "door", "restaurant", "worker"):
        for table in tables:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                call(database, f"select * from {table['name']}", role=f"cuenta_{role}")


@pytest.mark.parametrize("role", ["processor", "app", "reader", "door", "restaurant", "worker"])
@pytest.mark.parametrize(
    "statement",
    [
        "select * from api.create_api_key('a', 'operator')",
        "select * from api.revoke_api_key('a')",
        "select * from api.set_webhook_source('a', 'standard', '{}')",
        "select * from api.add_webhook_secret('a', 'whsec_YWJj', now(), null)",
        "select * from api.set_webhook_endpoint('https://example.com', array['payout.paid'], '{}')",
        "select * from api.post_adjustment('a', 'res', 'PEN', 1, 'b')",
    ],
)
def test_in_sql_only_operators_give_rights(database: str, role: str, statement: str) -> None:
    with pytest.raises(psycopg.Error) as failure:
        call(database, statement, role=f"cuenta_{role}")
    assert failure.value.sqlstate in ("42501", "42883"), failure.value


def test_a_defaulted_key_may_be_made_by_an_operator_with_two_arguments(database: str) -> None:
    (row,) = call(database, "select * from create_api_key('two arguments', 'reader')", role="cuenta_operator")
    assert KEY.match(row["key"])


# Revocation and expiry


def ask_everywhere(door: Service, key: str, count: int = 24) -> set[int]:
    """The statuses of several requests at once: each worker's process gets some."""
    with concurrent.futures.ThreadPoolExecutor(12) as threads:
        return set(
            threads.map(lambda _: send(door.port, "GET", "/v1/payouts?limit=1", headers=bearer(key))[0], range(count))
        )


def test_a_revoked_key_works_nowhere_after_ten_seconds(database: str, door: Service) -> None:
    made = create_key(database, "to be revoked", "reader")
    assert ask_everywhere(door, made["key"]) == {200}
    call(database, "select * from api.revoke_api_key(%s)", made["key_id"])
    revoked = time.monotonic()
    while time.monotonic() - revoked < REVOKED_WITHIN:  # it is kept in use, so that a cache is kept warm
        ask_everywhere(door, made["key"], 4)
        time.sleep(0.1)
    for _ in range(3):
        assert ask_everywhere(door, made["key"]) == {401}


def test_a_key_revoked_over_http_stops_too(door: Service, keys: dict[str, str], database: str) -> None:
    body = json.dumps({"name": "over http", "role": "reader"}).encode()
    headers = bearer(keys["operator"]) | {"Content-Type": "application/json"}
    status, _, text = send(door.port, "POST", "/v1/keys", body, headers)
    made = json.loads(text)
    assert status in (200, 201)
    assert KEY.match(made["key"])
    assert send(door.port, "GET", "/v1/payouts", headers=bearer(made["key"]))[0] == 200
    listed = json.loads(send(door.port, "GET", "/v1/keys", headers=bearer(keys["operator"]))[2])
    assert made["key"] not in json.dumps(listed)
    assert made["key_id"] in json.dumps(listed)
    status = send(door.port, "DELETE", f"/v1/keys/{made['key_id']}", headers=bearer(keys["operator"]))[0]
    assert status in (200, 204)
    assert eventually(lambda: ask_everywhere(door, made["key"], 8) == {401}, REVOKED_WITHIN)


def test_an_expired_key_stops_by_itself(database: str, door: Service) -> None:
    made = create_key(database, "short", "reader", None, datetime.now(UTC) + timedelta(seconds=3))
    assert ask_everywhere(door, made["key"], 8) == {200}
    assert eventually(lambda: ask_everywhere(door, made["key"], 8) == {401}, 3 + REVOKED_WITHIN)


def test_a_key_made_now_works_at_once(database: str, door: Service) -> None:
    """Also one that was tried, and refused, before it was made cannot exist: secrets are random."""
    made = create_key(database, "at once", "reader")
    assert send(door.port, "GET", "/v1/payouts", headers=bearer(made["key"]))[0] == 200


def test_a_use_is_noted_coarsely(database: str, door: Service) -> None:
    made = create_key(database, "noted", "reader")

    def used() -> Any:
        rows = call(database, "select * from api.list_api_keys()")
        (row,) = [row for row in rows if row["key_id"] == made["key_id"]]
        return row["last_used_at"]

    assert used() is None
    ask_everywhere(door, made["key"])
    assert eventually(used, 20)
    first = used()
    for _ in range(5):
        ask_everywhere(door, made["key"], 12)
    assert used() == first, "not per request"


def test_revoking_the_last_key_does_not_open_the_service(create_database: Callable[..., str], tmp_path: Path) -> None:
    url = create_database()
    with serving(url, tmp_path / "log") as service:
        assert send(service.port, "GET", "/v1/payouts")[0] == 200, "no key, on loopback: as today"
        made = create_key(url, "the only one", "operator")
        assert eventually(lambda: {send(service.port, "GET", "/v1/payouts")[0] for _ in range(12)} == {401}, 10)
        call(url, "select * from api.revoke_api_key(%s)", made["key_id"])
        time.sleep(REVOKED_WITHIN)
        assert {send(service.port, "GET", "/v1/payouts")[0] for _ in range(12)} == {401}
        assert {send(service.port, "GET", "/v1/payouts", headers=bearer(made["key"]))[0] for _ in range(12)} == {401}


def test_who_listens_to_others_wants_a_key_although_there_is_none(
    create_database: Callable[..., str], tmp_path: Path
) -> None:
    with serving(create_database(), tmp_path / "log", "--allow-remote") as service:
        assert send(service.port, "GET", "/health")[0] == 200
        for path in ("/v1/payouts", "/v1/keys", "/v1/restaurants"):
            status, _, text = send(service.port, "GET", path)
            assert (status, code(text)) == (401, "UNAUTHENTICATED")
        assert send(service.port, "POST", "/v1/processor/events", b"{}", {"Content-Type": "application/json"})[0] == 401


def test_a_database_that_does_not_answer_opens_nothing(tmp_path: Path) -> None:
    server = embedded.Server(Path(tempfile.gettempdir()) / f"cuenta-door-{secrets.token_hex(4)}")
    try:
        server.start()
        url = server.url("postgres")
        deploy(url, quiet=True)
        known = create_key(url, "known", "operator")["key"]
        with serving(url, tmp_path / "log", CUENTA_POOL_TIMEOUT="1") as service:
            assert send(service.port, "GET", "/v1/payouts", headers=bearer(known))[0] == 200
            server.stop()
            for _ in range(2):
                for headers in ({}, bearer(known), bearer(known + "x"), bearer("cuenta_live_a_" + "b" * 40)):
                    status = send(service.port, "GET", "/v1/payouts", headers=headers)[0]
                    assert status in (401, 503), headers
                time.sleep(6)
            server.start()
            assert eventually(lambda: send(service.port, "GET", "/v1/payouts", headers=bearer(known))[0] == 200)
            assert send(service.port, "GET", "/v1/payouts")[0] == 401
    finally:
        server.stop()
        shutil.rmtree(server.data_dir, ignore_errors=True)


# Who did it


def test_the_keys_name_is_the_actor(database: str, door: Service, keys: dict[str, str]) -> None:
    call(database, "select * from api.ingest_event(%s::jsonb)", json.dumps(charge("res_actor")))
    headers = bearer(keys["operator"]) | {"Content-Type": "application/json"}
    body: dict[str, Any] = {"restaurant_id": "res_actor", "currency": "PEN", "amount": 5, "reason": "a test"}
    sent = json.dumps(body).encode()
    status, _, text = send(door.port, "POST", "/v1/adjustments", sent, headers | {"Idempotency-Key": "actor-1"})
    assert status == 201, text
    (row,) = call(database, "select e.* from ledger.processor_events as e where e.event_id = 'actor-1'")
    assert "operator of the tests" in json.dumps(row, default=str)
    # Who says somebody else's name is refused; one's own is no contradiction.
    for number, (actor, expected) in enumerate({"ana": 400, "operator of the tests": 201}.items(), 2):
        sent = json.dumps(body | {"actor": actor}).encode()
        more = headers | {"Idempotency-Key": f"actor-{number}"}
        status, _, text = send(door.port, "POST", "/v1/adjustments", sent, more)
        assert status == expected, text
    assert not call(database, "select from ledger.processor_events as e where e.event_id = 'actor-2'")


def test_the_log_says_who_with_which_role_did_what(door: Service, keys: dict[str, str]) -> None:
    request_id, event = f"req-{secrets.token_hex(4)}", charge("res_logged")
    headers = bearer(keys["processor"]) | {"Content-Type": "application/json", "X-Request-ID": request_id}
    assert send(door.port, "POST", "/v1/processor/events", json.dumps(event).encode(), headers)[0] == 201
    (line,) = eventually(lambda: [line for line in door.lines() if line.get("request_id") == request_id])
    said = json.dumps(line)
    assert "processor of the tests" in said
    assert event["event_id"] in said
    assert line["status"] == 201
    assert "processor" in [value.removeprefix("cuenta_") for value in line.values() if isinstance(value, str)]
    assert "/v1/processor/events" in (line.get("route"), line.get("path")), line


# A restaurant's own key

MINE, THEIRS = "res_bound_mine", "res_other_theirs"


@pytest.fixture(scope="module")
def bound(database: str, keys: dict[str, str]) -> str:
    """A key of restaurant MINE; of both restaurants there are payments, a refund, a dispute, a hold, two payouts."""
    for restaurant, word in ((MINE, "mine"), (THEIRS, "theirs")):
        events = [
            charge(restaurant, event_id=f"evt_{word}_1", payment_id=f"pay_{word}_1", amount=7_654_321),
            charge(restaurant, event_id=f"evt_{word}_2", payment_id=f"pay_{word}_2"),
            charge(restaurant, event_id=f"evt_{word}_3", payment_id=f"pay_{word}_3", currency="USD"),
            charge(restaurant, event_id=f"evt_{word}_4", refund_id=f"ref_{word}", payment_id=f"pay_{word}_2")
            | {"event_type": "refund_succeeded", "amount": 100},
            charge(restaurant, event_id=f"evt_{word}_5", dispute_id=f"dsp_{word}", payment_id=f"pay_{word}_2")
            | {"event_type": "dispute_opened", "amount": 100},
            charge(restaurant, event_id=f"evt_{word}_6", amount=-1),
            charge(restaurant, event_id=f"evt_{word}_7", refund_id=f"ref_w_{word}", payment_id=f"pay_w_{word}")
            | {"event_type": "refund_succeeded", "amount": 100},
        ]
        for event in events:
            if event["event_type"] != "charge_succeeded":
                event.pop("fee")
            call(database, "select * from api.ingest_event(%s::jsonb)", json.dumps(event))
        call(
            database,
            "select * from api.hold_funds(p_reference => %s, p_restaurant_id => %s, p_currency => 'PEN',"
            " p_amount => 10, p_reason => %s)",
            f"hold_{word}",
            restaurant,
            f"a hold of {word}",
        )
        call(database, "select * from api.run_payouts('PEN', '2025-12-31', 1, p_restaurant_ids => %s)", [restaurant])
    return str(create_key(database, "my own", "reader", MINE)["key"])


def payout_of(database: str, restaurant_id: str) -> str:
    (row,) = call(database, "select payout_id from api.list_payouts(p_restaurant_id => %s)", restaurant_id)
    return str(row["payout_id"])


@pytest.mark.parametrize(
    "path", ["balance?currency=PEN", "balances", "statement?currency=PEN&from=2025-12-01&to=2025-12-31"]
)
def test_a_restaurants_key_sees_its_own(door: Service, bound: str, path: str) -> None:
    status, _, text = send(door.port, "GET", f"/v1/restaurants/{MINE}/{path}", headers=bearer(bound))
    assert status == 200, text
    status, _, text = send(door.port, "GET", f"/v1/restaurants/{THEIRS}/{path}", headers=bearer(bound))
    assert (status, code(text)) in ((403, "FORBIDDEN"), (404, "RESTAURANT_NOT_FOUND")), text
    status, _, unknown = send(door.port, "GET", f"/v1/restaurants/res_unknown/{path}", headers=bearer(bound))
    assert (status, code(unknown)) == (status, code(text)), "whether a restaurant exists is nobody's business"


def test_a_restaurants_key_sees_its_payments_and_payouts(database: str, door: Service, bound: str) -> None:
    for path, own in (("/v1/payments", "pay_mine_1"), ("/v1/payouts", payout_of(database, MINE))):
        for query in ("", f"?restaurant_id={MINE}"):
            status, _, text = send(door.port, "GET", path + query, headers=bearer(bound))
            assert status == 200, text
            assert own in text.decode()
            assert "theirs" not in text.decode()
            assert payout_of(database, THEIRS) not in text.decode()
        status, _, text = send(door.port, "GET", f"{path}/{own}", headers=bearer(bound))
        assert status == 200, text
        assert send(door.port, "GET", f"{path}?restaurant_id={THEIRS}", headers=bearer(bound))[0] in (403, 404)


def test_somebody_elses_payout_is_as_an_unknown_one(database: str, door: Service, bound: str) -> None:
    theirs = payout_of(database, THEIRS)
    unknown = "po_" + "0" * 32
    for template in ("/v1/payouts/{}", "/v1/payouts/{}/entries"):
        answers = [send(door.port, "GET", template.format(name), headers=bearer(bound)) for name in (theirs, unknown)]
        told = [
            (status, re.sub(r"[0-9a-f]{32}", "", json.dumps(json.loads(text)["error"]))) for status, _, text in answers
        ]
        assert told[0] == told[1]
        assert told[0][0] in (403, 404)
    answers = [
        send(door.port, "GET", f"/v1/payments/{name}", headers=bearer(bound)) for name in ("pay_theirs_1", "pay_x")
    ]
    assert {status for status, _, _ in answers} == {404}


VALUES = {
    "restaurant_id": THEIRS,
    "event_id": "evt_theirs_1",
    "payment_id": "pay_theirs_1",
    "hold_id": "hold_theirs",
    "restaurant_ids": THEIRS,
    "currency": "PEN",
    "limit": "500",
}


@pytest.mark.parametrize(("method", "path", "name"), operations(), ids=lambda value: str(value))
def test_a_restaurants_key_gets_at_nobody_elses(
    database: str, door: Service, bound: str, method: str, path: str, name: str
) -> None:
    theirs = VALUES | {"payout_id": payout_of(database, THEIRS)}
    before = dump(database) if method != "GET" else ""
    for values in ({}, theirs, {"restaurant_id": MINE}, theirs | {"restaurant_id": MINE}):
        where, body, headers = request(method, path, values)
        status, _, text = send(door.port, method, where, body, headers | bearer(bound))
        said = text.decode().replace(where, "")
        assert status < 500, text
        if method != "GET":
            assert (status, code(text)) == (403, "FORBIDDEN"), "a bound key reads, and changes nothing"
        elif status == 200:
            for word in ("pay_theirs", "evt_theirs", "a hold of theirs", "7654321" if "mine" not in said else "theirs"):
                assert word not in said, (where, word)
            assert payout_of(database, THEIRS) not in said
            assert THEIRS not in said
    if method != "GET":
        after = re.sub(r"last_used.*", "", dump(database))
        assert len(after.splitlines()) == len(re.sub(r"last_used.*", "", before).splitlines())


def test_in_sql_a_restaurants_role_does_nothing_by_itself(database: str) -> None:
    functions = call(
        database,
        "select p.oid::regprocedure::text as name, p.proname from pg_proc as p"
        " where p.pronamespace in ('api'::regnamespace, 'ledger'::regnamespace, 'access'::regnamespace)"
        " and has_function_privilege('cuenta_restaurant', p.oid, 'execute') and p.prorettype <> 'trigger'::regtype",
    )
    assert len(functions) == 1, functions
    readable = call(
        database,
        "select c.oid::regclass::text as name from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
        " where n.nspname in ('api', 'ledger', 'access', 'inbound', 'outbound', 'reporting', 'deployment')"
        " and c.relkind in ('r', 'v', 'm', 'S') and has_table_privilege('cuenta_restaurant', c.oid, 'select')".replace(
            "%", "%%"
        ),
    )
    assert readable == []


def test_a_bound_key_revoked_is_revoked_in_the_database_at_once(database: str, door: Service) -> None:
    call(database, "select * from api.ingest_event(%s::jsonb)", json.dumps(charge("res_short")))
    made = create_key(database, "short bound", "reader", "res_short")
    path = "/v1/restaurants/res_short/balance?currency=PEN"
    assert send(door.port, "GET", path, headers=bearer(made["key"]))[0] == 200
    call(database, "select * from api.revoke_api_key(%s)", made["key_id"])
    assert eventually(
        lambda: {send(door.port, "GET", path, headers=bearer(made["key"]))[0] for _ in range(8)} <= {401, 403},
        REVOKED_WITHIN,
    )


# db/keys.py


def keys_py(url: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "db/keys.py", *words],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_keys_are_made_listed_and_revoked_on_the_command_line(database: str, door: Service) -> None:
    done = keys_py(database, "create", "cashier", "reader", "-o", "json")
    if done.returncode == 2:  # which of the two words are options the page does not say
        done = keys_py(database, "create", "--name", "cashier", "--role", "reader", "-o", "json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    made = made[0] if isinstance(made, list) else made
    assert KEY.match(made["key"])
    assert send(door.port, "GET", "/v1/payouts", headers=bearer(made["key"]))[0] == 200
    listed = keys_py(database, "list", "-o", "json")
    assert made["key"] not in listed.stdout
    assert made["key_id"] in {row["key_id"] for row in json.loads(listed.stdout)}
    plain = keys_py(database, "list")
    assert "cashier" in plain.stdout
    assert keys_py(database, "revoke", made["key_id"]).returncode == 0
    assert keys_py(database, "revoke", "nothing").returncode == 1
    assert eventually(lambda: ask_everywhere(door, made["key"], 8) == {401}, REVOKED_WITHIN)


def test_the_command_line_says_what_is_wrong(database: str) -> None:
    for words in (["create"], ["revoke"], ["nothing"], ["create", "a", "owner"]):
        done = keys_py(database, *words)
        assert done.returncode in (1, 2)
        assert done.stderr
        assert "Traceback" not in done.stderr
    done = keys_py("postgresql://nobody@127.0.0.1:1/none", "list")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


# Secrets stay secret


def test_no_secret_is_in_a_log_an_error_or_an_activity(tmp_path: Path) -> None:
    """Every way that a secret goes in or out, with a server that logs every statement."""
    folder = Path(tempfile.gettempdir()) / f"cuenta-secrets-{secrets.token_hex(4)}"
    settings = {"log_min_duration_statement": "0", "log_min_error_statement": "debug5", "log_statement": "all"}
    server = embedded.Server(folder, settings=settings)
    seen: list[str] = []
    stop = threading.Event()
    found: list[str] = []
    try:
        server.start()
        url = server.url("postgres")
        deploy(url, quiet=True)

        def watch() -> None:
            with psycopg.connect(url, autocommit=True, application_name="watcher") as session:
                while not stop.is_set():
                    rows = session.execute(
                        "select a.query from pg_stat_activity as a where a.application_name <> 'watcher'"
                    )
                    seen.extend(query for (query,) in rows.fetchall() if query)
                    time.sleep(0.002)

        watcher = threading.Thread(target=watch)
        watcher.start()
        made = keys_py(url, "create", "first", "operator", "-o", "json")
        if made.returncode == 2:
            made = keys_py(url, "create", "--name", "first", "--role", "operator", "-o", "json")
        first = json.loads(made.stdout)
        first = first[0] if isinstance(first, list) else first
        found.append(first["key"])
        started = (server.data_dir / "server.log").stat().st_size
        with receiving() as receiver, serving(url, tmp_path / "log") as service, working(url, tmp_path / "work"):
            headers = bearer(first["key"]) | {"Content-Type": "application/json"}

            def ask(method: str, path: str, body: Any = None, **more: str) -> tuple[int, Any]:
                sent = None if body is None else json.dumps(body).encode()
                status, _, text = send(service.port, method, path, sent, headers | more)
                return status, json.loads(text)

            status, key = ask("POST", "/v1/keys", {"name": "second", "role": "reader"})
            assert status in (200, 201), key
            found.append(key["key"])
            assert ask("GET", "/v1/payouts", Authorization=f"Bearer {key['key']}")[0] == 200
            wrong = "cuenta_live_abc_" + secrets.token_urlsafe(32)
            found.append(wrong)
            status, answer = ask("GET", "/v1/payouts", Authorization=f"Bearer {wrong}")
            assert status == 401
            assert wrong not in json.dumps(answer)
            secret = new_secret()
            found.append(secret)
            status, answer = ask("PUT", "/v1/webhook-sources", {"source": "shop", "scheme": "standard", "settings": {}})
            assert status in (200, 201), answer
            status, answer = ask("POST", "/v1/webhook-sources/shop/secrets", {"secret": secret})
            assert status in (200, 201), answer
            # Refused ones are secrets, too: a typing error does not make them public.
            for name, bad in (("shop", "whsec_" + "ñ" * 3 + secrets.token_hex(12)), ("nobody", new_secret())):
                found.append(bad)
                status, answer = ask("POST", f"/v1/webhook-sources/{name}/secrets", {"secret": bad})
                assert 400 <= status < 500
                assert bad[-12:] not in json.dumps(answer)
            status, answer = ask("PUT", "/v1/webhook-endpoints", ENDPOINT | {"url": receiver.url})
            assert status in (200, 201), answer
            found.append(answer["secret"])
            status, listed = ask("GET", "/v1/webhook-endpoints")
            assert answer["secret"] not in json.dumps(listed)
            assert ask("POST", "/v1/processor/events", charge("res_s", amount=-1))[0] == 422
            assert eventually(lambda: receiver.got), "a delivery is signed, and the secret stays where it is"
            call(url, "select * from api.create_api_key('third', 'reader')")
        stop.set()
        watcher.join()
        tails = [whole[-20:] for whole in found]
        log = (server.data_dir / "server.log").read_text(errors="replace")
        assert len(log) > started
        served, worked = (tmp_path / "log").read_text(), (tmp_path / "work").read_text()
        for tail in tails:
            places = {"server": log, "service": served, "worker": worked, "activity": "\n".join(seen)}
            assert [where for where, text in places.items() if tail in text] == []
    finally:
        stop.set()
        server.stop()
        shutil.rmtree(server.data_dir, ignore_errors=True)


ENDPOINT: dict[str, Any] = {"event_types": ["*"], "settings": {"allow_http": True, "allowed_hosts": ["127.0.0.1"]}}


# The document


def test_the_document_says_who_needs_a_key() -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert any(s["type"] == "http" and s["scheme"].lower() == "bearer" for s in schemes.values())
    for method, path, _ in operations():
        operation = DOCUMENT["paths"][path][method.lower()]
        assert operation.get("security", DOCUMENT.get("security")), path
        assert {"401", "403"} <= set(operation["responses"]), f"{method} {path}"
    for path in OPEN:
        for operation in DOCUMENT["paths"].get(path, {}).values():
            if isinstance(operation, dict):
                assert operation.get("security") == [], path
