"""Text out of a record, made harmless for whoever reads it on a terminal."""

from __future__ import annotations

import re

# Control characters, marks of direction, lone halves of a pair: a record may not move a terminal.
_HARMFUL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff]"
)
_HARMFUL_IN_LINES = re.compile(_HARMFUL.pattern.replace(r"\x00-\x1f", r"\x00-\x09\x0b-\x1f"))
_BLANK = re.compile(r"[\t\r\n]+")


def plain(text: str) -> str:
    r"""One line that a terminal shows as it is.

    >>> plain("Jana\n\x1b[2J")
    'Jana �[2J'
    """
    return _HARMFUL.sub("�", _BLANK.sub(" ", text))


def plain_lines(text: str) -> str:
    """The same, with its line feeds."""
    return _HARMFUL_IN_LINES.sub("�", text.replace("\t", " ").replace("\r\n", "\n"))
