-- The calls of a number, in and out, by whoever dialled.
-- Grain:  one row per call
-- Reads:  kept.calls, kept.campaigns, core.connections
-- Params: $number varchar
--
-- too_short_for: the campaigns for which no connection of the call lasted long enough to be a talk.
with lengths as (
    select
        connections.source,
        connections.call_id,
        bool_or(connections.over_at is null) as is_going_on,
        max(connections.over_at - connections.talk_at) as longest
    from core.connections as connections
    where connections.number = $number::varchar
    group by
        connections.source,
        connections.call_id
),

too_short as (
    select
        lengths.source,
        lengths.call_id,
        list_sort(list(campaigns.campaign)) as campaigns
    from lengths
    inner join kept.campaigns as campaigns
        on lengths.longest < campaigns.min_talk_seconds * interval '1 second'
    where not lengths.is_going_on
    group by
        lengths.source,
        lengths.call_id
)

select
    calls.source || '/' || calls.call_id as call,
    calls.direction,
    calls.number_raw,
    calls.number_class,
    calls.dialled_number as line,
    calls.queue,
    calls.menu,
    calls.started_at,
    calls.wait_began_at,
    calls.connected_at,
    calls.last_connected_at,
    calls.talk_ended_at,
    calls.ended_at,
    calls.last_place,
    calls.end_reason,
    calls.result,
    calls.attempt_key,
    calls.known_at,
    calls.first_seen_at,
    coalesce(too_short.campaigns, []) as too_short_for
from kept.calls as calls
left join too_short
    on calls.source = too_short.source
    and calls.call_id = too_short.call_id
where calls.number = $number::varchar
order by
    calls.started_at,
    calls.source,
    calls.call_id
