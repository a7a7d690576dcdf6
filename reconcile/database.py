"""Own the state file: lock, open, session settings, migrations."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reconcile import queries, state_faults
from reconcile.errors import DatabaseBusy, Problem, StateHeld

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

STATE_FILE = state_faults.STATE_FILE
READ_FILE = state_faults.READ_FILE
PUBLISHED_FILE = state_faults.PUBLISHED_FILE
LOCK_FILE = "lock"
RUN_LOCK_FILE = "run.lock"
_POLL_SECONDS = 0.05
_COMPACT_FROM_BYTES = 32 << 20
_LOG_BYTES_MAX = 64 << 10


@contextmanager
def lock(
    folder: Path,
    file: str = LOCK_FILE,
    *,
    wait_seconds: float,
    follows: str = "This run did nothing; the next one goes on",
) -> Iterator[None]:
    """Hold a lock of a state folder, or raise DatabaseBusy after `wait_seconds`.

    `LOCK_FILE` is that of the state, for whoever opens it. Runs hold `RUN_LOCK_FILE` all the time
    and take the other within it, so that there is one at a time, and a command that a person calls
    passes while a run waits for remote sources.
    `follows` is what the error tells of the caller. Raises StateUnusable without rights to it.
    An flock on a file of its own: DuckDB's lock is lost when the same process opens and closes
    the database file a second time, and the kernel releases this one at any death.
    """
    with state_faults.in_words(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise DatabaseBusy(
                        f"another run holds `{folder}` for more than {wait_seconds:g} s",
                        follows=follows,
                    ) from None
                time.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(handle)


@contextmanager
def open_state(
    folder: Path, *, wait_seconds: float = 0
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the state for writing, made or migrated to the present schema. The lock must be held.

    Raises StateUnusable for one that is damaged, gone or not to be written, StateHeld where
    another program has it open for longer than `wait_seconds`.
    """
    _refuse_to_forget(folder)
    deadline = time.monotonic() + wait_seconds
    with state_faults.in_words(folder), ExitStack() as stack:
        while True:
            try:
                with state_faults.in_words(folder):
                    connection = stack.enter_context(connect(folder / STATE_FILE))
                break
            except StateHeld:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_POLL_SECONDS)
        migrate(connection)
        yield connection


def _refuse_to_forget(folder: Path) -> None:
    """Raise StateUnusable where a new state would be made though an earlier one has published."""
    state = folder / STATE_FILE
    has_published = (folder / PUBLISHED_FILE).exists() and (folder / READ_FILE).exists()
    if has_published and not state.exists():
        raise state_faults.gone(folder)
    if state.is_file() and not state.stat().st_size:
        if has_published:
            raise state_faults.damaged(folder, "It is empty")
        state.unlink()  # the first run was killed before it had written anything


@contextmanager
def connect(path: Path | str, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB file with the session settings of this program."""
    import duckdb  # noqa: PLC0415 - help and usage errors need no database

    config: dict[str, str | bool | int | float | list[str]] = {}
    if not read_only:
        config["storage_compatibility_version"] = "v1.5.0"
    with duckdb.connect(str(path), read_only=read_only, config=config) as connection:
        connection.execute("set TimeZone = 'UTC'; set python_enable_replacements = false")
        yield connection


def settle_log(connection: duckdb.DuckDBPyConnection, folder: Path, *, is_light: bool) -> None:
    """Bring the write-ahead log into the state file before it is closed.

    After a light run (the row of an idle one) the log may stay, while it is short: a checkpoint
    costs more than all else such a run writes, and opening reads a short log at no cost.
    """
    log = folder / f"{STATE_FILE}.wal"
    if is_light and log.exists() and log.stat().st_size < _LOG_BYTES_MAX:
        connection.execute("pragma disable_checkpoint_on_shutdown")
    else:
        connection.execute("checkpoint")


def compact(folder: Path) -> bool:
    """Write the state anew without the room of deleted rows, if that is most of it; tell if so.

    The state must be closed and the lock held. The new file takes the place of the old one by a
    rename, so a kill leaves one or the other.
    """
    import duckdb  # noqa: PLC0415

    state = folder / STATE_FILE
    beside = folder / f".{STATE_FILE}.compact"
    if state.stat().st_size < _COMPACT_FROM_BYTES:
        return False
    beside.unlink(missing_ok=True)
    old, new = (str(path).replace("'", "''") for path in (state, beside))
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{old}' as old (read_only)")
        sizes = connection.execute(
            "select free_blocks, total_blocks from pragma_database_size() "
            "where database_name = 'old'"
        ).fetchall()[0]
        if sizes[0] * 2 < sizes[1]:
            return False
        connection.execute(f"attach '{new}' as new (storage_version 'v1.5.0')")
        connection.execute("copy from database old to new")
    beside.replace(state)
    return True


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the state to the newest schema: each file of sql/schema once, in order, each whole."""
    files = sorted((queries.folder() / "schema").glob("*.sql"))
    done = _migrations_done(connection)
    if len(done) > len(files):
        raise Problem(
            f"the state was written by a newer version (schema {len(done)}, this one knows "
            f"{len(files)})",
            hint="install the newer version again",
        )
    for number, path in enumerate(files[len(done) :], start=len(done) + 1):
        connection.execute("begin")
        connection.execute(path.read_text(encoding="utf-8"))
        connection.execute(
            "create table if not exists main.migrations (number bigint, name varchar)"
        )
        connection.execute("insert into main.migrations values ($1, $2)", [number, path.name])
        connection.execute("commit")


def _migrations_done(connection: duckdb.DuckDBPyConnection) -> list[str]:
    known = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = 'main' "
        "and table_name = 'migrations'"
    ).fetchall()
    if not known[0][0]:
        return []
    found = connection.execute("select name from main.migrations order by number").fetchall()
    return [str(name) for (name,) in found]
