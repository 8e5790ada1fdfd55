"""A book in which everything has happened, changed by a superuser with triggers off: each change is found.

What is changed, and what finds it, is data: tests/tampers.py. Each tamper is made in a transaction that is rolled back,
so that all are made to the same book; only sequences have to be set back by hand. What changes the catalog is made to a
copy, which is then compared with what was deployed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from db.deploy import check, deploy
from tests import rich_book, tampers
from tests.tampers import DRIFT, NEVER, SEAL, TAMPERS, Tamper

pytestmark = pytest.mark.long

KEEPS_CONNECTIONS = True
# What a book may well have: somebody owes money.
LEGAL = {"negative_available"}
CHECKS = "select c.check_name from reporting.integrity_checks as c order by c.check_name"
SINCE = "select bool_or(f.findings > 0) from unnest(%s::text[]) as n (name) cross join api.check_integrity(n.name) as f"
SEQUENCES = (
    "select format('%I.%I', s.schemaname, s.sequencename), s.last_value "
    "from pg_sequences as s where s.schemaname = 'ledger' and s.last_value is not null"
)

FILLED = [
    "deferred_events",
    "event_acceptances",
    "event_dismissals",
    "event_links",
    "event_rejections",
    "holdings",
    "payout_items",
    "payout_skips",
    "payout_term_changes",
    "payout_terms",
    "pending_days",
    "setting_changes",
]

Connection = psycopg.Connection[Any]
Connect = Callable[..., Connection]


def names(found_by: Callable[[Tamper], bool]) -> list[Any]:
    return [pytest.param(tamper, id=tamper.name.replace(" ", "-")) for tamper in TAMPERS if found_by(tamper)]


@pytest.fixture(scope="module")
def book(connect: Connect) -> Connection:
    """A session of the superuser, whose transaction a test leaves to be rolled back. All of the book is sealed."""
    rich_book.build(connect())
    connect().execute("select api.seal_ledger()")
    return connect(autocommit=False)


@pytest.fixture
def tampered(book: Connection) -> Iterator[Callable[[Tamper], Connection]]:
    before = book.execute(SEQUENCES).fetchall()
    book.rollback()

    def tamper(what: Tamper) -> Connection:
        book.execute("set local session_replication_role = replica")
        book.execute("set local search_path = pg_catalog")
        done = [book.execute(statement.encode()).rowcount for statement in what.statements]
        assert any(count != 0 for count in done), "nothing was changed"
        return book

    yield tamper
    book.rollback()
    for sequence, value in before:
        book.execute("select setval(%s::regclass, %s)", (sequence, value))
    book.commit()


def finds(book: Connection, name: str) -> bool:
    """Whether a check has a finding; one that cannot be evaluated has, as for check_integrity()."""
    statement = sql.SQL("select exists (select from reporting.{})").format(sql.Identifier(f"check_{name}"))
    try:
        with book.transaction():
            row = book.execute(statement).fetchone()
    except psycopg.DataError:
        return True
    return row == (True,)


def is_unsealed(book: Connection) -> bool:
    """Whether the book is not what was sealed."""
    return book.execute("select from api.verify_seals() limit 1").rowcount > 0


def found(book: Connection) -> set[str]:
    return {name for (name,) in book.execute(CHECKS).fetchall() if finds(book, name)} - LEGAL


def test_the_untouched_book_has_no_finding(book: Connection) -> None:
    assert found(book) == set()
    assert not is_unsealed(book)
    book.rollback()


def test_an_audit_of_what_came_since_finds_nothing_either(book: Connection) -> None:
    book.execute("select from api.audit_integrity()")
    more = rich_book.Book(book)
    more.tell("evt_s1", "charge_succeeded", "lima", "PEN", 5000, 1, fee=50, payment_id="pay_s1", seconds=9)
    more.tell("evt_s2", "charge_succeeded", "madrid", "EUR", 5000, 1, fee=50, provider="adyen", seconds=30001)
    more.tell("evt_s3", "refund_succeeded", "lima", "PEN", 500, 1, payment_id="pay_4", refund_id="rf_s", seconds=9)
    more.tell("evt_s4", "refund_failed", "lima", "PEN", 1000, 1, refund_id="rf_n", seconds=9)
    more.tell("evt_s5", "dispute_lost", "lima", "PEN", 20003, 1, dispute_id="dp_3")
    more.do("api.release_hold('hold_1', 500, 'settled', 'release_2', 'ana')")
    more.outcome("evt_s6", "payout_paid", "lima", "PEN", 4, ago=1)
    more.call("api.set_restaurant('madrid', p_settlement_delay_days => 0, p_actor => 'ana')")
    more.pay("PEN", 2)
    more.pay("EUR", 2)
    findings = book.execute("select check_name, sample from api.check_integrity() where findings > 0").fetchall()
    assert {name for name, _ in findings} <= LEGAL, findings
    assert found(book) == set()
    book.rollback()


def test_everything_has_happened_in_the_book(book: Connection) -> None:
    missing = """
    select 'event type ' || t.event_type from ledger.event_types as t
    where not exists (select from ledger.processor_events as v where v.event_type = t.event_type)
    union all
    select 'entry type ' || t.entry_type from ledger.entry_types as t
    where t.entry_type not in ('FEE_REFUND_REVERSAL', 'REFUND_REVERSAL', 'ADJUSTMENT_DEBIT_REVERSAL',
        'WRITE_OFF_REVERSAL', 'PAYOUT_FEE_REVERSAL')
        and not exists (select from ledger.ledger_entries as e where e.entry_type = t.entry_type)
    union all
    select 'payout ' || s.status from unnest('{CREATED,PAID,FAILED,CANCELED}'::text[]) as s (status)
    where not exists (select from ledger.payouts as p where p.status = s.status)
    """
    assert book.execute(missing).fetchall() == []
    for table in FILLED:
        assert book.execute(sql.SQL("select from ledger.{} limit 1").format(sql.Identifier(table))).rowcount == 1, table
    book.rollback()


@pytest.mark.parametrize("what", names(lambda tamper: tamper.found_by not in (DRIFT, SEAL, NEVER)))
def test_a_tamper_is_found_by_its_check(tampered: Callable[[Tamper], Connection], what: Tamper) -> None:
    book = tampered(what)
    assert finds(book, what.found_by)
    # No audit has found the seal sound yet: what came since is everything, looked at the other way. There an account
    # that is missing is one finding, and nothing of it is compared any more.
    since = book.execute(SINCE, ([what.found_by, "account_missing"],)).fetchone()
    assert since == (True,)
    assert is_unsealed(book) == what.sealed


@pytest.mark.parametrize("what", names(lambda tamper: tamper.found_by in (SEAL, NEVER)))
def test_no_check_can_know_what_agrees_with_itself(tampered: Callable[[Tamper], Connection], what: Tamper) -> None:
    book = tampered(what)
    assert what.why
    assert found(book) == set()
    assert is_unsealed(book) == what.sealed == (what.found_by == SEAL)


def test_what_rules_is_compared_with_what_was_deployed(create_database: Callable[[], str]) -> None:
    url = create_database()
    deploy(url, quiet=True)  # a copy has not all that its server knows of the original
    assert check(url) == []
    expected = {tamper.name: tamper.told for tamper in TAMPERS if tamper.found_by == DRIFT}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        for tamper in TAMPERS:
            if tamper.found_by == DRIFT:
                for statement in tamper.statements:
                    connection.execute(statement.encode())
        drifted = {tamper.check for tamper in TAMPERS if tamper.found_by == DRIFT}
        assert len(drifted) == 2
        for name in drifted:
            view = sql.SQL("select from reporting.{}").format(sql.Identifier(f"check_{name}"))
            assert connection.execute(view).rowcount > 0, name
    told = check(url)
    assert [name for name, line in expected.items() if not any(one.startswith(line) for one in told)] == [], told


def test_there_are_many_and_each_says_who_finds_it(book: Connection) -> None:
    known = {name for (name,) in book.execute(CHECKS).fetchall()} | {DRIFT, SEAL, NEVER}
    book.rollback()
    assert len(TAMPERS) == len({tamper.name for tamper in TAMPERS}) >= 150
    assert {tamper.found_by for tamper in TAMPERS} <= known
    # What cannot be known at all is an exception.
    assert sum(tamper.found_by == NEVER for tamper in TAMPERS) <= 6
    assert all(tamper.why for tamper in TAMPERS if tamper.found_by in (SEAL, NEVER))
    assert all(tamper.told for tamper in TAMPERS if tamper.found_by == DRIFT)


def test_the_table_in_the_documentation_is_made_of_them() -> None:
    text = tampers.PAGE.read_text(encoding="utf-8")
    assert tampers.written(text) == text, "run: python tests/tampers.py"
