"""Which past run is meant, and what is known of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from reconcile import clock, queries
from reconcile.audit_files import reading
from reconcile.audit_files.tables import AUDIT_TABLES
from reconcile.errors import UsageWrong
from reconcile.reports.read_copy import open_read_copy

if TYPE_CHECKING:
    from reconcile.settings import Settings


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run that is over. `unread` is None where the version of then did not keep it.

    `is_published_whole` tells whether no version of a row can have been lost before it or in it;
    `first_run_id` and `first_at` are of the oldest run that is known.
    """

    run_id: int
    run_at: datetime
    settings_hash: str
    version: str
    unread: dict[str, datetime | None] | None
    is_clock_back: bool
    is_idle: bool
    previous_run_id: int | None
    previous_at: datetime | None
    is_published_whole: bool
    first_run_id: int
    first_at: datetime


def find_run(settings: Settings, at: datetime, run_id: int | None) -> PastRun:
    """The run of that number, else that of the minute of `at`.

    Raises UsageWrong where none is known, with those nearby.
    """
    with open_read_copy(settings) as copy:
        text, params = reading.select(
            copy,
            AUDIT_TABLES["runs"],
            settings.state_folder,
            from_at=datetime.min,  # noqa: DTZ901 - without a zone, as all times here
            to_at=datetime.max,  # noqa: DTZ901
        )
        copy.execute(f"create or replace temp table past_runs as {text}", params)
        asked = {"at": at, "run_id": run_id}
        found = queries.rows(copy, "core.replayed_run", asked).as_dicts()[0]
    nearby = [found.pop("before_at"), found.pop("after_at")]
    if found["run_id"] is None:
        raise _no_run(at, run_id, nearby)
    unread = found.pop("unread")
    return PastRun(**found, unread=None if unread is None else _instants(json.loads(unread)))


def _instants(texts: dict[str, str | None]) -> dict[str, datetime | None]:
    return {name: text and clock.parse_instant(text) for name, text in texts.items()}  # type: ignore[misc]


def _no_run(at: datetime, run_id: int | None, nearby: list[datetime | None]) -> UsageWrong:
    told = [clock.as_text(instant) for instant in nearby if instant is not None]
    if run_id is not None or not told:
        missing = "no run is known" if run_id is None else f"no run {run_id} is known"
        return UsageWrong(missing, hint="`reconcile report runs` lists the runs")
    nearest = " and ".join(told)
    return UsageWrong(
        f"no run is known of the minute of {clock.as_text(at)}",
        hint=f"the nearest {'one is that' if len(told) == 1 else 'ones are those'} of {nearest}",
    )
