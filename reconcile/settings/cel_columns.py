"""The columns of Asterisk's channel events (CEL), by the names that Asterisk gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.settings import log_columns

if TYPE_CHECKING:
    from reconcile.settings.forms import Form

CEL_COLUMNS = (
    "eventtype",
    "eventtime",
    "cid_name",
    "cid_num",
    "cid_ani",
    "cid_rdnis",
    "cid_dnid",
    "exten",
    "context",
    "channame",
    "appname",
    "appdata",
    "amaflags",
    "accountcode",
    "uniqueid",
    "linkedid",
    "peer",
    "userfield",
    "userdeftype",
    "eventextra",
    "peeraccount",
)
"""The first twenty in the order in which the shipped cel_custom.conf writes them."""

# Without one of these an event does not tell whose it is, where the client was, and with whom.
_NEEDED = (
    "eventtype",
    "eventtime",
    "cid_num",
    "exten",
    "context",
    "channame",
    "appname",
    "appdata",
    "uniqueid",
    "linkedid",
    "peer",
)
_COUNTS = {"20": 20}


def columns() -> Form:
    """Accept the columns of a CEL file; read as a tuple of names, `-` where one is skipped."""
    return log_columns.columns(CEL_COLUMNS, _NEEDED, _COUNTS)


def column() -> Form:
    """Accept the name of one column."""
    return log_columns.column(CEL_COLUMNS)
