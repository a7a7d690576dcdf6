"""The contacts of a department: both JSON shapes, who has a number, and making a new one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconcile.mluvii.faults import Unreadable
from reconcile.mluvii.paging import PAGE_ROWS, read_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconcile.mluvii.client import Client


@dataclass(frozen=True, slots=True)
class Contacts:
    """The contacts of one department. Everything here raises a Fault."""

    client: Client
    department_id: int

    @property
    def _path(self) -> str:
        return f"/api/v1/Contacts/departments/{self.department_id}"

    def all(self, *, page_rows: int = PAGE_ROWS) -> dict[int, dict[str, Any]]:
        """Give every contact by its id, as received: the service searches no numbers."""
        return read_list(self.client, self._path, page_rows=page_rows)

    def first(self) -> object:
        """Ask for one contact, to see whether they can be read at all."""
        return self.client.get(self._path, {"offset": 0, "limit": 1})

    def with_number(
        self, number: str, *, phone_field: str, read: Callable[[str], str | None]
    ) -> list[int]:
        """Give the ids of the contacts that have a number; `read` brings a text to E.164."""
        return [
            contact
            for contact, record in self.all().items()
            if any(read(text) == number for text in values(record, phone_field))
        ]

    def create(self, fields: dict[str, str]) -> int:
        """Make a contact of these fields and give its id."""
        answer = self.client.send("POST", self._path, [fields])
        if isinstance(answer, list) and len(answer) == 1 and type(answer[0]) is int:
            return answer[0]
        raise Unreadable(
            f"`{self._path}` made a contact and gave no id of it", may_have_arrived=True
        )


def values(record: dict[str, Any], field: str) -> list[str]:
    """The texts of a field, in the shape with `data` as in the older flat one."""
    data = record.get("data")
    found = (data if isinstance(data, dict) else record).get(field)
    listed = found if isinstance(found, list) else [found]
    return [str(value) for value in listed if value is not None]
