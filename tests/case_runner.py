"""Run one golden case: fill the tables, run the SQL file, compare as text inside DuckDB."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import case_format
import duckdb
from case_format import CaseFile, CaseMalformed, Cell, Expectation, Section, Table

from reconcile import queries

if TYPE_CHECKING:
    from collections.abc import Sequence

REBUILT = ("core", "staging", "temp")
"""Schemas whose tables are made anew in each run, by SQL files or by Python, not by migrations."""

_DECLARED = re.compile(r"\$([a-z_]+) ([a-z]+(?:\[\])*)")
_INFERRED = (
    (re.compile(r".*_at"), "timestamp"),
    (re.compile(r"(is|has)_.*"), "boolean"),
    (
        re.compile(
            r".*_(count|seconds|minutes|run)|attempt_number|line|run_id|position|generation"
        ),
        "bigint",
    ),
    (re.compile(r".*_ids|proof|also|data"), "varchar[]"),
)
_DEFAULTS = {
    "VARCHAR": "",
    "BOOLEAN": False,
    "TIMESTAMP": "2000-01-01 00:00:00",
    "DATE": "2000-01-01",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """An expectation that was not met; `text` shows both tables, `body` what should stand there."""

    expectation: Expectation
    text: str
    body: list[str]


def run_case(
    connection: duckdb.DuckDBPyConnection, name: str, file: CaseFile, case: Section
) -> list[Difference]:
    """Run the SQL file `name` on the tables of a case and give the expectations it does not meet.

    Raises CaseMalformed where the case does not fit the file or the schema, and AssertionError
    where an expected SQL error does not come.
    """
    query = queries.load(name)
    _fill(connection, query, file, case)
    params = _params(connection, query, file, case)
    if case.error is not None:
        _expect_error(connection, query, params, case.error)
        return []
    result = run_query(connection, query, params)
    differences = []
    for expectation in case.expectations:
        relation = expectation.name or result
        if not relation:
            raise CaseMalformed(
                f"{file.path}:{expectation.line}: a command has no result; "
                "write `expect schema.table`"
            )
        found = _compare(connection, relation, file, case, expectation)
        if found:
            differences.append(found)
    return differences


def infer_type(column: str) -> str:
    """The type of a column of `core` or `staging` that no line declares, by its name."""
    for pattern, type_name in _INFERRED:
        if pattern.fullmatch(column):
            return type_name
    return "varchar"


def declared_params(query: queries.Query) -> dict[str, str]:
    """Parameter name to type, as the header of the SQL file declares them."""
    lines = itertools.takewhile(lambda line: line.startswith("-- "), query.text.splitlines())
    _, _, params = " ".join(lines).partition("-- Params:")
    declared = dict(_DECLARED.findall(params))
    untyped = [name for name in query.params if name not in declared]
    if untyped:
        raise CaseMalformed(f"`{query.name}` declares `${untyped[0]}` without a type")
    return {name: declared[name] for name in query.params}


def _fill(
    connection: duckdb.DuckDBPyConnection, query: queries.Query, file: CaseFile, case: Section
) -> None:
    shown = {table.name for table in case.tables}
    if len(shown) < len(case.tables):
        raise CaseMalformed(f"{file.path}:{case.line}: a table is shown twice")
    tables = [*(t for t in file.background.tables if t.name not in shown), *case.tables]
    needed = {read.split()[0] for read in query.reads} | {table.name for table in tables}
    for relation in sorted(needed):
        if relation.partition(".")[0] in REBUILT:
            create_relation(connection, relation, file)
    for table in tables:
        try:
            _insert(connection, table)
        except (duckdb.Error, CaseMalformed) as error:
            raise CaseMalformed(f"{file.path}:{table.line}: {error}") from error


def create_relation(connection: duckdb.DuckDBPyConnection, relation: str, file: CaseFile) -> None:
    columns = file.columns_of(relation)
    if not columns:
        raise CaseMalformed(
            f"{file.path}:1: `{relation}` is read but its columns are not known; write a line "
            f"`shape {relation}: column type, …` before the first case"
        )
    listed = ", ".join(f"{name} {kind or infer_type(name)}" for name, kind in columns.items())
    kind = "temp table" if relation.startswith("temp.") else "table"
    connection.execute(f"create {kind} {relation} ({listed})")


def _insert(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    columns = columns_of(connection, table.name)
    if not columns:
        raise CaseMalformed(f"there is no table `{table.name}`")
    unknown = [name for name in table.columns if name not in columns]
    if unknown:
        raise CaseMalformed(f"`{table.name}` has no column `{unknown[0]}`")
    names = list(table.columns)
    filled: list[Any] = []
    for name, (type_name, is_required) in columns.items():
        if is_required and name not in names:
            filled.append([] if type_name.endswith("[]") else _DEFAULTS.get(type_name, 0))
            names.append(name)
    marks = ", ".join(f"cast(${i + 1} as {columns[name][0]})" for i, name in enumerate(names))
    for row in table.rows:
        connection.execute(
            f"insert into {table.name} ({', '.join(names)}) values ({marks})", [*row, *filled]
        )


def columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, tuple[str, bool]]:
    """Column name to type and whether it must not be null."""
    schema, _, table = relation.partition(".")
    found = connection.execute(
        "select column_name, data_type, not is_nullable from duckdb_columns() "
        "where if(database_name = 'temp', 'temp', schema_name) = $1 and table_name = $2 "
        "order by column_index",
        [schema, table],
    ).fetchall()
    return {name: (type_name, is_required) for name, type_name, is_required in found}


def _params(
    connection: duckdb.DuckDBPyConnection, query: queries.Query, file: CaseFile, case: Section
) -> dict[str, Any]:
    declared = declared_params(query)
    given = {
        **{key: text for key, text in file.background.params.items() if key in declared},
        **case.params,
    }
    if set(given) != set(declared):
        raise CaseMalformed(
            f"{file.path}:{case.line}: the case gives the parameters {sorted(given)}, "
            f"`{query.name}` declares {sorted(declared)}"
        )
    return {
        key: connection.execute(
            f"select cast($1 as {declared[key]})", [case_format.read_cell(text)]
        ).fetchall()[0][0]
        for key, text in given.items()
    }


def run_query(
    connection: duckdb.DuckDBPyConnection, query: queries.Query, params: dict[str, Any]
) -> str:
    """Run the file and give the name of the relation that holds its rows, empty for a command."""
    if query.folder in ("reports", "audits"):
        connection.execute(f"create temp table result as\n{query.text}", params or None)
        return "temp.result"
    queries.run(connection, query.name, params)
    return "" if query.folder == "commands" else query.name


def _expect_error(
    connection: duckdb.DuckDBPyConnection,
    query: queries.Query,
    params: dict[str, Any],
    fragment: str,
) -> None:
    try:
        run_query(connection, query, params)
    except duckdb.Error as error:
        assert fragment in str(error), f"expected an error with `{fragment}`, got:\n{error}"
    else:
        raise AssertionError(f"expected an error with `{fragment}`, and there was none")


def _compare(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    file: CaseFile,
    case: Section,
    expectation: Expectation,
) -> Difference | None:
    described = connection.execute(f"describe {relation}").fetchall()
    types = {str(row[0]): str(row[1]) for row in described}
    columns = expectation.columns or list(types)
    unknown = [name for name in columns if name not in types]
    if unknown:
        raise CaseMalformed(
            f"{file.path}:{expectation.line}: the result has no column `{unknown[0]}`; "
            f"it has {', '.join(types)}"
        )
    text_columns = ", ".join(f"cast({name} as varchar) as {name}" for name in columns)
    connection.execute(f"create or replace temp table got as select {text_columns} from {relation}")
    _store_expected(connection, columns, types, expectation.rows)
    missing = _rows(connection, "from expected except all from got")
    surplus = _rows(connection, "from got except all from expected")
    if expectation.columns and not missing and not surplus:
        return None
    expected, got = _rows(connection, "from expected"), _rows(connection, "from got")
    text = "\n".join(
        [
            f"{file.path}:{expectation.line}: {case.sentence}",
            f"expected{f' {expectation.name}' if expectation.name else ''}",
            *_marked(columns, expected, missing, "-"),
            "got",
            *_marked(columns, got, surplus, "+"),
        ]
    )
    return Difference(expectation, text, case_format.render(columns, got))


def _store_expected(
    connection: duckdb.DuckDBPyConnection,
    columns: Sequence[str],
    types: dict[str, str],
    rows: Sequence[Sequence[Cell]],
) -> None:
    """Put the expected cells in DuckDB's own spelling of their type: `[a,b]` is `[a, b]`."""
    listed = ", ".join(f"{name} varchar" for name in columns)
    connection.execute(f"create or replace temp table expected ({listed})")
    cells = ", ".join(
        f"coalesce(cast(try_cast(${i + 1} as {types[name]}) as varchar), ${i + 1})"
        for i, name in enumerate(columns)
    )
    for row in rows:
        connection.execute(f"insert into expected values ({cells})", list(row))


def _rows(connection: duckdb.DuckDBPyConnection, source: str) -> list[tuple[Cell, ...]]:
    return connection.execute(f"select * from ({source}) order by all").fetchall()


def _marked(
    columns: Sequence[str],
    rows: Sequence[tuple[Cell, ...]],
    differing: Sequence[tuple[Cell, ...]],
    mark: str,
) -> list[str]:
    left = list(differing)
    lines = case_format.render(columns, rows)
    marked = [f"  {lines[0]}"]
    for row, line in zip(rows, lines[1:], strict=True):
        is_differing = row in left
        if is_differing:
            left.remove(row)
        marked.append(f"{mark if is_differing else ' '} {line}")
    return marked if rows else [*marked, "  (no rows)"]
