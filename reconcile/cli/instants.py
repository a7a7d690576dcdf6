"""Instants and zones as they stand on the command line."""

from __future__ import annotations

from datetime import datetime

from reconcile import clock
from reconcile.errors import UsageWrong


def instant(text: str | None, option: str) -> datetime | None:
    """Read an instant, UTC unless it says otherwise. Raises UsageWrong for anything else."""
    if text is None:
        return None
    try:
        return clock.parse_instant(text)
    except (ValueError, OverflowError):
        raise UsageWrong(
            f"`{option} {text}` is no instant",
            hint="expected `2026-11-20`, `2026-11-20T09:15:00Z` or `2026-11-20T10:15:00+01:00`",
        ) from None


def now_or(text: str | None, option: str = "--now") -> datetime:
    """The instant asked for, or the clock's."""
    return instant(text, option) or clock.utc_now()
