"""How webhooks are sent: to whom, how long, and what is made of the answer. And what comes of it in the database."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
import trustme
from psycopg.rows import dict_row
from standardwebhooks import Webhook, WebhookVerificationError

import sender

Row = dict[str, Any]
SECRET, OLD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
PATIENCE = 20.0


class Receiver(ThreadingHTTPServer):
    """A receiver of webhooks on this machine; `answer` does what a test wants, `seen` is what came."""

    daemon_threads = True

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], None] | None = None) -> None:
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.at_once, self.most_at_once, self.lock = 0, 0, threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                with receiver.lock:
                    receiver.seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                    receiver.at_once += 1
                    receiver.most_at_once = max(receiver.most_at_once, receiver.at_once)
                try:
                    if answer:
                        answer(self)
                    else:
                        reply(self, 204)
                finally:
                    with receiver.lock:
                        receiver.at_once -= 1

            do_GET = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=[0.05], daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/hook"

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a sender that has gone


def reply(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def receivers() -> Iterator[Callable[..., Receiver]]:
    opened: list[Receiver] = []

    def make(answer: Callable[[BaseHTTPRequestHandler], None] | None = None) -> Receiver:
        opened.append(Receiver(answer))
        return opened[-1]

    yield make
    for one in opened:
        one.shutdown()
        one.server_close()


def job(url: str, **settings: Any) -> Row:
    allowed = {"allow_http": True, "allowed_hosts": ["localhost"]}
    payload = '{"type": "payout.paid", "timestamp": "2026-01-01T00:00:00.000000Z", "data": {"ñ": 1}}'
    secrets = [SECRET, OLD_SECRET]
    return {"url": url, "settings": allowed | settings, "secrets": secrets, "message_id": "msg_1", "payload": payload}


# What is sent


def test_a_message_is_signed_with_every_secret_and_verified_by_the_library(receivers: Callable[..., Receiver]) -> None:
    receiver = receivers()
    assert sender.send(job(f"{receiver.url}?a=b")) == sender.Outcome(204, None, "")
    ((path, headers, body),) = receiver.seen
    assert path == "/hook?a=b"
    assert headers["content-type"] == "application/json" and headers["host"] == f"localhost:{receiver.port}"
    for secret in (SECRET, OLD_SECRET):
        assert Webhook(secret).verify(body, headers)["data"] == {"ñ": 1}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, headers | {"webhook-id": "msg_2"})


def test_the_example_for_receivers_works(receivers: Callable[..., Receiver]) -> None:
    """docs/webhooks-out.md shows a receiver in Python: it takes what is ours, once, and nothing else."""
    page = Path(sender.__file__).parent / "docs" / "webhooks-out.md"
    code = page.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {}
    exec(code, names)
    receiver = receivers()
    sender.send(job(receiver.url))
    ((_, headers, body),) = receiver.seen
    known: set[str] = set()
    assert names["receive"](SECRET, headers, body, known)["type"] == "payout.paid"
    assert names["receive"](SECRET, headers, body, known) is None
    with pytest.raises(WebhookVerificationError):
        names["receive"](SECRET, headers, body.replace(b"paid", b"lost"), set())


# To whom


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254"),
        *("0.0.0.0", "0.1.2.3", "100.64.0.1", "100.127.255.255", "192.0.0.170", "192.0.2.1", "198.18.0.1"),
        *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
        *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808"),
        *("64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1"),
        *("fc00::1", "fd12::1", "fe80::1", "fe80::1%1", "fec0::1", "ff02::1", "5f00::1"),
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not sender.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00::1"])
def test_a_public_address_will_do(address: str) -> None:
    assert sender.is_public(address)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "127.1", "0x7f.1", "2130706433", "0", "[::]"])
def test_this_machine_is_reached_only_if_it_is_allowed_by_name(receivers: Callable[..., Receiver], host: str) -> None:
    receiver = receivers()
    outcome = sender.send(job(f"http://{host}:{receiver.port}/", allowed_hosts=["other.example"]))
    assert outcome.status is None and outcome.error
    assert "not public" in outcome.error or "cannot be resolved" in outcome.error
    assert receiver.seen == []


def test_plain_http_wants_the_setting(receivers: Callable[..., Receiver]) -> None:
    receiver = receivers()
    assert sender.send(job(receiver.url, allow_http=False)).error == "only https is allowed"
    for settings in ({}, {"allow_http": "yes"}, {"allow_http": None}):
        assert sender.send(job(receiver.url) | {"settings": settings}).error == "only https is allowed"
    assert sender.send(job(receiver.url.replace("http", "ftp"))).error == "only https is allowed"
    assert receiver.seen == []


def test_a_name_is_resolved_once_and_that_address_is_used(
    receivers: Callable[..., Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver, asked = receivers(), list[str]()

    def rebind(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebind)
    monkeypatch.setattr(sender, "CONNECT", 0.2)
    assert sender.send(job(f"http://rebind.example:{receiver.port}/")).status is None
    assert asked == ["rebind.example"]
    assert receiver.seen == []


def test_one_address_of_several_that_is_not_public_is_too_many(
    receivers: Callable[..., Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = receivers()
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, receiver.port)) for a in ("93.184.216.34", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    assert "127.0.0.1, which is not public" in str(sender.send(job(f"http://two.example:{receiver.port}/")).error)
    assert receiver.seen == []


def test_an_address_that_takes_no_connection_is_followed_by_the_next(
    receivers: Callable[..., Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = receivers()
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, receiver.port)) for a in ("127.0.0.2", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    assert sender.send(job(receiver.url)).status == 204


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receivers: Callable[..., Receiver], status: int) -> None:
    target = receivers()
    receiver = receivers(lambda handler: reply(handler, status, location=target.url))
    outcome = sender.send(job(receiver.url))
    assert outcome.status == status and outcome.error == f"redirects are not followed ({status})"
    assert target.seen == [] and len(receiver.seen) == 1


def test_a_proxy_of_the_environment_is_not_used(
    receivers: Callable[..., Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, receiver = receivers(), receivers()
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    assert sender.send(job(receiver.url)).status == 204
    assert proxy.seen == [] and len(receiver.seen) == 1


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def secure(receiver: Receiver, authority: trustme.CA, *names: str) -> list[str]:
    """Let a receiver speak TLS with a certificate for these names; answers what server names it is asked for."""
    asked: list[str] = []
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    context.sni_callback = lambda _, name, __: asked.append(str(name))
    receiver.socket = context.wrap_socket(receiver.socket, server_side=True)
    return asked


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_tls_is_held_to_the_hosts_name_and_not_to_the_address(
    receivers: Callable[..., Receiver], authority: trustme.CA
) -> None:
    receiver = receivers()
    asked = secure(receiver, authority, "localhost")
    url = f"https://localhost:{receiver.port}/"
    assert sender.send(job(url, allow_http=False), context=trusting(authority)).status == 204
    assert asked == ["localhost"]
    assert "certificate is not good" in str(sender.send(job(url)).error), "of an authority that nobody trusts"


def test_a_certificate_for_another_name_is_refused(receivers: Callable[..., Receiver], authority: trustme.CA) -> None:
    receiver = receivers()
    secure(receiver, authority, "other.example", "127.0.0.1")
    outcome = sender.send(job(f"https://localhost:{receiver.port}/"), context=trusting(authority))
    assert outcome.status is None and "certificate is not good" in str(outcome.error)
    assert receiver.seen == []


# How long, and how much


def drip_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
    for _ in range(100):
        handler.wfile.write(b"x")
        time.sleep(0.1)


def drip_body(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
    for _ in range(100):
        handler.wfile.write(b"x")
        time.sleep(0.1)


def continue_for_ever(handler: BaseHTTPRequestHandler) -> None:
    for _ in range(100):
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.1)


@pytest.mark.parametrize("answer", [drip_headers, drip_body, continue_for_ever, lambda _: time.sleep(10)])
def test_an_attempt_is_over_after_its_time_however_it_drips(
    receivers: Callable[..., Receiver], answer: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    begun = time.monotonic()
    outcome = sender.send(job(receivers(answer).url), seconds=0.7)
    assert outcome.error == "no answer that ended within 0.7 seconds"
    assert time.monotonic() - begun < 2


def interim(handler: BaseHTTPRequestHandler, count: int) -> None:
    handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * count)
    reply(handler, 204)


def test_an_interim_answer_is_none_and_a_storm_of_them_ends(receivers: Callable[..., Receiver]) -> None:
    assert sender.send(job(receivers(lambda handler: interim(handler, 2)).url)) == sender.Outcome(204, answer="")
    outcome = sender.send(job(receivers(lambda handler: interim(handler, 50000)).url))
    assert outcome.error == "HTTPException: more than 10 interim answers"


def test_a_handshake_that_drips_ends_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            peer, _ = listener.accept()
            with peer, pytest.MonkeyPatch.context():
                peer.recv(10000)
                try:
                    peer.sendall(b"\x16\x03\x03\x40\x00")
                    for _ in range(100):
                        peer.sendall(b"\x00")
                        time.sleep(0.1)
                except OSError:
                    pass

        threading.Thread(target=drip, daemon=True).start()
        begun = time.monotonic()
        outcome = sender.send(job(f"https://localhost:{listener.getsockname()[1]}/"), seconds=0.7)
    assert outcome.error and time.monotonic() - begun < 2


def test_a_resolver_that_does_not_answer_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def think(*_: Any, **__: Any) -> list[Any]:
        time.sleep(2)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", think)
    begun = time.monotonic()
    assert sender.send(job("http://slow.example/"), seconds=0.3).error
    assert time.monotonic() - begun < 2


def test_an_answer_is_read_to_64_kb_and_no_further(receivers: Callable[..., Receiver]) -> None:
    sent: list[int] = []

    def pour(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-length", str(1 << 30))
        handler.end_headers()
        try:
            for _ in range(1 << 14):
                sent.append(handler.wfile.write(b"x" * (1 << 16)))
        except OSError:
            pass

    outcome = sender.send(job(receivers(pour).url))
    assert outcome.status == 200 and outcome.error is None and outcome.answer == "x" * 1000
    time.sleep(0.2)
    assert sum(sent) < 64 << 20, "what is in the buffers of the machine, and no gigabyte"


def test_a_packed_answer_is_not_unpacked(receivers: Callable[..., Receiver], monkeypatch: pytest.MonkeyPatch) -> None:
    import urllib3.response as library

    bomb = gzip.compress(b"\0" * (10 << 20))
    receiver = receivers(lambda handler: reply(handler, 200, bomb, content_encoding="gzip"))
    monkeypatch.setattr(library.GzipDecoder, "decompress", lambda *_, **__: pytest.fail("unpacked"))
    assert sender.send(job(receiver.url)).answer == "(gzip, not unpacked)"


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"nonsense\r\n\r\n", b"HTTP/1.1 999999 x\r\n\r\n", b"\xff\x00\xfe" * 100),
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 1000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_an_answer_that_is_none_is_a_failure_and_nothing_worse(receivers: Callable[..., Receiver], raw: bytes) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(raw)
        handler.close_connection = True

    outcome = sender.send(job(receivers(answer).url), seconds=3)
    assert outcome.error
    assert "\0" not in outcome.error


def test_what_of_an_answer_is_kept_can_be_kept(receivers: Callable[..., Receiver]) -> None:
    receiver = receivers(lambda handler: reply(handler, 500, b"\xff\x00" + "ñ".encode() * 5000))
    outcome = sender.send(job(receiver.url))
    assert outcome.status == 500 and outcome.answer and len(outcome.answer) == 1000
    assert "\0" not in outcome.answer and outcome.answer.encode()


def test_retry_after_is_read_as_seconds_or_as_a_moment() -> None:
    assert sender.read_retry_after("120") == 120
    assert sender.read_retry_after("999999999") == 86400
    assert 3500 < (sender.read_retry_after(format_datetime(datetime.now(UTC) + timedelta(hours=1))) or 0) <= 3600
    assert sender.read_retry_after(format_datetime(datetime.now(UTC) - timedelta(hours=1))) == 0
    assert sender.read_retry_after("Fri, 31 Dec 9999 23:59:59 GMT") == 86400
    for nonsense in (None, "", "-1", "soon", "1e3", "nan", "9" * 100, "٣"):
        assert sender.read_retry_after(nonsense) is None


# With the database


class Book:
    """The module's database, and a sender at work on it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.admin = psycopg.connect(url, autocommit=True, row_factory=dict_row)

    def rows(self, query: str, *args: Any) -> list[Row]:
        return self.admin.execute(query, args).fetchall()

    def endpoint(self, url: str, *types: str, **settings: Any) -> Row:
        allowed = {"allow_http": True, "allowed_hosts": ["localhost"]} | settings
        query = "select * from api.set_webhook_endpoint(%s, %s, %s)"
        return self.rows(query, url, list(types or ["event.rejected"]), json.dumps(allowed))[0]

    def refuse(self, count: int = 1) -> None:
        """Events that are refused: a message each."""
        self.rows("select api.ingest_event('{}') from generate_series(1, %s)", count)

    def wait(self, query: str, *args: Any) -> None:
        end = time.monotonic() + PATIENCE
        while not next(iter(self.rows(query, *args)[0].values())):
            assert time.monotonic() < end, (query, self.rows("select * from api.list_deliveries()"))
            time.sleep(0.02)


