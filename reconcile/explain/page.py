"""An explanation as a page for a person, and as data for JSON."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from reconcile import streams
from reconcile.explain import hours
from reconcile.explain.timeline import events
from reconcile.plain_text import plain
from reconcile.reports import reasons
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
    seen = "nothing had been read by then"
    if explanation.seen_until is not None:
        seen = f"as seen by the run of {zone.text(explanation.seen_until)}"
    blocks = ["\n".join(_chain(chain, zone, seen)) for chain in explanation.chains]
    left_out = _left_out(explanation, zone)
    return "\n\n".join([*blocks, *([left_out] if left_out else [])]) + "\n"


def data(explanation: Explanation) -> dict[str, Any]:
    """Give the chains for JSON: the rows of each part, and the timeline in words, times in UTC."""

    def utc(instant: datetime) -> str:
        return str(jsonable(instant))

    return {
        "asked": explanation.written,
        "seen_until": jsonable(explanation.seen_until),
        "told_from": jsonable(explanation.told_from),
        "recorded_from": explanation.recorded_from,
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


def _left_out(explanation: Explanation, zone: Zone) -> str:
    if explanation.told_from is None:
        return ""
    return _wrapped(
        f"Told from {zone.text(explanation.told_from)} on; what is older stands in the audit files "
        f"only, and `--from {explanation.recorded_from}` reads them too"
    )


def _chain(chain: Chain, zone: Zone, seen: str) -> Iterator[str]:
    yield _wrapped(f"{chain.number}, {seen}")
    for line in (*_directory(chain), *_do_not_call(chain)):
        yield _wrapped(line)
    found = events(chain, lambda instant: _clock(instant, zone))
    if not found:
        yield ""
        yield "No source has shown a call with this number."
    day = ""
    for event in found:
        wall = local(event.at, zone.zone)
        if wall.strftime("%Y-%m-%d") != day:
            day = wall.strftime("%Y-%m-%d")
            yield f"\n{day} ({zone.name})"
        head = f"{wall.strftime(_TIME)}  {event.kind:<{_KIND_WIDTH}}  "
        yield _wrapped(plain(event.text), head)
    yield ""
    for line in _next(chain, zone):
        yield _wrapped(line)


def _directory(chain: Chain) -> Iterator[str]:
    contacts = chain.parts["contacts"]
    if not contacts:
        yield "On no contact of the directory"
    elif len(contacts) == 1:
        yield f"Contact {_contact(contacts[0])}"
    else:
        ids = [contact["contact_id"] for contact in contacts]
        names = "; ".join(
            f"{contact['source']}/{_contact(contact)}"
            if ids.count(contact["contact_id"]) > 1
            else _contact(contact)
            for contact in contacts
        )
        yield f"On {len(contacts)} contacts, a duplicate: {names}"
    for contact in contacts:
        if contact["shared_numbers"]:
            shared = ", ".join(contact["shared_numbers"])
            yield f"Contact {contact['contact_id']} is also on {shared}, which others share"


def _do_not_call(chain: Chain) -> Iterator[str]:
    for row in chain.parts["do_not_call"]:
        since = f" since {row['since_text']}" if row["since_text"] else ""
        note = f" ({row['note']})" if row["note"] else ""
        hashed = ", by its hash" if row["is_hashed"] else ""
        said = plain(f"On the do-not-call list `{row['source']}`{since}{note}{hashed}")
        yield f"{said}: no campaign calls it"


def _contact(row: dict[str, Any]) -> str:
    return plain(" ".join(part for part in (row["contact_id"], row["name"]) if part))


def _next(chain: Chain, zone: Zone) -> Iterator[str]:
    rows = chain.parts["next"]
    if not rows:
        yield "Next: nothing, no episode is open"
    for row in rows:
        what = "no further attempt"
        if row["attempt_number"] is not None and row["due_at"] is not None:
            what = f"attempt {row['attempt_number']} of {row['attempt_count']}"
            what += f"{reasons.redial(row)}, due {zone.text(row['due_at'])}"
        reason = row["reason"] or "undecided"
        since = f" since {zone.text(row['since_at'])}" if row["since_at"] else ""
        why = f" ({plain(row['why'])})" if row["why"] else ""
        words = reasons.decision(reason, _other_numbers(chain, row))
        if reason == "outside_hours":
            words += f": {hours.opening(row, row['since_at'])}"
        if row["held_by"] in (None, reason):
            words += why
        elif row["decision"] == "dial" and reason != "undelivered":
            words = reasons.decision(row["held_by"]) + why
        else:
            words += f"; and then `{row['held_by']}`: {reasons.decision(row['held_by'])}{why}"
        yield f"Next in `{row['campaign']}`: {what}; {row['decision']} `{reason}`{since}: {words}"


def _other_numbers(chain: Chain, row: dict[str, Any]) -> list[str]:
    """The other numbers of the contact on which the decision in force rests."""
    in_force = {
        (one["episode_id"], one["reason"]): one["other_numbers"] for one in chain.parts["decisions"]
    }
    found: list[str] = in_force.get((row["episode_id"], row["reason"]), [])
    return found


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
