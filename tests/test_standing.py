"""What `status` says is not well, after real runs: the word, since when, what waits, what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from site_folder import CLIENT, OTHER, Site, at

from reconcile import by_hand, clock, publishing
from reconcile.reports import standing

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.reports.standing import Standing


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Ten contacts and an empty queue log."""
    return Site.small(tmp_path / "site")


def stands(site: Site, time: str, max_age_minutes: int = 5) -> Standing:
    return standing.standing(site.settings, now=at(time), max_age_minutes=max_age_minutes)


def lines(found: Standing) -> list[str]:
    return [trouble.line() for trouble in found.troubles]


def test_nothing_is_told_where_all_is_well(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:00", "10:03")
    found = stands(site, "10:04")
    assert (found.word, lines(found)) == ("ok", [])


def test_dials_that_wait_for_a_stale_source_are_counted_beside_its_fault(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    site.drop("1.2", OTHER, "10:00:30")
    site.run("10:02")
    site.queue_log.rename(site.folder / "away")
    for time in ("10:08", "10:09"):
        site.run(time)
    found = stands(site, "10:10")
    assert found.word == "fault"
    assert lines(found) == [
        f"fault: no file fits `queue_log*` in `{site.folder}`, since 2026-11-20 10:08:00 UTC; "
        f"{found.faults['source pbx/queue_log'].lines[-1]}",
        "held: `feed_stale`, not read for too long: `pbx/queue_log`, "
        "since 2026-11-20 10:08:00 UTC, 2 dials wait; mend the source, the next run dials",
    ]


def test_a_pause_is_told_with_who_why_and_since_though_no_dial_waits_yet(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.run("10:00")
    monkeypatch.setenv("SUDO_USER", "jana")
    monkeypatch.setattr(clock, "utc_now", lambda: at("10:00:30"))
    by_hand.pause(site.settings, "missed-calls", "stocktaking")
    by_hand.pause(site.settings, None, "all of it")
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:01", "10:06")
    found = stands(site, "10:06")
    assert found.word == "paused"
    assert lines(found) == [
        "paused: every campaign by jana, “all of it”, since 2026-11-20 10:00:30 UTC, 1 dial waits; "
        "`reconcile resume` ends it",
        "paused: the campaign `missed-calls` by jana, “stocktaking”, "
        "since 2026-11-20 10:00:30 UTC, 1 dial waits; `reconcile resume missed-calls` ends it",
    ]
    told = standing.data(found)["troubles"][0]
    assert (told["by"], told["why"], told["dial_count"]) == ("jana", "all of it", 1)


def test_a_clock_that_went_back_holds_and_the_last_run_may_lie_ahead(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:00", "10:02")
    site.run("11:00")
    site.drop("1.2", OTHER, "10:01:20")
    assert stands(site, "10:20").word == "ahead"
    monkeypatch.setattr(clock, "utc_now", lambda: at("10:20"))
    site.run(None)
    found = stands(site, "10:20")
    assert [trouble.word for trouble in found.troubles] == ["fault", "held"]
    assert "`clock_back`" in lines(found)[1]
    assert "1 dial waits; if the clock is right now, `reconcile run" in lines(found)[1]


def test_a_last_run_that_left_with_a_code_is_not_well(site: Site) -> None:
    site.run("10:00")
    status = publishing.read_status(site.state) or {}
    publishing.write_status(site.state, {**status, "exit_code": 4})
    found = stands(site, "10:01")
    assert (found.word, lines(found)) == (
        "fault",
        ["fault: the last run left with exit code 4; `reconcile run -v` tells more"],
    )


def test_a_source_whose_rows_are_all_kept_aside_is_not_well(site: Site) -> None:
    site.queue_log.write_text("no line of a queue log\nnor this\n", encoding="utf-8")
    site.run("10:00")
    found = stands(site, "10:01")
    assert found.word == "rejected"
    (line,) = lines(found)
    assert line.startswith("rejected: every row of `pbx/queue_log` was kept aside, 2 rows, the")
    assert line.endswith("since 2026-11-20 10:00:00 UTC; `reconcile rejected` lists them")


def test_everything_can_be_written_as_json(site: Site) -> None:
    site.queue_log.write_text("no line of a queue log\n", encoding="utf-8")
    site.run("10:00")
    told = json.loads(json.dumps(standing.data(stands(site, "12:00"))))
    assert [trouble["state"] for trouble in told["troubles"]] == ["late", "rejected"]
