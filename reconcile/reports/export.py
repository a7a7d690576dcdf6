"""Write rows of a table to a file, however many: they pass through in portions."""

from __future__ import annotations

import csv
import io
import json
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from reconcile import scratch
from reconcile.audit_files import reading
from reconcile.reports.formats import ExportFormat
from reconcile.reports.values import cell, jsonable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import duckdb

    from reconcile.audit_files.tables import AuditTable
    from reconcile.reports.catalogue import Period

    Portions = Iterable[Sequence[Sequence[object]]]

PORTION_ROWS = 5_000
_MEMORY = "512MB"
"""What sorting may take before it goes on in temporary files."""


class Export:
    """The rows of one table in a period, the newest version of each or all, for one writing."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: AuditTable,
        state_folder: Path,
        period: Period,
        *,
        has_all_versions: bool = False,
    ) -> None:
        """Look for the rows; `connection` is that of the read copy."""
        self._connection = connection
        self.name = table.name
        self._select, self._params = reading.select(
            connection,
            table,
            state_folder,
            from_at=period.from_at,
            to_at=period.to_at,
            has_all_versions=has_all_versions,
        )

    def columns(self) -> list[str]:
        """The names of the columns."""
        found = self._connection.execute(f"describe {self._select}", self._params).fetchall()
        return [name for name, *_ in found]

    def portions(self) -> Iterator[list[tuple[object, ...]]]:
        """The rows in the order of their time, some thousands at once."""
        with self._bounded():
            found = self._connection.execute(self._select, self._params)
            while rows := found.fetchmany(PORTION_ROWS):
                yield rows

    def write_parquet(self, path: Path) -> None:
        """Write the rows with the types they have. Raises OSError where the place takes no file."""
        path.touch()
        place = scratch.in_text(str(path))
        with self._bounded():
            self._connection.execute(
                f"copy ({self._select}) to '{place}' (format parquet, compression zstd)",
                self._params,
            )

    def _bounded(self) -> TemporaryDirectory[str]:
        """Let sorting use little memory, and temporary files beyond that."""
        folder = TemporaryDirectory(prefix="reconcile-")
        self._connection.execute(
            f"set memory_limit = '{_MEMORY}'; set temp_directory = '{scratch.in_text(folder.name)}'"
        )
        return folder


def csv_texts(columns: list[str], portions: Portions) -> Iterator[str]:
    """Give CSV: comma, line feed, column names, times in UTC, safe for spreadsheets."""
    yield _csv_lines([columns])
    for rows in portions:
        yield _csv_lines(_cells(rows))


def _cells(rows: Iterable[Sequence[object]]) -> Iterator[list[str]]:
    """Give rows as cells; a text that comes again, as most do, is looked at once."""
    known: dict[str, str] = {}
    for row in rows:
        cells = []
        for value in row:
            if isinstance(value, str):
                if value not in known:
                    known[value] = cell(value)
                cells.append(known[value])
            else:
                cells.append(cell(value))
        yield cells


def ndjson_texts(columns: list[str], portions: Portions) -> Iterator[str]:
    """Give a JSON object a line, times in RFC 3339."""
    for rows in portions:
        values = (dict(zip(columns, map(jsonable, row), strict=True)) for row in rows)
        yield "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in values)


def _csv_lines(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


TEXTS: dict[ExportFormat, Callable[[list[str], Portions], Iterator[str]]] = {
    ExportFormat.CSV: csv_texts,
    ExportFormat.NDJSON: ndjson_texts,
}
"""The formats that are text, which stdout takes too."""
