"""Makes the login that the service connects with: a member of the roles that it acts as, and of nothing else.

    CUENTA_SERVICE_PASSWORD=... python db/login.py [--name cuenta_service] [--operator] [--worker]

With --operator it may act as cuenta_operator, too: for keys of people, and if CUENTA_ROLE says so for everybody who
comes without a key while none is wanted. With --worker it may act as cuenta_worker, which worker.py does. Run again
without them, the login may not any more.
DATABASE_URL names the database, with a login that may create roles. Run it again to change the password.
The server gets the password's hash only, so that none of its logs has the password.
"""

from __future__ import annotations

import argparse
import os
import sys

import psycopg
from psycopg import sql

ROLES = ("cuenta_app", "cuenta_door", "cuenta_processor", "cuenta_reader", "cuenta_restaurant")
OPERATOR, WORKER = "cuenta_operator", "cuenta_worker"
FORBIDDEN = """
select r.rolname
from pg_roles as r
where r.rolname = %s and (r.rolsuper or r.rolcreaterole or r.rolname = session_user)
"""


def make_login(
    database_url: str, name: str, password: str, *, is_operator: bool = False, is_worker: bool = False
) -> None:
    """Create the login, or bring it to what it should be."""
    with psycopg.connect(database_url) as connection:
        if connection.execute(FORBIDDEN, [name]).fetchone():
            raise ValueError(f"{name} administers this server: the service gets a login of its own")
        secret = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
        login = sql.Identifier(name)
        if not connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone():
            connection.execute(sql.SQL("create role {}").format(login))
        connection.execute(sql.SQL("alter role {} login password {}").format(login, sql.Literal(secret)))
        may = dict.fromkeys(ROLES, True) | {OPERATOR: is_operator, WORKER: is_worker}
        for role, is_granted in may.items():
            words = sql.SQL("grant {} to {}" if is_granted else "revoke {} from {}")
            connection.execute(words.format(sql.Identifier(role), login))


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the login that the service connects with.")
    parser.add_argument("--name", default="cuenta_service")
    parser.add_argument("--operator", action="store_true", help="it may act as cuenta_operator, too")
    parser.add_argument("--worker", action="store_true", help="it may act as cuenta_worker, too")
    chosen = parser.parse_args()
    url, password = os.environ.get("DATABASE_URL"), os.environ.get("CUENTA_SERVICE_PASSWORD")
    if not url or not password:
        parser.error("set DATABASE_URL and CUENTA_SERVICE_PASSWORD")
    try:
        make_login(url, chosen.name, password, is_operator=chosen.operator, is_worker=chosen.worker)
    except (psycopg.Error, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
