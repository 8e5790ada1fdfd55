"""Metrics as Prometheus reads them, and what is built on them: the dashboard, the alert rules, the page."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import promql_parser
import psycopg
import pytest
import yaml
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app import create_app
from db.pool import Pool
from tests.test_packaging import free_port
from tests.test_serve import eventually, serving

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs/monitoring"
Connect = Callable[..., psycopg.Connection[Any]]
Sample = tuple[str, tuple[tuple[str, str], ...]]


@pytest.fixture(scope="module")
def client(database: str) -> Iterator[FlaskClient]:
    app = create_app(Pool(database))
    yield app.test_client()
    app.extensions["pool"].close()


def scrape(client: FlaskClient) -> str:
    answer = client.get("/metrics")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    return answer.text


def samples(text: str) -> dict[Sample, float]:
    found: dict[Sample, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in found, "one sample is told twice"
            found[key] = sample.value
    return found


def names(text: str) -> set[str]:
    return set(re.findall(r"^# TYPE (\S+)", text, re.M))


def queries() -> list[str]:
    """Every expression of the dashboard and of the rules."""
    dashboard = json.loads((FOLDER / "dashboard.json").read_text())
    shown = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    rules = yaml.safe_load((FOLDER / "alerts.yml").read_text())
    watched = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    assert len(shown) > 30 and len(watched) > 12
    return shown + watched


def selectors(query: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The metrics that an expression names, with the labels it asks for."""

    def walk(node: Any) -> Iterator[Any]:
        if isinstance(node, promql_parser.VectorSelector):
            yield node
        for part in ("expr", "lhs", "rhs", "param", "vector_selector"):
            if (inner := getattr(node, part, None)) is not None:
                yield from walk(inner)
        for inner in getattr(node, "args", None) or []:
            yield from walk(inner)

    for found in walk(promql_parser.parse(query)):
        yield found.name, {matcher.name: matcher.value for matcher in found.matchers.matchers}


def test_what_is_told_is_valid_and_of_one_naming(client: FlaskClient) -> None:
    text = scrape(client)
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert len(families) == len(names(text)) > 40 and samples(text)
    for family in families.values():
        assert family.name.startswith("cuenta_") and family.documentation and family.type in ("counter", "gauge")
    assert all(name.endswith("_total") for name in re.findall(r"^# TYPE (\S+) counter", text, re.M))
    assert not [name for name in names(text) if re.search("_(ms|minutes|hours|kb|mb|milliseconds)$", name)]


def test_the_labels_are_few_and_name_no_restaurant(client: FlaskClient, connect: Connect) -> None:
    before = samples(scrape(client))
    admin = connect()
    charge = {"event_type": "charge_succeeded", "occurred_at": "2025-12-30T10:00:00Z", "currency": "PEN"}
    for number in range(300):
        event = {**charge, "event_id": f"evt_{number}", "restaurant_id": f"res_hidden.{number}", "amount": number % 3}
        admin.execute("select api.ingest_event(%s::jsonb)", [json.dumps(event)])
    admin.execute("select api.run_payouts('PEN', '2025-12-30')")
    text = scrape(client)
    assert "res_hidden" not in text
    assert len(samples(text)) <= len(before) + 8
    assert samples(text)["cuenta_inbox_open", (("status", "rejected"),)] == 100


def test_a_scrape_reads_no_table_to_its_end(connect: Connect) -> None:
    """However much is in the book: what is read is bounded, for which the plan of each look-up is held to its index."""
    session = connect()
    session.execute("set enable_seqscan = off")
    session.execute("load 'auto_explain'")
    for name, value in {"log_min_duration": "0", "log_nested_statements": "on", "log_level": "notice"}.items():
        session.execute(f"set auto_explain.{name} = '{value}'")
    plans: list[str] = []
    session.add_notice_handler(lambda notice: plans.append(str(notice.message_primary)))
    session.execute("select * from api.get_metrics()")
    plan = "\n".join(plans)
    assert "Query Text" in plan
    large = "processor_events|event_rejections|ledger_entries|deferred_events|payouts|deliveries|event_dismissals"
    assert not re.findall(rf"Seq Scan on ({large})\b.*", plan)


def test_a_table_that_somebody_has_to_himself_is_measured_all_the_same(connect: Connect, client: FlaskClient) -> None:
    holder = connect(autocommit=False)
    holder.execute("lock table ledger.ledger_entries in access exclusive mode")
    try:
        begun = time.monotonic()
        found = samples(scrape(client))
        assert time.monotonic() - begun < 1.5, "it waited for the lock"
        assert ("cuenta_table_bytes", (("table", "ledger.ledger_entries"),)) in found
        assert found["cuenta_database_oldest_transaction_seconds", ()] > 0
    finally:
        holder.rollback()


