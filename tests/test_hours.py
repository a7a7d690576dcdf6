"""Calling hours as a client, a dialler and a person meet them: through files, run by run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from site_folder import CLIENT, MINUTE, OTHER, Site, at

from reconcile import checking, explain, running
from reconcile.due import due
from reconcile.errors import SettingInvalid
from reconcile.explain.page import page
from reconcile.reports.tables import Zone

if TYPE_CHECKING:
    from datetime import datetime

    from reconcile.run_record import RunResult

ROOT = Path(__file__).parent.parent
A_DAY = timedelta(days=1)
EVENING = (
    'calling_hours = ["mon-fri 08:30-12:10"]\ntime_zone = "Europe/Prague"\n'
    'holidays = { dates = ["2026-11-24"] }\n'
)
"""On the Friday of the recording it closes at 11:10 UTC; Monday opens at 07:30 UTC."""

RUN = """
import json, sys
from datetime import datetime
from pathlib import Path
from reconcile import running, settings
loaded = settings.load(Path(sys.argv[1]))
found = []
for now in sys.argv[3:]:
    result = running.run(loaded, now=datetime.fromisoformat(now))
    found.append(result.is_idle)
told = {"is_idle": found, "modules": sorted({"croniter", "holidays"} & set(sys.modules))}
Path(sys.argv[2]).write_text(json.dumps(told))
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site.small(tmp_path / "site")
    site.change_settings('dialler = "file"\n', f'dialler = "file"\n{EVENING}')
    return site


def run(site: Site, now: datetime) -> RunResult:
    return running.run(site.settings, now=now)


def dials(site: Site) -> list[tuple[str, str, str]]:
    """Number, when it was issued and until when it may be placed."""
    lines = site.commands_file.read_text(encoding="utf-8").splitlines()
    commands = [json.loads(line) for line in lines]
    return [
        (one["number"], one["issued_at"][5:16], one["expires_at"][5:16])
        for one in commands
        if one["command"] == "dial"
    ]


def decided(site: Site) -> list[tuple[str, datetime]]:
    return site.fetch(
        "select reason, due_at from kept.decisions where last_run_at is null order by number"
    )


def test_a_dial_before_closing_expires_at_closing_and_the_next_waits_for_monday(
    site: Site,
) -> None:
    site.drop("1.1", CLIENT, "11:02:00")
    site.drop("1.2", OTHER, "11:06:00")
    for clock in ("11:03", "11:07", "11:08", "11:10", "11:12", "11:17"):
        run(site, at(clock))
    assert dials(site) == [(CLIENT, "11-20T11:07", "11-20T11:10")]
    assert decided(site) == [
        ("outside_hours", at("07:30") + 3 * A_DAY),
        ("outside_hours", at("07:30") + 3 * A_DAY),
    ]
    nights = [at("23:59"), at("10:00") + 2 * A_DAY, at("07:29:59") + 3 * A_DAY]
    assert [run(site, now).is_idle for now in nights] == [True] * 3, "nobody looks until Monday"
    run(site, at("07:30") + 3 * A_DAY)
    assert [number for number, issued_at, _ in dials(site) if issued_at == "11-23T07:30"] == [
        OTHER,
        CLIENT,
    ], "the oldest promise first"


def test_a_dial_that_no_sink_took_by_closing_is_decided_again_in_the_morning(site: Site) -> None:
    site.drop("1.1", CLIENT, "11:02:00")
    run(site, at("11:03"))
    site.commands_file.mkdir(parents=True)  # a folder in the place of the file: the sink is down
    assert run(site, at("11:08")).exit_code
    assert site.fetch("select state from kept.commands") == [("issued",)]
    site.commands_file.rmdir()
    run(site, at("11:10"))
    assert not site.commands_file.exists()
    assert decided(site) == [("outside_hours", at("07:30") + 3 * A_DAY)]
    assert site.fetch("select state from kept.commands") == [("issued",)]
    run(site, at("07:30") + 3 * A_DAY)
    assert dials(site) == [(CLIENT, "11-23T07:30", "11-23T07:35")]


def test_an_episode_is_given_up_after_so_much_open_time(site: Site) -> None:
    site.change_settings("starts_at", "give_up_after_minutes = 30\nstarts_at")
    site.directory.write_text(site.directory.read_text() + f"2001,{CLIENT}\n")
    site.drop("1.1", CLIENT, "11:00:00")
    run(site, at("11:02"))
    monday = at("00:00") + 3 * A_DAY
    for now in (at("11:10"), at("12:00"), monday, monday + timedelta(hours=7, minutes=49)):
        run(site, now)
        assert [reason for reason, _ in decided(site)] == ["duplicate"], now
    run(site, monday + timedelta(hours=7, minutes=50))
    assert site.fetch("select reason, closed_at from kept.episodes") == [
        ("expired", monday + timedelta(hours=7, minutes=50))
    ]


