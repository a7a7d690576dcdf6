-- The dropped calls of a page: when each was lost by the clock of its zone, and where.
-- Grain:  one row per dropped call of the time asked for, but those that were none in the end
-- Reads:  core.told_drops
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar
--
-- For pages. weekday: 1 is Monday.
with told as (
    select
        drops.*,
        (drops.dropped_at at time zone 'UTC') at time zone $time_zone::varchar as local_at
    from core.told_drops as drops
    where
        drops.dropped_at >= $from_at::timestamp
        and drops.dropped_at < $to_at::timestamp
        and not drops.is_withdrawn
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
    told.waited_seconds
from told
