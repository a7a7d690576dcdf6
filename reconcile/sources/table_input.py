"""Text files of a table to rows of text: separated values with a header, JSON one object a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconcile.errors import SourceUnreadable
from reconcile.sources import delimited
from reconcile.sources.batch import Rejected, Row, rejected
from reconcile.sources.forward import Parsed
from reconcile.sources.mapped_rows import InputRow
from reconcile.sources.text import storable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconcile.sources.forward import Parse
    from reconcile.sources.lines import Line
    from reconcile.sources.marks import Mark

EXTRA_LINES = 20
"""So many lines may follow an open quote, or the quote counts as one that is never closed."""
FIELDS_MAX = 1_000
"""Different field names of a JSON source; records that would bring more are kept aside."""

_NUL = "\\x00"
"""A NUL as it stands in the text of a line."""


class _Exact(str):
    """A JSON number as it was written."""

    __slots__ = ()


class NoObject(ValueError):
    """A piece of JSON is no object."""


def delimited_parser(delimiter: str, *, has_header: bool) -> Parse:
    """Make the parser of separated values; without a header the columns are `column_1` and on.

    It raises SourceUnreadable for a header that names no columns or one of them twice.
    """
    dialect = delimited.Dialect(delimiter, extra_lines=EXTRA_LINES, ignores_blanks=delimiter != " ")

    def parse(lines: list[Line], mark: Mark, is_final: bool) -> Parsed:
        header, begin = mark.header, 0
        if header is None:
            header, begin = _header(lines, dialect, mark.file, has_header, is_final)
            if header is None:
                return Parsed(begin, [], [], {})
        found = delimited.split(
            lines[begin:], dialect, file=mark.file, width=len(header), is_final=is_final
        )
        rows: list[Row] = []
        # Rejected records are rows of the file as well: they are counted where they stand.
        row = mark.row_number
        bad = iter(sorted(record.line for record in found.rejected))
        next_bad = next(bad, None)
        for record in found.records:
            while next_bad is not None and next_bad < record.line:
                row += 1
                next_bad = next(bad, None)
            row += 1
            rows.append(InputRow(mark.file, record.line, row, record.values))
        row = mark.row_number + len(found.records) + len(found.rejected)
        return Parsed(begin + found.used, rows, found.rejected, {}, header, row)

    return parse


def ndjson_parser(known: Sequence[str] = ()) -> Parse:
    """Make the parser of JSON objects, one a line; the header is the union of their keys so far.

    `known` are the keys of the other files of the stream: a new file may not show all of them yet.
    """

    def parse(lines: list[Line], mark: Mark, is_final: bool) -> Parsed:  # noqa: ARG001
        names = FieldNames(mark.header or known)
        rows: list[Row] = []
        kept_aside: list[Rejected] = []
        row = mark.row_number
        for line in lines:
            if not line.text or line.text.isspace():
                continue
            row += 1
            try:
                if line.fault:
                    raise NoObject(line.fault)
                values = names.values(parsed_object(line.text))
            except (ValueError, RecursionError) as error:
                kept_aside.append(rejected(mark.file, line.number, _reason(error), line.text))
                continue
            rows.append(InputRow(mark.file, line.number, row, values))
        return Parsed(len(lines), rows, kept_aside, {}, tuple(names.names), row)

    return parse


def json_rows(text: str, file: str) -> tuple[list[str], list[InputRow], list[Rejected]]:
    """The field names, rows and rejected elements of a file that is one JSON array of objects.

    Raises SourceUnreadable when it is none.
    """
    names = FieldNames(())
    rows: list[InputRow] = []
    kept_aside: list[Rejected] = []
    try:
        for row, (line, element, piece) in enumerate(_elements(text), start=1):
            try:
                rows.append(InputRow(file, line, row, names.values(element)))
            except NoObject as error:
                kept_aside.append(rejected(file, line, str(error), piece))
    except (ValueError, RecursionError) as error:
        raise SourceUnreadable(f"`{file}` is no JSON array of objects: {_reason(error)}") from error
    return names.names, rows, kept_aside


class FieldNames:
    """The names of JSON fields in order of appearance; upper and lower case are one name."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        self._places = {name.casefold(): place for place, name in enumerate(names)}

    def places(self, names: Sequence[str]) -> list[int]:
        """Where each of these names stands among all names, the new ones behind the others."""
        found = []
        for name in names:
            place = self._places.setdefault(name.casefold(), len(self.names))
            if place == len(self.names):
                self.names.append(name)
            found.append(place)
        return found

    def values(self, element: object) -> list[str | None]:
        """The values of an object as text, by these names and those it adds. Raises NoObject."""
        if not isinstance(element, dict):
            raise NoObject("it is no JSON object")
        named = {storable(str(key)) or "_": value for key, value in element.items()}
        new = [name for name in named if name.casefold() not in self._places]
        if len(self.names) + len(new) > FIELDS_MAX:
            raise NoObject(f"more than {FIELDS_MAX} different fields")
        places = self.places(list(named))
        values: list[str | None] = [None] * len(self.names)
        for place, value in zip(places, named.values(), strict=True):
            values[place] = _text(value)
        return values


