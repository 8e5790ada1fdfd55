"""Runs the pgTAP tests of db/tests with pg_prove, in a throw-away database.

    python db/pgtap.py [--coverage PERCENT] [PG_PROVE_ARGS...]

The server is the one of DATABASE_URL, else an embedded one (PG_BIN names another installation).
pg_prove and pgTAP are the machine's and the server's own if they are there; else they are taken
from the Debian or Ubuntu packages and unpacked into .tools, which changes nothing on the system.
--coverage also holds every function to plpgsql_check, from the server or such a package, and fails
if the tests reach fewer of the plpgsql statements in schemas api and ledger than that.

PG_PROVE_ARGS are files or options of pg_prove; default: every .sql file below db/tests.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from db import embedded
from db.deploy import deploy

TESTS = "db/tests"  # below the top folder, where pg_prove runs
TOOLS = embedded.ROOT / ".tools"
SCHEMAS = ["api", "ledger"]
TAP_SCHEMA = "tap"
PROVE_PACKAGE = "libtap-parser-sourcehandler-pgtap-perl"


class ToolMissing(Exception):
    """A tool is not here and cannot be fetched."""


# -- tools from packages ----------------------------------------------------------------------


def _apt(*words: str) -> subprocess.CompletedProcess[str]:
    if not shutil.which("apt-get"):
        raise ToolMissing("this machine has no apt-get to fetch it with")
    options = ["-o", "APT::Sandbox::User=root"] if os.getuid() == 0 else []
    return subprocess.run([words[0], *options, *words[1:]], cwd=TOOLS, capture_output=True, text=True, check=False)


def _package_named(pattern: str) -> str:
    """The newest package whose name matches; root may have to fetch the list of packages first."""
    for attempt in range(2):
        found = _apt("apt-cache", "search", "--names-only", pattern).stdout.split("\n")
        names = sorted((line.split()[0] for line in found if line), key=_numbers)
        if names:
            return names[-1]
        if attempt == 0 and os.getuid() == 0:
            print("apt-get update ...", flush=True)
            _apt("apt-get", "update")
    raise ToolMissing(f"no package matches {pattern} (a stale list of packages? apt-get update)")


def _numbers(name: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", name)]


def fetch_package(pattern: str) -> Path:
    """Unpack a package of the machine's own distribution; the folder that is its root."""
    TOOLS.mkdir(exist_ok=True)
    done = sorted(TOOLS.glob("*.unpacked"))
    known = [mark.stem for mark in done if re.fullmatch(pattern.strip("^$"), mark.stem)]
    if known:
        return TOOLS
    name = _package_named(pattern)
    print(f"fetching {name} into {TOOLS.name}/", flush=True)
    for attempt in range(2):
        for old in TOOLS.glob(f"{name}_*.deb"):
            old.unlink()
        got = _apt("apt-get", "download", name)
        files = list(TOOLS.glob(f"{name}_*.deb"))
        if got.returncode == 0 and files:
            break
        if attempt == 0 and os.getuid() == 0:
            _apt("apt-get", "update")
    else:
        raise ToolMissing(f"apt-get download {name}: {got.stderr.strip()}")
    subprocess.run(["dpkg", "-x", files[0], TOOLS], check=True)
    files[0].unlink()
    (TOOLS / f"{name}.unpacked").touch()
    return TOOLS


def pg_prove() -> tuple[list[str], dict[str, str]]:
    """The command that runs pg_prove and what its environment needs."""
    if shutil.which("pg_prove"):
        return ["pg_prove"], {}
    perl = shutil.which("perl")
    if not perl:
        raise ToolMissing("pg_prove is written in Perl, and there is no perl here")
    root = fetch_package(f"^{PROVE_PACKAGE}$")
    folders = [root / "usr/share/perl5"]
    if subprocess.run([perl, "-MTAP::Harness", "-e1"], capture_output=True).returncode != 0:
        # A minimal system has perl-base only.
        version = subprocess.run(
            [perl, "-e", "printf '%vd', $^V"], capture_output=True, text=True, check=True
        ).stdout.rpartition(".")[0]
        fetch_package(f"^perl-modules-{re.escape(version)}$")
        fetch_package(f"^libperl{re.escape(version)}(t64)?$")
        folders += [root / "usr/share/perl" / version, *root.glob(f"usr/lib/*/perl/{version}")]
    path = os.pathsep.join(map(str, folders))
    return [perl, str(root / "usr/bin/pg_prove")], {"PERL5LIB": path}


