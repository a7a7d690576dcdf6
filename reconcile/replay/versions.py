"""Rows as they stood by a past run: those of the read copy, and versions in audit files."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reconcile import database
from reconcile.audit_files.reading import add_versions, patterns
from reconcile.audit_files.tables import AUDIT_FOLDER, AUDIT_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from reconcile.replay.runs import PastRun

EVER = datetime.min  # noqa: DTZ901 - without a zone, as all times here
LATER = datetime.max  # noqa: DTZ901
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Versions:
    """What was published of a state in `folder`, for filling tables as they stood by a run.

    The read copy is there as `published`.
    """

    connection: duckdb.DuckDBPyConnection
    folder: Path
    run: PastRun

    def fill(
        self,
        name: str,
        condition: str,
        *,
        place: str | None = None,
        since: datetime = EVER,
        until: datetime | None = None,
    ) -> None:
        """Fill the table of audit files `name`, or another one of its form, with the rows asked.

        Of each row the newest version for which the condition holds, which may name `$run_id` and
        `$since`. Audit files are looked into from `since` until `until`, without it up to the run.
        """
        table = AUDIT_TABLES[name]
        target = place or table.relation
        asked = {"run_id": self.run.run_id, "since": since}
        params = {name: value for name, value in asked.items() if f"${name}" in condition}
        self.connection.execute(
            f"insert into {target} by name from published.{table.relation} where {condition}",
            params,
        )
        files = patterns(
            self.folder / AUDIT_FOLDER / table.name,
            since if since == EVER else since - _A_DAY,
            until or self.run.run_at + _A_DAY,
        )
        if files:
            add_versions(self.connection, files, table, target, condition=condition, params=params)

    def copy(self, relation: str, condition: str = "true", *params: object) -> None:
        """Copy rows that have no versions from the read copy."""
        self.connection.execute(
            f"insert into {relation} by name from published.{relation} where {condition}",
            list(params) or None,
        )


@contextmanager
def published(
    connection: duckdb.DuckDBPyConnection, folder: Path, run: PastRun
) -> Iterator[Versions]:
    """Have the read copy beside a state in memory."""
    path = str(folder / database.READ_FILE).replace("'", "''")
    connection.execute(f"attach '{path}' as published (read_only)")
    try:
        yield Versions(connection, folder, run)
    finally:
        connection.execute("detach published")
