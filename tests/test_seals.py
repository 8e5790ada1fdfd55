"""Seals: what is found of those who change the book, and that nobody who writes it is ever found."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.rows import dict_row

from db.verify_export import Book, Unsound
from tests.sessions import AS_OF, LATER, Sessions, charge, new_id
from tests.work import ROOT, eventually, working

Row = dict[str, Any]
Connect = Callable[..., psycopg.Connection[Any]]

# Of what is sealed: which columns are not, and what else finds a change of them.
NOT_SEALED = {
    # moves after the payout was made; the checks compare it with the entries and events that move it
    "payouts": {"status", "paid_at", "failed_at", "canceled_at", "failure_code", "failure_reason"}
    # what a person or the bank says of it once, later; no money moves with it
    | {"submitted_at", "submitted_by", "external_id", "confirmed_at", "confirmed_by"},
}
SEALED: tuple[str, ...] = ("ledger_entries", "processor_events", "payouts", "payout_items", "event_links", "holdings")
SEALED += ("event_acceptances", "event_rejections", "event_deferrals", "event_dismissals")
SEALED += ("setting_changes", "payout_term_changes")
OTHER = {
    "int8": "coalesce({0}, 0) + 1000",
    "int2": "coalesce({0}, 0) + 1000",
    "text": "case {0} when 'conflict' then 'rejected' else coalesce({0}, '') || 'x' end",
    "timestamptz": "coalesce({0}, now()) + interval '1 microsecond'",
    "date": "coalesce({0}, '2020-01-01') + 1",
    "bool": "not {0}",
    "jsonb": "coalesce({0}, '{{}}') || '{{\"x\": 1}}'",
}


def tell(connection: psycopg.Connection[Any], call: str, *values: Any) -> Any:
    return connection.execute(f"select * from api.{call}", values).fetchall()


def write_book(connection: psycopg.Connection[Any]) -> None:
    """Rows of every table that is sealed, in two currencies and restaurants."""

    def told(status: str, **facts: Any) -> None:
        event = charge(**({"restaurant_id": "res_1", "currency": "PEN"} | facts))
        assert tell(connection, "ingest_event(%s::jsonb)", json.dumps(event))[0]["status"] == status

    for place in ("res_1", "res_2"):
        for number in range(3):
            told("processed", restaurant_id=place, payment_id=f"pay_{place}_{number}")
    told("processed", currency="USD", payment_id="pay_usd")
    told("processed", event_type="refund_succeeded", payment_id="pay_res_1_0", refund_id="ref_1", amount=100)
    told("rejected", event_id="bad", amount=-1)
    told("rejected", event_id="over", event_type="refund_succeeded", payment_id="pay_usd", amount=9000, currency="USD")
    told("rejected", event_id="bad2", amount=-2)
    told("deferred", event_type="refund_succeeded", payment_id="pay_to_come", refund_id="ref_2")
    tell(connection, "accept_event('over', 'it happened')")
    tell(connection, "hold_funds('res_1', 'PEN', 5, 'why', 'hold_1')")
    tell(connection, "set_payout_terms('res_2', 'PEN', 100)")
    tell(connection, "set_restaurant('res_1', 'America/Bogota')")
    tell(connection, "dismiss_event('bad', 'why')")
    tell(connection, "run_payouts('PEN', %s)", AS_OF)


@pytest.fixture(scope="module")
def book(create_database: Callable[..., str]) -> str:
    """A database with a book that is sealed twice, and moved on."""
    url = create_database()
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        write_book(connection)
        tell(connection, "seal_ledger()")
        later = charge("res_2", "PEN", payment_id="pay_later")
        tell(connection, "ingest_event(%s::jsonb)", json.dumps(later))
        tell(connection, "seal_ledger()")
        tell(connection, "ingest_event(%s::jsonb)", json.dumps(charge("res_1", "PEN")))
        assert tell(connection, "verify_seals()") == []
    return url


@pytest.fixture
def superuser(book: str) -> Iterator[psycopg.Connection[Any]]:
    """Whoever may do everything, with the triggers off; all of it is undone."""
    with psycopg.connect(book, row_factory=dict_row) as connection:
        connection.execute("set local session_replication_role = replica")
        yield connection
        connection.rollback()


def columns_of(book: str, table: str) -> list[Row]:
    query = """
        select a.attname as name, t.typname as type, a.attnotnull as is_needed, a.attidentity <> '' as is_identity
        from pg_attribute as a inner join pg_type as t on a.atttypid = t.oid
        where a.attrelid = ('ledger.' || %s)::regclass and a.attnum > 0 and not a.attisdropped
        order by a.attnum
    """
    with psycopg.connect(book, row_factory=dict_row) as connection:
        return connection.execute(query, [table]).fetchall()


def sealed_rows(connection: psycopg.Connection[Any], table: str) -> list[str]:
    """Places of rows that are sealed: the first, one in the middle, the last."""
    unsealed = "where (restaurant_id, currency) <> ('res_1', 'PEN')"
    where = sql.SQL(unsealed if table in ("ledger_entries", "processor_events") else "")
    query = sql.SQL("select ctid::text as place from {} {}").format(sql.Identifier("ledger", table), where)
    places = [row["place"] for row in connection.execute(query).fetchall()]
    assert places, f"no row of {table}"
    return list(dict.fromkeys((places[0], places[len(places) // 2], places[-1])))


@pytest.mark.parametrize("table", SEALED)
def test_every_column_is_sealed(book: str, superuser: psycopg.Connection[Any], table: str) -> None:
    columns, unsealed = columns_of(book, table), NOT_SEALED.get(table, set())
    assert unsealed <= {column["name"] for column in columns}
    name = sql.Identifier("ledger", table)
    for column in columns:
        if column["is_identity"]:  # else no superuser changes it by an update
            superuser.execute(
                sql.SQL("alter table {} alter {} set generated by default").format(name, sql.Identifier(column["name"]))
            )
    for constraint in superuser.execute(
        "select conname from pg_constraint where conrelid = ('ledger.' || %s)::regclass and contype = 'c'", [table]
    ).fetchall():
        superuser.execute(
            sql.SQL("alter table {} drop constraint {}").format(name, sql.Identifier(constraint["conname"]))
        )
    for place in sealed_rows(superuser, table):
        for column in columns:
            field = sql.Identifier(column["name"])
            changes = [sql.SQL(OTHER[column["type"]].format(column["name"]))]
            if not column["is_needed"]:
                changes.append(sql.SQL("null"))
            for change in changes:
                with superuser.transaction(force_rollback=True):
                    done = superuser.execute(
                        sql.SQL("update {0} set {1} = {2} where ctid = %s::tid and {1} is distinct from {2}").format(
                            name, field, change
                        ),
                        [place],
                    ).rowcount
                    found = tell(superuser, "verify_seals()")
                    if done and column["name"] not in unsealed:
                        assert found, f"{table}.{column['name']} of {place} can be changed"
                    else:
                        assert not found, (column, found)


@pytest.mark.parametrize("table", SEALED)
def test_who_removes_a_sealed_row_is_found(superuser: psycopg.Connection[Any], table: str) -> None:
    for place in sealed_rows(superuser, table):
        with superuser.transaction(force_rollback=True):
            superuser.execute(
                sql.SQL("delete from {} where ctid = %s::tid").format(sql.Identifier("ledger", table)), [place]
            )
            assert tell(superuser, "verify_seals()"), f"{place} of {table} can be removed"


def test_an_event_whose_number_was_settled_before_it_came_is_found(superuser: psycopg.Connection[Any]) -> None:
    """As after a sequence that was set back: no later seal would look for it."""
    settled = superuser.execute("select max(settled_event_no) as event_no from ledger.seals").fetchone()
    assert settled and settled["event_no"] > 0
    place = new_id("res")
    told = charge(place, "PEN")
    assert tell(superuser, "ingest_event(%s::jsonb)", json.dumps(told))[0]["status"] == "processed"
    superuser.execute("alter table ledger.processor_events alter event_no set generated by default")
    values = {"no": settled["event_no"], "id": told["event_id"]}
    entries = """
        update ledger.ledger_entries as l set event_no = %(no)s from ledger.processor_events as e
        where e.event_id = %(id)s and l.event_no = e.event_no
    """
    assert superuser.execute(entries, values).rowcount > 0
    superuser.execute("update ledger.processor_events set event_no = %(no)s where event_id = %(id)s", values)
    for _ in range(2):
        found = tell(superuser, "verify_seals()")
        assert [(row["restaurant_id"], row["reference"]) for row in found] == [(place, told["event_id"])]
        tell(superuser, "seal_ledger()")


def test_two_rows_that_change_places_are_found(superuser: psycopg.Connection[Any]) -> None:
    swap = """
        update ledger.ledger_entries as e set amount = o.amount, balance_after = o.balance_after, event_no = o.event_no,
            entry_type = o.entry_type
        from ledger.ledger_entries as o
        where e.restaurant_id = 'res_2' and o.restaurant_id = 'res_2' and e.entry_seq + o.entry_seq = 4
            and e.entry_seq in (1, 3)
    """
    assert superuser.execute(swap).rowcount == 2
    found = tell(superuser, "verify_seals()")
    assert [(row["restaurant_id"], row["currency"], row["reference"]) for row in found] == [("res_2", "PEN", "1")]
    assert "not as it was sealed" in found[0]["finding"]


def test_who_seals_anew_is_found_by_the_root_that_was_kept(superuser: psycopg.Connection[Any]) -> None:
    roots = superuser.execute("select root from reporting.seals order by seal_no").fetchall()
    lines = [row["line"] for seal in (1, 2) for row in tell(superuser, "get_seal_lines(%s)", seal)]
    superuser.execute("truncate ledger.seals, ledger.account_seals, ledger.journal_seals")
    superuser.execute("update ledger.processor_events set amount = amount + 1 where restaurant_id = 'res_2'")
    for _ in roots:
        tell(superuser, "seal_ledger()")
    assert tell(superuser, "verify_seals()") == [], "the new seals are consistent"
    for number, root in enumerate(roots, 1):
        found = tell(superuser, "verify_seals(null, %s, %s)", number, root["root"])
        assert [row["finding"] for row in found] == ["the root is not the one that was kept elsewhere"]
    assert read_export(lines).root == roots[-1]["root"], "and the export of before knows the old one"
    anew = [row["line"] for seal in (1, 2) for row in tell(superuser, "get_seal_lines(%s)", seal)]
    with pytest.raises(Unsound, match="not the one that was kept"):
        read_export(anew, roots[-1]["root"])


def read_export(lines: list[str], root: str | None = None) -> Book:
    read = Book()
    for line in lines:
        read.take(line.encode())
    read.end(root)
    return read


def start(book: str, *words: str, output: int = subprocess.PIPE) -> subprocess.Popen[str]:
    environment = {"DATABASE_URL": book, "PATH": "/usr/bin:/bin"}
    errors_to = subprocess.PIPE
    words = (sys.executable, *words)
    return subprocess.Popen(words, cwd=ROOT, env=environment, stdout=output, stderr=errors_to, text=True)


def run_python(book: str, *words: str, output: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    with start(book, *words, output=output) as process:
        told, complaint = process.communicate()
    return subprocess.CompletedProcess(words, process.returncode, told, complaint)


def test_an_export_is_verified_without_the_database(book: str, tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    run = functools.partial(run_python, book)
    assert run("db/seals.py", "export", "-o", str(path)).returncode == 0
    first, second = run("db/seals.py", "export", "--to", "1").stdout, run("db/seals.py", "export", "--from", "2").stdout
    assert path.read_text() == first + second, "pieces are the whole"
    with psycopg.connect(book, row_factory=dict_row) as connection:
        seals = connection.execute("select seal_no, root from reporting.seals order by seal_no").fetchall()
        sums = connection.execute(
            "select e.restaurant_id, e.currency, e.entry_seq, e.balance_after, e.reserved_after,"
            " coalesce(e.held_after, 0) as held_after from ledger.ledger_entries as e inner join ("
            " select restaurant_id, currency, max(entry_seq) as entry_seq from ledger.account_seals group by 1, 2"
            " ) as s using (restaurant_id, currency, entry_seq)"
        ).fetchall()
    sound = run("-S", "db/verify_export.py", str(path), "--root", seals[-1]["root"], "--balances")
    assert (sound.returncode, sound.stderr) == (0, "")
    told = {tuple(line.split()) for line in sound.stdout.splitlines() if " balance " in line}
    assert told == {
        (
            *(r["restaurant_id"], r["currency"], "balance", str(r["balance_after"])),
            *(
                "reserved",
                str(r["reserved_after"]),
                "held",
                str(r["held_after"]),
                "after",
                "entry",
                str(r["entry_seq"]),
            ),
        )
        for r in sums
    }
    wrong = run("db/verify_export.py", str(path), "--root", seals[0]["root"])
    assert wrong.returncode == 1 and "not the one that was kept" in wrong.stderr
    assert run("db/seals.py", "verify", "--root", seals[-1]["root"]).stdout == "all is as it was sealed\n"
    assert run("db/seals.py", "verify", "--to", "1", "--root", seals[-1]["root"]).returncode == 1
    assert run("db/seals.py", "export", "--from", "9").returncode == 1
    assert "there are no seals" in run("db/seals.py", "verify", "--to", "9").stderr


def test_who_reads_no_further_is_left_quietly(book: str, tmp_path: Path) -> None:
    path, out = tmp_path / "book.txt", tmp_path / "out"
    out.symlink_to("/dev/stdout")
    assert run_python(book, "db/seals.py", "export", "-o", str(path)).returncode == 0
    for words in (
        ["db/seals.py", "export"],
        ["db/seals.py", "export", "-o", str(out)],
        ["db/seals.py", "verify"],
        ["db/verify_export.py", str(path), "--balances"],
    ):
        reader, writer = os.pipe()
        os.close(reader)
        try:
            ended = run_python(book, *words, output=writer)
        finally:
            os.close(writer)
        assert (words, ended.returncode, ended.stderr) == (words, 3 if "verify" in words else 1, "")


def test_a_root_is_the_same_with_what_a_copy_puts_around_it(book: str, tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    assert run_python(book, "db/seals.py", "export", "-o", str(path)).returncode == 0
    root = run_python(book, "db/verify_export.py", str(path)).stdout.split()[-1]
    for kept in (f"{root}\n", f"{root}\r\n", f"\t {root.upper()} "):
        for words in (["db/seals.py", "verify"], ["db/verify_export.py", str(path)]):
            ended = run_python(book, *words, "--root", kept)
            assert (words, kept, ended.returncode, ended.stderr) == (words, kept, 0, "")
    for other in (f"{root[:9]} {root[9:]}", ""):
        assert run_python(book, "db/seals.py", "verify", "--root", other).returncode == 1
        assert run_python(book, "db/verify_export.py", str(path), "--root", other).returncode == 1


def test_an_export_whose_lines_a_copy_has_ended_otherwise_is_the_same(book: str, tmp_path: Path) -> None:
    path, copy = tmp_path / "book.txt", tmp_path / "copy.txt"
    assert run_python(book, "db/seals.py", "export", "-o", str(path)).returncode == 0
    copy.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    sound = [run_python(book, "db/verify_export.py", str(file), "--balances") for file in (path, copy)]
    assert [(ended.returncode, ended.stderr) for ended in sound] == [(0, ""), (0, "")]
    assert sound[0].stdout == sound[1].stdout
    copy.write_bytes(path.read_bytes().replace(b"\n", b" \n"))
    assert run_python(book, "db/verify_export.py", str(copy)).returncode == 1


def test_a_finding_is_told_apart_from_what_could_not_be_looked_at(book: str) -> None:
    verify = ["db/seals.py", "verify"]
    assert run_python(book, *verify).returncode == 0
    for words in (["--root", "0" * 64], ["--to", "99"]):  # seals that are gone are a finding
        assert run_python(book, *verify, *words).returncode == 1
    nobody = f"nobody_{os.getpid()}"
    with psycopg.connect(book, autocommit=True) as connection:
        connection.execute(f"create role {nobody} login password 'secret'".encode())
    refused = psycopg.conninfo.make_conninfo(book, user=nobody, password="secret")
    away = psycopg.conninfo.make_conninfo(book, dbname="no_such_database")
    for url in (refused, away, "host=127.0.0.1 port=1", ""):
        ended = run_python(url, *verify)
        assert (url, ended.returncode, ended.stdout, ended.stderr != "") == (url, 3, "", True)
    with Path("/dev/full").open("w") as output:
        assert run_python(book, *verify, output=output.fileno()).returncode == 3
        assert run_python(book, *verify, "--root", "0" * 64, output=output.fileno()).returncode == 1
    with psycopg.connect(book, autocommit=True) as connection:
        connection.execute(f"drop role {nobody}".encode())


def test_a_file_that_cannot_be_written_is_told_in_a_line(book: str, tmp_path: Path) -> None:
    nowhere, full = tmp_path / "nowhere" / "book.txt", tmp_path / "full"
    full.symlink_to("/dev/full")
    for path, why in (
        (nowhere, f"cannot write {nowhere}.part: No such file or directory\n"),
        (tmp_path, f"cannot write {tmp_path}: Is a directory\n"),
        (full, f"cannot write {full}: No space left on device\n"),
    ):
        ended = run_python(book, "db/seals.py", "export", "-o", str(path))
        assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", why)
    assert full.is_char_device(), "what is no file is written to and not replaced"
    assert list(tmp_path.iterdir()) == [full]
    assert run_python(book, "db/seals.py", "export", "-o", str(tmp_path / "book.txt")).returncode == 0
    for words in ((), ("--balances",)):
        with full.open("w") as output:
            ended = run_python(book, "db/verify_export.py", str(tmp_path / "book.txt"), *words, output=output.fileno())
        assert (ended.returncode, ended.stderr) == (1, "cannot write: No space left on device\n")


def test_a_line_that_is_nested_without_end_is_told_in_a_line(book: str, tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_text("[" * 100_000 + "\n")
    ended = run_python(book, "db/verify_export.py", str(path))
    told = f"NOT AS IT WAS SEALED: {path}, line 1: maximum recursion depth exceeded"
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert ended.stderr.startswith(told)


@contextlib.contextmanager
def slow_export(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """While this lasts an export stands still before the lines of the second seal."""
    connection.execute(
        "alter function api.get_seal_lines(bigint) rename to get_lines_of_seal;"
        " create function api.get_seal_lines(p_seal_no bigint) returns table (line text) language plpgsql as"
        " $$begin if p_seal_no = 2 then perform pg_sleep(60); end if;"
        " return query select e.line from api.get_lines_of_seal(p_seal_no) as e; end$$"
    )
    try:
        yield
    finally:
        connection.execute(
            "drop function api.get_seal_lines(bigint);"
            " alter function api.get_lines_of_seal(bigint) rename to get_seal_lines"
        )


def test_an_export_that_is_killed_leaves_nothing_that_is_taken_for_the_whole(book: str, tmp_path: Path) -> None:
    path, part = tmp_path / "book.txt", tmp_path / "book.txt.part"
    words = ["db/seals.py", "export", "-o", str(path)]
    asleep = "select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
    with psycopg.connect(book, autocommit=True) as connection:
        with slow_export(connection):
            with start(book, *words) as process:
                assert eventually(lambda: connection.execute(asleep).fetchone())
                process.kill()
            assert process.returncode == -signal.SIGKILL
            connection.execute(f"select pg_terminate_backend(a.pid) from ({asleep}) as a")
        roots = connection.execute("select root from reporting.seals order by seal_no").fetchall()
    assert list(tmp_path.iterdir()) == [part], "the file is not there before it is whole"
    verify = ["db/verify_export.py", "--root", roots[-1][0]]
    assert run_python(book, *verify, str(part)).stderr.startswith("NOT AS IT WAS SEALED: ")
    assert run_python(book, *words).returncode == 0
    assert list(tmp_path.iterdir()) == [path], "and the next one takes its place"
    assert run_python(book, *verify, str(path)).returncode == 0


def test_no_line_of_an_export_can_be_changed(superuser: psycopg.Connection[Any]) -> None:
    lines = [row["line"] for seal in (1, 2) for row in tell(superuser, "get_seal_lines(%s)", seal)]
    root = read_export(lines).root
    for place, line in enumerate(lines):
        others = [line[:-1] + " ]", line.replace("1", "2", 1), line.replace('"PEN"', '"USD"', 1)]
        for other in (other for other in others if other != line):
            with pytest.raises((Unsound, ValueError, TypeError, LookupError)):
                read_export([*lines[:place], other, *lines[place + 1 :]], root)
        with pytest.raises((Unsound, ValueError, TypeError, LookupError)):
            read_export([*lines[:place], *lines[place + 1 :]], root)
        with pytest.raises((Unsound, ValueError, TypeError, LookupError)):
            read_export([*lines[:place], line, *lines[place:]], root)


SETTINGS = (
    *("TimeZone=Asia/Kathmandu", "DateStyle=German,DMY", "extra_float_digits=-15", "IntervalStyle=sql_standard"),
    *("bytea_output=escape", "search_path=hostile", "standard_conforming_strings=off", "enable_seqscan=on"),
    *("enable_indexscan=off", "max_parallel_workers_per_gather=4", "client_encoding=LATIN1", "xmlbinary=hex", "jit=on"),
)


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_setting_of_a_session_changes_a_digest(book: str, connect: Connect, setting: str) -> None:
    def told(options: str) -> list[Any]:
        with psycopg.connect(book, options=options, row_factory=dict_row) as connection:
            assert tell(connection, "verify_seals()") == []
            connection.execute("select seal_no from api.seal_ledger()")
            heads = (
                "select encode(heads, 'hex') as heads, account_count, entry_count from ledger.seals order by seal_no"
            )
            seals = connection.execute(heads).fetchall()
            assert tell(connection, "verify_seals()") == []
            lines = [row["line"] for seal in (1, 2) for row in tell(connection, "get_seal_lines(%s)", seal)]
            connection.rollback()
        return [seals, lines]

    assert told(f"-c {setting}") == told("-c TimeZone=UTC")


def seal(sessions: Sessions) -> Row:
    (sealed,) = sessions.admin.rows("select * from api.seal_ledger()")
    return sealed


def check_all_is_sealed(sessions: Sessions) -> None:
    """After one more seal nothing is found, and nothing is left out."""
    sealed = seal(sessions)
    assert sessions.admin.rows("select * from api.verify_seals()") == []
    for count, table in (("entry_count", "ledger_entries"), ("event_count", "processor_events")):
        assert sealed[count] == sessions.admin.value(f"select count(*) from ledger.{table}")
    journals = ("event_rejections", "event_deferrals", "event_dismissals", "setting_changes", "payout_term_changes")
    for journal in journals:
        query = "select coalesce(sum(row_count), 0)::bigint from ledger.journal_seals where journal = %s"
        assert sessions.admin.value(query, journal) == sessions.admin.value(f"select count(*) from ledger.{journal}")


def test_what_is_held_open_joins_a_later_seal(sessions: Sessions, two_currencies: tuple[str, str]) -> None:
    one, other = two_currencies
    place, early, late, third = new_id("res"), sessions.open(), sessions.open(), sessions.open()
    for currency in two_currencies:
        early.ingest(charge(place, currency))
    seal(sessions)
    early.begin()
    early.ingest(charge(place, one))  # a low number, which is committed last
    early.ingest(charge(place, one, amount=-1))
    opened = new_id("res")
    early.ingest(charge(opened, one))  # an account that is not there yet
    late.begin()
    late.ingest(charge(place, other))
    late.ingest(charge(place, other, amount=-1))
    waiting = third.start(lambda: third.ingest(charge(place, one)))
    sessions.wait_until_blocked_by(third, early)
    before = seal(sessions)
    late.commit()
    between = seal(sessions)
    assert between["event_count"] - before["event_count"] == 1, "the one with the higher numbers"
    assert seal(sessions)["event_count"] == between["event_count"]
    early.commit()
    assert waiting.result(30)["status"] == "processed"
    assert seal(sessions)["event_count"] - between["event_count"] == 3, "the rest, though its numbers are lower"
    check_all_is_sealed(sessions)
    settled = "select settled_event_no = last_event_no from ledger.seals order by seal_no desc limit 1"
    check_all_is_sealed(sessions)
    assert sessions.admin.value(settled), "nobody is open: all numbers are settled"


def test_seals_while_others_write_find_nobody(sessions: Sessions, currencies: Iterator[str]) -> None:
    names, places = [next(currencies) for _ in range(3)], [new_id("res") for _ in range(4)]
    stop, written = threading.Event(), [0] * 8

    def write(number: int) -> Callable[[], None]:
        session = sessions.open()

        def work() -> None:
            turn = 0
            while not stop.is_set():
                turn += 1
                place, currency = places[(number + turn) % len(places)], names[turn % len(names)]
                kind = (number + turn) % 5
                if kind == 0:
                    session.ingest_until_answered([charge(place, currency) for _ in range(20)])
                elif kind == 1:  # told before what it refers to
                    payment = new_id("pay")
                    session.ingest(charge(place, currency, event_type="refund_succeeded", payment_id=payment, **LATER))
                    session.ingest(charge(place, currency, payment_id=payment))
                elif kind == 2:
                    session.ingest(charge(new_id("res"), currency))  # a new account
                elif kind == 3:
                    session.ingest(charge(place, currency, amount=-1))
                else:
                    session.begin()
                    session.ingest(charge(place, currency))
                    session.run("select pg_sleep(0.02)")
                    session.run("rollback" if turn % 3 else "commit")
                if number == 0 and turn % 10 == 0:
                    session.pay(currency)
                written[number] = turn

        return work

    futures = [sessions.pool.submit(write(number)) for number in range(8)]
    counts: set[int] = set()
    try:
        while len(counts) < 12 or min(written) < 12:
            counts.add(seal(sessions)["event_count"])
            assert not any(future.done() for future in futures)
    finally:
        stop.set()
    for future in futures:
        future.result(60)
    check_all_is_sealed(sessions)
    grown = sessions.admin.value("select count(distinct event_count) from ledger.seals")
    assert grown >= 12, "they really overlapped"


def test_two_who_seal_at_once_make_two_seals(sessions: Sessions) -> None:
    sealers = [sessions.open(role="cuenta_operator") for _ in range(4)]
    seals = sessions.at_once([lambda s=s: s.row("select * from api.seal_ledger()") for s in sealers])  # type: ignore[misc]
    numbers = sorted(row["seal_no"] for row in seals)
    assert numbers == list(range(numbers[0], numbers[0] + 4))
    holder, writer, auditor = sealers[0], sessions.open(), sessions.admin
    holder.begin()
    last = holder.row("select * from api.seal_ledger()")["seal_no"]
    second = sealers[1].start(lambda: sealers[1].row("select * from api.seal_ledger()"))
    sessions.wait_until_blocked_by(sealers[1], holder)
    assert writer.ingest(charge(new_id("res"), "PEN"))["status"] == "processed", "nobody who writes waits"
    auditor.run(f"update ledger.seals set audited_at = now() where seal_no = {numbers[-1]}")
    holder.commit()
    assert second.result(30)["seal_no"] == last + 1
    assert sessions.admin.rows("select * from api.verify_seals()") == []


def test_who_sees_an_earlier_moment_cannot_seal(sessions: Sessions) -> None:
    early = sessions.open(role="cuenta_operator")
    early.run("begin isolation level repeatable read")
    early.rows("select * from api.list_restaurants()")
    sessions.open().ingest(charge(new_id("res"), "PEN"))
    seal(sessions)
    with pytest.raises(errors.SerializationFailure):
        early.rows("select * from api.seal_ledger()")
    early.rollback()
    assert sessions.admin.rows("select * from api.verify_seals()") == []


@contextlib.contextmanager
def slow_seals(sessions: Sessions) -> Iterator[None]:
    sessions.admin.run(
        "create function public.slow_seal() returns trigger language plpgsql as"
        " $$begin perform pg_sleep(20); return null; end$$;"
        " grant execute on function public.slow_seal() to public;"
        " create trigger slow_seal after insert on ledger.account_seals execute function public.slow_seal()"
    )
    try:
        yield
    finally:
        sessions.admin.run("drop trigger if exists slow_seal on ledger.account_seals; drop function public.slow_seal()")


def test_a_worker_seals_when_it_is_due_and_one_that_is_killed_has_not(sessions: Sessions, tmp_path: Path) -> None:
    sessions.open().ingest(charge(new_id("res"), "PEN"))
    last = seal(sessions)["seal_no"]
    sessions.open().ingest(charge(new_id("res"), "PEN"))
    make_due = (
        "begin; set local session_replication_role = replica;"
        " update ledger.seals set sealed_at = sealed_at - interval '2 days'; commit"
    )
    newest = "select max(seal_no) from ledger.seals"
    busy = "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
    with slow_seals(sessions):
        with working(sessions.url, tmp_path / "a") as idle:
            assert eventually(lambda: [line for line in idle.said("worker ready") if line["task"] == "seals"])
            assert not idle.said("book sealed"), "it is not due"
        sessions.admin.run(make_due)
        with working(sessions.url, tmp_path / "b") as killed:
            assert eventually(lambda: sessions.admin.value(busy))
            killed.process.send_signal(signal.SIGKILL)
            sessions.wait_until(f"select ({busy}) = 0")
        assert sessions.admin.value(newest) == last
    with working(sessions.url, tmp_path / "c") as one, working(sessions.url, tmp_path / "d") as other:
        assert eventually(lambda: one.said("book audited") or other.said("book audited"), 60)
        assert len(one.said("book sealed") + other.said("book sealed")) == 1
    assert sessions.admin.value(newest) == last + 1
    # the dates were moved back behind the seals' backs, which is a finding of its own
    found = sessions.admin.rows("select * from api.verify_seals()")
    assert {row["finding"] for row in found} <= {"the root is not that of the seal's text"}
