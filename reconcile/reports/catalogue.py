"""The reports that can be asked for by name, and how one is made."""

from __future__ import annotations

import difflib
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reconcile import duplicates, queries, scratch
from reconcile.errors import UsageWrong
from reconcile.files_out import beside
from reconcile.reports.history import is_swept, with_swept
from reconcile.settings import Figures
from reconcile.settings.keys import keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from reconcile.queries import Query, Rows
    from reconcile.settings import Settings

_FOLDER = "reports"
_GIVEN = frozenset({"from_at", "to_at", "time_zone", *(key.name for key in keys_of(Figures))})
"""The parameters that every report can have: its period, and what the settings say of figures."""

_NEEDS_A_FILE = "reports.import_findings"
_OF_PAGES = "reports.page_"
"""What pages are counted from; nobody asks for it by name."""
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
    """The reports that need no more than a period and settings, by name."""
    found = (queries.load(name) for name in queries.names(_FOLDER))
    return [
        query
        for query in found
        if _GIVEN.issuperset(query.params)
        and query.name != _NEEDS_A_FILE
        and not query.name.startswith(_OF_PAGES)
    ]


PAGE = "page"
"""The report that is a page for a browser, where a schedule names it."""


def summary(name: str) -> str:
    """What a report of a schedule tells, in one sentence. Raises UsageWrong when there is none."""
    if name == PAGE:
        return "Dropped calls and callbacks: figures, charts and the clients behind them."
    return find(name).summary


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
    connection: duckdb.DuckDBPyConnection, query: Query, period: Period, settings: Settings
) -> Report:
    """Run a report on the read copy, and on the audit files where it asks for older rows.

    Days and hours are those of the settings' `time_zone`, thresholds those of `figures`.
    """
    with _room(connection, query, period, settings):
        rows = queries.rows(connection, query.name, _params(period, settings))
    return Report(short_name(query), query.summary, rows, query.notes)


def write_parquet(
    connection: duckdb.DuckDBPyConnection,
    query: Query,
    period: Period,
    settings: Settings,
    *,
    path: Path,
) -> None:
    """Write a report as a Parquet file with typed columns, whole or not at all.

    Raises OSError where the place takes no file.
    """
    with beside(path) as part, _room(connection, query, period, settings):
        part.touch()
        connection.execute(
            f"copy (\n{query.text}\n) to '{scratch.in_text(str(part))}' "
            "(format parquet, compression zstd)",
            _own_params(query, period, settings),
        )


def count_rows(
    connection: duckdb.DuckDBPyConnection, query: Query, period: Period, settings: Settings
) -> int:
    """How many rows a report has, without bringing them here."""
    with _room(connection, query, period, settings):
        found = connection.execute(
            f"select count(*) from (\n{query.text}\n)",  # noqa: S608 - a file of ours
            _own_params(query, period, settings),
        ).fetchall()
    return int(found[0][0])


def _own_params(query: Query, period: Period, settings: Settings) -> dict[str, Any] | None:
    """The parameters that a report has itself; None where it has none."""
    given = _params(period, settings)
    return {name: given[name] for name in query.params} or None


def _params(period: Period, settings: Settings) -> dict[str, Any]:
    """All that a report can ask for, by the names in its SQL."""
    figures = asdict(settings.figures)
    lists = {name: list(value) for name, value in figures.items() if isinstance(value, tuple)}
    return {**period.params(), "time_zone": settings.time_zone, **figures, **lists}


@contextmanager
def rooms(
    connection: duckdb.DuckDBPyConnection,
    names: Sequence[str],
    period: Period,
    settings: Settings,
    more: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    """The room that several reports need together, and all that they can ask for.

    `more` are parameters that only they have.
    """
    params = {**_params(period, settings), **more}
    with (
        with_swept(connection, settings.state_folder, period.from_at)
        if _is_old(connection, period)
        else scratch.core_room(connection)
    ):
        made: set[str] = set()
        for name in names:
            make_core(connection, queries.load(name), params, made)
        yield params


@contextmanager
def _room(
    connection: duckdb.DuckDBPyConnection, query: Query, period: Period, settings: Settings
) -> Iterator[None]:
    """The room a report needs. Without a beginning it tells what the read copy holds."""
    params = _params(period, settings)
    if "from_at" in _asked_for(query) and _is_old(connection, period):
        with with_swept(connection, settings.state_folder, period.from_at):
            make_core(connection, query, params)
            yield
        return
    with room(connection, query, params):
        yield


def _is_old(connection: duckdb.DuckDBPyConnection, period: Period) -> bool:
    """Whether a period begins before what the read copy holds; one without a beginning does not."""
    return period.from_at != Period().from_at and is_swept(connection, period.from_at)


def _asked_for(query: Query) -> set[str]:
    """The parameters of a report, and those of the `core.*` it reads."""
    reads = (queries.load(read) for read in query.reads if read.startswith("core."))
    return set(query.params).union(*map(_asked_for, reads))


@contextmanager
def room(
    connection: duckdb.DuckDBPyConnection, query: Query, params: Mapping[str, Any] | None = None
) -> Iterator[None]:
    """Make the `core.*` that a query reads, beside the read copy, for as long as it takes."""
    if not any(read.startswith("core.") for read in query.reads):
        yield
        return
    with scratch.core_room(connection):
        make_core(connection, query, params)
        yield


def make_core(
    connection: duckdb.DuckDBPyConnection,
    query: Query,
    params: Mapping[str, Any] | None = None,
    made: set[str] | None = None,
) -> None:
    """Run the files of sql/core that a query reads, those that they read first, each once."""
    made = set() if made is None else made
    for read in query.reads:
        if read.startswith("core.") and read not in made:
            make_core(connection, queries.load(read), params, made)
            queries.run(connection, read, {**_CORE_PARAMS, **(params or {})})
            made.add(read)
