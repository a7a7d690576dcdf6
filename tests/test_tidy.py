"""The repository checks its own style: SQL, Python, layers, names, numbers."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import case_runner
import phonenumbers
import pytest

from reconcile import queries

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

ROOT = Path(__file__).parent.parent
SQL = ROOT / "sql"
PACKAGE = ROOT / "reconcile"

FOLDERS = ("staging", "core", "commands", "audits", "reports")
TOP_LEVEL = {
    "pyproject.toml",
    "README.md",
    "reconcile",
    "sql",
    "tests",
    "samples",
    "crontab.example",
}
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
LAYERS = (
    {"__main__"},
    {"cli"},
    {"running", "run_start", "run_record", "ownership", "reading", "feeds", "pipeline", "by_hand"}
    | {"pulling", "undelivered"}
    | {"jobs", "openings", "report_files", "scheduled", "snapshots", "sweeping", "folding", "steps"}
    | {"reports", "explain", "due", "duplicates", "demo", "checking", "pages"}
    | {"simulation", "replay", "report_mail", "alerting", "alerts_standing", "alert_webhook"},
    {"sources", "sinks", "outbox", "lanes", "publishing", "audit_files", "import_file"},
    {"database", "databases", "queries", "number_cache", "client_zones", "scratch"}
    | {"state_faults", "state", "mluvii"},
    {"settings", "phone_numbers", "clock", "errors", "streams", "faults", "files_out", "moment"}
    | {"plain_text", "failures", "spreadsheet", "shipped", "schedule", "without", "calling_hours"}
    | {"open_days", "http_exchange", "http_peer", "mail_exchange", "masking"}
    | {"__init__"},
)
"""Imports go down, or stay in their layer without a circle."""

HEAVY = {
    "duckdb": {"database", "queries", "sources"},
    "pandas": {"reports"},
    "pyarrow": {"reports", "sources"},
    "numpy": set(),
    "tabulate": {"reports"},
    "croniter": {"calling_hours", "open_days", "schedule"},
    "holidays": {"open_days"},
    "phonenumbers": {"phone_numbers"},
    "rich": {"streams"},
    "jinja2": {"pages"},
    "vl_convert": {"pages"},
    "psycopg": {"databases"},
    "pymysql": {"databases"},
    "xlsxwriter": {"reports"},
}
"""A library that starts slowly, and the modules that may import it, inside a function."""

CLOCKS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {
        *("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"),
        *("localtime", "gmtime", "ctime", "strftime"),
    },
}
ALL_CLOCKS = set().union(*CLOCKS.values())
CLOCK_EXCEPTIONS = {("database", "monotonic")}

BANNED_SQL = {
    "a clock": r"\b(now|today|current_date|current_time|get_current_timestamp)\(\)"
    r"|\bcurrent_(timestamp|date|time)\b|\blocaltime(stamp)?\b",
    "chance": r"\b(random|uuid|gen_random_uuid|uuidv[47]|setseed)\(",
    "`between` on a time": r"_at(::timestamp)?\s+between\b",
    "an ASOF join": r"\basof\b",
    "a right join": r"\bright\s+(outer\s+)?join\b",
    "`using (`": r"\busing\s*\(",
    "grouping or ordering by number": r"\b(group|order)\s+by\s+\d",
    "`group by all`": r"\bgroup\s+by\s+all\b",
    "`date_diff`": r"\bdate_?diff\(",
    "an ordered list": r"\blist\([^()]*\border\s+by\b",
    "a one-letter alias": r"\bas\s+[a-z]\b(?!\s*\()",
    "a capital letter": r"[A-Z]",
    "a tab": r"\t",
}

_FROM = re.compile(
    r"\b(?:from|join|using)\s+((?:raw|staging|core|kept|ops|settings|temp)\.[a-z0-9_]+)"
)
_WRITES = re.compile(r"\b(?:delete\s+from|(?:insert|merge)\s+into|update)\s+([a-z]+\.[a-z0-9_]+)")
_CTE = re.compile(r"(?:\bwith(?:\s+recursive)?|\),)\s+([a-z_]+)(?:\s*\([^()]*\))?\s+as\s*\(")


def sql_path(name: str) -> Path:
    return SQL / f"{name.replace('.', '/')}.sql"


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


SQL_NAMES = [name for folder in FOLDERS for name in queries.names(folder)]
SCHEMA_FILES = sorted((SQL / "schema").glob("*.sql"))
SQL_FILES = [*map(sql_path, SQL_NAMES), *SCHEMA_FILES]
MODULES = sorted(PACKAGE.rglob("*.py"))


def bare(text: str) -> str:
    """SQL without its comments and with empty strings, line by line as before."""
    return re.sub(r"'(?:[^']|'')*'|--[^\n]*", lambda m: "''" if m[0].startswith("'") else "", text)


def module_name(path: Path) -> str:
    """The part of a module's name that stands in `LAYERS`: `sinks` for all of `reconcile.sinks`."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def tracked_files() -> list[Path]:
    """All files that are or would be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is no git checkout")
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def others() -> list[Path]:
    """All committed files but this one, which names what it looks for."""
    return [path for path in tracked_files() if path != Path(__file__)]


def text_of(path: Path) -> str:
    """The text of a file, empty for one that is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def place(path: Path, line: int) -> str:
    return f"{short(path)}:{line}"


