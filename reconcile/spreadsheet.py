"""What a spreadsheet would run as a formula, and how a text becomes a cell that it does not."""

from __future__ import annotations

import re

_SIGNS = "[=+\\-@＝＋－＠]"
_FORMULA = re.compile(
    rf"[\t\r\n]|[\s\x00\ufeff\u200b]*{_SIGNS}"  # it looks behind blanks too
)
_FORMULA_WITHIN = re.compile(rf"(?<=;)(\s*{_SIGNS})")  # cells can end at a semicolon
_HARMLESS = re.compile(r"\+?[0-9]+|-[0-9]+(?:[.,][0-9]+)?|[-–]*")
"""A phone number, a quantity, dashes in place of nothing."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def is_formula(text: str) -> bool:
    r"""Tell whether a spreadsheet could run a text as a formula, in the whole or behind a `;`.

    >>> [is_formula(text) for text in ("=1+1", "-2+3|cmd", "+A1", "＝1", "a;=b", "\tx")]
    [True, True, True, True, True, True]
    >>> [is_formula(text) for text in ("+420700610101", "-5", "-", "a=b", "Jana")]
    [False, False, False, False, False]
    """
    if _HARMLESS.fullmatch(text):
        return False
    return bool(_FORMULA.match(text) or _FORMULA_WITHIN.search(text))


def cell(text: str) -> str:
    """Give a text as one line that no spreadsheet runs: what it would run begins with a quote.

    >>> cell("=1+1"), cell("+420700610101"), cell("+420 700"), cell("a;=b")
    ("'=1+1", '+420700610101', "'+420 700", "a;'=b")
    """
    line = _CONTROL.sub(" ", text)
    if not is_formula(text):
        return line
    line = _FORMULA_WITHIN.sub(r"'\1", line)
    return f"'{line}" if _FORMULA.match(text) else line
