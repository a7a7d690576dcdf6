"""Commands as the pipeline hands them to sinks."""

from __future__ import annotations

import json
from typing import Any

from reconcile.sinks import OutgoingCommand

DIAL: dict[str, Any] = {
    "version": 1,
    "command": "dial",
    "key": "dial|missed-calls|+420700610101|pbx/1.1|1",
    "key_digest": "0123456789abcdef",
    "number": "+420700610101",
    "contact_id": "1001",
    "contact_name": "Jana Beranová",
    "campaign": "missed-calls",
    "attempt": 1,
    "redial": 0,
    "attempts": 3,
    "added_at": "2026-03-02T10:00:20Z",
    "promised_at": "2026-03-02T10:05:20Z",
    "due_at": "2026-03-02T10:05:20Z",
    "issued_at": "2026-03-02T10:06:00Z",
    "expires_at": "2026-03-02T10:11:00Z",
    "dropped_calls": 1,
    "waited_seconds": 25,
    "line": "+420200500410",
    "queue": "support",
    "last_talk_at": None,
    "reason": "attempt_1_of_3",
    "explanation": "hung up after 25 s in the queue support, first of 3 attempts",
    "proof": ["pbx/1.1"],
}

REMOVE: dict[str, Any] = {
    "version": 1,
    "command": "remove",
    "key": "remove|missed-calls|+420700610101|pbx/1.1",
    "key_digest": "fedcba9876543210",
    "number": "+420700610101",
    "contact_id": "1001",
    "campaign": "missed-calls",
    "reason": "reached",
    "explanation": "an operator talked with the client at 10:07",
    "proof": ["pbx/1.1", "pbx/1.9"],
    "issued_at": "2026-03-02T10:08:00Z",
    "closed_at": "2026-03-02T10:07:00Z",
}


def outgoing(payload: dict[str, Any], **changes: Any) -> OutgoingCommand:
    """A command with this payload, some members changed."""
    payload = {**payload, **changes}
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return OutgoingCommand(payload["key"], payload["command"], payload["number"], text)


def dials(count: int, first: int = 1) -> list[OutgoingCommand]:
    """Dials with the keys `dial|first`, `dial|first+1`, …"""
    return [outgoing(DIAL, key=f"dial|{number}") for number in range(first, first + count)]
