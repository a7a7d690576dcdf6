"""Texts of the settings that an Asterisk is told, in which a command puts the client or a queue."""

from __future__ import annotations

import re

from reconcile.settings import forms
from reconcile.settings.forms import Form, Unfit

HOSTILE_SIGNS = frozenset(",;#$`\\\"'<>{}[]()|&=%")
"""Signs that Asterisk reads as more than text, in one of the ways in which it is told something."""

NUMBER_PLACES = ("number", "digits")
QUEUE_PLACES = (*NUMBER_PLACES, "queue")
NAME_PLACES = (*NUMBER_PLACES, "name", "line")
_PLACE = re.compile(r"\{([a-z_]*)\}")
_QUEUE = r"[\w.+-]([\w.+ -]{0,78}[\w.+-])?"


def names(text: str, *places: str) -> bool:
    """Tell whether one of these places stands in a text.

    >>> names("Local/{queue}@queues/n", "queue"), names("Local/101@desks/n", "number", "digits")
    (True, False)
    """
    return any(f"{{{place}}}" in text for place in places)


def is_queue(text: str) -> bool:
    """Tell whether a text can be the name of a queue: at most 80 letters, digits, ` .+-_`.

    >>> is_queue("sales"), is_queue("Prodej 2"), is_queue("sales,t"), is_queue("sales@other")
    (True, True, False, False)
    """
    return re.fullmatch(_QUEUE, text) is not None


def channel() -> Form:
    """Accept a channel to be called."""
    technology = re.compile(r"[A-Za-z][A-Za-z0-9_]*/.+")
    return _filled_in("IAX2/trunk/{number}", QUEUE_PLACES, technology)


def context() -> Form:
    """Accept a context of the dialplan."""
    return _filled_in("callback", (), re.compile(r"\S+"))


def extension() -> Form:
    """Accept an extension of the dialplan."""
    return _filled_in("{number}", QUEUE_PLACES, re.compile(r"\S+"))


def application() -> Form:
    """Accept the name of an application of the dialplan."""
    expected = "the name of an application of the dialplan, such as `Queue`"

    def read(value: object) -> str:
        if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,79}", value):
            raise Unfit(value, expected)
        return value

    return Form(expected, read)


def data() -> Form:
    """Accept what an application is told: parts between commas, with options in brackets."""
    return _filled_in("{queue},t,,,120", QUEUE_PLACES, re.compile(r".+"), ",()[]&=|")


def queue(*, may_be_a_place: bool) -> Form:
    """Accept the name of a queue, or `{queue}` where that is allowed."""
    places = ("queue",) if may_be_a_place else ()
    return _filled_in("{queue}" if may_be_a_place else "sales", places, re.compile(_QUEUE))


def caller_id() -> Form:
    """Accept what a telephone shows: a name, a number in `<>`, or both."""
    shown = re.compile(r"[^<>]*(<[^<>]+>)?")
    return _filled_in("Callback <+420200000410>", NAME_PLACES, shown, "<>")


def _filled_in(
    example: str, places: tuple[str, ...], form: re.Pattern[str], ours: str = ""
) -> Form:
    """Accept a text with names in braces, which stand for what a command says.

    `ours` are signs that Asterisk reads as more than text and that are meant here.
    """
    listed = ", ".join(f"`{{{place}}}`" for place in places)
    of_the_client = f"in it at most {listed} of the client, and " if places else "in it "
    expected = f"a text such as `{example}`, {of_the_client}no sign that Asterisk reads as more"

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
