"""Settings read back from what runs keep of them; those of the README's examples in their test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from settings_files import SMALL, read, with_campaign

from reconcile.settings import as_json, settings_hash
from reconcile.settings.tables import to_tables
from reconcile.settings.written import of_json

if TYPE_CHECKING:
    from pathlib import Path

HOURS = 'calling_hours = ["mon-fri 08:00-18:00"]\ntime_zone = "Europe/Prague"\n'


@pytest.mark.parametrize(
    "lines",
    [
        HOURS + 'holidays = { dates = ["2026-12-24"] }',
        HOURS + 'holidays = { country = "CZ" }',
        'presets = ["florida-2021"]\nhours_of = "client"',
        'limits = [{ calls = 3, hours = 2 }, { calls = 7, hours = 100, per = "contact" }]',
        "retry_on.busy = { minutes = 2, times = 1 }\nretry_on.no_answer = { minutes = 1 }",
        "starts_at = 2026-01-01T00:00:00+02:00",
    ],
)
def test_settings_are_read_back_as_they_were(lines: str, tmp_path: Path) -> None:
    found = read(tmp_path, with_campaign(lines))
    again = of_json(as_json(found), found.file)
    assert again is not None
    assert settings_hash(again) == settings_hash(found)
    assert to_tables(again) == to_tables(found)


def test_of_an_older_version_what_is_new_has_its_default(tmp_path: Path) -> None:
    found = read(tmp_path, SMALL)
    kept = json.loads(as_json(found))
    del kept["dials_per_run"]
    again = of_json(json.dumps(kept), found.file)
    assert again is not None
    assert settings_hash(again) == settings_hash(found)


@pytest.mark.parametrize(
    "change",
    [
        {"dials_per_run": "many"},
        {"sources": {"pbx": {"kind": "carrier_pigeon"}}},
        {"dials_per_week": 7},
    ],
)
def test_what_is_not_understood_is_not_guessed(change: dict[str, object], tmp_path: Path) -> None:
    found = read(tmp_path, SMALL)
    kept = {**json.loads(as_json(found)), **change}
    assert of_json(json.dumps(kept), found.file) is None
