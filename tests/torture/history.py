"""What the clients saw, compared with one serial order: the book's.

An account (a restaurant in a currency) is one object, its entries are numbered, and each transaction's entries are one
step. What was seen is right if each answered event stands in that order once, with the content that was answered,
between the moments when it was sent and answered (so an event that was answered before another one was sent
has the lower number), and if each balance that was read is one that the account had between two transactions, at a
moment while it was read. Nothing here asks a database: tests forge histories and books.
"""

from __future__ import annotations

import bisect
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]
Key = tuple[str, str]  # provider, event_id
Account = tuple[str, str]  # restaurant_id, currency
Balance = tuple[int, int, int]  # balance, reserved, held
Spans = dict[tuple[str, int | str], tuple[float, float]]  # of an event or a run: when it was sent, when answered

NEVER, ALWAYS = float("-inf"), float("inf")
POSTED = ("processed", "already_processed")
TELLS = ("ingest_event", "ingest_events")
# Calls of people that are events of provider operator under their reference, and what they name of its content.
PEOPLE = {
    "post_adjustment": ("restaurant_id", "currency", "amount"),
    "hold_funds": ("restaurant_id", "currency", "amount"),
    "release_hold": ("amount",),
    "write_off_debt": ("restaurant_id", "currency", "amount"),
    "reverse_event": (),
    "cancel_payout": (),
}
INBOX = ("replay_event", "accept_event", "dismiss_event")
READS = ("get_balance", "read_twice", "list_balances")
SETTINGS = ("timezone", "settlement_delay_days", "day_close_hour", "closed", "payouts_paused")
TERMS = {"min_amount": None, "payable_unit": 1}  # and what 0 makes of them: none, the unit of our currencies
RUNS = ("run_payouts", "pay_by_hand", "start_payout_run", "queue_payout_run")


@dataclass
class Attempt:
    """One time that a call was sent: when, and what came back. Without rows and refusal nobody knows what it did."""

    begun: float
    ended: float = ALWAYS
    rows: list[Row] | None = None
    refusal: str | None = None


@dataclass
class Call:
    """A call of a client with all its attempts: it is over when one is answered, or when the client gives up."""

    client: str
    function: str
    arguments: Row
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def is_answered(self) -> bool:
        return bool(self.attempts) and (self.attempts[-1].rows is not None or self.attempts[-1].refusal is not None)


@dataclass(frozen=True)
class Event:
    """An event of the book."""

    provider: str
    event_id: str
    restaurant_id: str
    currency: str
    event_type: str
    event_no: int
    amount: int
    fee: int
    entry_count: int
    received_at: datetime
    payload: Row
    xid: int
    subject_id: str | None = None

    @property
    def key(self) -> Key:
        return self.provider, self.event_id

    @property
    def account(self) -> Account:
        return self.restaurant_id, self.currency


@dataclass(frozen=True)
class Entry:
    """An entry of the book: the account after it, and the transaction that wrote it."""

    restaurant_id: str
    currency: str
    entry_seq: int
    balance: Balance
    xid: int
    event_no: int | None = None
    run_id: str | None = None  # of the payout that it reserves
    recorded_at: datetime | None = None


@dataclass
class Book:
    """What is compared: the events, the entries, and how many rows of evidence there are of what posted nothing."""

    events: list[Event] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    refusals: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # provider, event_id, code
    waiting: set[Key] = field(default_factory=set)  # deferred, or dismissed while they waited
    dismissed: set[Key] = field(default_factory=set)
    settings: dict[tuple[str, ...], Any] = field(default_factory=dict)  # restaurant, maybe currency, and name: value


@dataclass
class Told:
    """One answer about one event: what was said, when, and which row came back."""

    key: Key
    begun: float
    ended: float
    row: Row
    document: Row | None = None  # of those who tell it themselves
    names: Row = field(default_factory=dict)  # of people: what they named of its content
    is_tell: bool = False


@dataclass
class Snapshot:
    """Balances that were read at once: after which entry each account is, as far as that is plain."""

    client: str
    places: dict[Account, int] = field(default_factory=dict)


@dataclass
class Read:
    """A balance that was read."""

    begun: float
    ended: float
    balance: Balance
    snapshot: Snapshot
    at: datetime | None = None


def document_key(document: Row) -> Key:
    return str(document.get("provider") or "default"), str(document["event_id"])


