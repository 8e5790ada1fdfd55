"""The server's clock steps back and forward under a book in which everything happens: it stays sound.

Whatever an operating system may do to its clock, a book that nobody has tampered with has no finding. The functions of
a throw-away database are made to read a clock that is stepped between their calls; a deploy puts them back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from db.deploy import deploy
from tests import rich_book

# What a book may well have: somebody owes money; and a warning that says itself that it goes by the clock.
LEGAL = {"negative_available", "payout_run_left_out"}
# What the clock differs by after steps of two hours back, three days forward and a day back.
OFFSETS = ("0 hours", "-2 hours", "70 hours", "46 hours")
READ = "clock_timestamp()"
STEPPED = "(clock_timestamp() + coalesce(current_setting('test.clock', true), '0')::interval)"
FUNCTIONS = """
select pg_get_functiondef(p.oid)
from pg_proc as p
inner join pg_namespace as n on p.pronamespace = n.oid
where n.nspname in ('api', 'ledger', 'outbound') and strpos(p.prosrc, 'clock_timestamp()') > 0
"""

REPLACE = """
set role cuenta_writer;
update ledger.posting_rules set is_delayed = not is_delayed where event_type = 'charge_succeeded';
reset role;
"""
# As if deploys had made these versions.
KEEP = """
insert into deployment.records (kind, name, fingerprint)
select 'row', r.name, r.fingerprint
from ledger.reference_rows as r
where r.name like 'posting_rule%'
on conflict (kind, name) do update set fingerprint = excluded.fingerprint
"""


class SteppedBook(rich_book.Book):
    """A book whose clock is stepped each few calls."""

    every, calls, url = 1, 0, ""

    def step(self) -> None:
        offset = OFFSETS[SteppedBook.calls // SteppedBook.every % len(OFFSETS)]
        SteppedBook.calls += 1
        self.connection.execute("select set_config('test.clock', %s, false)", [offset])

    def call(self, call: str, *arguments: Any) -> Any:
        self.step()
        return super().call(call, *arguments)

    def tell_array(self, events: list[Any]) -> None:
        self.step()
        super().tell_array(events)

    @contextlib.contextmanager
    def stepped(self) -> Iterator[None]:
        """While this lasts, the clock steps."""
        functions = self.connection.execute(FUNCTIONS).fetchall()
        assert len(functions) > 30
        for (text,) in functions:
            self.connection.execute(text.replace(READ, STEPPED))
        yield
        deploy(self.url, quiet=True)
        self.connection.execute(KEEP)

    def assert_sound(self) -> None:
        """No check has a finding, over all of the book and over what came since its last audited seal."""
        for call in ("api.check_integrity(p_everything => true)", "api.check_integrity()"):
            rows = self.connection.execute(
                f"select check_name, findings, sample from {call} where findings <> 0".encode()
            )
            found = {name: sample for name, _, sample in rows if name not in LEGAL}
            assert found == {}, (call, sorted(found))


@pytest.fixture(params=[1, 5])
def book(
    request: pytest.FixtureRequest, create_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[SteppedBook]:
    """An empty book whose clock is stepped after each so many calls."""
    for name, value in {"every": request.param, "calls": 0, "url": create_database()}.items():
        monkeypatch.setattr(SteppedBook, name, value)
    monkeypatch.setattr(rich_book, "Book", SteppedBook)
    with psycopg.connect(SteppedBook.url, autocommit=True) as connection:
        yield SteppedBook(connection)


def test_a_sound_book_has_no_finding_whatever_the_clock_did(book: SteppedBook) -> None:
    with book.stepped():
        rich_book.build(book.connection)
        # Told again while it waits; settings by which days are another country's; a rule that is replaced, twice.
        for _ in OFFSETS:
            book.tell(
                *("evt_w3", "refund_succeeded", "lima", "PEN", 600, 6),
                payment_id="pay_404",
                refund_id="rf_404",
                expect="deferred",
            )
        for number, zone in enumerate(("America/Lima", "Asia/Tokyo", "Europe/Madrid", "Pacific/Auckland") * 2):
            book.call("api.set_restaurant('tokyo', %s, p_actor => 'ana')", zone)
            book.tell(f"evt_z{number}", "charge_succeeded", "tokyo", "JPY", 4000, 4, seconds=number * 3600)
        for number in range(4):
            book.step()
            book.connection.execute(REPLACE)
            book.tell(f"evt_q{number}", "charge_succeeded", "madrid", "EUR", 3000, 2, provider="adyen", seconds=number)
    book.assert_sound()

    book.connection.execute("select from api.seal_ledger()")
    book.connection.execute("select from api.audit_integrity()")
    assert book.connection.execute("select from ledger.seals where audited_at is not null").rowcount == 1
    with book.stepped():
        book.tell("evt_s1", "refund_succeeded", "lima", "PEN", 500, 1, payment_id="pay_4", refund_id="rf_s")
        book.tell("evt_s2", "charge_succeeded", "closing", "PEN", 700, 2, expect="rejected")
        book.call("api.accept_event('evt_s2', 'the guest paid', p_actor => 'ana')")
        book.tell("evt_s3", "charge_succeeded", "madrid", "EUR", 5000, 1, fee=50, provider="adyen", seconds=30001)
        book.call("api.set_restaurant('madrid', p_settlement_delay_days => 3, p_actor => 'ana')")
        book.tell("evt_s4", "charge_succeeded", "madrid", "EUR", 5000, 1, fee=50, provider="adyen", seconds=30002)
        book.tell("evt_s5", "charge_succeeded", "lima", "PEN", 600, 1, payment_id="pay_404")
        book.outcome("evt_s6", "payout_paid", "lima", "PEN", 4, ago=1)
        book.pay("PEN", 2)
    book.assert_sound()
    assert book.connection.execute("select from api.verify_seals()").rowcount == 0
