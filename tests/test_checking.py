"""`check` foresees what a run will meet, and changes nothing."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from site_folder import CLIENT, Site

from reconcile import checking, running
from reconcile.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Ten contacts and an empty queue log."""
    return Site.small(tmp_path / "site")


@pytest.fixture
def recording(tmp_path: Path) -> Site:
    """The shipped recording."""
    return Site.of_samples(tmp_path / "recording")


def check(site: Site) -> tuple[list[str], int]:
    """The lines and the exit code; no file of the site may change."""
    before = {name: entry for name, entry in site.files().items() if name != "state"}
    answer = checking.report(site.settings)
    after = {name: entry for name, entry in site.files().items() if name != "state"}
    assert after == before
    return answer


def said(site: Site, word: str) -> list[str]:
    return [line for line in check(site)[0] if word in line]


def test_the_recording_is_usable(recording: Site) -> None:
    lines, code = check(recording)
    assert code == ExitCode.DONE
    assert lines[:3] == [
        "source `pbx`, queue_log: readable, 218 rows at the beginning",
        "source `pbx`, cdr: readable, 233 rows at the beginning",
        "source `directory`, contacts: readable, 60 contacts",
    ]
    assert lines[-1].startswith("a run right now would dial 0 of 0 open episodes")
    assert not [line for line in lines if line.startswith(("warning", "state"))]


# The directory.


def test_an_empty_directory_will_be_refused(site: Site) -> None:
    site.directory.write_text("id,phone\n")
    refused = "source `directory`, contacts: the directory `directory` was refused: it is empty"
    assert refused in check(site)[0]
    assert check(site)[1] == ExitCode.SOURCE


def test_a_directory_that_shrank_will_be_refused(site: Site) -> None:
    site.run("10:00")
    text = site.directory.read_text()
    site.directory.write_text("".join(text.splitlines(keepends=True)[:6]))
    (line,) = said(site, "was refused")
    assert "it shrank from 10 contacts to 5, by more than 20 percent" in line


# The state.


def test_a_damaged_state_is_told(site: Site) -> None:
    site.run("10:00")
    (site.state / "state.duckdb").write_bytes(b"no database")
    lines, code = check(site)
    assert code == ExitCode.UNEXPECTED
    (line,) = (line for line in lines if line.startswith("state: "))
    assert "state.duckdb` cannot be opened: " in line


def test_files_of_another_user_in_the_state_are_told(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.run("10:00")
    real = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: "state.duckdb" not in str(path) and real(path, mode)
    )
    lines, code = check(site)
    assert code == ExitCode.UNEXPECTED
    assert (
        f"state: `state.duckdb` in `{site.state}` cannot be written by this user: were they made "
        "by another?"
    ) in lines


def test_a_state_folder_that_is_a_file_or_cannot_be_made_is_told(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    (line,) = said(site, "state: ")
    assert line.endswith(f"cannot be made: `{site.folder}` takes no files from this user")
    monkeypatch.undo()
    site.state.touch()
    assert said(site, "state: ") == [f"state: `{site.state}` is no folder"]


def test_too_little_room_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 1 << 20))
    assert said(site, "MiB left") == [
        f"state: `{site.folder}` has 1 MiB left, a run can need 64 MiB"
    ]


# Columns and zone.


@pytest.mark.parametrize(
    ("zone", "wrong"),
    [
        ("Europe/Prague", "lie 1:00 h before the instants in their uniqueids"),
        ("Asia/Kolkata", "lie 5:30 h before the instants in their uniqueids"),
    ],
)
def test_a_zone_that_the_uniqueids_gainsay_is_told(recording: Site, zone: str, wrong: str) -> None:
    recording.change_settings('time_zone = "UTC"', f'time_zone = "{zone}"')
    lines, code = check(recording)
    assert code == ExitCode.SOURCE
    (line,) = (line for line in lines if "in their uniqueids" in line)
    assert wrong in line
    assert line.endswith("`cdr.time_zone` is not theirs, expected UTC")


def test_local_times_read_as_utc_are_told_with_their_offset(recording: Site) -> None:
    recording.change_settings("recording/Master.csv", "recording/Master-local.csv")
    (line,) = said(recording, "in their uniqueids")
    assert "read as `UTC`, lie 1:00 h after" in line
    assert line.endswith("expected a zone that is +1:00 from UTC then")
    recording.change_settings('time_zone = "UTC"', 'time_zone = "Europe/Prague"')
    assert check(recording)[1] == ExitCode.DONE


