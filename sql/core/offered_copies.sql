-- Copies marked as offered, in the order of their commands, each marked as a copy.
-- Grain:  one row per copy in state offered
-- Reads:  kept.copies, kept.commands
-- Params: none
select
    copies.sink,
    copies.command_key,
    commands.kind,
    copies.number,
    json_merge_patch(commands.payload, '{"copy": true}')::varchar as payload,
    copies.changed_run as wanted_run
from kept.copies as copies
inner join kept.commands as commands
    on copies.command_key = commands.command_key
where copies.state = 'offered'
order by copies.sequence
