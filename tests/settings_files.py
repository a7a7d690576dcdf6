"""Settings files for tests: a small one that is right, and what `load` says of a changed one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconcile.errors import SettingInvalid
from reconcile.settings import Settings, load

if TYPE_CHECKING:
    from pathlib import Path

SMALL = """\
region = "CZ"

[sources.pbx]
kind = "asterisk"
queue_log = "queue_log*"
cdr = { path = "Master.csv", columns = "21", time_zone = "UTC" }
incoming = { contexts = ["from-trunk"] }
trunks = ["PJSIP/trunk-*"]

[sources.directory]
kind = "table"
path = "contacts.csv"
contacts = "contacts.sql"

[campaigns.missed-calls]
dialler = "file"

[sinks.file]
path = "commands.ndjson"
"""


def changed(old: str, new: str) -> str:
    """SMALL with one part replaced; the part must be there."""
    assert old in SMALL
    return SMALL.replace(old, new, 1)


def with_campaign(lines: str) -> str:
    """SMALL with further lines in its campaign, which begin at line 18 of the file."""
    return changed('dialler = "file"\n', f'dialler = "file"\n{lines}\n')


def read(folder: Path, text: str) -> Settings:
    """Load a text as `reconcile.toml` of a folder."""
    file = folder / "reconcile.toml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def faults(folder: Path, text: str) -> list[str]:
    """All that `load` says against a text."""
    with pytest.raises(SettingInvalid) as caught:
        read(folder, text)
    return [caught.value.what, *caught.value.others]
