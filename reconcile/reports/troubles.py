"""What keeps the program from being well: one line each, with what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconcile.reports.labels import counted
from reconcile.reports.values import FULL_TIME, jsonable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from reconcile.reports.standing import Standing

_HINT = "hint: "
_HOLDS = {
    "feed_stale": ("not read for too long", "mend the source, the next run dials"),
    "clock_back": (
        "the clock lies before an earlier run",
        "if the clock is right now, `reconcile run --accept-clock` once",
    ),
    "audit_failed": ("an audit found a broken promise", "`reconcile report audit_findings`"),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble: its word, what it is, since when, how many dials wait for it, what to do."""

    word: str
    what: str
    hint: str
    since: datetime | None = None
    dial_count: int | None = None
    about: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """All of it in one line."""
        pieces = [f"{self.word}: {self.what}"]
        if self.since is not None:
            pieces.append(f"since {self.since.strftime(FULL_TIME)} UTC")
        if self.dial_count is not None:
            wait = "waits" if self.dial_count == 1 else "wait"
            pieces.append(f"{counted(self.dial_count, 'dial')} {wait}")
        return f"{', '.join(pieces)}; {self.hint}"

    def data(self) -> dict[str, Any]:
        """All of it for JSON."""
        return {
            "state": self.word,
            "what": self.what,
            "since": jsonable(self.since),
            "dial_count": self.dial_count,
            "hint": self.hint,
            **self.about,
        }


def troubles(found: Standing) -> list[Trouble]:
    """Everything that is not well, the gravest first; none where all is."""
    return [
        *_running(found),
        *_undelivered(found),
        *_faults(found),
        *(_hold(each) for each in found.holds if each["reason"] != "paused"),
        *(_pause(each) for each in found.holds if each["reason"] == "paused"),
        *(_unread(each) for each in found.unread),
    ]


def _running(found: Standing) -> Iterator[Trouble]:
    if found.run_at is None:
        yield Trouble("never", "no run has ended here yet", "`reconcile run`, or is cron at work?")
    elif found.is_late:
        yield Trouble(
            "late",
            f"no run for more than {found.max_age_minutes} min",
            "is cron at work? `reconcile run` tells what stops it",
            found.run_at,
        )
    elif found.is_ahead:
        yield Trouble(
            "ahead",
            f"the last run lies ahead of the clock, which shows {found.now.strftime(FULL_TIME)}",
            "set the clock; if it is right now, `reconcile run --accept-clock` once",
            found.run_at,
        )


def _undelivered(found: Standing) -> Iterator[Trouble]:
    if found.undelivered_count:
        yield Trouble(
            "undelivered",
            f"{counted(found.undelivered_count, 'command')} that no sink has taken",
            "mend the sink; `reconcile pending` lists them",
            found.figures.get("undelivered_since_at"),
        )
    copy_count = found.figures.get("undelivered_copy_count")
    if copy_count:
        yield Trouble(
            "undelivered",
            f"{counted(copy_count, 'copy')} that no sink has taken",
            "mend the sink; `reconcile pending` lists them, and nothing waits for them",
            found.figures.get("undelivered_copy_since_at"),
        )
    dead_count = found.figures.get("dead_count")
    if dead_count:
        yield Trouble(
            "dead",
            f"{counted(dead_count, 'dead letter')} that a sink refused for good or too often",
            "`reconcile pending` lists them; `reconcile retry` or `reconcile discard` them",
            found.figures.get("dead_since_at"),
        )


def _faults(found: Standing) -> Iterator[Trouble]:
    for name, fault in sorted(found.faults.items()):
        last = fault.lines[-1]
        hint = last.removeprefix(_HINT) if len(fault.lines) > 1 else "`reconcile run -v` tells more"
        yield Trouble("fault", fault.lines[0], hint, fault.since, about={"name": name})
    if found.copy_problem is not None:
        yield Trouble("fault", found.copy_problem.what, found.copy_problem.hint)
    code = found.run.get("exit_code")
    if code and not found.faults:
        what = f"the last run left with exit code {code}"
        yield Trouble("fault", what, "`reconcile run -v` tells more")


def _hold(held: dict[str, Any]) -> Trouble:
    what, hint = _HOLDS.get(held["reason"], ("dials are held", "`reconcile due` lists them"))
    if held["places"]:
        what += f": {', '.join(f'`{place}`' for place in held['places'])}"
    return Trouble(
        "held",
        f"`{held['reason']}`, {what}",
        hint,
        held["held_at"],
        held["dial_count"],
        {"reason": held["reason"], "places": held["places"]},
    )


def _pause(held: dict[str, Any]) -> Trouble:
    campaign, who, why = held["campaign"], held["paused_by"], held["why"]
    what = f"the campaign `{campaign}`" if campaign else "every campaign"
    what += (f" by {who}" if who else "") + (f", “{why}”" if why else "")
    return Trouble(
        "paused",
        what,
        f"`reconcile resume{f' {campaign}' if campaign else ''}` ends it",
        held["held_at"],
        held["dial_count"],
        {"reason": "paused", "campaign": campaign, "by": who, "why": why},
    )


def _unread(stream: dict[str, Any]) -> Trouble:
    place = f"{stream['source']}/{stream['stream']}"
    return Trouble(
        "rejected",
        f"every row of `{place}` was kept aside, {counted(stream['rejected_count'], 'row')}, "
        f"the last one for: {stream['last_reason']}",
        "`reconcile rejected` lists them",
        stream["rejected_at"],
        about={"source": stream["source"], "stream": stream["stream"]},
    )
