"""Campaigns that wait while nobody is there to answer, through files."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from site_folder import CLIENT, OTHER, Site, at

from reconcile import checking, running
from reconcile.explain import explain
from reconcile.explain.page import page
from reconcile.reports import rules
from reconcile.reports.tables import Zone

if TYPE_CHECKING:
    from pathlib import Path

ASKED = 'hold_without_operators_in = ["sales"]\n'
STARTS = "starts_at = 2026-11-20T08:00:00Z\n"
FOLLOWED = {"core.operator_signs", "commands.keep_operator_signs", "core.operator_queues"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A small site that waits for operators, and a client who dropped at 10:00:20."""
    site = Site.small(tmp_path / "site")
    ask(site)
    site.drop("1.1", CLIENT, "10:00:20")
    return site


def ask(site: Site) -> None:
    site.change_settings(STARTS, STARTS + ASKED)


def says(site: Site, time: str, event: str, *data: str, member: str = "Anna") -> None:
    """Write a line about a member."""
    site.log(time, "NONE", member, event, *data)


def known(site: Site) -> list[tuple]:
    return site.fetch("select member, aspect, is_on from kept.operator_signs order by all")


def checked(site: Site) -> list[str]:
    lines, _ = checking.report(site.settings)
    return [line for line in lines if "for whose operators" in line]


def told(site: Site, number: str) -> str:
    return " ".join(page(explain(site.settings, number), Zone()).split())


def test_what_is_due_waits_until_somebody_is_there_again(site: Site) -> None:
    says(site, "09:00:00", "ADDMEMBER")
    says(site, "10:04:00", "PAUSE", "lunch")
    idle = site.replay("10:00", "10:20")
    assert site.commands() == []
    assert site.decisions() == {CLIENT: "wait no_operator"}
    assert {f"10:{minute:02}" for minute in range(7, 21)} <= idle
    assert "10:06" not in idle
    says(site, "10:20:59", "UNPAUSE")
    assert site.replay("10:21", "10:21") == set()
    assert site.commands() == [f"10:21 dial {CLIENT} 1"]


def test_in_the_second_of_a_pause_the_dial_waits_one_second_before_it_leaves(site: Site) -> None:
    says(site, "09:00:00", "ADDMEMBER")
    site.replay("10:00", "10:05")
    later = site.copy(site.folder.parent / "later")
    says(site, "10:06:00", "PAUSE")
    says(later, "10:06:01", "PAUSE")
    site.run("10:06")
    later.run("10:06")
    assert site.commands() == []
    assert later.commands() == [f"10:06 dial {CLIENT} 1"]


def test_the_last_one_who_leaves_holds_the_dials_and_the_first_who_comes_lets_them_go(
    site: Site,
) -> None:
    says(site, "09:00:00", "ADDMEMBER")
    says(site, "09:00:00", "ADDMEMBER", member="Bob")
    says(site, "10:01:00", "REMOVEMEMBER")
    site.drop("1.2", OTHER, "10:02:20")
    site.replay("10:00", "10:06")
    assert site.commands() == [f"10:06 dial {CLIENT} 1"]
    says(site, "10:06:30", "REMOVEMEMBER", member="Bob")
    site.replay("10:07", "10:12")
    assert site.decisions()[OTHER] == "wait no_operator"
    says(site, "10:12:30", "ADDMEMBER", "PAUSED", member="Cyril")
    site.replay("10:13", "10:14")
    assert site.decisions()[OTHER] == "wait no_operator"
    says(site, "10:14:30", "UNPAUSE", member="Cyril")
    site.replay("10:15", "10:15")
    assert site.commands()[1:] == [f"10:15 dial {OTHER} 1"]


def test_where_no_line_tells_of_a_member_nothing_is_known_and_nothing_waits(site: Site) -> None:
    site.replay("10:00", "10:06")
    assert site.commands() == [f"10:06 dial {CLIENT} 1"]
    assert checked(site) == [
        "warning: the queue `sales`, for whose operators `missed-calls` waits, has shown none so "
        "far: `hold_without_operators_in` sees nothing there, and holds no dial for want of them"
    ]


def test_a_static_member_is_known_by_his_calls_and_his_pauses(site: Site) -> None:
    site.talk("0.9", OTHER, "09:00:00")
    says(site, "10:04:00", "PAUSE", member="SIP/1")
    site.replay("10:00", "10:06")
    assert site.decisions() == {CLIENT: "wait no_operator"}
    assert checked(site) == [
        "the queue `sales`, for whose operators `missed-calls` waits, has 0 of 1 operators logged "
        "in and not paused"
    ]
    # His next call proves that he is back, though no line says so.
    site.talk("1.9", OTHER, "10:07:00")
    site.replay("10:07", "10:07")
    assert site.commands() == [f"10:07 dial {CLIENT} 1"]


def test_members_who_have_two_names_are_doubted_by_check(site: Site) -> None:
    says(site, "09:00:00", "ADDMEMBER", member="PJSIP/101")
    says(site, "09:05:00", "UNPAUSE", member="Anna")
    assert checked(site) == [
        "the queue `sales`, for whose operators `missed-calls` waits, has 2 of 2 operators logged "
        "in and not paused",
        "warning: the queue `sales`, for whose operators `missed-calls` waits, has 1 who were "
        "added and have not answered since, and 1 who answered and were never added: if they are "
        "the same, Asterisk needs `log_membername_as_agent = yes`",
    ]


