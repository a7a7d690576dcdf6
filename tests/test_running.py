"""Real runs through files: the shipped recording, minute by minute and at once.

The table of commands was made from the truth that was recorded beside the logs, not from what the
program says: a dial leaves in the first full minute at or after its due instant, a remove in the
first one at which the talk is known (an incoming one by the queue log when it connects, an outgoing
one by its CDR when it ends).
"""

from __future__ import annotations

import csv
import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
from site_folder import CLIENT, OTHER, Site, at, minutes

import reconcile
from reconcile import clock, running

if TYPE_CHECKING:
    from collections.abc import Callable

    from played_demo import PlayedDemo

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC

COMMANDS = """\
08:58 remove +420700610103 reached
08:58 remove +420700610104 reached
09:00 dial +420200500111 1
09:00 dial +420700610102 1
09:00 dial +420700610112 1
09:01 remove +420700610112 reached
09:01 dial +420700610105 1
09:02 remove +420700610118 reached
09:02 remove +420700610119 reached
09:02 dial +420200500106 1
09:03 remove +33639980110 reached
09:03 dial +420200500107 1
09:03 dial +493023125109 1
09:04 remove +493023125109 reached
09:04 dial +420700610116 1
09:05 dial +420700610117 1
09:06 dial +420700610123 1
09:06 dial +420700610124 1
09:08 remove +420700610123 reached
09:08 dial +420700610125 1
09:08 dial +420700610126 1
09:09 dial +420700610128 1
09:10 dial +420200500111 2
09:10 dial +420700610102 2
09:11 dial +420700610105 2
09:11 dial +420700610129 1
09:12 remove +447700900137 reached
09:12 dial +420200500106 2
09:12 dial +420200500134 1
09:13 dial +420200500107 2
09:14 dial +420700610101 1
09:14 dial +420700610103 1
09:14 dial +420700610116 2
09:14 dial +420700610135 1
09:15 remove +420700610139 reached
09:15 dial +420700610117 2
""".splitlines()
LAST = "09:15"


