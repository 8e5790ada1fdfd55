"""Reports over HTTP, as JSON and as CSV, and the loader of exchange rates."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

import app as service
from db.pool import Pool
from events.load import load as load_events
from events.load_fx import ARRAY, LoadError, Reader, load
from tests.sessions import PATIENCE, Sessions

ROOT = Path(service.__file__).parent
RATES = ROOT / "events" / "fx"
REPORTS = [
    "balances_in_base",
    "daily_sales",
    "daily_sales_in_base",
    "debt_ageing",
    "payout_reconciliation",
    "payout_run_reconciliation",
    "pending_ageing",
    "processor_fees",
    "trial_balance",
]
BASE = {"base_currency": "USD", "source": "ECB"}


def query_of(name: str) -> dict[str, str]:
    return BASE if name.endswith("_in_base") else {}


@pytest.fixture(scope="module")
def url(create_database: Callable[..., str]) -> str:
    """A database with the sample events and rates, and a payout run."""
    url = create_database()
    load_events(ROOT / "events" / "events.jsonl", database=url)
    for name, source in (("ecb", "ECB"), ("plain", "SBS")):
        with (RATES / f"{name}.csv").open(newline="") as lines:
            load(lines, url, source)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("select 1 from api.run_payouts('PEN', '2025-12-30', 50000)")
    return url


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[FlaskClient]:
    application = service.create_app(Pool(url))
    yield application.test_client()
    application.extensions["pool"].close()


def rows_of(client: FlaskClient, name: str, **query: Any) -> list[dict[str, Any]]:
    """All rows of a report as JSON, page by page; every number as it is written."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        asked = query | ({"cursor": cursor} if cursor else {})
        response = client.get(f"/v1/reports/{name}", query_string=query_of(name) | asked)
        assert response.status_code == 200, response.text
        assert response.mimetype == "application/json"
        page = json.loads(response.text, parse_float=str, parse_int=str)
        assert list(page) == ["data", "next_cursor"]
        found += page["data"]
        cursor = page["next_cursor"]
        if not cursor:
            return found


def csv_of(client: FlaskClient, name: str, **query: Any) -> str:
    answer = client.get(f"/v1/reports/{name}", query_string=query_of(name) | query, headers={"Accept": "text/csv"})
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "text/csv; charset=utf-8"
    return answer.text


def error_of(client: FlaskClient, path: str, status: int, accept: str = "*/*") -> str:
    """The code of an error, which is JSON whatever was asked for."""
    answer = client.get(path, headers={"Accept": accept})
    assert answer.status_code == status, answer.text
    assert answer.json
    return str(answer.json["error"]["code"])


def test_the_reports_are_listed_with_their_columns(client: FlaskClient) -> None:
    answer: Any = client.get("/v1/reports").json
    assert [report["name"] for report in answer["data"]] == REPORTS
    for report in answer["data"]:
        assert csv_of(client, report["name"]).split("\r\n")[0] == ",".join(report["columns"])
        assert report["title"].endswith(".")


def test_the_page_about_reports_has_them_all() -> None:
    text = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \| [\w ,]+ \|", text.split("## Over HTTP")[0], re.M) == REPORTS


@pytest.mark.parametrize("name", REPORTS)
def test_csv_has_the_figures_of_json(client: FlaskClient, name: str) -> None:
    rows = rows_of(client, name, limit=7)
    text = csv_of(client, name)
    assert text.endswith("\r\n") and text.count("\n") == text.count("\r\n")
    shown = {True: "true", False: "false", None: ""}
    expected = [{k: shown.get(v, v) if not isinstance(v, str) else v for k, v in row.items()} for row in rows]
    assert list(csv.DictReader(io.StringIO(text, newline=""), strict=True)) == expected
    assert rows or name in ("debt_ageing", "pending_ageing")


@pytest.mark.parametrize("name", REPORTS)
def test_pages_neither_skip_nor_repeat_a_row(client: FlaskClient, name: str) -> None:
    assert rows_of(client, name, limit=1) == rows_of(client, name, limit=500)


