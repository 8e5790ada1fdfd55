"""A sample of `make fuzz`: hostile inputs, each answered as it must be. What hypothesis finds it makes small."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import hostile
from tests.fuzz import Answer, Fault, Fuzz, Wire, as_file, from_file, house, read_answer, write_result

pytestmark = pytest.mark.long

SEED, INPUTS = 20261126, 1500
QUIETLY = settings(
    max_examples=10,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def fuzz(create_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzz]:
    with house(create_database(), tmp_path_factory.mktemp("fuzz"), SEED) as fuzz:
        yield fuzz


def test_inputs_of_every_kind_are_answered_as_they_must_be(fuzz: Fuzz) -> None:
    for number in range(INPUTS):
        try:
            fuzz.run(number)
        except Fault as fault:
            raise AssertionError(fuzz.keep(number, fault)) from None
    fuzz.look_at_the_book()
    assert min(fuzz.sent[kind] for kind in ("http", "sql", "bytes")) >= INPUTS / 20
    assert len(fuzz.reached) >= 90, "too few operations and functions were reached by something valid"
    assert len(fuzz.states) >= 40


@pytest.mark.parametrize("kind", ["http", "sql", "bytes"])
def test_what_hypothesis_makes_of_them_too(fuzz: Fuzz, kind: str) -> None:
    @given(st.randoms(use_true_random=False))
    @QUIETLY
    def run(dice: Random) -> None:
        fuzz.run(0, dice, kind)

    run()


def test_what_is_kept_of_a_case_is_the_case() -> None:
    known, keys = hostile.Known(), {"operator": "cuenta_live_0123456789abcdef_" + "1" * 64}
    cases = [hostile.a_request(Random(number), known, keys) for number in range(30)]
    for case in (*cases, *(hostile.garbage(Random(number), known, keys) for number in range(30))):
        assert from_file(json.loads(json.dumps(as_file(case))), keys["operator"]) == case


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"HTTP/1.1 500 x\r\nx-request-id: a\r\ncontent-length: 2\r\n\r\n{}", "answered 500"),
        (b"HTTP/1.1 503 x\r\nx-request-id: a\r\ncontent-length: 2\r\n\r\n{}", "answered 503"),
        (b"HTTP/1.1 404 x\r\nx-request-id: a\r\ncontent-length: 2\r\n\r\n{}", "without the envelope"),
        (b"HTTP/1.1 404 x\r\ncontent-length: 0\r\n\r\n", "by the server itself"),
        (
            b'HTTP/1.1 404 x\r\nx-request-id: a\r\n\r\n{"error": {"code": "X_Y", "message": "m", "details": {}}}',
            "envelope",
        ),
        (
            b"HTTP/1.1 404 x\r\nx-request-id: a\r\n\r\n"
            b'{"error": {"code": "X_Y", "message": "Traceback", "details": {}, "request_id": "a"}}',
            "tells of the inside",
        ),
        (b"", "connection was lost"),
    ],
)
def test_the_judge_sees_what_must_not_be(fuzz: Fuzz, answer: bytes, fault: str) -> None:
    request = hostile.Request("GET /x", "GET", "/x", (), b"")
    with pytest.raises(Fault, match=fault):
        fuzz.judge(request, read_answer(answer, "GET", False) or Answer(0))


def test_the_result_stands_between_its_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- fuzz -->\nold\n<!-- fuzz -->\nafter\n")
    write_result(page, ["one", "two"])
    assert page.read_text() == "before\n<!-- fuzz -->\n- one\n- two\n<!-- fuzz -->\nafter\n"


def test_answers_are_read_as_they_are_sent() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    assert (answer := read_answer(chunked, "GET", True)) and answer.body == b"abc"
    assert read_answer(chunked[:-6], "GET", True) is None
    assert Wire(1).peer is None