@pytest.fixture(scope="module")
def recorded(demo: PlayedDemo) -> Site:
    """The recording after its last minute. Tests that run it further take a copy."""
    return demo.site


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The recording in one single run."""
    site = Site.of_samples(tmp_path_factory.mktemp("at-once") / "site")
    site.run(LAST)
    return site


def dials(commands: list[str]) -> list[str]:
    return [command for command in commands if " dial " in command]


def removes(commands: list[str]) -> list[str]:
    return [command for command in commands if " remove " in command]


def without_minutes(commands: list[str]) -> list[str]:
    return sorted(command[6:] for command in commands)


# The recording.


def test_every_command_of_the_recording_fits_the_schema(recorded: Site) -> None:
    """What a receiver may rely on is what is written, not only what is promised."""
    package = Path(reconcile.__file__).parent
    schema = json.loads((package / "sinks/command.schema.json").read_text(encoding="utf-8"))
    fits = jsonschema.Draft202012Validator(schema)
    written = (recorded.folder / "out" / "commands.ndjson").read_text(encoding="utf-8")
    commands = [json.loads(line) for line in written.splitlines()]
    faults = [error.message for command in commands for error in fits.iter_errors(command)]
    assert len(commands) == 36
    assert faults == []


def test_the_recording_gives_these_commands_in_these_minutes(recorded: Site) -> None:
    assert sorted(recorded.commands()) == sorted(COMMANDS)
    assert (len(dials(COMMANDS)), len(removes(COMMANDS))) == (26, 10)


def test_the_commands_of_a_minute_leave_removes_first(recorded: Site) -> None:
    minutes_and_kinds = [command[:12] for command in recorded.commands()]
    assert minutes_and_kinds == [command[:12] for command in COMMANDS]


def test_the_last_minute_of_the_recording_matters(recorded: Site) -> None:
    early = [command for command in recorded.commands() if command < "09:15"]
    assert (len(dials(early)), len(removes(early))) == (25, 9)


def test_each_drop_of_the_recording_has_its_account(recorded: Site) -> None:
    counted = recorded.fetch(
        "select account, reason, count(*) from kept.dropped_calls group by all order by all"
    )
    assert counted == [
        ("ignored", "number_withheld", 2),
        ("joined", None, 4),
        ("opened", None, 31),
    ]


def test_the_episodes_of_the_recording_are_removed_or_open(recorded: Site) -> None:
    counted = recorded.fetch("select reason, count(*) from kept.episodes group by all order by all")
    assert counted == [("reached", 10), (None, 21)]
    said = list(recorded.decisions().values())
    assert (len(said), said.count("blocked duplicate")) == (21, 2)


def test_one_run_over_all_gives_the_same_episodes_and_removes(
    recorded: Site, at_once: Site
) -> None:
    episodes = (
        "select episode_id, added_at, reason, cut_at, closing_call_id from kept.episodes order by 1"
    )
    accounts = (
        "select call_id, account, reason, episode_id from kept.dropped_calls order by call_id"
    )
    assert at_once.fetch(episodes) == recorded.fetch(episodes)
    assert at_once.fetch(accounts) == recorded.fetch(accounts)
    assert without_minutes(removes(at_once.commands())) == without_minutes(removes(COMMANDS))


def test_one_run_over_all_dials_once_each_number_that_is_due(at_once: Site) -> None:
    closed = {command.split()[2] for command in removes(COMMANDS)}
    due = {command.split()[2] for command in dials(COMMANDS) if command.endswith(" 1")} - closed
    dialled_again = {"+420700610103"}  # reached and removed at 08:58, dropped again at 09:08
    assert sorted(command.split()[2] for command in dials(at_once.commands())) == sorted(
        due | dialled_again
    )
    assert len(dials(at_once.commands())) == 16


# A run repeated, replayed, fed as a phone system writes.


def test_a_second_run_at_the_same_instant_adds_nothing(tmp_path: Path) -> None:
    site = Site.of_samples(tmp_path / "site")
    site.run(LAST)
    before, commands = site.kept(), site.commands_file.read_bytes()
    result = site.run(LAST)
    assert (result.exit_code, result.commands, result.delivered) == (0, [], [])
    assert site.kept() == before
    assert site.commands_file.read_bytes() == commands


def test_the_last_minute_once_more_adds_no_command(recorded: Site, tmp_path: Path) -> None:
    site = recorded.copy(tmp_path / "site")
    before = site.kept()
    assert site.run(LAST).commands == []
    after = site.kept()
    for table in ("commands", "attempts", "episodes", "dropped_calls"):
        assert after[f"kept.{table}"] == before[f"kept.{table}"]
    assert site.commands_file.read_bytes() == recorded.commands_file.read_bytes()


def test_a_replay_after_the_state_was_deleted_gives_the_same_bytes(
    recorded: Site, tmp_path: Path
) -> None:
    site = recorded.copy(tmp_path / "site")
    shutil.rmtree(site.state)
    site.commands_file.unlink()
    site.replay("08:54", "09:04")
    commands = site.commands_file.read_bytes()
    assert commands.count(b"\n") == 15
    assert recorded.commands_file.read_bytes().startswith(commands)


def test_logs_that_grow_give_the_same_bytes_as_stored_ones(
    recorded: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs by the clock, on files that hold what is known by then (I2)."""
    site = Site.of_samples(tmp_path / "site")
    recording = site.folder / "recording"
    pending = {
        "queue_log": lines_by_instant(recording / "queue_log", epoch),
        "Master.csv": lines_by_instant(recording / "Master.csv", cdr_end),
    }
    for name in pending:
        (recording / name).write_bytes(b"")
    for now in minutes("08:54", LAST):
        for name, lines in pending.items():
            known = [line for instant, line in lines if instant <= now]
            with (recording / name).open("ab") as file:
                file.write(b"".join(known))
            pending[name] = lines[len(known) :]
        monkeypatch.setattr(clock, "utc_now", lambda now=now: now)
        assert site.run(None).exit_code == 0
    assert site.commands_file.read_bytes() == recorded.commands_file.read_bytes()


def lines_by_instant(
    path: Path, instant: Callable[[bytes], datetime]
) -> list[tuple[datetime, bytes]]:
    lines = path.read_bytes().splitlines(keepends=True)
    return sorted(((instant(line), line) for line in lines), key=lambda entry: entry[0])


def epoch(line: bytes) -> datetime:
    return EPOCH + timedelta(seconds=int(line.split(b"|")[0]))


def cdr_end(line: bytes) -> datetime:
    return clock.parse_instant(next(csv.reader([line.decode()]))[11])


def test_an_abandoned_call_that_was_answered_changes_only_its_own_commands(
    at_once: Site, tmp_path: Path
) -> None:
    """The commands are computed from the files, not remembered."""
    site = Site.of_samples(tmp_path / "site")
    log = site.folder / "recording" / "queue_log"
    text = log.read_text(encoding="utf-8")
    abandon = next(
        line
        for line in text.splitlines(keepends=True)
        if "|1795165331.232|" in line and "|ABANDON|" in line
    )
    time, call, queue, *_ = abandon.split("|")
    answered = (
        f"{time}|{call}|{queue}|Local/221@desks/n|CONNECT|0|1|0\n"
        f"{time}|{call}|{queue}|Local/221@desks/n|COMPLETEAGENT|0|0|1\n"
    )
    log.write_text(text.replace(abandon, answered), encoding="utf-8")
    site.run(LAST)
    changed = set(at_once.commands()) ^ set(site.commands())
    assert changed == {"09:15 dial +420700610126 1"}


