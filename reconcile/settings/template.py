"""The commented file of `reconcile init`, from the keys."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile.settings.alerts import Alert
from reconcile.settings.ami import Ami
from reconcile.settings.ari import Ari
from reconcile.settings.asterisk_logs import AsteriskLogs
from reconcile.settings.call_file import CallFile
from reconcile.settings.campaigns import Campaign
from reconcile.settings.database_sinks import PostgresqlCommands, SqliteCommands
from reconcile.settings.database_tables import PostgresqlAsterisk, PostgresqlTable, SqliteTable
from reconcile.settings.key_rows import NO_DEFAULT, meaning_in_full
from reconcile.settings.keys import Key, keys_of
from reconcile.settings.literals import literal
from reconcile.settings.mluvii import MluviiSink, MluviiSource
from reconcile.settings.program import Settings
from reconcile.settings.schedules import ScheduledReport
from reconcile.settings.sinks import FileSink, Sink, StdoutSink
from reconcile.settings.sources import ResultFiles, Source, TableFiles
from reconcile.settings.webhook import Webhook

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDTH = 100
_HEAD = """\
Settings of reconcile. Paths count from the folder of this file.

A line that begins with `#` and a letter is a key with its default, or with an example where it
has none: take the `#` away to set it. `reconcile check` says what the settings amount to.
"""


@dataclass(frozen=True, slots=True)
class _Section:
    """A table of the template. It is commented out as a whole unless it is needed to begin with."""

    name: str
    about: str
    tables: tuple[type, ...]
    kind: str = ""
    is_needed: bool = False


_SECTIONS = (
    _Section("", "", (Settings,), is_needed=True),
    _Section(
        "sources.pbx",
        "The phone system: an Asterisk. At least one of `queue_log`, `cdr` and `cel` is required.",
        (Source, AsteriskLogs),
        kind="asterisk",
        is_needed=True,
    ),
    _Section(
        "sources.directory",
        "The directory. A source of the same kind with `calls` reads any other call log, one with "
        "`do_not_call` a list of numbers not to be called.",
        (Source, TableFiles),
        kind="table",
        is_needed=True,
    ),
    _Section(
        "sources.pbx-tables",
        "The phone system, where Asterisk writes into a database. `postgresql` and `mariadb` (also "
        "for MySQL) have the same keys, `sqlite` has a `path` in the place of the server.",
        (Source, PostgresqlAsterisk),
        kind="postgresql",
    ),
    _Section(
        "sources.crm",
        "Any table or query of a database; with `calls` a call log, of which new rows are pulled.",
        (Source, PostgresqlTable),
        kind="postgresql",
    ),
    _Section(
        "sources.crm-file",
        "The same in an SQLite file.",
        (Source, SqliteTable),
        kind="sqlite",
    ),
    _Section(
        "sources.dialler",
        "What the dialler reports back, if it can.",
        (Source, ResultFiles),
        kind="results",
    ),
    _Section(
        "sources.mluvii",
        "Telephone sessions and contacts of mluvii, by its public API.",
        (Source, MluviiSource),
        kind="mluvii",
    ),
    _Section(
        "campaigns.missed-calls",
        "Who is called back and when. Any number of campaigns, under names of your choice.",
        (Campaign,),
        is_needed=True,
    ),
    _Section("sinks.file", "Where commands go.", (Sink, FileSink), kind="file"),
    _Section("sinks.stdout", "", (Sink, StdoutSink), kind="stdout"),
    _Section("sinks.webhook", "", (Sink, Webhook), kind="webhook"),
    _Section("sinks.asterisk", "An Asterisk that dials, over ARI.", (Sink, Ari), kind="ari"),
    _Section("sinks.ami", "The same over AMI.", (Sink, Ami), kind="ami"),
    _Section("sinks.call_file", "The same by call files.", (Sink, CallFile), kind="call_file"),
    _Section("sinks.mluvii", "A campaign of mluvii that dials.", (Sink, MluviiSink), kind="mluvii"),
    _Section("sinks.postgresql", "Rows of a table.", (Sink, PostgresqlCommands), kind="postgresql"),
    _Section("sinks.sqlite", "", (Sink, SqliteCommands), kind="sqlite"),
    _Section("reports.morning", "A report that is written at its hours.", (ScheduledReport,)),
    _Section("alerts.undelivered", "A report that shall not have so many rows.", (Alert,)),
)


def template(filled: Mapping[str, object] | None = None) -> str:
    """Write a settings file in which every key is explained and every default stands in a comment.

    `filled` gives values to begin with by their dotted key, such as `region` or
    `sources.pbx.cdr` (a mapping); these keys are not commented out. Raises KeyError for one that
    the file has no place for.
    """
    left = dict(filled or {})
    explained: set[Key] = set()
    parts = [_comment(_HEAD.strip())]
    parts.extend("\n".join(_section(section, left, explained)) for section in _SECTIONS)
    if left:
        raise KeyError(*left)
    return "\n\n".join(parts) + "\n"


def _section(section: _Section, left: dict[str, object], explained: set[Key]) -> Iterator[str]:
    prefix = f"{section.name}." if section.name else ""
    is_active = section.is_needed or any(name.startswith(prefix) for name in left)
    if section.about:
        yield _comment(section.about)
    if section.name:
        yield f"{'' if is_active else '#'}[{section.name}]"
    for key in (key for table in section.tables for key in keys_of(table)):
        if key not in explained:
            explained.add(key)
            yield from _explanation(key)
        if key.name == "kind":
            value = left.pop(prefix + key.name, section.kind)
            yield f"{'' if is_active else '#'}kind = {literal(value)}"
        elif prefix + key.name in left:
            yield f"{key.name} = {literal(left.pop(prefix + key.name))}"
        else:
            yield f"#{key.name} = {literal(_shown_value(key))}"


def _explanation(key: Key) -> Iterator[str]:
    words = [meaning_in_full(key)]
    if key.unit:
        words.append(f"In {key.unit}.")
    if key.is_required:
        words.append("Required.")
    elif key.default_words not in {"", NO_DEFAULT}:
        words.append(f"Default: {key.default_words}.")
    yield _comment(" ".join(words))
    for part in keys_of(key.form.table) if key.form.table else ():
        yield _comment(f"  {part.name}: {part.meaning}")


def _shown_value(key: Key) -> object:
    if isinstance(key.example, Mapping):
        return key.example
    if key.form.table is not None and isinstance(key.example, tuple):
        parts = keys_of(key.form.table)
        shown = [{part.name: getattr(one, part.name) for part in parts} for one in key.example]
        if key.form.names:
            names = (one.name for one in key.example)
            return dict(zip(names, shown, strict=True))
        return shown
    if key.form.table is not None:
        return {part.name: _shown_value(part) for part in keys_of(key.form.table)}
    return key.default if key.example is None else key.example


def _comment(text: str) -> str:
    lines: list[str] = []
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        wrapped = textwrap.wrap(
            line, _WIDTH - 2, subsequent_indent=indent + ("  " if indent else "")
        )
        lines.extend(f"# {part}" for part in wrapped or [""])
    return "\n".join(line.rstrip() for line in lines)
