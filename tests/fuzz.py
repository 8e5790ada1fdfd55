"""Hostile callers: broken requests and arguments without end, each answer judged, and the book afterwards.

    python tests/fuzz.py [--minutes 10] [--seed N] [--output docs/reliability.md]
    python tests/fuzz.py --replay FILE

Everything is this program's own: an embedded server, a service with two workers, sources of webhooks with secrets.
What is sent comes from tests/hostile.py: requests of every operation of docs/openapi.json, webhooks that are signed
rightly and say anything, bytes that are hardly HTTP, and calls of every function of schema api over SQL. Each case
that finds a fault is printed and kept in a file that --replay takes.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import json
import re
import select
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote_to_bytes

import psycopg
from psycopg.rows import dict_row
from psycopg.types.string import TextLoader
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from db.deploy import deploy  # noqa: E402
from dev import embedded, figures  # noqa: E402
from events.load import load  # noqa: E402
from tests import hostile  # noqa: E402
from tests.services import Row, call, create_key  # noqa: E402
from tests.test_serve import Service, serving  # noqa: E402

KEY = re.compile(rb"cuenta_live_[0-9a-f]{16}_[0-9a-f]{64}")
LEAKS = re.compile(rb'Traceback|psycopg|File "|/site-packages/|line \d+, in |api\.\w+\(|ledger\.\w+', re.I)
RAISED = set(re.findall(r"^\| `(L[A-Z]{4})` \|", (ROOT / "db" / "ERRORS.md").read_text(), re.M))
# What PostgreSQL itself may say: values that are none, too deep, given up, in each other's way.
PLAIN = ("54001", "54000", "40001", "40P01", "55P03", "57014")
MEGABYTES = 96  # that a process may come to need for one case, beside what it had before
PER_BYTE = 200  # and for each byte that it was sent
SECONDS = 60  # that an answer may take, which is what a statement may

COMMITTED = """
    select x::text::xid from generate_series(%s::bigint, %s::bigint) as x
    where pg_xact_status(x::text::xid8) = 'committed'
"""
TABLES = """
    select c.oid::regclass::text as name from pg_class as c
    where c.relkind = 'r' and c.relowner = 'cuenta_owner'::regrole and c.relname <> 'api_keys'
"""


class Fault(AssertionError):
    """What must not be."""


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 if nothing did."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class Wire:
    """A connection that is used again and again, as a proxy's is."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.peer: socket.socket | None = None

    def close(self) -> None:
        if self.peer:
            self.peer.close()
        self.peer = None

    def ask(self, data: bytes, method: str = "GET", *, ends: bool = False) -> Answer:
        """Send bytes, read one answer; once more on a new connection if the old one had ended meanwhile."""
        is_new = self.peer is None
        answer = self._ask(data, method, ends)
        if answer.status == 0 and not is_new:
            answer = self._ask(data, method, ends)
        return answer

    def _ask(self, data: bytes, method: str, ends: bool) -> Answer:
        if self.peer is None:
            self.peer = socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)
            self.peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.peer.setblocking(False)
        peer, sent, got, deadline = self.peer, memoryview(data), bytearray(), time.monotonic() + SECONDS + 15
        is_open = True
        while is_open:
            if (answer := read_answer(bytes(got), method, is_open)) is not None:
                if sent or ends or answer.headers.get("connection") == "close":
                    self.close()
                return answer
            if time.monotonic() > deadline:
                self.close()
                raise Fault(f"no answer within {SECONDS + 15} seconds")
            readable, writable, _ = select.select([peer], [peer] if sent else [], [], 0.5)
            try:
                if writable:
                    sent = sent[peer.send(sent[: 1 << 18]) :]
                    if ends and not sent:
                        peer.shutdown(socket.SHUT_WR)
                if readable:
                    more = peer.recv(1 << 18)
                    got += more
                    is_open = bool(more)
            except OSError:
                is_open = False
        self.close()
        return read_answer(bytes(got), method, False) or Answer(0)


