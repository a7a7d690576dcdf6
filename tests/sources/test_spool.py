"""The spool of a remote source: what counts, what a kill leaves, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconcile.sources.spool import Spool, spool_of

if TYPE_CHECKING:
    from pathlib import Path


def spool(folder: Path) -> Spool:
    return spool_of(folder, "state", "pbx", "cdr")


def written(one: Spool, text: str) -> Path:
    path = one.new_file(".csv")
    path.write_text(text, encoding="utf-8")
    return path


def test_files_count_once_they_are_kept_and_the_position_with_them(tmp_path: Path) -> None:
    one = spool(tmp_path)
    one.keep({"high": 1}, [written(one, "a")])
    one.keep({"high": 2}, [written(one, "b"), written(one, "c")])
    again = spool(tmp_path)
    assert again.position == {"high": 2}
    assert again.files() == [f"state/pulled/pbx/cdr/00000000{n}.csv" for n in (1, 2, 3)]


def test_what_was_not_kept_is_removed_and_its_number_taken_again(tmp_path: Path) -> None:
    one = spool(tmp_path)
    one.keep({"high": 1}, [written(one, "a")])
    orphan = written(one, "half")
    again = spool(tmp_path)
    assert again.files() == ["state/pulled/pbx/cdr/000000001.csv"]
    again.tidy()
    assert not orphan.exists()
    assert again.new_file(".csv") == orphan


def test_a_whole_file_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    one = spool(tmp_path)
    first = written(one, "a")
    one.keep({}, [first], is_whole=True)
    one.keep({}, [written(one, "b")], is_whole=True)
    assert spool(tmp_path).files() == ["state/pulled/pbx/cdr/000000002.csv"]
    assert not first.exists()


def test_a_file_beside_is_no_file_to_read_and_stays_until_another_one_comes(tmp_path: Path) -> None:
    one = spool(tmp_path)
    seen = one.new_file(".seen")
    seen.write_bytes(b"1")
    one.keep({}, beside=[seen])
    one.keep({}, [written(one, "a")])
    again = spool(tmp_path)
    assert (again.beside(), again.files()) == ([seen], ["state/pulled/pbx/cdr/000000002.csv"])
    again.keep({}, beside=[])
    assert not seen.exists()


def test_a_file_that_was_swept_is_no_longer_among_them(tmp_path: Path) -> None:
    one = spool(tmp_path)
    first = written(one, "a")
    one.keep({}, [first, written(one, "b")])
    first.unlink()
    assert spool(tmp_path).files() == ["state/pulled/pbx/cdr/000000002.csv"]


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_a_damaged_record_counts_as_none(text: str, tmp_path: Path) -> None:
    one = spool(tmp_path)
    one.keep({"high": 1}, [written(one, "a")])
    (one.folder / "pulled.json").write_text(text, encoding="utf-8")
    again = spool(tmp_path)
    assert (again.position, again.files()) == ({}, [])


@pytest.mark.parametrize("name", ["..", ".", "a/b", "../../x", "ústředna 1"])
def test_the_folder_of_a_source_lies_in_the_state_whatever_its_name(
    name: str, tmp_path: Path
) -> None:
    folder = spool_of(tmp_path, "state", name, "cdr").folder
    assert folder.parent.parent == tmp_path / "pulled"
    assert folder.resolve().is_relative_to(tmp_path.resolve() / "pulled")
