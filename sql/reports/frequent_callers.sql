-- Callers who drop again and again: from `often_dropped_calls` dropped calls on.
-- Grain:  one row per such number
-- Reads:  core.told_drops, core.episode_outcomes, core.connections
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar, $often_dropped_calls bigint
--
-- dropped: dropped calls in the time asked for, also ignored ones. days: on how many days. waited:
-- in all of them together. episodes, recovered: how often he was to be called back, and was
-- recovered by anybody. last talked: when an operator and he were last connected, whoever called.
-- Who hung up most often stands first.
with drops as (
    select
        told_drops.number,
        count(*) as dropped_count,
        count(distinct kept.local_time(told_drops.dropped_at, $time_zone::varchar)::date)
            as day_count,
        sum(told_drops.waited_seconds)::bigint as waited_seconds,
        min(told_drops.dropped_at) as first_dropped_at,
        max(told_drops.dropped_at) as last_dropped_at
    from core.told_drops as told_drops
    where
        not told_drops.is_withdrawn
        and told_drops.number is not null
        and told_drops.dropped_at >= $from_at::timestamp
        and told_drops.dropped_at < $to_at::timestamp
    group by told_drops.number
    having count(*) >= $often_dropped_calls::bigint
),

episodes as (
    select
        outcomes.number,
        count(*) as episode_count,
        count(outcomes.reached_at) as recovered_count
    from core.episode_outcomes as outcomes
    where
        outcomes.added_at >= $from_at::timestamp
        and outcomes.added_at < $to_at::timestamp
    group by outcomes.number
),

talks as (
    select
        connections.number,
        max(connections.talk_at) as last_talked_at
    from core.connections as connections
    group by connections.number
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
    talks.last_talked_at
from drops
left join episodes
    on drops.number = episodes.number
left join talks
    on drops.number = talks.number
order by
    drops.dropped_count desc,
    drops.number