def found(pattern: str, text: str, path: Path) -> list[str]:
    """Each place of a pattern, as `file:line: text`."""
    return [
        f"{place(path, text.count(chr(10), 0, match.start()) + 1)}: {match[0].strip()}"
        for match in re.finditer(pattern, text)
    ]


# SQL.


@pytest.mark.parametrize("name", SQL_NAMES)
def test_a_sql_file_has_its_header_and_declares_the_parameters_it_uses(
    name: str, connection: duckdb.DuckDBPyConnection
) -> None:
    query = queries.load(name)
    statements = connection.extract_statements(query.text)
    assert {p for statement in statements for p in statement.named_parameters} == set(query.params)
    assert set(case_runner.declared_params(query)) == set(query.params)


@pytest.mark.parametrize("name", SQL_NAMES)
def test_a_sql_file_is_one_statement_of_the_kind_of_its_folder(
    name: str, connection: duckdb.DuckDBPyConnection
) -> None:
    kinds = [s.type.name for s in connection.extract_statements(queries.load(name).text)]
    is_command = name.startswith("commands.")
    allowed = ("INSERT", "UPDATE", "DELETE", "MERGE_INTO") if is_command else ("SELECT",)
    assert len(kinds) == 1
    assert kinds[0] in allowed


@pytest.mark.parametrize("name", SQL_NAMES)
def test_a_sql_file_declares_the_relations_it_reads(name: str) -> None:
    query = queries.load(name)
    text = bare(query.text)
    read, written = set(_FROM.findall(text)), set(_WRITES.findall(text))
    declared = {entry.split()[0] for entry in query.reads}
    assert (read - written - declared, declared - read - written) == (set(), set())


@pytest.mark.parametrize("name", SQL_NAMES)
def test_a_sql_file_has_cases(name: str) -> None:
    path = ROOT / "tests" / sql_path(name).relative_to(ROOT).with_suffix(".case")
    assert path.is_file(), f"write {short(path)}"


def test_a_case_file_has_its_sql_file() -> None:
    cases = (ROOT / "tests" / "sql").glob("*/*.case")
    assert [str(path) for path in cases if f"{path.parent.name}.{path.stem}" not in SQL_NAMES] == []


@cache
def read_by_reports() -> frozenset[str]:
    """The relations of `core` that reports read, and those that these read."""
    found: set[str] = set()
    new = {read for report in queries.names("reports") for read in queries.load(report).reads}
    while new := {read for read in new if read.startswith("core.")} - found:
        found |= new
        new = {read for name in new for read in queries.load(name).reads}
    return frozenset(found)


@pytest.mark.parametrize("name", SQL_NAMES)
def test_a_sql_file_is_used(name: str) -> None:
    """By its name in the package; audits are all run, reports can be asked for by name, and what
    these read is made for them."""
    folder = name.partition(".")[0]
    quoted = f'"{folder if folder in ("audits", "reports") else name}"'
    is_named = quoted in source() or f'"{name}"' in source()
    assert is_named or name in read_by_reports(), f"no module names {name}, and no report reads it"


@pytest.mark.parametrize("name", SQL_NAMES)
def test_a_sql_file_uses_nothing_that_is_banned(name: str) -> None:
    text, path = bare(sql_path(name).read_text(encoding="utf-8")), sql_path(name)
    faults = [
        f"{what}: {where}"
        for what, pattern in BANNED_SQL.items()
        for where in found(pattern, text, path)
    ]
    assert faults == []


@pytest.mark.parametrize("name", SQL_NAMES)
def test_select_star_only_brings_out_the_last_ctes(name: str) -> None:
    """`select * from last`, or several of them in one `union all`, as the end of a file."""
    text = " ".join(bare(queries.load(name).text).split())
    _, star, rest = text.partition("select *")
    ctes = "|".join(_CTE.findall(text))
    end = rf" from ({ctes})( union all select \* from ({ctes}))*( order by [^()]+)?"
    assert not star or (ctes and re.fullmatch(end, rest)), f"select *{rest[:80]} …"


