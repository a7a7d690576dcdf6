"""Any table through the user's own select: growing logs, whole files, directories."""

from __future__ import annotations

import json
import os
import random
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
import pytest
from table_folder import TableFolder

from reconcile.sources.table_form import TableForm

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

at = datetime.fromisoformat

PLAIN = """
select
    id as call_id,
    'in' as direction,
    phone as number,
    started as started_at,
    file,
    line,
from input
"""


@pytest.fixture
def table(tmp_path: Path) -> TableFolder:
    """A call log in plain CSV: id, phone, started."""
    folder = TableFolder(tmp_path, TableForm("csv"))
    folder.select(PLAIN)
    folder.write("calls.csv", "id,phone,started\n")
    return folder


# Proven on.


def test_semicolons_cp1250_and_local_times_with_dots(tmp_path: Path) -> None:
    table = TableFolder(tmp_path, TableForm("csv", encoding="cp1250", delimiter=";"))
    table.select("""
        select
            "Číslo hovoru" as call_id,
            case "Směr" when 'příchozí' then 'in' else 'out' end as direction,
            nullif("Volající", 'skryté') as number,
            "Fronta" as queue,
            utc(strptime("Začátek", '%d.%m.%Y %H:%M:%S'), 'Europe/Prague') as started_at,
            utc_after(
                strptime("Konec", '%d.%m.%Y %H:%M:%S'),
                'Europe/Prague',
                utc(strptime("Začátek", '%d.%m.%Y %H:%M:%S'), 'Europe/Prague')
            ) as ended_at,
            file,
            line,
        from input -- the export of the exchange
        ;
    """)
    table.write(
        "hovory.csv",
        "Číslo hovoru;Směr;Volající;Fronta;Začátek;Konec\r\n"
        '1;příchozí;+420 700 610 101;"Podpora; noční";20.11.2026 09:53:50;20.11.2026 09:54:20\r\n'
        "2;odchozí;skryté;;25.10.2026 02:59:58;25.10.2026 02:00:00\r\n",
    )
    first, second = table.run("hovory.csv")
    assert first["queue"] == "Podpora; noční"
    assert first["number"] == "+420 700 610 101"
    assert (first["started_at"], first["ended_at"]) == (
        at("2026-11-20 08:53:50"),
        at("2026-11-20 08:54:20"),
    )
    assert (second["direction"], second["number"], second["queue"]) == ("out", None, None)
    assert (second["started_at"], second["ended_at"]) == (
        at("2026-10-25 00:59:58"),
        at("2026-10-25 01:00:00"),
    )
    assert table.rejects() == []


def test_utf_16_with_tabs(tmp_path: Path) -> None:
    table = TableFolder(tmp_path, TableForm("csv", encoding="utf-16", delimiter="\t"))
    table.select(PLAIN)
    data = "id\tphone\tstarted\n1\t+420700610101\t2026-11-20 08:53:50\n".encode("utf-16")
    table.write("calls.txt", data)
    assert [(row["call_id"], row["line"]) for row in table.run("calls.txt")] == [("1", 2)]
    table.write("calls.txt", "č\t\t2026-11-20 08:54:50\n".encode("utf-16-le"))
    assert [(row["call_id"], row["line"]) for row in table.run("calls.txt")] == [("č", 3)]


LEGS = """
select
    call as call_id,
    'in' as direction,
    max(caller) as number,
    min(try_cast(time as timestamptz)) as started_at,
    max(try_cast(time as timestamptz)) filter (where kind = 'agent') as connected_at,
    max(try_cast(time as timestamptz)) filter (where kind = 'end') as ended_at,
from input
group by call
"""


def leg(call: str, kind: str, time: str, **more: object) -> str:
    return json.dumps({"call": call, "kind": kind, "time": f"2026-11-20T{time}Z", **more}) + "\n"


@pytest.fixture
def legs(tmp_path: Path) -> TableFolder:
    """A call log of one JSON object for each leg, folded by the select."""
    table = TableFolder(tmp_path, TableForm("ndjson"), fold_key="call")
    table.select(LEGS)
    return table


def test_legs_are_folded_by_the_select(legs: TableFolder) -> None:
    legs.write("legs.ndjson", leg("a", "menu", "09:00:00", caller="+420700610101"))
    legs.write("legs.ndjson", leg("b", "menu", "09:00:01", caller=None))
    legs.write("legs.ndjson", leg("a", "end", "09:00:30"))
    found = {row["call_id"]: row for row in legs.run("legs.ndjson")}
    assert found["a"]["ended_at"] == at("2026-11-20 09:00:30")
    assert found["a"]["number"] == "+420700610101"
    assert (found["b"]["ended_at"], found["b"]["number"]) == (None, None)


