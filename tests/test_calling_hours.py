"""Calling hours to openings: by hand, and against every minute of days when the clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter
from phonenumbers.tzdata import TIMEZONE_DATA
from settings_files import read, with_campaign

from reconcile import calling_hours, phone_numbers
from reconcile.errors import SettingInvalid
from reconcile.settings import Hours
from reconcile.settings.short_hours import expressions

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.calling_hours import Openings

A_DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


NOW = at("2026-11-27T12:00")
NIGHTLY = ("30-59 0-1 * * *", "*/20 2,23 * * fri-sun")
ZONES = (
    "Europe/Prague",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour
    "America/Havana",  # at midnight
    "Africa/Cairo",  # from midnight back to the day before
)
OF_NUMBERS = {
    "Alaska": phone_numbers.time_zones("+19075550101"),
    "Nevada and a part of Idaho": phone_numbers.time_zones("+17755550101"),
    "toll-free": phone_numbers.time_zones("+18005550101"),
    "a mobile of Russia or Kazakhstan": TIMEZONE_DATA["7"],
    "a mobile of Australia": TIMEZONE_DATA["61"],
}
"""Zones in which a number can be, by whose it is."""
ALONG_THE_DAY = ("* 8-19 * * *", "*/20 20 * * fri-sun")


def is_along_the_day(local: datetime) -> bool:
    is_late = local.hour == 20 and local.minute % 20 == 0 and local.weekday() >= 4
    return 8 <= local.hour < 20 or is_late


def hours(*entries: str, zone: str = "Europe/Prague", **holidays: object) -> Hours:
    found = tuple(part for entry in entries for part in expressions(entry))
    return Hours(zone, found, **holidays)


def laid_out(
    of: Hours, *, now: datetime = NOW, days: int = 7, since: datetime = NOW, open_minutes: int = 0
) -> Openings:
    return calling_hours.openings(
        of, now=now, until=now + days * A_DAY, since=since, open_before=open_minutes * MINUTE
    )


def told(of: Hours, first: str, last: str) -> list[str]:
    """The openings that begin on these days, by the clock in Prague."""
    begin = datetime.fromisoformat(first)
    end = datetime.fromisoformat(last)
    found = laid_out(of, now=begin, days=(end - begin).days + 1, since=begin)
    zone = ZoneInfo("Europe/Prague")
    walls = [
        [instant.replace(tzinfo=UTC).astimezone(zone) for instant in opening]
        for opening in found.openings
    ]
    return [
        f"{opens:%a %d %H:%M}-{closes:%H:%M}"
        for opens, closes in walls
        if first <= f"{opens:%Y-%m-%d}" <= last
    ]


@cache
def clock_changes(zone: str) -> list[datetime]:
    """The instants of 2026 (UTC) at which the clock of a zone changes."""
    offsets = [
        (instant, instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset())
        for instant in (at("2026-01-01T00:00") + hour * 30 * MINUTE for hour in range(366 * 48))
    ]
    return [
        after for (_, offset), (after, next_offset) in pairwise(offsets) if offset != next_offset
    ]


@cache
def matches(expression: str, local: datetime) -> bool:
    return bool(croniter.match(expression, local))


@pytest.mark.parametrize("place", [0, 1], ids=["first change", "second change"])
@pytest.mark.parametrize("zone", ZONES)
def test_each_minute_round_a_change_of_the_clock_is_open_when_its_wall_time_is(
    zone: str, place: int
) -> None:
    change = clock_changes(zone)[place]
    found = laid_out(Hours(zone, NIGHTLY), now=change, since=change)
    compared = 0
    for minute in range(-24 * 60, 24 * 60):
        instant = change + minute * MINUTE
        local = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
        is_open = any(opens <= instant < closes for opens, closes in found.openings)
        wanted = any(matches(expression, local) for expression in NIGHTLY)
        assert is_open == wanted, f"{instant} is {local}"
        compared += 1
    assert compared == 2 * 1440


@pytest.mark.parametrize("place", [0, 1], ids=["first change", "second change"])
@pytest.mark.parametrize("zones", OF_NUMBERS.values(), ids=OF_NUMBERS)
def test_each_minute_round_a_change_of_a_clock_is_open_when_it_is_in_all_zones(
    zones: tuple[str, ...], place: int
) -> None:
    assert len(zones) > 1
    change = next(clock_changes(zone) for zone in zones if clock_changes(zone))[place]
    found = laid_out(Hours("UTC", ALONG_THE_DAY, zones=zones), now=change, since=change)
    assert found.zones == zones
    clocks = [ZoneInfo(zone) for zone in zones]  # the library keeps eight of them
    opened = 0
    for minute in range(-24 * 60, 24 * 60):
        instant = change + minute * MINUTE
        aware = instant.replace(tzinfo=UTC)
        walls = {aware.astimezone(clock).replace(tzinfo=None, fold=0) for clock in clocks}
        wanted = all(map(is_along_the_day, walls))
        is_open = any(opens <= instant < closes for opens, closes in found.openings)
        assert is_open == wanted, f"{instant} is {walls}"
        opened += is_open
    assert 0 < opened < 2 * 1440


def in_zones(*zones: str, entry: str = "daily 08:00-20:00", **holidays: object) -> Hours:
    return hours(entry, **holidays).in_zones(zones)


def test_one_zone_of_a_number_takes_the_place_of_the_campaign_s() -> None:
    found, there = (
        laid_out(in_zones("Asia/Tokyo")),
        laid_out(hours("daily 8-20", zone="Asia/Tokyo")),
    )
    assert (found.openings, found.zones) == (there.openings, ("Asia/Tokyo",))


def test_zones_that_are_never_open_together_leave_it_to_the_campaign_s() -> None:
    far = ("America/Phoenix", "Asia/Tokyo")  # sixteen hours
    together = laid_out(in_zones(*far, entry="daily 08:00-16:01"))
    assert together.zones == far
    assert {(opens.time(), closes.time()) for opens, closes in together.openings} == {
        (time(23), time(23, 1))
    }
    # One opens in the second in which the other closes.
    apart, of_campaign = in_zones(*far, entry="daily 08:00-16:00"), hours("daily 08:00-16:00")
    assert laid_out(apart) == laid_out(of_campaign)
    assert laid_out(apart).zones == ()


def test_a_holiday_is_one_where_the_client_is() -> None:
    closed = laid_out(in_zones("Asia/Tokyo", dates=("2026-11-30",)))
    after = next(opens for opens, _ in closed.openings if opens > at("2026-11-29T12:00"))
    assert after == at("2026-11-30T23:00")


def test_what_is_always_open_is_so_in_all_zones() -> None:
    found = laid_out(in_zones(*OF_NUMBERS["toll-free"], entry="daily 00:00-24:00"))
    assert found.openings == ((found.known_from, found.known_until),)
    assert found.known_from <= NOW - 7 * A_DAY


def test_hours_that_the_clock_leaves_out_never_open_and_repeated_ones_open_twice() -> None:
    of = hours("daily 02:15-02:45")
    assert told(of, "2026-03-28", "2026-03-30") == ["Sat 28 02:15-02:45", "Mon 30 02:15-02:45"]
    assert told(of, "2026-10-25", "2026-10-25") == ["Sun 25 02:15-02:45"] * 2


def test_a_day_of_twenty_three_hours_and_one_of_twenty_five_are_one_opening() -> None:
    always = hours("daily 00:00-24:00", dates=("2026-03-28", "2026-03-30"))
    assert told(always, "2026-03-29", "2026-03-29") == ["Sun 29 00:00-00:00"]
    (opens, closes), *_ = [
        opening
        for opening in laid_out(always, now=at("2026-03-29T00:00")).openings
        if opening[0].date() == date(2026, 3, 28)
    ]
    assert closes - opens == timedelta(hours=23)


@pytest.mark.parametrize(
    "expression", ["* 8 L * *", "* 8 * * sat#1", "* 8 1,15 * mon", "* 8 2w * *"]
)
def test_days_are_those_that_the_library_says(expression: str) -> None:
    found = laid_out(hours(expression, zone="UTC"), days=100)
    opened = {opens.date() for opens, _ in found.openings}
    first = found.known_from.date()
    for place in range(100):
        day = first + place * A_DAY
        at_eight = at(f"{day}T08:00")
        assert (day in opened) == matches(expression, at_eight), day


def test_on_holidays_it_is_closed_all_day() -> None:
    of = hours("mon-fri 8-16", country="CZ", dates=("2026-12-23",))
    assert told(of, "2026-12-21", "2026-12-28") == [
        "Mon 21 08:00-16:00",
        "Tue 22 08:00-16:00",
        "Mon 28 08:00-16:00",
    ]


@pytest.mark.parametrize(("preset", "closes_at"), [("florida-2021", 20), ("us-federal-1995", 21)])
def test_a_preset_opens_at_eight_and_is_closed_in_its_closing_second(
    preset: str, closes_at: int
) -> None:
    found = laid_out(hours(preset, zone="UTC")).openings
    assert {(opens.time(), closes.time()) for opens, closes in found} == {
        (time(8), time(closes_at))
    }


def test_a_region_has_holidays_of_its_own() -> None:
    epiphany = [
        told(hours("daily 8-9", country="DE", region=region), "2026-01-06", "2026-01-06")
        for region in ("", "BY")
    ]
    assert epiphany == [["Tue 06 08:00-09:00"], []]


def test_hours_over_midnight_end_on_the_next_day_unless_that_is_a_holiday() -> None:
    of = hours("fri,sat 22:00-02:00", dates=("2026-11-29",))
    assert told(of, "2026-11-27", "2026-11-29") == ["Fri 27 22:00-02:00", "Sat 28 22:00-00:00"]


def test_the_year_ends_and_begins_within_hours() -> None:
    assert told(hours("daily 00:00-24:00", dates=("2027-01-02",)), "2026-12-01", "2026-12-01") == []
    assert told(hours("daily 20:00-24:00"), "2026-12-31", "2026-12-31") == ["Thu 31 20:00-00:00"]


def test_it_reaches_back_over_open_time_and_to_the_oldest_episode() -> None:
    of = hours("mon 9-10", zone="UTC")
    found = laid_out(of, open_minutes=480)
    before = [opens for opens, _ in found.openings if opens < NOW]
    assert len(before) >= 8
    since = at("2025-03-01T00:00")
    assert laid_out(of, since=since).known_from <= since


def test_it_reaches_ahead_to_the_next_opening_however_far() -> None:
    found = laid_out(hours("* 9 29 2 *", zone="UTC"))
    assert found.openings[-1] == (at("2028-02-29T09:00"), at("2028-02-29T10:00"))
    assert found.known_until > found.openings[-1][1]


def test_hours_without_any_opening_come_to_an_end() -> None:
    found = laid_out(hours("* 9 25 12 *", zone="UTC", country="CZ"), open_minutes=480)
    assert found.openings == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('calling_hours = ["* 25 * * *"]', r"missed-calls.calling_hours.*\* 25 \* \* \*.*no cron"),
        ('calling_hours = ["0 0 31 2 *"]', "calling_hours.*no cron expression"),
        ('calling_hours = ["* * * * mon#9"]', "calling_hours.*no cron expression"),
        ('holidays = { country = "XX" }', "holidays` names days that are not known: .*XX"),
        ('holidays = { country = "CZ", region = "ZZ" }', "holidays` names days .*ZZ"),
        (
            'calling_hours = ["* 9 25 12 *"]\nholidays = { country = "CZ" }',
            "calling_hours` never open, or on holidays only",
        ),
    ],
)
def test_what_the_libraries_do_not_know_is_refused(tmp_path: Path, line: str, said: str) -> None:
    settings = read(tmp_path, with_campaign(f'{line}\ntime_zone = "Europe/Prague"'))
    with pytest.raises(SettingInvalid, match=said):
        calling_hours.check(settings)


def test_good_hours_are_not(tmp_path: Path) -> None:
    line = (
        'calling_hours = ["mon-fri 08:30-17:45", "* 9-11 * * sat#1"]\ntime_zone = "Europe/Prague"\n'
        'holidays = { country = "DE", region = "BY", dates = ["2026-12-24"] }'
    )
    calling_hours.check(read(tmp_path, with_campaign(line)))
