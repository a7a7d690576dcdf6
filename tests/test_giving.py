"""An answer goes by the ending of its file, the same way in every command that gives rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import duckdb
import pytest
from reading_folder import fill

from reconcile.cli import answer

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = [
    "due --now 2026-03-02T10:16:00Z",
    "duplicates",
    "duplicates --import new.csv",
    "rejected",
    "report",
    "report attempts",
    "rules",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    fill(tmp_path)
    (tmp_path / "new.csv").write_text("name,phone\nJana,700610101\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_the_ending_of_the_file_tells_the_format(command: str, folder: Path) -> None:
    for ending in ("csv", "json", "md", "parquet", "txt"):
        assert answer([*command.split(), "-o", f"found.{ending}"]) in (0, 1)
    header = (folder / "found.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert json.loads((folder / "found.json").read_text(encoding="utf-8"))["data"]
    assert "| --- |" in (folder / "found.md").read_text(encoding="utf-8")
    assert "---" in (folder / "found.txt").read_text(encoding="utf-8")
    assert duckdb.read_parquet(str(folder / "found.parquet")).columns == header


@pytest.mark.parametrize("command", COMMANDS)
def test_an_ending_that_tells_no_format_is_refused_with_those_that_do(
    command: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert answer([*command.split(), "-o", "found.xlsx"]) == 2
    assert "hint: end it in .csv, .json, .md, .parquet, .txt, or" in capfd.readouterr().err
    assert not (folder / "found.xlsx").exists()


def test_rules_of_settings_without_a_campaign_say_what_is_missing(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = (folder / "reconcile.toml").read_text(encoding="utf-8")
    begin, end = text.index("[campaigns."), text.index("[sinks.")
    (folder / "reconcile.toml").write_text(text[:begin] + text[end:], encoding="utf-8")
    assert answer(["rules"]) == 2
    assert "the settings have no campaign" in capfd.readouterr().err
