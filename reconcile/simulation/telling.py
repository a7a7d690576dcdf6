"""A simulation as data and as a page for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconcile.queries import Rows
from reconcile.reports import text
from reconcile.reports.formats import Format
from reconcile.reports.values import jsonable

if TYPE_CHECKING:
    from reconcile.reports.tables import Zone
    from reconcile.simulation import Outcome, Simulated

PRESENT = "as they are"
REACHED = "reached"
"""The reason of a closing that a talk gave."""
_LETTERS = 26
LEFT_OUT = (
    "As if a run stood at every second: each dial leaves at its due instant, talks of the history "
    "count whoever began them. Left out: pacing (`dials_per_run`, `dials_waiting_max`), calls that "
    "go on at a due instant, operators, pauses, calls by hand as attempts, what was closed by "
    "hand, and changes of the directory and of the do-not-call lists"
)
"""What the figures stand for, said wherever they are shown."""
LEFT_OUT_OF_MINUTES = (
    "By real runs, one at each full minute, which decide by the records known by then and whose "
    "dials all leave; a call of the history that proves a dial stands for it. Left out: pauses, "
    "what was closed by hand, and changes of the directory and of the do-not-call lists"
)
"""The same of runs of minutes."""


def data(found: Simulated) -> dict[str, Any]:
    """Give all of it for JSON: first the figures of the first alternative, or as settings are."""
    first = found.alternatives[0] if found.alternatives else found.present
    return {
        "history": found.kind.value,
        "assume": found.assume.value,
        "from": jsonable(found.span.begin),
        "to": jsonable(found.span.end),
        "minutes": found.by_minutes,
        "left_out": _left_out(found),
        **_figures(first, found.present),
        "present": _figures(found.present, found.present),
        "alternatives": [_figures(one, found.present) for one in found.alternatives],
    }


def rows(found: Simulated) -> Rows:
    """One row for each settings, the present ones first."""
    most = max(len(one.due) for one in found.outcomes)
    reasons = sorted({reason for one in found.outcomes for reason in one.removed})
    ignored = sorted({reason for one in found.outcomes for reason in one.ignored})
    columns = [
        *("settings", "dropped_count", "opened_count", "joined_count"),
        *(f"ignored_{reason}_count" for reason in ignored),
        *(("settling_count",) if found.by_minutes else ()),
        *(f"due_{number}_count" for number in range(1, most + 1)),
        *("dial_count", "more_dial_count"),
        *(f"{reason}_count" for reason in reasons),
        "reached_undialled_count",
        *("open_count", "held_count", "rush_count", "over_pace_count"),
    ]
    return Rows(
        columns,
        [
            (
                one.changes or PRESENT,
                *(one.dropped, one.opened, one.joined),
                *(one.ignored.get(reason, 0) for reason in ignored),
                *((one.settling,) if found.by_minutes else ()),
                *(one.due[place] if place < len(one.due) else None for place in range(most)),
                *(one.dials, one.dials - found.present.dials),
                *(one.removed.get(reason, 0) for reason in reasons),
                one.undialled.get(REACHED, 0),
                *(one.still_open, one.held, one.rush, one.over_pace),
            )
            for one in found.outcomes
        ],
    )


def sentence(found: Simulated, zone: Zone) -> str:
    """What was simulated, and what of it is left out."""
    return (
        f"Calls dropped from {zone.text(found.span.begin)} up to {zone.text(found.span.end)}, "
        f"from {_HISTORIES[found.kind.value]}. {_ASSUMED[found.assume.value]}. {_left_out(found)}."
    )


def _left_out(found: Simulated) -> str:
    return LEFT_OUT_OF_MINUTES if found.by_minutes else LEFT_OUT


def page(found: Simulated, zone: Zone, form: Format) -> str:
    """Write the figures side by side, and below them who calls back by himself."""
    named = "".join(f" {name}: {changes}." for name, changes in named_alternatives(found))
    parts = [
        text.page("simulation", sentence(found, zone) + named, _turned(rows(found)), zone, form),
        text.page("calling back", RETURNS, _returns(found), zone, form),
    ]
    return "\n".join(parts)


_HISTORIES = {
    "state": "what runs have published",
    "audit": "the audit files",
    "sources": "the sources, read from their beginning",
}
_ASSUMED = {
    "unanswered": "No dial is answered",
    "observed": "A dial comes to what the real call came to that proves it, else to nothing",
}
RETURNS = (
    "Share of the clients who call again by themselves before each step: Kaplan-Meier, watched "
    "until somebody calls them or the history ends; low and high hold it with 95 percent "
    "confidence (Greenwood, log-log)"
)


def _turned(found: Rows) -> Rows:
    """Figures down, settings across, by their letters."""
    columns = ["figure", *(f"{letter(place)}_count" for place in range(len(found.rows)))]
    turned = list(zip(*found.rows, strict=True))[1:]
    labels = map(_label, found.columns[1:])
    return Rows(columns, [(label, *values) for label, values in zip(labels, turned, strict=True)])


def named_alternatives(found: Simulated) -> list[tuple[str, str]]:
    """The letters of the alternatives, and what each of them changes."""
    return [
        (letter(place), one.changes or "") for place, one in enumerate(found.alternatives, start=1)
    ]


def letter(place: int) -> str:
    """What stands for some settings in a table: A, B, … Z, 26, …."""
    if place == 0:
        return PRESENT
    return chr(ord("A") + place - 1) if place <= _LETTERS else str(place)


def _label(column: str) -> str:
    """A figure in words: `due_1_count` is dials of attempt 1."""
    words = column.removesuffix("_count").split("_", 1)
    if words[0] == "due":
        return f"dials, attempt {words[1]}"
    if words[0] == "ignored":
        return f"ignored: {words[1]}"
    return _LABELS.get(column, f"removed: {column.removesuffix('_count')}")


_LABELS = {
    "dropped_count": "calls dropped",
    "opened_count": "opened an episode",
    "joined_count": "joined one",
    "settling_count": "not yet accounted for",
    "dial_count": "dials",
    "more_dial_count": "more than as they are",
    "reached_undialled_count": "reached before any dial",
    "open_count": "open at the end",
    "held_count": "put off by a limit",
    "rush_count": "dials, busiest minute",
    "over_pace_count": "minutes beyond pacing",
}


def _returns(found: Simulated) -> Rows:
    columns = ["settings", "campaign", "offset_minutes", "share", "low", "high", "watched_count"]
    return Rows(
        columns,
        [
            (
                letter(place),
                row["campaign"],
                row["offset_minutes"],
                _percent(row["return_share"]),
                _percent(row["low_share"]),
                _percent(row["high_share"]),
                row["risk_count"],
            )
            for place, one in enumerate(found.outcomes)
            for row in one.returns
        ],
    )


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _figures(one: Outcome, present: Outcome) -> dict[str, Any]:
    return {
        "set": one.changes,
        "dropped": one.dropped,
        "opened": one.opened,
        "joined": one.joined,
        "ignored": sum(one.ignored.values()),
        "ignored_by_reason": one.ignored,
        "settling": one.settling,
        "due": one.due,
        "redials": one.redials,
        "dials": one.dials,
        "dials_more_than_present": one.dials - present.dials,
        "removed": one.removed,
        "removed_before_any_dial": one.undialled,
        "open": one.still_open,
        "held_by_limits": one.held,
        "dials_in_busiest_minute": one.rush,
        "minutes_beyond_pacing": one.over_pace,
        "returns": jsonable(one.returns),
    }
