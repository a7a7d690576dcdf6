"""Read the files of a stream on from where the last run stopped, each record once."""

from __future__ import annotations

import gc
import os
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from reconcile.errors import Problem
from reconcile.sources.bad_files import UNREADABLE, BadFile, bad_file, divided, noted
from reconcile.sources.copies import Turn, followed, turns
from reconcile.sources.files import Changed, Reading, changed_files
from reconcile.sources.lines import read_lines
from reconcile.sources.marks import Mark, marked, open_content
from reconcile.sources.text import codec_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from reconcile.sources.batch import Rejected, Row
    from reconcile.sources.lines import Line

BATCH_LINES = 20_000
"""Lines in one batch: large enough to store fast, small enough to hold."""
_BATCH_BYTES = 8 << 20
_BOM_BYTES = 4


class Parsed(NamedTuple):
    """What a parser made of some lines: the first `used` of them are done with.

    `header` and `row_number` are as they stand after these lines.
    """

    used: int
    rows: list[Row]
    rejected: list[Rejected]
    unknown_words: Mapping[tuple[str, str], int]
    header: tuple[str, ...] | None = None
    row_number: int = 0


if TYPE_CHECKING:
    Parse = Callable[[list[Line], Mark, bool], Parsed]
    """(lines, the mark before them, whether nothing can follow) → what they hold."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Some records of one file, and all marks of the stream after them (None: as they were).

    Who cannot use them says so in `refusals`: the file then keeps the mark it had before them, and
    is a bad one.
    """

    parsed: Parsed | None
    file: str
    marks: tuple[Mark, ...] | None
    faults: tuple[Problem, ...] = ()
    aside: tuple[Problem, ...] = ()
    is_last: bool = False
    refusals: list[Problem] = field(default_factory=list)


def read_forward(
    patterns: str | Sequence[str],
    marks: Iterable[Mark],
    parse: Parse,
    *,
    folder: Path,
    source: str,
    stream: str,
    encoding: str = "utf-8",
    batch_lines: int = BATCH_LINES,
) -> Iterator[Portion]:
    """Yield what stands behind the marks, oldest file first, and at the end one last portion.

    A file that cannot be read, or whose header is refused by `parse`, is told by the last portion
    and keeps its mark; the other files go on. Its problem is a fault where it is a live one.
    """
    stored = list(marks)
    changed = changed_files(patterns, stored, folder=folder, source=source, stream=stream)
    bad = list(changed.bad)
    progress, given = _Progress(changed), frozenset(stored)
    for turn in turns(changed):
        found = turn.reading.found
        try:
            for parsed in _take(turn, progress, parse, encoding, batch_lines):
                portion = Portion(parsed, found.name, progress.marks())
                yield portion
                for problem in portion.refusals:
                    progress.move_back(found.name)
                    raise problem
                given = frozenset(portion.marks or ())
        except FileNotFoundError:
            continue  # renamed in this very moment: the next run finds it
        except UNREADABLE as error:
            bad.append(bad_file(found, error))
        except Problem as problem:
            bad.append(BadFile(found, problem, False))
    marks_now = (*progress.marks(), *noted(source, stream, bad))
    is_given = frozenset(marks_now) == given
    told = divided(bad, changed.matched)
    yield Portion(None, "", None if is_given else marks_now, *told, is_last=True)


class _Progress:
    """The marks of a stream while it is read: what stays, and of each file the present one."""

    def __init__(self, changed: Changed) -> None:
        self._fixed = [*changed.lost, *changed.unchanged]
        self._at_rest = {mark.file: mark for mark in changed.unchanged}
        self._current = {each.found.name: each.known for each in changed.readings}
        self._before = dict(self._current)

    def marks(self) -> tuple[Mark, ...]:
        current = (mark for mark in self._current.values() if mark)
        return tuple(dict.fromkeys([*self._fixed, *current]))

    def of(self, file: str) -> Mark | None:
        return self._current.get(file) or self._at_rest.get(file)

    def move(self, file: str, mark: Mark | None) -> None:
        self._before[file] = self._current[file]
        self._current[file] = mark or self._current[file]

    def move_back(self, file: str) -> None:
        self._current[file] = self._before[file]


