"""What the conventions say about the tree, for files that no database has to read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pglast import ast, parse_sql
from pglast.enums import ObjectType

Thing = TypeVar("Thing")
ROOT = Path(__file__).resolve().parent.parent
FUNCTION_FILES = sorted((ROOT / "db" / "functions").rglob("*.sql"))
MIGRATIONS = sorted(path for path in (ROOT / "db" / "migrations").glob("*.sql"))
SQL_TESTS = sorted((ROOT / "db" / "tests").glob("*.sql"))
SECTIONS = ["Function", "Parameters", "Returns", "Raises", "Calls", "Reads", "Writes", "Locks"]
CLASSES = {"LA", "LB", "LC", "LF", "LN", "LU", "LX"}
# Folders and files of the tree that nobody wrote by hand.
NOT_OURS = re.compile(
    r"(^|/)(\.(?!ci|docker|git|sql|squawk|hadolint)[^/]*|\.git|__pycache__|[^/]*\.(?:egg-info|log))(/|$)"
)
# Longer than two functions may be, each for the reason it is.
LONG = {
    "ledger.write_event": "one path for every event: split, each one costs 5 % more, and it is the one that counts",
    "ledger.sort_events": "one statement, which PostgreSQL puts in place of its call; two would hand on 30 columns",
}
CODE = re.compile(
    r"'([A-Z]+(?:_[A-Z]+)*_(?:INVALID|MISSING|UNKNOWN|IN_FUTURE|NOT_ALLOWED|NOT_FOUND|MISMATCH|CONFLICT"
    r"|OUT_OF_RANGE|NOT_OBJECT|REUSED))'|\bcode\s*:=\s*'(\w+)'"
)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|--[^\n]*", "", text, flags=re.DOTALL)


@dataclass
class Function:
    """A function file, as PostgreSQL's own parser reads it."""

    path: Path
    text: str
    statements: list[Any]

    @property
    def definition(self) -> Any:
        return self.statements[0]

    @property
    def name(self) -> str:
        return ".".join(part.sval for part in self.definition.funcname)

    @property
    def options(self) -> dict[str, Any]:
        return {option.defname: option.arg for option in self.definition.options}

    @property
    def settings(self) -> dict[str, list[str]]:
        return {
            option.arg.name: [argument.val.sval for argument in option.arg.args or ()]
            for option in self.definition.options
            if option.defname == "set"
        }

    @property
    def body(self) -> str:
        return str(self.options["as"][0].sval)

    @property
    def arguments(self) -> list[str]:
        """Names of what a caller passes."""
        modes = {parameter.name: parameter.mode.name for parameter in self.definition.parameters or ()}
        return [name for name, mode in modes.items() if mode not in ("FUNC_PARAM_TABLE", "FUNC_PARAM_OUT")]

    @property
    def header(self) -> dict[str, str]:
        """The sections of the contract inside the body, in their order."""
        comment = re.match(r"\s*/\*\n(.*?)\*/", self.body, flags=re.DOTALL)
        assert comment, "the body does not begin with its contract"
        parts = re.split(r"^ \* ([A-Z]\w+):", comment.group(1), flags=re.MULTILINE)
        assert not parts[0].strip(" *\n"), "the contract does not begin with a section"
        return dict(zip(parts[1::2], parts[2::2], strict=True))

    @property
    def code(self) -> str:
        return without_comments(self.body)

    @property
    def raises(self) -> list[str]:
        """The text of each raise statement."""
        found = []
        for match in re.finditer(r"\braise\s+exception\b", self.code):
            rest = re.sub(r"'(?:[^']|'')*'", lambda text: text.group().replace(";", ","), self.code[match.end() :])
            text = rest.split(";", 1)[0]
            if "'serialization_failure'" not in text:  # PostgreSQL's own word for: send it again
                found.append(text)
        return found

    @property
    def raised(self) -> set[tuple[str, str]]:
        return {
            (state, code)
            for text in self.raises
            for state, code in zip(
                re.findall(r"errcode\s*=\s*'(\w+)'", text),
                re.findall(r"constraint\s*=\s*'(\w+)'", text),
                strict=True,
            )
        }

    @property
    def declared_states(self) -> set[str]:
        return set(re.findall(r"^ \*     (L\w{4})\b", self.header.get("Raises", ""), flags=re.MULTILINE))

    @property
    def calls(self) -> set[str]:
        return set(re.findall(r"\b((?:ledger|access|inbound|outbound|api)\.\w+)\s*\(", self.code)) & set(ALL)


