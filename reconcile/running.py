"""One run, from the lock to the published files."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconcile import __version__, clock, database, faults, outbox, pipeline, publishing, queries
from reconcile.errors import ExitCode, UsageWrong
from reconcile.pipeline import Moment
from reconcile.reading import Feed, read_sources
from reconcile.settings import as_json, settings_hash
from reconcile.sinks import open_sink

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from reconcile.settings import Settings
    from reconcile.sinks import Sink

AUDIT_FAULT = "audit"
CLOCK_FAULT = "clock"


@dataclass(slots=True)
class RunResult:
    """What one run did: the data of `run --json`, and what has to be told on stderr."""

    run_id: int
    run_at: datetime
    is_idle: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    decisions: dict[str, int] = field(default_factory=dict)
    commands: list[dict[str, Any]] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    findings: list[tuple[str, str]] = field(default_factory=list)
    messages: list[list[str]] = field(default_factory=list)
    exit_code: int = ExitCode.DONE


@dataclass(slots=True)
class _Run:
    """A run under way."""

    settings: Settings
    connection: duckdb.DuckDBPyConnection
    moment: Moment
    sinks: dict[str, Sink]
    started_at: datetime
    settings_hash: str
    accepts_clock: bool
    feeds: list[Feed] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)
    exit_codes: list[int] = field(default_factory=list)


def run(
    settings: Settings,
    *,
    now: datetime | None = None,
    is_dry: bool = False,
    accepts_clock: bool = False,
) -> RunResult:
    """Read what is new, decide, commit, hand over, publish.

    `now` is the frozen instant (UTC); without it the clock is read once, after the lock is held
    (A17), and with it records count only from their `known_at` on. A dry run works on a copy of
    what was published last: it takes no lock, sends nothing and leaves every file as it is.
    Raises DatabaseBusy when another run holds the state, UsageWrong for a `now` before the last
    run's.
    """
    if is_dry:
        with _copy_of_state(settings) as folder, database.open_state(folder) as connection:
            run_ = _start(settings, connection, now, is_dry=True, accepts_clock=accepts_clock)
            return _decide(run_, is_forced=True)
    folder = settings.state_folder
    with database.lock(folder, wait_seconds=settings.wait_seconds):
        with database.open_state(folder) as connection:
            run_ = _start(settings, connection, now, is_dry=False, accepts_clock=accepts_clock)
            outbox.recover(connection, run_.sinks, run_.moment)
            result = _decide(run_, is_forced=False)
            if not result.is_idle:
                _deliver(run_, result)
            pending = _close_run(run_, result, folder)
            connection.execute("checkpoint")
        if pending is not None:
            publishing.publish(folder, pending)
        result.messages = faults.settle(folder, run_.faults, run_.moment.now)
        publishing.write_status(folder, _status(run_, result))
    return result


@contextmanager
def _copy_of_state(settings: Settings) -> Iterator[Path]:
    """A scratch folder with a copy of the published state, or an empty one before the first run."""
    import shutil  # noqa: PLC0415 - only a dry run copies
    import tempfile  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="reconcile-") as name:
        published = settings.state_folder / database.READ_FILE
        if published.is_file():
            shutil.copyfile(published, Path(name) / database.STATE_FILE)
        yield Path(name)


def _start(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    now: datetime | None,
    *,
    is_dry: bool,
    accepts_clock: bool,
) -> _Run:
    started_at = clock.utc_now()
    row = connection.execute(
        "select (select coalesce(max(run_id), 0) from ops.runs), "
        "(select max(high_water_at) from ops.clock)"
    ).fetchall()[0]
    run_id, last_at = int(row[0]) + 1, row[1]
    moment = Moment(now=now or started_at, run_id=run_id, is_strict=now is not None)
    sinks = {
        sink.name: open_sink(sink.kind, _sink_options(settings, sink.detail))
        for sink in settings.sinks
    }
    run_ = _Run(
        settings,
        connection,
        moment,
        sinks,
        started_at,
        settings_hash=settings_hash(settings),
        accepts_clock=accepts_clock,
    )
    if last_at is not None and moment.now < last_at and not accepts_clock:
        _face_earlier_clock(run_, last_at, is_dry=is_dry)
    return run_


def _sink_options(settings: Settings, detail: Any) -> dict[str, Any]:  # noqa: ANN401 - one of the sink kinds
    return {
        name: settings.path(getattr(detail, name)) if name == "path" else getattr(detail, name)
        for name in getattr(detail, "__dataclass_fields__", {})
    }


def _face_earlier_clock(run_: _Run, last_at: datetime, *, is_dry: bool) -> None:
    """A clock that went back: a little is ignored, more holds the dials."""
    moment = run_.moment
    if moment.is_strict:
        if is_dry:
            return
        raise UsageWrong(
            f"`--now {clock.as_text(moment.now)}` lies before the last run's "
            f"{clock.as_text(last_at)}",
            follows="Nothing was done",
            hint="only `--dry-run` may look at an earlier instant",
        )
    gap_seconds = (last_at - moment.now).total_seconds()
    if gap_seconds <= run_.settings.clock_tolerance_seconds:
        moment.now = last_at
        return
    moment.is_clock_back = True
    run_.exit_codes.append(ExitCode.SOURCE)
    run_.faults[CLOCK_FAULT] = [
        f"the clock shows {clock.as_text(moment.now)}, {gap_seconds:.0f} s before an earlier run's "
        f"{clock.as_text(last_at)}",
        "Dials wait until it has passed that instant; removes go on",
        "hint: if the clock is right now, run `reconcile run --accept-clock` once",
    ]


def _decide(run_: _Run, *, is_forced: bool) -> RunResult:
    """Read and decide in one transaction; nothing of it stays when the process dies in between."""
    connection, moment = run_.connection, run_.moment
    result = RunResult(moment.run_id, moment.now)
    connection.execute("begin")
    if run_.accepts_clock:
        queries.run(connection, "commands.accept_clock", moment.params())
    has_new_settings = _keep_settings(run_)
    run_.feeds = read_sources(connection, run_.settings, moment)
    if not is_forced and not has_new_settings and _is_idle(run_):
        result.is_idle = True
    else:
        result.findings = pipeline.decide(connection, moment)
    _note_feeds(run_)
    _note_findings(run_, result)
    _keep_run(run_, result)
    result.counts = moment.counts
    result.decisions = _counted_decisions(connection, moment)
    result.commands = _issued(connection, moment)
    pipeline.clear(connection)
    connection.execute("commit")
    result.exit_code = max(run_.exit_codes, default=ExitCode.DONE)
    return result


def _keep_settings(run_: _Run) -> bool:
    """Bring the settings into their tables when they changed; tell whether they did."""
    connection = run_.connection
    known = connection.execute("select settings_hash from settings.program").fetchall()
    if known and known[0][0] == run_.settings_hash:
        return False
    from reconcile.settings.tables import to_tables  # noqa: PLC0415 - parses numbers

    for table, rows in to_tables(run_.settings).items():
        connection.execute(f"delete from {table}")  # noqa: S608 - our own names
        for row in rows:
            places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
            connection.execute(f"insert into {table} values ({places})", list(row))  # noqa: S608
    connection.execute(
        "insert into ops.settings select $1, $2, $3 "
        "where not exists (select 1 from ops.settings where settings_hash = $1)",
        [run_.settings_hash, as_json(run_.settings), run_.moment.now],
    )
    return True


def _is_idle(run_: _Run) -> bool:
    """Nothing new was read, nothing waits to be sent, and passing time changes nothing yet."""
    if any(feed.is_changed for feed in run_.feeds) or run_.moment.is_clock_back:
        return False
    standing = queries.rows(run_.connection, "core.standing", run_.moment.params()).rows[0]
    next_change_at, undelivered_count, is_first = standing
    if is_first or undelivered_count:
        return False
    return next_change_at is None or run_.moment.now < next_change_at


def _note_feeds(run_: _Run) -> None:
    for feed in run_.feeds:
        if feed.fault is not None:
            run_.faults[f"source {feed.source}/{feed.stream}"] = feed.fault
            run_.exit_codes.append(ExitCode.SOURCE)


def _note_findings(run_: _Run, result: RunResult) -> None:
    for audit, detail in result.findings:
        run_.exit_codes.append(ExitCode.AUDIT)
        run_.faults[f"{AUDIT_FAULT} {audit}"] = [
            f"the audit `{audit}` failed: {detail}",
            "The dials of the episodes it names wait; everything else goes on",
            "hint: `reconcile report audit_findings` lists all of them",
        ]


def _keep_run(run_: _Run, result: RunResult) -> None:
    moment = run_.moment
    run_.connection.execute(
        "insert into ops.runs values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [
            moment.run_id,
            moment.now,
            run_.started_at,
            clock.utc_now() if result.is_idle else None,
            __version__,
            run_.settings_hash,
            json.dumps({name: n for name, n in moment.counts.items() if n}),
            "idle" if result.is_idle else None,
            max(run_.exit_codes, default=0) if result.is_idle else None,
            not result.is_idle,
        ],
    )
    queries.run(run_.connection, "commands.keep_clock", moment.params())


def _counted_decisions(
    connection: duckdb.DuckDBPyConnection, moment: Moment
) -> dict[str, int]:
    rows = queries.rows(connection, "core.decision_counts", moment.params()).rows
    return {f"{decision} {reason}": count for decision, reason, count in rows}


def _issued(connection: duckdb.DuckDBPyConnection, moment: Moment) -> list[dict[str, Any]]:
    rows = queries.rows(connection, "core.wanted_commands", moment.params()).rows
    return [json.loads(payload) for (payload,) in rows]


def _deliver(run_: _Run, result: RunResult) -> None:
    delivery = outbox.deliver(run_.connection, run_.sinks, run_.moment)
    result.delivered = delivery.delivered
    for sink, detail in delivery.faults.items():
        run_.exit_codes.append(ExitCode.SINK)
        run_.faults[f"sink {sink}"] = [
            f"the sink `{sink}` did not take commands: {detail}",
            "They stay in the outbox and are decided again in each run",
            "hint: `reconcile status -v` shows what is undelivered",
        ]
    result.exit_code = max(run_.exit_codes, default=ExitCode.DONE)


def _close_run(run_: _Run, result: RunResult, folder: Path) -> publishing.Pending | None:
    """Write how the run ended; prepare what readers get when something changed."""
    moment, connection = run_.moment, run_.connection
    if not result.is_idle:
        connection.execute(
            "update ops.runs set ended_at = $1, outcome = $2, exit_code = $3 where run_id = $4",
            [
                clock.utc_now(),
                ExitCode(result.exit_code).name.lower(),
                result.exit_code,
                moment.run_id,
            ],
        )
    last_change = connection.execute(
        "select coalesce(max(run_id), 0) from ops.runs where has_changes"
    ).fetchall()[0][0]
    if last_change <= publishing.published_run(folder):
        return None
    return publishing.write_audit_files(
        connection, folder, run_id=int(last_change), now=moment.now
    )


def _status(run_: _Run, result: RunResult) -> dict[str, Any]:
    counts = Counter(run_.exit_codes)
    return {
        "run_id": result.run_id,
        "run_at": clock.as_text(result.run_at),
        "ended_at": clock.as_text(clock.utc_now()),
        "version": __version__,
        "exit_code": int(result.exit_code),
        "is_idle": result.is_idle,
        "faults": len(run_.faults),
        "findings": counts[ExitCode.AUDIT],
        "feeds": {
            f"{feed.source}/{feed.stream}": clock.as_text(feed.read_at) if feed.read_at else None
            for feed in run_.feeds
        },
    }
