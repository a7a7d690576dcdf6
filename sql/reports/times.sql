-- How long dropped clients waited for our first attempt, and until somebody talked with them.
-- Grain:  one row per split (all, campaign, day, hour of the day, line, queue) and its value
-- Reads:  core.split_episodes
-- Params: none
--
-- Both from the drop that opened the episode, in seconds: median, and p90, which nine of ten did
-- not exceed. attempted: episodes with a dial handed out, whatever came of it; those that were
-- recovered before are not among them. talked: those whose client talked with an operator, whoever
-- called. Episodes that had nobody to call back are left out.
select
    episodes.split,
    episodes.split_value as value,
    count(*) as episode_count,
    count(episodes.first_attempt_seconds) as attempted_count,
    round(quantile_cont(episodes.first_attempt_seconds, 0.5))::bigint
        as to_attempt_median_seconds,
    round(quantile_cont(episodes.first_attempt_seconds, 0.9))::bigint as to_attempt_p90_seconds,
    count(episodes.talked_after_seconds) as talked_count,
    round(quantile_cont(episodes.talked_after_seconds, 0.5))::bigint as to_talk_median_seconds,
    round(quantile_cont(episodes.talked_after_seconds, 0.9))::bigint as to_talk_p90_seconds
from core.split_episodes as episodes
where episodes.is_recoverable
group by
    episodes.split,
    episodes.position,
    episodes.split_value
order by
    episodes.position,
    episodes.split_value
