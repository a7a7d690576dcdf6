"""One request and its answer, over real HTTP. The faults of the line are those of test_webhook."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from webhook_receiver import Receiver, answers

from reconcile.http_exchange import MOST_ANSWER_BYTES, NotConnected, exchange
from reconcile.http_peer import Peer

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY = b'{"key": "k"}'


@pytest.fixture
def server() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one


def peer_of(server: Receiver, host: str = "127.0.0.1") -> Peer:
    return Peer(
        is_encrypted=False, host=host, port=server.port, connect_seconds=1, answer_seconds=1
    )


def test_an_answer_has_its_status_headers_and_body(server: Receiver) -> None:
    server.play(answers(201, "X-Id: 7", body=b"made"))
    found = exchange(peer_of(server), "PUT", "/a?b=c", headers={"X-A": "b"}, body=b"text")
    assert (found.status, found.headers["x-id"], found.body) == (201, "7", b"made")
    (request,) = server.requests
    assert (request.line, request.body) == ("PUT /a?b=c HTTP/1.1", b"text")
    assert (request.headers["x-a"], request.headers["connection"]) == ("b", "close")


def test_a_long_body_is_read_to_a_bound(server: Receiver) -> None:
    server.play(answers(200, body=b"x" * 10_000_000))
    found = exchange(peer_of(server), "POST", "/", headers={}, body=BODY)
    assert len(found.body) == MOST_ANSWER_BYTES


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"X: a\r\nY": "b"}])
def test_a_header_that_would_make_two_is_not_sent(
    server: Receiver, headers: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="Invalid header"):
        exchange(peer_of(server), "POST", "/", headers=headers, body=b"")
    assert server.requests == []


def test_a_proxy_of_the_environment_is_not_used(
    server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert exchange(peer_of(server), "POST", "/", headers={}, body=BODY).status == 204


def test_the_second_address_of_a_name_is_tried_too(
    server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    def two(_: str, port: int, **options: int) -> list:
        return [*real("127.0.0.2", 1, **options), *real("127.0.0.1", port, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    found = exchange(peer_of(server, "two.example"), "POST", "/", headers={}, body=BODY)
    assert found.status == 204


def test_a_name_that_is_looked_up_for_too_long_is_not_waited_for(
    server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object, **__: object) -> list:
        server.released.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with pytest.raises(NotConnected, match="cannot be reached: time-out"):
        exchange(peer_of(server, "slow.example"), "POST", "/", headers={}, body=BODY)
