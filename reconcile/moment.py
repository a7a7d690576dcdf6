"""One run's frozen instant, and the parameters that SQL files may ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_ASKED = (
    "counts_by_hand",
    "has_do_not_call",
    "has_redials",
    "reads_client_zones",
    "reaches_contacts",
    "blocks_contacts",
    "waits_for_operators",
)


@dataclass(slots=True)
class Moment:
    """One run's frozen instant and what it decides by."""

    now: datetime
    run_id: int
    is_strict: bool = False
    is_clock_back: bool = False
    has_swept: bool = False
    has_new_directory: bool = False
    since: datetime = field(default_factory=lambda: datetime(1970, 1, 1))  # noqa: DTZ001 - UTC
    limits_since: datetime | None = None
    counts_by_hand: bool = False
    has_do_not_call: bool = False
    has_redials: bool = False
    reads_client_zones: bool = False
    reaches_contacts: bool = False
    blocks_contacts: bool = False
    waits_for_operators: bool = False
    counts: dict[str, int] = field(default_factory=dict)

    def ask(self, horizon: Mapping[str, Any]) -> None:
        """Take up which rules the settings ask for, as `core.horizon` tells."""
        for name in _ASKED:
            setattr(self, name, horizon[name])

    def params(self) -> dict[str, Any]:
        """What SQL files may ask for by name."""
        return {
            "now": self.now,
            "run_id": self.run_id,
            "is_strict": self.is_strict,
            "is_clock_back": self.is_clock_back,
            "since": self.since,
            "limits_since": self.limits_since,
        }
