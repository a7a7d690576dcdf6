-- Commands marked as offered, in the order they leave: removes first, then dials by oldest promise.
-- Grain:  one row per command in state offered
-- Reads:  kept.commands
-- Params: none
select
    commands.sink,
    commands.command_key,
    commands.kind,
    commands.number,
    commands.payload,
    commands.wanted_run
from kept.commands as commands
where commands.state = 'offered'
order by
    commands.kind desc,
    commands.promised_at,
    commands.sequence
