from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ami_server
import pytest
from ami_server import AmiServer
from asterisk_options import DIALLING
from sink_commands import DIAL, REMOVE, outgoing

from reconcile.errors import SinkUnreachable
from reconcile.settings.secrets import Secret
from reconcile.sinks import NO_MARK, OutgoingCommand, ami_wire, asterisk_values, open_sink
from reconcile.sinks.dial_ledger import DialLedger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.sinks import Sink

NAME = asterisk_values.dial_name(DIAL["key"])
CERTIFICATES = Path(__file__).parent.parent / "certificates"
LATER = "2099-03-02T10:11:00Z"


@pytest.fixture
def server() -> Iterator[AmiServer]:
    with ami_server.running() as server:
        yield server


def sink_at(folder: Path, port: int, **changes: Any) -> Sink:
    (folder / "password").write_text(f"{ami_server.PASSWORD}\n")
    options: dict[str, Any] = {
        "folder": folder,
        **DIALLING,
        "host": "127.0.0.1",
        "port": port,
        "tls": False,
        "ca_file": None,
        "user": ami_server.USER,
        "password": Secret(file="password"),
        "takes_back": True,
        "connect_seconds": 3,
        "answer_seconds": 1,
        "result_seconds": 1,
        "ledger": "ami-ledger",
    }
    return open_sink("ami", {**options, **changes})


def dial(attempt: int = 1, **changes: Any) -> OutgoingCommand:
    """A dial of the attempt of this number, to be placed before long after today."""
    key = f"dial|missed-calls|+420700610101|pbx/1.1|{attempt}"
    return outgoing(DIAL, **{"key": key, "expires_at": LATER, **changes})


def handed(sink: Sink, *commands: OutgoingCommand) -> list[tuple[str, str]]:
    outcomes, _ = sink.deliver(commands, NO_MARK)
    assert [outcome.key for outcome in outcomes] == [command.key for command in commands]
    return [(outcome.state, outcome.detail) for outcome in outcomes]


def states(outcomes: list[tuple[str, str]]) -> list[str]:
    return [state for state, _ in outcomes]


def test_a_dial_is_one_originate_under_the_name_of_its_key(
    tmp_path: Path, server: AmiServer
) -> None:
    assert handed(sink_at(tmp_path, server.port), dial()) == [("delivered", "")]
    assert server.originated == [
        [
            ("Action", "Originate"),
            ("Channel", "IAX2/trunk/+420700610101"),
            ("Context", "callback"),
            ("Exten", "s"),
            ("Priority", "1"),
            ("CallerID", "Jana Beranová <+420700610101>"),
            ("Timeout", "30000"),
            ("Async", "true"),
            ("ChannelId", NAME),
            ("Variable", f"CDR(userfield)={asterisk_values.tag(DIAL['key'])}"),
            ("ActionID", NAME),
        ]
    ]


def test_several_dials_leave_in_one_session_and_results_of_others_are_passed_over(
    tmp_path: Path, server: AmiServer
) -> None:
    outcomes = handed(sink_at(tmp_path, server.port), *(dial(number) for number in (1, 2, 3)))
    assert states(outcomes) == ["delivered"] * 3
    assert len({dict(lines)["ChannelId"] for lines in server.originated}) == 3


def test_a_dial_without_a_word_of_its_result_counts_as_taken(
    tmp_path: Path, server: AmiServer
) -> None:
    server.fault = "no_events"
    began = time.monotonic()
    assert handed(sink_at(tmp_path, server.port), dial()) == [("delivered", "")]
    assert 1 <= time.monotonic() - began < 3


def test_a_dial_for_which_no_channel_could_be_made_waits_and_leaves_again(
    tmp_path: Path, server: AmiServer
) -> None:
    sink = sink_at(tmp_path, server.port)
    server.fault = "no_channel"
    [(state, detail)] = handed(sink, dial())
    assert state == "refused_now"
    assert "can make no channel of `IAX2/trunk/{number}`: no such technology or trunk" in detail
    assert sink.recover([dial().key], NO_MARK) == set()
    server.fault = ""
    assert states(handed(sink, dial())) == ["delivered"]
    assert len(server.originated) == 2


def test_a_dial_that_is_up_already_is_not_refused(tmp_path: Path, server: AmiServer) -> None:
    """As after the ledger was lost: Asterisk then says the same as of a trunk that is not there."""
    server.up[NAME] = ("Ringing", "")
    assert states(handed(sink_at(tmp_path, server.port), dial())) == ["delivered"]


