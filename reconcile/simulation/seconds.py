"""Replay a history as if a run stood at every second: all numbers at once, in rounds.

Each round hands out the next dial of each open episode, or ends it; what an episode no longer
answers for opens the next one. So there are as many rounds as dials in the longest chain of one
number between two talks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from reconcile import openings, queries, without
from reconcile.moment import Moment
from reconcile.simulation import aside

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
ACCOUNT = ("core.due_drops", "core.accounts")
OPEN = (
    "commands.open_simulated_episodes",
    "commands.account_dropped_calls",
    "commands.hide_simulated_repeats",
)
PLAN = (
    "core.plans",
    "core.holds",
    "core.simulated_expiries",
    "core.simulated_dues",
    "core.simulated_dials",
)
COUNT = (
    "core.simulated_turns",
    "core.limit_numbers",
    "core.counted_calls",
    "commands.forget_own_calls",
    "core.limit_counts",
    "commands.hold_simulated_dials",
)
OBSERVE = ("commands.settle_observed_dials", "commands.hear_observed_dials")
FIND_LANES = ("core.simulated_lanes", "core.simulated_reaches")
END = ("core.simulated_closings", "commands.reveal_simulated_repeats")


def walk(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    *,
    from_at: datetime,
    end_at: datetime,
    is_observed: bool = False,
    tell: Callable[[int, int], None] = lambda _ended, _opened: None,
) -> None:
    """Fill `kept.dropped_calls`, `kept.episodes` and `kept.attempts` from the calls of a history.

    The calls as they stood at `end_at`, the directory, the do-not-call lists and the settings
    stand in their tables. Where dials are observed, the call that proves one stands for it, else
    none is answered. `tell` hears how many episodes have come to their end, of how many that
    have opened.
    """
    params = _params(from_at, end_at)
    for statement in without.SIMULATED:
        connection.execute(statement)
    aside.begin(connection)
    horizon = queries.rows(connection, "core.horizon", params).as_dicts()[0]
    _run(connection, FIND_DROPS, params)
    _either(connection, horizon["reaches_contacts"], "core.other_numbers", without.REACH, params)
    _run(connection, ("core.talks",), {**params, "now": end_at})
    _run(connection, ACCOUNT_FOR, {**params, "now": end_at + _SETTLED})
    _either(connection, horizon["has_do_not_call"], "core.listed_numbers", without.LISTS, params)
    opened = _account(connection, params)
    moment = Moment(now=end_at, run_id=0, reads_client_zones=horizon["reads_client_zones"])
    openings.keep(connection, settings, moment)
    blocks_contacts, has_redials = horizon["blocks_contacts"], horizon["has_redials"]
    rounds = _Rounds(connection, params, tell, blocks_contacts, is_observed, has_redials)
    rounds.play(opened, in_lanes=False)
    if horizon["limits_since"] is not None and _run(connection, FIND_LANES, params)[1]:
        with aside.lanes_alone(connection):
            queries.run(connection, "commands.account_lanes_again", params)
            _run(connection, ACCOUNT_FOR, {**params, "now": end_at + _SETTLED})
            rounds.play(_account(connection, params), in_lanes=True)


@dataclass(slots=True)
class _Rounds:
    """Dial or end each open episode, again and again, until nothing moves any more."""

    connection: duckdb.DuckDBPyConnection
    params: dict[str, Any]
    tell: Callable[[int, int], None]
    blocks_contacts: bool
    is_observed: bool
    has_redials: bool
    ended: int = 0
    opened: int = 0

    def play(self, opened: int | None, *, in_lanes: bool) -> None:
        """Play all rounds after so many episodes opened.

        In lanes, numbers that share limits are dialled one after the other in the order of time;
        else every number at once, as if there were no limit.
        """
        while opened is not None:
            self.opened += opened
            self.tell(self.ended, self.opened)
            if opened:
                self._look_up()
            opened = self._one(in_lanes=in_lanes)
        aside.bring_back(self.connection)

    def _one(self, *, in_lanes: bool) -> int | None:
        """How many episodes opened; None where nothing moved."""
        connection, params = self.connection, self.params
        _run(connection, PLAN, params)
        holds = 0
        if in_lanes:
            *_, holds = _run(connection, COUNT, params)
        else:
            connection.execute(without.TURNS)
        dials = queries.run(connection, "commands.hand_out_simulated_dials", params)
        if self.is_observed and dials:
            self._observe()
        closings, reveals = _run(connection, END, params)
        if not (dials or closings or reveals or holds):
            return None
        if not closings:
            return 0
        # Dials that are over still count for limits, and the calls that prove them are taken.
        has_attempts = not in_lanes and not self.is_observed
        self.ended += closings
        return _account(connection, params, has_attempts=has_attempts)

    def _observe(self) -> None:
        """Let real calls stand for the dials that they prove."""
        connection, params = self.connection, self.params
        while queries.run(connection, "core.attempt_matches", params):
            queries.run(connection, "commands.match_attempts", params)
        _run(connection, OBSERVE, params)
        if self.has_redials:
            queries.run(connection, "core.redials", params)

    def _look_up(self) -> None:
        """Find who stands behind the open numbers, and which are duplicates."""
        connection, params = self.connection, self.params
        _run(connection, ("core.directory",), params)
        _either(connection, self.blocks_contacts, "core.contact_duplicates", without.SHARES, params)


def _account(
    connection: duckdb.DuckDBPyConnection, params: dict[str, Any], *, has_attempts: bool = False
) -> int:
    """Account for dropped calls that wait for it or are carried over; how many opened one.

    What is over is put aside, its attempts too where they may, so that a round costs what is open.
    """
    _run(connection, ACCOUNT, params)
    if has_attempts:
        aside.put(connection, "attempts")
    aside.put(connection, "episodes")
    _run(connection, OPEN, params)
    aside.put(connection, "dropped_calls")
    found = connection.execute("select count(*) from core.accounts where account = 'opened'")
    connection.execute("delete from core.drops_to_account")
    return int(found.fetchall()[0][0])


def _params(from_at: datetime, end_at: datetime) -> dict[str, Any]:
    """What the files ask for. No time has passed since anything: each fact has its own."""
    return {
        "now": from_at,
        "from_at": from_at,
        "end_at": end_at,
        "run_id": -1,
        "since": _BEFORE_ALL,
        "limits_since": _BEFORE_ALL,
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
