-- Every dropped call as readers are told of it: on which line and queue, and how long he waited.
-- Grain:  one row per dropped call (source, call_id)
-- Reads:  kept.dropped_calls, kept.calls
-- Params: none
--
-- For readers. waited_seconds: as the records of the call say now; where none are kept any more, as
-- they said when it was accounted for, which is what `short_drop_seconds` went by. dropped_at stays
-- as it was.
select
    dropped_calls.source,
    dropped_calls.call_id,
    dropped_calls.campaign,
    calls.dialled_number as line,
    calls.queue,
    dropped_calls.number,
    dropped_calls.kind,
    dropped_calls.dropped_at,
    coalesce(
        kept.waited_seconds(calls.started_at, calls.wait_began_at, calls.ended_at),
        dropped_calls.waited_seconds
    ) as waited_seconds,
    dropped_calls.account,
    dropped_calls.reason,
    dropped_calls.episode_id,
    dropped_calls.is_late,
    dropped_calls.is_withdrawn
from kept.dropped_calls as dropped_calls
left join kept.calls as calls
    on dropped_calls.source = calls.source
    and dropped_calls.call_id = calls.call_id
