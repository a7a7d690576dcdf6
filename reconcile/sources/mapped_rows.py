"""Rows of files as `input`, and what a select makes of them: rows it fails on stop no others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from reconcile.errors import SourceUnreadable, SqlFileInvalid
from reconcile.sources import mapping as mappings
from reconcile.sources.batch import Rejected, rejected
from reconcile.sources.canonical import PLACE, Target
from reconcile.sources.mapping import Mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

_PORTION = 10_000


class InputRow(NamedTuple):
    """One row of a file, as text: where it stood and its values in the order of the names."""

    file: str
    line: int
    row: int
    values: Sequence[str | None]


class Mapped(NamedTuple):
    """One row of a mapping: canonical values by name, what is wrong with it, the row as JSON."""

    values: dict[str, Any]
    problem: str
    record: str | None


def fill(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str], rows: Sequence[InputRow]
) -> None:
    """Make `input` of rows of text; a row shorter than the names is filled up with null."""
    own = place_names(names)
    columns = [f"{_quoted(name)} varchar" for name in names]
    file, line, row = (_quoted(name) for name in own)
    connection.execute(
        f"create or replace table input_rows (place bigint, {file} varchar, {line} bigint, "
        f"{row} bigint{''.join(f', {column}' for column in columns)})"
    )
    width = len(names)
    with connection.appender("input_rows") as appender:
        appender.append_rows(
            [
                (place, each.file, each.line, each.row, *each.values,
                 *[None] * (width - len(each.values)))
                for place, each in enumerate(rows)
            ]
        )  # fmt: skip
    offer(connection)


def offer(connection: duckdb.DuckDBPyConnection) -> None:
    """Let `input` be the rows of `input_rows` in the looked-at range that are not poison."""
    connection.execute(
        "create or replace table poison (place bigint, reason varchar); "
        "create or replace temp view input as select * exclude (place) from input_rows "
        "where place >= getvariable('first_place') and place < getvariable('end_place') "
        "and place not in (select poison.place from poison)"
    )
    _look_at(connection, 0, _count(connection))


def run(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> list[Rejected]:
    """Run a select over `input`, for `results`; returns the input rows on which it fails.

    Raises SqlFileInvalid when the select is wrong or fails on every row, SourceUnreadable when a
    file it reads itself cannot be read.
    """
    import duckdb  # noqa: PLC0415 - a run without news opens no mapping

    select = mappings.prepare(connection, mapping)
    try:
        connection.execute(f"create or replace table output as {select}")
    except duckdb.Error as error:
        _raise_if_general(error, mapping)
        failure = error
    else:
        return []
    count = _count(connection)
    _find(connection, select, 0, count)
    _look_at(connection, 0, count)
    found = connection.execute("select count(*) from poison").fetchall()[0][0]
    if found == count and count > 1:
        raise SqlFileInvalid(
            f"`{mapping.origin}` fails on every row: {mappings.first_line(failure)}"
        ) from failure
    try:
        connection.execute(f"create or replace table output as {select}")
    except duckdb.Error as error:
        raise SqlFileInvalid(f"`{mapping.origin}`: {mappings.first_line(error)}") from error
    return _rejects(connection, mapping.origin)


def results(connection: duckdb.DuckDBPyConnection, target: Target) -> Iterator[Mapped]:
    """What the last `run` gave, row by row; `record` is the row as its file has it, where known."""
    names = [column.name for column in (*target.columns, *PLACE)]
    line = _quoted(_columns(connection)[1])
    own = _own_rows(
        connection,
        f"{line} in (select output.line from output where output.problem != '')",  # noqa: S608 - quoted
    )
    cursor = connection.execute("from output")
    while portion := cursor.fetchmany(_PORTION):
        for *values, problem, record in portion:
            place = tuple(values[-len(PLACE) :])
            shown = (own.get(place) or _without_nulls(record)) if problem else None
            yield Mapped(dict(zip(names, values, strict=True)), problem, shown)


def _own_rows(
    connection: duckdb.DuckDBPyConnection, condition: str
) -> dict[tuple[object, ...], str | None]:
    """Rows of files as JSON, by each part of their place that a select may pass on.

    None where a part fits several rows.
    """
    names = _columns(connection)[len(PLACE) :]
    found: dict[tuple[object, ...], str | None] = {}
    selected = connection.execute(f"from input_rows where {condition} order by place").fetchall()
    for index, file_name, number, row_number, *values in selected:
        record = _record(dict(zip(names, values, strict=True)))
        found[(index,)] = record
        for place in (
            (file_name, number, row_number),
            (file_name, number, None),
            (None, number, row_number),
            (None, number, None),
        ):
            found[place] = None if place in found else record
    return found


def _columns(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The columns of `input_rows`: three of our own, that say the place, then those of the file."""
    return [str(row[0]) for row in connection.execute("describe input_rows").fetchall()[1:]]


def _without_nulls(record: str | None) -> str | None:
    return _record(json.loads(record)) if record else record


def _record(values: dict[str, object]) -> str:
    shown = {name: value for name, value in values.items() if value is not None}
    return json.dumps(shown, ensure_ascii=False, default=str)


def _find(connection: duckdb.DuckDBPyConnection, select: str, first: int, end: int) -> None:
    """Note each row of a range on which alone the select fails."""
    import duckdb  # noqa: PLC0415 - a run without news opens no mapping

    _look_at(connection, first, end)
    try:
        connection.execute(select).fetchall()
    except duckdb.Error as error:
        if end - first == 1:
            reason = mappings.first_line(error)
            connection.execute("insert into poison values ($1, $2)", [first, reason])
            return
        middle = (first + end) // 2
        _find(connection, select, first, middle)
        _find(connection, select, middle, end)


def _raise_if_general(error: duckdb.Error, mapping: Mapping) -> None:
    """Raise where the fault lies in the select or a file, not in a row."""
    import duckdb  # noqa: PLC0415 - a run without news opens no mapping

    text = f"`{mapping.origin}`: {mappings.first_line(error)}"
    if isinstance(error, duckdb.IOException):
        raise SourceUnreadable(text) from error
    if isinstance(error, duckdb.BinderException | duckdb.CatalogException) or (
        "TimeZone" in str(error)
    ):
        raise SqlFileInvalid(text) from error
    if isinstance(error, duckdb.OutOfMemoryException | duckdb.InternalException):
        raise error


def _rejects(connection: duckdb.DuckDBPyConnection, origin: str) -> list[Rejected]:
    own = _own_rows(connection, "place in (select poison.place from poison)")
    file, line, *_ = map(_quoted, _columns(connection))
    found = connection.execute(
        f"select place, input_rows.{file}, input_rows.{line}, poison.reason "  # noqa: S608 - quoted
        "from input_rows inner join poison using (place) order by place"
    ).fetchall()
    return [
        rejected(name, number, f"`{origin}`: {reason}", own[(place,)] or "")
        for place, name, number, reason in found
    ]


def _look_at(connection: duckdb.DuckDBPyConnection, first: int, end: int) -> None:
    connection.execute(f"set variable first_place = {first}; set variable end_place = {end}")


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    return int(connection.execute("select count(*) from input_rows").fetchall()[0][0])


def place_names(names: Sequence[str]) -> list[str]:
    """The names of our own columns: another one where the file has a column of that name."""
    taken = {name.casefold() for name in names}
    own = (column.name for column in PLACE)
    return [f"input_{name}" if name in taken else name for name in own]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
