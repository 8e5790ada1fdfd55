"""What is built and started around the service: make, the images, the login."""

from __future__ import annotations

import itertools
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from db.login import make_login
from db.pool import with_role
from db.proxy.cluster import read_cluster
from dev import embedded, pgtap
from dev.embedded import find_psql
from events.load import is_empty

COMPOSE = ("docker-compose.yml", "docker-compose.cluster.yml")
ROOT = Path(__file__).resolve().parent.parent
FRESH = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "PG_BIN", "MAKEFLAGS")}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except OSError:
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


# make


def test_every_make_line_of_the_documents_names_a_target() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "bench").glob("*.md")]
    line = re.compile(r"(?:`|^)make ([a-z][a-z0-9-]*)", flags=re.M)
    names = {name for page in pages for name in line.findall(page.read_text())}
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):", text("Makefile"), flags=re.M))
    assert {"run", "test"} <= names <= targets


@pytest.mark.parametrize("target", ["run", "test", "demo", "psql", "check", "stop"])
def test_a_clean_clone_knows_how_to_make_a_target(target: str, tmp_path: Path) -> None:
    for name in ("Makefile", *(path.name for path in ROOT.glob("requirements*.txt"))):
        (tmp_path / name).write_text(text(name))
    shown = subprocess.run(["make", "-n", target], cwd=tmp_path, env=FRESH, capture_output=True, text=True, check=True)
    if target != "stop":
        assert "-m venv .venv" in shown.stdout
    assert "dev/" in shown.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_to_make_stops_service_and_server(number: signal.Signals, tmp_path: Path) -> None:
    port = free_port()
    # A shell's background job ignores SIGINT, and so would make.
    start = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])"
    words = [
        sys.executable,
        "-c",
        start,
        "make",
        "-o",
        ".venv/installed",
        "run",
        f"PY={sys.executable}",
        f"PORT={port}",
        "SAMPLE=no",
    ]
    address = f"http://127.0.0.1:{port}/ready"
    with open(tmp_path / "log", "w") as log:
        make = subprocess.Popen(
            words, cwd=ROOT, env=FRESH | {"CUENTA_DATA": str(tmp_path)}, stdout=log, stderr=log, start_new_session=True
        )
    try:
        deadline = time.monotonic() + 60
        while not answers(address) and make.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        assert answers(address), (tmp_path / "log").read_text()
        os.kill(make.pid, number)
        make.wait(30)
        deadline = time.monotonic() + 10
        while list(tmp_path.glob("pg*/data/postmaster.pid")) and time.monotonic() < deadline:
            time.sleep(0.2)
    finally:
        if make.poll() is None:
            make.kill()
    assert not answers(address)
    assert not list(tmp_path.glob("pg*/data/postmaster.pid"))
    assert "worker ready" in (tmp_path / "log").read_text() and "worker ended" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("name", ["worker.py", "serve.py", "dev/run.py"])
def test_service_and_worker_end_together_whoever_is_killed(name: str, database: str, tmp_path: Path) -> None:
    port = free_port()
    address, log = f"http://127.0.0.1:{port}/ready", tmp_path / "log"
    words = [sys.executable, "dev/run.py", "--port", str(port), "--no-sample"]
    with log.open("w") as output:
        more = os.environ | {"DATABASE_URL": database}
        run = subprocess.Popen(words, cwd=ROOT, env=more, stdout=output, stderr=output, start_new_session=True)
    children: list[int] = []
    try:
        deadline = time.monotonic() + 60
        while not (answers(address) and '"task": "runs"' in log.read_text()) and time.monotonic() < deadline:
            time.sleep(0.2)
        children = [int(pid) for pid in Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()]
        lines = {Path(f"/proc/{pid}/cmdline").read_bytes().decode(): pid for pid in [run.pid, *children]}
        [victim] = [pid for line, pid in lines.items() if name in line]
        os.kill(victim, signal.SIGKILL)
        run.wait(30)
        deadline = time.monotonic() + 10
        while (any(is_alive(pid) for pid in children) or answers(address)) and time.monotonic() < deadline:
            time.sleep(0.2)  # the service's own processes look every second whether it is there
        assert [line for line, pid in lines.items() if is_alive(pid)] == []
        assert not answers(address)
    finally:
        for pid in [*children, run.pid]:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
    if name != "dev/run.py":
        assert run.returncode == 128 + signal.SIGKILL