def test_a_leg_of_a_later_run_is_folded_with_those_before(legs: TableFolder) -> None:
    legs.write("legs.ndjson", leg("a", "menu", "09:00:00", caller="+420700610101"))
    legs.write("legs.ndjson", leg("b", "menu", "09:00:01"))
    legs.run("legs.ndjson")
    legs.write("legs.ndjson", leg("a", "agent", "09:00:30"))
    [row] = legs.run("legs.ndjson")
    assert (row["call_id"], row["number"]) == ("a", "+420700610101")
    assert (row["started_at"], row["connected_at"]) == (
        at("2026-11-20 09:00:00"),
        at("2026-11-20 09:00:30"),
    )


def test_a_call_over_two_batches_is_folded_from_all_its_legs(legs: TableFolder) -> None:
    legs.write("legs.ndjson", leg("a", "menu", "09:00:00", caller="+420700610101"))
    legs.write("legs.ndjson", leg("a", "end", "09:00:30"))
    states = legs.run("legs.ndjson", batch_lines=1)
    assert [row["ended_at"] for row in states][-1] == at("2026-11-20 09:00:30")


def test_a_leg_that_is_read_again_is_counted_once(legs: TableFolder) -> None:
    legs.select(LEGS.replace("max(caller)", "count(*)"))
    legs.write("legs.ndjson", leg("a", "menu", "09:00:00"))
    legs.run("legs.ndjson")
    legs.write("legs.ndjson", leg("a", "menu", "09:00:00") + leg("a", "end", "09:00:30"))
    assert [row["number"] for row in legs.run("legs.ndjson")] == ["2"]


def test_a_leg_that_does_not_tell_its_call_is_kept_aside(legs: TableFolder) -> None:
    legs.write("legs.ndjson", leg("a", "menu", "09:00:00", caller=1))
    legs.write("legs.ndjson", leg(" ", "menu", "09:00:00"))
    assert [row["call_id"] for row in legs.run("legs.ndjson")] == ["a"]
    assert legs.rejects() == [("legs.ndjson", 2, "`call`, which tells the call, is empty")]


def test_a_fold_key_that_no_row_has_is_a_fault(legs: TableFolder) -> None:
    legs.fold_key = "conversation"
    legs.write("legs.ndjson", leg("a", "menu", "09:00:00"))
    assert legs.run("legs.ndjson") == []
    assert legs.faults() == ["`fold_key` is `conversation`, which is no column of `legs.ndjson`"]


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    table = TableFolder(tmp_path, TableForm("parquet"))
    table.select("""
        select call_id, direction, number, started_at, file, line from input order by call_id
    """)
    with duckdb.connect() as connection:
        connection.execute(f"""
            copy (
                select
                    range as call_id,
                    'in' as direction,
                    null as number,
                    timestamptz '2026-11-20 09:53:50+01' as started_at,
                from range(3)
            ) to '{tmp_path}/calls.parquet' (format parquet)
        """)
    found = table.run("*.parquet")
    assert [(row["call_id"], row["file"], row["line"]) for row in found] == [
        ("0", "calls.parquet", 1),
        ("1", "calls.parquet", 2),
        ("2", "calls.parquet", 3),
    ]
    assert {row["started_at"] for row in found} == {at("2026-11-20 08:53:50")}
    assert table.run("*.parquet") == []


def test_a_file_that_is_no_parquet_is_a_fault(tmp_path: Path) -> None:
    table = TableFolder(tmp_path, TableForm("parquet"))
    table.select("select * from input")
    table.write("calls.parquet", "no parquet")
    table.run("calls.parquet")
    [fault] = table.faults()
    assert "No magic bytes" in fault or "too small" in fault


def test_a_json_array_is_read_whole_when_it_changes(tmp_path: Path) -> None:
    table = TableFolder(tmp_path, TableForm("json"))
    table.select("select *, 'in' as direction, from input")
    (tmp_path / "calls.json").write_text("""[
        {"call_id": 12345678901234567890, "started_at": "2026-11-20T08:53:50Z", "number": null},

        {"call_id": 1.50, "started_at": "2026-11-20T09:53:50+01:00"},
        "no call"
    ]""")
    found = table.run("calls.json")
    assert [(row["call_id"], row["line"]) for row in found] == [
        ("12345678901234567890", 2),
        ("1.50", 4),
    ]
    assert {row["started_at"] for row in found} == {at("2026-11-20 08:53:50")}
    assert table.rejects() == [("calls.json", 5, "it is no JSON object")]
    assert table.run("calls.json") == []
    (tmp_path / "calls.json").write_text('[{"call_id": 2, "started_at": "2026-11-20 09:00:00"}]')
    assert [row["call_id"] for row in table.run("calls.json")] == ["2"]


