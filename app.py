"""The HTTP door to the functions in schema `api`: a route table, one generated call, one error map.

Nothing about money is decided here. serve.py runs it; so does `flask --app app run`, with a pool of its own.
"""

import json
import os
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import structlog
from flask import Flask, Response, g, request, send_from_directory
from psycopg_pool import ConnectionPool
from werkzeug.exceptions import HTTPException
from werkzeug.routing import PathConverter

from db.pool import open_pool
from log import log


@dataclass(frozen=True, eq=False)
class Route:
    """One HTTP operation and the function it calls; the public name `x` is its argument `p_x`.

    Arguments come from the path, and from the query (GET) or the members of a JSON object (PUT, POST).
    A required one that is absent is null, so that the database names it; an optional one is left out.
    """

    method: str
    path: str
    function: str
    required: Mapping[str, str] = field(default_factory=dict)
    optional: Mapping[str, str] = field(default_factory=dict)
    document: str | None = None  # the jsonb argument that takes the raw body
    answer: str = "row"  # or rows: an array (a batch, NDJSON too), page: data and next_cursor
    status: int | Mapping[str, int] = 200  # or by the row's own status
    page: int = 0  # the function's default limit


EVENT = {"processed": 201, "already_processed": 200, "deferred": 202, "conflict": 409, "rejected": 422}
CURRENCY, PAGING = {"currency": "text"}, {"limit": "integer", "cursor": "text"}
RUN = CURRENCY | {"as_of": "date"}, {"min_amount": "integer", "dry_run": "boolean"}
ENTRIES = CURRENCY, {"from": "date", "to": "date"} | PAGING
PAYOUTS = {"restaurant_id": "text", "status": "text"} | CURRENCY | PAGING
DAYS = {"timezone": "text", "day_close_hour": "integer", "settlement_delay_days": "integer"}
EVENTS, RESTAURANT = "/v1/processor/events", "/v1/restaurants/<restaurant_id>"
ROUTES = (
    Route("POST", EVENTS, "ingest_event", document="event", status=EVENT),
    Route("POST", f"{EVENTS}/batch", "ingest_events", document="events", answer="rows"),
    Route("GET", f"{EVENTS}/<any_text:event_id>", "get_event", optional={"provider": "text"}),
    Route("PUT", RESTAURANT, "set_restaurant", optional=DAYS | {"payouts_paused": "boolean"}),
    Route("GET", f"{RESTAURANT}/balance", "get_balance", CURRENCY),
    Route("GET", f"{RESTAURANT}/entries", "list_entries", *ENTRIES, answer="page", page=100),
    Route("POST", "/v1/payouts/run", "run_payouts", *RUN, status=202),
    Route("GET", "/v1/payouts", "list_payouts", optional=PAYOUTS, answer="page", page=50),
    Route("GET", "/v1/payouts/<payout_id>", "get_payout"),
)
SELECT = {
    "row": "row_to_json(r)::text",
    "status": "row_to_json(r)::text, r.status",
    "rows": "coalesce(json_agg(r), '[]')::text",
    "page": "json_build_object('data', coalesce(json_agg(r), '[]'), 'next_cursor',"
    " case when count(*) >= %(page)s then (array_agg(r.cursor))[count(*)] end)::text",
}
STATUS = {  # of a SQLSTATE (or an exception of the client library), else of its class, else 500
    "LB": 400, "LN": 404, "LC": 409, "LU": 422, "LX": 500, "22": 400, "42501": 403, "08": 503, "53": 503, "57": 503,
    "40001": 503, "40P01": 503, "55P03": 503, "DataError": 400, "OperationalError": 503, "PoolTimeout": 503,
}  # fmt: skip
PLAIN = {
    403: ("FORBIDDEN", "the service has no right to do this"),
    500: ("INTERNAL", "something failed here; the log tells more under the request_id"),
    503: ("UNAVAILABLE", "the database is busy or does not answer; sending this again is safe"),
}


class Number(str):
    """A number as it was written: money never becomes a float."""


class Pairs(list[tuple[str, Any]]):
    """The members of a JSON object as they were written: a repeated one shows."""


KINDS: dict[str, tuple[type, str]] = {  # what a value must be before PostgreSQL casts it
    "text": (str, r"[^\x00\ud800-\udfff]*"),
    "date": (str, r"\d{4}-\d\d-\d\d"),
    "integer": (Number, r"-?\d{1,40}"),
    "boolean": (bool, r"True|False"),
}