def test_a_report_is_filtered_on_the_server(client: FlaskClient) -> None:
    days = {"from": "2025-12-10", "to": "2025-12-20"}
    rows = rows_of(client, "daily_sales", restaurant_id="res_001", currency="pen", **days)
    assert rows
    assert {(row["restaurant_id"], row["currency"]) for row in rows} == {("res_001", "PEN")}
    assert all("2025-12-10" <= row["business_day"] <= "2025-12-20" for row in rows)


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/html, application/json;q=0.9, */*;q=0.1", "application/json"),
        ("text/csv", "text/csv"),
        ("text/*", "text/csv"),
        ("text/csv, application/json;q=0.5", "text/csv"),
        ("text/csv;q=0.2, application/json", "application/json"),
    ],
)
def test_accept_chooses(client: FlaskClient, accept: str | None, mimetype: str) -> None:
    answer = client.get("/v1/reports/trial_balance", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.mimetype) == (200, mimetype)


def test_what_is_neither_is_not_acceptable(client: FlaskClient) -> None:
    assert error_of(client, "/v1/reports/trial_balance", 406, "application/pdf") == "NOT_ACCEPTABLE"


@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("weekly", 404, "REPORT_NOT_FOUND"),
        ("pg_class", 404, "REPORT_NOT_FOUND"),
        ("payouts", 404, "REPORT_NOT_FOUND"),
        ("daily_sales?restaurant_id=nobody", 404, "RESTAURANT_NOT_FOUND"),
        ("daily_sales?currency=XXP", 422, "CURRENCY_UNKNOWN"),
        ("daily_sales?from=yesterday", 400, "INVALID_INPUT"),
        ("daily_sales?colour=red", 400, "INVALID_INPUT"),
        ("daily_sales?source=ECB", 400, "REPORT_FILTER_UNKNOWN"),
        ("trial_balance?from=2025-12-01", 400, "REPORT_FILTER_UNKNOWN"),
        ("daily_sales?cursor=zz", 400, "CURSOR_INVALID"),
        ("daily_sales?cursor=61", 400, "CURSOR_INVALID"),
        ("balances_in_base", 400, "ARGUMENT_MISSING"),
        ("balances_in_base?base_currency=USD", 400, "ARGUMENT_MISSING"),
        ("balances_in_base?base_currency=PEN&source=ECB", 404, "FX_CURRENCY_NOT_FOUND"),
        ("balances_in_base?base_currency=USD&source=x%20y", 422, "FX_SOURCE_INVALID"),
    ],
)
def test_what_cannot_be_answered_is_said(client: FlaskClient, path: str, status: int, code: str, accept: str) -> None:
    assert error_of(client, f"/v1/reports/{path}", status, accept) == code


def test_limits(client: FlaskClient) -> None:
    assert error_of(client, "/v1/reports/daily_sales?limit=501", 400) == "LIMIT_INVALID"
    assert error_of(client, "/v1/reports/daily_sales?limit=3", 422, "text/csv") == "REPORT_TOO_LARGE"


def test_no_text_of_a_csv_is_a_formula(url: str, client: FlaskClient) -> None:
    """What a bank writes as the reason of a failure goes into a cell as it is, but for what would be run."""
    reason = '=HYPERLINK("http://example.com","x")\nand more'
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("select payout_id, restaurant_id, amount from api.list_payouts() limit 1").fetchone()
        assert row
        event = {
            "event_id": "evt_formula",
            "event_type": "payout_failed",
            "occurred_at": "2025-12-31T10:00:00Z",
            "restaurant_id": row[1],
            "currency": "PEN",
            "amount": row[2],
            "payout_id": row[0],
            "failure_reason": reason,
            "metadata": {"failure_reason": reason},
        }
        answer = client.post("/v1/processor/events", json=event)
        assert answer.status_code == 201, answer.text
        connection.execute("set session_replication_role = replica")
        connection.execute("update ledger.payouts set failure_reason = %s where payout_id = %s", (reason, row[0]))
    text = csv_of(client, "payout_reconciliation", restaurant_id=row[1])
    (found,) = csv.DictReader(io.StringIO(text, newline=""))
    assert found["failure_reason"] == "'" + reason
    assert found["fees"].startswith("-"), "a figure keeps its sign"


def test_the_rates_convert_what_was_sold(client: FlaskClient) -> None:
    """Computed here once more, from the file."""
    with (RATES / "ecb.csv").open(newline="") as lines:
        rates = {(rate.rate_date, rate.quote): Decimal(rate.rate) for rate in Reader(lines)}
    rows = rows_of(client, "daily_sales_in_base")
    assert {row["currency"] for row in rows} == {"CLP", "MXN", "PEN", "USD"}
    crossed = 0
    for row in rows:
        if row["method"] == "cross over EUR":
            rate = rates[row["rate_date"], "USD"] / rates[row["rate_date"], row["currency"]]
            exact = Decimal(row["gross"]) * rate
            assert abs(exact - Decimal(row["gross_in_base"])) <= Decimal("0.5")
            crossed += 1
        elif row["currency"] == "USD":
            assert (row["method"], row["rate"], row["gross_in_base"]) == ("identity", "1", row["gross"])
        else:
            assert row["gross_in_base"] is None and row["no_rate_reason"]
    assert crossed


# The loader


def test_a_file_is_loaded_once(create_database: Callable[..., str]) -> None:
    url = create_database()
    with (RATES / "ecb.csv").open(newline="") as lines:
        first = load(lines, url, "ecb", actor="ana")
    with (RATES / "ecb.csv").open(newline="") as lines:
        again = load(lines, url, "ECB")
    assert (first.loaded, first.known) == (53, 0)
    assert (again.loaded, again.known) == (0, 53)
    with psycopg.connect(url) as connection:
        shown = connection.execute("select distinct source, base, loaded_by from reporting.fx_rates").fetchall()
    assert shown == [("ECB", "EUR", "ana")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: neither"),
        ("day;rate\n", "line 1: neither"),
        ("Date,USD,\n2025-12-30,1.08\n", "line 2: 2 fields where the first line has 3"),
        ("Date,USD\n2025-12-30,1.08\n\n30/12/2025,1.09\n", "line 4: '30/12/2025' is no day"),
        ("Date,USD\n2025-12-30,one\n", "line 2: 'one' of EUR/USD is no decimal"),
        ("Date,USD\n2025-12-30,0.00\n", "line 2: '0.00' of EUR/USD is no decimal"),
        ("Date,EUR\n2025-12-30,1\n", "line 2: a rate of EUR in itself"),
        ("Date,CYP,EEK\n2025-12-30,1,2\n", "no column is of a currency"),
        ("date,base,quote,rate\n2025-12-30,USD,PEN\n", "line 2: 3 fields where 4 are due"),
        ("date,base,quote,rate\n2025-02-30,USD,PEN,3.7\n", "line 2: '2025-02-30' is no day"),
        ("date,base,quote,rate\n2025-12-30,USD,SOL,3.7\n", "line 2: 'SOL' is no currency"),
        ('date,base,quote,rate\n2025-12-30,USD,"PEN,3.7\n', "line 2: "),
        ("date,base,quote,rate\n2999-12-30,USD,PEN,3.7\n", "line 2: FX_RATE_INVALID: rate_date of rate 1"),
        (
            "date,base,quote,rate\n2025-12-30,USD,PEN,3.7\n2025-12-30,USD,PEN,3.8\n",
            "line 3: FX_RATE_CONFLICT: the rate of USD/PEN of 2025-12-30 by ECB is 3.7, not 3.8",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(database: str, text: str, message: str) -> None:
    with pytest.raises(LoadError) as raised:
        load(io.StringIO(text), database, "ECB")
    assert message in str(raised.value)


def test_columns_of_currencies_that_are_gone_are_left_out_and_n_a_is_no_rate(database: str) -> None:
    text = "\ufeffDate,USD,CYP,JPY,\n2025-12-30,1.08,0.58,N/A,\n2025-12-29, 1.09 ,,168,\n"
    result = load(io.StringIO(text), database, "GONE")
    assert (result.loaded, result.left_out) == (3, ("CYP",))


def test_columns_in_any_order_and_small_letters_of_a_plain_file(database: str) -> None:
    text = "rate,quote,base,date\r\n3.7,pen,usd,2025-12-30\r\n"
    assert load(io.StringIO(text), database, "PLAIN").loaded == 1


def test_more_rates_than_an_array_takes(database: str) -> None:
    """A figure stays what the source wrote: no float is between."""
    days = [
        f"{year}-{month:02}-{day:02}" for year in range(1999, 2020) for month in range(1, 13) for day in range(1, 29)
    ]
    text = "Date,USD\n" + "".join(f"{day},1.{number:020}\n" for number, day in enumerate(days, 1))
    result = load(io.StringIO(text), database, "MANY")
    assert result.loaded == len(days) > ARRAY
    with psycopg.connect(database) as connection:
        row = connection.execute("select min(rate) from reporting.fx_rates where source = 'MANY'").fetchone()
    assert row == (Decimal("1.00000000000000000001"),)


def test_the_command(url: str) -> None:
    words = [sys.executable, "events/load_fx.py", "events/fx/plain.csv", "--source", "SBS", "--database", url]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "SBS: 0 rates are new, 12 were there before\n"), done.stderr
    words[2] = "-"
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, input="date,x\n")
    assert done.returncode == 1 and done.stderr.startswith("load_fx: line 1: ")
    words[2] = "events/fx/nothing.csv"
    assert subprocess.run(words, cwd=ROOT, capture_output=True, timeout=60).returncode == 1


@pytest.mark.parametrize(("rate", "answer"), [("3.7", "known"), ("3.8", "LCFXR")])
def test_two_loads_at_once_do_not_both_win(sessions: Sessions, rate: str, answer: str) -> None:
    """The second one waits for the first, then sees what it has committed."""
    first, second = (sessions.open(role="cuenta_operator") for _ in range(2))
    query = "select * from api.load_fx_rates(%s::jsonb, %s)"
    document = '[{"rate_date": "2025-12-30", "base": "USD", "quote": "PEN", "rate": "%s"}]'
    source = f"RACE.{rate}"
    first.begin()
    assert first.row(query, document % "3.7", source)["loaded"] == 1
    waiting = second.start(lambda: second.row(query, document % rate, source))
    sessions.wait_until_blocked_by(second, first)
    first.commit()
    if answer == "known":
        row = waiting.result(PATIENCE)
        assert (row["loaded"], row["known"]) == (0, 1)
    else:
        with pytest.raises(psycopg.Error) as raised:
            waiting.result(PATIENCE)
        assert raised.value.sqlstate == answer
