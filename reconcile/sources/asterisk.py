"""Asterisk's queue_log, CDR and CEL files to rows of raw.*, as received."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reconcile.sources.asterisk_cdr import cdr_parser
from reconcile.sources.asterisk_cel import cel_parser
from reconcile.sources.batch import (
    Batch,
    Rejected,
    Row,
    content_hash,
    count_word,
    forward_batch,
    rejected,
)
from reconcile.sources.forward import BATCH_LINES, Parsed, read_forward
from reconcile.sources.local_time import of_epoch, zone_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from reconcile.sources.forward import Parse
    from reconcile.sources.lines import Line
    from reconcile.sources.marks import Mark

EVENTS = frozenset(
    {
        "ABANDON", "ADDMEMBER", "AGENTCALLBACKLOGIN", "AGENTCALLBACKLOGOFF", "AGENTDUMP",
        "AGENTLOGIN", "AGENTLOGOFF", "ATTENDEDTRANSFER", "BLINDTRANSFER", "CLOSED", "COMPLETEAGENT",
        "COMPLETECALLER", "CONFIGRELOAD", "CONNECT", "DID", "DIVERT_CA_RATIO", "DIVERT_HOLDTIME",
        "ENTERQUEUE", "EXITEMPTY", "EXITWITHKEY", "EXITWITHTIMEOUT", "FULL", "INFO", "JOINEMPTY",
        "LEAVEEMPTY", "OUTCALL", "PAUSE", "PAUSEALL", "PENALTY", "QUEUESTART", "REMOVEMEMBER",
        "RINGCANCELED", "RINGING", "RINGINUSE", "RINGNOANSWER", "SYSCOMPAT", "TRANSFER", "UNPAUSE",
        "UNPAUSEALL", "WITHDRAW", "WRAPUPSTART",
    }
)  # fmt: skip
"""Events of queue_log that are known; others are stored as well, and counted."""

_FIRST_FIELDS = 5
_EPOCH_DIGITS = 10


def read_queue_log(
    patterns: str | Sequence[str],
    marks: Iterable[Mark],
    *,
    folder: Path,
    source: str,
    stream: str = "queue_log",
    batch_lines: int = BATCH_LINES,
) -> Iterator[Batch]:
    """Yield what queue_log files hold behind the marks, for raw.queue_log.

    The first five fields are read by position, all others are kept as `data`: a caller's number may
    hold the separator, so that only places counted from the end are sure.
    """
    parse = queue_log_parser(source, stream)
    for portion in read_forward(
        patterns, marks, parse, folder=folder, source=source, stream=stream, batch_lines=batch_lines
    ):
        yield forward_batch(portion, stream, "raw.queue_log")


def read_cdr(
    patterns: str | Sequence[str],
    marks: Iterable[Mark],
    *,
    folder: Path,
    source: str,
    columns: tuple[str, ...],
    time_zone: str,
    stream: str = "cdr",
    batch_lines: int = BATCH_LINES,
) -> Iterator[Batch]:
    """Yield what CDR files (without a header) hold behind the marks, for raw.cdr.

    `columns` names the columns in the order of the file, `-` for one that is passed over;
    `time_zone` is that of the times.
    Raises SettingInvalid for an unknown zone.
    """
    zone_of(time_zone)
    parse = cdr_parser(source, stream, columns, time_zone)
    for portion in read_forward(
        patterns, marks, parse, folder=folder, source=source, stream=stream, batch_lines=batch_lines
    ):
        yield forward_batch(portion, stream, "raw.cdr")


def read_cel(
    patterns: str | Sequence[str],
    marks: Iterable[Mark],
    *,
    folder: Path,
    source: str,
    columns: tuple[str, ...],
    time_zone: str | None = None,
    stream: str = "cel",
    batch_lines: int = BATCH_LINES,
) -> Iterator[Batch]:
    """Yield what CEL files (without a header) hold behind the marks, for raw.cel.

    `columns` names the columns in the order of the file, `-` for one that is passed over;
    `time_zone` is that of local times, None where times are seconds since 1970.
    Raises SettingInvalid for an unknown zone.
    """
    zone_of(time_zone or "UTC")
    parse = cel_parser(source, stream, columns, time_zone)
    for portion in read_forward(
        patterns, marks, parse, folder=folder, source=source, stream=stream, batch_lines=batch_lines
    ):
        yield forward_batch(portion, stream, "raw.cel")


def queue_log_parser(source: str, stream: str) -> Parse:
    """Make the parser of lines of a queue log."""
    prefix = f"{stream}\n".encode()

    def parse(lines: list[Line], mark: Mark, is_final: bool) -> Parsed:  # noqa: ARG001
        rows: list[Row] = []
        kept_aside: list[Rejected] = []
        words: Counter[tuple[str, str]] = Counter()
        file = mark.file
        for line in lines:
            text = line.text
            if not text or text.isspace():
                continue
            fields = text.split("|")
            reason = line.fault or _queue_log_fault(fields)
            if reason:
                kept_aside.append(rejected(file, line.number, reason, text))
                continue
            epoch, call_id, queue, member, event, *data = fields
            if event not in EVENTS:
                count_word(words, "event", event)
            if data == [""]:
                data = []
            known_at = of_epoch(epoch)
            rows.append(
                (source, file, line.number, known_at, content_hash(prefix, text),
                 call_id, queue, member, event, known_at, data)
            )  # fmt: skip
        return Parsed(len(lines), rows, kept_aside, words)

    return parse


def _queue_log_fault(fields: list[str]) -> str:
    if len(fields) < _FIRST_FIELDS:
        return f"{len(fields)} fields, expected at least {_FIRST_FIELDS}"
    epoch = fields[0]
    if not (epoch.isascii() and epoch.isdigit() and len(epoch) <= _EPOCH_DIGITS):
        return f"`{epoch[:80]}` is no time, expected seconds since 1970"
    return "" if fields[_FIRST_FIELDS - 1] else "no event"
