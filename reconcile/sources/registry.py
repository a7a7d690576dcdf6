"""The kinds of sources, their streams and the readers of these: the one list of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from reconcile.errors import Problem
    from reconcile.settings import Settings, Source
    from reconcile.sources.batch import Batch
    from reconcile.sources.spool import Spool

    Pull = Callable[
        [Settings, Source, Mapping[str, Spool], datetime],
        dict[str, Problem],
    ]
    """(settings, a source, the spool of each of its streams, the instant of the run) → problems."""

STREAMS = {
    "asterisk": {
        "queue_log": ("asterisk", "read_queue_log"),
        "cdr": ("asterisk", "read_cdr"),
        "cel": ("asterisk", "read_cel"),
    },
    "table": {
        "calls": ("table", "read_calls"),
        "contacts": ("table", "read_contacts"),
        "do_not_call": ("table", "read_do_not_call"),
    },
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

PULLED: dict[str, tuple[str, str]] = {
    "mluvii": ("mluvii", "pull"),
}
"""Kind → module and function that pulls it, for what is no file here but asked over a network.

What it puts into the spools is read by the readers of its streams above, as files are.
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
    """The function that pulls a kind of source; its module is loaded only now.

    It adds what each stream has behind the position of its spool, and keeps the new position with
    it. It returns the problem of each stream that cannot be pulled, or raises the Problem of all;
    whatever was kept until then counts. It needs no other time than the instant it is given.
    """
    module, function = PULLED[kind]
    found: Pull = getattr(import_module(f"reconcile.sources.{module}"), function)
    return found
