"""Write what runs have changed as Parquet, one small file a table, under temporary names first."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile import scratch
from reconcile.audit_files.tables import AUDIT_FOLDER, AUDIT_TABLES, SCHEMA_VERSION

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from reconcile.audit_files.tables import AuditTable

MARK = "reconcile_schema_version"
"""The key in the metadata of each file that has the version of its form."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Audit files written under temporary names, to be renamed in; `now` is that of their run."""

    files: tuple[tuple[Path, Path], ...]
    run_id: int
    now: datetime

    def rename_in(self) -> None:
        """Let readers see them."""
        for beside, target in self.files:
            beside.replace(target)


def write_changes(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    after: int,
    run_id: int,
    now: datetime,
) -> Pending:
    """Write the rows that runs later than `after` have changed, for the run that stands at `now`.

    `folder` is that of the state. A table that has no files yet is written whole.
    """
    files = []
    for table in AUDIT_TABLES.values():
        place = folder / AUDIT_FOLDER / table.name
        rows = _changed_rows(connection, table, after if place.is_dir() else 0)
        if not rows:
            continue
        target = place / f"date={now:%Y-%m-%d}" / f"run-{now:%H}-{run_id:010}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        # The same name each time, so that a kill leaves one file at most.
        beside = place / ".run.parquet.new"
        write_parquet(connection, rows, beside)
        files.append((beside, target))
    return Pending(tuple(files), run_id, now)


def write_parquet(
    connection: duckdb.DuckDBPyConnection, select: str, path: Path, *, is_synced: bool = False
) -> None:
    """Write the rows of a select with the mark of the version, flushed to disk where that is asked.

    Raises OSError or an error of DuckDB where they cannot be written.
    """
    place = scratch.in_text(str(path))
    connection.execute(
        f"copy ({select}) to '{place}' (format parquet, compression zstd, "
        f"kv_metadata {{{MARK}: '{SCHEMA_VERSION}'}})"
    )
    if is_synced:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _changed_rows(connection: duckdb.DuckDBPyConnection, table: AuditTable, after: int) -> str:
    """The select of what is to be written; empty where there is nothing."""
    changed = f"{table.changed} > {after}"
    if table.is_kept_whole and after:
        new = f"select run_at from ops.runs where run_id > {after}"  # noqa: S608 - a number of ours
        changed = f"first_run_at in ({new})"
    found = connection.execute(
        f"select count(*) from {table.relation} where {changed}"  # noqa: S608 - our own names
    ).fetchall()
    if not found[0][0]:
        return ""
    select = f"select {table.columns} from {table.relation}"  # noqa: S608
    return select if table.is_kept_whole else f"{select} where {changed}"
