"""Sessions that stay in a transaction, of logins that may read or call, stop nobody else: invariant 9 of the design."""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from db.deploy import deploy
from tests.sessions import AS_OF, NOW, charge

pytestmark = pytest.mark.long

Connection = psycopg.Connection[Any]
ROOT = Path(__file__).resolve().parent.parent
IDLE = (("cuenta_reader", "read committed"), ("cuenta_reader", "serializable"), ("cuenta_app", "repeatable read"))
PATIENCE = "1500ms"  # of the others: the service's own
RELATIONS = """
select c.oid::regclass::text as name, c.relkind::text as kind, has_table_privilege(c.oid, 'select') as may_read
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
where
    n.nspname in ('ledger', 'access', 'inbound', 'outbound', 'reporting', 'deployment')
    and c.relkind in ('r', 'v', 'p', 'S')
order by c.oid
"""
READS = """
select p.oid::regproc::text
from pg_proc as p
where
    p.pronamespace = 'api'::regnamespace and p.pronargs = p.pronargdefaults and p.provolatile <> 'v'
    and has_function_privilege(p.oid, 'execute')
order by 1
"""
MODES = (
    *("access share", "row share", "row exclusive", "share update exclusive"),
    *("share", "share row exclusive", "exclusive", "access exclusive"),
)
# Locks that are nobody's in particular, and what gives a transaction a number or keeps a snapshot.
TAKEN = (
    "select pg_advisory_lock(n) from generate_series(0, 20) as n",
    "select pg_advisory_xact_lock(hashtext('cuenta'), n) from generate_series(0, 20) as n",
    "select pg_current_xact_id()",
    "select pg_export_snapshot()",
    "listen cuenta",
    "notify cuenta",
    "lock table pg_catalog.pg_class, pg_catalog.pg_proc, pg_catalog.pg_attribute in access share mode",
)


@pytest.fixture(scope="module")
def url(create_database: Callable[[], str]) -> Iterator[str]:
    """A database with some restaurants, and a login of each role that is dropped at the end."""
    url = create_database()
    deploy(url, quiet=True)  # in a copy of a database it has something to do
    with psycopg.connect(url, autocommit=True) as admin:
        for number in range(5):
            tell(admin, f"res_{number}")
        admin.execute("select from api.run_payouts('PEN', %s, 1, p_restaurant_ids => array['res_4'])", [AS_OF])
        yield url


@contextlib.contextmanager
def login(url: str, role: str) -> Iterator[str]:
    """The URL of a login of its own that is a member of the role, and of nothing else."""
    name, password = f"idle_{uuid.uuid4().hex[:12]}", secrets.token_hex(12)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(sql.SQL("create role {} login password {}").format(sql.Identifier(name), password))
        admin.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(name)))
        yield psycopg.conninfo.make_conninfo(url, user=name, password=password)
        admin.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def tell(session: Connection, restaurant: str) -> None:
    event = charge(restaurant, "PEN", event_id=f"evt_{uuid.uuid4().hex}")
    row = session.execute("select status from api.ingest_event(%s::jsonb)", [json.dumps(event)]).fetchone()
    assert row == ("processed",)


def try_to(session: Connection, statement: str) -> bool:
    """Whether a statement is allowed; if not, it is as if it had not been said."""
    try:
        with session.transaction():
            session.execute(statement.encode())
    except (errors.InsufficientPrivilege, errors.WrongObjectType, errors.FeatureNotSupported):
        return False
    return True


def take_everything(session: Connection) -> dict[str, int]:
    """Read and lock whatever the login may, in the transaction that is open. Answers how much of each was allowed."""
    done = {"read": 0, "called": 0, "locked": 0, "row locked": 0}
    relations = session.execute(RELATIONS).fetchall()
    for name, kind, _ in relations:
        done["read"] += try_to(session, f"select count(*) from {name}")
        done["row locked"] += kind != "S" and try_to(session, f"select 1 from {name} for key share")
        for mode in MODES if kind != "S" else ():
            done["locked"] += try_to(session, f"lock table {name} in {mode} mode nowait")
    for (name,) in session.execute(READS).fetchall():
        session.execute(f"select count(*) from {name}()".encode())
        done["called"] += 1
    for statement in TAKEN:
        session.execute(statement.encode())
    for name, kind, may_read in relations:
        if may_read and kind == "v":
            session.execute(f"declare c_{uuid.uuid4().hex} cursor for select * from {name}".encode())
    return done


def changed_copy(folder: Path) -> Path:
    """The files of a deploy, with another comment in a function."""
    shutil.copytree(ROOT / "db", folder / "db", ignore=shutil.ignore_patterns("__pycache__", "tests"))
    file = folder / "db" / "functions" / "api" / "events" / "ingest_event.sql"
    file.write_text(file.read_text().replace("\n */", f"\n * Change: {uuid.uuid4().hex}\n */", 1))
    return folder / "db"


