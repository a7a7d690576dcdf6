"""The reports that can be asked for by name, and how one is made."""

from __future__ import annotations

import difflib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reconcile import duplicates, queries, scratch
from reconcile.errors import UsageWrong
from reconcile.reports.history import is_swept, with_swept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from reconcile.queries import Query, Rows

_FOLDER = "reports"
_PERIOD = frozenset({"from_at", "to_at"})
_NEEDS_A_FILE = "reports.import_findings"
_HINT = "`reconcile report` lists them"
_CORE_PARAMS = {"shown_count": duplicates.SHOWN_COUNT, "since": datetime.min}  # noqa: DTZ901
"""What `core.*` is made with for readers: of all that there is to read."""


@dataclass(frozen=True, slots=True)
class Period:
    """From when, up to but not including when; what a report counts by stands in its definition."""

    from_at: datetime = datetime.min  # noqa: DTZ901 - the program's form of time has no mark
    to_at: datetime = datetime.max  # noqa: DTZ901

    def params(self) -> dict[str, Any]:
        """The parameters of a report."""
        return {"from_at": self.from_at, "to_at": self.to_at}


@dataclass(frozen=True, slots=True)
class Report:
    """A report made: its name, its definition in one sentence, its rows, how to read them."""

    name: str
    sentence: str
    rows: Rows
    notes: str = ""


def listed() -> list[Query]:
    """The reports that need no more than a period, by name."""
    found = (queries.load(name) for name in queries.names(_FOLDER))
    return [
        query for query in found if _PERIOD.issuperset(query.params) and query.name != _NEEDS_A_FILE
    ]


def short_name(query: Query) -> str:
    """The name a person asks by: `dropped_calls`."""
    return query.name.partition(".")[2]


def find(name: str) -> Query:
    """The report of that name, hyphens or underscores. Raises UsageWrong when there is none."""
    known = {short_name(query): query for query in listed()}
    wanted = name.replace("-", "_")
    if wanted in known:
        return known[wanted]
    near = difflib.get_close_matches(wanted, known, n=1)
    raise UsageWrong(
        f"there is no report `{name}`", hint=f"`{near[0]}` is one; {_HINT}" if near else _HINT
    )


def make(
    connection: duckdb.DuckDBPyConnection, query: Query, period: Period, state_folder: Path
) -> Report:
    """Run a report on the read copy, and on the audit files where it asks for older rows."""
    with _room(connection, query, period, state_folder):
        rows = queries.rows(connection, query.name, period.params())
    return Report(short_name(query), query.summary, rows, query.notes)


def write_parquet(
    connection: duckdb.DuckDBPyConnection,
    query: Query,
    period: Period,
    state_folder: Path,
    *,
    path: Path,
) -> None:
    """Write a report as a Parquet file with typed columns, whole or not at all.

    Raises OSError where the place takes no file.
    """
    beside = path.with_name(f".{path.name}.part")
    beside.touch()
    place = str(beside).replace("'", "''")
    params = {name: value for name, value in period.params().items() if name in query.params}
    try:
        with _room(connection, query, period, state_folder):
            connection.execute(
                f"copy (\n{query.text}\n) to '{place}' (format parquet, compression zstd)",
                params or None,
            )
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _room(
    connection: duckdb.DuckDBPyConnection, query: Query, period: Period, state_folder: Path
) -> Iterator[None]:
    """The room a report needs. Without a beginning it tells what the read copy holds."""
    is_asked = "from_at" in query.params and period.from_at != Period().from_at
    if is_asked and is_swept(connection, period.from_at):
        with with_swept(connection, state_folder, period.from_at):
            make_core(connection, query)
            yield
        return
    with room(connection, query):
        yield


@contextmanager
def room(connection: duckdb.DuckDBPyConnection, query: Query) -> Iterator[None]:
    """Make the `core.*` that a query reads, beside the read copy, for as long as it takes."""
    if not any(read.startswith("core.") for read in query.reads):
        yield
        return
    with scratch.core_room(connection):
        make_core(connection, query)
        yield


def make_core(
    connection: duckdb.DuckDBPyConnection, query: Query, made: set[str] | None = None
) -> None:
    """Run the files of sql/core that a query reads, those that they read first, each once."""
    made = set() if made is None else made
    for read in query.reads:
        if read.startswith("core.") and read not in made:
            make_core(connection, queries.load(read), made)
            queries.run(connection, read, _CORE_PARAMS)
            made.add(read)
