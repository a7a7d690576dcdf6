"""What a person does about commands and copies that no sink has taken: `retry`, `discard`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest
from scripted_sinks import ScriptedSink, put_in
from site_folder import CLIENT, OTHER, Site, at

from reconcile import by_hand, clock, undelivered
from reconcile.cli import answer
from reconcile.errors import ExitCode, UsageWrong
from reconcile.reports import standing

if TYPE_CHECKING:
    from pathlib import Path

AUDIT = """
[sinks.audit]
kind = "file"
path = "out/audit.ndjson"
backoff_minutes = [30]
tries_max = 2
"""
DIAL = f"dial|missed-calls|{CLIENT}|pbx/1.1|1"
REMOVE = f"remove|missed-calls|{CLIENT}|pbx/1.1"
LATER = "10:20"
"""The clock while a person acts."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    site = Site.small(tmp_path / "site")
    site.change_settings('dialler = "file"\n', 'dialler = "file"\ncopies = ["audit"]\n')
    site.settings_file.write_text(site.settings_file.read_text() + AUDIT)
    monkeypatch.setattr(clock, "utc_now", lambda: at(LATER))
    monkeypatch.setattr(by_hand, "user", lambda: "ann")
    return site


@pytest.fixture
def dialler(monkeypatch: pytest.MonkeyPatch) -> ScriptedSink:
    sink = ScriptedSink()
    put_in(monkeypatch, file=sink)
    return sink


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> ScriptedSink:
    sink = ScriptedSink()
    put_in(monkeypatch, audit=sink)
    return sink


def states(site: Site) -> list[tuple[str, str]]:
    return site.fetch("select kind, state from kept.commands order by sequence")


def copy_states(site: Site) -> list[str]:
    return [state for (state,) in site.fetch("select state from kept.copies order by sequence")]


def words(site: Site, time: str) -> list[str]:
    found = standing.standing(site.settings, now=at(time), max_age_minutes=60)
    return [trouble.word for trouble in found.troubles]


def in_doubt(site: Site, dialler: ScriptedSink) -> None:
    """A dial at 10:06 of which nobody knows whether the sink has it."""
    dialler.answer, dialler.can_tell_repeats = "unsure", False
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:05", "10:06")
    dialler.answer = "delivered"
    dialler.taken.clear()
    assert states(site) == [("dial", "unsure")]


def dead_copy(site: Site, audit: ScriptedSink) -> None:
    audit.answer = "refused_for_good"
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:05", "10:06")
    audit.answer = "delivered"
    assert copy_states(site) == ["dead"]


def test_a_dead_copy_is_retried_by_key_or_with_all(site: Site, audit: ScriptedSink) -> None:
    dead_copy(site, audit)
    assert undelivered.retry(site.settings, [DIAL], None) == [
        "1 copy: offered again by the next run"
    ]
    site.run("10:07")
    assert copy_states(site) == ["delivered"]
    assert undelivered.retry(site.settings, [], None) == ["nothing is undelivered"]


def test_a_copy_that_waits_for_its_next_try_is_offered_at_once(
    site: Site, audit: ScriptedSink
) -> None:
    audit.answer = "refused_now"
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:05", "10:07")
    assert audit.tries == 1
    assert undelivered.retry(site.settings, [], "audit") == [
        "1 copy: offered by the next run, before its time"
    ]
    audit.answer = "delivered"
    site.run("10:08")
    assert audit.brief() == [f"copy of dial {CLIENT}"]


def test_status_and_pending_tell_of_a_dead_letter_until_it_is_discarded(
    site: Site, audit: ScriptedSink
) -> None:
    dead_copy(site, audit)
    site.run("10:07")
    assert words(site, "10:07") == ["dead"]
    assert undelivered.discard(site.settings, [DIAL], None, "wrong address") == [
        "1 copy: known to be dead, and shown no more"
    ]
    assert words(site, "10:07") == []
    assert copy_states(site) == ["dead"]
    with pytest.raises(UsageWrong, match="discarded before"):
        undelivered.discard(site.settings, [DIAL], None, "again")
    undelivered.retry(site.settings, [DIAL], None)
    site.run("10:08")
    assert copy_states(site) == ["delivered"]


def test_a_dial_that_may_have_been_taken_is_not_retried_by_itself(
    site: Site, dialler: ScriptedSink
) -> None:
    in_doubt(site, dialler)
    with pytest.raises(UsageWrong, match="a second dial could be a second call") as caught:
        undelivered.retry(site.settings, [DIAL], None)
    assert caught.value.follows == "Nothing was changed"
    assert undelivered.retry(site.settings, [], None) == [
        "1 dial: left, its sink may have taken it, and a second dial could be a second call to the "
        "client"
    ]
    site.run("10:07")
    assert dialler.taken == []


def test_a_dial_that_was_not_taken_as_a_person_says_leaves_again_with_its_key(
    site: Site, dialler: ScriptedSink
) -> None:
    in_doubt(site, dialler)
    undelivered.retry(site.settings, [DIAL], None, is_not_taken=True)
    assert site.fetch("select * from kept.attempts") == []
    site.run("10:08")
    assert [payload["key"] for payload in dialler.taken] == [DIAL]
    assert site.fetch("select attempt_number, handed_out_at from kept.attempts") == [
        (1, at("10:08"))
    ]


