"""docs/nginx.conf, started in front of the service: what passes, and what is cut off before it gets there.

CUENTA_NGINX names the program; without it the one on the PATH is taken, else the distribution's package is unpacked
into a folder, which changes nothing on the system. Where that cannot be had either, these tests fail and say so.
"""

from __future__ import annotations

import http.client
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dev import pgtap
from tests.test_packaging import free_port
from tests.test_serve import CHARGE, Service, eventually, serving

CONF = Path(__file__).resolve().parent.parent / "docs/nginx.conf"
Answer = tuple[int, http.client.HTTPMessage, bytes]


def find_nginx() -> str:
    """The program."""
    if found := os.environ.get("CUENTA_NGINX") or shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
        return found
    try:
        pgtap.fetch("nginx")
    except pgtap.ToolMissing as missing:
        pytest.fail(f"install nginx, or name it by CUENTA_NGINX: {missing}")
    return str(pgtap.TOOLS / "usr/sbin/nginx")


class Front:
    """nginx with the file of the docs, before a port of this machine."""

    def __init__(self, folder: Path, upstream: int) -> None:
        self.port, self.folder = free_port(), folder
        key, certificate = folder / "cuenta.key", folder / "cuenta.crt"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        more = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
        subprocess.run([*command, *more], check=True, capture_output=True)
        changes = {
            "pid /run/nginx.pid;": f"pid {folder}/pid; {'user root;' if os.getuid() == 0 else ''}",
            "server 127.0.0.1:8080;": f"server 127.0.0.1:{upstream};",
            "listen 443 ssl;": f"listen 127.0.0.1:{self.port} ssl;",
            "/etc/nginx/cuenta.crt": str(certificate),
            "/etc/nginx/cuenta.key": str(key),
        }
        text = CONF.read_text()
        for old, new in changes.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        paths = "\n".join(f"    {kind}_temp_path {folder}/{kind};" for kind in kinds)
        (folder / "nginx.conf").write_text(text.replace("http {\n", f"http {{\n{paths}\n", 1))
        self.tls = ssl.create_default_context(cafile=str(certificate))
        self.log = (folder / "log").open("wb")
        command = [find_nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
        self.process = subprocess.Popen([*command, "-g", "daemon off;"], stderr=self.log, stdout=self.log)
        assert eventually(lambda: self.process.poll() is not None or self.is_open())
        assert self.process.poll() is None, (folder / "log").read_text()

    def is_open(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def connect(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=40, context=self.tls)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = self.connect()
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, {"Content-Type": "application/json"} | named)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def ask_again(self, times: int, path: str, **headers: str) -> list[Answer]:
        """The same on one connection, which is as fast as one caller can be."""
        connection, answers = self.connect(), list[Answer]()
        for _ in range(times):
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answers.append((answer.status, answer.headers, answer.read()))
        connection.close()
        return answers

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)
        self.log.close()


