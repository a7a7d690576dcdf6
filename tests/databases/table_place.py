"""An empty table for commands in a database of each kind, and sinks to it."""

from __future__ import annotations

import sqlite3
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from servers import PASSWORD, Own

from reconcile.databases import DatabaseFile, Session, session
from reconcile.settings.database_sinks import COMMAND_TABLES
from reconcile.settings.secrets import Secret
from reconcile.sinks import Sink, command_rows, open_sink

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "reconcile_commands"


class Place:
    """An empty table in a server, or without one in an SQLite file, and a sink to it."""

    def __init__(self, folder: Path, own: Own | None) -> None:
        self.kind = kind = own.kind if own else "sqlite"
        self.folder, self.own = folder, own
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        if own is None:
            sqlite3.connect(folder / "commands.db").close()
        if kind == "mariadb":  # the servers of the tests are told to forget, for speed
            self.execute("set global innodb_flush_log_at_trx_commit = 1")
        with self.opened() as database:
            database.change(f"drop table if exists {self.quoted(database)}")
            database.change(command_rows.table_statement(kind, self.quoted(database)))

    def quoted(self, database: Session, table: str = TABLE) -> str:
        return database.quoted(table)

    def opened(self) -> Any:
        if self.own is not None:
            return session(self.kind, self.own.server())
        return session("sqlite", DatabaseFile(path=self.folder / "commands.db", is_read_only=False))

    def execute(self, *statements: str) -> None:
        with self.opened() as database:
            for statement in statements:
                database.change(statement)

    def sink(self, **changed: object) -> Sink:
        given: dict[str, object] = {"table": TABLE}
        if self.own is None:
            given |= {"path": "commands.db"}
        else:
            given |= {
                "host": "127.0.0.1",
                "port": self.own.port,
                "database": self.own.database,
                "user": "owner",
                "password": Secret(file="password"),
                "tls": self.own.tls,
            }
        access = COMMAND_TABLES[self.kind](**{**given, **changed})
        names = [one.name for one in fields(access)]
        options = {name: getattr(access, name) for name in names}
        return open_sink(self.kind, {"folder": self.folder, **options})

    def settings(self) -> str:
        """The keys of the sink, as lines of the settings."""
        if self.own is None:
            return f'kind = "sqlite"\npath = "{self.folder / "commands.db"}"\n'
        password = f'{{ file = "{self.folder / "password"}" }}'
        return (
            self.own.settings()
            .replace('"reader"', '"owner"')
            .replace('{ file = "password" }', password)
        )

    def back(self) -> None:
        """Start the server again that was killed."""
        assert self.own is not None
        # The dead one stands among the processes until somebody reaps it, and seems to hold these.
        for left in ("data/postmaster.pid", *self.own.folder.glob(".s.PGSQL*")):
            (self.own.folder / left).unlink(missing_ok=True)
        self.own.start()
        self.own.wait()

    def column(self, column: str) -> list[str]:
        """One column in the order in which the rows came."""
        with self.opened() as database:
            return database.texts(
                f"select {column} from {self.quoted(database)} order by sequence", []
            )

    @property
    def keys(self) -> list[str]:
        return self.column("command_key")
