"""An explanation as a page for a browser, in the words of the one for a terminal."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import reconcile
from reconcile import clock
from reconcile.explain import words
from reconcile.explain.timeline import events
from reconcile.pages import rendering
from reconcile.reports.values import local

if TYPE_CHECKING:
    from datetime import datetime

    from reconcile.explain import Chain, Explanation
    from reconcile.explain.timeline import Event
    from reconcile.reports.tables import Zone

_TIME = "%H:%M:%S"
_DAY = "%A %d %B %Y"
_TONES = {
    **dict.fromkeys(("dropped", "blocked"), "lost"),
    **dict.fromkeys(("dial", "attempt"), "ours"),
    **dict.fromkeys(("logs", "wait", "command"), "quiet"),
    "remove": "won",
}
"""How an event is set apart; a call, a pause and what was done by hand stand as they are."""


def sheet(explanation: Explanation, zone: Zone) -> str:
    """Write the chains one below the other into one self-contained page, times in the zone.

    Raises UsageWrong where the libraries of pages are not installed.
    """
    return rendering.render(
        "explain.html",
        asked=explanation.written,
        seen=words.seen(explanation, zone),
        zone=zone.name,
        level="h1" if len(explanation.chains) == 1 else "h2",
        chains=[_chain(chain, zone) for chain in explanation.chains],
        left_out=words.left_out(explanation, zone),
        no_call=words.NO_CALL,
        version=reconcile.__version__,
    )


def _chain(chain: Chain, zone: Zone) -> dict[str, Any]:
    def wall(instant: datetime) -> str:
        return local(instant, zone.zone).strftime(_TIME)

    days = groupby(events(chain, wall), key=lambda event: local(event.at, zone.zone).date())
    return {
        "number": chain.number,
        "facts": [*words.directory(chain), *words.do_not_call(chain)],
        "coming": [*words.coming(chain, zone)],
        "decided_by": [*words.decided_by(chain, zone)],
        "days": [
            {
                "name": day.strftime(_DAY),
                "events": [_event(event, wall(event.at)) for event in found],
            }
            for day, found in days
        ],
    }


def _event(event: Event, wall: str) -> dict[str, str]:
    return {
        "instant": clock.as_text(event.at),
        "clock": wall,
        "kind": event.kind,
        "tone": _TONES.get(event.kind, ""),
        "text": event.text,
    }
