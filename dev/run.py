"""What `make run` does: a database, the deploy, the sample events on first start, the service with a worker.

    python dev/run.py [--host 127.0.0.1] [--port 8080] [--no-sample] [--cells 4]

The database is that of DATABASE_URL, else an embedded server's, which stops with the service and
keeps its data in .data. The sample events are loaded into an empty ledger only.

With --cells it is a proxy in front of several databases (docs/scaling.md), all on one server of PostgreSQL 15 that has
PL/Proxy (PG_BIN15 names its folder), and there is a worker for each of them: `make cluster`.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import psycopg
from rich.console import Console

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from db.deploy import DeployError, deploy
from db.proxy.cluster import cluster_file, deploy_cluster
from dev import embedded
from events.load import LoadError, is_empty, load
from serve import check_login

LOOPBACK = ("127.0.0.1", "::1", "localhost")
SAMPLE = embedded.ROOT / "events" / "events.jsonl"
console = Console(highlight=False, soft_wrap=True)


def is_taken(host: str, port: int) -> bool:
    """True if something listens there already."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def psql_line(server: embedded.Server | None, url: str) -> str:
    """A line that connects with psql, without a password in it."""
    if server is None:
        return 'psql "$DATABASE_URL"'
    file = shlex.quote(str(server.password_file))
    words = f"psql -h 127.0.0.1 -p {server.port} -U {embedded.SUPERUSER} {embedded.database_name(url)}"
    return f"PGPASSWORD=$(cat {file}) {words}"


def announce(address: str, psql: str) -> None:
    """Wait until the service is ready, then say where everything is."""
    for _ in range(120):
        try:
            with urllib.request.urlopen(f"{address}/ready", timeout=2):
                break
        except OSError:
            time.sleep(0.25)
    else:
        return
    console.print(
        f"""
[bold]cuenta is ready.[/bold] Ctrl-C stops it.

  API         {address}/v1/
  Swagger UI  {address}/docs
  ReDoc       {address}/redoc
  Metrics     {address}/metrics

A worker runs beside it: payout runs that are queued or due, and webhooks. Whoever reaches the port may do
everything until there is a key, which docs/http.md says how to make.

  curl -s '{address}/v1/restaurants/res_001/balance?currency=PEN'

  make psql   in another terminal, or:
  {psql}
  => select * from get_balance('res_001', 'PEN');
"""
    )


def serve(url: str, server: embedded.Server | None, chosen: argparse.Namespace, cells: Sequence[str] = ()) -> int:
    """Deploy, load, serve and work until a signal; the exit status. Cells are deployed already."""
    if not cells:
        deploy(url)
    check_login(url)
    if chosen.sample and is_empty(url):
        console.print("The ledger is empty: the sample events are loaded (make run SAMPLE=no leaves it empty).")
        load(SAMPLE, database=url, console=console)
    host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    address = f"http://{host}:{chosen.port}"
    threading.Thread(target=announce, args=(address, psql_line(server, url)), daemon=True).start()
    app = [sys.executable, str(embedded.ROOT / "serve.py"), "--host", chosen.host, "--port", str(chosen.port)]
    worker = [sys.executable, str(embedded.ROOT / "worker.py")]
    workers = [["env", f"DATABASE_URL={cell}", *worker] for cell in cells] or [worker]
    return embedded.run_services(
        [[*words, "--with-parent"] for words in (app, *workers)], os.environ | {"DATABASE_URL": url}
    )


def serve_cells(chosen: argparse.Namespace) -> int:
    """The same with a proxy and cells, on a server of their own."""
    bin_dir = Path(os.environ.get("PG_BIN15", "/usr/lib/postgresql/15/bin"))
    if not (bin_dir / "pg_ctl").exists():
        console.print(
            f"[red]There is no PostgreSQL 15 in {bin_dir}[/]: install it with PL/Proxy (Debian: apt install "
            "postgresql-15 postgresql-15-plproxy), or say where it is with PG_BIN15"
        )
        return 1
    data = Path(os.environ.get("CUENTA_DATA") or embedded.ROOT / ".data") / "cells"
    with embedded.Server(data, bin_dir=bin_dir, settings={"max_connections": "300"}) as server:
        names = [f"cell{number}" for number in range(chosen.cells)]
        for name in ("proxy", *names):
            embedded.create_database(server, name)
        cells = [server.url(name) for name in names]
        file = data / "cells.toml"
        file.touch(mode=0o600)
        file.write_text(cluster_file([server.url("proxy")], cells), encoding="utf-8")
        deploy_cluster(file)
        console.print(f"{chosen.cells} cells and a proxy, with their data in {data}, as {file} says")
        return serve(server.url("proxy"), server, chosen, cells)


def follow_make(parent: int) -> None:
    """End with the `make` that started this, if it is told to end.

    Of a SIGTERM make tells its children. Of a SIGINT it expects that a terminal has told them, and only waits for
    them; meanwhile it blocks the signal, which Linux shows.
    """
    status = Path(f"/proc/{parent}/status")
    while os.getppid() == parent:
        with contextlib.suppress(OSError):
            facts = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
            if facts["Name"] in ("make", "gmake") and int(facts["SigBlk"], 16) & 1 << signal.SIGINT - 1:
                break
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    parser = argparse.ArgumentParser(description="Run cuenta on this machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--no-sample", dest="sample", action="store_false", help="load no sample events")
    parser.add_argument("--cells", type=int, metavar="N", help="a proxy in front of that many databases")
    chosen = parser.parse_args()
    if is_taken(chosen.host, chosen.port):
        console.print(f"Port {chosen.port} is taken. Choose another one: make run PORT=8081")
        return 1
    embedded.end_on_signals()
    threading.Thread(target=follow_make, args=[os.getppid()], daemon=True).start()
    if chosen.host in LOOPBACK and (chosen.cells or not os.environ.get("DATABASE_URL")):
        os.environ.setdefault("CUENTA_ROLE", "cuenta_operator")  # who reaches it may do what people may
    if chosen.cells:
        return serve_cells(chosen)
    given = os.environ.get("DATABASE_URL")
    if given:
        return serve(given, None, chosen)
    with embedded.Server() as server:
        embedded.create_database(server)
        console.print(f"PostgreSQL {server.major} with its data in {server.data_dir}")
        return serve(server.url(), server, chosen)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (DeployError, LoadError, embedded.ServerError, psycopg.Error) as error:
        sys.exit(f"make run: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
