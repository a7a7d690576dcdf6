"""The command `reconcile` itself: its help, its exit codes, its version."""

from __future__ import annotations

from typing import Annotated

import typer

from reconcile import __version__, streams

PROGRAM = "reconcile"

_EXIT_CODES = """\
\b
Exit codes:
    0  done, also when there was nothing to do
    1  findings: of an import check, replay or alert, or `status` finds it not well
    2  the command line or the settings
    3  a source cannot be read, or the clock went back
    4  an audit found a broken promise; the dials concerned wait
    5  a sink takes no commands, or a report cannot be written
   70  the state cannot be used, or unexpected, with a traceback
   75  another run or program holds the state
  130  interrupted

Data goes to stdout, talk to stderr. Phone numbers are masked on stderr and in `status` unless
`--show-numbers` is given; reports, `due`, `explain`, `duplicates`, commands and JSON have them in
full, since that is what they are asked for.
"""

app = typer.Typer(
    name=PROGRAM,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=True,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EXIT_CODES,
)


def example(*lines: str) -> str:
    """Write the worked example below a command's help, line by line as it stands."""
    return "\n".join(["\b", "Example:", *(f"  {line}" for line in lines)])


def _show_version(is_asked: bool) -> None:
    if is_asked:
        streams.out(f"{PROGRAM} {__version__}")
        raise typer.Exit


@app.callback()
def top(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Call back every client who hung up waiting, once, and say why.

    cron runs `reconcile run` every minute: it reads the call records and the directory, decides by
    SQL who is owed a call and who no longer is, and hands `dial` and `remove` commands to the
    dialler. All other commands read what it published and never disturb it. `reconcile demo` shows
    it at work.
    """
