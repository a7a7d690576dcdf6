"""What is told of a number besides its timeline, in sentences, for every form of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconcile.explain import hours, values
from reconcile.plain_text import plain
from reconcile.reports import reasons

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.explain import Chain, Explanation
    from reconcile.reports.tables import Zone

NO_CALL = "No source has shown a call with this number."


def seen(explanation: Explanation, zone: Zone) -> str:
    """By which run it had been seen."""
    if explanation.seen_until is None:
        return "nothing had been read by then"
    return f"as seen by the run of {zone.text(explanation.seen_until)}"


def left_out(explanation: Explanation, zone: Zone) -> str:
    """What is too old to be told, and how it is told all the same; empty where nothing is."""
    if explanation.has_present_directory:
        return (
            "The directory and the do-not-call lists are those of now: the version of the program "
            "that ran then kept no changes of them"
        )
    if explanation.told_from is None:
        return ""
    return (
        f"Told from {zone.text(explanation.told_from)} on; what is older stands in the audit files "
        f"only, and `--from {explanation.recorded_from}` reads them too"
    )


def directory(chain: Chain) -> Iterator[str]:
    """The contacts on which the number stands."""
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


def do_not_call(chain: Chain) -> Iterator[str]:
    """The do-not-call lists on which it stands."""
    for row in chain.parts["do_not_call"]:
        since = f" since {row['since_text']}" if row["since_text"] else ""
        note = f" ({row['note']})" if row["note"] else ""
        hashed = ", by its hash" if row["is_hashed"] else ""
        said = plain(f"On the do-not-call list `{row['source']}`{since}{note}{hashed}")
        yield f"{said}: no campaign calls it"


def coming(chain: Chain, zone: Zone) -> Iterator[str]:
    """What comes next in each campaign."""
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


def decided_by(chain: Chain, zone: Zone) -> Iterator[str]:
    """By what it was decided: of each version the values that are no defaults, and the ladder."""
    for row in chain.parts["settings"]:
        told = values.told(row["settings"])
        yield (
            f"Decided by settings {row['settings_hash']} of `{row['campaign']}` from "
            f"{zone.text(row['first_run_at'])} on: {told}"
        )


def _contact(row: dict[str, Any]) -> str:
    return plain(" ".join(part for part in (row["contact_id"], row["name"]) if part))


def _other_numbers(chain: Chain, row: dict[str, Any]) -> list[str]:
    """The other numbers of the contact on which the decision in force rests."""
    in_force = {
        (one["episode_id"], one["reason"]): one["other_numbers"] for one in chain.parts["decisions"]
    }
    found: list[str] = in_force.get((row["episode_id"], row["reason"]), [])
    return found
