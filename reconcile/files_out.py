"""Write a file whole or not at all: a temporary name beside it, then a rename."""

from __future__ import annotations

import os
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
