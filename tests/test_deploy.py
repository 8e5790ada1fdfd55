"""The deploy: repeated, at once, killed, refused, drifted, rolled back."""

from __future__ import annotations

import functools
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from db import deploy as deploying
from db import facts
from db.deploy import RUN, DeployError, check, deploy, rollback
from dev import embedded

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = sorted(path.stem for path in (ROOT / "db/migrations").glob("*.sql") if ".rollback" not in path.name)
Databases = Callable[..., str]

# Runs a deploy in a process of its own and kills it (-9) just before its n-th statement; 0: never.
KILLER = """
import os, signal, sys
import psycopg
from db import deploy
limit, sent, send = int(sys.argv[2]), 0, psycopg.Cursor.execute
def execute(self, *arguments, **options):
    global sent
    sent += 1
    if sent == limit:
        os.kill(os.getpid(), signal.SIGKILL)
    return send(self, *arguments, **options)
psycopg.Cursor.execute = execute
deploy.deploy(sys.argv[1], quiet=True)
print(sent)
"""


def query(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement as the login of the URL; answer its rows, if it has any."""
    with psycopg.connect(url, autocommit=True) as conn:
        cursor = conn.execute(statement)
        return cursor.fetchall() if cursor.description else []


def start(url: str, *arguments: str) -> subprocess.Popen[str]:
    """Start the command line of the deploy."""
    return subprocess.Popen(
        [sys.executable, "db/deploy.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a process; its exit code and what it said."""
    output = process.communicate(timeout=120)[0]
    return process.returncode, output


def run_killer(url: str, limit: int) -> tuple[int, str]:
    command = [sys.executable, "-c", KILLER, url, str(limit)]
    return end(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))


def state(url: str) -> list[tuple[Any, ...]]:
    """All that the deploy answers for: what it recorded and what stands in the catalog. But for rules, which say since
    when they hold."""
    query = """
        select r.kind, r.name, r.fingerprint from deployment.records as r
        where not (r.kind = 'row' and r.name like 'posting_rules %') order by 1, 2
    """
    with psycopg.connect(url) as conn:
        found = conn.execute(query).fetchall()
        conn.execute("set local search_path = ''")
        rows = conn.execute((ROOT / "db/catalog.sql").read_text()).fetchall()
        return found + sorted((kind, name, owner, fingerprint) for kind, name, owner, _, _, fingerprint in rows)


def marks(url: str) -> list[tuple[Any, ...]]:
    """yoyo's marks, each with whether its checksum is there."""
    return query(
        url,
        """
        select m.migration_id, r.fingerprint is not null
        from deployment._yoyo_migration as m
        left join deployment.records as r on r.kind = 'migration' and r.name = m.migration_id
        order by 1
        """,
    )


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A copy of the files that are deployed, to be changed."""
    return Path(shutil.copytree(ROOT / "db", tmp_path / "db", ignore=shutil.ignore_patterns("tests", "__pycache__")))


@pytest.fixture
def deployed(database: str) -> str:
    """The module's database, deployed again: no drift is left, but a migration that a test applies stays."""
    deploy(database, quiet=True)
    return database


@pytest.fixture(scope="module")
def starting_server() -> Iterator[tuple[embedded.Server, tuple[int, str]]]:
    """A server that has never seen cuenta, and what a deploy with a wrong password said that waited for it."""
    server = embedded.Server(throw_away=True)
    server.port = embedded._free_port()
    process = start(f"postgresql://postgres:wrong@127.0.0.1:{server.port}/postgres", "--wait", "60")
    assert process.stdout
    told = process.stdout.readline()
    with server:
        code, output = end(process)
        yield server, (code, told + output)


def make_login(server: embedded.Server, name: str, rights: str = "") -> str:
    """Make a login, with a database of the same name that it owns; answer its URL."""
    query(server.url("postgres"), f"create role {name} login password 'secret' {rights}")
    query(server.url("postgres"), f"create database {name} owner {name}")
    return f"postgresql://{name}:secret@127.0.0.1:{server.port}/{name}"


def test_a_second_deploy_changes_nothing(deployed: str) -> None:
    before = state(deployed)
    assert check(deployed) == []
    deploy(deployed, quiet=True)
    assert state(deployed) == before
    assert check(deployed) == []


