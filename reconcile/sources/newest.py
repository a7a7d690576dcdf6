"""The end of the newest file of a stream, for `check`: what the next runs will meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.sources.files import age, find_files
from reconcile.sources.lines import read_lines
from reconcile.sources.marks import Mark, content_bytes, open_content

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reconcile.sources.forward import Parse, Parsed
    from reconcile.sources.lines import Line

_SAMPLE_BYTES = 1 << 18


def newest_rows(
    patterns: str | Sequence[str], parse: Parse, *, folder: Path
) -> tuple[str, Parsed] | None:
    """The newest file of a stream that is not empty, and what stands in its last 256 KiB.

    None where there is no such file. Raises what reading a file raises.
    """
    groups = find_files(patterns, folder).groups
    files = [found for group in groups for found in group if found.size_bytes]
    if not files:
        return None
    newest = max(files, key=age)
    mark = Mark("", "", *newest.state)
    lines: list[Line] = []
    with open_content(newest) as handle:
        begin = max(0, content_bytes(newest, handle) - _SAMPLE_BYTES)
        for portion in read_lines(handle, offset=begin, line=0, limit=None, codec="utf-8"):
            lines += portion
    # Behind the beginning of a file the first line is rarely a whole one.
    return newest.name, parse(lines[1:] if begin else lines, mark, True)
