"""Rows as a table for a terminal, a page or a file."""

from __future__ import annotations

import csv
import io
import re
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconcile.reports.labels import is_quantity, label
from reconcile.reports.values import FULL_TIME, UTC_NAME, cell, local, shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from reconcile.queries import Rows

WIDTH = 100
"""Columns of a terminal that a table fits into."""
_GAP = 2
_NARROWEST = 9
_CUT = "…"
_SHORT_FORMS = ("%m-%d %H:%M:%S", "%H:%M:%S")
_MARKDOWN_SIGNS = re.compile(r"([\\|*<\[`])")


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone in which times are shown, and its name."""

    name: str = UTC_NAME
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text, and the sentence that tells how its times are to be read (may be empty)."""

    text: str
    times: str


def text_table(rows: Rows, zone: Zone, *, width: int = WIDTH) -> Table:
    """Set rows in columns of at most `width` signs.

    Where they do not fit, times lose what all of them share, which is then told in `times`; then
    the widest texts are wrapped between words, or cut in the middle where they are one word.
    """
    if not rows.rows:
        return Table("(none)", "")
    days = {local(each, zone.zone).date() for each in _instants(rows)}
    forms = [FULL_TIME]
    if len({day.year for day in days}) == 1:
        forms.append(_SHORT_FORMS[0])
    if len(days) == 1:
        forms.append(_SHORT_FORMS[1])
    for form in forms:
        grid = _grid(rows, zone, form)
        if _width(grid) <= width:
            break
    _narrow(grid, rows, width)
    return Table(_tabulated(grid, rows), _told(form, zone, days))


def markdown(rows: Rows, zone: Zone) -> Table:
    """Set rows as a table of Markdown."""
    grid = [[_MARKDOWN_SIGNS.sub(r"\\\1", text) for text in line] for line in _grid(rows, zone)]
    rules = ["--:" if is_right else "---" for is_right in _right_columns(rows)]
    lines = [grid[0], rules, *grid[1:]]
    times = _told(FULL_TIME, zone, {each.date() for each in _instants(rows)})
    return Table("\n".join(f"| {' | '.join(line)} |" for line in lines), times)


def csv_text(rows: Rows) -> str:
    """Write rows as CSV: comma, line feed, column names, times in UTC, safe for spreadsheets."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows.columns)
    writer.writerows([cell(value) for value in row] for row in rows.rows)
    return text.getvalue()


def _instants(rows: Rows) -> list[datetime]:
    return [value for row in rows.rows for value in row if isinstance(value, datetime)]


def _grid(rows: Rows, zone: Zone, time_form: str = FULL_TIME) -> list[list[str]]:
    """Header and rows as text."""
    quantities = [is_quantity(column) for column in rows.columns]
    return [
        [label(column) for column in rows.columns],
        *(
            [
                f"{value:,}" if is_counted and isinstance(value, int) else
                shown(value, zone.zone, time_form)
                for value, is_counted in zip(row, quantities, strict=True)
            ]
            for row in rows.rows
        ),
    ]  # fmt: skip


def _width(grid: Sequence[Sequence[str]]) -> int:
    return sum(_column_widths(grid)) + _GAP * (len(grid[0]) - 1)


def _column_widths(grid: Sequence[Sequence[str]]) -> list[int]:
    return [
        max(len(part) for text in column for part in text.split("\n"))
        for column in zip(*grid, strict=True)
    ]


def _narrow(grid: list[list[str]], rows: Rows, width: int) -> None:
    """Take signs from the widest columns of text, one by one, and set the texts anew."""
    widths = _column_widths(grid)
    allowed = list(widths)
    shrinkable = [
        place
        for place, values in enumerate(zip(*rows.rows, strict=True))
        if any(isinstance(value, str | list) for value in values)
        and rows.columns[place] != "number"
    ]
    excess = _width(grid) - width
    while excess > 0 and shrinkable:
        place = max(shrinkable, key=lambda each: allowed[each])
        if allowed[place] <= _NARROWEST:
            break
        allowed[place] -= 1
        excess -= 1
    for place in shrinkable:
        if allowed[place] < widths[place]:
            for line in grid:
                line[place] = _set(line[place], allowed[place])


def _set(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    words = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(_cut(word, width) for word in words)


def _cut(text: str, width: int) -> str:
    """Leave out the middle: ends tell ids apart."""
    if len(text) <= width:
        return text
    head = (width - 1) // 2
    return text[:head] + _CUT + text[len(text) - (width - 1 - head) :]


def _tabulated(grid: list[list[str]], rows: Rows) -> str:
    from tabulate import tabulate  # noqa: PLC0415 - only tables for people need it

    text = tabulate(
        grid[1:],
        headers=grid[0],
        tablefmt="simple",
        disable_numparse=True,
        colalign=["right" if is_right else "left" for is_right in _right_columns(rows)],
    )
    return "\n".join(line.rstrip() for line in text.splitlines())


def _right_columns(rows: Rows) -> list[bool]:
    columns: Sequence[Sequence[object]] = list(zip(*rows.rows, strict=True))
    if not columns:
        return [False] * len(rows.columns)
    return [
        all(value is None or (isinstance(value, int) and not isinstance(value, bool)) for value in column)
        and any(value is not None for value in column)
        for column in columns
    ]  # fmt: skip


def _told(time_form: str, zone: Zone, days: set[object]) -> str:
    if not days:
        return ""
    if time_form == FULL_TIME:
        return f"Times are {zone.name}"
    day = min(days, key=str)
    return f"Times are {zone.name}, of {day if time_form == _SHORT_FORMS[1] else str(day)[:4]}"
