"""What leaves the state once a day, so that no run costs the history; audit files keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile import queries

if TYPE_CHECKING:
    import duckdb

    from reconcile.moment import Moment

SWEEP = (
    "commands.sweep_queue_log",
    "commands.sweep_cdr",
    "commands.sweep_cel",
    "commands.sweep_table_calls",
    "commands.sweep_table_rows",
    "commands.sweep_results",
    "commands.sweep_rejected",
    "commands.sweep_calls",
    "commands.sweep_witnesses",
    "commands.sweep_dropped_calls",
    "commands.sweep_attempts",
    "commands.sweep_decisions",
    "commands.sweep_commands",
    "commands.sweep_copies",
    "commands.sweep_episodes",
    "commands.sweep_duplicates",
    "commands.sweep_contact_changes",
    "commands.sweep_do_not_call_changes",
    "commands.sweep_operator_signs",
    "commands.sweep_client_hours",
    "commands.sweep_zone_hours",
    "commands.sweep_runs",
)


def sweep(connection: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """Once a day, delete what is old and open in no way; the audit files keep it."""
    is_due, before, raw_before = queries.rows(connection, "core.sweep", moment.params()).rows[0]
    if not is_due or before is None:
        return
    params = {"sweep_before": before, "raw_before": raw_before}
    for name in SWEEP:
        moment.counts[name] = queries.run(connection, name, params)
    moment.has_swept = True
    queries.run(connection, "commands.keep_sweep", moment.params())
