"""Databases for the tests: one server a session, one deployed template, one copy a module.

With DATABASE_URL set the databases are made on that server, and dropped at the end; else a
throw-away server is started (PG_BIN names another installation than the pip wheel's).
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # pytest may be started from anywhere
    sys.path.insert(0, str(ROOT))

from dev import embedded  # noqa: E402
from tests import cluster  # noqa: E402
from tests.sessions import currencies, currency, other_currency, sessions, two_currencies  # noqa: E402, F401

COLLECTED = pytest.StashKey[int]()
RAN: set[str] = set()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each of schemathesis' operations a node id of its own: xdist runs one test a node id. Long files first.

    Over a proxy those are left out, and counted, that tests/cells/cannot.toml names.
    """
    if cluster.CELLS and (left := [item for item in items if cluster.cannot_run(item.nodeid)]):
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]
    for item in items:
        if label := getattr(item, "operation_label", None):
            item._id = item._id.with_params(label)
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Each test needs a node id of its own. How many there are xdist's workers tell their controller."""
    if twice := [name for name, count in Counter(item.nodeid for item in session.items).items() if count > 1]:
        raise pytest.UsageError(f"one node id stands for several tests: {', '.join(twice)}")
    session.config.stash[COLLECTED] = len(session.items)
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["collected"] = len(session.items)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[COLLECTED] = max(node.config.stash.get(COLLECTED, 0), node.workeroutput.get("collected", 0))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    RAN.add(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that leaves tests out."""
    missing = session.config.stash.get(COLLECTED, 0) - len(RAN)
    is_stopped = session.shouldstop or session.shouldfail or session.config.option.collectonly
    if missing > 0 and not is_stopped and not hasattr(session.config, "workeroutput"):
        print(f"\n{missing} of the tests collected did not run", file=sys.stderr)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A superuser's URL of the server that the tests may make databases on."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with embedded.Server(throw_away=True, settings=cluster.SETTINGS) as server:
        yield server.url("postgres")


@pytest.fixture(scope="session")
def template_database(server_url: str) -> Iterator[str]:
    """The URL of a deployed database that `database` copies. Nobody stays connected to it.

    CUENTA_TEST_TEMPLATE names one that is there already: tests/mutants.py has broken a rule in it.
    """
    from db.deploy import deploy

    if given := os.environ.get("CUENTA_TEST_TEMPLATE"):
        yield embedded.url_with_database(server_url, given)
        return
    if cluster.CELLS:
        with cluster.template(server_url) as url:
            yield url
        return
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
            if deployed and cluster.CELLS:
                return stack.enter_context(cluster.copy(server_url, request.getfixturevalue("template_database")))
            if deployed:
                template = embedded.database_name(request.getfixturevalue("template_database"))
            return stack.enter_context(embedded.throw_away_database(server_url, template))

        yield create


@pytest.fixture(scope="module")
def database(create_database: Callable[..., str]) -> str:
    """The URL of a deployed database of the module's own, as superuser."""
    return create_database()


@pytest.fixture(scope="module")
def sound_book(database: str) -> Iterator[None]:
    """At the end of the module no integrity check of severity error finds anything in its database."""
    yield
    with psycopg.connect(database, autocommit=True) as conn:
        found = conn.execute("select c.check_name, c.findings, c.sample from api.check_integrity() as c"
                             " where c.severity = 'error'").fetchall()  # fmt: skip
    assert found
    assert [finding for finding in found if finding[1]] == []


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

    open_one.opened = opened  # type: ignore[attr-defined]
    yield open_one
    for connection in opened:
        connection.close()


@pytest.fixture(autouse=True)
def close_what_a_test_opens(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave no more connections open than a module needs: the server has PostgreSQL's default limit.

    A module whose tests hand connections on to each other says KEEPS_CONNECTIONS = True.
    """
    if "connect" not in request.fixturenames or getattr(request.module, "KEEPS_CONNECTIONS", False):
        yield
        return
    opened: list[psycopg.Connection[Any]] = request.getfixturevalue("connect").opened
    before = len(opened)
    yield
    for connection in opened[before:]:
        connection.close()
    del opened[before:]
