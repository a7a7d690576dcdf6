"""Read one telephone number as it was written: its E.164 form and class, or why it has none."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

MAX_LENGTH = 250
"""Longer texts are refused unread, in signs: the limit of the phone number library."""

RULES_VERSION = 1
"""To be raised when `parse` gives another answer for some text, so that caches are emptied."""

FORMULA_SIGN = "formula sign in front"
"""The remark on a number that a spreadsheet would have run as a formula."""

_WITHHELD_WORDS = frozenset(
    {
        *("anonymous", "unknown", "private", "restricted", "unavailable", "withheld", "blocked"),
        *("none", "null", "nan", "n/a"),
    }
)
# The words above typed on a telephone's keys, as carriers send them: +266696687 is "anonymous".
_WITHHELD_KEYS = frozenset(
    ("+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253", "+7748283")
)
_SHORT_DIGITS = range(2, 6)

# Half a surrogate pair cannot be stored; a control character has no place in a number.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

# Marks of direction and of no width, which come along when a number is copied from a telephone.
_INVISIBLE = dict.fromkeys(
    [0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)]
)
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_FULL_WIDTH_SHIFT = 0xFEE0

_SCHEME = re.compile(r"(?:tel|sips?|callto):(?://)?", re.IGNORECASE)
_CONTEXT = re.compile(r";phone-context=(\+[0-9.()-]+)", re.IGNORECASE)
_PARAMETERS = re.compile(r";(?!ext=)[a-z][a-z-]*(?:=[^;]*)?", re.IGNORECASE)
_EXTENSION = re.compile(
    r"[ ,(]*(?:(?:;ext=|(?:extension|extn|ext|x|доб)[.:]?) *([0-9]{1,8})|[#,] *([0-9]{1,6}))#?\)?$",
    re.IGNORECASE,
)
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)? ?[eE] ?[+-]?[0-9]+")
_DECIMAL = re.compile(r"\+?[0-9]{6,}[.,]0+")
_CELL_ERROR = re.compile(r"#+|#(?:n/a|ref!|value!|num!|name\?|null!|div/0!)", re.IGNORECASE)
_NUMBER = re.compile(r"[( ]*\+?[0-9 ().\-/]+")
_TRUNK_ZERO = re.compile(r"((?:\+|00)[0-9]{1,3}[ )]*)\(0\)")
_LENGTH = "wrong length"


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """What a text says as a telephone number.

    `e164` is set for the classes valid and possible (and holds the key of class opaque), never
    for another. The extension is no part of it. `remark` says what a person should know.
    """

    e164: str | None
    number_class: str
    extension: str | None = None
    remark: str | None = None


def parse(raw: str, *, region: str) -> PhoneNumber:
    """Read `raw` in `region` (`CZ`), never raising.

    Classes: `valid`; `possible` (dialled, but in no numbering plan); `withheld` (none given);
    `damaged` (a spreadsheet made it a quantity, the digits cannot be trusted); `letters`;
    `short` (2 to 5 digits: an extension, emergency or service number); `impossible`.
    """
    if len(raw) > MAX_LENGTH:
        return _refused("impossible", f"longer than {MAX_LENGTH} signs")
    if _CONTROL.search(raw):
        return _refused("impossible", "a control character")
    text = _plain_signs(raw).strip(" ")
    body = text.lstrip("=@- ")
    remark = FORMULA_SIGN if body != text else None
    is_plain = bool(_NUMBER.fullmatch(body))
    if not is_plain:
        body = _without_scheme(body)
    if _is_withheld(body):
        return PhoneNumber(None, "withheld")
    found = None if is_plain else _EXTENSION.search(body)
    extension = (found[1] or found[2]) if found else None
    if _is_damaged(body) or (found and _is_damaged(body[: found.start()])):
        # `420700610105.0` too: all digits may be there, but the plus or the zeros in front were
        # lost, and what is left could be another client's number.
        return _refused("damaged", "damaged by a spreadsheet")
    number = _number(body[: found.start()] if found else body, region)
    remarks = "; ".join(part for part in (remark, number.remark) if part)
    return PhoneNumber(number.e164, number.number_class, extension, remarks or None)


def opaque(raw: str) -> PhoneNumber:
    """Take a caller's key that is no telephone number as it is, without the blanks around it."""
    key = raw.strip()
    if not key:
        return PhoneNumber(None, "withheld")
    if len(key) > MAX_LENGTH:
        return _refused("impossible", f"longer than {MAX_LENGTH} signs")
    if _CONTROL.search(key):
        return _refused("impossible", "a control character")
    return PhoneNumber(key, "opaque")


