"""Whether a run will be able to keep its state: folder, files, room."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from reconcile import database
from reconcile.errors import DatabaseBusy

if TYPE_CHECKING:
    from pathlib import Path

_LEAST_ROOM_BYTES = 64 << 20
_COPIES = 3
"""A run writes the state, the copy for readers beside the last one, and at times a compact one."""


def faults(folder: Path) -> list[str]:
    """What stands in the way of a run that keeps its state in this folder; nothing is changed."""
    if not folder.exists():
        above = next(parent for parent in folder.absolute().parents if parent.exists())
        if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
            return [f"`{folder}` cannot be made: `{above}` takes no files from this user"]
        return _room(above, 0)
    if not folder.is_dir():
        return [f"`{folder}` is no folder"]
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return [f"`{folder}` takes no files from this user"]
    closed = [
        file.name
        for file in sorted(folder.iterdir())
        if not os.access(file, os.R_OK | os.W_OK | (os.X_OK if file.is_dir() else 0))
    ]
    if closed:
        names = ", ".join(f"`{name}`" for name in closed)
        return [f"{names} in `{folder}` cannot be written by this user: were they made by another?"]
    return [*_damage(folder), *_room(folder, _size(folder))]


def _damage(folder: Path) -> list[str]:
    """Open the state for reading, unless a run has it right now: then it is well."""
    state = folder / database.STATE_FILE
    if not state.exists():
        return []
    try:
        with (
            database.lock(folder, wait_seconds=0),
            database.connect(state, read_only=True) as open_,
        ):
            open_.execute("select count(*) from main.migrations").fetchall()
    except DatabaseBusy:
        return []
    except Exception as error:  # whatever it is, no run can work with that file
        reason = str(error).partition("\n")[0]
        return [
            f"`{state}` cannot be opened: {reason}; bring back a copy of the file, or move it away "
            "and begin anew: open episodes and what was dialled are then forgotten"
        ]
    return []


def _size(folder: Path) -> int:
    state = folder / database.STATE_FILE
    return state.stat().st_size if state.exists() else 0


def _room(folder: Path, state_bytes: int) -> list[str]:
    free = shutil.disk_usage(folder).free
    wanted = _LEAST_ROOM_BYTES + _COPIES * state_bytes
    if free >= wanted:
        return []
    return [f"`{folder}` has {free >> 20:,} MiB left, a run can need {wanted >> 20:,} MiB"]
