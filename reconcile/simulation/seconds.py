"""Replay a history as if a run stood at every second: all numbers at once, in rounds.

Each round hands out the next dial of each open episode, or ends it; what an episode no longer
answers for opens the next one. So there are as many rounds as dials in the longest chain of one
number between two talks.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from reconcile import openings, queries, without
from reconcile.moment import Moment

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

    from reconcile.settings import Settings

_BEFORE_ALL = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC, as everywhere inside
_SETTLED = timedelta(days=1)
"""The longest `settle_seconds`: by then every dropped call has an account."""

FIND_DROPS = (
    "commands.start_campaigns",
    "commands.follow_campaigns",
    "core.connections",
    "core.dropped_calls",
    "commands.keep_dropped_calls",
    "commands.forget_early_drops",
    "core.reported_talks",
    "core.watched_numbers",
)
ACCOUNT_FOR = ("core.settling_drops", "core.settled_drops", "core.drops_to_account")
ACCOUNT = (
    "core.due_drops",
    "core.accounts",
    "commands.close_episodes",
    "commands.open_simulated_episodes",
    "commands.account_dropped_calls",
    "commands.hide_simulated_repeats",
)
PLAN = ("core.plans", "core.holds", "core.simulated_expiries", "core.simulated_dials")
END = ("core.simulated_closings", "commands.reveal_simulated_repeats")


def walk(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    *,
    from_at: datetime,
    end_at: datetime,
    tell: Callable[[int], None] = lambda _: None,
) -> None:
    """Fill `kept.dropped_calls`, `kept.episodes` and `kept.attempts` from the calls of a history.

    The calls as they stood at `end_at`, the directory, the do-not-call lists and the settings
    stand in their tables. `tell` hears how many more episodes have come to their end.
    """
    params = _params(from_at, end_at)
    for statement in without.SIMULATED:
        connection.execute(statement)
    horizon = queries.rows(connection, "core.horizon", params).as_dicts()[0]
    _run(connection, FIND_DROPS, params)
    _either(connection, horizon["reaches_contacts"], "core.other_numbers", without.REACH, params)
    _run(connection, ("core.talks",), {**params, "now": end_at})
    _run(connection, ACCOUNT_FOR, {**params, "now": end_at + _SETTLED})
    _either(connection, horizon["has_do_not_call"], "core.listed_numbers", without.LISTS, params)
    opened: int | None = _account(connection, params)
    moment = Moment(now=end_at, run_id=0, reads_client_zones=horizon["reads_client_zones"])
    openings.keep(connection, settings, moment)
    while opened is not None:
        if opened:
            _look_up(connection, horizon["blocks_contacts"], params)
        opened = _round(connection, params, tell)


def _round(
    connection: duckdb.DuckDBPyConnection, params: dict[str, Any], tell: Callable[[int], None]
) -> int | None:
    """Dial or end each open episode; tells how many new ones opened, None where nothing moved."""
    _run(connection, PLAN, params)
    dials = queries.run(connection, "commands.hand_out_simulated_dials", params)
    closings, reveals = _run(connection, END, params)
    if not (dials or closings or reveals):
        return None
    if not closings:
        return 0
    opened = _account(connection, params)
    tell(closings)
    return opened


def _account(connection: duckdb.DuckDBPyConnection, params: dict[str, Any]) -> int:
    """Account for dropped calls that wait for it or are carried over; how many opened one."""
    _run(connection, ACCOUNT, params)
    found = connection.execute("select count(*) from core.accounts where account = 'opened'")
    connection.execute("delete from core.drops_to_account")
    return int(found.fetchall()[0][0])


def _look_up(
    connection: duckdb.DuckDBPyConnection, blocks_contacts: bool, params: dict[str, Any]
) -> None:
    """Find who stands behind the open numbers, and which are duplicates."""
    _run(connection, ("core.directory",), params)
    _either(connection, blocks_contacts, "core.contact_duplicates", without.SHARES, params)


def _params(from_at: datetime, end_at: datetime) -> dict[str, Any]:
    """What the files ask for. No time has passed since anything: each fact has its own."""
    return {
        "now": from_at,
        "from_at": from_at,
        "end_at": end_at,
        "run_id": -1,
        "since": _BEFORE_ALL,
        "is_clock_back": False,
    }


def _run(
    connection: duckdb.DuckDBPyConnection, names: tuple[str, ...], params: dict[str, Any]
) -> list[int]:
    return [queries.run(connection, name, params) for name in names]


def _either(
    connection: duckdb.DuckDBPyConnection,
    asked: bool,
    name: str,
    instead: str,
    params: dict[str, Any],
) -> None:
    """Run a file where a setting asks for its rule, or make its empty table."""
    if asked:
        queries.run(connection, name, params)
    else:
        connection.execute(instead)
