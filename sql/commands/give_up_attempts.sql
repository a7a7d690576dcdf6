-- An unsure dial that a person gives up was refused; the next step of the ladder follows.
-- Grain:  one row per unsure dial that is given up
-- Reads:  core.delivery_verdicts, kept.attempts, ops.runs
-- Params: $now timestamp, $said varchar
update kept.attempts
set
    result = 'refused',
    ended_at = $now::timestamp,
    detail = $said::varchar,
    changed_run = (select coalesce(max(runs.run_id), 0) + 1 from ops.runs as runs)
from core.delivery_verdicts as verdicts
where
    kept.attempts.command_key = verdicts.command_key
    and kept.attempts.result is null
    and verdicts.kind = 'dial'
    and verdicts.verdict = 'given_up'
