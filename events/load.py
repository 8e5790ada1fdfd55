#!/usr/bin/env python3
"""Loads a file of processor events, one JSON object a line, of any size.

    python events/load.py events/events.jsonl                        # into DATABASE_URL, else over HTTP
    python events/load.py big.jsonl --url http://127.0.0.1:8080      # through the service
    zcat big.jsonl.gz | python events/load.py - --database postgresql://...   # straight into PostgreSQL
    python events/load.py events/events.jsonl --if-empty             # only if the ledger holds no event

The file is read as a stream and sent in arrays. Loading it again is harmless: what was posted before is
answered as already_processed, so a load that was interrupted is resumed by starting it again. CUENTA_KEY is the
key that is shown to the service, once it wants one.

Exit codes: 0 every line is processed or was before; 2 some lines were refused (standard error has them
all); 1 the load could not be carried through; 130 interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from documents import BadDocument, parse

DEFAULT_URL = "http://127.0.0.1:8080"
STATUSES = ("processed", "already_processed", "deferred", "conflict", "rejected", "malformed")
ACCEPTED = {"processed", "already_processed", "deferred"}
BATCH = 500  # events an array
BATCH_BYTES = 512 * 1024  # well under the service's limit of a body
ATTEMPTS = 8  # the pauses between them add up to 25 seconds, which a restart may take
FIRST_ATTEMPTS = 5  # the pauses add up to 3 seconds: nobody has answered there yet, so it may be a wrong address
BUSY_STATES = ("40001", "40P01", "55P03", "08", "53", "57")
REFUSED_STATES = ("22", "54", "LB")
QUERY = "select i.status, i.code, i.message, i.event_id from api.ingest_events(%s::jsonb) as i order by i.item"

Answers = list[dict[str, Any]]
Send = Callable[[bytes], Answers]


class LoadError(Exception):
    """The load cannot go on; the message says why and how far it came."""


class Refused(Exception):
    """The array was refused as a whole, with a code and a message: one of its lines is not acceptable."""


class Busy(Exception):
    """Worth another try."""


class Unreachable(Busy):
    """Nobody answers at the address."""


@dataclass
class LoadResult:
    """What a load came to: lines by status."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        return 2 if set(self.counts) - ACCEPTED else 0


# -- where arrays of events go ----------------------------------------------------------------------


def to_service(url: str) -> Send:
    """A function that posts an array to the service."""
    address = url.rstrip("/") + "/v1/processor/events/batch"
    if not url.startswith(("http://", "https://")):
        raise LoadError(f"not an address of a service: {url}")
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get("CUENTA_KEY"):
        headers["Authorization"] = f"Bearer {key}"

    def send(body: bytes) -> Answers:
        request = urllib.request.Request(address, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                status, content = response.status, response.read()
        except urllib.error.HTTPError as error:
            status, content = error.code, error.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"{address} cannot be reached: {getattr(error, 'reason', error)}") from error
        if status in (429, 502, 503, 504):
            raise Busy(f"{address} answers {status}")
        try:
            answer = json.loads(content)
            if status == 200:
                return list(answer)
            code, message = answer["error"]["code"], answer["error"]["message"]
        except (ValueError, KeyError, TypeError) as error:
            raise LoadError(f"{address} answers {status}, not as cuenta does") from error
        if status in (400, 413):
            raise Refused(code, message)
        raise LoadError(f"{address} answers {status} {code}: {message}")

    return send


def to_database(conninfo: str) -> Send:
    """A function that calls api.ingest_events in a connection of its own, and opens a new one if that breaks."""

    def connect() -> psycopg.Connection[Any]:
        return psycopg.connect(conninfo, autocommit=True, application_name="cuenta load", client_encoding="UTF8")

    try:
        connection = connect()
    except psycopg.Error as error:
        raise LoadError(f"cannot connect to the database: {error}") from error

    def send(body: bytes) -> Answers:
        nonlocal connection
        try:
            if connection.closed:
                connection = connect()
            rows = connection.execute(QUERY, (body.decode(),)).fetchall()
        except psycopg.Error as error:
            state, message = error.sqlstate or "08", error.diag.message_primary or str(error)
            if state.startswith(BUSY_STATES):
                raise Busy(f"the database answers {state}: {message}") from error
            if state.startswith(REFUSED_STATES):
                raise Refused(error.diag.constraint_name or state, message) from error
            raise LoadError(f"the database answers {state} (is it deployed?): {message}") from error
        return [dict(zip(("status", "code", "message", "event_id"), row, strict=True)) for row in rows]

    return send


def is_json() -> bool:
    """True if what is told is to be lines of JSON, as the service's."""
    return os.environ.get("CUENTA_LOG") == "json"


