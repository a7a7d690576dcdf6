"""Which files of a stream have something new since they were read."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile.errors import SourceUnreadable
from reconcile.sources.bad_files import UNREADABLE, BadFile, bad_file, remembered
from reconcile.sources.marks import Found, Mark, find, fits, open_content

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

LOST_MARKS = 64
"""Marks kept of contents that are no longer there: a file may come back under another name."""


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
class Matched:
    """The files of each pattern, oldest first; `faults` of patterns, `aside` of what is no file."""

    groups: list[list[Found]]
    faults: list[SourceUnreadable]
    aside: list[SourceUnreadable]


@dataclass(frozen=True, slots=True)
class Changed:
    """What is new, the marks that stay as they are, and the files that cannot be read."""

    readings: list[Reading]
    unchanged: list[Mark]
    lost: list[Mark]
    bad: list[BadFile]
    matched: Matched


def changed_files(
    patterns: str | Sequence[str],
    marks: Iterable[Mark],
    *,
    folder: Path,
    source: str,
    stream: str,
) -> Changed:
    """Find what the patterns (relative to `folder`) match and what of it is new since the marks.

    A file whose inode, size and time of change are those of its mark is not opened. One that cannot
    be opened is bad; others go on.
    """
    stored = [mark for mark in marks if mark.fault is None]
    damaged = {mark.state: mark for mark in marks if mark.fault is not None}
    matched = find_files(patterns, folder)
    bad = remembered((each for group in matched.groups for each in group), damaged)
    unchanged: dict[Found, Mark] = {}
    readings: list[Reading] = []
    fitted: set[Mark] = set()
    read_in_full = {mark.state: mark for mark in stored if not mark.is_waiting}
    for found in (found for group in matched.groups for found in group):
        if found.state in damaged:
            continue
        if found.state in read_in_full:
            unchanged[found] = read_in_full[found.state]
            continue
        try:
            reading, marks_used = _resumed(found, stored, source=source, stream=stream)
        except FileNotFoundError:
            continue  # renamed in this very moment: the next run finds it
        except UNREADABLE as error:
            bad.append(bad_file(found, error))
            continue
        readings.append(reading)
        fitted.update(marks_used)
    kept = list(unchanged.values())
    return Changed(readings, kept, _lost(stored, fitted.union(kept)), bad, matched)


def _lost(stored: list[Mark], fitted: set[Mark]) -> list[Mark]:
    """The marks of contents that are no longer there, the latest ones."""
    lost = [mark for mark in stored if mark not in fitted]
    lost.sort(key=lambda mark: mark.modified_ns)
    return lost[-LOST_MARKS:]


def find_files(patterns: str | Sequence[str], folder: Path) -> Matched:
    """What the patterns (relative to `folder`) match; a pattern that gives no file is a fault."""
    matched = Matched([], [], [])
    seen: set[str] = set()
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        is_name = os.path.lexists(folder / pattern)
        names = [pattern] if is_name else _names(pattern, folder)
        fresh = [name for name in names if name not in seen]
        seen.update(names)
        group, strange = _regular_files(fresh, folder, is_name=is_name)
        faults = [] if is_name else _closed_folders(pattern, folder)
        if not (group or strange or faults) and len(fresh) == len(names):
            only = ", only folders do" if names else ""
            faults = [SourceUnreadable(f"no file fits `{pattern}` in `{folder}`{only}")]
        matched.groups.append(sorted(group, key=age))
        matched.faults.extend(faults)
        (matched.aside if group else matched.faults).extend(strange)
    return matched


def _regular_files(
    names: Sequence[str], folder: Path, *, is_name: bool
) -> tuple[list[Found], list[SourceUnreadable]]:
    """The regular files of these names, and what is wrong with the others.

    A folder among what a pattern matches is nothing wrong, nor is a file that has just gone away.
    """
    group = []
    strange = []
    for name in names:
        path = folder / name
        try:
            found = find(path, name)
        except OSError as error:
            if is_name or os.path.lexists(path):
                strange.append(SourceUnreadable(f"`{name}` cannot be read: {error.strerror}"))
            continue
        if found is not None:
            group.append(found)
        elif is_name or not path.is_dir():
            strange.append(SourceUnreadable(f"`{name}` is no file, expected a file"))
    return group, strange


def _names(pattern: str, folder: Path) -> list[str]:
    return sorted(glob.glob(pattern, root_dir=os.fspath(folder)))  # noqa: PTH207 - names, not paths


def _closed_folders(pattern: str, folder: Path) -> list[SourceUnreadable]:
    """The folders in which a pattern looks and which cannot be looked into: `glob` passes them by.

    A folder that is not there is one of them where the pattern names it.
    """
    above = os.path.dirname(pattern)  # noqa: PTH120 - a pattern, not a path
    names = _names(above, folder) if glob.has_magic(above) else [above]
    faults = []
    for name in names:
        try:
            with os.scandir(folder / name):
                pass
        except NotADirectoryError:
            continue
        except OSError as error:
            place = folder / name
            faults.append(SourceUnreadable(f"`{place}` cannot be looked into: {error.strerror}"))
    return faults


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
