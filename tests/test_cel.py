"""The recording and small sites with channel events (CEL) as a further log, through files.

What a call came to is compared with the truth that was recorded beside the logs, for each
combination of logs: whichever is missing, the others give what they can.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from site_folder import CLIENT, Site, at
from test_running import COMMANDS

from reconcile import checking, explain
from reconcile.explain import timeline, witnesses
from reconcile.reports import catalogue
from reconcile.reports.read_copy import open_read_copy

if TYPE_CHECKING:
    from collections.abc import Callable

TRUTH = list(
    csv.DictReader((Path(__file__).parent / "recording_truth.csv").read_text().splitlines())
)
QUEUE_LOG = 'queue_log = "recording/queue_log*"    # rotated files too\n'
CDR = 'cdr = { path = "recording/Master.csv", columns = "21", time_zone = "UTC" }\n'
CEL = """\
cel = { path = "recording/cel.csv.gz", columns = "20" }
cel_dialled_number = { column = "exten", pattern = "^([0-9]{6,})$" }
"""
OF_CDR = ("dialled_number = {", "attempt_key = {")
COMBINATIONS = {
    "queue_log and CDR": (QUEUE_LOG, CDR),
    "all three": (QUEUE_LOG, CDR, CEL),
    "queue_log and CEL": (QUEUE_LOG, CEL),
    "CDR and CEL": (CDR, CEL),
    "CEL alone": (CEL,),
}
DIALLED_BY_PROGRAM = {"o04", "o05", "o06", "o10", "o11"}
"""Calls that began with the client, of whom only a tag in the CDR tells who he is."""
ENDS = {
    "abandoned_queue": ("queue", "caller"),
    "abandoned_ivr": ("ivr", "caller"),
    "timeout": ("voicemail", "timeout"),
    "exit_key": ("voicemail", "exit_key"),
}
RESULTS = {"answered": "answered", "noanswer": "no_answer", "busy": "busy"}
CLOSE = timedelta(seconds=1)
MINUTES_UNTIL = "09:06"
CLOCK = "{:%H:%M:%S}".format


def site_of(folder: Path, logs: tuple[str, ...]) -> Site:
    """The recording with some of its logs in the settings."""
    site = Site.of_samples(folder)
    site.change_settings(QUEUE_LOG, "")
    site.change_settings(CDR, "".join(logs))
    if CDR not in logs:
        for key in OF_CDR:
            site.change_settings(f"\n{key}", f"\n# {key}")
    return site


@pytest.fixture(scope="module", params=COMBINATIONS.values(), ids=COMBINATIONS)
def read(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Site, tuple[str, ...]]:
    """The recording after one run at its end, and the logs that were read."""
    site = site_of(tmp_path_factory.mktemp("read") / "site", request.param)
    site.run("09:15")
    return site, request.param


@pytest.fixture(scope="module")
def all_three(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The recording with all its logs, minute by minute from before anything can be due, then at
    its end."""
    site = site_of(tmp_path_factory.mktemp("all") / "site", (QUEUE_LOG, CDR, CEL))
    site.replay("08:58", MINUTES_UNTIL)
    site.run("09:15")
    return site


def calls(site: Site) -> dict[str, dict[str, Any]]:
    names = (
        "call_id, direction, number, dialled_number, connected_at, last_connected_at, "
        "wait_began_at, ended_at, last_place, end_reason, result"
    )
    rows = site.fetch(f"select {names} from kept.calls")
    return {row[0]: dict(zip(names.split(", "), row, strict=True)) for row in rows}


def is_close(found: datetime | None, true: str) -> bool:
    """Whether an instant is the true one, to the second that logs round away."""
    if found is None or not true:
        return found is None and not true
    return abs(found - at(true)) <= CLOSE


# What each combination of logs makes of the recording.


def test_each_call_of_a_client_is_what_it_was(read: tuple[Site, tuple[str, ...]]) -> None:
    site, logs = read
    found = calls(site)
    wrong = []
    for true in (one for one in TRUTH if one["direction"] == "in"):
        call = found.get(true["call_id"])
        if call is None:
            # While it goes on, only CEL tells of a call in the menu.
            if not (true["expected"] == "open" and CEL not in logs):
                wrong.append((true["call"], "is missing"))
            continue
        has_line = call["dialled_number"] == true["line"]
        has_number = (call["number"] or "") == true["number"]
        is_over = is_close(call["ended_at"], true["ended"])
        is_connected = is_close(call["connected_at"], true["answered"])
        ended = (call["last_place"], call["end_reason"])
        is_end = ended == ENDS.get(true["expected"], ended)
        is_in = call["direction"] == "in"
        # The line stands in the CDR, which is not written before the end.
        has_line = has_line or (true["expected"] == "open" and CEL not in logs)
        if not all((has_line, has_number, is_over, is_connected, is_end, is_in)):
            wrong.append((true["call"], call))
    assert wrong == []


