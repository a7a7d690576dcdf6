"""A run that dies while it hands a dial to Asterisk: `asterisk_killed_run.py SETTINGS POINT`.

For a sink over HTTP the points lie round the request: `before` it, `during` (it is out and the
answer was not read) and `after` the answer, before anything of it is stored.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from reconcile import http_exchange, running, settings
from reconcile.sinks.ari_requests import Ari


def die() -> None:
    """End at once, as by `kill -9` or a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: str) -> None:
    """Have the process die when it orders its first call."""
    originate = Ari.originate
    send = http_exchange._TimedStream.send

    def dying_send(stream: Any) -> None:
        is_order = b"POST /ari/channels" in stream._gathered
        send(stream)
        if is_order:
            die()

    def dying_originate(ari: Ari, body: Any) -> Any:
        if point == "before":
            die()
        found = originate(ari, body)
        die()
        return found

    if point == "during":
        http_exchange._TimedStream.send = dying_send
    else:
        Ari.originate = dying_originate


if __name__ == "__main__":
    arm(sys.argv[2])
    running.run(settings.load(Path(sys.argv[1])))
