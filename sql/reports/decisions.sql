-- What the runs said of each episode, from the first to the last run that said so.
-- Grain:  one row per change of a decision whose first run lies in the time asked for
-- Reads:  kept.decisions
-- Params: $from_at timestamp, $to_at timestamp
--
-- No last run: in force. due: when the attempt may leave. also: reasons that applied as well and
-- stand lower in the list.
select
    decisions.first_run_at,
    decisions.last_run_at,
    decisions.number,
    decisions.campaign,
    decisions.decision,
    decisions.reason,
    decisions.attempt_number,
    decisions.due_at,
    decisions.also,
    decisions.proof,
    decisions.settings_hash,
    decisions.episode_id
from kept.decisions as decisions
where
    decisions.first_run_at >= $from_at::timestamp
    and decisions.first_run_at < $to_at::timestamp
order by
    decisions.first_run_at,
    decisions.number,
    decisions.episode_id,
    decisions.run_id
