"""Rules that look at the contact behind a number: its other talks, duplicates, a mended file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import in_process
import pytest
from call_records import CAMPAIGN, CLIENT, TWO_CAMPAIGNS, at, call, drop, minutes, talk
from oracle import ProgramSettings
from site_folder import Site

from reconcile import duplicates, pipeline, queries, without
from reconcile.explain import explain
from reconcile.explain.page import page
from reconcile.moment import Moment
from reconcile.reports import rules
from reconcile.reports.read_copy import open_read_copy
from reconcile.reports.tables import Zone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from oracle import CallRecord, CampaignSettings

    Directory = list[tuple[str, str]]

MOBILE, SWITCHBOARD = "+420700610109", "+420200500151"
REACHING = replace(CAMPAIGN, reach="contact")
WIDE = replace(CAMPAIGN, duplicate_scope="contact")
FAMILY = [("1001", CLIENT), ("1001", MOBILE)]
BOTH = 'reach = "contact"\nduplicate_scope = "contact"'
FIRST_DIAL, REACHED = ("dial", "attempt_1_of_3"), ("remove", "reached")


@pytest.fixture
def program() -> Iterator[in_process.Program]:
    with in_process.running_program() as running:
        yield running


class Played:
    """A program that has run over some records, and what it said of the client's number."""

    def __init__(
        self,
        program: in_process.Program,
        records: list[CallRecord],
        campaigns: tuple[CampaignSettings, ...] = (REACHING,),
    ) -> None:
        self.program = program
        program.load_records(records)
        program.set_rules(ProgramSettings(campaigns), {"pbx"})
        self.directories: dict[datetime, Directory] = {}

    def knows(self, clock: str, directory: Directory) -> Played:
        """From the run at `clock` on this directory is the last good one."""
        self.directories[at(clock)] = directory
        return self

    def run(self, first: str, last: str) -> list[tuple[str, str]]:
        """Run at each minute; returns what the last run decided of the client's number."""
        told: list[tuple[str, str]] = []
        for now in minutes(first, last):
            if now in self.directories:
                self.program.set_directory(self.directories[now])
            assert self.program.run(now) == []
            told = self.program.fetch(
                "select decision, reason from kept.decisions "
                f"where number = '{CLIENT}' "
                f"and (last_run_at is null or run_id = {self.program.run_id}) order by episode_id"
            )
        return told

    def proof(self) -> list[str]:
        ((proof,),) = self.program.fetch(
            "select proof from kept.decisions "
            f"where number = '{CLIENT}' and run_id = (select max(run_id) from kept.decisions)"
        )
        return proof

    def regrets(self) -> list[bool]:
        rows = self.program.fetch("select is_regret from kept.attempts order by handed_out_at")
        return [is_regret for (is_regret,) in rows]


# reach


@pytest.mark.parametrize(("campaign", "decided"), [(CAMPAIGN, FIRST_DIAL), (REACHING, REACHED)])
def test_a_talk_with_another_number_of_the_contact_ends_the_episode_where_asked_for(
    program: in_process.Program, campaign: CampaignSettings, decided: tuple[str, str]
) -> None:
    records = [drop("1", "10:00:20"), talk("2", "10:05:00", "10:05:40", number=MOBILE)]
    played = Played(program, records, (campaign,)).knows("10:00", FAMILY)
    assert played.run("10:00", "10:06") == [decided]


def test_the_talk_is_the_proof_and_the_remove_names_the_number(
    program: in_process.Program,
) -> None:
    records = [drop("1", "10:00:20"), talk("2", "10:05:00", "10:05:40", number=MOBILE)]
    played = Played(program, records).knows("10:00", FAMILY)
    played.run("10:00", "10:06")
    assert played.proof() == ["pbx/2"]
    assert f"talked at 10:05:00 UTC, on {MOBILE} of the same contact" in program.sink.payloads[-1]


@pytest.mark.parametrize(
    ("connected", "is_reached"), [("10:00:19", False), ("10:00:20", False), ("10:00:21", True)]
)
def test_a_talk_with_another_number_counts_when_it_began_after_the_drop(
    program: in_process.Program, connected: str, is_reached: bool
) -> None:
    records = [drop("1", "10:00:20"), talk("2", connected, "10:01:00", number=MOBILE)]
    played = Played(program, records).knows("10:00", FAMILY)
    assert (played.run("10:00", "10:02") == [REACHED]) == is_reached


