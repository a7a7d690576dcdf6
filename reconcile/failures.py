"""What keeps a run from doing anything, remembered where the state cannot be written to.

One file beside the lock, of a fixed size and written in place: on a full disk its room is its own.
Where the state folder is unknown or takes nothing, a file in the folder for temporary ones.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconcile import faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from reconcile.faults import Fault

MEMORY_FILE = "failures.json"
_BYTES = 4096
_LINE_SIGNS, _LINES = 300, 4
_STATE_KEY = re.compile(r"""^\s*state\s*=\s*["']([^"'\n]+)["']""", re.MULTILINE)


def settle(
    settings_file: Path,
    state_folder: Path | None,
    found: dict[str, list[str]],
    names: Iterable[str],
    now: datetime,
    *,
    is_watched: bool = False,
) -> list[list[str]]:
    """Compare the failures of a run with those remembered, and give the texts to be told now.

    Of `names` only; what is remembered under others, or by other settings files, stays. Nothing is
    raised: without a memory a failure is told each time.
    """
    keys = {f"{name} {settings_file.absolute()}" for name in names}
    wanted = {
        f"{name} {settings_file.absolute()}": [lines[0][:_LINE_SIGNS], *lines[1:]]
        for name, lines in found.items()
    }
    places = list(_places(settings_file, state_folder))
    known = {place: _read(place) for place in places}
    mine = {key: fault for place in places for key, fault in known[place].items() if key in keys}
    kept, texts = faults.compare(mine, wanted, now, is_watched=is_watched)
    if kept == mine:
        return texts
    is_kept = not kept
    for place in places:
        others = {key: fault for key, fault in known[place].items() if key not in keys}
        with_mine = others if is_kept else {**others, **kept}
        if with_mine != known[place] and _write(place, with_mine):
            is_kept = True
    return texts


def lasting(settings_file: Path, state_folder: Path) -> dict[str, Fault]:
    """The failures of runs with these settings that last, by name."""
    ending = f" {settings_file.absolute()}"
    return {
        key.removesuffix(ending): fault
        for place in _places(settings_file, state_folder)
        for key, fault in _read(place).items()
        if key.endswith(ending)
    }


def make_room(state_folder: Path) -> None:
    """Take the room of the memory while there is some."""
    if not (state_folder / MEMORY_FILE).exists():
        _write(state_folder / MEMORY_FILE, {})


def _places(settings_file: Path, state_folder: Path | None) -> Iterator[Path]:
    """Where failures are remembered, the best place first."""
    folder = state_folder or _guessed(settings_file)
    if folder.is_dir():
        yield folder / MEMORY_FILE
    digest = hashlib.sha256(str(settings_file.absolute()).encode()).hexdigest()[:16]
    own = Path(tempfile.gettempdir()) / f"reconcile-{os.getuid()}"
    yield own / f"{digest}.json"


def _guessed(settings_file: Path) -> Path:
    """The state folder of settings that cannot be read as a whole."""
    try:
        found = _STATE_KEY.search(settings_file.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        found = None
    return settings_file.absolute().parent / (found[1] if found else "state")


def _read(place: Path) -> dict[str, Fault]:
    try:
        return faults.from_text(place.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}


def _write(place: Path, kept: dict[str, Fault]) -> bool:
    """Write in place, filled up with blanks; tell whether it was possible."""
    short = {
        key: replace(fault, lines=[line[:_LINE_SIGNS] for line in fault.lines[:_LINES]])
        for key, fault in kept.items()
    }
    text = faults.to_text(short) if short else ""
    try:
        if place.name != MEMORY_FILE and not _is_own(place.parent):
            return False
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        try:
            data = text.encode().ljust(_BYTES)
            os.ftruncate(handle, len(data))
            return os.pwrite(handle, data, 0) == len(data)
        finally:
            os.close(handle)
    except OSError:
        return False


def _is_own(folder: Path) -> bool:
    """Make the folder among the temporary files; nobody else may have made it."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
