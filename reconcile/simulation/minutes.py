"""Replay a history by real runs, minute after minute, in memory: what `run` does, nothing sent.

Each run decides by the records that had a `known_at` by then, as `run --now` does, and hands its
commands to sinks that take everything.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reconcile import openings, outbox, pipeline, queries, run_record, streams
from reconcile.moment import Moment
from reconcile.simulation.history import RAW, Span
from reconcile.sinks import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from contextlib import AbstractContextManager

    import duckdb

    from reconcile.settings import Settings
    from reconcile.sinks import OutgoingCommand

_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)
_SINK = "memory"
_LASTING = ("kept.contacts", "kept.do_not_call", "ops.clock")
"""What a play leaves as it is. The clock has one row, which the first run writes anew."""


@dataclass(frozen=True, slots=True)
class _Memory:
    """A state in memory, open all the time."""

    connection: duckdb.DuckDBPyConnection

    def closed(self) -> AbstractContextManager[None]:
        """Stay open: nobody else waits for it."""
        return nullcontext()


@dataclass(frozen=True, slots=True)
class _Sink:
    """Takes every command, and sends none."""

    can_tell_repeats: bool = True
    waits_for_network: bool = False
    promise: str = "exactly once, into nothing"

    def deliver(self, commands: Sequence[OutgoingCommand], mark: str) -> tuple[list[Outcome], str]:
        """Take all of them."""
        return [Outcome(command.key, "delivered") for command in commands], mark

    def recover(self, keys: Collection[str], mark: str) -> set[str]:  # noqa: ARG002 - of all sinks
        """Have them all."""
        return {*keys}

    def check(self) -> str:
        """Say that there is nothing to check."""
        return self.promise


def whole(span: Span) -> Span:
    """The time up to the first full minute behind the last record, with that minute's run."""
    return Span(span.begin, _full(span.end - _SECOND) + _SECOND)


def play(
    connection: duckdb.DuckDBPyConnection, settings: Settings, span: Span, *, label: str
) -> None:
    """Fill `kept.*` by a run at each full minute of the time, the first one at or before it.

    The records of the history stand in `raw.*`; whatever an earlier play has left is forgotten.
    Dropped calls from before the time are left out. Shows a progress bar on a terminal.
    """
    settings = _as_played(settings, span.begin)
    _forget(connection, settings)
    news = _news(connection)
    minutes = [*_minutes(span)]
    shown = streams.progress(minutes, total=len(minutes), label=label)
    for run_id, now in enumerate(shown, start=1):
        _run(connection, settings, now, run_id=run_id, has_news=now in news or run_id == 1)
    queries.run(connection, "commands.forget_early_drops", {"from_at": span.begin})
    queries.run(connection, "core.simulated_delays", {})


def _as_played(settings: Settings, begin: datetime) -> Settings:
    """The settings with sinks of memory, and campaigns that start no earlier than the time does."""
    campaigns = tuple(
        replace(
            campaign,
            dialler=_SINK,
            copies=(),
            starts_at=None if campaign.starts_at is None else max(campaign.starts_at, begin),
        )
        for campaign in settings.campaigns
    )
    return replace(settings, campaigns=campaigns)


def _forget(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Go back to before the first run: no record applied, nothing decided."""
    found = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where schema_name in ('kept', 'ops') and database_name = current_database()"
    ).fetchall()
    for (table,) in found:
        if table not in _LASTING:
            connection.execute(f"delete from {table}")  # noqa: S608 - our own names
    for table in RAW:
        connection.execute(f"update raw.{table} set applied_run = null")  # noqa: S608 - our own
    run_record.write_settings(connection, settings)
    openings.follow(connection, settings)


def _news(connection: duckdb.DuckDBPyConnection) -> set[datetime]:
    """The full minutes at which a record is known that was not at the one before."""
    instants = " union ".join(f"select known_at from raw.{table}" for table in RAW)  # noqa: S608
    return {_full(known_at) for (known_at,) in connection.execute(instants).fetchall()}


def _minutes(span: Span) -> Iterator[datetime]:
    now = span.begin.replace(second=0, microsecond=0)
    while now < span.end:
        yield now
        now += _MINUTE


def _full(instant: datetime) -> datetime:
    """The first full minute at or after an instant."""
    floor = instant.replace(second=0, microsecond=0)
    return floor if floor == instant else floor + _MINUTE


def _run(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    now: datetime,
    *,
    run_id: int,
    has_news: bool,
) -> None:
    moment = Moment(now=now, run_id=run_id, is_strict=True, has_new_directory=run_id == 1)
    if not has_news and pipeline.is_idle(connection, moment):
        return
    connection.execute("begin")
    pipeline.decide(connection, settings, moment)
    pipeline.clear(connection)
    connection.execute(
        "insert into ops.runs by name select $1::bigint as run_id, $2::timestamp as run_at, "
        "$2::timestamp as started_at, '' as version, '' as settings_hash, '{}' as counts, "
        "true as has_changes",
        [run_id, now],
    )
    connection.execute("commit")
    outbox.deliver(_Memory(connection), {_SINK: _Sink()}, moment, silent={})