def test_a_file_that_is_no_json_array_is_a_fault(tmp_path: Path) -> None:
    table = TableFolder(tmp_path, TableForm("json"))
    table.select("select * from input")
    (tmp_path / "calls.json").write_text('[{"call_id": 1')
    table.run("calls.json")
    assert table.faults()[0].startswith("`calls.json` is no JSON array of objects")


def write_parquet(path: Path, call_id: int, hour: int) -> None:
    """One file with one call, last changed in that hour."""
    duckdb.execute(
        f"copy (select {call_id} as call_id, 'in' as direction, "
        f"timestamp '2026-11-20 08:00:00' as started_at) to '{path}' (format parquet)"
    )
    os.utime(path, (hour * 3_600, hour * 3_600))


def write_json(path: Path, call_id: int, hour: int) -> None:
    """The same as a JSON array."""
    path.write_text(
        f'[{{"call_id": {call_id}, "direction": "in", "started_at": "2026-11-20 08:00:00"}}]'
    )
    os.utime(path, (hour * 3_600, hour * 3_600))


@pytest.mark.parametrize(("name", "write"), [("parquet", write_parquet), ("json", write_json)])
def test_a_bad_file_stops_no_other_and_is_read_once_it_is_mended(
    tmp_path: Path, name: str, write: Callable[[Path, int, int], None]
) -> None:
    table = TableFolder(tmp_path, TableForm(name))
    table.select("select * from input")
    for number in (1, 2, 3):
        write(tmp_path / f"{number}.{name}", number, hour=number * 2)
    data = (tmp_path / f"2.{name}").read_bytes()
    (tmp_path / f"2.{name}").write_bytes(data[:-9])
    os.utime(tmp_path / f"2.{name}", (4 * 3_600, 4 * 3_600))
    assert [row["call_id"] for row in table.run(f"*.{name}")] == ["1", "3"]
    [aside] = table.aside()
    assert aside.startswith(f"`2.{name}` ")
    assert table.faults() == []
    assert table.run(f"*.{name}") == []
    assert table.aside() == [aside]
    write(tmp_path / f"2.{name}", 2, hour=5)
    assert [row["call_id"] for row in table.run(f"*.{name}")] == ["1", "2", "3"]
    assert (table.faults(), table.aside(), table.marks) == ([], [], ())


@pytest.mark.parametrize(("name", "write"), [("parquet", write_parquet), ("json", write_json)])
def test_a_newest_file_that_is_bad_is_a_fault_and_the_others_are_read(
    tmp_path: Path, name: str, write: Callable[[Path, int, int], None]
) -> None:
    table = TableFolder(tmp_path, TableForm(name))
    table.select("select * from input")
    write(tmp_path / f"1.{name}", 1, hour=1)
    (tmp_path / f"2.{name}").write_bytes(b"")
    assert [row["call_id"] for row in table.run(f"*.{name}")] == ["1"]
    [fault] = table.faults()
    assert fault.startswith(f"`2.{name}` ")
    assert table.run(f"*.{name}") == []
    assert table.faults() == [fault]


def test_a_file_whose_columns_do_not_fit_the_select_stops_no_other(table: TableFolder) -> None:
    table.write("calls.csv", "1,+420700610101,2026-11-20 08:53:50\n")
    table.write("calls-2.csv", "other,columns\n1,2\n")
    table.write("calls-3.csv", "id,phone,started\n3,+420700610103,2026-11-20 08:53:50\n")
    assert {row["call_id"] for row in table.run("*.csv")} == {"1", "3"}
    [fault] = table.faults()
    assert fault.startswith("`calls.sql`: Binder Error")
    assert fault.endswith(" (with the rows of `calls-2.csv`)")
    (table.path / "calls-2.csv").unlink()
    table.write("calls-2.csv", "id,phone,started\n2,+420700610102,2026-11-20 08:53:50\n")
    assert [row["call_id"] for row in table.run("*.csv")] == ["2"]
    assert table.faults() == []


# Rows of text.


def test_a_file_in_an_encoding_with_nuls_is_told_as_that(table: TableFolder) -> None:
    table.write("calls-2.csv", "id,phone,started\n".encode("utf-16"))
    table.run("*.csv")
    assert table.faults() == [
        "`calls-2.csv` begins with bytes that are no text in the encoding of its source"
    ]


def records(table: TableFolder) -> list[str]:
    return [each.record for batch in table.batches for each in batch.rejected]


def test_a_rejected_row_is_shown_as_its_file_has_it(table: TableFolder) -> None:
    table.write("calls.csv", "1,+420700610101,2026-11-20 08:53:50\n,+420700610102,soon\n")
    table.run("calls.csv")
    assert table.rejects() == [
        ("calls.csv", 3, "`call_id` is empty; `started_at` holds `soon`, expected an instant")
    ]
    assert records(table) == ['{"id": "", "phone": "+420700610102", "started": "soon"}']


