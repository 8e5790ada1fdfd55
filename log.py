"""Log lines: one JSON object a line on standard output, from us and from the libraries alike."""

import json
import sys
from datetime import UTC, datetime
from typing import Any

import structlog

STEPS: list[Any] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
JSON_LINE = structlog.processors.JSONRenderer()
CONFIG: dict[str, Any] = {  # the same lines for what the server and the pool have to say
    "version": 1, "disable_existing_loggers": False, "loggers": {}, "root": {"handlers": ["out"], "level": "INFO"},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}},
    "formatters": {"json": {"()": structlog.stdlib.ProcessorFormatter, "processor": JSON_LINE,
                            "foreign_pre_chain": STEPS}},
}  # fmt: skip
structlog.configure([*STEPS, JSON_LINE], logger_factory=structlog.WriteLoggerFactory())
log = structlog.get_logger()


def access(method: str, path: str, status: int, ms: float, request_id: str) -> None:
    """The line of a request, which is written too often to go through the steps above."""
    line = {"event": "request", "method": method, "path": path, "status": status, "ms": ms, "request_id": request_id}
    line |= {"level": "info", "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z")}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
