"""The alerts that stand: what was counted last, told as faults of each run until the next count.

It stands in a file beside the state, so that a run in between costs nothing but a look into it, and
an alert is told when it begins, once an hour, and when it is over.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from reconcile import clock
from reconcile.errors import ExitCode
from reconcile.publishing import ALERTS_FILE

if TYPE_CHECKING:
    from reconcile.run_record import Run, RunResult
    from reconcile.settings import Settings
    from reconcile.settings.alerts import Alert


def note(one: Run, result: RunResult) -> None:
    """Note the alerts that stand as faults of this run."""
    counts = last_counts(one.settings)
    for alert in one.settings.alerts:
        found = counts.get(alert.name, {})
        is_of_it = (found.get("report"), found.get("days")) == (alert.report, alert.days)
        if is_of_it and found["rows"] > alert.rows_over:
            one.note(f"alert {alert.name}", _lines(alert, found), ExitCode.FINDINGS)
    result.exit_code = one.exit_code


def last_counts(settings: Settings) -> dict[str, dict[str, Any]]:
    """What was counted last and the state that the webhook was told last, by the alert's name.

    Nothing where there is none to be read.
    """
    try:
        text = (settings.state_folder / ALERTS_FILE).read_text(encoding="utf-8")
        return {str(name): dict(one) for name, one in json.loads(text).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _lines(alert: Alert, one: dict[str, Any]) -> list[str]:
    """What is told; the first line stays the same while the alert lasts."""
    limit = f"more than {alert.rows_over:,} rows" if alert.rows_over else "rows"
    since = clock.parse_instant(one["slot_at"]) - timedelta(days=alert.days)
    return [
        f"the alert `{alert.name}`: the report `{alert.report}` has {limit}",
        f"It had {one['rows']:,} at {one['slot_at']}; they are counted at `{alert.schedule}`",
        f"hint: `reconcile report {alert.report} --from {clock.as_text(since)}` lists them",
    ]