def test_each_call_to_a_client_is_what_it_was(read: tuple[Site, tuple[str, ...]]) -> None:
    site, logs = read
    found = calls(site)
    wrong = []
    for true in (one for one in TRUTH if one["direction"] == "out"):
        call = found[true["call_id"]]
        is_known = CDR in logs or true["call"] not in DIALLED_BY_PROGRAM
        number = true["number"] if is_known else None
        result = RESULTS[true["expected"].removeprefix("outbound_")]
        answered = true["answered"]
        if CEL in logs and true["call"] == "o05":
            answered = "08:59:54"  # he picked up at :52, and talked from then on
        if CEL not in logs and true["call"] == "o09":
            answered = "09:03:01"  # the CDR has the answer of the desk that was rung first
        is_right = (
            (call["direction"], call["number"], call["result"]) == ("out", number, result)
            and is_close(call["connected_at"], answered)
            and is_close(call["ended_at"], true["ended"])
        )
        if not is_right:
            wrong.append((true["call"], call))
    assert wrong == []


def test_each_combination_finds_the_same_dropped_calls(
    read: tuple[Site, tuple[str, ...]],
) -> None:
    site, _ = read
    dropped = site.fetch("select call_id, kind from kept.dropped_calls order by all")
    kinds = {"abandoned_queue": "queue", "abandoned_ivr": "ivr"}
    assert dropped == sorted(
        (true["call_id"], kinds[true["expected"]]) for true in TRUTH if true["expected"] in kinds
    )
    accounts = site.fetch("select account, reason, count(*) from kept.dropped_calls group by all")
    assert sorted(accounts, key=str) == [
        ("ignored", "number_withheld", 2),
        ("joined", None, 4),
        ("opened", None, 31),
    ]


def test_talks_close_the_same_episodes_but_for_a_client_whom_only_the_cdr_names(
    read: tuple[Site, tuple[str, ...]],
) -> None:
    site, logs = read
    reached = {row[0] for row in site.fetch("select number from kept.episodes where reason != ''")}
    expected = {command.split()[2] for command in COMMANDS if " remove " in command}
    assert reached == expected - (set() if CDR in logs else {"+420700610112"})


# Minute by minute, with all three.


def test_with_cel_the_minutes_give_the_same_commands(all_three: Site) -> None:
    """No dial of the recording falls into a call whose number CEL shows before the minute: that of
    o09 shows at 09:03:01, that of o05 never."""
    given, true = (
        sorted(command for command in commands if command[:5] <= MINUTES_UNTIL)
        for commands in (all_three.commands(), COMMANDS)
    )
    assert given == true
    assert len(true) == 18


@pytest.mark.parametrize("read", [(QUEUE_LOG, CDR, CEL)], ids=["all three"], indirect=True)
def test_minute_by_minute_and_at_once_keep_the_same_calls(
    read: tuple[Site, tuple[str, ...]], all_three: Site
) -> None:
    at_once, _ = read
    assert calls(at_once) == calls(all_three)
    said = "select * exclude (changed_run) from kept.witnesses order by all"
    assert at_once.fetch(said) == all_three.fetch(said)


def test_a_call_going_on_holds_a_dial_once_its_number_is_seen(tmp_path: Path) -> None:
    """The desk dials +493023125109 while his dial is due: the CDR is silent until 09:03:30."""
    for name, logs, said in (
        ("with", (QUEUE_LOG, CDR, CEL), "wait on_call_now"),
        ("without", (QUEUE_LOG, CDR), "dial attempt_1_of_3"),
    ):
        site = site_of(tmp_path / name, logs)
        site.run("09:03:02")
        assert site.decisions()["+493023125109"] == said


def test_what_each_log_said_is_kept_and_told(all_three: Site) -> None:
    rows = all_three.fetch(
        "select witness, menu_keys, hung_up_by, transfer_count, connected_at, talk_ended_at "
        "from kept.witnesses where call_id = '1795165657.308' order by witness"
    )
    began, ended = at("09:07:40"), at("09:07:48")
    assert rows == [
        ("cdr", None, None, None, began, ended),
        ("cel", "1", "client", 1, began, ended),
        ("queue_log", None, None, None, began, ended),
    ]
    answer = explain.explain(all_three.settings, "700610135")
    (chain,) = answer.chains
    assert [row["witness"] for row in chain.parts["witnesses"]] == ["queue_log", "cdr", "cel"]
    (said,) = (event.text for event in timeline.events(chain, CLOCK) if event.kind == "logs")
    assert said == (
        "as told of pbx/1795165657.308 by queue_log (connected 09:07:40 to 09:07:48, ended at "
        "09:08:18); CDR (connected 09:07:40 to 09:07:48, ended at 09:08:18); CEL (pressed `1` in "
        "the menu, connected 09:07:40 to 09:07:48, handed on, the client hung up at 09:08:18)"
    )