def parsed_object(text: str) -> object:
    """A piece of JSON with its numbers as written. Raises ValueError."""
    return json.loads(text, parse_int=_Exact, parse_float=_Exact, parse_constant=_Exact)


def _elements(text: str) -> Iterator[tuple[int, Any, str]]:
    """The elements of a JSON array: line, value, text. Raises ValueError."""
    decoder = json.JSONDecoder(parse_int=_Exact, parse_float=_Exact, parse_constant=_Exact)
    place, line, counted = _skipped(text, 0, "["), 1, 0
    if text[place : place + 1] == "]":
        return
    while True:
        line += text.count("\n", counted, place)
        counted = place
        value, end = decoder.raw_decode(text, place)
        yield line, value, text[place:end]
        if text[_blank(text, end) : _blank(text, end) + 1] == "]":
            return
        place = _skipped(text, end, ",")


def _skipped(text: str, place: int, sign: str) -> int:
    place = _blank(text, place)
    if text[place : place + 1] != sign:
        raise NoObject(f"`{sign}` is missing at character {place + 1}")
    return _blank(text, place + 1)


def _blank(text: str, place: int) -> int:
    while text[place : place + 1] in {" ", "\t", "\r", "\n"}:
        place += 1
    return place


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else storable(str(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return storable(_json_text(value))


def _json_text(value: object) -> str:
    """A nested value as JSON again, its numbers as they were written."""
    if isinstance(value, _Exact):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)}: {_json_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_json_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "JSON nested too deeply"
    return str(error) if isinstance(error, NoObject) else f"no JSON: {error}"


def _header(
    lines: list[Line], dialect: delimited.Dialect, file: str, has_header: bool, is_final: bool
) -> tuple[tuple[str, ...] | None, int]:
    """The column names and how many lines they take; None while the header is not there yet."""
    found = delimited.split(lines, dialect, file=file, width=None, is_final=is_final)
    if found.rejected:
        _, line, reason, _ = found.rejected[0]
        raise SourceUnreadable(f"the header of `{file}` in line {line} cannot be read: {reason}")
    if not found.records:
        return None, found.used
    cells = found.records[0].values
    if any(_NUL in cell for cell in cells):
        raise SourceUnreadable(
            f"`{file}` begins with bytes that are no text in the encoding of its source",
            hint="`encoding` names it, for example `utf-16`; a file of another kind is to go away",
        )
    if not has_header:
        return tuple(f"column_{number}" for number in range(1, len(cells) + 1)), 0
    if not any(sign.isalpha() for cell in cells for sign in cell):
        raise SourceUnreadable(
            f"`{file}` has no header: its first line holds no letter",
            hint="with `header = false` the columns are called `column_1`, `column_2` and on",
        )
    names = [cell.strip() or f"column_{number}" for number, cell in enumerate(cells, start=1)]
    folded = [name.casefold() for name in names]
    twice = [name for name in names if folded.count(name.casefold()) > 1]
    if twice:
        raise SourceUnreadable(
            f"the header of `{file}` names the column `{twice[0]}` more than once",
            hint="with `header = false` the columns are called `column_1`, `column_2` and on",
        )
    return tuple(names), found.used