def test_the_libraries_are_only_loaded_when_hours_are_new_or_their_table_runs_out(
    site: Site, tmp_path: Path
) -> None:
    site.drop("1.1", CLIENT, "11:02:00")

    def modules(*runs: datetime) -> tuple[list[bool], list[str]]:
        answer = tmp_path / "answer.json"
        instants = [now.isoformat() for now in runs]
        subprocess.run(
            [sys.executable, "-c", RUN, site.settings_file, answer, *instants],
            env={"PYTHONPATH": str(ROOT)},
            check=True,
        )
        told = json.loads(answer.read_text(encoding="utf-8"))
        return told["is_idle"], told["modules"]

    assert modules(at("11:03")) == ([False], ["croniter"])
    assert modules(at("11:04"), at("11:07"), at("11:10")) == ([True, False, False], [])
    assert modules(at("11:02:59") + 7 * A_DAY) == ([False], [])
    site.drop("1.2", OTHER, "11:02:00")
    assert modules(at("11:03") + 7 * A_DAY) == ([False], ["croniter"])


def test_changed_hours_hold_from_the_next_run_on_and_the_old_ones_are_forgotten(
    site: Site,
) -> None:
    site.drop("1.1", CLIENT, "11:08:00")
    run(site, at("11:09"))
    run(site, at("11:14"))
    assert decided(site) == [("outside_hours", at("07:30") + 3 * A_DAY)]
    site.change_settings("12:10", "12:30")
    run(site, at("11:15"))
    assert [number for number, *_ in dials(site)] == [CLIENT]
    assert len(site.fetch("select distinct hours_key from kept.hour_spans")) == 1
    site.change_settings(EVENING.replace("12:10", "12:30"), "")
    run(site, at("11:16"))
    assert site.fetch("select * from kept.hour_spans") == []
    assert site.fetch("select * from kept.hours") == []


def test_explain_tells_when_it_opens_in_the_zone_of_the_campaign(site: Site) -> None:
    site.drop("1.1", CLIENT, "11:06:00")
    run(site, at("11:08"))
    run(site, at("11:11"))
    told = " ".join(page(explain.explain(site.settings, CLIENT), Zone()).split())
    opens = "`outside_hours`: outside the calling hours: opens Mon 08:30 Europe/Prague"
    assert f"wait {opens}; attempt 1 of 3 is due 07:30:00" in told
    assert "due 2026-11-23 07:30:00 UTC; wait `outside_hours` since" in told
    assert "outside the calling hours: opens Mon 08:30 Europe/Prague Decided by" in told


def test_due_shows_what_waits_for_an_opening(site: Site) -> None:
    site.drop("1.1", CLIENT, "11:06:00")
    run(site, at("11:08"))
    run(site, at("11:11"))
    (row,) = due(site.settings, now=at("11:12"), minutes=5000).coming
    assert (row["due_at"], row["held_by"]) == (at("07:30") + 3 * A_DAY, "outside_hours")
    assert not row["is_for_hand"]


def test_check_tells_the_next_opening(site: Site) -> None:
    lines, _ = checking.report(site.settings)
    (told,) = [line for line in lines if "Europe/Prague" in line]
    day = r"\w{3} \d{4}-\d\d-\d\d"
    is_open = rf"may dial now until {day} 12:10, then from {day} 08:30"
    is_closed = rf"is outside its calling hours, which open {day} 08:30"
    assert re.fullmatch(rf"`missed-calls` ({is_open}|{is_closed}) \(Europe/Prague\)", told)


def test_check_refuses_hours_that_are_none(site: Site) -> None:
    site.change_settings("mon-fri 08:30-12:10", "* 25 * * *")
    with pytest.raises(SettingInvalid, match="no cron expression"):
        checking.report(site.settings)


def test_runs_far_apart_find_their_table(site: Site) -> None:
    site.drop("1.1", CLIENT, "11:02:00")
    for place in range(6):
        run(site, at("11:03") + place * 5 * A_DAY + place * MINUTE)
    assert [issued_at for _, issued_at, _ in dials(site)] == ["11-25T11:04"], (
        "eight open hours have passed before the 30th"
    )
    assert site.fetch("select reason from kept.episodes") == [("expired",)]
