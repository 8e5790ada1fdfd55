"""The HTTP door to the functions in schema `api`: the route table (routes.py), one generated call, one error map.

Nothing about money is decided here. serve.py runs it; so does `flask --app app run`, with a pool of its own.
"""

import json
import os
import random
import re
import threading
import time
from collections.abc import Iterable, Mapping
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask, Response, abort, g, request, send_from_directory
from werkzeug.exceptions import HTTPException
from werkzeug.routing import PathConverter

from arguments import Refusal, read_arguments, read_body
from auth import LOOK_UP, Door, as_own
from db.pool import Pool
from documents import BadDocument, parse, parse_array, parse_lines
from log import access, log
from routes import ROUTES, Route
from webhooks import receive

SELECT = {
    "webhook": "r.answer, r.content_type",
    "row": "row_to_json(r)::text",
    "status": "row_to_json(r)::text, r.status",
    "step": "row_to_json(r)::text, r.run_id, r.is_finished",
    "queued": "row_to_json(r)::text, r.run_id",
    "rows": "coalesce(json_agg(r), '[]')::text",
    "list": "json_build_object('data', coalesce(json_agg(r), '[]'))::text",
    "own_row": "r.answer::text",
    "own_page": "json_build_object('data', coalesce(json_agg(r.answer), '[]'), 'next_cursor',"
    " case when count(*) >= $page then (array_agg(r.cursor))[count(*)] end)::text",
    "csv": "r.csv",
    "metrics": "r.metrics",
    "page": "json_build_object('data', coalesce(json_agg(r), '[]'), 'next_cursor',"
    " case when count(*) >= $page then (array_agg(r.cursor))[count(*)] end)::text",
}
STATUS = {  # of a SQLSTATE (or an exception of the client library), else of its class, else 500
    "LA": 401, "LB": 400, "LF": 403, "LN": 404, "LC": 409, "LU": 422, "LX": 500, "22": 400, "42501": 403,
    "08": 503, "53": 503, "57": 503,
    "22023": 503, "25006": 503, "40001": 503, "40P01": 503, "55P03": 503, "OperationalError": 503, "PoolTimeout": 503,
}  # fmt: skip
PLAIN = {
    403: ("FORBIDDEN", "the key's role, or the service's, may not do this"),
    500: ("INTERNAL", "something failed here; the log tells more under the request_id"),
    503: ("UNAVAILABLE", "the database is busy, takes no writes now or does not answer; sending this again is safe"),
}
JSON, CSV, METRICS = "application/json", "text/csv", "text/plain; version=0.0.4"
INSTEAD = {  # of what Werkzeug says to somebody at a browser
    404: "nothing is here; /docs and /openapi.json show what there is",
    405: "this path takes another method; the header Allow names it",
}
SENDING = threading.BoundedSemaphore(8)  # files of the documentation that a process sends at once
SERVED = (".css", ".js", ".svg")  # of the documentation's files


class AnyText(PathConverter):  # the rest of a path, which may begin with a slash, as event ids may
    regex, part_isolating = ".+", False


def problem(status: int, code: str, message: str, details: Mapping[str, Any] | None = None) -> Response:
    """The error envelope."""
    error = {"code": code, "message": message, "details": details or {}, "request_id": g.request_id}
    return Response(json.dumps({"error": error}), status, mimetype="application/json")


@cache
def statement(function: str, names: tuple[str, ...], select: str) -> bytes:
    """The one generated call; of a page the last parameter is its size."""
    arguments = ", ".join(f"{name} => ${number}" for number, name in enumerate(names, 1))
    columns = SELECT[select].replace("$page", f"${len(names) + 1}")
    return f"select {columns} from api.{function}({arguments}) as r".encode()


def prefers_async() -> bool:
    """Whether the header Prefer (RFC 7240) asks for an answer before the work is done."""
    preferences = request.headers.get("Prefer", "").split(",")
    return any(preference.partition(";")[0].strip().lower() == "respond-async" for preference in preferences)


