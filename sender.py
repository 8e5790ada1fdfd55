"""Sends webhooks: claims what is due, posts it, reports what came of it. worker.py runs it.

While a receiver is being waited for, nothing of the database is held: what is claimed is leased, each message has a
thread of its own, and one connection claims and records for all of them. Whoever dies in between has the message
sent again under the same webhook-id: at least once.

Where a message goes is decided by people, so a receiver is not trusted: its name is resolved once, connected to is
the address that was looked at, no redirect is followed, no proxy of the environment is used, an answer is read to
64 kB and never unpacked, and after 15 seconds it is over, however slowly it drips.
"""

import contextlib
import http.client
import ipaddress
import queue
import random
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import psycopg
import urllib3
from psycopg.rows import dict_row
from standardwebhooks import Webhook
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import parse_url

from db.pool import with_role
from log import log

ROLE = "cuenta_worker"
PAUSE = 1.0  # seconds between two looks
TIMEOUT = 15.0  # seconds for all of an attempt, the name's resolution included
CONNECT = 5.0  # seconds of them for one address of several
LEASE = 20  # seconds that a message is ours: an attempt, and time to report it
MOST = 256  # messages on their way at a time
PATIENCE = 4.0  # seconds to wait for the answers that are due when told to end
ANSWER = 64 << 10  # bytes that are read of an answer
INTERIM = 10  # answers 1xx that may come before it
OVERDUE = 60.0  # seconds between two looks for events that wait for too long

# Beside what the standard library calls not global, which is another list in each version of Python.
NOT_PUBLIC = [
    ipaddress.ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
]
UNICAST = ipaddress.ip_network("2000::/3")  # what else begins with zeros is a mapped or translated IPv4 address

Row = dict[str, Any]
Connection = psycopg.Connection[Row]
Address = tuple[socket.AddressFamily, tuple[Any, ...]]


class Refused(Exception):
    """Where or how a message must not be sent."""


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt; error is null unless something else than the status says that it failed."""

    status: int | None = None
    error: str | None = None
    answer: str | None = None
    retry_after: int | None = None


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet."""
    address = ipaddress.ip_address(text)
    if address.version == 6 and address not in UNICAST:
        return False
    return address.is_global and not any(address in network for network in NOT_PUBLIC)


def resolve(host: str, port: int, seconds: float) -> list[Address]:
    """The addresses of a name, in the system's order; in a thread, since nothing else ends a resolver's patience."""
    found: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()

    def look() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put([(family, address) for family, _, _, _, address in answers])
        except (OSError, UnicodeError) as error:
            found.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=look, daemon=True).start()
    try:
        result = found.get(timeout=max(0.0, seconds))
    except queue.Empty:
        raise TimeoutError(f"{host} was not resolved in time") from None
    if isinstance(result, OSError):
        raise Refused(f"{host} cannot be resolved: {result.strerror or result}")
    return result


