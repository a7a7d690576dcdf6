"""Nothing that a command says can tell an Asterisk more than was meant."""

from __future__ import annotations

import doctest
import json

import pytest
from asterisk_options import DIALLING
from hypothesis import given
from hypothesis import strategies as st

from reconcile.sinks import OutgoingCommand, asterisk_dial, asterisk_values
from reconcile.sinks.asterisk_dial import Application, Extension

OPTIONS = {**DIALLING, "extension": "00{digits}", "caller_id": "{name} <{line}>"}
QUEUE = {**DIALLING, "context": None, "queue": "{queue}", "default_queue": "sales"}
KEY = "dial|missed-calls|+420700610101|pbx/1.1|2"
HOSTILE = ("\r", "\n", "\0", "#", ";", ",", "$", "{", "}", "&", "|", '"', "`", "\\", "<", ">")


def command(**changes: object) -> OutgoingCommand:
    payload = {
        "number": "+420700610101",
        "contact_name": "Jana Nová",
        "line": "+420200000410",
        "expires_at": "2026-11-20T10:00:00Z",
    } | changes
    return OutgoingCommand(KEY, "dial", str(payload["number"]), json.dumps(payload))


def test_the_examples_of_the_module_hold() -> None:
    assert doctest.testmod(asterisk_values).failed == 0


def test_a_dial_is_made_of_command_and_settings() -> None:
    dial = asterisk_dial.dial_of(command(), OPTIONS)
    assert dial.endpoint == "IAX2/trunk/+420700610101"
    assert dial.destination == Extension("callback", "00420700610101", 1)
    assert dial.caller_id == "Jana Nová <+420200000410>"
    assert dial.variables == {"CDR(userfield)": "callback/32713e2a2c96cc0a"}


@pytest.mark.parametrize(
    ("waited_in", "keys", "destination"),
    [
        ("support", {}, Application("Queue", "support")),
        ("Prodej Žižkov", {}, Application("Queue", "Prodej Žižkov")),
        (None, {}, Application("Queue", "sales")),
        ("", {}, Application("Queue", "sales")),
        ("support", {"queue": "late"}, Application("Queue", "late")),
        (
            "support",
            {"queue": None, "application": "Queue", "data": "{queue},t,,,120"},
            Application("Queue", "support,t,,,120"),
        ),
        (
            "support",
            {"queue": None, "application": "Dial", "data": "IAX2/trunk/{number},20"},
            Application("Dial", "IAX2/trunk/+420700610101,20"),
        ),
        ("support", {"queue": None, "application": "Echo"}, Application("Echo", "")),
        (
            "support",
            {"queue": None, "context": "ext-queues", "extension": "{queue}"},
            Extension("ext-queues", "support", 1),
        ),
    ],
)
def test_a_call_lands_where_the_settings_say(
    waited_in: str | None, keys: dict[str, object], destination: Application | Extension
) -> None:
    assert asterisk_dial.dial_of(command(queue=waited_in), QUEUE | keys).destination == destination


def test_an_operator_of_the_queue_of_the_client_can_be_called_first() -> None:
    keys = {"context": "outgoing", "queue": None, "endpoint": "Local/{queue}@queues/n"}
    dial = asterisk_dial.dial_of(command(queue="support"), QUEUE | keys)
    assert dial.endpoint == "Local/support@queues/n"


@pytest.mark.parametrize("sign", [*HOSTILE, "@", "/", ":"])
def test_a_queue_with_a_hostile_sign_is_refused_where_it_is_told(sign: str) -> None:
    for text in (f"support{sign}", f"{sign}support", f"sup{sign}port"):
        with pytest.raises(asterisk_values.ValueRefused):
            asterisk_dial.dial_of(command(queue=text), QUEUE)
        asterisk_dial.dial_of(command(queue=text), OPTIONS)


@given(st.text())
def test_whatever_a_queue_is_called_it_is_one_part_or_refused(name: str) -> None:
    try:
        destination = asterisk_dial.dial_of(command(queue=name), QUEUE).destination
    except asterisk_values.ValueRefused:
        return
    assert destination == Application("Queue", name or "sales")
    assert asterisk_values.is_plain(name)
    assert not set(name) & {"@", "/"}


def test_a_client_without_name_and_line_shows_nothing_broken() -> None:
    dial = asterisk_dial.dial_of(command(contact_name=None, line=None), OPTIONS)
    assert dial.caller_id == ""


@pytest.mark.parametrize("sign", HOSTILE)
def test_a_number_with_a_hostile_sign_is_refused(sign: str) -> None:
    for text in (f"+420700610101{sign}", f"{sign}+420700610101", f"+4207006{sign}10101"):
        with pytest.raises(asterisk_values.ValueRefused):
            asterisk_dial.dial_of(command(number=text), OPTIONS)


@pytest.mark.parametrize("text", ["", "+", "12", "1234567890123456", "+420 700", "１２３４"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(asterisk_values.ValueRefused):
        asterisk_values.number(text)


@given(st.text())
def test_whatever_a_contact_is_called_stays_one_name(name: str) -> None:
    dial = asterisk_dial.dial_of(command(contact_name=name, line=name), OPTIONS)
    shown = str(dial.caller_id)
    assert shown.isprintable()
    assert not set(shown) & (set(HOSTILE) - {"<", ">"})
    assert shown.count("<") == shown.count(">") <= 1


def test_a_name_that_looks_like_a_place_is_not_filled_in() -> None:
    dial = asterisk_dial.dial_of(command(contact_name="{number}"), OPTIONS)
    assert dial.caller_id == "number <+420200000410>"


def test_names_of_one_episode_begin_alike_and_differ_by_attempt() -> None:
    first, redial = (
        asterisk_values.dial_name(f"dial|c|n|pbx/1.1|{attempt}") for attempt in ("1", "1.2")
    )
    begin = asterisk_values.episode_name("remove|c|n|pbx/1.1")
    assert (first, redial) == (f"{begin}1", f"{begin}1.2")
    assert not asterisk_values.dial_name("dial|c|n|pbx/1.10|1").startswith(begin)


@given(st.text(min_size=1), st.integers(1, 99))
def test_a_name_of_a_channel_is_short_and_plain_whatever_the_key(rest: str, attempt: int) -> None:
    name = asterisk_values.dial_name(f"dial|{rest}|{attempt}")
    assert len(name) < 149
    assert asterisk_values.is_plain(name)
    assert name.startswith(asterisk_values.episode_name(f"remove|{rest}"))


@pytest.mark.parametrize("key", ["", "dial|", "dial|a|b", "call|a|1", "dial|a|1;2"])
def test_a_key_of_another_form_is_refused(key: str) -> None:
    with pytest.raises(asterisk_values.ValueRefused):
        asterisk_values.dial_name(key)


@pytest.mark.parametrize("payload", ["", "[]", "{}", '{"number": "+420700610101"}', "{"])
def test_a_payload_that_says_too_little_is_refused(payload: str) -> None:
    with pytest.raises(asterisk_values.ValueRefused):
        asterisk_dial.dial_of(OutgoingCommand(KEY, "dial", "", payload), OPTIONS)
