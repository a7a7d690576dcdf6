"""Which files of a stream have something new since they were read."""

from __future__ import annotations

import glob
import os
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile.errors import SourceUnreadable
from reconcile.sources.marks import Found, Mark, find, fits, open_content

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

LOST_MARKS = 64
"""Marks kept of contents that are no longer there: a file may come back under another name."""

UNREADABLE = (OSError, EOFError, zlib.error)
"""What reading a file can raise; the last two come from compressed ones."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One file to be read on from `start`, by the mark `known` of its content, if it has one.

    `fitting` are all marked contents that it begins with.
    """

    found: Found
    start: Mark
    known: Mark | None
    fitting: frozenset[tuple[str, int, str]]


@dataclass(frozen=True, slots=True)
class Changed:
    """What is new, and the marks that stay as they are; `matched` are all files of each pattern."""

    readings: list[Reading]
    unchanged: list[Mark]
    lost: list[Mark]
    faults: list[SourceUnreadable]
    matched: list[list[Found]]


def changed_files(
    patterns: str | Sequence[str],
    marks: Iterable[Mark],
    *,
    folder: Path,
    source: str,
    stream: str,
) -> Changed:
    """Find what the patterns (relative to `folder`) match and what of it is new since the marks.

    A file whose inode, size and time of change are those of its mark is not opened. Faults name
    patterns that match nothing and files that cannot be opened; others go on.
    """
    stored = list(marks)
    matched, faults = find_files(patterns, folder)
    unchanged: dict[Found, Mark] = {}
    readings: list[Reading] = []
    fitted: set[Mark] = set()
    read_in_full = {mark.state: mark for mark in stored if not mark.is_waiting}
    for found in (found for group in matched for found in group):
        if found.state in read_in_full:
            unchanged[found] = read_in_full[found.state]
            continue
        try:
            reading, marks_used = _resumed(found, stored, source=source, stream=stream)
        except FileNotFoundError:
            continue  # renamed in this very moment: the next run finds it
        except UNREADABLE as error:
            faults.append(unreadable(found, error))
            continue
        readings.append(reading)
        fitted.update(marks_used)
    kept = list(unchanged.values())
    fitted.update(kept)
    lost = [mark for mark in stored if mark not in fitted]
    lost.sort(key=lambda mark: mark.modified_ns)
    return Changed(readings, kept, lost[-LOST_MARKS:], faults, matched)


def find_files(
    patterns: str | Sequence[str], folder: Path
) -> tuple[list[list[Found]], list[SourceUnreadable]]:
    """The regular files of each pattern, oldest first, and a fault for each that gives none."""
    faults: list[SourceUnreadable] = []
    groups: list[list[Found]] = []
    seen: set[str] = set()
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        is_name = os.path.lexists(folder / pattern)
        names = [pattern] if is_name else _names(pattern, folder)
        group = []
        for name in names:
            if name in seen:
                continue
            seen.add(name)
            try:
                found = find(folder / name, name)
            except OSError as error:
                faults.append(SourceUnreadable(f"`{name}` cannot be read: {error.strerror}"))
                continue
            if found is not None:
                group.append(found)
            elif name == pattern:
                faults.append(SourceUnreadable(f"`{name}` is no file, expected a file"))
        if not names:
            faults.append(SourceUnreadable(f"no file fits `{pattern}` in `{folder}`"))
        groups.append(sorted(group, key=age))
    return groups, faults


def unreadable(found: Found, error: Exception) -> SourceUnreadable:
    """The fault of one file."""
    cut = "its compressed data ends too early"
    text = getattr(error, "strerror", None) or (cut if isinstance(error, EOFError) else str(error))
    return SourceUnreadable(
        f"`{found.name}` cannot be read: {text}",
        follows="What was read before is kept; the next run goes on at the same place",
    )


def _names(pattern: str, folder: Path) -> list[str]:
    return sorted(glob.glob(pattern, root_dir=os.fspath(folder)))  # noqa: PTH207 - names, not paths


def age(found: Found) -> tuple[int, int, str]:
    """The order of reading: oldest first."""
    # A rotated name is longer than the live one: with equal times it comes first.
    return found.modified_ns, -len(found.name), found.name


def _resumed(
    found: Found, stored: list[Mark], *, source: str, stream: str
) -> tuple[Reading, list[Mark]]:
    with open_content(found) as handle:
        fitting = fits(handle, stored)
    best: Mark | None
    if fitting:
        # Of equal progress the mark of the same name is the one that goes on.
        best = max(fitting, key=lambda mark: (mark.offset_bytes, mark.file == found.name))
    else:
        best = next((mark for mark in stored if _has_begun(found, mark)), None)
        fitting = [best] if best else []
    fresh = Mark(source, stream, found.name, found.inode, found.size_bytes, found.modified_ns)
    start = found.stamp(best) if best else fresh
    contents = frozenset(mark.content for mark in fitting if mark.offset_bytes)
    return Reading(found, start, best, contents), fitting


def _has_begun(found: Found, mark: Mark) -> bool:
    """Whether the mark is of this file while nothing but an unfinished record stood in it."""
    return (mark.file, mark.inode, mark.offset_bytes) == (found.name, found.inode, 0)
