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
-- contact, and there only `remove_on` counts, for no attempt of the episode went to it.
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

-- A dialler's report of a dial is an outgoing talk, of the campaign that dialled and of all others.
heard as (
    select
        connections.source,
        connections.call_id,
        connections.number,
        connections.direction,
        connections.talk_at,
        connections.over_at,
        true as is_length_known
    from core.connections as connections
    union all
    select
        reported_talks.source,
        reported_talks.command_key as call_id,
        attempts.number,
        'out' as direction,
        reported_talks.talk_at,
        coalesce(reported_talks.over_at, dialled_calls.ended_at) as over_at,
        reported_talks.is_length_known
    from core.reported_talks as reported_talks
    inner join kept.attempts as attempts
        on reported_talks.command_key = attempts.command_key
    left join kept.calls as dialled_calls
        on attempts.call_source = dialled_calls.source
        and attempts.call_id = dialled_calls.call_id
        and dialled_calls.started_at >= $since::timestamp
),

own_calls as (
    select
        attempts.campaign,
        attempts.call_source as source,
        attempts.call_id
    from kept.attempts as attempts
    where attempts.call_id is not null
    union all
    select
        attempts.campaign,
        reported_talks.source,
        reported_talks.command_key as call_id
    from core.reported_talks as reported_talks
    inner join kept.attempts as attempts
        on reported_talks.command_key = attempts.command_key
),

counted as (
    select
        numbers.campaign,
        numbers.number,
        numbers.talked_number,
        heard.talk_at,
        heard.source,
        heard.call_id,
        heard.over_at,
        heard.is_length_known
    from numbers
    inner join heard
        on numbers.talked_number = heard.number
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
                = case heard.direction when 'in' then 'incoming' else 'outgoing' end
        )
        or numbers.talked_number = numbers.number
        and exists (
            select 1
            from own_calls
            where
                own_calls.campaign = numbers.campaign
                and own_calls.source = heard.source
                and own_calls.call_id = heard.call_id
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
        not counted.is_length_known
        or kept.is_talk(
            counted.talk_at,
            coalesce(counted.over_at, $now::timestamp),
            campaigns.min_talk_seconds
        )
    )
