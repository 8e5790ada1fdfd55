"""What is done to the house, one after the other, in an order that the seed decides; each is counted by its class."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.torture.house import ROOT, House, children, exists
from tests.torture.proxy import CUTS

# Each class, how often it comes up among the others, and what it is called in the result.
CLASSES = {
    "backend": (3, "backends (kill -9, the server recovers)"),
    "postmaster": (2, "servers (kill -9 of the postmaster)"),
    "http worker": (3, "HTTP workers (kill -9)"),
    "supervisor": (1, "supervisors of the service (kill -9)"),
    "payout worker": (4, "payout workers (kill -9)"),
    "frozen worker": (1, "payout workers frozen (SIGSTOP)"),
    "deploy": (2, "deploys of changed functions, killed with -9 or left to finish"),
    "cancel": (3, "statements cancelled (pg_cancel_backend, six each)"),
    "terminate": (3, "sessions ended (pg_terminate_backend, three each)"),
    "statement timeout": (2, "times a statement_timeout that is too short"),
    "lock timeout": (2, "times accounts locked beyond every lock_timeout"),
    "disk full": (2, "times a full disk (data, then the log of the server in turn)"),
    "connections": (2, "times no connection left"),
    "clock": (3, "steps of the server's clock, back or forward"),
    "network": (4, "times a network that is cut between clients, service and server"),
}
STEPS = (-86400, -3600, -30, -2, 2, 3600, 2 * 86400)  # seconds
CHANGED = ("api/events/ingest_event.sql", "api/events/ingest_events.sql", "ledger/events/post_event.sql")
OURS = """
select a.pid
from pg_stat_activity as a
where a.backend_type = 'client backend' and a.usename = 'cuenta_service' and (a.state <> 'idle' or not %s)
order by random()
"""


class Faults:
    """Does them. `pace` shortens what lasts."""

    def __init__(self, house: House, *, pace: float = 1.0) -> None:
        self.house, self.pace = house, pace
        self.dice = random.Random(f"{house.seed}/faults")
        self.done: Counter[str] = Counter()
        self.deploys: list[subprocess.Popen[bytes]] = []
        self.deployed = 0
        self._round: list[str] = []

    def next(self) -> str:
        """The class whose turn it is: in each round each as often as it should be."""
        if not self._round:
            once = [name for name in CLASSES if name not in self.house.cannot]
            more = [name for name in once for _ in range(CLASSES[name][0] - 1)]
            self.dice.shuffle(once)
            self.dice.shuffle(more)
            self._round = more + once  # the last one is the next one
        return self._round.pop()

    def do(self, name: str) -> None:
        call: Callable[[], bool | None] = getattr(self, name.replace(" ", "_"))
        try:
            if call() is not False:
                self.done[name] += 1
        except (psycopg.Error, ProcessLookupError, subprocess.SubprocessError):
            pass  # the server was away itself: this one did not happen

    def last(self, seconds: float) -> None:
        time.sleep(self.dice.uniform(0.5, 1.0) * seconds * self.pace)

    def session(self, url: str | None = None) -> psycopg.Connection[tuple[int]]:
        return psycopg.connect(url or self.house.url, autocommit=True, connect_timeout=5)

    def pids(self, session: psycopg.Connection[tuple[int]], *, busy: bool) -> list[int]:
        return [pid for (pid,) in session.execute(OURS, [busy]).fetchall()]

    # Processes

    def backend(self) -> bool:
        with self.session() as session:
            pids = self.pids(session, busy=True) or self.pids(session, busy=False)
            if not pids:
                return False
            os.kill(pids[0], signal.SIGKILL)
        return True

    def postmaster(self) -> None:
        pid = int((self.house.server.cluster / "postmaster.pid").read_text().split("\n")[0])
        os.kill(pid, signal.SIGKILL)
        while exists(pid):
            time.sleep(0.01)
        self.house.heal()

    def http_worker(self) -> bool:
        pids = children(self.house.service.process.pid)
        if pids:
            os.kill(self.dice.choice(pids), signal.SIGKILL)
            self.house.worker_kills.append(time.monotonic())
        return bool(pids)

    def supervisor(self) -> None:
        self.house.service.kill()

    def payout_worker(self) -> None:
        self.dice.choice(self.house.payers).kill()

    def frozen_worker(self) -> None:
        process = self.dice.choice(self.house.payers).process
        process.send_signal(signal.SIGSTOP)

        def thaw() -> None:
            self.last(14)
            process.send_signal(signal.SIGCONT)

        threading.Thread(target=thaw, daemon=True).start()

    def deploy(self) -> bool:
        """A deploy that has something to do, beside everything else; half of them are killed somewhere."""
        for deploy in self.deploys:
            if deploy.poll() is None:
                return False
        place = self.copy()
        self.deployed += 1
        for name in CHANGED:
            file = place / "db" / "functions" / name
            text = re.sub(r"\n \* Change: \d+", "", file.read_text())
            file.write_text(text.replace("\n */", f"\n * Change: {self.deployed}\n */", 1))
        log = (self.house.folder / "deploy.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, str(place / "db" / "deploy.py"), "--quiet"],
            env=os.environ | {"DATABASE_URL": self.house.url},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self.deploys.append(process)
        if self.dice.random() < 0.6:
            after = self.dice.uniform(0.5, 4)

            def kill() -> None:
                time.sleep(after)
                process.kill()

            threading.Thread(target=kill, daemon=True).start()
        return True

    def copy(self) -> Path:
        place = self.house.folder / "deploy"
        if not place.exists():
            shutil.copytree(ROOT / "db", place / "db", ignore=shutil.ignore_patterns("__pycache__", "tests"))
        return place

    # Sessions

    def cancel(self) -> None:
        with self.session() as session:
            for _ in range(6):
                for pid in self.pids(session, busy=True)[:1]:
                    session.execute("select pg_cancel_backend(%s)", [pid])
                time.sleep(0.02)

    def terminate(self) -> None:
        with self.session() as session:
            for pid in self.pids(session, busy=True)[:3] or self.pids(session, busy=False)[:3]:
                session.execute("select pg_terminate_backend(%s)", [pid])

    def statement_timeout(self) -> None:
        self.house.limits = {"statement_timeout": f"{self.dice.randint(2, 25)}ms"}
        self.last(1.5)
        self.house.limits = {}

    def lock_timeout(self) -> None:
        """Accounts that everybody is about, and another restaurant's, are locked for longer than anybody waits."""
        self.house.limits = {"lock_timeout": f"{self.dice.randint(5, 200)}ms"}
        try:
            with self.session() as session, session.transaction():
                session.execute(
                    "select 1 from ledger.account_balances as b where b.restaurant_id in ('hot0', %s) for update",
                    [f"res{self.dice.randrange(5)}"],
                )
                self.last(3)
        finally:
            self.house.limits = {}

    def connections(self) -> None:
        """Somebody takes every connection there is; what had one is ended and finds no place."""
        hogs: list[psycopg.Connection[tuple[int]]] = []
        end = time.monotonic() + self.dice.uniform(1, 2.5) * self.pace
        try:
            with self.session() as session:
                while time.monotonic() < end:
                    try:
                        hogs.append(self.session(self.house.direct_url))
                    except psycopg.OperationalError:
                        for pid in self.pids(session, busy=False)[:1]:
                            session.execute("select pg_terminate_backend(%s)", [pid])
                        time.sleep(0.05)
        finally:
            for hog in hogs:
                with contextlib.suppress(psycopg.Error):
                    hog.close()

    # The machine

    def disk_full(self) -> None:
        """Nothing is left on the disk of the data, or of the log: the server ends, or refuses, until there is."""
        disk = self.house.wal if self.done["disk full"] % 2 else self.house.data
        assert disk
        try:
            disk.fill(self.dice.choice((0, 1 << 16, 1 << 20)))
            self.last(3)
        finally:
            disk.free()
        self.house.heal()

    def clock(self) -> None:
        self.house.set_clock(self.dice.choice(STEPS))
        self.last(3)
        if self.dice.random() < 0.7:
            self.house.set_clock(0)

    def network(self) -> None:
        for proxy in (self.house.http_proxy, self.house.sql_proxy):
            proxy.cut_for(2.0 * self.pace, self.dice.choice((*CUTS, CUTS[-1])), self.dice.uniform(0.05, 0.5))
        self.last(2)

    def finish(self) -> None:
        """Everything is as it should be again; what still deploys is let finish."""
        if "clock" not in self.house.cannot:
            self.house.set_clock(0)
        for process in self.house.payers:
            with contextlib.suppress(ProcessLookupError):
                process.process.send_signal(signal.SIGCONT)
        for deploy in self.deploys:
            with contextlib.suppress(subprocess.TimeoutExpired):
                deploy.wait(60)
        self.house.heal()
