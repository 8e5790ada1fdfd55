"""What every rehearsal stands on: throw-away servers, the lines of docs/operations.md, and a count of what was proved.

The lines that a DBA types stand in docs/operations.md, each block below a comment `<!-- rehearsed: NAME -->`. A
rehearsal runs those very lines, with the variables that the page names; a block that begins with `# as postgres` runs
as the server's user. So the page cannot say other than what was tried.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg.rows import dict_row
from rich.console import Console

from dev import embedded

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "operations.md"
PG_BIN15 = Path(os.environ.get("PG_BIN15") or "/usr/lib/postgresql/15/bin")
MARK = r"<!-- rehearsed: ([\w -]+) -->\n```sh\n(.*?)```"
# A throw-away server's speed, but for what replication and backups stand on.
SETTINGS = {"synchronous_commit": "on", "full_page_writes": "on", "max_connections": "60"}

Row = dict[str, Any]
T = TypeVar("T")


class NotProved(Exception):
    """What a rehearsal was to prove does not hold; the text says what."""


class CannotRun(Exception):
    """This machine lacks something; the text says what."""


def pages_blocks() -> dict[str, str]:
    """The blocks of docs/operations.md that are rehearsed, by name."""
    return dict(re.findall(MARK, PAGE.read_text(), flags=re.S))


def ask(url: str, query: str, *args: Any, role: str | None = None) -> list[Row]:
    """One statement in a session of its own, as a role if named; the rows."""
    more: Row = {"options": f"-c role={role}"} if role else {}
    with psycopg.connect(url, autocommit=True, row_factory=dict_row, connect_timeout=10, **more) as session:
        cursor = session.execute(query, args or None)
        return cursor.fetchall() if cursor.description else []


def value(url: str, query: str, *args: Any, role: str | None = None) -> Any:
    """The one value of a statement."""
    (row,) = ask(url, query, *args, role=role)
    (only,) = row.values()
    return only


class Ground:
    """Where a rehearsal takes place. All that it starts ends with it, whatever happens.

    is_small: the sample that the suite runs.
    """

    def __init__(self, console: Console | None = None, *, is_small: bool = False) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True, file=sys.stderr)
        self.is_small = is_small
        self.proofs: list[str] = []
        self._servers: list[embedded.Server] = []
        self._ending = contextlib.ExitStack()

    def __enter__(self) -> Ground:
        self._ending.__enter__()
        return self

    def __exit__(self, *what: Any) -> None:
        if isinstance(what[1], Exception):
            self._show_logs()
        self._ending.__exit__(*what)

    def _show_logs(self) -> None:
        """What the servers complained of, where something failed."""
        for server in self._servers:
            with contextlib.suppress(OSError):
                text = (server.data_dir / "server.log").read_text(errors="replace")
                bad = [line for line in text.splitlines() if re.search("ERROR|FATAL|PANIC|DETAIL|CONTEXT", line)]
                for line in [f"what {server.data_dir.name}/server.log complains of:", *bad[:8], *bad[8:][-8:]]:
                    self.console.print(f"    {line}", markup=False)

    def say(self, text: str) -> None:
        """Tell what is done."""
        self.console.print(f"  {text}", markup=False)

    def prove(self, holds: object, text: str) -> None:
        """Note that something holds, or end the rehearsal."""
        if not holds:
            raise NotProved(text)
        self.proofs.append(text)
        self.console.print("  proved", style="green", end=" ")
        self.console.print(text, markup=False)

    def prove_equal(self, found: object, expected: object, text: str) -> None:
        """The same, of two things, which are told where they differ."""
        if found != expected:
            raise NotProved(f"{text}: {difference(found, expected)}")
        self.prove(True, text)

    def enter(self, what: AbstractContextManager[T]) -> T:
        """Enter what is left at the end."""
        return self._ending.enter_context(what)

    # -- servers -----------------------------------------------------------------------------------

    def server(self, bin_dir: Path | None = None, **settings: str) -> embedded.Server:
        """A throw-away server of the wheel's version or of the one in bin_dir, with an empty database `cuenta`."""
        server = self.place(bin_dir, settings=settings)
        server.start()
        embedded.create_database(server)
        return server

    def place(
        self,
        bin_dir: Path | None = None,
        *,
        like: embedded.Server | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> embedded.Server:
        """Where a server is to be: a folder for its data, which a backup, or initdb at its start, fills.

        like: the server whose password and binaries it has.
        """
        if bin_dir and not (bin_dir / "pg_ctl").exists():
            raise CannotRun(f"there is no PostgreSQL in {bin_dir} (PG_BIN15 names another folder)")
        server = embedded.Server(
            throw_away=True,
            settings=SETTINGS | dict(settings or {}),
            bin_dir=bin_dir or (like.bin_dir if like else None),
        )
        server._make_folder(server.data_dir)
        if like:
            self.take_password(server, like)
        self._servers.append(server)
        self._ending.callback(server.stop)
        return server

    def take_password(self, server: embedded.Server, other: embedded.Server) -> None:
        """A server that is filled from another one has its superuser, with that one's password."""
        shutil.copy(other.password_file, server.password_file)
        os.chown(server.password_file, server.user.get("user", -1), -1)

    def folder(self, server: embedded.Server, name: str) -> Path:
        """A folder beside a server's data that its user may write to; gone with the server."""
        path = server.data_dir / name
        server._make_folder(path)
        return path

    def restart(self, server: embedded.Server) -> None:
        """Stop a server as a DBA does, and start it on the same port."""
        self.halt(server)
        server._start()

    def halt(self, server: embedded.Server) -> None:
        """Stop a server in good order, and keep its data."""
        done = server._run("pg_ctl", "stop", "-w", "-m", "fast")
        if done.returncode != 0:
            raise NotProved(f"the server does not stop: {done.stdout}")

    def kill(self, server: embedded.Server) -> None:
        """kill -9 of the postmaster and of every process of its."""
        postmaster = int((server.cluster / "postmaster.pid").read_text().split("\n")[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children")
        pids = [postmaster, *(int(pid) for pid in (children.read_text().split() if children.exists() else ()))]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "the killed server is gone")

    # -- what a DBA types --------------------------------------------------------------------------

    def steps(self, name: str, server: embedded.Server, **variables: object) -> str:
        """Run a block of docs/operations.md against a server; what it printed."""
        blocks = pages_blocks()
        if name not in blocks:
            raise NotProved(f"docs/operations.md has no block `{name}`")
        self.say(f"docs/operations.md, {name}:")
        for line in blocks[name].strip().splitlines():
            self.console.print(f"    {line}", style="dim", markup=False)
        return self.shell(blocks[name], server, **variables)

    def shell(self, text: str, server: embedded.Server, **variables: object) -> str:
        """Run lines of a shell with the server's programs and connection; what they printed."""
        is_servers = text.startswith("# as postgres")
        environment = {
            **{name: word for name, word in os.environ.items() if not name.startswith(("PG", "CUENTA_"))},
            "PATH": os.pathsep.join([str(server.bin_dir), str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PGHOST": "127.0.0.1",
            "PGUSER": embedded.SUPERUSER,
            "PGPASSWORD": server.password_file.read_text().strip(),
            "PGDATA": str(server.cluster),
            **{name: str(word) for name, word in variables.items()},
        }
        if server.port:
            environment |= {"PGPORT": str(server.port), "DATABASE_URL": server.url()}
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text],
            cwd=server.data_dir if is_servers else ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
            **(server.user if is_servers else {}),
        )
        if done.returncode != 0:
            raise NotProved(f"these lines ended with {done.returncode}:\n{text}\n{done.stdout[-3000:]}")
        return str(done.stdout)

    # -- processes ---------------------------------------------------------------------------------

    def process(self, words: Sequence[str], **environment: str) -> subprocess.Popen[bytes]:
        """Start a process of ours, which ends with the rehearsal; its log is its `log` attribute."""
        log = Path(tempfile.gettempdir()) / f"cuenta-rehearsal-{secrets.token_hex(4)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, *words],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=os.environ | environment,
            )

        def end() -> None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=30)
            log.unlink(missing_ok=True)

        self._ending.callback(end)
        return process


def wait_until(what: Callable[[], Any], text: str, seconds: float = 120) -> Any:
    """Wait until it answers something true; a server that does not answer yet is no answer."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(psycopg.OperationalError):
            if answer := what():
                return answer
        if time.monotonic() > end:
            raise NotProved(f"{seconds:g} s were not enough until {text}")
        time.sleep(0.05)


def difference(found: object, expected: object) -> str:
    """Where two things differ, short."""
    if isinstance(found, dict) and isinstance(expected, dict):
        keys = [key for key in {**found, **expected} if found.get(key) != expected.get(key)]
        shown = [f"{key}: {found.get(key)!r}, expected {expected.get(key)!r}" for key in keys[:5]]
        return f"{len(keys)} differ: " + "; ".join(shown)
    return f"{found!r:.600}, expected {expected!r:.600}"
