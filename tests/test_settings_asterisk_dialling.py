"""The settings of an Asterisk that dials: what may stand in them, and what is told of the rest."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest
from settings_files import SMALL, faults, read

from reconcile.settings import asterisk_texts
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


def test_the_examples_of_the_module_of_texts_hold() -> None:
    assert doctest.testmod(asterisk_texts).failed == 0


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


AMI = """
[sinks.asterisk]
kind = "ami"
user = "reconcile"
password = { env = "AMI_PASSWORD" }
dial = "customer_first"
endpoint = "PJSIP/{number}@trunk"
"""
AGENT = AMI.replace("customer_first", "agent_first").replace("{number}", "100")
ARI = DIALS.replace('context = "callback"\n', "")


@pytest.mark.parametrize(
    "keys",
    [
        AMI + 'queue = "sales"',
        AMI + 'queue = "{queue}"\ndefault_queue = "sales"',
        AMI + 'application = "Queue"\ndata = "{queue},t,,,120"\ndefault_queue = "Prodej 2"',
        AMI + 'application = "Echo"',
        AMI + 'context = "ext-queues"\nextension = "{queue}"\ndefault_queue = "sales"',
        AGENT + 'application = "Dial"\ndata = "PJSIP/{number}@trunk,20,m(default)"',
        AGENT.replace("PJSIP/100@trunk", "Local/{queue}@queues/n")
        + 'context = "outgoing"\nextension = "{number}"\ndefault_queue = "sales"',
        ARI + 'context = "ext-queues"\nextension = "{queue}"\ndefault_queue = "sales"',
        ARI + 'application = "Stasis"\ndata = "calls,{number}"',
    ],
)
def test_whoever_answers_lands_in_an_extension_an_application_or_a_queue(
    tmp_path: Path, keys: str
) -> None:
    assert [text for text in read(tmp_path, SMALL + keys).warnings if "asterisk" in text] == []


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (AMI, "has none of `context`, `application` and `queue`, expected one of them"),
        (
            AMI + 'context = "callback"\napplication = "Queue"',
            "has `context` and `application`, expected one of them",
        ),
        (
            AMI + 'context = "callback"\nqueue = "sales"\napplication = "Queue"',
            "has `context` and `application` and `queue`, expected one of them",
        ),
        (AMI + 'queue = "sales"\nextension = "1"', "extension` in"),
        (AMI + 'queue = "sales"\ndata = "t"', "is a part of `application`, which is not given"),
        (AMI + 'application = "Echo"\npriority = 2', "is a part of `context`"),
        (AMI + 'queue = "{queue}"', "lacks `default_queue`, which `{queue}` in `queue` is for"),
        (AMI + 'queue = "{number}"', "such as `{queue}`"),
        (AMI + 'queue = "sales,t"', "such as `{queue}`"),
        (AMI + 'queue = "sales"\ndefault_queue = "{queue}"', "such as `sales`"),
        (AMI + 'application = "Queue,System"', "the name of an application"),
        (AMI + 'application = "Queue"\ndata = "${SHELL(reboot)}"', "such as `{queue},t,,,120`"),
        (AMI + 'application = "Queue"\ndata = "{name}"', "such as `{queue},t,,,120`"),
        (AGENT + 'queue = "sales"', "expected the queue in `endpoint`, such as `Local/{queue}@"),
        (AGENT + 'application = "Dial"\ndata = "PJSIP/1@trunk"', "in `endpoint`, `data` with"),
        (ARI + 'application = "Queue"\ndata = "sales"', "runs no application but `Stasis`"),
        (ARI + 'application = "Stasis"', "lacks `data`, whose first part is the name"),
        (ARI + 'queue = "sales"', 'with `extension = "sales"`, or kind `ami` or `call_file`'),
    ],
)
def test_what_leads_nowhere_or_to_two_places_is_refused(
    tmp_path: Path, keys: str, said: str
) -> None:
    (fault,) = faults(tmp_path, SMALL + keys)
    assert said in fault


def test_a_queue_for_those_without_one_is_worth_a_warning_where_none_is_asked_for(
    tmp_path: Path,
) -> None:
    keys = AMI + 'queue = "sales"\ndefault_queue = "late"\n'
    (told,) = (text for text in read(tmp_path, SMALL + keys).warnings if "default" in text)
    assert "has no effect: no key holds `{queue}`" in told


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
