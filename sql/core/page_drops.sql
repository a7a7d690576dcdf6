-- The dropped calls of a page: when each was lost by the clock of its zone, and where.
-- Grain:  one row per dropped call of the time asked for, but those that were none in the end
-- Reads:  kept.dropped_calls, kept.calls
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar
--
-- For pages. weekday: 1 is Monday. waited_seconds: as the records of the call say now.
with told as (
    select
        dropped_calls.*,
        calls.dialled_number as line,
        calls.queue,
        coalesce(
            kept.waited_seconds(calls.started_at, calls.wait_began_at, calls.ended_at),
            dropped_calls.waited_seconds
        ) as waited_now_seconds,
        (dropped_calls.dropped_at at time zone 'UTC') at time zone $time_zone::varchar as local_at
    from kept.dropped_calls as dropped_calls
    left join kept.calls as calls
        on dropped_calls.source = calls.source
        and dropped_calls.call_id = calls.call_id
    where
        dropped_calls.dropped_at >= $from_at::timestamp
        and dropped_calls.dropped_at < $to_at::timestamp
        and not dropped_calls.is_withdrawn
)

select
    told.source,
    told.call_id,
    told.campaign,
    told.line,
    told.queue,
    told.number,
    told.dropped_at,
    told.local_at::date as day,
    isodow(told.local_at) as weekday,
    hour(told.local_at) as hour,
    told.account,
    told.reason,
    told.episode_id,
    told.waited_now_seconds as waited_seconds
from told