@pytest.mark.parametrize("path", SQL_FILES, ids=short)
def test_lines_of_sql_are_no_longer_than_100_characters(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [place(path, n) for n, line in enumerate(lines, start=1) if len(line) > 100] == []


@pytest.mark.parametrize("path", SQL_FILES, ids=short)
def test_a_sql_file_ends_with_one_line_feed_and_no_line_with_a_space(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert found(r" +\n", text, path) == []


def is_ordered(name: str) -> bool:
    """Whether the outermost select has an `order by`: one outside all brackets."""
    text, shorter = "", bare(queries.load(name).text)
    while shorter != text:
        text, shorter = shorter, re.sub(r"\([^()]*\)", "", shorter)
    return re.search(r"\border\s+by\b", text) is not None


@pytest.mark.parametrize("name", queries.names("reports"))
def test_a_report_is_ordered(name: str) -> None:
    assert is_ordered(name)


@pytest.mark.parametrize("name", [n for n in SQL_NAMES if n.startswith(("staging.", "core."))])
def test_only_a_file_whose_rows_are_fetched_is_ordered(name: str) -> None:
    """A table has no order; Python reads the rows of `queries.rows` one after the other."""
    assert not is_ordered(name) or re.search(rf'\brows\(\s*[\w.]+,\s*"{name}"', source())


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in SCHEMA_FILES]
    assert numbers == list(range(1, len(numbers) + 1))


# Python.


@cache
def trees() -> tuple[tuple[Path, ast.Module], ...]:
    return tuple((path, ast.parse(path.read_text(encoding="utf-8"))) for path in MODULES)


@cache
def source() -> str:
    """All Python of the program."""
    return "".join(path.read_text(encoding="utf-8") for path in MODULES)


def imported(node: ast.AST) -> list[tuple[int, str]]:
    """Line and name of each module that a statement imports, `reconcile.sinks` in full."""
    if isinstance(node, ast.Import):
        return [(node.lineno, alias.name) for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        if node.module == "reconcile":
            return [(node.lineno, f"reconcile.{alias.name}") for alias in node.names]
        return [(node.lineno, node.module)]
    return []


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def run_time_nodes(node: ast.AST, *, into_functions: bool) -> Iterator[ast.AST]:
    """All nodes below that run, without what stands there for types only."""
    for child in ast.iter_child_nodes(node):
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if is_for_types(child) or (is_function and not into_functions):
            continue
        yield child
        yield from run_time_nodes(child, into_functions=into_functions)


def test_modules_have_at_most_250_lines() -> None:
    counts = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert [f"{place(path, n)}" for path, n in counts.items() if n > 250] == []


def test_functions_have_at_most_40_lines() -> None:
    assert [
        f"{place(path, node.lineno)}: {node.name}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= 40
    ] == []


def test_no_module_is_named_after_nothing() -> None:
    paths = [*MODULES, *map(sql_path, SQL_NAMES), *(ROOT / "tests").rglob("*.py")]
    assert [str(path) for path in paths if path.stem in BANNED_NAMES] == []


def test_only_streams_prints() -> None:
    assert [
        place(path, node.lineno)
        for path, tree in trees()
        for node in ast.walk(tree)
        if module_name(path) != "streams"
        and (
            (isinstance(node, ast.Name) and node.id == "print")
            or (
                isinstance(node, ast.Attribute)
                and "std" in node.attr
                and ast.unparse(node) in ("sys.stdout", "sys.stderr", "sys.__stdout__")
            )
        )
    ] == []


def test_only_the_clock_reads_the_clock() -> None:
    assert [
        f"{place(path, node.lineno)}: {ast.unparse(node)}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if module_name(path) != "clock"
        and (
            (
                isinstance(node, ast.Attribute)
                and node.attr in ALL_CLOCKS
                and node.attr in CLOCKS.get(ast.unparse(node.value).rpartition(".")[2], ())
                and (module_name(path), node.attr) not in CLOCK_EXCEPTIONS
            )
            or (
                isinstance(node, ast.ImportFrom)
                and node.module == "time"
                and {alias.name for alias in node.names} & CLOCKS["time"]
            )
        )
    ] == []


def test_heavy_libraries_are_imported_inside_functions() -> None:
    assert [
        f"{place(path, line)}: {name}"
        for path, tree in trees()
        for node in run_time_nodes(tree, into_functions=False)
        for line, name in imported(node)
        if name.partition(".")[0] in HEAVY
    ] == []


def test_heavy_libraries_are_imported_where_they_belong() -> None:
    assert [
        f"{place(path, line)}: {name}"
        for path, tree in trees()
        for node in run_time_nodes(tree, into_functions=True)
        for line, name in imported(node)
        if name.partition(".")[0] in HEAVY
        and module_name(path) not in HEAVY[name.partition(".")[0]]
    ] == []


def test_every_module_has_its_layer() -> None:
    placed = set().union(*LAYERS)
    assert {module_name(path) for path in MODULES} - placed == set()


def test_imports_go_one_way() -> None:
    level = {name: depth for depth, layer in enumerate(LAYERS) for name in layer}
    assert [
        f"{place(path, line)}: {module_name(path)} imports {name}"
        for path, tree in trees()
        for node in ast.walk(tree)
        for line, name in imported(node)
        if name.startswith("reconcile.")
        and level.get(name.split(".")[1], len(LAYERS)) < level.get(module_name(path), 0)
    ] == []


def test_imports_make_no_circle() -> None:
    arrows = {
        (module_name(path), name.split(".")[1])
        for path, tree in trees()
        for node in ast.walk(tree)
        for _, name in imported(node)
        if name.startswith("reconcile.")
    }
    left = {(importer, name) for importer, name in arrows if importer != name}
    while free := {name for _, name in left} - {importer for importer, _ in left}:
        left = {(importer, name) for importer, name in left if name not in free}
    importers = {importer for importer, _ in left}
    assert {(importer, name) for importer, name in left if name in importers} == set()


# Names, words and numbers.


def test_only_agreed_names_stand_at_the_top() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in tracked_files()}
    assert {name for name in names if not name.startswith(".")} - TOP_LEVEL == set()


def test_nothing_names_the_machine_it_was_written_on() -> None:
    """Neither the folder of this checkout, nor a person's home, nor where packages come from."""
    folders = [f"{folder}/" for folder in (ROOT, Path.home()) if len(folder.parts) > 1]
    pattern = "|".join([*map(re.escape, folders), r"--(extra-)?index-[u]rl", r"https?://py[p]i\b"])
    assert [f for path in others() for f in found(pattern, text_of(path), path)] == []


def test_nothing_is_left_to_do() -> None:
    assert [
        f
        for path in others()
        if path.suffix in {".py", ".sql", ".toml", ".md", ".case"}
        for f in found(r"\b(TODO|FIXME|XXX)\b", text_of(path), path)
    ] == []


def test_a_page_has_one_title() -> None:
    for path in tracked_files():
        if path.suffix == ".md":
            text = re.sub(r"^```.*?^```", "", text_of(path), flags=re.DOTALL | re.MULTILINE)
            assert len(re.findall(r"^# ", text, flags=re.MULTILINE)) == 1, path


def test_no_test_name_is_used_twice_in_a_file() -> None:
    """The second would silently take the place of the first."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        names = sorted(node.name for node in body if isinstance(node, ast.FunctionDef))
        assert [a for a, b in pairwise(names) if a == b] == [], path


FICTION = re.compile(
    r"\+420(700610|200500|200000)\d{3}"  # Czech blocks that nobody holds
    r"|\+44(7700900\d{3}|2079460\d{3})"  # kept for drama by Ofcom
    r"|\+33(63998\d{4}|19900\d{4})"  # by Arcep
    r"|\+493023125\d{3}"  # by Bundesnetzagentur
    r"|\+1\d{3}55501\d{2}"  # by the North American Numbering Plan
    r"|\+(266696687|7378742833|2562533|8656696|86282452253)"  # `anonymous` and its like as digits
)
_NUMBER_TEXT = re.compile(r"(?<![\w.+])(?:\+|00)?\d[\d ()\-]{7,18}\d(?![\w.])")


def test_phone_numbers_of_samples_and_tests_are_fiction() -> None:
    """A number that a real person could hold stands nowhere."""
    real = []
    for path in others():
        if path.relative_to(ROOT).parts[0] not in ("samples", "tests"):
            continue
        for text in sorted(set(_NUMBER_TEXT.findall(text_of(path)))):
            if not text.startswith(("+", "00")) and not re.fullmatch(r"\d{3} ?\d{3} ?\d{3}", text):
                continue
            try:
                number = phonenumbers.parse(text, "CZ")
            except phonenumbers.NumberParseException:
                continue
            e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            is_fiction = FICTION.fullmatch(e164) or FICTION.fullmatch(text.split()[0])
            if phonenumbers.is_valid_number(number) and not is_fiction:
                real.append(f"{short(path)}: {text}")
    assert real == []


def test_no_conflict_is_left_behind() -> None:
    marks = r"(?m)^(?:<{7}|>{7})(?: |$)"
    assert [where for path in others() for where in found(marks, text_of(path), path)] == []
