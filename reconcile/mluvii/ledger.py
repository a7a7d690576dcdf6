"""What the sink for mluvii notes before and after each request, for mluvii keeps no keys."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reconcile import files_out
from reconcile.mluvii.campaign import Identity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_KEPT_FOR = timedelta(days=40)
_LARGE_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Note:
    """A command on its way: what stood in the campaign before it, and whether it is done.

    `contact` is None for a remove that finds nobody. `at` is the instant of the command.
    """

    key: str
    kind: str
    number: str
    campaign: int
    contact: int | None
    at: str
    before: Identity | None = None
    is_done: bool = False


@dataclass(slots=True)
class Ledger:
    """The notes by key, the newest of each, kept in a file of one JSON object a line."""

    path: Path
    notes: dict[str, Note] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Ledger:
        """Read the file; none yet is an empty one. Raises OSError.

        A last line that a power cut broke off was never acted on: what it says comes after it.
        """
        ledger = cls(path)
        if not path.exists():
            return ledger
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                note = _note(line)
                if note is not None:
                    ledger._take(note)
        return ledger

    def write(self, notes: Iterable[Note]) -> None:
        """Add notes and flush them to the disk. Raises OSError."""
        given = list(notes)
        if not given:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(asdict(note), ensure_ascii=False) + "\n" for note in given)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
        try:
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":
                text = "\n" + text
            data = text.encode()
            if os.write(handle, data) != len(data):
                raise OSError(f"`{self.path}` took only a part of a line: the disk is full")
            os.fsync(handle)
        finally:
            os.close(handle)
        for note in given:
            self._take(note)
        if size > _LARGE_BYTES:
            self._shorten(given[-1].at)

    def adder(self, contact: int, campaign: int) -> Note | None:
        """The newest dial that put a contact into a campaign, or may have."""
        return self._newest(
            note
            for note in self.notes.values()
            if (note.contact, note.campaign) == (contact, campaign)
        )

    def contact_of(self, number: str, campaign: int) -> int | None:
        """The contact that the newest dial of a number put into a campaign."""
        found = self._newest(
            note
            for note in self.notes.values()
            if (note.number, note.campaign) == (number, campaign)
        )
        return found.contact if found else None

    def _newest(self, notes: Iterable[Note]) -> Note | None:
        dials = [note for note in notes if note.kind == "dial" and note.contact is not None]
        return max(dials, key=lambda note: note.at, default=None)

    def _take(self, note: Note) -> None:
        self.notes.pop(note.key, None)
        self.notes[note.key] = note

    def _shorten(self, now: str) -> None:
        """Leave out what is so old that no run asks for it."""
        oldest = datetime.fromisoformat(now) - _KEPT_FOR
        kept = [note for note in self.notes.values() if datetime.fromisoformat(note.at) >= oldest]
        text = "".join(json.dumps(asdict(note), ensure_ascii=False) + "\n" for note in kept)
        files_out.write_whole(self.path, text)


def _note(line: str) -> Note | None:
    try:
        values = json.loads(line)
        before = values.pop("before")
        return Note(**values, before=Identity(**before) if before else None)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
