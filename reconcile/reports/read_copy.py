"""Open what the last run published for readers. The state itself is never opened here (I6)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconcile import database, queries
from reconcile.errors import UsageWrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from reconcile.settings import Settings


@contextmanager
def open_read_copy(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the read copy of the state, read-only, for as long as it takes.

    Raises UsageWrong where no run has published one, or one of another version has.
    """
    path = settings.state_folder / database.READ_FILE
    if not path.is_file():
        raise UsageWrong(
            f"there is no `{path}` yet: no run has published anything to read",
            hint="`reconcile run` does, or check the `state` of the settings file",
        )
    with database.connect(path, read_only=True) as connection:
        _check_schema(connection, str(path))
        yield connection


def _check_schema(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    wanted = len(list((queries.folder() / "schema").glob("*.sql")))
    found = connection.execute("select count(*) from main.migrations").fetchall()[0][0]
    if found != wanted:
        raise UsageWrong(
            f"`{path}` was published by another version of the program (schema {found}, this one "
            f"knows {wanted})",
            hint="the next `reconcile run` publishes it anew",
        )
