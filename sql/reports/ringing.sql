-- Calls and ringings: how often phones of operators rang for the calls of a queue.
-- Grain:  one row per day and queue of a queue_log
-- Reads:  raw.queue_log
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar
--
-- One call can ring many phones, so both are counted and never mixed (Enreach). calls: entered the
-- queue. ringings: of one phone each, answered or not; unanswered ringings: a phone rang and was
-- not taken, also where the caller went away meanwhile; that is no missed call. per call = ringings
-- / calls. A queue_log alone tells it, and its rows are kept for `raw_days`. Days are those of
-- `time_zone`.
with events as (
    select
        kept.local_time(queue_log.event_at, $time_zone::varchar)::date as day,
        queue_log.queue,
        queue_log.event
    from raw.queue_log as queue_log
    where
        queue_log.event in ('ENTERQUEUE', 'CONNECT', 'RINGNOANSWER', 'RINGCANCELED')
        and queue_log.applied_run is not null
        and queue_log.event_at >= $from_at::timestamp
        and queue_log.event_at < $to_at::timestamp
),

counted as (
    select
        events.day,
        events.queue,
        count(*) filter (where events.event = 'ENTERQUEUE') as call_count,
        count(*) filter (where events.event != 'ENTERQUEUE') as ringing_count,
        count(*) filter (where events.event = 'CONNECT') as answered_count,
        count(*) filter (where events.event not in ('ENTERQUEUE', 'CONNECT')) as unanswered_count
    from events
    group by
        events.day,
        events.queue
)

select
    counted.day,
    counted.queue,
    counted.call_count,
    counted.ringing_count,
    counted.answered_count,
    counted.unanswered_count,
    round(counted.ringing_count / nullif(counted.call_count, 0), 2) as per_call
from counted
order by
    counted.day,
    counted.queue
