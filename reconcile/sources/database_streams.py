"""What is pulled of a database for a stream: the relation, its columns, and the watermark."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, cast

from reconcile.databases import NUMBER, DatabaseFault
from reconcile.settings.asterisk_logs import AsteriskLogs
from reconcile.sources import asterisk_tables
from reconcile.sources.registry import SNAPSHOTS
from reconcile.sources.table_pull import Wanted
from reconcile.sources.watermarks import USABLE, Watermark

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from reconcile.databases import Session
    from reconcile.settings import Settings, Source
    from reconcile.settings.database_tables import (
        AsteriskTable,
        CdrTable,
        CelTable,
        OwnTable,
        QueueLogTable,
    )

_SUMMER_MINUTES = 65
"""The hour that autumn repeats, and five minutes for rows that are held back (`batch`)."""
_EVENT_MINUTES = 75
"""For events, which are written when they happen: that hour, and what commits late."""


class Asked(NamedTuple):
    """Which source is pulled, and when (UTC)."""

    settings: Settings
    source: Source
    now: datetime


class PulledStream(NamedTuple):
    """What a stream is pulled of, and by which column, if not as a whole; no `table` of a query."""

    wanted: Wanted
    watermark: Watermark | None
    table: tuple[str, ...] | None
    has_no_linkedid: bool = False


def stream_of(opened: Session, asked: Asked, stream: str, *, known: str = "") -> PulledStream:
    """What is pulled; `known` is the column of the pull before, so that it is not looked for.

    Raises DatabaseFault.
    """
    if isinstance(asked.source.detail, AsteriskLogs):
        return _of_asterisk(opened, asked, stream, known)
    return _of_own(opened, asked, known)


def _of_asterisk(opened: Session, asked: Asked, stream: str, known: str) -> PulledStream:
    form = cast("QueueLogTable | CdrTable | CelTable", getattr(asked.source.detail, stream))
    table = tuple(form.table.split("."))
    relation = opened.quoted(*table)
    held = opened.columns(relation)
    outputs, time = asterisk_tables.outputs(stream, opened, held, dict(form.names), form.time_zone)
    minutes = _EVENT_MINUTES
    if stream == "cdr":
        minutes = asked.source.open_call_limit_minutes + _SUMMER_MINUTES
    watermark = _watermark(opened, form, table, held, known=known, time=time, minutes=minutes)
    times = replace(watermark, column=time, holds=held[time])
    begin = times.local(asked.now) - timedelta(days=asked.settings.hot_days)
    wanted = Wanted(
        relation=relation,
        outputs=outputs,
        identity=_identity(relation, outputs, watermark.column),
        ending=asterisk_tables.ENDINGS[stream],
        since=f"{opened.quoted(time)} >= {times.written(begin)}",
        make=asterisk_tables.made(stream, form.time_zone),
    )
    return PulledStream(
        wanted, watermark, table, stream == "cdr" and not asterisk_tables.has_linkedid(outputs)
    )


def _of_own(opened: Session, asked: Asked, known: str) -> PulledStream:
    form = cast("OwnTable", asked.source.detail)
    table = tuple(form.table.split(".")) if form.table is not None else None
    relation = opened.quoted(*table) if table else _of_query(asked.settings, str(form.query))
    held = opened.columns(relation)
    watermark = None
    if form.gives not in SNAPSHOTS:
        minutes = asked.source.open_call_limit_minutes + _SUMMER_MINUTES
        watermark = _watermark(opened, form, table, held, known=known, time="", minutes=minutes)
    outputs = tuple(opened.quoted(name) for name in held)
    since = ""
    if watermark is not None and watermark.holds != NUMBER:
        begin = watermark.local(asked.now) - timedelta(days=asked.settings.hot_days)
        since = f"{opened.quoted(watermark.column)} >= {watermark.written(begin)}"
    wanted = Wanted(
        relation=relation,
        outputs=outputs,
        identity=_identity(relation, outputs, watermark.column if watermark else ""),
        header=tuple(held),
        since=since,
    )
    return PulledStream(wanted, watermark, table)


def _of_query(settings: Settings, written: str) -> str:
    """The select of a file as a relation. Raises DatabaseFault where it cannot be read."""
    path = settings.path(written)
    try:
        text = path.read_text(encoding="utf-8").strip().rstrip(";")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no UTF-8 text"
        raise DatabaseFault(f"`{path}` cannot be read: {reason}") from error
    return f"(\n{text}\n) as pulled"  # a comment may end the text


def _watermark(
    opened: Session,
    form: AsteriskTable | OwnTable,
    table: tuple[str, ...] | None,
    held: Mapping[str, str],
    *,
    known: str,
    time: str,
    minutes: int,
) -> Watermark:
    """The column of the settings, or the one that counts up, or the time."""
    column = form.watermark or (known if known in held else "")
    counter = None if column or table is None else opened.counter(table)
    column = column or counter or time
    if not column:
        raise DatabaseFault(
            "the table has no column that the server counts up",
            "`watermark` names the column by which new rows are told",
        )
    if column not in held:
        raise DatabaseFault(f"there is no column `{column}`, which `watermark` names")
    if held[column] not in USABLE and column != counter:
        raise DatabaseFault(
            f"the column `{column}` holds neither whole numbers nor times",
            "`watermark` names a column by which new rows can be told",
        )
    lookback = minutes if form.lookback_minutes is None else form.lookback_minutes
    return Watermark(
        column=column,
        holds=NUMBER if column == counter else held[column],
        zone=form.time_zone,
        lookback=timedelta(minutes=lookback),
        lookback_rows=form.lookback_rows,
    )


def _identity(*parts: object) -> str:
    return blake2b(repr(parts).encode(), digest_size=8).hexdigest()