@pytest.mark.parametrize(
    "directory",
    [
        [*FAMILY, ("1002", MOBILE)],  # the number that talked is shared
        [*FAMILY, ("1002", CLIENT)],  # the one that waits is
        [("1001", CLIENT), ("1002", MOBILE)],
        [("1001", CLIENT), ("1001", SWITCHBOARD), ("1002", MOBILE), ("1002", SWITCHBOARD)],
        [("1001", MOBILE)],
        [],
    ],
)
def test_no_talk_reaches_through_a_number_that_several_contacts_share(
    program: in_process.Program, directory: Directory
) -> None:
    campaign = replace(REACHING, duplicates="dial_once")
    records = [drop("1", "10:00:20"), talk("2", "10:05:00", "10:05:40", number=MOBILE)]
    played = Played(program, records, (campaign,)).knows("10:00", directory)
    assert played.run("10:00", "10:06") == [FIRST_DIAL]


def test_of_two_campaigns_only_the_one_that_reaches_closes(program: in_process.Program) -> None:
    first, second = TWO_CAMPAIGNS
    records = [
        drop("1", "10:00:20"),
        drop("2", "10:00:40", dialled_number="+420200000420"),
        talk("3", "10:03:00", "10:03:40", number=MOBILE),
    ]
    campaigns = (replace(first, reach="contact"), second)
    played = Played(program, records, campaigns).knows("10:00", FAMILY)
    assert played.run("10:00", "10:04") == [REACHED, ("wait", "not_due")]


@pytest.mark.parametrize(("ended", "decided"), [("10:06:00", FIRST_DIAL), ("10:06:01", None)])
def test_a_call_going_on_with_another_number_of_the_contact_holds_the_dial(
    program: in_process.Program, ended: str, decided: tuple[str, str] | None
) -> None:
    waiting = {"number": MOBILE, "last_place": "queue", "wait_began_at": "10:05:30"}
    records = [
        drop("1", "10:00:20"),
        call("2", "in", "10:05:30", "10:05:30", **waiting),
        call("2", "in", "10:05:30", ended, ended_at=ended, **waiting, end_reason="timeout"),
    ]
    played = Played(program, records).knows("10:00", FAMILY)
    assert played.run("10:00", "10:06") == [decided or ("wait", "on_call_now")]
    assert played.run("10:07", "10:07") == [
        FIRST_DIAL if decided is None else ("wait", "attempt_in_doubt")
    ]


def test_a_late_talk_with_another_number_makes_the_dial_a_regret(
    program: in_process.Program,
) -> None:
    late = talk("2", "10:03:00", "10:03:40", "10:08:30", number=MOBILE)
    played = Played(program, [drop("1", "10:00:20"), late]).knows("10:00", FAMILY)
    assert played.run("10:00", "10:09") == [REACHED]
    assert played.regrets() == [True]


def test_a_directory_that_ties_two_numbers_later_closes_and_makes_no_dial_a_regret(
    program: in_process.Program,
) -> None:
    records = [drop("1", "10:00:20"), talk("2", "10:03:00", "10:03:40", number=MOBILE)]
    played = Played(program, records).knows("10:00", [("1001", CLIENT)]).knows("10:08", FAMILY)
    assert played.run("10:00", "10:08") == [REACHED]
    assert played.regrets() == [False]


def test_a_directory_that_parts_two_numbers_later_opens_nothing_again(
    program: in_process.Program,
) -> None:
    records = [drop("1", "10:00:20"), talk("2", "10:03:00", "10:05:40", "10:03:00", number=MOBILE)]
    records.append(replace(records[1], known_at=at("10:06:00")))
    played = Played(program, records).knows("10:00", FAMILY).knows("10:05", [("1001", CLIENT)])
    played.run("10:00", "10:08")
    assert program.fetch("select reason, is_closing_withdrawn from kept.episodes") == [
        ("reached", False)
    ]


def test_a_talk_with_another_number_that_was_none_sets_the_drop_free(
    program: in_process.Program,
) -> None:
    told = talk("2", "10:03:00", "10:03:40", number=MOBILE)
    none = replace(told, connected_at=None, known_at=at("10:05:30"), last_place="voicemail")
    played = Played(program, [drop("1", "10:00:20"), told, none]).knows("10:00", FAMILY)
    assert played.run("10:00", "10:04") == [REACHED]
    assert played.run("10:05", "10:06")[-1] == FIRST_DIAL


