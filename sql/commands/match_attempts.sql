-- Give handed-out dials the calls that prove them.
-- Grain:  one row per attempt that finds its call
-- Reads:  core.attempt_matches, kept.attempts
-- Params: $run_id bigint
update kept.attempts
set
    call_source = matches.call_source,
    call_id = matches.call_id,
    is_matched_by_key = matches.is_matched_by_key,
    changed_run = $run_id::bigint
from core.attempt_matches as matches
where kept.attempts.command_key = matches.command_key
