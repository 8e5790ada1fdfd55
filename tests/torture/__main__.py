"""The command: see tests/torture/__init__.py."""

from __future__ import annotations

import argparse
import itertools
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from dev import embedded, figures
from tests.torture.clients import Auditor, Client, Operator, Paymaster, Reader, Sealer, Sender, World
from tests.torture.faults import CLASSES, Faults
from tests.torture.house import House
from tests.torture.verdict import Verdict


@dataclass
class Result:
    """What came of it."""

    seed: int
    seconds: float = 0
    faults: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    cannot: dict[str, str] = field(default_factory=dict)
    acknowledged: int = 0


def torture(
    seconds: float, seed: int, *, restaurants: int = 14, pace: float = 1.0, pause: float = 0.5, bar: Any = None
) -> Result:
    """Torture for so many seconds and judge, in a folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="cuenta-torture-"))
    folder.chmod(0o755)
    began = time.monotonic()
    try:
        house = House(folder, seed)
        with house.open():
            world, faults = World(restaurants), Faults(house, pace=pace)
            kinds: list[type[Client]] = (
                [Sender] * 4 + [Operator] * 2 + [Paymaster] * 2 + [Reader] * 2 + [Sealer, Auditor]
            )
            clients = [kind(house, world, kinds[:number].count(kind)) for number, kind in enumerate(kinds)]
            for client in clients:
                client.start()
            end = time.monotonic() + seconds
            while time.monotonic() < end or set(CLASSES) - set(faults.done) - set(house.cannot):
                time.sleep(faults.dice.uniform(0.2, 1.8) * pause)
                name = faults.next()
                if bar:
                    bar(time.monotonic() + seconds - end, name)
                faults.do(name)
                if time.monotonic() > end + 60:
                    break
            torn = time.monotonic()
            if bar:
                bar(seconds, "coming to rest")
            faults.finish()
            house.quiet.set()
            for client in clients:
                client.join(60)
                if client.is_alive():
                    house.fault(f"{client.name} is not answered 60 s after the last fault")
            verdict = Verdict(house, world)
            verdict.drain(90)
            quiet = time.monotonic()
            if bar:
                bar(seconds, "judging")
            verdict.judge()
            at = (began, end - seconds, torn, quiet, time.monotonic())
            parts = [f"{after - before:.0f}" for before, after in itertools.pairwise(at)]
            found = [*verdict.faults, *(f"{text} ({n} times)" for text, n in house.faults.items())]
            if missing := set(CLASSES) - set(faults.done) - set(house.cannot):
                found.append(f"of these faults none happened: {', '.join(sorted(missing))}")
            answered = sum(call.is_answered for call in house.calls)
            names = ("to start", "of faults", "until nothing was pending", "to judge")
            spent = "seconds: " + ", ".join(f"{part} {name}" for part, name in zip(parts, names, strict=True))
            lines = [tell_faults(faults), *verdict.lines, spent]
            return Result(seed, time.monotonic() - began, found, lines, dict(faults.done), dict(house.cannot), answered)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def tell_faults(faults: Faults) -> str:
    done = [f"{faults.done[name]} {text}" for name, (_, text) in CLASSES.items() if faults.done[name]]
    return f"{faults.done.total()} faults: {', '.join(done)}"


def count(result: Result) -> str:
    return f"{len(result.faults)} contradiction{'s' * (len(result.faults) != 1)}"


def tell(result: Result) -> list[str]:
    """The result, a line each."""
    return [
        f"{figures.today()}, commit {figures.commit()}, seed {result.seed}, {result.seconds:.0f} s",
        *result.lines,
        *(f"NOT TRIED on this machine: {name} ({why})" for name, why in result.cannot.items()),
        count(result) + (":" if result.faults else ""),
        *result.faults[:40],
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description="Torture a ledger, then look.")
    parser.add_argument("--minutes", type=float, default=10.0, help="of faults (default 10); judging comes after them")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="by default another one each time")
    parser.add_argument(
        "--output", type=figures.page("torture"), metavar="PAGE", help="the page whose last result is replaced"
    )
    chosen = parser.parse_args()
    columns = TextColumn("{task.description:<18}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns) as progress:
        task = progress.add_task("starting", total=chosen.minutes * 60)

        def bar(done: float, name: str) -> None:
            progress.update(task, completed=done, description=name)

        result = torture(chosen.minutes * 60, chosen.seed, bar=bar)
    lines = tell(result)
    print("\n".join(lines))
    if chosen.output:
        much = ", ".join(found[0] for line in result.lines[:3] if (found := re.match(r"[\d,]+ \w+", line)))
        told = "".join(f"- {line}\n" for line in lines)

        def renewed(text: str) -> str:
            text = figures.with_block(text, "torture", told)
            return figures.with_row(text, "make torture", much, count(result))

        figures.renew(chosen.output, renewed)
    return 1 if result.faults else 0


if __name__ == "__main__":
    embedded.end_on_signals()
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
