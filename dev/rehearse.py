"""Rehearses what a DBA does with a cuenta database, on throw-away servers, and proves what comes of it.

    python dev/rehearse.py                       all of it, a table at the end
    python dev/rehearse.py pitr logical          some of it
    python dev/rehearse.py --small               the sample that the tests run
    python dev/rehearse.py --output docs/reliability.md

The lines that a DBA types are those of docs/operations.md, and are run as they stand there. PG_BIN15 names the folder
of PostgreSQL 15's binaries, by default Debian's. Everything that is started ends with this program, at Ctrl-C, too.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dev import embedded, figures
from dev.rehearsals.ground import CannotRun, Ground, NotProved

NAMES = ("pitr", "dump", "upgrade", "standby", "logical", "collation", "timezones", "deploys")
console = Console(highlight=False, soft_wrap=True)


@dataclass
class Outcome:
    """What became of a rehearsal."""

    name: str
    result: str = "DID NOT RUN"
    seconds: float = 0
    proofs: list[str] = field(default_factory=list)
    why: str = ""


def rehearsal(name: str) -> Callable[[Ground], None]:
    """The function that does it; its docstring says what it proves."""
    found: Callable[[Ground], None] = importlib.import_module(f"dev.rehearsals.{name}").rehearse
    return found


def carry_out(name: str, *, is_small: bool = False, shown: Console = console) -> Outcome:
    """Do one rehearsal; whatever happens in it is its outcome."""
    outcome = Outcome(name)
    began = time.monotonic()
    what = rehearsal(name)
    shown.rule(name, style="default")
    shown.print(" ".join((what.__doc__ or "").split()))
    ground = Ground(shown, is_small=is_small)
    try:
        with ground:
            what(ground)
        outcome.result = "proved"
    except CannotRun as reason:
        outcome.why = str(reason)
    except NotProved as reason:
        outcome.result, outcome.why = "NOT PROVED", str(reason)
    except Exception as error:
        traceback.print_exc()
        outcome.result, outcome.why = "FAILED", repr(error)
    outcome.proofs, outcome.seconds = ground.proofs, time.monotonic() - began
    if outcome.why:
        shown.print(f"  {outcome.result} {outcome.why}", style="bold red", markup=False)
    return outcome


def show(outcomes: list[Outcome]) -> None:
    """The table at the end."""
    table = Table(title="Rehearsals", title_justify="left")
    table.add_column("rehearsal")
    table.add_column("result")
    table.add_column("proofs", justify="right")
    table.add_column("seconds", justify="right")
    table.add_column("remark", overflow="fold")
    for one in outcomes:
        color = {"proved": "green"}.get(one.result, "bold red")
        remark = one.why.splitlines()[0] if one.why else ""
        table.add_row(one.name, f"[{color}]{one.result}[/{color}]", str(len(one.proofs)), f"{one.seconds:.0f}", remark)
    console.print(table)


def write(page: Path, outcomes: list[Outcome]) -> None:
    """Replace what a page says of these rehearsals: what was proved, line by line. What it says of others stays."""

    def renewed(text: str) -> str:
        found = re.split(r"^(?=- [*][*](\w+))", figures.block(text, "rehearsals"), flags=re.M)
        texts = dict(zip(found[1::2], found[2::2], strict=True))
        for one in outcomes:
            when = f"{figures.today()}, commit {figures.commit()}"
            lines = [f"- **{one.name}**, {when}: {one.result}, {len(one.proofs)} proofs in {one.seconds:.0f} s"]
            lines += [f"    - {proof}" for proof in one.proofs]
            lines += [f"    - **{one.result}**: {one.why.splitlines()[0]}"] if one.why else []
            texts[one.name] = "\n".join(lines) + "\n"
            text = figures.with_row(text, f"make rehearse NAMES={one.name}", f"{len(one.proofs)} proofs", one.result)
        return figures.with_block(text, "rehearsals", "".join(texts[name] for name in NAMES if name in texts))

    figures.renew(page, renewed)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python dev/rehearse.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; default: all")
    parser.add_argument("--small", action="store_true", help="the sample that the tests run")
    parser.add_argument(
        "--output", type=figures.page("rehearsals"), metavar="PAGE", help="the page whose last results are replaced"
    )
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.names if name not in NAMES]:
        parser.error(f"there is no rehearsal {', '.join(unknown)}; there are {', '.join(NAMES)}")
    embedded.end_on_signals()
    outcomes = []
    for name in chosen.names or NAMES:
        outcomes.append(carry_out(name, is_small=chosen.small))
        if chosen.output:  # at once: the rest may be ended
            write(chosen.output, outcomes[-1:])
    show(outcomes)
    return 0 if all(one.result == "proved" for one in outcomes) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
