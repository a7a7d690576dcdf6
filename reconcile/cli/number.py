"""`explain` and `due`: why a number was called or not, and whom a call awaits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reconcile.cli import answers
from reconcile.cli.app import app, example
from reconcile.cli.formats import AnyFormat, by_ending
from reconcile.cli.giving import Findings, give
from reconcile.cli.instants import instant, now_or
from reconcile.cli.options import Html, Json, Now, Output, SettingsFiles, ZoneName, the_one
from reconcile.errors import ExitCode, UsageWrong
from reconcile.reports.formats import Format

if TYPE_CHECKING:
    from reconcile.due import Due
    from reconcile.explain import Explanation
    from reconcile.reports.tables import Zone
    from reconcile.settings import Settings

Sheet = Annotated[
    bool,
    typer.Option(
        "--sheet",
        help="A sheet to print, for people who dial without a dialler: table, csv, markdown.",
    ),
]

At = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="TIME",
        show_default="now",
        help="What had been seen by then, with the directory and the lists of then.",
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="TIME",
        show_default="`hot_days` back",
        help="Reach back to this instant, UTC; older than `hot_days` reads the audit files.",
    ),
]

_YEAR_MINUTES = 525_600


@app.command(
    short_help="The whole chain of one number, and what comes next",
    epilog=example(
        "$ reconcile explain 700610123 --at 2026-11-20T09:06:30Z",
        "09:05:00  wait  `not_due`: its time has not come; attempt 1 of 3 is due …",
        "09:06:00  dial  `attempt_1_of_3`: nothing holds attempt 1 of 3",
    ),
)
def explain(
    *,
    number: Annotated[
        str, typer.Argument(metavar="NUMBER", help="A number in any notation, or a contact id.")
    ],
    settings: SettingsFiles = None,
    at: At = None,
    from_time: Since = None,
    html: Html = None,
    is_json: Json = False,
    zone: ZoneName = "UTC",
) -> int:
    """Tell the whole chain of a number: its calls, what was decided and why, what comes next.

    Calls in and out, dropped calls with their account, episodes, every change of a decision with
    its reason in one sentence, commands and how far they got, attempts and regrets, contacts and
    duplicates. Times of calls are when they happened, times of decisions are runs.
    """
    from reconcile.explain import explain as ask  # noqa: PLC0415 - help needs none of it
    from reconcile.explain.page import data, page  # noqa: PLC0415
    from reconcile.reports.tables import zone_named  # noqa: PLC0415
    from reconcile.settings import load  # noqa: PLC0415

    with answers.in_json(is_json):
        shown_in = zone_named(zone)
        since = instant(from_time, "--from")
        found = ask(load(the_one(settings)), number, at=instant(at, "--at"), since=since)
        if html is not None:
            answers.write(_sheet_of(found, shown_in), html)
        if html is None or is_json:
            answers.write(answers.envelope(data(found)) if is_json else page(found, shown_in))
    return ExitCode.DONE


@app.command(
    short_help="What will be dialled in the next minutes, what is blocked",
    epilog=example(
        "$ reconcile due --minutes 15 --zone Europe/Prague",
        "$ reconcile due --sheet --minutes 120 --output today.txt",
    ),
)
def due(
    *,
    settings: SettingsFiles = None,
    minutes: Annotated[
        int,
        typer.Option(
            "--minutes", min=1, max=_YEAR_MINUTES, metavar="MINUTES", help="How far to look ahead."
        ),
    ] = 60,
    is_sheet: Sheet = False,
    format: AnyFormat = None,
    output: Output = None,
    now: Now = None,
    zone: ZoneName = "UTC",
) -> int:
    """List what will be dialled in the next minutes, what holds it, and what is blocked since when.

    The oldest promise comes first; what was due earlier and has not left stands on top. Each
    episode shows its next attempt only, for a later one depends on how that ends. A sheet leaves
    out who must not be called now; it knows of talks up to the last run, so print it often.
    """
    from reconcile.due import due as look  # noqa: PLC0415 - help needs none of it
    from reconcile.reports.tables import zone_named  # noqa: PLC0415
    from reconcile.settings import load  # noqa: PLC0415

    form = by_ending(format, output)
    with answers.in_json(form is Format.JSON):
        if is_sheet and form in (Format.JSON, Format.PARQUET):
            raise UsageWrong("a sheet is for people", hint=f"`{form}` goes without `--sheet`")
        shown_in, loaded = zone_named(zone), load(the_one(settings))
        found = look(loaded, now=now_or(now), minutes=minutes)
        if is_sheet:
            _warn_of_diallers(loaded, found)
        give(_sheet(found, shown_in) if is_sheet else _due(found, shown_in), form, output)
    return ExitCode.DONE


def _sheet_of(found: Explanation, zone: Zone) -> str:
    from reconcile.explain.sheet import sheet  # noqa: PLC0415 - few ask for a page

    return sheet(found, zone)


def _warn_of_diallers(loaded: Settings, found: Due) -> None:
    """A client on the sheet is called twice where a dialler calls as well."""
    from reconcile.settings import NO_DIALLER  # noqa: PLC0415

    paused = {pause.campaign for pause in found.pauses}
    for campaign in loaded.campaigns:
        if campaign.dialler != NO_DIALLER and campaign.name not in paused:
            answers.warning(
                [
                    f"the dialler `{campaign.dialler}` calls the clients of `{campaign.name}` too",
                    f'hint: `reconcile pause {campaign.name} --why "called by hand"` holds it '
                    "meanwhile",
                ]
            )


def _due(found: Due, zone: Zone) -> Findings:
    from reconcile import due as module  # noqa: PLC0415
    from reconcile.reports import text  # noqa: PLC0415

    def page(form: Format) -> str:
        coming, blocked = module.coming_rows(found), module.blocked_rows(found)
        return "\n".join(
            [
                text.page("due", module.sentence(found, zone), coming, zone, form),
                text.page("blocked", module.BLOCKED, blocked, zone, form),
            ]
        )

    return Findings(page, lambda: found.rows, lambda: module.data(found))


def _sheet(found: Due, zone: Zone) -> Findings:
    from reconcile import due as module  # noqa: PLC0415
    from reconcile.reports import text  # noqa: PLC0415

    rows = module.sheet_rows(found, zone)

    def page(form: Format) -> str:
        return text.page(
            "Clients to call back",
            module.sheet_sentence(found, zone),
            rows,
            zone,
            form,
            width=module.SHEET_WIDTH,
            fixed=("done", "number", "result"),
        )

    return Findings(page, lambda: rows, lambda: None)
