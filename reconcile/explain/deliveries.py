"""What people did to the undelivered commands and copies of a number, in words."""

from __future__ import annotations

from typing import Any

from reconcile.reports import reasons


def by_hand(row: dict[str, Any]) -> str:
    """Say what a person did to a command, or to a copy of it, and why."""
    attempt = f" of attempt {row['attempt_number']}" if row["attempt_number"] else ""
    what = f"{'copy of the ' if row['is_copy'] else ''}{row['kind']}{attempt} for `{row['sink']}`"
    who = f"by {row['done_by']}" if row["done_by"] else "by hand"
    why = f": {row['why']}" if row["why"] else ""
    return f"{what}, {who}, {reasons.DELIVERIES_BY_HAND.get(row['did'], row['did'])}{why}"
