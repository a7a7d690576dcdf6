"""What a webhook is sent: body, key, signature and further headers, and nothing it could run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile import __version__
from reconcile.errors import SettingInvalid
from reconcile.settings.secrets import Secret, read_secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from reconcile.sinks import OutgoingCommand

_LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Credentials:
    """The secrets of a webhook as they were read, and its headers with them."""

    signing_secret: str | None
    headers: Mapping[str, str]
    secrets: frozenset[str]

    def without_secrets(self, text: str) -> str:
        """Take out of a text what the other side may have sent back."""
        for one in self.secrets:
            text = text.replace(one, "…")
        return text


def credentials(
    signing_secret: Secret | None,
    token: Secret | None,
    headers: Sequence[tuple[str, str | Secret]],
    folder: Path,
) -> Credentials:
    """Read all secrets now. Raises SettingInvalid for one that is not there or fits no header."""
    signing = None
    if signing_secret is not None:
        signing = read_secret(signing_secret, folder, name="signing_secret")
    found, secrets = {}, {signing} if signing else set()
    for name, value in headers:
        if isinstance(value, Secret):
            found[name] = _for_header(value, folder, name=f"headers.{name}")
            secrets.add(found[name])
        else:
            found[name] = value
    if token is not None:
        bearer = _for_header(token, folder, name="token")
        found["Authorization"] = f"Bearer {bearer}"
        secrets.add(bearer)
    return Credentials(signing, found, frozenset(secrets))


def body_of(commands: Sequence[OutgoingCommand], *, is_batch: bool) -> bytes:
    """Give the command as it is, or where several may go together `{"commands": [...]}`.

    Raises ValueError for a payload that is no JSON object.
    """
    for command in commands:
        if not isinstance(json.loads(command.payload_json), dict):
            raise ValueError(command.payload_json[:80])  # noqa: TRY004 - not of a wrong type here
    if is_batch:
        listed = ",".join(command.payload_json for command in commands)
        return f'{{"commands":[{listed}]}}'.encode()
    return commands[0].payload_json.encode()


def headers_of(
    commands: Sequence[OutgoingCommand], body: bytes, credentials: Credentials, *, epoch: int
) -> dict[str, str]:
    """Give all headers of a request that is sent at `epoch`, in seconds since 1970.

    The key is that of the command; for several, or where it is no short printable ASCII, the
    SHA-256 of the keys, joined by line feeds, in hexadecimal digits.
    """
    return headers_for(_key_of(commands), body, credentials, epoch=epoch)


def headers_for(key: str, body: bytes, credentials: Credentials, *, epoch: int) -> dict[str, str]:
    """Give all headers of a request with a key of its own, sent at `epoch`."""
    headers = {
        **credentials.headers,
        "Content-Type": "application/json",
        "User-Agent": f"reconcile/{__version__}",
        "Idempotency-Key": _for_key(key),
        "Reconcile-Timestamp": str(epoch),
    }
    if credentials.signing_secret is not None:
        headers["Reconcile-Signature"] = signature(credentials.signing_secret, epoch, body)
    return headers


def signature(secret: str, epoch: int, body: bytes) -> str:
    """Sign time stamp and body: `v1=` and the HMAC-SHA256 of `timestamp.body` in hex digits.

    >>> signature("secret", 1795165231, b"{}")
    'v1=69f796f1b3323957d6f899dfb5cb92a5b34dd5cd5ee4073b13d4816f970e6613'
    """
    import hmac  # noqa: PLC0415 - only who sends pays

    signed = b"%d.%s" % (epoch, body)
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _key_of(commands: Sequence[OutgoingCommand]) -> str:
    """The key of a command; those of several together."""
    keys = "\n".join(command.key for command in commands)
    return keys if len(commands) == 1 else _digest(keys)


def _for_key(key: str) -> str:
    """The key as a header can carry it."""
    is_plain = len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()
    return key if is_plain and key == key.strip() else _digest(key)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _for_header(secret: Secret, folder: Path, *, name: str) -> str:
    value = read_secret(secret, folder, name=name)
    if not (value.isascii() and value.isprintable() and value == value.strip()):
        raise SettingInvalid(f"`{name}` has signs that no header can carry, expected ASCII")
    return value
