"""The keys of `[sinks.NAME]`: where commands go, by kind."""

from __future__ import annotations

from dataclasses import dataclass

from reconcile.settings import forms
from reconcile.settings.keys import key


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSink:
    """Kind `file`: commands are appended to a file."""

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
