"""The chain of a number: what it tells, in which words, and as of when."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from reading_folder import fill
from site_folder import Site, at

from reconcile import by_hand, database, running
from reconcile.errors import UsageWrong
from reconcile.explain import PARTS, Chain, Explanation, explain, values
from reconcile.explain.page import page
from reconcile.explain.timeline import Event, events
from reconcile.reports.tables import Zone

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.settings import Settings

CLIENT, OTHER = "+420700610101", "+420700610102"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return fill(tmp_path_factory.mktemp("site"))


@pytest.mark.parametrize(
    "written", ["+420700610101", "700610101", "00420 700 610 101", " 700-610-101 "]
)
def test_a_number_is_found_in_any_notation(written: str, site: Settings) -> None:
    (chain,) = explain(site, written).chains
    assert (chain.number, chain.meant_as) == (CLIENT, "number")
    assert len(chain.parts["attempts"]) == 1


def test_a_contact_id_stands_for_each_of_its_numbers(site: Settings) -> None:
    chains = explain(site, "1003").chains
    assert [chain.number for chain in chains] == ["+420200500103", OTHER]


def test_a_number_of_which_nothing_is_known_is_told_as_such(site: Settings) -> None:
    told = page(explain(site, "700 610 199"), Zone())
    assert "No source has shown a call with this number." in told


def test_what_is_neither_number_nor_contact_is_refused(site: Settings) -> None:
    with pytest.raises(UsageWrong, match="neither a phone number nor the id of a contact"):
        explain(site, "linka 14")


# Words.


def instant(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-02T{text}")


def texts(part: str, **row: Any) -> list[str]:
    """The events of a chain with one row, its other columns null."""
    empty = dict.fromkeys(
        (
            *("call", "direction", "line", "queue", "started_at", "wait_began_at", "connected_at"),
            *("last_connected_at", "talk_ended_at", "ended_at", "last_place", "end_reason"),
            *("result", "attempt_key", "kind", "waited_seconds", "account", "reason", "campaign"),
            *("is_late", "is_withdrawn", "first_seen_at", "accounted_at", "episode_added_at"),
            *("detail", "is_regret", "is_by_hand", "attempt_number", "redial_number"),
            "call_started_at",
            *("reported_event", "reported_at", "resumed_at", "why", "handed_out_at"),
            "too_short_for",
        )
    )
    parts: dict[str, list[dict[str, Any]]] = {name: [] for name in PARTS}
    parts[part] = [{**empty, **row}]
    return [event.text for event in events(Chain(CLIENT, "number", parts), lambda at: f"{at:%T}")]


def call(**row: Any) -> str:
    found = {
        "call": "pbx/1", "direction": "in", "line": "+420200000410", "queue": "sales",
        "started_at": instant("10:00:00"), "ended_at": instant("10:01:00"),
    }  # fmt: skip
    return texts("calls", **{**found, **row})[0]


def test_a_client_who_hung_up_waiting() -> None:
    assert (
        call(wait_began_at=instant("10:00:18"), last_place="queue", end_reason="caller")
        == "called +420200000410, queue `sales`, waited 42 s, hung up waiting (pbx/1)"
    )


def test_a_client_who_talked() -> None:
    talk = {"connected_at": instant("10:00:10"), "last_connected_at": instant("10:00:10")}
    assert call(
        wait_began_at=instant("10:00:00"), talk_ended_at=instant("10:01:00"),
        end_reason="operator", **talk,
    ) == (
        "called +420200000410, queue `sales`, waited 10 s, talked from 10:00:10 to 10:01:00 (pbx/1)"
    )  # fmt: skip


def test_a_talk_that_is_too_short_is_told_as_such() -> None:
    talk = {"connected_at": instant("10:00:10"), "last_connected_at": instant("10:00:10")}
    assert call(
        talk_ended_at=instant("10:00:13"), end_reason="caller", too_short_for=["a", "b"], **talk
    ) == (
        "called +420200000410, queue `sales`, talked from 10:00:10 to 10:00:13, too short for a "
        "talk in `a`, `b` (pbx/1)"
    )


def test_a_client_who_talked_was_handed_on_and_hung_up_waiting() -> None:
    talk = {"connected_at": instant("10:00:10"), "last_connected_at": instant("10:00:10")}
    assert call(
        wait_began_at=instant("10:00:30"), talk_ended_at=instant("10:00:30"),
        last_place="queue", end_reason="caller", **talk,
    ) == (
        "called +420200000410, queue `sales`, talked from 10:00:10 to 10:00:30, waited 30 s, "
        "hung up waiting (pbx/1)"
    )  # fmt: skip


def test_a_call_that_goes_on() -> None:
    assert call(ended_at=None) == "called +420200000410, queue `sales`, no end seen (pbx/1)"


def test_a_call_of_which_little_is_known() -> None:
    assert call(line=None, queue=None) == "called in (pbx/1)"


def test_an_outgoing_call_that_was_not_answered() -> None:
    assert call(direction="out", result="busy", attempt_key="k/1") == (
        "was called, busy, tagged `k/1` (pbx/1)"
    )


def test_an_end_that_no_list_knows_stands_for_itself() -> None:
    assert call(end_reason="abducted").endswith("abducted (pbx/1)")


@pytest.mark.parametrize(
    ("kind", "row", "told"),
    [
        ("queue", {"account": "settling"}, "hung up waiting after 5 s: not accounted for yet"),
        ("ivr", {"account": "settling"}, "hung up in the menu after 5 s"),
        ("ringing", {"account": "settling"}, "hung up while a desk rang after 5 s"),
        ("timeout", {"account": "settling"}, "sent on when its time in the queue was over after"),
        (
            "queue",
            {"account": "ignored", "reason": "short_drop"},
            "hung up waiting after 5 s: ignored `short_drop`: shorter than `short_drop_seconds`",
        ),
        (
            "queue",
            {"account": "joined", "is_late": True, "episode_added_at": instant("09:00:00")},
            "joined the episode of `a` of 09:00:00, late, a closed one (seen 10:02:00)",
        ),
        ("queue", {"account": "opened", "is_withdrawn": True}, "it was no dropped call"),
    ],
)
def test_a_dropped_call_is_told_with_its_account(kind: str, row: dict[str, Any], told: str) -> None:
    (text,) = texts(
        "drops", kind=kind, campaign="a", dropped_at=instant("10:01:00"), waited_seconds=5,
        first_seen_at=instant("10:02:00"), also_fits=[], **row,
    )  # fmt: skip
    assert told in text


def test_a_dropped_call_that_fits_several_campaigns_names_the_others() -> None:
    (text,) = texts(
        "drops", kind="queue", campaign="a", dropped_at=instant("10:01:00"), waited_seconds=5,
        first_seen_at=instant("10:02:00"), accounted_at=None, account="opened",
        also_fits=["b", "c"],
    )  # fmt: skip
    assert text.endswith("; it fits `b`, `c` as well, and went to the first in the settings")


def test_a_regret_is_told_at_its_attempt() -> None:
    (text,) = texts(
        "attempts", handed_out_at=instant("10:06:00"), attempt_number=1, result="unseen",
        is_regret=True,
    )  # fmt: skip
    assert text == (
        "attempt 1 handed out; `unseen`: no call was seen in time, a regret: with all that is "
        "known now it would not have left"
    )


def decision(**row: Any) -> dict[str, Any]:
    return {
        "first_run_at": instant("10:05:00"), "decision": "wait", "reason": "not_due",
        "attempt_number": 1, "attempt_count": 3, "due_at": instant("10:06:00"),
        "proof": ["a"], "other_numbers": [], "episode_id": "e1", **row,
    }  # fmt: skip


def told_decisions(rows: list[dict[str, Any]], **parts: Any) -> list[Event]:
    empty: dict[str, list[dict[str, Any]]] = {name: [] for name in PARTS}
    chain = Chain(CLIENT, "number", {**empty, "decisions": rows, **parts})
    return events(chain, lambda at: f"{at:%T}")


def test_new_proof_alone_is_no_event() -> None:
    rows = [decision(), decision(first_run_at=instant("10:06:00"), proof=["a", "b"])]
    assert len(told_decisions(rows)) == 1


def test_the_same_decision_of_two_episodes_is_told_of_both() -> None:
    assert len(told_decisions([decision(), decision(episode_id="e2")])) == 2


def test_who_closed_by_hand_is_heard() -> None:
    closed = decision(decision="remove", reason="closed_by_hand", due_at=None, proof=[])
    (event,) = told_decisions([closed], episodes=[{"episode_id": "e1", "why": "wrote a mail"}])
    assert event.text == "`closed_by_hand`: a person closed it: wrote a mail"


def test_one_id_in_two_directories_is_told_with_its_sources() -> None:
    parts: dict[str, list[dict[str, Any]]] = {name: [] for name in PARTS}
    parts["contacts"] = [
        {"contact_id": "1", "name": name, "source": source, "shared_numbers": []}
        for source, name in (("crm", "Jana"), ("shop", "Petr"))
    ]
    found = Explanation(CLIENT, [Chain(CLIENT, "number", parts)], None)
    assert "On 2 contacts, a duplicate: crm/1 Jana; shop/1 Petr" in page(found, Zone())


def test_a_pause_is_told_with_what_the_person_said() -> None:
    texts_of = texts(
        "pauses", paused_at=instant("10:05:00"), resumed_at=instant("10:20:00"), campaign="a",
        why="phones are down",
    )  # fmt: skip
    assert texts_of == [
        "a person paused `a`: phones are down",
        "a person ended the pause of `a`: phones are down",
    ]


def test_a_dial_that_its_dialler_reports_as_ringing_is_told_as_up() -> None:
    (text,) = texts(
        "attempts", handed_out_at=instant("10:06:00"), attempt_number=1, result="up",
        reported_event="ringing", reported_at=instant("10:06:05"),
    )  # fmt: skip
    assert text == (
        "attempt 1 handed out; `up`: its call is ringing or going on, the dialler says that it "
        "rings (at 10:06:05)"
    )


def test_an_open_episode_says_what_a_person_did_before_a_run_has_seen_it(
    tmp_path: Path,
) -> None:
    site = Site.small(tmp_path)
    site.drop("1", OTHER, "10:00:20")
    for time in ("10:01", "10:02"):
        site.run(time)
    by_hand.pause(site.settings, None, "phones are down")
    told = page(explain(site.settings, OTHER), Zone())
    assert "  paused    a person paused all campaigns: phones are down" in told
    assert "and then `paused`: a person paused the campaign" in " ".join(told.split())
    assert "(phones are down)" in told
    by_hand.close(site.settings, OTHER, None, "wrote a mail")
    told = " ".join(page(explain(site.settings, OTHER), Zone()).split())
    assert "remove `closed_by_hand`" in told
    assert "a person closed it (wrote a mail)" in told


def test_a_campaign_without_a_dialler_says_so(tmp_path: Path) -> None:
    site = Site.small(tmp_path)
    site.change_settings('dialler = "file"\n\n[sinks.file]\npath = "out/commands.ndjson"', "")
    site.drop("1", CLIENT, "10:00:20")
    for time in ("10:01", "10:02", "10:06"):
        site.run(time)
    told = " ".join(page(explain(site.settings, CLIENT), Zone()).split())
    assert "since 2026-11-20 10:06:00 UTC: the campaign has no dialler" in told


# What was swept out of the state.


def test_the_page_says_from_when_on_it_tells_and_reaches_back_when_asked(
    tmp_path: Path, ran: Site
) -> None:
    site = ran.copy(tmp_path / "site")
    running.run(site.settings, now=datetime.fromisoformat("2027-01-20T10:00"))
    told = " ".join(page(explain(site.settings, CLIENT), Zone()).split())
    assert "No source has shown a call" in told
    assert "Told from 2026-12-17 00:00:00 UTC on; what is older stands" in told
    assert "`--from 2026-11-20` reads them too" in told
    since = datetime.fromisoformat("2026-11-20")
    (chain,) = explain(site.settings, CLIENT, since=since).chains
    assert [row["call"] for row in chain.parts["calls"]] == ["pbx/1", "pbx/3"]
    assert "Told from" not in page(explain(site.settings, CLIENT, since=since), Zone())


# As of an earlier instant: what the runs had seen, from the audit files.


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A client drops at 10:00:20, is dialled at 10:06, talks from 10:07:30; runs until 10:09.

    The run of 10:09 finds him on another contact.
    """
    site = Site.small(tmp_path_factory.mktemp("ran"))
    site.drop("1", CLIENT, "10:00:20")
    site.drop("2", OTHER, "10:00:30")
    for time in ("10:01", "10:02", "10:06", "10:07"):
        site.run(time)
    site.talk("3", CLIENT, "10:07:30")
    site.run("10:08")
    text = site.directory.read_text(encoding="utf-8")
    site.directory.write_text(text.replace(f"1001,{CLIENT}", f"2001,{CLIENT}"), encoding="utf-8")
    site.run("10:09")
    return site


