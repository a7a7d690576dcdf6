-- What people did to the undelivered commands and copies of a number.
-- Grain:  one row per command or copy and act
-- Reads:  kept.deliveries_by_hand, kept.commands
-- Params: $number varchar
select
    by_hand.done_at,
    commands.kind,
    commands.attempt_number,
    by_hand.sink,
    by_hand.is_copy,
    by_hand.did,
    by_hand.done_by,
    by_hand.why,
    by_hand.command_key
from kept.deliveries_by_hand as by_hand
inner join kept.commands as commands
    on by_hand.command_key = commands.command_key
where by_hand.number = $number::varchar
order by
    by_hand.done_at,
    by_hand.command_key,
    by_hand.sink
