"""Keep which calling hours hold for a number: those of its campaign, read in the number's zones.

The phone number library tells the zones of a number once. They are few, so numbers share hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile import phone_numbers, queries

if TYPE_CHECKING:
    import duckdb

    from reconcile.settings import Hours


def read(connection: duckdb.DuckDBPyConnection, hours: dict[str, Hours]) -> int:
    """Read the zones of the numbers that this run decides on and of which none are known yet.

    `hours` are those of the campaigns by their key. What another version of the library told is
    deleted first. Returns how many were read.
    """
    params = {"metadata_version": phone_numbers.metadata_version()}
    asked = queries.rows(connection, "core.client_numbers", params).rows
    if not asked:
        return 0
    queries.run(connection, "commands.forget_client_hours", params)
    found = {
        (number, of_campaign): hours[of_campaign].in_zones(phone_numbers.time_zones(number))
        for of_campaign, number in asked
    }
    with connection.appender("kept.client_hours") as appender:
        appender.append_rows(
            (number, of_campaign, here.hours_key, params["metadata_version"])
            for (number, of_campaign), here in found.items()
        )
    kinds = {here.hours_key: (of_campaign, here) for (_, of_campaign), here in found.items()}
    for hours_key, (of_campaign, here) in kinds.items():
        if here.zones:
            keys = {"hours_key": hours_key, "campaign_hours_key": of_campaign}
            queries.run(connection, "commands.keep_zone_hours", {**keys, "zones": list(here.zones)})
    return len(found)
