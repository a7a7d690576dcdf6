"""Real runs through files when something is wrong: sources, directory, clock, sink; and by hand."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest
from site_folder import CLIENT, OTHER, Site, at

from reconcile import by_hand, clock, faults, streams
from reconcile.errors import ExitCode, UsageWrong
from reconcile.sinks import appended

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.run_record import RunResult


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Ten contacts and an empty queue log."""
    return Site.small(tmp_path / "site")


def told(result: RunResult) -> list[str]:
    """The first line of each message."""
    return [lines[0] for lines in result.messages]


# A source that cannot be read.

BRANCH = """
[sources.branch]
kind = "asterisk"
queue_log = "branch_log"

[sources.directory]"""


@pytest.fixture
def two_systems(site: Site) -> Site:
    """A second phone system beside the first, whose log can go away."""
    site.change_settings("\n[sources.directory]", BRANCH)
    (site.folder / "branch_log").touch()
    return site


def test_a_missing_source_is_a_fault_and_the_others_go_on(two_systems: Site) -> None:
    site = two_systems
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:01")
    (site.folder / "branch_log").rename(site.folder / "away")
    site.drop("1.2", OTHER, "10:01:20")
    result = site.run("10:03")
    assert result.exit_code == ExitCode.SOURCE
    assert told(result) == [f"no file fits `branch_log` in `{site.folder}`"]
    assert site.decisions() == {CLIENT: "wait not_due", OTHER: "wait not_due"}
    faults = dict(site.fetch("select source || '/' || stream, fault from ops.feeds"))
    assert faults == {
        "pbx/queue_log": None,
        "branch/queue_log": told(result)[0],
        "directory/contacts": None,
    }


def test_a_fault_is_told_once_then_hourly_then_at_its_end(two_systems: Site) -> None:
    site = two_systems
    site.run("10:00")
    (site.folder / "branch_log").rename(site.folder / "away")
    what = f"no file fits `branch_log` in `{site.folder}`"
    assert told(site.run("10:01")) == [what]
    for time in ("10:02", "10:30", "11:00"):
        result = site.run(time)
        assert (result.exit_code, told(result)) == (ExitCode.SOURCE, [])
    assert told(site.run("11:01")) == [f"{what} (since 2026-11-20 10:01 UTC)"]
    assert told(site.run("11:02")) == []
    (site.folder / "away").rename(site.folder / "branch_log")
    result = site.run("11:03")
    assert (result.exit_code, told(result)) == (ExitCode.DONE, [f"ended after 62 min: {what}"])
    assert told(site.run("11:04")) == []


def test_a_fault_that_goes_on_is_told_each_time_a_person_watches(two_systems: Site) -> None:
    site = two_systems
    site.run("10:00")
    (site.folder / "branch_log").rename(site.folder / "away")
    what = f"no file fits `branch_log` in `{site.folder}`"
    for time, since in (("10:01", ""), ("10:02", " (since 2026-11-20 10:01 UTC)")):
        assert told(site.run(time, is_watched=True)) == [what + since]
    assert told(site.run("10:03")) == []


def test_a_dry_run_tells_every_fault_of_a_source_and_leaves_with_its_code(
    two_systems: Site,
) -> None:
    site = two_systems
    site.run("10:00")
    (site.folder / "branch_log").rename(site.folder / "away")
    site.run("10:01")
    result = site.run("10:02", is_dry=True)
    what = f"no file fits `branch_log` in `{site.folder}`"
    assert (result.exit_code, told(result)) == (ExitCode.SOURCE, [what])
    assert result.faults == {"source branch/queue_log": result.messages[0]}


def test_a_fault_whose_first_line_changes_is_another_one(site: Site) -> None:
    """Whatever it is a fault of."""
    for text, time in (("a", "10:00"), ("b", "10:01"), ("b", "10:02")):
        messages = faults.settle(site.folder, {"sink file": [text, time]}, at(time))
        assert messages == ([] if time == "10:02" else [[text, time]])
    assert faults.lasting(site.folder)["sink file"].since == at("10:01")


