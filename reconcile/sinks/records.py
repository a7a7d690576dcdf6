"""A command as one line of a file: NDJSON, or CSV that a spreadsheet can open without harm."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import Any, Protocol

from reconcile import spreadsheet

CSV_COLUMNS = (
    "command",
    "key",
    "key_digest",
    "number",
    "contact_id",
    "contact_name",
    "campaign",
    "attempt",
    "redial",
    "attempts",
    "added_at",
    "promised_at",
    "due_at",
    "issued_at",
    "expires_at",
    "closed_at",
    "dropped_calls",
    "waited_seconds",
    "line",
    "queue",
    "last_talk_at",
    "reason",
    "explanation",
    "proof",
    "version",
)
"""The columns of a CSV file. The version stands last: with it a row is known to be whole."""

_VERSIONS = ("1",)


class Form(Protocol):
    """How commands are written as lines and found again."""

    @property
    def header(self) -> bytes:
        """Give the first line of a file, with its line feed; empty where there is none."""

    def line(self, payload_json: str) -> bytes:
        """Write one command as one line, with its line feed. Raises ValueError if it is no JSON."""

    def stored_key(self, key: str) -> str:
        """Give the key of a command as it stands in the file."""

    def key_of(self, line: bytes) -> str | None:
        """Find the stored key in a line without its line feed; None for any other line."""

    def is_whole(self, tail: bytes) -> bool:
        """Tell whether a last line without a line feed lacks nothing else."""

    def may_be_ours(self, tail: bytes) -> bool:
        """Tell whether a broken last line can be the beginning of one that this program wrote."""


@dataclass(frozen=True, slots=True)
class Ndjson:
    """One JSON object a line."""

    header: bytes = b""

    def line(self, payload_json: str) -> bytes:
        """Keep the payload as it is, in one line."""
        if "\n" in payload_json or "\r" in payload_json:
            payload_json = json.dumps(json.loads(payload_json), ensure_ascii=False)
        return payload_json.encode() + b"\n"

    def stored_key(self, key: str) -> str:
        """Keep the key: JSON holds every character."""
        return key

    def key_of(self, line: bytes) -> str | None:
        """Read the member `key` of an object."""
        record = _json_object(line)
        key = record.get("key") if record else None
        return key if isinstance(key, str) else None

    def is_whole(self, tail: bytes) -> bool:
        """Read it: no beginning of a JSON object is a JSON object."""
        return _json_object(tail) is not None

    def may_be_ours(self, tail: bytes) -> bool:
        """Allow zeros too, which a power cut can leave in place of text."""
        return tail.startswith(b"{") or not tail.strip(b"\0")


@dataclass(frozen=True, slots=True)
class Csv:
    """Comma, quotes where needed, a header, UTF-8, no line feed inside a cell."""

    @property
    def header(self) -> bytes:
        """Give the column names."""
        return _csv_line(CSV_COLUMNS)

    def line(self, payload_json: str) -> bytes:
        """Set the members of the payload under the columns; what it lacks stays empty."""
        payload = _json_object(payload_json.encode())
        if payload is None:
            raise ValueError(payload_json[:80])
        return _csv_line([csv_cell(payload.get(column)) for column in CSV_COLUMNS])

    def stored_key(self, key: str) -> str:
        """Give the key as a cell."""
        return csv_cell(key)

    def key_of(self, line: bytes) -> str | None:
        """Read the cell under `key` of a row with all columns."""
        cells = _csv_cells(line)
        return cells[CSV_COLUMNS.index("key")] if len(cells) == len(CSV_COLUMNS) else None

    def is_whole(self, tail: bytes) -> bool:
        """Look for the version, with which every row ends, or for the header."""
        cells = _csv_cells(tail)
        is_row = len(cells) == len(CSV_COLUMNS) and cells[-1] in _VERSIONS
        return is_row or tail + b"\n" == self.header

    def may_be_ours(self, tail: bytes) -> bool:
        """Compare with how rows and the header begin."""
        starts = (b"dial,", b"remove,", self.header)
        is_start = any(tail.startswith(start) or start.startswith(tail) for start in starts)
        return is_start or not tail.strip(b"\0")


FORMS: dict[str, type[Ndjson] | type[Csv]] = {"ndjson": Ndjson, "csv": Csv}


def csv_cell(value: object) -> str:
    """Write a value as a cell that no spreadsheet runs as a formula; a list is joined by `;`.

    >>> csv_cell("=1+1"), csv_cell("+420700610101"), csv_cell(None)
    ("'=1+1", '+420700610101', '')
    >>> csv_cell(["pbx/1.1", "pbx/1.2"])
    'pbx/1.1;pbx/1.2'
    """
    if value is None:
        return ""
    return spreadsheet.cell(";".join(map(str, value)) if isinstance(value, list) else str(value))


def _csv_line(cells: list[str] | tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def _csv_cells(line: bytes) -> list[str]:
    try:
        return next(csv.reader([line.decode()], strict=True), [])
    except (csv.Error, UnicodeDecodeError):
        return []


def _json_object(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