def test_where_the_logs_differ_is_reported(all_three: Site) -> None:
    """The CDR counts waiting from the menu on; a queue_log does not know what came after it."""
    with open_read_copy(all_three.settings) as connection:
        report = catalogue.make(
            connection, catalogue.find("witnesses"), catalogue.Period(), all_three.settings
        )
    found = {(row["call"], row["log"]): row["differs_in"] for row in report.rows.as_dicts()}
    assert found["pbx/1795165115.135", "cel"] == "wait_began"
    assert found["pbx/1795164977.74", "queue_log"] == "last_place"
    assert found["pbx/1795165657.308", "cel"] is None


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"end_reason": "caller", "last_place": "ivr", "menu_keys": "89"}, "pressed `89` in the"),
        ({"end_reason": "exit_key", "last_place": "voicemail"}, "left the queue by a key at"),
        ({"ended_at": None}, "(no end)"),
        ({"result": "busy"}, "(busy at 10:00:30)"),
        ({"client_answered_at": at("10:00:20"), "result": "client_alone"}, "picked up at 10:00:20"),
        ({"connected_at": at("10:00:05"), "transfer_count": 2}, "handed on 2 times"),
        ({"connected_at": at("10:00:05"), "hung_up_by": "program"}, "the dialplan hung up at"),
    ],
)
def test_what_a_log_said_is_told_in_words(row: dict[str, Any], told: str) -> None:
    names = ("menu_keys", "client_answered_at", "connected_at", "talk_ended_at", "transfer_count")
    names += ("result", "end_reason", "last_place", "hung_up_by")
    full = dict.fromkeys(names) | {"ended_at": at("10:00:30")} | row
    full |= {"called_at": at("10:00:00"), "call": "pbx/1.1", "witness": "cel"}
    [(_, said)] = witnesses.said([full], CLOCK)
    assert said.startswith("as told of pbx/1.1 by CEL (")
    assert told in said


# A small site whose phone system is written line by line.

SITE = """\
queue_log = "queue_log*"
cel = { path = "cel*.csv", columns = ["eventtype", "eventtime", "cid_num", "exten", "context", \
"channame", "appname", "appdata", "uniqueid", "linkedid", "peer", "eventextra"] }
incoming = { contexts = ["from-trunk"] }
trunks = ["PJSIP/trunk-*"]
menus = ["ivr"]
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Ten contacts, an empty queue log, and an empty CEL file."""
    site = Site.small(tmp_path / "site")
    site.change_settings('queue_log = "queue_log*"\n', SITE)
    (site.folder / "cel.csv").touch()
    return site


@pytest.fixture
def log(site: Site) -> Callable[..., None]:
    """Write one event of a call."""

    def write(call: str, event: str, time: str, **fields: str) -> None:
        second, _, fraction = time.partition(".")
        epoch = int(at(second).replace(tzinfo=UTC).timestamp())
        names = ("cid_num", "exten", "context", "channame", "appname", "appdata")
        values = [event, f"{epoch}.{fraction or '000000'}", *(fields.get(one, "") for one in names)]
        values += [fields.get("uniqueid", call), call, fields.get("peer", "")]
        values.append(fields.get("extra", ""))
        with (site.folder / "cel.csv").open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(values)

    return write


def test_a_colleague_dials_by_hand_and_the_dial_waits_until_he_is_through(
    site: Site, log: Callable[..., None]
) -> None:
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    own = {"channame": "PJSIP/101-1", "exten": CLIENT, "cid_num": "101", "context": "desks"}
    far = {"channame": "PJSIP/trunk-2", "uniqueid": "2.2", "exten": "s", "context": "default"}
    log("2.1", "CHAN_START", "10:05:50.1", **own)
    log("2.1", "APP_START", "10:05:50.2", appname="Dial", appdata=f"PJSIP/{CLIENT}@trunk", **own)
    log("2.1", "CHAN_START", "10:05:50.3", **far)
    site.run("10:06")
    assert site.decisions() == {CLIENT: "wait on_call_now"}
    log("2.1", "ANSWER", "10:06:10.1", **far)
    log("2.1", "BRIDGE_ENTER", "10:06:10.2", **far)
    log("2.1", "BRIDGE_ENTER", "10:06:10.3", peer="PJSIP/trunk-2", **own)
    site.run("10:07")
    assert site.commands() == [f"10:07 remove {CLIENT} reached"]