def test_dials_wait_for_a_stale_source_removes_do_not(two_systems: Site) -> None:
    site = two_systems
    site.drop("1.1", CLIENT, "10:00:20")
    site.drop("1.2", OTHER, "10:00:30")
    site.run("10:02")
    (site.folder / "branch_log").rename(site.folder / "away")
    site.run("10:03")
    site.talk("1.3", OTHER, "10:07:10")
    assert site.run("10:08").exit_code == ExitCode.SOURCE
    assert site.decisions() == {CLIENT: "wait feed_stale"}
    assert site.commands() == [f"10:08 remove {OTHER} reached"]


def test_a_source_that_is_late_by_less_than_its_lag_holds_nothing(two_systems: Site) -> None:
    site = two_systems
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    (site.folder / "branch_log").rename(site.folder / "away")
    site.run("10:06")
    assert site.commands() == [f"10:06 dial {CLIENT} 1"]


def test_a_dial_leaves_in_the_run_that_reads_the_source_again(two_systems: Site) -> None:
    """Though nothing new stands in it."""
    site = two_systems
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    (site.folder / "branch_log").rename(site.folder / "away")
    for time in ("10:03", "10:08", "10:09"):
        site.run(time)
    assert site.commands() == []
    (site.folder / "away").rename(site.folder / "branch_log")
    site.run("10:10")
    assert site.commands() == [f"10:10 dial {CLIENT} 1"]


def test_an_old_file_that_is_damaged_is_told_and_holds_no_dial(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    broken = site.folder / "queue_log.3.gz"
    broken.write_bytes(b"no gzip")
    os.utime(broken, (0, 0))
    what = "`queue_log.3.gz` cannot be read: Not a gzipped file (b'no')"
    result = site.run("10:02")
    assert (result.exit_code, told(result)) == (ExitCode.SOURCE, [what])
    assert told(site.run("10:03")) == []
    site.run("10:12")
    assert site.commands() == [f"10:12 dial {CLIENT} 1"]
    assert site.fetch("select fault from ops.feeds where source = 'pbx'") == [(what,)]
    broken.unlink()
    assert told(site.run("10:13")) == [f"ended after 11 min: {what}"]


def test_a_live_file_that_is_damaged_holds_the_dials(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    (site.folder / "queue_log.1.gz").write_bytes(b"no gzip")
    for time in ("10:02", "10:12"):
        assert site.run(time).exit_code == ExitCode.SOURCE
    assert site.decisions() == {CLIENT: "wait feed_stale"}


# A directory that shrank (A12).


def shrunk(site: Site, lines: int) -> str:
    """Cut the directory to its first lines; returns what stood there."""
    text = site.directory.read_text(encoding="utf-8")
    site.directory.write_text("".join(text.splitlines(keepends=True)[:lines]), encoding="utf-8")
    return text


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (1, "it is empty"),
        (8, "it shrank from 10 contacts to 7, by more than 20 percent"),
    ],
)
def test_a_directory_that_shrank_is_refused_and_the_last_one_stays(
    site: Site, lines: int, why: str
) -> None:
    site.run("10:00")
    contacts = site.fetch("from kept.contacts order by all")
    shrunk(site, lines)
    result = site.run("10:01")
    assert result.exit_code == ExitCode.SOURCE
    assert told(result) == [f"the directory `directory` was refused: {why}"]
    assert site.fetch("from kept.contacts order by all") == contacts
    assert len(contacts) == 10


def test_a_directory_may_lose_a_fifth_of_its_contacts(site: Site) -> None:
    site.run("10:00")
    shrunk(site, 9)
    assert site.run("10:01").exit_code == ExitCode.DONE
    assert site.fetch("select count(*) from kept.contacts") == [(8,)]


