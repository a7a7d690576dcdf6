from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sink_commands import DIAL, REMOVE

from reconcile import sinks
from reconcile.sinks.records import CSV_COLUMNS

SCHEMA = json.loads(
    (Path(sinks.__file__).parent / "command.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("command", [DIAL, REMOVE], ids=["dial", "remove"])
def test_a_command_fits_the_schema(command: dict[str, Any]) -> None:
    VALIDATOR.validate(command)


@pytest.mark.parametrize("kind", ["dial", "remove"])
def test_every_member_is_always_there_but_the_mark_of_a_copy(kind: str) -> None:
    shape = SCHEMA["$defs"][kind]
    assert {*shape["required"], "copy"} == set(shape["properties"])


def test_a_csv_file_has_a_column_for_each_member() -> None:
    members = {name for kind in ("dial", "remove") for name in SCHEMA["$defs"][kind]["required"]}
    assert members == set(CSV_COLUMNS)


@pytest.mark.parametrize("member", list(DIAL))
def test_a_dial_without_one_member_does_not_fit(member: str) -> None:
    assert not VALIDATOR.is_valid({k: v for k, v in DIAL.items() if k != member})


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("version", 2),
        ("command", "call"),
        ("key", "remove|a"),
        ("key_digest", "XYZ"),
        ("number", ""),
        ("number", None),
        ("attempt", 0),
        ("attempt", "1"),
        ("added_at", "2026-03-02 10:00:20"),
        ("due_at", None),
        ("dropped_calls", 0),
        ("waited_seconds", -1),
        ("last_talk_at", "yesterday"),
        ("reason", "Attempt 1"),
        ("explanation", ""),
        ("proof", "pbx/1.1"),
        ("proof", ["1.1"]),
    ],
)
def test_a_dial_with_a_wrong_value_does_not_fit(member: str, value: object) -> None:
    assert not VALIDATOR.is_valid({**DIAL, member: value})


@pytest.mark.parametrize(
    "member", ["contact_id", "contact_name", "waited_seconds", "line", "queue"]
)
def test_what_can_be_unknown_may_be_null(member: str) -> None:
    VALIDATOR.validate({**DIAL, member: None})


def test_a_later_program_may_add_members() -> None:
    VALIDATOR.validate({**REMOVE, "colour": "red"})
