"""The kill test: workers, backends and the server are killed with kill -9 while events, runs and deliveries go on.

    python tests/torture.py [--kills 100] [--seed N] [--output docs/reliability.md]

Everything is this program's own: an embedded server with fsync that it starts, workers, two receivers (one answers each
third message with an error). Afterwards, when nothing is pending any more, it compares what the book says with what
the receivers heard: each fact at least once at each receiver, always under one webhook-id with one
body; no payout twice; every run finished; no delivery in a state that is not an end; no check finds anything.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from db.deploy import deploy  # noqa: E402
from dev import embedded  # noqa: E402
from tests.services import Received, Receiver, Row, Worker, receiving  # noqa: E402

FIRST_DAY = date(2025, 1, 1)
CURRENCIES = ("PEN", "USD", "MXN")
WORKERS = 2
KINDS = ("worker", "worker", "worker", "backend", "backend", "session", "server")

# What each fact is in the book, and the message that tells it: type, the fact's name, how many there are of it.
FACTS = {
    "payout.created": "select p.payout_id as name from ledger.payouts as p",
    "payout.paid": """
        select distinct e.payout_id as name from ledger.ledger_entries as e where e.entry_type = 'PAYOUT_RELEASE'
    """,
    "payout.failed": """
        select distinct e.payout_id as name from ledger.ledger_entries as e where e.entry_type = 'PAYOUT_FAILURE'
    """,
    "payout.skipped": "select s.run_id || ' ' || s.restaurant_id as name from ledger.payout_skips as s",
    "payout_run.completed": "select r.run_id as name from ledger.payout_runs as r where r.finished_at is not null",
    "dispute.opened": """
        select e.subject_id as name from ledger.processor_events as e where e.event_type = 'dispute_opened'
    """,
    "event.rejected": "select r.rejection_no::text as name from ledger.event_rejections as r",
}


def fact_of(document: Row) -> tuple[str, str]:
    """Which fact a message tells."""
    kind, data = document["type"], document["data"]
    if kind == "payout.skipped":
        return kind, f"{data['run_id']} {data['restaurant_id']}"
    name = {"payout_run": "run_id", "payout": "payout_id", "dispute": "dispute_id", "event": "rejection_no"}
    return kind, str(data[name[kind.partition(".")[0]]])


def exists(pid: int) -> bool:
    """Whether there is such a process, or what is left of one: pg_ctl takes that for a server that runs."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


