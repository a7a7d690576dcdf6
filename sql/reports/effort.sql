-- What a recovery costs: attempts made for the clients won back, and for all, per one won back.
-- Grain:  one row per split (all, campaign, day, hour of the day, line, queue) and its value
-- Reads:  core.split_episodes
-- Params: none
--
-- attempts: steps of the ladder made, refused and unseen ones too, and calls by hand where they
-- count as steps. dials: what was handed out, redials too; redials are repeats within an attempt
-- (Bright Pattern). per won back = attempts of the episodes won back / these episodes. all per won
-- back = attempts of all episodes / episodes won back. regrets: dials that, with all that is known
-- now, would not have been handed out.
with counted as (
    select
        episodes.split,
        episodes.position,
        episodes.split_value,
        count(*) as episode_count,
        count(*) filter (where episodes.outcome = 'won_back') as won_back_count,
        sum(episodes.attempt_count)::bigint as attempt_count,
        coalesce(
            sum(episodes.attempt_count) filter (where episodes.outcome = 'won_back'), 0
        )::bigint as won_back_attempt_count,
        sum(episodes.dial_count)::bigint as dial_count,
        sum(episodes.regret_count)::bigint as regret_count
    from core.split_episodes as episodes
    group by
        episodes.split,
        episodes.position,
        episodes.split_value
)

select
    counted.split,
    counted.split_value as value,
    counted.episode_count,
    counted.won_back_count,
    counted.attempt_count,
    counted.won_back_attempt_count,
    counted.dial_count,
    counted.regret_count,
    round(counted.won_back_attempt_count / nullif(counted.won_back_count, 0), 2) as per_won_back,
    round(counted.attempt_count / nullif(counted.won_back_count, 0), 2) as all_per_won_back
from counted
order by
    counted.position,
    counted.split_value
