"""Schedules: over every time zone and change of the clocks, and with several who start what is due at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import psycopg
import pytest

from tests.sessions import PATIENCE, Session, Sessions, charge, new_id
from tests.work import break_payouts

TIMES = [time(0, 15), time(1, 30), time(2, 30), time(23, 45)]
# Changes of the clocks in both halves of the world, a day that Samoa left out, and the end of a leap February.
PERIODS = [
    (date(2011, 12, 27), date(2012, 1, 2)),
    (date(2024, 2, 27), date(2024, 4, 9)),
    (date(2024, 9, 26), date(2024, 11, 6)),
]
CHAIN = """
    select z.name, array(
        with recursive due as (
            select ledger.next_due('daily', null, %(at)s, z.name, z.begin) as at
            union all
            select ledger.next_due('daily', null, %(at)s, z.name, d.at) from due as d where d.at < z.until
        )
        select d.at from due as d where d.at < z.until order by d.at
    )
    from unnest(%(names)s::text[], %(begins)s::timestamptz[], %(untils)s::timestamptz[]) as z (name, begin, until)
"""


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When it is that time there: the second of two, and so much later as the clocks were put forward."""
    first, second = (datetime.combine(day, at.replace(fold=fold), zone).utcoffset() for fold in (0, 1))
    assert first is not None and second is not None
    return (datetime.combine(day, at) - min(first, second)).replace(tzinfo=UTC)


def differ(session: psycopg.Connection[Any], name: str, begin: date, until: date) -> bool:
    """Whether the server and this Python were told different rules of a zone: their releases are not the same."""
    query = "select h, h at time zone %s from generate_series(%s::timestamptz, %s, '15 minutes') as h"
    local = session.execute(query, [name, begin, until]).fetchall()
    return any(at.astimezone(ZoneInfo(name)).replace(tzinfo=None) != there for at, there in local)


@pytest.mark.parametrize("at", TIMES, ids=str)
@pytest.mark.parametrize("period", PERIODS, ids=lambda period: str(period[0]))
def test_each_day_is_due_once_in_every_time_zone(
    connect: Callable[..., psycopg.Connection[Any]], period: tuple[date, date], at: time
) -> None:
    session = connect(options="-c timezone=UTC")
    # CET, EET, MET and WET are abbreviations first: one offset all the year.
    query = "select name from pg_timezone_names where upper(name) not in (select abbrev from pg_timezone_abbrevs)"
    known = {name for (name,) in session.execute(query).fetchall()}
    names = sorted(known & available_timezones())
    assert len(names) > 400
    days = [period[0] + timedelta(days=n) for n in range((period[1] - period[0]).days)]
    expected: dict[str, list[datetime]] = {}
    for name in names:
        # Days that a zone skips as a whole are one with the day after.
        expected[name] = sorted({moment(day, at, ZoneInfo(name)) for day in days})
        assert len(expected[name]) == len(days) or name in ("Pacific/Apia", "Pacific/Fakaofo"), name
    begins = [expected[name][0] - timedelta(seconds=1) for name in names]
    untils = [expected[name][-1] + timedelta(seconds=1) for name in names]
    rows = session.execute(CHAIN, {"at": at, "names": names, "begins": begins, "untils": untils}).fetchall()
    told = dict(rows)
    wrong = [name for name in names if told[name] != expected[name] and not differ(session, name, *period)]
    assert {name: (told[name], expected[name]) for name in wrong} == {}


def make_due(sessions: Sessions, currency: str, count: int = 1, late: str = "0") -> list[str]:
    """Schedules in the currency that are due since so long ago."""
    names = [new_id("sched") for _ in range(count)]
    for name in names:
        query = "select * from api.set_payout_schedule(%s, %s, 'daily', '02:30', 'America/Lima', p_as_of_days => 2)"
        sessions.admin.row(query, name, currency)
    query = "update ledger.payout_schedules set next_due_at = ledger.next_due(cadence, day, local_time, timezone,"
    query += " now() - interval '1 day' - %s::interval) where schedule_id = any(%s)"
    sessions.admin.connection.execute(query, (late, names))
    return names


def runs_of(sessions: Sessions, names: list[str]) -> list[str]:
    query = "select schedule_id from ledger.payout_runs where schedule_id = any(%s) order by schedule_id"
    return [row["schedule_id"] for row in sessions.admin.rows(query, names)]


def start_due(session: Session) -> list[str]:
    return [row["schedule_id"] for row in session.rows("select * from api.run_due_payouts()") if row["run_id"]]


def test_two_sessions_at_once_start_each_schedule_once(sessions: Sessions, currency: str) -> None:
    workers = [sessions.open(role="cuenta_worker") for _ in range(4)]
    for _ in range(5):
        names = make_due(sessions, currency, 20)
        started = sessions.at_once([partial(start_due, worker) for worker in workers])
        assert sorted(name for some in started for name in some) == sorted(names)
        assert runs_of(sessions, names) == sorted(names)
        assert all(start_due(worker) == [] for worker in workers)


def test_who_finds_a_schedule_taken_does_not_wait(sessions: Sessions, currency: str) -> None:
    first, second = sessions.open(role="cuenta_worker"), sessions.open(role="cuenta_worker")
    names = make_due(sessions, currency)
    first.begin()
    assert start_due(first) == names
    assert second.start(partial(start_due, second)).result(PATIENCE) == []
    first.rollback()
    assert runs_of(sessions, names) == []
    assert start_due(second) == names
    assert start_due(first) == []
    assert runs_of(sessions, names) == names


