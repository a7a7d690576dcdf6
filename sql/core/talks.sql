-- Talks between an operator and a client that an open or a coming episode has to know.
-- Grain:  one row per campaign, number and connection of a call
-- Reads:  kept.calls, kept.episodes, kept.dropped_calls, kept.attempts, raw.results,
--         settings.campaigns, settings.campaign_words, settings.program, core.calls,
--         core.dropped_calls, core.reported_talks
-- Params: $now timestamp, $run_id bigint, $since timestamp
--
-- `remove_on` says which direction counts, but a talk of the campaign's own attempt always does.
-- A talk stamped later than now and the tolerance of clocks only holds dials (core.holds).
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

connections as (
    select
        calls.source,
        calls.call_id,
        calls.number,
        calls.direction,
        unnest(
            case
                when calls.last_connected_at != calls.connected_at
                    then [calls.connected_at, calls.last_connected_at]
                else [calls.connected_at]
            end
        ) as talk_at
    from kept.calls as calls
    where
        calls.connected_at is not null
        and calls.direction != 'internal'
        and calls.started_at >= $since::timestamp
),

counted as (
    select
        numbers.campaign,
        numbers.number,
        connections.talk_at,
        connections.source,
        connections.call_id
    from numbers
    inner join connections
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
        reported_talks.command_key as call_id
    from core.reported_talks as reported_talks
    inner join kept.attempts as attempts
        on reported_talks.command_key = attempts.command_key
    inner join numbers
        on attempts.campaign = numbers.campaign
        and attempts.number = numbers.number
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
where counted.talk_at <= $now::timestamp + program.clock_tolerance_seconds * interval '1 second'
