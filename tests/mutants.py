"""Breaks each rule in turn, and shows which test goes red: `make mutants`.

    python tests/mutants.py [--only WORD ...] [--test TEST] [--list] [--output docs/mutants.md]

A mutant is a rule of the product that is broken on purpose: a trigger, a constraint, a lock, a clause, a grant, a
comparison, a line of Python. They are data: tests/mutations/*.toml, a file an area. Each says

    name    a sentence: what is broken
    rule    the rule that it breaks: an invariant of the README and docs, in words
    test    the test that must see it, as small as possible: a pgTAP file or a node of pytest
    edits   file, old, new: `old` must be there exactly once, so that a mutant that no longer applies fails loudly

The runner copies the tree, and for one test after the other shows that it is green; then it makes each mutant of that
test in the copy and in a new database, and wants the same test red, for the right reason: a test that failed, not a
deploy or a collection that did, nor an unknown column, nor a server that does not answer.

--only   the mutants whose name, file or test has one of these words
--test   another test for them, to look for one that sees them
--list   what there is, and whether each applies
--output where the table goes; only after all of them have run
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import xml.etree.ElementTree
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from db import facts, reference_data  # noqa: E402
from db.deploy import DeployError, deploy  # noqa: E402
from dev import embedded, figures, pgtap  # noqa: E402

FOLDER = ROOT / "tests" / "mutations"
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".tools", ".data", "__pycache__", ".*_cache", ".hypothesis")
LINKED = (".venv", ".tools")
MADE_ANEW = ("db/functions/", "db/views/", "db/triggers.sql", "db/reference/")  # without a deploy of everything
LIMIT = 240.0  # seconds for one run of one test
PATIENCE = "6"  # seconds that a test waits for what does not come; tests/sessions.py
# What the named tests do without, and what takes as long to import as the rest takes to run.
WITHOUT = [
    word for name in ("cacheprovider", "schemathesis", "hypothesispytest", "xdist") for word in ("-p", f"no:{name}")
]
WITHOUT += ["-o", "addopts=-ra --strict-markers --strict-config"]  # those of the project name an option of xdist
# A process that has imported what pytest and the tests need, and forks for each run: of ours it knows nothing.
WARM = """
import importlib, json, os, sys
for name in sys.argv[1].split():
    importlib.import_module(name)
