-- Write down what handed-out dials have come to.
-- Grain:  one row per attempt of core.attempt_results
-- Reads:  core.attempt_results, kept.attempts
-- Params: $run_id bigint
update kept.attempts
set
    result = results.result,
    ended_at = results.ended_at,
    detail = results.detail,
    changed_run = $run_id::bigint
from core.attempt_results as results
where kept.attempts.command_key = results.command_key
