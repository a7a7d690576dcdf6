"""The questions and orders that an Asterisk takes over its REST interface (ARI)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from reconcile import http_exchange
from reconcile.errors import SettingInvalid, SinkUnreachable
from reconcile.http_exchange import Answer, AnswerLost, NotConnected, NotSent
from reconcile.http_peer import Peer
from reconcile.settings.secrets import read_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

_OK, _NO_CONTENT, _NOT_FOUND = 200, 204, 404
_MOST_BYTES = 16_000_000
"""Of a list of channels: some thirty thousand of them."""
_LONGEST_REASON = 120


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that is up in the Asterisk: its id and state, as it names them."""

    id: str
    state: str


@dataclass(frozen=True, slots=True)
class Ari:
    """One Asterisk, by the keys of the kind `ari`."""

    options: Mapping[str, Any]

    @property
    def place(self) -> str:
        """Name it for a person."""
        return Peer.of(self.options).place

    def originate(self, body: Mapping[str, Any]) -> Answer:
        """Order a call. Raises what `http_exchange.exchange` raises, and SettingInvalid."""
        return self._exchange("POST", "/channels", body)

    def channels(self) -> list[Channel]:
        """List all channels. Raises SinkUnreachable where it can't say so."""
        found = self._asked("/channels")
        return [Channel(str(one["id"]), str(one["state"])) for one in found]

    def bridged(self) -> set[str]:
        """List the ids of all channels that talk. Raises SinkUnreachable where it can't say so."""
        return {
            str(channel) for bridge in self._asked("/bridges") for channel in bridge["channels"]
        }

    def hang_up(self, channel_id: str) -> None:
        """End a channel, or find it ended. Raises SinkUnreachable where neither is certain."""
        path = f"/channels/{quote(channel_id, safe='')}"
        answer = self._answered("DELETE", path)
        if answer.status not in (_NO_CONTENT, _NOT_FOUND):
            raise SinkUnreachable(f"{self.place} {told(answer)}")

    def variable(self, name: str) -> str:
        """Read a global variable, empty if it is none. Raises SinkUnreachable."""
        return str(self._asked(f"/asterisk/variable?variable={quote(name)}")["value"])

    def has_module(self, name: str) -> bool:
        """Tell whether a module runs. Raises SinkUnreachable where it can't say so."""
        answer = self._answered("GET", f"/asterisk/modules/{quote(name)}")
        if answer.status == _NOT_FOUND:
            return False
        return bool(self._json(answer)["status"] == "Running")

    def version(self) -> str:
        """Read its version. Raises SinkUnreachable where it can't say so."""
        return str(self._asked("/asterisk/info?only=system")["system"]["version"])

    def _asked(self, path: str) -> Any:  # noqa: ANN401 - JSON
        return self._json(self._answered("GET", path))

    def _json(self, answer: Answer) -> Any:  # noqa: ANN401 - JSON
        if answer.status != _OK:
            raise SinkUnreachable(f"{self.place} {told(answer)}")
        try:
            return json.loads(answer.body)
        except ValueError as error:
            raise SinkUnreachable(f"{self.place} gave an answer that broke off") from error

    def _answered(self, method: str, path: str) -> Answer:
        try:
            return self._exchange(method, path)
        except (NotConnected, NotSent, AnswerLost) as error:
            raise SinkUnreachable(str(error)) from error
        except SettingInvalid as error:
            raise SinkUnreachable(error.what, hint=error.hint) from error

    def _exchange(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        return http_exchange.exchange(
            Peer.of(self.options),
            method,
            urlsplit(self.options["url"]).path.rstrip("/") + path,
            headers=self._headers(),
            body=b"" if body is None else json.dumps(body).encode(),
            most_bytes=_MOST_BYTES,
        )

    def _headers(self) -> dict[str, str]:
        options = self.options
        password = read_secret(options["password"], options["folder"], name="password")
        pair = f"{options['user']}:{password}".encode()
        return {
            "Authorization": f"Basic {base64.b64encode(pair).decode()}",
            "Content-Type": "application/json",
        }


def told(answer: Answer) -> str:
    """Say what it answered: the status, and its own words if it has some."""
    text = f"answered {answer.status}"
    try:
        found = json.loads(answer.body)
    except ValueError:
        return text
    words = ""
    if isinstance(found, dict):
        words = str(found.get("message") or found.get("error") or "")
    plain = "".join(sign for sign in words if sign.isprintable())[:_LONGEST_REASON]
    return f"{text}: {plain}" if plain else text
