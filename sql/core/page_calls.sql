-- The calls of a page that came to a queue: when, by the clock of its zone, and how they ended.
-- Grain:  one row per incoming call of the time asked for that came to a queue and is over
-- Reads:  core.offered_calls
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar
--
-- For pages. is_abandoned: hung up waiting there, and no operator was ever connected.
select
    offered_calls.line,
    offered_calls.queue,
    ((offered_calls.started_at at time zone 'UTC') at time zone $time_zone::varchar)::date as day,
    offered_calls.outcome = 'answered' as is_answered,
    offered_calls.outcome = 'queue' as is_abandoned,
    offered_calls.waited_seconds
from core.offered_calls as offered_calls
where
    offered_calls.is_offered
    and offered_calls.outcome != 'going_on'
    and offered_calls.started_at >= $from_at::timestamp
    and offered_calls.started_at < $to_at::timestamp
