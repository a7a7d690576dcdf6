"""Limits on the calls to a number or a contact, and the presets that name some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile.settings import forms
from reconcile.settings.keys import key

if TYPE_CHECKING:
    from reconcile.settings.campaigns import Campaign
    from reconcile.settings.findings import Findings
    from reconcile.settings.places import KeyPath
    from reconcile.settings.program import Settings

_DAY_HOURS = 24
_HOUR_MINUTES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit: so many calls within so many hours, whoever dialled."""

    calls: int = key(forms.whole(1, 1000), "The most calls within the hours, answered or not.")
    hours: int = key(
        forms.whole(1, 87_840),
        "How long a call counts, from its beginning, to the second; no more than `hot_days`.",
        unit="hours",
    )
    per: str = key(
        forms.one_of("number", "contact"),
        "Whose calls are counted: those to the number, or to all numbers of its contact.",
        default="number",
    )


@dataclass(frozen=True, slots=True)
class Preset:
    """Rules that stand somewhere in public, with where and of when: a pointer, no legal advice."""

    limits: tuple[Limit, ...]
    source: str
    dated: str


PRESETS = {
    "florida-2021": Preset(
        limits=(Limit(calls=3, hours=24, per="contact"),),
        source="Florida Statutes 501.616(6)(b), by chapter 2021-185 (Senate Bill 1120): no more "
        "than three telephone solicitation calls to a person within 24 hours on the same matter, "
        "from whatever number",
        dated="2021-07-01",
    ),
}
"""The presets by name; none is in force unless chosen."""


def limits_key() -> tuple[Limit, ...]:
    """Make the key `limits`, which the program and each campaign have."""
    limits: tuple[Limit, ...] = key(
        forms.tables(Limit, "a list of limits such as `[{ calls = 3, hours = 24 }]`"),
        "How often a client may be called within so many hours, counted from all calls that the "
        "sources show, whoever dialled. A campaign obeys its own limits and those of the program.",
        default=(),
        example=(Limit(calls=3, hours=24),),
        default_words="none",
    )
    return limits


def presets_key() -> tuple[str, ...]:
    """Make the key `presets`, which the program and each campaign have."""
    presets: tuple[str, ...] = key(
        forms.some_of(*PRESETS),
        "Limits that a public source names; `reconcile rules` tells which, and of when.",
        default=(),
        example=tuple(PRESETS),
        default_words="none",
    )
    return presets


def in_force(settings: Settings, campaign: Campaign) -> dict[Limit, str]:
    """The limits that a campaign obeys, each once, and the preset that it comes from, or nothing.

    One that is written out and stands in a preset too is told as that of the preset.
    """
    found = dict.fromkeys((*settings.limits, *campaign.limits), "")
    for name in (*settings.presets, *campaign.presets):
        found |= dict.fromkeys(PRESETS[name].limits, name)
    return found


def find(settings: Settings, findings: Findings) -> None:
    """Look for limits that cannot be kept, and for pacing without effect."""
    _windows(settings.limits, settings.hot_days, (), findings)
    _pacing(settings, (), findings)
    for campaign in settings.campaigns:
        path = ("campaigns", campaign.name)
        _windows(campaign.limits, settings.hot_days, path, findings)
        _pacing(campaign, path, findings)
        _ladder(settings, campaign, findings)


def _windows(
    limits: tuple[Limit, ...] | None, hot_days: int | None, path: KeyPath, findings: Findings
) -> None:
    for limit in limits or ():
        if hot_days is not None and limit.hours > hot_days * _DAY_HOURS:
            findings.error(
                (*path, "limits"),
                f"has a window of {limit.hours:,} hours, expected no more than the {hot_days} days "
                "of `hot_days`: older calls would not be counted",
            )


def _pacing(paced: Settings | Campaign, path: KeyPath, findings: Findings) -> None:
    per_run, waiting = paced.dials_per_run, paced.dials_waiting_max
    if per_run is not None and waiting is not None and per_run > waiting:
        findings.warning(
            (*path, "dials_per_run"),
            f"is {per_run:,} and never reached, for `dials_waiting_max` is {waiting:,}",
        )


def _ladder(settings: Settings, campaign: Campaign, findings: Findings) -> None:
    """Tell of attempts that a limit pushes behind the end of the episode."""
    path = ("campaigns", campaign.name)
    keys = ("limits", "presets")
    if any(findings.are_against((*place, name)) for name in keys for place in ((), path)):
        return
    for limit in in_force(settings, campaign):
        if limit.calls >= len(campaign.retry_minutes):
            continue
        free_after = campaign.retry_minutes[0] + limit.hours * _HOUR_MINUTES
        if free_after >= campaign.give_up_after_minutes:
            findings.warning(
                (*path, "retry_minutes"),
                f"has {len(campaign.retry_minutes)} attempts, and a limit lets {limit.calls} leave "
                f"in {limit.hours:,} hours: the episode ends before the others "
                f"(`give_up_after_minutes` is {campaign.give_up_after_minutes:,})",
            )
