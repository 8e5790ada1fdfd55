"""Idle and slow connections: what they cost the service itself, with no gateway before it; others are answered."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import serve
from db.pool import BODIES
from tests.fuzz import children, memory
from tests.test_serve import CHARGE, Service, eventually, serving

pytestmark = pytest.mark.long

Connect = Callable[..., psycopg.Connection[Any]]
WORKERS = 2
EVENT = json.dumps(CHARGE).encode()
HEAD = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
MANY = 1500  # more than would once keep everybody out


@pytest.fixture(scope="module")
def service(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    log = tmp_path_factory.mktemp("connections") / "log"
    with serving(database, log, CUENTA_HEADER_SECONDS="3") as running:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard < 0 else min(hard, 20_000), hard))
        yield running
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def holding(service: Service, count: int, said: bytes, **options: int) -> Iterator[list[socket.socket]]:
    """So many connections that have said this, and say no more."""
    with contextlib.ExitStack() as stack:
        held: list[socket.socket] = []
        for _ in range(count):
            peer = stack.enter_context(socket.socket())
            for name, value in options.items():
                peer.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
            peer.settimeout(30)
            peer.connect(("127.0.0.1", service.port))
            peer.sendall(said)
            peer.setblocking(False)
            held.append(peer)
        yield held


def assert_others_are_answered(service: Service) -> None:
    """Whoever comes now; each worker is met by some of them."""
    for number in range(8):
        assert service.ask("GET", "/health")[0] == 200
        assert service.ask("GET", "/v1/payouts?limit=1")[0] == 200
        event = CHARGE | {"event_id": f"other_{time.monotonic_ns()}_{number}"}
        assert service.ask("POST", "/v1/processor/events", event)[0] == 201


def read(held: list[socket.socket], got: dict[socket.socket, bytes]) -> bool:
    """Take what has come; whether all have been told, or closed."""
    for peer in held:
        with contextlib.suppress(BlockingIOError):
            try:
                while more := peer.recv(65536):
                    got[peer] = got.get(peer, b"") + more
                got[peer] = got.get(peer, b"") + b"<end>"
            except ConnectionError:
                got[peer] = got.get(peer, b"") + b"<end>"
    return len([1 for told in got.values() if told.endswith(b"<end>")]) == len(held)


@pytest.mark.parametrize(
    "said",
    [b"", b"GET /health HTTP/1.1\r\nHost: x\r\nX-Half", b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01"],
    ids=["nothing", "half a header", "kept after a request", "the beginning of TLS"],
)
def test_idle_connections_keep_nobody_out_and_end(service: Service, said: bytes) -> None:
    with holding(service, MANY, said) as held:
        assert_others_are_answered(service)
        got: dict[socket.socket, bytes] = {}
        assert eventually(lambda: read(held, got), 60), "an idle connection is kept"
    assert max(memory(pid) for pid in children(service.process.pid)) < 300 << 10


def test_a_header_that_does_not_end_is_not_kept(service: Service) -> None:
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as peer:
        peer.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n")
        with contextlib.suppress(OSError):
            for _ in range(200):
                peer.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")
        answer = b""
        with contextlib.suppress(ConnectionError):
            answer = peer.recv(65536)
    assert not answer or b" 431 " in answer.split(b"\r\n")[0]


@pytest.mark.parametrize("path", [b"/v1/processor/events", b"/v1/webhooks/nobody"])
def test_slow_bodies_keep_few_threads(service: Service, path: bytes, connect: Connect) -> None:
    most = WORKERS * (BODIES if b"events" in path else BODIES // 2)
    body = json.dumps(CHARGE | {"event_id": f"half_{len(path)}"}).encode()
    with holding(service, 4 * most, HEAD % (path, len(body)) + body[:-1]) as held:
        for _ in range(8):
            assert service.ask("GET", "/health")[0] == 200
            assert service.ask("GET", "/v1/payouts?limit=1")[0] == 200
        if b"webhooks" in path:  # anybody may send those: they leave room for others
            assert_others_are_answered(service)
        got: dict[socket.socket, bytes] = {}
        assert eventually(lambda: read(held, got) or len(got) >= 3 * most)
        told = next(iter(got.values()))
        assert {answer.split(b" ")[1] for answer in got.values()} == {b"503"}
        assert b"retry-after: 1" in told.lower() and b'"UNAVAILABLE"' in told
    # When they are gone, every thread is free again, and nothing of a half body is kept.
    assert eventually(lambda: [service.ask("POST", "/v1/webhooks/nobody", {})[0] for _ in range(8)] == [401] * 8)
    assert_others_are_answered(service)
    assert connect().execute("select from ledger.processor_events where event_id like 'half%'").fetchall() == []
    assert not [line for line in service.lines() if line.get("level") == "error"]


def test_a_peer_that_is_gone_without_a_word_is_noticed(service: Service) -> None:
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as peer:
        local = f":{peer.getsockname()[1]:04X}"

        def timer() -> str:
            """The one that runs for the service's end of the connection: 02 asks whether the peer is there."""
            rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
            return next((row[5][:2] for row in rows if row[2].endswith(local)), "")

        assert eventually(lambda: timer() == "02")


