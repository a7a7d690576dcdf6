"""Calling hours to openings: half-open intervals of UTC, on the days when the clock changes too.

What they name by the wall is laid out over local days, in each zone for itself. A day on which the
clock changes is walked minute by minute in UTC: what the clock leaves out never opens, and what it
repeats is open both times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, reduce
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from reconcile.errors import SettingInvalid
from reconcile.open_days import minutes_of, open_days, public_holidays
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
_TOGETHER_DAYS = 366
"""How far they are looked for in which several zones are open together."""


@dataclass(frozen=True, slots=True)
class Openings:
    """All openings within [known_from, known_until), in order; they do not touch each other."""

    known_from: datetime
    known_until: datetime
    openings: tuple[Opening, ...]
    zones: tuple[str, ...] = ()
    """The zones in all of which it is open; none: it was read in that of the campaign."""


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
    years. Zones that are not open together within a year count for nothing: such hours are read in
    the campaign's. All instants are UTC.
    """
    most_days = _TOGETHER_DAYS if hours.zones else _YEARS_DAYS
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
        is_too_short = open_time < open_before and days_back < most_days
        has_next = bool(found.openings) and found.openings[-1][1] > until
        is_too_near = not has_next and days_ahead < most_days
        if hours.zones and not (has_next or is_too_near):
            return openings(
                hours.in_zones(()), now=now, until=until, since=since, open_before=open_before
            )
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
        public_holidays(hours, date(2000, 1, 1), date(2000, 1, 1))
    except NotImplementedError as error:
        yield f"{place}holidays` names days that are not known: {error}"
        return
    if not _ever_opens(hours):
        yield f"{place}calling_hours` never open, or on holidays only"


def _ever_opens(hours: Hours) -> bool:
    """Whether there is any open day, in all years that are like one of these."""
    first = date(2026, 1, 1)
    return next(open_days(hours, first, first + _YEARS_DAYS * _DAY), None) is not None


def _between(hours: Hours, first: date, last: date) -> Openings:
    """What is open in all zones of the hours on the local days from first to last."""
    days = tuple(open_days(hours, first, last))
    found = [
        Openings(_start(first, zone), _start(last + _DAY, zone), _in_zone(days, zone), hours.zones)
        for zone in map(ZoneInfo, hours.zones or (hours.time_zone,))
    ]
    return reduce(_both, found)


def _both(one: Openings, other: Openings) -> Openings:
    """What is open by both: of two openings, the next one begins where the first one ends."""
    common: list[Opening] = []
    left, right = iter(one.openings), iter(other.openings)
    first, second = next(left, None), next(right, None)
    while first and second:
        opens_at, closes_at = max(first[0], second[0]), min(first[1], second[1])
        if opens_at < closes_at:
            common.append((opens_at, closes_at))
        if first[1] <= second[1]:
            first = next(left, None)
        else:
            second = next(right, None)
    return Openings(
        max(one.known_from, other.known_from),
        min(one.known_until, other.known_until),
        tuple(common),
        one.zones,
    )


def _in_zone(days: Iterable[tuple[date, tuple[str, ...]]], zone: ZoneInfo) -> tuple[Opening, ...]:
    """The openings of local days, those that touch each other as one."""
    merged: list[Opening] = []
    of_days = (
        opening for day, matching in days for opening in _of_day(day, zone, minutes_of(matching))
    )
    for opens_at, closes_at in sorted(of_days):
        if merged and opens_at <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(closes_at, merged[-1][1]))
        else:
            merged.append((opens_at, closes_at))
    return tuple(merged)


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
