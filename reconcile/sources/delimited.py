"""Physical lines to records of separated values, so that a broken quote never swallows good rows.

A record is one line wherever it can be. Only where a quote stays open may the following lines
complete it, a few of them, and only if the whole then has the right number of values.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from reconcile.sources.batch import Rejected, rejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconcile.sources.lines import Line

_OPEN_QUOTE = "a quote is opened and not closed"
_WIDE = 4
"""From so many columns on, a line that is a whole row by itself is no part of a longer one."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How values are separated and quoted, and how far an open quote may reach."""

    delimiter: str = ","
    quote: str = '"'
    extra_lines: int = 5
    extra_characters: int = 1 << 16
    ignores_blanks: bool = False


class Record(NamedTuple):
    """One record: its first physical line, its values, its text."""

    line: int
    values: list[str]
    text: str


class Split(NamedTuple):
    """The records of some lines; the first `used` lines are done with."""

    used: int
    records: list[Record]
    rejected: list[Rejected]


def split(
    lines: Sequence[Line], dialect: Dialect, *, file: str, width: int | None, is_final: bool
) -> Split:
    """Make records of `width` values (None: any number, and stop after the first).

    Empty lines are skipped. A record that lines still to come may complete is left, unless nothing
    can follow (`is_final`).
    """
    reader = _Reader(dialect, width)
    records: list[Record] = []
    kept_aside: list[Rejected] = []
    used = 0
    while used < len(lines):
        line = lines[used]
        text = line.text
        if not text or text.isspace():
            used += 1
            continue
        values, reason = (None, line.fault) if line.fault else reader.values(text)
        count = 1
        if reason == _OPEN_QUOTE:
            values, count = _completed(lines, used, reader, dialect, width)
            if values is None and not count and not is_final:
                break
        if values is None:
            kept_aside.append(rejected(file, line.number, reason, text))
            used += 1
            continue
        whole = text if count == 1 else "\n".join(each.text for each in lines[used : used + count])
        records.append(Record(line.number, values, whole))
        used += count
        if width is None:
            break
    return Split(used, records, kept_aside)


class _Reader:
    """A csv reader that is fed record by record, so that an open quote ends with its record."""

    def __init__(self, dialect: Dialect, width: int | None) -> None:
        self._width = width
        self._lines: list[str] = []
        self._reader = csv.reader(
            self,
            delimiter=dialect.delimiter,
            quotechar=dialect.quote,
            skipinitialspace=dialect.ignores_blanks,
            strict=True,
        )

    def __iter__(self) -> _Reader:
        return self

    def __next__(self) -> str:
        if not self._lines:
            raise StopIteration
        return self._lines.pop()

    def values(self, *lines: str) -> tuple[list[str] | None, str]:
        """The values of one record (its lines in their order), or why it is none."""
        self._lines = [line + "\n" for line in reversed(lines)] if len(lines) > 1 else [*lines]
        try:
            values = next(self._reader)
        except csv.Error as error:
            return None, _OPEN_QUOTE if "end of data" in str(error) else str(error)
        if self._width is not None and len(values) != self._width:
            return None, f"{len(values)} columns, expected {self._width}"
        if self._lines:
            return None, "a line break stands outside quotes"
        return values, ""


def _completed(
    lines: Sequence[Line], begin: int, reader: _Reader, dialect: Dialect, width: int | None
) -> tuple[list[str] | None, int]:
    """The values of a record over several lines and their number; (None, 0) while more may come."""
    texts = [lines[begin].text]
    quotes = texts[0].count(dialect.quote)
    length = len(texts[0])
    for number in range(1, dialect.extra_lines + 1):
        if begin + number >= len(lines):
            return None, 0
        line = lines[begin + number]
        own_quotes = line.text.count(dialect.quote)
        length += len(line.text) + 1
        if line.fault or length > dialect.extra_characters:
            return None, 1
        if width is not None and width >= _WIDE and own_quotes % 2 == 0:
            values, _ = reader.values(line.text)
            if values is not None:
                return None, 1
        texts.append(line.text)
        quotes += own_quotes
        if quotes % 2 == 0:
            values, _ = reader.values(*texts)
            if values is not None:
                return values, number + 1
    return None, 1
