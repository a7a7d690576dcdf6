"""The parts of a run that have a schedule of their own: which are due, and which are done.

A run takes each part whose slot has come. What was missed is done once; what could not be done
stays due. Without a schedule a part belongs to every run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile import queries

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import duckdb

    from reconcile.moment import Moment
    from reconcile.settings import Settings

PUBLISH = "publish"
RETENTION = "retention"


def source_job(name: str) -> str:
    """Name the job of reading a source."""
    return f"source {name}"


def report_job(name: str) -> str:
    """Name the job of writing a report."""
    return f"report {name}"


def follow(connection: duckdb.DuckDBPyConnection, settings: Settings, moment: Moment) -> None:
    """Take up the schedules of new settings, each checked to the letter.

    Raises SettingInvalid for one that is no cron expression.
    """
    if settings.schedules:
        from reconcile import schedule  # noqa: PLC0415 - most settings have none

        schedule.check(settings)
    queries.run(connection, "commands.forget_jobs", {})
    for job, expression, time_zone, is_due_at_once in queries.rows(
        connection, "core.new_jobs", {}
    ).rows:
        first = moment.now
        if not is_due_at_once:
            first = schedule.next_slot(expression, time_zone, moment.now)
        queries.run(
            connection,
            "commands.add_job",
            {
                "job": job,
                "schedule": expression,
                "time_zone": time_zone,
                "next_slot_at": first,
            },
        )


def look(
    connection: duckdb.DuckDBPyConnection, settings: Settings, moment: Moment
) -> tuple[frozenset[str], dict[str, datetime]]:
    """Name the jobs whose slot has not come, and give the slot of each report whose slot has.

    Of several slots that were missed the last one counts.
    """
    scheduled = settings.schedules
    if not scheduled:
        return frozenset(), {}
    due = {row[0]: row for row in queries.rows(connection, "core.due_jobs", moment.params()).rows}
    reports = {}
    for report in settings.reports:
        if row := due.get(report_job(report.name)):
            from reconcile import schedule  # noqa: PLC0415 - few runs write a report

            _, expression, time_zone, slot_at = row
            reports[report.name] = schedule.last_slot(expression, time_zone, slot_at, moment.now)
    return frozenset(scheduled) - frozenset(due), reports


def done(
    connection: duckdb.DuckDBPyConnection, settings: Settings, moment: Moment, jobs: Iterable[str]
) -> None:
    """Note which jobs this run has done; those without a schedule, or not due, are passed over."""
    wanted = set(jobs) & set(settings.schedules)
    if not wanted:
        return
    from reconcile import schedule  # noqa: PLC0415 - most runs have nothing to note

    for job, expression, time_zone, slot_at in queries.rows(
        connection, "core.due_jobs", moment.params()
    ).rows:
        if job in wanted:
            params = {
                "job": job,
                "now": moment.now,
                "last_slot_at": schedule.last_slot(expression, time_zone, slot_at, moment.now),
                "next_slot_at": schedule.next_slot(expression, time_zone, moment.now),
            }
            queries.run(connection, "commands.keep_job", params)
