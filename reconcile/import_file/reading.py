"""Read a CSV of contacts that is to be imported, row by row, with its text as it stands."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconcile.errors import SourceUnreadable, UsageWrong
from reconcile.import_file.records import Record, guess_delimiter, records

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NUMBER_COLUMNS = ("phone", "number", "tel", "mobil", "msisdn")
"""A column whose name begins with one of these holds numbers, unless the columns are named."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
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
    bom, codec, text = _decoded(path, encoding)
    lines = list(io.StringIO(text, newline=""))
    first, sign = _header_place(lines, _checked_delimiter(delimiter), path)
    found = records(lines, first, sign)
    top = next(found, None)
    if top is None or top.is_open or _UNDECODED.search(top.text):
        raise SourceUnreadable(
            f"line {first + 1} of `{path}` is no header line in {codec}",
            hint="name the encoding of the file, such as `cp1250`",
        )
    header = [name.strip() for name in top.fields]
    numbers = _number_positions(header, number_columns, path)
    rows = [_row(record, number, len(header), codec) for number, record in enumerate(found, 1)]
    return ImportFile(
        path=path,
        encoding=codec,
        bom=bom,
        delimiter=sign,
        head="".join(lines[:first]) + top.text,
        header=header,
        number_positions=numbers,
        id_position=None if id_column is None else _position(header, id_column, path),
        name_position=_name_position(header, numbers),
        rows=rows,
    )


def _decoded(path: Path, encoding: str) -> tuple[bytes, str, str]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceUnreadable(f"`{path}` cannot be read: {error.strerror}") from error
    asked = _codec(encoding)
    bom, codec = next(
        ((mark, name) for mark, name in _BOMS if data.startswith(mark)),
        (b"", asked),
    )
    body = data[len(bom) :]
    try:
        return bom, codec, body.decode(codec, "surrogateescape")
    except UnicodeError as error:
        # Only encodings of more than one byte a sign come here: their rows cannot be told apart.
        before = body[: getattr(error, "start", 0)].decode(codec, "ignore")
        line = before.count("\n") + 1
        raise SourceUnreadable(f"line {line} of `{path}` is not {codec}") from None


def _codec(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "\n".encode(name)
    except LookupError:
        raise UsageWrong(
            f"there is no encoding `{encoding}`", hint="for example `utf-8`, `cp1250`, `utf-16`"
        ) from None
    # What is written must not begin with a second mark.
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(name, name)


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
    if record.is_open:
        faults.append(Fault("quote", "a quote is opened and not closed"))
    elif len(record.fields) != width:
        faults.append(Fault("field_count", f"{len(record.fields)} fields, the header has {width}"))
    elif record.has_line_break:
        faults.append(Fault("line_break", "line break inside quotes"))
    is_whole = not record.is_open and len(record.fields) == width
    return ImportRow(number, record.line, record.text, record.fields, tuple(faults), is_whole)


def _number_positions(header: list[str], wanted: Sequence[str], path: Path) -> list[int]:
    if wanted:
        return list(dict.fromkeys(_position(header, name, path) for name in wanted))
    found = [
        position for position, name in enumerate(header) if name.lower().startswith(NUMBER_COLUMNS)
    ]
    if not found:
        raise UsageWrong(
            f"no column of `{path}` is known to hold numbers: {_listed(header)}",
            hint="name one with `--number-column`",
        )
    return found


def _position(header: list[str], wanted: str, path: Path) -> int:
    for position, name in enumerate(header):
        if name.lower() == wanted.strip().lower():
            return position
    raise UsageWrong(f"`{path}` has no column `{wanted}`; it has {_listed(header)}")


def _name_position(header: list[str], numbers: list[int]) -> int:
    """Find the column that a person knows the row by: one called name, else the first of text."""
    for position, name in enumerate(header):
        if name.lower() == "name":
            return position
    return next((place for place in range(len(header)) if place not in numbers), 0)


def _listed(header: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in header)
