"""`init`, `check`, `demo`: from nothing to the first run."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconcile import streams
from reconcile.cli import answers
from reconcile.cli.app import app, example
from reconcile.cli.options import DEFAULT_FILE, SettingsFiles, chosen
from reconcile.errors import ExitCode, Problem, UsageWrong
from reconcile.reports.formats import Format

if TYPE_CHECKING:
    from reconcile.demo import Played

_DEMO_FOLDER = Path("reconcile-demo")
_DEMO_REPORTS = ("dropped_calls", "attempts", "duplicates")


@app.command(
    short_help="Write a settings file with every key explained",
    epilog=example("$ reconcile init /etc/reconcile/reconcile.toml"),
)
def init(
    file: Annotated[
        Path, typer.Argument(metavar="[FILE]", help="Where; never over a file that is there.")
    ] = DEFAULT_FILE,
) -> int:
    """Write a settings file in which every key is explained, with its default or an example.

    All keys but `kind` stand behind a `#`: take it away from those you set. What cannot be left out
    says `Required`; `region` and a file of the phone system are wanted too, in most cases.
    Then ask `reconcile check` what the settings amount to: it names all that is missing.
    """
    from reconcile.settings.template import template  # noqa: PLC0415 - help needs none of it

    try:
        with file.open("x", encoding="utf-8") as handle:
            handle.write(template())
    except FileExistsError:
        raise UsageWrong(
            f"`{file}` is there already", follows="Nothing was written", hint="name another file"
        ) from None
    except OSError as error:
        raise UsageWrong(f"`{file}` cannot be written: {error.strerror}") from error
    streams.note(f"`{file}` is written; fill it in, then `reconcile check --settings {file}`")
    return ExitCode.DONE


@app.command(
    short_help="What the settings amount to, changing nothing",
    epilog=example("$ reconcile check", "source `pbx`, queue_log: readable, 218 rows at …"),
)
def check(settings: SettingsFiles = None) -> int:
    """Say what the settings amount to: what can be read, what cannot be seen, who would be dialled.

    Reads the beginning and the newest rows of each source, asks each sink, looks at the state and
    decides once on a copy. Changes nothing. Exit code 3: a source cannot be right, its zone, its
    columns or a directory that will be refused; 5: a sink; 70: the state.
    """
    files = chosen(settings)
    codes = []
    for file in files:
        if len(files) > 1:
            answers.write(f"{file}:")
        try:
            codes.append(_check(file))
        except Problem as problem:
            codes.append(int(problem.exit_code))
            answers.tell(problem, "" if len(files) == 1 else f"`{file}`")
    return answers.worst(codes)


def _check(file: Path) -> int:
    from reconcile import checking  # noqa: PLC0415 - help needs none of it
    from reconcile.settings import load  # noqa: PLC0415

    lines, code = checking.report(load(file))
    for line in lines:
        answers.write(line)
    return code


@app.command(
    short_help="Replay a real recording minute by minute",
    epilog=example("$ reconcile demo", "08:58  remove  +420700610103  reached …"),
)
def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="[FOLDER]", help="Made, with a copy of the recording.")
    ] = _DEMO_FOLDER,
) -> int:
    """Replay a real recording of a phone system, minute by minute, as cron would have run it.

    Every command is printed as it leaves, with its reason; then reports on what happened, and what
    to do next with data of your own. All of it is computed from the files copied into FOLDER.
    """
    from reconcile import demo as module  # noqa: PLC0415 - help needs none of it

    played = module.play(folder)
    _show_reports(played)
    _show_next(folder, played)
    return ExitCode.DONE


def _show_reports(played: Played) -> None:
    from reconcile.reports import catalogue, text  # noqa: PLC0415
    from reconcile.reports.read_copy import open_read_copy  # noqa: PLC0415
    from reconcile.reports.tables import Zone  # noqa: PLC0415

    with open_read_copy(played.settings) as connection:
        for name in _DEMO_REPORTS:
            made = catalogue.make(
                connection, catalogue.find(name), catalogue.Period(), played.settings
            )
            answers.write("\n" + text.report_text(made, Zone(), Format.TABLE))


def _show_next(folder: Path, played: Played) -> None:
    enter = f"  cd {folder} && {_own_name(folder)}"
    answers.write(
        f"\n{played.minutes:,} minutes run: {played.dials:,} dials, {played.removes:,} removes.\n\n"
        "Look closer:\n"
        f"{enter} explain 700610123\n"
        f"{enter} report\n"
        f"{enter} duplicates --import recording/new_contacts.csv\n\n"
        "With data of your own:\n"
        "  reconcile init      writes a settings file in which every key is explained\n"
        "  reconcile check     says what it amounts to, changing nothing\n"
        "  reconcile run       is what cron calls every minute\n"
    )


def _own_name(folder: Path) -> str:
    """How a person in `folder` calls this program: by name, or by path where it is on none."""
    called = Path(sys.argv[0])
    if called.name != "reconcile" or shutil.which("reconcile"):
        return "reconcile"
    return os.path.relpath(called.absolute(), folder.absolute())
