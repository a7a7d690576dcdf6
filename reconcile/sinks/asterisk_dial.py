"""A dial as an Asterisk is told it, whichever way: made of the command and the settings, checked.

What a command says is checked by `reconcile.sinks.asterisk_values`; what the settings say was
checked when they were read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconcile import clock
from reconcile.sinks import asterisk_values as values

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from reconcile.sinks import OutgoingCommand

USERFIELD = "CDR(userfield)"
"""The variable that sets the field of the call record in which the tag of the command stands."""


@dataclass(frozen=True, slots=True)
class Extension:
    """Where a call goes on in the dialplan."""

    context: str
    name: str
    priority: int


@dataclass(frozen=True, slots=True)
class Application:
    """An application of the dialplan, and what it is told."""

    name: str
    data: str


@dataclass(frozen=True, slots=True)
class AsteriskDial:
    """One call that Asterisk is to make: whom it rings first, and where that one lands.

    `name` is the id of the channel, made of the command's key. `variables` are those of the
    channel.
    """

    name: str
    endpoint: str
    destination: Extension | Application
    caller_id: str | None
    ring_seconds: int
    variables: Mapping[str, str]
    expires_at: datetime

    @property
    def is_expired(self) -> bool:
        """Whether the instant has come at which the call must not be placed any more."""
        return clock.utc_now() >= self.expires_at


def dial_of(command: OutgoingCommand, options: Mapping[str, Any]) -> AsteriskDial:
    """Make the dial of a command by the keys of `AsteriskDialling`.

    Raises ValueRefused where the command says what must not reach an Asterisk, or says too little.
    """
    try:
        payload: Mapping[str, Any] = json.loads(command.payload_json)
        number = values.number(str(payload["number"]))
        expires_at = clock.parse_instant(str(payload["expires_at"]))
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, values.ValueRefused):
            raise
        raise values.ValueRefused("the command lacks its number or `expires_at`") from error
    places = _places(number, payload.get("queue"), options)
    caller_id = options["caller_id"]
    return AsteriskDial(
        name=values.dial_name(command.key),
        endpoint=values.plain("the channel", _filled(options["endpoint"], places)),
        destination=_destination(options, places),
        caller_id=caller_id and _caller_id(caller_id, places, payload),
        ring_seconds=options["ring_seconds"],
        variables={USERFIELD: values.tag(command.key)},
        expires_at=expires_at,
    )


def _places(number: str, queue: object, options: Mapping[str, Any]) -> dict[str, str]:
    """Give what the settings can hold of a command; the queue is looked at where they hold it."""
    places = {"number": number, "digits": number.removeprefix("+")}
    if options["default_queue"] is not None:
        places["queue"] = values.queue(str(queue or options["default_queue"]))
    return places


def _destination(
    options: Mapping[str, Any], places: Mapping[str, str]
) -> Extension | Application:
    if options["context"] is not None:
        extension = values.plain("the extension", _filled(options["extension"], places))
        return Extension(options["context"], extension, options["priority"])
    if options["queue"] is not None:
        return Application("Queue", _filled(options["queue"], places))
    return Application(options["application"], _filled(options["data"] or "", places))


def _caller_id(template: str, places: Mapping[str, str], payload: Mapping[str, Any]) -> str:
    """Fill in what a telephone shows; a client without a name leaves none."""
    shown = {name: values.display(str(payload.get(key) or "")) for name, key in _SHOWN.items()}
    text = " ".join(_filled(template, {**places, **shown}).split())
    return text.replace("<>", "").strip()


_SHOWN = {"name": "contact_name", "line": "line"}


def _filled(template: str, places: Mapping[str, str]) -> str:
    """Put each place in once: what is put in is not looked through again."""
    parts = template.split("{")
    return parts[0] + "".join(
        places.get(name, "") + rest for name, _, rest in (part.partition("}") for part in parts[1:])
    )
