"""A real Asterisk that is told in text, over AMI and by call files, from call to call record."""

from __future__ import annotations

import csv
import signal
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asterisk_killed_text_run
import pytest
import real_asterisk
from asterisk_site import AsteriskSite
from real_asterisk import PhoneSystem, until
from sink_commands import DIAL, REMOVE, outgoing
from test_asterisk_dials import ring_timeout

from reconcile import clock, settings
from reconcile.run_start import open_sinks
from reconcile.sinks import NO_MARK, OutgoingCommand, asterisk_values

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(600)  # the first one fetches an Asterisk
CLIENTS = (f"+420700610{place:03}" for place in range(500, 900))
KILLED_RUN = Path(asterisk_killed_text_run.__file__)
AMI, CALL_FILE = "ami", "call_file"
CUSTOMER_FIRST, AGENT_FIRST = "customer_first", "agent_first"

WAYS = {
    AMI: 'kind = "ami"\nport = {port}\nuser = "reconcile"\n'
    'password = {{ env = "ASTERISK_PASSWORD" }}',
    CALL_FILE: 'kind = "call_file"\nspool = "{folder}/spool"',
}
ORDERS = {
    CUSTOMER_FIRST: 'endpoint = "IAX2/trunk/{number}"\ncontext = "callback"',
    AGENT_FIRST: 'endpoint = "Local/101@desks/n"\ncontext = "outgoing"\nextension = "{number}"',
}
ATTEMPTS = {
    "answer": ("answered", "answered", True),
    "busy": ("unanswered", "busy", True),
    "ring": ("unanswered", "no_answer", True),
    "reject": ("unanswered", "no_answer", True),
}
BOTH_WAYS = pytest.mark.parametrize("way", [AMI, CALL_FILE])


@pytest.fixture(scope="module")
def one_system() -> Iterator[PhoneSystem]:
    with real_asterisk.phone_system() as phones:
        yield phones


@pytest.fixture
def phones(one_system: PhoneSystem) -> Iterator[PhoneSystem]:
    """The phone system without operators, and quiet again when the test is over."""
    yield one_system
    if one_system.pbx.process is None:
        one_system.pbx.start()
    one_system.log_out("101")
    one_system.hang_up_all()


def site_of(
    folder: Path, phones: PhoneSystem, way: str, order: str = CUSTOMER_FIRST, rings: int = 60
) -> AsteriskSite:
    told = WAYS[way].format(port=phones.pbx.ami_port, folder=phones.pbx.folder)
    sink = (
        f'[sinks.asterisk]\n{told}\ndial = "{order}"\n{ORDERS[order]}\n'
        f'caller_id = "{{name}} <{{number}}>"\nring_seconds = {rings}\n'
    )
    return AsteriskSite(folder, phones, sink)


def hand(site: AsteriskSite, *commands: OutgoingCommand) -> list[str]:
    """Give commands to the sink without a run."""
    sink = open_sinks(settings.load(site.settings_file))["asterisk"]
    return [outcome.state for outcome in sink.deliver(commands, NO_MARK)[0]]


def dial(client: str, attempt: int = 1, **changes: Any) -> OutgoingCommand:
    later = clock.as_text(clock.utc_now() + timedelta(minutes=5))
    key = f"dial|missed-calls|{client}|pbx/1.1|{attempt}"
    return outgoing(DIAL, **{"key": key, "number": client, "expires_at": later, **changes})


def remove(client: str) -> OutgoingCommand:
    return outgoing(REMOVE, key=f"remove|missed-calls|{client}|pbx/1.1", number=client)


def rows_of(phones: PhoneSystem, command: OutgoingCommand) -> list[list[str]]:
    """The call records that carry the tag of a dial."""
    if not phones.cdr_file.exists():
        return []
    with phones.cdr_file.open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.reader(stream) if row[17] == asterisk_values.tag(command.key)]


def until_dialled(site: AsteriskSite, client: str) -> None:
    """Wait until the call of a dial is up or was: Asterisk takes up to a second for a call file."""
    phones = site.phones
    until("it is dialled", lambda: phones.pbx.channels() or site.tags(client))


