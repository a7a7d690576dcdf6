"""Part the lines of a CSV into records whose text can be written out again unchanged."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DELIMITERS = (",", ";", "\t", "|")

LINES_MAX = 1_000
"""A quoted field ends within as many lines, or its quote counts as one that is never closed."""

_WIDE = 4
"""From so many columns on, a line that is a row by itself is no part of a longer record."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its first line, counted from 1, its text and what stands in its fields."""

    line: int
    text: str
    fields: list[str]
    is_open: bool
    """Whether a quote is opened and not closed; the record is then that line alone."""

    @property
    def has_line_break(self) -> bool:
        """Whether a quoted field goes over more than one line."""
        text = self.text.rstrip("\r\n")
        return "\n" in text or "\r" in text


def records(lines: Sequence[str], first: int, delimiter: str) -> Iterator[Record]:
    """Read the records from position `first` on; the first one tells how many fields a row has.

    A quote that is never closed costs the row it stands in, not all that follow: a record over
    several lines counts only with the right number of fields and nothing behind a closing quote.
    """
    position, width = first, 0
    while position < len(lines):
        if not lines[position].strip("\r\n"):
            position += 1
            continue
        record, used = _record(lines, position, delimiter, width)
        width = width or len(record.fields)
        position += used
        yield record


def guess_delimiter(lines: Sequence[str], first: int) -> str:
    """Take the sign that parts the header into the most fields; the first of equals."""

    def field_count(sign: str) -> int:
        header = next(records(lines, first, sign), None)
        return len(header.fields) if header else 0

    return max(DELIMITERS, key=field_count)


def _record(lines: Sequence[str], position: int, delimiter: str, width: int) -> tuple[Record, int]:
    stop = min(position + LINES_MAX, len(lines))
    fields, used = _fields(lines, position, stop, delimiter)
    is_open = position + used > stop
    if used > 1:
        is_open = is_open or not _is_sound(lines[position : position + used], delimiter, width)
    if is_open:
        # The line alone: the sentinel behind it ends what the quote would swallow.
        fields, used = _fields(lines, position, position + 1, delimiter)[0], 1
    text = "".join(lines[position : position + used])
    return Record(position + 1, text, fields, is_open), used


def _fields(lines: Sequence[str], start: int, stop: int, delimiter: str) -> tuple[list[str], int]:
    """Read one record; more lines are used than there are where its quote stays open."""
    within = (lines[position] for position in range(start, stop))
    reader = csv.reader(chain(within, ("\n",)), delimiter=delimiter, skipinitialspace=True)
    try:
        return next(reader), reader.line_num
    except csv.Error:
        # A field longer than the csv module takes: what an open quote swallows, or no contact.
        return [lines[start]], stop - start + 1


def _is_sound(lines: Sequence[str], delimiter: str, width: int) -> bool:
    rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        fields = next(rows)
    except csv.Error:
        return False
    if width and len(fields) != width:
        return False
    return width < _WIDE or not any(
        len(_fields(lines, later, later + 1, delimiter)[0]) == width
        for later in range(1, len(lines))
    )
