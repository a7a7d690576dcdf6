"""`reconcile run`: one pass for each settings file, what cron calls every minute."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconcile import streams
from reconcile.cli import answers, failing, run_output
from reconcile.cli.app import app, example
from reconcile.cli.instants import instant
from reconcile.cli.options import Json, Now, SettingsFiles, ShowNumbers, chosen
from reconcile.errors import DatabaseBusy, ExitCode, Problem, UsageWrong

if TYPE_CHECKING:
    from reconcile.run_record import RunResult
    from reconcile.settings import Settings

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Decide on a copy, print the commands, change nothing.")
]
AcceptClock = Annotated[
    bool, typer.Option("--accept-clock", help="Take a clock that went back for right, once.")
]
TakeOver = Annotated[
    bool,
    typer.Option("--take-over", help="Own the state that another settings file owned, once."),
]

_STDOUT_KIND = "stdout"
_NO_FAILURES = (ExitCode.DONE, ExitCode.BUSY)


@dataclass(slots=True)
class _Outcome:
    """How the run of one settings file ended."""

    file: Path
    exit_code: int = ExitCode.DONE
    state_folder: Path | None = None
    result: RunResult | None = None
    data: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Wish:
    """How to run, the same for all settings files."""

    now: datetime | None
    is_dry: bool
    is_json: bool
    is_verbose: bool
    accepts_clock: bool
    takes_over: bool
    shows_numbers: bool
    is_one: bool


@app.command(
    short_help="One pass: read, decide, hand over; what cron calls",
    epilog=example(
        "$ reconcile run --dry-run --settings /etc/reconcile/reconcile.toml",
        "dial    +420700610102  attempt_1_of_3  missed-calls  Pavel Doležal",
        "remove  +420700610103  reached         missed-calls",
    ),
)
def run(
    *,
    settings: SettingsFiles = None,
    now: Now = None,
    is_dry: DryRun = False,
    is_json: Json = False,
    is_verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tell on stderr what was done, as key=value.")
    ] = False,
    accepts_clock: AcceptClock = False,
    takes_over: TakeOver = False,
    show_numbers: ShowNumbers = False,
) -> int:
    """Read what is new, decide, and hand the commands to their sinks: one pass, silent when well.

    Several settings files, or a folder of them, run one after the other; one that fails stops no
    other, and the worst exit code counts. With `--now` the records count from when they can have
    been known, so stored history can be run minute by minute. A lasting fault is told when it
    begins, once an hour, and at its end.
    """
    files = chosen(settings)
    wish = _Wish(
        instant(now, "--now"),
        is_dry,
        is_json,
        is_verbose,
        accepts_clock,
        takes_over,
        show_numbers,
        is_one=len(files) == 1,
    )
    return _answer([_guarded(file, wish) for file in files], wish)


def _answer(outcomes: list[_Outcome], wish: _Wish) -> int:
    """Tell what the runs came to in sum; the worst exit code counts."""
    code = answers.worst([outcome.exit_code for outcome in outcomes])
    if wish.is_verbose and not wish.is_one:
        run_output.tell_summary(_summary(outcomes))
    if wish.is_json:
        runs = [{"settings": str(each.file), **each.data} for each in outcomes if each.data]
        problems = [problem for outcome in outcomes for problem in outcome.problems]
        data = {"runs": runs, "summary": _summary(outcomes)}
        answers.write(answers.envelope(data, code, problems))
    return code


def _summary(outcomes: list[_Outcome]) -> dict[str, int]:
    """How many settings files there are, how they ended, and what left, in sum."""
    results = [outcome.result for outcome in outcomes if outcome.result is not None]
    return {
        "settings": len(outcomes),
        "well": sum(outcome.exit_code == ExitCode.DONE for outcome in outcomes),
        "busy": sum(outcome.exit_code == ExitCode.BUSY for outcome in outcomes),
        "failed": sum(outcome.exit_code not in _NO_FAILURES for outcome in outcomes),
        "commands": sum(len(result.commands) for result in results),
        "delivered": sum(len(result.delivered) for result in results),
    }


def _guarded(file: Path, wish: _Wish) -> _Outcome:
    """Run one settings file; whatever happens is told, and the next one goes on."""
    outcome = _Outcome(file)
    place = "" if wish.is_one else f"`{file}`"
    try:
        _run(file, wish, outcome, place)
    except Exception as error:  # the other settings files go on
        problem: Problem = answers.Unexpected()
        if isinstance(error, Problem):
            problem = error
        outcome.exit_code = problem.exit_code
        outcome.problems.append(problem)
        # What a person asked for is answered each time; cron hears of it once an hour.
        is_asked = wish.now is not None or wish.is_dry or isinstance(error, UsageWrong)
        if is_asked and not isinstance(error, DatabaseBusy):
            failing.told_always(error, place)
        else:
            failing.tell(file, outcome.state_folder, error, place)
    return outcome


def _run(file: Path, wish: _Wish, outcome: _Outcome, place: str) -> None:
    from reconcile import running  # noqa: PLC0415 - help needs none of it
    from reconcile.settings import load  # noqa: PLC0415

    loaded = load(file)
    outcome.state_folder = loaded.state_folder
    _check_stdout(loaded, wish)
    result = running.run(
        loaded,
        now=wish.now,
        is_dry=wish.is_dry,
        accepts_clock=wish.accepts_clock,
        takes_over=wish.takes_over,
        is_watched=streams.has_audience(),
    )
    if not wish.is_dry:
        failing.is_over(file, loaded.state_folder, place)
    outcome.exit_code = result.exit_code
    outcome.result = result
    if wish.is_json:
        outcome.data = run_output.data(result, is_dry=wish.is_dry)
        outcome.problems += run_output.problems(result)
    tell = answers.error if result.exit_code else answers.warning
    for lines in result.messages:
        tell(lines, place)
    if wish.is_verbose:
        run_output.tell_details(file, loaded.warnings, result, shows_numbers=wish.shows_numbers)
    if wish.is_dry and not wish.is_json:
        run_output.print_commands(result, place)


def _check_stdout(loaded: Settings, wish: _Wish) -> None:
    """Refuse to mix commands and the JSON object on stdout."""
    if not wish.is_json or wish.is_dry:
        return
    for sink in loaded.sinks:
        is_named = any(sink.name in (one.dialler, *one.copies) for one in loaded.campaigns)
        if sink.kind == _STDOUT_KIND and is_named:
            raise UsageWrong(
                f"`--json` and the sink `{sink.name}` would both write to stdout",
                follows="Nothing was done",
                hint="leave `--json` away: the sink's data is JSON as well",
            )
