"""The real server process: it starts, answers, logs, heals and stops as a production service should."""

from __future__ import annotations

import ast
import concurrent.futures
import contextlib
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import serve
from db.deploy import deploy
from dev import embedded

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parent.parent
Connect = Callable[..., psycopg.Connection[Any]]

CHARGE: dict[str, Any] = {
    "event_id": "evt_1",
    "event_type": "charge_succeeded",
    "occurred_at": "2025-12-30T10:00:00Z",
    "restaurant_id": "res_001",
    "currency": "PEN",
    "amount": 12000,
    "fee": 600,
}


def eventually(what: Callable[[], Any], seconds: float = 30) -> Any:
    """Wait until it answers something true; the last answer."""
    end = time.monotonic() + seconds
    while not (answer := what()) and time.monotonic() < end:
        time.sleep(0.05)
    return answer


class Service:
    """`python serve.py` on a free port, with what it logs."""

    def __init__(
        self, database_url: str, log: Path, *words: str, start: Sequence[str] = ("serve.py",), **environment: str
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        self.log = log
        command = [sys.executable, *start, "--port", str(self.port), "--workers", "2", *words]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=os.environ | {"DATABASE_URL": database_url} | environment,
            )

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Send a request; the status and the JSON of the answer, 0 if nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers["Content-Type"] = "application/json"
        try:
            with contextlib.suppress(BrokenPipeError):  # it may answer before it has read a body
                connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except ConnectionError:
            return 0, None
        finally:
            connection.close()

    def wait(self) -> Service:
        """Wait until it answers."""
        assert eventually(lambda: self.process.poll() is not None or self.ask("GET", "/health")[0] == 200)
        assert self.process.poll() is None, self.log.read_text()
        return self

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged: one JSON object a line."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        return self.process.wait(timeout=60)


@contextlib.contextmanager
def serving(database_url: str, log: Path, *words: str, **more: Any) -> Iterator[Service]:
    """A service that is gone afterwards, whatever happens."""
    service = Service(database_url, log, *words, **more)
    try:
        yield service.wait()
    finally:
        if service.process.poll() is None:
            service.process.terminate()
            try:
                service.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                service.process.kill()


