"""SQLite, by the standard library: a file of this machine, opened for reading only."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import contextmanager
from functools import partial
from threading import Timer
from typing import TYPE_CHECKING

from reconcile.databases import INSTANT, LOCAL_TIME, NUMBER, TEXT, DatabaseFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconcile.databases import DatabaseFile

_PORTION = 500


def connect(file: DatabaseFile) -> SqliteSession:
    """Open a session. Raises DatabaseFault."""
    mode = "ro" if file.is_read_only else "rw"
    with _faults(str(file.path)):
        if not file.path.is_file():
            raise DatabaseFault(f"there is no file `{file.path}`")
        connection = sqlite3.connect(
            f"{file.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=file.statement_seconds,
            isolation_level=None,
        )
        connection.text_factory = partial(str, encoding="utf-8", errors="backslashreplace")
        connection.execute("select count(*) from sqlite_schema").fetchall()
    return SqliteSession(connection, file)


class SqliteSession:
    """A session with an SQLite file."""

    def __init__(self, connection: sqlite3.Connection, file: DatabaseFile) -> None:
        self._connection = connection
        self._file = str(file.path)
        self._seconds = file.statement_seconds

    def quoted(self, *names: str) -> str:
        """Write names as one identifier."""
        return ".".join('"' + name.replace('"', '""') + '"' for name in names)

    def columns(self, relation: str) -> dict[str, str]:
        """The columns of a relation. Any may hold anything; what they hold is told by a row."""
        with _faults(self._file):
            found = self._connection.execute(f"select * from {relation} limit 0")  # noqa: S608
            names = [str(one[0]) for one in found.description]
            types = ", ".join(f"typeof({self.quoted(name)})" for name in names)
            row = self._connection.execute(f"select {types} from {relation} limit 1").fetchone()  # noqa: S608
        held = row or ["text"] * len(names)
        return {
            name: NUMBER if one == "integer" else TEXT
            for name, one in zip(names, held, strict=True)
        }

    def counter(self, table: Sequence[str]) -> str | None:
        """The integer primary key, which SQLite counts up."""
        with _faults(self._file):
            keys = [
                (str(name), str(kind).casefold())
                for _, name, kind, _, _, place in self._connection.execute(
                    f"pragma table_info({self.quoted(table[-1])})"
                )
                if place
            ]
        is_counted = len(keys) == 1 and keys[0][1] == "integer"
        return keys[0][0] if is_counted else None

    def is_indexed(self, table: Sequence[str], column: str) -> bool:
        """Whether an index begins with the column."""
        if self.counter(table) == column:
            return True
        with _faults(self._file):
            indexes = self._connection.execute(f"pragma index_list({self.quoted(table[-1])})")
            return any(
                self._connection.execute(f"pragma index_info({self.quoted(name)})").fetchone()[2]
                == column
                for _, name, _, _, is_partial in indexes.fetchall()
                if not is_partial
            )

    def shown(self, column: str, holds: str, zone: str) -> str:  # noqa: ARG002 - it has no instants
        """A time as it is written."""
        return f"cast({column} as text)" if holds in {LOCAL_TIME, INSTANT} else column

    def records(self, columns: Sequence[str], rest: str) -> Iterator[bytes]:
        """The rows of a select as CSV."""
        with _faults(self._file), self._limited():
            rows = self._connection.execute(f"select {', '.join(columns)} {rest}")
            written = csv.writer(_Encoded(), lineterminator="\n").writerow
            while portion := rows.fetchmany(_PORTION):
                for row in portion:
                    yield written([_text(one) if type(one) is bytes else one for one in row])

    def change(self, statement: str, values: Sequence[object] = ()) -> int:
        """Execute one statement; `?` stands for a value."""
        with _faults(self._file), self._limited():
            return int(self._connection.execute(statement, list(values)).rowcount)

    def texts(self, statement: str, values: Sequence[object]) -> list[str]:
        """The first column of a select."""
        with _faults(self._file), self._limited():
            return [str(row[0]) for row in self._connection.execute(statement, list(values))]

    def is_unique(self, table: Sequence[str], column: str) -> bool:
        """Whether a unique index has this column alone."""
        with _faults(self._file):
            indexes = self._connection.execute(f"pragma index_list({self.quoted(table[-1])})")
            parts = [
                self._connection.execute(f"pragma index_info({self.quoted(name)})").fetchall()
                for _, name, is_unique, _, is_partial in indexes.fetchall()
                if is_unique and not is_partial
            ]
        return any([name for _, _, name in part] == [column] for part in parts)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _limited(self) -> Iterator[None]:
        """Interrupt a statement that takes too long."""
        timer = Timer(self._seconds, self._connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


class _Encoded:
    """What a writer of CSV writes into, so that it gives each record back."""

    def write(self, text: str) -> bytes:
        return text.encode("utf-8", "backslashreplace")


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")


@contextmanager
def _faults(file: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        what = " ".join(str(error).split())
        hint = "`statement_seconds` says how long an answer may take"
        is_slow = what in {"interrupted", "database is locked"}
        raise DatabaseFault(f"{what} (`{file}`)", hint if is_slow else "") from error
