"""Counts by everything that a page can be filtered by: made by SQL, packed for a browser."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from reconcile import queries
from reconcile.pages import charts
from reconcile.plain_text import plain
from reconcile.reports import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import duckdb

    from reconcile.queries import Rows
    from reconcile.reports.catalogue import Period
    from reconcile.settings import Settings

NAMES = ("calls", "drops", "outcomes", "recovery", "waits", "times", "duplicates")
"""The cubes; each is the file `sql/reports/page_<name>.sql`."""

CLIENTS = "reports.page_clients"
CLIENTS_MAX = 40_000
"""So many dropped calls stand on a page, the last ones; of the others it says how many they are."""


@dataclass(frozen=True, slots=True)
class Counted:
    """All that a page tells: its cubes by name, and the clients behind them."""

    cubes: Mapping[str, Rows]
    clients: Rows


def count(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    period: Period,
    *,
    time_zone: str,
    now: datetime,
) -> Counted:
    """Count what a page tells of a period; days and hours are those of the zone."""
    names = [*(f"reports.page_{name}" for name in NAMES), CLIENTS]
    more = {
        "time_zone": time_zone,
        "now": now,
        "minute_bounds": list(charts.MINUTE_BOUNDS),
        "second_bounds": list(charts.SECOND_BOUNDS),
        "hour_bounds": list(charts.HOUR_BOUNDS),
        "client_count": CLIENTS_MAX,
    }
    with catalogue.rooms(connection, names, period, settings, more) as params:
        *found, clients = (queries.rows(connection, name, params) for name in names)
    return Counted(dict(zip(NAMES, found, strict=True)), clients)


def columns_of(rows: Rows) -> dict[str, dict[str, list[Any]]]:
    """Rows as columns: counts as they are, all else as places in a list of what there is."""
    found = list(zip(*rows.rows, strict=True)) or [()] * len(rows.columns)
    return {
        name: {"counts": list(values)} if name.endswith("_count") else dictionary(values)
        for name, values in zip(rows.columns, found, strict=True)
    }


def packed(data: object) -> str:
    """Data as JSON, compressed, in text; the same each time."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def dictionary(values: Sequence[Any]) -> dict[str, list[Any]]:
    """Values as places in the list of those that there are, nulls last; texts are harmless."""
    there = sorted(set(values), key=lambda value: (value is None, value))
    places = {value: place for place, value in enumerate(there)}
    named = [_named(value) for value in there]
    return {"there": named, "places": [places[value] for value in values]}


def _named(value: object) -> object:
    if isinstance(value, str):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else value
