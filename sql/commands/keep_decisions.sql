-- Keep the decisions that changed, from this run on. A remove holds for this run only.
-- Grain:  one row per decision of core.changed_decisions
-- Reads:  core.changed_decisions, settings.program
-- Params: $now timestamp, $run_id bigint
insert into kept.decisions
select
    decisions.episode_id,
    decisions.campaign,
    decisions.number,
    decisions.decision,
    decisions.reason,
    decisions.attempt_number,
    decisions.attempt_count,
    decisions.promised_at,
    decisions.due_at,
    decisions.proof,
    decisions.also,
    program.settings_hash,
    $now::timestamp as first_run_at,
    case when decisions.decision = 'remove' then $now::timestamp end as last_run_at,
    $run_id::bigint as run_id,
    $run_id::bigint as changed_run
from core.changed_decisions as decisions
cross join settings.program as program
order by
    decisions.campaign,
    decisions.number,
    decisions.episode_id
