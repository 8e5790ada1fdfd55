"""The torture's short form: every class of fault once. The long form is `make torture`, see docs/reliability.md."""

from __future__ import annotations

import time

from tests.torture.__main__ import tell, torture
from tests.torture.faults import CLASSES


def test_every_class_of_fault_loses_nothing_and_does_nothing_twice() -> None:
    seed = int(time.time())
    result = torture(10, seed, restaurants=8, pace=0.4, pause=0.1)
    print("\n".join(tell(result)))
    assert result.faults == [], f"seed {seed}"
    assert set(result.done) | set(result.cannot) == set(CLASSES)
    assert result.acknowledged > 100, "calls were answered meanwhile"