class Attempt:
    """One attempt: its deadline, and the socket that is shut when it is over."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True
        self._timer.start()

    @property
    def left(self) -> float:
        return max(0.001, self.end - time.monotonic())

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.end

    def _shut(self) -> None:
        with self._lock:
            if self._socket:
                with contextlib.suppress(OSError):
                    # Past the TLS layer, which another thread is waiting in.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def connect(self, addresses: Sequence[Address]) -> socket.socket:
        """A connection to the first of these addresses that takes one; no name is looked up again."""
        failure = OSError("there is no address")
        for family, address in addresses:
            one = socket.socket(family, socket.SOCK_STREAM)
            try:
                one.settimeout(min(self.left, CONNECT))
                one.connect(address)
                one.settimeout(self.left)
            except OSError as error:
                one.close()
                failure = error
                continue
            with self._lock:
                # The same file under a second object: TLS takes the first one over.
                self._socket = one.dup()
            return one
        raise failure

    def close(self) -> None:
        self._timer.cancel()
        with self._lock:
            if self._socket:
                self._socket.close()
                self._socket = None


class Answer(http.client.HTTPResponse):
    """An answer that a few interim ones may come before, 103 too; the library passes over 100, however often."""

    interim = 0

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        if 100 <= status < 200 and status != http.client.SWITCHING_PROTOCOLS:
            self.interim += 1
            if self.interim > INTERIM:
                raise http.client.HTTPException(f"more than {INTERIM} interim answers")
            status = http.client.CONTINUE
        return version, status, reason


def connection_to(
    scheme: str, host: str, port: int, addresses: Sequence[Address], attempt: Attempt, context: ssl.SSLContext
) -> HTTPConnection:
    """urllib3's connection to a host, at addresses that were resolved before; TLS is held to the host's name."""

    class Plain(HTTPConnection):
        response_class = Answer

        def _new_conn(self) -> socket.socket:
            return attempt.connect(addresses)

    class Secure(HTTPSConnection):
        response_class = Answer

        def _new_conn(self) -> socket.socket:
            return attempt.connect(addresses)

    if scheme == "http":
        return Plain(host, port, timeout=attempt.left)
    return Secure(host, port, timeout=attempt.left, ssl_context=context)


def read_retry_after(text: str | None) -> int | None:
    """Seconds that a receiver asks for: a number, or a moment; what is neither counts for nothing."""
    if text and re.fullmatch(r"\d{1,9}", text.strip(), re.A):
        return min(int(text), 86400)
    try:
        moment = parsedate_to_datetime(text or "")
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return int(min(max(0.0, seconds), 86400.0))


def read_answer(response: urllib3.BaseHTTPResponse) -> str:
    """The beginning of an answer's body, as a text that can be kept."""
    body = response.read(ANSWER, decode_content=False) or b""
    if (coding := response.headers.get("content-encoding", "identity").lower()) != "identity":
        return f"({coding[:32]}, not unpacked)"
    return body[:4000].decode("utf-8", "replace").replace("\0", "\ufffd")[:1000]


@cache
def trust() -> ssl.SSLContext:
    """The system's certificates, or those that SSL_CERT_FILE names."""
    return ssl.create_default_context()


