"""One of the rehearsals of docs/operations.md, small. All of them: `make rehearse`."""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
from pathlib import Path

import pytest

from dev import embedded, rehearse
from dev.rehearsals import ground

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parent.parent
CODE = "\n".join(path.read_text() for path in sorted((ROOT / "dev/rehearsals").glob("*.py")))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["pitr"])
def test_what_the_page_says_is_so(name: str) -> None:
    """Runs the lines of the page on throw-away servers, and leaves nothing behind."""
    before = leftovers()
    outcome = rehearse.carry_out(name, is_small=True)
    assert (outcome.result, outcome.why) == ("proved", "")
    assert len(outcome.proofs) >= 10, outcome.proofs
    assert leftovers() <= before


def leftovers() -> set[str]:
    temporary = Path(tempfile.gettempdir())
    return {path.name for path in temporary.glob("cuenta-rehears*")}


def test_every_block_of_the_page_that_says_so_is_rehearsed() -> None:
    named = set(re.findall(r'steps\(\s*"([^"]+)"', CODE))
    assert named == set(ground.pages_blocks())
    page = (ROOT / "docs/operations.md").read_text()
    assert page.count("<!-- rehearsed: ") == len(ground.pages_blocks()), "a mark without its block, or one name twice"


def test_every_rehearsal_says_what_it_proves() -> None:
    modules = {path.stem for path in (ROOT / "dev/rehearsals").glob("*.py")} - {"ground", "book", "clients"}
    assert modules == set(rehearse.NAMES)
    assert [name for name in rehearse.NAMES if not rehearse.rehearsal(name).__doc__] == []


def test_what_is_not_so_fails_and_ends_what_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[embedded.Server] = []

    def fails(given: ground.Ground) -> None:
        """Proves nothing."""
        started.append(given.server())
        given.prove_equal({"a": 1}, {"a": 2}, "one is two")

    monkeypatch.setattr(rehearse, "rehearsal", lambda _name: fails)
    outcome = rehearse.carry_out("pitr")
    assert (outcome.result, outcome.why) == ("NOT PROVED", "one is two: 1 differ: a: 1, expected 2")
    assert not started[0].data_dir.exists()


def test_throw_away_servers_may_come_and_go_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who looks for what was left behind meets folders that vanish meanwhile."""
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    stop = threading.Event()

    def come_and_go() -> None:
        while not stop.is_set():
            folders = [tmp_path / f"{embedded.THROW_AWAY}{number}" for number in range(20)]
            for folder in folders:
                (folder / "data").mkdir(parents=True)
            for folder in folders:
                shutil.rmtree(folder)

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        for _ in range(300):
            embedded._remove_leftovers()
    finally:
        stop.set()
        thread.join()
