"""Which days and minutes calling hours name, by the wall: cron expressions without the holidays.

The library for cron reads the expressions.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.settings import Hours

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def open_days(hours: Hours, first: date, last: date) -> Iterator[tuple[date, tuple[str, ...]]]:
    """The days that are not closed as a whole, in order, with the expressions that match them."""
    matching: dict[date, list[str]] = {}
    by_days: dict[str, list[str]] = {}
    for expression in hours.expressions:
        _, _, days = expression.split(" ", 2)
        by_days.setdefault(days, []).append(expression)
    for days, with_them in by_days.items():
        for day in _matching_days(days, first, last):
            matching.setdefault(day, []).extend(with_them)
    closed = public_holidays(hours, first, last) | set(map(date.fromisoformat, hours.dates))
    for day in sorted(matching):
        if day not in closed:
            yield day, tuple(matching[day])


def _matching_days(days: str, first: date, last: date) -> Iterator[date]:
    """The days that the last three fields of an expression match."""
    if days == "* * *":
        yield from (first + place * _DAY for place in range((last - first).days + 1))
        return
    from croniter import CroniterBadDateError, croniter  # noqa: PLC0415 - an idle run needs none

    slots = croniter(f"0 0 {days}", datetime.combine(first, time()) - _MINUTE)
    while True:
        try:
            found: date = slots.get_next(datetime).date()
        except CroniterBadDateError:
            return
        if found > last:
            return
        yield found


def public_holidays(hours: Hours, first: date, last: date) -> set[date]:
    """The public holidays of the years. Raises NotImplementedError for an unknown place."""
    if not hours.country:
        return set()
    from holidays import country_holidays  # noqa: PLC0415 - an idle run needs none

    years = range(first.year, last.year + 1)
    return set(country_holidays(hours.country, subdiv=hours.region or None, years=years))


@cache
def minutes_of(expressions: tuple[str, ...]) -> frozenset[int]:
    """The minutes of a day at which one of the expressions matches."""
    from croniter import croniter  # noqa: PLC0415 - an idle run needs none

    found: set[int] = set()
    for expression in expressions:
        minutes, hours, *_ = croniter.expand(expression, strict=True)[0]
        found |= {
            hour * 60 + minute
            for hour in (range(24) if hours == ["*"] else hours)
            for minute in (range(60) if minutes == ["*"] else minutes)
        }
    return frozenset(found)