def test_a_schedule_that_is_set_while_it_starts_waits_and_keeps_what_began(sessions: Sessions, currency: str) -> None:
    worker, person = sessions.open(role="cuenta_worker"), sessions.open(role="cuenta_operator")
    [name] = make_due(sessions, currency)
    worker.begin()
    assert start_due(worker) == [name]
    query = "select * from api.set_payout_schedule(%s, %s, 'daily', '02:30', 'America/Lima', p_min_amount => 700)"
    waiting = person.start(lambda: person.row(query, name, currency))
    sessions.wait_until_blocked_by(person, worker)
    worker.commit()
    told = waiting.result(PATIENCE)
    assert told["last_run_id"] and told["min_amount"] == 700 and told["next_due_at"] > datetime.now(UTC)
    assert start_due(worker) == []
    assert runs_of(sessions, [name]) == [name]


def test_two_people_make_one_schedule_at_once(sessions: Sessions, currency: str) -> None:
    people = [sessions.open(role="cuenta_operator") for _ in range(4)]
    name = new_id("sched")
    query = "select * from api.set_payout_schedule(%s, %s, 'daily', '02:30', 'UTC', p_actor => %s)"
    told = sessions.at_once([partial(p.row, query, name, currency, f"person {n}") for n, p in enumerate(people)])
    assert {row["schedule_id"] for row in told} == {name}
    changes = "select count(*) from ledger.setting_changes where new_settings ? %s"
    assert sessions.admin.value(changes, f"payout_schedule {name}") == 1  # the others changed nothing


def test_the_schedules_of_the_page_are_some(sessions: Sessions) -> None:
    page = (Path(__file__).parent.parent / "docs" / "worker.md").read_text()
    block = page.split("## Schedules\n\n```sql\n", 1)[1].split("```", 1)[0]
    for statement in re.sub(r"--.*", "", block).split(";")[:-1]:
        assert sessions.admin.rows(statement.replace("%", "%%"))
    due = "select schedule_id, next_due_at at time zone timezone as at, day from list_payout_schedules()"
    told = {row["schedule_id"]: row["at"] for row in sessions.admin.rows(due)}
    assert (told["pen-nightly"].hour, told["pen-nightly"].minute) == (2, 30)
    assert (told["usd-weekly"].isoweekday(), (told["eur-monthly"] + timedelta(days=1)).day) == (1, 1)


def test_missed_for_weeks_it_starts_once_as_of_the_last_time(sessions: Sessions, currency: str) -> None:
    names = make_due(sessions, currency, late="40 days")
    worker = sessions.open(role="cuenta_worker")
    [row] = worker.rows("select * from api.run_due_payouts()")
    lima = row["due_at"].astimezone(ZoneInfo("America/Lima"))
    assert datetime.now(UTC) - timedelta(days=1) < row["due_at"] <= datetime.now(UTC)
    assert (lima.hour, lima.minute, row["as_of"]) == (2, 30, lima.date() - timedelta(days=2))
    assert runs_of(sessions, names) == names


def test_the_procedure_starts_and_carries_out_what_is_due(sessions: Sessions, currency: str) -> None:
    cron = sessions.open(role="cuenta_worker")
    restaurants = sorted(new_id("res") for _ in range(450))
    cron_pays = [charge(r, currency) for r in restaurants]
    sessions.admin.ingest_all(cron_pays)
    [name] = make_due(sessions, currency)
    cron.run("call api.pay_due_restaurants()")
    run = sessions.admin.row("select * from api.list_payout_runs(%s)", currency)
    assert (run["state"], run["schedule_id"], run["payouts_created"], run["attempts"]) == ("finished", name, 450, 0)
    cron.run("call api.pay_due_restaurants()")
    assert runs_of(sessions, [name]) == [name]
    with pytest.raises(psycopg.errors.InvalidTransactionTermination):
        cron.begin()
        cron.run("call api.pay_due_restaurants()")
    cron.rollback()


def test_the_procedure_counts_an_error_and_takes_another_run_first(
    sessions: Sessions, currency: str, other_currency: str
) -> None:
    """As pg_cron calls it, whose only record of an error is its own log."""
    cron = sessions.open(role="cuenta_worker")
    sessions.admin.ingest_all([charge(new_id("res"), c) for c in (currency, other_currency)])
    query = "select * from api.queue_payout_run(%s, current_date - 1)"
    bad, good = (sessions.admin.row(query, c)["run_id"] for c in (currency, other_currency))
    with break_payouts(sessions, currency):
        with pytest.raises(psycopg.errors.RaiseException, match="boom"):
            cron.run("call api.pay_due_restaurants()")
        cron.run("call api.pay_due_restaurants()")
        states = {r: sessions.admin.row("select * from api.get_payout_run(%s)", r) for r in (bad, good)}
        assert (states[bad]["state"], states[bad]["attempts"]) == ("retrying", 1)
        assert states[good]["state"] == "finished"
    sessions.admin.row("select * from api.retry_payout_run(%s)", bad)
    cron.run("call api.pay_due_restaurants()")
    assert sessions.admin.row("select * from api.get_payout_run(%s)", bad)["payouts_created"] == 1
