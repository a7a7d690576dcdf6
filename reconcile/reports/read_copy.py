"""Open what the last run published for readers. The state itself is never opened here (I6)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from reconcile import clock, database, publishing, queries, scratch, state_faults
from reconcile.errors import UsageWrong

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from reconcile.settings import Settings

PUBLISHED = "published"
"""The name of the read copy beside another database."""

_RUN_COLUMNS = (
    "{run_id: 'bigint', run_at: 'timestamp', started_at: 'timestamp', ended_at: 'timestamp', "
    "version: 'varchar', settings_hash: 'varchar', counts: 'varchar', outcome: 'varchar', "
    "exit_code: 'bigint', has_changes: 'boolean', unread: 'varchar', is_clock_back: 'boolean', "
    "has_unpublished: 'boolean'}"
)


@contextmanager
def open_read_copy(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the read copy of the state, read-only, for as long as it takes.

    `ops.runs` and `ops.feeds` have what idle runs have seen since, too. Raises UsageWrong where no
    run has published a copy, or one of another version has; StateUnusable for a damaged one.
    """
    path = settings.state_folder / database.READ_FILE
    if not path.is_file():
        raise UsageWrong(
            f"there is no `{path}` yet: no run has published anything to read",
            hint="`reconcile run` does, or check the `state` of the settings file",
        )
    with (
        state_faults.in_words_of_copy(path),
        database.connect(path, read_only=True) as connection,
    ):
        _check_schema(connection, str(path))
        add_idle_runs(connection, settings.state_folder)
        yield connection


@contextmanager
def attached(connection: duckdb.DuckDBPyConnection, state_folder: Path) -> Iterator[None]:
    """Have the read copy beside another database, read-only, under the name `PUBLISHED`."""
    path = scratch.in_text(str(state_folder / database.READ_FILE))
    connection.execute(f"attach '{path}' as {PUBLISHED} (read_only)")
    try:
        yield
    finally:
        connection.execute(f"detach {PUBLISHED}")


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


def add_idle_runs(connection: duckdb.DuckDBPyConnection, state_folder: Path) -> None:
    """Put `ops.*` in memory before that of the copy, with the idle runs that came after it.

    Costs nothing where none did.
    """
    status = publishing.read_status(state_folder) or {}
    feeds = status.get("feeds")
    copied = connection.execute("select coalesce(max(run_id), 0) from ops.runs").fetchall()[0][0]
    if not isinstance(status.get("run_id"), int) or status["run_id"] <= copied:
        return
    here = scratch.quoted_database(connection)
    tables = connection.execute(
        "select table_name from duckdb_tables() "
        "where database_name = current_database() and schema_name = 'ops'"
    ).fetchall()
    connection.execute("attach ':memory:' as idle (read_only false); create schema idle.ops")
    for (name,) in tables:
        connection.execute(f"create table idle.ops.{name} as from {here}.ops.{name}")
    file = state_folder / publishing.IDLE_FILE
    if file.is_file():
        connection.execute(
            "insert into idle.ops.runs by name from read_json($1, format = 'newline_delimited', "
            f"columns = {_RUN_COLUMNS}, ignore_errors = true) where run_id > $2",
            [str(file), copied],
        )
    if isinstance(feeds, dict):
        _replace_feeds(connection, feeds)
    connection.execute(f"set search_path = '{scratch.in_text(here)}.main,idle.ops'")


def _replace_feeds(connection: duckdb.DuckDBPyConnection, feeds: dict[str, Any]) -> None:
    for name, feed in feeds.items():
        source, _, stream = name.rpartition("/")
        connection.execute(
            "update idle.ops.feeds set read_at = $3, row_count = $4, fault = $5 "
            "where source = $1 and stream = $2",
            [
                source,
                stream,
                instant_of(feed.get("read_at")),
                feed.get("row_count"),
                feed.get("fault"),
            ],
        )


def status_run_at(status: dict[str, Any] | None) -> datetime | None:
    """The instant of the run that wrote a status; None where there is none to be read."""
    return instant_of((status or {}).get("run_at"))


def instant_of(text: object) -> datetime | None:
    """An instant as a status has it; None where it has none or none to be read."""
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
