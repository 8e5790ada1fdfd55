"""Deploys over every earlier commit of this repository that changed a migration."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psycopg

from db.deploy import DeployError, check, deploy
from dev import embedded
from dev.rehearsals import book
from dev.rehearsals.ground import ROOT, CannotRun, Ground, NotProved, Row, ask, value

PAYOUT_DAYS = ("2025-12-20", "2025-12-31")
TOTALS = "select b.restaurant_id || ' ' || b.currency as account from ledger.account_balances as b order by 1"


def rehearse(ground: Ground) -> None:
    """Each earlier commit that changed a migration is deployed with the data that its own loader can load, then the
    present is, twice: no drift, no finding, the same balances. Over one whose migrations were edited before they were
    released the deploy refuses and touches nothing; its documents, loaded into a new database, come to the same."""
    commits = git("log", "--reverse", "--format=%H", "HEAD", "--", "db/migrations").split()
    if not commits:
        raise CannotRun("there is no git history here")
    if ground.is_small:  # those that can be upgraded, and some of the others
        released = [commit for commit in commits if is_released(commit)]
        commits = [*released, *[commit for commit in commits if commit not in released][::12]]
    counts = {"upgraded": 0, "carried over": 0, "does not deploy itself": 0}
    shared = ground.server()  # for what cannot be upgraded; what can has a server that knew nothing but that commit
    embedded.create_database(shared, "present")
    deploy(shared.url("present"), quiet=True)
    for number, commit in enumerate(commits, 1):
        title = git("log", "-1", "--format=%h %s", commit).strip()
        with Ground(ground.console) as own:
            result = over(own, commit, shared)
        counts[result] += 1
        ground.say(f"{number}/{len(commits)} {title[:80]}: {result}")
    ground.prove(
        counts["upgraded"],
        f"{counts['upgraded']} commits: deployed over, twice, with their data: no drift, no finding of severity error,"
        " the same balances and payouts, the seals hold",
    )
    ground.prove(
        sum(counts.values()) == len(commits),
        f"{counts['carried over']} whose migrations were edited before they were released: refused by name, nothing"
        f" touched; their documents come to the same in a new database; {counts['does not deploy itself']} that do not"
        " deploy themselves, so that no database of them can be",
    )


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise CannotRun(f"git {words[0]}: {done.stderr.strip()[:200]}")
    return done.stdout


def is_released(commit: str) -> bool:
    """Whether all of its migrations are there to this day, as they were."""
    files = [
        name for name in git("ls-tree", "--name-only", commit, "db/migrations/").split() if ".rollback" not in name
    ]
    return all(
        (ROOT / name).exists() and (ROOT / name).read_text() == git("show", f"{commit}:{name}") for name in files
    )


def over(ground: Ground, commit: str, shared: embedded.Server) -> str:
    """Deploy the commit, load, deploy the present; what became of it."""
    old = Path(ground.enter(tempfile.TemporaryDirectory()))
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "x", "-C", str(old)], input=archive, check=True)
    is_carried = not is_released(commit)
    server = shared if is_carried else ground.server()
    if is_carried:
        ask(server.url("postgres"), "drop database if exists cuenta with (force)")
        embedded.create_database(server)
    url = server.url()
    if not (old / "db/deploy.py").exists() or not run(old, url, "db/deploy.py"):
        return "does not deploy itself"
    run(old, url, "events/load.py", "events/events.jsonl", "--database", url)
    ground.say(f"it holds {value(url, 'select count(*) from ledger.processor_events')} events of its own loader")
    return carry_over(ground, server, old / "documents.jsonl") if is_carried else upgrade(url)


def run(folder: Path, url: str, *words: str) -> bool:
    """A program of the commit, with its own files; whether it ended well. A loader may be refused a line (2)."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"DATABASE_URL": url}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    return done.returncode in (0, 2)


def upgrade(url: str) -> str:
    pay(url)
    balances, payouts, known = book.balances(url), payouts_of(url), sent_again(url)
    for attempt in ("once", "twice"):
        deploy(url, quiet=True)
        expect(check(url), [], f"no drift, deployed {attempt}")
        expect(book.balances(url), balances, f"balances, deployed {attempt}")
        expect(payouts_of(url), payouts, f"payouts, deployed {attempt}")
    expect(sent_again(url), known, "what is sent again is known")
    pay(url)
    expect(payouts_of(url), payouts, "nothing is paid twice")
    expect(book.findings(url), [], "no check finds an error")
    ask(url, "select * from api.seal_ledger()")
    expect(ask(url, "select * from api.verify_seals()"), [], "the seals hold")
    return "upgraded"


def carry_over(ground: Ground, server: embedded.Server, documents: Path) -> str:
    url = server.url()
    before = totals(url)
    rows = value(url, "select count(*) from ledger.ledger_entries")
    try:
        deploy(url, quiet=True)
    except DeployError as error:
        if "nothing was deployed" not in str(error):
            raise NotProved(f"the deploy failed otherwise than by refusing: {error}") from error
    else:
        raise NotProved("the deploy did not notice that migrations were edited")
    expect(
        (totals(url), value(url, "select count(*) from ledger.ledger_entries")), (before, rows), "nothing was touched"
    )
    with embedded.throw_away_database(server.url("postgres"), "present") as new:
        ground.steps("documents into a new database", server, DOCUMENTS=documents, NEW_URL=new)
        expect(totals(new), before, "the documents come to the same in a new database")
        expect(book.findings(new), [], "no check finds an error")
    return "carried over"


def expect(found: Any, expected: Any, what: str) -> None:
    if found != expected:
        raise NotProved(f"{what}: found {found!r:.500}, expected {expected!r:.500}")


def pay(url: str) -> None:
    for day in PAYOUT_DAYS:
        ask(url, "select * from api.run_payouts('PEN', %s)", day)


def payouts_of(url: str) -> Row:
    rows = ask(url, "select p.payout_id, p.restaurant_id, p.as_of::text, p.amount, p.status from ledger.payouts as p")
    return {row.pop("payout_id"): tuple(row.values()) for row in rows}


def sent_again(url: str) -> dict[str, int]:
    """What the book answers to all of it, sent again."""
    query = "select status, count(*) as n from api.ingest_events((select jsonb_agg(e.payload order by e.event_no)" \
            " from ledger.processor_events as e where e.provider = 'default')) group by status"  # fmt: skip
    return {row["status"]: row["n"] for row in ask(url, query)}


def totals(url: str) -> Row:
    """What each account owns in all, as the deployed version answers it."""
    with psycopg.connect(url, autocommit=True) as session:
        found = {}
        for (account,) in session.execute(TOTALS).fetchall():
            row = session.execute("select total from api.get_balance(%s, %s)", account.split(" ")).fetchone()
            found[account] = row and int(row[0])
        return found