@pytest.fixture(scope="module")
def service(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(database, tmp_path_factory.mktemp("service") / "log") as running:
        yield running


@pytest.fixture
def front(service: Service, tmp_path: Path) -> Iterator[Front]:
    """A new one a test: who was counted is forgotten."""
    running = Front(tmp_path, service.port)
    yield running
    running.stop()


def error(body: bytes) -> Any:
    return json.loads(body)["error"]["code"]


def test_requests_pass_and_say_who_asked(front: Front, service: Service) -> None:
    event = json.dumps(CHARGE).encode()
    status, headers, _ = front.ask("POST", "/v1/processor/events", event, X_Request_ID="from.outside-1")
    assert (status, headers["X-Request-ID"]) == (201, "from.outside-1")
    assert headers["Strict-Transport-Security"]
    status, headers, _ = front.ask("GET", "/v1/payouts")
    assert status == 200 and len(headers["X-Request-ID"]) == 32
    assert eventually(lambda: any(line.get("request_id") == "from.outside-1" for line in service.lines()))


def test_a_key_reaches_the_service_and_no_log(tmp_path: Path) -> None:
    heard: list[dict[str, str]] = []

    class Ear(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(dict(self.headers))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    ear = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=ear.serve_forever, daemon=True).start()
    front = Front(tmp_path, ear.server_port)
    try:
        key = "Bearer cuenta_live_0123_secretsecret"
        assert front.ask("GET", "/v1/payouts", Authorization=key, X_Request_ID="a-1")[0] == 200
        assert (heard[0]["Authorization"], heard[0]["X-Request-ID"]) == (key, "a-1")
        assert 429 in {status for status, _, _ in front.ask_again(600, "/v1/payouts", Authorization=key)}
    finally:
        front.stop()
        ear.shutdown()
        ear.server_close()
    assert b"secretsecret" not in (tmp_path / "log").read_bytes()


def test_keys_are_asked_for_through_it(create_database: Callable[..., str], tmp_path: Path) -> None:
    url = create_database()
    with psycopg.connect(url, autocommit=True) as admin:
        (key,) = admin.execute("select key from api.create_api_key('reports', 'reader')").fetchone() or ("",)
    with serving(url, tmp_path / "service.log") as service:
        front = Front(tmp_path, service.port)
        try:
            assert front.ask("GET", "/v1/payouts")[0] == 401
            assert front.ask("GET", "/v1/payouts", Authorization=f"Bearer {key}x")[0] == 401
            assert front.ask("GET", "/v1/payouts", Authorization=f"Bearer {key}")[0] == 200
            event = json.dumps(CHARGE).encode()
            assert front.ask("POST", "/v1/processor/events", event, Authorization=f"Bearer {key}")[0] == 403
            assert service.ask("GET", "/metrics")[0] == 401
        finally:
            front.stop()


def test_too_large_is_refused_here_and_batches_may_be_larger(front: Front) -> None:
    status, headers, body = front.ask("POST", "/v1/processor/events", b" " * (300 << 10))
    assert (status, error(body), headers["Content-Type"]) == (413, "REQUEST_ENTITY_TOO_LARGE", "application/json")
    items = json.dumps([CHARGE] * 3).encode()
    status, _, body = front.ask("POST", "/v1/processor/events/batch", items + b" " * (1 << 20))
    assert status == 200 and len(json.loads(body)) == 3


def test_metrics_are_not_for_everybody(front: Front) -> None:
    assert front.ask("GET", "/metrics")[0] == 404


def test_one_caller_is_slowed_down_and_another_is_not(front: Front) -> None:
    answers = front.ask_again(600, "/health", Authorization="Bearer one")
    (other,) = front.ask_again(1, "/health", Authorization="Bearer two")
    found = Counter(status for status, _, _ in answers)
    assert set(found) == {200, 429} and found[200] >= 100 and found[429] >= 20
    refused = next(answer for answer in answers if answer[0] == 429)
    assert (error(refused[2]), refused[1]["Retry-After"]) == ("TOO_MANY_REQUESTS", "1")
    assert other[0] == 200


def test_too_many_connections_of_one_address_are_refused(front: Front) -> None:
    def hold() -> ssl.SSLSocket:
        raw = socket.create_connection(("127.0.0.1", front.port), timeout=20)
        tls = front.tls.wrap_socket(raw, server_hostname="127.0.0.1")
        head = "POST /v1/processor/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        tls.sendall(f"{head}Content-Length: 9\r\n\r\n{{".encode())
        return tls

    held = [hold() for _ in range(50)]
    try:
        assert eventually(lambda: front.ask("GET", "/health")[0] == 429, 5)
    finally:
        for one in held:
            one.close()
    assert eventually(lambda: front.ask("GET", "/health")[0] == 200, 5)


@pytest.mark.parametrize("slow_part", ["header", "body"])
def test_a_slow_client_is_cut_off_and_costs_no_thread(front: Front, service: Service, slow_part: str) -> None:
    raw = socket.create_connection(("127.0.0.1", front.port), timeout=20)
    tls = front.tls.wrap_socket(raw, server_hostname="127.0.0.1")
    head = "POST /v1/processor/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Request-ID: slow-1\r\n"
    tls.sendall(head.encode() if slow_part == "header" else f"{head}Content-Length: 100\r\n\r\n{{".encode())
    begun = time.monotonic()
    assert front.ask("GET", "/health")[0] == 200
    try:
        said = tls.recv(65536)
    except ConnectionError:
        said = b""
    assert 8 < time.monotonic() - begun < 15
    assert said == b"" or b" 408 " in said
    assert not [line for line in service.lines() if line.get("request_id") == "slow-1"]
    tls.close()


def test_the_service_away_is_an_answer_that_says_so(tmp_path: Path) -> None:
    front = Front(tmp_path, free_port())
    try:
        status, headers, body = front.ask("GET", "/health")
        assert (status, error(body), headers["Retry-After"]) == (502, "UNAVAILABLE", "1")
    finally:
        front.stop()


def test_what_is_to_be_changed_is_marked_and_the_limits_are_the_services() -> None:
    text = CONF.read_text()
    assert text.count("# CHANGE") == 5
    assert "client_max_body_size 256k; # as CUENTA_MAX_BODY_BYTES" in text
    assert "client_max_body_size 16m; # as CUENTA_MAX_BATCH_BYTES" in text
