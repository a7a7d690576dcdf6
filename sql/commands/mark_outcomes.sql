-- Write what the sinks answered: delivered, unsure, dead, or issued again (refused for now, or
-- certainly not taken before a kill).
-- Grain:  one row per command of core.answered_tries
-- Reads:  core.answered_tries, kept.commands
-- Params: $now timestamp, $run_id bigint
update kept.commands
set
    state = kept.state_after(answered.outcome, answered.is_given_up),
    offered_at = case answered.outcome
        when 'not_taken' then null
        else kept.commands.offered_at
    end,
    delivered_at = case answered.outcome
        when 'delivered' then coalesce(kept.commands.offered_at, $now::timestamp)
    end,
    next_try_at = case when not answered.is_given_up then answered.next_try_at end,
    detail = answered.detail,
    changed_run = $run_id::bigint
from core.answered_tries as answered
where kept.commands.command_key = answered.command_key
