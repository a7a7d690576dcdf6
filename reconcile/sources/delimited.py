"""Physical lines to records of separated values, so that a broken quote never swallows good rows.

A record is one line wherever it can be. Only where a quote stays open may the following lines
complete it, a few of them, and only if the whole then has the right number of values.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from reconcile.sources.batch import Rejected, rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconcile.sources.lines import Line

_OPEN_QUOTE = "a quote is opened and not closed"
_WIDE = 4
"""From so many columns on, a line that is a whole row by itself is no part of a longer one."""
_PORTION = 256
"""Lines tried at once in the hope that each is one sound record."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How values are separated and quoted, and how far an open quote may reach."""

    delimiter: str = ","
    quote: str = '"'
    extra_lines: int = 5
    extra_characters: int = 1 << 16
    ignores_blanks: bool = False

    def reader(self, lines: Iterable[str]) -> Any:  # noqa: ANN401 - the csv module hides its type
        """A csv reader of lines."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            skipinitialspace=self.ignores_blanks,
            strict=True,
        )


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
    splitter = _Splitter(lines, dialect, file, width, is_final)
    splitter.run()
    return Split(splitter.used, splitter.records, splitter.rejected)


class _Splitter:
    def __init__(
        self,
        lines: Sequence[Line],
        dialect: Dialect,
        file: str,
        width: int | None,
        is_final: bool,
    ) -> None:
        self.used = 0
        self.records: list[Record] = []
        self.rejected: list[Rejected] = []
        self._lines = lines
        self._dialect = dialect
        self._file = file
        self._width = width
        self._is_final = is_final

    def run(self) -> None:
        while self.used < len(self._lines):
            if self._width is not None and self._take_plain():
                continue
            end = min(self.used + _PORTION, len(self._lines))
            while self.used < end:
                if not self._take_one() or (self._width is None and self.records):
                    return

    def _take_plain(self) -> bool:
        """Take the next lines if each is one sound record: the common case, at twice the speed."""
        lines = self._lines[self.used : self.used + _PORTION]
        texts = [line.text for line in lines]
        try:
            rows = list(self._dialect.reader(texts))
        except csv.Error:
            return False
        # As many rows as lines, none of them short: no line has swallowed another.
        if len(rows) != len(lines) or set(map(len, rows)) != {self._width}:
            return False
        if any(line.fault or not line.text or line.text.isspace() for line in lines):
            return False
        self.records += [
            Record(line.number, row, line.text) for line, row in zip(lines, rows, strict=True)
        ]
        self.used += len(lines)
        return True

    def _take_one(self) -> bool:
        """Take the next record, or keep its first line aside; false where it has to wait."""
        line = self._lines[self.used]
        text = line.text
        if not text or text.isspace():
            self.used += 1
            return True
        values, reason = (None, line.fault) if line.fault else self._values([text])
        count = 1
        if reason == _OPEN_QUOTE:
            values, count = self._completed()
            if not count and not self._is_final:
                return False
        if values is None:
            self.rejected.append(rejected(self._file, line.number, reason, text))
            self.used += 1
            return True
        if count > 1:
            text = "\n".join(each.text for each in self._lines[self.used : self.used + count])
        self.records.append(Record(line.number, values, text))
        self.used += count
        return True

    def _completed(self) -> tuple[list[str] | None, int]:
        """The values of a record over several lines and their number; (None, 0): more may come."""
        texts = [self._lines[self.used].text]
        quotes = texts[0].count(self._dialect.quote)
        length = len(texts[0])
        for number in range(1, self._dialect.extra_lines + 1):
            if self.used + number >= len(self._lines):
                return None, 0
            line = self._lines[self.used + number]
            length += len(line.text) + 1
            if line.fault or length > self._dialect.extra_characters or self._is_row(line.text):
                return None, 1
            texts.append(line.text)
            quotes += line.text.count(self._dialect.quote)
            values, _ = self._values(texts) if quotes % 2 == 0 else (None, "")
            if values is not None:
                return values, number + 1
        return None, 1

    def _is_row(self, text: str) -> bool:
        """Whether a line is surely a row by itself."""
        if self._width is None or self._width < _WIDE or text.count(self._dialect.quote) % 2:
            return False
        return self._values([text])[0] is not None

    def _values(self, texts: list[str]) -> tuple[list[str] | None, str]:
        """The values of one record, its lines given, or why it is none."""
        lines = texts if len(texts) == 1 else [text + "\n" for text in texts]
        reader = self._dialect.reader(lines)
        try:
            values = next(reader)
        except csv.Error as error:
            return None, _OPEN_QUOTE if "end of data" in str(error) else str(error)
        if self._width is not None and len(values) != self._width:
            return None, f"{len(values)} columns, expected {self._width}"
        if reader.line_num != len(lines):
            return None, "a line break stands outside quotes"
        return values, ""
