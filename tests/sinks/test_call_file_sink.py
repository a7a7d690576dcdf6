from __future__ import annotations

import json
import os
import pwd
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from asterisk_options import DIALLING
from sink_commands import DIAL, REMOVE, outgoing
from site_folder import Site

from reconcile import running, settings
from reconcile.errors import SinkUnreachable
from reconcile.sinks import NO_MARK, OutgoingCommand, Sink, asterisk_values, open_sink

NAME = asterisk_values.dial_name(DIAL["key"])
LATER, OVER = "2099-03-02T10:11:00Z", "2026-03-02T10:11:00Z"
POINTS = ["before it is staged", "before it is noted", "before it is moved", "after it was moved"]


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    for name in ("outgoing", "outgoing_done"):
        (tmp_path / "spool" / name).mkdir(parents=True)
    return tmp_path / "spool"


def sink_at(spool: Path, **changes: Any) -> Sink:
    options: dict[str, Any] = {
        "folder": spool.parent,
        **DIALLING,
        "spool": "spool",
        "account": None,
        "staging_folder": None,
        "owner": None,
        "mode": "0640",
    }
    return open_sink("call_file", {**options, **changes})


def dial(attempt: int = 1, **changes: Any) -> OutgoingCommand:
    """A dial of the attempt of this number, to be placed before long after today."""
    key = f"dial|missed-calls|+420700610101|pbx/1.1|{attempt}"
    return outgoing(DIAL, **{"key": key, "expires_at": LATER, **changes})


def handed(sink: Sink, *commands: OutgoingCommand) -> list[tuple[str, str]]:
    outcomes, _ = sink.deliver(commands, NO_MARK)
    assert [outcome.key for outcome in outcomes] == [command.key for command in commands]
    return [(outcome.state, outcome.detail) for outcome in outcomes]


def put(spool: Path) -> list[str]:
    """What stands in `outgoing`, but for `.call`."""
    return sorted(path.stem for path in (spool / "outgoing").iterdir())


def staged(spool: Path) -> list[str]:
    return sorted(path.name for path in (spool / "reconcile").glob("*.call"))


def test_a_dial_is_one_file_under_the_name_of_its_key(spool: Path) -> None:
    assert handed(sink_at(spool, account="callback"), dial()) == [("delivered", "")]
    path = spool / "outgoing" / f"{NAME}.call"
    assert path.read_text(encoding="utf-8").splitlines() == [
        f"; expires_at {LATER}",
        "Channel: IAX2/trunk/+420700610101",
        "CallerID: Jana Beranová <+420700610101>",
        "MaxRetries: 0",
        "RetryTime: 86400",
        "WaitTime: 30",
        "Context: callback",
        "Extension: s",
        "Priority: 1",
        "Account: callback",
        f"Setvar: CDR(userfield)={asterisk_values.tag(DIAL['key'])}",
        "Archive: yes",
    ]
    assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert staged(spool) == []


