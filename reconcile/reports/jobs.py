"""The parts of a run and when each comes, from the settings and what the last run left."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from reconcile import publishing
from reconcile.queries import Rows
from reconcile.reports.read_copy import instant_of
from reconcile.reports.values import jsonable
from reconcile.settings.schedules import PUBLISH, RETENTION, alert_job, report_job, source_job

if TYPE_CHECKING:
    from datetime import datetime

    from reconcile.settings import Settings

_EACH_RUN = "each run"


@dataclass(frozen=True, slots=True)
class Job:
    """One part of a run; times in UTC, null where there was none yet or it belongs to each run."""

    job: str
    schedule: str
    last_slot_at: datetime | None
    last_done_at: datetime | None
    next_slot_at: datetime | None
    why: str


def listed(settings: Settings) -> list[Job]:
    """All parts in the order in which a run takes them."""
    status = publishing.read_status(settings.state_folder) or {}
    known = {entry["job"]: entry for entry in status.get("schedule", [])}
    names = [
        *(source_job(source.name) for source in settings.sources),
        RETENTION,
        PUBLISH,
        *(report_job(report.name) for report in settings.reports),
        *(alert_job(alert.name) for alert in settings.alerts),
    ]
    return [
        _scheduled(name, settings.schedules[name], known.get(name, {}))
        if name in settings.schedules
        else _unscheduled(name, status)
        for name in names
    ]


def rows(found: list[Job]) -> Rows:
    """Give jobs as rows for a table."""
    columns = [column.name for column in fields(Job)]
    return Rows(columns, [tuple(getattr(job, column) for column in columns) for job in found])


def data(found: list[Job]) -> list[object]:
    """Give jobs for JSON."""
    return [jsonable(asdict(job)) for job in found]


def _scheduled(name: str, schedule: str, entry: dict[str, Any]) -> Job:
    if entry.get("schedule") != schedule:
        return Job(name, schedule, None, None, None, "no run has met this schedule yet")
    return Job(
        name,
        schedule,
        instant_of(entry["last_slot_at"]),
        instant_of(entry["last_done_at"]),
        instant_of(entry["next_slot_at"]),
        entry["why"],
    )


def _unscheduled(name: str, status: dict[str, Any]) -> Job:
    kind, _, part = name.partition(" ")
    if kind == "source":
        read = [
            feed["read_at"]
            for feed_name, feed in status.get("feeds", {}).items()
            if feed_name.partition("/")[0] == part and feed["read_at"]
        ]
        return Job(
            name, _EACH_RUN, None, instant_of(min(read, default=None)), None, "it has no schedule"
        )
    if name == PUBLISH:
        return Job(name, _EACH_RUN, None, None, None, "after each that changed something")
    return Job(name, _EACH_RUN, None, None, None, "in the first of a day (UTC)")
