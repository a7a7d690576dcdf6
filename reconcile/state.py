"""The state while a run works on it: open, but for the time in which a network is waited for."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from reconcile import database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    import duckdb


class OpenState:
    """A state that is open from `with` on, as `database.open_state` opens it.

    The lock must be held all the time: while the state is closed in between, it keeps other runs
    out, and only other programs can get at the file.
    """

    def __init__(self, folder: Path, *, wait_seconds: float = 0) -> None:
        self._folder = folder
        self._wait_seconds = wait_seconds
        self._stack = ExitStack()
        self._connection: duckdb.DuckDBPyConnection | None = None

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection; another one after the state was closed."""
        if self._connection is None:
            raise RuntimeError("the state is closed while a network is waited for")
        return self._connection

    def __enter__(self) -> OpenState:
        """Open it."""
        self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self._stack.__exit__(kind, error, trace)

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Close the state, and open it again behind, whatever happened meanwhile.

        Raises what `database.open_state` raises where another program has taken it meanwhile.
        """
        database.settle_log(self.connection, self._folder, is_light=True)
        self._connection = None
        self._stack.close()
        try:
            yield
        finally:
            self._open()

    def _open(self) -> None:
        self._connection = self._stack.enter_context(
            database.open_state(self._folder, wait_seconds=self._wait_seconds)
        )
