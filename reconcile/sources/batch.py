"""What a reader hands over: rows for the state, what was kept aside, and how far it has read."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from reconcile.errors import Problem
    from reconcile.sources.forward import Portion
    from reconcile.sources.marks import Mark

Row = tuple[object, ...]

RECORD_CHARACTERS = 2_000
"""How much of a rejected record is kept: enough to see what it was, whatever its length."""
WORD_CHARACTERS = 80
"""How much of an unknown word is shown."""
UNKNOWN_WORDS = 100
"""Distinct unknown words that one batch tells: a torn file is full of them."""
OTHER_WORDS = "…"
"""Stands for all further unknown words of a batch."""


class Rejected(NamedTuple):
    """One record kept aside: where it stood (physical first line), why, and its text."""

    file: str
    line: int
    reason: str
    record: str


class Load(NamedTuple):
    """Rows for one table, in its column order without read_run and applied_run."""

    table: str
    rows: list[Row]


class StoredRow(NamedTuple):
    """One row of a source whose calls are folded from several rows, as raw.table_rows keeps it."""

    file: str
    line: int
    row_number: int
    fold_key: str
    field_names: list[str]
    field_values: list[str | None]


class Contact(NamedTuple):
    """One contact and number of a directory; file, line and row where the select passes them on."""

    contact_id: str | None
    name: str | None
    number: str | None
    extension: str | None
    file: str | None
    line: int | None
    row: int | None


class Listed(NamedTuple):
    """One entry of a do-not-call list, and where and as what it stood."""

    file: str
    line: int
    number: str | None
    number_hash: str | None
    since: str | None
    note: str | None
    record: str


@dataclass(frozen=True, slots=True)
class Batch:
    """One portion of a stream, to be stored in one transaction.

    `marks` are all marks of the stream as they are after this batch (None: as they were), so they
    replace the stored ones. `contacts` is a whole directory and `do_not_call` a whole
    list (None: as it was). `fingerprint` tells what is read whole apart from what it was. `is_last`
    ends the stream: without `faults` it counts as read, though old files that cannot be read may
    stand `aside`.
    """

    stream: str
    loads: tuple[Load, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    unknown_words: Mapping[tuple[str, str], int] = field(default_factory=dict)
    marks: tuple[Mark, ...] | None = None
    contacts: tuple[Contact, ...] | None = None
    do_not_call: tuple[Listed, ...] | None = None
    fingerprint: str | None = None
    faults: tuple[Problem, ...] = ()
    aside: tuple[Problem, ...] = ()
    is_last: bool = False


def rejected(file: str, line: int, reason: str, record: str) -> Rejected:
    """A record kept aside, its text cut to RECORD_CHARACTERS."""
    if len(record) > RECORD_CHARACTERS:
        record = record[:RECORD_CHARACTERS] + "…"
    return Rejected(file, line, reason, record)


def content_hash(prefix: bytes, text: str) -> int:
    """64 bits of the record's text and its stream: equal for exact repeats, wherever they stand."""
    return int.from_bytes(blake2b(prefix + text.encode(), digest_size=8).digest(), "big")


def count_word(words: Counter[tuple[str, str]], column: str, word: str) -> None:
    """Count a word that the program does not know."""
    key = (column, word[:WORD_CHARACTERS])
    if key not in words and len(words) >= UNKNOWN_WORDS:
        key = (column, OTHER_WORDS)
    words[key] += 1


def forward_batch(portion: Portion, stream: str, table: str) -> Batch:
    """The batch of rows for one table that a portion of a file holds."""
    parsed = portion.parsed
    if parsed is None:
        return Batch(
            stream,
            marks=portion.marks,
            faults=portion.faults,
            aside=portion.aside,
            is_last=portion.is_last,
        )
    return Batch(
        stream,
        loads=(Load(table, parsed.rows),),
        rejected=tuple(parsed.rejected),
        unknown_words=parsed.unknown_words,
        marks=portion.marks,
    )
