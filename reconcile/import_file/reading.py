"""Read a CSV of contacts that is to be imported, row by row, with its text as it stands."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconcile.errors import SourceUnreadable, UsageWrong
from reconcile.import_file import columns
from reconcile.import_file.encoding import decoded, encoding_hint
from reconcile.import_file.records import Record, guess_delimiter, records

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNDECODED = re.compile("[\ud800-\udfff]")
_ANNOUNCED_DELIMITER = re.compile(r"sep=(.)[\r\n]*")


@dataclass(frozen=True, slots=True)
class Fault:
    """What the text of a row shows before any number is read; `column` is a position from 0."""

    kind: str
    detail: str
    column: int | None = None


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row: its number (the first behind the header is 1), its first line, its text.

    `is_whole` is false where the fields cannot be told apart, so that none means anything.
    """

    number: int
    line: int
    text: str
    fields: list[str]
    faults: tuple[Fault, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file of contacts. `head` is the text up to the end of the header."""

    path: Path
    encoding: str
    bom: bytes
    delimiter: str
    head: str
    header: list[str]
    number_positions: list[int]
    id_position: int | None
    name_position: int
    rows: list[ImportRow] = field(repr=False)

    def as_bytes(self, text: str) -> bytes:
        """Give text of the file its bytes again, undecodable ones included."""
        return text.encode(self.encoding, "surrogateescape")


def read(
    path: Path,
    *,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    number_columns: Sequence[str] = (),
    id_column: str | None = None,
) -> ImportFile:
    """Read the whole file; what is wrong with a row is kept as its faults.

    A byte order mark wins over `encoding`, a first line `sep=;` over a guess of the delimiter.
    Raises SourceUnreadable where the file cannot be read up to its header, and UsageWrong where an
    encoding or a named column does not exist or no column holds numbers.
    """
    bom, codec, text = decoded(path, encoding)
    lines = list(io.StringIO(text, newline=""))
    first, sign = _header_place(lines, _checked_delimiter(delimiter), path)
    found = records(lines, first, sign)
    top = next(found, None)
    if top is None or top.is_open or _UNDECODED.search(top.text):
        raise SourceUnreadable(
            f"line {first + 1} of `{path}` is no header line in {codec}",
            hint=encoding_hint(path, codec) or "name the encoding of the file, such as `cp1250`",
        )
    header = columns.checked(top.fields, top.line, path)
    numbers = _number_positions(header, number_columns, path, codec)
    rows = [_row(record, number, len(header), codec) for number, record in enumerate(found, 1)]
    return ImportFile(
        path=path,
        encoding=codec,
        bom=bom,
        delimiter=sign,
        head="".join(lines[:first]) + top.text,
        header=header,
        number_positions=numbers,
        id_position=None if id_column is None else columns.position(header, id_column, path),
        name_position=columns.name_position(header, numbers),
        rows=rows,
    )


def _number_positions(
    header: list[str], wanted: Sequence[str], path: Path, codec: str
) -> list[int]:
    found = columns.number_positions(header, wanted, path)
    if not found:
        names = columns.listed(header)
        raise UsageWrong(
            f"no column of `{path}`, read as {codec}, is known to hold numbers: {names}",
            hint=encoding_hint(path, codec) or "name one with `--number-column`",
        )
    return found


def _checked_delimiter(delimiter: str | None) -> str | None:
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n '):
        raise UsageWrong(
            f"`{delimiter}` parts no fields", hint="one sign, such as `,`, `;`, `|` or a tab"
        )
    return delimiter


def _header_place(lines: list[str], delimiter: str | None, path: Path) -> tuple[int, str]:
    """Find the first line that is not empty, and what parts its fields."""
    first = next((place for place, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise SourceUnreadable(f"`{path}` is empty", hint="its first line names the columns")
    announced = _ANNOUNCED_DELIMITER.fullmatch(lines[first])
    if announced:
        return first + 1, delimiter or announced[1]
    return first, delimiter or guess_delimiter(lines, first)


def _row(record: Record, number: int, width: int, codec: str) -> ImportRow:
    faults: list[Fault] = []
    undecoded = _UNDECODED.search(record.text)
    if undecoded:
        byte = ord(undecoded[0]) & 0xFF
        faults.append(Fault("encoding", f"byte 0x{byte:02X} is not {codec}"))
    control = _CONTROL.search(record.text)
    if control:
        faults.append(Fault("control", f"control character 0x{ord(control[0]):02X}"))
    if record.is_open:
        faults.append(Fault("quote", "a quote is opened and not closed"))
    elif len(record.fields) != width:
        faults.append(Fault("field_count", f"{len(record.fields)} fields, the header has {width}"))
    elif record.has_line_break:
        faults.append(Fault("line_break", "line break inside quotes"))
    is_whole = not record.is_open and len(record.fields) == width
    return ImportRow(number, record.line, record.text, record.fields, tuple(faults), is_whole)
