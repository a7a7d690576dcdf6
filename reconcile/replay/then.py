"""The state as it stood before a past run, and what that run read and decided, in memory."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from reconcile import folding, queries, steps
from reconcile.audit_files.tables import AUDIT_TABLES
from reconcile.errors import UsageWrong
from reconcile.moment import Moment
from reconcile.pipeline import WATCH
from reconcile.replay.versions import LATER
from reconcile.reports import directory_of_then
from reconcile.reports.history import BY_HAND
from reconcile.reports.read_copy import PUBLISHED
from reconcile.settings.schedules import PUBLISH
from reconcile.settings.written import of_json

if TYPE_CHECKING:
    from datetime import datetime

    from reconcile.replay.versions import Versions
    from reconcile.settings import Settings

_STANDING = ("dropped_calls", "episodes", "attempts", "decisions", "commands", "copies")
_CALLS = ("calls", "witnesses")


def settings_of(then: Versions, settings: Settings) -> Settings:
    """The settings of then. Raises UsageWrong where they are not known, or not understood."""
    connection, run = then.connection, then.run
    connection.execute("create temp table past_settings as from ops.settings limit 0")
    then.fill("settings", "true", place="past_settings", until=LATER)
    found = connection.execute(
        "select settings from past_settings where settings_hash = $1", [run.settings_hash]
    ).fetchall()
    in_force = of_json(found[0][0], settings.file) if found else None
    if in_force is None:
        raise UsageWrong(
            f"the settings {run.settings_hash} of that run "
            + ("cannot be read by this version of the program" if found else "are not known"),
            follows=f"Version {run.version} of the program decided by them",
        )
    return in_force


def bring_back(then: Versions, settings: Settings) -> None:
    """Let `kept.*` be what it was before the run."""
    connection, run = then.connection, then.run
    for name in _STANDING:
        then.fill(name, "changed_run < $run_id")
    for name in _CALLS:
        condition = f"changed_run < $run_id and {AUDIT_TABLES[name].instant} >= $since"
        then.fill(name, condition, since=run.run_at - timedelta(days=settings.hot_days))
    # What was settling to the end turned out to be no dropped call; its row was taken away.
    connection.execute(
        "delete from kept.dropped_calls where account = 'settling' and dropped_at < $1",
        [run.run_at - folding.LONGEST_CALL],
    )
    queries.run(connection, "commands.forget_untaken_dials", {})
    then.copy("kept.campaigns")
    queries.run(connection, "commands.bring_back_starts", {"run_at": run.run_at})
    then.copy("raw.phone_numbers")
    for name, instant in BY_HAND.items():
        then.copy(f"kept.{name}", f"{instant} <= $1", run.run_at)
    connection.execute(
        "update kept.pauses set resumed_at = null where resumed_at > $1", [run.run_at]
    )
    connection.execute(
        "insert into ops.runs (run_id, run_at, started_at, version, settings_hash, has_changes) "
        "select $1, $2, $2, '', '', false where $1 is not null",
        [run.previous_run_id, run.previous_at],
    )


def bring_back_what_it_read(then: Versions, settings: Settings) -> None:
    """Let there be what the run knew of the directory, the lists and its sources.

    `temp.read_calls` gets the calls as it had made them of its records.
    """
    run = then.run
    directory_of_then.bring_back(
        then.connection, PUBLISHED, then.folder, run_id=run.run_id, run_at=run.run_at
    )
    then.fill("results", "applied_run <= $run_id")
    then.connection.execute("create temp table read_calls as from kept.calls limit 0")
    then.fill("calls", "changed_run = $run_id", place="read_calls")
    _bring_back_feeds(then)
    if _waits_for_operators(settings):
        _bring_back_operators(then)


def note_what_it_decided(then: Versions, _settings: Settings) -> None:
    """Fill `temp.recorded_*` with the decisions of the run, its commands and dropped calls."""
    run = then.run
    for name, place, condition in (
        ("decisions", "recorded_decisions", "run_id <= $run_id"),
        ("commands", "recorded_commands", "issued_run = $run_id"),
        ("dropped_calls", "recorded_drops", "changed_run = $run_id"),
    ):
        relation = AUDIT_TABLES[name].relation
        then.connection.execute(f"create temp table {place} as from {relation} limit 0")
        then.fill(name, condition, place=place, until=LATER)
    params = {"run_id": run.run_id, "run_at": run.run_at}
    queries.run(then.connection, "commands.keep_what_held", params)


def find_gaps(then: Versions, settings: Settings) -> None:
    """Make `core.replay_gaps`: what is not known of the run."""
    run = then.run
    is_older = run.unread is None
    found = then.connection.execute("select max(swept_on) from published.ops.clock").fetchall()
    swept_on = found[0][0]
    is_swept = swept_on is not None and run.run_at.date() < swept_on
    params = {
        "run_at": run.run_at,
        "previous_at": run.previous_at,
        "is_published_whole": run.is_published_whole
        and not (is_older and PUBLISH in settings.schedules),
        "is_history_cut": run.first_run_id > 1
        and run.first_at > run.run_at - timedelta(days=settings.hot_days),
        "is_of_older_version": is_older,
        "misses_results": is_older and is_swept,
        "misses_operators": is_swept and _waits_for_operators(settings),
    }
    queries.run(then.connection, "core.replay_gaps", params)


def _bring_back_feeds(then: Versions) -> None:
    connection, run = then.connection, then.run
    known = connection.execute("select source, stream from published.ops.feeds").fetchall()
    read_at: dict[tuple[str, str], datetime | None] = dict.fromkeys(known, run.run_at)
    for name, instant in (run.unread or {}).items():
        source, _, stream = name.rpartition("/")
        read_at[source, stream] = instant
    for (source, stream), instant in read_at.items():
        connection.execute(
            "insert into ops.feeds (source, stream, read_at) values ($1, $2, $3)",
            [source, stream, instant],
        )


def _bring_back_operators(then: Versions) -> None:
    """Learn again who was there from the lines that are still kept."""
    then.copy("raw.queue_log", "applied_run <= $1", then.run.run_id)
    steps.run(then.connection, WATCH[:2], Moment(now=then.run.run_at, run_id=0))


def _waits_for_operators(settings: Settings) -> bool:
    return any(campaign.hold_without_operators_in for campaign in settings.campaigns)
