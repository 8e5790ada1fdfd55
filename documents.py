"""JSON as the service and the loader take it: nothing but JSON, no member twice, not nested without end.

PostgreSQL reads the text itself and keeps the last of two members; who sends both means something else.
"""

import json
import re
from collections.abc import Callable
from typing import Any

MAX_DEPTH = 100  # of arrays and objects in each other
MAX_ITEMS = 10_000  # of a batch
SPACE = re.compile(r"[ \t\n\r]*")


class Number(str):
    """A number as it was written: money never becomes a float."""


class BadDocument(ValueError):
    """Why a text is not taken: a code, a message, and facts (`field`: a member's name, `item`, `line`: its place)."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code, self.details = code, details


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, if no member is there twice."""
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for number, name in enumerate(names) if name in names[:number])
        raise BadDocument("INVALID_INPUT", f'the member "{twice[:100]}" is there more than once', field=twice[:100])
    return members


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


Decode = Callable[[str, int], tuple[Any, int]]
# Where only the structure matters a number becomes its length: nothing is converted, nothing overflows.
STRICT: Decode = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=len, parse_float=len, parse_constant=_no_constant
).raw_decode


AS_WRITTEN: Decode = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=Number, parse_float=Number, parse_constant=Number
).raw_decode


def write(value: Any) -> str:
    """The text of what AS_WRITTEN has read, with its numbers as they were."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)}: {write(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(write, value)) + "]"
    return str(value) if isinstance(value, Number) else json.dumps(value)


def _is_deep(value: Any) -> bool:
    """True if arrays and objects lie in each other deeper than MAX_DEPTH."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [v for v in level if isinstance(v, dict | list)]
        if not level:
            return False
        level = [inner for v in level for inner in (v.values() if isinstance(v, dict) else v)]
    return any(isinstance(v, dict | list) for v in level)


def _decode(decode: Decode, text: str, start: int, **place: Any) -> tuple[Any, int]:
    """One value of the text and where it ends, or BadDocument."""
    try:
        value, end = decode(text, start)
    except BadDocument as error:
        error.details |= place
        raise
    except RecursionError:
        value, end = None, -1
    except ValueError as error:
        raise BadDocument("MALFORMED_JSON", f"not valid JSON: {error}", **place) from None
    if end < 0 or (text.count("[", start, end) + text.count("{", start, end) > MAX_DEPTH and _is_deep(value)):
        message = f"not taken: arrays and objects are nested deeper than {MAX_DEPTH} levels"
        raise BadDocument("MALFORMED_JSON", message, **place)
    return value, end


def parse(text: str, decode: Decode = STRICT, **place: Any) -> Any:
    """The document that the text is; the place is told if it is none."""
    value, end = _decode(decode, text, _skip(text, 0), **place)
    if (end := _skip(text, end)) != len(text):
        raise BadDocument("MALFORMED_JSON", f"not valid JSON: more than one value: char {end}", **place)
    return value


def _skip(text: str, start: int) -> int:
    found = SPACE.match(text, start)
    return found.end() if found else start


def parse_array(text: str) -> list[Any]:
    """The items of the array that the text is, counted while it is read; a document that is no array has none."""
    position = _skip(text, 0)
    if not text.startswith("[", position):
        parse(text)
        return []
    items: list[Any] = []
    position = _skip(text, position + 1)
    is_open = not text.startswith("]", position)
    while is_open:
        item, position = _decode(STRICT, text, position, item=len(items) + 1)
        _take(items, item)
        position = _skip(text, position)
        if is_open := text.startswith(",", position):
            position = _skip(text, position + 1)
    if not text.startswith("]", position) or _skip(text, position + 1) != len(text):
        raise BadDocument("MALFORMED_JSON", f"not valid JSON: an array's end or a comma is due: char {position}")
    return items


def parse_lines(text: str) -> tuple[str, list[Any]]:
    """JSON lines as an array, each item on its own line, and the items; blank lines are no items."""
    if text.count("\n") > 4 * MAX_ITEMS:
        raise _too_many()
    lines, items = text.split("\n"), list[Any]()
    for index, line in enumerate(lines):
        if line.strip(" \t\r"):
            _take(items, parse(line, line=index + 1))
            lines[index] = f",{line}" if items[1:] else line
    return f"[{chr(10).join(lines)}]", items


def _take(items: list[Any], item: Any) -> None:
    if len(items) == MAX_ITEMS:
        raise _too_many()
    items.append(item)


def _too_many() -> BadDocument:
    return BadDocument("EVENTS_TOO_MANY", f"a batch has at most {MAX_ITEMS:,} events", limit=str(MAX_ITEMS))
