"""Traces, where OpenTelemetry's variables ask for them: a span a request, which goes on with the caller's
`traceparent`, and a span a call of the database, made by hand: calls go straight through libpq, which no
instrumentation of psycopg sees. Nothing is added to a statement, so that it stays prepared; values are in no span.
"""

import os
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import psycopg
from flask import Flask

from db.pool import Pool
from log import log

ASKED_BY = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
NOT_TRACED = "health,ready,metrics"


def start(app: Flask, exporter: Any = None) -> None:
    """Trace this application if the environment asks for it; to this exporter, else by OTLP over HTTP."""
    is_asked = any(os.environ.get(name) for name in ASKED_BY) or exporter is not None
    if not is_asked or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.flask import FlaskInstrumentor
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        log.error("no traces: pip install -r requirements-otel.txt", reason=str(error))
        return
    resource = Resource.create({"service.name": "cuenta"}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
    instrumentor: Any = FlaskInstrumentor()
    instrumentor.instrument_app(app, excluded_urls=NOT_TRACED, tracer_provider=provider)
    app.extensions["tracing"] = provider
    trace_pools(app.extensions["pool"], provider.get_tracer("cuenta"))


def trace_pools(pool: Pool, tracer: Any) -> None:
    """Trace the calls of this pool and of those that act as other roles, whenever they are opened."""
    acting_as, call = pool.acting_as, traced(pool, tracer)

    def acting_and_traced(role: str) -> Pool:
        if (other := acting_as(role)) is not pool:
            vars(other).setdefault("call", traced(other, tracer))
        return other

    vars(pool).update(call=call, acting_as=acting_and_traced)


def traced(pool: Pool, tracer: Any) -> Callable[..., tuple[bytes, ...]]:
    """The pool's call, in a span of its own."""
    from opentelemetry.trace import SpanKind, StatusCode

    call = pool.call

    @wraps(call)
    def call_in_span(statement: bytes, values: Sequence[Any], *, is_read: bool = False) -> tuple[bytes, ...]:
        text = statement.decode()
        function = text.partition(" from ")[2].partition("(")[0]
        facts = {"db.system.name": "postgresql", "db.query.text": text, "db.stored_procedure.name": function}
        quiet = {"record_exception": False, "set_status_on_exception": False}  # what an error says names ids
        with tracer.start_as_current_span(function, kind=SpanKind.CLIENT, attributes=facts, **quiet) as span:
            try:
                return call(statement, values, is_read=is_read)
            except psycopg.Error as error:
                span.set_attribute("db.response.status_code", error.sqlstate or type(error).__name__)
                span.set_status(StatusCode.ERROR)
                raise

    return call_in_span
