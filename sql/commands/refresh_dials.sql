-- An undelivered dial that this run decides again: the same row, with what is known now.
-- Grain:  one row per undelivered dial that is wanted in this run
-- Reads:  core.dials, kept.commands
-- Params: $run_id bigint
update kept.commands
set
    payload = dials.payload,
    sink = dials.sink,
    promised_at = dials.promised_at,
    wanted_run = $run_id::bigint,
    changed_run = $run_id::bigint
from core.dials as dials
where
    kept.commands.command_key = dials.command_key
    and kept.commands.state = 'issued'