def keys_of(call: Call) -> list[Key]:
    """The events that a call is about."""
    if call.function == "ingest_event":
        return [document_key(call.arguments["event"])]
    if call.function == "ingest_events":
        return [document_key(document) for document in call.arguments["events"]]
    if call.function in PEOPLE:
        return [("operator", call.arguments["reference"])]
    if call.function in INBOX:
        return [(call.arguments.get("provider") or "default", call.arguments["event_id"])]
    return []


def answers_of(call: Call) -> Iterator[Told]:
    """Each answer of a call about an event."""
    for attempt in call.attempts:
        rows = attempt.rows or []
        if call.function == "dismiss_event":
            continue
        if call.function == "replay_events":
            for row in rows:
                if row["status"] in POSTED:
                    yield Told((row["provider"], row["event_id"]), attempt.begun, attempt.ended, row)
            continue
        documents: list[Row] = [{}]
        if call.function in TELLS:
            documents = call.arguments["events"] if "events" in call.arguments else [call.arguments["event"]]
        for key, document, row in zip(keys_of(call), documents, rows, strict=False):
            names = {name: call.arguments[name] for name in PEOPLE.get(call.function, ())}
            is_tell = call.function in TELLS
            yield Told(key, attempt.begun, attempt.ended, row, document or None, names, is_tell)


