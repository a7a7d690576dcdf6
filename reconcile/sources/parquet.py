"""Parquet files as `input` of a select: one that cannot be read stops no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.errors import SourceUnreadable
from reconcile.sources import mapped_rows
from reconcile.sources.bad_files import BadFile
from reconcile.sources.mapping import first_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from reconcile.sources.marks import Found


def offer_parquet(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Found], bad: list[BadFile]
) -> None:
    """Make `input` of all rows of the files; the files that cannot be read are added to `bad`.

    Raises SourceUnreadable where each can be read and all together cannot, their types being at
    odds.
    """
    import duckdb  # noqa: PLC0415 - only these files need it here

    try:
        _fill(connection, files)
    except duckdb.Error as error:
        found = [one for each in files if (one := _tried(connection, each))]
        if not found:
            raise SourceUnreadable(first_line(error)) from error
        bad += found
        sound = [each for each in files if each not in {one.found for one in found}]
        if sound:
            offer_parquet(connection, sound, bad)
        return
    mapped_rows.offer(connection)


def _tried(connection: duckdb.DuckDBPyConnection, found: Found) -> BadFile | None:
    """Read one file alone, to see whether it is to blame."""
    import duckdb  # noqa: PLC0415 - only these files need it here

    try:
        _fill(connection, [found])
    except duckdb.Error as error:
        reason = first_line(error).replace(_literal(found), f"`{found.name}`")
        what = f"`{found.name}` cannot be read: {reason}"
        return BadFile(found, SourceUnreadable(what), is_damaged=True)
    return None


def _fill(connection: duckdb.DuckDBPyConnection, files: Sequence[Found]) -> None:
    paths = ", ".join(_literal(each) for each in files)
    source = (
        f"read_parquet([{paths}], filename = 'input_path', file_row_number = true, "
        "union_by_name = true)"
    )
    described = connection.execute(f"describe from {source}").fetchall()
    added = {"input_path", "file_row_number"}
    names = [str(row[0]) for row in described if row[0] not in added]
    file, line, row = mapped_rows.place_names(names)
    connection.execute("create or replace table input_paths (path varchar, name varchar)")
    with connection.appender("input_paths") as appender:
        appender.append_rows([(str(each.path.absolute()), each.name) for each in files])
    connection.execute(
        "create or replace table input_rows as select row_number() over () - 1 as place, "  # noqa: S608
        f'input_paths.name as "{file}", file_row_number + 1 as "{line}", '
        f'file_row_number + 1 as "{row}", rows.* exclude (input_path, file_row_number) '
        f"from {source} as rows inner join input_paths on rows.input_path = input_paths.path"
    )


def _literal(found: Found) -> str:
    return "'" + str(found.path.absolute()).replace("'", "''") + "'"
