"""The kinds of sources, their streams and the readers of these: the one list of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconcile.sources.batch import Batch

STREAMS = {
    "asterisk": {
        "queue_log": ("asterisk", "read_queue_log"),
        "cdr": ("asterisk", "read_cdr"),
    },
    "table": {
        "calls": ("table", "read_calls"),
        "contacts": ("table", "read_contacts"),
        "do_not_call": ("table", "read_do_not_call"),
    },
    "results": {
        "results": ("results", "read_results"),
    },
}
"""Kind → stream → module and function. A stream is read, marked and told of on its own."""

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
