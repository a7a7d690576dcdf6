-- The dropped calls of a number, each with its account.
-- Grain:  one row per dropped call
-- Reads:  kept.dropped_calls, kept.episodes
-- Params: $number varchar
select
    drops.source || '/' || drops.call_id as call,
    drops.campaign,
    drops.kind,
    drops.dropped_at,
    drops.waited_seconds,
    drops.account,
    drops.reason,
    drops.is_late,
    drops.is_withdrawn,
    drops.first_seen_at,
    drops.accounted_at,
    drops.episode_id,
    episodes.added_at as episode_added_at
from kept.dropped_calls as drops
left join kept.episodes as episodes
    on drops.episode_id = episodes.episode_id
where drops.number = $number::varchar
order by
    drops.dropped_at,
    drops.source,
    drops.call_id
