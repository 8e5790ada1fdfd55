"""The whole story without a service: events in, balances, disputes, payouts that fail, corrections, the proof.

    python dev/demo.py

Runs in a throw-away database: on the server of DATABASE_URL, else on an embedded one. Every run tells the
same, but for the payouts' ids, and fits into 80 columns.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row
from rich import box
from rich.console import Console
from rich.table import Table
from standardwebhooks import Webhook

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from db.deploy import DeployError, deploy
from dev import embedded
from events.load import LoadError, load, summary

Connection = psycopg.Connection[dict[str, Any]]
AS_OF, CURRENCY, MINIMUM = "2025-12-31", "PEN", 50000
UNLUCKY = "res_004"  # whose payout fails
SENT_BACK = "res_003"  # whose payout the bank sends back after it was paid
DISPUTED = "res_007"
INGEST = "select * from ingest_event(%(event)s)"
console = Console()


def show(title: str, rows: list[dict[str, Any]], columns: str) -> None:
    """Print some columns of the rows as a table; numbers get their thousands separated, no word is cut."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for name in columns.split():
        is_number = bool(rows) and isinstance(rows[0][name], (int, Decimal))
        longest = max((len(word) for row in rows for word in cell(row[name]).split()), default=0)
        justify: Literal["left", "right"] = "right" if is_number else "left"
        table.add_column(name.replace("_", " "), justify=justify, min_width=longest)
    for row in rows:
        table.add_row(*(cell(row[name]) for name in columns.split()))
    console.print(table)


def cell(value: Any) -> str:
    """A value as text."""
    if isinstance(value, dict):
        return "\n".join(f"{number} {reason}" for reason, number in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, (int, Decimal)) else str(value)


def call(connection: Connection, statement: str, **values: Any) -> list[dict[str, Any]]:
    """Print a statement as one would type it in psql, and run it."""
    shown = statement
    for name, value in values.items():
        shown = shown.replace(f"%({name})s", str(value) if isinstance(value, int) else f"'{value}'")
    console.print(f"=> {shown};", style="cyan", markup=False, highlight=False)
    return connection.execute(statement.encode(), values).fetchall()


def payout_event(payout: dict[str, Any], event_type: str, day: str = "2026-01-02", **more: str) -> str:
    """What the processor sends about a payout."""
    event = {
        "event_id": f"evt_{payout['restaurant_id']}_{event_type}",
        "event_type": event_type,
        "occurred_at": f"{day}T15:00:00Z",
        "restaurant_id": payout["restaurant_id"],
        "currency": payout["currency"],
        "amount": payout["amount"],
        "payout_id": payout["payout_id"],
    }
    return json.dumps(event | more)


class Office(ThreadingHTTPServer):
    """A receiver of webhooks, on a free port of this machine: it keeps what is signed with its secret."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), OfficeRequest)
        self.url = f"http://127.0.0.1:{self.server_port}/hooks"
        self.secret = ""
        self.messages: list[dict[str, Any]] = []

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The messages of a type that have come, by restaurant: they come in any order."""
        messages = [message for message in self.messages if message["type"] == kind]
        return sorted(messages, key=lambda message: str(message.get("restaurant_id")))

    def wait_until(self, has_come: Callable[[], bool]) -> None:
        """Until what was expected has come."""
        deadline = time.monotonic() + 60
        while not has_come():
            if time.monotonic() > deadline:
                sys.exit("make demo: the webhook did not come")
            time.sleep(0.1)