def test_a_row_on_which_the_select_fails_is_shown_as_its_file_has_it(table: TableFolder) -> None:
    table.select(
        "select cast(id as integer) as call_id, 'in' as direction, started as started_at from input"
    )
    table.write("calls.csv", "1,+420700610101,2026-11-20 08:53:50\nx,+420700610102,\n")
    table.run("calls.csv")
    [(file, line, reason)] = table.rejects()
    assert (file, line) == ("calls.csv", 3)
    assert reason.startswith("`calls.sql`: Conversion Error")
    assert records(table) == ['{"id": "x", "phone": "+420700610102", "started": ""}']


def test_a_rejected_row_whose_line_the_select_drops_is_shown_as_it_was_mapped(
    table: TableFolder,
) -> None:
    table.select(
        "select id as call_id, 'in' as direction, started as started_at, null as queue from input"
    )
    table.write("calls.csv", "2,+420700610102,soon\n")
    table.run("calls.csv")
    assert [place[:2] for place in table.rejects()] == [("calls.csv", 0)]
    assert records(table) == ['{"call_id": "2", "direction": "in", "started_at": "soon"}']


def test_only_new_rows_are_seen_and_the_header_is_remembered(table: TableFolder) -> None:
    table.write("calls.csv", "1,+420700610101,2026-11-20 08:53:50\n")
    assert [row["call_id"] for row in table.run("calls.csv")] == ["1"]
    table.write("calls.csv", "2,+420700610102,2026-11-20 08:54:50\n")
    assert [(row["call_id"], row["line"]) for row in table.run("calls.csv")] == [("2", 3)]
    assert table.run("calls.csv") == []


def test_values_of_csv_are_text_as_they_stand(table: TableFolder) -> None:
    table.write("calls.csv", "007,+420700610101,2026-11-20 08:53:50\n")
    table.write("calls.csv", "1e3,00420700610102,2026-11-20 08:53:50\n")
    found = table.run("calls.csv")
    assert [(row["call_id"], row["number"]) for row in found] == [
        ("007", "+420700610101"),
        ("1e3", "00420700610102"),
    ]


def test_a_row_goes_on_in_the_next_lines_inside_quotes(table: TableFolder) -> None:
    table.select(PLAIN.replace("phone as number", "phone as queue, row as number"))
    table.write("calls.csv", '1,"a\nb, c\n\nd",2026-11-20 08:53:50\n2,,2026-11-20 08:53:51\n')
    found = table.run("calls.csv")
    assert [(row["line"], row["number"], row["queue"]) for row in found] == [
        (2, "1", "a\nb, c\n\nd"),
        (6, "2", None),
    ]


def test_a_quote_inside_a_value_is_text(table: TableFolder) -> None:
    table.write("calls.csv", '1,5" pipe,2026-11-20 08:53:50\n')
    assert [row["number"] for row in table.run("calls.csv")] == ['5" pipe']


def test_blanks_before_quotes_are_passed_over(table: TableFolder) -> None:
    table.write("calls.csv", '1, "a, b", 2026-11-20 08:53:50\n')
    assert [row["number"] for row in table.run("calls.csv")] == ["a, b"]


def test_rows_are_numbered_with_the_broken_ones_among_them(table: TableFolder) -> None:
    table.select(PLAIN.replace("phone as number", "row as number"))
    table.write("calls.csv", "1,,2026-11-20 08:53:50\nbroken\n\n3,,2026-11-20 08:53:50\n")
    assert [row["number"] for row in table.run("calls.csv")] == ["1", "3"]
    table.write("calls.csv", "4,,2026-11-20 08:53:50\n")
    assert [row["number"] for row in table.run("calls.csv")] == ["4"]


def test_a_column_called_line_stays_the_files_own(tmp_path: Path) -> None:
    table = TableFolder(tmp_path, TableForm("csv"))
    table.select("""
        select id as call_id, 'in' as direction, line as dialled_number, input_line,
            started as started_at, file,
        from input
    """)
    table.write("calls.csv", "id,line,started\n1,+420200000410,2026-11-20 08:53:50\n")
    [row] = table.run("calls.csv")
    assert (row["dialled_number"], row["line"]) == ("+420200000410", 2)


