"""What becomes of commands whose sink refuses, is silent, or was interrupted (s7 of the law)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import in_process
import pytest
from call_records import CAMPAIGN, at, drop, minutes, talk, unanswered
from oracle import ProgramSettings

from reconcile.errors import SinkUnreachable
from reconcile.sinks import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle import CallRecord

ONE_DIAL = [drop("d", "10:00:20")]


class Interrupted(Exception):
    """Stands for a kill while the sink is called: what it took is not written down."""


@pytest.fixture
def program() -> Iterator[in_process.Program]:
    with in_process.running_program() as program:
        program.set_rules(ProgramSettings((CAMPAIGN,)), {"pbx"})
        yield program


def play(program: in_process.Program, records: list[CallRecord], first: str, last: str) -> None:
    program.load_records(records)
    run(program, first, last)


def run(program: in_process.Program, first: str, last: str) -> None:
    for now in minutes(first, last):
        assert program.run(now) == []


def interrupted(program: in_process.Program, clock: str, *, takes: bool) -> None:
    """A run that dies in the sink, after it took the commands or before."""

    def deliver(commands, _):
        if takes:
            program.sink.taken += [command.key for command in commands]
        raise Interrupted

    program.sink.deliver, real = deliver, program.sink.deliver
    with pytest.raises(Interrupted):
        program.run(at(clock))
    program.sink.deliver = real


def states(program: in_process.Program) -> list[tuple[str, str]]:
    return program.fetch("select kind, state from kept.commands order by sequence")


def attempts(program: in_process.Program) -> list[tuple[str, str | None]]:
    rows = program.fetch("select handed_out_at, result from kept.attempts order by handed_out_at")
    return [(f"{handed_out_at:%H:%M}", result) for handed_out_at, result in rows]


@pytest.mark.parametrize("takes", [True, False])
def test_a_sink_that_tells_repeats_is_asked_after_a_kill(
    program: in_process.Program, takes: bool
) -> None:
    play(program, ONE_DIAL, "10:00", "10:05")
    interrupted(program, "10:06", takes=takes)
    assert states(program) == [("dial", "offered")]
    program.run(at("10:07"))
    assert states(program) == [("dial", "delivered")]
    assert len(program.sink.taken) == 1
    assert attempts(program) == [("10:06" if takes else "10:07", None)]


@pytest.mark.parametrize("takes", [True, False])
def test_a_dial_is_in_doubt_when_its_sink_cannot_tell_and_never_offered_again(
    program: in_process.Program, takes: bool
) -> None:
    program.sink.can_tell_repeats = False
    play(program, ONE_DIAL, "10:00", "10:05")
    interrupted(program, "10:06", takes=takes)
    run(program, "10:07", "10:10")
    assert states(program) == [("dial", "unsure")]
    assert attempts(program) == [("10:06", None)]
    run(program, "10:11", "10:12")
    assert states(program) == [("dial", "dead")]
    assert attempts(program) == [("10:06", "unseen")]
    assert len(program.sink.taken) == takes


def test_an_unsure_dial_whose_call_is_seen_was_delivered(program: in_process.Program) -> None:
    program.sink.can_tell_repeats = False
    call = unanswered("o", "10:06:10", "10:06:40", known="10:07:30")
    play(program, [*ONE_DIAL, call], "10:00", "10:05")
    interrupted(program, "10:06", takes=True)
    run(program, "10:07", "10:08")
    assert states(program) == [("dial", "delivered")]
    assert attempts(program) == [("10:06", "unanswered")]


def test_a_remove_is_offered_again_when_its_sink_cannot_tell(program: in_process.Program) -> None:
    """It harms nothing: a sink treats a remove of what it does not know as done."""
    program.sink.can_tell_repeats = False
    play(program, [*ONE_DIAL, talk("t", "10:03", "10:04:30")], "10:00", "10:04")
    interrupted(program, "10:05", takes=True)
    program.run(at("10:06"))
    assert states(program) == [("remove", "delivered")]
    assert program.sink.taken == ["remove|missed|+420700610101|pbx/d"] * 2


def test_nothing_is_delivered_to_a_sink_that_cannot_say_what_it_took(
    program: in_process.Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new mark would hide the commands of the interrupted run."""
    other = drop("e", "10:01:20", number="+420700610102")
    play(program, [*ONE_DIAL, other], "10:00", "10:05")
    interrupted(program, "10:06", takes=True)

    def silent(*_):
        raise SinkUnreachable("nobody answers")

    with monkeypatch.context() as patch:
        patch.setattr(program.sink, "recover", silent)
        patch.setattr(program.sink, "deliver", lambda *_: pytest.fail("it was called"))
        program.run(at("10:07"))
    assert states(program) == [("dial", "offered"), ("dial", "issued")]
    assert program.delivery.faults["file"].detail == "nobody answers"
    program.run(at("10:08"))
    assert states(program) == [("dial", "delivered"), ("dial", "delivered")]
    assert attempts(program) == [("10:06", None), ("10:08", None)]


def test_a_dial_refused_for_good_is_an_attempt_made(program: in_process.Program) -> None:
    def refuse(commands, mark):
        return [
            Outcome(command.key, "refused_for_good", "no such line") for command in commands
        ], mark

    play(program, ONE_DIAL, "10:00", "10:05")
    program.sink.deliver, real = refuse, program.sink.deliver
    program.run(at("10:06"))
    program.sink.deliver = real
    run(program, "10:07", "10:16")
    assert states(program) == [("dial", "dead"), ("dial", "delivered")]
    assert attempts(program) == [("10:06", "refused"), ("10:16", None)]


def test_a_remove_follows_the_dial_of_its_number_in_the_same_run(
    program: in_process.Program,
) -> None:
    """A6 over two campaigns: a's dial, kept back while the sink was down, then b's remove."""
    a = replace(CAMPAIGN, name="a", dialled_numbers=frozenset({"+420200000410"}))
    b = replace(CAMPAIGN, name="b", dialled_numbers=frozenset({"+420200000420"}))
    program.set_rules(ProgramSettings((a, b)), {"pbx"})
    records = [drop("d", "10:00:10"), drop("e", "10:00:40", dialled_number="+420200000420")]
    play(program, records, "10:00", "10:05")
    program.sink.is_down = True
    program.run(at("10:06"))
    program.close_by_hand("b", "+420700610101", at("10:06:30"))
    program.run(at("10:07"))
    program.sink.is_down = False
    program.run(at("10:08"))
    assert [key.split("|")[:2] for key in program.sink.taken] == [["dial", "a"], ["remove", "b"]]
    offered = program.fetch("select distinct offered_at from kept.commands")
    assert offered == [(at("10:08"),)]


def test_all_removes_of_a_number_leave_in_one_run_and_the_dial_behind_them(
    program: in_process.Program,
) -> None:
    # Seven times dropped and reached while the program was down, and dropped once more.
    calls = [drop(f"d{hour}", f"{hour:02}:00:00") for hour in range(1, 9)]
    calls += [talk(f"t{hour}", f"{hour:02}:30:00", f"{hour:02}:31:00") for hour in range(1, 8)]
    play(program, calls, "08:10", "08:10")
    assert states(program) == [("remove", "delivered")] * 7 + [("dial", "delivered")]
