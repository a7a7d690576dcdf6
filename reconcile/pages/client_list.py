"""The clients behind the figures, as columns for a browser: masked, unless asked otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reconcile.masking import masked, masked_number
from reconcile.pages.cubes import dictionary
from reconcile.plain_text import plain
from reconcile.reports.values import local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo

    from reconcile.queries import Rows

_PLACED = ("campaign", "line", "queue", "account", "result", "outcome", "day", "weekday", "hour")
_FLAGS = ("is_due", "is_dialled", "is_answered", "is_duplicate")
_COUNTS = ("waited_seconds", "dial_count", "regret_count", "reached_after_seconds")


def columns(clients: Rows, zone: tzinfo, *, show_numbers: bool) -> dict[str, Any]:
    """Give the rows as columns, packed tightly: instants as steps, texts as places in a list.

    Numbers are masked and names left out unless `show_numbers`: a masked number beside a name would
    hide nothing.
    """
    found = {
        name: [row[place] for row in clients.rows] for place, name in enumerate(clients.columns)
    }
    text = plain if show_numbers else _masked
    number = plain if show_numbers else masked_number
    owners = zip(found["contact_ids"], found["names"], strict=True)
    return {
        "at": list(_steps(found["dropped_at"], zone)),
        "number": [number(value) if value else "" for value in found["number"]],
        "contact": [_owner(ids, names if show_numbers else [], text) for ids, names in owners],
        **{name: dictionary(found[name]) for name in _PLACED},
        **{name: [int(value) for value in found[name]] for name in _FLAGS},
        **{name: found[name] for name in _COUNTS},
    }


def _masked(value: str) -> str:
    return masked(plain(value))


def _owner(ids: list[str], names: list[str], text: Callable[[str], str]) -> str:
    told = ", ".join(text(each) for each in ids)
    return f"{told} {', '.join(text(each) for each in names if each)}".strip()


def _steps(instants: list[datetime], zone: tzinfo) -> Iterator[int]:
    """Wall times as seconds, each as its distance from the one before."""
    before = 0
    for instant in instants:
        wall = local(instant, zone).replace(tzinfo=UTC)
        seconds = int(wall.timestamp())
        yield seconds - before
        before = seconds
