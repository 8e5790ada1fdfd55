"""A logical replica for reporting, and its take-over."""

from __future__ import annotations

import psycopg
from psycopg import errors

from dev import embedded
from dev.rehearsals import book
from dev.rehearsals.clients import DONE, Clients
from dev.rehearsals.ground import Ground, NotProved, ask, value, wait_until

READY = "select count(*) > 0 and bool_and(r.srsubstate = 'r') from pg_subscription_rel as r"
COUNTED = """
    select c.oid::regclass::text as name, a.attname as number
    from pg_attribute as a
    inner join pg_class as c on a.attrelid = c.oid
    where a.attidentity <> '' and c.relnamespace::regnamespace::text = any(%s)
"""


def rehearse(ground: Ground) -> None:
    """A replica that follows under load, whose views and checks work; it takes over, planned and after the publisher's
    death: sequences, migrations' rows, no trigger fired twice, and writes go on without colliding."""
    follow_and_take_over(ground, is_planned=True)
    if not ground.is_small:
        follow_and_take_over(ground, is_planned=False)


def follow_and_take_over(ground: Ground, *, is_planned: bool) -> None:
    ground.say("a take-over that is planned" if is_planned else "a take-over because the publisher is dead")
    publisher = ground.server()
    book.write_book(publisher.url())
    ground.steps("publish", publisher)
    ground.restart(publisher)
    replica = ground.place(embedded.wheel_bin_dir())  # it may be a later version
    replica.start()
    address = [publisher.url()]
    number = 60 if ground.is_small else 1500
    with Clients(lambda: address[0], pause=0.3 if ground.is_small else 0) as clients:
        clients.wait_for(number // 3)
        ground.steps("subscribe", replica, PUBLISHER=conninfo(publisher))
        wait_until(lambda: value(replica.url(), READY), "the first copy is done", 300)
        clients.wait_for(number)
        prove_reads(ground, replica)
        if is_planned:
            ground.steps("stop the publisher", publisher)
            expected = book.contents(publisher.url())
            ground.prove_equal(
                book.contents(replica.url()), expected,
                f"all rows of {len(expected)} tables are equal, the outbox's too: no trigger fired a second time",
            )  # fmt: skip
        else:
            ground.kill(publisher)
        ground.steps("take over", replica)
        ground.steps("after each", replica)
        prove_numbers(ground, replica)
        lost = what_was_lost(clients, replica)
        if is_planned:
            ground.prove_equal(lost, set(), "every event that was acknowledged is there")
        else:
            ground.say(f"{len(lost)} acknowledged events had not been sent on when the publisher died")
        address[0] = replica.url()
        clients.wait_for(number)
    if not is_planned:
        send_again(ground, clients, replica)
    ground.prove_equal(what_was_lost(clients, replica), set(), "every event that was ever acknowledged is there")
    ground.say(f"clients went on by themselves, none waited longer than {clients.longest:.0f} s")
    prove_writes(ground, replica)
    book.prove_sound(ground, replica.url(), "after the take-over")
    ground.say(f"the book: {book.size(replica.url())}")


def conninfo(server: embedded.Server) -> str:
    password = server.password_file.read_text().strip()
    return f"host=127.0.0.1 port={server.port} user={embedded.SUPERUSER} password={password} dbname=cuenta"


def prove_reads(ground: Ground, replica: embedded.Server) -> None:
    """Views, functions and checks read on the replica while it follows; nobody writes there by mistake."""
    rows = ask(replica.url(), "select * from reporting.trial_balance", role="cuenta_reader")
    ground.prove(
        rows and sum(row["debit"] - row["credit"] for row in rows) == 0,
        f"reporting views read there as cuenta_reader: {len(rows)} accounts, debits equal credits",
    )
    where = "on the replica while it follows"
    found = {row["check_name"] for row in book.findings(replica.url())}
    ground.prove_equal(
        found, {"sequence_behind"}, f"the checks find what the take-over mends, sequences, and else nothing {where}"
    )
    book.prove_kept(ground, replica.url(), where)
    try:
        ask(replica.url(), "select * from api.ingest_event('{}')", role="cuenta_app")
    except errors.ReadOnlySqlTransaction:
        ground.prove(True, "who writes there by mistake is refused (25006, over HTTP 503)")
    else:
        raise NotProved("the replica takes writes while it follows")


def prove_numbers(ground: Ground, replica: embedded.Server) -> None:
    """Every identity goes on after the rows that are there."""
    behind = []
    with psycopg.connect(replica.url(), autocommit=True) as session:
        for name, number in session.execute(COUNTED, [list(book.SCHEMAS)]).fetchall():
            query = (
                f"select coalesce(max({number}), 0), nextval(pg_get_serial_sequence('{name}', '{number}')) from {name}"
            )
            row = session.execute(query).fetchone()
            if not row or row[1] <= row[0]:
                behind.append((name, number, row))
    ground.prove_equal(behind, [], "every sequence goes on after the rows that came")


def what_was_lost(clients: Clients, server: embedded.Server) -> set[str]:
    """Events that have been acknowledged by now, and are not in the book."""
    due = {told.document["event_id"] for told in clients.acknowledged}  # before looking: clients go on meanwhile
    return due - {row["event_id"] for row in ask(server.url(), "select e.event_id from ledger.processor_events as e")}


def send_again(ground: Ground, clients: Clients, replica: embedded.Server) -> None:
    """What a processor does that is told of a loss: all of it again, and the runs again, in their order."""
    from dev.rehearsals.pitr import send_all_again

    answers = send_all_again(clients, replica)
    ground.prove(
        set(answers) <= {*DONE, "rejected"}, f"the processors send all of it again, the runs are made again: {answers}"
    )


def prove_writes(ground: Ground, replica: embedded.Server) -> None:
    """One of each kind of numbered row is written, and collides with none."""
    for query in (
        'select * from api.ingest_event(\'{"event_id": "after", "amount": -1}\')',
        "select * from api.set_restaurant('r_lima', p_day_close_hour => 3, p_actor => 'ana')",
        "select * from api.set_payout_terms('r_lima', 'PEN', p_min_amount => 7, p_actor => 'ana')",
        "select * from api.create_api_key('after', 'reader', p_actor => 'ana')",
        "select * from api.set_webhook_endpoint('https://after.example.com/', array['*'], p_actor => 'ana')",
        "select * from api.audit_integrity()",
        "select * from api.dismiss_event('r_tokyo-x1', 'not ours', p_actor => 'ana')",
    ):
        ask(replica.url(), query, role="cuenta_operator")
    ask(replica.url(), "select * from api.seal_ledger()")
    ground.prove(True, "refusals, settings, terms, keys, endpoints, deliveries, audits, dismissals are numbered on")
