"""The sinks that campaigns name: one that dials, and others that get copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.settings import forms
from reconcile.settings.campaigns import NO_DIALLER
from reconcile.settings.literals import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconcile.settings.campaigns import Campaign
    from reconcile.settings.findings import Findings
    from reconcile.settings.program import Settings


def find(settings: Settings, sinks: Sequence[str], findings: Findings) -> None:
    """Refuse names that no sink has, and copies for the dialler or a sink that takes none.

    `sinks` are the names in the file, also of sinks that have a fault of their own.
    """
    takers = {sink.name: sink.detail.takes_copies for sink in settings.sinks}
    for campaign in settings.campaigns:
        _dialler(campaign, sinks, findings)
        for name in campaign.copies:
            fault = _copy_fault(campaign, name, sinks, takes_copies=takers.get(name, True))
            if fault:
                findings.error(("campaigns", campaign.name, "copies"), fault)
        if campaign.copies and campaign.dialler == NO_DIALLER:
            findings.warning(
                ("campaigns", campaign.name, "copies"),
                f'has no effect with `dialler = "{NO_DIALLER}"`: no command leaves, so none is '
                "copied",
            )
    if NO_DIALLER in sinks:
        findings.error(
            ("sinks", NO_DIALLER),
            f'cannot be called so: `dialler = "{NO_DIALLER}"` means that nothing dials',
        )


def _dialler(campaign: Campaign, sinks: Sequence[str], findings: Findings) -> None:
    if campaign.dialler == NO_DIALLER or campaign.dialler in sinks:
        return
    findings.error(
        ("campaigns", campaign.name, "dialler"),
        f"is `{literal(campaign.dialler)}`, expected the name of a sink: "
        f"{forms.listed((*sinks, NO_DIALLER))}",
    )


def _copy_fault(
    campaign: Campaign, name: str, sinks: Sequence[str], *, takes_copies: bool
) -> str | None:
    if name not in sinks:
        known = f"the name of a sink: {forms.listed((*sinks,))}" if sinks else "a sink to be there"
        return f"names {literal(name)}, expected {known}"
    if name == campaign.dialler:
        return f"names {literal(name)}, the dialler itself, expected another sink"
    if not takes_copies:
        return (
            f"names {literal(name)}, which would take a copy for a command: it dials what it is "
            "given, or has no room for the mark as CSV has none, expected another sink"
        )
    return None
