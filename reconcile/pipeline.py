"""What a run decides, step by step: the table of contents of the program.

Each name is a file of sql/. Records stand in raw.* already; what comes out are rows of kept.*,
commands among them. Nothing is sent here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile import openings, queries, steps, without
from reconcile.folding import fold

if TYPE_CHECKING:
    import duckdb

    from reconcile.moment import Moment
    from reconcile.settings import Settings

APPLY = (
    "commands.apply_waiting_queue_log",
    "commands.apply_waiting_cdr",
    "commands.apply_waiting_cel",
    "commands.apply_waiting_table_calls",
    "commands.apply_waiting_results",
)
FIND_DUPLICATES = ("core.duplicates", "commands.keep_duplicates")
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
    "commands.issue_copies",
    "commands.withdraw_copies",
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
FIND_REDIALS = ("core.redials",)
FIND_EVENTS = (
    "core.settling_drops",
    "core.settled_drops",
    "core.drops_to_account",
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
    "core.regrets",
    "commands.mark_regrets",
    "core.attempt_standings",
    "core.plans",
    "commands.withdraw_dials",
    "core.directory",
    "core.calls_going_on",
)
SHARE = ("core.contact_duplicates",)
COUNT = (
    "core.limit_instants",
    "core.limit_numbers",
    "core.counted_calls",
    "core.limit_counts",
)
WATCH = ("core.operator_signs", "commands.keep_operator_signs", "core.operator_queues")
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


def decide(
    connection: duckdb.DuckDBPyConnection, settings: Settings, moment: Moment
) -> list[tuple[str, str]]:
    """Decide every open episode from the stored records and fill the outbox, in one transaction.

    The caller begins and commits. Returns what the audits found: (audit, detail); the dials of the
    episodes they name are held in this very run.
    """
    steps.run(connection, APPLY, moment)
    if moment.has_new_directory:  # of a large one it is too dear for each run
        steps.run(connection, FIND_DUPLICATES, moment)
    fold(connection, moment)
    return judge(connection, settings, moment)


def judge(
    connection: duckdb.DuckDBPyConnection, settings: Settings, moment: Moment
) -> list[tuple[str, str]]:
    """Decide from the calls that are kept, those of this run in `core.calls`; else as `decide`."""
    steps.run(connection, BEFORE_THE_WALK, moment)
    steps.repeat(connection, moment, FIND_MATCHES, MATCH, until=("core.attempt_matches",))
    steps.run(connection, SETTLE, moment)
    steps.run_if(connection, REACH, moment, asked=moment.reaches_contacts, instead=without.REACH)
    steps.run(connection, HEAR, moment)
    steps.run_if(
        connection, FIND_LISTED, moment, asked=moment.has_do_not_call, instead=without.LISTS
    )
    openings.keep(connection, settings, moment)
    steps.run(connection, ("core.hours_now",), moment)
    _walk(connection, moment)
    steps.run(connection, AFTER_THE_WALK, moment)
    steps.run_if(connection, SHARE, moment, asked=moment.blocks_contacts, instead=without.SHARES)
    has_limits = moment.limits_since is not None
    steps.run_if(connection, COUNT, moment, asked=has_limits, instead=without.LIMITS)
    is_watched = moment.waits_for_operators
    steps.run_if(connection, WATCH, moment, asked=is_watched, instead=without.OPERATORS)
    steps.run(connection, DECIDE, moment)
    findings = _audit(connection, moment)
    if findings:
        steps.run(connection, DECIDE, moment)
    steps.run(connection, COMMAND, moment)
    return findings


def is_idle(connection: duckdb.DuckDBPyConnection, moment: Moment) -> bool:
    """Nothing waits to be sent, and passing time changes nothing yet; new records would."""
    standing = queries.rows(connection, "core.standing", moment.params()).rows[0]
    next_change_at, *looks_anyway = standing
    return not any(looks_anyway) and (next_change_at is None or moment.now < next_change_at)


def _walk(connection: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """Walk the facts of each number until nothing opens, closes or is left to account for.

    Each walk can open an episode for which a call by hand counts, and that may close one.
    """
    find_events = (
        *(COUNT_BY_HAND if moment.counts_by_hand else ()),
        *(FIND_REDIALS if moment.has_redials else ()),
        *FIND_EVENTS,
    )
    if not moment.has_redials:
        connection.execute(without.REDIALS)
    steps.repeat(connection, moment, find_events, WALK, until=("core.closings", "core.due_drops"))


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
