"""The settings as rows of the tables `settings.*` of the schema, so that rules can join them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconcile.settings.asterisk_logs import AsteriskLogs
from reconcile.settings.effective import settings_hash

if TYPE_CHECKING:
    from reconcile.settings.campaigns import Campaign
    from reconcile.settings.program import Settings
    from reconcile.settings.sources import Source

Row = tuple[object, ...]


def to_tables(settings: Settings) -> dict[str, list[Row]]:
    """Give the rows of each table, `settings.program` and so on, in the order of its columns.

    Lines and own numbers are brought to E.164 with the region in force, by the phone number
    library; what has none (an extension, an opaque key) stays as written.
    """
    return {
        "settings.program": [_program(settings)],
        "settings.sources": [_source(source) for source in settings.sources],
        "settings.source_words": [row for source in settings.sources for row in _words(source)],
        "settings.source_patterns": [
            row for source in settings.sources for row in _patterns(source)
        ],
        "settings.own_numbers": [(number,) for number in _own_numbers(settings)],
        "settings.campaigns": [
            _campaign(campaign, position)
            for position, campaign in enumerate(settings.campaigns, start=1)
        ],
        "settings.ladder": [
            (campaign.name, attempt_number, offset)
            for campaign in settings.campaigns
            for attempt_number, offset in enumerate(campaign.retry_minutes, start=1)
        ],
        "settings.campaign_words": [
            (campaign.name, kind, word)
            for campaign in settings.campaigns
            for kind, words in _campaign_words(campaign, settings).items()
            for word in words
        ],
    }


def _program(settings: Settings) -> Row:
    return (
        settings_hash(settings),
        settings.region,
        settings.clock_tolerance_seconds,
        settings.max_shrink_percent,
        settings.hot_days,
        settings.raw_days,
    )


def _source(source: Source) -> Row:
    return (
        source.name,
        source.kind,
        source.region,
        source.system,
        source.numbers,
        source.open_call_limit_minutes,
        source.max_feed_lag_minutes,
        source.gives_calls,
        source.gives_contacts,
    )


def _words(source: Source) -> list[Row]:
    logs = source.detail
    if not isinstance(logs, AsteriskLogs):
        return []
    lists = {
        "incoming_context": logs.incoming.contexts if logs.incoming else (),
        "trunk": logs.trunks,
        "menu": logs.menus,
    }
    return [(source.name, kind, word) for kind, words in lists.items() for word in words]


def _patterns(source: Source) -> list[Row]:
    logs = source.detail
    if not isinstance(logs, AsteriskLogs):
        return []
    parts = {"dialled_number": logs.dialled_number, "attempt_key": logs.attempt_key}
    return [
        (source.name, name, part.column, part.pattern, re.compile(part.pattern).groups)
        for name, part in parts.items()
        if part is not None
    ]


def _campaign(campaign: Campaign, position: int) -> Row:
    return (
        campaign.name,
        position,
        campaign.starts_at,
        len(campaign.retry_minutes),
        bool(campaign.dialled_numbers),
        bool(campaign.queues),
        bool(campaign.menus),
        campaign.settle_seconds,
        campaign.short_drop_seconds,
        campaign.min_gap_minutes,
        campaign.confirm_within_minutes,
        campaign.give_up_after_minutes,
        campaign.count_from,
        campaign.on_repeat,
        campaign.unknown_callers,
        campaign.duplicates,
        campaign.drop_after_talk,
        campaign.dialler,
    )


def _campaign_words(campaign: Campaign, settings: Settings) -> dict[str, tuple[str, ...]]:
    return {
        "dialled_number": _lines(campaign, settings),
        "queue": campaign.queues,
        "menu": campaign.menus,
        "dropped_in": campaign.dropped_in,
        "remove_on": campaign.remove_on,
    }


def _lines(campaign: Campaign, settings: Settings) -> tuple[str, ...]:
    """Bring the campaign's lines to the forms in which calls can name them."""
    region = settings.region or next((one.region for one in settings.sources if one.region), "")
    lines = [_comparable(line, region) for line in campaign.dialled_numbers]
    if any(source.numbers == "opaque" for source in settings.sources):
        lines.extend(campaign.dialled_numbers)
    return tuple(dict.fromkeys(lines))


def _own_numbers(settings: Settings) -> list[str]:
    """Give the own numbers of all sources and the lines of all campaigns, each once."""
    own = [
        number if source.numbers == "opaque" else _comparable(number, source.region)
        for source in settings.sources
        if isinstance(source.detail, AsteriskLogs)
        for number in source.detail.own_numbers
    ]
    lines = [line for campaign in settings.campaigns for line in _lines(campaign, settings)]
    return list(dict.fromkeys([*own, *lines]))


def _comparable(number: str, region: str) -> str:
    from reconcile.phone_numbers import parse  # noqa: PLC0415 - only when the settings changed

    return parse(number, region=region).e164 or number
