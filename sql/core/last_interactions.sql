-- How the last call of each day with each client ended, whoever called.
-- Grain:  one row per day and number
-- Reads:  kept.calls
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar
--
-- For readers. Days are those of the call's beginning. A call that goes on without a talk has not
-- ended in any way, and counts as none. is_managed: operator and client were connected in it.
with ended as (
    select
        kept.local_time(calls.started_at, $time_zone::varchar)::date as day,
        calls.number,
        {
            'started_at': calls.started_at,
            'source': calls.source,
            'call_id': calls.call_id,
            'direction': calls.direction,
            'is_managed': calls.connected_at is not null
        } as call
    from kept.calls as calls
    where
        calls.direction in ('in', 'out')
        and calls.number is not null
        and (calls.ended_at is not null or calls.connected_at is not null)
        and calls.started_at >= $from_at::timestamp
        and calls.started_at < $to_at::timestamp
),

last_calls as (
    select
        ended.day,
        ended.number,
        max(ended.call) as call,
        count(*) as call_count
    from ended
    group by
        ended.day,
        ended.number
)

select
    last_calls.day,
    last_calls.number,
    last_calls.call['started_at'] as started_at,
    last_calls.call['direction'] as direction,
    last_calls.call['is_managed'] as is_managed,
    last_calls.call['source'] || '/' || last_calls.call['call_id'] as call,
    last_calls.call_count
from last_calls
