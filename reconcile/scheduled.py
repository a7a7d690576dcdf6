"""What a run does at its hours once all else is done and published: write reports, count alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile import alerting, database, jobs, report_files
from reconcile.errors import ExitCode
from reconcile.settings.schedules import alert_job, report_job

if TYPE_CHECKING:
    from reconcile.run_record import Run, RunResult


def finish(one: Run, result: RunResult) -> None:
    """Write the reports and count the alerts whose slot has come; what fails stays due."""
    done = _write_reports(one) if one.report_slots else []
    if one.alert_slots:
        done += _count_alerts(one)
    result.exit_code = one.exit_code
    with database.open_state(one.settings.state_folder) as connection:
        jobs.done(connection, one.moment, one.due_jobs, done)
        result.schedule = jobs.standing(connection, one.settings, one.moment)


def _write_reports(one: Run) -> list[str]:
    written, problems = report_files.write_due(one.settings, one.report_slots)
    for name, problem in problems.items():
        one.note(f"report {name}", problem.lines(), ExitCode.SINK)
    return [report_job(name) for name in written]


def _count_alerts(one: Run) -> list[str]:
    counted, problems, untold = alerting.count(one.settings, one.alert_slots)
    for name, problem in problems.items():
        one.note(f"count of the alert {name}", problem.lines(), ExitCode.SINK)
    for name, lines in untold.items():
        one.note(f"webhook of the alert {name}", lines, ExitCode.DONE)
    return [alert_job(name) for name in counted]
