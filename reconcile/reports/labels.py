"""Headers of tables from column names: the unit comes out of the name."""

from __future__ import annotations

_UNITS = {
    "_milliseconds": " ms",
    "_seconds": " s",
    "_minutes": " min",
    "_percent": " %",
    "_at": "",
    "_count": "",
    "_number": "",
}
_COUNTED_THINGS = (
    *("row", "drop", "dial", "remove", "attempt", "call", "contact"),
    *("caller", "episode", "regret", "run", "day", "ringing"),
)
_QUESTIONS = ("is_", "has_")
_QUANTITIES = ("_count", "_seconds", "_minutes", "_milliseconds")
"""Endings of columns that hold quantities; other whole numbers are names of things."""


def label(column: str) -> str:
    """Give the header of a column.

    >>> label("waited_seconds"), label("dropped_at"), label("is_regret"), label("contact_ids")
    ('waited s', 'dropped', 'regret', 'contact ids')
    >>> label("dropped_count"), label("row_count")
    ('dropped', 'rows')
    """
    for question in _QUESTIONS:
        column = column.removeprefix(question)
    for ending, unit in _UNITS.items():
        if column.endswith(ending):
            thing = column.removesuffix(ending).replace("_", " ")
            is_thing = ending == "_count" and thing.split(" ")[-1] in _COUNTED_THINGS
            return thing + ("s" if is_thing else unit)
    return column.replace("_", " ")


def is_quantity(column: str) -> bool:
    """Whether thousands are set apart in a column."""
    return column.endswith(_QUANTITIES)


def counted(count: int, thing: str) -> str:
    """A count with its thing.

    >>> counted(1, "lasting fault"), counted(1200, "row"), counted(2, "copy")
    ('1 lasting fault', '1,200 rows', '2 copies')
    """
    if count != 1:
        thing = f"{thing[:-1]}ies" if thing.endswith("py") else f"{thing}s"
    return f"{count:,} {thing}"