def test_without_a_header_columns_are_numbered(tmp_path: Path) -> None:
    table = TableFolder(tmp_path, TableForm("csv", has_header=False))
    table.select("""
        select column_1 as call_id, 'in' as direction, column_2 as started_at, line, from input
    """)
    table.write("calls.csv", "1,2026-11-20 08:53:50\n")
    assert [(row["call_id"], row["line"]) for row in table.run("calls.csv")] == [("1", 1)]


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("1,2,3\n", "`calls.csv` has no header: its first line holds no letter"),
        ("id,Phone,phone\n", "the header of `calls.csv` names the column `Phone` more than once"),
        ('"id,phone\n' + "x\n" * 30, "the header of `calls.csv` in line 1 cannot be read: "
         "a quote is opened and not closed"),
    ],
)  # fmt: skip
def test_a_header_that_is_none_is_a_fault(tmp_path: Path, header: str, fault: str) -> None:
    table = TableFolder(tmp_path, TableForm("csv"))
    table.select(PLAIN)
    table.write("calls.csv", header + "1,2,3\n")
    table.run("calls.csv")
    assert table.faults() == [fault]
    assert table.marks == ()


def test_a_nameless_column_is_called_by_its_number(tmp_path: Path) -> None:
    table = TableFolder(tmp_path, TableForm("csv"))
    table.select(PLAIN.replace("phone", "column_2"))
    table.write("calls.csv", "id,,started\n1,x,2026-11-20 08:53:50\n")
    assert [row["number"] for row in table.run("calls.csv")] == ["x"]


def test_json_values_keep_their_text(tmp_path: Path) -> None:
    table = TableFolder(tmp_path, TableForm("ndjson"))
    table.select("""
        select id as call_id, 'in' as direction, time as started_at, number, queue, menu,
            dialled as dialled_number,
        from input
    """)
    table.write(
        "calls.ndjson",
        '{"id": 1.10, "time": "2026-11-20T08:53:50Z", "number": 700610101000000000001, '
        '"queue": {"a": [1.0, null, "č"]}, "menu": true, "dialled": null}\n',
    )
    [row] = table.run("calls.ndjson")
    assert row["call_id"] == "1.10"
    assert row["number"] == "700610101000000000001"
    assert row["queue"] == '{"a": [1.0, null, "č"]}'
    assert (row["menu"], row["dialled_number"]) == ("true", None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("no json", "no JSON: Expecting value: line 1 column 1 (char 0)"),
        ("[1]", "it is no JSON object"),
        ("[" * 100_000, "JSON nested too deeply"),
        (json.dumps({f"key{n}": n for n in range(1_200)}), "more than 1000 different fields"),
    ],
)
def test_a_line_that_is_no_object_is_kept_aside(tmp_path: Path, line: str, reason: str) -> None:
    table = TableFolder(tmp_path, TableForm("ndjson"))
    table.select("select id as call_id, 'in' as direction, time as started_at from input")
    good = '{"id": 1, "time": "2026-11-20T08:53:50Z"}\n'
    table.write("calls.ndjson", f"{good}{line}\n{good}")
    assert len(table.run("calls.ndjson")) == 2
    assert table.rejects() == [("calls.ndjson", 2, reason)]


def test_text_that_no_database_can_hold_stays_visible(tmp_path: Path) -> None:
    table = TableFolder(tmp_path, TableForm("ndjson"))
    table.select("select id as call_id, 'in' as direction, time as started_at from input")
    table.write("calls.ndjson", '{"id": "a\\ud800\\u0000", "time": "2026-11-20T08:53:50Z"}\n')
    assert [row["call_id"] for row in table.run("calls.ndjson")] == ["a\\ud800\\x00"]


def test_fields_that_come_later_are_columns_from_then_on(tmp_path: Path) -> None:
    table = TableFolder(tmp_path, TableForm("ndjson"))
    table.select("select id as call_id, 'in' as direction, time as started_at, queue from input")
    table.write("calls.ndjson", '{"id": 1, "time": "2026-11-20T08:53:50Z"}\n')
    assert table.run("calls.ndjson") == []
    [fault] = table.faults()
    assert '"queue" not found' in fault
    table.write("calls.ndjson", '{"ID": 2, "time": "2026-11-20T08:53:50Z", "queue": "q"}\n')
    assert [(row["call_id"], row["queue"]) for row in table.run("calls.ndjson")] == [
        ("1", None),
        ("2", "q"),
    ]


def test_a_new_file_knows_the_fields_of_the_one_before(tmp_path: Path) -> None:
    table = TableFolder(tmp_path, TableForm("ndjson"))
    table.select("select id as call_id, 'in' as direction, time as started_at, queue from input")
    table.write("calls.1", '{"id": 1, "time": "2026-11-20T08:53:50Z", "queue": "q"}\n')
    table.run("calls*")
    table.write("calls.2", '{"id": 2, "time": "2026-11-20T08:53:50Z"}\n')
    assert [(row["call_id"], row["queue"]) for row in table.run("calls.[12]")] == [("2", None)]


# The select.


