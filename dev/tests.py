"""What `make test` does: every test, whatever fails before; the end says what ran, and in red what did not.

    python dev/tests.py [--pg-bin15 FOLDER] [--coverage PERCENT]

pgTAP and pytest run on the embedded PostgreSQL 18 and, if the folder has its server, on PostgreSQL 15; there the tests
of cells behind a proxy (tests/cells), if it has PL/Proxy: where it has not, that is told in red, and no failure. With
DATABASE_URL or PG_BIN set they run on that server alone. The exit status is 0 if all of it ran and passed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
CANNOT_RUN = 3  # as dev/pgtap.py answers
COLORS = {
    "passed": "green",
    "FAILED": "bold red",
    "DID NOT RUN": "bold red",
    "left out": "yellow",
    "NOT HERE": "bold red",
}
console = Console(highlight=False, soft_wrap=True)


@dataclass
class Step:
    """Some tests on some server, and what became of them."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    outcome: str = "DID NOT RUN"
    remark: str = ""

    def run(self) -> None:
        console.rule(self.name, style="default")
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder, "report.xml")
            is_pytest = "pytest" in self.command
            more = [f"--junit-xml={report}"] if is_pytest else []
            status = subprocess.run([*self.command, *more], cwd=ROOT, env=os.environ | self.environment).returncode
            tests = count(report) if is_pytest else None
        self.remark = f"{time.monotonic() - began:.0f} s"
        if tests is not None:
            self.remark = f"{tests:,} tests, {self.remark}"
        if status == CANNOT_RUN and not is_pytest:
            self.remark = "a tool is missing: see above"
        elif tests != 0:
            self.outcome = "FAILED" if status else "passed"


def count(report: Path) -> int:
    """How many tests a report of pytest holds; 0 if there is none."""
    if not report.exists():
        return 0
    return sum(int(suite.get("tests", 0)) for suite in xml.etree.ElementTree.parse(report).iter("testsuite"))


def plan(pg_bin15: Path, coverage: float | None) -> list[Step]:
    """The steps for the servers that there are."""
    python, given = sys.executable, [name for name in ("DATABASE_URL", "PG_BIN") if os.environ.get(name)]
    pytest = [python, "-m", "pytest", *([] if "DATABASE_URL" in given else ["-n", "4", "--dist", "loadfile"])]
    pgtap = [python, "dev/pgtap.py"]
    server = f"the server of {given[0]}" if given else "PostgreSQL 18"
    steps = [Step(f"pgTAP on {server}", pgtap), Step(f"pytest on {server}", pytest)]
    if given:
        return steps
    names = ["pgTAP and plpgsql_check on PostgreSQL 15", "pytest on PostgreSQL 15"]
    if not (pg_bin15 / "pg_ctl").exists():
        why = f"no PostgreSQL 15 in {pg_bin15}; PG_BIN15 names another folder"
        return steps + [Step(name, [], outcome="left out", remark=why) for name in names]
    covered = [] if coverage is None else ["--coverage", f"{coverage:g}"]
    environment = {"PG_BIN": str(pg_bin15)}
    return [
        *steps,
        Step(names[0], [*pgtap, *covered], environment),
        Step(names[1], pytest, environment),
        cells(python, pg_bin15),
    ]


def cells(python: str, pg_bin15: Path) -> Step:
    """The tests of cells behind a proxy, which needs PL/Proxy."""
    name = "pytest of cells behind PL/Proxy"
    if not (pg_bin15.parent / "lib" / "plproxy.so").exists():
        why = f"{pg_bin15} has no PL/Proxy (Debian: apt install postgresql-15-plproxy): cells are not tested"
        return Step(name, [], outcome="NOT HERE", remark=why)
    environment = {"PG_BIN": str(pg_bin15), "CUENTA_TEST_CELLS": "4"}
    return Step(name, [python, "-m", "pytest", "tests/cells"], environment)


def main() -> int:
    parser = argparse.ArgumentParser(description="Run every test.")
    parser.add_argument("--pg-bin15", type=Path, default=Path("/usr/lib/postgresql/15/bin"))
    parser.add_argument("--coverage", type=float, help="percent of the plpgsql statements that pgTAP must reach on 15")
    chosen = parser.parse_args()
    steps = plan(chosen.pg_bin15, chosen.coverage)
    try:
        for step in steps:
            if step.command:
                step.run()
    except KeyboardInterrupt:
        console.print("interrupted")
    table = Table("tests", "outcome", "", box=None)
    for step in steps:
        color = COLORS[step.outcome]
        table.add_row(step.name, f"[{color}]{step.outcome}[/]", step.remark)
    console.rule("all tests", style="default")
    console.print(table)
    is_good = all(step.outcome in ("passed", "left out", "NOT HERE") for step in steps)
    missing = [step.name for step in steps if step.outcome == "DID NOT RUN"]
    if missing:
        console.print(f"[bold red]did not run: {', '.join(missing)}[/]")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
