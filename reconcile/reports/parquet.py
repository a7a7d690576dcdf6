"""Rows that no SQL gives, as a Parquet file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.queries import Rows


def write_rows(rows: Rows, path: Path) -> None:
    """Write rows with the types of their values, whole or not at all; times are UTC.

    A column without any value is one of texts. Raises OSError where the place takes no file.
    """
    import pyarrow as pa  # noqa: PLC0415 - only a Parquet file needs it
    import pyarrow.parquet as pq  # noqa: PLC0415

    columns = []
    for place in range(len(rows.columns)):
        column = pa.array([row[place] for row in rows.rows])
        columns.append(column.cast(pa.string()) if pa.types.is_null(column.type) else column)
    beside = path.with_name(f".{path.name}.part")
    try:
        pq.write_table(pa.table(columns, names=rows.columns), beside, compression="zstd")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
