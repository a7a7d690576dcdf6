"""Why a number was called or not: the whole chain, from its calls to what comes next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconcile import phone_numbers, queries, scratch
from reconcile.errors import UsageWrong
from reconcile.reports.history import as_of, swept_before
from reconcile.reports.read_copy import last_run, open_read_copy
from reconcile.reports.regions import region_of

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from reconcile.settings import Settings

PARTS = ("contacts", "episodes", "calls", "drops", "decisions", "commands", "attempts", "next")
"""What is told of a number; each is the file `sql/reports/explain_<part>.sql`."""

_STEPS = ("core.plans", "core.next_attempts")


@dataclass(frozen=True, slots=True)
class Chain:
    """All that is known of one number, part by part, each a list of rows as dicts."""

    number: str
    meant_as: str
    parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The chains of what was asked for, as they had been seen by the run at `seen_until`."""

    written: str
    chains: list[Chain]
    seen_until: datetime | None


def explain(settings: Settings, written: str, *, at: datetime | None = None) -> Explanation:
    """Collect the chain of a number in any notation, or of each number of a contact id.

    `at` cuts to what the runs had seen by then; without it, what was swept out of the state is not
    told. Raises UsageWrong where the text is neither a number nor a contact, and where nothing was
    published yet.
    """
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
            _chain(connection, settings, known, meant_as, at)
            for known, meant_as in found or [(number, "number")]
        ]
    return Explanation(text, chains, seen_until)


def _chain(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    number: str,
    meant_as: str,
    at: datetime | None,
) -> Chain:
    room = (
        scratch.core_room(connection)
        if at is None
        else as_of(connection, settings.state_folder, number, at)
    )
    with room:
        for step in _STEPS:
            queries.run(connection, step, {})
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
