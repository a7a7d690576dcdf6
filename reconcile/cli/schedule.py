"""`reconcile schedule`: which part of a run comes when, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.cli import answers
from reconcile.cli.app import app, example
from reconcile.cli.options import Json, SettingsFiles, ZoneName, the_one
from reconcile.errors import ExitCode

if TYPE_CHECKING:
    from reconcile.reports.jobs import Job


@app.command(
    short_help="Which part of a run comes when",
    epilog=example(
        "$ reconcile schedule --zone Europe/Prague",
        "source directory  */15 6-20 * * *  last 09:15  next 09:30  waits for its slot",
    ),
)
def schedule(
    *,
    settings: SettingsFiles = None,
    is_json: Json = False,
    zone: ZoneName = "UTC",
) -> int:
    """List the parts of a run: when each was last done, when it comes next, and why.

    cron calls `reconcile run` every minute; a part with a schedule of its own waits for its slot.
    Slots that were missed are made up for once. A part that could not be done stays due.
    """
    with answers.in_json(is_json):
        from reconcile.reports import jobs, text  # noqa: PLC0415 - help needs none of it
        from reconcile.reports.formats import Format  # noqa: PLC0415
        from reconcile.reports.tables import zone_named  # noqa: PLC0415
        from reconcile.settings import load  # noqa: PLC0415

        found: list[Job] = jobs.listed(load(the_one(settings)))
        if is_json:
            answers.write(answers.envelope({"jobs": jobs.data(found)}))
        else:
            rows = jobs.rows(found)
            sentence = "Each part of a run, with the schedule it has or each run"
            answers.write(text.page("schedule", sentence, rows, zone_named(zone), Format.TABLE))
    return ExitCode.DONE
