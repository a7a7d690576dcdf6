-- Give dials handed out after a carried-over dropped call to its new episode.
-- Grain:  one row per attempt of core.carried_attempts
-- Reads:  core.carried_attempts, kept.attempts
-- Params: $run_id bigint
update kept.attempts
set
    episode_id = carried.episode_id,
    attempt_number = carried.attempt_number,
    redial_number = carried.redial_number,
    changed_run = $run_id::bigint
from core.carried_attempts as carried
where kept.attempts.command_key = carried.command_key
