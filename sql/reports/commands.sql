-- Every command with how far it got: issued, offered, delivered, unsure, withdrawn or dead.
-- Grain:  one row per command issued in the time asked for
-- Reads:  kept.commands
-- Params: $from_at timestamp, $to_at timestamp
--
-- delivered: the sink has taken it; unsure: perhaps; withdrawn: no longer wanted before it was
-- taken; dead: refused for good. tried: how often it was offered.
select
    commands.issued_at,
    commands.kind,
    commands.number,
    commands.campaign,
    commands.attempt_number,
    commands.redial_number,
    json_extract_string(commands.payload, '$.reason') as reason,
    commands.sink,
    commands.state,
    commands.delivered_at,
    commands.tries as tried_count,
    nullif(commands.detail, '') as detail,
    commands.command_key
from kept.commands as commands
where
    commands.issued_at >= $from_at::timestamp
    and commands.issued_at < $to_at::timestamp
order by
    commands.issued_at,
    commands.sequence,
    commands.command_key
