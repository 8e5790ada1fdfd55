"""Runs the pgTAP tests of db/tests with pg_prove, in a throw-away database.

    python dev/pgtap.py [--coverage PERCENT] [PG_PROVE_ARGS...]

The server is the one of DATABASE_URL, else an embedded one (PG_BIN names another installation).
pg_prove and pgTAP are the machine's and the server's own if they are there; else they are taken
from the Debian or Ubuntu packages and unpacked into a folder, which changes nothing on the system.
--coverage also holds every function to plpgsql_check, from the server or such a package, and fails
if the tests reach fewer of the plpgsql statements in schemas api and ledger than that.

PG_PROVE_ARGS are files or options of pg_prove; default: every .sql file below db/tests.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from db.deploy import DeployError, deploy
from dev import embedded

CANNOT_RUN = 3  # the exit status where a tool is missing
TOOLS = embedded.shared_folder()
SEARCH_PATH = "api, reporting, public, tap, plpgsql_check"
FINDINGS = """
select f.oid::regprocedure::text, c.lineno, c.level, c.sqlstate, c.message, c.detail, c.hint
from pg_proc as f
join pg_language as l on l.oid = f.prolang and l.lanname = 'plpgsql'
left join pg_trigger as t on t.tgfoid = f.oid and not t.tgisinternal
cross join lateral plpgsql_check_function_tb(
    f.oid, coalesce(t.tgrelid, 0), oldtable => t.tgoldtable, newtable => t.tgnewtable, fatal_errors => false
) as c
where pg_get_userbyid(f.proowner) in ('cuenta_owner', 'cuenta_writer')
"""
COVERAGE = """
select
    f.oid::regprocedure::text,
    count(*),
    count(*) filter (where s.exec_stmts > 0),
    string_agg(s.lineno::text, ', ' order by s.lineno) filter (where s.exec_stmts = 0)
from pg_proc as f
join pg_language as l on l.oid = f.prolang and l.lanname = 'plpgsql'
cross join lateral plpgsql_profiler_function_statements_tb(f.oid) as s
where pg_get_userbyid(f.proowner) in ('cuenta_owner', 'cuenta_writer') and s.stmtname <> 'statement block'
group by f.oid
order by 1
"""

# What plpgsql_check says of functions that are meant so.
MEANT = re.compile(
    "|".join(
        [
            'composite OUT variable "[a-z_]+" is not single argument',  # an answer and one thing more
            'OUT variable "[a-z_]+" is maybe unmodified\\ncannot to determine result of dynamic SQL',
            'name of parameter "(from|to)" is reserved keyword',  # a result column: the JSON's key
        ]
    )
)

Connection = psycopg.Connection[Any]


class ToolMissing(Exception):
    """A tool is not here and cannot be fetched."""


# -- tools from packages ----------------------------------------------------------------------


def fetch(pattern: str) -> None:
    """Unpack the newest of the machine's own distribution's packages with such a name into TOOLS; once, whoever asks
    at the same time."""
    TOOLS.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (TOOLS / "fetching").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not any(re.fullmatch(pattern, mark.stem) for mark in TOOLS.glob("*.unpacked")):
            _fetch(pattern)


def _fetch(pattern: str) -> None:
    if not shutil.which("apt-get"):
        raise ToolMissing(f"this machine has no apt-get to fetch {pattern} with")
    with tempfile.TemporaryDirectory(dir=TOOLS) as folder:

        def apt(*words: str) -> str:
            done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
            return done.stdout

        for _ in range(2):
            found = apt("apt-cache", "search", "--names-only", f"^{pattern}$").splitlines()
            names = sorted((line.split()[0] for line in found), key=lambda name: re.findall(r"\d{2}", name))
            if names:
                print(f"fetching {names[-1]} into {TOOLS}", flush=True)
                apt("apt-get", "download", "-o", "APT::Sandbox::User=root", names[-1])
            for package in Path(folder).glob("*.deb"):
                subprocess.run(["dpkg", "-x", package, TOOLS], check=True)
                (TOOLS / f"{names[-1]}.unpacked").touch()
                return
            apt("apt-get", "update")  # the list of packages may be missing or stale; only root can do this
    raise ToolMissing(f"no package {pattern} can be downloaded (a stale list of packages? apt-get update)")


def pg_prove() -> tuple[list[str], dict[str, str]]:
    """The command that runs pg_prove and what its environment needs."""
    if shutil.which("pg_prove"):
        return ["pg_prove"], {}
    if not shutil.which("perl"):
        raise ToolMissing("pg_prove is written in Perl, and there is no perl here")
    fetch("libtap-parser-sourcehandler-pgtap-perl")
    folders = [TOOLS / "usr/share/perl5"]
    if subprocess.run(["perl", "-MTAP::Harness", "-e1"], capture_output=True).returncode != 0:
        # A minimal system has perl-base only.
        shown = subprocess.run(["perl", "-e", "printf '%vd', $^V"], capture_output=True, text=True, check=True)
        version = shown.stdout.rpartition(".")[0]
        fetch(f"perl-modules-{re.escape(version)}")
        fetch(f"libperl{re.escape(version)}(t64)?")
        folders += [TOOLS / "usr/share/perl" / version, *TOOLS.glob(f"usr/lib/*/perl/{version}")]
    return ["perl", str(TOOLS / "usr/bin/pg_prove")], {"PERL5LIB": os.pathsep.join(map(str, folders))}


def install_extension(connection: Connection, name: str, schema: str, package: str, library: str = "") -> None:
    """Create the extension, or run the package's SQL with its functions taken from `library`."""
    target = sql.Identifier(schema)
    connection.execute(sql.SQL("create schema {0}; grant usage on schema {0} to public").format(target))
    if connection.execute("select 1 from pg_available_extensions where name = %s", [name]).fetchone():
        connection.execute(sql.SQL("create extension {} schema {}").format(sql.Identifier(name), target))
        return
    fetch(package)
    controls = TOOLS.glob(f"usr/share/postgresql/*/extension/{name}.control")
    named = {f"postgresql-{path.parts[-3]}-{name.replace('_', '-')}": path for path in controls}
    control = next(path for fetched, path in named.items() if re.fullmatch(package, fetched))
    [version] = re.findall(r"^default_version\s*=\s*'([^']+)'", control.read_text(), re.M)
    script = control.with_name(f"{name}--{version}.sql").read_text()
    script = re.sub(r"^\\.*$", "", script, flags=re.M)  # a line that stops psql
    script = script.replace("MODULE_PATHNAME", library).replace("@extschema@", schema)
    with connection.transaction():
        connection.execute(sql.SQL("set local search_path = {}, pg_catalog").format(target))
        connection.execute(script.encode())


