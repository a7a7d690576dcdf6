"""The company's own numbers: single ones, and blocks of which only the beginning is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconcile.settings import forms
from reconcile.settings.forms import Form, Unfit

if TYPE_CHECKING:
    from collections.abc import Iterable

_BLOCK_SIGN = "*"
# A shorter beginning would make strangers of the company's clients by the million.
_BLOCK = re.compile(r"\+[1-9][0-9]{5,13}\*")


def own_numbers() -> Form:
    """Accept numbers, and blocks of numbers such as `+4202000004*`."""
    expected = (
        "a list of numbers; a block of numbers is written as its beginning with plus and country "
        'code, at least 6 digits, and `*`, such as "+4202000004*"'
    )
    texts = forms.texts(expected)

    def read(value: object) -> tuple[str, ...]:
        numbers: tuple[str, ...] = texts.read(value)  # type: ignore[assignment]
        for number in numbers:
            if _BLOCK_SIGN in number and not _BLOCK.fullmatch(number):
                raise Unfit(number, expected)
        return numbers

    return Form(expected, read)


def single(numbers: Iterable[str]) -> list[str]:
    """Those that are one number each."""
    return [number for number in numbers if not number.endswith(_BLOCK_SIGN)]


def prefixes(numbers: Iterable[str]) -> list[str]:
    """The beginnings of the blocks."""
    return [number.removesuffix(_BLOCK_SIGN) for number in numbers if number.endswith(_BLOCK_SIGN)]