def call(pool: Pool, route: Route, **path: str) -> Response:
    """The one generic call: arguments in, the database's own JSON out, 2xx only after the commit."""
    g.route, caller = route, g.caller
    if caller.restaurant_id and route.method != "GET":
        raise Refusal(403, "FORBIDDEN", "a restaurant's own key reads, and changes nothing")
    pool = pool.acting_as(caller.role)
    if route.document:
        if request.environ.get("QUERY_STRING"):
            message = "unknown parameter; this call takes a body and none"
            raise Refusal(400, "INVALID_INPUT", message, field=next(iter(request.args), ""))
        text = read_body(route)
        if request.mimetype == "application/x-ndjson":
            text, items = parse_lines(text)
        else:
            items = parse_array(text) if route.answer == "rows" else [parse(text)]
        values: dict[str, Any] = {f"p_{route.document}": text}
        g.event_id = items[0].get("event_id") if route.answer == "row" and isinstance(items[0], dict) else None
        about = {str(item["restaurant_id"]) for item in items if isinstance(item, dict) and "restaurant_id" in item}
    else:
        values = read_arguments(route, path)
        about = set() if route.method == "GET" else {path.get("restaurant_id", route.function)}
    page = [values.get("p_limit", route.page)] if route.answer == "page" else []
    function, select = route.function, route.select
    mimetype = METRICS if select == "metrics" else JSON
    if route.csv and (accepted := request.accept_mimetypes):
        if not (mimetype := accepted.best_match((JSON, CSV), "")):
            raise Refusal(406, "NOT_ACCEPTABLE", f"a report is {JSON} or {CSV}")
        function, select = (route.csv, "csv") if mimetype == CSV else (function, select)
    headers: dict[str, str] = {}
    if caller.restaurant_id:
        values, function, select = as_own(caller, function, values), "get_own", "own_page" if page else "own_row"
    with pool.gate.enter(about):
        if route.queue and values.get("p_dry_run", False) is False and prefers_async():
            values.pop("p_dry_run", None)
            row = pool.call(statement(route.queue[0], tuple(values), "queued"), [*values.values()])
            headers = {"Location": route.queue[1] + str(row[1], "utf-8"), "Preference-Applied": "respond-async"}
        elif route.steps and values.get("p_dry_run", False) is False:
            values.pop("p_dry_run", None)
            row = pool.call(statement(route.steps[0], tuple(values), "step"), [*values.values()])
            while row[2] == b"f":
                row = pool.call(statement(route.steps[1], ("p_run_id",), "step"), [str(row[1], "utf-8")])
        else:
            sql = statement(function, tuple(values), select)
            row = pool.call(sql, [*values.values(), *page], is_read=route.method == "GET")
    status = route.status if isinstance(route.status, int) else route.status[str(row[1], "utf-8")]
    return Response(row[0], status, headers, mimetype=mimetype)


def take(pool: Pool, route: Route, source: str) -> Response:
    """A signed webhook: webhooks.py."""
    g.route = route
    return receive(pool, request, source)


def on_database_error(error: psycopg.Error) -> Response:
    """The one error map: the SQLSTATE's class is the status, the constraint's name the public code."""
    state = error.sqlstate or type(error).__name__
    diag, is_document = error.diag, "route" in g and g.route.document is not None
    status = STATUS.get(state, STATUS.get(state[:2], 500))
    context = diag.context or ""
    if is_document and status == 400 and state[:2] == "22" and re.search(r"^(PL/pgSQL|SQL) function ", context, re.M):
        status = 500  # the document was read, then something of ours failed
    if status == 403:  # which anybody with a key can bring about: a line, and no traceback
        log.warning("not allowed", sqlstate=state, request_id=g.request_id, reason=diag.message_primary)
    elif status in PLAIN:
        log.error("database error", sqlstate=state, request_id=g.request_id, exc_info=error)
    message, detail = diag.message_primary or str(error), diag.message_detail or ""
    if state.startswith("L") or diag.constraint_name == "CELL_UNAVAILABLE":  # the latter from a proxy
        facts = dict(re.findall(r"(\w+)=(.*?)(?=, \w+=|$)", detail))
        return problem(status, diag.constraint_name or state, message, facts)
    if status != 400:
        return problem(status, *PLAIN[status])
    line = re.search(r"\bline (\d+)", context) if is_document else None
    code = "MALFORMED_JSON" if is_document else "INVALID_INPUT"
    return problem(400, code, f"{message}: {detail}".strip(": ")[:300], {"line": int(line[1])} if line else {})


def on_http_error(error: HTTPException) -> Response:
    """Refusals, ours and Flask's, in the envelope; a 405 keeps its Allow header."""
    code = getattr(error, "error", error.name.upper().replace(" ", "_"))
    message = INSTEAD.get(error.code or 500, error.description or error.name)
    response = problem(error.code or 500, code, message, getattr(error, "details", {}))
    response.headers.extend({k: v for k, v in error.get_headers() if k == "Allow"})
    return response


def on_bad_document(error: BadDocument) -> Response:
    return problem(400, error.code, str(error)[:300], error.details)


def on_error(error: Exception) -> Response:
    log.error("unexpected error", request_id=g.request_id, exc_info=error)
    return problem(500, *PLAIN[500])


