-- Write what the sinks answered: delivered, unsure, dead, or issued again (refused for now, or
-- certainly not taken before a kill).
-- Grain:  one row per command of ops.outcomes
-- Reads:  ops.outcomes, kept.commands
-- Params: $now timestamp, $run_id bigint
update kept.commands
set
    state = case outcomes.outcome
        when 'delivered' then 'delivered'
        when 'unsure' then 'unsure'
        when 'refused_for_good' then 'dead'
        else 'issued'
    end,
    offered_at = case outcomes.outcome
        when 'not_taken' then null
        else kept.commands.offered_at
    end,
    delivered_at = case outcomes.outcome
        when 'delivered' then coalesce(kept.commands.offered_at, $now::timestamp)
    end,
    detail = outcomes.detail,
    changed_run = $run_id::bigint
from ops.outcomes as outcomes
where kept.commands.command_key = outcomes.command_key
