"""The charts of a report: what each tells, of which cube it is the sum, and how it is drawn.

A chart is a recipe. It is summed by `sums` for the page as it is sent, and by `report.js`, from the
same recipe, where a reader filters; neither knows what anything means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MINUTE_BOUNDS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440)
"""The minutes at which the recovery curve is read."""

SECOND_BOUNDS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
"""The upper ends of the bars of waiting times; what is longer has a bar of its own."""

HOUR_BOUNDS = (1, 4, 24, 72, 168, 720)
"""The upper ends of the ages of duplicates; the same."""

WIDE, HALF, NARROW = 1080, 520, 340
"""Widths in which a chart is drawn, in pixels: over the page, over half of it, on a phone."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a chart: its code in the cube, or the column it sums, and its name."""

    code: str
    name: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart.

    `by` is the column whose values stand along it, `keys` these with their names (none: the days
    or weeks of the period); `across` a second such column. `column` tells the series apart and
    `value` is what is counted; without `column` each series is a column of its own. `is_running`:
    each value holds those before it; `share_of` is the column of another cube of which the values
    are told as a share. `clients` is how the list of clients is narrowed to what a row of its table
    counts.
    """

    name: str
    title: str
    definition: str
    cube: str
    kind: str
    axis: str
    unit: str
    series: tuple[Series, ...]
    by: str = ""
    keys: tuple[tuple[Any, str], ...] = ()
    across: str = ""
    across_keys: tuple[tuple[Any, str], ...] = ()
    column: str = ""
    value: str = "episode_count"
    is_running: bool = False
    share_of: tuple[str, str] | None = None
    wide: int = HALF
    clients: str = ""

    def recipe(self) -> dict[str, Any]:
        """What a browser needs to sum it again."""
        return {
            "name": self.name,
            "title": self.title,
            "cube": self.cube,
            "axis": self.axis,
            "by": self.by,
            "keys": [list(key) for key in self.keys],
            "across": self.across,
            "acrossKeys": [list(key) for key in self.across_keys],
            "column": self.column,
            "series": [[each.code, each.name] for each in self.series],
            "value": self.value,
            "isRunning": self.is_running,
            "shareOf": list(self.share_of) if self.share_of else None,
            "wide": self.wide,
            "clients": self.clients,
        }


WON_BACK = Series("won_back", "Won back by us", "var(--won)")
SELF = Series("self", "Called back by themselves", "var(--self)")
OTHERWISE = Series("otherwise", "Reached otherwise", "var(--otherwise)")
OPEN = Series("open", "Still to be called", "var(--open)")
BLOCKED = Series("blocked", "Blocked", "var(--blocked)")
LOST = Series("lost", "Not reached", "var(--lost)")
DIALLED = Series("dialled", "First dial handed out", "var(--soft)")

RESULTS = (WON_BACK, SELF, OTHERWISE, OPEN, BLOCKED, LOST)

_HOURS = tuple((hour, f"{hour:02}:00") for hour in range(24))
_WHAT_BECAME = (
    "Counts episodes by {when} of the dropped call that opened them, in the zone of the page, and "
    "by what they have come to since. Dropped calls that joined an open episode, or were ignored, "
    "are not counted again."
)


def _minutes(bound: int) -> str:
    return f"{bound} min" if bound < 60 else f"{bound / 60:g} h"  # noqa: PLR2004 - an hour


def _hours(bound: int) -> str:
    return f"{bound} h" if bound < 24 else f"{bound // 24} d"  # noqa: PLR2004 - a day


CHARTS = (
    Chart(
        name="days",
        title="Lost and won back over time",
        definition=_WHAT_BECAME.format(when="the day"),
        cube="outcomes",
        kind="stack",
        axis="Day",
        unit="clients",
        by="day",
        column="result",
        series=RESULTS,
        clients="opened",
        wide=WIDE,
    ),
    Chart(
        name="hours",
        title="By hour of the day",
        definition=_WHAT_BECAME.format(when="the hour"),
        cube="outcomes",
        kind="stack",
        axis="Hour",
        unit="clients",
        by="hour",
        keys=_HOURS,
        column="result",
        series=RESULTS,
        clients="opened",
    ),
    Chart(
        name="week",
        title="When callers give up",
        definition=(
            "Counts dropped calls by weekday and hour of their end, in the zone of the page: all "
            "of them, also those that joined an episode or were ignored."
        ),
        cube="drops",
        kind="heat",
        axis="Weekday",
        unit="dropped calls",
        by="weekday",
        keys=tuple(enumerate(_DAYS, start=1)),
        across="hour",
        across_keys=_HOURS,
        value="drop_count",
        series=(Series("drop_count", "Dropped calls", "var(--lost)"),),
        clients="all",
    ),
    Chart(
        name="recovery",
        title="How soon clients are reached",
        definition=(
            "The share of all episodes whose client was reached within so many minutes of the "
            "dropped call: in a dial of ours, because he called again and got through, or "
            "otherwise, in a call that somebody placed by hand or in one of which no record is "
            "left. The dashed line is the share dialled by us at all. Episodes that are still open "
            "count as not reached."
        ),
        cube="recovery",
        kind="curve",
        axis="Within",
        unit="of episodes",
        by="within_minutes",
        keys=tuple((bound, _minutes(bound)) for bound in MINUTE_BOUNDS),
        column="milestone",
        series=(WON_BACK, SELF, OTHERWISE, DIALLED),
        is_running=True,
        share_of=("outcomes", "episode_count"),
        clients="reached",
    ),
    Chart(
        name="funnel",
        title="From the drop to the talk",
        definition=(
            "Of the episodes opened by a dropped call: due, where the first promised minute came "
            "while the client still waited to be called; dialled, where a dial was handed out; "
            "reached, where operator and client talked in a dial of ours. Who called back before "
            "his minute came leaves at the first step."
        ),
        cube="outcomes",
        kind="funnel",
        axis="Step",
        unit="clients",
        series=(
            Series("episode_count", "Dropped", "var(--muted)"),
            Series("due_count", "Due", "var(--muted)"),
            Series("dialled_count", "Dialled", "var(--otherwise)"),
            Series("answered_count", "Reached", "var(--won)"),
        ),
        clients="steps",
    ),
    Chart(
        name="waits",
        title="How long callers wait",
        definition=(
            "Calls by how long the caller had waited when an operator answered, and when he hung "
            "up. An answered call belongs to no campaign: with a campaign chosen, only dropped "
            "calls are shown."
        ),
        cube="waits",
        kind="stack",
        axis="Waited up to",
        unit="calls",
        by="within_seconds",
        keys=(*((bound, f"{bound} s") for bound in SECOND_BOUNDS), (0, "longer")),
        column="end_kind",
        value="call_count",
        series=(
            Series("dropped", "Hung up", "var(--lost)"),
            Series("answered", "Answered", "var(--muted)"),
        ),
        clients="all",
    ),
    Chart(
        name="duplicates",
        title="Blocked by a duplicate",
        definition=(
            "Open episodes that nobody is called for, because the number stands on two or more "
            "contacts, by how long that has been so. `reconcile duplicates` names the contacts; "
            "once the directory is mended the dials go on."
        ),
        cube="duplicates",
        kind="stack",
        axis="Blocked up to",
        unit="clients",
        by="within_hours",
        keys=(*((bound, _hours(bound)) for bound in HOUR_BOUNDS), (0, "longer")),
        series=(Series("episode_count", "Clients", "var(--blocked)"),),
        clients="is_duplicate",
    ),
)
