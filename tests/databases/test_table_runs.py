"""Whole runs whose commands become rows of a table: killed, or with a server that dies."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import crash_points
import pytest
from site_folder import CLIENT, Site, at
from table_place import Place

from reconcile import checking
from reconcile.databases import mariadb, postgresql

ROOT = Path(__file__).parent.parent.parent
DIAL = f"dial|missed-calls|{CLIENT}|pbx/1.1|1"
REMOVE = f"remove|missed-calls|{CLIENT}|pbx/1.1"
POINTS = [
    "after commands were marked as offered",
    *crash_points.TABLE_POINTS,
    "before the outcome is kept",
    "after the outcome is kept",
]


def site_with(folder: Path, place: Place) -> Site:
    """A client who hung up at 10:00:20 and is dialled at 10:06, through the table."""
    site = Site.small(folder)
    site.change_settings('dialler = "file"', 'dialler = "table"')
    site.change_settings(
        '[sinks.file]\npath = "out/commands.ndjson"\n', f"[sinks.table]\n{place.settings()}"
    )
    site.drop("1.1", CLIENT, "10:00:20")
    return site


def states(site: Site) -> list[tuple[str, str]]:
    return site.fetch("select kind, state from kept.commands order by sequence")


def test_a_dial_and_a_remove_become_rows(tmp_path: Path, place: Place) -> None:
    site = site_with(tmp_path / "site", place)
    site.replay("10:04", "10:06")
    site.talk("2.1", CLIENT, "10:07:10")
    site.replay("10:07", "10:08")
    assert place.keys == [DIAL, REMOVE]
    assert place.column("command") == ["dial", "remove"]
    assert states(site) == [("dial", "delivered"), ("remove", "delivered")]


@pytest.mark.in_turn
@pytest.mark.parametrize("point", POINTS)
def test_a_run_that_was_killed_loses_and_repeats_nothing(
    tmp_path: Path, place: Place, point: str
) -> None:
    site = site_with(tmp_path / "site", place)
    site.run("10:04")
    child = subprocess.run(
        [
            *(sys.executable, crash_points.__file__, site.settings_file),
            at("10:06").isoformat(),
            point,
        ],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    site.replay("10:06", "10:08")
    assert place.keys == [DIAL]
    assert states(site) == [("dial", "delivered")]


def test_a_server_that_dies_in_the_hand_over_loses_and_repeats_nothing(
    tmp_path: Path, server_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the rows and dies; two runs find nobody, then it is back."""
    own = server_place.own
    assert own is not None
    site = site_with(tmp_path / "site", server_place)
    site.replay("10:04", "10:05")
    for owner in (postgresql.PostgresqlSession, mariadb.MariadbSession):
        real = owner.change

        def change(self, statement, values=(), real=real):
            count = real(self, statement, values)
            if statement.startswith("insert"):
                own.kill()
            return count

        monkeypatch.setattr(owner, "change", change)
    results = [site.run("10:06"), site.run("10:07")]
    assert [result.exit_code for result in results] == [5, 5]
    assert states(site) == [("dial", "issued")]
    monkeypatch.undo()
    server_place.back()
    assert site.run("10:08").exit_code == 0
    assert server_place.keys == [DIAL]
    assert states(site) == [("dial", "delivered")]


@pytest.mark.in_turn
def test_a_state_that_is_built_anew_writes_no_row_twice(tmp_path: Path, place: Place) -> None:
    site = site_with(tmp_path / "site", place)
    site.replay("10:04", "10:06")
    for path in sorted(site.state.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    site.replay("10:04", "10:07")
    assert place.keys == [DIAL]


@pytest.mark.in_turn
def test_check_tells_of_the_table_and_its_promise(tmp_path: Path, place: Place) -> None:
    lines, _ = checking.report(site_with(tmp_path / "site", place).settings)
    (line,) = [line for line in lines if line.startswith("sink `table`")]
    assert "can be read and has its columns and key; promise: each command is a row of" in line
