"""What steps of a run make where nothing is there for them to do: the same tables, empty.

Planning such a step costs a hundredth of a second in every run.
"""

_LIMIT_COUNTS = """
    create or replace table core.limit_numbers (
        episode_id varchar, per varchar, number varchar, contact varchar
    );
    create or replace table core.limit_counts (
        episode_id varchar, calls bigint, hours bigint, per varchar, room bigint,
        free_at timestamp, proof varchar[]
    )
"""
LIMITS = f"""
    create or replace table core.limit_instants (
        episode_id varchar, campaign varchar, number varchar, asked_at timestamp,
        known_until timestamp
    );
    {_LIMIT_COUNTS}
"""
LISTS = "create or replace table core.listed_numbers (number varchar, lists varchar[])"

REDIALS = """
    create or replace table core.redials (
        episode_id varchar, attempt_number bigint, redial_number bigint, redial_at timestamp
    )
"""

REACH = """
    create or replace table core.other_numbers (
        campaign varchar, number varchar, other_number varchar
    )
"""

SHARES = "create or replace table core.contact_duplicates (number varchar, contact_ids varchar[])"

OPERATORS = """
    create or replace table core.operator_queues (
        campaign varchar, queue varchar, seen_count bigint, member_count bigint,
        available_count bigint, silent_count bigint, static_count bigint, places varchar[]
    )
"""

QUEUE_LOG = """
    create or replace table staging.asterisk_queue_log (
        source varchar, call_id varchar, system varchar, number_raw varchar, queue varchar,
        started_at timestamp, first_wait_began_at timestamp, wait_began_at timestamp,
        connected_at timestamp, last_connected_at timestamp, is_last_connected boolean,
        talk_ended_at timestamp, ended_at timestamp, last_place varchar, end_reason varchar,
        last_event varchar, known_at timestamp
    )
"""

CDR = """
    create or replace table staging.asterisk_cdr (
        source varchar, call_id varchar, system varchar, direction varchar, is_originated boolean,
        number_raw varchar, dialled_number varchar, queue varchar, menu varchar,
        started_at timestamp, wait_began_at timestamp, connected_at timestamp,
        last_connected_at timestamp, talk_ended_at timestamp, ended_at timestamp,
        last_leg_started_at timestamp, is_last_leg_talk boolean, last_place varchar,
        end_reason varchar, result varchar, attempt_key varchar, known_at timestamp
    )
"""

CEL = """
    create or replace table staging.asterisk_channels as
    select * exclude (known_at), false as is_exact, known_at from staging.asterisk_cdr
"""

_CALLS = """
        source varchar, call_id varchar, system varchar, direction varchar, number_raw varchar,
        dialled_number varchar, queue varchar, menu varchar, started_at timestamp,
        wait_began_at timestamp, connected_at timestamp, last_connected_at timestamp,
        talk_ended_at timestamp, ended_at timestamp, last_place varchar, end_reason varchar,
        result varchar, attempt_key varchar, known_at timestamp
"""

ASTERISK = f"create or replace table staging.asterisk ({_CALLS})"

TABLE_CALLS = f"create or replace table staging.table_calls ({_CALLS})"

CALLS = f"create or replace table staging.calls ({_CALLS})"

TURNS = """
    create or replace table core.simulated_turns as from core.simulated_dials
"""

SIMULATED = (
    CALLS,
    _LIMIT_COUNTS,
    "create or replace table core.simulated_turns (episode_id varchar, campaign varchar, "
    "number varchar, dialled_at timestamp)",
    "create or replace view core.limit_instants as select turns.episode_id, turns.campaign, "
    "turns.number, turns.dialled_at as asked_at, turns.dialled_at as known_until "
    "from core.simulated_turns as turns",
    "create or replace table core.simulated_delays (episode_id varchar, not_before timestamp)",
    REDIALS,
    OPERATORS,
    SHARES,
    "create or replace view core.calls as "
    "select calls.*, null::varchar as previous_number from kept.calls as calls",
    """
    create or replace table core.touched_closings (
        episode_id varchar, campaign varchar, number varchar, talked_number varchar
    )
    """,
    """
    create or replace table core.attempt_standings (
        command_key varchar, episode_id varchar, standing varchar
    )
    """,
    "create or replace table core.hours_now (hours_key varchar, is_open boolean, "
    "changes_at timestamp, open_clock_at timestamp)",
    "create or replace table core.audit_findings (audit varchar, episode_id varchar)",
    """
    create or replace table core.calls_going_on (
        campaign varchar, number varchar, source varchar, call_id varchar
    )
    """,
    """
    create or replace table core.simulated_closings (
        episode_id varchar, reason varchar, closed_at timestamp, cut_at timestamp,
        closing_source varchar, closing_call_id varchar
    )
    """,
    "create or replace view core.closings as "
    "select closings.* from core.simulated_closings as closings",
)
"""What a simulation has not: calls that change, hours and holds of one instant, audits."""
