#!/usr/bin/env python3
"""Loads a file of processor events, one JSON object a line, of any size.

    python events/load.py events/events.jsonl                        # into DATABASE_URL, else over HTTP
    python events/load.py big.jsonl.gz --url http://127.0.0.1:8080   # through the service
    python events/load.py - --database postgresql://...              # standard input, straight into PostgreSQL

The file is read as a stream and sent in arrays. Loading it again is harmless: what was posted before is
answered as already_processed, so a load that was interrupted is resumed by starting it again.

Exit codes: 0 every line is processed or was before; 2 some lines were refused (they are listed);
1 the load could not be carried through; 130 interrupted.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import time
import urllib.error
import urllib.request
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

import psycopg
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

DEFAULT_URL = "http://127.0.0.1:8080"
STATUSES = ("processed", "already_processed", "deferred", "conflict", "rejected", "malformed")
ACCEPTED = {"processed", "already_processed", "deferred"}
MAX_BATCH = 10_000  # what ingest_events takes
MAX_BATCH_BYTES = 512 * 1024  # well under the service's limit of a body
MAX_LINE_BYTES = 8 * 1024 * 1024
KEPT_PROBLEMS = 10
ATTEMPTS = 8
LONGEST_PAUSE = 10.0
RETRY_STATES = {"40001", "40P01", "55P03", "57014"}
RETRY_CLASSES = {"08", "53", "57"}
PLAIN_SECONDS = 5.0


class LoadError(Exception):
    """The load cannot go on; the message says why and how far it came."""


class _Refused(Exception):
    """The array was refused as a whole: one of its lines is not acceptable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class _Busy(Exception):
    """Worth another try."""

    def __init__(self, message: str, pause: float | None = None) -> None:
        super().__init__(message)
        self.pause = pause


@dataclass
class Problem:
    """A line that was not accepted."""

    line: int
    status: str
    code: str
    message: str
    event_id: str | None = None


@dataclass
class LoadResult:
    """What a load came to. `problems` holds the first ones, `refused` counts all."""

    lines: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def refused(self) -> int:
        return sum(count for status, count in self.counts.items() if status not in ACCEPTED)

    @property
    def exit_code(self) -> int:
        if self.interrupted:
            return 130
        return 2 if self.refused else 0


@dataclass
class _Line:
    number: int
    text: bytes


class _Target(Protocol):
    """Where arrays of events go."""

    def send(self, body: bytes) -> list[dict[str, Any]]:
        """The answers of one array, in order; raises _Refused, _Busy or LoadError."""

    def close(self) -> None: ...


