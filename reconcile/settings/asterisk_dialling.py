"""The keys that all ways of telling an Asterisk to dial share: who is called first, and then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from reconcile.settings import asterisk_texts, forms
from reconcile.settings.asterisk_texts import NUMBER_PLACES, names
from reconcile.settings.keys import key
from reconcile.settings.patience import NETWORK, Patience

if TYPE_CHECKING:
    from reconcile.settings.findings import Findings
    from reconcile.settings.places import KeyPath

_TEXTS = ("endpoint", "context", "extension", "application", "data", "queue")
_DESTINATIONS = ("context", "application", "queue")
_PARTS = {"extension": "context", "priority": "context", "data": "application"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskDialling:
    """How an Asterisk dials: the first party is called, and on answering lands somewhere.

    That is one of three: an extension of the dialplan, an application, or a queue.
    """

    takes_copies: ClassVar[bool] = False
    patience: ClassVar[Patience] = NETWORK
    dial: str = key(
        forms.one_of("agent_first", "customer_first"),
        "Who is called first. `agent_first`: an operator, who lands where the client is dialled. "
        "`customer_first`: the client, who lands where he finds an operator, such as a queue.",
        example="customer_first",
    )
    endpoint: str = key(
        asterisk_texts.channel(),
        "The channel that is called first. `{number}` is the client's, `{digits}` the same without "
        "`+`, `{queue}` the queue in which he had waited.",
        example="PJSIP/{number}@trunk",
    )
    context: str | None = key(
        asterisk_texts.context(),
        "Where the one lands who answered: an `extension` of this dialplan context. One of "
        "`context`, `application` and `queue` is required.",
        default=None,
        default_words="none",
        example="callback",
    )
    extension: str = key(
        asterisk_texts.extension(),
        "The extension there; it may hold `{number}`, `{digits}` or `{queue}`.",
        default="s",
    )
    priority: int = key(forms.whole(1, 999), "The priority there.", default=1)
    application: str | None = key(
        asterisk_texts.application(),
        "Where the one lands who answered: this application of the dialplan. Over ARI only "
        "`Stasis`, which hands the call to a program of yours.",
        default=None,
        default_words="none",
        example="Queue",
    )
    data: str | None = key(
        asterisk_texts.data(),
        "What the application is told; it may hold `{number}`, `{digits}` or `{queue}`.",
        default=None,
        default_words="nothing",
        example="{queue},t,,,120",
    )
    queue: str | None = key(
        asterisk_texts.queue(may_be_a_place=True),
        "Where the client lands who answered: this queue, or with `{queue}` the one in which he "
        "had waited. Not over ARI, which takes `context` and `extension`.",
        default=None,
        default_words="none",
        example="{queue}",
    )
    default_queue: str | None = key(
        asterisk_texts.queue(may_be_a_place=False),
        "What `{queue}` is for a client who had waited in none, as one who hung up in a menu. "
        "Required where a key holds `{queue}`.",
        default=None,
        default_words="none",
        example="sales",
    )
    caller_id: str | None = key(
        asterisk_texts.caller_id(),
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
    """Refuse what leads nowhere or to two places, or dials the same party for every client."""
    if any(findings.are_against((*path, name)) for name in ("dial", "default_queue", *_TEXTS)):
        return
    if dialling.dial is None or dialling.endpoint is None:  # lacking, which is told already
        return
    _destination(dialling, path, findings)
    if not findings.are_against(path):
        _client(dialling, path, findings)
        _queue(dialling, path, findings)


def _destination(dialling: AsteriskDialling, path: KeyPath, findings: Findings) -> None:
    given = [name for name in _DESTINATIONS if getattr(dialling, name) is not None]
    if len(given) != 1:
        found = " and ".join(f"`{name}`" for name in given) or "none of `context`, `application` "
        found = found if given else found + "and `queue`"
        findings.error(path, f"has {found}, expected one of them: whoever answers lands there")
        return
    defaults = {"extension": "s", "priority": 1, "data": None}
    for name, whole in _PARTS.items():
        if getattr(dialling, name) != defaults[name] and getattr(dialling, whole) is None:
            findings.error((*path, name), f"is a part of `{whole}`, which is not given")
    if dialling.queue is not None and dialling.dial == "agent_first":
        findings.error(
            (*path, "queue"),
            'is where a client waits, and with `dial = "agent_first"` an operator lands there; '
            "expected the queue in `endpoint`, such as `Local/{queue}@queues/n`",
        )


def _client(dialling: AsteriskDialling, path: KeyPath, findings: Findings) -> None:
    leading: tuple[str, ...] = ("endpoint",)
    if dialling.dial == "agent_first":
        leading += ("data",) if dialling.context is None else ("extension",)
    if not any(names(getattr(dialling, name) or "", *NUMBER_PLACES) for name in leading):
        findings.error(
            (*path, leading[-1]),
            f"names no client, expected `{{number}}` or `{{digits}}` in {forms.listed(leading)}"
            f' with `dial = "{dialling.dial}"`',
        )


def _queue(dialling: AsteriskDialling, path: KeyPath, findings: Findings) -> None:
    holding = [name for name in _TEXTS if names(getattr(dialling, name) or "", "queue")]
    if holding and dialling.default_queue is None:
        findings.error(
            path,
            f"lacks `default_queue`, which `{{queue}}` in `{holding[0]}` is for a client who hung "
            "up in a menu",
        )
    elif not holding and dialling.default_queue is not None:
        findings.warning((*path, "default_queue"), "has no effect: no key holds `{queue}`")
