"""Rows as they stood by a past run: those of the read copy, and versions in audit files."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reconcile.audit_files import reading
from reconcile.audit_files.tables import AUDIT_TABLES
from reconcile.reports.read_copy import PUBLISHED, attached

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
        asked = {"run_id": self.run.run_id, "since": since}
        params = {name: value for name, value in asked.items() if f"${name}" in condition}
        reading.fill(
            self.connection, table, place or table.relation,
            published=PUBLISHED, state_folder=self.folder, condition=condition, params=params,
            since=since if since == EVER else since - _A_DAY,
            until=until or self.run.run_at + _A_DAY,
        )  # fmt: skip

    def copy(self, relation: str, condition: str = "true", *params: object) -> None:
        """Copy rows that have no versions from the read copy."""
        self.connection.execute(
            f"insert into {relation} by name from {PUBLISHED}.{relation} where {condition}",
            list(params) or None,
        )


@contextmanager
def published(
    connection: duckdb.DuckDBPyConnection, folder: Path, run: PastRun
) -> Iterator[Versions]:
    """Have the read copy beside a state in memory."""
    with attached(connection, folder):
        yield Versions(connection, folder, run)
