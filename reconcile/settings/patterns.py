"""Patterns that Python and RE2 (the engine behind DuckDB) both read, and alike for ASCII texts.

A pattern is checked here when the program starts and used later inside SQL. What one engine
refuses or reads differently is refused here, so that no run stops on it halfway.
"""

from __future__ import annotations

import re
import string
import warnings

from reconcile.settings.forms import Form, Unfit

_SHARED_ESCAPES = frozenset("dDwWsSbBAnrtfvax")
_SHARED_CLASS_ESCAPES = _SHARED_ESCAPES - frozenset("bBA")
_ESCAPED_SIGNS = frozenset(string.punctuation + " ") - {"_"}
_SHARED_GROUP = re.compile(r"\(\?(?:P<\w+>|[ims]*(?:-[ims]+)?[:)])", re.ASCII)
_QUANTIFIER = re.compile(r"[*+?]|\{(\d*)(?:,(\d*))?\}")
_MOST_REPEATS = 1000  # of RE2


def pattern(*group_counts: int) -> Form:
    """Accept a regular expression with one of the given numbers of groups."""
    counts = " or ".join("one group" if count == 1 else f"{count} groups" for count in group_counts)
    expected = f"a regular expression with {counts} `(…)`"

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise Unfit(value, expected)
        reason = _unfit_reason(value, group_counts)
        if reason:
            raise Unfit(value, f"{expected}; {reason}")
        return value

    return Form(expected, read)


def _unfit_reason(text: str, group_counts: tuple[int, ...]) -> str:
    """Say why a pattern is not accepted, or nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Python warns where other engines see nested sets
            groups = re.compile(text).groups
    except (re.error, RecursionError, OverflowError, Warning) as error:
        return f"this one is none: {error}"
    if groups not in group_counts:
        return f"this one has {groups}"
    foreign = _foreign_part(text)
    return f"RE2, which DuckDB uses, has no `{foreign}`" if foreign else ""


def _foreign_part(text: str) -> str:
    """Find the first part that RE2 lacks or reads in another way, or nothing."""
    at = 0
    while at < len(text):
        if text[at] == "[":
            part, at = _in_class(text, at)
        elif text[at] == "\\":
            part, at = _escape(text, at, _SHARED_ESCAPES)
        elif text.startswith("(?", at):
            shared = _SHARED_GROUP.match(text, at)
            part = "" if shared else text[at : at + 4]
            at = shared.end() if shared else at
        else:
            part, at = _quantifier(text, at)
        if part:
            return part
    return ""


def _in_class(text: str, at: int) -> tuple[str, int]:
    at += 2 if text.startswith("[^", at) else 1
    is_first = True  # a bracket that closes stands for itself there
    while is_first or text[at] != "]":
        is_first = False
        if text.startswith("[:", at):
            return "[:", at
        if text[at] == "\\":
            part, at = _escape(text, at, _SHARED_CLASS_ESCAPES)
            if part:
                return part, at
        else:
            at += 1
    return "", at + 1


def _escape(text: str, at: int, shared: frozenset[str]) -> tuple[str, int]:
    sign = text[at + 1]
    is_shared = sign in shared or sign in _ESCAPED_SIGNS
    return ("" if is_shared else text[at : at + 2]), at + 2


def _quantifier(text: str, at: int) -> tuple[str, int]:
    """Pass one plain sign, or a quantifier with what follows it."""
    match = _QUANTIFIER.match(text, at)
    if match is None:
        return "", at + 1
    end = match.end()
    low, high = match.group(1), match.group(2)
    is_too_long = any(count and int(count) > _MOST_REPEATS for count in (low, high))
    if is_too_long or low == "":
        return match.group(), at  # RE2 reads `{,5}` as these very signs
    if text.startswith("+", end):
        return text[at : end + 1], at
    return "", end + 1 if text.startswith("?", end) else end
