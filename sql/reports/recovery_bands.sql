-- Recovery within so many minutes of the drop, by clients themselves, by our dials and by hand.
-- Grain:  one row per campaign and band of `recovery_minutes`
-- Reads:  core.episode_outcomes, ops.runs
-- Params: $from_at timestamp, $to_at timestamp, $recovery_minutes bigint[]
--
-- Counted are episodes that are older than the band at the last run, so that none is called lost
-- whose time is not over, and that had somebody to call back. talked: an operator and the client
-- talked within the band, whoever called, also after the episode was given up. self: the client
-- called. won back: a dial of ours; by hand: another outgoing call. Each % is of the episodes.
with last_run as (
    select max(runs.run_at) as run_at
    from ops.runs as runs
),

banded as (
    select
        outcomes.campaign,
        bands.within_minutes,
        outcomes.outcome,
        outcomes.talked_direction,
        coalesce(
            outcomes.talked_after_seconds <= bands.within_minutes * epoch(interval '1 minute'),
            false
        ) as is_talked
    from core.episode_outcomes as outcomes
    cross join last_run
    cross join unnest($recovery_minutes::bigint[]) as bands (within_minutes)
    where
        outcomes.is_recoverable
        and outcomes.added_at >= $from_at::timestamp
        and outcomes.added_at < $to_at::timestamp
        and outcomes.added_at + bands.within_minutes * interval '1 minute' <= last_run.run_at
),

counted as (
    select
        banded.campaign,
        banded.within_minutes,
        count(*) as episode_count,
        count(*) filter (where banded.is_talked) as talked_count,
        count(*) filter (where banded.is_talked and banded.talked_direction = 'in') as self_count,
        count(*) filter (where banded.is_talked and banded.outcome = 'won_back') as won_back_count
    from banded
    group by
        banded.campaign,
        banded.within_minutes
)

select
    counted.campaign,
    counted.within_minutes,
    counted.episode_count,
    counted.talked_count,
    counted.self_count,
    counted.won_back_count,
    counted.talked_count - counted.self_count - counted.won_back_count as by_hand_count,
    kept.percent(counted.talked_count, counted.episode_count) as talked_percent,
    kept.percent(counted.self_count, counted.episode_count) as self_percent,
    kept.percent(counted.won_back_count, counted.episode_count) as won_back_percent
from counted
order by
    counted.campaign,
    counted.within_minutes
