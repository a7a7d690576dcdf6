-- The earliest instant at which passing time alone changes what a run would say.
-- Grain:  one row
-- Reads:  kept.attempts, kept.dropped_calls, kept.calls, kept.campaigns, kept.hours,
--         kept.hour_spans, core.connections, core.reported_talks, core.plans, core.dials,
--         core.hours_now, core.limit_counts, core.settling_drops, settings.campaigns,
--         settings.sources, raw.queue_log, raw.cdr, raw.cel, raw.table_calls, raw.results
-- Params: $now timestamp, $since timestamp
--
-- Before it, a run with nothing new and nothing undelivered has nothing to decide (I3: the stored
-- decisions hold on). An instant that has passed already no longer changes anything by passing.
with longest_limit as (
    select
        coalesce(min(sources.open_call_limit_minutes), 0) * interval '1 minute' as open_call_limit
    from settings.sources as sources
),

last_drops as (
    select
        drops.episode_id,
        max(drops.dropped_at) as last_dropped_at
    from kept.dropped_calls as drops
    inner join core.plans as plans
        on drops.episode_id = plans.episode_id
    where not drops.is_withdrawn
    group by drops.episode_id
),

-- What the open clock shows when the next episode of some hours is given up.
given_up as (
    select
        plans.hours_key,
        min(
            kept.open_clock(
                spans.open_clock_at, spans.is_open, spans.begins_at, last_drops.last_dropped_at
            )
            + campaigns.give_up_after_minutes * interval '1 minute'
        ) as open_clock_at
    from core.plans as plans
    inner join last_drops
        on plans.episode_id = last_drops.episode_id
    inner join settings.campaigns as campaigns
        on plans.campaign = campaigns.campaign
    inner join core.hours_now as hours_now
        on plans.hours_key = hours_now.hours_key
    inner join kept.hour_spans as spans
        on plans.hours_key = spans.hours_key
        and kept.is_in_span(last_drops.last_dropped_at, spans.day, spans.begins_at, spans.ends_at)
    where
        hours_now.open_clock_at
        < kept.open_clock(
            spans.open_clock_at, spans.is_open, spans.begins_at, last_drops.last_dropped_at
        )
        + campaigns.give_up_after_minutes * interval '1 minute'
    group by plans.hours_key
),

instants as (
    select unnest([plans.promised_at, plans.earliest_at, plans.due_at]) as instant
    from core.plans as plans
    union all
    -- Hours open or close, or their table runs out.
    select unnest([hours_now.changes_at, hours.renew_at]) as instant
    from core.hours_now as hours_now
    inner join kept.hours as hours
        on hours_now.hours_key = hours.hours_key
    where
        exists (
            select 1
            from core.plans as plans
            where plans.hours_key = hours_now.hours_key
        )
    union all
    select spans.begins_at + (given_up.open_clock_at - spans.open_clock_at) as instant
    from given_up
    inner join kept.hour_spans as spans
        on given_up.hours_key = spans.hours_key
        and spans.is_open
        and spans.open_clock_at < given_up.open_clock_at
        and spans.open_clock_at + (spans.ends_at - spans.begins_at) >= given_up.open_clock_at
    union all
    select
        last_drops.last_dropped_at
        + campaigns.give_up_after_minutes * interval '1 minute' as instant
    from core.plans as plans
    inner join last_drops
        on plans.episode_id = last_drops.episode_id
    inner join settings.campaigns as campaigns
        on plans.campaign = campaigns.campaign
    where plans.hours_key is null
    union all
    select
        attempts.handed_out_at + campaigns.confirm_within_minutes * interval '1 minute' as instant
    from kept.attempts as attempts
    inner join kept.campaigns as campaigns
        on attempts.campaign = campaigns.campaign
    where attempts.result is null
    union all
    -- Where the limit is not what holds now, this run is one too many, and changes nothing.
    select limit_counts.free_at as instant
    from core.limit_counts as limit_counts
    union all
    -- A dial that leaves now is in doubt from then on.
    select $now::timestamp + interval '1 second' as instant
    from core.dials as dials
    union all
    select results.event_at + longest_limit.open_call_limit as instant
    from raw.results as results
    inner join kept.attempts as attempts
        on results.command_key = attempts.command_key
    cross join longest_limit
    where attempts.result is null
    union all
    select
        unnest([
            calls.known_at,
            calls.last_connected_at,
            greatest(
                calls.started_at, calls.wait_began_at, calls.connected_at, calls.last_connected_at
            ) + sources.open_call_limit_minutes * interval '1 minute'
        ]) as instant
    from kept.calls as calls
    inner join settings.sources as sources
        on calls.source = sources.source
    where
        calls.started_at >= $since::timestamp
        and (calls.ended_at is null or calls.last_connected_at > $now::timestamp)
    union all
    -- A connection becomes a talk by lasting.
    select
        lasting.talk_at + shortest.min_talk_seconds * interval '1 second' as instant
    from (
        select connections.talk_at
        from core.connections as connections
        where connections.over_at is null
        union all
        select reported_talks.talk_at
        from core.reported_talks as reported_talks
        where reported_talks.over_at is null
    ) as lasting
    cross join (
        -- Distinct: most campaigns ask for the same.
        select distinct campaigns.min_talk_seconds
        from kept.campaigns as campaigns
        where campaigns.min_talk_seconds > 0
    ) as shortest
    union all
    select settling_drops.settles_at as instant
    from core.settling_drops as settling_drops
    union all
    select min(queue_log.known_at) as instant
    from raw.queue_log as queue_log
    where queue_log.applied_run is null
    union all
    select min(cdr.known_at) as instant
    from raw.cdr as cdr
    where cdr.applied_run is null
    union all
    select min(cel.known_at) as instant
    from raw.cel as cel
    where cel.applied_run is null
    union all
    select min(table_calls.known_at) as instant
    from raw.table_calls as table_calls
    where table_calls.applied_run is null
    union all
    select min(results.known_at) as instant
    from raw.results as results
    where results.applied_run is null
)

select min(instants.instant) as next_change_at
from instants
where instants.instant > $now::timestamp
