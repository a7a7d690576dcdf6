"""Calling hours by the clock of the client, through files and run by run; the zones of a number."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from site_folder import CLIENT, Site, at
from test_hours import A_DAY, EVENING, ROOT, RUN, decided, dials, run

from reconcile import checking, explain, phone_numbers
from reconcile.explain.page import page
from reconcile.reports import rules
from reconcile.reports.tables import Zone

if TYPE_CHECKING:
    from datetime import datetime

NEW_YORK, CHICAGO, TOLL_FREE = "+12125550101", "+13125550101", "+18005550101"
UNKNOWN = "+447700900103"
BY_CLIENTS = f'{EVENING}hours_of = "client"\n'
"""08:30 to 12:10: from 13:30 to 17:10 UTC in New York, an hour later in Chicago."""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site.small(tmp_path / "site")
    site.change_settings('dialler = "file"\n', f'dialler = "file"\n{BY_CLIENTS}')
    return site


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        (CLIENT, ("Europe/Prague",)),
        (NEW_YORK, ("America/New_York",)),
        ("+19075550101", ("America/Adak", "America/Anchorage")),
        (UNKNOWN, ()),
        ("K-17", ()),
        ("", ()),
    ],
)
def test_the_library_tells_the_zones_of_a_number(number: str, zones: tuple[str, ...]) -> None:
    assert phone_numbers.time_zones(number) == zones


def test_a_number_that_is_of_no_area_has_all_zones_of_its_country() -> None:
    zones = phone_numbers.time_zones(TOLL_FREE)
    assert {"America/Adak", "America/New_York", "America/St_Johns"} < set(zones)
    assert zones == tuple(sorted(zones))


def test_each_client_is_called_in_the_hours_of_his_own_zone(site: Site) -> None:
    for place, number in enumerate((CLIENT, NEW_YORK, CHICAGO, UNKNOWN)):
        site.drop(f"1.{place}", number, "11:03:00")
    run(site, at("11:05"))
    run(site, at("11:08"))
    in_prague = {CLIENT, UNKNOWN}  # where no zone is known the campaign's counts
    assert {number for number, *_ in dials(site)} == in_prague
    assert {until for _, _, until in dials(site)} == {"11-20T11:10"}
    waits = site.fetch(
        "select number, due_at from kept.decisions "
        "where last_run_at is null and reason = 'outside_hours' order by number"
    )
    assert waits == [(NEW_YORK, at("13:30")), (CHICAGO, at("14:30"))]
    for clock in ("13:29:59", "13:30", "14:29:59", "14:30"):
        run(site, at(clock))
    later = [one for one in dials(site) if one[0] not in in_prague]
    assert later == [
        (NEW_YORK, "11-20T13:30", "11-20T13:35"),
        (NEW_YORK, "11-20T14:29", "11-20T14:34"),  # the second attempt
        (CHICAGO, "11-20T14:30", "11-20T14:35"),
    ]


def test_a_dial_expires_when_it_closes_where_the_client_is(site: Site) -> None:
    site.drop("1.1", NEW_YORK, "17:02:00")
    for clock in ("17:03", "17:07", "17:09", "17:10"):
        run(site, at(clock))
    assert dials(site) == [(NEW_YORK, "11-20T17:07", "11-20T17:10")]


def test_an_episode_is_given_up_after_so_much_open_time_of_the_client(site: Site) -> None:
    site.change_settings("starts_at", "give_up_after_minutes = 30\nstarts_at")
    site.directory.write_text(site.directory.read_text() + f"2001,{NEW_YORK}\n2002,{NEW_YORK}\n")
    site.drop("1.1", NEW_YORK, "11:00:00")
    for clock in ("11:02", "13:30", "13:59:59"):
        run(site, at(clock))
        assert [reason for reason, _ in decided(site)] == ["duplicate"], clock
    run(site, at("14:00"))
    assert site.fetch("select reason, closed_at from kept.episodes") == [("expired", at("14:00"))]


def test_nobody_looks_before_it_opens_anywhere_and_the_libraries_stay_out(
    site: Site, tmp_path: Path
) -> None:
    def told(*runs: datetime) -> tuple[list[bool], list[str]]:
        answer = tmp_path / "answer.json"
        instants = [now.isoformat() for now in runs]
        code = RUN.replace('"holidays"}', '"holidays", "phonenumbers.timezone"}')
        subprocess.run(
            [sys.executable, "-c", code, site.settings_file, answer, *instants],
            env={"PYTHONPATH": str(ROOT)},
            check=True,
        )
        found = json.loads(answer.read_text(encoding="utf-8"))
        return found["is_idle"], found["modules"]

    site.drop("1.1", NEW_YORK, "11:02:00")
    assert told(at("11:04")) == ([False], ["croniter", "phonenumbers.timezone"])
    assert told(at("11:05"), at("11:08"), at("11:09")) == ([True, False, True], [])
    assert told(at("13:29:59"), at("13:30")) == ([True, False], [])
    site.drop("1.2", "+12125550102", "13:31:00")
    assert told(at("13:33")) == ([False], ["phonenumbers.timezone"]), "of a zone that is known"
    site.drop("1.3", CHICAGO, "13:33:00")
    assert told(at("13:35")) == ([False], ["croniter", "phonenumbers.timezone"]), "of a new one"


def test_a_dropped_call_of_a_new_zone_is_judged_by_it_in_its_first_run(site: Site) -> None:
    site.change_settings("starts_at", "give_up_after_minutes = 30\nstarts_at")
    site.drop("1.1", CLIENT, "10:00:00")
    site.drop("1.2", NEW_YORK, "10:00:00")
    run(site, at("11:00"))
    accounts = site.fetch("select number, account, reason from kept.dropped_calls order by number")
    assert accounts == [(NEW_YORK, "opened", None), (CLIENT, "ignored", "too_old")]


def test_zones_are_forgotten_with_their_setting_and_read_again_with_the_library(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.drop("1.1", NEW_YORK, "11:02:00")
    run(site, at("11:04"))
    (before,) = site.fetch("select hours_key from kept.client_hours")
    monkeypatch.setattr(phone_numbers, "metadata_version", lambda: "9.9.99/1")
    monkeypatch.setattr(phone_numbers, "time_zones", lambda _: ("America/Denver",))
    run(site, at("11:08"))
    ((number, key, version),) = site.fetch(
        "select number, hours_key, metadata_version from kept.client_hours"
    )
    assert (number, version) == (NEW_YORK, "9.9.99/1")
    assert (key,) != before
    assert decided(site) == [("outside_hours", at("15:30"))]
    site.change_settings('hours_of = "client"', 'hours_of = "campaign"')
    run(site, at("11:09"))
    assert [number for number, *_ in dials(site)] == [NEW_YORK]
    for table in ("client_hours", "zone_hours"):
        assert site.fetch(f"select * from kept.{table}") == []
    assert len(site.fetch("select distinct hours_key from kept.hour_spans")) == 1


def test_without_the_setting_no_number_has_hours_of_its_own(site: Site) -> None:
    site.change_settings('hours_of = "client"\n', "")
    site.drop("1.1", NEW_YORK, "11:02:00")
    run(site, at("11:04"))
    run(site, at("11:08"))
    assert [number for number, *_ in dials(site)] == [NEW_YORK]
    assert site.fetch("select * from kept.client_hours") == []


def explained(site: Site, number: str) -> str:
    """What is told up to what comes next, without the settings by which it was decided."""
    told = " ".join(page(explain.explain(site.settings, number), Zone()).split())
    return told.partition(" Decided by settings")[0]


def test_explain_tells_whose_clock_it_is(site: Site) -> None:
    for place, number in enumerate((NEW_YORK, TOLL_FREE, "+19075550101", UNKNOWN)):
        site.drop(f"1.{place}", number, "11:06:00")
    run(site, at("11:08"))
    run(site, at("11:11"))
    opens = "outside the calling hours: opens"
    assert explained(site, NEW_YORK).endswith(
        f"{opens} Fri 08:30 America/New_York, the client's zone"
    )
    assert explained(site, "+19075550101").endswith(
        f"{opens} Fri 19:30 Europe/Prague, in all 2 zones where the number can be "
        "(America/Adak, America/Anchorage)"
    )
    assert explained(site, UNKNOWN).endswith(f"{opens} Mon 08:30 Europe/Prague")
    # From Newfoundland to the Marianas nobody has a morning at the same time.
    assert explained(site, TOLL_FREE).endswith(f"{opens} Mon 08:30 Europe/Prague")


def test_rules_and_check_tell_whose_clock_it_is(site: Site) -> None:
    (campaign,) = site.settings.campaigns
    told = {rule.rule: rule.when for rule in rules.rules(campaign, site.settings)}
    assert told["Calling hours"].startswith(
        "mon-fri 08:30-12:10 (in all zones of the client's number, where none is known "
        "Europe/Prague)"
    )
    lines, _ = checking.report(site.settings)
    (line,) = [line for line in lines if "Europe/Prague" in line]
    assert line.endswith(
        "(Europe/Prague, for numbers of no known zone; else by the client's clock)"
    )


def test_the_hours_of_numbers_without_an_episode_are_swept(site: Site) -> None:
    site.change_settings('region = "CZ"', 'hot_days = 2\nregion = "CZ"')
    site.drop("1.1", NEW_YORK, "11:02:00")
    run(site, at("11:04"))
    run(site, at("15:00") + 5 * A_DAY)
    assert site.fetch("select reason from kept.episodes") == [("expired",)]
    assert [zones for (zones,) in site.fetch("select zones from kept.zone_hours")] == [
        ["America/New_York"]
    ]
    run(site, at("15:00") + 9 * A_DAY)
    for table in ("episodes", "client_hours", "zone_hours"):
        assert site.fetch(f"select * from kept.{table}") == []
