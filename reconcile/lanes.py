"""What leaves by the outbox: commands, and copies of them; the files of sql/ that carry each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconcile import queries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import duckdb

    from reconcile.queries import Rows

    Read = Callable[[duckdb.DuckDBPyConnection, Mapping[str, Any]], Rows]


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of what leaves: how it is offered, what is offered, and what is unsettled.

    `before` and `after` are run round `core.answered_tries` when outcomes are written. `follows`
    says what an outcome means for what was not taken.
    """

    offer: str
    offered: Read
    unsettled: Read
    before: tuple[str, ...]
    after: tuple[str, ...]
    follows: Mapping[str, str]
    are_copies: bool = False


COMMANDS = Lane(
    "commands.offer_commands",
    offered=lambda connection, params: queries.rows(connection, "core.offered_commands", params),
    unsettled=lambda connection, params: queries.rows(
        connection, "core.unsettled_commands", params
    ),
    before=("commands.keep_attempts",),
    after=("commands.mark_outcomes", "commands.issue_copies", "commands.clear_outcomes"),
    follows={
        "refused_now": "They stay in the outbox; dials are decided again in each run",
        "refused_for_good": "They are given up; what it did not refuse goes on",
        "unsure": "A dial that it may have taken is in doubt and not repeated; a remove is offered "
        "again, unless it is found there",
    },
)
COPIES = Lane(
    "commands.offer_copies",
    offered=lambda connection, params: queries.rows(connection, "core.offered_copies", params),
    unsettled=lambda connection, params: queries.rows(connection, "core.unsettled_copies", params),
    before=(),
    after=("commands.mark_copy_outcomes", "commands.clear_outcomes"),
    follows={
        "refused_now": "They are copies and stay in the outbox; nothing waits for them",
        "refused_for_good": "They are copies and given up; nothing waits for them",
        "unsure": "They are copies and offered again, unless they are found there",
    },
    are_copies=True,
)
LANES = (COMMANDS, COPIES)
"""In the order in which they leave."""
