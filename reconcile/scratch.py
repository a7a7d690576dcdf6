"""Give a reader room for `core.*` beside a database that it may not write to."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb


@contextmanager
def core_room(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let `core.x` be made and read in memory while `kept.*` comes from the connection's database.

    Files of sql/core then run for a report as they do in a run, on a read-only copy as well. What
    was made is gone afterwards. Stands outside of transactions.
    """
    found = connection.execute("select current_database()").fetchall()
    database = str(found[0][0]).replace('"', '""').replace("'", "''")
    connection.execute("attach ':memory:' as scratch (read_only false)")
    try:
        connection.execute("create schema scratch.core")
        # The first place is where new names go unless they name a schema of another place.
        connection.execute(f"set search_path = '\"{database}\".main,scratch.core'")
        yield
    finally:
        connection.execute("reset search_path")
        connection.execute("detach scratch")
