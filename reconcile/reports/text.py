"""A report in the format that was asked for."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from reconcile import clock
from reconcile.reports.tables import csv_text, markdown, text_table
from reconcile.reports.values import jsonable

if TYPE_CHECKING:
    from reconcile.queries import Rows
    from reconcile.reports.catalogue import Period, Report
    from reconcile.reports.tables import Zone


class Format(StrEnum):
    """How rows leave the program."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"
    PARQUET = "parquet"


def page(title: str, sentence: str, rows: Rows, zone: Zone, form: Format) -> str:
    """Write rows below a title and the sentence that defines them, for a terminal or in Markdown."""
    table = markdown(rows, zone) if form is Format.MARKDOWN else text_table(rows, zone)
    mark = "## " if form is Format.MARKDOWN else ""
    told = f"{sentence.removesuffix('.')}." + (f" {table.times}." if table.times else "")
    return f"{mark}{title}\n\n{_wrapped(told)}\n\n{table.text}\n"


def report_text(report: Report, zone: Zone, form: Format) -> str:
    """Write a report as a table, as CSV or in Markdown."""
    if form is Format.CSV:
        return csv_text(report.rows)
    return page(report.name, report.sentence, report.rows, zone, form)


def report_data(report: Report, period: Period) -> dict[str, Any]:
    """Give a report for JSON."""
    is_from, is_to = period.from_at != type(period)().from_at, period.to_at != type(period)().to_at
    return {
        "report": report.name,
        "definition": report.sentence,
        "from": clock.as_text(period.from_at) if is_from else None,
        "to": clock.as_text(period.to_at) if is_to else None,
        "columns": report.rows.columns,
        "rows": jsonable(report.rows.as_dicts()),
    }


def _wrapped(text: str) -> str:
    import textwrap  # noqa: PLC0415 - CSV and JSON do without

    return textwrap.fill(text, 100)
