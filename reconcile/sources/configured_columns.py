"""Delimited records whose columns are named by the settings, to rows: what CDR and CEL share."""

from __future__ import annotations

from collections import Counter
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from reconcile.sources import delimited
from reconcile.sources.batch import Row, content_hash, rejected
from reconcile.sources.forward import Parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconcile.sources.forward import Parse
    from reconcile.sources.lines import Line
    from reconcile.sources.marks import Mark

    Values = list[str | None]
    Make = Callable[[str, int, int, Values, Counter[tuple[str, str]]], Row]
    """(file, line, content hash, values, unknown words counted so far) → a row."""


class RecordUnusable(Exception):
    """One record lacks what no record can do without; the text says what."""


def picker(columns: Sequence[str], names: Sequence[str]) -> Callable[[Values], tuple[Any, ...]]:
    """Make what picks these of a record with these columns, null for what is not configured.

    At least two names.
    """
    # What is not configured is read from one place more, which holds null.
    return itemgetter(*(columns.index(n) if n in columns else len(columns) for n in names))


def records_parser(stream: str, columns: Sequence[str], make: Make) -> Parse:
    """Make the parser of lines with these columns; what `make` finds unusable is kept aside."""
    prefix = f"{stream}\n".encode()
    width = len(columns)
    dialect = delimited.Dialect()

    def parse(lines: list[Line], mark: Mark, is_final: bool) -> Parsed:
        file = mark.file
        found = delimited.split(lines, dialect, file=file, width=width, is_final=is_final)
        rows: list[Row] = []
        kept_aside = found.rejected
        words: Counter[tuple[str, str]] = Counter()
        for number, values, text in found.records:
            padded = cast("Values", values)
            padded.append(None)
            try:
                rows.append(make(file, number, content_hash(prefix, text), padded, words))
            except RecordUnusable as reason:
                kept_aside.append(rejected(file, number, str(reason), text))
        return Parsed(found.used, rows, kept_aside, words)

    return parse
