"""The only place that reads the clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present instant in whole seconds, UTC, without a zone mark (the form of all times)."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def utc_stamp() -> datetime:
    """The present instant to the microsecond, UTC: for how long things take, never for rules."""
    return datetime.now(UTC).replace(tzinfo=None)


def running_seconds() -> float:
    """Seconds on a clock that nobody can set: only its differences mean something."""
    return time.monotonic()


def parse_instant(text: str) -> datetime:
    """Read `2026-11-20 09:15`, `…T09:15:00Z` or `…T10:15:00+01:00` as UTC without a zone mark.

    A text without a zone is UTC. Raises ValueError for anything else.
    """
    instant = datetime.fromisoformat(text.strip())
    if instant.tzinfo is not None:
        instant = instant.astimezone(UTC).replace(tzinfo=None)
    return instant.replace(microsecond=0)


def of_epoch(seconds: int) -> datetime:
    """The instant so many seconds after the beginning of 1970, UTC, without a zone mark."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def to_epoch(instant: datetime) -> int:
    """The whole seconds of an instant (UTC, without a zone mark) since the beginning of 1970."""
    return int(instant.replace(tzinfo=UTC).timestamp())


def as_text(instant: datetime) -> str:
    """RFC 3339 with Z: `2026-11-20T09:15:00Z`."""
    return instant.isoformat(timespec="seconds") + "Z"