def told(ran: Site, time: str) -> dict[str, Any]:
    found = explain(ran.settings, CLIENT, at=at(time))
    (chain,) = found.chains
    return {
        "run": f"{found.seen_until:%H:%M}" if found.seen_until else None,
        "calls": len(chain.parts["calls"]),
        "accounts": [row["account"] for row in chain.parts["drops"]],
        "closed": [row["reason"] for row in chain.parts["episodes"]],
        "commands": [row["kind"] for row in chain.parts["commands"]],
        "results": [row["result"] for row in chain.parts["attempts"]],
        "next": [row["reason"] for row in chain.parts["next"]],
    }


def test_before_the_first_run_nothing_had_been_seen(ran: Site) -> None:
    found = told(ran, "10:00:59")
    assert (found["run"], found["calls"], found["accounts"]) == (None, 0, [])


def test_a_drop_was_settling_before_it_was_accounted_for(ran: Site) -> None:
    assert told(ran, "10:01:30") == {
        "run": "10:01", "calls": 1, "accounts": ["settling"], "closed": [], "commands": [],
        "results": [], "next": [],
    }  # fmt: skip


def test_an_open_episode_is_shown_as_open_though_it_closed_later(ran: Site) -> None:
    assert told(ran, "10:02:00") == {
        "run": "10:02", "calls": 1, "accounts": ["opened"], "closed": [None], "commands": [],
        "results": [], "next": ["not_due"],
    }  # fmt: skip


