-- What each handed-out dial has come to by now.
-- Grain:  one row per attempt that is in doubt or up, was unseen, or whose call changed
-- Reads:  kept.attempts, kept.calls, core.calls, core.connections, raw.results,
--         core.reported_talks, kept.campaigns, settings.sources
-- Params: $now timestamp, $run_id bigint, $since timestamp
--
-- unanswered: over without a talk. unseen: no call within `confirm_within`, or one that shows no
-- end for longer than `open_call_limit`. A result that comes late corrects `unseen`. A connection
-- counts as in core.talks: while it is shorter than `min_talk_seconds` the attempt is up.
with reported_keys as (
    select
        results.command_key,
        bool_or(results.applied_run = $run_id::bigint) as is_new
    from raw.results as results
    group by results.command_key
),

-- An unseen attempt that still shows nothing comes back only where `confirm_within` was lengthened.
attempts as (
    select attempts.*
    from kept.attempts as attempts
    inner join kept.campaigns as campaigns
        on attempts.campaign = campaigns.campaign
    left join core.calls as changed
        on attempts.call_source = changed.source
        and attempts.call_id = changed.call_id
    left join reported_keys
        on attempts.command_key = reported_keys.command_key
    where
        attempts.result is null
        or attempts.result != 'refused' and attempts.changed_run = $run_id::bigint
        or changed.call_id is not null
        or reported_keys.is_new
        or attempts.result = 'unseen'
        and attempts.handed_out_at >= $since::timestamp
        and (
            attempts.call_id is not null
            or reported_keys.command_key is not null
            or $now::timestamp
            < attempts.handed_out_at + campaigns.confirm_within_minutes * interval '1 minute'
        )
),

-- A report of the dialler; where several say the same, the earliest counts.
reports as (
    select
        results.command_key,
        min(results.event_at) as first_event_at,
        max(results.event_at) as last_event_at,
        min(results.event_at) filter (where results.event = 'ended') as ended_at,
        min(results.result) filter (where results.event = 'ended') as result
    from raw.results as results
    inner join attempts
        on results.command_key = attempts.command_key
    where results.applied_run is not null
    group by results.command_key
),

signs as (
    select
        attempts.command_key,
        attempts.handed_out_at,
        attempts.result as earlier_result,
        attempts.ended_at as earlier_ended_at,
        attempts.detail as earlier_detail,
        calls.call_id is not null or reports.command_key is not null as is_seen,
        exists (
            select 1
            from core.connections as connections
            where
                connections.source = calls.source
                and connections.call_id = calls.call_id
                and kept.is_talk(
                    connections.talk_at,
                    coalesce(connections.over_at, $now::timestamp),
                    campaigns.min_talk_seconds
                )
        )
        or exists (
            select 1
            from core.reported_talks as reported_talks
            where
                reported_talks.command_key = attempts.command_key
                and (
                    not reported_talks.is_length_known
                    or kept.is_talk(
                        reported_talks.talk_at,
                        coalesce(reported_talks.over_at, calls.ended_at, $now::timestamp),
                        campaigns.min_talk_seconds
                    )
                )
        ) as is_answered,
        case
            when calls.call_id is not null then calls.ended_at else reports.ended_at
        end as ended_at,
        greatest(
            calls.started_at, calls.connected_at, calls.last_connected_at,
            reports.last_event_at
        ) as last_sign_at,
        coalesce(calls.result, reports.result) as detail,
        attempts.handed_out_at
        + campaigns.confirm_within_minutes * interval '1 minute' as confirm_by,
        coalesce(
            sources.open_call_limit_minutes,
            (select min(limits.open_call_limit_minutes) from settings.sources as limits)
        ) as open_call_limit_minutes
    from attempts
    inner join kept.campaigns as campaigns
        on attempts.campaign = campaigns.campaign
    left join kept.calls as calls
        on attempts.call_source = calls.source
        and attempts.call_id = calls.call_id
        and calls.started_at >= $since::timestamp
    left join settings.sources as sources
        on calls.source = sources.source
    left join reports
        on attempts.command_key = reports.command_key
),

judged as (
    select
        signs.command_key,
        signs.earlier_result,
        signs.earlier_ended_at,
        signs.earlier_detail,
        case
            when signs.is_answered then 'answered'
            when signs.ended_at is not null then 'unanswered'
            when
                signs.is_seen
                and $now::timestamp
                >= signs.last_sign_at + signs.open_call_limit_minutes * interval '1 minute'
                then 'unseen'
            when not signs.is_seen and $now::timestamp >= signs.confirm_by then 'unseen'
        end as result,
        signs.ended_at,
        signs.detail
    from signs
)

select
    judged.command_key,
    judged.result,
    judged.ended_at,
    judged.detail
from judged
where
    judged.result is distinct from judged.earlier_result
    or judged.ended_at is distinct from judged.earlier_ended_at
    or judged.result is not null and judged.detail is distinct from judged.earlier_detail