def _take(
    turn: Turn, progress: _Progress, parse: Parse, encoding: str, batch_lines: int
) -> Iterator[Parsed]:
    """Read one file on, or move its mark behind what its leader has given."""
    reading, file = turn.reading, turn.reading.found.name
    if turn.leader is not None:
        leader = progress.of(turn.leader.name)
        if leader is None:
            return  # it could not be read: the next run sees both again
        reading, is_done = followed(reading, turn.leader, leader, encoding)
        if is_done:
            progress.move(file, reading.start)
            return
    for parsed, mark in _read_file(reading, turn.is_live, parse, encoding, batch_lines):
        progress.move(file, mark)
        if parsed is not None:
            yield parsed


def _read_file(
    reading: Reading, is_live: bool, parse: Parse, encoding: str, batch_lines: int
) -> Iterator[tuple[Parsed | None, Mark | None]]:
    """Yield what was parsed and the mark behind it (of compressed files only at the end)."""
    found, mark = reading.found, reading.start
    with open_content(found) as handle:
        if not found.is_compressed and _inode(handle) != found.inode:
            return  # another file has taken the name: the next run sees both
        codec = codec_of(encoding, handle.read(_BOM_BYTES))
        limit = None if found.is_compressed else found.size_bytes
        delivered = mark.offset_bytes + mark.partial_bytes
        is_final = not is_live or (mark.is_waiting and delivered == found.size_bytes)
        pending: list[Line] = []
        for portion in read_lines(
            handle, offset=mark.offset_bytes, line=mark.line, limit=limit, codec=codec
        ):
            pending += portion
            if mark.is_partial_taken:
                pending, mark = _without_delivered(pending, mark, delivered)
            if len(pending) < batch_lines and _length(pending) < _BATCH_BYTES:
                continue
            parsed, mark = _parse(parse, pending, mark, is_final=False)
            del pending[: parsed.used]
            # Without a time of change: the file is not as a mark in its middle has left it.
            midway = None if found.is_compressed else marked(handle, replace(mark, modified_ns=0))
            yield parsed, midway
        rest = None
        if pending and not mark.is_partial_taken:
            rest, mark = _parse(parse, pending, mark, is_final=is_final)
            del pending[: rest.used]
        if not mark.is_partial_taken:
            mark = replace(mark, partial_bytes=_length(pending))
        yield rest, marked(handle, mark)


def _parse(parse: Parse, lines: list[Line], mark: Mark, *, is_final: bool) -> tuple[Parsed, Mark]:
    """Parse whole lines, and an unended one only where nothing can follow."""
    whole = lines if is_final or lines[-1].is_ended else lines[:-1]
    with _without_collecting():
        parsed = parse(whole, mark, is_final)
    state = replace(mark, header=parsed.header, row_number=parsed.row_number)
    if not parsed.used:
        return parsed, state
    last = whole[parsed.used - 1]
    if last.is_ended:
        return parsed, replace(
            state, offset_bytes=last.end, line=last.number, partial_bytes=0, is_partial_taken=False
        )
    return parsed, replace(
        state,
        offset_bytes=last.start,
        line=last.number - 1,
        partial_bytes=last.end - last.start,
        is_partial_taken=True,
    )


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Rows hold no circles; looking for some among them takes a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _without_delivered(lines: list[Line], mark: Mark, delivered: int) -> tuple[list[Line], Mark]:
    """Leave out what was delivered before it had its line end; what grew since comes whole."""
    begin = 0
    while begin < len(lines) and lines[begin].is_ended and lines[begin].content_end <= delivered:
        mark = replace(mark, offset_bytes=lines[begin].end, line=lines[begin].number)
        begin += 1
    left = lines[begin:]
    if mark.offset_bytes >= delivered or (left and left[0].content_end > delivered):
        mark = replace(mark, partial_bytes=0, is_partial_taken=False)
    return left, mark


def _length(lines: list[Line]) -> int:
    return lines[-1].end - lines[0].start if lines else 0


def _inode(handle: BinaryIO) -> str:
    status = os.fstat(handle.fileno())
    return f"{status.st_dev}:{status.st_ino}"
