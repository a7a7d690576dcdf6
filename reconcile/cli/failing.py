"""A run that could do nothing: told when it begins, once an hour, and when it is over.

Of another run that holds the state no word, unless the last run ended too long ago.
"""

from __future__ import annotations

import traceback
from datetime import timedelta
from typing import TYPE_CHECKING

from reconcile import clock, streams
from reconcile.cli import answers
from reconcile.errors import DatabaseBusy, Problem, StateHeld

if TYPE_CHECKING:
    from pathlib import Path

_BUSY, _RUN = "busy", "run"
_SILENT_FOR = timedelta(minutes=5)


def tell(file: Path, state_folder: Path | None, error: Exception, place: str) -> None:
    """Tell what stopped a run of this settings file, unless it was told within the hour."""
    if isinstance(error, DatabaseBusy):
        is_watched = streams.has_audience()
        lines = error.lines() if is_watched else _busy_lines(state_folder, error)
        if lines:
            _settle(file, state_folder, {_BUSY: lines}, (_BUSY,), place)
    else:
        _settle(file, state_folder, {_RUN: _lines(error)}, (_RUN,), place)


def is_over(file: Path, state_folder: Path, place: str) -> None:
    """Tell that runs end again, where it had been told that they do not."""
    from reconcile import failures  # noqa: PLC0415 - most commands run nothing

    _settle(file, state_folder, {}, (_BUSY, _RUN), place)
    failures.make_room(state_folder)


def told_always(error: Exception, place: str) -> None:
    """Tell what stopped a run that a person asked for."""
    answers.error(_lines(error), place)


def _lines(error: Exception) -> list[str]:
    """What is told; the first line stays the same while the same thing fails."""
    if isinstance(error, Problem):
        return error.lines()
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    told = "".join(traceback.format_exception(error)).rstrip().splitlines()
    return [
        f"unexpected: {type(error).__name__}{where}, a fault of the program",
        told[-1],
        "What was committed before is kept; the next run tries again",
        "hint: send this to whoever looks after the program",
        *told,
    ]


def _busy_lines(state_folder: Path | None, busy: DatabaseBusy) -> list[str]:
    """What is told of a held state; nothing as long as runs still ended lately."""
    from reconcile.publishing import read_status  # noqa: PLC0415 - most runs are not busy

    status = (read_status(state_folder) if state_folder else None) or {}
    try:
        last = clock.parse_instant(status.get("ended_at") or status["run_at"])
    except (KeyError, ValueError, TypeError, AttributeError):
        # Before the end of the first run there is no saying how long one takes.
        return busy.lines() if isinstance(busy, StateHeld) else []
    if clock.utc_now() - last <= _SILENT_FOR:
        return []
    ended = f"The last run that ended did so at {clock.as_text(last)}"
    if isinstance(busy, StateHeld):
        return [busy.what, ended, *busy.lines()[1:]]
    hint = "hint: find the process that holds the lock (`fuser` names it) and see what it waits for"
    return [busy.what, ended, hint]


def _settle(
    file: Path,
    state_folder: Path | None,
    found: dict[str, list[str]],
    names: tuple[str, ...],
    place: str,
) -> None:
    from reconcile import failures  # noqa: PLC0415 - most commands run nothing

    texts = failures.settle(
        file, state_folder, found, names, clock.utc_now(), is_watched=streams.has_audience()
    )
    say = answers.error if found else answers.warning
    for lines in texts:
        say(lines, place)