def test_a_dial_that_was_handed_over_before_is_not_sent_again(
    tmp_path: Path, server: AmiServer
) -> None:
    sink = sink_at(tmp_path, server.port)
    handed(sink, dial())
    server.up.clear()
    assert handed(sink, dial()) == [("delivered", "it was handed over before")]
    assert len(server.originated) == 1


@pytest.mark.parametrize(
    ("refusal", "state"),
    [
        ("Permission denied", "refused_now"),
        ("Invalid channel", "refused_now"),
        ("Extension does not exist.", "refused_now"),
        ("Originate Access Forbidden: app or data blacklisted", "refused_now"),
        ("Something that no version has said yet", "refused_now"),
        ("Uniqueid length exceeds maximum of 149", "refused_for_good"),
        ("Failed to parse message: line too long", "refused_for_good"),
    ],
)
def test_a_refusal_is_told_in_the_words_of_asterisk_and_stops_no_other(
    tmp_path: Path, server: AmiServer, refusal: str, state: str
) -> None:
    server.refusal = refusal
    outcomes = handed(sink_at(tmp_path, server.port), dial(1), dial(2))
    assert states(outcomes) == [state, state]
    assert f"says `{refusal}` to the user `reconcile`" in outcomes[0][1]
    assert sink_at(tmp_path, server.port).recover([dial().key], NO_MARK) == set()


def test_a_missing_right_is_told_with_what_the_user_needs(
    tmp_path: Path, server: AmiServer
) -> None:
    server.refusal = "Permission denied"
    [(_, detail)] = handed(sink_at(tmp_path, server.port), dial())
    assert detail.endswith("who needs `read = call` and `write = originate,call`")


def test_a_place_that_is_not_there_is_told(tmp_path: Path, server: AmiServer) -> None:
    server.refusal = "Extension does not exist."
    [(_, detail)] = handed(sink_at(tmp_path, server.port), dial())
    assert detail.endswith("; `callback,s,1` is where a call is to lead")


def test_a_wrong_secret_refuses_all_for_now(tmp_path: Path, server: AmiServer) -> None:
    sink = sink_at(tmp_path, server.port)
    (tmp_path / "password").write_text("wrong")
    outcomes = handed(sink, dial(1), dial(2))
    assert states(outcomes) == ["refused_now"] * 2
    assert "says `Authentication failed` to the user `reconcile`" in outcomes[0][1]
    assert server.originated == []


def test_a_secret_that_is_not_there_refuses_for_now(tmp_path: Path, server: AmiServer) -> None:
    sink = sink_at(tmp_path, server.port)
    (tmp_path / "password").unlink()
    [(state, detail)] = handed(sink, dial())
    assert state == "refused_now"
    assert detail.startswith("`password` is to stand in")


def test_an_answer_that_is_lost_leaves_one_dial_unsure_and_the_others_untouched(
    tmp_path: Path, server: AmiServer
) -> None:
    server.fault = "cut"
    sink = sink_at(tmp_path, server.port)
    outcomes = handed(sink, dial(1), dial(2))
    assert states(outcomes) == ["unsure", "refused_now"]
    assert len(server.originated) == 1
    assert sink.recover([dial(1).key, dial(2).key], NO_MARK) == {dial(1).key}


def test_an_answer_that_does_not_come_in_time_leaves_the_dial_unsure(
    tmp_path: Path, server: AmiServer
) -> None:
    server.fault = "silent"
    began = time.monotonic()
    assert states(handed(sink_at(tmp_path, server.port), dial(1), dial(2))) == [
        "unsure",
        "refused_now",
    ]
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("fault", "said"),
    [("gone", "it closed the connection"), ("web", "no manager interface of Asterisk")],
)
def test_what_is_no_manager_interface_is_told(
    tmp_path: Path, server: AmiServer, fault: str, said: str
) -> None:
    server.fault = fault
    [(state, detail)] = handed(sink_at(tmp_path, server.port), dial())
    assert state == "refused_now"
    assert said in detail


def test_nobody_at_home_refuses_for_now_and_the_check_says_so(tmp_path: Path) -> None:
    with ami_server.running() as server:
        port = server.port
    sink = sink_at(tmp_path, port)
    assert states(handed(sink, dial())) == ["refused_now"]
    with pytest.raises(SinkUnreachable, match="Connection refused"):
        sink.check()


