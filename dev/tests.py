"""What `make test` does: every test, whatever fails before; the end says what ran, and in red what did not.

    python dev/tests.py [--pg-bin15 FOLDER] [--coverage PERCENT]

pgTAP and pytest run on the embedded PostgreSQL 18 and, if the folder has its server, on PostgreSQL 15; there the tests
of cells behind a proxy (tests/cells), if it has PL/Proxy: where it has not, that is told in red, and no failure. The
two versions are two lanes beside each other, which begin their lines with 18 and 15. With DATABASE_URL or PG_BIN set
they run on that server alone. The exit status is 0 if all of it ran and passed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
CANNOT_RUN = 3  # as dev/pgtap.py answers
PATIENCE = 20.0  # seconds for what runs to end itself, after each of three signals
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
    lane: str = ""
    process: subprocess.Popen[str] | None = None

    def run(self, *, is_alone: bool, is_over: threading.Event) -> None:
        """Run it. Unless it is alone each of its lines is printed with its lane before it."""
        mark = "" if is_alone else f"{self.lane} | "
        console.print(f"{mark}-- {self.name}")
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder, "report.xml")
            is_pytest = "pytest" in self.command
            more = [f"--junit-xml={report}"] if is_pytest else []
            environment = os.environ | self.environment | ({"PY_COLORS": "1"} if console.is_terminal else {})
            self.process = subprocess.Popen(
                [*self.command, *more],
                cwd=ROOT,
                env=environment,
                stdout=None if is_alone else subprocess.PIPE,
                stderr=None if is_alone else subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,  # Ctrl-C comes to it once, from us
            )
            for line in self.process.stdout or ():
                print(f"{mark}{line.rstrip()}\n", end="", flush=True)
            status = self.process.wait()
            tests = count(report) if is_pytest else None
        if is_over.is_set():
            return
        self.remark = f"{time.monotonic() - began:.0f} s"
        if tests is not None:
            self.remark = f"{tests:,} tests, {self.remark}"
        if status == CANNOT_RUN and not is_pytest:
            self.remark = "a tool is missing: see above"
        elif tests != 0:
            self.outcome = "FAILED" if status else "passed"
        console.print(f"{mark}-- {self.name}: {self.outcome}, {self.remark}")


def run_all(steps: Sequence[Step]) -> None:
    """Run the steps: those of a lane one after the other, the lanes beside each other. A signal ends them all."""
    is_over = threading.Event()
    lanes = sorted({step.lane for step in steps if step.command})

    def run(lane: str) -> None:
        for step in steps:
            if step.command and step.lane == lane and not is_over.is_set():
                step.run(is_alone=len(lanes) == 1, is_over=is_over)

    threads = [threading.Thread(target=run, args=[lane], daemon=True) for lane in lanes]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        is_over.set()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):  # the first one lets them stop their servers
            if any(thread.is_alive() for thread in threads):
                end(steps, number)


def interrupt_once() -> None:
    """Let a signal end us as Ctrl-C does; further ones do not disturb the end."""
    caught: list[int] = []

    def interrupt(number: int, _frame: object) -> None:
        caught.append(number)
        if len(caught) == 1:
            raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


def end(steps: Sequence[Step], number: int) -> None:
    """Send a signal to what runs, and to what that has started in its group, and wait for a while."""
    running = [step.process for step in steps if step.process and step.process.poll() is None]
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and any(process.poll() is None for process in running):
        time.sleep(0.1)


def count(report: Path) -> int:
    """How many tests a report of pytest holds; 0 if there is none."""
    if not report.exists():
        return 0
    return sum(int(suite.get("tests", 0)) for suite in xml.etree.ElementTree.parse(report).iter("testsuite"))


def plan(pg_bin15: Path, coverage: float | None) -> list[Step]:
    """The steps for the servers that there are."""
    python, given = sys.executable, [name for name in ("DATABASE_URL", "PG_BIN") if os.environ.get(name)]
    is_alone = bool(given) or not (pg_bin15 / "pg_ctl").exists()
    workers = [] if "DATABASE_URL" in given else ["-n", "4" if is_alone else "3", "--dist", "loadfile"]
    pytest = [python, "-m", "pytest", *workers]
    pgtap = [python, "dev/pgtap.py"]
    server = f"the server of {given[0]}" if given else "PostgreSQL 18"
    steps = [Step(f"pgTAP on {server}", pgtap, lane="18"), Step(f"pytest on {server}", pytest, lane="18")]
    if given:
        return steps
    names = ["pgTAP and plpgsql_check on PostgreSQL 15", "pytest on PostgreSQL 15"]
    if is_alone:
        why = f"no PostgreSQL 15 in {pg_bin15}; PG_BIN15 names another folder"
        return steps + [Step(name, [], outcome="left out", remark=why) for name in names]
    covered = [] if coverage is None else ["--coverage", f"{coverage:g}"]
    environment = {"PG_BIN": str(pg_bin15)}
    return [
        *steps,
        Step(names[0], [*pgtap, *covered], environment, lane="15"),
        cells(python, pg_bin15),  # one process: not at the end, where it would have the machine to itself
        Step(names[1], pytest, environment, lane="15"),
    ]


def cells(python: str, pg_bin15: Path) -> Step:
    """The tests of cells behind a proxy, which needs PL/Proxy."""
    name = "pytest of cells behind PL/Proxy"
    if not (pg_bin15.parent / "lib" / "plproxy.so").exists():
        why = f"{pg_bin15} has no PL/Proxy (Debian: apt install postgresql-15-plproxy): cells are not tested"
        return Step(name, [], outcome="NOT HERE", remark=why)
    environment = {"PG_BIN": str(pg_bin15), "CUENTA_TEST_CELLS": "4"}
    return Step(name, [python, "-m", "pytest", "tests/cells"], environment, lane="15")


def main() -> int:
    parser = argparse.ArgumentParser(description="Run every test.")
    parser.add_argument("--pg-bin15", type=Path, default=Path("/usr/lib/postgresql/15/bin"))
    parser.add_argument("--coverage", type=float, help="percent of the plpgsql statements that pgTAP must reach on 15")
    chosen = parser.parse_args()
    steps = plan(chosen.pg_bin15, chosen.coverage)
    interrupt_once()
    try:
        run_all(steps)
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
