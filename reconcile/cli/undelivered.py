"""`pending`, `retry`, `discard`: what no sink has taken, and what a person may do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reconcile.cli import answers
from reconcile.cli.app import app, example
from reconcile.cli.by_hand import Why
from reconcile.cli.formats import AnyFormat, by_ending
from reconcile.cli.giving import give_report
from reconcile.cli.options import Output, SettingsFiles, ZoneName, the_one
from reconcile.errors import ExitCode, UsageWrong
from reconcile.reports.formats import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

Keys = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[KEY]...",
        help="Keys as `reconcile pending` has them; copies bear that of their command.",
        show_default=False,
    ),
]
SinkName = Annotated[
    str | None,
    typer.Option("--sink", metavar="NAME", show_default="all", help="Only what is for this sink."),
]


@app.command(
    short_help="What no sink has taken, why, what comes next",
    epilog=example("$ reconcile pending", "$ reconcile pending --format csv"),
)
def pending(
    *,
    settings: SettingsFiles = None,
    format: AnyFormat = None,
    output: Output = None,
    zone: ZoneName = "UTC",
) -> int:
    """List the commands and copies that no sink has taken for certain, and the dead letters.

    Each with since when, how often it was tried, the last error, and what comes next by itself. A
    dead letter was refused for good or too often; it is shown until it is discarded. Phone numbers
    are shown.
    """
    from reconcile.reports.catalogue import Period  # noqa: PLC0415 - help needs none of it

    form = by_ending(format, output)
    with answers.in_json(form is Format.JSON):
        give_report("pending", the_one(settings), Period(), form, output=output, zone_name=zone)
    return ExitCode.DONE


@app.command(
    short_help="Offer again what was refused or given up",
    epilog=example("$ reconcile retry --sink webhook", "$ reconcile retry --all"),
)
def retry(
    *,
    keys: Keys = None,
    sink: SinkName = None,
    is_all: Annotated[bool, typer.Option("--all", help="All that can be offered again.")] = False,
    is_not_taken: Annotated[
        bool,
        typer.Option(
            "--not-taken",
            help="You have looked: the sink has not taken the dials named by KEY or --sink.",
        ),
    ] = False,
    settings: SettingsFiles = None,
) -> int:
    """Have removes and copies offered again by the next run, though they were given up or wait.

    A dial that its sink may have taken is retried only with `--not-taken`, for it could be a second
    call to the client; it leaves if the next run still says so. A dead dial has counted as an
    attempt, and the next step of the ladder follows it.
    """
    from reconcile import undelivered  # noqa: PLC0415 - help needs none of it
    from reconcile.settings import load  # noqa: PLC0415

    _expect_one(keys, sink, is_all=is_all)
    if is_not_taken and is_all:
        raise UsageWrong("`--not-taken` needs to know of which dials: KEY or `--sink`")
    loaded = load(the_one(settings))
    _write(undelivered.retry(loaded, keys or [], sink, is_not_taken=is_not_taken))
    return ExitCode.DONE


@app.command(
    short_help="Give up what no sink has taken",
    epilog=example('$ reconcile discard --sink webhook --why "the receiver is gone"'),
)
def discard(
    *, why: Why, keys: Keys = None, sink: SinkName = None, settings: SettingsFiles = None
) -> int:
    """Take removes and copies out of the outbox, and mark dead letters as seen.

    A dial that its sink may have taken is given up: it counts as a refused attempt, and the next
    step of the ladder follows. One that no sink has taken is no attempt; `reconcile close` ends its
    episode.
    """
    from reconcile import undelivered  # noqa: PLC0415 - help needs none of it
    from reconcile.settings import load  # noqa: PLC0415

    _expect_one(keys, sink)
    _write(undelivered.discard(load(the_one(settings)), keys or [], sink, why))
    return ExitCode.DONE


def _expect_one(keys: Sequence[str] | None, sink: str | None, *, is_all: bool = False) -> None:
    """Refuse to act on nothing that was named, and on all beside something named."""
    if not (keys or sink or is_all):
        raise UsageWrong(
            "nothing is named", hint="name keys, or `--sink`; `reconcile pending` lists both"
        )
    if is_all and (keys or sink):
        raise UsageWrong("`--all` stands alone, without KEY and `--sink`")


def _write(lines: Sequence[str]) -> None:
    for line in lines:
        answers.write(line)
