"""`retry_on`: a client is dialled again within one attempt, as settings, in runs, and as told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import in_process
import pytest
from call_records import CAMPAIGN, at, drop, minutes, unanswered
from oracle import ProgramSettings
from settings_files import faults, read, with_campaign
from site_folder import CLIENT, Site
from site_folder import at as site_at

from reconcile import explain
from reconcile.due import due
from reconcile.explain.page import page
from reconcile.reports.rules import rules
from reconcile.reports.tables import Zone
from reconcile.settings import as_json, settings_hash
from reconcile.settings.tables import to_tables

if TYPE_CHECKING:
    from pathlib import Path

    from oracle import CallRecord, CampaignSettings

BUSY_ONCE = replace(CAMPAIGN, retry_on=(("busy", 2, 1),))


def busy(call_id: str, started: str, ended: str) -> CallRecord:
    return unanswered(call_id, started, ended, result="busy")


def dials(
    records: list[CallRecord], first: str, last: str, campaign: CampaignSettings = BUSY_ONCE
) -> tuple[list[str], list[str]]:
    """The dials by minute and the end of their key, and how the episode ended, if it did."""
    with in_process.running_program() as program:
        program.load_records(records)
        program.set_rules(ProgramSettings((campaign,)), {"pbx"})
        for now in minutes(first, last):
            assert program.run(now) == []
        made = program.fetch(
            "select handed_out_at, command_key from kept.attempts order by handed_out_at"
        )
        ends = program.fetch("select reason, closed_at from kept.episodes where reason is not null")
    return (
        [f"{handed_out_at:%H:%M} {key.rpartition('|')[2]}" for handed_out_at, key in made],
        [f"{closed_at:%H:%M:%S} {reason}" for reason, closed_at in ends],
    )


def test_a_busy_client_is_dialled_again_and_the_ladder_keeps_its_steps() -> None:
    records = [
        drop("d", "10:00:20"),
        busy("o1", "10:06:05", "10:06:10"),  # again from 10:08:10
        busy("o2", "10:09:05", "10:09:10"),  # once is enough
        busy("o3", "10:16:05", "10:16:40"),  # again from 10:18:40
        unanswered("o4", "10:19:05", "10:19:30", result="no_answer"),
        unanswered("o5", "11:01:05", "11:01:30", result="no_answer"),
    ]
    made, ends = dials(records, "10:00", "11:05")
    assert made == ["10:06 1", "10:09 1.1", "10:16 2", "10:19 2.1", "11:01 3"]
    assert ends == ["11:01:30 exhausted"]


def test_the_redial_of_the_last_attempt_keeps_the_episode_open_until_it_is_over() -> None:
    campaign = replace(BUSY_ONCE, ladder=(5,))
    records = [
        drop("d", "10:00:20"),
        busy("o1", "10:06:05", "10:06:10"),
        busy("o2", "10:09:05", "10:09:10"),
    ]
    assert dials(records[:2], "10:00", "10:08", campaign)[1] == []
    assert dials(records, "10:00", "10:12", campaign) == (
        ["10:06 1", "10:09 1.1"],
        ["10:09:10 exhausted"],
    )


def test_where_the_next_step_is_due_by_then_no_redial_comes() -> None:
    campaign = replace(BUSY_ONCE, retry_on=(("busy", 12, 1),))
    records = [drop("d", "10:00:20"), busy("o1", "10:06:05", "10:06:10")]
    assert dials(records, "10:00", "10:18", campaign)[0] == ["10:06 1", "10:16 2"]


def test_a_redial_that_no_sink_took_is_withdrawn_when_it_is_no_longer_asked_for() -> None:
    with in_process.running_program() as program:
        program.load_records([drop("d", "10:00:20"), busy("o1", "10:06:05", "10:06:10")])
        program.set_rules(ProgramSettings((BUSY_ONCE,)), {"pbx"})
        for now in minutes("10:00", "10:20"):
            program.sink.is_down = at("10:09") <= now < at("10:14")
            if now == at("10:12"):
                program.set_rules(ProgramSettings((CAMPAIGN,)), {"pbx"})
            assert program.run(now) == []
        states = program.fetch(
            "select split_part(command_key, '|', 5), state from kept.commands order by sequence"
        )
    assert states == [("1", "delivered"), ("1.1", "withdrawn"), ("2", "delivered")]


# through files


def site_that_reports(folder: Path) -> Site:
    site = Site.small(folder)
    site.change_settings(
        'dialler = "file"\n', 'dialler = "file"\nretry_on.busy = { minutes = 2, times = 1 }\n'
    )
    site.change_settings(
        "[campaigns.", '[sources.dialler]\nkind = "results"\npath = "results.ndjson"\n[campaigns.'
    )
    (folder / "results.ndjson").touch()
    return site


def report(site: Site, time: str, result: str) -> None:
    """The dialler says that the last dial ended so."""
    line = {
        "key": site.payloads()[-1]["key"],
        "at": f"{site_at(time).isoformat()}Z",
        "event": "ended",
        "result": result,
    }
    with (site.folder / "results.ndjson").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def test_the_command_the_sheet_and_the_explanation_tell_of_the_redial(tmp_path: Path) -> None:
    site = site_that_reports(tmp_path / "site")
    site.run("09:55")
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:01", "10:06")
    report(site, "10:06:10", "busy")
    site.run("10:07")
    sheet = due(site.settings, now=site_at("10:07"), minutes=30)
    (row,) = sheet.rows.as_dicts()
    assert (row["attempt_number"], row["redial_number"]) == (1, 1)
    site.replay("10:08", "10:09")
    first, again = site.payloads()
    assert (first["attempt"], first["redial"]) == (1, 0)
    assert (again["attempt"], again["redial"], again["reason"]) == (1, 1, "attempt_1_of_3_redial_1")
    assert again["key"] == first["key"] + ".1"
    assert again["explanation"].endswith("attempt 1 of 3, redial 1, due 10:08:10 UTC")
    text = " ".join(page(explain.explain(site.settings, CLIENT), Zone()).split())
    assert "nothing holds attempt 1 of 3, redial 1" in text
    assert "attempt 1, redial 1 handed out" in text


# as settings


def test_it_is_read_and_becomes_rows(tmp_path: Path) -> None:
    text = with_campaign(
        "retry_on.busy = { minutes = 2, times = 3 }\nretry_on.no_answer = { minutes = 4 }"
    )
    loaded = read(tmp_path, text)
    assert [tuple(row.values()) for row in to_tables(loaded)["settings.redials"]] == [
        ("missed-calls", "busy", 2, 3),
        ("missed-calls", "no_answer", 4, 1),
    ]
    (campaign,) = json.loads(as_json(loaded))["campaigns"]
    assert campaign["retry_on"] == {
        "busy": {"minutes": 2, "times": 3},
        "no_answer": {"minutes": 4, "times": 1},
    }
    other = read(tmp_path, text.replace("minutes = 4", "minutes = 3"))
    assert settings_hash(other) != settings_hash(loaded)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("retry_on.buzy = { minutes = 2 }", "`campaigns.missed-calls.retry_on.buzy`"),
        ("retry_on.busy = { times = 2 }", "lacks `minutes`"),
        ("retry_on.busy = { minutes = 0 }", "a whole number from 1 to 1440"),
        ("retry_on.busy = 2", "tables by result"),
        ("retry_on = 2", "tables by result"),
        ('retry_on.busy = { minutes = 2 }\nstop_on = ["busy"]', "cannot go with `stop_on`"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, line: str, fault: str) -> None:
    assert any(fault in text for text in faults(tmp_path, with_campaign(line)))


def test_a_redial_behind_the_next_step_is_warned_of(tmp_path: Path) -> None:
    late = read(tmp_path, with_campaign("retry_on.busy = { minutes = 10 }"))
    assert any("the next attempt comes first" in text for text in late.warnings)
    early = read(tmp_path, with_campaign("retry_on.busy = { minutes = 9 }"))
    assert not any("the next attempt comes first" in text for text in early.warnings)


def test_the_rules_tell_it(tmp_path: Path) -> None:
    loaded = read(tmp_path, with_campaign("retry_on.busy = { minutes = 2, times = 2 }"))
    told = [str(rule) for rule in rules(loaded.campaigns[0], loaded)]
    assert any("busy: up to 2 times, 2 min after the call" in rule for rule in told)
