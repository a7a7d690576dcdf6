-- What the runs said of the episodes of a number, change by change.
-- Grain:  one row per change of a decision
-- Reads:  kept.decisions
-- Params: $number varchar
select
    decisions.first_run_at,
    decisions.last_run_at,
    decisions.campaign,
    decisions.decision,
    decisions.reason,
    decisions.attempt_number,
    decisions.attempt_count,
    decisions.promised_at,
    decisions.due_at,
    decisions.proof,
    decisions.also,
    decisions.settings_hash,
    decisions.episode_id
from kept.decisions as decisions
where decisions.number = $number::varchar
order by
    decisions.first_run_at,
    decisions.run_id,
    decisions.campaign,
    decisions.episode_id
