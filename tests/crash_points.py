"""Stop a run of the program at a named point, from outside: the program itself has no switch.

As a script it is the child that dies: `crash_points.py SETTINGS INSTANT POINT` runs until it is
killed at the point. At a point of `NETWORK_POINTS` the sinks are called as those that wait for a
network are: with the state closed.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconcile import (
    database,
    http_exchange,
    outbox,
    publishing,
    queries,
    reading,
    running,
    settings,
)
from reconcile import state as open_states
from reconcile.sinks import appended, file
from reconcile.sinks.database_table import DatabaseTableSink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import duckdb

    Act = Callable[[], object]
    Patch = Callable[[object, str, object], object]

OUTCOME_COMMIT = 2
"""Of the commits of a run: the first is that of the decisions, the second that of the outcome."""


def kill() -> None:
    """Die at once, as by `kill -9` or a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: str, act: Act, patch: Patch = setattr) -> None:
    """Have `act` called once when a run in this process comes to the point."""
    points = POINTS | NETWORK_POINTS | COPY_POINTS | WEBHOOK_POINTS | TABLE_POINTS
    points[point](act, patch)


def _around(
    owner: object,
    name: str,
    *,
    before: Act | None = None,
    after: Act | None = None,
    when: Callable[..., bool] = lambda *_, **__: True,
) -> Callable[[Patch], None]:
    """Replace a function by itself with something before or after it."""
    real = getattr(owner, name)

    @wraps(real)
    def replaced(*args: Any, **kwargs: Any) -> Any:
        is_meant = when(*args, **kwargs)
        if before is not None and is_meant:
            before()
        found = real(*args, **kwargs)
        if after is not None and is_meant:
            after()
        return found

    return lambda patch: patch(owner, name, replaced)


class _Connection:
    """A connection that acts around the commits and checkpoints of a run."""

    def __init__(self, real: duckdb.DuckDBPyConnection, acts: dict[tuple[str, int, str], Act]):
        self.real, self.acts = real, acts
        self.counts: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def execute(self, statement: str, *args: Any) -> Any:
        self.counts[statement] = place = self.counts.get(statement, 0) + 1
        self.acts.get((statement, place, "before"), lambda: None)()
        found = self.real.execute(statement, *args)
        self.acts.get((statement, place, "after"), lambda: None)()
        return found


def _statement(statement: str, place: int, side: str) -> Callable[[Act, Patch], None]:
    def arm_it(act: Act, patch: Patch) -> None:
        real = database.open_state

        @contextmanager
        def opened(folder: Path, **options: float) -> Iterator[_Connection]:
            with real(folder, **options) as connection:
                yield _Connection(connection, {(statement, place, side): act})

        patch(database, "open_state", opened)

    return arm_it


