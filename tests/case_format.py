"""Read and write the golden cases of `tests/sql/`: plain text tables, one file for each SQL file.

    shape core.talks: number varchar, connected_at timestamp
    ---
    case: a client who hung up twice is dialled once
    $now: 2026-03-02 10:15:00

    table raw.queue_log
    source | call_id | event_at
    pbx    | 1.1     | 2026-03-02 10:00:00

    expect
    number        | dropped_count
    +420700610101 | 2

Sections are separated by a line `---`. A first section without `case:` holds for all cases of the
file: its `shape` lines, parameters and tables; a case that names the same table replaces it.
Cells: `NULL`, `''`, `'quoted '`, lists `[a, b]`; `\\|` is a pipe; other text stands for itself.
`expect` is the result of the file, `expect kept.commands` a table after it, `expect error` is
followed by a piece of the message. Lines beginning with `#` between the blocks are remarks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SEPARATOR = "---"
RESULT = ""
"""The name of an expectation that is about the rows of the SQL file itself."""

Cell = str | None

_COLUMN = re.compile(r"[a-z_][a-z0-9_]*")
_RELATION = re.compile(r"[a-z_]+\.[a-z0-9_]+")
_PIPE = re.compile(r"(?<!\\)\|")


class CaseMalformed(Exception):
    """A case file breaks the format; the text begins with file and line."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one relation, cells as text; `types` as far as the block declares them."""

    name: str
    line: int
    columns: list[str]
    rows: list[list[Cell]]
    types: dict[str, str]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must stand there afterwards. `line` is the line of the word `expect`, from 1."""

    name: str
    line: int
    columns: list[str]
    rows: list[list[Cell]]


@dataclass(slots=True)
class Section:
    """One case, or what holds for all cases of a file (then `sentence` is empty)."""

    line: int
    sentence: str = ""
    params: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, dict[str, str]] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    expectations: list[Expectation] = field(default_factory=list)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A parsed case file. `background` is the section that holds for all its cases."""

    path: Path
    background: Section
    cases: list[Section]

    def columns_of(self, relation: str) -> dict[str, str | None]:
        """Column names of a relation as all sections of the file show it, with the declared types.

        The union of `shape` lines and `table` blocks, in order of appearance; type None where no
        section declares one; empty for a relation that the file never shows.
        """
        columns: dict[str, str | None] = {}
        sections = [self.background, *self.cases]
        for section in sections:
            columns |= section.shapes.get(relation, {})
        for table in (table for section in sections for table in section.tables):
            if table.name == relation:
                for name in table.columns:
                    columns.setdefault(name, None)
                columns |= table.types
        return columns


def parse(text: str, path: Path) -> CaseFile:
    """Read a case file. Raises CaseMalformed with file and line."""
    lines = text.splitlines()
    sections = []
    start = 0
    for index in [*(i for i, line in enumerate(lines) if line.rstrip() == SEPARATOR), len(lines)]:
        sections.append(_Reader(path, lines, start, index).section())
        start = index + 1
    background = sections.pop(0) if not sections[0].sentence else Section(line=1)
    if background.expectations or background.error is not None:
        raise CaseMalformed(f"{path}:{background.line}: this section expects but has no `case:`")
    seen: set[str] = set()
    for section in sections:
        if not section.sentence:
            raise CaseMalformed(f"{path}:{section.line}: this section has no `case:` line")
        if not section.expectations and section.error is None:
            raise CaseMalformed(f"{path}:{section.line}: this case expects nothing")
        if section.sentence in seen:
            raise CaseMalformed(f"{path}:{section.line}: a second case `{section.sentence}`")
        seen.add(section.sentence)
    if not sections:
        raise CaseMalformed(f"{path}:1: there is no case in this file")
    return CaseFile(path, background, sections)


