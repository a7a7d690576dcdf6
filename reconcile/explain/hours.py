"""When calling hours open next, in words and in the zone in which they are read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from reconcile.reports.values import local, zone_of_name

if TYPE_CHECKING:
    from datetime import datetime

_WEEK = timedelta(days=7)
_ZONES_MAX = 3
"""So many zones of a number are named, of more how many they are."""


def opening(row: dict[str, Any], seen_at: datetime | None) -> str:
    """`opens Mon 08:00 Europe/Prague`, with its date where that is a week or more away.

    `row` has `due_at`, `hours_zone`, which is null for a campaign that has no hours now, and
    `client_zones`, null where the hours are read in the campaign's zone. Of several zones the
    campaign's tells the time.
    """
    zones: list[str] = row["client_zones"] or []
    opens_at, zone = row["due_at"], row["hours_zone"] or "UTC"
    whose = ""
    if len(zones) == 1:
        zone, whose = zones[0], ", the client's zone"
    elif zones:
        named = f" ({', '.join(zones)})" if len(zones) <= _ZONES_MAX else ""
        whose = f", in all {len(zones)} zones where the number can be{named}"
    if opens_at is None:
        return "no opening is known"
    is_far = seen_at is None or opens_at - seen_at >= _WEEK
    form = "%a %Y-%m-%d %H:%M" if is_far else "%a %H:%M"
    return f"opens {local(opens_at, zone_of_name(zone)).strftime(form)} {zone}{whose}"