def post(job: Mapping[str, Any], attempt: Attempt, context: ssl.SSLContext) -> Outcome:
    """Send one message, and read the answer."""
    url, settings, body = parse_url(job["url"]), job["settings"], job["payload"].encode()
    host = (url.host or "").strip("[]").lower()
    if url.scheme != "https" and not (url.scheme == "http" and settings.get("allow_http") is True):
        raise Refused("only https is allowed")
    port = url.port or (443 if url.scheme == "https" else 80)
    addresses = resolve(host, port, attempt.left)
    if host not in [name.lower().strip("[]") for name in settings.get("allowed_hosts", [])]:
        for _, (address, *_) in addresses:
            if not is_public(address):
                raise Refused(f"{host} is at {address}, which is not public: allowed_hosts would have to name it")
    now = datetime.now(UTC)
    signatures = [Webhook(secret).sign(job["message_id"], now, job["payload"]) for secret in job["secrets"]]
    headers = {
        "content-type": "application/json",
        "user-agent": "cuenta-webhooks",
        "webhook-id": job["message_id"],
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    connection = connection_to(url.scheme, host, port, addresses, attempt, context)
    try:
        connection.request("POST", url.request_uri, body, headers, preload_content=False, decode_content=False)
        response = connection.getresponse()
        outcome = Outcome(
            response.status,
            f"redirects are not followed ({response.status})" if 300 <= response.status < 400 else None,
            read_answer(response),
            read_retry_after(response.headers.get("retry-after")),
        )
    finally:
        connection.close()
    return outcome


def send(job: Mapping[str, Any], seconds: float = TIMEOUT, context: ssl.SSLContext | None = None) -> Outcome:
    """Make one attempt, whatever comes of it, within so many seconds."""
    attempt = Attempt(seconds)
    try:
        outcome = post(job, attempt, context or trust())
    except Refused as error:
        outcome = Outcome(error=str(error))
    except ssl.SSLCertVerificationError as error:
        outcome = Outcome(error=f"the certificate is not good for this host: {error.verify_message}")
    except Exception as error:  # whatever a receiver makes of HTTP, it is a failure of this attempt and no other
        text = f"{type(error).__name__}: {error}".encode("utf-8", "replace").decode().replace("\0", "")
        outcome = Outcome(error=text[:500])
    finally:
        attempt.close()
    if attempt.is_over:
        return Outcome(outcome.status, f"no answer that ended within {seconds:g} seconds", outcome.answer)
    return outcome


class Sender:
    """Messages on their way, each in a thread of its own."""

    def __init__(self, attempt: Callable[[Mapping[str, Any]], Outcome] = send) -> None:
        self._attempt = attempt
        self._done: queue.SimpleQueue[tuple[Row, Outcome, int]] = queue.SimpleQueue()
        self._unrecorded: list[tuple[Row, Outcome, int]] = []
        self.count = 0  # of messages that are sent, or not recorded yet
        self._next_overdue = 0.0

    def _send(self, job: Row) -> None:
        begun = time.monotonic()
        outcome = self._attempt(job)
        self._done.put((job, outcome, int((time.monotonic() - begun) * 1000)))

    def claim(self, connection: Connection) -> None:
        """Take what is due and begin to send it."""
        if (room := min(MOST - self.count, 500)) <= 0:
            return
        query = "select c.* from api.claim_deliveries(%s, %s) as c"
        for job in connection.execute(query, [room, LEASE]).fetchall():
            self.count += 1
            threading.Thread(target=self._send, args=[job], daemon=True).start()

    def record(self, connection: Connection, seconds: float) -> None:
        """Report what has come back, waiting so long for the first; what cannot be reported now is kept."""
        with contextlib.suppress(queue.Empty):
            if not self._unrecorded:
                self._unrecorded.append(self._done.get(timeout=seconds))
            while True:
                self._unrecorded.append(self._done.get_nowait())
        while self._unrecorded:
            job, outcome, duration = self._unrecorded[-1]
            query = "select r.* from api.record_delivery(%s, %s, %s, %s, %s, %s, %s) as r"
            told = [outcome.status, outcome.error, outcome.answer, outcome.retry_after, duration]
            recorded = connection.execute(query, [job["delivery_id"], job["lease_id"], *told]).fetchone() or {}
            self._unrecorded.pop()
            self.count -= 1
            if recorded.get("state") != "delivered":
                facts = {name: job[name] for name in ("delivery_id", "endpoint_id", "message_id", "attempt")}
                facts |= {name: recorded.get(name) for name in ("state", "is_recorded", "is_enabled")}
                log.warning("not delivered", status=outcome.status, reason=outcome.error, **facts)

    def tell_overdue(self, connection: Connection) -> None:
        """Have events told that wait for too long, once a minute."""
        if time.monotonic() < self._next_overdue:
            return
        while (connection.execute("select t.told from api.tell_overdue_events() as t").fetchone() or {})["told"]:
            pass
        self._next_overdue = time.monotonic() + OVERDUE

    def work(self, connection: Connection, stop: threading.Event) -> None:
        """Until told to stop; then what is on its way gets a few seconds, and what is not back is left to its lease."""
        while not stop.is_set():
            self.tell_overdue(connection)
            self.claim(connection)
            self.record(connection, PAUSE * random.uniform(0.8, 1.0))
        end = time.monotonic() + PATIENCE
        while self.count and time.monotonic() < end:
            self.record(connection, 0.1)


def connect(database_url: str) -> Connection:
    """A connection that acts as the worker's role."""
    url = with_role(database_url, ROLE)
    connection: Connection = psycopg.connect(url, autocommit=True, row_factory=dict_row, connect_timeout=5)
    return connection


def deliver(database_url: str, stop: threading.Event) -> None:
    """Send what is due until told to stop, whatever happens to the database: what is on its way survives it."""
    sender, pause = Sender(), PAUSE
    while not stop.is_set():
        try:
            with connect(database_url) as connection:
                log.info("worker ready", task="webhooks")
                pause = PAUSE
                sender.work(connection, stop)
        except psycopg.OperationalError as error:
            log.warning("the database does not answer; trying again", task="webhooks", reason=str(error))
            stop.wait(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, 10.0)