@pytest.mark.parametrize(
    ("way", "order", "client_does"),
    [
        pytest.param(
            *(way, order, client_does),
            marks=() if (way, order, client_does) in quick else pytest.mark.slow,
        )
        for quick in [{(AMI, CUSTOMER_FIRST, "answer"), (CALL_FILE, AGENT_FIRST, "answer")}]
        for way in WAYS
        for order in ORDERS
        for client_does in ATTEMPTS
    ],
)
def test_a_dropped_call_is_dialled_and_its_call_record_closes_the_attempt(
    phones: PhoneSystem, tmp_path: Path, way: str, order: str, client_does: str
) -> None:
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, way, order, rings=5)
    phones.behave(client, client_does, talk_seconds=2)
    site.drop(client)
    phones.log_in("101")
    site.run_as_cron()
    site.run_as_cron()
    until_dialled(site, client)
    phones.settle(60)
    site.run()
    is_reached = client_does == "answer"
    result, detail, is_by_key = ATTEMPTS[client_does]
    if (order, client_does) == (CUSTOMER_FIRST, "ring"):
        detail = ring_timeout(phones)
    assert site.attempts(client) == [(result, detail, is_by_key)]
    assert site.commands(client) == [
        "dial 1 delivered",
        *["remove reached delivered"] * is_reached,
    ]
    assert site.tags(client)


def test_over_ami_a_client_who_gets_through_is_not_rung_any_more(
    phones: PhoneSystem, tmp_path: Path
) -> None:
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, AMI)
    phones.behave(client, "ring")
    site.drop(client)
    site.run()
    site.seen_ringing(client)
    phones.log_in("101")
    phones.call(client, stays=20)
    until("an operator talks with him", lambda: "CONNECT" in phones.queue_log_of(client))
    site.run()
    until("his phone is silent", lambda: client not in phones.ringing())
    assert site.commands(client) == ["dial 1 delivered", "remove reached delivered"]
    assert "COMPLETECALLER" not in phones.queue_log_of(client)  # he was not hung up on


@pytest.mark.slow
@pytest.mark.parametrize("order", ORDERS)
def test_over_ami_a_client_who_talks_is_not_hung_up_on_by_a_remove(
    phones: PhoneSystem, tmp_path: Path, order: str
) -> None:
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, AMI, order)
    phones.behave(client, "answer", talk_seconds=30)
    phones.log_in("101")
    assert hand(site, dial(client)) == ["delivered"]
    until("they talk", lambda: len(phones.pbx.cli("bridge show all").splitlines()) > 2)
    before = len(phones.pbx.channels())
    assert hand(site, remove(client)) == ["delivered"]
    time.sleep(0.5)
    assert len(phones.pbx.channels()) == before


@pytest.mark.slow
def test_over_ami_an_operator_who_waits_for_the_client_is_set_free_by_a_remove(
    phones: PhoneSystem, tmp_path: Path
) -> None:
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, AMI, AGENT_FIRST)
    phones.behave(client, "ring")
    assert hand(site, dial(client)) == ["delivered"]
    site.seen_ringing(client)
    assert hand(site, remove(client)) == ["delivered"]
    until("nobody is called", lambda: not phones.pbx.channels(), 5)


def test_a_call_file_of_hours_without_a_phone_system_is_taken_back_before_it_starts(
    phones: PhoneSystem, tmp_path: Path
) -> None:
    """One by its remove, one because its time is over; a third one, still wanted, is dialled."""
    removed, over, wanted = (next(CLIENTS) for _ in range(3))
    site = site_of(tmp_path, phones, CALL_FILE)
    phones.behave(wanted, "busy")
    phones.pbx.stop()
    soon = clock.as_text(clock.utc_now() + timedelta(seconds=2))
    commands = [dial(removed), dial(over, expires_at=soon), dial(wanted)]
    assert hand(site, *commands) == ["delivered"] * 3
    outgoing_folder = phones.pbx.folder / "spool/outgoing"
    assert len(list(outgoing_folder.iterdir())) == 3
    until("its time is over", lambda: clock.as_text(clock.utc_now()) >= soon)
    assert hand(site, remove(removed)) == ["delivered"]
    assert [path.stem for path in outgoing_folder.iterdir()] == [
        asterisk_values.dial_name(dial(wanted).key)
    ]
    phones.pbx.start()
    until("the third one is dialled", lambda: rows_of(phones, dial(wanted)))
    phones.settle()
    assert rows_of(phones, dial(removed)) == rows_of(phones, dial(over)) == []
    done = phones.pbx.folder / "spool/outgoing_done"
    assert (done / f"{asterisk_values.dial_name(dial(wanted).key)}.call").is_file()


