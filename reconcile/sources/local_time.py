"""Local wall time to UTC, on the way in. An hour that comes twice needs something to choose by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reconcile import clock
from reconcile.errors import SettingInvalid

_SECONDS_LENGTH = len("2026-11-20 08:53:57")
_HOUR_LENGTH = len("2026-11-20 08")
_DATE_LENGTH = len("2026-11-20")
_UTC_NAMES = frozenset({"UTC", "Etc/UTC"})


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone of that name. Raises SettingInvalid when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingInvalid(
            f"there is no time zone `{name}`", hint="for example `UTC` or `Europe/Prague`"
        ) from None


@lru_cache(maxsize=1 << 14)
def of_epoch(seconds: str) -> datetime:
    """The UTC instant that whole seconds since 1970 tell, as they are written."""
    return clock.of_epoch(int(seconds))


@lru_cache(maxsize=1 << 16)
def instants(text: str, zone_name: str) -> tuple[datetime, ...]:
    """The UTC instants that `YYYY-MM-DD HH:MM:SS[.ffffff]` can mean in a zone, in whole seconds.

    Two in the hour that autumn repeats, none where the text is no such time. A time that spring
    leaves out is shifted forward by the hour.

    >>> instants("2026-10-25 02:30:00", "Europe/Prague")
    (datetime.datetime(2026, 10, 25, 0, 30), datetime.datetime(2026, 10, 25, 1, 30))
    """
    local = _parsed(text)
    if local is None:
        return ()
    if zone_name in _UTC_NAMES:
        return (local,)
    ahead = _regular_offset(text[:_HOUR_LENGTH], zone_name)
    try:
        return (local - ahead,) if ahead is not None else _both(local, zone_of(zone_name))
    except OverflowError:
        return ()


def _both(local: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    first, second = (
        local.replace(tzinfo=zone, fold=fold).astimezone(UTC).replace(tzinfo=None)
        for fold in (0, 1)
    )
    return (first, second) if first < second else (first,)


@lru_cache(maxsize=1 << 14)
def _regular_offset(hour: str, zone_name: str) -> timedelta | None:
    """By how much a zone is ahead of UTC in a local hour; None where that changes within it."""
    zone = zone_of(zone_name)
    ends = (datetime.fromisoformat(f"{hour}{end}") for end in (":00:00", ":59:59"))
    ahead = {end.replace(tzinfo=zone, fold=fold).utcoffset() for end in ends for fold in (0, 1)}
    return ahead.pop() if len(ahead) == 1 else None


def _parsed(text: str) -> datetime | None:
    if len(text) != _SECONDS_LENGTH:
        fraction = text[_SECONDS_LENGTH:]
        if fraction[:1] != "." or not fraction[1:].isdigit():
            return None
        text = text[:_SECONDS_LENGTH]
    if text[_DATE_LENGTH] != " " or not text.isascii():
        return None
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return None
    # Forms of the same length with an offset in them are none that is meant here.
    return local if local.tzinfo is None else None


def first_from(candidates: tuple[datetime, ...], earliest: datetime | None) -> datetime:
    """The first candidate that is not before `earliest`; the last one when all are."""
    if earliest is None or len(candidates) == 1:
        return candidates[0]
    return next((each for each in candidates if each >= earliest), candidates[-1])


def nearest_to(candidates: tuple[datetime, ...], instant: datetime) -> datetime:
    """The candidate nearest to an instant, the earlier of two equally near ones."""
    if len(candidates) == 1:
        return candidates[0]

    def distance(candidate: datetime) -> timedelta:
        return abs(candidate - instant)

    return min(candidates, key=distance)
