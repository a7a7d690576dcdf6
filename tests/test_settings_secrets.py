"""Secrets by their place: read when used, told of without their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from settings_files import SMALL, read

from reconcile.errors import SettingInvalid
from reconcile.settings.secrets import Secret, read_secret

if TYPE_CHECKING:
    from pathlib import Path


def test_a_secret_is_read_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PBX_PASSWORD", " with blanks ")
    assert read_secret(Secret(env="PBX_PASSWORD"), tmp_path, name="p") == " with blanks "


@pytest.mark.parametrize("text", ["s3cret", "s3cret\n", "s3cret\r\n# the rest is no secret\n"])
def test_a_secret_is_the_first_line_of_a_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "password").write_text(text, encoding="utf-8", newline="")
    assert read_secret(Secret(file="password"), tmp_path, name="p") == "s3cret"


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (Secret(), "exactly one of"),
        (Secret(env="A", file="b"), "exactly one of"),
        (Secret(env="NOT_SET_ANYWHERE"), "`NOT_SET_ANYWHERE`, which is not set or empty"),
        (Secret(file="missing"), "No such file"),
        (Secret(file="empty"), "first line is empty"),
        (Secret(file="binary"), "no UTF-8 text"),
    ],
)
def test_a_secret_that_is_not_there_is_told_by_key_and_place(
    tmp_path: Path, where: Secret, told: str
) -> None:
    (tmp_path / "empty").write_text("\nsecond", encoding="utf-8")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingInvalid, match=told) as caught:
        read_secret(where, tmp_path, name="sources.pbx.password")
    assert "`sources.pbx.password`" in caught.value.what


def test_a_secret_that_stands_in_the_settings_is_refused_and_not_shown(tmp_path: Path) -> None:
    text = SMALL.replace(
        '[sinks.file]\npath = "commands.ndjson"\n',
        '[sinks.file]\nkind = "ami"\nuser = "u"\npassword = "s3cret"\ndial = "customer_first"\n'
        'endpoint = "PJSIP/{number}@trunk"\ncontext = "callback"\n',
    )
    with pytest.raises(SettingInvalid) as caught:
        read(tmp_path, text)
    told = "\n".join(caught.value.lines())
    assert "`sinks.file.password`" in told
    assert "is not shown here" in told
    assert "s3cret" not in told
