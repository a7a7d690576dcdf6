"""What a run knows of itself, and the row, the status and the audit files it leaves behind."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reconcile import __version__, clock, jobs, openings, ownership, publishing, queries
from reconcile.errors import ExitCode
from reconcile.pulling import Pulled
from reconcile.settings import as_json
from reconcile.settings.schedules import PUBLISH, alert_job, report_job

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from reconcile.audit_files.writing import Pending
    from reconcile.jobs import DueJob
    from reconcile.moment import Moment
    from reconcile.reading import Feed
    from reconcile.settings import Settings
    from reconcile.sinks import Sink
    from reconcile.state import OpenState


@dataclass(slots=True)
class RunResult:
    """What one run did: the data of `run --json`.

    `faults` are those of this run, by name; `messages` what has to be told on stderr by now;
    `row` is the run's row in `ops.runs`; `feeds` are all streams as they stand after it.
    """

    run_id: int
    run_at: datetime
    is_idle: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    decisions: dict[str, int] = field(default_factory=dict)
    commands: list[dict[str, Any]] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    findings: list[tuple[str, str]] = field(default_factory=list)
    feeds: dict[str, dict[str, Any]] = field(default_factory=dict)
    schedule: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)
    messages: list[list[str]] = field(default_factory=list)
    row: dict[str, Any] = field(default_factory=dict)
    exit_code: int = ExitCode.DONE


@dataclass(slots=True)
class Run:
    """A run under way: `faults` by a name that stays the same, and the exit codes they ask for.

    `last_change` is the last run before it that changed something readers see, and
    `published_run` the last one whose changes they can see; 0 before the first.
    `left_out` are the jobs whose slot has not come, `due_jobs` those whose has; `report_slots` has
    the slot of each report that is to be written, by name.
    """

    settings: Settings
    state: OpenState
    moment: Moment
    sinks: dict[str, Sink]
    started_at: datetime
    settings_hash: str
    accepts_clock: bool
    pulled: Pulled = field(default_factory=Pulled)
    feeds: list[Feed] = field(default_factory=list)
    left_out: frozenset[str] = frozenset()
    due_jobs: dict[str, DueJob] = field(default_factory=dict)
    report_slots: dict[str, datetime] = field(default_factory=dict)
    alert_slots: dict[str, datetime] = field(default_factory=dict)
    last_change: int = 0
    published_run: int = 0
    faults: dict[str, list[str]] = field(default_factory=dict)
    exit_codes: list[int] = field(default_factory=list)

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The open state; another one after a sink was waited for."""
        return self.state.connection

    @property
    def exit_code(self) -> int:
        """The worst of what happened."""
        return max(self.exit_codes, default=ExitCode.DONE)

    def note(self, name: str, lines: list[str], exit_code: ExitCode) -> None:
        """Take down a fault."""
        self.faults[name] = lines
        self.exit_codes.append(exit_code)


def take_slots(run: Run) -> None:
    """Take up which reports are to be written and which alerts to be counted, with their slots."""
    now, settings = run.moment.now, run.settings
    reports = {report_job(one.name): one.name for one in settings.reports}
    alerts = {alert_job(one.name): one.name for one in settings.alerts}
    run.report_slots = jobs.slots(reports, run.due_jobs, now)
    run.alert_slots = jobs.slots(alerts, run.due_jobs, now)


def keep_settings(run: Run) -> bool:
    """Bring the settings into their tables when they changed; tell whether they did."""
    connection = run.connection
    known = connection.execute("select settings_hash from settings.program").fetchall()
    if known and known[0][0] == run.settings_hash:
        return False
    write_settings(connection, run.settings)
    connection.execute(
        "insert into ops.settings select $1, $2, $3 "
        "where not exists (select 1 from ops.settings where settings_hash = $1)",
        [run.settings_hash, as_json(run.settings), run.moment.now],
    )
    jobs.follow(connection, run.settings, run.moment)
    openings.follow(connection, run.settings)
    queries.run(connection, "commands.forget_operator_signs", {})
    return True


