"""Codes of the rules as plain words: reasons, accounts, results, states. The only place of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DECISIONS = {
    "reached": "an operator and the client talked",
    "not_dropped": "the records now say that the opening call was no dropped call",
    "do_not_call": "the number is on the do-not-call list",
    "campaign_ended": "the campaign is no longer in the settings",
    "closed_by_hand": "a person closed it",
    "exhausted": "no attempt is left and none reached the client",
    "expired": "the time to give up passed without a talk",
    "duplicate": "the number stands on two or more contacts",
    "not_in_directory": "the number is on no contact, and unknown callers are blocked",
    "attempt_in_doubt": "the dial before was handed out and its call has not been seen yet",
    "attempt_up": "the call of the dial before is ringing or going on",
    "not_due": "its time has not come",
    "spacing": "the attempt before left late, and the distance to it is kept",
    "outside_hours": "outside the calling hours",
    "paused": "a person paused the campaign, or all of them",
    "clock_back": "the clock went back behind an earlier run",
    "feed_stale": "a source has not been read for too long",
    "no_operator": "no operator is logged in and not paused, as far as the queue log shows",
    "audit_failed": "an audit found a broken promise",
    "on_call_now": "a call with the number is going on",
    "number_busy": "another dial to the number goes first or is on its way",
    "limit": "the client was called as often as a limit allows",
    "pacing": "others go first and fill what may leave in one run or be on the way",
    "undelivered": "the dial was issued and no sink has taken it yet",
    "no_dialler": "the campaign has no dialler: it decides and reports only",
}
"""What a decision's reason says. `undelivered` and `no_dialler` are only told by readers."""

OTHER_NUMBERS = {
    "reached": "an operator and the client talked, on {numbers} of the same contact",
    "on_call_now": "a call with {numbers} of the same contact is going on",
    "duplicate": "{numbers} of the same contact stands on two or more contacts",
}
"""What these reasons say where they rest on other numbers of the contact."""

ACCOUNTS = {
    "other_line": "the line belongs to no campaign",
    "line_unknown": "the line is not known",
    "ivr_not_enabled": "the campaign does not ask for calls dropped in this menu",
    "queue_not_enabled": "the campaign does not ask for calls dropped in a queue",
    "number_withheld": "the caller withheld the number",
    "number_invalid": "the number is not possible",
    "number_internal": "an extension or a line of one's own",
    "short_drop": "shorter than `short_drop_seconds`",
    "after_talk": "it followed a talk in the same call",
    "do_not_call": DECISIONS["do_not_call"],
    "too_old": "the time to give up had passed when it was seen",
    "before_start": "before the start of the campaign",
}
"""Why a dropped call was ignored."""

RESULTS = {
    "answered": "operator and client talked",
    "unanswered": "no talk",
    "unseen": "no call was seen in time",
    "refused": "refused by the sink for good",
    "in_doubt": "its call has not been seen yet",
    "up": "its call is ringing or going on",
}
"""What an attempt came to."""

REPORTED = {
    "placed": "the dialler says that it placed the call",
    "ringing": "the dialler says that it rings",
    "answered": "the dialler says that it was answered",
    "ended": "the dialler says that it ended",
}
"""What a dialler last said of a dial without a result."""

OUTGOING = {
    "answered": "answered",
    "no_answer": "no answer",
    "busy": "busy",
    "rejected": "rejected",
    "failed": "failed",
    "no_such_number": "the number does not exist",
    "machine": "a machine answered",
    "client_alone": "the client answered and no operator came",
    "unknown": "result unknown",
}
"""How an outgoing call ended."""

ENDS = {
    "caller": "hung up {place}",
    "operator": "the operator hung up",
    "timeout": "sent on when its time in the queue was over",
    "exit_key": "left the queue by a key",
    "empty": "sent on, the queue had no agents",
    "restart": "cut off by a restart of the phone system",
    "other": "ended {place}",
}
"""How an incoming call ended without a talk."""

PLACES = {
    "queue": "waiting",
    "ivr": "in the menu",
    "desk": "while a desk rang",
    "voicemail": "in the voicemail",
    "announcement": "in an announcement",
}

STATES = {
    "issued": "not taken by `{sink}` yet",
    "offered": "being offered to `{sink}`",
    "delivered": "taken by `{sink}`",
    "unsure": "perhaps taken by `{sink}`",
    "withdrawn": "withdrawn before `{sink}` took it",
    "dead": "refused by `{sink}` for good",
}
"""How far a command got."""

DELIVERIES_BY_HAND = {
    "retried": "offered again by the next run",
    "hastened": "offered by the next run, before its time",
    "taken_out": "taken out, it will not be offered any more",
    "given_up": "given up; counts as a refused attempt, and the next step of the ladder follows",
    "seen": "known to be dead, and shown no more",
    "each_run": "decided again in each run as it is, and offered where that still says dial",
}
"""What becomes of an undelivered command or copy when a person acts on it."""

DELIVERY_REFUSALS = {
    "unknown": ("there is no such command", "`reconcile pending` lists the keys"),
    "delivered": ("its sink has taken it", "`reconcile explain NUMBER` shows what came of it"),
    "withdrawn": (
        "it was withdrawn, and its episode goes on without it",
        "`reconcile explain NUMBER` shows what came of it",
    ),
    "interrupted": (
        "the run that offered it was interrupted, and the next one asks its sink what became of it",
        "wait for the next run",
    ),
    "attempt_made": (
        "a dead dial has counted as an attempt, and the next step of the ladder follows",
        "`reconcile explain NUMBER` shows when",
    ),
    "perhaps_taken": (
        "its sink may have taken it, and a second dial could be a second call to the client",
        "look into the dialler; `--not-taken` says that it is not there",
    ),
    "undecided": (
        "a dial that no sink has taken is no attempt and is decided again in each run",
        "`reconcile close NUMBER` ends its episode",
    ),
    "seen_before": ("it was discarded before", "`reconcile retry` can still offer it again"),
}
"""Why a person may not act on a command or copy, and what to do instead."""

_ATTEMPT = re.compile(r"attempt_([0-9]+)_of_([0-9]+)(?:_redial_([0-9]+))?")


def redial(row: Mapping[str, Any]) -> str:
    """Say which dial within its attempt a row is about: `, redial 1`; nothing of the first one."""
    return f", redial {row['redial_number']}" if row["redial_number"] else ""


def decision(reason: str, other_numbers: Sequence[str] = ()) -> str:
    """Say a reason in words: `attempt_1_of_3`, `not_due`. An unknown one stands for itself.

    `other_numbers` are those of the contact on which it rests, none where it is the number itself.
    """
    if other_numbers and reason in OTHER_NUMBERS:
        return OTHER_NUMBERS[reason].format(numbers=", ".join(other_numbers))
    attempt = _ATTEMPT.fullmatch(reason)
    if attempt:
        redial = f", redial {attempt[3]}" if attempt[3] else ""
        return f"nothing holds attempt {attempt[1]} of {attempt[2]}{redial}"
    return DECISIONS.get(reason, reason)
