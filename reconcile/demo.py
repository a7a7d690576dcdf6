"""Replay the shipped recording minute by minute, as cron would have run it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconcile import clock, publishing, running, settings, streams
from reconcile.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

_MINUTE = timedelta(minutes=1)
_PACKAGE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Played:
    """What a replay did: minutes run, commands by kind, the settings it ran under."""

    minutes: int
    dials: int
    removes: int
    settings: settings.Settings


def samples() -> Path:
    """Where the samples stand: inside the installed package, or beside it in a checkout."""
    inside = _PACKAGE / "samples"
    return inside if inside.is_dir() else _PACKAGE.parent / "samples"


def play(folder: Path) -> Played:
    """Copy the samples into `folder` and run each minute of the recording, telling every command.

    Everything is computed from the copied files. A folder that holds them already is used as it
    is; minutes that were run before are not run again, but the last one is, and gives nothing new.
    """
    if not (folder / "reconcile.toml").exists():
        shutil.copytree(samples(), folder, dirs_exist_ok=True)
    loaded = settings.load(folder / "reconcile.toml")
    _head(folder, loaded)
    counts = {"dial": 0, "remove": 0}
    minutes = 0
    for now in _minutes(folder, loaded):
        result = running.run(loaded, now=now)
        minutes += 1
        for lines in result.messages:
            streams.warning(lines)
        for command in result.commands:
            counts[command["command"]] += 1
            streams.out(_line(now, command))
            streams.out(f"       {command['explanation']}")
    if not any(counts.values()):
        streams.out("nothing new: every command of these minutes had been emitted before")
    return Played(minutes, counts["dial"], counts["remove"], loaded)


def _head(folder: Path, loaded: settings.Settings) -> None:
    ladder = ", ".join(f"{m} min" for m in loaded.campaigns[0].retry_minutes)
    streams.out(f"The recording in {folder}, run minute by minute as cron would; retries: {ladder}")
    streams.out("")


def _minutes(folder: Path, loaded: settings.Settings) -> Iterator[datetime]:
    """Each full minute from the first line of the queue log to the first one after its last."""
    log = folder / "recording" / "queue_log"
    instants = [
        int(line.split(b"|", 1)[0])
        for line in log.read_bytes().splitlines()
        if line.split(b"|", 1)[0].isdigit()
    ]
    now, last = _full_minute(min(instants)), _full_minute(max(instants))
    status = publishing.read_status(loaded.state_folder)
    if status is not None:
        now = max(now, min(last, clock.parse_instant(status["run_at"])))
    while now <= last:
        yield now
        now += _MINUTE


def _full_minute(epoch: int) -> datetime:
    """The first full minute at or after an instant."""
    return datetime(1970, 1, 1) + timedelta(minutes=-(-epoch // 60))  # noqa: DTZ001 - UTC


def _line(now: datetime, command: dict[str, Any]) -> str:
    who = command.get("contact_name") or command["contact_id"] or "not in the directory"
    if command["command"] == "dial":
        what = f"attempt {command['attempt']} of {command['attempts']}"
    else:
        what = command["reason"]
    line = f"{now:%H:%M}  {command['command']:<6}  {command['number']:<15} {what:<17} {who}"
    return plain(line)