def test_the_oldest_transaction_and_who_is_hidden(connect: Connect, client: FlaskClient) -> None:
    """The owner may look at other logins' sessions; where that was taken from it, they are counted as such."""
    holder = connect(autocommit=False)
    holder.execute("select 1")
    time.sleep(1.1)
    found = samples(scrape(client))
    assert found["cuenta_database_oldest_transaction_seconds", ()] >= 1
    assert found["cuenta_database_connections", (("state", "idle_in_transaction"),)] >= 1
    assert found["cuenta_database_connections", (("state", "hidden"),)] == 0
    admin = connect()
    admin.execute("revoke pg_read_all_stats from cuenta_owner")
    try:
        assert samples(scrape(client))["cuenta_database_connections", (("state", "hidden"),)] >= 2
    finally:
        admin.execute("grant pg_read_all_stats to cuenta_owner")
        holder.rollback()


def test_a_finding_of_an_audit_is_seen(connect: Connect, client: FlaskClient) -> None:
    session = connect()
    session.execute("select * from api.audit_integrity()")
    found = samples(scrape(client))
    findings = {key: value for key, value in found.items() if key[0] == "cuenta_integrity_findings"}
    assert len(findings) > 40 and not any(value for key, value in findings.items() if ("severity", "error") in key[1])
    event = {"event_id": "evt_seen", "event_type": "charge_succeeded", "occurred_at": "2025-12-30T10:00:00Z"}
    event |= {"restaurant_id": "res_seen", "currency": "PEN"}
    check = "balance_unequal_to_entries"
    with session.transaction(force_rollback=True):
        session.execute("select api.ingest_event(%s::jsonb)", [json.dumps({**event, "amount": 500})])
        session.execute("set local session_replication_role = replica")
        session.execute("update ledger.account_balances set balance = balance + 1 where restaurant_id = 'res_seen'")
        session.execute("select * from api.audit_integrity(%s)", [check])
        (text,) = session.execute("select metrics from api.get_metrics()").fetchone() or ("",)
        assert (
            samples(text)[
                "cuenta_integrity_findings", (("check", check), ("scope", "since_seal"), ("severity", "error"))
            ]
            == 1
        )


@pytest.mark.parametrize("query", queries())
def test_every_expression_names_what_there_is(query: str, client: FlaskClient) -> None:
    text = scrape(client)
    known = names(text)
    labels: dict[str, dict[str, set[str]]] = {}
    for name, pairs in samples(text):
        for label, value in pairs:
            labels.setdefault(name, {}).setdefault(label, set()).add(value)
    found = list(selectors(query))
    assert found
    for name, wanted in found:
        if name == "up" or name.startswith("granian_"):
            continue
        assert name in known, f"{name} does not exist"
        for label, value in wanted.items():
            assert value in labels[name][label], f"{name} has no {label}={value}"


def test_expressions_that_are_wrong_are_seen() -> None:
    with pytest.raises(ValueError):
        promql_parser.parse("max(cuenta_inbox_open")
    assert [name for name, _ in selectors("time() - min(a{b='c'}) > 3 or max(rate(d[5m])) > topk(3, e)")] == [
        "a",
        "d",
        "e",
    ]


def test_the_page_lists_every_metric(client: FlaskClient) -> None:
    text, page = scrape(client), (ROOT / "docs/monitoring.md").read_text()
    helps = dict(re.findall(r"^# HELP (\S+) (.+)$", text, re.M))
    listed = dict(re.findall(r"^\| `(cuenta_\w+)` \| \w+ \| (.+) \|$", page, re.M))
    assert listed == helps
    used = {name for query in queries() for name, _ in selectors(query)}
    assert {*names(text)} - used <= {
        "cuenta_build_info",
        "cuenta_deployed_timestamp_seconds",
        "cuenta_database_is_standby",
    }


def test_the_rules_say_what_to_do() -> None:
    rules = [r for g in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for r in g["rules"]]
    for rule in rules:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"] and rule["annotations"]["description"].endswith((".", ";", ")"))
    assert len({rule["alert"] for rule in rules}) == len(rules)


def test_the_servers_own_metrics_are_a_target_of_their_own(database: str, tmp_path: Path) -> None:
    port = free_port()

    def numbers() -> set[str]:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return set(re.findall(r"^# TYPE (\S+)", answer.read().decode(), re.M))

    with serving(database, tmp_path / "log", "--metrics-port", str(port)) as service:
        assert service.ask("GET", "/health")[0] == 200
        used = {name for query in queries() for name, _ in selectors(query) if name.startswith("granian_")}
        assert used and eventually(lambda: used <= numbers(), 40), used - numbers()
