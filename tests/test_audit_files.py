"""Audit files: what stands in them, what becomes of those of past hours, who reads them when."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import duckdb
import pytest
from site_folder import CLIENT, CONTACTS, OTHER, Site, at

from reconcile import running
from reconcile.audit_files import compacting
from reconcile.audit_files.tables import AUDIT_TABLES, SCHEMA_VERSION
from reconcile.audit_files.writing import MARK

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "audit_schema.json"
TWICE = f"{CONTACTS}1099,{CLIENT}\n"
NOON = at("12:00")


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Runs of three hours, the last of which has not been put together yet."""
    site = Site.small(tmp_path_factory.mktemp("past") / "site")
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    site.directory.write_text(TWICE, encoding="utf-8")
    site.drop("1.2", OTHER, "10:03:20")
    site.run("10:06")
    site.talk("1.3", CLIENT, "10:40:00")
    site.run("10:59")
    site.run("11:10")
    site.run("11:20")
    return site


@pytest.fixture
def site(past: Site, tmp_path: Path) -> Site:
    """A copy of it."""
    return past.copy(tmp_path / "site")


def files(site: Site, table: str, pattern: str = "*") -> list[str]:
    found = (site.state / "audit" / table).glob(f"date=*/{pattern}.parquet")
    return sorted(str(path.relative_to(site.state / "audit" / table)) for path in found)


def unreplaced(site: Site, table: str) -> list[str]:
    """The files that no other one stands for."""
    replaced = json.loads((site.state / "audit" / "replaced.json").read_text(encoding="utf-8"))
    gone = {name for names in replaced.values() for name in names}
    return [name for name in files(site, table) if f"{table}/{name}" not in gone]


def versions(site: Site, table: str) -> list[tuple[object, ...]]:
    """Each version once, whatever file it stands in."""
    return duckdb.sql(
        f"select distinct * from read_parquet('{site.state}/audit/{table}/*/*.parquet', "
        "hive_partitioning = false, union_by_name = true) order by all"
    ).fetchall()


def all_versions(site: Site) -> dict[str, list[tuple[object, ...]]]:
    return {name: versions(site, name) for name in AUDIT_TABLES if files(site, name)}


def rows_in(path: Path) -> int:
    found = duckdb.sql(f"select count(*) from read_parquet('{path}', hive_partitioning = false)")
    return int(found.fetchall()[0][0])


def next_day(site: Site) -> None:
    """A run of the day after, which changes something."""
    site.log("23:59:50", "9.9", "NONE", "ENTERQUEUE", "", "+420700610105", "1")
    running.run(site.settings, now=at("00:00:30") + timedelta(days=1))


def test_a_file_of_an_hour_that_is_over_has_each_version_of_its_small_ones(past: Site) -> None:
    hour = past.state / "audit" / "runs" / "date=2026-11-20" / "hour-10-0000000003.parquet"
    assert files(past, "runs") == [
        "date=2026-11-20/hour-10-0000000003.parquet",
        *(f"date=2026-11-20/run-10-000000000{n}.parquet" for n in (1, 2, 3)),
        *(f"date=2026-11-20/run-11-000000000{n}.parquet" for n in (4, 5)),
    ]
    assert rows_in(hour) == 3
    small = duckdb.sql(f"from '{hour.parent}/run-10-*.parquet' order by all").fetchall()
    assert duckdb.sql(f"from '{hour}' order by all").fetchall() == small


def test_a_file_of_a_day_that_is_over_has_all_of_it_and_no_version_twice(site: Site) -> None:
    before = {name: len(rows) for name, rows in all_versions(site).items()}
    next_day(site)
    assert len(files(site, "runs", "day-*")) == 1
    for name, count in before.items():
        left = [path for path in unreplaced(site, name) if path.startswith("date=2026-11-20")]
        assert [rows_in(site.state / "audit" / name / path) for path in left] == [count]


