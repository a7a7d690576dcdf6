"""The parts of a run that have a schedule of their own: which are due, and which are done.

A run takes each part whose slot has come. What was missed is done once; what could not be done
stays due. Without a schedule a part belongs to every run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from reconcile import queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    import duckdb

    from reconcile.moment import Moment
    from reconcile.settings import Settings


class DueJob(NamedTuple):
    """A job whose slot has come; of several slots that were missed `slot_at` is the first."""

    schedule: str
    time_zone: str
    slot_at: datetime


def follow(connection: duckdb.DuckDBPyConnection, settings: Settings, moment: Moment) -> None:
    """Take up the schedules of new settings, each checked to the letter.

    Raises SettingInvalid for one that is no cron expression.
    """
    queries.run(connection, "commands.forget_jobs", {})
    if not settings.schedules:
        return
    from reconcile import schedule  # noqa: PLC0415 - most settings have none

    schedule.check(settings)
    new = queries.rows(connection, "core.new_jobs", {}).rows
    for job, expression, time_zone, is_due_at_once in new:
        first = moment.now
        if not is_due_at_once:
            first = schedule.next_slot(expression, time_zone, moment.now)
        params = {
            "job": job,
            "schedule": expression,
            "time_zone": time_zone,
            "next_slot_at": first,
        }
        queries.run(connection, "commands.add_job", params)


def due(
    connection: duckdb.DuckDBPyConnection, settings: Settings, moment: Moment
) -> dict[str, DueJob]:
    """The jobs whose slot has come, by name; those without a schedule are not among them."""
    if not settings.schedules:
        return {}
    found = queries.rows(connection, "core.due_jobs", moment.params()).rows
    return {job: DueJob(*how) for job, *how in found}


def slots(
    wanted: Mapping[str, str], due_jobs: Mapping[str, DueJob], now: datetime
) -> dict[str, datetime]:
    """The slot of each job that is due, under the name wanted; of several missed the last one.

    `wanted` has the names by their jobs.
    """
    found = {name: due_jobs[job] for job, name in wanted.items() if job in due_jobs}
    if not found:
        return {}
    from reconcile import schedule  # noqa: PLC0415 - few runs write a report

    return {name: schedule.last_slot(*job, now) for name, job in found.items()}


def done(
    connection: duckdb.DuckDBPyConnection,
    moment: Moment,
    due_jobs: Mapping[str, DueJob],
    jobs: Iterable[str],
) -> None:
    """Note which of the due jobs this run has done; any others are passed over."""
    found = {job: due_jobs[job] for job in jobs if job in due_jobs}
    if not found:
        return
    from reconcile import schedule  # noqa: PLC0415 - most runs have nothing to note

    for job, (expression, time_zone, slot_at) in found.items():
        params = {
            "job": job,
            "now": moment.now,
            "last_slot_at": schedule.last_slot(expression, time_zone, slot_at, moment.now),
            "next_slot_at": schedule.next_slot(expression, time_zone, moment.now),
        }
        queries.run(connection, "commands.keep_job", params)


def standing(
    connection: duckdb.DuckDBPyConnection, settings: Settings, moment: Moment
) -> list[dict[str, Any]]:
    """How each job with a schedule stands, for readers."""
    if not settings.schedules:
        return []
    return queries.rows(connection, "core.schedule", moment.params()).as_dicts()
