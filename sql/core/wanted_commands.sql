-- Commands that this run issued, or decided again, in the order they leave.
-- Grain:  one row per command wanted in this run
-- Reads:  kept.commands
-- Params: $run_id bigint
select commands.payload
from kept.commands as commands
where
    commands.state = 'issued'
    and commands.wanted_run = $run_id::bigint
order by
    commands.kind desc,
    commands.promised_at,
    commands.sequence
