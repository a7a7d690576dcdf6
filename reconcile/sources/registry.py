"""The kinds of sources, their streams and the readers of these: the one list of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from types import ModuleType

    from reconcile.errors import Problem
    from reconcile.settings import Settings, Source
    from reconcile.sources.batch import Batch
    from reconcile.sources.spool import Spool

    Pull = Callable[
        [Settings, Source, Mapping[str, Spool], datetime],
        dict[str, Problem],
    ]
    """(settings, a source, the spool of each of its streams, the instant of the run) → problems."""
    Sample = Callable[[Settings, Source, str, datetime], bytes]
    """The same → some of the newest lines, as they would be spooled."""
    Look = Callable[[Settings, Source, str, datetime], list[str]]
    """(settings, a source, one of its streams, the present instant) → lines for a person."""

_LOGS = {
    "queue_log": ("asterisk", "read_queue_log"),
    "cdr": ("asterisk", "read_cdr"),
    "cel": ("asterisk", "read_cel"),
}
_TABLE = {
    "calls": ("table", "read_calls"),
    "contacts": ("table", "read_contacts"),
    "do_not_call": ("table", "read_do_not_call"),
}
STREAMS = {
    "asterisk": _LOGS,
    "table": _TABLE,
    "postgresql": {**_LOGS, **_TABLE},
    "mariadb": {**_LOGS, **_TABLE},
    "sqlite": {**_LOGS, **_TABLE},
    "results": {
        "results": ("results", "read_results"),
    },
    "mluvii": {
        "calls": ("table", "read_calls"),
        "contacts": ("table", "read_contacts"),
        "results": ("results", "read_results"),
    },
}
"""Kind → stream → module and function. A stream is read, marked and told of on its own."""

PULLED = {
    "postgresql": "database_source",
    "mariadb": "database_source",
    "sqlite": "database_source",
    "mluvii": "mluvii",
}
"""Kind → the module that pulls it, for what is no text file here but asked for its new rows.

What its `pull` puts into the spools is read by the readers of its streams above, as files are; its
`look` tells `check` how that is done.
"""

SNAPSHOTS = frozenset({"contacts", "do_not_call"})
"""Streams that are read as a whole when they have changed, and have no marks."""


def reader(kind: str, stream: str) -> Callable[..., Iterator[Batch]]:
    """The function that reads a stream of a kind of source; its module is loaded only now.

    It takes the patterns, the marks (but for what is one of SNAPSHOTS), and what else its docstring
    says; it yields batches, the last one with `is_last`.
    """
    module, function = STREAMS[kind][stream]
    found: Callable[..., Iterator[Batch]] = getattr(
        import_module(f"reconcile.sources.{module}"), function
    )
    return found


def puller(kind: str) -> Pull:
    """The function `pull` of a kind of source; its module is loaded only now.

    It adds what each stream has behind the position of its spool, and keeps the new position with
    it. It returns the problem of each stream that cannot be pulled, or raises the Problem of all;
    whatever was kept until then counts. It needs no other time than the instant it is given.
    """
    found: Pull = _module(kind).pull
    return found


def looker(kind: str) -> Look:
    """The function `look` of a kind of source: what `check` says of a stream, or a Problem."""
    found: Look = _module(kind).look
    return found


def sampler(kind: str) -> Sample | None:
    """The function `newest_lines` of a kind of source, where it has one, for `check`."""
    found: Sample | None = getattr(_module(kind), "newest_lines", None)
    return found


def _module(kind: str) -> ModuleType:
    return import_module(f"reconcile.sources.{PULLED[kind]}")
