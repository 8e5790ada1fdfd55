"""What must hold afterwards, asked of the book and of the receivers of webhooks."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict

from db.deploy import check, deploy
from tests.services import Receiver, Row
from tests.torture.clients import World
from tests.torture.history import Book, Entry, Event, Judge
from tests.torture.house import CURRENCIES, ROOT, SCHEDULED, House

# What each fact is in the book, and the message that tells it: type, the fact's name.
FACTS = {
    "payout.created": "select p.payout_id as name from ledger.payouts as p",
    "payout.paid": """
        select distinct e.payout_id as name from ledger.ledger_entries as e where e.entry_type = 'PAYOUT_RELEASE'
    """,
    "payout.failed": """
        select distinct e.payout_id as name from ledger.ledger_entries as e where e.entry_type = 'PAYOUT_FAILURE'
    """,
    "payout.canceled": """
        select distinct e.payout_id as name from ledger.ledger_entries as e where e.entry_type = 'PAYOUT_CANCELLATION'
    """,
    "payout.returned": """
        select distinct e.payout_id as name from ledger.ledger_entries as e where e.entry_type = 'PAYOUT_RETURN'
    """,
    "dispute.won": """
        select e.payload ->> 'dispute_id' as name from ledger.processor_events as e
        where e.event_type = 'dispute_won' and e.entry_count > 0
    """,
    "dispute.lost": """
        select e.payload ->> 'dispute_id' as name from ledger.processor_events as e
        where e.event_type = 'dispute_lost' and e.entry_count > 0
    """,
    "payout.skipped": "select s.run_id || ' ' || s.restaurant_id as name from ledger.payout_skips as s",
    "payout_run.completed": "select r.run_id as name from ledger.payout_runs as r where r.finished_at is not null",
    "dispute.opened": """
        select e.subject_id as name from ledger.processor_events as e where e.event_type = 'dispute_opened'
    """,
    "event.rejected": "select r.rejection_no::text as name from ledger.event_rejections as r",
}

EVENTS = """
select e.provider, e.event_id, e.restaurant_id, e.currency, e.event_type, e.event_no, e.amount, e.fee, e.entry_count,
    e.received_at, e.payload, e.xmin::text::bigint as xid, e.subject_id
from ledger.processor_events as e
"""
ENTRIES = """
select e.restaurant_id, e.currency, e.entry_seq, e.balance_after, e.reserved_after, coalesce(e.held_after, 0) as held,
    e.xmin::text::bigint as xid, e.event_no,
    case when e.entry_type = 'PAYOUT_RESERVE' then p.run_id end as run_id, e.recorded_at
from ledger.ledger_entries as e
left join ledger.payouts as p on e.restaurant_id = p.restaurant_id and e.payout_id = p.payout_id
"""
REFUSALS = """
select r.provider, r.event_id, r.code, count(*) as n from ledger.event_rejections as r
where r.event_id is not null group by r.provider, r.event_id, r.code
"""
WAITING = """
select d.provider, d.event_id from ledger.deferred_events as d
union select d.provider, d.event_id from ledger.event_dismissals as d where d.status = 'deferred'
"""
DISMISSED = "select d.provider, d.event_id from ledger.event_dismissals as d where d.event_id is not null"
SETTINGS = """
select r.restaurant_id, r.timezone, r.day_close_hour, r.settlement_delay_days, r.is_payouts_paused as payouts_paused,
    r.closed_at is not null as closed
