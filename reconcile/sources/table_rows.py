"""What mappings give, row by row, to rows of raw.*, to contacts and to entries of lists."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from reconcile.sources.batch import (
    Contact,
    Listed,
    Rejected,
    Row,
    content_hash,
    count_word,
    rejected,
)
from reconcile.sources.canonical import CALLS, CONTACTS, DO_NOT_CALL, REPORTS, Kind, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from reconcile.sources.mapped_rows import Mapped

_SEPARATOR = "\x1f"
_UNKNOWN_PLACE = 0

_CALL_INSTANTS = [
    column.name
    for column in CALLS.columns
    if column.kind is Kind.INSTANT and column.name != "known_at"
]
_CALL_VALUES = [column.name for column in CALLS.columns if column.name != "known_at"]
_CONTACT_VALUES = [column.name for column in CONTACTS.columns]


class Made(NamedTuple):
    """What mapped rows gave: rows for a table, records that are none, unknown words counted."""

    rows: list[Row]
    rejected: list[Rejected]
    unknown_words: Counter[tuple[str, str]]


def made(
    results: Iterable[Mapped], target: Target, build: Callable[[Mapped], Row], file: str
) -> Made:
    """Build a row of each result that is one; `file` is where results stood that do not say it."""
    enumerations = [(column.name, column.words) for column in target.columns if column.words]
    given = Made([], [], Counter())
    for result in results:
        values = result.values
        if result.problem:
            place = values["file"] or file, values["line"] or _UNKNOWN_PLACE
            given.rejected.append(rejected(*place, result.problem, result.record or ""))
            continue
        for name, words in enumerations:
            if values[name] is not None and values[name] not in words:
                count_word(given.unknown_words, name, values[name])
        given.rows.append(build(result))
    return given


def call_row(source: str, stream: str, file: str) -> Callable[[Mapped], Row]:
    """Make the builder of rows for raw.table_calls."""
    prefix = f"{stream}\n".encode()

    def build(result: Mapped) -> Row:
        values = result.values
        instants = [values[name] for name in _CALL_INSTANTS if values[name] is not None]
        known_at = values["known_at"] or values["ended_at"] or max(instants)
        facts = [values[name] for name in _CALL_VALUES]
        place = values["file"] or file, values["line"]
        return (source, *place, known_at, _hash(prefix, [known_at, *facts]), *facts)

    return build


def report_row(source: str, stream: str, file: str) -> Callable[[Mapped], Row]:
    """Make the builder of rows for raw.results."""
    prefix = f"{stream}\n".encode()

    def build(result: Mapped) -> Row:
        key, at, event, answer = (result.values[column.name] for column in REPORTS.columns)
        place = result.values["file"] or file, result.values["line"] or _UNKNOWN_PLACE
        return (source, *place, at, _hash(prefix, [key, at, event, answer]), key, event, at, answer)

    return build


def contact(result: Mapped) -> Contact:
    """One contact and number."""
    facts = (result.values[name] for name in _CONTACT_VALUES)
    place = (result.values[name] for name in ("file", "line", "row"))
    return Contact(*facts, *place)


def listed(file: str) -> Callable[[Mapped], Listed]:
    """Make the builder of entries of a do-not-call list."""

    def build(result: Mapped) -> Listed:
        values = result.values
        facts = {column.name: values[column.name] for column in DO_NOT_CALL.columns}
        shown = {name: value for name, value in facts.items() if value is not None}
        place = values["file"] or file, values["line"] or _UNKNOWN_PLACE
        return Listed(*place, **facts, record=json.dumps(shown, ensure_ascii=False))

    return build


def _hash(prefix: bytes, facts: list[str | datetime | None]) -> int:
    # A blank text is null already, so that nothing else is written as nothing.
    texts = ("" if fact is None else str(fact) for fact in facts)
    return content_hash(prefix, _SEPARATOR.join(texts))
