"""The country of a number that a person types without a country code."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconcile.settings import Settings


def region_of(settings: Settings) -> str:
    """The program's region, or else the first one that a source has; empty where there is none."""
    regions = [settings.region, *(source.region for source in settings.sources)]
    return next((region for region in regions if region), "")
