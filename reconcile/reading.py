"""Read every source forward into the state, inside the run's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from reconcile import feeds, snapshots, streams
from reconcile.errors import Problem
from reconcile.settings.schedules import source_job
from reconcile.sources import loading
from reconcile.sources.batch import Batch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    import duckdb

    from reconcile.moment import Moment
    from reconcile.pulling import Pulled
    from reconcile.settings import Settings, Source


_QUIET_BATCHES = 3
_NAMED = 5
_OTHERS = (
    "Other sources were read and removes go on; dials wait once it is older than its "
    "`max_feed_lag_minutes`"
)
_ASIDE = (
    "All other files were read, newer ones among them, so no dial waits for this",
    "hint: mend the file, and the next run reads it, or move it out of the folder",
)


@dataclass(frozen=True, slots=True)
class Feed:
    """How the reading of one stream ended: what came, and the lines of its faults, if any.

    `fault` keeps the stream from counting as read; `aside` tells of old files that are left alone.
    """

    source: str
    stream: str
    row_count: int
    rejected_count: int
    is_changed: bool
    read_at: datetime | None
    fault: list[str] | None
    aside: list[str] | None


def read_sources(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    moment: Moment,
    *,
    pulled: Pulled,
    left_out: frozenset[str] = frozenset(),
) -> list[Feed]:
    """Store what every source has since the last run; one that cannot be read stops no other.

    The caller has begun the transaction in which the run decides. A source whose job is `left_out`
    is not looked at; a remote one is read from where it was `pulled` to.
    """
    found = [
        _read(connection, settings, source, stream, moment, pulled=pulled)
        for source in settings.sources
        if source_job(source.name) not in left_out
        for stream in feeds.streams(source)
    ]
    moment.counts["rows read"] = sum(feed.row_count for feed in found)
    moment.counts["rows rejected"] = sum(feed.rejected_count for feed in found)
    return found


def _read(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: Source,
    stream: str,
    moment: Moment,
    *,
    pulled: Pulled,
) -> Feed:
    row_count = rejected_count = 0
    is_changed = False
    faults: list[Problem] = []
    aside: list[Problem] = []
    fingerprint = None
    batches = _batches(connection, settings, source, stream, pulled)
    for batch in _shown(batches, f"{source.name}/{stream}"):
        row_count += loading.store(
            connection, source.name, batch, run_id=moment.run_id, now=moment.now
        )
        rejected_count += len(batch.rejected)
        is_changed = is_changed or bool(batch.loads or batch.rejected or snapshots.rows(batch))
        faults += batch.faults
        aside += batch.aside
        fingerprint = batch.fingerprint
        if snapshots.rows(batch) is not None:
            kept = snapshots.keep(connection, source.name, batch, moment)
            row_count += kept.row_count
            rejected_count += kept.rejected_count
            if kept.refusal is not None:
                faults.append(kept.refusal)
                fingerprint = None  # looked at again in each run
    if (source.name, stream) in pulled.faults:
        faults.append(pulled.faults[source.name, stream])
    fault = _listed([*faults, *aside])
    note: dict[str, Any] = {"row_count": row_count, "fingerprint": fingerprint, "fault": fault}
    loading.note_feed(connection, source.name, stream, now=moment.now, is_read=not faults, **note)
    read_at = None if faults else moment.now
    told = _lines(faults), _aside_lines(aside)
    return Feed(source.name, stream, row_count, rejected_count, is_changed, read_at, *told)


def notes(found: Iterable[Feed]) -> Iterator[tuple[str, list[str]]]:
    """The faults of the feeds: for each its name and its lines."""
    for feed in found:
        name = f"source {feed.source}/{feed.stream}"
        if feed.fault is not None:
            yield name, [*feed.fault, _OTHERS]
        if feed.aside is not None:
            yield f"{name} old", feed.aside


def _listed(problems: list[Problem]) -> str | None:
    """What is wrong, in one line; of many files some by name."""
    texts = list(dict.fromkeys(problem.what for problem in problems))
    more = f"; and {len(texts) - _NAMED:,} more" if len(texts) > _NAMED else ""
    return "; ".join(texts[:_NAMED]) + more or None


def _lines(problems: list[Problem]) -> list[str] | None:
    """What is wrong, then what follows and what to do, each once."""
    texts = [_listed(problems) or ""]
    texts += [one.follows for one in problems if one.follows]
    texts += [f"hint: {one.hint}" for one in problems if one.hint]
    return list(dict.fromkeys(texts)) if problems else None


def _aside_lines(problems: list[Problem]) -> list[str] | None:
    return [_listed(problems) or "", *_ASIDE] if problems else None


def _batches(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: Source,
    stream: str,
    pulled: Pulled,
) -> Iterator[Batch]:
    """What a stream has behind the stored marks; an empty spool costs nothing more."""
    spool = pulled.spools.get((source.name, stream))
    if spool is not None and not spool.files():
        last = _fingerprint(connection, source.name, stream)
        return iter((Batch(stream, fingerprint=last, is_last=True),))
    return feeds.batches(
        settings,
        source,
        stream,
        marks=loading.marks_of(connection, source.name, stream),
        fingerprint=_fingerprint(connection, source.name, stream),
        stored_rows=lambda keys: loading.rows_of_keys(connection, source.name, keys),
        spool=spool,
    )


def _shown(batches: Iterator[Batch], label: str) -> Iterator[Batch]:
    """The batches, with a progress bar on a terminal once there are many."""
    yield from islice(batches, _QUIET_BATCHES)
    yield from streams.progress(batches, total=None, label=f"reading {label}")


def _fingerprint(connection: duckdb.DuckDBPyConnection, source: str, stream: str) -> str | None:
    found = connection.execute(
        "select fingerprint from ops.feeds where source = $1 and stream = $2", [source, stream]
    ).fetchall()
    return found[0][0] if found else None
