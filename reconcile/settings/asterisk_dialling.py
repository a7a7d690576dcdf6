"""The keys that all ways of telling an Asterisk to dial share: who is called first, and then."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from reconcile.settings import forms
from reconcile.settings.forms import Form, Unfit
from reconcile.settings.keys import key
from reconcile.settings.patience import NETWORK, Patience

if TYPE_CHECKING:
    from reconcile.settings.findings import Findings
    from reconcile.settings.places import KeyPath

HOSTILE_SIGNS = frozenset(",;#$`\\\"'<>{}[]()|&=%")
"""Signs that Asterisk reads as more than text, in one of the ways in which it is told something."""

_PLACE = re.compile(r"\{([a-z_]*)\}")
_TECHNOLOGY = re.compile(r"[A-Za-z][A-Za-z0-9_]*/.+")
_CALLER_ID = re.compile(r"[^<>]*(<[^<>]+>)?")
NUMBER_PLACES = ("number", "digits")
NAME_PLACES = ("number", "digits", "name", "line")


def _filled_in(example: str, places: tuple[str, ...], form: re.Pattern[str], ours: str) -> Form:
    """Accept a text with names in braces, which stand for what a command says.

    `ours` are signs that Asterisk reads as more than text and that are meant here.
    """
    listed = ", ".join(f"`{{{place}}}`" for place in places)
    expected = (
        f"a text such as `{example}`, in it at most {listed} of the client, and no sign that "
        "Asterisk reads as more than text"
    )

    def read(value: object) -> str:
        written = str(forms.text(expected).read(value))
        bare = _PLACE.sub("0", written)
        is_known = all(place in places for place in _PLACE.findall(written))
        if (
            not is_known
            or HOSTILE_SIGNS.difference(ours).intersection(bare)
            or not form.fullmatch(bare)
        ):
            raise Unfit(value, expected)
        return written

    return Form(expected, read)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskDialling:
    """How an Asterisk dials: the first party is called, and lands in the dialplan on answering."""

    takes_copies: ClassVar[bool] = False
    patience: ClassVar[Patience] = NETWORK
    dial: str = key(
        forms.one_of("agent_first", "customer_first"),
        "Who is called first. `agent_first`: an operator, who lands where the client is dialled. "
        "`customer_first`: the client, who lands where he finds an operator, such as a queue.",
        example="customer_first",
    )
    endpoint: str = key(
        _filled_in("IAX2/trunk/{number}", NUMBER_PLACES, _TECHNOLOGY, ""),
        "The channel that is called first. `{number}` is the client's, `{digits}` the same without "
        "`+`.",
        example="PJSIP/{number}@trunk",
    )
    context: str = key(
        _filled_in("callback", (), re.compile(r"\S+"), ""),
        "The dialplan context in which the one lands who answered.",
        example="callback",
    )
    extension: str = key(
        _filled_in("{number}", NUMBER_PLACES, re.compile(r"\S+"), ""),
        "The extension there; it may hold `{number}` or `{digits}`.",
        default="s",
    )
    priority: int = key(forms.whole(1, 999), "The priority there.", default=1)
    caller_id: str | None = key(
        _filled_in("Callback <+420200000410>", NAME_PLACES, _CALLER_ID, "<>"),
        "What the one sees who is called first: a name, a number in `<>`, or both. `{name}` is the "
        "client in the directory, `{line}` the line that he had dialled.",
        default=None,
        default_words="what Asterisk takes",
        example="{name} <{number}>",
    )
    ring_seconds: int = key(
        forms.whole(1, 300), "How long the first one is rung.", default=30, unit="seconds"
    )


def find(dialling: AsteriskDialling, path: KeyPath, findings: Findings) -> None:
    """Refuse settings that would dial the same party for every client."""
    if any(findings.are_against((*path, name)) for name in ("dial", "endpoint", "extension")):
        return
    if dialling.dial is None or dialling.endpoint is None:  # lacking, which is told already
        return
    is_customer_first = dialling.dial == "customer_first"
    written = {"endpoint": dialling.endpoint} | (
        {} if is_customer_first else {"extension": dialling.extension}
    )
    if not any(f"{{{place}}}" in text for text in written.values() for place in NUMBER_PLACES):
        findings.error(
            (*path, [*written][-1]),
            f"names no client, expected `{{number}}` or `{{digits}}` in {forms.listed((*written,))}"
            f' with `dial = "{dialling.dial}"`',
        )
