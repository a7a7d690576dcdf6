"""What a run does at its hours once all else is done and published: the reports whose slot came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile import database, jobs, report_files
from reconcile.errors import ExitCode
from reconcile.settings.schedules import report_job

if TYPE_CHECKING:
    from reconcile.run_record import Run, RunResult


def write(one: Run, result: RunResult) -> None:
    """Write the reports whose slot has come; one that cannot be written stays due."""
    written, problems = report_files.write_due(one.settings, one.report_slots)
    for name, problem in problems.items():
        one.note(f"report {name}", problem.lines(), ExitCode.SINK)
    result.exit_code = one.exit_code
    with database.open_state(one.settings.state_folder) as connection:
        jobs.done(connection, one.moment, one.due_jobs, map(report_job, written))
        result.schedule = jobs.standing(connection, one.settings, one.moment)
