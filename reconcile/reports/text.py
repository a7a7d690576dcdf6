"""A report in the format that was asked for."""

from __future__ import annotations

import csv
import io
import json
import re
import textwrap
from typing import TYPE_CHECKING, Any

from reconcile import clock, streams
from reconcile.reports.catalogue import Period
from reconcile.reports.formats import Format
from reconcile.reports.labels import label
from reconcile.reports.tables import WIDTH, text_table, times_note
from reconcile.reports.values import cell, jsonable, shown

if TYPE_CHECKING:
    from collections.abc import Collection

    from reconcile.queries import Rows
    from reconcile.reports.catalogue import Report
    from reconcile.reports.tables import Zone

_MARKDOWN_SIGNS = re.compile(r"([\\|*<\[`])")


def report_text(report: Report, zone: Zone, form: Format) -> str:
    """Write a report as a table, as CSV or in Markdown."""
    if form is Format.CSV:
        return csv_text(report.rows)
    sentence = f"{report.sentence} {report.notes}" if report.rows.rows else report.sentence
    return page(report.name, sentence.strip(), report.rows, zone, form)


def document(report: Report, period: Period, zone: Zone, form: Format) -> str:
    """Write a report for a file, in any format that is text."""
    if form is Format.JSON:
        return json.dumps(report_data(report, period), ensure_ascii=False, indent=2) + "\n"
    return report_text(report, zone, form)


def report_data(report: Report, period: Period) -> dict[str, Any]:
    """Give a report for JSON."""
    ever = Period()
    return {
        "report": report.name,
        "definition": report.sentence,
        "notes": report.notes,
        "from": None if period.from_at == ever.from_at else clock.as_text(period.from_at),
        "to": None if period.to_at == ever.to_at else clock.as_text(period.to_at),
        "columns": report.rows.columns,
        "rows": jsonable(report.rows.as_dicts()),
    }


def page(
    title: str,
    sentence: str,
    rows: Rows,
    zone: Zone,
    form: Format,
    *,
    width: int | None = None,
    fixed: Collection[str] = (),
) -> str:
    """Write rows below a title and a sentence that defines them, for a terminal or in Markdown.

    Without a width it is a hundred signs, or less where the terminal has less. `fixed` are columns
    that stay, however narrow the page and whatever stands in them.
    """
    width = width or streams.fitting(WIDTH)
    if form is Format.MARKDOWN:
        title, text, notes = f"## {title}", markdown_table(rows, zone), [times_note(zone, rows)]
    else:
        table = text_table(rows, zone, width=width, fixed=fixed)
        text, notes = table.text, table.notes
    told = " ".join(f"{part.removesuffix('.')}." for part in [sentence, *notes] if part)
    return f"{title}\n\n{textwrap.fill(told, width, break_on_hyphens=False)}\n\n{text}\n"


def markdown_table(rows: Rows, zone: Zone) -> str:
    """Set rows as a table of Markdown, in which no value is read as Markdown or HTML."""
    lines = [[label(column) for column in rows.columns], ["---"] * len(rows.columns)]
    lines += [
        [_MARKDOWN_SIGNS.sub(r"\\\1", shown(value, zone.zone)) for value in row]
        for row in rows.rows
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def csv_text(rows: Rows) -> str:
    """Write rows as CSV: comma, line feed, column names, times in UTC, safe for spreadsheets."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows.columns)
    writer.writerows([cell(value) for value in row] for row in rows.rows)
    return text.getvalue()
