-- Keep the calls of a history as they stood when it ends: what happened later is not known.
-- Grain:  one row per call (source, call_id) that began before the end
-- Reads:  temp.history_calls
-- Params: $end_at timestamp
insert into kept.calls by name
select
    history.*
    replace (
        case when history.wait_began_at < $end_at::timestamp then history.wait_began_at end
            as wait_began_at,
        case when history.connected_at < $end_at::timestamp then history.connected_at end
            as connected_at,
        case
            when history.last_connected_at < $end_at::timestamp then history.last_connected_at
            when history.connected_at < $end_at::timestamp then history.connected_at
        end as last_connected_at,
        case when history.talk_ended_at < $end_at::timestamp then history.talk_ended_at end
            as talk_ended_at,
        case when history.ended_at < $end_at::timestamp then history.ended_at end as ended_at
    )
from temp.history_calls as history
where history.started_at < $end_at::timestamp
