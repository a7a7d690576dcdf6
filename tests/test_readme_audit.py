"""What the README says of reading audit files, done as it stands there, while runs go on."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from site_folder import CLIENT, OTHER, Site

from reconcile import cli
from reconcile.audit_files.tables import AUDIT_TABLES

README = Path(__file__).parent.parent / "README.md"


def example(name: str) -> str:
    """The block below `<!-- audit: NAME -->`."""
    text = README.read_text(encoding="utf-8")
    return text.partition(f"<!-- audit: {name} -->\n```")[2].partition("\n")[2].partition("```")[0]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site.small(tmp_path_factory.mktemp("audit") / "site")
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    site.talk("1.2", CLIENT, "10:30:00")
    site.drop("1.3", OTHER, "11:00:20")
    site.run("11:02")
    site.run("12:02")
    return site


def printed(code: str, site: Site) -> str:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=site.folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_the_example_of_duckdb_counts_each_dropped_call_once(site: Site) -> None:
    table = [re.findall(r"[\w:-]+", line) for line in printed(example("duckdb"), site).splitlines()]
    rows = [line for line in table if line and line[0] == "2026-11-20"]
    assert [row[-2:] for row in rows] == [["1", "1"], ["1", "1"]]


def test_the_example_of_pandas_counts_each_episode_once(site: Site) -> None:
    lines = [line.split() for line in printed(example("pandas"), site).splitlines()]
    assert ["reached", "1"] in lines
    assert sum(int(line[1]) for line in lines if line[1:] == ["1"]) == 2


def test_the_examples_of_export_write_their_files(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site.folder)
    for line in example("export").splitlines():
        assert cli.answer(shlex.split(line)[1:]) == 0
    assert duckdb.sql("select count(*) from 'episodes.parquet'").fetchall() == [(2,)]
    assert Path("calls.xlsx").is_file()


def test_the_table_of_audit_files_names_all_with_their_keys() -> None:
    section = README.read_text(encoding="utf-8").partition("## Audit files")[2].partition("## ")[0]
    rows = re.findall(r"^\| (`.+?) \| .+ \| (`.+`) \|$", section, flags=re.MULTILINE)
    names = [name for cell, _ in rows for name in re.findall(r"`(\w+)`", cell)]
    assert names == list(AUDIT_TABLES)
    keys = {name for _, cell in rows for name in re.findall(r"`(\w+)`", cell)}
    assert keys == {part for table in AUDIT_TABLES.values() for part in table.key}
