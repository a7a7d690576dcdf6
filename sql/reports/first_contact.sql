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

calls as (
    select
        calls.number,
        calls.direction,
        calls.connected_at,
        coalesce(calls.talk_ended_at, calls.ended_at) as over_at,
        lead(case when calls.direction = 'in' then calls.started_at end ignore nulls) over (
            partition by calls.number
            order by calls.started_at, calls.source, calls.call_id
        ) as next_called_at
    from kept.calls as calls
    where calls.direction in ('in', 'out') and calls.number is not null
),

contacts as (
    select
        kept.local_time(calls.connected_at, $time_zone::varchar)::date as day,
        coalesce(
            calls.next_called_at < calls.over_at + $repeat_days::bigint * interval '1 day', false
        ) as is_repeated
    from calls
    cross join last_run
    where
        calls.connected_at >= $from_at::timestamp
        and calls.connected_at < $to_at::timestamp
        and calls.over_at + $repeat_days::bigint * interval '1 day' <= last_run.run_at
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
