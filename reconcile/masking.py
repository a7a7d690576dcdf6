"""Phone numbers, masked: on stderr, in `status`, and on pages that are passed on."""

from __future__ import annotations

import re

# A number with a country code, or nine digits and more that are no part of an id, a time or a path.
_NUMBER = re.compile(r"(?<![\w.\-/:])(?:\+|00)?[1-9][0-9]{8,14}(?![\w:]|[.\-]\w)")
_KEPT_FRONT = 4
_KEPT_BACK = 2


def masked(text: str) -> str:
    """Hide the middle of every phone number.

    >>> masked("dial|missed-calls|+420700610123|pbx/1795165231.195|1")
    'dial|missed-calls|+420*******23|pbx/1795165231.195|1'
    """
    return _NUMBER.sub(lambda match: _mask(match[0]), text)


def masked_number(number: str) -> str:
    """Hide the middle of what is known to be a number, or most of a caller's key.

    >>> masked_number("+420700610123"), masked_number("anna7")
    ('+420*******23', '***a7')
    """
    if len(number) > _KEPT_FRONT + _KEPT_BACK + 1:
        return _mask(number)
    return "*" * max(0, len(number) - _KEPT_BACK) + number[-_KEPT_BACK:]


def _mask(number: str) -> str:
    hidden = len(number) - _KEPT_FRONT - _KEPT_BACK
    return number[:_KEPT_FRONT] + "*" * hidden + number[-_KEPT_BACK:]
