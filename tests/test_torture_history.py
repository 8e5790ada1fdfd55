"""The torture's judge of histories: it takes what one serial order explains, and refuses each forgery."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.torture.history import Attempt, Book, Call, Entry, Event, Judge, Row

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
PLACE: Row = {"restaurant_id": "r", "currency": "PEN"}


def document(number: int, amount: int = 100, **more: Any) -> Row:
    return {"event_id": f"e{number}", "event_type": "charge_succeeded", "amount": amount} | PLACE | more


def event(number: int, amount: int = 100, **more: Any) -> Event:
    told = document(number, amount)
    facts = {"provider": "default", "event_id": f"e{number}", "event_type": "charge_succeeded", "amount": amount}
    more = {"fee": 0, "entry_count": 1, "payload": told, "xid": 500 + number, "event_no": number} | more
    return Event(**facts, **PLACE, received_at=NOON + timedelta(seconds=number), **more)  # type: ignore[arg-type]


def entry(seq: int, balance: int, number: int | None = None, **more: Any) -> Entry:
    at = NOON + timedelta(seconds=number or seq)
    more = {"xid": 500 + (number or seq), "event_no": number, "recorded_at": at} | more
    return Entry(**PLACE, entry_seq=seq, balance=(balance, 0, 0), **more)


def row(number: int, status: str = "processed", **more: Any) -> Row:
    facts = {"status": status, "event_id": f"e{number}", "provider": "default", "event_type": "charge_succeeded"}
    at = (NOON + timedelta(seconds=number)).isoformat()
    return facts | PLACE | {"entries": 1, "code": None, "details": None, "received_at": at} | more


def tell(number: int, begun: float, ended: float, *rows: Row | None, amount: int = 100) -> Call:
    """An event that was told, one attempt a row (None: its answer was lost), each in its part of the time."""
    step = (ended - begun) / len(rows)
    attempts = [Attempt(begun + n * step, begun + (n + 1) * step, [r] if r else None) for n, r in enumerate(rows)]
    return Call("c", "ingest_event", {"event": document(number, amount)}, attempts)


def read(begun: float, ended: float, *balances: int, pending: int = 0) -> Call:
    rows = [{"available": b - pending, "pending": pending, "reserved": 0, "held": 0} | PLACE for b in balances]
    function = "get_balance" if len(balances) == 1 else "read_twice"
    return Call("r", function, dict(PLACE), [Attempt(begun, ended, rows)])


def read_at(begun: float, ended: float, second: float, balance: int) -> Call:
    """A balance of an earlier moment: so many seconds after noon."""
    call = read(begun, ended, balance)
    call.arguments["at"] = (NOON + timedelta(seconds=second)).isoformat()
    return call


def list_both(begun: float, ended: float, balance: int, other: int) -> Call:
    """The balances of two restaurants in one snapshot."""
    rows = [{"restaurant_id": r, "available": b} for r, b in (("r", balance), ("s", other))]
    rows = [{"currency": "PEN", "pending": 0, "reserved": 0, "held": 0} | r for r in rows]
    return Call("r", "list_balances", {"currency": "PEN"}, [Attempt(begun, ended, rows)])


def configure(begun: float, ended: float, hour: int) -> Call:
    return Call("o", "set_restaurant", {"restaurant_id": "r", "day_close_hour": hour}, [Attempt(begun, ended, [{}])])


def honest() -> tuple[list[Call], Book]:
    """e1 answered at once; e2's first answer lost; e3 and e4 an array; e5 refused; e6 waits; e7 nobody knows;
    a run pays 150 in between."""
    array = Call("c", "ingest_events", {"events": [document(3), document(4, 50)]})
    array.attempts = [Attempt(40, 45, [row(3), row(4)])]
    calls = [
        tell(1, 0, 10, row(1)),
        tell(2, 20, 30, None, row(2, "already_processed")),
        array,
        tell(5, 50, 55, row(5, "rejected", code="AMOUNT_INVALID")),
        tell(6, 56, 60, row(6, "deferred", code="WAITS_FOR_PAYMENT")),
        tell(7, 61, 65, None, amount=7),
        Call("p", "run_payouts", {"currency": "PEN"}, [Attempt(70, 80, [{"run_id": "run1"}])]),
        read(11, 12, 100),
        read(5, 28, 0),
        read(21, 29, 200, pending=60),
        read(46, 47, 350),
        read(71, 79, 350),
        read(71, 79, 200),
        read(81, 82, 200),
        read_at(83, 84, 2.5, 200),
        read_at(83, 84, 0.5, 0),
        list_both(41, 44, 200, 0),
        list_both(41, 44, 350, 50),
        configure(0, 10, 1),
        configure(20, 30, 2),
        configure(25, 35, 3),
        Call("o", "dismiss_event", {"event_id": "e5"}, [Attempt(90, 91, [{"event_id": "e5"}])]),
    ]
    events = [event(1), event(2), event(3, xid=600), event(4, 50, xid=600)]
    entries = [
        entry(1, 100, 1),
        entry(2, 200, 2),
        entry(3, 300, 3, xid=600),
        entry(4, 350, 4, xid=600),
        entry(5, 200, xid=700, run_id="run1"),
        replace(entry(1, 50, xid=600), restaurant_id="s"),
    ]
    book = Book(events, entries)
    book.refusals["default", "e5", "AMOUNT_INVALID"] = 1
    book.waiting = {("default", "e6")}
    book.dismissed = {("default", "e5")}
    book.settings["r", "day_close_hour"] = 2
    return calls, book


def judge(calls: list[Call], book: Book) -> list[str]:
    return Judge(copy.deepcopy(calls), book).judge()


def test_an_honest_history_is_believed() -> None:
    calls, book = honest()
    assert judge(calls, book) == []


def test_what_was_given_up_may_be_there_once() -> None:
    calls, book = honest()
    book.events.append(event(7, 7))
    book.entries.append(entry(6, 207, 7))
    assert judge([*calls[:-1]], book) == []


Forge = Callable[[list[Call], Book], Any]


def lose(calls: list[Call], book: Book) -> None:
    """The last event of the array is gone, cleanly, with its entry."""
    del book.events[3], book.entries[3:]
    del calls[6:]


def double(calls: list[Call], book: Book) -> None:
    book.events.append(event(2, event_no=9))
    book.entries.append(entry(6, 300, 9))


def halve(calls: list[Call], book: Book) -> None:
    book.events[1] = replace(book.events[1], entry_count=2)
    calls[1].attempts[1].rows[0]["entries"] = 2  # type: ignore[index]


def split(calls: list[Call], book: Book) -> None:
    book.events[3] = replace(book.events[3], xid=601)
    book.entries[3] = replace(book.entries[3], xid=601)


def reorder(calls: list[Call], book: Book) -> None:
    """e2, which was sent after e1's answer, stands before it."""
    book.entries[0] = replace(book.entries[0], event_no=2)
    book.entries[1] = replace(book.entries[1], event_no=1)
    book.entries[0], book.entries[1] = replace(book.entries[0], xid=502), replace(book.entries[1], xid=501)


