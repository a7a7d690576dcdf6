"""What an answer of a webhook says of the commands in the request, and of all that follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconcile.http_exchange import Answer
    from reconcile.sinks import State

LONGEST_REST = timedelta(hours=1)
"""The most that `Retry-After` is obeyed: a date of next year must not silence a dialler."""

_ALREADY_THERE = 409
_RESTING = {429, 503}
_SURELY_NOT_TAKEN = {408, 425}
# They speak of address and rights: another command would get the same, and none is to blame.
_OF_THE_SET_UP = {401, 403, 404, 405, 407, 410, 415, 421, 426}
# A gateway answers for a server behind it, which may have taken the command.
_OF_A_GATEWAY = {502, 504, *range(520, 600)}
_TEXTS = ("application/json", "application/problem+json", "text/plain")
_LONGEST_EXCERPT = 120


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the commands of a request.

    `ends_run` tells that the others of this run would fare alike; `judges_command` that it speaks
    of what one command says, so that of several each is to be asked for by itself.
    """

    state: State
    ends_run: bool = False
    judges_command: bool = False


def verdict(status: int) -> Verdict:  # noqa: PLR0911 - a table
    """Judge a status.

    >>> verdict(204).state, verdict(409).state, verdict(422).state, verdict(500).state
    ('delivered', 'delivered', 'refused_for_good', 'refused_now')
    >>> verdict(504).state, verdict(302).ends_run
    ('unsure', True)
    """
    if 200 <= status < 300:  # noqa: PLR2004
        return Verdict("delivered")
    if status == _ALREADY_THERE:
        return Verdict("delivered", judges_command=True)
    if status in _RESTING or status in _OF_THE_SET_UP or 300 <= status < 400:  # noqa: PLR2004
        return Verdict("refused_now", ends_run=True)
    if status in _OF_A_GATEWAY:
        return Verdict("unsure")
    if status in _SURELY_NOT_TAKEN or 500 <= status < 600:  # noqa: PLR2004
        return Verdict("refused_now")
    if 400 <= status < 500:  # noqa: PLR2004
        return Verdict("refused_for_good", judges_command=True)
    return Verdict("unsure")


def resting_until(answer: Answer, now: datetime) -> datetime | None:
    """Read when it wants to be asked again: `Retry-After` of a 429 or 503, an hour at most."""
    if answer.status not in _RESTING:
        return None
    asked = _retry_after(answer.headers, now)
    return None if asked is None else min(asked, now + LONGEST_REST)


def told(answer: Answer) -> str:
    """Say what it answered, with the beginning of a text that is meant to be read."""
    text = f"it answered {answer.status}"
    if 300 <= answer.status < 400:  # noqa: PLR2004
        return f"{text}, a redirect, which is not followed"
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TEXTS:
        return text
    words = " ".join(answer.body.decode("utf-8", "replace").split())
    plain = "".join(sign for sign in words if sign.isprintable())
    short = plain if len(plain) <= _LONGEST_EXCERPT else f"{plain[:_LONGEST_EXCERPT]}…"
    return f"{text}: {short}" if short else text


def _retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return now + min(timedelta(seconds=int(value[:9])), LONGEST_REST)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - few answers have a date

    try:
        instant = parsedate_to_datetime(value)
    except ValueError:
        return None
    if instant.tzinfo is None:
        return instant
    return instant.astimezone(UTC).replace(tzinfo=None)
