"""Lists that come in pages by offset: each row once, none passed over, though rows move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconcile.mluvii.faults import Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconcile.mluvii.client import Client

PAGE_ROWS = 1_000
_OVERLAP_PARTS = 10
_PASSES = 3
_PAGES_MAX = 10_000


def read_list(
    client: Client,
    path: str,
    params: Mapping[str, Any] | None = None,
    *,
    page_rows: int = PAGE_ROWS,
) -> dict[int, dict[str, Any]]:
    """All rows of a list by their `id`, the newest form of each.

    An answer is a bare array without a total, in no documented order, no longer than a limit that
    nobody tells, and rows move between two pages while others come and go. So pages overlap, and a
    list ends where a page brings nothing new; where a page does not join what is known, rows were
    passed over, and all is read anew. Raises a Fault; Unreadable where the list never holds still.
    """
    for _ in range(_PASSES):
        rows = _pass(client, path, params or {}, page_rows)
        if rows is not None:
            return rows
    raise Unreadable(f"`{path}` changed faster than it could be read, {_PASSES} times in a row")


def _pass(
    client: Client, path: str, params: Mapping[str, Any], page_rows: int
) -> dict[int, dict[str, Any]] | None:
    """Read all pages once; None where a page does not join the ones before."""
    rows: dict[int, dict[str, Any]] = {}
    offset = 0
    for _ in range(_PAGES_MAX):
        page = _rows(client.get(path, {**params, "offset": offset, "limit": page_rows}), path)
        new = [one for one in page if one["id"] not in rows]
        if offset and len(new) == len(page):
            return None
        rows.update((one["id"], one) for one in page)
        if not new:
            return rows
        overlap = max(1, len(page) // _OVERLAP_PARTS)
        offset += len(page) - overlap
    raise Unreadable(f"`{path}` has no end after {_PAGES_MAX:,} pages")


def _rows(answer: object, path: str) -> list[dict[str, Any]]:
    """The rows of a page. Ids are whole numbers of 64 bits."""
    if not isinstance(answer, list) or not all(isinstance(one, dict) for one in answer):
        raise Unreadable(f"`{path}` is no list of objects")
    if not all(type(one.get("id")) is int for one in answer):
        raise Unreadable(f"`{path}` has rows without an `id` that is a whole number")
    return answer
