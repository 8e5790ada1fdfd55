"""README.md: its story is told by running it, and every function is in its list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """What stands below a heading, up to the next one."""
    return re.split(r"^## ", TEXT.split(f"\n## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def calls(text: str) -> Iterator[tuple[str, list[list[str]]]]:
    """Each statement with the rows that are shown below or behind it; as words."""
    for block in re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^=> ", block, flags=re.MULTILINE)[1:]:
            statement, shown = part.split(";", 1)
            lines = [line for line in shown.strip().splitlines() if not re.fullmatch(r"[-+]+", line)]
            if lines and lines[0].startswith("-- "):
                yield statement, [lines[0].removeprefix("-- ").split(", ")]
            else:
                yield statement, [[cell.strip() for cell in line.split("|")] for line in lines[1:]]


def test_the_story_is_what_happens(database: str) -> None:
    told = list(calls(section("One story, from the guest's card to the bank")))
    assert len(told) > 12
    with psycopg.connect(database, autocommit=True) as connection:
        for statement, shown in told:
            rows = connection.execute(statement.encode()).fetchall()
            assert [["" if cell is None else str(cell) for cell in row] for row in rows] == shown, statement


def test_every_function_is_listed() -> None:
    listed = re.findall(r"`(\w+)`", "".join(re.findall(r"^\|[^|]*\|(.*)\|$", section("What there is"), re.MULTILINE)))
    there = {path.stem for path in (ROOT / "db" / "functions" / "api").glob("*/*.sql")}
    assert len(listed) == len(set(listed))
    assert set(listed) == there, "README.md, What there is"