# A dry run, an idle run.


def test_a_dry_run_shows_the_commands_and_changes_no_file(recorded: Site, tmp_path: Path) -> None:
    site = recorded.copy(tmp_path / "site")
    before = site.files()
    result = site.run("09:17", is_dry=True)
    assert [command["number"] for command in result.commands] == ["+420700610124"]
    assert site.files() == before


def test_a_dry_run_before_the_first_run_makes_no_state(tmp_path: Path) -> None:
    site = Site.of_samples(tmp_path / "site")
    before = site.files()
    assert len(site.run(LAST, is_dry=True).commands) == 26
    assert site.files() == before


def test_a_dry_run_says_what_the_run_then_does(recorded: Site, tmp_path: Path) -> None:
    site = recorded.copy(tmp_path / "site")
    dry, real = site.run("09:17", is_dry=True), site.run("09:17")
    assert dry.commands == real.commands
    assert dry.decisions == real.decisions


def test_a_dry_run_may_look_at_an_earlier_instant(recorded: Site, tmp_path: Path) -> None:
    site = recorded.copy(tmp_path / "site")
    before = site.files()
    assert site.run("09:05", is_dry=True).run_at == at("09:05")
    assert site.files() == before


def test_an_idle_run_says_so_and_leaves_all_but_its_own_mark(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:00", "10:02")
    kept, files = site.kept("kept", "raw", "settings"), site.files()
    result = site.run("10:03")
    assert result.is_idle
    assert (result.exit_code, result.commands, result.messages) == (0, [], [])
    assert site.kept("kept", "raw", "settings") == kept
    changed = {name for name, file in site.files().items() if files.get(name) != file}
    own = {"state", "state/state.duckdb", "state/state.duckdb.wal", "state/status.json"}
    own |= {"state/idle_runs.ndjson"}
    assert changed <= own
    last_run = "select outcome, has_changes, exit_code from ops.runs order by run_id desc limit 1"
    assert site.fetch(last_run) == [("idle", False, 0)]


def test_a_quiet_site_goes_through_the_whole_ladder(tmp_path: Path) -> None:
    """Nothing new is read after the drop: the passing of time alone brings each step."""
    site = Site.small(tmp_path / "site")
    site.change_settings(
        'dialler = "file"', 'dialler = "file"\nretry_minutes = [3, 8]\nconfirm_within_minutes = 2'
    )
    site.drop("1.1", CLIENT, "10:00:20")
    idle = site.replay("10:00", "10:11")
    assert site.commands() == [
        f"10:04 dial {CLIENT} 1",
        f"10:09 dial {CLIENT} 2",
        f"10:11 remove {CLIENT} exhausted",
    ]
    assert {"10:03", "10:07", "10:08"} <= idle
    assert not {"10:02", "10:04", "10:06", "10:09", "10:11"} & idle


def test_a_run_records_itself(recorded: Site) -> None:
    rows = recorded.fetch(
        "select run_at, version, settings_hash, outcome, exit_code, ended_at is not null "
        "from ops.runs order by run_id"
    )
    assert [row[0] for row in rows] == list(minutes("08:54", LAST))
    assert {row[3:] for row in rows} == {("done", 0, True)}
    assert len({row[1:3] for row in rows}) == 1
    kept = recorded.fetch("select settings_hash from ops.settings")
    assert kept == [(rows[0][2],)]


def test_two_clients_are_dialled_oldest_promise_first(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.drop("1.2", CLIENT, "10:00:40")
    site.drop("1.1", OTHER, "10:00:20")
    site.replay("10:02", "10:02")
    site.run("10:06")
    assert site.commands() == [f"10:06 dial {OTHER} 1", f"10:06 dial {CLIENT} 1"]


def test_what_killed_runs_left_half_written_is_swept_out_by_the_next_day(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.run("10:00")
    left = [
        site.state / name
        for name in (".read.duckdb.new", ".status.json.4711", ".state.duckdb.compact")
    ]
    for file in left:
        file.write_text("half", encoding="utf-8")
    running.run(site.settings, now=at("10:00") + timedelta(days=1))
    assert [file.name for file in left if file.exists()] == []
    assert not list(site.state.rglob("*.new"))
