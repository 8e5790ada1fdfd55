"""The house that is tortured: a server, the service and its proxies, payout workers, receivers of webhooks."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from db.deploy import deploy
from db.login import make_login
from dev import embedded
from tests.services import Received, Receiver, Row, free_port, receiving
from tests.torture.history import Call
from tests.torture.proxy import Proxy

ROOT = Path(__file__).resolve().parent.parent.parent
LOGIN = "cuenta_service"
KEYS = ("processor", "app", "operator", "reader")
LOOP = "Worker crash loop detected"  # Granian's: a worker that was just started ended, too
CURRENCIES = ("PEN", "USD", "MXN")
SCHEDULED = "EUR"  # whose payouts are made by schedules alone


def find_faketime() -> Path | None:
    """The library that lies about the clock, if it is installed (Debian: faketime)."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


def exists(pid: int) -> bool:
    """Whether there is such a process, or what is left of one: pg_ctl takes that for a server that runs."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return sorted(found)


class Process:
    """A process of ours that is started again whenever it has ended."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self.is_killed = False
        self.starts = 0
        self.start()

    def start(self) -> None:
        self.is_killed = False
        self.starts += 1
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=os.environ | self.environment,
            )

    def kill(self) -> None:
        self.is_killed = True
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()

    def last_lines(self, count: int) -> str:
        return "\n".join(line[:300] for line in self.log.read_text(errors="replace").splitlines()[-count:])