def is_alive(pid: int) -> bool:
    try:
        return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_the_tests_say_what_did_not_run_and_fail(tmp_path: Path) -> None:
    """Where pg_prove is missing, pytest runs all the same. Here it collects one test of the old tree's."""
    script = (
        "import sys; sys.path.insert(0, '.'); from dev import tests;"
        f"ok = [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', {str(tmp_path)!r}];"
        "missing = [sys.executable, '-c', 'raise SystemExit(3)'];"
        "tests.plan = lambda *_: [tests.Step('pgTAP', missing), tests.Step('pytest', ok)];"
        "sys.argv[1:] = []; sys.exit(tests.main())"
    )
    (tmp_path / "test_one.py").write_text("def test_one():\n    pass\n")
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert re.search(r"pgTAP +DID NOT RUN", done.stdout)
    assert re.search(r"pytest +passed +1 tests", done.stdout)
    assert done.stdout.rstrip().endswith("did not run: pgTAP")


def lanes(*commands: tuple[str, str, str]) -> list[str]:
    """The command that runs dev/tests.py on steps of Python code: name, lane, code."""
    steps = ", ".join(f"tests.Step({name!r}, [sys.executable, '-c', {code!r}], lane={lane!r})"
                      for name, lane, code in commands)  # fmt: skip
    script = "import sys; sys.path.insert(0, '.'); from dev import tests; sys.argv[1:] = []; tests.PATIENCE = 2.0;"
    return [sys.executable, "-c", f"{script} tests.plan = lambda *_: [{steps}]; sys.exit(tests.main())"]


