"""The rows of MariaDB and MySQL as records of CSV: one text a row is all that passes.

A driver in pure Python takes its time for each value, and the server takes as long for each value
that it is to quote. So the server joins the values of a row by a character that hardly any text
has, and what they are is told here. A row in which a value has that character is told by the number
of them, and is asked for once more, quoted by the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconcile.databases import DatabaseFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BETWEEN = b"\x1f"
_READ_BYTES = 1 << 18
_HEAD_BYTES = 4
_PACKET_MAX = 0xFFFFFF
_NULL, _SHORT, _LONG, _END, _FAULT = 0xFB, 0xFC, 0xFD, 0xFE, 0xFF
"""By its first byte a packet of the protocol is a text of so long a length, the end, or a fault."""
_END_MAX = 9
_MIXED = (1267, 1270, 1271)
"""Faults of values in character sets that the server does not join by itself."""
_ROW_LOST = "a row is longer than the server's `max_allowed_packet`"


def records(connection: Any, driver: Any, columns: Sequence[str], rest: str) -> Iterator[bytes]:  # noqa: ANN401 - an extra has no types here
    """The rows of `select columns rest`, each a record of CSV with its line feed.

    Raises DatabaseFault where the connection is lost or a row is too long, and what the driver
    raises.
    """
    try:
        yield from _rows(connection, driver, columns, rest)
    except driver.err.OperationalError as error:
        if error.args[0] not in _MIXED:
            raise
        # Told before any row. Not asked for at once, for it costs the server half as much again.
        converted = [f"convert({one} using utf8mb4)" for one in columns]
        yield from _rows(connection, driver, converted, rest)


def _rows(connection: Any, driver: Any, columns: Sequence[str], rest: str) -> Iterator[bytes]:  # noqa: ANN401
    between = len(columns) - 1
    is_whole = True
    for text in _texts(connection, driver, f"select {_joined(columns)} {rest}"):
        if text.count(_BETWEEN) == between:
            yield b'"' + text.replace(b'"', b'""').replace(_BETWEEN, b'","') + b'"\n'
        else:
            is_whole = False
    if not is_whole:
        yield from _texts(connection, driver, _quoted(columns, rest))


def _joined(columns: Sequence[str]) -> str:
    values = ", ".join(f"ifnull({one}, '')" for one in columns)
    return f"concat_ws('{_BETWEEN.decode()}', {values})"


def _quoted(columns: Sequence[str], rest: str) -> str:
    """The select of the rows in which a value has the character, each one a record."""
    names = [f"value_{number}" for number, _ in enumerate(columns)]
    inner = ", ".join(f"{one} as {name}" for one, name in zip(columns, names, strict=True))
    # As bytes, for to some collations this character is nothing.
    joined = f"cast(convert({_joined(names)} using utf8mb4) as binary)"
    count = f"length({joined}) - length(replace({joined}, x'{_BETWEEN.hex()}', x''))"
    values = ", ".join(f"replace(ifnull({name}, ''), '\"', '\"\"')" for name in names)
    record = f"concat('\"', concat_ws('\",\"', {values}), '\"', char(10 using utf8mb4))"
    found = f"from (select {inner} {rest}) as pulled where {count} <> {len(names) - 1}"
    return f"select {record} {found}"


def _texts(connection: Any, driver: Any, statement: str) -> Iterator[bytes]:  # noqa: ANN401
    """The rows of one text each, read from the packets themselves, many at a time.

    The driver's own way through seven functions a row takes four times as long.
    """
    # Not closed here: that would wait for all the rest where it is left early.
    rows = connection.cursor(driver.cursors.SSCursor)
    rows.execute(statement)
    rows._result.unbuffered_active = False  # it is read here, to its end
    data = b""
    while True:
        read = connection._rfile.read1(_READ_BYTES)
        if not read:
            raise DatabaseFault("the connection was lost in the middle of an answer")
        data += read
        at, end = 0, len(data)
        while (begin := at + _HEAD_BYTES) < end:
            after = begin + (data[at] | data[at + 1] << 8 | data[at + 2] << 16)
            if after > end:
                break
            kind = data[begin]
            if kind < _NULL:
                yield data[begin + 1 : after]
            elif kind == _SHORT:
                yield data[begin + 3 : after]
            elif kind == _LONG and after - begin < _PACKET_MAX:
                yield data[begin + 4 : after]
            elif kind == _END and after - begin < _END_MAX:
                connection._next_seq_id = (data[at + 3] + 1) % 256
                return
            elif kind == _FAULT:
                driver.err.raise_mysql_exception(data[begin:after])
            else:
                raise DatabaseFault(_ROW_LOST)
            at = after
        data = data[at:]
