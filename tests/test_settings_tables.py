"""The settings as the tables that SQL joins."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import phonenumbers
from reading_folder import insert_settings
from settings_files import changed, read, with_campaign

from reconcile.settings import load, settings_hash
from reconcile.settings.regions import REGIONS
from reconcile.settings.tables import to_tables

if TYPE_CHECKING:
    import duckdb

SAMPLE = Path(__file__).parent.parent / "samples" / "reconcile.toml"


def test_the_rows_fit_the_tables_of_the_schema(connection: duckdb.DuckDBPyConnection) -> None:
    settings = load(SAMPLE)
    tables = to_tables(settings)
    in_schema = connection.execute(
        "select 'settings.' || table_name, list_sort(list(column_name)) from duckdb_columns() "
        "where schema_name = 'settings' and not internal group by all"
    ).fetchall()
    assert {name for name, _ in in_schema} == set(tables)
    for name, columns in in_schema:
        assert {tuple(sorted(row)) for row in tables[name]} <= {tuple(columns)}, name
    insert_settings(connection, settings)
    campaign = connection.execute(
        "select starts_at, attempt_count, has_dialled_numbers, has_queues, has_menus, dialler "
        "from settings.campaigns"
    ).fetchall()
    assert campaign == [(datetime(2026, 11, 20, 8), 3, True, False, False, "file")]  # noqa: DTZ001
    program = connection.execute("select settings_hash, region from settings.program").fetchall()
    assert program == [(settings_hash(settings), "CZ")]


def test_the_ladder_is_numbered_from_one() -> None:
    rows = to_tables(load(SAMPLE))["settings.ladder"]
    assert [tuple(row.values()) for row in rows] == [
        ("missed-calls", 1, 5),
        ("missed-calls", 2, 15),
        ("missed-calls", 3, 60),
    ]


def test_a_pattern_tells_how_many_groups_it_has() -> None:
    rows = to_tables(load(SAMPLE))["settings.source_patterns"]
    group_counts = {row["name"]: row["group_count"] for row in rows}
    assert group_counts == {"dialled_number": 1, "attempt_key": 2}


def test_lines_and_own_numbers_are_comparable_with_calls(tmp_path: Path) -> None:
    text = with_campaign('dialled_numbers = ["200 500 100"]').replace(
        "trunks", 'own_numbers = ["00420 200 500 101", "221", "+420200500100"]\ntrunks'
    )
    tables = to_tables(read(tmp_path, text))
    lines = lines_of(tables)
    assert lines == ["+420200500100"]
    assert tables["settings.own_numbers"] == [
        {"number": "+420200500101"},
        {"number": "221"},
        {"number": "+420200500100"},
    ]


def test_a_block_of_own_numbers_stands_by_its_beginning(tmp_path: Path) -> None:
    text = with_campaign("priority = 1").replace(
        "trunks", 'own_numbers = ["+420200500101", "+4202000004*", "+42030000*"]\ntrunks'
    )
    tables = to_tables(read(tmp_path, text))
    assert {"number": "+420200500101"} in tables["settings.own_numbers"]
    assert [row["prefix"] for row in tables["settings.own_number_prefixes"]] == [
        "+4202000004",
        "+42030000",
    ]


def lines_of(tables: dict[str, list[dict[str, object]]]) -> list[object]:
    """The dialled numbers of all campaigns."""
    rows = tables["settings.campaign_words"]
    return [row["word"] for row in rows if row["kind"] == "dialled_number"]


def test_a_line_stands_as_written_too_where_a_source_is_opaque(tmp_path: Path) -> None:
    text = with_campaign('dialled_numbers = ["200 500 100", "helpline 3"]').replace(
        'kind = "asterisk"', 'kind = "asterisk"\nnumbers = "opaque"\nown_numbers = ["200500109"]'
    )
    tables = to_tables(read(tmp_path, text))
    lines = lines_of(tables)
    assert lines == ["+420200500100", "helpline 3", "200 500 100"]
    assert {"number": "200500109"} in tables["settings.own_numbers"]


def test_every_word_of_an_asterisk_source_is_a_row(tmp_path: Path) -> None:
    tables = to_tables(read(tmp_path, changed("trunks", 'menus = ["m"]\ntrunks')))
    assert [tuple(row.values()) for row in tables["settings.source_words"]] == [
        ("pbx", "incoming_context", "from-trunk"),
        ("pbx", "trunk", "PJSIP/trunk-*"),
        ("pbx", "menu", "m"),
    ]


def test_the_known_regions_are_those_of_the_phone_number_library() -> None:
    assert REGIONS == phonenumbers.SUPPORTED_REGIONS
