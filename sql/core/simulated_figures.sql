-- What a simulation came to, in counts by kind and name.
-- Grain:  one row per kind (dropped, opened, joined, ignored, settling, removed, undialled, open,
--         due, redial, held, rush, over_pace) and name
-- Reads:  kept.dropped_calls, kept.episodes, kept.attempts, core.simulated_delays,
--         settings.program, settings.campaigns
-- Params: none
--
-- dropped = opened + joined + ignored + settling, opened = removed + open. name: the reason of
-- ignored and of removed ones, the number of the attempt of due dials. undialled: of the removed
-- ones those that ended before any dial. held: how often a limit put a dial off. rush: the most
-- dials of one minute; over_pace: minutes with more dials than a run may hand out. Calls by hand
-- are no dials.
with minutes as (
    select
        attempts.campaign,
        date_trunc('minute', attempts.handed_out_at) as minute_at,
        count(*) as dial_count
    from kept.attempts as attempts
    where not attempts.is_by_hand
    group by
        attempts.campaign,
        date_trunc('minute', attempts.handed_out_at)
),

whole_minutes as (
    select
        minutes.minute_at,
        sum(minutes.dial_count)::bigint as dial_count,
        bool_or(minutes.dial_count > campaigns.dials_per_run) as is_over_own
    from minutes
    inner join settings.campaigns as campaigns
        on minutes.campaign = campaigns.campaign
    group by minutes.minute_at
)

select
    'dropped' as kind,
    '' as name,
    count(*) as figure
from kept.dropped_calls as drops
where drops.account != 'withdrawn'
union all
select
    drops.account as kind,
    coalesce(drops.reason, '') as name,
    count(*) as figure
from kept.dropped_calls as drops
where drops.account != 'withdrawn'
group by
    drops.account,
    drops.reason
union all
select
    case when episodes.closed_at is null then 'open' else 'removed' end as kind,
    coalesce(episodes.reason, '') as name,
    count(*) as figure
from kept.episodes as episodes
group by
    episodes.closed_at is null,
    episodes.reason
union all
select
    'undialled' as kind,
    episodes.reason as name,
    count(*) as figure
from kept.episodes as episodes
where
    episodes.closed_at is not null
    and episodes.episode_id not in (select attempts.episode_id from kept.attempts as attempts)
group by episodes.reason
union all
select
    case when attempts.redial_number = 0 then 'due' else 'redial' end as kind,
    attempts.attempt_number::varchar as name,
    count(*) as figure
from kept.attempts as attempts
where not attempts.is_by_hand
group by
    attempts.redial_number = 0,
    attempts.attempt_number
union all
select
    'held' as kind,
    '' as name,
    count(*) as figure
from core.simulated_delays as delays
union all
select
    'rush' as kind,
    '' as name,
    coalesce(max(whole_minutes.dial_count), 0) as figure
from whole_minutes
union all
select
    'over_pace' as kind,
    '' as name,
    count(*) as figure
from whole_minutes
cross join settings.program as program
where coalesce(whole_minutes.dial_count > program.dials_per_run, false) or whole_minutes.is_over_own