def is_empty(conninfo: str) -> bool:
    """True if the ledger holds no event. For logins that may become its owner."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("set role cuenta_owner")
        return not connection.execute("select 1 from reporting.ledger_entries limit 1").fetchall()


# -- the load ---------------------------------------------------------------------------------------


class Loader:
    """One load: collects lines, sends arrays, halves one that is refused as a whole, counts the answers."""

    def __init__(self, send: Send, bar: Progress, task: TaskID, batch: int) -> None:
        self.result = LoadResult()
        self._send, self._bar, self._task, self._batch = send, bar, task, batch
        self._lines: list[tuple[int, bytes]] = []
        self._size = 0
        self._position = 0

    def add(self, number: int, line: bytes) -> None:
        """Take a line; send what has come together if that is enough."""
        self._position += len(line)
        text = line.removeprefix(b"\xef\xbb\xbf").strip()
        if not text:
            return
        try:
            parse(text.decode())
        except (BadDocument, UnicodeDecodeError) as wrong:
            code = getattr(wrong, "code", "MALFORMED_JSON")
            self._count(number, {"status": "malformed", "code": code, "message": str(wrong)})
            return
        if self._size + len(text) > BATCH_BYTES or len(self._lines) == self._batch:
            self.flush()
        self._lines.append((number, text))
        self._size += len(text)

    def flush(self) -> None:
        """Send what has come together."""
        lines, self._lines, self._size = self._lines, [], 0
        self._send_array(lines)
        self._bar.update(self._task, completed=self._position)

    def say(self, text: str) -> None:
        self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _count(self, number: int, answer: dict[str, Any]) -> None:
        status = answer["status"]
        self.result.counts[status] += 1
        if status not in ACCEPTED:
            name = f"{answer['event_id']} " if answer.get("event_id") else ""
            self.say(f"line {number}: {name}{status} {answer['code']}: {answer['message']}")

    def _send_array(self, lines: list[tuple[int, bytes]]) -> None:
        if not lines:
            return
        try:
            answers = self._patiently(b"[" + b",\n".join(text for _, text in lines) + b"]")
        except Refused as refused:
            if len(lines) == 1:
                code, message = refused.args
                self._count(lines[0][0], {"status": "malformed", "code": code, "message": message})
                return
            middle = len(lines) // 2
            self._send_array(lines[:middle])
            self._send_array(lines[middle:])
            return
        if len(answers) != len(lines):
            raise LoadError(f"{len(answers)} answers to {len(lines)} events: is this cuenta?")
        for (number, _), answer in zip(lines, answers, strict=True):
            self._count(number, answer)

    def _patiently(self, body: bytes) -> Answers:
        attempt = 1
        while True:
            try:
                return self._send(body)
            except Busy as busy:
                is_first = isinstance(busy, Unreachable) and not self.result.counts.keys() - {"malformed"}
                if attempt >= (FIRST_ATTEMPTS if is_first else ATTEMPTS):
                    question = "; is the service running there?" if is_first else ""
                    raise LoadError(f"{busy} (tried {attempt} times{question})") from busy
                pause = 0.1 * 2**attempt
                self.say(f"{busy}; trying again in {pause:.1f} s")
                time.sleep(pause)
                attempt += 1


def load(
    source: str | os.PathLike[str],
    *,
    url: str | None = None,
    database: str | None = None,
    batch: int = BATCH,
    console: Console | None = None,
) -> LoadResult:
    """Loads JSON lines from a file or from standard input ("-"), to a service or into a database.

    Prints the lines that are refused. Raises LoadError if the load cannot be carried through, with the
    words how far it came.
    """
    send = to_service(url) if url is not None else to_database(database or "")
    started = time.monotonic()
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
    with contextlib.ExitStack() as stack:
        try:
            is_input = source == "-"
            stream = sys.stdin.buffer if is_input else stack.enter_context(open(source, "rb"))
            size = os.fstat(stream.fileno()).st_size if not is_input else None
        except OSError as error:
            raise LoadError(f"cannot read {source}: {error.strerror}") from error
        bar = stack.enter_context(Progress(*columns, console=console or Console(stderr=True), disable=is_json()))
        loader = Loader(send, bar, bar.add_task(f"loading {Path(source).name}", total=size), batch)
        try:
            for number, line in enumerate(stream, start=1):
                loader.add(number, line)
            loader.flush()
        except LoadError as error:
            answered = loader.result.counts.total()
            message = f"{error}\n{answered:,} lines were answered before; run it again to go on"
            raise LoadError(message) from error
    loader.result.seconds = time.monotonic() - started
    return loader.result


def summary(result: LoadResult) -> Table:
    """The counts by status as a table."""
    table = Table(title="events by status")
    table.add_column("status")
    table.add_column("events", justify="right")
    for status in STATUSES:
        if result.counts[status] or status in ("processed", "already_processed"):
            table.add_row(status, f"{result.counts[status]:,}")
    table.add_section()
    table.add_row("total", f"{result.counts.total():,}")
    return table


def tell(text: str, **facts: int) -> None:
    """One line; with CUENTA_LOG=json as the service writes its own."""
    if is_json():
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        text = json.dumps({"event": text, "logger": "load", "level": "info", "timestamp": now} | facts)
    print(text, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Loads processor events, one JSON object a line.")
    parser.add_argument("file", help="a file of JSON lines, or - for standard input")
    target = parser.add_mutually_exclusive_group()
    target.add_argument("--url", help=f"the service (default {DEFAULT_URL} without DATABASE_URL)")
    target.add_argument("--database", help="connection string (default: DATABASE_URL)")
    parser.add_argument("--if-empty", action="store_true", help="only if the database's ledger holds no event")
    given = parser.parse_args()
    database = given.database or (None if given.url else os.environ.get("DATABASE_URL"))
    if given.if_empty and not database:
        parser.error("--if-empty looks into a database: set DATABASE_URL or give --database")
    try:
        if given.if_empty and not is_empty(database or ""):
            tell("the ledger holds events: nothing is loaded")
            return 0
        result = load(given.file, url=None if database else given.url or DEFAULT_URL, database=database)
    except (LoadError, psycopg.Error) as error:
        print(f"load: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: run it again to go on", file=sys.stderr)
        return 130
    rate = f"{result.seconds:.1f} s, {result.counts.total() / max(result.seconds, 0.001):,.0f} events a second"
    if is_json():
        tell(f"loaded {Path(given.file).name}: {rate}", **result.counts)
    else:
        Console().print(summary(result), rate)
    return result.exit_code


if __name__ == "__main__":
    sys.exit(main())
