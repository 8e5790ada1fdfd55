"""The tables of docs/events.md, made from the reference data.

    python dev/events_doc.py           # write them anew between their markers
    python dev/events_doc.py --check   # exit code 1 if the page is not what would be written

What stands between `<!-- table: NAME -->` and `<!-- end -->` is made from db/reference and, for which answer a
code comes with, from db/ERRORS.md. The rest of the page is written by hand.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "events.md"
MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
ANSWER = re.compile(r"^\| `(rejected|conflict|deferred)` \| `(\w+)` \|", re.MULTILINE)
SUBJECTS = ("refund", "dispute", "payout", "hold")

Row = dict[str, str]


def read(name: str) -> list[Row]:
    """The rows of a file of db/reference."""
    with open(ROOT / "db" / "reference" / f"{name}.csv", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def code(text: str) -> str:
    """As code, if there is anything."""
    return f"`{text}`" if text else ""


def table(header: str, rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown; the header's names are separated by |."""
    names = header.split("|")
    lines = [names, ["---"] * len(names), *rows]
    return "".join("|".join(["", *(f" {cell} " if cell else " " for cell in cells), "\n"]) for cells in lines)


def entries(rule: Row) -> str:
    """What a rule posts."""
    return ", ".join(filter(None, (rule["amount_entry"], rule["fee_entry"]))) or "nothing"


def events(origin: str) -> str:
    """The events of processors or of people: what each names, whether it may have a fee, what it says."""
    with_fee = {rule["event_type"] for rule in read("posting_rules") if rule["fee_entry"]}
    rows = []
    for kind in read("event_types"):
        if kind["origin"] != origin:
            continue
        names = kind["subject_field"] if kind["subject"] != "debt" and kind["subject_field"] != "event_id" else ""
        if names and kind["is_subject_optional"] == "true":
            names = f"`{names}`, or nothing"
        elif names:
            names = f"`{names}`"
        fee = "may have one" if kind["event_type"] in with_fee else ""
        once_a = f"once a {kind['subject']}" if kind["first_type"] == kind["event_type"] else ""
        cells = [code(kind["event_type"]), names, once_a, kind["description"]]
        rows.append([*cells[:3], fee, cells[3]] if origin == "processor" else cells)
    return table("event|names|told|fee|says" if origin == "processor" else "event|names|told|says", rows)


def once() -> str:
    """What an event with no state before it posts."""
    kinds = {kind["event_type"]: kind for kind in read("event_types")}
    return table(
        "event|posts|counts from",
        (
            [
                code(rule["event_type"]),
                entries(rule),
                "the day plus the restaurant's delay, or `available_on`" if rule["is_delayed"] == "true" else "at once",
            ]
            for rule in read("posting_rules")
            if rule["subject_state"] == "NEW" and kinds[rule["event_type"]]["subject"] != "event"
        ),
    )


def matrix(subject: str) -> str:
    """What each event about a subject posts, by the state that it finds it in."""
    kinds = [kind for kind in read("event_types") if kind["subject"] == subject]
    # what first tells of a subject is in the table of those; a payout is made by a run
    followers = [kind for kind in kinds if kind["first_type"] != kind["event_type"]]
    rules = {(rule["event_type"], rule["subject_state"]): rule for rule in read("posting_rules")}
    states = [kind["reported_state"] for kind in kinds if kind["reported_state"]]
    states = list(dict.fromkeys(["CREATED", *states] if subject == "payout" else states))
    names = [kind["event_type"] for kind in followers]
    states += [state for name, state in rules if name in names and state not in states]
    refusal = "PAYOUT_STATE_CONFLICT" if subject == "payout" else "SUBJECT_STATE_CONFLICT"
    absent = {"payout": "`PAYOUT_NOT_FOUND`", "hold": "`LNHLD`"}.get(subject, f"`WAITS_FOR_{subject.upper()}`")
    rows = [["not here", *([absent] * len(names))]]
    for state in dict.fromkeys(states):
        cells = []
        for kind in followers:
            rule = rules.get((kind["event_type"], state))
            becomes = kind["reported_state"]
            if state == "OVERTAKEN" and not becomes:
                cells.append("")
            elif rule is None:
                cells.append(f"`{refusal}`")
            elif rule["amount_entry"] and becomes:
                cells.append(f"{entries(rule)}; then {becomes}")
            else:
                cells.append(entries(rule))
        rows.append([state, *cells])
    return table("|".join(["it is", *map(code, names)]), rows)


def reversals() -> str:
    """What may be taken back, and by what."""
    first = {
        rule["amount_entry"]: rule["event_type"] for rule in reversed(read("posting_rules")) if rule["amount_entry"]
    }
    return table(
        "event|its first entry|is taken back by",
        (
            [code(first[rule["subject_state"]]), rule["subject_state"], entries(rule)]
            for rule in read("posting_rules")
            if rule["event_type"] == "event_reversed"
        ),
    )


def movements() -> str:
    """The chart of movements."""
    effect = {"1": "more", "-1": "less", "0": ""}
    return table(
        "entry|debit|credit|item of a payout|left of the payment|says",
        (
            [
                entry["entry_type"],
                entry["debit_account"],
                entry["credit_account"],
                code(entry["payout_item"]),
                effect[entry["payment_effect"]],
                entry["description"],
            ]
            for entry in read("entry_types")
        ),
    )


def accounts() -> str:
    """The chart of accounts."""
    return table(
        "account|class|normal side|holds",
        (
            [account["account"], account["account_class"], account["normal_side"], account["description"]]
            for account in read("accounts")
        ),
    )


def refusals() -> str:
    """Why an event is not posted, with the answer that says so."""
    answers = {name: status for status, name in ANSWER.findall((ROOT / "db" / "ERRORS.md").read_text("utf-8"))}
    rows = []
    for reason in read("rejection_reasons"):
        answer, message = answers.get(reason["code"], "rejected"), reason["message"].replace("%s", "...")
        rows.append([answer, code(reason["code"]), code(reason["field"]), message])
    return table("answer|code|field|says", rows)


TABLES: dict[str, Callable[[], str]] = {
    "processor_events": lambda: events("processor"),
    "operator_events": lambda: events("operator"),
    "once": once,
    "movements": movements,
    "accounts": accounts,
    "reversals": reversals,
    "refusals": refusals,
} | {subject: partial(matrix, subject) for subject in SUBJECTS}


def written(page: str) -> str:
    """The page with its tables made anew; a table that it lacks or that nobody makes is an error."""
    names = [name for _, name, _ in MARKED.findall(page)]
    if sorted(names) != sorted(TABLES):
        raise ValueError(f"the page has the tables {sorted(names)}, made are {sorted(TABLES)}")
    return MARKED.sub(lambda found: found[1] + "\n" + TABLES[found[2]]() + "\n" + found[3], page)


def main(arguments: list[str]) -> int:
    page = PAGE.read_text(encoding="utf-8")
    made = written(page)
    if "--check" in arguments:
        if made != page:
            print("docs/events.md differs from the reference data: python dev/events_doc.py", file=sys.stderr)
        return int(made != page)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
