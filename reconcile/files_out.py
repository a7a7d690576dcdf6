"""Write a file whole or not at all: a temporary name beside it, then a rename."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, text: str, *, is_synced: bool = False) -> None:
    """Replace a small text file in one step; a reader sees the old or the new one, never a part.

    `is_synced`: the new text is on disk before it takes the name, also where the power is cut.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            if is_synced:
                file.flush()
                os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
