"""`reconcile export`: rows of any period in each format, whatever stands in them."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import openpyxl
import pytest
from reading_folder import fill
from site_folder import CLIENT, OTHER, Site, at

from reconcile import cli, database
from reconcile.reports import workbook
from reconcile.reports.export import Export, csv_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.settings import Settings

ROOT = Path(__file__).parent.parent
FORMULA = "=cmd|'/c calc'!A1"
NAMES = (
    *("calls", "dropped-calls", "episodes", "attempts", "decisions", "commands", "copies"),
    *("witnesses", "duplicates", "runs", "settings"),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Two episodes of one morning; calls of the first hour are in the audit files only."""
    site = Site.small(tmp_path_factory.mktemp("export") / "site")
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    site.drop("1.2", OTHER, "11:00:20")
    site.run("11:02")
    site.run("11:07")
    with database.connect(site.state / "read.duckdb") as connection:
        connection.execute("delete from kept.calls where started_at < $1", [at("10:30")])
    return site


@pytest.fixture
def folder(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RECONCILE_SETTINGS", str(site.settings_file))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A folder in which a queue is named as a formula."""
    loaded = fill(tmp_path)
    with database.connect(loaded.state_folder / "read.duckdb") as connection:
        connection.execute("update kept.calls set queue = $1", [FORMULA])
    monkeypatch.setenv("RECONCILE_SETTINGS", str(loaded.file))
    monkeypatch.chdir(tmp_path)
    return loaded


def export(*arguments: str) -> int:
    return cli.answer(["export", *arguments])


def sheet(path: Path, name: str) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(path, read_only=True)
    rows = list(book[name].iter_rows(values_only=True))
    book.close()
    return rows


def test_all_formats_have_the_same_rows_of_the_audit_files_and_the_read_copy(folder: Path) -> None:
    for ending in ("parquet", "csv", "ndjson", "xlsx"):
        assert export("calls", f"calls.{ending}") == 0
    typed = duckdb.sql("select call_id, number, started_at from 'calls.parquet'").fetchall()
    assert typed == [("1.1", CLIENT, at("10:00:10")), ("1.2", OTHER, at("11:00:10"))]
    with (folder / "calls.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["call_id"], row["number"]) for row in rows] == [("1.1", CLIENT), ("1.2", OTHER)]
    assert rows[0]["started_at"] == "2026-11-20T10:00:10Z"
    objects = [json.loads(line) for line in (folder / "calls.ndjson").read_text().splitlines()]
    assert [{name: str(value or "") for name, value in one.items()} for one in objects] == rows
    header, *cells = sheet(folder / "calls.xlsx", "calls")
    assert list(header) == list(rows[0])
    assert [(row[1], row[header.index("number")]) for row in cells] == [
        ("1.1", CLIENT),
        ("1.2", OTHER),
    ]
    assert cells[0][header.index("started_at")] == at("10:00:10")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("folder")
def test_every_table_is_exported_also_where_it_has_no_rows(name: str) -> None:
    assert export(name, "all.parquet") == 0
    found = duckdb.sql("select count(*) from 'all.parquet'").fetchall()[0][0]
    assert (found == 0) == (name in {"copies", "witnesses", "duplicates"})


@pytest.mark.usefixtures("folder")
def test_a_row_counts_once_in_its_newest_version_and_in_each_on_request() -> None:
    export("decisions", "newest.parquet")
    export("decisions", "all.parquet", "--all-versions")
    columns = "select episode_id, run_id, last_run_at from"
    newest = duckdb.sql(f"{columns} 'newest.parquet' order by all").fetchall()
    versions = duckdb.sql(f"{columns} 'all.parquet' order by all").fetchall()
    assert len(newest) == len({row[:2] for row in newest}) < len(versions)
    assert set(newest) < set(versions)


@pytest.mark.usefixtures("folder")
def test_a_period_holds_what_lies_in_it_from_the_first_instant_up_to_the_last() -> None:
    period = ("--from", "2026-11-20T10:00:10", "--to", "2026-11-20T11:00:10")
    export("calls", "some.parquet", *period)
    assert duckdb.sql("select call_id from 'some.parquet'").fetchall() == [("1.1",)]
    export("calls", "none.parquet", "--from", "2026-11-20T10:00:11", "--to", "2026-11-20T11:00:10")
    assert duckdb.sql("select call_id from 'none.parquet'").fetchall() == []


@pytest.mark.usefixtures("folder")
def test_stdout_gets_text_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    assert export("runs", "-", "--format", "ndjson") == 0
    out, err = capfd.readouterr()
    assert [json.loads(line)["run_id"] for line in out.splitlines()] == [1, 2, 3]
    assert err == ""


def test_what_is_no_text_does_not_go_to_stdout(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert export("runs", "-", "--format", "xlsx") == 2
    assert export("runs", "-") == 2
    assert export("runs", "runs.doc") == 2
    assert export("rums", "runs.csv") == 2
    assert capfd.readouterr().out == ""
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("odd")
def test_no_cell_runs_as_a_formula() -> None:
    for ending in ("csv", "xlsx"):
        assert export("calls", f"calls.{ending}") == 0
    with Path("calls.csv").open(encoding="utf-8") as file:
        assert {row["queue"] for row in csv.DictReader(file)} == {f"'{FORMULA}"}
    book = openpyxl.load_workbook("calls.xlsx")
    rows = list(book["calls"].iter_rows())
    column = [cell.value for cell in rows[0]].index("queue")
    cells = [row[column] for row in rows[1:]]
    assert {(cell.value, cell.data_type, cell.quotePrefix) for cell in cells} == {
        (FORMULA, "s", True)
    }


def test_texts_that_look_like_numbers_stay_texts_and_more_rows_go_into_a_further_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 3)
    rows = [["+420700610101"], ["0042"], ["12345678901234567890"], [12], [None], [True]]
    long = "x" * 40_000
    path = tmp_path / "numbers.xlsx"
    assert workbook.write_workbook("calls", ["number"], [rows[:4], [*rows[4:], [long]]], path) == 1
    assert sheet(path, "calls") == [("number",), ("+420700610101",), ("0042",)]
    assert sheet(path, "calls 2") == [("number",), ("12345678901234567890",), (12,)]
    assert sheet(path, "calls 3")[2] == (True,)
    assert len(str(sheet(path, "calls 4")[1][0])) == 32_767


def test_an_export_that_is_stopped_leaves_what_was_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("calls.xlsx").write_text("of yesterday", encoding="utf-8")

    def fail(_: Export) -> Iterator[list[tuple[object, ...]]]:
        yield [("x",)]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Export, "portions", fail)
    assert export("calls", "calls.xlsx") == 2
    assert export("calls", "calls.csv") == 2
    assert Path("calls.xlsx").read_text(encoding="utf-8") == "of yesterday"
    assert [path.name for path in folder.iterdir()] == ["calls.xlsx"]


@pytest.mark.usefixtures("folder")
def test_without_the_library_a_workbook_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    assert export("calls", "calls.xlsx") == 2
    assert "pip install 'reconcile[excel]'" in capfd.readouterr().err


def test_csv_comes_in_portions() -> None:
    texts = list(csv_texts(["at"], [[(datetime.fromisoformat("2026-11-20"),)], [(None,)]]))
    assert texts == ["at\n", "2026-11-20T00:00:00Z\n", '""\n']


LARGE = """
import resource, sys
from pathlib import Path
from reconcile import cli
code = cli.answer(["export", "calls", sys.argv[1], "-s", sys.argv[2]])
print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_many_calls_pass_through_little_memory(
    site: Site, tmp_path: Path, ending: str
) -> None:
    one = site.copy(tmp_path / "site")
    place = one.state / "audit" / "calls" / "date=2026-11-20"
    duckdb.sql(
        f"copy (select * exclude (i) replace (call_id || '/' || i as call_id) "
        f"from (select *, unnest(range(150000)) as i from '{place}/run-*.parquet')) "
        f"to '{place}/day-0000000009.parquet'"
    )
    told = subprocess.run(
        [sys.executable, "-c", LARGE, tmp_path / f"calls.{ending}", one.settings_file],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT)},
    ).stdout.split()
    assert told[0] == "0"
    assert int(told[1]) < 900