STATES = "select count(*) = %s from api.list_deliveries(%s, %s, p_limit => 500)"


@pytest.fixture
def book(create_database: Callable[..., str]) -> Iterator[Book]:
    made = Book(create_database())
    yield made
    made.admin.close()


@pytest.fixture
def at_work(book: Book) -> Iterator[Callable[[], threading.Event]]:
    running: list[tuple[threading.Event, threading.Thread]] = []

    def start() -> threading.Event:
        stop = threading.Event()
        thread = threading.Thread(target=sender.deliver, args=[book.url, stop], daemon=True)
        thread.start()
        running.append((stop, thread))
        return stop

    yield start
    for stop, _ in running:
        stop.set()
    for _, thread in running:
        thread.join(10)
        assert not thread.is_alive()


AtWork = Callable[[], threading.Event]


def test_what_happens_is_told_and_recorded(book: Book, at_work: AtWork, receivers: Callable[..., Receiver]) -> None:
    receiver = receivers()
    endpoint = book.endpoint(receiver.url)
    at_work()
    book.refuse(100)
    book.wait(STATES, 100, endpoint["endpoint_id"], "delivered")
    assert len(receiver.seen) == 100
    ids = {headers["webhook-id"] for _, headers, _ in receiver.seen}
    assert ids == {row["message_id"] for row in book.rows("select * from api.list_deliveries(p_limit => 500)")}
    _, headers, body = receiver.seen[0]
    assert Webhook(endpoint["secret"]).verify(body, headers)["type"] == "event.rejected"


