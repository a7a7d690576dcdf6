"""What reaches an Asterisk: names made of command keys, and values that say no more than meant.

Asterisk reads text: a line feed in a caller's name becomes a header of AMI or a line of a call
file, and with it a command of its own; `#` and `;` begin a comment there, a comma splits variables,
`$` begins an expression, `&` rings a second party. So values are checked once, for every way to
dial: what decides where a call goes is refused (`plain`), a name for a display is freed
of such signs (`display`), for nobody shall miss a call because of a comma in a name.
"""

from __future__ import annotations

import hashlib
import re

from reconcile.settings.asterisk_texts import HOSTILE_SIGNS, is_queue

_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_DIGITS = 16
LONGEST_DISPLAY = 60
_KEY_PARTS = re.compile(r"(?:dial|remove)\|(?P<rest>.+)", re.DOTALL)


class ValueRefused(ValueError):
    """A value that must not reach an Asterisk; its text says which and why, for a person."""


def number(text: str) -> str:
    """Give a phone number that can be dialled: 3 to 15 digits, with `+` or without.

    >>> number("+420700610101")
    '+420700610101'
    >>> number("700610101,,1#")
    Traceback (most recent call last):
    reconcile.sinks.asterisk_values.ValueRefused: the number has other signs than `+` and 3 to 15 \
digits
    """
    if not _NUMBER.fullmatch(text):
        raise ValueRefused("the number has other signs than `+` and 3 to 15 digits")
    return text


def is_plain(text: str) -> bool:
    r"""Tell whether a text has no sign that any of Asterisk's doors reads as more than itself.

    >>> is_plain("Local/101@desks/n"), is_plain("IAX2/trunk/1\r\nChannel: x"), is_plain("a&b")
    (True, False, False)
    """
    return text.isprintable() and not HOSTILE_SIGNS.intersection(text)


def plain(what: str, text: str) -> str:
    """Give a text back that is plain. Raises ValueRefused, with `what` it is, for any other."""
    if not is_plain(text):
        raise ValueRefused(f"{what} has signs that Asterisk reads as more than text")
    return text


def queue(text: str) -> str:
    """Give the name of a queue that leads nowhere else. Raises ValueRefused for any other text.

    >>> queue("sales@other")
    Traceback (most recent call last):
    reconcile.sinks.asterisk_values.ValueRefused: the queue has other signs than letters, digits, \
blanks and `.+-_`
    """
    if not is_queue(text):
        raise ValueRefused("the queue has other signs than letters, digits, blanks and `.+-_`")
    return text


def display(text: str) -> str:
    r"""Make a name that a telephone can show, without signs that Asterisk reads as more.

    >>> display('Firma #1; "Brno", s.r.o.\nChannel: Local/1@x')
    'Firma 1 Brno s.r.o. Channel: Local/1@x'
    >>> display("${SHELL(reboot)}")
    'SHELL reboot'
    """
    signs = (sign if sign.isprintable() and sign not in HOSTILE_SIGNS else " " for sign in text)
    return " ".join("".join(signs).split())[:LONGEST_DISPLAY].strip()


def dial_name(key: str) -> str:
    """Name the channel of a dial after its command, the same for ever: `reconcile-EPISODE-ATTEMPT`.

    A key holds signs of any language and can be long, and Asterisk takes 149 characters, so the
    episode stands there as a digest; all dials of an episode begin alike (`episode_name`).

    >>> dial_name("dial|missed-calls|+420700610101|pbx/1.1|2")
    'reconcile-2978a3df8c19709a-2'
    """
    episode, _, attempt = _rest(key).rpartition("|")
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", attempt):
        raise ValueRefused("the command is no dial")
    return f"reconcile-{_digest(episode)}-{attempt}"


def episode_name(remove_key: str) -> str:
    """Say how the names of all dials of an episode begin, from the key of its remove.

    >>> episode_name("remove|missed-calls|+420700610101|pbx/1.1")
    'reconcile-2978a3df8c19709a-'
    """
    return f"reconcile-{_digest(_rest(remove_key))}-"


def tag(key: str) -> str:
    """Give what the call record of a dial carries in `userfield`: `callback/` and the key's digest.

    It is the `key_digest` of the command, so `attempt_key = { column = "userfield", pattern =
    "^callback/(.+)$" }` of the source matches call and attempt.

    >>> tag("dial|missed-calls|+420700610101|pbx/1.1|2")
    'callback/32713e2a2c96cc0a'
    """
    return f"callback/{_digest(key)}"


def _rest(key: str) -> str:
    found = _KEY_PARTS.fullmatch(key)
    if found is None:
        raise ValueRefused("the command has a key of another form")
    return found["rest"]


def _digest(text: str) -> str:
    """The digest that stands as `key_digest` in a command: see `kept.is_key_of`."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:_DIGITS]
