"""Seals of the book: make one, take them out of the house, compare.

    python db/seals.py seal                                        # what seal_ledger() does; prints the root
    python db/seals.py export [--from N] [--to N] [-o FILE]        # the lines that were hashed; later pieces may follow
    python db/seals.py verify [--from N] [--to N] [--root ROOT]    # what verify_seals() says; 1 if it finds anything,
                                                                   # a seal that is gone, too; 3 if it could not look

DATABASE_URL names the database; to seal wants a login that may act as cuenta_operator, the rest one with cuenta_reader.
An export, or all its pieces one after the other, is verified without the database by db/verify_export.py.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn, TextIO

import psycopg

NOT_LOOKED = 3  # as db/deploy.py --check
WIDTH = 40  # characters of the progress bar
EVERY = 5_000  # lines between two looks of it

Connection = psycopg.Connection[tuple[object, ...]]


class Progress:
    """A bar on standard error, if somebody looks."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.is_shown = max(total, 1), 0, sys.stderr.isatty()

    def step(self, *, is_last: bool = False) -> None:
        self.done += 1
        if self.is_shown and (is_last or self.done % EVERY == 0):
            share = 1.0 if is_last else min(1.0, self.done / self.total)
            bar = "#" * round(WIDTH * share)
            print(f"\r[{bar:{WIDTH}}] {share:4.0%} {self.done:,} lines", end="\n" if is_last else "", file=sys.stderr)


@contextlib.contextmanager
def written(name: str | None) -> Iterator[TextIO]:
    """Standard output, a device or a pipe, or a file that is there when it is whole."""
    if name is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    path = Path(name)
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        return
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def export(connection: Connection, first: int, last: int | None, name: str | None) -> str:
    """Write the lines of these seals, of one moment; the root of the last one."""
    connection.execute("begin isolation level repeatable read read only")
    query = "select seal_no, entry_count + event_count, root from reporting.seals where seal_no between %s and %s"
    there = connection.execute(f"{query} order by seal_no", [first - 1, last or 2**62]).fetchall()
    rows_before = sum(int(str(row[1])) for row in there if row[0] == first - 1)
    seals = [row for row in there if row[0] != first - 1]
    if not seals or seals[0][0] != first or (last and seals[-1][0] != last):
        sys.exit(f"there are no seals from {first} to {last or 'the last'}")
    progress = Progress(int(str(seals[-1][1])) - rows_before)
    with written(name) as file, connection.cursor() as cursor:
        for seal in seals:
            for (line,) in cursor.stream("select e.line from api.get_seal_lines(%s) as e", [seal[0]]):
                file.write(f"{line}\n")
                progress.step()
    progress.step(is_last=True)
    return f"seal {seals[-1][0]} root {seals[-1][2]}"


def verify(connection: Connection, first: int | None, last: int | None, root: str | None) -> list[str]:
    """What is not as it was sealed, a line each."""
    query = "select seal_no, restaurant_id, currency, reference, finding from api.verify_seals(%s, %s, %s)"
    findings = connection.execute(query, [first, last, root]).fetchall()
    return [
        " ".join([f"seal {seal_no}:", *(str(word) for word in place if word), f"- {finding}"])
        for seal_no, *place, finding in findings
    ]


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Seals of the book.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("seal", help="seal everything that is committed; prints the root")
    exported = commands.add_parser("export", help="the lines that were hashed")
    exported.add_argument("-o", "--output", help="a file; by default standard output")
    verified = commands.add_parser("verify", help="compare the book with its seals")
    verified.add_argument("--root", help="of the last of these seals, as it was kept elsewhere")
    for command in (exported, verified):
        command.add_argument("--from", dest="first", type=int, help="the first seal")
        command.add_argument("--to", dest="last", type=int, help="the last seal")
    return parser.parse_args()


def run(chosen: argparse.Namespace, database_url: str) -> tuple[int, list[str]]:
    """What was asked for: the exit status, and lines to print."""
    with psycopg.connect(database_url, autocommit=True, connect_timeout=5) as connection:
        if chosen.command == "seal":
            row = connection.execute("select seal_no, root from api.seal_ledger()").fetchone()
            return 0, ["seal {} root {}".format(*(row or ()))]
        if chosen.command == "export":
            print(export(connection, chosen.first or 1, chosen.last, chosen.output), file=sys.stderr)
            return 0, []
        findings = verify(connection, chosen.first, chosen.last, chosen.root)
        return (1, findings) if findings else (0, ["all is as it was sealed"])


def fail(text: str, status: int) -> NoReturn:
    print(text, file=sys.stderr)
    sys.exit(status)


def main() -> None:
    chosen = read_options()
    failed = NOT_LOOKED if chosen.command == "verify" else 1
    status = 0
    if not (database_url := os.environ.get("DATABASE_URL")):
        fail("DATABASE_URL is not set. `python dev/embedded.py exec COMMAND` sets it to the embedded server's.", failed)
    try:
        status, lines = run(chosen, database_url)
        print("".join(f"{line}\n" for line in lines), end="", flush=True)
    except psycopg.Error as error:  # seals that are gone, as after a restore, are a finding
        fail(f"{error.diag.message_primary or error}", 1 if error.sqlstate == "LNSEA" else failed)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python flushes at its end
        status = status or failed
        if not isinstance(error, BrokenPipeError):  # else who reads has seen enough, as head has
            where = error.filename or getattr(chosen, "output", None) or "standard output"
            fail(f"cannot write {where}: {error.strerror or error}", status)
    sys.exit(status)


if __name__ == "__main__":
    main()
