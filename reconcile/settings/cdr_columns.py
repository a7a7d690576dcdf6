"""The columns of Asterisk's call records (CDR), by the names that Asterisk gives them."""

from __future__ import annotations

from reconcile.settings import forms
from reconcile.settings.forms import Form, Unfit

CDR_COLUMNS = (
    "accountcode",
    "src",
    "dst",
    "dcontext",
    "clid",
    "channel",
    "dstchannel",
    "lastapp",
    "lastdata",
    "start",
    "answer",
    "end",
    "duration",
    "billsec",
    "disposition",
    "amaflags",
    "uniqueid",
    "userfield",
    "peeraccount",
    "linkedid",
    "sequence",
)
SKIPPED = "-"
# Without one of these a row does not tell who called whom, when, from where, and who answered.
_NEEDED = (
    "src",
    "dst",
    "dcontext",
    "channel",
    "dstchannel",
    "start",
    "answer",
    "end",
    "disposition",
    "uniqueid",
)
_COUNTS = {"18": CDR_COLUMNS[:18], "21": CDR_COLUMNS}


def columns() -> Form:
    """Accept the columns of a CDR file; read as a tuple of names, `-` where one is skipped."""
    expected = "`18`, `21`, or the list of the column names in the order of the file"

    def read(value: object) -> tuple[str, ...]:
        if isinstance(value, str | int) and str(value) in _COUNTS:
            return _COUNTS[str(value)]
        if not isinstance(value, list):
            raise Unfit(value, expected)
        return _checked_names(value, expected)

    return Form(expected, read)


def column() -> Form:
    """Accept the name of one column."""
    known = forms.one_of(*CDR_COLUMNS)
    return Form(known.expected, known.read)


def _checked_names(names: list[object], expected: str) -> tuple[str, ...]:
    found: list[str] = []
    for name in names:
        if name != SKIPPED and name not in CDR_COLUMNS:
            raise Unfit(name, f"{expected}; the names are {forms.listed(CDR_COLUMNS)}, or `-`")
        if name != SKIPPED and name in found:
            raise Unfit(name, f"{expected}, each name once")
        found.append(str(name))
    missing = tuple(name for name in _NEEDED if name not in found)
    if missing:
        raise Unfit(names, f"a list that names {forms.listed(missing)} as well")
    return tuple(found)
