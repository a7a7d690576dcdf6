"""How the program stands, for people and monitors: the last run, what waits, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from reconcile import clock, failures, faults, publishing, queries
from reconcile.errors import StateUnusable, UsageWrong
from reconcile.reports.labels import counted
from reconcile.reports.read_copy import open_read_copy, status_run_at
from reconcile.reports.troubles import Trouble, troubles
from reconcile.reports.values import FULL_TIME, jsonable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.errors import Problem
    from reconcile.faults import Fault
    from reconcile.settings import Settings

_MINUTE_SECONDS = 60
_HOUR_MINUTES = 60
_DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class Standing:
    """What `status` tells; `figures` is empty where nothing has been published."""

    now: datetime
    max_age_minutes: int
    run: dict[str, Any]
    run_at: datetime | None
    figures: dict[str, Any]
    feeds: dict[str, datetime | None]
    faults: dict[str, Fault]
    clock_tolerance_seconds: int = 0
    holds: list[dict[str, Any]] = field(default_factory=list)
    unread: list[dict[str, Any]] = field(default_factory=list)
    copy_problem: Problem | None = None

    @property
    def is_late(self) -> bool:
        """Whether the last run is older than it may be, or there was none."""
        limit = timedelta(minutes=self.max_age_minutes)
        return self.run_at is None or self.now - self.run_at > limit

    @property
    def is_ahead(self) -> bool:
        """Whether the last run lies in the future, by more than two clocks may be apart."""
        limit = timedelta(seconds=self.clock_tolerance_seconds)
        return self.run_at is not None and self.run_at - self.now > limit

    @property
    def undelivered_count(self) -> int:
        """Commands that no sink has taken for certain."""
        return int(self.figures.get("undelivered_count", 0))

    @property
    def word(self) -> str:
        """The state in one word: `ok`, or that of the gravest trouble."""
        return self.troubles[0].word if self.troubles else "ok"

    @property
    def troubles(self) -> list[Trouble]:
        """Everything that is not well, the gravest first."""
        return troubles(self)


def standing(settings: Settings, *, now: datetime, max_age_minutes: int) -> Standing:
    """Look at `status.json`, `faults.json` and the read copy. A missing one is no error."""
    folder = settings.state_folder
    run = publishing.read_status(folder) or {}
    figures: dict[str, Any] = {}
    feeds: dict[str, datetime | None] = {}
    holds: list[dict[str, Any]] = []
    unread: list[dict[str, Any]] = []
    copy_problem: Problem | None = None
    try:
        with open_read_copy(settings) as connection:
            figures = queries.rows(connection, "reports.figures", {}).as_dicts()[0]
            read = queries.rows(connection, "reports.feeds", {}).as_dicts()
            feeds = {f"{feed['source']}/{feed['stream']}": feed["read_at"] for feed in read}
            holds = queries.rows(connection, "reports.holds", {}).as_dicts()
            unread = queries.rows(connection, "reports.unread_streams", {}).as_dicts()
    except StateUnusable as problem:
        copy_problem = problem
    except UsageWrong:
        pass  # before the first publishing, or right after an upgrade: the run's own file has most
    return Standing(
        now=now,
        max_age_minutes=max_age_minutes,
        run=run,
        run_at=status_run_at(run) or figures.get("run_at"),
        figures=figures,
        feeds=feeds,
        faults={**faults.lasting(folder), **failures.lasting(settings.file, folder)},
        clock_tolerance_seconds=settings.clock_tolerance_seconds,
        holds=holds,
        unread=unread,
        copy_problem=copy_problem,
    )


def line(found: Standing) -> str:
    """One line, the state first; what is not well stands below it, see `Trouble.line`."""
    if found.run_at is None:
        return "never: no run has ended here yet"
    lag = max((found.now - read_at for read_at in found.feeds.values() if read_at), default=None)
    pieces = [
        f"{found.word}: last run {found.run_at.strftime(FULL_TIME)} UTC, "
        f"{span(found.now - found.run_at)} ago, exit code {found.run.get('exit_code', 'unknown')}",
        _figures(found),
        counted(len(found.faults), "lasting fault"),
        f"feeds {span(lag)} behind" if lag is not None else "no feed read yet",
    ]
    return "; ".join(pieces)


def _figures(found: Standing) -> str:
    figures = found.figures
    if not figures:
        return "no figures: nothing published, or by another version"
    return (
        f"{figures['open_count']:,} open, {figures['blocked_count']:,} blocked, "
        f"{found.undelivered_count:,} undelivered, {figures['rejected_count']:,} rejected"
    )


def details(found: Standing) -> Iterator[str]:
    """Further lines for `-v`: one for each thing that a person may want to look at."""
    run = found.run
    if run:
        idle = ", idle: nothing new and nothing due" if run.get("is_idle") else ""
        yield f"run {run.get('run_id')} of version {run.get('version')}{idle}"
    yield f"late after {found.max_age_minutes} min without a run"
    for name, read_at in sorted(found.feeds.items()):
        ago = f"read {span(found.now - read_at)} ago" if read_at else "never read without a fault"
        yield f"feed {name}: {ago}"
    for name, fault in sorted(found.faults.items()):
        yield f"fault {name}: {fault.lines[0]}"
        yield from (f"  {text}" for text in fault.lines[1:])
    figures = found.figures
    if figures.get("pending_count"):
        yield f"{counted(figures['pending_count'], 'dial')} handed out without a result yet"
    if figures.get("settling_count"):
        yield f"{counted(figures['settling_count'], 'dropped call')} not accounted for yet"
    if figures.get("rejected_count"):
        yield "kept aside: `reconcile rejected`"


def data(found: Standing) -> dict[str, Any]:
    """Give all of it for JSON."""
    return {
        "state": found.word,
        "now": jsonable(found.now),
        "run_at": jsonable(found.run_at),
        "age_seconds": None if found.run_at is None else _seconds(found.now - found.run_at),
        "max_age_minutes": found.max_age_minutes,
        "last_run": found.run or None,
        "figures": {name: jsonable(value) for name, value in found.figures.items()},
        "feeds": {
            name: {
                "read_at": jsonable(read_at),
                "behind_seconds": None if read_at is None else _seconds(found.now - read_at),
            }
            for name, read_at in sorted(found.feeds.items())
        },
        "troubles": [trouble.data() for trouble in found.troubles],
        "faults": {
            name: {"since": clock.as_text(fault.since), "lines": fault.lines}
            for name, fault in sorted(found.faults.items())
        },
    }


def span(time: timedelta) -> str:
    """A span in its two largest units: `40 s`, `12 min`, `3 h 5 min`, `4 d 2 h`."""
    seconds = _seconds(time)
    if seconds < _MINUTE_SECONDS:
        return f"{seconds} s"
    minutes = seconds // _MINUTE_SECONDS
    if minutes < _HOUR_MINUTES:
        return f"{minutes} min"
    hours = minutes // _HOUR_MINUTES
    if hours < _DAY_HOURS:
        return f"{hours} h {minutes % _HOUR_MINUTES} min"
    return f"{hours // _DAY_HOURS} d {hours % _DAY_HOURS} h"


def _seconds(time: timedelta) -> int:
    return int(time.total_seconds())