class Disk:
    """A small file system in memory that can be filled."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder, self.ballast = folder, folder / "ballast"
        folder.mkdir(parents=True, exist_ok=True)
        size = f"size={megabytes}m,mode=700"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "none", str(folder)], check=True, capture_output=True)

    def fill(self, rest: int) -> None:
        """Leave so many bytes."""
        state = os.statvfs(self.folder)
        with self.ballast.open("ab") as file, contextlib.suppress(OSError):
            os.posix_fallocate(file.fileno(), 0, max(state.f_bavail * state.f_frsize - rest, 1))

    def free(self) -> None:
        self.ballast.unlink(missing_ok=True)

    def close(self) -> None:
        subprocess.run(["umount", "-l", str(self.folder)], check=False, capture_output=True)


class House:
    """Everything that runs, and what it has been seen to do wrong."""

    def __init__(self, folder: Path, seed: int, *, workers: int = 2, megabytes: int = 1024) -> None:
        self.folder, self.seed, self.workers = folder, seed, workers
        self.cannot: dict[str, str] = {}  # what this machine cannot do, and why
        self.faults: Counter[str] = Counter()
        self.calls: list[Call] = []
        self.seen: Counter[str] = Counter()  # errors that clients met
        self.limits: dict[str, str] = {}  # of sessions: statement_timeout, lock_timeout
        self.quiet = threading.Event()  # no new calls: the clients finish those they have begun
        self.clock = folder / "clock"
        self.data, self.wal = self._disks(megabytes)
        self.server = embedded.Server(
            folder / "server",
            settings={
                "max_connections": "60",
                "max_wal_size": "64MB",
                "min_wal_size": "32MB",
                "checkpoint_timeout": "30s",
                "log_min_messages": "fatal",
                "shared_buffers": "64MB",
            },
            environment=self._clock_environment(),
        )
        self.processes: list[Process] = []
        self.worker_kills: list[float] = []  # when HTTP workers were killed
        self._stop = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._server_lock = threading.Lock()

    def fault(self, text: str) -> None:
        self.faults[text] += 1

    # What the machine can do

    def _disks(self, megabytes: int) -> tuple[Disk | None, Disk | None]:
        try:
            return Disk(self.folder / "server", megabytes), Disk(self.folder / "wal", 128)
        except (OSError, subprocess.CalledProcessError) as error:
            reason = getattr(error, "stderr", b"") or str(error).encode()
            self.cannot["disk full"] = f"no file system in memory can be mounted: {reason.decode().strip()}"
            return None, None

    def _clock_environment(self) -> dict[str, str]:
        library = find_faketime()
        if library is None:
            self.cannot["clock"] = "libfaketime is not installed (Debian: faketime)"
            return {}
        self.set_clock(0)
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.clock),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def set_clock(self, seconds: int) -> None:
        """The server's clock is so far ahead, or behind."""
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.chmod(0o644)
        fresh.rename(self.clock)

    # From the beginning to the end

    @property
    def url(self) -> str:
        return self.server.url("cuenta")

    @contextlib.contextmanager
    def open(self) -> Iterator[House]:
        """Start everything; afterwards nothing of it is left."""
        with contextlib.ExitStack() as stack:
            stack.callback(self._close_disks)
            self._start_server()
            stack.callback(self._stop_server)
            embedded.create_database(self.server)
            deploy(self.url, quiet=True)
            password = secrets.token_urlsafe(16)
            make_login(self.url, LOGIN, password, is_operator=True, is_worker=True)
            self.sql_proxy = Proxy(self.server.port, f"{self.seed}/sql")
            stack.callback(self.sql_proxy.close)
            self.sql_url = f"postgresql://{LOGIN}:{password}@127.0.0.1:{self.sql_proxy.port}/cuenta"
            self.direct_url = f"postgresql://{LOGIN}:{password}@127.0.0.1:{self.server.port}/cuenta"
            self.keys = {
                role: self.ask("select key from api.create_api_key(%s, %s)", f"the {role}", role)[0]["key"]
                for role in KEYS
            }
            self.port = free_port()
            self.http_proxy = Proxy(self.port, f"{self.seed}/http")
            stack.callback(self.http_proxy.close)
            self.receivers = [stack.enter_context(receiving(answer)) for answer in (steady, moody())]
            self.endpoints = {
                self.ask(
                    "select endpoint_id from api.set_webhook_endpoint(%s, array['*'], %s::jsonb)",
                    receiver.url,
                    json.dumps({"allow_http": True, "allowed_hosts": ["127.0.0.1"]}),
                )[0]["endpoint_id"]: receiver
                for receiver in self.receivers
            }
            environment = {"DATABASE_URL": self.direct_url, "CUENTA_POOL_TIMEOUT": "2"}
            serve = ["serve.py", "--port", str(self.port), "--workers", "2"]
            self.service = Process("service", serve, environment, self.folder / "service.log")
            self.payers = [
                Process(f"worker {n}", ["worker.py"], environment, self.folder / f"worker{n}.log")
                for n in range(self.workers)
            ]
            self.processes = [self.service, *self.payers]
            stack.callback(self._stop_processes)
            self._keeper.start()
            yield self

    def _start_server(self) -> None:
        if self.data:
            os.chown(self.data.folder, self.server.user.get("user", -1), -1)
        self.server.start()
        if self.wal:
            self.server.stop()
            place = self.server.cluster / "pg_wal"
            shutil.copytree(place, self.wal.folder, dirs_exist_ok=True)
            for path in [self.wal.folder, *self.wal.folder.rglob("*")]:
                os.chown(path, self.server.user.get("user", -1), self.server.user.get("group", -1))
            shutil.rmtree(place)
            place.symlink_to(self.wal.folder)
            self.folder.chmod(0o755)
            self.server.start()

    def _stop_server(self) -> None:
        with contextlib.suppress(embedded.ServerError, subprocess.TimeoutExpired):
            self.server.stop()

    def _close_disks(self) -> None:
        for disk in (self.data, self.wal):
            if disk:
                disk.close()

    def _stop_processes(self) -> None:
        self._stop.set()
        self._keeper.join(10)
        for process in self.processes:
            for pid in [*children(process.process.pid), process.process.pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.process.wait(30)

    def _keep(self) -> None:
        """What systemd does: whatever ends is started again. Nothing may end that nobody killed."""
        while not self._stop.wait(0.1):
            for process in self.processes:
                if process.process.poll() is None:
                    continue
                lines = process.last_lines(300)  # it answers what it had begun before it ends
                again = LOOP in lines and sum(time.monotonic() - at < 30 for at in self.worker_kills) > 1
                # Of a killed service the workers live for a second more, and have the port.
                if not (process.is_killed or again or "cannot listen" in lines):
                    self.fault(
                        f"{process.name} ended by itself with {process.process.returncode}: {process.last_lines(8)}"
                    )
                process.start()

    # What everybody asks

    def ask(self, query: str, *args: Any) -> list[Row]:
        """One statement of a superuser; again until it is answered."""
        while True:
            try:
                with psycopg.connect(self.url, autocommit=True, row_factory=dict_row, connect_timeout=5) as session:
                    cursor = session.execute(query, args)
                    return cursor.fetchall() if cursor.description else []
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                if isinstance(error, psycopg.errors.QueryCanceled):
                    continue
                time.sleep(0.05)

    def heal(self) -> None:
        """Start the server, if it is not there; on the same port."""
        with self._server_lock:
            port = self.server.port
            for _ in range(100):
                with contextlib.suppress(embedded.ServerError):
                    self.server.start()
                    if self.server.port == port and self.server.is_running():
                        return
                    self.server.stop()
                self.server.port = port
                time.sleep(0.1)
        raise AssertionError("the server does not come back")


def steady(_received: Received) -> Any:
    return 204, {}, b""


def moody() -> Callable[[Received], Any]:
    """A receiver that answers each third message with an error, but none more than twice: eight are too many."""
    count, refused = 0, Counter[str]()

    def answer(received: Received) -> Any:
        nonlocal count
        count += 1
        if count % 3 == 0 and refused[received.webhook_id] < 2:
            refused[received.webhook_id] += 1
            return 500, {"Retry-After": "1"}, b"no"
        return 204, {}, b""

    return answer


class Calendar:
    """The day on which it all happens: far in the past, so that no step of the clock makes it the future."""

    def __init__(self, day: date = date(2019, 1, 1)) -> None:
        self.day = day


__all__ = ["CURRENCIES", "SCHEDULED", "Calendar", "House", "Process", "Receiver", "children", "exists"]
