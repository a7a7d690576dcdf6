"""Runs that die at a named point leave, after the next one, what a straight run leaves (I4)."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import crash_points
import duckdb
import pytest
from site_folder import Site, at

from reconcile import database

ROOT = Path(__file__).parent.parent
EARLIER, MINUTE = "09:11", "09:12"
"""In MINUTE there are a remove and dials, after those of EARLIER."""
SMALL = 1_000  # bytes
LAST_POINT = [*crash_points.POINTS].index("between two audit files") + 1
"""Behind it an error and a kill are the same: nothing is open that could be closed in order."""
NETWORK = [
    pytest.param(point, marks=pytest.mark.slow if "closed, in the sink" in point else ())
    for point in crash_points.NETWORK_POINTS
]
"""In the sink the same is written whether the state is closed meanwhile or not."""
OWN_TO_A_RUN = {"issued_run", "wanted_run", "changed_run", "run_id", "applied_run"} | {
    "tries",
    "detail",
}


def outbox(site: Site, file: str = database.STATE_FILE) -> dict[str, list[tuple]]:
    """All that was read and kept, but for run numbers, tries and how an outcome was learnt.

    By it the next run decides.
    """
    found = {}
    with database.connect(site.state / file, read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name, list(column_name order by column_index) "
            "from duckdb_columns() where schema_name in ('raw', 'kept') group by 1 order by 1"
        ).fetchall()
        for table, columns in tables:
            listed = ", ".join(column for column in columns if column not in OWN_TO_A_RUN)
            rows = connection.execute(f"select {listed} from {table} order by all").fetchall()
            found[table] = rows
    return found


def audited_commands(site: Site) -> list[tuple]:
    """Key and state of each command by the newest row of the audit files."""
    files = f"{site.state}/audit/commands/*/*.parquet"
    return duckdb.sql(
        f"select command_key, arg_max(state, changed_run) from '{files}' group by all order by all"
    ).fetchall()


def stored_commands(site: Site) -> list[tuple]:
    return site.fetch("select command_key, state from kept.commands order by all")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The recording after EARLIER, to be copied."""
    site = Site.of_samples(tmp_path_factory.mktemp("prepared") / "site")
    site.run(EARLIER)
    return site


@pytest.fixture(scope="module")
def straight(
    prepared: Site, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, list[tuple]], bytes]:
    """What is kept and what stands in the commands file after MINUTE, without a crash."""
    site = prepared.copy(tmp_path_factory.mktemp("straight") / "site")
    site.run(MINUTE)
    kinds = {command.split()[1] for command in site.commands() if command.startswith(MINUTE)}
    assert kinds == {"remove", "dial"}
    return outbox(site), site.commands_file.read_bytes()


def killed_child(site: Site, point: str, time: str = MINUTE) -> subprocess.CompletedProcess[str]:
    """A process that runs until it is killed at the point."""
    script = Path(crash_points.__file__)
    return subprocess.run(
        [sys.executable, str(script), str(site.settings_file), at(time).isoformat(), point],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("point", [*crash_points.POINTS, *NETWORK])
def test_a_run_that_was_killed_changes_nothing_in_the_end(
    point: str, straight: tuple[dict, bytes], prepared: Site, tmp_path: Path
) -> None:
    site = prepared.copy(tmp_path / "site")
    child = killed_child(site, point)
    assert child.returncode == -signal.SIGKILL, child.stderr
    assert site.run(MINUTE).exit_code == 0
    kept, commands = straight
    assert site.commands_file.read_bytes() == commands
    assert outbox(site) == kept
    assert outbox(site, database.READ_FILE) == kept
    assert audited_commands(site) == stored_commands(site)
    assert [path for path in site.state.rglob(".*") if path.stat().st_size > SMALL] == []


@pytest.mark.parametrize("point", [*[*crash_points.POINTS][:LAST_POINT], *NETWORK])
def test_a_run_that_broke_off_with_an_error_changes_nothing_in_the_end(
    point: str,
    straight: tuple[dict, bytes],
    prepared: Site,
    tmp_path: Path,
) -> None:
    site = prepared.copy(tmp_path / "site")
    with pytest.MonkeyPatch.context() as patch:
        crash_points.arm(point, broken, patch.setattr)
        with pytest.raises(Broken):
            site.run(MINUTE)
    assert site.run(MINUTE).exit_code == 0
    kept, commands = straight
    assert site.commands_file.read_bytes() == commands
    assert outbox(site) == kept
    assert outbox(site, database.READ_FILE) == kept


@pytest.mark.parametrize("point", crash_points.COPY_POINTS)
def test_copies_of_a_run_that_was_killed_arrive_once(point: str, tmp_path: Path) -> None:
    site = Site.of_samples(tmp_path / "site")
    site.change_settings("dialler =", 'copies = ["audit"]\ndialler =')
    with site.settings_file.open("a", encoding="utf-8") as file:
        file.write('\n[sinks.audit]\nkind = "file"\npath = "out/audit.ndjson"\n')
    site.run(EARLIER)
    child = killed_child(site, point)
    assert child.returncode == -signal.SIGKILL, child.stderr
    assert site.run(MINUTE).exit_code == 0
    copies = [
        json.loads(line)
        for line in (site.folder / "out/audit.ndjson").read_text(encoding="utf-8").splitlines()
    ]
    assert len(copies) == len(site.payloads())
    by_key = {command["key"]: {**command, "copy": True} for command in site.payloads()}
    assert {copy["key"]: copy for copy in copies} == by_key
    assert site.fetch("select distinct state from kept.copies") == [("delivered",)]


class Broken(Exception):
    """What a test throws into a run."""


def broken() -> None:
    raise Broken


def test_a_dial_left_behind_by_a_kill_leaves_later_if_it_is_still_right(tmp_path: Path) -> None:
    """Of the three dials of 09:00 one client was reached until the next run, at 09:02."""
    site = Site.of_samples(tmp_path / "site")
    site.run("08:58")
    child = killed_child(site, "after the commit of the decisions", "09:00")
    assert child.returncode == -signal.SIGKILL, child.stderr
    left = {
        number for (number,) in site.fetch("select number from kept.commands where kind='dial'")
    }
    assert left == {"+420200500111", "+420700610102", "+420700610112"}
    assert site.run("09:02").exit_code == 0
    sent = [command for command in site.commands() if command.split()[2] in left]
    assert sorted(sent) == [
        "09:02 dial +420200500111 1",
        "09:02 dial +420700610102 1",
        "09:02 remove +420700610112 reached",
    ]
    states = dict(site.fetch("select number, state from kept.commands where kind = 'dial'"))
    assert states["+420700610112"] == "withdrawn"
