-- Keep the new and changed calls, in order of time.
-- Grain:  one row per call of core.calls
-- Reads:  core.calls
-- Params: none
insert into kept.calls
select
    calls.source,
    calls.call_id,
    calls.system,
    calls.direction,
    calls.number,
    calls.number_raw,
    calls.number_class,
    calls.dialled_number,
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
    calls.first_seen_at,
    calls.changed_run
from core.calls as calls
order by
    calls.started_at,
    calls.source,
    calls.call_id
