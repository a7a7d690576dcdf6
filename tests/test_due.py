"""What is due: what holds it, and the sheet for people who call by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from site_folder import CLIENT, OTHER, Site, at

from reconcile import by_hand
from reconcile.due import due, sheet_rows, sheet_sentence
from reconcile.reports.tables import Zone, text_table

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.due import Due

UTC = Zone()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Two clients who hung up at 10:00, seen by the run of 10:02."""
    site = Site.small(tmp_path)
    site.drop("1", CLIENT, "10:00:20")
    site.drop("2", OTHER, "10:00:30")
    for time in ("10:01", "10:02"):
        site.run(time)
    return site


def look(site: Site, now: datetime | None = None) -> Due:
    return due(site.settings, now=now or at("10:02"), minutes=60)


def held(found: Due) -> list[tuple[str, str | None]]:
    return [(row["held_by"], row["why"]) for row in found.coming]


def on_sheet(found: Due) -> list[str]:
    return [row["number"] for row in sheet_rows(found, UTC).as_dicts()]


def test_time_alone_holds_nothing(site: Site) -> None:
    assert held(look(site)) == [(None, None), (None, None)]


def test_a_pause_is_told_at_once_and_leaves_the_clients_on_the_sheet(site: Site) -> None:
    by_hand.pause(site.settings, None, "phones are down")
    found = look(site)
    assert held(found) == [("paused", "phones are down")] * 2
    assert on_sheet(found) == [CLIENT, OTHER]
    assert "(phones are down)" in sheet_sentence(found, UTC)


def test_a_campaign_without_a_dialler_is_told_as_held(tmp_path: Path) -> None:
    site = Site.small(tmp_path)
    site.change_settings('dialler = "file"\n\n[sinks.file]\npath = "out/commands.ndjson"', "")
    site.drop("1", CLIENT, "10:00:20")
    for time in ("10:01", "10:02", "10:06"):
        site.run(time)
    found = look(site, at("10:06"))
    assert held(found) == [("no_dialler", None)]
    assert on_sheet(found) == [CLIENT]


def test_whom_a_person_has_closed_is_on_no_sheet_before_a_run_has_seen_it(site: Site) -> None:
    by_hand.close(site.settings, CLIENT, None, "called by hand")
    assert on_sheet(look(site)) == [OTHER]


def test_who_must_not_be_called_now_is_counted_on_the_sheet(site: Site) -> None:
    site.run("10:06")
    found = look(site, at("10:06"))
    assert on_sheet(found) == []
    assert "not on it: 2 attempt_in_doubt; `reconcile due` tells" in sheet_sentence(found, UTC)


def test_a_sheet_of_an_old_run_says_how_old_and_of_which_day_its_times_are(site: Site) -> None:
    found = look(site, at("10:02") + timedelta(days=3))
    assert "2026-11-20 10:02:00 UTC, 3 d 0 h ago" in sheet_sentence(found, UTC)
    first = sheet_rows(found, UTC).as_dicts()[0]
    assert (first["due"], first["dropped"]) == ("11-20 10:05", "1×, 11-20 10:00")


def test_a_narrow_sheet_keeps_its_ticks_and_the_room_for_results(site: Site) -> None:
    rows = sheet_rows(look(site), UTC)
    table = text_table(rows, UTC, width=50, fixed=("done", "number", "result"))
    lines = table.text.splitlines()
    assert lines[0].split()[0] == "done"
    assert all("[ ]" in line and "______" in line for line in lines[2:])
    assert max(map(len, lines)) <= 50
