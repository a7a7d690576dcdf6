"""The beginning of a run: its number, its instant, its sinks, and a clock that went back."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from reconcile import clock
from reconcile.errors import ExitCode, UsageWrong
from reconcile.moment import Moment
from reconcile.run_record import Run
from reconcile.settings import settings_hash
from reconcile.sinks import open_sink

if TYPE_CHECKING:
    from datetime import datetime

    from reconcile.settings import Settings
    from reconcile.sinks import Sink
    from reconcile.state import OpenState


def start(
    settings: Settings,
    state: OpenState,
    now: datetime | None,
    *,
    is_dry: bool,
    accepts_clock: bool,
) -> Run:
    """Freeze the instant of a run: `now`, or else the clock, read here, while the lock is held.

    Raises UsageWrong for a `now` before the last run's, except in a dry run.
    """
    started_at = clock.utc_stamp()
    row = state.connection.execute(
        "select (select coalesce(max(run_id), 0) from ops.runs), "
        "(select max(high_water_at) from ops.clock)"
    ).fetchall()[0]
    run = Run(
        settings,
        state,
        Moment(now=now or clock.utc_now(), run_id=int(row[0]) + 1, is_strict=now is not None),
        open_sinks(settings),
        started_at,
        settings_hash=settings_hash(settings),
        accepts_clock=accepts_clock,
    )
    last_at = row[1]
    is_accepted = accepts_clock and not run.moment.is_strict
    if last_at is not None and run.moment.now < last_at and not is_accepted:
        _face_earlier_clock(run, last_at, is_dry=is_dry)
    return run


def open_sinks(settings: Settings) -> dict[str, Sink]:
    """Every sink of the settings by name, its paths resolved."""
    return {
        sink.name: open_sink(sink.kind, _options(settings, sink.detail)) for sink in settings.sinks
    }


def _options(settings: Settings, detail: Any) -> dict[str, Any]:  # noqa: ANN401 - any kind of sink
    """The keys of a kind, and the folder that its paths and secrets count from."""
    options: dict[str, Any] = {one.name: getattr(detail, one.name) for one in fields(detail)}
    options["folder"] = settings.folder
    if "path" in options:
        options["path"] = settings.path(options["path"])
    return options


def _face_earlier_clock(run: Run, last_at: datetime, *, is_dry: bool) -> None:
    """A clock that went back: a little is ignored, more holds the dials."""
    moment = run.moment
    if moment.is_strict:
        if is_dry:
            return
        raise UsageWrong(
            f"`--now {clock.as_text(moment.now)}` lies before the last run's "
            f"{clock.as_text(last_at)}",
            follows="Nothing was done",
            hint="only `--dry-run` may look at an earlier instant",
        )
    gap_seconds = (last_at - moment.now).total_seconds()
    if gap_seconds <= run.settings.clock_tolerance_seconds:
        moment.now = last_at
        return
    moment.is_clock_back = True
    run.note(
        "clock",
        [
            f"the clock lies before an earlier run's {clock.as_text(last_at)}",
            f"It shows {clock.as_text(moment.now)}, {gap_seconds:.0f} s before; dials wait until "
            "it has passed that instant, removes go on",
            "hint: if the clock is right now, run `reconcile run --accept-clock` once",
        ],
        ExitCode.SOURCE,
    )
