"""Count the reports of alerts whose slot has come, and tell their webhooks."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from reconcile import alert_webhook, clock
from reconcile.alerts_standing import last_counts
from reconcile.errors import Problem
from reconcile.files_out import write_whole
from reconcile.publishing import ALERTS_FILE
from reconcile.reports import catalogue
from reconcile.reports.read_copy import open_read_copy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from reconcile.settings import Settings
    from reconcile.settings.alerts import Alert


def count(
    settings: Settings, slots: Mapping[str, datetime]
) -> tuple[list[str], dict[str, Problem], dict[str, list[str]]]:
    """Count the reports of the alerts named with their slots, and tell the webhooks.

    Gives the alerts that were counted, why others were not, and what is wrong with webhooks: that
    fails no run, and they are told at the next slot.
    """
    known = last_counts(settings)
    counts = {alert.name: known.get(alert.name, {}) for alert in settings.alerts}
    counted: list[str] = []
    problems: dict[str, Problem] = {}
    untold: dict[str, list[str]] = {}
    for alert in settings.alerts:
        if alert.name not in slots:
            continue
        slot_at = slots[alert.name]
        try:
            rows = _rows(settings, alert, slot_at)
        except Problem as problem:
            problems[alert.name] = problem
            continue
        one = counts[alert.name]
        one.update(rows=rows, rows_over=alert.rows_over, report=alert.report)
        one.update(slot_at=clock.as_text(slot_at), days=alert.days)
        why = alert_webhook.tell(settings, alert, one)
        if why:
            untold[alert.name] = why
        counted.append(alert.name)
    write_whole(settings.state_folder / ALERTS_FILE, json.dumps(counts, indent=1))
    return counted, problems, untold


def _rows(settings: Settings, alert: Alert, slot_at: datetime) -> int:
    query = catalogue.find(alert.report)
    period = catalogue.Period(slot_at - timedelta(days=alert.days), slot_at)
    with open_read_copy(settings) as connection:
        return catalogue.count_rows(connection, query, period, settings)
