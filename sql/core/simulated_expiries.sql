-- When each open episode of a simulation is given up, if nothing ends it before.
-- Grain:  one row per open episode of which that instant is known
-- Reads:  kept.episodes, kept.dropped_calls, kept.hour_spans, kept.client_hours,
--         settings.campaigns
-- Params: none
--
-- `kept.is_given_up` asks at the instant of a run, here the first instant is looked for at which it
-- would say yes. Each dropped call that joins in time puts it off, one in that second too.
with drops as (
    select
        episodes.episode_id,
        coalesce(client_hours.hours_key, campaigns.hours_key) as hours_key,
        campaigns.give_up_after_minutes * interval '1 minute' as give_up_after,
        dropped_calls.dropped_at,
        lead(dropped_calls.dropped_at) over (
            partition by episodes.episode_id
            order by
                dropped_calls.dropped_at,
                dropped_calls.source,
                dropped_calls.call_id
        ) as next_dropped_at
    from kept.episodes as episodes
    inner join kept.dropped_calls as dropped_calls
        on episodes.episode_id = dropped_calls.episode_id
    inner join settings.campaigns as campaigns
        on episodes.campaign = campaigns.campaign
    left join kept.client_hours as client_hours
        on campaigns.hours_key = client_hours.campaign_hours_key
        and episodes.number = client_hours.number
    where episodes.closed_at is null
),

clocked as (
    select
        drops.*,
        kept.open_clock(spans.open_clock_at, spans.is_open, spans.begins_at, drops.dropped_at)
        + drops.give_up_after as over_clock_at
    from drops
    left join kept.hour_spans as spans
        on drops.hours_key = spans.hours_key
        and kept.is_in_span(drops.dropped_at, spans.day, spans.begins_at, spans.ends_at)
),

given_up as (
    select
        clocked.episode_id,
        clocked.next_dropped_at,
        clocked.dropped_at + clocked.give_up_after as expires_at
    from clocked
    where clocked.over_clock_at is null
    union all
    select
        clocked.episode_id,
        clocked.next_dropped_at,
        spans.begins_at + (clocked.over_clock_at - spans.open_clock_at) as expires_at
    from clocked
    inner join kept.hour_spans as spans
        on clocked.hours_key = spans.hours_key
        and spans.open_clock_at < clocked.over_clock_at
        and clocked.over_clock_at <= spans.open_clock_at + (spans.ends_at - spans.begins_at)
    where spans.is_open
)

select
    given_up.episode_id,
    min(given_up.expires_at) as expires_at
from given_up
where given_up.next_dropped_at is null or given_up.next_dropped_at > given_up.expires_at
group by given_up.episode_id
