"""A run on a copy: what it could not read, what it misses, and whom it would dial at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconcile import queries, running
from reconcile.reports.values import local, zone_of_name
from reconcile.settings.hours import OF_CLIENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

    from reconcile.settings import Settings

_KINDS = {"dialled_number": "dialled_numbers", "queue": "queues", "menu": "menus"}


def report(settings: Settings) -> tuple[list[str], list[str]]:
    """Lines for a person, and those of the sources' faults, a refused directory for one."""
    result, (faults, told) = running.rehearse(settings, _look)
    return [*told, _at_once(result.decisions)], faults


def _look(connection: duckdb.DuckDBPyConnection) -> tuple[list[str], list[str]]:
    faults = [
        f"source `{feed['source']}`, {feed['stream']}: {feed['fault']}"
        for feed in queries.rows(connection, "reports.feeds", {}).as_dicts()
        if feed["fault"] is not None
    ]
    hours = queries.rows(connection, "core.campaign_hours", {}).as_dicts()
    told = [*_lists(connection), *map(_hours, hours), *_operators(connection)]
    return faults, [*told, *_unseen(connection)]


def _lists(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What each do-not-call list amounts to once its numbers are read."""
    return [
        f"do-not-call list `{row['source']}`: in force {row['listed_count']:,}, of these by their "
        f"hash alone {row['hashed_count']:,}; without a number and kept aside (`reconcile "
        f"rejected`) {row['rejected_count']:,}"
        for row in queries.rows(connection, "reports.do_not_call", {}).as_dicts()
    ]


def _hours(row: dict[str, Any]) -> str:
    """When a campaign may dial next, or no longer, by the clock of its zone."""
    zone, place = zone_of_name(row["hours_zone"]), f"({row['hours_zone']})"
    if row["hours_of"] == OF_CLIENT:
        place = f"({row['hours_zone']}, for numbers of no known zone; else by the client's clock)"
    closes, opens = (
        local(instant, zone).strftime("%a %Y-%m-%d %H:%M") if instant else None
        for instant in (row["closes_at"], row["opens_at"])
    )
    if not row["is_open"]:
        when = f"which open {opens} {place}" if opens else "and no opening is known"
        return f"`{row['campaign']}` is outside its calling hours, {when}"
    until = f" until {closes}" if closes else ""
    then = f", then from {opens}" if opens else ""
    return f"`{row['campaign']}` may dial now{until}{then} {place}"


def _operators(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Who answers in the queues without whose operators a campaign does not dial."""
    for row in queries.rows(connection, "core.operator_queues", {}).as_dicts():
        queue = f"the queue `{row['queue']}`, for whose operators `{row['campaign']}` waits,"
        if not row["seen_count"]:
            yield (
                f"warning: {queue} has shown none so far: `hold_without_operators_in` sees nothing "
                "there, and holds no dial for want of them"
            )
            continue
        yield (
            f"{queue} has {row['available_count']:,} of {row['member_count']:,} operators logged "
            "in and not paused"
        )
        if row["silent_count"] and row["static_count"]:
            yield (
                f"warning: {queue} has {row['silent_count']:,} who were added and have not "
                f"answered since, and {row['static_count']:,} who answered and were never added: "
                "if they are the same, Asterisk needs `log_membername_as_agent = yes`"
            )


def _unseen(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Words of the settings that no call has had."""
    return (
        f"warning: `campaigns.{row['campaign']}.{_KINDS[row['kind']]}` has `{row['word']}`, which "
        f"no call has so far; {_instead(row['most_seen_word'])}"
        for row in queries.rows(connection, "core.unseen_words", {}).as_dicts()
    )


def _instead(word: str | None) -> str:
    return f"most have `{word}`" if word else "none has any"


def _at_once(decisions: Mapping[str, int]) -> str:
    """How many would be dialled by a run right now."""
    dials, blocked, removes = (
        sum(count for name, count in decisions.items() if name.startswith(f"{kind} "))
        for kind in ("dial", "blocked", "remove")
    )
    open_count = sum(decisions.values()) - removes
    return (
        f"a run right now would dial {dials:,} of {open_count:,} open episodes at once and remove "
        f"{removes:,}; {blocked:,} are blocked"
    )
