"""The history that a simulation replays: from the read copy, the audit files or the sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from reconcile import (
    clock,
    database,
    pipeline,
    pulling,
    queries,
    reading,
    run_record,
    steps,
)
from reconcile.audit_files.reading import add_versions
from reconcile.audit_files.tables import AUDIT_FOLDER, AUDIT_TABLES
from reconcile.errors import UsageWrong
from reconcile.folding import fold
from reconcile.moment import Moment
from reconcile.reports.history import is_swept
from reconcile.reports.read_copy import attached, open_read_copy
from reconcile.simulation.kinds import Kind

if TYPE_CHECKING:
    import duckdb

    from reconcile.settings import Settings

_NO_OWN_CALLS = "create or replace temp table own_calls (source varchar, call_id varchar)"
_SECOND = timedelta(seconds=1)
_KEPT = ("contacts", "do_not_call")
RAW = ("queue_log", "cdr", "cel", "table_calls", "results")
"""The tables of records that have their instants."""

_OF_CALLS = tuple(table for table in RAW if table != "results")


@dataclass(frozen=True, slots=True)
class Span:
    """The time that is looked at: from `begin` up to but not including `end`."""

    begin: datetime
    end: datetime


def kind_of(settings: Settings, asked: Kind | None) -> Kind:
    """The kind asked for; else what runs have published, and before the first run the sources."""
    if asked is not None:
        return asked
    published = settings.state_folder / database.READ_FILE
    return Kind.STATE if published.is_file() else Kind.SOURCES


def load(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    kind: Kind,
    period: tuple[datetime | None, datetime | None],
    *,
    has_records: bool = False,
) -> tuple[Span, list[list[str]]]:
    """Fill an empty state in memory with a history; no file is written but in a scratch folder.

    `temp.history_calls` gets all calls, `kept.calls` what of them had happened by the end, which
    is the last instant that a record tells of unless the period has another. Returns the time
    looked at, and what sources could not be read. `has_records`: the records stand in `raw.*` too,
    as far back as runs have kept them. Raises UsageWrong where there is no history.
    """
    run_record.write_settings(connection, settings)
    faults: list[list[str]] = []
    if kind is Kind.SOURCES:
        faults = _read_sources(connection, settings)
    else:
        _copy(connection, settings, kind, period[0], has_records=has_records)
    connection.execute("create or replace temp table history_calls as from kept.calls")
    # A call that carries a key is a dial of ours, or of a system whose place we would take.
    connection.execute(
        "insert into own_calls select source, call_id from kept.calls "
        "where attempt_key is not null and direction = 'out'"
    )
    connection.execute("delete from kept.calls")
    span = _span(connection, *period)
    queries.run(connection, "commands.keep_simulated_calls", {"end_at": span.end})
    return span, faults


def _read_sources(
    connection: duckdb.DuckDBPyConnection, settings: Settings
) -> list[list[str]]:
    """Read every source from its beginning, as a first run would."""
    moment = Moment(now=clock.utc_now(), run_id=1)
    with TemporaryDirectory(prefix="reconcile-") as name:
        pulled = pulling.pull(settings, moment.now, scratch=Path(name))
        feeds = reading.read_sources(connection, settings, moment, pulled=pulled)
    steps.run(connection, pipeline.APPLY, moment)
    fold(connection, moment)
    pipeline.clear(connection)
    _note_last_known(connection, "raw")
    connection.execute(_NO_OWN_CALLS)
    return [lines for _, lines in reading.notes(feeds)]


def _copy(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    kind: Kind,
    from_at: datetime | None,
    *,
    has_records: bool,
) -> None:
    """Copy what runs have published; the audit files tell of calls that were swept out, too."""
    with open_read_copy(settings) as copy:  # says in words where there is none
        reads_audit = kind is Kind.AUDIT or (from_at is not None and is_swept(copy, from_at))
    with attached(connection, settings.state_folder):
        for name in _KEPT:
            connection.execute(f"insert into kept.{name} by name from published.kept.{name}")
        _note_last_known(connection, "published.raw")
        connection.execute(
            "create or replace temp table own_calls as select call_source as source, call_id "
            "from published.kept.attempts where call_id is not null and not is_by_hand"
        )
        for name in (*RAW, "phone_numbers") if has_records else ():
            connection.execute(f"insert into raw.{name} by name from published.raw.{name}")
        if kind is Kind.STATE:
            connection.execute("insert into kept.calls by name from published.kept.calls")
    if reads_audit:
        _add_audited(connection, settings.state_folder / AUDIT_FOLDER / "calls")


def _note_last_known(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Note the last instant that a record tells of: somebody may still have waited then."""
    records = " union all ".join(
        f"select known_at from {schema}.{name} where applied_run is not null"  # noqa: S608 - ours
        for name in _OF_CALLS
    )
    connection.execute(f"create or replace temp table last_known as {records}")


def _add_audited(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Add the newest version of each call that is not here yet."""
    if not any(folder.glob("*/*.parquet")):
        raise UsageWrong(
            f"there are no audit files of calls in `{folder}`",
            hint="`reconcile run` writes them; `--history sources` reads the sources themselves",
        )
    add_versions(connection, [str(folder / "*" / "*.parquet")], AUDIT_TABLES["calls"], "kept.calls")


def _span(
    connection: duckdb.DuckDBPyConnection, from_at: datetime | None, to_at: datetime | None
) -> Span:
    """The time from the first call on, up to the last instant that any record tells of."""
    first, last = connection.execute(
        "select min(started_at), greatest("
        "max(greatest(started_at, connected_at, ended_at, known_at)), "
        "(select max(known_at) from temp.last_known)) from temp.history_calls"
    ).fetchall()[0]
    if first is None:
        raise UsageWrong(
            "the history has no call",
            hint="`reconcile check` shows what the sources have",
        )
    begin = first if from_at is None else from_at
    end = last + _SECOND if to_at is None else to_at
    if begin >= end:
        raise UsageWrong(
            f"no time lies between {clock.as_text(begin)} and {clock.as_text(end)}",
            hint=f"the history has calls from {clock.as_text(first)} to {clock.as_text(last)}",
        )
    return Span(begin, end)
