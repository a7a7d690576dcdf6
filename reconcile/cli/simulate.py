"""`simulate`: a history replayed under other settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconcile.cli import answers
from reconcile.cli.app import app, example
from reconcile.cli.formats import AnyFormat, by_ending
from reconcile.cli.giving import Findings, give
from reconcile.cli.instants import instant
from reconcile.cli.options import Json, Output, SettingsFiles, ZoneName, the_one
from reconcile.errors import ExitCode
from reconcile.reports.formats import Format
from reconcile.simulation.kinds import Assume, Kind

if TYPE_CHECKING:
    from reconcile.pages.trade_off import Ending
    from reconcile.reports.tables import Zone
    from reconcile.simulation import Simulated

Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        show_default="the settings as they are",
        help="Other settings beside the present ones; several stand side by side. Two changes of "
        "the same settings: `KEY=VALUE;KEY=VALUE`.",
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="TIME", show_default="the first call", help="Calls dropped from then on."
    ),
]
To = Annotated[
    str | None,
    typer.Option(
        "--to", metavar="TIME", show_default="the last record", help="Up to but not including then."
    ),
]
History = Annotated[
    Kind | None,
    typer.Option(
        "--history",
        show_default="what runs have published, else the sources",
        help="Where the calls come from.",
    ),
]

Assumption = Annotated[
    Assume | None,
    typer.Option(
        "--assume",
        show_default="unanswered; with --minutes observed",
        help="What becomes of a simulated dial: nobody answers, or what the real call came to that "
        "proves it.",
    ),
]
Minutes = Annotated[
    bool,
    typer.Option(
        "--minutes",
        help="Let real runs decide, one at each full minute, in memory: pacing, calls that go on "
        "and late records count too. Slower.",
    ),
]
Plot = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        show_default=False,
        help="Draw the settings side by side too: dials against clients reached, and who calls "
        "back by himself. As a page or a picture, by the ending: .html, .svg or .png.",
    ),
]


@app.command(
    short_help="What other settings would have done with past calls",
    epilog=example(
        "$ reconcile simulate --set campaigns.missed-calls.retry_minutes=3,10,30",
        "$ reconcile simulate --set 'campaigns.missed-calls.reach=contact' --from 2026-11-01",
    ),
)
def simulate(
    *,
    settings: SettingsFiles = None,
    sets: Sets = None,
    from_time: From = None,
    to_time: To = None,
    history: History = None,
    assume: Assumption = None,
    by_minutes: Minutes = False,
    is_json: Json = False,
    format: AnyFormat = None,
    output: Output = None,
    plot: Plot = None,
    zone: ZoneName = "UTC",
) -> int:
    """Replay past calls under the settings and under others.

    As if a run had stood at every second, or with `--minutes` by the runs of each minute.

    It tells what would have been opened, joined and ignored, how many dials each attempt would have
    taken, what would have ended the episodes, and how many clients call back by themselves before
    each step. Nothing is sent and no file is touched.
    """
    form = Format.JSON if is_json else by_ending(format, output)
    with answers.in_json(form is Format.JSON):
        from reconcile import simulation  # noqa: PLC0415 - help needs none of it
        from reconcile.reports.tables import zone_named  # noqa: PLC0415

        shown_in = zone_named(zone)
        period = instant(from_time, "--from"), instant(to_time, "--to")
        ending = _ending(plot)
        found = simulation.simulate(
            the_one(settings), sets or [], period,
            kind=history, assume=assume, by_minutes=by_minutes,
        )  # fmt: skip
        code = _warn(found)
        _draw(found, shown_in, plot, ending)
        give(_findings(found, shown_in), form, output, code)
    return code


def _warn(found: Simulated) -> ExitCode:
    for lines in found.faults:
        answers.warning(lines)
    return ExitCode.SOURCE if found.faults else ExitCode.DONE


def _findings(found: Simulated, zone: Zone) -> Findings:
    from reconcile.simulation import telling  # noqa: PLC0415 - help needs none of it

    return Findings(
        page=lambda form: telling.page(found, zone, form),
        rows=lambda: telling.rows(found),
        data=lambda: telling.data(found),
    )


def _ending(plot: Path | None) -> Ending | None:
    """What to draw, told before the history is read: that can take long."""
    if plot is None:
        return None
    from reconcile.pages import trade_off  # noqa: PLC0415 - few ask for a plot

    return trade_off.ending_of(plot)


def _draw(found: Simulated, zone: Zone, plot: Path | None, ending: Ending | None) -> None:
    if plot is None or ending is None:
        return
    from reconcile.pages import trade_off  # noqa: PLC0415 - few ask for a plot

    with answers.writing(plot) as place:
        trade_off.write(found, zone, place, ending)
