"""Databases of others, behind one small protocol: one module for each kind.

A session says what columns a table has, and gives the rows of a select as records of CSV, made by
the server where it can, so that a million of them pass in bounded memory. Tables and columns are
names, quoted here; the only other text that goes into a statement is a number or an instant.
"""

from __future__ import annotations

import csv
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

NUMBER, INSTANT, LOCAL_TIME, TEXT, OTHER = "number", "instant", "local time", "text", "other"
"""What a column holds: `INSTANT` has an offset and is given in UTC, `LOCAL_TIME` has none."""

CONNECT_SECONDS, STATEMENT_SECONDS = 5, 30


class DatabaseFault(Exception):
    """A database did not do what it was asked: what is wrong, and what to do.

    Caught by the source or sink that asked, which tells it with its own name.
    """

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a database server is and how it is spoken to.

    A `host` that begins with `/` is a socket. `tls` is verify, require or off. `is_read_only`: the
    server itself refuses what would change anything.
    """

    host: str
    port: int
    database: str
    user: str
    password: str | None = None
    tls: str = "off"
    tls_ca: Path | None = None
    connect_seconds: int = CONNECT_SECONDS
    statement_seconds: int = STATEMENT_SECONDS
    is_read_only: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFile:
    """A database that is one file."""

    path: Path
    statement_seconds: int = STATEMENT_SECONDS
    is_read_only: bool = True


class Session(Protocol):
    """An open connection. Each function raises DatabaseFault."""

    def quoted(self, *names: str) -> str:
        """Write names as one identifier, such as schema and table, whatever they are."""

    def columns(self, relation: str) -> dict[str, str]:
        """The columns of what stands behind `from`, with what each holds."""

    def counter(self, table: Sequence[str]) -> str | None:
        """The column that the server counts up by itself, if the table has one."""

    def is_indexed(self, table: Sequence[str], column: str) -> bool:
        """Whether an index begins with the column."""

    def shown(self, column: str, holds: str, zone: str) -> str:
        """An expression: a time as text to the microsecond, an instant in the zone; else as is."""

    def records(self, columns: Sequence[str], rest: str) -> Iterator[bytes]:
        """The rows of `select columns rest`, each a record of CSV with its line feed.

        Bytes of a text that is none in UTF-8 pass as they are. An earlier select must be at its
        end.
        """

    def change(self, statement: str, values: Sequence[object] = ()) -> int:
        """Execute one statement with its values (`?` in their places); the number of rows.

        Each statement is a transaction of its own.
        """

    def texts(self, statement: str, values: Sequence[object]) -> list[str]:
        """The first column of a select, all of it, as text; `?` stands for a value."""

    def is_unique(self, table: Sequence[str], column: str) -> bool:
        """Whether the database itself lets no value of the column stand twice."""

    def close(self) -> None:
        """Leave the server; what it has to say to that is of no interest."""


@contextmanager
def session(kind: str, place: Server | DatabaseFile) -> Iterator[Session]:
    """Open a session with a kind of database, which its module is called as.

    Its driver is loaded only now.
    Raises DatabaseFault where the driver is missing or the database lets nobody in.
    """
    module: Any = import_module(f"reconcile.databases.{kind}")
    opened: Session = module.connect(place)
    try:
        yield opened
    finally:
        opened.close()


def one_row(session: Session, columns: Sequence[str], rest: str) -> list[str]:
    """The only row of a select, as text, null as an empty one. Raises DatabaseFault."""
    data = b"".join(session.records(columns, rest))
    rows = list(csv.reader([data.decode("utf-8", "backslashreplace")]))
    # A record of one null is an empty line, which is no row to a reader.
    return (rows and rows[0]) or [""] * len(columns)


def missing_driver(name: str, extra: str) -> DatabaseFault:
    """The fault of a driver that is not installed."""
    return DatabaseFault(
        f"the driver of {name} is not installed", f"`pip install 'reconcile[{extra}]'` installs it"
    )
