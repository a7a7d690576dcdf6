"""Find the line on which each key of a TOML text stands, so that a message can name it.

tomllib reads the values and forgets where they stood. This scanner relies on tomllib having
accepted the text, so it need not know what a wrong text looks like; what it finds is checked
against the values read, and a key whose line is not certain gets none.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

KeyPath = tuple[str, ...]

_BLANK = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"[ \t]*")
_TEXT = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_PLAIN = re.compile(r"[^,\]}\n#]+")


def key_lines(text: str, values: Mapping[str, object]) -> dict[KeyPath, int]:
    """Find the line, from 1, of the first mention of each table and key.

    `values` is what tomllib read from `text`. Keys inside arrays are not told.
    """
    try:
        found = _Scanner(text.replace("\r\n", "\n")).scan()
    except (ValueError, AttributeError, IndexError):
        return {}
    return {path: line for path, line in found.items() if _stands_in(values, path)}


def _stands_in(values: object, path: KeyPath) -> bool:
    for name in path:
        if not isinstance(values, Mapping) or name not in values:
            return False
        values = values[name]
    return True


class _Scanner:
    """One pass over a valid text. A prefix of None means: inside an array, not to be told."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath | None = ()
        self.skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip(_BLANK)
        return self.lines

    def header(self) -> KeyPath | None:
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        path = self.key(())
        self.at += 2 if is_array else 1
        return None if is_array else path

    def pair(self, table: KeyPath | None) -> None:
        path = self.key(table)
        self.at += 1  # the equals sign
        self.skip(_SPACE)
        self.value(path)

    def key(self, table: KeyPath | None) -> KeyPath | None:
        """Read a key, dotted or not, up to the sign behind it, and note its line."""
        path = table
        while True:
            self.skip(_SPACE)
            line = self.text.count("\n", 0, self.at) + 1
            name = self.key_part()
            if path is not None:
                path = (*path, name)
                self.lines.setdefault(path, line)
            self.skip(_SPACE)
            if self.text[self.at] != ".":
                return path
            self.at += 1

    def key_part(self) -> str:
        if self.text[self.at] in "\"'":
            return str(tomllib.loads(f"key = {self.take(_TEXT)}")["key"])
        return self.take(_BARE_KEY)

    def value(self, path: KeyPath | None) -> None:
        first = self.text[self.at]
        if first in "\"'":
            self.take(_TEXT)
        elif first == "[":
            self.parts("]", None)
        elif first == "{":
            self.parts("}", path)
        else:
            self.take(_PLAIN)

    def parts(self, closing: str, path: KeyPath | None) -> None:
        """Pass the inside of an array or of an inline table."""
        self.at += 1
        while True:
            self.skip(_BLANK)
            if self.text[self.at] == closing:
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
            elif closing == "}":
                self.pair(path)
            else:
                self.value(None)

    def skip(self, pattern: re.Pattern[str]) -> None:
        self.take(pattern)

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise ValueError(f"nothing known stands at {self.at}")
        self.at = match.end()
        return match.group()
