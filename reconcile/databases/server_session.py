"""What sessions with servers have in common, by any driver of Python's database API (PEP 249)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from reconcile.databases import OTHER, DatabaseFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NO_TLS = '`tls = "off"` speaks to it without TLS'
WRONG_AUTHORITY = "`tls_ca` names the file of the authority that signed its certificate"
TOO_SLOW = "`statement_seconds` says how long an answer may take"


class ServerSession:
    """A session with a server, over a connection that commits each statement.

    `holds` says what a column holds by the number of its type, `errors` are those of the driver,
    `hints` what to do by a part of what they say.
    """

    def __init__(
        self,
        connection: Any,  # noqa: ANN401 - an extra has no types here
        *,
        holds: Mapping[int, str],
        errors: tuple[type[Exception], ...],
        hints: Mapping[str, str],
    ) -> None:
        self._connection = connection
        self._holds = holds
        self._errors = errors
        self._hints = hints

    def columns(self, relation: str) -> dict[str, str]:
        """The columns of a relation, with what each holds."""
        with self._faults(), self._connection.cursor() as cursor:
            cursor.execute(f"select * from {relation} limit 0")  # noqa: S608
            found = cursor.description
            return {str(name): self._holds.get(code, OTHER) for name, code, *_ in found}

    def change(self, statement: str, values: Sequence[object] = ()) -> int:
        """Execute one statement; `?` stands for a value."""
        with self._faults(), self._connection.cursor() as cursor:
            _execute(cursor, statement, values)
            return int(cursor.rowcount)

    def texts(self, statement: str, values: Sequence[object]) -> list[str]:
        """The first column of a select."""
        with self._faults(), self._connection.cursor() as cursor:
            _execute(cursor, statement, values)
            return [_text(row[0]) for row in cursor.fetchall()]

    @contextmanager
    def _faults(self) -> Iterator[None]:
        with faults(self._errors, self._hints):
            yield


@contextmanager
def faults(errors: tuple[type[Exception], ...], hints: Mapping[str, str]) -> Iterator[None]:
    """Tell errors of a driver as DatabaseFault, in one line, with what to do."""
    try:
        yield
    except errors as error:
        # Some drivers give a number before the text.
        said = str(error.args[-1] if error.args else error)
        what = " ".join(said.split()) or type(error).__name__
        hint = next((hint for part, hint in hints.items() if part in what), "")
        raise DatabaseFault(what, hint) from error


def _execute(cursor: Any, statement: str, values: Sequence[object]) -> None:  # noqa: ANN401
    text = statement.replace("%", "%%").replace("?", "%s") if values else statement
    cursor.execute(text, list(values) or None)


def _text(value: object) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
