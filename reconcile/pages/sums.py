"""Sums over the rows of a cube, by the recipe of a chart: what `report.js` does, without a filter.

Nothing here knows what is counted: a figure is defined in SQL, and here it is added up.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconcile.pages.charts import Chart
    from reconcile.queries import Rows

DAYS_MAX = 100
"""More days than these are told by week."""


@dataclass(frozen=True, slots=True)
class Summed:
    """A chart with its values: `values[series][place]` along `keys`, and the whole of shares."""

    by: str
    keys: list[tuple[Any, str]]
    values: list[list[int]]
    whole: int | None = None

    def total(self) -> int:
        """All values together."""
        return sum(map(sum, self.values))


def total(cube: Rows, column: str) -> int:
    """The sum of a column."""
    place = cube.columns.index(column)
    return sum(row[place] for row in cube.rows)


def totals(cube: Rows, by: Sequence[str], column: str) -> Counter[tuple[Any, ...]]:
    """The sums of a column for each combination of others."""
    places, value = [cube.columns.index(name) for name in by], cube.columns.index(column)
    found: Counter[tuple[Any, ...]] = Counter()
    for row in cube.rows:
        found[tuple(row[place] for place in places)] += row[value]
    return found


def days(cubes: Mapping[str, Rows]) -> tuple[date, date] | None:
    """The first and the last day of which the cubes tell; None where they are empty."""
    found = {row[cube.columns.index("day")] for cube in cubes.values() for row in cube.rows}
    return (min(found), max(found)) if found else None


def summed(chart: Chart, cubes: Mapping[str, Rows], span: tuple[date, date] | None) -> Summed:
    """Sum a chart over all rows; along days, each day of the span has its place."""
    cube = cubes[chart.cube]
    by, keys = chart.by, list(chart.keys)
    if by == "day":
        by, keys = _calendar(span)
    if not by:
        return Summed(by, [("", "")], [[total(cube, each.code)] for each in chart.series])
    if chart.across:
        found = totals(cube, [by, chart.across], chart.value)
        values = [[found[key, across] for across, _ in chart.across_keys] for key, _ in chart.keys]
        return Summed(by, keys, values)
    values = []
    for each in chart.series:
        code: tuple[str, ...] = (each.code,) if chart.column else ()
        found = totals(
            cube, [by, chart.column] if code else [by], chart.value if code else each.code
        )
        line = [found[key, *code] for key, _ in keys]
        values.append(list(accumulate(line)) if chart.is_running else line)
    whole = total(cubes[chart.share_of[0]], chart.share_of[1]) if chart.share_of else None
    return Summed(by, keys, values, whole)


def _calendar(span: tuple[date, date] | None) -> tuple[str, list[tuple[date, str]]]:
    if span is None:
        return "day", []
    first, last = span
    if (last - first).days < DAYS_MAX:
        return "day", _each(first, last, 1)
    return "week", _each(first - timedelta(days=first.weekday()), last, 7)


def _each(first: date, last: date, step: int) -> list[tuple[date, str]]:
    count = (last - first).days // step + 1
    found = (first + timedelta(days=step * place) for place in range(count))
    return [(day, day.isoformat()) for day in found]
