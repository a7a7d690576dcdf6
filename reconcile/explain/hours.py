"""When calling hours open next, in words and in the campaign's own zone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from reconcile.reports.values import local, zone_of_name

if TYPE_CHECKING:
    from datetime import datetime

_WEEK = timedelta(days=7)


def opening(row: dict[str, Any], seen_at: datetime | None) -> str:
    """`opens Mon 08:00 Europe/Prague`, with its date where that is a week or more away.

    `row` has `due_at` and `hours_zone`; the latter is null for a campaign that has no hours now.
    """
    opens_at, zone = row["due_at"], row["hours_zone"] or "UTC"
    if opens_at is None:
        return "no opening is known"
    is_far = seen_at is None or opens_at - seen_at >= _WEEK
    form = "%a %Y-%m-%d %H:%M" if is_far else "%a %H:%M"
    return f"opens {local(opens_at, zone_of_name(zone)).strftime(form)} {zone}"
