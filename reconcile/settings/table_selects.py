"""The keys by which rows of any system become calls, contacts or a list: a select of the user."""

from __future__ import annotations

from dataclasses import dataclass

from reconcile.settings import forms
from reconcile.settings.keys import key

SQL_FILE = "the path of a file with one select"
SELECTS = ("contacts", "calls", "do_not_call")


@dataclass(frozen=True, kw_only=True)
class TableSelects:
    """What the rows of a table become."""

    contacts: str | None = key(
        forms.text(SQL_FILE),
        "The select that makes contacts of the rows. This, `calls` or `do_not_call`.",
        default=None,
        example="contacts.sql",
    )
    calls: str | None = key(
        forms.text(SQL_FILE),
        "The select that makes calls of the rows. This, `contacts` or `do_not_call`.",
        default=None,
        example="calls.sql",
    )
    do_not_call: str | None = key(
        forms.text(SQL_FILE),
        "The select that makes entries of a do-not-call list of the rows: `number`, or "
        "`number_hash` (SHA-256 of the number in E.164, such as `+420200500100`, in hexadecimal "
        "digits), and where there are some `since` and `note`. No campaign calls these numbers.",
        default=None,
        example="do_not_call.sql",
    )
    fold_key: str | None = key(
        forms.text("the name of a column"),
        "The column by which several rows make one call, for `calls`.",
        default=None,
        default_words="each row is a call",
        example="call_id",
    )

    @property
    def gives(self) -> str:
        """What the rows become: the key that has the select."""
        if self.do_not_call is not None:
            return "do_not_call"
        return "contacts" if self.contacts is not None else "calls"

    @property
    def select(self) -> str | None:
        """The file with the select."""
        return self.do_not_call or self.contacts or self.calls
