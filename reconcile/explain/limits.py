"""The calls that a limit counted, in words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    Row = dict[str, Any]
    Clock = Callable[[datetime], str]

_HOUR = timedelta(hours=1)


def counted(decision: Row, rows: list[Row], number: str, clock: Clock) -> str:
    """The calls that held a dial: `3 calls in 24 hours: 10:02:00 by hand, …`; empty without any.

    `rows` are those of `reports.explain_limits`; `number` is the one that is explained, calls to
    another number of its contact name theirs.
    """
    mine = [
        row
        for row in rows
        if (row["episode_id"], row["first_run_at"])
        == (decision["episode_id"], decision["first_run_at"])
    ]
    if not mine:
        return ""
    told = ", ".join(f"{clock(row['called_at'])} {_who(row, number)}" for row in mine)
    count = "1 call" if len(mine) == 1 else f"{len(mine)} calls"
    return f"{count}{_within(decision, mine)}: {told}"


def _within(decision: Row, rows: list[Row]) -> str:
    """The window of the limit: it lets go so long after the first of its calls."""
    window = decision["due_at"] - min(row["called_at"] for row in rows)
    if not window or window % _HOUR:  # the record of a call was mended since
        return ""
    hours = window // _HOUR
    return f" in {hours:,} hours" if hours > 1 else " in an hour"


def _who(row: Row, number: str) -> str:
    where = "" if row["number"] == number else f" to {row['number']}"
    if row["attempt_number"] is not None:
        return f"attempt {row['attempt_number']} of `{row['campaign']}`{where}"
    return f"tagged `{row['attempt_key']}`{where}" if row["attempt_key"] else f"by hand{where}"
