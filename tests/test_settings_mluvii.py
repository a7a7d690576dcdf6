"""The keys of kind `mluvii`."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings_files import SMALL, faults, read

from reconcile.settings import settings_hash
from reconcile.settings.mluvii import MluviiSink

SINK = """
[sinks.mluvii]
url = "https://app.mluvii.com"
client_id = "reconcile"
client_secret = { env = "MLUVII_SECRET" }
campaign_id = 7
"""


def with_sink(old: str = "", new: str = "") -> str:
    """A settings file whose campaign is dialled by mluvii, one part of it replaced."""
    assert old in SINK
    text = SMALL.replace('dialler = "file"', 'dialler = "mluvii"\nunknown_callers = "block"')
    return text + SINK.replace(old, new, 1)


def test_contacts_need_the_departments_that_they_are_of(tmp_path: Path) -> None:
    source = SINK.partition("campaign_id")[0].replace("[sinks.mluvii]", "[sources.mluvii]")
    text = f'{SMALL}{source}kind = "mluvii"\ngives = ["contacts"]\n'
    (fault,) = faults(tmp_path, text)
    assert "`sources.mluvii`" in fault
    assert "lacks `departments`" in fault


def test_results_need_the_campaign_that_they_are_of(tmp_path: Path) -> None:
    source = SINK.partition("campaign_id")[0].replace("[sinks.mluvii]", "[sources.mluvii]")
    text = f'{SMALL}{source}kind = "mluvii"\ngives = ["results"]\n'
    (fault,) = faults(tmp_path, text)
    assert "lacks `campaign_id`" in fault


def test_a_sink_needs_an_address_a_client_and_a_campaign(tmp_path: Path) -> None:
    settings = read(tmp_path, with_sink())
    detail = settings.sinks[-1].detail
    assert isinstance(detail, MluviiSink)
    assert (detail.url, detail.campaign_id) == ("https://app.mluvii.com", 7)
    assert settings.warnings == ()


def test_the_secret_stands_in_no_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(tmp_path, with_sink())
    before = settings_hash(settings)
    monkeypatch.setenv("MLUVII_SECRET", "another")
    assert settings_hash(read(tmp_path, with_sink())) == before


@pytest.mark.parametrize(
    "url",
    [
        "app.mluvii.com",
        "ftp://app.mluvii.com",
        "https://user:word@app.mluvii.com",
        "https://",
        "https://app mluvii.com",
    ],
)
def test_an_address_is_one_of_the_web(tmp_path: Path, url: str) -> None:
    (fault,) = faults(tmp_path, with_sink("https://app.mluvii.com", url))
    assert "expected an address such as" in fault


def test_what_is_not_encrypted_is_warned_of_but_on_this_machine(tmp_path: Path) -> None:
    far = read(tmp_path, with_sink("https://app.mluvii.com", "http://app.mluvii.com"))
    here = read(tmp_path, with_sink("https://app.mluvii.com", "http://127.0.0.1:8080"))
    assert (len(far.warnings), len(here.warnings)) == (1, 0)


def test_a_secret_in_the_settings_is_refused(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, with_sink('{ env = "MLUVII_SECRET" }', '"abc"'))
    assert "no secret stands in here" in fault


def test_contacts_are_made_only_where_their_numbers_can_be_read(tmp_path: Path) -> None:
    text = with_sink("campaign_id = 7", "campaign_id = 7\ncreate_contacts = true")
    (fault,) = faults(tmp_path, text)
    assert "`sinks.mluvii.create_contacts`" in fault
    assert "needs `region`" in fault


def test_unknown_callers_that_the_sink_refuses_are_warned_of(tmp_path: Path) -> None:
    text = with_sink().replace('unknown_callers = "block"', 'unknown_callers = "dial"')
    (warning,) = read(tmp_path, text).warnings
    assert "dials unknown callers, whom the sink `mluvii` refuses" in warning
