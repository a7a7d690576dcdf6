"""Single values as text for people, for files and for JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from reconcile import clock
from reconcile.plain_text import plain
from reconcile.sinks.records import csv_cell
from reconcile.sources.local_time import zone_of

if TYPE_CHECKING:
    from datetime import tzinfo

UTC_NAME = "UTC"
FULL_TIME = "%Y-%m-%d %H:%M:%S"


def zone_of_name(name: str) -> tzinfo:
    """The zone in which times are shown. Raises SettingInvalid for a name that no zone has."""
    return UTC if name == UTC_NAME else zone_of(name)


def local(instant: datetime, shown_in: tzinfo) -> datetime:
    """The wall time of an instant (UTC without a mark) in a zone."""
    return instant.replace(tzinfo=UTC).astimezone(shown_in)


def shown(value: object, shown_in: tzinfo, time_form: str = FULL_TIME) -> str:
    """A value for a person; nothing for null and for no."""
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, datetime):
        return local(value, shown_in).strftime(time_form)
    if isinstance(value, list):
        return ", ".join(plain(str(each)) for each in value)
    return plain(str(value))


def cell(value: object) -> str:
    """A value for CSV: times in RFC 3339, and nothing that a spreadsheet would run."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return clock.as_text(value)
    if isinstance(value, int | float | date):
        return str(value)
    return csv_cell(value)


def jsonable(value: object) -> object:
    """A value for JSON: times in RFC 3339 with Z."""
    if isinstance(value, datetime):
        return clock.as_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [jsonable(each) for each in value]
    if isinstance(value, dict):
        return {name: jsonable(each) for name, each in value.items()}
    return value
