-- Decisions that differ from what the run before said of the same episode.
-- Grain:  one row per episode whose decision, reason, due instant or proof is new
-- Reads:  core.decisions, kept.decisions
-- Params: none
with in_force as (
    select decisions.*
    from kept.decisions as decisions
    where decisions.last_run_at is null
)

select decisions.*
from core.decisions as decisions
left join in_force
    on decisions.episode_id = in_force.episode_id
where
    in_force.episode_id is null
    or decisions.decision != in_force.decision
    or decisions.reason != in_force.reason
    or decisions.attempt_number is distinct from in_force.attempt_number
    or decisions.due_at is distinct from in_force.due_at
    or decisions.promised_at is distinct from in_force.promised_at
    or decisions.proof != in_force.proof