def test_a_slow_receiver_holds_no_connection_and_nobody_else_up(
    book: Book, at_work: AtWork, receivers: Callable[..., Receiver]
) -> None:
    release = threading.Event()

    def linger(handler: BaseHTTPRequestHandler) -> None:
        release.wait(10)
        reply(handler, 200)

    slow, fast = receivers(linger), receivers()
    slow_one = book.endpoint(slow.url, max_in_flight=3)
    fast_one = book.endpoint(fast.url)
    at_work()
    book.refuse(20)
    book.wait(STATES, 20, fast_one["endpoint_id"], "delivered")
    end = time.monotonic() + PATIENCE
    while slow.at_once < 3:
        assert time.monotonic() < end
        time.sleep(0.02)
    others = book.rows(
        "select a.state, a.xact_start, a.backend_xmin from pg_stat_activity as a"
        " where a.datname = current_database() and a.pid <> pg_backend_pid() and a.backend_type = 'client backend'"
    )
    assert len(others) == 1, "one connection for all that is on its way"
    time.sleep(1.5)  # and some more looks
    busy = book.rows(
        "select a.query from pg_stat_activity as a where a.datname = current_database() and a.pid <> pg_backend_pid()"
        " and a.xact_start < clock_timestamp() - interval '0.5 s'"
    )
    assert busy == []
    assert slow.most_at_once == 3, "no more than its max_in_flight"
    release.set()
    book.wait(STATES, 20, slow_one["endpoint_id"], "delivered")
    assert slow.most_at_once == 3


