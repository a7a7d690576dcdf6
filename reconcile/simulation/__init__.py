"""What would have been under other settings: a history replayed, several settings side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from reconcile import database, queries, run_record, streams
from reconcile.errors import UsageWrong
from reconcile.settings import changes, load
from reconcile.simulation import history, minutes
from reconcile.simulation.kinds import Assume, Kind
from reconcile.simulation.seconds import walk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from reconcile.settings import Settings
    from reconcile.settings.changes import Changes
    from reconcile.simulation.history import Span

CONFIDENCE = 0.95
"""Of the intervals."""
_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
_CHANGEABLE = frozenset(
    {"clock_tolerance_seconds", "dials_per_run", "dials_waiting_max", "limits", "presets"}
    | {"time_zone"}
)
"""The keys at the top of the file that decisions ask for."""
_OF_A_SIMULATION = (
    "kept.campaigns",
    "kept.dropped_calls",
    "kept.episodes",
    "kept.attempts",
    "kept.hours",
    "kept.hour_spans",
    "kept.client_hours",
    "kept.zone_hours",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What some settings came to. `changes` is None for the present ones.

    `settling` are dropped calls that the last run of a minute could not account for yet,
    `undialled` those of `removed` that ended before any dial. `held` is how often a limit put a
    dial off, `rush` the most dials of a minute, `over_pace` in how many minutes they were more than
    a run may hand out. `due` has the dials of each attempt, `returns` rows of
    `core.simulated_returns`.
    """

    changes: str | None
    dropped: int
    opened: int
    joined: int
    ignored: dict[str, int]
    settling: int
    removed: dict[str, int]
    undialled: dict[str, int]
    still_open: int
    due: list[int]
    redials: int
    held: int
    rush: int
    over_pace: int
    returns: list[dict[str, Any]] = field(default_factory=list)

    @property
    def dials(self) -> int:
        """All dials, redials too."""
        return sum(self.due) + self.redials


@dataclass(frozen=True, slots=True)
class Simulated:
    """The time looked at, and what came of each settings, the present ones first.

    `by_minutes`: by real runs, one at each full minute.
    """

    kind: Kind
    assume: Assume
    by_minutes: bool
    span: Span
    outcomes: list[Outcome]
    faults: list[list[str]]

    @property
    def present(self) -> Outcome:
        """What the settings as they are came to."""
        return self.outcomes[0]

    @property
    def alternatives(self) -> list[Outcome]:
        """What the other settings came to."""
        return self.outcomes[1:]


def simulate(
    file: Path,
    sets: Sequence[str],
    period: tuple[datetime | None, datetime | None] = (None, None),
    *,
    kind: Kind | None = None,
    assume: Assume | None = None,
    by_minutes: bool = False,
) -> Simulated:
    """Replay a history under the settings of a file, and under each of `sets` beside them.

    As if a run stood at every second, or by real runs at each full minute; these see what real
    calls came to. Nothing is sent and no file is touched. Raises UsageWrong for alternatives that
    are none, where there is no history, and for what runs of minutes cannot do; SettingInvalid for
    wrong values.
    """
    assume = assume or (Assume.OBSERVED if by_minutes else Assume.UNANSWERED)
    present = load(file)
    names = tuple(campaign.name for campaign in present.campaigns)
    others = [changes.read(text, names, _CHANGEABLE) for text in sets]
    wanted: list[tuple[Changes | None, Settings]] = [(None, present)]
    wanted += [(other, load(file, other)) for other in others]
    found = history.kind_of(present, kind)
    if by_minutes:
        _refuse(found, assume)
    with database.connect(":memory:") as connection:
        database.migrate(connection)
        span, faults = history.load(connection, present, found, period, has_records=by_minutes)
        if by_minutes:
            span = span if period[1] is not None else minutes.whole(span)
            outcomes = [_by_minutes(connection, one, span, other) for other, one in wanted]
        else:
            outcomes = [_by_seconds(connection, one, span, other, assume) for other, one in wanted]
    return Simulated(found, assume, by_minutes, span, outcomes, faults)


def _refuse(kind: Kind, assume: Assume) -> None:
    """Say what runs of minutes cannot do."""
    if kind is Kind.AUDIT:
        raise UsageWrong(
            "audit files have calls, not the records by which a run of a minute decides",
            hint="`--history state` or `--history sources` has them",
        )
    if assume is not Assume.OBSERVED:
        raise UsageWrong(
            "runs of minutes see what real calls came to",
            hint="leave out `--minutes`, or take `--assume observed`",
        )


def _by_minutes(
    connection: duckdb.DuckDBPyConnection, settings: Settings, span: Span, other: Changes | None
) -> Outcome:
    minutes.play(connection, settings, span, label=_label(other))
    return _outcome(connection, settings, span, other)


def _by_seconds(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    span: Span,
    other: Changes | None,
    assume: Assume,
) -> Outcome:
    run_record.write_settings(connection, settings)
    for table in _OF_A_SIMULATION:
        connection.execute(f"delete from {table}")  # noqa: S608 - our own names
    is_observed = assume is Assume.OBSERVED
    with streams.progress_told(_label(other)) as tell:
        walk(
            connection, settings,
            from_at=span.begin, end_at=span.end, is_observed=is_observed, tell=tell,
        )  # fmt: skip
    return _outcome(connection, settings, span, other)


def _outcome(
    connection: duckdb.DuckDBPyConnection, settings: Settings, span: Span, other: Changes | None
) -> Outcome:
    queries.run(connection, "core.simulated_waits", {"end_at": span.end})
    figures: dict[str, dict[str, int]] = {}
    for kind, name, figure in queries.rows(connection, "core.simulated_figures", {}).rows:
        figures.setdefault(kind, {})[name] = figure
    due = figures.get("due", {})
    longest = max((len(campaign.retry_minutes) for campaign in settings.campaigns), default=0)
    return Outcome(
        changes=None if other is None else other.text,
        dropped=_sum(figures, "dropped"),
        opened=_sum(figures, "opened"),
        joined=_sum(figures, "joined"),
        ignored=figures.get("ignored", {}),
        settling=_sum(figures, "settling"),
        removed=figures.get("removed", {}),
        undialled=figures.get("undialled", {}),
        still_open=_sum(figures, "open"),
        due=[due.get(str(number), 0) for number in range(1, longest + 1)],
        redials=_sum(figures, "redial"),
        held=_sum(figures, "held"),
        rush=_sum(figures, "rush"),
        over_pace=_sum(figures, "over_pace"),
        returns=queries.rows(connection, "core.simulated_returns", {"z": _Z}).as_dicts(),
    )


def _label(other: Changes | None) -> str:
    """What a progress bar is about."""
    return "the settings as they are" if other is None else other.text


def _sum(figures: dict[str, dict[str, int]], kind: str) -> int:
    return sum(figures.get(kind, {}).values())
