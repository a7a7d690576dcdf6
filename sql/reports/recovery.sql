-- Recovery: which clients who were dropped got through after all, through whom, and which never.
-- Grain:  one row per split (all, campaign, day, hour of the day, line, queue) and its value
-- Reads:  core.split_episodes
-- Params: none
--
-- Counted are episodes, one for all dropped calls of a client until he is reached. self: he called
-- again and got through. won back: in a dial of ours, by its attempt; later: attempt 4 and on, or
-- the dial of another episode. by hand: in an outgoing call that somebody else placed. unknown:
-- reached, the call that shows how is gone. never: exhausted or expired. waiting: open or blocked.
-- set aside: no dropped call after all, do-not-call, campaign ended, closed by hand. recovered % =
-- (self + won back + by hand + unknown) / (episodes - set aside); self % and won back % alike.
-- The split by who recovered them is that of self-recovered / recalled / never (Grove House).
with counted as (
    select
        episodes.split,
        episodes.position,
        episodes.split_value,
        count(*) as episode_count,
        count(*) filter (where episodes.is_recoverable) as recoverable_count,
        count(*) filter (where episodes.outcome = 'self_recovered') as self_count,
        count(*) filter (where episodes.outcome = 'won_back') as won_back_count,
        count(*) filter (
            where episodes.outcome = 'won_back' and episodes.reached_attempt_number = 1
        ) as won_back_1_count,
        count(*) filter (
            where episodes.outcome = 'won_back' and episodes.reached_attempt_number = 2
        ) as won_back_2_count,
        count(*) filter (
            where episodes.outcome = 'won_back' and episodes.reached_attempt_number = 3
        ) as won_back_3_count,
        count(*) filter (where episodes.outcome = 'reached_by_hand') as by_hand_count,
        count(*) filter (where episodes.outcome = 'reached') as unknown_count,
        count(*) filter (where episodes.outcome in ('exhausted', 'expired')) as never_count,
        count(*) filter (where episodes.outcome in ('open', 'blocked')) as waiting_count
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
    kept.percent(
        counted.self_count + counted.won_back_count + counted.by_hand_count
        + counted.unknown_count,
        counted.recoverable_count
    ) as recovered_percent,
    counted.self_count,
    counted.won_back_1_count,
    counted.won_back_2_count,
    counted.won_back_3_count,
    counted.won_back_count - counted.won_back_1_count - counted.won_back_2_count
    - counted.won_back_3_count as later_count,
    counted.by_hand_count,
    counted.never_count,
    counted.waiting_count,
    counted.unknown_count,
    counted.episode_count - counted.recoverable_count as set_aside_count,
    kept.percent(counted.self_count, counted.recoverable_count) as self_percent,
    kept.percent(counted.won_back_count, counted.recoverable_count) as won_back_percent
from counted
order by
    counted.position,
    counted.split_value
