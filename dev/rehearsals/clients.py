"""What goes on meanwhile: a platform's processors and its back office, which send until they are answered."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import psycopg
from psycopg import errors
from psycopg.rows import dict_row

from dev.rehearsals.ground import NotProved, Row, wait_until

FIRST_DAY = date(2024, 1, 1)
CURRENCIES = ("PEN", "USD", "MXN")
DONE = ("processed", "already_processed")
# Worth another try: the server is gone, starting, read-only, or somebody was in the way.
PASSING = (psycopg.OperationalError, psycopg.InterfaceError, errors.ReadOnlySqlTransaction)


@dataclass
class Told:
    """Something that was asked for until it was answered, and between which moments of this machine's clock."""

    document: Row
    began: float
    ended: float = 0.0
    status: str = ""


@dataclass
class Client:
    """One currency's processor and back office: a day of charges, its payout run, what the bank says of it."""

    currency: str
    where: Callable[[], str]  # the address, asked for anew at each connection
    restaurants: int = 6
    pause: float = 0.0
    sent: list[Told] = field(default_factory=list)  # events, in the order of sending
    runs: list[Told] = field(default_factory=list)
    outcomes: list[Told] = field(default_factory=list)  # the reports about payouts, also among `sent`
    bank: Row = field(default_factory=dict)  # what was sent to the bank: payout_id to restaurant and amount
    retries: int = 0
    longest: float = 0.0  # seconds until an answer
    error: str = ""

    def __post_init__(self) -> None:
        self.dice = random.Random(self.currency)
        self.stop = threading.Event()
        self.is_given_up = False
        self._session: psycopg.Connection[Row] | None = None

    def ask(self, query: str, *args: Any) -> list[Row]:
        """One statement as the service's role, again until it is answered."""
        began = time.monotonic()
        while True:
            try:
                if self._session is None:
                    self._session = psycopg.connect(
                        self.where(), autocommit=True, row_factory=dict_row, connect_timeout=3,
                        options="-c role=cuenta_app -c lock_timeout=3s", keepalives_idle=1, tcp_user_timeout=3000,
                    )  # fmt: skip
                rows = self._session.execute(query, args or None).fetchall()
                self.longest = max(self.longest, time.monotonic() - began)
                return rows
            except PASSING:
                self.retries += 1
                self.close()
                if time.monotonic() - began > 900 or self.is_given_up:
                    raise
                time.sleep(0.05)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
        self._session = None

    # -- what it does ------------------------------------------------------------------------------

    def ingest(self, events: list[Row]) -> list[Told]:
        """Send events, one alone as a single one, several as an array."""
        told = [Told(event, time.monotonic()) for event in events]
        self.sent += told
        if len(events) == 1:
            rows = self.ask("select status from api.ingest_event(%s::jsonb)", json.dumps(events[0]))
        else:
            query = "select status from api.ingest_events(%s::jsonb) order by item"
            rows = self.ask(query, json.dumps(events))
        for one, row in zip(told, rows, strict=True):
            one.ended, one.status = time.monotonic(), row["status"]
        return told

    def work(self) -> None:
        try:
            day = 0
            while not self.stop.is_set():
                self.live_a_day(FIRST_DAY + timedelta(days=day))
                day += 1
        except Exception as error:  # told to whoever waits for it
            self.error = repr(error)
        finally:
            self.close()

    def live_a_day(self, on: date) -> None:
        events = [self.charge(number, on) for number in range(self.restaurants)]
        self.ingest(events[:-2])
        for event in events[-2:]:
            self.ingest([event])
        self.ingest([self.refund(event) for event in events if self.dice.random() < 0.3] or [events[0]])
        time.sleep(self.pause)
        self.pay(on)

    def pay(self, on: date) -> None:
        """Run the payouts of a day, hand them to the bank, and report what it says."""
        run = Told({"currency": self.currency, "as_of": str(on)}, time.monotonic())
        self.runs.append(run)
        self.ask("select status from api.run_payouts(%s, %s, 10)", self.currency, on)
        run.ended = time.monotonic()
        rows = self.payouts_of(on)
        self.bank |= {row["payout_id"]: (row["restaurant_id"], row["amount"]) for row in rows}
        if reports := [self.outcome(row, on) for row in rows]:
            self.outcomes += self.ingest(reports)

    def payouts_of(self, on: date) -> list[Row]:
        query = (
            "select payout_id, restaurant_id, amount from api.list_payouts(p_currency => %s, p_as_of => %s,"
            " p_limit => 200) order by restaurant_id"
        )
        return self.ask(query, self.currency, on)

    # -- documents ---------------------------------------------------------------------------------

    def charge(self, number: int, on: date) -> Row:
        name = f"{self.currency}_{on:%y%m%d}_{number}"
        amount = self.dice.randint(500, 50_000)
        return {
            "event_id": f"c_{name}",
            "event_type": "charge_succeeded",
            "occurred_at": f"{on}T12:{number:02d}:00Z",
            "restaurant_id": f"rest_{number}",
            "currency": self.currency,
            "amount": amount,
            "fee": amount // 33,
            "payment_id": f"pay_{name}",
        }

    def refund(self, charge: Row) -> Row:
        name = charge["event_id"][2:]
        return {
            **{key: charge[key] for key in ("occurred_at", "restaurant_id", "currency", "payment_id")},
            "event_id": f"r_{name}",
            "event_type": "refund_succeeded",
            "amount": charge["amount"] // 4,
            "refund_id": f"ref_{name}",
        }

    def outcome(self, row: Row, on: date) -> Row:
        """What the bank says of a payout: derived from its id, so that it says the same whoever asks."""
        kind = "payout_failed" if int(row["payout_id"][-1], 16) < 3 else "payout_paid"
        return {
            "event_id": f"{kind}_{row['payout_id']}",
            "event_type": kind,
            "occurred_at": f"{on}T22:00:00Z",
            "restaurant_id": row["restaurant_id"],
            "currency": self.currency,
            "amount": row["amount"],
            "payout_id": row["payout_id"],
        }


