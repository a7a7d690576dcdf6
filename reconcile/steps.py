"""Run files of sql/ one after the other, where they are asked for, and as often as it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile import queries

if TYPE_CHECKING:
    import duckdb

    from reconcile.moment import Moment

# Rounds are as many as the dials in doubt, or the closings in a chain, of one number in one run;
# this is a stop for a fault of ours, never reached by data.
_ROUNDS_MAX = 1_000


def run(
    connection: duckdb.DuckDBPyConnection, names: tuple[str, ...], moment: Moment
) -> dict[str, int]:
    """Run files in order; returns the rows of each now, and adds them to the counts of the run."""
    params = moment.params()
    counts = {}
    for name in names:
        counts[name] = queries.run(connection, name, params)
        moment.counts[name] = moment.counts.get(name, 0) + counts[name]
    return counts


def run_if(
    connection: duckdb.DuckDBPyConnection,
    names: tuple[str, ...],
    moment: Moment,
    *,
    asked: bool,
    instead: str,
) -> None:
    """Run the files of a rule where a setting asks for it, or make their empty tables."""
    if asked:
        run(connection, names, moment)
    else:
        connection.execute(instead)


def repeat(
    connection: duckdb.DuckDBPyConnection,
    moment: Moment,
    find: tuple[str, ...],
    act: tuple[str, ...],
    *,
    until: tuple[str, ...],
) -> None:
    """Find and act in turn until the named steps of `find` give no row any more."""
    for _ in range(_ROUNDS_MAX):
        counts = run(connection, find, moment)
        if not any(counts[name] for name in until):
            return
        run(connection, act, moment)
    raise RuntimeError(f"{until[0]} does not come to an end")
