"""Keys of those who call the service.

    python db/keys.py create --name NAME --role ROLE [--restaurant ID] [--expires-at MOMENT] [-o json]
    python db/keys.py list [-o json]
    python db/keys.py revoke KEY_ID [-o json]

DATABASE_URL names the database, with a login that may act as cuenta_operator. The key is shown this once, on standard
output; the database keeps its digest. The same in psql: create_api_key, list_api_keys, revoke_api_key.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

import psycopg
from psycopg.rows import dict_row

ROLES = ("processor", "app", "operator", "reader")
CREATE = "select * from api.create_api_key(%s, %s, %s, %s::timestamptz)"
LIST = "select * from api.list_api_keys(500, %s)"
REVOKE = "select * from api.revoke_api_key(%s)"
SHOWN = ("key_id", "name", "role", "restaurant_id", "status", "expires_at", "last_used_at")

Row = dict[str, Any]


def work(connection: psycopg.Connection[Row], chosen: argparse.Namespace) -> list[Row]:
    """The rows that the command answers."""
    if chosen.command == "create":
        told = [chosen.name, chosen.role, chosen.restaurant, chosen.expires_at]
        return connection.execute(CREATE, told).fetchall()
    if chosen.command == "revoke":
        return connection.execute(REVOKE, [chosen.key_id]).fetchall()
    rows: list[Row] = []
    while page := connection.execute(LIST, [rows[-1]["cursor"] if rows else None]).fetchall():
        rows += page
    return [{name: value for name, value in row.items() if name != "cursor"} for row in rows]


def write(rows: list[Row], chosen: argparse.Namespace) -> str:
    """What is printed: JSON, or what somebody at a terminal wants to see."""
    if chosen.output == "json":
        return json.dumps(rows if chosen.command == "list" else rows[0], default=str, ensure_ascii=False)
    if chosen.command == "create":
        return str(rows[0]["key"])
    if chosen.command == "revoke":
        return f"{rows[0]['key_id']} ({rows[0]['name']}) is revoked"
    lines = [SHOWN, *(["" if row[name] is None else str(row[name]) for name in SHOWN] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(SHOWN))]
    padded = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return "\n".join(padded)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Keys of those who call the service.")
    commands = parser.add_subparsers(dest="command", required=True)
    create = commands.add_parser("create", help="make a key, and show it this once")
    create.add_argument("--name", required=True, help="whose it is: the actor of what is done with it")
    create.add_argument("--role", required=True, choices=ROLES)
    create.add_argument("--restaurant", metavar="ID", help="the only one that it may see; then its role is reader")
    create.add_argument("--expires-at", metavar="MOMENT", help="2026-12-31T00:00:00Z; without it there is no end")
    revoke = commands.add_parser("revoke", help="take a key back, for good")
    revoke.add_argument("key_id", metavar="KEY_ID", help="the part of the key that is no secret")
    for command in (create, revoke, commands.add_parser("list", help="the keys that there are and were")):
        command.add_argument("-o", "--output", choices=("text", "json"), default="text")
    chosen = parser.parse_args()
    if not os.environ.get("DATABASE_URL"):
        parser.error("set DATABASE_URL")
    return chosen


def main() -> int:
    chosen = read_options()
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row) as connection:
            rows = work(connection, chosen)
    except psycopg.Error as error:
        print(f"error: {error.diag.message_primary or error}", file=sys.stderr)
        return 1
    print(write(rows, chosen))
    return 0


if __name__ == "__main__":
    sys.exit(main())
