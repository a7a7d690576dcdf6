from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import case_runner
import pytest
from case_format import CaseMalformed, parse

from reconcile import queries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import duckdb
    from case_runner import Difference

    Run = Callable[[str, str], list[Difference]]

LONG_TALKS = """\
-- Talks longer than asked.
-- Grain:  one row per talk
-- Reads:  core.talks, kept.calls
-- Params: $at_least_seconds bigint
select talks.number, talks.talk_seconds
from core.talks as talks
where talks.talk_seconds >= $at_least_seconds
"""

CLOSE_BY_HAND = """\
-- Closes an episode by hand.
-- Grain:  one row per command
-- Reads:  none
-- Params: $now timestamp
insert into kept.closings_by_hand by name
select 'e1' as episode_id, $now as closed_at, 'asked' as why
"""


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connection: duckdb.DuckDBPyConnection
) -> Iterator[Run]:
    """Run the only case of a text on two SQL files of our own, in place of the project's."""
    for name, text in {
        "core/long_talks": LONG_TALKS,
        "reports/long_talks": LONG_TALKS,
        "commands/close": CLOSE_BY_HAND,
    }.items():
        path = tmp_path / f"{name}.sql"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(queries, "folder", lambda: tmp_path)
    queries.load.cache_clear()

    def run_text(name: str, text: str) -> list[Difference]:
        file = parse(dedent(text), Path("own.case"))
        return case_runner.run_case(connection, name, file, file.cases[0])

    yield run_text
    queries.load.cache_clear()


TALKS = """\
case: only the long talk is found
$at_least_seconds: 60

table core.talks
number | talk_seconds
a      | 59
b      | 60
"""


@pytest.mark.parametrize("name", ["core.long_talks", "reports.long_talks"])
def test_a_case_that_holds_has_no_differences(run: Run, name: str) -> None:
    assert not run(name, TALKS + "\nexpect\nnumber | talk_seconds\nb | 60\n")


def test_a_case_that_fails_shows_both_tables_and_marks_the_rows_that_differ(run: Run) -> None:
    (found,) = run("core.long_talks", TALKS + "\nexpect\nnumber | talk_seconds\nb | 60\nccc | 61\n")
    assert found.text == dedent("""\
        own.case:9: only the long talk is found
        expected
          number | talk_seconds
          b      | 60
        - ccc    | 61
        got
          number | talk_seconds
          b      | 60""")
    assert found.body == ["number | talk_seconds", "b      | 60"]


def test_a_row_expected_twice_must_be_there_twice(run: Run) -> None:
    assert run("core.long_talks", TALKS + "\nexpect\nnumber\nb\nb\n")


def test_only_the_columns_of_the_expectation_are_compared(run: Run) -> None:
    assert not run("core.long_talks", TALKS + "\nexpect\nnumber\nb\n")


def test_an_expectation_without_columns_is_never_met_and_offers_all(run: Run) -> None:
    (found,) = run("core.long_talks", TALKS + "\nexpect\n")
    assert found.body == ["number | talk_seconds", "b      | 60"]


def test_a_relation_that_is_read_and_not_shown_is_empty(run: Run) -> None:
    text = "shape core.talks: number varchar, talk_seconds bigint\n---\ncase: nobody called\n"
    assert not run("core.long_talks", text + "$at_least_seconds: 0\n\nexpect\nnumber\n")


def test_a_table_that_python_hands_over_is_shown_like_any_other(run: Run) -> None:
    handed_over = "\ntable temp.incoming\nline | text\n7 | seven\n"
    assert not run(
        "core.long_talks", TALKS + handed_over + "\nexpect temp.incoming\ntext | line\nseven | 7\n"
    )


def test_a_relation_of_unknown_shape_is_refused(run: Run) -> None:
    with pytest.raises(CaseMalformed, match=r"write a line `shape core\.talks"):
        run("core.long_talks", "case: nobody called\n$at_least_seconds: 0\n\nexpect\nnumber\n")


def test_a_command_is_judged_by_the_table_it_wrote(run: Run) -> None:
    text = "case: closed\n$now: 2026-03-02 10:15:00\n\nexpect kept.closings_by_hand\n"
    assert not run("commands.close", text + "episode_id | closed_at\ne1 | 2026-03-02 10:15:00\n")
    assert run("commands.close", text + "episode_id\ne1\n")  # it ran twice now, so twice in there


def test_a_command_without_a_named_table_is_refused(run: Run) -> None:
    with pytest.raises(CaseMalformed, match=r"write `expect schema\.table`"):
        run("commands.close", "case: closed\n$now: 2026-03-02 10:15:00\n\nexpect\nepisode_id\n")


def test_columns_of_a_kept_table_that_are_not_shown_are_null_or_the_default_of_their_type(
    run: Run,
) -> None:
    shown = """
        table kept.calls
        call_id | number
        1.1     | NULL

        expect kept.calls
        call_id | source | number | started_at          | changed_run | ended_at
        1.1     | ''     | NULL   | 2000-01-01 00:00:00 | 0           | NULL
        """
    assert not run("core.long_talks", TALKS + dedent(shown))


@pytest.mark.parametrize(
    "text", [TALKS.replace("$at_least_seconds: 60\n", ""), "$other: 1\n" + TALKS]
)
def test_a_parameter_that_is_missing_or_unknown_is_refused(run: Run, text: str) -> None:
    with pytest.raises(CaseMalformed, match=r"own\.case:\d+: the case gives the parameters"):
        run("core.long_talks", text + "\nexpect\nnumber\nb\n")


def test_an_unknown_column_is_told_with_its_line(run: Run) -> None:
    text = TALKS + "\ntable kept.calls\ncolour\nred\n\nexpect\nnumber\nb\n"
    with pytest.raises(CaseMalformed, match=r"own\.case:9: `kept\.calls` has no column `colour`"):
        run("core.long_talks", text)


def test_a_value_that_does_not_fit_its_column_is_told_with_its_line(run: Run) -> None:
    with pytest.raises(CaseMalformed, match=r"own\.case:4: Conversion Error"):
        run("core.long_talks", TALKS.replace("59", "long") + "\nexpect\nnumber\nb\n")


def test_an_expected_error_must_come(run: Run) -> None:
    with pytest.raises(AssertionError, match="expected an error with `Constraint`"):
        run("core.long_talks", TALKS + "\nexpect error\nConstraint\n")


def test_a_list_is_compared_by_its_values_not_by_its_spaces(run: Run) -> None:
    text = (
        TALKS + "\ntable kept.decisions\nproof\n[a,b]\n\nexpect kept.decisions\nproof\n[ a, b ]\n"
    )
    assert not run("core.long_talks", text)


@pytest.mark.parametrize(
    ("column", "type_name"),
    [
        ("added_at", "timestamp"),
        ("is_late", "boolean"),
        ("has_talk", "boolean"),
        ("wait_seconds", "bigint"),
        ("attempt_number", "bigint"),
        ("dialled_number", "varchar"),
        ("contact_ids", "varchar[]"),
        ("proof", "varchar[]"),
        ("line", "bigint"),
        ("changed_run", "bigint"),
        ("reason", "varchar"),
    ],
)
def test_the_type_of_a_column_is_known_by_its_name(column: str, type_name: str) -> None:
    assert case_runner.infer_type(column) == type_name
