"""What was pulled from a remote source and is not read yet, and up to where it was pulled.

A spool is a folder with numbered files, which the readers of files read, and `pulled.json`, which
names those that count and the position of the pull behind them. That file is replaced in one step
after the rows are on disk: a kill before it leaves files that nobody named, and the next pull
removes them and asks for the same rows again. So nothing is lost, and nothing is spooled twice.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reconcile.files_out import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

FOLDER = "pulled"
"""The folder of all spools, in that of the state."""
_RECORD = "pulled.json"
_DIGITS = 9


class Spool:
    """The spool of one stream of a source.

    `name` is what readers call its folder, `position` what the puller left there with its last
    `keep` ({} before the first): up to where it has pulled, in words of its own that JSON can hold.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        record = _read(folder / _RECORD)
        self.position: dict[str, Any] = record.get("position", {})
        self._number: int = record.get("number", 0)
        self._files: list[str] = record.get("files", [])
        self._beside: list[str] = record.get("beside", [])

    def files(self) -> list[str]:
        """The files that wait to be read, as readers call them, oldest first."""
        there = (name for name in self._files if (self.folder / name).exists())
        return [f"{self.name}/{name}" for name in there]

    def beside(self) -> list[Path]:
        """The files of the puller's own that were kept with the position."""
        return [self.folder / name for name in self._beside]

    def new_file(self, ending: str) -> Path:
        """The path of a file to be written next, such as `.csv`; it counts once it is kept."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._number += 1
        return self.folder / f"{self._number:0{_DIGITS}}{ending}"

    def keep(
        self,
        position: dict[str, Any],
        files: Iterable[Path] = (),
        *,
        is_whole: bool = False,
        beside: Sequence[Path] | None = None,
    ) -> None:
        """Let files count, and the position with them, in one step that lasts.

        `is_whole`: they take the place of all earlier ones, for what is read as a whole. `beside`
        are files that no reader reads, in the place of the earlier ones (None: those stay).
        Raises OSError.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        new = [path.name for path in files]
        kept = [] if is_whole else [name for name in self._files if (self.folder / name).exists()]
        own = self._beside if beside is None else [path.name for path in beside]
        for name in (*new, *(own if beside is not None else ())):
            _sync(self.folder / name)
        record = {
            "number": self._number,
            "files": [*kept, *new],
            "beside": own,
            "position": position,
        }
        write_whole(self.folder / _RECORD, json.dumps(record, indent=1), is_synced=True)
        self.position, self._files, self._beside = position, [*kept, *new], own
        self.tidy()

    def tidy(self) -> None:
        """Remove what does not count: left by a pull that was killed or broke off."""
        if not self.folder.is_dir():
            return
        counting = {_RECORD, *self._files, *self._beside}
        for name in os.listdir(self.folder):  # noqa: PTH208 - names are compared
            if name not in counting:
                (self.folder / name).unlink(missing_ok=True)


def spool_of(state_folder: Path, written_as: str, source: str, stream: str) -> Spool:
    """The spool of a stream; `written_as` is the folder of the state as readers are to call it."""
    place = f"{FOLDER}/{_file_name(source)}/{_file_name(stream)}"
    return Spool(state_folder / place, f"{written_as}/{place}")


def _file_name(name: str) -> str:
    """A name of the settings as the name of a folder, `.` and `/` among what is escaped."""
    return quote(name, safe="").replace(".", "%2E")


def _read(path: Path) -> dict[str, Any]:
    """The record; a damaged one counts as none, and all is pulled anew."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _sync(path: Path) -> None:
    """Have a file on disk before it is named: after a power cut no name stands without its rows."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
