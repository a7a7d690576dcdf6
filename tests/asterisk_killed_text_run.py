"""A run that dies while it tells Asterisk to dial: `asterisk_killed_text_run.py SETTINGS POINT`.

The points lie `before` anything of the dial leaves, `during` (it is out, and nobody has read the
answer; or it is noted, and the file not moved) and `after`, before anything of it is stored.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconcile import running, settings
from reconcile.sinks.ami_session import Session
from reconcile.sinks.ami_wire import Wire
from reconcile.sinks.call_file import CallFileSink
from reconcile.sinks.dial_ledger import DialLedger

if TYPE_CHECKING:
    from collections.abc import Callable


def die(*_: Any) -> None:
    """End at once, as by `kill -9` or a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)


def dying(real: Callable[..., Any], *, when: Callable[..., bool]) -> Callable[..., Any]:
    """A function that dies once it has done its work."""

    def replaced(*args: Any) -> Any:
        found = real(*args)
        if when(*args):
            die()
        return found

    return replaced


def is_order(_: object, lines: Any, *__: object) -> bool:
    return ("Action", "Originate") in lines


def arm(point: str) -> None:
    """Have the process die when it hands over its first dial, whichever of the two sinks it is."""
    if point == "before":
        DialLedger.note = die
    elif point == "during":
        Wire.send = dying(Wire.send, when=is_order)
        real_rename = Path.rename
        Path.rename = lambda path, to: die() if path.suffix == ".call" else real_rename(path, to)
    else:
        Session.ask = dying(Session.ask, when=is_order)
        CallFileSink._put = dying(CallFileSink._put, when=lambda *_: True)


if __name__ == "__main__":
    arm(sys.argv[2])
    running.run(settings.load(Path(sys.argv[1])))
