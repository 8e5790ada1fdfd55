"""Tokens of an issuer (JWT) instead of keys: what is believed and, above all, what is not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import RSAAlgorithm

from tests.services import bearer, create_key, send
from tests.test_serve import Service, serving

ISSUER, AUDIENCE = "https://issuer.example", "cuenta"


class Issuer:
    """An issuer's key, and its tokens."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwks(self) -> str:
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return json.dumps({"keys": [public | {"kid": "one", "use": "sig", "alg": "RS256"}]})

    def token(self, key: Any = None, algorithm: str = "RS256", kid: str | None = "one", **more: Any) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ana", "cuenta_role": "operator"}
        claims |= {"iat": now, "nbf": now, "exp": now + 300} | more
        claims = {name: value for name, value in claims.items() if value is not None}
        headers = {"kid": kid} if kid else {}
        return jwt.encode(claims, key if key is not None else self.key, algorithm=algorithm, headers=headers)

    def public_pem(self) -> bytes:
        return self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="module")
def service(database: str, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder: Path = tmp_path_factory.mktemp("tokens")
    (folder / "jwks.json").write_text(issuer.jwks())
    environment = {
        "CUENTA_JWT_ISSUER": ISSUER,
        "CUENTA_JWT_AUDIENCE": AUDIENCE,
        "CUENTA_JWT_KEYS": str(folder / "jwks.json"),
    }
    with serving(database, folder / "log", **environment) as running:
        yield running


def ask(service: Service, token: str, method: str = "GET", path: str = "/v1/payouts", body: Any = None) -> int:
    sent = None if body is None else json.dumps(body).encode()
    return send(service.port, method, path, sent, bearer(token) | {"Content-Type": "application/json"})[0]


@pytest.mark.parametrize("role", ["operator", "app", "reader", "processor"])
def test_a_token_is_its_role(service: Service, issuer: Issuer, role: str) -> None:
    token = issuer.token(cuenta_role=role)
    assert ask(service, token) == (403 if role == "processor" else 200)
    adjustment = {"restaurant_id": "res_nobody", "currency": "PEN", "amount": 1, "reason": "a test"}
    headers = bearer(token) | {"Content-Type": "application/json", "Idempotency-Key": f"token-{role}"}
    status = send(service.port, "POST", "/v1/adjustments", json.dumps(adjustment).encode(), headers)[0]
    assert (status == 403) == (role != "operator")


def in_base64(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(issuer: Issuer, algorithm: str) -> str:
    _, claims, _ = issuer.token().split(".")
    return f"{in_base64({'alg': algorithm, 'typ': 'JWT', 'kid': 'one'})}.{claims}."


def signed_with_the_public_key(issuer: Issuer) -> str:
    """The classic: HS256 with what everybody knows as the secret."""
    _, claims, _ = issuer.token().split(".")
    head = f"{in_base64({'alg': 'HS256', 'typ': 'JWT', 'kid': 'one'})}.{claims}"
    digest = hmac.new(issuer.public_pem(), head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def changed(token: str, **more: Any) -> str:
    head, claims, signature = token.split(".")
    padded = claims + "=" * (-len(claims) % 4)
    return f"{head}.{in_base64(json.loads(base64.urlsafe_b64decode(padded)) | more)}.{signature}"


NOT_BELIEVED: dict[str, Callable[[Issuer], str]] = {
    "nobody signed it": lambda i: unsigned(i, "none"),
    "nobody signed it, in another spelling": lambda i: unsigned(i, "NoNe"),
    "the public key as a secret": signed_with_the_public_key,
    "another key": lambda i: i.token(key=Issuer().key),
    "another key under another id": lambda i: i.token(key=Issuer().key, kid="two"),
    "another algorithm": lambda i: i.token(algorithm="RS512"),
    "another kind of algorithm": lambda i: i.token(algorithm="PS256"),
    "an elliptic key": lambda i: i.token(key=ec.generate_private_key(ec.SECP256R1()), algorithm="ES256"),
    "a changed role": lambda i: changed(i.token(cuenta_role="reader"), cuenta_role="operator"),
    "another issuer": lambda i: i.token(iss="https://other.example"),
    "no issuer": lambda i: i.token(iss=None),
    "another audience": lambda i: i.token(aud="other"),
    "no audience": lambda i: i.token(aud=None),
    "over": lambda i: i.token(exp=int(time.time()) - 120),
    "without an end": lambda i: i.token(exp=None),
    "not yet": lambda i: i.token(nbf=int(time.time()) + 600),
    "an end that is text": lambda i: i.token().replace(".", "..", 1),
}


@pytest.mark.parametrize("why", NOT_BELIEVED)
def test_a_token_that_is_not_the_issuers_is_401(service: Service, issuer: Issuer, why: str) -> None:
    assert ask(service, NOT_BELIEVED[why](issuer)) == 401


@pytest.mark.parametrize(
    "role",
    [None, "", "owner", "superuser", "cuenta_owner", "writer", "door", ["operator"], {"a": 1}, 1, True, "postgres"],
)
def test_a_token_without_a_role_of_ours_does_nothing(service: Service, issuer: Issuer, role: Any) -> None:
    assert ask(service, issuer.token(cuenta_role=role)) in (401, 403)


def test_with_an_issuer_nobody_is_let_in_without_and_keys_work_beside(
    service: Service, issuer: Issuer, database: str
) -> None:
    assert send(service.port, "GET", "/v1/payouts")[0] == 401
    assert ask(service, create_key(database, "beside", "reader")["key"]) == 200
    assert ask(service, issuer.token()) == 200
