"""The deploy of cells and proxies: twice, by two at once, after a kill, and what it refuses."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from db.facts import DeployError
from db.proxy.cluster import check_cluster, cluster_file, deploy_cluster, generate, read_cluster
from dev import embedded
from tests.cluster import cell_of

CALL = "select status from api.ingest_event(%s::jsonb)"
EVENT = (
    '{"event_id": "e", "event_type": "charge_succeeded", "occurred_at": "2025-12-30T10:00:00Z",'
    ' "restaurant_id": "res_1", "currency": "PEN", "amount": 5}'
)


@pytest.fixture
def file(server_url: str, tmp_path: Path) -> Iterator[Path]:
    """A cells.toml of two empty databases and two proxies."""
    with contextlib.ExitStack() as stack:
        urls = [stack.enter_context(embedded.throw_away_database(server_url)) for _ in range(4)]
        path = tmp_path / "cells.toml"
        path.write_text(cluster_file(urls[:2], urls[2:]), encoding="utf-8")
        yield path


def test_it_is_made_checked_made_again_and_mended(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_cluster(file) != []
    deploy_cluster(file)
    assert "made" in capsys.readouterr().out
    assert check_cluster(file) == []
    cluster = read_cluster(file)
    for number, proxy in enumerate(cluster.proxies):
        with psycopg.connect(proxy, autocommit=True) as conn:
            answer = conn.execute(CALL, [EVENT]).fetchall()
            assert answer == [("processed" if number == 0 else "already_processed",)]
            if number == 0:
                conn.execute("alter function api.get_balance security invoker")
                conn.execute("grant execute on function api.ingest_event to public")
    with psycopg.connect(cluster.cells[1].url, autocommit=True) as conn:
        conn.execute("drop function cell.get_balance")
    found = check_cluster(file)
    assert len(found) == 2 and "cell 1" in found[0] and "proxy" in found[1]
    deploy_cluster(file)
    assert check_cluster(file) == []
    capsys.readouterr()
    deploy_cluster(file)
    told = capsys.readouterr().out
    assert told.count("nothing differs") == 2


def test_two_starters_and_a_kill_leave_a_whole(file: Path) -> None:
    deploy = [sys.executable, "db/deploy.py", "--proxy", str(file), "--quiet"]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: subprocess.run(deploy, capture_output=True, text=True), range(2)))
    assert [(one.returncode, one.stderr) for one in done] == [(0, "")] * 2
    cluster = read_cluster(file)
    for seconds in (0.3, 0.9, 1.5):
        with psycopg.connect(cluster.proxies[0], autocommit=True) as conn:
            conn.execute("drop schema if exists reporting cascade")
        with psycopg.connect(cluster.cells[0].url, autocommit=True) as conn:
            conn.execute("drop schema if exists cell cascade")
        starter = subprocess.Popen(deploy, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        starter.kill()
        starter.wait()
        deploy_cluster(file, quiet=True)
        assert check_cluster(file) == []


def test_cells_may_be_of_different_sizes(server_url: str, tmp_path: Path) -> None:
    """As after the split of one of two cells: each restaurant is in its cell, and what is asked of all is told once."""
    shares = [(0, 2), (1, 4), (3, 4)]
    names = [f"res_{number:02}" for number in range(40)]
    events = [json.loads(EVENT) | {"event_id": f"evt_{name}", "restaurant_id": name} for name in names]
    with contextlib.ExitStack() as stack:
        proxy, *urls = [stack.enter_context(embedded.throw_away_database(server_url)) for _ in range(4)]
        path = tmp_path / "cells.toml"
        path.write_text(cluster_file([proxy], urls, shares), encoding="utf-8")
        deploy_cluster(path, quiet=True)
        assert check_cluster(path) == []
        with psycopg.connect(proxy, autocommit=True) as conn:
            told = conn.execute("select * from api.ingest_events(%s::jsonb)", [json.dumps(events)]).fetchall()
            assert [row[1:3] for row in told] == [("processed", event["event_id"]) for event in events]
            assert conn.execute("select (api.run_payouts('PEN', current_date)).payouts_created").fetchone() == (40,)
            pages, cursor, seen = 0, None, []
            while pages == 0 or cursor is not None:
                rows = conn.execute(
                    "select b.restaurant_id, b.cursor from api.list_balances(p_limit => 7, p_cursor => %s) as b",
                    [cursor],
                ).fetchall()
                seen += [name for name, _ in rows]
                pages, cursor = pages + 1, rows[-1][1] if len(rows) == 7 else None
            assert seen == names
            got = conn.execute("select restaurant_id, cell from reporting.restaurants").fetchall()
            assert {(name, next(n for n, of in shares if cell_of(name, of) == n)) for name in names} == set(got)
            assert len(got) == 40 and {cell for _, cell in got} == {0, 1, 3}
            assert conn.execute("select payouts_created from api.list_payout_runs()").fetchall() == [(40,)]
            conn.execute("select from api.create_api_key('one', 'reader')")
            assert conn.execute("select name from api.list_api_keys()").fetchall() == [("one",)]
            (text,) = conn.execute("select csv from api.get_report_csv('daily_sales')").fetchone() or ("",)
            assert len(text.splitlines()) == 41
            report, cursor = [], None
            for _ in range(40):
                rows = conn.execute("select * from api.get_report('daily_sales', p_cursor => %s)", [cursor]).fetchall()
                report += rows
                cursor = rows[-1][-1] if rows else None
                if cursor is None:
                    break
            assert [len(data) > 0 for data, _ in report] == [True] * 3 and sum(len(data) for data, _ in report) == 40


def test_a_function_or_a_view_without_a_route_is_named_and_refused(file: Path) -> None:
    deploy_cluster(file, quiet=True)
    cluster = read_cluster(file)
    with psycopg.connect(cluster.cells[0].url, autocommit=True) as conn:
        conn.execute("create function api.get_lost() returns integer language sql return 1")
        conn.execute("create view reporting.lost as select 1 as one")
        with pytest.raises(DeployError, match=r"function api\.get_lost, view reporting\.lost"):
            generate(cluster.cells[0], [0, 1])
        conn.execute("drop function api.get_lost")
        conn.execute("drop view reporting.lost")
        conn.execute("drop procedure api.pay_due_restaurants")
        with pytest.raises(DeployError, match=r"function api\.pay_due_restaurants"):
            generate(cluster.cells[0], [0, 1])


def test_a_cell_with_anothers_restaurants_and_a_proxy_with_a_ledger_are_refused(file: Path) -> None:
    cluster = read_cluster(file)
    deploy_cluster(file, quiet=True)
    with psycopg.connect(cluster.proxies[0], autocommit=True) as conn:
        conn.execute(CALL, [EVENT])
    swapped = cluster_file(list(cluster.proxies), [cell.url for cell in reversed(cluster.cells)])
    file.write_text(swapped, encoding="utf-8")
    with pytest.raises(DeployError, match="res_1 lives in another one of 2 cells"):
        deploy_cluster(file, quiet=True)
    file.write_text(cluster_file([cluster.cells[0].url], [cell.url for cell in cluster.cells]), encoding="utf-8")
    with pytest.raises(DeployError, match="holds a ledger of its own"):
        deploy_cluster(file, quiet=True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("proxies = 5", "0 cells"),
        ("proxies = [", "cells.toml"),
        ("[[cells]]\nurl = 'postgresql:///a'\n" * 3, "a power of two"),
        ("[[cells]]\nurl = 'postgresql:///a'\n" * 2, "the same database"),
        ("[[cells]]\nurl = 'postgresql:///a'\nnumber = 1\n[[cells]]\nurl = 'postgresql:///b'\n", "do not share"),
        ("[[cells]]\nurl = 'postgresql:///a'\nof = 2\n[[cells]]\nurl = 'postgresql:///b'\nof = 4\n", "do not share"),
        ("[[cells]]\nurl = 'postgresql:///a'\nnumber = 0.5\n", "cell 0.5 of 1"),
        ("[[cells]]\nurl = 'postgresql:///a'\nnumber = true\n", "cell True of 1"),
        ("[[cells]]\nurl = 'host=here'\n", "names no database"),
        ("[[cells]]\nurl = 'postgresql:///a'\nsize = 5\n", "size is nothing"),
        ("sells = 1\n[[cells]]\nurl = 'postgresql:///a'\n", "sells is nothing"),
        ("proxies = 'x'\n[[cells]]\nurl = 'postgresql:///a'\n", "a list"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_the_reason(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "cells.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DeployError, match=why):
        read_cluster(path)
