"""Calling hours to openings: half-open intervals of UTC, on the days when the clock changes too.

The library for cron reads the expressions; what its fields give is laid out over local days. A day
on which the clock changes is walked minute by minute in UTC: what the clock leaves out never opens,
and what it repeats is open both times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from reconcile.errors import SettingInvalid
from reconcile.settings import hours as hours_of_settings
from reconcile.settings.short_hours import expressions
from reconcile.settings.toml_text import FOLLOWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconcile.settings import Campaign, Hours, Settings

Opening = tuple[datetime, datetime]
"""From when to when it is open (UTC); at the second instant it is closed."""

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_SHIFT = timedelta(hours=3)  # no clock is put back or forward by more, but for the date line
_FIRST_DAYS_BACK = 7
_YEARS_DAYS = 8 * 366
"""How far openings are looked for: the 29th of February comes in eight years at the latest."""


@dataclass(frozen=True, slots=True)
class Openings:
    """All openings within [known_from, known_until), in order; they do not touch each other."""

    known_from: datetime
    known_until: datetime
    openings: tuple[Opening, ...]


def check(settings: Settings) -> None:
    """Read all calling hours strictly. Raises SettingInvalid that names all that are none."""
    faults = [fault for campaign in settings.campaigns for fault in _faults(campaign)]
    if faults:
        first, *others = faults
        raise SettingInvalid(
            first,
            *others,
            follows=FOLLOWS,
            hint="hours are like `mon-fri 08:30-17:45`, cron expressions have five fields: minute, "
            "hour, day of the month, month, day of the week",
        )


def openings(
    hours: Hours, *, now: datetime, until: datetime, since: datetime, open_before: timedelta
) -> Openings:
    """Lay out the hours from `since` at the latest to behind an opening that ends after `until`.

    So much open time as `open_before` lies in it before `now`, where there is as much in eight
    years. All instants are UTC.
    """
    today = now.date()
    days_back = max(_FIRST_DAYS_BACK, (today - since.date()).days + 2)
    days_ahead = (until.date() - today).days + 2
    while True:
        found = _between(hours, today - days_back * _DAY, today + days_ahead * _DAY)
        open_time = sum(
            (min(closes_at, now) - opens_at for opens_at, closes_at in found.openings
             if opens_at < now),
            timedelta(),
        )  # fmt: skip
        is_too_short = open_time < open_before and days_back < _YEARS_DAYS
        has_next = bool(found.openings) and found.openings[-1][1] > until
        is_too_near = not has_next and days_ahead < _YEARS_DAYS
        if not (is_too_short or is_too_near):
            return found
        days_back *= 2 if is_too_short else 1
        days_ahead *= 2 if is_too_near else 1


def _faults(campaign: Campaign) -> Iterator[str]:
    from croniter import CroniterError, croniter  # noqa: PLC0415 - only when settings changed

    place = f"`campaigns.{campaign.name}."
    are_read = True
    for entry in campaign.calling_hours:
        try:
            for expression in expressions(entry):
                croniter.expand(expression, strict=True)
        except CroniterError as error:
            are_read = False
            yield f"{place}calling_hours` has `{entry}`, which is no cron expression: {error}"
    hours = hours_of_settings.of(campaign)
    if hours is None or not are_read:
        return
    try:
        _public_holidays(hours, date(2000, 1, 1), date(2000, 1, 1))
    except NotImplementedError as error:
        yield f"{place}holidays` names days that are not known: {error}"
        return
    if not _ever_opens(hours):
        yield f"{place}calling_hours` never open, or on holidays only"


def _ever_opens(hours: Hours) -> bool:
    """Whether there is any open day, in all years that are like one of these."""
    first = date(2026, 1, 1)
    return next(_open_days(hours, first, first + _YEARS_DAYS * _DAY), None) is not None


def _between(hours: Hours, first: date, last: date) -> Openings:
    """The openings of the local days from first to last, those that touch each other as one."""
    zone = ZoneInfo(hours.time_zone)
    merged: list[Opening] = []
    of_days = (
        opening
        for day, matching in _open_days(hours, first, last)
        for opening in _of_day(day, zone, _minutes(matching))
    )
    for opens_at, closes_at in sorted(of_days):
        if merged and opens_at <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(closes_at, merged[-1][1]))
        else:
            merged.append((opens_at, closes_at))
    return Openings(_start(first, zone), _start(last + _DAY, zone), tuple(merged))


def _open_days(hours: Hours, first: date, last: date) -> Iterator[tuple[date, tuple[str, ...]]]:
    """The days that are not closed as a whole, in order, with the expressions that match them."""
    matching: dict[date, list[str]] = {}
    by_days: dict[str, list[str]] = {}
    for expression in hours.expressions:
        _, _, days = expression.split(" ", 2)
        by_days.setdefault(days, []).append(expression)
    for days, with_them in by_days.items():
        for day in _matching_days(days, first, last):
            matching.setdefault(day, []).extend(with_them)
    closed = _public_holidays(hours, first, last) | set(map(date.fromisoformat, hours.dates))
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


def _public_holidays(hours: Hours, first: date, last: date) -> set[date]:
    """The public holidays of the years. Raises NotImplementedError for an unknown place."""
    if not hours.country:
        return set()
    from holidays import country_holidays  # noqa: PLC0415 - an idle run needs none

    years = range(first.year, last.year + 1)
    return set(country_holidays(hours.country, subdiv=hours.region or None, years=years))


@cache
def _minutes(expressions: tuple[str, ...]) -> frozenset[int]:
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


def _of_day(day: date, zone: ZoneInfo, minutes: frozenset[int]) -> Iterable[Opening]:
    """The openings of one local day."""
    midnights = [
        datetime.combine(one, time(), zone).replace(fold=fold)
        for one in (day, day + _DAY)
        for fold in (0, 1)
    ]
    start = _utc(midnights[0])
    if len({midnight.utcoffset() for midnight in midnights}) == 1:
        return [(start + begin * _MINUTE, start + end * _MINUTE) for begin, end in _runs(minutes)]
    return _minute_by_minute(day, zone, minutes)


@cache
def _runs(minutes: frozenset[int]) -> tuple[tuple[int, int], ...]:
    """Minutes of a day as half-open intervals."""
    found: list[tuple[int, int]] = []
    for minute in sorted(minutes):
        if found and found[-1][1] == minute:
            found[-1] = (found[-1][0], minute + 1)
        else:
            found.append((minute, minute + 1))
    return tuple(found)


def _minute_by_minute(day: date, zone: ZoneInfo, minutes: frozenset[int]) -> Iterator[Opening]:
    instant = _start(day, zone) - _SHIFT
    until = _start(day + _DAY, zone) + _SHIFT
    while instant < until:
        local = instant.replace(tzinfo=UTC).astimezone(zone)
        if local.date() == day and local.hour * 60 + local.minute in minutes:
            yield instant, instant + _MINUTE
        instant += _MINUTE


def _start(day: date, zone: ZoneInfo) -> datetime:
    """When a local day begins."""
    return _utc(datetime.combine(day, time(), zone))


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