def test_the_matrix_is_what_the_page_says(deployed: str) -> None:
    rows = query(deployed, "select split_part(name, '(', 1) from deployment.records where kind = 'privilege'")
    found = {name for (name,) in rows}
    writing = "select p.proname from pg_proc as p where p.pronamespace = 'api'::regnamespace and p.provolatile = 'v'"
    writes = {name for (name,) in query(deployed, writing)}
    functions = {path.stem for path in (ROOT / "db/functions/api").rglob("*.sql")}
    reads, reports = functions - writes, {"ingest_event", "ingest_events"}
    people = {"set_platform_settings", "set_payout_terms", "resume_payouts", "pay_by_hand", "load_fx_rates"}
    people |= {"post_adjustment", "hold_funds", "release_hold", "write_off_debt", "reverse_event", "cancel_payout"}
    people |= {"accept_event", "dismiss_event", "dismiss_rejection", "replay_event", "replay_events"}
    people |= {"set_payout_schedule"}
    people |= {f"{verb}_webhook_endpoint" for verb in ("set", "disable", "enable")}
    people |= {"rotate_webhook_secret", "resend_delivery", "recover_endpoint"}
    people |= {"create_api_key", "revoke_api_key", "list_api_keys"}
    people |= {"audit_integrity", "seal_ledger"}
    people |= {"set_webhook_source", "add_webhook_secret", "dismiss_webhook", "replay_webhook"}
    door, own = {"receive_webhook", "use_api_key"}, {"get_own"}  # what only the service itself calls
    work = {"claim_payout_run", "fail_payout_run", "pay_due_restaurants"}
    work |= {"claim_deliveries", "record_delivery", "tell_overdue_events", "seal_due_ledger"}
    service = door | own | work
    may = {
        "cuenta_processor": reports,
        "cuenta_app": functions - people - service,
        "cuenta_operator": functions - service,
        "cuenta_reader": reads - people - service,
        "cuenta_door": door,
        "cuenta_restaurant": own,
        "cuenta_worker": work | {"continue_payout_run", "run_due_payouts", "audit_integrity"},
    }
    expected = {f"{role}: EXECUTE on routine api.{name}" for role, names in may.items() for name in names}
    expected |= {f"{role}: USAGE on schema api" for role in may} | {"cuenta_reader: USAGE on schema reporting"}
    views = [path for path in (ROOT / "db/views").rglob("*.sql") if path.parent.name != "ledger"]
    expected |= {f"cuenta_reader: SELECT on table reporting.{path.stem}" for path in views}
    # by views, with the rights of who reads them
    called = {"audits_everything", "business_day", "convert_amount", "derive_payout_id", "known_timezones"}
    called |= {"read_audit_scope", "read_note", "read_time"}
    expected |= {f"cuenta_reader: EXECUTE on routine ledger.{name}" for name in called}
    assert {name for name in found if not name.startswith(("cuenta_owner:", "cuenta_writer:"))} == expected
    for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
        written = re.compile(rf"cuenta_owner: {right} on table (ledger|access|inbound|outbound)\.")
        assert not [name for name in found if written.match(name)]
    schemas = "'ledger', 'access', 'inbound', 'outbound', 'deployment'"
    owners = f"select distinct tableowner from pg_tables where schemaname in ({schemas})"
    assert query(deployed, owners) == [("cuenta_owner",)]


def test_the_schema_file_is_the_same_from_every_deploy(create_database: Databases, deployed: str) -> None:
    other = create_database(deployed=False)
    deploy(other, quiet=True)
    text = deploying.dump_schema(deployed)
    assert text == deploying.dump_schema(other)
    for part in ("CREATE TABLE ledger.ledger_entries", "CREATE FUNCTION api.ingest_event", "OWNER TO cuenta_writer"):
        assert part in text
    for part in ("Dumped", "restrict", "OWNER TO cuenta_owner", "$function$"):
        assert part not in text


def test_yoyo_lists_the_migrations(deployed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "yoyo", "list", "--batch"],
        cwd=ROOT,
        env=embedded.libpq_environment(deployed),
        capture_output=True,
        text=True,
    )
    listed = [line.split()[:2] for line in done.stdout.splitlines() if line.startswith(("A ", "U "))]
    assert listed == [["A", name] for name in MIGRATIONS], done.stderr


def test_starters_at_once_wait_for_each_other(create_database: Databases) -> None:
    url = create_database(deployed=False)
    with psycopg.connect(url, autocommit=True, application_name="first starter") as holder:
        deploying.configure_database(holder)
        holder.execute("set role cuenta_owner")
        holder.execute(deploying.BOOKKEEPING)
        holder.execute("begin")
        holder.execute("lock table deployment.records in share row exclusive mode")
        starters = [start(url) for _ in range(3)]
        told = [starter.stdout.readline() for starter in starters if starter.stdout]
        holder.execute("rollback")
        ended = [end(starter) for starter in starters]
    assert all("waiting up to 600 s for another deploy" in line for line in told), told
    assert all("(postgres, first starter, idle in transaction)" in line for line in told), told
    assert [code for code, _ in ended] == [0, 0, 0], ended
    assert sorted("migration 0001" in output for _, output in ended) == [False, False, True]
    assert check(url) == []


def test_a_killed_deploy_is_finished_by_the_next(create_database: Databases) -> None:
    code, output = run_killer(create_database(deployed=False), 0)
    assert code == 0
    statements = int(output)
    url = create_database(deployed=False)
    for part in (0.02, 0.2, 0.5, 0.9, 0.99):
        code, _ = run_killer(url, max(1, round(statements * part)))
        if code == 0:  # the rest was less than that
            break
        assert code == -signal.SIGKILL
        if query(url, "select to_regclass('deployment._yoyo_migration')") != [(None,)]:
            assert {has_checksum for _, has_checksum in marks(url)} <= {True}
    deploy(url, quiet=True)
    assert check(url) == []
    assert marks(url) == [(name, True) for name in MIGRATIONS]


