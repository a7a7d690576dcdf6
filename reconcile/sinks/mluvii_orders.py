"""What a command asks of a campaign of mluvii."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconcile.sinks import OutgoingCommand

_ID_MAX = 2**63 - 1


class NotOurs(Exception):
    """A command cannot be brought to mluvii as it is; says why."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command: whom to call, or whom to take out. `contact` is None for an unknown caller."""

    key: str
    kind: str
    number: str
    contact: int | None
    name: str | None
    at: str

    @classmethod
    def of(cls, command: OutgoingCommand) -> Order:
        """Read the payload of a command. Raises NotOurs."""
        try:
            payload = json.loads(command.payload_json)
            text, name, at = (
                payload["contact_id"],
                payload.get("contact_name"),
                payload["issued_at"],
            )
        except (ValueError, TypeError, KeyError) as error:
            raise NotOurs(f"its payload is no command: {error}") from error
        return cls(command.key, command.kind, command.number, _contact(text), name, at)


def _contact(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= _ID_MAX):
        raise NotOurs(
            f"`{text}` is no id of a contact of mluvii: the directory has to be read from mluvii"
        )
    return int(text)
