"""Who calls: a key in `Authorization: Bearer`, or a token of an issuer that is trusted; else nobody.

A key is looked up by its SHA-256, so that it never reaches the database, and what was found is believed for five
seconds. What a caller may do is not decided here: a key's role is the database role that its calls run as.
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import g, request

from arguments import Refusal
from db.pool import Pool
from tokens import Issuer

OPEN = {  # what answers anybody; a signed webhook's signature is its key
    "health", "ready", "openapi", "docs", "redoc", "flask_openapi3_swagger", "flask_openapi3_redoc", "console",
    "receive_webhook",
}  # fmt: skip
KEY = re.compile(r"cuenta_live_[0-9a-f]{16}_[0-9a-f]{64}")
TOKEN = re.compile(r"[\w-]+[.][\w-]+[.][\w-]+", re.A)
BELIEVED = 5.0  # seconds; a revoked key is refused after them
ROOM = 4096  # answers that are remembered of keys that are valid, and as many of others
LOOK_UP = b"""
select u.has_keys, u.key_id, u.name, u.role, u.restaurant_id, u.seconds_left, u.is_servable
from api.use_api_key(p_key_digest => $1) as u
"""


class Caller(NamedTuple):
    """Somebody who may come in: under which name, as which database role, and for which restaurant only."""

    name: str | None
    role: str
    restaurant_id: str | None = None
    digest: str = ""
    is_servable: bool = True


class Door:
    """Lets callers in, or nobody: what it cannot find out is no."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._anybody = Caller(None, pool.role)
        self._issuer = Issuer.from_environment()
        self._wants_key = os.environ.get("CUENTA_ALLOW_REMOTE") == "1" or self._issuer is not None
        self._known: dict[bytes, tuple[float, Caller]] = {}  # by digest; until when it is believed
        self._unknown: dict[bytes, float] = {}
        self._open_until = self._closed_until = 0.0

    def let_in(self) -> None:
        """Say in g.caller who calls; Refusal if that is nobody, a psycopg.Error if the database does not tell."""
        if request.endpoint in OPEN:
            g.caller = self._anybody
            return
        environ = request.environ
        scheme, _, shown = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not self.wants_key(environ.get("REMOTE_ADDR")):
            caller: Caller | None = self._anybody
        elif scheme.lower() != "bearer" or len(shown) > 8192:
            caller = None
        else:
            caller = self._find(shown.strip(" "))
        if caller is None:
            raise Refusal(401, "UNAUTHENTICATED", "this wants a valid key: Authorization: Bearer cuenta_live_...")
        if not caller.is_servable:
            raise Refusal(403, "FORBIDDEN", "the service's own login may not act as this key's role")
        g.caller = caller

    def wants_key(self, address: str | None) -> bool:
        """Only on this machine, and only while there has never been a key, everybody may come in."""
        if self._wants_key or not (address or "").startswith(("127.", "::1", "::ffff:127.")):
            return True
        now = time.monotonic()
        if now >= self._open_until and now >= self._closed_until:
            self._look_up(None)
        return now >= self._open_until

    def _find(self, shown: str) -> Caller | None:
        is_key = KEY.fullmatch(shown)
        if not is_key and not (self._issuer and TOKEN.fullmatch(shown)):
            return None
        digest, now = hashlib.sha256(shown.encode()).digest(), time.monotonic()
        until, caller = self._known.get(digest, (0.0, None))
        if now < until:
            return caller
        if now < self._unknown.get(digest, 0.0):
            return None
        seconds: float | None
        if is_key:
            caller, seconds = self._look_up(digest)
        else:
            caller, seconds = self._read_token(shown)
        return self._remember(digest, now, caller, seconds)

    def _remember(self, digest: bytes, now: float, caller: Caller | None, seconds: float | None) -> Caller | None:
        """The caller, who is believed from the moment that the question was put."""
        for cache in (self._known, self._unknown):
            if len(cache) >= ROOM:
                cache.clear()
        self._known.pop(digest, None)
        if caller is None:
            self._unknown[digest] = now + BELIEVED
        else:
            self._known[digest] = now + min(BELIEVED, BELIEVED if seconds is None else seconds), caller
        return caller

    def _look_up(self, digest: bytes | None) -> tuple[Caller | None, float | None]:
        now = time.monotonic()
        shown = None if digest is None else "\\x" + digest.hex()
        row = self._pool.acting_as("cuenta_door").call(LOOK_UP, [shown])
        has_keys, key_id, name, role, restaurant_id, seconds, is_servable = (str(value, "utf-8") for value in row)
        if has_keys == "t":
            self._closed_until, self._open_until = float("inf"), 0.0  # keys are never removed
        else:
            self._open_until = now + BELIEVED
        if not key_id:
            return None, None
        caller = Caller(
            name, "cuenta_restaurant" if restaurant_id else f"cuenta_{role}", restaurant_id or None, shown or "",
            is_servable == "t",
        )  # fmt: skip
        return caller, float(seconds) if seconds else None

    def _read_token(self, token: str) -> tuple[Caller | None, float | None]:
        found = self._issuer.read(token) if self._issuer else None
        if found is None:
            return None, None
        name, role, seconds = found
        return Caller(name, f"cuenta_{role}"), seconds


def as_own(caller: Caller, function: str, values: Mapping[str, Any]) -> dict[str, str]:
    """The arguments of get_own for this call: what a restaurant's own key reads."""
    texts = {name: None if value is None else str(value) for name, value in values.items()}
    return {"p_key_digest": caller.digest, "p_function": function, "p_arguments": json.dumps(texts)}