def test_the_newest_version_of_each_row_is_what_the_state_has(site: Site) -> None:
    next_day(site)
    with duckdb.connect() as connection:
        connection.execute((site.state / "audit" / "views.sql").read_text(encoding="utf-8"))
        connection.execute(f"attach '{site.state}/read.duckdb' as copy (read_only)")
        for table in AUDIT_TABLES.values():
            kept = connection.execute(f"from copy.{table.relation} order by all").fetchall()
            own = "" if table.changed == "changed_run" else ", changed_run"
            seen = connection.execute(
                f"select * exclude (date{own}) from {table.name} order by all"
            ).fetchall()
            assert seen == kept, table.name


def test_a_duplicate_is_told_with_its_beginning_and_its_end(site: Site) -> None:
    site.directory.write_text(CONTACTS, encoding="utf-8")
    site.run("11:30")
    found = duckdb.sql(
        f"select number, contact_ids, found_at, ended_at from "
        f"'{site.state}/audit/duplicates/*/*.parquet' "
        "qualify row_number() over (partition by number order by changed_run desc) = 1"
    ).fetchall()
    assert found == [(CLIENT, ["1001", "1099"], at("10:06"), at("11:30"))]


# Removing what was replaced.


def test_replaced_files_go_a_day_later_by_the_clock_and_nothing_with_them(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_day(site)
    before = all_versions(site)
    monkeypatch.setattr(compacting, "READERS_HAVE", timedelta(seconds=-1))
    compacting.compact(site.state, NOON + timedelta(days=1), NOON + timedelta(days=1, hours=1))
    assert files(site, "runs", "[rh]*") == ["date=2026-11-21/run-00-0000000006.parquet"]
    assert len(files(site, "runs")) == 2
    assert all_versions(site) == before
    assert json.loads((site.state / "audit" / "replaced.json").read_text()) == {}


def test_a_file_that_comes_late_into_a_past_hour_is_put_together_too(site: Site) -> None:
    folder = site.state / "audit" / "runs" / "date=2026-11-20"
    duckdb.sql(
        f"copy (select * replace (90 as run_id) from '{folder}/run-10-0000000001.parquet') "
        f"to '{folder}/run-10-0000000090.parquet'"
    )
    compacting.compact(site.state, at("10:00"), NOON)
    assert rows_in(folder / "hour-10-0000000090.parquet") == 4
    next_day(site)
    assert len(versions(site, "runs")) == 7
    assert rows_in(folder / "day-0000000090.parquet") == 6


# Readers.


def test_a_reader_that_has_listed_the_folder_finds_every_file_of_its_list(site: Site) -> None:
    listed = [site.state / "audit" / "runs" / path for path in files(site, "runs")]
    with listed[0].open("rb") as first:
        next_day(site)
        site.talk("9.8", OTHER, "13:00:00")
        running.run(site.settings, now=at("13:05") + timedelta(days=1))
        assert first.read(4) == b"PAR1"
    found = duckdb.execute("select distinct run_id from read_parquet($1)", [list(map(str, listed))])
    assert len(found.fetchall()) == 5


def test_readers_that_list_while_files_are_put_together_never_fail_and_miss_nothing(
    site: Site,
) -> None:
    pattern = f"{site.state}/audit/runs/*/*.parquet"
    counts, faults, is_over = [], [], False

    def read() -> None:
        with duckdb.connect() as connection:
            while not is_over:
                try:
                    found = connection.execute(f"select count(distinct run_id) from '{pattern}'")
                    counts.append(found.fetchall()[0][0])
                except duckdb.Error as error:
                    faults.append(error)

    reader = Thread(target=read)
    reader.start()
    try:
        for day in range(3):
            compacting.compact(site.state, at("10:00"), NOON + timedelta(days=day))
        seen = len(counts)
        while len(counts) < seen + 3 and not faults:
            pass
    finally:
        is_over = True
        reader.join()
    assert faults == []
    assert set(counts) == {5}


# Kills.


def steps_of(act: Callable[[], object], monkeypatch: pytest.MonkeyPatch, stop_at: int) -> int:
    """Run it until the given change of a file, which fails; give how many changes there were."""
    count = 0

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def act_once(*args: object, **kwargs: object) -> object:
            nonlocal count
            count += 1
            if count == stop_at:
                raise KeyboardInterrupt
            return real(*args, **kwargs)

        return act_once

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", counted(Path.replace))
        patch.setattr(Path, "unlink", counted(Path.unlink))
        patch.setattr(compacting, "write_parquet", counted(compacting.write_parquet))
        try:
            act()
        except KeyboardInterrupt:
            assert count == stop_at
    return count


@pytest.mark.slow
def test_stopped_before_any_change_of_a_file_nothing_is_lost_and_the_next_time_does_the_rest(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compacting, "READERS_HAVE", timedelta(seconds=-1))
    before = all_versions(site)

    def act(folder: Path) -> None:
        compacting.compact(folder, at("10:00"), NOON)
        compacting.compact(folder, at("10:00"), NOON + timedelta(days=1))

    straight = site.copy(tmp_path / "straight")
    most = steps_of(lambda: act(straight.state), monkeypatch, -1)
    assert most > 30
    for stop_at in range(1, most + 1):
        one = site.copy(tmp_path / f"one-{stop_at}")
        steps_of(lambda one=one: act(one.state), monkeypatch, stop_at)
        assert all_versions(one) == before
        act(one.state)
        assert all_versions(one) == before
        for name in before:
            assert files(one, name) == files(straight, name)
            assert rows_in(one.state / "audit" / name / "*" / "*.parquet") == len(before[name])


KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from reconcile import running, settings
real = Path.replace
def replace(self, target):
    is_meant = self.name == ".compact.parquet.new"
    if is_meant and sys.argv[2] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(self, target)
    if is_meant:
        os.kill(os.getpid(), signal.SIGKILL)
Path.replace = replace
running.run(settings.load(Path(sys.argv[1])), now=datetime.fromisoformat(sys.argv[3]))
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_killed_while_it_puts_files_together_costs_the_next_one_nothing_but_the_work(
    site: Site, when: str
) -> None:
    before = all_versions(site)
    site.talk("9.7", OTHER, "12:30:00")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, site.settings_file, when, at("12:31").isoformat()],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert all(row in versions(site, name) for name, rows in before.items() for row in rows)
    site.talk("9.6", OTHER, "12:32:00")
    assert site.run("12:33").exit_code == 0
    assert files(site, "runs", "hour-11-*") == ["date=2026-11-20/hour-11-0000000005.parquet"]
    assert all(row in versions(site, name) for name, rows in before.items() for row in rows)


