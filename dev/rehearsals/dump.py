"""A dump, restored into a new server of the same version and into a later one."""

from __future__ import annotations

from pathlib import Path

from dev import embedded
from dev.rehearsals import book
from dev.rehearsals.ground import PG_BIN15, Ground, ask


def rehearse(ground: Ground) -> None:
    """A dump of every kind of row, restored into a new server and from 15 into 18: the same rows, no drift, sound."""
    wheel = embedded.wheel_bin_dir()
    for old, new in ((wheel, wheel), (PG_BIN15, wheel)):
        dump_and_restore(ground, old, new)


def dump_and_restore(ground: Ground, old_bin: Path, new_bin: Path) -> None:
    old, new = ground.server(old_bin), ground.place(new_bin)
    new.start()
    words = f"from {old.major} into {new.major}"
    book.write_book(old.url())
    expected = book.contents(old.url())
    path = ground.folder(old, "dump") / "cuenta.dump"
    ground.steps("dump", old, DUMP=path)
    ground.steps("restore a dump", new, DUMP=path)
    ground.prove_equal(book.contents(new.url()), expected, f"all rows of {len(expected)} tables are equal, {words}")
    ground.steps("after each", new)
    ground.prove_equal(book.contents(new.url()), expected, f"and after the deploy: {book.size(new.url())}")
    book.prove_sound(ground, new.url(), words)
    prove_it_goes_on(ground, new.url(), words)


def prove_it_goes_on(ground: Ground, url: str, words: str) -> None:
    """What is known is known, what is new is posted, what was paid is not paid again."""
    (row,) = ask(url, "select payouts_created from api.run_payouts('PEN', '2025-12-21')", role="cuenta_app")
    ground.prove_equal(row["payouts_created"], 0, f"a run that was made makes no payout again, {words}")
    query = "select status from api.ingest_events((select jsonb_agg(e.payload) from ledger.processor_events as e" \
            " where e.provider = 'default'))"  # fmt: skip
    answers = {row["status"] for row in ask(url, query)}
    ground.prove_equal(answers, {"already_processed"}, f"every event sent again is known, {words}")
    ask(url, "select * from api.run_payouts('PEN', '2025-12-31')", role="cuenta_app")
    book.prove_sound(ground, url, f"after a new run, {words}")
