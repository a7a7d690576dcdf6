"""`pause`, `resume`, `close`: what a person may do to a running campaign."""

from __future__ import annotations

from typing import Annotated

import typer

from reconcile.cli import answers
from reconcile.cli.app import app, example
from reconcile.cli.options import SettingsFiles, the_one
from reconcile.errors import ExitCode

CampaignName = Annotated[
    str | None,
    typer.Argument(metavar="[CAMPAIGN]", help="Which one; without it all.", show_default=False),
]
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", help="Kept with it, for who asks later.")
]


@app.command(
    short_help="Hold the dials of a campaign, or of all",
    epilog=example('$ reconcile pause missed-calls --why "phones are down"'),
)
def pause(*, why: Why, campaign: CampaignName = None, settings: SettingsFiles = None) -> int:
    """Hold all dials of a campaign, or of all of them, from the next run on.

    Dropped calls are still counted, talks still close episodes, removes still go out. What falls
    due meanwhile waits as `paused` and leaves after `resume`, each number once.
    """
    from reconcile import by_hand  # noqa: PLC0415 - help needs none of it
    from reconcile.settings import load  # noqa: PLC0415

    answers.write(by_hand.pause(load(the_one(settings)), campaign, why))
    return ExitCode.DONE


@app.command(short_help="End a pause", epilog=example("$ reconcile resume missed-calls"))
def resume(*, campaign: CampaignName = None, settings: SettingsFiles = None) -> int:
    """End a pause; what is due by then leaves in the next run, each number once.

    Without a name every pause ends; with one, that of the campaign, but not one of all campaigns.
    """
    from reconcile import by_hand  # noqa: PLC0415 - help needs none of it
    from reconcile.settings import load  # noqa: PLC0415

    answers.write(by_hand.resume(load(the_one(settings)), campaign))
    return ExitCode.DONE


@app.command(
    short_help="Close the open episodes of a number",
    epilog=example('$ reconcile close 700610123 --why "wrote an e-mail instead"'),
)
def close(
    *,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="In any notation.")],
    why: Why,
    campaign: Annotated[
        str | None,
        typer.Option("--campaign", metavar="NAME", show_default="all", help="Only this campaign."),
    ] = None,
    settings: SettingsFiles = None,
) -> int:
    """Close the open episodes of a number; the next run removes them as `closed_by_hand`.

    A dial that was handed out is taken back if it has not been placed. A later dropped call of the
    number opens a new episode.
    """
    from reconcile import by_hand  # noqa: PLC0415 - help needs none of it
    from reconcile.settings import load  # noqa: PLC0415

    answers.write(by_hand.close(load(the_one(settings)), number, campaign, why))
    return ExitCode.DONE
