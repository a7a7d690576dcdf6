"""Runs that can do nothing: told in words, once, then hourly, then that it is over; by cron."""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from site_folder import CLIENT, Site, at

from reconcile import by_hand, cli, clock, database, failures, faults, publishing, running, streams
from reconcile.errors import ExitCode, StateHeld, StateUnusable
from reconcile.reports import standing

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files is one of the test's own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(failures.tempfile, "gettempdir", lambda: str(folder))
    return folder


@pytest.fixture
def present(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The clock shows the last instant in this list."""
    shown = [at("10:00")]
    monkeypatch.setattr(clock, "utc_now", lambda: shown[-1])
    return shown


@pytest.fixture
def site(tmp_path: Path, present: list[datetime]) -> Site:
    """Ten contacts, a dropped call, and two runs."""
    site = Site.small(tmp_path / "site")
    site.change_settings('region = "CZ"', 'region = "CZ"\nwait_seconds = 0')
    site.drop("1.1", CLIENT, "10:00:20")
    for time in ("10:01", "10:02"):
        present.append(at(time))
        assert cli.answer(["run", "-s", str(site.settings_file)]) == 0
    return site


def minute(
    site: Site, present: list[datetime], capfd: pytest.CaptureFixture[str], minutes: int = 1
) -> tuple[int, str]:
    """The next run of cron; its exit code and what it told."""
    present.append(present[-1] + timedelta(minutes=minutes))
    code = cli.answer(["run", "-s", str(site.settings_file)])
    out, err = capfd.readouterr()
    assert out == ""
    return code, err


def harm(site: Site, kind: str) -> Path:
    """Do to the state what can happen to it; returns what was there."""
    state = site.state / database.STATE_FILE
    aside = site.folder / "aside"
    shutil.copy(state, aside)
    if kind == "empty":
        state.write_bytes(b"")
    elif kind == "cut":
        state.write_bytes(state.read_bytes()[:20_000])
    elif kind == "overwritten":
        state.write_bytes(b"x" * 50_000)
    elif kind == "header":
        data = bytearray(state.read_bytes())
        data[4096] ^= 255
        data[8192] ^= 255
        state.write_bytes(data)
    elif kind == "gone":
        state.unlink()
    return aside


@pytest.mark.parametrize("kind", ["empty", "cut", "overwritten", "header", "gone"])
def test_a_harmed_state_is_told_in_words_once_then_hourly_and_then_that_it_is_over(
    kind: str, site: Site, present: list[datetime], capfd: pytest.CaptureFixture[str]
) -> None:
    (site.state / "state.duckdb.wal").unlink(missing_ok=True)
    aside = harm(site, kind)
    code, err = minute(site, present, capfd)
    assert code == ExitCode.UNEXPECTED
    word = "gone, though runs have published from it" if kind == "gone" else "damaged"
    assert err.startswith(f"reconcile: error: the state `{site.state}/state.duckdb` is {word}\n")
    assert "Nothing leaves, neither dials nor removes, until it is mended" in err
    assert "cp read.duckdb state.duckdb" in err
    assert "Traceback" not in err
    assert minute(site, present, capfd) == (ExitCode.UNEXPECTED, "")
    code, err = minute(site, present, capfd, minutes=60)
    assert "(since 2026-11-20 10:03 UTC)" in err.splitlines()[0]
    shutil.copy(aside, site.state / database.STATE_FILE)
    code, err = minute(site, present, capfd)
    assert code == 0
    assert err.startswith("reconcile: warning: ended after 62 min: the state `")
    assert minute(site, present, capfd) == (0, "")


def test_the_hint_of_a_harmed_state_brings_it_back(
    site: Site, present: list[datetime], capfd: pytest.CaptureFixture[str]
) -> None:
    harm(site, "overwritten")
    minute(site, present, capfd)
    for file in site.state.glob("state.duckdb*"):
        file.unlink()
    shutil.copy(site.state / "read.duckdb", site.state / "state.duckdb")
    assert minute(site, present, capfd, minutes=4)[0] == 0
    assert site.commands() == [f"10:07 dial {CLIENT} 1"]


def test_a_first_run_that_was_killed_before_it_wrote_anything_is_begun_again(
    tmp_path: Path,
) -> None:
    site = Site.small(tmp_path / "fresh")
    site.state.mkdir()
    (site.state / database.STATE_FILE).touch()
    assert site.run("10:00").exit_code == 0


def test_status_tells_of_runs_that_can_do_nothing(
    site: Site, present: list[datetime], capfd: pytest.CaptureFixture[str]
) -> None:
    harm(site, "overwritten")
    minute(site, present, capfd)
    found = standing.standing(site.settings, now=at("10:03"), max_age_minutes=5)
    assert [trouble.word for trouble in found.troubles] == ["fault"]
    assert found.troubles[0].what == f"the state `{site.state}/state.duckdb` is damaged"
    assert found.troubles[0].hint.startswith("stop cron, move `state.duckdb*` away")


HOLDER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(site: Site) -> Iterator[None]:
    """Another program has the state open."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, site.state / database.STATE_FILE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield
        process.communicate()


@pytest.mark.usefixtures("held")
def test_a_state_that_another_program_has_open_is_told_after_five_minutes_with_its_name(
    site: Site, present: list[datetime], capfd: pytest.CaptureFixture[str]
) -> None:
    assert minute(site, present, capfd) == (ExitCode.BUSY, "")
    code, err = minute(site, present, capfd, minutes=6)
    assert code == ExitCode.BUSY
    first, ended, *_ = err.splitlines()
    assert first.startswith(
        f"reconcile: error: another program has opened `{site.state}/state.duckdb`: "
    )
    assert "(PID " in first
    assert ended == "The last run that ended did so at 2026-11-20T10:02:00Z"
    assert minute(site, present, capfd) == (ExitCode.BUSY, "")


@pytest.mark.usefixtures("held")
def test_a_pause_while_the_state_is_held_says_that_nothing_was_changed(site: Site) -> None:
    with pytest.raises(StateHeld, match="another program has opened"):
        by_hand.pause(site.settings, None, "why")


def test_a_pause_while_a_run_is_at_work_asks_to_try_again(site: Site) -> None:
    with database.lock(site.state, wait_seconds=0), pytest.raises(database.DatabaseBusy) as caught:
        by_hand.pause(site.settings, None, "why")
    assert caught.value.follows == "Nothing was changed; try again when that run has ended"


def test_broken_settings_are_told_once_though_the_state_folder_is_not_known(
    site: Site, present: list[datetime], capfd: pytest.CaptureFixture[str], temporary: Path
) -> None:
    good = site.settings_file.read_text(encoding="utf-8")
    for has_state, text in ((True, "region = [\n"), (False, 'state = "nowhere"\nregion = 5\n')):
        site.settings_file.write_text(text, encoding="utf-8")
        code, err = minute(site, present, capfd)
        assert (code, err.count("\n")) == (ExitCode.USAGE, len(err.splitlines()))
        assert err.startswith("reconcile: error: `")
        assert minute(site, present, capfd) == (ExitCode.USAGE, "")
        assert bool(list(temporary.glob("reconcile-*/*.json"))) is not has_state
        site.settings_file.write_text(good, encoding="utf-8")
        code, err = minute(site, present, capfd)
        assert code == 0
        assert err.startswith("reconcile: warning: ended after 2 min: `")
        assert minute(site, present, capfd) == (0, "")


def test_a_person_at_a_terminal_is_told_each_time(
    site: Site,
    present: list[datetime],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    harm(site, "overwritten")
    monkeypatch.setattr(streams, "has_audience", lambda: True)
    for _ in range(3):
        assert "is damaged" in minute(site, present, capfd)[1]


def test_a_fault_of_the_program_is_told_with_its_traceback_once(
    site: Site,
    present: list[datetime],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError(str(present[-1]))

    monkeypatch.setattr(running.run_start, "start", broken)
    code, err = minute(site, present, capfd)
    assert (code, "Traceback" in err) == (ExitCode.UNEXPECTED, True)
    assert minute(site, present, capfd) == (ExitCode.UNEXPECTED, "")


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_that_is_full_for_the_read_copy_leaves_no_part_of_it_and_is_told(
    site: Site,
    present: list[datetime],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def half(_: Path, target: Path) -> None:
        target.write_bytes(b"half")
        full()

    with monkeypatch.context() as patch:
        patch.setattr(publishing.shutil, "copyfile", half)
        code, err = minute(site, present, capfd, minutes=4)
        assert code == ExitCode.UNEXPECTED
        assert err.startswith(f"reconcile: error: no room is left on the disk of `{site.state}`\n")
        assert not list(site.state.glob(".read*"))
        assert minute(site, present, capfd) == (ExitCode.UNEXPECTED, "")
    assert minute(site, present, capfd)[0] == 0
    assert site.commands() == [f"10:06 dial {CLIENT} 1"]
    assert publishing.published_run(site.state) > 0


def test_an_error_of_the_database_for_a_full_disk_is_told_in_words(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(*_: object, **__: object) -> None:
        raise duckdb.IOException('Could not write file "x": No space left on device')

    monkeypatch.setattr(running.run_start, "start", start)
    with pytest.raises(StateUnusable, match="no room is left on the disk"):
        site.run(None)


# The memory.


def settle(site: Site, minutes: int, **found: str) -> list[list[str]]:
    lines = {name: [text] for name, text in found.items()}
    return failures.settle(
        site.settings_file, site.state, lines, ("run",), at("10:00") + timedelta(minutes=minutes)
    )


def test_a_failure_is_remembered_in_place_where_a_full_disk_takes_no_new_file(site: Site) -> None:
    memory = site.state / failures.MEMORY_FILE
    assert memory.stat().st_size == 4096
    inode = memory.stat().st_ino
    assert settle(site, 0, run="x") == [["x"]]
    assert settle(site, 1, run="x") == []
    assert (memory.stat().st_size, memory.stat().st_ino) == (4096, inode)


def test_two_settings_files_do_not_end_each_others_failures(site: Site) -> None:
    settle(site, 0, run="x")
    other = site.folder / "other.toml"
    assert failures.settle(other, site.state, {}, ("run", "busy"), at("10:01")) == []
    assert settle(site, 2, run="x") == []
    assert failures.lasting(other, site.state) == {}
    assert list(failures.lasting(site.settings_file, site.state)) == ["run"]


def test_a_folder_of_somebody_else_among_temporary_files_is_not_written_to(
    site: Site, temporary: Path
) -> None:
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (temporary / f"reconcile-{failures.os.getuid()}").symlink_to(elsewhere)
    nowhere = site.folder / "nowhere"
    for _ in range(2):
        assert failures.settle(site.settings_file, nowhere, {"run": ["x"]}, ("run",), at("10:00"))
    assert list(elsewhere.iterdir()) == []


def test_a_long_text_is_remembered_by_its_beginning(site: Site) -> None:
    long = "x" * 10_000
    assert len(settle(site, 0, run=long)) == 1
    assert settle(site, 1, run=long) == []
    memory = json.loads((site.state / failures.MEMORY_FILE).read_text(encoding="utf-8"))
    assert [len(fault["lines"][0]) for fault in memory.values()] == [300]
    assert isinstance(faults.from_text(json.dumps(memory)), dict)
