"""Keys that are right each for itself and wrong, or hardly meant, together."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from reconcile.settings import (
    alerts,
    ami,
    ari,
    call_file,
    hours,
    limits,
    lines,
    log_contradictions,
    mail,
    mluvii,
    outputs,
    receivers,
    redials,
    table_contradictions,
    webhook,
)
from reconcile.settings.asterisk_logs import AsteriskLogs
from reconcile.settings.table_selects import TableSelects

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconcile.settings.campaigns import Campaign
    from reconcile.settings.findings import Findings
    from reconcile.settings.places import KeyPath
    from reconcile.settings.program import Settings
    from reconcile.settings.sources import Source

_DAY_MINUTES = 1440

_OF_SINKS: dict[type, Callable[[Any, KeyPath, Findings], None]] = {
    ami.Ami: ami.find,
    ari.Ari: ari.find,
    call_file.CallFile: call_file.find,
    webhook.Webhook: webhook.find,
}
"""What the kinds of sinks look for in their own keys."""


def find(settings: Settings, values: Mapping[str, object], findings: Findings) -> None:
    """Look for contradictions in what could be read; `values` is the file as TOML gave it.

    A key that already has a fault stands here with its default or None, and nothing is concluded
    from that: one fault shall not seem two.
    """
    for source in settings.sources:
        path = ("sources", source.name)
        if isinstance(source.detail, AsteriskLogs):
            log_contradictions.find(source.detail, path, findings)
        elif isinstance(source.detail, TableSelects):
            table_contradictions.find(source.detail, path, findings)
    for campaign in settings.campaigns:
        _ladder(campaign, settings.hot_days, findings)
    receivers.find(settings, _names(values, "sinks"), findings)
    for sink in settings.sinks:
        if (find_in := _OF_SINKS.get(type(sink.detail))) is not None:
            find_in(sink.detail, ("sinks", sink.name), findings)
    lines.find(settings, findings)
    outputs.find(settings, findings)
    limits.find(settings, findings)
    mluvii.find(settings, findings)
    mail.find(settings, findings)
    alerts.find(settings, findings)
    hours.find(settings, values, findings)
    _region(settings, findings)
    if not findings.are_against(("sources",)):
        _sources(settings, findings)


def _ladder(campaign: Campaign, hot_days: int, findings: Findings) -> None:
    path = ("campaigns", campaign.name)
    last = campaign.retry_minutes[-1]
    distance = _least_distance(campaign)
    redials.find(campaign, distance, findings)
    if distance is not None and campaign.confirm_within_minutes > distance:
        findings.warning(
            (*path, "confirm_within_minutes"),
            f"is {campaign.confirm_within_minutes}, longer than the smallest step of {distance} "
            "minutes: the next attempt waits for it when no call is seen",
        )
    if campaign.give_up_after_minutes <= last:
        findings.warning(
            (*path, "give_up_after_minutes"),
            f"is {campaign.give_up_after_minutes}, not longer than the last step of {last}: "
            "the episode ends before that attempt",
        )
    if campaign.give_up_after_minutes > hot_days * _DAY_MINUTES:
        findings.error(
            (*path, "give_up_after_minutes"),
            f"is {campaign.give_up_after_minutes}, expected no more than the {hot_days} days of "
            "`hot_days`: a talk of an older call would not be found",
        )


def _least_distance(campaign: Campaign) -> int | None:
    """Find the least time the ladder leaves between two attempts; None with a single one."""
    ladder = campaign.retry_minutes
    if campaign.count_from == "previous_attempt":
        return min(ladder[1:], default=None)
    return min((later - earlier for earlier, later in pairwise(ladder)), default=None)


def _region(settings: Settings, findings: Findings) -> None:
    nowhere = [
        source.name
        for source in settings.sources
        if not source.region
        and source.numbers != "opaque"
        and (source.gives_calls or source.gives_contacts or source.gives_do_not_call)
        and not findings.are_against(("sources", source.name, "region"))
        and not findings.are_against(("sources", source.name, "numbers"))
    ]
    if nowhere and not findings.are_against(("region",)):
        findings.error(
            (),
            f"lacks `region`, which source `{'`, `'.join(nowhere)}` needs for numbers without a "
            "country code, expected a country code of ISO 3166 such as `CZ`",
        )


def _sources(settings: Settings, findings: Findings) -> None:
    """Judge what needs all sources at once."""
    calls = [source for source in settings.sources if source.gives_calls]
    logs = [source.detail for source in calls if isinstance(source.detail, AsteriskLogs)]
    menus = [menu for log in logs for menu in log.menus]
    shows_menus = any(log.menus and log.shows_channels for log in logs)
    # A select that makes calls of rows names menus of its own.
    has_own_menus = any(not isinstance(source.detail, AsteriskLogs) for source in calls)
    for campaign in settings.campaigns:
        if not calls:
            path = ("campaigns", campaign.name)
            findings.error(path, "has no calls: no source of the settings gives any")
        elif not has_own_menus:
            _menus(campaign, menus, findings, shows_menus=shows_menus)
        if campaign.count_manual_attempts and calls and not any(map(_shows_outgoing, calls)):
            findings.warning(
                ("campaigns", campaign.name, "count_manual_attempts"),
                "has no effect, for no source shows outgoing calls: that needs `trunks`, and "
                "`cdr` or `cel`",
            )
        if campaign.hold_without_operators_in and not any(map(_shows_operators, calls)):
            findings.warning(
                ("campaigns", campaign.name, "hold_without_operators_in"),
                "has no effect, for no source reads a `queue_log`, which alone tells of operators",
            )
    if not settings.campaigns:
        findings.warning((), "has no `[campaigns.NAME]`, so nobody is called back")
    elif not any(source.gives_contacts for source in settings.sources):
        findings.warning(
            (),
            "has no source of contacts: every caller is unknown and no duplicate can be found",
        )
        for campaign in settings.campaigns:
            _contacts(campaign, findings)


def _contacts(campaign: Campaign, findings: Findings) -> None:
    for name in ("reach", "duplicate_scope"):
        if getattr(campaign, name) == "contact":
            findings.warning(
                ("campaigns", campaign.name, name),
                "has no effect, for no source gives contacts",
            )


def _shows_outgoing(source: Source) -> bool:
    logs = source.detail
    return not isinstance(logs, AsteriskLogs) or logs.shows_outgoing


def _shows_operators(source: Source) -> bool:
    return isinstance(source.detail, AsteriskLogs) and source.detail.queue_log is not None


def _menus(
    campaign: Campaign, menus: Sequence[str], findings: Findings, *, shows_menus: bool
) -> None:
    """Hang-ups in menus are only seen in the contexts that a source lists."""
    path = ("campaigns", campaign.name)
    if "ivr" in campaign.dropped_in and not menus:
        findings.error((*path, "dropped_in"), "has `ivr`, but no source lists its `menus`")
    elif "ivr" in campaign.dropped_in and not shows_menus:
        findings.error(
            (*path, "dropped_in"),
            "has `ivr`, but no source that lists its `menus` reads `cdr` or `cel`, which alone "
            "tell of them",
        )
    strange = [menu for menu in campaign.menus if menus and menu not in menus]
    if strange:
        findings.error(
            (*path, "menus"),
            f"has `{'`, `'.join(strange)}`, which no source lists, expected some of "
            f"`{'`, `'.join(menus)}`",
        )


def _names(values: Mapping[str, object], section: str) -> list[str]:
    tables = values.get(section, {})
    return list(tables) if isinstance(tables, Mapping) else []
