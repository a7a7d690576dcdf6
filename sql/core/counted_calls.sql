-- The calls that limits count: every outgoing call, and every dial whose call has not been seen.
-- Grain:  one row per call or dial to a number that a limit looks at
-- Reads:  core.limit_numbers, kept.calls, kept.attempts
-- Params: $limits_since timestamp
--
-- Whoever dialled, answered or not. A dial and its call count once, at the beginning of the call.
-- A dial that its sink refused for good never became a call.
with numbers as (
    -- Distinct: several episodes look at one number.
    select distinct limit_numbers.number
    from core.limit_numbers as limit_numbers
),

outgoing_calls as (
    select
        calls.source,
        calls.call_id,
        calls.number,
        calls.started_at
    from kept.calls as calls
    inner join numbers
        on calls.number = numbers.number
    where calls.direction = 'out' and calls.started_at >= $limits_since::timestamp
)

select
    outgoing_calls.number,
    outgoing_calls.source || '/' || outgoing_calls.call_id as proof,
    outgoing_calls.started_at as called_at
from outgoing_calls
union all
select
    attempts.number,
    attempts.command_key as proof,
    attempts.handed_out_at as called_at
from kept.attempts as attempts
inner join numbers
    on attempts.number = numbers.number
left join outgoing_calls
    on attempts.call_source = outgoing_calls.source
    and attempts.call_id = outgoing_calls.call_id
    and attempts.number = outgoing_calls.number
where
    attempts.handed_out_at >= $limits_since::timestamp
    and attempts.result is distinct from 'refused'
    and outgoing_calls.call_id is null
