"""Every kind of source and sink has complete settings in the README, and they are right.

An example is a block of TOML marked `<!-- settings: NAME -->`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconcile import settings, sinks
from reconcile.run_start import open_sinks
from reconcile.settings.tables import to_tables
from reconcile.settings.written import of_json
from reconcile.sources import registry

README = Path(__file__).parent.parent / "README.md"
EXAMPLES = dict(
    re.findall(
        r"<!-- settings: ([\w ]+) -->\n```toml\n(.*?)```",
        README.read_text(encoding="utf-8"),
        re.DOTALL,
    )
)


def read(folder: Path, name: str) -> settings.Settings:
    (folder / "reconcile.toml").write_text(EXAMPLES[name], encoding="utf-8")
    return settings.load(folder / "reconcile.toml")


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_complete(name: str, tmp_path: Path) -> None:
    found = read(tmp_path, name)
    assert not [line for line in found.warnings if "has no source of contacts" not in line]
    assert {campaign.dialler for campaign in found.campaigns} == set(open_sinks(found))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_read_back_from_what_runs_keep_of_it(name: str, tmp_path: Path) -> None:
    found = read(tmp_path, name)
    again = of_json(settings.as_json(found), found.file)
    assert again is not None
    assert settings.settings_hash(again) == settings.settings_hash(found)
    assert to_tables(again) == to_tables(found)


def test_every_kind_has_an_example(tmp_path: Path) -> None:
    found = [read(tmp_path, name) for name in EXAMPLES]
    assert {source.kind for one in found for source in one.sources} >= set(registry.STREAMS)
    shown = {sink.kind for one in found for sink in one.sinks}
    tables = {"postgresql", "mariadb", "sqlite"}  # one example is for the three
    assert shown & tables
    assert shown | tables == set(sinks.KINDS)
