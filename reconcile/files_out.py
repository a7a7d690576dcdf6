"""Write a file whole or not at all: a temporary name beside it, then a rename."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def write_whole(path: Path, content: str | bytes, *, is_synced: bool = False) -> None:
    """Replace a small file in one step; a reader sees the old or the new one, never a part.

    Text is written in UTF-8.

    `is_synced`: the new content is on disk before it takes the name, also where the power is cut.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            if is_synced:
                file.flush()
                os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Give a place beside a file, to write to: it takes the name once that has ended well."""
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
