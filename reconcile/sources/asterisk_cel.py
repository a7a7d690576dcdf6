"""Asterisk's channel events (CEL): columns as configured, times to the microsecond, in UTC."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, cast

from reconcile.settings.cel_columns import CEL_COLUMNS
from reconcile.sources import delimited
from reconcile.sources.asterisk_cdr import RecordUnusable, channel_began
from reconcile.sources.batch import Row, content_hash, count_word, rejected
from reconcile.sources.forward import Parsed
from reconcile.sources.local_time import first_from, instants

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconcile.sources.forward import Parse
    from reconcile.sources.lines import Line
    from reconcile.sources.marks import Mark

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
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC is the program's form of time
_SECONDS = re.compile(r"(\d{9,10})(?:\.(\d{1,9}))?", re.ASCII)
_FRACTION_AT = len("2026-11-20 08:53:57")
_MICRO_DIGITS = 6


def cel_parser(source: str, stream: str, columns: tuple[str, ...], time_zone: str | None) -> Parse:
    """Make the parser of lines with these columns.

    Times are seconds since 1970 with a fraction, or local to `time_zone`: the value tells.
    """
    prefix = f"{stream}\n".encode()
    width = len(columns)
    dialect = delimited.Dialect()
    # What is not configured is read from one place more, which holds null.
    places = {name: columns.index(name) if name in columns else width for name in CEL_COLUMNS}
    facts = itemgetter(*(places[name] for name in _FACTS))
    rest = itemgetter(*(places[name] for name in _REST))

    def parse(lines: list[Line], mark: Mark, is_final: bool) -> Parsed:
        file = mark.file
        found = delimited.split(lines, dialect, file=file, width=width, is_final=is_final)
        rows: list[Row] = []
        kept_aside = found.rejected
        words: Counter[tuple[str, str]] = Counter()
        for number, values, text in found.records:
            padded = cast("list[str | None]", values)
            padded.append(None)
            event, time, uniqueid, linkedid, user_event = facts(padded)
            try:
                event_at = _event_at(time or "", time_zone, uniqueid)
                call_id = _call_id(event, uniqueid, linkedid)
            except RecordUnusable as reason:
                kept_aside.append(rejected(file, number, str(reason), text))
                continue
            if event not in EVENTS and event != user_event:
                count_word(words, "eventtype", event)
            rows.append(
                (source, file, number, event_at, content_hash(prefix, text), call_id, event,
                 event_at, *rest(padded))
            )  # fmt: skip
        return Parsed(found.used, rows, kept_aside, words)

    return parse


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
        return _of_epoch(seconds[1]) + _micros(seconds[2] or "")
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


@lru_cache(maxsize=1 << 14)
def _of_epoch(seconds: str) -> datetime:
    return _EPOCH + timedelta(seconds=int(seconds))


def _micros(digits: str) -> timedelta:
    return timedelta(microseconds=int(digits[:_MICRO_DIGITS].ljust(_MICRO_DIGITS, "0")))