def test_calls_go_on_while_a_deploy_runs(deployed: str) -> None:
    stop = threading.Event()
    failed: list[str] = []
    answered: list[str] = []
    post = """
        select i.status
        from api.ingest_event(jsonb_build_object(
            'event_id', gen_random_uuid(), 'event_type', 'charge_succeeded', 'currency', 'PEN', 'amount', 100,
            'occurred_at', '2025-12-30T10:00:00Z', 'restaurant_id', 'r' || pg_backend_pid()
        )) as i
    """
    report = "select 'reported' from reporting.trial_balance union all select 'reported' from reporting.payouts"

    def repeat(role: str, statement: str) -> None:
        with psycopg.connect(deployed, autocommit=True, options=f"-c role={role}") as conn:
            while not stop.is_set():
                try:
                    answered.extend(row[0] for row in conn.execute(statement))
                except psycopg.Error as error:
                    failed.append(str(error))

    calls = [("cuenta_app", post)] * 3 + [("cuenta_reader", report)]
    threads = [threading.Thread(target=repeat, args=call) for call in calls]
    for thread in threads:
        thread.start()
    try:
        for _ in range(2):
            deploy(deployed, quiet=True)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failed == []
    assert set(answered) == {"processed", "reported"}


def change_trigger(files: Path) -> None:
    """Let a trigger of the ledger's entries be made anew."""
    path = files / "triggers.sql"
    text = path.read_text()
    changed = text.replace("before update or delete or truncate on ledger.ledger_entries", "{}")
    assert changed != text
    path.write_text(changed.format("before delete or update or truncate on  ledger.ledger_entries"))