def _half_a_line(act: Act, patch: Patch) -> None:
    def write(handle: int, data: bytes) -> tuple[int, OSError | None]:
        os.write(handle, data[: len(data) * 2 // 3])
        act()
        raise AssertionError("the run went on")

    patch(appended, "_write", write)


def _is_offer(_: object, name: str, *__: object) -> bool:
    return name == "commands.offer_commands"


def _is_audit_file(_: Path, target: Path) -> bool:
    return target.suffix == ".parquet"


def _is_read_copy(_: Path, target: Path) -> bool:
    return target.name == database.READ_FILE


def _is_published(path: Path, _: str) -> bool:
    return path.name == publishing.PUBLISHED_FILE


def _is_status(path: Path, _: str) -> bool:
    return path.name == publishing.STATUS_FILE


POINTS: dict[str, Callable[[Act, Patch], None]] = {
    "before reading": lambda act, patch: _around(reading, "read_sources", before=act)(patch),
    "after reading": lambda act, patch: _around(reading, "read_sources", after=act)(patch),
    "before the commit of the decisions": _statement("commit", 1, "before"),
    "after the commit of the decisions": _statement("commit", 1, "after"),
    "after commands were marked as offered": lambda act, patch: _around(
        queries, "run", after=act, when=_is_offer
    )(patch),
    "in the sink before it writes": lambda act, patch: _around(appended, "append", before=act)(
        patch
    ),
    "in the sink in the middle of a line": _half_a_line,
    "in the sink before it flushes": lambda act, patch: _around(appended, "_write", after=act)(
        patch
    ),
    "in the sink after it flushed": lambda act, patch: _around(appended, "append", after=act)(
        patch
    ),
    "before the commit of the outcome": _statement("commit", OUTCOME_COMMIT, "before"),
    "after the commit of the outcome": _statement("commit", OUTCOME_COMMIT, "after"),
    "before the state is closed": _statement("checkpoint", 1, "before"),
    "before publishing": lambda act, patch: _around(publishing, "publish", before=act)(patch),
    "between two audit files": lambda act, patch: _around(
        Path, "replace", after=act, when=_is_audit_file
    )(patch),
    "before the read copy is renamed": lambda act, patch: _around(
        Path, "replace", before=act, when=_is_read_copy
    )(patch),
    "before it is noted what was published": lambda act, patch: _around(
        publishing, "write_whole", before=act, when=_is_published
    )(patch),
    "before the status is written": lambda act, patch: _around(
        publishing, "write_whole", before=act, when=_is_status
    )(patch),
}

WEBHOOK_POINTS: dict[str, Callable[[Act, Patch], object]] = {
    "before the request is sent": lambda act, patch: _around(
        http_exchange, "exchange", before=act
    )(patch),
    "after its answer has come": lambda act, patch: _around(http_exchange, "exchange", after=act)(
        patch
    ),
    "before the outcome is kept": lambda act, patch: _around(outbox, "_store", before=act)(patch),
    "after the outcome is kept": lambda act, patch: _around(outbox, "_store", after=act)(patch),
    "nowhere": lambda *_: None,
}
"""Those of a run whose sink is a webhook; `nowhere` is for a receiver that kills the run itself."""


TABLE_POINTS: dict[str, Callable[[Act, Patch], object]] = {
    "before the rows are inserted": lambda act, patch: _around(
        DatabaseTableSink, "_insert", before=act
    )(patch),
    "after the rows are inserted": lambda act, patch: _around(
        DatabaseTableSink, "_insert", after=act
    )(patch),
}
"""Those of a run whose sink is a table of a database."""


@contextmanager
def _state_closed(state: open_states.OpenState, act: Act, side: str) -> Iterator[None]:
    """Close the state and open it again, with something on one side of either."""
    acts = {name: act if name == side else lambda: None for name in NETWORK_SIDES}
    acts["before it is closed"]()
    with open_states.OpenState.closed(state):
        acts["when it is closed"]()
        yield
        acts["before it is opened"]()
    acts["when it is opened"]()


def _round_the_network(side: str) -> Callable[[Act, Patch], None]:
    def arm_it(act: Act, patch: Patch) -> None:
        patch(outbox, "_room", lambda state, _: _state_closed(state, act, side))

    return arm_it


def _with_the_state_closed(arm_it: Callable[[Act, Patch], None]) -> Callable[[Act, Patch], None]:
    def arm_both(act: Act, patch: Patch) -> None:
        be_slow(patch)
        arm_it(act, patch)

    return arm_both


def be_slow(patch: Patch = setattr) -> None:
    """Let the files of this process be sinks that wait for a network."""
    real = file.open_sink

    @wraps(real)
    def opened(options: Any) -> file.FileSink:
        return replace(real(options), waits_for_network=True)

    patch(file, "open_sink", opened)


NETWORK_SIDES = (
    "before it is closed",
    "when it is closed",
    "before it is opened",
    "when it is opened",
)
_IN_THE_SINK = (
    "in the sink before it writes",
    "in the sink in the middle of a line",
    "in the sink before it flushes",
    "in the sink after it flushed",
)
NETWORK_POINTS: dict[str, Callable[[Act, Patch], None]] = {
    **{f"the state, {side}": _round_the_network(side) for side in NETWORK_SIDES},
    **{f"the state closed, {name}": _with_the_state_closed(POINTS[name]) for name in _IN_THE_SINK},
    "the state open again, before the commit of the outcome": _with_the_state_closed(
        lambda act, patch: _around(outbox, "_store", before=act)(patch)
    ),
    "the state open again, after the commit of the outcome": _with_the_state_closed(
        lambda act, patch: _around(outbox, "_store", after=act)(patch)
    ),
}
"""Points of a run whose sinks wait for a network."""


def _are_copies(_: int, __: bytes, lines: list[bytes]) -> bool:
    return any(b'"copy":true' in line for line in lines)


COPY_POINTS: dict[str, Callable[[Act, Patch], None]] = {
    "after copies were issued": lambda act, patch: _around(
        queries, "run", after=act, when=lambda _, name, *__: name == "commands.issue_copies"
    )(patch),
    "after copies were marked as offered": lambda act, patch: _around(
        queries, "run", after=act, when=lambda _, name, *__: name == "commands.offer_copies"
    )(patch),
    "in the sink before it writes copies": lambda act, patch: _around(
        appended, "append", before=act, when=_are_copies
    )(patch),
    "in the sink after it flushed copies": lambda act, patch: _around(
        appended, "append", after=act, when=_are_copies
    )(patch),
}
"""Points of a run that hands out copies."""


def main(path: str, instant: str, point: str) -> None:
    loaded = settings.load(Path(path))
    arm(point, kill)
    running.run(loaded, now=datetime.fromisoformat(instant))


if __name__ == "__main__":
    main(*sys.argv[1:])
