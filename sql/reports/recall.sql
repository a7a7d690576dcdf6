-- Recall: which lost callers somebody of ours called and reached, and how long that took.
-- Grain:  one row per split (all, campaign, day, hour of the day, line, queue) and its value
-- Reads:  core.split_episodes
-- Params: none
--
-- lost callers: distinct numbers of the episodes that had somebody to call back. recalled: those
-- with whom an outgoing call, ours or by hand, was the first talk after a drop of theirs. recall
-- rate = recalled / lost callers. recall time: from the loss to that talk, of each episode, least,
-- mean and greatest (NethVoice).
with counted as (
    select
        episodes.split,
        episodes.position,
        episodes.split_value,
        count(distinct episodes.number) as lost_caller_count,
        count(distinct episodes.number) filter (where episodes.talked_direction = 'out')
            as recalled_count,
        min(episodes.talked_after_seconds) filter (where episodes.talked_direction = 'out')
            as least_seconds,
        avg(episodes.talked_after_seconds) filter (where episodes.talked_direction = 'out')
            as mean_seconds,
        max(episodes.talked_after_seconds) filter (where episodes.talked_direction = 'out')
            as greatest_seconds
    from core.split_episodes as episodes
    where episodes.is_recoverable
    group by
        episodes.split,
        episodes.position,
        episodes.split_value
)

select
    counted.split,
    counted.split_value as value,
    counted.lost_caller_count,
    counted.recalled_count,
    kept.percent(counted.recalled_count, counted.lost_caller_count) as recall_rate_percent,
    counted.least_seconds,
    round(counted.mean_seconds)::bigint as mean_seconds,
    counted.greatest_seconds
from counted
order by
    counted.position,
    counted.split_value
