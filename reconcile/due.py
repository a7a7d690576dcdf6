"""What will be dialled in the next minutes and what is blocked: a list, or a sheet to print."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from reconcile import queries
from reconcile.queries import Rows
from reconcile.reports import catalogue, reasons
from reconcile.reports.pauses import found_pauses
from reconcile.reports.read_copy import last_run, open_read_copy
from reconcile.reports.standing import span
from reconcile.reports.values import jsonable, local

if TYPE_CHECKING:
    from reconcile.reports.pauses import Pause
    from reconcile.reports.tables import Zone
    from reconcile.settings import Settings

BLOCKED = "Clients whose calls only a person can set free: whoever mends the directory"
"""What the list of what is blocked is, in one sentence."""

_QUERY = "reports.due"
_MINUTE = "%H:%M"
_DAY_AND_MINUTE = "%m-%d %H:%M"
_FRESH = timedelta(minutes=2)
SHEET_WIDTH = 80
"""Signs in a line of a sheet: a narrow terminal and a page of paper hold as many."""


@dataclass(frozen=True, slots=True)
class Due:
    """What falls due before an instant and what is blocked, known from the run at `seen_until`."""

    now: datetime
    until: datetime
    seen_until: datetime | None
    rows: Rows
    pauses: list[Pause]

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
            pauses = found_pauses(connection)
        seen_until = last_run(connection, settings)
    return Due(now, until, seen_until, rows, pauses)


def sentence(found: Due, zone: Zone) -> str:
    """Say what the list of what comes is, what holds all of it, and how fresh it is."""
    return (
        f"Next attempts due before {zone.text(found.until)}, the oldest promise first; held by: "
        f"why one does not leave when it is due. {_seen(found, zone)}"
        + "".join(f". {pause.text(zone)}" for pause in found.pauses)
    )


def sheet_sentence(found: Due, zone: Zone) -> str:
    """Say what the sheet is for, how long it holds, and who is missing on it."""
    parts = [
        f"Due before {zone.text(found.until)}, the oldest promise first",
        f"{_seen(found, zone)}; who talked with an operator since then is not known here",
        *(pause.text(zone) for pause in found.pauses),
        *_missing(found),
    ]
    return ". ".join(parts)


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
                row["held_by"],
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


def sheet_rows(found: Due, zone: Zone) -> Rows:
    """What comes, for a person who dials: wall times, whom, how often dropped, room for a result.

    On it is whom a person may call instead, as `sql/reports/due.sql` says.
    """
    columns = ["done", "due", "number", "name", "try", "dropped", "queue", "waited", "result"]
    return Rows(
        columns,
        [
            (
                "[ ]",
                _wall(found, row["due_at"], zone),
                row["number"],
                row["contact_name"] or row["contact_id"],
                _attempt(row),
                _drops(found, row, zone),
                row["queue"] or row["line"],
                "" if row["waited_seconds"] is None else f"{row['waited_seconds']} s",
                "_" * 6,
            )
            for row in found.coming
            if row["is_for_hand"]
        ],
    )


def data(found: Due) -> dict[str, Any]:
    """Give all of it for JSON."""
    return {
        "now": jsonable(found.now),
        "until": jsonable(found.until),
        "seen_until": jsonable(found.seen_until),
        "pauses": [jsonable(asdict(pause)) for pause in found.pauses],
        "due": jsonable(found.coming),
        "blocked": jsonable(found.blocked),
    }


def _missing(found: Due) -> list[str]:
    """Count who is due and not on the sheet, by what holds the call."""
    counts = Counter(str(row["held_by"]) for row in found.coming if not row["is_for_hand"])
    if found.blocked:
        counts["blocked"] = len(found.blocked)
    if not counts:
        return []
    told = ", ".join(f"{count:,} {reason}" for reason, count in sorted(counts.items()))
    return [f"Not to be called now, and not on it: {told}; `reconcile due` tells them"]


def _attempt(row: dict[str, Any]) -> str:
    return f"{row['attempt_number']} of {row['attempt_count']}{reasons.redial(row)}"


def _drops(found: Due, row: dict[str, Any], zone: Zone) -> str:
    count = f"{row['dropped_count']}×"
    last = row["last_dropped_at"]
    return count if last is None else f"{count}, {_wall(found, last, zone)}"


def _wall(found: Due, instant: datetime, zone: Zone) -> str:
    """A wall time, with its day where that is not the day of the sheet."""
    wall = local(instant, zone.zone)
    is_today = wall.date() == local(found.now, zone.zone).date()
    return wall.strftime(_MINUTE if is_today else _DAY_AND_MINUTE)


def _seen(found: Due, zone: Zone) -> str:
    if found.seen_until is None:
        return "No run has been published yet"
    age = found.now - found.seen_until
    ago = f", {span(age)} ago" if age > _FRESH else ""
    return f"As seen by the run of {zone.text(found.seen_until)}{ago}"
