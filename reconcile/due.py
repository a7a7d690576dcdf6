"""What will be dialled in the next minutes and what is blocked: a list, or a sheet to print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from reconcile import queries
from reconcile.queries import Rows
from reconcile.reports import catalogue, reasons
from reconcile.reports.read_copy import last_run, open_read_copy
from reconcile.reports.values import FULL_TIME, jsonable, local

if TYPE_CHECKING:
    from reconcile.reports.tables import Zone
    from reconcile.settings import Settings

BLOCKED = "Clients whose calls only a person can set free: whoever mends the directory"
"""What the list of what is blocked is, in one sentence."""

_QUERY = "reports.due"
_FREE = ("", "undelivered")
_MINUTE = "%H:%M"


@dataclass(frozen=True, slots=True)
class Due:
    """What falls due before an instant and what is blocked, known from the run at `seen_until`."""

    now: datetime
    until: datetime
    seen_until: datetime | None
    rows: Rows

    @property
    def coming(self) -> list[dict[str, Any]]:
        """What will be dialled, or would be if nothing held it."""
        return [row for row in self.rows.as_dicts() if row["decision"] != "blocked"]

    @property
    def blocked(self) -> list[dict[str, Any]]:
        """What waits for a person, however far its next attempt lies ahead."""
        return [row for row in self.rows.as_dicts() if row["decision"] == "blocked"]


def due(settings: Settings, *, now: datetime, minutes: int) -> Due:
    """Collect the next attempt of each open episode that falls due before `now` + `minutes`.

    What was due before `now` and has not left is part of it; the oldest promise comes first.
    """
    until = now + timedelta(minutes=minutes)
    query = queries.load(_QUERY)
    with open_read_copy(settings) as connection:
        with catalogue.room(connection, query):
            rows = queries.rows(connection, _QUERY, {"until": until})
        seen_until = last_run(connection, settings)
    return Due(now, until, seen_until, rows)


def holding(row: dict[str, Any]) -> str:
    """The reason that holds a row; empty where only time does, or nothing."""
    reason = str(row["reason"] or "")
    is_free = row["decision"] == "dial" and reason != "undelivered"
    return "" if is_free or reason == "not_due" else reason


def sentence(found: Due, zone: Zone) -> str:
    """Say what the list of what comes is, and how fresh."""
    return (
        f"Next attempts due before {_full(found.until, zone)}, the oldest promise first; held by: "
        f"why one does not leave in time. {_seen(found, zone)}"
    )


def sheet_sentence(found: Due, zone: Zone) -> str:
    """Say what the sheet is for and how long it holds."""
    return (
        f"Due before {_full(found.until, zone)}, the oldest promise first. {_seen(found, zone)}; "
        "who talked with an operator since then is not known here"
    )


def coming_rows(found: Due) -> Rows:
    """What comes, for a table: the fewest columns that tell whom to expect and what holds it."""
    columns = ["due_at", "promised_at", "number", "contact", "campaign", "attempt", "held_by"]
    return Rows(
        columns,
        [
            (
                row["due_at"],
                row["promised_at"],
                row["number"],
                " ".join(part for part in (row["contact_id"], row["contact_name"]) if part),
                row["campaign"],
                _attempt(row),
                holding(row),
            )
            for row in found.coming
        ],
    )


def blocked_rows(found: Due) -> Rows:
    """What is blocked, for a table: since when, why, on which contacts, how many drops wait."""
    columns = ["since_at", "number", "campaign", "dropped_count", "reason", "contacts"]
    return Rows(
        columns,
        [
            (
                row["since_at"],
                row["number"],
                row["campaign"],
                row["dropped_count"],
                reasons.decision(row["reason"]),
                row["proof"] if row["reason"] == "duplicate" else [],
            )
            for row in found.blocked
        ],
    )


def all_rows(found: Due) -> Rows:
    """What comes and what is blocked with every column, for files."""
    held = [holding(row) for row in found.rows.as_dicts()]
    rows = [(*row, reason) for row, reason in zip(found.rows.rows, held, strict=True)]
    return Rows([*found.rows.columns, "held_by"], rows)


def sheet_rows(found: Due, zone: Zone) -> Rows:
    """What comes, for a person who dials: wall times, whom, how often dropped, room for a result.

    Not on it: what is blocked, and what anything but time holds, for a person must not call it
    either. A dial that no sink has taken is on it.
    """
    columns = ["done", "due", "number", "name", "attempt", "dropped", "waited", "called", "result"]
    return Rows(
        columns,
        [
            (
                "[ ]",
                local(row["due_at"], zone.zone).strftime(_MINUTE),
                row["number"],
                row["contact_name"] or row["contact_id"],
                _attempt(row),
                _drops(row, zone),
                "" if row["waited_seconds"] is None else f"{row['waited_seconds']} s",
                row["queue"] or row["line"],
                "_" * 12,
            )
            for row in found.coming
            if holding(row) in _FREE
        ],
    )


def data(found: Due) -> dict[str, Any]:
    """Give all of it for JSON."""
    return {
        "now": jsonable(found.now),
        "until": jsonable(found.until),
        "seen_until": jsonable(found.seen_until),
        "due": [jsonable({**row, "held_by": holding(row) or None}) for row in found.coming],
        "blocked": jsonable(found.blocked),
    }


def _attempt(row: dict[str, Any]) -> str:
    return f"{row['attempt_number']} of {row['attempt_count']}"


def _drops(row: dict[str, Any], zone: Zone) -> str:
    count = f"{row['dropped_count']}×"
    last = row["last_dropped_at"]
    return count if last is None else f"{count}, {local(last, zone.zone).strftime(_MINUTE)}"


def _seen(found: Due, zone: Zone) -> str:
    if found.seen_until is None:
        return "No run has been published yet"
    return f"As seen by the run of {_full(found.seen_until, zone)} {zone.name}"


def _full(instant: datetime, zone: Zone) -> str:
    return local(instant, zone.zone).strftime(FULL_TIME)
