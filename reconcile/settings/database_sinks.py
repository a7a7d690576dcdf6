"""The keys of `[sinks.NAME]` with kind `postgresql`, `mariadb` or `sqlite`: rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from reconcile.settings import forms
from reconcile.settings.database_access import (
    MariadbAccess,
    PostgresqlAccess,
    ServerAccess,
    SqliteAccess,
)
from reconcile.settings.keys import key
from reconcile.settings.patience import EACH_RUN, NETWORK, Patience


@dataclass(frozen=True, kw_only=True)
class _CommandTable:
    """A table that gets a row for each command; `database_kind` says what is spoken there."""

    database_kind: ClassVar[str]
    takes_copies: ClassVar[bool] = True
    patience: ClassVar[Patience] = NETWORK

    table: str = key(
        forms.text("the name of a table, `schema.table` where it is in another schema"),
        "The table, which `reconcile check` gives the statement for as long as it is not there.",
        default="reconcile_commands",
    )


@dataclass(frozen=True, kw_only=True)
class _ServerCommands(_CommandTable, ServerAccess):
    user: str = key(
        forms.text(),
        "Who writes: a user that may select from the table and insert into it.",
        example="reconcile",
    )


@dataclass(frozen=True, kw_only=True)
class PostgresqlCommands(_ServerCommands, PostgresqlAccess):
    """Kind `postgresql`: a row in a table of PostgreSQL for each command."""

    database_kind = "postgresql"


@dataclass(frozen=True, kw_only=True)
class MariadbCommands(_ServerCommands, MariadbAccess):
    """Kind `mariadb`: a row in a table of MariaDB or MySQL for each command."""

    database_kind = "mariadb"


@dataclass(frozen=True, kw_only=True)
class SqliteCommands(_CommandTable, SqliteAccess):
    """Kind `sqlite`: a row in a table of an SQLite file for each command."""

    database_kind = "sqlite"
    patience = EACH_RUN


DatabaseCommands = PostgresqlCommands | MariadbCommands | SqliteCommands
COMMAND_TABLES: dict[str, type[DatabaseCommands]] = {
    one.database_kind: one for one in (PostgresqlCommands, MariadbCommands, SqliteCommands)
}
