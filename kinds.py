"""What a value of a request must be before PostgreSQL casts it."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from documents import Number

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


def is_on_calendar(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
