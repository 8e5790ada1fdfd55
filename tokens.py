"""Tokens (JWT) of an issuer that is trusted, as an option: nothing of this is loaded unless CUENTA_JWT_ISSUER is set.

CUENTA_JWT_ISSUER      the claim iss
CUENTA_JWT_AUDIENCE    the claim aud
CUENTA_JWT_KEYS        the issuer's JWKS: an https URL, or a file
CUENTA_JWT_ALGORITHM   the one that is taken: RS256 (default), PS256, ES256, EdDSA, ...; none with a shared secret
CUENTA_JWT_ROLE_CLAIM  the claim that names the role (default cuenta_role): processor, app, operator or reader
CUENTA_JWT_NAME_CLAIM  the claim that is the caller's name (default sub)
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import psycopg

from log import log

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
ROLES = ("processor", "app", "operator", "reader")
NAME = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]{0,126}[^\s\x00-\x1f\x7f-\x9f])?")
FRESH, AGAIN = 300.0, 30.0  # seconds after which keys are looked for again, and between two looks
STALE = 3600.0  # seconds for which they are used while the issuer does not answer
ODD = (TypeError, ValueError, ArithmeticError, AttributeError, RecursionError)  # what a token of anybody may run into


class Issuer:
    """Who signs tokens, and what is asked of one."""

    def __init__(self, issuer: str, audience: str, keys: str, algorithm: str, role: str, name: str) -> None:
        import jwt

        self._jwt = jwt
        self._wanted: dict[str, Any] = {"issuer": issuer, "audience": audience, "algorithms": [algorithm]}
        self._source, self._role, self._name = keys, role, name
        self._keys: dict[str | None, Any] = {}
        self._looked = self._tried = float("-inf")
        self._lock = threading.Lock()

    @classmethod
    def from_environment(cls) -> Issuer | None:
        """None if no issuer is named; ValueError if what is named is not enough."""
        given = os.environ.get
        if not (issuer := given("CUENTA_JWT_ISSUER")):
            return None
        audience, keys = given("CUENTA_JWT_AUDIENCE"), given("CUENTA_JWT_KEYS")
        algorithm = given("CUENTA_JWT_ALGORITHM") or "RS256"
        if not audience or not keys:
            raise ValueError("CUENTA_JWT_ISSUER needs CUENTA_JWT_AUDIENCE and CUENTA_JWT_KEYS beside it")
        if algorithm not in ALGORITHMS:
            raise ValueError(f"CUENTA_JWT_ALGORITHM is {algorithm}, but has to be one of {', '.join(ALGORITHMS)}")
        if "://" in keys and not keys.startswith("https://"):
            raise ValueError("CUENTA_JWT_KEYS is an https URL or a file")
        role, name = given("CUENTA_JWT_ROLE_CLAIM") or "cuenta_role", given("CUENTA_JWT_NAME_CLAIM") or "sub"
        return cls(issuer, audience, keys, algorithm, role, name)

    def read(self, token: str) -> tuple[str, str, float] | None:
        """Name, role and seconds left of whoever shows it; None if it is not valid."""
        jwt, wanted = self._jwt, self._wanted
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in wanted["algorithms"]:
                return None
            key = self._key(header.get("kid"))
            if key is None:
                return None
            claims = jwt.decode(token, key.key, **wanted, options={"require": ["exp", "iss", "aud"]})
            seconds = claims["exp"] - time.time()  # a text of digits, which the library takes, is a TypeError
        except (jwt.PyJWTError, *ODD):
            return None
        name, role = claims.get(self._name), claims.get(self._role)
        if not (isinstance(name, str) and NAME.fullmatch(name) and isinstance(role, str) and role in ROLES):
            return None
        return name, role, seconds

    def _key(self, key_id: Any) -> Any:
        """The issuer's key of this id; what cannot be had is the database's kind of trouble: 503, and never a yes.

        One request looks for keys, the others go on with those there are: a token of anybody makes nobody wait.
        """
        with self._lock:
            now = time.monotonic()
            is_due = now - self._looked > FRESH or key_id not in self._keys
            if is_due := is_due and now - self._tried > AGAIN:
                self._tried = now
        if is_due:
            try:
                self._keys = self._load()
                self._looked = time.monotonic()
            except (OSError, self._jwt.PyJWTError, *ODD) as error:
                log.error("the issuer's keys cannot be had", reason=str(error))
        if time.monotonic() - self._looked > STALE:
            raise psycopg.OperationalError("the issuer's keys cannot be had")
        return self._keys.get(key_id)

    def _load(self) -> dict[str | None, Any]:
        if self._source.startswith("https://"):
            with urllib.request.urlopen(self._source, timeout=5) as answer:
                text = answer.read(1 << 20)
        else:
            text = Path(self._source).read_bytes()
        found = self._jwt.PyJWKSet.from_dict(json.loads(text))
        return {key.key_id: key for key in found.keys}
