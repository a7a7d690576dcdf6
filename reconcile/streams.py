"""The only writer of stdout and stderr: data on the one, talk on the other."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, TypeVar

from reconcile.plain_text import plain_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Item = TypeVar("Item")

PROGRAM = "reconcile"
_NARROWEST = 60
_gone: set[str] = set()
"""Names of the streams whose reader has left; nothing more is written to them."""


def out(text: str) -> bool:
    """Write data to stdout, flushed, in UTF-8; a line feed is added where none ends the text.

    Gives False, quietly, once the reader of stdout has left (`reconcile report … | head`).
    Raises OSError where stdout leads to a place that takes nothing, such as a full disk.
    """
    return _write("stdout", text)


def error(lines: Sequence[str]) -> None:
    """Write an error to stderr: what is wrong, and below it what follows and what to do."""
    _talk("error", lines)


def warning(lines: Sequence[str]) -> None:
    """Write a warning to stderr in the form of an error."""
    _talk("warning", lines)


def hint(text: str) -> None:
    """Write one piece of advice to stderr."""
    note(f"hint: {text}")


def note(line: str) -> None:
    """Write one line to stderr: what `-v` asks for. Nothing in it moves a terminal."""
    _flush_data()
    _write("stderr", plain_lines(line))


def progress(items: Iterable[Item], *, total: int | None, label: str) -> Iterator[Item]:
    """Pass the items on and show on stderr how many have passed, where a person looks at it.

    Where stderr is no terminal not a byte is written and rich is not imported.
    """
    if not _can_move():
        yield from items
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
    from rich.markup import escape  # noqa: PLC0415
    from rich.progress import track  # noqa: PLC0415

    _flush_data()
    console = Console(stderr=True)
    yield from track(items, description=escape(label), total=total, console=console, transient=True)


@contextmanager
def progress_told(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show on stderr how much is done, where a person looks at it: told as (done, of how much).

    For work that finds out while it goes on how much there is. Silent where `progress` is.
    """
    if not _can_move():
        yield lambda _done, _of: None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
    from rich.markup import escape  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    _flush_data()
    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(escape(label), total=None)
        yield lambda done, of: shown.update(task, completed=done, total=of)


def _can_move() -> bool:
    """Whether a bar may move on stderr."""
    return os.environ.get("TERM") != "dumb" and has_audience()


def has_audience() -> bool:
    """Whether a person looks at stderr: it is a terminal that is still there."""
    return sys.stderr is not None and "stderr" not in _gone and sys.stderr.isatty()


def fitting(width: int) -> int:
    """The width of a page: that asked for, or less where stdout is a narrower terminal."""
    if sys.stdout is None or not sys.stdout.isatty():
        return width
    return max(_NARROWEST, min(width, shutil.get_terminal_size().columns))


def _talk(kind: str, lines: Sequence[str]) -> None:
    note("\n".join([f"{PROGRAM}: {kind}: {lines[0]}", *lines[1:]]))


def _flush_data() -> None:
    """Bring out what stands on stdout first, so that both keep their order in one mail."""
    if "stdout" in _gone or sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _leave("stdout", sys.stdout)


def _write(name: str, text: str) -> bool:
    stream: TextIO | None = getattr(sys, name)
    if stream is None or name in _gone:
        return False
    _speak_utf8(stream)
    try:
        stream.write(text if text.endswith("\n") else text + "\n")
        stream.flush()
    except BrokenPipeError:
        _leave(name, stream)
        return False
    return True


def _speak_utf8(stream: TextIO) -> None:
    """Cron starts programs with `LANG=C`; a name with an accent must not end the run there."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None and (stream.encoding, stream.errors) != ("utf-8", "replace"):
        reconfigure(encoding="utf-8", errors="replace", newline="\n")


def _leave(name: str, stream: TextIO) -> None:
    """Send the rest nowhere, or the interpreter complains of the closed pipe when it ends."""
    _gone.add(name)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
