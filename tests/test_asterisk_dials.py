"""From a call that was dropped to the call record of the dial, with a real Asterisk between.

It is told to dial in three ways, and its logs are read from its files or from a MariaDB into which
it writes itself. The matrix of all of them runs with `--slow`, each way once without.
"""

from __future__ import annotations

import signal
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asterisk_killed_run
import asterisk_site
import asterisk_tables
import pytest
import real_asterisk
import servers
from asterisk_site import AsteriskSite
from asterisk_ways import (
    AGENT_FIRST,
    AMI,
    ARI,
    CALL_FILE,
    CUSTOMER_FIRST,
    DESTINATIONS,
    ORDERS,
    WAYS,
    sink,
)
from real_asterisk import MENU_LINE, PhoneSystem, until
from sink_commands import DIAL, REMOVE, outgoing

from reconcile import clock, settings
from reconcile.run_start import open_sinks
from reconcile.sinks import NO_MARK, OutgoingCommand, asterisk_values

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(600)  # the first one fetches an Asterisk
CLIENTS = asterisk_site.clients()
KILLED_RUN = Path(asterisk_killed_run.__file__)
FILES, MARIADB = "files", "mariadb"
LOGS = pytest.mark.parametrize("logs", [FILES, pytest.param(MARIADB, marks=pytest.mark.slow)])
ATTEMPTS = {
    "answer": ("answered", "answered", True),
    "busy": ("unanswered", "busy", True),
    "ring": ("unanswered", "no_answer", True),
    "reject": ("unanswered", "no_answer", True),
}


