-- The lanes of a simulation in which a limit would hold a dial, if all dials left when due.
-- Grain:  one row per lane
-- Reads:  core.simulated_lanes, kept.attempts, kept.calls, settings.limits
-- Params: none
--
-- Counted over all numbers of a lane, so rather too many lanes than too few: those are walked
-- again, one dial after the other. Where no limit is reached, none would have held anything.
with called as (
    select
        lanes.lane,
        attempts.handed_out_at as called_at
    from kept.attempts as attempts
    inner join core.simulated_lanes as lanes
        on attempts.number = lanes.number
    union all
    select
        lanes.lane,
        calls.started_at as called_at
    from kept.calls as calls
    inner join core.simulated_lanes as lanes
        on calls.number = lanes.number
    where calls.direction = 'out'
),

windows as (
    -- Distinct: campaigns can have the same limit.
    select distinct
        limits.calls,
        limits.hours
    from settings.limits as limits
),

counted as (
    select
        called.lane,
        windows.calls,
        count(*) over (
            partition by
                called.lane,
                windows.calls,
                windows.hours
            order by called.called_at
            range between windows.hours * interval '1 hour' preceding and current row
        ) as call_count
    from called
    cross join windows
)

-- Distinct: a limit can be reached again and again.
select distinct counted.lane
from counted
where counted.call_count > counted.calls
