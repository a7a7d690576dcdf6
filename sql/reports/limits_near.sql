-- Numbers whose calls came near to a limit, or went over it, whoever dialled.
-- Grain:  one row per limit and number, at its fullest window
-- Reads:  kept.calls, kept.attempts, settings.limits
-- Params: $from_at timestamp, $to_at timestamp, $near_limit_calls bigint
--
-- calls: the most that lay within `hours` of each other; near: no further below the limit than
-- `near_limit_calls`. Counted is every outgoing call, and every dial whose call was not seen, as
-- the limits do. left: how many more the limit would have let leave; below 0 it was broken, by
-- calls that it cannot hold. A limit per contact is told for each number alone.
with made as (
    select
        calls.number,
        calls.started_at as called_at
    from kept.calls as calls
    where calls.direction = 'out' and calls.number is not null
    union all
    select
        attempts.number,
        attempts.handed_out_at as called_at
    from kept.attempts as attempts
    where attempts.call_id is null and attempts.result is distinct from 'refused'
),

limits as (
    -- Distinct: several campaigns can have one limit, and a limit counts for all of them.
    select distinct
        limits.calls,
        limits.hours,
        limits.per
    from settings.limits as limits
),

counted as (
    select
        limits.calls as limit_calls,
        limits.hours,
        limits.per,
        made.number,
        made.called_at,
        count(*) over (
            partition by limits.calls, limits.hours, limits.per, made.number
            order by made.called_at
            range between limits.hours * interval '1 hour' - interval '1 second' preceding
            and current row
        ) as call_count
    from made
    cross join limits
    where made.called_at < $to_at::timestamp
)

select
    counted.limit_calls as limit_count,
    counted.hours,
    counted.per,
    counted.number,
    max(counted.call_count) as call_count,
    counted.limit_calls - max(counted.call_count) as left_count,
    max(counted.called_at) as last_called_at
from counted
where counted.called_at >= $from_at::timestamp
group by
    counted.limit_calls,
    counted.hours,
    counted.per,
    counted.number
having max(counted.call_count) >= counted.limit_calls - $near_limit_calls::bigint
order by
    left_count,
    counted.hours,
    counted.per,
    counted.number
