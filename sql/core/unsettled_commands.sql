-- Commands of earlier runs of which their sinks have to say what became of them.
-- Grain:  one row per command that was being offered when its run was killed, or unsure remove
-- Reads:  kept.commands
-- Params: none
--
-- An unsure dial is settled by its call, or by the time in which none is seen. An unsure remove
-- would hold up its number for ever: it is looked for, or else offered again, which harms nothing.
select
    commands.sink,
    commands.command_key,
    commands.kind
from kept.commands as commands
where
    commands.state = 'offered'
    or commands.state = 'unsure' and commands.kind = 'remove'
order by commands.sequence