def test_a_dial_was_in_doubt_until_its_end_was_known(ran: Site) -> None:
    found = told(ran, "10:07:59")
    assert (found["commands"], found["results"], found["calls"]) == (["dial"], ["in_doubt"], 1)
    assert found["next"] == ["attempt_in_doubt"]


def test_at_the_last_run_all_is_as_without_at(ran: Site) -> None:
    found = told(ran, "23:00")
    assert (found["run"], found["calls"], found["closed"]) == ("10:09", 2, ["reached"])
    now = explain(ran.settings, CLIENT)
    then = explain(ran.settings, CLIENT, at=at("23:00"))
    assert then.chains == now.chains


@pytest.mark.parametrize(
    ("time", "contacts"),
    [("10:00:59", []), ("10:01", ["1001"]), ("10:08:59", ["1001"]), ("10:09", ["2001"])],
)
def test_the_directory_is_that_of_then(ran: Site, time: str, contacts: list[str]) -> None:
    found = explain(ran.settings, CLIENT, at=at(time))
    (chain,) = found.chains
    assert [row["contact_id"] for row in chain.parts["contacts"]] == contacts
    assert not found.has_present_directory


def test_of_an_older_version_it_is_told_that_the_directory_is_that_of_now(
    ran: Site, tmp_path: Path
) -> None:
    site = ran.copy(tmp_path / "site")
    with database.connect(site.state / database.READ_FILE) as connection:
        connection.execute("update ops.runs set unread = null where run_id = 3")
    found = explain(site.settings, CLIENT, at=at("10:02"))
    assert "The directory and the do-not-call lists are those of now" in page(found, Zone())
    assert not explain(site.settings, CLIENT, at=at("10:06")).has_present_directory


def test_the_past_of_one_number_has_nothing_of_another(ran: Site) -> None:
    (chain,) = explain(ran.settings, OTHER, at=at("10:02")).chains
    assert [row["call"] for row in chain.parts["calls"]] == ["pbx/2"]


def test_the_values_by_which_it_was_decided_are_told_but_for_defaults() -> None:
    campaign = {
        "name": "missed", "retry_minutes": [5, 15, 60], "min_gap_minutes": 5, "queues": ["sales"],
        "retry_on": {"busy": {"minutes": 2, "times": 1}}, "stop_on": [], "holidays": None,
        "a_key_of_old": 3,
    }  # fmt: skip
    assert values.told(json.dumps(campaign)) == (
        'retry_minutes = [5, 15, 60], queues = ["sales"], '
        "retry_on = { busy = { minutes = 2, times = 1 } }, a_key_of_old = 3"
    )
