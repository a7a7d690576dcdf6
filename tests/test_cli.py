"""The command line as a person meets it: exit code, stdout and stderr, one snapshot each.

A file `cli/NAME.out` begins with the command line; `--accept` rewrites what stands below it.
Where the line has `(before the first run)` there is a settings file and nothing else.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from reading_folder import fill

from reconcile import cli, streams

ROOT = Path(__file__).parent.parent
CASES = sorted((Path(__file__).parent / "cli").glob("*.out"))
FRESH = " (before the first run)"


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tests, filled once and copied for each."""
    folder = tmp_path_factory.mktemp("filled")
    fill(folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The present folder, empty; help is eighty columns wide, and nothing comes from outside."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("RECONCILE_SETTINGS", raising=False)
    monkeypatch.delenv("RECONCILE_ZONE", raising=False)
    monkeypatch.setattr(streams, "_gone", set())
    return tmp_path


def answer(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = cli.answer(arguments)
    out, err = capfd.readouterr()
    return code, out, err


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_command_answers_as_it_did(
    path: Path,
    filled: Path,
    folder: Path,
    capfd: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    text = path.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    if FRESH in first:
        shutil.rmtree(folder / "state")
    line = first.replace(FRESH, "").removeprefix("$ reconcile")
    code, out, err = answer(shlex.split(line), capfd)
    told = f"{first}\nexit {code}\n--- stdout\n{out}--- stderr\n{err}".replace(str(folder), "FOLDER")
    if request.config.getoption("--accept"):
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")
