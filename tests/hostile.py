"""What hostile callers send: valid requests, documents and arguments that are broken in every way that comes to mind.

Everything is drawn from one `random.Random`, so that a case is told by its seed and number; hypothesis hands in one of
its own, and makes a failing case small by that. tests/fuzz.py sends them and judges the answers.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
import string
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, cast
from urllib.parse import quote

from tests import webhooks_in as sign

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text())
EVENTS = [json.loads(line) for line in (ROOT / "events" / "events.jsonl").read_text().splitlines()]
METHODS = ("get", "put", "post", "delete")


class Raw(str):
    """JSON as it is to be sent, whether it is JSON or not."""


class Members(list[tuple[str, Any]]):
    """An object, whose members may be said twice."""


TEXTS = (
    "", " ", "\0", "a\0b", "\ud800", "\udfff\ud800", "\ufeff", "\ufffe", "é", "\uff21\uff22", "\u202ecod", "🍽",
    "\u0000", "\x7f", "\x1b[2J", "\r\nX-Evil: 1", "'; drop table ledger.payouts; --", "%s%n%d", "${jndi:x}",
    "{{7*7}}", "..", "../..", "/", "//", "\\", '"', "\\u0000", "null", "true", "NaN", "Infinity", "-Infinity",
    "infinity", "epoch", "now", "today", "1e400", "0x10", "1_000", " 1", "+1", "-0", "٣", "\uff11", "2025-12-30",
    "2025-02-30", "2025-12-30T10:00:00Z", "2025-12-30 10:00:00+00", "0001-01-01", "0001-01-01T00:00:00+15:59",
    "9999-12-31", "9999-12-31T23:59:59-15:59", "10000-01-01", "2025-12-30T24:00:00Z", "2025-12-30T23:59:60Z",
    "2025-12-30T10:00:00.9999999999Z", "-4713-01-01", "PEN", "pen", "Pen", "XXX", "XTS", "JPY", "KWD", "ZZZ",
    "pen ", "operator", "default", "cuenta_owner", "UTC", "GMT+3", "America/Lima", "posixrules", "Factory",
    "res_001", "pg_catalog", "{}", "[]", "{a,NULL}", "(1,2)", "A" * 64, "a" * 65, "b" * 128, "c" * 129, "d" * 500,
    "e" * 501, "f" * 4000, "🍽" * 200, "g" * 70_000,
)  # fmt: skip
NUMBERS = (
    "0", "-0", "1", "-1", "2", "499", "500", "501", "32767", "32768", "65536", "2147483647", "2147483648",
    "-2147483648", "-2147483649", "9007199254740991", "9007199254740992", "-9007199254740991", "-9007199254740992",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
    "99999999999999999999", "100000000000000000000", "1" * 40, "1" * 41, "9" * 4301, "0.1", "1.0", "12000.0", "1e2",
    "1E+2", "1e308", "1e309", "1e-400", "1e131071", "1e131072", "1e1000000", "1e999999999999", "-1e131071",
    "0e-16383", "1e-16384", "0.000000000000000000000001", "01", "+1", "1.", ".5", "0x1", "NaN", "Infinity",
    "-Infinity", "1e", "--1", "1_0",
)  # fmt: skip
BROKEN = (
    "", "nul", "undefined", "'x'", '"', '"\\', '"\\ud800"', '"\\u0000"', '"\\uD800\\u0041"', '"\\x"', '"\t"',
    '"\n"', "{", "[", "}", "]", "{]", '{"a"}', '{"a":}', '{,"a":1}', '{"a":1,}', "[1,]", "[,1]", "1 2", "{} {}",
    "/**/", "# x", "\x00", "\ufeff{}", "{a:1}", '{"a":1 "b":2}',
)  # fmt: skip
WORDS = ("metadata", "amount", "event_id", "payment_id", "restaurant_id", "__proto__", "", "\0", "a", "é", "x" * 300)


@dataclass
class Known:
    """What there is in the database: values by the name of what they are, from answers that were given."""

    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    kept: frozenset[str] = frozenset()  # not to be told: keys of the fuzzer's own

    def learn(self, answer: Any, name: str = "") -> None:
        """Remember what an answer says."""
        if isinstance(answer, dict):
            for key, value in answer.items():
                self.learn(value, key)
        elif isinstance(answer, list):
            for value in answer[:5]:
                self.learn(value, name)
        elif isinstance(answer, str | int) and not isinstance(answer, bool) and str(answer) not in self.kept:
            seen = self.values["cursor" if name == "next_cursor" else name]
            if str(answer) not in seen and len(str(answer)) < 300:
                seen.append(str(answer))
                del seen[:-40]

    def pick(self, dice: Random, name: str) -> str | None:
        values = self.values.get(name) or self.values.get(name.removeprefix("p_"))
        return dice.choice(values) if values else None


@cache
def resolve(reference: str) -> dict[str, Any]:
    target: Any = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        target = target[name.replace("~1", "/")]
    return cast("dict[str, Any]", target)


def follow(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        node = resolve(node["$ref"])
    return node


@dataclass(frozen=True)
class Operation:
    """An operation of the OpenAPI document."""

    method: str
    path: str
    parameters: tuple[Mapping[str, Any], ...]
    bodies: Mapping[str, tuple[Any, ...]]  # examples by content type
    schema: Mapping[str, Any]  # of a JSON body
    statuses: frozenset[int]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def operations() -> Iterator[Operation]:
    for path, methods in DOCUMENT["paths"].items():
        for method, node in methods.items():
            content = follow(node.get("requestBody", {})).get("content", {})
            bodies = {kind: tuple(e["value"] for e in media["examples"].values()) for kind, media in content.items()}
            schema = follow(content.get("application/json", {}).get("schema", {}))
            parameters = tuple(follow(parameter) for parameter in node.get("parameters", ()))
            statuses = frozenset(int(status) for status in node["responses"])
            yield Operation(method.upper(), path, parameters, bodies, schema, statuses)


OPERATIONS = tuple(operations())


# Documents


def as_tree(value: Any) -> Any:
    """A document whose objects are lists of members."""
    if isinstance(value, dict):
        return Members((name, as_tree(inner)) for name, inner in value.items())
    return [as_tree(inner) for inner in value] if isinstance(value, list) else value


def write(value: Any, dice: Random) -> str:
    """The text of a tree, escaped now in one way and now in another."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, Members):
        return "{" + ",".join(f"{write(name, dice)}:{write(inner, dice)}" for name, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(write(inner, dice) for inner in value) + "]"
    if isinstance(value, str) and dice.random() < 0.05 and len(value) < 200:
        return '"' + "".join(f"\\u{ord(c) & 0xFFFF:04x}" for c in value) + '"'
    return json.dumps(value, ensure_ascii=dice.random() < 0.5)


def places(value: Any, path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Where values stand in a tree."""
    yield path
    if isinstance(value, Members):
        for number, (_, inner) in enumerate(value):
            yield from places(inner, (*path, number))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))


def look(tree: Any, path: tuple[int, ...]) -> Any:
    for number in path:
        tree = tree[number][1] if isinstance(tree, Members) else tree[number]
    return tree


def put(tree: Any, path: tuple[int, ...], value: Any) -> Any:
    """The tree with another value in that place."""
    if not path:
        return value
    copy = type(tree)(tree)
    number, rest = path[0], path[1:]
    if isinstance(tree, Members):
        copy[number] = (tree[number][0], put(tree[number][1], rest, value))
    else:
        copy[number] = put(tree[number], rest, value)
    return copy


def odd_value(dice: Random, name: str = "", known: Known | None = None) -> Any:
    """A value of any type, at limits and past them."""
    kind = dice.randrange(12)
    if kind < 3:
        return dice.choice(TEXTS)
    if kind < 6:
        return Raw(dice.choice(NUMBERS))
    if kind == 6:
        return dice.choice((None, True, False, [], Members(), [None], [[]], Members([("", None)])))
    if kind == 7:
        return odd_text(dice)
    if kind == 8:
        return deep(dice)
    if kind == 9:
        return many(dice)
    if kind == 10 and known and (value := known.pick(dice, name)) is not None:
        return value
    return Raw(dice.choice(BROKEN)) if dice.random() < 0.3 else dice.randint(-(2**63), 2**64)


def odd_text(dice: Random) -> str:
    """A text of characters of all kinds."""
    alphabet = dice.choice(
        (string.printable, "\0\x01\x7f\x80\xff", "é漢🍽\u202e\u0301", '"\\/{}[]:,', "0123456789-+.eE")
    )
    return "".join(dice.choice(alphabet) for _ in range(dice.choice((1, 2, 5, 20, 130))))


def deep(dice: Random) -> Raw:
    """Arrays and objects in each other."""
    depth = dice.choice((10, 90, 98, 99, 100, 101, 150, 900, 2000, 5000, 20_000))
    opening, closing = dice.choice((("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")))
    return Raw(opening * depth + "1" + closing * dice.choice((depth, depth, depth, depth - 1, 0)))


def many(dice: Random) -> Raw:
    """Wide things: many members, items, digits, letters."""
    count = dice.choice((100, 1000, 5000))
    inner = dice.choice(("1", "null", '""', "{}", "[]", "1e131071", "0e-16383", "1e-16383", "9" * 30, '{"a":1}'))
    return dice.choice(
        (
            lambda: Raw("[" + ",".join([inner] * count) + "]"),
            lambda: Raw("{" + ",".join(f'"k{n}":{inner}' for n in range(count)) + "}"),
            lambda: Raw("9" * count),
            lambda: Raw('"' + "\\u0001" * count + '"'),
            lambda: Raw('"' + "x" * count * 10 + '"'),
        )
    )()


def break_tree(dice: Random, tree: Any, known: Known | None = None) -> Any:
    """A document with something wrong in it, or nothing."""
    for _ in range(dice.choice((0, 0, 1, 1, 2, 3))):
        path = dice.choice(list(itertools.islice(places(tree), 400)))
        parent = look(tree, path[:-1]) if path else None
        kind = dice.randrange(10)
        if kind < 5:
            name = parent[path[-1]][0] if isinstance(parent, Members) else ""
            tree = put(tree, path, odd_value(dice, name, known))
        elif isinstance(parent, Members | list) and kind < 9:
            copy = type(parent)(parent)
            if kind == 5:
                del copy[path[-1]]
            elif kind == 6:  # said twice
                copy.insert(dice.randrange(len(copy) + 1), copy[path[-1]])
            elif isinstance(copy, Members):
                name, inner = copy[path[-1]]
                other = odd_value(dice, name, known) if kind == 7 else inner
                copy.append((name if kind == 7 else dice.choice(WORDS), other))
            else:
                copy *= dice.choice((2, 50))
            tree = put(tree, path[:-1], copy)
        else:
            inner = look(tree, path)
            tree = put(tree, path, dice.choice(([inner], Members([("a", inner)]), write(inner, dice))))
    return tree


def break_bytes(dice: Random, data: bytes) -> bytes:
    """Bytes that were damaged on their way, or written by something else."""
    kind, place = dice.randrange(12), dice.randrange(len(data) + 1)
    if kind == 0:
        return data[:place]
    if kind == 1:
        return data[:place] + bytes([dice.randrange(256)]) + data[place + 1 :]
    if kind == 2:
        return data[:place] + dice.randbytes(dice.choice((1, 4, 60))) + data[place:]
    if kind == 3:
        text = data.decode("utf-8", "replace")
        return text.encode(dice.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "utf-7")), "replace")
    if kind == 4:
        return data.replace(b'"', dice.choice((b"'", b"\xe2\x80\x9c", b"", b'""')))
    if kind == 5:
        return dice.choice((b"", b"\0", b" " * 300_000, dice.randbytes(dice.choice((1, 30, 3000)))))
    if kind == 6:
        return data + dice.choice((b"\0", b"\n", b" ", data, b"\xff", b",", b"]"))
    return data


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def body_of(dice: Random, tree: Any, known: Known | None = None) -> bytes:
    """The bytes of a document that is broken in any way."""
    text = write(break_tree(dice, tree, known), dice)
    data = as_bytes(text[:900_000])
    return break_bytes(dice, data) if dice.random() < 0.15 else data


def fill(dice: Random, value: Any, known: Known, name: str = "") -> Any:
    """A valid document with ids and values of the book in place of an example's."""
    if isinstance(value, dict):
        return {key: fill(dice, inner, known, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill(dice, inner, known, name) for inner in value]
    if isinstance(value, str) and dice.random() < 0.35 and (found := known.pick(dice, name)) is not None:
        return found
    if name in ("event_id", "source", "schedule_id", "payment_id", "refund_id", "dispute_id") and dice.random() < 0.5:
        return f"f{dice.randrange(10**9)}"
    return value


def an_event(dice: Random, known: Known) -> Any:
    event = fill(dice, dice.choice(EVENTS), known)
    if dice.random() < 0.5:
        event["event_id"] = f"f{dice.randrange(10**9)}"
    return event


# Requests


@dataclass(frozen=True)
class Request:
    """A request: the operation that it was made of, its method and path, headers, and body; or just bytes."""

    operation: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_framed: bool = True  # its body is as long as it says
    is_sane: bool = True  # what HTTP calls a request, so that the service and not only its server answers
    is_signed: bool = False  # a webhook that must be taken

    def as_bytes(self) -> bytes:
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + self.body


CONTROL = re.compile(r"[\0-\x08\n-\x1f\x7f]")
KEYS = ("", "x", "a b", "é", "\x01", "k" * 128, "k" * 129, "k" * 5000, '"x"', "a,b", "\\", "ref_1", "{", "0", "\xff")
TYPES = (
    "", "text/plain", "application/json; charset=utf-16", "application/x-ndjson", "APPLICATION/JSON",
    "application/json;", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded",
    "a/b/c", "\xe9", ";" * 300, "application/json, application/json", "application/vnd.api+json",
)  # fmt: skip
MORE_HEADERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("X-Request-ID", ("", "ok-1", "a b", "\xe9", "x" * 129, "x" * 5000, "${a}", '"', "<b>", "a\tb")),
    ("Prefer", ("respond-async", "respond-async; wait=5", ",,;", "RESPOND-ASYNC", "x" * 3000, "\xff")),
    ("Accept", ("text/csv", "*/*", "text/*;q=0", "application/json;q=x", ",", "\xff", "a/b;" * 500, "a/b;q=1e400")),
    ("Content-Encoding", ("gzip", "identity", "")), ("Expect", ("100-continue", "200-ok")),
    ("Range", ("bytes=0-1", "bytes=9-1", "bytes=" + "0-1," * 300, "x")), ("If-None-Match", ("*", '"x"')),
    ("If-Modified-Since", ("x", "Tue, 30 Dec 2025 10:00:00 GMT")), ("Cookie", ("a=b", ";;;=", "\xff")),
    ("Forwarded", ("for=127.0.0.1",)), ("X-Forwarded-For", ("::1",)), ("X-HTTP-Method-Override", ("DELETE",)),
    ("Host", ("evil.example", "a:b:c", "[::", "\xff")), ("TE", ("trailers",)),
    ("Origin", ("null", "https://evil.example")), ("Proxy", ("http://x",)), ("Content_Type", ("application/json",)),
    ("Authorization", ("Bearer x", "")), ("Upgrade", ("h2c", "websocket")),
    ("HTTP2-Settings", ("AAMAAABkAAQAAP__",)), ("Connection", ("close", "upgrade", "keep-alive, X-Request-ID")),
    ("X" * 300, ("y" * 300,)),
)  # fmt: skip


def odd_query(dice: Random, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Query arguments that are left out, repeated, unknown or odd."""
    for _ in range(dice.choice((0, 1, 1, 2))):
        kind = dice.randrange(5)
        if kind == 0 and pairs:
            pairs.pop(dice.randrange(len(pairs)))
        elif kind == 1 and pairs:
            pairs.append(dice.choice(pairs))
        elif kind == 2:
            pairs.append((dice.choice(WORDS), dice.choice(TEXTS)))
        elif pairs:
            number = dice.randrange(len(pairs))
            pairs[number] = (pairs[number][0], dice.choice((dice.choice(TEXTS), dice.choice(NUMBERS), odd_text(dice))))
    return pairs


def forge(dice: Random, cursor: str) -> str:
    """A cursor that was given out, or what somebody makes of it."""
    kind = dice.randrange(6)
    if kind == 0:
        return cursor
    try:
        inside = base64.urlsafe_b64decode(cursor + "==")
    except ValueError:
        inside = cursor.encode("utf-8", "replace")
    if kind == 1:
        return cursor[: dice.randrange(len(cursor) + 1)]
    if kind == 2:
        return base64.b64encode(break_bytes(dice, inside)).decode()
    if kind == 3:
        told = dice.choice((b"[]", b"{}", b"null", b'["a"]', b"[1e131071]", b"[null,null]", b'["\\u0000"]', inside * 2))
        return base64.urlsafe_b64encode(told).decode()
    if kind == 4:
        return base64.b64encode(re.sub(rb"\d+", dice.choice(NUMBERS).encode(), inside)).decode()
    return dice.choice(TEXTS)


def argument(dice: Random, parameter: Mapping[str, Any], known: Known) -> str:
    """A value that may be right."""
    schema, name = parameter["schema"], parameter["name"]
    if name == "cursor":
        return forge(dice, known.pick(dice, "cursor") or "abc")
    if (found := known.pick(dice, name)) is not None and dice.random() < 0.6:
        return found
    if "example" in parameter:
        return str(parameter["example"])
    if "enum" in schema:
        return str(dice.choice(schema["enum"]))
    kind = schema.get("type")
    if kind == "integer":
        return str(dice.choice((schema.get("minimum", 1), schema.get("maximum", 9), 1, 3)))
    if kind == "boolean":
        return dice.choice(("true", "false"))
    if schema.get("format") == "date":
        return dice.choice(("2025-12-01", "2025-12-31", "2026-01-31"))
    if schema.get("format") == "date-time":
        return dice.choice(("2025-12-31T00:00:00Z", "2026-01-01T00:00:00-05:00"))
    return dice.choice(("res_001", "PEN", "a", "2025-12-30"))


def escape(dice: Random, text: str) -> str:
    """As it stands in a request's target."""
    data = as_bytes(text[:3000])
    safe = dice.choice(("", "", "", "/", "/:@+,;=!$&'()*"))
    return quote(data, safe=safe)


def a_request(dice: Random, known: Known, keys: Mapping[str, str], operation: Operation | None = None) -> Request:
    """A request of an operation, most of the time with something wrong in it."""
    operation = operation or dice.choice(OPERATIONS)
    if operation.path == "/v1/webhooks/{source}" and dice.random() < 0.9:
        return a_webhook(dice, known)
    path, method, is_sane = operation.path, operation.method, True
    headers: list[tuple[str, str]] = [("Host", "cuenta")]
    pairs: list[tuple[str, str]] = []
    for parameter in operation.parameters:
        name, where = parameter["name"], parameter["in"]
        if where == "path":
            value = argument(dice, parameter, known)
            if dice.random() < 0.15:
                value = dice.choice(TEXTS) or "-"
            path = path.replace(f"{{{name}}}", escape(dice, value))
        elif where == "query" and (parameter.get("required") or dice.random() < 0.3):
            pairs.append((name, argument(dice, parameter, known)))
        elif name == "Idempotency-Key" and dice.random() < 0.95:
            headers.append((name, f"k{dice.randrange(10**9)}" if dice.random() < 0.7 else dice.choice(KEYS)))
    if dice.random() < 0.4:
        pairs = odd_query(dice, pairs)
    if pairs:
        path += "?" + "&".join(f"{escape(dice, name)}={escape(dice, value)}" for name, value in pairs)
    if dice.random() < 0.03:
        path = dice.choice(
            (path[1:] or "x", f"/{path}", path + "/", path.replace("/", "//"), path + "#x", path + "\x7f")
        )
        is_sane = False
    if dice.random() < 0.05:
        method = dice.choice(("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "post", "X" * 30))
    body, kind = a_body(dice, operation, known)
    if kind is not None:
        headers.append(("Content-Type", kind if dice.random() < 0.95 else dice.choice(TYPES)))
    role = "operator" if dice.random() < 0.9 else dice.choice(sorted(keys))
    headers.append(("Authorization", f"Bearer {keys[role]}"))
    for name, values in dice.sample(MORE_HEADERS, dice.choice((0, 0, 0, 1, 2))):
        headers.append((name, dice.choice(values)))
        is_sane = is_sane and name not in ("Host", "Expect", "Connection", "Upgrade")
    dice.shuffle(headers)
    headers, body, is_framed = frame(dice, headers, body, kind is not None)
    is_sane = is_sane and is_framed and method.isalpha() and not CONTROL.search("".join(value for _, value in headers))
    return Request(operation.name, method, path, tuple(headers), body, is_framed, is_sane)


def frame(
    dice: Random, headers: list[tuple[str, str]], body: bytes, has_body: bool
) -> tuple[list[tuple[str, str]], bytes, bool]:
    """How long the body is, said by one of HTTP's ways, or wrongly."""
    if not has_body and not body:
        return headers, body, True
    kind = dice.randrange(40)
    if kind == 0:
        chunks = [body[at : at + 1000] for at in range(0, len(body), 1000)]
        whole = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
        return [*headers, ("Transfer-Encoding", "chunked")], whole, True
    if kind == 1:
        told = dice.choice(("-1", "x", "99999999999999999999", "0x10", "+5", "1,2", "", "5, 5"))
        return [*headers, ("Content-Length", told)], body, False
    if kind == 2:
        both = [("Content-Length", str(len(body))), ("Transfer-Encoding", dice.choice(("chunked", "gzip", "identity")))]
        return [*headers, *both], body, False
    if kind == 3:
        return [*headers, ("Content-Length", str(len(body))), ("Content-Length", str(len(body) + 1))], body, False
    if kind == 4:
        return [*headers, ("Transfer-Encoding", "chunked")], b"zz\r\n" + body, False
    return [*headers, ("Content-Length", str(len(body)))], body, True


def a_body(dice: Random, operation: Operation, known: Known) -> tuple[bytes, str | None]:
    if not operation.bodies:
        return (b"", None) if dice.random() < 0.97 else (b"{}", "application/json")
    kind = dice.choice(sorted(operation.bodies))
    if operation.path.startswith("/v1/processor/events"):
        if not operation.path.endswith("batch"):
            return body_of(dice, as_tree(an_event(dice, known)), known), kind
        events = [an_event(dice, known) for _ in range(dice.choice((0, 1, 2, 5, 30)))]
        if kind == "application/x-ndjson":
            lines = [body_of(dice, as_tree(event), known) for event in events]
            return dice.choice((b"\n", b"\r\n", b"\n\n")).join(lines), kind
        return body_of(dice, as_tree(events), known), kind
    value = fill(dice, dice.choice(operation.bodies[kind]), known)
    if isinstance(value, dict):
        for name, schema in operation.schema.get("properties", {}).items():
            if name not in value and dice.random() < 0.15:
                value[name] = argument(dice, {"name": name, "schema": follow(schema)}, known)
        if "reason" in value and dice.random() < 0.9:
            value.pop("actor", None)
    return body_of(dice, as_tree(value), known), kind


# Signed webhooks

SOURCES: dict[str, tuple[str, str, dict[str, Any]]] = {  # by name: scheme, secret, settings
    "own": ("standard", sign.WHSEC, {"adapter": "none"}),
    "own-hmac": ("hmac", sign.TEXT, {"adapter": "none"}),
    "stripe": ("stripe", sign.TEXT, {"restaurant_path": ["metadata", "restaurant_id"]}),
    "stripe-hmac": ("hmac", sign.TEXT, {"adapter": "stripe"}),
    "adyen-hmac": ("hmac", sign.TEXT, {"adapter": "adyen", "accounts": {"TestMerchant": "res_001"}}),
    "mercadopago-hmac": ("hmac", sign.TEXT, {"adapter": "mercadopago", "accounts": {"1": "res_001"}}),
    "adyen": ("adyen", sign.HEX, {"restaurant_path": ["additionalData", "metadata.restaurant_id"]}),
    "mercadopago": ("mercadopago", sign.TEXT, {"adapter": "mercadopago"}),
    "basic": ("basic", sign.PASSWORD, {"adapter": "none"}),
}
SAMPLES = {
    folder.name: [json.loads(path.read_text()) for path in sorted(folder.glob("*[!d].json"))]
    for folder in sorted((ROOT / "tests" / "webhooks").iterdir())
    if folder.is_dir()
}


def sign_adyen(body: bytes) -> bytes:
    """An Adyen document whose items are signed, whatever else they say; ValueError if that cannot be."""
    document = json.loads(body)
    names = ("pspReference", "originalReference", "merchantAccountCode", "merchantReference", "eventCode", "success")
    for holder in document["notificationItems"] or [None]:
        item = holder["NotificationRequestItem"]
        texts = ["" if item.get(name) is None else item[name] for name in names]
        value, currency = item["amount"]["value"], item["amount"]["currency"]
        is_text = all(isinstance(text, str) for text in (currency, *texts))
        if type(value) is not int or abs(value) >= 10**18 or not is_text or texts[5] not in ("true", "false"):
            raise ValueError("not what Adyen signs")
        if ":" in "".join((*texts[:3], currency, texts[4])):  # which it would escape
            raise ValueError("not what is signed without escapes")
        signed = ":".join([*texts[:4], str(value), currency, *texts[4:]])
        signature = base64.b64encode(sign.digest(bytes.fromhex(sign.HEX), signed.encode())).decode()
        item["additionalData"] = {**item.get("additionalData", {}), "hmacSignature": signature}
    return json.dumps(document).encode()


def a_webhook(dice: Random, known: Known) -> Request:
    """A webhook that is signed as it must be, whatever its body is; now and then it is not."""
    source = dice.choice(sorted(SOURCES))
    scheme, _, options = SOURCES[source]
    adapter = options.get("adapter", scheme)
    is_signed, query = dice.random() < 0.93, ""
    samples = SAMPLES.get(adapter) or EVENTS
    body = body_of(dice, as_tree(fill(dice, dice.choice(samples), known)), known)
    if scheme == "adyen":
        try:
            body = sign_adyen(body)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            is_signed = False
    headers: dict[str, str] = {}
    if scheme == "mercadopago":
        number = str(dice.randrange(10**6))
        headers, query = sign.mercadopago(number), f"?data.id={number}&type=payment"
    elif scheme == "basic":
        headers = sign.basic()
    elif scheme != "adyen":
        how: Mapping[str, Callable[[bytes], dict[str, str]]] = {
            "standard": sign.standard, "stripe": sign.stripe, "hmac": sign.plain,
        }  # fmt: skip
        headers = how[scheme](body)
    if not is_signed and headers:
        name = dice.choice(sorted(headers))
        headers[name] = dice.choice(
            (headers[name][:-1], headers[name] * 2, "", "t=,v1=", "\xff", "v1," * 500, "x" * 9000)
        )
    pairs = [("Host", "cuenta"), ("Content-Type", dice.choice(("application/json", *TYPES))), *headers.items()]
    is_signed = is_signed and len(body) <= 256 << 10
    more: tuple[tuple[str, str], ...] = (*pairs, ("Content-Length", str(len(body))))
    return Request(
        "POST /v1/webhooks/{source}", "POST", f"/v1/webhooks/{source}{query}", more, body, is_signed=is_signed
    )


def garbage(dice: Random, known: Known, keys: Mapping[str, str]) -> bytes:
    """What is hardly HTTP: random bytes, TLS, half requests, several at once."""
    kind = dice.randrange(8)
    if kind == 0:
        return dice.randbytes(dice.choice((1, 10, 500, 20_000)))
    if kind == 1:
        return b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + dice.randbytes(500)
    if kind == 2:
        return b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + dice.randbytes(30)
    good = a_request(dice, known, keys).as_bytes()
    if kind == 3:
        return good[: dice.randrange(len(good) + 1)]
    if kind == 4:
        place = dice.randrange(min(len(good), 400))
        return good[:place] + dice.randbytes(dice.choice((1, 3))) + good[place + 1 :]
    if kind == 5:
        return good.replace(b"\r\n", dice.choice((b"\n", b"\r", b"\r\n\r\n")), dice.choice((1, 2, 50)))
    if kind == 6:
        return good.replace(b"HTTP/1.1", dice.choice((b"HTTP/1.0", b"HTTP/0.9", b"HTTP/9.9", b"", b"HTTP/1.1 x")), 1)
    head = b"GET /health HTTP/1.1\r\nHost: x\r\n"
    return dice.choice(
        (
            head + b"".join(b"X-%d: %b\r\n" % (n, b"y" * 50) for n in range(dice.choice((90, 101, 5000)))) + b"\r\n",
            head + b"X: " + b"y" * dice.choice((7000, 70_000, 900_000)) + b"\r\n\r\n",
            b"GET /" + b"a" * dice.choice((7000, 70_000, 900_000)) + b" HTTP/1.1\r\nHost: x\r\n\r\n",
            head + b" folded: x\r\n\r\n",
            head + b": x\r\n\r\n",
            head + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
        )
    )


# Calls of functions


@dataclass(frozen=True)
class Function:
    """A function of schema api, as the catalog has it."""

    name: str
    kind: str  # f or p
    arguments: tuple[tuple[str, str], ...]  # name and type of each that goes in
    least: int  # how many have no default
    roles: frozenset[str]


@dataclass(frozen=True)
class Call:
    """A call as a role: values as texts, which the server reads as their types."""

    function: str
    role: str
    sql: str
    values: tuple[str | None, ...]
    size: int


FUNCTIONS = """
select
    p.proname::text as name,
    p.prokind::text as kind,
    coalesce(
        (
            select array_agg(array[coalesce(p.proargnames[a.place], ''), format_type(a.type, null)] order by a.place)
            from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality as a (type, place)
            where coalesce(p.proargmodes[a.place]::text, 'i') in ('i', 'b')
        ), '{}'
    ) as arguments,
    p.pronargs - p.pronargdefaults as least,
    (
        select coalesce(array_agg(r.rolname::text order by r.rolname), '{}')
        from pg_roles as r
        where r.rolname ~ '^cuenta_' and r.rolname !~ '_(owner|writer)$'
            and has_function_privilege(r.rolname, p.oid, 'execute')
    ) as roles
from pg_proc as p
where p.pronamespace = 'api'::regnamespace
order by 1
"""

DATES = (
    "2025-12-30", "2025-12-31", "2026-01-15", "infinity", "-infinity", "0001-01-01", "4713-01-01 BC",
    "5874897-12-31", "9999-12-31", "2025-02-30", "today", "epoch", "x",
)  # fmt: skip
MOMENTS = (
    "2025-12-30T10:00:00Z", "2026-01-01 00:00+15:59", "infinity", "-infinity", "4713-01-01 BC",
    "294276-12-31 23:59:59", "294277-01-01", "now", "epoch", "x", "2025-12-30T23:59:59.9999999Z",
)  # fmt: skip
EXAMPLES: dict[str, tuple[str, ...]] = {
    "p_currency": ("PEN", "USD", "pen", "JPY"), "p_base_currency": ("PEN", "USD"), "p_reason": ("why",),
    "p_role": ("reader", "app", "operator", "processor"), "p_scheme": ("hmac", "stripe", "standard", "adyen", "basic"),
    "p_function": ("get_balance", "list_payouts", "get_payout", "list_balances", "get_statement", "list_entries"),
    "p_url": ("https://a.example/x", "http://127.0.0.1/", "https://h..example/"), "p_timezone": ("America/Lima", "UTC"),
    "p_cadence": ("daily", "weekly", "monthly"), "p_local_time": ("02:30",), "p_source": ("own", "stripe", "sbs"),
    "p_name": ("daily_sales", "balance_ageing", "trial_balance", "payout_reconciliation"),
    "p_status": ("CREATED", "PAID", "FAILED", "rejected", "conflict", "deferred"), "p_state": ("OPEN", "pending"),
    "p_unknown_restaurants": ("register", "hold_payouts"), "p_key": ("reservation_id",), "p_value": ("rsv_1",),
}  # fmt: skip
OBJECTS: dict[str, tuple[Any, ...]] = {
    "p_rates": ([{"rate_date": "2025-12-30", "base": "USD", "quote": "PEN", "rate": "3.75"}],),
    "p_settings": ({"max_in_flight": 4}, {"allow_http": True}, {"header": "x-sig"}, {"adapter": "none"}, {}),
    "p_arguments": ({"p_currency": "PEN"}, {"p_limit": "2"}, {"p_payout_id": "po_1"}, {}),
    "p_headers": ({"X-Signature": "x"}, {"webhook-id": "a"}, {}),
    "p_query": ({}, {"data.id": "1"}),
}


def sql_value(dice: Random, name: str, kind: str, known: Known) -> str | None:
    """A value of a type as a text: one that may be right, one at a limit, or one that is none."""
    if dice.random() < 0.06:
        return None
    is_odd = dice.random() < 0.35
    if kind in ("jsonb", "json"):
        if name in ("p_event", "p_events"):
            tree = an_event(dice, known)
            tree = [an_event(dice, known) for _ in range(dice.choice((0, 1, 3, 20)))] if name == "p_events" else tree
        else:
            tree = dice.choice(OBJECTS.get(name, ({},)))
        text = write(break_tree(dice, as_tree(tree), known), dice)
        return text.encode("utf-8", "replace").decode().replace("\0", "")[:400_000]
    if kind in ("integer", "bigint", "smallint", "numeric"):
        return dice.choice(NUMBERS) if is_odd else known.pick(dice, name) or dice.choice(("1", "5", "50", "1000"))
    if kind == "boolean":
        return dice.choice(("true", "false", "x" if is_odd else "true"))
    if kind == "date":
        return dice.choice(DATES if is_odd else DATES[:3])
    if kind.startswith("timestamp"):
        return dice.choice(MOMENTS if is_odd else MOMENTS[:1])
    if kind == "bytea":
        if not is_odd and (found := known.pick(dice, name)):
            return found
        return "\\x" + dice.choice((b"", b"{}", dice.randbytes(32), dice.randbytes(3000), b"\xff\x00")).hex()
    if kind == "text[]":
        texts = (
            "{res_001}",
            "{}",
            "{NULL}",
            "{*}",
            "{{a},{b}}",
            "{" + ",".join(["a"] * 3000) + "}",
            "{",
            '{"\\\\"}',
            "x",
        )
        return dice.choice(texts if is_odd else texts[:2])
    if name == "p_cursor":
        return forge(dice, known.pick(dice, "cursor") or "abc").encode("utf-8", "replace").decode().replace("\0", "")
    if is_odd:
        text = dice.choice((dice.choice(TEXTS), odd_text(dice)))
        return text.encode("utf-8", "replace").decode().replace("\0", "")
    return known.pick(dice, name) or dice.choice(EXAMPLES.get(name, ("a",)))


def a_call(dice: Random, known: Known, functions: Sequence[Function], function: Function | None = None) -> Call:
    """A call of a function by a role that may, with values of its arguments' types."""
    function = function or dice.choice(functions)
    names: list[str] = []
    values: list[str | None] = []
    for number, (name, kind) in enumerate(function.arguments):
        if number < function.least or dice.random() < 0.4:
            names.append(f"{name} => %s::{kind}")
            values.append(sql_value(dice, name, kind, known))
    if function.name == "receive_webhook" and len(names) == 4 and dice.random() < 0.7:
        webhook = a_webhook(dice, known)
        source, _, query = webhook.target.removeprefix("/v1/webhooks/").partition("?")
        told = dict(pair.split("=") for pair in query.split("&") if pair)
        values = [source, json.dumps(dict(webhook.headers)), json.dumps(told), f"\\x{webhook.body.hex()}"]
    verb = "call" if function.kind == "p" else "select * from"
    size = sum(len(value or "") for value in values)
    role = dice.choice(sorted(function.roles))
    return Call(function.name, role, f"{verb} api.{function.name}({', '.join(names)})", tuple(values), size)
