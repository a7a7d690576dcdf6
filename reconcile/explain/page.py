"""An explanation as a page for a person, and as data for JSON."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from reconcile import streams
from reconcile.explain import words
from reconcile.explain.timeline import events
from reconcile.plain_text import plain
from reconcile.reports.tables import WIDTH
from reconcile.reports.values import jsonable, local

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from reconcile.explain import Chain, Explanation
    from reconcile.reports.tables import Zone

_TIME = "%H:%M:%S"
_KIND_WIDTH = 8


def page(explanation: Explanation, zone: Zone) -> str:
    """Write the chains one below the other, times in the zone."""
    seen = words.seen(explanation, zone)
    blocks = ["\n".join(_chain(chain, zone, seen)) for chain in explanation.chains]
    left_out = words.left_out(explanation, zone)
    return "\n\n".join([*blocks, *([_wrapped(left_out)] if left_out else [])]) + "\n"


def data(explanation: Explanation) -> dict[str, Any]:
    """Give the chains for JSON: the rows of each part, and the timeline in words, times in UTC."""

    def utc(instant: datetime) -> str:
        return str(jsonable(instant))

    return {
        "asked": explanation.written,
        "seen_until": jsonable(explanation.seen_until),
        "told_from": jsonable(explanation.told_from),
        "recorded_from": explanation.recorded_from,
        "has_present_directory": explanation.has_present_directory,
        "numbers": [
            {
                "number": chain.number,
                "meant_as": chain.meant_as,
                **{part: jsonable(rows) for part, rows in chain.parts.items()},
                "timeline": [
                    {"at": utc(event.at), "kind": event.kind, "text": event.text}
                    for event in events(chain, utc)
                ],
            }
            for chain in explanation.chains
        ],
    }


def _chain(chain: Chain, zone: Zone, seen: str) -> Iterator[str]:
    yield _wrapped(f"{chain.number}, {seen}")
    for line in (*words.directory(chain), *words.do_not_call(chain)):
        yield _wrapped(line)
    found = events(chain, lambda instant: _clock(instant, zone))
    if not found:
        yield ""
        yield words.NO_CALL
    day = ""
    for event in found:
        wall = local(event.at, zone.zone)
        if wall.strftime("%Y-%m-%d") != day:
            day = wall.strftime("%Y-%m-%d")
            yield f"\n{day} ({zone.name})"
        head = f"{wall.strftime(_TIME)}  {event.kind:<{_KIND_WIDTH}}  "
        yield _wrapped(plain(event.text), head)
    yield ""
    for line in (*words.coming(chain, zone), *words.decided_by(chain, zone)):
        yield _wrapped(line)


def _wrapped(text: str, head: str = "") -> str:
    return textwrap.fill(
        text,
        streams.fitting(WIDTH),
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _clock(instant: datetime, zone: Zone) -> str:
    return local(instant, zone.zone).strftime(_TIME)
