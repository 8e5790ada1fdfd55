"""The sample events, the bad ones, their generator and the loader."""

from __future__ import annotations

import base64
import http.server
import io
import json
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from rich.console import Console

from dev import demo
from events.generate import STORY_OF, generate
from events.load import LoadError, LoadResult, Unreachable, load, to_database, to_service
from tests import cluster

EVENTS = Path(__file__).resolve().parent.parent / "events"
BAD = sorted((EVENTS / "bad").glob("*.json"))
SAMPLES = sorted((EVENTS / "samples").glob("**/*.json"))
EARLIER = {  # what a sample needs besides the charge and its refund
    "dispute_won": "dispute_opened",
    "dispute_lost": "dispute_opened",
    "funds_released": "funds_held",
    "debt_written_off": "adjustment_debited",
}
TOLD = {"processed": 80, "deferred": 1}
ANSWER = (
    "select status, event_id, event_type, restaurant_id, currency, entries, code, message, details"
    " from api.ingest_event(%s::jsonb)"
)

Connect = Callable[..., psycopg.Connection[Any]]


def sample_events() -> list[dict[str, Any]]:
    text = (EVENTS / "events.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def ingest(connection: psycopg.Connection[Any], text: str) -> dict[str, Any]:
    """One event through the function, as the service calls it."""
    cursor = connection.execute(ANSWER, (text,))
    row = cursor.fetchone()
    assert row is not None and cursor.description is not None
    return dict(zip([column.name for column in cursor.description], row, strict=True))


def book(connection: psycopg.Connection[Any]) -> list[Any]:
    """Everything that an event can post."""
    query = """
        select
            (select count(*) from ledger.ledger_entries),
            (select count(*) from ledger.processor_events),
            (select array_agg(to_jsonb(b) order by b.restaurant_id, b.currency)
                from ledger.account_balances as b
                where b.last_entry_seq > 0),
            (select array_agg(to_jsonb(p) order by p.payout_id) from ledger.payouts as p)
    """
    row = connection.execute(query).fetchone()
    assert row is not None
    return list(row)


def prepare(connection: psycopg.Connection[Any], before: dict[str, Any]) -> str:
    """Does what a bad event needs to have happened before it; answers the payout's id, if one was made."""
    for event in before.get("events", []):
        assert ingest(connection, json.dumps(event))["status"] == "processed"
    payout_id = ""
    if payout := before.get("payout"):
        run = connection.execute(
            "select payouts_created, run_id from api.run_payouts(%s, %s)",
            (payout["currency"], payout["as_of"]),
        ).fetchone()
        assert run is not None and run[0] == 1
        row = connection.execute("select payout_id from ledger.payouts where run_id = %s", (run[1],)).fetchone()
        assert row is not None
        payout_id = row[0]
    for event in before.get("payout_events", []):
        text = json.dumps(event).replace("<payout_id>", payout_id)
        assert ingest(connection, text)["status"] == "processed"
    return payout_id


@pytest.fixture
def session(database: str, connect: Connect) -> Iterator[psycopg.Connection[Any]]:
    """A superuser's session whose work is undone after the test."""
    if cluster.CELLS:
        with cluster.undone(database):
            connection = connect()
            yield connection
            connection.close()
        return
    connection = connect(autocommit=False)
    yield connection
    connection.rollback()
    connection.close()


# The data set


def test_the_generator_gives_the_committed_file_byte_for_byte(tmp_path: Path) -> None:
    again = tmp_path / "events.jsonl"
    command = [sys.executable, str(EVENTS / "generate.py"), "--story", "--output", str(again)]
    subprocess.run(command, check=True)
    assert again.read_bytes() == (EVENTS / "events.jsonl").read_bytes()


def test_the_data_set_has_the_promised_mix() -> None:
    told = sample_events()
    events = [event for event in told if event["restaurant_id"] != STORY_OF[0]]
    assert (len(events), len(told)) == (70, 81)
    assert Counter(event["currency"] for event in events) == {"PEN": 49, "USD": 14, "MXN": 7}
    restaurants = {event["restaurant_id"] for event in events}
    assert restaurants == {"res_001", "res_002", "res_003", "res_004", "res_005"}
    assert {event["event_type"] for event in events} == {"charge_succeeded", "refund_succeeded"}
    assert len({event["event_id"] for event in events}) == 70
    local = [datetime.fromisoformat(event["occurred_at"]) - timedelta(hours=5) for event in events]
    assert {moment.strftime("%Y-%m") for moment in local} == {"2025-12"}
    assert (max(local).date() - min(local).date()).days == 29
    assert any(moment.strftime("%H:%M") == "23:58" for moment in local)
    assert any(moment.strftime("%H:%M") == "00:03" for moment in local)


@pytest.mark.parametrize(("events", "restaurants"), [(70, 5), (3000, 40)])
def test_a_refund_names_an_earlier_charge_and_takes_no_more(events: int, restaurants: int) -> None:
    charges: dict[str, dict[str, Any]] = {}
    refunded: Counter[str] = Counter()
    for event in generate(events, restaurants):
        payment = event["metadata"]["payment_id"]
        if event["event_type"] == "charge_succeeded":
            charges[payment] = event
            assert event["fee"] == (event["amount"] * 5 + 50) // 100
            continue
        charge = charges[payment]
        assert charge["occurred_at"] <= event["occurred_at"]
        assert (charge["restaurant_id"], charge["currency"]) == (
            event["restaurant_id"],
            event["currency"],
        )
        refunded[payment] += event["amount"]
        assert 0 < refunded[payment] <= charge["amount"]
    assert refunded


def test_the_story_tells_what_goes_wrong_with_payments() -> None:
    events = [event for event in sample_events() if event["restaurant_id"] == STORY_OF[0]]
    assert {event["event_type"] for event in events} == {
        "charge_succeeded", "refund_succeeded", "refund_failed", "dispute_opened", "dispute_won", "dispute_lost",
        "fee_refunded",
    }  # fmt: skip
    charged = {e["metadata"]["payment_id"]: n for n, e in enumerate(events) if e["event_type"] == "charge_succeeded"}
    early = [n for n, e in enumerate(events) if charged.get(e["metadata"].get("payment_id"), -1) > n]
    assert len(early) == 1, "one refund comes before its charge"


def test_there_is_one_sample_an_event_type(session: psycopg.Connection[Any]) -> None:
    known = dict(session.execute("select event_type, origin from ledger.event_types").fetchall())
    assert {path.stem: "operator" if path.parent.name == "operator" else "processor" for path in SAMPLES} == known
    for path in SAMPLES:
        sample = json.loads(path.read_text(encoding="utf-8"))
        assert sample.get("event_type") == (None if "function" in sample else path.stem)


@pytest.mark.parametrize("last", [path.stem for path in SAMPLES])
def test_the_samples_tell_one_story(session: psycopg.Connection[Any], last: str) -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in SAMPLES}

    def tell(name: str, payout_id: str) -> dict[str, Any]:
        text = texts[name].replace("<payout_id>", payout_id)
        sample = json.loads(text)
        if "function" not in sample:
            return ingest(session, text)
        arguments = ", ".join(f"p_{argument} => %({argument})s" for argument in sample["arguments"])
        query = f"select status, event_type, entries from api.{sample['function']}({arguments})"
        row = session.execute(query.encode(), sample["arguments"]).fetchone()
        assert row is not None
        return dict(zip(("status", "event_type", "entries"), row, strict=True))

    before: dict[str, Any] = {"events": [json.loads(texts["charge_succeeded"]), json.loads(texts["refund_succeeded"])]}
    if last.startswith("payout"):
        before["payout"] = {"currency": "PEN", "as_of": "2025-12-30"}
    payout_id = prepare(session, before)
    for name in filter(None, (EARLIER.get(last), last)):
        answer = tell(name, payout_id)
        is_told = name in ("charge_succeeded", "refund_succeeded")
        assert answer["status"] == ("already_processed" if is_told else "processed"), answer
        assert answer["event_type"] == name
        assert answer["entries"] == (2 if name in ("charge_succeeded", "dispute_opened") else 1)


