"""Portions of growing text files, through a mapping, to batches of rows."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple, cast

from reconcile.errors import Problem, SettingInvalid
from reconcile.sources import mapped_rows
from reconcile.sources.batch import (
    Batch,
    Load,
    Rejected,
    Row,
    StoredRow,
    forward_batch,
    rejected,
)
from reconcile.sources.mapped_rows import InputRow
from reconcile.sources.mapping import Mapping, workshop
from reconcile.sources.table_input import FieldNames
from reconcile.sources.table_rows import made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import duckdb

    from reconcile.sources.forward import Parsed, Portion
    from reconcile.sources.mapped_rows import Mapped


class Destination(NamedTuple):
    """Where mapped rows go: a table, and what builds its rows of those of a file."""

    table: str
    builder: Callable[[str], Callable[[Mapped], Row]]


class Folding(NamedTuple):
    """How several rows make one call: the column that tells it, and where its other rows are."""

    source: str
    key: str
    stored_rows: Callable[[Iterable[str]], list[StoredRow]]


def mapped_batches(
    portions: Iterable[Portion],
    mapping: Mapping,
    destination: Destination,
    *,
    folder: Path,
    stream: str,
    folding: Folding | None = None,
) -> Iterator[Batch]:
    """Yield a batch for each portion; a file whose rows the select cannot map is a bad one.

    Its mark then stays before the rows that were not mapped.
    """
    with ExitStack() as stack:
        connection = None
        for portion in portions:
            parsed = portion.parsed
            if parsed is None or not parsed.rows:
                yield forward_batch(portion, stream, destination.table)
                continue
            connection = connection or stack.enter_context(workshop(folder))
            try:
                loads, kept_aside = _run(connection, parsed, portion.file, mapping, folding)
            except Problem as problem:
                portion.refusals.append(problem)
                continue
            results = mapped_rows.results(connection, mapping.target)
            build = destination.builder(portion.file)
            given = made(results, mapping.target, build, portion.file)
            yield Batch(
                stream,
                loads=(*loads, Load(destination.table, given.rows)),
                rejected=(*kept_aside, *given.rejected),
                unknown_words=given.unknown_words,
                marks=portion.marks,
            )


def _run(
    connection: duckdb.DuckDBPyConnection,
    parsed: Parsed,
    file: str,
    mapping: Mapping,
    folding: Folding | None,
) -> tuple[list[Load], list[Rejected]]:
    """Run the select over the rows of a portion; gives rows to be kept and those that are none."""
    names, rows, loads, kept_aside = _input(parsed, file, folding)
    mapped_rows.fill(connection, names, rows)
    return loads, kept_aside + mapped_rows.run(connection, mapping)


def _input(
    parsed: Parsed, file: str, folding: Folding | None
) -> tuple[Sequence[str], list[InputRow], list[Load], list[Rejected]]:
    """The rows that the select is to see, those to be kept for later folds, those that are none."""
    names: Sequence[str] = parsed.header or ()
    rows = cast("list[InputRow]", parsed.rows)
    if folding is None:
        return names, rows, [], list(parsed.rejected)
    new, blank = _keyed(rows, names, file, folding.key)
    load = Load("raw.table_rows", [(folding.source, *row) for row in new])
    return *_with_stored(new, folding), [load], [*parsed.rejected, *blank]


def _keyed(
    rows: Iterable[InputRow], names: Sequence[str], file: str, key: str
) -> tuple[list[StoredRow], list[Rejected]]:
    """The rows with what tells their call, and those that do not tell it."""
    folded = [name.casefold() for name in names]
    if key.casefold() not in folded:
        raise SettingInvalid(
            f"`fold_key` is `{key}`, which is no column of `{file}`",
            hint=f"its columns are {', '.join(f'`{name}`' for name in names)}",
        )
    place = folded.index(key.casefold())
    keyed: list[StoredRow] = []
    blank: list[Rejected] = []
    for row in rows:
        values = list(row.values)
        value = values[place] if place < len(values) else None
        if value is None or not value.strip():
            reason = f"`{key}`, which tells the call, is empty"
            blank.append(rejected(row.file, row.line, reason, _shown(values)))
        else:
            own = list(names[: len(values)])
            keyed.append(StoredRow(row.file, row.line, row.row, value, own, values))
    return keyed, blank


def _with_stored(new: list[StoredRow], folding: Folding) -> tuple[list[str], list[InputRow]]:
    """All rows of the calls that have new ones, each once, by the names that all of them use."""
    stored = folding.stored_rows(list(dict.fromkeys(row.fold_key for row in new)))
    names = FieldNames(())
    rows: dict[tuple[object, ...], InputRow] = {}
    for row in [*stored, *new]:
        identity = (row.fold_key, tuple(row.field_names), tuple(row.field_values))
        if identity in rows:
            continue
        places = names.places(row.field_names)
        values: list[str | None] = [None] * len(names.names)
        for place, value in zip(places, row.field_values, strict=True):
            values[place] = value
        rows[identity] = InputRow(row.file, row.line, row.row_number, values)
    return names.names, list(rows.values())


def _shown(values: Iterable[str | None]) -> str:
    return " | ".join(value or "" for value in values)
