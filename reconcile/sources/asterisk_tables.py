"""Asterisk's own tables, spooled in the form in which Asterisk writes its files.

So the parsers of its files read them. The tables are those of Asterisk's realtime queue log, of
its call detail records, in the present form and in the old one with `calldate`, and of its events.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from reconcile import clock
from reconcile.databases import DatabaseFault
from reconcile.settings.cdr_columns import CDR_COLUMNS
from reconcile.settings.cel_columns import CEL_COLUMNS
from reconcile.sources.asterisk_cdr import channel_began
from reconcile.sources.local_time import first_from, instants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reconcile.databases import Session

_CDR_NEEDED = (
    *("src", "dst", "dcontext", "channel", "dstchannel"),
    *("start", "duration", "disposition", "uniqueid"),
)
_CEL_NEEDED = (
    *("eventtype", "eventtime", "exten", "context", "channame", "appname", "appdata"),
    *("uniqueid", "linkedid"),
)
_OTHER_NAMES = {"start": "calldate", "eventextra": "extra"}
_QUEUE_FIRST = ("time", "callid", "queuename", "agent", "event")
_QUEUE_DATA = ("data1", "data2", "data3", "data4", "data5")
_OLD_DATA = "data"
_ABSENT = "''"
"""The expression for what a table does not have."""
_LINE_ENDS = str.maketrans("\r\n", "  ")
_NO_PIPE = str.maketrans("\r\n|", "  _")


ENDINGS = {"queue_log": ".log", "cdr": ".csv", "cel": ".csv"}
"""How the files are called in which a stream is spooled."""


def outputs(
    stream: str, session: Session, held: Mapping[str, str], names: Mapping[str, str], zone: str
) -> tuple[tuple[str, ...], str]:
    """The expressions for the records of a stream, and the column with their time.

    `held` are the columns of the table and what they hold, `names` those that it calls otherwise.
    A record of the CDR has all columns of a file, empty where there is none. A queue log has five
    parameters, or in an old table all of them in `data`.
    Raises DatabaseFault where a column is missing without which a call cannot be told.
    """
    if stream == "queue_log":
        wanted: tuple[str, ...] = (*_QUEUE_FIRST, *_QUEUE_DATA, _OLD_DATA)
        needed: tuple[str, ...] = _QUEUE_FIRST
        time = "time"
    elif stream == "cel":
        wanted, needed, time = CEL_COLUMNS, _CEL_NEEDED, "eventtime"
    else:
        wanted, needed, time = CDR_COLUMNS, _CDR_NEEDED, "start"
    found = {name: _named(name, held, names) for name in wanted}
    missing = [name for name in needed if found[name] is None]
    if stream == "queue_log" and found[_QUEUE_DATA[0]] is None and found[_OLD_DATA] is None:
        missing.append(_QUEUE_DATA[0])
    if missing:
        raise DatabaseFault(
            f"the table has no column `{'`, `'.join(missing)}`", "`names` says how it is called"
        )
    return (
        tuple(_expression(session, held, found[name], zone) for name in wanted),
        str(found[time]),
    )


def has_linkedid(outputs: Sequence[str]) -> bool:
    """Whether the expressions for records of the CDR tell which legs belong to one call."""
    return outputs[CDR_COLUMNS.index("linkedid")] != _ABSENT


def made(stream: str, zone: str) -> Callable[[Iterator[bytes]], Iterator[bytes]]:
    """What brings the records of a table to the lines of Asterisk's file."""
    return queue_log_lines(zone) if stream == "queue_log" else iter


def queue_log_lines(zone: str) -> Callable[[Iterator[bytes]], Iterator[bytes]]:
    """Make a function that brings records of the table to lines of the file."""

    def lines(records: Iterator[bytes]) -> Iterator[bytes]:
        texts = (_decoded(record.decode("utf-8", "backslashreplace")) for record in records)
        for time, call_id, queue, agent, event, *data, old in csv.reader(texts):
            first = (call_id, queue, agent, event)
            while data and not data[-1]:
                data.pop()
            fields = [
                _epoch(time, call_id, zone),
                *(one.translate(_NO_PIPE) for one in first),
                *(one.translate(_LINE_ENDS) for one in (data or [old])),
            ]
            yield ("|".join(fields) + "\n").encode()

    return lines


def _decoded(text: str) -> str:
    """Undo what Asterisk's realtime does to two signs where it writes over ODBC.

    >>> _decoded("reconcile-2978a3df8c19709a-1^3B2,a^5E3B")
    'reconcile-2978a3df8c19709a-1;2,a^3B'
    """
    return text.replace("^3B", ";").replace("^5E", "^") if "^" in text else text


def _named(name: str, held: Mapping[str, str], names: Mapping[str, str]) -> str | None:
    """How the table calls a column; None where it has none."""
    if name in names:
        if names[name] not in held:
            raise DatabaseFault(f"the table has no column `{names[name]}`, which `names` has")
        return names[name]
    by_folded = {one.casefold(): one for one in held}
    return by_folded.get(name) or by_folded.get(_OTHER_NAMES.get(name, ""))


def _expression(session: Session, held: Mapping[str, str], name: str | None, zone: str) -> str:
    return _ABSENT if name is None else session.shown(session.quoted(name), held[name], zone)


def _epoch(time: str, call_id: str, zone: str) -> str:
    """A time as the file has it; what is none stays as it is, to be kept aside with its reason."""
    found = instants(time.replace("T", " "), zone)
    if not found:
        return time.translate(_NO_PIPE)
    return str(clock.to_epoch(first_from(found, channel_began((call_id,), found[0]))))