def pay_early(calls: list[Call], book: Book) -> None:
    """The run's entry stands before events that were answered before it began."""
    book.entries[4] = replace(book.entries[4], entry_seq=3, balance=(50, 0, 0))
    book.entries[2] = replace(book.entries[2], entry_seq=4, balance=(150, 0, 0))
    book.entries[3] = replace(book.entries[3], entry_seq=5, balance=(200, 0, 0))
    del calls[10:13]


def add(book: Book, one: Event, its: Entry) -> None:
    book.events.append(one)
    book.entries.append(its)


def refuse_later(calls: list[Call], book: Book) -> None:
    calls.append(tell(1, 90, 91, row(1, "rejected", code="AMOUNT_INVALID")))
    book.refusals["default", "e1", "AMOUNT_INVALID"] = 1


def adjust(calls: list[Call], book: Book) -> None:
    named = PLACE | {"amount": 6, "reference": "op1"}
    calls.append(Call("o", "post_adjustment", named, [Attempt(90, 91, [row(1, event_id="op1", provider="operator")])]))
    add(book, replace(event(1, 5, event_no=8), provider="operator", event_id="op1"), entry(6, 205, 8))


FORGERIES: dict[str, tuple[str, Forge]] = {
    "an answered event is gone": ("lost: ('default', 'e4')", lose),
    "an event is there twice": ("doubled: ('default', 'e2') is 2 times", double),
    "a payment is told by two events": (
        "doubled: ('default', 'r', 'charge_succeeded', 'pay') is posted by 2",
        lambda calls, book: book.events.__setitem__(
            slice(0, 2), [replace(e, subject_id="pay") for e in book.events[:2]]
        ),
    ),
    "an event nobody sent": (
        "ghost: ('default', 'e9')",
        lambda calls, book: add(book, event(9), entry(6, 300, 9)),
    ),
    "an event without one of its entries": ("half: ('default', 'e2') has 1 entries of 2", halve),
    "an array in two transactions": ("half: an array of c was posted in 2 parts", split),
    "another amount is kept": (
        "content: ('default', 'e1')",
        lambda calls, book: book.events.__setitem__(0, event(1, 99)),
    ),
    "another document is kept": (
        "content: ('default', 'e1') is kept as",
        lambda calls, book: book.events.__setitem__(0, event(1, payload=document(1, metadata={"x": 1}))),
    ),
    "posted now, twice": (
        "answer changed: ('default', 'e1') was answered 2 times",
        lambda calls, book: calls.append(tell(1, 90, 91, row(1))),
    ),
    "another number of entries at the second time": (
        "answer changed: ('default', 'e1') was answered",
        lambda calls, book: calls.append(tell(1, 90, 91, row(1, "already_processed", entries=2))),
    ),
    "another time of receipt at the second time": (
        "answer changed: ('default', 'e1') was answered",
        lambda calls, book: calls.append(tell(1, 90, 91, row(2, "already_processed", event_id="e1"))),
    ),
    "refused after it was posted": (
        "answer changed: ('default', 'e1') was posted and is answered rejected",
        refuse_later,
    ),
    "a refusal without evidence": (
        "lost: ('default', 'e5') was refused",
        lambda calls, book: book.refusals.clear(),
    ),
    "what waited is gone": ("lost: ('default', 'e6') was answered deferred", lambda calls, book: book.waiting.clear()),
    "it is said to be there under an id that is not": (
        "lost: ('default', 'e8') was answered as e99",
        lambda calls, book: calls.append(tell(8, 90, 91, row(8, "already_processed", details={"event_id": "e99"}))),
    ),
    "an answered event is not found": (
        "stale: ('default', 'e1') was posted and is not found",
        lambda calls, book: calls.append(
            Call("r", "get_event", {"event_id": "e1"}, [Attempt(90, 91, None, "EVENT_NOT_FOUND")])
        ),
    ),
    "a person's amount is another": (
        "content: ('operator', 'op1') has amount 5 and was answered for 6",
        adjust,
    ),
    "the order is not that of the calls": ("order: entry 2", reorder),
    "a payout stands before what was answered before its run": ("order: entry", pay_early),
    "a number is missing": ("order: the entries of", lambda calls, book: book.entries.pop(1)),
    "a read that is too old": (
        "stale: ('r', 'PEN') was read as (100",
        lambda calls, book: calls.append(read(90, 91, 100)),
    ),
    "a read of what comes later": (
        "stale: ('r', 'PEN') was read as (350",
        lambda calls, book: calls.append(read(12, 13, 350)),
    ),
    "a read that never was": (
        "stale: ('r', 'PEN') was read as (123",
        lambda calls, book: calls.append(read(90, 91, 123)),
    ),
    "a read in the middle of an array": (
        "stale: ('r', 'PEN') was read as (300",
        lambda calls, book: calls.append(read(41, 44, 300)),
    ),
    "a read that goes back behind another one": (
        "stale: ('r', 'PEN') was read as (100",
        lambda calls, book: calls.extend([read(22, 23, 200), read(24, 25, 100)]),
    ),
    "an earlier moment, without what was recorded by then": (
        "stale: ('r', 'PEN') was read as (100",
        lambda calls, book: calls.append(read_at(90, 91, 2.5, 100)),
    ),
    "an earlier moment, with what was recorded later": (
        "stale: ('r', 'PEN') was read as (350",
        lambda calls, book: calls.append(read_at(90, 91, 2.5, 350)),
    ),
    "a snapshot with an array at one restaurant only": (
        "half: r read a transaction in a part",
        lambda calls, book: calls.append(list_both(41, 44, 350, 0)),
    ),
    "a setting that was set again": (
        "lost: ('r', 'day_close_hour') is 1",
        lambda calls, book: book.settings.update({("r", "day_close_hour"): 1}),
    ),
    "a dismissal that is gone": ("lost: ('default', 'e5') was dismissed", lambda calls, book: book.dismissed.clear()),
    "one snapshot, two balances": (
        "stale: one snapshot of r read two balances",
        lambda calls, book: calls.append(read(71, 79, 350, 200)),
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_history_is_refused(name: str) -> None:
    calls, book = honest()
    expected, forge = FORGERIES[name]
    forge(calls, book)
    found = judge(calls, book)
    assert any(fault.startswith(expected) for fault in found), found