def write_settings(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Put the settings in force into the tables `settings.*`, in the place of earlier ones."""
    from reconcile.settings.tables import to_tables  # noqa: PLC0415 - parses numbers

    for table, rows in to_tables(settings).items():
        connection.execute(f"delete from {table}")  # noqa: S608 - our own names
        for row in rows:
            columns = ", ".join(row)
            values = ", ".join(f"${column}" for column in row)
            connection.execute(f"insert into {table} ({columns}) values ({values})", row)  # noqa: S608


def begin(run: Run, result: RunResult) -> None:
    """Write the row of the run into the transaction in which it decides."""
    moment, is_idle, connection = run.moment, result.is_idle, run.connection
    counts = {**moment.counts, **{f"decided {name}": n for name, n in result.decisions.items()}}
    run.last_change = _last_change(connection)
    run.published_run = publishing.published_run(run.settings.state_folder)
    result.row = {
        "run_id": moment.run_id,
        "run_at": moment.now,
        "started_at": run.started_at,
        "ended_at": clock.utc_stamp() if is_idle else None,
        "version": __version__,
        "settings_hash": run.settings_hash,
        "counts": json.dumps({name: count for name, count in counts.items() if count}),
        "outcome": "idle" if is_idle else None,
        "exit_code": int(run.exit_code) if is_idle else None,
        # What is swept out once a day leaves the read copy too.
        "has_changes": not is_idle or moment.has_swept,
        "unread": json.dumps(_unread(run)),
        "is_clock_back": moment.is_clock_back,
        "has_unpublished": run.last_change > run.published_run,
    }
    places = ", ".join(f"${name}" for name in result.row)
    connection.execute(
        f"insert into ops.runs ({', '.join(result.row)}) values ({places})",  # noqa: S608 - ours
        result.row,
    )
    queries.run(connection, "commands.keep_clock", moment.params())


def _unread(run: Run) -> dict[str, str | None]:
    """Of each stream that this run did not read, since when what is known of it ages."""
    if not run.left_out and all(feed.read_at for feed in run.feeds):
        return {}
    found = queries.rows(run.connection, "core.unread_feeds", run.moment.params()).rows
    return {
        f"{source}/{stream}": since_at and clock.as_text(since_at)
        for source, stream, since_at in found
    }


def end(run: Run, result: RunResult, folder: Path) -> Pending | None:
    """Write how the run ended; prepare what readers get when something changed."""
    connection = run.connection
    if not result.is_idle:
        code = ExitCode(result.exit_code)
        connection.execute(
            "update ops.runs set ended_at = $1, outcome = $2, exit_code = $3 where run_id = $4",
            [clock.utc_stamp(), code.name.lower(), code.value, result.run_id],
        )
    result.feeds = {
        f"{source}/{stream}": {"read_at": read_at, "row_count": row_count, "fault": fault}
        for source, stream, read_at, row_count, fault in connection.execute(
            "select source, stream, read_at, row_count, fault from ops.feeds order by all"
        ).fetchall()
    }
    result.schedule = jobs.standing(connection, run.settings, run.moment)
    is_due = PUBLISH not in run.left_out or bool(run.report_slots or run.alert_slots)
    last_change = result.run_id if result.row["has_changes"] else run.last_change
    if last_change <= run.published_run or (run.published_run and not is_due):
        return None
    return publishing.prepare(connection, folder, run_id=last_change, now=run.moment.now)


def _last_change(connection: duckdb.DuckDBPyConnection) -> int:
    """The last run that changed something readers see; 0 before the first."""
    found = connection.execute("select max(run_id) from ops.runs where has_changes").fetchall()
    return int(found[0][0] or 0)


def status(run: Run, result: RunResult) -> dict[str, Any]:
    """The run in brief, for `status` and for monitors."""
    return {
        "run_id": result.run_id,
        "run_at": clock.as_text(result.run_at),
        "ended_at": clock.as_text(clock.utc_now()),
        "version": __version__,
        "settings_file": ownership.written(run.settings),
        "exit_code": int(result.exit_code),
        "is_idle": result.is_idle,
        "faults": len(run.faults),
        "findings": len(result.findings),
        "feeds": {
            name: {**feed, "read_at": clock.as_text(feed["read_at"]) if feed["read_at"] else None}
            for name, feed in result.feeds.items()
        },
        "schedule": [
            {
                name: clock.as_text(value) if isinstance(value, datetime) else value
                for name, value in job.items()
            }
            for job in result.schedule
        ],
    }
