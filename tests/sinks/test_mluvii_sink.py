"""The sink for mluvii against a stand-in over HTTP: who stands in the campaign, after any fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mluvii_server
import pytest
from mluvii_server import CLIENT_ID, CLIENT_SECRET, Fault, MluviiServer
from sink_commands import DIAL, REMOVE, outgoing

from reconcile.errors import SinkUnreachable
from reconcile.mluvii.ledger import Ledger
from reconcile.settings.secrets import Secret
from reconcile.sinks import NO_MARK, Outcome, open_sink
from reconcile.sinks.mluvii import MluviiSink

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconcile.sinks import OutgoingCommand

NUMBER, OTHER = "+420700610101", "+420700610102"
IDENTITIES = r"{} /api/v1/Campaigns/7/identities"
NOT_DIALLED = ("DIAL_FAILED", "CANCELLED_BY_OPERATOR", "CANCELLED_BY_CLIENT", "REMOVED", "SUCCESS")


@pytest.fixture
def mluvii(tmp_path: Path) -> Iterator[MluviiServer]:
    (tmp_path / "secret").write_text(CLIENT_SECRET)
    with mluvii_server.running() as server:
        server.add_campaign()
        server.add_contact(1001, NUMBER)
        server.add_contact(1002, OTHER)
        yield server


def sink_of(mluvii: MluviiServer, tmp_path: Path, **changes: Any) -> MluviiSink:
    options = {
        "url": mluvii.url,
        "client_id": CLIENT_ID,
        "client_secret": Secret(file="secret"),
        "connect_seconds": 1,
        "answer_seconds": 1,
        "ca_file": None,
        "budget_seconds": 5,
        "campaign_id": 7,
        "ledger": "ledger.ndjson",
        "create_contacts": False,
        "region": "CZ",
        "folder": tmp_path,
        **changes,
    }
    sink = open_sink("mluvii", options)
    assert isinstance(sink, MluviiSink)
    sink.campaign.client.pause = lambda _: None
    return sink


def dial(number: str = NUMBER, contact: str | None = "1001", attempt: int = 1) -> OutgoingCommand:
    key = f"dial|missed-calls|{number}|pbx/1.1|{attempt}"
    return outgoing(DIAL, key=key, number=number, contact_id=contact, attempt=attempt)


def remove(number: str = NUMBER, contact: str | None = "1001") -> OutgoingCommand:
    key = f"remove|missed-calls|{number}|pbx/1.1"
    return outgoing(REMOVE, key=key, number=number, contact_id=contact)


def given(sink: MluviiSink, *commands: OutgoingCommand) -> list[Outcome]:
    outcomes, mark = sink.deliver(commands, NO_MARK)
    assert [one.key for one in outcomes] == [one.key for one in commands]
    assert mark == NO_MARK
    return outcomes


def states(sink: MluviiSink, *commands: OutgoingCommand) -> list[str]:
    return [one.state for one in given(sink, *commands)]


def test_a_dial_adds_its_contact_and_a_remove_takes_it_out(
    mluvii: MluviiServer, tmp_path: Path
) -> None:
    sink = sink_of(mluvii, tmp_path)
    assert states(sink, dial()) == ["delivered"]
    assert mluvii.bodies == [("POST", {"ids": [1001], "contactInfoField": "oo1_guest_phone"})]
    assert mluvii.states() == {1001: "INITIAL"}
    assert states(sink, remove()) == ["delivered"]
    assert mluvii.states() == {}


def test_the_list_is_read_before_and_after(mluvii: MluviiServer, tmp_path: Path) -> None:
    given(sink_of(mluvii, tmp_path), dial())
    asked = [one.partition("?")[0] for one in mluvii.asked if "/identities" in one]
    ways = [one.partition(" ")[0] for one in asked]
    assert ways == ["GET", "POST", "GET", "GET"]  # the last page brings nothing new


def test_a_contact_id_has_64_bits(mluvii: MluviiServer, tmp_path: Path) -> None:
    mluvii.add_contact(2**53 + 1, OTHER)
    assert states(sink_of(mluvii, tmp_path), dial(OTHER, str(2**53 + 1))) == ["delivered"]
    assert mluvii.states() == {2**53 + 1: "INITIAL"}


@pytest.mark.parametrize("state", NOT_DIALLED)
@pytest.mark.parametrize("shows_removed", [True, False])
def test_the_next_attempt_takes_out_what_is_finished_and_adds_it_anew(
    mluvii: MluviiServer, tmp_path: Path, state: str, shows_removed: bool
) -> None:
    mluvii.shows_removed = shows_removed
    sink = sink_of(mluvii, tmp_path)
    given(sink, dial())
    mluvii.identities[7][1001]["state"] = state
    assert states(sink, dial(attempt=2)) == ["delivered"]
    assert mluvii.states() == {1001: "INITIAL"}


@pytest.mark.parametrize(
    "state",
    ["INITIAL", "AWAITING_FREE_OPERATOR", "CALLING", "CALL_IN_PROGRESS", "FAILING", "NEW_WORD"],
)
def test_a_contact_that_is_still_to_be_called_is_not_added_again(
    mluvii: MluviiServer, tmp_path: Path, state: str
) -> None:
    sink = sink_of(mluvii, tmp_path)
    given(sink, dial())
    mluvii.identities[7][1001]["state"] = state
    (outcome,) = given(sink, dial(attempt=2))
    assert outcome.state == "refused_now"
    assert f"stands in campaign 7 already, `{state}`" in outcome.detail
    assert mluvii.changes() == ["POST [1001]"]


def test_the_same_command_again_does_nothing(mluvii: MluviiServer, tmp_path: Path) -> None:
    given(sink_of(mluvii, tmp_path), dial())
    mluvii.identities[7][1001]["state"] = "DIAL_FAILED"
    assert states(sink_of(mluvii, tmp_path), dial()) == ["delivered"]
    assert mluvii.changes() == ["POST [1001]"]


def test_two_numbers_of_one_contact_are_not_added_at_once(
    mluvii: MluviiServer, tmp_path: Path
) -> None:
    sink = sink_of(mluvii, tmp_path)
    assert states(sink, dial(), dial(OTHER, "1001")) == ["delivered", "refused_now"]
    assert mluvii.changes() == ["POST [1001]"]


def test_a_remove_leaves_what_was_added_for_another_number(
    mluvii: MluviiServer, tmp_path: Path
) -> None:
    sink = sink_of(mluvii, tmp_path)
    given(sink, dial())
    assert states(sink, remove(OTHER, "1001")) == ["delivered"]
    assert mluvii.states() == {1001: "INITIAL"}


def test_a_remove_takes_out_a_contact_that_a_person_added(
    mluvii: MluviiServer, tmp_path: Path
) -> None:
    mluvii.answer(
        "POST", "/api/v1/Campaigns/7/identities", {"ids": [1001], "contactInfoField": "x"}
    )
    assert states(sink_of(mluvii, tmp_path), remove()) == ["delivered"]
    assert mluvii.states() == {}


def test_a_remove_of_nobody_asks_for_nothing(mluvii: MluviiServer, tmp_path: Path) -> None:
    sink = sink_of(mluvii, tmp_path)
    assert states(sink, remove(), remove(OTHER, None)) == ["delivered", "delivered"]
    assert mluvii.changes() == []


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("OPERATOR_ASSIGNED", "delivered"),
        ("CALLING", "refused_now"),
        ("CALL_IN_PROGRESS", "delivered"),
        ("ACW", "delivered"),
    ],
)
def test_a_call_that_is_up_is_not_touched(
    mluvii: MluviiServer, tmp_path: Path, state: str, outcome: str
) -> None:
    sink = sink_of(mluvii, tmp_path)
    given(sink, dial())
    mluvii.identities[7][1001]["state"] = state
    assert states(sink, remove()) == [outcome]
    assert ("DELETE [1001]" in mluvii.changes()) == (state == "OPERATOR_ASSIGNED")


def test_a_contact_id_of_another_system_is_refused_in_words(
    mluvii: MluviiServer, tmp_path: Path
) -> None:
    (outcome,) = given(sink_of(mluvii, tmp_path), dial(contact="K-12"))
    assert outcome.state == "refused_now"
    assert "the directory has to be read from mluvii" in outcome.detail


def test_one_that_is_refused_stops_no_other(mluvii: MluviiServer, tmp_path: Path) -> None:
    sink = sink_of(mluvii, tmp_path)
    assert states(sink, dial(contact="999"), dial(OTHER, "1002")) == ["refused_now", "delivered"]


# Unknown callers


def test_an_unknown_caller_is_refused_where_no_contact_may_be_made(
    mluvii: MluviiServer, tmp_path: Path
) -> None:
    (outcome,) = given(sink_of(mluvii, tmp_path), dial("+420700610109", None))
    assert outcome.state == "refused_now"
    assert "`create_contacts = true`" in outcome.detail


def test_a_contact_is_made_once_for_all_attempts(mluvii: MluviiServer, tmp_path: Path) -> None:
    sink = sink_of(mluvii, tmp_path, create_contacts=True)
    number = "+420700610109"
    assert states(sink, dial(number, None)) == ["delivered"]
    (made,) = mluvii.states()
    assert mluvii.contacts[1][made]["data"]["oo1_guest_phone"] == [number]
    mluvii.identities[7][made]["state"] = "DIAL_FAILED"
    assert states(sink, dial(number, None, attempt=2)) == ["delivered"]
    assert states(sink, remove(number, None)) == ["delivered"]
    assert len(mluvii.contacts[1]) == 3
    assert mluvii.states() == {}


@pytest.mark.parametrize("is_flat", [True, False])
def test_a_contact_that_has_the_number_in_another_notation_is_taken(
    mluvii: MluviiServer, tmp_path: Path, is_flat: bool
) -> None:
    mluvii.add_contact(1005, "700 610 108", "00420 700 610 109", is_flat=is_flat)
    sink = sink_of(mluvii, tmp_path, create_contacts=True)
    assert states(sink, dial("+420700610109", None)) == ["delivered"]
    assert mluvii.states() == {1005: "INITIAL"}


def test_of_two_contacts_with_the_number_none_is_taken(
    mluvii: MluviiServer, tmp_path: Path
) -> None:
    mluvii.add_contact(1005, "700 610 109")
    mluvii.add_contact(1006, "+420700610109")
    (outcome,) = given(sink_of(mluvii, tmp_path, create_contacts=True), dial("+420700610109", None))
    assert outcome.state == "refused_now"
    assert "1005, 1006 of mluvii have this number" in outcome.detail


def test_a_contact_that_was_made_unnoticed_is_found_and_not_made_again(
    mluvii: MluviiServer, tmp_path: Path
) -> None:
    mluvii.faults = [Fault("POST /api/v1/Contacts", "cut", is_after=True)]
    sink = sink_of(mluvii, tmp_path, create_contacts=True)
    assert states(sink, dial("+420700610109", None)) == ["refused_now"]
    assert states(sink, dial("+420700610109", None)) == ["delivered"]
    assert len(mluvii.contacts[1]) == 3


# Faults


@pytest.mark.parametrize("kind", ["500", "503", "cut", "broken", "html"])
def test_an_add_that_was_carried_out_unnoticed_is_seen_in_the_list(
    mluvii: MluviiServer, tmp_path: Path, kind: str
) -> None:
    mluvii.faults = [Fault(IDENTITIES.format("POST"), kind, is_after=True)]
    assert states(sink_of(mluvii, tmp_path), dial()) == ["delivered"]
    assert mluvii.states() == {1001: "INITIAL"}


def test_a_login_page_instead_of_an_answer_to_an_add_is_tried_again_with_a_fresh_token(
    mluvii: MluviiServer, tmp_path: Path
) -> None:
    mluvii.faults = [Fault(IDENTITIES.format("POST"), "login")]
    assert states(sink_of(mluvii, tmp_path), dial()) == ["delivered"]
    assert mluvii.changes() == ["POST [1001]"]


@pytest.mark.parametrize("kind", ["500", "cut"])
def test_an_add_that_failed_is_refused_for_now(
    mluvii: MluviiServer, tmp_path: Path, kind: str
) -> None:
    mluvii.faults = [Fault(IDENTITIES.format("POST"), kind)]
    sink = sink_of(mluvii, tmp_path)
    assert states(sink, dial()) == ["refused_now"]
    assert states(sink, dial()) == ["delivered"]
    assert mluvii.changes() == ["POST [1001]"]


def test_where_the_list_cannot_be_read_after_it_a_dial_is_in_doubt(
    mluvii: MluviiServer, tmp_path: Path
) -> None:
    mluvii.faults = [Fault(IDENTITIES.format("GET"), "500", times=0)]

    def later(request: str) -> None:
        if request.startswith("POST /api"):
            mluvii.faults[0].times = 99

    mluvii.on_request = later
    sink = sink_of(mluvii, tmp_path)
    assert states(sink, dial()) == ["unsure"]
    with pytest.raises(SinkUnreachable):
        sink_of(mluvii, tmp_path).recover({dial().key}, NO_MARK)
    mluvii.faults.clear()
    assert sink_of(mluvii, tmp_path).recover({dial().key}, NO_MARK) == {dial().key}


def test_a_service_that_adds_nothing_and_says_so_is_told(
    mluvii: MluviiServer, tmp_path: Path
) -> None:
    sink = sink_of(mluvii, tmp_path)
    given(sink, dial())
    mluvii.identities[7][1001]["state"] = "DIAL_FAILED"
    mluvii.faults = [Fault(IDENTITIES.format("(POST|DELETE)"), "200", times=2)]
    (outcome,) = given(sink, dial(attempt=2))
    assert outcome.state == "refused_now"
    assert "which is `DIAL_FAILED` in it" in outcome.detail


def test_without_a_connection_nothing_is_done(mluvii: MluviiServer, tmp_path: Path) -> None:
    sink = sink_of(mluvii, tmp_path, url="http://127.0.0.1:9")
    (outcome,) = given(sink, dial())
    assert outcome.state == "refused_now"
    assert "gave no answer" in outcome.detail
    assert not (tmp_path / "ledger.ndjson").exists()


def test_a_missing_secret_is_told_and_raises_nothing(mluvii: MluviiServer, tmp_path: Path) -> None:
    sink = sink_of(mluvii, tmp_path, client_secret=Secret(env="NOT_SET_HERE"))
    (outcome,) = given(sink, dial())
    assert outcome.state == "refused_now"
    assert "NOT_SET_HERE" in outcome.detail
    with pytest.raises(SinkUnreachable, match="NOT_SET_HERE"):
        sink.check()


# After a kill


def test_after_a_kill_before_the_request_the_dial_has_not_arrived(
    mluvii: MluviiServer, tmp_path: Path
) -> None:
    sink = sink_of(mluvii, tmp_path)
    assert sink.recover({dial().key}, NO_MARK) == set()


def test_after_a_kill_behind_the_request_the_dial_is_found(
    mluvii: MluviiServer, tmp_path: Path
) -> None:
    given(sink_of(mluvii, tmp_path), dial())
    ledger = tmp_path / "ledger.ndjson"
    first = ledger.read_text(encoding="utf-8").splitlines()[0]
    ledger.write_text(first + '\n{"key": "torn', encoding="utf-8")
    assert sink_of(mluvii, tmp_path).recover({dial().key}, NO_MARK) == {dial().key}
    assert states(sink_of(mluvii, tmp_path), remove()) == ["delivered"]
    assert {*Ledger.read(ledger).notes} == {dial().key, remove().key}


def test_of_a_contact_that_was_finished_only_the_new_stay_counts(
    mluvii: MluviiServer, tmp_path: Path
) -> None:
    sink = sink_of(mluvii, tmp_path)
    given(sink, dial())
    mluvii.identities[7][1001]["state"] = "DIAL_FAILED"
    mluvii.faults = [Fault(IDENTITIES.format("POST"), "cut")]
    given(sink, dial(attempt=2))
    assert sink.recover({dial(attempt=2).key}, NO_MARK) == set()


# Check


def test_check_says_what_stands_in_the_campaign(mluvii: MluviiServer, tmp_path: Path) -> None:
    told = sink_of(mluvii, tmp_path).check()
    assert told == "campaign 7 (`Missed calls`) can be read, 0 contacts stand in it"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ruleId": 3}, "warning: it has rules of its own (`ruleId` 3)"),
        ({"goal": "no_contacts"}, "warning: its goal is `no_contacts`, so it ends"),
        ({"channel": "Chat"}, "warning: its channel is `Chat`"),
        ({"state": "Paused"}, "warning: its state is `Paused`, so it dials nobody"),
    ],
)
def test_check_warns_of_a_campaign_that_does_not_fit(
    mluvii: MluviiServer, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    mluvii.add_campaign(**changes)
    assert words in sink_of(mluvii, tmp_path).check()


def test_check_says_that_there_is_no_such_campaign(mluvii: MluviiServer, tmp_path: Path) -> None:
    with pytest.raises(SinkUnreachable, match="no such campaign"):
        sink_of(mluvii, tmp_path, campaign_id=8).check()
