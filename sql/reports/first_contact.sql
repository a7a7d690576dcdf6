-- Served at the first contact: clients who did not call again within `repeat_days` of a talk.
-- Grain:  one row per day of the talk
-- Reads:  kept.calls, ops.runs
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar, $repeat_days bigint
--
-- A proxy: nothing tells whether a matter was resolved, and no standard says how long to wait for
-- the client to call again (1 to 30 days are in use). contacts: calls in either direction in which
-- an operator and the client were connected, that are over for so long at the last run. repeated:
-- the client called again within that time after the end. first contact % = (contacts - repeated) /
-- contacts. A dropped call that was called back is no contact of its own and fails nothing. Days
-- are those of `time_zone`.
with last_run as (
    select max(runs.run_at) as run_at
    from ops.runs as runs
),

talks as (
    select
        calls.source,
        calls.call_id,
        calls.number,
        calls.connected_at,
        coalesce(calls.talk_ended_at, calls.ended_at) as over_at
    from kept.calls as calls
    where
        calls.direction in ('in', 'out')
        and calls.number is not null
        and calls.connected_at is not null
),

events as (
    select
        talks.*,
        talks.over_at as event_at,
        null::timestamp as called_at
    from talks
    where talks.over_at is not null
    union all
    select
        calls.source,
        calls.call_id,
        calls.number,
        null as connected_at,
        null as over_at,
        calls.started_at as event_at,
        calls.started_at as called_at
    from kept.calls as calls
    where calls.direction = 'in' and calls.number is not null
),

-- Whoever calls in the second in which a talk is over calls after it.
followed as (
    select
        events.*,
        min(events.called_at) over (
            partition by events.number
            order by
                events.event_at,
                events.called_at is not null,
                events.source,
                events.call_id
            rows between 1 following and unbounded following
        ) as next_called_at
    from events
),

contacts as (
    select
        kept.local_time(followed.connected_at, $time_zone::varchar)::date as day,
        coalesce(
            followed.next_called_at
            < followed.over_at + $repeat_days::bigint * interval '1 day',
            false
        ) as is_repeated
    from followed
    cross join last_run
    where
        followed.connected_at >= $from_at::timestamp
        and followed.connected_at < $to_at::timestamp
        and followed.over_at + $repeat_days::bigint * interval '1 day' <= last_run.run_at
)

select
    contacts.day,
    count(*) as contact_count,
    count(*) filter (where contacts.is_repeated) as repeated_count,
    kept.percent(count(*) filter (where not contacts.is_repeated), count(*))
        as first_contact_percent
from contacts
group by contacts.day
order by contacts.day