@pytest.mark.parametrize(
    ("select", "fault"),
    [
        ("select 1; select 2", "`calls.sql` is not one select without parameters"),
        ("create table x (a int)", "`calls.sql` is not one select without parameters"),
        ("copy input to 'out.csv'", "`calls.sql` is not one select without parameters"),
        ("-- nothing", "`calls.sql` is not one select without parameters"),
        ("select $a", "`calls.sql` is not one select without parameters"),
        ("\nselec id", '`calls.sql`: Parser Error: syntax error at or near "selec" in line 2'),
        ("select nothing from input", "`calls.sql`: Binder Error: Referenced column \"nothing\" "
         "not found in FROM clause!"),
        ("select id as call_id, started as started_at, phone from input",
         "`calls.sql` lacks `direction`; gives `phone`, which is no column"),
        ("select id as call_id, 'in' as direction, 5 as started_at from input",
         "`calls.sql` gives `started_at` as INTEGER, expected instant (timestamp in UTC, or text "
         "with its offset)"),
        ("select [id] as call_id, 'in' as direction, started as started_at from input",
         "`calls.sql` gives `call_id` as VARCHAR[], expected text"),
    ],
)  # fmt: skip
def test_a_select_that_is_wrong_is_a_fault_and_passes_nothing_over(
    table: TableFolder, select: str, fault: str
) -> None:
    table.write("calls.csv", "1,+420700610101,2026-11-20 08:53:50\n")
    table.select(select)
    assert table.run("calls.csv") == []
    assert table.faults() == [fault]
    table.select(PLAIN)
    assert [row["call_id"] for row in table.run("calls.csv")] == ["1"]


def test_the_error_shows_the_canonical_columns(table: TableFolder) -> None:
    table.write("calls.csv", "1,+420700610101,2026-11-20 08:53:50\n")
    table.select("select id as callid from input")
    table.run("calls.csv")
    [hint] = [fault.hint for batch in table.batches for fault in batch.faults]
    assert hint.startswith("the columns of a call are: call_id text (required); system text; ")
    assert "direction text, one of in, internal, out (required)" in hint
    assert "known_at instant" in hint


def test_a_missing_select_is_a_fault(table: TableFolder) -> None:
    (table.path / "calls.sql").unlink()
    table.run("calls.csv")
    assert table.faults() == ["`calls.sql` cannot be read: No such file or directory"]


def test_the_select_sees_other_files_of_the_folder_and_no_python(table: TableFolder) -> None:
    table.write("queues.csv", "phone,queue\n+420700610101,sales\n")
    table.write("calls.csv", "1,+420700610101,2026-11-20 08:53:50\n")
    table.select("""
        select id as call_id, 'in' as direction, started as started_at, queues.queue,
        from input
        left join read_csv('queues.csv', all_varchar = true) as queues on queues.phone = input.phone
    """)
    assert [row["queue"] for row in table.run("calls.csv")] == ["sales"]
    table.write("calls.csv", "2,+420700610101,2026-11-20 08:53:50\n")
    table.select("select * from marks")
    table.run("calls.csv")
    assert "Table with name marks does not exist" in table.faults()[0]


def test_a_file_of_the_select_that_is_missing_is_a_fault(table: TableFolder) -> None:
    table.write("calls.csv", "1,+420700610101,2026-11-20 08:53:50\n")
    table.select("select * from read_csv('queues.csv')")
    table.run("calls.csv")
    assert "No files found" in table.faults()[0]


# What rows become.


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-20 08:53:50", "2026-11-20 08:53:50"),
        ("2026-11-20T08:53:50Z", "2026-11-20 08:53:50"),
        ("2026-11-20T09:53:50.999+01:00", "2026-11-20 08:53:50"),
        ("2026-11-20", "2026-11-20 00:00:00"),
    ],
)
def test_instants_are_utc_and_whole_seconds(table: TableFolder, text: str, instant: str) -> None:
    table.write("calls.csv", f"1,,{text}\n")
    assert [row["started_at"] for row in table.run("calls.csv")] == [at(instant)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",,2026-11-20 08:53:50", "`call_id` is empty"),
        (" ,,2026-11-20 08:53:50", "`call_id` is empty"),
        ("1,,", "`started_at` is empty"),
        ("1,,20.11.2026", "`started_at` holds `20.11.2026`, expected an instant"),
        ("1,,infinity", "`started_at` holds `infinity`, expected an instant"),
        ("1,,290000-01-01", "`started_at` holds `290000-01-01`, expected an instant"),
        (",,soon", "`call_id` is empty; `started_at` holds `soon`, expected an instant"),
    ],
)  # fmt: skip
def test_a_row_that_is_no_call_is_kept_aside_and_others_go_on(
    table: TableFolder, row: str, reason: str
) -> None:
    table.write("calls.csv", f"7,,2026-11-20 08:53:50\n{row}\n8,,2026-11-20 08:53:50\n")
    assert [row["call_id"] for row in table.run("calls.csv")] == ["7", "8"]
    assert table.rejects() == [("calls.csv", 3, reason)]


