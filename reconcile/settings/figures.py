"""The keys of `[figures]`: by what the figures of reports are counted. They decide no dial."""

from __future__ import annotations

from dataclasses import dataclass

from reconcile.settings import forms
from reconcile.settings.keys import key

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Thresholds and bands of the reports; each has the name of the parameter in their SQL."""

    short_abandon_seconds: int = key(
        forms.whole(0, _DAY_SECONDS),
        "Who hangs up sooner is a short abandon, and told apart. There is no number that all use.",
        default=10,
        unit="seconds",
    )
    service_level_seconds: int = key(
        forms.whole(0, _DAY_SECONDS),
        "Within how long a call should be answered, for the service level.",
        default=20,
        unit="seconds",
    )
    recovery_minutes: tuple[int, ...] = key(
        forms.steps(),
        "Within how many minutes of the drop a talk is counted, band by band.",
        default=(5, 15, 60, 1440),
        unit="minutes",
    )
    punctual_seconds: int = key(
        forms.whole(0, _DAY_SECONDS),
        "A dial that left no later than so long after its promised instant was punctual; a run a "
        "minute alone makes it up to 60.",
        default=60,
        unit="seconds",
    )
    often_dropped_calls: int = key(
        forms.whole(2, 1_000_000),
        "From so many dropped calls on a caller is one who is dropped again and again.",
        default=3,
    )
    near_limit_calls: int = key(
        forms.whole(0, 1_000_000),
        "A number whose calls stayed no further below a limit came near to it.",
        default=1,
    )
    repeat_days: int = key(
        forms.whole(1, 365),
        "Whoever calls again within so many days of a talk was not served at the first contact.",
        default=7,
        unit="days",
    )
