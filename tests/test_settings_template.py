"""The file of `reconcile init` and the settings table of the README."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from settings_files import faults, read

from reconcile.settings import settings_hash
from reconcile.settings.key_rows import settings_rows
from reconcile.settings.sinks import SINK_KINDS
from reconcile.settings.sources import SOURCE_KINDS
from reconcile.settings.template import template

FILLED = {
    "region": "CZ",
    "sources.pbx.queue_log": "queue_log*",
    "sources.directory.path": "contacts.csv",
    "sources.directory.contacts": "contacts.sql",
}
# One source gives one thing, and only calls are folded. A dial leads to one place.
LEFT_OUT = (
    *("#calls = ", "#fold_key = ", "#do_not_call = ", "#query = ", "#watermark = "),
    *("#application = ", "#data = ", "#queue = ", "#default_queue = "),
)
DATABASES = {
    "sources.pbx-tables.database": "asterisk",
    "sources.pbx-tables.user": "reconcile",
    "sources.pbx-tables.queue_log": {"table": "queue_log", "time_zone": "UTC"},
    "sources.crm.database": "crm",
    "sources.crm.user": "reconcile",
    "sources.crm.table": "people",
    "sources.crm.contacts": "contacts.sql",
    "sources.crm-file.path": "crm.db",
    "sources.crm-file.table": "people",
    "sources.crm-file.contacts": "contacts.sql",
}
FILLED_SINKS = {
    "sinks.webhook.url": "https://dialler.example/",
    "sinks.postgresql.database": "dialler",
    "sinks.postgresql.user": "reconcile",
    "sinks.sqlite.path": "commands.db",
}


def test_the_file_says_what_is_to_be_filled_in(tmp_path: Path) -> None:
    texts = faults(tmp_path, template())
    assert any("lacks `path`" in text for text in texts)
    assert any("neither `queue_log` nor `cdr`" in text for text in texts)


def test_with_the_required_values_it_is_complete(tmp_path: Path) -> None:
    settings = read(tmp_path, template(FILLED))
    assert settings.warnings == ()
    assert [source.kind for source in settings.sources] == ["asterisk", "table"]
    assert settings.campaigns[0].dialler == "none"
    assert settings.sinks == ()


def test_a_filled_section_is_taken_out_of_its_comment(tmp_path: Path) -> None:
    more = {"sinks.file.path": "out.csv", "campaigns.missed-calls.dialler": "file"}
    settings = read(tmp_path, template({**FILLED, **more}))
    assert settings.sinks[0].name == settings.campaigns[0].dialler == "file"


def test_a_filled_table_stands_on_one_line() -> None:
    cdr = {"path": 'a"b.csv', "columns": "18", "time_zone": "UTC"}
    text = template({**FILLED, "sources.pbx.cdr": cdr})
    assert tomllib.loads(text)["sources"]["pbx"]["cdr"] == cdr


def test_a_value_without_a_place_is_refused() -> None:
    with pytest.raises(KeyError, match=r"sources\.pbx\.queue_logs"):
        template({"sources.pbx.queue_logs": "x"})


def test_no_line_is_wider_than_the_page() -> None:
    assert [line for line in template().splitlines() if len(line) > 100] == []


def test_all_lines_in_comments_together_are_accepted(tmp_path: Path) -> None:
    text = "\n".join(
        line[1:] if re.match(r"#[\[a-z]", line) and not line.startswith(LEFT_OUT) else line
        for line in template({"campaigns.missed-calls.dialler": "file"}).splitlines()
    )
    settings = read(tmp_path, text)
    (warning,) = settings.warnings
    assert "`dropped_in` does not have `ivr`" in warning
    assert {source.kind for source in settings.sources} == {*SOURCE_KINDS, "postgresql", "sqlite"}
    assert {sink.kind for sink in settings.sinks} == {*SINK_KINDS, "postgresql", "sqlite"}


def test_every_key_stands_in_the_file() -> None:
    lines = template().splitlines()
    for row in settings_rows():
        assert any(re.match(rf"#?{row.key.partition('.')[0]} = ", line) for line in lines)


ORDER = {"dial": "customer_first", "endpoint": "PJSIP/{number}@trunk", "context": "callback"}
USER = {"user": "reconcile", "password": {"env": "PASSWORD"}}
RECEIVERS = {
    "asterisk": {**ORDER, **USER, "url": "http://127.0.0.1:8088/ari"},
    "ami": {**ORDER, **USER},
    "call_file": ORDER,
}


def test_a_default_that_is_uncommented_changes_nothing(tmp_path: Path) -> None:
    sinks = {
        f"sinks.{name}.{key}": value
        for name, keys in RECEIVERS.items()
        for key, value in keys.items()
    }
    text = template(FILLED | DATABASES | FILLED_SINKS | sinks)
    before = settings_hash(read(tmp_path, text))
    defaults = {f"#{row.key} = {row.default}" for row in settings_rows()}
    lines: list[str] = []
    is_commented_out = False
    for line in text.splitlines():
        if re.match(r"#?\[", line):
            is_commented_out = line.startswith("#")
        is_default = line in defaults and not is_commented_out
        lines.append(line[1:] if is_default else line)
    assert {"retry_minutes = [5, 15, 60]", "batch = 1", "statement_seconds = 30"} <= {*lines}
    assert settings_hash(read(tmp_path, "\n".join(lines))) == before


def test_each_key_has_a_row_with_a_sentence_and_its_unit() -> None:
    rows = settings_rows()
    assert len({(row.section, row.key) for row in rows}) == len(rows)
    for row in rows:
        assert row.meaning.endswith(".")
        assert row.default
        suffix = row.key.rsplit("_", maxsplit=1)[-1]
        if suffix in {"minutes", "seconds", "days", "percent"}:
            assert row.unit == suffix


def test_the_rows_have_the_keys_of_the_law() -> None:
    defaults = {row.key: row.default for row in settings_rows()}
    assert defaults["retry_minutes"] == "[5, 15, 60]"
    assert defaults["cdr.time_zone"] == "required"
    assert defaults["dialled_numbers"] == "every line"
    assert defaults["open_call_limit_minutes"] == "120"


def test_a_choice_is_told_in_the_rows() -> None:
    (row,) = [row for row in settings_rows() if row.key == "count_from"]
    assert row.meaning.endswith('To choose from: "added", "previous_attempt".')