def test_a_ledger_that_cannot_be_written_sends_nothing(tmp_path: Path, server: AmiServer) -> None:
    (tmp_path / "ami-ledger").write_text("no folder")
    [(state, detail)] = handed(sink_at(tmp_path, server.port), dial())
    assert state == "refused_now"
    assert "ami-ledger` cannot be written" in detail
    assert server.originated == []


def test_what_is_no_telephone_number_is_refused_for_good(tmp_path: Path, server: AmiServer) -> None:
    [(state, _)] = handed(sink_at(tmp_path, server.port), dial(number="700610101,,1#"))
    assert state == "refused_for_good"
    assert server.originated == []


def test_a_dial_whose_time_is_over_is_not_sent(tmp_path: Path, server: AmiServer) -> None:
    [(state, detail)] = handed(
        sink_at(tmp_path, server.port), dial(expires_at="2026-03-02T10:11:00Z")
    )
    assert (state, detail) == ("refused_now", "its time is over")
    assert server.originated == []


@pytest.mark.parametrize(
    ("mode", "channel", "is_hung_up"),
    [
        ("customer_first", ("Ringing", ""), True),
        ("customer_first", ("Up", ""), False),
        ("agent_first", ("Ringing", ""), True),
        ("agent_first", ("Up", ""), True),  # the agent waits while the client's telephone rings
        ("agent_first", ("Up", "a-bridge"), False),
    ],
)
def test_a_remove_hangs_up_what_the_client_has_not_answered(
    tmp_path: Path, server: AmiServer, mode: str, channel: tuple[str, str], is_hung_up: bool
) -> None:
    server.up = {NAME: channel, f"{NAME};2": ("Ring", ""), "1790000000.1": ("Ringing", "")}
    assert handed(sink_at(tmp_path, server.port, dial=mode), outgoing(REMOVE)) == [
        ("delivered", "")
    ]
    assert server.hung_up == [NAME] * is_hung_up


def test_a_remove_touches_no_call_of_another_episode(tmp_path: Path, server: AmiServer) -> None:
    other = asterisk_values.dial_name("dial|missed-calls|+420700610101|pbx/2.2|1")
    server.up = {other: ("Ringing", "")}
    assert states(handed(sink_at(tmp_path, server.port), outgoing(REMOVE))) == ["delivered"]
    assert server.hung_up == []


def test_a_remove_that_may_not_hang_up_says_what_it_needs(
    tmp_path: Path, server: AmiServer
) -> None:
    server.fault = "no_rights"
    [(state, detail)] = handed(sink_at(tmp_path, server.port), outgoing(REMOVE))
    assert state == "refused_now"
    assert "`write = originate,call`" in detail
    sink = sink_at(tmp_path, server.port, takes_back=False)
    assert states(handed(sink, outgoing(REMOVE))) == ["delivered"]
    assert "lets `reconcile` log in" in sink.check()


def test_the_check_says_what_a_right_is_missing_for(tmp_path: Path, server: AmiServer) -> None:
    assert sink_at(tmp_path, server.port).check() == (
        f"127.0.0.1:{server.port} lets `reconcile` log in"
    )
    server.fault = "no_rights"
    with pytest.raises(SinkUnreachable, match="may not hang up"):
        sink_at(tmp_path, server.port).check()


def test_tls_is_spoken_and_a_certificate_of_nobody_known_is_refused(tmp_path: Path) -> None:
    with ami_server.running(certificate=CERTIFICATES / "localhost.pem") as server:
        for ca_file, state in ((None, "refused_now"), ("own-ca.pem", "delivered")):
            path = ca_file and str(CERTIFICATES / ca_file)
            sink = sink_at(tmp_path, server.port, host="localhost", tls=True, ca_file=path)
            [(found, detail)] = handed(sink, dial())
            assert (found, "certificate verify failed" in detail) == (state, ca_file is None)


def test_a_remove_whose_key_is_of_another_form_is_refused_for_good(
    tmp_path: Path, server: AmiServer
) -> None:
    [(state, _)] = handed(sink_at(tmp_path, server.port), outgoing(REMOVE, key="something else"))
    assert state == "refused_for_good"


# A kill while a run delivers.