from ledger.restaurants as r
"""
TERMS = """
select t.restaurant_id, t.currency, t.min_amount, t.payable_unit, t.is_paused
from ledger.restaurants as r
cross join unnest(%s::text[]) as c (currency)
cross join lateral api.get_payout_terms(r.restaurant_id, c.currency) as t
"""
CHECKS = """
select c.relname, split_part(obj_description(c.oid), ':', 1) as severity
from pg_class as c
where c.relnamespace = 'reporting'::regnamespace and c.relkind = 'v' and c.relname ~ '^check_'
order by c.relname
"""
STUCK = ("check_payout_run_dead", "check_payout_schedule_stuck")  # warnings that would be a fault here

# Each query finds nothing on a sound book: what it would be, and how to look.
HALVES = {
    "a payout is not reserved exactly once": """
        select p.payout_id from ledger.payouts as p
        left join ledger.ledger_entries as e
            on p.restaurant_id = e.restaurant_id and p.payout_id = e.payout_id and e.entry_type = 'PAYOUT_RESERVE'
        group by p.payout_id having count(e.entry_seq) <> 1
    """,
    "a payout's items do not add up": """
        select p.payout_id from ledger.payouts as p
        left join ledger.payout_items as i on p.restaurant_id = i.restaurant_id and p.payout_id = i.payout_id
        group by p.payout_id, p.amount having coalesce(sum(i.amount), 0) <> p.amount
    """,
    "items of no payout": """
        select i.payout_id from ledger.payout_items as i
        where not exists (
            select from ledger.payouts as p where p.restaurant_id = i.restaurant_id and p.payout_id = i.payout_id
        )
    """,
    "reserved is not what open payouts come to": """
        select b.restaurant_id, b.currency, b.reserved from ledger.account_balances as b
        left join ledger.payouts as p
            on b.restaurant_id = p.restaurant_id and b.currency = p.currency and p.status = 'CREATED'
        group by b.restaurant_id, b.currency, b.reserved having b.reserved <> coalesce(sum(p.amount), 0)
    """,
    "a run says other payouts than it has": """
        select r.run_id from ledger.payout_runs as r left join ledger.payouts as p on r.run_id = p.run_id
        where r.finished_at is not null
        group by r.run_id, r.payouts_created, r.payouts_amount
        having r.payouts_created <> count(p.payout_id) or r.payouts_amount <> coalesce(sum(p.amount), 0)
    """,
    "a run is not finished": "select r.run_id, r.error from ledger.payout_runs as r where r.finished_at is null",
    "a moment is due twice": """
        select r.schedule_id, r.due_at from ledger.payout_runs as r
        where r.schedule_id is not null group by r.schedule_id, r.due_at having count(*) > 1
    """,
    "an event is posted and waits": """
        select d.event_id from ledger.deferred_events as d
        inner join ledger.processor_events as e on d.provider = e.provider and d.event_id = e.event_id
    """,
    "entries of an account are recorded in another order": """
        select e.restaurant_id, e.currency, e.entry_seq from (
            select e.*, lag(e.recorded_at) over (partition by e.restaurant_id, e.currency order by e.entry_seq) as was
            from ledger.ledger_entries as e
        ) as e where e.recorded_at < e.was
    """,
    "a delivery is in no end": "select d.state, count(*) from outbound.deliveries as d where d.state <> 'delivered'"
    " group by d.state",
}


class Verdict:
    """Asks, and keeps what is wrong and what there is to tell."""

    def __init__(self, house: House, world: World) -> None:
        self.house, self.world = house, world
        self.faults: list[str] = []
        self.lines: list[str] = []

    def drain(self, patience: float) -> None:
        """Wait until nothing is pending, as long as it becomes less: what waits for its next attempt is made due."""
        least, end = 1 << 60, time.monotonic() + patience
        while pending := self.pending():
            if sum(pending.values()) < least:
                least, end = sum(pending.values()), time.monotonic() + patience
            if time.monotonic() > end:
                self.faults.append(f"still pending, and no fewer for {patience:g} s: {pending}")
                return
            # A lease lasts 30 seconds; whoever has had one for half of that was frozen or killed.
            self.house.ask(
                "update outbound.deliveries as d set next_attempt_at = now() where d.state = 'pending'"
                " and d.next_attempt_at > now()"
                " and (d.lease_id is null or d.next_attempt_at not between now() + '15 s' and now() + '31 s')"
            )
            self.house.ask(
                "update ledger.payout_runs as r set next_attempt_at = now() where r.finished_at is null"
                " and r.next_attempt_at > now()"
            )
            time.sleep(0.5)

    def pending(self) -> dict[str, int]:
        (row,) = self.house.ask(
            "select (select count(*) from outbound.deliveries as d where d.state = 'pending') as deliveries,"
            " (select count(*) from ledger.payout_runs as r where r.finished_at is null) as runs"
        )
        return {name: n for name, n in row.items() if n}

    def judge(self) -> None:
        self.judge_deploy()
        book = self.read_book()
        judge = Judge(self.house.calls, book)
        self.faults += judge.judge()
        self.judge_money()
        self.judge_hand_over()
        self.judge_seals()
        facts = {(kind, str(row["name"])): 0 for kind, query in FACTS.items() for row in self.house.ask(query)}
        for kind, query in FACTS.items():
            for row in self.house.ask(query):
                facts[kind, str(row["name"])] += 1
        for endpoint_id, receiver in self.house.endpoints.items():
            self.judge_receiver(endpoint_id, receiver, facts)
        self.tell(book, judge, facts)

    def read_book(self) -> Book:
        book = Book()
        book.events = [Event(**row) for row in self.house.ask(EVENTS)]
        for row in self.house.ask(ENTRIES):
            balance = (row.pop("balance_after"), row.pop("reserved_after"), row.pop("held"))
            book.entries.append(Entry(balance=balance, **row))
        for row in self.house.ask(REFUSALS):
            book.refusals[row["provider"], row["event_id"], row["code"]] = row["n"]
        book.waiting = {(row["provider"], row["event_id"]) for row in self.house.ask(WAITING)}
        book.dismissed = {(row["provider"], row["event_id"]) for row in self.house.ask(DISMISSED)}
        for row in [*self.house.ask(SETTINGS), *self.house.ask(TERMS, [*CURRENCIES, SCHEDULED])]:
            place = tuple(row[name] for name in ("restaurant_id", "currency") if name in row)
            book.settings |= {(*place, name): value for name, value in row.items()}
        return book

    def judge_deploy(self) -> None:
        """A deploy of what is really here leaves no trace of those that were killed."""
        deploy(self.house.url, quiet=True)
        if drift := check(self.house.url):
            self.faults.append(f"drift after the deploys: {drift}")

    def judge_money(self) -> None:
        for row in self.house.ask(CHECKS):
            is_a_fault = row["severity"] == "error" or row["relname"] in STUCK
            if not is_a_fault or not (found := self.house.ask(f"select * from reporting.{row['relname']}")):
                continue
            self.faults.append(f"reporting.{row['relname']} finds {len(found)}: {found[0]}")
        for what, query in HALVES.items():
            if found := self.house.ask(query):
                self.faults.append(f"{what}: {len(found)}, {found[0]}")

    def judge_hand_over(self) -> None:
        """No payout was given to two, and what was confirmed stays so."""
        rows = self.house.ask("select p.payout_id, p.submitted_by, p.external_id from ledger.payouts as p")
        payouts = {row["payout_id"]: row for row in rows}
        for payout_id, count in Counter(payout_id for payout_id, _ in self.world.claimed).items():
            if count > 1:
                self.faults.append(f"payout {payout_id} was given to {count} disbursers")
        for payout_id, who in self.world.claimed:
            if payouts.get(payout_id, {}).get("submitted_by") != who:
                self.faults.append(f"payout {payout_id} was given to {who} and the book says {payouts.get(payout_id)}")
        for payout_id, external_id in self.world.confirmed:
            if payouts.get(payout_id, {}).get("external_id") != external_id:
                self.faults.append(f"payout {payout_id} was confirmed as {external_id}: {payouts.get(payout_id)}")

    def judge_seals(self) -> None:
        """They verify, inside and outside the database; those that were answered have the roots that were told."""
        self.house.ask("select * from api.seal_ledger()")
        if found := self.house.ask("select * from api.verify_seals()"):
            self.faults.append(f"the seals do not verify: {len(found)}, {found[0]}")
        rows = self.house.ask(
            "select s.seal_no, encode(s.root, 'hex') as root from ledger.seals as s order by s.seal_no"
        )
        roots = {row["seal_no"]: row["root"] for row in rows}
        if list(roots) != list(range(1, len(roots) + 1)):
            self.faults.append(f"the seals are not numbered from 1 without gaps: {list(roots)[-3:]} of {len(roots)}")
        for number, root in self.world.seals:
            if roots.get(number) != root:
                self.faults.append(f"seal {number} was answered with root {root} and has {roots.get(number)}")
        export = self.house.folder / "seals.export"
        environment = os.environ | {"DATABASE_URL": self.house.url}
        for words in (["db/seals.py", "export", "-o", str(export)], ["db/verify_export.py", str(export), "--balances"]):
            done = subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True)
            if done.returncode:
                self.faults.append(f"{words[0]} ends with {done.returncode}: {done.stdout[-300:]} {done.stderr[-300:]}")

    def judge_receiver(self, endpoint_id: str, receiver: Receiver, facts: dict[tuple[str, str], int]) -> None:
        """Each fact was told, under one webhook-id with one body, and nothing that is not in the book."""
        ids: dict[tuple[str, str], set[str]] = defaultdict(set)
        bodies: dict[str, set[bytes]] = defaultdict(set)
        for got in receiver.got:
            bodies[got.webhook_id].add(got.body)
            with contextlib.suppress(KeyError):
                ids[fact_of(got.document)].add(got.webhook_id)
        for name, count in facts.items():
            if len(ids[name]) != count:
                self.faults.append(f"{name} is {count} in the book and was told under {len(ids[name])} ids")
        for name in ids:
            if name[0] in FACTS and name not in facts and ids[name]:
                self.faults.append(f"{name} was told and is not in the book")
        if twice := [name for name, seen in bodies.items() if len(seen) > 1]:
            self.faults.append(f"{len(twice)} webhook-ids came with several bodies")
        rows = self.house.ask("select d.message_id from outbound.deliveries as d where d.endpoint_id = %s", endpoint_id)
        if lost := {row["message_id"] for row in rows} - bodies.keys():
            self.faults.append(f"{len(lost)} messages are recorded as delivered, and were never heard")

    def tell(self, book: Book, judge: Judge, facts: dict[tuple[str, str], int]) -> None:
        calls = self.house.calls
        attempts = sum(len(call.attempts) for call in calls)
        answered = sum(call.is_answered for call in calls)
        types = {event.event_type for event in book.events}
        kinds = Counter(kind for kind, _ in facts)
        calls_left = len(calls) - answered
        about = sum(len(answers) for answers in judge.answers.values())
        heard = sum(len(receiver.got) for receiver in self.house.receivers)
        seals = self.house.ask("select count(*) as n from ledger.seals")
        self.lines = [
            f"{len(calls):,} calls in {attempts:,} attempts, {answered:,} answered, {calls_left:,} given up; "
            f"{about:,} answers about events and {judge.reads:,} balances read, compared with the order of the book",
            f"{len(book.events):,} events of {len(types)} types in {len(book.entries):,} entries, "
            f"{kinds['payout.created']:,} payouts in {kinds['payout_run.completed']:,} runs, "
            f"{sum(book.refusals.values()):,} refused, {len(book.waiting):,} waiting or dismissed"
            f", {seals[0]['n']:,} seals",
            f"{heard:,} messages heard by 2 receivers of {2 * len(facts):,} due (the rest are repetitions)",
            "attempts without an answer: "
            + ", ".join(f"{n:,} {what}" for what, n in self.house.seen.most_common() if ":" not in what),
        ]


def fact_of(document: Row) -> tuple[str, str]:
    """Which fact a message tells."""
    kind, data = document["type"], document["data"]
    if kind == "payout.skipped":
        return kind, f"{data['run_id']} {data['restaurant_id']}"
    name = {"payout_run": "run_id", "payout": "payout_id", "dispute": "dispute_id", "event": "rejection_no"}
    return kind, str(data[name[kind.partition(".")[0]]])
