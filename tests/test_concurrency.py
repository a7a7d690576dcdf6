"""Two runs at once (I5), and readers beside runs (I6): all in processes of their own."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from remote_source import Remote
from site_folder import CLIENT, OTHER, Site, at

from reconcile import by_hand, clock, database, running
from reconcile.errors import DatabaseBusy, ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"
MOMENT = "10:06"

RUN = """
import sys
from datetime import datetime
from pathlib import Path
from reconcile import running, settings
now = datetime.fromisoformat(sys.argv[2])
print(running.run(settings.load(Path(sys.argv[1])), now=now).exit_code)
"""

# Stops before the commit of the decisions until a file appears.
SLOW_RUN = (
    """
import sys, time
from pathlib import Path
import crash_points
def wait():
    print("waiting", flush=True)
    while not Path(sys.argv[3]).exists():
        time.sleep(0.01)
crash_points.arm("before the commit of the decisions", wait)
"""
    + RUN
)

# Waits for a slow server, in the middle of its pull, until a file appears.
SLOW_PULL = (
    """
import sys
from pathlib import Path
from remote_source import Remote
from site_folder import Site
remote = Remote(Site(Path(sys.argv[1]).parent))
def is_slow():
    print("waiting", flush=True)
    remote.is_slow = lambda: not Path(sys.argv[3]).exists()
    return True
remote.is_slow = is_slow
remote.put()
"""
    + RUN
)

# Opens the read copy once, and counts the commands in it each time it is asked.
LASTING_READER = """
import sys
import duckdb
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    print("open", flush=True)
    for _ in sys.stdin:
        print(connection.execute("select count(*) from kept.commands").fetchone()[0], flush=True)
"""

# Opens whatever is published, again and again, until it is told to stop.
RESTLESS_READER = """
import sys
from pathlib import Path
import duckdb
folder, stop = Path(sys.argv[1]), Path(sys.argv[2])
count = 0
print("open", flush=True)
while not stop.exists():
    with duckdb.connect(str(folder / "read.duckdb"), read_only=True) as connection:
        connection.execute("select count(*) from kept.decisions").fetchall()
        connection.execute(
            f"select count(*) from '{folder}/audit/decisions/*/*.parquet'"
        ).fetchall()
    count += 1
print(count)
"""


@contextmanager
def child(code: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A process that runs some lines of Python; gone at the end in any case."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={"PYTHONPATH": f"{ROOT}:{TESTS}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def answer(process: subprocess.Popen[str]) -> str:
    """The next line a child writes."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def ask(process: subprocess.Popen[str]) -> str:
    """Have the lasting reader count once more."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return answer(process)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Two clients to be dialled in MOMENT."""
    site = Site.small(tmp_path / "site")
    site.drop("1.1", CLIENT, "10:00:20")
    site.drop("1.2", OTHER, "10:00:30")
    site.run("10:02")
    return site


DIALLED = [f"{MOMENT} dial {CLIENT} 1", f"{MOMENT} dial {OTHER} 1"]


# Two runs.


def test_a_second_run_waits_then_leaves_as_busy_and_nothing_is_done_twice(site: Site) -> None:
    go_on = site.folder / "go-on"
    instant = at(MOMENT).isoformat()
    with child(SLOW_RUN, site.settings_file, instant, go_on) as first:
        assert answer(first) == "waiting"
        before = time.monotonic()
        with pytest.raises(DatabaseBusy, match=r"for more than 0\.5 s") as caught:
            running.run(replace(site.settings, wait_seconds=0.5), now=at(MOMENT))
        assert time.monotonic() - before >= 0.5
        assert caught.value.exit_code == ExitCode.BUSY == 75
        with pytest.raises(DatabaseBusy):
            by_hand.pause(replace(site.settings, wait_seconds=0), None, "phones are down")
        go_on.touch()
        assert answer(first) == "0"
    assert site.commands() == DIALLED
    assert site.fetch("select count(*) from ops.runs") == [(2,)]


def test_a_run_that_waits_long_enough_goes_on_after_the_first(site: Site) -> None:
    go_on = site.folder / "go-on"
    instant = at(MOMENT).isoformat()
    with child(SLOW_RUN, site.settings_file, instant, go_on) as first:
        assert answer(first) == "waiting"
        with child(RUN, site.settings_file, instant) as second:
            time.sleep(0.5)  # the second one has come to the lock by then, or comes to it later
            assert site.commands() == []
            go_on.touch()
            assert (answer(first), answer(second)) == ("0", "0")
    assert site.commands() == DIALLED
    outcomes = site.fetch("select run_at, has_changes from ops.runs order by run_id")
    assert outcomes == [(at("10:02"), True), (at(MOMENT), True), (at(MOMENT), False)]


