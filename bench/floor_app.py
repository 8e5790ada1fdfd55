"""The service with one route more, /select-1: what an answer costs that asks the database for nothing.

    DATABASE_URL=... python bench/floor_app.py --port 8081

Everything else is the service's own: its server and settings, its pool, its log lines.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from flask import Flask, Response
from granian import Granian

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import app  # noqa: E402
import serve  # noqa: E402


def create_app() -> Flask:
    """app.create_app() with the route."""
    service = app.create_app()
    pool = service.extensions["pool"]

    def select_1() -> Response:
        with pool.connection() as connection:
            connection.autocommit = True
            [row] = connection.execute(b"select 1").fetchall()
        return Response(str(row[0]), mimetype="application/json")

    service.add_url_rule("/select-1", "select_1", select_1)
    return service


def with_route(_target: str, **options: Any) -> Any:
    """The service's server as the service starts it, but with the application above."""
    return Granian("floor_app:create_app", **(options | {"working_dir": Path(__file__).parent}))


if __name__ == "__main__":
    vars(serve)["Granian"] = with_route
    serve.main()
