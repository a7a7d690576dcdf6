"""Store what a reader hands over: rows, what was kept aside, words, marks and feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconcile import queries
from reconcile.sources.batch import StoredRow
from reconcile.sources.marks import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    import duckdb

    from reconcile.sources.batch import Batch, Rejected, Row

_APPENDS = {
    "raw.queue_log": "commands.append_queue_log",
    "raw.cdr": "commands.append_cdr",
    "raw.cel": "commands.append_cel",
    "raw.table_calls": "commands.append_table_calls",
    "raw.table_rows": "commands.append_table_rows",
    "raw.results": "commands.append_results",
}
_MADE_WHEN_STORED = {"raw.table_rows": "read_run", "raw.rejected": "read_run, rejected_at"}
_KNOWN_AT = 3
"""Where known_at stands in the rows of the tables that have it."""


def store(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    batch: Batch,
    *,
    run_id: int,
    now: datetime,
) -> int:
    """Store all of a batch but its contacts and faults; the caller begins and commits.

    Returns how many rows were added, without repeats and without rows that are kept to be folded.
    """
    added = 0
    is_folded = any(load.table == "raw.table_rows" for load in batch.loads)
    for load in batch.loads:
        is_refolded = is_folded and load.table == "raw.table_calls"
        count = append(
            connection, load.table, load.rows, run_id=run_id, now=now, is_refolded=is_refolded
        )
        added += count if load.table != "raw.table_rows" else 0
    keep_aside(connection, source, batch.stream, batch.rejected, run_id=run_id, now=now)
    count_words(connection, source, batch.stream, batch.unknown_words, now=now)
    if batch.marks is not None:
        save_marks(connection, source, batch.stream, batch.marks)
    return added


def append(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: Sequence[Row],
    *,
    run_id: int,
    now: datetime,
    is_refolded: bool = False,
) -> int:
    """Add rows to a table of raw.*, without exact repeats; returns how many were added.

    Rows are tuples in the table's column order without read_run and applied_run. A row known later
    than `now` is stored and not applied. `is_refolded`: the calls take the place of what this run
    stored of them before.
    """
    if not rows:
        return 0
    params: dict[str, Any] = {"run_id": run_id, "now": now}
    if table not in _MADE_WHEN_STORED:
        params["known_from"] = min(row[_KNOWN_AT] for row in rows)  # type: ignore[type-var]
    incoming = _incoming(connection, table, rows)
    if is_refolded:
        queries.run(connection, "commands.replace_refolded_calls", params)
    added = queries.run(connection, _APPENDS[table], params)
    connection.execute(f"drop table {incoming}")
    return added


def keep_aside(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    stream: str,
    records: Iterable[Rejected],
    *,
    run_id: int,
    now: datetime,
) -> None:
    """Store rejected records in raw.rejected."""
    rows = [(source, stream, *record) for record in records]
    if rows:
        incoming = _incoming(connection, "raw.rejected", rows)
        queries.run(connection, "commands.append_rejected", {"run_id": run_id, "now": now})
        connection.execute(f"drop table {incoming}")


def count_words(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    stream: str,
    words: Mapping[tuple[str, str], int],
    *,
    now: datetime,
) -> None:
    """Add counts of unknown words, (column, word) → rows, to ops.unknown_words."""
    rows = [(source, stream, column, word, count) for (column, word), count in words.items()]
    if rows:
        incoming = _incoming(connection, "ops.unknown_words", rows)
        queries.run(connection, "commands.raise_unknown_words", {})
        queries.run(connection, "commands.add_unknown_words", {"now": now})
        connection.execute(f"drop table {incoming}")


def marks_of(connection: duckdb.DuckDBPyConnection, source: str, stream: str) -> list[Mark]:
    """The stored marks of a stream."""
    found = queries.rows(
        connection, "core.stream_marks", {"source": source, "stream": stream}
    ).as_dicts()
    return [
        Mark(**{**mark, "header": tuple(mark["header"]) if mark["header"] is not None else None})
        for mark in found
    ]


def save_marks(
    connection: duckdb.DuckDBPyConnection, source: str, stream: str, marks: Iterable[Mark]
) -> None:
    """Put these marks in the place of all stored ones of the stream."""
    queries.run(connection, "commands.forget_marks", {"source": source, "stream": stream})
    names = list(Mark.__slots__)
    with connection.appender("ops.marks", columns=names) as appender:
        appender.append_rows([_values(mark, names) for mark in marks])


def rows_of_keys(
    connection: duckdb.DuckDBPyConnection, source: str, fold_keys: Iterable[str]
) -> list[StoredRow]:
    """The stored rows of some calls of a source that is folded."""
    params = {"source": source, "fold_keys": list(fold_keys)}
    found = queries.rows(connection, "core.rows_to_fold", params)
    return [StoredRow(*row) for row in found.rows]


def note_feed(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    stream: str,
    *,
    now: datetime,
    row_count: int,
    is_read: bool = True,
    fingerprint: str | None = None,
    fault: str | None = None,
) -> None:
    """Write into ops.feeds how the reading of a stream ended; unread, its last good one stays."""
    params = {
        "source": source,
        "stream": stream,
        "now": now,
        "row_count": row_count,
        "fingerprint": fingerprint,
        "is_read": is_read,
        "fault": fault,
    }
    queries.run(connection, "commands.add_feed", params)
    queries.run(connection, "commands.note_feed", params)


def _incoming(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]
) -> str:
    """Put rows into `staging.incoming_…`, shaped as the table without what storing adds."""
    _, _, name = table.partition(".")
    incoming = f"staging.incoming_{name}"
    added = "first_seen_at" if table.startswith("ops.") else "read_run, applied_run"
    added = _MADE_WHEN_STORED.get(table, added)
    connection.execute(
        f"create or replace table {incoming} as select * exclude ({added}) from {table} limit 0"  # noqa: S608 - names of our own
    )
    with connection.appender(incoming) as appender:
        appender.append_rows(rows)
    return incoming


def _values(mark: Mark, names: list[str]) -> list[object]:
    values = [getattr(mark, name) for name in names]
    return [list(value) if isinstance(value, tuple) else value for value in values]
