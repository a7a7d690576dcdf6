"""What a walk puts aside for the time: what is over, and numbers that no limit holds.

So a round costs what is open, and what counts alone is walked alone.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconcile import queries

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

_FINISHED = {
    "attempts": ("core.finished_attempts", "commands.forget_finished_attempts"),
    "episodes": ("core.finished_episodes", "commands.forget_finished_episodes"),
    "dropped_calls": ("core.finished_drops", "commands.forget_finished_drops"),
}
"""How rows of tables of `kept` are found and forgotten when they are over."""

_OF_NUMBERS = ("dropped_calls", "episodes", "attempts")


def begin(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables for what is over, empty."""
    for table in _FINISHED:
        connection.execute(
            f"create or replace temp table over_{table} as from kept.{table} limit 0"
        )


def put(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Put aside what `core.closings` ends in a table of `kept`."""
    found, forget = _FINISHED[table]
    queries.run(connection, found, {})
    connection.execute(f"insert into temp.over_{table} by name from {found}")
    queries.run(connection, forget, {})


def bring_back(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring back all that was over."""
    for table in _FINISHED:
        over = f"temp.over_{table}"
        connection.execute(f"insert into kept.{table} by name from {over}")
        connection.execute(f"delete from {over}")  # noqa: S608 - our own names


@contextmanager
def lanes_alone(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Put aside, for the time, what came of the numbers that no limit holds."""
    connection.execute(
        "create or replace temp table lane_numbers as select number from core.simulated_lanes "
        "where lane in (select lane from core.simulated_reaches)"
    )
    for name in _OF_NUMBERS:
        others = f"from kept.{name} where number is null or number not in (from lane_numbers)"
        connection.execute(f"create or replace temp table aside_{name} as {others}")
        connection.execute(f"delete {others}")
    connection.execute("delete from kept.episodes; delete from kept.attempts")
    yield
    for name in _OF_NUMBERS:
        connection.execute(f"insert into kept.{name} from temp.aside_{name}")
