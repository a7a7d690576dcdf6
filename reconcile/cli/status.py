"""`reconcile status`: how the program stands, for people and monitors."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconcile.cli import answers
from reconcile.cli.app import app, example
from reconcile.cli.instants import now_or
from reconcile.cli.options import Json, Now, SettingsFiles, ShowNumbers, chosen
from reconcile.errors import ExitCode, Problem
from reconcile.masking import masked
from reconcile.plain_text import plain

if TYPE_CHECKING:
    from datetime import datetime

    from reconcile.reports.standing import Standing


MaxAgeMinutes = Annotated[
    int,
    typer.Option(
        "--max-age-minutes", min=1, metavar="MINUTES", help="A last run that is older is late."
    ),
]


@dataclass(slots=True)
class _Found:
    """What was found of all settings files."""

    codes: list[int] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    data: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@app.command(
    short_help="Is it running, is it well; for monitors too",
    epilog=example(
        "$ reconcile status",
        "ok: last run 2026-11-20 09:15:00 UTC, 12 s ago, exit code 0; 21 open, 2",
        "blocked, 0 undelivered, 0 rejected; 0 lasting faults; feeds 12 s behind",
    ),
)
def status(
    *,
    settings: SettingsFiles = None,
    max_age_minutes: MaxAgeMinutes = 5,
    is_verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Add a line for each feed and lasting fault.")
    ] = False,
    is_json: Json = False,
    now: Now = None,
    show_numbers: ShowNumbers = False,
) -> int:
    """Say in one line when the last run was, how it ended, and what waits; for monitors too.

    The first word is `ok`, or that of the gravest trouble: `never` (no run yet), `late` (the last
    run is too old), `ahead` (it lies in the future), `undelivered` (commands no sink has taken),
    `fault` (the last run left with a code, or a fault lasts), `held` (dials wait for a source, the
    clock or an audit), `paused`, `rejected` (no row of a source could be read). Each trouble has a
    line of its own: what, since when, how many dials wait, what to do. All but `ok` leave with exit
    code 1. Nothing is locked or changed, however often it is asked.
    """
    instant = now_or(now)
    files = chosen(settings)
    found = _Found()
    for file in files:
        place = "" if len(files) == 1 else f"{file}: "
        try:
            stands = _look(file, instant, max_age_minutes)
            _add(stands, file, place, found, is_verbose=is_verbose)
        except Problem as problem:
            found.codes.append(problem.exit_code)
            found.problems.append(problem)
            answers.tell(problem, place.removesuffix(": "))
        except Exception:  # the other settings files are looked at all the same
            found.codes.append(ExitCode.UNEXPECTED)
            found.problems.append(answers.Unexpected())
            answers.tell_unexpected()
    return _answer(found, is_json=is_json, shows_numbers=show_numbers)


def _answer(found: _Found, *, is_json: bool, shows_numbers: bool) -> int:
    code = answers.worst(found.codes)
    if is_json:
        answers.write(answers.envelope({"states": found.data}, code, found.problems))
    elif found.lines:
        text = "\n".join(plain(line) for line in found.lines)
        answers.write(text if shows_numbers else masked(text))
    return code


def _look(file: Path, now: datetime, max_age_minutes: int) -> Standing:
    from reconcile.reports.standing import standing  # noqa: PLC0415 - help needs none of it
    from reconcile.settings import load  # noqa: PLC0415

    return standing(load(file), now=now, max_age_minutes=max_age_minutes)


def _add(stands: Standing, file: Path, place: str, found: _Found, *, is_verbose: bool) -> None:
    from reconcile.reports import standing  # noqa: PLC0415

    found.codes.append(_code(stands))
    found.data.append({"settings": str(file), **standing.data(stands)})
    found.lines.append(place + standing.line(stands))
    found.lines += [f"  {trouble.line()}" for trouble in stands.troubles if trouble.word != "never"]
    if is_verbose:
        found.lines += [f"  {line}" for line in standing.details(stands)]


def _code(stands: Standing) -> int:
    return ExitCode.DONE if stands.word == "ok" else ExitCode.FINDINGS