def test_times_that_no_zone_explains_are_told(recording: Site) -> None:
    (recording.folder / "recording" / "Master.csv").write_text(
        '"","+420700610101","s","from-trunk","x","SIP/1","SIP/2","Dial","",'
        '"2026-11-20 09:00:00","","2026-11-20 09:00:10","10","0","NO ANSWER","D",'
        '"1795164403.1","","","1795164403.1","1"\n'
    )
    (line,) = said(recording, "in their uniqueids")
    assert "`cdr.columns` or a clock is wrong" in line


def test_columns_that_fit_no_row_are_told(recording: Site) -> None:
    recording.change_settings('columns = "21"', 'columns = "18"')
    recording.change_settings("dialled_number =", "# dialled_number =")
    lines, code = check(recording)
    assert code == ExitCode.SOURCE
    assert (
        "source `pbx`, cdr: 233 of 233 rows at the end of `recording/Master.csv` would be kept "
        "aside, the first of them because: 21 columns, expected 18"
    ) in lines


# What cannot be seen.


@pytest.mark.parametrize(
    ("old", "new", "dark", "light"),
    [
        ("", "", ["an outgoing call before it is over", "in the menu or at a desk right now"], []),
        (
            "# cel",
            "cel",
            [],
            ["an outgoing call before it is over", "in the menu or at a desk right now", "line"],
        ),
        (
            "queue_log = ",
            "# queue_log = ",
            ["who waits in a queue right now", "operators are logged in", "for want of agents"],
            ["on which line"],
        ),
        ("\ndialled_number =", "\n# dialled_number =", ["line a client called"], []),
    ],
)
def test_what_the_logs_leave_dark_is_told(
    recording: Site, old: str, new: str, dark: list[str], light: list[str]
) -> None:
    recording.change_settings(old, new)
    told = said(recording, "cannot be seen")
    assert [text for text in dark if not any(text in line for line in told)] == []
    assert [text for text in light if any(text in line for line in told)] == []


def test_the_queue_log_alone_shows_neither_menus_nor_desks_nor_lines(site: Site) -> None:
    told = said(site, "since neither `cdr` nor `cel` is read")
    assert [line.split(", since")[0] for line in told] == [
        "cannot be seen: hang-ups in the menu, calls of desks and outgoing calls",
        "cannot be seen: on which line a client called",
    ]


def test_cel_alone_shows_all_but_whom_a_dialler_called(recording: Site) -> None:
    recording.change_settings("# cel", "cel")
    recording.change_settings("# cel_", "cel_")
    for key in ("queue_log =", "cdr =", "dialled_number =", "attempt_key ="):
        recording.change_settings(f"\n{key}", f"\n# {key}")
    told = said(recording, "cannot be seen")
    assert [line.split(",")[0].removeprefix("cannot be seen: ") for line in told] == [
        "whom a dialler called that calls the client first",
        "whether a queue let a client go for want of agents",
        "which operators are logged in or paused",
    ]


# A table.


def test_a_select_that_lacks_columns_is_told_with_the_list_of_them(site: Site) -> None:
    (site.folder / "contacts.sql").write_text("select phone as number from input")
    lines, code = check(site)
    assert code == ExitCode.SOURCE
    place = lines.index("source `directory`, contacts: `contacts.sql` lacks `contact_id`")
    assert lines[place + 1].startswith("    hint: the columns of a contact are: contact_id text")


def test_each_fault_is_told_once_though_another_source_is_at_fault_too(site: Site) -> None:
    site.directory.write_text("id,phone\n")
    site.queue_log.unlink()
    lines, _ = check(site)
    assert [line for line in lines if line.startswith("source")] == [
        f"source `pbx`, queue_log: no file fits `queue_log*` in `{site.folder}`",
        "source `directory`, contacts: readable, nothing in it yet",
        "source `directory`, contacts: the directory `directory` was refused: it is empty",
    ]


# Words that no call has.


def test_lines_and_queues_that_no_call_has_are_warned_of(recording: Site) -> None:
    recording.change_settings('+420200000420"]\ndropped_in', 'abc"]\nqueues = ["sale"]\ndropped_in')
    lines, code = check(recording)
    assert code == ExitCode.DONE
    assert [line for line in lines if line.startswith("warning")] == [
        "warning: `campaigns.missed-calls.dialled_numbers` has `abc`, which is no telephone "
        "number: only a call whose dialled number is written exactly so is taken",
        "warning: `campaigns.missed-calls.dialled_numbers` has `abc`, which no call has so far; "
        "most have `+420200000410`",
        "warning: `campaigns.missed-calls.queues` has `sale`, which no call has so far; most have "
        "`helpdesk`",
    ]


def test_a_rehearsal_shows_its_state_and_leaves_none(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    result, calls = running.rehearse(
        site.settings,
        lambda connection: connection.execute("select number from kept.calls").fetchall(),
    )
    assert (result.run_id, calls) == (1, [(CLIENT,)])
    assert not site.state.exists()
