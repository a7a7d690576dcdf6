"""Calling hours that stand somewhere in public, by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HourPreset:
    """Hours that a public source names, with where and of when: a pointer, no legal advice."""

    hours: tuple[str, ...]
    source: str
    dated: str


HOUR_PRESETS = {
    "florida-2021": HourPreset(
        hours=("daily 08:00-20:00",),
        source="Florida Statutes 501.616(6)(a), by chapter 2021-185 (Senate Bill 1120): no "
        "telephone solicitation call before 8 a.m. or after 8 p.m. in the called person's time "
        "zone",
        dated="2021-07-01",
    ),
    "us-federal-1995": HourPreset(
        hours=("daily 08:00-21:00",),
        source="16 CFR 310.4(c) (Telemarketing Sales Rule), and 47 CFR 64.1200(c)(1) alike: no "
        "telephone solicitation call before 8 a.m. or after 9 p.m. local time at the called "
        "person's location",
        dated="1995-12-31",
    ),
}
"""The presets by name; none is in force unless chosen."""
