"""Counts processor instructions an event with valgrind, which repeat where seconds do not.

    python bench/instructions.py [--checkout DIR] [--only NAME ...] [--functions N] [--stages]
    python bench/instructions.py --output bench/INSTRUCTIONS.md [--peers DIR]

The checkout's schema is deployed into a throw-away server, which then runs under callgrind. Each
script runs twice in a backend of its own, with few and with more transactions: the difference of the
two, divided by the events between them, is what one event costs when everything is warm, protocol and
commit included. --functions shows what costs most below it, callees included. --stages shows where
the time goes, statement by statement: callgrind writes what was counted at each start and end of the
executor.

Needs valgrind. The floor and the scripts are those beside this file, whatever checkout is measured.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
sys.path.insert(0, str(ROOT))

from bench.bench import BenchError, install_peer, run_file, tidy  # noqa: E402
from dev import embedded  # noqa: E402

RESTAURANTS = 1_000
KNOWN = 5_000
ITEMS = 1_000  # events an array
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",  # else the first touch of a page after a checkpoint counts
    "autovacuum": "off",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
    "shared_buffers": "256MB",
    "max_logical_replication_workers": "0",
    "jit": "off",
}


class CountError(Exception):
    """Nothing can be counted; the message says why."""


@dataclass(frozen=True)
class Work:
    """What is counted: a script of sql/, how often it runs, and the events of one transaction.

    before: what was counted with the functions of 2026-11-22 (commit 2aa22e7). is_peer: of --peers.
    """

    title: str
    script: str
    before: int
    runs: tuple[int, int]
    events: int = 1
    variables: dict[str, int] = field(default_factory=dict)
    is_peer: bool = False


def new_ids(restaurants: int, first_id: int) -> dict[str, int]:
    """Ids that nothing else counted here draws from."""
    return {"restaurants": restaurants, "first_id": first_id, "last_id": first_id + 10**17}


KNOWN_IDS = {"restaurants": RESTAURANTS, "first_id": 1, "last_id": KNOWN}
ARRAYS = {"restaurants": RESTAURANTS, "items": 500}
WORK = {
    "event": Work(
        "`ingest_event`, 1,000 restaurants", "ingest_event", 1_129_006, (100, 500), 1, new_ids(RESTAURANTS, 10**9)
    ),
    "floor": Work("its floor", "floor_event", 584_087, (100, 500), 1, new_ids(RESTAURANTS, 10**9)),
    "one": Work("`ingest_event`, one restaurant", "ingest_event", 1_142_905, (100, 500), 1, new_ids(1, 2 * 10**17)),
    "duplicate": Work("a duplicate", "ingest_event", 435_345, (100, 500), 1, KNOWN_IDS),
    "array": Work("`ingest_events`, 1,000 an array", "ingest_events", 1_073_764, (2, 5), ITEMS, {"first_lane": 0}),
    "array-floor": Work("INSERT ... SELECT of the same rows", "floor_events", 325_795, (2, 5), ITEMS),
    "array-one": Work(
        "`ingest_events`, 1,000 an array, one restaurant", "ingest_events", 1_307_429, (2, 5), ITEMS, {"first_lane": 3}
    ),
    "array-500": Work("`ingest_events`, 500 an array, made on the way", "ingest_array", 1_129_347, (3, 9), 500, ARRAYS),
    "balance": Work("`get_balance`", "get_balance", 247_369, (100, 500), 1, {"which": 1}),
}

PEERS = {
    "peer": Work(
        "pgledger, a charge with its fee", "peers_transfers", 0, (100, 400), 1, ARRAYS | {"is_shared": 1}, True
    ),
    "peer-array": Work("pgledger, 500 an array", "peers_transfers_array", 0, (1, 2), 500, ARRAYS, True),
}

# -- a server under valgrind ------------------------------------------------------------------


def prepare(url: str, checkout: Path) -> None:
    """Deploy the checkout's schema and load what the scripts work on."""
    deployed = subprocess.run(
        [sys.executable, str(checkout / "db" / "deploy.py"), "--quiet"],
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if deployed.returncode != 0:
        raise CountError(f"deploy of {checkout} failed: {deployed.stdout}{deployed.stderr}")
    with psycopg.connect(url) as connection:
        run_file(connection, "floor_schema")
        run_file(connection, "prepare", restaurants=RESTAURANTS, items=ITEMS, arrays=16)
        connection.execute("grant usage on schema bench to cuenta_app")
        connection.execute("grant select on all tables in schema bench to cuenta_app")
        connection.execute("grant usage on all sequences in schema bench to cuenta_app")
    with psycopg.connect(url, autocommit=True) as connection:
        for first in range(1, KNOWN, ITEMS):
            run_file(connection, "known_events", first=first, last=first + ITEMS - 1, restaurants=RESTAURANTS)
        run_file(connection, "copy_to_floor", restaurants=RESTAURANTS, events=KNOWN)
        connection.execute(
            'select count(*) from api.ingest_events((select jsonb_agg(e.payload || \'{"restaurant_id": "many_1"}\')'
            " from bench.events as e where e.lane = 0 and e.array_no = 16)) as r"
        )
    tidy(url)


@contextlib.contextmanager
def server_under_valgrind(
    checkout: Path, folder: Path, *options: str, first: Callable[[str], None] | None = None
) -> Iterator[str]:
    """A prepared server that counts; yields its URL. Profiles go to folder/out.

    options: further ones of callgrind. first: what is done before, at full speed.
    """
    folder.mkdir(exist_ok=True, mode=0o711)
    server = embedded.Server(folder / "server", settings=SETTINGS)
    with server:
        embedded.create_database(server)
        prepare(server.url(), checkout)
        if first:
            first(server.url())
    out = folder / "out"
    out.mkdir()
    os.chown(out, server.user.get("user", -1), -1)
    settings = server.settings | {"port": str(server.port)}
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise CountError("valgrind is not installed")
    words = [valgrind, "--tool=callgrind", "--quiet", f"--callgrind-out-file={out}/callgrind.%p"]
    words += [*options, str(server.bin_dir / "postgres"), "-D", "."]
    words += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C", "TZ": "UTC"}
    with open(folder / "valgrind.log", "w") as log:
        process = subprocess.Popen(
            words,
            cwd=server.cluster,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **server.user,
        )
        try:
            for _ in range(300):
                if process.poll() is not None:
                    raise CountError((folder / "valgrind.log").read_text())
                with contextlib.suppress(psycopg.OperationalError), psycopg.connect(server.url(), connect_timeout=60):
                    break
                time.sleep(0.5)
            yield server.url()
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait(60)


# -- counting ---------------------------------------------------------------------------------


def total(profile: Path) -> int:
    """The instructions of a finished profile; 0 if it is not finished."""
    found = re.findall(r"^(?:summary|totals): (\d+)", profile.read_text(errors="replace"), re.M)
    return int(found[-1]) if found else 0


def run_script(url: str, work: Work, transactions: int, seed: int, settings: str = "") -> None:
    """Run a script on one connection, as the service's role."""
    if work.is_peer:
        url = embedded.url_with_database(url, "peer")
    role = "" if work.is_peer else "-c role=cuenta_app "
    environment = embedded.libpq_environment(url) | {"PGOPTIONS": f"{role}{settings}"}
    words = [str(embedded.find_bin_dir() / "pgbench"), "--no-vacuum", "-M", "prepared", "-c", "1"]
    words += ["-t", str(transactions), f"--random-seed={seed}", "-f", str(BENCH / "sql" / f"{work.script}.sql")]
    words += [word for name, value in work.variables.items() for word in ("-D", f"{name}={value}")]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0 or "aborted" in done.stderr:
        raise CountError(f"pgbench: {done.stderr.strip()}")


def run_once(url: str, out: Path, work: Work, transactions: int, seed: int) -> Path:
    """Run a script on one connection; returns the profile of its backend."""
    before = set(out.iterdir())
    run_script(url, work, transactions, seed)
    for _ in range(120):
        time.sleep(0.5)
        profiles = {path: total(path) for path in set(out.iterdir()) - before}
        if profiles and max(profiles.values()) > 0:
            time.sleep(0.5)
            return max(profiles, key=lambda path: total(path))
    raise CountError(f"no profile in {out}")


def functions(profile: Path) -> dict[str, int]:
    """Instructions by function, callees included."""
    words = ["callgrind_annotate", "--inclusive=yes", "--threshold=100", str(profile)]
    shown = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    found: dict[str, int] = {}
    for count, name in re.findall(r"^\s*([\d,]+) \([ \d.]+%\)\s+\S*?:(\S+)", shown, re.M):
        found[name] = max(found.get(name, 0), int(count.replace(",", "")))
    return found


@dataclass
class Count:
    """Instructions an event, and below it by function."""

    each: float
    functions: dict[str, float]


def count(url: str, out: Path, work: Work, *, with_functions: bool) -> Count:
    """What an event of this work costs."""
    few, many = work.runs
    first = run_once(url, out, work, few, seed=1)
    second = run_once(url, out, work, many, seed=2)
    events = (many - few) * work.events
    by_function: dict[str, float] = {}
    if with_functions:
        a, b = functions(first), functions(second)
        by_function = {name: (b[name] - a.get(name, 0)) / events for name in b}
    return Count((total(second) - total(first)) / events, by_function)


# -- stages -----------------------------------------------------------------------------------

WARM, COUNTED = 30, 9  # transactions; PostgreSQL settles on a generic plan after the fifth
EXPLAINED = (
    "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0"
    " -c auto_explain.log_nested_statements=on -c log_min_messages=log"
)
BRACKETS = ("--dump-before=ExecutorStart", "--dump-after=ExecutorEnd")


@dataclass
class Stage:
    """A statement that was executed within an event."""

    depth: int
    before: int  # instructions of the function that called it, since its last statement
    own: int = 0  # of the executor, without the statements inside
    inside: int = 0


def statements(log: str) -> list[str]:
    """The texts of what auto_explain has logged, in the order in which they ended."""
    found = re.findall(r"duration: [\d.]+ ms  plan:\n\tQuery Text: (.*(?:\n\t.*)*)", log)
    texts = []
    for text in found:
        lines = text.split("\n")
        ends = re.compile(r"\(cost=|^\tQuery Parameters: |^\tSettings: ")
        plan = next((n for n, line in enumerate(lines) if ends.search(line)), 1)
        shown = " ".join(re.sub(r"--.*", "", line).strip() for line in lines[:plan])
        texts.append(re.sub(r"\s+", " ", re.sub(r"/[*].*?[*]/", "", shown)).strip())
    return texts


def read_stages(out: Path) -> tuple[list[list[Stage]], list[int]]:
    """The statements of each transaction in the order of their ends, and what lies between them."""
    backends: dict[str, list[tuple[int, Path]]] = {}
    for path in out.iterdir():
        _, pid, *part = path.name.split(".")
        if part:
            backends.setdefault(pid, []).append((int(part[0]), path))
    longest = max((len(found), pid) for pid, found in backends.items())[1]
    parts = sorted(backends[longest])
    transactions: list[list[Stage]] = []
    between: list[int] = []
    stack: list[Stage] = []
    ended: list[Stage] = []
    for _, path in parts:
        text = path.read_text(errors="replace")
        cost = int(re.findall(r"^(?:summary|totals): (\d+)", text, re.M)[-1])
        if "Trigger: --dump-before" in text:
            depth = len(stack)
            if depth > 1:
                stack[-1].own += cost
            elif depth == 0:
                between.append(cost)
            stack.append(Stage(depth, cost if depth == 1 else 0))
        elif stack and "Trigger: --dump-after" in text:
            stage = stack.pop()
            stage.own += cost
            ended.append(stage)
            if stack:
                stack[-1].inside += stage.before + stage.own + stage.inside
            else:
                transactions.append(ended)
                ended = []
    return transactions, between


def show_stages(checkout: Path, folder: Path, work: Work) -> list[str]:
    """A table of where the instructions of a transaction go."""
    texts: list[str] = []

    def explain(url: str) -> None:
        log = folder / "server" / "server.log"
        begins = log.stat().st_size
        run_script(url, work, WARM, 3, EXPLAINED)
        with open(log) as lines:
            lines.seek(begins)
            texts.extend(statements(lines.read()))

    with server_under_valgrind(checkout, folder, *BRACKETS, first=explain) as url:
        run_script(url, work, WARM + COUNTED, 4)
        time.sleep(3)
        transactions, between = read_stages(folder / "out")
    counted = transactions[-COUNTED:]
    typical = sorted(counted, key=lambda stages: stages[-1].own + stages[-1].inside)[COUNTED // 2]
    labels = texts[-len(typical) :]
    outside = sorted(between[-COUNTED:])[COUNTED // 2]
    whole = outside + typical[-1].own + typical[-1].inside
    lines = ["| statement | its executor | the function before it | text |", "|---|---:|---:|---|"]
    for number, (stage, label) in enumerate(zip(typical, labels, strict=False), 1):
        indent = "&nbsp;" * 2 * stage.depth
        before = f"{stage.before:,}" if stage.depth == 1 else ""
        text = label.replace("|", "\\|")[:110]
        lines.append(f"| {indent}{number} | {stage.own:,} | {before} | `{text}` |")
    lines.append(f"| between transactions: protocol and commit | {outside:,} | | |")
    lines.append(f"| **all** | **{whole:,}** | | |")
    return lines


# -- running and reporting --------------------------------------------------------------------

STAGED = ("event", "duplicate")


def count_all(checkout: Path, folder: Path, names: Sequence[str], shown: int, peers: Path | None) -> dict[str, Count]:
    """Count each kind of work on one server, printing as it goes; shown: how many functions of each."""
    counts: dict[str, Count] = {}

    def install(url: str) -> None:
        if peers:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("create database peer")
            install_peer(embedded.url_with_database(url, "peer"), peers, RESTAURANTS)

    works = {name: WORK[name] for name in names} | (PEERS if peers else {})
    with server_under_valgrind(checkout, folder, first=install) as url:
        for name, work in works.items():
            found = count(url, folder / "out", work, with_functions=shown > 0)
            counts[name] = found
            print(f"{name:12} {found.each:12,.0f}   (2026-11-22: {work.before:,})", flush=True)
            for function, cost in sorted(found.functions.items(), key=lambda item: -item[1])[:shown]:
                print(f"    {cost:12,.0f}  {function}", flush=True)
        with psycopg.connect(url) as connection:
            wrong = connection.execute("select count(*) from ledger.event_rejections").fetchone()
        if wrong != (0,):
            raise CountError(f"{wrong} events were not posted")
    return counts


def write_page(path: Path, counts: dict[str, Count], stages: dict[str, list[str]]) -> None:
    """The counts and the stages as a page of Markdown, beside those of before."""
    lines = [
        "# Instructions an event",
        "",
        "Written by `python bench/instructions.py --output bench/INSTRUCTIONS.md` (`make bench-instructions`) on "
        f"{datetime.now(UTC):%Y-%m-%d}. Counted by callgrind in one backend of PostgreSQL, protocol and commit "
        "included: the difference of two runs, so that only what a warm connection does counts. They repeat to about "
        "1 % and say nothing about waiting.",
        "",
        "| what | 2026-11-22 (2aa22e7) | now |",
        "|---|---:|---:|",
        *(
            f"| {work.title} | {f'{work.before:,}' if work.before else ''} | {counts[name].each:,.0f} |"
            for name, work in (WORK | PEERS).items()
            if name in counts
        ),
        "",
        "## Where they go",
        "",
        "Each statement of one event in the order in which it ended, those that PostgreSQL executes for foreign keys "
        "indented. *Its executor*: from its start to its end, without the statements inside. *The function before "
        "it*: expressions, plan cache and snapshots since the statement before. The sums come out up to "
        "5 % larger than above.",
    ]
    for name, table in stages.items():
        lines += ["", f"### {WORK[name].title}, now", "", *table]
        before = BENCH / f"stages_before_{name}.md"
        if before.exists():
            lines += ["", f"### {WORK[name].title}, on 2026-11-22", "", before.read_text().strip()]
    path.write_text("\n".join([*lines, ""]))
    print(f"written to {path}")


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkout", type=Path, default=ROOT, help="whose schema; default: this one's")
    parser.add_argument("--only", action="append", metavar="NAME", choices=WORK, help="may be repeated")
    parser.add_argument("--functions", type=int, default=0, metavar="N", help="show the N that cost most")
    parser.add_argument("--peers", type=Path, metavar="DIR", help="a checkout of pgledger, counted, too")
    parser.add_argument("--stages", action="store_true", help="statement by statement")
    parser.add_argument("--output", type=Path, help="write all of it, stages included, to this file")
    options = parser.parse_args(words)
    embedded.end_on_signals()
    checkout = options.checkout.resolve()
    names = [name for name in WORK if not options.only or name in options.only]
    folder = Path(tempfile.mkdtemp(prefix="cuenta-instructions-"))
    folder.chmod(0o711)
    found: dict[str, Count] = {}
    try:
        if not options.stages or options.output:
            found = count_all(checkout, folder / "counts", names, options.functions, options.peers)
        if options.output:
            stages = {name: show_stages(checkout, folder / name, WORK[name]) for name in STAGED}
            write_page(options.output, found, stages)
        elif options.stages:
            for name in names:
                print("\n".join(show_stages(checkout, folder / name, WORK[name])))
    except (CountError, BenchError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