@dataclass
class Torture:
    """A run of the test: what it was told to do, and what it has seen."""

    folder: Path
    kills: int
    seed: int
    pause: float = 0.6
    restaurants: int = 12
    waits_for_leases: bool = True  # else the clock is turned: every attempt here has ended within 3 seconds
    killed: Counter[str] = field(default_factory=Counter)
    acknowledged: set[str] = field(default_factory=set)
    days: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: float = 0
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.server = embedded.Server(self.folder / "server")
        self.workers: list[Worker] = []
        self.stop = threading.Event()
        self.quiet = threading.Event()

    # The house

    @property
    def url(self) -> str:
        return self.server.url("postgres")

    @contextlib.contextmanager
    def house(self) -> Iterator[None]:
        """The server, deployed, and the workers."""
        self.server.start()
        try:
            deploy(self.url, quiet=True)
            for number in range(WORKERS):
                self.workers.append(self.new_worker(number))
            yield
        finally:
            self.stop.set()
            for worker in self.workers:
                worker.kill()
            self.server.stop()

    def new_worker(self, number: int) -> Worker:
        return Worker(self.url, self.folder / f"worker{number}.log")

    def ask(self, query: str, *args: Any, role: str | None = None) -> list[Row]:
        """One statement; again until it is answered."""
        while True:
            try:
                options = f"-c role={role}" if role else ""
                with psycopg.connect(
                    self.url, autocommit=True, row_factory=dict_row, connect_timeout=5, options=options
                ) as session:
                    cursor = session.execute(query, args)
                    return cursor.fetchall() if cursor.description else []
            except (psycopg.OperationalError, psycopg.InterfaceError):
                time.sleep(0.05)

    # What goes on meanwhile

    def feed(self, part: int) -> None:
        """Days of business: charges, refused events, disputes, runs that are queued, outcomes of payouts."""
        dice = random.Random(self.seed * 10 + part)
        currency = CURRENCIES[part]
        day = 0
        while not self.stop.is_set() and not self.quiet.is_set():
            on = FIRST_DAY + timedelta(days=day)
            for number in range(self.restaurants):
                self.ingest(self.events_of(dice, part, number, on))
                if self.quiet.is_set():
                    break
            self.queue(currency, on)
            rows = self.ask(
                "select payout_id, restaurant_id, amount from api.list_payouts(p_currency => %s,"
                " p_status => 'CREATED', p_limit => 200)",
                currency,
            )
            outcomes = [self.outcome(dice, currency, row) for row in rows]
            if outcomes:
                self.ingest(outcomes)
            day += 1
            self.days += 1

    def events_of(self, dice: random.Random, part: int, number: int, on: date) -> list[Row]:
        restaurant, name = f"res_{part}_{number}", f"{part}_{number}_{on:%m%d}"
        base = {
            "occurred_at": f"{on}T10:00:00Z",
            "restaurant_id": restaurant,
            "currency": CURRENCIES[part],
            "amount": dice.randint(5, 5000),
        }
        events = [
            base | {"event_id": f"c_{name}", "event_type": "charge_succeeded", "payment_id": f"pay_{name}"},
        ]
        if dice.random() < 0.2:
            events.append(base | {"event_id": f"x_{name}", "event_type": "charge_succeeded", "amount": -1})
        if dice.random() < 0.2:
            opened = {"event_type": "dispute_opened", "dispute_id": f"dsp_{name}", "payment_id": f"pay_{name}"}
            events.append(base | opened | {"event_id": f"d_{name}", "amount": 1})
        return events

    def outcome(self, dice: random.Random, currency: str, row: Row) -> Row:
        kind = dice.choice(("payout_paid", "payout_paid", "payout_failed"))
        return {
            "event_id": f"{kind}_{row['payout_id']}",
            "event_type": kind,
            "occurred_at": "2026-01-02T10:00:00Z",
            "restaurant_id": row["restaurant_id"],
            "currency": currency,
            "amount": row["amount"],
            "payout_id": row["payout_id"],
        }

    def ingest(self, events: list[Row]) -> None:
        """An array of events, sent until it is answered; what was answered is a fact for ever."""
        rows = self.ask("select * from api.ingest_events(%s::jsonb)", json.dumps(events), role="cuenta_app")
        for sent, row in zip(events, rows, strict=True):
            if row["status"] in ("processed", "already_processed"):
                self.acknowledged.add(sent["event_id"])

    def queue(self, currency: str, as_of: date) -> None:
        self.ask("select * from api.queue_payout_run(%s, %s, p_min_amount => 10)", currency, as_of, role="cuenta_app")

    # Killing

    def kill_one(self) -> None:
        kind = self.dice.choice(KINDS)
        if kind == "worker":
            number = self.dice.randrange(WORKERS)
            self.workers[number].kill()
            self.workers[number] = self.new_worker(number)
        elif kind == "server":
            self.kill_server()
        elif not self.kill_session(kind):
            return
        self.killed[kind] += 1

    def kill_session(self, kind: str) -> bool:
        """One backend with kill -9, at which the server restarts; or one session by pg_terminate_backend."""
        try:
            with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as session:
                rows = (
                    session.execute(
                        "select a.pid from pg_stat_activity as a where a.backend_type = 'client backend'"
                        " and a.pid <> pg_backend_pid() and a.application_name <> '' order by random()"
                    ).fetchall()
                    or session.execute(
                        "select a.pid from pg_stat_activity as a where a.backend_type = 'client backend'"
                        " and a.pid <> pg_backend_pid() order by random()"
                    ).fetchall()
                )
                if not rows:
                    return False
                if kind == "session":
                    session.execute("select pg_terminate_backend(%s)", [rows[0][0]])
                else:
                    os.kill(rows[0][0], signal.SIGKILL)
                return True
        except (psycopg.Error, ProcessLookupError):
            return False

    def kill_server(self) -> None:
        port = self.server.port
        postmaster = int((self.server.cluster / "postmaster.pid").read_text().split("\n")[0])
        os.kill(postmaster, signal.SIGKILL)
        while exists(postmaster):
            time.sleep(0.01)
        for _ in range(100):  # its children end by themselves
            with contextlib.suppress(embedded.ServerError):
                self.server.start()
                if self.server.port == port and self.server.is_running():
                    return
                self.server.stop()
                self.server.port = port
            time.sleep(0.1)
        raise AssertionError("the server does not come back")

    # The whole

    def run(self, patience: float = 300) -> None:
        began = time.monotonic()
        count = [0, 0]
        refused: Counter[str] = Counter()  # at most four times each: after eight it would be given up

        def answer(which: int) -> Callable[[Received], Any]:
            def one(received: Received) -> Any:
                count[which] += 1
                if which and count[which] % 3 == 0 and refused[received.webhook_id] < 4:
                    refused[received.webhook_id] += 1
                    return 500, {"Retry-After": "1"}, b"no"
                return 204, {}, b""

            return one

        with receiving(answer(0)) as steady, receiving(answer(1)) as moody, self.house():
            self.endpoints = {
                self.ask(
                    "select endpoint_id from api.set_webhook_endpoint(%s, array['*'], %s::jsonb)",
                    receiver.url,
                    json.dumps({"allow_http": True, "allowed_hosts": ["127.0.0.1"]}),
                    role="cuenta_operator",
                )[0]["endpoint_id"]: receiver
                for receiver in (steady, moody)
            }
            threads = [threading.Thread(target=self.feed, args=[part], daemon=True) for part in range(len(CURRENCIES))]
            for thread in threads:
                thread.start()
            while self.killed.total() < self.kills:
                time.sleep(self.dice.uniform(0.2, 1.8) * self.pause)
                for number, worker in enumerate(self.workers):
                    if worker.process.poll() is not None:
                        self.faults.append(f"worker {number} ended by itself with {worker.process.returncode}")
                        self.workers[number] = self.new_worker(number)
                self.kill_one()
            self.quiet.set()
            for thread in threads:
                thread.join(60)
            self.drain(patience)
            self.judge()
        self.seconds = time.monotonic() - began

    def pending(self) -> int:
        (row,) = self.ask(
            "select (select count(*) from outbound.deliveries as d where d.state = 'pending')"
            " + (select count(*) from ledger.payout_runs as r where r.finished_at is null) as n"
        )
        return int(row["n"])

    def drain(self, patience: float) -> None:
        """Wait until nothing is pending: what waits for its next attempt is made due, what is leased runs out."""
        end = time.monotonic() + patience
        while self.pending():
            if time.monotonic() > end:
                self.faults.append(f"{self.pending()} deliveries and runs were still pending after {patience:g} s")
                return
            self.ask(
                "update outbound.deliveries as d set next_attempt_at = now()"
                " where d.state = 'pending' and d.next_attempt_at > now() and"
                " (d.lease_id is null or not %s and d.next_attempt_at < now() + interval '27 seconds')",
                self.waits_for_leases,
            )
            time.sleep(0.5)

    def judge(self) -> None:
        """Compare what the book says with what was heard."""
        facts = {(kind, str(row["name"])): 0 for kind, query in FACTS.items() for row in self.ask(query)}
        for kind, query in FACTS.items():
            for row in self.ask(query):
                facts[kind, str(row["name"])] += 1
        known = set(FACTS)
        for endpoint_id, receiver in self.endpoints.items():
            self.judge_receiver(endpoint_id, receiver, {k: v for k, v in facts.items() if k[0] in known})
        for row in self.ask(
            "select d.state, count(*) as n from outbound.deliveries as d group by d.state having d.state <> 'delivered'"
        ):
            self.faults.append(f"{row['n']} deliveries are {row['state']}")
        stored = {row["event_id"] for row in self.ask("select e.event_id from ledger.processor_events as e")}
        if lost := self.acknowledged - stored:
            self.faults.append(f"{len(lost)} events were answered and are gone: {sorted(lost)[:3]}")
        self.judge_money()
        heard = sum(len(receiver.got) for receiver in self.endpoints.values())
        self.lines = [
            f"{self.killed.total()} kills: "
            + ", ".join(f"{count} {PLURAL[kind]}" for kind, count in sorted(self.killed.items())),
            f"{len(stored)} events posted, {facts_of(facts, 'payout.created')} payouts in "
            f"{facts_of(facts, 'payout_run.completed')} runs, {len(facts)} facts",
            f"{heard} messages heard by 2 receivers of {2 * len(facts)} due "
            f"(the rest are repetitions: a receiver that failed, a worker that died before it noted the answer)",
        ]

    def judge_receiver(self, endpoint_id: str, receiver: Receiver, facts: dict[tuple[str, str], int]) -> None:
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
        rows = self.ask("select d.message_id from outbound.deliveries as d where d.endpoint_id = %s", endpoint_id)
        if lost := {row["message_id"] for row in rows} - bodies.keys():
            self.faults.append(f"{len(lost)} messages are recorded as delivered, and were never heard")

    def judge_money(self) -> None:
        for (view,) in [
            (row["relname"],)
            for row in self.ask(
                "select c.relname from pg_class as c where c.relnamespace = 'reporting'::regnamespace"
                " and c.relkind = 'v' and c.relname ~ '^check_'"
            )
        ]:
            if found := self.ask(f"select * from reporting.{view}"):
                self.faults.append(f"reporting.{view} finds {len(found)}: {found[0]}")
        for row in self.ask(
            """
            select p.payout_id, count(e.entry_seq) as n
            from ledger.payouts as p
            left join ledger.ledger_entries as e
                on p.restaurant_id = e.restaurant_id and p.payout_id = e.payout_id and e.entry_type = 'PAYOUT_RESERVE'
            group by p.payout_id
            having count(e.entry_seq) <> 1
            """
        ):
            self.faults.append(f"payout {row['payout_id']} is reserved {row['n']} times")
        for row in self.ask(
            """
            select r.run_id, r.payouts_created, count(p.payout_id) as n
            from ledger.payout_runs as r
            left join ledger.payouts as p on r.run_id = p.run_id
            where r.finished_at is not null
            group by r.run_id, r.payouts_created
            having r.payouts_created <> count(p.payout_id)
            """
        ):
            self.faults.append(f"run {row['run_id']} says {row['payouts_created']} payouts and has {row['n']}")


