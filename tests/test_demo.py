"""The demo and the folder it is copied into."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from reconcile import demo, shipped
from reconcile.errors import UsageWrong

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("mine")
    with pytest.raises(UsageWrong, match=r"cannot be copied into `.*file`: File exists"):
        demo.play(place)
    assert place.read_text() == "mine"


def test_a_folder_that_holds_something_else_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(UsageWrong, match="is not empty and holds no demo"):
        demo.play(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_settings_of_something_else_are_not_run(tmp_path: Path) -> None:
    (tmp_path / "reconcile.toml").write_text('region = "CZ"\n')
    with pytest.raises(UsageWrong, match="is not empty and holds no demo"):
        demo.play(tmp_path)


def test_a_demo_whose_campaigns_were_taken_out_says_so(tmp_path: Path) -> None:
    shutil.copytree(shipped.folder("samples"), tmp_path, dirs_exist_ok=True)
    (tmp_path / "reconcile.toml").write_text('region = "CZ"\n')
    with pytest.raises(UsageWrong, match="has no campaign"):
        demo.play(tmp_path)


def test_a_place_where_no_folder_can_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageWrong, match=r"cannot be copied into .*: Not a directory"):
        demo.play(tmp_path / "file" / "demo")