def test_runs_that_start_together_hand_over_each_command_once(site: Site) -> None:
    instant = at(MOMENT).isoformat()
    with (
        child(RUN, site.settings_file, instant) as first,
        child(RUN, site.settings_file, instant) as second,
        child(RUN, site.settings_file, instant) as third,
    ):
        assert [answer(process) for process in (first, second, third)] == ["0", "0", "0"]
    assert site.commands() == DIALLED
    assert site.fetch("select count(*), sum(tries) from kept.commands") == [(2, 2)]


# A run that waits for a slow server holds the lock of runs, and not that of the state.


@pytest.fixture
def remote_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A client who hung up, told of by a server."""
    site = Site.small(tmp_path / "site")
    Remote(site).put(monkeypatch.setitem, monkeypatch.setattr)
    monkeypatch.setattr(clock, "utc_now", lambda: at("10:02"))
    site.run("10:00")
    site.drop("1.1", CLIENT, "10:00:20")
    return site


def test_a_person_passes_while_a_slow_server_is_waited_for_and_a_second_run_does_not(
    remote_site: Site,
) -> None:
    site, go_on = remote_site, remote_site.folder / "go-on"
    with child(SLOW_PULL, site.settings_file, at(MOMENT).isoformat(), go_on) as first:
        assert answer(first) == "waiting"
        by_hand.pause(replace(site.settings, wait_seconds=0), None, "phones are down")
        with pytest.raises(DatabaseBusy, match=r"for more than 0\.5 s") as caught:
            running.run(replace(site.settings, wait_seconds=0.5), now=at(MOMENT))
        assert caught.value.exit_code == ExitCode.BUSY
        go_on.touch()
        assert answer(first) == "0"
    assert site.decisions() == {CLIENT: "wait paused"}
    assert site.fetch("select count(*) from raw.queue_log") == [(2,)]
    assert site.fetch("select count(*) from ops.runs") == [(2,)]


def test_a_run_killed_while_it_waits_for_a_slow_server_keeps_nobody_out(remote_site: Site) -> None:
    site = remote_site
    with child(SLOW_PULL, site.settings_file, at("10:02").isoformat(), "never") as first:
        assert answer(first) == "waiting"
        first.kill()
        first.wait()
        result = running.run(replace(site.settings, wait_seconds=0), now=at(MOMENT))
    assert result.counts["rows read"] == 2
    assert site.commands() == [f"{MOMENT} dial {CLIENT} 1"]
    assert site.fetch("select count(*) from raw.queue_log") == [(2,)]


# Readers.


def test_a_reader_that_stays_keeps_its_snapshot_and_hinders_no_run(tmp_path: Path) -> None:
    site = Site.of_samples(tmp_path / "site")
    site.replay("08:54", "08:58")
    with child(LASTING_READER, site.state / database.READ_FILE) as reader:
        assert answer(reader) == "open"
        assert ask(reader) == "2"
        for minute in range(59, 65):
            time_of_day = f"{8 + minute // 60:02}:{minute % 60:02}"
            assert site.run(time_of_day).exit_code == 0
            assert ask(reader) == "2"
        with child(LASTING_READER, site.state / database.READ_FILE) as later:
            assert answer(later) == "open"
            assert ask(later) == str(len(site.commands())) == "15"
        assert ask(reader) == "2"


def test_no_run_ever_fails_a_reader(site: Site) -> None:
    stop = site.folder / "stop"
    with child(RESTLESS_READER, site.state, stop) as reader:
        assert answer(reader) == "open"
        for minute in range(6, 10):
            site.drop(f"2.{minute}", CLIENT, f"10:{minute:02}:00")
            site.run(f"10:{minute + 1:02}")
        stop.touch()
        assert int(answer(reader)) > 0
        assert reader.wait() == 0


def test_the_read_copy_is_the_state_after_each_run_that_changed_something(site: Site) -> None:
    for time_of_day in (MOMENT, "10:11"):
        site.run(time_of_day)
        state = site.kept("kept", "raw", "settings")
        with duckdb.connect(str(site.state / database.READ_FILE), read_only=True) as connection:
            for table, rows in state.items():
                assert connection.execute(f"from {table} order by all").fetchall() == rows
