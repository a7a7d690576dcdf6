"""Files that cannot be read: which of them keep a stream from counting as read.

An old file that is damaged is told of and left aside, or it would hold all dials for ever. A live
one does keep the stream: what stands in it may be the talk that forbids the next dial.
"""

from __future__ import annotations

import zlib
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from reconcile.errors import SourceUnreadable, SqlFileInvalid
from reconcile.sources.marks import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconcile.errors import Problem
    from reconcile.sources.files import Matched
    from reconcile.sources.marks import Found

UNREADABLE = (OSError, EOFError, zlib.error)
"""What reading a file can raise; the last two come from compressed ones."""

_LIVE_NS = 3_600 * 1_000_000_000
"""Files changed within an hour of the newest one of their pattern are live: several phone systems
may write to files of one pattern, and the last lines before a rotation are news too."""
_KEPT = "What was read before is kept; the next run goes on at the same place"


class BadFile(NamedTuple):
    """A file that gave a fault; `is_damaged`: reading it again before it changes is of no use."""

    found: Found
    problem: Problem
    is_damaged: bool


def bad_file(found: Found, error: Exception) -> BadFile:
    """What an error of UNREADABLE says of one file."""
    cut = "its compressed data ends too early"
    text = getattr(error, "strerror", None) or (cut if isinstance(error, EOFError) else str(error))
    problem = SourceUnreadable(f"`{found.name}` cannot be read: {text}", follows=_KEPT)
    # What the system refuses has a number; bytes that are no gzip have none.
    return BadFile(found, problem, getattr(error, "errno", None) is None)


def divided(
    bad: Iterable[BadFile], matched: Matched
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """What keeps the stream from counting as read, and the faults of old files, left aside."""
    live = {
        found
        for group in matched.groups
        for found in group
        if found.modified_ns + _LIVE_NS >= max(each.modified_ns for each in group)
    }
    bad = list(bad)
    file_count = sum(map(len, matched.groups))
    alike = Counter(one.problem.what for one in bad)
    for one in bad:
        # A select that fits no file at all is to blame itself.
        if isinstance(one.problem, SqlFileInvalid) and alike[one.problem.what] < file_count:
            one.problem.what += f" (with the rows of `{one.found.name}`)"
    faults = [one.problem for one in bad if one.found in live]
    aside = [one.problem for one in bad if one.found not in live]
    return (*matched.faults, *faults), (*matched.aside, *aside)


def noted(source: str, stream: str, bad: Iterable[BadFile]) -> tuple[Mark, ...]:
    """The marks of damaged files, by which they are left alone until they change."""
    return tuple(
        Mark(source, stream, *one.found.state, fault=one.problem.what)
        for one in bad
        if one.is_damaged
    )


def remembered(
    files: Iterable[Found], damaged: Mapping[tuple[str, str, int, int], Mark]
) -> list[BadFile]:
    """The damaged files, by their state, that have not changed since."""
    return [
        BadFile(found, SourceUnreadable(mark.fault or "", follows=_KEPT), is_damaged=True)
        for found in files
        if (mark := damaged.get(found.state))
    ]
