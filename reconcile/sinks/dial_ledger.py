"""Which dials went, or may have gone, to a receiver that keeps no keys: an empty file for each."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from reconcile.sinks import appended

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEPT_DAYS = 8
"""No key comes again after that: its dropped call is too old by then, even for a state that is
built anew."""


@dataclass(frozen=True, slots=True)
class DialLedger:
    """Notes of dials by their names, as `folder/<day of the command>/<name>`.

    A note is on the disk when `note` returns, and looking for one costs the same however many
    there are.
    """

    folder: Path

    def note(self, name: str, day: date) -> None:
        """Note that a dial goes now. Raises OSError: then it must not go."""
        place = self.folder / day.isoformat()
        if not place.is_dir():
            appended.make_folder(place)
            self._sweep(day)
        os.close(os.open(place / name, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o640))
        appended.sync_folder(place)

    def forget(self, name: str) -> None:
        """Take a note back: the dial was refused for certain. Raises OSError."""
        for place in self._places(name):
            place.unlink(missing_ok=True)

    def has(self, name: str) -> bool:
        """Tell whether a dial went, or may have gone. Raises OSError."""
        return any(place.exists() for place in self._places(name))

    def _places(self, name: str) -> Iterator[Path]:
        if self.folder.is_dir():
            yield from (day / name for day in self.folder.iterdir() if _is_day(day.name))

    def _sweep(self, day: date) -> None:
        """Throw away the days that are over; called once a day."""
        oldest = (day - timedelta(days=KEPT_DAYS)).isoformat()
        for place in self.folder.iterdir():
            if _is_day(place.name) and place.name < oldest:
                shutil.rmtree(place)


def _is_day(name: str) -> bool:
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False
