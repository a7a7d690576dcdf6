"""A call file of Asterisk as text: exactly the lines that are meant, and what they say."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from reconcile import clock
from reconcile.sinks.asterisk_dial import Application

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from reconcile.sinks.asterisk_dial import AsteriskDial, Extension

LONGEST_LINE_BYTES = 1000
"""Without its end; Asterisk passes over a line of more than 1,023 and dials without it."""
_EXPIRY = "; expires_at "
_STARTED = re.compile(rb"^StartRetry: [0-9]+ [0-9]+ \(([0-9]{1,11})\)", re.MULTILINE)
"""What Asterisk adds to a file when it begins to dial for it: its process, the try, and when the
next try would be, counted from then."""
_RETRY_SECONDS = 86_400
"""An Asterisk that is killed while it dials dials again after twice this time: until then a run
takes the file back."""
_ENDED_SECONDS = 60
"""After its ringing, by which a call has ended for sure, whatever the two clocks say."""
_COMMENT_SIGNS = frozenset(";#")


def lines(dial: AsteriskDial, account: str | None) -> list[tuple[str, str]]:
    """Give the lines of a dial: called once, kept by Asterisk in `outgoing_done` afterwards."""
    told = [
        ("Channel", dial.endpoint),
        ("CallerID", dial.caller_id),
        ("MaxRetries", "0"),
        ("RetryTime", str(_RETRY_SECONDS)),
        ("WaitTime", str(dial.ring_seconds)),
        *_destination(dial.destination),
        ("Account", account),
        *(("Setvar", f"{name}={value}") for name, value in dial.variables.items()),
        ("Archive", "yes"),
    ]
    return [(name, value) for name, value in told if value]


def _destination(place: Extension | Application) -> list[tuple[str, str]]:
    if isinstance(place, Application):
        return [("Application", place.name), ("Data", place.data)]
    priority = str(place.priority)
    return [("Context", place.context), ("Extension", place.name), ("Priority", priority)]


def encode(told: Iterable[tuple[str, str]], expires_at: datetime) -> bytes:
    r"""Write the lines, below a comment that says until when the file is good.

    Raises ValueError for a value that would begin a line or a comment, and for a line too long.

    >>> encode([("Channel", "IAX2/trunk/+420700610101")], datetime(2026, 3, 2, 10, 11))
    b'; expires_at 2026-03-02T10:11:00Z\nChannel: IAX2/trunk/+420700610101\n'
    >>> encode([("CallerID", "Jana\nApplication: System")], datetime(2026, 3, 2, 10, 11))
    Traceback (most recent call last):
    ValueError: `CallerID` has a control character, `;` or `#`
    """
    written = [f"{_EXPIRY}{clock.as_text(expires_at)}\n".encode()]
    for name, value in told:
        if not value.isprintable() or _COMMENT_SIGNS & set(value):
            raise ValueError(f"`{name}` has a control character, `;` or `#`")
        line = f"{name}: {value}\n".encode()
        if len(line) > LONGEST_LINE_BYTES:
            raise ValueError(f"`{name}` is longer than {LONGEST_LINE_BYTES} bytes")
        written.append(line)
    return b"".join(written)


def started_at(text: bytes) -> datetime | None:
    """Read when Asterisk last began to dial for a file, UTC; None where it has not."""
    seconds = [int(found[1]) for found in _STARTED.finditer(text)]
    return clock.of_epoch(max(seconds) - _RETRY_SECONDS) if seconds else None


def is_stale(text: bytes, ring_seconds: int, now: datetime) -> bool:
    """Tell whether a file waits for a call that must not be placed any more.

    Its time is over; or it was being dialled by an Asterisk that was killed, for one that runs
    leaves no file behind once the ringing is over.
    """
    started = started_at(text)
    if started is not None:
        return started + timedelta(seconds=ring_seconds + _ENDED_SECONDS) <= now
    expiry = expires_at(text)
    return expiry is not None and expiry <= now


def expires_at(text: bytes) -> datetime | None:
    """Read until when a file is good, UTC; None where it does not say so."""
    first = text.partition(b"\n")[0].decode(errors="replace")
    if not first.startswith(_EXPIRY):
        return None
    try:
        return clock.parse_instant(first.removeprefix(_EXPIRY))
    except ValueError:
        return None
