"""The keys of `[sources.NAME]` with kind `postgresql`, `mariadb` or `sqlite`: what is pulled.

Either the tables of an Asterisk, with the keys that its logs have too, or one table or select of
any system, with a mapping select as files have one.
"""

# ruff: noqa: RUF009 - `key` makes a dataclass field

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from reconcile.settings import forms
from reconcile.settings.asterisk_logs import AsteriskLogs
from reconcile.settings.cdr_columns import CDR_COLUMNS
from reconcile.settings.cel_columns import CEL_COLUMNS
from reconcile.settings.database_access import MariadbAccess, PostgresqlAccess, SqliteAccess
from reconcile.settings.forms import Form, Unfit
from reconcile.settings.keys import key
from reconcile.settings.regions import time_zone
from reconcile.settings.table_selects import SELECTS, SQL_FILE, TableSelects

_TABLE = "the name of a table, `schema.table` where it is in another schema"
_YEAR_MINUTES = 525_600
_MANY_ROWS = 1_000_000_000
QUEUE_LOG_COLUMNS = (
    *("time", "callid", "queuename", "agent", "event"),
    *("data", "data1", "data2", "data3", "data4", "data5"),
)


def column_names(known: tuple[str, ...]) -> Form:
    """Accept what a table calls some columns; read as pairs of Asterisk's name and the table's."""
    example = f'`{{ {known[0]} = "NAME" }}`'
    expected = f"a table such as {example}, its keys some of {forms.listed(known)}"

    def read(value: object) -> tuple[tuple[str, str], ...]:
        if not isinstance(value, Mapping):
            raise Unfit(value, expected)
        for name, called in value.items():
            if name not in known or not isinstance(called, str) or not called:
                raise Unfit(called if name in known else name, expected)
        return tuple((str(name), str(called)) for name, called in value.items())

    return Form(expected, read)


@dataclass(frozen=True, kw_only=True)
class _Rising:
    """How new rows are told."""

    watermark: str | None = key(
        forms.text("the name of a column"),
        "A column that rises with new rows, by which they are told: a counter or a time, with an "
        "index.",
        default=None,
        default_words="the column that the server counts up; else, of Asterisk's tables, their "
        "time",
        example="id",
    )
    lookback_minutes: int | None = key(
        forms.whole(0, _YEAR_MINUTES),
        "How far behind the latest time rows may still come. It has to cover the longest call "
        "where the time is that of its beginning.",
        default=None,
        default_words="75 of a queue log and of CEL, else `open_call_limit_minutes` and 65 more",
        unit="minutes",
        example=185,
    )
    lookback_rows: int = key(
        forms.whole(0, _MANY_ROWS),
        "How far below the highest number rows may still come, of transactions that took theirs "
        "first and end last.",
        default=1_000,
    )


@dataclass(frozen=True, kw_only=True)
class _Named:
    """Which of Asterisk's tables."""

    table: str = key(forms.text(_TABLE), "The table.", example="queue_log")
    time_zone: str = key(
        time_zone(),
        "The zone of its times: UTC where Asterisk is told to write GMT, else that of the server.",
        example="Europe/Prague",
    )


@dataclass(frozen=True, kw_only=True)
class AsteriskTable(_Rising, _Named):
    """One of Asterisk's own tables."""


@dataclass(frozen=True, kw_only=True)
class QueueLogTable(AsteriskTable):
    """The queue log, as realtime writes it."""

    names: tuple[tuple[str, str], ...] = key(
        column_names(QUEUE_LOG_COLUMNS),
        "What the table calls a column, where that is not Asterisk's name.",
        default=(),
        default_words="as Asterisk",
    )


@dataclass(frozen=True, kw_only=True)
class CdrTable(AsteriskTable):
    """The call detail records, as cdr_adaptive_odbc, cdr_pgsql or cdr_mysql write them."""

    names: tuple[tuple[str, str], ...] = key(
        column_names(CDR_COLUMNS),
        "What the table calls a column, where that is not Asterisk's name. `calldate` is known.",
        default=(),
        default_words="as Asterisk",
    )

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that may be there: which are is told by the database."""
        return CDR_COLUMNS


@dataclass(frozen=True, kw_only=True)
class CelTable(AsteriskTable):
    """The channel events, as cel_odbc or cel_pgsql write them, each at its instant."""

    names: tuple[tuple[str, str], ...] = key(
        column_names(CEL_COLUMNS),
        "What the table calls a column, where that is not Asterisk's name. `extra` is known.",
        default=(),
        default_words="as Asterisk",
    )

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that may be there: which are is told by the database."""
        return CEL_COLUMNS


