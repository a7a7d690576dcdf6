"""Asterisk's call detail records: columns as configured, and local times made UTC."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from reconcile import clock
from reconcile.settings.cdr_columns import CDR_COLUMNS
from reconcile.sources.batch import count_word
from reconcile.sources.configured_columns import RecordUnusable, picker, records_parser
from reconcile.sources.local_time import first_from, instants, nearest_to, of_epoch

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable
    from datetime import datetime

    from reconcile.sources.batch import Row
    from reconcile.sources.configured_columns import Values
    from reconcile.sources.forward import Parse

DISPOSITIONS = frozenset({"ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION", "CANCEL"})
"""Words that are known; others are stored as well, and counted."""

_LEADING = CDR_COLUMNS[:9]
_TIMES = ("start", "answer", "end", "duration", "billsec", "uniqueid", "linkedid")
_TRAILING = CDR_COLUMNS[14:]
_CHANNEL_EPOCH = re.compile(r"(?:^|-)(\d{9,10})\.\d+$")
_START = 6 + len(_LEADING)
_NUMBER = re.compile(r"(-?\d{1,15})(?:\.\d*)?")
_ZERO_TIME = "0000-00-00 00:00:00"
_EARLY = timedelta(seconds=2)
_ROUNDING = timedelta(seconds=1)
_NEAR = timedelta(days=1)


def cdr_parser(source: str, stream: str, columns: tuple[str, ...], time_zone: str) -> Parse:
    """Make the parser of lines with these columns, whose times are local to `time_zone`."""
    leading, times = picker(columns, _LEADING), picker(columns, _TIMES)
    trailing = picker(columns, _TRAILING)

    def make(
        file: str, number: int, digest: int, values: Values, words: Counter[tuple[str, str]]
    ) -> Row:
        call_id, start_at, answer_at, end_at, duration, billsec = _facts(times(values), time_zone)
        last = trailing(values)
        if last[0] is not None and last[0] not in DISPOSITIONS:
            count_word(words, "disposition", last[0])
        return (
            source, file, number, end_at, digest, call_id,
            *leading(values), start_at, answer_at, end_at, duration, billsec, *last,
        )  # fmt: skip

    return records_parser(stream, columns, make)


def seconds_ahead(rows: Iterable[Row]) -> list[int]:
    """Of rows as parsed: by how much each start lies behind the instant in its uniqueid."""
    start, uniqueid = _START, _START + CDR_COLUMNS.index("uniqueid") - CDR_COLUMNS.index("start")
    return [
        clock.to_epoch(row[start]) - int(found[1])  # type: ignore[arg-type]
        for row in rows
        if (found := _CHANNEL_EPOCH.search(str(row[uniqueid] or "")))
    ]


def _facts(
    times: tuple[str | None, ...], zone: str
) -> tuple[str, datetime, datetime | None, datetime, int | None, int | None]:
    """The call's id, its times in UTC, its durations in seconds. Raises RecordUnusable."""
    start, answer, end, duration_text, billsec_text, uniqueid, linkedid = times
    call_id = linkedid or uniqueid
    if not call_id:
        raise RecordUnusable("neither `linkedid` nor `uniqueid` is filled")
    duration = _seconds("duration", duration_text)
    billsec = _seconds("billsec", billsec_text)
    starts = instants(start or "", zone)
    ends = () if not end or end == _ZERO_TIME else instants(end, zone)
    answers = () if not answer or answer == _ZERO_TIME else instants(answer, zone)
    if not (starts and ends) or (answer and not answers):
        _check_times(start, answer, end, zone)
        if not ends and duration is None:
            raise RecordUnusable("neither `end` nor `duration` is filled")
    start_at = starts[0]
    if len(starts) > 1:
        start_at = _chosen_start(starts, ends, duration, (uniqueid, linkedid))
    end_at = ends[0] if len(ends) == 1 else _chosen_end(ends, start_at, duration)
    answer_at = None
    if not answers and billsec:
        # Tables of Asterisk's old form have no time of the answer.
        answer_at = end_at - timedelta(seconds=billsec)
    if answers:
        answer_at = (
            first_from(answers, start_at)
            if billsec is None or len(answers) == 1
            else nearest_to(answers, end_at - timedelta(seconds=billsec))
        )
    return call_id, start_at, answer_at, end_at, duration, billsec


def _chosen_start(
    starts: tuple[datetime, ...],
    ends: tuple[datetime, ...],
    duration: int | None,
    channel_ids: tuple[str | None, ...],
) -> datetime:
    """Which of two instants: the one the duration allows, then the one the channel's id allows."""
    possible = starts
    if duration is not None and ends:
        length = timedelta(seconds=duration)
        possible = (
            tuple(
                each
                for each in starts
                if abs(nearest_to(ends, each + length) - each - length) <= _ROUNDING
            )
            or starts
        )
    return first_from(possible, channel_began(channel_ids, possible[0]))


def _chosen_end(ends: tuple[datetime, ...], start_at: datetime, duration: int | None) -> datetime:
    if duration is None:
        return first_from(ends, start_at)
    after = start_at + timedelta(seconds=duration)
    return nearest_to(ends, after) if ends else after


def channel_began(channel_ids: tuple[str | None, ...], about: datetime) -> datetime | None:
    """The earliest start that a channel's id (`epoch.counter`) allows, if it tells a time."""
    for channel_id in channel_ids:
        found = _CHANNEL_EPOCH.search(channel_id or "")
        if found:
            began = of_epoch(found[1])
            if abs(began - about) <= _NEAR:
                return began - _EARLY
    return None


def _check_times(start: str | None, answer: str | None, end: str | None, zone: str) -> None:
    """Raise RecordUnusable for a time that is none; only the start must be filled."""
    for name, text in (("start", start or ""), ("answer", answer), ("end", end)):
        is_missing = name != "start" and (not text or text == _ZERO_TIME)
        if not is_missing and not instants(text or "", zone):
            raise RecordUnusable(f"`{name}` holds `{text}`, expected YYYY-MM-DD HH:MM:SS")


@lru_cache(maxsize=1 << 14)
def _seconds(name: str, text: str | None) -> int | None:
    if not text:
        return None
    found = _NUMBER.fullmatch(text)
    if not found:
        raise RecordUnusable(f"`{name}` holds `{text}`, expected seconds")
    return int(found[1])
