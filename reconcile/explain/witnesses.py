"""What each log of a phone system said of a call, in one sentence."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from reconcile.reports import reasons

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    Row = dict[str, Any]
    Clock = Callable[[datetime], str]

_NAMES = {"queue_log": "queue_log", "cdr": "CDR", "cel": "CEL"}
_HUNG_UP_BY = {
    "client": "the client hung up",
    "operator": "the operator hung up",
    "program": "the dialplan hung up",
}


def said(rows: list[Row], clock: Clock) -> Iterator[tuple[datetime, str]]:
    """Of each call with rows: when it began, and what its logs said of it, one after the other."""
    for (called_at, call), of_call in groupby(rows, lambda row: (row["called_at"], row["call"])):
        texts = [f"{_NAMES[row['witness']]} {_told(row, clock)}" for row in of_call]
        yield called_at, f"as told of {call} by {'; '.join(texts)}"


def _told(row: Row, clock: Clock) -> str:
    pieces = []
    if row["menu_keys"]:
        pieces.append(f"pressed `{row['menu_keys']}` in the menu")
    if row["client_answered_at"]:
        pieces.append(f"the client picked up at {clock(row['client_answered_at'])}")
    if row["connected_at"]:
        until = f" to {clock(row['talk_ended_at'])}" if row["talk_ended_at"] else ""
        pieces.append(f"connected {clock(row['connected_at'])}{until}")
    if row["transfer_count"]:
        times = "" if row["transfer_count"] == 1 else f" {row['transfer_count']} times"
        pieces.append(f"handed on{times}")
    pieces.append(_end(row, clock))
    return f"({', '.join(pieces)})"


def _end(row: Row, clock: Clock) -> str:
    if row["ended_at"] is None:
        return "no end"
    how = [reasons.OUTGOING.get(row["result"] or "", "")]
    if row["end_reason"] and not row["connected_at"]:
        place = reasons.PLACES.get(row["last_place"] or "", "")
        how = [reasons.ENDS.get(row["end_reason"], "").format(place=place).strip()]
    if row["hung_up_by"] and row["connected_at"]:
        how.append(_HUNG_UP_BY[row["hung_up_by"]])
    text = ", ".join(part for part in how if part) or "ended"
    return f"{text} at {clock(row['ended_at'])}"
