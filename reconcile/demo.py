"""Replay the shipped recording minute by minute, as cron would have run it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconcile import clock, publishing, running, settings, shipped, streams
from reconcile.errors import UsageWrong
from reconcile.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

_MINUTE = timedelta(minutes=1)
_SETTINGS = "reconcile.toml"
_QUEUE_LOG = Path("recording", "queue_log")


@dataclass(frozen=True, slots=True)
class Played:
    """What a replay did: minutes run, commands by kind, the settings it ran under."""

    minutes: int
    dials: int
    removes: int
    settings: settings.Settings


def play(folder: Path) -> Played:
    """Copy the samples into `folder` and run each minute of the recording, telling every command.

    Everything is computed from the copied files. A folder that holds them already is used as it
    is; minutes that were run before are not run again, but the last one is, and gives nothing new.
    Raises UsageWrong where the folder cannot be made or holds something else.
    """
    _copy_samples(folder)
    loaded = settings.load(folder / _SETTINGS)
    if not loaded.campaigns:
        raise UsageWrong(
            f"`{folder / _SETTINGS}` has no campaign, so nothing would be dialled",
            hint="name a new folder; the demo is copied into it anew",
        )
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


def _copy_samples(folder: Path) -> None:
    """Copy the samples into a new or an empty folder; leave one that holds them as it is."""
    try:
        if (folder / _SETTINGS).is_file() and (folder / _QUEUE_LOG).is_file():
            return
        if folder.is_dir() and any(folder.iterdir()):
            raise UsageWrong(
                f"`{folder}` is not empty and holds no demo",
                follows="Nothing was written",
                hint="name a new folder: `reconcile demo FOLDER`",
            )
        shutil.copytree(shipped.folder("samples"), folder, dirs_exist_ok=True)
    except OSError as error:
        raise UsageWrong(
            f"the demo cannot be copied into `{folder}`: {_reason(error)}",
            hint="name a new folder: `reconcile demo FOLDER`",
        ) from error


def _reason(error: OSError) -> str:
    """The reason in words; of many files that could not be copied, the first one's."""
    if isinstance(error, shutil.Error) and error.args and error.args[0]:
        return str(error.args[0][0][-1])
    return str(error.strerror or error)


def _head(folder: Path, loaded: settings.Settings) -> None:
    ladder = ", ".join(f"{m} min" for m in loaded.campaigns[0].retry_minutes)
    streams.out(f"The recording in {folder}, run minute by minute as cron would; retries: {ladder}")
    streams.out("")


def _minutes(folder: Path, loaded: settings.Settings) -> Iterator[datetime]:
    """Each full minute from the first line of the queue log to the first one after its last."""
    log = folder / _QUEUE_LOG
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
