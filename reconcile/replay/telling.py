"""A run decided again, as data and as a page for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconcile.queries import Rows
from reconcile.reports import text
from reconcile.reports.labels import counted
from reconcile.reports.values import jsonable

if TYPE_CHECKING:
    from reconcile.replay import Replayed
    from reconcile.reports.formats import Format
    from reconcile.reports.tables import Zone

GAPS = {
    "unpublished": "A run was killed before it had published, or publishes at times only "
    "(`publish_schedule`), so that not every run has left versions of its own",
    "history_cut": "Audit files of the days before were deleted",
    "results": "What diallers reported then is no longer kept",
    "operators": "Who was there is known from lines that are no longer kept",
    "older_version": "The version of the program of then kept neither its directory and its "
    "do-not-call lists nor which sources it read; today's stand for them",
    "sink_asked": "A sink was asked first whether it had taken a dial, and its answer is not kept",
    "by_hand": "A person had paused, closed an episode or acted on an undelivered command just "
    "then",
}
"""What is not known of a run, and so what cannot be judged."""


def data(found: Replayed) -> dict[str, Any]:
    """Give all of it for JSON."""
    run = found.run
    return {
        "run_id": run.run_id,
        "run_at": jsonable(run.run_at),
        "settings_hash": run.settings_hash,
        "is_idle": run.is_idle,
        "calls": found.call_count,
        "decisions": found.decision_count,
        "commands": found.command_count,
        "dropped_calls": found.drop_count,
        "open": found.open_count,
        "gaps": {gap: GAPS[gap] for gap in found.gaps},
        "differences": jsonable(found.found),
        "unjudged": jsonable(found.unjudged),
    }


def rows(found: Replayed) -> Rows:
    """One row for each difference, those that cannot be judged last."""
    return found.differences


def page(found: Replayed, zone: Zone, form: Format) -> str:
    """Say what was compared; what differs stands in a table below."""
    run = found.run
    head = (
        f"Run {run.run_id:,} of {zone.text(run.run_at)}, settings {run.settings_hash}: "
        f"{counted(found.decision_count, 'decision')}, "
        f"{counted(found.command_count, 'command')} and "
        f"{counted(found.drop_count, 'dropped call')}, decided again with what was known then"
    )
    open_after = f"{counted(found.open_count, 'episode')} open after it"
    judged = len(found.found)
    verdict = counted(judged, "difference") if judged else "no difference"
    missing = " ".join(
        f"{GAPS[gap]}." for gap in dict.fromkeys(row["gap"] for row in found.unjudged)
    )
    if found.unjudged:
        verdict += f", {len(found.unjudged):,} cannot be judged"
    sentence = f"{head}; {open_after}: {verdict}. {missing}".strip()
    return text.page("replay", sentence, _shown(found.differences), zone, form)


def _shown(found: Rows) -> Rows:
    """The columns that a person reads first."""
    columns = [
        *("number", "campaign", "what", "decided", "replayed", "gap"),
        *("decided_due_at", "replayed_due_at", "decided_proof", "replayed_proof"),
    ]
    places = [found.columns.index(name) for name in columns]
    return Rows(columns, [tuple(row[place] for place in places) for row in found.rows])
