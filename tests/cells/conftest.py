"""What the tests of cells have in common besides tests/conftest.py."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql


@pytest.fixture(scope="module", autouse=True)
def login_of_proxies(template_database: str, server_url: str) -> Iterator[None]:
    """The password of the login of proxies is one for the whole server: a module that deploys others leaves it."""
    with psycopg.connect(server_url, autocommit=True) as conn:
        kept = conn.execute("select rolpassword from pg_authid where rolname = 'cuenta_cell'").fetchone()
        assert kept
        yield
        conn.execute(sql.SQL("alter role cuenta_cell password {}").format(sql.Literal(kept[0])))
