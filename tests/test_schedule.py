"""Cron expressions to instants in UTC, on ordinary days and where the clock changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from settings_files import changed, read

from reconcile import schedule
from reconcile.errors import SettingInvalid

if TYPE_CHECKING:
    from pathlib import Path

PRAGUE = "Europe/Prague"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def slots(expression: str, time_zone: str, since: str, until: str) -> list[str]:
    """All slots in (since, until], as UTC."""
    found = []
    slot = schedule.next_slot(expression, time_zone, at(since))
    while slot <= at(until):
        found.append(f"{slot:%d %H:%M}")
        slot = schedule.next_slot(expression, time_zone, slot)
    return found


def test_a_slot_is_read_in_its_zone() -> None:
    assert schedule.next_slot("0 7 * * mon-fri", PRAGUE, at("2026-11-20T06:00")) == at(
        "2026-11-23T06:00"
    )


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-20T05:59:59", "2026-11-19T06:00"),
        ("2026-11-20T06:00:00", "2026-11-20T06:00"),
        ("2026-11-20T06:00:01", "2026-11-20T06:00"),
    ],
)
def test_of_missed_slots_the_last_counts_this_very_second_too(now: str, expected: str) -> None:
    first = at("2026-01-01T06:00")
    assert schedule.last_slot("0 7 * * *", PRAGUE, first, at(now)) == at(expected)


def test_a_rare_slot_is_found_however_long_ago_it_was() -> None:
    first, now = at("2026-01-01T06:00"), at("2026-11-20T06:00")
    assert schedule.last_slot("0 7 1 * *", PRAGUE, first, now) == at("2026-11-01T06:00")
    assert schedule.last_slot("0 7 1 1 *", PRAGUE, first, now) == first


def test_a_fixed_time_in_the_repeated_hour_comes_once() -> None:
    found = slots("30 2 * * *", PRAGUE, "2026-10-24T12:00", "2026-10-26T12:00")
    assert found == ["25 00:30", "26 01:30"]
    first, late = at("2026-10-24T00:30"), at("2026-10-25T02:00")
    assert schedule.last_slot("30 2 * * *", PRAGUE, first, late) == at("2026-10-25T00:30")


def test_a_fixed_time_in_the_hour_left_out_comes_after_the_jump() -> None:
    found = slots("30 2 * * *", PRAGUE, "2026-03-28T12:00", "2026-03-30T12:00")
    assert found == ["29 01:00", "30 00:30"]


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-11-20"])
@pytest.mark.parametrize("zone", [PRAGUE, "America/New_York", "Australia/Lord_Howe"])
def test_every_quarter_of_an_hour_is_every_quarter_of_an_hour(day: str, zone: str) -> None:
    slot = at(f"{day}T00:00")
    for _ in range(200):
        following = schedule.next_slot("*/15 * * * *", zone, slot)
        assert following - slot == timedelta(minutes=15)
        slot = following


@pytest.mark.parametrize(
    "expression",
    ["61 * * * *", "0 0 31 2 *", "a b c d e", "0 7 * * sun#6", "0 25 * * *", "0 9-9 * * *"],
)
def test_a_schedule_is_read_strictly(expression: str, tmp_path: Path) -> None:
    settings = read(tmp_path, changed("trunks", f'schedule = "{expression}"\ntrunks'))
    with pytest.raises(SettingInvalid, match="`source pbx`"):
        schedule.check(settings)


@pytest.mark.parametrize("value", ['"* * * *"', '"@daily"', '"* * * * * *"', "5", '""'])
def test_a_schedule_has_five_fields(value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="a cron expression of five fields"):
        read(tmp_path, changed("trunks", f"schedule = {value}\ntrunks"))
