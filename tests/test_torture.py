"""The torture's short form: every class of fault once. The long form is `make torture`, see docs/reliability.md."""

from __future__ import annotations

import subprocess
import time
import warnings
from pathlib import Path

import pytest

from tests.torture import house
from tests.torture.__main__ import Result, tell, torture
from tests.torture.faults import CLASSES, Faults
from tests.torture.house import House

pytestmark = pytest.mark.long


def test_every_class_of_fault_loses_nothing_and_does_nothing_twice() -> None:
    seed = int(time.time())
    result = torture(10, seed, restaurants=8, pace=0.4, pause=0.1)
    print("\n".join(tell(result)))
    for name, why in result.cannot.items():  # which pytest shows at its end, whether the test passes or not
        warnings.warn(f"the torture did NOT TRY on this machine: {name} ({why})", stacklevel=1)
    assert result.faults == [], f"seed {seed}"
    assert set(result.done) | set(result.cannot) == set(CLASSES)
    assert result.acknowledged > 100, "calls were answered meanwhile"


def test_what_a_machine_cannot_do_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise subprocess.CalledProcessError(32, "mount", stderr=b"mount: permission denied")

    monkeypatch.setattr(house, "Disk", refuse)
    monkeypatch.setattr(house, "find_faketime", lambda: None)
    poor = House(tmp_path, 1)
    assert set(poor.cannot) == {"disk full", "clock"}
    assert poor.server.environment == {}, "its clock is the machine's"
    faults = Faults(poor)
    assert {faults.next() for _ in range(200)} == set(CLASSES) - {"disk full", "clock"}
    told = "\n".join(tell(Result(1, cannot=poor.cannot)))
    assert (
        "NOT TRIED on this machine: disk full (no file system in memory can be mounted: mount: permission den" in told
    )
    assert "NOT TRIED on this machine: clock (libfaketime is not installed" in told


def test_a_seed_decides_the_order_of_the_faults(tmp_path: Path) -> None:
    orders: list[list[str]] = []
    for seed in (1, 1, 2):
        faults = Faults(House(tmp_path / str(len(orders)), seed))
        orders.append([faults.next() for _ in range(80)])
        for disk in (faults.house.data, faults.house.wal):
            if disk:
                disk.close()
    assert orders[0] == orders[1] != orders[2]
    assert set(orders[0]) >= set(CLASSES) - set(faults.house.cannot)
