from __future__ import annotations

import pytest

from reconcile.spreadsheet import cell, is_formula


@pytest.mark.parametrize("text", [" =1", "\u00a0+A1", "\0=1", "\ufeff=1", "-j", "-1+1", "@A1"])
def test_what_stands_behind_blanks_is_a_formula_too(text: str) -> None:
    assert is_formula(text)
    assert cell(text).startswith("'")


@pytest.mark.parametrize("text", ["", "-", "--", "-5", "-0,5", "+420700610101", "a, -b"])
def test_dashes_quantities_and_phone_numbers_are_none(text: str) -> None:
    assert (is_formula(text), cell(text)) == (False, text)