def _extension_script(root: Path, name: str) -> str:
    """The SQL of an unpacked extension's current version, without the lines that are psql's."""
    control = sorted(root.glob(f"usr/share/postgresql/*/extension/{name}.control"))[-1]
    version = re.search(r"^default_version\s*=\s*'([^']+)'", control.read_text(), re.M)
    assert version, control
    script = (control.parent / f"{name}--{version[1]}.sql").read_text()
    return re.sub(r"^\\.*$", "", script, flags=re.M)


def _is_available(connection: psycopg.Connection[Any], name: str) -> bool:
    query = "select 1 from pg_available_extensions where name = %s"
    return connection.execute(query, [name]).fetchone() is not None


def _install_extension(
    connection: psycopg.Connection[Any], name: str, schema: str, package: str, library: str = ""
) -> None:
    """Create the extension, or load the package's SQL with its library taken from `library`."""
    target = sql.Identifier(schema)
    connection.execute(sql.SQL("create schema if not exists {}").format(target))
    connection.execute(sql.SQL("grant usage on schema {} to public").format(target))
    if _is_available(connection, name):
        connection.execute(sql.SQL("create extension {} schema {}").format(sql.Identifier(name), target))
        return
    script = _extension_script(fetch_package(package), name)
    script = script.replace("MODULE_PATHNAME", library).replace("@extschema@", schema)
    with connection.transaction():
        connection.execute(sql.SQL("set local search_path = {}, pg_catalog").format(target), prepare=False)
        connection.execute(script.encode())


# -- plpgsql_check ----------------------------------------------------------------------------

FUNCTIONS_WITH_RELATION = """
select
    f.oid,
    f.oid::regprocedure::text as function,
    coalesce(t.tgrelid, 0) as relation,
    t.tgoldtable::text as old_table,
    t.tgnewtable::text as new_table,
    f.prorettype = 'trigger'::regtype and t.tgrelid is null as is_unused
from pg_proc as f
join pg_language as l on l.oid = f.prolang and l.lanname = 'plpgsql'
left join pg_trigger as t on t.tgfoid = f.oid and not t.tgisinternal
where f.pronamespace::regnamespace::text = any(%s)
order by 2, 3
"""

COVERAGE = """
select
    f.oid::regprocedure::text as function,
    count(*) as statements,
    count(*) filter (where s.exec_stmts > 0) as reached,
    array_agg(s.lineno order by s.lineno) filter (where s.exec_stmts = 0) as missed
from pg_proc as f
join pg_language as l on l.oid = f.prolang and l.lanname = 'plpgsql'
cross join lateral plpgsql_profiler_function_statements_tb(f.oid) as s
where f.pronamespace::regnamespace::text = any(%s) and s.stmtname <> 'statement block'
group by f.oid
order by 1
"""


def check_functions(connection: psycopg.Connection[Any]) -> int:
    """Print what plpgsql_check finds in any function; the number of findings."""
    functions = connection.execute(FUNCTIONS_WITH_RELATION, [SCHEMAS]).fetchall()
    findings = 0
    for oid, name, relation, old_table, new_table, is_unused in functions:
        if is_unused:
            print(f"{name}: a trigger function without a trigger")
            findings += 1
            continue
        rows = connection.execute(
            "select lineno, level, sqlstate, message, detail, hint"
            " from plpgsql_check_function_tb(%s::oid::regprocedure, %s::oid::regclass,"
            " oldtable => %s, newtable => %s, fatal_errors => false)",
            [oid, relation, old_table, new_table],
        ).fetchall()
        for line, level, state, message, *more in rows:
            print(f"{name} line {line}: {level} {state}: {message}", *filter(None, more), sep="\n  ")
        findings += len(rows)
    print(f"plpgsql_check: {len(functions)} functions, {findings} findings", flush=True)
    if not functions:
        print("plpgsql_check: there are no functions to check")
    return findings + (not functions)


