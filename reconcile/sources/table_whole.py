"""Files of a table that are read whole when they have changed: directories, JSON, Parquet."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING

from reconcile.errors import SourceUnreadable
from reconcile.sources import mapped_rows
from reconcile.sources.files import UNREADABLE, find_files, unreadable
from reconcile.sources.lines import read_lines
from reconcile.sources.mapped_rows import InputRow
from reconcile.sources.mapping import Mapping, first_line, workshop
from reconcile.sources.marks import Mark, open_content
from reconcile.sources.table_input import FieldNames, json_rows
from reconcile.sources.table_rows import Made, made
from reconcile.sources.text import codec_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import duckdb

    from reconcile.sources.batch import Rejected, Row
    from reconcile.sources.lines import Line
    from reconcile.sources.mapped_rows import Mapped
    from reconcile.sources.marks import Found
    from reconcile.sources.table_form import TableForm

_BOM_BYTES = 4
_PORTION = 20_000


def files_and_fingerprint(
    patterns: str | Sequence[str], folder: Path, form: TableForm, mapping: Mapping
) -> tuple[list[Found], str]:
    """All files, and a text that changes when a file, its form or the select does.

    Raises SourceUnreadable when a pattern matches nothing or a file cannot be read.
    """
    groups, faults = find_files(patterns, folder)
    if faults:
        raise faults[0]
    files = [found for group in groups for found in group]
    states = [(each.name, each.inode, each.size_bytes, each.modified_ns) for each in files]
    text = repr((states, astuple(form), mapping.text))
    return files, blake2b(text.encode(), digest_size=16).hexdigest()


def made_of_files(
    files: Sequence[Found],
    mapping: Mapping,
    build: Callable[[Mapped], Row],
    *,
    folder: Path,
    form: TableForm,
) -> Iterator[Made]:
    """Yield what the select makes of all rows of the files, some at a time, rejects first.

    Raises SourceUnreadable or SqlFileInvalid before anything is given.
    """
    file = files[0].name if len(files) == 1 else ""
    with workshop(folder) as connection:
        kept_aside = _offer_files(connection, files, form)
        kept_aside += mapped_rows.run(connection, mapping)
        yield Made([], kept_aside, Counter())
        results = mapped_rows.results(connection, mapping.target)
        while portion := list(islice(results, _PORTION)):
            yield made(portion, mapping.target, build, file)


def _offer_files(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Found], form: TableForm
) -> list[Rejected]:
    """Make `input` of all rows of the files; returns the records that are no rows.

    Raises SourceUnreadable: a part of a directory is none.
    """
    if form.format == "parquet":
        _offer_parquet(connection, files)
        return []
    names = FieldNames(())
    rows: list[InputRow] = []
    kept_aside: list[Rejected] = []
    for found in files:
        try:
            header, own_rows, rejects = _rows(found, form)
        except UNREADABLE as error:
            raise unreadable(found, error) from error
        places = names.places(header)
        kept_aside += rejects
        if places == list(range(len(header))):
            rows += own_rows
        else:
            rows += [each._replace(values=_spread(each.values, places)) for each in own_rows]
    mapped_rows.fill(connection, names.names, rows)
    return kept_aside


def _rows(found: Found, form: TableForm) -> tuple[Sequence[str], list[InputRow], list[Rejected]]:
    with open_content(found) as handle:
        codec = codec_of(form.encoding, handle.read(_BOM_BYTES))
        if form.format == "json":
            handle.seek(0)
            text = handle.read().decode(codec, "backslashreplace").removeprefix("\ufeff")
            return json_rows(text, found.name)
        lines: list[Line] = []
        for portion in read_lines(handle, offset=0, line=0, limit=None, codec=codec):
            lines += portion
    mark = Mark("", "", found.name, found.inode, found.size_bytes, found.modified_ns)
    parsed = form.parser()(lines, mark, True)
    if parsed.header is None:
        raise SourceUnreadable(f"`{found.name}` is empty, expected a header")
    return parsed.header, parsed.rows, parsed.rejected  # type: ignore[return-value]


def _spread(values: Sequence[str | None], places: Sequence[int]) -> list[str | None]:
    """Values at the places of their names among the names of all files."""
    spread: list[str | None] = [None] * (max(places, default=-1) + 1)
    for value, place in zip(values, places, strict=False):
        spread[place] = value
    return spread


def _offer_parquet(connection: duckdb.DuckDBPyConnection, files: Sequence[Found]) -> None:
    import duckdb  # noqa: PLC0415 - only these files need it here

    paths = ", ".join("'" + str(each.path.absolute()).replace("'", "''") + "'" for each in files)
    source = (
        f"read_parquet([{paths}], filename = 'input_path', file_row_number = true, "
        "union_by_name = true)"
    )
    try:
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
    except duckdb.Error as error:
        raise SourceUnreadable(first_line(error)) from error
    mapped_rows.offer(connection)
