-- What each change of the settings did: the figures of the episodes decided by each version.
-- Grain:  one row per version of the settings and campaign with episodes in the time asked for
-- Reads:  core.settings_changes, core.episode_outcomes, kept.decisions, ops.settings
-- Params: $from_at timestamp, $to_at timestamp
--
-- An episode belongs to the version by which it was first decided, so one that was taken up again
-- has all its own. changed: what it set otherwise than the version before, but for the first one.
-- recovered %, self %, won back %: as in recovery. to attempt: median of the seconds from the drop
-- to the first dial. A change shows beside others (season, staff): compare like days.
with first_decisions as (
    select
        decisions.episode_id,
        min({
            'first_run_at': decisions.first_run_at,
            'run_id': decisions.run_id,
            'settings_hash': decisions.settings_hash
        }) as decision
    from kept.decisions as decisions
    group by decisions.episode_id
),

changes as (
    select
        settings_changes.settings_hash,
        list_sort(list(
            settings_changes.section || ' ' || settings_changes.key || ': '
            || coalesce(settings_changes.previous_value, 'none') || ' → '
            || coalesce(settings_changes.value, 'none')
        )) as changed
    from core.settings_changes as settings_changes
    where settings_changes.previous_hash is not null
    group by settings_changes.settings_hash
),

counted as (
    select
        first_decisions.decision['settings_hash'] as settings_hash,
        outcomes.campaign,
        min(outcomes.added_at) as first_added_at,
        count(*) as episode_count,
        count(*) filter (where outcomes.is_recoverable) as recoverable_count,
        count(*) filter (where outcomes.outcome = 'self_recovered') as self_count,
        count(*) filter (where outcomes.outcome = 'won_back') as won_back_count,
        count(*) filter (
            where
            outcomes.outcome in ('self_recovered', 'won_back', 'reached_by_hand', 'reached')
        ) as recovered_count,
        sum(outcomes.dial_count)::bigint as dial_count,
        sum(outcomes.regret_count)::bigint as regret_count,
        round(quantile_cont(outcomes.first_attempt_seconds, 0.5))::bigint as to_attempt_seconds
    from core.episode_outcomes as outcomes
    inner join first_decisions
        on outcomes.episode_id = first_decisions.episode_id
    where
        outcomes.added_at >= $from_at::timestamp
        and outcomes.added_at < $to_at::timestamp
    group by
        first_decisions.decision['settings_hash'],
        outcomes.campaign
)

select
    coalesce(settings.first_run_at, counted.first_added_at) as first_run_at,
    counted.campaign,
    counted.episode_count,
    kept.percent(counted.recovered_count, counted.recoverable_count) as recovered_percent,
    kept.percent(counted.self_count, counted.recoverable_count) as self_percent,
    kept.percent(counted.won_back_count, counted.recoverable_count) as won_back_percent,
    counted.dial_count,
    counted.regret_count,
    counted.to_attempt_seconds,
    coalesce(changes.changed, []) as changed,
    counted.settings_hash
from counted
left join ops.settings as settings
    on counted.settings_hash = settings.settings_hash
left join changes
    on counted.settings_hash = changes.settings_hash
order by
    first_run_at,
    counted.settings_hash,
    counted.campaign
