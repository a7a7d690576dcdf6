"""Where the history of a simulation can come from, and what becomes of its dials."""

from __future__ import annotations

from enum import Enum


class Assume(Enum):
    """What becomes of a simulated dial: nobody answers, or as a real call in its place."""

    UNANSWERED = "unanswered"
    OBSERVED = "observed"


class Kind(Enum):
    """Where the calls come from."""

    STATE = "state"
    AUDIT = "audit"
    SOURCES = "sources"
