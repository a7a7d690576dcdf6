"""`replay`: a past run decided again."""

from __future__ import annotations

from typing import Annotated

import typer

from reconcile.cli import answers
from reconcile.cli.app import app, example
from reconcile.cli.formats import AnyFormat, by_ending
from reconcile.cli.giving import Findings, give
from reconcile.cli.instants import now_or
from reconcile.cli.options import Json, Output, SettingsFiles, ZoneName, the_one
from reconcile.errors import ExitCode, UsageWrong
from reconcile.reports.formats import Format

At = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="TIME", show_default=False, help="The run of this minute: the last by then."
    ),
]
RunNumber = Annotated[
    int | None,
    typer.Option(
        "--run", metavar="NUMBER", min=1, show_default=False, help="The run of this number."
    ),
]


@app.command(
    short_help="A past run decided again, and what differs",
    epilog=example(
        "$ reconcile replay --at 2026-11-20T09:06:00Z",
        "$ reconcile replay --run 12 --json",
    ),
)
def replay(
    *,
    settings: SettingsFiles = None,
    at: At = None,
    run: RunNumber = None,
    is_json: Json = False,
    format: AnyFormat = None,
    output: Output = None,
    zone: ZoneName = "UTC",
) -> int:
    """Decide a past run again with what was known then, and show what it had decided otherwise.

    With the calls, the directory, the do-not-call lists, the pauses and the settings as that run
    had them, and at its instant. No difference is the normal case; with one the exit code is 1.
    What cannot be judged, since something of then is not known, is told apart and sets no exit
    code. Nothing is sent and no file is touched.
    """
    form = Format.JSON if is_json else by_ending(format, output)
    with answers.in_json(form is Format.JSON):
        from reconcile import replay as module  # noqa: PLC0415 - help needs none of it
        from reconcile.replay import telling  # noqa: PLC0415
        from reconcile.reports.tables import zone_named  # noqa: PLC0415

        if (at is None) == (run is None):
            raise UsageWrong(
                "a run is asked for either by `--at` or by `--run`",
                hint="`reconcile report runs` lists the runs",
            )
        shown_in = zone_named(zone)
        found = module.replay(the_one(settings), now_or(at, "--at"), run_id=run)
        code = ExitCode.FINDINGS if found.found else ExitCode.DONE
        told = Findings(
            page=lambda form: telling.page(found, shown_in, form),
            rows=lambda: telling.rows(found),
            data=lambda: telling.data(found),
        )
        give(told, form, output, code)
    return code