# Bad events


def test_there_are_bad_events() -> None:
    assert len(BAD) > 50


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_event_gets_its_answer_and_posts_nothing(session: psycopg.Connection[Any], path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    expected = case["expect"]
    payout_id = prepare(session, case.get("before", {}))
    before = book(session)
    if "raw_base64" in case:
        data = base64.b64decode(case["raw_base64"])
    else:
        text = case["raw"] if "raw" in case else json.dumps(case["event"])
        data = text.replace("<payout_id>", payout_id).encode()
    if "sqlstate" in expected:
        if not session.autocommit:
            session.execute("savepoint before")
        literal = data.replace(b"'", b"''")
        with pytest.raises(psycopg.Error) as raised:
            # the bytes as they are: the server reads them, not the driver
            session.execute(b"select * from api.ingest_event('" + literal + b"'::jsonb)")
        assert raised.value.sqlstate == expected["sqlstate"]
        if "code" in expected:
            assert raised.value.diag.constraint_name == expected["code"]
        if not session.autocommit:
            session.execute("rollback to savepoint before")
    else:
        answer = ingest(session, data.decode())
        assert (answer["status"], answer["code"]) == (expected["status"], expected["code"])
        assert answer["entries"] in (None, 0)
        assert answer["message"]
        kept = session.execute(
            "select r.status, r.code, r.payload = ledger.without_wild_numbers(%s::jsonb)"
            " from ledger.event_rejections as r"
            " order by r.rejection_no desc limit 1",
            (data.decode(),),
        ).fetchone()
        assert kept == (expected["status"], expected["code"], True)
    assert book(session) == before


# The loader


def run_load(source: Path, **arguments: Any) -> tuple[LoadResult, str]:
    """load() with what it prints."""
    console = Console(file=io.StringIO(), width=200)
    result = load(source, console=console, **arguments)
    assert isinstance(console.file, io.StringIO)
    return result, console.file.getvalue()


def command(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(EVENTS / "load.py"), *arguments],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_loading_twice_posts_once(create_database: Callable[..., str], connect: Connect) -> None:
    url = create_database()
    first, _ = run_load(EVENTS / "events.jsonl", database=url, batch=7)
    assert (first.counts, first.exit_code) == (TOLD, 0)
    after = book(connect(url=url))
    again, _ = run_load(EVENTS / "events.jsonl", database=url)
    assert (again.counts, again.exit_code) == ({"already_processed": 81}, 0)
    assert book(connect(url=url)) == after


def test_the_loader_reports_bad_lines_and_goes_on(create_database: Callable[..., str], tmp_path: Path) -> None:
    good = [json.dumps(event) for event in sample_events()[:4]]
    lines = [
        "\ufeff" + good[0],
        "",
        '{"event_id": "evt_x", ',
        good[1],
        '{"event_id": "evt_nul", "metadata": {"note": "\\u0000"}}',
        "[1, 2]",
        good[2].replace('"amount": ', '"amount": 1'),
        json.dumps(sample_events()[3] | {"currency": "ZZZ"}),
        good[0].replace('"amount": ', '"amount": 1'),
        good[3],
        "7, 8",
        '{"amount": NaN}',
    ]
    source = tmp_path / "mixed.jsonl"
    source.write_bytes("\n".join(lines).encode() + b"\n\xff\n")
    result, printed = run_load(source, database=create_database(), batch=5)
    assert result.exit_code == 2
    assert result.counts == {"processed": 4, "malformed": 5, "rejected": 2, "conflict": 1}
    assert set(re.findall(r"^line (\d+): (?:evt_\S+ )?(\w+) (\w+): .+", printed, re.M)) == {
        ("3", "malformed", "MALFORMED_JSON"),
        ("5", "malformed", "22P05"),
        ("6", "rejected", "EVENT_NOT_OBJECT"),
        ("8", "rejected", "CURRENCY_UNKNOWN"),
        ("9", "conflict", "EVENT_ID_REUSED"),
        ("11", "malformed", "MALFORMED_JSON"),
        ("12", "malformed", "MALFORMED_JSON"),
        ("13", "malformed", "MALFORMED_JSON"),
    }


def test_the_command_tells_by_its_exit_code(create_database: Callable[..., str]) -> None:
    url = create_database()
    text = (EVENTS / "events.jsonl").read_text(encoding="utf-8")
    fine = command("-", "--database", url, text=text)
    assert fine.returncode == 0, fine.stderr
    assert re.search(r"processed\W+80\b", fine.stdout)
    refused = command("-", "--database", url, text=text + "{}\n")
    assert refused.returncode == 2
    assert "line 82: rejected FIELD_MISSING" in refused.stderr
    missing = command("no-such-file.jsonl", "--database", url)
    assert missing.returncode == 1
    assert missing.stderr.strip() == "load: cannot read no-such-file.jsonl: No such file or directory"
    nobody = command("-", "--database", make_conninfo(url, user="nobody_here", password="x"), text=text)
    assert nobody.returncode == 1
    assert "cannot connect to the database" in nobody.stderr
    assert "Traceback" not in nobody.stderr


class Service(http.server.BaseHTTPRequestHandler):
    """The batch route: calls the function, and at times is busy or cannot read a body."""

    database = ""
    busy = 0
    requests = 0

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Service.requests += 1
        if Service.busy:
            Service.busy -= 1
            self.reply(503, {"error": {"code": "RETRY", "message": "try again"}})
            return
        assert self.path == "/v1/processor/events/batch"
        assert self.headers["Content-Type"] == "application/json"
        if len(body) > 20_000:
            self.reply(413, {"error": {"code": "BODY_TOO_LARGE", "message": "too large"}})
            return
        try:
            with psycopg.connect(self.database, autocommit=True) as connection:
                row = connection.execute(
                    "select jsonb_agg(to_jsonb(i) order by i.item) from api.ingest_events(%s::jsonb) as i",
                    (body.decode(),),
                ).fetchone()
            assert row is not None
            self.reply(200, row[0])
        except psycopg.DataError as error:
            self.reply(400, {"error": {"code": "MALFORMED_JSON", "message": str(error)}})

    def reply(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Quiet."""


@pytest.fixture
def service(create_database: Callable[..., str]) -> Iterator[str]:
    Service.database, Service.busy, Service.requests = create_database(), 0, 0
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_loading_over_http_retries_and_halves(service: str, tmp_path: Path) -> None:
    Service.busy = 2
    source = tmp_path / "events.jsonl"
    bad = '{"event_id": "evt_nul", "note": "\\u0000"}\n'
    source.write_text((EVENTS / "events.jsonl").read_text(encoding="utf-8") * 2 + bad, encoding="utf-8")
    result, printed = run_load(source, url=service)
    assert result.counts == TOLD | {"already_processed": 81, "malformed": 1}
    assert "line 163: malformed MALFORMED_JSON" in printed
    assert printed.count("trying again") == 2


def test_a_service_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch, service: str, tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(LoadError, match=r"cannot be reached.*refused.*tried 5 times; is the service running there\?"):
        run_load(EVENTS / "events.jsonl", url="http://127.0.0.1:9")
    assert 2 < time.monotonic() - started < 10, "a service that is starting is waited for, but not for long"
    monkeypatch.setattr("events.load.ATTEMPTS", 2)
    Service.busy = 100
    with pytest.raises(LoadError, match="answers 503"):
        run_load(EVENTS / "events.jsonl", url=service)
    with pytest.raises(LoadError, match="not an address"):
        run_load(EVENTS / "events.jsonl", url="file:///etc/hosts")


def test_a_key_is_shown_to_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str | None] = []

    def look(request: urllib.request.Request, **_: Any) -> None:
        shown.append(request.get_header("Authorization"))
        raise OSError("looked at")

    monkeypatch.setattr("events.load.urllib.request.urlopen", look)
    for key in ("", "cuenta_live_1_2"):
        monkeypatch.setenv("CUENTA_KEY", key)
        with pytest.raises(Unreachable):
            to_service("http://127.0.0.1:9")(b"[]")
    assert shown == [None, "Bearer cuenta_live_1_2"]


def test_a_service_that_goes_away_in_the_middle_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, create_database: Callable[..., str]
) -> None:
    send = to_database(create_database())
    pauses: list[float] = []
    arrays = 0

    def away(body: bytes) -> list[dict[str, Any]]:
        nonlocal arrays
        arrays += 1
        if 2 <= arrays <= 8:
            raise Unreachable("gone")
        return send(body)

    monkeypatch.setattr("events.load.to_service", lambda _: away)
    monkeypatch.setattr("events.load.time.sleep", pauses.append)
    result, _ = run_load(EVENTS / "events.jsonl", url="http://127.0.0.1:9", batch=10)
    assert result.counts == TOLD
    assert 25 < sum(pauses) < 26


def test_an_interrupted_load_is_resumed_by_running_it_again(
    create_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = create_database()
    send = to_database(url)
    calls = 0

    def interrupted(body: bytes) -> list[dict[str, Any]]:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return send(body)

    with monkeypatch.context() as patch:
        patch.setattr("events.load.to_database", lambda _: interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_load(EVENTS / "events.jsonl", database=url, batch=10)
    again, _ = run_load(EVENTS / "events.jsonl", database=url)
    assert again.counts == {"already_processed": 20, "processed": 60, "deferred": 1}


# The demo

MOMENT = r"(\d{4}-\d\d-\d\dT\d)?\d:\d\d:\d\d\b"


def test_the_demo_tells_the_same_every_time_in_80_columns(
    create_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    for _ in range(2):
        console = Console(file=io.StringIO(), width=80)
        monkeypatch.setattr(demo, "console", console)
        assert demo.tell(create_database())
        assert isinstance(console.file, io.StringIO)
        text = console.file.getvalue()
        assert [line for line in text.splitlines() if len(line) > 80 or "…" in line] == []
        told.append(re.sub(rf"po_[0-9a-f]{{32}}|{MOMENT}|(?<=127.0.0.1:)\d+", "", text))
    assert told[0] == told[1]
    words = ("PAYOUT_RESERVE ", "PAYOUT_FAILURE ", "627,813", "1 below_minimum", "The ledger is sound.")
    story = ("DISPUTE_WON ", "DISPUTE_LOST ", "REFUND_FAILURE ", "account_closed", "payout_returns ")
    people = ("adjustment_debited ", "funds_held ", "event_reversed ", "39,820")
    webhooks = ("nightly ", "finished ", "payout.created ", "payout.paid ", "87,300")
    for word in (*words, *story, *people, *webhooks):
        assert word in told[0]
    assert re.search(r"deferred\W+1\b", told[0])
