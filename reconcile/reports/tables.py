"""Rows as a table that fits a terminal."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconcile.reports.labels import is_quantity, label
from reconcile.reports.values import FULL_TIME, UTC_NAME, local, shown, zone_of_name

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import tzinfo

    from reconcile.queries import Rows

WIDTH = 100
"""Signs in a line of a terminal that a table fits into."""

_GAP = 2
_LEGIBLE = 12
"""A text is wrapped or cut to no fewer signs; rather is a last column left out."""
_WHOLE = 16
"""Texts up to so many signs, codes and numbers among them, are neither wrapped nor cut."""
_CUT = "…"
_WITHOUT_YEAR = "%m-%d %H:%M:%S"
_WITHOUT_DAY = "%H:%M:%S"


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone in which times are shown, and its name."""

    name: str = UTC_NAME
    zone: tzinfo = UTC

    def text(self, instant: datetime) -> str:
        """Write an instant inside a sentence, with the zone it is told in."""
        return f"{local(instant, self.zone).strftime(FULL_TIME)} {self.name}"


def zone_named(name: str) -> Zone:
    """The zone of that name. Raises SettingInvalid when there is none."""
    return Zone(name, zone_of_name(name))


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text, and sentences that tell how to read it: its zone, what was left out."""

    text: str
    notes: list[str]


@dataclass(slots=True)
class _Column:
    """A column on its way into a table."""

    name: str
    values: Sequence[object]
    header: str = ""
    texts: list[str] = field(default_factory=list)

    def set(self, zone: Zone, time_form: str) -> None:
        """Write the values as text, thousands apart where they are quantities."""
        is_counted = is_quantity(self.name)
        self.header = label(self.name)
        self.texts = [
            f"{value:,}"
            if is_counted and isinstance(value, int)
            else shown(value, zone.zone, time_form)
            for value in self.values
        ]

    @property
    def is_right(self) -> bool:
        """Whether numbers stand in it, which are set to the right."""
        found = [value for value in self.values if value is not None]
        return bool(found) and all(type(value) in (int, float) for value in found)

    @property
    def is_text(self) -> bool:
        """Whether it may be wrapped or cut."""
        is_long = max(map(len, self.texts)) > _WHOLE
        return is_long and any(isinstance(value, str | list) for value in self.values)

    @property
    def width(self) -> int:
        """Signs of its longest line."""
        return max(len(part) for text in [self.header, *self.texts] for part in text.split("\n"))

    @property
    def least_width(self) -> int:
        """Signs below which it is not set."""
        return min(self.width, _LEGIBLE) if self.is_text else self.width

    def wrap_header(self) -> None:
        """Give the header as many lines as it needs to be no wider than what stands below."""
        content = max((len(text) for text in self.texts), default=0)
        longest = max(map(len, self.header.split(" ")))
        self.header = "\n".join(textwrap.wrap(self.header, max(content, longest)))

    def narrow(self, width: int) -> None:
        """Wrap the texts between words, and cut words, so that no line is wider."""
        self.header = _set(self.header.replace("\n", " "), width)
        self.texts = [_set(text, width) for text in self.texts]


def text_table(rows: Rows, zone: Zone, *, width: int = WIDTH, fixed: Collection[str] = ()) -> Table:
    """Set rows in columns of at most `width` signs in all; those of `fixed` are never left out.

    Where they do not fit, one after the other: times lose what all of them share; headers are
    wrapped; columns with nothing in them go; a value that all rows share is told once, above; the
    last columns are left out; the widest texts are wrapped, or cut in the middle.
    """
    if not rows.rows:
        return Table("(none)", [])
    columns = [
        _Column(name, values)
        for name, values in zip(rows.columns, zip(*rows.rows, strict=True), strict=True)
    ]
    notes = [_set_times(columns, zone, width)]
    for column in columns:
        if _width(columns) > width:
            column.wrap_header()
    columns, shared = _without_empty_and_shared(columns, width, fixed)
    left_out = _leave_out(columns, width, fixed)
    _narrow(columns, width)
    notes += [f"All rows: {', '.join(shared)}"] if shared else []
    notes += [f"Left out here: {', '.join(left_out)}"] if left_out else []
    return Table(_tabulated(columns), [note for note in notes if note])


def times_note(zone: Zone, rows: Rows) -> str:
    """Tell the zone where a table shows times."""
    has_times = any(isinstance(value, datetime) for row in rows.rows for value in row)
    return f"Times are {zone.name}" if has_times else ""


def _set_times(columns: list[_Column], zone: Zone, width: int) -> str:
    """Write all values, with the longest form of times that fits; tell what the form leaves out."""
    instants = [
        value for column in columns for value in column.values if isinstance(value, datetime)
    ]
    days = {local(instant, zone.zone).date() for instant in instants}
    forms = {FULL_TIME: ""}
    if len({day.year for day in days}) == 1:
        forms[_WITHOUT_YEAR] = f", of {min(days).year}"
    if len(days) == 1:
        forms[_WITHOUT_DAY] = f", of {min(days)}"
    for form in forms:
        for column in columns:
            column.set(zone, form)
        if _width(columns) <= width:
            break
    return f"Times are {zone.name}{forms[form]}" if instants else ""


def _without_empty_and_shared(
    columns: list[_Column], width: int, fixed: Collection[str]
) -> tuple[list[_Column], list[str]]:
    """Take columns out as long as the rest is too wide; give what was told once instead."""
    kept = list(columns)
    shared = []
    free = [column for column in columns if column.name not in fixed]
    for column in free:
        if _width(kept) > width and not any(column.texts):
            kept.remove(column)
    for column in [column for column in free if column in kept]:
        is_shared = len(column.texts) > 1 and len(set(column.texts)) == 1
        if _width(kept) > width and is_shared and isinstance(column.values[0], str):
            kept.remove(column)
            shared.append(f"{label(column.name)} {column.texts[0]}")
    return kept, shared


def _leave_out(columns: list[_Column], width: int, fixed: Collection[str]) -> list[str]:
    """Take the last columns out until the others fit; give their names."""
    names: list[str] = []
    for column in reversed(columns[1:]):
        if _width(columns, is_least=True) > width and column.name not in fixed:
            columns.remove(column)
            names.insert(0, label(column.name))
    return names


def _narrow(columns: list[_Column], width: int) -> None:
    """Take signs from the widest texts, one by one, and set these anew."""
    widths = [column.width for column in columns]
    excess = _width(columns) - width
    places = [place for place, column in enumerate(columns) if column.is_text]
    for _ in range(excess):
        place = max(places, key=lambda each: widths[each], default=None)
        if place is None:
            break
        widths[place] -= 1
    for place in places:
        if widths[place] < columns[place].width:
            columns[place].narrow(widths[place])


def _width(columns: Sequence[_Column], *, is_least: bool = False) -> int:
    widths = [column.least_width if is_least else column.width for column in columns]
    return sum(widths) + _GAP * (len(widths) - 1)


def _set(text: str, width: int) -> str:
    words = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(_cut(word, width) for word in words)


def _cut(text: str, width: int) -> str:
    """Leave out the middle: ends tell ids apart."""
    if len(text) <= width:
        return text
    head = (width - 1) // 2
    return text[:head] + _CUT + text[len(text) - (width - 1 - head) :]


def _tabulated(columns: list[_Column]) -> str:
    import tabulate  # noqa: PLC0415 - only tables for people need it

    # Room for two more signs beside each header is room lost.
    tabulate.MIN_PADDING = 0
    text = tabulate.tabulate(
        list(zip(*(column.texts for column in columns), strict=True)),
        headers=[column.header for column in columns],
        tablefmt="simple",
        disable_numparse=True,
        colalign=["right" if column.is_right else "left" for column in columns],
    )
    return "\n".join(line.rstrip() for line in text.splitlines())
