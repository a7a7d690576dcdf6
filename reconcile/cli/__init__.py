"""The command line: one module for each group of commands, errors caught here and only here."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, NoReturn

import typer
from typer.main import get_command

from reconcile import streams
from reconcile.cli import (
    answers,
    by_hand,
    directory,
    export,
    figures,
    number,
    replay,
    run,
    schedule,
    simulate,
    starting,
    status,
    undelivered,
)
from reconcile.cli.app import PROGRAM, app
from reconcile.errors import ExitCode, Problem, UsageWrong

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["app", "main"]

GROUPS = (
    *(starting, run, number, directory, figures, export, simulate, replay),
    *(status, schedule, undelivered, by_hand),
)
"""Importing a group adds its commands to `app`."""

_ORDER = (
    *("demo", "init", "check", "run"),
    *("due", "explain", "duplicates", "report", "export", "simulate", "replay"),
    *("status", "schedule", "rejected", "rules"),
    *("pending", "retry", "discard"),
    *("pause", "resume", "close"),
)
app.registered_commands.sort(
    key=lambda command: _ORDER.index(getattr(command.callback, "__name__", ""))
)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code."""
    sys.exit(answer(sys.argv[1:] if arguments is None else arguments))


def answer(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; every error has been told by then.

    On stdout too, as the one JSON object, where JSON is asked for.
    """
    is_json = answers.wants_json(arguments)
    try:
        code = get_command(app).main(list(arguments), prog_name=PROGRAM, standalone_mode=False)
        return int(code or ExitCode.DONE)
    except Problem as problem:
        return _told(problem, is_json)
    except typer.TyperException as error:
        usage = _usage(error)
        return ExitCode.USAGE if usage is None else _told(usage, is_json)
    except (KeyboardInterrupt, typer.Abort):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return ExitCode.DONE  # the reader has what it wanted
    except Exception:  # the one boundary; the traceback is told
        answers.tell_unexpected()
        if is_json:
            answers.answer_in_json(answers.Unexpected())
        return ExitCode.UNEXPECTED


def _told(problem: Problem, is_json: bool) -> int:
    answers.tell(problem)
    if is_json:
        answers.answer_in_json(problem)
    return problem.exit_code


def _usage(error: typer.TyperException) -> UsageWrong | None:
    """What the command line library found, as one of our own errors; None where it was the help."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else PROGRAM
    text = error.format_message()
    if type(error).__name__ == "NoArgsIsHelpError":
        streams.note(text)
        return None
    text = re.sub(r"^Invalid value for ", "", text).rstrip(".").replace("'", "`")
    text = text[:1].lower() + text[1:]
    return UsageWrong(text, hint=f"`{path} --help` shows how it is used")
