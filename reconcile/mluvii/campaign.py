"""A campaign of mluvii: who stands in it, in which state, adding and deleting contacts.

Of deleting, the model of the body is published; that it is sent by DELETE to the path of the list
is inferred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconcile.mluvii.faults import Unreadable
from reconcile.mluvii.paging import read_list

if TYPE_CHECKING:
    from collections.abc import Collection

    from reconcile.mluvii.client import Client

OPEN = frozenset({"INITIAL", "AWAITING_FREE_OPERATOR", "RETRY_SCHEDULED"})
"""On the list; nobody is on the way to a call."""
OFFERED = frozenset({"OPERATOR_ASSIGNED", "BCW"})
"""An operator has it before him and has not dialled yet."""
DIALLING = frozenset({"CALLING", "FAILING"})
"""It is being dialled; what FAILING means is not described anywhere."""
TALKING = frozenset({"CALL_IN_PROGRESS", "ACW"})
"""The call is up, or just over: of this dial nothing is left."""
FINISHED = frozenset(
    {
        *("SUCCESS", "DIAL_FAILED", "BLACKLISTED", "INVALID_RECORD", "REMOVED"),
        *("CANCELLED_BY_CLIENT", "CANCELLED_BY_OPERATOR", "CANCELLED_BY_ADMIN"),
    }
)
"""It is not dialled any more, unless the campaign has rules that call again."""
TAKEN_OUT = frozenset({"REMOVED", "CANCELLED_BY_ADMIN"})
"""What an identity that was deleted is shown as, where it is shown at all."""
PHONE_FIELD = "oo1_guest_phone"


@dataclass(frozen=True, slots=True)
class Identity:
    """A contact in a campaign: its state, and when it was added, as mluvii writes it."""

    state: str
    created: str | None


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign by its id. Everything here raises a Fault."""

    client: Client
    campaign_id: int

    @property
    def _path(self) -> str:
        return f"/api/v1/Campaigns/{self.campaign_id}"

    def about(self) -> dict[str, Any]:
        """Give the campaign as its published model says."""
        found = self.client.get(self._path)
        if not isinstance(found, dict):
            raise Unreadable(f"`{self._path}` is no campaign")
        return found

    def identities(self) -> dict[int, Identity]:
        """Give all contacts in the campaign by their id."""
        rows = read_list(self.client, f"{self._path}/identities")
        return {
            contact: Identity(str(row.get("state")), _text(row.get("created")))
            for contact, row in rows.items()
        }

    def add(self, contact: int, *, phone_field: str) -> None:
        """Add one contact, to be called on the number that stands in a field of it."""
        content = {"ids": [contact], "contactInfoField": phone_field}
        self.client.send("POST", f"{self._path}/identities", content)

    def delete(self, contacts: Collection[int]) -> None:
        """Take contacts out."""
        self.client.send("DELETE", f"{self._path}/identities", {"ids": sorted(contacts)})


def has_arrived(before: Identity | None, after: Identity | None) -> bool:
    """Whether an identity was added between two looks at the list.

    A contact who was in the campaign before, and was finished, is another one now: added at
    another time, or to be called again.
    """
    if after is None:
        return False
    if before is None:
        return True
    return after.created != before.created or (
        before.state in FINISHED and after.state not in FINISHED
    )


def is_out(identity: Identity | None) -> bool:
    """Whether a contact is no longer called by the campaign, as far as its list says."""
    return identity is None or identity.state in TAKEN_OUT


def _text(value: object) -> str | None:
    return None if value is None else str(value)