def read(path: Path) -> Function:
    text = path.read_text(encoding="utf-8")
    return Function(path, text, [statement.stmt for statement in parse_sql(text)])


ALL = {f"{path.parent.parent.name}.{path.stem}": read(path) for path in FUNCTION_FILES}


def each(things: dict[str, Thing]) -> Callable[[Callable[[Thing], None]], Callable[[], None]]:
    """Make one test of a rule for many things. It fails with the name of every thing that breaks the rule, and why."""

    def one_test_of(rule: Callable[[Thing], None]) -> Callable[[], None]:
        def test() -> None:
            broken = []
            for name, thing in things.items():
                try:
                    rule(thing)
                except Exception as error:  # what cannot be read breaks the rule, too
                    broken.append(f"{name}: {type(error).__name__}: {error}")
            assert things, "nothing to look at"
            assert not broken, "\n".join(broken)

        test.__name__, test.__doc__ = rule.__name__, rule.__doc__
        return test

    return one_test_of


def by_name(paths: Iterable[Path]) -> dict[str, Path]:
    return {named(path): path for path in paths}


each_function = each(ALL)


def registry() -> dict[str, list[tuple[str, str]]]:
    """db/ERRORS.md: per section the rows of its table, without the meaning."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for line in (ROOT / "db" / "ERRORS.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            rows = sections.setdefault(line.removeprefix("## "), [])
        elif row := re.match(r"\| `(\w+)` \| `(\w+)` \| \S", line):
            rows.append((row.group(1), row.group(2)))
    return sections


ERRORS = registry()
RAISED = ERRORS["Raised"]
ANSWERED = next(rows for title, rows in ERRORS.items() if title.startswith("Answered"))
OVER_HTTP = ERRORS["Over HTTP alone"]
READ = ERRORS["Read by the adapters"]


def tree() -> Iterator[Path]:
    """The files that are ours."""
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if NOT_OURS.search(named(path)) or path.is_symlink():
                continue
            if path.is_dir():
                folders.append(path)
            else:
                yield path


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def test_there_is_something_to_look_at() -> None:
    assert len(ALL) == len(FUNCTION_FILES) >= 20
    assert len(MIGRATIONS) >= 2 and len(SQL_TESTS) >= 10
    assert len(RAISED) >= 20 and len(ANSWERED) >= 15
    assert ROOT / "README.md" in set(tree()) and Path(__file__).resolve() in set(tree())


# Function files


@each_function
def test_a_function_file_holds_the_function_it_is_named_after_and_its_comment(function: Function) -> None:
    schema = function.path.parent.parent.name
    assert schema in ("api", "ledger", "access", "inbound", "outbound")
    assert [type(statement) for statement in function.statements] == [ast.CreateFunctionStmt, ast.CommentStmt]
    definition, comment = function.statements
    assert definition.replace, "not create or replace"
    assert function.name == f"{schema}.{function.path.stem}"
    kind = ObjectType.OBJECT_PROCEDURE if definition.is_procedure else ObjectType.OBJECT_FUNCTION
    assert comment.objtype == kind
    assert ".".join(part.sval for part in comment.object.objname) == function.name
    assert comment.comment.strip().endswith(".")


@each_function
def test_a_function_file_is_short_in_lines_of_a_readable_length(function: Function) -> None:
    lines = function.text.splitlines()
    assert len(lines) <= (180 if function.name in LONG else 120), "two functions"
    assert [number for number, line in enumerate(lines, 1) if len(line) > 100] == []


@each_function
def test_the_contract_stands_inside_the_body(function: Function) -> None:
    header = function.header
    assert list(header) == [name for name in SECTIONS if name in header], "unknown section, or another order"
    assert header["Function"].split()[0] == f"{function.name}({len(function.arguments)})"
    empty = [name for name, text in header.items() if not text.replace("*", "").strip()]
    assert empty == [], "empty sections are left out"
    documented = header.get("Parameters", "")
    assert [name for name in function.arguments if not re.search(rf"\b{name}\b", documented)] == []
    if not function.path.stem.startswith("tg_"):
        assert "Returns" in header or function.definition.returnType is None or "void" in function.text


@each_function
def test_what_a_function_calls_is_what_its_contract_says(function: Function) -> None:
    said = set(re.findall(r"\b(?:ledger|access|inbound|outbound|api)\.\w+", function.header.get("Calls", "")))
    assert said == function.calls - {function.name}


@each_function
def test_attributes_are_stated(function: Function) -> None:
    options = function.options
    language = options["language"].sval
    assert language in ("sql", "plpgsql")
    if function.definition.is_procedure:  # it commits, which a security definer and a set clause forbid
        assert set(options) == {"language", "as"}
        return
    assert "volatility" in options
    assert "strict" not in options or function.path.parent.parent.name != "api"
    if function.path.parent.parent.name == "api":
        assert options["security"].boolval, "not security definer"
        assert function.settings["search_path"] == ["pg_catalog", "pg_temp"]
    assert re.search(r"\bwhen\s+others\b", function.code) is None
    if language == "plpgsql":
        assert re.search(r"^\s*execute\b", function.code, flags=re.MULTILINE) is None, "dynamic SQL"


@each_function
def test_parameters_and_locals_are_told_apart_by_their_first_letters(function: Function) -> None:
    assert [name for name in function.arguments if not name.startswith("p_")] == []
    declare = re.search(r"\bdeclare\b(.*?)\bbegin\b", function.code, flags=re.DOTALL)
    names = re.findall(r"^    (\w+)\s", declare.group(1), flags=re.MULTILINE) if declare else []
    assert [name for name in names if not name.startswith(("v_", "r_"))] == []


def test_what_may_be_long_is() -> None:
    assert [name for name in LONG if len(ALL[name].text.splitlines()) <= 120] == []


def test_no_function_has_a_namesake() -> None:
    counted = Counter(path.stem for path in FUNCTION_FILES)
    assert [name for name, count in counted.items() if count > 1] == []


# Errors


@each_function
def test_a_raise_gives_state_code_and_a_message_of_one_kind(function: Function) -> None:
    for text in function.raises:
        message = re.match(r"\s*'((?:[^']|'')*)'", text)
        assert message, "the message is no literal"
        assert re.match(r"[a-z%0-9]", message.group(1)), "starts with a capital"
        assert not message.group(1).endswith("."), "ends with a full stop"
        assert len(re.findall(r"\berrcode\s*=\s*'L\w{4}'", text)) == 1
        assert len(re.findall(r"\bconstraint\s*=\s*'[A-Z_]+'", text)) == 1


@each_function
def test_the_contract_names_what_is_raised(function: Function) -> None:
    own = {state for state, _ in function.raised}
    assert own <= function.declared_states
    reachable, waiting = set(own), set(function.calls)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        reachable |= {state for state, _ in ALL[name].raised}
        waiting |= ALL[name].calls - seen
    assert function.declared_states <= reachable, "says that it raises what nothing in it does"


def test_every_error_raised_is_registered_and_every_registered_one_raised() -> None:
    raised = {pair for function in ALL.values() for pair in function.raised}
    assert raised == set(RAISED)


def test_a_state_has_one_code_and_a_class() -> None:
    assert len({state for state, _ in RAISED}) == len({code for _, code in RAISED}) == len(RAISED)
    assert {state[:2] for state, _ in RAISED} == CLASSES
    assert sorted(RAISED) == RAISED, "the registry is sorted"


def test_every_answer_is_registered_and_every_registered_one_given() -> None:
    given = {one or other for function in ALL.values() for one, other in CODE.findall(function.code)}
    text = "\n".join(function.code for function in ALL.values())
    if "upper(v_field) || '_INVALID'" in text:
        given |= {f"{field}_INVALID" for field in ("PAYMENT_ID", "REFUND_ID", "DISPUTE_ID")}
    registered = {code for _, code in ANSWERED}
    assert len(registered) == len(ANSWERED)
    assert {status for status, _ in ANSWERED} == {"rejected", "conflict", "deferred"}
    reasons = text_of(ROOT / "db" / "reference" / "rejection_reasons.csv").splitlines()[1:]
    assert registered | {code for _, code in RAISED} >= {line.split(",")[0] for line in reasons} >= registered
    assert registered <= given | set(re.findall(r"'([A-Z]+(?:_[A-Z]+)+)'", text))
    read = {code for _, code in READ}
    assert given <= registered | {code for _, code in RAISED} | read
    adapters = "\n".join(function.code for name, function in ALL.items() if name.startswith("inbound."))
    assert {code for code in read if f"'{code}'" not in adapters} == set()
    assert {outcome for outcome, _ in READ} == {"ignored", "refused", "unknown"}
    assert sorted(READ) == READ, "the registry is sorted"


def test_every_code_of_the_http_layer_is_registered_with_its_status() -> None:
    text = "\n".join(text_of(ROOT / f"{name}.py") for name in ("app", "arguments", "auth", "webhooks"))
    said = set(re.findall(r'\b(\d{3})(?:, |: \()"([A-Z_]{4,})"', text))
    assert len(said) >= 6
    assert said <= set(OVER_HTTP)
    named_ones = {
        word
        for word in re.findall(r'"([A-Z]+_[A-Z_]+)"', text)
        if not word.startswith(("CUENTA_", "DATAB", "HTTP_", "PATH_", "CONTENT_", "QUERY_", "REQUEST_", "REMOTE_"))
    }
    assert named_ones <= {code for _, code in OVER_HTTP}
    examples = set(re.findall(r'"code": "(\w+)"', text_of(ROOT / "docs" / "openapi.json")))
    assert len(examples) >= 8
    assert examples <= {code for rows in ERRORS.values() for _, code in rows}
    assert sorted(OVER_HTTP) == OVER_HTTP, "the registry is sorted"


def test_every_code_is_named_by_a_test() -> None:
    sql = "\n".join(text_of(path) for path in SQL_TESTS)
    paths = [*(ROOT / "tests").glob("*.py"), *(ROOT / "tests" / "cells").glob("*.py")]
    python = "\n".join(text_of(path) for path in paths if path != Path(__file__).resolve())
    samples = "\n".join(text_of(path) for path in (ROOT / "events" / "bad").glob("*"))
    unnamed = [state for state, code in RAISED if f"'{state}'" not in sql and f'"{code}"' not in python]
    unnamed += [code for _, code in ANSWERED if code not in sql + python + samples]
    documents = "\n".join(text_of(path) for path in (ROOT / "tests" / "webhooks").glob("*/*.json"))
    unnamed += [code for _, code in READ if f'"{code}"' not in documents + python]
    unnamed += [code for _, code in OVER_HTTP if f'"{code}"' not in python]
    assert unnamed == []


# Migrations, views and tests


def test_every_migration_can_be_rolled_back() -> None:
    forward = [path.name for path in MIGRATIONS if not path.name.endswith(".rollback.sql")]
    backward = [
        path.name.replace(".rollback.sql", ".sql") for path in MIGRATIONS if path.name.endswith(".rollback.sql")
    ]
    assert forward == backward
    assert [name for name in forward if not re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", name)] == []
    assert [int(name[:4]) for name in forward] == list(range(1, len(forward) + 1))


def grant_of(statement: Any) -> tuple[list[str], list[str], list[str]]:
    """What privileges on what a statement gives, or takes from, whom."""
    return (
        [privilege.priv_name for privilege in statement.privileges or ()],
        [f"{relation.schemaname}.{relation.relname}" for relation in statement.objects],
        [role.rolename for role in statement.grantees],
    )


@each(by_name(MIGRATIONS))
def test_a_migration_parses_and_leaves_alone_what_each_deploy_replaces(path: Path) -> None:
    replayed = (ast.CreateFunctionStmt, ast.ViewStmt, ast.CreateTrigStmt, ast.CreateRoleStmt)
    statements = [statement.stmt for statement in parse_sql(text_of(path))]
    assert statements
    assert [type(statement).__name__ for statement in statements if isinstance(statement, replayed)] == []
    # What a migration grants itself for its own work it takes back.
    grants = [(bool(one.is_grant), grant_of(one)) for one in statements if isinstance(one, ast.GrantStmt)]
    assert [said for is_grant, said in grants if is_grant] == [said for is_grant, said in grants if not is_grant]


@each(by_name(sorted((ROOT / "db" / "views").glob("*.sql"))))
def test_a_view_file_holds_the_view_it_is_named_after_and_comments(path: Path) -> None:
    statements: list[Any] = [statement.stmt for statement in parse_sql(text_of(path))]
    view, *comments = statements
    assert isinstance(view, ast.ViewStmt) and view.replace and view.view
    assert (view.view.schemaname, view.view.relname) == ("reporting", path.stem)
    assert comments and all(isinstance(comment, ast.CommentStmt) for comment in comments)
    assert comments[0].objtype == ObjectType.OBJECT_VIEW


@each(by_name(SQL_TESTS))
def test_a_pgtap_file_states_its_plan_and_keeps_nothing(path: Path) -> None:
    text = without_comments(text_of(path)).lower()
    assert re.fullmatch(r"\d{3}_[a-z0-9_]+", path.stem)
    assert re.search(r"\bselect\s+plan\(\s*\d+\s*\)", text), "no plan with a number"
    assert "finish()" in text and "rollback" in text
    assert re.search(r"^\s*commit\b", text, flags=re.MULTILINE) is None
    assert re.search(r"\b(todo|skip)(_start)?\s*\(", text) is None


def test_pgtap_files_have_numbers_of_their_own() -> None:
    counted = Counter(path.name[:3] for path in SQL_TESTS)
    assert [number for number, count in counted.items() if count > 1] == []


# The tree


def test_no_file_names_a_place_on_the_machine_it_was_written_on() -> None:
    places = re.compile(r"(?<![\w.~$}/-])/(?:root|home|work|Users|tmp)/\w")
    found = [
        f"{named(path)}:{number}: {line.strip()[:100]}"
        for path in tree()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if places.search(line)
    ]
    assert found == []


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b|(?<!['\w\"])X" + r"XX\b(?!['\"])")  # quoted, it is a currency
    skips = re.compile(r"pytest\.(?:mark\.)?(?:skip|xfail|importorskip)|assert True" + r"\b|@unittest\.skip")
    found = []
    for path in tree():
        text = text_of(path)
        if later.search(text):
            found.append(f"{named(path)}: {later.search(text)}")
        if path.suffix == ".py" and path != Path(__file__).resolve() and skips.search(text):
            found.append(f"{named(path)}: {skips.search(text)}")
    assert found == []


def test_text_files_end_with_a_line_and_have_no_blanks_at_the_end_of_one() -> None:
    kinds = {".sql", ".py", ".md", ".yml", ".toml", ".ini", ".jsonl", ".txt"}
    found = []
    for path in tree():
        text = text_of(path)
        if path.suffix not in kinds or not text or named(path) == "db/schema.sql":  # as pg_dump writes it
            continue
        is_ended = text.endswith("\n") and not text.endswith("\n\n")
        blanks = None if path.suffix == ".md" else re.search(r"[ ]$", text, flags=re.MULTILINE)
        if not is_ended or blanks or "\r" in text or "\t" in text:
            found.append(named(path))
    assert found == []


def test_sql_text_is_in_lower_case() -> None:
    """Keywords; names of ours in upper case are data, and stand in quotes."""
    shouting = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|CREATE|RETURNS|BEGIN|JOIN|VALUES|INTO)\b")
    found = []
    for path in [*FUNCTION_FILES, *MIGRATIONS, *(ROOT / "db" / "views").glob("*.sql"), *(ROOT / "sql").rglob("*.sql")]:
        text = re.sub(r"'(?:[^']|'')*'", "''", without_comments(text_of(path)))
        if shouting.search(text):
            found.append(named(path))
    assert found == []
