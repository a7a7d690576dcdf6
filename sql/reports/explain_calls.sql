-- The calls of a number, in and out, by whoever dialled.
-- Grain:  one row per call
-- Reads:  kept.calls
-- Params: $number varchar
select
    calls.source || '/' || calls.call_id as call,
    calls.direction,
    calls.number_raw,
    calls.number_class,
    calls.dialled_number as line,
    calls.queue,
    calls.menu,
    calls.started_at,
    calls.wait_began_at,
    calls.connected_at,
    calls.last_connected_at,
    calls.talk_ended_at,
    calls.ended_at,
    calls.last_place,
    calls.end_reason,
    calls.result,
    calls.attempt_key,
    calls.known_at,
    calls.first_seen_at
from kept.calls as calls
where calls.number = $number::varchar
order by
    calls.started_at,
    calls.source,
    calls.call_id
