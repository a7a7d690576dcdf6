"""The keys that the three ways of telling an Asterisk to dial share, as a sink gets them."""

from __future__ import annotations

from typing import Any

DIALLING: dict[str, Any] = {
    "dial": "customer_first",
    "endpoint": "IAX2/trunk/{number}",
    "context": "callback",
    "extension": "s",
    "priority": 1,
    "application": None,
    "data": None,
    "queue": None,
    "default_queue": None,
    "caller_id": "{name} <{number}>",
    "ring_seconds": 30,
}
