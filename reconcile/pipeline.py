"""What a run decides, step by step: the table of contents of the program.

Each name is a file of sql/. Records stand in raw.* already; what comes out are rows of kept.*,
commands among them. Nothing is sent here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from reconcile import number_cache, openings, queries, without

if TYPE_CHECKING:
    import duckdb

    from reconcile.moment import Moment
    from reconcile.settings import Settings

# A call longer than this is read without its beginning; an index on the history would cost more.
LONGEST_CALL = timedelta(days=1)

APPLY = (
    "commands.apply_waiting_queue_log",
    "commands.apply_waiting_cdr",
    "commands.apply_waiting_table_calls",
    "commands.apply_waiting_results",
)
TOUCH = ("staging.restarts", "staging.touched_calls")
FOLD_QUEUE_LOG = ("staging.asterisk_queue_sessions", "staging.asterisk_queue_log")
FOLD_CDR = ("staging.asterisk_cdr_legs", "staging.asterisk_cdr")
FOLD_ASTERISK = ("staging.asterisk",)
FOLD_TABLES = ("staging.table_calls",)
FOLD = ("staging.calls",)
STORE_CALLS = (
    "core.calls",
    "commands.forget_changed_calls",
    "commands.keep_calls",
)
BEFORE_THE_WALK = (
    "commands.start_campaigns",
    "commands.follow_campaigns",
    "core.connections",
    "core.touched_closings",
    "core.dropped_calls",
    "commands.forget_settling_calls",
    "commands.withdraw_dropped_calls",
    "commands.keep_dropped_calls",
    "commands.unmatch_attempts",
)
FIND_MATCHES = ("core.attempt_matches",)
MATCH = ("commands.match_attempts",)
SETTLE = (
    "core.reported_talks",
    "core.attempt_results",
    "commands.settle_attempts",
    "commands.resolve_unsure_dials",
    "core.watched_numbers",
)
REACH = ("core.other_numbers",)
HEAR = (
    "core.talks",
    "core.withdrawn_closings",
    "commands.withdraw_closings",
)
COUNT_BY_HAND = ("core.calls_by_hand", "commands.count_calls_by_hand")
FIND_LISTED = ("core.listed_numbers",)
FIND_EVENTS = (
    "core.settling_drops",
    "core.settled_drops",
    "core.closings",
    "core.due_drops",
)
WALK = (
    "core.accounts",
    "core.carried_attempts",
    "commands.close_episodes",
    "commands.open_episodes",
    "commands.account_dropped_calls",
    "commands.carry_attempts",
)
AFTER_THE_WALK = (
    "commands.withdraw_dials",
    "core.regrets",
    "commands.mark_regrets",
    "core.attempt_standings",
    "core.plans",
    "core.directory",
    "core.calls_going_on",
)
SHARE = ("core.contact_duplicates",)
COUNT = (
    "core.limit_numbers",
    "core.counted_calls",
    "core.limit_counts",
)
DECIDE = (
    "core.audit_findings",
    "core.holds",
    "core.turns",
    "core.decisions",
)
COMMAND = (
    "core.changed_decisions",
    "commands.end_decisions",
    "commands.keep_decisions",
    "commands.mark_blocked_episodes",
    "core.episode_facts",
    "core.dials",
    "core.removes",
    "commands.refresh_dials",
    "commands.issue_commands",
    "core.next_change",
    "commands.keep_next_change",
)
# For so few, starting the threads of each step costs more than they save.
_RECORDS_OF_A_MINUTE_MAX = 50_000
# Rounds are as many as the dials in doubt, or the closings in a chain, of one number in one run;
# this is a stop for a fault of ours, never reached by data.
_ROUNDS_MAX = 1_000


def decide(
    connection: duckdb.DuckDBPyConnection, settings: Settings, moment: Moment
) -> list[tuple[str, str]]:
    """Decide every open episode from the stored records and fill the outbox, in one transaction.

    The caller begins and commits. Returns what the audits found: (audit, detail); the dials of the
    episodes they name are held in this very run.
    """
    _steps(connection, APPLY, moment)
    _fold(connection, moment)
    _steps(connection, BEFORE_THE_WALK, moment)
    _repeat(connection, moment, FIND_MATCHES, MATCH, until=("core.attempt_matches",))
    _steps(connection, SETTLE, moment)
    _steps_if(connection, REACH, moment, asked=moment.reaches_contacts, instead=without.REACH)
    _steps(connection, HEAR, moment)
    _steps_if(connection, FIND_LISTED, moment, asked=moment.has_do_not_call, instead=without.LISTS)
    openings.keep(connection, settings, moment)
    _steps(connection, ("core.hours_now",), moment)
    # Each walk can open an episode for which a call by hand counts, and that may close one.
    find_events = (*COUNT_BY_HAND, *FIND_EVENTS) if moment.counts_by_hand else FIND_EVENTS
    _repeat(connection, moment, find_events, WALK, until=("core.closings", "core.due_drops"))
    _steps(connection, AFTER_THE_WALK, moment)
    _steps_if(connection, SHARE, moment, asked=moment.blocks_contacts, instead=without.SHARES)
    has_limits = moment.limits_since is not None
    _steps_if(connection, COUNT, moment, asked=has_limits, instead=without.LIMITS)
    _steps(connection, DECIDE, moment)
    findings = _audit(connection, moment)
    if findings:
        _steps(connection, DECIDE, moment)
    _steps(connection, COMMAND, moment)
    return findings


def _fold(connection: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """Vendor rows to calls; a call with new rows is folded anew from all its rows."""
    applied = queries.rows(connection, "core.applied", moment.params()).as_dicts()[0]
    moment.counts["records"] = applied["row_count"]
    if applied["row_count"] < _RECORDS_OF_A_MINUTE_MAX:
        connection.execute("set threads = 1")
    moment.since = (applied["first_known_at"] or moment.now) - LONGEST_CALL
    if _steps(connection, TOUCH, moment)["staging.touched_calls"]:
        has_queue_log, has_cdr = applied["has_queue_log"], applied["has_cdr"]
        has_table_calls = applied["has_table_calls"]
        for names, asked, instead in (
            (FOLD_QUEUE_LOG, has_queue_log, without.QUEUE_LOG),
            (FOLD_CDR, has_cdr, without.CDR),
            (FOLD_ASTERISK, has_queue_log or has_cdr, without.ASTERISK),
            (FOLD_TABLES, has_table_calls, without.TABLE_CALLS),
        ):
            _steps_if(connection, names, moment, asked=asked, instead=instead)
        _steps(connection, FOLD, moment)
    else:
        # Planning the folds costs a tenth of a second, and most minutes have nothing to fold.
        connection.execute(without.CALLS)
    _steps(connection, ("core.number_texts",), moment)
    number_cache.fill(connection)
    horizon = queries.rows(connection, "core.horizon", moment.params()).as_dicts()[0]
    moment.since = horizon["since"] - LONGEST_CALL
    # A call begins at most a second before its dial, or a few; the day is more than enough.
    moment.limits_since = horizon["limits_since"] and horizon["limits_since"] - LONGEST_CALL
    moment.ask(horizon)
    _steps(connection, STORE_CALLS, moment)


def _steps_if(
    connection: duckdb.DuckDBPyConnection,
    names: tuple[str, ...],
    moment: Moment,
    *,
    asked: bool,
    instead: str,
) -> None:
    """Run the files of a rule where a setting asks for it, or make their empty tables."""
    if asked:
        _steps(connection, names, moment)
    else:
        connection.execute(instead)


def _repeat(
    connection: duckdb.DuckDBPyConnection,
    moment: Moment,
    find: tuple[str, ...],
    act: tuple[str, ...],
    *,
    until: tuple[str, ...],
) -> None:
    """Find and act in turn until the named steps of `find` give no row any more."""
    for _ in range(_ROUNDS_MAX):
        counts = _steps(connection, find, moment)
        if not any(counts[name] for name in until):
            return
        _steps(connection, act, moment)
    raise RuntimeError(f"{until[0]} does not come to an end")


def _audit(connection: duckdb.DuckDBPyConnection, moment: Moment) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name in queries.names("audits"):
        for episode_id, detail in queries.rows(connection, name, moment.params()).rows:
            connection.execute(
                "insert into ops.audit_findings values ($1, $2, $3, $4)",
                [moment.run_id, name, episode_id, detail],
            )
            found.append((name, detail))
    return found


def clear(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what was made for this run only, one by one: a dropped schema keeps its rows pending."""
    made = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where schema_name in ('staging', 'core') and database_name = current_database()"
    ).fetchall()
    if made:
        connection.execute("; ".join(f"drop table {name}" for (name,) in made))


def _steps(
    connection: duckdb.DuckDBPyConnection, names: tuple[str, ...], moment: Moment
) -> dict[str, int]:
    """Run files in order; returns the rows of each now, and adds them to the counts of the run."""
    params = moment.params()
    counts = {}
    for name in names:
        counts[name] = queries.run(connection, name, params)
        moment.counts[name] = moment.counts.get(name, 0) + counts[name]
    return counts
