"""docs/reliability.md begins with a table of figures: each is what stands where its row leads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from dev import figures
from dev.rehearse import NAMES

TEXT = figures.PAGE.read_text(encoding="utf-8")


class Row(NamedTuple):
    tried: str
    command: str
    much: str
    when: str
    commit: str
    result: str


TABLE = TEXT.split("\n## ", 1)[0]
ROWS = [Row(*line.strip("| ").split(" | ")) for line in re.findall(r"^[|] \[.*[|]$", TABLE, re.M)]


def told(row: Row) -> str:
    """What stands below the heading, or on the page, that a row links to; of a rehearsal its own lines."""
    link = re.search(r"\]\(([\w.-]*)#?([\w-]*)\)", row.tried)
    assert link, row
    page = figures.PAGE.with_name(link[1] or figures.PAGE.name).read_text(encoding="utf-8")
    if not link[2]:
        return page
    parts = {
        re.sub(r"[^\w -]", "", part.split("\n")[0]).lower().replace(" ", "-"): part for part in page.split("\n## ")
    }
    name = row.command.strip("`").partition("NAMES=")[2]
    return (
        next(own for own in parts[link[2]].split("\n- ") if own.startswith(f"**{name}**")) if name else parts[link[2]]
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.command.strip("`"))
def test_a_figure_is_what_stands_where_its_row_leads(row: Row) -> None:
    words = re.findall(r"\d[\d,]*\d|\d", f"{row.much} {row.result}")
    words += [row.when, row.commit] if row.when != "each time" else []
    text = told(row)
    assert words
    missing = [word for word in words if not re.search(rf"(?<![\d,]){re.escape(word)}(?![\d,]*\d)", text)]
    assert missing == [], f"docs/reliability.md: bring the row of {row.command} up to date with {row.tried}"


def test_every_trial_has_its_row() -> None:
    commands = ["make torture", *(f"make rehearse NAMES={name}" for name in NAMES), "make fuzz", "make model"]
    assert {f"`{command}`" for command in [*commands, "make mutants"]} <= {row.command for row in ROWS}
    assert len({row.command for row in ROWS}) == len(ROWS)


def test_a_trial_replaces_its_block_and_its_row_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(TEXT, encoding="utf-8")

    def renewed(text: str) -> str:
        return figures.with_row(figures.with_block(text, "fuzz", "- new\n"), "make fuzz", "7 inputs", "0 faults")

    figures.renew(page, renewed)
    fuzz = next(row for row in ROWS if row.command == "`make fuzz`")
    row = fuzz._replace(much="7 inputs", when=figures.today(), commit=figures.commit(), result="0 faults")
    expected = TEXT.replace(" | ".join(fuzz), " | ".join(row)).replace(figures.block(TEXT, "fuzz"), "- new\n")
    assert page.read_text(encoding="utf-8") == expected != TEXT
