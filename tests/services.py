"""What the tests of the door and of background work share: keys, a worker's process, a receiver of webhooks.

A service is tests.test_serve's. Everything here is an outsider's: it knows names and wire formats, not the code.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

ROOT = Path(__file__).resolve().parent.parent
Row = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]

KEY = re.compile(r"^cuenta_live_([A-Za-z0-9]+)_([A-Za-z0-9_-]{20,})$")


def call(url: str, query: str, *args: Any, role: str | None = None) -> list[Row]:
    """One statement in a session of its own, as a role if named; the rows."""
    more: dict[str, Any] = {"options": f"-c role={role}"} if role else {}
    with psycopg.connect(url, autocommit=True, row_factory=dict_row, **more) as connection:
        cursor = connection.execute(query, args)
        return cursor.fetchall() if cursor.description else []


def create_key(
    url: str, name: str, role: str, restaurant_id: str | None = None, expires_at: Any = None, *, by: str | None = None
) -> Row:
    """The row that create_api_key answers."""
    (row,) = call(
        url, "select * from api.create_api_key(%s, %s, %s, %s)", name, role, restaurant_id, expires_at, role=by
    )
    return row


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def send(
    port: int, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """A request as it is given, with no header added but those HTTP needs; status, headers in lower case, body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        with contextlib.suppress(BrokenPipeError):  # it may answer before it has read a body
            connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
    finally:
        connection.close()


# The signatures, each as its inventor's documentation says it.


def standard_headers(secret: str, body: bytes, *, message_id: str, at: float | None = None) -> dict[str, str]:
    """Standard Webhooks: HMAC-SHA256 over id.timestamp.body, the secret behind whsec_ in base64."""
    moment = str(int(time.time() if at is None else at))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join([message_id.encode(), moment.encode(), body])
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": message_id, "webhook-timestamp": moment, "webhook-signature": f"v1,{digest}"}


def is_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the signatures of a Standard Webhooks message is the secret's."""
    expected = standard_headers(secret, body, message_id=headers["webhook-id"], at=float(headers["webhook-timestamp"]))[
        "webhook-signature"
    ]
    return expected in headers["webhook-signature"].split(" ")


def new_secret() -> str:
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()


# A receiver.


@dataclass
class Received:
    """A request that a receiver got."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def webhook_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def document(self) -> Any:
        return json.loads(self.body)


Behaviour = Callable[[Received], tuple[int, Mapping[str, str], bytes]]


@dataclass
class Receiver:
    """An HTTP server that keeps what it gets and answers as told: a function of what it got, by default 204."""

    answer: Behaviour = lambda _received: (204, {}, b"")
    got: list[Received] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def types(self) -> list[str]:
        return [got.document["type"] for got in list(self.got)]


@contextlib.contextmanager
def receiving(answer: Behaviour | None = None) -> Iterator[Receiver]:
    """A receiver on a free port of the loopback interface."""
    receiver = Receiver(answer) if answer else Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            received = Received(self.command, self.path, headers, body, time.time())
            receiver.got.append(received)
            status, more, text = receiver.answer(received)
            with contextlib.suppress(ConnectionError):
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                if "Content-Length" not in more and status != 204:
                    self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 64

        def handle_error(self, *_: object) -> None:
            """A sender that was killed in the middle is nothing to tell of."""

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()


# A worker.


class Worker:
    """`python worker.py`, with what it logs."""

    def __init__(self, database_url: str, log: Path, **environment: str) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "worker.py"],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=os.environ | {"DATABASE_URL": database_url} | environment,
            )

    def kill(self) -> None:
        """kill -9, of everything that it may have started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=30)

    def stop(self, number: int = signal.SIGTERM, seconds: float = 20) -> int:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        return self.process.wait(timeout=seconds)


@contextlib.contextmanager
def working(database_url: str, log: Path, **environment: str) -> Iterator[Worker]:
    """A worker that is gone afterwards, whatever happens."""
    worker = Worker(database_url, log, **environment)
    try:
        yield worker
    finally:
        worker.kill()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
