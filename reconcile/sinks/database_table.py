"""A row in a table of a database for each command, once by its key."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import islice
from typing import TYPE_CHECKING, Any

from reconcile import clock
from reconcile.databases import DatabaseFault, session
from reconcile.databases.places import place_of
from reconcile.errors import SettingInvalid, SinkUnreachable
from reconcile.settings.database_sinks import COMMAND_TABLES
from reconcile.sinks import NO_MARK, Outcome, State, command_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from reconcile.databases import Session
    from reconcile.settings.database_sinks import DatabaseCommands
    from reconcile.sinks import OutgoingCommand

_ROWS_PER_STATEMENT = 500
_CONNECTIONS_TRIED = 2


@dataclass(slots=True)
class DatabaseTableSink:
    """A table that a dialler reads; for the length of one run.

    `fault` is why the database let nobody in, so that one run waits for it once.
    """

    access: DatabaseCommands
    folder: Path
    can_tell_repeats: bool = True
    fault: str = ""
    promise: str = (
        "each command is a row of the table exactly once, by its key, also where the state is "
        "deleted; only where a row is deleted or its key changed between a killed run and the "
        "next one can that run's commands be written again"
    )

    @property
    def kind(self) -> str:
        """What is spoken there."""
        return self.access.database_kind

    @property
    def waits_for_network(self) -> bool:
        """Whether it is on a server; a file of this machine is not."""
        return self.kind != "sqlite"

    def deliver(self, commands: Sequence[OutgoingCommand], mark: str) -> tuple[list[Outcome], str]:  # noqa: ARG002 - no memory
        """Insert what does not stand there, and see that it does: some hundreds a transaction.

        Where the connection breaks, the rows are inserted anew over another one: that waits for
        what is left of the first, and leaves alone what it did.
        """
        rows, outcomes = self._judged(commands)
        for part in _parts(rows):
            outcomes |= self._insert(part)
        return [outcomes[command.key] for command in commands], NO_MARK

    def recover(self, keys: Collection[str], mark: str) -> set[str]:  # noqa: ARG002 - no memory
        """Look in the table for keys. Raises SinkUnreachable where it cannot be read now."""
        try:
            with self._session() as database:
                return self._standing(database, list(keys))
        except (DatabaseFault, SettingInvalid) as problem:
            self.fault = self._told(problem)
            raise SinkUnreachable(
                self.fault, follows="They stay in doubt; the next run looks again"
            ) from problem

    def check(self) -> str:
        """Say whether the table is there with its columns and its key; write nothing."""
        try:
            with self._session() as database:
                return self._check_table(database)
        except (DatabaseFault, SettingInvalid) as problem:
            raise SinkUnreachable(self._told(problem)) from problem

    def _session(self) -> AbstractContextManager[Session]:
        place = place_of(self.folder, self.access, self.kind, is_read_only=False)
        return session(self.kind, place)

    def _judged(
        self, commands: Sequence[OutgoingCommand]
    ) -> tuple[list[OutgoingCommand], dict[str, Outcome]]:
        """What can be a row, and what never can."""
        rows, outcomes = [], {}
        for command in commands:
            fault = ""
            if len(command.key) > command_rows.LONGEST_KEY:
                fault = f"its key is longer than {command_rows.LONGEST_KEY} signs"
            try:
                command_rows.values_of(self.kind, [command])
            except ValueError as error:
                fault = f"its payload is no JSON object: {error}"
            if fault:
                outcomes[command.key] = Outcome(command.key, "refused_for_good", fault)
            else:
                rows.append(command)
        return rows, outcomes

    def _insert(self, commands: Sequence[OutgoingCommand]) -> dict[str, Outcome]:
        """Insert a part in one transaction; where the table refuses it, each row by itself."""
        faults = [self.fault] if self.fault else []
        while not self.fault:
            try:
                with self._session() as database:
                    return self._insert_over(database, commands)
            except (DatabaseFault, SettingInvalid) as problem:
                faults.append(self._told(problem))
            if len(faults) == _CONNECTIONS_TRIED:
                self.fault = faults[-1]
        return _all(commands, "refused_now", self.fault)

    def _insert_over(
        self, database: Session, commands: Sequence[OutgoingCommand]
    ) -> dict[str, Outcome]:
        table = self._table(database)
        try:
            database.change(
                command_rows.insertion(self.kind, table, len(commands)),
                command_rows.values_of(self.kind, commands),
            )
        except DatabaseFault as fault:
            database.columns(table)  # where that fails too, it is not for one of the rows
            if len(commands) == 1:
                return _all(commands, "refused_now", self._told(fault))
            return self._insert_singly(database, commands)
        there = self._standing(database, [command.key for command in commands])
        delivered = [command for command in commands if command.key in there]
        missing = [command for command in commands if command.key not in there]
        return _all(delivered, "delivered", "") | _all(
            missing,
            "refused_now",
            f"`{self.access.table}` keeps the row out: by another unique key, a trigger or a rule",
        )

    def _insert_singly(
        self, database: Session, commands: Sequence[OutgoingCommand]
    ) -> dict[str, Outcome]:
        """Insert each row by itself, for about as long as a statement may take."""
        until = clock.running_seconds() + self.access.statement_seconds
        outcomes: dict[str, Outcome] = {}
        for command in commands:
            if clock.running_seconds() < until:
                outcomes |= self._insert_over(database, [command])
            else:
                detail = f"`{self.access.table}` refuses rows, and takes its time for it"
                outcomes |= _all([command], "refused_now", detail)
        return outcomes

    def _standing(self, database: Session, keys: Sequence[str]) -> set[str]:
        table = self._table(database)
        found: set[str] = set()
        for part in _parts(keys):
            stored = {command_rows.stored_key(key): key for key in part}
            statement = command_rows.standing(table, len(stored))
            found |= {stored[key] for key in database.texts(statement, list(stored))}
        return found

    def _table(self, database: Session) -> str:
        return database.quoted(*self.access.table.split("."))

    def _check_table(self, database: Session) -> str:
        named, table = self.access.table, self._table(database)
        try:
            columns = database.columns(table)
        except DatabaseFault as fault:
            statement = command_rows.table_statement(self.kind, table)
            raise DatabaseFault(
                f"`{named}` cannot be read ({fault.what}); this makes it:\n{statement};"
            ) from fault
        lacking = sorted(command_rows.COLUMNS - {name.casefold() for name in columns})
        if lacking:
            raise DatabaseFault(f"`{named}` lacks the columns `{'`, `'.join(lacking)}`")
        if not database.is_unique(self.access.table.split("."), command_rows.KEY):
            raise DatabaseFault(
                f"`{named}` has no unique key of `{command_rows.KEY}` alone, without which a "
                "command could stand there twice"
            )
        return f"`{named}` can be read and has its columns and key"

    def _told(self, problem: DatabaseFault | SettingInvalid) -> str:
        hint = f" ({problem.hint})" if problem.hint else ""
        return f"{self.kind}: {problem.what}{hint}"


def open_sink(options: Mapping[str, Any]) -> DatabaseTableSink:
    """Make the sink from the keys of its kind and `folder`, the folder of the settings file."""
    kind = COMMAND_TABLES[options["kind"]]
    access = kind(**{one.name: options[one.name] for one in fields(kind)})
    return DatabaseTableSink(access, options["folder"])


def _parts(items: Sequence[Any]) -> Iterator[list[Any]]:
    left = iter(items)
    while part := list(islice(left, _ROWS_PER_STATEMENT)):
        yield part


def _all(commands: Sequence[OutgoingCommand], state: State, detail: str) -> dict[str, Outcome]:
    return {command.key: Outcome(command.key, state, detail) for command in commands}
