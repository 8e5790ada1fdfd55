"""What a request gives: its body, and the arguments of a call, each of the kind that the route table names.

What PostgreSQL would cast in silence, or into something of any size, is refused here.
"""

import os
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import abort, g, request
from werkzeug.exceptions import HTTPException

from db.pool import BODIES
from documents import AS_WRITTEN, Number, parse, write
from routes import Route

KINDS: dict[str, tuple[type, str]] = {  # what a value must be before PostgreSQL casts it
    "text": (str, r"[^\x00\ud800-\udfff]*"),
    "texts": (str, r"[^\x00\ud800-\udfff]*"),  # in a list
    "key": (str, r"[!#-+\--\[\]-~]{1,128}"),  # an event's id; a comma is what two headers are joined by
    "date": (str, r"\d{4}-\d\d-\d\d"),
    "timestamp": (str, r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-](0\d|1[0-5])(:?[0-5]\d)?)"),
    "integer": (Number, r"-?\d{1,40}"),
    "boolean": (bool, r"True|False"),
    "object": (dict, r"(?s:.*)"),  # as it was written; PostgreSQL reads it
}
FROM_QUERY: dict[str, Callable[[str], Any]] = {  # what else than a text a value in a query may stand for
    "texts": lambda text: text.split(","),
    "integer": Number,
    "timestamp": lambda text: re.sub(r" (?=[\d:]+$)", "+", text),  # where nobody escaped the sign of an offset
    "boolean": lambda text: {"true": True, "false": False}.get(text, text),
}
ON_CALENDAR = ("date", "timestamp")
READING: list[None] = []  # one for each body that a thread waits for


def is_on_calendar(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


class Refusal(HTTPException):
    """A request that is refused before the database sees it."""

    def __init__(self, status: int, error: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code, self.error, self.details = status, error, details


def read_bytes(limit: int, share: int = BODIES) -> bytes:
    """The body as it came, all of it; it is not read where it is too long.

    A thread waits for it, and nothing ends its waiting but the connection's end: few may come at once (that share of
    all), so that slow ones leave threads to everybody else.
    """
    environ, length = request.environ, request.content_length
    coding = environ.get("HTTP_TRANSFER_ENCODING")
    if (coding or "chunked").lower() != "chunked":
        raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "of transfer encodings only chunked is taken")
    if length is None and not coding:
        length = 0
    if length == 0:
        return b""
    if (length or 0) > limit:
        abort(413)
    if len(READING) >= share:
        raise Refusal(503, "UNAVAILABLE", "too many bodies are on their way; sending this again is safe")
    READING.append(None)
    try:
        body: bytes = environ["wsgi.input"].read(limit + 1 if length is None else length)
    finally:
        READING.pop()
    if len(body) > limit:
        abort(413)
    if len(body) < (length or 0):
        raise Refusal(400, "MALFORMED_JSON", f"the body was cut short: {len(body)} of {length} bytes came")
    return body


def most_bytes(is_batch: bool = False) -> int:
    """How long a body may be."""
    name, default = ("CUENTA_MAX_BATCH_BYTES", 16 << 20) if is_batch else ("CUENTA_MAX_BODY_BYTES", 256 << 10)
    return int(os.environ.get(name, default))


def read_body(route: Route) -> str:
    """The body's text, all of it."""
    environ, is_batch = request.environ, route.answer == "rows"
    types = ("application/json", "application/x-ndjson")[: 1 + is_batch]
    kind = environ.get("CONTENT_TYPE")
    if "HTTP_CONTENT_ENCODING" in environ or (kind not in types and (kind := request.mimetype) not in types):
        raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", f"send {' or '.join(types)}, not compressed")
    if kind != types[0] and "HTTP_TRANSFER_ENCODING" in environ and request.content_length is None:
        raise Refusal(411, "LENGTH_REQUIRED", "lines need a Content-Length: else nobody sees that some are missing")
    try:
        return str(read_bytes(most_bytes(is_batch)), "utf-8")
    except UnicodeDecodeError:
        raise Refusal(400, "MALFORMED_JSON", "the body is not valid UTF-8") from None


def sign(kinds: Mapping[str, str], values: dict[str, Any]) -> None:
    """Who shows a key does what it does by the key's name, and by nobody else's."""
    name = g.caller.name
    if name and "actor" in kinds:
        if values.setdefault("actor", name) not in (None, name):
            raise Refusal(400, "INVALID_INPUT", f"actor is the key's name, {name}: leave it out", field="actor")
        values["actor"] = name


def read_arguments(route: Route, path: Mapping[str, str]) -> dict[str, Any]:
    """The call's arguments by name, every one of its kind."""
    kinds, is_query = {**route.required, **route.optional}, route.method in ("GET", "DELETE")
    given: Any = {k: FROM_QUERY.get(kinds.get(k, ""), str)(v) for k, v in request.args.items()}
    wrong = [k for k, v in request.args.lists() if k not in kinds or v[1:] or not is_query]
    is_empty = not (kinds or request.content_length or "HTTP_TRANSFER_ENCODING" in request.environ)
    if not (is_query or wrong or is_empty):
        given = parse(read_body(route), AS_WRITTEN)
        if not isinstance(given, dict):
            raise Refusal(400, "INVALID_INPUT", "the body must be a JSON object")
        wrong = [k for k in given if k not in kinds]
    if wrong:
        known = f"this call takes {', '.join(kinds) or 'none'}" + ("" if route.method == "GET" else ", in the body")
        raise Refusal(400, "INVALID_INPUT", f"unknown or repeated parameter; {known}", field=wrong[0])
    values = {**path, **dict.fromkeys(route.required), **given}
    sign(kinds, values)
    if route.key:
        kinds[route.key], values[route.key] = "key", request.headers.get("Idempotency-Key")
        if not values[route.key]:
            message = "the header Idempotency-Key is missing: an id of your own for this, so that a repeat does nothing"
            raise Refusal(400, "IDEMPOTENCY_KEY_MISSING", message, field=route.key)
    for name, value in values.items():
        wanted, pattern = KINDS[kind := kinds.get(name, "text")]
        parts = value if kind == "texts" and isinstance(value, list) else [value] if kind != "texts" else [None]
        is_right = all(type(v) is wanted and re.fullmatch(pattern, str(v), re.A) for v in parts)
        if value is not None and not (is_right and (kind not in ON_CALENDAR or is_on_calendar(value))):
            raise Refusal(400, "INVALID_INPUT", f"{name} is not a valid {kind}", field=name)
    return {f"p_{name}": write(value) if isinstance(value, dict) else value for name, value in values.items()}