def test_a_dial_that_was_not_taken_does_not_leave_when_the_client_was_reached(
    site: Site, dialler: ScriptedSink
) -> None:
    in_doubt(site, dialler)
    undelivered.retry(site.settings, [DIAL], None, is_not_taken=True)
    site.talk("1.2", CLIENT, "10:07:05")
    site.run("10:08")
    assert dialler.brief() == [f"remove {CLIENT}"]
    assert states(site) == [("dial", "withdrawn"), ("remove", "delivered")]


def test_a_dial_in_doubt_that_is_discarded_counts_and_the_next_step_follows(
    site: Site, dialler: ScriptedSink
) -> None:
    in_doubt(site, dialler)
    assert undelivered.discard(site.settings, [DIAL], None, "never placed") == [
        "1 dial: given up; counts as a refused attempt, and the next step of the ladder follows"
    ]
    assert states(site) == [("dial", "dead")]
    found = site.fetch("select result, detail from kept.attempts")
    assert found == [("refused", "discarded by ann: never placed")]
    with pytest.raises(UsageWrong, match="a dead dial has counted as an attempt"):
        undelivered.retry(site.settings, [DIAL], None, is_not_taken=True)
    # Its end was told at the clock of the person, and `min_gap_minutes` count from there.
    site.replay("10:21", "10:25")
    assert [payload["attempt"] for payload in dialler.taken] == [2]
    assert words(site, "10:25") == []


def test_a_dial_that_no_sink_took_is_decided_again_whatever_a_person_asks(
    site: Site, dialler: ScriptedSink
) -> None:
    dialler.answer = "refused_now"
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:05", "10:06")
    with pytest.raises(UsageWrong, match="is decided again in each run") as caught:
        undelivered.discard(site.settings, [DIAL], None, "no more")
    assert caught.value.hint == "`reconcile close NUMBER` ends its episode"
    (told,) = undelivered.retry(site.settings, [DIAL], None)
    assert told.startswith("1 dial: decided again in each run")


def test_a_remove_that_is_discarded_is_withdrawn_and_holds_up_its_number_no_more(
    site: Site, dialler: ScriptedSink
) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:05", "10:06")
    dialler.answer = "refused_now"
    site.talk("1.2", CLIENT, "10:07:05")
    site.replay("10:08", "10:09")
    undelivered.discard(site.settings, [REMOVE], None, "taken back there by hand")
    assert site.fetch("select state, detail from kept.commands where kind = 'remove'") == [
        ("withdrawn", "discarded by ann: taken back there by hand")
    ]
    dialler.answer = "delivered"
    site.drop("1.3", CLIENT, "10:10:00")
    site.replay("10:11", "10:15")
    assert dialler.brief() == [f"dial {CLIENT}", f"dial {CLIENT}"]


def test_what_one_key_may_not_keeps_all_keys_as_they_are(site: Site, audit: ScriptedSink) -> None:
    dead_copy(site, audit)
    with pytest.raises(UsageWrong, match="`nothing` cannot be discarded: there is no such command"):
        undelivered.discard(site.settings, [DIAL, "nothing"], None, "why not")
    assert site.fetch("select discarded_at from kept.copies") == [(None,)]
    assert site.fetch("from kept.deliveries_by_hand") == []


def test_only_what_is_for_the_sink_named_is_acted_on(
    site: Site, audit: ScriptedSink, dialler: ScriptedSink
) -> None:
    audit.answer = "refused_for_good"
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:05", "10:06")
    dialler.answer = "refused_for_good"
    site.drop("1.2", OTHER, "10:07:20")
    site.replay("10:09", "10:14")
    assert undelivered.discard(site.settings, [], "audit", "gone") == [
        "1 copy: known to be dead, and shown no more"
    ]
    assert words(site, "10:14") == ["dead"]
    with pytest.raises(UsageWrong, match="there is no sink `fax`"):
        undelivered.retry(site.settings, [], "fax")


def test_explain_tells_who_did_what_and_why(
    site: Site, audit: ScriptedSink, capsys: pytest.CaptureFixture[str]
) -> None:
    dead_copy(site, audit)
    undelivered.discard(site.settings, [DIAL], None, "wrong address")
    site.run("10:21")
    assert answer(["explain", CLIENT, "--settings", str(site.settings_file)]) == ExitCode.DONE
    told = " ".join(capsys.readouterr().out.split())
    assert (
        "10:20:00 by hand copy of the dial of attempt 1 for `audit`, by ann, known to be dead, "
        "and shown no more: wrong address"
    ) in told


def test_what_was_done_by_hand_stands_in_the_audit_files(site: Site, audit: ScriptedSink) -> None:
    dead_copy(site, audit)
    undelivered.discard(site.settings, [DIAL], None, "wrong address")
    site.run("10:21")
    files = f"{site.state}/audit/copies/*/*.parquet"
    found = duckdb.sql(f"select arg_max(discarded_at, changed_run) from '{files}'").fetchall()
    assert found == [(at(LATER),)]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["retry"], "nothing is named"),
        (["retry", "--all", "--sink", "audit"], "`--all` stands alone"),
        (["retry", "--all", "--not-taken"], "needs to know of which dials"),
        (["discard", "--why", "gone"], "nothing is named"),
        (["discard", DIAL, "--why", " "], "`--why` is empty"),
    ],
)
def test_what_is_not_said_clearly_is_refused(
    site: Site, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer([*arguments, "--settings", str(site.settings_file)]) == ExitCode.USAGE
    assert told in capsys.readouterr().err
