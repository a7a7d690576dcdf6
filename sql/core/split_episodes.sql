-- Every episode once for each split of a report: in all, by campaign, day, hour, line and queue.
-- Grain:  one row per episode and split
-- Reads:  core.episode_outcomes, core.splits
-- Params: $from_at timestamp, $to_at timestamp, $time_zone varchar
--
-- For readers. Days and hours, line and queue are those of the dropped call that opened it.
select
    splits.split,
    splits.position,
    kept.split_value(
        splits.split,
        kept.local_time(outcomes.added_at, $time_zone::varchar),
        outcomes.line,
        outcomes.queue,
        outcomes.campaign
    ) as split_value,
    outcomes.number,
    outcomes.outcome,
    outcomes.is_recoverable,
    outcomes.talked_direction,
    outcomes.reached_attempt_number,
    outcomes.attempt_count,
    outcomes.dial_count,
    outcomes.regret_count,
    outcomes.first_attempt_seconds,
    outcomes.talked_after_seconds
from core.episode_outcomes as outcomes
cross join core.splits as splits
where
    outcomes.added_at >= $from_at::timestamp
    and outcomes.added_at < $to_at::timestamp
