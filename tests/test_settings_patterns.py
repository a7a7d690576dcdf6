"""Patterns are accepted where Python and RE2 agree."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.settings.forms import Unfit
from reconcile.settings.patterns import pattern

ANY_GROUPS = pattern(*range(12))


def refusal(text: str, *group_counts: int) -> str:
    with pytest.raises(Unfit) as caught:
        pattern(*group_counts).read(text)
    return caught.value.expected


@pytest.mark.parametrize(
    "text", ["^did:(.+)$", "(?:a|b)(c)?", "(?P<key>x{2,3}?)", "(?i)([^]\\-a])"]
)
def test_a_pattern_with_one_group_is_accepted(text: str) -> None:
    assert pattern(1).read(text) == text


def test_the_number_of_groups_is_told() -> None:
    assert refusal("a(b)(c)(d)", 1, 2) == (
        "a regular expression with one group or 2 groups `(…)`; this one has 3"
    )


def test_what_is_no_pattern_is_told_with_its_reason() -> None:
    assert "this one is none: missing ), unterminated subpattern" in refusal("(a", 1)


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("(?=a)(b)", "(?=a"),
        ("(?!a)(b)", "(?!a"),
        ("(?<=a)(b)", "(?<="),
        ("(?<!a)(b)", "(?<!"),
        ("(a)\\1", "\\1"),
        ("(?P<x>a)(?P=x)", "(?P="),
        ("(a)(?#note)", "(?#n"),
        ("(?>a)(b)", "(?>a"),
        ("(?x) (a)", "(?x)"),
        ("(a)\\Z", "\\Z"),
        ("(\\u0041)", "\\u"),
        ("(a)++", "++"),
        ("(a){2}+", "{2}+"),
        ("(a){,3}", "{,3}"),
        ("(a){1001}", "{1001}"),
        ("([\\b])", "\\b"),
        ("([a[:digit:]])", "[:"),
        ("(a\\_b)", "\\_"),
    ],
)
def test_what_re2_lacks_or_reads_otherwise_is_refused(text: str, foreign: str) -> None:
    assert refusal(text, 1).endswith(f"RE2, which DuckDB uses, has no `{foreign}`")


def test_a_set_that_python_warns_of_is_refused() -> None:
    assert "Possible nested set" in refusal("([[:digit:]]+)", 1)


def test_a_value_that_is_no_text_is_refused() -> None:
    with pytest.raises(Unfit):
        pattern(1).read(5)


PARTS = (
    *("a", "b", ".", "(", ")", "(?:", "(?P<n>", "(?i)", "(?=", "(?<!", "(?>", "(?#", "^", "$", "ž"),
    *("[", "[^", "]", "[:", ":]", "-", "&", "|", ",", ":", "_", "{", "}"),
    *("*", "+", "?", "*?", "++", "{2}", "{2,}", "{,2}", "{2,1001}"),
    *("\\", "\\d", "\\b", "\\B", "\\A", "\\Z", "\\z", "\\1", "\\0", "\\n", "\\x41", "\\u0041"),
    *("\\.", "\\_", "\\-", "\\]", "\\pL", "\\Q"),
)


@given(st.lists(st.sampled_from(PARTS), max_size=8).map("".join))
@settings(max_examples=400)
def test_whatever_is_accepted_runs_in_duckdb(text: str) -> None:
    try:
        ANY_GROUPS.read(text)
    except Unfit:
        return
    assert duckdb.execute("select regexp_extract('a', $1, 0)", [text]).fetchall()
