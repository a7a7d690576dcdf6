"""`report`, `rejected`, `rules`: tables of what was published and of what is set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconcile.cli import answers
from reconcile.cli.app import app, example
from reconcile.cli.formats import AnyFormat, by_ending
from reconcile.cli.giving import Findings, give, give_report
from reconcile.cli.instants import instant
from reconcile.cli.options import (
    Html,
    Output,
    SettingsFiles,
    ShowNumbers,
    ZoneName,
    the_one,
)
from reconcile.errors import ExitCode, UsageWrong
from reconcile.reports.formats import Format

if TYPE_CHECKING:
    from reconcile.reports.catalogue import Period
    from reconcile.settings import Campaign, Settings

From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="TIME",
        show_default="`hot_days` back",
        help="From this instant on, UTC; older than `hot_days` is slow, it reads the audit files.",
    ),
]
To = Annotated[
    str | None,
    typer.Option(
        "--to", metavar="TIME", show_default="the end", help="Up to but not including this instant."
    ),
]


@app.command(
    short_help="Dropped calls, episodes, commands, decisions, runs, …",
    epilog=example(
        "$ reconcile report dropped_calls --from 2026-11-20 --to 2026-11-21",
        "$ reconcile report decisions --output decisions.parquet",
    ),
)
def report(
    *,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="Which one; without it all are listed.", show_default=False
        ),
    ] = None,
    settings: SettingsFiles = None,
    from_time: From = None,
    to_time: To = None,
    format: AnyFormat = None,
    output: Output = None,
    html: Html = None,
    show_numbers: ShowNumbers = False,
    zone: ZoneName = "UTC",
) -> int:
    """Print a report: dropped calls, episodes, attempts, commands, decisions, duplicates, runs, ….

    Each says in a sentence what its rows are; without NAME all are listed with theirs. Tables are
    made for people and fit a hundred columns; CSV, JSON and Parquet have every column in full, with
    times in UTC. Phone numbers are shown. `--html` writes one page of charts, figures and the
    clients behind them, numbers masked unless `--show-numbers`.
    """
    form = by_ending(format, output)
    with answers.in_json(form is Format.JSON):
        if html is not None:
            _refuse_name(name)
            period = period_of(from_time, to_time)
            page = _page(the_one(settings), period, zone, show_numbers=show_numbers)
            answers.write(page, html)
        elif name is None:
            _list(form, output)
        else:
            period = period_of(from_time, to_time)
            give_report(name, the_one(settings), period, form, output=output, zone_name=zone)
    return ExitCode.DONE


@app.command(
    short_help="Records that could not be read",
    epilog=example("$ reconcile rejected --from 2026-11-20", "$ reconcile rejected --format csv"),
)
def rejected(
    *,
    settings: SettingsFiles = None,
    from_time: From = None,
    to_time: To = None,
    format: AnyFormat = None,
    output: Output = None,
    zone: ZoneName = "UTC",
) -> int:
    """List the records that could not be read: where each stands, why, and what stands there.

    They were kept aside and counted while all others went on. Mend them where they come from: a
    record that is written again, in a new line, is read like any other.
    """
    form = by_ending(format, output)
    with answers.in_json(form is Format.JSON):
        period = period_of(from_time, to_time)
        give_report("rejected", the_one(settings), period, form, output=output, zone_name=zone)
    return ExitCode.DONE


@app.command(
    short_help="Each campaign as a table of rules",
    epilog=example("$ reconcile rules", "1×  Add contact to campaign  dropped session: queue, …"),
)
def rules(
    *,
    settings: SettingsFiles = None,
    campaign: Annotated[
        str | None,
        typer.Option("--campaign", metavar="NAME", show_default="all", help="Only this campaign."),
    ] = None,
    format: AnyFormat = None,
    output: Output = None,
    zone: ZoneName = "UTC",
) -> int:
    """Show each campaign as the table of add, call again and remove, with the values in force.

    Behind each rule stands the file of `sql/` that decides it. It is made from the settings file,
    so it can be read before the first run; once there was one, a pause is told with its reason.
    """
    form = by_ending(format, output)
    with answers.in_json(form is Format.JSON):
        _rules(the_one(settings), campaign, form, output=output, zone_name=zone)
    return ExitCode.DONE


def _list(form: Format, output: Path | None) -> None:
    from reconcile.queries import Rows  # noqa: PLC0415 - help needs none of it
    from reconcile.reports import catalogue, text  # noqa: PLC0415
    from reconcile.reports.tables import Zone  # noqa: PLC0415

    rows = Rows(
        ["report", "definition"],
        [(catalogue.short_name(query), query.summary) for query in catalogue.listed()],
    )
    sentence = "What `reconcile report NAME` can tell"
    found = Findings(
        page=lambda form: text.page("reports", sentence, rows, Zone(), form),
        rows=lambda: rows,
        data=lambda: {"reports": rows.as_dicts()},
    )
    give(found, form, output)


def _refuse_name(name: str | None) -> None:
    if name is not None:
        raise UsageWrong(
            f"`--html` writes one page of all, and not of the report `{name}`",
            hint="leave the name out",
        )


def _page(file: Path, period: Period, zone: str, *, show_numbers: bool) -> str:
    from reconcile.pages.report import report_page  # noqa: PLC0415 - help needs none of it
    from reconcile.reports.tables import zone_named  # noqa: PLC0415
    from reconcile.settings import load  # noqa: PLC0415

    return report_page(load(file), period, zone_named(zone), show_numbers=show_numbers)


def period_of(from_time: str | None, to_time: str | None) -> Period:
    """The period asked for. Raises UsageWrong for one that ends before it begins."""
    from reconcile.reports.catalogue import Period  # noqa: PLC0415 - help needs none of it

    ever = Period()
    from_at = instant(from_time, "--from") or ever.from_at
    to_at = instant(to_time, "--to") or ever.to_at
    if from_at >= to_at:
        raise UsageWrong(f"`--from {from_time}` does not lie before `--to {to_time}`")
    return Period(from_at, to_at)


def _rules(
    file: Path, wanted: str | None, form: Format, *, output: Path | None, zone_name: str
) -> None:
    from reconcile.reports import rules, text  # noqa: PLC0415 - help needs none of it
    from reconcile.reports.pauses import pauses_in_force  # noqa: PLC0415
    from reconcile.reports.tables import zone_named  # noqa: PLC0415
    from reconcile.settings import load  # noqa: PLC0415

    loaded, zone = load(file), zone_named(zone_name)
    chosen = _campaigns(loaded, wanted)
    paused = {pause.campaign: pause for pause in pauses_in_force(loaded)}

    def page(form: Format) -> str:
        pages = (
            text.page(
                one.name,
                rules.heading(one, paused.get(one.name), zone),
                rules.rows(rules.rules(one, loaded)),
                zone,
                form,
            )
            for one in chosen
        )
        return "\n".join(pages)

    found = Findings(
        page=page,
        rows=lambda: rules.all_rows(chosen, loaded),
        data=lambda: {
            "campaigns": [rules.data(one, loaded, paused.get(one.name)) for one in chosen]
        },
    )
    give(found, form, output)


def _campaigns(loaded: Settings, wanted: str | None) -> list[Campaign]:
    if not loaded.campaigns:
        raise UsageWrong(
            "the settings have no campaign, so there are no rules",
            hint="a table `[campaigns.NAME]` is one; `reconcile init` shows its keys",
        )
    found = [one for one in loaded.campaigns if wanted in (None, one.name)]
    if not found:
        raise UsageWrong(
            f"there is no campaign `{wanted}`",
            hint="the settings have " + ", ".join(f"`{one.name}`" for one in loaded.campaigns),
        )
    return found
