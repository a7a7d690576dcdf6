"""Duplicates of the directory, and the check of a file before it is imported into it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from reconcile import phone_numbers, queries, scratch, spreadsheet, streams
from reconcile.import_file import reading
from reconcile.import_file.findings import Finding, ImportFindings, Verdict
from reconcile.sources.text import storable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

    from reconcile.import_file.reading import ImportFile, ImportRow
    from reconcile.phone_numbers import PhoneNumber

SHOWN_COUNT = 10
"""Lists of contacts and rows in a finding end after so many; the counts beside them do not."""

_CELLS = "core.import_numbers"
_FAULTS = "core.import_faults"
_REPORT_STEPS = (
    "core.duplicates",
    "core.duplicate_classes",
    "core.duplicate_groups",
    "core.duplicate_contacts",
)
_IMPORT_STEPS = (
    "core.duplicates",
    "core.import_keys",
    "core.import_row_matches",
    "core.import_contact_matches",
    "core.import_matches",
    "core.import_match_kinds",
    "core.import_cell_kinds",
)


def report(
    connection: duckdb.DuckDBPyConnection, *, shown_count: int = SHOWN_COUNT
) -> queries.Rows:
    """List the numbers on two or more contacts, as `sql/reports/duplicates.sql` describes them."""
    with scratch.core_room(connection):
        for step in _REPORT_STEPS:
            queries.run(connection, step, {"shown_count": shown_count})
        return queries.rows(connection, "reports.duplicates", {})


def check_import(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    region: str,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    number_columns: Sequence[str] = (),
    id_column: str | None = None,
    shown_count: int = SHOWN_COUNT,
) -> ImportFindings:
    """Check a CSV of contacts against itself, `kept.contacts` and the open episodes.

    Numbers without a country code are read in `region`. `number_columns` are names of columns, by
    default those that begin like a number's; `id_column` holds the id of a contact that the row
    replaces. Nothing is written, to the connection's database neither. Raises what
    `import_file.reading.read` raises.
    """
    file = reading.read(
        path,
        encoding=encoding,
        delimiter=delimiter,
        number_columns=number_columns,
        id_column=id_column,
    )
    with scratch.core_room(connection):
        _load(connection, file, region)
        for step in _IMPORT_STEPS:
            queries.run(connection, step, {"shown_count": shown_count})
        found = queries.rows(connection, "reports.import_findings", {}).as_dicts()
    by_row: defaultdict[int, list[Finding]] = defaultdict(list)
    for each in found:
        by_row[each["row_number"]].append(_finding(each, file.header))
    return ImportFindings(file, tuple(_verdict(file, row, by_row[row.number]) for row in file.rows))


def _load(connection: duckdb.DuckDBPyConnection, file: ImportFile, region: str) -> None:
    """Carry the cells and faults of a file to SQL, which decides what they mean."""
    queries.run(connection, _CELLS, {})
    queries.run(connection, _FAULTS, {})
    with connection.appender(_CELLS) as appender:
        appender.append_rows(_cells(file, region))
    with connection.appender(_FAULTS) as appender:
        appender.append_rows(
            (row.number, fault.column, fault.kind, storable(fault.detail))
            for row in file.rows
            for fault in (*row.faults, *_formulas(file, row))
        )


def _cells(file: ImportFile, region: str) -> Iterator[tuple[object, ...]]:
    known: dict[str, PhoneNumber] = {}
    label = f"reading the numbers of {file.path.name}"
    for row in streams.progress(file.rows, total=len(file.rows), label=label):
        if not row.is_whole:
            continue
        contact_id = "" if file.id_position is None else row.fields[file.id_position]
        for position in file.number_positions:
            raw = row.fields[position]
            if raw not in known:
                known[raw] = phone_numbers.parse(raw, region=region)
            number = known[raw]
            is_formula = (number.remark or "").startswith(phone_numbers.FORMULA_SIGN)
            yield (
                *(row.number, position, storable(contact_id.strip()) or None),
                *(number.e164, number.number_class, number.extension, number.remark),
                *(not raw.strip(), is_formula),
            )


def _formulas(file: ImportFile, row: ImportRow) -> Iterator[reading.Fault]:
    """Find cells beside the numbers that a spreadsheet would run; a number in blanks is none."""
    if not row.is_whole:
        return
    for position, text in enumerate(row.fields):
        is_judged = position in file.number_positions  # by what the number is read as
        if not is_judged and spreadsheet.is_formula(text) and not phone_numbers.is_spelt(text):
            yield reading.Fault("formula", text, position)


def _finding(found: dict[str, Any], header: Sequence[str]) -> Finding:
    position = found["column_position"]
    return Finding(
        kind=found["kind"],
        severity=found["severity"],
        column=None if position is None else header[position] or f"column {position + 1}",
        number=found["number"],
        detail=found["detail"],
        contact_ids=tuple(found["contact_ids"] or ()),
        contact_count=found["contact_count"] or 0,
        other_rows=tuple(found["other_rows"] or ()),
        other_row_count=found["row_count"] or 0,
        campaign=found["campaign"],
        added_at=found["added_at"],
    )


def _verdict(file: ImportFile, row: ImportRow, findings: list[Finding]) -> Verdict:
    if not row.is_whole:
        return Verdict(row, storable(row.text.rstrip("\r\n")), (), tuple(findings))
    numbers = (storable(row.fields[position]).strip() for position in file.number_positions)
    return Verdict(
        row=row,
        name=storable(row.fields[file.name_position]),
        numbers=tuple(number for number in numbers if number),
        findings=tuple(findings),
    )
