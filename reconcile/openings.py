"""Keep the table of openings: computed when hours are new or their table runs out, else only read.

So neither an idle run nor any other one needs the library for cron, but for one a week.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from reconcile import client_zones, queries
from reconcile.settings.hours import in_force

if TYPE_CHECKING:
    import duckdb

    from reconcile.moment import Moment
    from reconcile.settings import Hours, Settings

_AHEAD = timedelta(days=7)
"""How far the table reaches at least beyond what an attempt can be put off to."""
_GOOD_FOR = timedelta(days=7)
"""After so long it is computed anew: holidays and clock changes are news at times."""


def keep(connection: duckdb.DuckDBPyConnection, settings: Settings, moment: Moment) -> None:
    """Compute what this run needs to know of the calling hours and is not known yet.

    Its calls are read already, for a new client can be in a zone of his own.
    """
    hours = in_force(settings)
    if not hours:
        return
    if moment.reads_client_zones:
        client_zones.read(connection, hours)
    for row in queries.rows(connection, "core.hours_to_compute", moment.params()).as_dicts():
        here = hours[row["campaign_hours_key"]].in_zones(tuple(row["zones"] or ()))
        _compute(connection, here, moment, row)


def follow(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Take up the calling hours of new settings, each checked to the letter.

    Raises SettingInvalid for some that cannot be.
    """
    forget(connection)
    if in_force(settings):
        from reconcile import calling_hours  # noqa: PLC0415 - most settings have none

        calling_hours.check(settings)


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget what is known of hours that no campaign has any more, and of their numbers."""
    queries.run(connection, "commands.forget_client_hours", {"metadata_version": None})
    queries.run(connection, "commands.forget_zone_hours", {})
    _forget(connection, None)


def _forget(connection: duckdb.DuckDBPyConnection, hours_key: str | None) -> None:
    """Forget the openings of these hours, and of those that no campaign has any more."""
    queries.run(connection, "commands.forget_hours", {"hours_key": hours_key})
    queries.run(connection, "commands.forget_hour_spans", {})


def _compute(
    connection: duckdb.DuckDBPyConnection, hours: Hours, moment: Moment, wanted: dict[str, Any]
) -> None:
    from reconcile import calling_hours  # noqa: PLC0415 - few runs compute any

    renew_at = moment.now + _GOOD_FOR
    found = calling_hours.openings(
        hours,
        now=moment.now,
        until=renew_at + timedelta(minutes=wanted["reach_minutes"]) + _AHEAD,
        since=wanted["since"],
        open_before=timedelta(minutes=wanted["give_up_minutes"]),
    )
    known = {
        "hours_key": wanted["hours_key"],
        "known_from": found.known_from,
        "known_until": found.known_until,
    }
    reach = {name: wanted[name] for name in ("give_up_minutes", "reach_minutes")}
    spans = {
        "opens_at": [opens_at for opens_at, _ in found.openings],
        "closes_at": [closes_at for _, closes_at in found.openings],
    }
    _forget(connection, wanted["hours_key"])
    zones = list(found.zones) or None
    params = {**known, **reach, "now": moment.now, "renew_at": renew_at, "zones": zones}
    queries.run(connection, "commands.keep_hours", params)
    queries.run(connection, "commands.keep_hour_spans", {**known, **spans})
