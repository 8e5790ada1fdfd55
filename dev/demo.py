"""The whole story without a service: events in, balances, a payout run, payouts paid, the proof.

    python dev/demo.py

Runs in a throw-away database: on the server of DATABASE_URL, else on an embedded one. Every run tells the
same, but for the payouts' ids, and fits into 80 columns.
"""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row
from rich import box
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from db.deploy import DeployError, deploy
from dev import embedded
from events.load import LoadError, load, summary

Connection = psycopg.Connection[dict[str, Any]]
AS_OF, CURRENCY, MINIMUM = "2025-12-31", "PEN", 50000
UNLUCKY = "res_004"  # whose payout fails
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
    return f"{value:,}" if isinstance(value, (int, Decimal)) else str(value)


def call(connection: Connection, statement: str, **values: Any) -> list[dict[str, Any]]:
    """Print a statement as one would type it in psql, and run it."""
    shown = statement
    for name, value in values.items():
        shown = shown.replace(f"%({name})s", str(value) if isinstance(value, int) else f"'{value}'")
    console.print(f"=> {shown};", style="cyan", markup=False, highlight=False)
    return connection.execute(statement.encode(), values).fetchall()


def payout_event(payout: dict[str, Any], event_type: str) -> str:
    """What the processor sends about a payout."""
    event = {
        "event_id": f"evt_{payout['restaurant_id']}_{event_type}",
        "event_type": event_type,
        "occurred_at": "2026-01-02T15:00:00Z",
        "restaurant_id": payout["restaurant_id"],
        "currency": payout["currency"],
        "amount": payout["amount"],
        "payout_id": payout["payout_id"],
    }
    return json.dumps(event)


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

        console.rule("3. A payout run")
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

        console.rule("4. The bank answers: all are paid but one, which fails")
        said = [payout_event(p, "payout_failed" if p["restaurant_id"] == UNLUCKY else "payout_paid") for p in created]
        answers = [call(connection, "select * from ingest_event(%(event)s)", event=event)[0] for event in said]
        show("answers", answers, "status event_id event_type entries")
        show("payouts", call(connection, payouts, currency=CURRENCY), "restaurant_id as_of amount status")
        show("balances", call(connection, balances), amounts)

        console.rule("5. A statement: the money of the failed payout is available again")
        statement = "select * from list_entries(%(id)s, %(currency)s)"
        rows = call(connection, statement, id=UNLUCKY, currency=CURRENCY)
        columns = "settlement_day entry_type balance_change balance_after reserved_after"
        show(f"{UNLUCKY}, {CURRENCY}", rows, columns)

        console.rule("6. Is it sound?")
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