class _Service:
    """POST /v1/processor/events/batch."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise LoadError(f"not an address of a service: {url}")
        self._address = url.rstrip("/") + "/v1/processor/events/batch"

    def send(self, body: bytes) -> list[dict[str, Any]]:
        request = urllib.request.Request(
            self._address, data=body, headers={"Content-Type": "application/json"}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                answers = json.loads(response.read())
        except urllib.error.HTTPError as error:
            code, message = self._read_error(error)
            if error.code in (429, 502, 503, 504):
                retry_after = error.headers.get("Retry-After", "")
                pause = float(retry_after) if retry_after.isdigit() else None
                raise _Busy(f"{self._address} answers {error.code}: {message}", pause) from error
            if error.code in (400, 413, 422):
                raise _Refused(code, message) from error
            raise LoadError(f"{self._address} answers {error.code} {code}: {message}") from error
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            cause = getattr(error, "reason", error)
            reason = getattr(cause, "strerror", None) or cause
            raise _Busy(f"{self._address} cannot be reached: {reason}") from error
        except ValueError as error:
            raise LoadError(f"{self._address} does not answer in JSON: is this cuenta?") from error
        if not isinstance(answers, list):
            raise LoadError(f"{self._address} does not answer with an array: is this cuenta?")
        return answers

    @staticmethod
    def _read_error(error: urllib.error.HTTPError) -> tuple[str, str]:
        try:
            content = json.loads(error.read())["error"]
            return str(content["code"]), str(content["message"])
        except (ValueError, KeyError, TypeError, OSError):
            return f"HTTP_{error.code}", str(error.reason)

    def close(self) -> None:
        """Nothing is kept open."""


class _Database:
    """api.ingest_events in a connection of its own."""

    _QUERY = "select i.status, i.code, i.message, i.event_id from api.ingest_events(%s::jsonb) as i order by i.item"

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: psycopg.Connection[Any] | None = None

    def send(self, body: bytes) -> list[dict[str, Any]]:
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _Refused("22021", f"not UTF-8: {error.reason}") from error
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(self._conninfo, autocommit=True, application_name="cuenta load")
            rows = self._connection.execute(self._QUERY, (text,)).fetchall()
        except psycopg.Error as error:
            raise self._translate(error) from error
        names = ("status", "code", "message", "event_id")
        return [dict(zip(names, row, strict=True)) for row in rows]

    @staticmethod
    def _translate(error: psycopg.Error) -> Exception:
        state = error.sqlstate or ""
        message = error.diag.message_primary or " ".join(str(error).split())
        if not state and isinstance(error, psycopg.OperationalError):
            # a wrong password or name stays wrong, but only the text of the failure tells
            lasting = ("authentication failed", "does not exist", "password", "translate host name")
            if any(words in message for words in lasting):
                return LoadError(f"cannot connect to the database: {message}")
            return _Busy(f"the database cannot be reached: {message}")
        if state in RETRY_STATES or state[:2] in RETRY_CLASSES:
            return _Busy(f"the database answers {state}: {message}")
        if state[:2] in ("22", "54", "LB"):
            return _Refused(error.diag.constraint_name or state, message)
        if state in ("42883", "3F000", "42P01"):
            return LoadError(f"this database is not deployed: {message}")
        return LoadError(f"the database answers {state}: {message}")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


class _Source:
    """Lines of a file, plain or gz, or of standard input, with the bytes read so far."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.name = os.fspath(path)
        self.size: int | None = None
        self._raw: IO[bytes]
        try:
            if self.name == "-":
                self._raw = sys.stdin.buffer
            else:
                self._raw = open(self.name, "rb")  # noqa: SIM115 - closed by close()
                self.size = os.fstat(self._raw.fileno()).st_size or None
        except OSError as error:
            raise LoadError(f"cannot read {self.name}: {error.strerror}") from error
        self._is_gz = self.name.endswith(".gz")
        self._stream = gzip.GzipFile(fileobj=self._raw) if self._is_gz else self._raw
        self._bytes = 0

    @property
    def position(self) -> int:
        """Bytes read, of the file as it lies on the disk."""
        return self._raw.tell() if self._is_gz else self._bytes

    def lines(self) -> Iterator[_Line]:
        number = 0
        try:
            while text := self._stream.readline(MAX_LINE_BYTES + 1):
                number += 1
                self._bytes += len(text)
                if len(text) > MAX_LINE_BYTES:
                    while (rest := self._stream.readline(MAX_LINE_BYTES)) and rest[-1:] != b"\n":
                        self._bytes += len(rest)
                    self._bytes += len(rest)
                yield _Line(number, text.removeprefix(b"\xef\xbb\xbf") if number == 1 else text)
        except (OSError, EOFError, zlib.error) as error:
            raise LoadError(f"cannot read {self.name} after line {number}: {error}") from error

    def close(self) -> None:
        if self._raw is not sys.stdin.buffer:
            self._raw.close()


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _fault(text: bytes) -> str | None:
    """Why a line cannot be an element of a JSON array; None if it can. Numbers are not converted."""
    if len(text) > MAX_LINE_BYTES:
        return f"longer than {MAX_LINE_BYTES} bytes"
    try:
        json.loads(text.decode("utf-8"), parse_float=str, parse_int=str, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        return f"not UTF-8 at byte {error.start + 1}"
    except RecursionError:
        return "nested too deeply"
    except ValueError as error:
        return str(error)
    return None


class _Report:
    """Progress: a bar on a terminal, else a plain line now and then."""

    def __init__(self, console: Console, source: _Source, shown: bool) -> None:
        self._console = console
        self._source = source
        self._shown = shown
        self._bar: Progress | None = None
        self._next = time.monotonic() + PLAIN_SECONDS
        if shown and console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn() if source.size else MofNCompleteColumn(),
                TextColumn("{task.fields[events]:,} events"),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=console,
            )
            name = escape(Path(source.name).name)
            self._task = self._bar.add_task(f"loading {name}", total=source.size, events=0)
            self._bar.start()

    def advance(self, result: LoadResult) -> None:
        events = result.counts.total()
        if self._bar is not None:
            self._bar.update(self._task, completed=self._source.position, events=events)
        elif self._shown and time.monotonic() >= self._next:
            self._next = time.monotonic() + PLAIN_SECONDS
            share = ""
            if self._source.size:
                share = f" ({100 * self._source.position // self._source.size} %)"
            self.say(f"{events:,} events{share}, {result.refused:,} refused")

    def say(self, text: str) -> None:
        if self._shown:
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()


