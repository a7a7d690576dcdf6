"""Asterisk's channel events (CEL): columns as configured, times to the microsecond, in UTC."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from reconcile.settings.cel_columns import CEL_COLUMNS
from reconcile.sources.asterisk_cdr import channel_began
from reconcile.sources.batch import count_word
from reconcile.sources.configured_columns import RecordUnusable, picker, records_parser
from reconcile.sources.local_time import first_from, instants, of_epoch

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable
    from datetime import datetime

    from reconcile.sources.batch import Row
    from reconcile.sources.configured_columns import Values
    from reconcile.sources.forward import Parse

EVENTS = frozenset(
    {
        "ANSWER", "APP_END", "APP_START", "ATTENDEDTRANSFER", "BLINDTRANSFER", "BRIDGE_END",
        "BRIDGE_ENTER", "BRIDGE_EXIT", "BRIDGE_START", "BRIDGE_TO_CONF", "BRIDGE_UPDATE",
        "CHAN_END", "CHAN_START", "CONF_END", "CONF_ENTER", "CONF_EXIT", "CONF_START", "DTMF",
        "FORWARD", "HANGUP", "LINKEDID_END", "LOCAL_OPTIMIZE", "LOCAL_OPTIMIZE_BEGIN", "PARK_END",
        "PARK_START", "PICKUP", "STREAM_BEGIN", "STREAM_END", "3WAY_START", "3WAY_END",
        "TRANSFER", "USER_DEFINED",
    }
)  # fmt: skip
"""Events that are known; others are stored as well, and counted, but for those of the dialplan,
whose name stands in `userdeftype` too."""

_FACTS = ("eventtype", "eventtime", "uniqueid", "linkedid", "userdeftype")
_REST = tuple(name for name in CEL_COLUMNS if name not in {"eventtype", "eventtime"})
_EVENT, _APP = 6, 8 + _REST.index("appname")
"""Where these stand in a row."""
_SECONDS = re.compile(r"(\d{9,10})(?:\.(\d{1,9}))?", re.ASCII)
_FRACTION_AT = len("2026-11-20 08:53:57")
_MICRO_DIGITS = 6


def cel_parser(source: str, stream: str, columns: tuple[str, ...], time_zone: str | None) -> Parse:
    """Make the parser of lines with these columns.

    Times are seconds since 1970 with a fraction, or local to `time_zone`: the value tells.
    """
    facts, rest = picker(columns, _FACTS), picker(columns, _REST)

    def make(
        file: str, number: int, digest: int, values: Values, words: Counter[tuple[str, str]]
    ) -> Row:
        event, time, uniqueid, linkedid, user_event = facts(values)
        event_at = _event_at(time or "", time_zone, uniqueid)
        call_id = _call_id(event, uniqueid, linkedid)
        if event not in EVENTS and event != user_event:
            count_word(words, "eventtype", event)
        return (
            source, file, number, event_at, digest, call_id, event, event_at, *rest(values)
        )  # fmt: skip

    return records_parser(stream, columns, make)


def kinds(rows: Iterable[Row]) -> set[tuple[str, str]]:
    """Of rows as parsed: which events there are, each with its application."""
    return {(str(row[_EVENT]), str(row[_APP] or "")) for row in rows}


def _call_id(event: str | None, uniqueid: str | None, linkedid: str | None) -> str:
    if not event:
        raise RecordUnusable("no event in `eventtype`")
    call_id = linkedid or uniqueid
    if not call_id:
        raise RecordUnusable("neither `linkedid` nor `uniqueid` is filled")
    return call_id


def _event_at(text: str, zone: str | None, uniqueid: str | None) -> datetime:
    """The instant of an event in UTC. Raises RecordUnusable where the text tells none."""
    seconds = _SECONDS.fullmatch(text)
    if seconds:
        return of_epoch(seconds[1]) + _micros(seconds[2] or "")
    possible = instants(text, zone or "UTC")
    if not possible:
        raise RecordUnusable(
            f"`eventtime` holds `{text[:80]}`, expected seconds since 1970 or YYYY-MM-DD HH:MM:SS"
        )
    if zone is None:
        raise RecordUnusable("`eventtime` holds a local time, and `cel.time_zone` is not set")
    # In the hour that autumn repeats, the channel's id tells which of the two it can be.
    at = first_from(possible, channel_began((uniqueid,), possible[0]))
    return at + _micros(text[_FRACTION_AT + 1 :])


def _micros(digits: str) -> timedelta:
    return timedelta(microseconds=int(digits[:_MICRO_DIGITS].ljust(_MICRO_DIGITS, "0")))