def test_a_lock_that_is_not_given_back_is_told(
    deployed: str, files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(deployed)
    change_trigger(files)
    monkeypatch.setattr(deploying, "RETRY_FOR", 3.0)
    with psycopg.connect(deployed, application_name="long one") as writer:
        writer.execute("lock table ledger.ledger_entries in row exclusive mode")
        with pytest.raises(DeployError, match=r"gave up after 3 s of waiting for locks .* held by process \d+ .*long"):
            deploy(deployed, root=files)
        held = f"held by process {writer.info.backend_pid} (postgres, long one, idle in transaction) ..."
    assert f"waiting up to 3 s for locks that other sessions hold, {held}" in capsys.readouterr().out
    assert state(deployed) == before


def test_an_unchanged_deploy_waits_for_nobody_and_writes_nothing(
    deployed: str, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deploying, "RETRY_FOR", 0.0)
    written = "select pg_current_wal_insert_lsn()"
    with psycopg.connect(deployed) as writer:
        tables = ("ledger_entries", "account_balances", "processor_events", "posting_rules", "payouts")
        for table in tables:
            writer.execute(f"lock table ledger.{table} in row exclusive mode")
        writer.execute("lock table deployment.records in share row exclusive mode")
        for _ in range(3):  # now and then the server itself writes which transactions are open
            place = query(deployed, written)
            deploy(deployed, quiet=True)
            assert check(deployed) == []
            if query(deployed, written) == place:
                return
        pytest.fail("each deploy writes something")


def test_only_a_trigger_that_changes_locks_its_table(deployed: str, files: Path) -> None:
    """A function and a view are deployed while every table is written to."""
    write_function(files, "integer", "select 1")
    view = files / "views" / "payouts.sql"
    view.write_text(view.read_text() + "comment on view reporting.payouts is 'Other words.';\n")
    tables = query(deployed, "select c.oid::regclass from pg_class as c where c.relkind = 'r' and"
                   " c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound')")  # fmt: skip
    with psycopg.connect(deployed) as writer:
        for (table,) in tables:
            writer.execute(f"lock table {table} in row exclusive mode")
        deploying.RETRY_FOR, before = 0.0, deploying.RETRY_FOR
        try:
            deploy(deployed, quiet=True, root=files)
        finally:
            deploying.RETRY_FOR = before
    assert query(deployed, "select ledger.mine(), obj_description('reporting.payouts'::regclass)") == [
        (1, "Other words.")
    ]


def test_it_waits_for_a_server_that_starts(starting_server: tuple[embedded.Server, tuple[int, str]]) -> None:
    code, output = starting_server[1]
    assert "waiting up to 60 s for database postgres on 127.0.0.1" in output
    assert "error: cannot connect to database postgres" in output, "a refusal is told at once"
    assert "password" in output
    assert "Traceback" not in output
    assert code == 1


def test_what_cannot_work_is_told(server_url: str) -> None:
    unused = f"postgresql://postgres@127.0.0.1:{embedded._free_port()}/postgres"
    with pytest.raises(DeployError, match=r"gave up after 0\.5 s of waiting for database postgres on 127"):
        deploy(unused, wait=0.5, quiet=True)
    with pytest.raises(DeployError, match="cannot connect to database no_such_one") as raised:
        deploy(make_conninfo(server_url, dbname="no_such_one", password="hidden"), wait=60, quiet=True)
    assert "hidden" not in str(raised.value)
    with pytest.raises(DeployError, match="no connection string"):
        deploy("nonsense", quiet=True)


def test_a_login_that_may_create_roles_needs_no_dba(
    starting_server: tuple[embedded.Server, tuple[int, str]],
) -> None:
    server, _ = starting_server
    plain = make_login(server, "plain")
    told = r"(?s)login plain may not.*DBA.*psql -d plain .*deploy_login = 'plain'.* -f db/roles\.sql"
    with pytest.raises(DeployError, match=told):
        deploy(plain, quiet=True)
    assert query(plain, "select count(*) from pg_roles where rolname ~ '^cuenta_'") == [(0,)]

    maker = make_login(server, "maker", "createrole")
    deploy(maker, quiet=True)
    assert check(maker) == []

    with psycopg.connect(embedded.url_with_database(server.url("postgres"), "plain"), autocommit=True) as dba:
        dba.execute("set cuenta.deploy_login = 'plain'")
        dba.execute((ROOT / "db/roles.sql").read_text())
    deploy(plain, quiet=True)
    assert check(plain) == []
    assert query(plain, "show search_path") == [("api, reporting, public",)]


def test_nobody_connects_who_is_not_named(create_database: Databases) -> None:
    url = create_database(deployed=False)
    rights = (
        "select p.name, has_database_privilege(r.rolname, current_database(), p.name)"
        " from pg_roles as r cross join (values ('CONNECT'), ('TEMPORARY')) as p (name) where r.rolname = {}"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create role cuenta_test_passer_by")
        try:
            before = connection.execute(rights.format("'cuenta_test_passer_by'").encode()).fetchall()
            deploy(url, quiet=True)
            after = connection.execute(rights.format("'cuenta_test_passer_by'").encode()).fetchall()
            service = connection.execute(rights.format("'cuenta_app'").encode()).fetchall()
        finally:
            connection.execute("drop role cuenta_test_passer_by")
    assert dict(before) == {"CONNECT": True, "TEMPORARY": True}
    assert dict(after) == {"CONNECT": False, "TEMPORARY": False}
    assert dict(service) == {"CONNECT": True, "TEMPORARY": False}


# What somebody does by hand, and the beginning of what --check says of it.
DRIFT = [
    (
        "do $$ begin execute replace(pg_get_functiondef('ledger.post_event'::regproc), '/*', '/* mine'); end $$",
        "function ledger.post_event(",
    ),
    (
        "alter function api.get_balance security invoker",
        "function api.get_balance(text,text,timestamp with time zone) was changed",
    ),
    ("alter function api.set_restaurant reset search_path", "function api.set_restaurant("),
    ("create function api.mine(p_id integer) returns integer language sql return 1", "function api.mine(integer) is d"),
    (
        "create function api.get_payout(p_id integer) returns text language sql return 1",
        "function api.get_payout(integ",
    ),
    ("drop function api.get_event", "function api.get_event(text,text) is missing: run python db/deploy.py"),
    (
        "do $$ begin execute 'create or replace view reporting.payouts as ' "
        "|| rtrim(pg_get_viewdef('reporting.payouts'::regclass), ';') || ' limit 0'; end $$",
        "view reporting.payouts was changed by hand",
    ),
    ("drop view reporting.processor_fees", "view reporting.processor_fees is missing"),
    ("create view reporting.mine as select 1 as one", "view reporting.mine is defined by no file"),
    ("alter table ledger.payouts disable trigger payouts_guard", "trigger payouts_guard on ledger.payouts was changed"),
    ("drop trigger payouts_complete on ledger.payouts", "trigger payouts_complete on ledger.payouts is missing"),
    (
        "create trigger mine before update on ledger.restaurants for each row "
        "execute function suppress_redundant_updates_trigger()",
        "trigger mine on ledger.restaurants is defined by no file",
    ),
    ("grant update on ledger.payouts to cuenta_app", "privilege cuenta_app: UPDATE on table ledger.payouts is defined"),
    ("grant select (amount) on ledger.payouts to cuenta_reader", "privilege cuenta_reader: SELECT (amount) on table l"),
    ("grant execute on function api.check_integrity to public", "privilege public: EXECUTE on routine api.check_int"),
    ("grant usage on schema api to cuenta_app with grant option", "privilege cuenta_app: USAGE on schema api was cha"),
    ("revoke usage on schema api from cuenta_operator", "privilege cuenta_operator: USAGE on schema api is missing"),
    ("grant insert on ledger.ledger_entries to cuenta_owner", "privilege cuenta_owner: INSERT on table ledger.ledg"),
    ("revoke insert on ledger.payouts from cuenta_writer", "privilege cuenta_writer: INSERT on table ledger.payouts"),
    ("grant cuenta_writer to cuenta_app", "membership cuenta_app of cuenta_writer is defined by no file"),
    ("alter function api.list_payout_runs owner to postgres", "function api.list_payout_runs("),
    ("alter function api.ingest_event owner to cuenta_owner", "function api.ingest_event("),
    (
        "alter table ledger.currencies disable trigger all; update ledger.currencies set name = 'Inca' "
        "where currency = 'PEN'; alter table ledger.currencies enable trigger all",
        "reference data: currencies PEN differs, see db/reference/currencies.csv: run python db/deploy.py",
    ),
]


def test_drift_is_reported_and_healed(deployed: str) -> None:
    before = state(deployed)
    for statement, _ in DRIFT:
        query(deployed, statement)
    drifted = state(deployed)
    found = check(deployed)
    for _, expected in DRIFT:
        assert [line for line in found if line.startswith(expected)], (expected, found)
    assert all("run python db/deploy.py" in line for line in found), found
    assert state(deployed) == drifted, "--check has changed something"
    deploy(deployed, quiet=True)
    assert check(deployed) == []
    assert state(deployed) == before


def test_an_exponent_that_was_changed_by_hand_is_told_and_left_to_that_hand(deployed: str) -> None:
    change = "alter table ledger.currencies disable trigger all; update ledger.currencies set exponent = {}"
    restore = "; alter table ledger.currencies enable trigger all"
    query(deployed, f"create table public.kept as table ledger.currencies; {change.format(0)}{restore}")
    found = [line for line in check(deployed) if not line.startswith("trigger ")]
    assert f"reference data: currencies PEN differs, see db/reference/currencies.csv: {RUN}" in found
    with pytest.raises(DeployError, match=r"db/reference/currencies\.csv cannot be taken over: the minor unit of"):
        deploy(deployed, quiet=True)
    undo = "(select k.exponent from public.kept as k where k.currency = currencies.currency)"
    query(deployed, f"{change.format(undo)}{restore}; drop table public.kept")
    assert check(deployed) == []


def test_check_answers_by_its_exit_code(deployed: str, create_database: Databases) -> None:
    code, output = end(start(deployed, "--check"))
    assert (code, "no drift" in output) == (0, True)
    query(deployed, f"alter database {embedded.database_name(deployed)} reset search_path")
    code, output = end(start(deployed, "--check"))
    assert (code, "db/roles.sql" in output) == (1, True)
    empty = create_database(deployed=False)
    code, output = end(start(empty, "--check"))
    assert (code, "never deployed" in output or "db/roles.sql" in output) == (1, True)
    assert query(empty, "select to_regnamespace('deployment')") == [(None,)]


@pytest.mark.parametrize(
    "part",
    ["functions", "views", "migrations", "reference", "privileges.sql", "triggers.sql", "reference/accounts.csv"],
)
def test_half_a_checkout_is_not_deployed(deployed: str, files: Path, part: str) -> None:
    path = files / part
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    before = state(deployed)
    for work in (check, deploy):
        with pytest.raises(DeployError, match=f"the checkout is not whole.*db/{part}"):
            work(deployed, quiet=True, root=files)
    assert state(deployed) == before


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("functions/ledger/seals/list_event_lines.sql", r"function ledger\.list_event_lines, which \S+ calls"),
        ("functions/ledger/triggers/tg_any__refuse.sql", r"function ledger\.tg_any__refuse, which \w+ on \S+ calls"),
        ("views/integrity_checks.sql", r"view reporting\.integrity_checks, which \S+ reads"),
        ("triggers.sql", r"no trigger of db/triggers\.sql runs ledger\.tg_any__refuse"),
    ],
)
def test_what_the_files_name_has_to_be_among_them(deployed: str, files: Path, part: str, told: str) -> None:
    """An inner function that is missing is found by nobody before it is called."""
    path = files / part
    path.write_text("-- nothing\n") if part == "triggers.sql" else path.unlink()
    before = state(deployed)
    for work in (check, deploy):
        with pytest.raises(DeployError, match=f"the checkout is not whole, nothing was looked at: .*{told}"):
            work(deployed, quiet=True, root=files)
    assert state(deployed) == before