class OfficeRequest(BaseHTTPRequestHandler):
    """One message."""

    server: Office

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        message = Webhook(self.server.secret).verify(body, dict(self.headers.items()))  # raises if it is not ours
        self.server.messages.append({"type": message["type"], "verified": True, **message["data"]})
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the table shows what came."""


@contextmanager
def working(url: str, office: Office) -> Iterator[None]:
    """A worker and the receiver, for as long as the block lasts."""
    threading.Thread(target=office.serve_forever, daemon=True).start()
    words = [sys.executable, str(embedded.ROOT / "worker.py"), "--with-parent"]
    worker = subprocess.Popen(words, env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(30)
        office.shutdown()


def pay_by_schedule(connection: Connection, url: str) -> None:
    """A schedule is due in a moment; the worker starts its run, and the office is told."""
    now = datetime.now(UTC).replace(microsecond=0)
    sale = {
        "event_id": "evt_sold_yesterday",
        "event_type": "charge_succeeded",
        "occurred_at": (now - timedelta(days=1)).isoformat(),
        "restaurant_id": "res_001",
        "currency": CURRENCY,
        "amount": 90000,
        "fee": 2700,
    }
    with Office() as office:
        told = "{payout.created,payout.paid,payout_run.completed}"
        settings = json.dumps({"allow_http": True, "allowed_hosts": ["127.0.0.1"]})
        endpoint = "select * from set_webhook_endpoint(%(url)s, %(types)s, %(settings)s)"
        [made] = call(connection, endpoint, url=office.url, types=told, settings=settings)
        office.secret = made["secret"]
        show("sold yesterday", call(connection, INGEST, event=json.dumps(sale)), "status event_id entries")
        due = (datetime.now(UTC) + timedelta(seconds=2)).strftime("%H:%M:%S")
        schedule = "select * from set_payout_schedule('nightly', 'PEN', 'daily', %(due)s, 'UTC', p_min_amount => 50000)"
        show("schedule", call(connection, schedule, due=due), "schedule_id cadence as_of_days min_amount")
        with working(url, office):
            office.wait_until(lambda: bool(office.of("payout_run.completed")))
            [run] = office.of("payout_run.completed")
            office.wait_until(lambda: len(office.of("payout.created")) == run["payouts_created"])
            runs = "select * from list_payout_runs(p_limit => 1)"
            show("the run that it started", call(connection, runs), "state payouts_created restaurants_skipped")
            for payout in office.of("payout.created"):
                more = {"event_id": f"evt_{payout['payout_id']}", "occurred_at": now.isoformat()}
                call(connection, INGEST, event=payout_event(payout, "payout_paid", **more))
            office.wait_until(lambda: len(office.of("payout.paid")) == run["payouts_created"])
        messages = office.of("payout.created") + office.of("payout.paid")
        show("what the office was told, each signed", messages, "type restaurant_id amount status verified")


def tell(url: str) -> bool:
    """Tell the story in a database that is deployed; True if the ledger is sound at the end."""
    events = embedded.ROOT / "events" / "events.jsonl"
    console.rule("1. The processor's events come in")
    console.print(summary(load(events, database=url, console=console)))
    console.print("Once more, as processors do: everything is known, nothing is posted twice.")
    console.print(summary(load(events, database=url, console=console)), "")

    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        console.rule("2. What each restaurant owns, in minor units (cents)")
        balances = "select * from reporting.restaurant_balances order by restaurant_id, currency"
        amounts = "restaurant_id currency available pending reserved total"
        show("balances", call(connection, balances), amounts)

        console.rule("3. What went wrong with payments")
        console.print("One refund came before its charge: it waited (deferred), and was posted with it.")
        entries = "select * from list_entries(%(id)s, %(currency)s)"
        rows = call(connection, entries, id=DISPUTED, currency="CLP")
        show(f"{DISPUTED}, CLP", rows, "entry_seq event_id entry_type amount balance_after held_after")
        disputes = call(connection, "select * from list_disputes(p_restaurant_id => %(id)s)", id=DISPUTED)
        show("its disputes", disputes, "dispute_id payment_id amount fee state")

        console.rule("4. A payout run")
        run = "select * from run_payouts(%(currency)s, %(as_of)s, %(minimum)s)"
        values = {"currency": CURRENCY, "as_of": AS_OF, "minimum": MINIMUM}
        counts = "payouts_created payouts_amount restaurants_skipped skipped"
        show("the run", call(connection, run, **values), counts)
        show("the same run again creates nothing", call(connection, run, **values), counts)
        payouts = "select * from list_payouts(p_currency => %(currency)s) order by restaurant_id"
        created = call(connection, payouts, currency=CURRENCY)
        show("payouts", created, "restaurant_id as_of amount status")
        [payout] = call(connection, "select * from get_payout(%(id)s)", id=created[0]["payout_id"])
        title = f"what the payout of {payout['restaurant_id']} is made of"
        show(title, payout["items"], "item_type amount entry_count")

        console.rule("5. The bank answers: all are paid but one, which fails")
        said = [payout_event(p, "payout_failed" if p["restaurant_id"] == UNLUCKY else "payout_paid") for p in created]
        answers = [call(connection, INGEST, event=event)[0] for event in said]
        show("answers", answers, "status event_id event_type entries")
        show("payouts", call(connection, payouts, currency=CURRENCY), "restaurant_id as_of amount status")
        show("balances", call(connection, balances), amounts)

        console.rule("6. A statement: the money of the failed payout is available again")
        rows = call(connection, entries, id=UNLUCKY, currency=CURRENCY)
        columns = "settlement_day entry_type balance_change balance_after reserved_after"
        show(f"{UNLUCKY}, {CURRENCY}", rows, columns)

        console.rule("7. A payout that was paid comes back")
        [paid] = [payout for payout in created if payout["restaurant_id"] == SENT_BACK]
        returned = payout_event(paid, "payout_failed", "2026-01-05", failure_code="account_closed")
        show("answer", call(connection, INGEST, event=returned), "status entries")
        console.print("An account that is closed will fail again: its payouts are paused until a person resumes them.")
        terms = "select * from get_payout_terms(%(id)s, %(currency)s)"
        show("terms", call(connection, terms, id=SENT_BACK, currency=CURRENCY), "restaurant_id is_paused paused_reason")
        resume = "select * from resume_payouts(%(id)s, %(currency)s, 'ana', 'a new account')"
        call(connection, resume, id=SENT_BACK, currency=CURRENCY)
        again = "select * from run_payouts(%(currency)s, %(as_of)s, %(minimum)s, p_restaurant_ids => array[%(id)s])"
        values = {"currency": CURRENCY, "as_of": "2026-01-06", "minimum": MINIMUM, "id": SENT_BACK}
        show("the next run", call(connection, again, **values), counts)
        newest = "select * from list_payouts(%(id)s, %(currency)s, p_limit => 1)"
        [payout] = call(connection, newest, id=SENT_BACK, currency=CURRENCY)
        [payout] = call(connection, "select * from get_payout(%(id)s)", id=payout["payout_id"])
        show("what it pays", payout["items"], "item_type amount")

        console.rule("8. People correct, and hold back")
        adjust = "select * from post_adjustment(%(id)s, 'CLP', -1500, 'a deposit', 'adj-1', 'ana')"
        hold = "select * from hold_funds(%(id)s, 'CLP', 20000, 'papers missing', 'hold-1', 'ana')"
        reverse = "select * from reverse_event('adj-1', 'wrong restaurant', 'rev-1', 'operator', 'ana')"
        done = [call(connection, statement, id=DISPUTED)[0] for statement in (adjust, adjust, hold, reverse)]
        show("answers", done, "status event_id event_type entries")
        balance = "select * from get_balance(%(id)s, 'CLP')"
        show("balance", call(connection, balance, id=DISPUTED), "restaurant_id available held total")

        console.rule("9. A schedule, a worker, and webhooks")
        pay_by_schedule(connection, url)

        console.rule("10. Is it sound?")
        accounts = call(connection, "select * from reporting.trial_balance order by currency, account")
        show("trial balance", accounts, "currency account debit credit balance")
        checks = call(connection, "select * from check_integrity()")
        show("integrity", checks, "findings severity title")
        failed = [row for row in checks if row["findings"] and row["severity"] == "error"]
    console.print("[red]The ledger is not sound." if failed else "[green]The ledger is sound.")
    return not failed


def main() -> int:
    embedded.end_on_signals()
    with embedded.database(throw_away=True) as url:
        deploy(url, quiet=True)
        return 0 if tell(url) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (DeployError, LoadError, embedded.ServerError, psycopg.Error) as error:
        sys.exit(f"make demo: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
