"""Calling hours: cron expressions, or the short form that is made into some, and holidays."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from reconcile.settings import forms
from reconcile.settings.forms import Form, Unfit, listed
from reconcile.settings.hour_presets import HOUR_PRESETS
from reconcile.settings.keys import key
from reconcile.settings.short_hours import expressions, written_hours

if TYPE_CHECKING:
    from reconcile.settings.campaigns import Campaign
    from reconcile.settings.findings import Findings
    from reconcile.settings.program import Settings

EVERY_MINUTE = "* * * * *"
OF_CAMPAIGN, OF_CLIENT = "campaign", "client"

_KEY_DIGITS = 16
_ABOUT_HOURS = ("time_zone", "hours_of")
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Hours:
    """Calling hours in force: a minute is open when an expression matches its local wall time.

    The days of `dates` and the public holidays of the country (and its region) are closed. Where
    `hours_of` is `client` they are read in the zones of each number: open is what is open in all of
    `zones`. Without those, in the campaign's zone.
    """

    time_zone: str
    expressions: tuple[str, ...]
    country: str = ""
    region: str = ""
    dates: tuple[str, ...] = ()
    hours_of: str = OF_CAMPAIGN
    zones: tuple[str, ...] = ()

    def in_zones(self, zones: tuple[str, ...]) -> Hours:
        """The same hours for a number that can be in these zones."""
        return replace(self, zones=zones)

    @property
    def hours_key(self) -> str:
        """Name them shortly; campaigns with the same hours share what is known of them."""
        canonical = json.dumps(astuple(self), separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:_KEY_DIGITS]


def _dates() -> Form:
    expected = 'a list of days such as `["2026-12-24"]`'

    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not value:
            raise Unfit(value, expected)
        try:
            days = [
                date.fromisoformat(one if isinstance(one, str) else one.isoformat())
                for one in value
            ]
        except (AttributeError, ValueError):
            raise Unfit(value, expected) from None
        if len(set(days)) < len(days):
            raise Unfit(value, f"{expected}, each once")
        return tuple(day.isoformat() for day in days)

    return Form(expected, read)


def _country() -> Form:
    expected = "a country code of ISO 3166 such as `CZ`"

    def read(value: object) -> str:
        if not isinstance(value, str) or not _COUNTRY.fullmatch(value):
            raise Unfit(value, expected)
        return value

    return Form(expected, read)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holidays:
    """Days on which a campaign does not dial at all."""

    country: str = key(
        _country(),
        "The country whose public holidays are closed.",
        default="",
        default_words="none",
        example="DE",
    )
    region: str = key(
        forms.text('a region as ISO 3166-2 has it behind the country, such as "BY" of Germany'),
        "Its region, which may have more of them: the code as in ISO 3166-2, without the country.",
        default="",
        default_words="those of the whole country",
        example="BY",
    )
    dates: tuple[str, ...] = key(
        _dates(),
        "More closed days.",
        default=(),
        default_words="none",
        example=("2026-12-24",),
    )


def hours_key() -> tuple[str, ...]:
    """Make the key `calling_hours`."""
    hours: tuple[str, ...] = key(
        written_hours(),
        "When it may dial: in short (`sat 9-12`, `daily 08:00-20:00`), or as cron expressions that "
        "match each open minute (`* 8-19 * * mon-fri`). Several add up. The closing minute itself "
        "is closed. Or the name of hours that stand in public, "
        f"{listed(tuple(HOUR_PRESETS))}; `reconcile rules` tells where, and of when.",
        default=(),
        default_words="always",
        example=("mon-fri 08:30-17:45",),
    )
    return hours


def hours_of_key() -> str:
    """Make the key `hours_of`."""
    hours_of: str = key(
        forms.one_of(OF_CAMPAIGN, OF_CLIENT),
        "By whose clock `calling_hours` and `holidays` are read: by `time_zone`, or by that of the "
        "client, whose number tells the zone. Where it can be in several, it is open while it is "
        "in all of them; where none is known, or they are never open together, `time_zone` counts.",
        default=OF_CAMPAIGN,
    )
    return hours_of


def holidays_key() -> Holidays | None:
    """Make the key `holidays`."""
    holidays: Holidays | None = key(
        forms.sub_table(Holidays, 'a table such as `{ country = "CZ", dates = ["2026-12-24"] }`'),
        "Days on which it does not dial, whatever `calling_hours` say.",
        default=None,
        default_words="none",
    )
    return holidays


def of(campaign: Campaign) -> Hours | None:
    """The hours of a campaign; None where it may always dial."""
    if not campaign.calling_hours and campaign.holidays is None:
        return None
    holidays = campaign.holidays or Holidays()
    written = campaign.calling_hours or (EVERY_MINUTE,)
    return Hours(
        campaign.time_zone,
        tuple(dict.fromkeys(part for entry in written for part in expressions(entry))),
        country=holidays.country,
        region=holidays.region,
        dates=holidays.dates,
        hours_of=campaign.hours_of,
    )


def in_force(settings: Settings) -> dict[str, Hours]:
    """The hours of all campaigns by their key."""
    found = [of(campaign) for campaign in settings.campaigns]
    return {hours.hours_key: hours for hours in found if hours is not None}


def find(settings: Settings, values: Mapping[str, object], findings: Findings) -> None:
    """Look for hours without a zone, and for what has no effect."""
    sections = values.get("campaigns", {})
    for campaign in settings.campaigns:
        path = ("campaigns", campaign.name)
        section = sections.get(campaign.name, {}) if isinstance(sections, Mapping) else {}
        has_zone = isinstance(section, Mapping) and "time_zone" in section
        if findings.are_against((*path, "calling_hours")):
            continue
        holidays = campaign.holidays
        if holidays is not None and not (holidays.country or holidays.dates):
            if not findings.are_against((*path, "holidays")):
                findings.error(
                    (*path, "holidays"), "names no day, expected `country`, `dates` or both"
                )
        elif holidays is not None and holidays.region and not holidays.country:
            findings.error((*path, "holidays"), "has `region` and lacks its `country`")
        if of(campaign) is None:
            for name in _ABOUT_HOURS:
                if isinstance(section, Mapping) and name in section:
                    findings.warning(
                        (*path, name), "has no effect without `calling_hours` or `holidays`"
                    )
        elif not has_zone and "time_zone" not in values:
            findings.warning(
                path,
                "has calling hours that are read in UTC, for neither it nor the file sets "
                "`time_zone`",
            )