def test_a_function_is_compared_with_its_file_and_not_with_the_record_alone(deployed: str) -> None:
    """Whoever replaces one can write the record anew, too."""
    changes = [
        ("ledger.post_event", "begin", "begin -- nothing more"),
        ("api.get_balance", "SECURITY DEFINER", "SECURITY INVOKER"),
        ("api.pay_restaurants", "begin", "begin -- nothing more"),
    ]
    made = "select replace(pg_get_functiondef(%s::regproc), %s, %s)"
    with psycopg.connect(deployed) as connection:
        for change in changes:
            row = connection.execute(made, change).fetchone()
            connection.execute((row or ("",))[0])
        connection.execute("set local search_path = ''")
        facts.record(connection, facts.fingerprints(facts.catalog(connection)))
    assert query(deployed, "select * from api.list_drift()") == [], "the database itself believes it"
    told = check(deployed)
    assert [line.split("(")[0] for line in told] == sorted(f"function {name}" for name, *_ in changes)
    assert all("is not what its file says, although it is recorded so" in line for line in told)
    deploy(deployed, quiet=True)
    assert check(deployed) == []


@pytest.mark.parametrize(
    ("part", "text", "told"),
    [
        ("privileges.sql", b"--\n-- \xff", "line 2 is not UTF-8"),
        ("roles.sql", b"-- \xe9t\xe9", "line 1 is not UTF-8"),
        ("functions/api/seals/seal_ledger.sql", b"\xff", "line 1 is not UTF-8"),
        ("views/payouts.sql", b"\xff", "line 1 is not UTF-8"),
        ("triggers.sql", b"\xff", "line 1 is not UTF-8"),
        ("migrations/0001_schemas.sql", b"\n\xff", "line 2 is not UTF-8"),
        ("reference/accounts.csv", b"name\n\n\xff\n", "line 3 is not UTF-8"),
        ("reference/accounts.csv", b'a,b\n"x', "line 1: unexpected end of data"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_no_drift(
    deployed: str,
    files: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    part: str,
    text: bytes,
    told: str,
) -> None:
    (files / part).write_bytes(text)
    monkeypatch.setattr("db.deploy.DB", files)
    monkeypatch.setattr("db.deploy.check", functools.partial(check, root=files))
    assert deploying.main(["--database", deployed, "--check"]) == 3
    assert re.search(rf"error: .*db/{part}, {told}", capsys.readouterr().err)


def test_check_does_not_take_what_a_login_cannot_see_for_drift(deployed: str, create_database: Databases) -> None:
    name = f"nightly_{secrets.token_hex(4)}"
    query(deployed, f"create role {name} login password 'secret'")
    mine = make_conninfo(deployed, user=name, password="secret")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        query(mine, "select 1")
    query(deployed, f"grant connect on database {embedded.database_name(deployed)} to {name}")
    try:
        code, output = end(start(mine, "--check"))
        assert (code, f"grant cuenta_owner to {name}" in output) == (3, True), output
        assert "Traceback" not in output and "run python db/deploy.py" not in output
        query(deployed, f"grant cuenta_owner to {name}")
        code, output = end(start(mine, "--check"))
        assert (code, "no drift" in output) == (0, True), output
    finally:
        query(deployed, f"drop owned by {name}")
        query(deployed, f"drop role {name}")
    code, output = end(start(f"{deployed}_not_there", "--check"))
    assert (code, "error: cannot connect" in output) == (3, True), output


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_cannot_hold_every_text_is_refused(server_url: str, encoding: str) -> None:
    name = f"cuenta_{secrets.token_hex(4)}"
    query(server_url, f"create database {name} encoding '{encoding}' locale 'C' template template0")
    try:
        code, output = end(start(embedded.url_with_database(server_url, name)))
    finally:
        query(server_url, f"drop database {name}")
    assert code == 1
    assert output.startswith(f"error: database {name} has the encoding {encoding}, and cuenta needs UTF8"), output
    assert output.count("\n") == 1


def test_a_server_that_is_too_old_is_refused(deployed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploying, "OLDEST", 99)
    with pytest.raises(DeployError, match=r"the server is PostgreSQL 1\d, and cuenta needs 99 or later"):
        deploy(deployed, quiet=True)


def test_it_deploys_whatever_encoding_the_client_is_set_to(
    deployed: str, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_function(files, "text", "select '\u2603'")
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    deploy(deployed, quiet=True, root=files)
    assert check(deployed, root=files) == []
    monkeypatch.delenv("PGCLIENTENCODING")
    assert query(deployed, "select ledger.mine()") == [("\u2603",)]


def test_edited_and_unknown_migrations_are_refused(deployed: str, files: Path) -> None:
    before = state(deployed)
    path = files / "migrations" / f"{MIGRATIONS[2]}.sql"
    path.write_text(path.read_text() + "-- edited\n")
    path.with_name(f"{MIGRATIONS[-1]}.sql").unlink()
    found = check(deployed, root=files)
    assert [line.split(":")[0] for line in found] == [
        f"migration {MIGRATIONS[2]} was edited after it was applied",
        f"migration {MIGRATIONS[-1]} is applied but has no file",
    ]
    with pytest.raises(DeployError, match=r"(?s)nothing was deployed.*was edited.*has no file"):
        deploy(deployed, quiet=True, root=files)
    assert state(deployed) == before


def test_a_failing_migration_leaves_nothing_behind(create_database: Databases, files: Path) -> None:
    url = create_database()
    with psycopg.connect(url, autocommit=True) as conn:
        deploying.configure_database(conn)
    before = state(url)
    path = files / "migrations" / "9000_new.sql"
    path.write_text("create table ledger.half (half_id bigint);\nselect 1 / 0;\n")
    assert check(url, root=files) == ["migration 9000_new is not applied yet: run python db/deploy.py"]
    with pytest.raises(DeployError, match="migration 9000_new failed, nothing was deployed: division by zero"):
        deploy(url, quiet=True, root=files)
    assert state(url) == before

    path.write_text("create table ledger.half (half_id bigint);\n")
    deploy(url, quiet=True, root=files)
    assert check(url, root=files) == []
    done = state(url)
    with pytest.raises(DeployError, match=r"files are missing: 9000_new\.rollback\.sql"):
        rollback(url, 1, quiet=True, root=files)
    path.with_name("9000_new.rollback.sql").write_text("drop table ledger.other;\n")
    with pytest.raises(DeployError, match=r"rollback failed, nothing was rolled back: .*other"):
        rollback(url, 1, quiet=True, root=files)
    assert state(url) == done


def test_a_migration_may_bring_a_column_of_reference_data(create_database: Databases, files: Path) -> None:
    url = create_database()
    deploy(url, quiet=True)
    (files / "migrations" / "9000_new.sql").write_text(
        "alter table ledger.accounts add column is_new boolean not null default false;\n"
        "comment on column ledger.accounts.is_new is 'New.';\n"
    )
    path = files / "reference" / "accounts.csv"
    header, *rows = path.read_text().splitlines()
    path.write_text("\n".join([f"{header},is_new", *(f"{row},false" for row in rows)]) + "\n")
    assert (
        "reference data: accounts is_new is a column that is missing, see db/reference/accounts.csv: "
        "run python db/deploy.py"
    ) in check(url, root=files)
    deploy(url, quiet=True, root=files)
    assert check(url, root=files) == []


def test_every_migration_can_be_rolled_back_and_applied_again(create_database: Databases) -> None:
    url = create_database()
    deploy(url, quiet=True)
    before = state(url)
    for name in reversed(MIGRATIONS):
        assert rollback(url, 1, quiet=True) == [name]
        assert f"migration {name} is not applied yet: run python db/deploy.py" in check(url)
    assert marks(url) == []
    assert query(url, "select to_regnamespace('ledger')") == [(None,)]
    deploy(url, quiet=True)
    assert state(url) == before
    assert rollback(url, 100, quiet=True) == MIGRATIONS[::-1]


def write_function(files: Path, result: str, body: str, parameters: str = "") -> Path:
    path = files / "functions" / "ledger" / "events" / "mine.sql"
    path.write_text(
        f"create or replace function ledger.mine({parameters}) returns {result} language sql "
        f"as $function$ {body} $function$;\n"
    )
    return path


def test_functions_come_go_and_change_with_their_files(
    deployed: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_function(files, "integer", "select 1")
    assert check(deployed, root=files) == [
        "file db/functions/ledger/events/mine.sql is not deployed yet: run python db/deploy.py"
    ]
    deploy(deployed, root=files)
    assert query(deployed, "select ledger.mine()") == [(1,)]
    write_function(files, "text", "select 'one'")
    deploy(deployed, root=files)
    assert query(deployed, "select ledger.mine()") == [("one",)]
    write_function(files, "text", "select 'two'", "p_id integer")
    deploy(deployed, root=files)
    assert "function ledger.mine(): no file defines it any more, dropped" in capsys.readouterr().out
    assert query(deployed, "select ledger.mine(3)") == [("two",)]

    query(deployed, "create table public.needing (one text default ledger.mine(1))")
    path.unlink()
    before = state(deployed)
    with pytest.raises(DeployError, match=r"(?s)function ledger\.mine\(integer\) has to be dropped.*public\.needing"):
        deploy(deployed, root=files)
    assert state(deployed) == before
    query(deployed, "drop table public.needing")
    deploy(deployed, root=files)
    assert check(deployed) == []


def test_marks_of_before_come_into_the_order_of_bytes(create_database: Databases, files: Path) -> None:
    """Their indexes were in the order of the database's library, which an operating system's upgrade changes."""
    url = create_database()
    for table, column in (("records", "kind"), ("records", "name"), ("_yoyo_migration", "migration_hash")):
        query(url, f'alter table deployment.{table} alter column {column} type text collate "default"')
    assert len(query(url, deploying.BY_LIBRARY)) == 3
    before = state(url)
    write_function(files, "integer", "select 1")
    deploy(url, quiet=True, root=files)
    assert query(url, deploying.BY_LIBRARY) == []
    assert {row[:2] for row in before} < {row[:2] for row in state(url)}
    assert check(url, root=files) == []


def test_views_may_need_each_other_and_change_their_columns(deployed: str, files: Path) -> None:
    first, second = files / "views" / "aaa.sql", files / "views" / "zzz.sql"
    first.write_text("create or replace view reporting.aaa as select z.one from reporting.zzz as z;\n")
    second.write_text("create or replace view reporting.zzz as select 1 as one;\n")
    deploy(deployed, quiet=True, root=files)
    second.write_text("create or replace view reporting.zzz as select 'x' as two, 2 as one;\n")
    deploy(deployed, quiet=True, root=files)
    assert query(deployed, "select * from reporting.zzz cross join reporting.aaa") == [("x", 2, 2)]
    assert check(deployed, root=files) == []


def test_one_bad_file_keeps_all_as_it_was(deployed: str, files: Path) -> None:
    before = state(deployed)
    write_function(files, "integer", "select 1")
    (files / "views" / "bad.sql").write_text("create view reporting.bad as\nselect nothing from nowhere;\n")
    with pytest.raises(DeployError, match=r"(?s)db/views/bad\.sql failed.*nowhere.*LINE 2"):
        deploy(deployed, quiet=True, root=files)
    assert state(deployed) == before


def test_a_view_of_others_that_needs_ours_stops_a_deploy_by_name(deployed: str, files: Path) -> None:
    path = files / "views" / "payouts.sql"
    text = path.read_text()
    query(deployed, "create schema bi; create view bi.paid as select p.payout_id from reporting.payouts as p")
    before = state(deployed)
    path.write_text(re.sub(r"\bas\b\s+select", "as select 1 as first_of_all,", text, count=1, flags=re.I))
    write_function(files, "integer", "select 1")
    with pytest.raises(DeployError, match=r"view reporting\.payouts has to be dropped, .* view bi\.paid\. Drop that"):
        deploy(deployed, quiet=True, root=files)
    assert state(deployed) == before
    query(deployed, "drop schema bi cascade")
    with psycopg.connect(deployed) as reader:
        reader.execute("select * from ledger.payouts")  # an open transaction of a reader is in nobody's way
        deploy(deployed, quiet=True, root=files)
    assert query(deployed, "select count(first_of_all) from reporting.payouts") == [(0,)]
    assert check(deployed, root=files) == []


def test_a_migration_and_what_needs_it_come_at_once(deployed: str, create_database: Databases, files: Path) -> None:
    """A composite gets a field, and the function that fills it: a failure takes both back."""
    url = create_database()
    path = files / "migrations" / "9000_pair.sql"
    path.write_text("create type ledger.pair as (one integer);\n")
    path.with_name("9000_pair.rollback.sql").write_text("drop type ledger.pair;\n")
    function = write_function(files, "ledger.pair", "select row(1)::ledger.pair")
    deploy(url, quiet=True, root=files)
    path.with_name("9001_pair.sql").write_text("alter type ledger.pair add attribute two integer;\n")
    text = function.read_text()
    function.write_text(text + "select 1 / 0;\n")
    with pytest.raises(DeployError, match=r"events/mine\.sql failed, nothing was deployed: division"):
        deploy(url, quiet=True, root=files)
    assert query(url, "select (ledger.mine()).*") == [(1,)]

    function.write_text(text.replace("row(1)", "row(1, 2)"))
    deploy(url, quiet=True, root=files)
    assert query(url, "select (ledger.mine()).*") == [(1, 2)]


VALID = "select indisvalid from pg_index where indexrelid = 'ledger.mine_idx'::regclass"


def test_an_index_is_made_concurrently_and_counts_only_if_valid(create_database: Databases, files: Path) -> None:
    url = create_database()
    path = files / "migrations" / "9000_index.sql"
    statement = "create unique index concurrently if not exists mine_idx on ledger.processor_events (currency)"
    path.write_text(f"-- transactional: false\n{statement};\n")
    path.with_name("9000_index.rollback.sql").write_text("drop index ledger.mine_idx;\n")
    query(
        url,
        "select count(*) from generate_series(1, 2) as n cross join lateral api.ingest_event(jsonb_build_object("
        "'event_id', 'e' || n, 'event_type', 'charge_succeeded', 'currency', 'PEN', 'amount', 100, "
        "'occurred_at', '2025-12-30T10:00:00Z', 'restaurant_id', 'r')) as i where i.status = 'processed'",
    )
    for _ in range(2):
        with pytest.raises(DeployError, match=r"(?s)migration 9000_index failed.*could not create unique index"):
            deploy(url, quiet=True, root=files)
        assert query(url, "select indisvalid from pg_index where indexrelid = 'ledger.mine_idx'::regclass") == [
            (False,)
        ]
        assert f"migration 9000_index is not applied yet: {RUN}" in check(url, root=files)
    path.write_text(path.read_text().replace("unique index", "index"))
    deploy(url, quiet=True, root=files)
    assert query(url, VALID) == [(True,)]
    assert check(url, root=files) == []
    assert rollback(url, 1, quiet=True, root=files) == ["9000_index"]


STRUCTURE_DRIFT = [
    (
        "alter table ledger.payouts drop constraint payouts_run_id_fkey",
        "constraint payouts_run_id_fkey on led",
    ),
    ("alter table ledger.payouts add column note text", "column ledger.payouts.note was made by hand"),
    (
        "alter table ledger.restaurants alter column timezone drop not null",
        "column ledger.restaurants.timezone was",
    ),
    ("create index mine on ledger.payouts (amount)", "index ledger.mine was made by hand"),
    ("create table ledger.my_own (one integer)", "table ledger.my_own was made by hand"),
    ("alter type ledger.event_fields add attribute mine text", "type ledger.event_fields was changed by hand"),
]


def test_what_migrations_make_is_watched_and_left_alone(create_database: Databases) -> None:
    url = create_database()
    deploy(url, quiet=True)
    for statement, _ in STRUCTURE_DRIFT:
        query(url, statement)
    for _ in range(2):  # a deploy neither mends it nor takes it for its own
        found = check(url)
        for _, expected in STRUCTURE_DRIFT:
            assert [line for line in found if line.startswith(expected)], (expected, found)
        query(url, "grant select on ledger.payouts to cuenta_app")
        deploy(url, quiet=True)


def test_its_lines_are_json_where_the_service_s_are(deployed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUENTA_LOG", "json")
    for arguments, level in (([], "info"), (["--check"], "info"), (["--database", "nonsense"], "error")):
        lines = [json.loads(line) for line in end(start(deployed, *arguments))[1].splitlines()]
        assert lines and {line["level"] for line in lines} == {level}
        assert all(line.keys() == {"event", "level", "logger", "timestamp"} for line in lines)


def test_no_login_but_the_owner_can_hold_a_deploy_up(deployed: str) -> None:
    name = f"stranger_{secrets.token_hex(4)}"
    query(deployed, f"create role {name}; grant cuenta_app, cuenta_operator, cuenta_reader, cuenta_processor to {name}")
    try:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="deployment"):
            query(deployed, f"set role {name}; lock table deployment.records in access share mode")
        with psycopg.connect(deployed, options=f"-c role={name}") as stranger:
            stranger.execute(f"select pg_advisory_lock({0x6375656E7461})")
            query(deployed, "revoke usage on schema api from cuenta_app")
            deploy(deployed, quiet=True)
    finally:
        query(deployed, f"drop role {name}")
    assert check(deployed) == []


def test_a_database_of_another_collation_version_is_warned_of(
    deployed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = embedded.database_name(deployed)
    known = query(deployed, f"select datcollversion is not null from pg_database where datname = '{name}'")
    if known != [(True,)]:
        return  # the server's C locale has no version here
    query(deployed, f"update pg_database set datcollversion = '0.9' where datname = '{name}'")
    assert check(deployed, quiet=False) == []
    assert "warning: the database sorts by version 0.9 of its collation library" in capsys.readouterr().out
    warned = "select collation_warning from api.get_service_status()"
    assert "made with version 0.9 of its collation library" in str(query(deployed, warned))
    query(deployed, f"alter database {name} refresh collation version")
    assert query(deployed, warned) == [(None,)]