def test_a_row_on_which_the_select_fails_is_kept_aside_and_others_go_on(table: TableFolder) -> None:
    table.select(PLAIN.replace("started as", "strptime(started, '%d.%m.%Y') as"))
    table.write("calls.csv", "1,,20.11.2026\n2,,2026-11-20\n3,,21.11.2026\n")
    assert [row["call_id"] for row in table.run("calls.csv")] == ["1", "3"]
    [(file, line, reason)] = table.rejects()
    assert (file, line) == ("calls.csv", 3)
    assert reason.startswith(
        '`calls.sql`: Invalid Input Error: Could not parse string "2026-11-20"'
    )


def test_a_select_that_fails_on_every_row_is_a_fault(table: TableFolder) -> None:
    table.select(PLAIN.replace("started as", "strptime(started, '%d.%m.%Y') as"))
    table.write("calls.csv", "1,,2026-11-20\n2,,2026-11-20\n")
    assert table.run("calls.csv") == []
    assert table.faults()[0].startswith("`calls.sql` fails on every row: Invalid Input Error")


def test_a_zone_that_does_not_exist_is_a_fault(table: TableFolder) -> None:
    table.select(PLAIN.replace("started as", "utc(started, 'Europe/Nowhere') as"))
    table.write("calls.csv", "1,,2026-11-20\n")
    assert table.run("calls.csv") == []
    assert "Unknown TimeZone 'Europe/Nowhere'" in table.faults()[0]


def test_a_call_is_known_from_its_end_or_else_from_its_latest_instant(table: TableFolder) -> None:
    table.select("""
        select id as call_id, 'in' as direction, started as started_at,
            try_cast(phone as timestamp) as connected_at,
            case id when '2' then timestamp '2026-11-20 09:00:00' end as ended_at,
            case id when '3' then timestamp '2026-11-20 10:00:00' end as known_at,
        from input
    """)
    for number in (1, 2, 3):
        table.write("calls.csv", f"{number},2026-11-20 08:55:00,2026-11-20 08:53:50\n")
    assert [row["known_at"] for row in table.run("calls.csv")] == [
        at("2026-11-20 08:55:00"),
        at("2026-11-20 09:00:00"),
        at("2026-11-20 10:00:00"),
    ]


def test_unknown_words_are_kept_and_counted(table: TableFolder) -> None:
    table.select(PLAIN.replace("'in'", "phone").replace("phone as number", "'roof' as last_place"))
    table.write("calls.csv", "1,IN,2026-11-20 08:53:50\n2,in,2026-11-20 08:53:50\n")
    assert [row["direction"] for row in table.run("calls.csv")] == ["IN", "in"]
    assert table.batches[0].unknown_words == {("direction", "IN"): 1, ("last_place", "roof"): 2}


def test_equal_calls_have_equal_hashes_and_changed_ones_do_not(table: TableFolder) -> None:
    for text in ("1,a,2026-11-20", "1,b,2026-11-20", "1,a,2026-11-20"):
        table.write("calls.csv", f"{text}\n")
    hashes = [row["content_hash"] for row in table.run("calls.csv")]
    assert hashes[0] == hashes[2] != hashes[1]


@pytest.mark.parametrize(
    ("wall", "utc", "after"),
    [
        ("2026-10-25 01:59:59", "2026-10-24 23:59:59", "2026-10-24 23:59:59"),
        ("2026-10-25 02:00:00", "2026-10-25 00:00:00", "2026-10-25 01:00:00"),
        ("2026-10-25 02:59:59", "2026-10-25 00:59:59", "2026-10-25 01:59:59"),
        ("2026-10-25 03:00:00", "2026-10-25 02:00:00", "2026-10-25 02:00:00"),
        ("2026-03-29 01:59:59", "2026-03-29 00:59:59", "2026-03-29 00:59:59"),
        ("2026-03-29 02:30:00", "2026-03-29 01:30:00", "2026-03-29 01:30:00"),
        ("2026-03-29 03:00:00", "2026-03-29 01:00:00", "2026-03-29 01:00:00"),
    ],
)
def test_wall_times_of_a_zone_become_utc(
    table: TableFolder, wall: str, utc: str, after: str
) -> None:
    table.select("""
        select id as call_id, 'in' as direction,
            utc(started, 'Europe/Prague') as started_at,
            utc_after(started, 'Europe/Prague', timestamp '2026-10-25 01:00:00') as ended_at,
        from input
    """)
    table.write("calls.csv", f"1,,{wall}\n")
    [row] = table.run("calls.csv")
    assert (row["started_at"], row["ended_at"]) == (at(utc), at(after))


