"""The columns of an import file: which hold numbers, which tells whose a row is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile import spreadsheet
from reconcile.errors import UsageWrong

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NUMBER_COLUMNS = ("phone", "number", "tel", "mobil", "msisdn")
"""A column whose name begins with one of these holds numbers, unless the columns are named."""

_SHOWN_COLUMNS = 8
_SHOWN_SIGNS = 30


def checked(fields: Sequence[str], line: int, path: Path) -> list[str]:
    """Give the names of columns. Raises UsageWrong where a spreadsheet would run one of them."""
    for name in filter(spreadsheet.is_formula, fields):
        raise UsageWrong(
            f"line {line} of `{path}` names a column `{name[:_SHOWN_SIGNS]}`, which begins "
            "like a formula of a spreadsheet",
            hint="give the column another name",
        )
    return [name.strip() for name in fields]


def number_positions(header: list[str], wanted: Sequence[str], path: Path) -> list[int]:
    """Find the columns of numbers: those that are named, else by their names; none: empty."""
    if wanted:
        return list(dict.fromkeys(position(header, name, path) for name in wanted))
    return [place for place, name in enumerate(header) if is_number_column(name)]


def is_number_column(name: str) -> bool:
    """Tell whether a name begins like that of a column of numbers."""
    return name.strip().strip('"').lower().startswith(NUMBER_COLUMNS)


def position(header: list[str], wanted: str, path: Path) -> int:
    """Find a column by its name. Raises UsageWrong where there is none."""
    for place, name in enumerate(header):
        if name.lower() == wanted.strip().lower():
            return place
    raise UsageWrong(f"`{path}` has no column `{wanted}`; it has {listed(header)}")


def name_position(header: list[str], numbers: list[int]) -> int:
    """Find the column that a person knows the row by: one called name, else the first of text."""
    for position, name in enumerate(header):
        if name.lower() == "name":
            return position
    return next((place for place in range(len(header)) if place not in numbers), 0)


def listed(header: list[str]) -> str:
    """Name the columns, the first of them and cut where they are many or long."""
    names = [
        name if len(name) <= _SHOWN_SIGNS else f"{name[:_SHOWN_SIGNS]}…"
        for name in header[:_SHOWN_COLUMNS]
    ]
    more = f" and {len(header) - len(names):,} more" if len(header) > len(names) else ""
    return ", ".join(f"`{name}`" for name in names) + more
