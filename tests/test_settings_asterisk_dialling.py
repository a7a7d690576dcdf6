"""The settings of an Asterisk that dials: what may stand in them, and what is told of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings_files import SMALL, faults, read

from reconcile.settings.ari import Ari

DIALS = """
[sinks.asterisk]
kind = "ari"
url = "http://127.0.0.1:8088/ari"
user = "reconcile"
password = { env = "ARI_PASSWORD" }
dial = "customer_first"
endpoint = "PJSIP/{number}@trunk"
context = "callback"
"""


def dials(old: str = "", new: str = "") -> str:
    """SMALL with a sink `asterisk`, one part of it replaced; the part must be there."""
    assert old in DIALS
    return SMALL + DIALS.replace(old, new, 1)


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    (sink,) = (one for one in read(tmp_path, dials()).sinks if one.name == "asterisk")
    assert isinstance(sink.detail, Ari)
    assert (sink.detail.extension, sink.detail.priority, sink.detail.ring_seconds) == ("s", 1, 30)
    assert not sink.detail.takes_copies


@pytest.mark.parametrize(
    "endpoint",
    [
        "PJSIP/1@trunk;2",
        "PJSIP/{number}@trunk&PJSIP/1",
        "PJSIP/${EXTEN}@trunk",
        "PJSIP/{name}@trunk",
        "PJSIP/{number",
        "Local/a,b@c",
        "trunk",
        "/{number}",
    ],
)
def test_a_channel_that_says_more_than_one_party_is_refused(tmp_path: Path, endpoint: str) -> None:
    (fault,) = faults(tmp_path, dials("PJSIP/{number}@trunk", endpoint))
    assert "`sinks.asterisk.endpoint`" in fault
    assert "such as `IAX2/trunk/{number}`" in fault


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("context", "call back"),
        ("context", "{number}"),
        ("extension", "1,2"),
        ("extension", "{line}"),
        ("caller_id", "Callback, Ltd <1>"),
        ("caller_id", "Callback <1> <2>"),
        ("caller_id", "{contact}"),
    ],
)
def test_a_text_with_a_sign_of_asterisk_is_refused(tmp_path: Path, key: str, value: str) -> None:
    text = dials('context = "callback"\n', f'{key} = "{value}"\n')
    told = faults(tmp_path, text if key == "context" else f'{text}context = "callback"\n')
    assert [f"`sinks.asterisk.{key}`" in fault for fault in told] == [True]


def test_a_channel_without_the_client_is_told_by_who_is_called_first(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, dials("{number}", "100"))
    assert "expected `{number}` or `{digits}` in `endpoint`" in fault
    agent = dials("customer_first", "agent_first").replace("{number}", "100")
    (fault,) = faults(tmp_path, agent)
    assert 'in `endpoint`, `extension` with `dial = "agent_first"`' in fault
    read(tmp_path, agent + 'extension = "00{digits}"\n')


def test_an_address_that_is_not_encrypted_is_worth_a_warning_beyond_this_machine(
    tmp_path: Path,
) -> None:
    assert [text for text in read(tmp_path, dials()).warnings if "encrypted" in text] == []
    (told,) = (
        text
        for text in read(tmp_path, dials("127.0.0.1:8088", "pbx.example")).warnings
        if "encrypted" in text
    )
    assert "`sinks.asterisk.url`" in told


def test_an_address_with_a_password_is_refused(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, dials("http://", "http://reconcile:geheim@"))
    assert "without user, password and fragment" in fault
