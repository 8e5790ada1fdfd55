"""Keys: every role and every restaurant tries what it may not, over HTTP and in the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

Connect = Callable[..., psycopg.Connection[Any]]


def test_a_key_that_nobody_made_is_none(connect: Connect) -> None:
    with pytest.raises(psycopg.Error) as raised:
        connect(role="cuenta_restaurant").execute("select api.get_own('x', 'list_payouts')")
    assert (raised.value.sqlstate, raised.value.diag.constraint_name) == ("LAKEY", "UNAUTHENTICATED")
