"""What tests of background work share: payouts that fail, and processes that a test starts and ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.sessions import Sessions

ROOT = Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def break_payouts(sessions: Sessions, currency: str) -> Iterator[None]:
    """While this lasts no payout of the currency can be written, whoever tries."""
    name = f"breaks_{currency.lower()}"
    sessions.admin.run(
        f"create function public.{name}() returns trigger language plpgsql as"
        f" $$begin if new.currency = '{currency}' then raise exception 'boom'; end if; return new; end$$;"
        f" grant execute on function public.{name}() to public;"
        f" create trigger {name} before insert on ledger.payouts for each row execute function public.{name}()"
    )
    try:
        yield
    finally:
        sessions.admin.run(f"drop trigger {name} on ledger.payouts; drop function public.{name}()")


def eventually(what: Callable[[], Any], seconds: float = 30) -> Any:
    """Wait until it answers something true; the last answer."""
    end = time.monotonic() + seconds
    while not (answer := what()) and time.monotonic() < end:
        time.sleep(0.05)
    return answer


class Worker:
    """`python worker.py` with what it logs."""

    def __init__(self, database_url: str, log: Path, *words: str, **environment: str) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "worker.py", *words],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=os.environ | {"DATABASE_URL": database_url} | environment,
            )

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged: one JSON object a line."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def said(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["event"] == event]

    def wait(self) -> Worker:
        """Wait until it works."""
        assert eventually(lambda: self.process.poll() is not None or self.said("worker ready")), self.log.read_text()
        assert self.process.poll() is None, self.log.read_text()
        return self

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal; the exit status and the seconds that it took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(timeout=30), time.monotonic() - begun


@contextlib.contextmanager
def working(database_url: str, log: Path, *words: str, **environment: str) -> Iterator[Worker]:
    """A worker that is gone afterwards, whatever happens."""
    worker = Worker(database_url, log, *words, **environment)
    try:
        yield worker.wait()
    finally:
        if worker.process.poll() is None:
            worker.kill()
