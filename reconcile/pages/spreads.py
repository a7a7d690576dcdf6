"""How long things take: the middle, and what nine of ten do not exceed, of exact counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconcile.queries import Rows

_CUBE = "times"
_HALF, _NINE = 5, 9
"""Tenths of all that lie below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One figure of times: those that a measure of the cube has, each as often as it was.

    `clients` is how the list is narrowed to whom it counts.
    """

    name: str
    title: str
    definition: str
    clients: str

    def recipe(self) -> dict[str, Any]:
        """What a browser needs to find it again."""
        return {"name": self.name, "title": self.title, "clients": self.clients}

    def told(self, cubes: Mapping[str, Rows]) -> tuple[str, str]:
        """The middle, and the words next to it, over all rows."""
        rows = cubes[_CUBE]
        measure, seconds, count = map(rows.columns.index, ("measure", "seconds", "time_count"))
        found: Counter[int] = Counter()
        for row in rows.rows:
            if row[measure] == self.name:
                found[row[seconds]] += row[count]
        return words(found)


def words(times: Mapping[int, int]) -> tuple[str, str]:
    """Tell seconds, each as often as it was: the middle, and the words next to it.

    >>> words({5: 1, 10: 2, 600: 1})
    ('10 s', 'median; nine of ten within 7 min 3 s')
    >>> words({})
    ('–', 'nothing to measure')
    """
    if not times:
        return "–", "nothing to measure"
    high = span(quantile(times, _NINE))
    return span(quantile(times, _HALF)), f"median; nine of ten within {high}"


def quantile(times: Mapping[int, int], tenths: int) -> int:
    """What so many tenths do not exceed, between two neighbours in proportion, in whole seconds.

    In whole numbers all through, so that a browser comes to the same.

    >>> quantile({0: 1, 1: 1}, 5), quantile({0: 1, 10: 1}, 9)
    (1, 9)
    """
    place, part = divmod((sum(times.values()) - 1) * tenths, 10)
    low = _at(times, place)
    tenfold = low * 10 + ((_at(times, place + 1) - low) * part if part else 0)
    return (tenfold + 5) // 10


def _at(times: Mapping[int, int], place: int) -> int:
    """The time that stands at a place of all, in order."""
    for seconds in sorted(times):
        place -= times[seconds]
        if place < 0:
            return seconds
    raise IndexError(place)


def span(seconds: int) -> str:
    """Say how long it is, in the two greatest units.

    >>> span(119), span(3600), span(90061)
    ('1 min 59 s', '1 h', '1 d 1 h')
    """
    parts = (
        (seconds // 86400, "d"),
        (seconds // 3600 % 24, "h"),
        (seconds // 60 % 60, "min"),
        (seconds % 60, "s"),
    )
    first = next((place for place, (value, _) in enumerate(parts) if value), len(parts) - 1)
    told = [f"{value} {unit}" for value, unit in parts[first : first + 2] if value]
    return " ".join(told) or "0 s"


SPREADS = (
    Spread(
        name="waited",
        title="Wait before hanging up",
        definition=(
            "How long callers had waited when they were lost, of all dropped calls: half of them "
            "no longer than this. Dropped calls that joined an episode, or were ignored, count too."
        ),
        clients="all",
    ),
    Spread(
        name="to_attempt",
        title="Time to the first attempt",
        definition=(
            "From the dropped call that opened an episode to its first dial, of the clients who "
            "were dialled: half of them no later than this. The steps of the ladder and the hours "
            "in which nobody may be called are in it."
        ),
        clients="is_dialled",
    ),
    Spread(
        name="to_contact",
        title="Time to contact",
        definition=(
            "From the dropped call that opened an episode to the talk that ended it, of the "
            "clients who were reached: in a dial of ours, because they called again, or otherwise. "
            "Half of them no later than this."
        ),
        clients="reached",
    ),
)