import pytest
for line in sys.stdin:
    job = json.loads(line)
    if not (child := os.fork()):
        os.setsid()
        os.chdir(job["folder"])
        os.environ.clear()
        os.environ.update(job["environment"])
        output = os.open(job["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.path.insert(0, job["folder"])
        status = pytest.main(job["words"])
        sys.stdout.flush()
        os._exit(status)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
IMPORTED = "flask hypothesis jwt psycopg psycopg_pool pytest_timeout rich.table standardwebhooks trustme urllib3 yoyo"
COLORS = {"killed": "green", "SURVIVED": "bold red", "BROKEN": "bold yellow"}
# Reasons for which a test may be red that say nothing about the rule: the mutant does not even run.
WRONG = re.compile(
    r"SyntaxError|IndentationError|NameError|UnboundLocalError|ImportError|ModuleNotFoundError"
    r"|errors\.(?:Undefined|Ambiguous|Duplicate|Datatype|InvalidColumn|WrongObject|Grouping)\w*"
    r"|\b42(?:601|703|P01|883|704|702|804|803|725|P10)\b"
    r"|Connection refused|could not connect|terminating connection|server closed the connection"
    r"|[Tt]imeout >\d"
)
console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Edit:
    """One place of one file."""

    file: str
    old: str
    new: str

    def fault(self, root: Path = ROOT) -> str | None:
        """Why it cannot be made; None if it can."""
        path = root / self.file
        if not path.is_file():
            return f"{self.file} is not there"
        count = path.read_text(encoding="utf-8").count(self.old)
        if count != 1:
            return f"{self.file} has {count} times, and not once: {self.old!r}"
        return None if self.old != self.new else f"{self.file}: old and new are the same"


@dataclass(frozen=True)
class Mutant:
    """A rule that is broken, and the test that must see it."""

    area: str
    name: str
    rule: str
    test: str
    edits: tuple[Edit, ...]

    @property
    def files(self) -> list[str]:
        return list(dict.fromkeys(edit.file for edit in self.edits))

    def faults(self, root: Path = ROOT) -> list[str]:
        """Why it does not apply to the tree."""
        return [fault for edit in self.edits if (fault := edit.fault(root))]


@dataclass(frozen=True)
class Verdict:
    """What a run of a test came to: green, red or broken; and what shows it."""

    outcome: str
    shown: str = ""


@dataclass(frozen=True)
class Result:
    """What became of a mutant: killed, SURVIVED or BROKEN."""

    mutant: Mutant
    outcome: str
    shown: str
    seconds: float


def load(folder: Path = FOLDER) -> list[Mutant]:
    """All mutants, by area."""
    mutants = []
    for path in sorted(folder.glob("*.toml")):
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]:
            edits = row.pop("edits", None) or [{key: row.pop(key) for key in ("file", "old", "new")}]
            mutants.append(Mutant(area=path.stem, edits=tuple(Edit(**edit) for edit in edits), **row))
    return mutants


# -- what a run says ---------------------------------------------------------------------------


def judge_tap(status: int, output: str) -> Verdict:
    """What pg_prove said: red if assertions failed, and not only because something does not even run."""
    if status == 0 and re.search(r"^Files=1, Tests=[1-9]", output, re.M):
        return Verdict("green")
    failed = re.findall(r"^not ok \d+ - (.*(?:\n#.*)*)", output, re.M)
    right = [text for text in failed if not WRONG.search(text)]
    # A file may also end where a guard of the book, or a key, refuses what it then asks for: as with VERBOSITY=verbose.
    died = re.search(r"ERROR: +((?:L\w{4}|2[0-9]\w{3}|40\w{3}|55P03): .*)", output)
    if status == 1 and (right or died):
        return Verdict(
            "red", right[0].splitlines()[0].strip() if right else f"ends with {died[1] if died else ''}"[:160]
        )
    lines = [line for line in output.splitlines() if re.search(r"ERROR|cannot run|not ok|Dubious|Parse errors", line)]
    return Verdict("broken", " / ".join(lines[:3])[:400] or output[-400:])


def judge_junit(status: int, report: str, output: str) -> Verdict:
    """What pytest said: red if a test failed in its own body."""
    cases = list(xml.etree.ElementTree.fromstring(report).iter("testcase")) if report else []
    failed = [found for case in cases if (found := case.find("failure")) is not None]
    if status == 0 and cases and not failed:
        return Verdict("green")
    messages = [str(found.get("message", "")).strip() for found in failed]
    # What a fixture asserts at the end: the book is sound, nobody ran into a deadlock.
    ended = [str(found.get("message", "")) for case in cases if (found := case.find("error")) is not None]
    messages += [text for text in ended if text.startswith('failed on teardown with "AssertionError')]
    right = [text for text in messages if not WRONG.search(text)]
    if status == 1 and right:
        return Verdict("red", right[0].splitlines()[0][:300] if right[0] else "")
    errors = [str(found.get("message", "")) for case in cases if (found := case.find("error")) is not None]
    return Verdict("broken", " / ".join([*messages, *errors])[:400] or output[-400:])


# -- the place where mutants are made ----------------------------------------------------------


class Bench:
    """A copy of the tree in which one mutant at a time lives, and a server for its databases."""

    def __init__(self, folder: Path, server_url: str) -> None:
        self.root = folder / "tree"
        self.report = folder / "report.xml"
        shutil.copytree(ROOT, self.root, symlinks=True, ignore=NOT_COPIED)
        for name in LINKED:
            if (ROOT / name).exists():
                (self.root / name).symlink_to(ROOT / name)
        self.server_url = server_url
        self.plain = self.tap = ""  # names of databases that are deployed without a mutant, one with pgTAP
        self.psql = embedded.find_psql(server_url)
        self.units = {(unit.kind, unit.name): unit.text for unit in facts.Files(self.root / "db").units}
        self.written = int(time.time())
        self.warm: subprocess.Popen[str] | None = None

    @contextlib.contextmanager
    def mutated(self, mutant: Mutant) -> Iterator[None]:
        """While this lasts the rule is broken in the copy."""
        before = {file: (self.root / file).read_text(encoding="utf-8") for file in mutant.files}
        try:
            for edit in mutant.edits:
                if fault := edit.fault(self.root):
                    raise ValueError(fault)
                text = (self.root / edit.file).read_text(encoding="utf-8")
                self._write(edit.file, text.replace(edit.old, edit.new))
            yield
        finally:
            for file, text in before.items():
                self._write(file, text)

    def _write(self, file: str, text: str) -> None:
        """Write a file, in a second of its own: Python knows by that what it has compiled."""
        (self.root / file).write_text(text, encoding="utf-8")
        self.written += 2
        os.utime(self.root / file, (self.written, self.written))

    @contextlib.contextmanager
    def deployed(self, mutant: Mutant | None, *, is_tap: bool) -> Iterator[str]:
        """The URL of a new database that is deployed from the copy as it is."""
        files = [file for file in mutant.files if file.endswith((".sql", ".csv"))] if mutant else []
        is_made_anew = all(file.startswith(MADE_ANEW) for file in files)
        template = (self.tap if is_tap else self.plain) if is_made_anew else None
        if not is_tap and not files:  # pytest makes copies itself
            yield embedded.url_with_database(self.server_url, self.plain)
            return
        with embedded.throw_away_database(self.server_url, template) as url:
            if template is None:
                deploy(url, quiet=True, root=self.root / "db")
            with psycopg.connect(url, autocommit=True) as connection:
                if template:
                    self._make_anew(connection, any(file.endswith(".csv") for file in files))
                elif is_tap:
                    load_tap(connection)
            yield url

    def _make_anew(self, connection: psycopg.Connection[Any], has_rows: bool) -> None:
        """What a deploy would do, and nothing else: what is replaced keeps its owner and its rights."""
        connection.execute("set search_path = ''")
        units = {(unit.kind, unit.name): unit.text for unit in facts.Files(self.root / "db").units}
        for (kind, name), text in self.units.items():
            if (new := units.get((kind, name))) is None:
                connection.execute(f"drop {kind} {name}".encode())
            elif new != text:
                connection.execute(new.encode())
        if has_rows:
            with connection.transaction():
                connection.execute("set local role cuenta_writer")
                reference_data.merge(connection, self.root / "db")

    def run(self, test: str, mutant: Mutant | None = None) -> Verdict:
        """Run one test on the copy as it is."""
        is_tap = test.endswith(".sql")
        # Roles are the whole server's, and a deploy that is broken has to be done by the test: a server of its own.
        if mutant and any(re.fullmatch(r"db/(roles[.]sql|\w+[.]py)", file) for file in mutant.files):
            return self._prove([sys.executable, "dev/pgtap.py", "-v", test], {}) if is_tap else self._test(test, {})
        try:
            with self.deployed(mutant, is_tap=is_tap) as url:
                if not is_tap:
                    name = embedded.database_name(url)
                    return self._test(test, {"DATABASE_URL": self.server_url, "CUENTA_TEST_TEMPLATE": name})
                command, more = pgtap.pg_prove()
                words = [*command, "--psql-bin", self.psql, "--set", "VERBOSITY=verbose", "--verbose", test]
                return self._prove(words, embedded.libpq_environment(url) | more)
        except (DeployError, psycopg.Error) as error:
            return Verdict("broken", f"it cannot be deployed: {error}"[:400])

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        others = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
        return others | {"CUENTA_TEST_PATIENCE": PATIENCE} | dict(more)

    def _prove(self, words: Sequence[str], environment: Mapping[str, str]) -> Verdict:
        """Run pg_prove in the copy."""
        with subprocess.Popen(
            words,
            cwd=self.root,
            env=self._environment(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate(timeout=LIMIT)
            except BaseException as error:
                os.killpg(process.pid, signal.SIGKILL)
                if isinstance(error, subprocess.TimeoutExpired):
                    return Verdict("broken", f"no end after {LIMIT:g} s")
                raise
        return judge_tap(process.returncode, output)

    def _test(self, test: str, environment: Mapping[str, str]) -> Verdict:
        """Run pytest in the copy."""
        if self.warm is None:
            words = [sys.executable, "-c", WARM, IMPORTED]
            self.warm = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=self.root)
        assert self.warm.stdin and self.warm.stdout
        self.report.unlink(missing_ok=True)
        output = self.report.with_name("output.txt")
        words = ["-q", "-x", *WITHOUT, f"--junit-xml={self.report}", test]
        job = {"folder": str(self.root), "environment": self._environment(environment), "output": str(output)}
        print(json.dumps(job | {"words": words}), file=self.warm.stdin, flush=True)
        child = int(self.warm.stdout.readline())
        watch = threading.Timer(LIMIT, os.killpg, [child, signal.SIGKILL])
        watch.start()
        try:
            status = int(self.warm.stdout.readline())
        finally:
            watch.cancel()
        report = self.report.read_text(encoding="utf-8") if self.report.exists() else ""
        return judge_junit(status, report, output.read_text(encoding="utf-8", errors="replace"))

    def close(self) -> None:
        """End the process that forks."""
        if self.warm and self.warm.stdin:
            self.warm.stdin.close()
            self.warm.wait()

    def try_mutant(self, mutant: Mutant) -> Result:
        """Whether its test, which is green without it, sees it."""
        begun = time.monotonic()
        with self.mutated(mutant):
            verdict = self.run(mutant.test, mutant)
        outcome = {"red": "killed", "green": "SURVIVED"}.get(verdict.outcome, "BROKEN")
        return Result(mutant, outcome, verdict.shown, time.monotonic() - begun)


def load_tap(connection: psycopg.Connection[Any]) -> None:
    """Load pgTAP, in silence."""
    with contextlib.redirect_stdout(io.StringIO()):
        pgtap.prepare(connection)


@contextlib.contextmanager
def bench(server_url: str | None = None) -> Iterator[Bench]:
    """A bench that is gone afterwards; on the server of DATABASE_URL, or one of its own."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cuenta-mutants-")))
        if server_url is None and (server_url := os.environ.get("DATABASE_URL")) is None:
            server_url = stack.enter_context(embedded.Server(throw_away=True)).url("postgres")
        made = Bench(folder, server_url)
        stack.callback(made.close)
        for name in ("plain", "tap"):
            url = stack.enter_context(embedded.throw_away_database(server_url))
            deploy(url, quiet=True, root=made.root / "db")
            setattr(made, name, embedded.database_name(url))
        with psycopg.connect(url, autocommit=True) as connection:
            load_tap(connection)
        yield made


# -- all of them -------------------------------------------------------------------------------


def run_all(mutants: Sequence[Mutant]) -> list[Result]:
    """One after the other, those of a test together, so that it is shown to be green once."""
    results: list[Result] = []
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with bench() as place, Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=len(mutants))
        for test, several in groupby(sorted(mutants, key=lambda one: one.test), key=lambda one: one.test):
            progress.update(task, description=f"{test} (without)")
            without = place.run(test)
            for mutant in several:
                progress.update(task, description=f"{test}: {mutant.name}")
                if without.outcome == "green":
                    result = place.try_mutant(mutant)
                else:
                    shown = f"the test is {without.outcome} without the mutant: {without.shown}"
                    result = Result(mutant, "BROKEN", shown, 0.0)
                results.append(result)
                color = COLORS[result.outcome]
                progress.console.print(
                    f"[{color}]{result.outcome}[/] {mutant.name} ({result.seconds:.0f} s, {test})", markup=True
                )
                if result.outcome != "killed":
                    progress.console.print(f"    {result.shown}", markup=False)
                progress.advance(task)
    order = {mutant: number for number, mutant in enumerate(mutants)}
    return sorted(results, key=lambda one: order[one.mutant])


HEAD = """# Mutants

A test proves a rule only if it goes red when the rule is broken. `make mutants` breaks each of these rules in turn, in
a copy of the tree: deploys a new database from it, runs the one test that is named, and wants it red for the right
reason (an assertion that failed; not a deploy, a collection or an unknown column). The same test is green without the
mutant. The mutants are data, `tests/mutations/*.toml`; one whose text is not there any more fails
`tests/test_mutants.py`. This page is written by the runner, and held to the data by that test.

A mutant that survives is a missing test: write it. (Or none: where something else holds the rule as well, the
mutant goes.)
A new rule comes with its mutant.

"""


def cell(text: str) -> str:
    """A text that a table can hold."""
    return re.sub(r"\s+", " ", text).replace("|", "\\|").replace("<", "&lt;").strip()


def page(results: Sequence[Result]) -> str:
    """docs/mutants.md."""
    killed = Counter(one.outcome for one in results)["killed"]
    when = f"{figures.today()}, commit {figures.commit()}"
    parts = [HEAD, f"{len(results)} mutants, {killed} killed ({when}).\n"]
    for area, several in groupby(results, key=lambda one: one.mutant.area):
        parts.append(f"\n## {area.capitalize().replace('_', ' ')}\n\n")
        parts.append("| the mutant | the rule that it breaks | in | killed by |\n|---|---|---|---|\n")
        for one in several:
            files = ", ".join(f"`{Path(file).name}`" for file in one.mutant.files)
            by = f"`{one.mutant.test.removeprefix('db/tests/').removeprefix('tests/')}`"
            by += f": {cell(one.shown)}" if one.mutant.test.endswith(".sql") else ""
            parts.append(f"| {cell(one.mutant.name)} | {cell(one.mutant.rule)} | {files} | {by} |\n")
    return "".join(parts)


def main() -> int:
    parser = argparse.ArgumentParser(description="Break each rule in turn, and see which test goes red.")
    parser.add_argument(
        "--only", nargs="+", metavar="WORD", default=[], help="those with a word in area, name, test or file"
    )
    parser.add_argument("--test", help="another test for these mutants")
    parser.add_argument("--list", action="store_true", help="say which there are, and break nothing")
    parser.add_argument("--output", type=Path, metavar="PAGE", help="written anew if all of them were killed")
    chosen = parser.parse_args()
    everything = load()
    mutants = [
        one
        for one in everything
        if not chosen.only or any(word in " ".join([one.area, one.name, one.test, *one.files]) for word in chosen.only)
    ]
    if chosen.test:
        mutants = [Mutant(one.area, one.name, one.rule, chosen.test, one.edits) for one in mutants]
    if not mutants:
        parser.error(f"there is no mutant with {', '.join(chosen.only)}; --list says which there are")
    faults = [f"{one.name}: {fault}" for one in mutants for fault in one.faults()]
    if chosen.list:
        for one in mutants:
            console.print(f"{one.area}: {one.name} ({', '.join(one.files)}; {one.test})", markup=False)
    for fault in faults:
        console.print(f"does not apply: {fault}", markup=False)
    if faults or chosen.list:
        return 1 if faults else 0
    results = run_all(mutants)
    table = Table("area", "mutants", "killed", "survived", "broken", box=None)
    for area, several in groupby(results, key=lambda one: one.mutant.area):
        counted = Counter(one.outcome for one in several)
        numbers = [counted.total(), *(counted[outcome] for outcome in COLORS)]
        table.add_row(area, *map(str, numbers))
    console.print(table)
    counted = Counter(one.outcome for one in results)
    console.print(f"{len(results)} mutants: " + ", ".join(f"{count} {outcome}" for outcome, count in counted.items()))
    is_good = set(counted) == {"killed"}
    if chosen.output and is_good and len(results) == len(everything):
        chosen.output.write_text(page(results), encoding="utf-8")
        much, told = f"{len(results)} mutants", f"{counted['killed']} killed"
        figures.renew(figures.PAGE, lambda text: figures.with_row(text, "make mutants", much, told))
        console.print(f"written: {chosen.output}")
    return 0 if is_good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
