"""Log lines: one JSON object a line on standard output, from us and from the libraries alike."""

import re
import sys
import time
from json.encoder import encode_basestring_ascii as as_json
from typing import Any

import structlog


def without_keys(line: str) -> str:
    """A line without the secret of a key that somebody put where it does not belong."""
    return re.sub(r"(cuenta_live_[0-9a-z]*_)\w+", r"\1...", line) if "cuenta_live_" in line else line


STEPS: list[Any] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
AS_JSON = structlog.processors.JSONRenderer()


def json_line(*event: Any) -> str:
    """The last step."""
    return without_keys(str(AS_JSON(*event)))


CONFIG: dict[str, Any] = {  # the same lines for what the server and the pool have to say
    "version": 1, "disable_existing_loggers": False, "loggers": {}, "root": {"handlers": ["out"], "level": "INFO"},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}},
    "formatters": {"json": {"()": structlog.stdlib.ProcessorFormatter, "processor": json_line,
                            "foreign_pre_chain": STEPS}},
}  # fmt: skip
structlog.configure([*STEPS, json_line], logger_factory=structlog.WriteLoggerFactory())
log = structlog.get_logger()


def access(
    method: str, path: str, status: int, seconds: float, request_id: str, caller: Any = None, event_id: Any = None
) -> None:
    """The line of a request, which is written too often to go through the steps above."""
    now = time.time()
    moment = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now % 1 * 1e6):06}Z"
    who = f', "role": "{caller.role}"' if caller else ""
    if caller and caller.name:
        who += f', "key": {as_json(caller.name)}'
    if isinstance(event_id, str):
        who += f', "event_id": {as_json(event_id[:128])}'
    line = (
        f'{{"event": "request", "method": "{method}", "path": {as_json(path)}, "status": {status},'
        f' "ms": {seconds * 1000:.1f}, "request_id": "{request_id}"{who}, "level": "info", "timestamp": "{moment}"}}\n'
    )
    sys.stdout.write(without_keys(line))
    sys.stdout.flush()
