-- Calls that are up with a client who has an open episode, as far as the sources show.
-- Grain:  one row per campaign and number with an open episode, and call that shows signs of life
-- Reads:  core.other_numbers, kept.calls, kept.episodes, settings.sources
-- Params: $now timestamp, $since timestamp
--
-- A call that shows no end for longer than `open_call_limit` is end_unknown and holds nothing
-- (A13). A talk stamped in the future (a clock ahead of ours) can only hold, so it counts as
-- going on. With `reach = "contact"` a call with another number of the contact is the client's too:
-- he cannot take a second one, and a talk that he has now is one that ends the episode.
with open_numbers as (
    -- A campaign has one open episode of a number at most.
    select
        episodes.campaign,
        episodes.number
    from kept.episodes as episodes
    where episodes.closed_at is null
),

numbers as (
    select
        open_numbers.campaign,
        open_numbers.number,
        open_numbers.number as called_number
    from open_numbers
    union all
    select
        open_numbers.campaign,
        open_numbers.number,
        other_numbers.other_number as called_number
    from open_numbers
    inner join core.other_numbers as other_numbers
        on open_numbers.campaign = other_numbers.campaign
        and open_numbers.number = other_numbers.number
)

select
    numbers.campaign,
    numbers.number,
    calls.source,
    calls.call_id,
    greatest(
        calls.started_at, calls.wait_began_at, calls.connected_at, calls.last_connected_at
    ) as last_sign_at
from kept.calls as calls
inner join numbers
    on calls.number = numbers.called_number
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