class Systems:
    """A phone system for each place of its logs, started when a test asks for it first."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.started: dict[str, PhoneSystem] = {}

    def of(self, logs: str) -> PhoneSystem:
        if logs not in self.started:
            self.started[logs] = self.stack.enter_context(self._system(logs))
        return self.started[logs]

    def _system(self, logs: str) -> Any:
        if logs == FILES:
            return real_asterisk.phone_system()
        server = servers.make(servers.Mariadb, "mysql")
        self.stack.callback(servers.dispose, server)
        return asterisk_tables.phone_system(server)


@pytest.fixture(scope="module")
def systems() -> Iterator[Systems]:
    with ExitStack() as stack:
        yield Systems(stack)


@pytest.fixture
def logs() -> str:
    """Where the logs are that a test reads, which does not say so."""
    return FILES


@pytest.fixture
def phones(systems: Systems, logs: str) -> Iterator[PhoneSystem]:
    """The phone system without operators, and quiet again when the test is over."""
    found = systems.of(logs)
    yield found
    if found.pbx.process is None:
        found.pbx.start()
    found.log_out("101")
    found.hang_up_all()


def site_of(
    folder: Path, phones: PhoneSystem, way: str, order: str = CUSTOMER_FIRST, **keys: Any
) -> AsteriskSite:
    return AsteriskSite(folder, phones, sink(phones, way, order, **keys))


def hand(site: AsteriskSite, *commands: OutgoingCommand) -> list[str]:
    """Give commands to the sink without a run."""
    asterisk = open_sinks(settings.load(site.settings_file))["asterisk"]
    return [outcome.state for outcome in asterisk.deliver(commands, NO_MARK)[0]]


def dial(client: str, attempt: int = 1, **changes: Any) -> OutgoingCommand:
    later = clock.as_text(clock.utc_now() + timedelta(minutes=5))
    key = f"dial|missed-calls|{client}|pbx/1.1|{attempt}"
    return outgoing(DIAL, **{"key": key, "number": client, "expires_at": later, **changes})


def remove(client: str) -> OutgoingCommand:
    return outgoing(REMOVE, key=f"remove|missed-calls|{client}|pbx/1.1", number=client)


def rows_of(phones: PhoneSystem, command: OutgoingCommand) -> list[list[str]]:
    """The call records that carry the tag of a dial."""
    return [row for row in phones.call_records() if row[17] == asterisk_values.tag(command.key)]


def ring_timeout(phones: PhoneSystem) -> str:
    """How the end of ringing is called where Asterisk itself gave up: 16 says FAILED."""
    return "failed" if "Asterisk 16." in phones.pbx.cli("core show version") else "no_answer"


def until_dialled(site: AsteriskSite, client: str) -> None:
    """Wait until the call of a dial is up or was: Asterisk takes up to a second for a call file."""
    until("it is dialled", lambda: site.phones.pbx.channels() or site.tags(client))


def run_and_settle(site: AsteriskSite, client: str) -> None:
    """Two runs as of cron, the call that the first one orders, and a run that reads of it."""
    site.run_as_cron()
    site.run_as_cron()
    until_dialled(site, client)
    site.phones.settle(60)
    site.run()


def cells() -> Iterator[Any]:
    """The matrix: ways, places of the logs, who is called first, what the client does."""
    quick = [(AMI, CUSTOMER_FIRST, "answer"), (CALL_FILE, AGENT_FIRST, "answer")]
    for logs, ends in ((FILES, [*ATTEMPTS]), (MARIADB, ["answer", "busy"])):
        for way in WAYS:
            for order in ORDERS:
                for client_does in ends:
                    is_quick = logs == FILES and (way, order, client_does) in quick
                    marks = () if is_quick else pytest.mark.slow
                    yield pytest.param(logs, way, order, client_does, marks=marks)


@pytest.mark.parametrize(("logs", "way", "order", "client_does"), [*cells()])
def test_a_dropped_call_is_dialled_and_its_call_record_closes_the_attempt(
    phones: PhoneSystem, tmp_path: Path, way: str, order: str, client_does: str
) -> None:
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, way, order, ring_seconds=5)
    phones.behave(client, client_does, talk_seconds=2)
    site.drop(client)
    phones.log_in("101")
    run_and_settle(site, client)
    result, detail, is_by_key = ATTEMPTS[client_does]
    if (order, client_does) == (CUSTOMER_FIRST, "ring"):
        detail = ring_timeout(phones)
    assert site.attempts(client) == [(result, detail, is_by_key)]
    is_reached = client_does == "answer"
    assert site.commands(client) == [
        "dial 1 delivered",
        *["remove reached delivered"] * is_reached,
    ]
    assert site.tags(client)


def landings() -> Iterator[Any]:
    """The same for destinations; MariaDB, which has CEL too, where the two logs differ most."""
    operator_first = "an operator of his queue first"
    for destination, (ways, _, _) in DESTINATIONS.items():
        for logs in (FILES, MARIADB) if destination == operator_first else (FILES,):
            for way in ways:
                for client_does in ("answer", "busy"):
                    cell = (logs, way, destination, client_does)
                    is_quick = cell == (FILES, AMI, operator_first, "busy")
                    yield pytest.param(*cell, marks=() if is_quick else pytest.mark.slow)


@pytest.mark.parametrize(("logs", "way", "destination", "client_does"), [*landings()])
def test_whoever_answers_lands_where_the_settings_say(
    phones: PhoneSystem, tmp_path: Path, way: str, destination: str, client_does: str
) -> None:
    """An operator who waits for the client in his queue makes no call of the client."""
    client = next(CLIENTS)
    _, order, keys = DESTINATIONS[destination]
    site = site_of(tmp_path, phones, way, order, keys=keys, ring_seconds=10)
    phones.behave(client, client_does, talk_seconds=2)
    site.drop(client)
    phones.log_in("101")
    run_and_settle(site, client)
    is_reached = client_does == "answer"
    assert site.attempts(client) == [ATTEMPTS[client_does]]
    assert ("remove reached delivered" in site.commands(client)) == is_reached
    assert site.fetch(f"select direction from kept.calls where number = '{client}'") == [
        ("in",),
        ("out",),
    ]


def test_clients_who_hung_up_are_dialled_again_until_they_are_reached(
    phones: PhoneSystem, tmp_path: Path
) -> None:
    """One hung up in the queue, one in the menu."""
    waited, in_menu = next(CLIENTS), next(CLIENTS)
    site = site_of(tmp_path, phones, ARI)
    phones.behave(waited, "answer", talk_seconds=2)
    phones.behave(in_menu, "busy")
    site.drop(waited)
    site.drop(in_menu, line=MENU_LINE)
    phones.log_in("101")
    site.run_as_cron()
    assert site.commands(waited) == site.commands(in_menu) == ["dial 1 delivered"]

    phones.settle()
    site.run()
    assert site.attempts(waited) == [("answered", "answered", True)]
    assert site.commands(waited) == ["dial 1 delivered", "remove reached delivered"]
    assert site.attempts(in_menu) == [("unanswered", "busy", True)]
    assert site.commands(in_menu) == ["dial 1 delivered"]

    site.run(now=clock.utc_now() + asterisk_site.SECOND_STEP)
    phones.settle()
    assert site.commands(in_menu) == ["dial 1 delivered", "dial 2 delivered"]
    assert len(set(site.tags(in_menu))) == len(site.tags(in_menu)) == 2


@LOGS
@pytest.mark.parametrize("way", [ARI, AMI])
def test_a_client_who_gets_through_is_removed_and_the_phone_that_rings_for_him_falls_silent(
    phones: PhoneSystem, tmp_path: Path, way: str
) -> None:
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, way)
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
@LOGS
def test_a_call_file_that_asterisk_has_not_begun_with_is_taken_back_by_a_remove(
    phones: PhoneSystem, tmp_path: Path
) -> None:
    """The phone system is down, and the episode is closed by hand meanwhile."""
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, CALL_FILE)
    site.drop(client)
    phones.pbx.stop()
    site.run()
    outgoing_folder = phones.pbx.folder / "spool/outgoing"
    assert len([*outgoing_folder.iterdir()]) == 1
    site.close(client)
    site.run()
    assert [*outgoing_folder.iterdir()] == []
    phones.pbx.start()
    time.sleep(3)
    assert phones.pbx.channels() == site.tags(client) == []
    assert site.commands(client) == ["dial 1 delivered", "remove closed_by_hand delivered"]


@pytest.mark.slow
@pytest.mark.parametrize("way", [ARI, AMI])
def test_an_operator_who_waits_for_a_client_who_got_through_is_set_free(
    phones: PhoneSystem, tmp_path: Path, way: str
) -> None:
    """Agent first: the operator is on the line, and the client's phone rings."""
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, way, AGENT_FIRST)
    phones.behave(client, "ring")
    site.drop(client)
    site.run()
    site.seen_ringing(client)
    phones.log_in("102")
    phones.call(client, stays=15)
    until("another one talks with him", lambda: "CONNECT" in phones.queue_log_of(client))
    site.run()
    until("his phone is silent", lambda: client not in phones.ringing())
    phones.log_out("102")
    assert site.commands(client) == ["dial 1 delivered", "remove reached delivered"]


