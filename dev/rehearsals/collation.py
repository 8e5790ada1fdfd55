"""A library collation that changes below a database: what an operating system's upgrade does."""

from __future__ import annotations

import json
from datetime import timedelta

import psycopg
from psycopg import errors

from db.deploy import check
from dev import embedded
from dev.rehearsals import book
from dev.rehearsals.clients import Clients
from dev.rehearsals.dump import prove_it_goes_on
from dev.rehearsals.ground import PG_BIN15, CannotRun, Ground, ask

# Two orders of one library: capitals after or before small letters, digits one by one or as numbers.
BEFORE, AFTER = "en-US", "en-US-u-kf-upper-kn"
SCHEMAS = (*book.SCHEMAS, "deployment")
# Ids and keys that the two sort otherwise.
AWKWARD = ("a-1", "A-2", "a.10", "a.9", "B.1", "b_1", "Z", "z", "A1", "a1", "b-2", "B2", "x10", "x9", "X9")

BY_LIBRARY = """
    select i.indexrelid::regclass::text as name
    from pg_index as i
    inner join pg_class as c on i.indrelid = c.oid
    cross join lateral unnest(i.indcollation::oid[]) as k (number)
    inner join pg_collation as l on l.oid = k.number
    where c.relnamespace::regnamespace::text = any(%s) and l.collname not in ('C', 'POSIX')
    order by name
"""
INDEXES = """
    select c.oid::regclass::text as name
    from pg_index as i
    inner join pg_class as c on i.indexrelid = c.oid
    inner join pg_am as m on c.relam = m.oid
    where c.relnamespace::regnamespace::text = any(%s) and m.amname = 'btree'
    order by name
"""
# What answers in an order: all of it, as it comes.
LISTS = (
    "select * from api.list_restaurants(p_limit => 200)",
    "select * from api.list_balances(p_currency => 'PEN')",
    "select * from api.list_payouts(p_limit => 200)",
    "select * from api.list_payments(p_limit => 200)",
    "select i.event_id, i.provider, i.status, i.code from api.list_inbox(p_limit => 200) as i",
    "select * from api.list_setting_changes()",
    "select * from api.list_webhook_endpoints()",
    "select * from api.list_payout_schedules()",
)


def rehearse(ground: Ground) -> None:
    """The order of the library that the database sorts by changes: no index of ours is touched by it, answers are the
    same to the letter, and it goes on; an index of somebody else's breaks, so the change was real."""
    server = ground.place(PG_BIN15)
    server.start()
    try:
        ask(server.url("postgres"), f"create database cuenta template template0 encoding 'UTF8' locale 'C'"
                                    f" locale_provider icu icu_locale '{BEFORE}'")  # fmt: skip
    except errors.FeatureNotSupported as error:
        raise CannotRun(f"the server of {PG_BIN15} has no ICU, whose order could be changed") from error
    url = server.url()
    book.write_book(url)
    write_awkward_ids(url)
    ask(url, "create schema others; create table others.names (name text primary key)")
    ask(url, "insert into others.names select unnest(%s::text[])", list(AWKWARD))
    ask(url, "create extension amcheck schema others")
    names = [row["name"] for row in ask(url, INDEXES, [*SCHEMAS])]
    ground.prove_equal(broken(url, [*names, "others.names_pkey"]), [], f"amcheck: all {len(names)} indexes are sound")
    lists, everything = answers(url), book.contents(url)

    ground.say(f"the library's order becomes that of {AFTER}, as when an operating system is upgraded")
    change = "update pg_database set daticulocale = %s, datcollversion = '1' where datname = 'cuenta'"
    ask(server.url("postgres"), change, AFTER)
    ground.prove_equal(
        broken(url, ["others.names_pkey"]), ["others.names_pkey"],
        "an index that is not ours, by the database's collation, is broken now: the change is real",
    )  # fmt: skip
    ground.prove_equal([row["name"] for row in ask(url, BY_LIBRARY, [*SCHEMAS])], [],
                       "no index of ours has another collation than C")  # fmt: skip
    ground.prove_equal(broken(url, names), [], f"amcheck: all {len(names)} indexes of ours are as sound as before")
    ground.prove_equal(book.contents(url), everything, f"all rows of {len(everything)} tables are equal")
    ground.prove_equal(answers(url), lists, f"{len(lists)} lists and views answer the same, in the same order")
    ground.prove_equal(check(url), [], "no drift")
    prove_it_is_told(ground, server)
    prove_it_goes_on(ground, url, "under the new order")
    with Clients(url) as clients:
        clients.wait_for(300)
    book.prove_sound(ground, url, "after clients went on under the new order")
    names = [row["name"] for row in ask(url, INDEXES, [*SCHEMAS])]
    ground.prove_equal(broken(url, names), [], "amcheck: all indexes are sound after it went on")


def write_awkward_ids(url: str) -> None:
    """Every kind of id, spelled so that the two orders differ."""
    events = [
        {"event_id": name, "event_type": "charge_succeeded", "occurred_at": "2025-12-20T12:00:00Z", "amount": 1000,
         "restaurant_id": name, "currency": "PEN", "payment_id": name}
        for name in AWKWARD
    ]  # fmt: skip
    ask(url, "select * from api.ingest_events(%s::jsonb)", json.dumps(events), role="cuenta_app")
    ask(url, "select * from api.run_payouts('PEN', '2025-12-22')", role="cuenta_app")


def broken(url: str, names: list[str]) -> list[str]:
    """The indexes that amcheck finds out of order, or without a row of their table."""
    found = []
    with psycopg.connect(url, autocommit=True) as session:
        for name in names:
            try:
                session.execute("select others.bt_index_check(%s::regclass, true)", [name])
            except errors.IndexCorrupted:
                found.append(name)
    return found


def answers(url: str) -> dict[str, str]:
    """What the lists and the views answer, to the letter."""
    views = [
        row["name"]
        for row in ask(url, "select c.relname as name from pg_class as c where c.relkind = 'v'"
                            " and c.relnamespace = 'reporting'::regnamespace and c.relname <> 'integrity_findings'")
    ]  # fmt: skip
    queries = [*LISTS, *(f'select * from reporting.{view} as v order by v::text collate "C"' for view in views)]
    with psycopg.connect(url) as session:  # one transaction, so one moment: ages do not move
        session.execute("set transaction isolation level repeatable read, read only")
        found = {query: session.execute(query).fetchall() for query in queries}
    return {query: repr([[v for v in row if not isinstance(v, timedelta)] for row in rows])  # ages grow
            for query, rows in found.items()}  # fmt: skip


def prove_it_is_told(ground: Ground, server: embedded.Server) -> None:
    """The deploy and the service say that the library has another version, and what to do."""
    text = ground.steps("after each", server)
    ground.prove("collation library" in text, "the deploy tells of the library's new version")
    ground.steps("after a library", server)
    text = ground.steps("after each", server)
    ground.prove("collation library" not in text, "and no more after the lines of the page")