def test_a_talk_of_an_attempt_to_another_number_ends_the_episode_by_remove_on_alone(
    program: in_process.Program,
) -> None:
    campaign = replace(REACHING, remove_on=frozenset({"incoming"}))
    records = [
        drop("1", "10:00:20", number=MOBILE),
        drop("2", "10:01:30"),
        talk("3", "10:06:10", "10:06:40", number=MOBILE, direction="out", result="answered"),
    ]
    played = Played(program, records, (campaign,)).knows("10:00", FAMILY)
    assert played.run("10:00", "10:07") == [FIRST_DIAL]
    assert program.fetch(
        "select number, reason from kept.episodes where closed_at is not null"
    ) == [(MOBILE, "reached")]


# duplicate_scope and duplicates, in all combinations


@pytest.mark.parametrize(
    ("keys", "directory", "decided", "contact_id"),
    [
        (("number", "block"), [*FAMILY, ("1002", CLIENT)], ("blocked", "duplicate"), None),
        (("number", "dial_once"), [*FAMILY, ("1002", CLIENT)], FIRST_DIAL, None),
        (("number", "block"), [*FAMILY, ("1002", MOBILE)], FIRST_DIAL, "1001"),
        (("number", "dial_once"), [*FAMILY, ("1002", MOBILE)], FIRST_DIAL, "1001"),
        (("contact", "block"), [*FAMILY, ("1002", CLIENT)], ("blocked", "duplicate"), None),
        (("contact", "dial_once"), [*FAMILY, ("1002", CLIENT)], FIRST_DIAL, None),
        (("contact", "block"), [*FAMILY, ("1002", MOBILE)], ("blocked", "duplicate"), None),
        (("contact", "dial_once"), [*FAMILY, ("1002", MOBILE)], FIRST_DIAL, None),
        (("contact", "block"), FAMILY, FIRST_DIAL, "1001"),
        (("contact", "dial_once"), FAMILY, FIRST_DIAL, "1001"),
        (("contact", "block"), [], FIRST_DIAL, None),
    ],
)
def test_what_becomes_of_a_duplicate(
    program: in_process.Program,
    keys: tuple[str, str],
    directory: Directory,
    decided: tuple[str, str],
    contact_id: str | None,
) -> None:
    scope, policy = keys
    campaign = replace(CAMPAIGN, duplicate_scope=scope, duplicates=policy)
    played = Played(program, [drop("1", "10:00:20")], (campaign,)).knows("10:00", directory)
    assert played.run("10:00", "10:06") == [decided]
    named = f'"contact_id":{"null" if contact_id is None else chr(34) + contact_id + chr(34)}'
    assert [named in payload for payload in program.sink.payloads] == [True] * (
        decided == FIRST_DIAL
    )


def test_an_unknown_caller_who_is_blocked_is_no_duplicate(program: in_process.Program) -> None:
    campaign = replace(WIDE, duplicates="dial_once", unknown_callers="block")
    played = Played(program, [drop("1", "10:00:20")], (campaign,)).knows("10:00", [])
    assert played.run("10:00", "10:06") == [("blocked", "not_in_directory")]


@pytest.mark.parametrize("shared", [CLIENT, MOBILE])
def test_a_mended_directory_lets_the_waiting_go_in_the_very_next_run(
    program: in_process.Program, shared: str
) -> None:
    broken = [*FAMILY, ("1002", shared)]
    records = [drop("1", "10:00:20")]
    played = Played(program, records, (WIDE,)).knows("10:00", broken).knows("10:31", FAMILY)
    assert played.run("10:00", "10:30") == [("blocked", "duplicate")]
    assert played.run("10:31", "10:31") == [FIRST_DIAL]


# through files


