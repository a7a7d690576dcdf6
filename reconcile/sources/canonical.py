"""What a mapping select must give: the canonical columns of calls, contacts, lists, results."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a column holds, and what may be cast to it."""

    TEXT = "text"
    INSTANT = "instant (timestamp in UTC, or text with its offset)"
    WHOLE = "whole number"


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column; `words` are the known values of an enumeration."""

    name: str
    kind: Kind = Kind.TEXT
    is_required: bool = False
    words: frozenset[str] = frozenset()

    def described(self) -> str:
        """Name, type and what else holds, for error messages."""
        words = f", one of {', '.join(sorted(self.words))}" if self.words else ""
        return f"{self.name} {self.kind.value}{words}{' (required)' if self.is_required else ''}"


@dataclass(frozen=True, slots=True)
class Target:
    """What one row of a mapping becomes. `is_strict`: a column of another name is an error.

    Of the columns `one_of` there has to be at least one.
    """

    noun: str
    columns: tuple[Column, ...]
    is_strict: bool = True
    one_of: tuple[str, ...] = ()

    def described(self) -> str:
        """All columns, for error messages."""
        return "; ".join(column.described() for column in (*self.columns, *PLACE))


PLACE = (
    Column("file"),
    Column("line", Kind.WHOLE),
    Column("row", Kind.WHOLE),
)
"""Where the row stood; a select passes on what `input` has under these names, or as `input_file`,
`input_line` and `input_row` where the files have columns of these names themselves."""

DIRECTIONS = frozenset({"in", "out", "internal"})
PLACES = frozenset({"queue", "ivr", "desk", "voicemail", "announcement"})
ENDS = frozenset({"caller", "operator", "timeout", "exit_key", "empty", "restart", "other"})
RESULTS = frozenset(
    {
        *("answered", "no_answer", "busy", "rejected", "failed", "no_such_number"),
        *("machine", "client_alone", "unknown"),
    }
)
EVENTS = frozenset({"placed", "ringing", "answered", "ended"})

CALLS = Target(
    "call",
    (
        Column("call_id", is_required=True),
        Column("system"),
        Column("direction", is_required=True, words=DIRECTIONS),
        Column("number"),
        Column("dialled_number"),
        Column("queue"),
        Column("menu"),
        Column("started_at", Kind.INSTANT, is_required=True),
        Column("wait_began_at", Kind.INSTANT),
        Column("connected_at", Kind.INSTANT),
        Column("last_connected_at", Kind.INSTANT),
        Column("talk_ended_at", Kind.INSTANT),
        Column("ended_at", Kind.INSTANT),
        Column("last_place", words=PLACES),
        Column("end_reason", words=ENDS),
        Column("result", words=RESULTS),
        Column("attempt_key"),
        Column("known_at", Kind.INSTANT),
    ),
)
CONTACTS = Target(
    "contact",
    (
        Column("contact_id", is_required=True),
        Column("name"),
        Column("number"),
        Column("extension"),
    ),
)
DO_NOT_CALL = Target(
    "do-not-call entry",
    (
        Column("number"),
        Column("number_hash"),
        Column("since"),
        Column("note"),
    ),
    one_of=("number", "number_hash"),
)
"""`since` is text: a date that cannot be read shall not have an entry kept aside."""

REPORTS = Target(
    "report",
    (
        Column("key", is_required=True),
        Column("at", Kind.INSTANT, is_required=True),
        Column("event", is_required=True, words=EVENTS),
        Column("result", words=RESULTS),
    ),
    is_strict=False,
)
