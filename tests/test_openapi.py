"""The OpenAPI document: true to the route table, its examples to its schemas, the service to both."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import psycopg
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from schemathesis import Case, SerializationContext
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import app as service
import routes
from db.pool import Pool
from events.load import load

DOCUMENT: dict[str, Any] = json.loads((Path(service.__file__).parent / "docs" / "openapi.json").read_text())
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
TYPES = {
    "text": "string",
    "texts": "array",
    "date": "string",
    "timestamp": "string",
    "integer": "integer",
    "boolean": "boolean",
    "object": "object",
}
SAMPLE = Path(service.__file__).parent / "events" / "events.jsonl"
ROUTES = {(route.method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.path)): route for route in routes.ROUTES}


def resolve(node: dict[str, Any]) -> dict[str, Any]:
    """The node, or what its $ref points to."""
    while "$ref" in node:
        target: Any = DOCUMENT
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name.replace("~1", "/")]
        node = target
    return node


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation: its method, its path, itself."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_the_document_has_the_routes_of_the_table_and_no_other() -> None:
    documented = {(method, path) for method, path, _ in operations()}
    assert documented == set(ROUTES) | {("get", "/health"), ("get", "/ready")}


@pytest.mark.parametrize(("key", "route"), ROUTES.items(), ids=lambda value: getattr(value, "function", ""))
def test_an_operation_has_its_routes_arguments(key: tuple[str, str], route: routes.Route) -> None:
    method, path = key
    operation = DOCUMENT["paths"][path][method]
    assert operation["operationId"] == route.operation
    parameters = [resolve(parameter) for parameter in operation["parameters"]]
    in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
    assert in_path == set(re.findall(r"{(\w+)}", path))
    in_header = {parameter["name"]: parameter["required"] for parameter in parameters if parameter["in"] == "header"}
    assert in_header == {"X-Request-ID": False} | (
        ({"Idempotency-Key": True} if route.key else {}) | ({"Prefer": False} if route.queue else {})
    )
    if route.document:
        assert "requestBody" in operation
        has_lines = "application/x-ndjson" in operation["requestBody"]["content"]
        assert has_lines == (route.answer == "rows")
    elif method in ("get", "delete"):
        query = {p["name"]: p for p in parameters if p["in"] == "query"}
        assert {name for name, p in query.items() if p["required"]} == set(route.required)
        kinds = {**route.required, **route.optional}
        assert {name: p["schema"]["type"] for name, p in query.items()} == {n: TYPES[k] for n, k in kinds.items()}
        assert "limit" not in query or query["limit"]["schema"]["default"] == route.page
    else:
        body = resolve(operation["requestBody"]["content"]["application/json"]["schema"])
        assert set(body["required"]) == set(route.required)
        assert body["additionalProperties"] is False
        kinds = {**route.required, **route.optional}
        assert set(body["properties"]) == set(kinds)
        for name, kind in kinds.items():
            types = body["properties"][name]["type"]
            assert TYPES[kind] in ([types] if isinstance(types, str) else types)


@pytest.mark.parametrize(("key", "route"), ROUTES.items(), ids=lambda value: getattr(value, "function", ""))
def test_an_operation_has_its_routes_statuses(key: tuple[str, str], route: routes.Route) -> None:
    answers = DOCUMENT["paths"][key[1]][key[0]]["responses"]
    statuses = {route.status} if isinstance(route.status, int) else set(route.status.values())
    assert {str(status) for status in statuses | {400, 403, 500, 503}} <= set(answers)
    assert {status for status in answers if status < "300"} == {str(s) for s in statuses if s < 300}
    assert ({"413", "415"} <= set(answers)) == (route.method not in ("GET", "DELETE"))


def media_types() -> Iterator[Any]:
    """Every body of a request or an answer, with where it is."""
    for _, path, operation in operations():
        bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for name, body in bodies.items():
            for content_type, media in resolve(body).get("content", {}).items():
                yield pytest.param(media, id=f"{operation['operationId']} {name} {content_type} {path}")


@pytest.mark.parametrize("media", list(media_types()))
def test_every_body_has_examples_that_fit_its_schema(media: dict[str, Any]) -> None:
    assert media["examples"]
    schema = {**media["schema"], "components": DOCUMENT["components"]}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    for example in media["examples"].values():
        validator.validate(example["value"])


def schemas(node: Any, where: str = "", answers: bool = True) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Every schema: where it stands, itself, and whether it is of answers (not of parameters and requests)."""
    if isinstance(node, list):
        for index, value in enumerate(node):
            yield from schemas(value, f"{where}/{index}", answers)
    elif isinstance(node, dict):
        kinds = node.get("type")
        if isinstance(kinds, str | list) and not {"in", "tags"} & set(node):
            yield where, node, answers
        for name, value in node.items():
            if name not in ("examples", "example", "required", "enum"):
                is_request = name in ("parameters", "requestBody", "Event", "Settings") or name.endswith("Request")
                yield from schemas(value, f"{where}/{name}", answers and not is_request)


