"""The kill test's short form: a dozen kills. The long form is `make torture-deliveries`, see docs/reliability.md."""

from __future__ import annotations

import time

from tests.torture import torture

KILLS = 12


def test_a_dozen_kills_lose_nothing_and_tell_nothing_under_two_ids() -> None:
    seed = int(time.time())
    test = torture(KILLS, seed, pause=0.4, waits_for_leases=False, patience=90)
    assert test.faults == [], f"seed {seed}"
    assert test.killed.total() == KILLS
    assert test.acknowledged, "events were posted meanwhile"