@pytest.fixture(scope="module")
def running(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service on the module's database."""
    with serving(database, tmp_path_factory.mktemp("serve") / "log") as service:
        yield service


def test_it_answers_and_posts(running: Service) -> None:
    assert running.ask("GET", "/ready") == (200, {"status": "ready"})
    status, answer = running.ask("POST", "/v1/processor/events", CHARGE)
    assert (status, answer["status"]) == (201, "processed")
    status, answer = running.ask("POST", "/v1/processor/events", CHARGE)
    assert (status, answer["status"]) == (200, "already_processed")
    status, answer = running.ask("GET", "/v1/restaurants/res_001/balance?currency=PEN")
    assert (status, answer["available"]) == (200, 11400)


def test_it_answers_errors_in_the_envelope(running: Service) -> None:
    status, answer = running.ask("GET", "/v1/payouts/po_unknown", **{"X-Request-ID": "req-42"})
    assert (status, answer["error"]["code"], answer["error"]["request_id"]) == (404, "PAYOUT_NOT_FOUND", "req-42")
    status, answer = running.ask("PATCH", "/v1/payouts")
    assert (status, answer["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    large = CHARGE | {"metadata": {"note": "x" * (300 << 10)}}
    status, answer = running.ask("POST", "/v1/processor/events", large)
    assert (status, answer["error"]["code"]) == (413, "REQUEST_ENTITY_TOO_LARGE")


@pytest.mark.parametrize("event_id", ["/a", "//a", "a//b", "a/", "/", "..", "../a"])
def test_an_event_id_may_look_like_a_path(running: Service, event_id: str) -> None:
    assert running.ask("POST", "/v1/processor/events", CHARGE | {"event_id": event_id})[0] == 201
    for path in (event_id, quote(event_id, safe="")):
        status, answer = running.ask("GET", f"/v1/processor/events/{path}")
        assert (status, answer["event_id"]) == (200, event_id)


def test_a_body_may_come_in_chunks_and_is_limited_then_too(running: Service) -> None:
    for size, expected in ((10, 201), (1 << 20, 413)):
        event = json.dumps(CHARGE | {"event_id": f"chunks_{size}", "metadata": {"note": "x" * size}}).encode()
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
        chunks = (event[start : start + 1000] for start in range(0, len(event), 1000))
        headers = {"Content-Type": "application/json"}
        with contextlib.suppress(BrokenPipeError):
            connection.request("POST", "/v1/processor/events", chunks, headers, encode_chunked=True)
        assert connection.getresponse().status == expected
        connection.close()


def raw(service: Service, sent: bytes, *, is_whole: bool = False) -> int:
    """Send bytes and, unless the request is whole, nothing more; the status of the answer."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as peer:
        peer.sendall(sent)
        if not is_whole:
            peer.shutdown(socket.SHUT_WR)
        answer = peer.makefile("rb").readline()
    return int(answer.split()[1]) if answer else 0


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_lines_that_were_cut_off_are_not_posted(running: Service, kept: int) -> None:
    events = [CHARGE | {"event_id": f"cut_{kept}_{number}", "restaurant_id": "res_cut"} for number in range(3)]
    lines = [json.dumps(event).encode() + b"\n" for event in events]
    body, part = b"".join(lines), b"".join(lines[:kept])
    head = b"POST /v1/processor/events/batch HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\n"
    length = head + b"Content-Length: %d\r\n\r\n" % (len(body) + 1)
    assert raw(running, length + part) == 400
    chunks = (
        head + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in lines[:kept])
    )
    assert raw(running, chunks) == 411
    head = head.replace(b"x-ndjson", b"json").replace(b"/batch", b"")
    assert raw(running, head + b"Transfer-Encoding: chunked\r\n\r\n40\r\n" + lines[0][:60]) == 400
    assert running.ask("GET", "/v1/restaurants/res_cut/balance?currency=PEN")[0] == 404


def test_a_body_may_come_slowly(running: Service) -> None:
    body = json.dumps(CHARGE | {"event_id": "slow_1"}).encode()
    with socket.create_connection(("127.0.0.1", running.port), timeout=30) as peer:
        peer.sendall(b"POST /v1/processor/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n")
        peer.sendall(b"Content-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 50):
            peer.sendall(body[start : start + 50])
            time.sleep(0.05)
        assert peer.makefile("rb").readline().split()[1] == b"201"


def test_a_path_begins_with_one_slash_and_is_decoded_once(running: Service) -> None:
    for path, status in (("//v1/payouts", 404), ("/%76%31/payouts", 200), ("/%2576%2531/payouts", 404)):
        head = f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        assert raw(running, head.encode(), is_whole=True) == status, path


def test_one_locked_account_stops_nobody_else(database: str, running: Service) -> None:
    running.ask("POST", "/v1/processor/events", CHARGE | {"event_id": "held_0", "restaurant_id": "res_held"})

    def send(number: int) -> int:
        event = CHARGE | {"event_id": f"held_{number}", "restaurant_id": "res_held"}
        return running.ask("POST", "/v1/processor/events", event)[0]

    def took(path: str, body: Any = None) -> float:
        started = time.monotonic()
        assert running.ask("POST" if body else "GET", path, body)[0] in (200, 201)
        return time.monotonic() - started

    with psycopg.connect(database) as holder, concurrent.futures.ThreadPoolExecutor(40) as threads:
        holder.execute("select from ledger.account_balances where restaurant_id = 'res_held' for update")
        waiting = [threads.submit(send, number) for number in range(1, 41)]
        time.sleep(0.3)
        for number in range(20):
            event = CHARGE | {"event_id": f"free_{number}", "restaurant_id": "res_free"}
            assert took("/v1/processor/events", event) < 1
            assert took("/health") < 0.5
            assert took("/ready") < 1
        assert {answer.result() for answer in waiting} == {503}


def test_health_answers_while_every_connection_is_busy(database: str, running: Service) -> None:
    with psycopg.connect(database) as holder, concurrent.futures.ThreadPoolExecutor(64) as threads:
        holder.execute("lock table ledger.account_balances in access exclusive mode")
        events = (CHARGE | {"event_id": f"busy_{n}", "restaurant_id": f"res_{n}"} for n in range(64))
        waiting = [threads.submit(running.ask, "POST", "/v1/processor/events", event) for event in events]
        time.sleep(0.3)
        for _ in range(20):
            started = time.monotonic()
            assert running.ask("GET", "/health")[0] == 200
            assert time.monotonic() - started < 0.5
        assert {answer.result()[0] for answer in waiting} == {503}


def test_many_at_once_are_all_answered(running: Service) -> None:
    def send(number: int) -> int:
        event = CHARGE | {"event_id": f"many_{number % 100}", "restaurant_id": f"res_{number % 100 % 7}"}
        return running.ask("POST", "/v1/processor/events", event)[0]

    with concurrent.futures.ThreadPoolExecutor(16) as threads:
        statuses = list(threads.map(send, range(400)))
    assert (statuses.count(201), statuses.count(200)) == (100, 300)


def test_its_log_is_json_with_a_line_a_request(running: Service) -> None:
    running.ask("GET", "/v1/payouts?limit=1", **{"X-Request-ID": "req-logged"})
    (line,) = eventually(lambda: [line for line in running.lines() if line.get("request_id") == "req-logged"])
    assert (line["event"], line["method"], line["path"], line["status"]) == ("request", "GET", "/v1/payouts", 200)
    assert line["ms"] > 0
    assert all({"event", "level", "timestamp"} <= set(line) for line in running.lines())


def test_it_heals_when_the_database_has_dropped_its_connections(running: Service, connect: Connect) -> None:
    session = connect()
    find = """select a.pid from pg_stat_activity as a
        where a.application_name = 'cuenta' and a.datname = current_database()"""
    left = "select count(*) from pg_stat_activity as a where a.pid = any(%s)"
    assert running.ask("GET", "/v1/payouts")[0] == 200
    dropped = [pid for (pid,) in session.execute(find).fetchall()]
    assert dropped
    for pid in dropped:
        session.execute("select pg_terminate_backend(%s)", [pid])
    assert eventually(lambda: session.execute(left, [dropped]).fetchone() == (0,))
    assert {running.ask("GET", "/v1/payouts")[0] for _ in range(20)} == {200}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_finishes_the_running_request_before_it_stops(
    database: str, connect: Connect, tmp_path: Path, number: int
) -> None:
    session = connect()
    waiting = """select count(*) from pg_stat_activity as a
        where a.application_name = 'cuenta' and a.datname = current_database() and a.wait_event_type = 'Lock'"""
    event = CHARGE | {"restaurant_id": "res_stop", "event_id": f"stop_{number}"}
    with serving(database, tmp_path / "log") as service, concurrent.futures.ThreadPoolExecutor(1) as thread:
        service.ask("POST", "/v1/processor/events", event | {"event_id": f"first_{number}"})
        with psycopg.connect(database) as holder:
            holder.execute("select from ledger.account_balances where restaurant_id = 'res_stop' for update")
            answer = thread.submit(service.ask, "POST", "/v1/processor/events", event)
            assert eventually(lambda: session.execute(waiting).fetchone() == (1,))
            service.process.send_signal(number)
            assert eventually(lambda: any(line["event"].startswith("Shutting down") for line in service.lines()))
            assert service.process.poll() is None
        assert answer.result(timeout=30)[0] == 201
        assert service.process.wait(timeout=30) == 0
        assert service.ask("GET", "/health") == (0, None)
        assert not any(line["level"] == "error" for line in service.lines())


# `python serve.py` where workers are made in this way: forked on Linux before Python 3.14, else spawned.
STARTED = """
import multiprocessing, sys
multiprocessing.set_start_method(sys.argv.pop(1))
import serve
serve.main()
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_end_when_their_parent_was_killed(database: str, tmp_path: Path, method: str) -> None:
    with serving(database, tmp_path / "log", start=["-c", STARTED, method]) as service:
        assert service.ask("GET", "/ready")[0] == 200
        assert service.stop(signal.SIGKILL) == -signal.SIGKILL
        assert eventually(lambda: service.ask("GET", "/health") == (0, None), seconds=20)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_terminals_ctrl_c_ends_it_within_seconds(database: str, tmp_path: Path, method: str) -> None:
    with serving(database, tmp_path / "log", start=["-c", STARTED, method]) as service:
        assert service.ask("GET", "/ready")[0] == 200
        os.killpg(service.process.pid, signal.SIGINT)  # a terminal tells all of the process group
        assert service.process.wait(timeout=20) == 0
        assert service.ask("GET", "/health") == (0, None)


def test_it_survives_a_restart_of_the_database(tmp_path: Path) -> None:
    server = embedded.Server(Path(tempfile.gettempdir()) / f"cuenta-restart-{secrets.token_hex(4)}")
    try:
        server.start()
        deploy(server.url("postgres"), quiet=True)
        with serving(server.url("postgres"), tmp_path / "log", CUENTA_POOL_TIMEOUT="1") as service:
            assert service.ask("POST", "/v1/processor/events", CHARGE)[0] == 201
            server.stop()
            assert service.ask("GET", "/health")[0] == 200
            status, answer = service.ask("GET", "/ready")
            assert (status, answer["error"]["code"]) == (503, "NOT_READY")
            status, answer = service.ask("POST", "/v1/processor/events", CHARGE)
            assert (status, answer["error"]["code"]) == (503, "UNAVAILABLE")
            server.start()
            assert eventually(lambda: service.ask("GET", "/ready")[0] == 200)
            # Each worker has a pool of its own, which heals by itself.
            assert eventually(lambda: service.ask("POST", "/v1/processor/events", CHARGE)[0] == 200)
            assert service.stop() == 0
    finally:
        server.stop()
        shutil.rmtree(server.data_dir, ignore_errors=True)


def refused(database_url: str, *words: str, **environment: str) -> str:
    """What it says when it does not start."""
    done = subprocess.run(
        [sys.executable, "serve.py", *words],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != "CUENTA_ALLOW_REMOTE"}
        | {"DATABASE_URL": database_url}
        | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_it_refuses_to_listen_on_anything_but_loopback(database: str, host: str) -> None:
    said = refused(database, "--host", host)
    assert f"does not listen on {host}" in said
    assert "--allow-remote" in said


def test_it_listens_on_addresses_not_on_names(database: str) -> None:
    assert "takes an IP address" in refused(database, "--host", "example.org", "--allow-remote")


@pytest.mark.parametrize(("words", "environment"), [(["--allow-remote"], "0"), ([], "1")])
def test_it_listens_elsewhere_when_told_so(database: str, tmp_path: Path, words: list[str], environment: str) -> None:
    log = tmp_path / "log"
    with serving(database, log, "--host", "0.0.0.0", *words, CUENTA_ALLOW_REMOTE=environment) as service:
        assert service.ask("GET", "/ready")[0] == 200


@pytest.mark.parametrize(("processors", "threads", "workers"), [(2, 4, 2), (64, 4, 4), (64, 50, 1), (None, 4, 1)])
def test_a_large_machine_does_not_use_up_the_databases_connections(
    monkeypatch: pytest.MonkeyPatch, processors: int | None, threads: int, workers: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    monkeypatch.setattr(serve, "THREADS", threads)
    assert serve.default_workers() == workers


def test_it_needs_to_know_its_database() -> None:
    assert "DATABASE_URL is not set" in refused("")


def test_a_login_without_the_services_role_is_told_what_to_do(database: str, connect: Connect) -> None:
    name, password = f"stranger_{secrets.token_hex(4)}", secrets.token_hex(8)
    connect().execute(f"create role {name} login password '{password}'".encode())
    try:
        _, _, place = database.partition("@")
        said = refused(f"postgresql://{name}:{password}@{place}")
        assert f"grant cuenta_app to {name};" in said
        assert password not in said
        connect().execute(f"grant cuenta_app to {name}".encode())
    finally:
        connect().execute(f"drop role {name}".encode())


def test_a_login_with_the_services_role_serves(database: str, connect: Connect, tmp_path: Path) -> None:
    name, password = f"service_{secrets.token_hex(4)}", secrets.token_hex(8)
    login = f"create role {name} login noinherit password '{password}' in role cuenta_app, cuenta_door"
    connect().execute(login.encode())
    try:
        _, _, place = database.partition("@")
        with serving(f"postgresql://{name}:{password}@{place}", tmp_path / "log") as service:
            assert service.ask("GET", "/ready") == (200, {"status": "ready"})
            assert service.ask("GET", "/v1/payouts")[0] == 200
    finally:
        connect().execute(f"drop role {name}".encode())


def test_it_does_not_share_its_port(running: Service, database: str) -> None:
    """Two services on one port would take turns, each with its own database."""
    second = subprocess.run(
        [sys.executable, "serve.py", "--port", str(running.port)],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode == 1
    assert f"port {running.port}: Address already in use. Choose another one with --port." in second.stderr
    assert "Traceback" not in second.stderr


def test_it_starts_before_its_database_and_says_so(tmp_path: Path) -> None:
    with serving("postgresql://nobody@127.0.0.1:1/none", tmp_path / "log", CUENTA_POOL_TIMEOUT="0.2") as service:
        assert service.ask("GET", "/ready")[0] == 503
        assert any("does not answer yet" in line["event"] for line in service.lines())


# make run


def start_run(database_url: str, log: Path, host: str = "127.0.0.1") -> tuple[subprocess.Popen[bytes], int]:
    """Start `make run`; its process and its port."""
    port = embedded._free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "dev/run.py", "--host", host, "--port", str(port)],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": database_url},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return process, port


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_make_run_deploys_loads_the_sample_and_serves(
    create_database: Callable[..., str], tmp_path: Path, host: str
) -> None:
    log = tmp_path / "log"
    process, port = start_run(create_database(deployed=False), log, host)
    try:
        assert eventually(lambda: process.poll() is not None or "cuenta is ready." in log.read_text(), 60)
        address = f"http://{host}:{port}/v1/restaurants/res_001/balance?currency=PEN"
        assert address in log.read_text()
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert json.load(answer)["available"] == 282993
    finally:
        process.terminate()
        status = process.wait(timeout=60)
    assert status == 0, log.read_text()
    assert "Traceback" not in log.read_text()


def test_make_run_looks_at_the_login_before_it_loads_the_sample(
    create_database: Callable[..., str], connect: Connect, tmp_path: Path
) -> None:
    url, name, log = create_database(), f"deployer_{secrets.token_hex(4)}", tmp_path / "log"
    deploy(url, quiet=True)
    connect().execute(f"create role {name} login password 'secret' in role cuenta_owner".encode())
    try:
        process, _ = start_run(make_conninfo(url, user=name, password="secret"), log)
        assert process.wait(timeout=60) == 1
        assert f"grant cuenta_app to {name};" in log.read_text()
        assert "Traceback" not in log.read_text()
        assert connect(url=url).execute("select count(*) from ledger.processor_events").fetchone() == (0,)
    finally:
        connect().execute(f"drop role {name}".encode())


# Imports


# A room may import those below it.
LAYERS = {
    "serve": 3,
    "dev": 3,
    "app": 2,
    "worker": 2,
    "log": 1,
    "documents": 1,
    "db": 1,
}


def imported(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def test_imports_run_one_way() -> None:
    files = [path for room in LAYERS for path in (ROOT / f"{room}.py", *(ROOT / room).glob("*.py")) if path.exists()]
    assert len(files) >= 8
    for path in files:
        room = path.relative_to(ROOT).parts[0].removesuffix(".py")
        above = {name for name in imported(path) if LAYERS.get(name.split(".")[0], 0) > LAYERS[room]}
        assert not above, f"{path.name} imports what stands above it"
    assert not {name for name in imported(ROOT / "app.py") if name.split(".")[0] in ("serve", "worker")}
    for ground in ("db/pool.py", "log.py", "documents.py", "routes.py"):
        assert not {name for name in imported(ROOT / ground) if name.split(".")[0] in LAYERS}, ground
    importers = {
        path.name
        for path in (*ROOT.glob("*.py"), *ROOT.glob("db/*.py"), *ROOT.glob("events/*.py"))
        if any(name.split(".")[0] in ("serve", "dev") for name in imported(path))
    }
    assert importers == set(), "nothing imports a process, nor what only developers need"


def test_flask_alone_serves_everything(database: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    words = ["-m", "flask", "--app", "app", "run", "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:

        def ask(path: str) -> Any:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
                return answer.status, answer.headers
            return None

        assert eventually(lambda: ask("/ready"))
        for path in ("/v1/payouts", "/docs", "/redoc", "/openapi.json"):
            status, headers = ask(path)
            assert status == 200
            assert headers["X-Request-ID"]
            assert headers["X-Content-Type-Options"] == "nosniff"
    finally:
        process.terminate()
        process.wait(timeout=30)
