from __future__ import annotations

import csv
import io
import json

import pytest
from sink_commands import DIAL, REMOVE

from reconcile.sinks.records import CSV_COLUMNS, Csv, Ndjson, csv_cell


def row(payload: dict[str, object]) -> dict[str, str]:
    text = (Csv().header + Csv().line(json.dumps(payload))).decode()
    return next(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"]
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert csv_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["+420700610101", "700610101", "Jana", "1.1", "a=b", "a-b"])
def test_phone_numbers_and_harmless_texts_stay(text: str) -> None:
    assert csv_cell(text) == text


def test_a_phone_number_with_more_behind_it_is_no_phone_number() -> None:
    assert csv_cell("+420700610101\n=1") == "'+420700610101 =1"


def test_a_formula_behind_a_semicolon_is_stopped_too() -> None:
    assert csv_cell("Firm; =1+1") == "Firm;' =1+1"


def test_a_cell_holds_no_line_feed_and_no_zero() -> None:
    assert csv_cell("a\r\nb\0c\u2028d") == "a b c d"


def test_all_members_of_a_dial_stand_under_their_column() -> None:
    assert row(DIAL) == {
        **{column: "" for column in CSV_COLUMNS},
        **{name: csv_cell(value) for name, value in DIAL.items()},
    }


def test_all_members_of_a_remove_stand_under_their_column() -> None:
    assert row(REMOVE)["proof"] == "pbx/1.1;pbx/1.9"
    assert set(REMOVE) <= set(CSV_COLUMNS)


def test_a_name_with_comma_and_quotes_is_read_back() -> None:
    name = 'Květiny "U Jany", s.r.o.'
    assert row({**DIAL, "contact_name": name})["contact_name"] == name


@pytest.mark.parametrize("form", [Ndjson(), Csv()])
@pytest.mark.parametrize("payload", [DIAL, {**REMOVE, "explanation": 'a "b", c'}])
def test_no_beginning_of_a_line_is_taken_for_the_whole(
    form: Ndjson | Csv, payload: dict[str, object]
) -> None:
    line = form.line(json.dumps(payload)).removesuffix(b"\n")
    taken = [length for length in range(len(line)) if form.is_whole(line[:length])]
    assert (taken, form.is_whole(line)) == ([], True)


@pytest.mark.parametrize("form", [Ndjson(), Csv()])
def test_every_beginning_of_a_line_is_known_as_ours(form: Ndjson | Csv) -> None:
    line = form.line(json.dumps(DIAL)).removesuffix(b"\n")
    assert all(form.may_be_ours(line[:length]) for length in range(1, len(line)))


def test_every_beginning_of_a_header_is_known_as_ours() -> None:
    header = Csv().header.removesuffix(b"\n")
    assert all(Csv().may_be_ours(header[:length]) for length in range(1, len(header)))


@pytest.mark.parametrize("line", [b"", b"[1]", b"{", b"\xff", b'{"key": 1}', b"a,b"])
def test_a_line_that_is_no_command_has_no_key(line: bytes) -> None:
    assert Ndjson().key_of(line) is None
    assert Csv().key_of(line) is None