# What is wrong.


def test_a_damaged_file_is_put_aside_and_told_once_and_the_others_are_put_together(
    site: Site,
) -> None:
    folder = site.state / "audit" / "runs" / "date=2026-11-20"
    (folder / "run-11-0000000004.parquet").write_text("torn", encoding="utf-8")
    site.talk("9.7", OTHER, "12:30:00")
    result = site.run("12:31")
    assert result.exit_code == 5
    assert "run-11-0000000004.parquet.damaged" in result.messages[0][0]
    assert (folder / "run-11-0000000004.parquet.damaged").read_text() == "torn"
    assert {row[0] for row in versions(site, "runs")} == {1, 2, 3, 5, 6}
    assert "ended" in site.run("12:32").messages[0][0]


def test_files_that_cannot_be_put_together_stop_no_run_and_are_tried_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    site.talk("9.7", OTHER, "12:30:00")
    with monkeypatch.context() as patch:
        patch.setattr(compacting, "write_parquet", refuse)
        result = site.run("12:31")
    assert (result.exit_code, len(result.messages)) == (5, 1)
    assert "No space left" in result.messages[0][0]
    site.talk("9.6", OTHER, "12:32:00")
    assert site.run("12:33").exit_code == 0
    assert files(site, "runs", "hour-11-*") != []