def render(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[str]:
    """Write a table as aligned lines, the header first, without trailing spaces."""
    cells = [list(columns), *([_as_text(cell) for cell in row] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    return [
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def replace_expectation(text: str, expectation: Expectation, body: Sequence[str]) -> str:
    """Give the text of a case file with new lines below one `expect` line."""
    lines = text.splitlines()
    end = expectation.line
    while end < len(lines) and lines[end].strip() and lines[end].rstrip() != SEPARATOR:
        end += 1
    lines[expectation.line : end] = body
    return "\n".join(lines) + "\n"


def _as_text(cell: Cell) -> str:
    if cell is None:
        return "NULL"
    if "\n" in cell or "\r" in cell:
        raise CaseMalformed(f"a cell with a line feed cannot be written: {cell!r}")
    is_quoted = len(cell) > 1 and cell[0] == cell[-1] == "'"
    if not cell or cell == "NULL" or cell != cell.strip() or is_quoted:
        cell = f"'{cell}'"
    return cell.replace("|", "\\|")


def read_cell(text: str) -> Cell:
    """What a cell or a parameter says: None for `NULL`, text without its quotes, pipes as such."""
    if text == "NULL":
        return None
    text = text.replace("\\|", "|")
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1]
    return text


class _Reader:
    """Walks over the lines of one section; `at` is the line to be read next, from 0."""

    def __init__(self, path: Path, lines: list[str], start: int, end: int) -> None:
        self.path, self.lines, self.at, self.end = path, lines, start, end
        self.found = Section(line=start + 1)

    def section(self) -> Section:
        while self.at < self.end:
            line = self.lines[self.at].strip()
            self.at += 1
            if line and not line.startswith("#"):
                self._block(line)
        return self.found

    def _block(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        if word == "case:":
            if self.found.sentence:
                raise self._wrong("a second `case:`; cases are separated by a line `---`")
            self.found.sentence, self.found.line = rest, self.at
        elif word.startswith("$") and word.endswith(":"):
            self.found.params[word[1:-1]] = rest
        elif word == "shape":
            relation, _, columns = rest.partition(":")
            self.found.shapes[self._relation(relation.strip())] = self._types(columns)
        elif word == "table":
            self.found.tables.append(self._table(self._relation(rest)))
        elif line == "expect error":
            self.found.error = self._next()
            if not self.found.error:
                raise self._wrong("`expect error` is followed by a piece of the message")
        elif word == "expect":
            name = self._relation(rest) if rest else RESULT
            start = self.at
            self.found.expectations.append(Expectation(name, start, *self._rows(may_be_empty=True)))
        else:
            raise self._wrong(f"`{line}` is none of `case:`, `$name:`, `shape`, `table`, `expect`")

    def _table(self, name: str) -> Table:
        start = self.at
        types = {}
        if self.at < self.end and self.lines[self.at].startswith("types:"):
            types = self._types(self._next().removeprefix("types:"))
        return Table(name, start, *self._rows(may_be_empty=False), types)

    def _rows(self, *, may_be_empty: bool) -> tuple[list[str], list[list[Cell]]]:
        header = self._next()
        if not header:
            if may_be_empty:
                return [], []
            raise self._wrong("a table begins with a line of column names")
        columns = [name.strip() for name in header.split("|")]
        for name in columns:
            if not _COLUMN.fullmatch(name):
                raise self._wrong(f"`{name}` is no column name")
        if len(set(columns)) < len(columns):
            raise self._wrong("a column is named twice")
        rows = []
        while line := self._next():
            cells = [cell.strip() for cell in _PIPE.split(line)]
            if len(cells) != len(columns):
                raise self._wrong(f"{len(cells)} cells stand under {len(columns)} columns")
            if "" in cells:
                raise self._wrong("a cell is empty; write `NULL` or `''`")
            rows.append([read_cell(cell) for cell in cells])
        return columns, rows

    def _types(self, text: str) -> dict[str, str]:
        types = {}
        for part in text.split(","):
            name, _, type_name = part.strip().partition(" ")
            if not _COLUMN.fullmatch(name) or not type_name:
                raise self._wrong(f"`{part.strip()}` is not of the form `column type`")
            types[name] = type_name.strip()
        return types

    def _relation(self, name: str) -> str:
        if not _RELATION.fullmatch(name):
            raise self._wrong(f"`{name}` is no name of the form `schema.table`")
        return name

    def _next(self) -> str:
        """The next line of the block, empty at its end."""
        if self.at >= self.end or not self.lines[self.at].strip():
            return ""
        self.at += 1
        return self.lines[self.at - 1].strip()

    def _wrong(self, what: str) -> CaseMalformed:
        return CaseMalformed(f"{self.path}:{self.at}: {what}")