class Clients:
    """Clients that work at once. `with Clients(address): ...` stops them, and fails if one of them failed."""

    def __init__(self, where: Callable[[], str] | str, *, pause: float = 0.0) -> None:
        address = (lambda: where) if isinstance(where, str) else where
        self.all = [Client(currency, address, pause=pause) for currency in CURRENCIES]
        self.threads = [threading.Thread(target=client.work, daemon=True) for client in self.all]

    def __enter__(self) -> Clients:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *what: object) -> None:
        if what[0] is None:
            return self.halt()
        for client in self.all:  # the rehearsal has failed: nobody waits for an answer any more
            client.is_given_up = True
            client.stop.set()

    def halt(self) -> None:
        """Let each end its day, and wait for it."""
        for client in self.all:
            client.stop.set()
        for thread in self.threads:
            thread.join(900)
        if failed := [client.error for client in self.all if client.error]:
            raise NotProved(f"a client was answered otherwise than it should be: {failed[0]}")

    @property
    def sent(self) -> list[Told]:
        return [told for client in self.all for told in list(client.sent)]

    @property
    def acknowledged(self) -> list[Told]:
        return [told for told in self.sent if told.status in DONE]

    @property
    def bank(self) -> Row:
        return {payout_id: row for client in self.all for payout_id, row in client.bank.items()}

    @property
    def longest(self) -> float:
        return max(client.longest for client in self.all)

    def wait_for(self, number: int) -> None:
        """Until so many more events are acknowledged, by every client."""
        aims = [(client, len(client.sent) + number // len(self.all)) for client in self.all]
        wait_until(
            lambda: all(len(client.sent) >= aim or client.error for client, aim in aims),
            f"{number} more events are answered",
            600,
        )
        if failed := [client.error for client in self.all if client.error]:
            raise NotProved(f"a client was answered otherwise than it should be: {failed[0]}")