def test_only_what_has_ended_since_the_last_publishing_is_touched(site: Site) -> None:
    old = site.state / "audit" / "runs" / "date=2026-11-18"
    old.mkdir()
    for name in ("run-10-0000000001", "run-10-0000000002"):
        (old / f"{name}.parquet").write_text("torn", encoding="utf-8")
    site.talk("9.7", OTHER, "12:30:00")
    assert site.run("12:31").exit_code == 0
    assert sorted(path.name for path in old.iterdir()) == [
        "run-10-0000000001.parquet",
        "run-10-0000000002.parquet",
    ]


# Versions of the form.


def test_each_file_carries_the_version_of_its_form(past: Site) -> None:
    marks = duckdb.sql(
        f"select distinct decode(value) from parquet_kv_metadata("
        f"'{past.state}/audit/*/*/*.parquet') where decode(key) = '{MARK}'"
    ).fetchall()
    assert marks == [(str(SCHEMA_VERSION),)]


def test_the_form_changes_only_with_its_version(past: Site, pytestconfig: pytest.Config) -> None:
    found = json.loads((past.state / "audit" / "schema.json").read_text(encoding="utf-8"))
    form = {"version": found["version"], "tables": found["tables"]}
    if pytestconfig.getoption("--accept"):
        GOLDEN.write_text(json.dumps(form, indent=1) + "\n", encoding="utf-8")
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert form == golden, (
        "columns of audit files have changed: raise SCHEMA_VERSION, say there what came and went, "
        f"and accept {GOLDEN.name}"
    )


def test_files_of_an_older_form_are_read_and_put_together_with_newer_ones(site: Site) -> None:
    """One without a column of today, one with a column that is gone, none with a mark."""
    folder = site.state / "audit" / "calls" / "date=2026-11-20"
    older, path = folder / "run-0000000002.parquet", folder / "run-10-0000000002.parquet"
    duckdb.sql(
        f"copy (select * exclude (menu, attempt_key), 'x' as dropped_column from '{path}') "
        f"to '{older}'"
    )
    path.unlink()
    next_day(site)
    with duckdb.connect() as connection:
        connection.execute((site.state / "audit" / "views.sql").read_text(encoding="utf-8"))
        found = connection.execute("select call_id, menu from calls order by all").fetchall()
    assert ("1.2", None) in found
    assert len(found) == 4


def test_the_views_are_written_anew_when_a_table_gets_its_first_file(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.run("10:00")
    views = site.state / "audit" / "views.sql"
    assert f"{site.state}/audit/runs/" in views.read_text(encoding="utf-8")
    assert f"{site.state}/audit/calls/" not in views.read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(views.read_text(encoding="utf-8"))
        assert connection.execute("select call_id from calls").fetchall() == []
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    assert f"{site.state}/audit/calls/" in views.read_text(encoding="utf-8")


def test_runs_of_before_there_were_audit_files_of_runs_are_told_too(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.run("10:00")
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    for path in (site.state / "audit" / "runs").rglob("*.parquet"):
        path.unlink()
    (site.state / "audit" / "runs" / "date=2026-11-20").rmdir()
    (site.state / "audit" / "runs").rmdir()
    site.run("10:06")
    assert [row[0] for row in versions(site, "runs")] == [1, 2, 3]


def test_the_hour_is_that_of_the_run_that_wrote_the_row(past: Site) -> None:
    found = duckdb.sql(
        f"select distinct regexp_extract(filename, 'run-(..)', 1), hour(run_at) "
        f"from read_parquet('{past.state}/audit/runs/*/run-*.parquet', filename = true)"
    ).fetchall()
    assert {(int(name), hour) for name, hour in found} == {(10, 10), (11, 11)}
    assert datetime.fromisoformat("2026-11-20") == at("00:00")


def test_what_a_killed_run_left_half_written_is_swept_out_once_a_day(site: Site) -> None:
    left = [site.state / "audit" / ".views.sql.4711", site.state / ".alerts.json.4711"]
    for path in left:
        path.touch()
    next_day(site)
    assert [path for path in left if path.exists()] == []
