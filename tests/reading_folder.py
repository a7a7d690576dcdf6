"""A folder as a run leaves it for readers, filled from the text tables of `cli/world.txt`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import case_format
import case_runner

from reconcile import database, publishing, settings
from reconcile.settings.tables import to_tables

if TYPE_CHECKING:
    import duckdb

WORLD = Path(__file__).parent / "cli" / "world.txt"
LAST_RUN = datetime.fromisoformat("2026-03-02T10:16:00")

SETTINGS = """\
region = "CZ"

[sources.pbx]
kind = "asterisk"
queue_log = "queue_log*"
cdr = { path = "Master.csv", columns = "21", time_zone = "UTC" }
incoming = { contexts = ["from-trunk", "menu"] }
trunks = ["PJSIP/trunk-*"]
menus = ["menu"]
dialled_number = { column = "userfield", pattern = "^did:(.+)$" }

[sources.directory]
kind = "table"
path = "contacts.csv"
contacts = "contacts.sql"

[sources.robinson]
kind = "table"
path = "robinson.csv"
do_not_call = "robinson.sql"

[campaigns.missed-calls]
dialled_numbers = ["+420200000410"]
dropped_in = ["queue", "ivr"]
dialler = "file"

[sinks.file]
path = "commands.ndjson"
"""


def fill(folder: Path) -> settings.Settings:
    """Write settings and all that a run publishes."""
    file = folder / "reconcile.toml"
    file.write_text(SETTINGS, encoding="utf-8")
    loaded = settings.load(file)
    state = loaded.state_folder
    state.mkdir()
    with database.connect(state / database.READ_FILE) as connection:
        database.migrate(connection)
        insert(connection, WORLD)
        insert_settings(connection, loaded)
    publishing.write_status(
        state,
        {
            "run_id": 16,
            "run_at": "2026-03-02T10:16:00Z",
            "ended_at": "2026-03-02T10:16:00Z",
            "version": "0.1.0",
            "exit_code": 5,
            "is_idle": False,
            "feeds": {
                "pbx/queue_log": {
                    "read_at": "2026-03-02T10:16:00Z",
                    "row_count": 0,
                    "fault": None,
                },
            },
        },
    )
    (state / "faults.json").write_text(
        json.dumps(
            {
                "sink file": {
                    "since": "2026-03-02T10:09:00",
                    "told_at": "2026-03-02T10:09:00",
                    "lines": ["the sink `file` did not take the dial of +420700610104", "It waits"],
                }
            }
        ),
        encoding="utf-8",
    )
    return loaded


def insert(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Insert the tables of a file in the format of golden cases."""
    file = case_format.parse(path.read_text(encoding="utf-8"), path)
    for table in file.cases[0].tables:
        case_runner._insert(connection, table)


def insert_settings(connection: duckdb.DuckDBPyConnection, loaded: settings.Settings) -> None:
    """Put the settings into their tables, as a run does."""
    for table, rows in to_tables(loaded).items():
        for row in rows:
            columns, values = ", ".join(row), ", ".join(f"${column}" for column in row)
            connection.execute(f"insert into {table} ({columns}) values ({values})", row)