def test_what_a_killed_sender_had_is_sent_again_under_the_same_id(
    book: Book, at_work: AtWork, receivers: Callable[..., Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = receivers()
    endpoint = book.endpoint(receiver.url)
    book.refuse(1)
    with sender.connect(book.url) as connection:  # it claims, sends, and is gone before it records
        (claimed,) = connection.execute("select * from api.claim_deliveries(10, 1)").fetchall()
    assert sender.send(claimed).status == 204
    at_work()
    book.wait(STATES, 1, endpoint["endpoint_id"], "delivered")
    assert len({headers["webhook-id"] for _, headers, _ in receiver.seen}) == 1
    assert len(receiver.seen) == 2


def test_two_senders_send_nothing_twice(book: Book, at_work: AtWork, receivers: Callable[..., Receiver]) -> None:
    def linger(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.01)
        reply(handler, 200)

    receiver = receivers(linger)
    endpoint = book.endpoint(receiver.url, max_in_flight=4)
    at_work()
    at_work()
    book.refuse(150)
    book.wait(STATES, 150, endpoint["endpoint_id"], "delivered")
    ids = [headers["webhook-id"] for _, headers, _ in receiver.seen]
    assert len(ids) == len(set(ids)) == 150
    assert receiver.most_at_once <= 4, "together no more than its max_in_flight"


def test_what_comes_back_while_the_database_is_away_is_recorded_later(
    book: Book, at_work: AtWork, receivers: Callable[..., Receiver]
) -> None:
    came, release = threading.Event(), threading.Event()

    def linger(handler: BaseHTTPRequestHandler) -> None:
        came.set()
        release.wait(10)
        reply(handler, 200)

    receiver = receivers(linger)
    endpoint = book.endpoint(receiver.url)
    at_work()
    book.refuse(1)
    assert came.wait(PATIENCE)
    book.rows(
        "select pg_terminate_backend(a.pid) from pg_stat_activity as a where a.datname = current_database()"
        " and a.pid <> pg_backend_pid()"
    )
    release.set()
    book.wait(STATES, 1, endpoint["endpoint_id"], "delivered")
    assert len(receiver.seen) == 1


def test_a_failure_waits_retry_after_is_granted_and_410_disables(
    book: Book, at_work: AtWork, receivers: Callable[..., Receiver]
) -> None:
    answers = iter([503, 503, 410])
    receiver = receivers(lambda handler: reply(handler, next(answers), b"busy", retry_after="3600"))
    endpoint = book.endpoint(receiver.url)
    at_work()
    book.refuse(1)
    waits = "select coalesce(bool_and(d.attempts = %s), false) from api.list_deliveries() as d"
    book.wait(waits, 1)
    (row,) = book.rows("select d.*, d.next_attempt_at - clock_timestamp() as wait from api.list_deliveries() as d")
    assert row["last_status"] == 503 and row["last_answer"] == "busy" and row["state"] == "pending"
    assert timedelta(minutes=59) < row["wait"] <= timedelta(hours=1)
    book.rows("select api.resend_delivery(%s)", row["delivery_id"])
    book.wait(waits, 1)  # from the beginning
    book.admin.execute("update outbound.deliveries set next_attempt_at = now()")
    book.wait("select not e.is_enabled from api.list_webhook_endpoints() as e")
    (made,) = book.rows("select * from api.list_webhook_endpoints()")
    assert (made["endpoint_id"], made["disabled_reason"]) == (endpoint["endpoint_id"], "gone")
    book.refuse(1)
    time.sleep(1.5)
    assert len(receiver.seen) == 3
    assert len({headers["webhook-id"] for _, headers, _ in receiver.seen}) == 1


def test_events_that_wait_for_too_long_are_told_by_the_sender(
    book: Book, at_work: AtWork, receivers: Callable[..., Receiver]
) -> None:
    receiver = receivers()
    endpoint = book.endpoint(receiver.url, "event.deferred_long")
    book.rows("select api.set_platform_settings(p_deferred_warning_hours => 0)")
    waiting = {"event_id": "w_1", "event_type": "dispute_won", "occurred_at": "2025-12-30T10:00:00Z", "amount": 5}
    waiting |= {"restaurant_id": "res_1", "currency": "PEN", "dispute_id": "dp_1"}
    book.rows("select api.ingest_event(%s)", json.dumps(waiting))
    at_work()
    book.wait(STATES, 1, endpoint["endpoint_id"], "delivered")
    assert json.loads(receiver.seen[0][2])["data"]["event_id"] == "w_1"
