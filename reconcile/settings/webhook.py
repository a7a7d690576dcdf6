"""The keys of `[sinks.NAME]` of the kind `webhook`: commands are sent to an address over HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from reconcile.settings import forms, web_address
from reconcile.settings.forms import Form, Unfit
from reconcile.settings.keys import key
from reconcile.settings.patience import NETWORK, Patience
from reconcile.settings.secrets import EXPECTED as A_SECRET
from reconcile.settings.secrets import Secret, secret

if TYPE_CHECKING:
    from reconcile.settings.findings import Findings
    from reconcile.settings.places import KeyPath

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[!-~]([ -~]*[!-~])?")
_SOUNDS_SECRET = re.compile(r"authorization|token|secret|password|api-?key|cookie", re.IGNORECASE)
_OURS = re.compile(
    r"host|connection|content-.*|transfer-encoding|expect|user-agent|idempotency-key|reconcile-.*",
    re.IGNORECASE,
)
_TIMES = ("connect_seconds", "answer_seconds", "seconds_per_run")


def header_lines() -> Form:
    """Accept headers by their names: each a text, or a secret by its place."""
    expected = (
        'headers such as `{ X-Tenant = "acme", X-Api-Key = { env = "API_KEY" } }`, none of those '
        "that the program sets itself"
    )

    def read(value: object) -> tuple[tuple[str, str | Secret], ...]:
        if not isinstance(value, Mapping) or not value:
            raise Unfit(value, expected)
        names = {name.lower() for name in value}
        if len(names) != len(value):
            raise Unfit(value, f"{expected}, each once")
        for name in value:
            if not _HEADER_NAME.fullmatch(name) or _OURS.fullmatch(name):
                raise Unfit({name: value[name]}, expected)
        return tuple((name, _header_value(part)) for name, part in value.items())

    return Form(expected, read)


def _header_value(value: object) -> str | Secret:
    if isinstance(value, Mapping):
        return _secret_of(value)
    if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
        raise Unfit(value, "a text of printable ASCII, or a secret by its place")
    return value


def _secret_of(value: Mapping[str, object]) -> Secret:
    if set(value) not in ({"env"}, {"file"}):
        raise Unfit(value, A_SECRET)
    place = str(forms.text(A_SECRET).read(next(iter(value.values()))))
    return Secret(env=place) if "env" in value else Secret(file=place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Kind `webhook`: commands are POSTed as JSON to an address."""

    takes_copies: ClassVar[bool] = True
    patience: ClassVar[Patience] = NETWORK
    url: str = key(
        web_address.web_address("https://dialler.example/commands"),
        "Where commands are POSTed.",
        example="https://dialler.example/commands",
    )
    batch: int = key(
        forms.whole(1, 1000),
        "How many commands go in one request. With 1 the body is the command; with more it is "
        '`{"commands": [...]}`, whose answer counts for all in it.',
        default=1,
        unit="commands",
    )
    receiver_knows_repeats: bool = key(
        forms.flag(),
        "Whether the receiver keeps the keys it has had and does nothing for one that comes again. "
        "Then a command whose answer was lost is sent again; else such a dial stays in doubt.",
        default=False,
    )
    signing_secret: Secret | None = secret(
        "With it each request is signed: HMAC-SHA256 over time stamp and body."
    )
    token: Secret | None = secret("The token of `Authorization: Bearer`.")
    headers: tuple[tuple[str, str | Secret], ...] = key(
        header_lines(),
        "Further headers of each request; one that is secret by its place.",
        default=(),
        default_words="none",
        example={"X-Tenant": "acme", "X-Api-Key": {"env": "API_KEY"}},
    )
    ca_file: str | None = web_address.ca_file_key()
    connect_seconds: int = web_address.connect_seconds_key()
    answer_seconds: int = web_address.answer_seconds_key()
    seconds_per_run: int = key(
        forms.whole(2, 3600),
        "How long one run sends; what is left waits for the next run.",
        default=30,
        unit="seconds",
    )


def find(webhook: Webhook, path: KeyPath, findings: Findings) -> None:
    """Refuse times in which no request fits, secrets in clear text, and what contradicts itself."""
    if not any(findings.are_against((*path, name)) for name in _TIMES):
        needed = webhook.connect_seconds + webhook.answer_seconds
        if webhook.seconds_per_run < needed:
            findings.error(
                (*path, "seconds_per_run"),
                f"is {webhook.seconds_per_run}, expected at least the {needed} seconds of "
                "`connect_seconds` and `answer_seconds` together: no request would ever begin",
            )
    for name, value in webhook.headers:
        if isinstance(value, str) and _SOUNDS_SECRET.search(name):
            findings.error((*path, "headers"), f"has a text for `{name}`, expected {A_SECRET}")
        if name.lower() == "authorization" and webhook.token is not None:
            findings.error(
                (*path, "headers"), f"has `{name}`, expected it there or by `token`, not both"
            )
    web_address.find(webhook.url, (*path, "url"), findings)
