"""A dump into a new server, as docs/operations.md gives the steps: also into a later version."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from db.deploy import DeployError, check, deploy
from dev import embedded
from dev.rehearsals.ground import Ground, pages_blocks

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parent.parent
OLD = Path("/usr/lib/postgresql/15/bin")
EVENT = """
    select count(*)
    from generate_series(1, 20) as n
    cross join lateral api.ingest_event(jsonb_build_object(
        'event_id', 'evt_' || n, 'event_type', 'charge_succeeded', 'currency', 'PEN', 'amount', 1000, 'fee', 50,
        'occurred_at', '2025-12-30T10:00:00Z', 'restaurant_id', 'res_' || n % 3
    )) as i
    where i.status = {}
"""
OWNERS = """
    select p.proname, p.proowner::regrole::text
    from pg_proc as p
    where p.pronamespace = 'api'::regnamespace and p.proowner::regrole::text
    <> case when p.prosecdef and p.provolatile = 'v' then 'cuenta_writer' else 'cuenta_owner' end
"""


def run(url: str, *words: str) -> str:
    """Run a program of PostgreSQL, with the connection in its environment."""
    done = subprocess.run(
        words, cwd=ROOT, env=embedded.libpq_environment(url), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as conn:
        cursor = conn.execute(statement)
        return cursor.fetchall() if cursor.description else []


def dump(server: embedded.Server, folder: Path) -> Path:
    """Deploy, post twenty charges, pay, and dump."""
    embedded.create_database(server)
    deploy(server.url(), quiet=True)
    assert query(server.url(), EVENT.format("'processed'")) == [(20,)]
    query(server.url(), "select payouts_created from api.run_payouts('PEN', '2025-12-30')")
    query(server.url(), "select root from api.seal_ledger()")
    path = folder / "cuenta.dump"
    run(server.url(), str(server.bin_dir / "pg_dump"), "--format=custom", f"--file={path}", "cuenta")
    return path


@pytest.fixture(scope="module")
def dumped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dump of the server's own version."""
    with embedded.Server(throw_away=True) as server:
        return dump(server, tmp_path_factory.mktemp("dump"))


@pytest.fixture(scope="module")
def old_dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dump of version 15."""
    if not (OLD / "pg_ctl").exists() or embedded.major_version(embedded.find_bin_dir()) == 15:
        with embedded.Server(throw_away=True) as server:  # the oldest that is here
            return dump(server, tmp_path_factory.mktemp("dump15"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PG_BIN", str(OLD))
        with embedded.Server(throw_away=True) as server:
            return dump(server, tmp_path_factory.mktemp("dump15"))


@pytest.fixture
def new_server() -> Iterator[embedded.Server]:
    """A server that has never seen cuenta, with an empty database."""
    with embedded.Server(throw_away=True) as server:
        embedded.create_database(server)
        yield server


def restore(server: embedded.Server, path: Path, *options: str) -> None:
    """The lines of docs/operations.md from the roles up to the deploy."""
    create, roles, dump, after = pages_blocks()["restore a dump"].strip().splitlines()
    assert create.startswith("createdb") and after.startswith("python db/deploy.py")
    lines = [roles, dump.replace("pg_restore", shlex.join(["pg_restore", *options]))]
    Ground().shell("\n".join(lines), server, DUMP=path)


def assert_sound(url: str) -> None:
    """Nothing differs, the functions have their owners, the book is right, and knows what it knew."""
    assert check(url) == []
    assert query(url, OWNERS) == []
    assert query(url, EVENT.format("'already_processed'")) == [(20,)]
    found = query(url, "select check_name from api.check_integrity() where severity = 'error' and findings > 0")
    assert found == []
    assert query(url, "select (select count(*) from api.verify_seals()), entry_count > 0 from reporting.seals") == [
        (0, True)
    ], "what another server sealed"
    assert query(url, "select count(*) from api.run_payouts('PEN', '2025-12-30') where payouts_created = 0") == [(1,)]


def test_a_dump_is_restored_into_a_new_server(dumped: Path, new_server: embedded.Server) -> None:
    restore(new_server, dumped)
    assert check(new_server.url()) == []
    deploy(new_server.url(), quiet=True)
    assert_sound(new_server.url())


def test_a_dump_of_version_15_is_restored_into_a_later_one(old_dump: Path, new_server: embedded.Server) -> None:
    """What the newer server writes out otherwise is no drift, and what was changed since is."""
    url = new_server.url()
    restore(new_server, old_dump)
    assert check(url) == []
    query(url, "alter view reporting.payouts rename column status to state")
    query(url, "alter table ledger.payouts disable trigger payouts_guard")
    assert [line.split(" was")[0] for line in check(url)] == [
        "trigger payouts_guard on ledger.payouts",
        "view reporting.payouts",
    ]
    deploy(url, quiet=True)
    assert_sound(url)


def test_what_a_restore_without_owners_leaves_is_told_and_mended(dumped: Path, new_server: embedded.Server) -> None:
    url = new_server.url()
    restore(new_server, dumped, "--no-owner")
    found = check(url)
    told = (
        "belongs to postgres and not to cuenta_writer: run python db/deploy.py as a superuser to give it back",
        "schema deployment belongs to postgres and not to cuenta_owner",
    )
    assert any(line.startswith("function api.ingest_event(") and line.endswith(told[0]) for line in found), found
    assert any(line.startswith(told[1]) for line in found), found

    query(url, "create role deployer login createrole password 'secret'")
    query(url, "alter database cuenta owner to deployer")
    query(url, "grant cuenta_owner to deployer; grant cuenta_writer to deployer with admin option")
    weak = url.replace("postgres:", "deployer:").replace(new_server.password_file.read_text().strip(), "secret")
    with pytest.raises(DeployError, match=r"(?s)belong to postgres.*routine api.* owner to cuenta_w"):
        deploy(weak, quiet=True)
    assert check(url) == found

    deploy(url, quiet=True)
    query(url, "revoke cuenta_writer from deployer")
    assert_sound(url)


def test_a_dump_is_restored_as_the_owner(dumped: Path, new_server: embedded.Server) -> None:
    """Where there is no superuser: everything comes to cuenta_owner, and the deploy gives what writes to its role."""
    url = new_server.url()
    restore(new_server, dumped, "--no-owner", "--role=cuenta_owner")
    assert [line for line in check(url) if "to cuenta_writer" in line]
    deploy(url, quiet=True)
    assert_sound(url)
