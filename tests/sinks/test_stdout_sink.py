from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sink_commands
from sink_commands import dials

from reconcile.sinks import NO_MARK, open_sink

CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
from sink_commands import DIAL, dials, outgoing
from reconcile.sinks import open_sink
sys.stdin.read()
long_one = outgoing(DIAL, key="dial|2", explanation="x" * 100_000)
outcomes, _ = open_sink("stdout", {}).deliver([*dials(1), long_one], "")
sys.stderr.write(repr([(outcome.state, outcome.detail) for outcome in outcomes]))
"""


def child(stdout: int) -> subprocess.Popen[str]:
    """A process that delivers a short and a very long dial once its stdin is closed."""
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(Path(sink_commands.__file__).parent)],
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_each_command_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes, mark = open_sink("stdout", {}).deliver(dials(2), NO_MARK)
    assert [outcome.state for outcome in outcomes] == ["delivered", "delivered"]
    assert mark == NO_MARK
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["key"] for line in lines] == ["dial|1", "dial|2"]


def test_a_reader_that_left_has_taken_no_short_line_and_perhaps_a_part_of_a_long_one() -> None:
    process = child(subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, told = process.communicate("")
    assert told == (
        "[('refused_now', 'nobody reads stdout'), "
        "('unsure', 'the reader of stdout left during a long line')]"
    )
    assert process.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_behind_stdout_leaves_commands_unsure() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    process = child(full)
    os.close(full)
    _, told = process.communicate("")
    assert "('unsure', 'stdout took a part at most: No space left on device')" in told


def test_it_cannot_tell_what_arrived() -> None:
    sink = open_sink("stdout", {})
    assert not sink.can_tell_repeats
    assert sink.recover(["dial|1"], NO_MARK) == set()
    assert "at most once" in sink.promise


def test_its_check_says_where_commands_go() -> None:
    assert open_sink("stdout", {}).check() == "commands are written to stdout as lines of JSON"
