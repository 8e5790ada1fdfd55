"""The OpenAPI document: true to the route table, its examples to its schemas, the service to both."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
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
from db.pool import Pool

DOCUMENT: dict[str, Any] = json.loads((Path(service.__file__).parent / "docs" / "openapi.json").read_text())
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
TYPES = {"text": "string", "date": "string", "integer": "integer", "boolean": "boolean"}
ROUTES = {(route.method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.path)): route for route in service.ROUTES}


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
def test_an_operation_has_its_routes_arguments(key: tuple[str, str], route: service.Route) -> None:
    method, path = key
    operation = DOCUMENT["paths"][path][method]
    assert operation["operationId"] == route.function
    parameters = [resolve(parameter) for parameter in operation["parameters"]]
    in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
    assert in_path == set(re.findall(r"{(\w+)}", path))
    if route.document:
        assert "requestBody" in operation
        has_lines = "application/x-ndjson" in operation["requestBody"]["content"]
        assert has_lines == (route.answer == "rows")
    elif method == "get":
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
def test_an_operation_has_its_routes_statuses(key: tuple[str, str], route: service.Route) -> None:
    answers = DOCUMENT["paths"][key[1]][key[0]]["responses"]
    statuses = {route.status} if isinstance(route.status, int) else set(route.status.values()) - {202}
    assert {str(status) for status in statuses | {400, 403, 500, 503}} <= set(answers)
    assert {status for status in answers if status < "300"} == {str(s) for s in statuses if s < 300}
    assert ({"413", "415"} <= set(answers)) == (route.method != "GET")


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


def test_the_event_answers_are_those_of_the_service() -> None:
    schema = DOCUMENT["components"]["schemas"]["EventAnswer"]
    assert set(schema["properties"]["status"]["enum"]) == set(service.EVENT) - {"deferred"}


@schemathesis.serializer("application/x-ndjson")
def lines(context: SerializationContext, value: Any) -> bytes:
    """NDJSON is documented as a text."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


class Service:
    """The WSGI application: the tests are collected from the document before there is a database."""

    application: Flask

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.application(environ, start_response)


schema = schemathesis.openapi.from_dict(DOCUMENT, config=SchemathesisConfig())
schema.app = Service()


@pytest.fixture(scope="module")
def client(database: str) -> Iterator[FlaskClient]:
    """A client of the service on a database with a restaurant, an event and a payout."""
    application = service.create_app(Pool(database))
    client = application.test_client()
    event = DOCUMENT["components"]["schemas"]["Event"]["examples"][0]
    assert client.post("/v1/processor/events", json=event).status_code == 201
    assert client.post("/v1/payouts/run", json={"currency": "PEN", "as_of": "2025-12-30"}).status_code == 202
    schema.app.application = application
    yield client
    application.extensions["pool"].close()


@schema.parametrize()
@settings(
    max_examples=20,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@pytest.mark.usefixtures("client")
def test_generated_requests_get_documented_answers(case: Case[Any]) -> None:
    case.call_and_validate(checks=CHECKS)


def test_what_is_there_is_read_as_documented(client: FlaskClient) -> None:
    page = client.get("/v1/payouts").json
    assert page is not None
    known = {"restaurant_id": "res_001", "event_id": "evt_000123", "payout_id": page["data"][0]["payout_id"]}
    for (method, path), route in ROUTES.items():
        if method == "get":
            names = {name: known[name] for name in re.findall(r"{(\w+)}", path)}
            query = {"currency": "PEN"} if "currency" in {**route.required, **route.optional} else {}
            case = schema[path]["GET"].Case(path_parameters=names, query=query)
            response = case.call_and_validate(checks=CHECKS)
            assert response.status_code == 200, response.text
