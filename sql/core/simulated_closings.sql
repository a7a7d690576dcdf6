-- Which open episodes of a simulation end now, each at its own instant, and why.
-- Grain:  one row per open episode to which nothing else happens before its end
-- Reads:  core.plans, core.simulated_dues, core.simulated_dials, core.simulated_expiries,
--         core.redials, kept.episodes, kept.attempts, kept.dropped_calls, settings.campaign_words
-- Params: $end_at timestamp
--
-- What core.closings says of the facts that one run knows, here said of each at its own time, so
-- that the earliest end counts. The last attempt is over at once: a talk in its second finds
-- nothing open any more. A talk comes before giving up, in the same second.
with made_attempts as (
    select
        attempts.episode_id,
        count(*) filter (where attempts.redial_number = 0) as made_count,
        count(*) filter (where stop_on.word is not null) as stop_count,
        max(attempts.handed_out_at) as last_handed_out_at,
        bool_or(attempts.result = 'answered') as is_answered
    from kept.attempts as attempts
    inner join kept.episodes as episodes
        on attempts.episode_id = episodes.episode_id
    left join settings.campaign_words as stop_on
        on episodes.campaign = stop_on.campaign
        and stop_on.kind = 'stop_on'
        and stop_on.word = attempts.detail
    where episodes.closed_at is null
    group by attempts.episode_id
),

exhausted as (
    select
        made_attempts.episode_id,
        made_attempts.last_handed_out_at
    from made_attempts
    inner join core.plans as plans
        on made_attempts.episode_id = plans.episode_id
    left join core.redials as redials
        on made_attempts.episode_id = redials.episode_id
    where
        not made_attempts.is_answered
        and (
            made_attempts.made_count >= plans.attempt_count and redials.episode_id is null
            or made_attempts.stop_count > 0
        )
),

-- Nothing else happens before: no dial now, and no step that a later dropped call restarts.
idle as (
    select
        plans.episode_id,
        episodes.cut_at as talk_at,
        episodes.closing_source,
        episodes.closing_call_id,
        expiries.expires_at
    from core.plans as plans
    inner join kept.episodes as episodes
        on plans.episode_id = episodes.episode_id
    left join core.simulated_expiries as expiries
        on plans.episode_id = expiries.episode_id
    where
        not exists (
            select 1
            from core.simulated_dials as dials
            where dials.episode_id = plans.episode_id
        )
        and not exists (
            select 1
            from kept.dropped_calls as later_drops
            inner join core.simulated_dues as dues
                on later_drops.episode_id = dues.episode_id
            where
                later_drops.episode_id = plans.episode_id
                and later_drops.is_withdrawn
                and later_drops.dropped_at <= dues.dialled_at
        )
),

ends as (
    select
        1 as line_number,
        exhausted.episode_id,
        'exhausted' as reason,
        exhausted.last_handed_out_at as closed_at,
        null as closing_source,
        null as closing_call_id
    from exhausted
    union all
    select
        2 as line_number,
        idle.episode_id,
        'reached' as reason,
        idle.talk_at as closed_at,
        idle.closing_source,
        idle.closing_call_id
    from idle
    where idle.talk_at < $end_at::timestamp
    union all
    select
        3 as line_number,
        idle.episode_id,
        'expired' as reason,
        idle.expires_at as closed_at,
        null as closing_source,
        null as closing_call_id
    from idle
    where idle.expires_at < $end_at::timestamp
)

select
    ends.episode_id,
    ends.reason,
    ends.closed_at,
    ends.closed_at as cut_at,
    ends.closing_source,
    ends.closing_call_id
from ends
qualify row_number() over (
    partition by ends.episode_id
    order by
        ends.closed_at,
        ends.line_number
) = 1
