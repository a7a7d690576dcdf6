"""Where the history of a simulation can come from."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """Where the calls come from."""

    STATE = "state"
    AUDIT = "audit"
    SOURCES = "sources"
