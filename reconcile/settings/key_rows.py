"""The settings table of the README, a row a key, from the keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile.settings.alerts import Alert
from reconcile.settings.ami import Ami
from reconcile.settings.ari import Ari
from reconcile.settings.asterisk_logs import AsteriskLogs
from reconcile.settings.call_file import CallFile
from reconcile.settings.campaigns import Campaign
from reconcile.settings.database_access import ServerAccess, SqliteAccess
from reconcile.settings.database_sinks import PostgresqlCommands, SqliteCommands
from reconcile.settings.database_tables import AsteriskTables, OwnTable
from reconcile.settings.keys import Key, keys_of
from reconcile.settings.literals import literal
from reconcile.settings.mluvii import MluviiSink, MluviiSource
from reconcile.settings.program import Settings
from reconcile.settings.schedules import ScheduledReport
from reconcile.settings.sinks import FileSink, Sink
from reconcile.settings.sources import ResultFiles, Source, TableFiles
from reconcile.settings.webhook import Webhook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NO_DEFAULT = "none"
_DATABASES = '[sources.NAME] kind = "postgresql", "mariadb" or "sqlite"'
_TABLES = '[sinks.NAME] kind = "postgresql" or "mariadb"'
_FILE_TABLE = '[sinks.NAME] kind = "sqlite"'


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One row of the settings table: where the key stands, its name, default, unit and meaning."""

    section: str
    key: str
    default: str
    unit: str
    meaning: str


def settings_rows() -> list[SettingRow]:
    """List all keys, in the order of the template, for the table of the README."""
    sections: tuple[tuple[str, type, type | None], ...] = (
        ("top of the file", Settings, None),
        ("[sources.NAME]", Source, None),
        ('[sources.NAME] kind = "asterisk"', AsteriskLogs, None),
        ('[sources.NAME] kind = "table"', TableFiles, None),
        ('[sources.NAME] kind = "results"', ResultFiles, None),
        ('[sources.NAME] kind = "postgresql" or "mariadb"', ServerAccess, None),
        ('[sources.NAME] kind = "sqlite"', SqliteAccess, None),
        (f"{_DATABASES}, an Asterisk: the keys of its logs, but", AsteriskTables, AsteriskLogs),
        (f"{_DATABASES}, any table: the selects of files, and", OwnTable, TableFiles),
        ('[sources.NAME] kind = "mluvii"', MluviiSource, None),
        ("[campaigns.NAME]", Campaign, None),
        ("[sinks.NAME]", Sink, None),
        ('[sinks.NAME] kind = "file"', FileSink, None),
        ('[sinks.NAME] kind = "webhook"', Webhook, None),
        ('[sinks.NAME] kind = "ari"', Ari, None),
        ('[sinks.NAME] kind = "ami"', Ami, None),
        ('[sinks.NAME] kind = "call_file"', CallFile, None),
        ('[sinks.NAME] kind = "mluvii"', MluviiSink, None),
        (f"{_TABLES}: the keys of such a source, but", PostgresqlCommands, ServerAccess),
        (f"{_FILE_TABLE}: the keys of such a source, and", SqliteCommands, SqliteAccess),
        ("[reports.NAME]", ScheduledReport, None),
        ("[alerts.NAME]", Alert, None),
    )
    return [
        row
        for section, table, told in sections
        for row in _rows(section, "", table, keys_of(told) if told else ())
    ]


def _rows(section: str, prefix: str, table: type, told: Sequence[Key] = ()) -> Iterator[SettingRow]:
    """List the keys of a table, but for those that are told of already."""
    for key in keys_of(table):
        if key in told:
            continue
        name = prefix + key.name
        yield SettingRow(section, name, _default(key), key.unit, meaning_in_full(key))
        if key.form.table is not None:
            yield from _rows(section, f"{name}.{'NAME.' * bool(key.form.names)}", key.form.table)


def _default(key: Key) -> str:
    if key.is_required:
        return "required"
    return key.default_words or (NO_DEFAULT if key.default is None else literal(key.default))


def meaning_in_full(key: Key) -> str:
    """What a key means, with the words to choose from."""
    if not key.form.words:
        return key.meaning
    return f"{key.meaning} To choose from: {', '.join(map(literal, key.form.words))}."