@pytest.mark.parametrize(("role", "isolation"), IDLE)
def test_who_has_read_and_locked_what_he_may_and_stays_stops_nobody(
    url: str, role: str, isolation: str, tmp_path: Path
) -> None:
    with (
        login(url, role) as idle_url,
        psycopg.connect(idle_url) as idle,
        psycopg.connect(url, autocommit=True) as other,
    ):
        idle.execute(f"set transaction isolation level {isolation}".encode())
        done = take_everything(idle)
        is_reader = role == "cuenta_reader"
        assert (done["read"] > 0) == is_reader
        # A view is locked with the tables below it, by its owner's right, and only so that nobody drops them.
        assert done["called"] > 5
        assert done["row locked"] == 0
        assert done["locked"] == (done["read"] if is_reader else 0)
        assert idle.info.transaction_status.name == "INTRANS"

        other.execute(f"set lock_timeout = '{PATIENCE}'".encode())
        for number in range(5):
            tell(other, f"res_{number}")
        array = [charge(f"res_{number}", "PEN", event_id=f"evt_{uuid.uuid4().hex}") for number in range(7)]
        rows = other.execute("select status from api.ingest_events(%s::jsonb)", [json.dumps(array)]).fetchall()
        assert {status for (status,) in rows} == {"processed"}
        other.execute("select from api.set_restaurant('res_0', p_payouts_paused => true)")
        other.execute("select from api.set_restaurant('res_0', p_payouts_paused => false)")
        run = "select payouts_created + restaurants_skipped >= 5 from api.run_payouts('PEN', %s, 1)"
        assert other.execute(run.encode(), [NOW.date() - timedelta(days=1)]).fetchone() == (True,)
        sealed = other.execute("select entry_count from api.seal_ledger()").fetchone()
        assert sealed == other.execute("select count(*) from ledger.ledger_entries").fetchone()
        assert other.execute("select from api.verify_seals()").rowcount == 0
        found = other.execute("select check_name from api.check_integrity() where findings > 0 and severity = 'error'")
        assert found.fetchall() == []
        deploy(url, quiet=True)
        deploy(url, quiet=True, root=changed_copy(tmp_path))  # functions change under whoever reads
        tell(other, "res_0")
        deploy(url, quiet=True)
        assert idle.info.transaction_status.name == "INTRANS"
        idle.execute("select 1")


KEPT: dict[str, tuple[str, ...]] = {  # by role: what it has done, and neither commits nor takes back
    "cuenta_processor": ("select api.ingest_event({event!r})",),
    "cuenta_app": (
        "select api.ingest_events(('[' || {event!r} || ']')::jsonb)",
        "select api.set_restaurant('{own}', 'UTC', 3)",
        f"select * from api.run_payouts('PEN', '{AS_OF}', 1, p_restaurant_ids => array['{{own}}'])",
        f"select * from api.queue_payout_run('USD', '{AS_OF}')",
    ),
    "cuenta_operator": (
        "select api.hold_funds('{own}', 'PEN', 5, 'why', 'hold_{own}')",
        "select api.pause_payouts('{own}', 'PEN', 'why')",
        "select api.create_api_key('kept', 'reader')",
        "select api.set_webhook_source('kept', 'hmac')",
        "select api.set_webhook_endpoint('https://kept.example/x', array['*'])",
        "select api.set_payout_schedule('kept', 'PEN', 'daily', '02:30', 'UTC')",
        "select api.set_platform_settings('register')",
    ),
    "cuenta_door": ("select api.use_api_key(sha256({key!r}))",),
    "cuenta_worker": (
        "select * from api.claim_payout_run()",
        "select * from api.claim_deliveries(5)",
        "select * from api.run_due_payouts()",
    ),
}
OTHERS = (
    "select status from api.ingest_event({event!r})",
    "select status from api.ingest_events(('[' || {event!r} || ']')::jsonb)",
    "select api.set_restaurant('{own}', 'UTC', 2)",
    f"select * from api.run_payouts('PEN', '{AS_OF}', 1, p_restaurant_ids => array['{{own}}'])",
    "select api.hold_funds('{own}', 'PEN', 5, 'why', 'hold_{own}')",
    "select api.create_api_key('another', 'reader')",
    "select api.set_webhook_source('another', 'hmac')",
    "select api.set_webhook_endpoint('https://another.example/x', array['*'])",
    "select api.use_api_key(sha256({key!r}))",
    "select * from api.claim_deliveries(5)",
    "select * from api.list_payouts()",
    "select * from api.seal_ledger()",
)


@pytest.mark.parametrize("role", KEPT)
def test_who_has_written_for_one_restaurant_and_stays_stops_no_other_restaurant(
    create_database: Callable[[], str], role: str
) -> None:
    url = create_database()
    deploy(url, quiet=True)

    def event(restaurant: str, number: int) -> str:
        return json.dumps(charge(restaurant, "PEN", event_id=f"{restaurant}_{number}"))

    with psycopg.connect(url, autocommit=True) as admin, psycopg.connect(url, options=f"-c role={role}") as kept:
        for restaurant in ("kept", "other"):
            admin.execute("select api.ingest_event(%s)", [event(restaurant, 0)])
        (key,) = admin.execute("select key from api.create_api_key('caller', 'reader')").fetchone() or ("",)
        for what in KEPT[role]:
            kept.execute(what.format(event=event("kept", 1), own="kept", key=key).encode())
        admin.execute(f"set lock_timeout = '{PATIENCE}'".encode())
        for what in OTHERS:
            admin.execute(what.format(event=event("other", 2), own="other", key=key).encode())
        deploy(url, quiet=True)
        assert kept.info.transaction_status.name == "INTRANS"
