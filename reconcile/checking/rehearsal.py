"""A run on a copy: what it could not read, what it misses, and whom it would dial at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile import queries, running

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from reconcile.settings import Settings

_KINDS = {"dialled_number": "dialled_numbers", "queue": "queues", "menu": "menus"}


def report(settings: Settings) -> tuple[list[str], list[str]]:
    """Lines for a person, and those of the sources' faults, a refused directory for one."""
    result, (faults, warnings) = running.rehearse(settings, _look)
    return [*warnings, _at_once(result.decisions)], faults


def _look(connection: duckdb.DuckDBPyConnection) -> tuple[list[str], list[str]]:
    faults = [
        f"source `{feed['source']}`, {feed['stream']}: {feed['fault']}"
        for feed in queries.rows(connection, "reports.feeds", {}).as_dicts()
        if feed["fault"] is not None
    ]
    return faults, [
        *_lists(connection),
        *_warnings(connection),
    ]


def _lists(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What each do-not-call list amounts to once its numbers are read."""
    return [
        f"do-not-call list `{row['source']}`: {row['listed_count']:,} entries in force, "
        f"{row['hashed_count']:,} of them by their hash alone; {row['rejected_count']:,} name no "
        "number and are kept aside (`reconcile rejected`)"
        for row in queries.rows(connection, "reports.do_not_call", {}).as_dicts()
    ]


def _warnings(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        f"warning: `campaigns.{row['campaign']}.{_KINDS[row['kind']]}` has `{row['word']}`, which "
        f"no call has so far; {_instead(row['most_seen_word'])}"
        for row in queries.rows(connection, "core.unseen_words", {}).as_dicts()
    ]


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
