"""Rows as an Excel workbook, written row by row: texts as texts, times as times, no formulas."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from reconcile import spreadsheet
from reconcile.errors import UsageWrong

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

SHEET_ROWS = 1_048_576
"""What a sheet of Excel holds; the rows behind go into a further one."""
_CELL_SIGNS = 32_767
_CUT = "…"
_DIGITS_EXACT = 15
"""Excel rounds longer numbers."""
_WIDEST = 40
_NARROWEST = 10


def write_workbook(
    title: str, columns: list[str], portions: Iterable[Sequence[Sequence[object]]], path: Path
) -> int:
    """Write rows as `.xlsx`, column names on top of each sheet; give how many cells were cut.

    Texts stay texts, a number with its `+` and its zeros among them, and none is run. Times are
    UTC. Raises UsageWrong without the library, OSError where the place takes no file.
    """
    try:
        from xlsxwriter import Workbook  # noqa: PLC0415 - only a workbook needs it
        from xlsxwriter.exceptions import XlsxWriterException  # noqa: PLC0415
    except ImportError:
        raise UsageWrong(
            "an Excel file needs the library `xlsxwriter`, which is not installed",
            hint="`pip install 'reconcile[excel]'`, or write CSV",
        ) from None
    path.touch()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    try:
        with Workbook(str(path), options) as book:
            return _Sheets(book, title, columns).write(portions)
    except XlsxWriterException as error:
        raise OSError(str(error)) from error


class _Sheets:
    """The sheets of a workbook, one after the other."""

    def __init__(self, book: Any, title: str, columns: list[str]) -> None:  # noqa: ANN401
        self._book, self._title, self._columns = book, title, columns
        self._bold = book.add_format({"bold": True})
        self._time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._quoted = book.add_format({"quote_prefix": True})
        self._count = self._cut = 0
        self._sheet: Any = None
        self._row = SHEET_ROWS

    def write(self, portions: Iterable[Sequence[Sequence[object]]]) -> int:
        self._begin()
        for rows in portions:
            for row in rows:
                if self._row >= SHEET_ROWS:
                    self._begin()
                for place, value in enumerate(row):
                    self._write(place, value)
                self._row += 1
        return self._cut

    def _begin(self) -> None:
        self._count += 1
        name = self._title if self._count == 1 else f"{self._title} {self._count}"
        self._sheet = self._book.add_worksheet(name[:31])
        for place, column in enumerate(self._columns):
            width = 19 if column.endswith("_at") else min(max(len(column), _NARROWEST), _WIDEST)
            self._sheet.set_column(place, place, width)
        self._sheet.freeze_panes(1, 0)
        for place, column in enumerate(self._columns):
            self._sheet.write_string(0, place, column, self._bold)
        self._row = 1

    def _write(self, place: int, value: object) -> None:
        row, sheet = self._row, self._sheet
        if value is None:
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, place, value)
        elif isinstance(value, datetime | date):
            sheet.write_datetime(row, place, value, self._time)
        elif isinstance(value, int | float) and len(str(value)) <= _DIGITS_EXACT:
            sheet.write_number(row, place, value)
        else:
            self._write_text(place, ";".join(map(str, value)) if isinstance(value, list) else value)

    def _write_text(self, place: int, value: object) -> None:
        text = str(value)
        if len(text) > _CELL_SIGNS:
            text = text[: _CELL_SIGNS - 1] + _CUT
            self._cut += 1
        # Shown as it is; the mark keeps it a text when somebody edits the cell.
        form = self._quoted if spreadsheet.is_formula(text) else None
        self._sheet.write_string(self._row, place, text, form)
