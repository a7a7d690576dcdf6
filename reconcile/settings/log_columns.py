"""The columns of a log of Asterisk that a site lays out as it likes, by Asterisk's names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.settings import forms
from reconcile.settings.forms import Form, Unfit

if TYPE_CHECKING:
    from collections.abc import Mapping

SKIPPED = "-"
"""Stands for a column that is passed over."""


def columns(known: tuple[str, ...], needed: tuple[str, ...], counts: Mapping[str, int]) -> Form:
    """Accept the columns of a file; read as a tuple of names, `-` where one is skipped.

    `counts` maps a count that may stand for the names to how many of the known ones it means;
    without the `needed` ones a row tells too little.
    """
    named = ", ".join(f"`{count}`" for count in counts)
    expected = f"{named}, or the list of the column names in the order of the file"

    def read(value: object) -> tuple[str, ...]:
        if isinstance(value, str | int) and str(value) in counts:
            return known[: counts[str(value)]]
        if not isinstance(value, list):
            raise Unfit(value, expected)
        return _checked_names(value, expected, known, needed)

    return Form(expected, read)


def column(known: tuple[str, ...]) -> Form:
    """Accept the name of one column."""
    one = forms.one_of(*known)
    return Form(one.expected, one.read)


def _checked_names(
    names: list[object], expected: str, known: tuple[str, ...], needed: tuple[str, ...]
) -> tuple[str, ...]:
    found: list[str] = []
    for name in names:
        if name != SKIPPED and name not in known:
            raise Unfit(name, f"{expected}; the names are {forms.listed(known)}, or `-`")
        if name != SKIPPED and name in found:
            raise Unfit(name, f"{expected}, each name once")
        found.append(str(name))
    missing = tuple(name for name in needed if name not in found)
    if missing:
        raise Unfit(names, f"a list that names {forms.listed(missing)} as well")
    return tuple(found)
