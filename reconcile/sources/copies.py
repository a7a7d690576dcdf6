"""One content in two files: a copytruncate under way, a file beside its compressed form.

What both hold is read from one of them, the leader. The others follow: their marks are moved behind
what it has given, so that they are read on where it no longer holds what they do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from reconcile.sources.bad_files import UNREADABLE
from reconcile.sources.files import Changed, Reading, age
from reconcile.sources.lines import read_lines
from reconcile.sources.marks import (
    HEAD_BYTES,
    Found,
    Mark,
    content_bytes,
    find,
    marked,
    open_content,
    tail,
)
from reconcile.sources.text import codec_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_BOM_BYTES = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """One file in the order of reading; the unfinished end of a live one waits.

    `leader` is set where another file holds the same content and is read in its place.
    """

    reading: Reading
    is_live: bool
    leader: Found | None


def turns(changed: Changed) -> list[Turn]:
    """Put what is to be read in order: oldest first, followers behind their leaders."""
    at_rest = {mark.file: mark for mark in changed.unchanged}
    leaders = [
        Reading(found, mark, mark, frozenset([mark.content]))
        for group in changed.matched.groups
        for found in group
        if (mark := at_rest.get(found.name))
    ]
    followers: dict[Found, Found] = {}
    heads: dict[Found, bytes] = {}
    for reading in sorted(changed.readings, key=_precedence):
        leader = _leader(reading, leaders, heads)
        if leader is None:
            leaders.append(reading)
        else:
            followers[reading.found] = leader
    newest = set()
    for group in changed.matched.groups:
        newest.update([found for found in group if found not in followers][-1:])
    ordered = sorted(changed.readings, key=lambda each: (each.found in followers, age(each.found)))
    return [
        Turn(
            reading,
            is_live=reading.found in newest and not reading.found.is_compressed,
            leader=followers.get(reading.found),
        )
        for reading in ordered
    ]


def followed(reading: Reading, leader: Found, mark: Mark, encoding: str) -> tuple[Reading, bool]:
    """Move the mark of a follower behind what its leader, marked by `mark`, has given.

    True where this is all; false where the follower is to be read on: it holds more than a leader
    that no longer grows, or after all something else. Raises what reading a file raises.
    """
    found = reading.found
    reach = mark.offset_bytes + mark.partial_bytes * mark.is_partial_taken
    with open_content(found) as own, open_content(leader) as other:
        size = content_bytes(found, own)
        shared = min(size, reach)
        if tail(own, shared) != tail(other, shared):
            return reading, False
        if size < mark.offset_bytes:
            return replace(reading, start=_passed(reading, own, size, mark, encoding)), True
    partial = size - mark.offset_bytes
    is_taken = partial > 0 and size <= reach
    start = replace(found.stamp(mark), partial_bytes=partial, is_partial_taken=is_taken)
    is_growing = mark.is_waiting or find(leader.path, leader.name) != leader
    return replace(reading, start=start), size <= reach or is_growing


def _passed(reading: Reading, handle: BinaryIO, size: int, mark: Mark, encoding: str) -> Mark:
    """The mark of a shorter copy: all of it has been given, the last line maybe without its end."""
    start = reading.found.stamp(reading.start)
    offset, line = start.offset_bytes, start.line
    handle.seek(0)
    codec = codec_of(encoding, handle.read(_BOM_BYTES))
    for portion in read_lines(handle, offset=offset, line=line, limit=size, codec=codec):
        for each in portion:
            if each.is_ended:
                offset, line = each.end, each.number
    passed = replace(
        start,
        offset_bytes=offset,
        line=line,
        header=mark.header,
        partial_bytes=size - offset,
        is_partial_taken=size > offset,
    )
    return marked(handle, passed)


def _leader(
    reading: Reading, leaders: Iterable[Reading], heads: dict[Found, bytes]
) -> Found | None:
    """The file that holds what this one does, by the marks they fit or else by their bytes."""
    if reading.start.offset_bytes:
        content = reading.start.content
        return next((each.found for each in leaders if content in each.fitting), None)
    own = reading.found
    head = _head(own, heads)
    others = (each.found for each in leaders if head and _head(each.found, heads).startswith(head))
    return next((other for other in others if _is_beginning(own, other)), None)


def _head(found: Found, heads: dict[Found, bytes]) -> bytes:
    """The first bytes of a file, read once; none where it cannot be read."""
    if found not in heads:
        try:
            with open_content(found) as handle:
                heads[found] = handle.read(HEAD_BYTES)
        except UNREADABLE:
            heads[found] = b""
    return heads[found]


def _is_beginning(found: Found, other: Found) -> bool:
    """Whether a file, whose first bytes another one has, is that one's beginning."""
    try:
        with open_content(other) as whole, open_content(found) as part:
            size = content_bytes(found, part)
            end = tail(part, size)
            return bool(end) and end == tail(whole, size)
    except UNREADABLE:
        return False


def _precedence(reading: Reading) -> tuple[int, bool, bool, int, str]:
    """Most progress first, then the file that was read until now, a plain one, the longest."""
    known = reading.known
    return (
        -reading.start.offset_bytes,
        known is None or known.file != reading.found.name,
        reading.found.is_compressed,
        -reading.found.size_bytes,
        reading.found.name,
    )
