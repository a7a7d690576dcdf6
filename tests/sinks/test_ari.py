"""The ARI sink against a server that plays an Asterisk, with every fault of the way.

What a real Asterisk does with it stands in `test_asterisk_dials.py`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import webhook_receiver
from asterisk_options import DIALLING
from sink_commands import DIAL, REMOVE, outgoing
from webhook_receiver import Connection, Receiver, answers

from reconcile.errors import SinkUnreachable
from reconcile.settings.secrets import Secret
from reconcile.sinks import open_sink

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconcile.sinks import OutgoingCommand
    from reconcile.sinks.ari import AriSink


@pytest.fixture
def asterisk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("ARI_PASSWORD", "geheim")
    with Receiver() as one:
        yield one


def sink(asterisk: Receiver, folder: Path, **changes: Any) -> AriSink:
    options = {
        "url": asterisk.url.replace("/commands?of=acme", "/pbx/ari"),
        "user": "reconcile",
        "password": Secret(env="ARI_PASSWORD"),
        "ca_file": None,
        "connect_seconds": 1,
        "answer_seconds": 1,
        **DIALLING,
        "ring_seconds": 25,
        "folder": folder,
    }
    return open_sink("ari", options | changes)  # type: ignore[return-value]


def dial(attempt: int = 1, **changes: Any) -> OutgoingCommand:
    key = f"dial|missed-calls|+420700610101|pbx/1.1|{attempt}"
    return outgoing(DIAL, **({"key": key, "expires_at": "2099-01-01T00:00:00Z"} | changes))


def says(found: object) -> webhook_receiver.Behaviour:
    return answers(200, body=json.dumps(found).encode())


def cut(connection: Connection) -> None:
    """Take the request and die."""
    connection.request()
    connection.reset()


def silent(connection: Connection) -> None:
    connection.request()
    connection.receiver.released.wait(30)


def states(sink: AriSink, *commands: OutgoingCommand) -> list[str]:
    outcomes, mark = sink.deliver(commands, "as it was")
    assert mark == "as it was"
    assert [outcome.key for outcome in outcomes] == [command.key for command in commands]
    return [outcome.state for outcome in outcomes]


def test_a_dial_is_one_request_with_its_name_its_tag_and_its_note(
    asterisk: Receiver, tmp_path: Path
) -> None:
    asterisk.play(says({"id": "x"}))
    assert states(sink(asterisk, tmp_path), dial()) == ["delivered"]
    (request,) = asterisk.requests
    assert request.line == "POST /pbx/ari/channels HTTP/1.1"
    assert request.headers["authorization"] == "Basic cmVjb25jaWxlOmdlaGVpbQ=="
    body = json.loads(request.body)
    (note,) = (name for name in body["variables"] if name.startswith("GLOBAL(RECONCILE_"))
    assert body == {
        "channelId": "reconcile-" + body["channelId"].split("-")[1] + "-1",
        "endpoint": "IAX2/trunk/+420700610101",
        "context": "callback",
        "extension": "s",
        "priority": 1,
        "timeout": 25,
        "callerId": "Jana Beranová <+420700610101>",
        "variables": {
            "CDR(userfield)": body["variables"]["CDR(userfield)"],
            note: body["channelId"],
        },
    }


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (
            {"context": "ext-queues", "extension": "{queue}", "default_queue": "sales"},
            {"context": "ext-queues", "extension": "support", "priority": 1},
        ),
        (
            {"context": None, "application": "Stasis", "data": "calls,{number},{digits}"},
            {"app": "calls", "appArgs": "+420700610101,420700610101"},
        ),
        ({"context": None, "application": "Stasis", "data": "calls"}, {"app": "calls"}),
    ],
)
def test_a_call_lands_in_an_extension_or_in_a_stasis_program(
    asterisk: Receiver, tmp_path: Path, keys: dict[str, Any], told: dict[str, Any]
) -> None:
    asterisk.play(says({"id": "x"}))
    assert states(sink(asterisk, tmp_path, **keys), dial()) == ["delivered"]
    (request,) = asterisk.requests
    names = {"context", "extension", "priority", "app", "appArgs"}
    assert {name: value for name, value in json.loads(request.body).items() if name in names} == (
        told
    )


@pytest.mark.parametrize(
    ("status", "state", "next_state"),
    [
        (200, "delivered", "delivered"),
        (409, "delivered", "delivered"),  # the same channel is up: it is being dialled
        (400, "refused_for_good", "refused_for_good"),
        (401, "refused_now", "refused_now"),
        (403, "refused_now", "refused_now"),
        (404, "refused_now", "refused_now"),
        (302, "refused_now", "refused_now"),
        (500, "refused_now", "refused_now"),
        (503, "refused_now", "refused_now"),
        (502, "unsure", "refused_now"),
        (504, "unsure", "refused_now"),
    ],
)
def test_an_answer_says_what_became_of_the_dial(
    asterisk: Receiver, tmp_path: Path, status: int, state: str, next_state: str
) -> None:
    asterisk.play(answers(status))
    assert states(sink(asterisk, tmp_path), dial(1), dial(2)) == [state, next_state]


@pytest.mark.parametrize("status", [401, 403, 404, 302, 502])
def test_a_door_that_is_shut_is_knocked_at_once_in_a_run(
    asterisk: Receiver, tmp_path: Path, status: int
) -> None:
    asterisk.play(answers(status))
    one = sink(asterisk, tmp_path)
    states(one, dial(1), dial(2))
    assert states(one, dial(3)) == ["refused_now"]
    assert len(asterisk.requests) == 1


@pytest.mark.parametrize("behaviour", [cut, silent, webhook_receiver.babbles])
def test_a_dial_whose_answer_is_lost_is_unsure_and_what_follows_waits(
    asterisk: Receiver, tmp_path: Path, behaviour: webhook_receiver.Behaviour
) -> None:
    asterisk.play(behaviour, says({"id": "x"}))
    one = sink(asterisk, tmp_path)
    assert states(one, dial(1), dial(2)) == ["unsure", "refused_now"]
    assert states(one, dial(3)) == ["refused_now"]


def test_an_asterisk_that_is_not_there_has_surely_no_dial(
    asterisk: Receiver, tmp_path: Path
) -> None:
    one = sink(asterisk, tmp_path, url="http://127.0.0.1:1/ari")
    outcomes, _ = one.deliver([dial(1), dial(2), outgoing(REMOVE)], "")
    assert {outcome.state for outcome in outcomes} == {"refused_now"}
    assert "Connection refused" in outcomes[0].detail


def test_a_password_that_is_not_there_is_told_and_nothing_is_sent(
    asterisk: Receiver, tmp_path: Path
) -> None:
    one = sink(asterisk, tmp_path, password=Secret(env="NOWHERE"))
    outcomes, _ = one.deliver([dial()], "")
    assert (outcomes[0].state, "NOWHERE" in outcomes[0].detail) == ("refused_now", True)
    removes, _ = one.deliver([outgoing(REMOVE)], "")
    assert removes[0].state == "refused_now"
    assert asterisk.requests == []


def test_a_dial_whose_time_has_passed_is_never_placed(asterisk: Receiver, tmp_path: Path) -> None:
    late = dial(expires_at="2020-01-01T00:00:00Z")
    assert states(sink(asterisk, tmp_path), late) == ["refused_now"]
    assert asterisk.requests == []


@pytest.mark.parametrize("number", ["+420700610101\r\nX: y", "1;2", "anonymous", "1,2,3", "${X}"])
def test_a_number_that_says_more_is_refused_for_good_and_never_sent(
    asterisk: Receiver, tmp_path: Path, number: str
) -> None:
    assert states(sink(asterisk, tmp_path), dial(number=number)) == ["refused_for_good"]
    assert asterisk.requests == []


def test_recovery_reads_the_notes_up_to_the_first_that_is_empty(
    asterisk: Receiver, tmp_path: Path
) -> None:
    """The call of the first dial is over and that of the second is up; the third never left."""
    asterisk.play(says({"id": "x"}))
    states(sink(asterisk, tmp_path), dial(1), dial(2))
    first, second = (json.loads(request.body)["channelId"] for request in asterisk.requests)
    asterisk.play(
        says([{"id": second, "state": "Ringing"}, {"id": "1.1", "state": "Up"}]),
        says({"name": "func_global.so", "status": "Running"}),
        says({"value": first}),
        says({"value": ""}),
    )
    keys = [dial(attempt).key for attempt in (1, 2, 3)]
    found = sink(asterisk, tmp_path).recover([*keys, REMOVE["key"]], "")
    assert found == set(keys[:2])


def test_recovery_of_removes_alone_asks_nothing(asterisk: Receiver, tmp_path: Path) -> None:
    assert sink(asterisk, tmp_path).recover([REMOVE["key"]], "") == set()
    assert asterisk.requests == []


@pytest.mark.parametrize(
    "behaviours",
    [
        [answers(500)],
        [cut],
        [says([]), answers(404)],
        [says([]), says({"status": "Not Running"})],
        [says([]), says({"status": "Running"}), answers(401)],
        [answers(200, body=b'[{"id": "half of it')],
    ],
)
def test_recovery_that_cannot_know_says_so(
    asterisk: Receiver, tmp_path: Path, behaviours: list[webhook_receiver.Behaviour]
) -> None:
    asterisk.play(*behaviours)
    with pytest.raises(SinkUnreachable):
        sink(asterisk, tmp_path).recover([dial().key], "")


def test_two_sinks_of_one_asterisk_keep_their_notes_apart(
    asterisk: Receiver, tmp_path: Path
) -> None:
    asterisk.play(says({"id": "x"}))
    states(sink(asterisk, tmp_path), dial(1))
    states(sink(asterisk, tmp_path, context="other"), dial(1))
    states(sink(asterisk, tmp_path / "tenant"), dial(1))
    notes = [
        name
        for request in asterisk.requests
        for name in json.loads(request.body)["variables"]
        if name.startswith("GLOBAL")
    ]
    assert len(set(notes)) == 3


def removal(asterisk: Receiver, folder: Path, channels: list[list[str]], **changes: Any) -> set:
    """What is hung up for a remove: ids of `channels`, each with its state."""
    asterisk.play(says({"id": "x"}))
    states(sink(asterisk, folder), dial(1))
    name = json.loads(asterisk.requests.pop().body)["channelId"].removesuffix("1")
    found = [{"id": part.replace("NAME-", name), "state": state} for part, state in channels]
    asterisk.play(says(found), says([{"channels": [f"{name}2", "7.7"]}]), answers(204))
    if not any(one["state"] == "Up" and one["id"].startswith(name) for one in found):
        asterisk.play(says(found), answers(204))
    assert states(sink(asterisk, folder, **changes), outgoing(REMOVE)) == ["delivered"]
    lines = [request.line.split()[:2] for request in asterisk.requests]
    return {
        path.rpartition("/")[2].replace(name, "NAME-")
        for method, path in lines
        if method == "DELETE"
    }


def test_a_remove_hangs_up_what_rings_for_its_episode_and_nothing_else(
    asterisk: Receiver, tmp_path: Path
) -> None:
    channels = [["NAME-1", "Ringing"], ["NAME-1;2", "Ring"], ["1.1", "Ringing"], ["NAME-2", "Down"]]
    assert removal(asterisk, tmp_path, channels) == {"NAME-1", "NAME-2"}


def test_a_client_who_has_answered_is_never_hung_up_on(asterisk: Receiver, tmp_path: Path) -> None:
    assert removal(asterisk, tmp_path, [["NAME-1", "Up"]]) == set()


def test_an_operator_who_waits_for_the_client_is_hung_up_and_one_who_talks_is_not(
    asterisk: Receiver, tmp_path: Path
) -> None:
    channels = [["NAME-1", "Up"], ["NAME-2", "Up"]]
    assert removal(asterisk, tmp_path, channels, dial="agent_first") == {"NAME-1"}


def test_a_remove_with_nothing_to_take_back_is_delivered(
    asterisk: Receiver, tmp_path: Path
) -> None:
    assert removal(asterisk, tmp_path, []) == set()


@pytest.mark.parametrize("behaviour", [cut, silent, answers(500), answers(401)])
def test_a_remove_that_could_not_be_asked_for_is_offered_again(
    asterisk: Receiver, tmp_path: Path, behaviour: webhook_receiver.Behaviour
) -> None:
    asterisk.play(behaviour)
    assert states(sink(asterisk, tmp_path), outgoing(REMOVE)) == ["refused_now"]


def test_a_check_tells_version_and_rights(asterisk: Receiver, tmp_path: Path) -> None:
    info = says({"system": {"version": "22.10.1"}})
    running = says({"status": "Running"})
    asterisk.play(info, answers(404), running)
    assert sink(asterisk, tmp_path).check().startswith("Asterisk 22.10.1 answers at http://127.")
    asterisk.play(info, answers(403, body=b'{"message": "Write access denied"}'))
    with pytest.raises(SinkUnreachable, match="403: Write access denied"):
        sink(asterisk, tmp_path).check()
    asterisk.play(info, answers(404), answers(404))
    with pytest.raises(SinkUnreachable, match=r"func_global\.so"):
        sink(asterisk, tmp_path).check()