# -- plpgsql_check ----------------------------------------------------------------------------


def preloading_server() -> tuple[embedded.Server, str, str]:
    """A server that loads plpgsql_check at its start, for a profile over all sessions."""
    bin_dir = embedded.find_bin_dir()
    found = subprocess.run([bin_dir / "pg_config", "--pkglibdir"], capture_output=True, text=True, check=True)
    library = Path(found.stdout.strip()) / "plpgsql_check.so"
    major = embedded.major_version(bin_dir)
    package = f"postgresql-{major}-plpgsql-check"
    if not library.exists():
        fetch(package)
        library = TOOLS / f"usr/lib/postgresql/{major}/lib/plpgsql_check.so"
    settings = {"shared_preload_libraries": str(library), "plpgsql_check.profiler": "on"}
    return embedded.Server(throw_away=True, settings=settings), package, str(library)


def is_sound(connection: Connection) -> bool:
    """Print what plpgsql_check finds in any function; True if that is nothing."""
    rows = connection.execute(FINDINGS).fetchall()
    findings = [row for row in rows if not MEANT.match("\n".join(filter(None, row[4:])))]
    for name, line, level, state, message, *more in findings:
        print(f"{name} line {line}: {level} {state}: {message}", *filter(None, more), sep="\n  ")
    print(f"plpgsql_check: {len(findings)} findings", flush=True)
    return not findings


def print_coverage(connection: Connection) -> float:
    """Print the share of statements that ran, per function and in all; that of all, in percent."""
    rows = connection.execute(COVERAGE).fetchall()
    total, reached = sum(row[1] for row in rows), sum(row[2] for row in rows)
    print("\nstatement coverage of plpgsql by the pgTAP tests")
    for name, statements, hit, missed in [*rows, ("in all", total, reached, None)]:
        lines = f"  not reached: line {missed}" if missed else ""
        print(f"{100 * hit / statements:6.1f} %  {hit:>4}/{statements:<4} {name}{lines}", flush=True)
    return float(100 * reached / total)


# -- running ----------------------------------------------------------------------------------


def prove(url: str, words: Sequence[str]) -> bool:
    """Run pg_prove against a database; True if tests ran and all passed."""
    command, more = pg_prove()
    psql = embedded.find_psql(url)
    words = words or ["--ext", ".sql", "--recurse", "db/tests"]
    environment = embedded.libpq_environment(url) | more
    has_run = False
    with subprocess.Popen(
        [*command, "--psql-bin", psql, *words], env=environment, cwd=embedded.ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            has_run = has_run or bool(re.match(r"Files=\d+, Tests=[1-9]", line))
    if not has_run:
        print("pg_prove ran no test", file=sys.stderr)
    return has_run and process.returncode == 0


def prepare(connection: Connection) -> None:
    """Load pgTAP and let the tests find it."""
    version = connection.info.server_version
    print(f"\npgTAP on PostgreSQL {version // 10000}.{version % 10000}", flush=True)
    install_extension(connection, "pgtap", "tap", "postgresql-[0-9]+-pgtap")
    name = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL(f"alter database {{}} set search_path = {SEARCH_PATH}").format(name))
    connection.execute(f"set search_path = {SEARCH_PATH}".encode())


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the pgTAP tests.")
    parser.add_argument("--coverage", type=float, metavar="PERCENT")
    chosen, words = parser.parse_known_args()
    if chosen.coverage is None:
        with embedded.database(throw_away=True) as url:
            deploy(url, quiet=True)
            with psycopg.connect(url, autocommit=True) as connection:
                prepare(connection)
            return 0 if prove(url, words) else 1
    server, package, library = preloading_server()
    with server:
        deploy(url := server.url("postgres"), quiet=True)
        with psycopg.connect(url, autocommit=True) as connection:
            prepare(connection)
            install_extension(connection, "plpgsql_check", "plpgsql_check", package, library)
            results = is_sound(connection), prove(url, words)
            share = print_coverage(connection)
    if share < chosen.coverage:
        print(f"{share:.1f} % is less than the {chosen.coverage:.0f} % asked for")
    return 0 if all(results) and share >= chosen.coverage else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ToolMissing as error:
        print(f"The pgTAP tests cannot run: {error}.", file=sys.stderr)
        print("Install pg_prove and pgTAP, or use Docker: docker compose run --rm pgtap", file=sys.stderr)
        sys.exit(CANNOT_RUN)
    except (DeployError, embedded.ServerError, psycopg.Error) as error:
        sys.exit(f"The pgTAP tests cannot run: {error}")
