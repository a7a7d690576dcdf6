-- Calls that are up with a number that has an open episode, as far as the sources show.
-- Grain:  one row per call without an end that still shows signs of life
-- Reads:  kept.calls, kept.episodes, settings.sources
-- Params: $now timestamp, $since timestamp
--
-- A call that shows no end for longer than `open_call_limit` is end_unknown and holds nothing
-- (A13). A talk stamped in the future (a clock ahead of ours) can only hold, so it counts as
-- going on.
with numbers as (
    select distinct episodes.number
    from kept.episodes as episodes
    where episodes.closed_at is null
)

select
    calls.source,
    calls.call_id,
    calls.number,
    greatest(
        calls.started_at, calls.wait_began_at, calls.connected_at, calls.last_connected_at
    ) as last_sign_at
from kept.calls as calls
inner join numbers
    on calls.number = numbers.number
inner join settings.sources as sources
    on calls.source = sources.source
where
    calls.started_at >= $since::timestamp
    and (
        calls.ended_at is null
        and $now::timestamp
        < greatest(
            calls.started_at, calls.wait_began_at, calls.connected_at, calls.last_connected_at
        ) + sources.open_call_limit_minutes * interval '1 minute'
        or calls.last_connected_at > $now::timestamp
    )
