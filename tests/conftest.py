"""Databases for the tests: one server a session, one deployed template, one copy a module.

With DATABASE_URL set the databases are made on that server, and dropped at the end; else a
throw-away server is started (PG_BIN names another installation than the pip wheel's).
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # pytest may be started from anywhere
    sys.path.insert(0, str(ROOT))

from dev import embedded  # noqa: E402
from tests.sessions import currencies, currency, other_currency, sessions, two_currencies  # noqa: E402, F401


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A superuser's URL of the server that the tests may make databases on."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with embedded.Server(throw_away=True) as server:
        yield server.url("postgres")


@pytest.fixture(scope="session")
def template_database(server_url: str) -> Iterator[str]:
    """The URL of a deployed database that `database` copies. Nobody stays connected to it."""
    from db.deploy import deploy

    with embedded.throw_away_database(server_url) as url:
        deploy(url, quiet=True)
        yield url


@pytest.fixture(scope="module")
def create_database(server_url: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., str]]:
    """Make databases that live as long as the module.

    create_database() answers the URL of a deployed one, create_database(deployed=False) that of an
    empty one.
    """
    with contextlib.ExitStack() as stack:

        def create(*, deployed: bool = True) -> str:
            template = None
            if deployed:
                template = embedded.database_name(request.getfixturevalue("template_database"))
            return stack.enter_context(embedded.throw_away_database(server_url, template))

        yield create


@pytest.fixture(scope="module")
def database(create_database: Callable[..., str]) -> str:
    """The URL of a deployed database of the module's own, as superuser."""
    return create_database()


@pytest.fixture(scope="module")
def connect(database: str) -> Iterator[Callable[..., psycopg.Connection[Any]]]:
    """Open connections that are closed after the module.

    connect() is an autocommit session of the superuser in `database`. connect(role="cuenta_app")
    has that role from the start; connect(url=...) goes elsewhere; further arguments are
    psycopg.connect's.
    """
    opened: list[psycopg.Connection[Any]] = []

    def open_one(
        url: str | None = None, *, role: str | None = None, autocommit: bool = True, **more: Any
    ) -> psycopg.Connection[Any]:
        if role:
            more["options"] = f"{more.get('options', '')} -c role={role}"
        connection = psycopg.connect(url or database, autocommit=autocommit, **more)
        opened.append(connection)
        return connection

    yield open_one
    for connection in opened:
        connection.close()