def test_the_tests_of_both_versions_run_at_once_and_each_line_says_which(tmp_path: Path) -> None:
    """Each of two lanes waits for the other; what comes after in a lane waits for what is before."""
    meet = (
        "import pathlib, sys, time; here = pathlib.Path({0!r}); (here / {1!r}).touch()\n"
        "while not (here / {2!r}).exists(): time.sleep(0.05)\n"
        "print('met', {2!r}); print('and to stderr', file=sys.stderr); (here / {3!r}).touch()"
    )
    after = "import pathlib; print('before me:', pathlib.Path({!r}, 'over').exists())"
    done = subprocess.run(
        lanes(
            ("first", "18", meet.format(str(tmp_path), "a", "b", "over")),
            ("second", "18", after.format(str(tmp_path))),
            ("third", "15", meet.format(str(tmp_path), "b", "a", "nothing")),
        ),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert {"18 | met b", "18 | and to stderr", "18 | before me: True", "15 | met a"} <= set(lines)
    assert [line.split()[:2] for line in lines[-3:]] == [[name, "passed"] for name in ("first", "second", "third")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_tests_of_both_versions(tmp_path: Path, number: signal.Signals) -> None:
    """What runs in either lane and does not heed Ctrl-C, and what that has started; nothing is begun afterwards."""
    code = (
        "import os, pathlib, signal, subprocess, sys, time; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
        "pathlib.Path({0!r}, {1!r}).write_text(f'{{os.getpid()}} {{child.pid}} ')\n"
        "time.sleep(300)"
    )
    run = subprocess.Popen(
        lanes(
            ("first", "18", code.format(str(tmp_path), "18")),
            ("after", "18", code.format(str(tmp_path), "after")),
            ("second", "15", code.format(str(tmp_path), "15")),
        ),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    pids: list[int] = []
    try:
        deadline = time.monotonic() + 60
        while len(pids) < 4 and time.monotonic() < deadline:
            time.sleep(0.1)
            pids = [int(pid) for file in tmp_path.iterdir() for pid in file.read_text().split(" ")[:-1]]
        assert len(pids) == 4
        run.send_signal(number)
        time.sleep(0.5)
        run.send_signal(number)  # as timeout does
        assert run.wait(60) != 0
        deadline = time.monotonic() + 10
        while any(is_alive(pid) for pid in pids) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert [pid for pid in pids if is_alive(pid)] == []
        assert not (tmp_path / "after").exists()
    finally:
        for pid in [*pids, run.pid]:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)


def test_a_tool_is_fetched_once_whoever_asks_at_the_same_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fetched: list[str] = []

    def unpack(pattern: str) -> None:
        fetched.append(pattern)
        time.sleep(0.5)
        (tmp_path / "tool-1.unpacked").touch()

    monkeypatch.setattr(pgtap, "TOOLS", tmp_path)
    monkeypatch.setattr(pgtap, "_fetch", unpack)
    askers = [threading.Thread(target=pgtap.fetch, args=["tool-[0-9]"]) for _ in range(3)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert fetched == ["tool-[0-9]"]


def test_starters_do_not_stumble_over_folders_that_others_remove(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    is_over = threading.Event()

    def come_and_go(name: str) -> None:
        for number in itertools.count():
            folder = tmp_path / f"{embedded.THROW_AWAY}{name}{number}"
            folder.mkdir()
            folder.rmdir()
            if is_over.is_set():
                return

    others = [threading.Thread(target=come_and_go, args=[name]) for name in "abc"]
    for other in others:
        other.start()
    try:
        for _ in range(300):
            embedded._remove_leftovers()
    finally:
        is_over.set()
        for other in others:
            other.join()


def test_psql_is_of_the_servers_version(database: str) -> None:
    with psycopg.connect(database) as connection:
        major = connection.info.server_version // 10000
    shown = subprocess.run([find_psql(database), "--version"], capture_output=True, text=True, check=True).stdout
    assert shown.split()[2].split(".")[0] == str(major)


# The images


def test_the_images_are_of_one_postgresql() -> None:
    tags = set(re.findall(r"\bpostgres:([\w.-]+)", "".join(map(text, ("Dockerfile", *COMPOSE)))))
    assert {tag for tag in tags if not tag.startswith("15")} == {"18.6-bookworm"}  # PL/Proxy's is 15


def test_stop_tells_who_uses_the_server_that_it_is_gone(tmp_path: Path) -> None:
    environment = FRESH | {"CUENTA_DATA": str(tmp_path / "data")}
    stop = [sys.executable, "dev/embedded.py", "stop"]
    words = [sys.executable, "dev/embedded.py", "exec", *stop]
    used = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert used.stdout.startswith("stopped\nSomething still uses it")
    again = subprocess.run(stop, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert again.stdout == "it was not running\n"


@pytest.mark.parametrize("name", COMPOSE)
def test_no_url_of_a_compose_file_has_a_password(name: str) -> None:
    urls = re.findall(r"postgresql://\S+", text(name))
    assert urls
    assert [url for url in urls if ":" in url.removeprefix("postgresql://").partition("@")[0]] == []


def test_the_production_image_has_the_service_and_nothing_of_development() -> None:
    stage = re.split(r"^FROM ", text("Dockerfile"), flags=re.M)[-1]
    copied = {name for line in re.findall(r"^COPY (.+)", stage, flags=re.M) for name in line.split()[:-1]}
    assert {"app.py", "routes.py", "serve.py", "db", "docs", "events/load.py", "events/events.jsonl"} <= copied
    assert copied.isdisjoint({".", "dev", "tests", "bench"})
    assert "rm -rf db/tests" in stage and "chmod -R a+rX" in stage
    assert "embedded" not in text("requirements.txt").replace("adds the embedded PostgreSQL", "")
    modules = {path.stem for path in ROOT.glob("*.py")}
    imported = {name for name in modules for used in copied if used.endswith(".py") and imports(ROOT / used, name)}
    assert {f"{name}.py" for name in imported} <= copied, "a module that the service imports is not in the image"


def imports(path: Path, module: str) -> bool:
    return re.search(rf"^(?:from|import) {module}\b", path.read_text(), flags=re.M) is not None


def test_what_a_checkout_holds_of_secrets_and_data_stays_out_of_git_and_images() -> None:
    for name in (".gitignore", ".dockerignore"):
        lines = {line.strip("/") for line in text(name).splitlines()}
        assert {".env", ".data", ".venv", "big.jsonl"} <= lines


# The service's login


@pytest.mark.parametrize("password", ["p@ss/w:rd#%41 'x\"\\", "plain"])
def test_the_services_login_works_with_any_password_and_has_no_other_right(
    database: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"service_{secrets.token_hex(4)}"
    try:
        make_login(database, name, password)
        make_login(database, name, password)
        given = psycopg.conninfo.conninfo_to_dict(database)
        monkeypatch.setenv("PGPASSWORD", password)
        url = f"postgresql://{name}@{given['host']}:{given['port']}/{given['dbname']}"
        with psycopg.connect(with_role(url, "cuenta_app")) as connection:
            connection.execute("select * from api.list_payouts()")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("select from ledger.processor_events")
        with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("set role cuenta_owner")
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(f"drop role if exists {name}".encode())


def test_the_login_works_in_the_background_if_told_to(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"service_{secrets.token_hex(4)}"
    given = psycopg.conninfo.conninfo_to_dict(database)
    monkeypatch.setenv("PGPASSWORD", "plain")
    url = with_role(f"postgresql://{name}@{given['host']}:{given['port']}/{given['dbname']}", "cuenta_worker")
    try:
        make_login(database, name, "plain", is_worker=True)
        with psycopg.connect(url) as connection:
            connection.execute("select * from api.run_due_payouts()")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("select * from api.list_payouts()")
        make_login(database, name, "plain")
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(url)
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(f"drop role if exists {name}".encode())


def test_the_compose_file_has_a_worker_beside_the_service() -> None:
    parts = dict(re.findall(r"^  (\w+):\n((?:    .*\n|\n)+)", text("docker-compose.yml"), flags=re.M))
    lines, app = parts["worker"].splitlines(), parts["app"].splitlines()
    assert "    command: [python, worker.py]" in lines
    assert "healthcheck:\n      disable: true" in parts["worker"]  # the image's asks the service's port
    hardening = ("read_only: true", "- ALL", "- no-new-privileges:true", "restart: unless-stopped", "image: cuenta")
    for line in hardening:
        assert any(line in one for one in lines) and any(line in one for one in app), line


def test_the_cluster_of_compose_is_what_a_deploy_takes(tmp_path: Path) -> None:
    """A server, a worker and a healthy start for each cell that its cells.toml names."""
    page = text("docker-compose.cluster.yml")
    content = page.split("    content: |\n")[1].split("\n\n")[0]
    file = tmp_path / "cells.toml"
    file.write_text(re.sub("^ +", "", content, flags=re.M))
    cluster = read_cluster(file)
    assert len(cluster.cells) == 4 and [cell.address["host"] for cell in cluster.cells] == [
        f"cell{n}" for n in range(4)
    ]
    parts = dict(re.findall(r"^  (\w+):\n((?:    .*\n|\n)+)", page, flags=re.M))
    for cell in cluster.cells:
        host = cell.address["host"]
        assert f"{host}: {{condition: service_healthy}}" in parts["deploy"]
        assert f"@{host}:5432/cuenta" in parts[f"worker{cell.number}"] and f"{host}-data:" in parts[host]
    assert "target: proxy" in parts["proxy"] and "postgresql-15-plproxy" in text("Dockerfile")


def test_an_administrator_does_not_become_the_services_login(database: str) -> None:
    with psycopg.connect(database) as connection:
        myself = connection.info.user
    with pytest.raises(ValueError, match="administers this server"):
        make_login(database, myself, "x")


# The sample


def test_the_sample_is_loaded_into_an_empty_ledger_once_and_told_in_json(create_database: Callable[..., str]) -> None:
    url = create_database()
    words = [sys.executable, "events/load.py", "events/events.jsonl", "--if-empty"]
    environment = os.environ | {"DATABASE_URL": url, "CUENTA_LOG": "json"}
    said = [subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True) for _ in range(2)]
    assert [done.returncode for done in said] == [0, 0], said
    assert [done.stderr for done in said] == ["", ""]
    assert '"processed": 80' in said[0].stdout
    assert "nothing is loaded" in said[1].stdout
    assert all(done.stdout.startswith("{") and done.stdout.count("\n") == 1 for done in said)
    assert not is_empty(url)


# A run of pytest


def pytest_on(folder: Path, hook: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run two tests with this tree's hooks and one more."""
    (folder / "conftest.py").write_text(f"import pytest\n\n{hook}\n")
    (folder / "test_two.py").write_text("def test_a():\n    pass\n\n\ndef test_b():\n    pass\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        *words,
        str(folder),
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_a_run_fails_if_a_node_id_stands_for_two_tests(tmp_path: Path) -> None:
    hook = "def pytest_collection_modifyitems(items):\n    items[1]._id = items[0]._id"
    done = pytest_on(tmp_path, hook)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "one node id stands for several tests" in done.stdout + done.stderr


@pytest.mark.parametrize("words", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_a_run_fails_if_fewer_tests_ran_than_were_collected(tmp_path: Path, words: tuple[str, ...]) -> None:
    hook = "def pytest_runtest_protocol(item):\n    return True if item.name == 'test_b' else None"
    done = pytest_on(tmp_path, hook, *words)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout
    assert "1 of the tests collected did not run" in done.stdout + done.stderr


def test_a_run_of_all_tests_passes(tmp_path: Path) -> None:
    assert pytest_on(tmp_path, "", "-n", "2").returncode == 0
