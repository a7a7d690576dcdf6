"""The keys of `[alerts.NAME]`: a report that shall not have more rows than so many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile.settings import forms, web_address
from reconcile.settings.keys import key
from reconcile.settings.schedules import days_key, report_name, schedule
from reconcile.settings.secrets import Secret, secret

if TYPE_CHECKING:
    from reconcile.settings.findings import Findings
    from reconcile.settings.program import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertWebhook:
    """Where an alert is POSTed when it begins and when it is over."""

    url: str = key(
        web_address.web_address("https://chat.example/hooks/calls"),
        "The address.",
        example="https://chat.example/hooks/calls",
    )
    signing_secret: Secret | None = secret(
        "With it each request is signed, as commands of a webhook are."
    )
    token: Secret | None = secret("The token of `Authorization: Bearer`.")
    ca_file: str | None = web_address.ca_file_key()
    connect_seconds: int = web_address.connect_seconds_key()
    answer_seconds: int = web_address.answer_seconds_key()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One report that is counted at its hours."""

    name: str
    report: str = key(
        report_name(),
        "Which report; `audit_findings` has those of all audits.",
        example="pending",
    )
    rows_over: int = key(
        forms.whole(0, 1_000_000_000),
        "It is raised with more rows than this.",
        default=0,
        unit="rows",
    )
    days: int = days_key()
    schedule: str = key(
        schedule(),
        "When the rows are counted; in between the last count stands.",
        default="0 * * * *",
        default_words="each full hour",
    )
    webhook: AlertWebhook | None = key(  # noqa: RUF009 - `key` makes a dataclass field
        forms.sub_table(AlertWebhook, 'a table such as `{ url = "https://chat.example/hooks" }`'),
        "An address that is told when it begins and when it is over.",
        default=None,
        default_words="none",
        example={"url": "https://chat.example/hooks/calls"},
    )


def find(settings: Settings, findings: Findings) -> None:
    """Warn of webhooks whose token anybody on the way could read."""
    for alert in settings.alerts:
        if alert.webhook is not None:
            path = ("alerts", alert.name, "webhook", "url")
            web_address.find(alert.webhook.url, path, findings)