def is_spelt(text: str) -> bool:
    """Whether a text is a number from its plus to its extension, with no signs but a number's.

    >>> [is_spelt(text) for text in ("+420 (700) 610-101 ext. 2", "+A1", "+1+1", "700610101")]
    [True, False, False, False]
    """
    found = _EXTENSION.search(text)
    number = text[: found.start()] if found else text
    return number.startswith("+") and bool(_NUMBER.fullmatch(number))


def time_zones(e164: str) -> tuple[str, ...]:
    """Tell the zones in which a number can be, in order; none where that is not known.

    A number of an area has those of the area, one that has none, as most mobiles, all those of its
    country. Zones that this machine does not know are left out.
    """
    # Few settings ask for zones.
    from phonenumbers import NumberParseException, timezone  # noqa: PLC0415
    from phonenumbers import parse as parsed  # noqa: PLC0415

    try:
        found = timezone.time_zones_for_number(parsed(e164))
    except NumberParseException:
        return ()
    return tuple(sorted(set(found) & _known_zones()))


def metadata_version() -> str:
    """Name what stored answers depend on, the library and the rules here: `9.0.42/1`.

    Does not load the library: a run whose numbers are all known has no use for it.
    """
    from importlib import metadata  # noqa: PLC0415 - an idle run reads no number

    return f"{metadata.version('phonenumbers')}/{RULES_VERSION}"


@cache
def _known_zones() -> frozenset[str]:
    from zoneinfo import available_timezones  # noqa: PLC0415 - few settings ask for zones

    return frozenset(available_timezones())


def _plain_signs(raw: str) -> str:
    if raw.isascii():
        return raw
    return "".join(_plain_sign(sign) for sign in raw.translate(_INVISIBLE))


def _plain_sign(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    if category == "Zs":
        return " "
    if category == "Pd" or sign == "\N{MINUS SIGN}":
        return "-"
    return chr(ord(sign) - _FULL_WIDTH_SHIFT) if ord(sign) in _FULL_WIDTH else sign


def _is_withheld(text: str) -> bool:
    word = text.strip("- ").lower()
    return not word or word in _WITHHELD_WORDS or text in _WITHHELD_KEYS


def _is_damaged(text: str) -> bool:
    return any(form.fullmatch(text) for form in (_EXPONENT, _DECIMAL, _CELL_ERROR))


def _without_scheme(text: str) -> str:
    scheme = _SCHEME.match(text)
    body = text[scheme.end() :] if scheme else text
    body = body.partition("@")[0]
    if not scheme:
        return body
    context = _CONTEXT.search(body)
    body = _PARAMETERS.sub("", body)
    return body if context is None or body.startswith("+") else context[1] + body


def _number(text: str, region: str) -> PhoneNumber:
    if not _NUMBER.fullmatch(text):
        if any(map(str.isalpha, text)):
            return _refused("letters", "letters that are no known extension mark")
        return _refused("impossible", "signs that stand in no number")
    if "+" not in text and sum(map(str.isdigit, text)) in _SHORT_DIGITS:
        return _refused("short", "extension, emergency or service number")
    number = _from_library(text, region)
    if number.number_class != "valid" and _TRUNK_ZERO.search(text):
        # `+420 (0) 700…`: the zero is not dialled after a country code. Where it is (Italy) the
        # text as it stands is already valid.
        without_zero = _from_library(_TRUNK_ZERO.sub(r"\1", text, count=1), region)
        return without_zero if without_zero.number_class == "valid" else number
    return number


def _from_library(text: str, region: str) -> PhoneNumber:
    import phonenumbers  # noqa: PLC0415 - an idle run reads no number

    try:
        number = phonenumbers.parse(text, region.upper() or None)
    except phonenumbers.NumberParseException as error:
        code_unknown = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        return _refused("impossible", "no country code that is known" if code_unknown else _LENGTH)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(number):
        return PhoneNumber(e164, "valid")
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == phonenumbers.ValidationResult.IS_POSSIBLE:
        return PhoneNumber(e164, "possible", remark="possible, but in no numbering plan")
    if reason == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return _refused("impossible", "local only: the area code is missing")
    return _refused("impossible", _LENGTH)


def _refused(number_class: str, remark: str) -> PhoneNumber:
    return PhoneNumber(None, number_class, remark=remark)
