"""Decide a past run again with what was known then, and find what it had decided otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconcile import database, folding, pipeline, queries, run_record, streams, without
from reconcile.moment import Moment
from reconcile.replay import then
from reconcile.replay.runs import find_run
from reconcile.replay.versions import published
from reconcile.settings import load

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from reconcile.queries import Rows
    from reconcile.replay.runs import PastRun


_STEPS = (
    then.bring_back,
    then.bring_back_what_it_read,
    then.note_what_it_decided,
    then.find_gaps,
)


@dataclass(frozen=True, slots=True)
class Replayed:
    """A past run decided again: how much was compared, and what differs.

    `gaps` names what is not known of it, `differences` has rows of `core.replay_differences`; one
    with a gap cannot be judged.
    """

    run: PastRun
    open_count: int
    call_count: int
    decision_count: int
    command_count: int
    drop_count: int
    gaps: list[str]
    differences: Rows

    @property
    def found(self) -> list[dict[str, Any]]:
        """What was decided otherwise, though all that it rests on is known."""
        return [row for row in self.differences.as_dicts() if row["gap"] is None]

    @property
    def unjudged(self) -> list[dict[str, Any]]:
        """What differs, but something is missing that it may rest on."""
        return [row for row in self.differences.as_dicts() if row["gap"] is not None]


def replay(file: Path, at: datetime, *, run_id: int | None = None) -> Replayed:
    """Decide again the run of the minute of `at`, or the run of that number, in memory.

    Nothing is sent and no file is touched. Raises UsageWrong where no such run is known, or the
    settings of then cannot be read any more.
    """
    settings = load(file)
    run = find_run(settings, at, run_id)
    with database.connect(":memory:") as connection:
        database.migrate(connection)
        moment = Moment(now=run.run_at, run_id=run.run_id, is_clock_back=run.is_clock_back)
        with published(connection, settings.state_folder, run) as versions:
            in_force = then.settings_of(versions, settings)
            run_record.write_settings(connection, in_force)
            for step in streams.progress(_STEPS, total=len(_STEPS), label="what was known then"):
                step(versions, in_force)
        _give_calls(connection)
        folding.keep(connection, moment)
        pipeline.judge(connection, in_force, moment)
        return Replayed(
            run=run,
            open_count=_count(connection, "kept.episodes where closed_at is null"),
            call_count=_count(connection, "temp.read_calls"),
            decision_count=_count(connection, "temp.recorded_decisions"),
            command_count=_count(connection, "temp.recorded_commands"),
            drop_count=_count(connection, "temp.recorded_drops"),
            gaps=[
                gap
                for (gap,) in connection.execute(
                    "select distinct gap from core.replay_gaps order by gap"
                ).fetchall()
            ],
            differences=queries.rows(connection, "core.replay_differences", moment.params()),
        )


def _give_calls(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the pipeline the calls as the run had made them of its records."""
    connection.execute(without.CALLS)
    described = connection.execute("describe staging.calls").fetchall()
    columns = ", ".join(name for name, *_ in described)
    connection.execute(f"insert into staging.calls by name select {columns} from temp.read_calls")  # noqa: S608 - ours


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    found = connection.execute(f"select count(*) from {relation}").fetchall()  # noqa: S608 - ours
    return int(found[0][0])
