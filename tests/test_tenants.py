"""Several companies, each with settings and a state of its own, served by one crontab line."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path

import pytest
from site_folder import CLIENT, Site

from reconcile import cli, database

NOW = "2026-11-20T10:06:00Z"


@pytest.fixture
def tenants(tmp_path: Path) -> Path:
    """A folder with three companies whose client hung up; the settings of one are broken."""
    for name in ("acme", "bravo", "cargo"):
        site = Site.small(tmp_path / name)
        site.drop("1.1", CLIENT, "10:00:20")
    (tmp_path / "bravo" / "reconcile.toml").write_text("state = 7\n", encoding="utf-8")
    (tmp_path / ".hidden.toml").write_text("never read", encoding="utf-8")
    return tmp_path


def answer(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.answer(list(arguments))
    return code, *capfd.readouterr()


def dials(folder: Path) -> list[str]:
    file = folder / "out" / "commands.ndjson"
    return [json.loads(line)["key"] for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_folder_stands_for_the_settings_in_it_and_one_that_fails_stops_no_other(
    tenants: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, out, err = answer(capfd, "run", "--settings", str(tenants), "--now", NOW)
    assert (code, out) == (2, "")
    assert err.startswith(f"reconcile: error: `{tenants / 'bravo' / 'reconcile.toml'}`: ")
    assert len(dials(tenants / "acme")) == len(dials(tenants / "cargo")) == 1
    assert not (tenants / "bravo" / "out").exists()


def test_the_sum_of_all_is_told_to_people_and_programs(
    tenants: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _, out, err = answer(capfd, "run", "-v", "--json", "-s", str(tenants), "--now", NOW)
    summary = {"settings": 3, "well": 2, "busy": 0, "failed": 1, "commands": 2, "delivered": 2}
    assert json.loads(out)["data"]["summary"] == summary
    assert err.splitlines()[-1] == "settings=3 well=2 busy=0 failed=1 commands=2 delivered=2"


def test_each_company_has_a_lock_of_its_own(
    tenants: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    answer(capfd, "run", "-s", str(tenants), "--now", "2026-11-20T10:02:00Z")
    acme = Site(tenants / "acme")
    settings = acme.settings_file.read_text(encoding="utf-8")
    acme.settings_file.write_text(f"wait_seconds = 0\n{settings}", encoding="utf-8")
    with (acme.state / database.LOCK_FILE).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        _, out, _ = answer(capfd, "run", "--json", "-s", str(tenants), "--now", NOW)
    assert json.loads(out)["data"]["summary"]["busy"] == 1
    assert len(dials(tenants / "cargo")) == 1
    assert not (tenants / "acme" / "out" / "commands.ndjson").exists()


def test_files_beside_each_other_are_taken_by_name_and_each_is_looked_at(
    tenants: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tenants / "bravo" / "reconcile.toml").unlink()
    answer(capfd, "run", "-s", str(tenants), "--now", NOW)
    code, out, _ = answer(capfd, "status", "-s", str(tenants), "--now", NOW)
    assert code == 0
    assert [line.partition(": ")[0] for line in out.splitlines()] == [
        str(tenants / name / "reconcile.toml") for name in ("acme", "cargo")
    ]


def test_a_folder_without_settings_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, _, err = answer(capfd, "run", "-s", str(tmp_path))
    assert code == 2
    assert err.splitlines()[0] == f"reconcile: error: the folder `{tmp_path}` holds no settings"


def test_a_command_that_takes_one_settings_file_says_how_many_a_folder_has(
    tenants: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, _, err = answer(capfd, "due", "-s", str(tenants))
    assert code == 2
    assert "takes one settings file, 3 are named" in err
