-- Service level of the queues: the five formulas in use side by side, for they differ on one day.
-- Grain:  one row per split (all, day, hour of the day, line, queue) and its value
-- Reads:  core.split_calls
-- Params: $service_level_seconds bigint
--
-- answered, abandoned (hung up waiting): calls that came to a queue; in time: within
-- `service_level_seconds`. Whoever was sent on stands in none of them. The formulas (Call Centre
-- Helper, in its order): credited = (answered in time + abandoned in time) / (answered +
-- abandoned). of answered = answered in time / answered, which says nothing of those lost. of all =
-- answered in time / (answered + abandoned). without early = answered in time / (answered +
-- abandoned late). short credited = (answered in time + short abandons) / (answered + abandoned).
with counted as (
    select
        calls.split,
        calls.position,
        calls.split_value,
        count(*) filter (where calls.outcome = 'answered') as answered_count,
        count(*) filter (
            where
            calls.outcome = 'answered' and calls.waited_seconds <= $service_level_seconds::bigint
        ) as answered_in_time_count,
        count(*) filter (where calls.outcome = 'queue') as abandoned_count,
        count(*) filter (
            where calls.outcome = 'queue' and calls.waited_seconds <= $service_level_seconds::bigint
        ) as abandoned_in_time_count,
        count(*) filter (where calls.outcome = 'queue' and calls.is_short) as short_count
    from core.split_calls as calls
    where calls.is_offered
    group by
        calls.split,
        calls.position,
        calls.split_value
)

select
    counted.split,
    counted.split_value as value,
    kept.percent(
        counted.answered_in_time_count + counted.abandoned_in_time_count,
        counted.answered_count + counted.abandoned_count
    ) as credited_percent,
    kept.percent(counted.answered_in_time_count, counted.answered_count) as of_answered_percent,
    kept.percent(
        counted.answered_in_time_count, counted.answered_count + counted.abandoned_count
    ) as of_all_percent,
    kept.percent(
        counted.answered_in_time_count,
        counted.answered_count + counted.abandoned_count - counted.abandoned_in_time_count
    ) as without_early_percent,
    kept.percent(
        counted.answered_in_time_count + counted.short_count,
        counted.answered_count + counted.abandoned_count
    ) as short_credited_percent,
    counted.answered_count,
    counted.answered_in_time_count,
    counted.abandoned_count,
    counted.abandoned_in_time_count,
    counted.short_count
from counted
order by
    counted.position,
    counted.split_value
