"""pg_upgrade from 15 to 18."""

from __future__ import annotations

from dev import embedded
from dev.rehearsals import book
from dev.rehearsals.dump import prove_it_goes_on
from dev.rehearsals.ground import PG_BIN15, Ground


def rehearse(ground: Ground) -> None:
    """pg_upgrade from 15 to 18: the same rows, no drift, sound, and it goes on."""
    old = ground.server(PG_BIN15)
    book.write_book(old.url())
    expected = book.contents(old.url())
    before = book.size(old.url())
    ground.halt(old)
    new = ground.place(embedded.wheel_bin_dir())
    ground.take_password(new, old)
    variables = {"OLD_BIN": old.bin_dir, "NEW_BIN": new.bin_dir, "OLD": old.cluster, "NEW": new.cluster}
    ground.steps("upgrade", new, **variables)
    new.start()
    ground.steps("after an upgrade", new)
    words = f"from {old.major} to {new.major}"
    ground.prove_equal(book.contents(new.url()), expected, f"all rows of {len(expected)} tables are equal, {words}")
    ground.steps("after each", new)
    ground.prove_equal(book.contents(new.url()), expected, f"and after the deploy: {before}")
    book.prove_sound(ground, new.url(), words)
    prove_it_goes_on(ground, new.url(), words)
