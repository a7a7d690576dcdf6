"""Find, read, check and run the files of sql/: path is name, folder is behaviour."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING, Any

from reconcile import shipped
from reconcile.errors import SqlFileInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb

_TABLE_FOLDERS = ("staging", "core")
_KEYS = ("Grain", "Reads", "Params")
_PARAM = re.compile(r"\$([a-z_]+)")
_STRING_OR_COMMENT = re.compile(r"'(?:[^']|'')*'|--[^\n]*")


@dataclass(frozen=True, slots=True)
class Query:
    """One file of sql/: its name (`core.episodes`), its header and its single statement.

    `notes` is the comment behind the header: what its rule needs said, of a report its columns.
    """

    name: str
    folder: str
    summary: str
    grain: str
    reads: tuple[str, ...]
    params: tuple[str, ...]
    notes: str
    text: str


@dataclass(frozen=True, slots=True)
class Rows:
    """What a select gave: column names and rows as tuples."""

    columns: list[str]
    rows: list[tuple[Any, ...]]

    def as_dicts(self) -> list[dict[str, Any]]:
        """Each row as a dict by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def folder() -> Path:
    """Where sql/ stands."""
    return shipped.folder("sql")


def names(folder_name: str) -> list[str]:
    """All query names of one folder, sorted: `names("audits")` → `["audits.…", …]`."""
    return sorted(f"{folder_name}.{path.stem}" for path in (folder() / folder_name).glob("*.sql"))


@cache
def load(name: str) -> Query:
    """Read and check `sql/<folder>/<file>.sql` named `folder.file`.

    Raises SqlFileInvalid when the file is missing, a header line is, or the declared parameters
    are not the used ones.
    """
    folder_name, _, stem = name.partition(".")
    path = folder() / folder_name / f"{stem}.sql"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SqlFileInvalid(f"there is no SQL file `{path}`") from error
    header, summary = _header(text, path)
    declared = _declared_params(header["Params"])
    used = set(_PARAM.findall(_STRING_OR_COMMENT.sub(" ", text)))
    if declared != used:
        raise SqlFileInvalid(
            f"`{path}` declares the parameters {sorted(declared)} and uses {sorted(used)}"
        )
    reads = header["Reads"]
    return Query(
        name=name,
        folder=folder_name,
        summary=summary,
        grain=header["Grain"],
        reads=() if reads == "none" else tuple(part.strip() for part in reads.split(",")),
        params=tuple(sorted(declared)),
        notes=_notes(text),
        text=text.rstrip().rstrip(";"),
    )


def run(
    connection: duckdb.DuckDBPyConnection, name: str, params: Mapping[str, Any]
) -> int:
    """Run one file by the rule of its folder and return the number of rows made or changed.

    `staging` and `core` files become the table of their name; `commands` files are executed.
    """
    query = load(name)
    text = query.text
    if query.folder in _TABLE_FOLDERS:
        text = f"create or replace table {name} as\n{text}"
    row = _execute(connection, query, text, params).fetchone()
    return int(row[0]) if row and isinstance(row[0], int) else 0


def rows(
    connection: duckdb.DuckDBPyConnection, name: str, params: Mapping[str, Any]
) -> Rows:
    """Run one select (audits, reports) and fetch all its rows."""
    query = load(name)
    result = _execute(connection, query, query.text, params)
    return Rows([column[0] for column in result.description or []], result.fetchall())


def _execute(
    connection: duckdb.DuckDBPyConnection, query: Query, text: str, params: Mapping[str, Any]
) -> duckdb.DuckDBPyConnection:
    import duckdb  # noqa: PLC0415 - readers of headers need no database

    try:
        own = {key: params[key] for key in query.params}
    except KeyError as missing:
        raise SqlFileInvalid(f"`{query.name}` was run without its parameter {missing}") from None
    try:
        return connection.execute(text, own or None)
    except duckdb.Error as error:
        error.add_note(f"in sql/{query.name.replace('.', '/')}.sql")
        raise


def _header(text: str, path: Path) -> tuple[dict[str, str], str]:
    """The four header lines: what, Grain, Reads, Params. A line that goes on is indented."""
    parts: dict[str, str] = {}
    summary: list[str] = []
    key = ""
    for line in text.splitlines():
        if not line.startswith("-- "):
            break
        words = line[3:]
        name, colon, rest = words.partition(":")
        if colon and name in _KEYS:
            key = name
            parts[key] = rest.strip()
        elif key:
            parts[key] += " " + words.strip()
        else:
            summary.append(words.strip())
    missing = [name for name in _KEYS if not parts.get(name)]
    if missing or not summary:
        raise SqlFileInvalid(f"`{path}` lacks the header line {', '.join(missing) or 'what'}")
    return parts, " ".join(summary)


def _notes(text: str) -> str:
    """The comment between the header and the statement, in one line."""
    comment = takewhile(lambda line: line.startswith("--"), text.splitlines())
    behind = dropwhile(lambda line: line != "--", comment)
    return " ".join(line.removeprefix("--").strip() for line in behind).strip()


def _declared_params(text: str) -> set[str]:
    return set(_PARAM.findall(text))
