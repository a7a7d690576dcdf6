"""`reconcile replay`: each past run says again what it said, and what was altered since is found.

Nothing of it is a rule of its own: the runs are real ones, through files, and each is compared with
what it had decided itself.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from simulated_site import SimulatedSite
from site_folder import CLIENT, CONTACTS, OTHER, Site, at, minutes
from typer.testing import CliRunner

from reconcile import by_hand, clock, database, publishing, replay, running
from reconcile.cli import app
from reconcile.errors import UsageWrong
from reconcile.reports.read_copy import open_read_copy

if TYPE_CHECKING:
    from pathlib import Path

    from played_demo import PlayedDemo

    from reconcile.replay import Replayed

FIRST, LAST = "08:54", "09:15"
TWICE = f"{CONTACTS}1099,{CLIENT}\n"
SOME = {"08:54", "09:00", "09:06", "09:15"}
"""Of the minutes of the recording those that are replayed without `--slow`."""


@pytest.fixture
def played(demo: PlayedDemo) -> Site:
    """The recording, run minute by minute."""
    return demo.site


def again(site: Site, time: str) -> Replayed:
    """The run of a minute of the day, decided again."""
    return replay.replay(site.settings_file, at(time))


def told(found: Replayed) -> list[tuple[str, str, str | None, str | None, str | None]]:
    """What differs, in brief."""
    return [
        (row["what"], row["number"], row["decided"], row["replayed"], row["gap"])
        for row in found.differences.as_dicts()
    ]


def assert_the_same(site: Site, *times: str) -> None:
    for time in times:
        found = again(site, time)
        assert (told(found), found.gaps) == ([], []), time


def ask(site: Site, *words: str) -> tuple[int, dict]:
    """The command, its exit code and its data."""
    result = CliRunner().invoke(
        app,
        ["replay", "--json", "--settings", str(site.settings_file), *words],
        standalone_mode=False,
    )
    return result.return_value, json.loads(result.stdout)["data"]


def alter(site: Site, *statements: str) -> None:
    """Change what was published: rows of the read copy count before versions of audit files."""
    with database.connect(site.state / database.READ_FILE) as connection:
        for statement in statements:
            assert connection.execute(statement).fetchall() != [(0,)], statement


def interrupted(*_: object) -> None:
    """In the place of a step that a kill comes before."""
    raise KeyboardInterrupt


def files_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    "minute",
    [
        pytest.param(f"{now:%H:%M}", marks=() if f"{now:%H:%M}" in SOME else pytest.mark.slow)
        for now in minutes(FIRST, LAST)
    ],
)
def test_a_minute_of_the_recording_decides_again_what_it_decided(played: Site, minute: str) -> None:
    found = again(played, minute)
    assert (told(found), found.gaps) == ([], [])
    assert found.run.run_at == at(minute)


def test_what_was_compared_is_all_that_the_run_decided(played: Site) -> None:
    found = again(played, "09:06")
    decided, issued = played.fetch(
        "select (select count(*) from kept.decisions where first_run_at <= '2026-11-20 09:06' "
        "and (last_run_at is null or last_run_at >= '2026-11-20 09:06')), "
        "(select count(*) from kept.commands where issued_at = '2026-11-20 09:06')"
    )[0]
    assert (found.decision_count, found.command_count) == (decided, issued)
    assert decided > issued > 0


def test_nothing_is_touched_and_the_command_says_what_it_compared(played: Site) -> None:
    before = files_of(played.folder)
    code, data = ask(played, "--at", "2026-11-20T09:06:00Z")
    assert files_of(played.folder) == before
    assert (code, data["differences"], data["gaps"]) == (0, [], {})
    assert (data["run_id"], data["decisions"], data["commands"]) == (13, 14, 2)


def test_an_altered_decision_is_found_and_nothing_else(played: Site, tmp_path: Path) -> None:
    site = played.copy(tmp_path / "site")
    number, decided = site.fetch(
        "select number, decision || ' ' || reason from kept.decisions "
        "where first_run_at = '2026-11-20 09:06' order by number limit 1"
    )[0]
    alter(
        site,
        "update kept.decisions set decision = 'wait', reason = 'pacing' "
        f"where first_run_at = '2026-11-20 09:06' and number = '{number}'",
    )
    assert told(again(site, "09:06")) == [("decision", number, "wait pacing", decided, None)]
    code, data = ask(site, "--at", "2026-11-20T09:06:00Z")
    assert (code, len(data["differences"])) == (1, 1)
    assert_the_same(site, "09:05")


def test_a_command_that_no_decision_asked_for_is_found(played: Site, tmp_path: Path) -> None:
    site = played.copy(tmp_path / "site")
    alter(
        site,
        "update kept.commands set command_key = 'added' where command_key = (select "
        "min(command_key) from kept.commands where issued_at = '2026-11-20 09:06')",
    )
    found = told(again(site, "09:06"))
    assert [(what, decided, replayed) for what, _, decided, replayed, _ in found] == [
        ("command", "dial 1", None)
    ]


def test_settings_of_then_are_in_force_again(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:02", "10:06")
    site.change_settings('dialler = "file"', 'dialler = "file"\nretry_minutes = [2, 20]')
    site.drop("1.2", OTHER, "10:06:20")
    site.replay("10:07", "10:09")
    assert_the_same(site, "10:05", "10:06", "10:07", "10:09")
    before, after = again(site, "10:06").run, again(site, "10:07").run
    assert before.settings_hash != after.settings_hash


def test_a_call_is_as_it_was_known_then(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:02", "10:07")
    site.talk("1.2", CLIENT, "10:03:00")  # known only now; with it no dial had left at 10:06
    site.replay("10:08", "10:09")
    assert_the_same(site, "10:05", "10:06", "10:08")
    assert again(site, "10:06").command_count == 1


def test_directory_and_list_are_those_of_then(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    (site.folder / "robinson.csv").write_text("phone\n+420700610109\n", encoding="utf-8")
    (site.folder / "robinson.sql").write_text("select phone as number from input\n")
    site.change_settings(
        "[campaigns.",
        '[sources.robinson]\nkind = "table"\npath = "robinson.csv"\n'
        'do_not_call = "robinson.sql"\n\n[campaigns.',
    )
    site.directory.write_text(TWICE, encoding="utf-8")
    site.drop("1.1", CLIENT, "10:00:20")
    site.drop("1.2", OTHER, "10:00:30")
    site.replay("10:02", "10:03")
    assert site.decisions()[CLIENT] == "blocked duplicate"
    site.directory.write_text(CONTACTS, encoding="utf-8")
    (site.folder / "robinson.csv").write_text(f"phone\n+420700610109\n{OTHER}\n", encoding="utf-8")
    site.replay("10:04", "10:05")
    assert OTHER not in site.decisions()
    site.directory.write_text(TWICE, encoding="utf-8")
    (site.folder / "robinson.csv").write_text("phone\n+420700610109\n", encoding="utf-8")
    site.replay("10:06", "10:07")
    assert_the_same(site, "10:02", "10:03", "10:04", "10:06", "10:07")


def test_a_source_that_could_not_be_read_then_is_stale_again(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.run("10:02")
    site.drop("1.1", CLIENT, "10:03:20")
    site.directory.rename(site.folder / "away")
    site.replay("10:06", "10:09")
    assert site.decisions()[CLIENT] == "wait feed_stale"
    (site.folder / "away").rename(site.directory)
    site.run("10:10")
    assert_the_same(site, "10:08", "10:09", "10:10")


def test_what_was_swept_out_is_read_from_the_audit_files(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.change_settings('region = "CZ"', 'hot_days = 2\nraw_days = 1\nregion = "CZ"')
    site.directory.write_text(TWICE, encoding="utf-8")
    site.drop("1.1", CLIENT, "10:00:20")
    site.drop("1.2", OTHER, "10:00:30")
    site.talk("1.3", OTHER, "10:07:10")
    site.replay("10:02", "10:10")
    site.directory.write_text(CONTACTS, encoding="utf-8")
    for days in (1, 4):
        running.run(site.settings, now=at("10:00") + timedelta(days=days))
    with open_read_copy(site.settings) as connection:
        assert connection.execute(
            "select (select count(*) from kept.calls), (select count(*) from raw.queue_log), "
            "(select count(*) from ops.runs where run_at < '2026-11-21')"
        ).fetchall() == [(0, 0, 0)]
    assert_the_same(site, "10:02", "10:06", "10:08", "10:10")
    assert again(site, "10:06").command_count == 1


def test_an_idle_minute_says_again_what_held_on(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.drop("1.1", CLIENT, "10:00:20")
    assert "10:04" in site.replay("10:02", "10:04")
    found = again(site, "10:04")
    assert (told(found), found.run.is_idle, found.decision_count) == ([], True, 1)


def test_a_minute_without_a_run_tells_the_nearest_ones(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.replay("10:02", "10:02")
    site.run("10:06")
    with pytest.raises(UsageWrong) as caught:
        again(site, "10:04")
    assert caught.value.lines() == [
        "no run is known of the minute of 2026-11-20T10:04:00Z",
        "hint: the nearest ones are those of 2026-11-20T10:02:00Z and 2026-11-20T10:06:00Z",
    ]
    with pytest.raises(UsageWrong, match="no run 7 is known"):
        replay.replay(site.settings_file, at("10:02"), run_id=7)


def test_of_an_older_version_what_rests_on_its_directory_is_not_judged(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.directory.write_text(TWICE, encoding="utf-8")
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    site.directory.write_text(CONTACTS, encoding="utf-8")
    site.run("10:03")
    alter(site, "update ops.runs set unread = null", "delete from kept.contact_changes")
    for path in (site.state / "audit" / "contact_changes").rglob("*.parquet"):
        path.unlink()
    runs = list((site.state / "audit" / "runs").rglob("*.parquet"))
    for path in runs:  # else the version that has it could be found
        path.unlink()
    found = again(site, "10:02")
    assert [one[2:] for one in told(found)] == [
        ("blocked duplicate", "wait not_due", "older_version")
    ]
    code, data = ask(site, "--at", "2026-11-20T10:02:00Z")
    assert (code, data["differences"], len(data["unjudged"])) == (0, [], 1)


def test_a_run_killed_before_it_published_leaves_two_runs_unjudged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site.small(tmp_path / "site")
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:02", "10:05")
    site.talk("1.2", CLIENT, "10:05:20")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(publishing, "publish", interrupted)
        site.run("10:06")
    site.drop("1.3", CLIENT, "10:06:10")
    site.replay("10:07", "10:09")
    assert [again(site, time).gaps for time in ("10:06", "10:07")] == [["unpublished"]] * 2
    assert {one[4] for time in ("10:06", "10:07") for one in told(again(site, time))} <= {
        "unpublished"
    }
    assert_the_same(site, "10:05", "10:08", "10:09")


def test_with_a_schedule_of_publishing_the_runs_around_it_are_judged(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.change_settings('region = "CZ"', 'publish_schedule = "*/4 * * * *"\nregion = "CZ"')
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:01", "10:12")
    gaps = {f"10:{minute:02}": again(site, f"10:{minute:02}").gaps for minute in range(1, 13)}
    assert {time for time, found in gaps.items() if not found} >= {"10:01", "10:05", "10:09"}
    assert {gap for found in gaps.values() for gap in found} == {"unpublished"}


def test_after_old_audit_files_were_deleted_days_without_them_are_not_judged(
    tmp_path: Path,
) -> None:
    site = Site.small(tmp_path / "site")
    site.change_settings('region = "CZ"', 'hot_days = 2\nraw_days = 1\nregion = "CZ"')
    site.directory.write_text(TWICE, encoding="utf-8")
    site.run("10:01")
    for days in (3, 4, 6):
        day = at("10:00") + timedelta(days=days)
        site.drop(f"1.{days}", CLIENT, "09:58:00") if days == 6 else None
        running.run(site.settings, now=day)
    for path in (site.state / "audit").glob("*/date=2026-11-20"):
        shutil.rmtree(path)
    found = replay.replay(site.settings_file, at("10:00") + timedelta(days=6))
    assert (told(found), found.gaps) == ([], [])
    assert replay.replay(site.settings_file, at("10:00") + timedelta(days=3)).gaps == [
        "history_cut"
    ]


def test_a_start_that_was_set_later_was_not_in_force(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.change_settings("starts_at = 2026-11-20T08:00:00Z\n", "")
    site.run("10:00")
    site.drop("1.1", CLIENT, "10:01:20")
    site.replay("10:03", "10:04")
    site.change_settings('dialler = "file"', 'dialler = "file"\nstarts_at = 2026-12-01T00:00:00Z')
    site.drop("1.2", OTHER, "10:04:20")
    site.replay("10:06", "10:07")
    assert_the_same(site, "10:00", "10:03", "10:04", "10:06")


def test_a_pause_held_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site.small(tmp_path / "site")
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:02", "10:04")
    monkeypatch.setattr(clock, "utc_now", lambda: at("10:04:30"))
    by_hand.pause(site.settings, None, "phones are down")
    site.replay("10:05", "10:07")
    assert site.decisions()[CLIENT] == "wait paused"
    monkeypatch.setattr(clock, "utc_now", lambda: at("10:08:00"))
    site.run("10:08")
    by_hand.resume(site.settings, None)
    site.replay("10:09", "10:09")
    assert_the_same(site, "10:04", "10:06", "10:07", "10:09")
    found = again(site, "10:08")
    assert (told(found), found.gaps) == (
        [
            ("command", CLIENT, None, "dial 1", "by_hand"),
            ("decision", CLIENT, "wait paused", "dial attempt_1_of_3", "by_hand"),
        ],
        ["by_hand"],
    )


def test_unknown_settings_are_an_error(played: Site, tmp_path: Path) -> None:
    site = played.copy(tmp_path / "site")
    alter(site, "update ops.settings set settings_hash = 'other'")
    for path in (site.state / "audit" / "settings").rglob("*.parquet"):
        path.unlink()
    with pytest.raises(UsageWrong, match="are not known"):
        again(site, "09:06")


@pytest.mark.parametrize(
    ("seed", "minute_count", "step"),
    [
        (1, 20, 6),
        *(
            pytest.param(seed, 300, 1, marks=[pytest.mark.slow, pytest.mark.timeout(7200)])
            for seed in range(100, 104)
        ),
    ],
)
def test_whatever_goes_wrong_each_run_decides_again_what_it_decided(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    minute_count: int,
    step: int,
) -> None:
    company = SimulatedSite.of_seed(tmp_path / "site", seed)
    monkeypatch.setattr(clock, "utc_now", lambda: company.now)
    last_run = 0
    for minute in range(minute_count):
        last_run = company.minute().run_id
        if minute % 10 == 0:
            last_run = company.run().run_id
    for run_id in range(last_run, 0, -step):
        found = replay.replay(company.site.settings_file, company.now, run_id=run_id)
        assert (told(found), found.gaps) == ([], []), (seed, run_id, found.run)
