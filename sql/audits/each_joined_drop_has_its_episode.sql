-- Dropped calls of this run that were opened or joined, and whose episode does not exist.
-- Grain:  one row per dropped call with an episode that is not kept
-- Reads:  kept.dropped_calls, kept.episodes
-- Params: $run_id bigint
select
    drops.episode_id,
    'the dropped call ' || drops.source || '/' || drops.call_id || ' belongs to the episode '
    || coalesce(drops.episode_id, 'null') || ', which does not exist' as detail
from kept.dropped_calls as drops
where
    drops.changed_run = $run_id::bigint
    and drops.account in ('opened', 'joined')
    and not exists (
        select 1
        from kept.episodes as episodes
        where episodes.episode_id = drops.episode_id
    )