def test_numbers_strings_and_arrays_have_limits_and_answers_no_enums() -> None:
    found = []
    for where, schema, is_answer in schemas(DOCUMENT):
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        wanted = {"maxLength"} if "string" in kinds and not {"const", "enum"} & set(schema) else set()
        wanted |= {"maxItems"} if "array" in kinds else set()
        wanted |= {"minimum", "maximum"} if schema.get("format") == "int64" else set()
        if not wanted <= set(schema) or (is_answer and "enum" in schema):  # a new state must not break a client
            found.append((where, schema))
    assert found == []


def test_no_schema_has_the_name_of_a_type_of_generated_clients() -> None:
    assert set(DOCUMENT["components"]["schemas"]).isdisjoint({"Error", "Object", "Map", "List", "String", "Date"})


def test_every_answer_of_an_event_is_described() -> None:
    said = DOCUMENT["components"]["schemas"]["EventAnswer"]["properties"]["status"]["description"]
    assert set(routes.EVENT) == set(re.findall(r"(\w+):", said))
    answers = DOCUMENT["paths"]["/v1/processor/events"]["post"]["responses"]
    for status, code in routes.EVENT.items():
        [example] = answers[str(code)]["content"]["application/json"]["examples"].values()
        assert example["value"]["status"] == status


def test_an_event_has_every_type_that_processors_may_tell(database: str) -> None:
    with psycopg.connect(database) as connection:
        query = "select t.event_type from ledger.event_types as t where t.origin = 'processor'"
        known = {row[0] for row in connection.execute(query)}
    assert set(DOCUMENT["components"]["schemas"]["Event"]["properties"]["event_type"]["enum"]) == known


def test_the_first_example_of_a_run_is_a_dry_one() -> None:
    body = DOCUMENT["paths"]["/v1/payouts/run"]["post"]["requestBody"]["content"]["application/json"]
    assert next(iter(body["examples"].values()))["value"]["dry_run"] is True


def test_swaggers_forms_of_what_is_read_start_filled() -> None:
    for method, path, operation in operations():
        for parameter in map(resolve, operation["parameters"]):
            if method == "get" and parameter["required"]:
                assert "example" in parameter, (path, parameter["name"])


def test_no_page_of_the_documentation_asks_another_host() -> None:
    """ReDoc's script has a picture on a foreign host, which its page does not let it ask for."""
    for name in ("docs", "redoc"):
        page = (SAMPLE.parent.parent / "docs" / f"{name}.html").read_text()
        assert re.findall(r"https?://", page) == []
    assert "image.setAttribute =" in page
    assert 'defineProperty(image, "src"' in page  # React sets it both ways


@schemathesis.serializer("application/x-ndjson")
def lines(context: SerializationContext, value: Any) -> bytes:
    """NDJSON is documented as a text."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


class Service:
    """The WSGI application: the tests are collected from the document before there is a database."""

    application: Flask
    key: str  # requests make keys, and after that one is wanted

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.application(environ | {"HTTP_AUTHORIZATION": f"Bearer {self.key}"}, start_response)


schema = schemathesis.openapi.from_dict(DOCUMENT, config=SchemathesisConfig())
schema.app = Service()


def people_application(url: str) -> Flask:
    """The service as it runs on a developer's machine: it may do what people may."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUENTA_ROLE", "cuenta_operator")
        return service.create_app(Pool(url))


@pytest.fixture(scope="module")
def client(database: str) -> Iterator[FlaskClient]:
    """A client of the service on a database with a restaurant, an event and a payout."""
    application = people_application(database)
    client = application.test_client()
    event = DOCUMENT["components"]["schemas"]["Event"]["examples"][0]
    assert client.post("/v1/processor/events", json=event).status_code == 201
    assert client.post("/v1/payouts/run", json={"currency": "PEN", "as_of": "2025-12-30"}).status_code == 202
    made: Any = client.post("/v1/keys", json={"name": "fuzz", "role": "operator"}).json
    schema.app.application, schema.app.key = application, made["key"]
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {made['key']}"
    yield client
    application.extensions["pool"].close()


