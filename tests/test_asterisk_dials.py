"""From a call that was dropped to the call record of the dial, with a real Asterisk between."""

from __future__ import annotations

import signal
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import asterisk_killed_run
import asterisk_site
import pytest
import real_asterisk
from asterisk_site import AsteriskSite
from real_asterisk import MENU_LINE, PhoneSystem, until

from reconcile import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(600)  # the first one fetches an Asterisk
CLIENTS = asterisk_site.clients()
KILLED_RUN = Path(asterisk_killed_run.__file__)

ARI = """\
[sinks.asterisk]
kind = "ari"
url = "http://127.0.0.1:{port}/ari"
user = "reconcile"
password = {{ env = "ASTERISK_PASSWORD" }}
ring_seconds = {ring_seconds}
answer_seconds = 2
"""
CUSTOMER_FIRST = """\
dial = "customer_first"
endpoint = "IAX2/trunk/{number}"
context = "callback"
caller_id = "Callback <+420200000410>"
"""
AGENT_FIRST = """\
dial = "agent_first"
endpoint = "Local/101@desks/n"
context = "outgoing"
extension = "{number}"
caller_id = "Callback <{number}>"
"""
ORDERS = {"customer_first": CUSTOMER_FIRST, "agent_first": AGENT_FIRST}


@pytest.fixture(scope="module")
def one_system() -> Iterator[PhoneSystem]:
    with real_asterisk.phone_system() as phones:
        yield phones


@pytest.fixture
def phones(one_system: PhoneSystem) -> Iterator[PhoneSystem]:
    """The phone system without operators, and quiet again when the test is over."""
    yield one_system
    one_system.log_out("101")
    one_system.hang_up_all()


def site_of(
    folder: Path, phones: PhoneSystem, order: str = "customer_first", ring_seconds: int = 60
) -> AsteriskSite:
    sink = ARI.format(port=phones.pbx.http_port, ring_seconds=ring_seconds) + ORDERS[order]
    return AsteriskSite(folder, phones, sink)


def ring_timeout(phones: PhoneSystem) -> str:
    """How the end of ringing is called where Asterisk itself gave up: 16 says FAILED."""
    return "failed" if "Asterisk 16." in phones.pbx.cli("core show version") else "no_answer"


def test_clients_who_hung_up_are_dialled_and_their_call_records_close_the_attempts(
    phones: PhoneSystem, tmp_path: Path
) -> None:
    waited, in_menu = next(CLIENTS), next(CLIENTS)
    site = site_of(tmp_path, phones)
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

    site.run(now=clock.utc_now() + timedelta(seconds=70))
    phones.settle()
    assert site.commands(in_menu) == ["dial 1 delivered", "dial 2 delivered"]
    assert len(set(site.tags(in_menu))) == len(site.tags(in_menu)) == 2


def test_a_client_who_gets_through_is_removed_and_the_phone_that_rings_for_him_falls_silent(
    phones: PhoneSystem, tmp_path: Path
) -> None:
    client = next(CLIENTS)
    site = site_of(tmp_path, phones)
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


@pytest.mark.parametrize("point", ["before", "during", "after"])
def test_a_run_killed_while_it_hands_over_dials_once(
    phones: PhoneSystem, tmp_path: Path, point: str
) -> None:
    """The client is busy, so that nothing of the call is left when the next run looks."""
    client = next(CLIENTS)
    site = site_of(tmp_path, phones)
    phones.behave(client, "busy")
    site.drop(client)
    child = site.run_child(KILLED_RUN, point)
    assert child.returncode == -signal.SIGKILL, child.stderr
    phones.settle()
    site.run()
    phones.settle()
    site.run()
    assert site.commands(client) == ["dial 1 delivered"]
    assert site.attempts(client) == [("unanswered", "busy", True)]
    assert len(site.tags(client)) == 1


def test_a_dial_that_asterisk_answers_too_late_is_not_repeated(
    phones: PhoneSystem, tmp_path: Path
) -> None:
    """It stands still while it is told, and dials when it goes on."""
    client = next(CLIENTS)
    site = site_of(tmp_path, phones)
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
def test_a_dial_waits_for_an_asterisk_that_is_down_and_leaves_once(
    phones: PhoneSystem, tmp_path: Path
) -> None:
    client = next(CLIENTS)
    site = site_of(tmp_path, phones)
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
@pytest.mark.parametrize(
    ("order", "client_does", "attempt"),
    [
        ("customer_first", "answer", ("answered", "answered", True)),
        ("customer_first", "busy", ("unanswered", "busy", True)),
        ("customer_first", "ring", ("unanswered", None, True)),
        ("customer_first", "reject", ("unanswered", "no_answer", True)),
        ("agent_first", "answer", ("answered", "answered", True)),
        ("agent_first", "busy", ("unanswered", "busy", True)),
        ("agent_first", "ring", ("unanswered", "no_answer", True)),
        ("agent_first", "reject", ("unanswered", "no_answer", True)),
    ],
)
def test_each_end_of_a_dial_comes_home(
    phones: PhoneSystem, tmp_path: Path, order: str, client_does: str, attempt: tuple
) -> None:
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, order, ring_seconds=5)
    phones.behave(client, client_does)
    site.drop(client)
    phones.log_in("101")
    site.run()
    phones.settle(60)
    site.run()
    result, detail, is_by_key = attempt
    assert site.attempts(client) == [(result, detail or ring_timeout(phones), is_by_key)]
    is_reached = result == "answered"
    assert ("remove reached delivered" in site.commands(client)) == is_reached


@pytest.mark.slow
def test_a_desk_that_does_not_answer_is_an_attempt_without_an_answer(
    phones: PhoneSystem, tmp_path: Path
) -> None:
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, "agent_first", ring_seconds=3)
    phones.behave("101", "ring")
    site.drop(client)
    site.run()
    phones.settle()
    phones.behave("101", "answer")
    site.run()
    assert site.attempts(client) == [("unanswered", ring_timeout(phones), True)]


@pytest.mark.slow
def test_an_operator_who_waits_for_a_client_who_got_through_is_set_free(
    phones: PhoneSystem, tmp_path: Path
) -> None:
    """Agent first: the operator is on the line, and the client's phone rings."""
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, "agent_first")
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
def test_a_client_who_talks_in_the_dial_is_not_hung_up_on_by_the_remove(
    phones: PhoneSystem, tmp_path: Path, order: str
) -> None:
    """The episode is closed by hand while he talks."""
    client = next(CLIENTS)
    site = site_of(tmp_path, phones, order)
    phones.behave(client, "answer", talk_seconds=30)
    site.drop(client)
    phones.log_in("101")
    site.run()
    until("he answers", lambda: client in phones.answered())
    site.close(client)
    site.run()
    assert site.commands(client)[-1] == "remove closed_by_hand delivered"
    assert client in phones.answered()
