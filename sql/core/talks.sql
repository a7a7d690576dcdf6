-- Talks between an operator and a client that an open or a coming episode has to know.
-- Grain:  one row per campaign, number and connection of a call
-- Reads:  core.connections, kept.episodes, kept.dropped_calls, kept.attempts, kept.campaigns,
--         kept.calls, raw.results, settings.campaigns, settings.campaign_words, settings.program,
--         core.calls, core.dropped_calls, core.reported_talks
-- Params: $now timestamp, $run_id bigint, $since timestamp
--
-- `remove_on` says which direction counts, but a talk of the campaign's own attempt always does.
-- A talk stamped later than now and the tolerance of clocks only holds dials (core.holds).
-- A connection shorter than `min_talk_seconds` is no talk. One that goes on is a talk once it has
-- lasted so long, and then counts from its beginning, as every talk; until then it holds dials.
with numbers as (
    select
        episodes.campaign,
        episodes.number
    from kept.episodes as episodes
    where episodes.closed_at is null
    union
    select
        dropped_calls.campaign,
        dropped_calls.number
    from kept.dropped_calls as dropped_calls
    where dropped_calls.account = 'settling'
    union
    select
        judged.campaign,
        judged.number
    from core.dropped_calls as judged
    where judged.campaign is not null and judged.number is not null
    union
    select
        episodes.campaign,
        episodes.number
    from kept.episodes as episodes
    inner join core.calls as changed
        on episodes.closing_source = changed.source
        and episodes.closing_call_id = changed.call_id
    union
    select
        episodes.campaign,
        episodes.number
    from kept.episodes as episodes
    inner join raw.results as reported
        on episodes.closing_source = reported.source
        and episodes.closing_call_id = reported.command_key
    where reported.applied_run = $run_id::bigint
    union
    select
        episodes.campaign,
        episodes.number
    from kept.episodes as episodes
    where episodes.is_closing_withdrawn
    union
    select
        attempts.campaign,
        attempts.number
    from kept.attempts as attempts
    inner join core.calls as changed
        on attempts.number = changed.number
    where attempts.handed_out_at >= $since::timestamp
),

counted as (
    select
        numbers.campaign,
        numbers.number,
        connections.talk_at,
        connections.source,
        connections.call_id,
        connections.over_at,
        true as is_length_known
    from numbers
    inner join core.connections as connections
        on numbers.number = connections.number
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
        or exists (
            select 1
            from kept.attempts as attempts
            where
                attempts.campaign = numbers.campaign
                and attempts.call_source = connections.source
                and attempts.call_id = connections.call_id
        )
    union
    select
        attempts.campaign,
        attempts.number,
        reported_talks.talk_at,
        reported_talks.source,
        reported_talks.command_key as call_id,
        coalesce(reported_talks.over_at, own_calls.ended_at) as over_at,
        reported_talks.is_length_known
    from core.reported_talks as reported_talks
    inner join kept.attempts as attempts
        on reported_talks.command_key = attempts.command_key
    inner join numbers
        on attempts.campaign = numbers.campaign
        and attempts.number = numbers.number
    left join kept.calls as own_calls
        on attempts.call_source = own_calls.source
        and attempts.call_id = own_calls.call_id
        and own_calls.started_at >= $since::timestamp
)

select
    counted.campaign,
    counted.number,
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
