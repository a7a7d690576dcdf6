"""Up to where each file has been read, and by what a file is told again: its content, not its name.

A log is renamed (`queue_log` becomes `queue_log.1`), copied and then cut to nothing (copytruncate),
compressed, replaced. Neither name nor inode says which bytes have been read already; the bytes
themselves do: a hash of the first ones and a hash of the last ones before the place.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD_BYTES = 1_024
"""The first bytes by which a file is told again; fewer while fewer have been read."""
TAIL_BYTES = 256
"""The bytes before the place, so that a longer file with the same beginning is not mistaken."""
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where one content has been read: a row of ops.marks.

    `offset_bytes` (of the uncompressed content) is where the next record begins, `line` and
    `row_number` count what lies before it. Behind it may stand `partial_bytes` of a record without
    its line end: waiting, or delivered as they were (`is_partial_taken`). A mark with a `fault` is
    of a file whose content is damaged: it only tells the state in which that was seen.
    """

    source: str
    stream: str
    file: str
    inode: str
    size_bytes: int
    modified_ns: int
    offset_bytes: int = 0
    line: int = 0
    row_number: int = 0
    head_bytes: int = 0
    head_hash: str = ""
    tail_hash: str = ""
    header: tuple[str, ...] | None = None
    partial_bytes: int = 0
    is_partial_taken: bool = False
    fault: str | None = None

    @property
    def content(self) -> tuple[str, int, str]:
        """What tells the content again."""
        return self.head_hash, self.offset_bytes, self.tail_hash

    @property
    def state(self) -> tuple[str, str, int, int]:
        """The state of the file in which it was read."""
        return self.file, self.inode, self.size_bytes, self.modified_ns

    @property
    def is_waiting(self) -> bool:
        """Whether something behind the offset still has to be delivered."""
        return self.partial_bytes > 0 and not self.is_partial_taken


class Found(NamedTuple):
    """A file as its directory shows it, not opened."""

    path: Path
    name: str
    inode: str
    size_bytes: int
    modified_ns: int

    @property
    def state(self) -> tuple[str, str, int, int]:
        """What is another one when the file has changed, or is another file."""
        return self.name, self.inode, self.size_bytes, self.modified_ns

    def stamp(self, mark: Mark) -> Mark:
        """The mark with this file's name and state."""
        return replace(
            mark,
            file=self.name,
            inode=self.inode,
            size_bytes=self.size_bytes,
            modified_ns=self.modified_ns,
        )

    @property
    def is_compressed(self) -> bool:
        """Whether the content is to be read through gzip."""
        return self.path.suffix == ".gz"


def find(path: Path, name: str) -> Found | None:
    """The state of a file; None for what is no regular file. Raises OSError."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        return None
    inode = f"{status.st_dev}:{status.st_ino}"
    return Found(path, name, inode, status.st_size, status.st_mtime_ns)


def open_content(found: Found) -> BinaryIO:
    """Open a file for its uncompressed content. Raises OSError."""
    if found.is_compressed:
        import gzip  # noqa: PLC0415 - most sources are not compressed

        return cast("BinaryIO", gzip.open(found.path, "rb"))
    return found.path.open("rb")


def content_bytes(found: Found, handle: BinaryIO) -> int:
    """The length of the uncompressed content. Raises EOFError where compressed data is cut."""
    if not found.is_compressed:
        return found.size_bytes
    handle.seek(0)
    length = 0
    while block := handle.read(_BLOCK_BYTES):
        length += len(block)
    return length


def fits(handle: BinaryIO, marks: Iterable[Mark]) -> list[Mark]:
    """The marks whose content stands at the beginning of this file, most progress first."""
    head = handle.read(HEAD_BYTES)
    heads: dict[int, str] = {}
    found = []
    for mark in sorted(marks, key=lambda mark: mark.offset_bytes):
        length = mark.head_bytes
        if not 0 < length <= len(head):
            continue
        if length not in heads:
            heads[length] = _hash(head[:length])
        if heads[length] == mark.head_hash and tail(handle, mark.offset_bytes) == mark.tail_hash:
            found.append(mark)
    return found[::-1]


def tail(handle: BinaryIO, offset: int) -> str:
    """The hash of the last bytes before an offset; empty where the content is shorter."""
    length = min(TAIL_BYTES, offset)
    handle.seek(offset - length)
    data = handle.read(length)
    return _hash(data) if len(data) == length else ""


def marked(handle: BinaryIO, mark: Mark) -> Mark:
    """The mark with the hashes of what lies before its offset."""
    length = min(HEAD_BYTES, mark.offset_bytes)
    handle.seek(0)
    return replace(
        mark,
        head_bytes=length,
        head_hash=_hash(handle.read(length)),
        tail_hash=tail(handle, mark.offset_bytes),
    )


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()
