-- All touched calls in the canonical columns, whatever their format.
-- Grain:  one row per call (source, call_id)
-- Reads:  staging.asterisk, staging.table_calls
-- Params: none
select
    asterisk.source,
    asterisk.call_id,
    asterisk.system,
    asterisk.direction,
    asterisk.number_raw,
    asterisk.dialled_number,
    asterisk.queue,
    asterisk.menu,
    asterisk.started_at,
    asterisk.wait_began_at,
    asterisk.connected_at,
    asterisk.last_connected_at,
    asterisk.talk_ended_at,
    asterisk.ended_at,
    asterisk.last_place,
    asterisk.end_reason,
    asterisk.result,
    asterisk.attempt_key,
    asterisk.known_at
from staging.asterisk as asterisk
union all
select
    table_calls.source,
    table_calls.call_id,
    table_calls.system,
    table_calls.direction,
    table_calls.number_raw,
    table_calls.dialled_number,
    table_calls.queue,
    table_calls.menu,
    table_calls.started_at,
    table_calls.wait_began_at,
    table_calls.connected_at,
    table_calls.last_connected_at,
    table_calls.talk_ended_at,
    table_calls.ended_at,
    table_calls.last_place,
    table_calls.end_reason,
    table_calls.result,
    table_calls.attempt_key,
    table_calls.known_at
from staging.table_calls as table_calls
