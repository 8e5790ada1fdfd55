"""Back to a named moment under load, and what the platform then does."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from dev import embedded
from dev.rehearsals import book
from dev.rehearsals.clients import Client, Clients
from dev.rehearsals.ground import Ground, NotProved, Row, ask, value, wait_until

PRESENT = "select e.event_id from ledger.processor_events as e"


def rehearse(ground: Ground) -> None:
    """Base backup with WAL archiving, then back to a moment under load: all that was acknowledged before it, nothing
    that began after it; events sent again and runs made again come to the same book."""
    old = ground.server(wal_level="replica")
    book.write_book(old.url())
    archive = ground.folder(old, "archive")
    ground.steps("archiving", old, ARCHIVE=archive)
    ground.restart(old)
    backup = old.data_dir / "backup"
    number = 60 if ground.is_small else 1500
    with Clients(old.url(), pause=0.3 if ground.is_small else 0) as clients:
        clients.wait_for(number // 3)
        ground.steps("base backup", old, BACKUP=backup)
        clients.wait_for(number)
        root = seal(old)
        before = time.monotonic()
        moment = value(old.url(), "select clock_timestamp()::text")
        ground.steps("name a moment", old)
        after = time.monotonic()
        clients.wait_for(number)
    late_root = seal(old)
    value(old.url(), "select pg_switch_wal()::text")
    wait_until(lambda: value(old.url(), "select last_archived_wal is not null and last_failed_wal is null"
                             " from pg_stat_archiver"), "the archive has the log")  # fmt: skip
    wait_until(
        lambda: value(old.url(), "select last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 1)"
                                 " from pg_stat_archiver"),
        "the archive has all of the log",
    )  # fmt: skip
    lost = (book.balances(old.url()), book.payouts(old.url()))
    ground.say(f"the book that is left behind: {book.size(old.url())}")

    new = restore(ground, old, backup, archive)
    prove_moment(ground, new, clients, before, after, "the named moment")
    book.prove_sound(ground, new.url(), "at the moment, while it is still read-only", drift=False)
    prove_roots(ground, new, root, late_root)
    ground.steps("go on from the moment", new)
    wait_until(lambda: not value(new.url(), "select pg_is_in_recovery()"), "the server takes writes")
    ground.steps("after each", new)
    go_on(ground, new, clients)
    book.prove_sound(ground, new.url(), "afterwards")
    ground.prove_equal(book.balances(new.url()), lost[0], "every balance is that of the book that was lost")
    ground.prove_equal(book.payouts(new.url()), lost[1], "so is every payout: id, day, amount, state")
    if not ground.is_small:
        by_time = restore(ground, old, backup, archive, f"recovery_target_time = '{moment}'")
        prove_moment(ground, by_time, clients, before, after, "a moment given as a time")


def seal(server: embedded.Server) -> Any:
    """Seal; the number and the root of the newest seal."""
    ask(server.url(), "select * from api.seal_ledger()")
    (row,) = ask(server.url(), "select s.seal_no, s.root from ledger.seals as s order by s.seal_no desc limit 1")
    return row


def restore(ground: Ground, old: embedded.Server, backup: Any, archive: Any, target: str = "") -> embedded.Server:
    """A server from the backup and the archive, which waits at the moment."""
    new = ground.place(like=old)
    ground.steps("back to a moment", new, BACKUP=backup, ARCHIVE=archive, NEW=new.cluster)
    if target:
        settings = new.cluster / "postgresql.auto.conf"
        settings.write_text(settings.read_text().replace("recovery_target_name = 'before_the_import'", target))
    new.start()
    state = "select pg_get_wal_replay_pause_state() = 'paused'"
    wait_until(lambda: value(new.url(), state), "the server has come to the moment", 120)
    return new


def prove_moment(
    ground: Ground, new: embedded.Server, clients: Clients, before: float, after: float, where: str
) -> None:
    """What was answered before the moment was named is there; what was asked for after that is not."""
    there = {row["event_id"] for row in ask(new.url(), PRESENT)}
    due = {told.document["event_id"] for told in clients.acknowledged if told.ended < before}
    first: Row = {}
    for told in clients.sent:
        first.setdefault(told.document["event_id"], told.began)
    late = {event_id for event_id, began in first.items() if began > after}
    if not due or not late:
        raise NotProved("there was no load before or after the moment")
    ground.prove_equal(due - there, set(), f"all {len(due):,} events acknowledged before {where} are there")
    ground.prove_equal(late & there, set(), f"none of the {len(late):,} that began after it is")


def prove_roots(ground: Ground, new: embedded.Server, root: Any, late_root: Any) -> None:
    """The root that was printed before the moment is in the restored book; the later one is not."""
    roots = {row["seal_no"]: row["root"] for row in ask(new.url(), "select s.seal_no, s.root from ledger.seals as s")}
    ground.prove(roots.get(root["seal_no"]) == root["root"], "the root printed before the moment is this book's")
    ground.prove(late_root["seal_no"] not in roots, "the seal made after the moment is not there")


def go_on(ground: Ground, new: embedded.Server, clients: Clients) -> None:
    """The processors send again, the lost runs are made again, the bank's reports come again."""
    there = {row["event_id"] for row in ask(new.url(), PRESENT)}
    lost_payouts = clients.bank.keys() - book.payouts(new.url()).keys()

    def expected(document: Row) -> str | None:
        if document.get("payout_id") in lost_payouts:
            return "rejected"
        return "already_processed" if document["event_id"] in there else None

    bank: Row = {}
    answers = send_all_again(clients, new, expected, bank)
    ground.prove(answers.get("already_processed"), f"the processors send all of it again: {answers}")
    ground.prove_equal(
        bank, clients.bank,
        f"the runs made again give the same {len(bank):,} payouts, {len(lost_payouts):,} of which were lost:"
        " same ids, same amounts, so the bank pays none twice",
    )  # fmt: skip
    ground.prove(lost_payouts, "payouts were lost, and none but those")


def send_all_again(
    clients: Clients, new: embedded.Server, expected: Callable[[Row], str | None] | None = None, bank: Any = None
) -> dict[str, int]:
    """Every event again, then every run in the order of the days with the bank's reports; the answers, counted."""
    answers: Counter[str] = Counter()
    for old in clients.all:
        client = Client(old.currency, new.url)
        for told in client.ingest([told.document for told in old.sent]):
            answers[told.status] += 1
            due = expected(told.document) if expected else None
            if due and told.status != due:
                raise NotProved(f"{told.document} was answered {told.status}, expected {due}")
        for run in old.runs:
            client.pay(date.fromisoformat(run.document["as_of"]))
        client.close()
        if bank is not None:
            bank.update(client.bank)
    return dict(answers)
