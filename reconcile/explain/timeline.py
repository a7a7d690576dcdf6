"""The chain of a number as events in order, each in one plain sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconcile.explain import deliveries, hours, limits, witnesses
from reconcile.reports import reasons

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from reconcile.explain import Chain

    Row = dict[str, Any]
    Clock = Callable[[datetime], str]

_HUNG_UP_IN = {"queue": "queue", "ivr": "ivr", "ringing": "desk"}
"""Where the client hung up, for the kinds of dropped calls in which he did."""

_PROVEN_BY_OTHERS = frozenset(
    {"reached", "do_not_call", "duplicate", "feed_stale", "audit_failed", "on_call_now"}
    | {"number_busy", "no_operator"}
)
"""Reasons whose proof is not the dropped calls themselves, which stand in the timeline already."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or that a run said, at an instant (UTC)."""

    at: datetime
    kind: str
    text: str


def events(chain: Chain, clock: Clock) -> list[Event]:
    """All events of a number, oldest first.

    Of one second: call, its logs, drop, pause, decision, command, what was done to it by hand,
    attempt.
    `clock` writes an instant inside a sentence, in the zone that is shown.
    """
    parts = chain.parts
    found = [
        *(Event(row["started_at"], "call", _call(row, clock)) for row in parts["calls"]),
        *(Event(at, "logs", text) for at, text in witnesses.said(parts["witnesses"], clock)),
        *(Event(row["dropped_at"], "dropped", _drop(row, clock)) for row in parts["drops"]),
        *_pauses(parts["pauses"]),
        *_decisions(chain, clock),
        *(Event(row["issued_at"], "command", _command(row, clock)) for row in parts["commands"]),
        *(
            Event(row["done_at"], "by hand", deliveries.by_hand(row))
            for row in parts["deliveries_by_hand"]
        ),
        *(
            Event(row["handed_out_at"], "attempt", _attempt(row, clock))
            for row in parts["attempts"]
        ),
    ]
    return sorted(found, key=lambda event: event.at)


def _call(row: Row, clock: Clock) -> str:
    if row["direction"] == "out":
        pieces = ["was called", _talk(row, clock) or _outgoing_end(row)]
        if row["attempt_key"]:
            pieces.append(f"tagged `{row['attempt_key']}`")
    else:
        pieces = [_wait(row), _talk(row, clock)]
        if _waited_again(row):
            pieces.reverse()
        pieces = [_arrival(row), *pieces, _end(row)]
    if row["ended_at"] is None:
        pieces.append("no end seen")
    return _listed(pieces) + f" ({row['call']})"


def _arrival(row: Row) -> str:
    where = f"called {row['line']}" if row["line"] else "called in"
    if row["direction"] == "internal":
        where = "called from inside"
    return where + (f", queue `{row['queue']}`" if row["queue"] else "")


def _wait(row: Row) -> str:
    """How long the client waited before the last talk or the end, where a wait was seen."""
    begin = row["wait_began_at"]
    last_talk = row["last_connected_at"]
    end = last_talk if begin and last_talk and last_talk >= begin else row["ended_at"]
    if begin is None or end is None or end < begin:
        return ""
    return f"waited {_seconds(begin, end)} s"


def _talk(row: Row, clock: Clock) -> str:
    begin = row["connected_at"]
    if begin is None:
        return ""
    end = row["talk_ended_at"]
    talked = f"talked from {clock(begin)}" + (f" to {clock(end)}" if end else "")
    if row["too_short_for"]:
        talked += f", too short for a talk in `{'`, `'.join(row['too_short_for'])}`"
    return talked


def _waited_again(row: Row) -> bool:
    """Whether the client talked, was handed on, and has not talked since."""
    begin, talk = row["wait_began_at"], row["last_connected_at"]
    return begin is not None and talk is not None and talk < begin


def _end(row: Row) -> str:
    """How it ended; behind a talk only where the client then waited again."""
    is_talk_last = row["last_connected_at"] is not None and not _waited_again(row)
    if row["ended_at"] is None or not row["end_reason"] or is_talk_last:
        return ""
    return _ended(row["end_reason"], row["last_place"])


def _ended(end_reason: str, place: str | None) -> str:
    where = reasons.PLACES.get(place or "", "")
    return reasons.ENDS.get(end_reason, end_reason).format(place=where).strip()


def _outgoing_end(row: Row) -> str:
    result: str | None = row["result"]
    if result is None:
        return "" if row["ended_at"] is None else reasons.OUTGOING["unknown"]
    return reasons.OUTGOING.get(result, result)


def _drop(row: Row, clock: Clock) -> str:
    waited = "" if row["waited_seconds"] is None else f" after {row['waited_seconds']:,} s"
    place = _HUNG_UP_IN.get(row["kind"])
    how = _ended("caller", place) if place else _ended(row["kind"], None)
    others = ", ".join(f"`{name}`" for name in row["also_fits"])
    fits = f"; it fits {others} as well, and went to the first in the settings" if others else ""
    return f"{how}{waited}: {_account(row, clock)}{fits}"


