"""Pull what is new in one table, by its watermark, or a table as a whole when it has changed.

What lies behind the lookback is copied as it comes, in spans that are kept one by one, so that a
first pull which breaks off goes on from there. Within the lookback each row is told again by 64
bits of what it holds, and only what is new is spooled; these bits are kept with the position.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from typing import TYPE_CHECKING, Any

from reconcile.databases import NUMBER, DatabaseFault, one_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from reconcile.databases import Session
    from reconcile.sources.spool import Spool
    from reconcile.sources.watermarks import Value, Watermark

_DIGEST_BYTES = 8
_WHOLE_BYTES = 16
_BUFFER_BYTES = 1 << 20
_SEEN = ".seen"
SPAN_ROWS = 1_000_000
"""About so many rows are copied in one statement; fewer in the next pull where one breaks off."""
_SAMPLE_ROWS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is pulled of a table: expressions, the relation, and the form in which it is spooled.

    `identity` names all that makes rows other rows: when it changes, all is pulled anew. `since`
    (a condition) bounds the first pull. `make` brings records of CSV to the lines of the file.
    """

    relation: str
    outputs: tuple[str, ...]
    identity: str
    ending: str = ".csv"
    header: tuple[str, ...] = ()
    since: str = ""
    make: Callable[[Iterator[bytes]], Iterator[bytes]] = iter


def pull_new(
    session: Session, wanted: Wanted, watermark: Watermark, spool: Spool, now: datetime
) -> None:
    """Spool the rows that were not spooled before. Raises DatabaseFault, OSError."""
    _Increment(session, wanted, watermark, spool).run(now)


def pull_whole(session: Session, wanted: Wanted, spool: Spool) -> None:
    """Spool the whole table where it is not what it was. Raises DatabaseFault, OSError."""
    total = count = 0

    def counted() -> Iterator[bytes]:
        nonlocal total, count
        for record in session.records(wanted.outputs, f"from {wanted.relation}"):
            total += int.from_bytes(blake2b(record, digest_size=_WHOLE_BYTES).digest(), "big")
            count += 1
            yield record

    file = spool.new_file(wanted.ending)
    _write(file, wanted, counted(), is_whole=True)
    # A sum, for the order in which a table gives its rows means nothing.
    content = f"{count} {total % (1 << 8 * _WHOLE_BYTES):x}"
    position = {"identity": wanted.identity, "content": content}
    if spool.files() and spool.position == position:
        file.unlink()
        return
    spool.keep(position, [file], is_whole=True)


