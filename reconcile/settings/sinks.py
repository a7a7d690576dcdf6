"""The keys of `[sinks.NAME]`: where commands go, by kind.

A kind says what is its own by two class variables:

- `takes_copies`: whether a campaign may name it among its `copies`. One that dials whatever it is
  given (a phone system, another campaign) takes none: a copy is for information.
- `patience`: how long it is waited for and how often it is tried where the settings say nothing.
  `NETWORK` is that of a kind that can be out of reach, `EACH_RUN` that of one on this machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from reconcile.settings import forms
from reconcile.settings.keys import key
from reconcile.settings.patience import EACH_RUN, Patience


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSink:
    """Kind `file`: commands are appended to a file."""

    takes_copies: ClassVar[bool] = True
    patience: ClassVar[Patience] = EACH_RUN
    path: str = key(
        forms.text("a path"), "The file; folders are made.", example="out/commands.ndjson"
    )
    format: str = key(
        forms.one_of("ndjson", "csv"),
        "The format of the file.",
        default="",
        default_words="by the ending of `path`",
        example="ndjson",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StdoutSink:
    """Kind `stdout`: commands are written to standard output, one JSON object a line."""

    takes_copies: ClassVar[bool] = True
    patience: ClassVar[Patience] = EACH_RUN


SinkDetail = FileSink | StdoutSink

SINK_KINDS: dict[str, type[SinkDetail]] = {
    "file": FileSink,
    "stdout": StdoutSink,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sink:
    """One place that commands go to: what all kinds share, and in `detail` the keys of its kind."""

    name: str
    detail: SinkDetail
    kind: str = key(
        forms.one_of(*SINK_KINDS),
        "What takes the commands.",
        default="",
        default_words="NAME, where it is a kind",
        example="file",
    )
