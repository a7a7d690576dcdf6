"""The pauses that are in force, for pages that tell what holds the dials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile import queries, scratch
from reconcile.errors import UsageWrong
from reconcile.reports.read_copy import open_read_copy

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from reconcile.reports.tables import Zone
    from reconcile.settings import Settings

_STEP = "core.pauses_in_force"


@dataclass(frozen=True, slots=True)
class Pause:
    """One campaign that a person has paused, since when and why."""

    campaign: str
    paused_at: datetime
    why: str | None

    def text(self, zone: Zone) -> str:
        """Say it in a sentence."""
        why = f" ({self.why})" if self.why else ""
        return f"A person paused `{self.campaign}` at {zone.text(self.paused_at)}{why}"


def pauses_in_force(settings: Settings) -> list[Pause]:
    """The paused campaigns by name; none before anything was published."""
    try:
        with open_read_copy(settings) as connection, scratch.core_room(connection):
            return found_pauses(connection)
    except UsageWrong:
        return []


def found_pauses(connection: duckdb.DuckDBPyConnection) -> list[Pause]:
    """The same, in a room for `core.*` that is there already."""
    rows = queries.rows(connection, _STEP, {}).rows
    return sorted((Pause(*row) for row in rows), key=lambda pause: pause.campaign)
