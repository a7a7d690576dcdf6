"""One run, from the lock to the published files."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from reconcile import (
    alerts_standing,
    database,
    faults,
    jobs,
    outbox,
    ownership,
    pipeline,
    publishing,
    pulling,
    queries,
    reading,
    run_record,
    run_start,
    state_faults,
    sweeping,
)
from reconcile.errors import ExitCode
from reconcile.run_record import Run, RunResult
from reconcile.settings.schedules import PUBLISH, RETENTION, source_job
from reconcile.sinks import TendedSink
from reconcile.state import OpenState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    import duckdb

    from reconcile.pulling import Pulled
    from reconcile.settings import Settings

Answer = TypeVar("Answer")


def run(
    settings: Settings,
    *,
    now: datetime | None = None,
    is_dry: bool = False,
    accepts_clock: bool = False,
    takes_over: bool = False,
    is_watched: bool = False,
) -> RunResult:
    """Read what is new, decide, commit, hand over, publish.

    `now` is the frozen instant (UTC); without it the clock is read once, after both locks are held
    (A17), and with it records count only from their `known_at` on. A dry run works on a copy of
    what was published last: it takes no lock, sends nothing and leaves every file as it is.
    Raises DatabaseBusy when another run holds the state, StateUnusable where it cannot be used,
    SettingInvalid where it belongs to other settings, UsageWrong for a `now` before the last
    run's. Where a person watches, the messages have every fault, told before or not.
    """
    if is_dry:
        with _dry_run(settings, now, accepts_clock=accepts_clock) as (result, _):
            return result
    folder, wait_seconds = settings.state_folder, settings.wait_seconds
    with (
        database.lock(folder, database.RUN_LOCK_FILE, wait_seconds=wait_seconds),
        state_faults.in_words(folder),
    ):
        pulled = pulling.pull_as_owner(settings, now, takes_over=takes_over)
        with database.lock(folder, wait_seconds=wait_seconds):
            one, result = _run(settings, now, pulled, accepts_clock, takes_over)
            if one.report_slots or one.alert_slots:
                from reconcile import scheduled  # noqa: PLC0415 - few runs have something to write

                scheduled.finish(one, result)
            if one.settings.alerts:
                alerts_standing.note(one, result)
            result.faults = one.faults
            told = faults.settle(folder, one.faults, one.moment.now, is_watched=is_watched)
            result.messages = told
            publishing.write_status(folder, run_record.status(one, result))
    return result


def _run(
    settings: Settings, now: datetime | None, pulled: Pulled, accepts_clock: bool, takes_over: bool
) -> tuple[Run, RunResult]:
    """One run under both locks, up to what readers get of it."""
    folder = settings.state_folder
    with OpenState(folder, wait_seconds=settings.wait_seconds) as state:
        ownership.claim(state.connection, settings, takes_over=takes_over)
        one = run_start.start(settings, state, now, is_dry=False, accepts_clock=accepts_clock)
        one.pulled = pulled
        silent = outbox.recover(state, one.sinks, one.moment)
        for sink in one.sinks.values():
            if isinstance(sink, TendedSink):
                sink.tend()
        result = _decide(one, is_forced=False)
        pulling.sweep(state.connection, settings, pulled)
        if not result.is_idle:
            _deliver(one, result, silent)
        pending = run_record.end(one, result, folder)
        is_light = result.is_idle and pending is None and not one.moment.has_swept
        database.settle_log(state.connection, folder, is_light=is_light)
    if one.moment.has_swept:
        publishing.sweep_leftovers(folder)
        database.compact(folder)
    if pending is not None:
        if lines := publishing.publish(folder, pending):
            one.note("audit files", lines, ExitCode.SINK)
            result.exit_code = one.exit_code
    else:
        publishing.add_idle_run(folder, result.row)
    return one, result


def rehearse(
    settings: Settings, look: Callable[[duckdb.DuckDBPyConnection], Answer]
) -> tuple[RunResult, Answer]:
    """A dry run, and what `look` finds in its state before that is thrown away."""
    with _dry_run(settings, None, accepts_clock=False) as (result, connection):
        return result, look(connection)


@contextmanager
def _dry_run(
    settings: Settings, now: datetime | None, *, accepts_clock: bool
) -> Iterator[tuple[RunResult, duckdb.DuckDBPyConnection]]:
    """Decide on a copy of what was published last, and throw the copy away."""
    with _copy_of_state(settings) as folder, OpenState(folder) as state:
        one = run_start.start(settings, state, now, is_dry=True, accepts_clock=accepts_clock)
        one.pulled = pulling.pull(settings, one.moment.now, scratch=folder)
        result = _decide(one, is_forced=True)
        result.faults, result.messages = one.faults, list(one.faults.values())
        yield result, state.connection


@contextmanager
def _copy_of_state(settings: Settings) -> Iterator[Path]:
    """A scratch folder with a copy of the published state, or an empty one before the first run."""
    with TemporaryDirectory(prefix="reconcile-") as name:
        published = settings.state_folder / database.READ_FILE
        if published.is_file():
            shutil.copyfile(published, Path(name) / database.STATE_FILE)
        yield Path(name)


def _decide(one: Run, *, is_forced: bool) -> RunResult:
    """Read and decide in one transaction; nothing of it stays when the process dies in between."""
    connection, moment = one.connection, one.moment
    result = RunResult(moment.run_id, moment.now)
    connection.execute("begin")
    if one.accepts_clock:
        queries.run(connection, "commands.accept_clock", moment.params())
    has_new_settings = run_record.keep_settings(one)
    if has_new_settings and (one.settings.reports or one.settings.alerts):
        from reconcile import report_files  # noqa: PLC0415 - only when settings changed

        report_files.check(one.settings)
    if not is_forced:
        one.due_jobs = jobs.due(connection, one.settings, moment)
        one.left_out = frozenset(one.settings.schedules) - frozenset(one.due_jobs)
        one.left_out |= one.pulled.left_out
        run_record.take_slots(one)
    one.feeds = reading.read_sources(
        connection, one.settings, moment, pulled=one.pulled, left_out=one.left_out
    )
    for name, lines in reading.notes(one.feeds):
        one.note(name, lines, ExitCode.SOURCE)
    if not is_forced and not has_new_settings and _is_idle(one):
        result.is_idle = True
    else:
        result.findings = pipeline.decide(connection, one.settings, moment)
        _note_findings(one, result)
        _tell_decisions(one, result)
    if RETENTION not in one.left_out:
        sweeping.sweep(connection, moment)
    jobs.done(connection, moment, one.due_jobs, _done_jobs(one))
    run_record.begin(one, result)
    pipeline.clear(connection)
    connection.execute("commit")
    result.counts = moment.counts
    result.exit_code = one.exit_code
    return result


def _done_jobs(one: Run) -> set[str]:
    """What a run does in its transaction, but for the sources that could not be read."""
    faulty = {feed.source for feed in one.feeds if feed.fault is not None}
    sources = {source.name for source in one.settings.sources} - faulty
    return {*map(source_job, sources), PUBLISH, RETENTION} - one.pulled.left_out


def _is_idle(one: Run) -> bool:
    """Nothing new was read, nothing waits to be sent, and passing time changes nothing yet."""
    if any(feed.is_changed for feed in one.feeds) or one.moment.is_clock_back:
        return False
    return pipeline.is_idle(one.connection, one.moment)


def _note_findings(one: Run, result: RunResult) -> None:
    details: dict[str, list[str]] = {}
    for audit, detail in result.findings:
        details.setdefault(audit, []).append(detail)
    for audit, found in details.items():
        more = f", and {len(found) - 1:,} more" if len(found) > 1 else ""
        one.note(
            f"audit {audit}",
            [
                f"the audit `{audit}` found a broken promise",
                f"It found: {found[0]}{more}",
                "The dials of the episodes it names wait; everything else goes on",
                "hint: `reconcile report audit_findings` lists all of them",
            ],
            ExitCode.AUDIT,
        )


def _tell_decisions(one: Run, result: RunResult) -> None:
    params = one.moment.params()
    counted = queries.rows(one.connection, "core.decision_counts", params).rows
    result.decisions = {f"{decision} {reason}": count for decision, reason, count in counted}
    wanted = queries.rows(one.connection, "core.wanted_commands", params).rows
    result.commands = [json.loads(payload) for (payload,) in wanted]


def _deliver(one: Run, result: RunResult, silent: dict[str, str]) -> None:
    delivery = outbox.deliver(one.state, one.sinks, one.moment, silent=silent)
    result.delivered = delivery.delivered
    for sink, refusal in delivery.faults.items():
        one.note(
            f"sink {sink}",
            [
                f"the sink `{sink}` did not take commands: {refusal.detail}",
                refusal.follows,
                "hint: `reconcile pending` shows what is undelivered, and why",
            ],
            ExitCode.SINK,
        )
    result.exit_code = one.exit_code