def test_a_client_hangs_up_in_the_menu_of_a_site_that_has_no_cdr(
    site: Site, log: Callable[..., None]
) -> None:
    site.change_settings('dialler = "file"', 'dialler = "file"\ndropped_in = ["queue", "ivr"]')
    own = {"channame": "PJSIP/in-1", "cid_num": CLIENT}
    log("1.1", "CHAN_START", "10:00:00.1", context="from-trunk", exten="100", **own)
    log("1.1", "ANSWER", "10:00:00.2", context="ivr", exten="s", **own)
    log("1.1", "DTMF", "10:00:05.2", context="ivr", exten="s", extra='{"digit":"4"}', **own)
    site.run("10:01")
    assert site.fetch("select account from kept.dropped_calls") == []
    extra = '{"hangupcause":16,"hangupsource":"PJSIP/in-1"}'
    log("1.1", "HANGUP", "10:01:09.9", context="ivr", exten="s", extra=extra, **own)
    site.run("10:03")
    assert site.fetch("select kind, account, waited_seconds from kept.dropped_calls") == [
        ("ivr", "opened", 69)
    ]
    site.run("10:07")
    assert site.commands() == [f"10:07 dial {CLIENT} 1"]


def test_a_desk_that_answers_is_a_talk_and_one_that_does_not_is_none(
    site: Site, log: Callable[..., None]
) -> None:
    site.change_settings('dialler = "file"', 'dialler = "file"\ndropped_in = ["ringing"]')
    for call, channel, is_answered in (("1.1", "PJSIP/in-1", False), ("2.1", "PJSIP/in-2", True)):
        own = {"channame": channel, "cid_num": CLIENT, "context": "from-trunk", "exten": "100"}
        desk = {"channame": f"PJSIP/101-{call}", "uniqueid": f"{call}9"}
        minute = "10:00" if call == "1.1" else "10:02"
        log(call, "CHAN_START", f"{minute}:00", **own)
        log(call, "APP_START", f"{minute}:01", appname="Dial", appdata="PJSIP/101", **own)
        log(call, "CHAN_START", f"{minute}:01", **desk)
        if is_answered:
            log(call, "ANSWER", f"{minute}:09", **desk)
            log(call, "BRIDGE_ENTER", f"{minute}:09", **desk)
            log(call, "BRIDGE_ENTER", f"{minute}:09", peer=desk["channame"], **own)
        extra = f'{{"hangupcause":16,"hangupsource":"{channel}"}}'
        log(call, "APP_END", f"{minute}:20", appname="Dial", appdata="PJSIP/101", **own)
        log(call, "HANGUP", f"{minute}:20", extra=extra, **own)
    site.run("10:02")
    assert site.fetch("select kind, account from kept.dropped_calls") == [("ringing", "opened")]
    site.run("10:03")
    assert site.commands() == [f"10:03 remove {CLIENT} reached"]


def test_calls_cut_off_at_the_beginning_of_the_file_are_no_dropped_calls(
    site: Site, log: Callable[..., None]
) -> None:
    own = {"channame": "PJSIP/in-1", "cid_num": CLIENT, "context": "from-trunk", "exten": "100"}
    log("1.1", "APP_END", "10:00:20", appname="Queue", appdata="sales", **own)
    log("1.1", "HANGUP", "10:00:20", extra='{"hangupsource":"PJSIP/in-1"}', **own)
    site.run("10:03")
    assert site.fetch("select call_id from kept.calls") == []


def test_events_that_the_phone_system_does_not_write_are_missed(
    site: Site, log: Callable[..., None]
) -> None:
    own = {"channame": "PJSIP/in-1", "cid_num": CLIENT, "context": "from-trunk", "exten": "100"}
    log("1.1", "CHAN_START", "10:00:00", **own)
    log("1.1", "APP_END", "10:00:20", appname="Queue", appdata="sales", **own)
    log("1.1", "ANSWER", "10:00:10", channame="PJSIP/101-2", uniqueid="1.2", appname="AppDial")
    log("1.1", "ANSWER", "10:00:10", channame="PJSIP/101-2", uniqueid="1.2", appname="AppDial")
    lines, code = checking.report(site.settings)
    told = [line for line in lines if "cel.conf" in line]
    assert [line.split(" has no ")[1].split(",")[0] for line in told] == [
        "BRIDGE_ENTER",
        "APP_START",
        "HANGUP",
    ]
    assert code == 3