@dataclass(frozen=True, kw_only=True)
class AsteriskTables(AsteriskLogs):
    """The tables of an Asterisk, at least one of `queue_log`, `cdr` and `cel`."""

    queue_log: QueueLogTable | None = key(
        forms.sub_table(QueueLogTable, "a table with `table` and `time_zone`"),
        "The realtime queue log. Needed to see who hung up in a queue.",
        default=None,
        example={"table": "queue_log", "time_zone": "Europe/Prague"},
    )
    cdr: CdrTable | None = key(
        forms.sub_table(CdrTable, "a table with `table` and `time_zone`"),
        "Call records (CDR). Needed to see who hung up in a menu, and outgoing calls.",
        default=None,
        example={"table": "cdr", "time_zone": "Europe/Prague"},
    )
    cel: CelTable | None = key(
        forms.sub_table(CelTable, "a table with `table` and `time_zone`"),
        "Channel events (CEL). They show calls while they go on, outgoing ones too, menu keys, and "
        "to the second who was connected when.",
        default=None,
        example={"table": "cel", "time_zone": "Europe/Prague"},
    )


@dataclass(frozen=True, kw_only=True)
class _Relation:
    """Which table or select of any system."""

    table: str | None = key(
        forms.text(_TABLE),
        "The table. The select reads its columns, all as text, as the relation `input`. This, or "
        "`query`.",
        default=None,
        example="calls",
    )
    query: str | None = key(
        forms.text(SQL_FILE),
        "The file with one select in the words of the database, in the place of `table`.",
        default=None,
        example="calls_of_crm.sql",
    )
    time_zone: str = key(
        time_zone(), "The zone of a `watermark` that has times without an offset.", default="UTC"
    )


@dataclass(frozen=True, kw_only=True)
class OwnTable(_Rising, TableSelects, _Relation):
    """One table or select of any system; calls come by a watermark, lists as a whole."""


@dataclass(frozen=True, kw_only=True)
class PostgresqlAsterisk(AsteriskTables, PostgresqlAccess):
    """Kind `postgresql`: an Asterisk whose tables are in PostgreSQL."""


@dataclass(frozen=True, kw_only=True)
class MariadbAsterisk(AsteriskTables, MariadbAccess):
    """Kind `mariadb`: an Asterisk whose tables are in MariaDB or MySQL."""


@dataclass(frozen=True, kw_only=True)
class SqliteAsterisk(AsteriskTables, SqliteAccess):
    """Kind `sqlite`: an Asterisk whose tables are in an SQLite file."""


@dataclass(frozen=True, kw_only=True)
class PostgresqlTable(OwnTable, PostgresqlAccess):
    """Kind `postgresql`: a table of any system in PostgreSQL."""


@dataclass(frozen=True, kw_only=True)
class MariadbTable(OwnTable, MariadbAccess):
    """Kind `mariadb`: a table of any system in MariaDB or MySQL."""


@dataclass(frozen=True, kw_only=True)
class SqliteTable(OwnTable, SqliteAccess):
    """Kind `sqlite`: a table of any system in an SQLite file."""


DatabaseDetail: TypeAlias = (
    "PostgresqlAsterisk | MariadbAsterisk | SqliteAsterisk | "
    "PostgresqlTable | MariadbTable | SqliteTable"
)

_CLASSES: dict[str, tuple[type[DatabaseDetail], type[DatabaseDetail]]] = {
    "postgresql": (PostgresqlAsterisk, PostgresqlTable),
    "mariadb": (MariadbAsterisk, MariadbTable),
    "sqlite": (SqliteAsterisk, SqliteTable),
}


def class_for(kind: str, values: Mapping[str, object]) -> type[DatabaseDetail]:
    """The keys that a source has: those of a table of any system where it names one of them."""
    asterisk, own = _CLASSES[kind]
    return asterisk if {*SELECTS, "table", "query"}.isdisjoint(values) else own
