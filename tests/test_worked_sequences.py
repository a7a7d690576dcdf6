"""The worked sequences of episode-states, section 9, played by the program itself.

Records enter as a table of calls; what follows is the program's own SQL, pipeline and outbox, with
a sink in memory. Runs stand at each full minute, the ladder is 5/15/60, all else is as by default.

9.9 (the clock goes back) and 9.10 once more stand in test_running_faults, where runs go through
files and read a clock.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import in_process
import pytest
from call_records import (
    CAMPAIGN,
    CLIENT,
    LINE_B,
    TWO_CAMPAIGNS,
    at,
    call,
    drop,
    minutes,
    talk,
    unanswered,
)
from oracle import Hours, ProgramSettings

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from oracle import CallRecord, CampaignSettings

FIRST, SECOND = ("dial", "attempt_1_of_3"), ("dial", "attempt_2_of_3")
THIRD = ("dial", "attempt_3_of_3")
NOT_DUE, IN_DOUBT = ("wait", "not_due"), ("wait", "attempt_in_doubt")
REACHED = ("remove", "reached")
LISTED = ("remove", "do_not_call")


@dataclass
class Morning:
    """What the program did; instants by the clock."""

    decisions: dict[datetime, list[tuple[str, str, datetime | None]]] = field(default_factory=dict)
    dials: list[str] = field(default_factory=list)
    removes: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    cuts: list[str | None] = field(default_factory=list)
    accounts: dict[str, str] = field(default_factory=dict)
    attempts: list[tuple[str, int, str | None]] = field(default_factory=list)
    regrets: list[bool] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def decided(self, clock: str) -> list[tuple[str, str]]:
        """Decision and reason of each episode in the run at `clock`."""
        return [(decision, reason) for decision, reason, _ in self.decisions[at(clock)]]

    def due(self, clock: str) -> str:
        """When the next attempt of the only open episode is due, as the run at `clock` says."""
        (instant,) = (due for decision, _, due in self.decisions[at(clock)] if due)
        return f"{instant:%H:%M:%S}"


def morning(
    records: list[CallRecord],
    runs: list[datetime],
    campaigns: tuple[CampaignSettings, ...] = (CAMPAIGN,),
    *,
    directory: Sequence[tuple[datetime, list[tuple[str, str]]]] = (),
    do_not_call: Sequence[tuple[datetime, list[str]]] = (),
    outages: Collection[datetime] = (),
) -> Morning:
    """Run at each of these instants over the records known by then."""
    found = Morning()
    with in_process.running_program() as program:
        program.load_records(records)
        rules = ProgramSettings(campaigns)
        program.set_rules(rules, {"pbx"}, has_do_not_call=bool(do_not_call))
        for now in runs:
            for read_at, contacts in directory:
                if read_at == now:
                    program.set_directory(contacts)
            for read_at, entries in do_not_call:
                if read_at == now:
                    program.set_do_not_call(entries)
            program.sink.is_down = now in outages
            assert program.run(now) == []
            found.decisions[now] = program.fetch(
                "select decision, reason, due_at from kept.decisions where last_run_at is null "
                f"or run_id = {program.run_id} order by episode_id"
            )
        _look(program, found)
    return found


def _look(program: in_process.Program, found: Morning) -> None:
    attempts = program.fetch(
        "select handed_out_at, episode_id, attempt_number, result, is_regret, command_key "
        "from kept.attempts order by handed_out_at, command_key"
    )
    found.dials = [f"{row[0]:%H:%M}" for row in attempts]
    found.attempts = [(row[1].rpartition("/")[2], row[2], row[3]) for row in attempts]
    found.regrets = [row[4] for row in attempts]
    found.keys = [row[5] for row in attempts]
    removes = program.fetch(
        "select offered_at from kept.commands where kind = 'remove' and state = 'delivered' "
        "order by offered_at"
    )
    found.removes = [f"{offered_at:%H:%M}" for (offered_at,) in removes]
    episodes = program.fetch(
        "select added_at, cut_at from kept.episodes order by opened_at, added_at"
    )
    found.added = [f"{added_at:%H:%M:%S}" for added_at, _ in episodes]
    found.cuts = [cut_at and f"{cut_at:%H:%M:%S}" for _, cut_at in episodes]
    found.accounts = dict(program.fetch("select call_id, account from kept.dropped_calls"))
    sent = program.fetch("select command_key from kept.commands where state = 'delivered'")
    assert sorted(program.sink.taken) == sorted(key for (key,) in sent)


def test_9_1_two_runs_later() -> None:
    records = [drop("d", "10:00:20"), unanswered("o", "10:06:10", "10:06:50", known="10:07:30")]
    told = morning(records, minutes("10:00", "10:16"))
    assert told.decided("10:01") == []
    assert told.decided("10:02") == [NOT_DUE]
    assert told.due("10:02") == "10:05:20"
    assert told.decided("10:06") == [FIRST]
    assert told.decided("10:07") == [IN_DOUBT]
    assert told.decided("10:08") == [NOT_DUE]
    assert told.due("10:08") == "10:15:20"
    assert told.decided("10:16") == [SECOND]


def test_9_2_the_record_of_an_attempt_is_late_and_corrects_its_result() -> None:
    late = unanswered("o", "10:06:10", "10:06:50", known="10:17")
    told = morning([drop("d", "10:00:20"), late], minutes("10:00", "10:17"))
    assert told.decided("10:10") == [IN_DOUBT]
    assert told.decided("10:11") == [NOT_DUE]
    assert told.decided("10:17") == [IN_DOUBT]
    assert told.dials == ["10:06", "10:16"]
    assert told.attempts == [("d", 1, "unanswered"), ("d", 2, None)]


def test_9_2_the_late_record_of_an_attempt_says_answered() -> None:
    late = unanswered("o", "10:06:10", "10:06:50", known="10:17", connected_at="10:06:20")
    told = morning([drop("d", "10:00:20"), late], minutes("10:00", "10:17"))
    assert told.decided("10:17") == [REACHED]
    assert told.dials == ["10:06", "10:16"]
    assert told.attempts[0] == ("d", 1, "answered")
    assert told.regrets == [False, True]


def test_9_3_a_drop_while_the_last_dial_is_in_doubt_opens_again() -> None:
    records = [
        drop("d", "10:00:20"),
        drop("between", "11:00:50"),
        unanswered("o3", "11:01:10", "11:01:40", known="11:05"),
        drop("e", "11:02:10"),
    ]
    told = morning(records, minutes("10:00", "11:08"))
    assert told.dials == ["10:06", "10:16", "11:01", "11:08"]
    assert told.decided("11:04") == [IN_DOUBT]
    assert told.decided("11:05") == [("remove", "exhausted"), NOT_DUE]
    assert told.due("11:05") == "11:07:10"
    assert told.cuts == ["11:01:00", None]
    assert told.added == ["10:00:20", "11:02:10"]
    assert told.accounts == {"d": "opened", "between": "joined", "e": "opened"}


def test_9_4_reached_by_another_system() -> None:
    by_hand = talk("o", "10:03:10", "10:04", direction="out", started="10:03", known="10:04:30")
    told = morning([drop("d", "10:00:20"), by_hand], minutes("10:00", "10:06"))
    assert told.decided("10:05") == [REACHED]
    assert (told.dials, told.removes) == ([], ["10:05"])


def test_9_4_only_the_end_of_a_long_talk_is_recorded() -> None:
    by_hand = talk("o", "10:03:10", "10:20:30", direction="out", started="10:03")
    told = morning([drop("d", "10:00:20"), by_hand], minutes("10:00", "10:21"))
    assert told.dials == ["10:06", "10:16"]
    assert told.decided("10:21") == [REACHED]
    assert told.regrets == [True, True]


def test_9_5_a_duplicate_appears_mid_episode() -> None:
    one, two = [("1001", CLIENT)], [("1001", CLIENT), ("1002", CLIENT)]
    told = morning(
        [drop("d", "10:00:20"), unanswered("o", "10:06:10", "10:06:50")],
        minutes("10:00", "11:34"),
        directory=[(at("10:00"), one), (at("10:10"), two), (at("10:50"), one)],
    )
    assert told.decided("10:09") == [NOT_DUE]
    assert told.decided("10:10") == [("blocked", "duplicate")]
    assert told.decided("10:49") == [("blocked", "duplicate")]
    assert told.dials == ["10:06", "10:50", "11:34"]


def test_9_6_do_not_call_mid_episode() -> None:
    told = morning(
        [drop("d", "10:00:20"), drop("e", "11:00"), drop("f", "11:20")],
        minutes("10:00", "11:30"),
        do_not_call=[(at("10:07"), [CLIENT]), (at("11:10"), ["+420700610109"])],
    )
    assert told.decided("10:06") == [FIRST]
    assert told.decided("10:07") == [LISTED]
    assert (told.dials, told.removes) == (["10:06", "11:25"], ["10:07"])
    # Taken off the list at 11:10: nothing reopens, and what drops after it opens.
    assert told.decided("11:15") == []
    assert told.accounts == {"d": "opened", "e": "ignored", "f": "opened"}


def test_9_6_do_not_call_while_the_sink_is_down() -> None:
    """The dial that nobody has taken is withdrawn, and the sink sees a remove only."""
    hashed = hashlib.sha256(CLIENT.encode()).hexdigest()
    told = morning(
        [drop("d", "10:00:20")],
        minutes("10:00", "10:12"),
        do_not_call=[(at("10:00"), ["+420700610109"]), (at("10:09"), [hashed])],
        outages=[at("10:06"), at("10:07"), at("10:08")],
    )
    assert told.decided("10:08") == [FIRST]
    assert told.decided("10:09") == [LISTED]
    assert (told.dials, told.removes) == ([], ["10:09"])


def test_a_talk_that_is_too_short_cancels_nothing_and_one_that_goes_on_holds_until_it_lasts() -> (
    None
):
    campaign = replace(CAMPAIGN, min_talk_seconds=70)
    ringing = talk("t", "10:05:50", None, talk_ended_at=None)
    records = [
        drop("d", "10:00:20"),
        talk("short", "10:03", "10:04:09"),
        ringing,
        replace(ringing, known_at=at("10:12"), ended_at=at("10:12")),
    ]
    told = morning(records, minutes("10:00", "10:08"), (campaign,))
    assert told.decided("10:05") == [NOT_DUE]
    assert told.decided("10:06") == [("wait", "on_call_now")]
    assert told.decided("10:07") == [REACHED]
    assert (told.dials, told.removes) == ([], ["10:07"])
    assert told.cuts == ["10:05:50"]


def test_an_attempt_with_a_talk_that_is_too_short_is_unanswered() -> None:
    campaign = replace(CAMPAIGN, min_talk_seconds=10)
    answered = {"started": "10:06:10", "direction": "out", "known": "10:07:30"}
    records = [drop("d", "10:00:20"), talk("o", "10:06:20", "10:06:29", **answered)]
    told = morning(records, minutes("10:00", "10:16"), (campaign,))
    assert told.decided("10:08") == [NOT_DUE]
    assert told.dials == ["10:06", "10:16"]
    assert told.attempts[0] == ("d", 1, "unanswered")
    records = [drop("d", "10:00:20"), talk("o", "10:06:20", "10:06:30", **answered)]
    told = morning(records, minutes("10:00", "10:16"), (campaign,))
    assert told.decided("10:08") == [REACHED]
    assert told.attempts == [("d", 1, "answered")]


def down_for_three_hours(*records: CallRecord, until: str = "13:02") -> Morning:
    """One run at 10:00, none until 13:02."""
    return morning(list(records), [at("10:00"), *minutes("13:02", until)])


def test_9_8_down_for_three_hours() -> None:
    told = down_for_three_hours(drop("d", "10:00"), until="13:55")
    assert told.dials == ["13:02", "13:11", "13:55"]


def test_9_8_down_while_the_client_was_reached_and_dropped_again() -> None:
    told = down_for_three_hours(drop("d", "10:00"), talk("t", "10:20", "10:25"), drop("e", "10:40"))
    assert told.decided("13:02") == [REACHED, FIRST]
    assert told.added == ["10:00:00", "10:40:00"]
    assert (told.dials, told.removes) == (["13:02"], ["13:02"])


def test_9_8_down_while_the_client_was_reached() -> None:
    told = down_for_three_hours(drop("d", "10:00"), talk("t", "12:30", "12:31"))
    assert told.decided("13:02") == [REACHED]
    assert (told.dials, told.removes) == ([], ["13:02"])


OUTAGE = [at("10:06"), at("10:07"), at("10:15"), at("10:20"), at("10:21"), at("10:30")]
"""The sink is down in all runs from 10:06 to 10:30; these are enough to see it."""


def test_9_10_the_sink_is_down_and_takes_the_dial_once_it_is_back() -> None:
    runs = [*minutes("10:00", "10:05"), *OUTAGE, *minutes("10:31", "10:40")]
    told = morning([drop("d", "10:00:20")], runs, outages=OUTAGE)
    assert told.decided("10:07") == [FIRST]
    assert told.decided("10:31") == [FIRST]
    assert told.dials == ["10:31", "10:40"]
    assert told.attempts == [("d", 1, "unseen"), ("d", 2, None)]


def test_9_10_the_client_is_reached_while_the_sink_is_down() -> None:
    runs = [*minutes("10:00", "10:05"), *OUTAGE, at("10:31")]
    records = [drop("d", "10:00:20"), talk("t", "10:20", "10:20:40")]
    told = morning(records, runs, outages=OUTAGE)
    assert told.decided("10:21") == [REACHED]
    assert (told.dials, told.removes) == ([], ["10:31"])


def test_9_7_calling_hours_close_in_the_middle_of_the_ladder() -> None:
    campaign = replace(CAMPAIGN, hours=Hours(((8 * 60, 20 * 60),)))
    a_day = timedelta(days=1)
    evening = [*minutes("19:44", "20:02"), at("23:59")]
    next_day = [at("07:59"), *minutes("08:00", "08:44")]
    told = morning(
        [drop("d", "19:44:30")], [*evening, *(now + a_day for now in next_day)], (campaign,)
    )
    outside = ("wait", "outside_hours", at("08:00") + a_day)
    assert told.dials == ["19:50", "08:00", "08:44"]
    assert told.decided("19:59") == [NOT_DUE]
    assert told.due("19:59") == "19:59:30"
    assert told.decisions[at("20:00")] == [outside]
    assert told.decisions[at("23:59")] == [outside]
    assert told.decisions[at("07:59") + a_day] == [outside]
    assert [decision[:2] for decision in told.decisions[at("08:00") + a_day]] == [SECOND]
    assert told.removes == [], "giving up counts open time"


@pytest.mark.parametrize("answered", [False, True])
def test_9_11_two_campaigns_and_one_number(answered: bool) -> None:
    records = [
        drop("d", "10:00:10"),
        drop("e", "10:00:40", dialled_number=LINE_B),
        unanswered("o", "10:06:10", "10:07:50", connected_at="10:06:20" if answered else None),
    ]
    told = morning(records, minutes("10:00", "10:08"), TWO_CAMPAIGNS)
    assert told.decided("10:06") == [FIRST, ("wait", "number_busy")]
    assert told.decided("10:07") == [IN_DOUBT, ("wait", "number_busy")]
    if answered:
        assert told.decided("10:08") == [REACHED, REACHED]
        assert (told.dials, told.removes) == (["10:06"], ["10:08", "10:08"])
    else:
        assert told.decided("10:08") == [NOT_DUE, FIRST]
        assert (told.dials, told.removes) == (["10:06", "10:08"], [])


def test_9_12_an_earlier_drop_arrives_late() -> None:
    records = [drop("d", "10:00"), drop("early", "09:58", known="10:12")]
    told = morning(records, minutes("10:00", "10:16"))
    assert told.added == ["10:00:00"]
    assert told.accounts == {"d": "opened", "early": "joined"}
    assert told.dials == ["10:05", "10:15"]


def test_9_12_a_better_end_of_the_opening_call_arrives() -> None:
    records = [drop("d", "10:00"), drop("d", "09:59:59", known="10:12")]
    told = morning(records, minutes("10:00", "10:16"))
    assert told.added == ["10:00:00"]
    assert told.dials == ["10:05", "10:15"]


def test_9_13_a_talk_arrives_late_and_a_drop_lies_behind_it() -> None:
    records = [drop("d", "10:00"), drop("e", "10:40"), talk("t", "10:20", "10:21", known="11:03")]
    told = morning(records, minutes("10:00", "11:09"))
    assert told.dials == ["10:05", "10:15", "11:00", "11:09"]
    assert told.decided("11:03") == [REACHED, IN_DOUBT]
    assert told.due("11:05") == "11:09:00"
    assert told.decided("11:09") == [SECOND]
    assert told.cuts == ["10:20:00", None]
    assert told.added == ["10:00:00", "10:40:00"]
    assert told.attempts[2:] == [("e", 1, "unseen"), ("e", 2, None)]
    assert not any(told.regrets)
    assert told.keys[2] == f"dial|missed|{CLIENT}|pbx/d|3"


def test_9_14_a_call_that_never_ends() -> None:
    waiting = call("w", "in", "10:13", "10:14", wait_began_at="10:14", last_place="queue")
    runs = [*minutes("10:00", "10:20"), at("11:00"), *minutes("12:13", "12:19"), at("12:58")]
    told = morning([drop("d", "10:00"), waiting], runs)
    assert told.decided("10:15") == [("wait", "on_call_now")]
    assert told.decided("12:13") == [("wait", "on_call_now")]
    assert told.decided("12:14") == [SECOND]
    assert told.decided("12:58") == [THIRD]
    assert told.dials == ["10:05", "12:14", "12:58"]