class AnyText(PathConverter):
    """The rest of a path, which may begin with a slash, as event ids may."""

    regex, part_isolating = ".+", False


class Refusal(HTTPException):
    """A request that is refused before the database sees it."""

    def __init__(self, status: int, error: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code, self.error, self.details = status, error, details


def problem(status: int, code: str, message: str, details: Mapping[str, Any] | None = None) -> Response:
    """The error envelope."""
    error = {"code": code, "message": message, "details": details or {}, "request_id": g.request_id}
    return Response(json.dumps({"error": error}), status, mimetype="application/json")


def parse(text: str, members: Any = None, **details: Any) -> Any:
    """JSON with its numbers as they were written; a Refusal if it is not JSON."""
    numbers: Any = dict.fromkeys(("parse_int", "parse_float", "parse_constant"), Number)
    try:
        return json.loads(text, object_pairs_hook=members, **numbers)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "MALFORMED_JSON", f"not valid JSON: {error}", **details) from None


def read_body(route: Route) -> str:
    """The body's text: JSON as it was sent, NDJSON as an array with each item on its own line."""
    is_batch = route.answer == "rows"
    limit, default = ("CUENTA_MAX_BATCH_BYTES", 16 << 20) if is_batch else ("CUENTA_MAX_BODY_BYTES", 256 << 10)
    request.max_content_length = int(os.environ.get(limit, default))
    types = ("application/json", "application/x-ndjson")[: 1 + is_batch]
    if request.content_encoding or request.mimetype not in types:
        raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", f"send {' or '.join(types)}, not compressed")
    try:
        text = request.get_data(cache=False).decode("utf-8")
        request.stream.read(1)  # 413 if chunks went past the limit, where get_data just stops
    except UnicodeDecodeError:
        raise Refusal(400, "MALFORMED_JSON", "the body is not valid UTF-8") from None
    if request.mimetype == "application/json":
        return text
    lines, comma = text.split("\n"), ""
    for index, line in enumerate(lines):
        if line.strip():
            parse(line, line=index + 1)
            lines[index], comma = comma + line, ","
    return "[" + "\n".join(lines) + "]"


def read_arguments(route: Route, path: Mapping[str, str]) -> dict[str, Any]:
    """The call's arguments by name, every one of its kind."""
    kinds = {**route.required, **route.optional}
    given: Any = {k: Number(v) if kinds.get(k) == "integer" else v for k, v in request.args.items()}
    wrong = [k for k, v in request.args.lists() if k not in kinds or v[1:] or route.method != "GET"]
    if route.method != "GET" and not wrong:
        body = read_body(route)
        if route.document:
            return {f"p_{route.document}": body}
        pairs = parse(body, Pairs)
        if not isinstance(pairs, Pairs):
            raise Refusal(400, "INVALID_INPUT", "the body must be a JSON object")
        given = dict(pairs)
        wrong = [k for n, (k, _) in enumerate(pairs) if k not in kinds or k in dict(pairs[:n])]
    if wrong:
        raise Refusal(400, "INVALID_INPUT", "unknown or repeated parameter", field=wrong[0])
    values = {**path, **dict.fromkeys(route.required), **given}
    for name, value in values.items():
        wanted, pattern = KINDS[kind := kinds.get(name, "text")]
        if value is not None and (type(value) is not wanted or not re.fullmatch(pattern, str(value), re.A)):
            raise Refusal(400, "INVALID_INPUT", f"{name} is not a valid {kind}", field=name)
    return {f"p_{name}": value for name, value in values.items()}


@cache
def statement(route: Route, names: tuple[str, ...]) -> bytes:
    answer = "status" if isinstance(route.status, Mapping) else route.answer
    arguments = ", ".join(f"{name} => %({name})s" for name in names)
    return f"select {SELECT[answer]} from api.{route.function}({arguments}) as r".encode()


def call(pool: ConnectionPool, route: Route, **path: str) -> Response:
    """The one generic call: arguments in, the database's own JSON out, 2xx only after the commit."""
    g.route, values = route, read_arguments(route, path)
    page = {"page": values.get("p_limit", route.page)}
    with pool.connection() as connection:
        connection.read_only = route.method == "GET"
        connection.autocommit = not connection.read_only  # one statement is one transaction
        [row] = connection.execute(statement(route, tuple(values)), values | page).fetchall()
    status = route.status if isinstance(route.status, int) else route.status[row[1]]
    return Response(row[0], status, mimetype="application/json")


