"""What a value may be: each form reads a TOML value, or says what it expected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST_TEXT = 4096
_MOST_STEPS = 20
_DAY_MINUTES = 1440
_YEAR_MINUTES = 525_600


HIDDEN = object()
"""In the place of a wrong value that may be a secret."""


class Unfit(Exception):
    """A value is not of its form: the part that is wrong and what was expected there.

    Caught by the reader and told with its place; no person meets it.
    """

    def __init__(self, value: object, expected: str) -> None:
        super().__init__(expected)
        self.value = value
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Form:
    """How a value is read, and in words what is expected.

    `table` names the class whose keys the value has; such a value is read key by key, or if
    `is_list` each of a list of them, or each of those that stand under some of `names`. `words` are
    the few to choose from, where a reader should see them.
    """

    expected: str
    read: Callable[[object], object]
    table: type | None = None
    words: tuple[str, ...] = ()
    is_list: bool = False
    names: tuple[str, ...] = ()


def whole(low: int, high: int) -> Form:
    """Accept a whole number within bounds, both included."""
    expected = f"a whole number from {low} to {high}"

    def read(value: object) -> int:
        return _whole(value, low, high, expected)

    return Form(expected, read)


def flag() -> Form:
    """Accept true or false."""
    expected = "`true` or `false`"

    def read(value: object) -> bool:
        if not isinstance(value, bool):
            raise Unfit(value, expected)
        return value

    return Form(expected, read)


def text(expected: str = "a text that is not empty") -> Form:
    """Accept a text of one line."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT:
            raise Unfit(value, expected)
        if value != value.strip() or not value.isprintable():
            raise Unfit(value, f"{expected}, in one line, without blanks round it")
        return value

    return Form(expected, read)


def one_of(*words: str) -> Form:
    """Accept one of a few words."""
    expected = f"one of {listed(words)}"

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise Unfit(value, expected)
        return value

    return Form(expected, read, words=words)


def some_of(*words: str) -> Form:
    """Accept a list of some of a few words, each once, at least one."""
    expected = f"a list with at least one of {listed(words)}"
    return Form(expected, _list_of(one_of(*words), expected).read, words=words)


def texts(expected: str) -> Form:
    """Accept a list of texts, each once, at least one: to say "all", the key is left out."""
    return _list_of(text(), expected)


def wholes(low: int, high: int, expected: str) -> Form:
    """Accept a list of whole numbers within bounds, each once, at least one."""
    return _list_of(whole(low, high), expected)


def steps() -> Form:
    """Accept the ladder: rising minutes."""
    expected = (
        f"a list of 1 to {_MOST_STEPS} whole minutes that rise from step to step, "
        "such as `[5, 15, 60]`"
    )

    def read(value: object) -> tuple[int, ...]:
        if not isinstance(value, list) or not 1 <= len(value) <= _MOST_STEPS:
            raise Unfit(value, expected)
        minutes = [_whole(step, 0, _YEAR_MINUTES, expected) for step in value]
        if any(later <= earlier for earlier, later in pairwise(minutes)):
            raise Unfit(value, expected)
        return tuple(minutes)

    return Form(expected, read)


def waits() -> Form:
    """Accept waits that follow each other, in minutes; 0 is no wait."""
    expected = (
        f"a list of 1 to {_MOST_STEPS} whole minutes, 0 to {_DAY_MINUTES}, such as `[1, 2, 4, 8]`"
    )

    def read(value: object) -> tuple[int, ...]:
        if not isinstance(value, list) or not 1 <= len(value) <= _MOST_STEPS:
            raise Unfit(value, expected)
        return tuple(_whole(wait, 0, _DAY_MINUTES, expected) for wait in value)

    return Form(expected, read)


def instant() -> Form:
    """Accept an instant, UTC if it has no offset; read as naive UTC in whole seconds."""
    expected = "an instant such as `2026-11-20T08:00:00Z` or `2026-11-20T09:00:00+01:00`"

    def read(value: object) -> datetime:
        from reconcile import clock  # noqa: PLC0415 - most settings name no instant

        if not isinstance(value, str | date):  # a datetime is a date as well
            raise Unfit(value, expected)
        try:
            return clock.parse_instant(value if isinstance(value, str) else value.isoformat())
        except (ValueError, OverflowError):
            raise Unfit(value, expected) from None

    return Form(expected, read)


def sub_table(table: type, expected: str) -> Form:
    """Accept a table with keys of its own, described by a class."""

    def read(value: object) -> object:
        raise Unfit(value, expected)

    return Form(expected, read, table)


def tables(table: type, expected: str) -> Form:
    """Accept a list of tables with keys of their own, described by a class."""
    return Form(expected, sub_table(table, expected).read, table, is_list=True)


def named_tables(names: tuple[str, ...], table: type, expected: str) -> Form:
    """Accept tables under some of a few names, described by a class with a field `name`."""
    return Form(expected, sub_table(table, expected).read, table, words=names, names=names)


def listed(words: tuple[str, ...]) -> str:
    """Write words for a sentence, each in backticks."""
    return ", ".join(f"`{word}`" for word in words)


def _whole(value: object, low: int, high: int, expected: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Unfit(value, expected)
    return value


def _list_of(part: Form, expected: str) -> Form:
    def read(value: object) -> tuple[object, ...]:
        if not isinstance(value, list) or not value:
            raise Unfit(value, expected)
        read_parts: list[object] = []
        for one in value:
            read_part = part.read(one)
            if read_part in read_parts:
                raise Unfit(value, f"{expected}, each once")
            read_parts.append(read_part)
        return tuple(read_parts)

    return Form(expected, read)
