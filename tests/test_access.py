"""Keys: every role and every restaurant tries what it may not, over HTTP and in the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient

import app as service
from auth import OPEN
from db.pool import Pool
from routes import ROUTES, Route
from tests.test_serve import serving
from tokens import FRESH, Issuer

ROOT = Path(__file__).resolve().parent.parent
Connect = Callable[..., psycopg.Connection[Any]]


def test_a_key_that_nobody_made_is_none(connect: Connect) -> None:
    with pytest.raises(psycopg.Error) as raised:
        connect(role="cuenta_restaurant").execute("select api.get_own('x', 'list_payouts')")
    assert (raised.value.sqlstate, raised.value.diag.constraint_name) == ("LAKEY", "UNAUTHENTICATED")


# Over HTTP


class Keyed:
    """A service with keys in its database, and a client that shows one of them, or none."""

    def __init__(self, url: str) -> None:
        self.url, self.application = url, service.create_app(Pool(url))
        self.client, self.keys, self.ids = self.application.test_client(), dict[str, str](), dict[str, str]()
        with psycopg.connect(url, autocommit=True) as admin:
            for number in (1, 2):
                event = EVENT | {"event_id": f"evt_{number}", "restaurant_id": f"res_{number}"}
                document = json.dumps(event | {"payment_id": f"pay_{number}"})
                admin.execute("select api.ingest_event(%s::jsonb)", [document])
            admin.execute("select api.run_payouts('PEN', '2025-12-30')")
            query = "select restaurant_id, payout_id from api.list_payouts()"
            self.payouts: dict[str, str] = dict(admin.execute(query).fetchall())

    def make(self, what: str, *told: Any) -> None:
        with psycopg.connect(self.url, autocommit=True) as admin:
            marks = ", ".join(["%s"] * len(told))
            row = admin.execute(f"select key_id, key from api.create_api_key({marks})".encode(), told).fetchone()
            assert row
            self.ids[what], self.keys[what] = row

    def __call__(self, what: str | None, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.keys[what]}"} if what else {}
        return self.client.open(path, method=method, headers=headers | more.pop("headers", {}), **more)


EVENT = {
    "event_type": "charge_succeeded", "occurred_at": "2025-12-30T10:00:00Z", "currency": "PEN", "amount": 500,
}  # fmt: skip
ROLES = ("processor", "app", "operator", "reader")


@pytest.fixture(scope="module")
def keyed(database: str) -> Iterator[Keyed]:
    there = Keyed(database)
    for role in ROLES:
        there.make(role, f"the {role}", role)
    there.make("own", "the restaurant", "reader", "res_1")
    yield there
    there.application.extensions["pool"].close()


def code_of(response: Any) -> tuple[int, str | None]:
    answer = response.get_json(silent=True)
    return response.status_code, answer["error"]["code"] if isinstance(answer, dict) and "error" in answer else None


def path_of(route: Route, keyed: Keyed, number: int = 1) -> str:
    values = {"restaurant_id": f"res_{number}", "payout_id": keyed.payouts[f"res_{number}"]}
    values |= {"payment_id": f"pay_{number}", "event_id": f"evt_{number}"}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values.get(match[1], "1"), route.path)


SAMPLES: dict[str, Any] = {
    "text": "x", "texts": ["x"], "date": "2025-12-30", "timestamp": "2025-12-30T10:00:00Z", "integer": 1,
    "boolean": True, "object": {},
}  # fmt: skip
TAKEN = {"currency": "PEN", "base_currency": "PEN"}


def request_of(route: Route) -> dict[str, Any]:
    """What a request needs to get as far as the database."""
    told = {name: TAKEN.get(name, SAMPLES[kind]) for name, kind in route.required.items()}
    more: dict[str, Any] = {"headers": {"Idempotency-Key": "ref_1"} if route.key else {}}
    if route.document:
        return more | {"json": [] if route.answer == "rows" else {}}
    return more | ({"query_string": told} if route.method in ("GET", "DELETE") else {"json": told})


each_route = pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.operation not in OPEN], ids=lambda route: route.operation
)


@each_route
def test_without_a_valid_key_nobody_gets_as_far_as_a_route(keyed: Keyed, route: Route) -> None:
    for shown in (None, "Bearer cuenta_live_0123456789abcdef_" + "0" * 64):
        headers = {"Authorization": shown} if shown else {}
        response = keyed(None, route.method, path_of(route, keyed), headers=headers)
        assert code_of(response) == (401, "UNAUTHENTICATED")
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


@each_route
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_its_database_role_may_and_nothing_else(keyed: Keyed, route: Route, role: str) -> None:
    function = route.steps[0] if route.steps else route.function
    with psycopg.connect(keyed.url, autocommit=True) as admin:
        row = admin.execute(
            "select has_function_privilege(%s, p.oid, 'EXECUTE') from pg_proc as p"
            " where p.pronamespace = 'api'::regnamespace and p.proname = %s",
            [f"cuenta_{role}", function],
        ).fetchone()
    assert row
    response = keyed(role, route.method, path_of(route, keyed), **request_of(route))
    assert (code_of(response) == (403, "FORBIDDEN")) == (not row[0])
    assert response.status_code not in (401, 500, 503)


OWN = {
    "get_restaurant", "get_balance", "list_balances", "list_all_balances", "list_entries", "get_statement",
    "list_payments", "get_payment", "list_disputes", "list_payouts", "get_payout", "list_payout_entries",
}  # fmt: skip


@each_route
def test_a_restaurants_own_key_sees_its_own_and_changes_nothing(keyed: Keyed, route: Route) -> None:
    own = keyed("own", route.method, path_of(route, keyed), **request_of(route))
    if route.operation not in OWN:
        assert code_of(own) == (403, "FORBIDDEN")
        return
    assert own.status_code == 200
    reader = keyed("reader", route.method, path_of(route, keyed), **request_of(route))
    if "<restaurant_id>" in route.path or "<pay" in route.path:
        assert own.json == reader.json
    assert "res_2" not in own.text and keyed.payouts["res_2"] not in own.text
    other = keyed("own", route.method, path_of(route, keyed, 2), **request_of(route))
    if "<restaurant_id>" in route.path:
        assert code_of(other) == (403, "FORBIDDEN")
    elif "<pay" in route.path:
        unknown = keyed("own", route.method, path_of(route, keyed, 2)[:-1] + "0", **request_of(route))
        assert (other.status_code, unknown.status_code) == (404, 404)
        assert code_of(other) == code_of(unknown) or "entries" in route.path
    if "restaurant_id" in route.optional:
        more = request_of(route)
        more["query_string"]["restaurant_id"] = "res_2"
        assert code_of(keyed("own", "GET", path_of(route, keyed), **more)) == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    "shown",
    [
        "", "Bearer", "Bearer ", "Basic eDp5", "Bearer {key}x", "{key}", "Bearer {key}, Bearer {key}", "Bearer {KEY}",
        "Bearer x{key}", "Bearer \u00e9", "Bearer " + "x" * 10_000, "Bearer {key}\t", "Bearer\t{key}", "Digest {key}",
        "Bearer cuenta_live__", "Bearer e30.e30.e30", "Bearer {digest}",
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused(keyed: Keyed, shown: str) -> None:
    key = keyed.keys["operator"]
    digest = hashlib.sha256(key.encode()).hexdigest()
    shown = shown.replace("{key}", key).replace("{KEY}", key.upper()).replace("{digest}", digest)
    response = keyed.client.get("/v1/payouts", environ_overrides={"HTTP_AUTHORIZATION": shown})
    assert code_of(response) == (401, "UNAUTHENTICATED")
    assert key not in response.text


def test_the_scheme_is_written_as_one_likes(keyed: Keyed) -> None:
    for scheme in ("bearer", "BEARER", "Bearer "):
        headers = {"Authorization": f"{scheme} {keyed.keys['reader']}"}
        assert keyed.client.get("/v1/payouts", headers=headers).status_code == 200


def test_what_is_open_stays_open(keyed: Keyed) -> None:
    for path in ("/health", "/ready", "/openapi.json", "/docs", "/redoc"):
        assert keyed(None, "GET", path).status_code == 200
    assert keyed(None, "GET", "/nothing").status_code == 401


def test_the_keys_name_is_the_actor_and_nobody_elses_is_taken(keyed: Keyed) -> None:
    path = "/v1/restaurants/res_1/payout-terms/pause"
    told = {"currency": "PEN", "reason": "why"}
    refused = keyed("operator", "POST", path, json=told | {"actor": "ana"})
    assert code_of(refused) == (400, "INVALID_INPUT") and refused.json["error"]["details"] == {"field": "actor"}
    for more in ({}, {"actor": "the operator"}, {"actor": None}):
        assert keyed("operator", "POST", path, json=told | more).status_code == 200
        assert keyed("operator", "POST", path.replace("pause", "resume"), json=told | more).status_code == 200
    path = "/v1/restaurants/res_1/payout-terms/changes"
    changes = keyed("operator", "GET", f"{path}?limit={3 * 2}").json["data"]  # the newest first
    assert [change["changed_by"] for change in changes] == ["the operator"] * 6


def test_what_is_not_allowed_is_a_line_in_the_log_and_no_traceback(
    keyed: Keyed, capfd: pytest.CaptureFixture[str]
) -> None:
    assert keyed("reader", "POST", "/v1/keys", json={"name": "x", "role": "reader"}).status_code == 403
    assert keyed("own", "GET", "/v1/restaurants/res_2").status_code == 403
    log = "".join(capfd.readouterr())
    assert log.count("not allowed") == 2 and "Traceback" not in log


def test_every_route_whose_function_keeps_who_did_it_is_told(keyed: Keyed) -> None:
    with psycopg.connect(keyed.url) as admin:
        query = "select proname from pg_proc where pronamespace = 'api'::regnamespace and 'p_actor' = any(proargnames)"
        named = {name for (name,) in admin.execute(query)}
    silent = {r.function for r in ROUTES if r.function in named and "actor" not in {**r.required, **r.optional}}
    assert silent == set()


def test_keys_are_made_listed_and_revoked_over_http(keyed: Keyed, capfd: pytest.CaptureFixture[str]) -> None:
    made = keyed("operator", "POST", "/v1/keys", json={"name": "till", "role": "reader"})
    assert made.status_code == 201 and made.json["created_by"] == "the operator"
    key, key_id = made.json["key"], made.json["key_id"]
    headers = {"Authorization": f"Bearer {key}"}
    assert keyed.client.get("/v1/payouts", headers=headers).status_code == 200
    listed = keyed("operator", "GET", "/v1/keys")
    assert key_id in listed.text and key[-64:] not in listed.text
    assert keyed("operator", "DELETE", f"/v1/keys/{key_id}").json["revoked_by"] == "the operator"
    wrong = keyed("operator", "DELETE", f"/v1/keys/{key}")
    assert code_of(wrong) == (404, "API_KEY_NOT_FOUND") and key[-64:] not in wrong.text
    assert key[-64:] not in "".join(capfd.readouterr())


def test_a_revoked_key_is_refused_within_ten_seconds_and_an_expired_one_at_its_end(keyed: Keyed) -> None:
    keyed.make("short", "short", "reader")
    keyed.make("ending", "ending", "reader", None, datetime.now(UTC) + timedelta(seconds=2))
    assert keyed("short", "GET", "/v1/payouts").status_code == 200
    assert keyed("ending", "GET", "/v1/payouts").status_code == 200
    keyed("operator", "DELETE", f"/v1/keys/{keyed.ids['short']}")
    time.sleep(2.1)
    assert keyed("ending", "GET", "/v1/payouts").status_code == 401
    time.sleep(3.2)
    assert keyed("short", "GET", "/v1/payouts").status_code == 401


def test_a_key_of_another_database_is_none(keyed: Keyed, create_database: Callable[..., str]) -> None:
    with psycopg.connect(create_database(), autocommit=True) as admin:
        row = admin.execute("select key from api.create_api_key('x', 'operator')").fetchone()
    assert row
    assert keyed.client.get("/v1/payouts", headers={"Authorization": f"Bearer {row[0]}"}).status_code == 401


def test_revoking_the_last_key_opens_nothing(create_database: Callable[..., str]) -> None:
    there = Keyed(create_database())
    assert there(None, "GET", "/v1/payouts").status_code == 200
    there.make("only", "only", "operator")
    deadline = time.monotonic() + 10
    while there(None, "GET", "/v1/payouts").status_code == 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert there("only", "DELETE", f"/v1/keys/{there.ids['only']}").status_code in (200, 403)
    with psycopg.connect(there.url, autocommit=True) as admin:
        admin.execute("select api.revoke_api_key(%s)", [there.ids["only"]])
    there.application.extensions["pool"].close()
    again = service.create_app(Pool(there.url))
    assert again.test_client().get("/v1/payouts").status_code == 401
    again.extensions["pool"].close()


def test_from_elsewhere_and_told_to_listen_everywhere_it_wants_a_key(
    create_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = create_database()
    application = service.create_app(Pool(url))
    far = {"REMOTE_ADDR": "192.0.2.1"}
    assert application.test_client().get("/v1/payouts").status_code == 200
    assert application.test_client().get("/v1/payouts", environ_overrides=far).status_code == 401
    application.extensions["pool"].close()
    monkeypatch.setenv("CUENTA_ALLOW_REMOTE", "1")
    application = service.create_app(Pool(url))
    assert application.test_client().get("/v1/payouts").status_code == 401
    assert application.test_client().get("/ready").status_code == 200
    application.extensions["pool"].close()


def test_without_the_database_nobody_comes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUENTA_POOL_TIMEOUT", "0.1")
    application = service.create_app(Pool("postgresql://nobody@127.0.0.1:1/none"))
    for headers in ({}, {"Authorization": "Bearer cuenta_live_0123456789abcdef_" + "0" * 64}):
        assert application.test_client().get("/v1/payouts", headers=headers).status_code == 503
    application.extensions["pool"].close()


def test_the_log_says_who_and_which_event(keyed: Keyed, capsys: pytest.CaptureFixture[str]) -> None:
    event = EVENT | {"event_id": "evt_log", "restaurant_id": "res_1"}
    assert keyed("processor", "POST", "/v1/processor/events", json=event).status_code == 201
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["key"], line["role"], line["event_id"]) == ("the processor", "cuenta_processor", "evt_log")
    assert (line["status"], line["path"]) == (201, "/v1/processor/events")
    keyed("reader", "GET", f"/v1/payouts/{keyed.keys['operator']}")
    assert keyed.keys["operator"][-64:] not in capsys.readouterr().out


def test_no_secret_is_in_the_servers_log_or_among_its_statements(keyed: Keyed) -> None:
    with psycopg.connect(keyed.url, autocommit=True) as admin:
        found = admin.execute("show log_parameter_max_length").fetchone()
        assert found == ("0",)
        keyed("own", "GET", "/v1/payouts")
        seen = str(admin.execute("select query, backend_type from pg_stat_activity").fetchall())
    assert "use_api_key" in seen
    assert [key for key in keyed.keys.values() if key[-64:] in seen] == []


def test_keys_from_a_terminal(keyed: Keyed) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "db/keys.py", *words]
        environment = os.environ | {"DATABASE_URL": keyed.url}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    made = json.loads(run("create", "--name", "cli", "--role", "app", "-o", "json").stdout)
    assert keyed.client.get("/v1/payouts", headers={"Authorization": f"Bearer {made['key']}"}).status_code == 200
    assert run("create", "--name", "cli", "--role", "reader", "--restaurant", "res_1").stdout.startswith("cuenta_live_")
    assert made["key"] not in run("list").stdout and made["key_id"] in run("list", "-o", "json").stdout
    assert "revoked" in run("revoke", made["key_id"]).stdout
    wrong = run("revoke", made["key"])
    assert wrong.returncode == 1 and made["key"] not in wrong.stderr
    assert run("create", "--name", "cli", "--role", "app", "--restaurant", "res_1").returncode == 1


def test_a_revoked_key_is_refused_by_every_worker_within_ten_seconds(
    create_database: Callable[..., str], tmp_path: Path
) -> None:
    there = Keyed(create_database())
    there.make("short", "short", "reader")
    there.application.extensions["pool"].close()
    with serving(there.url, tmp_path / "log", "--workers", "2") as running:
        headers = {"Authorization": f"Bearer {there.keys['short']}"}
        assert {running.ask("GET", "/v1/payouts", **headers)[0] for _ in range(20)} == {200}
        with psycopg.connect(there.url, autocommit=True) as admin:
            admin.execute("select api.revoke_api_key(%s)", [there.ids["short"]])
        end = time.monotonic() + 9
        while time.monotonic() < end and running.ask("GET", "/v1/payouts", **headers)[0] == 200:
            time.sleep(0.1)
        time.sleep(max(0.0, end - time.monotonic()))
        assert {running.ask("GET", "/v1/payouts", **headers)[0] for _ in range(40)} == {401}
        twice = (f"Bearer {there.keys['short']}",) * 2
        request = "".join(f"Authorization: {one}\r\n" for one in twice)
        with socket.create_connection(("127.0.0.1", running.port), timeout=5) as raw:
            raw.sendall(f"GET /v1/payouts HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{request}\r\n".encode())
            assert b" 401 " in raw.recv(4096)
    log = (tmp_path / "log").read_text()
    assert '"key": "short"' in log and there.keys["short"][-64:] not in log


# Tokens


class Trusted:
    """An issuer with a key, and a service that trusts it."""

    def __init__(self, folder: Path) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        curve = ec.generate_private_key(ec.SECP256R1()).public_key()
        others = [json.loads(jwt.algorithms.ECAlgorithm.to_jwk(curve)) | {"kid": "curve", "alg": "ES256"}]
        self.keys = [public | {"kid": "one", "alg": "RS256"}, *others]
        self.path = folder / "jwks.json"
        self.path.write_text(json.dumps({"keys": self.keys}))
        self.settings = {"ISSUER": "https://id.example", "AUDIENCE": "cuenta", "KEYS": str(self.path)}
        self.claims = {"iss": "https://id.example", "aud": "cuenta", "sub": "ana", "cuenta_role": "operator"}

    def sign(self, key: Any = None, algorithm: str = "RS256", kid: str | None = "one", **more: Any) -> str:
        claims = self.claims | {"exp": time.time() + 60} | more
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, key or self.key, algorithm, headers={"kid": kid} if kid else None)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Trusted:
    return Trusted(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="module")
def trusting(database: str, trusted: Trusted) -> Iterator[FlaskClient]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in trusted.settings.items():
            patch.setenv(f"CUENTA_JWT_{name}", value)
        application = service.create_app(Pool(database))
    yield application.test_client()
    application.extensions["pool"].close()


def show(client: FlaskClient, token: str, path: str = "/v1/inbox") -> int:
    return client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_token_acts_as_its_role_under_its_name(trusting: FlaskClient, trusted: Trusted) -> None:
    assert trusting.get("/v1/inbox").status_code == 401
    assert show(trusting, trusted.sign()) == 200
    assert show(trusting, trusted.sign(nbf=time.time() - 1, aud=["x", "cuenta"])) == 200
    assert show(trusting, trusted.sign(cuenta_role="processor")) == 403
    headers = {"Authorization": f"Bearer {trusted.sign()}"}
    made: Any = trusting.post("/v1/keys", json={"name": "x", "role": "reader"}, headers=headers).json
    assert made["created_by"] == "ana"


def test_a_token_ends_at_its_moment(trusting: FlaskClient, trusted: Trusted) -> None:
    token = trusted.sign(exp=int(time.time()) + 2)
    assert show(trusting, token) == 200
    time.sleep(2.1)
    assert show(trusting, token) == 401


def test_tokens_that_are_none(trusting: FlaskClient, trusted: Trusted) -> None:
    public = trusted.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = trusted.claims | {"exp": time.time() + 60}
    body = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(claims)}"
    mac = base64.urlsafe_b64encode(hmac.digest(public, body.encode(), "sha256")).rstrip(b"=").decode()
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    good = trusted.sign()
    wrong = {
        "alg none": f"{part({'alg': 'none', 'kid': 'one'})}.{part(claims)}.AA",
        "HS256 with the public key": f"{body}.{mac}",
        "another algorithm": trusted.sign(algorithm="RS512"),
        "another key": trusted.sign(other),
        "no such key": trusted.sign(kid="two"),
        "no key named": trusted.sign(kid=None),
        "expired": trusted.sign(exp=time.time() - 1),
        "no exp": trusted.sign(exp=None),
        "exp of a text": trusted.sign(exp="soon"),
        "not yet": trusted.sign(nbf=time.time() + 60),
        "wrong audience": trusted.sign(aud="other"),
        "no audience": trusted.sign(aud=None),
        "wrong issuer": trusted.sign(iss="https://evil.example"),
        "no issuer": trusted.sign(iss=None),
        "unknown role": trusted.sign(cuenta_role="owner"),
        "database role": trusted.sign(cuenta_role="cuenta_operator"),
        "roles": trusted.sign(cuenta_role=["operator"]),
        "no role": trusted.sign(cuenta_role=None),
        "no name": trusted.sign(sub=None),
        "blank name": trusted.sign(sub=" "),
        "name of two lines": trusted.sign(sub="a\nb"),
        "a key of another kind": trusted.sign(kid="curve"),
        "a key id that is a list": f"{part({'alg': 'RS256', 'kid': ['one']})}.{part(claims)}.AA",
        "a header too deep": f"{base64.urlsafe_b64encode(b'[' * 5000).rstrip(b'=').decode()}.a.a",
        "exp of a text of digits": trusted.sign(exp=str(int(time.time()) + 60)),
        "exp without end": f"{good.partition('.')[0]}.{part(claims | {'exp': 10**400})}.AA",
        "changed": good[:-8] + ("AAAAAAAA" if good[-8:] != "AAAAAAAA" else "BBBBBBBB"),
        "cut": good.rpartition(".")[0] + ".",
    }
    assert {what: status for what, token in wrong.items() if (status := show(trusting, token)) != 401} == {}


def test_an_issuer_that_does_not_answer_keeps_nobody_waiting_who_is_known(trusted: Trusted) -> None:
    """Tokens that name keys nobody knows are anybody's: they make one look for keys, and no valid token wait for it."""
    issuer = Issuer("https://id.example", "cuenta", str(trusted.path), "RS256", "cuenta_role", "sub")
    assert issuer.read(trusted.sign()) is not None
    looks, is_over = [], threading.Event()

    def never() -> Any:
        looks.append(1)
        is_over.wait(30)
        raise OSError("no answer")

    issuer._load, issuer._looked, issuer._tried = never, time.monotonic() - FRESH - 1, float("-inf")  # type: ignore[method-assign]
    strangers = [threading.Thread(target=issuer.read, args=[trusted.sign(kid=f"x{n}")]) for n in range(8)]
    for stranger in strangers:
        stranger.start()
    began = time.monotonic()
    assert issuer.read(trusted.sign()) is not None
    assert time.monotonic() - began < 5 and looks == [1]
    is_over.set()
    for stranger in strangers:
        stranger.join()
    assert issuer.read(trusted.sign()) is not None and looks == [1]


@pytest.mark.parametrize(
    "wrong",
    [{"AUDIENCE": ""}, {"KEYS": ""}, {"ALGORITHM": "HS256"}, {"ALGORITHM": "none"}, {"KEYS": "http://id.example/jwks"}],
)
def test_an_issuer_that_is_told_of_by_half_is_refused_at_the_start(
    trusted: Trusted, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str]
) -> None:
    for name, value in (trusted.settings | wrong).items():
        monkeypatch.setenv(f"CUENTA_JWT_{name}", value)
    with pytest.raises(ValueError, match="CUENTA_JWT"):
        Issuer.from_environment()


def test_without_the_issuers_keys_nobody_comes_in_by_a_token(
    database: str, trusted: Trusted, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (trusted.settings | {"KEYS": "/nowhere/jwks.json"}).items():
        monkeypatch.setenv(f"CUENTA_JWT_{name}", value)
    application = service.create_app(Pool(database))
    assert show(application.test_client(), trusted.sign()) == 503
    application.extensions["pool"].close()
