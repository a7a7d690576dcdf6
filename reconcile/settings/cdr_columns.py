"""The columns of Asterisk's call records (CDR), by the names that Asterisk gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.settings import log_columns

if TYPE_CHECKING:
    from reconcile.settings.forms import Form

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
_COUNTS = {"18": 18, "21": 21}


def columns() -> Form:
    """Accept the columns of a CDR file; read as a tuple of names, `-` where one is skipped."""
    return log_columns.columns(CDR_COLUMNS, _NEEDED, _COUNTS)


def column() -> Form:
    """Accept the name of one column."""
    return log_columns.column(CDR_COLUMNS)