def print_coverage(connection: psycopg.Connection[Any]) -> float:
    """Print the share of statements that ran, per function and in all; that of all, in percent."""
    rows = connection.execute(COVERAGE, [SCHEMAS]).fetchall()
    print("\nstatement coverage of plpgsql by the pgTAP tests")
    for name, statements, reached, missed in rows:
        lines = "  not reached: line " + ", ".join(map(str, missed)) if missed else ""
        print(f"{100 * reached / statements:6.1f} %  {reached:>4}/{statements:<4} {name}{lines}")
    total, reached = sum(row[1] for row in rows), sum(row[2] for row in rows)
    share = 100 * reached / total if total else 0.0
    print(f"{share:6.1f} %  {reached:>4}/{total:<4} in all", flush=True)
    return share


# -- running ----------------------------------------------------------------------------------


def prove(url: str, words: Sequence[str]) -> bool:
    """Run pg_prove against a database; True if tests ran and all passed."""
    command, more = pg_prove()
    psql = shutil.which("psql") or str(embedded.find_bin_dir() / "psql")
    words = words or ["--ext", ".sql", "--recurse", TESTS]
    process = subprocess.Popen(
        [*command, "--psql-bin", psql, *words],
        env=embedded.libpq_environment(url) | more,
        cwd=embedded.ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    summary = None
    for line in process.stdout:
        print(line, end="", flush=True)
        summary = re.match(r"Files=(\d+), Tests=(\d+)", line) or summary
    status = process.wait()
    if summary is None or int(summary[2]) == 0:
        print("pg_prove ran no test", file=sys.stderr)
        return False
    return status == 0


def run(url: str, words: Sequence[str], coverage: float | None, library: str) -> int:
    """Deploy to an empty database, load pgTAP, run the tests; the exit status."""
    deploy(url, quiet=True)
    with psycopg.connect(url, autocommit=True) as connection:
        version = connection.info.server_version
        print(f"\npgTAP on PostgreSQL {version // 10000}.{version % 10000}", flush=True)
        name = sql.Identifier(connection.info.dbname)
        _install_extension(connection, "pgtap", TAP_SCHEMA, r"^postgresql-[0-9]+-pgtap$")
        connection.execute(
            sql.SQL("alter database {} set search_path = api, reporting, public, {}").format(
                name, sql.Identifier(TAP_SCHEMA)
            )
        )
        if coverage is None:
            return 0 if prove(url, words) else 1

        package = f"^postgresql-{version // 10000}-plpgsql-check$"
        _install_extension(connection, "plpgsql_check", "plpgsql_check", package, library)
        connection.execute(sql.SQL("alter database {} set plpgsql_check.profiler = on").format(name))
        # Its functions call each other by bare names.
        connection.execute("set search_path = public, plpgsql_check")
        is_sound = check_functions(connection) == 0
        is_passed = prove(url, words)
        share = print_coverage(connection)
        if share < coverage:
            print(f"{share:.1f} % is less than the {coverage:.0f} % asked for")
        return 0 if is_sound and is_passed and share >= coverage else 1


def _preloading_server() -> tuple[embedded.Server, str]:
    """A server that loads plpgsql_check at its start, for a profile over all sessions."""
    bin_dir = embedded.find_bin_dir()
    found = subprocess.run([bin_dir / "pg_config", "--pkglibdir"], capture_output=True, text=True, check=True)
    own = Path(found.stdout.strip()) / "plpgsql_check.so"
    library = "$libdir/plpgsql_check"
    files: list[Path] = []
    if not own.exists():
        major = embedded.major_version(bin_dir)
        root = fetch_package(f"^postgresql-{major}-plpgsql-check$")
        files = [root / f"usr/lib/postgresql/{major}/lib/plpgsql_check.so"]
        library = "lib/plpgsql_check.so"
    settings = {"shared_preload_libraries": library}
    return embedded.Server(throw_away=True, settings=settings, libraries=files), library


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the pgTAP tests.")
    parser.add_argument("--coverage", type=float, metavar="PERCENT")
    chosen, words = parser.parse_known_args()
    words = [word for word in words if word != "--"]
    if chosen.coverage is not None:
        server, library = _preloading_server()
        with server:
            embedded.create_database(server)
            return run(server.url(), words, chosen.coverage, library)
    with embedded.database(throw_away=True) as url:
        return run(url, words, None, "")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ToolMissing as error:
        sys.exit(
            f"The pgTAP tests cannot run: {error}.\n"
            "Install pg_prove and pgTAP, or use Docker: docker compose run --rm pgtap"
        )
    except embedded.ServerError as error:
        sys.exit(f"embedded PostgreSQL: {error}")
