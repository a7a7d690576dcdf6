"""Limits, presets and pacing in the settings: read, refused, warned of, and as rows."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from settings_files import SMALL, faults, read, with_campaign

from reconcile.settings import Limit, as_json, limits
from reconcile.settings.tables import to_tables

if TYPE_CHECKING:
    from pathlib import Path

TWO = '[{ calls = 3, hours = 24 }, { calls = 1, hours = 1, per = "contact" }]'
DAILY, HOURLY = Limit(calls=3, hours=24), Limit(calls=1, hours=1, per="contact")


def test_limits_are_read_for_the_program_and_for_a_campaign(tmp_path: Path) -> None:
    settings = read(tmp_path, f"limits = {TWO}\n" + with_campaign("limits = [{calls=5,hours=2}]"))
    assert settings.limits == (DAILY, HOURLY)
    assert settings.campaigns[0].limits == (Limit(calls=5, hours=2),)
    rows = to_tables(settings)["settings.limits"]
    assert [tuple(row.values()) for row in rows] == [
        ("missed-calls", 3, 24, "number"),
        ("missed-calls", 1, 1, "contact"),
        ("missed-calls", 5, 2, "number"),
    ]


def test_limits_can_be_written_as_an_array_of_tables(tmp_path: Path) -> None:
    text = SMALL + "\n[[campaigns.missed-calls.limits]]\ncalls = 3\nhours = 24\n"
    assert read(tmp_path, text).campaigns[0].limits == (DAILY,)


def test_a_limit_of_program_and_campaign_is_one(tmp_path: Path) -> None:
    text = f"limits = {TWO}\n" + with_campaign(f"limits = {TWO}")
    assert len(to_tables(read(tmp_path, text))["settings.limits"]) == 2


def test_without_limits_and_pacing_nothing_is_limited(tmp_path: Path) -> None:
    tables = to_tables(read(tmp_path, SMALL))
    assert tables["settings.limits"] == []
    (campaign,), (program,) = tables["settings.campaigns"], tables["settings.program"]
    assert campaign["priority"] == 0
    assert {row[key] for row in (campaign, program) for key in PACING} == {None}


PACING = ("dials_per_run", "dials_waiting_max")


def test_the_values_in_force_tell_the_limits(tmp_path: Path) -> None:
    values = json.loads(as_json(read(tmp_path, f"limits = {TWO}\n{SMALL}")))
    assert values["limits"][0] == {"calls": 3, "hours": 24, "per": "number"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[{ calls = 0, hours = 24 }]", "limits.calls` .*is `0`, expected a whole number from 1"),
        ("[{ hours = 24 }]", "limits` .*lacks `calls`"),
        ("[{ calls = 3, hour = 24 }]", "limits.hour` .*the nearest is `hours`"),
        ('[{ calls = 3, hours = 1, per = "day" }]', "limits.per` .*expected one of `number`"),
        ("[3]", "limits` .*`3` in it does not fit, expected a list of limits"),
        ("{ calls = 3, hours = 24 }", "limits` .*expected a list of limits"),
        ("[{ calls = 3, hours = 24 }, { calls = 3, hours = 24 }]", "limits` .*each once"),
    ],
)
def test_a_wrong_limit_is_told_with_its_key(tmp_path: Path, written: str, expected: str) -> None:
    told = faults(tmp_path, with_campaign(f"limits = {written}"))
    assert len(told) <= 2
    assert [line for line in told if re.search(expected, line)]


@pytest.mark.parametrize(("hours", "is_refused"), [(48, False), (49, True)])
@pytest.mark.parametrize("place", ["program", "campaign"])
def test_a_window_longer_than_calls_are_kept_is_refused(
    tmp_path: Path, place: str, hours: int, is_refused: bool
) -> None:
    line = f"limits = [{{ calls = 9, hours = {hours} }}]"
    text = f"{line}\n{SMALL}" if place == "program" else with_campaign(line)
    text = f"hot_days = 2\n{text}"
    if is_refused:
        (fault,) = faults(tmp_path, text)
        assert "has a window of 49 hours, expected no more than the 2 days of `hot_days`" in fault
    else:
        assert read(tmp_path, text).warnings == ()


@pytest.mark.parametrize(
    ("lines", "is_warned"),
    [
        ("limits = [{ calls = 2, hours = 7 }]", False),  # free after 425 minutes, given up at 480
        ("limits = [{ calls = 2, hours = 8 }]", True),
        ("limits = [{ calls = 3, hours = 24 }]", False),
        ('retry_minutes = [5, 15, 60, 90]\npresets = ["florida-2021"]', True),
    ],
)
def test_attempts_that_a_limit_pushes_behind_the_end_are_warned_of(
    tmp_path: Path, lines: str, is_warned: bool
) -> None:
    warnings = read(tmp_path, with_campaign(lines)).warnings
    assert ["the episode ends before the others" in one for one in warnings] == [True] * is_warned


def test_more_dials_in_a_run_than_may_be_on_the_way_are_warned_of(tmp_path: Path) -> None:
    (warning,) = read(tmp_path, with_campaign("dials_per_run = 6\ndials_waiting_max = 5")).warnings
    assert "dials_per_run`" in warning
    assert "is 6 and never reached, for `dials_waiting_max` is 5" in warning
    assert read(tmp_path, with_campaign("dials_per_run = 5\ndials_waiting_max = 5")).warnings == ()


def test_a_preset_gives_its_limits_and_tells_where_they_stand(tmp_path: Path) -> None:
    settings = read(tmp_path, f'presets = ["florida-2021"]\n{SMALL}')
    (campaign,) = settings.campaigns
    found = limits.in_force(settings, campaign)
    assert found == {Limit(calls=3, hours=24, per="contact"): "florida-2021"}
    for preset in limits.PRESETS.values():
        assert preset.limits
        assert preset.source
        assert preset.dated.startswith("20")


def test_no_preset_is_in_force_unless_chosen(tmp_path: Path) -> None:
    settings = read(tmp_path, SMALL)
    assert limits.in_force(settings, settings.campaigns[0]) == {}