class _Loader:
    """One load: sends arrays, halves one that is refused as a whole, counts the answers."""

    def __init__(self, target: _Target, report: _Report, rejects: IO[str] | None) -> None:
        self.result = LoadResult()
        self._target = target
        self._report = report
        self._rejects = rejects

    def note(self, line: _Line, status: str, code: str, message: str, event_id: Any = None) -> None:
        self.result.counts[status] += 1
        if status in ACCEPTED:
            return
        problem = Problem(line.number, status, code, message, event_id)
        if len(self.result.problems) < KEPT_PROBLEMS:
            self.result.problems.append(problem)
        if self._rejects is not None:
            text = line.text.decode("utf-8", "replace").strip()
            row = {
                "line": problem.line,
                "status": status,
                "code": code,
                "message": message,
                "event_id": event_id,
                "text": text,
            }
            self._rejects.write(json.dumps(row, ensure_ascii=False) + "\n")

    def send(self, lines: list[_Line]) -> None:
        if not lines:
            return
        try:
            answers = self._patiently(b"[" + b",\n".join(line.text for line in lines) + b"]")
        except _Refused as refused:
            if len(lines) == 1:
                self.note(lines[0], "malformed", refused.code, refused.message)
                return
            middle = len(lines) // 2
            self.send(lines[:middle])
            self.send(lines[middle:])
            return
        if len(answers) != len(lines):
            raise LoadError(f"{len(answers)} answers to {len(lines)} events: is this cuenta?")
        for line, answer in zip(lines, answers, strict=True):
            self.note(
                line,
                str(answer.get("status")),
                str(answer.get("code") or ""),
                str(answer.get("message") or ""),
                answer.get("event_id"),
            )
        self._report.advance(self.result)

    def _patiently(self, body: bytes) -> list[dict[str, Any]]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._target.send(body)
            except _Busy as busy:
                if attempt == ATTEMPTS:
                    raise LoadError(f"{busy} (tried {ATTEMPTS} times)") from busy
                pause = min(busy.pause or 0.1 * 2**attempt, LONGEST_PAUSE)
                self._report.say(f"{busy}; trying again in {pause:.1f} s")
                time.sleep(pause)
        raise AssertionError("unreachable")

    def run(self, source: _Source, batch: int) -> None:
        lines: list[_Line] = []
        size = 0
        for line in source.lines():
            self.result.lines = line.number
            line.text = line.text.strip()
            if not line.text:
                continue
            if fault := _fault(line.text):
                self.note(line, "malformed", "MALFORMED_JSON", fault)
                continue
            if lines and size + len(line.text) > MAX_BATCH_BYTES:
                self.send(lines)
                lines, size = [], 0
            lines.append(line)
            size += len(line.text)
            if len(lines) == batch:
                self.send(lines)
                lines, size = [], 0
        self.send(lines)


