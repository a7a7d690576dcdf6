"""A room in which `kept.*` is what the runs had seen of one number by an earlier instant."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconcile import scratch
from reconcile.publishing import AUDIT_FOLDER, AUDIT_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    import duckdb

_KEYS = {
    "calls": "source, call_id",
    "dropped_calls": "source, call_id",
    "episodes": "episode_id",
    "attempts": "command_key",
    "decisions": "episode_id, run_id, decision, reason",
    "commands": "command_key",
}
"""What tells the versions of one row in the audit files from other rows."""

_TIMED = {"pauses": "paused_at", "closings_by_hand": "closed_at"}
"""Small tables without versions: their rows count from this instant on."""

_UNTIMED = ("contacts",)
"""Known only as it is now: no directory of the past is kept."""


def present_room(connection: duckdb.DuckDBPyConnection) -> AbstractContextManager[None]:
    """The room in which everything is as it was published last."""
    return scratch.core_room(connection)


@contextmanager
def past_room(
    connection: duckdb.DuckDBPyConnection, state_folder: Path, number: str, at: datetime
) -> Iterator[None]:
    """Let `kept.*` be what had been seen of a number by the last run at or before `at`.

    It is put together in memory from the versions in the audit files; `settings.*` and `ops.*` stay
    as they are. What is made in `core.*` stands there too. Gone afterwards.
    """
    found = connection.execute("select current_database()").fetchall()
    database = '"' + str(found[0][0]).replace('"', '""') + '"'
    connection.execute("attach ':memory:' as past (read_only false)")
    try:
        connection.execute("create schema past.kept; create schema past.core")
        for name, table in AUDIT_TABLES.items():
            _restore(connection, state_folder, f"{database}.{table}", name, number, at)
        for name, instant in _TIMED.items():
            connection.execute(
                f"create table past.kept.{name} as from {database}.kept.{name} "  # noqa: S608
                f"where {instant} <= $1",
                [at],
            )
        for name in _UNTIMED:
            connection.execute(f"create view past.kept.{name} as from {database}.kept.{name}")
        places = f"{database}.main,past.kept,past.core".replace("'", "''")
        connection.execute(f"set search_path = '{places}'")
        yield
    finally:
        connection.execute("reset search_path")
        connection.execute("detach past")


def _restore(
    connection: duckdb.DuckDBPyConnection,
    state_folder: Path,
    table: str,
    name: str,
    number: str,
    at: datetime,
) -> None:
    """Put the newest version up to `at` of each row of the number into `past.kept`."""
    connection.execute(f"create table past.kept.{name} as from {table} limit 0")
    files = [str(path) for path in (state_folder / AUDIT_FOLDER / name).glob("*/*.parquet")]
    if not files:
        return
    connection.execute(
        f"insert into past.kept.{name} by name "  # noqa: S608 - names of our own
        "select * from read_parquet($files, hive_partitioning = false, union_by_name = true) "
        "where number = $number and changed_run <= "
        "(select coalesce(max(run_id), 0) from ops.runs where run_at <= $at) "
        f"qualify row_number() over (partition by {_KEYS[name]} order by changed_run desc) = 1",
        {"files": files, "number": number, "at": at},
    )
