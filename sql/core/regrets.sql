-- Dials that would not have been handed out, had everything been known: regrets.
-- Grain:  one row per attempt (command_key) that turns out to be one
-- Reads:  core.talks, core.calls, raw.results, kept.attempts, kept.dropped_calls, kept.episodes,
--         settings.campaigns
-- Params: $run_id bigint, $since timestamp
--
-- A talk lies before the hand-out with no dropped call between the two; or the episode turned out
-- to have no dropped call at all. The talk of the attempt's own call is no regret, whether the call
-- or the dialler's report shows it. For a campaign that is gone each talk counts when its record is
-- new, for nothing tells which of the older ones it asked for.
-- A talk of another number of the contact counts when its record comes late: a directory that ties
-- the two numbers together later on makes no dial wrong that was right by the one of then.
with told_now as (
    select
        changed.source,
        changed.call_id
    from core.calls as changed
    union
    select
        reported.source,
        reported.command_key as call_id
    from raw.results as reported
    where reported.applied_run = $run_id::bigint
),

attempts as (
    select attempts.*
    from kept.attempts as attempts
    where
        not attempts.is_regret
        and not attempts.is_by_hand
        and attempts.handed_out_at >= $since::timestamp
),

dials_after_talks as (
    select
        attempts.command_key,
        attempts.campaign,
        attempts.number,
        attempts.handed_out_at,
        talks.talk_at
    from core.talks as talks
    inner join attempts
        on talks.campaign = attempts.campaign
        and talks.number = attempts.number
        and talks.talk_at < attempts.handed_out_at
    left join settings.campaigns as campaigns
        on talks.campaign = campaigns.campaign
    left join told_now
        on talks.source = told_now.source
        and talks.call_id = told_now.call_id
    where
        talks.call_id != attempts.command_key
        and (
            talks.talked_number = talks.number and campaigns.campaign is not null
            or told_now.call_id is not null
        )
        and (
            attempts.call_id is null
            or talks.source != attempts.call_source
            or talks.call_id != attempts.call_id
        )
)

select dials.command_key
from dials_after_talks as dials
where
    not exists (
        select 1
        from kept.dropped_calls as drops
        where
            drops.campaign = dials.campaign
            and drops.number = dials.number
            and drops.account in ('opened', 'joined')
            and not drops.is_withdrawn
            and drops.dropped_at >= dials.talk_at
            and drops.dropped_at <= dials.handed_out_at
    )
union
select attempts.command_key
from attempts
inner join kept.episodes as episodes
    on attempts.episode_id = episodes.episode_id
where
    episodes.reason = 'not_dropped'
    and episodes.changed_run = $run_id::bigint
