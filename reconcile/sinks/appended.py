"""A file that only grows: open, repair, append whole lines, find it again after a rotation."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from reconcile.sinks.records import Form

_LOCK_TRIES = 40
_LOCK_PAUSE_SECONDS = 0.05
_CHUNK_BYTES = 65_536
_LONGEST_LINE_BYTES = 4_194_304
_TAIL_BYTES = 65_536  # more than a command: its key tells a file that was cut and grew again


class FileRefused(OSError):
    """The file is there and cannot serve; the text says why, without its path."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Which file it was and how long: what stands before `length` needs no second look."""

    inode: int
    length: int
    tail_hash: str

    @classmethod
    def read(cls, text: str) -> Mark | None:
        """Read a stored mark; None for the empty text of a sink that never delivered."""
        return cls(**json.loads(text)) if text else None

    @classmethod
    def of(cls, handle: int) -> Mark:
        """Mark an open file at its present end."""
        status = os.fstat(handle)
        return cls(status.st_ino, status.st_size, _tail_hash(handle, status.st_size))

    def text(self) -> str:
        """Give the form that is stored."""
        return json.dumps({"inode": self.inode, "length": self.length, "tail_hash": self.tail_hash})


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of lines: how many stand whole in the file, and what stopped the rest.

    `is_cut` tells that nothing of the first line after them is left behind.
    """

    line_count: int
    is_cut: bool
    fault: OSError | None


@dataclass(frozen=True, slots=True)
class Place:
    """A file to be searched from an offset; `is_ours` allows to mend its last line."""

    file: Path
    start: int
    is_ours: bool


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """Open a plain file for appending and reading, alone, made with its folders where needed.

    Raises OSError, and FileRefused where something else than a plain file stands there.
    """
    make_folder(path.parent)
    is_new = not path.exists()
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
    handle = os.open(path, flags, 0o644)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise FileRefused("it is no plain file")
        _lock(handle)
        if is_new:
            sync_folder(path.parent)
        yield handle
    finally:
        os.close(handle)


def repair(handle: int, form: Form) -> None:
    """Mend a last line without line feed: one that is whole gets it, a half-written one is cut off.

    Raises FileRefused where the line can't be one of ours: nobody else's text is cut.
    """
    size = os.fstat(handle).st_size
    tail = _open_line(handle, size)
    if not tail:
        return
    if form.is_whole(tail):
        os.write(handle, b"\n")
    elif form.may_be_ours(tail):
        os.ftruncate(handle, size - len(tail))
    else:
        raise FileRefused("its last line is no command and has no line feed")
    os.fsync(handle)


def append(handle: int, header: bytes, lines: Sequence[bytes]) -> Appended:
    """Append lines, below a header where the file is empty, and flush them to the disk.

    Raises OSError when the flush fails: then nothing is known of any of the lines.
    """
    start = os.fstat(handle).st_size
    head = b"" if start else header
    written, fault = _write(handle, head + b"".join(lines))
    end = len(head) if written >= len(head) else 0
    count = 0
    for line in lines:
        if end + len(line) > written or written < len(head):
            break
        end += len(line)
        count += 1
    is_cut = True
    if written > end:
        try:
            os.ftruncate(handle, start + end)
        except OSError:
            is_cut = False
    os.fsync(handle)
    return Appended(count, is_cut, fault)


def first_line(handle: int) -> bytes:
    """Read the first line of a file that is not empty, with its line feed."""
    return os.pread(handle, _CHUNK_BYTES, 0).partition(b"\n")[0] + b"\n"


def places_behind(path: Path, mark: Mark | None) -> list[Place]:
    """Find where lines can stand that came after the mark: files of the folder, from an offset.

    Follows a file that was renamed, by its inode. Where the marked file is gone or was cut, all
    files that bear its name are looked through, for a copy of it may lie among them.
    """
    path = path.resolve()
    if not path.parent.is_dir():
        return []
    files = _plain_files(path.parent)
    named = {file: status for file, status in files.items() if file.name.startswith(path.stem)}
    marked = next((file for file in files if mark and _is_marked(file, files[file], mark)), None)
    if mark is None or marked is None:
        return [Place(file, 0, is_ours=file == path) for file in named]
    since = files[marked].st_mtime_ns
    later = [
        Place(file, 0, is_ours=file == path)
        for file, status in named.items()
        if file != marked and (file == path or status.st_mtime_ns >= since)
    ]
    return [Place(marked, mark.length, is_ours=True), *later]


def _is_marked(file: Path, status: os.stat_result, mark: Mark) -> bool:
    if status.st_ino != mark.inode or status.st_size < mark.length:
        return False
    with file.open("rb") as stream:
        return _tail_hash(stream.fileno(), mark.length) == mark.tail_hash


def _plain_files(folder: Path) -> dict[Path, os.stat_result]:
    found = {}
    for file in sorted(folder.iterdir()):
        with suppress(FileNotFoundError):  # gone since the folder was listed
            status = file.stat()
            if stat.S_ISREG(status.st_mode):
                found[file] = status
    return found


def _tail_hash(handle: int, length: int) -> str:
    start = max(0, length - _TAIL_BYTES)
    return hashlib.sha256(os.pread(handle, length - start, start)).hexdigest()


def _open_line(handle: int, size: int) -> bytes:
    """Read what stands behind the last line feed of a file."""
    tail = b""
    while size > 0:
        start = max(0, size - _CHUNK_BYTES)
        chunk = os.pread(handle, size - start, start)
        place = chunk.rfind(b"\n")
        tail = chunk[place + 1 :] + tail
        if place >= 0:
            break
        if len(tail) > _LONGEST_LINE_BYTES:
            raise FileRefused("its last line is longer than any command")
        size = start
    return tail


def _write(handle: int, data: bytes) -> tuple[int, OSError | None]:
    """Write all, in one call where the system lets us; give the count of bytes that went."""
    written = 0
    while written < len(data):
        try:
            written += os.write(handle, data[written:])
        except OSError as error:
            return written, error
    return written, None


def _lock(handle: int) -> None:
    """Keep runs on other states away while this one writes, where the file system can lock."""
    for _ in range(_LOCK_TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_PAUSE_SECONDS)
        except OSError:
            return
        else:
            return
    raise FileRefused("another program holds a lock on it")


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, so that they outlast a power cut. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