def test_on_the_recording_dials_wait_for_the_end_of_a_meeting(tmp_path: Path) -> None:
    """All operators of `sales` are paused from 09:05:41 to 09:06:23; nobody was ever added."""
    site = Site.of_samples(tmp_path / "recording")
    campaign = "[campaigns.missed-calls]\n"
    site.change_settings(campaign, campaign + ASKED)
    site.replay("09:04", "09:07")
    held = "select number, first_run_at from kept.decisions where reason = 'no_operator' order by 1"
    waited = ["+420700610123", "+420700610124"]
    assert site.fetch(held) == [(number, at("09:06")) for number in waited]
    dials = [command for command in site.commands() if command > "09:06"]
    assert dials == [f"09:07 dial {number} 1" for number in waited]


def test_without_the_setting_nothing_waits_and_no_statement_is_planned_for_it(site: Site) -> None:
    site.change_settings(ASKED, "")
    says(site, "09:00:00", "ADDMEMBER", "PAUSED")
    assert FOLLOWED.isdisjoint(site.run("10:01").counts)
    site.replay("10:02", "10:05")
    assert FOLLOWED.isdisjoint(site.run("10:06").counts)
    assert site.commands() == [f"10:06 dial {CLIENT} 1"]
    assert known(site) == []


def test_who_is_there_is_learnt_when_the_setting_comes_and_forgotten_when_it_goes(
    site: Site,
) -> None:
    site.change_settings(ASKED, "")
    says(site, "09:00:00", "ADDMEMBER", "PAUSED")
    site.replay("10:00", "10:04")
    ask(site)
    site.replay("10:05", "10:06")
    assert known(site) == [("Anna", "added", True), ("Anna", "free", False), ("Anna", "member", 1)]
    assert site.decisions() == {CLIENT: "wait no_operator"}
    site.change_settings(ASKED, "")
    site.replay("10:07", "10:07")
    assert known(site) == []
    assert site.commands() == [f"10:07 dial {CLIENT} 1"]


def test_a_member_outlives_his_lines_and_is_forgotten_when_nothing_was_heard_for_long(
    site: Site,
) -> None:
    says(site, "09:00:00", "ADDMEMBER", "PAUSED")
    site.run("10:01")
    for days, members in ((5, {"Anna"}), (35, {"Anna"}), (36, set())):
        running.run(site.settings, now=at("08:59") + timedelta(days=days))
        assert site.fetch("select count(*) from raw.queue_log") == [(0,)]
        assert {member for member, *_ in known(site)} == members


def test_lines_in_another_order_and_twice_tell_the_same(site: Site) -> None:
    says(site, "09:00:00", "ADDMEMBER")
    says(site, "10:04:00", "UNPAUSE")
    says(site, "10:04:30", "PAUSE")
    other = site.copy(site.folder.parent / "other")
    lines = other.queue_log.read_text(encoding="utf-8").splitlines()
    other.queue_log.write_text("\n".join([*lines[::-1], *lines]) + "\n", encoding="utf-8")
    site.replay("10:00", "10:06")
    other.replay("10:00", "10:06")
    assert known(site) == known(other) != []
    assert site.decisions() == other.decisions() == {CLIENT: "wait no_operator"}


def test_a_line_that_comes_late_changes_nothing_that_was_said_after_it(site: Site) -> None:
    says(site, "09:00:00", "ADDMEMBER")
    says(site, "10:05:00", "UNPAUSE")
    site.replay("10:00", "10:05")
    says(site, "10:03:00", "PAUSE")
    site.replay("10:06", "10:06")
    assert site.commands() == [f"10:06 dial {CLIENT} 1"]


def test_a_restart_ends_the_pause_of_a_static_member_only(site: Site) -> None:
    says(site, "09:00:00", "PAUSE")
    says(site, "09:00:00", "ADDMEMBER", "PAUSED", member="Bob")
    site.replay("10:00", "10:06")
    assert site.decisions() == {CLIENT: "wait no_operator"}
    says(site, "10:06:30", "QUEUESTART", member="NONE")
    site.replay("10:07", "10:07")
    assert site.commands() == [f"10:07 dial {CLIENT} 1"]
    says(site, "10:07:30", "PAUSE")
    site.drop("1.2", OTHER, "10:08:00")
    site.replay("10:08", "10:14")
    assert site.decisions()[OTHER] == "wait no_operator"


def test_a_stale_log_is_the_reason_not_who_was_there_when_it_was_read(site: Site) -> None:
    says(site, "09:00:00", "ADDMEMBER", "PAUSED")
    site.replay("10:00", "10:00")
    site.queue_log.rename(site.folder / "gone")
    site.replay("10:01", "10:06")
    assert site.decisions() == {CLIENT: "wait feed_stale"}


def test_explain_and_rules_tell_of_it(site: Site) -> None:
    says(site, "09:00:00", "ADDMEMBER", "PAUSED")
    site.replay("10:00", "10:06")
    text = told(site, CLIENT)
    assert (
        "`no_operator`: no operator is logged in and not paused, as far as the queue log shows; "
        "attempt 1 of 3 is due 10:05:20 (pbx/sales)"
    ) in text
    assert "wait `no_operator` since" in text
    (campaign,) = site.settings.campaigns
    (rule,) = (
        rule for rule in rules.rules(campaign, site.settings) if "no operator" in rule.rule
    )
    assert rule.when == "in none of the queues sales"