class _Increment:
    """One pull of what is new."""

    def __init__(
        self, session: Session, wanted: Wanted, watermark: Watermark, spool: Spool
    ) -> None:
        self._session = session
        self._wanted = wanted
        self._watermark = watermark
        self._column = session.quoted(watermark.column)
        self._spool = spool
        is_same = spool.position.get("identity") == wanted.identity
        self._position: dict[str, Any] = spool.position if is_same else {}
        self._beside = spool.beside() if is_same else []
        self._like = ""

    def run(self, now: datetime) -> None:
        """Ask for the highest value, then for what lies up to it and behind."""
        highest, self._like = _highest(self._session, self._wanted, self._watermark, now)
        known = self._position.get("high")
        if highest is None and known is None:
            return
        old = None if known is None else self._watermark.read(known)
        high = max(one for one in (highest, old) if one is not None)
        tail = self._watermark.back(high)
        if "bulk_to" in self._position:
            self._bulk(self._watermark.read(self._position["bulk_to"]), tail)
        elif old is None:
            self._bulk(self._lowest(tail), tail)
        elif (behind := self._watermark.after(old)) < tail:
            self._late(self._watermark.back(old), behind)
            self._bulk(behind, tail)
        self._tail(tail, high, is_first=old is None)

    def _lowest(self, tail: Value) -> Value:
        rest = f"from {self._wanted.relation} where {self._wanted.since or '1 = 1'}"
        (text,) = one_row(self._session, [f"min({self._column})"], rest)
        return self._watermark.read(text) if text else tail

    def _bulk(self, low: Value, high: Value) -> None:
        """Copy what cannot have been spooled before, span by span."""
        if low >= high:
            return
        rest = f"from {self._wanted.relation} where {self._between(low, high)}"
        (rows,) = one_row(self._session, ["count(*)"], rest)
        span_rows = int(self._position.get("span_rows", SPAN_ROWS))
        for begin, end in self._watermark.spans(low, high, int(rows) // span_rows + 1):
            file = self._spool.new_file(self._wanted.ending)
            try:
                is_filled = _write(file, self._wanted, self._records(begin, end))
            except DatabaseFault:
                less = {"bulk_to": str(begin), "span_rows": max(1, span_rows // 4)}
                self._keep({"high": None, **self._position, **less}, [])
                raise
            position = {"high": None, **self._position, "bulk_to": str(end)}
            self._keep(position, [file] if is_filled else [])

    def _late(self, low: Value, high: Value) -> None:
        """Spool what came late before a long pause, then forget what was seen up to there."""
        found: set[bytes] = set()
        file = self._spool.new_file(self._wanted.ending)
        records = _unseen(self._records(low, high), self._seen(), found)
        is_filled = _write(file, self._wanted, records)
        self._keep({**self._position, "bulk_to": str(high)}, [file] if is_filled else [])

    def _tail(self, low: Value, high: Value, *, is_first: bool) -> None:
        """Spool what was not seen within the lookback, and what has come meanwhile."""
        is_bulk = "bulk_to" in self._position
        seen = self._seen()
        old = self._position.get("high")
        begin = low
        if old is not None and not is_bulk:
            begin = min(low, self._watermark.back(self._watermark.read(old)))
        found: set[bytes] = set()
        file = self._spool.new_file(self._wanted.ending)
        is_filled = _write(file, self._wanted, _unseen(self._records(begin, None), seen, found))
        if not is_filled and not is_bulk and not is_first and str(high) == old:
            return
        beside = self._spool.new_file(_SEEN)
        beside.write_bytes(b"".join(sorted(found)))
        self._keep({"high": str(high)}, [file] if is_filled else [], beside=[beside])

    def _records(self, low: Value, high: Value | None) -> Iterator[bytes]:
        rest = f"from {self._wanted.relation} where {self._between(low, high)}"
        return self._session.records(self._wanted.outputs, rest)

    def _between(self, low: Value, high: Value | None) -> str:
        where = f"{self._column} >= {self._watermark.written(low, self._like)}"
        if high is not None:
            where += f" and {self._column} < {self._watermark.written(high, self._like)}"
        if self._wanted.since and not self._position.get("high"):
            where += f" and {self._wanted.since}"
        return where

    def _seen(self) -> set[bytes]:
        data = b"".join(path.read_bytes() for path in self._beside if path.exists())
        return {data[at : at + _DIGEST_BYTES] for at in range(0, len(data), _DIGEST_BYTES)}

    def _keep(
        self, position: dict[str, Any], files: Sequence[Path], beside: Sequence[Path] | None = None
    ) -> None:
        self._position = {
            **position,
            "identity": self._wanted.identity,
            "column": self._watermark.column,
        }
        self._spool.keep(self._position, files, beside=beside)


def newest(session: Session, wanted: Wanted, watermark: Watermark, now: datetime) -> bytes:
    """Some of the newest rows in the form in which they are spooled. Raises DatabaseFault."""
    highest, like = _highest(session, wanted, watermark, now)
    if highest is None:
        return b""
    tail = watermark.written(watermark.back(highest), like)
    where = f"where {session.quoted(watermark.column)} >= {tail} limit {_SAMPLE_ROWS}"
    records = session.records(wanted.outputs, f"from {wanted.relation} {where}")
    return b"".join(wanted.make(records))


def _highest(
    session: Session, wanted: Wanted, watermark: Watermark, now: datetime
) -> tuple[Value | None, str]:
    """The highest value and how it is written; a time that has not come tells nothing."""
    value, rest = f"max({session.quoted(watermark.column)})", f"from {wanted.relation}"
    (like,) = one_row(session, [value], rest)
    if not like:
        return None, like
    found = watermark.read(like)
    if watermark.holds == NUMBER or found <= watermark.latest(now):
        return found, like
    latest = watermark.written(watermark.latest(now), like)
    column = session.quoted(watermark.column)
    (text,) = one_row(session, [value], f"{rest} where {column} < {latest}")
    return (watermark.read(text) if text else None), like


def csv_line(values: Iterable[str]) -> bytes:
    """One record of CSV with its line feed."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _unseen(records: Iterable[bytes], seen: set[bytes], found: set[bytes]) -> Iterator[bytes]:
    """The records that are not among the seen ones, each once; `found` gets them all."""
    for record in records:
        digest = blake2b(record, digest_size=_DIGEST_BYTES).digest()
        if digest not in seen and digest not in found:
            yield record
        found.add(digest)


def _write(path: Path, wanted: Wanted, records: Iterator[bytes], *, is_whole: bool = False) -> bool:
    """Write a file of records; tell whether there is any. Without one there is no file."""
    lines = wanted.make(records)
    first = next(lines, b"")
    if not first and not is_whole:
        return False
    header = csv_line(wanted.header) if wanted.header else b""
    with path.open("wb", buffering=_BUFFER_BYTES) as file:
        file.writelines(chain([header, first], lines))
    return True
