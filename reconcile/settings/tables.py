"""The settings as rows of the tables `settings.*` of the schema, so that rules can join them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconcile.settings import hours, limits, own_numbers
from reconcile.settings.asterisk_logs import AsteriskLogs
from reconcile.settings.effective import settings_hash

if TYPE_CHECKING:
    from reconcile.settings.asterisk_logs import Mark
    from reconcile.settings.campaigns import Campaign
    from reconcile.settings.program import Settings
    from reconcile.settings.sinks import Sink
    from reconcile.settings.sources import Source

Row = dict[str, object]

# The keys of a campaign that stand in a column of the same name.
_CAMPAIGN_COLUMNS = (
    "starts_at",
    "settle_seconds",
    "short_drop_seconds",
    "min_talk_seconds",
    "min_gap_minutes",
    "confirm_within_minutes",
    "give_up_after_minutes",
    "count_from",
    "on_repeat",
    "unknown_callers",
    "duplicates",
    "drop_after_talk",
    "count_manual_attempts",
    "dialler",
    "priority",
    "dials_per_run",
    "dials_waiting_max",
    "reach",
    "duplicate_scope",
    "hours_of",
    "shared_telephony",
)
_SOURCE_COLUMNS = (
    "kind",
    "region",
    "system",
    "numbers",
    "open_call_limit_minutes",
    "max_feed_lag_minutes",
    "gives_calls",
    "gives_contacts",
    "gives_do_not_call",
)
_PROGRAM_COLUMNS = (
    "region",
    "clock_tolerance_seconds",
    "max_shrink_percent",
    "hot_days",
    "raw_days",
    "last_talk_days",
    "dials_per_run",
    "dials_waiting_max",
)


def to_tables(settings: Settings) -> dict[str, list[Row]]:
    """Give the rows of each table, `settings.program` and so on, by the names of its columns.

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
        "settings.own_numbers": [{"number": number} for number in _own_numbers(settings)],
        "settings.own_number_prefixes": [{"prefix": each} for each in _own_prefixes(settings)],
        "settings.campaigns": [
            _campaign(campaign, position)
            for position, campaign in enumerate(settings.campaigns, start=1)
        ],
        "settings.sinks": [_sink(sink) for sink in settings.sinks],
        "settings.copies": [row for campaign in settings.campaigns for row in _copies(campaign)],
        "settings.ladder": [row for campaign in settings.campaigns for row in _ladder(campaign)],
        "settings.limits": [
            {"campaign": campaign.name, **_values(limit, ("calls", "hours", "per"))}
            for campaign in settings.campaigns
            for limit in limits.in_force(settings, campaign)
        ],
        "settings.redials": [row for campaign in settings.campaigns for row in _redials(campaign)],
        "settings.campaign_words": [
            {"campaign": campaign.name, "kind": kind, "word": word}
            for campaign in settings.campaigns
            for kind, words in _campaign_words(campaign, settings).items()
            for word in words
        ],
        "settings.jobs": [
            {"job": job, "schedule": schedule, "time_zone": settings.time_zone}
            for job, schedule in settings.schedules.items()
        ],
    }


def _program(settings: Settings) -> Row:
    return {"settings_hash": settings_hash(settings), **_values(settings, _PROGRAM_COLUMNS)}


def _source(source: Source) -> Row:
    return {"source": source.name, **_values(source, _SOURCE_COLUMNS)}


def _sink(sink: Sink) -> Row:
    return {
        "sink": sink.name,
        "tries_max": sink.tries_max,
        "backoff_minutes": [*sink.backoff_minutes],
    }


def _copies(campaign: Campaign) -> list[Row]:
    return [{"campaign": campaign.name, "sink": sink} for sink in campaign.copies]


def _values(table: object, columns: tuple[str, ...]) -> Row:
    return {column: getattr(table, column) for column in columns}


def _words(source: Source) -> list[Row]:
    logs = source.detail
    if not isinstance(logs, AsteriskLogs):
        return []
    lists = {
        "incoming_context": logs.incoming.contexts if logs.incoming else (),
        "trunk": logs.trunks,
        "menu": logs.menus,
    }
    return [
        {"source": source.name, "kind": kind, "word": word}
        for kind, words in lists.items()
        for word in words
    ]


def _patterns(source: Source) -> list[Row]:
    logs = source.detail
    if not isinstance(logs, AsteriskLogs):
        return []
    names = ("dialled_number", "attempt_key", "cel_dialled_number", "cel_attempt_key")
    parts: dict[str, Mark | None] = {name: getattr(logs, name) for name in names}
    return [
        {
            "source": source.name,
            "name": name,
            "column_name": part.column,
            "pattern": part.pattern,
            "group_count": re.compile(part.pattern).groups,
        }
        for name, part in parts.items()
        if part is not None
    ]


def _campaign(campaign: Campaign, position: int) -> Row:
    in_force = hours.of(campaign)
    return {
        "campaign": campaign.name,
        "position": position,
        "attempt_count": len(campaign.retry_minutes),
        "has_dialled_numbers": bool(campaign.dialled_numbers),
        "has_queues": bool(campaign.queues),
        "has_menus": bool(campaign.menus),
        "hours_key": in_force and in_force.hours_key,
        "hours_zone": in_force and in_force.time_zone,
        **_values(campaign, _CAMPAIGN_COLUMNS),
    }


def _ladder(campaign: Campaign) -> list[Row]:
    return [
        {"campaign": campaign.name, "attempt_number": number, "offset_minutes": offset}
        for number, offset in enumerate(campaign.retry_minutes, start=1)
    ]


def _redials(campaign: Campaign) -> list[Row]:
    return [
        {
            "campaign": campaign.name,
            "result": redial.name,
            "after_minutes": redial.minutes,
            "times": redial.times,
        }
        for redial in campaign.retry_on
    ]


def _campaign_words(campaign: Campaign, settings: Settings) -> dict[str, tuple[str, ...]]:
    return {
        "dialled_number": _lines(campaign, settings),
        "queue": campaign.queues,
        "menu": campaign.menus,
        "dropped_in": campaign.dropped_in,
        "remove_on": campaign.remove_on,
        "stop_on": campaign.stop_on,
        "operator_queue": campaign.hold_without_operators_in,
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
        for number in own_numbers.single(source.detail.own_numbers)
    ]
    lines = [line for campaign in settings.campaigns for line in _lines(campaign, settings)]
    return list(dict.fromkeys([*own, *lines]))


def _own_prefixes(settings: Settings) -> list[str]:
    """Give the beginnings of the blocks of own numbers of all sources, each once."""
    prefixes = [
        prefix
        for source in settings.sources
        if isinstance(source.detail, AsteriskLogs)
        for prefix in own_numbers.prefixes(source.detail.own_numbers)
    ]
    return list(dict.fromkeys(prefixes))


def _comparable(number: str, region: str) -> str:
    from reconcile.phone_numbers import parse  # noqa: PLC0415 - only when the settings changed

    return parse(number, region=region).e164 or number
