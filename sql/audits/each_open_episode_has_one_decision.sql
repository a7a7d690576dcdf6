-- Open episodes that this run decided not at all, or more than once (I3).
-- Grain:  one row per open episode without exactly one decision
-- Reads:  kept.episodes, core.decisions
-- Params: none
with counted as (
    select
        episodes.episode_id,
        count(decisions.episode_id) as decision_count
    from kept.episodes as episodes
    left join core.decisions as decisions
        on episodes.episode_id = decisions.episode_id
    where episodes.closed_at is null
    group by episodes.episode_id
)

select
    counted.episode_id,
    counted.decision_count::varchar || ' decisions for the open episode ' || counted.episode_id
    as detail
from counted
where counted.decision_count != 1
