"""How patient the outbox is with a kind of sink where the settings say nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a remove or a copy waits after each refusal, in minutes, and how often it is tried.

    The last wait holds for all refusals that follow; without one it is offered in each run.
    `tries_max` 0: without end.
    """

    backoff_minutes: tuple[int, ...] = ()
    tries_max: int = 0


EACH_RUN = Patience()
NETWORK = Patience((1, 2, 4, 8, 16, 32, 60), 30)
"""Tried for a day: an hour at growing distance, then hourly."""
