"""The database and the reference model agree on everything that is done, asked and refused.

The machine is tests/machine.py; `make model` is the long form. The steps are the same each time, but for the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests import machine

pytestmark = pytest.mark.long

STEPS = 2_000
SEED = 22


@pytest.fixture(scope="module")
def places(create_database: Callable[..., str]) -> Iterator[machine.Places]:
    places = machine.Places(create_database)
    yield places
    places.drop()


@pytest.mark.timeout(1200)  # a difference is made as short as it can be
def test_the_database_and_the_model_tell_the_same_story(places: machine.Places) -> None:
    machine.run(places, steps=STEPS, number=SEED)


def test_so_many_steps_were_taken_and_nothing_was_left_out() -> None:
    assert machine.Machine.steps >= STEPS
    assert machine.SEEN["everything compared"] >= STEPS // machine.EVERYTHING
    assert machine.missing(machine.EXPECTED) == []


def test_every_fault_and_every_refused_call_has_its_code(places: machine.Places) -> None:
    machine.Machine.places = places
    history = machine.Machine()
    history.open(story=1)
    for number in range(len(machine.INVALID)):
        history.tell(("bad", 0, 0, ("ago", 60), number, False), "badly")
    history.send_an_array([("bad", 0, 0, ("ago", 60), number, False) for number in range(len(machine.INVALID))])
    for number in range(len(machine.REFUSED_CALLS)):
        history.call_in_vain(number)
    history.teardown()