def writes_of(call: Call) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The settings that a call sets."""
    told = call.arguments
    if call.function == "set_restaurant":
        yield from (((told["restaurant_id"], name), told[name]) for name in SETTINGS if name in told)
    place = (told.get("restaurant_id", ""), told.get("currency", ""))
    if call.function == "set_payout_terms":
        yield from (((*place, name), told[name] or none) for name, none in TERMS.items() if name in told)
    if call.function in ("pause_payouts", "resume_payouts"):
        yield (*place, "is_paused"), call.function == "pause_payouts"


def moment(value: Any) -> datetime:
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return at.astimezone(UTC)


def canonical(document: Row) -> str:
    return json.dumps(document, sort_keys=True)


class Judge:
    """Compares; `faults` says what contradicts."""

    def __init__(self, calls: Iterable[Call], book: Book) -> None:
        self.calls, self.book = list(calls), book
        self.faults: list[str] = []
        self.reads = 0
        self.snapshots: list[Snapshot] = []
        self.events: dict[Key, list[Event]] = defaultdict(list)
        for event in book.events:
            self.events[event.key].append(event)
        self.entries: dict[Account, list[Entry]] = defaultdict(list)
        for entry in sorted(book.entries, key=lambda e: e.entry_seq):
            self.entries[entry.restaurant_id, entry.currency].append(entry)
        self.answers: dict[Key, list[Told]] = defaultdict(list)
        self.first_sent: dict[Key, float] = {}
        for call in self.calls:
            for told in answers_of(call):
                self.answers[told.key].append(told)
            if call.attempts and call.function not in INBOX:
                for key in keys_of(call):
                    self.first_sent[key] = min(self.first_sent.get(key, ALWAYS), call.attempts[0].begun)

    def judge(self) -> list[str]:
        self.judge_book()
        for key, answers in self.answers.items():
            self.judge_event(key, answers)
        self.judge_arrays()
        self.judge_look_ups()
        self.judge_settings()
        spans = self.spans()
        for account, entries in self.entries.items():
            self.judge_order(account, entries, spans)
        self.judge_reads(spans)
        return self.faults

    # Each event by itself

    def judge_book(self) -> None:
        """No event twice, none that nobody sent, each with its entries."""
        counts = Counter((entry.restaurant_id, entry.event_no) for entry in self.book.entries if entry.event_no)
        for key, events in self.events.items():
            if len(events) > 1:
                self.faults.append(f"doubled: {key} is {len(events)} times in the book")
            if key not in self.first_sent:
                self.faults.append(f"ghost: {key} is in the book, and nobody sent it")
            for event in events:
                if counts[event.restaurant_id, event.event_no] != event.entry_count:
                    number = counts[event.restaurant_id, event.event_no]
                    self.faults.append(f"half: {key} has {number} entries of {event.entry_count}")
        subjects = Counter(
            (e.provider, e.restaurant_id, e.event_type, e.subject_id) for e in self.book.events if e.subject_id
        )
        for subject, count in subjects.items():
            if count > 1:
                self.faults.append(f"doubled: {subject} is posted by {count} events")

    def judge_event(self, key: Key, answers: list[Told]) -> None:
        answers = sorted(answers, key=lambda told: told.ended)
        own = [told for told in answers if told.row["status"] in POSTED and not (told.row.get("details") or {})]
        firsts = [told for told in own if told.row["status"] == "processed"]
        if len(firsts) > 1:
            self.faults.append(f"answer changed: {key} was answered {len(firsts)} times that it was posted now")
        if own:
            self.judge_posted(key, own)
        for told in answers:
            self.judge_other(key, told)
        documents: dict[str, float] = {}  # since when this content is known to be posted
        for told in own:
            if told.document:
                known = documents.setdefault(canonical(told.document), told.ended)
                documents[canonical(told.document)] = min(known, told.ended)
        for told in answers:
            known = documents.get(canonical(told.document), ALWAYS) if told.document else ALWAYS
            if told.row["status"] not in POSTED and known < told.begun:
                self.faults.append(f"answer changed: {key} was posted and is answered {told.row['status']} later")

    def judge_posted(self, key: Key, own: Sequence[Told]) -> None:
        """It was answered that it is posted: it is, with this content, and each answer says the same."""
        events = self.events.get(key, [])
        if not events:
            self.faults.append(f"lost: {key} was answered {own[0].row['status']} and is not in the book")
            return
        event = events[0]
        for told in own:
            row = told.row
            said = {name: row.get(name) for name in ("restaurant_id", "currency", "event_type", "entries")}
            is_ = {
                "restaurant_id": event.restaurant_id,
                "currency": event.currency,
                "event_type": event.event_type,
                "entries": event.entry_count,
            }
            if said != is_ or moment(row["received_at"]) != event.received_at.astimezone(UTC):
                self.faults.append(f"answer changed: {key} was answered {said}, {row['received_at']} and is {is_}")
            if told.document:
                self.judge_content(key, told, event)
            for name, value in told.names.items():
                have = getattr(event, name)
                if (abs(value) if name == "amount" else value) != have:
                    self.faults.append(f"content: {key} has {name} {have} and was answered for {value}")

    def judge_content(self, key: Key, told: Told, event: Event) -> None:
        document = told.document or {}
        if told.row["status"] == "processed" and canonical(document) != canonical(event.payload):
            self.faults.append(f"content: {key} is kept as {event.payload} and was {document}")
        said = (document["restaurant_id"], document["currency"].upper(), document["amount"], document.get("fee") or 0)
        if said != (event.restaurant_id, event.currency, event.amount, event.fee):
            self.faults.append(f"content: {key} was answered for {said} and is {event}")

    def judge_other(self, key: Key, told: Told) -> None:
        """What was answered and not posted has its evidence; what was posted under another id is there."""
        status, details = told.row["status"], told.row.get("details") or {}
        if status in POSTED and details.get("event_id"):
            if (key[0], details["event_id"]) not in self.events:
                self.faults.append(f"lost: {key} was answered as {details['event_id']}, which is not in the book")
        elif status in ("rejected", "conflict"):
            if told.is_tell and not self.book.refusals[key[0], key[1], told.row["code"]]:
                self.faults.append(f"lost: {key} was refused with {told.row['code']}, of which nothing is kept")
        elif status == "deferred":
            refused = any(self.book.refusals[key[0], key[1], code] for code in self.codes_of(key))
            if key not in self.book.waiting and key not in self.events and not refused:
                self.faults.append(f"lost: {key} was answered deferred and neither waits nor is in the book")

    def codes_of(self, key: Key) -> list[str]:
        if not hasattr(self, "codes"):
            self.codes: dict[Key, list[str]] = defaultdict(list)
            for provider, event_id, code in self.book.refusals:
                self.codes[provider, event_id].append(code)
        return self.codes.get(key, [])

    def judge_arrays(self) -> None:
        """What an array posted it posted at once."""
        for call in self.calls:
            if call.function != "ingest_events":
                continue
            for attempt in call.attempts:
                posted = [
                    self.events[key][0].xid
                    for key, row in zip(keys_of(call), attempt.rows or [], strict=False)
                    if row["status"] == "processed" and self.events.get(key)
                ]
                if len(set(posted)) > 1:
                    self.faults.append(f"half: an array of {call.client} was posted in {len(set(posted))} parts")

    def judge_look_ups(self) -> None:
        """Who asks for an event after it was answered finds it."""
        known: dict[Key, float] = {}
        for key, answers in self.answers.items():
            ends = [told.ended for told in answers if told.row["status"] in POSTED and not told.row.get("details")]
            if ends:
                known[key] = min(ends)
        for call in self.calls:
            if call.function != "get_event":
                continue
            key = (call.arguments.get("provider") or "default", call.arguments["event_id"])
            for attempt in call.attempts:
                if attempt.refusal and known.get(key, ALWAYS) < attempt.begun:
                    self.faults.append(f"stale: {key} was posted and is not found later ({attempt.refusal})")

    def judge_settings(self) -> None:
        """A setting is what the last call set, or one that was under way beside it; what was dismissed stays so."""
        writes: dict[tuple[str, ...], list[tuple[float, float, Any]]] = defaultdict(list)
        for call in self.calls:
            attempts = call.attempts
            if call.function == "dismiss_event" and attempts and attempts[-1].rows:
                (key,) = keys_of(call)
                self.faults += [] if key in self.book.dismissed else [f"lost: {key} was dismissed, and is not kept so"]
            is_plain = len(attempts) == 1 and attempts[0].rows is not None
            if attempts and attempts[-1].refusal is None:  # an attempt that was lost may take effect late
                for name, value in writes_of(call):
                    ended = attempts[0].ended if is_plain else ALWAYS
                    writes[name].append((attempts[0].begun, ended, value))
        for name, wrote in writes.items():
            latest = max((begun for begun, ended, _ in wrote if ended < ALWAYS), default=NEVER)
            possible = [value for _, ended, value in wrote if ended >= latest]
            if any(ended < ALWAYS for _, ended, _ in wrote) and self.book.settings.get(name) not in possible:
                have = self.book.settings.get(name)
                self.faults.append(f"lost: {name} is {have}, and was set to {possible} last")

    # The order

    def spans(self) -> Spans:
        """Between which moments each event, and each answered run, took effect."""
        spans: Spans = {}
        for key, events in self.events.items():
            own = [t for t in self.answers.get(key, []) if t.row["status"] in POSTED and not t.row.get("details")]
            begun = self.first_sent.get(key, NEVER)
            for told in own:
                if told.row["status"] == "processed":
                    begun = told.begun
            ended = min((told.ended for told in own), default=ALWAYS)
            for event in events:
                spans[event.restaurant_id, event.event_no] = (begun, ended)
        for call in self.calls:
            if call.function not in RUNS:
                continue
            for attempt in call.attempts:
                for row in attempt.rows or []:
                    if row.get("run_id"):
                        is_over = call.function in ("run_payouts", "pay_by_hand")
                        spans["run", row["run_id"]] = (attempt.begun, attempt.ended if is_over else ALWAYS)
        return spans

    def span(self, entry: Entry, spans: Spans) -> tuple[float, float]:
        if entry.event_no is not None:
            return spans.get((entry.restaurant_id, entry.event_no), (NEVER, ALWAYS))
        return spans.get(("run", entry.run_id or ""), (NEVER, ALWAYS))

    def judge_order(self, account: Account, entries: Sequence[Entry], spans: Spans) -> None:
        """Dense numbers; and what was answered before something else was sent has the lower number."""
        if [entry.entry_seq for entry in entries] != list(range(1, len(entries) + 1)):
            self.faults.append(f"order: the entries of {account} are not numbered from 1 without gaps")
        latest, holder = NEVER, 0
        for entry in entries:
            begun, ended = self.span(entry, spans)
            if ended < latest:
                self.faults.append(
                    f"order: entry {entry.entry_seq} of {account} was answered before entry {holder} was sent"
                )
                return
            if begun > latest:
                latest, holder = begun, entry.entry_seq

    def judge_reads(self, spans: Spans) -> None:
        """Each balance read is one of the account between two transactions, not before what was known, not after."""
        reads: dict[Account, list[Read]] = defaultdict(list)
        for call in self.calls:
            if call.function not in READS:
                continue
            for attempt in call.attempts:
                rows = attempt.rows or []
                if call.function == "read_twice" and len({balance_of(row) for row in rows}) > 1:
                    self.faults.append(f"stale: one snapshot of {call.client} read two balances: {rows}")
                snapshot = Snapshot(call.client)
                if call.function == "list_balances":
                    self.snapshots.append(snapshot)
                at = moment(call.arguments["at"]) if call.arguments.get("at") else None
                for row in rows if call.function == "list_balances" else rows[:1]:
                    account = (row["restaurant_id"], row["currency"])
                    reads[account].append(Read(attempt.begun, attempt.ended, balance_of(row), snapshot, at))
        for account, read in reads.items():
            self.reads += len(read)
            self.judge_reads_of(account, sorted(read, key=lambda r: (r.begun, r.ended)), spans)
        self.judge_snapshots()

    def judge_reads_of(self, account: Account, reads: Sequence[Read], spans: Spans) -> None:
        entries = self.entries.get(account, [])
        where: dict[Balance, list[int]] = defaultdict(list)
        where[0, 0, 0].append(0)
        for number, entry in enumerate(entries):
            if number + 1 == len(entries) or entries[number + 1].xid != entry.xid:
                where[entry.balance].append(entry.entry_seq)
        ended = sorted((self.span(entry, spans)[1], entry.entry_seq) for entry in entries)
        begun = sorted((self.span(entry, spans)[0], entry.entry_seq) for entry in entries)
        least = running(max, [seq for _, seq in ended])
        most = running(min, [seq for _, seq in reversed(begun)])[::-1]
        ends, begins = [at for at, _ in ended], [at for at, _ in begun]
        recorded = [entry.recorded_at for entry in entries]
        seen: list[tuple[float, int]] = []  # ended, the entry that it had seen at least; both never decrease
        for read in reads:
            number = bisect.bisect_left(ends, read.begun)
            low = least[number - 1] if number else 0
            number = bisect.bisect_left(seen, (read.begun, -1))
            low = max(low, seen[number - 1][1] if number and read.at is None else 0)
            number = bisect.bisect_right(begins, read.ended)
            high = most[number] - 1 if number < len(most) else len(entries)
            if read.at is not None:  # an earlier moment: what was recorded by then
                by_then = bisect.bisect_right(recorded, read.at)  # type: ignore[type-var]
                low, high = min(low, by_then), min(high, by_then)
            places = where.get(read.balance, [])
            place = bisect.bisect_left(places, low)
            if place == len(places) or places[place] > high:
                self.faults.append(
                    f"stale: {account} was read as {read.balance} (balance, reserved, held), which it was at no moment"
                    f" from entry {low} to {high}; it was so after {places[:5]}"
                )
                continue
            if read.at is None:
                insert_seen(seen, read.ended, places[place])
            if place + 1 == len(places) or places[place + 1] > high:
                read.snapshot.places[account] = places[place]

    def judge_snapshots(self) -> None:
        """Several balances that were read at once have each transaction in all of its accounts, or in none."""
        accounts: dict[int, dict[Account, int]] = defaultdict(dict)  # of a transaction: its last entry in each
        for account, entries in self.entries.items():
            for entry in entries:
                accounts[entry.xid][account] = entry.entry_seq
        wide = sorted(xid for xid, places in accounts.items() if len(places) > 1)
        # One that shows in a part of its accounts has a number between the least that is not seen anywhere and the
        # greatest that is seen anywhere.
        seen = {account: running(max, [e.xid for e in entries]) for account, entries in self.entries.items()}
        unseen = {a: running(min, [e.xid for e in reversed(entries)])[::-1] for a, entries in self.entries.items()}
        for snapshot in self.snapshots:
            least, most = 1 << 62, 0
            for account, place in snapshot.places.items():
                most = max([most, *seen.get(account, [])[place - 1 : place]]) if place else most
                least = min([least, *unseen.get(account, [])[place : place + 1]])
            for xid in wide[bisect.bisect_left(wide, least) : bisect.bisect_right(wide, most)]:
                has = {snapshot.places[a] >= seq for a, seq in accounts[xid].items() if a in snapshot.places}
                if len(has) > 1:
                    parts = accounts[xid]
                    self.faults.append(f"half: {snapshot.client} read a transaction in a part of its accounts: {parts}")


def insert_seen(seen: list[tuple[float, int]], end: float, place: int) -> None:
    """Keep, in the order of their ends, the highest entry seen by reads that had ended by then."""
    number = bisect.bisect_left(seen, (end, -1))
    place = max(place, seen[number - 1][1] if number else 0)
    seen.insert(number, (end, place))
    for later in range(number + 1, len(seen)):
        if seen[later][1] >= place:
            break
        seen[later] = (seen[later][0], place)


def running(choose: Any, values: Sequence[int]) -> list[int]:
    """The greatest, or smallest, so far."""
    result: list[int] = []
    for value in values:
        result.append(choose(value, result[-1]) if result else value)
    return result


def balance_of(row: Row) -> Balance:
    return int(row["available"]) + int(row["pending"]), int(row["reserved"]), int(row["held"])
