-- The episodes of a number, from the call that opened each to what closed it.
-- Grain:  one row per episode
-- Reads:  kept.episodes, kept.dropped_calls, kept.attempts, kept.closings_by_hand
-- Params: $number varchar
with drops as (
    select
        dropped_calls.episode_id,
        count(*) as dropped_count
    from kept.dropped_calls as dropped_calls
    where
        dropped_calls.number = $number::varchar
        and not dropped_calls.is_withdrawn
    group by dropped_calls.episode_id
),

attempts_made as (
    select
        attempts.episode_id,
        count(*) as attempt_count
    from kept.attempts as attempts
    where attempts.number = $number::varchar
    group by attempts.episode_id
),

by_hand as (
    select
        closings_by_hand.episode_id,
        min(closings_by_hand.why) as why
    from kept.closings_by_hand as closings_by_hand
    group by closings_by_hand.episode_id
)

select
    episodes.episode_id,
    episodes.campaign,
    episodes.opening_source || '/' || episodes.opening_call_id as opening_call,
    episodes.added_at,
    episodes.opened_at,
    episodes.closed_at,
    episodes.closed_run_at,
    episodes.reason,
    episodes.closing_source || '/' || episodes.closing_call_id as closing_call,
    episodes.blocked_since,
    episodes.is_closing_withdrawn,
    by_hand.why,
    coalesce(drops.dropped_count, 0) as dropped_count,
    coalesce(attempts_made.attempt_count, 0) as dialled_count
from kept.episodes as episodes
left join drops
    on episodes.episode_id = drops.episode_id
left join attempts_made
    on episodes.episode_id = attempts_made.episode_id
left join by_hand
    on episodes.episode_id = by_hand.episode_id
where episodes.number = $number::varchar
order by
    episodes.added_at,
    episodes.episode_id
