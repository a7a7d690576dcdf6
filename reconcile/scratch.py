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
    connection.execute("attach ':memory:' as scratch (read_only false)")
    try:
        connection.execute("create schema scratch.core")
        with in_front(connection, "scratch.core"):
            yield
    finally:
        connection.execute("detach scratch")


@contextmanager
def in_front(connection: duckdb.DuckDBPyConnection, *schemas: str) -> Iterator[None]:
    """Let names of these schemas be looked up there, beside where they are looked up already.

    Each such schema hides that of the same name in the connection's database as a whole.
    """
    found = connection.execute("select current_setting('search_path')").fetchall()
    before = str(found[0][0])
    # The first place is where new names go unless they name a schema of another place.
    places = ",".join([before or f"{quoted_database(connection)}.main", *schemas])
    connection.execute(f"set search_path = '{in_text(places)}'")
    try:
        yield
    finally:
        if before:
            connection.execute(f"set search_path = '{in_text(before)}'")
        else:
            connection.execute("reset search_path")


def quoted_database(connection: duckdb.DuckDBPyConnection) -> str:
    """The name of the connection's database, quoted as a name."""
    found = connection.execute("select current_database()").fetchall()
    return '"' + str(found[0][0]).replace('"', '""') + '"'


def in_text(name: str) -> str:
    """A text as it stands between quotes in SQL."""
    return name.replace("'", "''")
