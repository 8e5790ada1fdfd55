"""Time zone data that changes underneath: another offset, and a zone that is gone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from psycopg import errors

from dev import embedded
from dev.rehearsals import book
from dev.rehearsals.ground import CannotRun, Ground, NotProved, Row, ask, value, wait_until
from dev.rehearsals.standby import Service

MOVED, LIKE, GONE = "America/Lima", "America/Caracas", "Pacific/Chatham"
DAYS = """
    select
        e.restaurant_id || ' ' || e.currency || ' ' || e.entry_seq as entry,
        e.business_day::text, e.available_on::text, e.settlement_day::text
    from ledger.ledger_entries as e
"""


def rehearse(ground: Ground) -> None:
    """Another offset for a zone, and a zone that is gone: no day of the book moves, nothing is a conflict; the
    restaurants of the zone that is gone are told 503 and skipped by runs, everybody else goes on; when it is back,
    what was told again is posted."""
    bin_dir = own_installation(ground)
    zones = next(iter(bin_dir.parent.glob("share/**/timezone")), None)
    if zones is None or not (zones / GONE).exists():
        raise CannotRun("the wheel's PostgreSQL has no time zone files of its own that could be changed")
    server = ground.server(bin_dir)
    url = server.url()
    book.write_book(url)
    query = "select * from api.set_restaurant('r_gone', %s, p_actor => 'ana')"
    ask(url, query, GONE, role="cuenta_operator")
    ask(url, "select * from api.set_payout_schedule('gone', 'PEN', 'daily', '06:00', %s, p_actor => 'ana')", GONE,
        role="cuenta_operator")  # fmt: skip
    ask(url, "select * from api.ingest_events(%s::jsonb)", json.dumps(book.life("r_gone")), role="cuenta_app")
    ask(url, "select * from api.run_payouts('PEN', '2025-12-22')", role="cuenta_app")
    for event in (charge("r_gone", "unpaid"), charge("r_lima", "by-night") | {"occurred_at": "2025-12-24T04:30:00Z"}):
        ask(url, "select * from api.ingest_event(%s::jsonb)", json.dumps(event), role="cuenta_app")
    key = value(url, "select key from api.create_api_key('rehearsal', 'app', p_actor => 'ana')", role="cuenta_operator")
    everything, days = book.contents(url), days_of(url)

    ground.say(f"the server stops; {MOVED} gets the offset of {LIKE}, {GONE} is gone; it starts")
    ground.halt(server)
    kept = (zones / GONE).read_bytes()
    shutil.copyfile(zones / LIKE, zones / MOVED)
    (zones / GONE).unlink()
    server._start()
    url = server.url()
    at = value(url, "select ('2025-12-20 12:00Z'::timestamptz at time zone %s)::text", MOVED)
    ground.prove_equal(at, "2025-12-20 08:00:00", f"the change is real: noon in UTC is 8 and not 7 in {MOVED}")
    ground.prove_equal(book.contents(url), everything, f"all rows of {len(everything)} tables are equal")
    ground.prove_equal(days_of(url), days, f"the business, available and settlement days of {len(days)} entries stay")
    again = ask(url, "select status, count(*) as n from api.ingest_events((select jsonb_agg(e.payload)"
                     " from ledger.processor_events as e where e.provider = 'default' and e.restaurant_id <> 'r_gone'))"
                     " group by status")  # fmt: skip
    ground.prove_equal({row["status"] for row in again}, {"already_processed"},
                       "what is sent again is known, although its day would be another one today")  # fmt: skip
    ground.steps("after each", server)
    book.prove_sound(ground, url, "with other time zones")
    query = "select count(*) from reporting.check_business_day_near_midnight where restaurant_id = 'r_lima'"
    ground.prove(value(url, query), "what happened near midnight, and would be of another day today, is a warning")
    prove_others_go_on(ground, server, key)

    ground.say(f"{GONE} is back")
    ground.halt(server)
    (zones / GONE).write_bytes(kept)
    server._start()
    url = server.url()
    (row,) = ask(url, "select status from api.ingest_event(%s::jsonb)", json.dumps(charge("r_gone", "late")))
    ground.prove_equal(row["status"], "processed", "what was told 503 is posted when it is told again")
    ask(url, "select * from api.replay_events('TIMEZONE_UNKNOWN')", role="cuenta_operator")
    ask(url, "select * from api.run_payouts('PEN', '2025-12-31')", role="cuenta_app")
    paid = value(url, "select count(*) from ledger.payouts where restaurant_id = 'r_gone' and as_of = '2025-12-31'")
    ground.prove_equal(paid, 1, "and paid by the next run")
    book.prove_sound(ground, url, "afterwards")


def own_installation(ground: Ground) -> Path:
    """A copy of the wheel's PostgreSQL, whose files may be changed."""
    bin_dir = embedded.wheel_bin_dir()
    package = bin_dir.parent.parent
    place = ground.place(bin_dir).data_dir  # a folder that is gone in the end
    for folder in package.parent.glob(f"{package.name}*"):  # its libraries lie beside it
        if folder.is_dir():
            shutil.copytree(folder, place / folder.name, symlinks=True)
    place.chmod(0o755)
    for path in place.rglob("*"):
        path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444 | path.stat().st_mode >> 2 & 0o111))
    return place / bin_dir.relative_to(package.parent)