def test_a_file_is_whole_and_has_its_rights_before_it_is_moved(
    spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    real = Path.rename

    def rename(path: Path, target: Path) -> Path:
        seen.append((path.parent, stat.S_IMODE(path.stat().st_mode), path.read_bytes()[-13:]))
        return real(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    handed(sink_at(spool, mode="0660"), dial())
    assert seen == [(spool / "reconcile", 0o660, b"Archive: yes\n")]


def test_the_same_key_is_never_put_twice(spool: Path) -> None:
    sink = sink_at(spool)
    handed(sink, dial())
    again = ("delivered", "it was handed over before")
    assert handed(sink, dial()) == [again]
    (spool / "outgoing" / f"{NAME}.call").rename(spool / "outgoing_done" / f"{NAME}.call")
    assert handed(sink, dial()) == [again]
    (spool / "outgoing_done" / f"{NAME}.call").unlink()  # of Asterisk's archive nothing is left
    assert handed(sink, dial()) == [again]
    assert put(spool) == []


@pytest.mark.parametrize("place", ["outgoing", "outgoing_done"])
def test_a_file_is_found_where_the_ledger_was_lost(spool: Path, place: str) -> None:
    (spool / place / f"{NAME}.call").write_text("Channel: IAX2/trunk/1\n")
    assert handed(sink_at(spool), dial()) == [("delivered", "it was handed over before")]
    assert (spool / place / f"{NAME}.call").read_text() == "Channel: IAX2/trunk/1\n"


def test_no_spool_refuses_for_now_and_makes_none(spool: Path) -> None:
    (spool / "outgoing").rmdir()
    [(state, detail)] = handed(sink_at(spool), dial())
    assert (state, detail) == ("refused_now", f"`{spool}/outgoing` is not there")
    assert not (spool / "outgoing").exists()
    with pytest.raises(SinkUnreachable, match="outgoing` is not there"):
        sink_at(spool).check()


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no second file system here")  # noqa: S108
def test_a_staging_folder_on_another_file_system_is_refused(spool: Path) -> None:
    sink = sink_at(spool, staging_folder="/dev/shm/reconcile-test")  # noqa: S108
    [(state, detail)] = handed(sink, dial())
    assert state == "refused_now"
    assert "lies on another file system than" in detail
    with pytest.raises(SinkUnreachable, match="another file system"):
        sink.check()


def test_an_owner_who_is_not_there_refuses_for_now_and_leaves_nothing(spool: Path) -> None:
    sink = sink_at(spool, owner="nobody-of-that-name")
    [(state, detail)] = handed(sink, dial())
    assert (state, detail) == (
        "refused_now",
        "there is no user `nobody-of-that-name`, who is to own the files",
    )
    assert (put(spool), staged(spool), sink.recover([dial().key], NO_MARK)) == ([], [], set())
    with pytest.raises(SinkUnreachable, match="there is no user"):
        sink.check()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_gives_the_files_to_the_user_that_asterisk_runs_as(spool: Path) -> None:
    handed(sink_at(spool, owner="nobody"), dial())
    status = (spool / "outgoing" / f"{NAME}.call").stat()
    user = pwd.getpwnam("nobody")
    assert (status.st_uid, status.st_gid) == (user.pw_uid, user.pw_gid)


def test_a_full_disk_refuses_for_now_and_leaves_nothing(
    spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[:20]))
    sink = sink_at(spool)
    assert handed(sink, dial()) == [("refused_now", "the disk is full")]
    monkeypatch.undo()
    assert (put(spool), staged(spool)) == ([], [])
    assert handed(sink, dial()) == [("delivered", "")]


def test_what_is_no_telephone_number_is_refused_for_good(spool: Path) -> None:
    [(state, _)] = handed(sink_at(spool), dial(number="1\nApplication: System"))
    assert state == "refused_for_good"
    assert put(spool) == []


def test_a_remove_takes_back_the_files_of_its_episode_and_no_other(spool: Path) -> None:
    sink = sink_at(spool)
    other = "dial|missed-calls|+420700610101|pbx/2.2|1"
    handed(sink, dial(1), dial(2), dial(1, key=other))
    assert handed(sink, outgoing(REMOVE)) == [("delivered", "")]
    assert put(spool) == [asterisk_values.dial_name(other)]
    assert list((spool / "reconcile" / "taken-back").iterdir()) == []


def test_a_remove_leaves_a_file_that_asterisk_has_begun_with(spool: Path) -> None:
    sink = sink_at(spool)
    handed(sink, dial())
    with (spool / "outgoing" / f"{NAME}.call").open("a") as stream:
        stream.write(f"\nStartRetry: 4711 1 ({int(time.time()) + 86_400})\n")
    assert handed(sink, outgoing(REMOVE)) == [("delivered", "")]
    assert put(spool) == [NAME]


def test_a_remove_without_any_file_is_done(spool: Path) -> None:
    assert handed(sink_at(spool), outgoing(REMOVE)) == [("delivered", "")]


def test_a_remove_waits_while_the_spool_is_not_there(spool: Path) -> None:
    (spool / "outgoing").rmdir()
    [(state, _)] = handed(sink_at(spool), outgoing(REMOVE))
    assert state == "refused_now"


def test_files_whose_time_is_over_are_taken_back_by_the_next_delivery(spool: Path) -> None:
    sink = sink_at(spool)
    handed(sink, dial(1), dial(2))
    stale = spool / "outgoing" / f"{NAME}.call"
    stale.write_text(stale.read_text().replace(LATER, OVER))
    theirs = spool / "outgoing" / "somebody.call"
    theirs.write_text(f"; expires_at {OVER}\n")
    handed(sink, outgoing(REMOVE, key="remove|missed-calls|+420700610102|pbx/9.9"))
    assert put(spool) == [asterisk_values.dial_name(dial(2).key), "somebody"]


def test_a_run_that_hands_over_nothing_takes_back_what_is_over_too(
    spool: Path, tmp_path: Path
) -> None:
    handed(sink_at(spool), dial(1), dial(2))
    stale = spool / "outgoing" / f"{NAME}.call"
    stale.write_text(stale.read_text().replace(LATER, OVER))
    site = Site.small(tmp_path / "site")
    site.change_settings(
        '[sinks.file]\npath = "out/commands.ndjson"',
        f'[sinks.file]\nkind = "call_file"\nspool = "{spool}"\ndial = "customer_first"\n'
        'endpoint = "IAX2/trunk/{number}"\ncontext = "callback"',
    )
    running.run(settings.load(site.settings_file))
    result = running.run(settings.load(site.settings_file))
    assert result.is_idle
    assert put(spool) == [asterisk_values.dial_name(dial(2).key)]


@pytest.mark.parametrize(("seconds_ago", "is_left"), [(80, True), (100, False)])
def test_a_file_that_a_killed_asterisk_was_dialling_is_taken_back_once_nobody_can_ring_any_more(
    spool: Path, seconds_ago: int, is_left: bool
) -> None:
    sink = sink_at(spool)
    handed(sink, dial())
    again = int(time.time()) - seconds_ago + 86_400  # its ringing lasts 30 s
    with (spool / "outgoing" / f"{NAME}.call").open("a") as stream:
        stream.write(f"\nStartRetry: 4711 1 ({again})\n")
    handed(sink, outgoing(REMOVE, key="remove|missed-calls|+420700610102|pbx/9.9"))
    assert put(spool) == [NAME] * is_left


def test_a_dial_whose_time_is_over_is_not_put(spool: Path) -> None:
    assert handed(sink_at(spool), dial(expires_at=OVER)) == [("refused_now", "its time is over")]
    assert put(spool) == []


def test_the_check_touches_nothing(spool: Path) -> None:
    assert sink_at(spool).check() == (
        f"`{spool}/outgoing` can be written, files are staged in `{spool}/reconcile`"
    )
    assert sorted(path.name for path in spool.iterdir()) == ["outgoing", "outgoing_done"]


def test_a_remove_whose_key_is_of_another_form_is_refused_for_good(spool: Path) -> None:
    [(state, _)] = handed(sink_at(spool), outgoing(REMOVE, key="something else"))
    assert state == "refused_for_good"


# A kill while a run delivers.

DELIVER = """
import json, os, signal, sys
from pathlib import Path
sys.path[:0] = json.loads(sys.argv[1])
import test_call_file_sink
from reconcile.sinks import call_file, dial_ledger

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

point = sys.argv[3]
if point == "before it is staged":
    call_file.CallFileSink._put = die
elif point == "before it is noted":
    dial_ledger.DialLedger.note = die
elif point == "before it is moved":
    Path.rename = die
elif point == "after it was moved":
    real = Path.rename
    Path.rename = lambda path, target: (real(path, target), die())
test_call_file_sink.sink_at(Path(sys.argv[2])).deliver([test_call_file_sink.dial()], "")
"""


@pytest.mark.parametrize("is_picked_up", [False, True], ids=["waits", "archived away"])
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_run_loses_and_repeats_nothing(
    spool: Path, point: str, is_picked_up: bool
) -> None:
    paths = json.dumps([str(folder) for folder in Path(__file__).parents[:3]])
    command = [sys.executable, "-c", DELIVER, paths, str(spool), point]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    was_moved = put(spool) == [NAME]
    assert was_moved == (point == "after it was moved")
    if was_moved and is_picked_up:
        (spool / "outgoing" / f"{NAME}.call").unlink()
    sink = sink_at(spool)
    found = sink.recover([dial().key, REMOVE["key"]], NO_MARK)
    assert found == ({dial().key} if was_moved else set())
    assert staged(spool) == []
    if not found:
        assert handed(sink, dial()) == [("delivered", "")]
    assert put(spool) == ([] if was_moved and is_picked_up else [NAME])


def test_a_move_that_a_power_cut_took_back_is_no_move(spool: Path) -> None:
    sink = sink_at(spool)
    handed(sink, dial())
    (spool / "outgoing" / f"{NAME}.call").rename(spool / "reconcile" / f"{NAME}.call")
    assert sink.recover([dial().key], NO_MARK) == set()
    assert handed(sink, dial()) == [("delivered", "")]
    assert put(spool) == [NAME]
