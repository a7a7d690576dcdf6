"""From records to calls: which calls have new records, each folded anew from all its records."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from reconcile import number_cache, queries, steps, without

if TYPE_CHECKING:
    import duckdb

    from reconcile.moment import Moment

# A call longer than this is read without its beginning; an index on the history would cost more.
LONGEST_CALL = timedelta(days=1)

TOUCH = ("staging.restarts", "staging.touched_calls")
FOLD_QUEUE_LOG = ("staging.asterisk_queue_sessions", "staging.asterisk_queue_log")
FOLD_CDR = ("staging.asterisk_cdr_legs", "staging.asterisk_cdr")
FOLD_CEL = (
    "staging.asterisk_cel_events",
    "staging.asterisk_cel_sides",
    "staging.asterisk_cel_talks",
    "staging.asterisk_cel_places",
    "staging.asterisk_cel",
    "staging.asterisk_channels",
)
KEEP_WITNESSES = (
    "core.witnesses",
    "commands.forget_changed_witnesses",
    "commands.keep_witnesses",
)
FOLD_ASTERISK = ("staging.asterisk",)
FOLD_TABLES = ("staging.table_calls",)
FOLD = ("staging.calls",)
STORE_CALLS = (
    "core.calls",
    "commands.forget_changed_calls",
    "commands.keep_calls",
)
# For so few, starting the threads of each step costs more than they save.
_RECORDS_OF_A_MINUTE_MAX = 50_000


def fold(connection: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """Vendor rows to calls; a call with new rows is folded anew from all its rows."""
    applied = queries.rows(connection, "core.applied", moment.params()).as_dicts()[0]
    moment.counts["records"] = applied["row_count"]
    if applied["row_count"] < _RECORDS_OF_A_MINUTE_MAX:
        connection.execute("set threads = 1")
    moment.since = (applied["first_known_at"] or moment.now) - LONGEST_CALL
    if steps.run(connection, TOUCH, moment)["staging.touched_calls"]:
        has_queue_log, has_cdr = applied["has_queue_log"], applied["has_cdr"]
        has_cel, has_table_calls = applied["has_cel"], applied["has_table_calls"]
        for names, asked, instead in (
            (FOLD_QUEUE_LOG, has_queue_log, without.QUEUE_LOG),
            (FOLD_CDR, has_cdr, without.CDR),
            (FOLD_CEL, has_cel, without.CEL),
            (FOLD_ASTERISK, has_queue_log or has_cdr or has_cel, without.ASTERISK),
            (FOLD_TABLES, has_table_calls, without.TABLE_CALLS),
        ):
            steps.run_if(connection, names, moment, asked=asked, instead=instead)
        steps.run(connection, FOLD, moment)
    else:
        has_cel = False
        # Planning the folds costs a tenth of a second, and most minutes have nothing to fold.
        connection.execute(without.CALLS)
    keep(connection, moment)
    if has_cel:
        steps.run(connection, KEEP_WITNESSES, moment)


def keep(connection: duckdb.DuckDBPyConnection, moment: Moment) -> None:
    """Keep what is new or changed of the calls in `staging.calls`, with their numbers read.

    From then on `moment` knows how far back calls matter, and which rules the settings ask for.
    """
    steps.run(connection, ("core.number_texts",), moment)
    number_cache.fill(connection)
    horizon = queries.rows(connection, "core.horizon", moment.params()).as_dicts()[0]
    moment.since = horizon["since"] - LONGEST_CALL
    # A call begins at most a second before its dial, or a few; the day is more than enough.
    limits_since = horizon["limits_since"]
    moment.limits_since = limits_since and limits_since - LONGEST_CALL
    moment.ask(horizon)
    steps.run(connection, STORE_CALLS, moment)