def calls() -> Iterable[bytes]:
    """Every call that the route table makes, with as few arguments as it makes it and with all."""
    yield LOOK_UP
    for route in ROUTES:
        least = re.findall(r"<(?:\w+:)?(\w+)>", route.path) + list(route.required)
        least += [name for name in (route.document, route.key) if name]
        for names in (least, least + list(route.optional)):
            arguments = tuple(f"p_{name}" for name in names)
            yield statement(route.function, arguments, route.select)
            if route.csv:
                yield statement(route.csv, arguments, "csv")
        if route.steps:
            most = [*least, *route.optional.keys() - {"dry_run"}]
            yield statement(route.steps[0], tuple(f"p_{name}" for name in most), "step")
            yield statement(route.steps[1], ("p_run_id",), "step")
            if route.queue:
                yield statement(route.queue[0], tuple(f"p_{name}" for name in most), "queued")


def ready(pool: Pool) -> Response:
    """200 once the database takes writes and has every function that the route table calls, as it calls it."""
    warning: str | None = None
    try:
        reason, warning = pool.look(calls())
    except psycopg.Error as error:
        log.warning("not ready", reason=str(error))
        reason = "the database does not answer"
    if reason:
        return problem(503, "NOT_READY", reason)
    answer = {"status": "ready"} | ({"warning": warning} if warning else {})
    return Response(json.dumps(answer), mimetype="application/json")


def begin_request() -> None:
    """Take the caller's X-Request-ID if it is a sane one."""
    g.started = time.perf_counter()
    asked = request.environ.get("HTTP_X_REQUEST_ID", "")
    is_sane = asked and re.fullmatch(r"[A-Za-z0-9._:/+=@-]{1,128}", asked)
    g.request_id = asked if is_sane else f"{random.getrandbits(128):032x}"
    if request.environ.get("PATH_INFO", "").startswith("//"):  # which Werkzeug takes for a single slash
        abort(404)
    if not request.environ["REQUEST_METHOD"].isupper():  # which Werkzeug takes for the method in capitals
        abort(405)


def end_request(response: Response) -> Response:
    """Write the access log, without bodies and query strings; the documentation may fetch nothing from elsewhere."""
    headers = response.headers
    headers["X-Request-ID"] = g.request_id
    headers["Cache-Control"] = "no-store"
    if response.status_code == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="cuenta"'
    headers["X-Content-Type-Options"] = "nosniff"
    if response.status_code == 503:
        headers["Retry-After"] = "1"
    if response.mimetype == "text/html":
        headers["Content-Security-Policy"] = "default-src 'self' 'unsafe-inline' data: blob:"
    seconds = time.perf_counter() - g.started
    access(
        request.method, request.path, response.status_code, seconds, g.request_id, g.get("caller"), g.get("event_id")
    )
    return response


def send_page(folder: Path | str, path: str) -> Response:
    """A file of the documentation. It is sent piece by piece: a thread waits for who does not take it, so few may."""
    if not SENDING.acquire(blocking=False):
        raise Refusal(503, "UNAVAILABLE", "others are being sent these pages; ask again")
    try:
        response = send_from_directory(folder, path)
    except BaseException:
        SENDING.release()
        raise
    response.direct_passthrough = False  # else nobody is told when it ends
    response.call_on_close(SENDING.release)
    return response


def send_part(folder: Path, path: str) -> Response:
    """A part of the documentation, if it is one that a browser needs."""
    return send_page(folder, path) if path.endswith(SERVED) else abort(404)


def create_app(pool: Pool | None = None) -> Flask:
    """The WSGI application; without a pool it opens one, so this is called in the process that serves."""
    app = Flask(__name__, static_folder=None)
    pool = app.extensions["pool"] = pool or Pool(os.environ["DATABASE_URL"])
    app.url_map.merge_slashes = False
    app.url_map.converters["any_text"] = AnyText
    app.before_request(begin_request)
    app.before_request(Door(pool).let_in)
    app.after_request(end_request)
    app.register_error_handler(psycopg.Error, on_database_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(BadDocument, on_bad_document)
    app.register_error_handler(Exception, on_error)
    for route in ROUTES:
        view = partial(take, pool) if route.answer == "webhook" else partial(call, pool)
        app.add_url_rule(route.path, route.operation, partial(view, route), methods=[route.method])
    app.add_url_rule("/health", "health", lambda: {"status": "ok"})
    app.add_url_rule("/ready", "ready", partial(ready, pool))
    app.add_url_rule("/openapi.json", "openapi", partial(send_page, "docs", "openapi.json"))
    for name, package in (("docs", "flask_openapi3_swagger"), ("redoc", "flask_openapi3_redoc")):
        files = Path(str(getattr(find_spec(package), "origin", None))).with_name("templates")
        app.add_url_rule(f"/{name}", name, partial(send_page, "docs", f"{name}.html"))
        app.add_url_rule(f"/{name}/<path:path>", package, partial(send_part, files))
    return app