def load(
    source: str | os.PathLike[str],
    *,
    url: str | None = None,
    database: str | None = None,
    batch: int = 500,
    rejects: str | os.PathLike[str] | None = None,
    console: Console | None = None,
    progress: bool = True,
) -> LoadResult:
    """Loads JSON lines from a file (plain or gz) or from standard input ("-").

    Exactly one of url (of the service) and database (connection string) is given. Ctrl-C ends the load in
    good order: the result is marked as interrupted. Raises LoadError if the load cannot be carried through,
    with the words how far it came.
    """
    if (url is None) == (database is None):
        raise LoadError("give either the address of a service or of a database")
    if not 1 <= batch <= MAX_BATCH:
        raise LoadError(f"an array holds 1 to {MAX_BATCH} events, not {batch}")
    target: _Target = _Service(url) if url is not None else _Database(str(database))
    lines = _Source(source)
    report = _Report(console or Console(stderr=True), lines, progress)
    started = time.monotonic()
    rejected: IO[str] | None = None
    try:
        if rejects is not None:
            rejected = open(rejects, "w", encoding="utf-8")  # noqa: SIM115 - closed below
        loader = _Loader(target, report, rejected)
        try:
            loader.run(lines, batch)
        except KeyboardInterrupt:
            loader.result.interrupted = True
        except LoadError as error:
            answered = loader.result.counts.total()
            message = f"{error}\n{answered:,} lines were answered before; run it again to go on"
            raise LoadError(message) from error
        loader.result.seconds = time.monotonic() - started
        loader.result.problems.sort(key=lambda problem: problem.line)
        return loader.result
    except OSError as error:
        raise LoadError(f"cannot write {rejects}: {error.strerror}") from error
    finally:
        report.close()
        lines.close()
        target.close()
        if rejected is not None:
            rejected.close()


def summary(result: LoadResult) -> Table:
    """The counts by status as a table."""
    table = Table(title="events by status")
    table.add_column("status")
    table.add_column("events", justify="right")
    for status in [*STATUSES, *sorted(set(result.counts) - set(STATUSES))]:
        if result.counts[status] or status in ("processed", "already_processed"):
            table.add_row(status, f"{result.counts[status]:,}")
    table.add_section()
    table.add_row("total", f"{result.counts.total():,}")
    return table


def show(result: LoadResult, console: Console) -> None:
    """Prints the summary and the first lines that were refused."""
    console.print(summary(result))
    seconds = max(result.seconds, 0.001)
    rate = result.counts.total() / seconds
    console.print(f"{seconds:.1f} s, {rate:,.0f} events a second", highlight=False)
    for problem in result.problems:
        name = f" {problem.event_id}" if problem.event_id else ""
        text = f"line {problem.line}:{name} {problem.status} {problem.code}: {problem.message}"
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    if result.refused > len(result.problems):
        rest = result.refused - len(result.problems)
        console.print(f"... and {rest:,} more (--rejects FILE writes all of them)", markup=False)
    if result.interrupted:
        console.print(
            f"interrupted after line {result.lines:,}: {result.counts.total():,} lines were answered; "
            "run it again to go on",
            highlight=False,
            soft_wrap=True,
        )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Loads processor events, one JSON object a line.")
    parser.add_argument("file", help="a file of JSON lines, plain or .gz, or - for standard input")
    target = parser.add_mutually_exclusive_group()
    target.add_argument("--url", help=f"the service (default {DEFAULT_URL} without DATABASE_URL)")
    target.add_argument("--database", help="connection string (default: DATABASE_URL)")
    parser.add_argument("--batch", type=int, default=500, help="events an array (default 500)")
    parser.add_argument("--rejects", metavar="FILE", help="write every refused line there, as JSON lines")
    given = parser.parse_args(arguments)
    url, database = given.url, given.database
    if url is None and database is None:
        database = os.environ.get("DATABASE_URL")
        url = None if database else DEFAULT_URL
    try:
        result = load(given.file, url=url, database=database, batch=given.batch, rejects=given.rejects)
    except LoadError as error:
        print(f"load: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    show(result, Console())
    return result.exit_code


if __name__ == "__main__":
    sys.exit(main())
