"""Whether the newest records of a phone system can be what the settings take them for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

from reconcile import clock
from reconcile.settings.asterisk_logs import AsteriskLogs
from reconcile.sources import registry
from reconcile.sources.bad_files import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconcile.settings import Settings, Source
    from reconcile.settings.asterisk_logs import CdrFile, CelFile
    from reconcile.settings.database_tables import CdrTable, CelTable
    from reconcile.sources.batch import Rejected, Row
    from reconcile.sources.forward import Parse, Parsed

_NEAR_SECONDS = 300
"""Less than that between a call's start and its uniqueid is a clock, not a zone."""
_HALF_HOUR = 1_800
_DIALLED = {"AppDial", "AppQueue"}
"""What Asterisk calls the application of a channel that Dial or Queue has called."""
_WAITS = {"Dial", "Queue"}


def doubts(settings: Settings, source: Source, stream: str) -> list[str]:
    """What makes the settings of a stream look wrong, by the end of its newest file."""
    logs = source.detail
    if not isinstance(logs, AsteriskLogs):
        return []
    cdr, cel = (logs.cdr if stream == "cdr" else None), (logs.cel if stream == "cel" else None)
    files = cdr or cel
    parse = _parse(source, stream, cdr, cel)
    if source.kind in registry.PULLED:
        found = _pulled(settings, source, stream, parse)
    else:
        found = _of_files(settings, str(getattr(files, "path", logs.queue_log) or ""), parse)
    if found is None:
        return []
    file, parsed = found
    wrong = mostly_kept_aside(len(parsed.rows), parsed.rejected, f"at the end of `{file}`")
    if wrong or not files:
        return wrong
    return _zone(cdr, parsed, file) if cdr else _events(parsed, file)


def _of_files(settings: Settings, pattern: str, parse: Parse) -> tuple[str, Parsed] | None:
    from reconcile.sources.newest import newest_rows  # noqa: PLC0415

    try:
        return newest_rows(pattern, parse, folder=settings.folder)
    except UNREADABLE:
        return None  # told of where the stream is read


def _pulled(
    settings: Settings, source: Source, stream: str, parse: Parse
) -> tuple[str, Parsed] | None:
    """What stands in the newest rows of a table. Raises SourceUnreadable."""
    from reconcile.sources.lines import Line, read_lines  # noqa: PLC0415
    from reconcile.sources.marks import Mark  # noqa: PLC0415

    sample = registry.sampler(source.kind)
    data = sample(settings, source, stream, clock.utc_now()) if sample else b""
    lines: list[Line] = []
    for portion in read_lines(BytesIO(data), offset=0, line=0, limit=None, codec="utf-8"):
        lines += portion
    return (stream, parse(lines, Mark("", "", stream, "", 0, 0), True)) if lines else None


def mostly_kept_aside(row_count: int, rejected: Sequence[Rejected], place: str) -> list[str]:
    """Say that more than half of some rows cannot be read, with the first reason."""
    total = row_count + len(rejected)
    if len(rejected) <= row_count:
        return []
    return [
        f"{len(rejected):,} of {total:,} rows {place} would be kept aside, the first of them "
        f"because: {rejected[0].reason}"
    ]


def _parse(
    source: Source, stream: str, cdr: CdrFile | CdrTable | None, cel: CelFile | CelTable | None
) -> Parse:
    from reconcile.sources.asterisk import queue_log_parser  # noqa: PLC0415
    from reconcile.sources.asterisk_cdr import cdr_parser  # noqa: PLC0415
    from reconcile.sources.asterisk_cel import cel_parser  # noqa: PLC0415

    if cel is not None:
        return cel_parser(source.name, stream, cel.columns, cel.time_zone)
    if cdr is None:
        return queue_log_parser(source.name, stream)
    return cdr_parser(source.name, stream, cdr.columns, cdr.time_zone)


def _events(parsed: Parsed, file: str) -> list[str]:
    """Say which events the phone system does not write, though it had the occasion."""
    from reconcile.sources.asterisk_cel import kinds  # noqa: PLC0415

    found = kinds(parsed.rows)
    events = {event for event, _ in found}
    texts = []
    is_picked_up = any(event == "ANSWER" and app in _DIALLED for event, app in found)
    if is_picked_up and not events & {"BRIDGE_ENTER", "BRIDGE_START"}:
        texts.append(
            f"`{file}` has no BRIDGE_ENTER, so no talk is seen: `events` of cel.conf has to name it"
        )
    if any(app in _WAITS for _, app in found) and "APP_START" not in events:
        texts.append(
            f"`{file}` has no APP_START, so no waiting is seen: `events` of cel.conf has to name "
            "it, and `apps` the applications one by one (`all` logs none)"
        )
    if "CHAN_START" in events and not events & {"HANGUP", "CHAN_END", "LINKEDID_END"}:
        texts.append(
            f"`{file}` has no HANGUP, so no call is seen to end: `events` of cel.conf has to name "
            "it"
        )
    return texts


def _zone(cdr: CdrFile | CdrTable, parsed: Parsed, file: str) -> list[str]:
    """Compare the starts, read in the zone of the settings, with the seconds in the uniqueids."""
    from reconcile.sources.asterisk_cdr import seconds_ahead  # noqa: PLC0415

    ahead = sorted(seconds_ahead(parsed.rows))
    if not ahead:
        return []
    middle = ahead[len(ahead) // 2]
    off = round(middle / _HALF_HOUR) * _HALF_HOUR
    if abs(middle) <= _NEAR_SECONDS:
        return []
    if off == 0 or abs(middle - off) > _NEAR_SECONDS:
        return [
            f"the starts in `{file}` lie {abs(middle) / 60:,.0f} min {_side(middle)} the instants "
            "in their uniqueids: `cdr.columns` or a clock is wrong"
        ]
    true = _offset(parsed.rows[-1], cdr.time_zone) + off
    name = "UTC" if true == 0 else f"a zone that is {_hours(true)} from UTC then"
    return [
        f"the starts in `{file}`, read as `{cdr.time_zone}`, lie {_hours(abs(off))[1:]} h "
        f"{_side(off)} the instants in their uniqueids: `cdr.time_zone` is not theirs, expected "
        f"{name}"
    ]


def _side(seconds: int) -> str:
    return "after" if seconds > 0 else "before"


def _offset(row: Row, zone: str) -> int:
    """The seconds by which a zone is ahead of UTC at the end of a row's call."""
    from reconcile.sources.local_time import zone_of  # noqa: PLC0415

    instant = row[3]
    if not isinstance(instant, datetime):
        return 0
    ahead = instant.replace(tzinfo=UTC).astimezone(zone_of(zone)).utcoffset() or timedelta()
    return int(ahead.total_seconds())


def _hours(seconds: int) -> str:
    sign = "-" if seconds < 0 else "+"
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{sign}{hours}:{minutes:02}"
