"""Headers of tables from column names: the unit comes out of the name."""

from __future__ import annotations

_UNITS = {"_seconds": " s", "_minutes": " min", "_at": "", "_count": "", "_number": ""}
_QUESTIONS = ("is_", "has_")
COUNTED = ("_count", "_seconds", "_minutes")
"""Endings of columns that hold quantities; other whole numbers are names of things."""


def label(column: str) -> str:
    """Give the header of a column.

    >>> label("waited_seconds"), label("dropped_at"), label("is_regret"), label("contact_ids")
    ('waited s', 'dropped', 'regret', 'contact ids')
    """
    for question in _QUESTIONS:
        column = column.removeprefix(question)
    for ending, unit in _UNITS.items():
        if column.endswith(ending):
            return column.removesuffix(ending).replace("_", " ") + unit
    return column.replace("_", " ")


def is_quantity(column: str) -> bool:
    """Whether thousands are set apart in a column."""
    return column.endswith(COUNTED)
