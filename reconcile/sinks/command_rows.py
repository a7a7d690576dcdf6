"""A command as a row: its columns, the table that holds them, the statement that inserts it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconcile.sinks import OutgoingCommand

KEY = "command_key"
LONGEST_KEY = 512
"""Signs of a key: an index of MariaDB holds no more of four bytes each."""

_TIMES = ("due_at", "expires_at", "issued_at")
_COLUMNS = (
    *(KEY, "command", "number", "contact_id", "contact_name", "campaign", "attempt", "redial"),
    *(*_TIMES, "reason", "is_copy", "payload"),
)
COLUMNS = frozenset(_COLUMNS)
"""Those that the table has to have; it may have others that stand empty at first."""

_TABLE = """\
create table {table} (
    sequence {counter},
    command_key {key} not null unique,
    command varchar(8) not null,
    number {text} not null,
    contact_id {text},
    contact_name {long_text},
    campaign {text} not null,
    attempt integer,
    redial integer,
    due_at {time},
    expires_at {time},
    issued_at {time} not null,
    reason {text} not null,
    is_copy {flag} not null,
    payload {long_text} not null,
    written_at {time} not null default {now}
){options}"""
_WORDS = {
    "postgresql": {
        "counter": "bigint generated always as identity primary key",
        "key": "text",
        "text": "text",
        "long_text": "text",
        "time": "timestamptz",
        "flag": "boolean",
        "now": "current_timestamp",
        "options": "",
    },
    "mariadb": {
        "counter": "bigint not null auto_increment primary key",
        "key": f"varchar({LONGEST_KEY})",
        "text": "varchar(255)",
        "long_text": "longtext",
        "time": "datetime",
        "flag": "boolean",
        "now": "(utc_timestamp())",
        "options": " engine = InnoDB character set utf8mb4 collate utf8mb4_bin",
    },
    "sqlite": {
        "counter": "integer primary key autoincrement",
        "key": "text",
        "text": "text",
        "long_text": "text",
        "time": "text",
        "flag": "integer",
        "now": "current_timestamp",
        "options": "",
    },
}
_KEEPING_THE_FIRST = {
    "postgresql": f"on conflict ({KEY}) do nothing",
    "mariadb": f"on duplicate key update {KEY} = {KEY}",
    "sqlite": f"on conflict ({KEY}) do nothing",
}


def table_statement(kind: str, table: str) -> str:
    """The statement that makes the table, whose name is quoted already."""
    return _TABLE.format(table=table, **_WORDS[kind])


def insertion(kind: str, table: str, count: int) -> str:
    """Insert so many rows, `?` for each value, and leave alone what stands there by its key."""
    row = f"({', '.join('?' * len(_COLUMNS))})"
    rows = ", ".join([row] * count)
    columns = ", ".join(_COLUMNS)
    return f"insert into {table} ({columns}) values {rows} {_KEEPING_THE_FIRST[kind]}"  # noqa: S608


def standing(table: str, count: int) -> str:
    """Select which of so many keys stand in the table."""
    places = ", ".join("?" * count)
    return f"select {KEY} from {table} where {KEY} in ({places})"  # noqa: S608


def values_of(kind: str, commands: Sequence[OutgoingCommand]) -> list[object]:
    """The values of all columns, row by row. Raises ValueError for a payload that is no object."""
    return [value for command in commands for value in _row(kind, command)]


def stored_key(key: str) -> str:
    """Give a key as it stands in the table: no text of PostgreSQL holds a zero."""
    return key.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _row(kind: str, command: OutgoingCommand) -> list[object]:
    payload = json.loads(command.payload_json)
    if not isinstance(payload, dict):
        raise ValueError(command.payload_json[:80])  # noqa: TRY004 - not of a wrong type here
    given: dict[str, Any] = {
        **payload,
        KEY: command.key,
        "command": command.kind,
        "number": command.number,
        "is_copy": bool(payload.get("copy", False)),
        "payload": command.payload_json,
        **{name: _time(kind, payload.get(name)) for name in _TIMES},
    }
    found = (given.get(name) for name in _COLUMNS)
    return [stored_key(value) if isinstance(value, str) else value for value in found]


def _time(kind: str, text: str | None) -> str | None:
    """UTC as the databases read it: PostgreSQL with its offset, the others have none."""
    if text is None:
        return None
    return text.replace("T", " ").replace("Z", "+00" if kind == "postgresql" else "")
