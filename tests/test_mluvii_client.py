"""The client of mluvii's API against a stand-in over HTTP: tokens, patience, lists that move."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import mluvii_server
import pytest
from mluvii_server import CLIENT_ID, CLIENT_SECRET, Fault, MluviiServer, session
from site_folder import at

from reconcile.http_peer import Peer
from reconcile.mluvii import faults
from reconcile.mluvii.client import Client
from reconcile.mluvii.paging import read_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BEGIN = at("10:00")
SESSIONS = "/api/v1/Sessions"


@pytest.fixture
def mluvii() -> Iterator[MluviiServer]:
    with mluvii_server.running() as server:
        yield server


def client_of(
    mluvii: MluviiServer, secret: str = CLIENT_SECRET, *, answer: float = 1, budget: float = 10
) -> Client:
    """A client whose waits are none."""
    return client_at(mluvii.url, secret, answer=answer, budget=budget)


def client_at(
    url: str, secret: str = CLIENT_SECRET, *, answer: float = 1, budget: float = 10
) -> Client:
    times = {"connect_seconds": answer, "answer_seconds": answer}
    peer = Peer.of({"url": url, "ca_file": None, "folder": None, **times})
    return Client(url, CLIENT_ID, lambda: secret, peer, budget_seconds=budget, pause=lambda _: None)


def add_sessions(mluvii: MluviiServer, count: int) -> None:
    mluvii.sessions = [
        session(number, BEGIN + timedelta(seconds=number)) for number in range(1, count + 1)
    ]


def test_a_token_is_fetched_once_for_many_requests(mluvii: MluviiServer) -> None:
    client = client_of(mluvii)
    for _ in range(3):
        assert client.get(SESSIONS) == []
    assert mluvii.tokens_given == 1


def test_a_token_that_has_expired_is_renewed_once(mluvii: MluviiServer) -> None:
    client = client_of(mluvii)
    client.get(SESSIONS)
    mluvii.expire_tokens()
    assert client.get(SESSIONS) == []
    assert mluvii.tokens_given == 2


@pytest.mark.parametrize("kind", ["login", "html", "401"])
def test_a_login_page_is_no_answer_and_a_fresh_token_is_tried(
    mluvii: MluviiServer, kind: str
) -> None:
    mluvii.faults = [Fault("GET /api", kind)]
    assert client_of(mluvii).get(SESSIONS) == []
    assert mluvii.tokens_given == 2


def test_a_login_page_with_a_fresh_token_says_not_signed_in(mluvii: MluviiServer) -> None:
    mluvii.faults = [Fault("GET /api", "login", times=2)]
    with pytest.raises(faults.NotSignedIn, match="to its login page, even with a fresh token"):
        client_of(mluvii).get(SESSIONS)


def test_a_wrong_secret_says_who_cannot_sign_in_and_not_the_secret(mluvii: MluviiServer) -> None:
    with pytest.raises(faults.NotSignedIn, match="`reconcile` sign in") as caught:
        client_of(mluvii, "wrong one").get(SESSIONS)
    assert "wrong one" not in str(caught.value)


@pytest.mark.parametrize("kind", ["429", "500", "503", "cut", "broken"])
def test_what_passes_by_itself_is_asked_again(mluvii: MluviiServer, kind: str) -> None:
    add_sessions(mluvii, 2)
    mluvii.faults = [Fault("GET /api", kind, times=3)]
    assert len(client_of(mluvii).get(SESSIONS, {"limit": 10})) == 2


def test_signing_in_is_asked_again_as_well(mluvii: MluviiServer) -> None:
    mluvii.faults = [Fault("POST /login", "503", times=2), Fault("POST /login", "cut")]
    assert client_of(mluvii).get(SESSIONS) == []


def test_it_waits_as_long_as_the_service_says(mluvii: MluviiServer) -> None:
    waits: list[float] = []
    mluvii.faults = [Fault("GET /api", "429", headers={"Retry-After": "4"})]
    client = client_of(mluvii)
    client.pause = waits.append
    client.get(SESSIONS)
    assert waits == [4.0]


def test_a_wait_beyond_the_budget_is_given_up_at_once(mluvii: MluviiServer) -> None:
    waits: list[float] = []
    mluvii.faults = [Fault("GET /api", "429", headers={"Retry-After": "3600"})]
    client = client_of(mluvii)
    client.pause = waits.append
    with pytest.raises(faults.Unreachable, match="answered 429 to `GET /api/v1/Sessions`"):
        client.get(SESSIONS)
    assert waits == []


def test_a_slow_answer_ends_with_its_time(mluvii: MluviiServer) -> None:
    mluvii.faults = [Fault("GET /api", "slow", times=9, seconds=1.0)]
    with pytest.raises(faults.Unreachable, match="time-out"):
        client_of(mluvii, answer=0.2, budget=0.5).get(SESSIONS)


def test_a_service_that_is_down_is_told_with_its_address() -> None:
    client = client_at("http://127.0.0.1:9")
    with pytest.raises(faults.Unreachable, match=r"`http://127\.0\.0\.1:9` gave no answer"):
        client.get(SESSIONS)


def test_what_is_no_json_is_told(mluvii: MluviiServer) -> None:
    mluvii.faults = [Fault("GET /api", "bad json")]
    with pytest.raises(faults.Unreadable, match="something else than JSON"):
        client_of(mluvii).get(SESSIONS)


def test_a_change_is_sent_again_only_where_it_surely_had_no_effect(mluvii: MluviiServer) -> None:
    mluvii.add_campaign()
    mluvii.add_contact(1001, "+420700610101")
    path, content = "/api/v1/Campaigns/7/identities", {"ids": [1001], "contactInfoField": "x"}
    mluvii.faults = [Fault("POST /api", "429"), Fault("POST /api", "login")]
    client_of(mluvii).send("POST", path, content)
    mluvii.faults = [Fault("POST /api", "500", is_after=True)]
    with pytest.raises(faults.Unreachable) as caught:
        client_of(mluvii).send("POST", path, content)
    assert caught.value.may_have_arrived
    assert mluvii.changes() == ["POST [1001]", "POST [1001]"]


def test_a_refusal_is_told_with_its_status_and_words(mluvii: MluviiServer) -> None:
    with pytest.raises(faults.Refused, match=r"answered 404 to .*no such campaign") as caught:
        client_of(mluvii).get("/api/v1/Campaigns/9")
    assert caught.value.status == 404
    assert not caught.value.may_have_arrived


# Lists


@pytest.mark.parametrize("count", [0, 1, 2, 9, 10, 11, 19, 20, 95])
@pytest.mark.parametrize("page_rows_max", [1_000, 7])
def test_a_list_is_read_whole_whatever_the_largest_page(
    mluvii: MluviiServer, count: int, page_rows_max: int
) -> None:
    add_sessions(mluvii, count)
    mluvii.page_rows_max = page_rows_max
    assert sorted(read_list(client_of(mluvii), SESSIONS, page_rows=10)) == [*range(1, count + 1)]


def shifting(mluvii: MluviiServer, change: Callable[[int], None]) -> None:
    """Have something change before each page."""
    pages = iter(range(1_000))

    def on_request(request: str) -> None:
        if request.startswith("GET /api"):
            change(next(pages))

    mluvii.on_request = on_request


def test_rows_that_come_in_between_two_pages_shift_the_others_and_none_is_lost(
    mluvii: MluviiServer,
) -> None:
    add_sessions(mluvii, 60)

    def come(page: int) -> None:
        if page < 8:
            mluvii.sessions.append(session(100 + page, BEGIN + timedelta(seconds=100 + page)))

    shifting(mluvii, come)
    assert {*range(1, 61)} <= {*read_list(client_of(mluvii), SESSIONS, page_rows=10)}


def test_rows_that_go_between_two_pages_take_no_other_one_with_them(mluvii: MluviiServer) -> None:
    add_sessions(mluvii, 60)

    def go(page: int) -> None:
        if page == 3:
            del mluvii.sessions[-5:]  # the newest, which stand in front

    shifting(mluvii, go)
    assert {*range(1, 56)} <= {*read_list(client_of(mluvii), SESSIONS, page_rows=10)}


def test_a_list_that_never_holds_still_is_refused(mluvii: MluviiServer) -> None:
    add_sessions(mluvii, 300)
    shifting(
        mluvii, lambda page: mluvii.sessions.__delitem__(slice(-5, None)) if page % 2 else None
    )
    with pytest.raises(faults.Unreadable, match="changed faster than it could be read"):
        read_list(client_of(mluvii), SESSIONS, page_rows=10)


def test_a_list_of_something_else_is_refused(mluvii: MluviiServer) -> None:
    mluvii.sessions = [{**session(1, BEGIN), "id": "1"}]
    with pytest.raises(faults.Unreadable, match="rows without an `id` that is a whole number"):
        read_list(client_of(mluvii), SESSIONS)
