"""Log lines: one JSON object a line on standard output, from us and from the libraries alike."""

import sys
import time
from json.encoder import encode_basestring_ascii as as_json
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


def access(method: str, path: str, status: int, seconds: float, request_id: str) -> None:
    """The line of a request, which is written too often to go through the steps above."""
    now = time.time()
    moment = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now % 1 * 1e6):06}Z"
    sys.stdout.write(
        f'{{"event": "request", "method": "{method}", "path": {as_json(path)}, "status": {status},'
        f' "ms": {seconds * 1000:.1f}, "request_id": "{request_id}", "level": "info", "timestamp": "{moment}"}}\n'
    )
    sys.stdout.flush()
