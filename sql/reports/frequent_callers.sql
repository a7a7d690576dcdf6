-- Callers who drop again and again: from `often_dropped_calls` dropped calls on.
-- Grain:  one row per such number
-- Reads:  kept.dropped_calls, core.episode_outcomes
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar, $often_dropped_calls bigint
--
-- dropped: dropped calls in the time asked for, also ignored ones. days: on how many days. waited:
-- in all of them together. episodes, recovered: how often he was to be called back, and was
-- recovered by anybody. Who hung up most often stands first.
with drops as (
    select
        dropped_calls.number,
        count(*) as dropped_count,
        count(distinct kept.local_time(dropped_calls.dropped_at, $time_zone::varchar)::date)
            as day_count,
        sum(dropped_calls.waited_seconds)::bigint as waited_seconds,
        min(dropped_calls.dropped_at) as first_dropped_at,
        max(dropped_calls.dropped_at) as last_dropped_at
    from kept.dropped_calls as dropped_calls
    where
        not dropped_calls.is_withdrawn
        and dropped_calls.number is not null
        and dropped_calls.dropped_at >= $from_at::timestamp
        and dropped_calls.dropped_at < $to_at::timestamp
    group by dropped_calls.number
    having count(*) >= $often_dropped_calls::bigint
),

episodes as (
    select
        outcomes.number,
        count(*) as episode_count,
        count(outcomes.reached_at) as recovered_count,
        max(outcomes.talked_at) as last_talked_at
    from core.episode_outcomes as outcomes
    where
        outcomes.added_at >= $from_at::timestamp
        and outcomes.added_at < $to_at::timestamp
    group by outcomes.number
)

select
    drops.number,
    drops.dropped_count,
    drops.day_count,
    drops.waited_seconds,
    coalesce(episodes.episode_count, 0) as episode_count,
    coalesce(episodes.recovered_count, 0) as recovered_count,
    drops.first_dropped_at,
    drops.last_dropped_at,
    episodes.last_talked_at
from drops
left join episodes
    on drops.number = episodes.number
order by
    drops.dropped_count desc,
    drops.number
