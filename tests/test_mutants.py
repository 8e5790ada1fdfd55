"""The mutants apply, and their runner tells red from green. All of them run with `make mutants`; docs/mutants.md."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutants import ROOT, Bench, Edit, Mutant, bench, judge_junit, judge_tap, load

pytestmark = pytest.mark.long

MUTANTS = load()
FEW = 100  # mutants; fewer are no proof
GREEN = "1..2\nok 1 - adds\nok 2 - takes\nFiles=1, Tests=2,  0 wallclock secs\nResult: PASS\n"
RED = 'ok 1 - adds\nnot ok 2 - takes\n# Failed test 2: "takes"\n#         have: 1\nFiles=1, Tests=2,\nResult: FAIL\n'
NO_COLUMN = "not ok 1 - adds\n# died: 42703: column e.amont does not exist\nFiles=1, Tests=2,\nResult: FAIL\n"
ENDED = "ok 1 - adds\npsql: ERROR:  LXBAL: the account moves with its entries only\nFiles=1, Tests=1,\nResult: FAIL\n"
SENSELESS = "ok 1 - adds\npsql: ERROR:  42703: column e.amont does not exist\nFiles=1, Tests=1,\nResult: FAIL\n"
DIED = "ok 1 - adds\npsql: ERROR:  division by zero\nFiles=1, Tests=1,\nResult: FAIL\n"
ADDED = Edit(
    "db/functions/ledger/restaurants/business_day.sql",
    "        - pg_catalog.make_interval",
    "        + pg_catalog.make_interval",
)


def report(*cases: str) -> str:
    return (
        f"<testsuites><testsuite>{''.join(f'<testcase>{case}</testcase>' for case in cases)}</testsuite></testsuites>"
    )


def a_mutant(test: str, *edits: Edit) -> Mutant:
    return Mutant("sample", "a sample", "none", test, edits)


def test_every_mutant_applies_to_the_tree() -> None:
    assert [f"{one.name}: {fault}" for one in MUTANTS for fault in one.faults()] == []


def test_there_are_many_of_all_areas_each_with_its_rule() -> None:
    assert len(MUTANTS) >= FEW
    assert len({one.area for one in MUTANTS}) >= 10
    assert [name for name, count in Counter(one.name for one in MUTANTS).items() if count > 1] == []
    assert [one.name for one in MUTANTS if not (one.rule and one.edits)] == []
    assert min(Counter(one.area for one in MUTANTS).values()) >= 3


def test_the_test_of_each_mutant_is_there() -> None:
    missing = []
    for one in MUTANTS:
        file, _, name = one.test.partition("::")
        path = ROOT / file
        if not path.is_file() or (name and f"def {name.partition('[')[0]}(" not in path.read_text(encoding="utf-8")):
            missing.append(one.test)
        elif not name and path.suffix != ".sql":
            missing.append(f"{one.test}: one test of it, as small as possible")
    assert missing == []


def test_the_page_has_the_mutants_that_there_are() -> None:
    text = (ROOT / "docs" / "mutants.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?!the mutant \|)([^|]+) \| [^|]+ \| [^|]+ \| `", text, re.M)
    assert sorted(rows) == sorted(one.name for one in MUTANTS), "run: make mutants"
    assert f"{len(MUTANTS)} mutants, {len(MUTANTS)} killed" in text


@pytest.mark.parametrize(
    ("status", "output", "outcome"),
    [
        (0, GREEN, "green"),
        (1, RED, "red"),
        (1, NO_COLUMN, "broken"),
        (1, NO_COLUMN + RED, "red"),
        (1, ENDED, "red"),
        (1, SENSELESS, "broken"),
        (1, DIED, "broken"),
        (0, "Files=0, Tests=0,\n", "broken"),
        (3, "The pgTAP tests cannot run: no perl", "broken"),
    ],
)
def test_what_pg_prove_says_is_understood(status: int, output: str, outcome: str) -> None:
    assert judge_tap(status, output).outcome == outcome


@pytest.mark.parametrize(
    ("status", "xml", "outcome"),
    [
        (0, report(""), "green"),
        (1, report("", '<failure message="assert 1 == 2">text</failure>'), "red"),
        (1, report('<failure message="NameError: name is not defined"/>'), "broken"),
        (1, report('<failure message="psycopg.errors.UndefinedColumn: column no does not exist"/>'), "broken"),
        (1, report('<error message="failed on setup">DeployError</error>'), "broken"),
        (1, report("", '<error message="failed on teardown"/>'), "broken"),
        (1, report("", "<error message='failed on teardown with \"AssertionError: a deadlock\"'/>"), "red"),
        (2, report('<error message="collection failure"/>'), "broken"),
        (4, "", "broken"),
        (5, report(), "broken"),
    ],
)
def test_what_pytest_says_is_understood(status: int, xml: str, outcome: str) -> None:
    assert judge_junit(status, xml, "").outcome == outcome


def test_a_mutant_that_does_not_apply_is_told(tmp_path: Path) -> None:
    (tmp_path / "file.sql").write_text("twice twice once")
    assert Edit("file.sql", "once", "never").fault(tmp_path) is None
    assert "2 times" in str(Edit("file.sql", "twice", "once").fault(tmp_path))
    assert "0 times" in str(Edit("file.sql", "thrice", "once").fault(tmp_path))
    assert "the same" in str(Edit("file.sql", "once", "once").fault(tmp_path))
    assert "not there" in str(Edit("other.sql", "once", "never").fault(tmp_path))


@pytest.fixture(scope="module")
def place(server_url: str) -> Iterator[Bench]:
    with bench(server_url) as made:
        yield made


def test_the_runner_tells_red_from_green(place: Bench) -> None:
    test = "db/tests/220_business_day.sql"
    harmless = Edit(ADDED.file, "        - pg_catalog.make_interval", "         - pg_catalog.make_interval")
    senseless = Edit(ADDED.file, "        - pg_catalog.make_interval", "        - pg_catalog.make_intervall")
    unseen = Edit("db/triggers.sql", "create or replace trigger processor_events_append_only", "create trigger_")
    assert place.run(test).outcome == "green"
    assert outcomes(place, test, ADDED, harmless, senseless, unseen) == ["killed", "SURVIVED", "BROKEN", "BROKEN"]
    assert place.run(test).outcome == "green", "the copy is as it was"


def test_the_runner_tells_red_from_green_in_python(place: Bench) -> None:
    test = "tests/test_sender.py::test_an_address_that_is_not_public_is_refused"
    broken = Edit("sender.py", "address not in UNICAST", "address in UNICAST")
    nameless = Edit("sender.py", "address not in UNICAST", "address not in UNICASTS")
    assert outcomes(place, test, broken, nameless) == ["killed", "BROKEN"]


def outcomes(place: Bench, test: str, *edits: Edit) -> list[str]:
    return [place.try_mutant(a_mutant(test, edit)).outcome for edit in edits]
