"""Bring back from the audit files what the read copy no longer holds, or not as it once was.

The audit files hold versions of rows, each with the run that changed it. Here `kept.*` is put
together from them in memory, beside the read copy, for as long as it takes.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reconcile import scratch
from reconcile.audit_files.reading import add_versions, patterns
from reconcile.audit_files.tables import AUDIT_FOLDER, AUDIT_TABLES
from reconcile.reports import directory_of_then

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    import duckdb


_NOT_LOOKED_AT = {"duplicates", *directory_of_then.CHANGES.values()}

_TABLES = [
    table
    for table in AUDIT_TABLES.values()
    if table.relation.startswith("kept.") and table.name not in _NOT_LOOKED_AT
]
"""Those whose rows reports look back at."""

BY_HAND = {
    "pauses": "paused_at",
    "closings_by_hand": "closed_at",
    "deliveries_by_hand": "done_at",
}
"""Small tables without versions: for the past, their rows count from this instant on."""

_A_DAY = timedelta(days=1)


def swept_before(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """The instant before which rows may stand in the audit files only; None where all are here."""
    found = connection.execute(
        "select max(clock.swept_on)::timestamp + interval '1 day' "
        "- max(program.hot_days) * interval '1 day' "
        "from ops.clock as clock cross join settings.program as program"
    ).fetchall()
    instant: datetime | None = found[0][0]
    return instant


def is_swept(connection: duckdb.DuckDBPyConnection, since: datetime) -> bool:
    """Whether rows as old as `since` may stand in the audit files only."""
    horizon = swept_before(connection)
    return horizon is not None and since < horizon


def first_day(state_folder: Path) -> str | None:
    """The first day of which audit files tell, `2026-11-20`; None before there are any."""
    days = (path.name for path in (state_folder / AUDIT_FOLDER).glob("*/date=*"))
    return min(days, default="").removeprefix("date=") or None


@contextmanager
def with_swept(
    connection: duckdb.DuckDBPyConnection, state_folder: Path, since: datetime
) -> Iterator[None]:
    """Let `kept.*` hold again what was swept out of the state since `since`.

    Asked for only where `is_swept` says so. `core.*` can be made in it.
    """
    horizon = swept_before(connection)
    if horizon is None:
        yield
        return
    with _past(connection) as here:
        for table in _TABLES:
            connection.execute(
                f"create table past.{table.relation} as from {here}.{table.relation}"
            )
            add_versions(
                connection,
                patterns(state_folder / AUDIT_FOLDER / table.name, since, datetime.max),  # noqa: DTZ901
                table,
                f"past.{table.relation}",
                condition=f"{table.instant} >= $since and {table.instant} < $until",
                params={"since": since, "until": horizon},
            )
        # What was settling to the end turned out to be no dropped call; its row was taken away.
        connection.execute(
            "delete from past.kept.dropped_calls where account = 'settling' and dropped_at < $1",
            [horizon],
        )
        yield


@contextmanager
def as_of(
    connection: duckdb.DuckDBPyConnection, state_folder: Path, number: str, at: datetime
) -> Iterator[None]:
    """Let `kept.*` be what had been seen of one number by the last run at or before `at`.

    Where the runs themselves were swept out, by the end of that day. `settings.*` and `ops.*` stay
    as they are now.
    """
    run_id = run_before(connection, at)
    brought_back = {*directory_of_then.CHANGES, *directory_of_then.CHANGES.values()}
    with _past(connection, without_rows=brought_back) as here:
        for table in _TABLES:
            rows = f"{here}.{table.relation}"
            connection.execute(
                f"create table past.{table.relation} as from {rows} "
                "where number = $1 and changed_run <= $2",
                [number, run_id],
            )
            params = {"number": number, "run_id": run_id}
            since = _changed_since(connection, rows, table.instant, params, at)
            add_versions(
                connection,
                patterns(state_folder / AUDIT_FOLDER / table.name, since, at),
                table,
                f"past.{table.relation}",
                condition="number = $number and changed_run <= $run_id",
                params=params,
            )
        _cut_to(connection, here, run_id, at)
        directory_of_then.bring_back(connection, here, state_folder, run_id=run_id, run_at=at)
        yield


def run_before(connection: duckdb.DuckDBPyConnection, at: datetime) -> int:
    """The last run at or before an instant; of what was swept out, the one before those known."""
    found = connection.execute(
        "select coalesce(max(run_id) filter (where run_at <= $1), min(run_id) - 1, 0) "
        "from ops.runs",
        [at],
    ).fetchall()
    return int(found[0][0])


def _cut_to(connection: duckdb.DuckDBPyConnection, here: str, run_id: int, at: datetime) -> None:
    """Take away what people did and what diallers told later."""
    connection.execute("create schema past.raw")
    for name, instant in BY_HAND.items():
        connection.execute(
            f"delete from past.kept.{name} where {instant} > $1",  # noqa: S608 - our names
            [at],
        )
    connection.execute("update past.kept.pauses set resumed_at = null where resumed_at > $1", [at])
    connection.execute(
        f"create table past.raw.results as from {here}.raw.results where applied_run <= $1",
        [run_id],
    )


def _changed_since(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    instant: str,
    params: dict[str, object],
    at: datetime,
) -> datetime:
    """From when on audit files can hold earlier versions of what has changed since `at`."""
    first_changed, hot_days = connection.execute(
        f"select (select min({instant}) from {table} "  # noqa: S608 - names of our own
        "where number = $number and changed_run > $run_id), "
        "(select max(hot_days) from settings.program)",
        params,
    ).fetchall()[0]
    horizon = swept_before(connection)
    if horizon is not None and at < horizon:
        return at - timedelta(days=hot_days)
    return min(first_changed or at, at) - _A_DAY


@contextmanager
def _past(
    connection: duckdb.DuckDBPyConnection, *, without_rows: Collection[str] = ()
) -> Iterator[str]:
    """Make room in memory whose `kept.*` and `core.*` stand in front; give the read copy's name.

    Tables of `kept` that have no versions are there as they are, or without their rows.
    """
    here = scratch.quoted_database(connection)
    connection.execute("attach ':memory:' as past (read_only false)")
    try:
        connection.execute("create schema past.kept; create schema past.core")
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() "
            "where database_name = current_database() and schema_name = 'kept'"
        ).fetchall():
            if name not in [table.name for table in _TABLES]:
                rows = "limit 0" if name in without_rows else ""
                connection.execute(
                    f"create table past.kept.{name} as from {here}.kept.{name} {rows}"
                )
        for name, parameters, definition in connection.execute(
            "select function_name, list_aggregate(parameters, 'string_agg', ', '), "
            "macro_definition from duckdb_functions() "
            "where database_name = current_database() and schema_name = 'kept' "
            "and function_type = 'macro'"
        ).fetchall():
            connection.execute(f"create macro past.kept.{name}({parameters}) as {definition}")
        with scratch.in_front(connection, "past.kept", "past.core"):
            yield here
    finally:
        connection.execute("detach past")