def days_of(url: str) -> Row:
    return {row.pop("entry"): tuple(row.values()) for row in ask(url, DAYS)}


def charge(restaurant: str, name: str) -> Row:
    return {
        "event_id": f"{restaurant}-{name}",
        "event_type": "charge_succeeded",
        "occurred_at": "2025-12-24T12:00:00Z",
        "restaurant_id": restaurant,
        "currency": "PEN",
        "amount": 5000,
    }


def prove_others_go_on(ground: Ground, server: embedded.Server, key: str) -> None:
    """One restaurant's zone is gone: what it is told, and what everybody else is."""
    url = server.url()
    service = Service(ground, url, key)
    wait_until(lambda: service.ask("GET", "/ready")[0] == 200, "the service is ready")
    path = "/v1/processor/events"
    status, answer = service.ask("POST", path, charge("r_gone", "late"))
    other, _ = service.ask("POST", path, charge("r_lima", "on-time"))
    code = (answer or {}).get("error", {}).get("code")
    ground.prove_equal((status, other), (503, 201), f"its event is 503 ({code}), another restaurant's is 201")
    status, answers = service.ask("POST", f"{path}/batch", [charge("r_gone", "late"), charge("r_tokyo", "in-time")])
    told = [row["status"] for row in (answers["results"] if isinstance(answers, dict) else answers)]
    text = f"in an array another one's is posted, its own is answered: {told}"
    ground.prove_equal((status, told[-1]), (200, "processed"), text)
    (run,) = ask(url, "select * from api.run_payouts('PEN', '2025-12-25')", role="cuenta_app")
    query = "select s.restaurant_id from ledger.payout_skips as s where s.run_id = %s and s.reason = 'timezone_unknown'"
    skipped = ask(url, query, run["run_id"])
    ground.prove_equal([row["restaurant_id"] for row in skipped], ["r_gone"],
                       f"a run makes {run['payouts_created']} payouts and skips r_gone with its reason")  # fmt: skip
    ground.prove(run["payouts_created"] > 0, "so others are paid")
    ask(url, "select * from api.run_due_payouts()", role="cuenta_worker")
    ground.prove(True, "what is due by a schedule is started, although another schedule's zone is gone")
    for view in ask(url, "select relname as name from pg_class where relnamespace = 'reporting'::regnamespace"
                         " and relkind = 'v'"):  # fmt: skip
        ask(url, f"select * from reporting.{view['name']}")
    ground.prove(True, "every reporting view reads")
    rows = ask(url, "select restaurant_id from api.list_balances(p_currency => 'PEN')", role="cuenta_app")
    ground.prove("r_gone" in {row["restaurant_id"] for row in rows}, "balances are listed, its own too")
    try:
        ask(url, "select * from api.get_balance('r_gone', 'PEN')", role="cuenta_app")
    except errors.Error as error:
        ground.say(f"its own balance: {error.sqlstate} {error}")
    told_by = ask(url, "select * from reporting.check_timezone_unknown where restaurant_id = 'r_gone'")
    if not told_by:
        raise NotProved("no check tells of the zone that is gone")
    ground.prove(told_by, "a warning names the restaurant and its zone")