def on_database_error(error: psycopg.Error) -> Response:
    """The one error map: the SQLSTATE's class is the status, the constraint's name the public code."""
    state = error.sqlstate or type(error).__name__
    diag, is_document = error.diag, "route" in g and g.route.document is not None
    status = 400 if is_document and state == "54001" else STATUS.get(state, STATUS.get(state[:2], 500))
    if status in PLAIN:
        log.error("database error", sqlstate=state, exc_info=error)
    message, detail = diag.message_primary or str(error), diag.message_detail or ""
    if state.startswith("L"):
        facts = dict(re.findall(r"(\w+)=(.*?)(?=, \w+=|$)", detail))
        return problem(status, diag.constraint_name or state, message, facts)
    if status != 400:
        return problem(status, *PLAIN[status])
    line = re.search(r"\bline (\d+)", diag.context or "") if is_document else None
    code = "MALFORMED_JSON" if is_document else "INVALID_INPUT"
    return problem(400, code, f"{message}: {detail}".strip(": ")[:300], {"line": int(line[1])} if line else {})


def on_http_error(error: HTTPException) -> Response:
    """Refusals, ours and Flask's, in the envelope; a 405 keeps its Allow header."""
    code = getattr(error, "error", error.name.upper().replace(" ", "_"))
    response = problem(error.code or 500, code, error.description or error.name, getattr(error, "details", {}))
    response.headers.extend({k: v for k, v in error.get_headers() if k == "Allow"})
    return response


def on_error(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return problem(500, *PLAIN[500])


def ready(pool: ConnectionPool) -> Response:
    """200 once the database answers and has every function that the route table calls."""
    names = [f"api.{route.function}" for route in ROUTES]
    try:
        with pool.connection(timeout=2) as connection:
            connection.execute("select unnest(%s::text[])::regproc", [names])
    except psycopg.Error as error:
        log.warning("not ready", reason=str(error))
        return problem(503, "NOT_READY", "the database does not answer, or cuenta is not deployed there")
    return Response('{"status": "ready"}', mimetype="application/json")


def begin_request() -> None:
    """Take the caller's X-Request-ID if it is a sane one."""
    asked = request.headers.get("X-Request-ID", "")
    g.request_id = asked if re.fullmatch(r"[A-Za-z0-9._:/+=@-]{1,128}", asked) else uuid.uuid4().hex
    g.started = time.perf_counter()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def end_request(response: Response) -> Response:
    """Write the access log, without bodies and query strings; the documentation may fetch nothing from elsewhere."""
    response.headers["X-Request-ID"] = g.request_id
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if response.status_code == 503:
        response.headers["Retry-After"] = "1"
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = "default-src 'self' 'unsafe-inline' data: blob:"
    taken = round((time.perf_counter() - g.started) * 1000, 1)
    log.info("request", method=request.method, path=request.path, status=response.status_code, ms=taken)
    structlog.contextvars.clear_contextvars()
    return response


def create_app(pool: ConnectionPool | None = None) -> Flask:
    """The WSGI application; without a pool it opens one, so this is called in the process that serves."""
    app = Flask(__name__, static_folder=None)
    pool = app.extensions["pool"] = pool or open_pool(os.environ["DATABASE_URL"])
    app.url_map.merge_slashes = False
    app.url_map.converters["any_text"] = AnyText
    app.before_request(begin_request)
    app.after_request(end_request)
    app.register_error_handler(psycopg.Error, on_database_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(Exception, on_error)
    for route in ROUTES:
        app.add_url_rule(route.path, route.function, partial(call, pool, route), methods=[route.method])
    app.add_url_rule("/health", "health", lambda: {"status": "ok"})
    app.add_url_rule("/ready", "ready", partial(ready, pool))
    app.add_url_rule("/openapi.json", "openapi", partial(send_from_directory, "docs", "openapi.json"))
    for name, package in (("docs", "flask_openapi3_swagger"), ("redoc", "flask_openapi3_redoc")):
        files = Path(str(getattr(find_spec(package), "origin", None))).with_name("templates")
        app.add_url_rule(f"/{name}", name, partial(send_from_directory, "docs", f"{name}.html"))
        app.add_url_rule(f"/{name}/<path:path>", package, partial(send_from_directory, files))
    return app
