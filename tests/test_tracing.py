"""Traces: spans that a collector would get, and nothing at all where nobody asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import tracing
from app import create_app
from db.pool import Pool
from tests.test_serve import CHARGE


@pytest.fixture
def traced(database: str) -> Iterator[tuple[Any, Any]]:
    """An application and what it exported so far."""
    app, exporter = create_app(Pool(database)), InMemorySpanExporter()
    tracing.start(app, exporter)

    def spans() -> dict[str, Any]:
        app.extensions["tracing"].force_flush()
        return {span.name: span for span in exporter.get_finished_spans()}

    yield app, spans
    app.extensions["pool"].close()


def test_a_request_goes_on_with_the_callers_trace(traced: tuple[Any, Any]) -> None:
    app, spans = traced
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    headers = {"traceparent": f"00-{trace}-{parent}-01", "Authorization": "Bearer cuenta_live_x_hidden"}
    assert app.test_client().post("/v1/processor/events", json=CHARGE, headers=headers).status_code in (200, 201)
    found = spans()
    request, call = found["POST /v1/processor/events"], found["api.ingest_event"]
    assert f"{request.context.trace_id:032x}" == f"{call.context.trace_id:032x}" == trace
    assert f"{request.parent.span_id:016x}" == parent and call.parent.span_id == request.context.span_id
    assert call.attributes["db.query.text"].endswith("from api.ingest_event(p_event => $1) as r")
    told = request.to_json() + call.to_json()
    assert "hidden" not in told and "res_001" not in told and "evt_1" not in told


def test_what_fails_is_seen_without_what_it_says(traced: tuple[Any, Any]) -> None:
    app, spans = traced
    assert app.test_client().get("/v1/payouts/po_unknown").status_code == 404
    call = spans()["api.get_payout"]
    assert (call.status.status_code.name, call.attributes["db.response.status_code"]) == ("ERROR", "LNPAY")
    assert "po_unknown" not in call.to_json()


def test_calls_as_another_role_are_traced_once(traced: tuple[Any, Any]) -> None:
    app, spans = traced
    pool = app.extensions["pool"]
    for _ in range(2):
        other = pool.acting_as("cuenta_reader")
        assert other is not pool
        other.call(b"select row_to_json(r)::text from api.get_service_status() as r", [], is_read=True)
    assert other.acting_as("cuenta_reader").call is other.call
    assert list(spans()) == ["api.get_service_status"]


def test_statements_stay_prepared(traced: tuple[Any, Any]) -> None:
    app, _ = traced
    client, pool = app.test_client(), app.extensions["pool"]
    for _ in range(12):
        client.get("/v1/payouts")
    with pool.connection() as connection:
        assert [statement for statement in connection.prepared if b"list_payouts" in statement]
        assert not [statement for statement in connection.prepared if b"traceparent" in statement]


def test_probes_are_not_traced(traced: tuple[Any, Any]) -> None:
    app, spans = traced
    assert app.test_client().get("/health").status_code == 200
    assert spans() == {}


def test_nothing_is_done_where_nobody_asks(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tracing.ASKED_BY:
        monkeypatch.delenv(name, raising=False)
    app = create_app(Pool(database))
    tracing.start(app)
    assert "tracing" not in app.extensions and "call" not in vars(app.extensions["pool"])
    monkeypatch.setenv(tracing.ASKED_BY[0], "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    tracing.start(app)
    assert "tracing" not in app.extensions
    app.extensions["pool"].close()
