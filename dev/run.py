"""What `make run` does: a database, the deploy, the sample events on first start, the service with a worker.

    python dev/run.py [--host 127.0.0.1] [--port 8080] [--no-sample]

The database is that of DATABASE_URL, else an embedded server's, which stops with the service and
keeps its data in .data. The sample events are loaded into an empty ledger only.
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
from pathlib import Path

import psycopg
from rich.console import Console

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from db.deploy import DeployError, deploy
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


def psql_line(server: embedded.Server | None) -> str:
    """A line that connects with psql, without a password in it."""
    if server is None:
        return 'psql "$DATABASE_URL"'
    file = shlex.quote(str(server.password_file))
    return f"PGPASSWORD=$(cat {file}) psql -h 127.0.0.1 -p {server.port} -U {embedded.SUPERUSER} {embedded.DATABASE}"


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


def serve(url: str, server: embedded.Server | None, chosen: argparse.Namespace) -> int:
    """Deploy, load, serve and work until a signal; the exit status."""
    deploy(url)
    check_login(url)
    if chosen.sample and is_empty(url):
        console.print("The ledger is empty: the sample events are loaded (make run SAMPLE=no leaves it empty).")
        load(SAMPLE, database=url, console=console)
    host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    address = f"http://{host}:{chosen.port}"
    threading.Thread(target=announce, args=(address, psql_line(server)), daemon=True).start()
    app = [sys.executable, str(embedded.ROOT / "serve.py"), "--host", chosen.host, "--port", str(chosen.port)]
    worker = [sys.executable, str(embedded.ROOT / "worker.py")]
    return embedded.run_services(
        [[*words, "--with-parent"] for words in (app, worker)], os.environ | {"DATABASE_URL": url}
    )


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
    chosen = parser.parse_args()
    if is_taken(chosen.host, chosen.port):
        console.print(f"Port {chosen.port} is taken. Choose another one: make run PORT=8081")
        return 1
    embedded.end_on_signals()
    threading.Thread(target=follow_make, args=[os.getppid()], daemon=True).start()
    given = os.environ.get("DATABASE_URL")
    if given:
        return serve(given, None, chosen)
    with embedded.Server() as server:
        embedded.create_database(server)
        if chosen.host in LOOPBACK:  # who reaches it may do what people may
            os.environ.setdefault("CUENTA_ROLE", "cuenta_operator")
        console.print(f"PostgreSQL {server.major} with its data in {server.data_dir}")
        return serve(server.url(), server, chosen)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (DeployError, LoadError, embedded.ServerError, psycopg.Error) as error:
        sys.exit(f"make run: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