DELIVER = """
import json, os, signal, sys
from pathlib import Path
sys.path[:0] = json.loads(sys.argv[1])
import test_ami_sink
from reconcile.sinks import ami_session, dial_ledger

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def dies_after(real):
    def run(*args, **kwargs):
        real(*args, **kwargs)
        die()
    return run

point = sys.argv[4]
if point == "before it is noted":
    dial_ledger.DialLedger.note = die
elif point == "before it is sent":
    dial_ledger.DialLedger.note = dies_after(dial_ledger.DialLedger.note)
elif point == "after the answer":
    ask = ami_session.Session.ask
    def ask_and_die(session, lines, action_id):
        answer = ask(session, lines, action_id)
        if dict(lines)["Action"] == "Originate":
            die()
        return answer
    ami_session.Session.ask = ask_and_die
test_ami_sink.sink_at(Path(sys.argv[2]), int(sys.argv[3])).deliver([test_ami_sink.dial()], "")
"""


def deliver_in_a_child(folder: Path, port: int, point: str) -> subprocess.Popen[bytes]:
    paths = json.dumps([str(place) for place in Path(__file__).parents[:3]])
    command = [sys.executable, "-c", DELIVER, paths, str(folder), str(port), point]
    return subprocess.Popen(command)


@pytest.mark.parametrize(
    ("point", "sent", "is_found"),
    [
        ("before it is noted", 0, False),
        ("before it is sent", 0, True),
        ("after the answer", 1, True),
    ],
)
def test_a_killed_run_is_settled_by_the_ledger_and_no_dial_is_sent_twice(
    tmp_path: Path, server: AmiServer, point: str, sent: int, is_found: bool
) -> None:
    child = deliver_in_a_child(tmp_path, server.port, point)
    assert child.wait(30) == -signal.SIGKILL
    assert len(server.originated) == sent
    sink = sink_at(tmp_path, server.port)
    found = sink.recover([dial().key, REMOVE["key"]], NO_MARK)
    assert found == ({dial().key} if is_found else set())
    server.up.clear()
    handed(sink, dial())
    assert len(server.originated) == max(sent, 1 - is_found)


def test_a_run_killed_while_it_waits_for_the_answer_has_handed_the_dial_over(
    tmp_path: Path, server: AmiServer
) -> None:
    server.fault = "silent"
    child = deliver_in_a_child(tmp_path, server.port, "while it waits")
    while not server.originated:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert sink_at(tmp_path, server.port).recover([dial().key], NO_MARK) == {dial().key}


def test_notes_of_days_long_gone_are_thrown_away(tmp_path: Path, server: AmiServer) -> None:
    sink = sink_at(tmp_path, server.port)
    handed(sink, dial(1, expires_at="2099-03-02T10:11:00Z"))
    handed(sink, dial(2, expires_at="2099-03-10T10:11:00Z"))
    assert sink.recover([dial(1).key], NO_MARK) == {dial(1).key}
    handed(sink, dial(3, expires_at="2099-03-11T10:11:00Z"))
    assert sink.recover([dial(1).key, dial(2).key], NO_MARK) == {dial(2).key}


def test_the_ledger_leaves_what_is_not_its_own(tmp_path: Path) -> None:
    kept = tmp_path / "ledger" / "2000-notes"
    kept.mkdir(parents=True)
    DialLedger(tmp_path / "ledger").note("reconcile-1", date(2099, 1, 1))
    assert kept.is_dir()


def test_a_ledger_that_cannot_be_read_leaves_its_commands_unsure(
    tmp_path: Path, server: AmiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(DialLedger, "has", unreadable)
    with pytest.raises(SinkUnreachable, match="cannot be read: Permission denied"):
        sink_at(tmp_path, server.port).recover([dial().key], NO_MARK)


# The wire.


def test_a_slow_answer_in_pieces_is_read() -> None:
    here, there = socket.socketpair()
    with here, there:

        def drip() -> None:
            for sign in b"Response: Success\r\nActionID: 7\r\n\r\nEvent: X\r\n\r\n":
                there.sendall(bytes([sign]))

        thread = threading.Thread(target=drip)
        thread.start()
        wire = ami_wire.Wire(here)
        until = time.monotonic() + 5
        assert wire.receive(until) == {"response": "Success", "actionid": "7"}
        assert wire.receive(until) == {"event": "X"}
        thread.join()
        with pytest.raises(TimeoutError):
            wire.receive(time.monotonic() + 0.05)


def test_a_message_of_too_many_lines_is_never_sent() -> None:
    with pytest.raises(ValueError, match="it has 101 lines"):
        ami_wire.encode([("Variable", "X=1")] * 101)
