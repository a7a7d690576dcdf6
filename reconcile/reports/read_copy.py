"""Open what the last run published for readers. The state itself is never opened here (I6)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from reconcile import clock, database, publishing, queries
from reconcile.errors import UsageWrong

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import duckdb

    from reconcile.settings import Settings


@contextmanager
def open_read_copy(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the read copy of the state, read-only, for as long as it takes.

    Raises UsageWrong where no run has published one, or one of another version has.
    """
    path = settings.state_folder / database.READ_FILE
    if not path.is_file():
        raise UsageWrong(
            f"there is no `{path}` yet: no run has published anything to read",
            hint="`reconcile run` does, or check the `state` of the settings file",
        )
    with database.connect(path, read_only=True) as connection:
        _check_schema(connection, str(path))
        yield connection


def last_run(
    connection: duckdb.DuckDBPyConnection, settings: Settings, until: datetime | None = None
) -> datetime | None:
    """The last run (up to `until`) whose sight the read copy has; None before the first.

    A run that found nothing new publishes no copy, so its own status is asked as well.
    """
    found = connection.execute(
        "select max(run_at) from ops.runs where $1::timestamp is null or run_at <= $1", [until]
    ).fetchall()
    runs = [found[0][0], status_run_at(publishing.read_status(settings.state_folder))]
    seen = [run_at for run_at in runs if run_at and (until is None or run_at <= until)]
    return max(seen, default=None)


def status_run_at(status: dict[str, Any] | None) -> datetime | None:
    """The instant of the run that wrote a status; None where there is none to be read."""
    text = (status or {}).get("run_at")
    try:
        return clock.parse_instant(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _check_schema(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    wanted = len(list((queries.folder() / "schema").glob("*.sql")))
    found = connection.execute("select count(*) from main.migrations").fetchall()[0][0]
    if found != wanted:
        raise UsageWrong(
            f"`{path}` was published by another version of the program (schema {found}, this one "
            f"knows {wanted})",
            hint="the next `reconcile run` publishes it anew",
        )