def test_a_refused_directory_holds_dials_once_it_is_stale(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    text = shrunk(site, 1)
    for time in ("10:03", "10:07"):
        site.run(time)
    assert site.commands() == [f"10:07 dial {CLIENT} 1"]
    site.drop("1.2", OTHER, "10:03:20")
    site.run("10:09")
    assert site.decisions()[OTHER] == "wait feed_stale"
    site.directory.write_text(text, encoding="utf-8")
    result = site.run("10:10")
    assert (result.exit_code, len(result.messages)) == (ExitCode.DONE, 1)
    assert site.commands()[1:] == [f"10:10 dial {OTHER} 1"]


# The clock (9.9, A17, A18).


@pytest.fixture
def present(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The clock shows the last minute in this list."""
    shown = ["10:00"]
    monkeypatch.setattr(clock, "utc_now", lambda: at(shown[-1]))
    return shown


def run_by_the_clock(site: Site, present: list[str], time: str, **options: bool) -> RunResult:
    present.append(time)
    return site.run(None, **options)


def test_an_explicit_instant_before_the_last_run_is_refused(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:06")
    before = site.kept("kept", "raw", "ops")
    with pytest.raises(UsageWrong, match="`--now 2026-11-20T10:05:00Z` lies before") as caught:
        site.run("10:05")
    assert caught.value.exit_code == ExitCode.USAGE
    assert site.kept("kept", "raw", "ops") == before


def test_a_clock_that_went_back_holds_dials_and_sends_removes(
    site: Site, present: list[str]
) -> None:
    site.drop("1.1", OTHER, "10:01:30")
    for time in ("10:03", "10:30:00"):
        run_by_the_clock(site, present, time)
    assert site.commands() == [f"10:30 dial {OTHER} 1"]
    site.drop("1.2", CLIENT, "10:05:10")
    first = run_by_the_clock(site, present, "10:06:30")
    assert first.exit_code == ExitCode.SOURCE
    assert told(first) == [
        "the clock lies before an earlier run's 2026-11-20T10:30:00Z"
    ]
    assert first.messages[0][1].startswith("It shows 2026-11-20T10:06:30Z, 1410 s before; dials")
    site.talk("1.3", OTHER, "10:10:10")
    second = run_by_the_clock(site, present, "10:11")
    assert (second.exit_code, told(second)) == (ExitCode.SOURCE, [])
    assert site.decisions() == {CLIENT: "wait clock_back"}
    assert site.commands()[1:] == [f"10:11 remove {OTHER} reached"]
    last = run_by_the_clock(site, present, "10:31")
    assert last.exit_code == ExitCode.DONE
    (end,) = told(last)
    assert end == f"ended after 24 min: {told(first)[0]}"
    assert site.commands()[2:] == [f"10:31 dial {CLIENT} 1"]


def test_a_clock_back_by_no_more_than_the_tolerance_is_taken_as_the_last_instant(
    site: Site, present: list[str]
) -> None:
    run_by_the_clock(site, present, "10:30:00")
    result = run_by_the_clock(site, present, "10:29:55")
    assert (result.exit_code, result.run_at) == (ExitCode.DONE, at("10:30:00"))
    later = run_by_the_clock(site, present, "10:29:54")
    assert (later.exit_code, later.run_at) == (ExitCode.SOURCE, at("10:29:54"))


def test_a_person_accepts_a_clock_that_went_back(site: Site, present: list[str]) -> None:
    run_by_the_clock(site, present, "10:30")
    site.drop("1.1", CLIENT, "10:00:20")
    accepted = run_by_the_clock(site, present, "10:05", accepts_clock=True)
    assert (accepted.exit_code, accepted.messages) == (ExitCode.DONE, [])
    result = run_by_the_clock(site, present, "10:06")
    assert (result.exit_code, site.commands()) == (ExitCode.DONE, [f"10:06 dial {CLIENT} 1"])


def test_a_record_from_the_future_waits_until_it_has_passed(site: Site, present: list[str]) -> None:
    site.drop("1.1", CLIENT, "10:20:00")
    run_by_the_clock(site, present, "10:02")
    assert site.fetch("select * from kept.dropped_calls") == []
    assert run_by_the_clock(site, present, "10:21").exit_code == ExitCode.DONE
    assert site.decisions() == {CLIENT: "wait not_due"}


def test_a_talk_from_the_future_holds_a_dial_at_once(site: Site, present: list[str]) -> None:
    """The phone system's clock runs ahead; all that a talk can do is prevent a dial (A18)."""
    site.drop("1.1", CLIENT, "10:00:20")
    run_by_the_clock(site, present, "10:02")
    site.talk("1.2", CLIENT, "10:07:00")
    run_by_the_clock(site, present, "10:06")
    assert site.commands() == []
    run_by_the_clock(site, present, "10:08")
    assert site.commands() == [f"10:08 remove {CLIENT} reached"]


# By hand.


def test_a_pause_holds_dials_and_lets_removes_go(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    site.drop("1.2", OTHER, "10:00:30")
    site.run("10:02")
    said = by_hand.pause(site.settings, "missed-calls", "stocktaking")
    assert said.startswith("the campaign `missed-calls` is paused from the next run on")
    site.talk("1.3", OTHER, "10:05:10")
    site.run("10:06")
    assert site.decisions() == {CLIENT: "wait paused"}
    assert site.commands() == [f"10:06 remove {OTHER} reached"]
    again = by_hand.pause(site.settings, "missed-calls", "again")
    assert again == "the campaign `missed-calls` was paused already"


def test_a_pause_that_ends_lets_each_dial_go_once(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    by_hand.pause(site.settings, None, "all")
    for time in ("10:06", "10:20"):
        site.run(time)
    assert site.commands() == []
    by_hand.resume(site.settings, None)
    for time in ("10:21", "10:22"):
        site.run(time)
    assert site.commands() == [f"10:21 dial {CLIENT} 1"]
    assert by_hand.resume(site.settings, None) == "every campaign was not paused"


def test_an_episode_closed_by_hand_is_removed_once_and_dialled_no_more(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    site.drop("1.2", OTHER, "10:00:20")
    site.run("10:02")
    said = by_hand.close(site.settings, "700 610 101", None, "called by the boss")
    assert said == f"1 episode of {CLIENT} will be removed by the next run"
    for time in ("10:03", "10:06", "10:16"):
        site.run(time)
    assert site.commands() == [
        f"10:03 remove {CLIENT} closed_by_hand",
        f"10:06 dial {OTHER} 1",
        f"10:16 dial {OTHER} 2",
    ]


def test_a_number_without_an_open_episode_cannot_be_closed(site: Site) -> None:
    site.run("10:00")
    with pytest.raises(UsageWrong, match="has no open episode"):
        by_hand.close(site.settings, CLIENT, "missed-calls", "why")


@pytest.mark.parametrize("why", ["", " ", "\n"])
def test_what_a_person_does_needs_a_reason(site: Site, why: str) -> None:
    site.run("10:01")
    for act in (
        lambda: by_hand.pause(site.settings, None, why),
        lambda: by_hand.close(site.settings, CLIENT, None, why),
    ):
        with pytest.raises(UsageWrong, match="`--why` is empty"):
            act()


def test_a_campaign_that_is_not_in_the_settings_cannot_be_paused(site: Site) -> None:
    for act in (
        lambda: by_hand.pause(site.settings, "missed", "why"),
        lambda: by_hand.resume(site.settings, "missed"),
        lambda: by_hand.close(site.settings, CLIENT, "missed", "why"),
    ):
        with pytest.raises(UsageWrong, match="there is no campaign `missed`") as caught:
            act()
        assert caught.value.hint == "the settings have `missed-calls`"


def test_without_a_dialler_all_is_decided_and_nothing_handed_out(site: Site) -> None:
    site.change_settings('dialler = "file"', 'dialler = "none"')
    site.drop("1.1", CLIENT, "10:00:20")
    site.drop("1.2", OTHER, "10:00:30")
    site.run("10:02")
    site.talk("1.3", OTHER, "10:05:10")
    result = site.run("10:06")
    assert result.decisions == {"dial attempt_1_of_3": 1, "remove reached": 1}
    assert site.decisions() == {CLIENT: "dial attempt_1_of_3"}
    assert (result.commands, site.fetch("from kept.commands")) == ([], [])
    assert not site.commands_file.exists()


# The sink (9.10).


def break_sink(site: Site) -> None:
    """A folder stands where the commands file would be made; nobody can write it, root neither."""
    site.commands_file.mkdir(parents=True)


def mend_sink(site: Site) -> None:
    site.commands_file.rmdir()


def test_a_dial_that_its_sink_refused_is_delivered_once_when_it_is_back(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    break_sink(site)
    first = site.run("10:06")
    assert first.exit_code == ExitCode.SINK
    assert told(first) == [
        f"the sink `file` did not take commands: `{site.commands_file}` cannot be written: "
        "Is a directory"
    ]
    for time in ("10:07", "10:30"):
        result = site.run(time)
        assert (result.exit_code, told(result)) == (ExitCode.SINK, [])
        assert [command["issued_at"] for command in result.commands] == [f"2026-11-20T{time}:00Z"]
    mend_sink(site)
    last = site.run("10:31")
    assert (last.exit_code, len(last.delivered), len(last.messages)) == (ExitCode.DONE, 1, 1)
    for time in ("10:36", "10:39", "10:40"):
        site.run(time)
    assert site.commands() == [f"10:31 dial {CLIENT} 1", f"10:40 dial {CLIENT} 2"]
    handed_out = site.fetch("select attempt_number, handed_out_at from kept.attempts order by 1")
    assert handed_out == [(1, at("10:31")), (2, at("10:40"))]


def test_a_client_reached_while_the_sink_was_down_is_only_removed(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    break_sink(site)
    site.run("10:06")
    site.talk("1.2", CLIENT, "10:20:10")
    assert site.run("10:21").exit_code == ExitCode.SINK
    mend_sink(site)
    site.run("10:31")
    assert [command.split()[1:] for command in site.commands()] == [["remove", CLIENT, "reached"]]
    states = site.fetch("select kind, state from kept.commands order by sequence")
    assert states == [("dial", "withdrawn"), ("remove", "delivered")]
    assert site.fetch("from kept.attempts") == []


def test_a_sink_that_is_down_at_the_same_instant_again_is_asked_once(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    break_sink(site)
    site.run("10:06")
    site.run("10:06")
    assert site.fetch("select state, tries from kept.commands") == [("issued", 1)]


def test_a_remove_whose_flush_failed_holds_up_its_number_for_one_run_only(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line may stand in the file: it is looked for there before anything else is sent."""
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    site.talk("1.2", CLIENT, "10:03:10")
    site.commands_file.parent.mkdir()
    site.commands_file.touch()
    with monkeypatch.context() as patch:
        patch.setattr(appended.os, "fsync", broken_disk)
        assert site.run("10:04").exit_code == ExitCode.SINK
    assert site.fetch("select state from kept.commands") == [("unsure",)]
    site.drop("1.3", CLIENT, "10:04:20")
    for time in ("10:06", "10:10"):
        assert site.run(time).exit_code == ExitCode.DONE
    assert site.commands() == [f"10:04 remove {CLIENT} reached", f"10:10 dial {CLIENT} 1"]


def test_stdout_on_a_full_device_leaves_the_dial_in_doubt_and_says_so(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.change_settings('dialler = "file"', 'dialler = "stdout"')
    site.change_settings("[sinks.file]", "[sinks.stdout]\n\n[sinks.file]")
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")

    def full(_: str) -> bool:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(streams, "out", full)
    (lines,) = site.run("10:06").messages
    assert lines[1].startswith("A dial that it may have taken is in doubt and not repeated")
    site.run("10:07")
    assert site.fetch("select state, tries from kept.commands") == [("unsure", 1)]


def broken_disk(_: int) -> None:
    raise OSError(errno.EIO, "Input/output error")


# Settings that change.


def test_a_campaign_taken_from_the_settings_is_ended(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    for time in ("10:02", "10:06"):
        site.run(time)
    site.change_settings("[campaigns.missed-calls]", "[campaigns.others]")
    site.run("10:07")
    assert site.commands()[1:] == [f"10:07 remove {CLIENT} campaign_ended"]


def test_a_changed_ladder_moves_the_attempts_not_made(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    for time in ("10:02", "10:06", "10:11"):
        site.run(time)
    site.change_settings('dialler = "file"', 'dialler = "file"\nretry_minutes = [5, 20]')
    site.run("10:12")
    due = site.fetch("select due_at from kept.decisions where last_run_at is null")
    assert due == [(at("10:20:20"),)]