def read_answer(data: bytes, method: str, is_open: bool) -> Answer | None:
    """The answer that these bytes are, None if it is not whole."""
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    status = int(first.split(" ")[1])
    if status < 200:
        return read_answer(body, method, is_open)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if method == "HEAD" or status in (204, 304):
        return Answer(status, headers)
    if headers.get("transfer-encoding") == "chunked":
        parts, rest = list[bytes](), body
        while True:
            size, end, rest = rest.partition(b"\r\n")
            if not end or len(rest) < int(size, 16) + 2:
                return None
            if int(size, 16) == 0:
                return Answer(status, headers, b"".join(parts))
            parts.append(rest[: int(size, 16)])
            rest = rest[int(size, 16) + 2 :]
    if "content-length" in headers:
        length = int(headers["content-length"])
        return Answer(status, headers, body[:length]) if len(body) >= length else None
    return None if is_open else Answer(status, headers, body)


def children(pid: int) -> list[int]:
    """The processes that one has started."""
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def memory(pid: int, name: str = "VmHWM") -> int:
    """What a process has, or has had at most, in kB; 0 if it is gone."""
    with contextlib.suppress(OSError, ValueError):
        found = re.search(rf"{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
        return int(found[1]) if found else 0
    return 0


def forget_peak(pid: int) -> None:
    """Let a process's peak begin anew, where that is allowed."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


@dataclass
class Fuzz:
    """A house with a service, and all that was sent to it."""

    url: str
    service: Service
    folder: Path
    seed: int = 0
    sent: Counter[str] = field(default_factory=Counter)  # by kind
    reached: Counter[str] = field(default_factory=Counter)  # operations and functions, by how often they succeeded
    statuses: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)  # SQLSTATEs
    faults: list[str] = field(default_factory=list)
    slow: list[tuple[float, str]] = field(default_factory=list)
    grown: tuple[int, str] = (0, "")
    bytes_sent: int = 0

    def __post_init__(self) -> None:
        self.case: hostile.Request | hostile.Call | bytes = b""
        self.quiet = 0  # requests since one that was not answered
        self.known, self.wire = hostile.Known(), Wire(self.service.port)
        self.admin = psycopg.connect(self.url, autocommit=True, row_factory=dict_row)
        self.workers = children(self.service.process.pid)
        self.keys: dict[str, str] = {}
        kept: set[str] = set()
        for role in ("operator", "app", "reader", "processor"):
            made = create_key(self.url, f"fuzz {role}", role)
            self.keys[role] = made["key"]
            kept |= {made["key_id"], made["key"]}
        self.keys["own"] = create_key(self.url, "fuzz own", "reader", "res_001")["key"]
        digests = [hashlib.sha256(key.encode()).hexdigest() for key in self.keys.values()]
        self.known.values["p_key_digest"] = [f"\\x{digest}" for digest in digests]
        self.keys["none"] = "cuenta_live_0123456789abcdef_" + "0" * 64
        self.known.kept = frozenset(kept)
        self.add_sources()
        self.functions = [
            hostile.Function(r["name"], r["kind"], tuple(map(tuple, r["arguments"])), r["least"], frozenset(r["roles"]))
            for r in self.admin.execute(hostile.FUNCTIONS)
        ]
        self.sessions: dict[str, psycopg.Connection[Row]] = {}
        for path in ("/v1/payouts", "/v1/payments", "/v1/restaurants", "/v1/inbox", "/v1/payouts/runs", "/v1/holds"):
            self.known.learn(self.ask("GET", path).json)
        self.xmax = self.next_xid()

    def add_sources(self) -> None:
        for name, (scheme, secret, options) in hostile.SOURCES.items():
            call(self.url, "select api.set_webhook_source(%s, %s, %s::jsonb)", name, scheme, json.dumps(options))
            call(self.url, "select api.add_webhook_secret(%s, %s)", name, secret)

    def ask(self, method: str, path: str) -> Answer:
        key = self.keys["operator"]
        return self.wire.ask(f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode())

    def next_xid(self) -> int:
        (row,) = self.admin.execute("select pg_snapshot_xmax(pg_current_snapshot())::text as x")
        return int(row["x"])

    def committed_since(self) -> list[str]:
        """The rows of what has committed since this was asked last; that a key was used is nothing."""
        before, self.xmax = self.xmax, self.next_xid()
        done = [r["x"] for r in self.admin.execute(COMMITTED, (before, self.xmax - 1))] if self.xmax > before else []
        if not done:
            return []
        tables = [row["name"] for row in self.admin.execute(TABLES)]
        what = "select '{0} ' || to_jsonb(t)::text as what from {0} as t where t.xmin::text = any(%(x)s)"
        parts = [what.format(table) for table in tables]
        return [row["what"][:300] for row in self.admin.execute(" union all ".join(parts).encode(), {"x": done})]

    # One case

    def run(self, number: int, dice: Random | None = None, kind: str | None = None) -> None:
        """Case number so and so of this seed; Fault if it finds one."""
        dice = dice or Random(f"{self.seed}:{number}")
        kind = kind or ("http", "http", "http", "http", "sql", "sql", "http", "sql", "http", "bytes")[number % 10]
        if kind == "sql":
            of = self.functions[number // 10 % len(self.functions)] if number % 2 else None
            self.watch(hostile.a_call(dice, self.known, self.functions, of))
        elif kind == "bytes":
            self.watch(hostile.garbage(dice, self.known, self.keys))
        else:
            operation = hostile.OPERATIONS[number // 10 % len(hostile.OPERATIONS)] if number % 2 else None
            self.watch(hostile.a_request(dice, self.known, self.keys, operation))

    def watch(self, case: hostile.Request | hostile.Call | bytes) -> None:
        """Carry it out, with an eye on time and memory."""
        self.case = case
        is_call = isinstance(case, hostile.Call)
        size = (
            case.size if isinstance(case, hostile.Call) else len(case if isinstance(case, bytes) else case.as_bytes())
        )
        name = case.function if isinstance(case, hostile.Call) else getattr(case, "operation", "bytes")
        self.sent["sql" if is_call else "bytes" if isinstance(case, bytes) else "http"] += 1
        self.bytes_sent += size
        looked_at = self.processes(case) if size > 3000 or self.sent.total() % 16 == 0 else []
        for pid in looked_at:
            forget_peak(pid)
        before = {pid: memory(pid, "VmRSS") for pid in looked_at}
        began = time.monotonic()
        if isinstance(case, hostile.Call):
            self.carry_out(case)
        elif isinstance(case, bytes):
            self.send_bytes(case)
        else:
            self.send(case)
        took = time.monotonic() - began
        if took > 0.3:
            self.slow = sorted([*self.slow, (took, f"{name}, {size:,} bytes")], reverse=True)[:5]
        for pid in looked_at:
            grown = memory(pid) - before[pid] if memory(pid) else 0
            self.grown = max(self.grown, (grown, f"{name}, {size:,} bytes"))
            if grown > MEGABYTES * 1024 + PER_BYTE * size // 1024:
                raise Fault(f"{grown // 1024} MB of memory for {size:,} bytes")

    def processes(self, case: Any) -> list[int]:
        """Those that may work on it."""
        if isinstance(case, hostile.Call):
            return [self.session(case.role).info.backend_pid]
        query = "select a.pid from pg_stat_activity as a where a.application_name = 'cuenta'"
        return self.workers + [row["pid"] for row in self.admin.execute(query)]

    # HTTP

    def send(self, request: hostile.Request) -> None:
        self.xmax = self.next_xid()
        answer = self.wire.ask(request.as_bytes(), request.method, ends=not request.is_framed)
        self.quiet = self.quiet + 1 if answer.status else 0
        if request.is_signed and answer.status == 401:  # a case before it has changed the source
            self.add_sources()
            answer = self.wire.ask(request.as_bytes(), request.method)
        self.statuses[str(answer.status)] += 1
        self.judge(request, answer)

    def judge(self, request: hostile.Request, answer: Answer) -> None:
        """What every answer has to be."""
        status, body, told = answer.status, answer.body, answer.json
        if status == 0:
            if request.is_sane and len(request.body) <= 256 << 10:
                raise Fault("the connection was lost without an answer")
            return
        if status >= 500 and not (status == 503 and answer.headers.get("retry-after")):
            raise Fault(f"answered {status}: {body[:300]!r}")
        if not 200 <= status < 600 or (request.is_sane and 300 <= status < 400 and status != 304):
            raise Fault(f"answered {status}")
        error = told.get("error") if isinstance(told, dict) else None
        if "x-request-id" not in answer.headers:  # the server answers what it does not take for a request
            if request.is_sane or body or status not in (400, 405, 414, 431, 501, 505):
                raise Fault(f"answered {status} {answer.headers} by the server itself: {body[:200]!r}")
            return
        if status >= 400 and request.method != "HEAD":
            if isinstance(error, dict):
                self.judge_error(request, answer, error)
            elif not (
                status in (409, 422) and isinstance(told, dict) and told.get("status") in ("conflict", "rejected")
            ):
                raise Fault(f"answered {status} without the envelope: {body[:300]!r}")
        if request.is_signed and status not in (200, 503):
            raise Fault(f"a signed webhook was answered {status}: {body[:300]!r}")
        if isinstance(error, dict) or status == 401:
            count = self.committed_since()
            # Who did not wait for the answer to a case before may have left something under way.
            if count and self.quiet > 5 and "/payouts/run" not in request.target:
                raise Fault(f"answered {status}, and committed {count}")
        if status < 400:
            self.reached[request.operation] += 1
            self.known.learn(told)

    def judge_error(self, request: hostile.Request, answer: Answer, error: dict[str, Any]) -> None:
        if set(error) != {"code", "message", "details", "request_id"}:
            raise Fault(f"the envelope has {sorted(error)}")
        if not re.fullmatch(r"[A-Z][A-Z0-9_]+", str(error["code"])) or not error["message"]:
            raise Fault(f"code {error['code']!r}, message {error['message']!r}")
        if error["request_id"] != answer.headers["x-request-id"] or not isinstance(error["details"], dict):
            raise Fault(f"request_id {error['request_id']!r}, details {error['details']!r}")
        sent = unquote_to_bytes(request.target) + request.body
        if any(found not in sent for found in LEAKS.findall(answer.body)):
            raise Fault(f"tells of the inside: {answer.body[:400]!r}")
        if len(answer.body) > 20_000:
            raise Fault(f"an error of {len(answer.body):,} bytes")

    def send_bytes(self, data: bytes) -> None:
        """Not to be answered by anything but a refusal, or nothing; and the service goes on."""
        self.wire.close()
        answer = self.wire.ask(data, ends=True)
        self.quiet = 0
        self.wire.close()
        self.statuses[f"bytes {answer.status}"] += 1
        if answer.status >= 500 and answer.status != 503:
            raise Fault(f"answered {answer.status}: {answer.body[:300]!r}")
        if self.ask("GET", "/health").status != 200:
            raise Fault("the service does not answer any more")

    # SQL

    def session(self, role: str) -> psycopg.Connection[Row]:
        """One a role, kept: that it is lost would be a fault."""
        if role not in self.sessions:
            options = f"-c role={role} -c statement_timeout={SECONDS}s -c lock_timeout=1500ms"
            session = psycopg.connect(self.url, autocommit=True, row_factory=dict_row, options=options)
            for kind in ("date", "timestamptz", "json", "jsonb"):  # of which Python does not take all
                session.adapters.register_loader(kind, TextLoader)
            self.sessions[role] = session
        return self.sessions[role]

    def carry_out(self, case: hostile.Call) -> None:
        session = self.session(case.role)
        try:
            cursor = session.execute(case.sql.encode(), case.values, prepare=False)
            rows = cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            state, said = error.sqlstate or type(error).__name__, str(error)
            self.states[state] += 1
            if session.closed or session.broken:
                self.sessions.pop(case.role)
                raise Fault(f"the session was lost: {state} {said[:300]}") from None
            if state not in RAISED and state[:2] != "22" and state not in PLAIN:
                raise Fault(f"{state}: {said[:600]}") from None
            if state.startswith("LX"):
                raise Fault(f"{state}: {said[:600]}") from None
            if len(said) > 20_000:
                raise Fault(f"an error of {len(said):,} characters") from None
            return
        self.states["00000"] += 1
        self.reached[case.function] += 1
        self.known.learn(json.loads(json.dumps(rows[:20], default=str)))

    # All of it

    def look_at_the_book(self) -> None:
        """Nothing that a check finds, nothing in the logs that only a bug writes."""
        query = "select check_name from api.check_integrity() where findings > 0 and severity = 'error'"
        if found := [row["check_name"] for row in self.admin.execute(query)]:
            raise Fault(f"the checks find {', '.join(found)}")
        for line in self.service.log.read_text(errors="replace").splitlines():
            if ("Traceback" in line and '"database error"' not in line) or "panicked" in line:
                raise Fault(f"in the service's log: {line[:1500]}")
        if children(self.service.process.pid) != self.workers:
            raise Fault("a worker of the service has ended")

    def keep(self, number: int, fault: BaseException) -> str:
        """What a fault says, and where its case is kept."""
        path = self.folder / f"fuzz-{self.seed}-{number}.json"
        path.write_text(json.dumps(as_file(self.case)))
        return (
            f"case {number} of seed {self.seed}: {fault}\n  {show(self.case)}\n  python tests/fuzz.py --replay {path}"
        )


def show(case: Any) -> str:
    if isinstance(case, hostile.Call):
        return f"as {case.role}: {case.sql} {[v and v[:300] for v in case.values]}"
    data = case if isinstance(case, bytes) else case.as_bytes()
    return repr(KEY.sub(b"KEY", data[:1200]))


def as_file(case: Any) -> Row:
    if isinstance(case, hostile.Call):
        return {"call": [case.function, case.role, case.sql, list(case.values), case.size]}
    if isinstance(case, bytes):
        return {"bytes": base64.b64encode(case).decode()}
    told = {**vars(case), "headers": list(case.headers), "body": base64.b64encode(case.body).decode()}
    return {"request": told}


def from_file(told: Row, key: str) -> Any:
    """A case that was kept, with a key of today."""
    if "call" in told:
        function, role, sql, values, size = told["call"]
        return hostile.Call(function, role, sql, tuple(values), size)
    if "bytes" in told:
        return KEY.sub(key.encode(), base64.b64decode(told["bytes"]))
    request = dict(told["request"])
    headers = tuple((name, KEY.sub(key.encode(), value.encode()).decode()) for name, value in request["headers"])
    return hostile.Request(**request | {"headers": headers, "body": base64.b64decode(request["body"])})


@contextlib.contextmanager
def house(url: str, folder: Path, seed: int) -> Iterator[Fuzz]:
    """A service on a deployed database with the sample events."""
    load(ROOT / "events" / "events.jsonl", database=url)
    with serving(url, folder / "service.log", CUENTA_ROLE="cuenta_operator") as service:
        fuzz = Fuzz(url, service, folder, seed)
        try:
            yield fuzz
        finally:
            fuzz.wire.close()
            for session in (fuzz.admin, *fuzz.sessions.values()):
                session.close()


def attack(fuzz: Fuzz, minutes: float, most: int = 25) -> None:
    """Cases until the time is over, or there are too many faults."""
    columns = (TextColumn("[progress.description]{task.description}"), BarColumn(), TimeElapsedColumn())
    end, number, looked = time.monotonic() + minutes * 60, 0, time.monotonic()
    kinds: Counter[str] = Counter()  # of faults: one that comes again and again is told a few times
    with Progress(*columns) as progress:
        bar = progress.add_task("fuzzing", total=minutes * 60)
        while time.monotonic() < end and len(fuzz.faults) < most:
            fuzz_one(fuzz, number, kinds, progress.console.print)
            number += 1
            if number % 50 == 0:
                told = f"{fuzz.sent.total():,} inputs, {kinds.total()} faults"
                progress.update(bar, completed=minutes * 60 - (end - time.monotonic()), description=told)
            if time.monotonic() - looked > 60:
                exam(fuzz, number, kinds, progress.console.print)
                looked = time.monotonic()
        exam(fuzz, number, kinds, progress.console.print)


def fuzz_one(fuzz: Fuzz, number: int, kinds: Counter[str], say: Any) -> None:
    try:
        fuzz.run(number)
    except Fault as fault:
        fuzz.wire.close()
        fuzz.xmax = fuzz.next_xid()
        kind = re.sub(r"\d+", "9", f"{fault}")[:80] + str(
            getattr(fuzz.case, "operation", getattr(fuzz.case, "function", ""))
        )
        kinds[kind] += 1
        if kinds[kind] <= 2:
            fuzz.faults.append(fuzz.keep(number, fault))
            say(fuzz.faults[-1], markup=False, highlight=False, soft_wrap=True)


def exam(fuzz: Fuzz, number: int, kinds: Counter[str], say: Any) -> None:
    try:
        fuzz.look_at_the_book()
    except Fault as fault:
        kinds[str(fault)[:80]] += 1
        if kinds[str(fault)[:80]] == 1:
            fuzz.faults.append(f"after case {number} of seed {fuzz.seed}: {fault}")
            say(fuzz.faults[-1], markup=False, highlight=False, soft_wrap=True)


def report(fuzz: Fuzz, seconds: float) -> list[str]:
    """The result, a line a fact."""
    everything = {operation.name for operation in hostile.OPERATIONS} | {function.name for function in fuzz.functions}
    missed = sorted(everything - set(fuzz.reached))
    peaks = [memory(pid) // 1024 for pid in fuzz.workers]
    backend = max((memory(pid) // 1024 for pid in fuzz.processes(b"")), default=0)
    version = fuzz.admin.info.server_version // 10000
    sent = fuzz.sent
    return [
        f"{figures.today()}, commit {figures.commit()}, PostgreSQL {version}, seed {fuzz.seed}",
        f"{sent.total():,} inputs in {seconds:,.0f} s, {fuzz.bytes_sent / 1e6:,.0f} MB: {sent['http']:,} requests of "
        f"{len(hostile.OPERATIONS)} operations, {sent['sql']:,} calls of {len(fuzz.functions)} functions over SQL, "
        f"{sent['bytes']:,} that are hardly HTTP",
        f"of {len(everything)} operations and functions {len(everything) - len(missed)} also answered a success"
        + (f"; not {', '.join(missed)}" if missed else ""),
        "statuses: "
        + ", ".join(f"{name} {count:,}" for name, count in sorted(fuzz.statuses.items()) if name.isdigit()),
        f"{len(fuzz.states)} SQLSTATEs: "
        + ", ".join(f"{name} {count:,}" for name, count in fuzz.states.most_common(12)),
        f"memory at most: workers {max(peaks, default=0)} MB, a backend {backend} MB; for one input "
        f"{fuzz.grown[0] // 1024} MB ({fuzz.grown[1]})",
        "slowest: " + ("; ".join(f"{took:.1f} s {what}" for took, what in fuzz.slow[:3]) or "none over 0.3 s"),
        f"{len(fuzz.faults)} fault{'s' * (len(fuzz.faults) != 1)}",
    ]


def write_result(path: Path, lines: list[str]) -> None:
    """Replace what a page says of the last run."""

    def renewed(text: str) -> str:
        text = figures.with_block(text, "fuzz", "".join(f"- {line}\n" for line in lines))
        return figures.with_row(text, "make fuzz", lines[1].split(" in ")[0], lines[-1])

    figures.renew(path, renewed)


def replay(fuzz: Fuzz, path: Path) -> None:
    """A case that was kept, and what it comes to."""
    case = from_file(json.loads(path.read_text()), fuzz.keys["operator"])
    print(show(case))
    try:
        fuzz.watch(case)
        fuzz.look_at_the_book()
        print("no fault", dict(fuzz.statuses + fuzz.states))
    except Fault as fault:
        print(f"fault: {fault}")
        fuzz.faults.append(str(fault))


def main() -> int:
    parser = argparse.ArgumentParser(description="Send hostile inputs to a service of this program's own.")
    parser.add_argument("--minutes", type=float, default=10, help="default 10")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="by default another one each time")
    parser.add_argument(
        "--output", type=figures.page("fuzz"), metavar="PAGE", help="the page whose last result is replaced"
    )
    parser.add_argument("--replay", type=Path, metavar="FILE", help="a case that was kept")
    chosen = parser.parse_args()
    folder, began = Path(tempfile.mkdtemp(prefix="cuenta-fuzz-")), time.monotonic()
    with embedded.Server(throw_away=True, settings={"autovacuum": "off"}) as server:
        deploy(server.url("postgres"), quiet=True)
        with house(server.url("postgres"), folder, chosen.seed) as fuzz:
            if chosen.replay:
                replay(fuzz, chosen.replay)
            else:
                attack(fuzz, chosen.minutes)
                lines = report(fuzz, time.monotonic() - began)
                print("\n".join(lines))
                if chosen.output:
                    write_result(chosen.output, lines)
    return 1 if fuzz.faults else 0


if __name__ == "__main__":
    embedded.end_on_signals()
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
