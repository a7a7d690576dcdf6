"""Another run holds the state: no word of it, unless the last run ended too long ago."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from reconcile import clock
from reconcile.cli import answers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconcile.errors import DatabaseBusy
    from reconcile.settings import Settings

BUSY_FOLDER = "busy"
"""Its memory of what was told stands apart: `faults.json` belongs to whoever holds the lock."""

_SILENT_FOR = timedelta(minutes=5)


def tell_busy(settings: Settings, busy: DatabaseBusy, place: str) -> None:
    """Tell that no run has ended for longer than five minutes: once, then once an hour."""
    from reconcile.publishing import read_status  # noqa: PLC0415 - most runs are not busy

    status = read_status(settings.state_folder) or {}
    try:
        last = clock.parse_instant(status.get("ended_at") or status["run_at"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return  # before the end of the first run there is no saying how long one takes
    if clock.utc_now() - last <= _SILENT_FOR:
        return
    lines = [
        busy.what,
        f"The last run that ended did so at {clock.as_text(last)}",
        "hint: find the process that holds the lock (`fuser` names it) and see what it waits for",
    ]
    _settle(settings, {"busy": lines}, place)


def busy_is_over(settings: Settings, place: str) -> None:
    """Tell that runs end again, where it had been told that they do not."""
    if (settings.state_folder / BUSY_FOLDER).is_dir():
        _settle(settings, {}, place)


def _settle(settings: Settings, found: Mapping[str, list[str]], place: str) -> None:
    from reconcile import faults  # noqa: PLC0415 - most runs are not busy

    folder = settings.state_folder / BUSY_FOLDER
    folder.mkdir(exist_ok=True)
    tell = answers.error if found else answers.warning
    for lines in faults.settle(folder, dict(found), clock.utc_now()):
        tell(lines, place)
