-- Mark the dials of core.regrets.
-- Grain:  one row per attempt that turns out to be a regret
-- Reads:  core.regrets, kept.attempts
-- Params: $run_id bigint
update kept.attempts
set
    is_regret = true,
    changed_run = $run_id::bigint
from core.regrets as regrets
where kept.attempts.command_key = regrets.command_key
