-- Let mapped calls count whose instant has come; early, talks and calls going on, for they can only
-- prevent a dial (A18).
-- Grain:  one row per waiting record
-- Reads:  raw.table_calls
-- Params: $now timestamp, $run_id bigint, $is_strict boolean
update raw.table_calls
set applied_run = $run_id::bigint
where
    raw.table_calls.applied_run is null
    and (
        raw.table_calls.known_at <= $now::timestamp
        or not $is_strict::boolean
        and (raw.table_calls.connected_at is not null or raw.table_calls.ended_at is null)
    )
