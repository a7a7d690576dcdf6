"""Ask mluvii: sign in once, again when the token has expired, wait when it says so, in bounds."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from reconcile import clock
from reconcile.http_exchange import (
    Answer,
    AnswerLost,
    NotConnected,
    NotSent,
    exchange,
)
from reconcile.http_peer import Peer
from reconcile.mluvii.faults import NotSignedIn, Refused, Unreachable, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TOKEN_PATH = "/login/connect/token"  # noqa: S105 - a path, no secret
SCOPE = "mluviiPublicApi"
_TRIES = 5
_FIRST_PAUSE_SECONDS = 0.5
_TOO_MANY = 429
_UNAUTHORISED = 401
_REDIRECTS = range(300, 400)
_REFUSALS = range(400, 500)
_SUCCESSES = range(200, 300)
_SAFE = frozenset({"GET"})
_ANSWER_BYTES_MAX = 64 << 20
"""A page of 1,000 sessions with all their activities has some megabytes."""


class _NoAnswer(Exception):
    """There was none; `may_have_arrived` unless the request was surely not received whole."""

    def __init__(self, why: str, *, may_have_arrived: bool) -> None:
        super().__init__(why)
        self.may_have_arrived = may_have_arrived


@dataclass(slots=True)
class Client:
    """Asks one instance of mluvii. `secret` gives the client secret when it is first needed.

    All requests of a run together take no longer than `budget_seconds` from the first one on; each
    waits no longer than its `peer` says. Every fault is one of `reconcile.mluvii.faults`.
    """

    url: str
    client_id: str
    secret: Callable[[], str]
    peer: Peer
    budget_seconds: float = 20
    pause: Callable[[float], None] = time.sleep
    _token: str = field(default="", repr=False)
    _until: float | None = None

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        """Ask for something, as JSON; asked again after what passes by itself.

        A list among `params` repeats its key.
        """
        from urllib.parse import urlencode  # noqa: PLC0415 - a run that asks nobody has none

        given = {name: value for name, value in (params or {}).items() if value is not None}
        query = "?" + urlencode(given, doseq=True) if given else ""
        return self._json("GET", path, self._signed("GET", path + query, None))

    def send(self, method: str, path: str, content: object) -> Any:  # noqa: ANN401
        """Change something; what is answered as JSON, None where that is nothing.

        It is sent once. Only where it surely had no effect it is sent again: too many requests,
        a token that has expired, or no connection. Everything else is told by a Fault with
        `may_have_arrived`.
        """
        body = json.dumps(content).encode()
        answer = self._signed(method, path, body)
        return self._json(method, path, answer) if answer.body.strip() else None

    def _signed(self, method: str, path: str, body: bytes | None) -> Answer:
        """The answer to a request with a token; with a fresh one where the first is not taken."""
        answer = self._patiently(method, path, body)
        if _is_login(answer):
            self._token = ""
            answer = self._patiently(method, path, body)
            if _is_login(answer):
                raise NotSignedIn(
                    f"`{self.url}` sends `{method} {_bare(path)}` to its login page, even with a "
                    "fresh token",
                    hint="the client needs the right to this part of the public API",
                )
        if answer.status in _REFUSALS:
            raise Refused(self._told(method, path, answer), answer.status)
        return answer

    def _patiently(self, method: str, path: str, body: bytes | None) -> Answer:
        """Ask until there is an answer that is none of "later"."""
        what, last = f"`{self.url}` gave no answer to `{method} {_bare(path)}`", ""
        may_have_arrived = False
        for attempt in range(_TRIES):
            wait_seconds = _FIRST_PAUSE_SECONDS * 2**attempt
            try:
                answer = self._asked(method, path, body)
            except _NoAnswer as error:
                last, may_have_arrived = str(error), error.may_have_arrived
            else:
                if answer.status < 500 and answer.status != _TOO_MANY:  # noqa: PLR2004
                    return answer
                last = self._told(method, path, answer)
                may_have_arrived = answer.status != _TOO_MANY
                wait_seconds = max(wait_seconds, _retry_after_seconds(answer))
            if may_have_arrived and method not in _SAFE:
                break
            if wait_seconds >= self._left_seconds():
                break
            self.pause(wait_seconds)
        raise Unreachable(
            last if last.startswith("`") else f"{what}: {last}",
            hint="it is asked again in the next run",
            may_have_arrived=may_have_arrived and method not in _SAFE,
        )

    def _asked(self, method: str, path: str, body: bytes | None) -> Answer:
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self._signed_in()}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self._exchange(method, path, headers, body or b"")

    def _exchange(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request and its whole answer. Raises _NoAnswer."""
        from urllib.parse import urlsplit  # noqa: PLC0415 - a run that asks nobody has none

        left = max(0.1, self._left_seconds())
        peer = replace(
            self.peer,
            connect_seconds=min(self.peer.connect_seconds, left),
            answer_seconds=min(self.peer.answer_seconds, left),
        )
        target = urlsplit(self.url).path + path
        try:
            answer = exchange(
                peer, method, target, headers=headers, body=body, most_bytes=_ANSWER_BYTES_MAX
            )
        except (NotConnected, NotSent) as error:
            raise _NoAnswer(str(error), may_have_arrived=False) from error
        except AnswerLost as error:
            raise _NoAnswer(str(error), may_have_arrived=True) from error
        if not answer.is_whole:
            raise _NoAnswer("the answer broke off", may_have_arrived=True)
        return answer

    def _signed_in(self) -> str:
        """The token, fetched where there is none. Raises NotSignedIn, Unreachable, Unreadable."""
        if self._token:
            return self._token
        from urllib.parse import urlencode  # noqa: PLC0415 - a run that asks nobody has none

        form = {
            "response_type": "token",
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.secret(),
            "scope": SCOPE,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = self._exchange("POST", TOKEN_PATH, headers, urlencode(form).encode())
        except _NoAnswer as error:
            # What was to be asked with the token was not even sent.
            raise _NoAnswer(str(error), may_have_arrived=False) from error
        if answer.status in (_UNAUTHORISED, 400, 403) or answer.status in _REDIRECTS:
            raise NotSignedIn(
                f"`{self.url}` does not let `client_id` `{self.client_id}` sign in",
                hint="`client_id` and `client_secret` are those of its public API",
            )
        if answer.status not in _SUCCESSES:
            # Told like any answer of "later": the caller waits and comes back.
            raise _NoAnswer(self._told("POST", TOKEN_PATH, answer), may_have_arrived=False)
        token = self._json("POST", TOKEN_PATH, answer)
        if not isinstance(token, dict) or not isinstance(token.get("access_token"), str):
            raise Unreadable(f"`{self.url}` signs in, but gives no `access_token`")
        self._token = token["access_token"]
        return self._token

    def _left_seconds(self) -> float:
        now = clock.running_seconds()
        if self._until is None:
            self._until = now + self.budget_seconds
        return self._until - now

    def _told(self, method: str, path: str, answer: Answer) -> str:
        text = " ".join(answer.body[:200].decode("utf-8", "replace").split())
        said = f": {text}" if text and not text.startswith("<") else ""
        return f"`{self.url}` answered {answer.status} to `{method} {_bare(path)}`{said}"

    def _json(self, method: str, path: str, answer: Answer) -> Any:  # noqa: ANN401
        try:
            return json.loads(answer.body)
        except ValueError as error:
            raise Unreadable(
                f"`{self.url}` answered `{method} {_bare(path)}` with something else than JSON",
                may_have_arrived=method not in _SAFE,
            ) from error


def _bare(path: str) -> str:
    """A path without its query, for messages."""
    return path.partition("?")[0]


def _is_login(answer: Answer) -> bool:
    """Whether an answer says "sign in": a call without a good token is sent to a login page."""
    is_page = "html" in answer.headers.get("content-type", "").lower()
    return (
        answer.status == _UNAUTHORISED
        or answer.status in _REDIRECTS
        or (is_page and answer.status in _SUCCESSES)
    )


def _retry_after_seconds(answer: Answer) -> float:
    """How long it asks to wait; a date instead of seconds counts as no time."""
    text = answer.headers.get("retry-after", "").strip()
    return float(text) if text.isdigit() else 0.0
