"""What a dialler reports back, in any of the formats of a table."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from reconcile.sources.results import read_results
from reconcile.sources.table_form import TableForm

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.sources.batch import Batch

at = datetime.fromisoformat
RESULT = ("source", "file", "line", "known_at", "content_hash")
RESULT += ("command_key", "event", "event_at", "result")
KEY = r"dial|missed-calls|+420700610101|pbx\|1.1|1"


class Reports:
    """A folder in which a dialler reports."""

    def __init__(self, path: Path, form: str, select: str | None = None) -> None:
        self.path = path
        self.form = TableForm(form)
        self.select = select
        self.marks: Any = ()
        self.fingerprint: str | None = None
        self.batches: list[Batch] = []

    def write(self, data: str, name: str = "results") -> None:
        with (self.path / name).open("a") as file:
            file.write(data)

    def run(self) -> list[dict[str, Any]]:
        self.batches = list(
            read_results(
                "results*",
                self.marks,
                folder=self.path,
                source="dialler",
                form=self.form,
                select=self.select,
                fingerprint=self.fingerprint,
            )
        )
        for batch in self.batches:
            self.marks = self.marks if batch.marks is None else batch.marks
            self.fingerprint = batch.fingerprint or self.fingerprint
        return [
            dict(zip(RESULT, row, strict=True))
            for batch in self.batches
            for load in batch.loads
            for row in load.rows
        ]

    def rejects(self) -> list[tuple[int, str]]:
        return [(each.line, each.reason) for batch in self.batches for each in batch.rejected]


def report(**values: object) -> str:
    fields = {"key": KEY, "at": "2026-11-20T09:00:00Z", "event": "ended", "result": "busy"} | values
    return json.dumps({name: value for name, value in fields.items() if value != "absent"}) + "\n"


def test_a_report_is_stored_as_received(tmp_path: Path) -> None:
    reports = Reports(tmp_path, "ndjson")
    reports.write(report())
    [row] = reports.run()
    assert row["content_hash"] > 0
    assert row | {"content_hash": 0} == {
        "source": "dialler",
        "file": "results",
        "line": 1,
        "known_at": at("2026-11-20 09:00:00"),
        "content_hash": 0,
        "command_key": KEY,
        "event": "ended",
        "event_at": at("2026-11-20 09:00:00"),
        "result": "busy",
    }


def test_reports_are_read_forward(tmp_path: Path) -> None:
    reports = Reports(tmp_path, "ndjson")
    reports.write(report(event="placed", result=None))
    assert [row["event"] for row in reports.run()] == ["placed"]
    reports.write(report(event="ringing", result="absent"))
    assert [(row["event"], row["line"]) for row in reports.run()] == [("ringing", 2)]
    assert reports.run() == []


def test_csv_may_order_its_columns_and_have_more_of_them(tmp_path: Path) -> None:
    reports = Reports(tmp_path, "csv")
    reports.write(f"line,event,AT,key,note\ntrunk-1,placed,2026-11-20 10:00:00+01:00,{KEY},x\n")
    [row] = reports.run()
    assert (row["command_key"], row["event"], row["result"]) == (KEY, "placed", None)
    assert (row["event_at"], row["line"]) == (at("2026-11-20 09:00:00"), 2)


def test_parquet_is_read_when_it_changes(tmp_path: Path) -> None:
    reports = Reports(tmp_path, "parquet")
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 'k' as key, timestamp '2026-11-20 09:00:00' as at, 'ended' as event, "
            f"'answered' as result) to '{tmp_path}/results.parquet' (format parquet)"
        )
    assert [(row["command_key"], row["result"]) for row in reports.run()] == [("k", "answered")]
    assert reports.run() == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (report(key=""), "`key` is empty"),
        (report(key=None), "`key` is empty"),
        (report(event=""), "`event` is empty"),
        (report(at="absent"), "`at` is empty"),
        (report(at="soon"), "`at` holds `soon`, expected an instant"),
        (report(at=1795164830), "`at` holds `1795164830`, expected an instant"),
        ("busy\n", "no JSON: Expecting value: line 1 column 1 (char 0)"),
    ],
)
def test_a_line_that_is_no_report_is_kept_aside(tmp_path: Path, line: str, reason: str) -> None:
    reports = Reports(tmp_path, "ndjson")
    reports.write(report() + line + report(event="placed"))
    assert [row["line"] for row in reports.run()] == [1, 3]
    assert reports.rejects() == [(2, reason)]


def test_unknown_words_are_kept_and_counted(tmp_path: Path) -> None:
    reports = Reports(tmp_path, "ndjson")
    reports.write(report(event="vanished", result="eaten"))
    [row] = reports.run()
    assert (row["event"], row["result"]) == ("vanished", "eaten")
    assert reports.batches[0].unknown_words == {("event", "vanished"): 1, ("result", "eaten"): 1}


def test_a_file_without_the_columns_is_a_fault(tmp_path: Path) -> None:
    reports = Reports(tmp_path, "csv")
    reports.write("key,time\nk,2026-11-20 09:00:00\n")
    assert reports.run() == []
    [fault] = [fault for batch in reports.batches for fault in batch.faults]
    assert fault.what == "`results` lacks `at`; lacks `event`"


OWN_WORDS = """
select
    call_ref as key,
    utc(finished, 'Europe/Prague') as at,
    'ended' as event,
    case status
        when 'BUSY' then 'busy'
        when 'NOANSWER' then 'no_answer'
        when 'INVALIDNMBR' then 'no_such_number'
        else lower(status)
    end as result
from input
"""


def test_a_select_makes_reports_of_columns_and_words_of_the_diallers_own(tmp_path: Path) -> None:
    (tmp_path / "own.sql").write_text(OWN_WORDS, encoding="utf-8")
    reports = Reports(tmp_path, "csv", "own.sql")
    reports.write("call_ref,finished,status\n")
    for status in ("BUSY", "INVALIDNMBR", "CONGESTION"):
        reports.write(f"{KEY},2026-11-20 10:00:00,{status}\n")
    rows = reports.run()
    assert [row["result"] for row in rows] == ["busy", "no_such_number", "congestion"]
    assert {row["event_at"] for row in rows} == {at("2026-11-20 09:00:00")}
    assert reports.rejects() == []
    words = [word for batch in reports.batches for word in batch.unknown_words]
    assert "congestion" in str(words)


def test_a_wrong_select_is_a_fault_and_nothing_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "own.sql").write_text("select 1 as key from input", encoding="utf-8")
    reports = Reports(tmp_path, "ndjson", "own.sql")
    reports.write(report())
    assert reports.run() == []
    assert any(batch.faults for batch in reports.batches)
    (tmp_path / "own.sql").write_text("select * from input", encoding="utf-8")
    assert len(reports.run()) == 1
    (tmp_path / "own.sql").unlink()
    reports.run()
    assert "own.sql" in str(reports.batches[-1].faults[0].what)
