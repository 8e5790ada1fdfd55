#!/usr/bin/env python3
"""Loads a file of exchange rates, for reports: cuenta never converts money by them.

    python events/load_fx.py eurofxref-hist.csv --source ECB         # into DATABASE_URL
    python events/load_fx.py rates.csv --source SBS --database postgresql://...
    unzip -p eurofxref-hist.zip | python events/load_fx.py - --source ECB

Two shapes are known by their first line: a column a currency, as the European Central Bank publishes them
(`Date,USD,JPY,...`: what one euro costs; N/A or nothing where there is no rate; another bank's file of this shape
needs --base), and a line a rate (`date,base,quote,rate`: what one unit of base costs in units of quote). Columns of
currencies that have left ISO 4217 are left out, and told. Loading a file again is harmless; a rate that differs from
the one that was loaded for its day is refused, with its line.

The login must be a member of cuenta_operator. Exit codes: 0 all is loaded; 1 something is wrong, with the line:
what was loaded before it stays.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TextIO

import psycopg
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

ROOT = Path(__file__).resolve().parent.parent
PLAIN = ("date", "base", "quote", "rate")
NONE = ("", "N/A", "-")  # cells that hold no rate
RATE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,20})?")
ARRAY = 5000  # rates a call
QUERY = "select loaded, known from api.load_fx_rates(%s::jsonb, %s, %s)"


class LoadError(Exception):
    """The file cannot be loaded; the message says which line, and why."""


@dataclass
class Rate:
    """A rate with its line in the file; the figure is a text, so that it stays what the source wrote."""

    line: int
    rate_date: str
    base: str
    quote: str
    rate: str

    def as_json(self) -> dict[str, str]:
        return {"rate_date": self.rate_date, "base": self.base, "quote": self.quote, "rate": self.rate}


@dataclass
class LoadResult:
    """What a load came to."""

    loaded: int = 0
    known: int = 0
    left_out: tuple[str, ...] = ()  # columns


def currencies() -> set[str]:
    """Those of ISO 4217, as db/reference has them."""
    with (ROOT / "db" / "reference" / "currencies.csv").open(newline="") as file:
        return {row["currency"] for row in csv.DictReader(file)}


class Reader:
    """Reads rates from lines of CSV, whichever of the two shapes they have."""

    def __init__(self, lines: Iterable[str], base: str = "EUR") -> None:
        self._rows = csv.reader(lines, strict=True)
        self._base, self._known = base, currencies()
        self.left_out: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Rate]:
        try:
            header = [cell.strip() for cell in next(self._rows, [])]
            names = [cell.lstrip("\ufeff").lower() for cell in header]
            if tuple(sorted(names)) == tuple(sorted(PLAIN)):
                yield from self._by_line([names.index(name) for name in PLAIN])
            elif names[:1] == ["date"] and all(re.fullmatch(r"[A-Z]{3}|", cell) for cell in header[1:]):
                yield from self._by_column(header)
            else:
                raise LoadError("line 1: neither Date and currencies, as the ECB's file, nor date,base,quote,rate")
        except csv.Error as error:
            raise LoadError(f"line {self._rows.line_num}: {error}") from error
        except UnicodeDecodeError as error:
            raise LoadError(f"after line {self._rows.line_num}: not UTF-8") from error

    def _by_line(self, places: list[int]) -> Iterator[Rate]:
        for row in self._rows:
            if row:
                self._require(len(row) == len(PLAIN), f"{len(row)} fields where {len(PLAIN)} are due")
                day, base, quote, rate = (row[place].strip() for place in places)
                yield self._rate(day, base.upper(), quote.upper(), rate)

    def _by_column(self, header: list[str]) -> Iterator[Rate]:
        self._require(self._base in self._known, f"the base {self._base} is no currency of ISO 4217")
        self.left_out = tuple(sorted(name for name in header[1:] if name and name not in self._known))
        columns = [(place, name) for place, name in enumerate(header) if place and name in self._known]
        self._require(bool(columns), "no column is of a currency of ISO 4217")
        for row in self._rows:
            if row:
                self._require(len(row) == len(header), f"{len(row)} fields where the first line has {len(header)}")
                for place, name in columns:
                    if (cell := row[place].strip()).upper() not in NONE:
                        yield self._rate(row[0].strip(), self._base, name, cell)

    def _rate(self, day: str, base: str, quote: str, rate: str) -> Rate:
        try:
            is_day = bool(re.fullmatch(r"\d{4}-\d\d-\d\d", day, re.A) and date.fromisoformat(day))
        except ValueError:
            is_day = False
        self._require(is_day, f"{day!r} is no day, as 2025-12-30")
        for currency in (base, quote):
            self._require(currency in self._known, f"{currency!r} is no currency of ISO 4217")
        self._require(base != quote, f"a rate of {base} in itself")
        is_rate = RATE.fullmatch(rate) and re.search(r"[1-9]", rate)
        self._require(
            bool(is_rate), f"{rate!r} of {base}/{quote} is no decimal above 0 (of 12 digits, and 20 decimals)"
        )
        return Rate(self._rows.line_num, day, base, quote, rate)

    def _require(self, is_right: bool, what: str) -> None:
        if not is_right:
            raise LoadError(f"line {self._rows.line_num}: {what}")


def _send(connection: psycopg.Connection[Any], rates: list[Rate], source: str, actor: str | None) -> tuple[int, int]:
    """Load an array in a transaction of its own; answer how many are new and how many were there."""
    document = json.dumps([rate.as_json() for rate in rates])
    try:
        row = connection.execute(QUERY, (document, source, actor)).fetchone()
    except psycopg.Error as error:
        item = re.match(r"item=(\d+)", error.diag.message_detail or "")
        where = f"line {rates[int(item[1]) - 1].line}: " if item else ""
        state = error.diag.constraint_name or error.sqlstate or "no connection"
        raise LoadError(f"{where}{state}: {error.diag.message_primary or error}") from error
    return row or (0, 0)


def load(
    lines: Iterable[str],
    database: str,
    source: str,
    *,
    base: str = "EUR",
    actor: str | None = None,
    bar: Progress | None = None,
    total: int | None = None,
) -> LoadResult:
    """Loads rates from lines of CSV into a database. Raises LoadError; arrays before the one that failed stay."""
    result = LoadResult()
    position = 0

    def counted() -> Iterator[str]:
        nonlocal position
        for line in lines:
            position += len(line)
            yield line

    reader = Reader(counted(), base)
    task = bar.add_task(f"loading rates of {source}", total=total) if bar else None
    try:
        connection = psycopg.connect(database, autocommit=True, application_name="cuenta load", client_encoding="UTF8")
    except psycopg.Error as error:
        raise LoadError(f"cannot connect to the database: {error}") from error
    with contextlib.closing(connection):
        waiting: list[Rate] = []

        def flush() -> None:
            if waiting:
                loaded, known = _send(connection, waiting, source, actor)
                result.loaded, result.known = result.loaded + loaded, result.known + known
                waiting.clear()
            if bar and task is not None:
                bar.update(task, completed=position)

        for rate in reader:
            waiting.append(rate)
            if len(waiting) == ARRAY:
                flush()
        flush()
    result.left_out = reader.left_out
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description="Loads exchange rates, for reports.")
    parser.add_argument("file", help="a CSV file, or - for standard input")
    parser.add_argument("--source", required=True, help="who published them, as ECB")
    parser.add_argument("--base", default="EUR", help="what a file with a column a currency prices (EUR)")
    parser.add_argument("--actor", help="who loads them (default: the login)")
    parser.add_argument("--database", help="connection string (default: DATABASE_URL)")
    given = parser.parse_args()
    database = given.database or os.environ.get("DATABASE_URL")
    if not database:
        parser.error("set DATABASE_URL or give --database")
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
    try:
        with contextlib.ExitStack() as stack:
            stream: TextIO = sys.stdin
            if given.file != "-":
                stream = stack.enter_context(open(given.file, encoding="utf-8", newline=""))
            total = os.fstat(stream.fileno()).st_size if given.file != "-" else None
            bar = stack.enter_context(
                Progress(*columns, console=(err := Console(stderr=True)), disable=not err.is_terminal)
            )
            base = given.base.upper()
            result = load(stream, database, given.source, base=base, actor=given.actor, bar=bar, total=total)
    except LoadError as error:
        print(f"load_fx: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"load_fx: cannot read {given.file}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: run it again to go on", file=sys.stderr)
        return 130
    if result.left_out:
        print(f"left out, as they are no currencies of ISO 4217 today: {', '.join(result.left_out)}", file=sys.stderr)
    print(f"{given.source.upper()}: {result.loaded:,} rates are new, {result.known:,} were there before")
    return 0


if __name__ == "__main__":
    sys.exit(main())