@pytest.mark.slow
def test_a_call_file_that_a_killed_asterisk_was_dialling_is_not_dialled_again(
    phones: PhoneSystem, tmp_path: Path
) -> None:
    client, other = next(CLIENTS), next(CLIENTS)
    site = site_of(tmp_path, phones, CALL_FILE, rings=5)
    phones.behave(client, "ring")
    phones.behave(other, "busy")
    assert hand(site, dial(client)) == ["delivered"]
    site.seen_ringing(client)
    phones.pbx.kill()
    phones.world.cli("channel request hangup all")
    phones.pbx.start()
    left = phones.pbx.folder / f"spool/outgoing/{asterisk_values.dial_name(dial(client).key)}.call"
    assert left.stat().st_mtime > time.time() + 86_400
    until("nobody can ring any more", lambda: time.time() > began(left) + 66, 90)
    assert hand(site, dial(other)) == ["delivered"]
    assert not left.exists()
    until("the other one is dialled", lambda: rows_of(phones, dial(other)))
    assert rows_of(phones, dial(client)) == []


def began(path: Path) -> float:
    """When Asterisk began to dial for a file, which says when it would again."""
    return float(path.read_text(encoding="utf-8").rpartition("(")[2].partition(")")[0]) - 86_400


@pytest.mark.parametrize(
    ("way", "point", "dials"),
    [
        (AMI, "before", 1),
        (AMI, "during", 1),
        pytest.param(AMI, "after", 1, marks=pytest.mark.slow),
        pytest.param(CALL_FILE, "before", 1, marks=pytest.mark.slow),
        (CALL_FILE, "during", 1),
        (CALL_FILE, "after", 1),
    ],
)
def test_a_run_killed_while_it_hands_over_dials_once(
    phones: PhoneSystem, tmp_path: Path, way: str, point: str, dials: int
) -> None:
    """The client is busy, so that nothing of the call is left when the next run looks."""
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, way)
    phones.behave(client, "busy")
    site.drop(client)
    child = site.run_child(KILLED_RUN, point)
    assert child.returncode == -signal.SIGKILL, child.stderr
    site.run()
    until_dialled(site, client)
    phones.settle()
    site.run()
    assert site.commands(client) == ["dial 1 delivered"]
    assert site.attempts(client) == [("unanswered", "busy", True)]
    assert len(set(site.tags(client))) == len(rows_of_dials(phones, site, client)) == dials


def rows_of_dials(phones: PhoneSystem, site: AsteriskSite, client: str) -> set[str]:
    """The calls, by their uniqueids, of which a record carries the tag of one of his dials."""
    tags = set(site.tags(client))
    with phones.cdr_file.open(encoding="utf-8", newline="") as stream:
        return {row[16] for row in csv.reader(stream) if row[17] in tags}


HOSTILE = [
    "Doe\r\nChannel: Local/101@desks/n",
    "x\r\n\r\nAction: Originate\r\nChannel: Local/101@desks/n\r\nApplication: Echo",
    "x\nApplication: System\nData: touch {evil}",
    "Firma #1; Brno",
    "a,CDR(userfield)=injected",
    "${{SHELL(touch {evil})}}",
    "\ufeffJana",
    "ž" * 3000,
]


@BOTH_WAYS
def test_nothing_in_a_name_makes_asterisk_do_anything_else(
    phones: PhoneSystem, tmp_path: Path, way: str
) -> None:
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, way)
    phones.behave(client, "busy")
    evil = tmp_path / "evil"
    commands = [
        dial(client, attempt, contact_name=name.format(evil=evil))
        for attempt, name in enumerate(HOSTILE, 1)
    ]
    before = (phones.pbx.folder / "log/messages.log").read_text(encoding="utf-8")
    assert hand(site, *commands) == ["delivered"] * len(HOSTILE)
    until("all are dialled", lambda: all(rows_of(phones, command) for command in commands))
    phones.settle()
    shown = [rows_of(phones, command)[0][4] for command in commands]
    assert shown[3] == f'"Firma 1 Brno" <{client}>'
    assert shown[4] == f'"a CDR userfield injected" <{client}>'
    for command in commands:
        rows = rows_of(phones, command)
        assert {(row[3], row[5].partition("-")[0], row[14]) for row in rows} == {
            ("", "IAX2/trunk", "BUSY")
        } or {row[14] for row in rows} == {"BUSY"}
    assert not evil.exists()
    after = (phones.pbx.folder / "log/messages.log").read_text(encoding="utf-8")
    said = after.removeprefix(before)
    assert "Unknown keyword" not in said
    assert "Syntax error" not in said
