"""What will be dialled in the next minutes, and what is blocked: as a list, or as a sheet to print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from reconcile import queries
from reconcile.queries import Rows
from reconcile.reports import catalogue, reasons
from reconcile.reports.read_copy import open_read_copy
from reconcile.reports.values import jsonable, local

if TYPE_CHECKING:
    from reconcile.reports.tables import Zone
    from reconcile.settings import Settings

_QUERY = "reports.due"
_NOTHING_HOLDS = ("not_due",)


@dataclass(frozen=True, slots=True)
class Due:
    """What falls due between two instants, what is blocked, and the last run this is known from."""

    now: datetime
    until: datetime
    seen_until: datetime | None
    coming: list[dict[str, Any]]
    blocked: list[dict[str, Any]]


def due(settings: Settings, *, now: datetime, minutes: int) -> Due:
    """Collect the next attempt of each open episode that falls due before `now` + `minutes`.

    What was due before `now` and has not left is part of it; the oldest promise comes first.
    """
    until = now + timedelta(minutes=minutes)
    query = queries.load(_QUERY)
    with open_read_copy(settings) as connection:
        with catalogue.room(connection, query):
            rows = queries.rows(connection, _QUERY, {"until": until}).as_dicts()
        last_run = connection.execute("select max(run_at) from ops.runs").fetchall()[0][0]
    blocked = [row for row in rows if row["decision"] == "blocked"]
    coming = [row for row in rows if row["decision"] != "blocked"]
    return Due(now, until, last_run, coming, blocked)


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
                _contact(row),
                row["campaign"],
                _attempt(row),
                holding(row),
            )
            for row in found.coming
        ],
    )


def blocked_rows(found: Due) -> Rows:
    """What is blocked, for a table: since when, why, and how many dropped calls wait."""
    columns = ["blocked_since_at", "number", "campaign", "dropped_count", "reason", "contacts"]
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


def sheet_rows(found: Due, zone: Zone) -> Rows:
    """What comes, for a person who dials: wall times, whom, how often dropped, room for a result."""
    columns = ["done", "due", "number", "name", "attempt", "dropped", "waited", "line", "result"]
    return Rows(
        columns,
        [
            (
                "[ ]",
                local(row["due_at"], zone.zone).strftime("%H:%M"),
                row["number"],
                row["contact_name"] or row["contact_id"],
                _attempt(row),
                f"{row['dropped_count']}×, last {_minute(row['last_dropped_at'], zone)}",
                "" if row["waited_seconds"] is None else f"{row['waited_seconds']} s",
                row["queue"] or row["line"],
                "_" * 12,
            )
            for row in found.coming
            if row["reason"] not in ("attempt_in_doubt", "attempt_up")
        ],
    )


def data(found: Due) -> dict[str, Any]:
    """Give all of it for JSON."""
    return {
        "now": jsonable(found.now),
        "until": jsonable(found.until),
        "seen_until": jsonable(found.seen_until),
        "due": [{**_plain(row), "held_by": holding(row) or None} for row in found.coming],
        "blocked": [_plain(row) for row in found.blocked],
    }


def holding(row: dict[str, Any]) -> str:
    """The reason that holds a row; empty where only time does, or nothing."""
    reason = row["reason"] or ""
    if reason in _NOTHING_HOLDS or (row["decision"] == "dial" and reason.startswith("attempt_")):
        return ""
    return str(reason)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: jsonable(value) for name, value in row.items()}


def _contact(row: dict[str, Any]) -> str:
    return " ".join(part for part in (row["contact_id"], row["contact_name"]) if part)


def _attempt(row: dict[str, Any]) -> str:
    return f"{row['attempt_number']} of {row['attempt_count']}"


def _minute(instant: datetime | None, zone: Zone) -> str:
    return local(instant, zone.zone).strftime("%H:%M") if instant else "unknown"