# Directories.


@pytest.fixture
def directory(tmp_path: Path) -> TableFolder:
    folder = TableFolder(tmp_path, TableForm("csv"))
    folder.write(
        "contacts.csv", "id,name,phone,phone2\n1,Jana,+420700610101,\n2,Petr,700 610 102,x\n"
    )
    folder.select(
        """
        select id as contact_id, name, phone as number, file, line, row from input
        union all
        select id, name, phone2, file, line, row from input where phone2 != ''
        """,
        "contacts.sql",
    )
    return folder


def test_a_directory_is_one_row_per_contact_and_number(directory: TableFolder) -> None:
    contacts = directory.contacts("contacts.csv")
    assert contacts is not None
    assert sorted((each.contact_id, each.number, each.line, each.row) for each in contacts) == [
        ("1", "+420700610101", 2, 1),
        ("2", "700 610 102", 3, 2),
        ("2", "x", 3, 2),
    ]


def test_a_directory_is_read_again_only_when_it_or_its_select_changes(
    directory: TableFolder,
) -> None:
    directory.contacts("contacts.csv")
    assert directory.contacts("contacts.csv") is None
    directory.write("contacts.csv", "3,Eva,,\n")
    contacts = directory.contacts("contacts.csv")
    assert contacts is not None
    assert [each.number for each in contacts if each.contact_id == "3"] == [None]
    directory.select("select id as contact_id from input", "contacts.sql")
    assert directory.contacts("contacts.csv") is not None


def test_an_empty_directory_is_told_as_such(directory: TableFolder) -> None:
    (directory.path / "contacts.csv").write_text("id,name,phone,phone2\n")
    assert directory.contacts("contacts.csv") == ()


@pytest.mark.parametrize("data", ["", "\n"])
def test_a_directory_without_a_header_is_a_fault(directory: TableFolder, data: str) -> None:
    (directory.path / "contacts.csv").write_text(data)
    assert directory.contacts("contacts.csv") is None
    assert directory.faults() == ["`contacts.csv` is empty, expected a header"]
    assert directory.fingerprint is None


def test_a_directory_with_a_missing_file_is_a_fault(directory: TableFolder) -> None:
    assert directory.contacts("others.csv") is None
    assert directory.faults() == [f"no file fits `others.csv` in `{directory.path}`"]


def test_a_row_without_an_id_is_kept_aside(directory: TableFolder) -> None:
    directory.write("contacts.csv", ",Nobody,,\n")
    contacts = directory.contacts("contacts.csv")
    assert contacts is not None
    assert {each.contact_id for each in contacts} == {"1", "2"}
    assert directory.rejects() == [("contacts.csv", 4, "`contact_id` is empty")]


def test_files_of_a_directory_may_order_their_columns_differently(directory: TableFolder) -> None:
    directory.write("contacts-2.csv", "phone2,phone,company,ID,name\n,+420700610103,x,3,Eva\n")
    contacts = directory.contacts("contacts*.csv")
    assert contacts is not None
    assert {(each.contact_id, each.number) for each in contacts} >= {
        ("1", "+420700610101"),
        ("3", "+420700610103"),
    }


# Ten thousand broken rows among ten thousand good ones.


def spoiled(row: str, luck: random.Random) -> str:
    number, phone, started = row.split(",")
    return [
        f"{number},{phone}",
        f"{number},{phone},{started},more",
        f'{number},"{phone},{started}',
        f'{number},"{phone}"x,{started}',
        f",{phone},{started}",
        f"{number},{phone},yesterday",
        f"{number},{phone},",
        "\0\0\x01",
        f"{number}\r,{phone},{started}",
        '"',
    ][luck.randrange(10)]


def test_ten_thousand_broken_rows_among_ten_thousand_good_ones(table: TableFolder) -> None:
    luck = random.Random(1)  # noqa: S311 - a game of chance to be played again
    good = [f"{n},+420700610101,2026-11-20 08:53:50" for n in range(10_000)]
    lines = [*((row, True) for row in good), *((spoiled(row, luck), False) for row in good)]
    luck.shuffle(lines)
    table.write("calls.csv", "".join(f"{row}\n" for row, _ in lines))
    # The last line may be an open quote that waits for more.
    found = [*table.run("calls.csv")]
    kept_aside = table.rejects()
    found += table.run("calls.csv")
    kept_aside += table.rejects()
    expected = {number for number, (_, is_good) in enumerate(lines, start=2) if is_good}
    assert {row["line"] for row in found} == expected
    assert {line for _, line, _ in kept_aside} == set(range(2, 20_002)) - expected
    assert (len(found), len(kept_aside)) == (10_000, 10_000)