def _account(row: Row, clock: Clock) -> str:
    if row["is_withdrawn"]:
        return "the records now say that it was no dropped call"
    if row["account"] == "settling":
        return "not accounted for yet, its records may still arrive"
    when = f" (seen {clock(row['first_seen_at'])}"
    when += f", accounted for {clock(row['accounted_at'])})" if row["accounted_at"] else ")"
    if row["account"] == "ignored":
        reason = row["reason"] or ""
        return f"ignored `{reason}`: {reasons.ACCOUNTS.get(reason, reason)}{when}"
    if row["account"] == "opened":
        return f"opened an episode of `{row['campaign']}`{when}"
    added = f" of {clock(row['episode_added_at'])}" if row["episode_added_at"] else ""
    late = ", late, a closed one" if row["is_late"] else ""
    return f"joined the episode of `{row['campaign']}`{added}{late}{when}"


def _pauses(rows: list[Row]) -> Iterator[Event]:
    for row in rows:
        what = f"`{row['campaign']}`" if row["campaign"] else "all campaigns"
        why = f": {row['why']}" if row["why"] else ""
        yield Event(row["paused_at"], "paused", f"a person paused {what}{why}")
        if row["resumed_at"]:
            yield Event(row["resumed_at"], "resumed", f"a person ended the pause of {what}{why}")


def _decisions(chain: Chain, clock: Clock) -> Iterator[Event]:
    """One event for each change that a person can see; new proof alone is none."""
    parts = chain.parts
    why = {row["episode_id"]: row["why"] for row in parts["episodes"] if row["why"]}
    last: dict[str, tuple[object, ...]] = {}
    for row in parts["decisions"]:
        said = tuple(row[name] for name in ("decision", "reason", "attempt_number", "due_at"))
        if last.get(row["episode_id"]) != said:
            counted = ""
            if row["reason"] == "limit":
                counted = limits.counted(row, parts["limits"], chain.number, clock)
            text = _decision(row, counted, clock)
            if row["reason"] == "closed_by_hand" and row["episode_id"] in why:
                text += f": {why[row['episode_id']]}"
            yield Event(row["first_run_at"], row["decision"], text)
        last[row["episode_id"]] = said


def _decision(row: Row, counted: str, clock: Clock) -> str:
    text = f"`{row['reason']}`: {reasons.decision(row['reason'], row['other_numbers'])}"
    if counted:
        text += f", {counted}"
    if row["reason"] == "outside_hours":
        text += f": {hours.opening(row, row['first_run_at'])}"
    if row["decision"] == "wait" and row["due_at"] and row["attempt_number"]:
        text += f"; attempt {row['attempt_number']} of {row['attempt_count']} is "
        text += "possible again from " if counted else "due "
        text += clock(row["due_at"])
    if row["reason"] in _PROVEN_BY_OTHERS and row["proof"]:
        text += f" ({', '.join(row['proof'])})"
    return text


def _command(row: Row, clock: Clock) -> str:
    attempt = ""
    if row["attempt_number"]:
        attempt = f" of attempt {row['attempt_number']}{reasons.redial(row)}"
    state = str(reasons.STATES.get(row["state"], row["state"])).format(sink=row["sink"])
    when = f" at {clock(row['delivered_at'])}" if row["delivered_at"] else ""
    detail = f" ({row['detail']})" if row["detail"] else ""
    return f"{row['kind']}{attempt}: {state}{when}{detail}"


def _attempt(row: Row, clock: Clock) -> str:
    pieces = []
    if row["call"]:
        began = f" began {clock(row['call_started_at'])}" if row["call_started_at"] else ""
        pieces.append(f"its call {row['call']}{began}")
    result = row["result"]
    how = reasons.OUTGOING.get(row["detail"] or "", row["detail"])
    if row["detail"] == "answered":
        how = "answered, and no talk that is long enough"
    how = f" ({how})" if how and result != "answered" else ""
    pieces.append(f"`{result}`: {reasons.RESULTS.get(result, result)}{how}")
    if row["reported_event"]:
        said = reasons.REPORTED.get(row["reported_event"], row["reported_event"])
        pieces.append(f"{said} (at {clock(row['reported_at'])})")
    if row["is_regret"]:
        pieces.append("a regret: with all that is known now it would not have left")
    made = "made by hand" if row["is_by_hand"] else "handed out"
    return f"attempt {row['attempt_number']}{reasons.redial(row)} {made}; " + _listed(pieces)


def _listed(pieces: list[str]) -> str:
    return ", ".join(piece for piece in pieces if piece)


def _seconds(begin: datetime, end: datetime) -> str:
    return f"{int((end - begin).total_seconds()):,}"