PLURAL = {
    "worker": "workers (kill -9)",
    "backend": "backends (kill -9, the server restarts)",
    "session": "sessions (pg_terminate_backend)",
    "server": "servers (kill -9 of the postmaster)",
}


def facts_of(facts: dict[tuple[str, str], int], kind: str) -> int:
    return sum(count for (other, _), count in facts.items() if other == kind)


def torture(kills: int, seed: int, **more: Any) -> Torture:
    """Run the test in a folder that is gone afterwards."""
    folder = Path(tempfile.gettempdir()) / f"cuenta-torture-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o755)
    patience = more.pop("patience", 300)
    try:
        test = Torture(folder, kills, seed, **more)
        test.run(patience)
        return test
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill workers, backends and servers, and look what is lost.")
    parser.add_argument("--kills", type=int, default=120, help="how many, at least; default 120")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--output", type=Path, help="the page whose last result is replaced")
    chosen = parser.parse_args()
    test = torture(chosen.kills, chosen.seed)
    result = [*test.lines, f"{len(test.faults)} faults, {test.seconds:.0f} s, seed {test.seed}"]
    print("\n".join([*result, *test.faults]))
    if chosen.output:
        mark = "<!-- last result -->\n"
        before, _, rest = chosen.output.read_text().partition(mark)
        _, _, after = rest.partition(mark)
        told = "".join(f"- {line}\n" for line in [f"{date.today()}", *result, *test.faults])
        chosen.output.write_text(f"{before}{mark}{told}{mark}{after}")
    return 1 if test.faults else 0


if __name__ == "__main__":
    sys.exit(main())
