"""A run that dies while it tells Asterisk to dial: `asterisk_killed_run.py SETTINGS POINT`.

The points lie `before` anything of the dial leaves, `during` (it is out, and nobody has read the
answer; or it is noted, and the file not moved) and `after`, before anything of it is stored.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconcile import http_exchange, running, settings
from reconcile.sinks.ami_session import Session
from reconcile.sinks.ami_wire import Wire
from reconcile.sinks.ari_requests import Ari
from reconcile.sinks.call_file import CallFileSink
from reconcile.sinks.dial_ledger import DialLedger

if TYPE_CHECKING:
    from collections.abc import Callable


def die(*_: Any) -> None:
    """End at once, as by `kill -9` or a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)


def dying(real: Callable[..., Any], *, when: Callable[..., bool]) -> Callable[..., Any]:
    """A function that dies once it has done its work, if this was so before it."""

    def replaced(*args: Any) -> Any:
        is_last = when(*args)
        found = real(*args)
        if is_last:
            die()
        return found

    return replaced


def is_action(_: object, lines: Any, *__: object) -> bool:
    return ("Action", "Originate") in lines


def is_request(stream: Any) -> bool:
    return b"POST /ari/channels" in stream._gathered


def always(*_: object) -> bool:
    return True


def arm(point: str) -> None:
    """Have the process die when it hands over its first dial, whichever of the sinks it is."""
    if point == "before":
        Ari.originate = die
        DialLedger.note = die
    elif point == "during":
        http_exchange._TimedStream.send = dying(http_exchange._TimedStream.send, when=is_request)
        Wire.send = dying(Wire.send, when=is_action)
        real_rename = Path.rename
        Path.rename = lambda path, to: die() if path.suffix == ".call" else real_rename(path, to)
    else:
        Ari.originate = dying(Ari.originate, when=always)
        Session.ask = dying(Session.ask, when=is_action)
        CallFileSink._put = dying(CallFileSink._put, when=always)


if __name__ == "__main__":
    arm(sys.argv[2])
    running.run(settings.load(Path(sys.argv[1])))
