"""Whatever stands in a command, an Asterisk is told exactly the lines that are meant."""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path
from typing import Any

import ami_server
import test_ami_sink
import test_call_file_sink
from asterisk_options import DIALLING
from hypothesis import given
from hypothesis import strategies as st
from sink_commands import DIAL

from reconcile.sinks import (
    NO_MARK,
    ami_session,
    ami_wire,
    asterisk_dial,
    asterisk_values,
    call_file_text,
)

HOSTILE = [
    "Doe\r\nChannel: Local/1@out",
    "x\n\nAction: Command\nCommand: core show uptime",
    "Firma #1; Brno",
    "a,CDR(userfield)=injected",
    "${SHELL(touch /tmp/x)}",
    "\ufeffJana",
    "\u2028Application: System",
    "\x85Data: touch",
    '"><+420700610199>',
    "{number}{context}",
    "&IAX2/trunk/+420700610199",
    "ž" * 3000,
    "\x00",
]
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=80),
    st.text(alphabet="\r\n\t ;#,${}\"'\\<>:&\ufeffaž", max_size=40),
)
FIELDS = ("number", "contact_name", "contact_id", "campaign", "line", "queue", "reason",
          "explanation")  # fmt: skip
OPTIONS: dict[str, Any] = {
    **DIALLING,
    "extension": "{digits}",
    "caller_id": "{name} <{line}>",
}
QUEUE: dict[str, Any] = {
    **OPTIONS,
    "context": None,
    "application": "Queue",
    "data": "{queue},t,,,120",
    "default_queue": "sales",
}
PLAIN = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029;#$`\\\"'{}\[\],&|=%]*")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@given(
    payload=st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, TEXTS)),
    part=TEXTS,
    attempt=st.integers(1, 20),
    options=st.sampled_from([OPTIONS, QUEUE]),
)
def test_whatever_a_command_says_asterisk_reads_the_lines_that_are_meant(
    payload: dict[str, str], part: str, attempt: int, options: dict[str, Any]
) -> None:
    key = f"dial|{part}|+420700610101|pbx/{part}|{attempt}"
    command = test_ami_sink.dial(**payload, key=key)
    try:
        dial = asterisk_dial.dial_of(command, options)
    except asterisk_values.ValueRefused as error:
        told_what = "number" if "the number" in str(error) else "queue"
        allowed = {"number": r"\+?[0-9]{3,15}", "queue": r"[\w.+-]([\w.+ -]*[\w.+-])?"}
        text = payload[told_what]
        assert not re.fullmatch(allowed[told_what], text, re.ASCII) or len(text) > 80
        return
    number = payload.get("number", DIAL["number"])
    where = {
        "context": "callback",
        "exten": number.removeprefix("+"),
        "priority": "1",
        "application": "Queue",
        "data": f"{payload.get('queue', DIAL['queue']) or 'sales'},t,,,120",
    }
    is_queue = options is QUEUE
    lands = ("application", "data") if is_queue else ("context", "exten", "priority")
    told = ami_wire.encode([*ami_session.originate(dial), ("ActionID", dial.name)])
    read = ami_server.read_message(io.BytesIO(told))
    shown = [value for name, value in read if name == "CallerID"]
    meant = [
        ("Action", "Originate"),
        ("Channel", f"IAX2/trunk/{number}"),
        *((name.capitalize(), where[name]) for name in lands),
        *(("CallerID", text) for text in shown),
        ("Timeout", "30000"),
        ("Async", "true"),
        ("ChannelId", asterisk_values.dial_name(key)),
        ("Variable", f"CDR(userfield)={asterisk_values.tag(key)}"),
        ("ActionID", asterisk_values.dial_name(key)),
    ]
    assert (read, len(shown) <= 1) == (meant, True)
    assert told.endswith(b"\r\n\r\n")
    assert told.count(b"\n") == told.count(b"\r") == len(meant) + 1
    assert all(PLAIN.fullmatch(text) for text in shown)
    told = call_file_text.encode(call_file_text.lines(dial, "callback"), dial.expires_at)
    assert as_asterisk_reads(told) == [
        ("channel", f"IAX2/trunk/{number}"),
        *(("callerid", text) for text in shown),
        ("maxretries", "0"),
        ("retrytime", "86400"),
        ("waittime", "30"),
        *((name.replace("exten", "extension"), where[name]) for name in lands),
        ("account", "callback"),
        ("setvar", f"CDR(userfield)={asterisk_values.tag(key)}"),
        ("archive", "yes"),
    ]


def as_asterisk_reads(told: bytes) -> list[tuple[str, str]]:
    """Read a call file by the rules of `pbx_spool`: comments, escapes, the longest line."""
    found = []
    for line in told.split(b"\n"):
        assert len(line) < 1023
        text = re.sub(r"(^|[ \t])#.*", "", line.decode(), flags=re.DOTALL)
        text = re.sub(r"(?<!\\);.*", "", text, flags=re.DOTALL).strip()
        if text:
            name, _, value = text.partition(":")
            found.append((name.strip().lower(), value.strip()))
    return found


@given(value=TEXTS)
def test_no_value_at_all_makes_a_line_of_its_own(value: str) -> None:
    """Also one that nothing has looked at before."""
    try:
        told = ami_wire.encode([("Action", "Originate"), ("CallerID", value)])
    except ValueError:
        assert CONTROL.search(value) or len(value.encode()) > 900
    else:
        assert told.split(b"\r\n")[2:] == [b"", b""]
        assert b"\n" not in told.replace(b"\r\n", b"")
    try:
        told = call_file_text.encode([("CallerID", value)], an_expiry())
    except ValueError:
        return
    assert len(as_asterisk_reads(told)) == 1


def an_expiry() -> Any:
    return asterisk_dial.dial_of(test_ami_sink.dial(), OPTIONS).expires_at


def test_hostile_names_reach_neither_the_wire_nor_the_spool(tmp_path: Path) -> None:
    with ami_server.running() as server:
        sink = test_ami_sink.sink_at(tmp_path, server.port)
        commands = [test_ami_sink.dial(n, contact_name=text) for n, text in enumerate(HOSTILE, 1)]
        outcomes, _ = sink.deliver(commands, NO_MARK)
        assert {outcome.state for outcome in outcomes} == {"delivered"}
        assert len(server.originated) == len(HOSTILE)
        assert server.others == []
    with tempfile.TemporaryDirectory() as name:
        spool = Path(name) / "spool"
        (spool / "outgoing").mkdir(parents=True)
        outcomes, _ = test_call_file_sink.sink_at(spool).deliver(commands, NO_MARK)
        assert {outcome.state for outcome in outcomes} == {"delivered"}
        files = [path.read_bytes() for path in (spool / "outgoing").iterdir()]
        assert {len(as_asterisk_reads(text)) for text in files} == {10}