@pytest.mark.slow
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("way", [ARI, AMI])
def test_a_client_who_talks_in_the_dial_is_not_hung_up_on_by_the_remove(
    phones: PhoneSystem, tmp_path: Path, way: str, order: str
) -> None:
    """The episode is closed by hand while he talks."""
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, way, order)
    phones.behave(client, "answer", talk_seconds=30)
    site.drop(client)
    phones.log_in("101")
    site.run()
    until("he answers", lambda: client in phones.answered())
    site.close(client)
    site.run()
    assert site.commands(client)[-1] == "remove closed_by_hand delivered"
    assert client in phones.answered()


@pytest.mark.parametrize(
    ("way", "point"),
    [
        pytest.param(
            *(way, point),
            marks=pytest.mark.slow
            if (way, point) in ((AMI, "after"), (CALL_FILE, "before"))
            else (),
        )
        for way in WAYS
        for point in ("before", "during", "after")
    ],
)
def test_a_run_killed_while_it_hands_over_dials_once(
    phones: PhoneSystem, tmp_path: Path, way: str, point: str
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
    tags = site.tags(client)
    calls = {row[16] for row in phones.call_records() if row[17] in tags}
    assert len(set(tags)) == len(calls) == 1


def test_a_dial_that_asterisk_answers_too_late_is_not_repeated(
    phones: PhoneSystem, tmp_path: Path
) -> None:
    """It stands still while it is told, and dials when it goes on."""
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, ARI, answer_seconds=2)
    phones.behave(client, "busy")
    site.drop(client)
    with phones.pbx.frozen():
        assert "sent, and no answer: time-out" in site.run_with_fault()
        assert site.commands(client) == ["dial 1 unsure"]
    until("it dials", lambda: site.tags(client))
    site.run()
    assert site.commands(client) == ["dial 1 delivered"]
    assert site.attempts(client) == [("unanswered", "busy", True)]
    assert len(site.tags(client)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("way", [ARI, AMI])
def test_a_dial_waits_for_an_asterisk_that_is_down_and_leaves_once(
    phones: PhoneSystem, tmp_path: Path, way: str
) -> None:
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, way)
    phones.behave(client, "busy")
    site.drop(client)
    phones.pbx.kill()
    assert "Connection refused" in site.run_with_fault()
    assert site.commands(client) == ["dial 1 issued"]
    phones.pbx.start()
    site.run()
    phones.settle()
    site.run()
    assert site.commands(client) == ["dial 1 delivered"]
    assert len(site.tags(client)) == 1


@pytest.mark.slow
def test_a_desk_that_does_not_answer_is_an_attempt_without_an_answer(
    phones: PhoneSystem, tmp_path: Path
) -> None:
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, ARI, AGENT_FIRST, ring_seconds=3)
    phones.behave("101", "ring")
    site.drop(client)
    site.run()
    phones.settle()
    phones.behave("101", "answer")
    site.run()
    assert site.attempts(client) == [("unanswered", ring_timeout(phones), True)]


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
    site = site_of(tmp_path, phones, CALL_FILE, ring_seconds=5)
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


@pytest.mark.parametrize("way", WAYS)
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
