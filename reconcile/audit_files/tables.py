"""Which rows become audit files, and what tells the versions of one row from other rows."""

from __future__ import annotations

from dataclasses import dataclass

AUDIT_FOLDER = "audit"

SCHEMA_VERSION = 3
"""The form of the files, written into each. It rises when a table or a column comes or goes.

1 had no mark, no `runs` and no `duplicates`; 2 no `contact_changes`, `do_not_call_changes` and
`results`, nor `unread`, `is_clock_back` and `has_unpublished` of a run. A column that an older file
lacks is read as null, one that is no longer known is left out; a column never gets another meaning
under its name.
"""


@dataclass(frozen=True, slots=True)
class AuditTable:
    """A table of audit files.

    `relation` is where its rows stand in the state, and `changed` which of its columns tells the
    run that last changed a row. `key` tells the versions of one row from other rows, `instant` is
    when that was of which the row tells.
    """

    name: str
    relation: str
    key: tuple[str, ...]
    instant: str
    changed: str = "changed_run"
    is_kept_whole: bool = False
    """Each publishing that has a new row writes all of them: they are few."""

    @property
    def columns(self) -> str:
        """What is selected of its rows."""
        return "*" if self.changed == "changed_run" else f"*, {self.changed} as changed_run"

    @property
    def is_newest(self) -> str:
        """The condition, behind `qualify`, that leaves the newest version of each row."""
        key = ", ".join(self.key)
        return f"row_number() over (partition by {key} order by changed_run desc) = 1"


AUDIT_TABLES = {
    table.name: table
    for table in (
        AuditTable("calls", "kept.calls", ("source", "call_id"), "started_at"),
        AuditTable("dropped_calls", "kept.dropped_calls", ("source", "call_id"), "dropped_at"),
        AuditTable("episodes", "kept.episodes", ("episode_id",), "added_at"),
        AuditTable("attempts", "kept.attempts", ("command_key",), "handed_out_at"),
        AuditTable("decisions", "kept.decisions", ("episode_id", "run_id"), "first_run_at"),
        AuditTable("commands", "kept.commands", ("command_key",), "issued_at"),
        AuditTable("copies", "kept.copies", ("command_key", "sink"), "issued_at"),
        AuditTable("witnesses", "kept.witnesses", ("source", "call_id", "witness"), "started_at"),
        AuditTable("duplicates", "kept.duplicates", ("number",), "found_at"),
        AuditTable(
            "contact_changes",
            "kept.contact_changes",
            ("source", "contact_id", "number", "changed_run"),
            "changed_at",
        ),
        AuditTable(
            "do_not_call_changes",
            "kept.do_not_call_changes",
            ("source", "number", "number_hash", "changed_run"),
            "changed_at",
        ),
        AuditTable(
            "results",
            "raw.results",
            ("source", "file", "line"),
            "known_at",
            changed="applied_run",
        ),
        AuditTable("runs", "ops.runs", ("run_id",), "run_at", changed="run_id"),
        AuditTable(
            "settings",
            "ops.settings",
            ("settings_hash",),
            "first_run_at",
            changed="(select max(run_id) from ops.runs)",
            is_kept_whole=True,
        ),
    )
}
