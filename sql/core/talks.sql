-- Talks between an operator and a client that an open or a coming episode has to know.
-- Grain:  one row per campaign, number and connection of a call
-- Reads:  core.watched_numbers, core.other_numbers, core.connections, core.reported_talks,
--         kept.attempts, kept.campaigns, kept.calls, settings.campaigns, settings.campaign_words,
--         settings.program
-- Params: $now timestamp, $since timestamp
--
-- `remove_on` says which direction counts, but a talk of the campaign's own attempt always does.
-- A talk stamped later than now and the tolerance of clocks only holds dials (core.holds).
-- A connection shorter than `min_talk_seconds` is no talk. One that goes on is a talk once it has
-- lasted so long, and then counts from its beginning, as every talk; until then it holds dials.
-- talked_number is the number that talked: with `reach = "contact"` it can be another one of the
-- contact, and there only `remove_on` counts, for no attempt of the episode went to it. A dialler's
-- report of one campaign's dial is an outgoing talk for all others.
with numbers as (
    select
        watched_numbers.campaign,
        watched_numbers.number,
        watched_numbers.number as talked_number
    from core.watched_numbers as watched_numbers
    union all
    select
        other_numbers.campaign,
        other_numbers.number,
        other_numbers.other_number as talked_number
    from core.other_numbers as other_numbers
),

counted as (
    select
        numbers.campaign,
        numbers.number,
        numbers.talked_number,
        connections.talk_at,
        connections.source,
        connections.call_id,
        connections.over_at,
        true as is_length_known
    from numbers
    inner join core.connections as connections
        on numbers.talked_number = connections.number
    left join settings.campaigns as campaigns
        on numbers.campaign = campaigns.campaign
    where
        campaigns.campaign is null
        or exists (
            select 1
            from settings.campaign_words as remove_on
            where
                remove_on.campaign = numbers.campaign
                and remove_on.kind = 'remove_on'
                and remove_on.word
                = case connections.direction when 'in' then 'incoming' else 'outgoing' end
        )
        or numbers.talked_number = numbers.number
        and exists (
            select 1
            from kept.attempts as attempts
            where
                attempts.campaign = numbers.campaign
                and attempts.call_source = connections.source
                and attempts.call_id = connections.call_id
        )
    union
    select
        numbers.campaign,
        numbers.number,
        numbers.talked_number,
        reported_talks.talk_at,
        reported_talks.source,
        reported_talks.command_key as call_id,
        coalesce(reported_talks.over_at, own_calls.ended_at) as over_at,
        reported_talks.is_length_known
    from core.reported_talks as reported_talks
    inner join kept.attempts as attempts
        on reported_talks.command_key = attempts.command_key
    inner join numbers
        on attempts.number = numbers.talked_number
    left join settings.campaigns as campaigns
        on numbers.campaign = campaigns.campaign
    left join kept.calls as own_calls
        on attempts.call_source = own_calls.source
        and attempts.call_id = own_calls.call_id
        and own_calls.started_at >= $since::timestamp
    where
        numbers.talked_number = numbers.number
        and attempts.campaign = numbers.campaign
        or campaigns.campaign is null
        or exists (
            select 1
            from settings.campaign_words as remove_on
            where
                remove_on.campaign = numbers.campaign
                and remove_on.kind = 'remove_on'
                and remove_on.word = 'outgoing'
        )
)

select
    counted.campaign,
    counted.number,
    counted.talked_number,
    counted.talk_at,
    counted.source,
    counted.call_id,
    row_number() over (
        partition by counted.campaign, counted.number
        order by counted.talk_at, counted.source, counted.call_id
    ) as talk_number
from counted
cross join settings.program as program
left join kept.campaigns as campaigns
    on counted.campaign = campaigns.campaign
where
    counted.talk_at <= $now::timestamp + program.clock_tolerance_seconds * interval '1 second'
    and (
        coalesce(campaigns.min_talk_seconds, 0) = 0
        or not counted.is_length_known
        or coalesce(counted.over_at, $now::timestamp)
        >= counted.talk_at + campaigns.min_talk_seconds * interval '1 second'
    )
