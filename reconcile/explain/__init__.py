"""Why a number was called or not: the whole chain, from its calls to what comes next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reconcile import phone_numbers, queries, scratch
from reconcile.errors import UsageWrong
from reconcile.reports import directory_of_then
from reconcile.reports.history import (
    as_of,
    first_day,
    is_swept,
    run_before,
    swept_before,
    with_swept,
)
from reconcile.reports.read_copy import last_run, open_read_copy
from reconcile.reports.regions import region_of

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import duckdb

    from reconcile.settings import Settings

PARTS = (
    *(
        "contacts",
        "do_not_call",
        "episodes",
        "calls",
        "witnesses",
        "drops",
        "pauses",
        "decisions",
        "limits",
        "commands",
    ),
    "deliveries_by_hand",
    "attempts",
    "next",
    "settings",
)
"""What is told of a number; each is the file `sql/reports/explain_<part>.sql`."""

_STEPS = (
    "core.connections",
    "core.attempt_standings",
    "core.pauses_in_force",
    "core.redials",
    "core.plans",
    "core.next_attempts",
)


@dataclass(frozen=True, slots=True)
class Chain:
    """All that is known of one number, part by part, each a list of rows as dicts."""

    number: str
    meant_as: str
    parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The chains of what was asked for, as they had been seen by the run at `seen_until`.

    What lies before `told_from` was swept out of the state and is not told; `recorded_from` is the
    first day of which the audit files tell. Both are None where nothing is left out.
    `has_present_directory`: of an earlier instant, directory and do-not-call lists are those of
    now, for the version of the program that ran then kept no changes of them.
    """

    written: str
    chains: list[Chain]
    seen_until: datetime | None
    told_from: datetime | None = None
    recorded_from: str | None = None
    has_present_directory: bool = False


def explain(
    settings: Settings, written: str, *, at: datetime | None = None, since: datetime | None = None
) -> Explanation:
    """Collect the chain of a number in any notation, or of each number of a contact id.

    `at` cuts to what the runs had seen by then, `since` reaches back into the audit files; without
    them what was swept out of the state is not told. Raises UsageWrong where the text is neither a
    number nor a contact, where both instants are given, and where nothing was published yet.
    """
    if at is not None and since is not None:
        raise UsageWrong("`--at` and `--from` cannot be told together", hint="take one of them")
    text = written.strip()
    number = phone_numbers.parse(text, region=region_of(settings)).e164
    with open_read_copy(settings) as connection:
        seen_until = _seen_until(connection, settings, at)
        found = queries.rows(
            connection, "reports.explain_numbers", {"written": text, "number": number}
        ).rows
        if not found and number is None:
            raise UsageWrong(
                f"`{text}` is neither a phone number nor the id of a contact",
                hint="numbers without a country code are read in the `region` of the settings",
            )
        chains = [
            _chain(connection, known, meant_as, _room(connection, settings, known, at, since))
            for known, meant_as in found or [(number, "number")]
        ]
        told_from, recorded_from = _left_out(connection, settings, at, since)
        has_present_directory = at is not None and not directory_of_then.is_known(
            connection, run_before(connection, at)
        )
    return Explanation(text, chains, seen_until, told_from, recorded_from, has_present_directory)


def _room(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    number: str,
    at: datetime | None,
    since: datetime | None,
) -> AbstractContextManager[None]:
    """The room in which the chain is told: as of an instant, with what was swept out, or as is."""
    if at is not None:
        return as_of(connection, settings.state_folder, number, at)
    if since is not None and is_swept(connection, since):
        return with_swept(connection, settings.state_folder, since)
    return scratch.core_room(connection)


def _left_out(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    at: datetime | None,
    since: datetime | None,
) -> tuple[datetime | None, str | None]:
    """From when on is told, and from which day on audit files could tell; None: all is told."""
    horizon, first = swept_before(connection), first_day(settings.state_folder)
    if at is not None or horizon is None or first is None or first >= f"{horizon:%Y-%m-%d}":
        return None, None
    told_from = horizon if since is None else min(since, horizon)
    return (None, None) if f"{told_from:%Y-%m-%d}" <= first else (told_from, first)


def _chain(
    connection: duckdb.DuckDBPyConnection,
    number: str,
    meant_as: str,
    room: AbstractContextManager[None],
) -> Chain:
    with room:
        for step in _STEPS:
            queries.run(connection, step, {"since": datetime.min})  # noqa: DTZ901 - UTC inside
        parts = {
            part: queries.rows(connection, f"reports.explain_{part}", {"number": number}).as_dicts()
            for part in PARTS
        }
    return Chain(number, meant_as, parts)


def _seen_until(
    connection: duckdb.DuckDBPyConnection, settings: Settings, at: datetime | None
) -> datetime | None:
    """The run whose sight is told; where runs of that time were swept out, the instant itself."""
    horizon = swept_before(connection)
    if at is not None and horizon is not None and at < horizon:
        return at
    return last_run(connection, settings, at)