def test_pages_that_nobody_takes_keep_few_threads(service: Service) -> None:
    request = b"GET /docs/swagger/js/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n"
    with holding(service, 200, request, SO_RCVBUF=4096) as held:
        assert eventually(lambda: len(select.select(held, [], [], 0)[0]) == 200)
        assert_others_are_answered(service)
        assert service.ask("GET", "/openapi.json")[0] in (200, 503)
        first = [peer.recv(60, socket.MSG_PEEK).split(b" ")[1] for peer in held]
        assert set(first) == {b"200", b"503"}
    assert eventually(lambda: [service.ask("GET", "/openapi.json")[0] for _ in range(9)] == [200] * 9)


def test_who_leaves_before_the_answer_or_half_way_disturbs_nobody(service: Service, connect: Connect) -> None:
    requests = {
        b"leaves": HEAD % (b"/v1/processor/events", len(EVENT)) + EVENT,
        b"half": HEAD % (b"/v1/processor/events", 100_000) + EVENT,
        b"tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(500),
        b"noise": os.urandom(3000),
    }
    for name, said in requests.items():
        for number in range(100):
            with socket.create_connection(("127.0.0.1", service.port), timeout=30) as peer:
                peer.sendall(said)
                if number % 2:
                    peer.shutdown(socket.SHUT_WR)
        assert service.ask("GET", "/health")[0] == 200, name
    assert_others_are_answered(service)
    query = "select count(*) from ledger.processor_events where event_id = %s"
    assert eventually(lambda: connect().execute(query, [CHARGE["event_id"]]).fetchone() == (1,))


def test_requests_that_come_all_at_once_on_a_connection_are_answered_in_their_order(service: Service) -> None:
    one = b"GET /health HTTP/1.1\r\nHost: x\r\nX-Request-ID: n-%d\r\n\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as peer:
        peer.sendall(b"".join(one % number for number in range(50)))
        got = b""
        while got.count(b"HTTP/1.1 200") < 50 or not got.endswith(b"}\n"):
            got += peer.recv(65536)
    assert [f"n-{number}" for number in range(50)] == [
        line.split(": ")[1] for line in got.decode().split("\r\n") if line.lower().startswith("x-request-id")
    ]


@pytest.mark.parametrize(("limits", "wanted"), [((1024, 1024), 768), ((1024, 4096), 3840), ((-1, -1), 4096)])
def test_no_more_connections_than_files_may_be_open(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], wanted: int
) -> None:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, new: told.append(new))
    assert serve.most_connections() == wanted
    assert told == ([] if limits[0] < 0 else [(min(4352, limits[1]), limits[1])])


def test_a_service_with_few_files_refuses_nobody_it_has_taken(database: str, tmp_path: Path) -> None:
    words = ["-c", "import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400));"]
    words[1] += "sys.argv[0] = 'serve.py'; import serve; serve.main()"
    with (
        serving(database, tmp_path / "log", start=words, CUENTA_HEADER_SECONDS="3") as service,
        holding(service, 600, b"") as held,
    ):
        got: dict[socket.socket, bytes] = {}
        assert eventually(lambda: service.ask("GET", "/health")[0] == 200, 60)
        assert eventually(lambda: read(held, got), 60)
        assert service.ask("GET", "/ready")[0] == 200
        assert not [line for line in service.lines() if "open files" in line["event"]]