@schema.parametrize()
@settings(
    max_examples=10,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@pytest.mark.usefixtures("client")
def test_generated_requests_get_documented_answers(case: Case[Any]) -> None:
    case.call_and_validate(checks=CHECKS)


def test_what_is_there_is_read_as_documented(client: FlaskClient) -> None:
    pages = [client.get("/v1/payouts").json, client.get("/v1/payouts/runs").json]
    payouts, runs = (page["data"] for page in pages if page)
    known = {"restaurant_id": "res_001", "event_id": "evt_000123", "payout_id": payouts[0]["payout_id"]}
    known |= {"run_id": runs[0]["run_id"], "currency": "PEN", "as_of": "2025-12-30", "name": "daily_sales"}
    known |= {"from": "2025-12-01", "to": "2025-12-31", "payment_id": "pay_456", "provider": "default"}
    for (method, path), route in ROUTES.items():
        if method == "get":
            names = {name: known[name] for name in re.findall(r"{(\w+)}", path)}
            kinds = {**route.required, **route.optional}
            asked = [name for name in kinds if name in route.required or name in ("currency", "as_of", "provider")]
            query: dict[str, Any] = {name: known[name] for name in asked}
            case = schema[path]["GET"].Case(path_parameters=names, query=query)
            response = case.call_and_validate(checks=CHECKS)
            assert response.status_code == 200, response.text


def test_the_examples_work_on_the_sample_data(create_database: Callable[..., str]) -> None:
    """Whoever tries one after the other in Swagger UI, as it fills the forms, gets no refusal."""
    application = people_application(url := create_database())
    load(SAMPLE, database=url)
    client = application.test_client()
    try:
        events, run = "/v1/processor/events", "/v1/payouts/run"
        bodies = {path: DOCUMENT["paths"][path]["post"]["requestBody"]["content"] for path in (events, run)}
        examples = {path: body["application/json"]["examples"] for path, body in bodies.items()}
        for name in ("charge", "refund"):
            assert client.post(events, json=examples[events][name]["value"]).status_code == 201
        preview: Any = client.get("/v1/payouts/preview?currency=PEN&as_of=2025-12-30").json
        [due] = [row for row in preview["data"] if row["restaurant_id"] == "res_001"]
        paid = examples[events]["payout_paid"]["value"]
        assert (due["payout_id"], due["amount"]) == (paid["payout_id"], paid["amount"])
        created: Any = [client.post(run, json=examples[run][name]["value"]).json for name in ("dry_run", "run", "some")]
        assert [answer["payouts_created"] for answer in created] == [5, 5, 0]
        for name, example in examples[events].items():
            answer = client.post(events, json=example["value"])
            assert answer.status_code == (200 if name in ("charge", "refund") else 201), answer.text
        for method, path, operation in operations():
            given = {p["name"]: p["example"] for p in map(resolve, operation["parameters"]) if "example" in p}
            if method == "get" and "run_id" not in given:  # which is another one each time
                query = {name: value for name, value in given.items() if f"{{{name}}}" not in path}
                assert client.get(path.format(**given), query_string=query).status_code == 200, path
        for method, path, operation in operations():
            if method == "post" and (key := [p for p in operation["parameters"] if p.get("name") == "Idempotency-Key"]):
                [example] = operation["requestBody"]["content"]["application/json"]["examples"].values()
                given = {p["name"]: p["example"] for p in operation["parameters"] if p.get("in") == "path"}
                headers = {"Idempotency-Key": key[0]["example"]}
                for status in (201, 200):
                    answer = client.post(path.format(**given), json=example["value"], headers=headers)
                    assert answer.status_code == status, answer.text
        closed: dict[str, Any] = {
            "event_id": "evt_closed_1",
            "event_type": "charge_succeeded",
            "occurred_at": "2025-12-30T10:00:00Z",
        }
        closed |= {"restaurant_id": "res_closed", "currency": "PEN", "amount": 12000}
        assert client.put("/v1/restaurants/res_closed", json={"closed": True}).status_code == 200
        for bad in (closed, closed | {"event_id": "evt_bad_1", "amount": 0}, {}):
            assert client.post(events, json=bad).status_code == 422
        listed: Any = client.get("/v1/inbox").json
        numbers = [row["rejection_no"] for row in listed["data"] if row["event_id"] is None]
        for path, methods in DOCUMENT["paths"].items():
            if path.startswith(("/v1/inbox/", "/v1/rejections/")):
                [example] = methods["post"]["requestBody"]["content"]["application/json"]["examples"].values()
                given = {p["name"]: p["example"] for p in methods["post"]["parameters"] if "example" in p}
                given |= {"rejection_no": numbers[0]}
                answer = client.post(path.format(**given), json=example["value"])
                assert answer.status_code == (201 if path.endswith("accept") else 200), answer.text
        assert client.get("/v1/inbox").json == {"data": [], "next_cursor": None}
        settings = DOCUMENT["paths"]["/v1/restaurants/{restaurant_id}"]["put"]["requestBody"]["content"]
        for example in settings["application/json"]["examples"].values():
            assert client.put("/v1/restaurants/res_001", json=example["value"]).status_code == 200
    finally:
        application.extensions["pool"].close()
