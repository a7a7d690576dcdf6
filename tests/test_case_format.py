from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from case_format import CaseMalformed, parse, read_cell, render, replace_expectation

PATH = Path("talks.case")

SMALL = dedent("""\
    case: one talk
    $now: 2026-03-02 10:15:00

    table raw.queue_log
    source | call_id
    pbx    | 1.1

    expect
    call_id
    1.1
    """)


def malformed(text: str) -> str:
    with pytest.raises(CaseMalformed) as raised:
        parse(dedent(text), PATH)
    return str(raised.value)


def test_a_case_has_its_sentence_parameters_tables_and_expectation() -> None:
    case = parse(SMALL, PATH).cases[0]
    assert case.sentence == "one talk"
    assert case.params == {"now": "2026-03-02 10:15:00"}
    assert [(t.name, t.columns, t.rows) for t in case.tables] == [
        ("raw.queue_log", ["source", "call_id"], [["pbx", "1.1"]])
    ]
    assert [(e.name, e.columns, e.rows) for e in case.expectations] == [
        ("", ["call_id"], [["1.1"]])
    ]


def test_cases_are_separated_by_three_hyphens() -> None:
    file = parse(SMALL + "---\n" + SMALL.replace("one talk", "two talks"), PATH)
    assert [case.sentence for case in file.cases] == ["one talk", "two talks"]


def test_a_section_without_a_sentence_holds_for_all_cases() -> None:
    file = parse("$run_id: 7\nshape core.talks: number varchar\n---\n" + SMALL, PATH)
    assert file.background.params == {"run_id": "7"}
    assert file.columns_of("core.talks") == {"number": "varchar"}


def test_columns_of_a_relation_are_those_of_all_cases_together() -> None:
    shown = "table core.talks\ntypes: line bigint\nnumber | line\n1 | 2\n"
    file = parse(SMALL + "\n" + shown + "---\n" + SMALL.replace("one", "2"), PATH)
    assert file.columns_of("core.talks") == {"number": None, "line": "bigint"}


def test_a_remark_between_blocks_is_passed_over() -> None:
    assert parse("# why\n" + SMALL, PATH).cases[0].sentence == "one talk"


def test_an_expected_error_is_a_piece_of_its_message() -> None:
    case = parse("case: a word\n\nexpect error\nConversion Error\n", PATH).cases[0]
    assert case.error == "Conversion Error"


def test_an_expectation_of_no_rows_shows_its_columns_only() -> None:
    case = parse("case: silence\n\nexpect\nnumber | reason\n", PATH).cases[0]
    assert (case.expectations[0].columns, case.expectations[0].rows) == (["number", "reason"], [])


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("NULL", None),
        ("''", ""),
        ("'NULL'", "NULL"),
        ("' a '", " a "),
        (r"a\|b", "a|b"),
        (r"^\d+$", r"^\d+$"),
        ("[a, b]", "[a, b]"),
        ("it's", "it's"),
    ],
)
def test_a_cell_is_read_as_it_stands(text: str, cell: str | None) -> None:
    assert read_cell(text) == cell


@pytest.mark.parametrize("cell", [None, "", "NULL", " a", "'a'", "'", "a|b", "[a, 'b|c']", "x\\d"])
def test_what_is_rendered_is_read_back(cell: str | None) -> None:
    table = "\n".join(render(["value", "other"], [[cell, "x"], ["y", "z"]]))
    case = parse(f"case: there and back\n\nexpect\n{table}\n", PATH).cases[0]
    assert case.expectations[0].rows == [[cell, "x"], ["y", "z"]]


def test_rendered_columns_are_aligned_without_trailing_spaces() -> None:
    assert render(["a", "long"], [["wide", "b"]]) == ["a    | long", "wide | b"]


def test_new_rows_replace_only_the_block_of_their_expectation() -> None:
    text = SMALL + "\nexpect kept.calls\ncall_id\n1.1\n"
    first = parse(text, PATH).cases[0].expectations[0]
    changed = replace_expectation(text, first, ["call_id", "2.2", "3.3"])
    found = parse(changed, PATH).cases[0].expectations
    assert [e.rows for e in found] == [[["2.2"], ["3.3"]], [["1.1"]]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("case: a\n\nexpect\na | b\n1\n", "talks.case:5: 1 cells stand under 2 columns"),
        ("case: a\n\nexpect\na | b\n1 |\n", "talks.case:5: a cell is empty"),
        ("case: a\n\nexpect\nA b\n", "talks.case:4: `A b` is no column name"),
        ("case: a\n\nexpect\na | a\n", "talks.case:4: a column is named twice"),
        ("case: a\n\ntable calls\n", "talks.case:3: `calls` is no name of the form"),
        (
            "case: a\n\ntable raw.cdr\n\n",
            "talks.case:3: a table begins with a line of column names",
        ),
        ("case: a\nnow: 1\n", "talks.case:2: `now: 1` is none of"),
        ("case: a\ncase: b\n", "talks.case:2: a second `case:`"),
        ("case: a\n\nexpect error\n", "talks.case:3: `expect error` is followed by"),
        ("case: a\n", "talks.case:1: this case expects nothing"),
        ("shape core.a: b\n", "talks.case:1: `b` is not of the form `column type`"),
        ("\n", "talks.case:1: there is no case in this file"),
        ("expect\na\n", "talks.case:1: this section expects but has no `case:`"),
        (SMALL + "---\n" + SMALL, "talks.case:12: a second case `one talk`"),
        (SMALL + "---\n\nexpect\na\n", "talks.case:12: this section has no `case:` line"),
    ],
)
def test_a_malformed_file_is_told_with_file_and_line(text: str, message: str) -> None:
    assert malformed(text).startswith(message)
