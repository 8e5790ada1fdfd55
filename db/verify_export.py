"""Verifies an export of the seals with nothing but Python: no database, no package, one pass.

    python db/verify_export.py FILE [FILE...] [--root THE_ROOT_THAT_WAS_KEPT_ELSEWHERE] [--balances]

The files are one export, from the first seal on, in pieces or not; - is standard input. Computed anew are every digest,
batch, seal and root, and each account's balances from its entries. docs/seals.md has the format: write your own.
"""

import argparse
import json
import os
import sys
from hashlib import sha256
from typing import Any

Key = tuple[str, ...]  # a restaurant and a currency, or a journal


class Unsound(Exception): ...


def need(is_so: bool, what: str) -> None:
    if not is_so:
        raise Unsound(what)


def merkle(nodes: list[bytes]) -> bytes:  # over hashed leaves, as RFC 6962 has it
    while len(nodes) > 1:
        pairs = zip(nodes[::2], nodes[1::2], strict=False)
        nodes = [sha256(b"\1" + a + b).digest() for a, b in pairs] + nodes[len(nodes) & ~1 :]
    return nodes[0] if nodes else sha256(b"").digest()


class Book:  # what is known after so many lines
    def __init__(self) -> None:
        self.heads: dict[Key, str] = {}  # the hash of the last batch of each
        self.balances: dict[Key, list[int]] = {}  # of each account: last entry, balance, reserved, held
        self.effects: dict[str, list[int]] = {}  # of each type of entry: what an amount of 1 does to the three
        self.key, self.batch, self.left = (), sha256(), 0  # type: Key, Any, int
        self.seal: list[Any] = ["seal", 0, None, None, 0, 0, 0]
        self.root, self.counts = None, [0, 0]  # type: str | None, list[int]  # of entries, of events

    def take(self, raw: bytes) -> None:
        row = json.loads(raw)
        if row[0] in ("account", "journal", "seal"):
            need(self.left == 0, f"{self.left} rows of {self.key} are missing before this line")
            if self.key:
                self.heads[self.key], self.key = self.batch.hexdigest(), ()
        if row[0] == "seal":
            need(row[1] == self.seal[1] + 1 and row[10] == self.root, "the seal does not follow the one before")
            need(row[5:7] == self.counts, "the seal counts other rows than there are")
            self.seal, self.root = row, sha256(raw).hexdigest()
        elif row[0] in ("account", "journal"):
            size = 2 if row[0] == "account" else 1
            self.key, self.batch = tuple(row[1 : size + 1]), sha256(raw)
            need(row[size + 1] == self.seal[1] + 1, "the batch is of another seal")
            need(row[-1] == self.heads.get(self.key), f"the batch of {self.key} does not follow the one before")
            self.left = row[6] + row[7] if size == 2 else row[3]
            self.counts = [n + more for n, more in zip(self.counts, row[6:8] if size == 2 else (0, 0), strict=True)]
        else:
            need(self.left > 0 and row[1 : len(self.key) + 1] == list(self.key), f"not a row of {self.key}")
            self.left -= 1
            self.batch.update(sha256(raw).digest())
            if row[0] == "entry":
                self.move(*row[3:9])

    def move(self, seq: int, name: str, amount: int, balance: int, reserved: int, held: int | None) -> None:
        """What an entry leaves is what the one before left, moved as its type moves money everywhere."""
        was, now = self.balances.get(self.key, [0, 0, 0, 0]), [seq, balance, reserved, held or 0]
        moved = [after - before for before, after in zip(was[1:], now[1:], strict=True)]
        effect = self.effects.setdefault(name, [(m > 0) - (m < 0) for m in moved])
        need(seq == was[0] + 1, f"entry {seq} of {self.key} comes after entry {was[0]}")
        need(moved == [e * amount for e in effect], f"the balances after entry {seq} of {self.key} do not follow")
        self.balances[self.key] = now

    def end(self, root: str | None) -> None:
        need(not self.key and self.root is not None, "the export ends before its seal")
        keys = sorted(self.heads, key=lambda key: (-len(key), key))  # accounts first, by bytes
        lines = [json.dumps(["account" if len(key) == 2 else "journal", *key, self.heads[key]]) for key in keys]
        need(merkle([sha256(b"\0" + line.encode()).digest() for line in lines]).hex() == self.seal[9], "other heads")
        need(len(self.balances) <= self.seal[4] == sum(len(key) == 2 for key in keys), "other accounts")
        need(root in (None, self.root), f"the root is {self.root}, not the one that was kept")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Verify an export of the seals without the database.")
    parser.add_argument("files", nargs="+", type=argparse.FileType("rb"))
    parser.add_argument(
        "--root", type=lambda root: root.strip().lower(), help="as it was kept elsewhere, of the last seal"
    )
    parser.add_argument("--balances", action="store_true", help="say each account's balances")
    options, book, place = parser.parse_args(), Book(), "the end"
    try:
        for file in options.files:
            for number, line in enumerate(file, 1):
                place = f"{file.name}, line {number:,}"
                book.take(line.rstrip(b"\r\n"))  # whichever a copy has made of the ends
        book.end(options.root)
    except (Unsound, ValueError, LookupError, TypeError, RecursionError) as fault:
        sys.exit(f"NOT AS IT WAS SEALED: {place}: {fault}")
    try:
        for key, balances in sorted(book.balances.items()) if options.balances else ():
            print(*key, "balance {1} reserved {2} held {3} after entry {0}".format(*balances))
        print("sound: {1} seals, {4} accounts, {5} entries, {6} events; root".format(*book.seal), book.root, flush=True)
    except OSError as fault:  # who reads has seen enough, as head has, or a disk is full
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python flushes at its end
        sys.exit(1 if isinstance(fault, BrokenPipeError) else f"cannot write: {fault.strerror}")
