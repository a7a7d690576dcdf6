"""Physical lines of a content from an offset on, in portions, with their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from reconcile.sources.text import decoder, line_feed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LINE_BYTES = 1 << 20
"""A longer line is no record of anything: it is kept aside, cut."""
_BLOCK_BYTES = 1 << 18
_CUT_BYTES = 4_096


class Line(NamedTuple):
    """One physical line: its number (1 = the file's first), its place and its text.

    `content_end` is the offset behind its text, `end` the one behind its line end. The last line
    may have none (`is_ended` false). `fault` says why the text is no record (it was cut).
    """

    number: int
    start: int
    content_end: int
    end: int
    text: str
    is_ended: bool
    fault: str

    def unended(self, feed_bytes: int) -> Line:
        """The same line without the line end it was given."""
        return self._replace(end=self.end - feed_bytes, is_ended=False)


def read_lines(
    handle: BinaryIO, *, offset: int, line: int, limit: int | None, codec: str
) -> Iterator[list[Line]]:
    """Yield the lines between `offset` and `limit` (None: the end), some at a time.

    `line` lines lie before the offset. Raises what reading the handle raises.
    No more than LINE_BYTES of a line is held.
    """
    feed = line_feed(codec)
    make = _maker(feed, codec)
    rest = _Rest(offset, b"", 0)
    position = offset
    while True:
        size = _BLOCK_BYTES if limit is None else min(_BLOCK_BYTES, limit - position)
        handle.seek(position)  # between two portions the caller may have read elsewhere
        data = handle.read(size) if size > 0 else b""
        if not data:
            break
        position += len(data)
        data = rest.data + data
        parts = _split(data, feed, rest.start + rest.dropped)
        unended = parts.pop()
        is_plain = len(feed) == 1 and len(data) <= LINE_BYTES and not rest.dropped
        if is_plain and rest.start and b"\0" not in data and b"\r" not in data:
            lines = _plain(parts, line, rest.start, codec)
        else:
            lines = make(parts, line, rest)
        line += len(lines)
        begin = _Rest(lines[-1].end, b"", 0) if lines else rest
        rest = _kept(begin, unended, len(feed))
        yield lines
    if rest.data:
        yield [make([rest.data], line, rest)[0].unended(len(feed))]


class _Rest(NamedTuple):
    """The beginning of a line whose end is not read yet; `dropped` bytes of it are not kept."""

    start: int
    data: bytes
    dropped: int


def _kept(rest: _Rest, data: bytes, width: int) -> _Rest:
    """What to keep of an unended line: all of it, or its beginning once it is over the cap."""
    if len(data) <= LINE_BYTES:
        return _Rest(rest.start, data, rest.dropped)
    if not data.strip(b"\0"):
        # The hole that a writer leaves which goes on at its old place after a copytruncate.
        return _Rest(rest.start + rest.dropped + len(data), b"", 0)
    # The last code unit stays: a line feed may have begun in it.
    keep = data[:_CUT_BYTES] + data[len(data) - len(data) % width - width :]
    return _Rest(rest.start, keep, rest.dropped + len(data) - len(keep))


def _split(data: bytes, feed: bytes, start: int) -> list[bytes]:
    """Split at line feeds; those of wide codecs count only where a code unit begins."""
    width = len(feed)
    if width == 1:
        return data.split(feed)
    parts = []
    begin = 0
    found = data.find(feed)
    while found >= 0:
        if (start + found) % width == 0:
            parts.append(data[begin:found])
            begin = found + width
            found = data.find(feed, begin)
        else:
            found = data.find(feed, found + 1)
    parts.append(data[begin:])
    return parts


def _plain(parts: list[bytes], line: int, start: int, codec: str) -> list[Line]:
    """Lines without anything to be mended: the common case, at twice the speed."""
    lines = []
    for number, part in enumerate(parts, start=line + 1):
        end = start + len(part)
        try:
            text = part.decode(codec)
        except UnicodeDecodeError:
            text = part.decode(codec, "backslashreplace")
        lines.append(Line(number, start, end, end + 1, text, True, ""))
        start = end + 1
    return lines


def _maker(feed: bytes, codec: str) -> Callable[[list[bytes], int, _Rest], list[Line]]:
    """Make a function (line contents, lines before them, where the first begins) → lines."""
    decode = decoder(codec)
    width = len(feed)
    carriage_return = "\r".encode(codec)

    def make(parts: list[bytes], line: int, rest: _Rest) -> list[Line]:
        start, dropped = rest.start, rest.dropped
        lines = []
        for number, part in enumerate(parts, start=line + 1):
            end = start + len(part) + dropped
            content_end = end - width if part.endswith(carriage_return) else end
            fault = ""
            data = part
            if end - start > LINE_BYTES:
                fault = f"the line is longer than {LINE_BYTES} bytes"
                data = part[:_CUT_BYTES]
            text = decode(data, start == 0)
            lines.append(Line(number, start, content_end, end + width, text, True, fault))
            start, dropped = end + width, 0
        return lines

    return make
