"""Rows are stored once, wherever and however often they were read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from log_folder import LogFolder

from reconcile.sources import loading, registry
from reconcile.sources.asterisk import read_cdr, read_queue_log
from reconcile.sources.batch import Batch, Load, StoredRow, rejected
from reconcile.sources.marks import Mark

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

at = datetime.fromisoformat
NOW = at("2026-11-20 09:00:00")


def event(second: int, *, content_hash: int | None = None, line: int = 1) -> tuple[Any, ...]:
    known_at = NOW.replace(minute=second // 60, second=second % 60)
    content_hash = second if content_hash is None else content_hash
    return (
        "pbx",
        "queue_log",
        line,
        known_at,
        content_hash,
        "1.1",
        "q",
        "m",
        "PAUSE",
        known_at,
        ["a"],
    )


def stored(connection: duckdb.DuckDBPyConnection, what: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"select {what}").fetchall()


def test_rows_are_stored_with_their_run(connection: duckdb.DuckDBPyConnection) -> None:
    count = loading.append(connection, "raw.queue_log", [event(0)], run_id=7, now=NOW)
    assert count == 1
    assert stored(connection, "read_run, applied_run, data, content_hash from raw.queue_log") == [
        (7, 7, ["a"], 0)
    ]


def test_a_row_known_later_than_now_is_stored_and_waits(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = [event(0), event(1)]
    loading.append(connection, "raw.queue_log", rows, run_id=7, now=NOW)
    assert stored(
        connection, "line, read_run, applied_run from raw.queue_log order by known_at"
    ) == [
        (1, 7, 7),
        (1, 7, None),
    ]


def test_exact_repeats_are_stored_once(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [event(0), event(1), event(0, line=3)]
    assert loading.append(connection, "raw.queue_log", rows, run_id=1, now=NOW) == 2
    again = [event(1, line=9), event(2)]
    assert loading.append(connection, "raw.queue_log", again, run_id=2, now=NOW) == 1
    found = stored(connection, "content_hash, line, read_run from raw.queue_log order by all")
    assert found == [(0, 1, 1), (1, 1, 1), (2, 1, 2)]


def test_equal_rows_of_two_sources_are_two(connection: duckdb.DuckDBPyConnection) -> None:
    other = ("branch", *event(0)[1:])
    assert loading.append(connection, "raw.queue_log", [event(0), other], run_id=1, now=NOW) == 2


def test_the_largest_hash_is_stored(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [event(0, content_hash=2**64 - 1)]
    loading.append(connection, "raw.queue_log", rows, run_id=1, now=NOW)
    assert stored(connection, "content_hash from raw.queue_log") == [(2**64 - 1,)]


def test_rejected_records_are_kept_once(connection: duckdb.DuckDBPyConnection) -> None:
    records = [rejected("queue_log", 4, "no event", "x|y"), rejected("queue_log", 5, "r", "z")]
    for run_id in (1, 2):
        loading.keep_aside(connection, "pbx", "queue_log", records, run_id=run_id, now=NOW)
    assert stored(connection, "* from raw.rejected order by line") == [
        ("pbx", "queue_log", "queue_log", 4, 1, NOW, "no event", "x|y"),
        ("pbx", "queue_log", "queue_log", 5, 1, NOW, "r", "z"),
    ]


def test_unknown_words_are_counted_on(connection: duckdb.DuckDBPyConnection) -> None:
    loading.count_words(connection, "pbx", "queue_log", {("event", "A"): 2}, now=NOW)
    later = NOW.replace(hour=10)
    words = {("event", "A"): 3, ("event", "B"): 1}
    loading.count_words(connection, "pbx", "queue_log", words, now=later)
    assert stored(
        connection, "word, row_count, first_seen_at from ops.unknown_words order by word"
    ) == [("A", 5, NOW), ("B", 1, later)]


def test_marks_come_back_as_they_were(connection: duckdb.DuckDBPyConnection) -> None:
    mark = Mark(
        "pbx", "calls", "calls.csv", "1:2", 10, 3, 4, 5, 6, 7, "h", "t", ("a", "b"), 8, True
    )
    plain = Mark("pbx", "calls", "other.csv", "1:3", 10, 3)
    loading.save_marks(connection, "pbx", "calls", [mark, plain])
    loading.save_marks(connection, "pbx", "other", [plain])
    assert set(loading.marks_of(connection, "pbx", "calls")) == {mark, plain}
    loading.save_marks(connection, "pbx", "calls", [plain])
    assert loading.marks_of(connection, "pbx", "calls") == [plain]


def test_a_fault_leaves_the_last_good_reading_of_a_feed(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    feed = "read_at, row_count, fingerprint, fault from ops.feeds"
    later = NOW.replace(hour=10)
    unread = {"row_count": 0, "is_read": False}
    loading.note_feed(connection, "crm", "contacts", now=NOW, fault="no file", **unread)
    assert stored(connection, feed) == [(None, None, None, "no file")]
    loading.note_feed(connection, "crm", "contacts", now=NOW, row_count=5, fingerprint="f")
    assert stored(connection, feed) == [(NOW, 5, "f", None)]
    loading.note_feed(connection, "crm", "contacts", now=later, fault="shrunk", **unread)
    assert stored(connection, feed) == [(NOW, 5, "f", "shrunk")]


def leg(call: str, kind: str, line: int) -> tuple[Any, ...]:
    return ("crm", "legs.ndjson", line, line, call, ["call", "kind"], [call, kind])


def test_rows_to_be_folded_come_back_by_their_keys(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [leg("a", "menu", 1), leg("b", "menu", 2), leg("a", "end", 3), leg("a", "menu", 4)]
    loading.append(connection, "raw.table_rows", rows[:3], run_id=1, now=NOW)
    loading.append(connection, "raw.table_rows", rows[3:], run_id=2, now=NOW)
    found = loading.rows_of_keys(connection, "crm", ["a", "c"])
    assert sorted(found) == [
        StoredRow("legs.ndjson", 1, 1, "a", ["call", "kind"], ["a", "menu"]),
        StoredRow("legs.ndjson", 3, 3, "a", ["call", "kind"], ["a", "end"]),
    ]


def call(call_id: str, content_hash: int) -> tuple[Any, ...]:
    return ("crm", "f", 1, NOW, content_hash, call_id, None, "in", *[None] * 4, NOW, *[None] * 9)


def test_a_call_folded_again_in_one_run_takes_the_place_of_its_first_fold(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    def batch(*calls: tuple[Any, ...]) -> Batch:
        kept = Load("raw.table_rows", [leg("a", "menu", 1)])
        return Batch("calls", loads=(kept, Load("raw.table_calls", list(calls))))

    loading.store(connection, "crm", batch(call("a", 1), call("b", 2)), run_id=1, now=NOW)
    loading.store(connection, "crm", batch(call("a", 3)), run_id=1, now=NOW)
    loading.store(connection, "crm", batch(call("a", 4)), run_id=2, now=NOW)
    found = stored(connection, "call_id, content_hash, read_run from raw.table_calls order by all")
    assert found == [("a", 3, 1), ("a", 4, 2), ("b", 2, 1)]


def test_states_of_a_call_that_is_not_folded_all_stay(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    load = Load("raw.table_calls", [call("a", 1), call("a", 2)])
    loading.store(connection, "crm", Batch("calls", loads=(load,)), run_id=1, now=NOW)
    assert stored(connection, "count(*) from raw.table_calls") == [(2,)]


def test_a_batch_leaves_no_table_behind(connection: duckdb.DuckDBPyConnection) -> None:
    record = rejected("queue_log", 4, "no event", "x|y")
    batch = Batch(
        "queue_log",
        loads=(Load("raw.queue_log", [event(0)]),),
        rejected=(record,),
        unknown_words={("event", "A"): 1},
        marks=(),
    )
    assert loading.store(connection, "pbx", batch, run_id=1, now=NOW) == 1
    assert stored(connection, "count(*) from duckdb_tables() where schema_name = 'staging'") == [
        (0,)
    ]


@pytest.mark.parametrize("is_marked", [True, False])
def test_a_log_read_again_under_another_name_adds_nothing(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, is_marked: bool
) -> None:
    log = LogFolder(tmp_path)
    log.write(
        "".join(f"{1795164815 + n}|1.{n}|q|NONE|PAUSE|\n" for n in range(100)).encode(), "q.1"
    )
    counts = []
    for run_id, name in ((1, "q.1"), (2, "q.2")):
        log.rename("q.1", name)
        marks = loading.marks_of(connection, "pbx", "queue_log") if is_marked else []
        batches = read_queue_log("q.*", marks, folder=tmp_path, source="pbx")
        counts.append(
            sum(loading.store(connection, "pbx", each, run_id=run_id, now=NOW) for each in batches)
        )
    assert counts == [100, 0]


def test_a_call_over_two_runs_is_stored_whole(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    log = LogFolder(tmp_path)
    line = '1.1,2026-11-20 08:53:50,2026-11-20 08:54:20,"{}"\n'
    for run_id, data in ((1, line.format("first")), (2, line.format("second"))):
        log.write(data.encode(), "Master.csv")
        for batch in read_cdr(
            "Master.csv",
            loading.marks_of(connection, "pbx", "cdr"),
            folder=tmp_path,
            source="pbx",
            columns=("uniqueid", "start", "end", "lastapp"),
            time_zone="UTC",
        ):
            loading.store(connection, "pbx", batch, run_id=run_id, now=NOW)
    assert stored(connection, "lastapp, line, read_run from raw.cdr order by line") == [
        ("first", 1, 1),
        ("second", 2, 2),
    ]


def test_each_stream_of_the_registry_has_its_reader() -> None:
    for kind, streams in registry.STREAMS.items():
        for stream in streams:
            assert callable(registry.reader(kind, stream))
