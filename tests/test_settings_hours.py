"""The keys of calling hours: what they may be, and what they come to."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from croniter import croniter
from settings_files import faults, read, with_campaign

from reconcile.reports import rules
from reconcile.settings import Holidays, Hours, as_json, hours
from reconcile.settings.hour_presets import HOUR_PRESETS
from reconcile.settings.short_hours import expressions
from reconcile.settings.tables import to_tables

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.settings import Settings

ZONE = 'time_zone = "Europe/Prague"'
WORK = 'calling_hours = ["mon-fri 08:30-17:45"]'


def with_hours(folder: Path, *lines: str) -> Settings:
    return read(folder, with_campaign("\n".join(lines)))


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("mon-fri 08:30-17:45", ["30-59 8 * * 1-5", "* 9-16 * * 1-5", "0-44 17 * * 1-5"]),
        ("sat 9-12", ["* 9-11 * * 6"]),
        ("sat 9-10", ["* 9 * * 6"]),
        ("daily 08:00-20:00", ["* 8-19 * * *"]),
        ("daily 00:00-24:00", ["* 0-23 * * *"]),
        ("sun 08:15-08:16", ["15 8 * * 0"]),
        ("sun 08:15-08:45", ["15-44 8 * * 0"]),
        ("sun 08:59-10:01", ["59 8 * * 0", "* 9 * * 0", "0 10 * * 0"]),
        ("fri-mon 8-9", ["* 8 * * 0,1,5,6"]),
        ("mon,wed 8-9", ["* 8 * * 1,3"]),
        ("fri 22:00-02:00", ["* 22-23 * * 5", "* 0-1 * * 6"]),
        ("sat 22:00-00:00", ["* 22-23 * * 6"]),
        ("* 8-19 * * mon-fri", ["* 8-19 * * mon-fri"]),
        ("florida-2021", ["* 8-19 * * *"]),
        ("us-federal-1995", ["* 8-20 * * *"]),
    ],
)
def test_the_short_form_is_made_into_cron_expressions(entry: str, expected: list[str]) -> None:
    found = expressions(entry)
    assert list(found) == expected
    for expression in found:
        minutes, hour_field, *_ = croniter.expand(expression, strict=True)[0]
        assert (minutes == ["*"]) == expression.startswith("*"), "no field is read as every value"
        assert hour_field != ["*"] or expression == "* 0-23 * * *"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('"mon-fri 08:30-17:45"', "expected a list of hours"),
        ("[]", "expected a list of hours"),
        ("[5]", "`5` in it does not fit, expected a list of hours"),
        ('["mon-fri 8"]', '`"mon-fri 8"` in it does not fit'),
        ('["mon-fry 8-9"]', "days are mon, tue"),
        ('["mon 08:60-09:00"]', "times lie from 00:00 to 24:00"),
        ('["mon 8-25"]', "times lie from 00:00 to 24:00"),
        ('["mon 24-8"]', "times lie from 00:00 to 24:00"),
        ('["mon 08:00-08:00"]', "begins and ends at the same time"),
        ('["* 9-9 * * *"]', "from a value to itself is read as every value"),
        ('["r r * * *"]', "names are those of days and months"),
        ('["h 9 * * *"]', "names are those of days and months"),
        ('["@daily"]', "expected a list of hours"),
        ('["* * * * * *"]', "expected a list of hours"),
        ('["mon 8-9", "MON  8-9"]', "each once"),
        ('"florida"', "or a preset: `florida-2021`, `us-federal-1995`"),
        ('["florida-2021", "sun 20-21"]', "a preset stands alone"),
    ],
)
def test_other_hours_are_refused(tmp_path: Path, written: str, said: str) -> None:
    (told,) = faults(tmp_path, with_campaign(f"calling_hours = {written}\n{ZONE}"))
    assert "`campaigns.missed-calls.calling_hours`" in told
    assert said in told


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{ }", "names no day, expected `country`, `dates` or both"),
        ('{ region = "BY", dates = ["2026-12-24"] }', "has `region` and lacks its `country`"),
        ('{ country = "Czechia" }', "holidays.country` .*expected a country code"),
        ('{ dates = ["24.12.2026"] }', "holidays.dates` .*expected a list of days"),
        ('{ dates = ["2026-12-24", "2026-12-24"] }', "each once"),
        ('{ land = "CZ" }', "holidays.land` .*not known"),
        ('"CZ"', "expected a table such as"),
    ],
)
def test_other_holidays_are_refused(tmp_path: Path, written: str, said: str) -> None:
    (told, *_) = faults(tmp_path, with_campaign(f"holidays = {written}\n{ZONE}"))
    assert re.search(said, told), told


@pytest.mark.parametrize("written", ['"florida-2021"', '["florida-2021"]'])
def test_a_preset_gives_its_hours_and_tells_where_they_stand(tmp_path: Path, written: str) -> None:
    settings = with_hours(tmp_path, f"calling_hours = {written}", ZONE)
    (campaign,) = settings.campaigns
    assert campaign.calling_hours == ("florida-2021",), "the values in force name it"
    assert list(hours.in_force(settings).values()) == [Hours("Europe/Prague", ("* 8-19 * * *",))]
    told = {rule.rule: rule.when for rule in rules.rules(campaign, settings)}["Calling hours"]
    assert told.startswith(
        "daily 08:00-20:00, preset `florida-2021` (Europe/Prague); as of 2021-07-01: Florida "
    )
    for preset in HOUR_PRESETS.values():
        assert preset.source
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", preset.dated)


def test_no_preset_of_hours_is_in_force_unless_chosen(tmp_path: Path) -> None:
    settings = with_hours(tmp_path, 'presets = ["florida-2021"]')
    assert hours.in_force(settings) == {}


def test_days_can_be_days_of_toml(tmp_path: Path) -> None:
    settings = with_hours(tmp_path, ZONE, "holidays = { dates = [2026-12-24] }")
    assert settings.campaigns[0].holidays == Holidays(dates=("2026-12-24",))


def test_without_hours_a_campaign_always_dials(tmp_path: Path) -> None:
    settings = with_hours(tmp_path, "priority = 0")
    (row,) = to_tables(settings)["settings.campaigns"]
    assert (row["hours_key"], row["hours_zone"]) == (None, None)
    assert hours.in_force(settings) == {}
    assert settings.warnings == ()


def test_holidays_alone_close_a_campaign_that_else_is_always_open(tmp_path: Path) -> None:
    settings = with_hours(tmp_path, ZONE, 'holidays = { country = "CZ" }')
    (found,) = hours.in_force(settings).values()
    assert found == Hours("Europe/Prague", ("* * * * *",), country="CZ")


def test_the_zone_is_that_of_the_program_unless_the_campaign_has_its_own(tmp_path: Path) -> None:
    text = with_campaign(WORK)
    zones = [
        next(iter(hours.in_force(read(tmp_path, one)).values())).time_zone
        for one in (
            text,
            f"{ZONE}\n{text}",
            text.replace(WORK, f'{WORK}\ntime_zone = "Asia/Tokyo"'),
        )
    ]
    assert zones == ["UTC", "Europe/Prague", "Asia/Tokyo"]


def test_the_key_changes_with_all_that_matters_and_with_nothing_else(tmp_path: Path) -> None:
    lines = [
        (WORK, ZONE),
        (WORK, 'time_zone = "UTC"'),
        ('calling_hours = ["mon-fri 08:30-17:46"]', ZONE),
        (WORK, ZONE, 'holidays = { country = "CZ" }'),
        (WORK, ZONE, 'holidays = { country = "DE" }'),
        (WORK, ZONE, 'holidays = { country = "DE", region = "BY" }'),
        (WORK, ZONE, 'holidays = { dates = ["2026-12-24"] }'),
    ]
    keys = [key for some in lines for key in hours.in_force(with_hours(tmp_path, *some))]
    assert len(set(keys)) == len(lines)
    again = with_hours(tmp_path, 'calling_hours = ["MON-FRI  08:30-17:45"]', ZONE, "priority = 5")
    assert [*hours.in_force(again)] == keys[:1]


def test_the_values_in_force_tell_the_hours(tmp_path: Path) -> None:
    settings = with_hours(tmp_path, WORK, ZONE, 'holidays = { dates = ["2026-12-24"] }')
    (campaign,) = json.loads(as_json(settings))["campaigns"]
    assert campaign["calling_hours"] == ["mon-fri 08:30-17:45"]
    assert campaign["time_zone"] == "Europe/Prague"
    assert campaign["holidays"]["dates"] == ["2026-12-24"]


def test_hours_without_a_zone_are_warned_about_and_a_zone_without_hours(tmp_path: Path) -> None:
    (told,) = with_hours(tmp_path, WORK).warnings
    assert "calling hours that are read in UTC" in told
    (told,) = with_hours(tmp_path, ZONE).warnings
    assert "has no effect without `calling_hours`" in told
    assert with_hours(tmp_path, WORK, 'time_zone = "UTC"').warnings == ()


def test_the_rules_tell_the_hours(tmp_path: Path) -> None:
    settings = with_hours(
        tmp_path,
        'calling_hours = ["mon-fri 08:30-17:45", "sat 9-12"]',
        ZONE,
        'holidays = { country = "DE", region = "BY", dates = ["2026-12-24"] }',
    )
    told = {rule.rule: rule for rule in rules.rules(settings.campaigns[0], settings)}
    assert told["Calling hours"].when == (
        "mon-fri 08:30-17:45; sat 9-12 (Europe/Prague); not on holidays of DE-BY; not on 2026-12-24"
    )
    assert told["Calling hours"].sql_file == "core/holds.sql"
    assert told["Give up"].when == "480 min of calling hours after the last dropped call"
