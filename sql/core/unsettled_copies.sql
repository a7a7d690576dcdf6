-- Copies of earlier runs of which their sinks have to say what became of them.
-- Grain:  one row per copy that was being offered when its run was killed, or is unsure
-- Reads:  kept.copies
-- Params: none
--
-- kind: a sink that cannot tell gets it once more, as a remove; a copy is dialled by nobody.
select
    copies.sink,
    copies.command_key,
    'copy' as kind
from kept.copies as copies
where copies.state in ('offered', 'unsure')
order by copies.sequence
