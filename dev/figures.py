"""What a trial writes into docs/reliability.md: a block between its marks, and its row of the table at the top.

A row is found by its second cell, the command that repeats the trial. tests/test_figures.py holds each row to what
stands below the heading that it links to.
"""

from __future__ import annotations

import argparse
import fcntl
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reliability.md"


def today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def commit() -> str:
    """The commit that is tried, in short."""
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def page(name: str) -> Callable[[str], Path]:
    """A type for argparse: a page that has the block of this name. Asked for before a trial, not after its hours."""

    def a_page(given: str) -> Path:
        path = Path(given)
        if not path.is_file() or path.read_text(encoding="utf-8").count(mark(name)) != 2:
            raise argparse.ArgumentTypeError(f"{given} is no page with two lines {mark(name)}")
        return path

    return a_page


def mark(name: str) -> str:
    return f"<!-- {name} -->"


def block(text: str, name: str) -> str:
    """What stands between the marks."""
    return text.split(f"{mark(name)}\n")[1]


def with_block(text: str, name: str, told: str) -> str:
    """The page with another block; told ends with a line."""
    before, _, after = text.split(f"{mark(name)}\n")
    return f"{before}{mark(name)}\n{told}{mark(name)}\n{after}"


def with_row(text: str, command: str, much: str, result: str) -> str:
    """The page with the row of this trial: how much of it there was, today, with this commit, and what came of it."""
    row = re.compile(rf"^([|][^|]*[|] `{re.escape(command)}` [|]).*$", re.M)
    return row.sub(lambda found: f"{found[1]} {much} | {today()} | {commit()} | {result} |", text)


def renew(path: Path, change: Callable[[str], str]) -> None:
    """Change a page that other trials may be changing, too."""
    with path.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        text = change(file.read())
        file.seek(0)
        file.truncate()
        file.write(text)
