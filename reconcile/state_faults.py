"""Say in words why the state cannot be used: a full disk, damage, rights, another program."""

from __future__ import annotations

import errno
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconcile.errors import Problem, StateHeld, StateUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATE_FILE = "state.duckdb"
READ_FILE = "read.duckdb"
PUBLISHED_FILE = "published.json"

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.ENOTDIR, errno.EISDIR)
_HOLDER = re.compile(r"Conflicting lock is held in (.+?)\. ")
_FULL_TEXT = re.compile(r"No space left|[Qq]uota exceeded|File too large")
_DAMAGE_TEXT = re.compile(
    r"Corrupt|not a valid DuckDB|Could not read enough bytes|checksum|WAL file|[Dd]eserializ"
)
_UNWRITABLE_TEXT = re.compile(
    r"Permission denied|Read-only file system|Is a directory|Input/output"
)
_NOTHING_LEAVES = "Nothing leaves, neither dials nor removes, until it is mended"


@contextmanager
def in_words(folder: Path) -> Iterator[None]:
    """Raise StateUnusable, or StateHeld, for what hits the files of a state folder.

    Anything else passes as it is: a fault of the program has its traceback.
    """
    try:
        yield
    except Problem:
        raise
    except OSError as error:
        if (found := _of_system(error, folder)) is None:
            raise
        raise found from error
    except Exception as error:
        if (found := _of_database(error, folder)) is None:
            raise
        raise found from error


@contextmanager
def in_words_of_copy(path: Path) -> Iterator[None]:
    """Raise StateUnusable where the read copy cannot be read."""
    try:
        yield
    except Exception as error:
        is_of_database = type(error).__module__.partition(".")[0] in ("duckdb", "_duckdb")
        is_of_file = type(error).__name__ == "IOException" or _DAMAGE_TEXT.search(str(error))
        if not is_of_database or not is_of_file:
            raise
        raise StateUnusable(
            f"the read copy `{path}` cannot be read: {str(error).splitlines()[0]}",
            follows="Runs are not concerned: they read the state",
            hint="remove it, and the next run publishes it anew",
        ) from error


def _of_system(error: OSError, folder: Path) -> Problem | None:
    if error.errno in _FULL:
        return _full(folder)
    if error.errno in _UNWRITABLE and str(error.filename or "").startswith(str(folder)):
        return _unwritable(str(folder), error.strerror or "unknown")  # a file's name may change
    return None


def _of_database(error: Exception, folder: Path) -> Problem | None:
    """What a message of DuckDB stands for; None for a fault of the program or of its SQL."""
    if type(error).__module__.partition(".")[0] not in ("duckdb", "_duckdb"):
        return None
    text = str(error)
    found: Problem | None = None
    if "Could not set lock" in text:
        found = _held(folder, text)
    elif _FULL_TEXT.search(text):
        found = _full(folder)
    elif _DAMAGE_TEXT.search(text):
        found = damaged(folder, text.splitlines()[0].removeprefix("IO Error: "))
    elif STATE_FILE in text and type(error).__name__ == "IOException":
        reason = _UNWRITABLE_TEXT.search(text)
        found = _unwritable(str(folder / STATE_FILE), reason[0] if reason else text.splitlines()[0])
    return found


def _held(folder: Path, text: str) -> StateHeld:
    holder = _HOLDER.search(text)
    return StateHeld(
        f"another program has opened `{folder / STATE_FILE}`"
        + (f": {holder[1]}" if holder else ""),
        follows="Nothing was done, and no dial leaves while it has",
        hint=f"close it there; `{READ_FILE}` beside it is for reading, as long as you like",
    )


def damaged(folder: Path, what: str) -> StateUnusable:
    """The error for a state file that is no state any more."""
    copy = folder / READ_FILE
    hint = "move the folder away to begin anew; what it knew of open episodes is lost"
    if copy.is_file():
        hint = (
            f"stop cron, move `{STATE_FILE}*` away, `cp {READ_FILE} {STATE_FILE}`: that is the "
            "state as last published; what a run did after that can leave again, with the same keys"
        )
    return StateUnusable(
        f"the state `{folder / STATE_FILE}` is damaged",
        follows=f"{what}\n{_NOTHING_LEAVES}",
        hint=hint,
    )


def gone(folder: Path) -> StateUnusable:
    """The error for a state file that is not there, though runs have published."""
    return StateUnusable(
        f"the state `{folder / STATE_FILE}` is gone, though runs have published from it",
        follows=f"Beginning anew would forget who has been called\n{_NOTHING_LEAVES}",
        hint=f"`cp {READ_FILE} {STATE_FILE}` brings back the state as last published; to begin "
        f"anew all the same, remove `{READ_FILE}` and `{PUBLISHED_FILE}`",
    )


def _full(folder: Path) -> StateUnusable:
    return StateUnusable(
        f"no room is left on the disk of `{folder}`",
        follows="What was committed before is kept, and the next run goes on from there\n"
        "Until there is room, dials and removes may wait, and readers see what was published last",
        hint="make room; nothing else has to be done",
    )


def _unwritable(place: str, reason: str) -> StateUnusable:
    return StateUnusable(
        f"`{place}` cannot be written: {reason}",
        follows=_NOTHING_LEAVES,
        hint="the user of cron needs the right to write to the state folder and all in it",
    )
