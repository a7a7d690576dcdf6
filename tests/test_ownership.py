"""Two settings files and one state folder."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from site_folder import CLIENT, Site, at

from reconcile import by_hand, running, settings
from reconcile.errors import ExitCode, SettingInvalid

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A state with an open episode, and a second settings file that shares it."""
    site = Site.small(tmp_path / "site")
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    text = site.settings_file.read_text(encoding="utf-8").replace("missed-calls", "others")
    (site.folder / "other.toml").write_text(text, encoding="utf-8")
    return site


def run_other(site: Site, name: str = "other.toml", **options: bool) -> None:
    running.run(settings.load(site.folder / name), now=at("10:03"), **options)


def campaigns(site: Site) -> list[tuple]:
    return site.fetch("select campaign, closed_at is null from kept.episodes")


def test_a_second_settings_file_is_refused_and_ends_no_campaign(site: Site) -> None:
    with pytest.raises(SettingInvalid, match=r"belongs to `.*/reconcile.toml`, not to") as caught:
        run_other(site)
    assert caught.value.exit_code == ExitCode.USAGE
    assert "--take-over" in caught.value.hint
    with pytest.raises(SettingInvalid, match="belongs to"):
        by_hand.pause(settings.load(site.folder / "other.toml"), None, "why")
    assert campaigns(site) == [("missed-calls", True)]
    assert site.run("10:03").exit_code == 0


def test_a_dry_run_may_try_other_settings(site: Site) -> None:
    run_other(site, is_dry=True)


def test_a_settings_file_that_was_renamed_goes_on(site: Site) -> None:
    site.settings_file.rename(site.folder / "renamed.toml")
    run_other(site, "renamed.toml")
    assert campaigns(site) == [("missed-calls", True)]


def test_a_copy_takes_the_place_of_the_other_by_an_explicit_act(site: Site) -> None:
    shutil.copy(site.settings_file, site.folder / "copy.toml")
    with pytest.raises(SettingInvalid):
        run_other(site, "copy.toml")
    run_other(site, "copy.toml", takes_over=True)
    run_other(site, "copy.toml")
    with pytest.raises(SettingInvalid):
        site.run("10:03")


def test_a_folder_that_is_copied_as_a_whole_owns_its_own_state(site: Site, tmp_path: Path) -> None:
    copy = site.copy(tmp_path / "copy")
    assert copy.run("10:03").exit_code == 0


def test_an_owner_that_has_another_state_by_now_owns_this_one_no_more(site: Site) -> None:
    site.change_settings('region = "CZ"', 'region = "CZ"\nstate = "elsewhere"')
    run_other(site)


def test_a_link_to_the_settings_file_is_the_same_file(site: Site, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(site.folder)
    running.run(settings.load(link / "reconcile.toml"), now=at("10:03"))
