"""Copies of commands for sinks that do not dial, and sinks that are out of reach for a while."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
from scripted_sinks import Interrupted, ScriptedSink, put_in
from site_folder import CLIENT, OTHER, Site

from reconcile import database, settings
from reconcile.errors import ExitCode, SettingInvalid

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMA = Path(__file__).parent.parent / "reconcile" / "sinks" / "command.schema.json"
SINKS = """
[sinks.audit]
kind = "file"
path = "out/audit.ndjson"
backoff_minutes = [1, 2, 4]
tries_max = 4

[sinks.wall]
kind = "file"
path = "out/wall.ndjson"
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A campaign whose commands are copied to two sinks."""
    site = Site.small(tmp_path / "site")
    site.change_settings('dialler = "file"\n', 'dialler = "file"\ncopies = ["audit", "wall"]\n')
    site.settings_file.write_text(site.settings_file.read_text() + SINKS)
    return site


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> ScriptedSink:
    """What stands in the place of the sink `audit`."""
    sink = ScriptedSink()
    put_in(monkeypatch, audit=sink)
    return sink


def copies(site: Site, sink: str = "audit") -> list[tuple]:
    return site.fetch(
        "select kind, copies.state, copies.tries from kept.copies as copies "
        f"inner join kept.commands as commands using (command_key) where copies.sink = '{sink}' "
        "order by copies.sequence"
    )


def test_each_sink_gets_a_marked_copy_of_what_the_dialler_took(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    site.talk("1.2", CLIENT, "10:07:05")
    site.replay("10:05", "10:08")
    commands = site.payloads()
    assert [command["command"] for command in commands] == ["dial", "remove"]
    assert not any("copy" in command for command in commands)
    schema = json.loads(SCHEMA.read_text())
    for name in ("audit", "wall"):
        lines = (site.folder / f"out/{name}.ndjson").read_text().splitlines()
        found = [json.loads(line) for line in lines]
        assert found == [{**command, "copy": True} for command in commands]
        for payload in found:
            jsonschema.validate(payload, schema)


def test_what_never_left_is_not_copied(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    dialler, audit = ScriptedSink("refused_now"), ScriptedSink()
    put_in(monkeypatch, file=dialler, audit=audit)
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:05", "10:08")
    assert (dialler.tries, audit.taken) == (3, [])
    dialler.answer = "delivered"
    site.run("10:09")
    assert audit.brief() == [f"copy of dial {CLIENT}"]


def test_a_dial_in_doubt_is_copied_once_it_is_known_that_it_left(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialler, audit = ScriptedSink("unsure", can_tell_repeats=False), ScriptedSink()
    put_in(monkeypatch, file=dialler, audit=audit)
    site.change_settings(
        "\n[campaigns", '\n[sources.told]\nkind = "results"\npath = "told.csv"\n\n[campaigns'
    )
    told = site.folder / "told.csv"
    told.write_text("key,at,event,result\n")
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:05", "10:07")
    assert audit.taken == []
    key = f"dial|missed-calls|{CLIENT}|pbx/1.1|1"
    with told.open("a") as file:
        file.write(f"{key},2026-11-20T10:06:30Z,ended,no_answer\n")
    site.replay("10:08", "10:12")
    assert site.fetch("select state, detail from kept.commands") == [
        ("delivered", "its dialler told of it")
    ]
    assert audit.brief() == [f"copy of dial {CLIENT}"]


def test_a_sink_of_copies_that_fails_holds_up_nobody(site: Site, audit: ScriptedSink) -> None:
    audit.answer = "refused_now"
    site.drop("1.1", CLIENT, "10:00:20")
    site.drop("1.2", OTHER, "10:00:30")
    site.talk("1.3", CLIENT, "10:07:05")
    site.run("10:05")
    result = site.run("10:06")
    assert result.exit_code == ExitCode.SINK
    assert result.faults["sink audit"][0] == "the sink `audit` did not take commands: as told"
    assert result.faults["sink audit"][1] == (
        "They are copies and stay in the outbox; nothing waits for them"
    )
    site.run("10:08")
    dialled = [f"10:06 dial {CLIENT} 1", f"10:06 dial {OTHER} 1", f"10:08 remove {CLIENT} reached"]
    assert site.commands() == dialled
    assert copies(site, "wall") == [
        ("dial", "delivered", 1),
        ("dial", "delivered", 1),
        ("remove", "delivered", 1),
    ]
    # The remove waits for the copy of the dial of its number, and for nothing else.
    assert copies(site) == [("dial", "issued", 2), ("dial", "issued", 2), ("remove", "issued", 0)]
    assert site.fetch("select distinct result from kept.attempts") == [(None,)]


def test_a_copy_is_tried_at_growing_distance_and_then_a_dead_letter(
    site: Site, audit: ScriptedSink
) -> None:
    audit.answer = "refused_now"
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:05")
    tried, told = [], []
    for minute in range(6, 16):
        before = audit.tries
        result = site.run(f"10:{minute:02}")
        told += [(minute, lines[0]) for lines in result.messages]
        if audit.tries > before:
            tried.append(minute)
            last = result
    assert tried == [6, 7, 9, 13]
    # It is told when it begins and when nothing waits for it any more, not at each try.
    what = "the sink `audit` did not take commands: as told"
    assert told == [(6, what), (14, f"ended after 8 min: {what}")]
    assert last.faults["sink audit"][1] == (
        "They are copies and stay in the outbox; nothing waits for them; "
        "1 tried as often as `tries_max` allows and given up"
    )
    assert copies(site) == [("dial", "dead", 4)]
    assert result.exit_code == ExitCode.DONE


def test_removes_of_the_dialler_wait_as_well_but_not_in_the_way_of_a_dial(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialler = ScriptedSink()
    put_in(monkeypatch, file=dialler)
    site.change_settings(
        'path = "out/commands.ndjson"', 'path = "out/c.ndjson"\nbackoff_minutes = [30]'
    )
    site.drop("1.1", CLIENT, "10:00:20")
    site.talk("1.2", CLIENT, "10:07:05")
    site.drop("1.3", CLIENT, "10:09:00")
    site.replay("10:05", "10:06")
    dialler.answer = "refused_now"
    site.replay("10:08", "10:12")
    assert dialler.tries == 2
    dialler.answer = "delivered"
    site.run("10:13")
    assert dialler.brief() == [f"dial {CLIENT}"]
    site.run(
        "10:14"
    )  # the dial of the next episode is due, so the remove is offered before its time
    assert dialler.brief() == [f"dial {CLIENT}", f"remove {CLIENT}", f"dial {CLIENT}"]


@pytest.mark.parametrize(("can_tell", "times"), [(True, 1), (False, 2)])
def test_copies_of_an_interrupted_run_are_looked_for_or_offered_again(
    site: Site, audit: ScriptedSink, *, can_tell: bool, times: int
) -> None:
    audit.can_tell_repeats = can_tell
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:05")
    audit.is_interrupted = True
    with pytest.raises(Interrupted):
        site.run("10:06")
    assert copies(site) == [("dial", "offered", 1)]
    audit.is_interrupted = False
    site.run("10:07")
    assert copies(site)[0][:2] == ("dial", "delivered")
    assert audit.brief() == [f"copy of dial {CLIENT}"] * times
    assert len(site.commands()) == 1


def test_copies_for_a_sink_that_is_no_longer_named_are_withdrawn(
    site: Site, audit: ScriptedSink
) -> None:
    audit.answer = "refused_now"
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:05", "10:06")
    site.change_settings('["audit", "wall"]', '["wall"]')
    assert site.run("10:07").exit_code == ExitCode.DONE
    assert copies(site) == [("dial", "withdrawn", 1)]


def test_the_last_removes_of_a_campaign_that_is_gone_are_copied(site: Site) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:05", "10:06")
    text = site.settings_file.read_text()
    begin, end = text.index("[campaigns"), text.index("[sinks.file]")
    site.settings_file.write_text(text[:begin] + text[end:])
    site.run("10:07")
    assert copies(site, "wall") == [("dial", "delivered", 1), ("remove", "delivered", 1)]


# A sink that waits for its network.


def is_free(site: Site) -> bool:
    """Whether another program can open the state for writing now."""
    opening = "import duckdb, sys; duckdb.connect(sys.argv[1])"
    command = [sys.executable, "-c", opening, str(site.state / database.STATE_FILE)]
    return not subprocess.run(command, capture_output=True, check=False).returncode


@pytest.mark.parametrize("waits", [True, False])
def test_the_state_is_closed_while_a_network_is_waited_for(
    site: Site, audit: ScriptedSink, *, waits: bool
) -> None:
    found = []
    audit.waits_for_network = waits
    audit.meanwhile = lambda: found.append(is_free(site))
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:05")
    audit.is_interrupted = True
    with pytest.raises(Interrupted):
        site.run("10:06")
    audit.is_interrupted = False
    site.run("10:07")
    assert found == [waits, waits]  # when it was offered, and when it was asked whether it has it
    assert copies(site) == [("dial", "delivered", 1)]


def test_a_sink_that_cannot_say_what_it_has_is_at_fault_and_gets_nothing(
    site: Site, audit: ScriptedSink
) -> None:
    audit.waits_for_network = audit.is_interrupted = True
    site.drop("1.1", CLIENT, "10:00:20")
    site.drop("1.2", OTHER, "10:01:20")
    site.run("10:05")
    with pytest.raises(Interrupted):
        site.run("10:06")
    audit.is_interrupted, audit.is_silent = False, True
    result = site.run("10:07")
    assert result.exit_code == ExitCode.SINK
    assert result.faults["sink audit"][0] == (
        "the sink `audit` did not take commands: nobody answers"
    )
    assert (audit.tries, len(site.commands())) == (1, 2)
    assert copies(site) == [("dial", "offered", 1), ("dial", "issued", 1)]
    audit.is_silent = False
    assert site.run("10:08").exit_code == ExitCode.DONE
    assert audit.brief() == [f"copy of dial {CLIENT}", f"copy of dial {OTHER}"]


def test_a_sink_that_waits_for_its_network_leaves_the_same_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = []
    for waits in (False, True):
        site = Site.of_samples(tmp_path / str(waits))
        sink = ScriptedSink(waits_for_network=waits)
        with monkeypatch.context() as patch:
            put_in(patch, file=sink)
            site.replay("08:58", "09:02")
        kept.append((site.kept(), sink.taken))
    assert kept[0] == kept[1]


# Settings.


def refused(site: Site) -> Sequence[str]:
    with pytest.raises(SettingInvalid) as caught:
        settings.load(site.settings_file)
    return caught.value.lines()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('["file"]', 'names "file", the dialler itself, expected another sink'),
        ('["fax"]', 'names "fax", expected the name of a sink: `file`, `audit`, `wall`'),
    ],
)
def test_copies_for_the_dialler_or_an_unknown_sink_are_refused(
    site: Site, written: str, told: str
) -> None:
    site.change_settings('["audit", "wall"]', written)
    assert told in refused(site)[0]


def test_copies_into_a_csv_file_are_refused_for_want_of_the_mark(site: Site) -> None:
    site.change_settings("wall.ndjson", "wall.csv")
    assert 'names "wall", which would take a copy for a command' in refused(site)[0]


def test_copies_without_a_dialler_are_warned_of(site: Site) -> None:
    site.change_settings('dialler = "file"', 'dialler = "none"')
    (warning,) = settings.load(site.settings_file).warnings
    assert 'has no effect with `dialler = "none"`: no command leaves, so none is copied' in warning