def directory_of(site: Site, rows: Sequence[tuple[str, str]]) -> None:
    """Ten contacts whom nobody meets, and these."""
    others = [(f"20{n:02}", f"+4207006102{n:02}") for n in range(10)]
    lines = [f"{contact},{number}\n" for contact, number in [*rows, *others]]
    site.directory.write_text("id,phone\n" + "".join(lines), encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site.small(tmp_path / "site")


@pytest.mark.parametrize(
    ("scope", "shared"), [("number", CLIENT), ("contact", CLIENT), ("contact", MOBILE)]
)
def test_a_mended_file_of_contacts_lets_the_waiting_go_in_the_run_that_reads_it(
    site: Site, scope: str, shared: str
) -> None:
    site.change_settings("[sinks.file]", f'duplicate_scope = "{scope}"\n\n[sinks.file]')
    directory_of(site, [*FAMILY, ("1002", shared)])
    site.drop("1.1", CLIENT, "10:00:20")
    for time_of_day in ("10:00", "10:06", "10:20"):
        site.run(time_of_day)
    assert site.decisions() == {CLIENT: "blocked duplicate"}
    directory_of(site, FAMILY)
    site.run("10:21")
    assert site.commands() == [f"10:21 dial {CLIENT} 1"]


def test_explain_tells_with_which_number_the_client_was_reached(site: Site) -> None:
    site.change_settings("[sinks.file]", 'reach = "contact"\n\n[sinks.file]')
    directory_of(site, FAMILY)
    site.drop("1.1", CLIENT, "10:00:20")
    site.talk("1.2", MOBILE, "10:03:10")
    site.replay("10:00", "10:05")
    told = " ".join(page(explain(site.settings, CLIENT), Zone()).split())
    talked = f"`reached`: an operator and the client talked, on {MOBILE} of the same contact"
    assert f"{talked} (pbx/1.2)" in told


def test_explain_tells_through_which_number_a_client_is_a_duplicate(site: Site) -> None:
    site.change_settings("[sinks.file]", 'duplicate_scope = "contact"\n\n[sinks.file]')
    directory_of(site, [*FAMILY, ("1002", MOBILE)])
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:00", "10:05")
    told = " ".join(page(explain(site.settings, CLIENT), Zone()).split())
    shared = f"{MOBILE} of the same contact stands on two or more contacts"
    assert f"`duplicate`: {shared} (1001 through {MOBILE}, 1002 through {MOBILE})" in told
    assert f": {shared} Decided by settings" in told


def test_the_report_tells_the_class_of_each_duplicate(site: Site) -> None:
    site.change_settings("[sinks.file]", 'duplicate_scope = "contact"\n\n[sinks.file]')
    rows = [
        *FAMILY, ("1002", MOBILE),
        ("1003", "700 610 103"), ("1004", "+420700610103"),
        ("1005", "200 500 151 ext. 12"), ("1006", "200 500 151 ext. 34"),
    ]  # fmt: skip
    directory_of(site, rows)
    site.run("10:00")
    with open_read_copy(site.settings) as connection:
        found = duplicates.report(connection).as_dicts()
    assert {row["number"]: (row["group_number"], row["duplicate_class"]) for row in found} == {
        SWITCHBOARD: (1, "extension"),
        CLIENT: (2, "through_another_number"),
        MOBILE: (2, "same_text"),
        "+420700610103": (3, "same_after_normalising"),
    }


def test_the_rules_say_whether_they_look_at_the_contact(site: Site) -> None:
    def told() -> list[str]:
        return [rule.when for rule in rules.rules(site.settings.campaigns[0], site.settings)]

    before = told()
    site.change_settings("[sinks.file]", f"{BOTH}\n\n[sinks.file]")
    assert [after for after in told() if after not in before] == [
        "source: incoming, outgoing call with an operator, with any number of the contact",
        "blocked until the directory is mended, and all numbers of its contacts",
    ]


def test_where_no_contact_is_asked_for_the_tables_are_as_where_one_is(
    program: in_process.Program,
) -> None:
    names = (*pipeline.REACH, *pipeline.SHARE)

    def columns() -> list[tuple]:
        return [program.fetch(f"describe {name}") for name in names]

    Played(program, [drop("1", "10:00:20")], (REACHING,)).run("10:00", "10:00")
    moment = Moment(at("10:01"), 2)
    for name in ("core.calls", "core.dropped_calls"):
        program.connection.execute(
            f"create or replace table {name} (source varchar, call_id varchar, "
            "campaign varchar, number varchar)"
        )
    needed = ("core.touched_closings", "core.watched_numbers", "core.directory")
    for name in (*needed, *names):
        queries.run(program.connection, name, moment.params())
    asked_for = columns()
    program.connection.execute(f"{without.REACH}; {without.SHARES}")
    assert columns() == asked_for
